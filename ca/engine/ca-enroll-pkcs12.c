/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-enroll-pkcs12.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/pkcs12.h>

#include "ca-crypto.h"
#include "ca-decode.h"
#include "ca-enroll-check.h"
#include "ca-enroll-key.h"
#include "ca-oids.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PKCS12, PKCS12_free)

/* What programs show of the entry: the common name, if there is one. */
static char *
friendly_name (X509 *certificate)
{
  g_autoptr (GBytes) subject = NULL;
  g_autoptr (GBytes) names = NULL;
  g_autoptr (GPtrArray) rdns = NULL;

  ca_enroll_certificate_names (certificate, &subject, &names);
  rdns = ca_name_decode (subject, NULL);
  for (guint i = 0; rdns != NULL && i < rdns->len; i++)
    {
      const CaRdn *rdn = rdns->pdata[i];

      if (strcmp (rdn->oid, CA_OID_COMMON_NAME) == 0)
        return g_strdup (rdn->value);
    }
  return NULL;
}

static PKCS12 *
make (EVP_PKEY *key, GPtrArray *chain, const char *passphrase)
{
  g_autofree char *name = friendly_name (chain->pdata[0]);
  STACK_OF (X509) *issuers = sk_X509_new_null ();
  g_autoptr (PKCS12) file = NULL;
  gboolean ok = issuers != NULL;

  for (guint i = 1; ok && i < chain->len; i++)
    ok = sk_X509_push (issuers, chain->pdata[i]) > 0;
  /* -1: the MAC comes afterwards, since this would choose its digest by itself */
  if (ok)
    file = PKCS12_create_ex (passphrase, name, key, chain->pdata[0], issuers, NID_aes_256_cbc,
                             NID_aes_256_cbc, CA_ENROLL_ROUNDS, -1, 0, ca_crypto_get_libctx (),
                             NULL);
  sk_X509_free (issuers);
  if (file == NULL
      || PKCS12_set_mac (file, passphrase, -1, NULL, 0, CA_ENROLL_ROUNDS, ca_crypto_get_sha256 ())
             != 1)
    return NULL;
  return g_steal_pointer (&file);
}

GBytes *
ca_enroll_pkcs12 (EVP_PKEY *key, GPtrArray *chain, const char *passphrase, GError **error)
{
  g_autoptr (PKCS12) file = make (key, chain, passphrase);
  guint8 *der = NULL;
  int size = file != NULL ? i2d_PKCS12 (file, &der) : 0;
  GBytes *bytes;

  if (size <= 0)
    {
      ERR_clear_error ();
      icert_set_error (error, ICERT_ERROR_INTERNAL, "pkcs12-file",
                       "cannot be made of this key (PKCS #12)");
      return NULL;
    }
  bytes = g_bytes_new (der, (gsize) size);
  OPENSSL_clear_free (der, (gsize) size);
  return bytes;
}
