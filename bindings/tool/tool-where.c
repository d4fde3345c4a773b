/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-where.h"

#include <stdarg.h>
#include <string.h>

#include "tool-error.h"
#include "tool-output.h"

/* Brackets in brackets, and comparisons when none are left: a view takes no more */
#define MOST_BRACKETS 64
#define MOST_RESTRICTIONS 900

typedef struct
{
  const char *text;
  const char *p;
  GListModel *columns;
  guint depth; /* open brackets */
} Parser;

static const struct
{
  const char *text;
  ICertSeek seek;
} operators[] = {
  /* longer ones first */
  { "==", ICERT_SEEK_EQ }, { "!=", ICERT_SEEK_NE }, { "<>", ICERT_SEEK_NE },
  { "<=", ICERT_SEEK_LE }, { ">=", ICERT_SEEK_GE }, { "=", ICERT_SEEK_EQ },
  { "<", ICERT_SEEK_LT },  { ">", ICERT_SEEK_GT },  { "^=", ICERT_SEEK_PREFIX },
};

static const struct
{
  int number;
  const char *name;
} dispositions[] = {
  { ICERT_ROW_DISPOSITION_ACTIVE, "active" },
  { ICERT_ROW_DISPOSITION_PENDING, "pending" },
  { ICERT_ROW_DISPOSITION_FOREIGN, "foreign" },
  { ICERT_ROW_DISPOSITION_CA_CERT, "ca-cert" },
  { ICERT_ROW_DISPOSITION_CA_CERT_CHAIN, "ca-cert-chain" },
  { ICERT_ROW_DISPOSITION_KRA_CERT, "kra-cert" },
  { ICERT_ROW_DISPOSITION_ISSUED, "issued" },
  { ICERT_ROW_DISPOSITION_REVOKED, "revoked" },
  { ICERT_ROW_DISPOSITION_ERROR, "error" },
  { ICERT_ROW_DISPOSITION_DENIED, "denied" },
};

/* "issued" -> 20; 0 when there is none */
static int
disposition_from_name (const char *name)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (dispositions); i++)
    if (g_ascii_strcasecmp (dispositions[i].name, name) == 0)
      return dispositions[i].number;
  return 0;
}

const char *
tool_disposition_to_name (int disposition)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (dispositions); i++)
    if (dispositions[i].number == disposition)
      return dispositions[i].name;
  return NULL;
}

static void
restriction_clear (ToolRestriction *restriction)
{
  g_clear_pointer (&restriction->column, g_free);
  g_clear_pointer (&restriction->value, g_variant_unref);
}

ICertViewColumn *
tool_find_column (GListModel *columns, const char *name, GError **error)
{
  g_autofree char *prefixed = g_strconcat ("Request.", name, NULL);
  g_autoptr (ICertViewColumn) second = NULL;
  g_autofree char *quoted = NULL;
  guint i;

  for (i = 0; i < g_list_model_get_n_items (columns); i++)
    {
      g_autoptr (ICertViewColumn) column = g_list_model_get_item (columns, i);
      g_autofree char *its_name = icert_view_column_get_name (column);

      if (g_ascii_strcasecmp (its_name, name) == 0)
        return g_steal_pointer (&column);
      if (g_ascii_strcasecmp (its_name, prefixed) == 0)
        second = g_object_ref (column);
    }
  if (second != NULL)
    return g_steal_pointer (&second);
  quoted = icert_error_quote (name, -1);
  icert_set_error (error, ICERT_ERROR_UNKNOWN_NAME, "column", "%s is not in this table", quoted);
  return NULL;
}

static void
skip_blanks (const char **p)
{
  while (g_ascii_isspace (**p))
    (*p)++;
}

static char *
read_column (const char **p)
{
  const char *start = *p;

  while (g_ascii_isalnum (**p) || (**p != '\0' && strchr (".-_", **p) != NULL))
    (*p)++;
  return *p > start ? g_strndup (start, (gsize) (*p - start)) : NULL;
}

static gboolean
read_operator (const char **p, ICertSeek *seek)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (operators); i++)
    if (g_str_has_prefix (*p, operators[i].text))
      {
        *seek = operators[i].seek;
        *p += strlen (operators[i].text);
        return TRUE;
      }
  return FALSE;
}

/* A word, which ends at a blank or bracket, or text in quotes in which the quote is written twice.
 */
static char *
read_value (const char **p, gboolean *quoted)
{
  GString *value = g_string_new (NULL);
  char quote = **p;

  *quoted = quote == '\'' || quote == '"';
  if (!*quoted)
    {
      while (**p != '\0' && !g_ascii_isspace (**p) && **p != '(' && **p != ')')
        g_string_append_c (value, *(*p)++);
      return g_string_free (value, value->len == 0);
    }
  for ((*p)++; **p != '\0'; (*p)++)
    {
      if (**p == quote && (*p)[1] == quote)
        (*p)++;
      else if (**p == quote)
        {
          (*p)++;
          return g_string_free (value, FALSE);
        }
      g_string_append_c (value, **p);
    }
  return g_string_free (value, TRUE);
}

static gboolean
parse_integer (const char *column, const char *text, gint64 *value, GError **error)
{
  gboolean hex = g_str_has_prefix (text, "0x") || g_str_has_prefix (text, "0X");

  if (g_str_has_suffix (column, "Disposition"))
    {
      *value = disposition_from_name (text);
      if (*value != 0)
        return TRUE;
    }
  if (g_ascii_string_to_signed (hex ? text + 2 : text, hex ? 16 : 10, G_MININT64, G_MAXINT64, value,
                                NULL))
    return TRUE;
  tool_usage_error (error, "--where: '%s' does not compare with %s (a number%s)", text, column,
                    g_str_has_suffix (column, "Disposition") ? ", or issued, pending, denied …"
                                                             : "");
  return FALSE;
}

/* The type of the column says what the text is. */
static GVariant *
parse_value (ICertViewColumn *column, const char *text, GError **error)
{
  g_autofree char *name = icert_view_column_get_name (column);
  g_autoptr (GBytes) bytes = NULL;
  gint64 number = 0;

  switch (icert_view_column_get_property_type (column))
    {
    case ICERT_PROPERTY_TYPE_LONG:
      return parse_integer (name, text, &number, error) ? g_variant_new_int64 (number) : NULL;
    case ICERT_PROPERTY_TYPE_DATE:
      return tool_parse_time (text, &number, error) ? g_variant_new_int64 (number) : NULL;
    case ICERT_PROPERTY_TYPE_BINARY:
      bytes = tool_parse_hex (text);
      if (bytes != NULL)
        return g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE);
      tool_usage_error (error, "--where: '%s' does not compare with %s (hex)", text, name);
      return NULL;
    case ICERT_PROPERTY_TYPE_STRING:
    case ICERT_PROPERTY_TYPE_NONE:
    default:
      return g_variant_new_string (text);
    }
}

/* "SubjectAltName.dns": views find requests by it, and show it in table names */
static gboolean
is_names_column (const char *name)
{
  return g_ascii_strcasecmp (name, "SubjectAltName") == 0
         || g_ascii_strncasecmp (name, "SubjectAltName.", strlen ("SubjectAltName.")) == 0;
}

/* "character 7: …"; always NULL */
static gpointer G_GNUC_PRINTF (4, 5)
    syntax_error (const Parser *parser, const char *at, GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  tool_usage_error (error, "--where: character %ld: %s",
                    g_utf8_strlen (parser->text, (gssize) (at - parser->text)) + 1, message);
  return NULL;
}

static void
restriction_free (gpointer data)
{
  restriction_clear (data);
  g_free (data);
}

static gpointer
restriction_copy (gconstpointer data, gpointer unused)
{
  ToolRestriction *copy = g_memdup2 (data, sizeof *copy);

  copy->column = g_strdup (copy->column);
  if (copy->value != NULL)
    g_variant_ref (copy->value);
  return copy;
}

static gboolean
parse_comparison (Parser *parser, const char *name, ToolRestriction *restriction, GError **error)
{
  g_autoptr (ICertViewColumn) column = NULL;
  g_autofree char *text = NULL;
  const char *start;
  gboolean quoted;
  GVariant *value;

  if (is_names_column (name))
    column = icert_view_column_new (name, NULL, ICERT_PROPERTY_TYPE_STRING, FALSE, 0);
  else
    column = tool_find_column (parser->columns, name, error);
  if (column == NULL)
    return FALSE;
  skip_blanks (&parser->p);
  if (!read_operator (&parser->p, &restriction->seek))
    return syntax_error (parser, parser->p, error, "no comparison behind %s (== != < <= > >= ^=)",
                         name)
           != NULL;
  skip_blanks (&parser->p);
  start = parser->p;
  text = read_value (&parser->p, &quoted);
  if (text == NULL)
    return syntax_error (parser, start, error, "%s",
                         quoted ? "a quote that is not closed (text in quotes)"
                                : "no value (a word, or text in quotes)")
           != NULL;
  restriction->column = icert_view_column_get_name (column);
  if (!quoted && g_ascii_strcasecmp (text, "empty") == 0)
    return TRUE;
  value = parse_value (column, text, error);
  if (value == NULL)
    return FALSE;
  restriction->value = g_variant_ref_sink (value);
  return TRUE;
}

/* Conditions are lists of alternatives, each a list of comparisons that hold together. */
static GPtrArray *
alternative_new (void)
{
  return g_ptr_array_new_with_free_func (restriction_free);
}

static GPtrArray *
condition_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
}

static GPtrArray *
parse_restriction (Parser *parser, GError **error)
{
  const char *start = parser->p;
  g_autofree char *name = read_column (&parser->p);
  g_autoptr (GPtrArray) alternative = alternative_new ();
  ToolRestriction *restriction;
  GPtrArray *condition;

  if (name == NULL)
    return syntax_error (parser, start, error, "no column (COLUMN OP VALUE, or a bracket)");
  restriction = g_new0 (ToolRestriction, 1);
  g_ptr_array_add (alternative, restriction);
  if (!parse_comparison (parser, name, restriction, error))
    return NULL;
  condition = condition_new ();
  g_ptr_array_add (condition, g_steal_pointer (&alternative));
  return condition;
}

static GPtrArray *parse_condition (Parser *parser, GError **error);

static GPtrArray *
parse_factor (Parser *parser, GError **error)
{
  g_autoptr (GPtrArray) inner = NULL;
  const char *start;

  skip_blanks (&parser->p);
  start = parser->p;
  if (*start != '(')
    return parse_restriction (parser, error);
  if (++parser->depth > MOST_BRACKETS)
    return syntax_error (parser, start, error, "a bracket in %d others (fewer)", MOST_BRACKETS);
  parser->p++;
  inner = parse_condition (parser, error);
  if (inner == NULL)
    return NULL;
  if (*parser->p != ')')
    return syntax_error (parser, start, error, "a bracket that is not closed (a ')' to it)");
  parser->p++;
  parser->depth--;
  return g_steal_pointer (&inner);
}

static guint
count (const GPtrArray *condition)
{
  guint n = 0;

  for (guint i = 0; i < condition->len; i++)
    n += ((GPtrArray *) condition->pdata[i])->len;
  return n;
}

/* Each alternative of the one with each of the other; NULL when that are too many. */
static GPtrArray *
multiply (const GPtrArray *left, const GPtrArray *right)
{
  GPtrArray *product;

  if ((guint64) count (left) * right->len + (guint64) count (right) * left->len > MOST_RESTRICTIONS)
    return NULL;
  product = condition_new ();
  for (guint i = 0; i < left->len; i++)
    for (guint j = 0; j < right->len; j++)
      {
        GPtrArray *alternative = alternative_new ();

        g_ptr_array_extend (alternative, left->pdata[i], restriction_copy, NULL);
        g_ptr_array_extend (alternative, right->pdata[j], restriction_copy, NULL);
        g_ptr_array_add (product, alternative);
      }
  return product;
}

/* Whether @word follows, which is then read. */
static gboolean
read_word (Parser *parser, const char *word)
{
  const char *p = parser->p;
  g_autofree char *found = NULL;

  skip_blanks (&p);
  found = read_column (&p);
  if (found == NULL || g_ascii_strcasecmp (found, word) != 0)
    return FALSE;
  parser->p = p;
  return TRUE;
}

static GPtrArray *
parse_conjunction (Parser *parser, GError **error)
{
  g_autoptr (GPtrArray) all = parse_factor (parser, error);

  while (all != NULL && read_word (parser, "and"))
    {
      const char *start = parser->p;
      g_autoptr (GPtrArray) next = parse_factor (parser, error);
      GPtrArray *product = next != NULL ? multiply (all, next) : NULL;

      if (next == NULL)
        return NULL;
      if (product == NULL)
        return syntax_error (parser, start, error,
                             "more than %d comparisons when the brackets are gone (fewer)",
                             MOST_RESTRICTIONS);
      g_ptr_array_unref (all);
      all = product;
    }
  return g_steal_pointer (&all);
}

/* Stops at the end or at a bracket that closes. */
static GPtrArray *
parse_condition (Parser *parser, GError **error)
{
  g_autoptr (GPtrArray) any = parse_conjunction (parser, error);

  while (any != NULL && read_word (parser, "or"))
    {
      g_autoptr (GPtrArray) next = parse_conjunction (parser, error);

      if (next == NULL)
        return NULL;
      g_ptr_array_extend_and_steal (any, g_steal_pointer (&next));
    }
  skip_blanks (&parser->p);
  if (any == NULL || *parser->p == '\0' || *parser->p == ')')
    return g_steal_pointer (&any);
  return syntax_error (parser, parser->p, error, "%s behind a value ('and' or 'or')",
                       *parser->p == '(' ? "a bracket" : "something else");
}

static GArray *
flatten (const GPtrArray *condition)
{
  GArray *restrictions = g_array_new (FALSE, TRUE, sizeof (ToolRestriction));

  g_array_set_clear_func (restrictions, (GDestroyNotify) restriction_clear);
  for (guint i = 0; i < condition->len; i++)
    {
      const GPtrArray *alternative = condition->pdata[i];

      for (guint j = 0; j < alternative->len; j++)
        {
          g_autofree ToolRestriction *copy = restriction_copy (alternative->pdata[j], NULL);

          copy->alternative = i > 0 && j == 0;
          g_array_append_val (restrictions, *copy);
        }
    }
  return restrictions;
}

GArray *
tool_where_parse (const char *text, GListModel *columns, GError **error)
{
  Parser parser = { .text = text, .p = text, .columns = columns };
  g_autoptr (GPtrArray) condition = parse_condition (&parser, error);

  if (condition == NULL)
    return NULL;
  if (*parser.p != '\0')
    return syntax_error (&parser, parser.p, error, "a ')' without its '(' (quotes around text)");
  return flatten (condition);
}
