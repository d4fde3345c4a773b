/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-cert-check-private.h"

#include <string.h>

#include "ca-blocked-keys.h"
#include "ca-certificate.h"
#include "ca-crypto.h"
#include "ca-key-check.h"
#include "ca-own-rows.h"
#include "ca-request-row.h"

/* S-H2 */
#define MOST_BACKDATE (48 * 3600)
#define MOST_BACKDATE_OF_CA (24 * 3600)
/* between a judgement and its commit the clock may be set, within what the guard lets pass */
#define CLOCK_STEP 600

/* as the table has them, so that the names of a subject stand together */
const guint8 _ca_cert_check_columns[] = {
  ICERT_REQUEST_ID,
  ICERT_REQUEST_TYPE,
  ICERT_REQUEST_FLAGS,
  ICERT_REQUEST_DISPOSITION,
  ICERT_REQUEST_RESOLVED_WHEN,
  ICERT_REQUEST_REVOKED_WHEN,
  ICERT_REQUEST_REVOKED_EFFECTIVE_WHEN,
  ICERT_REQUEST_REVOKED_REASON,
  ICERT_REQUEST_REQ_DN,
  ICERT_REQUEST_REQ_COMMON_NAME,
  ICERT_REQUEST_REQ_COUNTRY,
  ICERT_REQUEST_REQ_ORGANIZATION,
  ICERT_REQUEST_REQ_ORG_UNIT,
  ICERT_REQUEST_REQ_LOCALITY,
  ICERT_REQUEST_REQ_STATE,
  ICERT_REQUEST_REQ_TITLE,
  ICERT_REQUEST_REQ_GIVEN_NAME,
  ICERT_REQUEST_REQ_INITIALS,
  ICERT_REQUEST_REQ_SUR_NAME,
  ICERT_REQUEST_REQ_DOMAIN_COMPONENT,
  ICERT_REQUEST_REQ_EMAIL,
  ICERT_REQUEST_REQ_STREET_ADDRESS,
  ICERT_REQUEST_REQ_UNSTRUCTURED_NAME,
  ICERT_REQUEST_REQ_UNSTRUCTURED_ADDRESS,
  ICERT_REQUEST_REQ_DEVICE_SERIAL_NUMBER,
  ICERT_REQUEST_TEMPLATE,
  ICERT_REQUEST_PROFILE_VERSION,
  ICERT_REQUEST_SERIAL_NUMBER,
  ICERT_REQUEST_ISSUER_NAME_ID,
  ICERT_REQUEST_NOT_BEFORE,
  ICERT_REQUEST_NOT_AFTER,
  ICERT_REQUEST_CRL_PARTITION,
  ICERT_REQUEST_PUBLISH_EXPIRED,
  ICERT_REQUEST_HOLD_ALLOWED,
  ICERT_REQUEST_SUBJECT_KEY_IDENTIFIER,
  ICERT_REQUEST_PUBLIC_KEY_LENGTH,
  ICERT_REQUEST_PUBLIC_KEY_ALGORITHM,
  ICERT_REQUEST_DN,
  ICERT_REQUEST_COMMON_NAME,
  ICERT_REQUEST_CERT_COUNTRY,
  ICERT_REQUEST_CERT_ORGANIZATION,
  ICERT_REQUEST_CERT_ORG_UNIT,
  ICERT_REQUEST_CERT_LOCALITY,
  ICERT_REQUEST_CERT_STATE,
  ICERT_REQUEST_CERT_TITLE,
  ICERT_REQUEST_CERT_GIVEN_NAME,
  ICERT_REQUEST_CERT_INITIALS,
  ICERT_REQUEST_CERT_SUR_NAME,
  ICERT_REQUEST_CERT_DOMAIN_COMPONENT,
  ICERT_REQUEST_CERT_EMAIL,
  ICERT_REQUEST_CERT_STREET_ADDRESS,
  ICERT_REQUEST_CERT_UNSTRUCTURED_NAME,
  ICERT_REQUEST_CERT_UNSTRUCTURED_ADDRESS,
  ICERT_REQUEST_CERT_DEVICE_SERIAL_NUMBER,
  ICERT_REQUEST_CERTIFICATE_HASH,
  ICERT_REQUEST_CERTIFICATE_HASH_SHA256,
  ICERT_REQUEST_REQ_RAW_NAME,
  ICERT_REQUEST_RAW_NAME,
  ICERT_REQUEST_RAW_PUBLIC_KEY,
  ICERT_REQUEST_RAW_PUBLIC_KEY_PARAMETERS,
  ICERT_REQUEST_RAW_OLD_CERTIFICATE,
  ICERT_REQUEST_RAW_REQUEST,
  ICERT_REQUEST_RAW_CERTIFICATE,
};
const guint _ca_cert_check_n_columns = G_N_ELEMENTS (_ca_cert_check_columns);

typedef CaCheckItem Item;

static guint
position (guint8 column)
{
  for (guint i = 0; i < _ca_cert_check_n_columns; i++)
    if (_ca_cert_check_columns[i] == column)
      return i;
  g_assert_not_reached ();
}

gint64
_ca_cert_check_number (const Item *item, guint8 column)
{
  return icert_store_row_get_int (item->row, position (column));
}

char *
_ca_cert_check_text (const Item *item, guint8 column)
{
  return icert_store_row_dup_text (item->row, position (column));
}

const char *
_ca_cert_check_column_name (guint8 column)
{
  return icert_store_table_columns (ICERT_STORE_REQUESTS, NULL)[column].name;
}

#define DIFFERS CA_DIFFERS

static void
compare_text (const Item *item, guint8 column, const char *expected)
{
  g_autofree char *stored = _ca_cert_check_text (item, column);

  if (g_strcmp0 (stored != NULL ? stored : "", expected != NULL ? expected : "") != 0)
    DIFFERS (item, _ca_cert_check_column_name (column), "is %s, and the certificate has %s",
             stored != NULL ? stored : "empty", expected != NULL ? expected : "none");
}

/* @expected: nullable */
static void
compare_bytes (const Item *item, guint8 column, GBytes *expected, const char *whose)
{
  g_autoptr (GBytes) stored = icert_store_row_dup_bytes (item->row, position (column));

  if ((stored == NULL) != (expected == NULL)
      || (stored != NULL && !g_bytes_equal (stored, expected)))
    DIFFERS (item, _ca_cert_check_column_name (column), "is not the %s's", whose);
}

static void
compare_number (const Item *item, guint8 column, gint64 expected)
{
  gint64 stored = _ca_cert_check_number (item, column);

  if (stored != expected)
    DIFFERS (item, _ca_cert_check_column_name (column),
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
  g_autofree char *stored = _ca_cert_check_text (item, ICERT_REQUEST_SERIAL_NUMBER);
  const char *given = hex;
  const char *known = stored != NULL ? stored : "";

  /* a sign octet is no part of the number */
  given += strspn (given, "0");
  known += strspn (known, "0");
  if (strcmp (given, known) != 0)
    compare_text (item, ICERT_REQUEST_SERIAL_NUMBER, hex);
}

static void
check_name_columns (const Item *item, GPtrArray *rdns, guint8 first, guint8 last)
{
  for (guint i = position (first); i <= position (last); i++)
    {
      g_autofree char *value = ca_request_row_join_name (rdns, _ca_cert_check_columns[i]);

      compare_text (item, _ca_cert_check_columns[i], value);
    }
}

static void
check_names (const Item *item)
{
  g_autoptr (GBytes) subject = _ca_cert_check_to_bytes (item->subject);
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
  check_name_columns (item, rdns, ICERT_REQUEST_COMMON_NAME,
                      ICERT_REQUEST_CERT_DEVICE_SERIAL_NUMBER);
  if (icert_store_row_get (item->row, position (ICERT_REQUEST_RAW_NAME))->type
      != ICERT_PROPERTY_TYPE_NONE)
    compare_bytes (item, ICERT_REQUEST_RAW_NAME, subject, "certificate");
}

static void
check_public_key (const Item *item)
{
  g_autoptr (GBytes) stored
      = icert_store_row_dup_bytes (item->row, position (ICERT_REQUEST_RAW_PUBLIC_KEY));
  g_autoptr (GBytes) spki = _ca_cert_check_to_bytes (item->spki);
  g_autofree char *identifier = NULL;
  CaPublicKey key;

  if (stored == NULL || !ca_lint_span_equal (item->spki, ca_lint_span_of (stored)))
    DIFFERS (item, _ca_cert_check_column_name (ICERT_REQUEST_RAW_PUBLIC_KEY),
             "is not the certificate's");
  memset (&key, 0, sizeof key);
  if (ca_public_key_init (&key, spki, NULL))
    {
      identifier = ca_crypto_hex (key.identifier, sizeof key.identifier);
      if (item->issuer != NULL || ca_own_rows_contain (item->id))
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
      DIFFERS (item, _ca_cert_check_column_name (ICERT_REQUEST_ISSUER_NAME_ID),
               "names no certificate of this CA");
      return;
    }
  if (!ca_lint_span_equal (item->issuer_name, ca_lint_span_of (item->issuer->subject)))
    DIFFERS (item, "issuer", "is not the name of the CA certificate of that index");
  if (!ca_crypto_verify (item->issuer->public_key, item->algorithm.data, item->algorithm.size,
                         item->tbs.data, item->tbs.size, item->signature.data, item->signature.size,
                         FALSE, "signature", &error))
    DIFFERS (item, "signature", "is not that of the CA certificate of that index");
}

/* What was asked for, and the key */

/* S-B3: the key of a certificate that was revoked for its compromise */
static void
check_blocked (const Item *item)
{
  g_autoptr (GBytes) spki = _ca_cert_check_to_bytes (item->spki);

  if (item->disposition == ICERT_ROW_DISPOSITION_ISSUED
      && ca_blocked_keys_contain (item->check->engine, spki))
    DIFFERS (item, "public key", "is on the list of blocked keys");
}

/* The request as it was received, or what an imported certificate says in its place */
static CaDecoded *
decode_request (const Item *item, GBytes *raw)
{
  return raw != NULL ? ca_decode_request (raw, ICERT_ENCODING_BINARY,
                                          _ca_cert_check_number (item, ICERT_REQUEST_TYPE), NULL)
                     : ca_certificate_decode_request (item->certificate, NULL);
}

static void
check_request_columns (const Item *item, const CaDecoded *decoded)
{
  g_autofree char *dn = ca_name_to_text (decoded->rdns);
  gint64 flags = _ca_cert_check_number (item, ICERT_REQUEST_FLAGS);
  gboolean renews = (flags & ICERT_REQUEST_FLAG_RENEWAL) != 0;

  compare_text (item, ICERT_REQUEST_REQ_DN, dn[0] != '\0' ? dn : NULL);
  check_name_columns (item, decoded->rdns, ICERT_REQUEST_REQ_COMMON_NAME,
                      ICERT_REQUEST_REQ_DEVICE_SERIAL_NUMBER);
  compare_bytes (item, ICERT_REQUEST_REQ_RAW_NAME, decoded->subject, "request");
  compare_bytes (item, ICERT_REQUEST_RAW_PUBLIC_KEY, decoded->spki, "request");
  compare_bytes (item, ICERT_REQUEST_RAW_PUBLIC_KEY_PARAMETERS, decoded->key.parameters, "request");
  compare_number (item, ICERT_REQUEST_PUBLIC_KEY_LENGTH, decoded->key.bits);
  compare_text (item, ICERT_REQUEST_PUBLIC_KEY_ALGORITHM, decoded->key.algorithm);
  if (renews && decoded->old_certificate == NULL)
    DIFFERS (item, _ca_cert_check_column_name (ICERT_REQUEST_FLAGS), "say that it renews");
  compare_bytes (item, ICERT_REQUEST_RAW_OLD_CERTIFICATE, renews ? decoded->old_certificate : NULL,
                 "request");
}

static void
check_request_key (const Item *item, const CaDecoded *decoded)
{
  static const char *const every_type[]
      = { "ec-p256", "ec-p384", "ec-p521", "rsa-*", "ed25519", "ed448", NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *what = NULL;

  if (!ca_lint_span_equal (item->spki, ca_lint_span_of (decoded->spki)))
    DIFFERS (item, _ca_cert_check_column_name (ICERT_REQUEST_RAW_REQUEST),
             "has another key than the certificate");
  if (ca_key_check (decoded, every_type, &error))
    return;
  what = icert_error_get_text (error);
  DIFFERS (item, "public key", "%s", what);
}

/* S-H2: a policy may begin a certificate later than the CA would, and nobody much earlier. */
static void
check_beginning (const Item *item)
{
  gint64 resolved = _ca_cert_check_number (item, ICERT_REQUEST_RESOLVED_WHEN) / G_USEC_PER_SEC;
  gint64 most = _ca_cert_check_is_ca (item) ? MOST_BACKDATE_OF_CA : MOST_BACKDATE;

  if (item->not_before < resolved - most - CLOCK_STEP)
    DIFFERS (item, _ca_cert_check_column_name (ICERT_REQUEST_RESOLVED_WHEN),
             "is more than %" G_GINT64_FORMAT " hours behind notBefore", most / 3600);
}

/* What is true only of what was made here, for this request */
static gboolean
check_made_here (const Item *item,
                 const CaDecoded *decoded,
                 const CaWritten *written,
                 GError **error)
{
  if (decoded == NULL)
    {
      DIFFERS (item, _ca_cert_check_column_name (ICERT_REQUEST_RAW_REQUEST),
               "cannot be read any more");
      return TRUE;
    }
  check_request_key (item, decoded);
  check_beginning (item);
  if (item->issuer != NULL)
    _ca_cert_check_lint (item);
  _ca_cert_check_origins (item, written);
  return _ca_cert_check_profile (item, decoded, written, error);
}

static gboolean
check_issued (Item *item, GError **error)
{
  g_autoptr (GBytes) raw
      = icert_store_row_dup_bytes (item->row, position (ICERT_REQUEST_RAW_REQUEST));
  g_autoptr (CaDecoded) decoded = decode_request (item, raw);
  g_autoptr (CaWritten) written = _ca_written_load (item, error);

  if (written == NULL)
    return FALSE;
  check_blocked (item);
  if (decoded != NULL)
    check_request_columns (item, decoded);
  if (!_ca_cert_check_status (item, error) || !_ca_cert_check_intent (item, error)
      || !_ca_cert_check_names (item, error))
    return FALSE;
  /* an imported certificate was made by others, and need not be as ours are */
  return raw == NULL || _ca_written_is_imported (written)
         || check_made_here (item, decoded, written, error);
}

/* What is true of the CA's own certificates and of those above it: certs/ has them. */
static gboolean
check_own (Item *item, GError **error)
{
  g_autoptr (CaDecoded) decoded = ca_certificate_decode_request (item->certificate, NULL);
  g_autofree char *hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, item->certificate);
  const CaOwnRow *expected = ca_own_rows_find (item->check->own, hash);
  const CaIssuer *signer
      = expected != NULL ? ca_facts_find_issuer (item->check->facts, MAX (expected->signer, 0))
                         : NULL;
  gboolean has_signer = signer != NULL && expected->signer >= 0;

  if (decoded != NULL)
    check_request_columns (item, decoded);
  if (expected == NULL)
    DIFFERS (item, _ca_cert_check_column_name (ICERT_REQUEST_RAW_CERTIFICATE),
             "is none of the CA's certificates, nor above them (those in certs/)");
  else
    {
      compare_number (item, ICERT_REQUEST_DISPOSITION, expected->disposition);
      compare_number (item, ICERT_REQUEST_ISSUER_NAME_ID,
                      has_signer ? signer->key_index << 16 | signer->certificate_index : 0);
    }
  compare_number (item, ICERT_REQUEST_CRL_PARTITION, 0);
  compare_number (item, ICERT_REQUEST_PUBLISH_EXPIRED, 0);
  compare_number (item, ICERT_REQUEST_HOLD_ALLOWED, 0);
  compare_number (item, ICERT_REQUEST_REVOKED_WHEN, 0);
  return _ca_cert_check_intent (item, error) && _ca_cert_check_names (item, error);
}

static gboolean
check_all (Item *item, GError **error)
{
  gboolean issued = item->disposition == ICERT_ROW_DISPOSITION_ISSUED
                    || item->disposition == ICERT_ROW_DISPOSITION_REVOKED;

  if (!read_certificate (item))
    {
      check_digests (item);
      DIFFERS (item, _ca_cert_check_column_name (ICERT_REQUEST_RAW_CERTIFICATE),
               "is no certificate");
      return TRUE;
    }
  if (!_ca_cert_check_load_extensions (item, error))
    return FALSE;
  check_digests (item);
  check_serial_number (item);
  compare_number (item, ICERT_REQUEST_NOT_BEFORE, item->not_before * G_USEC_PER_SEC);
  compare_number (item, ICERT_REQUEST_NOT_AFTER, item->not_after * G_USEC_PER_SEC);
  check_names (item);
  check_public_key (item);
  _ca_cert_check_extensions (item);
  if (ca_own_rows_contain (item->id))
    return check_own (item, error);
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

  item.id = _ca_cert_check_number (&item, ICERT_REQUEST_ID);
  item.disposition = _ca_cert_check_number (&item, ICERT_REQUEST_DISPOSITION);
  item.serial_text = _ca_cert_check_text (&item, ICERT_REQUEST_SERIAL_NUMBER);
  item.certificate = icert_store_row_dup_bytes (row, position (ICERT_REQUEST_RAW_CERTIFICATE));
  if (item.disposition != ICERT_ROW_DISPOSITION_FOREIGN && !ca_own_rows_contain (item.id))
    item.issuer = ca_facts_find_issuer (
        check->facts, _ca_cert_check_number (&item, ICERT_REQUEST_ISSUER_NAME_ID) & 0xffff);
  if (item.certificate != NULL)
    ok = check_all (&item, error);
  else if (item.disposition >= ICERT_ROW_DISPOSITION_ISSUED)
    DIFFERS (&item, _ca_cert_check_column_name (ICERT_REQUEST_RAW_CERTIFICATE), "is empty");
  g_clear_pointer (&item.certificate, g_bytes_unref);
  g_clear_pointer (&item.extensions, g_ptr_array_unref);
  g_free (item.serial_text);
  return ok;
}
