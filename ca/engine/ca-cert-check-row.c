/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-cert-check-private.h"

#include <string.h>

#include "ca-blocked-keys.h"
#include "ca-crypto.h"
#include "ca-key-check.h"
#include "ca-linter.h"
#include "ca-lint-reader.h"
#include "ca-request-row.h"

#define SUBJECT_ALT_NAME "2.5.29.17"
#define EXTENDED_KEY_USAGE "2.5.29.37"
#define BASIC_CONSTRAINTS "2.5.29.19"

const guint8 _ca_cert_check_columns[] = {
  ICERT_REQUEST_ID,
  ICERT_REQUEST_DISPOSITION,
  ICERT_REQUEST_TYPE,
  ICERT_REQUEST_REVOKED_WHEN,
  ICERT_REQUEST_REVOKED_EFFECTIVE_WHEN,
  ICERT_REQUEST_REVOKED_REASON,
  ICERT_REQUEST_TEMPLATE,
  ICERT_REQUEST_PROFILE_VERSION,
  ICERT_REQUEST_SERIAL_NUMBER,
  ICERT_REQUEST_ISSUER_NAME_ID,
  ICERT_REQUEST_NOT_BEFORE,
  ICERT_REQUEST_NOT_AFTER,
  ICERT_REQUEST_SUBJECT_KEY_IDENTIFIER,
  ICERT_REQUEST_DN,
  ICERT_REQUEST_COMMON_NAME,
  ICERT_REQUEST_CERT_COUNTRY,
  ICERT_REQUEST_CERT_ORGANIZATION,
  ICERT_REQUEST_CERT_ORG_UNIT,
  ICERT_REQUEST_CERT_LOCALITY,
  ICERT_REQUEST_CERT_STATE,
  ICERT_REQUEST_CERT_EMAIL,
  ICERT_REQUEST_CERTIFICATE_HASH,
  ICERT_REQUEST_CERTIFICATE_HASH_SHA256,
  ICERT_REQUEST_RAW_PUBLIC_KEY,
  ICERT_REQUEST_RAW_REQUEST,
  ICERT_REQUEST_RAW_CERTIFICATE,
};
const guint _ca_cert_check_n_columns = G_N_ELEMENTS (_ca_cert_check_columns);

/* A certificate as it is read again, and what its row says. */
typedef struct
{
  CaCertCheck *check;
  const ICertStoreRow *row;
  gint64 id;
  gint64 disposition;
  char *serial_text;
  GBytes *certificate;
  const CaIssuer *issuer; /* nullable */
  GPtrArray *extensions;  /* of ICertExtension: the rows */

  CaLintSpan tbs, serial, algorithm, issuer_name, subject, spki, behind, signature;
  gint64 not_before, not_after; /* seconds */
} Item;

static guint
position (guint8 column)
{
  for (guint i = 0; i < _ca_cert_check_n_columns; i++)
    if (_ca_cert_check_columns[i] == column)
      return i;
  g_assert_not_reached ();
}

static gint64
number (const Item *item, guint8 column)
{
  return icert_store_row_get_int (item->row, position (column));
}

static char *
text (const Item *item, guint8 column)
{
  return icert_store_row_dup_text (item->row, position (column));
}

static const char *
column_name (guint8 column)
{
  return icert_store_table_columns (ICERT_STORE_REQUESTS, NULL)[column].name;
}

#define DIFFERS(item, field, ...)                                                                  \
  _ca_cert_check_add ((item)->check, (item)->id, (item)->serial_text, (field), __VA_ARGS__)

static void
compare_text (const Item *item, guint8 column, const char *expected)
{
  g_autofree char *stored = text (item, column);

  if (g_strcmp0 (stored != NULL ? stored : "", expected != NULL ? expected : "") != 0)
    DIFFERS (item, column_name (column), "is %s, and the certificate has %s",
             stored != NULL ? stored : "empty", expected != NULL ? expected : "none");
}

static void
compare_number (const Item *item, guint8 column, gint64 expected)
{
  gint64 stored = number (item, column);

  if (stored != expected)
    DIFFERS (item, column_name (column),
             "is %" G_GINT64_FORMAT ", and the certificate has %" G_GINT64_FORMAT, stored,
             expected);
}

/* The certificate itself */

static gboolean
read_version (CaLintSpan *rest)
{
  CaLintSpan content;

  return !ca_lint_next_is (rest, 0xa0) || ca_lint_expect (rest, 0xa0, &content);
}

static gboolean
read_validity (CaLintSpan *rest, Item *item)
{
  CaLintSpan content;

  return ca_lint_expect (rest, 0x30, &content) && ca_lint_read_time (&content, &item->not_before)
         && ca_lint_read_time (&content, &item->not_after) && content.size == 0;
}

static gboolean
read_whole (CaLintSpan *rest, CaLintSpan *whole)
{
  guint8 tag;

  return ca_lint_read (rest, &tag, NULL, whole) && tag == 0x30;
}

static gboolean
read_certificate (Item *item)
{
  CaLintSpan rest, inner, algorithm, bits;
  guint8 tag;

  if (!ca_lint_only (ca_lint_span_of (item->certificate), 0x30, &rest)
      || !ca_lint_read (&rest, &tag, &inner, &item->tbs) || tag != 0x30
      || !read_whole (&rest, &item->algorithm) || !ca_lint_only (rest, 0x03, &bits) || bits.size < 2
      || bits.data[0] != 0)
    return FALSE;
  item->signature = (CaLintSpan){ bits.data + 1, bits.size - 1 };
  return read_version (&inner) && ca_lint_expect (&inner, 0x02, &item->serial)
         && read_whole (&inner, &algorithm) && ca_lint_span_equal (algorithm, item->algorithm)
         && read_whole (&inner, &item->issuer_name) && read_validity (&inner, item)
         && read_whole (&inner, &item->subject) && read_whole (&inner, &item->spki)
         && (item->behind = inner, TRUE);
}

static void
check_digests (const Item *item)
{
  gsize size;
  const void *data = g_bytes_get_data (item->certificate, &size);
  guint8 digest[32];
  g_autofree char *sha1 = NULL;
  g_autofree char *sha256 = NULL;

  ca_crypto_sha1 (data, size, digest);
  sha1 = ca_crypto_hex (digest, 20);
  ca_crypto_sha256 (data, size, digest);
  sha256 = ca_crypto_hex (digest, 32);
  compare_text (item, ICERT_REQUEST_CERTIFICATE_HASH, sha1);
  compare_text (item, ICERT_REQUEST_CERTIFICATE_HASH_SHA256, sha256);
}

static void
check_serial_number (const Item *item)
{
  g_autofree char *hex = ca_crypto_hex (item->serial.data, item->serial.size);
  g_autofree char *stored = text (item, ICERT_REQUEST_SERIAL_NUMBER);
  const char *given = hex;
  const char *known = stored != NULL ? stored : "";

  /* a sign octet is no part of the number */
  given += strspn (given, "0");
  known += strspn (known, "0");
  if (strcmp (given, known) != 0)
    compare_text (item, ICERT_REQUEST_SERIAL_NUMBER, hex);
}

static GBytes *
span_to_bytes (CaLintSpan span)
{
  return g_bytes_new (span.data, span.size);
}

static void
check_names (const Item *item)
{
  g_autoptr (GBytes) subject = span_to_bytes (item->subject);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rdns = ca_name_decode (subject, &error);
  g_autofree char *dn = NULL;

  if (rdns == NULL)
    {
      /* another CA's may be what we would not write */
      if (item->issuer != NULL)
        DIFFERS (item, "subject", "cannot be read: %s", error->message);
      return;
    }
  dn = ca_name_to_text (rdns);
  compare_text (item, ICERT_REQUEST_DN, dn[0] != '\0' ? dn : NULL);
  for (guint i = position (ICERT_REQUEST_COMMON_NAME); i <= position (ICERT_REQUEST_CERT_EMAIL);
       i++)
    {
      g_autofree char *value = ca_request_row_join_name (rdns, _ca_cert_check_columns[i]);

      compare_text (item, _ca_cert_check_columns[i], value);
    }
}

static void
check_public_key (const Item *item)
{
  g_autoptr (GBytes) stored
      = icert_store_row_dup_bytes (item->row, position (ICERT_REQUEST_RAW_PUBLIC_KEY));
  g_autoptr (GBytes) spki = span_to_bytes (item->spki);
  g_autofree char *identifier = NULL;
  CaPublicKey key;

  if (stored == NULL || !ca_lint_span_equal (item->spki, ca_lint_span_of (stored)))
    DIFFERS (item, column_name (ICERT_REQUEST_RAW_PUBLIC_KEY), "is not the certificate's");
  memset (&key, 0, sizeof key);
  if (ca_public_key_init (&key, spki, NULL))
    {
      identifier = ca_crypto_hex (key.identifier, sizeof key.identifier);
      if (item->issuer != NULL)
        compare_text (item, ICERT_REQUEST_SUBJECT_KEY_IDENTIFIER, identifier);
    }
  ca_public_key_clear (&key);
}

static void
check_signature (const Item *item)
{
  g_autoptr (GError) error = NULL;

  if (item->disposition == ICERT_ROW_DISPOSITION_FOREIGN)
    return;
  if (item->issuer == NULL)
    {
      DIFFERS (item, column_name (ICERT_REQUEST_ISSUER_NAME_ID), "names no certificate of this CA");
      return;
    }
  if (!ca_lint_span_equal (item->issuer_name, ca_lint_span_of (item->issuer->subject)))
    DIFFERS (item, "issuer", "is not the name of the CA certificate of that index");
  if (!ca_crypto_verify (item->issuer->public_key, item->algorithm.data, item->algorithm.size,
                         item->tbs.data, item->tbs.size, item->signature.data, item->signature.size,
                         FALSE, "signature", &error))
    DIFFERS (item, "signature", "is not that of the CA certificate of that index");
}

/* Extensions, and everything else that the linter compares */

static GPtrArray *
query_of (const Item *item,
          ICertStoreTable table,
          guint key,
          const guint8 *columns,
          guint n_columns,
          GError **error)
{
  ICertStoreCondition condition
      = { .kind = ICERT_STORE_COMPARE,
          .column = key,
          .seek = ICERT_SEEK_EQ,
          .value = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = item->id } };
  ICertStoreQuery query = { .table = table,
                            .n_columns = n_columns,
                            .columns = columns,
                            .condition = &condition,
                            .sort_column = -1 };

  return icert_store_query (item->check->store, &query, NULL, error);
}

static gboolean
load_extensions (Item *item, GError **error)
{
  static const guint8 columns[]
      = { ICERT_EXTENSION_NAME_COLUMN, ICERT_EXTENSION_FLAGS_COLUMN, ICERT_EXTENSION_VALUE_COLUMN };
  g_autoptr (GPtrArray) rows
      = query_of (item, ICERT_STORE_EXTENSIONS, ICERT_EXTENSION_REQUEST_ID_COLUMN, columns,
                  G_N_ELEMENTS (columns), error);

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
        DIFFERS (item, "ExtensionRawValue", "of %s cannot be read", oid);
    }
  return TRUE;
}

/* lends; NULL when it is not in the certificate */
static ICertExtension *
find_extension (const Item *item, const char *oid)
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

/* The linter wants the rows in the order of the certificate; the store has them in that of their
 * names. Those that are not in it stay at the end. */
static GPtrArray *
order_extensions (const Item *item)
{
  GPtrArray *ordered = g_ptr_array_new_with_free_func (g_object_unref);
  CaLintSpan rest = item->behind;
  CaLintSpan list, extension, oid;

  if (ca_lint_expect (&rest, 0xa3, &list) && ca_lint_only (list, 0x30, &list))
    while (ca_lint_expect (&list, 0x30, &extension) && ca_lint_expect (&extension, 0x06, &oid))
      {
        g_autofree char *name = ca_lint_oid_to_text (oid);
        ICertExtension *row = name != NULL ? find_extension (item, name) : NULL;

        if (row != NULL && !g_ptr_array_find (ordered, row, NULL))
          g_ptr_array_add (ordered, g_object_ref (row));
      }
  for (guint i = 0; i < item->extensions->len; i++)
    if (!g_ptr_array_find (ordered, item->extensions->pdata[i], NULL))
      g_ptr_array_add (ordered, g_object_ref (item->extensions->pdata[i]));
  return ordered;
}

static GPtrArray *
alt_names (const Item *item)
{
  ICertExtension *extension = find_extension (item, SUBJECT_ALT_NAME);
  g_autoptr (GBytes) value = extension != NULL ? icert_extension_get_value (extension) : NULL;
  GPtrArray *names = value != NULL ? icert_extension_parse_subject_alt_name (value, NULL) : NULL;

  return names != NULL ? names : g_ptr_array_new_with_free_func (g_object_unref);
}

static gboolean
is_ca (const Item *item)
{
  ICertExtension *extension = find_extension (item, BASIC_CONSTRAINTS);
  g_autoptr (GBytes) value = extension != NULL ? icert_extension_get_value (extension) : NULL;

  return value != NULL && g_bytes_get_size (value) > 2;
}

/* The reader that judged it before it was signed judges it once more, by what the rows say now
 * (S-G6). */
static void
lint (const Item *item)
{
  g_autoptr (GPtrArray) names = alt_names (item);
  g_autoptr (GPtrArray) rows = order_extensions (item);
  g_autoptr (GBytes) tbs = span_to_bytes (item->tbs);
  g_autoptr (GBytes) subject = span_to_bytes (item->subject);
  g_autoptr (GBytes) spki = span_to_bytes (item->spki);
  g_autoptr (GBytes) algorithm = span_to_bytes (item->algorithm);
  g_autoptr (GPtrArray) rdns = ca_name_decode (subject, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (CaTicket) ticket = NULL;
  /* the CA may sign with another hash by now */
  CaIssuer issuer = *item->issuer;
  CaLintExpectation expectation = { .issuer = &issuer,
                                    .serial = item->serial.data,
                                    .not_before = item->not_before,
                                    .not_after = item->not_after,
                                    .spki = spki,
                                    .is_ca = is_ca (item),
                                    .approved_names = names,
                                    .rdns = rdns,
                                    .subject = subject,
                                    .extensions = rows,
                                    .max_not_after = item->issuer->not_after };

  if (item->serial.size != 20)
    {
      DIFFERS (item, "serialNumber", "has %" G_GSIZE_FORMAT " octets (20)", item->serial.size);
      return;
    }
  issuer.signature_algorithm = algorithm;
  ticket = ca_linter_check (tbs, &expectation, &error);
  if (ticket == NULL)
    {
      g_autofree char *field = icert_error_get_field (error);
      g_autofree char *what = icert_error_get_text (error);

      DIFFERS (item, field, "%s", what);
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

static gboolean
check_names_table (const Item *item, GError **error)
{
  static const guint8 columns[] = { ICERT_NAME_KIND, ICERT_NAME_VALUE };
  g_autoptr (GPtrArray) rows = query_of (item, ICERT_STORE_NAMES, ICERT_NAME_REQUEST_ID, columns,
                                         G_N_ELEMENTS (columns), error);
  g_autoptr (GPtrArray) names = alt_names (item);
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
        DIFFERS (item, "NameValue", "has %s, and the certificate has not", value);
    }
  g_hash_table_iter_init (&iter, expected);
  while (g_hash_table_iter_next (&iter, &missing, NULL))
    DIFFERS (item, "NameValue", "lacks %s", strchr (missing, ':') + 1);
  return TRUE;
}

static GPtrArray *
query_serial (const Item *item, CaLintSpan serial, GError **error)
{
  static const guint8 columns[]
      = { ICERT_SERIAL_STATE, ICERT_SERIAL_REQUEST_ID, ICERT_SERIAL_NOT_AFTER,
          ICERT_SERIAL_REVOKED_WHEN, ICERT_SERIAL_REASON };
  ICertStoreCondition parts[]
      = { { .kind = ICERT_STORE_COMPARE,
            .column = ICERT_SERIAL_ISSUER,
            .seek = ICERT_SEEK_EQ,
            .value = { .type = ICERT_PROPERTY_TYPE_LONG,
                       .integer = number (item, ICERT_REQUEST_ISSUER_NAME_ID) >> 16 } },
          { .kind = ICERT_STORE_COMPARE,
            .column = ICERT_SERIAL_SERIAL,
            .seek = ICERT_SEEK_EQ,
            .value
            = { .type = ICERT_PROPERTY_TYPE_BINARY, .data = serial.data, .size = serial.size } } };
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
check_revocation (const Item *item, const ICertStoreRow *serial)
{
  gint64 when = icert_store_row_get_int (serial, 3);

  if (when != number (item, ICERT_REQUEST_REVOKED_WHEN)
      && when != number (item, ICERT_REQUEST_REVOKED_EFFECTIVE_WHEN))
    DIFFERS (item, "SerialRevokedWhen", "is not when the request's row says");
  if (icert_store_row_get_int (serial, 4) != number (item, ICERT_REQUEST_REVOKED_REASON))
    DIFFERS (item, "SerialReason",
             "is %" G_GINT64_FORMAT ", and the request's row has %" G_GINT64_FORMAT,
             icert_store_row_get_int (serial, 4), number (item, ICERT_REQUEST_REVOKED_REASON));
}

static gboolean
check_status (const Item *item, GError **error)
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
      DIFFERS (item, "SerialValue", "is not in the table of serial numbers");
      return TRUE;
    }
  row = rows->pdata[0];
  if (icert_store_row_get_int (row, 0)
      != (revoked ? ICERT_SERIAL_STATE_REVOKED : ICERT_SERIAL_STATE_GOOD))
    DIFFERS (item, "SerialState", "is %" G_GINT64_FORMAT ", and the request's row says %s",
             icert_store_row_get_int (row, 0), revoked ? "revoked" : "issued");
  else if (revoked)
    check_revocation (item, row);
  if (icert_store_row_get_int (row, 1) != item->id)
    DIFFERS (item, "SerialRequestId", "is %" G_GINT64_FORMAT, icert_store_row_get_int (row, 1));
  if (icert_store_row_get_int (row, 2) != item->not_after * G_USEC_PER_SEC)
    DIFFERS (item, "SerialNotAfter", "is not the certificate's end");
  return TRUE;
}

/* An intent goes with the commit of its certificate. */
static gboolean
check_intent (const Item *item, GError **error)
{
  static const guint8 columns[] = { ICERT_INTENT_TBS };
  g_autoptr (GPtrArray) rows = query_of (item, ICERT_STORE_INTENTS, ICERT_INTENT_REQUEST_ID,
                                         columns, G_N_ELEMENTS (columns), error);
  g_autoptr (GBytes) tbs = NULL;

  if (rows == NULL)
    return FALSE;
  if (rows->len == 0)
    return TRUE;
  tbs = icert_store_row_dup_bytes (rows->pdata[0], 0);
  DIFFERS (item, "IntentTbs",
           tbs != NULL && ca_lint_span_equal (item->tbs, ca_lint_span_of (tbs))
               ? "is still there"
               : "is not what was signed");
  return TRUE;
}

/* The profile it is pinned to, and the key */

static int
compare_texts (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
check_purposes (const Item *item, const CaKnownProfile *profile)
{
  ICertExtension *extension = find_extension (item, EXTENDED_KEY_USAGE);
  g_autoptr (GBytes) value = extension != NULL ? icert_extension_get_value (extension) : NULL;
  g_auto (GStrv) purposes
      = value != NULL ? icert_extension_parse_extended_key_usage (value, NULL) : g_new0 (char *, 1);
  char *none[] = { NULL };

  /* an officer may have set others */
  if (purposes == NULL
      || (extension != NULL
          && icert_extension_get_origin (extension) == ICERT_EXTENSION_ORIGIN_ADMIN))
    return;
  qsort (purposes, g_strv_length (purposes), sizeof *purposes, compare_texts);
  if (!g_strv_equal ((const char *const *) purposes,
                     (const char *const *) (profile->purposes != NULL ? profile->purposes : none)))
    DIFFERS (item, EXTENDED_KEY_USAGE, "has other purposes than its profile");
}

static void
check_profile (const Item *item)
{
  g_autofree char *name = text (item, ICERT_REQUEST_TEMPLATE);
  gint64 version = number (item, ICERT_REQUEST_PROFILE_VERSION);
  const CaKnownProfile *profile;

  if (name == NULL)
    return;
  profile = _ca_cert_check_find_profile (item->check, name);
  if (profile->version == 0)
    return;
  if (version > profile->version)
    DIFFERS (item, column_name (ICERT_REQUEST_PROFILE_VERSION),
             "is %" G_GINT64_FORMAT ", and %s has come to %" G_GINT64_FORMAT, version, name,
             profile->version);
  else if (version == profile->version)
    check_purposes (item, profile);
}

/* S-B3: the key of a certificate that was revoked for its compromise */
static void
check_blocked (const Item *item)
{
  g_autoptr (GBytes) spki = span_to_bytes (item->spki);

  if (item->disposition == ICERT_ROW_DISPOSITION_ISSUED
      && ca_blocked_keys_contain (item->check->engine, spki))
    DIFFERS (item, "public key", "is on the list of blocked keys");
}

static void
check_request (const Item *item, GBytes *raw)
{
  static const char *const every_type[]
      = { "ec-p256", "ec-p384", "ec-p521", "rsa-*", "ed25519", "ed448", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (CaDecoded) decoded
      = ca_decode_request (raw, ICERT_ENCODING_BINARY, number (item, ICERT_REQUEST_TYPE), &error);
  g_autofree char *what = NULL;

  if (decoded == NULL)
    {
      DIFFERS (item, column_name (ICERT_REQUEST_RAW_REQUEST), "cannot be read any more");
      return;
    }
  if (!ca_lint_span_equal (item->spki, ca_lint_span_of (decoded->spki)))
    DIFFERS (item, column_name (ICERT_REQUEST_RAW_REQUEST), "has another key than the certificate");
  if (ca_key_check (decoded, every_type, &error))
    return;
  what = icert_error_get_text (error);
  DIFFERS (item, "public key", "%s", what);
}

static gboolean
check_issued (Item *item, GError **error)
{
  g_autoptr (GBytes) raw
      = icert_store_row_dup_bytes (item->row, position (ICERT_REQUEST_RAW_REQUEST));

  if (!load_extensions (item, error))
    return FALSE;
  check_blocked (item);
  if (!check_status (item, error) || !check_intent (item, error))
    return FALSE;
  /* an imported certificate was made by others: it has no request, and need not be as ours are */
  if (raw == NULL)
    return TRUE;
  check_request (item, raw);
  if (item->issuer != NULL)
    lint (item);
  check_profile (item);
  return check_names_table (item, error);
}

static gboolean
check_all (Item *item, GError **error)
{
  gboolean issued = item->disposition == ICERT_ROW_DISPOSITION_ISSUED
                    || item->disposition == ICERT_ROW_DISPOSITION_REVOKED;

  if (!read_certificate (item))
    {
      check_digests (item);
      DIFFERS (item, column_name (ICERT_REQUEST_RAW_CERTIFICATE), "is no certificate");
      return TRUE;
    }
  check_digests (item);
  check_serial_number (item);
  compare_number (item, ICERT_REQUEST_NOT_BEFORE, item->not_before * G_USEC_PER_SEC);
  compare_number (item, ICERT_REQUEST_NOT_AFTER, item->not_after * G_USEC_PER_SEC);
  check_names (item);
  check_public_key (item);
  if (!issued)
    return TRUE;
  check_signature (item);
  return check_issued (item, error);
}

gboolean
_ca_cert_check_row (CaCertCheck *check, const ICertStoreRow *row, GError **error)
{
  Item item = { .check = check, .row = row };
  gboolean ok = TRUE;

  item.id = number (&item, ICERT_REQUEST_ID);
  item.disposition = number (&item, ICERT_REQUEST_DISPOSITION);
  item.serial_text = text (&item, ICERT_REQUEST_SERIAL_NUMBER);
  item.certificate = icert_store_row_dup_bytes (row, position (ICERT_REQUEST_RAW_CERTIFICATE));
  if (item.disposition != ICERT_ROW_DISPOSITION_FOREIGN)
    item.issuer = ca_facts_find_issuer (check->facts,
                                        number (&item, ICERT_REQUEST_ISSUER_NAME_ID) & 0xffff);
  if (item.certificate != NULL)
    ok = check_all (&item, error);
  else if (item.disposition >= ICERT_ROW_DISPOSITION_ISSUED)
    DIFFERS (&item, column_name (ICERT_REQUEST_RAW_CERTIFICATE), "is empty");
  g_clear_pointer (&item.certificate, g_bytes_unref);
  g_clear_pointer (&item.extensions, g_ptr_array_unref);
  g_free (item.serial_text);
  return ok;
}
