/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-view.h"

#include "icert-enum-types.h"
#include "icert-invoker-private.h"
#include "icert-private.h"

/**
 * ICertView:
 *
 * A query over the CA's database (AD CS: ICertView, ICertView2). Get one with
 * [func@ICert.View.open], say what is wanted, and call [method@ICert.View.open_view].
 *
 * Restrictions are ANDed; [method@ICert.View.add_alternative] begins the next alternative, so a
 * view takes ORs of ANDs. Not to be used from two threads at once.
 */
G_DEFINE_INTERFACE (ICertView, icert_view, G_TYPE_OBJECT)

ICERT_DEFINE_UNSUPPORTED (icert_view, set_table, gboolean, FALSE, ICertView *self, ICertTable table)

ICERT_DEFINE_UNSUPPORTED (icert_view, list_columns, GListModel *, NULL, ICertView *self)

ICERT_DEFINE_UNSUPPORTED (icert_view,
                          set_columns,
                          gboolean,
                          FALSE,
                          ICertView *self,
                          const char *const *names)

ICERT_DEFINE_UNSUPPORTED (icert_view,
                          set_column_set,
                          gboolean,
                          FALSE,
                          ICertView *self,
                          ICertColumnSet column_set)

ICERT_DEFINE_UNSUPPORTED (icert_view,
                          add_restriction,
                          gboolean,
                          FALSE,
                          ICertView *self,
                          const char *column,
                          ICertSeek seek,
                          GVariant *value)

ICERT_DEFINE_UNSUPPORTED (icert_view, add_alternative, gboolean, FALSE, ICertView *self)

ICERT_DEFINE_UNSUPPORTED (icert_view,
                          set_sort,
                          gboolean,
                          FALSE,
                          ICertView *self,
                          const char *column,
                          ICertSort sort)

ICERT_DEFINE_UNSUPPORTED (icert_view,
                          set_cursor,
                          gboolean,
                          FALSE,
                          ICertView *self,
                          const char *cursor)

ICERT_DEFINE_UNSUPPORTED (icert_view,
                          open_view,
                          ICertEnumViewRow *,
                          NULL,
                          ICertView *self,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_view, count, gint64, -1, ICertView *self, GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_view,
                          count_by,
                          GPtrArray *,
                          NULL,
                          ICertView *self,
                          const char *column,
                          ICertPeriod period,
                          guint max,
                          GCancellable *cancellable)

static void
icert_view_default_init (ICertViewInterface *iface)
{
  iface->set_table = icert_view_real_set_table;
  iface->list_columns = icert_view_real_list_columns;
  iface->set_columns = icert_view_real_set_columns;
  iface->set_column_set = icert_view_real_set_column_set;
  iface->add_restriction = icert_view_real_add_restriction;
  iface->add_alternative = icert_view_real_add_alternative;
  iface->set_sort = icert_view_real_set_sort;
  iface->set_cursor = icert_view_real_set_cursor;
  iface->open_view = icert_view_real_open_view;
  iface->count = icert_view_real_count;
  iface->count_by = icert_view_real_count_by;

  /**
   * ICertView:config:
   *
   * Config string of the CA, `HOST\CA NAME` (AD CS: ICertView::OpenConnection).
   */
  g_object_interface_install_property (
      iface,
      g_param_spec_string ("config", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
}

/**
 * icert_view_set_table:
 * @self: a view
 * @table: the table to read
 * @error: return location for an error
 *
 * Chooses the table (AD CS: ICertView2::SetTable); without it requests are read. Columns,
 * restrictions and order are forgotten.
 *
 * Errors: `ICERT_ERROR_MALFORMED` for an unknown table; `ICERT_ERROR_NOT_SUPPORTED` for one this CA
 * does not keep.
 *
 * Returns: `TRUE` when the table is chosen
 */
gboolean
icert_view_set_table (ICertView *self, ICertTable table, GError **error)
{
  ICertViewInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_VIEW (self), FALSE);

  if (!_icert_check_enum (ICERT_TYPE_TABLE, table, "table", error))
    return FALSE;
  iface = ICERT_VIEW_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, set_table, FALSE, error);
  ok = iface->set_table (self, table, &local_error);
  return _icert_end_boolean (ok, local_error, self, "set_table", error);
}

/**
 * icert_view_list_columns:
 * @self: a view
 * @error: return location for an error
 *
 * Lists the columns of the table (AD CS: EnumCertViewColumn, GetColumnCount, GetColumnIndex).
 *
 * Errors: those of the CA; `ICERT_ERROR_FAILED` when it failed without an error.
 *
 * Returns: (transfer full): a list of [class@ICert.ViewColumn], or `NULL` with `error` set
 */
GListModel *
icert_view_list_columns (ICertView *self, GError **error)
{
  ICertViewInterface *iface;
  GError *local_error = NULL;
  GListModel *columns;

  g_return_val_if_fail (ICERT_IS_VIEW (self), NULL);

  iface = ICERT_VIEW_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, list_columns, NULL, error);
  columns = iface->list_columns (self, &local_error);
  return _icert_end_object (columns, G_TYPE_LIST_MODEL, local_error, self, "list_columns", error);
}

/**
 * icert_view_set_columns:
 * @self: a view
 * @names: (array zero-terminated=1): names of columns, without case, at least one
 * @error: return location for an error
 *
 * Chooses the columns of the rows (AD CS: SetResultColumnCount, SetResultColumn); without it all of
 * the small ones are read.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME`; `ICERT_ERROR_MALFORMED` for an empty list or name.
 *
 * Returns: `TRUE` when the columns are chosen
 */
gboolean
icert_view_set_columns (ICertView *self, const char *const *names, GError **error)
{
  ICertViewInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_VIEW (self), FALSE);

  if (!_icert_check_strv (names, "columns", error)
      || !_icert_check_not_null (names[0], "columns", error))
    return FALSE;
  iface = ICERT_VIEW_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, set_columns, FALSE, error);
  ok = iface->set_columns (self, names, &local_error);
  return _icert_end_boolean (ok, local_error, self, "set_columns", error);
}

/**
 * icert_view_set_column_set:
 * @self: a view
 * @column_set: a usual set of columns
 * @error: return location for an error
 *
 * Chooses a usual set of columns (AD CS: SetResultColumnCount with CV_COLUMN_*_DEFAULT).
 *
 * Errors: `ICERT_ERROR_MALFORMED` for an unknown set; `ICERT_ERROR_WRONG_STATE` for one of another
 * table.
 *
 * Returns: `TRUE` when the columns are chosen
 */
gboolean
icert_view_set_column_set (ICertView *self, ICertColumnSet column_set, GError **error)
{
  ICertViewInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_VIEW (self), FALSE);

  if (!_icert_check_enum (ICERT_TYPE_COLUMN_SET, column_set, "column set", error))
    return FALSE;
  iface = ICERT_VIEW_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, set_column_set, FALSE, error);
  ok = iface->set_column_set (self, column_set, &local_error);
  return _icert_end_boolean (ok, local_error, self, "set_column_set", error);
}

/**
 * icert_view_add_restriction:
 * @self: a view
 * @column: name of a column, without case
 * @seek: how the cell is compared
 * @value: (nullable): what the cell is compared with, in the column's type (integers of any width);
 *   `NULL` for an empty cell
 * @error: return location for an error
 *
 * Leaves out the rows whose cell compares otherwise (AD CS: SetRestriction).
 *
 * Requests are also found by the alternative names of their certificates: by `SubjectAltName`, or
 * `SubjectAltName.KIND` for names of one kind (`dNSName`, `rfc822Name`, `iPAddress` … or `dns`,
 * `email`, `ipaddress`, as AD CS has them), with `ICERT_SEEK_EQ` or `ICERT_SEEK_PREFIX`. Serial
 * numbers and hashes may have colons, blanks and capitals.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME`; `ICERT_ERROR_MALFORMED` for an unknown comparison or a value
 * of another type; `ICERT_ERROR_UNSUPPORTED` for a column that cannot be compared.
 *
 * Returns: `TRUE` when the restriction is added
 */
gboolean
icert_view_add_restriction (ICertView *self,
                            const char *column,
                            ICertSeek seek,
                            GVariant *value,
                            GError **error)
{
  g_autoptr (GVariant) sunk = value != NULL ? g_variant_ref_sink (value) : NULL;
  ICertViewInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_VIEW (self), FALSE);

  if (!_icert_check_text (column, "column", error)
      || !_icert_check_enum (ICERT_TYPE_SEEK, seek, "seek", error))
    return FALSE;
  if (seek == ICERT_SEEK_NONE)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, "seek", "none (a comparison)");
      return FALSE;
    }
  iface = ICERT_VIEW_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, add_restriction, FALSE, error);
  ok = iface->add_restriction (self, column, seek, sunk, &local_error);
  return _icert_end_boolean (ok, local_error, self, "add_restriction", error);
}

typedef struct
{
  ICertSeek seek;
  gint64 disposition;
} SetBound;

static gboolean
add_bound (ICertView *self, const SetBound *bound, GError **error)
{
  return bound->seek == ICERT_SEEK_NONE
         || icert_view_add_restriction (self, "Request.Disposition", bound->seek,
                                        g_variant_new_int64 (bound->disposition), error);
}

/**
 * icert_view_restrict_to_set:
 * @self: a view
 * @column_set: whose rows: the queue (what waits), the log (what was issued), the log of failures
 *   or the revoked
 * @error: return location for an error
 *
 * Leaves out the rows that the usual set of columns is not for (AD CS: SetRestriction with a
 * negative column). It is a restriction of the alternative that was begun last, like any other.
 *
 * Errors: `ICERT_ERROR_MALFORMED` for an unknown set; `ICERT_ERROR_NOT_SUPPORTED` for one that is
 * of another table than requests; those of [method@ICert.View.add_restriction].
 *
 * Returns: `TRUE` when the restriction is added
 */
gboolean
icert_view_restrict_to_set (ICertView *self, ICertColumnSet column_set, GError **error)
{
  static const struct
  {
    ICertColumnSet column_set;
    SetBound bounds[2];
  } sets[] = {
    { ICERT_COLUMN_SET_QUEUE, { { ICERT_SEEK_LT, ICERT_ROW_DISPOSITION_FOREIGN } } },
    { ICERT_COLUMN_SET_LOG,
      { { ICERT_SEEK_GE, ICERT_ROW_DISPOSITION_ISSUED },
        { ICERT_SEEK_LT, ICERT_ROW_DISPOSITION_ERROR } } },
    { ICERT_COLUMN_SET_LOG_FAILED, { { ICERT_SEEK_GE, ICERT_ROW_DISPOSITION_ERROR } } },
    { ICERT_COLUMN_SET_LOG_REVOKED, { { ICERT_SEEK_EQ, ICERT_ROW_DISPOSITION_REVOKED } } },
  };

  g_return_val_if_fail (ICERT_IS_VIEW (self), FALSE);

  if (!_icert_check_enum (ICERT_TYPE_COLUMN_SET, column_set, "column set", error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (sets); i++)
    if (sets[i].column_set == column_set)
      return add_bound (self, &sets[i].bounds[0], error)
             && add_bound (self, &sets[i].bounds[1], error);
  icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, "column set",
                   "%d chooses no rows (queue, log, failed or revoked)", (int) column_set);
  return FALSE;
}

/**
 * icert_view_add_alternative:
 * @self: a view
 * @error: return location for an error
 *
 * Begins the next alternative: a row is given when it passes all restrictions of one alternative.
 * No counterpart in AD CS.
 *
 * Errors: `ICERT_ERROR_WRONG_STATE` when the alternative before has no restriction.
 *
 * Returns: `TRUE` when the next restriction belongs to a new alternative
 */
gboolean
icert_view_add_alternative (ICertView *self, GError **error)
{
  ICertViewInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_VIEW (self), FALSE);

  iface = ICERT_VIEW_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, add_alternative, FALSE, error);
  ok = iface->add_alternative (self, &local_error);
  return _icert_end_boolean (ok, local_error, self, "add_alternative", error);
}

/**
 * icert_view_set_sort:
 * @self: a view
 * @column: name of an indexed column, without case
 * @sort: direction
 * @error: return location for an error
 *
 * Chooses the order of the rows (AD CS: the sort argument of SetRestriction); without it they come
 * by the table's key.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME`; `ICERT_ERROR_UNSUPPORTED` for a column without an index;
 * `ICERT_ERROR_MALFORMED` for an unknown direction.
 *
 * Returns: `TRUE` when the order is chosen
 */
gboolean
icert_view_set_sort (ICertView *self, const char *column, ICertSort sort, GError **error)
{
  ICertViewInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_VIEW (self), FALSE);

  if (!_icert_check_text (column, "column", error)
      || !_icert_check_enum (ICERT_TYPE_SORT, sort, "sort", error))
    return FALSE;
  iface = ICERT_VIEW_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, set_sort, FALSE, error);
  ok = iface->set_sort (self, column, sort, &local_error);
  return _icert_end_boolean (ok, local_error, self, "set_sort", error);
}

/**
 * icert_view_set_cursor:
 * @self: a view
 * @cursor: (nullable): a cursor of a row or of rows given before by a view with the same order;
 * `NULL` for the beginning
 * @error: return location for an error
 *
 * Lets the rows begin after a row that was given before. A cursor may be kept and used by another
 * process.
 *
 * Errors: `ICERT_ERROR_MALFORMED` for a text that is no cursor; `ICERT_ERROR_WRONG_STATE` for one
 * of another table or order.
 *
 * Returns: `TRUE` when the cursor is set
 */
gboolean
icert_view_set_cursor (ICertView *self, const char *cursor, GError **error)
{
  ICertViewInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_VIEW (self), FALSE);

  if (!_icert_check_optional_text (cursor, "cursor", error))
    return FALSE;
  iface = ICERT_VIEW_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, set_cursor, FALSE, error);
  ok = iface->set_cursor (self, cursor, &local_error);
  return _icert_end_boolean (ok, local_error, self, "set_cursor", error);
}

/**
 * icert_view_open_view:
 * @self: a view
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Begins to read rows (AD CS: ICertView::OpenView). Later changes of the view do not touch the rows
 * that were opened, and each call gives rows of its own.
 *
 * Blocks.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_STORAGE`; `ICERT_ERROR_MODULE` for an answer
 * of another type.
 *
 * Returns: (transfer full): the rows, or `NULL` with `error` set
 */
ICertEnumViewRow *
icert_view_open_view (ICertView *self, GCancellable *cancellable, GError **error)
{
  ICertViewInterface *iface;
  GError *local_error = NULL;
  ICertEnumViewRow *rows;

  g_return_val_if_fail (ICERT_IS_VIEW (self), NULL);

  iface = ICERT_VIEW_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, open_view, NULL, error);
  rows = iface->open_view (self, cancellable, &local_error);
  return _icert_end_object (rows, ICERT_TYPE_ENUM_VIEW_ROW, local_error, self, "open_view", error);
}

/**
 * icert_view_open_view_async:
 * @self: a view
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.View.open_view] without blocking. The view is not changed before the answer.
 */
void
icert_view_open_view_async (ICertView *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (ICERT_IS_VIEW (self));

  _icert_call_async (self, G_CALLBACK (icert_view_open_view), icert_view_open_view_async,
                     G_TYPE_OBJECT, cancellable, callback, user_data, G_TYPE_INVALID);
}

/**
 * icert_view_open_view_finish:
 * @self: a view
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.View.open_view_async]. Errors are those of [method@ICert.View.open_view].
 *
 * Returns: (transfer full): the rows, or `NULL` with `error` set
 */
ICertEnumViewRow *
icert_view_open_view_finish (ICertView *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_VIEW (self), NULL);

  return _icert_finish_pointer (self, result, icert_view_open_view_async, error);
}

/**
 * icert_view_count:
 * @self: a view
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Counts the rows that pass the restrictions (AD CS: IEnumCERTVIEWROW::GetMaxIndex).
 *
 * Blocks; the cost grows with the number of rows.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_STORAGE`.
 *
 * Returns: the number of rows, or -1 with `error` set
 */
gint64
icert_view_count (ICertView *self, GCancellable *cancellable, GError **error)
{
  ICertViewInterface *iface;
  GError *local_error = NULL;
  gint64 count;

  g_return_val_if_fail (ICERT_IS_VIEW (self), -1);

  iface = ICERT_VIEW_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, count, -1, error);
  count = iface->count (self, cancellable, &local_error);
  return _icert_end_boolean (count >= 0, local_error, self, "count", error) ? count : -1;
}

/**
 * icert_view_count_async:
 * @self: a view
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.View.count] without blocking. The view is not changed before the answer.
 */
void
icert_view_count_async (ICertView *self,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_return_if_fail (ICERT_IS_VIEW (self));

  _icert_call_async (self, G_CALLBACK (icert_view_count), icert_view_count_async, G_TYPE_INT64,
                     cancellable, callback, user_data, G_TYPE_INVALID);
}

/**
 * icert_view_count_finish:
 * @self: a view
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.View.count_async]. Errors are those of [method@ICert.View.count].
 *
 * Returns: the number of rows, or -1 with `error` set
 */
gint64
icert_view_count_finish (ICertView *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_VIEW (self), -1);

  return _icert_finish_int (self, result, icert_view_count_async, -1, error);
}

/**
 * icert_view_count_by:
 * @self: a view
 * @column: name of a column, without case
 * @period: (attributes default=0): what dates are put together by, in UTC; `ICERT_PERIOD_NONE` for
 *   any other column
 * @max: (attributes default=1000): how many values at most, above 0
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Counts the rows that pass the restrictions by the value of a column. No counterpart in AD CS.
 *
 * The answer is in the order of the values, the empty one first. Its rows have two columns: the one
 * that was asked for, with the beginning of the period for dates, and `Count`.
 *
 * Blocks; the cost grows with the number of rows.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME`; `ICERT_ERROR_MALFORMED` for an unknown period, a period of
 * what is no date, or when `max` is 0; `ICERT_ERROR_TOO_LARGE` when there are more values;
 * `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_STORAGE`.
 *
 * Returns: (transfer container) (element-type ICertViewRow): a row for each value, or `NULL` with
 * `error` set
 */
GPtrArray *
icert_view_count_by (ICertView *self,
                     const char *column,
                     ICertPeriod period,
                     guint max,
                     GCancellable *cancellable,
                     GError **error)
{
  ICertViewInterface *iface;
  GError *local_error = NULL;
  GPtrArray *rows;

  g_return_val_if_fail (ICERT_IS_VIEW (self), NULL);

  if (!_icert_check_text (column, "column", error)
      || !_icert_check_enum (ICERT_TYPE_PERIOD, period, "period", error))
    return NULL;
  if (max == 0)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, "max", "0 values (at least 1)");
      return NULL;
    }
  iface = ICERT_VIEW_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, count_by, NULL, error);
  rows = iface->count_by (self, column, period, max, cancellable, &local_error);
  return _icert_end_objects (rows, local_error, self, "count_by", error);
}

/**
 * icert_view_count_by_async:
 * @self: a view
 * @column: name of a column, without case
 * @period: (attributes default=0): what dates are put together by, in UTC
 * @max: (attributes default=1000): how many values at most, above 0
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.View.count_by] without blocking. The view is not changed before the answer.
 */
void
icert_view_count_by_async (ICertView *self,
                           const char *column,
                           ICertPeriod period,
                           guint max,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_return_if_fail (ICERT_IS_VIEW (self));

  _icert_call_async (self, G_CALLBACK (icert_view_count_by), icert_view_count_by_async,
                     G_TYPE_PTR_ARRAY, cancellable, callback, user_data, G_TYPE_STRING, column,
                     ICERT_TYPE_PERIOD, period, G_TYPE_UINT, max, G_TYPE_INVALID);
}

/**
 * icert_view_count_by_finish:
 * @self: a view
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.View.count_by_async]. Errors are those of [method@ICert.View.count_by].
 *
 * Returns: (transfer container) (element-type ICertViewRow): a row for each value, or `NULL` with
 * `error` set
 */
GPtrArray *
icert_view_count_by_finish (ICertView *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_VIEW (self), NULL);

  return _icert_finish_pointer (self, result, icert_view_count_by_async, error);
}
