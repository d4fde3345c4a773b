/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fake-ca.h"

#include <string.h>

#include <glib/gstdio.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

static char *home;
static EVP_PKEY *common_key;

static void
remove_all (const char *path)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (!g_file_test (path, G_FILE_TEST_IS_DIR) || g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    {
      g_unlink (path);
      return;
    }
  g_chmod (path, 0700);
  dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_all (child);
    }
  g_rmdir (path);
}

void
fake_ca_init (int *argc, char ***argv)
{
  g_autofree char *modules = NULL;
  g_autofree char *config = NULL;

  home = g_dir_make_tmp ("icert-engine-XXXXXX", NULL);
  g_assert_nonnull (home);
  config = g_build_filename (home, "config", NULL);
  g_setenv ("XDG_CONFIG_HOME", config, TRUE);
  g_setenv ("XDG_DATA_HOME", home, TRUE);
  g_unsetenv ("ICERT_CONFIG");
  g_unsetenv ("ICERT_STEPS");
  modules = g_strdup_printf ("%s:%s", g_getenv ("ICERT_MODULE_PATH"),
                             g_getenv ("ICERT_FIXTURE_MODULES"));
  g_setenv ("ICERT_MODULE_PATH", modules, TRUE);
  g_test_init (argc, argv, NULL);
  common_key = EVP_EC_gen ("P-256");
}

void
fake_ca_end (void)
{
  EVP_PKEY_free (common_key);
  remove_all (home);
  g_free (home);
}

int
fake_ca_run (void)
{
  int status = g_test_run ();

  fake_ca_end ();
  return status;
}

/* The CA */

char *
fake_ca_path (FakeCa *self, const char *name)
{
  return g_build_filename (self->folder, name, NULL);
}

char *
fake_ca_read (FakeCa *self, const char *name)
{
  g_autofree char *path = fake_ca_path (self, name);
  g_autoptr (GError) error = NULL;
  char *contents = NULL;

  g_file_get_contents (path, &contents, NULL, &error);
  g_assert_no_error (error);
  return contents;
}

void
fake_ca_write (FakeCa *self, const char *name, const char *contents)
{
  g_autofree char *path = fake_ca_path (self, name);
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (path, contents, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
  g_assert_no_error (error);
}

/* A test may have several CAs of one name, which an administrator may not: they are reached by
 * their addresses, so the records of the others may go. */
static void
forget_records (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_config_dir (), "icert", "ca.d", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
}

static void
create (FakeCa *self, ICertSetupType type, const char *key_type, const char *validity)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertSetup) setup = icert_setup_open (NULL, &error);
  g_autofree char *config = NULL;

  g_assert_no_error (error);
  forget_records ();
  g_object_set (setup, "name", "Fake", "folder", self->folder, "type", type, "key-type", key_type,
                "validity", validity, "url", "http://ca.example.org", NULL);
  config = icert_setup_create (setup, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (config, ==, "localhost\\Fake CA");
}

static void
change_entry (FakeCa *self, const char *group, const char *key, const char *value)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *path = fake_ca_path (self, "ca.conf");
  g_autoptr (GError) error = NULL;

  g_key_file_load_from_file (file, path, G_KEY_FILE_KEEP_COMMENTS, &error);
  g_assert_no_error (error);
  if (value != NULL)
    g_key_file_set_value (file, group, key, value);
  else
    g_key_file_remove_key (file, group, key, NULL);
  g_key_file_save_to_file (file, path, &error);
  g_assert_no_error (error);
  g_assert_no_errno (g_chmod (path, 0600));
}

static FakeCa *
new_ca (const char *chain, ICertSetupType type, const char *key_type, const char *validity)
{
  static int number;
  FakeCa *self = g_new0 (FakeCa, 1);
  g_autofree char *name = g_strdup_printf ("ca-%d", g_atomic_int_add (&number, 1));

  self->folder = g_build_filename (home, name, NULL);
  self->address = g_strconcat ("local:", self->folder, NULL);
  create (self, type, key_type, validity);
  if (chain != NULL)
    change_entry (self, "Policy", "Chain", chain);
  fake_ca_open (self);
  return self;
}

FakeCa *
fake_ca_new_with_key (const char *chain, const char *key_type)
{
  return new_ca (chain, ICERT_SETUP_TYPE_ROOT, key_type, "10y");
}

FakeCa *
fake_ca_new_with_validity (const char *chain, const char *validity)
{
  return new_ca (chain, ICERT_SETUP_TYPE_ROOT, "ec-p256", validity);
}

FakeCa *
fake_ca_new_two_tier (const char *chain)
{
  return new_ca (chain, ICERT_SETUP_TYPE_TWO_TIER, "ec-p256", "10y");
}

FakeCa *
fake_ca_new (const char *chain)
{
  return fake_ca_new_with_key (chain, "ec-p256");
}

void
fake_ca_close (FakeCa *self)
{
  if (self->request == NULL)
    return;
  g_assert_finalize_object (self->admin);
  g_assert_finalize_object (self->view);
  g_assert_finalize_object (self->ca);
  g_assert_finalize_object (self->request);
  self->request = NULL;
}

void
fake_ca_free (FakeCa *self)
{
  fake_ca_close (self);
  remove_all (self->folder);
  g_free (self->folder);
  g_free (self->address);
  g_free (self);
}

void
fake_ca_open (FakeCa *self)
{
  g_autoptr (GError) error = NULL;

  self->request = icert_request_open (self->address, NULL, &error);
  g_assert_no_error (error);
  self->admin = icert_admin_open (self->address, NULL, &error);
  g_assert_no_error (error);
  self->view = icert_view_open (self->address, NULL, &error);
  g_assert_no_error (error);
  self->ca = icert_ca_open (self->address, NULL, &error);
  g_assert_no_error (error);
}

void
fake_ca_reopen (FakeCa *self)
{
  fake_ca_close (self);
  fake_ca_open (self);
}

GError *
fake_ca_open_error (FakeCa *self)
{
  GError *error = NULL;
  g_autoptr (ICertRequest) request = icert_request_open (self->address, NULL, &error);

  g_assert_null (request);
  g_assert_nonnull (error);
  return error;
}

void
fake_ca_configure (FakeCa *self, const char *group, const char *key, const char *value)
{
  fake_ca_close (self);
  change_entry (self, group, key, value);
  fake_ca_open (self);
}

void
fake_ca_write_profile (FakeCa *self, gboolean approval, const char *extra)
{
  g_autofree char *text
      = g_strdup_printf ("[Profile]\nName=Test\nVersion=1\nEnroll=submitter\nApproval=%s\n"
                         "Validity=30d\n[Subject]\nCommonName=request\n[SubjectAltName]\n"
                         "dNSName=request\niPAddress=request\n"
                         "[Key]\nTypes=ec-p256;ec-p384;rsa-2048;ed25519\n"
                         "[Extensions]\nKeyUsage=auto\nExtendedKeyUsage=emailProtection\n%s\n",
                         approval ? "required" : "none", extra != NULL ? extra : "");

  fake_ca_write (self, "profiles/Test.profile", text);
}

/* Requests */

static void
push_extension (STACK_OF (X509_EXTENSION) * extensions, const char *oid, GBytes *value)
{
  gsize size;
  const void *data = g_bytes_get_data (value, &size);
  ASN1_OBJECT *object = OBJ_txt2obj (oid, 1);
  ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new ();

  ASN1_OCTET_STRING_set (octets, data, size);
  sk_X509_EXTENSION_push (extensions, X509_EXTENSION_create_by_OBJ (NULL, object, 0, octets));
  ASN1_OCTET_STRING_free (octets);
  ASN1_OBJECT_free (object);
}

static void
take_extension (STACK_OF (X509_EXTENSION) * extensions, ICertExtension *extension)
{
  g_autofree char *oid = icert_extension_get_oid (extension);
  g_autoptr (GBytes) value = icert_extension_get_value (extension);

  push_extension (extensions, oid, value);
  g_object_unref (extension);
}

static ICertExtension *
names_to_extension (const char *text)
{
  g_auto (GStrv) items = g_strsplit (text, ";", -1);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;
  ICertExtension *extension;

  for (guint i = 0; items[i] != NULL; i++)
    {
      ICertName *name = icert_name_from_string (items[i], &error);

      g_assert_no_error (error);
      g_ptr_array_add (names, name);
    }
  extension = icert_extension_new_subject_alt_name (names, FALSE, &error);
  g_assert_no_error (error);
  return extension;
}

static STACK_OF (X509_EXTENSION) * make_extensions (const FakeWish *wish)
{
  static const guint8 null[] = { 0x05, 0x00 };
  STACK_OF (X509_EXTENSION) *extensions = sk_X509_EXTENSION_new_null ();

  if (wish->names != NULL)
    take_extension (extensions, names_to_extension (wish->names));
  if (wish->eku != NULL)
    {
      const char *oids[] = { wish->eku, NULL };

      take_extension (extensions, icert_extension_new_extended_key_usage (oids, FALSE, NULL));
    }
  if (wish->ca)
    take_extension (extensions, icert_extension_new_basic_constraints (TRUE, -1, TRUE, NULL));
  if (wish->oid != NULL)
    {
      g_autoptr (GBytes) value = g_bytes_new_static (null, sizeof null);

      push_extension (extensions, wish->oid, value);
    }
  return extensions;
}

GBytes *
fake_wish_to_request (const FakeWish *wish)
{
  EVP_PKEY *key = wish->key != NULL ? wish->key : common_key;
  gboolean edwards
      = EVP_PKEY_get_id (key) == EVP_PKEY_ED25519 || EVP_PKEY_get_id (key) == EVP_PKEY_ED448;
  X509_REQ *request = X509_REQ_new ();
  STACK_OF (X509_EXTENSION) *extensions = make_extensions (wish);
  unsigned char *der = NULL;
  GBytes *bytes;
  int size;

  if (wish->common_name != NULL)
    X509_NAME_add_entry_by_txt (X509_REQ_get_subject_name (request), "CN", MBSTRING_UTF8,
                                (const guchar *) wish->common_name, -1, -1, 0);
  if (sk_X509_EXTENSION_num (extensions) > 0)
    X509_REQ_add_extensions (request, extensions);
  X509_REQ_set_pubkey (request, key);
  g_assert_cmpint (X509_REQ_sign (request, key, edwards ? NULL : EVP_sha256 ()), >, 0);
  size = i2d_X509_REQ (request, &der);
  g_assert_cmpint (size, >, 0);
  bytes = g_bytes_new (der, size);
  OPENSSL_free (der);
  sk_X509_EXTENSION_pop_free (extensions, X509_EXTENSION_free);
  X509_REQ_free (request);
  return bytes;
}

GBytes *
fake_ca_request (const char *dns)
{
  g_autofree char *names = g_strconcat ("dNSName:", dns, NULL);
  FakeWish wish = { .common_name = dns, .names = names };

  return fake_wish_to_request (&wish);
}

ICertResponse *
fake_ca_submit_with_key (FakeCa *self,
                         GBytes *request,
                         const char *profile,
                         const char *idempotency_key,
                         GError **error)
{
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);

  if (profile != NULL)
    g_hash_table_insert (attributes, (gpointer) "CertificateTemplate", (gpointer) profile);
  return icert_request_submit_full (self->request, ICERT_SUBMIT_NONE, ICERT_ENCODING_ANY,
                                    ICERT_REQUEST_FORMAT_ANY, request, attributes, idempotency_key,
                                    NULL, error);
}

ICertResponse *
fake_ca_submit (FakeCa *self, GBytes *request, const char *profile, GError **error)
{
  return fake_ca_submit_with_key (self, request, profile, NULL, error);
}

gint64
fake_ca_submit_for (FakeCa *self,
                    GBytes *request,
                    const char *profile,
                    ICertDisposition disposition)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = fake_ca_submit (self, request, profile, &error);

  g_assert_no_error (error);
  fake_assert_response (response, disposition, NULL);
  return icert_response_get_request_id (response);
}

/* Assertions */

GBytes *
fake_certificate (ICertResponse *response)
{
  g_autoptr (GError) error = NULL;
  GBytes *certificate = icert_response_get_certificate (response, ICERT_OUTPUT_BINARY, &error);

  g_assert_no_error (error);
  g_assert_nonnull (certificate);
  return certificate;
}

void
fake_assert_response (ICertResponse *response, ICertDisposition disposition, const char *message)
{
  g_autofree char *text = NULL;

  g_assert_nonnull (response);
  text = icert_response_get_message (response);
  if (icert_response_get_disposition (response) != disposition)
    g_test_message ("message: %s", text);
  g_assert_cmpint (icert_response_get_disposition (response), ==, disposition);
  g_assert_cmpint (icert_response_get_request_id (response), !=, 0);
  if (disposition == ICERT_DISPOSITION_ISSUED)
    {
      g_autoptr (GBytes) certificate = fake_certificate (response);

      g_assert_cmpint (g_bytes_get_size (certificate), >, 100);
    }
  else
    {
      g_autoptr (GBytes) none
          = icert_response_get_certificate (response, ICERT_OUTPUT_BINARY, NULL);

      g_assert_null (none);
    }
  if (message == NULL)
    return;
  if (!g_pattern_match_simple (message, text != NULL ? text : ""))
    g_test_message ("message: %s", text);
  g_assert_true (g_pattern_match_simple (message, text != NULL ? text : ""));
}

void
fake_assert_error (const GError *error, int code, const char *field, guint32 hresult)
{
  g_autofree char *name = NULL;

  g_assert_nonnull (error);
  g_assert_error (error, ICERT_ERROR, code);
  name = icert_error_get_field (error);
  if (field != NULL)
    {
      if (g_strcmp0 (name, field) != 0)
        g_test_message ("message: %s", error->message);
      g_assert_cmpstr (name, ==, field);
    }
  if (hresult != 0)
    {
      g_autoptr (GVariant) details = icert_error_get_details (error);
      guint32 status = 0;

      g_assert_true (g_variant_lookup (details, "status", "u", &status));
      g_assert_cmphex (status, ==, hresult);
    }
}

void
fake_assert_status (ICertResponse *response, int code, const char *field)
{
  g_autoptr (GError) status = icert_response_get_status (response);

  fake_assert_error (status, code, field, 0);
}

void
fake_assert_row (FakeCa *self, gint64 id, gint64 disposition, const char *message)
{
  g_autofree char *number
      = g_strdup_printf ("SELECT disposition FROM requests WHERE id = %" G_GINT64_FORMAT, id);
  g_autofree char *words = g_strdup_printf (
      "SELECT disposition_message FROM requests WHERE id = %" G_GINT64_FORMAT, id);
  g_autofree char *text = fake_ca_query_text (self, words);

  g_assert_cmpint (fake_ca_query_int (self, number), ==, disposition);
  if (message != NULL && !g_pattern_match_simple (message, text != NULL ? text : ""))
    g_test_message ("message: %s", text);
  g_assert_true (message == NULL || g_pattern_match_simple (message, text != NULL ? text : ""));
}

char *
fake_serial (GBytes *certificate)
{
  gsize size;
  const guchar *data = g_bytes_get_data (certificate, &size);
  X509 *x509 = d2i_X509 (NULL, &data, size);
  const ASN1_INTEGER *serial;
  GString *text = g_string_new (NULL);

  g_assert_nonnull (x509);
  serial = X509_get0_serialNumber (x509);
  for (int i = 0; i < ASN1_STRING_length (serial); i++)
    g_string_append_printf (text, "%02x", ASN1_STRING_get0_data (serial)[i]);
  X509_free (x509);
  return g_string_free (text, FALSE);
}

/* The store */

static sqlite3 *
open_store (FakeCa *self)
{
  g_autofree char *path = fake_ca_path (self, "store/ca.db");
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  sqlite3_busy_timeout (db, 5000);
  /* no checkpoint when this connection, maybe the last, is closed */
  sqlite3_db_config (db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  return db;
}

static sqlite3_stmt *
prepare (sqlite3 *db, const char *sql)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (db));
  return statement;
}

gint64
fake_ca_query_int (FakeCa *self, const char *sql)
{
  sqlite3 *db = open_store (self);
  sqlite3_stmt *statement = prepare (db, sql);
  gint64 value = -1;

  if (sqlite3_step (statement) == SQLITE_ROW)
    value = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (db);
  return value;
}

char *
fake_ca_query_text (FakeCa *self, const char *sql)
{
  sqlite3 *db = open_store (self);
  sqlite3_stmt *statement = prepare (db, sql);
  char *value = NULL;

  if (sqlite3_step (statement) == SQLITE_ROW)
    value = g_strdup ((const char *) sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  sqlite3_close (db);
  return value;
}

static void
feed_number (GChecksum *sum, gint64 number)
{
  gint64 wire = GINT64_TO_BE (number);

  g_checksum_update (sum, (const guchar *) &wire, sizeof wire);
}

static void
feed_text (GChecksum *sum, sqlite3_stmt *statement, int column)
{
  const void *text = sqlite3_column_text (statement, column);
  guint32 size = text != NULL ? (guint32) sqlite3_column_bytes (statement, column) : G_MAXUINT32;
  guint32 wire = GUINT32_TO_BE (size);

  g_checksum_update (sum, (const guchar *) &wire, sizeof wire);
  if (text != NULL)
    g_checksum_update (sum, text, size);
}

/* The formula of ca-audit.c, written once more. */
gint64
fake_ca_check_audit (FakeCa *self)
{
  sqlite3 *db = open_store (self);
  sqlite3_stmt *statement = prepare (db, "SELECT sequence, time, node, actor, door, verb, object,"
                                         " outcome, detail, hash FROM audit ORDER BY sequence");
  guint8 hash[32] = { 0 };
  gint64 count = 0;

  while (sqlite3_step (statement) == SQLITE_ROW)
    {
      g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
      gsize size = sizeof hash;

      g_checksum_update (sum, hash, sizeof hash);
      feed_number (sum, sqlite3_column_int64 (statement, 0));
      feed_number (sum, sqlite3_column_int64 (statement, 1));
      for (int column = 2; column <= 8; column++)
        feed_text (sum, statement, column);
      g_checksum_get_digest (sum, hash, &size);
      g_assert_cmpint (sqlite3_column_int64 (statement, 0), ==, ++count);
      g_assert_cmpmem (hash, sizeof hash, sqlite3_column_blob (statement, 9),
                       sqlite3_column_bytes (statement, 9));
    }
  sqlite3_finalize (statement);
  sqlite3_close (db);
  return count;
}

void
fake_ca_wait_for (FakeCa *self, const char *sql, gint64 value)
{
  gint64 end = g_get_monotonic_time () + 10 * G_TIME_SPAN_SECOND;

  while (fake_ca_query_int (self, sql) != value && g_get_monotonic_time () < end)
    g_usleep (20000);
  g_assert_cmpint (fake_ca_query_int (self, sql), ==, value);
}

char *
fake_ca_trace (FakeCa *self, gint64 id)
{
  static const char *const keys[] = { "kind", "module", "rule", "field", "seen", "allowed" };
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) trace = icert_admin_get_trace (self->admin, id, NULL, &error);
  GString *text = g_string_new (NULL);

  g_assert_no_error (error);
  for (gsize i = 0; i < g_variant_n_children (trace); i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (trace, i);

      for (guint k = 0; k < G_N_ELEMENTS (keys); k++)
        {
          const char *value = NULL;

          if (g_variant_lookup (entry, keys[k], "&s", &value))
            g_string_append_printf (text, "%s%s", k > 0 ? " " : "", value);
        }
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}
