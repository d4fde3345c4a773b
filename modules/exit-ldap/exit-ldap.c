/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "exit-ldap.h"

#include <string.h>

#include "exit-ldap-password.h"
#include "exit-ldap-session.h"
#include "exit-names.h"

#define BASE_ATTRIBUTE "certificateRevocationList;binary"
#define DELTA_ATTRIBUTE "deltaRevocationList;binary"
#define CA_ATTRIBUTE "cACertificate;binary"
#define USER_ATTRIBUTE "userCertificate;binary"

/* Where to, as the settings say. Immutable; shared by the calls that run. */
typedef struct
{
  char *url;
  char *base_dn;
  char *name;          /* pattern of the entry's cn */
  char *user;          /* the same of an issued certificate's; "" = they are not published */
  char *bind_dn;       /* nullable */
  char *password_file; /* nullable */
  char *ca_file;       /* nullable */
  gboolean start_tls;
  gboolean ca_certificates;
  gint64 timeout; /* seconds */
} Target;

/* Publishes in a directory. Each event opens a connection of its own and waits for the directory
 * until its deadline. */
struct _ExitLdap
{
  ICertModuleBase parent_instance;

  GMutex lock;    /* of target */
  Target *target; /* owned; NULL before initialize() */
};

static void exit_iface_init (ICertExitInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ExitLdap,
                               exit_ldap,
                               ICERT_TYPE_MODULE_BASE,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_EXIT, exit_iface_init))

static const ICertSettingInfo setting_infos[] = {
  { "Url", "string", NULL, "1", NULL,
    "The directory: ldaps://HOST, ldap://HOST or ldapi://SOCKET" },
  { "BaseDN", "string", "", NULL, NULL, "Entry that the CA's entries stand below" },
  { "Name", "string", "%3%8<CRLPartitionIndex>", "1", NULL,
    "cn of an entry, by AD CS's tokens; one for each key and partition" },
  { "UserCertificate", "string", "", NULL, NULL,
    "cn of an issued certificate's entry: <RequestID>, <SerialNumber>; empty: none" },
  { "CACertificates", "boolean", "true", NULL, NULL, "Publish the CA's own certificates" },
  { "BindDN", "string", NULL, "1", NULL, "Who we are there; empty: nobody" },
  { "PasswordFile", "path", NULL, NULL, NULL, "File with the password, mode 0600" },
  { "StartTLS", "boolean", "true", NULL, NULL, "Encrypt a connection to ldap://" },
  { "CAFile", "path", NULL, NULL, NULL, "Who signs the directory's certificate, in PEM" },
  { "Timeout", "duration", "10s", "1s", "50s", "How long an event may take" },
};

static const ICertModuleDescription module_description = {
  .name = "Ldap.Exit",
  .description = "Publishes CRLs and certificates in a directory",
  .copyright = "The icert authors, LGPL-2.1-or-later",
  .version = ICERT_VERSION,
  .settings = setting_infos,
  .n_settings = G_N_ELEMENTS (setting_infos),
};

/* Settings */

static void
target_clear (gpointer data)
{
  Target *target = data;

  g_free (target->url);
  g_free (target->base_dn);
  g_free (target->name);
  g_free (target->user);
  g_free (target->bind_dn);
  g_free (target->password_file);
  g_free (target->ca_file);
}

static void
target_unref (Target *target)
{
  g_atomic_rc_box_release_full (target, target_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Target, target_unref)

/* What stands for something in a name: numbers and names of AD CS's publication URLs. */
typedef enum
{
  TOKEN_DNS_NAME,
  TOKEN_SHORT_HOST,
  TOKEN_CA_NAME,
  TOKEN_SHORT_NAME,
  TOKEN_SUFFIX,
  TOKEN_PARTITION,
  TOKEN_REQUEST_ID,
  TOKEN_SERIAL,
  N_TOKENS
} Token;

static const struct
{
  const char *number; /* nullable */
  const char *name;
  gboolean of_crl; /* else of everything or of certificates */
} tokens_known[N_TOKENS] = {
  [TOKEN_DNS_NAME] = { "%1", "<ServerDNSName>", FALSE },
  [TOKEN_SHORT_HOST] = { "%2", "<ServerShortName>", FALSE },
  [TOKEN_CA_NAME] = { "%3", "<CaName>", FALSE },
  [TOKEN_SHORT_NAME] = { "%7", "<CATruncatedName>", FALSE },
  [TOKEN_SUFFIX] = { "%8", "<CRLNameSuffix>", TRUE },
  [TOKEN_PARTITION] = { NULL, "<CRLPartitionIndex>", TRUE },
  [TOKEN_REQUEST_ID] = { NULL, "<RequestID>", FALSE },
  [TOKEN_SERIAL] = { NULL, "<SerialNumber>", FALSE },
};

/* Length of the token at @p; 0: none */
static gsize
match_token (const char *p, Token *token)
{
  for (guint i = 0; i < N_TOKENS; i++)
    {
      const char *number = tokens_known[i].number;

      *token = i;
      if (g_str_has_prefix (p, tokens_known[i].name))
        return strlen (tokens_known[i].name);
      if (number != NULL && g_str_has_prefix (p, number) && !g_ascii_isdigit (p[2]))
        return strlen (number);
    }
  return 0;
}

/* @texts: by Token; NULL stands for nothing. Nothing is escaped here: the name is a value, and
 * libldap makes the DN of it. */
static char *
expand (const char *pattern, const char *const *texts)
{
  GString *name = g_string_new (NULL);

  for (const char *p = pattern; *p != '\0';)
    {
      Token token = 0;
      gsize length = match_token (p, &token);

      if (length == 0)
        g_string_append_c (name, *p);
      else if (texts[token] != NULL)
        g_string_append (name, texts[token]);
      p += MAX (length, 1);
    }
  return g_string_free (name, FALSE);
}

static gboolean
check_pattern (const char *pattern, const char *field, Token needed, GError **error)
{
  gboolean found = FALSE;

  for (const char *p = pattern; *p != '\0';)
    {
      Token token = 0;
      gsize length = match_token (p, &token);

      found |= length > 0 && token == needed;
      if (length == 0 && (*p == '%' || *p == '<'))
        {
          g_autofree char *quoted = icert_error_quote (p, -1);

          icert_set_error (error, ICERT_ERROR_CONFIG, field,
                           "%s does not begin with a known token (%%1 to %%3, %%7, %%8, "
                           "<CRLPartitionIndex>)",
                           quoted);
          return FALSE;
        }
      p += MAX (length, 1);
    }
  if (found)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, field, "all would have one entry (%s in it)",
                   tokens_known[needed].name);
  return FALSE;
}

static gboolean
read_texts (Target *target, ICertSettings *settings, GError **error)
{
  target->url = icert_settings_get_string (settings, "Url", NULL);
  target->base_dn = icert_settings_get_string (settings, "BaseDN", NULL);
  target->name = icert_settings_get_string (settings, "Name", NULL);
  target->user = icert_settings_get_string (settings, "UserCertificate", NULL);
  target->bind_dn = icert_settings_get_string (settings, "BindDN", NULL);
  target->password_file = icert_settings_get_string (settings, "PasswordFile", NULL);
  target->ca_file = icert_settings_get_string (settings, "CAFile", NULL);
  if (target->url != NULL && target->base_dn != NULL && target->name != NULL
      && target->user != NULL)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, "Url",
                   "is not set (the directory, as ldaps://ldap.example.org)");
  return FALSE;
}

/* A password is not sent for others to read, and a CRL not over a connection they may change. */
static gboolean
check_server (Target *target, GError **error)
{
  gboolean clear;

  if (!exit_ldap_check_url (target->url, &clear, error))
    return FALSE;
  if (!g_str_has_prefix (target->url, "ldap:"))
    target->start_tls = FALSE;
  if (clear && !target->start_tls)
    icert_set_error (error, ICERT_ERROR_CONFIG, "StartTLS",
                     "the way to %s would be open to others (true, ldaps:, or this machine)",
                     target->url);
  else if ((target->bind_dn != NULL) != (target->password_file != NULL))
    icert_set_error (error, ICERT_ERROR_CONFIG, "PasswordFile",
                     "BindDN and PasswordFile need each other (both or none)");
  else
    return TRUE;
  return FALSE;
}

static Target *
target_new (ICertSettings *settings, GError **error)
{
  g_autoptr (Target) target = g_atomic_rc_box_new0 (Target);
  char *password = NULL;

  icert_settings_get_boolean (settings, "StartTLS", &target->start_tls, NULL);
  icert_settings_get_boolean (settings, "CACertificates", &target->ca_certificates, NULL);
  icert_settings_get_int (settings, "Timeout", &target->timeout, NULL);
  if (!read_texts (target, settings, error) || !check_server (target, error)
      || !exit_ldap_check_dn (target->base_dn, "BaseDN", error)
      || (target->bind_dn != NULL && !exit_ldap_check_dn (target->bind_dn, "BindDN", error))
      || !check_pattern (target->name, "Name", TOKEN_SUFFIX, error)
      || (*target->user != '\0' && strstr (target->user, "<SerialNumber>") == NULL
          && !check_pattern (target->user, "UserCertificate", TOKEN_REQUEST_ID, error)))
    return NULL;
  if (target->password_file == NULL)
    return g_steal_pointer (&target);
  password = exit_ldap_password_load (target->password_file, error);
  exit_ldap_password_free (password);
  return password != NULL ? g_steal_pointer (&target) : NULL;
}

static gboolean
exit_ldap_apply_settings (ICertModuleBase *base, ICertSettings *settings, GError **error)
{
  ExitLdap *self = EXIT_LDAP (base);
  Target *target = target_new (settings, error);

  if (target == NULL)
    return FALSE;
  g_mutex_lock (&self->lock);
  if (self->target != NULL)
    target_unref (self->target);
  self->target = target;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static Target *
dup_target (ExitLdap *self, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->target != NULL)
    return g_atomic_rc_box_acquire (self->target);
  icert_set_error (error, ICERT_ERROR_FAILED, "exit", "not initialized (initialize first)");
  return NULL;
}

/* Names */

/* @own: texts by Token that are not the CA's; they are filled up with those that are. */
static char *
make_name (ICertServer *server, const char *pattern, const char *const *own)
{
  g_auto (ExitCaNames) names = { NULL };
  const char *texts[N_TOKENS];

  memcpy (texts, own, sizeof texts);
  exit_ca_names_load (&names, server);
  texts[TOKEN_DNS_NAME] = names.dns_name;
  texts[TOKEN_SHORT_HOST] = names.short_host;
  texts[TOKEN_CA_NAME] = names.ca_name;
  texts[TOKEN_SHORT_NAME] = names.short_name;
  return expand (pattern, texts);
}

static char *
make_crl_name (ICertServer *server, const Target *target, ICertIssuedCrl *crl)
{
  g_autofree char *suffix = exit_get_crl_suffix (crl);
  g_autofree char *index = exit_get_crl_partition (crl);
  const char *texts[N_TOKENS] = { [TOKEN_SUFFIX] = suffix, [TOKEN_PARTITION] = index };

  return make_name (server, target->name, texts);
}

/* What administrators see, and what goes into certificates as an LDAP URL: RFC 4516. */
static char *
make_place (const Target *target, const char *dn, const char *attribute)
{
  g_autofree char *escaped = g_uri_escape_string (dn, ",=", FALSE);
  gboolean slash = g_str_has_suffix (target->url, "/");

  return g_strdup_printf ("%s%s%s?%s", target->url, slash ? "" : "/", escaped, attribute);
}

/* Publishing */

static ExitLdapSession *
open_session (const Target *target, GError **error)
{
  ExitLdapServer server = { .url = target->url,
                            .bind_dn = target->bind_dn,
                            .ca_file = target->ca_file,
                            .start_tls = target->start_tls,
                            .timeout = target->timeout };
  char *password = NULL;
  ExitLdapSession *session;

  if (target->password_file != NULL)
    {
      password = exit_ldap_password_load (target->password_file, error);
      if (password == NULL)
        return NULL;
      server.password = password;
    }
  session = exit_ldap_session_open (&server, error);
  exit_ldap_password_free (password);
  return session;
}

static gboolean
put (ExitLdapSession *session,
     const char *dn,
     const char *name,
     gboolean entry,
     const char *attribute,
     GPtrArray *values,
     GError **error)
{
  gboolean of_user = g_str_equal (attribute, USER_ATTRIBUTE);
  const char *auxiliary = of_user ? "pkiUser" : "pkiCA";

  return entry ? exit_ldap_session_replace (session, dn, auxiliary, attribute, values, error)
               : exit_ldap_session_add (session, dn, name,
                                        of_user ? "device" : "cRLDistributionPoint", auxiliary,
                                        attribute, values, error);
}

static gboolean
read_back (ExitLdapSession *session,
           const char *dn,
           const char *attribute,
           GBytes *expected,
           GError **error)
{
  g_autoptr (GBytes) there = NULL;
  gboolean entry;

  if (!exit_ldap_session_read (session, dn, attribute, &there, &entry, error))
    return FALSE;
  if (there != NULL && g_bytes_equal (there, expected))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_FAILED, "read-back",
                   "the directory holds something else (what was written)");
  return FALSE;
}

/* The base CRL of the same entry has to be there before its delta. */
static gboolean
check_base (ExitLdapSession *session, const char *dn, ICertIssuedCrl *crl, GError **error)
{
  g_autoptr (GBytes) base = NULL;
  gboolean entry;

  if (!icert_issued_crl_get_delta (crl))
    return TRUE;
  return exit_ldap_session_read (session, dn, BASE_ATTRIBUTE, &base, &entry, error)
         && icert_issued_crl_check_base (crl, base, error);
}

static gboolean
put_crl (ExitLdapSession *session,
         const char *dn,
         const char *name,
         ICertIssuedCrl *crl,
         const char *attribute,
         GError **error)
{
  g_autoptr (GBytes) contents = icert_issued_crl_get_bytes (crl);
  g_autoptr (GPtrArray) values = g_ptr_array_new ();
  g_autoptr (GBytes) there = NULL;
  gboolean entry, same;

  if (!exit_ldap_session_read (session, dn, attribute, &there, &entry, error)
      || !icert_issued_crl_check_replaces (crl, there, &same, error)
      || !check_base (session, dn, crl, error))
    return FALSE;
  if (same)
    return TRUE;
  g_ptr_array_add (values, contents);
  return put (session, dn, name, entry, attribute, values, error)
         && read_back (session, dn, attribute, contents, error);
}

/* @session NULL: @failure says why */
static gboolean
publish_crl (ICertServer *server,
             const Target *target,
             ExitLdapSession *session,
             ICertIssuedCrl *crl,
             const GError *failure,
             GError **error)
{
  const char *attribute = icert_issued_crl_get_delta (crl) ? DELTA_ATTRIBUTE : BASE_ATTRIBUTE;
  g_autofree char *name = make_crl_name (server, target, crl);
  g_autoptr (GError) local = failure != NULL ? g_error_copy (failure) : NULL;
  g_autofree char *dn = exit_ldap_make_dn (name, target->base_dn, local == NULL ? &local : NULL);
  g_autofree char *place = make_place (target, dn != NULL ? dn : "", attribute);

  if (local == NULL)
    put_crl (session, dn, name, crl, attribute, &local);
  if (local == NULL)
    {
      icert_issued_crl_report_done (crl, place, TRUE);
      return TRUE;
    }
  icert_issued_crl_report_failure (crl, place, local);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* All that can go there do, whatever becomes of the others; the first failure is the answer. */
static gboolean
publish_crls (ICertServerExit *server, const Target *target, GError **error)
{
  g_autoptr (GPtrArray) crls = icert_server_exit_list_crls (server, error);
  g_autoptr (ExitLdapSession) session = NULL;
  g_autoptr (GError) first = NULL;
  g_autoptr (GError) failure = NULL;

  if (crls == NULL)
    return FALSE;
  if (crls->len == 0)
    return TRUE;
  session = open_session (target, &failure);
  for (guint i = 0; i < crls->len; i++)
    publish_crl (ICERT_SERVER (server), target, session, crls->pdata[i], failure,
                 first == NULL ? &first : NULL);
  if (first == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}

/* Certificates */

/* Puts all @values into one attribute of the entry @name. */
static gboolean
publish_values (ICertServer *server,
                const Target *target,
                const char *name,
                const char *attribute,
                GPtrArray *values,
                GError **error)
{
  g_autofree char *dn = exit_ldap_make_dn (name, target->base_dn, error);
  g_autoptr (ExitLdapSession) session = dn != NULL ? open_session (target, error) : NULL;
  g_autoptr (GBytes) there = NULL;
  gboolean entry;

  return session != NULL && exit_ldap_session_read (session, dn, attribute, &there, &entry, error)
         && put (session, dn, name, entry, attribute, values, error);
}

/* All of them in the entry of the first key, newest and old, as RFC 4523 has it. */
static gboolean
publish_ca (ICertServer *server, const Target *target, GError **error)
{
  const char *texts[N_TOKENS] = { NULL };
  g_autofree char *name = make_name (server, target->name, texts);
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GVariant) count = icert_server_get_ca_property (server, "CertCount", NULL);
  int n = count != NULL && g_variant_is_of_type (count, G_VARIANT_TYPE_INT32)
              ? g_variant_get_int32 (count)
              : 0;

  for (int i = 0; i < n; i++)
    {
      g_autofree char *property = g_strdup_printf ("RawCACertificate.%d", i);
      g_autoptr (GVariant) raw = icert_server_get_ca_property (server, property, NULL);

      if (raw != NULL && g_variant_is_of_type (raw, G_VARIANT_TYPE_BYTESTRING))
        g_ptr_array_add (values, g_variant_get_data_as_bytes (raw));
    }
  return values->len == 0 || publish_values (server, target, name, CA_ATTRIBUTE, values, error);
}

static gboolean
publish_user (ICertServerExit *server, const Target *target, GError **error)
{
  ICertServer *reader = ICERT_SERVER (server);
  g_autoptr (GBytes) certificate = icert_server_exit_get_certificate (server, error);
  g_autoptr (GPtrArray) values = g_ptr_array_new ();
  g_autofree char *id = NULL;
  g_autofree char *serial = NULL;
  g_autofree char *name = NULL;
  const char *texts[N_TOKENS] = { NULL };

  if (certificate == NULL)
    {
      if (error != NULL && *error == NULL)
        icert_set_error (error, ICERT_ERROR_FAILED, "certificate", "not there (an issued one)");
      return FALSE;
    }
  id = g_strdup_printf ("%" G_GINT64_FORMAT, icert_server_get_request_id (reader));
  serial = icert_server_get_certificate_string (reader, "SerialNumber", NULL);
  texts[TOKEN_REQUEST_ID] = id;
  texts[TOKEN_SERIAL] = serial;
  name = make_name (reader, target->user, texts);
  g_ptr_array_add (values, certificate);
  return publish_values (reader, target, name, USER_ATTRIBUTE, values, error);
}

static gboolean
exit_ldap_initialize (ICertExit *module,
                      ICertServer *ca,
                      ICertSettings *settings,
                      ICertExitEvents *mask,
                      GError **error)
{
  g_autoptr (Target) target = NULL;

  if (!icert_module_base_use_settings (ICERT_MODULE_BASE (module), settings, error))
    return FALSE;
  target = dup_target (EXIT_LDAP (module), error);
  if (target == NULL)
    return FALSE;
  *mask = ICERT_EXIT_EVENT_CRL_ISSUED;
  if (target->ca_certificates)
    *mask |= ICERT_EXIT_EVENT_STARTUP;
  if (*target->user != '\0')
    *mask |= ICERT_EXIT_EVENT_CERT_ISSUED;
  return TRUE;
}

static gboolean
exit_ldap_notify_event (ICertExit *module,
                        ICertExitEvents event,
                        ICertServerExit *server,
                        GError **error)
{
  g_autoptr (Target) target = dup_target (EXIT_LDAP (module), error);

  if (target == NULL)
    return FALSE;
  switch (event)
    {
    case ICERT_EXIT_EVENT_CRL_ISSUED:
      return publish_crls (server, target, error);
    case ICERT_EXIT_EVENT_STARTUP:
      return !target->ca_certificates || publish_ca (ICERT_SERVER (server), target, error);
    case ICERT_EXIT_EVENT_CERT_ISSUED:
      return *target->user == '\0' || publish_user (server, target, error);
    default:
      return TRUE;
    }
}

static void
exit_iface_init (ICertExitInterface *iface)
{
  iface->initialize = exit_ldap_initialize;
  iface->notify_event = exit_ldap_notify_event;
}

static void
exit_ldap_finalize (GObject *object)
{
  ExitLdap *self = EXIT_LDAP (object);

  g_clear_pointer (&self->target, target_unref);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (exit_ldap_parent_class)->finalize (object);
}

static void
exit_ldap_class_init (ExitLdapClass *klass)
{
  ICertModuleBaseClass *base_class = ICERT_MODULE_BASE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = exit_ldap_finalize;
  base_class->apply_settings = exit_ldap_apply_settings;
  icert_module_base_class_describe (base_class, &module_description);
}

static void
exit_ldap_init (ExitLdap *self)
{
  g_mutex_init (&self->lock);
}
