/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-serial.h"

#include <string.h>

#include "tool-error.h"
#include "tool-file.h"
#include "tool-remedy.h"

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"

/* "serial=01A2" of openssl, "0x01a2", "01:A2", "01 a2", "01-A2": NULL when it is none of them */
static char *
normalize (const char *text)
{
  g_autoptr (GString) digits = g_string_new (NULL);
  const char *sign = strpbrk (text, "=:");

  if (sign != NULL && g_ascii_strncasecmp (text, "serial", 6) == 0)
    text = sign + 1;
  while (g_ascii_isspace (*text))
    text++;
  if (g_ascii_strncasecmp (text, "0x", 2) == 0)
    text += 2;
  for (; *text != '\0'; text++)
    if (g_ascii_isxdigit (*text))
      g_string_append_c (digits, g_ascii_tolower (*text));
    else if (strchr (":-", *text) == NULL && !g_ascii_isspace (*text))
      return NULL;
  if (digits->len == 0)
    return NULL;
  if ((digits->len & 1) != 0)
    g_string_prepend_c (digits, '0');
  while (digits->len > 2 && strncmp (digits->str, "00", 2) == 0)
    g_string_erase (digits, 0, 2);
  return g_string_free (g_steal_pointer (&digits), FALSE);
}

/* The first certificate of a PEM file, or the file as it is. */
static GBytes *
read_certificate (const char *path, GError **error)
{
  g_autoptr (GBytes) file = tool_read_file (path, TOOL_FILE_LIMIT, error);
  g_autofree char *body = NULL;
  const char *text, *begin, *end;
  guchar *der;
  gsize size;

  if (file == NULL)
    return NULL;
  text = g_bytes_get_data (file, &size);
  begin = g_strstr_len (text, (gssize) size, BEGIN);
  if (begin == NULL)
    return g_steal_pointer (&file);
  begin += strlen (BEGIN);
  end = g_strstr_len (begin, text + size - begin, END);
  body = g_strndup (begin, end != NULL ? (gsize) (end - begin) : 0);
  der = g_base64_decode (body, &size);
  return g_bytes_new_take (der, size);
}

/* By what the CA itself has stored: a certificate of another CA may have the same serial. */
static char *
look_up (Tool *tool, GBytes *certificate, GError **error)
{
  g_autofree char *hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, certificate);
  const char *const columns[] = { "SerialNumber", NULL };
  g_autoptr (ICertView) view = icert_view_open (tool->config, NULL, error);
  g_autoptr (ICertEnumViewRow) rows = NULL;
  g_autoptr (GPtrArray) page = NULL;

  if (view == NULL || !icert_view_set_columns (view, columns, error)
      || !icert_view_add_restriction (view, "CertificateHashSHA256", ICERT_SEEK_EQ,
                                      g_variant_new_string (hash), error))
    return NULL;
  rows = icert_view_open_view (view, NULL, error);
  if (rows != NULL)
    page = icert_enum_view_row_next (rows, 1, NULL, error);
  if (page == NULL)
    return NULL;
  if (page->len == 1)
    return icert_view_row_format_value (page->pdata[0], columns[0]);
  icert_set_error (error, ICERT_ERROR_NOT_FOUND, "certificate",
                   "this CA has none with these octets (one that it issued, PEM or DER)");
  return NULL;
}

static char *
find (Tool *tool, const char *text, GError **error)
{
  g_autoptr (GBytes) certificate = NULL;
  char *serial = normalize (text);

  if (serial != NULL)
    return serial;
  if (!g_file_test (text, G_FILE_TEST_EXISTS))
    return g_strdup (text);
  certificate = read_certificate (text, error);
  return certificate != NULL ? look_up (tool, certificate, error) : NULL;
}

char *
tool_find_serial (Tool *tool, const char *text, GError **error)
{
  char *serial = find (tool, text, error);

  tool_remedy_note ("serial", serial);
  return serial;
}
