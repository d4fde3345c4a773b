/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-adopt.h"

#include <string.h>

#include "ca-blocked-keys.h"
#include "ca-clock.h"
#include "ca-crypto.h"
#include "ca-import.h"
#include "ca-issuer.h"
#include "ca-plural.h"
#include "ca-request-row.h"
#include "ca-writer.h"

/* rows of one commit */
#define ROWS_PER_BATCH 200

typedef struct
{
  const CaForeign *foreign;
  const CaCaller *caller;
  CaIssuer *issuer;
  ICertStore *store;
  CaWriter *writer;
  CaProgress *progress;
  GCancellable *cancellable;
  gint64 next_id;
} Adoption;

char *
ca_adopt_dup_name (const CaForeign *foreign)
{
  g_autoptr (CaCertificate) certificate = ca_certificate_decode (foreign->certificate, NULL);

  for (guint i = 0; certificate != NULL && i < certificate->decoded->rdns->len; i++)
    {
      const CaRdn *rdn = certificate->decoded->rdns->pdata[i];

      if (strcmp (rdn->oid, "2.5.4.3") == 0)
        return g_strdup (rdn->value);
    }
  return NULL;
}

static gboolean
is_self_signed (const CaForeign *foreign)
{
  g_autoptr (CaCertificate) certificate = ca_certificate_decode (foreign->certificate, NULL);

  return certificate != NULL && g_bytes_equal (certificate->issuer, certificate->decoded->subject);
}

/* The key */

/* One of several files may be meant: the one whose public half the certificate has. */
static ICertKey *
try_key (CaFolderPlan *plan, const CaForeign *foreign, GBytes *contents, GError **error)
{
  g_autoptr (ICertKey) key = NULL;
  g_autoptr (GBytes) spki = NULL;

  plan->key_contents = contents;
  plan->passphrase = foreign->passphrase;
  key = ca_folder_create (plan, error);
  spki = key != NULL ? icert_key_get_public_key (key, error) : NULL;
  if (spki == NULL)
    return NULL;
  if (g_bytes_equal (spki, foreign->spki))
    return g_steal_pointer (&key);
  icert_set_error (error, ICERT_ERROR_CONFIG, "key",
                   "is not that of the CA's certificate (the one it was made for)");
  return NULL;
}

static ICertKey *
create_folder (CaFolderPlan *plan, const CaForeign *foreign, GError **error)
{
  g_autoptr (GError) reason = NULL;

  for (guint i = 0; i < foreign->keys->len; i++)
    {
      ICertKey *key;

      g_clear_error (&reason);
      key = try_key (plan, foreign, foreign->keys->pdata[i], &reason);
      if (key != NULL)
        return key;
      ca_folder_remove (plan->folder);
    }
  if (reason != NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  else
    icert_set_error (error, ICERT_ERROR_NOT_FOUND, "key",
                     "there is none (the CA's private key, in PEM or PKCS #12)");
  return NULL;
}

/* The rows */

static CaRequest *
make_request (Adoption *adoption, const CaForeignRow *row)
{
  CaRequest *request = ca_request_new ();
  const CaCertificate *certificate = row->certificate;
  g_autofree char *message = g_strdup_printf ("Imported by %s", adoption->caller->name);

  request->id = adoption->next_id++;
  request->requester_name = g_strdup (adoption->caller->name);
  request->caller_name = g_strdup (adoption->caller->name);
  request->caller_id = g_strdup (adoption->caller->id);
  request->door = g_intern_string (ca_door_to_string (adoption->caller->door));
  request->decoded = ca_decoded_ref (certificate->decoded);
  request->submitted_when = ca_clock_now ();
  ca_import_fill (request, certificate, row->der, adoption->issuer);
  ca_request_decide (request, ICERT_ROW_DISPOSITION_ISSUED, NULL, message);
  request->resolved_when = ca_clock_now ();
  request->officer_name = g_strdup (adoption->caller->name);
  return request;
}

/* As an officer's revocation leaves it, but at the time it was. */
static void
revoke_request (const CaForeignRow *row, gint64 id, ICertStoreBatch *batch)
{
  gint64 when = row->revoked_when * G_USEC_PER_SEC;

  icert_store_batch_begin (batch, ICERT_STORE_REQUESTS, ICERT_STORE_UPDATE);
  icert_store_batch_set_int (batch, ICERT_REQUEST_ID, id);
  icert_store_batch_set_int (batch, ICERT_REQUEST_DISPOSITION, ICERT_ROW_DISPOSITION_REVOKED);
  icert_store_batch_set_int (batch, ICERT_REQUEST_REVOKED_WHEN, when);
  icert_store_batch_set_int (batch, ICERT_REQUEST_REVOKED_EFFECTIVE_WHEN, when);
  icert_store_batch_set_int (batch, ICERT_REQUEST_REVOKED_REASON, row->reason);
}

static void
revoke_serial (const Adoption *adoption, const CaForeignRow *row, ICertStoreBatch *batch)
{
  icert_store_batch_set_int (batch, ICERT_SERIAL_ISSUER, adoption->issuer->key_index);
  icert_store_batch_set_data (batch, ICERT_SERIAL_SERIAL, row->serial, row->serial_size);
  icert_store_batch_set_int (batch, ICERT_SERIAL_STATE, ICERT_SERIAL_STATE_REVOKED);
  icert_store_batch_set_int (batch, ICERT_SERIAL_REVOKED_WHEN, row->revoked_when * G_USEC_PER_SEC);
  icert_store_batch_set_int (batch, ICERT_SERIAL_REASON, row->reason);
  icert_store_batch_set_int (batch, ICERT_SERIAL_CHANGED, ca_clock_now ());
}

/* Without its file nobody can say what was in it; its serial number has a status all the same. */
static void
add_serial (const Adoption *adoption, const CaForeignRow *row, ICertStoreBatch *batch)
{
  icert_store_batch_begin (batch, ICERT_STORE_SERIALS, ICERT_STORE_INSERT);
  if (row->is_revoked)
    revoke_serial (adoption, row, batch);
  else
    {
      icert_store_batch_set_int (batch, ICERT_SERIAL_ISSUER, adoption->issuer->key_index);
      icert_store_batch_set_data (batch, ICERT_SERIAL_SERIAL, row->serial, row->serial_size);
      icert_store_batch_set_int (batch, ICERT_SERIAL_STATE, ICERT_SERIAL_STATE_GOOD);
    }
  if (row->not_after > 0)
    icert_store_batch_set_int (batch, ICERT_SERIAL_NOT_AFTER, row->not_after * G_USEC_PER_SEC);
}

static void
add_certificate (Adoption *adoption, const CaForeignRow *row, ICertStoreBatch *batch)
{
  g_autoptr (CaRequest) request = make_request (adoption, row);

  ca_request_row_insert (request, batch);
  ca_request_row_serial (request, ICERT_SERIAL_STATE_GOOD, FALSE, batch);
  if (!row->is_revoked)
    return;
  revoke_request (row, request->id, batch);
  icert_store_batch_begin (batch, ICERT_STORE_SERIALS, ICERT_STORE_UPDATE);
  revoke_serial (adoption, row, batch);
  /* S-B3 */
  if (row->reason == ICERT_REVOCATION_REASON_KEY_COMPROMISE)
    ca_blocked_keys_record (request->decoded->spki, ca_clock_now (), request->id, batch);
}

static gboolean
add_rows (Adoption *adoption, guint first, guint end, GError **error)
{
  ICertStoreBatch *batch = icert_store_batch_new ();

  for (guint i = first; i < end; i++)
    {
      const CaForeignRow *row = adoption->foreign->rows->pdata[i];

      if (row->certificate != NULL)
        add_certificate (adoption, row, batch);
      else
        add_serial (adoption, row, batch);
    }
  return ca_writer_commit_wait (adoption->writer, batch, NULL, error);
}

static gboolean
add_all (Adoption *adoption, GError **error)
{
  guint n = adoption->foreign->rows->len;

  for (guint first = 0; first < n; first += ROWS_PER_BATCH)
    {
      if (g_cancellable_set_error_if_cancelled (adoption->cancellable, error)
          || !add_rows (adoption, first, MIN (first + ROWS_PER_BATCH, n), error))
        return FALSE;
      ca_progress_tell ((double) first / n, adoption->progress);
    }
  return TRUE;
}

/* CRLs go on with the number that the other program would have given. */
static gboolean
reserve (Adoption *adoption, GError **error)
{
  const CaForeign *foreign = adoption->foreign;
  gint64 first = 0;

  return icert_store_reserve (adoption->store, "next-request-id", MAX (foreign->rows->len, 1),
                              &adoption->next_id, error)
         && (foreign->next_crl <= 1
             || icert_store_reserve (adoption->store, "next-crl-number", foreign->next_crl - 1,
                                     &first, error));
}

static gint
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char *
ca_adopt_describe_lost (GPtrArray *serials)
{
  g_autoptr (GChecksum) digest = g_checksum_new (G_CHECKSUM_SHA256);

  g_ptr_array_sort (serials, compare_texts);
  for (guint i = 0; i < serials->len; i++)
    g_checksum_update (digest, serials->pdata[i], (gssize) strlen (serials->pdata[i]) + 1);
  return g_strdup_printf ("%u" CA_ADOPT_LOST "%s", serials->len, g_checksum_get_string (digest));
}

/* Those that get a status alone */
static GPtrArray *
list_lost (const CaForeign *foreign)
{
  GPtrArray *serials = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < foreign->rows->len; i++)
    {
      const CaForeignRow *row = foreign->rows->pdata[i];

      if (row->certificate == NULL)
        g_ptr_array_add (serials, ca_crypto_hex (row->serial, row->serial_size));
    }
  return serials;
}

static gboolean
say_so (Adoption *adoption, GError **error)
{
  GPtrArray *audit = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_audit_record_free);
  g_autoptr (GPtrArray) lost = list_lost (adoption->foreign);
  g_autofree char *which = ca_adopt_describe_lost (lost);
  g_autofree char *detail = g_strdup_printf (
      "%u serial number%s, next CRL %" G_GINT64_FORMAT ", %s", adoption->foreign->rows->len,
      CA_S (adoption->foreign->rows->len), adoption->foreign->next_crl, which);

  g_ptr_array_add (audit,
                   ca_audit_record_new (adoption->caller, CA_ADOPT_VERB, "ca", "OK", detail));
  return ca_writer_commit_wait (adoption->writer, icert_store_batch_new (), audit, error);
}

static gboolean
fill_store (Adoption *adoption, const CaFolderPlan *plan, GError **error)
{
  g_autofree char *path = g_build_filename (plan->folder, "store", "ca.db", NULL);
  g_autoptr (GObject) object = icert_registry_create_module (icert_registry_get_default (),
                                                             "SQLite.Store", "ICertStore", error);
  gboolean ok = FALSE;

  if (object == NULL || !icert_store_open (ICERT_STORE (object), path, FALSE, error))
    return FALSE;
  adoption->store = ICERT_STORE (object);
  if (reserve (adoption, error))
    {
      adoption->writer = ca_writer_new (adoption->store, g_get_host_name (), error);
      ok = adoption->writer != NULL && add_all (adoption, error) && say_so (adoption, error);
      g_clear_pointer (&adoption->writer, ca_writer_free);
    }
  return icert_store_close (ICERT_STORE (object), ok ? error : NULL) && ok;
}

gboolean
ca_adopt (CaFolderPlan *plan,
          const CaForeign *foreign,
          const CaCaller *caller,
          CaProgress *progress,
          GCancellable *cancellable,
          GError **error)
{
  Adoption adoption
      = { .foreign = foreign, .caller = caller, .progress = progress, .cancellable = cancellable };
  g_autoptr (ICertKey) key = NULL;
  gboolean ok;

  plan->is_root = is_self_signed (foreign);
  key = create_folder (plan, foreign, error);
  if (key == NULL)
    return FALSE;
  adoption.issuer
      = ca_issuer_new (foreign->certificate, foreign->chain, key, "sha256", 0, 0, error);
  if (adoption.issuer == NULL)
    return FALSE;
  ca_progress_enter (progress, "store", 0.5, 1);
  ok = fill_store (&adoption, plan, error)
       && ca_folder_write_certificate (plan->folder, 0, foreign->certificate, foreign->chain,
                                       error);
  ca_issuer_unref (adoption.issuer);
  return ok;
}

GVariant *
ca_adopt_to_variant (const CaForeign *foreign, const char *config)
{
  gint64 certificates = 0, revoked = 0;
  GVariantDict dict;

  for (guint i = 0; i < foreign->rows->len; i++)
    {
      const CaForeignRow *row = foreign->rows->pdata[i];

      certificates += row->certificate != NULL;
      revoked += row->is_revoked;
    }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "config", "s", config);
  g_variant_dict_insert (&dict, "serials", "x", (gint64) foreign->rows->len);
  g_variant_dict_insert (&dict, "certificates", "x", certificates);
  g_variant_dict_insert (&dict, "revoked", "x", revoked);
  g_variant_dict_insert (&dict, "next-crl", "x", foreign->next_crl);
  g_variant_dict_insert_value (
      &dict, "notes",
      g_variant_new_strv ((const char *const *) foreign->notes->pdata, foreign->notes->len));
  return g_variant_dict_end (&dict);
}
