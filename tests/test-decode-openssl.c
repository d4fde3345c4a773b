/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-decode.h"

#include <string.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

typedef struct
{
  char *openssl;
  char *folder;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->openssl = g_find_program_in_path ("openssl");
  fixture->folder = g_dir_make_tmp ("icert-decode-XXXXXX", NULL);
  g_assert_nonnull (fixture->folder);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  g_free (fixture->openssl);
}

/* FALSE: no openssl command here */
static gboolean
can_run (Fixture *fixture)
{
  if (fixture->openssl == NULL)
    g_test_skip ("no openssl command");
  return fixture->openssl != NULL;
}

/* Runs openssl with these words, in the folder of the fixture. */
static void
run (Fixture *fixture, const char *words)
{
  g_auto (GStrv) argv = NULL;
  g_autofree char *all = g_strconcat (fixture->openssl, " ", words, NULL);
  g_autoptr (GError) error = NULL;
  int status;

  argv = g_strsplit (all, " ", -1);
  g_spawn_sync (fixture->folder, argv, NULL,
                G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                &status, &error);
  g_assert_no_error (error);
  g_assert_true (g_spawn_check_wait_status (status, &error));
}

static GBytes *
read_file (Fixture *fixture, const char *name)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
  g_autoptr (GError) error = NULL;
  char *contents;
  gsize size;

  g_file_get_contents (path, &contents, &size, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (contents, size);
}

/* A request in this file is taken, and its key is this one. */
static CaDecoded *
assert_taken (Fixture *fixture, const char *file, const char *key)
{
  g_autoptr (GBytes) request = read_file (fixture, file);
  g_autoptr (GError) error = NULL;
  g_autoptr (CaDecoded) decoded
      = ca_decode_request (request, ICERT_ENCODING_ANY, ICERT_REQUEST_FORMAT_ANY, &error);
  g_autofree char *found = NULL;

  g_assert_no_error (error);
  g_assert_true (ca_decoded_verify_possession (decoded, FALSE, &error));
  g_assert_no_error (error);
  found = ca_key_describe (&decoded->key);
  g_assert_cmpstr (found, ==, key);
  return g_steal_pointer (&decoded);
}

static void
test_key_types (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *options;
    const char *key;
  } types[] = {
    { "rsa:2048", "rsa-2048" },
    { "rsa:3072", "rsa-3072" },
    { "ec -pkeyopt ec_paramgen_curve:P-256", "ec-p256" },
    { "ec -pkeyopt ec_paramgen_curve:P-384", "ec-p384" },
    { "ec -pkeyopt ec_paramgen_curve:P-521", "ec-p521" },
    { "ed25519", "ed25519" },
    { "ed448", "ed448" },
  };
  gsize i;

  g_test_summary ("What openssl req makes is taken, whatever the key");
  if (!can_run (fixture))
    return;
  for (i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autofree char *words
          = g_strdup_printf ("req -new -newkey %s -nodes -keyout key.pem -out request.pem "
                             "-subj /C=DE/O=Example/CN=www.example.org -addext "
                             "subjectAltName=DNS:www.example.org,IP:192.0.2.1,email:a@example.org "
                             "-addext keyUsage=critical,digitalSignature",
                             types[i].options);
      g_autoptr (CaDecoded) decoded = NULL;
      g_autofree char *name = NULL;

      run (fixture, words);
      decoded = assert_taken (fixture, "request.pem", types[i].key);
      name = ca_name_to_text (decoded->rdns);
      g_assert_cmpstr (name, ==, "C=DE,O=Example,CN=www.example.org");
      g_assert_cmpuint (decoded->names->len, ==, 3);
      g_assert_cmpuint (decoded->extensions->len, ==, 2);
    }
}

static void
test_forms (Fixture *fixture, gconstpointer data)
{
  static const char *const forms[]
      = { "-outform DER", "-outform PEM", "-newhdr", "-text", "-utf8 -text -nameopt multiline" };
  gsize i;

  g_test_summary ("DER, PEM, the old label and text before it are taken (S-A4)");
  if (!can_run (fixture))
    return;
  run (fixture, "genpkey -algorithm ec -pkeyopt ec_paramgen_curve:P-256 -out key.pem");
  for (i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autofree char *words = g_strdup_printf (
          "req -new -key key.pem -out request -subj /CN=www.example.org %s", forms[i]);

      run (fixture, words);
      ca_decoded_unref (assert_taken (fixture, "request", "ec-p256"));
    }
}

static void
test_digests (Fixture *fixture, gconstpointer data)
{
  static const char *const options[] = {
    "-sha256",
    "-sha384",
    "-sha512",
    "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:-1",
    "-sha384 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:-1",
    "-sha512 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:64",
  };
  gsize i;

  g_test_summary ("RSA and RSA-PSS with SHA-256 or better are taken");
  if (!can_run (fixture))
    return;
  run (fixture, "genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048 -out key.pem");
  for (i = 0; i < G_N_ELEMENTS (options); i++)
    {
      g_autofree char *words = g_strdup_printf (
          "req -new -key key.pem -out request -subj /CN=www.example.org %s", options[i]);

      run (fixture, words);
      ca_decoded_unref (assert_taken (fixture, "request", "rsa-2048"));
    }
}

static void
test_refused_digests (Fixture *fixture, gconstpointer data)
{
  static const char *const options[] = {
    "-sha1",
    "-md5",
    "-sha224",
    "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20",
    "-sha1 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20",
    "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -sigopt rsa_mgf1_md:sha512",
  };
  gsize i;

  g_test_summary ("Older digests and other parameters of RSA-PSS are not (S-A6)");
  if (!can_run (fixture))
    return;
  run (fixture, "genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048 -out key.pem");
  for (i = 0; i < G_N_ELEMENTS (options); i++)
    {
      g_autofree char *words = g_strdup_printf (
          "req -new -key key.pem -out request -subj /CN=www.example.org %s", options[i]);
      g_autoptr (GBytes) request = NULL;
      g_autoptr (CaDecoded) decoded = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *field = NULL;

      run (fixture, words);
      request = read_file (fixture, "request");
      decoded = ca_decode_request (request, ICERT_ENCODING_ANY, ICERT_REQUEST_FORMAT_ANY, &error);
      g_assert_no_error (error);
      g_assert_false (ca_decoded_verify_possession (decoded, FALSE, &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_UNSUPPORTED);
      field = icert_error_get_field (error);
      g_assert_cmpstr (field, ==, "signature");
    }
}

static void
test_spkac (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CaDecoded) decoded = NULL;

  g_test_summary ("What openssl spkac makes is taken");
  if (!can_run (fixture))
    return;
  run (fixture, "genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048 -out key.pem");
  run (fixture, "spkac -key key.pem -challenge hello -digest sha256 -out spkac");
  decoded = assert_taken (fixture, "spkac", "rsa-2048");
  g_assert_cmpstr (decoded->challenge, ==, "hello");
}

#define EXPECTED "a PKCS #10 request, alone or in CMS, a CRMF message or SPKAC"

static void
test_others (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *words;
    ICertError code;
    const char *what;
  } others[] = {
    { "req -new -x509 -key key.pem -subj /CN=a -out other", ICERT_ERROR_MALFORMED,
      "request: a certificate (" EXPECTED ")" },
    { "req -new -x509 -key key.pem -subj /CN=a -outform DER -out other", ICERT_ERROR_MALFORMED,
      "request: a certificate (" EXPECTED ")" },
    { "pkey -in key.pem -out other", ICERT_ERROR_MALFORMED,
      "request: a private key (" EXPECTED ")" },
    { "pkey -in key.pem -outform DER -out other", ICERT_ERROR_MALFORMED,
      "request: a private key (" EXPECTED ")" },
    { "pkcs8 -topk8 -in key.pem -outform DER -out other -passout pass:secret",
      ICERT_ERROR_MALFORMED, "request: an encrypted private key (" EXPECTED ")" },
    { "pkey -in key.pem -pubout -outform DER -out other", ICERT_ERROR_MALFORMED,
      "request: a public key (" EXPECTED ")" },
    { "crl2pkcs7 -nocrl -certfile cert.pem -outform DER -out other", ICERT_ERROR_MALFORMED,
      "message: nobody signed it (one signer)" },
    { "cms -sign -binary -in key.pem -signer cert.pem -inkey key.pem -outform PEM -out other",
      ICERT_ERROR_MALFORMED, "message: has no content (a PKCS #10 request inside)" },
    { "pkcs12 -export -in cert.pem -inkey key.pem -passout pass:secret -out other",
      ICERT_ERROR_MALFORMED, "request: a PKCS #12 file (" EXPECTED ")" },
    { "ocsp -issuer cert.pem -serial 1 -reqout other", ICERT_ERROR_UNSUPPORTED, NULL },
    { "dgst -sha256 -sign key.pem -out other cert.pem", ICERT_ERROR_MALFORMED, NULL },
  };
  gsize i;

  g_test_summary ("Other things that openssl makes are called by their name (S-A4)");
  if (!can_run (fixture))
    return;
  run (fixture, "genpkey -algorithm ec -pkeyopt ec_paramgen_curve:P-256 -out key.pem");
  run (fixture, "req -new -x509 -key key.pem -subj /CN=a -out cert.pem");
  for (i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (GBytes) other = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;

      run (fixture, others[i].words);
      other = read_file (fixture, "other");
      g_assert_null (
          ca_decode_request (other, ICERT_ENCODING_ANY, ICERT_REQUEST_FORMAT_ANY, &error));
      g_assert_error (error, ICERT_ERROR, (int) others[i].code);
      text = icert_error_get_text (error);
      if (others[i].what != NULL)
        g_assert_cmpstr (text, ==, others[i].what);
    }
}

#define ADD(path, function)                                                                        \
  g_test_add ("/decode-openssl/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("key-types", test_key_types);
  ADD ("forms", test_forms);
  ADD ("digests", test_digests);
  ADD ("refused-digests", test_refused_digests);
  ADD ("spkac", test_spkac);
  ADD ("others", test_others);
  return g_test_run ();
}
