/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-cert-check-private.h"

#include <string.h>

#include "ca-own-rows.h"
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
  check->own = ca_own_rows_list (facts);
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
  g_ptr_array_unref (check->own);
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

/* Rows with a certificate: foreign ones, issued and revoked. */
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
  /* those below 0 come before all others, and are few */
  if (after == 0 && !_ca_cert_check_own_rows (check, error))
    return FALSE;
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
  if (check->done && check->since == 0 && !_ca_cert_check_serials (check, cancellable, error))
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
