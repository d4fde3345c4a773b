/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "fake-ca.h"

/* Views over requests, attributes and extensions; properties of the CA. */

#define N_ISSUED 12
#define N_DENIED 5

static FakeCa *shared;

static FakeCa *
new_with_rows (void)
{
  FakeCa *ca = fake_ca_new ("Always.Policy");

  for (guint i = 0; i < N_ISSUED; i++)
    {
      g_autofree char *name = g_strdup_printf ("host%02u.example.org", i % 4);
      g_autoptr (GBytes) request = fake_ca_request (name);

      fake_ca_submit_for (ca, request, i % 2 == 0 ? "Even" : NULL, ICERT_DISPOSITION_ISSUED);
    }
  for (guint i = 0; i < N_DENIED; i++)
    {
      FakeWish nothing = { NULL };
      g_autoptr (GBytes) request = fake_wish_to_request (&nothing);

      fake_ca_submit_for (ca, request, NULL, ICERT_DISPOSITION_DENIED);
    }
  return ca;
}

static ICertView *
new_view (const char *const *columns)
{
  g_autoptr (GError) error = NULL;
  ICertView *view = icert_view_open (shared->address, NULL, &error);

  g_assert_no_error (error);
  if (columns != NULL)
    {
      g_assert_true (icert_view_set_columns (view, columns, &error));
      g_assert_no_error (error);
    }
  return view;
}

static const char *const id_column[] = { "RequestID", NULL };

static void
restrict_to (ICertView *view, const char *column, ICertSeek seek, GVariant *value)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (icert_view_add_restriction (view, column, seek, value, &error));
  g_assert_no_error (error);
}

static gint64
id_of (ICertViewRow *row)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = icert_view_row_get_value (row, "Request.RequestID", &error);

  g_assert_no_error (error);
  return g_variant_get_int64 (value);
}

/* All ids, in steps of @step rows */
static GArray *
ids_of (ICertView *view, guint step)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertEnumViewRow) rows = icert_view_open_view (view, NULL, &error);
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint64));

  g_assert_no_error (error);
  for (;;)
    {
      g_autoptr (GPtrArray) page = icert_enum_view_row_next (rows, step, NULL, &error);

      g_assert_no_error (error);
      if (page->len == 0)
        return ids;
      for (guint i = 0; i < page->len; i++)
        {
          gint64 id = id_of (page->pdata[i]);

          g_array_append_val (ids, id);
        }
    }
}

static gint64
count_of (ICertView *view)
{
  g_autoptr (GError) error = NULL;
  gint64 count = icert_view_count (view, NULL, &error);

  g_assert_no_error (error);
  return count;
}

static void
test_rows (void)
{
  g_autoptr (ICertView) view = new_view (id_column);

  g_test_summary (
      "A view without restrictions has every row, in steps of any size, and counts them");
  g_assert_cmpint (count_of (view), ==, N_ISSUED + N_DENIED);
  for (guint step = 1; step < 20; step += 6)
    {
      g_autoptr (GArray) ids = ids_of (view, step);

      g_assert_cmpuint (ids->len, ==, N_ISSUED + N_DENIED);
      for (guint i = 1; i < ids->len; i++)
        g_assert_cmpint (g_array_index (ids, gint64, i - 1), <, g_array_index (ids, gint64, i));
    }
}

static void
test_restrictions (void)
{
  static const struct
  {
    ICertSeek seek;
    gint64 value;
    gint64 count;
  } cases[] = { { ICERT_SEEK_EQ, 20, N_ISSUED }, { ICERT_SEEK_NE, 20, N_DENIED },
                { ICERT_SEEK_GT, 20, N_DENIED }, { ICERT_SEEK_GE, 20, N_ISSUED + N_DENIED },
                { ICERT_SEEK_LT, 31, N_ISSUED }, { ICERT_SEEK_LE, 31, N_ISSUED + N_DENIED },
                { ICERT_SEEK_EQ, 9, 0 } };

  g_test_summary ("Every comparison restricts; restrictions are ANDed");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ICertView) view = new_view (id_column);
      g_autoptr (GArray) ids = NULL;

      restrict_to (view, "Disposition", cases[i].seek, g_variant_new_int64 (cases[i].value));
      g_assert_cmpint (count_of (view), ==, cases[i].count);
      ids = ids_of (view, 5);
      g_assert_cmpint (ids->len, ==, cases[i].count);
      restrict_to (view, "CommonName", ICERT_SEEK_EQ, g_variant_new_string ("host01.example.org"));
      g_assert_cmpint (count_of (view), <=, 3);
    }
}

static void
test_alternatives (void)
{
  g_autoptr (ICertView) view = new_view (id_column);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Alternatives are ORed; an empty one is WRONG_STATE");
  g_assert_false (icert_view_add_alternative (view, &error));
  fake_assert_error (error, ICERT_ERROR_WRONG_STATE, "alternative", 0);
  g_clear_error (&error);
  restrict_to (view, "CommonName", ICERT_SEEK_EQ, g_variant_new_string ("host00.example.org"));
  g_assert_true (icert_view_add_alternative (view, &error));
  restrict_to (view, "Disposition", ICERT_SEEK_EQ, g_variant_new_int32 (31));
  g_assert_cmpint (count_of (view), ==, 3 + N_DENIED);
}

static void
test_empty_cells (void)
{
  g_autoptr (ICertView) view = new_view (id_column);
  g_autoptr (ICertView) other = new_view (id_column);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Cells can be asked whether they are empty");
  restrict_to (view, "SerialNumber", ICERT_SEEK_EQ, NULL);
  g_assert_cmpint (count_of (view), ==, N_DENIED);
  restrict_to (other, "SerialNumber", ICERT_SEEK_NE, NULL);
  g_assert_cmpint (count_of (other), ==, N_ISSUED);
  g_assert_false (icert_view_add_restriction (other, "SerialNumber", ICERT_SEEK_LT, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_MALFORMED, NULL, 0);
}

static void
test_serial_any_case (void)
{
  g_autofree char *serial
      = fake_ca_query_text (shared, "SELECT upper(serial_number) FROM requests WHERE "
                                    "disposition = 20 LIMIT 1");
  g_autoptr (ICertView) view = new_view (id_column);

  g_test_summary ("A serial number is found in upper case, too");
  restrict_to (view, "SerialNumber", ICERT_SEEK_EQ, g_variant_new_string (serial));
  g_assert_cmpint (count_of (view), ==, 1);
}

static void
test_pages (gconstpointer data)
{
  const char *column = data;
  ICertSort sorts[] = { ICERT_SORT_ASCEND, ICERT_SORT_DESCEND };

  g_test_summary ("Pages by cursor neither skip nor repeat, in every order");
  for (guint n = 0; n < G_N_ELEMENTS (sorts); n++)
    {
      g_autoptr (ICertView) view = new_view (id_column);
      g_autoptr (GArray) all = NULL;
      g_autofree char *cursor = NULL;
      g_autoptr (GError) error = NULL;
      guint position = 0;

      g_assert_true (icert_view_set_sort (view, column, sorts[n], &error));
      g_assert_no_error (error);
      all = ids_of (view, 100);
      g_assert_cmpuint (all->len, ==, N_ISSUED + N_DENIED);
      for (;;)
        {
          g_autoptr (ICertEnumViewRow) rows = NULL;
          g_autoptr (GPtrArray) page = NULL;

          g_assert_true (icert_view_set_cursor (view, cursor, &error));
          g_assert_no_error (error);
          rows = icert_view_open_view (view, NULL, &error);
          page = icert_enum_view_row_next (rows, 4, NULL, &error);
          g_assert_no_error (error);
          if (page->len == 0)
            break;
          for (guint i = 0; i < page->len; i++)
            g_assert_cmpint (id_of (page->pdata[i]), ==, g_array_index (all, gint64, position++));
          g_free (cursor);
          cursor = icert_view_row_get_cursor (page->pdata[page->len - 1]);
        }
      g_assert_cmpuint (position, ==, all->len);
    }
}

static void
test_bad_arguments (void)
{
  static const char *const bad_columns[] = { "RequestID", "Colour", NULL };
  static const char *const cursors[] = { "x", "AAAA", "!!!", "AAAAAAAAAAAAAAAAAAAAAAAA" };
  g_autoptr (ICertView) view = new_view (id_column);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Unknown columns, values of another type, forged cursors: an error each");
  g_assert_false (icert_view_set_columns (view, bad_columns, &error));
  fake_assert_error (error, ICERT_ERROR_UNKNOWN_NAME, "column", 0);
  g_clear_error (&error);
  g_assert_false (icert_view_add_restriction (view, "1=1; DROP TABLE requests", ICERT_SEEK_EQ,
                                              g_variant_new_int64 (1), &error));
  fake_assert_error (error, ICERT_ERROR_UNKNOWN_NAME, "column", 0);
  g_clear_error (&error);
  g_assert_false (icert_view_add_restriction (view, "Disposition", ICERT_SEEK_EQ,
                                              g_variant_new_string ("20"), &error));
  fake_assert_error (error, ICERT_ERROR_MALFORMED, NULL, 0);
  g_clear_error (&error);
  g_assert_false (icert_view_add_restriction (view, "CommonName", ICERT_SEEK_EQ,
                                              g_variant_new_int64 (20), &error));
  fake_assert_error (error, ICERT_ERROR_MALFORMED, NULL, 0);
  g_clear_error (&error);
  g_assert_false (icert_view_set_sort (view, "RawCertificate", ICERT_SORT_ASCEND, &error));
  g_assert_true (error->domain == ICERT_ERROR);
  g_clear_error (&error);
  g_assert_false (icert_view_set_table (view, ICERT_TABLE_CRLS, &error));
  fake_assert_error (error, ICERT_ERROR_NOT_SUPPORTED, "table", 0);
  g_clear_error (&error);
  for (guint i = 0; i < G_N_ELEMENTS (cursors); i++)
    {
      g_assert_false (icert_view_set_cursor (view, cursors[i], &error));
      fake_assert_error (error, ICERT_ERROR_MALFORMED, "cursor", 0);
      g_clear_error (&error);
    }
  g_assert_cmpint (count_of (view), ==, N_ISSUED + N_DENIED);
}

static void
test_tables (void)
{
  g_autoptr (ICertView) view = new_view (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) columns = NULL;

  g_test_summary ("Attributes and extensions are tables of their own");
  g_assert_true (icert_view_set_table (view, ICERT_TABLE_ATTRIBUTES, &error));
  g_assert_cmpint (count_of (view), ==, N_ISSUED / 2);
  restrict_to (view, "AttributeValue", ICERT_SEEK_EQ, g_variant_new_string ("Even"));
  g_assert_cmpint (count_of (view), ==, N_ISSUED / 2);
  columns = icert_view_list_columns (view, &error);
  g_assert_cmpuint (g_list_model_get_n_items (columns), ==, 3);
  g_assert_true (icert_view_set_table (view, ICERT_TABLE_EXTENSIONS, &error));
  g_assert_cmpint (count_of (view), >, N_ISSUED);
}

static void
test_row (void)
{
  static const char *const columns[]
      = { "RequestID", "SerialNumber", "NotAfter", "RawCertificate", "Request.RevokedWhen", NULL };
  g_autoptr (ICertView) view = new_view (columns);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertEnumViewRow) rows = NULL;
  g_autoptr (GPtrArray) page = NULL;
  g_autoptr (GVariant) serial = NULL;
  g_autoptr (GVariant) date = NULL;
  g_autoptr (GVariant) certificate = NULL;
  g_autoptr (GVariant) revoked = NULL;
  g_autoptr (GHashTable) attributes = NULL;
  g_autoptr (GListModel) extensions = NULL;

  g_test_summary (
      "A row has values of their types, empty ones without an error, attributes, extensions");
  rows = icert_view_open_view (view, NULL, &error);
  page = icert_enum_view_row_next (rows, 1, NULL, &error);
  g_assert_no_error (error);
  serial = icert_view_row_get_value (page->pdata[0], "SerialNumber", &error);
  g_assert_cmpint (strlen (g_variant_get_string (serial, NULL)), ==, 40);
  date = icert_view_row_get_value (page->pdata[0], "notafter", &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_variant_get_int64 (date), >, g_get_real_time ());
  certificate = icert_view_row_get_value (page->pdata[0], "RawCertificate", &error);
  g_assert_true (g_variant_is_of_type (certificate, G_VARIANT_TYPE_BYTESTRING));
  revoked = icert_view_row_get_value (page->pdata[0], "Request.RevokedWhen", &error);
  g_assert_null (revoked);
  g_assert_no_error (error);
  g_assert_null (icert_view_row_get_value (page->pdata[0], "Colour", &error));
  fake_assert_error (error, ICERT_ERROR_UNKNOWN_NAME, NULL, 0);
  g_clear_error (&error);
  attributes = icert_view_row_get_attributes (page->pdata[0], &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_hash_table_lookup (attributes, "CertificateTemplate"), ==, "Even");
  extensions = icert_view_row_list_extensions (page->pdata[0], &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (extensions), >=, 3);
}

/* The CA */

static void
test_properties (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) name
      = icert_ca_get_property_value (shared->ca, ICERT_CA_PROPERTY_CA_NAME, 0, NULL, &error);
  g_autoptr (GVariant) count = NULL;
  g_autoptr (GVariant) raw = NULL;
  g_autoptr (GBytes) certificate = icert_ca_get_certificate (shared->ca, -1, NULL, NULL);

  g_test_summary ("Properties of the CA: by number and index; a wrong index is NOT_FOUND");
  g_assert_no_error (error);
  g_assert_cmpstr (g_variant_get_string (name, NULL), ==, "Fake CA");
  count = icert_ca_get_property_value (shared->ca, ICERT_CA_PROPERTY_CA_SIG_CERT_COUNT, 0, NULL,
                                       &error);
  g_assert_cmpint (g_variant_get_int32 (count), ==, 1);
  raw = icert_ca_get_property_value (shared->ca, ICERT_CA_PROPERTY_CA_SIG_CERT, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_variant_get_data (raw), g_variant_get_size (raw),
                   g_bytes_get_data (certificate, NULL), g_bytes_get_size (certificate));
  g_assert_null (
      icert_ca_get_property_value (shared->ca, ICERT_CA_PROPERTY_CA_SIG_CERT, 7, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_NOT_FOUND, "index", 0);
}

static void
test_every_property (void)
{
  g_autoptr (GEnumClass) class = g_type_class_ref (ICERT_TYPE_CA_PROPERTY);

  g_test_summary (
      "Every property answers a value of its described type, nothing, or a clear error");
  for (guint i = 0; i < class->n_values; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) value = icert_ca_get_property_value (
          shared->ca, (ICertCaProperty) class->values[i].value, 0, NULL, &error);
      GVariantType *type = NULL;
      gboolean indexed = FALSE;
      g_autofree char *display_name = NULL;

      g_assert_true (error == NULL || error->domain == ICERT_ERROR);
      g_assert_true (error == NULL || error->code != ICERT_ERROR_INTERNAL);
      g_clear_error (&error);
      if (!icert_ca_describe_property (shared->ca, (ICertCaProperty) class->values[i].value, &type,
                                       &indexed, &display_name, &error))
        continue;
      if (value != NULL && !g_variant_is_of_type (value, type))
        g_test_message ("%s: %s", class->values[i].value_nick, g_variant_get_type_string (value));
      g_assert_true (value == NULL || g_variant_is_of_type (value, type));
      g_variant_type_free (type);
    }
}

static void
test_profiles (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) profiles = icert_ca_list_profiles (ca->ca, NULL, &error);

  g_test_summary ("The CA lists the profiles its policies offer the caller");
  g_assert_no_error (error);
  g_assert_true (g_strv_contains ((const char *const *) profiles, "WebServer"));
  g_assert_true (g_strv_contains ((const char *const *) profiles, "User"));
}

int
main (int argc, char **argv)
{
  int status;

  fake_ca_init (&argc, &argv);
  shared = new_with_rows ();
  g_test_add_func ("/engine/view/rows", test_rows);
  g_test_add_func ("/engine/view/restrictions", test_restrictions);
  g_test_add_func ("/engine/view/alternatives", test_alternatives);
  g_test_add_func ("/engine/view/empty-cells", test_empty_cells);
  g_test_add_func ("/engine/view/serial-any-case", test_serial_any_case);
  g_test_add_data_func ("/engine/view/pages/id", "RequestID", test_pages);
  g_test_add_data_func ("/engine/view/pages/name", "CommonName", test_pages);
  g_test_add_data_func ("/engine/view/pages/not-after", "NotAfter", test_pages);
  g_test_add_data_func ("/engine/view/pages/disposition", "Request.Disposition", test_pages);
  g_test_add_func ("/engine/view/bad-arguments", test_bad_arguments);
  g_test_add_func ("/engine/view/tables", test_tables);
  g_test_add_func ("/engine/view/row", test_row);
  g_test_add_func ("/engine/ca/properties", test_properties);
  g_test_add_func ("/engine/ca/every-property", test_every_property);
  g_test_add_func ("/engine/ca/profiles", test_profiles);
  status = g_test_run ();
  fake_ca_free (shared);
  fake_ca_end ();
  return status;
}
