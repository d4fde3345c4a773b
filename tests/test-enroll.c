/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <malloc.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "fake-ca.h"

/* Enrolment from C, with a CA of the test's own. What the files are to others is judged in
 * test_enroll.py. */

typedef struct
{
  FakeCa *ca;
  char *folder;
  ICertEnroll *enroll;
} Fixture;

static char *
path_of (Fixture *fixture, const char *name)
{
  return g_build_filename (fixture->folder, name, NULL);
}

static void
set_file (Fixture *fixture, const char *property, const char *name)
{
  g_autofree char *path = path_of (fixture, name);

  g_object_set (fixture->enroll, property, path, NULL);
}

static void
set_host (Fixture *fixture, const char *host)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (names, icert_name_new (ICERT_NAME_KIND_DNS, host, NULL));
  icert_enroll_set_names (fixture->enroll, names, &error);
  g_assert_no_error (error);
}

/* The CA is closed: an enrolment opens it for itself. */
static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->ca = fake_ca_new (NULL);
  fake_ca_write_profile (fixture->ca, FALSE, NULL);
  fake_ca_close (fixture->ca);
  fixture->folder = g_dir_make_tmp ("icert-enroll-XXXXXX", NULL);
  fixture->enroll = icert_enroll_open (NULL, &error);
  g_assert_no_error (error);
  g_object_set (fixture->enroll, "profile", "Test", NULL);
  set_file (fixture, "key-file", "a.key");
  set_file (fixture, "certificate-file", "a.pem");
  set_host (fixture, "a.example.org");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  g_assert_finalize_object (fixture->enroll);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = path_of (fixture, name);

      g_unlink (path);
    }
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  fake_ca_free (fixture->ca);
}

static gboolean
exists (Fixture *fixture, const char *name)
{
  g_autofree char *path = path_of (fixture, name);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static char *
read_file (Fixture *fixture, const char *name)
{
  g_autofree char *path = path_of (fixture, name);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static ICertResponse *
enroll (Fixture *fixture, ICertDisposition disposition)
{
  g_autoptr (GError) error = NULL;
  ICertResponse *response
      = icert_enroll_enroll (fixture->enroll, fixture->ca->address, 0, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (icert_response_get_disposition (response), ==, disposition);
  return response;
}

static X509 *
read_certificate (Fixture *fixture, const char *name)
{
  g_autofree char *text = read_file (fixture, name);
  BIO *bio = BIO_new_mem_buf (text, -1);
  X509 *certificate = PEM_read_bio_X509 (bio, NULL, NULL, NULL);

  BIO_free (bio);
  g_assert_nonnull (certificate);
  return certificate;
}

static void
assert_pair (Fixture *fixture, const char *passphrase)
{
  g_autofree char *text = read_file (fixture, "a.key");
  BIO *bio = BIO_new_mem_buf (text, -1);
  EVP_PKEY *key = PEM_read_bio_PrivateKey (bio, NULL, NULL, (void *) passphrase);
  X509 *certificate = read_certificate (fixture, "a.pem");

  g_assert_nonnull (key);
  g_assert_cmpint (X509_check_private_key (certificate, key), ==, 1);
  X509_free (certificate);
  EVP_PKEY_free (key);
  BIO_free (bio);
}

static void
test_names (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) names = icert_enroll_get_names (fixture->enroll);
  g_autoptr (GPtrArray) again = NULL;
  g_autoptr (GPtrArray) wrong = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-N5: names are copied, and what is no name is refused");
  g_assert_cmpuint (names->len, ==, 1);
  g_ptr_array_set_size (names, 0);
  again = icert_enroll_get_names (fixture->enroll);
  g_assert_cmpuint (again->len, ==, 1);
  g_ptr_array_add (wrong, fixture->enroll);
  g_assert_false (icert_enroll_set_names (fixture->enroll, wrong, &error));
  fake_assert_error (error, ICERT_ERROR_MALFORMED, "names", 0);
}

static void
test_enroll (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (GDateTime) end = NULL;
  g_autoptr (GDateTime) due = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("An enrolment leaves a key and its certificate, and knows when it is due");
  response = enroll (fixture, ICERT_DISPOSITION_ISSUED);
  assert_pair (fixture, NULL);
  end = icert_enroll_get_not_after (fixture->enroll, &error);
  g_assert_no_error (error);
  due = icert_enroll_get_renewal_time (fixture->enroll, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_date_time_compare (due, end), <, 0);
}

static void
test_encrypted (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = path_of (fixture, "a.p12");
  EVP_PKEY *key = NULL;
  X509 *certificate = NULL;
  PKCS12 *file;
  FILE *stream;

  g_test_summary (
      "With a passphrase the key file is encrypted, and PKCS #12 has key and certificate");
  set_file (fixture, "pkcs12-file", "a.p12");
  g_assert_false (icert_enroll_set_passphrase (fixture->enroll, "", &error));
  fake_assert_error (error, ICERT_ERROR_CONFIG, "passphrase", 0);
  g_clear_error (&error);
  icert_enroll_set_passphrase (fixture->enroll, "öffne dich", &error);
  g_assert_no_error (error);
  response = enroll (fixture, ICERT_DISPOSITION_ISSUED);
  assert_pair (fixture, "öffne dich");
  stream = fopen (path, "rb");
  file = d2i_PKCS12_fp (stream, NULL);
  fclose (stream);
  g_assert_cmpint (PKCS12_parse (file, "falsch", &key, &certificate, NULL), ==, 0);
  g_assert_cmpint (PKCS12_parse (file, "öffne dich", &key, &certificate, NULL), ==, 1);
  g_assert_cmpint (X509_check_private_key (certificate, key), ==, 1);
  PKCS12_free (file);
  EVP_PKEY_free (key);
  X509_free (certificate);
}

/* Whether @needle is anywhere in memory that this process may write. */
static gboolean
memory_has (const guint8 *needle, gsize size)
{
  g_autofree char *maps = NULL;
  g_auto (GStrv) lines = NULL;
  FILE *memory = fopen ("/proc/self/mem", "rb");
  gboolean found = FALSE;

  g_file_get_contents ("/proc/self/maps", &maps, NULL, NULL);
  lines = g_strsplit (maps, "\n", -1);
  setvbuf (memory, NULL, _IONBF, 0);
  for (char **line = lines; *line != NULL && !found; line++)
    {
      guint64 begin, end;
      char rights[5];
      g_autofree guint8 *copy = NULL;

      if (sscanf (*line, "%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x %4s", &begin, &end,
                  rights)
              != 3
          || rights[1] != 'w' || end - begin > 64 * 1024 * 1024)
        continue;
      for (guint64 at = begin; at + size <= end && !found; at += 4096 - size)
        {
          guint8 page[4096];
          gsize n;

          if (fseek (memory, (long) at, SEEK_SET) != 0)
            break;
          n = fread (page, 1, MIN (sizeof page, end - at), memory);
          for (gsize i = 0; i + size <= n && !found; i++)
            {
              gsize same = 0;

              while (same < size && page[i + same] == (needle[same] ^ 0x55))
                same++;
              found = same == size;
            }
          memset (page, 0, sizeof page);
        }
    }
  fclose (memory);
  return found;
}

static void
test_wiped (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (GError) error = NULL;
  guint8 turned[] = "correct horse battery staple";
  gsize size = sizeof turned - 1;
  /* free() writes its own notes over the first octets of what is freed */
  gsize start = 16;
  char *passphrase;

  g_test_summary ("S-M3: once it is set to none, no memory has the passphrase");
  /* the suite has free() overwrite what it frees, which would hide what nobody wiped */
  mallopt (M_PERTURB, 0);
  for (gsize i = 0; i < size; i++)
    turned[i] ^= 0x55;
  passphrase = g_malloc0 (size + 1);
  for (gsize i = 0; i < size; i++)
    passphrase[i] = (char) (turned[i] ^ 0x55);
  g_assert_true (memory_has (turned + start, size - start));
  set_file (fixture, "pkcs12-file", "a.p12");
  icert_enroll_set_passphrase (fixture->enroll, passphrase, &error);
  g_assert_no_error (error);
  response = enroll (fixture, ICERT_DISPOSITION_ISSUED);
  g_clear_object (&response);
  response = icert_enroll_renew (fixture->enroll, NULL, FALSE, 0, NULL, &error);
  g_assert_no_error (error);
  icert_enroll_set_passphrase (fixture->enroll, NULL, NULL);
  explicit_bzero (passphrase, size);
  g_free (passphrase);
  g_assert_false (memory_has (turned + start, size - start));
}

static void
test_refused_properties (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *property;
    const char *value;
    int code;
    const char *field;
  } rows[] = {
    { "key-type", "rsa-1024", ICERT_ERROR_UNSUPPORTED, "key-type" },
    { "subject", "no name", ICERT_ERROR_BAD_NAME, "subject" },
    { "key-file", "/nonexistent/a.key", ICERT_ERROR_CONFIG, "key-file" },
    { "key-file", "/proc/self/a.key", ICERT_ERROR_CONFIG, NULL },
    { "key-file", "/tmp/icert-\xff\xfe/a.key", ICERT_ERROR_CONFIG, NULL },
    { "key-file", "", ICERT_ERROR_CONFIG, "key-file" },
    { "pkcs12-file", "/tmp/icert-none.p12", ICERT_ERROR_CONFIG, "passphrase" },
  };

  g_test_summary (
      "S-N5: a property that cannot be used is an error that names it; nothing is made");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *old = NULL;

      g_object_get (fixture->enroll, rows[i].property, &old, NULL);
      g_object_set (fixture->enroll, rows[i].property, rows[i].value, NULL);
      g_assert_null (icert_enroll_enroll (fixture->enroll, fixture->ca->address, 0, NULL, &error));
      fake_assert_error (error, rows[i].code, rows[i].field, 0);
      g_object_set (fixture->enroll, rows[i].property, old, NULL);
    }
  g_assert_false (exists (fixture, "a.key") || exists (fixture, "a.key.enroll"));
}

static void
test_file_names (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "a\nb.pem", "a\xff.pem", "a .pem ", "ü;x=[#].pem" };

  g_test_summary ("A file name that the record cannot hold is refused; any other is found again");
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ICertResponse) response = NULL;

      set_file (fixture, "certificate-file", names[i]);
      response = icert_enroll_enroll (fixture->enroll, fixture->ca->address, 0, NULL, &error);
      if (i < 3)
        {
          fake_assert_error (error, ICERT_ERROR_CONFIG, NULL, 0);
          g_assert_false (exists (fixture, "a.key"));
        }
      else
        {
          g_assert_no_error (error);
          g_assert_true (exists (fixture, names[i]));
        }
    }
}

static void
assert_not_installed (Fixture *fixture, ICertResponse *response, int code, const char *field)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (icert_enroll_install_response (fixture->enroll, response, NULL, &error));
  fake_assert_error (error, code, field, 0);
  g_assert_false (exists (fixture, "a.pem"));
}

static void
test_answers (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) request = icert_enroll_create_request (fixture->enroll, NULL, NULL);
  g_autoptr (ICertResponse) pending
      = icert_response_new (7, ICERT_DISPOSITION_UNDER_SUBMISSION, NULL, NULL, NULL, NULL);
  g_autoptr (ICertResponse) empty
      = icert_response_new (7, ICERT_DISPOSITION_ISSUED, NULL, NULL, NULL, NULL);
  g_autoptr (ICertResponse) other = NULL;
  g_autoptr (ICertResponse) right = NULL;
  g_autoptr (GBytes) foreign = fake_ca_request ("b.example.org");
  g_autoptr (GBytes) trust = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Only an answer with the certificate of the request is installed, and once");
  g_assert_nonnull (request);
  assert_not_installed (fixture, pending, ICERT_ERROR_WRONG_STATE, "response");
  assert_not_installed (fixture, empty, ICERT_ERROR_MALFORMED, "response");
  fake_ca_open (fixture->ca);
  other = fake_ca_submit (fixture->ca, foreign, "Test", NULL);
  right = fake_ca_submit (fixture->ca, request, NULL, NULL);
  trust = icert_ca_get_certificate (fixture->ca->ca, -1, NULL, NULL);
  assert_not_installed (fixture, right, ICERT_ERROR_CONFIG, "trust");
  g_object_set (fixture->enroll, "trust", trust, NULL);
  assert_not_installed (fixture, other, ICERT_ERROR_CONFLICT, "certificate");
  g_assert_true (icert_enroll_install_response (fixture->enroll, right, NULL, &error));
  g_assert_no_error (error);
  assert_pair (fixture, NULL);
  /* the same again is success, another is not */
  g_assert_true (icert_enroll_install_response (fixture->enroll, right, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (icert_enroll_install_response (fixture->enroll, other, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_WRONG_STATE, "key-file", 0);
}

static void
test_pending (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertResponse) first = NULL;
  g_autoptr (ICertResponse) last = NULL;
  g_autofree char *key = NULL;
  g_autofree char *same = NULL;
  gint64 id;

  g_test_summary ("A pending request is gone on with, by its key alone");
  fake_ca_write_profile (fixture->ca, TRUE, NULL);
  first = enroll (fixture, ICERT_DISPOSITION_UNDER_SUBMISSION);
  id = icert_response_get_request_id (first);
  key = read_file (fixture, "a.key");
  g_object_set (fixture->enroll, "profile", NULL, "certificate-file", NULL, NULL);
  icert_enroll_set_names (fixture->enroll, NULL, NULL);
  fake_ca_open (fixture->ca);
  g_clear_object (&last);
  last = icert_admin_resubmit_request (fixture->ca->admin, id, NULL, NULL);
  g_clear_object (&last);
  fake_ca_close (fixture->ca);
  last = enroll (fixture, ICERT_DISPOSITION_ISSUED);
  g_assert_cmpint (icert_response_get_request_id (last), ==, id);
  same = read_file (fixture, "a.key");
  g_assert_cmpstr (key, ==, same);
  assert_pair (fixture, NULL);
}

static void
result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **out = user_data;

  *out = g_object_ref (result);
  g_main_context_wakeup (NULL);
}

static gboolean
cancel_cb (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (GError) error = NULL;
  gint64 begin = g_get_monotonic_time ();

  g_test_summary ("A wait of an hour ends as soon as it is cancelled, and the request stays");
  fake_ca_write_profile (fixture->ca, TRUE, NULL);
  icert_enroll_enroll_async (fixture->enroll, fixture->ca->address, 3600, cancellable, result_cb,
                             &result);
  g_timeout_add (500, cancel_cb, cancellable);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (icert_enroll_enroll_finish (fixture->enroll, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 20 * G_USEC_PER_SEC);
  g_clear_object (&result);
  response = enroll (fixture, ICERT_DISPOSITION_UNDER_SUBMISSION);
  g_assert_cmpint (icert_response_get_request_id (response), ==, 1);
}

static void
test_renewals (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertResponse) response = NULL;
  g_autofree char *old = NULL;

  g_test_summary ("A renewal changes key and certificate, or keeps the key, and needs nothing set");
  response = enroll (fixture, ICERT_DISPOSITION_ISSUED);
  old = read_file (fixture, "a.key");
  for (int i = 0; i < 4; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *key = NULL;
      gboolean same = i % 2 == 0;

      g_clear_object (&response);
      g_object_set (fixture->enroll, "profile", NULL, "certificate-file", NULL, NULL);
      response = icert_enroll_renew (fixture->enroll, NULL, same, 0, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpint (icert_response_get_disposition (response), ==, ICERT_DISPOSITION_ISSUED);
      assert_pair (fixture, NULL);
      key = read_file (fixture, "a.key");
      g_assert_cmpint (strcmp (key, old) == 0, ==, same);
      g_free (old);
      old = g_steal_pointer (&key);
    }
}

static void
test_ca_in_use (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertResponse) response = NULL;

  g_test_summary ("An application that has the CA open enrols with the same engine");
  fake_ca_open (fixture->ca);
  response = enroll (fixture, ICERT_DISPOSITION_ISSUED);
  assert_pair (fixture, NULL);
}

#define ADD(name, function) g_test_add ("/enroll/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  fake_ca_init (&argc, &argv);
  ADD ("names", test_names);
  ADD ("enroll", test_enroll);
  ADD ("encrypted", test_encrypted);
  ADD ("wiped", test_wiped);
  ADD ("refused-properties", test_refused_properties);
  ADD ("file-names", test_file_names);
  ADD ("answers", test_answers);
  ADD ("pending", test_pending);
  ADD ("cancelled", test_cancelled);
  ADD ("renewals", test_renewals);
  ADD ("ca-in-use", test_ca_in_use);
  return fake_ca_run ();
}
