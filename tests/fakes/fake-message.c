/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fake-message.h"

#include <string.h>

#define OID_RENEWAL "1.3.6.1.4.1.311.13.1"
#define OID_PAIR "1.3.6.1.4.1.311.13.2.1"

X509 *
fake_x509_new (EVP_PKEY *pkey, const char *name)
{
  X509 *x509 = X509_new ();
  X509_NAME *subject = X509_get_subject_name (x509);

  X509_set_version (x509, X509_VERSION_3);
  ASN1_INTEGER_set (X509_get_serialNumber (x509), 4711);
  X509_NAME_add_entry_by_txt (subject, "CN", MBSTRING_UTF8, (const guint8 *) name, -1, -1, 0);
  X509_set_issuer_name (x509, subject);
  X509_gmtime_adj (X509_getm_notBefore (x509), -60);
  X509_gmtime_adj (X509_getm_notAfter (x509), 86400);
  X509_set_pubkey (x509, pkey);
  g_assert_cmpint (X509_sign (x509, pkey, EVP_sha256 ()), >, 0);
  return x509;
}

X509 *
fake_x509_from_der (GBytes *der)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (der, &size);
  X509 *x509 = d2i_X509 (NULL, &data, size);

  g_assert_nonnull (x509);
  return x509;
}

GBytes *
fake_x509_to_der (X509 *certificate)
{
  guint8 *der = NULL;
  int size = i2d_X509 (certificate, &der);
  GBytes *bytes;

  g_assert_cmpint (size, >, 0);
  bytes = g_bytes_new (der, size);
  OPENSSL_free (der);
  return bytes;
}

/* BMPString */
static GBytes *
bmp_string (const char *text)
{
  g_autoptr (GByteArray) octets = g_byte_array_new ();

  for (; *text != '\0'; text++)
    {
      const guint8 character[] = { 0, *text };

      g_byte_array_append (octets, character, sizeof character);
    }
  return fake_der_data (V_ASN1_BMPSTRING, octets->data, octets->len);
}

static void
sign (CMS_ContentInfo *cms, EVP_PKEY *key, X509 *certificate, const FakeMessageWish *wish)
{
  const EVP_MD *digest = wish->digest != NULL ? wish->digest : EVP_sha256 ();
  CMS_SignerInfo *info = CMS_add1_signer (cms, certificate, key, digest,
                                          CMS_BINARY | CMS_NOSMIMECAP | CMS_PARTIAL
                                              | (wish->without_certificate ? CMS_NOCERTS : 0));

  g_assert_nonnull (info);
  if (wish->pair_name != NULL)
    {
      g_autoptr (GBytes) pair
          = fake_der (0x30, bmp_string (wish->pair_name), bmp_string (wish->pair_value), NULL);

      g_assert_cmpint (CMS_signed_add1_attr_by_txt (info, OID_PAIR, V_ASN1_SEQUENCE,
                                                    g_bytes_get_data (pair, NULL),
                                                    g_bytes_get_size (pair)),
                       ==, 1);
    }
}

GBytes *
fake_cms_new (GBytes *content, EVP_PKEY *key, X509 *certificate, const FakeMessageWish *wish)
{
  static const FakeMessageWish none = { NULL };
  guint flags = CMS_BINARY | CMS_PARTIAL;
  CMS_ContentInfo *cms;
  guint8 *der = NULL;
  GBytes *bytes;
  BIO *bio = BIO_new_mem_buf (g_bytes_get_data (content, NULL), g_bytes_get_size (content));
  int size;

  if (wish == NULL)
    wish = &none;
  cms = CMS_sign (NULL, NULL, NULL, NULL, flags | (wish->detached ? CMS_DETACHED : 0));
  g_assert_nonnull (cms);
  if (wish->content_type != NULL)
    {
      ASN1_OBJECT *type = OBJ_txt2obj (wish->content_type, 1);

      CMS_set1_eContentType (cms, type);
      ASN1_OBJECT_free (type);
    }
  sign (cms, key, certificate, wish);
  if (wish->second_key != NULL)
    sign (cms, wish->second_key, wish->second_certificate, wish);
  for (guint i = 0; i < wish->n_more_certificates; i++)
    {
      g_autofree char *name = g_strdup_printf ("more %u", i);
      g_autoptr (X509) more = fake_x509_new (key, name);

      g_assert_cmpint (CMS_add1_cert (cms, more), ==, 1);
    }
  g_assert_cmpint (CMS_final (cms, bio, NULL, CMS_BINARY | (wish->detached ? CMS_DETACHED : 0)), ==,
                   1);
  size = i2d_CMS_ContentInfo (cms, &der);
  g_assert_cmpint (size, >, 0);
  bytes = g_bytes_new (der, size);
  OPENSSL_free (der);
  CMS_ContentInfo_free (cms);
  BIO_free (bio);
  return bytes;
}

GBytes *
fake_renewal_new_with (const FakeKey *key, GBytes *subject, GBytes *names, GBytes *old)
{
  g_autoptr (GBytes) extensions
      = fake_attribute ("1.2.840.113549.1.9.14", fake_der (0x30, fake_alt_names (names), NULL));
  GBytes *renewal
      = old != NULL ? fake_attribute (OID_RENEWAL, g_bytes_ref (old)) : g_bytes_new (NULL, 0);

  return fake_request_new_with (key, subject,
                                fake_der (0xa0, g_steal_pointer (&extensions), renewal, NULL));
}

GBytes *
fake_renewal_new (const FakeKey *key, GBytes *old)
{
  return fake_renewal_new_with (key, fake_subject (), fake_dns_name ("www.example.org"), old);
}

/* @element with another tag; takes it */
static GBytes *
retag (GBytes *element, guint8 tag)
{
  g_autoptr (GByteArray) octets = g_bytes_unref_to_array (element);

  octets->data[0] = tag;
  return g_byte_array_free_to_bytes (g_steal_pointer (&octets));
}

GBytes *
fake_crmf_key (const FakeKey *key)
{
  return retag (g_bytes_new (g_bytes_get_data (key->spki, NULL), g_bytes_get_size (key->spki)),
                0xa6);
}

GBytes *
fake_crmf_subject (void)
{
  return fake_der (0xa5, fake_subject (), NULL);
}

GBytes *
fake_crmf_new_with (const FakeKey *key, GBytes *fields, GBytes *controls, GBytes *proof)
{
  GBytes *request
      = controls != NULL
            ? fake_der (0x30, fake_der_integer (0), fake_der (0x30, fields, NULL), controls, NULL)
            : fake_der (0x30, fake_der_integer (0), fake_der (0x30, fields, NULL), NULL);

  if (proof == NULL)
    {
      /* SEQUENCE { request, algorithm, signature }: the same without the request */
      g_autoptr (GBytes) whole = fake_signed (key, g_bytes_ref (request));
      gsize size = g_bytes_get_size (whole);
      const guint8 *data = g_bytes_get_data (whole, NULL);
      gsize header = data[1] < 0x80 ? 2 : 2 + (data[1] & 0x7f);
      gsize skip = header + g_bytes_get_size (request);

      proof = fake_der_data (0xa1, data + skip, size - skip);
    }
  return fake_der (0x30, fake_der (0x30, request, proof, NULL), NULL);
}

GBytes *
fake_crmf_new (const FakeKey *key)
{
  g_autoptr (GByteArray) fields = g_byte_array_new ();
  GBytes *names = fake_alt_names (fake_dns_name ("www.example.org"));
  GBytes *parts[] = { fake_hex ("800102"), fake_crmf_subject (), fake_crmf_key (key),
                      fake_der (0xa9, names, NULL) };

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_byte_array_append (fields, g_bytes_get_data (parts[i], NULL), g_bytes_get_size (parts[i]));
      g_bytes_unref (parts[i]);
    }
  return fake_crmf_new_with (key, g_byte_array_free_to_bytes (g_steal_pointer (&fields)), NULL,
                             NULL);
}
