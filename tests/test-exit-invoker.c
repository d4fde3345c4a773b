/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fake-exit.h"

typedef struct
{
  FakeExit *exit;
  ICertTestServer *server;
  ICertSettings *settings;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GHashTable) texts = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;

  fixture->exit = fake_exit_new ();
  fixture->server = icert_test_server_new (9);
  fixture->settings = icert_settings_new (NULL, texts, NULL, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->server);
  g_assert_finalize_object (fixture->exit);
  g_assert_finalize_object (fixture->settings);
}

static gboolean
start (Fixture *fixture, gpointer exit, ICertExitEvents *mask, GError **error)
{
  g_autoptr (ICertRequestContext) ca = icert_test_server_new_ca_context (fixture->server);

  *mask = ICERT_EXIT_EVENT_SHUTDOWN;
  return icert_exit_initialize (ICERT_EXIT (exit), ICERT_SERVER (ca), fixture->settings, mask,
                                error);
}

static void
test_gives_mask (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  ICertExitEvents mask;

  g_test_summary ("The events an exit asks for come through");
  fixture->exit->mask = ICERT_EXIT_EVENT_CERT_ISSUED | ICERT_EXIT_EVENT_CERT_FAILED;
  g_assert_true (start (fixture, fixture->exit, &mask, &error));
  g_assert_no_error (error);
  g_assert_cmphex (mask, ==, fixture->exit->mask);
}

static void
test_unknown_events (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  ICertExitEvents mask;

  g_test_summary ("Events nobody knows are a broken module, and it gets none");
  fixture->exit->mask = ICERT_EXIT_EVENT_CERT_ISSUED | 0x40000;
  g_assert_false (start (fixture, fixture->exit, &mask, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_MODULE);
  g_assert_cmphex (mask, ==, ICERT_EXIT_EVENT_NONE);
}

static void
test_failures (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) silent = NULL;
  g_autoptr (GError) told = NULL;

  g_test_summary ("S-L4: a failing exit is an error, with its own code or FAILED with its class");
  fixture->exit->manner = FAKE_SILENT;
  g_assert_false (icert_test_server_notify_event (fixture->server, ICERT_EXIT (fixture->exit),
                                                  ICERT_EXIT_EVENT_CERT_ISSUED, &silent));
  g_assert_error (silent, ICERT_ERROR, ICERT_ERROR_FAILED);
  g_assert_nonnull (strstr (silent->message, "FakeExit"));

  fixture->exit->manner = FAKE_FAILS;
  g_assert_false (icert_test_server_notify_event (fixture->server, ICERT_EXIT (fixture->exit),
                                                  ICERT_EXIT_EVENT_CERT_ISSUED, &told));
  g_assert_error (told, ICERT_ERROR, ICERT_ERROR_STORAGE);
}

static void
test_notifies (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "An event reaches the exit with the request it belongs to; an unknown one does not");
  g_assert_true (icert_test_server_notify_event (fixture->server, ICERT_EXIT (fixture->exit),
                                                 ICERT_EXIT_EVENT_CERT_DENIED, &error));
  g_assert_no_error (error);
  g_assert_cmphex (fixture->exit->heard, ==, ICERT_EXIT_EVENT_CERT_DENIED);
  g_assert_cmpint (fixture->exit->request_id, ==, 9);

  g_assert_false (icert_test_server_notify_event (fixture->server, ICERT_EXIT (fixture->exit),
                                                  0x100000, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_MALFORMED);
  g_assert_cmpuint (fixture->exit->n_calls, ==, 1);
}

static void
test_defaults (Fixture *fixture, gconstpointer data)
{
  const GType types[] = { FAKE_TYPE_IDLE, FAKE_TYPE_HOLLOW };

  g_test_summary ("A class without methods wants no events, and hears none");
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (GObject) exit = g_object_new (types[i], NULL);
      g_autofree char *description = icert_exit_get_description (ICERT_EXIT (exit));
      g_autoptr (GError) error = NULL;
      ICertExitEvents mask;

      g_assert_cmpint (start (fixture, exit, &mask, NULL), ==, types[i] == FAKE_TYPE_IDLE);
      g_assert_cmphex (mask, ==, ICERT_EXIT_EVENT_NONE);
      g_assert_cmpstr (description, ==, g_type_name (types[i]));
      g_assert_null (icert_exit_get_manage_module (ICERT_EXIT (exit)));
      g_assert_false (icert_test_server_notify_event (fixture->server, ICERT_EXIT (exit),
                                                      ICERT_EXIT_EVENT_STARTUP, &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED);
    }
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/exit-invoker/gives-mask", test_gives_mask);
  ADD ("/exit-invoker/unknown-events", test_unknown_events);
  ADD ("/exit-invoker/S-L4-failures", test_failures);
  ADD ("/exit-invoker/notifies", test_notifies);
  ADD ("/exit-invoker/defaults", test_defaults);
  return g_test_run ();
}
