/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fuzz.h"

#include <string.h>

#include "ca-certificate.h"
#include "ca-config-entry.h"
#include "icert-settings.h"

/* Short texts of callers: request attributes, serial numbers, durations, messages of errors that
 * came through a binding. */

static void
read_attributes (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) attributes = icert_attributes_parse (text, &error);
  g_autoptr (GHashTable) again = NULL;
  g_autofree char *written = NULL;
  GHashTableIter iter;
  gpointer name, value;

  fuzz_check_pointer (attributes, &error);
  if (attributes == NULL)
    return;

  /* S-A1 */
  g_assert_cmpuint (g_hash_table_size (attributes), <=, 64);
  written = icert_attributes_format (attributes);
  again = icert_attributes_parse (written, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (again), ==, g_hash_table_size (attributes));
  g_hash_table_iter_init (&iter, attributes);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      g_assert_cmpuint (strlen (name), <=, 64);
      g_assert_cmpuint (strlen (value), <=, 1024);
      g_assert_cmpstr (g_hash_table_lookup (again, name), ==, value);
    }
}

static void
read_serial (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *serial = ca_serial_normalize (text, &error);
  g_autofree char *again = NULL;

  fuzz_check_pointer (serial, &error);
  if (serial == NULL)
    return;
  again = ca_serial_normalize (serial, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (serial, ==, again);
  g_assert_cmpuint (strlen (serial), >=, 2);
  g_assert_cmpuint (strlen (serial), <=, 40);
}

static void
read_duration (const char *text)
{
  g_autoptr (GError) error = NULL;
  int months = 0;
  gint64 seconds = 0;
  gboolean ok = icert_duration_parse (text, &months, &seconds, &error);

  fuzz_check (ok, &error);
  if (ok)
    g_assert_true (months >= 0 && seconds >= 0);
}

/* What a script threw, say: any text may be the message. */
static void
read_message (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) details = NULL;
  g_autofree char *field = NULL;
  g_autofree char *part = NULL;

  if (!g_utf8_validate (text, -1, NULL))
    return;
  error = g_error_new_literal (ICERT_ERROR, ICERT_ERROR_DENIED, text);
  details = icert_error_get_details (error);
  field = icert_error_get_field (error);
  part = icert_error_get_text (error);
  icert_error_to_hresult (error);
  icert_error_add_detail (error, "limit", "%d", 7);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

static void
quote (const char *text, gsize size)
{
  g_autofree char *quoted = icert_error_quote (text, (gssize) size);
  g_autoptr (GError) error = NULL;

  fuzz_check_text (quoted);
  icert_set_error (&error, ICERT_ERROR_BAD_NAME, text, "%s is wrong: %s", quoted, text);
  fuzz_check (FALSE, &error);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = fuzz_text (data, size);

  read_attributes (text);
  read_serial (text);
  read_duration (text);
  read_message (text);
  quote (text, strlen (text));
  return 0;
}
