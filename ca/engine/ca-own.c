/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-own.h"

#include "ca-certificate.h"
#include "ca-crypto.h"
#include "ca-revoke.h"

/* The key index of what signed it; -1: none of this CA */
static gint64
find_signer (const CaFacts *facts, const CaCertificate *certificate)
{
  for (guint i = 0; i < facts->issuers->len; i++)
    {
      const CaIssuer *issuer = facts->issuers->pdata[i];

      if (g_bytes_equal (issuer->subject, certificate->issuer)
          && ca_certificate_is_signed_by (certificate, issuer->spki))
        return issuer->key_index;
    }
  return -1;
}

gboolean
ca_own_is_revoked (const CaFacts *facts, GBytes *certificate, gboolean *revoked, GError **error)
{
  g_autoptr (CaCertificate) decoded = ca_certificate_decode (certificate, error);
  g_autofree char *serial = NULL;
  g_autoptr (GError) local = NULL;
  CaStatus status;
  gint64 signer;

  *revoked = FALSE;
  if (decoded == NULL)
    return FALSE;
  signer = find_signer (facts, decoded);
  if (signer < 0)
    return TRUE;
  serial = ca_crypto_hex (decoded->serial, decoded->serial_size);
  if (ca_status_find (facts, serial, &status, &local))
    *revoked = status.issuer == signer && status.state == ICERT_SERIAL_STATE_REVOKED
               && status.revoked_when <= ca_clock_now ();
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}
