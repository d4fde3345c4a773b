/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fuzz.h"

#include <openssl/cms.h>
#include <openssl/crmf.h>
#include <openssl/x509.h>

#include "ca-crypto.h"
#include "ca-decode.h"
#include "ca-der.h"

/* Requests of every form: ca_decode_request(). */

static const ASN1_ITEM *
item_of (ICertRequestFormat format)
{
  switch (format)
    {
    case ICERT_REQUEST_FORMAT_KEYGEN:
      return ASN1_ITEM_rptr (NETSCAPE_SPKI);
    case ICERT_REQUEST_FORMAT_PKCS7:
      return ASN1_ITEM_rptr (CMS_ContentInfo);
    case ICERT_REQUEST_FORMAT_CRMF:
      return ASN1_ITEM_rptr (OSSL_CRMF_MSGS);
    default:
      return ASN1_ITEM_rptr (X509_REQ);
    }
}

/* What was taken as DER of one format is taken as that format when it is named, and as no other. */
static void
check_formats (const CaDecoded *decoded)
{
  static const ICertRequestFormat formats[]
      = { ICERT_REQUEST_FORMAT_PKCS10, ICERT_REQUEST_FORMAT_KEYGEN, ICERT_REQUEST_FORMAT_PKCS7,
          ICERT_REQUEST_FORMAT_CRMF };

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CaDecoded) again
          = ca_decode_request (decoded->message, ICERT_ENCODING_BINARY, formats[i], &error);
      gboolean same = formats[i] == decoded->format;

      g_assert_true ((again != NULL) == same);
      if (again != NULL)
        g_assert_true (g_bytes_equal (again->raw, decoded->raw));
      fuzz_check_pointer (again, &error);
    }
}

static void
check_texts (const CaDecoded *decoded)
{
  GHashTableIter iter;
  gpointer name, value;

  for (guint i = 0; i < decoded->rdns->len; i++)
    {
      const CaRdn *rdn = decoded->rdns->pdata[i];

      fuzz_check_text (rdn->oid);
      fuzz_check_text (rdn->value);
    }
  g_hash_table_iter_init (&iter, decoded->attributes);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      fuzz_check_text (name);
      fuzz_check_text (value);
    }
  if (decoded->challenge != NULL)
    fuzz_check_text (decoded->challenge);
  if (decoded->on_behalf_of != NULL)
    fuzz_check_text (decoded->on_behalf_of);
  for (guint i = 0; i < decoded->names->len; i++)
    fuzz_check_name (decoded->names->pdata[i]);
}

/* Who proves possession to us proves it to OpenSSL. */
static void
check_proofs (const CaDecoded *decoded)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = ca_decoded_verify_possession (decoded, FALSE, &error);

  fuzz_check (ok, &error);
  if (ok && decoded->format == ICERT_REQUEST_FORMAT_PKCS10)
    {
      gsize size;
      const guint8 *data = g_bytes_get_data (decoded->raw, &size);
      X509_REQ *request = d2i_X509_REQ (NULL, &data, (long) size);

      g_assert_cmpint (X509_REQ_verify (request, X509_REQ_get0_pubkey (request)), ==, 1);
      X509_REQ_free (request);
    }
  if (decoded->signer != NULL)
    {
      ok = ca_decoded_verify_signer (decoded, &error);
      fuzz_check (ok, &error);
    }
  ok = ca_key_check (decoded, NULL, &error);
  fuzz_check (ok, &error);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) input = g_bytes_new_static (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (CaDecoded) decoded
      = ca_decode_request (input, ICERT_ENCODING_ANY, ICERT_REQUEST_FORMAT_ANY, &error);

  fuzz_check_pointer (decoded, &error);
  if (decoded == NULL)
    return 0;

  g_assert_true (ca_der_scan (g_bytes_get_data (decoded->message, NULL),
                              g_bytes_get_size (decoded->message), "request", NULL));
  fuzz_check_openssl (decoded->message, item_of (decoded->format));
  check_formats (decoded);
  check_texts (decoded);
  check_proofs (decoded);
  return 0;
}
