/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-view-query.h"

#include <string.h>

static void
restriction_clear (gpointer data)
{
  g_clear_pointer (&((CaRestriction *) data)->value, g_variant_unref);
}

static GArray *
alternative_new (void)
{
  GArray *alternative = g_array_new (FALSE, FALSE, sizeof (CaRestriction));

  g_array_set_clear_func (alternative, restriction_clear);
  return alternative;
}

CaViewQuery *
ca_view_query_new (void)
{
  CaViewQuery *query = g_new0 (CaViewQuery, 1);

  query->columns = g_array_new (FALSE, FALSE, sizeof (guint8));
  query->alternatives = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  g_ptr_array_add (query->alternatives, alternative_new ());
  query->store_table = ICERT_STORE_REQUESTS;
  query->sort_column = -1;
  return query;
}

CaViewQuery *
ca_view_query_copy (const CaViewQuery *query)
{
  CaViewQuery *copy = g_memdup2 (query, sizeof *query);

  copy->columns = g_array_copy (query->columns);
  copy->alternatives = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  for (guint i = 0; i < query->alternatives->len; i++)
    {
      GArray *old = query->alternatives->pdata[i];
      GArray *new = alternative_new ();

      for (guint j = 0; j < old->len; j++)
        {
          CaRestriction restriction = g_array_index (old, CaRestriction, j);

          if (restriction.value != NULL)
            g_variant_ref (restriction.value);
          g_array_append_val (new, restriction);
        }
      g_ptr_array_add (copy->alternatives, new);
    }
  if (copy->cursor != NULL)
    g_variant_ref (copy->cursor);
  return copy;
}

void
ca_view_query_free (CaViewQuery *query)
{
  if (query == NULL)
    return;
  g_array_unref (query->columns);
  g_ptr_array_unref (query->alternatives);
  g_clear_pointer (&query->cursor, g_variant_unref);
  g_free (query);
}

static const ICertStoreColumnInfo *
column_info (const CaViewQuery *query, guint column)
{
  guint n;

  return &icert_store_table_columns (query->store_table, &n)[column];
}

int
ca_view_find_column (const CaViewQuery *query, const char *name, GError **error)
{
  int column = icert_store_find_column (query->store_table, name);
  g_autofree char *quoted = NULL;

  if (column >= 0 && (column_info (query, column)->flags & ICERT_STORE_COLUMN_VIEW) != 0)
    return column;
  quoted = icert_error_quote (name, -1);
  icert_set_error (error, ICERT_ERROR_UNKNOWN_NAME, "column",
                   "no column %s (a name that icert schema prints)", quoted);
  return -1;
}

/* Values */

/* Whether a value from outside fits the column: integers of any width, text, octets. */
static GVariant *
coerce (const ICertStoreColumnInfo *info, GVariant *value, GError **error)
{
  switch (info->type)
    {
    case ICERT_PROPERTY_TYPE_LONG:
    case ICERT_PROPERTY_TYPE_DATE:
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
        return g_variant_ref (value);
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT32))
        return g_variant_ref_sink (g_variant_new_int64 (g_variant_get_int32 (value)));
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
        return g_variant_ref_sink (g_variant_new_int64 (g_variant_get_uint32 (value)));
      break;
    case ICERT_PROPERTY_TYPE_STRING:
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
        return g_variant_ref (value);
      break;
    default:
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_BYTESTRING))
        return g_variant_ref (value);
    }
  icert_set_error (error, ICERT_ERROR_MALFORMED, info->name, "a value of type %s (%s)",
                   g_variant_get_type_string (value),
                   info->type == ICERT_PROPERTY_TYPE_STRING   ? "s"
                   : info->type == ICERT_PROPERTY_TYPE_BINARY ? "ay"
                                                              : "x");
  return NULL;
}

static gboolean
check_seek (const ICertStoreColumnInfo *info, ICertSeek seek, GVariant *value, GError **error)
{
  gboolean equality = seek == ICERT_SEEK_EQ || seek == ICERT_SEEK_NE;
  gboolean order = seek == ICERT_SEEK_LT || seek == ICERT_SEEK_LE || seek == ICERT_SEEK_GE
                   || seek == ICERT_SEEK_GT;

  if (equality || (order && value != NULL && info->type != ICERT_PROPERTY_TYPE_BINARY))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_MALFORMED, info->name, "cannot be compared so (%s)",
                   info->type == ICERT_PROPERTY_TYPE_BINARY || value == NULL
                       ? "EQ or NE"
                       : "EQ, NE, LT, LE, GE or GT");
  return FALSE;
}

/* Serials and hashes are text in lower-case hex (processing.md 8: canonicalise instead). */
static GVariant *
canonicalize (const ICertStoreColumnInfo *info, GVariant *value)
{
  static const char *const hex_columns[]
      = { "SerialNumber", "CertificateHash", "CertificateHashSHA256", "SubjectKeyIdentifier",
          NULL };
  char *lower;

  if (!g_strv_contains (hex_columns, info->name))
    return value;
  lower = g_ascii_strdown (g_variant_get_string (value, NULL), -1);
  g_variant_unref (value);
  return g_variant_ref_sink (g_variant_new_take_string (lower));
}

gboolean
ca_view_add_restriction (CaViewQuery *query,
                         const char *column,
                         ICertSeek seek,
                         GVariant *value,
                         GError **error)
{
  int index = ca_view_find_column (query, column, error);
  CaRestriction restriction = { .seek = seek };
  const ICertStoreColumnInfo *info;

  if (index < 0)
    return FALSE;
  info = column_info (query, index);
  if (!check_seek (info, seek, value, error))
    return FALSE;
  restriction.column = index;
  if (value != NULL)
    {
      restriction.value = coerce (info, value, error);
      if (restriction.value == NULL)
        return FALSE;
      restriction.value = canonicalize (info, restriction.value);
    }
  g_array_append_val ((GArray *) query->alternatives->pdata[query->alternatives->len - 1],
                      restriction);
  return TRUE;
}

/* Borrows from @variant, which must outlive the cell. */
static ICertStoreValue
cell_from_variant (GVariant *variant)
{
  ICertStoreValue cell = { .type = ICERT_PROPERTY_TYPE_NONE };

  if (variant == NULL)
    return cell;
  if (g_variant_is_of_type (variant, G_VARIANT_TYPE_INT64))
    {
      cell.type = ICERT_PROPERTY_TYPE_LONG;
      cell.integer = g_variant_get_int64 (variant);
    }
  else if (g_variant_is_of_type (variant, G_VARIANT_TYPE_STRING))
    {
      cell.type = ICERT_PROPERTY_TYPE_STRING;
      cell.data = g_variant_get_string (variant, &cell.size);
    }
  else if (g_variant_is_of_type (variant, G_VARIANT_TYPE_BYTESTRING))
    {
      cell.type = ICERT_PROPERTY_TYPE_BINARY;
      cell.data = g_variant_get_fixed_array (variant, &cell.size, 1);
    }
  return cell;
}

/* NULL = empty */
static GVariant *
cell_to_variant (const ICertStoreValue *cell)
{
  g_autofree char *text = NULL;

  switch (cell->type)
    {
    case ICERT_PROPERTY_TYPE_LONG:
    case ICERT_PROPERTY_TYPE_DATE:
      return g_variant_ref_sink (g_variant_new_int64 (cell->integer));
    case ICERT_PROPERTY_TYPE_STRING:
      text = g_utf8_make_valid (cell->data != NULL ? cell->data : "", cell->size);
      return g_variant_ref_sink (g_variant_new_string (text));
    case ICERT_PROPERTY_TYPE_BINARY:
      return g_variant_ref_sink (
          g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, cell->data, cell->size, 1));
    default:
      return NULL;
    }
}

/* Conditions: one allocation block each, freed with the arrays */

typedef struct
{
  GPtrArray *conditions; /* owns every ICertStoreCondition */
  GPtrArray *parts;      /* owns every array of parts */
} Conditions;

static ICertStoreCondition *
new_condition (Conditions *all, ICertStoreConditionKind kind)
{
  ICertStoreCondition *condition = g_new0 (ICertStoreCondition, 1);

  condition->kind = kind;
  g_ptr_array_add (all->conditions, condition);
  return condition;
}

static ICertStoreCondition *
join (Conditions *all, ICertStoreConditionKind kind, GPtrArray *parts)
{
  ICertStoreCondition *condition;
  const ICertStoreCondition **array;

  if (parts->len == 1)
    return parts->pdata[0];
  array = g_memdup2 (parts->pdata, parts->len * sizeof (gpointer));
  g_ptr_array_add (all->parts, array);
  condition = new_condition (all, kind);
  condition->n_parts = parts->len;
  condition->parts = array;
  return condition;
}

static ICertStoreCondition *
condition_of_alternative (Conditions *all, GArray *alternative)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();

  for (guint i = 0; i < alternative->len; i++)
    {
      const CaRestriction *restriction = &g_array_index (alternative, CaRestriction, i);
      ICertStoreCondition *condition = new_condition (all, ICERT_STORE_COMPARE);

      condition->column = restriction->column;
      condition->seek = restriction->seek;
      condition->value = cell_from_variant (restriction->value);
      g_ptr_array_add (parts, condition);
    }
  return join (all, ICERT_STORE_AND, parts);
}

/* NULL: no restriction. An alternative without one lets every row through. */
static const ICertStoreCondition *
make_condition (const CaViewQuery *query, Conditions *all)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();

  all->conditions = g_ptr_array_new_with_free_func (g_free);
  all->parts = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < query->alternatives->len; i++)
    {
      GArray *alternative = query->alternatives->pdata[i];

      if (alternative->len == 0)
        return NULL;
      g_ptr_array_add (parts, condition_of_alternative (all, alternative));
    }
  return join (all, ICERT_STORE_OR, parts);
}

static void
conditions_clear (Conditions *all)
{
  g_ptr_array_unref (all->conditions);
  g_ptr_array_unref (all->parts);
}

/* Cursors: the sort cell and the key cells of the last row, as an opaque text */

static guint
list_cursor_columns (const CaViewQuery *query, guint8 columns[8])
{
  guint n_columns, n = 0;
  const ICertStoreColumnInfo *infos = icert_store_table_columns (query->store_table, &n_columns);

  if (query->sort_column >= 0)
    columns[n++] = query->sort_column;
  for (guint i = 0; i < n_columns && n < 8; i++)
    if ((infos[i].flags & ICERT_STORE_COLUMN_KEY) != 0)
      columns[n++] = i;
  return n;
}

char *
ca_view_dup_cursor (const CaViewQuery *query)
{
  g_autoptr (GVariant) tagged = NULL;
  char *text;

  if (query->cursor == NULL)
    return NULL;
  tagged = g_variant_ref_sink (
      g_variant_new ("(ii@av)", (int) query->store_table, query->sort_column, query->cursor));
  text = g_base64_encode (g_variant_get_data (tagged), g_variant_get_size (tagged));
  for (char *p = text; *p != '\0'; p++)
    *p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
  return text;
}

static gboolean
check_cursor (const CaViewQuery *query, GVariant *cells)
{
  guint8 columns[8];
  guint n = list_cursor_columns (query, columns);

  if (g_variant_n_children (cells) != n)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GVariant) boxed = g_variant_get_child_value (cells, i);
      g_autoptr (GVariant) value = g_variant_get_variant (boxed);
      g_autoptr (GVariant) good = NULL;

      /* An empty cell is a unit tuple. */
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_UNIT))
        continue;
      good = coerce (column_info (query, columns[i]), value, NULL);
      if (good == NULL)
        return FALSE;
    }
  return TRUE;
}

gboolean
ca_view_set_cursor (CaViewQuery *query, const char *cursor, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GVariant) tagged = NULL;
  g_autoptr (GVariant) cells = NULL;
  guchar *data;
  gsize size;
  int table, sort;

  g_clear_pointer (&query->cursor, g_variant_unref);
  if (cursor == NULL || cursor[0] == '\0')
    return TRUE;
  text = g_strdup (cursor);
  for (char *p = text; *p != '\0'; p++)
    *p = *p == '-' ? '+' : *p == '_' ? '/' : *p;
  data = g_base64_decode (text, &size);
  tagged = g_variant_ref_sink (
      g_variant_new_from_data (G_VARIANT_TYPE ("(iiav)"), data, size, FALSE, g_free, data));
  if (size > 0 && g_variant_is_normal_form (tagged))
    {
      g_variant_get (tagged, "(ii@av)", &table, &sort, &cells);
      if (table == (int) query->store_table && sort == query->sort_column
          && check_cursor (query, cells))
        {
          query->cursor = g_steal_pointer (&cells);
          return TRUE;
        }
    }
  icert_set_error (error, ICERT_ERROR_MALFORMED, "cursor",
                   "is not one of this view (the cursor of a row of the same table and order)");
  return FALSE;
}

static void
move_cursor (CaViewQuery *query, const ICertStoreRow *row, guint first, guint n)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GVariant) value = cell_to_variant (icert_store_row_get (row, first + i));

      if (value != NULL)
        g_variant_builder_add (&builder, "v", value);
      else
        g_variant_builder_add (&builder, "v", g_variant_new_tuple (NULL, 0));
    }
  g_clear_pointer (&query->cursor, g_variant_unref);
  query->cursor = g_variant_ref_sink (g_variant_builder_end (&builder));
}

/* Rows */

/* The request's own attributes; errors of reading show as none, since the row itself was read. */
static GHashTable *
load_attributes (ICertStore *store, gint64 id)
{
  static const guint8 columns[] = { ICERT_ATTRIBUTE_NAME, ICERT_ATTRIBUTE_VALUE };
  ICertStoreCondition condition = { .kind = ICERT_STORE_COMPARE,
                                    .column = ICERT_ATTRIBUTE_REQUEST_ID,
                                    .seek = ICERT_SEEK_EQ,
                                    .value = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = id } };
  ICertStoreQuery query = { .table = ICERT_STORE_ATTRIBUTES,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .condition = &condition,
                            .sort_column = -1 };
  g_autoptr (GPtrArray) rows = icert_store_query (store, &query, NULL, NULL);
  GHashTable *attributes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    g_hash_table_insert (attributes, icert_store_row_dup_text (rows->pdata[i], 0),
                         icert_store_row_dup_text (rows->pdata[i], 1));
  return attributes;
}

static GPtrArray *
load_extensions (ICertStore *store, gint64 id)
{
  static const guint8 columns[]
      = { ICERT_EXTENSION_NAME_COLUMN, ICERT_EXTENSION_FLAGS_COLUMN, ICERT_EXTENSION_VALUE_COLUMN };
  ICertStoreCondition condition = { .kind = ICERT_STORE_COMPARE,
                                    .column = ICERT_EXTENSION_REQUEST_ID_COLUMN,
                                    .seek = ICERT_SEEK_EQ,
                                    .value = { .type = ICERT_PROPERTY_TYPE_LONG, .integer = id } };
  ICertStoreQuery query = { .table = ICERT_STORE_EXTENSIONS,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .condition = &condition,
                            .sort_column = -1 };
  g_autoptr (GPtrArray) rows = icert_store_query (store, &query, NULL, NULL);
  GPtrArray *extensions = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      g_autofree char *oid = icert_store_row_dup_text (rows->pdata[i], 0);
      gint64 flags = icert_store_row_get_int (rows->pdata[i], 1);
      g_autoptr (GBytes) value = icert_store_row_dup_bytes (rows->pdata[i], 2);
      ICertExtension *extension
          = icert_extension_new (oid, flags & 0xffff, flags & 0xf0000, value, NULL);

      if (extension != NULL)
        g_ptr_array_add (extensions, extension);
    }
  return extensions;
}

static ICertViewRow *
make_row (CaViewQuery *query,
          ICertStore *store,
          const char *const *names,
          const ICertStoreRow *row,
          guint n_cursor)
{
  g_autoptr (GPtrArray) values = g_ptr_array_new_full (query->columns->len, NULL);
  g_autofree char *cursor = NULL;
  g_autoptr (GHashTable) attributes = NULL;
  g_autoptr (GPtrArray) extensions = NULL;
  ICertViewRow *view_row;

  for (guint i = 0; i < query->columns->len; i++)
    g_ptr_array_add (values, cell_to_variant (icert_store_row_get (row, i)));
  move_cursor (query, row, query->columns->len, n_cursor);
  cursor = ca_view_dup_cursor (query);
  if (query->store_table == ICERT_STORE_REQUESTS)
    {
      /* The key is the last cell of the cursor. */
      gint64 id = icert_store_row_get_int (row, query->columns->len + n_cursor - 1);

      attributes = load_attributes (store, id);
      extensions = load_extensions (store, id);
    }
  view_row = icert_view_row_new (names, values, cursor, attributes, extensions);
  for (guint i = 0; i < values->len; i++)
    if (values->pdata[i] != NULL)
      g_variant_unref (values->pdata[i]);
  return view_row;
}

static guint
get_cursor_cells (const CaViewQuery *query, ICertStoreValue cells[8], GPtrArray *kept)
{
  guint n = query->cursor != NULL ? g_variant_n_children (query->cursor) : 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GVariant) boxed = g_variant_get_child_value (query->cursor, i);
      GVariant *value = g_variant_get_variant (boxed);

      g_ptr_array_add (kept, value);
      cells[i] = cell_from_variant (value);
    }
  return n;
}

GPtrArray *
ca_view_run (CaViewQuery *query,
             ICertStore *store,
             guint max,
             GCancellable *cancellable,
             GError **error)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  g_autoptr (GArray) columns = g_array_copy (query->columns);
  g_autoptr (GPtrArray) rows = NULL;
  g_autofree const char **names = g_new0 (const char *, query->columns->len + 1);
  GPtrArray *result;
  guint8 cursor_columns[8];
  guint n_cursor = list_cursor_columns (query, cursor_columns);
  ICertStoreValue after[8];
  Conditions all;
  ICertStoreQuery store_query = { .table = query->store_table,
                                  .sort_column = query->sort_column,
                                  .descending = query->descending,
                                  .limit = max };

  g_array_append_vals (columns, cursor_columns, n_cursor);
  store_query.columns = (const guint8 *) columns->data;
  store_query.n_columns = columns->len;
  store_query.n_after = get_cursor_cells (query, after, kept);
  store_query.after = after;
  store_query.condition = make_condition (query, &all);
  rows = icert_store_query (store, &store_query, cancellable, error);
  conditions_clear (&all);
  if (rows == NULL)
    return NULL;
  for (guint i = 0; i < query->columns->len; i++)
    names[i] = column_info (query, g_array_index (query->columns, guint8, i))->name;
  result = g_ptr_array_new_full (rows->len, g_object_unref);
  for (guint i = 0; i < rows->len; i++)
    g_ptr_array_add (result, make_row (query, store, names, rows->pdata[i], n_cursor));
  return result;
}

gint64
ca_view_count (const CaViewQuery *query,
               ICertStore *store,
               GCancellable *cancellable,
               GError **error)
{
  Conditions all;
  gint64 count;

  count = icert_store_count (store, query->store_table, make_condition (query, &all), cancellable,
                             error);
  conditions_clear (&all);
  return count;
}
