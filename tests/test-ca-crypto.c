/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-crypto.h"
#include "ca-decode.h"
#include "fake-request.h"

#include <string.h>

#include <openssl/rsa.h>

static gboolean
possession (GBytes *request, gboolean allow_sha1, GError **error)
{
  g_autoptr (CaDecoded) decoded
      = ca_decode_request (request, ICERT_ENCODING_BINARY, ICERT_REQUEST_FORMAT_ANY, error);

  return decoded != NULL && ca_decoded_verify_possession (decoded, allow_sha1, error);
}

static void
test_digests (void)
{
  guint8 sha1[20], sha256[32];
  g_autofree char *one = NULL;
  g_autofree char *other = NULL;

  g_test_summary ("Digests are those of the standard");
  ca_crypto_sha1 ("abc", 3, sha1);
  ca_crypto_sha256 ("abc", 3, sha256);
  one = ca_crypto_hex (sha1, sizeof sha1);
  other = ca_crypto_hex (sha256, sizeof sha256);
  g_assert_cmpstr (one, ==, "a9993e364706816aba3e25717850c26c9cd0d89d");
  g_assert_cmpstr (other, ==, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void
test_own_context (void)
{
  g_test_summary ("The process's own library context is not touched (S-M3)");
  g_assert_nonnull (ca_crypto_get_libctx ());
  g_assert_true (ca_crypto_get_libctx () != OSSL_LIB_CTX_get0_global_default ());
}

static void
test_all_keys (void)
{
  static const char *const types[]
      = { "p256", "p384", "p521", "rsa2048", "ed25519", "ed448", "p256", "p384" };
  gsize i;

  g_test_summary ("Each kind of key proves its possession, in any order in one thread");
  for (i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (FakeKey) key = fake_key_new (types[i]);
      g_autoptr (GBytes) request = fake_request_new (key);
      g_autoptr (GError) error = NULL;

      g_assert_true (possession (request, FALSE, &error));
      g_assert_no_error (error);
    }
}

/* The curve is kept a thread: what one key left behind must never serve for the next one. */
static void
test_no_stale_key (void)
{
  g_autoptr (FakeKey) key = fake_key_new ("p256");
  g_autoptr (FakeKey) other = fake_key_new ("p256");
  g_autoptr (GBytes) good = fake_request_new (key);
  g_autoptr (GBytes) foreign
      = fake_signed (key, fake_request_info (fake_subject (), g_bytes_ref (other->spki),
                                             fake_der_data (0xa0, NULL, 0)));
  g_autoptr (GBytes) broken_spki = NULL;
  g_autoptr (GBytes) broken = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *octets
      = g_memdup2 (g_bytes_get_data (key->spki, NULL), g_bytes_get_size (key->spki));

  g_test_summary ("A signature by the last request's key is not one by this one's (S-A6)");
  octets[g_bytes_get_size (key->spki) - 1] ^= 1;
  broken_spki = g_bytes_new (octets, g_bytes_get_size (key->spki));
  broken = fake_signed (key, fake_request_info (fake_subject (), g_bytes_ref (broken_spki),
                                                fake_der_data (0xa0, NULL, 0)));
  g_assert_true (possession (good, FALSE, NULL));
  g_assert_false (possession (foreign, FALSE, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_BAD_SIGNATURE);
  g_clear_error (&error);
  g_assert_true (possession (good, FALSE, NULL));
  g_assert_false (possession (broken, FALSE, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_WEAK_KEY);
  g_clear_error (&error);
  g_assert_true (possession (good, FALSE, NULL));
}

static gpointer
verify_worker (gpointer data)
{
  GBytes *request = data;
  guint i;

  for (i = 0; i < 200; i++)
    g_assert_true (possession (request, FALSE, NULL));
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (GPtrArray) requests = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  GThread *threads[4];
  gsize i;

  g_test_summary ("Threads verify side by side");
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autoptr (FakeKey) key = fake_key_new (i % 2 == 0 ? "p256" : "ed25519");

      g_ptr_array_add (requests, fake_request_new (key));
    }
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("verify", verify_worker, requests->pdata[i]);
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
test_sha1 (void)
{
  g_autoptr (FakeKey) key = fake_key_new ("rsa2048");
  g_autoptr (GBytes) request = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("SHA-1 proves possession only where a profile says so (S-A6)");
  g_bytes_unref (key->algorithm);
  key->algorithm = fake_hex ("300d06092a864886f70d0101050500");
  key->digest = "SHA1";
  request = fake_request_new (key);
  g_assert_true (possession (request, TRUE, NULL));
  g_assert_false (possession (request, FALSE, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_UNSUPPORTED);
  text = icert_error_get_text (error);
  g_assert_cmpstr (text, ==, "signature: sha1WithRSAEncryption (SHA-256 or better)");
}

static void
test_public_key (void)
{
  static const char *const types[] = { "p256", "p521", "rsa2048", "ed25519" };
  gsize i;

  g_test_summary ("A SubjectPublicKeyInfo becomes the key it was written from");
  for (i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (FakeKey) key = fake_key_new (types[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (EVP_PKEY) pkey = ca_crypto_public_key (key->spki, &error);

      g_assert_no_error (error);
      g_assert_cmpint (EVP_PKEY_eq (pkey, key->pkey), ==, 1);
    }
}

static void
test_random (void)
{
  guint8 one[32] = { 0 }, other[32] = { 0 };
  g_autoptr (GError) error = NULL;

  g_test_summary ("Random octets are not the same twice");
  g_assert_true (ca_crypto_random (one, sizeof one, &error));
  g_assert_true (ca_crypto_random (other, sizeof other, &error));
  g_assert_no_error (error);
  g_assert_cmpint (memcmp (one, other, sizeof one), !=, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ca-crypto/digests", test_digests);
  g_test_add_func ("/ca-crypto/own-context", test_own_context);
  g_test_add_func ("/ca-crypto/all-keys", test_all_keys);
  g_test_add_func ("/ca-crypto/no-stale-key", test_no_stale_key);
  g_test_add_func ("/ca-crypto/threads", test_threads);
  g_test_add_func ("/ca-crypto/sha-1", test_sha1);
  g_test_add_func ("/ca-crypto/public-key", test_public_key);
  g_test_add_func ("/ca-crypto/random", test_random);
  return g_test_run ();
}
