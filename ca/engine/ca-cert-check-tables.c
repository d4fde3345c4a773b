/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-cert-check-private.h"

#include <string.h>

#include "ca-linter.h"
#include "ca-query.h"

#define SUBJECT_ALT_NAME "2.5.29.17"
#define BASIC_CONSTRAINTS "2.5.29.19"

/* Extensions */

GPtrArray *
_ca_cert_check_query (const CaCheckItem *item,
                      ICertStoreTable table,
                      guint key,
                      const guint8 *columns,
                      guint n_columns,
                      GError **error)
{
  return ca_query_int (item->check->store, table, key, item->id, columns, n_columns, error);
}

gboolean
_ca_cert_check_load_extensions (CaCheckItem *item, GError **error)
{
  static const guint8 columns[]
      = { ICERT_EXTENSION_NAME_COLUMN, ICERT_EXTENSION_FLAGS_COLUMN, ICERT_EXTENSION_VALUE_COLUMN };
  g_autoptr (GPtrArray) rows
      = _ca_cert_check_query (item, ICERT_STORE_EXTENSIONS, ICERT_EXTENSION_REQUEST_ID_COLUMN,
                              columns, G_N_ELEMENTS (columns), error);

  if (rows == NULL)
    return FALSE;
  item->extensions = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < rows->len; i++)
    {
      g_autofree char *oid = icert_store_row_dup_text (rows->pdata[i], 0);
      gint64 flags = icert_store_row_get_int (rows->pdata[i], 1);
      g_autoptr (GBytes) value = icert_store_row_dup_bytes (rows->pdata[i], 2);
      ICertExtension *extension
          = icert_extension_new (oid, (ICertExtensionFlags) (flags & 0xffff),
                                 (ICertExtensionOrigin) (flags & 0xf0000), value, NULL);

      if (extension != NULL)
        g_ptr_array_add (item->extensions, extension);
      else
        CA_DIFFERS (item, "ExtensionRawValue", "of %s cannot be read", oid);
    }
  return TRUE;
}

ICertExtension *
_ca_cert_check_find_extension (const CaCheckItem *item, const char *oid)
{
  for (guint i = 0; i < item->extensions->len; i++)
    {
      ICertExtension *extension = item->extensions->pdata[i];
      g_autofree char *name = icert_extension_get_oid (extension);

      if (g_str_equal (name, oid))
        return (icert_extension_get_flags (extension) & ICERT_EXTENSION_DISABLE) == 0 ? extension
                                                                                      : NULL;
    }
  return NULL;
}

/* An extension of the certificate, and its row */
static void
check_extension (const CaCheckItem *item, CaLintSpan extension, GHashTable *seen)
{
  CaLintSpan oid, boolean, octets;
  g_autofree char *name = NULL;
  g_autoptr (GBytes) value = NULL;
  ICertExtension *row;
  gboolean critical;

  if (!ca_lint_expect (&extension, 0x06, &oid) || (name = ca_lint_oid_to_text (oid)) == NULL)
    return;
  critical
      = ca_lint_expect (&extension, 0x01, &boolean) && boolean.size == 1 && boolean.data[0] != 0;
  row = _ca_cert_check_find_extension (item, name);
  g_hash_table_add (seen, g_strdup (name));
  if (row == NULL)
    {
      CA_DIFFERS (item, "ExtensionName", "%s is in the certificate, and has no row", name);
      return;
    }
  value = icert_extension_get_value (row);
  if (critical != ((icert_extension_get_flags (row) & ICERT_EXTENSION_CRITICAL) != 0))
    CA_DIFFERS (item, "ExtensionFlags", "%s is %scritical in the certificate", name,
                critical ? "" : "not ");
  if (!ca_lint_expect (&extension, 0x04, &octets) || value == NULL
      || !ca_lint_span_equal (octets, ca_lint_span_of (value)))
    CA_DIFFERS (item, "ExtensionRawValue", "of %s is another one in the certificate", name);
}

/* Without the linter, which knows only what is made here. */
void
_ca_cert_check_extensions (const CaCheckItem *item)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  CaLintSpan rest = item->behind;
  CaLintSpan list, extension;

  if (ca_lint_expect (&rest, 0xa3, &list) && ca_lint_only (list, 0x30, &list))
    while (ca_lint_expect (&list, 0x30, &extension))
      check_extension (item, extension, seen);
  for (guint i = 0; i < item->extensions->len; i++)
    {
      ICertExtension *row = item->extensions->pdata[i];
      g_autofree char *oid = icert_extension_get_oid (row);

      if ((icert_extension_get_flags (row) & ICERT_EXTENSION_DISABLE) == 0
          && !g_hash_table_contains (seen, oid))
        CA_DIFFERS (item, "ExtensionName", "%s is not in the certificate", oid);
    }
}

/* The linter wants the rows in the order of the certificate; the store has them in that of their
 * names. Those that are not in it stay at the end. */
static GPtrArray *
order_extensions (const CaCheckItem *item)
{
  GPtrArray *ordered = g_ptr_array_new_with_free_func (g_object_unref);
  CaLintSpan rest = item->behind;
  CaLintSpan list, extension, oid;

  if (ca_lint_expect (&rest, 0xa3, &list) && ca_lint_only (list, 0x30, &list))
    while (ca_lint_expect (&list, 0x30, &extension) && ca_lint_expect (&extension, 0x06, &oid))
      {
        g_autofree char *name = ca_lint_oid_to_text (oid);
        ICertExtension *row = name != NULL ? _ca_cert_check_find_extension (item, name) : NULL;

        if (row != NULL && !g_ptr_array_find (ordered, row, NULL))
          g_ptr_array_add (ordered, g_object_ref (row));
      }
  for (guint i = 0; i < item->extensions->len; i++)
    if (!g_ptr_array_find (ordered, item->extensions->pdata[i], NULL))
      g_ptr_array_add (ordered, g_object_ref (item->extensions->pdata[i]));
  return ordered;
}

GPtrArray *
_ca_cert_check_alt_names (const CaCheckItem *item)
{
  ICertExtension *extension = _ca_cert_check_find_extension (item, SUBJECT_ALT_NAME);
  g_autoptr (GBytes) value = extension != NULL ? icert_extension_get_value (extension) : NULL;
  GPtrArray *names = value != NULL ? icert_extension_parse_subject_alt_name (value, NULL) : NULL;

  return names != NULL ? names : g_ptr_array_new_with_free_func (g_object_unref);
}

gboolean
_ca_cert_check_is_ca (const CaCheckItem *item)
{
  ICertExtension *extension = _ca_cert_check_find_extension (item, BASIC_CONSTRAINTS);
  g_autoptr (GBytes) value = extension != NULL ? icert_extension_get_value (extension) : NULL;

  return value != NULL && g_bytes_get_size (value) > 2;
}

/* The reader that judged it before it was signed judges it once more, by what the rows say now
 * (S-G6). */
void
_ca_cert_check_lint (const CaCheckItem *item)
{
  g_autoptr (GPtrArray) names = _ca_cert_check_alt_names (item);
  g_autoptr (GPtrArray) rows = order_extensions (item);
  g_autoptr (GBytes) tbs = _ca_cert_check_to_bytes (item->tbs);
  g_autoptr (GBytes) subject = _ca_cert_check_to_bytes (item->subject);
  g_autoptr (GBytes) spki = _ca_cert_check_to_bytes (item->spki);
  g_autoptr (GBytes) algorithm = _ca_cert_check_to_bytes (item->algorithm);
  g_autoptr (GPtrArray) rdns = ca_name_decode (subject, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (CaTicket) ticket = NULL;
  CaLintExpectation expectation = { .issuer = item->issuer,
                                    /* the CA may sign with another hash by now */
                                    .signature_algorithm = algorithm,
                                    .serial = item->serial.data,
                                    .not_before = item->not_before,
                                    .not_after = item->not_after,
                                    .spki = spki,
                                    .is_ca = _ca_cert_check_is_ca (item),
                                    .approved_names = names,
                                    .rdns = rdns,
                                    .subject = subject,
                                    .extensions = rows,
                                    .max_not_after = item->issuer->not_after };

  if (item->serial.size != 20)
    {
      CA_DIFFERS (item, "serialNumber", "has %" G_GSIZE_FORMAT " octets (20)", item->serial.size);
      return;
    }
  ticket = ca_linter_check (tbs, &expectation, &error);
  if (ticket == NULL)
    {
      g_autofree char *field = icert_error_get_field (error);
      g_autofree char *what = icert_error_get_text (error);

      CA_DIFFERS (item, field, "%s", what);
    }
}

/* What else is stored of it */

static char *
stored_name (ICertName *name)
{
  g_autofree char *full = icert_name_to_string (name);
  const char *colon = strchr (full, ':');

  return g_strdup_printf ("%d:%s", (int) icert_name_get_kind (name),
                          colon != NULL ? colon + 1 : full);
}

gboolean
_ca_cert_check_names (const CaCheckItem *item, GError **error)
{
  static const guint8 columns[] = { ICERT_NAME_KIND, ICERT_NAME_VALUE };
  g_autoptr (GPtrArray) rows = _ca_cert_check_query (item, ICERT_STORE_NAMES, ICERT_NAME_REQUEST_ID,
                                                     columns, G_N_ELEMENTS (columns), error);
  g_autoptr (GPtrArray) names = _ca_cert_check_alt_names (item);
  g_autoptr (GHashTable) expected = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer missing;

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    g_hash_table_add (expected, stored_name (names->pdata[i]));
  for (guint i = 0; i < rows->len; i++)
    {
      g_autofree char *value = icert_store_row_dup_text (rows->pdata[i], 1);
      g_autofree char *key
          = g_strdup_printf ("%d:%s", (int) icert_store_row_get_int (rows->pdata[i], 0), value);

      if (!g_hash_table_remove (expected, key))
        CA_DIFFERS (item, "NameValue", "has %s, and the certificate has not", value);
    }
  g_hash_table_iter_init (&iter, expected);
  while (g_hash_table_iter_next (&iter, &missing, NULL))
    CA_DIFFERS (item, "NameValue", "lacks %s", strchr (missing, ':') + 1);
  return TRUE;
}

static GPtrArray *
query_serial (const CaCheckItem *item, CaLintSpan serial, GError **error)
{
  static const guint8 columns[]
      = { ICERT_SERIAL_STATE,          ICERT_SERIAL_REQUEST_ID, ICERT_SERIAL_NOT_AFTER,
          ICERT_SERIAL_REVOKED_WHEN,   ICERT_SERIAL_REASON,     ICERT_SERIAL_PARTITION,
          ICERT_SERIAL_PUBLISH_EXPIRED };
  ICertStoreCondition parts[] = {
    { .kind = ICERT_STORE_COMPARE,
      .column = ICERT_SERIAL_ISSUER,
      .seek = ICERT_SEEK_EQ,
      .value = { .type = ICERT_PROPERTY_TYPE_LONG,
                 .integer = _ca_cert_check_number (item, ICERT_REQUEST_ISSUER_NAME_ID) >> 16 } },
    { .kind = ICERT_STORE_COMPARE,
      .column = ICERT_SERIAL_SERIAL,
      .seek = ICERT_SEEK_EQ,
      .value = { .type = ICERT_PROPERTY_TYPE_BINARY, .data = serial.data, .size = serial.size } }
  };
  const ICertStoreCondition *both[] = { &parts[0], &parts[1] };
  ICertStoreCondition condition = { .kind = ICERT_STORE_AND, .n_parts = 2, .parts = both };
  ICertStoreQuery query = { .table = ICERT_STORE_SERIALS,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .condition = &condition,
                            .sort_column = -1 };

  return icert_store_query (item->check->store, &query, NULL, error);
}

static void
check_revocation (const CaCheckItem *item, const ICertStoreRow *serial)
{
  gint64 when = icert_store_row_get_int (serial, 3);

  if (when != _ca_cert_check_number (item, ICERT_REQUEST_REVOKED_WHEN)
      && when != _ca_cert_check_number (item, ICERT_REQUEST_REVOKED_EFFECTIVE_WHEN))
    CA_DIFFERS (item, "SerialRevokedWhen", "is not when the request's row says");
  if ((icert_store_row_get_int (serial, 4) & ICERT_SERIAL_REASON_MASK)
      != _ca_cert_check_number (item, ICERT_REQUEST_REVOKED_REASON))
    CA_DIFFERS (item, "SerialReason",
                "is %" G_GINT64_FORMAT ", and the request's row has %" G_GINT64_FORMAT,
                icert_store_row_get_int (serial, 4) & ICERT_SERIAL_REASON_MASK,
                _ca_cert_check_number (item, ICERT_REQUEST_REVOKED_REASON));
}

gboolean
_ca_cert_check_status (const CaCheckItem *item, GError **error)
{
  gboolean revoked = item->disposition == ICERT_ROW_DISPOSITION_REVOKED;
  CaLintSpan serial = item->serial;
  g_autoptr (GPtrArray) rows = NULL;
  const ICertStoreRow *row;

  rows = query_serial (item, serial, error);
  /* others are stored without the sign octet */
  if (rows != NULL && rows->len == 0 && serial.size > 1 && serial.data[0] == 0)
    {
      serial = (CaLintSpan){ serial.data + 1, serial.size - 1 };
      g_ptr_array_unref (rows);
      rows = query_serial (item, serial, error);
    }
  if (rows == NULL)
    return FALSE;
  if (rows->len == 0)
    {
      CA_DIFFERS (item, "SerialValue", "is not in the table of serial numbers");
      return TRUE;
    }
  row = rows->pdata[0];
  if (icert_store_row_get_int (row, 0)
      != (revoked ? ICERT_SERIAL_STATE_REVOKED : ICERT_SERIAL_STATE_GOOD))
    CA_DIFFERS (item, "SerialState", "is %" G_GINT64_FORMAT ", and the request's row says %s",
                icert_store_row_get_int (row, 0), revoked ? "revoked" : "issued");
  else if (revoked)
    check_revocation (item, row);
  if (icert_store_row_get_int (row, 1) != item->id)
    CA_DIFFERS (item, "SerialRequestId", "is %" G_GINT64_FORMAT, icert_store_row_get_int (row, 1));
  if (icert_store_row_get_int (row, 2) != item->not_after * G_USEC_PER_SEC)
    CA_DIFFERS (item, "SerialNotAfter", "is not the certificate's end");
  if (icert_store_row_get_int (row, 5) != _ca_cert_check_number (item, ICERT_REQUEST_CRL_PARTITION))
    CA_DIFFERS (item, "SerialPartition", "is not that of the request's row");
  if (icert_store_row_get_int (row, 6)
      != _ca_cert_check_number (item, ICERT_REQUEST_PUBLISH_EXPIRED))
    CA_DIFFERS (item, "SerialPublishExpired", "is not what the request's row says");
  return TRUE;
}

/* An intent goes with the commit of its certificate. */
gboolean
_ca_cert_check_intent (const CaCheckItem *item, GError **error)
{
  static const guint8 columns[] = { ICERT_INTENT_TBS };
  g_autoptr (GPtrArray) rows = _ca_cert_check_query (
      item, ICERT_STORE_INTENTS, ICERT_INTENT_REQUEST_ID, columns, G_N_ELEMENTS (columns), error);
  g_autoptr (GBytes) tbs = NULL;

  if (rows == NULL)
    return FALSE;
  if (rows->len == 0)
    return TRUE;
  tbs = icert_store_row_dup_bytes (rows->pdata[0], 0);
  CA_DIFFERS (item, "IntentTbs",
              tbs != NULL && ca_lint_span_equal (item->tbs, ca_lint_span_of (tbs))
                  ? "is still there"
                  : "is not what was signed");
  return TRUE;
}
