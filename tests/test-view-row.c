/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <icert.h>

static const char *const names[] = { "Request.RequestID", "CommonName", "NotAfter", NULL };

static ICertViewRow *
make_row (gboolean of_request)
{
  g_autoptr (GPtrArray) values = g_ptr_array_new ();
  g_autoptr (GHashTable) attributes = NULL;
  g_autoptr (GPtrArray) extensions = NULL;

  g_ptr_array_add (values, g_variant_new_int64 (7));
  g_ptr_array_add (values, NULL);
  if (of_request)
    {
      attributes = g_hash_table_new (g_str_hash, g_str_equal);
      extensions = g_ptr_array_new_with_free_func (g_object_unref);
      g_hash_table_insert (attributes, (char *) "SAN", (char *) "dns=a");
      g_ptr_array_add (extensions,
                       icert_extension_new_key_usage (ICERT_KEY_USAGE_CRL_SIGN, TRUE, NULL));
    }
  return icert_view_row_new (names, values, "c7", attributes, extensions);
}

static void
test_answers_cells (void)
{
  g_autoptr (ICertViewRow) row = make_row (TRUE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) id = icert_view_row_get_value (row, "requestid", &error);
  g_auto (GStrv) list = icert_view_row_list_names (row);
  g_autofree char *cursor = icert_view_row_get_cursor (row);

  g_test_summary (
      "A cell is found by its column, an empty one is nothing, an unknown one an error");

  g_assert_no_error (error);
  g_assert_cmpint (g_variant_get_int64 (id), ==, 7);
  g_assert_cmpstrv (list, names);
  g_assert_cmpstr (cursor, ==, "c7");
  g_assert_null (icert_view_row_get_value (row, "CommonName", &error));
  g_assert_null (icert_view_row_get_value (row, "NotAfter", &error));
  g_assert_no_error (error);
  g_assert_null (icert_view_row_get_value (row, "Comon", &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_UNKNOWN_NAME);
  g_clear_error (&error);
  g_assert_null (icert_view_row_get_value (row, NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_UNKNOWN_NAME);
  g_assert_finalize_object (g_steal_pointer (&row));
}

static void
test_answers_what_belongs_to_a_request (void)
{
  g_autoptr (ICertViewRow) row = make_row (TRUE);
  g_autoptr (ICertViewRow) other = make_row (FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) attributes = icert_view_row_get_attributes (row, &error);
  g_autoptr (GListModel) extensions = icert_view_row_list_extensions (row, &error);
  g_autoptr (ICertExtension) extension = g_list_model_get_item (extensions, 0);

  g_test_summary ("A request's row has attributes and extensions, another table's has none");

  g_assert_no_error (error);
  g_assert_cmpstr (g_hash_table_lookup (attributes, "SAN"), ==, "dns=a");
  g_assert_cmpuint (g_list_model_get_n_items (extensions), ==, 1);
  g_assert_true (ICERT_IS_EXTENSION (extension));
  g_assert_null (icert_view_row_get_attributes (other, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_null (icert_view_row_list_extensions (other, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED);
}

static void
test_describes_columns (void)
{
  g_autoptr (ICertViewColumn) column
      = icert_view_column_new ("NotAfter", NULL, ICERT_PROPERTY_TYPE_DATE, TRUE, 8);
  g_autofree char *name = NULL;
  g_autofree char *display_name = NULL;
  ICertPropertyType type;
  gboolean indexed;
  guint max_length;

  g_test_summary ("A column says what it is by its properties");

  g_object_get (column, "name", &name, "display-name", &display_name, "type", &type, "indexed",
                &indexed, "max-length", &max_length, NULL);
  g_assert_cmpstr (name, ==, "NotAfter");
  g_assert_cmpstr (display_name, ==, "NotAfter");
  g_assert_cmpint (type, ==, ICERT_PROPERTY_TYPE_DATE);
  g_assert_true (indexed);
  g_assert_cmpuint (max_length, ==, 8);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/view-row/answers-cells", test_answers_cells);
  g_test_add_func ("/view-row/answers-what-belongs-to-a-request",
                   test_answers_what_belongs_to_a_request);
  g_test_add_func ("/view-row/describes-columns", test_describes_columns);

  return g_test_run ();
}
