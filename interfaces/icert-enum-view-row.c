/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-enum-view-row.h"

#include "icert-invoker-private.h"
#include "icert-private.h"

/**
 * ICertEnumViewRow:
 *
 * Walks over the rows of a view, page by page (AD CS: IEnumCERTVIEWROW; the enumerators of columns,
 * attributes and extensions are what [class@ICert.ViewRow] holds). [method@ICert.View.open_view]
 * gives one.
 *
 * Not to be used from two threads at once.
 */
G_DEFINE_INTERFACE (ICertEnumViewRow, icert_enum_view_row, G_TYPE_OBJECT)

ICERT_DEFINE_UNSUPPORTED (icert_enum_view_row,
                          next,
                          GPtrArray *,
                          NULL,
                          ICertEnumViewRow *self,
                          guint max,
                          GCancellable *cancellable)

/* rows read at a time while they are skipped */
#define SKIPPED_PAGE 1000

/* For rows that cannot do better than reading what is skipped. */
static gint64
icert_enum_view_row_real_skip (ICertEnumViewRow *self,
                               guint n,
                               GCancellable *cancellable,
                               GError **error)
{
  gint64 skipped = 0;

  while (skipped < n)
    {
      guint wanted = (guint) MIN (SKIPPED_PAGE, n - skipped);
      g_autoptr (GPtrArray) page = icert_enum_view_row_next (self, wanted, cancellable, error);

      if (page == NULL)
        return -1;
      skipped += page->len;
      if (page->len < wanted)
        break;
    }
  return skipped;
}

ICERT_DEFINE_UNSUPPORTED (icert_enum_view_row, reset, gboolean, FALSE, ICertEnumViewRow *self)

ICERT_DEFINE_UNSUPPORTED (icert_enum_view_row,
                          clone,
                          ICertEnumViewRow *,
                          NULL,
                          ICertEnumViewRow *self)

static void
icert_enum_view_row_default_init (ICertEnumViewRowInterface *iface)
{
  iface->next = icert_enum_view_row_real_next;
  iface->skip = icert_enum_view_row_real_skip;
  iface->reset = icert_enum_view_row_real_reset;
  iface->clone = icert_enum_view_row_real_clone;

  /**
   * ICertEnumViewRow:cursor:
   *
   * Where [method@ICert.View.set_cursor] goes on after the last row given; `NULL` before the first.
   */
  g_object_interface_install_property (
      iface,
      g_param_spec_string ("cursor", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

/**
 * icert_enum_view_row_next:
 * @self: rows of a view
 * @max: how many rows at most, above 0
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Reads the next rows (AD CS: IEnumCERTVIEWROW::Next). Rows are found by their key, so a page costs
 * the same wherever it lies, and changes in between neither repeat nor skip a row that stays.
 *
 * Blocks.
 *
 * Errors: `ICERT_ERROR_STORAGE`; `ICERT_ERROR_MALFORMED` when `max` is 0; `ICERT_ERROR_MODULE` for
 * more rows than were asked for.
 *
 * Returns: (transfer container) (element-type ICertViewRow): at most `max` rows, empty at the end,
 * or `NULL` with `error` set
 */
GPtrArray *
icert_enum_view_row_next (ICertEnumViewRow *self,
                          guint max,
                          GCancellable *cancellable,
                          GError **error)
{
  ICertEnumViewRowInterface *iface;
  GError *local_error = NULL;
  GPtrArray *rows;

  g_return_val_if_fail (ICERT_IS_ENUM_VIEW_ROW (self), NULL);

  if (max == 0)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, "max", "0 rows (at least 1)");
      return NULL;
    }
  iface = ICERT_ENUM_VIEW_ROW_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, next, NULL, error);
  rows = iface->next (self, max, cancellable, &local_error);
  rows = _icert_end_objects (rows, local_error, self, "next", error);
  if (rows == NULL || rows->len <= max)
    return rows;

  _icert_set_broken (error, self, "next", "gave %u rows (at most %u)", rows->len, max);
  g_ptr_array_unref (rows);
  return NULL;
}

/**
 * icert_enum_view_row_next_async:
 * @self: rows of a view
 * @max: how many rows at most, above 0
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.EnumViewRow.next] without blocking. The next call waits for this one's answer.
 */
void
icert_enum_view_row_next_async (ICertEnumViewRow *self,
                                guint max,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ENUM_VIEW_ROW (self));

  _icert_call_async (self, G_CALLBACK (icert_enum_view_row_next), icert_enum_view_row_next_async,
                     G_TYPE_PTR_ARRAY, cancellable, callback, user_data, G_TYPE_UINT, max,
                     G_TYPE_INVALID);
}

/**
 * icert_enum_view_row_next_finish:
 * @self: rows of a view
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.EnumViewRow.next_async]. Errors are those of
 * [method@ICert.EnumViewRow.next].
 *
 * Returns: (transfer container) (element-type ICertViewRow): rows, empty at the end, or `NULL` with
 * `error` set
 */
GPtrArray *
icert_enum_view_row_next_finish (ICertEnumViewRow *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ENUM_VIEW_ROW (self), NULL);

  return _icert_finish_pointer (self, result, icert_enum_view_row_next_async, error);
}

/**
 * icert_enum_view_row_skip:
 * @self: rows of a view
 * @n: how many rows
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Leaves rows out (AD CS: IEnumCERTVIEWROW::Skip). A cursor that was kept is the cheaper way to a
 * far place, since this one passes by every row.
 *
 * Blocks.
 *
 * Errors: those of [method@ICert.EnumViewRow.next].
 *
 * Returns: how many rows were left out, fewer than `n` at the end, or -1 with `error` set
 */
gint64
icert_enum_view_row_skip (ICertEnumViewRow *self,
                          guint n,
                          GCancellable *cancellable,
                          GError **error)
{
  ICertEnumViewRowInterface *iface;
  GError *local_error = NULL;
  gint64 skipped;

  g_return_val_if_fail (ICERT_IS_ENUM_VIEW_ROW (self), -1);

  iface = ICERT_ENUM_VIEW_ROW_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, skip, -1, error);
  skipped = iface->skip (self, n, cancellable, &local_error);
  return _icert_end_boolean (skipped >= 0, local_error, self, "skip", error) ? skipped : -1;
}

/**
 * icert_enum_view_row_skip_async:
 * @self: rows of a view
 * @n: how many rows
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.EnumViewRow.skip] without blocking. The next call waits for this one's answer.
 */
void
icert_enum_view_row_skip_async (ICertEnumViewRow *self,
                                guint n,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (ICERT_IS_ENUM_VIEW_ROW (self));

  _icert_call_async (self, G_CALLBACK (icert_enum_view_row_skip), icert_enum_view_row_skip_async,
                     G_TYPE_INT64, cancellable, callback, user_data, G_TYPE_UINT, n,
                     G_TYPE_INVALID);
}

/**
 * icert_enum_view_row_skip_finish:
 * @self: rows of a view
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.EnumViewRow.skip_async]. Errors are those of
 * [method@ICert.EnumViewRow.skip].
 *
 * Returns: how many rows were left out, or -1 with `error` set
 */
gint64
icert_enum_view_row_skip_finish (ICertEnumViewRow *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_ENUM_VIEW_ROW (self), -1);

  return _icert_finish_int (self, result, icert_enum_view_row_skip_async, -1, error);
}

/**
 * icert_enum_view_row_reset:
 * @self: rows of a view
 * @error: return location for an error
 *
 * Goes back to where the rows began (AD CS: IEnumCERTVIEWROW::Reset).
 *
 * Errors: `ICERT_ERROR_NOT_SUPPORTED` by rows that only go forward.
 *
 * Returns: `TRUE` when the next row is the first again
 */
gboolean
icert_enum_view_row_reset (ICertEnumViewRow *self, GError **error)
{
  ICertEnumViewRowInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_ENUM_VIEW_ROW (self), FALSE);

  iface = ICERT_ENUM_VIEW_ROW_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, reset, FALSE, error);
  ok = iface->reset (self, &local_error);
  return _icert_end_boolean (ok, local_error, self, "reset", error);
}

/**
 * icert_enum_view_row_clone:
 * @self: rows of a view
 * @error: return location for an error
 *
 * Makes rows that stand where these stand, and go on by themselves (AD CS:
 * IEnumCERTVIEWROW::Clone).
 *
 * Errors: `ICERT_ERROR_NOT_SUPPORTED` by rows that cannot.
 *
 * Returns: (transfer full): the other rows, or `NULL` with `error` set
 */
ICertEnumViewRow *
icert_enum_view_row_clone (ICertEnumViewRow *self, GError **error)
{
  ICertEnumViewRowInterface *iface;
  GError *local_error = NULL;
  ICertEnumViewRow *rows;

  g_return_val_if_fail (ICERT_IS_ENUM_VIEW_ROW (self), NULL);

  iface = ICERT_ENUM_VIEW_ROW_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, clone, NULL, error);
  rows = iface->clone (self, &local_error);
  return _icert_end_object (rows, ICERT_TYPE_ENUM_VIEW_ROW, local_error, self, "clone", error);
}
