/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <openssl/ec.h>

#include "exit-publish-file.h"
#include "exit-publish-pattern.h"
#include "exit-publish.h"
#include "fake-crl.h"
#include "fake-folder.h"

typedef struct
{
  char *folder;
  ICertExit *exit;
  ICertTestServer *server;
} Fixture;

static ICertSettings *
new_settings (Fixture *fixture, const char *certificate)
{
  g_autoptr (GVariant) schema
      = icert_manage_module_describe_settings (ICERT_MANAGE_MODULE (fixture->exit), NULL);
  g_autoptr (GHashTable) texts = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;
  ICertSettings *settings;

  if (certificate != NULL)
    g_hash_table_insert (texts, "Certificate", (gpointer) certificate);
  settings = icert_settings_new (schema, texts, fixture->folder, &error);
  g_assert_no_error (error);
  return settings;
}

static gboolean
initialize (Fixture *fixture, const char *certificate, GError **error)
{
  g_autoptr (ICertSettings) settings = new_settings (fixture, certificate);
  g_autoptr (ICertTestServer) server = icert_test_server_new (0);
  g_autoptr (ICertIssuedContext) ca = icert_test_server_new_issued_context (server);
  ICertExitEvents mask = ICERT_EXIT_EVENT_NONE;

  if (!icert_exit_initialize (fixture->exit, ICERT_SERVER (ca), settings, &mask, error))
    return FALSE;
  g_assert_cmpint (mask, ==,
                   ICERT_EXIT_EVENT_CERT_ISSUED | ICERT_EXIT_EVENT_STARTUP
                       | ICERT_EXIT_EVENT_CRL_ISSUED);
  return TRUE;
}

static void
set_ca_text (ICertTestServer *server, const char *name, const char *text)
{
  icert_test_server_set_ca_property (server, name, g_variant_new_string (text), NULL);
}

static ICertTestServer *
new_issued (gint64 id, const char *octets)
{
  ICertTestServer *server = icert_test_server_new (id);
  g_autoptr (GBytes) certificate = g_bytes_new (octets, strlen (octets));

  icert_test_server_set_certificate (server, certificate);
  icert_test_server_set_certificate_property (server, "SerialNumber", g_variant_new_string ("01ab"),
                                              NULL);
  set_ca_text (server, "MachineDNSName", "ca.example.org");
  set_ca_text (server, "SanitizedCAName", "Demo CA");
  set_ca_text (server, "SanitizedShortName", "Demo CA");
  return server;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("icert-publish-XXXXXX", NULL);
  fixture->exit = g_object_new (EXIT_TYPE_PUBLISH, NULL);
  fixture->server = new_issued (7, "certificate seven");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->server);
  g_assert_finalize_object (fixture->exit);
  fake_folder_remove (fixture->folder);
  g_free (fixture->folder);
}

static gboolean
notify (Fixture *fixture, ICertExitEvents event, ICertTestServer *server, GError **error)
{
  return icert_test_server_notify_event (server, fixture->exit, event, error);
}

static char *
read_published (Fixture *fixture, const char *name)
{
  g_autofree char *path = g_build_filename (fixture->folder, "publish", name, NULL);
  char *contents = NULL;

  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  return contents;
}

static guint64
get_inode (Fixture *fixture, const char *name)
{
  g_autofree char *path = g_build_filename (fixture->folder, "publish", name, NULL);
  GStatBuf status;

  g_assert_cmpint (g_stat (path, &status), ==, 0);
  return status.st_ino;
}

static guint
count_files (Fixture *fixture, const char *name)
{
  g_autofree char *path = g_build_filename (fixture->folder, "publish", name, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
test_writes_pem (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *pem = NULL;

  g_test_summary (
      "An issued certificate becomes a PEM file named by its request, and nothing else");
  g_assert_true (initialize (fixture, NULL, &error));
  notify (fixture, ICERT_EXIT_EVENT_CERT_ISSUED, fixture->server, &error);
  g_assert_no_error (error);
  pem = read_published (fixture, "certs/7.crt");
  g_assert_cmpstr (pem, ==,
                   "-----BEGIN CERTIFICATE-----\nY2VydGlmaWNhdGUgc2V2ZW4=\n"
                   "-----END CERTIFICATE-----\n");
  g_assert_cmpuint (count_files (fixture, "certs"), ==, 1);
}

static void
test_breaks_lines (void)
{
  guint8 octets[200] = { 0 };
  g_autoptr (GBytes) bytes = g_bytes_new (octets, sizeof octets);
  g_autoptr (GBytes) pem = exit_publish_pem (bytes);
  g_autofree char *text = g_strndup (g_bytes_get_data (pem, NULL), g_bytes_get_size (pem));
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  g_test_summary ("Lines of a PEM file have 64 characters");
  g_assert_cmpuint (strlen (lines[1]), ==, 64);
  g_assert_cmpuint (strlen (lines[4]), ==, 64);
  g_assert_cmpstr (lines[6], ==, "-----END CERTIFICATE-----");
}

static void
test_again_changes_nothing (Fixture *fixture, gconstpointer data)
{
  guint64 inode;

  g_test_summary ("S-L4: the same event again leaves the file as it is; other octets replace it");
  g_assert_true (initialize (fixture, NULL, NULL));
  g_assert_true (notify (fixture, ICERT_EXIT_EVENT_CERT_ISSUED, fixture->server, NULL));
  inode = get_inode (fixture, "certs/7.crt");
  g_assert_true (notify (fixture, ICERT_EXIT_EVENT_CERT_ISSUED, fixture->server, NULL));
  g_assert_cmpuint (get_inode (fixture, "certs/7.crt"), ==, inode);

  g_object_unref (fixture->server);
  fixture->server = new_issued (7, "another");
  g_assert_true (notify (fixture, ICERT_EXIT_EVENT_CERT_ISSUED, fixture->server, NULL));
  {
    g_autofree char *pem = read_published (fixture, "certs/7.crt");

    g_assert_nonnull (strstr (pem, "YW5vdGhlcg=="));
  }
  g_assert_cmpuint (count_files (fixture, "certs"), ==, 1);
}

static void
test_overwrites_what_a_kill_left (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "publish", "certs", NULL);
  g_autofree char *left = g_build_filename (folder, ".7.crt.new", NULL);

  g_test_summary ("S-L4: what a killed process left half written is gone after the next try");
  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (g_file_set_contents (left, "half", -1, NULL));
  g_assert_true (initialize (fixture, NULL, NULL));
  g_assert_true (notify (fixture, ICERT_EXIT_EVENT_CERT_ISSUED, fixture->server, NULL));
  g_assert_cmpuint (count_files (fixture, "certs"), ==, 1);
}

static void
test_tokens (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertTestServer) other = new_issued (8, "certificate eight");
  g_autofree char *seven = NULL;
  g_autofree char *eight = NULL;

  g_test_summary ("AD CS's pattern certs/%1_%3%4.crt works, and no two certificates share a file");
  g_assert_true (initialize (fixture, "certs/%1_%3%4.crt", NULL));
  g_assert_true (notify (fixture, ICERT_EXIT_EVENT_CERT_ISSUED, fixture->server, NULL));
  g_assert_true (notify (fixture, ICERT_EXIT_EVENT_CERT_ISSUED, other, NULL));
  seven = read_published (fixture, "certs/ca.example.org_Demo CA(7).crt");
  eight = read_published (fixture, "certs/ca.example.org_Demo CA(8).crt");
  g_assert_cmpstr (seven, !=, eight);
}

static void
test_serial_token (Fixture *fixture, gconstpointer data)
{
  g_autofree char *pem = NULL;

  g_test_summary ("Folders and serial numbers can be part of a name");
  g_assert_true (initialize (fixture, "by-host/%2/<SerialNumber>-<RequestID>.pem", NULL));
  g_assert_true (notify (fixture, ICERT_EXIT_EVENT_CERT_ISSUED, fixture->server, NULL));
  pem = read_published (fixture, "by-host/ca/01ab-7.pem");
  g_assert_nonnull (pem);
}

static void
test_refuses_patterns (Fixture *fixture, gconstpointer data)
{
  static const char *const patterns[] = { "certs/%3.crt",
                                          "../<RequestID>.crt",
                                          "/etc/<RequestID>.crt",
                                          "certs//<RequestID>",
                                          "certs/.<RequestID>",
                                          "certs/%5<RequestID>",
                                          "certs/<User><RequestID>",
                                          "certs/%10<RequestID>",
                                          "certs/../../<RequestID>",
                                          "" };

  g_test_summary ("S-N6: a pattern that leaves the folder, repeats a name or has unknown tokens is "
                  "refused");
  for (gsize i = 0; i < G_N_ELEMENTS (patterns); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *field = NULL;

      g_assert_false (initialize (fixture, patterns[i], &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
      field = icert_error_get_field (error);
      g_assert_cmpstr (field, ==, "Certificate");
    }
}

static void
test_no_path_from_the_requester (Fixture *fixture, gconstpointer data)
{
  g_autofree char *target = g_build_filename (fixture->folder, "stolen.crt", NULL);
  g_autofree char *pem = NULL;

  g_test_summary ("S-D3: the attribute CertFile of a requester is no path to write to");
  icert_test_server_set_request_attribute (fixture->server, "CertFile", target);
  g_assert_true (initialize (fixture, NULL, NULL));
  g_assert_true (notify (fixture, ICERT_EXIT_EVENT_CERT_ISSUED, fixture->server, NULL));
  g_assert_false (g_file_test (target, G_FILE_TEST_EXISTS));
  pem = read_published (fixture, "certs/7.crt");
  g_assert_nonnull (pem);
}

static void
test_no_separator_from_a_token (void)
{
  ExitPublishTokens tokens = { .ca_name = "../../etc", .request_id = "7" };
  g_autoptr (GError) error = NULL;

  g_test_summary ("A token's text opens no folder");
  g_assert_null (exit_publish_pattern_expand ("%3/<RequestID>", &tokens, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_FAILED);
  g_clear_error (&error);
  tokens.ca_name = "..";
  g_assert_null (exit_publish_pattern_expand ("%3/<RequestID>", &tokens, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_FAILED);
}

static void
test_refuses_links (Fixture *fixture, gconstpointer data)
{
  g_autofree char *certs = g_build_filename (fixture->folder, "publish", "certs", NULL);
  g_autofree char *link = g_build_filename (certs, "7.crt", NULL);
  g_autofree char *target = g_build_filename (fixture->folder, "secret", NULL);
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-F5: nothing is written through a symbolic link");
  g_assert_cmpint (g_mkdir_with_parents (certs, 0755), ==, 0);
  g_assert_true (g_file_set_contents (target, "secret", -1, NULL));
  g_assert_cmpint (symlink (target, link), ==, 0);
  g_assert_true (initialize (fixture, NULL, NULL));
  g_assert_false (notify (fixture, ICERT_EXIT_EVENT_CERT_ISSUED, fixture->server, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_FAILED);
  g_assert_true (g_file_get_contents (target, &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, "secret");
}

static void
test_refuses_linked_folders (Fixture *fixture, gconstpointer data)
{
  g_autofree char *publish = g_build_filename (fixture->folder, "publish", NULL);
  g_autofree char *elsewhere = g_build_filename (fixture->folder, "elsewhere", NULL);
  g_autofree char *certs = g_build_filename (publish, "certs", NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-F5: nothing is written into a folder behind a symbolic link");
  g_assert_cmpint (g_mkdir (publish, 0755), ==, 0);
  g_assert_cmpint (g_mkdir (elsewhere, 0755), ==, 0);
  g_assert_cmpint (symlink (elsewhere, certs), ==, 0);
  g_assert_true (initialize (fixture, NULL, NULL));
  g_assert_false (notify (fixture, ICERT_EXIT_EVENT_CERT_ISSUED, fixture->server, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_FAILED);
}

static void
test_publishes_the_ca (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertTestServer) ca = new_issued (0, "none");
  g_autofree char *der = NULL;

  g_test_summary ("At the start the CA's own certificates are published, in DER");
  icert_test_server_set_ca_property (ca, "CertCount", g_variant_new_int32 (1), NULL);
  icert_test_server_set_ca_property (
      ca, "RawCACertificate.0", g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, "ca", 2, 1), NULL);
  g_assert_true (initialize (fixture, NULL, NULL));
  g_assert_true (notify (fixture, ICERT_EXIT_EVENT_STARTUP, ca, NULL));
  der = read_published (fixture, "ca.crt");
  g_assert_cmpstr (der, ==, "ca");
}

static void
test_ignores_other_events (Fixture *fixture, gconstpointer data)
{
  g_autofree char *publish = g_build_filename (fixture->folder, "publish", NULL);

  g_test_summary ("Events it did not ask for do nothing");
  g_assert_true (initialize (fixture, NULL, NULL));
  g_assert_true (notify (fixture, ICERT_EXIT_EVENT_CERT_DENIED, fixture->server, NULL));
  g_assert_false (g_file_test (publish, G_FILE_TEST_EXISTS));
}

static void
test_failed_reload (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertSettings) settings = new_settings (fixture, "../x<RequestID>");
  g_autoptr (GError) error = NULL;
  g_autofree char *pem = NULL;

  g_test_summary ("S-N6: a reload that fails leaves what was there");
  g_assert_true (initialize (fixture, NULL, NULL));
  g_assert_false (
      icert_manage_module_reload (ICERT_MANAGE_MODULE (fixture->exit), settings, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_assert_true (notify (fixture, ICERT_EXIT_EVENT_CERT_ISSUED, fixture->server, NULL));
  pem = read_published (fixture, "certs/7.crt");
  g_assert_nonnull (pem);
}

/* CRLs */

static EVP_PKEY *
get_key (guint index)
{
  static EVP_PKEY *keys[2];

  if (keys[index] == NULL)
    keys[index] = EVP_EC_gen ("P-256");
  return keys[index];
}

/* (transfer full): told to the exit */
static ICertIssuedCrl *
publish_crl (Fixture *fixture,
             int key_index,
             int partition,
             gint64 number,
             gint64 base,
             GError **error)
{
  g_autoptr (ICertTestServer) server = icert_test_server_new (0);
  g_autoptr (GBytes) der
      = fake_crl_new (get_key (key_index > 0 ? 1 : 0), "Demo CA", number, base, 0);
  ICertIssuedCrl *crl = icert_issued_crl_new (key_index, partition, der, NULL);

  icert_test_server_add_crl (server, crl);
  notify (fixture, ICERT_EXIT_EVENT_CRL_ISSUED, server, error);
  return crl;
}

static void
assert_crl (Fixture *fixture, const char *name, ICertIssuedCrl *crl)
{
  g_autofree char *path = g_build_filename (fixture->folder, "publish", name, NULL);
  g_autoptr (GBytes) expected = icert_issued_crl_get_bytes (crl);
  g_autofree char *contents = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &contents, &size, NULL));
  g_assert_cmpmem (contents, size, g_bytes_get_data (expected, NULL), g_bytes_get_size (expected));
}

static void
test_crls (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertIssuedCrl) base = NULL;
  g_autoptr (ICertIssuedCrl) delta = NULL;
  g_autoptr (ICertIssuedCrl) other = NULL;
  g_autoptr (ICertIssuedCrl) part = NULL;
  g_autoptr (GVariant) reports = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("CRLs of keys, kinds and partitions have files of their own, read back");
  g_assert_true (initialize (fixture, NULL, NULL));
  base = publish_crl (fixture, 0, 0, 5, -1, &error);
  g_assert_no_error (error);
  delta = publish_crl (fixture, 0, 0, 5, 5, &error);
  g_assert_no_error (error);
  other = publish_crl (fixture, 4, 0, 5, -1, &error);
  g_assert_no_error (error);
  part = publish_crl (fixture, 0, 3, 5, -1, &error);
  g_assert_no_error (error);
  assert_crl (fixture, "crl/ca.crl", base);
  assert_crl (fixture, "crl/ca+.crl", delta);
  assert_crl (fixture, "crl/ca(4).crl", other);
  assert_crl (fixture, "crl/ca_Partition00003.crl", part);
  g_assert_cmpuint (count_files (fixture, "crl"), ==, 4);
  reports = icert_issued_crl_list_reports (base);
  text = g_variant_print (reports, FALSE);
  g_assert_nonnull (strstr (text, "'file:///"));
  g_assert_nonnull (strstr (text, "'read-back': <true>"));
}

static void
test_newer_crl_stays (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertIssuedCrl) seven = NULL;
  g_autoptr (ICertIssuedCrl) six = NULL;
  g_autoptr (ICertIssuedCrl) early = NULL;
  g_autoptr (ICertIssuedCrl) eight = NULL;
  g_autofree char *path = g_build_filename (fixture->folder, "publish", "crl", "ca.crl", NULL);

  g_test_summary ("S-I4: a newer CRL stays, garbage does not, a delta waits for its base");
  g_assert_true (initialize (fixture, NULL, NULL));
  seven = publish_crl (fixture, 0, 0, 7, -1, &error);
  g_assert_no_error (error);
  six = publish_crl (fixture, 0, 0, 6, -1, &error);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFLICT);
  g_clear_error (&error);
  early = publish_crl (fixture, 0, 0, 8, 8, &error);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_PENDING);
  g_clear_error (&error);
  assert_crl (fixture, "crl/ca.crl", seven);
  g_assert_cmpuint (count_files (fixture, "crl"), ==, 1);
  g_assert_true (g_file_set_contents (path, "garbage", -1, NULL));
  eight = publish_crl (fixture, 0, 0, 8, -1, &error);
  g_assert_no_error (error);
  assert_crl (fixture, "crl/ca.crl", eight);
}

static void
test_cut (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertIssuedCrl) five = NULL;
  g_autoptr (GBytes) there = NULL;
  g_autoptr (GBytes) contents = NULL;
  g_autofree char *folder = g_build_filename (fixture->folder, "publish", NULL);
  g_autofree char *path = g_build_filename (folder, "crl", "ca.crl", NULL);
  g_autofree char *fifo = g_build_filename (folder, "crl", "fifo", NULL);

  g_test_summary (
      "What is read of a published file stays whole when somebody cuts the file; a FIFO "
      "is not waited for (S-F5)");
  g_assert_true (initialize (fixture, NULL, NULL));
  five = publish_crl (fixture, 0, 0, 5, -1, &error);
  g_assert_no_error (error);
  contents = icert_issued_crl_get_bytes (five);
  g_assert_true (exit_publish_file_has (folder, "crl/ca.crl", contents));
  there = exit_publish_file_load (folder, "crl/ca.crl", &error);
  g_assert_no_error (error);
  g_assert_no_errno (truncate (path, 0));
  g_assert_true (g_bytes_equal (there, contents));
  g_assert_false (exit_publish_file_has (folder, "crl/ca.crl", contents));
  g_assert_no_errno (mkfifo (fifo, 0600));
  g_assert_null (exit_publish_file_load (folder, "crl/fifo", &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_FAILED);
  g_assert_false (exit_publish_file_has (folder, "crl/fifo", contents));
  g_unlink (fifo);
}

static void
test_kept (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertIssuedCrl) five = NULL;
  g_autoptr (ICertIssuedCrl) six = NULL;
  g_autoptr (ICertIssuedCrl) seven = NULL;

  g_test_summary ("S-I4: the CRL that was replaced last is kept, and no other");
  g_assert_true (initialize (fixture, NULL, NULL));
  five = publish_crl (fixture, 0, 0, 5, -1, &error);
  g_assert_cmpuint (count_files (fixture, "crl"), ==, 1);
  six = publish_crl (fixture, 0, 0, 6, -1, &error);
  assert_crl (fixture, "crl/ca.crl.old", five);
  seven = publish_crl (fixture, 0, 0, 7, -1, &error);
  g_assert_no_error (error);
  assert_crl (fixture, "crl/ca.crl", seven);
  assert_crl (fixture, "crl/ca.crl.old", six);
  g_assert_cmpuint (count_files (fixture, "crl"), ==, 2);
}

static void
test_full_disk (Fixture *fixture, gconstpointer data)
{
  struct rlimit before, small;
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertIssuedCrl) five = NULL;
  g_autoptr (ICertIssuedCrl) six = NULL;
  g_autoptr (ICertIssuedCrl) again = NULL;

  g_test_summary ("A disk that is full keeps the old CRL, and nothing half written beside it");
  g_assert_true (initialize (fixture, NULL, NULL));
  five = publish_crl (fixture, 0, 0, 5, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  small = before;
  small.rlim_cur = 64;
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  six = publish_crl (fixture, 0, 0, 6, -1, &error);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_FAILED);
  g_clear_error (&error);
  assert_crl (fixture, "crl/ca.crl", five);
  g_assert_cmpuint (count_files (fixture, "crl"), ==, 1);
  again = publish_crl (fixture, 0, 0, 6, -1, &error);
  g_assert_no_error (error);
  assert_crl (fixture, "crl/ca.crl", again);
}

static void
test_crl_patterns (void)
{
  static const char *const wrong[]
      = { "ca.crl", "ca%8.crl", "ca%9.crl", "../ca%8%9.crl", "%8%9%5" };
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-N6: a pattern that gives two keys or kinds one name is refused");
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_assert_false (exit_publish_pattern_check (wrong[i], "CRL", EXIT_PUBLISH_CRL, &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
      g_clear_error (&error);
    }
  g_assert_true (exit_publish_pattern_check ("%3%8%9.crl", "CRL", EXIT_PUBLISH_CRL, &error));
  g_assert_no_error (error);
}

#define ADD(path, function)                                                                        \
  g_test_add ("/exit-publish/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("writes-pem", test_writes_pem);
  g_test_add_func ("/exit-publish/breaks-lines", test_breaks_lines);
  ADD ("s-l4-again-changes-nothing", test_again_changes_nothing);
  ADD ("s-l4-overwrites-what-a-kill-left", test_overwrites_what_a_kill_left);
  ADD ("tokens", test_tokens);
  ADD ("serial-token", test_serial_token);
  ADD ("s-n6-refuses-patterns", test_refuses_patterns);
  ADD ("s-d3-no-path-from-the-requester", test_no_path_from_the_requester);
  g_test_add_func ("/exit-publish/no-separator-from-a-token", test_no_separator_from_a_token);
  ADD ("s-f5-refuses-links", test_refuses_links);
  ADD ("s-f5-refuses-linked-folders", test_refuses_linked_folders);
  ADD ("publishes-the-ca", test_publishes_the_ca);
  ADD ("ignores-other-events", test_ignores_other_events);
  ADD ("s-n6-failed-reload", test_failed_reload);
  ADD ("crls", test_crls);
  ADD ("s-i4-newer-crl-stays", test_newer_crl_stays);
  ADD ("s-f5-cut", test_cut);
  ADD ("s-i4-kept", test_kept);
  ADD ("full-disk", test_full_disk);
  g_test_add_func ("/exit-publish/s-n6-crl-patterns", test_crl_patterns);

  return g_test_run ();
}
