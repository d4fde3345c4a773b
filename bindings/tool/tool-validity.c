/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-validity.h"

#include <string.h>

typedef struct
{
  const guint8 *data;
  gsize size;
} Span;

/* The next element of @rest; its content in @content. */
static gboolean
take (Span *rest, guint8 *tag, Span *content)
{
  gsize length, header = 2;

  if (rest->size < 2)
    return FALSE;
  *tag = rest->data[0];
  length = rest->data[1];
  if (length > 0x80 && length <= 0x84)
    {
      header += length - 0x80;
      if (rest->size < header)
        return FALSE;
      length = 0;
      for (gsize i = 2; i < header; i++)
        length = length << 8 | rest->data[i];
    }
  if (length > rest->size - header)
    return FALSE;
  *content = (Span){ rest->data + header, length };
  rest->data += header + length;
  rest->size -= header + length;
  return TRUE;
}

static gboolean
take_sequence (Span *rest, Span *content)
{
  guint8 tag;

  return take (rest, &tag, content) && tag == 0x30;
}

/* "YYMMDDhhmmssZ" (1950 to 2049) or "YYYYMMDDhhmmssZ" */
static gboolean
take_time (Span *rest, gint64 *time)
{
  g_autofree char *text = NULL;
  g_autofree char *form = NULL;
  g_autoptr (GDateTime) date = NULL;
  guint8 tag;
  Span content;

  if (!take (rest, &tag, &content) || content.size != (tag == 0x17 ? 13 : 15))
    return FALSE;
  text = g_strndup ((const char *) content.data, content.size);
  if (tag == 0x17)
    {
      char *whole = g_strconcat (text[0] >= '5' ? "19" : "20", text, NULL);

      g_free (text);
      text = whole;
    }
  form = g_strdup_printf ("%.8sT%s", text, text + 8);
  date = g_date_time_new_from_iso8601 (form, NULL);
  if (date != NULL)
    *time = g_date_time_to_unix (date) * G_USEC_PER_SEC;
  return date != NULL;
}

gboolean
tool_read_validity (GBytes *certificate, gint64 *not_before, gint64 *not_after)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (certificate, &size);
  Span rest = { data, size };
  Span whole, fields, skipped, validity;
  guint8 tag;

  if (!take_sequence (&rest, &whole) || !take_sequence (&whole, &fields))
    return FALSE;
  /* version, serialNumber, signature, issuer */
  if (fields.size > 0 && fields.data[0] == 0xa0 && !take (&fields, &tag, &skipped))
    return FALSE;
  return take (&fields, &tag, &skipped) && take_sequence (&fields, &skipped)
         && take_sequence (&fields, &skipped) && take_sequence (&fields, &validity)
         && take_time (&validity, not_before) && take_time (&validity, not_after);
}
