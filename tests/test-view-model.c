/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <icert.h>

#include <string.h>

/* Rows that a test makes up: some in all, a page of them slow, a page of them failing. */
#define FAKE_TYPE_ROWS (fake_rows_get_type ())
G_DECLARE_FINAL_TYPE (FakeRows, fake_rows, FAKE, ROWS, GObject)

struct _FakeRows
{
  GObject parent_instance;

  guint n_rows;
  guint given;
  guint calls;
  guint failing_call; /* 0 = none */
  gboolean halting;   /* one row a page */
  GMutex gate;        /* held by a test that wants to wait */
  GThread *thread;    /* that asked last */
};

enum
{
  PROP_CURSOR = 1
};

static void rows_iface_init (ICertEnumViewRowInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeRows,
                               fake_rows,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_ENUM_VIEW_ROW, rows_iface_init))

static ICertViewRow *
new_row (guint number)
{
  static const char *const names[]
      = { "Request.RequestID", "CommonName", "NotAfter", "RawCertificate", NULL };
  g_autofree char *name = g_strdup_printf ("host%u", number);
  g_autoptr (GVariant) id = g_variant_ref_sink (g_variant_new_int64 (number));
  g_autoptr (GVariant) text = g_variant_ref_sink (g_variant_new_string (name));
  g_autoptr (GVariant) date
      = g_variant_ref_sink (g_variant_new_int64 (G_GINT64_CONSTANT (1700000000250000)));
  g_autoptr (GVariant) octets
      = g_variant_ref_sink (g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, "\x30\x00", 2, 1));
  gpointer cells[] = { id, text, date, octets };
  GPtrArray values = { cells, G_N_ELEMENTS (cells) };

  return icert_view_row_new (names, &values, NULL, NULL, NULL);
}

static GPtrArray *
fake_rows_next (ICertEnumViewRow *rows, guint max, GCancellable *cancellable, GError **error)
{
  FakeRows *self = FAKE_ROWS (rows);
  GPtrArray *page;

  self->thread = g_thread_self ();
  g_mutex_lock (&self->gate);
  g_mutex_unlock (&self->gate);
  if (++self->calls == self->failing_call)
    {
      icert_set_error (error, ICERT_ERROR_STORAGE, "store", "broken on purpose");
      return NULL;
    }
  page = g_ptr_array_new_with_free_func (g_object_unref);
  while (page->len < (self->halting ? 1 : max) && self->given < self->n_rows)
    g_ptr_array_add (page, new_row (self->given++));
  return page;
}

static void
rows_iface_init (ICertEnumViewRowInterface *iface)
{
  iface->next = fake_rows_next;
}

static void
fake_rows_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
}

static void
fake_rows_finalize (GObject *object)
{
  g_mutex_clear (&FAKE_ROWS (object)->gate);
  G_OBJECT_CLASS (fake_rows_parent_class)->finalize (object);
}

static void
fake_rows_class_init (FakeRowsClass *class)
{
  G_OBJECT_CLASS (class)->get_property = fake_rows_get_property;
  G_OBJECT_CLASS (class)->finalize = fake_rows_finalize;
  g_object_class_override_property (G_OBJECT_CLASS (class), PROP_CURSOR, "cursor");
}

static void
fake_rows_init (FakeRows *self)
{
  g_mutex_init (&self->gate);
}

static FakeRows *
fake_rows_new (guint n_rows)
{
  FakeRows *self = g_object_new (FAKE_TYPE_ROWS, NULL);

  self->n_rows = n_rows;
  return self;
}

/* Runs the main loop until nothing is loading. */
static void
settle (ICertViewModel *model)
{
  while (icert_view_model_get_loading (model))
    g_main_context_iteration (NULL, TRUE);
}

static void
look_at (ICertViewModel *model, guint position)
{
  g_autoptr (ICertViewRow) row = g_list_model_get_item (G_LIST_MODEL (model), position);

  g_assert_nonnull (row);
}

typedef struct
{
  guint calls;
  guint items;
} Changes;

static void
changed_cb (GListModel *model, guint position, guint removed, guint added, Changes *changes)
{
  g_assert_cmpuint (position, ==, changes->items);
  g_assert_cmpuint (removed, ==, 0);
  changes->calls++;
  changes->items += added;
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, changes->items);
}

static void
test_grows (void)
{
  g_autoptr (FakeRows) rows = fake_rows_new (95);
  g_autoptr (ICertViewModel) model = icert_view_model_new (ICERT_ENUM_VIEW_ROW (rows), 10);
  Changes changes = { 0, 0 };

  g_test_summary ("A page is appended when somebody looks near the end, and none before");
  g_signal_connect (model, "items-changed", G_CALLBACK (changed_cb), &changes);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, 0);
  g_assert_true (g_list_model_get_item_type (G_LIST_MODEL (model)) == ICERT_TYPE_VIEW_ROW);
  settle (model);
  g_assert_cmpuint (changes.items, ==, 10);
  look_at (model, 3);
  g_assert_false (icert_view_model_get_loading (model));
  look_at (model, 6);
  g_assert_true (icert_view_model_get_loading (model));
  look_at (model, 9);
  settle (model);
  g_assert_cmpuint (changes.items, ==, 20);
  g_assert_cmpuint (rows->calls, ==, 2);
  g_assert_false (icert_view_model_get_complete (model));
  while (!icert_view_model_get_complete (model))
    {
      look_at (model, changes.items - 1);
      settle (model);
    }
  g_assert_cmpuint (changes.items, ==, 95);
  g_assert_cmpuint (changes.calls, ==, 10);
  look_at (model, 94);
  g_assert_false (icert_view_model_get_loading (model));
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (model), 95));
}

static void
test_short_pages (void)
{
  g_autoptr (FakeRows) rows = fake_rows_new (7);
  g_autoptr (ICertViewModel) model = NULL;

  g_test_summary ("A short page is not the end; an empty one is");
  rows->halting = TRUE;
  model = icert_view_model_new (ICERT_ENUM_VIEW_ROW (rows), 5);
  settle (model);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, 7);
  g_assert_true (icert_view_model_get_complete (model));
  g_assert_cmpuint (rows->calls, ==, 8);
}

static void
count_cb (GObject *object, GParamSpec *pspec, guint *n)
{
  (*n)++;
}

static void
test_fails (void)
{
  g_autoptr (FakeRows) rows = fake_rows_new (20);
  g_autoptr (ICertViewModel) model = NULL;
  g_autoptr (GError) error = NULL;
  guint n_notified = 0;

  g_test_summary ("A page that does not come is an error to be seen, tried again when asked to");
  rows->failing_call = 2;
  model = icert_view_model_new (ICERT_ENUM_VIEW_ROW (rows), 10);
  g_signal_connect (model, "notify::error", G_CALLBACK (count_cb), &n_notified);
  settle (model);
  look_at (model, 9);
  settle (model);
  g_assert_cmpuint (n_notified, ==, 1);
  error = icert_view_model_get_error (model);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_STORAGE);
  /* a widget that draws itself again must not ask for ever */
  look_at (model, 9);
  g_assert_false (icert_view_model_get_loading (model));
  icert_view_model_load_more (model);
  settle (model);
  g_assert_null (icert_view_model_get_error (model));
  g_assert_cmpuint (n_notified, ==, 2);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, 20);
}

static gboolean
tick_cb (gpointer data)
{
  guint *ticks = data;

  return ++*ticks < 5;
}

static void
test_does_not_block (void)
{
  g_autoptr (FakeRows) rows = fake_rows_new (5);
  g_autoptr (ICertViewModel) model = NULL;
  guint ticks = 0;

  g_test_summary ("The main loop runs while a page is read, in another thread");
  g_mutex_lock (&rows->gate);
  model = icert_view_model_new (ICERT_ENUM_VIEW_ROW (rows), 10);
  g_idle_add (tick_cb, &ticks);
  while (ticks < 5)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (icert_view_model_get_loading (model));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, 0);
  g_mutex_unlock (&rows->gate);
  settle (model);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, 5);
  g_assert_true (rows->thread != g_thread_self ());
}

static void
test_dropped (void)
{
  FakeRows *rows = fake_rows_new (5);
  ICertViewModel *model;
  gpointer watched = rows;

  g_test_summary ("A model that is dropped while a page is read leaves nothing behind");
  g_object_add_weak_pointer (G_OBJECT (rows), &watched);
  g_mutex_lock (&rows->gate);
  model = icert_view_model_new (ICERT_ENUM_VIEW_ROW (rows), 10);
  g_assert_finalize_object (model);
  g_mutex_unlock (&rows->gate);
  g_object_unref (rows);
  while (watched != NULL)
    g_main_context_iteration (NULL, FALSE);
}

static void
test_properties (void)
{
  g_autoptr (ICertViewRow) row = new_row (7);
  g_autofree char *name = NULL;
  g_autofree char *template_name = NULL;
  g_autofree char *date_text = NULL;
  g_autofree char *octets_text = NULL;
  g_autofree char *nothing = NULL;
  g_autoptr (GDateTime) date = NULL;
  g_autoptr (GDateTime) no_date = NULL;
  g_autoptr (GVariant) values = NULL;
  gint64 id = 0, reason = -1;

  g_test_summary ("Rows have their usual cells as properties, and all of them as text");
  g_object_get (row, "request-id", &id, "common-name", &name, "not-after", &date, "not-before",
                &no_date, "certificate-template", &template_name, "revoked-reason", &reason,
                "values", &values, NULL);
  g_assert_cmpint (id, ==, 7);
  g_assert_cmpstr (name, ==, "host7");
  g_assert_null (template_name);
  g_assert_null (no_date);
  g_assert_cmpint (reason, ==, 0);
  g_assert_cmpint (g_date_time_to_unix (date), ==, 1700000000);
  g_assert_cmpint (g_date_time_get_microsecond (date), ==, 250000);
  g_assert_cmpuint (g_variant_n_children (values), ==, 4);
  date_text = icert_view_row_format_value (row, "NotAfter");
  g_assert_cmpstr (date_text, ==, "2023-11-14T22:13:20.250000Z");
  octets_text = icert_view_row_format_value (row, "rawcertificate");
  g_assert_cmpstr (octets_text, ==, "3000");
  nothing = icert_view_row_format_value (row, "Colour");
  g_assert_cmpstr (nothing, ==, "");
}

static void
test_encodings (void)
{
  static const struct
  {
    ICertOutputFlags flags;
    const char *expected;
  } cases[] = {
    { ICERT_OUTPUT_BASE64_HEADER,
      "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n" },
    { ICERT_OUTPUT_BASE64, "MAA=\n" },
    { ICERT_OUTPUT_HEX_RAW, "3000\n" },
  };
  g_autoptr (ICertViewRow) row = new_row (7);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) binary = NULL;

  g_test_summary ("Cells of octets come in AD CS's encodings; others are refused");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) text
          = icert_view_row_encode_value (row, "RawCertificate", cases[i].flags, &error);

      g_assert_no_error (error);
      g_assert_cmpmem (g_bytes_get_data (text, NULL), g_bytes_get_size (text), cases[i].expected,
                       strlen (cases[i].expected));
    }
  binary = icert_view_row_encode_value (row, "RawCertificate", ICERT_OUTPUT_BINARY, &error);
  g_assert_cmpmem (g_bytes_get_data (binary, NULL), g_bytes_get_size (binary), "\x30\x00", 2);
  g_assert_null (
      icert_view_row_encode_value (row, "RawCertificate", (ICertOutputFlags) 0x55, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_null (icert_view_row_encode_value (row, "CommonName", ICERT_OUTPUT_BASE64, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_MALFORMED);
  g_clear_error (&error);
  g_assert_null (icert_view_row_encode_value (row, "Colour", ICERT_OUTPUT_BASE64, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_UNKNOWN_NAME);
}

static void
test_skips (void)
{
  g_autoptr (FakeRows) rows = fake_rows_new (2500);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Rows that only know next() can be skipped too, and say how many there were");
  g_assert_cmpint (icert_enum_view_row_skip (ICERT_ENUM_VIEW_ROW (rows), 0, NULL, &error), ==, 0);
  g_assert_cmpint (icert_enum_view_row_skip (ICERT_ENUM_VIEW_ROW (rows), 2400, NULL, &error), ==,
                   2400);
  g_assert_cmpint (icert_enum_view_row_skip (ICERT_ENUM_VIEW_ROW (rows), 2400, NULL, &error), ==,
                   100);
  g_assert_no_error (error);
  g_assert_false (icert_enum_view_row_reset (ICERT_ENUM_VIEW_ROW (rows), &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_null (icert_enum_view_row_clone (ICERT_ENUM_VIEW_ROW (rows), &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/view-model/grows", test_grows);
  g_test_add_func ("/view-model/short-pages", test_short_pages);
  g_test_add_func ("/view-model/fails", test_fails);
  g_test_add_func ("/view-model/does-not-block", test_does_not_block);
  g_test_add_func ("/view-model/dropped", test_dropped);
  g_test_add_func ("/view-model/properties", test_properties);
  g_test_add_func ("/view-model/encodings", test_encodings);
  g_test_add_func ("/view-model/skips", test_skips);

  return g_test_run ();
}
