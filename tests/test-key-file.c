/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include "key-file-armour.h"
#include "key-file-import.h"
#include "key-file-signer.h"
#include "key-file-storage.h"
#include "key-file.h"

#define SECRET "correct horse battery staple"

typedef struct
{
  char *folder;
  char *path;
  GBytes *secret;
  GBytes *message;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("icert-key-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->folder, "0.key", NULL);
  fixture->secret = g_bytes_new_static (SECRET, strlen (SECRET));
  fixture->message = g_bytes_new_static ("to be signed", 12);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_chmod (fixture->folder, 0700);
  g_remove (fixture->path);
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
  g_bytes_unref (fixture->secret);
  g_bytes_unref (fixture->message);
}

static ICertKey *
generate (Fixture *fixture, const char *type)
{
  g_autoptr (GError) error = NULL;
  ICertKey *key = g_object_new (KEY_TYPE_FILE, NULL);

  g_assert_true (icert_key_generate (key, fixture->path, type, fixture->secret, &error));
  g_assert_no_error (error);
  return key;
}

static void
remove_key (Fixture *fixture)
{
  g_assert_cmpint (g_remove (fixture->path), ==, 0);
}

static void
assert_refused (GError **error, ICertError code, const char *field)
{
  g_autofree char *found = NULL;

  g_assert_error (*error, ICERT_ERROR, (int) code);
  found = icert_error_get_field (*error);
  g_assert_cmpstr (found, ==, field);
  g_assert_null (strstr ((*error)->message, SECRET));
  g_clear_error (error);
}

/* opens what lies at the fixture's path, and expects a refusal */
static void
assert_not_opened (Fixture *fixture, ICertError code, const char *field)
{
  g_autoptr (ICertKey) key = g_object_new (KEY_TYPE_FILE, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (icert_key_open (key, fixture->path, fixture->secret, &error));
  assert_refused (&error, code, field);
  g_assert_null (icert_key_sign (key, "sha256", fixture->message, NULL, &error));
  assert_refused (&error, ICERT_ERROR_KEY_UNAVAILABLE, "key");
}

static void
assert_signs (ICertKey *key, GBytes *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) spki = icert_key_get_public_key (key, &error);
  g_autoptr (GBytes) signature = NULL;
  g_autoptr (EVP_PKEY) public_key = NULL;

  g_assert_no_error (error);
  signature = icert_key_sign (key, "sha256", message, NULL, &error);
  g_assert_no_error (error);
  public_key = key_file_decode_public (spki, &error);
  g_assert_no_error (error);
  g_assert_true (key_file_verify (public_key, key_file_takes_digest (public_key) ? "sha256" : NULL,
                                  message, signature));
}

static void
write_file (Fixture *fixture, const char *text, gssize size)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (fixture->path, text, size, G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (fixture->path, 0400), ==, 0);
}

static void
test_generates_types (Fixture *fixture, gconstpointer data)
{
  static const char *const types[]
      = { "ec-p256", "ec-p384", "ec-p521", "rsa-2048", "rsa-3072", "ed25519", "ed448" };

  g_test_summary ("Each type of key is made, signs, and signs again after it was opened");
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (ICertKey) key = generate (fixture, types[i]);
      g_autoptr (ICertKey) again = g_object_new (KEY_TYPE_FILE, NULL);
      g_autoptr (GError) error = NULL;

      assert_signs (key, fixture->message);
      g_assert_true (icert_key_open (again, fixture->path, fixture->secret, &error));
      g_assert_no_error (error);
      assert_signs (again, fixture->message);
      g_assert_true (icert_key_is_in_process (again));
      remove_key (fixture);
    }
}

static void
test_digests (Fixture *fixture, gconstpointer data)
{
  static const char *const types[] = { "ec-p256", "rsa-2048", "ed25519" };
  guint8 digest[32];
  gsize digest_size = sizeof digest;
  GChecksum *checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) cut = NULL;

  g_test_summary ("A digest is signed as its message would be; an Edwards key wants the message");
  g_checksum_update (checksum, g_bytes_get_data (fixture->message, NULL),
                     (gssize) g_bytes_get_size (fixture->message));
  g_checksum_get_digest (checksum, digest, &digest_size);
  g_checksum_free (checksum);
  bytes = g_bytes_new (digest, digest_size);
  cut = g_bytes_new (digest, 31);
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (ICertKey) key = generate (fixture, types[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) spki = icert_key_get_public_key (key, &error);
      g_autoptr (EVP_PKEY) public_key = key_file_decode_public (spki, &error);
      g_autoptr (GBytes) signature = icert_key_sign_digest (key, "sha256", bytes, NULL, &error);

      if (!key_file_takes_digest (public_key))
        {
          g_assert_null (signature);
          assert_refused (&error, ICERT_ERROR_NOT_SUPPORTED, "key");
        }
      else
        {
          g_assert_no_error (error);
          g_assert_true (key_file_verify (public_key, "sha256", fixture->message, signature));
          g_assert_null (icert_key_sign_digest (key, "sha256", cut, NULL, &error));
          assert_refused (&error, ICERT_ERROR_MALFORMED, "digest");
        }
      remove_key (fixture);
    }
}

static void
test_file_mode (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertKey) key = generate (fixture, "ec-p256");
  struct stat info;

  g_test_summary ("A key file has mode 0400 whatever the umask (S-M2, S-F5)");
  g_assert_cmpint (g_lstat (fixture->path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 07777, ==, 0400);
  g_assert_true (S_ISREG (info.st_mode));
}

static void
test_openssl_reads (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertKey) key = generate (fixture, "ec-p256");
  g_autoptr (GError) error = NULL;
  const char *argv[]
      = { "openssl", "pkey", "-in", fixture->path, "-passin", "pass:" SECRET, "-noout", NULL };
  int status;

  g_test_summary ("OpenSSL's own command reads the file with the secret");
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL,
                               G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL,
                               NULL, &status, &error));
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
}

static void
test_public_without_secret (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertKey) made = generate (fixture, "ec-p256");
  g_autoptr (ICertKey) key = g_object_new (KEY_TYPE_FILE, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) expected = icert_key_get_public_key (made, NULL);
  g_autoptr (GBytes) spki = NULL;
  g_autoptr (GBytes) algorithm = NULL;

  g_test_summary ("Without the secret the public half is known and nothing is signed (S-M2)");
  g_assert_true (icert_key_open (key, fixture->path, NULL, &error));
  g_assert_no_error (error);
  spki = icert_key_get_public_key (key, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (spki, expected));
  algorithm = icert_key_get_signature_algorithm (key, "sha256", &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (algorithm, NULL), g_bytes_get_size (algorithm),
                   "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02", 12);
  g_assert_null (icert_key_sign (key, "sha256", fixture->message, NULL, &error));
  assert_refused (&error, ICERT_ERROR_KEY_UNAVAILABLE, "secret");
}

static void
test_wrong_secret (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertKey) made = generate (fixture, "ec-p256");
  g_autoptr (ICertKey) key = g_object_new (KEY_TYPE_FILE, NULL);
  g_autoptr (GBytes) wrong = g_bytes_new_static ("guess nineteen", 14);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A wrong secret is named as such at the first signature (S-M2)");
  g_assert_true (icert_key_open (key, fixture->path, wrong, &error));
  g_assert_no_error (error);
  g_assert_null (icert_key_sign (key, "sha256", fixture->message, NULL, &error));
  g_assert_nonnull (strstr (error->message, "wrong"));
  g_assert_null (strstr (error->message, "guess"));
  assert_refused (&error, ICERT_ERROR_KEY_UNAVAILABLE, "secret");
}

static void
test_short_secret (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertKey) key = g_object_new (KEY_TYPE_FILE, NULL);
  g_autoptr (GBytes) secret = g_bytes_new_static ("1234567", 7);
  g_autoptr (GError) error = NULL;

  g_test_summary ("No key is made without a secret of some length (S-M2)");
  g_assert_false (icert_key_generate (key, fixture->path, "ec-p256", secret, &error));
  assert_refused (&error, ICERT_ERROR_CONFIG, "secret");
  g_assert_false (icert_key_generate (key, fixture->path, "ec-p256", NULL, &error));
  assert_refused (&error, ICERT_ERROR_CONFIG, "secret");
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
}

static void
test_never_replaces (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertKey) made = generate (fixture, "ec-p256");
  g_autoptr (ICertKey) key = g_object_new (KEY_TYPE_FILE, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A key is never written over another (S-F5)");
  g_assert_false (icert_key_generate (key, fixture->path, "ec-p256", fixture->secret, &error));
  assert_refused (&error, ICERT_ERROR_CONFLICT, "key file");
  g_assert_false (icert_key_generate (made, fixture->path, "ec-p256", fixture->secret, &error));
  assert_refused (&error, ICERT_ERROR_WRONG_STATE, "key");
  assert_signs (made, fixture->message);
}

static char *
write_pem (gboolean encrypted, const EVP_CIPHER *cipher)
{
  g_autoptr (EVP_PKEY) key = EVP_EC_gen ("P-256");
  g_autoptr (BIO) bio = BIO_new (BIO_s_mem ());
  char *text;
  long size;

  if (encrypted)
    g_assert_cmpint (
        PEM_write_bio_PKCS8PrivateKey (bio, key, cipher, SECRET, (int) strlen (SECRET), NULL, NULL),
        ==, 1);
  else
    g_assert_cmpint (PEM_write_bio_PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL), ==, 1);
  size = BIO_get_mem_data (bio, &text);
  return g_strndup (text, (gsize) size);
}

static void
test_unencrypted (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = write_pem (FALSE, NULL);

  g_test_summary ("An unencrypted key is refused when it is opened (S-M2)");
  write_file (fixture, text, -1);
  assert_not_opened (fixture, ICERT_ERROR_CONFIG, "key file");
}

static void
test_weaker (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = write_pem (TRUE, EVP_aes_256_cbc ());

  g_test_summary ("PBKDF2 in the place of scrypt is refused when it is opened (S-M2)");
  write_file (fixture, text, -1);
  assert_not_opened (fixture, ICERT_ERROR_CONFIG, "key file");
}

static void
write_scrypt (Fixture *fixture, const char *n, const char *p)
{
  g_autofree char *open = write_pem (FALSE, NULL);
  g_autofree char *in = g_build_filename (fixture->folder, "open", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  const char *argv[]
      = { "openssl",   "pkcs8", "-topk8", "-in",         in,         "-scrypt",      "-scrypt_N", n,
          "-scrypt_p", p,       "-v2",    "aes-256-cbc", "-passout", "pass:" SECRET, NULL };

  g_assert_true (g_file_set_contents (in, open, -1, NULL));
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &text,
                               NULL, NULL, &error));
  g_assert_no_error (error);
  g_remove (in);
  write_file (fixture, text, -1);
}

static void
test_cheap_scrypt (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("scrypt with a smaller cost is refused when it is opened (S-M2)");
  write_scrypt (fixture, "1024", "1");
  assert_not_opened (fixture, ICERT_ERROR_CONFIG, "key file");
}

static void
test_slow_scrypt (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-A10: scrypt that would take seconds is refused before it is begun");
  write_scrypt (fixture, "16384", "9");
  assert_not_opened (fixture, ICERT_ERROR_CONFIG, "key file");
}

static X509_ALGOR *
slow_algorithm (void)
{
  X509_ALGOR *algorithm
      = PKCS5_pbe2_set_iv (EVP_aes_256_cbc (), 1 << 30, NULL, 16, NULL, NID_hmacWithSHA256);

  g_assert_nonnull (algorithm);
  return algorithm;
}

/* Takes over @bio. Refused at once, not after half an hour. */
static void
assert_slow (BIO *bio)
{
  g_autoptr (GBytes) secret = g_bytes_new_static ("secret", 6);
  g_autoptr (GError) error = NULL;
  char *data;
  long size = BIO_get_mem_data (bio, &data);
  g_autoptr (GBytes) contents = g_bytes_new (data, (gsize) size);

  g_assert_null (key_file_import (contents, secret, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "too long"));
  BIO_free (bio);
}

static void
test_slow_pkcs8 (Fixture *fixture, gconstpointer data)
{
  X509_SIG *sealed = X509_SIG_new ();
  X509_ALGOR *algorithm, *slow = slow_algorithm ();
  ASN1_OCTET_STRING *octets;
  BIO *bio = BIO_new (BIO_s_mem ());

  g_test_summary ("S-A10: a key whose passphrase is hashed a billion times is not tried");
  X509_SIG_getm (sealed, &algorithm, &octets);
  X509_ALGOR_copy (algorithm, slow);
  ASN1_OCTET_STRING_set (octets, (const guint8 *) "0123456789abcdef", 16);
  PEM_write_bio_PKCS8 (bio, sealed);
  assert_slow (bio);
  bio = BIO_new (BIO_s_mem ());
  i2d_PKCS8_bio (bio, sealed);
  assert_slow (bio);
  X509_SIG_free (sealed);
  X509_ALGOR_free (slow);
}

static PKCS12 *
make_pkcs12 (void)
{
  g_autoptr (EVP_PKEY) key = EVP_EC_gen ("P-256");
  X509 *certificate = X509_new ();
  PKCS12 *file;

  X509_set_pubkey (certificate, key);
  X509_sign (certificate, key, EVP_sha256 ());
  file = PKCS12_create ("secret", "name", key, certificate, NULL, 0, 0, 1, 1, 0);
  g_assert_nonnull (file);
  X509_free (certificate);
  return file;
}

/* Takes over @file */
static void
assert_slow_pkcs12 (PKCS12 *file)
{
  BIO *bio = BIO_new (BIO_s_mem ());

  i2d_PKCS12_bio (bio, file);
  PKCS12_free (file);
  assert_slow (bio);
}

static void
test_slow_pkcs12 (Fixture *fixture, gconstpointer data)
{
  PKCS12 *file = make_pkcs12 ();
  const ASN1_INTEGER *iterations;
  STACK_OF (PKCS7) * parts;
  X509_ALGOR *slow = slow_algorithm ();

  g_test_summary ("S-A10: nor is a PKCS #12 whose MAC, certificates or key take as long");
  PKCS12_set_mac (file, "secret", 6, NULL, 0, 2, NULL);
  PKCS12_get0_mac (NULL, NULL, NULL, &iterations, file);
  ASN1_INTEGER_set ((ASN1_INTEGER *) iterations, 1 << 30);
  assert_slow_pkcs12 (file);

  file = make_pkcs12 ();
  parts = PKCS12_unpack_authsafes (file);
  for (int i = 0; i < sk_PKCS7_num (parts); i++)
    {
      PKCS7 *part = sk_PKCS7_value (parts, i);

      if (PKCS7_type_is_encrypted (part))
        X509_ALGOR_copy (part->d.encrypted->enc_data->algorithm, slow);
    }
  PKCS12_pack_authsafes (file, parts);
  sk_PKCS7_pop_free (parts, PKCS7_free);
  assert_slow_pkcs12 (file);
  X509_ALGOR_free (slow);
}

static void
test_foreign_file (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertKey) key = g_object_new (KEY_TYPE_FILE, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A file of OpenSSL's own making, without the public half, is accepted");
  write_scrypt (fixture, "16384", "1");
  g_assert_true (icert_key_open (key, fixture->path, fixture->secret, &error));
  g_assert_no_error (error);
  assert_signs (key, fixture->message);
}

static void
test_no_key (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A file without a key, or with something else, is refused (S-M2)");
  write_file (fixture, "nothing", -1);
  assert_not_opened (fixture, ICERT_ERROR_CONFIG, "key file");
  g_chmod (fixture->path, 0600);
  write_file (fixture, "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", -1);
  assert_not_opened (fixture, ICERT_ERROR_CONFIG, "key file");
  remove_key (fixture);
  assert_not_opened (fixture, ICERT_ERROR_KEY_UNAVAILABLE, "key file");
}

static void
test_other_public_half (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertKey) one = generate (fixture, "ec-p256");
  g_autoptr (ICertKey) other = NULL;
  g_autoptr (ICertKey) key = g_object_new (KEY_TYPE_FILE, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *mixed = NULL;

  g_test_summary ("A public half that is not the private key's is found before signing");
  g_assert_true (g_file_get_contents (fixture->path, &first, NULL, NULL));
  remove_key (fixture);
  other = generate (fixture, "ec-p256");
  g_assert_true (g_file_get_contents (fixture->path, &second, NULL, NULL));
  remove_key (fixture);
  *strstr (first, "-----BEGIN ENCRYPTED") = '\0';
  mixed = g_strconcat (first, strstr (second, "-----BEGIN ENCRYPTED"), NULL);
  write_file (fixture, mixed, -1);
  g_assert_true (icert_key_open (key, fixture->path, fixture->secret, &error));
  g_assert_no_error (error);
  g_assert_null (icert_key_sign (key, "sha256", fixture->message, NULL, &error));
  assert_refused (&error, ICERT_ERROR_CONFIG, "key file");
}

static void
test_link (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertKey) key = generate (fixture, "ec-p256");
  g_autofree char *target = g_build_filename (fixture->folder, "real.key", NULL);

  g_test_summary ("A symbolic link in the key's place is refused (S-F5)");
  g_assert_cmpint (g_rename (fixture->path, target), ==, 0);
  g_assert_cmpint (symlink ("real.key", fixture->path), ==, 0);
  assert_not_opened (fixture, ICERT_ERROR_CONFIG, "key file");
  g_remove (target);
}

static void
test_fifo (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A FIFO in the key's place is refused and does not hang (S-F5)");
  g_assert_cmpint (mkfifo (fixture->path, 0400), ==, 0);
  assert_not_opened (fixture, ICERT_ERROR_CONFIG, "key file");
}

static void
test_mode (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertKey) key = generate (fixture, "ec-p256");

  g_test_summary ("A key that others may read, or its owner may write, is refused (S-F5)");
  g_chmod (fixture->path, 0440);
  assert_not_opened (fixture, ICERT_ERROR_CONFIG, "key file");
  g_chmod (fixture->path, 0600);
  assert_not_opened (fixture, ICERT_ERROR_CONFIG, "key file");
}

static void
test_owner (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertKey) key = generate (fixture, "ec-p256");

  g_test_summary ("A key that belongs to somebody else is refused (S-F5)");
  if (geteuid () != 0)
    {
      g_test_skip ("only root can give files away");
      return;
    }
  g_assert_cmpint (chown (fixture->path, 12345, 12345), ==, 0);
  assert_not_opened (fixture, ICERT_ERROR_CONFIG, "key file");
  g_assert_cmpint (chown (fixture->path, 0, 0), ==, 0);
  g_assert_cmpint (chown (fixture->folder, 12345, 12345), ==, 0);
  assert_not_opened (fixture, ICERT_ERROR_CONFIG, "key folder");
}

static void
test_folder (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertKey) key = generate (fixture, "ec-p256");
  g_autoptr (ICertKey) second = g_object_new (KEY_TYPE_FILE, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A folder that others may write is refused, for reading and making (S-F5)");
  g_chmod (fixture->folder, 0770);
  assert_not_opened (fixture, ICERT_ERROR_CONFIG, "key folder");
  g_chmod (fixture->folder, 0702);
  remove_key (fixture);
  g_assert_false (icert_key_generate (second, fixture->path, "ec-p256", fixture->secret, &error));
  assert_refused (&error, ICERT_ERROR_CONFIG, "key folder");
}

static void
test_unknown_names (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertKey) key = g_object_new (KEY_TYPE_FILE, NULL);
  g_autoptr (ICertKey) made = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Unknown types and digests are unsupported, and SHA-1 is one of them");
  g_assert_false (icert_key_generate (key, fixture->path, "rsa-1024", fixture->secret, &error));
  assert_refused (&error, ICERT_ERROR_UNSUPPORTED, "key type");
  g_assert_false (icert_key_generate (key, "https://x/", "ec-p256", fixture->secret, &error));
  assert_refused (&error, ICERT_ERROR_CONFIG, "key url");
  made = generate (fixture, "ec-p256");
  g_assert_null (icert_key_sign (made, "sha1", fixture->message, NULL, &error));
  assert_refused (&error, ICERT_ERROR_UNSUPPORTED, "hash");
  g_assert_null (icert_key_get_signature_algorithm (made, "md5", &error));
  assert_refused (&error, ICERT_ERROR_UNSUPPORTED, "hash");
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertKey) key = generate (fixture, "ec-p256");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("A cancelled call signs nothing");
  g_cancellable_cancel (cancellable);
  g_assert_null (icert_key_sign (key, "sha256", fixture->message, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static gpointer
sign_worker (gpointer data)
{
  g_autoptr (GBytes) message = g_bytes_new_static ("from a thread", 13);

  for (int i = 0; i < 50; i++)
    assert_signs (data, message);
  return NULL;
}

static void
test_threads (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertKey) key = g_object_new (KEY_TYPE_FILE, NULL);
  g_autoptr (ICertKey) made = generate (fixture, "ec-p256");
  GThread *threads[4];
  g_autoptr (GError) error = NULL;

  g_test_summary ("Several threads unlock and use one key at once");
  g_assert_true (icert_key_open (key, fixture->path, fixture->secret, &error));
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("sign", sign_worker, key);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/key-file/generates-types", test_generates_types);
  ADD ("/key-file/signs-digests", test_digests);
  ADD ("/key-file/S-M2-file-mode", test_file_mode);
  ADD ("/key-file/openssl-reads", test_openssl_reads);
  ADD ("/key-file/S-M2-public-without-secret", test_public_without_secret);
  ADD ("/key-file/S-M2-wrong-secret", test_wrong_secret);
  ADD ("/key-file/S-M2-short-secret", test_short_secret);
  ADD ("/key-file/S-F5-never-replaces", test_never_replaces);
  ADD ("/key-file/S-M2-unencrypted", test_unencrypted);
  ADD ("/key-file/S-M2-weaker", test_weaker);
  ADD ("/key-file/S-M2-cheap-scrypt", test_cheap_scrypt);
  ADD ("/key-file/S-A10-slow-scrypt", test_slow_scrypt);
  ADD ("/key-file/S-A10-slow-pkcs8", test_slow_pkcs8);
  ADD ("/key-file/S-A10-slow-pkcs12", test_slow_pkcs12);
  ADD ("/key-file/foreign-file", test_foreign_file);
  ADD ("/key-file/S-M2-no-key", test_no_key);
  ADD ("/key-file/other-public-half", test_other_public_half);
  ADD ("/key-file/S-F5-link", test_link);
  ADD ("/key-file/S-F5-fifo", test_fifo);
  ADD ("/key-file/S-F5-mode", test_mode);
  ADD ("/key-file/S-F5-owner", test_owner);
  ADD ("/key-file/S-F5-folder", test_folder);
  ADD ("/key-file/unknown-names", test_unknown_names);
  ADD ("/key-file/cancelled", test_cancelled);
  ADD ("/key-file/threads", test_threads);
  return g_test_run ();
}
