/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-cert-check-private.h"

#include <string.h>

#include "ca-adopt.h"
#include "ca-certificate.h"
#include "ca-clock.h"
#include "ca-crypto.h"
#include "ca-own-rows.h"

/* The table of serial numbers is what CRLs are made of. Each number must be that of a request, or
 * of a certificate that the CA signed for itself, or the audit log must know where it comes from:
 * its request was deleted, or another program's CA had lost the certificate. */

#define PAGE 500
#define PAGE_OF_RECORDS 2000

/* A number that no row explains, and what the audit log says of it. */
typedef struct
{
  gint64 request_id;
  char *serial; /* hex */
  gboolean revoked;
  gint64 changed;
  gboolean own;       /* a certificate of the CA itself has it */
  gboolean issued;    /* on record */
  gboolean withdrawn; /* revoked on record */
} Lost;

typedef struct
{
  CaCertCheck *check;
  GPtrArray *lost;     /* of Lost, in the order of the table */
  GHashTable *numbers; /* serial -> Lost */
  GHashTable *deleted; /* id (gint64) -> whether it is on record that the request was deleted */
  gint64 adopted;      /* when the CA came from another program; 0: it did not */
  char *adoption;      /* what was said of it */
} Search;

static void
lost_free (gpointer data)
{
  Lost *lost = data;

  g_free (lost->serial);
  g_free (lost);
}

static void
search_clear (Search *search)
{
  g_ptr_array_unref (search->lost);
  g_hash_table_unref (search->numbers);
  g_hash_table_unref (search->deleted);
  g_free (search->adoption);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Search, search_clear)

static ICertStoreCondition
compare (guint column, ICertSeek seek, gint64 value)
{
  return (ICertStoreCondition){ .kind = ICERT_STORE_COMPARE,
                                .column = column,
                                .seek = seek,
                                .value = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = value } };
}

/* Counting, which is cheap, and says whether there is anything to look for */

static gint64
count_between (CaCertCheck *check,
               ICertStoreTable table,
               guint column,
               gint64 first,
               gint64 last,
               GError **error)
{
  ICertStoreCondition parts[]
      = { compare (column, ICERT_SEEK_GE, first), compare (column, ICERT_SEEK_LE, last) };
  const ICertStoreCondition *both[] = { &parts[0], &parts[1] };
  ICertStoreCondition condition = { .kind = ICERT_STORE_AND, .n_parts = 2, .parts = both };

  return icert_store_count (check->store, table, &condition, NULL, error);
}

/* the certificate of the CA itself that has the number @serial under the key @key; nullable */
static const CaOwnRow *
find_own (const CaCertCheck *check, gint64 key, const char *serial)
{
  for (guint i = 0; i < check->own->len; i++)
    {
      const CaOwnRow *row = check->own->pdata[i];
      const CaIssuer *signer
          = row->signer >= 0 ? ca_facts_find_issuer (check->facts, row->signer) : NULL;
      g_autoptr (CaCertificate) certificate = NULL;
      g_autofree char *own = NULL;

      if (signer == NULL || signer->key_index != key)
        continue;
      certificate = ca_certificate_decode (row->certificate, NULL);
      own = certificate != NULL ? ca_crypto_hex (certificate->serial, certificate->serial_size)
                                : NULL;
      if (g_strcmp0 (own, serial) == 0)
        return row;
    }
  return NULL;
}

/* Numbers that are good and have no request: those that the CA signed for itself, as a rule. -1
 * with an error */
static gint64
count_own (CaCertCheck *check, GError **error)
{
  static const guint8 columns[] = { ICERT_SERIAL_ISSUER, ICERT_SERIAL_SERIAL };
  ICertStoreCondition good = compare (ICERT_SERIAL_STATE, ICERT_SEEK_EQ, ICERT_SERIAL_STATE_GOOD);
  ICertStoreCondition without
      = { .kind = ICERT_STORE_COMPARE, .column = ICERT_SERIAL_REQUEST_ID, .seek = ICERT_SEEK_EQ };
  const ICertStoreCondition *both[] = { &good, &without };
  ICertStoreCondition condition = { .kind = ICERT_STORE_AND, .n_parts = 2, .parts = both };
  ICertStoreQuery query = { .table = ICERT_STORE_SERIALS,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .condition = &condition,
                            .sort_column = -1,
                            .limit = PAGE };
  g_autoptr (GPtrArray) rows = icert_store_query (check->store, &query, NULL, error);
  gint64 n = 0;

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      const ICertStoreValue *value = icert_store_row_get (rows->pdata[i], 1);
      g_autofree char *serial = ca_crypto_hex (value->data, value->size);

      n += find_own (check, icert_store_row_get_int (rows->pdata[i], 0), serial) != NULL;
    }
  return rows != NULL ? n : -1;
}

static gboolean
numbers_agree (CaCertCheck *check, gboolean *agree, GError **error)
{
  gint64 serials = count_between (check, ICERT_STORE_SERIALS, ICERT_SERIAL_STATE,
                                  ICERT_SERIAL_STATE_GOOD, ICERT_SERIAL_STATE_REVOKED, error);
  gint64 certificates
      = serials >= 0
            ? count_between (check, ICERT_STORE_REQUESTS, ICERT_REQUEST_DISPOSITION,
                             ICERT_ROW_DISPOSITION_ISSUED, ICERT_ROW_DISPOSITION_REVOKED, error)
            : -1;
  gint64 own = certificates >= 0 ? count_own (check, error) : -1;

  *agree = serials == certificates + own;
  return own >= 0;
}

/* Looking for those that no row explains */

static void
add_lost (Search *search, const ICertStoreRow *row, gint64 request_id, char *serial)
{
  Lost *lost = g_new0 (Lost, 1);

  lost->request_id = request_id;
  lost->serial = serial;
  lost->revoked = icert_store_row_get_int (row, 2) == ICERT_SERIAL_STATE_REVOKED;
  lost->changed = icert_store_row_get_int (row, 5);
  lost->own = request_id == 0
              && find_own (search->check, icert_store_row_get_int (row, 0), serial) != NULL;
  g_ptr_array_add (search->lost, lost);
  g_hash_table_insert (search->numbers, lost->serial, lost);
  if (request_id != 0)
    g_hash_table_insert (search->deleted, g_memdup2 (&request_id, sizeof request_id), NULL);
}

/* The row of a request that is there has this number, or its own is missing. */
static void
check_number (CaCertCheck *check, gint64 id, const char *serial, const ICertStoreRow *request)
{
  gint64 disposition = icert_store_row_get_int (request, 1);
  g_autofree char *found = NULL;

  if (disposition == ICERT_ROW_DISPOSITION_ISSUED || disposition == ICERT_ROW_DISPOSITION_REVOKED)
    found = icert_store_row_dup_text (request, 0);
  if (g_strcmp0 (found, serial) != 0)
    _ca_cert_check_add (check, id, serial, "SerialState",
                        "says that there is a certificate, and no row has one");
}

/* What has ended is on no CRL any more, unless it stays there. */
static gboolean
has_ended (const ICertStoreRow *row)
{
  gint64 not_after = icert_store_row_get_int (row, 4);

  return not_after != 0 && not_after < ca_clock_now () && icert_store_row_get_int (row, 6) == 0;
}

static gboolean
check_serial (Search *search, const ICertStoreRow *row, GError **error)
{
  static const guint8 columns[] = { ICERT_REQUEST_SERIAL_NUMBER, ICERT_REQUEST_DISPOSITION };
  gint64 state = icert_store_row_get_int (row, 2);
  gint64 id = icert_store_row_get_int (row, 3);
  const ICertStoreValue *value = icert_store_row_get (row, 1);
  ICertStoreCondition condition = compare (ICERT_REQUEST_ID, ICERT_SEEK_EQ, id);
  ICertStoreQuery query = { .table = ICERT_STORE_REQUESTS,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .condition = &condition,
                            .sort_column = -1 };
  g_autoptr (GPtrArray) rows = NULL;
  g_autofree char *serial = NULL;

  if (state != ICERT_SERIAL_STATE_GOOD && state != ICERT_SERIAL_STATE_REVOKED)
    return TRUE;
  serial = ca_crypto_hex (value->data, value->size);
  if (id != 0)
    {
      rows = icert_store_query (search->check->store, &query, NULL, error);
      if (rows == NULL)
        return FALSE;
    }
  if (rows != NULL && rows->len > 0)
    check_number (search->check, id, serial, rows->pdata[0]);
  else if (id == 0 || !has_ended (row))
    add_lost (search, row, id, g_steal_pointer (&serial));
  return TRUE;
}

static gboolean
read_serials (Search *search, GCancellable *cancellable, GError **error)
{
  static const guint8 columns[]
      = { ICERT_SERIAL_ISSUER,         ICERT_SERIAL_SERIAL,    ICERT_SERIAL_STATE,
          ICERT_SERIAL_REQUEST_ID,     ICERT_SERIAL_NOT_AFTER, ICERT_SERIAL_CHANGED,
          ICERT_SERIAL_PUBLISH_EXPIRED };
  ICertStoreQuery query = { .table = ICERT_STORE_SERIALS,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .sort_column = -1,
                            .limit = PAGE };
  g_autoptr (GPtrArray) rows = icert_store_query (search->check->store, &query, cancellable, error);

  while (rows != NULL && rows->len > 0)
    {
      ICertStoreValue after[2];
      GPtrArray *next;

      for (guint i = 0; i < rows->len; i++)
        if (!check_serial (search, rows->pdata[i], error))
          return FALSE;
      after[0] = *icert_store_row_get (rows->pdata[rows->len - 1], 0);
      after[1] = *icert_store_row_get (rows->pdata[rows->len - 1], 1);
      query.after = after;
      query.n_after = 2;
      next = icert_store_query (search->check->store, &query, cancellable, error);
      g_ptr_array_unref (rows);
      rows = next;
    }
  return rows != NULL;
}

/* What the audit log says of them */

/* the number behind "serial:", or NULL */
static Lost *
find_by_object (const Search *search, const char *object)
{
  return object != NULL && g_str_has_prefix (object, "serial:")
             ? g_hash_table_lookup (search->numbers, object + strlen ("serial:"))
             : NULL;
}

/* "…, serial 4711" ends what is said of what the CA signs for itself */
static Lost *
find_by_detail (const Search *search, const char *detail)
{
  const char *serial = detail != NULL ? strstr (detail, "serial ") : NULL;

  return serial != NULL ? g_hash_table_lookup (search->numbers, serial + strlen ("serial ")) : NULL;
}

static void
note_signed (const Search *search, const char *object, const char *detail)
{
  Lost *lost = detail != NULL ? g_hash_table_lookup (search->numbers, detail) : NULL;
  g_autofree char *own
      = lost != NULL ? g_strdup_printf ("request:%" G_GINT64_FORMAT, lost->request_id) : NULL;

  if (lost != NULL && g_strcmp0 (object, own) == 0)
    lost->issued = TRUE;
}

static void
note_deleted (const Search *search, const char *object)
{
  gint64 id = object != NULL && g_str_has_prefix (object, "request:")
                  ? g_ascii_strtoll (object + strlen ("request:"), NULL, 10)
                  : 0;

  if (g_hash_table_contains (search->deleted, &id))
    g_hash_table_insert (search->deleted, g_memdup2 (&id, sizeof id), GINT_TO_POINTER (TRUE));
}

static void
read_record (Search *search, const ICertStoreRow *row)
{
  g_autofree char *verb = icert_store_row_dup_text (row, 1);
  g_autofree char *object = icert_store_row_dup_text (row, 2);
  g_autofree char *outcome = icert_store_row_dup_text (row, 3);
  g_autofree char *detail = icert_store_row_dup_text (row, 4);
  Lost *lost = NULL;

  if (g_strcmp0 (verb, "sign") == 0)
    note_signed (search, object, detail);
  else if (g_strcmp0 (verb, ca_verb_to_string (CA_VERB_DELETE_ROW)) == 0)
    {
      if (g_strcmp0 (outcome, "deleted") == 0)
        note_deleted (search, object);
    }
  else if (g_strcmp0 (verb, ca_verb_to_string (CA_VERB_REVOKE)) == 0)
    {
      lost = g_strcmp0 (outcome, "revoked") == 0 ? find_by_object (search, object) : NULL;
      if (lost != NULL)
        lost->withdrawn = TRUE;
    }
  else if (g_strcmp0 (verb, CA_ADOPT_VERB) == 0)
    {
      search->adopted = icert_store_row_get_int (row, 5);
      g_free (search->adoption);
      search->adoption = g_steal_pointer (&detail);
    }
  else
    {
      lost = g_strcmp0 (verb, ca_verb_to_string (CA_VERB_IMPORT)) == 0
                 ? find_by_object (search, object)
                 : find_by_detail (search, detail);
      if (lost != NULL)
        lost->issued = TRUE;
    }
}

static GPtrArray *
query_records (const Search *search, gint64 after, GCancellable *cancellable, GError **error)
{
  static const guint8 columns[] = { ICERT_AUDIT_SEQUENCE, ICERT_AUDIT_VERB,   ICERT_AUDIT_OBJECT,
                                    ICERT_AUDIT_OUTCOME,  ICERT_AUDIT_DETAIL, ICERT_AUDIT_TIME };
  const char *const verbs[] = { "sign",
                                ca_verb_to_string (CA_VERB_DELETE_ROW),
                                ca_verb_to_string (CA_VERB_REVOKE),
                                ca_verb_to_string (CA_VERB_IMPORT),
                                CA_ADOPT_VERB,
                                "renew",
                                "install",
                                "cross-certify" };
  ICertStoreCondition parts[G_N_ELEMENTS (verbs)];
  const ICertStoreCondition *each[G_N_ELEMENTS (verbs)];
  ICertStoreCondition condition
      = { .kind = ICERT_STORE_OR, .n_parts = G_N_ELEMENTS (verbs), .parts = each };
  ICertStoreValue cursor = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = after };
  ICertStoreQuery query = { .table = ICERT_STORE_AUDIT,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .condition = &condition,
                            .sort_column = -1,
                            .n_after = 1,
                            .after = &cursor,
                            .limit = PAGE_OF_RECORDS };

  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      parts[i] = (ICertStoreCondition){
        .kind = ICERT_STORE_COMPARE,
        .column = ICERT_AUDIT_VERB,
        .seek = ICERT_SEEK_EQ,
        .value = { .type = ICERT_PROPERTY_TYPE_STRING, .data = verbs[i], .size = strlen (verbs[i]) }
      };
      each[i] = &parts[i];
    }
  return icert_store_query (search->check->store, &query, cancellable, error);
}

static gboolean
read_records (Search *search, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) rows = query_records (search, 0, cancellable, error);

  while (rows != NULL && rows->len > 0)
    {
      gint64 last = icert_store_row_get_int (rows->pdata[rows->len - 1], 0);

      for (guint i = 0; i < rows->len; i++)
        read_record (search, rows->pdata[i]);
      g_ptr_array_unref (rows);
      rows = query_records (search, last, cancellable, error);
    }
  return rows != NULL;
}

/* Judging */

/* Those without any request, if the other program's CA had as many, and these. */
static gboolean
is_list_known (const Search *search)
{
  g_autoptr (GPtrArray) serials = g_ptr_array_new ();
  g_autofree char *text = NULL;

  for (guint i = 0; i < search->lost->len; i++)
    {
      const Lost *lost = search->lost->pdata[i];

      /* what the CA signed for itself since is on record */
      if (lost->request_id == 0 && !lost->issued)
        g_ptr_array_add (serials, lost->serial);
    }
  text = ca_adopt_describe_lost (serials);
  /* imports of before did not say which */
  return search->adoption != NULL
         && (strstr (search->adoption, text) != NULL
             || strstr (search->adoption, CA_ADOPT_LOST) == NULL);
}

static const char *
find_fault (const Search *search, const Lost *lost, gboolean list_known)
{
  if (lost->request_id != 0 && g_hash_table_lookup (search->deleted, &lost->request_id) == NULL)
    return "says that there is a certificate, and no row has one";
  if (lost->request_id != 0 && !lost->issued && search->adopted == 0)
    return "is of a request that was deleted, and no record says that it was signed";
  if (lost->request_id == 0 && !lost->own && !lost->issued && !list_known)
    return "is of no request, no certificate of the CA, and no record";
  if (lost->revoked && !lost->withdrawn
      && (search->adopted == 0 || lost->changed > search->adopted))
    return "says that it is revoked, and no record does";
  return NULL;
}

gboolean
_ca_cert_check_serials (CaCertCheck *check, GCancellable *cancellable, GError **error)
{
  g_auto (Search) search = { .check = check };
  gboolean agree = FALSE;
  gboolean list_known;

  search.lost = g_ptr_array_new_with_free_func (lost_free);
  search.numbers = g_hash_table_new (g_str_hash, g_str_equal);
  search.deleted = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  if (!numbers_agree (check, &agree, error))
    return FALSE;
  /* they read the whole table, and the audit log */
  if (agree)
    return TRUE;
  if (!read_serials (&search, cancellable, error)
      || (search.lost->len > 0 && !read_records (&search, cancellable, error)))
    return FALSE;
  list_known = is_list_known (&search);
  for (guint i = 0; i < search.lost->len; i++)
    {
      const Lost *lost = search.lost->pdata[i];
      const char *fault = find_fault (&search, lost, list_known);

      if (fault != NULL)
        _ca_cert_check_add (check, lost->request_id, lost->serial, "SerialState", "%s", fault);
    }
  return TRUE;
}
