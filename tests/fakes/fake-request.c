/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fake-request.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

static void
append_header (GByteArray *out, guint8 tag, gsize size)
{
  const guint8 one[] = { tag, size };
  const guint8 two[] = { tag, 0x81, size };
  const guint8 four[] = { tag, 0x83, size >> 16, size >> 8, size };
  const guint8 three[] = { tag, 0x82, size >> 8, size };

  if (size < 0x80)
    g_byte_array_append (out, one, sizeof one);
  else if (size < 0x100)
    g_byte_array_append (out, two, sizeof two);
  else if (size < 0x10000)
    g_byte_array_append (out, three, sizeof three);
  else
    g_byte_array_append (out, four, sizeof four);
}

GBytes *
fake_der_data (guint8 tag, const void *data, gsize size)
{
  GByteArray *out = g_byte_array_sized_new (size + 5);

  append_header (out, tag, size);
  if (size > 0)
    g_byte_array_append (out, data, size);
  return g_byte_array_free_to_bytes (out);
}

GBytes *
fake_der (guint8 tag, GBytes *first, ...)
{
  g_autoptr (GByteArray) content = g_byte_array_new ();
  GBytes *part;
  va_list parts;

  va_start (parts, first);
  for (part = first; part != NULL; part = va_arg (parts, GBytes *))
    {
      gsize size;
      const guint8 *data = g_bytes_get_data (part, &size);

      if (size > 0)
        g_byte_array_append (content, data, size);
      g_bytes_unref (part);
    }
  va_end (parts);
  return fake_der_data (tag, content->data, content->len);
}

GBytes *
fake_der_text (guint8 tag, const char *text)
{
  return fake_der_data (tag, text, strlen (text));
}

GBytes *
fake_der_oid (const char *oid)
{
  ASN1_OBJECT *object = OBJ_txt2obj (oid, 1);
  GBytes *der;

  g_assert_nonnull (object);
  der = fake_der_data (V_ASN1_OBJECT, OBJ_get0_data (object), OBJ_length (object));
  ASN1_OBJECT_free (object);
  return der;
}

GBytes *
fake_der_integer (guint8 number)
{
  g_assert_cmpuint (number, <, 0x80);
  return fake_der_data (V_ASN1_INTEGER, &number, 1);
}

GBytes *
fake_hex (const char *hex)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();

  while (*hex != '\0')
    {
      guint8 octet;

      if (*hex == ' ')
        {
          hex++;
          continue;
        }
      octet = g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]);
      g_byte_array_append (out, &octet, 1);
      hex += 2;
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

GBytes *
fake_repeat (GBytes *part, guint count)
{
  GByteArray *out = g_byte_array_new ();

  while (count-- > 0)
    g_byte_array_append (out, g_bytes_get_data (part, NULL), g_bytes_get_size (part));
  return g_byte_array_free_to_bytes (out);
}

GBytes *
fake_pem (const char *label, GBytes *der)
{
  g_autofree char *base64 = g_base64_encode (g_bytes_get_data (der, NULL), g_bytes_get_size (der));
  GString *text = g_string_new (NULL);
  gsize i, length = strlen (base64);

  g_string_append_printf (text, "-----BEGIN %s-----\n", label);
  for (i = 0; i < length; i += 64)
    g_string_append_printf (text, "%.64s\n", base64 + i);
  g_string_append_printf (text, "-----END %s-----\n", label);
  g_bytes_unref (der);
  return g_string_free_to_bytes (text);
}

static const struct
{
  const char *type;
  const char *algorithm; /* of OpenSSL */
  const char *group;
  guint bits, exponent;
  const char *digest;
  const char *signature; /* AlgorithmIdentifier in hex */
} key_types[] = {
#define ECDSA_SHA256 "300a06082a8648ce3d040302"
#define RSA_SHA256 "300d06092a864886f70d01010b0500"
  { "p256", "EC", "P-256", 0, 0, "SHA256", ECDSA_SHA256 },
  { "p384", "EC", "P-384", 0, 0, "SHA384", "300a06082a8648ce3d040303" },
  { "p521", "EC", "P-521", 0, 0, "SHA512", "300a06082a8648ce3d040304" },
  { "secp256k1", "EC", "secp256k1", 0, 0, "SHA256", ECDSA_SHA256 },
  { "rsa1024", "RSA", NULL, 1024, 65537, "SHA256", RSA_SHA256 },
  { "rsa2048", "RSA", NULL, 2048, 65537, "SHA256", RSA_SHA256 },
  { "rsa3072", "RSA", NULL, 3072, 65537, "SHA256", RSA_SHA256 },
  { "rsa2048-e3", "RSA", NULL, 2048, 3, "SHA256", RSA_SHA256 },
  { "rsa-pss", "RSA-PSS", NULL, 2048, 65537, "SHA256", RSA_SHA256 },
  { "ed25519", "ED25519", NULL, 0, 0, NULL, "300506032b6570" },
  { "ed448", "ED448", NULL, 0, 0, NULL, "300506032b6571" },
};

static FakeKey *
key_take (EVP_PKEY *pkey, const char *digest, const char *signature)
{
  FakeKey *key = g_new0 (FakeKey, 1);
  guint8 *spki = NULL;
  int size;

  g_assert_nonnull (pkey);
  size = i2d_PUBKEY (pkey, &spki);
  g_assert_cmpint (size, >, 0);
  key->pkey = pkey;
  key->spki = g_bytes_new (spki, size);
  key->algorithm = fake_hex (signature);
  key->digest = digest;
  OPENSSL_free (spki);
  return key;
}

FakeKey *
fake_key_new (const char *type)
{
  EVP_PKEY_CTX *context;
  EVP_PKEY *pkey = NULL;
  gsize i;

  for (i = 0; strcmp (key_types[i].type, type) != 0; i++)
    g_assert_cmpuint (i + 1, <, G_N_ELEMENTS (key_types));

  context = EVP_PKEY_CTX_new_from_name (NULL, key_types[i].algorithm, NULL);
  g_assert_cmpint (EVP_PKEY_keygen_init (context), ==, 1);
  if (key_types[i].group != NULL)
    {
      g_assert_cmpint (EVP_PKEY_CTX_set_group_name (context, key_types[i].group), ==, 1);
    }
  else if (key_types[i].bits != 0)
    {
      BIGNUM *exponent = BN_new ();

      BN_set_word (exponent, key_types[i].exponent);
      g_assert_cmpint (EVP_PKEY_CTX_set_rsa_keygen_bits (context, key_types[i].bits), ==, 1);
      g_assert_cmpint (EVP_PKEY_CTX_set1_rsa_keygen_pubexp (context, exponent), ==, 1);
      BN_free (exponent);
    }
  g_assert_cmpint (EVP_PKEY_generate (context, &pkey), ==, 1);
  EVP_PKEY_CTX_free (context);
  return key_take (pkey, key_types[i].digest, key_types[i].signature);
}

FakeKey *
fake_key_new_rsa (const BIGNUM *p, const BIGNUM *q, const BIGNUM *third)
{
  BN_CTX *numbers = BN_CTX_new ();
  BIGNUM *n = BN_new (), *e = BN_new (), *d = BN_new (), *phi = BN_new ();
  OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new ();
  OSSL_PARAM *parameters;
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name (NULL, "RSA", NULL);
  EVP_PKEY *pkey = NULL;

  BN_mul (n, p, q, numbers);
  BN_set_word (e, 65537);
  BN_sub (phi, n, p);
  BN_sub (phi, phi, q);
  BN_add_word (phi, 1);
  if (third != NULL)
    {
      BN_mul (n, n, third, numbers);
      BN_sub (d, third, BN_value_one ());
      BN_mul (phi, phi, d, numbers);
    }
  g_assert_nonnull (BN_mod_inverse (d, e, phi, numbers));
  OSSL_PARAM_BLD_push_BN (builder, OSSL_PKEY_PARAM_RSA_N, n);
  OSSL_PARAM_BLD_push_BN (builder, OSSL_PKEY_PARAM_RSA_E, e);
  OSSL_PARAM_BLD_push_BN (builder, OSSL_PKEY_PARAM_RSA_D, d);
  parameters = OSSL_PARAM_BLD_to_param (builder);
  g_assert_cmpint (EVP_PKEY_fromdata_init (context), ==, 1);
  g_assert_cmpint (EVP_PKEY_fromdata (context, &pkey, EVP_PKEY_KEYPAIR, parameters), ==, 1);
  OSSL_PARAM_free (parameters);
  OSSL_PARAM_BLD_free (builder);
  EVP_PKEY_CTX_free (context);
  BN_free (n);
  BN_free (e);
  BN_free (d);
  BN_free (phi);
  BN_CTX_free (numbers);
  return key_take (pkey, "SHA256", RSA_SHA256);
}

void
fake_key_free (FakeKey *key)
{
  EVP_PKEY_free (key->pkey);
  g_bytes_unref (key->spki);
  g_bytes_unref (key->algorithm);
  g_free (key);
}

GBytes *
fake_rdn (const char *oid, const char *value)
{
  return fake_der (
      0x31, fake_der (0x30, fake_der_oid (oid), fake_der_text (V_ASN1_UTF8STRING, value), NULL),
      NULL);
}

GBytes *
fake_subject (void)
{
  return fake_der (0x30, fake_rdn ("2.5.4.3", "www.example.org"), NULL);
}

GBytes *
fake_extension (const char *oid, gboolean critical, GBytes *value)
{
  GBytes *octets = fake_der (V_ASN1_OCTET_STRING, value, NULL);

  if (critical)
    return fake_der (0x30, fake_der_oid (oid), fake_hex ("0101ff"), octets, NULL);
  return fake_der (0x30, fake_der_oid (oid), octets, NULL);
}

GBytes *
fake_attribute (const char *oid, GBytes *value)
{
  return fake_der (0x30, fake_der_oid (oid), fake_der (0x31, value, NULL), NULL);
}

GBytes *
fake_extension_request (GBytes *extensions)
{
  return fake_der (
      0xa0, fake_attribute ("1.2.840.113549.1.9.14", fake_der (0x30, extensions, NULL)), NULL);
}

GBytes *
fake_alt_names (GBytes *names)
{
  return fake_extension ("2.5.29.17", FALSE, fake_der (0x30, names, NULL));
}

GBytes *
fake_dns_name (const char *name)
{
  return fake_der_text (0x82, name);
}

static GBytes *
sign (const FakeKey *key, GBytes *data)
{
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  EVP_PKEY_CTX *parameters = NULL;
  GByteArray *signature = g_byte_array_new ();
  gsize size = EVP_PKEY_get_size (key->pkey);

  g_byte_array_set_size (signature, size + 1);
  signature->data[0] = 0;
  g_assert_cmpint (
      EVP_DigestSignInit_ex (context, &parameters, key->digest, NULL, NULL, key->pkey, NULL), ==,
      1);
  g_assert_cmpint (EVP_DigestSign (context, signature->data + 1, &size,
                                   g_bytes_get_data (data, NULL), g_bytes_get_size (data)),
                   ==, 1);
  EVP_MD_CTX_free (context);
  g_byte_array_set_size (signature, size + 1);
  return fake_der (V_ASN1_BIT_STRING, g_byte_array_free_to_bytes (signature), NULL);
}

GBytes *
fake_signed (const FakeKey *key, GBytes *to_be_signed)
{
  GBytes *signature = sign (key, to_be_signed);

  return fake_der (0x30, to_be_signed, g_bytes_ref (key->algorithm), signature, NULL);
}

GBytes *
fake_request_info (GBytes *subject, GBytes *spki, GBytes *attributes)
{
  return fake_der (0x30, fake_der_integer (0), subject, spki, attributes, NULL);
}

GBytes *
fake_request_new_with (const FakeKey *key, GBytes *subject, GBytes *attributes)
{
  return fake_signed (key, fake_request_info (subject, g_bytes_ref (key->spki), attributes));
}

GBytes *
fake_request_new (const FakeKey *key)
{
  return fake_request_new_with (
      key, fake_subject (),
      fake_extension_request (fake_alt_names (fake_dns_name ("www.example.org"))));
}

GBytes *
fake_spkac_new (const FakeKey *key, const char *challenge)
{
  return fake_signed (key, fake_der (0x30, g_bytes_ref (key->spki),
                                     fake_der_text (V_ASN1_IA5STRING, challenge), NULL));
}
