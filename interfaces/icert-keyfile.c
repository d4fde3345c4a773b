/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-keyfile.h"

#include <string.h>

#include "icert-error.h"
#include "icert-file-private.h"

typedef enum
{
  LINE_OTHER, /* empty or a comment */
  LINE_GROUP,
  LINE_ENTRY,
} LineKind;

typedef struct
{
  LineKind kind;
  guint number; /* its index + 1 */
  char *text;   /* as written */
  char *group;  /* the group that begins here, or that the line belongs to; NULL before the first */
  char *key;    /* LINE_ENTRY */
  char *value;  /* LINE_ENTRY */
} Line;

/**
 * ICertKeyfile: (skip)
 *
 * A key file, read strictly and kept as it was written: order, comments and line numbers survive.
 *
 * Differences to [struct@GLib.KeyFile], all of them because a CA must not guess: a group or a key
 * given twice is refused, with the numbers of both lines; values stand for themselves, without
 * escapes (a config string has a backslash); leading and trailing white space of keys and values
 * does not count. A comment is a line that begins with `#`.
 *
 * Not thread-safe; a reader per thread, or a copy.
 */
struct _ICertKeyfile
{
  char *name;        /* of the file, for errors */
  GPtrArray *lines;  /* of Line, owned; the number of a line is its index + 1 */
  GHashTable *index; /* "group\nkey" or "group\n" (owned) -> Line (of lines) */
};

static void
line_free (gpointer data)
{
  Line *line = data;

  g_free (line->text);
  g_free (line->group);
  g_free (line->key);
  g_free (line->value);
  g_free (line);
}

/* A line feed cannot be in a name, so it separates the two. */
static char *
index_name (const char *group, const char *key)
{
  return g_strconcat (group, "\n", key, NULL);
}

static Line *
find_line (ICertKeyfile *self, const char *group, const char *key)
{
  g_autofree char *name = index_name (group, key);

  return g_hash_table_lookup (self->index, name);
}

static Line *
line_at (ICertKeyfile *self, guint index)
{
  return index < self->lines->len ? g_ptr_array_index (self->lines, index) : NULL;
}

/* The line behind that of @group: all of them up to the next group are its. Files may have many
 * groups (S-A10). */
static guint
begin_of_group (ICertKeyfile *self, const char *group)
{
  const Line *line = find_line (self, group, "");

  return line != NULL ? line->number : self->lines->len;
}

static gboolean
is_in_group (const Line *line)
{
  return line != NULL && line->kind != LINE_GROUP;
}

static void
number_lines (ICertKeyfile *self, guint from)
{
  for (guint i = from; i < self->lines->len; i++)
    line_at (self, i)->number = i + 1;
}

static void
insert_line (ICertKeyfile *self, guint position, Line *line)
{
  g_ptr_array_insert (self->lines, (gint) position, line);
  number_lines (self, position);
  if (line->kind != LINE_OTHER)
    g_hash_table_insert (self->index, index_name (line->group, line->key), line);
}

static void
remove_line (ICertKeyfile *self, guint position)
{
  Line *line = g_ptr_array_index (self->lines, position);

  if (line->kind != LINE_OTHER)
    {
      g_autofree char *name = index_name (line->group, line->key);

      g_hash_table_remove (self->index, name);
    }
  g_ptr_array_remove_index (self->lines, position);
  number_lines (self, position);
}

/* The error of a line: `file:line: what`. */
static void G_GNUC_PRINTF (4, 5)
    set_line_error (const char *name, guint number, GError **error, const char *format, ...)
{
  g_autofree char *field = g_strdup_printf ("%s:%u", name, number);
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  icert_set_error (error, ICERT_ERROR_CONFIG, field, "%s", text);
}

static char *
strip (const char *text, gsize length)
{
  return g_strstrip (g_strndup (text, length));
}

static gboolean
is_group_name (const char *name)
{
  return *name != '\0' && strpbrk (name, "[]\n") == NULL;
}

static gboolean
is_key_name (const char *name)
{
  return *name != '\0' && *name != '#' && *name != '[' && strpbrk (name, "=\n") == NULL;
}

static gboolean
parse_group (Line *line, const char *name, guint number, GError **error)
{
  g_autofree char *text = strip (line->text, strlen (line->text));
  gsize length = strlen (text);

  if (length >= 2 && text[length - 1] == ']')
    {
      line->kind = LINE_GROUP;
      g_free (line->group);
      line->group = strip (text + 1, length - 2);
      line->key = g_strdup ("");
      if (is_group_name (line->group))
        return TRUE;
    }
  set_line_error (name, number, error, "not a group ([NAME] alone on its line)");
  return FALSE;
}

static gboolean
parse_entry (Line *line, const char *name, guint number, GError **error)
{
  const char *equals = strchr (line->text, '=');

  if (equals == NULL)
    {
      g_autofree char *quoted = icert_error_quote (line->text, -1);

      set_line_error (name, number, error, "%s is no entry (KEY=VALUE, [GROUP] or # comment)",
                      quoted);
      return FALSE;
    }
  if (line->group == NULL)
    {
      set_line_error (name, number, error, "an entry before the first group ([NAME] before it)");
      return FALSE;
    }

  line->kind = LINE_ENTRY;
  line->key = strip (line->text, (gsize) (equals - line->text));
  line->value = strip (equals + 1, strlen (equals + 1));
  if (is_key_name (line->key))
    return TRUE;
  set_line_error (name, number, error, "no key before the sign (KEY=VALUE)");
  return FALSE;
}

/* The controls behind ASCII too, and line and paragraph separator: some terminals act on them. */
static gboolean
is_printable (gunichar c)
{
  return c == '\t' || (!g_unichar_iscntrl (c) && c != 0x2028 && c != 0x2029);
}

static gboolean
check_text (const char *text, gsize length, const char *name, guint number, GError **error)
{
  if (!g_utf8_validate_len (text, length, NULL))
    {
      set_line_error (name, number, error, "not UTF-8, or an octet 0 (UTF-8 text)");
      return FALSE;
    }
  for (const char *p = text; p < text + length; p = g_utf8_next_char (p))
    if (!is_printable (g_utf8_get_char (p)))
      {
        set_line_error (name, number, error, "control character 0x%02x (printable text)",
                        (guint) g_utf8_get_char (p));
        return FALSE;
      }
  return TRUE;
}

/* @group: the group the line before stands in */
static gboolean
parse_line (ICertKeyfile *self, const char *text, gsize length, const char *group, GError **error)
{
  guint number = self->lines->len + 1;
  Line *line, *first;
  const char *start;

  if (!check_text (text, length, self->name, number, error))
    return FALSE;

  line = g_new0 (Line, 1);
  line->text = g_strndup (text, length);
  line->group = g_strdup (group);
  line->number = number;
  g_ptr_array_add (self->lines, line);

  start = line->text + strspn (line->text, " \t");
  if (*start == '\0' || *start == '#')
    return TRUE;
  if (*start == '[' ? !parse_group (line, self->name, number, error)
                    : !parse_entry (line, self->name, number, error))
    return FALSE;

  first = find_line (self, line->group, line->key);
  if (first != NULL)
    {
      g_autofree char *quoted
          = icert_error_quote (line->kind == LINE_GROUP ? line->group : line->key, -1);

      set_line_error (self->name, number, error, "%s %s is given twice (once; line %u has it)",
                      line->kind == LINE_GROUP ? "group" : "key", quoted, first->number);
      return FALSE;
    }
  g_hash_table_insert (self->index, index_name (line->group, line->key), line);
  return TRUE;
}

/**
 * icert_keyfile_new: (skip)
 * @name: name for errors
 *
 * Makes an empty key file, to be filled with `icert_keyfile_set()`.
 *
 * Returns: (transfer full): a key file; free with `icert_keyfile_free()`
 */
ICertKeyfile *
icert_keyfile_new (const char *name)
{
  ICertKeyfile *self;

  g_return_val_if_fail (name != NULL, NULL);

  self = g_new0 (ICertKeyfile, 1);
  self->name = g_strdup (name);
  self->lines = g_ptr_array_new_with_free_func (line_free);
  self->index = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

/**
 * icert_keyfile_parse: (skip)
 * @bytes: contents of a key file, UTF-8
 * @name: name of the file, for errors
 * @error: return location for an error
 *
 * Reads a key file from memory. Any thread.
 *
 * Errors: `ICERT_ERROR_CONFIG` with field `name:line` for what is no key file, for invalid UTF-8,
 * control characters, and a group or key given twice; `ICERT_ERROR_TOO_LARGE` over
 * `ICERT_KEYFILE_MAX_SIZE`.
 *
 * Returns: (transfer full): a key file, `NULL` with `error` set
 */
ICertKeyfile *
icert_keyfile_parse (GBytes *bytes, const char *name, GError **error)
{
  g_autoptr (ICertKeyfile) self = NULL;
  const char *text, *end;
  gsize size;

  g_return_val_if_fail (bytes != NULL && name != NULL, NULL);

  self = icert_keyfile_new (name);
  text = g_bytes_get_data (bytes, &size);
  /* no octets have no address, and nothing may be added to that */
  if (size == 0)
    text = "";
  if (size > ICERT_KEYFILE_MAX_SIZE)
    {
      icert_set_error (error, ICERT_ERROR_TOO_LARGE, name, "too large (at most %d octets)",
                       ICERT_KEYFILE_MAX_SIZE);
      return NULL;
    }

  for (end = text + size; text < end;)
    {
      const char *feed = memchr (text, '\n', (gsize) (end - text));
      const char *stop = feed != NULL ? feed : end;
      const char *group = NULL;

      if (self->lines->len > 0)
        group = ((Line *) g_ptr_array_index (self->lines, self->lines->len - 1))->group;
      if (!parse_line (self, text, (gsize) (stop - text), group, error))
        return NULL;
      text = stop + 1;
    }
  return g_steal_pointer (&self);
}

/**
 * icert_keyfile_load: (skip)
 * @path: (type filename): a file
 * @error: return location for an error
 *
 * Reads a key file. The last component of `path` must not be a symbolic link.
 *
 * Errors: `ICERT_ERROR_NOT_FOUND` when there is no such file, `ICERT_ERROR_CONFIG` for anything but
 * a regular file, a file over `ICERT_KEYFILE_MAX_SIZE`, and as `icert_keyfile_parse()`. Errors name
 * the file by `path`.
 *
 * Returns: (transfer full): a key file, `NULL` with `error` set
 */
ICertKeyfile *
icert_keyfile_load (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  bytes = _icert_file_read (path, ICERT_KEYFILE_MAX_SIZE, NULL, error);
  return bytes != NULL ? icert_keyfile_parse (bytes, path, error) : NULL;
}

/**
 * icert_keyfile_copy: (skip)
 * @self: a key file
 *
 * Copies a key file, so that a change can be tried before it counts.
 *
 * Returns: (transfer full): the copy
 */
ICertKeyfile *
icert_keyfile_copy (ICertKeyfile *self)
{
  ICertKeyfile *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = icert_keyfile_new (self->name);
  for (guint i = 0; i < self->lines->len; i++)
    {
      const Line *line = g_ptr_array_index (self->lines, i);
      Line *other = g_new0 (Line, 1);

      other->kind = line->kind;
      other->text = g_strdup (line->text);
      other->group = g_strdup (line->group);
      other->key = g_strdup (line->key);
      other->value = g_strdup (line->value);
      insert_line (copy, copy->lines->len, other);
    }
  return copy;
}

/**
 * icert_keyfile_free: (skip)
 * @self: (transfer full) (nullable): a key file
 *
 * Frees a key file.
 */
void
icert_keyfile_free (ICertKeyfile *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->index);
  g_ptr_array_unref (self->lines);
  g_free (self->name);
  g_free (self);
}

/**
 * icert_keyfile_get_name: (skip)
 * @self: a key file
 *
 * Answers the name that errors carry.
 *
 * Returns: (transfer full): a name
 */
char *
icert_keyfile_get_name (ICertKeyfile *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_strdup (self->name);
}

/**
 * icert_keyfile_list_groups: (skip)
 * @self: a key file
 *
 * Lists the groups in the order of the file.
 *
 * Returns: (transfer full) (array zero-terminated=1): names of groups
 */
char **
icert_keyfile_list_groups (ICertKeyfile *self)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  g_return_val_if_fail (self != NULL, NULL);

  for (guint i = 0; i < self->lines->len; i++)
    {
      const Line *line = g_ptr_array_index (self->lines, i);

      if (line->kind == LINE_GROUP)
        g_strv_builder_add (names, line->group);
    }
  return g_strv_builder_end (names);
}

/**
 * icert_keyfile_list_keys: (skip)
 * @self: a key file
 * @group: name of a group
 *
 * Lists the keys of a group in the order of the file.
 *
 * Returns: (transfer full) (array zero-terminated=1): keys; empty when there is no such group
 */
char **
icert_keyfile_list_keys (ICertKeyfile *self, const char *group)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  g_return_val_if_fail (self != NULL && group != NULL, NULL);

  for (guint i = begin_of_group (self, group); is_in_group (line_at (self, i)); i++)
    if (line_at (self, i)->kind == LINE_ENTRY)
      g_strv_builder_add (names, line_at (self, i)->key);
  return g_strv_builder_end (names);
}

/**
 * icert_keyfile_get_line: (skip)
 * @self: a key file
 * @group: name of a group
 * @key: (nullable): a key, `NULL` for the line of the group itself
 *
 * Answers where something stands, counting what was set or removed since the file was read.
 *
 * Returns: the number of the line, from 1; 0 when it is not there
 */
guint
icert_keyfile_get_line (ICertKeyfile *self, const char *group, const char *key)
{
  const Line *line;

  g_return_val_if_fail (self != NULL && group != NULL, 0);

  line = find_line (self, group, key != NULL ? key : "");
  return line != NULL ? line->number : 0;
}

/**
 * icert_keyfile_lookup: (skip)
 * @self: a key file
 * @group: name of a group
 * @key: (nullable): a key, `NULL` to ask whether the group is there
 *
 * Looks a value up, without copying it.
 *
 * Returns: (transfer none) (nullable): the value as it stands, "" for an empty one and for a group;
 *   `NULL` when it is not there. Valid until the key file changes.
 */
const char *
icert_keyfile_lookup (ICertKeyfile *self, const char *group, const char *key)
{
  const Line *line;

  g_return_val_if_fail (self != NULL && group != NULL, NULL);

  line = find_line (self, group, key != NULL ? key : "");
  if (line == NULL)
    return NULL;
  return line->kind == LINE_ENTRY ? line->value : line->key;
}

/**
 * icert_keyfile_split_list: (skip)
 * @value: a list, its elements separated by `;`
 *
 * Splits a list. White space around elements does not count, and there are no empty elements.
 *
 * Returns: (transfer full) (array zero-terminated=1): the elements
 */
char **
icert_keyfile_split_list (const char *value)
{
  g_autoptr (GStrvBuilder) list = g_strv_builder_new ();
  g_auto (GStrv) parts = NULL;

  g_return_val_if_fail (value != NULL, NULL);

  parts = g_strsplit (value, ";", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    if (*g_strstrip (parts[i]) != '\0')
      g_strv_builder_add (list, parts[i]);
  return g_strv_builder_end (list);
}

/**
 * icert_keyfile_get_list: (skip)
 * @self: a key file
 * @group: name of a group
 * @key: a key
 *
 * Answers the elements of a list, as `icert_keyfile_split_list()`.
 *
 * Returns: (transfer full) (nullable) (array zero-terminated=1): the elements; `NULL` when the key
 * is not there
 */
char **
icert_keyfile_get_list (ICertKeyfile *self, const char *group, const char *key)
{
  const char *value;

  g_return_val_if_fail (self != NULL && group != NULL && key != NULL, NULL);

  value = icert_keyfile_lookup (self, group, key);
  return value != NULL ? icert_keyfile_split_list (value) : NULL;
}

/**
 * icert_keyfile_get_boolean: (skip)
 * @self: a key file
 * @group: name of a group
 * @key: a key
 * @fallback: the value of a key that is not there
 * @value: (out): the value
 * @error: return location for an error
 *
 * Reads `true` or `false`; anything else, also an empty value, is `ICERT_ERROR_CONFIG`.
 *
 * Returns: `TRUE` when `value` was set
 */
gboolean
icert_keyfile_get_boolean (ICertKeyfile *self,
                           const char *group,
                           const char *key,
                           gboolean fallback,
                           gboolean *value,
                           GError **error)
{
  const char *text;
  g_autofree char *quoted = NULL;

  g_return_val_if_fail (self != NULL && group != NULL && key != NULL && value != NULL, FALSE);

  text = icert_keyfile_lookup (self, group, key);
  *value = text == NULL ? fallback : strcmp (text, "true") == 0;
  if (text == NULL || *value || strcmp (text, "false") == 0)
    return TRUE;

  quoted = icert_error_quote (text, -1);
  icert_keyfile_set_error (self, group, key, error, "%s is %s (true or false)", key, quoted);
  return FALSE;
}

/**
 * icert_keyfile_get_int: (skip)
 * @self: a key file
 * @group: name of a group
 * @key: a key
 * @fallback: the value of a key that is not there
 * @minimum: smallest allowed value
 * @maximum: largest allowed value
 * @value: (out): the value
 * @error: return location for an error
 *
 * Reads a decimal number; anything else or a number out of range is `ICERT_ERROR_CONFIG`.
 *
 * Returns: `TRUE` when `value` was set
 */
gboolean
icert_keyfile_get_int (ICertKeyfile *self,
                       const char *group,
                       const char *key,
                       gint64 fallback,
                       gint64 minimum,
                       gint64 maximum,
                       gint64 *value,
                       GError **error)
{
  const char *text;
  g_autofree char *quoted = NULL;

  g_return_val_if_fail (self != NULL && group != NULL && key != NULL && value != NULL, FALSE);

  *value = fallback;
  text = icert_keyfile_lookup (self, group, key);
  if (text == NULL || g_ascii_string_to_signed (text, 10, minimum, maximum, value, NULL))
    return TRUE;

  quoted = icert_error_quote (text, -1);
  icert_keyfile_set_error (self, group, key, error,
                           "%s is %s (a number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ")",
                           key, quoted, minimum, maximum);
  return FALSE;
}

static gboolean
is_known (const char *const *known, const char *name)
{
  for (guint i = 0; known[i] != NULL; i++)
    {
      gsize length = strlen (known[i]);

      if (g_str_has_suffix (known[i], "*")
              ? strncmp (known[i], name, length - 1) == 0 && strlen (name) >= length
              : strcmp (known[i], name) == 0)
        return TRUE;
    }
  return FALSE;
}

/**
 * icert_keyfile_check_groups: (skip)
 * @self: a key file
 * @known: (array zero-terminated=1): names of groups; a `*` at the end stands for one or more
 *   characters ("Policy *")
 * @error: return location for an error
 *
 * Refuses groups nobody reads.
 *
 * Returns: `TRUE` when all are known; `ICERT_ERROR_CONFIG` names the first that is not
 */
gboolean
icert_keyfile_check_groups (ICertKeyfile *self, const char *const *known, GError **error)
{
  g_return_val_if_fail (self != NULL && known != NULL, FALSE);

  for (guint i = 0; i < self->lines->len; i++)
    {
      const Line *line = g_ptr_array_index (self->lines, i);

      if (line->kind == LINE_GROUP && !is_known (known, line->group))
        {
          g_autofree char *quoted = icert_error_quote (line->group, -1);
          g_autofree char *names = g_strjoinv (", ", (char **) known);

          set_line_error (self->name, i + 1, error, "unknown group %s (%s)", quoted, names);
          return FALSE;
        }
    }
  return TRUE;
}

/**
 * icert_keyfile_check_keys: (skip)
 * @self: a key file
 * @group: name of a group
 * @known: (array zero-terminated=1): keys; a `*` at the end stands for one or more characters
 * @error: return location for an error
 *
 * Refuses keys nobody reads.
 *
 * Returns: `TRUE` when all are known; `ICERT_ERROR_CONFIG` names the first that is not
 */
gboolean
icert_keyfile_check_keys (ICertKeyfile *self,
                          const char *group,
                          const char *const *known,
                          GError **error)
{
  g_return_val_if_fail (self != NULL && group != NULL && known != NULL, FALSE);

  for (guint i = begin_of_group (self, group); is_in_group (line_at (self, i)); i++)
    {
      const Line *line = line_at (self, i);

      if (line->kind == LINE_ENTRY && !is_known (known, line->key))
        {
          g_autofree char *quoted = icert_error_quote (line->key, -1);
          g_autofree char *names = g_strjoinv (", ", (char **) known);

          set_line_error (self->name, i + 1, error, "unknown key %s (%s)", quoted, names);
          return FALSE;
        }
    }
  return TRUE;
}

/**
 * icert_keyfile_set_error: (skip)
 * @self: a key file
 * @group: (nullable): name of a group
 * @key: (nullable): a key of `group`
 * @error: return location for an error
 * @format: printf() format of what is wrong (and what was expected)
 * @...: its arguments
 *
 * Sets `ICERT_ERROR_CONFIG` with the place as field: `file:line` of the key, of the group when the
 * key is not there, or `file` alone.
 */
void
icert_keyfile_set_error (ICertKeyfile *self,
                         const char *group,
                         const char *key,
                         GError **error,
                         const char *format,
                         ...)
{
  g_autofree char *text = NULL;
  guint number = 0;
  va_list args;

  g_return_if_fail (self != NULL && format != NULL);

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);

  if (group != NULL && key != NULL)
    number = icert_keyfile_get_line (self, group, key);
  if (group != NULL && number == 0)
    number = icert_keyfile_get_line (self, group, NULL);
  if (number > 0)
    set_line_error (self->name, number, error, "%s", text);
  else
    icert_set_error (error, ICERT_ERROR_CONFIG, self->name, "%s", text);
}

/* Behind the last entry of the group, so that comments above the next group stay there. */
static guint
end_of_group (ICertKeyfile *self, const char *group)
{
  guint position = begin_of_group (self, group);

  for (guint i = position; is_in_group (line_at (self, i)); i++)
    if (line_at (self, i)->kind == LINE_ENTRY)
      position = i + 1;
  return position;
}

static void
append_group (ICertKeyfile *self, const char *group)
{
  Line *line;

  if (self->lines->len > 0)
    {
      const Line *last = g_ptr_array_index (self->lines, self->lines->len - 1);

      if (*last->text != '\0')
        {
          line = g_new0 (Line, 1);
          line->text = g_strdup ("");
          line->group = g_strdup (last->group);
          insert_line (self, self->lines->len, line);
        }
    }

  line = g_new0 (Line, 1);
  line->kind = LINE_GROUP;
  line->text = g_strdup_printf ("[%s]", group);
  line->group = g_strdup (group);
  line->key = g_strdup ("");
  insert_line (self, self->lines->len, line);
}

static gboolean
is_plain (const char *text)
{
  gsize length = strlen (text);

  if (!g_utf8_validate_len (text, length, NULL))
    return FALSE;
  if (length > 0 && (g_ascii_isspace (text[0]) || g_ascii_isspace (text[length - 1])))
    return FALSE;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (!is_printable (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}

/**
 * icert_keyfile_set: (skip)
 * @self: a key file
 * @group: name of a group; appended when it is not there
 * @key: a key; appended to its group when it is not there
 * @value: the value
 * @error: return location for an error
 *
 * Sets a value. Comments, order and all other lines stay as they are.
 *
 * Errors: `ICERT_ERROR_CONFIG` for names or a value that would not read back the same: line breaks,
 * control characters, white space at an end.
 *
 * Returns: `TRUE` when it was set
 */
gboolean
icert_keyfile_set (ICertKeyfile *self,
                   const char *group,
                   const char *key,
                   const char *value,
                   GError **error)
{
  Line *line;

  g_return_val_if_fail (self != NULL && group != NULL && key != NULL && value != NULL, FALSE);

  if (!is_plain (group) || !is_group_name (group) || !is_plain (key) || !is_key_name (key)
      || !is_plain (value))
    {
      g_autofree char *quoted = icert_error_quote (is_plain (value) ? key : value, -1);

      icert_set_error (error, ICERT_ERROR_CONFIG, self->name,
                       "%s cannot be written (one line of printable text)", quoted);
      return FALSE;
    }

  line = find_line (self, group, key);
  if (line == NULL)
    {
      if (find_line (self, group, "") == NULL)
        append_group (self, group);
      line = g_new0 (Line, 1);
      line->kind = LINE_ENTRY;
      line->group = g_strdup (group);
      line->key = g_strdup (key);
      insert_line (self, end_of_group (self, group), line);
    }
  g_free (line->value);
  line->value = g_strdup (value);
  g_free (line->text);
  line->text = g_strconcat (key, "=", value, NULL);
  return TRUE;
}

/* Where the comments begin that belong to the group that follows @group: behind the last empty line
 * before it. */
static guint
end_with_comments (ICertKeyfile *self, guint first)
{
  guint end = first + 1;

  while (end < self->lines->len
         && ((Line *) g_ptr_array_index (self->lines, end))->kind != LINE_GROUP)
    end++;
  for (guint i = end; end < self->lines->len && i-- > first + 1;)
    {
      const Line *line = g_ptr_array_index (self->lines, i);

      if (line->kind == LINE_ENTRY)
        break;
      if (line->text[strspn (line->text, " \t")] == '\0')
        return i + 1;
    }
  return end;
}

/**
 * icert_keyfile_remove: (skip)
 * @self: a key file
 * @group: name of a group
 * @key: (nullable): a key; `NULL` for the whole group with the comments in it
 *
 * Removes an entry or a group. Comments outside stay.
 *
 * Returns: `TRUE` when it was there
 */
gboolean
icert_keyfile_remove (ICertKeyfile *self, const char *group, const char *key)
{
  guint number, end;

  g_return_val_if_fail (self != NULL && group != NULL, FALSE);

  number = icert_keyfile_get_line (self, group, key);
  if (number == 0)
    return FALSE;
  end = key != NULL ? number : end_with_comments (self, number - 1);
  while (end-- >= number)
    remove_line (self, end);
  return TRUE;
}

/**
 * icert_keyfile_to_bytes: (skip)
 * @self: a key file
 *
 * Writes the key file to memory: what was read, but for what was changed since.
 *
 * Returns: (transfer full): UTF-8 text, each line with its line feed
 */
GBytes *
icert_keyfile_to_bytes (ICertKeyfile *self)
{
  GString *text;

  g_return_val_if_fail (self != NULL, NULL);

  text = g_string_new (NULL);
  for (guint i = 0; i < self->lines->len; i++)
    {
      g_string_append (text, ((Line *) g_ptr_array_index (self->lines, i))->text);
      g_string_append_c (text, '\n');
    }
  return g_string_free_to_bytes (text);
}

/**
 * icert_keyfile_save: (skip)
 * @self: a key file
 * @path: (type filename): a file
 * @mode: its mode, before the umask
 * @error: return location for an error
 *
 * Replaces a file so that readers and a crash find the old or the new contents: temporary file,
 * fsync, rename, fsync of the folder.
 *
 * Errors: `ICERT_ERROR_CONFIG` when it cannot be written.
 *
 * Returns: `TRUE` when the file is on the disk
 */
gboolean
icert_keyfile_save (ICertKeyfile *self, const char *path, guint mode, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;

  g_return_val_if_fail (self != NULL && path != NULL, FALSE);

  bytes = icert_keyfile_to_bytes (self);
  return _icert_file_write (path, bytes, mode, error);
}
