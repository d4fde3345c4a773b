/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-cert-check-private.h"

#include "ca-certificate.h"
#include "ca-crypto.h"
#include "ca-own-rows.h"

static GPtrArray *
query_rows (CaCertCheck *check, GError **error)
{
  ICertStoreCondition condition = { .kind = ICERT_STORE_COMPARE,
                                    .column = ICERT_REQUEST_ID,
                                    .seek = ICERT_SEEK_LT,
                                    .value = { .type = ICERT_PROPERTY_TYPE_LONG } };
  ICertStoreQuery query = { .table = ICERT_STORE_REQUESTS,
                            .n_columns = _ca_cert_check_n_columns,
                            .columns = _ca_cert_check_columns,
                            .condition = &condition,
                            .sort_column = -1 };

  return icert_store_query (check->store, &query, NULL, error);
}

/* By the hash that the row says, as who adds the rows looks for them. */
static gboolean
has_row (const CaOwnRow *own, GPtrArray *stored)
{
  for (guint i = 0; i < stored->len; i++)
    for (guint j = 0; j < _ca_cert_check_n_columns; j++)
      if (_ca_cert_check_columns[j] == ICERT_REQUEST_CERTIFICATE_HASH_SHA256)
        {
          g_autofree char *hash = icert_store_row_dup_text (stored->pdata[i], j);

          if (g_strcmp0 (hash, own->hash) == 0)
            return TRUE;
        }
  return FALSE;
}

/* One that cannot be read here has no row. */
static void
check_missing (CaCertCheck *check, const CaOwnRow *own)
{
  g_autoptr (CaCertificate) certificate = ca_certificate_decode (own->certificate, NULL);
  g_autofree char *serial = NULL;

  if (certificate == NULL)
    return;
  serial = ca_crypto_hex (certificate->serial, certificate->serial_size);
  _ca_cert_check_add (check, 0, serial, _ca_cert_check_column_name (ICERT_REQUEST_RAW_CERTIFICATE),
                      "no row has it: %s (the next start adds it)", own->message);
}

gboolean
_ca_cert_check_own_rows (CaCertCheck *check, GError **error)
{
  g_autoptr (GPtrArray) stored = query_rows (check, error);

  if (stored == NULL)
    return FALSE;
  for (guint i = 0; i < stored->len; i++)
    if (!_ca_cert_check_row (check, stored->pdata[i], error))
      return FALSE;
  for (guint i = 0; i < check->own->len; i++)
    if (!has_row (check->own->pdata[i], stored))
      check_missing (check, check->own->pdata[i]);
  return TRUE;
}
