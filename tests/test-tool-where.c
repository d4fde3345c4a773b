/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "tool-output.h"
#include "tool-where.h"

static GListModel *
make_columns (void)
{
  static const struct
  {
    const char *name;
    ICertPropertyType type;
  } rows[] = {
    { "Request.RequestID", ICERT_PROPERTY_TYPE_LONG },
    { "Request.Disposition", ICERT_PROPERTY_TYPE_LONG },
    { "Request.StatusCode", ICERT_PROPERTY_TYPE_LONG },
    { "Request.CommonName", ICERT_PROPERTY_TYPE_STRING },
    { "CommonName", ICERT_PROPERTY_TYPE_STRING },
    { "NotAfter", ICERT_PROPERTY_TYPE_DATE },
    { "RawName", ICERT_PROPERTY_TYPE_BINARY },
  };
  GListStore *columns = g_list_store_new (ICERT_TYPE_VIEW_COLUMN);
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (ICertViewColumn) column
          = icert_view_column_new (rows[i].name, rows[i].name, rows[i].type, FALSE, 0);

      g_list_store_append (columns, column);
    }
  return G_LIST_MODEL (columns);
}

static void
assert_restriction (GArray *where,
                    guint index,
                    gboolean alternative,
                    const char *column,
                    ICertSeek seek,
                    const char *value)
{
  ToolRestriction *restriction;
  g_autofree char *text = NULL;

  g_assert_cmpuint (index, <, where->len);
  restriction = &g_array_index (where, ToolRestriction, index);
  g_assert_cmpint (restriction->alternative, ==, alternative);
  g_assert_cmpstr (restriction->column, ==, column);
  g_assert_cmpint (restriction->seek, ==, seek);
  if (restriction->value != NULL)
    text = g_variant_print (restriction->value, FALSE);
  g_assert_cmpstr (text, ==, value);
}

static GArray *
parse (const char *text)
{
  g_autoptr (GListModel) columns = make_columns ();
  g_autoptr (GError) error = NULL;
  GArray *where = tool_where_parse (text, columns, &error);

  g_assert_no_error (error);
  g_assert_nonnull (where);
  return where;
}

static void
test_reads_alternatives (void)
{
  g_autoptr (GArray) where = NULL;

  g_test_summary ("'and' binds closer than 'or': the text is a list of alternatives");
  where = parse ("Disposition = 20 and CommonName == 'www.example.org' OR RequestID>=7");
  g_assert_cmpuint (where->len, ==, 3);
  assert_restriction (where, 0, FALSE, "Request.Disposition", ICERT_SEEK_EQ, "20");
  assert_restriction (where, 1, FALSE, "CommonName", ICERT_SEEK_EQ, "'www.example.org'");
  assert_restriction (where, 2, TRUE, "Request.RequestID", ICERT_SEEK_GE, "7");
}

static void
test_reads_operators (void)
{
  static const struct
  {
    const char *text;
    ICertSeek seek;
  } rows[] = {
    { "=", ICERT_SEEK_EQ },  { "==", ICERT_SEEK_EQ }, { "!=", ICERT_SEEK_NE },
    { "<>", ICERT_SEEK_NE }, { "<", ICERT_SEEK_LT },  { "<=", ICERT_SEEK_LE },
    { ">", ICERT_SEEK_GT },  { ">=", ICERT_SEEK_GE },
  };
  gsize i;

  g_test_summary ("Each comparison is read with and without blanks around it");
  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *close = g_strdup_printf ("RequestID%s5", rows[i].text);
      g_autofree char *wide = g_strdup_printf ("  RequestID  %s  5 ", rows[i].text);
      g_autoptr (GArray) first = parse (close);
      g_autoptr (GArray) second = parse (wide);

      assert_restriction (first, 0, FALSE, "Request.RequestID", rows[i].seek, "5");
      assert_restriction (second, 0, FALSE, "Request.RequestID", rows[i].seek, "5");
    }
}

static void
test_reads_values (void)
{
  static const char *const rows[][2] = {
    { "Disposition = issued", "20" },
    { "Disposition = Pending", "9" },
    { "request.disposition = 31", "31" },
    { "StatusCode = 0x80094811", "2148091921" },
    { "NotAfter < 1970-01-02", "86400000000" },
    { "NotAfter < 1970-01-01T00:00:01Z", "1000000" },
    { "NotAfter < 1970-01-01T01:00:01+01:00", "1000000" },
    { "RawName == 30:ff", "[0x30, 0xff]" },
    { "CommonName = \"two words\"", "'two words'" },
    { "CommonName = 'it''s'", "\"it's\"" },
    { "CommonName = ''", "''" },
    { "CommonName = empty", NULL },
    { "CommonName = 'empty'", "'empty'" },
  };
  gsize i;

  g_test_summary ("The type of the column says what a value is; 'empty' is an empty cell");
  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GArray) where = parse (rows[i][0]);
      GVariant *value = g_array_index (where, ToolRestriction, 0).value;
      g_autofree char *text = value != NULL ? g_variant_print (value, FALSE) : NULL;

      g_assert_cmpstr (text, ==, rows[i][1]);
    }
}

/* "a1&a2|a3": the values of alternatives */
static char *
shape (GArray *where)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < where->len; i++)
    {
      const ToolRestriction *restriction = &g_array_index (where, ToolRestriction, i);

      if (i > 0)
        g_string_append_c (text, restriction->alternative ? '|' : '&');
      g_string_append_printf (text, "%d", (int) g_variant_get_int64 (restriction->value));
    }
  return g_string_free (text, FALSE);
}

static void
test_reads_brackets (void)
{
  static const char *const rows[][2] = {
    { "(RequestID = 1)", "1" },
    { "( ( RequestID=1 ) )", "1" },
    { "RequestID=1 and (RequestID=2 or RequestID=3)", "1&2|1&3" },
    { "(RequestID=1 or RequestID=2) and RequestID=3", "1&3|2&3" },
    { "(RequestID=1 or RequestID=2)and(RequestID=3 or RequestID=4)", "1&3|1&4|2&3|2&4" },
    { "RequestID=1 or (RequestID=2 and (RequestID=3 or RequestID=4))", "1|2&3|2&4" },
    { "(RequestID=1 and RequestID=2) or RequestID=3", "1&2|3" },
    { "(RequestID=1 or (RequestID=2)) or RequestID=3", "1|2|3" },
  };
  g_autoptr (GArray) quoted = NULL;

  g_test_summary ("Brackets bind closest, and are multiplied out into alternatives");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GArray) where = parse (rows[i][0]);
      g_autofree char *text = shape (where);

      g_assert_cmpstr (text, ==, rows[i][1]);
    }
  quoted = parse ("(CommonName = 'f(x)')");
  assert_restriction (quoted, 0, FALSE, "CommonName", ICERT_SEEK_EQ, "'f(x)'");
}

static void
test_says_where_it_is_wrong (void)
{
  static const struct
  {
    const char *text;
    int character;
    const char *what;
  } rows[] = {
    { "", 1, "no column" },
    { "()", 2, "no column" },
    { "(RequestID = 1", 1, "not closed" },
    { "RequestID = 1 and (RequestID = 2 or (RequestID = 3)", 19, "not closed" },
    { "RequestID = 1)", 14, "without its '('" },
    { "(RequestID = 1))", 16, "without its '('" },
    { "RequestID = 1 (RequestID = 2)", 15, "a bracket behind a value" },
    { "(RequestID = 1) RequestID = 2", 17, "something else behind a value" },
    { "(RequestID = 1 and)", 19, "no column" },
    { "RequestID 1", 11, "no comparison behind RequestID" },
    { "RequestID = ", 13, "no value" },
    { "CommonName = 'ä' or CommonName = 'b", 34, "a quote that is not closed" },
    { "CommonName = f(x)", 15, "a bracket behind a value" },
  };
  g_autoptr (GListModel) columns = make_columns ();

  g_test_summary ("An error of form names the character and what is wrong there");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GArray) where = tool_where_parse (rows[i].text, columns, &error);
      g_autofree char *place = g_strdup_printf ("character %d: ", rows[i].character);

      g_assert_null (where);
      g_assert_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE);
      if (strstr (error->message, place) == NULL || strstr (error->message, rows[i].what) == NULL)
        g_error ("%s: %s", rows[i].text, error->message);
    }
}

static void
test_bounds_what_brackets_cost (void)
{
  g_autoptr (GListModel) columns = make_columns ();
  g_autoptr (GString) product = g_string_new ("RequestID = 1");
  g_autoptr (GString) deep = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "Brackets that would make thousands of alternatives, or are too deep, are refused");
  for (int i = 0; i < 40; i++)
    g_string_append (product, " and (RequestID = 2 or RequestID = 3)");
  g_assert_null (tool_where_parse (product->str, columns, &error));
  g_assert_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE);
  g_assert_nonnull (strstr (error->message, "more than 900 comparisons"));
  g_clear_error (&error);
  for (int i = 0; i < 100000; i++)
    g_string_append_c (deep, '(');
  g_assert_null (tool_where_parse (deep->str, columns, &error));
  g_assert_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE);
}

static void
test_refuses_nonsense (void)
{
  static const char *const rows[] = {
    "",
    " ",
    "Disposition",
    "Disposition 20",
    "Disposition =",
    "= 20",
    "Disposition = 20 and",
    "Disposition = 20 or ",
    "Disposition = 20 CommonName = x",
    "Disposition = 20 nor CommonName = x",
    "Disposition = banana",
    "RequestID = issued",
    "RequestID = 99999999999999999999",
    "NotAfter < tomorrow",
    "NotAfter < 2026-13-01",
    "RawName = 3",
    "RawName = xy",
    "CommonName = 'open",
    "CommonName = \"open'",
    "CommonName ~ x",
  };
  g_autoptr (GListModel) columns = make_columns ();
  gsize i;

  g_test_summary ("What is not a condition is wrong usage that says where");
  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GArray) where = tool_where_parse (rows[i], columns, &error);

      g_assert_null (where);
      g_assert_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE);
    }
}

static void
test_refuses_unknown_column (void)
{
  g_autoptr (GListModel) columns = make_columns ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) where = tool_where_parse ("Colour = red", columns, &error);
  g_autofree char *field = NULL;

  g_test_summary ("A column that the table does not have is UNKNOWN_NAME");
  g_assert_null (where);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_UNKNOWN_NAME);
  field = icert_error_get_field (error);
  g_assert_cmpstr (field, ==, "column");
}

static void
test_prefers_exact_column (void)
{
  g_autoptr (GListModel) columns = make_columns ();
  g_autoptr (ICertViewColumn) issued = tool_find_column (columns, "commonname", NULL);
  g_autoptr (ICertViewColumn) requested = tool_find_column (columns, "Request.commonname", NULL);
  g_autofree char *first = icert_view_column_get_name (issued);
  g_autofree char *second = icert_view_column_get_name (requested);

  g_test_summary ("CommonName is the certificate's, though Request.CommonName comes first");
  g_assert_cmpstr (first, ==, "CommonName");
  g_assert_cmpstr (second, ==, "Request.CommonName");
}

static void
test_survives_anything (void)
{
  static const char alphabet[] = "aD='\"<>!&|. \\0xz9-:,()";
  g_autoptr (GListModel) columns = make_columns ();
  guint round;

  g_test_summary ("Random text is a condition or an error, and nothing else");
  for (round = 0; round < 5000; round++)
    {
      g_autoptr (GString) text = g_string_new (round % 2 == 0 ? "Disposition = " : NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GArray) where = NULL;
      int n = g_test_rand_int_range (0, 24);

      while (n-- > 0)
        g_string_append_c (text, alphabet[g_test_rand_int_range (0, sizeof alphabet - 1)]);
      where = tool_where_parse (text->str, columns, &error);
      g_assert_true ((where == NULL) == (error != NULL));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tool-where/reads-alternatives", test_reads_alternatives);
  g_test_add_func ("/tool-where/reads-operators", test_reads_operators);
  g_test_add_func ("/tool-where/reads-values", test_reads_values);
  g_test_add_func ("/tool-where/reads-brackets", test_reads_brackets);
  g_test_add_func ("/tool-where/says-where-it-is-wrong", test_says_where_it_is_wrong);
  g_test_add_func ("/tool-where/bounds-what-brackets-cost", test_bounds_what_brackets_cost);
  g_test_add_func ("/tool-where/refuses-nonsense", test_refuses_nonsense);
  g_test_add_func ("/tool-where/refuses-unknown-column", test_refuses_unknown_column);
  g_test_add_func ("/tool-where/prefers-exact-column", test_prefers_exact_column);
  g_test_add_func ("/tool-where/survives-anything", test_survives_anything);
  return g_test_run ();
}
