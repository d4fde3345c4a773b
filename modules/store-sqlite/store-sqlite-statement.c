/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "store-sqlite-statement.h"

#include <string.h>

/* SQLite's own limits are 1000 and 32766; views stay far below these */
#define MAX_DEPTH 32
#define MAX_COMPARISONS 1000
/* a query of more is not split into one for each disposition */
#define MAX_COMPARISONS_SPLIT 100

static const ICertStoreColumnInfo *
column_info (ICertStoreTable table, guint column)
{
  return &icert_store_table_columns (table, NULL)[column];
}

static const char *
column_name (ICertStoreTable table, guint column)
{
  return column_info (table, column)->sql;
}

static gboolean
is_key (ICertStoreTable table, guint column)
{
  return (column_info (table, column)->flags & ICERT_STORE_COLUMN_KEY) != 0;
}

static gboolean
check_table (ICertStoreTable table, GError **error)
{
  if ((guint) table < ICERT_STORE_N_TABLES)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_INTERNAL, "store", "no table %u", (guint) table);
  return FALSE;
}

static gboolean
check_column (ICertStoreTable table, guint column, GError **error)
{
  guint n_columns;

  icert_store_table_columns (table, &n_columns);
  if (column < n_columns)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_INTERNAL, icert_store_table_name (table), "no column %u",
                   column);
  return FALSE;
}

/* Changes */

static gboolean
check_change (const ICertStoreChange *change, GError **error)
{
  const char *wrong = NULL;
  guint n_keys = 0, n_columns = 0, n_found = 0;

  if (!check_table (change->table, error))
    return FALSE;
  if (change->n_values > G_MAXUINT8)
    {
      icert_set_error (error, ICERT_ERROR_INTERNAL, "store", "a change has too many cells");
      return FALSE;
    }
  for (guint i = 0; i < change->n_values; i++)
    {
      if (!check_column (change->table, change->columns[i], error))
        return FALSE;
      for (guint j = 0; j < i; j++)
        if (change->columns[i] == change->columns[j])
          wrong = "a column is there twice";
      n_found += is_key (change->table, change->columns[i]);
      if (change->verb == ICERT_STORE_UPDATE && change->table == ICERT_STORE_REQUESTS
          && change->columns[i] == ICERT_REQUEST_VERSION)
        wrong = "only the store raises the version";
    }
  icert_store_table_columns (change->table, &n_columns);
  for (guint i = 0; i < n_columns; i++)
    n_keys += is_key (change->table, i);

  if (change->n_values == 0)
    wrong = "no cell is given";
  else if (change->verb == ICERT_STORE_UPDATE && n_found < n_keys)
    wrong = "the key of the row is missing";
  else if (change->verb == ICERT_STORE_UPDATE && n_found == change->n_values
           && change->table != ICERT_STORE_REQUESTS)
    wrong = "nothing is to be set";
  else if (change->expected_version != 0
           && (change->table != ICERT_STORE_REQUESTS || change->verb != ICERT_STORE_UPDATE))
    wrong = "only updates of requests have a version to expect";

  if (wrong == NULL)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_INTERNAL, icert_store_table_name (change->table), "%s",
                   wrong);
  return FALSE;
}

static char *
insert_text (const ICertStoreChange *change)
{
  GString *text = g_string_new ("INSERT INTO ");
  GString *values = g_string_new (") VALUES (");

  g_string_append_printf (text, "%s (", icert_store_table_name (change->table));
  for (guint i = 0; i < change->n_values; i++)
    {
      const char *comma = i > 0 ? ", " : "";

      g_string_append_printf (text, "%s%s", comma, column_name (change->table, change->columns[i]));
      g_string_append_printf (values, "%s?%u", comma, i + 1);
    }
  g_string_append_printf (text, "%s)", values->str);
  g_string_free (values, TRUE);
  return g_string_free (text, FALSE);
}

static char *
update_text (const ICertStoreChange *change)
{
  GString *text = g_string_new ("UPDATE ");
  const char *glue = " SET ";

  g_string_append (text, icert_store_table_name (change->table));
  if (change->table == ICERT_STORE_REQUESTS)
    {
      g_string_append_printf (text, "%s%s = %s + 1", glue,
                              column_name (ICERT_STORE_REQUESTS, ICERT_REQUEST_VERSION),
                              column_name (ICERT_STORE_REQUESTS, ICERT_REQUEST_VERSION));
      glue = ", ";
    }
  for (guint i = 0; i < change->n_values; i++)
    if (!is_key (change->table, change->columns[i]))
      {
        g_string_append_printf (text, "%s%s = ?%u", glue,
                                column_name (change->table, change->columns[i]), i + 1);
        glue = ", ";
      }

  glue = " WHERE ";
  for (guint i = 0; i < change->n_values; i++)
    if (is_key (change->table, change->columns[i]))
      {
        g_string_append_printf (text, "%s%s = ?%u", glue,
                                column_name (change->table, change->columns[i]), i + 1);
        glue = " AND ";
      }
  if (change->expected_version != 0)
    g_string_append_printf (text, " AND %s = ?%u",
                            column_name (ICERT_STORE_REQUESTS, ICERT_REQUEST_VERSION),
                            change->n_values + 1);
  return g_string_free (text, FALSE);
}

static char *
delete_text (const ICertStoreChange *change)
{
  GString *text = g_string_new ("DELETE FROM ");

  g_string_append (text, icert_store_table_name (change->table));
  for (guint i = 0; i < change->n_values; i++)
    g_string_append_printf (text, "%s%s IS ?%u", i > 0 ? " AND " : " WHERE ",
                            column_name (change->table, change->columns[i]), i + 1);
  return g_string_free (text, FALSE);
}

char *
store_sqlite_change_text (const ICertStoreChange *change, GError **error)
{
  if (!check_change (change, error))
    return NULL;
  switch (change->verb)
    {
    case ICERT_STORE_INSERT:
      return insert_text (change);
    case ICERT_STORE_UPDATE:
      return update_text (change);
    case ICERT_STORE_DELETE:
      return delete_text (change);
    }
  icert_set_error (error, ICERT_ERROR_INTERNAL, "store", "no verb %d", (int) change->verb);
  return NULL;
}

/* Values */

static int
bind_value (sqlite3_stmt *statement, int parameter, const ICertStoreValue *value)
{
  /* NULL with size 0 would bind an empty cell */
  const void *data = value->data != NULL ? value->data : "";

  switch (value->type)
    {
    case ICERT_PROPERTY_TYPE_NONE:
      return sqlite3_bind_null (statement, parameter);
    case ICERT_PROPERTY_TYPE_LONG:
    case ICERT_PROPERTY_TYPE_DATE:
      return sqlite3_bind_int64 (statement, parameter, value->integer);
    case ICERT_PROPERTY_TYPE_STRING:
      return sqlite3_bind_text64 (statement, parameter, data, value->size, SQLITE_STATIC,
                                  SQLITE_UTF8);
    case ICERT_PROPERTY_TYPE_BINARY:
      return sqlite3_bind_blob64 (statement, parameter, data, value->size, SQLITE_STATIC);
    }
  return SQLITE_MISMATCH;
}

/* An empty value goes anywhere; for a comparison a long is as good as a date. */
static gboolean
check_type (ICertStoreTable table, guint column, const ICertStoreValue *value, GError **error)
{
  const ICertStoreColumnInfo *info = column_info (table, column);
  gboolean number
      = info->type == ICERT_PROPERTY_TYPE_LONG || info->type == ICERT_PROPERTY_TYPE_DATE;

  if (value->type == ICERT_PROPERTY_TYPE_NONE || value->type == info->type
      || (number
          && (value->type == ICERT_PROPERTY_TYPE_LONG || value->type == ICERT_PROPERTY_TYPE_DATE)))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_INTERNAL, info->name, "has type %d (%d)", (int) value->type,
                   (int) info->type);
  return FALSE;
}

static gboolean
check_cell (ICertStoreTable table, guint column, const ICertStoreValue *value, GError **error)
{
  const ICertStoreColumnInfo *info = column_info (table, column);
  GError *local = NULL;

  if (!check_type (table, column, value, error))
    return FALSE;
  if (info->max_length == 0 || value->size <= info->max_length
      || (value->type != ICERT_PROPERTY_TYPE_STRING && value->type != ICERT_PROPERTY_TYPE_BINARY))
    return TRUE;
  icert_set_error (&local, ICERT_ERROR_TOO_LARGE, info->name,
                   "has %" G_GSIZE_FORMAT " octets (at most %u)", value->size, info->max_length);
  icert_error_add_detail (local, "limit", "%u", info->max_length);
  icert_error_add_detail (local, "actual", "%" G_GSIZE_FORMAT, value->size);
  g_propagate_error (error, local);
  return FALSE;
}

static gboolean
check_bound (int result, GError **error)
{
  if (result == SQLITE_OK)
    return TRUE;
  icert_set_error (error, result == SQLITE_TOOBIG ? ICERT_ERROR_TOO_LARGE : ICERT_ERROR_STORAGE,
                   "store", "a value was refused: %s (SQLite code %d)", sqlite3_errstr (result),
                   result);
  return FALSE;
}

gboolean
store_sqlite_change_bind (sqlite3_stmt *statement, const ICertStoreChange *change, GError **error)
{
  for (guint i = 0; i < change->n_values; i++)
    if (!check_cell (change->table, change->columns[i], &change->values[i], error)
        || !check_bound (bind_value (statement, i + 1, &change->values[i]), error))
      return FALSE;

  return change->expected_version == 0
         || check_bound (
             sqlite3_bind_int64 (statement, change->n_values + 1, change->expected_version), error);
}

/* Conditions */

static gboolean
check_named (ICertStoreTable table, const ICertStoreCondition *condition, GError **error)
{
  if (table == ICERT_STORE_REQUESTS && condition->column <= ICERT_NAME_KIND_REGISTERED_ID
      && (condition->seek == ICERT_SEEK_EQ || condition->seek == ICERT_SEEK_PREFIX)
      && condition->value.type == ICERT_PROPERTY_TYPE_STRING)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_INTERNAL, icert_store_table_name (table),
                   "cannot be asked for a name so (a request that has it)");
  return FALSE;
}

static gboolean
check_condition (ICertStoreTable table,
                 const ICertStoreCondition *condition,
                 guint depth,
                 guint *n_comparisons,
                 GError **error)
{
  if (depth > MAX_DEPTH || *n_comparisons >= MAX_COMPARISONS)
    {
      icert_set_error (error, ICERT_ERROR_TOO_LARGE, "condition",
                       "is too large (at most %d comparisons, %d deep)", MAX_COMPARISONS,
                       MAX_DEPTH);
      return FALSE;
    }
  if (condition->kind == ICERT_STORE_NAMED)
    {
      *n_comparisons += 1;
      return check_named (table, condition, error);
    }
  if (condition->kind == ICERT_STORE_COMPARE)
    {
      *n_comparisons += 1;
      return check_column (table, condition->column, error)
             && check_type (table, condition->column, &condition->value, error);
    }
  for (guint i = 0; i < condition->n_parts; i++)
    if (!check_condition (table, condition->parts[i], depth + 1, n_comparisons, error))
      return FALSE;
  return TRUE;
}

/* How a comparison is written. SQL's own rule for NULL does the rest: comparing with it is never
 * true, but for IS and IS NOT. What begins with a text is neither less than it nor beyond the last
 * that begins so: two comparisons, and a range of the index. */
static const char *
seek_operator (ICertSeek seek)
{
  switch (seek)
    {
    case ICERT_SEEK_EQ:
      return "IS";
    case ICERT_SEEK_LT:
      return "<";
    case ICERT_SEEK_LE:
      return "<=";
    case ICERT_SEEK_GE:
      return ">=";
    case ICERT_SEEK_GT:
      return ">";
    case ICERT_SEEK_NE:
      return "IS NOT";
    case ICERT_SEEK_PREFIX:
      return ">=";
    case ICERT_SEEK_NONE:
      break;
    }
  return NULL;
}

/* "=" where the value is not empty: SQLite's planner knows more about it than about IS */
static const char *
comparison_operator (const ICertStoreCondition *condition)
{
  if (condition->seek == ICERT_SEEK_EQ && condition->value.type != ICERT_PROPERTY_TYPE_NONE)
    return "=";
  return seek_operator (condition->seek);
}

static gboolean
is_prefix (const ICertStoreCondition *condition)
{
  return condition->seek == ICERT_SEEK_PREFIX
         && condition->value.type == ICERT_PROPERTY_TYPE_STRING;
}

/* Octets of the hash that its index holds (data/sql/sqlite.sql) */
#define INDEXED_DIGITS "8"

/* whether the index holds no more of the column than its first digits, so that a value has to be
 * compared with both */
static gboolean
is_short_lookup (ICertStoreTable table, const ICertStoreCondition *condition)
{
  return table == ICERT_STORE_REQUESTS && condition->column == ICERT_REQUEST_CERTIFICATE_HASH_SHA256
         && condition->seek == ICERT_SEEK_EQ && condition->value.type != ICERT_PROPERTY_TYPE_NONE;
}

/* A comparison whose value stands in the text, since SQLite uses a partial index only where the
 * statement itself says that its condition holds: whether a cell is empty, and which of its four
 * states a serial has. No parameter then. */
static gboolean
is_literal (ICertStoreTable table, const ICertStoreCondition *condition)
{
  const ICertStoreValue *value = &condition->value;

  if (value->type == ICERT_PROPERTY_TYPE_NONE)
    return condition->seek == ICERT_SEEK_EQ || condition->seek == ICERT_SEEK_NE;
  return table == ICERT_STORE_SERIALS && condition->column == ICERT_SERIAL_STATE
         && condition->seek == ICERT_SEEK_EQ && value->integer >= ICERT_SERIAL_STATE_INTENT
         && value->integer <= ICERT_SERIAL_STATE_ORPHANED;
}

static void
append_literal (GString *text, const ICertStoreValue *value)
{
  if (value->type == ICERT_PROPERTY_TYPE_NONE)
    g_string_append (text, "NULL");
  else
    g_string_append_c (text, '0' + (char) value->integer);
}

/* @apart: not by the index of the column; SQLite takes a plus as a sign of that */
static void
append_comparison (GString *text,
                   ICertStoreTable table,
                   const ICertStoreCondition *condition,
                   gboolean apart)
{
  g_autofree char *name
      = g_strconcat (apart ? "+" : "", column_name (table, condition->column), NULL);

  if (comparison_operator (condition) == NULL)
    g_string_append_c (text, '1');
  else if (is_prefix (condition))
    g_string_append_printf (text, "%s >= ? AND %s < ?", name, name);
  /* the plus keeps SQLite from putting the value into the other comparison as well */
  else if (is_short_lookup (table, condition))
    g_string_append_printf (
        text, "+%s = ? AND substr(%s, 1, " INDEXED_DIGITS ") = substr(?, 1, " INDEXED_DIGITS ")",
        name, name);
  else
    {
      g_string_append_printf (text, "%s %s ", name, comparison_operator (condition));
      if (is_literal (table, condition))
        append_literal (text, &condition->value);
      else
        g_string_append_c (text, '?');
    }
}

/* The kinds are written out, so that each is a search of its own in the key of the names. */
static void
append_named (GString *text, const ICertStoreCondition *condition)
{
  const gboolean prefix = condition->seek == ICERT_SEEK_PREFIX;

  g_string_append (text, "id IN (SELECT request_id FROM names WHERE kind ");
  if (condition->column != ICERT_NAME_KIND_NONE)
    g_string_append_printf (text, "= %u", condition->column);
  else
    g_string_append (text, "IN (1, 2, 3, 4, 5, 6, 7, 8, 9)");
  g_string_append (text, prefix ? " AND value >= ? AND value < ?)" : " AND value = ?)");
}

/* whether an index leads to the rows that fulfil the comparison */
static gboolean
is_search (ICertStoreTable table, const ICertStoreCondition *condition)
{
  const ICertStoreColumnInfo *info = column_info (table, condition->column);
  const gboolean empty = condition->value.type == ICERT_PROPERTY_TYPE_NONE;

  if (condition->seek == ICERT_SEEK_NONE || condition->seek == ICERT_SEEK_NE)
    return FALSE;
  if (is_short_lookup (table, condition))
    return TRUE;
  if ((info->flags & ICERT_STORE_COLUMN_LOOKUP) != 0)
    return !empty && condition->column != ICERT_REQUEST_CERTIFICATE_HASH_SHA256;
  return (info->flags & ICERT_STORE_COLUMN_INDEXED) != 0
         || (condition->column == 0 && is_key (table, 0));
}

static gboolean
is_of_disposition (ICertStoreTable table, const ICertStoreCondition *condition)
{
  return table == ICERT_STORE_REQUESTS && condition->kind == ICERT_STORE_COMPARE
         && condition->column == ICERT_REQUEST_DISPOSITION;
}

/* Whether indexes lead to the rows that fulfil @condition. @but_disposition: other indexes than
 * that of the dispositions, of which nearly every row has the same. */
static gboolean
has_search (ICertStoreTable table, const ICertStoreCondition *condition, gboolean but_disposition)
{
  const gboolean any = condition->kind == ICERT_STORE_AND;

  if (condition->kind == ICERT_STORE_NAMED)
    return TRUE;
  if (condition->kind == ICERT_STORE_COMPARE)
    return is_search (table, condition)
           && !(but_disposition && is_of_disposition (table, condition));
  for (guint i = 0; i < condition->n_parts; i++)
    if (has_search (table, condition->parts[i], but_disposition) == any)
      return any;
  return !any;
}

/* @apart: the condition's columns but @but (-1 = none) are compared without their indexes */
static void
append_condition (GString *text,
                  ICertStoreTable table,
                  const ICertStoreCondition *condition,
                  gboolean apart,
                  int but)
{
  const gboolean other_way
      = condition->kind == ICERT_STORE_AND && has_search (table, condition, TRUE);

  if (condition->kind == ICERT_STORE_NAMED)
    {
      append_named (text, condition);
      return;
    }
  if (condition->kind == ICERT_STORE_COMPARE)
    {
      append_comparison (text, table, condition, apart && (int) condition->column != but);
      return;
    }
  /* nothing to fulfil is fulfilled; no alternative is not */
  if (condition->n_parts == 0)
    g_string_append_c (text, condition->kind == ICERT_STORE_AND ? '1' : '0');
  for (guint i = 0; i < condition->n_parts; i++)
    {
      if (i > 0)
        g_string_append (text, condition->kind == ICERT_STORE_AND ? " AND " : " OR ");
      g_string_append_c (text, '(');
      /* SQLite takes any value for one that few rows have, also a disposition */
      if (other_way && is_of_disposition (table, condition->parts[i]))
        append_comparison (text, table, condition->parts[i], TRUE);
      else
        append_condition (text, table, condition->parts[i], apart, but);
      g_string_append_c (text, ')');
    }
}

/* The least text behind all that begin with @value: UTF-8 has no octet 255, so there is one more.
 */
static int
bind_end_of_prefix (sqlite3_stmt *statement, int parameter, const ICertStoreValue *value)
{
  g_autofree char *end = g_malloc (value->size + 1);

  if (value->size > 0)
    memcpy (end, value->data, value->size);
  end[value->size] = '\xff';
  if (value->size > 0)
    end[value->size - 1] += 1;
  return sqlite3_bind_text64 (statement, parameter, end, MAX (value->size, 1), SQLITE_TRANSIENT,
                              SQLITE_UTF8);
}

static gboolean
bind_comparison (sqlite3_stmt *statement,
                 int *parameter,
                 ICertStoreTable table,
                 const ICertStoreCondition *condition)
{
  const ICertStoreValue *value = &condition->value;

  if (comparison_operator (condition) == NULL || is_literal (table, condition))
    return TRUE;
  if (bind_value (statement, ++*parameter, value) != SQLITE_OK)
    return FALSE;
  if (is_prefix (condition) && bind_end_of_prefix (statement, ++*parameter, value) != SQLITE_OK)
    return FALSE;
  return !is_short_lookup (table, condition)
         || bind_value (statement, ++*parameter, value) == SQLITE_OK;
}

static gboolean
bind_condition (sqlite3_stmt *statement,
                int *parameter,
                ICertStoreTable table,
                const ICertStoreCondition *condition)
{
  if (condition->kind == ICERT_STORE_COMPARE || condition->kind == ICERT_STORE_NAMED)
    return bind_comparison (statement, parameter, table, condition);

  for (guint i = 0; i < condition->n_parts; i++)
    if (!bind_condition (statement, parameter, table, condition->parts[i]))
      return FALSE;
  return TRUE;
}

/* Queries */

/* The columns that a query is sorted by: the sort column, unless the key begins with it, and then
 * the key. */
typedef struct
{
  guint8 columns[8];
  guint n_columns;
  gboolean sorted;    /* the first one is a sort column that may be empty */
  guint first_cursor; /* cell of the cursor that belongs to the first column */
} Order;

static Order
query_order (const ICertStoreQuery *query)
{
  Order order = { .n_columns = 0 };
  guint n_columns;
  int first_key = -1;

  icert_store_table_columns (query->table, &n_columns);
  for (guint i = 0; i < n_columns && first_key < 0; i++)
    if (is_key (query->table, i))
      first_key = i;
  if (query->sort_column >= 0 && query->sort_column != first_key)
    {
      order.sorted = TRUE;
      order.columns[order.n_columns++] = query->sort_column;
    }
  order.first_cursor = query->sort_column >= 0 && !order.sorted ? 1 : 0;
  for (guint i = 0; i < n_columns; i++)
    if (is_key (query->table, i))
      order.columns[order.n_columns++] = i;
  return order;
}

gboolean
store_sqlite_query_check (const ICertStoreQuery *query, GError **error)
{
  guint n_comparisons = 0;
  Order order;

  if (!check_table (query->table, error))
    return FALSE;
  if (query->n_columns == 0)
    {
      icert_set_error (error, ICERT_ERROR_INTERNAL, "query", "asks for no column");
      return FALSE;
    }
  for (guint i = 0; i < query->n_columns; i++)
    if (!check_column (query->table, query->columns[i], error))
      return FALSE;
  if (query->sort_column >= 0 && !check_column (query->table, query->sort_column, error))
    return FALSE;
  if (query->condition != NULL
      && !check_condition (query->table, query->condition, 0, &n_comparisons, error))
    return FALSE;
  if (query->n_after == 0)
    return TRUE;

  order = query_order (query);
  if (query->n_after != order.n_columns + order.first_cursor)
    {
      icert_set_error (error, ICERT_ERROR_INTERNAL, "cursor", "has %u cells (%u)", query->n_after,
                       order.n_columns + order.first_cursor);
      return FALSE;
    }
  for (guint i = 0; i < order.n_columns; i++)
    if (!check_type (query->table, order.columns[i], &query->after[i + order.first_cursor], error))
      return FALSE;
  return TRUE;
}

/* Empty cells sort first. SQL says "after the cursor" with a row value, (a, b) > (?, ?), and SQLite
 * finds that place in an index; but a row value with an empty cell in it is neither greater nor
 * less. So the rows with an empty sort cell and those with one are asked for one after the other,
 * each a range of the same index. */
guint
store_sqlite_query_plan (const ICertStoreQuery *query, StoreSqlitePart parts[2])
{
  Order order = query_order (query);
  gboolean at_empty
      = query->n_after > 0 && order.sorted && query->after[0].type == ICERT_PROPERTY_TYPE_NONE;

  if (query->n_after == 0)
    {
      parts[0] = STORE_SQLITE_PART_ALL;
      return 1;
    }
  if (!at_empty)
    {
      parts[0] = STORE_SQLITE_PART_AFTER;
      parts[1] = STORE_SQLITE_PART_EMPTY;
      return order.sorted && query->descending ? 2 : 1;
    }
  parts[0] = STORE_SQLITE_PART_EMPTY_KEY;
  parts[1] = STORE_SQLITE_PART_FILLED;
  return query->descending ? 1 : 2;
}

/* " AND (a, b) > (?, ?)" of the columns from @from on; the plus keeps SQLite from going there by
 * the index of the order */
static void
append_after (GString *text,
              const ICertStoreQuery *query,
              const Order *order,
              guint from,
              StoreSqliteWay way)
{
  const char *plus = way == STORE_SQLITE_WAY_FEW ? "+" : "";
  guint n = order->n_columns - from;

  g_string_append (text, " AND (");
  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s%s%s", i > 0 ? ", " : "", plus,
                            column_name (query->table, order->columns[from + i]));
  g_string_append_printf (text, ") %c (", query->descending ? '<' : '>');
  for (guint i = 0; i < n; i++)
    g_string_append (text, i > 0 ? ", ?" : "?");
  g_string_append_c (text, ')');
}

static void
append_part (GString *text,
             const ICertStoreQuery *query,
             const Order *order,
             StoreSqlitePart part,
             StoreSqliteWay way)
{
  g_autofree char *sort = g_strconcat (way == STORE_SQLITE_WAY_FEW ? "+" : "",
                                       column_name (query->table, order->columns[0]), NULL);

  switch (part)
    {
    case STORE_SQLITE_PART_ALL:
      break;
    case STORE_SQLITE_PART_AFTER:
      append_after (text, query, order, 0, way);
      break;
    case STORE_SQLITE_PART_EMPTY_KEY:
      g_string_append_printf (text, " AND %s IS NULL", sort);
      append_after (text, query, order, 1, way);
      break;
    case STORE_SQLITE_PART_EMPTY:
      g_string_append_printf (text, " AND %s IS NULL", sort);
      break;
    case STORE_SQLITE_PART_FILLED:
      g_string_append_printf (text, " AND %s IS NOT NULL", sort);
      break;
    }
}

/* Dispositions */

/* all that the schema lets a row have */
static const gint64 dispositions[] = { 8, 9, 12, 15, 16, 17, 20, 21, 30, 31 };

typedef struct
{
  gint64 values[G_N_ELEMENTS (dispositions)];
  guint n; /* 0: the query is not split */
} Arms;

static gboolean
fulfils (gint64 disposition, const ICertStoreCondition *condition)
{
  gint64 value = condition->value.integer;

  if (condition->value.type == ICERT_PROPERTY_TYPE_NONE)
    return condition->seek == ICERT_SEEK_NE || condition->seek == ICERT_SEEK_NONE;
  switch (condition->seek)
    {
    case ICERT_SEEK_EQ:
      return disposition == value;
    case ICERT_SEEK_LT:
      return disposition < value;
    case ICERT_SEEK_LE:
      return disposition <= value;
    case ICERT_SEEK_GE:
      return disposition >= value;
    case ICERT_SEEK_GT:
      return disposition > value;
    case ICERT_SEEK_NE:
      return disposition != value;
    case ICERT_SEEK_PREFIX:
    case ICERT_SEEK_NONE:
      break;
    }
  return TRUE;
}

/* whether a row with this disposition may fulfil @condition, whatever its other cells are */
static gboolean
may_fulfil (gint64 disposition, const ICertStoreCondition *condition)
{
  if (condition->kind == ICERT_STORE_NAMED)
    return TRUE;
  if (condition->kind == ICERT_STORE_COMPARE)
    return condition->column != ICERT_REQUEST_DISPOSITION || fulfils (disposition, condition);

  for (guint i = 0; i < condition->n_parts; i++)
    if (may_fulfil (disposition, condition->parts[i]) == (condition->kind == ICERT_STORE_OR))
      return condition->kind == ICERT_STORE_OR;
  return condition->kind == ICERT_STORE_AND;
}

/* whether another index leads to few rows in the order of the key already */
static gboolean
has_equality (ICertStoreTable table, const ICertStoreCondition *condition, gboolean but_disposition)
{
  if (condition->kind == ICERT_STORE_AND)
    for (guint i = 0; i < condition->n_parts; i++)
      if (has_equality (table, condition->parts[i], but_disposition))
        return TRUE;
  if (but_disposition && is_of_disposition (table, condition))
    return FALSE;
  return condition->kind == ICERT_STORE_NAMED
         || (condition->kind == ICERT_STORE_COMPARE && condition->seek == ICERT_SEEK_EQ
             && is_search (table, condition));
}

/* P6: the queue, the log and the failed are ranges of dispositions in the order of ids. SQLite
 * would go through all rows for them or sort all that fit, both of which grow with the store. There
 * are few dispositions; the rows of each are a range of the index in the order of ids; so the query
 * becomes one for each disposition that fits, and SQLite merges them row by row. */
static Arms
query_arms (const ICertStoreQuery *query, const Order *order, StoreSqliteWay way)
{
  Arms arms = { .n = 0 };
  guint n_comparisons = 0;

  if (query->table != ICERT_STORE_REQUESTS || query->condition == NULL || order->sorted
      || way == STORE_SQLITE_WAY_FEW || has_equality (query->table, query->condition, FALSE)
      || !check_condition (query->table, query->condition, 0, &n_comparisons, NULL)
      || n_comparisons > MAX_COMPARISONS_SPLIT)
    return arms;
  for (gsize i = 0; i < G_N_ELEMENTS (dispositions); i++)
    if (may_fulfil (dispositions[i], query->condition))
      arms.values[arms.n++] = dispositions[i];
  if (arms.n == G_N_ELEMENTS (dispositions))
    arms.n = 0;
  return arms;
}

static void
append_select (GString *text,
               const ICertStoreQuery *query,
               const Order *order,
               StoreSqlitePart part,
               StoreSqliteWay way,
               gboolean arm)
{
  const gboolean apart = way == STORE_SQLITE_WAY_MANY;
  const int but = order->columns[0];

  g_string_append (text, "SELECT ");
  for (guint i = 0; i < query->n_columns; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "",
                            column_name (query->table, query->columns[i]));
  /* what arms are merged by must be among their columns */
  if (arm)
    g_string_append_printf (text, ", %s", column_name (query->table, order->columns[0]));
  g_string_append_printf (text, " FROM %s WHERE (", icert_store_table_name (query->table));
  if (query->condition != NULL)
    append_condition (text, query->table, query->condition, apart, but);
  else
    g_string_append_c (text, '1');
  g_string_append_c (text, ')');
  if (arm)
    g_string_append_printf (text, " AND %s = ?",
                            column_name (ICERT_STORE_REQUESTS, ICERT_REQUEST_DISPOSITION));
  append_part (text, query, order, part, way);
}

/* whether the condition compares nothing but the column that the rows are ordered by, so that what
 * fulfils it is a range of the order */
static gboolean
is_of_order (const ICertStoreCondition *condition, const Order *order)
{
  if (condition->kind == ICERT_STORE_COMPARE)
    return condition->column == order->columns[0];
  for (guint i = 0; i < condition->n_parts; i++)
    if (!is_of_order (condition->parts[i], order))
      return FALSE;
  return condition->kind != ICERT_STORE_NAMED;
}

/* P6: a condition with an index and an order with another: either the rows that fulfil it are
 * sorted, which is good when they are few, or the order is followed and the others are left out,
 * which is good when they are many. SQLite cannot know, so the store looks. */
gboolean
store_sqlite_query_must_look (const ICertStoreQuery *query)
{
  Order order = query_order (query);
  const ICertStoreCondition *condition = query->condition;

  /* who wants all rows, as a CRL does, has them in either way */
  if (condition == NULL || query->limit == 0 || !has_search (query->table, condition, FALSE)
      || is_of_order (condition, &order))
    return FALSE;
  if (order.sorted)
    return TRUE;
  /* what has one value of a column lies in the order of the key in that column's index */
  if (condition->kind != ICERT_STORE_OR && has_equality (query->table, condition, FALSE))
    return condition->kind == ICERT_STORE_AND && has_search (query->table, condition, TRUE)
           && !has_equality (query->table, condition, TRUE);
  return query_arms (query, &order, STORE_SQLITE_WAY_ANY).n == 0
         || has_search (query->table, condition, TRUE);
}

char *
store_sqlite_look_text (const ICertStoreQuery *query)
{
  GString *text = g_string_new ("SELECT count(*) FROM (SELECT 1 FROM ");

  g_string_append (text, icert_store_table_name (query->table));
  g_string_append (text, " WHERE ");
  append_condition (text, query->table, query->condition, FALSE, -1);
  g_string_append_printf (text, " LIMIT %d)", STORE_SQLITE_FEW + 1);
  return g_string_free (text, FALSE);
}

char *
store_sqlite_query_text (const ICertStoreQuery *query, StoreSqlitePart part, StoreSqliteWay way)
{
  Order order = query_order (query);
  Arms arms = query_arms (query, &order, way);
  const char *plus = way == STORE_SQLITE_WAY_FEW ? "+" : "";
  GString *text = g_string_new (NULL);

  append_select (text, query, &order, part, way, arms.n > 0);
  for (guint i = 1; i < arms.n; i++)
    {
      g_string_append (text, " UNION ALL ");
      append_select (text, query, &order, part, way, TRUE);
    }
  if (arms.n > 1)
    g_string_append_printf (text, " ORDER BY %u%s", query->n_columns + 1,
                            query->descending ? " DESC" : "");
  for (guint i = 0; arms.n <= 1 && i < order.n_columns; i++)
    g_string_append_printf (text, "%s%s%s%s", i > 0 ? ", " : " ORDER BY ", plus,
                            column_name (query->table, order.columns[i]),
                            query->descending ? " DESC" : "");
  g_string_append (text, " LIMIT ?");
  return g_string_free (text, FALSE);
}

static gboolean
bind_select (sqlite3_stmt *statement,
             int *parameter,
             const ICertStoreQuery *query,
             const Order *order,
             StoreSqlitePart part,
             const gint64 *disposition)
{
  guint from = order->n_columns;

  if (query->condition != NULL
      && !bind_condition (statement, parameter, query->table, query->condition))
    return FALSE;
  if (disposition != NULL
      && sqlite3_bind_int64 (statement, ++*parameter, *disposition) != SQLITE_OK)
    return FALSE;
  if (part == STORE_SQLITE_PART_AFTER)
    from = 0;
  else if (part == STORE_SQLITE_PART_EMPTY_KEY)
    from = 1;
  for (guint i = from; i < order->n_columns; i++)
    if (bind_value (statement, ++*parameter, &query->after[i + order->first_cursor]) != SQLITE_OK)
      return FALSE;
  return TRUE;
}

gboolean
store_sqlite_query_bind (sqlite3_stmt *statement,
                         const ICertStoreQuery *query,
                         StoreSqlitePart part,
                         StoreSqliteWay way,
                         gint64 limit)
{
  Order order = query_order (query);
  Arms arms = query_arms (query, &order, way);
  int parameter = 0;

  if (arms.n == 0 && !bind_select (statement, &parameter, query, &order, part, NULL))
    return FALSE;
  for (guint i = 0; i < arms.n; i++)
    if (!bind_select (statement, &parameter, query, &order, part, &arms.values[i]))
      return FALSE;
  return sqlite3_bind_int64 (statement, ++parameter, limit) == SQLITE_OK;
}

gboolean
store_sqlite_count_check (ICertStoreTable table,
                          const ICertStoreCondition *condition,
                          GError **error)
{
  guint n_comparisons = 0;

  return check_table (table, error)
         && (condition == NULL || check_condition (table, condition, 0, &n_comparisons, error));
}

char *
store_sqlite_count_text (ICertStoreTable table, const ICertStoreCondition *condition)
{
  GString *text = g_string_new ("SELECT count(*) FROM ");

  g_string_append (text, icert_store_table_name (table));
  if (condition != NULL)
    {
      g_string_append (text, " WHERE ");
      append_condition (text, table, condition, FALSE, -1);
    }
  return g_string_free (text, FALSE);
}

gboolean
store_sqlite_count_bind (sqlite3_stmt *statement,
                         ICertStoreTable table,
                         const ICertStoreCondition *condition)
{
  int parameter = 0;

  return condition == NULL || bind_condition (statement, &parameter, table, condition);
}

/* Groups */

gboolean
store_sqlite_group_check (ICertStoreTable table,
                          guint column,
                          ICertPeriod period,
                          const ICertStoreCondition *condition,
                          GError **error)
{
  if (!store_sqlite_count_check (table, condition, error) || !check_column (table, column, error))
    return FALSE;
  if (period == ICERT_PERIOD_NONE
      || ((guint) period <= ICERT_PERIOD_YEAR
          && column_info (table, column)->type == ICERT_PROPERTY_TYPE_DATE))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_INTERNAL, column_info (table, column)->name,
                   "has no period %d (a date)", (int) period);
  return FALSE;
}

char *
store_sqlite_group_text (ICertStoreTable table,
                         guint column,
                         ICertPeriod period,
                         const ICertStoreCondition *condition)
{
  static const char *const beginnings[] = { NULL, "day", "month", "year" };
  GString *text = g_string_new ("SELECT ");
  const char *name = column_name (table, column);

  if (period == ICERT_PERIOD_NONE)
    g_string_append (text, name);
  else
    g_string_append_printf (text,
                            "CAST(strftime('%%s', %s / 1000000, 'unixepoch', 'start of %s') "
                            "AS INTEGER) * 1000000",
                            name, beginnings[period]);
  g_string_append_printf (text, ", count(*) FROM %s", icert_store_table_name (table));
  if (condition != NULL)
    {
      g_string_append (text, " WHERE ");
      append_condition (text, table, condition, FALSE, -1);
    }
  g_string_append (text, " GROUP BY 1 ORDER BY 1 LIMIT ?");
  return g_string_free (text, FALSE);
}

gboolean
store_sqlite_group_bind (sqlite3_stmt *statement,
                         ICertStoreTable table,
                         const ICertStoreCondition *condition,
                         gint64 limit)
{
  int parameter = 0;

  return (condition == NULL || bind_condition (statement, &parameter, table, condition))
         && sqlite3_bind_int64 (statement, ++parameter, limit) == SQLITE_OK;
}

void
store_sqlite_row_read (sqlite3_stmt *statement,
                       ICertStoreTable table,
                       const guint8 *columns,
                       guint n_columns,
                       ICertStoreValue *values)
{
  const ICertStoreColumnInfo *infos = icert_store_table_columns (table, NULL);

  for (guint i = 0; i < n_columns; i++)
    {
      ICertStoreValue *value = &values[i];
      /* one call of SQLite for the cell; the others look at what it gave (a scan reads millions) */
      sqlite3_value *cell = sqlite3_column_value (statement, i);

      *value = (ICertStoreValue){ .type = infos[columns[i]].type };
      switch (sqlite3_value_type (cell))
        {
        case SQLITE_INTEGER:
          value->integer = sqlite3_value_int64 (cell);
          break;
        case SQLITE_TEXT:
          value->data = sqlite3_value_text (cell);
          value->size = sqlite3_value_bytes (cell);
          break;
        case SQLITE_BLOB:
          value->data = sqlite3_value_blob (cell);
          value->size = sqlite3_value_bytes (cell);
          break;
        default:
          value->type = ICERT_PROPERTY_TYPE_NONE;
        }
    }
}
