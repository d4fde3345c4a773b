/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <gio/gio.h>
#include <openssl/ec.h>

#include <icert.h>

#include "exit-publish-http.h"
#include "exit-publish.h"
#include "fake-crl.h"
#include "fake-folder.h"

/* CRLs read back through their URL (S-I4), from a server on loopback that does what servers do. */

typedef struct
{
  GSocketService *service;
  char *base;      /* http://127.0.0.1:PORT */
  char *folder;    /* of the CA; served is publish/ */
  GBytes *body;    /* served instead of files; nullable; under the mutex */
  char *mode;      /* under the mutex */
  guint n_running; /* answers under way; under the mutex */
  GCond cond;
  GMutex mutex;
} Server;

static char *
dup_mode (Server *server)
{
  char *mode;

  g_mutex_lock (&server->mutex);
  mode = g_strdup (server->mode);
  g_mutex_unlock (&server->mutex);
  return mode;
}

static void
set_mode (Server *server, const char *mode)
{
  g_mutex_lock (&server->mutex);
  g_free (server->mode);
  server->mode = g_strdup (mode);
  g_mutex_unlock (&server->mutex);
}

/* Takes @body. */
static void
set_body (Server *server, GBytes *body)
{
  g_mutex_lock (&server->mutex);
  server->body = body;
  g_mutex_unlock (&server->mutex);
}

static GBytes *
dup_body (Server *server)
{
  GBytes *body;

  g_mutex_lock (&server->mutex);
  body = server->body != NULL ? g_bytes_ref (server->body) : NULL;
  g_mutex_unlock (&server->mutex);
  return body;
}

static gboolean
put (GOutputStream *out, const void *data, gsize size)
{
  return g_output_stream_write_all (out, data, size, NULL, NULL, NULL)
         && g_output_stream_flush (out, NULL, NULL);
}

static gboolean
put_text (GOutputStream *out, const char *text)
{
  return put (out, text, strlen (text));
}

static GBytes *
load (Server *server, const char *request)
{
  g_auto (GStrv) words = g_strsplit (request, " ", 3);
  g_autofree char *path
      = g_build_filename (server->folder, "publish", words[1] != NULL ? words[1] : "", NULL);
  GBytes *body = dup_body (server);
  char *contents;
  gsize size;

  if (body != NULL)
    return body;
  return g_file_get_contents (path, &contents, &size, NULL) ? g_bytes_new_take (contents, size)
                                                            : NULL;
}

static void
answer_body (GOutputStream *out, GBytes *body, gsize promised)
{
  gsize size;
  const void *data = g_bytes_get_data (body, &size);
  g_autofree char *head = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: %" G_GSIZE_FORMAT
                                           "\r\nConnection: close\r\n\r\n",
                                           promised);

  if (put_text (out, head))
    put (out, data, size);
}

static GBytes *
change (GBytes *body)
{
  GByteArray *octets = g_bytes_unref_to_array (g_bytes_ref (body));

  octets->data[octets->len / 2] ^= 1;
  return g_byte_array_free_to_bytes (octets);
}

/* A client that goes away ends them. */
static void
hang (GOutputStream *out, gboolean drip)
{
  for (guint i = 0; i < 300; i++)
    {
      if (drip && !put_text (out, i == 0 ? "HTTP/1.1 200 OK\r\n" : "X-Slow: 1\r\n"))
        return;
      g_usleep (10000);
    }
}

static void
answer_huge (GOutputStream *out, GBytes *body)
{
  gsize size;
  const void *data = g_bytes_get_data (body, &size);
  g_autofree char *more = g_malloc0 (1 << 16);

  if (!put_text (out, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n") || !put (out, data, size))
    return;
  for (guint i = 0; i < 100000 && put (out, more, 1 << 16); i++)
    ;
}

static void
answer (Server *server, GOutputStream *out, const char *request)
{
  g_autofree char *mode = dup_mode (server);
  g_autoptr (GBytes) body = load (server, request);
  gsize size = body != NULL ? g_bytes_get_size (body) : 0;

  if (g_str_equal (mode, "loop")
      || (g_str_equal (mode, "moved") && strstr (request, "/new") == NULL))
    put_text (out, "HTTP/1.1 302 Found\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n");
  else if (g_str_equal (mode, "hang"))
    hang (out, FALSE);
  else if (g_str_equal (mode, "drip"))
    hang (out, TRUE);
  else if (g_str_equal (mode, "junk"))
    put_text (out, "\x30\x82 no HTTP at all\r\n\r\n");
  else if (g_str_equal (mode, "missing") || body == NULL)
    put_text (out, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  else if (g_str_equal (mode, "huge"))
    answer_huge (out, body);
  else if (g_str_equal (mode, "half"))
    answer_body (out, body, size + 10);
  else if (g_str_equal (mode, "lying"))
    {
      g_autoptr (GBytes) other = change (body);

      answer_body (out, other, size);
    }
  else if (g_str_equal (mode, "cut"))
    {
      g_autoptr (GBytes) part = g_bytes_new_from_bytes (body, 0, size / 2);

      answer_body (out, part, size);
    }
  else if (g_str_equal (mode, "short"))
    {
      g_autoptr (GBytes) part = g_bytes_new_from_bytes (body, 0, size / 2);

      answer_body (out, part, size / 2);
    }
  else
    answer_body (out, body, size);
}

static void
count (Server *server, int change)
{
  g_mutex_lock (&server->mutex);
  server->n_running += change;
  g_cond_broadcast (&server->cond);
  g_mutex_unlock (&server->mutex);
}

/* In the thread of the test: a thread of the service may begin after the test has ended. */
static gboolean
incoming_cb (GSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  count (data, 1);
  return FALSE;
}

static gboolean
run_cb (GThreadedSocketService *service,
        GSocketConnection *connection,
        GObject *source,
        gpointer data)
{
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  char request[4096] = "";
  gssize n;

  n = g_input_stream_read (in, request, sizeof request - 1, NULL, NULL);
  if (n > 0)
    answer (data, g_io_stream_get_output_stream (G_IO_STREAM (connection)), request);
  count (data, -1);
  return TRUE;
}

static void
set_up (Server *server, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint16 port;

  g_mutex_init (&server->mutex);
  g_cond_init (&server->cond);
  server->mode = g_strdup ("good");
  server->folder = g_dir_make_tmp ("icert-read-back-XXXXXX", NULL);
  server->service = g_threaded_socket_service_new (16);
  port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (server->service), NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (server->service, "incoming", G_CALLBACK (incoming_cb), server);
  g_signal_connect (server->service, "run", G_CALLBACK (run_cb), server);
  g_socket_service_start (server->service);
  server->base = g_strdup_printf ("http://127.0.0.1:%u", port);
}

static void
tear_down (Server *server, gconstpointer data)
{
  g_socket_service_stop (server->service);
  g_socket_listener_close (G_SOCKET_LISTENER (server->service));
  g_object_unref (server->service);
  g_mutex_lock (&server->mutex);
  while (server->n_running > 0)
    g_cond_wait (&server->cond, &server->mutex);
  g_mutex_unlock (&server->mutex);
  fake_folder_remove (server->folder);
  g_free (server->folder);
  g_free (server->base);
  g_free (server->mode);
  g_clear_pointer (&server->body, g_bytes_unref);
}

/* The service accepts in the main context, the check blocks its thread. */
typedef struct
{
  const char *url;
  GBytes *expected;
  gint64 milliseconds;
  GError *error;
  gint done;
} Check;

static gpointer
check_worker (gpointer data)
{
  Check *check = data;

  exit_publish_http_check (check->url, NULL, check->expected,
                           g_get_monotonic_time () + check->milliseconds * 1000, &check->error);
  g_atomic_int_set (&check->done, TRUE);
  g_main_context_wakeup (NULL);
  return NULL;
}

/* (nullable): what is wrong */
static GError *
run_check (Server *server, const char *path, GBytes *expected, gint64 milliseconds)
{
  g_autofree char *url = g_strconcat (server->base, path, NULL);
  Check check = { .url = url, .expected = expected, .milliseconds = milliseconds };
  GThread *thread = g_thread_new ("check", check_worker, &check);

  while (!g_atomic_int_get (&check.done))
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
  return check.error;
}

static GBytes *
new_crl (gint64 number, gint64 age)
{
  static EVP_PKEY *key;

  if (key == NULL)
    key = EVP_EC_gen ("P-256");
  return fake_crl_new (key, "Demo CA", number, -1, age);
}

static void
test_answers (Server *server, gconstpointer data)
{
  static const struct
  {
    const char *mode;
    const char *message; /* NULL: it is right */
    gboolean slow;       /* the deadline ends it */
  } cases[] = {
    { "good", NULL, FALSE },
    { "moved", NULL, FALSE },
    { "missing", "read-back: the server answers 404 (200)", FALSE },
    { "lying", "read-back: something else is there, from octet *", FALSE },
    { "short", "read-back: the server promises another length than * octets", FALSE },
    { "cut", "read-back: only * octets are there (*)", FALSE },
    { "half", "read-back: the server promises another length than * octets", FALSE },
    { "huge", "read-back: more is there than * octets (the CRL)", FALSE },
    { "loop", "read-back: *edirect* (the CRL)", FALSE },
    { "junk", "read-back: *", FALSE },
    { "hang", "read-back: no whole answer in time (the CRL)", TRUE },
    { "drip", "read-back: no whole answer in time (the CRL)", TRUE },
  };

  g_test_summary ("S-I4: only the very CRL is read back; whatever else a server does is a failure, "
                  "in time");
  set_body (server, new_crl (5, 0));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64 before = g_get_monotonic_time ();
      g_autoptr (GError) error = NULL;

      set_mode (server, cases[i].mode);
      error = run_check (server, "/crl/ca.crl", server->body, cases[i].slow ? 700 : 20000);
      g_test_message ("%s: %s", cases[i].mode, error != NULL ? error->message : "right");
      if (cases[i].message == NULL)
        g_assert_no_error (error);
      else
        {
          g_assert_error (error, ICERT_ERROR, ICERT_ERROR_FAILED);
          g_assert_true (g_pattern_match_simple (cases[i].message, error->message));
        }
      g_assert_cmpint (g_get_monotonic_time () - before, <, 10 * G_TIME_SPAN_SECOND);
    }
}

static void
test_stale (Server *server, gconstpointer data)
{
  g_autoptr (GBytes) newer = new_crl (6, 0);
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-I4: an older CRL behind the URL is not the one that was published");
  set_body (server, new_crl (5, 3600));
  error = run_check (server, "/crl/ca.crl", newer, 20000);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_FAILED);
}

static void
test_nobody (Server *server, gconstpointer data)
{
  g_autoptr (GBytes) crl = new_crl (5, 0);
  g_autoptr (GError) closed = NULL;
  g_autoptr (GError) no_url = NULL;

  g_test_summary ("S-I4: a server that is not there, and what is no URL");
  g_free (server->base);
  server->base = g_strdup ("http://127.0.0.1:1");
  closed = run_check (server, "/crl/ca.crl", crl, 20000);
  g_assert_error (closed, ICERT_ERROR, ICERT_ERROR_FAILED);
  g_assert_false (exit_publish_http_check ("no url", NULL, crl, g_get_monotonic_time (), &no_url));
  g_assert_error (no_url, ICERT_ERROR, ICERT_ERROR_FAILED);
}

/* The exit as a whole */

typedef struct
{
  Server *server;
  ICertExit *exit;
  ICertTestServer *facts;
  GError *error;
  gint done;
} Telling;

static gpointer
tell_worker (gpointer data)
{
  Telling *telling = data;

  icert_test_server_notify_event (telling->facts, telling->exit, ICERT_EXIT_EVENT_CRL_ISSUED,
                                  &telling->error);
  g_atomic_int_set (&telling->done, TRUE);
  g_main_context_wakeup (NULL);
  return NULL;
}

static gboolean
initialize (Server *server, ICertExit *exit, const char *read_back, GError **error)
{
  g_autoptr (GVariant) schema
      = icert_manage_module_describe_settings (ICERT_MANAGE_MODULE (exit), NULL);
  g_autoptr (GHashTable) texts = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (ICertSettings) settings = NULL;
  g_autoptr (ICertTestServer) facts = icert_test_server_new (0);
  g_autoptr (ICertIssuedContext) ca = icert_test_server_new_issued_context (facts);
  ICertExitEvents mask;

  g_hash_table_insert (texts, "ReadBack", (gpointer) read_back);
  g_hash_table_insert (texts, "ReadBackTimeout", (gpointer) "1s");
  settings = icert_settings_new (schema, texts, server->folder, error);
  return settings != NULL
         && icert_exit_initialize (exit, ICERT_SERVER (ca), settings, &mask, error);
}

/* What the exit reported of each place, in text */
static char *
publish (Server *server, ICertExit *exit, gint64 number, gboolean works)
{
  g_autoptr (GBytes) der = new_crl (number, 0);
  g_autoptr (ICertIssuedCrl) crl = icert_issued_crl_new (0, 0, der, NULL);
  g_autoptr (GVariant) reports = NULL;
  Telling telling = { .server = server, .exit = exit, .facts = icert_test_server_new (0) };
  GThread *thread;

  icert_test_server_set_ca_property (telling.facts, "Url", g_variant_new_string (server->base),
                                     NULL);
  icert_test_server_add_crl (telling.facts, crl);
  thread = g_thread_new ("exit", tell_worker, &telling);
  while (!g_atomic_int_get (&telling.done))
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
  g_assert_true (works == (telling.error == NULL));
  g_clear_error (&telling.error);
  g_object_unref (telling.facts);
  reports = icert_issued_crl_list_reports (crl);
  g_assert_cmpuint (g_variant_n_children (reports), ==, 2);
  return g_variant_print (reports, FALSE);
}

static GBytes *
read_file (const char *path)
{
  char *contents;
  gsize size;

  g_assert_true (g_file_get_contents (path, &contents, &size, NULL));
  return g_bytes_new_take (contents, size);
}

static void
test_exit (Server *server, gconstpointer data)
{
  g_autoptr (ICertExit) exit = g_object_new (EXIT_TYPE_PUBLISH, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (server->folder, "publish", "crl", "ca.crl", NULL);
  g_autofree char *url = g_strconcat ("'", server->base, "/crl/ca.crl'", NULL);
  g_autoptr (GBytes) before = NULL;
  g_autoptr (GBytes) after = NULL;
  g_autofree char *good = NULL;
  g_autofree char *missing = NULL;
  g_autofree char *again = NULL;

  g_test_summary ("S-I4: the URL is a place of its own beside the file: when it does not have the "
                  "CRL the file has it all the same, and the next attempt reads again");
  g_assert_true (initialize (server, exit, "ca", &error));
  g_assert_no_error (error);
  good = publish (server, exit, 5, TRUE);
  g_assert_nonnull (strstr (good, url));
  g_assert_null (strstr (good, "failure"));
  before = read_file (path);
  set_mode (server, "missing");
  missing = publish (server, exit, 6, FALSE);
  g_assert_nonnull (strstr (missing, "the server answers 404"));
  g_assert_nonnull (strstr (missing, "'file:///"));
  after = read_file (path);
  g_assert_false (g_bytes_equal (before, after));
  set_mode (server, "good");
  g_assert_true (initialize (server, exit, server->base, &error));
  again = publish (server, exit, 7, TRUE);
  g_assert_nonnull (strstr (again, url));
}

static void
test_settings (Server *server, gconstpointer data)
{
  g_autoptr (ICertExit) exit = g_object_new (EXIT_TYPE_PUBLISH, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-N6: ReadBack is a URL of HTTP, or the CA's");
  g_assert_false (initialize (server, exit, "ftp://ca.example.org", &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
}

#define ADD(name, func) g_test_add (name, Server, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/exit-publish/read-back/answers/S-I4", test_answers);
  ADD ("/exit-publish/read-back/stale/S-I4", test_stale);
  ADD ("/exit-publish/read-back/nobody/S-I4", test_nobody);
  ADD ("/exit-publish/read-back/exit/S-I4", test_exit);
  ADD ("/exit-publish/read-back/settings/S-N6", test_settings);
  return g_test_run ();
}
