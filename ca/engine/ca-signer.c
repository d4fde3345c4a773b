/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-signer.h"

#include <string.h>

#include "ca-builder.h"
#include "ca-crypto.h"
#include "ca-limits.h"
#include "ca-lint-reader.h"

static gboolean
is_same (CaLintSpan span, GBytes *bytes)
{
  gsize size;
  const void *data = g_bytes_get_data (bytes, &size);

  return span.size == size && memcmp (span.data, data, size) == 0;
}

static void
set_internal (GError **error, const char *field, const char *what)
{
  icert_set_error (error, ICERT_ERROR_INTERNAL, field, "%s", what);
}

/* S-E1 step 6: what leaves holds exactly the octets that were linted and committed. */
static gboolean
compare (GBytes *certificate, GBytes *tbs, GBytes *algorithm, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (certificate, &size);
  CaLintSpan rest = { data, size };
  CaLintSpan content, inner, signature, whole;

  if (!ca_lint_expect (&rest, 0x30, &content) || rest.size != 0
      || !ca_lint_read (&content, NULL, &inner, &whole) || !is_same (whole, tbs)
      || !ca_lint_read (&content, NULL, &inner, &whole) || !is_same (whole, algorithm)
      || !ca_lint_expect (&content, 0x03, &signature) || content.size != 0 || signature.size < 2
      || signature.data[0] != 0)
    {
      set_internal (error, "certificate", "differs from what was to be signed (the same octets)");
      return FALSE;
    }
  if (size > CA_LIMIT_CERTIFICATE)
    {
      set_internal (error, "certificate", "too large (128 KiB)");
      return FALSE;
    }
  return TRUE;
}

static gboolean
verify (EVP_PKEY *key, GBytes *algorithm, GBytes *tbs, GBytes *signature, GError **error)
{
  gsize algorithm_size, tbs_size, signature_size;
  const guint8 *algorithm_data = g_bytes_get_data (algorithm, &algorithm_size);
  const guint8 *tbs_data = g_bytes_get_data (tbs, &tbs_size);
  const guint8 *signature_data = g_bytes_get_data (signature, &signature_size);

  if (ca_crypto_verify (key, algorithm_data, algorithm_size, tbs_data, tbs_size, signature_data,
                        signature_size, FALSE, "signature", NULL))
    return TRUE;
  set_internal (error, "signature", "of the CA key is wrong (one its public half verifies)");
  return FALSE;
}

/* @key: to verify with, or NULL */
static GBytes *
sign (ICertKey *signing_key,
      const char *hash,
      GBytes *algorithm,
      EVP_PKEY *key,
      GBytes *tbs,
      GError **error)
{
  g_autoptr (GBytes) signature = icert_key_sign (signing_key, hash, tbs, NULL, error);
  g_autoptr (GBytes) certificate = NULL;

  if (signature == NULL)
    return NULL;
  certificate = ca_builder_wrap (tbs, algorithm, signature);
  if (!compare (certificate, tbs, algorithm, error)
      || (key != NULL && !verify (key, algorithm, tbs, signature, error)))
    return NULL;
  return g_steal_pointer (&certificate);
}

GBytes *
ca_signer_sign (const CaIssuer *issuer, CaTicket *ticket, GBytes *tbs, GError **error)
{
  ICertKey *key = ca_issuer_get_key (issuer, error);

  if (key == NULL || !ca_ticket_redeem (ticket, tbs, issuer, error))
    return NULL;
  return sign (key, issuer->hash, issuer->signature_algorithm,
               issuer->verify_signature ? issuer->public_key : NULL, tbs, error);
}

GBytes *
ca_signer_sign_self (ICertKey *key,
                     const char *hash,
                     GBytes *signature_algorithm,
                     GBytes *spki,
                     CaTicket *ticket,
                     GBytes *tbs,
                     GError **error)
{
  g_autoptr (EVP_PKEY) public_key = ca_crypto_public_key (spki, error);

  if (public_key == NULL || !ca_ticket_redeem (ticket, tbs, NULL, error))
    return NULL;
  return sign (key, hash, signature_algorithm, public_key, tbs, error);
}
