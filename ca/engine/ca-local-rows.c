/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-view-query.h"

/* The rows of an opened view, page by page. Who takes a page must be allowed to then (S-D13). */
#define CA_TYPE_LOCAL_ROWS (ca_local_rows_get_type ())
G_DECLARE_FINAL_TYPE (CaLocalRows, ca_local_rows, CA, LOCAL_ROWS, GObject)

struct _CaLocalRows
{
  GObject parent_instance;

  CaLocal *view; /* who asks, and the CA */
  GMutex mutex;
  CaViewQuery *query; /* under the mutex: its cursor moves */
  GVariant *begin;    /* (nullable) its first cursor */
};

enum
{
  PROP_CURSOR = 1
};

static void rows_iface_init (ICertEnumViewRowInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CaLocalRows,
                               ca_local_rows,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_ENUM_VIEW_ROW, rows_iface_init))

/* The store to ask, lent; NULL with an error */
static ICertStore *
authorise (CaLocalRows *self, GError **error)
{
  g_autoptr (CaFacts) facts = ca_local_authorise (self->view, self->query->about->verb, error);

  return facts != NULL ? ca_local_get_engine (self->view)->store : NULL;
}

/* A page is one value in memory, so it has a bound. */
#define LONGEST_PAGE 10000

static GPtrArray *
ca_local_rows_next (ICertEnumViewRow *rows, guint max, GCancellable *cancellable, GError **error)
{
  CaLocalRows *self = CA_LOCAL_ROWS (rows);
  ICertStore *store;
  GPtrArray *page;

  if (max == 0 || max > LONGEST_PAGE)
    {
      icert_set_error (error, ICERT_ERROR_TOO_LARGE, "max", "%u rows (1 to %d)", max, LONGEST_PAGE);
      return NULL;
    }
  store = authorise (self, error);
  if (store == NULL)
    return NULL;
  g_mutex_lock (&self->mutex);
  page = ca_view_run (self->query, store, ca_local_get_engine (self->view)->folder, max,
                      cancellable, error);
  g_mutex_unlock (&self->mutex);
  return page;
}

static gint64
ca_local_rows_skip (ICertEnumViewRow *rows, guint n, GCancellable *cancellable, GError **error)
{
  CaLocalRows *self = CA_LOCAL_ROWS (rows);
  ICertStore *store = authorise (self, error);
  gint64 skipped;

  if (store == NULL)
    return -1;
  g_mutex_lock (&self->mutex);
  skipped = ca_view_skip (self->query, store, n, cancellable, error);
  g_mutex_unlock (&self->mutex);
  return skipped;
}

static void
set_cursor (CaViewQuery *query, GVariant *cursor)
{
  g_clear_pointer (&query->cursor, g_variant_unref);
  query->cursor = cursor != NULL ? g_variant_ref (cursor) : NULL;
}

static gboolean
ca_local_rows_reset (ICertEnumViewRow *rows, GError **error)
{
  CaLocalRows *self = CA_LOCAL_ROWS (rows);

  g_mutex_lock (&self->mutex);
  set_cursor (self->query, self->begin);
  g_mutex_unlock (&self->mutex);
  return TRUE;
}

static ICertEnumViewRow *
ca_local_rows_clone (ICertEnumViewRow *rows, GError **error)
{
  CaLocalRows *self = CA_LOCAL_ROWS (rows);
  ICertEnumViewRow *clone;

  g_mutex_lock (&self->mutex);
  clone = ca_local_rows_new (self->view, ca_view_query_copy (self->query));
  g_mutex_unlock (&self->mutex);
  /* it goes back to where these began */
  g_clear_pointer (&CA_LOCAL_ROWS (clone)->begin, g_variant_unref);
  if (self->begin != NULL)
    CA_LOCAL_ROWS (clone)->begin = g_variant_ref (self->begin);
  return clone;
}

static void
rows_iface_init (ICertEnumViewRowInterface *iface)
{
  iface->next = ca_local_rows_next;
  iface->skip = ca_local_rows_skip;
  iface->reset = ca_local_rows_reset;
  iface->clone = ca_local_rows_clone;
}

static void
ca_local_rows_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CaLocalRows *self = CA_LOCAL_ROWS (object);

  g_mutex_lock (&self->mutex);
  g_value_take_string (value, ca_view_dup_cursor (self->query));
  g_mutex_unlock (&self->mutex);
}

static void
ca_local_rows_finalize (GObject *object)
{
  CaLocalRows *self = CA_LOCAL_ROWS (object);

  ca_view_query_free (self->query);
  g_clear_pointer (&self->begin, g_variant_unref);
  g_object_unref (self->view);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (ca_local_rows_parent_class)->finalize (object);
}

static void
ca_local_rows_class_init (CaLocalRowsClass *class)
{
  G_OBJECT_CLASS (class)->get_property = ca_local_rows_get_property;
  G_OBJECT_CLASS (class)->finalize = ca_local_rows_finalize;
  g_object_class_override_property (G_OBJECT_CLASS (class), PROP_CURSOR, "cursor");
}

static void
ca_local_rows_init (CaLocalRows *self)
{
  g_mutex_init (&self->mutex);
}

ICertEnumViewRow *
ca_local_rows_new (CaLocal *view, CaViewQuery *query)
{
  CaLocalRows *self = g_object_new (CA_TYPE_LOCAL_ROWS, NULL);

  self->view = g_object_ref (view);
  self->query = query;
  self->begin = query->cursor != NULL ? g_variant_ref (query->cursor) : NULL;
  return ICERT_ENUM_VIEW_ROW (self);
}
