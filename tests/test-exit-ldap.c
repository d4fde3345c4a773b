/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include <glib/gstdio.h>
#include <openssl/ec.h>

#include "exit-ldap-session.h"
#include "exit-ldap.h"
#include "fake-crl.h"
#include "fake-folder.h"

#define SUFFIX "dc=example,dc=org"
#define ADMIN "cn=admin," SUFFIX
#define CRL_ATTRIBUTE "certificateRevocationList;binary"
#define DELTA_ATTRIBUTE "deltaRevocationList;binary"

static EVP_PKEY *key, *other_key;

/* A slapd of this test's own, on a free port of the loopback. */
typedef struct
{
  char *folder;
  char *url;
  GSubprocess *slapd;
  ICertExit *exit;
  ICertTestServer *server;
  GHashTable *settings; /* utf8 -> utf8 */
} Fixture;

static guint16
find_port (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);

  g_assert_cmpint (port, >, 0);
  g_socket_listener_close (listener);
  return port;
}

static char *
path_in (Fixture *fixture, const char *name)
{
  return g_build_filename (fixture->folder, name, NULL);
}

static void write_file (Fixture *fixture, const char *name, int mode, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

static void
write_file (Fixture *fixture, const char *name, int mode, const char *format, ...)
{
  g_autofree char *path = path_in (fixture, name);
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (g_chmod (path, mode), ==, 0);
}

/* @input: nullable. Must end well. */
static void
run (Fixture *fixture, const char *input, const char *const *arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_newv (
      arguments,
      (input != NULL ? G_SUBPROCESS_FLAGS_STDIN_PIPE : G_SUBPROCESS_FLAGS_NONE)
          | G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
      &error);

  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, input, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  if (!g_subprocess_get_successful (process))
    g_error ("%s failed", arguments[0]);
}

static void
make_tls (Fixture *fixture)
{
  g_autofree char *crt = path_in (fixture, "server.crt");
  g_autofree char *pem = path_in (fixture, "server.key");
  const char *const arguments[] = { "openssl",
                                    "req",
                                    "-x509",
                                    "-newkey",
                                    "ec",
                                    "-pkeyopt",
                                    "ec_paramgen_curve:P-256",
                                    "-nodes",
                                    "-keyout",
                                    pem,
                                    "-out",
                                    crt,
                                    "-days",
                                    "2",
                                    "-subj",
                                    "/CN=localhost",
                                    "-addext",
                                    "subjectAltName=DNS:localhost,IP:127.0.0.1",
                                    NULL };

  run (fixture, NULL, arguments);
}

static gboolean
answers (Fixture *fixture)
{
  ExitLdapServer server = { .url = fixture->url, .timeout = 5 };
  g_autoptr (ExitLdapSession) session = exit_ldap_session_open (&server, NULL);

  return session != NULL;
}

static void
die_with_us (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static void
start_slapd (Fixture *fixture)
{
  g_autofree char *conf = path_in (fixture, "slapd.conf");
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GError) error = NULL;

  g_subprocess_launcher_set_child_setup (launcher, die_with_us, NULL, NULL);
  fixture->slapd = g_subprocess_launcher_spawn (launcher, &error, "/usr/sbin/slapd", "-d", "0",
                                                "-h", fixture->url, "-f", conf, NULL);
  g_assert_no_error (error);
  for (int i = 0; i < 400 && !answers (fixture); i++)
    g_usleep (50 * 1000);
  g_assert_true (answers (fixture));
}

static void
stop_slapd (Fixture *fixture)
{
  if (fixture->slapd == NULL)
    return;
  g_subprocess_send_signal (fixture->slapd, SIGTERM);
  g_subprocess_wait (fixture->slapd, NULL, NULL);
  g_clear_object (&fixture->slapd);
}

static void
configure_slapd (Fixture *fixture)
{
  g_autofree char *db = path_in (fixture, "db");

  g_assert_cmpint (g_mkdir (db, 0700), ==, 0);
  make_tls (fixture);
  write_file (fixture, "slapd.conf", 0600,
              "include /etc/ldap/schema/core.schema\n"
              "modulepath /usr/lib/ldap\n"
              "moduleload back_mdb\n"
              "pidfile %s/slapd.pid\n"
              "TLSCertificateFile %s/server.crt\n"
              "TLSCertificateKeyFile %s/server.key\n"
              "database mdb\n"
              "suffix %s\n"
              "rootdn %s\n"
              "rootpw secret\n"
              "directory %s\n",
              fixture->folder, fixture->folder, fixture->folder, SUFFIX, ADMIN, db);
}

static void
add_suffix (Fixture *fixture)
{
  const char *const arguments[]
      = { "ldapadd", "-x", "-H", fixture->url, "-D", ADMIN, "-w", "secret", NULL };

  run (fixture,
       "dn: " SUFFIX "\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: x\n",
       arguments);
}

static void
set (Fixture *fixture, const char *name, const char *value)
{
  g_hash_table_insert (fixture->settings, g_strdup (name), g_strdup (value));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("icert-ldap-XXXXXX", NULL);
  fixture->url = g_strdup_printf ("ldap://127.0.0.1:%u", find_port ());
  fixture->settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  fixture->exit = g_object_new (EXIT_TYPE_LDAP, NULL);
  fixture->server = icert_test_server_new (0);
  icert_test_server_set_ca_property (fixture->server, "SanitizedCAName",
                                     g_variant_new_string ("Demo CA"), NULL);
  configure_slapd (fixture);
  start_slapd (fixture);
  add_suffix (fixture);
  write_file (fixture, "password", 0600, "secret\n");
  set (fixture, "Url", fixture->url);
  set (fixture, "BaseDN", SUFFIX);
  set (fixture, "BindDN", ADMIN);
  set (fixture, "PasswordFile", "password");
  set (fixture, "StartTLS", "false");
  set (fixture, "Timeout", "5s");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  stop_slapd (fixture);
  g_object_unref (fixture->server);
  g_assert_finalize_object (fixture->exit);
  g_hash_table_unref (fixture->settings);
  fake_folder_remove (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->url);
}

static gboolean
initialize (Fixture *fixture, GError **error)
{
  ICertExitEvents mask;

  return icert_test_server_initialize_exit (fixture->server, fixture->exit, fixture->settings,
                                            fixture->folder, &mask, error);
}

static void
must_initialize (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (initialize (fixture, &error));
  g_assert_no_error (error);
}

static void
refuse (Fixture *fixture, const char *name, const char *value, const char *pattern)
{
  g_autofree char *before = g_strdup (g_hash_table_lookup (fixture->settings, name));
  g_autoptr (GError) error = NULL;

  if (value != NULL)
    set (fixture, name, value);
  else
    g_hash_table_remove (fixture->settings, name);
  g_assert_false (initialize (fixture, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  if (!g_pattern_match_simple (pattern, error->message))
    g_error ("%s is not as %s", error->message, pattern);
  if (before != NULL)
    set (fixture, name, before);
  else
    g_hash_table_remove (fixture->settings, name);
}

/* One CRL, told to the exit; (transfer full) */
static ICertIssuedCrl *
publish_of (Fixture *fixture,
            EVP_PKEY *signer,
            int key_index,
            gint64 number,
            gint64 base,
            GError **error)
{
  g_autoptr (GBytes) der = fake_crl_new (signer, "Demo CA", number, base, 0);
  ICertIssuedCrl *crl = icert_issued_crl_new (key_index, 0, der, NULL);
  g_autoptr (ICertTestServer) server = icert_test_server_new (0);

  g_assert_nonnull (crl);
  icert_test_server_set_ca_property (server, "SanitizedCAName", g_variant_new_string ("Demo CA"),
                                     NULL);
  icert_test_server_add_crl (server, crl);
  icert_test_server_notify_event (server, fixture->exit, ICERT_EXIT_EVENT_CRL_ISSUED, error);
  return crl;
}

static ICertIssuedCrl *
publish (Fixture *fixture, gint64 number, gint64 base, GError **error)
{
  return publish_of (fixture, key, 0, number, base, error);
}

static char *
report_of (ICertIssuedCrl *crl, const char *field)
{
  g_autoptr (GVariant) reports = icert_issued_crl_list_reports (crl);
  g_autoptr (GVariant) report = NULL;
  g_autoptr (GVariant) value = NULL;

  g_assert_cmpint (g_variant_n_children (reports), ==, 1);
  report = g_variant_get_child_value (reports, 0);
  value = g_variant_lookup_value (report, field, NULL);
  return value == NULL                                         ? NULL
         : g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_dup_string (value, NULL)
                                                               : g_variant_print (value, FALSE);
}

/* What anybody finds in the directory. (nullable) */
static GBytes *
look (Fixture *fixture, const char *name, const char *attribute)
{
  ExitLdapServer server = { .url = fixture->url, .timeout = 5 };
  g_autofree char *dn = exit_ldap_make_dn (name, SUFFIX, NULL);
  g_autoptr (ExitLdapSession) session = exit_ldap_session_open (&server, NULL);
  g_autoptr (GError) error = NULL;
  GBytes *value = NULL;
  gboolean entry;

  g_assert_nonnull (session);
  exit_ldap_session_read (session, dn, attribute, &value, &entry, &error);
  g_assert_no_error (error);
  return value;
}

static void
assert_there (Fixture *fixture, const char *name, const char *attribute, ICertIssuedCrl *crl)
{
  g_autoptr (GBytes) there = look (fixture, name, attribute);
  g_autoptr (GBytes) expected = icert_issued_crl_get_bytes (crl);

  g_assert_nonnull (there);
  g_assert_true (g_bytes_equal (there, expected));
}

static void
test_publishes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertIssuedCrl) base = NULL;
  g_autoptr (ICertIssuedCrl) delta = NULL;
  g_autoptr (ICertIssuedCrl) newer = NULL;
  g_autofree char *place = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *read_back = NULL;

  g_test_summary ("Base and delta CRLs go into an entry that anybody can read");
  must_initialize (fixture);
  base = publish (fixture, 5, -1, &error);
  g_assert_no_error (error);
  assert_there (fixture, "Demo CA", CRL_ATTRIBUTE, base);
  place = report_of (base, "place");
  expected = g_strdup_printf ("%s/cn=Demo%%20CA,%s?%s", fixture->url, SUFFIX, CRL_ATTRIBUTE);
  g_assert_cmpstr (place, ==, expected);
  read_back = report_of (base, "read-back");
  g_assert_cmpstr (read_back, ==, "true");

  delta = publish (fixture, 5, 5, &error);
  g_assert_no_error (error);
  assert_there (fixture, "Demo CA", DELTA_ATTRIBUTE, delta);
  newer = publish (fixture, 6, -1, &error);
  g_assert_no_error (error);
  assert_there (fixture, "Demo CA", CRL_ATTRIBUTE, newer);
  assert_there (fixture, "Demo CA", DELTA_ATTRIBUTE, delta);
}

static void
test_judges (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertIssuedCrl) early = NULL;
  g_autoptr (ICertIssuedCrl) seven = NULL;
  g_autoptr (ICertIssuedCrl) six = NULL;
  g_autoptr (ICertIssuedCrl) second = NULL;
  g_autoptr (ICertIssuedCrl) wrong = NULL;
  g_autofree char *postponed = NULL;

  g_test_summary ("S-I4: no older CRL, none of another key, no delta before its base");
  must_initialize (fixture);
  early = publish (fixture, 5, 5, &error);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_PENDING);
  g_clear_error (&error);
  postponed = report_of (early, "postponed");
  g_assert_cmpstr (postponed, ==, "true");

  seven = publish (fixture, 7, -1, &error);
  g_assert_no_error (error);
  six = publish (fixture, 6, -1, &error);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFLICT);
  g_clear_error (&error);
  wrong = publish_of (fixture, other_key, 0, 9, -1, &error);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFLICT);
  g_clear_error (&error);
  assert_there (fixture, "Demo CA", CRL_ATTRIBUTE, seven);

  second = publish_of (fixture, other_key, 1, 9, -1, &error);
  g_assert_no_error (error);
  assert_there (fixture, "Demo CA(1)", CRL_ATTRIBUTE, second);
}

static void
test_escapes (Fixture *fixture, gconstpointer data)
{
  static const char *const names[]
      = { "a,b",     "a+b=c",  "\"quoted\"", "back\\slash",      "#hash",
          " blank ", "a;b<c>", "Grüße",      "*)(objectClass=*", "nul\001" };
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-A9: whatever a name holds, it stays the value of one cn below the base");
  must_initialize (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GBytes) der = fake_crl_new (key, "Demo CA", 5, -1, 0);
      g_autoptr (ICertIssuedCrl) crl = icert_issued_crl_new (0, 0, der, NULL);
      g_autoptr (ICertTestServer) server = icert_test_server_new (0);

      icert_test_server_set_ca_property (server, "SanitizedCAName", g_variant_new_string (names[i]),
                                         NULL);
      icert_test_server_add_crl (server, crl);
      icert_test_server_notify_event (server, fixture->exit, ICERT_EXIT_EVENT_CRL_ISSUED, &error);
      g_assert_no_error (error);
      assert_there (fixture, names[i], CRL_ATTRIBUTE, crl);
    }
}

/* One that the directory takes for a certificate. */
static GBytes *
load_certificate (Fixture *fixture)
{
  g_autofree char *path = path_in (fixture, "server.crt");
  g_autofree char *pem = NULL;
  char *start, *end;
  guchar *der;
  gsize size;

  g_assert_true (g_file_get_contents (path, &pem, NULL, NULL));
  start = strstr (pem, "CERTIFICATE-----") + strlen ("CERTIFICATE-----");
  end = strstr (start, "-----END");
  g_assert_nonnull (end);
  *end = '\0';
  der = g_base64_decode (start, &size);
  return g_bytes_new_take (der, size);
}

static void
test_certificates (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) der = load_certificate (fixture);
  g_autoptr (GBytes) ca = NULL;
  g_autoptr (GBytes) user = NULL;
  g_autoptr (ICertTestServer) server = icert_test_server_new (7);

  g_test_summary ("The CA's own certificates and issued ones have entries");
  set (fixture, "UserCertificate", "cert <RequestID>");
  must_initialize (fixture);
  icert_test_server_set_ca_property (fixture->server, "CertCount", g_variant_new_int32 (1), NULL);
  icert_test_server_set_ca_property (
      fixture->server, "RawCACertificate.0",
      g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, der, TRUE), NULL);
  g_assert_true (icert_test_server_notify_event (fixture->server, fixture->exit,
                                                 ICERT_EXIT_EVENT_STARTUP, &error));
  g_assert_no_error (error);
  ca = look (fixture, "Demo CA", "cACertificate;binary");
  g_assert_true (ca != NULL && g_bytes_equal (ca, der));
  icert_test_server_set_certificate (server, der);
  g_assert_true (
      icert_test_server_notify_event (server, fixture->exit, ICERT_EXIT_EVENT_CERT_ISSUED, &error));
  g_assert_no_error (error);
  user = look (fixture, "cert 7", "userCertificate;binary");
  g_assert_true (user != NULL && g_bytes_equal (user, der));
}

static void
test_outage (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertIssuedCrl) five = NULL;
  g_autoptr (ICertIssuedCrl) six = NULL;
  g_autoptr (ICertIssuedCrl) again = NULL;
  g_autofree char *failure = NULL;
  g_autofree char *place = NULL;

  g_test_summary ("A directory that is gone is a failure of its place; what was there stays");
  must_initialize (fixture);
  five = publish (fixture, 5, -1, &error);
  g_assert_no_error (error);
  stop_slapd (fixture);
  six = publish (fixture, 6, -1, &error);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_FAILED);
  g_clear_error (&error);
  failure = report_of (six, "failure");
  g_assert_nonnull (strstr (failure, "cannot be reached"));
  place = report_of (six, "place");
  g_assert_true (g_str_has_prefix (place, fixture->url));
  start_slapd (fixture);
  assert_there (fixture, "Demo CA", CRL_ATTRIBUTE, five);
  again = publish (fixture, 6, -1, &error);
  g_assert_no_error (error);
  assert_there (fixture, "Demo CA", CRL_ATTRIBUTE, again);
}

static void
test_silence (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_autofree char *url = g_strdup_printf ("ldap://127.0.0.1:%u", port);
  g_autofree char *tls = g_strdup_printf ("ldaps://127.0.0.1:%u", port);
  const char *urls[] = { url, tls };

  g_test_summary ("A directory that accepts and never answers costs the timeout, not more");
  set (fixture, "Timeout", "1s");
  for (gsize i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      gint64 start = g_get_monotonic_time ();
      g_autoptr (GError) error = NULL;
      g_autoptr (ICertIssuedCrl) crl = NULL;

      set (fixture, "Url", urls[i]);
      must_initialize (fixture);
      crl = publish (fixture, 5, -1, &error);
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_FAILED);
      g_assert_cmpint (g_get_monotonic_time () - start, <, 4 * G_TIME_SPAN_SECOND);
    }
}

/* A directory that lets us in, and answers the first question with a message of 2 GiB */

typedef struct
{
  GSocketListener *listener;
  gsize sent;
} Flood;

static gpointer
flood_worker (gpointer data)
{
  /* message 1, bind response: success, "", "" */
  static const guint8 welcome[]
      = { 0x30, 0x0c, 0x02, 0x01, 0x01, 0x61, 0x07, 0x0a, 0x01, 0x00, 0x04, 0x00, 0x04, 0x00 };
  static const guint8 header[] = { 0x30, 0x84, 0x7f, 0xff, 0xff, 0xf0 };
  Flood *flood = data;
  g_autoptr (GSocketConnection) connection
      = g_socket_listener_accept (flood->listener, NULL, NULL, NULL);
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  g_autofree char *octets = g_strnfill (1 << 20, 'A');

  g_assert_cmpint (g_input_stream_read (in, octets, 1 << 20, NULL, NULL), >, 0);
  g_output_stream_write_all (out, welcome, sizeof welcome, NULL, NULL, NULL);
  g_assert_cmpint (g_input_stream_read (in, octets, 1 << 20, NULL, NULL), >, 0);
  g_output_stream_write_all (out, header, sizeof header, NULL, NULL, NULL);
  while (flood->sent < G_MAXINT32
         && g_output_stream_write_all (out, octets, 1 << 20, NULL, NULL, NULL))
    flood->sent += 1 << 20;
  return NULL;
}

static void
test_flood (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_autofree char *url = g_strdup_printf ("ldap://127.0.0.1:%u", port);
  Flood flood = { listener, 0 };
  GThread *thread = g_thread_new ("flood", flood_worker, &flood);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertIssuedCrl) crl = NULL;

  g_test_summary ("S-A10: a directory that answers without end does not take the CA's memory");
  set (fixture, "Timeout", "5s");
  set (fixture, "Url", url);
  must_initialize (fixture);
  crl = publish (fixture, 5, -1, &error);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_FAILED);
  g_thread_join (thread);
  g_assert_cmpuint (flood.sent, <, 64 << 20);
}

static void
test_password (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertIssuedCrl) crl = NULL;

  g_test_summary ("A wrong password, and a file that others may read, are said");
  write_file (fixture, "password", 0600, "wrong\n");
  must_initialize (fixture);
  crl = publish (fixture, 5, -1, &error);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "Invalid credentials"));
  g_assert_null (strstr (error->message, "wrong"));
  write_file (fixture, "password", 0644, "secret\n");
  refuse (fixture, "Timeout", "5s", "PasswordFile: others may read it*");
  write_file (fixture, "password", 0600, "\n");
  refuse (fixture, "Timeout", "5s", "PasswordFile: has no password*");
}

static void
test_tls (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertIssuedCrl) stranger = NULL;
  g_autoptr (ICertIssuedCrl) crl = NULL;

  g_test_summary ("StartTLS takes the directory's certificate from CAFile only");
  set (fixture, "StartTLS", "true");
  must_initialize (fixture);
  stranger = publish (fixture, 5, -1, &error);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_FAILED);
  g_clear_error (&error);
  set (fixture, "CAFile", "server.crt");
  must_initialize (fixture);
  crl = publish (fixture, 5, -1, &error);
  g_assert_no_error (error);
  assert_there (fixture, "Demo CA", CRL_ATTRIBUTE, crl);
}

static void
test_settings (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Settings that make no sense, or would send a password in clear, are refused");
  refuse (fixture, "Url", NULL, "Url: *");
  refuse (fixture, "Url", "http://example.org", "Url: is no URL of a directory*");
  refuse (fixture, "Url", "ldap://localhost/dc=org", "Url: is no URL of a directory*");
  refuse (fixture, "Url", "ldap://ldap.example.org", "StartTLS: the way to * open to others*");
  refuse (fixture, "BaseDN", "no dn", "BaseDN: is no DN*");
  refuse (fixture, "BindDN", "cn", "BindDN: is no DN*");
  refuse (fixture, "PasswordFile", NULL, "PasswordFile: BindDN and PasswordFile need each other*");
  refuse (fixture, "PasswordFile", "none", "PasswordFile: cannot be opened*");
  refuse (fixture, "Name", "%3", "Name: all would have one entry*");
  refuse (fixture, "Name", "%8%5", "Name: *does not begin with a known token*");
  refuse (fixture, "UserCertificate", "all", "UserCertificate: all would have one entry*");
  must_initialize (fixture);
}

#define ADD(name, test) g_test_add ("/exit-ldap/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  key = EVP_EC_gen ("P-256");
  other_key = EVP_EC_gen ("P-256");
  ADD ("publishes", test_publishes);
  ADD ("judges", test_judges);
  ADD ("escapes", test_escapes);
  ADD ("certificates", test_certificates);
  ADD ("outage", test_outage);
  ADD ("silence", test_silence);
  ADD ("flood/S-A10", test_flood);
  ADD ("password", test_password);
  ADD ("tls", test_tls);
  ADD ("settings", test_settings);
  status = g_test_run ();
  EVP_PKEY_free (key);
  EVP_PKEY_free (other_key);
  return status;
}
