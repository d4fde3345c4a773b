/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-import.h"

#include <string.h>

#include "ca-certificate.h"
#include "ca-clock.h"
#include "ca-crl-private.h"
#include "ca-crypto.h"
#include "ca-oids.h"
#include "ca-request-row.h"
#include "ca-revoke.h"
#include "ca-steps.h"
#include "ca-submit.h"

/* HRESULTs of AD CS */
#define STATUS_OBJECT_EXISTS "0x80071392"
#define STATUS_NOT_OURS "0x800B0107"
#define STATUS_NO_MATCH "0x80092009"

/* A certificate on its way in. */
typedef struct
{
  CaEngine *engine;
  CaCaller *officer;
  CaFacts *facts;
  ICertImportFlags flags;
  GBytes *der;
  CaCertificate *certificate;
  CaIssuer *issuer; /* lent by the facts; NULL: foreign */
  gint64 partition; /* whose CRL it names */
  char *serial;     /* as the store has it */
  char *object;     /* of the audit record */
} Import;

static void
import_clear (Import *import)
{
  g_clear_pointer (&import->facts, ca_facts_unref);
  g_clear_pointer (&import->der, g_bytes_unref);
  g_clear_pointer (&import->certificate, ca_certificate_free);
  g_free (import->serial);
  g_free (import->object);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Import, import_clear)

static gboolean
refuse (GError **error, int code, const char *field, const char *status, const char *text)
{
  icert_set_error (error, code, field, "%s", text);
  if (error != NULL)
    icert_error_add_detail (*error, "status", "%s", status);
  return FALSE;
}

/* One import at a time: whether a serial is free is asked before the row is written, and foreign
 * ones are kept once. Officers import rarely. */
static GMutex importing;

static gboolean
read_certificate (Import *import, GBytes *input, GError **error)
{
  import->der = ca_unarmour (input, "CERTIFICATE", error);
  if (import->der == NULL)
    return FALSE;
  import->certificate = ca_certificate_decode (import->der, error);
  if (import->certificate == NULL)
    return FALSE;
  import->serial = ca_crypto_hex (import->certificate->serial, import->certificate->serial_size);
  import->object = g_strconcat ("serial:", import->serial, NULL);
  return TRUE;
}

/* Which of the CA's keys signed it: the name alone proves nothing, and without the name the key
 * signed something else. */
static gboolean
find_issuer (Import *import, GError **error)
{
  gboolean named = FALSE;

  for (guint i = 0; i < import->facts->issuers->len; i++)
    {
      CaIssuer *issuer = import->facts->issuers->pdata[i];

      if (g_bytes_equal (issuer->certificate, import->der))
        return refuse (error, ICERT_ERROR_CONFLICT, "certificate", STATUS_OBJECT_EXISTS,
                       "is the CA's own (one that it issued)");
      if (!g_bytes_equal (issuer->subject, import->certificate->issuer))
        continue;
      named = TRUE;
      if (ca_certificate_is_signed_by (import->certificate, issuer->spki))
        import->issuer = issuer;
    }
  if (import->issuer != NULL || (!named && (import->flags & ICERT_IMPORT_ALLOW_FOREIGN) != 0))
    return TRUE;
  return refuse (error, ICERT_ERROR_BAD_SIGNATURE, "certificate", STATUS_NOT_OURS,
                 named ? "names this CA and is not signed by its key (one that it issued)"
                       : "is another CA's (one that this CA issued, or import it as foreign)");
}

static gboolean
check_foreign (const Import *import, GError **error)
{
  if (import->facts->config->allow_foreign && (import->flags & ICERT_IMPORT_EXISTING_ROW) == 0)
    return TRUE;
  if ((import->flags & ICERT_IMPORT_EXISTING_ROW) != 0)
    return refuse (error, ICERT_ERROR_BAD_SIGNATURE, "certificate", STATUS_NOT_OURS,
                   "is another CA's (the answer to a request here is this CA's)");
  icert_set_error (error, ICERT_ERROR_NOT_AUTHORIZED, "certificate",
                   "is another CA's (AllowForeign=true in [CA] lets officers import it)");
  return FALSE;
}

/* Under any of the CA's keys: whoever names a serial means one certificate. */
static gboolean
check_serial (const Import *import, GError **error)
{
  CaStatus status;
  GError *local = NULL;

  if (ca_status_find (import->facts, import->serial, &status, &local))
    return refuse (error, ICERT_ERROR_CONFLICT, "certificate", STATUS_OBJECT_EXISTS,
                   "its serial number is known here (a certificate that the store does not have)");
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, local);
  return FALSE;
}

static GPtrArray *
query_requests (const Import *import,
                const ICertStoreCondition *first,
                const ICertStoreCondition *second,
                GError **error)
{
  static const guint8 columns[] = { ICERT_REQUEST_ID };
  const ICertStoreCondition *both[] = { first, second };
  ICertStoreCondition condition = { .kind = ICERT_STORE_AND, .n_parts = 2, .parts = both };
  ICertStoreQuery query = { .table = ICERT_STORE_REQUESTS,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .condition = &condition,
                            .sort_column = -1,
                            .limit = 1 };

  return icert_store_query (import->engine->store, &query, NULL, error);
}

static ICertStoreCondition
has_disposition (ICertRowDisposition disposition)
{
  return (ICertStoreCondition){ .kind = ICERT_STORE_COMPARE,
                                .column = ICERT_REQUEST_DISPOSITION,
                                .seek = ICERT_SEEK_EQ,
                                .value
                                = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = disposition } };
}

/* The foreign certificate was here before: its id; 0: it was not; -1 with an error */
static gint64
find_foreign (const Import *import, GError **error)
{
  guint8 digest[20];
  g_autofree char *hash = NULL;
  ICertStoreCondition foreign = has_disposition (ICERT_ROW_DISPOSITION_FOREIGN);
  ICertStoreCondition same = { .kind = ICERT_STORE_COMPARE,
                               .column = ICERT_REQUEST_CERTIFICATE_HASH,
                               .seek = ICERT_SEEK_EQ };
  g_autoptr (GPtrArray) rows = NULL;
  gsize size;
  const void *data = g_bytes_get_data (import->der, &size);

  ca_crypto_sha1 (data, size, digest);
  hash = ca_crypto_hex (digest, sizeof digest);
  same.value = (ICertStoreValue){ .type = ICERT_PROPERTY_TYPE_STRING,
                                  .data = hash,
                                  .size = strlen (hash) };
  rows = query_requests (import, &same, &foreign, error);
  if (rows == NULL)
    return -1;
  return rows->len > 0 ? icert_store_row_get_int (rows->pdata[0], 0) : 0;
}

/* The oldest pending request with the key of the certificate. */
static CaRequest *
find_pending (const Import *import, GError **error)
{
  ICertStoreCondition pending = has_disposition (ICERT_ROW_DISPOSITION_PENDING);
  ICertStoreCondition key = { .kind = ICERT_STORE_COMPARE,
                              .column = ICERT_REQUEST_RAW_PUBLIC_KEY,
                              .seek = ICERT_SEEK_EQ,
                              .value = { .type = ICERT_PROPERTY_TYPE_BINARY } };
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (CaRequest) request = NULL;

  key.value.data = g_bytes_get_data (import->certificate->decoded->spki, &key.value.size);
  rows = query_requests (import, &pending, &key, error);
  if (rows == NULL)
    return NULL;
  if (rows->len == 0)
    {
      refuse (error, ICERT_ERROR_NOT_FOUND, "request", STATUS_NO_MATCH,
              "none is pending with the key of this certificate (one that waits for it)");
      return NULL;
    }
  request = ca_engine_load (import->engine, icert_store_row_get_int (rows->pdata[0], 0), error);
  if (request == NULL
      || !ca_roles_check_approval (import->facts->config, import->officer, request, error))
    return NULL;
  g_clear_pointer (&request->issuer, ca_issuer_unref);
  return g_steal_pointer (&request);
}

static CaRequest *
new_request (const Import *import, GError **error)
{
  g_autoptr (CaRequest) request = ca_request_new ();

  request->id = ca_ids_next (import->engine->request_ids, error);
  if (request->id == 0)
    return NULL;
  request->requester_name = g_strdup (import->officer->name);
  request->caller_name = g_strdup (import->officer->name);
  request->caller_id = g_strdup (import->officer->id);
  request->door = g_intern_string (ca_door_to_string (import->officer->door));
  request->decoded = ca_decoded_ref (import->certificate->decoded);
  request->submitted_when = ca_clock_now ();
  return g_steal_pointer (&request);
}

void
ca_import_fill (CaRequest *request, const CaCertificate *certificate, GBytes *der, CaIssuer *issuer)
{
  const CaDecoded *decoded = certificate->decoded;

  g_ptr_array_set_size (request->plan->rdns, 0);
  for (guint i = 0; i < decoded->rdns->len; i++)
    {
      const CaRdn *rdn = decoded->rdns->pdata[i];

      g_ptr_array_add (request->plan->rdns, ca_rdn_new (rdn->oid, rdn->value));
    }
  g_ptr_array_set_size (request->plan->extensions, 0);
  for (guint i = 0; i < decoded->extensions->len; i++)
    ca_plan_take_extension (request->plan, g_object_ref (decoded->extensions->pdata[i]));
  request->plan->not_before = certificate->not_before;
  request->plan->not_after = certificate->not_after;
  request->certificate = g_bytes_ref (der);
  memcpy (request->serial, certificate->serial, certificate->serial_size);
  request->serial_size = certificate->serial_size;
  if (issuer != NULL)
    {
      request->issuer = ca_issuer_ref (issuer);
      request->issuer_name_id = issuer->key_index << 16 | issuer->certificate_index;
    }
}

/* What the certificate says is what the row says. */
static void
adopt (Import *import, CaRequest *request)
{
  g_autofree char *message = g_strdup_printf ("Imported by %s", import->officer->name);

  ca_import_fill (request, import->certificate, import->der, import->issuer);
  ca_request_decide (request,
                     import->issuer != NULL ? ICERT_ROW_DISPOSITION_ISSUED
                                            : ICERT_ROW_DISPOSITION_FOREIGN,
                     NULL, message);
  request->resolved_when = ca_clock_now ();
  g_free (request->officer_name);
  request->officer_name = g_strdup (import->officer->name);
  ca_trace_add (request->trace, "officer", import->officer->name, "import", "serial",
                import->serial, NULL);
}

static gboolean
store (Import *import, CaRequest *request, GError **error)
{
  CaEngine *engine = import->engine;
  g_autofree char *detail = g_strdup_printf ("request:%" G_GINT64_FORMAT, request->id);
  g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();
  g_autoptr (GPtrArray) deliveries = NULL;
  GPtrArray *audit;

  if (request->version == 0)
    ca_request_row_insert (request, batch);
  else
    ca_request_row_update (request, batch);
  if (import->issuer != NULL)
    ca_request_row_serial (request, ICERT_SERIAL_STATE_GOOD, FALSE, batch);
  if (!ca_exit_host_record (engine->exits, request, ICERT_EXIT_EVENT_CERT_IMPORTED, batch,
                            &deliveries, error))
    return FALSE;
  audit = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_audit_record_free);
  g_ptr_array_add (audit, ca_audit_record_new (
                              import->officer, ca_verb_to_string (CA_VERB_IMPORT), import->object,
                              ca_row_disposition_to_string (request->disposition), detail));
  if (!ca_writer_commit_wait (engine->writer, g_steal_pointer (&batch), audit, error))
    return FALSE;
  request->version++;
  ca_steps_print (6, "officer", "CertificateAuthority.Admin",
                  "%s imports request %" G_GINT64_FORMAT, import->officer->name, request->id);
  ca_exit_host_deliver (engine->exits, g_steal_pointer (&deliveries));
  ca_engine_tell_observers (engine, request->id,
                            ca_request_client_disposition (request->disposition), FALSE);
  return TRUE;
}

static GBytes *
get_crl_points (const CaCertificate *certificate)
{
  for (guint i = 0; i < certificate->decoded->extensions->len; i++)
    {
      ICertExtension *extension = certificate->decoded->extensions->pdata[i];
      g_autofree char *oid = icert_extension_get_oid (extension);

      if (g_str_equal (oid, CA_OID_CRL_DISTRIBUTION_POINTS))
        return icert_extension_get_value (extension);
    }
  return NULL;
}

/* Which CRL lists a certificate is written in it, and fixed when it is issued. */
static gboolean
find_partition (Import *import, GError **error)
{
  g_autoptr (GBytes) points = get_crl_points (import->certificate);
  guint n_partitions;
  int partition;

  if (!ca_crl_count_partitions (import->engine->store, &n_partitions, error))
    return FALSE;
  partition = ca_crl_find_partition (import->facts->config, import->issuer->key_index,
                                     n_partitions > 1 ? n_partitions : 0, points);
  import->partition = MAX (partition, 0);
  if (partition >= 0 || import->facts->config->partitions <= 1)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_WRONG_STATE, "Partitions",
                   "CRLs are divided by %d, and the certificate names none of them (1 while it is "
                   "imported)",
                   import->facts->config->partitions);
  return FALSE;
}

static gint64
import_own (Import *import, GError **error)
{
  g_autoptr (CaRequest) request = NULL;

  if (!find_partition (import, error) || !check_serial (import, error))
    return -1;
  request = (import->flags & ICERT_IMPORT_EXISTING_ROW) != 0 ? find_pending (import, error)
                                                             : new_request (import, error);
  if (request == NULL)
    return -1;
  adopt (import, request);
  request->crl_partition = import->partition;
  return store (import, request, error) ? request->id : -1;
}

static gint64
import_foreign (Import *import, GError **error)
{
  g_autoptr (CaRequest) request = NULL;
  gint64 id = -1;

  if (check_foreign (import, error))
    id = find_foreign (import, error);
  if (id != 0)
    return id;
  request = new_request (import, error);
  if (request == NULL)
    return -1;
  adopt (import, request);
  return store (import, request, error) ? request->id : -1;
}

gint64
ca_engine_import (CaEngine *engine,
                  CaCaller *officer,
                  GBytes *input,
                  ICertImportFlags flags,
                  GError **error)
{
  g_auto (Import) import = { .engine = engine, .officer = officer, .flags = flags };
  GError *local = NULL;
  gint64 id = -1;

  import.facts = ca_engine_ref_facts (engine);
  if (ca_roles_check (import.facts->config, officer, CA_VERB_IMPORT, &local)
      && read_certificate (&import, input, &local) && find_issuer (&import, &local))
    {
      g_mutex_lock (&importing);
      id = import.issuer != NULL ? import_own (&import, &local) : import_foreign (&import, &local);
      g_mutex_unlock (&importing);
    }
  if (local != NULL)
    ca_engine_refuse (engine, officer, CA_VERB_IMPORT, import.object, local, error);
  return id;
}
