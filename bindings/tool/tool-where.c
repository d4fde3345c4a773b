/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-where.h"

#include <string.h>

#include "tool-error.h"
#include "tool-output.h"

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

int
tool_disposition_from_name (const char *name)
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

void
tool_restriction_clear (ToolRestriction *restriction)
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

/* A word, or text in quotes in which the quote is written twice. */
static char *
read_value (const char **p, gboolean *quoted)
{
  GString *value = g_string_new (NULL);
  char quote = **p;

  *quoted = quote == '\'' || quote == '"';
  if (!*quoted)
    {
      while (**p != '\0' && !g_ascii_isspace (**p))
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
      *value = tool_disposition_from_name (text);
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

static gboolean
parse_restriction (const char **p,
                   GListModel *columns,
                   ToolRestriction *restriction,
                   GError **error)
{
  g_autofree char *name = read_column (p);
  g_autofree char *text = NULL;
  g_autoptr (ICertViewColumn) column = NULL;
  gboolean quoted;
  GVariant *value;

  if (name == NULL)
    {
      tool_usage_error (error, "--where: no column at '%s' (COLUMN OP VALUE [and|or …])", *p);
      return FALSE;
    }
  if (is_names_column (name))
    column = icert_view_column_new (name, NULL, ICERT_PROPERTY_TYPE_STRING, FALSE, 0);
  else
    column = tool_find_column (columns, name, error);
  if (column == NULL)
    return FALSE;
  skip_blanks (p);
  if (!read_operator (p, &restriction->seek))
    {
      tool_usage_error (error, "--where: no comparison at '%s' (== != < <= > >= ^=)", *p);
      return FALSE;
    }
  skip_blanks (p);
  text = read_value (p, &quoted);
  if (text == NULL)
    {
      tool_usage_error (error, "--where: no value behind %s (a word, or text in quotes)", name);
      return FALSE;
    }
  restriction->column = icert_view_column_get_name (column);
  if (!quoted && g_ascii_strcasecmp (text, "empty") == 0)
    return TRUE;
  value = parse_value (column, text, error);
  if (value == NULL)
    return FALSE;
  restriction->value = g_variant_ref_sink (value);
  return TRUE;
}

/* @alternative: whether it was an "or" */
static gboolean
parse_conjunction (const char **p, gboolean *alternative, GError **error)
{
  const char *start = *p;
  g_autofree char *word = read_column (p);

  *alternative = word != NULL && g_ascii_strcasecmp (word, "or") == 0;
  if (*alternative || (word != NULL && g_ascii_strcasecmp (word, "and") == 0))
    return TRUE;
  tool_usage_error (error, "--where: '%s' behind a value ('and' or 'or')", start);
  return FALSE;
}

GArray *
tool_where_parse (const char *text, GListModel *columns, GError **error)
{
  g_autoptr (GArray) restrictions = g_array_new (FALSE, TRUE, sizeof (ToolRestriction));
  const char *p = text;
  gboolean alternative = FALSE;

  g_array_set_clear_func (restrictions, (GDestroyNotify) tool_restriction_clear);
  while (TRUE)
    {
      ToolRestriction *restriction;

      g_array_set_size (restrictions, restrictions->len + 1);
      restriction = &g_array_index (restrictions, ToolRestriction, restrictions->len - 1);
      restriction->alternative = alternative;
      skip_blanks (&p);
      if (!parse_restriction (&p, columns, restriction, error))
        return NULL;
      skip_blanks (&p);
      if (*p == '\0')
        return g_steal_pointer (&restrictions);
      if (!parse_conjunction (&p, &alternative, error))
        return NULL;
    }
}
