/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-view-row.h"

#include "icert-binding-private.h"
#include "icert-error.h"

/**
 * ICertViewRow:
 *
 * A row of a view (AD CS: IEnumCERTVIEWROW and its column enumerator): the cells of the view's
 * result columns by name, and for a request what belongs to it.
 *
 * Immutable, and thus usable from any thread.
 */
struct _ICertViewRow
{
  GObject parent_instance;

  GStrv names;            /* owned */
  GHashTable *index;      /* lower-case name to number + 1 */
  GPtrArray *values;      /* of GVariant, nullable elements */
  char *cursor;           /* owned, nullable */
  GHashTable *attributes; /* owned, nullable */
  GPtrArray *extensions;  /* of ICertExtension, nullable */
};

enum
{
  PROP_NAMES = 1,
  PROP_CURSOR,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (ICertViewRow, icert_view_row, G_TYPE_OBJECT)

static void
icert_view_row_finalize (GObject *object)
{
  ICertViewRow *self = ICERT_VIEW_ROW (object);

  g_strfreev (self->names);
  g_hash_table_unref (self->index);
  g_ptr_array_unref (self->values);
  g_free (self->cursor);
  g_clear_pointer (&self->attributes, g_hash_table_unref);
  g_clear_pointer (&self->extensions, g_ptr_array_unref);

  G_OBJECT_CLASS (icert_view_row_parent_class)->finalize (object);
}

static void
icert_view_row_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  ICertViewRow *self = ICERT_VIEW_ROW (object);

  switch (prop_id)
    {
    case PROP_NAMES:
      g_value_set_boxed (value, self->names);
      break;
    case PROP_CURSOR:
      g_value_set_string (value, self->cursor);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
icert_view_row_class_init (ICertViewRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = icert_view_row_finalize;
  object_class->get_property = icert_view_row_get_property;

  /**
   * ICertViewRow:names:
   *
   * The names of the columns, in the order of the view.
   */
  props[PROP_NAMES] = g_param_spec_boxed ("names", "", "", G_TYPE_STRV, flags);
  /**
   * ICertViewRow:cursor:
   *
   * Where a view goes on behind this row.
   */
  props[PROP_CURSOR] = g_param_spec_string ("cursor", "", "", NULL, flags);

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
free_value (gpointer value)
{
  if (value != NULL)
    g_variant_unref (value);
}

static void
icert_view_row_init (ICertViewRow *self)
{
  self->index = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->values = g_ptr_array_new_with_free_func (free_value);
}

static GHashTable *
copy_table (GHashTable *table)
{
  GHashTable *copy = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_hash_table_insert (copy, g_strdup (name), g_strdup (value));
  return copy;
}

/**
 * icert_view_row_new:
 * @names: (array zero-terminated=1): the view's result columns
 * @values: (element-type GVariant): their cells in the same order; a `NULL`, or one that is missing
 * at the end, is an empty cell
 * @cursor: (nullable): where a view goes on behind this row
 * @attributes: (element-type utf8 utf8) (nullable): the request's attributes by name
 * @extensions: (element-type ICertExtension) (nullable): the request's extensions
 *
 * Makes a row; for implementations of [iface@ICert.View].
 *
 * Returns: (transfer full): a row
 */
ICertViewRow *
icert_view_row_new (const char *const *names,
                    GPtrArray *values,
                    const char *cursor,
                    GHashTable *attributes,
                    GPtrArray *extensions)
{
  g_autoptr (GHashTable) table = _icert_take_table (&attributes);
  ICertViewRow *self;

  g_return_val_if_fail (names != NULL, NULL);
  g_return_val_if_fail (values != NULL, NULL);

  self = g_object_new (ICERT_TYPE_VIEW_ROW, NULL);
  self->names = g_strdupv ((char **) names);
  for (guint i = 0; names[i] != NULL; i++)
    {
      GVariant *value = i < values->len ? values->pdata[i] : NULL;

      g_hash_table_insert (self->index, g_ascii_strdown (names[i], -1), GUINT_TO_POINTER (i + 1));
      g_ptr_array_add (self->values, value != NULL ? g_variant_ref_sink (value) : NULL);
    }

  self->cursor = g_strdup (cursor);
  if (attributes != NULL)
    self->attributes = copy_table (attributes);
  if (extensions != NULL)
    {
      self->extensions = g_ptr_array_new_with_free_func (g_object_unref);
      for (guint i = 0; i < extensions->len; i++)
        g_ptr_array_add (self->extensions, g_object_ref (extensions->pdata[i]));
    }
  return self;
}

/**
 * icert_view_row_list_names: (attributes org.gtk.Method.get_property=names)
 * @self: a row
 *
 * Lists the row's columns.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names of the columns, in the order of the
 * view
 */
char **
icert_view_row_list_names (ICertViewRow *self)
{
  g_return_val_if_fail (ICERT_IS_VIEW_ROW (self), NULL);

  return g_strdupv (self->names);
}

/* Number + 1; RequestID is Request.RequestID when the view has no other */
static guint
find_column (ICertViewRow *self, const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);
  g_autofree char *full = g_strconcat ("request.", lower, NULL);
  gpointer number = g_hash_table_lookup (self->index, lower);

  if (number == NULL)
    number = g_hash_table_lookup (self->index, full);
  return GPOINTER_TO_UINT (number);
}

/**
 * icert_view_row_get_value:
 * @self: a row
 * @name: name of a column, without case
 * @error: return location for an error
 *
 * A cell: numbers are i or x, dates x (microseconds since 1970, UTC), text s, octets ay.
 *
 * Fails with `ICERT_ERROR_UNKNOWN_NAME` when the view does not have the column.
 *
 * Returns: (transfer full) (nullable): the value; `NULL` without an error when the cell is empty
 */
GVariant *
icert_view_row_get_value (ICertViewRow *self, const char *name, GError **error)
{
  g_autofree char *quoted = NULL;
  GVariant *value;
  guint number;

  g_return_val_if_fail (ICERT_IS_VIEW_ROW (self), NULL);

  number = name != NULL ? find_column (self, name) : 0;
  if (number == 0)
    {
      quoted = icert_error_quote (name, -1);
      icert_set_error (error, ICERT_ERROR_UNKNOWN_NAME, "column",
                       "%s is unknown (a column of the view)", quoted);
      return NULL;
    }

  value = self->values->pdata[number - 1];
  return value != NULL ? g_variant_ref (value) : NULL;
}

/**
 * icert_view_row_get_cursor: (attributes org.gtk.Method.get_property=cursor)
 * @self: a row
 *
 * Gives the place after this row, for [method@ICert.View.set_cursor].
 *
 * Returns: (transfer full) (nullable): where a view goes on behind this row
 */
char *
icert_view_row_get_cursor (ICertViewRow *self)
{
  g_return_val_if_fail (ICERT_IS_VIEW_ROW (self), NULL);

  return g_strdup (self->cursor);
}

/* A part that the view did not read is told from one that is empty. */
static gboolean
check_request (gconstpointer part, const char *method, GError **error)
{
  if (part == NULL)
    icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, method,
                     "not a request's row (a view over requests)");
  return part != NULL;
}

/**
 * icert_view_row_get_attributes:
 * @self: a row
 * @error: return location for an error
 *
 * The attributes of the row's request (AD CS: IEnumCERTVIEWATTRIBUTE).
 *
 * Fails with `ICERT_ERROR_NOT_SUPPORTED` when the view is over another table.
 *
 * Returns: (transfer full) (element-type utf8 utf8): values by name
 */
GHashTable *
icert_view_row_get_attributes (ICertViewRow *self, GError **error)
{
  g_return_val_if_fail (ICERT_IS_VIEW_ROW (self), NULL);

  if (!check_request (self->attributes, "get_attributes", error))
    return NULL;
  return copy_table (self->attributes);
}

/**
 * icert_view_row_list_extensions:
 * @self: a row
 * @error: return location for an error
 *
 * The extensions of the row's request (AD CS: IEnumCERTVIEWEXTENSION), a list of
 * [class@ICert.Extension].
 *
 * Fails with `ICERT_ERROR_NOT_SUPPORTED` when the view is over another table.
 *
 * Returns: (transfer full): the extensions
 */
GListModel *
icert_view_row_list_extensions (ICertViewRow *self, GError **error)
{
  GListStore *list;

  g_return_val_if_fail (ICERT_IS_VIEW_ROW (self), NULL);

  if (!check_request (self->extensions, "list_extensions", error))
    return NULL;
  list = g_list_store_new (ICERT_TYPE_EXTENSION);
  g_list_store_splice (list, 0, 0, self->extensions->pdata, self->extensions->len);
  return G_LIST_MODEL (list);
}
