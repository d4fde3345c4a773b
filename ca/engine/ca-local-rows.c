/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-view-query.h"

/* The rows of an opened view, page by page. */
#define CA_TYPE_LOCAL_ROWS (ca_local_rows_get_type ())
G_DECLARE_FINAL_TYPE (CaLocalRows, ca_local_rows, CA, LOCAL_ROWS, GObject)

struct _CaLocalRows
{
  GObject parent_instance;

  CaEngine *engine;
  GMutex mutex;
  CaViewQuery *query; /* under the mutex: its cursor moves */
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

/* A page is one value in memory, so it has a bound. */
#define LONGEST_PAGE 10000

static GPtrArray *
ca_local_rows_next (ICertEnumViewRow *rows, guint max, GCancellable *cancellable, GError **error)
{
  CaLocalRows *self = CA_LOCAL_ROWS (rows);
  GPtrArray *page;

  if (max == 0 || max > LONGEST_PAGE)
    {
      icert_set_error (error, ICERT_ERROR_TOO_LARGE, "max", "%u rows (1 to %d)", max, LONGEST_PAGE);
      return NULL;
    }
  if (!ca_engine_check_process (self->engine, error))
    return NULL;
  g_mutex_lock (&self->mutex);
  page = ca_view_run (self->query, self->engine->store, max, cancellable, error);
  g_mutex_unlock (&self->mutex);
  return page;
}

static void
rows_iface_init (ICertEnumViewRowInterface *iface)
{
  iface->next = ca_local_rows_next;
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
  ca_engine_unref (self->engine);
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
ca_local_rows_new (CaEngine *engine, CaViewQuery *query)
{
  CaLocalRows *self = g_object_new (CA_TYPE_LOCAL_ROWS, NULL);

  self->engine = ca_engine_ref (engine);
  self->query = query;
  return ICERT_ENUM_VIEW_ROW (self);
}
