/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-cert-check-private.h"

#include <string.h>

#include "ca-clock.h"
#include "ca-crypto.h"
#include "ca-plural.h"

#define PAGE 500
/* what one answer holds; the rest waits until these are mended */
#define MOST_DIFFERENCES 1000

static void
difference_free (gpointer data)
{
  CaDifference *difference = data;

  g_free (difference->serial);
  g_free (difference->field);
  g_free (difference->text);
  g_free (difference);
}

CaCertCheck *
ca_cert_check_new (CaEngine *engine, CaFacts *facts)
{
  CaCertCheck *check = g_new0 (CaCertCheck, 1);

  check->engine = engine;
  check->store = g_object_ref (engine->store);
  check->facts = ca_facts_ref (facts);
  check->differences = g_ptr_array_new_with_free_func (difference_free);
  check->profiles
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  g_mutex_init (&check->mutex);
  return check;
}

void
ca_cert_check_free (CaCertCheck *check)
{
  if (check == NULL)
    return;
  g_object_unref (check->store);
  ca_facts_unref (check->facts);
  g_ptr_array_unref (check->differences);
  g_hash_table_unref (check->profiles);
  g_clear_pointer (&check->deleted, g_hash_table_unref);
  g_mutex_clear (&check->mutex);
  g_free (check);
}

void
ca_cert_check_set_since (CaCertCheck *check, gint64 since)
{
  check->since = since;
}

void
_ca_cert_check_add (CaCertCheck *check,
                    gint64 request_id,
                    const char *serial,
                    const char *field,
                    const char *format,
                    ...)
{
  CaDifference *difference = g_new0 (CaDifference, 1);
  va_list arguments;

  difference->request_id = request_id;
  difference->serial = g_strdup (serial);
  difference->field = g_strdup (field);
  va_start (arguments, format);
  difference->text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_mutex_lock (&check->mutex);
  if (check->differences->len < MOST_DIFFERENCES)
    g_ptr_array_add (check->differences, difference);
  else
    difference_free (difference);
  g_mutex_unlock (&check->mutex);
}

const GPtrArray *
_ca_cert_check_find_profiles (CaCertCheck *check, const char *name, GError **error)
{
  GPtrArray *profiles;

  g_mutex_lock (&check->mutex);
  profiles = g_hash_table_lookup (check->profiles, name);
  if (profiles == NULL)
    {
      profiles = ca_pinned_profile_load_all (check->store, name, error);
      if (profiles != NULL)
        g_hash_table_insert (check->profiles, g_strdup (name), profiles);
    }
  g_mutex_unlock (&check->mutex);
  return profiles;
}

/* Pages, each on all cores */

typedef struct
{
  CaCertCheck *check;
  GPtrArray *rows;
  gint next; /* atomic */
  GError *error;
} Page;

static gpointer
page_worker (gpointer data)
{
  Page *page = data;
  guint index;

  while ((index = (guint) g_atomic_int_add (&page->next, 1)) < page->rows->len)
    {
      GError *error = NULL;

      if (_ca_cert_check_row (page->check, page->rows->pdata[index], &error))
        continue;
      g_mutex_lock (&page->check->mutex);
      if (page->error == NULL)
        page->error = g_steal_pointer (&error);
      g_mutex_unlock (&page->check->mutex);
      g_clear_error (&error);
      break;
    }
  return NULL;
}

static gboolean
check_page (CaCertCheck *check, GPtrArray *rows, GError **error)
{
  Page page = { .check = check, .rows = rows };
  guint n_threads = MIN (g_get_num_processors (), rows->len / 16);
  g_autoptr (GPtrArray) threads = g_ptr_array_new ();

  for (guint i = 1; i < n_threads; i++)
    g_ptr_array_add (threads, g_thread_new ("ca-cert-check", page_worker, &page));
  page_worker (&page);
  for (guint i = 0; i < threads->len; i++)
    g_thread_join (threads->pdata[i]);
  if (page.error == NULL)
    return TRUE;
  g_propagate_error (error, page.error);
  return FALSE;
}

static ICertStoreCondition
compare (guint column, ICertSeek seek, ICertPropertyType type, gint64 value)
{
  return (ICertStoreCondition){ .kind = ICERT_STORE_COMPARE,
                                .column = column,
                                .seek = seek,
                                .value = { .type = type, .integer = value } };
}

/* Rows with a certificate: foreign ones, the CA's own, issued and revoked. */
static GPtrArray *
read_page (CaCertCheck *check, guint limit, GCancellable *cancellable, GError **error)
{
  ICertStoreCondition parts[] = { compare (ICERT_REQUEST_DISPOSITION, ICERT_SEEK_GE,
                                           ICERT_PROPERTY_TYPE_LONG, ICERT_ROW_DISPOSITION_FOREIGN),
                                  compare (ICERT_REQUEST_DISPOSITION, ICERT_SEEK_LE,
                                           ICERT_PROPERTY_TYPE_LONG, ICERT_ROW_DISPOSITION_REVOKED),
                                  compare (ICERT_REQUEST_RESOLVED_WHEN, ICERT_SEEK_GE,
                                           ICERT_PROPERTY_TYPE_DATE, check->since) };
  const ICertStoreCondition *both[] = { &parts[0], &parts[1], &parts[2] };
  ICertStoreCondition condition
      = { .kind = ICERT_STORE_AND, .n_parts = check->since != 0 ? 3 : 2, .parts = both };
  ICertStoreValue cursor = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = check->last };
  ICertStoreQuery query = { .table = ICERT_STORE_REQUESTS,
                            .n_columns = _ca_cert_check_n_columns,
                            .columns = _ca_cert_check_columns,
                            .condition = &condition,
                            .sort_column = -1,
                            .n_after = 1,
                            .after = &cursor,
                            .limit = limit };

  return icert_store_query (check->store, &query, cancellable, error);
}

/* Serial numbers that nobody has */

/* Those without a request are of what a CA signed for itself, or another program's CA had lost. */
static gint64
count_serials (CaCertCheck *check, GError **error)
{
  ICertStoreCondition parts[]
      = { compare (ICERT_SERIAL_STATE, ICERT_SEEK_GE, ICERT_PROPERTY_TYPE_LONG,
                   ICERT_SERIAL_STATE_GOOD),
          compare (ICERT_SERIAL_STATE, ICERT_SEEK_LE, ICERT_PROPERTY_TYPE_LONG,
                   ICERT_SERIAL_STATE_REVOKED),
          compare (ICERT_SERIAL_REQUEST_ID, ICERT_SEEK_GT, ICERT_PROPERTY_TYPE_LONG, 0) };
  const ICertStoreCondition *all[] = { &parts[0], &parts[1], &parts[2] };
  ICertStoreCondition condition = { .kind = ICERT_STORE_AND, .n_parts = 3, .parts = all };

  return icert_store_count (check->store, ICERT_STORE_SERIALS, &condition, NULL, error);
}

static gint64
count_certificates (CaCertCheck *check, GError **error)
{
  ICertStoreCondition parts[]
      = { compare (ICERT_REQUEST_DISPOSITION, ICERT_SEEK_GE, ICERT_PROPERTY_TYPE_LONG,
                   ICERT_ROW_DISPOSITION_ISSUED),
          compare (ICERT_REQUEST_DISPOSITION, ICERT_SEEK_LE, ICERT_PROPERTY_TYPE_LONG,
                   ICERT_ROW_DISPOSITION_REVOKED) };
  const ICertStoreCondition *both[] = { &parts[0], &parts[1] };
  ICertStoreCondition condition = { .kind = ICERT_STORE_AND, .n_parts = 2, .parts = both };

  return icert_store_count (check->store, ICERT_STORE_REQUESTS, &condition, NULL, error);
}

static GPtrArray *
query_deletions (CaCertCheck *check, GError **error)
{
  const char *verb = ca_verb_to_string (CA_VERB_DELETE_ROW);
  static const guint8 columns[] = { ICERT_AUDIT_OBJECT, ICERT_AUDIT_OUTCOME };
  ICertStoreCondition condition
      = { .kind = ICERT_STORE_COMPARE,
          .column = ICERT_AUDIT_VERB,
          .seek = ICERT_SEEK_EQ,
          .value = { .type = ICERT_PROPERTY_TYPE_STRING, .data = verb, .size = strlen (verb) } };
  ICertStoreQuery query = { .table = ICERT_STORE_AUDIT,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .condition = &condition,
                            .sort_column = -1 };

  return icert_store_query (check->store, &query, NULL, error);
}

/* Asked once, and only when rows are missing: the audit log has a record for each that was deleted.
 */
static gboolean
load_records (CaCertCheck *check, GError **error)
{
  g_autoptr (GPtrArray) deleted = NULL;

  if (check->deleted != NULL)
    return TRUE;
  deleted = query_deletions (check, error);
  if (deleted == NULL)
    return FALSE;
  check->deleted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < deleted->len; i++)
    {
      g_autofree char *outcome = icert_store_row_dup_text (deleted->pdata[i], 1);
      char *object = icert_store_row_dup_text (deleted->pdata[i], 0);

      if (object != NULL && g_strcmp0 (outcome, "deleted") == 0)
        g_hash_table_add (check->deleted, object);
      else
        g_free (object);
    }
  return TRUE;
}

static gboolean
may_be_missing (CaCertCheck *check, gint64 id, gboolean *may, GError **error)
{
  g_autofree char *object = g_strdup_printf ("request:%" G_GINT64_FORMAT, id);

  if (!load_records (check, error))
    return FALSE;
  *may = g_hash_table_contains (check->deleted, object);
  return TRUE;
}

/* A row that is gone may have been deleted, which is on record until the certificate expires; and
 * the row of a request that is there has this number, or its own is missing above. */
static gboolean
check_serial (CaCertCheck *check, const ICertStoreRow *row, GError **error)
{
  static const guint8 columns[] = { ICERT_REQUEST_SERIAL_NUMBER, ICERT_REQUEST_DISPOSITION };
  gint64 state = icert_store_row_get_int (row, 2);
  gint64 id = icert_store_row_get_int (row, 3);
  const ICertStoreValue *value = icert_store_row_get (row, 1);
  ICertStoreCondition condition
      = compare (ICERT_REQUEST_ID, ICERT_SEEK_EQ, ICERT_PROPERTY_TYPE_LONG, id);
  ICertStoreQuery query = { .table = ICERT_STORE_REQUESTS,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .condition = &condition,
                            .sort_column = -1 };
  g_autoptr (GPtrArray) rows = NULL;
  g_autofree char *serial = NULL;
  g_autofree char *found = NULL;
  gboolean may = FALSE;

  if (id == 0 || (state != ICERT_SERIAL_STATE_GOOD && state != ICERT_SERIAL_STATE_REVOKED))
    return TRUE;
  rows = icert_store_query (check->store, &query, NULL, error);
  if (rows == NULL)
    return FALSE;
  serial = ca_crypto_hex (value->data, value->size);
  if (rows->len > 0)
    {
      gint64 disposition = icert_store_row_get_int (rows->pdata[0], 1);

      if (disposition == ICERT_ROW_DISPOSITION_ISSUED
          || disposition == ICERT_ROW_DISPOSITION_REVOKED)
        found = icert_store_row_dup_text (rows->pdata[0], 0);
    }
  else if (icert_store_row_get_int (row, 4) < ca_clock_now ())
    return TRUE;
  else if (!may_be_missing (check, id, &may, error))
    return FALSE;
  if (!may && g_strcmp0 (found, serial) != 0)
    _ca_cert_check_add (check, id, serial, "SerialState",
                        "says that there is a certificate, and no row has one");
  return TRUE;
}

/* Looked at only when the numbers do not agree: it reads the whole table. */
static gboolean
check_serials (CaCertCheck *check, GCancellable *cancellable, GError **error)
{
  static const guint8 columns[] = { ICERT_SERIAL_ISSUER, ICERT_SERIAL_SERIAL, ICERT_SERIAL_STATE,
                                    ICERT_SERIAL_REQUEST_ID, ICERT_SERIAL_NOT_AFTER };
  ICertStoreQuery query = { .table = ICERT_STORE_SERIALS,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .sort_column = -1,
                            .limit = PAGE };
  g_autoptr (GPtrArray) rows = icert_store_query (check->store, &query, cancellable, error);

  while (rows != NULL && rows->len > 0)
    {
      ICertStoreValue after[2];
      GPtrArray *next;

      for (guint i = 0; i < rows->len; i++)
        if (!check_serial (check, rows->pdata[i], error))
          return FALSE;
      after[0] = *icert_store_row_get (rows->pdata[rows->len - 1], 0);
      after[1] = *icert_store_row_get (rows->pdata[rows->len - 1], 1);
      query.after = after;
      query.n_after = 2;
      next = icert_store_query (check->store, &query, cancellable, error);
      g_ptr_array_unref (rows);
      rows = next;
    }
  return rows != NULL;
}

static gboolean
check_numbers (CaCertCheck *check, GCancellable *cancellable, GError **error)
{
  gint64 serials, certificates;

  if (check->since != 0)
    return TRUE;
  serials = count_serials (check, error);
  certificates = serials >= 0 ? count_certificates (check, error) : -1;
  if (certificates < 0)
    return FALSE;
  return serials == certificates || check_serials (check, cancellable, error);
}

static gint
compare_differences (gconstpointer a, gconstpointer b)
{
  const CaDifference *first = *(CaDifference *const *) a;
  const CaDifference *second = *(CaDifference *const *) b;

  return first->request_id < second->request_id   ? -1
         : first->request_id > second->request_id ? 1
                                                  : strcmp (first->field, second->field);
}

gboolean
ca_cert_check_run (CaCertCheck *check,
                   gint64 after,
                   guint limit,
                   GCancellable *cancellable,
                   GError **error)
{
  check->last = after;
  while (!check->done && (limit == 0 || check->checked < limit))
    {
      guint size = limit != 0 ? MIN (PAGE, limit - (guint) check->checked) : PAGE;
      g_autoptr (GPtrArray) rows = read_page (check, size, cancellable, error);

      if (rows == NULL || !check_page (check, rows, error))
        return FALSE;
      check->checked += rows->len;
      if (rows->len > 0)
        check->last = icert_store_row_get_int (rows->pdata[rows->len - 1], 0);
      check->done = rows->len < size;
    }
  if (check->done && !check_numbers (check, cancellable, error))
    return FALSE;
  g_ptr_array_sort (check->differences, compare_differences);
  return TRUE;
}

gboolean
ca_cert_check_is_done (const CaCertCheck *check)
{
  return check->done;
}

guint
ca_cert_check_get_n_differences (const CaCertCheck *check)
{
  return check->differences->len;
}

char *
ca_cert_check_describe (const CaCertCheck *check)
{
  const CaDifference *first = check->differences->len > 0 ? check->differences->pdata[0] : NULL;

  if (first == NULL)
    return g_strdup_printf ("%" G_GINT64_FORMAT " certificate%s, to request %" G_GINT64_FORMAT,
                            check->checked, CA_S (check->checked), check->last);
  return g_strdup_printf ("%u difference%s, the first in request %" G_GINT64_FORMAT ": %s %s",
                          check->differences->len, CA_S (check->differences->len),
                          first->request_id, first->field, first->text);
}

GVariant *
ca_cert_check_to_variant (const CaCertCheck *check)
{
  GVariantBuilder builder, list;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < check->differences->len; i++)
    {
      const CaDifference *difference = check->differences->pdata[i];

      g_variant_builder_open (&list, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&list, "{sv}", "request-id",
                             g_variant_new_int64 (difference->request_id));
      if (difference->serial != NULL)
        g_variant_builder_add (&list, "{sv}", "serial", g_variant_new_string (difference->serial));
      g_variant_builder_add (&list, "{sv}", "field", g_variant_new_string (difference->field));
      g_variant_builder_add (&list, "{sv}", "text", g_variant_new_string (difference->text));
      g_variant_builder_close (&list);
    }
  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "checked", g_variant_new_int64 (check->checked));
  g_variant_builder_add (&builder, "{sv}", "last", g_variant_new_int64 (check->last));
  g_variant_builder_add (&builder, "{sv}", "done", g_variant_new_boolean (check->done));
  g_variant_builder_add (&builder, "{sv}", "differences", g_variant_builder_end (&list));
  return g_variant_builder_end (&builder);
}
