/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "exit-ldap-session.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#include <gio/gunixsocketaddress.h>
#include <glib-unix.h>
#include <lber.h>
#include <ldap.h>
#include <openldap.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LDAPMessage, ldap_msgfree)

/* octets of one answer: three million entries of a CRL. libldap takes whatever comes, and a
 * directory that sends without end would take the CA's memory with it. */
#define LARGEST_ANSWER (128 * 1024 * 1024)

/* libldap's own deadlines end neither a handshake of TLS nor half an answer (measured: it goes
 * round in circles), so the socket is ours, and at the deadline a thread shuts it down. */
struct _ExitLdapSession
{
  LDAP *ldap;
  GSocketConnection *connection;
  gint64 deadline; /* monotonic */
  gsize room;      /* octets that the answer may still have */

  GThread *watchdog;
  GMutex lock;
  GCond cond;
  gboolean closed; /* under the lock */
};

static gboolean
fail (GError **error, const char *what, int code)
{
  icert_set_error (error, ICERT_ERROR_FAILED, "ldap", "%s: %s (a directory that does it)", what,
                   ldap_err2string (code));
  return FALSE;
}

/* FALSE: nothing is left. libldap takes no zero for "at once". */
static gboolean
time_left (const ExitLdapSession *session, struct timeval *left)
{
  gint64 microseconds = session->deadline - g_get_monotonic_time ();

  if (microseconds <= 0)
    return FALSE;
  left->tv_sec = microseconds / G_USEC_PER_SEC;
  left->tv_usec = microseconds % G_USEC_PER_SEC;
  return TRUE;
}

/* A layer between libldap and what it reads from, also from TLS */

static int
layer_setup (Sockbuf_IO_Desc *layer, void *session)
{
  layer->sbiod_pvt = session;
  return 0;
}

static int
layer_remove (Sockbuf_IO_Desc *layer)
{
  layer->sbiod_pvt = NULL;
  return 0;
}

static int
layer_ctrl (Sockbuf_IO_Desc *layer, int option, void *value)
{
  return LBER_SBIOD_CTRL_NEXT (layer, option, value);
}

static ber_slen_t
layer_read (Sockbuf_IO_Desc *layer, void *octets, ber_len_t size)
{
  ExitLdapSession *session = layer->sbiod_pvt;
  ber_slen_t n = LBER_SBIOD_READ_NEXT (layer, octets, size);

  if (n > 0 && (gsize) n > session->room)
    {
      errno = EMSGSIZE;
      return -1;
    }
  session->room -= MAX (n, 0);
  return n;
}

static ber_slen_t
layer_write (Sockbuf_IO_Desc *layer, void *octets, ber_len_t size)
{
  return LBER_SBIOD_WRITE_NEXT (layer, octets, size);
}

static int
layer_close (Sockbuf_IO_Desc *layer)
{
  return 0;
}

static Sockbuf_IO layer_io
    = { layer_setup, layer_remove, layer_ctrl, layer_read, layer_write, layer_close };

static gboolean
bound_answers (ExitLdapSession *session, GError **error)
{
  ber_len_t largest = LARGEST_ANSWER;
  Sockbuf *socket = NULL;

  if (ldap_get_option (session->ldap, LDAP_OPT_SOCKBUF, &socket) == LDAP_OPT_SUCCESS
      && socket != NULL && ber_sockbuf_ctrl (socket, LBER_SB_OPT_SET_MAX_INCOMING, &largest) == 1
      && ber_sockbuf_add_io (socket, &layer_io, LBER_SBIOD_LEVEL_APPLICATION, session) == 0)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_FAILED, "ldap", "cannot bound what is read (by libldap)");
  return FALSE;
}

/* Waits for the answer to @id. A server that takes the question and never answers is left behind.
 */
static LDAPMessage *
wait_for (ExitLdapSession *session, int id, const char *what, GError **error)
{
  LDAPMessage *message = NULL;
  struct timeval left;
  int type = 0;

  session->room = LARGEST_ANSWER;
  if (time_left (session, &left))
    type = ldap_result (session->ldap, id, LDAP_MSG_ALL, &left, &message);
  if (type > 0)
    return message;
  if (type == 0)
    {
      ldap_abandon_ext (session->ldap, id, NULL, NULL);
      fail (error, what, LDAP_TIMEOUT);
    }
  else
    {
      int code = LDAP_OTHER;

      ldap_get_option (session->ldap, LDAP_OPT_RESULT_CODE, &code);
      fail (error, what, code);
    }
  return NULL;
}

/* What the server says of the operation behind @message. */
static int
result_of (ExitLdapSession *session, LDAPMessage *message)
{
  int code = LDAP_OTHER;
  int parsed = ldap_parse_result (session->ldap, message, &code, NULL, NULL, NULL, NULL, 0);

  return parsed != LDAP_SUCCESS ? parsed : code;
}

static gboolean
finish (ExitLdapSession *session, int sent, int id, const char *what, GError **error)
{
  g_autoptr (LDAPMessage) message = NULL;
  int code;

  if (sent != LDAP_SUCCESS)
    return fail (error, what, sent);
  message = wait_for (session, id, what, error);
  if (message == NULL)
    return FALSE;
  code = result_of (session, message);
  return code == LDAP_SUCCESS || fail (error, what, code);
}

static gboolean
set_option (ExitLdapSession *session, int option, const void *value, GError **error)
{
  if (ldap_set_option (session->ldap, option, value) == LDAP_OPT_SUCCESS)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_FAILED, "ldap", "option %d is not taken (by libldap)",
                   option);
  return FALSE;
}

/* Said for this connection, whatever ldap.conf and the environment say. */
static gboolean
set_tls (ExitLdapSession *session, const char *ca_file, GError **error)
{
  const int demand = LDAP_OPT_X_TLS_DEMAND;
  const int client = 0;

  return set_option (session, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand, error)
         && (ca_file == NULL || set_option (session, LDAP_OPT_X_TLS_CACERTFILE, ca_file, error))
         && set_option (session, LDAP_OPT_X_TLS_NEWCTX, &client, error);
}

static gboolean
set_options (ExitLdapSession *session, const ExitLdapServer *server, GError **error)
{
  const int version = LDAP_VERSION3;

  return set_option (session, LDAP_OPT_PROTOCOL_VERSION, &version, error)
         && set_option (session, LDAP_OPT_REFERRALS, LDAP_OPT_OFF, error)
         && ((!server->start_tls && !g_str_has_prefix (server->url, "ldaps:"))
             || set_tls (session, server->ca_file, error));
}

/* On a connection that speaks LDAP already, or from its beginning. */
static gboolean
encrypt (ExitLdapSession *session, const ExitLdapServer *server, GError **error)
{
  int id = -1, code;

  if (server->start_tls
      && !finish (session, ldap_start_tls (session->ldap, NULL, NULL, &id), id, "StartTLS", error))
    return FALSE;
  if (!server->start_tls && !g_str_has_prefix (server->url, "ldaps:"))
    return TRUE;
  code = ldap_install_tls (session->ldap);
  return code == LDAP_SUCCESS || fail (error, "TLS", code);
}

static gboolean
bind_as (ExitLdapSession *session, const ExitLdapServer *server, GError **error)
{
  const char *password = server->password != NULL ? server->password : "";
  struct berval credential = { .bv_len = strlen (password), .bv_val = (char *) password };
  int id = -1;
  int sent = ldap_sasl_bind (session->ldap, server->bind_dn, LDAP_SASL_SIMPLE, &credential, NULL,
                             NULL, &id);

  return finish (session, sent, id, "bind", error);
}

static gpointer
watchdog_worker (gpointer data)
{
  ExitLdapSession *session = data;
  int fd = g_socket_get_fd (g_socket_connection_get_socket (session->connection));

  g_mutex_lock (&session->lock);
  while (!session->closed && g_cond_wait_until (&session->cond, &session->lock, session->deadline))
    ;
  if (!session->closed)
    shutdown (fd, SHUT_RDWR);
  g_mutex_unlock (&session->lock);
  return NULL;
}

static GSocketConnection *
connect_to (const LDAPURLDesc *url, gint64 timeout, GError **error)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = NULL;
  const char *host = url->lud_host;

  g_socket_client_set_timeout (client, (guint) timeout);
  g_socket_client_set_enable_proxy (client, FALSE);
  if (g_str_equal (url->lud_scheme, "ldapi"))
    {
      address = g_unix_socket_address_new (host != NULL && *host != '\0' ? host
                                                                         : "/var/run/slapd/ldapi");
      return g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, error);
    }
  if (host == NULL || *host == '\0')
    host = "localhost";
  return g_socket_client_connect_to_host (
      client, host, url->lud_port > 0 ? (guint16) url->lud_port : 389, NULL, error);
}

static gboolean
attach (ExitLdapSession *session, const ExitLdapServer *server, GError **error)
{
  LDAPURLDesc *url = NULL;
  g_autoptr (GError) local = NULL;
  int fd, code = LDAP_PARAM_ERROR;

  if (ldap_url_parse (server->url, &url) != LDAP_URL_SUCCESS)
    return fail (error, server->url, code);
  session->connection = connect_to (url, server->timeout, &local);
  ldap_free_urldesc (url);
  if (session->connection == NULL)
    {
      icert_set_error (error, ICERT_ERROR_FAILED, "ldap",
                       "%s cannot be reached: %s (a directory that answers)", server->url,
                       local->message);
      return FALSE;
    }
  fd = g_socket_get_fd (g_socket_connection_get_socket (session->connection));
  g_unix_set_fd_nonblocking (fd, FALSE, NULL);
  session->watchdog = g_thread_new ("ldap-deadline", watchdog_worker, session);
  code = ldap_init_fd (fcntl (fd, F_DUPFD_CLOEXEC, 3),
                       g_str_has_prefix (server->url, "ldapi:") ? LDAP_PROTO_IPC : LDAP_PROTO_TCP,
                       server->url, &session->ldap);
  return code == LDAP_SUCCESS || fail (error, server->url, code);
}

ExitLdapSession *
exit_ldap_session_open (const ExitLdapServer *server, GError **error)
{
  g_autoptr (ExitLdapSession) session = g_new0 (ExitLdapSession, 1);

  g_mutex_init (&session->lock);
  g_cond_init (&session->cond);
  session->deadline = g_get_monotonic_time () + server->timeout * G_USEC_PER_SEC;
  if (!attach (session, server, error) || !bound_answers (session, error)
      || !set_options (session, server, error) || !encrypt (session, server, error)
      || !bind_as (session, server, error))
    return NULL;
  return g_steal_pointer (&session);
}

void
exit_ldap_session_close (ExitLdapSession *session)
{
  if (session == NULL)
    return;
  if (session->ldap != NULL)
    ldap_unbind_ext (session->ldap, NULL, NULL);
  g_mutex_lock (&session->lock);
  session->closed = TRUE;
  g_cond_signal (&session->cond);
  g_mutex_unlock (&session->lock);
  if (session->watchdog != NULL)
    g_thread_join (session->watchdog);
  g_clear_object (&session->connection);
  g_mutex_clear (&session->lock);
  g_cond_clear (&session->cond);
  g_free (session);
}

/* (nullable): the first value of @attribute */
static GBytes *
take_value (ExitLdapSession *session, LDAPMessage *entry, const char *attribute)
{
  struct berval **values = ldap_get_values_len (session->ldap, entry, attribute);
  GBytes *value = NULL;

  if (values != NULL && values[0] != NULL)
    value = g_bytes_new (values[0]->bv_val, values[0]->bv_len);
  ldap_value_free_len (values);
  return value;
}

gboolean
exit_ldap_session_read (ExitLdapSession *session,
                        const char *dn,
                        const char *attribute,
                        GBytes **value,
                        gboolean *entry,
                        GError **error)
{
  char *attributes[] = { (char *) attribute, NULL };
  g_autoptr (LDAPMessage) message = NULL;
  LDAPMessage *first;
  int id = -1, code;

  *value = NULL;
  *entry = FALSE;
  code = ldap_search_ext (session->ldap, dn, LDAP_SCOPE_BASE, NULL, attributes, 0, NULL, NULL, NULL,
                          1, &id);
  if (code != LDAP_SUCCESS)
    return fail (error, dn, code);
  message = wait_for (session, id, dn, error);
  if (message == NULL)
    return FALSE;
  code = result_of (session, message);
  if (code == LDAP_NO_SUCH_OBJECT)
    return TRUE;
  if (code != LDAP_SUCCESS)
    return fail (error, dn, code);
  first = ldap_first_entry (session->ldap, message);
  *entry = first != NULL;
  if (first != NULL)
    *value = take_value (session, first, attribute);
  return TRUE;
}

/* A change of one attribute. Lends from what it is made of. */
typedef struct
{
  LDAPMod mod;
  struct berval *values;
  struct berval **pointers;
} Change;

static void
change_init (Change *change, int operation, const char *attribute, guint n)
{
  change->values = g_new0 (struct berval, n);
  change->pointers = g_new0 (struct berval *, n + 1);
  for (guint i = 0; i < n; i++)
    change->pointers[i] = &change->values[i];
  change->mod.mod_op = operation | LDAP_MOD_BVALUES;
  change->mod.mod_type = (char *) attribute;
  change->mod.mod_bvalues = change->pointers;
}

static void
change_clear (Change *change)
{
  g_free (change->values);
  g_free (change->pointers);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Change, change_clear)

static void
change_set_text (Change *change, guint index, const char *text)
{
  change->values[index].bv_val = (char *) text;
  change->values[index].bv_len = strlen (text);
}

static void
change_set_all (Change *change, GPtrArray *values)
{
  for (guint i = 0; i < values->len; i++)
    {
      gsize size;

      change->values[i].bv_val = (char *) g_bytes_get_data (values->pdata[i], &size);
      change->values[i].bv_len = size;
    }
}

gboolean
exit_ldap_session_add (ExitLdapSession *session,
                       const char *dn,
                       const char *common_name,
                       const char *structural,
                       const char *auxiliary,
                       const char *attribute,
                       GPtrArray *values,
                       GError **error)
{
  g_auto (Change) classes = { 0 };
  g_auto (Change) name = { 0 };
  g_auto (Change) value = { 0 };
  LDAPMod *changes[] = { &classes.mod, &name.mod, &value.mod, NULL };
  int id = -1, sent;

  change_init (&classes, LDAP_MOD_ADD, "objectClass", 2);
  change_set_text (&classes, 0, structural);
  change_set_text (&classes, 1, auxiliary);
  change_init (&name, LDAP_MOD_ADD, "cn", 1);
  change_set_text (&name, 0, common_name);
  change_init (&value, LDAP_MOD_ADD, attribute, values->len);
  change_set_all (&value, values);
  sent = ldap_add_ext (session->ldap, dn, changes, NULL, NULL, &id);
  return finish (session, sent, id, dn, error);
}

static gboolean
modify (ExitLdapSession *session, const char *dn, LDAPMod *mod, int *code, GError **error)
{
  LDAPMod *changes[] = { mod, NULL };
  g_autoptr (LDAPMessage) message = NULL;
  int id = -1;

  *code = ldap_modify_ext (session->ldap, dn, changes, NULL, NULL, &id);
  if (*code != LDAP_SUCCESS)
    return fail (error, dn, *code);
  message = wait_for (session, id, dn, error);
  if (message == NULL)
    return FALSE;
  *code = result_of (session, message);
  return TRUE;
}

gboolean
exit_ldap_session_replace (ExitLdapSession *session,
                           const char *dn,
                           const char *auxiliary,
                           const char *attribute,
                           GPtrArray *values,
                           GError **error)
{
  g_auto (Change) class = { 0 };
  g_auto (Change) value = { 0 };
  int code;

  change_init (&value, LDAP_MOD_REPLACE, attribute, values->len);
  change_set_all (&value, values);
  if (!modify (session, dn, &value.mod, &code, error))
    return FALSE;
  /* an entry that somebody made for something else, or for another attribute */
  if (code == LDAP_OBJECT_CLASS_VIOLATION)
    {
      change_init (&class, LDAP_MOD_ADD, "objectClass", 1);
      change_set_text (&class, 0, auxiliary);
      if (!modify (session, dn, &class.mod, &code, error)
          || !modify (session, dn, &value.mod, &code, error))
        return FALSE;
    }
  return code == LDAP_SUCCESS || fail (error, dn, code);
}

/* Names */

static LDAPDN
parse_dn (const char *text, const char *field, GError **error)
{
  LDAPDN dn = NULL;

  if (g_utf8_validate (text, -1, NULL)
      && ldap_str2dn (text, &dn, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS)
    return dn;
  icert_set_error (error, ICERT_ERROR_CONFIG, field, "is no DN (as ou=CDP,dc=example,dc=org)");
  return NULL;
}

gboolean
exit_ldap_check_dn (const char *dn, const char *field, GError **error)
{
  LDAPDN parsed = *dn != '\0' ? parse_dn (dn, field, error) : NULL;

  if (parsed != NULL)
    ldap_dnfree (parsed);
  return *dn == '\0' || parsed != NULL;
}

char *
exit_ldap_make_dn (const char *name, const char *base, GError **error)
{
  LDAPDN above = *base != '\0' ? parse_dn (base, "BaseDN", error) : NULL;
  LDAPAVA ava = { .la_attr = { 2, (char *) "cn" },
                  .la_value = { strlen (name), (char *) name },
                  .la_flags = LDAP_AVA_STRING };
  LDAPAVA *avas[] = { &ava, NULL };
  g_autofree LDAPRDN *rdns = NULL;
  char *text = NULL;
  char *answer;
  guint n = 0;

  if (*base != '\0' && above == NULL)
    return NULL;
  while (above != NULL && above[n] != NULL)
    n++;
  rdns = g_new0 (LDAPRDN, n + 2);
  rdns[0] = avas;
  for (guint i = 0; i < n; i++)
    rdns[i + 1] = above[i];
  if (ldap_dn2str (rdns, &text, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS)
    icert_set_error (error, ICERT_ERROR_CONFIG, "Name", "makes no DN (UTF-8 text)");
  if (above != NULL)
    ldap_dnfree (above);
  answer = g_strdup (text);
  ldap_memfree (text);
  return answer;
}

static gboolean
is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = NULL;

  if (host == NULL || *host == '\0' || g_ascii_strcasecmp (host, "localhost") == 0)
    return TRUE;
  address = g_inet_address_new_from_string (host);
  return address != NULL && g_inet_address_get_is_loopback (address);
}

gboolean
exit_ldap_check_url (const char *url, gboolean *clear, GError **error)
{
  LDAPURLDesc *parsed = NULL;
  gboolean ok = ldap_url_parse (url, &parsed) == LDAP_URL_SUCCESS;

  *clear = FALSE;
  ok = ok && (parsed->lud_dn == NULL || *parsed->lud_dn == '\0') && parsed->lud_attrs == NULL
       && parsed->lud_exts == NULL;
  if (ok)
    *clear = g_str_equal (parsed->lud_scheme, "ldap") && !is_loopback (parsed->lud_host);
  else
    icert_set_error (error, ICERT_ERROR_CONFIG, "Url",
                     "is no URL of a directory server (as ldaps://ldap.example.org)");
  if (parsed != NULL)
    ldap_free_urldesc (parsed);
  return ok;
}
