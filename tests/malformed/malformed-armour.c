/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "malformed.h"

#include <string.h>

#include <openssl/pem.h>
#include <openssl/x509.h>

#define LABEL "CERTIFICATE REQUEST"

static char *
good_pem (const MalformedKit *kit)
{
  GBytes *pem = fake_pem (LABEL, g_bytes_ref (kit->good));
  char *text = g_strndup (g_bytes_get_data (pem, NULL), g_bytes_get_size (pem));

  g_bytes_unref (pem);
  return text;
}

static GBytes *
take_text (char *text)
{
  return g_bytes_new_take (text, strlen (text));
}

static GBytes *
make_empty (const MalformedKit *kit, GRand *random)
{
  return g_bytes_new (NULL, 0);
}

static GBytes *
make_cut (const MalformedKit *kit, GRand *random)
{
  gsize size = g_bytes_get_size (kit->good);

  return g_bytes_new_from_bytes (kit->good, 0, g_rand_int_range (random, 1, size));
}

static GBytes *
make_beheaded (const MalformedKit *kit, GRand *random)
{
  gsize size = g_bytes_get_size (kit->good);
  gsize cut = g_rand_int_range (random, 1, size);

  return g_bytes_new_from_bytes (kit->good, cut, size - cut);
}

static GBytes *
make_noise (const MalformedKit *kit, GRand *random)
{
  gsize size = g_rand_int_range (random, 1, 2000), i;
  guint8 *data = g_malloc (size);

  for (i = 0; i < size; i++)
    data[i] = g_rand_int (random);
  return g_bytes_new_take (data, size);
}

static GBytes *
make_text (const MalformedKit *kit, GRand *random)
{
  return take_text (g_strdup_printf ("Please sign this, number %u.\n", g_rand_int (random)));
}

static GBytes *
make_utf16 (const MalformedKit *kit, GRand *random)
{
  g_autofree char *pem = good_pem (kit);
  GByteArray *out = g_byte_array_new ();
  const char *p;

  g_byte_array_append (out, (const guint8 *) "\xff\xfe", 2);
  for (p = pem; *p != '\0'; p++)
    {
      const guint8 unit[] = { *p, 0 };

      g_byte_array_append (out, unit, 2);
    }
  return g_byte_array_free_to_bytes (out);
}

static GBytes *
make_pem_without_end (const MalformedKit *kit, GRand *random)
{
  char *pem = good_pem (kit);

  *strstr (pem, "-----END") = '\0';
  return take_text (pem);
}

static GBytes *
make_pem_with_other_end (const MalformedKit *kit, GRand *random)
{
  char *pem = good_pem (kit);

  memcpy (strstr (pem, "-----END") + 9, "CORTIFICATE", 11);
  return take_text (pem);
}

static GBytes *
make_pem_with_broken_begin (const MalformedKit *kit, GRand *random)
{
  char *pem = good_pem (kit);

  memcpy (strstr (pem, "REQUEST-----"), "REQUEST---- ", 12);
  return take_text (pem);
}

static GBytes *
make_pem_with_bad_digit (const MalformedKit *kit, GRand *random)
{
  char *pem = good_pem (kit);
  char *body = strchr (pem, '\n') + 1;

  body[g_rand_int_range (random, 0, 64)] = "!$%&*?~\x01\x80"[g_rand_int_range (random, 0, 9)];
  return take_text (pem);
}

static GBytes *
make_pem_with_missing_digit (const MalformedKit *kit, GRand *random)
{
  char *pem = good_pem (kit);
  char *at = strchr (pem, '\n') + 1 + g_rand_int_range (random, 0, 60);

  memmove (at, at + 1, strlen (at));
  return take_text (pem);
}

static GBytes *
make_pem_with_padding_inside (const MalformedKit *kit, GRand *random)
{
  char *pem = good_pem (kit);

  strchr (pem, '\n')[1 + g_rand_int_range (random, 0, 60)] = '=';
  return take_text (pem);
}

static GBytes *
make_pem_with_header (const MalformedKit *kit, GRand *random)
{
  g_autofree char *pem = good_pem (kit);
  const char *body = strchr (pem, '\n') + 1;

  return take_text (
      g_strdup_printf ("%.*sProc-Type: 4,ENCRYPTED\n\n%s", (int) (body - pem), pem, body));
}

static GBytes *
make_pem_twice (const MalformedKit *kit, GRand *random)
{
  g_autofree char *pem = good_pem (kit);

  return take_text (g_strconcat (pem, pem, NULL));
}

static GBytes *
make_text_behind (const MalformedKit *kit, GRand *random)
{
  g_autofree char *pem = good_pem (kit);

  return take_text (g_strconcat (pem, "and thank you\n", NULL));
}

static GBytes *
make_unknown_label (const MalformedKit *kit, GRand *random)
{
  return fake_pem ("CERTIFICATE WISH", g_bytes_ref (kit->good));
}

static GBytes *
make_wrong_label (const MalformedKit *kit, GRand *random)
{
  return fake_pem ("CERTIFICATE", g_bytes_ref (kit->good));
}

static GBytes *
make_spkac_label (const MalformedKit *kit, GRand *random)
{
  g_autofree char *base64
      = g_base64_encode (g_bytes_get_data (kit->good, NULL), g_bytes_get_size (kit->good));

  return take_text (g_strconcat ("SPKAC=", base64, "\n", NULL));
}

static GBytes *
make_long_text (const MalformedKit *kit, GRand *random)
{
  gsize size = g_rand_int_range (random, 256 * 1024 + 1, 300 * 1024);
  char *text = g_malloc (size);

  memset (text, 'A', size);
  return g_bytes_new_take (text, size);
}

/* an attribute that makes the request just too large */
static GBytes *
make_long_der (const MalformedKit *kit, GRand *random)
{
  gsize size = 128 * 1024 + g_rand_int_range (random, 0, 1000);
  g_autofree guint8 *data = g_malloc0 (size);

  return malformed_with_attributes (
      kit, fake_attribute ("1.2.3.4", fake_der_data (V_ASN1_OCTET_STRING, data, size)));
}

static X509_NAME *
some_name (void)
{
  X509_NAME *name = X509_NAME_new ();

  X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_ASC, (const guint8 *) "Someone", -1, -1, 0);
  return name;
}

static GBytes *
take_openssl (guint8 *data, int size)
{
  GBytes *bytes;

  g_assert_cmpint (size, >, 0);
  bytes = g_bytes_new (data, size);
  OPENSSL_free (data);
  return bytes;
}

static GBytes *
make_certificate (const MalformedKit *kit, GRand *random)
{
  X509 *certificate = X509_new ();
  X509_NAME *name = some_name ();
  guint8 *data = NULL;
  int size;

  X509_set_version (certificate, X509_VERSION_3);
  ASN1_INTEGER_set (X509_get_serialNumber (certificate), g_rand_int (random));
  X509_set_subject_name (certificate, name);
  X509_set_issuer_name (certificate, name);
  X509_gmtime_adj (X509_getm_notBefore (certificate), 0);
  X509_gmtime_adj (X509_getm_notAfter (certificate), 3600);
  X509_set_pubkey (certificate, kit->key->pkey);
  X509_sign (certificate, kit->key->pkey, EVP_sha256 ());
  size = i2d_X509 (certificate, &data);
  X509_free (certificate);
  X509_NAME_free (name);
  return take_openssl (data, size);
}

static GBytes *
make_certificate_pem (const MalformedKit *kit, GRand *random)
{
  return fake_pem ("CERTIFICATE", make_certificate (kit, random));
}

/* under the label of a request: what is found decides */
static GBytes *
make_disguised_certificate (const MalformedKit *kit, GRand *random)
{
  return fake_pem (LABEL, make_certificate (kit, random));
}

static GBytes *
make_crl (const MalformedKit *kit, GRand *random)
{
  X509_CRL *crl = X509_CRL_new ();
  X509_NAME *name = some_name ();
  ASN1_TIME *now = X509_gmtime_adj (NULL, 0);
  guint8 *data = NULL;
  int size;

  X509_CRL_set_version (crl, X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name (crl, name);
  X509_CRL_set1_lastUpdate (crl, now);
  X509_CRL_set1_nextUpdate (crl, now);
  X509_CRL_sign (crl, kit->key->pkey, EVP_sha256 ());
  size = i2d_X509_CRL (crl, &data);
  X509_CRL_free (crl);
  X509_NAME_free (name);
  ASN1_TIME_free (now);
  return take_openssl (data, size);
}

static GBytes *
make_private_key (const MalformedKit *kit, GRand *random)
{
  PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8 (kit->key->pkey);
  guint8 *data = NULL;
  int size = i2d_PKCS8_PRIV_KEY_INFO (info, &data);

  PKCS8_PRIV_KEY_INFO_free (info);
  return take_openssl (data, size);
}

static GBytes *
make_private_key_pem (const MalformedKit *kit, GRand *random)
{
  return fake_pem ("PRIVATE KEY", make_private_key (kit, random));
}

static GBytes *
make_old_private_key (const MalformedKit *kit, GRand *random)
{
  const FakeKey *key = g_rand_boolean (random) ? kit->key : kit->rsa1024;
  guint8 *data = NULL;
  int size = i2d_PrivateKey (key->pkey, &data);

  return take_openssl (data, size);
}

static GBytes *
make_encrypted_key (const MalformedKit *kit, GRand *random)
{
  return fake_der (
      0x30,
      fake_der (0x30, fake_der_oid ("1.2.840.113549.1.5.13"), fake_der_data (0x30, NULL, 0), NULL),
      fake_der_text (V_ASN1_OCTET_STRING, "what nobody can read"), NULL);
}

static GBytes *
make_public_key (const MalformedKit *kit, GRand *random)
{
  return g_bytes_ref (g_rand_boolean (random) ? kit->key->spki : kit->rsa->spki);
}

static GBytes *
make_cms (const MalformedKit *kit, GRand *random)
{
  return fake_der (0x30, fake_der_oid ("1.2.840.113549.1.7.2"),
                   fake_der (0xa0, fake_der (0x30, fake_der_integer (1), NULL), NULL), NULL);
}

static GBytes *
make_cms_pem (const MalformedKit *kit, GRand *random)
{
  return fake_pem ("PKCS7", make_cms (kit, random));
}

static GBytes *
make_crmf (const MalformedKit *kit, GRand *random)
{
  GBytes *template = fake_der (0x30, fake_der (0xa5, fake_subject (), NULL), NULL);

  return fake_der (
      0x30, fake_der (0x30, fake_der (0x30, fake_der_integer (7), template, NULL), NULL), NULL);
}

static GBytes *
make_cmp (const MalformedKit *kit, GRand *random)
{
  return fake_der (0x30,
                   fake_der (0x30, fake_der_integer (2), fake_der (0xa4, fake_subject (), NULL),
                             fake_der (0xa4, fake_subject (), NULL), NULL),
                   fake_der (0xa4, g_bytes_ref (kit->good), NULL), NULL);
}

const MalformedClass malformed_armour[] = {
  { "empty", ICERT_ERROR_MALFORMED, "request", make_empty },
  { "cut", ICERT_ERROR_MALFORMED, "request", make_cut },
  { "beheaded", MALFORMED_ANY_CODE, "request", make_beheaded },
  { "noise", ICERT_ERROR_MALFORMED, "request", make_noise },
  { "text", ICERT_ERROR_MALFORMED, "request", make_text },
  { "utf-16", ICERT_ERROR_MALFORMED, "request", make_utf16 },
  { "pem-without-end", ICERT_ERROR_MALFORMED, "request", make_pem_without_end },
  { "pem-with-other-end", ICERT_ERROR_MALFORMED, "request", make_pem_with_other_end },
  { "pem-with-broken-begin", ICERT_ERROR_MALFORMED, "request", make_pem_with_broken_begin },
  { "pem-with-bad-digit", ICERT_ERROR_MALFORMED, "request", make_pem_with_bad_digit },
  { "pem-with-missing-digit", ICERT_ERROR_MALFORMED, "request", make_pem_with_missing_digit },
  { "pem-with-padding-inside", ICERT_ERROR_MALFORMED, "request", make_pem_with_padding_inside },
  { "pem-with-header", ICERT_ERROR_MALFORMED, "request", make_pem_with_header },
  { "pem-twice", ICERT_ERROR_TOO_LARGE, "request", make_pem_twice },
  { "text-behind-pem", ICERT_ERROR_MALFORMED, "request", make_text_behind },
  { "unknown-label", ICERT_ERROR_MALFORMED, "request", make_unknown_label },
  { "wrong-label", ICERT_ERROR_MALFORMED, "request", make_wrong_label },
  { "spkac-label", ICERT_ERROR_MALFORMED, "request", make_spkac_label },
  { "long-text", ICERT_ERROR_TOO_LARGE, "request", make_long_text },
  { "long-der", ICERT_ERROR_TOO_LARGE, "request", make_long_der },
  { "certificate", ICERT_ERROR_MALFORMED, "request", make_certificate },
  { "certificate-pem", ICERT_ERROR_MALFORMED, "request", make_certificate_pem },
  { "disguised-certificate", ICERT_ERROR_MALFORMED, "request", make_disguised_certificate },
  { "crl", ICERT_ERROR_MALFORMED, "request", make_crl },
  { "private-key", ICERT_ERROR_MALFORMED, "request", make_private_key },
  { "private-key-pem", ICERT_ERROR_MALFORMED, "request", make_private_key_pem },
  { "old-private-key", ICERT_ERROR_MALFORMED, "request", make_old_private_key },
  { "encrypted-key", ICERT_ERROR_MALFORMED, "request", make_encrypted_key },
  { "public-key", ICERT_ERROR_MALFORMED, "request", make_public_key },
  { "cms", ICERT_ERROR_MALFORMED, "message", make_cms },
  { "cms-pem", ICERT_ERROR_MALFORMED, "message", make_cms_pem },
  { "crmf", ICERT_ERROR_MALFORMED, "request", make_crmf },
  { "cmp", ICERT_ERROR_UNSUPPORTED, "request", make_cmp },
  { NULL },
};
