/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-decode-private.h"

#include <string.h>

#include "ca-limits.h"

#define BEGIN "-----BEGIN "
#define END "-----END "
#define DASHES "-----"

/* A piece of the input. */
typedef struct
{
  const char *data;
  gsize size;
} Text;

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static gboolean
text_starts_with (Text text, const char *prefix)
{
  gsize size = strlen (prefix);

  return text.size >= size && memcmp (text.data, prefix, size) == 0;
}

static Text
text_skip (Text text, gsize size)
{
  return (Text){ text.data + size, text.size - size };
}

/* The line at the beginning of @rest, without its end; @rest is moved behind it. */
static Text
next_line (Text *rest)
{
  const char *end = memchr (rest->data, '\n', rest->size);
  Text line = { rest->data, end != NULL ? (gsize) (end - rest->data) : rest->size };

  *rest = text_skip (*rest, end != NULL ? line.size + 1 : line.size);
  while (line.size > 0 && is_blank (line.data[line.size - 1]))
    line.size--;
  return line;
}

/* The line that begins with @prefix: TRUE, what stands before it in @before (nullable), @rest
 * behind it. */
static gboolean
find_line (Text *rest, const char *prefix, Text *before, Text *line)
{
  const char *start = rest->data;

  while (rest->size > 0)
    {
      const char *at = rest->data;

      *line = next_line (rest);
      if (text_starts_with (*line, prefix))
        {
          if (before != NULL)
            *before = (Text){ start, at - start };
          return TRUE;
        }
    }
  return FALSE;
}

/* "CERTIFICATE" of "-----BEGIN CERTIFICATE-----"; NULL when it is not such a line. */
static char *
parse_label (Text line, const char *prefix)
{
  gsize dashes = strlen (DASHES);

  line = text_skip (line, strlen (prefix));
  if (line.size <= dashes || memcmp (line.data + line.size - dashes, DASHES, dashes) != 0)
    return NULL;
  return g_strndup (line.data, line.size - dashes);
}

/* g_base64_decode() skips what it does not know; here nothing is skipped but blanks. */
static GBytes *
decode_base64 (Text text, const char *field, GError **error)
{
  g_autofree char *digits = g_malloc (text.size + 1);
  guchar *data;
  gsize n = 0, padding = 0, i, size;

  for (i = 0; i < text.size; i++)
    {
      char c = text.data[i];

      if (is_blank (c))
        continue;
      if (c == '=')
        padding++;
      else if ((!g_ascii_isalnum (c) && c != '+' && c != '/') || padding > 0)
        {
          icert_set_error (error, ICERT_ERROR_MALFORMED, field,
                           "not base64 at its character %" G_GSIZE_FORMAT
                           " (A-Z a-z 0-9 + / and = at the end)",
                           i + 1);
          return NULL;
        }
      digits[n++] = c;
    }
  digits[n] = '\0';
  if (n == 0 || n % 4 != 0 || padding > 2)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, field,
                       "base64 of %" G_GSIZE_FORMAT
                       " characters (a multiple of four, with at most two = at the end)",
                       n);
      return NULL;
    }
  data = g_base64_decode (digits, &size);
  return g_bytes_new_take (data, size);
}

static gboolean
is_all_blank (Text text)
{
  while (text.size > 0)
    {
      if (!is_blank (text.data[0]))
        return FALSE;
      text = text_skip (text, 1);
    }
  return TRUE;
}

/* How many BEGIN lines follow. */
static gsize
count_objects (Text rest)
{
  gsize n = 0;
  Text line;

  while (find_line (&rest, BEGIN, NULL, &line))
    n++;
  return n;
}

/* @rest is behind the BEGIN line with @label. */
static GBytes *
decode_pem (Text rest, const char *label, const char *field, GError **error)
{
  g_autofree char *end_label = NULL;
  Text body, line;

  if (!find_line (&rest, END, &body, &line))
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, field, "PEM without an END line (one)");
      return NULL;
    }
  end_label = parse_label (line, END);
  if (g_strcmp0 (end_label, label) != 0)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, field,
                       "PEM with another END than BEGIN line (the same)");
      return NULL;
    }
  if (!is_all_blank (rest))
    {
      gsize more = count_objects (rest);

      if (more > 0)
        ca_refuse_size (error, field, "PEM objects", CA_LIMIT_PEM_OBJECTS, more + 1);
      else
        icert_set_error (error, ICERT_ERROR_MALFORMED, field,
                         "text behind the END line (text before BEGIN only)");
      return NULL;
    }
  if (memchr (body.data, ':', body.size) != NULL)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, field,
                       "PEM with header lines, perhaps encrypted (base64)");
      return NULL;
    }
  return decode_base64 (body, field, error);
}

/* DER of more than a few octets begins so, and text does not. */
static gboolean
looks_binary (Text text)
{
  const guint8 *data = (const guint8 *) text.data;

  return text.size >= 2 && data[0] == CA_DER_SEQUENCE
         && ((data[1] >= 0x80 && data[1] <= 0x84) || (gsize) data[1] + 2 == text.size);
}

static gboolean
has_binary_octets (Text text)
{
  while (text.size > 0)
    {
      if ((guchar) text.data[0] < ' ' && !is_blank (text.data[0]))
        return TRUE;
      text = text_skip (text, 1);
    }
  return FALSE;
}

/* @text is neither DER nor PEM. */
static GBytes *
decode_bare (Text text, const char *field, CaKind *kind, GError **error)
{
  static const char utf16[][2] = { { '\xff', '\xfe' }, { '\xfe', '\xff' } };

  if (text.size >= 2
      && (memcmp (text.data, utf16[0], 2) == 0 || memcmp (text.data, utf16[1], 2) == 0))
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, field, "UTF-16 text (ASCII or UTF-8)");
      return NULL;
    }
  if (has_binary_octets (text))
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, field,
                       "neither PEM nor base64 nor DER (one of them)");
      return NULL;
    }
  while (text.size > 0 && is_blank (text.data[0]))
    text = text_skip (text, 1);
  if (text_starts_with (text, "SPKAC="))
    {
      *kind = CA_KIND_SPKAC;
      text = text_skip (text, strlen ("SPKAC="));
    }
  return decode_base64 (text, field, error);
}

/* What a label that is not wanted stands for is said without a look at what is under it: that
 * may be a private key. */
static gboolean
judge_label (const char *label, const CaWanted *wanted, CaKind *kind, GError **error)
{
  g_autofree char *quoted = NULL;

  if (label == NULL)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, wanted->field,
                       "a broken BEGIN line (-----BEGIN CERTIFICATE-----, for instance)");
      return FALSE;
    }
  *kind = ca_kind_from_label (label);
  if (ca_kind_is_wanted (*kind, wanted))
    return TRUE;
  if (*kind != CA_KIND_UNKNOWN)
    {
      ca_kind_refuse (*kind, wanted, error);
      return FALSE;
    }
  quoted = icert_error_quote (label, -1);
  icert_set_error (error, ICERT_ERROR_MALFORMED, wanted->field, "PEM of %s (%s)", quoted,
                   wanted->expected);
  return FALSE;
}

static GBytes *
decode_text (Text text,
             ICertEncoding encoding,
             const CaWanted *wanted,
             CaKind *kind,
             GError **error)
{
  const char *field = wanted->field;
  g_autofree char *label = NULL;
  Text rest = text, line;

  if (find_line (&rest, BEGIN, NULL, &line))
    {
      if (encoding == ICERT_ENCODING_BASE64)
        {
          icert_set_error (error, ICERT_ERROR_MALFORMED, field,
                           "PEM (base64 without header lines, as declared)");
          return NULL;
        }
      label = parse_label (line, BEGIN);
      if (!judge_label (label, wanted, kind, error))
        return NULL;
      return decode_pem (rest, label, field, error);
    }
  if (encoding == ICERT_ENCODING_BASE64_HEADER)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, field, "no BEGIN line (PEM, as declared)");
      return NULL;
    }
  return decode_bare (text, field, kind, error);
}

/* The octets as they are, when that is what was declared or found. */
static gboolean
is_binary (Text text, ICertEncoding encoding)
{
  return encoding == ICERT_ENCODING_BINARY
         || (encoding == ICERT_ENCODING_ANY && looks_binary (text));
}

GBytes *
ca_armour_remove (GBytes *input,
                  ICertEncoding encoding,
                  const CaWanted *wanted,
                  CaKind *kind,
                  GError **error)
{
  const char *field = wanted->field;
  g_autoptr (GBytes) der = NULL;
  Text text;

  *kind = CA_KIND_UNKNOWN;
  text.data = g_bytes_get_data (input, &text.size);
  if (text.size == 0)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, field, "empty (PEM, base64 or DER)");
      return NULL;
    }
  if (text.size > CA_LIMIT_PEM_INPUT)
    {
      ca_refuse_size (error, field, "octets", CA_LIMIT_PEM_INPUT, text.size);
      return NULL;
    }
  if (is_binary (text, encoding))
    der = g_bytes_ref (input);
  else
    {
      if (text_starts_with (text, "\xef\xbb\xbf"))
        text = text_skip (text, 3);
      der = decode_text (text, encoding, wanted, kind, error);
      if (der == NULL)
        return NULL;
    }
  if (g_bytes_get_size (der) > wanted->limit)
    {
      ca_refuse_size (error, field, "octets", wanted->limit, g_bytes_get_size (der));
      return NULL;
    }
  return g_steal_pointer (&der);
}
