/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "ca-local.h"
#include "ca-view-query.h"

/* CertificateAuthority.View for a CA in this process. */
#define CA_TYPE_LOCAL_VIEW (ca_local_view_get_type ())
G_DECLARE_FINAL_TYPE (CaLocalView, ca_local_view, CA, LOCAL_VIEW, CaLocal)

struct _CaLocalView
{
  CaLocal parent_instance;

  GMutex mutex;
  CaViewQuery *query; /* under the mutex */
};

static void view_iface_init (ICertViewInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CaLocalView,
                               ca_local_view,
                               CA_TYPE_LOCAL,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_VIEW, view_iface_init))

static CaLocalView *
lock_view (ICertView *view)
{
  CaLocalView *self = CA_LOCAL_VIEW (view);

  g_mutex_lock (&self->mutex);
  return self;
}

static gboolean
ca_local_view_set_table (ICertView *view, ICertTable table, GError **error)
{
  const CaViewTable *about = ca_view_find_table (table);
  CaLocalView *self;

  if (about == NULL)
    {
      icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, "table", "0x%x is not served (ICertTable)",
                       (guint) table);
      return FALSE;
    }
  self = lock_view (view);
  g_clear_pointer (&self->query, ca_view_query_free);
  self->query = ca_view_query_new (about);
  g_mutex_unlock (&self->mutex);
  return TRUE;
}

static GListModel *
ca_local_view_list_columns (ICertView *view, GError **error)
{
  CaLocalView *self = lock_view (view);
  GListStore *list = g_list_store_new (ICERT_TYPE_VIEW_COLUMN);
  guint n;
  ICertStoreTable table = self->query->store_table;

  icert_store_table_columns (table, &n);
  g_mutex_unlock (&self->mutex);
  for (guint i = 0; i < n; i++)
    {
      const ICertStoreColumnInfo *info = ca_view_column_info (table, i);
      g_autoptr (ICertViewColumn) column = NULL;

      if ((info->flags & ICERT_STORE_COLUMN_VIEW) == 0)
        continue;
      column = icert_view_column_new (info->name, info->display_name, info->type,
                                      (info->flags & ICERT_STORE_COLUMN_INDEXED) != 0,
                                      info->max_length);
      g_list_store_append (list, column);
    }
  return G_LIST_MODEL (list);
}

static gboolean
ca_local_view_set_columns (ICertView *view, const char *const *names, GError **error)
{
  CaLocalView *self = lock_view (view);
  gboolean ok = ca_view_set_columns (self->query, names, error);

  g_mutex_unlock (&self->mutex);
  return ok;
}

static gboolean
ca_local_view_set_column_set (ICertView *view, ICertColumnSet column_set, GError **error)
{
  ICertStoreTable table = ICERT_STORE_REQUESTS;
  const char *const *names = ca_view_find_set (column_set, &table);
  CaLocalView *self;
  gboolean ok;

  if (names == NULL)
    {
      icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, "column-set",
                       "%d is not served (ICertColumnSet)", (int) column_set);
      return FALSE;
    }
  self = lock_view (view);
  ok = self->query->store_table == table;
  if (!ok)
    icert_set_error (error, ICERT_ERROR_WRONG_STATE, "column-set",
                     "%d is of table %s (the view's, %s)", (int) column_set,
                     icert_store_table_name (table),
                     icert_store_table_name (self->query->store_table));
  ok = ok && ca_view_set_columns (self->query, names, error);
  g_mutex_unlock (&self->mutex);
  return ok;
}

static gboolean
ca_local_view_add_restriction (ICertView *view,
                               const char *column,
                               ICertSeek seek,
                               GVariant *value,
                               GError **error)
{
  CaLocalView *self = lock_view (view);
  gboolean ok = ca_view_add_restriction (self->query, column, seek, value, error);

  g_mutex_unlock (&self->mutex);
  return ok;
}

static gboolean
ca_local_view_add_alternative (ICertView *view, GError **error)
{
  CaLocalView *self = lock_view (view);
  gboolean ok = ca_view_add_alternative (self->query, error);

  g_mutex_unlock (&self->mutex);
  return ok;
}

static gboolean
ca_local_view_set_sort (ICertView *view, const char *column, ICertSort sort, GError **error)
{
  CaLocalView *self = lock_view (view);
  gboolean ok = ca_view_set_sort (self->query, column, sort, error);

  g_mutex_unlock (&self->mutex);
  return ok;
}

static gboolean
ca_local_view_set_cursor (ICertView *view, const char *cursor, GError **error)
{
  CaLocalView *self = lock_view (view);
  gboolean ok = ca_view_set_cursor (self->query, cursor, error);

  g_mutex_unlock (&self->mutex);
  return ok;
}

/* A copy of what is asked for, when the caller may see the table; the lock is not held while the
 * store is asked. */
static CaViewQuery *
authorise (ICertView *view, GError **error)
{
  g_autoptr (CaFacts) facts = NULL;
  CaLocalView *self = lock_view (view);
  CaViewQuery *query = ca_view_query_copy (self->query);

  g_mutex_unlock (&self->mutex);
  facts = ca_local_authorise (CA_LOCAL (view), query->about->verb, error);
  if (facts == NULL)
    g_clear_pointer (&query, ca_view_query_free);
  return query;
}

static ICertEnumViewRow *
ca_local_view_open_view (ICertView *view, GCancellable *cancellable, GError **error)
{
  g_autoptr (CaViewQuery) query = authorise (view, error);

  if (query == NULL
      || (query->columns->len == 0 && !ca_view_set_columns (query, query->about->columns, error)))
    return NULL;
  return ca_local_rows_new (CA_LOCAL (view), g_steal_pointer (&query));
}

static gint64
ca_local_view_count (ICertView *view, GCancellable *cancellable, GError **error)
{
  g_autoptr (CaViewQuery) query = authorise (view, error);

  if (query == NULL)
    return -1;
  return ca_view_count (query, ca_local_get_engine (CA_LOCAL (view))->store, cancellable, error);
}

static GPtrArray *
ca_local_view_count_by (ICertView *view,
                        const char *column,
                        ICertPeriod period,
                        guint max,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (CaViewQuery) query = authorise (view, error);

  if (query == NULL)
    return NULL;
  return ca_view_count_by (query, ca_local_get_engine (CA_LOCAL (view))->store, column, period, max,
                           cancellable, error);
}

static void
view_iface_init (ICertViewInterface *iface)
{
  iface->set_table = ca_local_view_set_table;
  iface->list_columns = ca_local_view_list_columns;
  iface->set_columns = ca_local_view_set_columns;
  iface->set_column_set = ca_local_view_set_column_set;
  iface->add_restriction = ca_local_view_add_restriction;
  iface->add_alternative = ca_local_view_add_alternative;
  iface->set_sort = ca_local_view_set_sort;
  iface->set_cursor = ca_local_view_set_cursor;
  iface->open_view = ca_local_view_open_view;
  iface->count = ca_local_view_count;
  iface->count_by = ca_local_view_count_by;
}

static void
ca_local_view_finalize (GObject *object)
{
  CaLocalView *self = CA_LOCAL_VIEW (object);

  ca_view_query_free (self->query);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (ca_local_view_parent_class)->finalize (object);
}

static void
ca_local_view_class_init (CaLocalViewClass *class)
{
  G_OBJECT_CLASS (class)->finalize = ca_local_view_finalize;
}

static void
ca_local_view_init (CaLocalView *self)
{
  g_mutex_init (&self->mutex);
  self->query = ca_view_query_new (ca_view_find_table (ICERT_TABLE_REQUESTS));
}
