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

/* More than any table has; the store's own bound is beyond. */
#define MOST_COLUMNS 255

static const char *const queue_set[] = { "Request.RequestID",
                                         "Request.RequesterName",
                                         "Request.SubmittedWhen",
                                         "Request.StatusCode",
                                         "Request.DispositionMessage",
                                         "CertificateTemplate",
                                         "Request.CommonName",
                                         "Request.EMail",
                                         "Request.OrgUnit",
                                         "Request.Organization",
                                         "Request.Locality",
                                         "Request.State",
                                         "Request.Country",
                                         "Request.RawRequest",
                                         NULL };
static const char *const log_set[] = { "Request.RequestID",
                                       "Request.RequesterName",
                                       "SerialNumber",
                                       "NotBefore",
                                       "NotAfter",
                                       "CertificateTemplate",
                                       "CommonName",
                                       "EMail",
                                       "OrgUnit",
                                       "Organization",
                                       "Locality",
                                       "State",
                                       "Country",
                                       "RawCertificate",
                                       NULL };
static const char *const revoked_set[] = { "Request.RequestID",
                                           "Request.RequesterName",
                                           "SerialNumber",
                                           "NotBefore",
                                           "NotAfter",
                                           "CertificateTemplate",
                                           "CommonName",
                                           "EMail",
                                           "OrgUnit",
                                           "Organization",
                                           "Locality",
                                           "State",
                                           "Country",
                                           "RawCertificate",
                                           "Request.RevokedWhen",
                                           "Request.RevokedEffectiveWhen",
                                           "Request.RevokedReason",
                                           NULL };
static const char *const extension_set[]
    = { "ExtensionRequestId", "ExtensionName", "ExtensionFlags", "ExtensionRawValue", NULL };
static const char *const attribute_set[]
    = { "AttributeRequestId", "AttributeName", "AttributeValue", NULL };

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
  CaLocalView *self;
  ICertStoreTable store_table;

  if (table == ICERT_TABLE_REQUESTS)
    store_table = ICERT_STORE_REQUESTS;
  else if (table == ICERT_TABLE_ATTRIBUTES)
    store_table = ICERT_STORE_ATTRIBUTES;
  else if (table == ICERT_TABLE_EXTENSIONS)
    store_table = ICERT_STORE_EXTENSIONS;
  else
    {
      icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, "table",
                       "0x%x is not served (requests, attributes or extensions)", (guint) table);
      return FALSE;
    }
  self = lock_view (view);
  g_clear_pointer (&self->query, ca_view_query_free);
  self->query = ca_view_query_new ();
  self->query->table = table;
  self->query->store_table = store_table;
  g_mutex_unlock (&self->mutex);
  return TRUE;
}

static GListModel *
ca_local_view_list_columns (ICertView *view, GError **error)
{
  CaLocalView *self = lock_view (view);
  GListStore *list = g_list_store_new (ICERT_TYPE_VIEW_COLUMN);
  guint n;
  const ICertStoreColumnInfo *infos = icert_store_table_columns (self->query->store_table, &n);

  g_mutex_unlock (&self->mutex);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (ICertViewColumn) column = NULL;

      if ((infos[i].flags & ICERT_STORE_COLUMN_VIEW) == 0)
        continue;
      column = icert_view_column_new (infos[i].name, infos[i].display_name, infos[i].type,
                                      (infos[i].flags & ICERT_STORE_COLUMN_INDEXED) != 0,
                                      infos[i].max_length);
      g_list_store_append (list, column);
    }
  return G_LIST_MODEL (list);
}

static gboolean
set_columns (CaViewQuery *query, const char *const *names, GError **error)
{
  g_autoptr (GArray) columns = g_array_new (FALSE, FALSE, sizeof (guint8));
  guint n = g_strv_length ((char **) names);

  if (n > MOST_COLUMNS)
    {
      icert_set_error (error, ICERT_ERROR_TOO_LARGE, "columns", "%u columns (at most %d)", n,
                       MOST_COLUMNS);
      return FALSE;
    }
  for (guint i = 0; names[i] != NULL; i++)
    {
      int column = ca_view_find_column (query, names[i], error);
      guint8 narrow = column;

      if (column < 0)
        return FALSE;
      g_array_append_val (columns, narrow);
    }
  g_array_unref (query->columns);
  query->columns = g_steal_pointer (&columns);
  return TRUE;
}

static gboolean
ca_local_view_set_columns (ICertView *view, const char *const *names, GError **error)
{
  CaLocalView *self = lock_view (view);
  gboolean ok = set_columns (self->query, names, error);

  g_mutex_unlock (&self->mutex);
  return ok;
}

static const char *const *
find_set (ICertColumnSet column_set)
{
  switch ((int) column_set)
    {
    case ICERT_COLUMN_SET_QUEUE:
    case ICERT_COLUMN_SET_LOG_FAILED:
      return queue_set;
    case ICERT_COLUMN_SET_LOG:
      return log_set;
    case ICERT_COLUMN_SET_LOG_REVOKED:
      return revoked_set;
    case ICERT_COLUMN_SET_EXTENSION:
      return extension_set;
    case ICERT_COLUMN_SET_ATTRIBUTE:
      return attribute_set;
    default:
      return NULL;
    }
}

static gboolean
ca_local_view_set_column_set (ICertView *view, ICertColumnSet column_set, GError **error)
{
  const char *const *names = find_set (column_set);

  if (names != NULL)
    return ca_local_view_set_columns (view, names, error);
  icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, "column-set",
                   "%d is not served (queue, log, failed, revoked, extension or attribute)",
                   (int) column_set);
  return FALSE;
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
  GArray *last = self->query->alternatives->pdata[self->query->alternatives->len - 1];
  gboolean ok = last->len > 0;

  if (ok)
    {
      /* A copy of an empty list, so that its clear function comes along. */
      CaViewQuery *fresh = ca_view_query_new ();

      g_ptr_array_add (self->query->alternatives, g_array_ref (fresh->alternatives->pdata[0]));
      ca_view_query_free (fresh);
    }
  else
    icert_set_error (error, ICERT_ERROR_WRONG_STATE, "alternative",
                     "the one before has no restriction (one restriction at least)");
  g_mutex_unlock (&self->mutex);
  return ok;
}

static gboolean
set_sort (CaViewQuery *query, const char *column, ICertSort sort, GError **error)
{
  guint n;
  int index;
  const ICertStoreColumnInfo *infos = icert_store_table_columns (query->store_table, &n);

  if (column == NULL || sort == ICERT_SORT_NONE)
    {
      query->sort_column = -1;
      query->descending = sort == ICERT_SORT_DESCEND;
      g_clear_pointer (&query->cursor, g_variant_unref);
      return TRUE;
    }
  index = ca_view_find_column (query, column, error);
  if (index < 0)
    return FALSE;
  if ((infos[index].flags & ICERT_STORE_COLUMN_INDEXED) == 0)
    {
      icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, infos[index].name,
                       "cannot be sorted by (a column with an index)");
      return FALSE;
    }
  /* The key orders by itself. */
  query->sort_column = (infos[index].flags & ICERT_STORE_COLUMN_KEY) != 0 ? -1 : index;
  query->descending = sort == ICERT_SORT_DESCEND;
  g_clear_pointer (&query->cursor, g_variant_unref);
  return TRUE;
}

static gboolean
ca_local_view_set_sort (ICertView *view, const char *column, ICertSort sort, GError **error)
{
  CaLocalView *self = lock_view (view);
  gboolean ok = set_sort (self->query, column, sort, error);

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

/* What a view of no columns shows: the columns people ask for first. */
static gboolean
ensure_columns (CaViewQuery *query, GError **error)
{
  static const char *const plain[] = { "Request.RequestID",
                                       "Request.RequesterName",
                                       "Request.SubmittedWhen",
                                       "Request.Disposition",
                                       "Request.DispositionMessage",
                                       "CertificateTemplate",
                                       "SerialNumber",
                                       "NotAfter",
                                       "CommonName",
                                       NULL };

  if (query->columns->len > 0)
    return TRUE;
  return set_columns (query,
                      query->store_table == ICERT_STORE_REQUESTS     ? plain
                      : query->store_table == ICERT_STORE_ATTRIBUTES ? attribute_set
                                                                     : extension_set,
                      error);
}

static ICertEnumViewRow *
ca_local_view_open_view (ICertView *view, GCancellable *cancellable, GError **error)
{
  g_autoptr (CaFacts) facts = ca_local_authorise (CA_LOCAL (view), CA_VERB_VIEW, error);
  CaLocalView *self;
  ICertEnumViewRow *rows = NULL;

  if (facts == NULL)
    return NULL;
  self = lock_view (view);
  if (ensure_columns (self->query, error))
    rows = ca_local_rows_new (ca_local_get_engine (CA_LOCAL (view)),
                              ca_view_query_copy (self->query));
  g_mutex_unlock (&self->mutex);
  return rows;
}

static gint64
ca_local_view_count (ICertView *view, GCancellable *cancellable, GError **error)
{
  g_autoptr (CaFacts) facts = ca_local_authorise (CA_LOCAL (view), CA_VERB_VIEW, error);
  g_autoptr (CaViewQuery) query = NULL;
  CaLocalView *self;

  if (facts == NULL)
    return -1;
  self = lock_view (view);
  query = ca_view_query_copy (self->query);
  g_mutex_unlock (&self->mutex);
  return ca_view_count (query, ca_local_get_engine (CA_LOCAL (view))->store, cancellable, error);
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
  self->query = ca_view_query_new ();
}
