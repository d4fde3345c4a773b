/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fuzz.h"

#include "ca-view-query.h"

/* Cursors of views: ca_view_set_cursor() of text, and of octets as that text. */

static const ICertTable tables[]
    = { ICERT_TABLE_REQUESTS, ICERT_TABLE_EXTENSIONS, ICERT_TABLE_ATTRIBUTES, ICERT_TABLE_CRLS };

/* A cursor that was taken is given back, and taken again. */
static void
set_cursor (CaViewQuery *query, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *given = NULL;
  gboolean ok = ca_view_set_cursor (query, text, &error);

  fuzz_check (ok, &error);
  given = ca_view_dup_cursor (query);
  if (!ok || *text == '\0')
    {
      g_assert_null (given);
      return;
    }
  g_assert_nonnull (given);
  ok = ca_view_set_cursor (query, given, &error);
  g_assert_no_error (error);
}

static void
try_all (const char *text)
{
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      const CaViewTable *table = ca_view_find_table (tables[i]);
      g_autoptr (CaViewQuery) query = table != NULL ? ca_view_query_new (table) : NULL;
      g_autoptr (GError) error = NULL;

      if (query == NULL)
        continue;
      set_cursor (query, text);
      if (tables[i] != ICERT_TABLE_REQUESTS)
        continue;
      g_assert_true (ca_view_set_sort (query, "CommonName", ICERT_SORT_ASCEND, &error));
      set_cursor (query, text);
      g_assert_true (ca_view_set_sort (query, "NotAfter", ICERT_SORT_DESCEND, &error));
      set_cursor (query, text);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = fuzz_text (data, size);
  g_autofree char *encoded = g_base64_encode (data, size);

  try_all (text);
  try_all (encoded);
  return 0;
}
