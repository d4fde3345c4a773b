/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "fake-ca.h"

/* Views over requests, attributes and extensions; properties of the CA. */

#define N_ISSUED 12
#define N_DENIED 5
/* the root's own certificate, row -1 */
#define N_OWN 1

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
  g_assert_cmpint (count_of (view), ==, N_OWN + N_ISSUED + N_DENIED);
  for (guint step = 1; step < 20; step += 6)
    {
      g_autoptr (GArray) ids = ids_of (view, step);

      g_assert_cmpuint (ids->len, ==, N_OWN + N_ISSUED + N_DENIED);
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
  } cases[] = { { ICERT_SEEK_EQ, 20, N_ISSUED },
                { ICERT_SEEK_NE, 20, N_OWN + N_DENIED },
                { ICERT_SEEK_GT, 20, N_DENIED },
                { ICERT_SEEK_GE, 20, N_ISSUED + N_DENIED },
                { ICERT_SEEK_LT, 31, N_OWN + N_ISSUED },
                { ICERT_SEEK_LE, 31, N_OWN + N_ISSUED + N_DENIED },
                { ICERT_SEEK_EQ, 15, N_OWN },
                { ICERT_SEEK_EQ, 16, 0 },
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
  g_assert_cmpint (count_of (other), ==, N_OWN + N_ISSUED);
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
      g_assert_cmpuint (all->len, ==, N_OWN + N_ISSUED + N_DENIED);
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
  g_assert_false (icert_view_set_table (view, (ICertTable) 0x7000, &error));
  fake_assert_error (error, ICERT_ERROR_MALFORMED, "table", 0);
  g_clear_error (&error);
  for (guint i = 0; i < G_N_ELEMENTS (cursors); i++)
    {
      g_assert_false (icert_view_set_cursor (view, cursors[i], &error));
      fake_assert_error (error, ICERT_ERROR_MALFORMED, "cursor", 0);
      g_clear_error (&error);
    }
  g_assert_cmpint (count_of (view), ==, N_OWN + N_ISSUED + N_DENIED);
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
  restrict_to (view, "RequestID", ICERT_SEEK_GT, g_variant_new_int64 (0));
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

/* Other tables, and the rest of database.md 8 */

static ICertView *
new_table_view (FakeCa *ca, ICertTable table)
{
  g_autoptr (GError) error = NULL;
  ICertView *view = icert_view_open (ca->address, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (icert_view_set_table (view, table, &error));
  g_assert_no_error (error);
  return view;
}

static void
test_own_tables (void)
{
  g_autoptr (ICertView) certificates = new_table_view (shared, ICERT_TABLE_CERTIFICATES);
  g_autoptr (ICertView) names = new_table_view (shared, ICERT_TABLE_NAMES);
  g_autoptr (ICertView) audit = new_table_view (shared, ICERT_TABLE_AUDIT);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Certificates, alternative names and the audit log are tables, too");
  g_assert_cmpint (count_of (certificates), ==, N_OWN + N_ISSUED);
  restrict_to (certificates, "CommonName", ICERT_SEEK_EQ,
               g_variant_new_string ("host01.example.org"));
  g_assert_true (icert_view_add_alternative (certificates, &error));
  restrict_to (certificates, "Disposition", ICERT_SEEK_EQ, g_variant_new_int32 (31));
  g_assert_cmpint (count_of (certificates), ==, 3);
  g_assert_cmpint (count_of (names), ==, N_ISSUED);
  g_assert_true (icert_view_set_sort (names, "NameRequestId", ICERT_SORT_DESCEND, &error));
  g_assert_no_error (error);
  g_assert_cmpint (count_of (audit), >=, N_ISSUED + N_DENIED);
}

static void
test_sets (void)
{
  static const struct
  {
    ICertTable table;
    ICertColumnSet set;
    gint64 count; /* -1: chooses no rows */
  } cases[] = {
    { ICERT_TABLE_REQUESTS, ICERT_COLUMN_SET_QUEUE, 0 },
    { ICERT_TABLE_REQUESTS, ICERT_COLUMN_SET_LOG, N_ISSUED },
    { ICERT_TABLE_REQUESTS, ICERT_COLUMN_SET_LOG_FAILED, N_DENIED },
    { ICERT_TABLE_REQUESTS, ICERT_COLUMN_SET_LOG_REVOKED, 0 },
    { ICERT_TABLE_ATTRIBUTES, ICERT_COLUMN_SET_ATTRIBUTE, -1 },
    { ICERT_TABLE_EXTENSIONS, ICERT_COLUMN_SET_EXTENSION, -1 },
    { ICERT_TABLE_AUDIT, ICERT_COLUMN_SET_AUDIT, -1 },
    { ICERT_TABLE_CRLS, ICERT_COLUMN_SET_CRL, -1 },
    { ICERT_TABLE_NAMES, ICERT_COLUMN_SET_NAME, -1 },
  };

  g_test_summary ("The usual sets choose columns of their table, and rows where AD CS's do");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ICertView) view = new_table_view (shared, cases[i].table);
      g_autoptr (ICertView) other
          = new_table_view (shared, cases[i].table == ICERT_TABLE_REQUESTS ? ICERT_TABLE_AUDIT
                                                                           : ICERT_TABLE_REQUESTS);
      g_autoptr (GError) error = NULL;
      g_autoptr (ICertEnumViewRow) rows = NULL;

      g_assert_true (icert_view_set_column_set (view, cases[i].set, &error));
      g_assert_no_error (error);
      rows = icert_view_open_view (view, NULL, &error);
      g_assert_no_error (error);
      g_assert_false (icert_view_set_column_set (other, cases[i].set, &error));
      fake_assert_error (error, ICERT_ERROR_WRONG_STATE, "column-set", 0);
      g_clear_error (&error);
      if (cases[i].count >= 0)
        {
          g_assert_true (icert_view_restrict_to_set (view, cases[i].set, &error));
          g_assert_cmpint (count_of (view), ==, cases[i].count);
          continue;
        }
      g_assert_false (icert_view_restrict_to_set (view, cases[i].set, &error));
      fake_assert_error (error, ICERT_ERROR_NOT_SUPPORTED, "column set", 0);
    }
}

static gint64
first_id (ICertEnumViewRow *rows)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) page = icert_enum_view_row_next (rows, 1, NULL, &error);

  g_assert_no_error (error);
  return page->len > 0 ? id_of (page->pdata[0]) : 0;
}

static void
test_enumerator (void)
{
  g_autoptr (ICertView) view = new_view (id_column);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertEnumViewRow) rows = icert_view_open_view (view, NULL, &error);
  g_autoptr (ICertEnumViewRow) clone = NULL;
  g_autoptr (ICertEnumViewRow) second = NULL;
  g_autoptr (GArray) ids = ids_of (view, 100);
  gint64 all = N_OWN + N_ISSUED + N_DENIED;

  g_test_summary ("Rows are skipped, begun again and cloned; each opening has rows of its own");
  g_assert_cmpint (icert_enum_view_row_skip (rows, 3, NULL, &error), ==, 3);
  g_assert_cmpint (first_id (rows), ==, g_array_index (ids, gint64, 3));
  clone = icert_enum_view_row_clone (rows, &error);
  g_assert_no_error (error);
  g_assert_cmpint (first_id (clone), ==, g_array_index (ids, gint64, 4));
  g_assert_cmpint (first_id (rows), ==, g_array_index (ids, gint64, 4));
  g_assert_true (icert_enum_view_row_reset (clone, &error));
  g_assert_cmpint (first_id (clone), ==, g_array_index (ids, gint64, 0));
  g_assert_cmpint (first_id (rows), ==, g_array_index (ids, gint64, 5));
  g_assert_cmpint (icert_enum_view_row_skip (rows, 1000, NULL, &error), ==, all - 6);
  g_assert_cmpint (first_id (rows), ==, 0);
  second = icert_view_open_view (view, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (first_id (second), ==, g_array_index (ids, gint64, 0));
}

static void
test_count_by (void)
{
  g_autoptr (ICertView) view = new_view (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) groups = NULL;
  g_autoptr (GPtrArray) months = NULL;
  gint64 sum = 0;

  g_test_summary ("Rows are counted by value, the empty one first, and by parts of the calendar");
  restrict_to (view, "RequestID", ICERT_SEEK_GT, g_variant_new_int64 (0));
  groups = icert_view_count_by (view, "CommonName", ICERT_PERIOD_NONE, 10, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (groups->len, ==, 5);
  for (guint i = 0; i < groups->len; i++)
    {
      g_autoptr (GVariant) name = icert_view_row_get_value (groups->pdata[i], "CommonName", NULL);
      g_autoptr (GVariant) count = icert_view_row_get_value (groups->pdata[i], "Count", NULL);

      g_assert_cmpint (name == NULL, ==, i == 0);
      g_assert_cmpint (g_variant_get_int64 (count), ==, i == 0 ? N_DENIED : N_ISSUED / 4);
    }
  months = icert_view_count_by (view, "NotAfter", ICERT_PERIOD_MONTH, 10, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < months->len; i++)
    {
      g_autoptr (GVariant) month = icert_view_row_get_value (months->pdata[i], "NotAfter", NULL);
      g_autoptr (GVariant) count = icert_view_row_get_value (months->pdata[i], "Count", NULL);
      g_autoptr (GDateTime) date = NULL;

      sum += g_variant_get_int64 (count);
      if (month == NULL)
        continue;
      date = g_date_time_new_from_unix_utc (g_variant_get_int64 (month) / G_USEC_PER_SEC);
      g_assert_cmpint (g_date_time_get_day_of_month (date), ==, 1);
      g_assert_cmpint (g_date_time_get_hour (date), ==, 0);
    }
  g_assert_cmpint (sum, ==, N_ISSUED + N_DENIED);
  g_assert_null (icert_view_count_by (view, "CommonName", ICERT_PERIOD_NONE, 2, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_TOO_LARGE, "CommonName", 0);
  g_clear_error (&error);
  g_assert_null (icert_view_count_by (view, "CommonName", ICERT_PERIOD_DAY, 2, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_MALFORMED, "period", 0);
  g_clear_error (&error);
  g_assert_null (icert_view_count_by (view, "Colour", ICERT_PERIOD_NONE, 2, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_UNKNOWN_NAME, "column", 0);
  g_clear_error (&error);
  g_assert_null (icert_view_count_by (view, "CommonName", (ICertPeriod) 9, 2, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_MALFORMED, "period", 0);
  g_clear_error (&error);
  g_assert_null (icert_view_count_by (view, "CommonName", ICERT_PERIOD_NONE, 0, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_MALFORMED, "max", 0);
}

static void
test_alternative_names (void)
{
  static const struct
  {
    const char *column;
    ICertSeek seek;
    const char *value;
    gint64 count;
  } cases[] = {
    { "SubjectAltName", ICERT_SEEK_EQ, "host02.example.org", 3 },
    { "SubjectAltName.dNSName", ICERT_SEEK_EQ, "HOST02.example.org", 3 },
    { "subjectaltname.dns", ICERT_SEEK_PREFIX, "host0", N_ISSUED },
    { "SubjectAltName", ICERT_SEEK_PREFIX, "host03", 3 },
    { "SubjectAltName.email", ICERT_SEEK_EQ, "a@example.org", 0 },
    { "SubjectAltName.dns", ICERT_SEEK_EQ, "host99.example.org", 0 },
  };
  g_autoptr (ICertView) bad = new_view (id_column);
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "Certificates are found by alternative names: of a kind or any, whole or in part");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ICertView) view = new_view (id_column);
      g_autoptr (GArray) ids = NULL;

      restrict_to (view, cases[i].column, cases[i].seek, g_variant_new_string (cases[i].value));
      g_assert_cmpint (count_of (view), ==, cases[i].count);
      ids = ids_of (view, 2);
      g_assert_cmpint (ids->len, ==, cases[i].count);
    }
  g_assert_false (icert_view_add_restriction (bad, "SubjectAltName.colour", ICERT_SEEK_EQ,
                                              g_variant_new_string ("red"), &error));
  fake_assert_error (error, ICERT_ERROR_UNKNOWN_NAME, "column", 0);
  g_clear_error (&error);
  g_assert_false (icert_view_add_restriction (bad, "SubjectAltName", ICERT_SEEK_LT,
                                              g_variant_new_string ("red"), &error));
  fake_assert_error (error, ICERT_ERROR_MALFORMED, "SubjectAltName", 0);
  g_clear_error (&error);
  g_assert_false (icert_view_add_restriction (bad, "SubjectAltName", ICERT_SEEK_EQ,
                                              g_variant_new_int64 (1), &error));
  fake_assert_error (error, ICERT_ERROR_MALFORMED, "SubjectAltName", 0);
  g_clear_error (&error);
  g_assert_false (icert_view_add_restriction (bad, "SubjectAltName", ICERT_SEEK_EQ, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_MALFORMED, "SubjectAltName", 0);
  g_clear_error (&error);
  g_assert_false (icert_view_add_restriction (bad, "SubjectAltName.ip", ICERT_SEEK_EQ,
                                              g_variant_new_string ("nowhere"), &error));
  fake_assert_error (error, ICERT_ERROR_MALFORMED, "SubjectAltName", 0);
}

static void
test_cursors_of_others (void)
{
  g_autoptr (ICertView) view = new_view (id_column);
  g_autoptr (ICertView) sorted = new_view (id_column);
  g_autoptr (ICertView) backwards = new_view (id_column);
  g_autoptr (ICertView) audit = new_table_view (shared, ICERT_TABLE_AUDIT);
  ICertView *others[] = { sorted, backwards, audit };
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertEnumViewRow) rows = icert_view_open_view (view, NULL, &error);
  g_autofree char *cursor = NULL;
  g_autofree char *half = NULL;

  g_test_summary ("A cursor is of one table and order; another's is WRONG_STATE, half of one none");
  g_assert_cmpint (icert_enum_view_row_skip (rows, 2, NULL, &error), ==, 2);
  g_object_get (rows, "cursor", &cursor, NULL);
  icert_view_set_sort (sorted, "NotAfter", ICERT_SORT_ASCEND, &error);
  icert_view_set_sort (backwards, "RequestID", ICERT_SORT_DESCEND, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_assert_false (icert_view_set_cursor (others[i], cursor, &error));
      fake_assert_error (error, ICERT_ERROR_WRONG_STATE, "cursor", 0);
      g_clear_error (&error);
    }
  for (gsize length = 1; length < strlen (cursor); length++)
    {
      g_free (half);
      half = g_strndup (cursor, length);
      if (!icert_view_set_cursor (view, half, &error))
        g_assert_cmpint (error->domain, ==, ICERT_ERROR);
      g_clear_error (&error);
    }
  g_assert_true (icert_view_set_cursor (view, cursor, &error));
  g_assert_no_error (error);
}

static void
assert_may_view (FakeCa *ca, ICertTable table, gboolean may)
{
  g_autoptr (ICertView) view = new_table_view (ca, table);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertEnumViewRow) rows = icert_view_open_view (view, NULL, &error);
  const char *column = table == ICERT_TABLE_AUDIT   ? "AuditVerb"
                       : table == ICERT_TABLE_NAMES ? "NameKind"
                                                    : "CommonName";
  g_autoptr (GPtrArray) groups = NULL;

  g_assert_cmpint (rows != NULL, ==, may);
  if (!may)
    fake_assert_error (error, ICERT_ERROR_NOT_AUTHORIZED, "caller", 0);
  g_clear_error (&error);
  g_assert_cmpint (icert_view_count (view, NULL, &error) >= 0, ==, may);
  if (!may)
    fake_assert_error (error, ICERT_ERROR_NOT_AUTHORIZED, "caller", 0);
  g_clear_error (&error);
  groups = icert_view_count_by (view, column, ICERT_PERIOD_NONE, 100, NULL, &error);
  g_assert_cmpint (groups != NULL, ==, may);
  if (!may)
    fake_assert_error (error, ICERT_ERROR_NOT_AUTHORIZED, "caller", 0);
}

static void
test_rights (void)
{
  static const struct
  {
    const char *role;
    gboolean requests;
    gboolean audit;
  } cases[] = { { "reader", TRUE, FALSE },
                { "auditor", FALSE, TRUE },
                { "administrator", TRUE, TRUE },
                { "officer", TRUE, FALSE },
                { "submitter", FALSE, FALSE } };
  g_autoptr (FakeCa) ca = fake_ca_new ("Always.Policy");
  g_autofree char *caller = g_strdup_printf ("uid:%u", (guint) getuid ());

  g_test_summary ("S-D15: who may not see a table learns nothing of it, not even how many rows");
  fake_ca_configure (ca, "Roles", "uid:4242", "administrator");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      fake_ca_configure (ca, "Roles", caller, cases[i].role);
      assert_may_view (ca, ICERT_TABLE_REQUESTS, cases[i].requests);
      assert_may_view (ca, ICERT_TABLE_CERTIFICATES, cases[i].requests);
      assert_may_view (ca, ICERT_TABLE_NAMES, cases[i].requests);
      assert_may_view (ca, ICERT_TABLE_AUDIT, cases[i].audit);
    }
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
  g_test_add_func ("/engine/view/own-tables", test_own_tables);
  g_test_add_func ("/engine/view/sets", test_sets);
  g_test_add_func ("/engine/view/enumerator", test_enumerator);
  g_test_add_func ("/engine/view/count-by", test_count_by);
  g_test_add_func ("/engine/view/alternative-names", test_alternative_names);
  g_test_add_func ("/engine/view/cursors-of-others", test_cursors_of_others);
  g_test_add_func ("/engine/view/rights", test_rights);
  g_test_add_func ("/engine/ca/properties", test_properties);
  g_test_add_func ("/engine/ca/every-property", test_every_property);
  g_test_add_func ("/engine/ca/profiles", test_profiles);
  status = g_test_run ();
  fake_ca_free (shared);
  fake_ca_end ();
  return status;
}
