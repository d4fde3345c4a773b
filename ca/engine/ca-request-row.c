/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-request-row.h"

#include <string.h>

#include "ca-certificate.h"
#include "ca-clock.h"
#include "ca-crypto.h"
#include "ca-der.h"
#include "ca-query.h"
#include "ca-roles.h"

/* Subject attributes that have columns of their own. */
static const struct
{
  const char *oid;
  guint request_column;
  guint certificate_column;
} name_columns[] = {
  { "2.5.4.3", ICERT_REQUEST_REQ_COMMON_NAME, ICERT_REQUEST_COMMON_NAME },
  { "2.5.4.6", ICERT_REQUEST_REQ_COUNTRY, ICERT_REQUEST_CERT_COUNTRY },
  { "2.5.4.10", ICERT_REQUEST_REQ_ORGANIZATION, ICERT_REQUEST_CERT_ORGANIZATION },
  { "2.5.4.11", ICERT_REQUEST_REQ_ORG_UNIT, ICERT_REQUEST_CERT_ORG_UNIT },
  { "2.5.4.7", ICERT_REQUEST_REQ_LOCALITY, ICERT_REQUEST_CERT_LOCALITY },
  { "2.5.4.8", ICERT_REQUEST_REQ_STATE, ICERT_REQUEST_CERT_STATE },
  { "2.5.4.12", ICERT_REQUEST_REQ_TITLE, ICERT_REQUEST_CERT_TITLE },
  { "2.5.4.42", ICERT_REQUEST_REQ_GIVEN_NAME, ICERT_REQUEST_CERT_GIVEN_NAME },
  { "2.5.4.43", ICERT_REQUEST_REQ_INITIALS, ICERT_REQUEST_CERT_INITIALS },
  { "2.5.4.4", ICERT_REQUEST_REQ_SUR_NAME, ICERT_REQUEST_CERT_SUR_NAME },
  { "0.9.2342.19200300.100.1.25", ICERT_REQUEST_REQ_DOMAIN_COMPONENT,
    ICERT_REQUEST_CERT_DOMAIN_COMPONENT },
  { "1.2.840.113549.1.9.1", ICERT_REQUEST_REQ_EMAIL, ICERT_REQUEST_CERT_EMAIL },
  { "2.5.4.9", ICERT_REQUEST_REQ_STREET_ADDRESS, ICERT_REQUEST_CERT_STREET_ADDRESS },
  { "1.2.840.113549.1.9.2", ICERT_REQUEST_REQ_UNSTRUCTURED_NAME,
    ICERT_REQUEST_CERT_UNSTRUCTURED_NAME },
  { "1.2.840.113549.1.9.8", ICERT_REQUEST_REQ_UNSTRUCTURED_ADDRESS,
    ICERT_REQUEST_CERT_UNSTRUCTURED_ADDRESS },
  { "2.5.4.5", ICERT_REQUEST_REQ_DEVICE_SERIAL_NUMBER, ICERT_REQUEST_CERT_DEVICE_SERIAL_NUMBER },
};

/* Several values of one attribute stand in one cell, a line each. */
static char *
join_values (GPtrArray *rdns, const char *oid)
{
  GString *text = NULL;

  for (guint i = 0; i < rdns->len; i++)
    {
      const CaRdn *rdn = rdns->pdata[i];

      if (strcmp (rdn->oid, oid) != 0)
        continue;
      if (text == NULL)
        text = g_string_new (NULL);
      else
        g_string_append_c (text, '\n');
      g_string_append (text, rdn->value);
    }
  return text != NULL ? g_string_free (text, FALSE) : NULL;
}

char *
ca_request_row_join_name (GPtrArray *rdns, guint column)
{
  for (guint i = 0; i < G_N_ELEMENTS (name_columns); i++)
    if (name_columns[i].certificate_column == column || name_columns[i].request_column == column)
      return join_values (rdns, name_columns[i].oid);
  return NULL;
}

static void
set_names (GPtrArray *rdns, gboolean of_request, ICertStoreBatch *batch)
{
  for (guint i = 0; rdns->len > 0 && i < G_N_ELEMENTS (name_columns); i++)
    {
      g_autofree char *value = join_values (rdns, name_columns[i].oid);

      if (value != NULL)
        icert_store_batch_set_text (
            batch, of_request ? name_columns[i].request_column : name_columns[i].certificate_column,
            value);
    }
}

static void
set_received (const CaRequest *request, ICertStoreBatch *batch)
{
  const CaDecoded *decoded = request->decoded;
  g_autofree char *dn = ca_name_to_text (decoded->rdns);

  icert_store_batch_set_int (batch, ICERT_REQUEST_ID, request->id);
  icert_store_batch_set_int (batch, ICERT_REQUEST_VERSION, 1);
  icert_store_batch_set_int (batch, ICERT_REQUEST_TYPE, decoded->format);
  icert_store_batch_set_int (batch, ICERT_REQUEST_FLAGS, request->request_flags);
  icert_store_batch_set_int (batch, ICERT_REQUEST_SUBMITTED_WHEN, request->submitted_when);
  icert_store_batch_set_text (batch, ICERT_REQUEST_REQUESTER_NAME, request->requester_name);
  icert_store_batch_set_text (batch, ICERT_REQUEST_CALLER_NAME, request->caller_name);
  icert_store_batch_set_text (batch, ICERT_REQUEST_CALLER_ID, request->caller_id);
  icert_store_batch_set_text (batch, ICERT_REQUEST_DOOR, request->door);
  if (request->requester != NULL && request->config != NULL)
    icert_store_batch_set_int (
        batch, ICERT_REQUEST_OFFICER,
        ca_roles_is_officer_of (request->config, request->requester, request));
  if (dn[0] != '\0')
    icert_store_batch_set_text (batch, ICERT_REQUEST_REQ_DN, dn);
  set_names (decoded->rdns, TRUE, batch);
  if (request->attributes_text != NULL && request->attributes_text[0] != '\0')
    icert_store_batch_set_text (batch, ICERT_REQUEST_ATTRIBUTES_TEXT, request->attributes_text);
  if (request->signer_policies != NULL)
    icert_store_batch_set_text (batch, ICERT_REQUEST_SIGNER_POLICIES, request->signer_policies);
  if (request->signer_application_policies != NULL)
    icert_store_batch_set_text (batch, ICERT_REQUEST_SIGNER_APPLICATION_POLICIES,
                                request->signer_application_policies);
  if ((request->request_flags & ICERT_REQUEST_FLAG_RENEWAL) != 0)
    icert_store_batch_set_bytes (batch, ICERT_REQUEST_RAW_OLD_CERTIFICATE,
                                 decoded->old_certificate);
  icert_store_batch_set_bytes (batch, ICERT_REQUEST_REQ_RAW_NAME, decoded->subject);
  icert_store_batch_set_bytes (batch, ICERT_REQUEST_RAW_PUBLIC_KEY, decoded->spki);
  if (decoded->key.parameters != NULL)
    icert_store_batch_set_bytes (batch, ICERT_REQUEST_RAW_PUBLIC_KEY_PARAMETERS,
                                 decoded->key.parameters);
  icert_store_batch_set_int (batch, ICERT_REQUEST_PUBLIC_KEY_LENGTH, decoded->key.bits);
  icert_store_batch_set_text (batch, ICERT_REQUEST_PUBLIC_KEY_ALGORITHM, decoded->key.algorithm);
  if (decoded->format != ICERT_REQUEST_FORMAT_ANY)
    icert_store_batch_set_bytes (batch, ICERT_REQUEST_RAW_REQUEST, decoded->message);
}

/* The subject as it stands in the certificate, since what wrote an imported one may have chosen
 * other string types. */
static gboolean
find_subject (GBytes *certificate, CaTlv *subject)
{
  CaDerReader reader;
  gsize size;
  const guint8 *data = g_bytes_get_data (certificate, &size);
  CaTlv tlv;

  if (!ca_der_read_only (data, size, CA_DER_SEQUENCE, &tlv))
    return FALSE;
  ca_der_reader_init (&reader, tlv.content, tlv.size);
  if (!ca_der_read_tag (&reader, CA_DER_SEQUENCE, &tlv))
    return FALSE;
  ca_der_reader_init (&reader, tlv.content, tlv.size);
  if (ca_der_peek (&reader) == 0xa0 && !ca_der_read (&reader, &tlv))
    return FALSE;
  return ca_der_read_tag (&reader, CA_DER_INTEGER, &tlv) /* serial, algorithm, issuer, validity */
         && ca_der_read_tag (&reader, CA_DER_SEQUENCE, &tlv)
         && ca_der_read_tag (&reader, CA_DER_SEQUENCE, &tlv)
         && ca_der_read_tag (&reader, CA_DER_SEQUENCE, &tlv)
         && ca_der_read_tag (&reader, CA_DER_SEQUENCE, subject);
}

static void
set_certificate (const CaRequest *request, ICertStoreBatch *batch)
{
  g_autofree char *serial = ca_crypto_hex (request->serial, request->serial_size);
  g_autofree char *ski = ca_crypto_hex (request->decoded->key.identifier, 20);
  g_autofree char *dn = ca_name_to_text (request->plan->rdns);
  g_autofree char *hash = NULL;
  g_autofree char *hash256 = NULL;
  g_autofree char *upn = ca_request_dup_upn (request);
  guint8 digest[32];
  gsize size;
  const void *data = g_bytes_get_data (request->certificate, &size);
  CaTlv subject;

  ca_crypto_sha1 (data, size, digest);
  hash = ca_crypto_hex (digest, 20);
  ca_crypto_sha256 (data, size, digest);
  hash256 = ca_crypto_hex (digest, 32);
  icert_store_batch_set_text (batch, ICERT_REQUEST_SERIAL_NUMBER, serial);
  if (request->issuer_name_id >= 0)
    icert_store_batch_set_int (batch, ICERT_REQUEST_ISSUER_NAME_ID, request->issuer_name_id);
  icert_store_batch_set_int (batch, ICERT_REQUEST_NOT_BEFORE,
                             request->plan->not_before * G_USEC_PER_SEC);
  icert_store_batch_set_int (batch, ICERT_REQUEST_NOT_AFTER,
                             request->plan->not_after * G_USEC_PER_SEC);
  icert_store_batch_set_int (batch, ICERT_REQUEST_CRL_PARTITION, request->crl_partition);
  icert_store_batch_set_int (batch, ICERT_REQUEST_HOLD_ALLOWED, request->hold_allowed);
  if (request->publish_expired)
    icert_store_batch_set_int (batch, ICERT_REQUEST_PUBLISH_EXPIRED, 1);
  icert_store_batch_set_text (batch, ICERT_REQUEST_SUBJECT_KEY_IDENTIFIER, ski);
  if (dn[0] != '\0')
    icert_store_batch_set_text (batch, ICERT_REQUEST_DN, dn);
  set_names (request->plan->rdns, FALSE, batch);
  if (upn != NULL)
    icert_store_batch_set_text (batch, ICERT_REQUEST_UPN, upn);
  if (find_subject (request->certificate, &subject))
    icert_store_batch_set_data (batch, ICERT_REQUEST_RAW_NAME, subject.start, subject.total);
  icert_store_batch_set_text (batch, ICERT_REQUEST_CERTIFICATE_HASH, hash);
  icert_store_batch_set_text (batch, ICERT_REQUEST_CERTIFICATE_HASH_SHA256, hash256);
  icert_store_batch_set_bytes (batch, ICERT_REQUEST_RAW_CERTIFICATE, request->certificate);
}

static char *
status_to_text (const GError *status)
{
  if (status == NULL)
    return NULL;
  return g_strconcat (icert_error_get_code_name (status->code), ": ", status->message, NULL);
}

static void
set_decision (const CaRequest *request, ICertStoreBatch *batch)
{
  g_autofree char *status = status_to_text (request->status);

  icert_store_batch_set_int (batch, ICERT_REQUEST_CONTENT_VERSION, request->content_version);
  if (request->approved_version != 0)
    icert_store_batch_set_int (batch, ICERT_REQUEST_APPROVED_VERSION, request->approved_version);
  icert_store_batch_set_int (batch, ICERT_REQUEST_DISPOSITION, request->disposition);
  icert_store_batch_set_text (batch, ICERT_REQUEST_MESSAGE, request->message);
  icert_store_batch_set_int (
      batch, ICERT_REQUEST_STATUS_CODE,
      request->status != NULL ? (gint64) icert_error_to_hresult (request->status) : 0);
  icert_store_batch_set_text (batch, ICERT_REQUEST_STATUS, status);
  if (request->resolved_when != 0)
    icert_store_batch_set_int (batch, ICERT_REQUEST_RESOLVED_WHEN, request->resolved_when);
  if (request->officer_name != NULL)
    icert_store_batch_set_text (batch, ICERT_REQUEST_OFFICER_NAME, request->officer_name);
  if (request->template_name != NULL)
    {
      icert_store_batch_set_text (batch, ICERT_REQUEST_TEMPLATE, request->template_name);
      icert_store_batch_set_int (batch, ICERT_REQUEST_PROFILE_VERSION, request->profile_version);
    }
  if (request->certificate != NULL)
    set_certificate (request, batch);
}

static void
insert_attributes (const CaRequest *request, ICertStoreBatch *batch)
{
  for (guint i = 0; i < request->attributes->len; i++)
    {
      const CaAttribute *attribute = request->attributes->pdata[i];

      icert_store_batch_begin (batch, ICERT_STORE_ATTRIBUTES, ICERT_STORE_INSERT);
      icert_store_batch_set_int (batch, ICERT_ATTRIBUTE_REQUEST_ID, request->id);
      icert_store_batch_set_text (batch, ICERT_ATTRIBUTE_NAME, attribute->name);
      icert_store_batch_set_text (batch, ICERT_ATTRIBUTE_VALUE, attribute->value);
    }
}

static void
insert_extensions (const CaRequest *request, ICertStoreBatch *batch)
{
  for (guint i = 0; i < request->plan->extensions->len; i++)
    {
      ICertExtension *extension = request->plan->extensions->pdata[i];

      icert_store_batch_begin (batch, ICERT_STORE_EXTENSIONS, ICERT_STORE_INSERT);
      icert_store_batch_set_int (batch, ICERT_EXTENSION_REQUEST_ID_COLUMN, request->id);
      icert_store_batch_set_text (batch, ICERT_EXTENSION_NAME_COLUMN,
                                  icert_extension_peek_oid (extension));
      icert_store_batch_set_int (batch, ICERT_EXTENSION_FLAGS_COLUMN,
                                 (gint64) icert_extension_get_flags (extension)
                                     | (gint64) icert_extension_get_origin (extension));
      icert_store_batch_set_bytes (batch, ICERT_EXTENSION_VALUE_COLUMN,
                                   icert_extension_peek_value (extension));
    }
}

/* Judgements are numbered by the row's version, which rises with each of them. */
static void
insert_trace (const CaRequest *request, ICertStoreBatch *batch)
{
  const guint8 *octets;
  gsize size;

  if (ca_trace_get_n_entries (request->trace) == 0)
    return;
  octets = ca_trace_get_octets (request->trace, &size);
  icert_store_batch_begin (batch, ICERT_STORE_TRACES, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_TRACE_REQUEST_ID, request->id);
  icert_store_batch_set_int (batch, ICERT_TRACE_SEQUENCE, request->version + 1);
  icert_store_batch_set_data (batch, ICERT_TRACE_TRACE, octets, size);
}

static void
insert_key (const CaRequest *request, ICertStoreBatch *batch)
{
  if (request->idempotency_key == NULL)
    return;
  icert_store_batch_begin (batch, ICERT_STORE_KEYS, ICERT_STORE_INSERT);
  icert_store_batch_set_text (batch, ICERT_KEY_KEY, request->idempotency_key);
  icert_store_batch_set_text (batch, ICERT_KEY_CALLER, request->caller_name);
  icert_store_batch_set_int (batch, ICERT_KEY_REQUEST_ID, request->id);
  icert_store_batch_set_data (batch, ICERT_KEY_CONTENT, request->content_hash,
                              sizeof request->content_hash);
}

void
ca_request_row_insert (const CaRequest *request, ICertStoreBatch *batch)
{
  icert_store_batch_begin (batch, ICERT_STORE_REQUESTS, ICERT_STORE_INSERT);
  set_received (request, batch);
  set_decision (request, batch);
  insert_attributes (request, batch);
  insert_extensions (request, batch);
  insert_key (request, batch);
  insert_trace (request, batch);
}

static void
delete_rows (const CaRequest *request,
             ICertStoreTable table,
             guint key_column,
             ICertStoreBatch *batch)
{
  icert_store_batch_begin (batch, table, ICERT_STORE_DELETE);
  icert_store_batch_set_int (batch, key_column, request->id);
}

void
ca_request_row_update (const CaRequest *request, ICertStoreBatch *batch)
{
  icert_store_batch_begin (batch, ICERT_STORE_REQUESTS, ICERT_STORE_UPDATE);
  icert_store_batch_expect_version (batch, request->version);
  icert_store_batch_set_int (batch, ICERT_REQUEST_ID, request->id);
  set_decision (request, batch);
  delete_rows (request, ICERT_STORE_ATTRIBUTES, ICERT_ATTRIBUTE_REQUEST_ID, batch);
  delete_rows (request, ICERT_STORE_EXTENSIONS, ICERT_EXTENSION_REQUEST_ID_COLUMN, batch);
  insert_attributes (request, batch);
  insert_extensions (request, batch);
  insert_trace (request, batch);
}

void
ca_request_row_names (const CaRequest *request, ICertStoreBatch *batch)
{
  ICertExtension *extension = ca_plan_find_extension (request->plan, "2.5.29.17");
  g_autoptr (GBytes) value = NULL;
  g_autoptr (GPtrArray) names = NULL;

  if (extension == NULL || (icert_extension_get_flags (extension) & ICERT_EXTENSION_DISABLE) != 0)
    return;
  value = icert_extension_get_value (extension);
  names = icert_extension_parse_subject_alt_name (value, NULL);
  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      g_autofree char *text = icert_name_to_string (names->pdata[i]);
      const char *colon = strchr (text, ':');

      icert_store_batch_begin (batch, ICERT_STORE_NAMES, ICERT_STORE_INSERT);
      icert_store_batch_set_int (batch, ICERT_NAME_KIND, icert_name_get_kind (names->pdata[i]));
      icert_store_batch_set_text (batch, ICERT_NAME_VALUE, colon != NULL ? colon + 1 : text);
      icert_store_batch_set_int (batch, ICERT_NAME_REQUEST_ID, request->id);
    }
}

void
ca_request_row_serial (const CaRequest *request,
                       ICertSerialState state,
                       gboolean reserved_before,
                       ICertStoreBatch *batch)
{
  icert_store_batch_begin (batch, ICERT_STORE_SERIALS,
                           reserved_before ? ICERT_STORE_UPDATE : ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_SERIAL_ISSUER, request->issuer->key_index);
  icert_store_batch_set_data (batch, ICERT_SERIAL_SERIAL, request->serial, request->serial_size);
  icert_store_batch_set_int (batch, ICERT_SERIAL_STATE, state);
  icert_store_batch_set_int (batch, ICERT_SERIAL_REQUEST_ID, request->id);
  icert_store_batch_set_int (batch, ICERT_SERIAL_NOT_AFTER,
                             request->plan->not_after * G_USEC_PER_SEC);
  icert_store_batch_set_int (batch, ICERT_SERIAL_PARTITION, request->crl_partition);
  if (state == ICERT_SERIAL_STATE_GOOD && request->publish_expired)
    icert_store_batch_set_int (batch, ICERT_SERIAL_PUBLISH_EXPIRED, 1);
  if (state == ICERT_SERIAL_STATE_GOOD)
    ca_request_row_names (request, batch);
}

void
ca_request_row_status (const CaRequest *request, ICertStoreBatch *batch)
{
  gboolean revoked = request->disposition == ICERT_ROW_DISPOSITION_REVOKED;

  icert_store_batch_begin (batch, ICERT_STORE_REQUESTS, ICERT_STORE_UPDATE);
  icert_store_batch_expect_version (batch, request->version);
  icert_store_batch_set_int (batch, ICERT_REQUEST_ID, request->id);
  icert_store_batch_set_int (batch, ICERT_REQUEST_DISPOSITION, request->disposition);
  icert_store_batch_set_text (batch, ICERT_REQUEST_MESSAGE, request->message);
  icert_store_batch_set_int (batch, ICERT_REQUEST_PUBLISH_EXPIRED, request->publish_expired);
  if (revoked)
    {
      icert_store_batch_set_int (batch, ICERT_REQUEST_REVOKED_WHEN, request->revoked_when);
      icert_store_batch_set_int (batch, ICERT_REQUEST_REVOKED_EFFECTIVE_WHEN,
                                 request->revoked_effective_when);
      icert_store_batch_set_int (batch, ICERT_REQUEST_REVOKED_REASON, request->revoked_reason);
    }
  else
    {
      icert_store_batch_set_empty (batch, ICERT_REQUEST_REVOKED_WHEN);
      icert_store_batch_set_empty (batch, ICERT_REQUEST_REVOKED_EFFECTIVE_WHEN);
      icert_store_batch_set_empty (batch, ICERT_REQUEST_REVOKED_REASON);
    }
  insert_trace (request, batch);
}

void
ca_request_row_intent (const CaRequest *request, GBytes *tbs, ICertStoreBatch *batch)
{
  icert_store_batch_begin (batch, ICERT_STORE_INTENTS,
                           tbs != NULL ? ICERT_STORE_INSERT : ICERT_STORE_DELETE);
  icert_store_batch_set_int (batch, ICERT_INTENT_REQUEST_ID, request->id);
  if (tbs == NULL)
    return;
  icert_store_batch_set_int (batch, ICERT_INTENT_ISSUER, request->issuer->key_index);
  icert_store_batch_set_data (batch, ICERT_INTENT_SERIAL, request->serial, request->serial_size);
  icert_store_batch_set_int (batch, ICERT_INTENT_PROFILE_VERSION, request->profile_version);
  icert_store_batch_set_bytes (batch, ICERT_INTENT_TBS, tbs);
}

/* Reading */

static const guint8 load_columns[] = {
  ICERT_REQUEST_ID,
  ICERT_REQUEST_VERSION,
  ICERT_REQUEST_CONTENT_VERSION,
  ICERT_REQUEST_APPROVED_VERSION,
  ICERT_REQUEST_TYPE,
  ICERT_REQUEST_FLAGS,
  ICERT_REQUEST_STATUS_CODE,
  ICERT_REQUEST_STATUS,
  ICERT_REQUEST_DISPOSITION,
  ICERT_REQUEST_MESSAGE,
  ICERT_REQUEST_SUBMITTED_WHEN,
  ICERT_REQUEST_RESOLVED_WHEN,
  ICERT_REQUEST_REQUESTER_NAME,
  ICERT_REQUEST_CALLER_NAME,
  ICERT_REQUEST_CALLER_ID,
  ICERT_REQUEST_DOOR,
  ICERT_REQUEST_OFFICER_NAME,
  ICERT_REQUEST_TEMPLATE,
  ICERT_REQUEST_PROFILE_VERSION,
  ICERT_REQUEST_SERIAL_NUMBER,
  ICERT_REQUEST_ISSUER_NAME_ID,
  ICERT_REQUEST_NOT_BEFORE,
  ICERT_REQUEST_NOT_AFTER,
  ICERT_REQUEST_CRL_PARTITION,
  ICERT_REQUEST_HOLD_ALLOWED,
  ICERT_REQUEST_PUBLISH_EXPIRED,
  ICERT_REQUEST_REVOKED_WHEN,
  ICERT_REQUEST_REVOKED_EFFECTIVE_WHEN,
  ICERT_REQUEST_REVOKED_REASON,
  ICERT_REQUEST_ATTRIBUTES_TEXT,
  ICERT_REQUEST_RAW_NAME,
  ICERT_REQUEST_RAW_REQUEST,
  ICERT_REQUEST_RAW_CERTIFICATE,
};

static guint
position_of (guint8 column)
{
  for (guint i = 0; i < G_N_ELEMENTS (load_columns); i++)
    if (load_columns[i] == column)
      return i;
  g_assert_not_reached ();
}

static gint64
load_int (const ICertStoreRow *row, guint8 column)
{
  return icert_store_row_get_int (row, position_of (column));
}

static char *
load_text (const ICertStoreRow *row, guint8 column)
{
  return icert_store_row_dup_text (row, position_of (column));
}

/* `CODE: message`, so that the class of an error survives the store. */
static GError *
load_status (const ICertStoreRow *row)
{
  g_autofree char *text = load_text (row, ICERT_REQUEST_STATUS);
  const char *colon = text != NULL ? strstr (text, ": ") : NULL;

  for (int code = 0; colon != NULL && code <= ICERT_ERROR_INTERNAL; code++)
    {
      const char *name = icert_error_get_code_name (code);

      if (strlen (name) == (gsize) (colon - text) && strncmp (name, text, colon - text) == 0)
        return g_error_new_literal (ICERT_ERROR, code, colon + 2);
    }
  return NULL;
}

static void
load_serial (CaRequest *request, const ICertStoreRow *row)
{
  g_autofree char *serial = load_text (row, ICERT_REQUEST_SERIAL_NUMBER);

  gsize size;

  if (serial != NULL && ca_serial_parse (serial, request->serial, &size, NULL))
    request->serial_size = size;
}

static void
load_decision (CaRequest *request, const ICertStoreRow *row)
{
  request->id = load_int (row, ICERT_REQUEST_ID);
  request->version = load_int (row, ICERT_REQUEST_VERSION);
  request->content_version = load_int (row, ICERT_REQUEST_CONTENT_VERSION);
  request->approved_version = load_int (row, ICERT_REQUEST_APPROVED_VERSION);
  request->disposition = load_int (row, ICERT_REQUEST_DISPOSITION);
  request->request_flags = load_int (row, ICERT_REQUEST_FLAGS);
  request->status = load_status (row);
  request->message = load_text (row, ICERT_REQUEST_MESSAGE);
  request->submitted_when = load_int (row, ICERT_REQUEST_SUBMITTED_WHEN);
  request->resolved_when = load_int (row, ICERT_REQUEST_RESOLVED_WHEN);
  request->requester_name = load_text (row, ICERT_REQUEST_REQUESTER_NAME);
  request->caller_name = load_text (row, ICERT_REQUEST_CALLER_NAME);
  request->caller_id = load_text (row, ICERT_REQUEST_CALLER_ID);
  {
    g_autofree char *door = load_text (row, ICERT_REQUEST_DOOR);
    request->door = g_intern_string (door != NULL ? door : "engine");
  }
  request->officer_name = load_text (row, ICERT_REQUEST_OFFICER_NAME);
  request->template_name = load_text (row, ICERT_REQUEST_TEMPLATE);
  request->profile_version = load_int (row, ICERT_REQUEST_PROFILE_VERSION);
  request->attributes_text = load_text (row, ICERT_REQUEST_ATTRIBUTES_TEXT);
  request->certificate
      = icert_store_row_dup_bytes (row, position_of (ICERT_REQUEST_RAW_CERTIFICATE));
  request->issuer_name_id = load_int (row, ICERT_REQUEST_ISSUER_NAME_ID);
  request->crl_partition = load_int (row, ICERT_REQUEST_CRL_PARTITION);
  request->hold_allowed = load_int (row, ICERT_REQUEST_HOLD_ALLOWED) != 0;
  request->publish_expired = load_int (row, ICERT_REQUEST_PUBLISH_EXPIRED) != 0;
  request->revoked_when = load_int (row, ICERT_REQUEST_REVOKED_WHEN);
  request->revoked_effective_when = load_int (row, ICERT_REQUEST_REVOKED_EFFECTIVE_WHEN);
  request->revoked_reason = load_int (row, ICERT_REQUEST_REVOKED_REASON);
  load_serial (request, row);
  request->plan->not_before = load_int (row, ICERT_REQUEST_NOT_BEFORE) / G_USEC_PER_SEC;
  request->plan->not_after = load_int (row, ICERT_REQUEST_NOT_AFTER) / G_USEC_PER_SEC;
}

static gboolean
load_attributes (CaRequest *request, ICertStore *store, GError **error)
{
  static const guint8 columns[] = { ICERT_ATTRIBUTE_NAME, ICERT_ATTRIBUTE_VALUE };
  g_autoptr (GPtrArray) rows
      = ca_query_int (store, ICERT_STORE_ATTRIBUTES, ICERT_ATTRIBUTE_REQUEST_ID, request->id,
                      columns, G_N_ELEMENTS (columns), error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      g_autofree char *name = icert_store_row_dup_text (rows->pdata[i], 0);
      g_autofree char *value = icert_store_row_dup_text (rows->pdata[i], 1);

      if (!ca_request_set_attribute (request, name, value, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
load_extensions (CaRequest *request, ICertStore *store, GError **error)
{
  static const guint8 columns[]
      = { ICERT_EXTENSION_NAME_COLUMN, ICERT_EXTENSION_FLAGS_COLUMN, ICERT_EXTENSION_VALUE_COLUMN };
  g_autoptr (GPtrArray) rows
      = ca_query_int (store, ICERT_STORE_EXTENSIONS, ICERT_EXTENSION_REQUEST_ID_COLUMN, request->id,
                      columns, G_N_ELEMENTS (columns), error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      g_autofree char *oid = icert_store_row_dup_text (rows->pdata[i], 0);
      gint64 flags = icert_store_row_get_int (rows->pdata[i], 1);
      g_autoptr (GBytes) value = icert_store_row_dup_bytes (rows->pdata[i], 2);
      ICertExtension *extension
          = icert_extension_new (oid, (ICertExtensionFlags) (flags & 0xffff),
                                 (ICertExtensionOrigin) (flags & 0xf0000), value, error);

      if (extension == NULL)
        return FALSE;
      ca_plan_take_extension (request->plan, extension);
    }
  return TRUE;
}

static gboolean
load_subject (CaRequest *request, const ICertStoreRow *row, GError **error)
{
  g_autoptr (GBytes) name = icert_store_row_dup_bytes (row, position_of (ICERT_REQUEST_RAW_NAME));

  if (name == NULL)
    return TRUE;
  g_ptr_array_unref (request->plan->rdns);
  request->plan->rdns = ca_name_decode (name, error);
  return request->plan->rdns != NULL;
}

CaRequest *
ca_request_row_load (ICertStore *store, gint64 id, GError **error)
{
  g_autoptr (CaRequest) request = NULL;
  g_autoptr (GBytes) raw = NULL;
  g_autoptr (GPtrArray) rows = ca_query_int (store, ICERT_STORE_REQUESTS, ICERT_REQUEST_ID, id,
                                             load_columns, G_N_ELEMENTS (load_columns), error);

  if (rows == NULL)
    return NULL;
  if (rows->len == 0)
    {
      icert_set_error (error, ICERT_ERROR_NOT_FOUND, "request-id",
                       "no request %" G_GINT64_FORMAT " (an id that submit printed)", id);
      if (error != NULL)
        icert_error_add_detail (*error, "status", "0x80094004");
      return NULL;
    }
  request = ca_request_new ();
  load_decision (request, rows->pdata[0]);
  raw = icert_store_row_dup_bytes (rows->pdata[0], position_of (ICERT_REQUEST_RAW_REQUEST));
  /* what was imported has a certificate, and no request */
  if (raw == NULL && request->certificate != NULL)
    request->decoded = ca_certificate_decode_request (request->certificate, error);
  else
    request->decoded = ca_decode_request (raw, ICERT_ENCODING_BINARY,
                                          load_int (rows->pdata[0], ICERT_REQUEST_TYPE), error);
  if (request->decoded == NULL || !load_subject (request, rows->pdata[0], error)
      || !load_attributes (request, store, error) || !load_extensions (request, store, error))
    return NULL;
  return g_steal_pointer (&request);
}

gint64
ca_request_row_find_key (ICertStore *store,
                         const char *caller,
                         const char *key,
                         guint8 content[32],
                         GError **error)
{
  static const guint8 columns[] = { ICERT_KEY_REQUEST_ID, ICERT_KEY_CONTENT };
  ICertStoreCondition parts[] = {
    { .kind = ICERT_STORE_COMPARE,
      .column = ICERT_KEY_KEY,
      .seek = ICERT_SEEK_EQ,
      .value = { .type = ICERT_PROPERTY_TYPE_STRING, .data = key, .size = strlen (key) } },
    { .kind = ICERT_STORE_COMPARE,
      .column = ICERT_KEY_CALLER,
      .seek = ICERT_SEEK_EQ,
      .value = { .type = ICERT_PROPERTY_TYPE_STRING, .data = caller, .size = strlen (caller) } },
  };
  const ICertStoreCondition *both[] = { &parts[0], &parts[1] };
  ICertStoreCondition condition = { .kind = ICERT_STORE_AND, .n_parts = 2, .parts = both };
  ICertStoreQuery query = { .table = ICERT_STORE_KEYS,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .condition = &condition,
                            .sort_column = -1,
                            .limit = 1 };
  g_autoptr (GPtrArray) rows = icert_store_query (store, &query, NULL, error);
  const ICertStoreValue *value;

  if (rows == NULL || rows->len == 0)
    return 0;
  value = icert_store_row_get (rows->pdata[0], 1);
  memcpy (content, value->data, MIN (value->size, 32));
  return icert_store_row_get_int (rows->pdata[0], 0);
}

static ICertStoreCondition
equals_text (guint column, const char *text)
{
  return (ICertStoreCondition){
    .kind = ICERT_STORE_COMPARE,
    .column = column,
    .seek = ICERT_SEEK_EQ,
    .value = { .type = ICERT_PROPERTY_TYPE_STRING, .data = text, .size = strlen (text) }
  };
}

/* As ca_roles_is_submitter(): by principal id; a request of a time without has only the name. */
gboolean
ca_request_row_is_visible (ICertStore *store, gint64 id, const CaCaller *caller, GError **error)
{
  static const guint8 columns[] = { ICERT_REQUEST_ID };
  /* nobody submitted the CA's own certificates, whoever made the CA */
  ICertStoreCondition same = { .kind = ICERT_STORE_COMPARE,
                               .column = ICERT_REQUEST_ID,
                               .seek = ICERT_SEEK_EQ,
                               .value = { .type = ICERT_PROPERTY_TYPE_LONG,
                                          .integer = caller != NULL ? MAX (id, 0) : id } };
  ICertStoreCondition without
      = { .kind = ICERT_STORE_COMPARE, .column = ICERT_REQUEST_CALLER_ID, .seek = ICERT_SEEK_EQ };
  ICertStoreCondition by_id
      = equals_text (ICERT_REQUEST_CALLER_ID, caller != NULL ? caller->id : "");
  ICertStoreCondition by_name
      = equals_text (ICERT_REQUEST_CALLER_NAME, caller != NULL ? caller->name : "");
  const ICertStoreCondition *named[] = { &without, &by_name };
  ICertStoreCondition old = { .kind = ICERT_STORE_AND, .n_parts = 2, .parts = named };
  const ICertStoreCondition *owners[] = { &by_id, &old };
  ICertStoreCondition own = { .kind = ICERT_STORE_OR, .n_parts = 2, .parts = owners };
  const ICertStoreCondition *parts[] = { &same, &own };
  ICertStoreCondition all
      = { .kind = ICERT_STORE_AND, .n_parts = caller != NULL ? 2 : 1, .parts = parts };
  ICertStoreQuery query = { .table = ICERT_STORE_REQUESTS,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .condition = &all,
                            .sort_column = -1,
                            .limit = 1 };
  g_autoptr (GPtrArray) rows = icert_store_query (store, &query, NULL, error);

  return rows != NULL && rows->len > 0;
}

static guint
rank_of (gint64 disposition)
{
  switch (disposition)
    {
    case ICERT_ROW_DISPOSITION_CA_CERT_CHAIN:
      return 0;
    case ICERT_ROW_DISPOSITION_FOREIGN:
      return 1;
    case ICERT_ROW_DISPOSITION_CA_CERT:
      return 2;
    default:
      return 3;
    }
}

gint64
ca_request_row_find_serial (ICertStore *store, const char *serial, GError **error)
{
  static const guint8 columns[] = { ICERT_REQUEST_ID, ICERT_REQUEST_DISPOSITION };
  g_autofree char *text = ca_serial_normalize (serial, NULL);
  ICertStoreCondition condition = { .kind = ICERT_STORE_COMPARE,
                                    .column = ICERT_REQUEST_SERIAL_NUMBER,
                                    .seek = ICERT_SEEK_EQ,
                                    .value = { .type = ICERT_PROPERTY_TYPE_STRING,
                                               .data = text,
                                               .size = text != NULL ? strlen (text) : 0 } };
  ICertStoreQuery query = { .table = ICERT_STORE_REQUESTS,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .condition = &condition,
                            .sort_column = -1 };
  g_autoptr (GPtrArray) rows = text != NULL ? icert_store_query (store, &query, NULL, error) : NULL;
  gint64 found = 0;
  guint best = 0;

  /* another CA may have used the same number; what this one issued is meant then */
  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      guint rank = rank_of (icert_store_row_get_int (rows->pdata[i], 1));

      if (rank < best)
        continue;
      best = rank;
      found = icert_store_row_get_int (rows->pdata[i], 0);
    }
  return found;
}

GVariant *
ca_request_row_load_trace (ICertStore *store, gint64 id, GError **error)
{
  static const guint8 columns[] = { ICERT_TRACE_SEQUENCE, ICERT_TRACE_TRACE };
  GVariantBuilder builder;
  g_autoptr (GPtrArray) rows = ca_query_int (store, ICERT_STORE_TRACES, ICERT_TRACE_REQUEST_ID, id,
                                             columns, G_N_ELEMENTS (columns), error);

  if (rows == NULL)
    return NULL;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < rows->len; i++)
    {
      g_autoptr (GBytes) bytes = icert_store_row_dup_bytes (rows->pdata[i], 1);

      ca_trace_append_variant (bytes, icert_store_row_get_int (rows->pdata[i], 0), &builder);
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

void
ca_stored_certificate_free (CaStoredCertificate *stored)
{
  g_free (stored->serial_number);
  g_free (stored->requester_name);
  g_free (stored->template_name);
  g_free (stored);
}

static const guint8 certificate_columns[] = {
  ICERT_REQUEST_ID,        ICERT_REQUEST_DISPOSITION,     ICERT_REQUEST_NOT_BEFORE,
  ICERT_REQUEST_NOT_AFTER, ICERT_REQUEST_SERIAL_NUMBER,   ICERT_REQUEST_REQUESTER_NAME,
  ICERT_REQUEST_TEMPLATE,  ICERT_REQUEST_RAW_CERTIFICATE,
};

static CaStoredCertificate *
stored_certificate_new (const ICertStoreRow *row)
{
  CaStoredCertificate *stored = g_new0 (CaStoredCertificate, 1);

  stored->request_id = icert_store_row_get_int (row, 0);
  stored->disposition = icert_store_row_get_int (row, 1);
  stored->not_before = icert_store_row_get_int (row, 2);
  stored->not_after = icert_store_row_get_int (row, 3);
  stored->serial_number = icert_store_row_dup_text (row, 4);
  stored->requester_name = icert_store_row_dup_text (row, 5);
  stored->template_name = icert_store_row_dup_text (row, 6);
  return stored;
}

/* Found by the index on the SHA-1, known by its octets. */
CaStoredCertificate *
ca_request_row_find_certificate (ICertStore *store, GBytes *certificate, GError **error)
{
  guint8 digest[20];
  gsize size;
  const void *data = g_bytes_get_data (certificate, &size);
  g_autofree char *hash = (ca_crypto_sha1 (data, size, digest), ca_crypto_hex (digest, 20));
  ICertStoreCondition condition
      = { .kind = ICERT_STORE_COMPARE,
          .column = ICERT_REQUEST_CERTIFICATE_HASH,
          .seek = ICERT_SEEK_EQ,
          .value = { .type = ICERT_PROPERTY_TYPE_STRING, .data = hash, .size = strlen (hash) } };
  ICertStoreQuery query = { .table = ICERT_STORE_REQUESTS,
                            .n_columns = G_N_ELEMENTS (certificate_columns),
                            .columns = certificate_columns,
                            .condition = &condition,
                            .sort_column = -1 };
  g_autoptr (GPtrArray) rows = icert_store_query (store, &query, NULL, error);

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      g_autoptr (GBytes) raw = icert_store_row_dup_bytes (rows->pdata[i], 7);

      if (raw != NULL && g_bytes_equal (raw, certificate))
        return stored_certificate_new (rows->pdata[i]);
    }
  return NULL;
}
