/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

G_BEGIN_DECLS

/* Where the directory is and who we are there. Lent; all but url is nullable. */
typedef struct
{
  const char *url;
  const char *bind_dn;
  const char *password;
  const char *ca_file; /* of the server's certificate; NULL: those the system trusts */
  gboolean start_tls;
  gint64 timeout; /* seconds for the whole session */
} ExitLdapServer;

/* One connection, for one event; everything in it waits until one deadline and no longer. */
typedef struct _ExitLdapSession ExitLdapSession;

/* Connects and binds. FAILED */
ExitLdapSession *exit_ldap_session_open (const ExitLdapServer *server, GError **error);
void exit_ldap_session_close (ExitLdapSession *session);

/* @value: of the first value of @attribute; NULL: there is none. *entry: whether the entry is there
 */
gboolean exit_ldap_session_read (ExitLdapSession *session,
                                 const char *dn,
                                 const char *attribute,
                                 GBytes **value,
                                 gboolean *entry,
                                 GError **error);
/* Makes the entry @dn of the classes cRLDistributionPoint and @auxiliary, with one value. */
gboolean exit_ldap_session_add (ExitLdapSession *session,
                                const char *dn,
                                const char *common_name,
                                const char *structural,
                                const char *auxiliary,
                                const char *attribute,
                                GPtrArray *values,
                                GError **error);
/* @values (of GBytes) instead of all there are; @auxiliary: a class that allows the attribute */
gboolean exit_ldap_session_replace (ExitLdapSession *session,
                                    const char *dn,
                                    const char *auxiliary,
                                    const char *attribute,
                                    GPtrArray *values,
                                    GError **error);

/* DN of the entry `cn=NAME` below @base, which may be empty, by the rules of RFC 4514. CONFIG */
char *exit_ldap_make_dn (const char *name, const char *base, GError **error);
/* whether @dn is one. CONFIG naming @field */
gboolean exit_ldap_check_dn (const char *dn, const char *field, GError **error);
/* whether @url is an LDAP URL of a server alone; *clear: what is sent can be read on the way.
 * CONFIG */
gboolean exit_ldap_check_url (const char *url, gboolean *clear, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ExitLdapSession, exit_ldap_session_close)

G_END_DECLS
