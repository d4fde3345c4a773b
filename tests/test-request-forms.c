/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <openssl/crmf.h>

#include "ca-decode.h"
#include "fake-message.h"

/* Requests in CMS and CRMF, from octets to fields and to the proofs they carry. */

typedef struct
{
  FakeKey *key;   /* of the request */
  FakeKey *agent; /* who signs the message */
  X509 *certificate;
  GBytes *old; /* DER of it */
  GBytes *renewal;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->key = fake_key_new ("p256");
  fixture->agent = fake_key_new (data != NULL ? data : "p256");
  fixture->certificate = fake_x509_new (fixture->agent->pkey, "holder");
  fixture->old = fake_x509_to_der (fixture->certificate);
  fixture->renewal = fake_renewal_new (fixture->key, fixture->old);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  fake_key_free (fixture->key);
  fake_key_free (fixture->agent);
  X509_free (fixture->certificate);
  g_bytes_unref (fixture->old);
  g_bytes_unref (fixture->renewal);
}

static CaDecoded *
decode_as (GBytes *request, ICertRequestFormat format, GError **error)
{
  return ca_decode_request (request, ICERT_ENCODING_ANY, format, error);
}

/* takes @request */
static CaDecoded *
decode (GBytes *request)
{
  g_autoptr (GError) error = NULL;
  CaDecoded *decoded = decode_as (request, ICERT_REQUEST_FORMAT_ANY, &error);

  g_assert_no_error (error);
  g_bytes_unref (request);
  return decoded;
}

/* takes @request */
static void
assert_refused (GBytes *request, int code, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *found = NULL;

  g_assert_null (decode_as (request, ICERT_REQUEST_FORMAT_ANY, &error));
  g_assert_error (error, ICERT_ERROR, code);
  found = icert_error_get_text (error);
  g_assert_cmpstr (found, ==, text);
  g_bytes_unref (request);
}

static GBytes *
wrap (Fixture *fixture, GBytes *content, const FakeMessageWish *wish)
{
  return fake_cms_new (content, fixture->agent->pkey, fixture->certificate, wish);
}

static void
test_renewal (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) message = wrap (fixture, fixture->renewal, NULL);
  g_autoptr (CaDecoded) decoded = decode (g_bytes_ref (message));
  g_autofree char *subject = ca_name_to_text (decoded->rdns);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A PKCS #10 in CMS keeps its fields, its message and who signed it");
  g_assert_cmpint (decoded->format, ==, ICERT_REQUEST_FORMAT_PKCS7);
  g_assert_true (g_bytes_equal (decoded->message, message));
  g_assert_true (g_bytes_equal (decoded->raw, fixture->renewal));
  g_assert_true (g_bytes_equal (decoded->signer, fixture->old));
  g_assert_true (g_bytes_equal (decoded->old_certificate, fixture->old));
  g_assert_true (g_bytes_equal (decoded->spki, fixture->key->spki));
  g_assert_cmpstr (subject, ==, "CN=www.example.org");
  g_assert_cmpuint (decoded->names->len, ==, 1);
  g_assert_null (decoded->on_behalf_of);
  g_assert_true (ca_decoded_verify_possession (decoded, FALSE, &error));
  g_assert_no_error (error);
  g_assert_true (ca_decoded_verify_signer (decoded, &error));
  g_assert_no_error (error);
}

static void
test_declared (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) message = wrap (fixture, fixture->renewal, NULL);
  g_autoptr (GBytes) crmf = fake_crmf_new (fixture->key);
  g_autoptr (GError) error = NULL;
  g_autoptr (CaDecoded) as_cms = decode_as (message, ICERT_REQUEST_FORMAT_PKCS7, NULL);
  g_autoptr (CaDecoded) as_crmf = decode_as (crmf, ICERT_REQUEST_FORMAT_CRMF, NULL);

  g_test_summary ("S-A4: a declared form must be the found form");
  g_assert_nonnull (as_cms);
  g_assert_nonnull (as_crmf);
  g_assert_null (decode_as (message, ICERT_REQUEST_FORMAT_PKCS10, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_MALFORMED);
  g_clear_error (&error);
  g_assert_null (decode_as (message, ICERT_REQUEST_FORMAT_CRMF, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_MALFORMED);
  g_clear_error (&error);
  g_assert_null (decode_as (message, ICERT_REQUEST_FORMAT_CMC, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_null (decode_as (crmf, ICERT_REQUEST_FORMAT_PKCS7, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_MALFORMED);
}

static void
test_requestername (Fixture *fixture, gconstpointer data)
{
  const FakeMessageWish wish = { .pair_name = "RequesterName", .pair_value = "alice" };
  g_autoptr (CaDecoded) decoded = decode (wrap (fixture, fixture->renewal, &wish));
  g_autoptr (GBytes) alone = fake_request_new_with (
      fixture->key, fake_subject (),
      fake_der (0xa0,
                fake_attribute ("1.3.6.1.4.1.311.13.2.1",
                                fake_hex ("3020 1e1a 00520065007100750065007300740065"
                                          "0072004e0061006d0065 1e02 0061")),
                NULL));
  g_autoptr (CaDecoded) unsigned_one = decode (g_bytes_ref (alone));
  g_autoptr (CaDecoded) inside = decode (wrap (fixture, alone, NULL));

  g_test_summary ("A requestername counts among what the signer signed, and nowhere else");
  g_assert_cmpstr (decoded->on_behalf_of, ==, "alice");
  g_assert_true (ca_decoded_verify_signer (decoded, NULL));
  g_assert_null (unsigned_one->on_behalf_of);
  g_assert_cmpuint (g_hash_table_size (unsigned_one->attributes), ==, 1);
  g_assert_null (inside->on_behalf_of);
}

/* the same octets with one bit of @part turned over, wherever it stands first */
static GBytes *
spoil (GBytes *message, GBytes *part, gsize offset)
{
  GByteArray *octets = g_byte_array_append (g_byte_array_new (), g_bytes_get_data (message, NULL),
                                            g_bytes_get_size (message));
  guint8 *found
      = memmem (octets->data, octets->len, g_bytes_get_data (part, NULL), g_bytes_get_size (part));

  g_assert_nonnull (found);
  found[offset] ^= 1;
  return g_byte_array_free_to_bytes (octets);
}

static void
test_wrong_signature (Fixture *fixture, gconstpointer data)
{
  const FakeMessageWish wish = { .pair_name = "requestername", .pair_value = "alice" };
  g_autoptr (GBytes) message = wrap (fixture, fixture->renewal, &wish);
  g_autoptr (GBytes) name = fake_hex ("0061006c006900630065");
  g_autoptr (GBytes) host = g_bytes_new_static ("www.example.org", strlen ("www.example.org"));
  g_autoptr (GBytes) last = g_bytes_new_from_bytes (message, g_bytes_get_size (message) - 8, 8);
  GBytes *parts[] = { name, host, last };

  g_test_summary ("S-A6: what is not as the signer signed it is refused: name, request, signature");
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CaDecoded) decoded
          = decode (spoil (message, parts[i], g_bytes_get_size (parts[i]) - 1));

      g_assert_false (ca_decoded_verify_signer (decoded, &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_BAD_SIGNATURE);
    }
}

static void
test_other_certificate (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FakeKey) other = fake_key_new ("p256");
  g_autoptr (X509) stolen = fake_x509_new (other->pkey, "holder");
  g_autoptr (GBytes) message = fake_cms_new (fixture->renewal, other->pkey, stolen, NULL);
  g_autoptr (GBytes) of_other = fake_x509_to_der (stolen);
  g_autoptr (CaDecoded) decoded = decode (g_bytes_ref (message));

  g_test_summary ("Who signed is the certificate that the signature names, not one that is there");
  g_assert_true (g_bytes_equal (decoded->signer, of_other));
  g_assert_false (g_bytes_equal (decoded->signer, decoded->old_certificate));
  g_assert_true (ca_decoded_verify_signer (decoded, NULL));
}

static void
test_weak_digest (Fixture *fixture, gconstpointer data)
{
  const FakeMessageWish wish = { .digest = EVP_sha1 () };
  g_autoptr (CaDecoded) decoded = decode (wrap (fixture, fixture->renewal, &wish));
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-A6: a message signed by SHA-1 is refused");
  g_assert_false (ca_decoded_verify_signer (decoded, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_UNSUPPORTED);
}

static void
test_structure (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FakeKey) second = fake_key_new ("p256");
  g_autoptr (X509) second_certificate = fake_x509_new (second->pkey, "second");
  const FakeMessageWish two
      = { .second_key = second->pkey, .second_certificate = second_certificate };
  const FakeMessageWish many = { .n_more_certificates = 8 };
  const FakeMessageWish none = { .without_certificate = TRUE };
  const FakeMessageWish detached = { .detached = TRUE };
  const FakeMessageWish cmc = { .content_type = "1.3.6.1.5.5.7.12.2" };
  const FakeMessageWish receipt = { .content_type = "1.2.840.113549.1.9.16.1.1" };
  g_autoptr (GBytes) nested = wrap (fixture, fixture->renewal, NULL);
  g_autoptr (GBytes) text = g_bytes_new_static ("hello", 5);
  g_autoptr (GBytes) spkac = fake_spkac_new (fixture->key, "word");

  g_test_summary ("S-A1: one signer, eight certificates, one PKCS #10 inside; all else is refused");
  assert_refused (wrap (fixture, fixture->renewal, &two), ICERT_ERROR_TOO_LARGE,
                  "message: 2 signers (at most 1)");
  assert_refused (wrap (fixture, fixture->renewal, &many), ICERT_ERROR_TOO_LARGE,
                  "message: 9 certificates (at most 8)");
  assert_refused (wrap (fixture, fixture->renewal, &none), ICERT_ERROR_MALFORMED,
                  "message: the signer's certificate is not inside (with the signature)");
  assert_refused (wrap (fixture, fixture->renewal, &detached), ICERT_ERROR_MALFORMED,
                  "message: has no content (a PKCS #10 request inside)");
  assert_refused (wrap (fixture, fixture->renewal, &cmc), ICERT_ERROR_UNSUPPORTED,
                  "message: has a CMC request inside (data: a PKCS #10 request)");
  assert_refused (wrap (fixture, fixture->renewal, &receipt), ICERT_ERROR_UNSUPPORTED,
                  "message: has 1.2.840.113549.1.9.16.1.1 inside (data: a PKCS #10 request)");
  assert_refused (wrap (fixture, nested, NULL), ICERT_ERROR_MALFORMED,
                  "message: has a CMS message inside (a PKCS #10 request)");
  assert_refused (wrap (fixture, spkac, NULL), ICERT_ERROR_MALFORMED,
                  "message: has an SPKAC inside (a PKCS #10 request)");
  assert_refused (wrap (fixture, text, NULL), ICERT_ERROR_MALFORMED,
                  "request: not DER at byte 1 (an end within its parent)");
}

static void
test_any_bit (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) message = wrap (fixture, fixture->renewal, NULL);
  gsize size = g_bytes_get_size (message);
  guint taken = 0;

  g_test_summary ("S-A3: no message with a bit turned over proves anything but what was signed");
  for (gsize i = 0; i < size; i += 3)
    {
      g_autoptr (GBytes) bad = NULL;
      g_autoptr (GByteArray) octets
          = g_byte_array_append (g_byte_array_new (), g_bytes_get_data (message, NULL), size);
      g_autoptr (CaDecoded) decoded = NULL;
      g_autoptr (GError) error = NULL;

      octets->data[i] ^= 1 << (i % 8);
      bad = g_byte_array_free_to_bytes (g_steal_pointer (&octets));
      decoded = decode_as (bad, ICERT_REQUEST_FORMAT_ANY, &error);
      if (decoded == NULL)
        {
          g_assert_cmpint (error->domain, ==, ICERT_ERROR);
          g_assert_cmpint (error->code, !=, ICERT_ERROR_INTERNAL);
        }
      else if (decoded->signer != NULL && ca_decoded_verify_signer (decoded, NULL))
        {
          /* version numbers, and a certificate that is looked up by its octets */
          g_assert_true (g_bytes_equal (decoded->raw, fixture->renewal));
          g_assert_true (g_bytes_equal (decoded->old_certificate, fixture->old));
          g_assert_null (decoded->on_behalf_of);
          taken++;
        }
    }
  g_test_message ("%u of %" G_GSIZE_FORMAT " prove the same", taken, size / 3);
}

static void
test_crmf (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) message = fake_crmf_new (fixture->key);
  g_autoptr (CaDecoded) decoded = decode (g_bytes_ref (message));
  g_autofree char *subject = ca_name_to_text (decoded->rdns);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A CRMF message gives subject, key, names, and proves possession");
  g_assert_cmpint (decoded->format, ==, ICERT_REQUEST_FORMAT_CRMF);
  g_assert_true (g_bytes_equal (decoded->message, message));
  g_assert_true (g_bytes_equal (decoded->spki, fixture->key->spki));
  g_assert_cmpstr (subject, ==, "CN=www.example.org");
  g_assert_cmpuint (decoded->names->len, ==, 1);
  g_assert_true (ca_decoded_verify_possession (decoded, FALSE, &error));
  g_assert_no_error (error);
}

/* as `openssl cmp` makes them */
static void
test_crmf_openssl (Fixture *fixture, gconstpointer data)
{
  OSSL_CRMF_MSGS *messages = sk_OSSL_CRMF_MSG_new_null ();
  OSSL_CRMF_MSG *message = OSSL_CRMF_MSG_new ();
  X509_NAME *name = X509_get_subject_name (fixture->certificate);
  OSSL_CRMF_CERTTEMPLATE *template = OSSL_CRMF_MSG_get0_tmpl (message);
  g_autoptr (CaDecoded) decoded = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *subject = NULL;
  guint8 *der = NULL;
  int size;

  g_test_summary ("What OpenSSL makes is taken; the validity it wishes for is left out and traced");
  g_assert_cmpint (OSSL_CRMF_MSG_set_certReqId (message, 0), ==, 1);
  g_assert_cmpint (OSSL_CRMF_CERTTEMPLATE_fill (template, fixture->key->pkey, name, NULL, NULL), ==,
                   1);
  g_assert_cmpint (OSSL_CRMF_MSG_set0_validity (message, NULL, ASN1_TIME_set (NULL, 2000000000)),
                   ==, 1);
  g_assert_cmpint (OSSL_CRMF_MSG_create_popo (OSSL_CRMF_POPO_SIGNATURE, message, fixture->key->pkey,
                                              EVP_sha256 (), NULL, NULL),
                   ==, 1);
  sk_OSSL_CRMF_MSG_push (messages, message);
  size = i2d_OSSL_CRMF_MSGS (messages, &der);
  decoded = decode (g_bytes_new (der, size));
  subject = ca_name_to_text (decoded->rdns);
  g_assert_cmpstr (subject, ==, "CN=holder");
  g_assert_true (ca_decoded_verify_possession (decoded, FALSE, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (decoded->leniencies->len, ==, 1);
  g_assert_cmpstr (decoded->leniencies->pdata[0], ==,
                   "template: the validity is the CA's to choose (nothing)");
  OPENSSL_free (der);
  sk_OSSL_CRMF_MSG_pop_free (messages, OSSL_CRMF_MSG_free);
}

/* takes all */
static GBytes *
concat (GBytes *first, GBytes *second, GBytes *third)
{
  g_autoptr (GByteArray) octets = g_byte_array_new ();
  GBytes *parts[] = { first, second, third };

  for (gsize i = 0; i < G_N_ELEMENTS (parts) && parts[i] != NULL; i++)
    {
      g_byte_array_append (octets, g_bytes_get_data (parts[i], NULL), g_bytes_get_size (parts[i]));
      g_bytes_unref (parts[i]);
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&octets));
}

static void
test_crmf_refusals (Fixture *fixture, gconstpointer data)
{
  const FakeKey *key = fixture->key;
  GBytes *whole = concat (fake_crmf_subject (), fake_crmf_key (key), NULL);

  g_test_summary ("S-D2: a CRMF template that says more, or proves less, is refused by its name");
#define FIELDS() g_bytes_new (g_bytes_get_data (whole, NULL), g_bytes_get_size (whole))
  assert_refused (
      fake_crmf_new_with (key, concat (fake_hex ("800101"), FIELDS (), NULL), NULL, NULL),
      ICERT_ERROR_UNSUPPORTED, "request: the template is for another version (v3)");
  assert_refused (
      fake_crmf_new_with (key, concat (fake_hex ("810105"), FIELDS (), NULL), NULL, NULL),
      ICERT_ERROR_MALFORMED,
      "request: the template has what the CA alone fills in (no serial number and no "
      "signing algorithm)");
  assert_refused (fake_crmf_new_with (key, fake_crmf_subject (), NULL, NULL),
                  ICERT_ERROR_UNSUPPORTED,
                  "request: the template lacks a subject or a key (both, so that the key signs "
                  "them)");
  assert_refused (
      fake_crmf_new_with (key, concat (fake_crmf_key (key), fake_crmf_subject (), NULL), NULL,
                          NULL),
      ICERT_ERROR_MALFORMED,
      "request: the template's fields are not as they must be (tags [0] to [9] in order, each "
      "once)");
  assert_refused (fake_crmf_new_with (key, FIELDS (), fake_hex ("3000"), NULL),
                  ICERT_ERROR_UNSUPPORTED,
                  "request: has controls (none: no key is archived and nothing published)");
  assert_refused (fake_crmf_new_with (key, FIELDS (), NULL, fake_hex ("8000")),
                  ICERT_ERROR_UNSUPPORTED,
                  "request: possession of the key is not proved by a signature (POPOSigningKey)");
  assert_refused (fake_der (0x30, fake_der (0x30, fake_hex ("3005 020100 3000"), NULL), NULL),
                  ICERT_ERROR_MALFORMED,
                  "request: nothing proves possession of the key (a signature)");
#undef FIELDS
  g_bytes_unref (whole);
}

/* a template of what @first, taken, holds, the subject and the key */
static GBytes *
message_with (const FakeKey *key, GBytes *first)
{
  return fake_crmf_new_with (key, concat (first, fake_crmf_subject (), fake_crmf_key (key)), NULL,
                             NULL);
}

static void
test_crmf_ignored (Fixture *fixture, gconstpointer data)
{
  const FakeKey *key = fixture->key;
  static const char *const validities[] = { "a403 020101", "a404 a1020500", "a404 a2020500" };

  g_test_summary ("S-A3: a field of a CRMF message that is left out must be one, too");
  assert_refused (message_with (key, fake_hex ("a302 0500")), ICERT_ERROR_MALFORMED,
                  "subject: not a name (a SEQUENCE of RDNs)");
  for (gsize i = 0; i < G_N_ELEMENTS (validities); i++)
    assert_refused (message_with (key, fake_hex (validities[i])), ICERT_ERROR_MALFORMED,
                    "request: the validity is not one (times in [0] and [1])");
  /* an AlgorithmIdentifier without an OID */
  assert_refused (fake_crmf_new_with (key, concat (fake_crmf_subject (), fake_crmf_key (key), NULL),
                                      NULL, fake_hex ("a106 3000 03020000")),
                  ICERT_ERROR_MALFORMED,
                  "request: the proof of possession is not one (an algorithm and a signature)");
  assert_refused (fake_crmf_new_with (key, concat (fake_crmf_subject (), fake_crmf_key (key), NULL),
                                      NULL, fake_hex ("a109 3003 06012a 03020000 3004 3002 0500")),
                  ICERT_ERROR_MALFORMED, "request: regInfo is not a list (OIDs with a value each)");
}

static void
test_crmf_forged (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FakeKey) thief = fake_key_new ("p256");
  g_autoptr (GBytes) good = fake_crmf_new (fixture->key);
  g_autoptr (GBytes) host = g_bytes_new_static ("www.example.org", strlen ("www.example.org"));
  g_autoptr (CaDecoded) decoded = decode (spoil (good, host, 0));
  g_autoptr (CaDecoded) stolen = decode (fake_crmf_new_with (
      thief, concat (fake_crmf_subject (), fake_crmf_key (fixture->key), NULL), NULL, NULL));
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-A6: a CRMF message whose key did not sign it is refused");
  g_assert_false (ca_decoded_verify_possession (decoded, FALSE, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_BAD_SIGNATURE);
  g_clear_error (&error);
  g_assert_false (ca_decoded_verify_possession (stolen, FALSE, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_BAD_SIGNATURE);
}

#define ADD(path, test, key) g_test_add (path, Fixture, key, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/request-forms/renewal", test_renewal, NULL);
  ADD ("/request-forms/renewal-rsa", test_renewal, "rsa2048");
  ADD ("/request-forms/renewal-p384", test_renewal, "p384");
  ADD ("/request-forms/declared", test_declared, NULL);
  ADD ("/request-forms/requestername", test_requestername, NULL);
  ADD ("/request-forms/wrong-signature", test_wrong_signature, NULL);
  ADD ("/request-forms/other-certificate", test_other_certificate, NULL);
  ADD ("/request-forms/weak-digest", test_weak_digest, NULL);
  ADD ("/request-forms/structure", test_structure, NULL);
  ADD ("/request-forms/any-bit", test_any_bit, NULL);
  ADD ("/request-forms/crmf", test_crmf, NULL);
  ADD ("/request-forms/crmf-openssl", test_crmf_openssl, NULL);
  ADD ("/request-forms/crmf-refusals", test_crmf_refusals, NULL);
  ADD ("/request-forms/crmf-ignored-S-A3", test_crmf_ignored, NULL);
  ADD ("/request-forms/crmf-forged", test_crmf_forged, NULL);
  return g_test_run ();
}
