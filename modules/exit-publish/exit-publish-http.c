/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "exit-publish-http.h"

#include <string.h>

#include <icert.h>
#include <libsoup/soup.h>

#define PIECE (64 * 1024)
/* a few certificates in PEM; a whole trust store of a distribution has some 250 KB */
#define MAX_TRUST (2 * 1024 * 1024)

/* One reading. It runs in a main context of its own, so that one timer ends it wherever it is: name
 * service, connection, head or body. */
typedef struct
{
  GMainContext *context;
  GCancellable *cancellable;
  SoupSession *session;
  SoupMessage *message;
  GTlsDatabase *trust;  /* nullable */
  GInputStream *stream; /* nullable */
  GBytes *expected;     /* lent */
  gsize offset;         /* so much of it was read */
  guint8 *piece;
  gboolean late;
  gboolean done;
  GError *error; /* nullable */
} Reading;

static void
reading_end (Reading *reading, GError *error)
{
  reading->done = TRUE;
  reading->error = error;
}

static void G_GNUC_PRINTF (2, 3) reading_fail (Reading *reading, const char *format, ...)
{
  g_autofree char *text = NULL;
  GError *error = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  icert_set_error (&error, ICERT_ERROR_FAILED, "read-back", "%s", text);
  reading_end (reading, error);
}

/* Takes @error. */
static void
reading_fail_by (Reading *reading, GError *error)
{
  g_autoptr (GError) cause = error;

  if (reading->late)
    reading_fail (reading, "no whole answer in time (the CRL)");
  else
    reading_fail (reading, "%s (the CRL)", cause->message);
}

static gboolean
late_cb (gpointer data)
{
  Reading *reading = data;

  reading->late = TRUE;
  g_cancellable_cancel (reading->cancellable);
  return G_SOURCE_REMOVE;
}

static void read_on (Reading *reading);

/* Never more than is expected, and a piece, is read: a body without an end is no matter. */
static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Reading *reading = data;
  GError *error = NULL;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);
  gsize size;
  const guint8 *octets = g_bytes_get_data (reading->expected, &size);

  if (n < 0)
    reading_fail_by (reading, error);
  else if (n == 0 && reading->offset == size)
    reading_end (reading, NULL);
  else if (n == 0)
    reading_fail (reading, "only %" G_GSIZE_FORMAT " octets are there (%" G_GSIZE_FORMAT ")",
                  reading->offset, size);
  else if ((gsize) n > size - reading->offset)
    reading_fail (reading, "more is there than %" G_GSIZE_FORMAT " octets (the CRL)", size);
  else if (memcmp (octets + reading->offset, reading->piece, (gsize) n) != 0)
    reading_fail (reading, "something else is there, from octet %" G_GSIZE_FORMAT " on (the CRL)",
                  reading->offset);
  else
    {
      reading->offset += (gsize) n;
      read_on (reading);
    }
}

static void
read_on (Reading *reading)
{
  g_input_stream_read_async (reading->stream, reading->piece, PIECE, G_PRIORITY_DEFAULT,
                             reading->cancellable, read_cb, reading);
}

/* A body that is cut off ends as any other does. */
static gboolean
has_right_length (Reading *reading)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (reading->message);

  return soup_message_headers_get_encoding (headers) != SOUP_ENCODING_CONTENT_LENGTH
         || soup_message_headers_get_content_length (headers)
                == (goffset) g_bytes_get_size (reading->expected);
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Reading *reading = data;
  GError *error = NULL;

  reading->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (reading->stream == NULL)
    reading_fail_by (reading, error);
  else if (soup_message_get_status (reading->message) != SOUP_STATUS_OK)
    reading_fail (reading, "the server answers %u (200)",
                  soup_message_get_status (reading->message));
  else if (!has_right_length (reading))
    reading_fail (reading, "the server promises another length than %" G_GSIZE_FORMAT " octets",
                  g_bytes_get_size (reading->expected));
  else
    read_on (reading);
}

/* A FIFO in the place of the file is not waited for: GIO would. */
static GTlsDatabase *
load_trust (const char *trusted, const char *field, GError **error)
{
  g_autofree char *contents = NULL;
  g_autoptr (GError) local = NULL;
  GTlsDatabase *database;

  if (!icert_file_get_contents (trusted, MAX_TRUST, TRUE, field, &contents, NULL, error))
    return NULL;
  database = g_tls_file_database_new (trusted, &local);
  if (database != NULL && strstr (contents, "-----BEGIN CERTIFICATE-----") != NULL)
    return database;
  g_clear_object (&database);
  icert_set_error (error, ICERT_ERROR_CONFIG, field, "%s (certificates of CAs, in PEM)",
                   local != NULL ? local->message : "has no certificate");
  return NULL;
}

gboolean
exit_publish_http_check_trust (const char *trusted, const char *field, GError **error)
{
  g_autoptr (GTlsDatabase) database = load_trust (trusted, field, error);

  return database != NULL;
}

/* Nothing between the server and us is to answer for it: no proxy, no cache, no other form. */
static void
reading_start (Reading *reading)
{
  SoupMessageHeaders *headers = soup_message_get_request_headers (reading->message);

  reading->session
      = soup_session_new_with_options ("proxy-resolver", NULL, "user-agent", "icert", NULL);
  if (reading->trust != NULL)
    soup_session_set_tls_database (reading->session, reading->trust);
  soup_session_remove_feature_by_type (reading->session, SOUP_TYPE_CONTENT_DECODER);
  soup_message_headers_append (headers, "Cache-Control", "no-cache");
  reading->piece = g_malloc (PIECE);
  soup_session_send_async (reading->session, reading->message, G_PRIORITY_DEFAULT,
                           reading->cancellable, sent_cb, reading);
}

static void
reading_clear (Reading *reading)
{
  g_clear_object (&reading->stream);
  if (reading->session != NULL)
    soup_session_abort (reading->session);
  g_clear_object (&reading->session);
  g_clear_object (&reading->message);
  g_clear_object (&reading->cancellable);
  g_clear_object (&reading->trust);
  g_clear_pointer (&reading->piece, g_free);
}

static void
run (Reading *reading, gint64 deadline)
{
  gint64 left = MAX (deadline - g_get_monotonic_time (), 0) / G_TIME_SPAN_MILLISECOND;
  GSource *timer = g_timeout_source_new ((guint) MIN (left, G_MAXINT));

  g_source_set_callback (timer, late_cb, reading, NULL);
  g_source_attach (timer, reading->context);
  reading_start (reading);
  while (!reading->done)
    g_main_context_iteration (reading->context, TRUE);
  g_source_destroy (timer);
  g_source_unref (timer);
}

gboolean
exit_publish_http_check (const char *url,
                         const char *trusted,
                         GBytes *expected,
                         gint64 deadline,
                         GError **error)
{
  Reading reading = { .context = g_main_context_new (),
                      .cancellable = g_cancellable_new (),
                      .message = soup_message_new (SOUP_METHOD_GET, url),
                      .expected = expected };
  GError *local = NULL;
  gboolean ok;

  if (trusted != NULL)
    reading.trust = load_trust (trusted, "read-back", &local);
  g_main_context_push_thread_default (reading.context);
  if (local != NULL)
    reading_end (&reading, local);
  else if (reading.message == NULL)
    reading_fail (&reading, "%s is no URL (http or https)", url);
  else
    run (&reading, deadline);
  ok = reading.error == NULL;
  if (!ok)
    g_propagate_error (error, reading.error);
  reading_clear (&reading);
  /* what was cancelled says so once more */
  while (g_main_context_iteration (reading.context, FALSE))
    ;
  g_main_context_pop_thread_default (reading.context);
  g_main_context_unref (reading.context);
  return ok;
}
