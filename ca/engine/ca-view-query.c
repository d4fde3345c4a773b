/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-view-query.h"

#include <string.h>

#include "ca-crl.h"

/* More than any table has; the store's own bound is beyond. */
#define MOST_COLUMNS 255
/* Comparisons of a view; the store takes some more. */
#define MOST_RESTRICTIONS 900
/* Rows that are skipped in one query, and requests whose attributes are read in one */
#define SKIPPED_ROWS 10000
#define REQUESTS_AT_ONCE 250

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
ca_view_query_new (const CaViewTable *table)
{
  CaViewQuery *query = g_new0 (CaViewQuery, 1);

  query->columns = g_array_new (FALSE, FALSE, sizeof (guint8));
  query->alternatives = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  g_ptr_array_add (query->alternatives, alternative_new ());
  query->about = table;
  query->store_table = table->store_table;
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

/* CRLs are files, of which the store has the names: where a view asks for the name of the file it
 * gets what is in it. Nothing is read for views that do not name the column. */
static const ICertStoreColumnInfo raw_crl = { .name = "CRLRawCRL",
                                              .sql = "file",
                                              .type = ICERT_PROPERTY_TYPE_BINARY,
                                              .flags = ICERT_STORE_COLUMN_VIEW,
                                              .max_length = 512 * 1024 * 1024,
                                              .display_name = "CRL Raw CRL" };

static gboolean
is_raw_crl (ICertStoreTable table, guint column)
{
  return table == ICERT_STORE_CRLS && column == ICERT_CRL_FILE;
}

const ICertStoreColumnInfo *
ca_view_column_info (ICertStoreTable table, guint column)
{
  guint n;

  return is_raw_crl (table, column) ? &raw_crl : &icert_store_table_columns (table, &n)[column];
}

static const ICertStoreColumnInfo *
column_info (const CaViewQuery *query, guint column)
{
  return ca_view_column_info (query->store_table, column);
}

/* -1 with UNKNOWN_NAME */
static int
find_column (const CaViewQuery *query, const char *name, GError **error)
{
  int column = icert_store_find_column (query->store_table, name);
  g_autofree char *quoted = NULL;

  if (query->store_table == ICERT_STORE_CRLS && g_ascii_strcasecmp (name, raw_crl.name) == 0)
    return ICERT_CRL_FILE;
  if (column >= 0 && !is_raw_crl (query->store_table, column)
      && (column_info (query, column)->flags & ICERT_STORE_COLUMN_VIEW) != 0)
    return column;
  quoted = icert_error_quote (name, -1);
  icert_set_error (error, ICERT_ERROR_UNKNOWN_NAME, "column",
                   "no column %s (a name that icert schema prints)", quoted);
  return -1;
}

/* What is no cell of the store cannot be compared or counted there. */
static gboolean
check_stored (const CaViewQuery *query, guint column, GError **error)
{
  if (!is_raw_crl (query->store_table, column))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, raw_crl.name,
                   "is a file, which no query looks into (CRLHashSHA256, or empty)");
  return FALSE;
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
  gboolean equality
      = seek == ICERT_SEEK_EQ || seek == ICERT_SEEK_NE
        || (seek == ICERT_SEEK_PREFIX && value != NULL && info->type == ICERT_PROPERTY_TYPE_STRING);
  gboolean order = seek == ICERT_SEEK_LT || seek == ICERT_SEEK_LE || seek == ICERT_SEEK_GE
                   || seek == ICERT_SEEK_GT;

  if (equality || (order && value != NULL && info->type != ICERT_PROPERTY_TYPE_BINARY))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_MALFORMED, info->name, "cannot be compared so (%s)",
                   info->type == ICERT_PROPERTY_TYPE_BINARY || value == NULL ? "EQ or NE"
                   : info->type == ICERT_PROPERTY_TYPE_STRING ? "EQ, NE, LT, LE, GE, GT or PREFIX"
                                                              : "EQ, NE, LT, LE, GE or GT");
  return FALSE;
}

/* Serials and hashes are text in lower-case hex (processing.md 8: canonicalise instead); people
 * paste them with colons, blanks, in capitals, and serials with the octet 00 that DER puts in front
 * of a high bit. */
static GVariant *
canonicalize (const ICertStoreColumnInfo *info, ICertSeek seek, GVariant *value)
{
  static const char *const hex_columns[]
      = { "SerialNumber", "CertificateHash", "CertificateHashSHA256", "SubjectKeyIdentifier",
          NULL };
  const char *text;
  GString *hex;

  if (!g_strv_contains (hex_columns, info->name))
    return value;
  text = g_variant_get_string (value, NULL);
  if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
    text += 2;
  hex = g_string_new (NULL);
  for (; *text != '\0'; text++)
    if (strchr (": -", *text) == NULL)
      g_string_append_c (hex, g_ascii_tolower (*text));
  if (seek == ICERT_SEEK_EQ && strcmp (info->name, "SerialNumber") == 0)
    while (hex->len > 2 && hex->len % 2 == 0 && g_str_has_prefix (hex->str, "00"))
      g_string_erase (hex, 0, 2);
  g_variant_unref (value);
  return g_variant_ref_sink (g_variant_new_take_string (g_string_free (hex, FALSE)));
}

static gboolean
append_restriction (CaViewQuery *query, CaRestriction *restriction, GError **error)
{
  guint n = 0;

  for (guint i = 0; i < query->alternatives->len; i++)
    n += ((GArray *) query->alternatives->pdata[i])->len;
  if (n >= MOST_RESTRICTIONS)
    {
      restriction_clear (restriction);
      icert_set_error (error, ICERT_ERROR_TOO_LARGE, "restriction", "one more than %d (at most)",
                       MOST_RESTRICTIONS);
      return FALSE;
    }
  g_array_append_vals ((GArray *) query->alternatives->pdata[query->alternatives->len - 1],
                       restriction, 1);
  return TRUE;
}

/* Alternative names are rows of their own table. A restriction asks for them as for a column:
 * "SubjectAltName", or "SubjectAltName.dNSName" for one kind. */
#define NAMES_COLUMN "SubjectAltName"

/* As RFC 5280 calls them, or AD CS in its attribute SAN */
static ICertNameKind
find_kind (const char *name)
{
  static const struct
  {
    const char *name;
    ICertNameKind kind;
  } others[] = { { "email", ICERT_NAME_KIND_RFC822 }, { "dns", ICERT_NAME_KIND_DNS },
                 { "dn", ICERT_NAME_KIND_DIRECTORY }, { "url", ICERT_NAME_KIND_URI },
                 { "uri", ICERT_NAME_KIND_URI },      { "ipaddress", ICERT_NAME_KIND_IP },
                 { "ip", ICERT_NAME_KIND_IP },        { "oid", ICERT_NAME_KIND_REGISTERED_ID } };

  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    if (g_ascii_strcasecmp (others[i].name, name) == 0)
      return others[i].kind;
  return icert_name_kind_from_field (name);
}

/* The form that the store has it in, which is that of ICertName behind the colon; NULL with an
 * error when it is no name of the kind. A part of a name, and a name of any kind, is as it is. */
static GVariant *
canonicalize_name (ICertNameKind kind, ICertSeek seek, GVariant *value, GError **error)
{
  g_autofree char *text = NULL;
  g_autofree char *canonical = NULL;
  g_autoptr (ICertName) name = NULL;

  if (seek == ICERT_SEEK_PREFIX || kind == ICERT_NAME_KIND_NONE)
    return g_variant_ref (value);
  text = g_strconcat (icert_name_kind_to_field (kind), ":", g_variant_get_string (value, NULL),
                      NULL);
  name = icert_name_from_string (text, NULL);
  if (name == NULL)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, NAMES_COLUMN, "no name of that kind (%s)",
                       icert_name_kind_to_field (kind));
      return NULL;
    }
  canonical = icert_name_to_string (name);
  return g_variant_ref_sink (g_variant_new_string (strchr (canonical, ':') + 1));
}

static gboolean
add_name_restriction (CaViewQuery *query,
                      const char *column,
                      ICertSeek seek,
                      GVariant *value,
                      GError **error)
{
  const char *dot = strchr (column, '.');
  CaRestriction restriction = { .named = TRUE, .seek = seek };
  ICertNameKind kind = dot != NULL ? find_kind (dot + 1) : ICERT_NAME_KIND_NONE;
  g_autofree char *quoted = NULL;

  if (dot != NULL && kind == ICERT_NAME_KIND_NONE)
    {
      quoted = icert_error_quote (column, -1);
      icert_set_error (error, ICERT_ERROR_UNKNOWN_NAME, "column",
                       "no column %s (" NAMES_COLUMN ".dNSName, .rfc822Name, .iPAddress …)",
                       quoted);
      return FALSE;
    }
  if (seek != ICERT_SEEK_EQ && seek != ICERT_SEEK_PREFIX)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, NAMES_COLUMN,
                       "cannot be compared so (EQ or PREFIX)");
      return FALSE;
    }
  if (value == NULL || !g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, NAMES_COLUMN, "a value of type %s (s)",
                       value != NULL ? g_variant_get_type_string (value) : "none");
      return FALSE;
    }
  restriction.column = kind;
  restriction.value = canonicalize_name (kind, seek, value, error);
  return restriction.value != NULL && append_restriction (query, &restriction, error);
}

static gboolean
is_names_column (const CaViewQuery *query, const char *column)
{
  const gsize length = strlen (NAMES_COLUMN);

  return query->store_table == ICERT_STORE_REQUESTS
         && g_ascii_strncasecmp (column, NAMES_COLUMN, length) == 0
         && (column[length] == '\0' || column[length] == '.');
}

gboolean
ca_view_add_restriction (CaViewQuery *query,
                         const char *column,
                         ICertSeek seek,
                         GVariant *value,
                         GError **error)
{
  CaRestriction restriction = { .seek = seek };
  const ICertStoreColumnInfo *info;
  int index;

  if (is_names_column (query, column))
    return add_name_restriction (query, column, seek, value, error);
  index = find_column (query, column, error);
  if (index < 0)
    return FALSE;
  info = column_info (query, index);
  if (!check_seek (info, seek, value, error)
      || (value != NULL && !check_stored (query, (guint) index, error)))
    return FALSE;
  restriction.column = index;
  if (value != NULL)
    {
      restriction.value = coerce (info, value, error);
      if (restriction.value == NULL)
        return FALSE;
      restriction.value = canonicalize (info, seek, restriction.value);
    }
  return append_restriction (query, &restriction, error);
}

gboolean
ca_view_add_alternative (CaViewQuery *query, GError **error)
{
  GArray *last = query->alternatives->pdata[query->alternatives->len - 1];

  if (last->len == 0)
    {
      icert_set_error (error, ICERT_ERROR_WRONG_STATE, "alternative",
                       "the one before has no restriction (one restriction at least)");
      return FALSE;
    }
  g_ptr_array_add (query->alternatives, alternative_new ());
  return TRUE;
}

/* Columns and order */

gboolean
ca_view_set_columns (CaViewQuery *query, const char *const *names, GError **error)
{
  g_autoptr (GArray) columns = g_array_new (FALSE, FALSE, sizeof (guint8));
  guint n = g_strv_length ((char **) names);

  if (n > MOST_COLUMNS)
    {
      icert_set_error (error, ICERT_ERROR_TOO_LARGE, "columns", "%u columns (at most %d)", n,
                       MOST_COLUMNS);
      return FALSE;
    }
  for (guint i = 0; names[i] != NULL; i++)
    {
      int column = find_column (query, names[i], error);
      guint8 narrow = column;

      if (column < 0)
        return FALSE;
      g_array_append_val (columns, narrow);
    }
  g_array_unref (query->columns);
  query->columns = g_steal_pointer (&columns);
  return TRUE;
}

/* the column that the key begins with: its order is that of the rows already */
static int
first_key (const CaViewQuery *query)
{
  guint n;
  const ICertStoreColumnInfo *infos = icert_store_table_columns (query->store_table, &n);

  for (guint i = 0; i < n; i++)
    if ((infos[i].flags & ICERT_STORE_COLUMN_KEY) != 0)
      return i;
  return -1;
}

gboolean
ca_view_set_sort (CaViewQuery *query, const char *column, ICertSort sort, GError **error)
{
  int index = -1;

  if (sort != ICERT_SORT_NONE)
    {
      index = find_column (query, column, error);
      if (index < 0)
        return FALSE;
      if ((column_info (query, index)->flags & ICERT_STORE_COLUMN_INDEXED) == 0)
        {
          icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, column_info (query, index)->name,
                           "cannot be sorted by (a column with an index)");
          return FALSE;
        }
    }
  query->sort_column = index == first_key (query) ? -1 : index;
  query->descending = sort == ICERT_SORT_DESCEND;
  g_clear_pointer (&query->cursor, g_variant_unref);
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
      ICertStoreCondition *condition
          = new_condition (all, restriction->named ? ICERT_STORE_NAMED : ICERT_STORE_COMPARE);

      condition->column = restriction->column;
      condition->seek = restriction->seek;
      condition->value = cell_from_variant (restriction->value);
      g_ptr_array_add (parts, condition);
    }
  return join (all, ICERT_STORE_AND, parts);
}

/* NULL: no restriction. An alternative without one lets every row through. */
static ICertStoreCondition *
condition_of_alternatives (const CaViewQuery *query, Conditions *all)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();

  for (guint i = 0; i < query->alternatives->len; i++)
    {
      GArray *alternative = query->alternatives->pdata[i];

      if (alternative->len == 0)
        return NULL;
      g_ptr_array_add (parts, condition_of_alternative (all, alternative));
    }
  return join (all, ICERT_STORE_OR, parts);
}

static ICertStoreCondition *
bound_of_dispositions (Conditions *all, ICertSeek seek, gint64 disposition)
{
  ICertStoreCondition *condition = new_condition (all, ICERT_STORE_COMPARE);

  condition->column = ICERT_REQUEST_DISPOSITION;
  condition->seek = seek;
  condition->value.type = ICERT_PROPERTY_TYPE_LONG;
  condition->value.integer = disposition;
  return condition;
}

/* The restrictions, and what the table is about. */
static const ICertStoreCondition *
make_condition (const CaViewQuery *query, Conditions *all)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();
  ICertStoreCondition *alternatives;

  all->conditions = g_ptr_array_new_with_free_func (g_free);
  all->parts = g_ptr_array_new_with_free_func (g_free);
  alternatives = condition_of_alternatives (query, all);
  if (query->about->last_disposition == 0)
    return alternatives;
  g_ptr_array_add (parts,
                   bound_of_dispositions (all, ICERT_SEEK_GE, query->about->first_disposition));
  g_ptr_array_add (parts,
                   bound_of_dispositions (all, ICERT_SEEK_LE, query->about->last_disposition));
  if (alternatives != NULL)
    g_ptr_array_add (parts, alternatives);
  return join (all, ICERT_STORE_AND, parts);
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
  tagged = g_variant_ref_sink (g_variant_new (
      "(iib@av)", (int) query->about->table, query->sort_column, query->descending, query->cursor));
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

/* NULL when it is no text that this file made. */
static GVariant *
read_cursor (const char *cursor)
{
  g_autofree char *text = g_strdup (cursor);
  g_autoptr (GVariant) tagged = NULL;
  guchar *data;
  gsize size;

  for (char *p = text; *p != '\0'; p++)
    *p = *p == '-' ? '+' : *p == '_' ? '/' : *p;
  data = g_base64_decode (text, &size);
  tagged = g_variant_ref_sink (
      g_variant_new_from_data (G_VARIANT_TYPE ("(iibav)"), data, size, FALSE, g_free, data));
  return size > 0 && g_variant_is_normal_form (tagged) ? g_steal_pointer (&tagged) : NULL;
}

/* A cursor says where rows go on, and nothing about what may be seen; so a forged one is as good as
 * a restriction. */
gboolean
ca_view_set_cursor (CaViewQuery *query, const char *cursor, GError **error)
{
  g_autoptr (GVariant) tagged = NULL;
  g_autoptr (GVariant) cells = NULL;
  gboolean descending;
  int table, sort;

  g_clear_pointer (&query->cursor, g_variant_unref);
  if (cursor == NULL || cursor[0] == '\0')
    return TRUE;
  tagged = read_cursor (cursor);
  if (tagged != NULL)
    g_variant_get (tagged, "(iib@av)", &table, &sort, &descending, &cells);
  if (tagged != NULL
      && (table != (int) query->about->table || sort != query->sort_column
          || descending != query->descending))
    {
      icert_set_error (error, ICERT_ERROR_WRONG_STATE, "cursor",
                       "is one of another table or order (that of this view)");
      return FALSE;
    }
  if (tagged == NULL || !check_cursor (query, cells))
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, "cursor",
                       "is none (the cursor of a row, whole)");
      return FALSE;
    }
  query->cursor = g_steal_pointer (&cells);
  return TRUE;
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

/* What belongs to the requests of a page: two queries for all of them. */
typedef struct
{
  GHashTable *attributes; /* id to table */
  GHashTable *extensions; /* id to array of ICertExtension */
} Belongings;

static void
belongings_clear (Belongings *all)
{
  g_clear_pointer (&all->attributes, g_hash_table_unref);
  g_clear_pointer (&all->extensions, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Belongings, belongings_clear)

static gpointer
id_key (gint64 id)
{
  return g_memdup2 (&id, sizeof id);
}

static void
belongings_init (Belongings *all)
{
  all->attributes = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                           (GDestroyNotify) g_hash_table_unref);
  all->extensions = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                           (GDestroyNotify) g_ptr_array_unref);
}

static void
add_attribute (Belongings *all, const ICertStoreRow *row)
{
  gint64 id = icert_store_row_get_int (row, 0);
  GHashTable *attributes = g_hash_table_lookup (all->attributes, &id);

  if (attributes != NULL)
    g_hash_table_insert (attributes, icert_store_row_dup_text (row, 1),
                         icert_store_row_dup_text (row, 2));
}

static void
add_extension (Belongings *all, const ICertStoreRow *row)
{
  gint64 id = icert_store_row_get_int (row, 0);
  GPtrArray *extensions = g_hash_table_lookup (all->extensions, &id);
  g_autofree char *oid = icert_store_row_dup_text (row, 1);
  gint64 flags = icert_store_row_get_int (row, 2);
  g_autoptr (GBytes) value = icert_store_row_dup_bytes (row, 3);
  ICertExtension *extension
      = extensions != NULL ? icert_extension_new (oid, flags & 0xffff, flags & 0xf0000, value, NULL)
                           : NULL;

  if (extension != NULL)
    g_ptr_array_add (extensions, extension);
}

typedef void (*AddRow) (Belongings *all, const ICertStoreRow *row);

/* Errors show as nothing, since the rows themselves were read. */
static void
load_children (Belongings *all,
               ICertStore *store,
               const ICertStoreQuery *query,
               GCancellable *cancellable,
               AddRow add)
{
  g_autoptr (GPtrArray) rows = icert_store_query (store, query, cancellable, NULL);

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    add (all, rows->pdata[i]);
}

/* Both tables have the request's id as their first column. */
static void
load_part (Belongings *all,
           ICertStore *store,
           const gint64 *ids,
           guint n,
           GCancellable *cancellable)
{
  static const guint8 attribute_columns[]
      = { ICERT_ATTRIBUTE_REQUEST_ID, ICERT_ATTRIBUTE_NAME, ICERT_ATTRIBUTE_VALUE };
  static const guint8 extension_columns[]
      = { ICERT_EXTENSION_REQUEST_ID_COLUMN, ICERT_EXTENSION_NAME_COLUMN,
          ICERT_EXTENSION_FLAGS_COLUMN, ICERT_EXTENSION_VALUE_COLUMN };
  g_autofree ICertStoreCondition *conditions = g_new0 (ICertStoreCondition, n);
  g_autofree const ICertStoreCondition **parts = g_new (const ICertStoreCondition *, n);
  ICertStoreCondition any = { .kind = ICERT_STORE_OR, .n_parts = n, .parts = parts };
  ICertStoreQuery query = { .condition = &any, .sort_column = -1 };

  for (guint i = 0; i < n; i++)
    {
      conditions[i].seek = ICERT_SEEK_EQ;
      conditions[i].value.type = ICERT_PROPERTY_TYPE_LONG;
      conditions[i].value.integer = ids[i];
      parts[i] = &conditions[i];
    }
  query.table = ICERT_STORE_ATTRIBUTES;
  query.columns = attribute_columns;
  query.n_columns = G_N_ELEMENTS (attribute_columns);
  load_children (all, store, &query, cancellable, add_attribute);
  query.table = ICERT_STORE_EXTENSIONS;
  query.columns = extension_columns;
  query.n_columns = G_N_ELEMENTS (extension_columns);
  load_children (all, store, &query, cancellable, add_extension);
}

static void
load_belongings (Belongings *all,
                 ICertStore *store,
                 GPtrArray *rows,
                 guint id_cell,
                 GCancellable *cancellable)
{
  g_autofree gint64 *ids = g_new (gint64, rows->len);

  belongings_init (all);
  for (guint i = 0; i < rows->len; i++)
    {
      ids[i] = icert_store_row_get_int (rows->pdata[i], id_cell);
      g_hash_table_insert (all->attributes, id_key (ids[i]),
                           g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free));
      g_hash_table_insert (all->extensions, id_key (ids[i]),
                           g_ptr_array_new_with_free_func (g_object_unref));
    }
  for (guint i = 0; i < rows->len; i += REQUESTS_AT_ONCE)
    load_part (all, store, ids + i, MIN (REQUESTS_AT_ONCE, rows->len - i), cancellable);
}

/* Where the octets of CRLs are, and which cells tell that they are the CRL's; NULL where no CRLs
 * are shown. */
typedef struct
{
  const char *folder;
  guint first; /* of the cells CRLRowId, CRLSize and CRLHashSHA256 */
} CrlFiles;

static const guint8 crl_columns[] = { ICERT_CRL_ID, ICERT_CRL_SIZE, ICERT_CRL_HASH };

/* NULL without an error when it has expired and is gone */
static GVariant *
load_crl (const CrlFiles *files, const ICertStoreRow *row, guint cell, GError **error)
{
  CaCrlRow crl = { .size = icert_store_row_get_int (row, files->first + 1) };
  g_autofree char *name = icert_store_row_dup_text (row, cell);
  g_autofree char *hash = icert_store_row_dup_text (row, files->first + 2);
  g_autoptr (GBytes) octets = NULL;

  if (name == NULL || files->folder == NULL)
    return NULL;
  crl.file = name;
  crl.hash = hash;
  octets = ca_crl_load (files->folder, &crl, error);
  if (octets != NULL)
    return g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, octets, TRUE));
  if (error != NULL)
    icert_error_add_detail (*error, "crl-row-id", "%" G_GINT64_FORMAT,
                            icert_store_row_get_int (row, files->first));
  return NULL;
}

static gboolean
get_values (const CaViewQuery *query,
            const CrlFiles *files,
            const ICertStoreRow *row,
            GPtrArray *values,
            GError **error)
{
  for (guint i = 0; i < query->columns->len; i++)
    {
      g_autoptr (GError) local = NULL;
      GVariant *value = is_raw_crl (query->store_table, g_array_index (query->columns, guint8, i))
                            ? load_crl (files, row, i, &local)
                            : cell_to_variant (icert_store_row_get (row, i));

      if (local != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      g_ptr_array_add (values, value);
    }
  return TRUE;
}

static void
release_value (gpointer value)
{
  if (value != NULL)
    g_variant_unref (value);
}

static ICertViewRow *
make_row (CaViewQuery *query,
          const Belongings *all,
          const CrlFiles *files,
          const char *const *names,
          const ICertStoreRow *row,
          guint n_cursor,
          GError **error)
{
  g_autoptr (GPtrArray) values = g_ptr_array_new_full (query->columns->len, release_value);
  g_autofree char *cursor = NULL;
  GHashTable *attributes = NULL;
  GPtrArray *extensions = NULL;

  if (!get_values (query, files, row, values, error))
    return NULL;
  move_cursor (query, row, query->columns->len, n_cursor);
  cursor = ca_view_dup_cursor (query);
  if (all->attributes != NULL)
    {
      /* The key is the last cell of the cursor. */
      gint64 id = icert_store_row_get_int (row, query->columns->len + n_cursor - 1);

      attributes = g_hash_table_lookup (all->attributes, &id);
      extensions = g_hash_table_lookup (all->extensions, &id);
    }
  return icert_view_row_new (names, values, cursor, attributes, extensions);
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

/* The store's rows behind the cursor: the cells of @columns, and those of the cursor. */
static GPtrArray *
query_store (const CaViewQuery *query,
             ICertStore *store,
             const GArray *columns,
             guint max,
             guint *n_cursor,
             GCancellable *cancellable,
             GError **error)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  g_autoptr (GArray) all_columns = g_array_new (FALSE, FALSE, sizeof (guint8));
  GPtrArray *rows;
  guint8 cursor_columns[8];
  ICertStoreValue after[8];
  Conditions all;
  ICertStoreQuery store_query = { .table = query->store_table,
                                  .sort_column = query->sort_column,
                                  .descending = query->descending,
                                  .limit = max };

  *n_cursor = list_cursor_columns (query, cursor_columns);
  if (columns != NULL)
    g_array_append_vals (all_columns, columns->data, columns->len);
  g_array_append_vals (all_columns, cursor_columns, *n_cursor);
  if (query->store_table == ICERT_STORE_CRLS)
    g_array_append_vals (all_columns, crl_columns, G_N_ELEMENTS (crl_columns));
  store_query.columns = (const guint8 *) all_columns->data;
  store_query.n_columns = all_columns->len;
  store_query.n_after = get_cursor_cells (query, after, kept);
  store_query.after = after;
  store_query.condition = make_condition (query, &all);
  rows = icert_store_query (store, &store_query, cancellable, error);
  conditions_clear (&all);
  return rows;
}

GPtrArray *
ca_view_run (CaViewQuery *query,
             ICertStore *store,
             const char *folder,
             guint max,
             GCancellable *cancellable,
             GError **error)
{
  g_autoptr (GPtrArray) rows = NULL;
  g_autofree const char **names = g_new0 (const char *, query->columns->len + 1);
  g_auto (Belongings) all = { NULL, NULL };
  g_autoptr (GPtrArray) result = NULL;
  CrlFiles files = { folder, query->columns->len };
  guint n_cursor;

  rows = query_store (query, store, query->columns, max, &n_cursor, cancellable, error);
  if (rows == NULL)
    return NULL;
  for (guint i = 0; i < query->columns->len; i++)
    names[i] = column_info (query, g_array_index (query->columns, guint8, i))->name;
  if (query->store_table == ICERT_STORE_REQUESTS)
    load_belongings (&all, store, rows, query->columns->len + n_cursor - 1, cancellable);
  files.first += n_cursor;
  result = g_ptr_array_new_full (rows->len, g_object_unref);
  for (guint i = 0; i < rows->len; i++)
    {
      ICertViewRow *row = make_row (query, &all, &files, names, rows->pdata[i], n_cursor, error);

      if (row == NULL)
        return NULL;
      g_ptr_array_add (result, row);
    }
  return g_steal_pointer (&result);
}

gint64
ca_view_skip (CaViewQuery *query,
              ICertStore *store,
              guint n,
              GCancellable *cancellable,
              GError **error)
{
  gint64 skipped = 0;

  while (skipped < n)
    {
      guint wanted = (guint) MIN (SKIPPED_ROWS, n - skipped);
      guint n_cursor;
      g_autoptr (GPtrArray) rows
          = query_store (query, store, NULL, wanted, &n_cursor, cancellable, error);

      if (rows == NULL)
        return -1;
      if (rows->len > 0)
        move_cursor (query, rows->pdata[rows->len - 1], 0, n_cursor);
      skipped += rows->len;
      if (rows->len < wanted)
        break;
    }
  return skipped;
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

static gboolean
check_period (const ICertStoreColumnInfo *info, ICertPeriod period, GError **error)
{
  if (period == ICERT_PERIOD_NONE || info->type == ICERT_PROPERTY_TYPE_DATE)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_MALFORMED, "period", "%s has none (a date)", info->name);
  return FALSE;
}

GPtrArray *
ca_view_count_by (const CaViewQuery *query,
                  ICertStore *store,
                  const char *column,
                  ICertPeriod period,
                  guint max,
                  GCancellable *cancellable,
                  GError **error)
{
  int index = find_column (query, column, error);
  const char *names[] = { NULL, "Count", NULL };
  g_autoptr (GPtrArray) groups = NULL;
  GPtrArray *result;
  Conditions all;

  if (index < 0 || !check_stored (query, (guint) index, error)
      || !check_period (column_info (query, index), period, error))
    return NULL;
  groups
      = icert_store_group (store, query->store_table, index, period, make_condition (query, &all),
                           MIN (max, G_MAXUINT - 1) + 1, cancellable, error);
  conditions_clear (&all);
  if (groups == NULL)
    return NULL;
  if (groups->len > max)
    {
      icert_set_error (error, ICERT_ERROR_TOO_LARGE, column_info (query, index)->name,
                       "has more than %u values (at most)", max);
      return NULL;
    }
  names[0] = column_info (query, index)->name;
  result = g_ptr_array_new_full (groups->len, g_object_unref);
  for (guint i = 0; i < groups->len; i++)
    {
      GVariant *value = cell_to_variant (icert_store_row_get (groups->pdata[i], 0));
      gpointer cells[] = { value, cell_to_variant (icert_store_row_get (groups->pdata[i], 1)) };
      GPtrArray values = { .pdata = cells, .len = 2 };

      g_ptr_array_add (result, icert_view_row_new (names, &values, NULL, NULL, NULL));
      g_clear_pointer (&value, g_variant_unref);
      g_variant_unref (cells[1]);
    }
  return result;
}
