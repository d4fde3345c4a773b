/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <icert.h>

/* runner-c CONFIG TABLE REQUESTS PREFIX: plays the table of scenarios in C. What the steps mean is
 * written in README.md; the other runners do the same. */

typedef struct
{
  const char *config;
  const char *folder;
  const char *prefix;
  GHashTable *labels; /* of char * to gint64 * */
  GPtrArray *actions; /* of char **, what the policy does with the next request */
  GPtrArray *heard;   /* of Heard */
  GPtrArray *changes; /* of Heard */
  ICertServerPolicy *kept;
  ICertControl *control;
  ICertRequest *request;
  ICertAdmin *admin;
  ICertCa *ca;
  GError *last_error;
} Runner;

static Runner runner;

/* What the exit or a signal told of one request */
typedef struct
{
  gint64 id;
  char *what;
  char *line;
} Heard;

static void
heard_free (gpointer data)
{
  Heard *heard = data;

  g_free (heard->what);
  g_free (heard->line);
  g_free (heard);
}

static void
heard_add (GPtrArray *list, gint64 id, char *what, char *line)
{
  Heard *heard = g_new0 (Heard, 1);

  heard->id = id;
  heard->what = what;
  heard->line = line;
  g_ptr_array_add (list, heard);
}

/* Texts */

static char *
nick_to_name (const char *nick)
{
  return g_strdelimit (g_ascii_strup (nick, -1), "-", '_');
}

/* UNDER_SUBMISSION of a number */
static char *
enum_name (GType type, int value)
{
  g_autoptr (GEnumClass) class = g_type_class_ref (type);
  GEnumValue *member = g_enum_get_value (class, value);

  return member != NULL ? nick_to_name (member->value_nick) : g_strdup ("?");
}

/* The number of UNDER_SUBMISSION */
static int
enum_number (GType type, const char *name)
{
  g_autoptr (GEnumClass) class = g_type_class_ref (type);
  g_autofree char *nick = g_strdelimit (g_ascii_strdown (name, -1), "_", '-');
  GEnumValue *member = g_enum_get_value_by_nick (class, nick);

  if (member == NULL)
    g_error ("no %s in %s", name, g_type_name (type));
  return member->value;
}

static int
compare_text (gconstpointer first, gconstpointer second)
{
  return strcmp (*(char *const *) first, *(char *const *) second);
}

static char *
join (GPtrArray *texts, const char *separator)
{
  g_ptr_array_add (texts, NULL);
  return g_strjoinv (separator, (char **) texts->pdata);
}

static char *
sorted (GPtrArray *texts, const char *separator)
{
  g_ptr_array_sort (texts, compare_text);
  return join (texts, separator);
}

static char *
sorted_strv (char **texts)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();

  for (guint i = 0; texts[i] != NULL; i++)
    g_ptr_array_add (list, texts[i]);
  return sorted (list, ",");
}

/* A|B of the flags in VALUE, in the order of their bits */
static char *
flags_names (GType type, guint value)
{
  g_autoptr (GFlagsClass) class = g_type_class_ref (type);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < class->n_values; i++)
    if ((class->values[i].value & value) != 0)
      g_ptr_array_add (names, nick_to_name (class->values[i].value_nick));
  return names->len > 0 ? join (names, "|") : g_strdup ("NONE");
}

static char *
hex (GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < size; i++)
    g_string_append_printf (text, "%02x", data[i]);
  return g_string_free (text, FALSE);
}

static GBytes *
from_hex (const char *text)
{
  GByteArray *octets = g_byte_array_new ();

  for (; text[0] != '\0' && text[1] != '\0'; text += 2)
    {
      guint8 octet
          = (guint8) (g_ascii_xdigit_value (text[0]) << 4 | g_ascii_xdigit_value (text[1]));

      g_byte_array_append (octets, &octet, 1);
    }
  return g_byte_array_free_to_bytes (octets);
}

/* A value as GVariant text; '-' for an empty one */
static char *
show (GVariant *value)
{
  return value != NULL ? g_variant_print (value, FALSE) : g_strdup ("-");
}

static GVariant *
make_value (const char *kind, const char *text)
{
  switch (*kind)
    {
    case 'b':
      return g_variant_new_boolean (strcmp (text, "0") != 0);
    case 'i':
      return g_variant_new_int32 (atoi (text));
    case 'x':
      return g_variant_new_int64 (g_ascii_strtoll (text, NULL, 10));
    case 's':
      return g_variant_new_string (text);
    default:
      return NULL;
    }
}

static ICertExtensionFlags
parse_flags (char **words)
{
  ICertExtensionFlags flags = ICERT_EXTENSION_NONE;

  for (; *words != NULL; words++)
    flags |= strcmp (*words, "critical") == 0 ? ICERT_EXTENSION_CRITICAL : ICERT_EXTENSION_DISABLE;
  return flags;
}

static char *
show_error (const GError *error)
{
  g_autofree char *text = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_strdup ("CANCELLED");
  text = icert_error_get_text (error);
  return g_strdup_printf ("%s %s", icert_error_get_code_name (error->code), text);
}

static void
replace (char **text, const char *old, const char *new)
{
  g_auto (GStrv) parts = g_strsplit (*text, old, -1);

  g_free (*text);
  *text = g_strjoinv (new, parts);
}

/* A line of the result, without what differs from run to run; takes TEXT. */
static void
say (char *text)
{
  g_autofree char *user = g_strconcat ("by ", g_get_user_name (), NULL);
  GHashTableIter iter;
  gpointer label, id;

  g_hash_table_iter_init (&iter, runner.labels);
  while (g_hash_table_iter_next (&iter, &label, &id))
    for (const char *end = " )"; *end != '\0'; end++)
      {
        g_autofree char *number = g_strdup_printf (" %" G_GINT64_FORMAT "%c", *(gint64 *) id, *end);
        g_autofree char *name = g_strdup_printf (" %s%c", (char *) label, *end);

        replace (&text, number, name);
      }
  replace (&text, runner.prefix, "%");
  replace (&text, user, "by $USER");
  g_print ("= %s\n", text);
  g_free (text);
}

/* Labels stand for request ids. */

static const char *
label_of (gint64 id)
{
  GHashTableIter iter;
  gpointer label, value;

  g_hash_table_iter_init (&iter, runner.labels);
  while (g_hash_table_iter_next (&iter, &label, &value))
    if (*(gint64 *) value == id)
      return label;
  return "?";
}

static gint64
id_of (const char *word)
{
  gint64 *id = g_hash_table_lookup (runner.labels, word);

  return id != NULL ? *id : g_ascii_strtoll (word, NULL, 10);
}

/* The policy: plays the actions that the table gave. */

static char *
read_extension (ICertServer *server, const char *oid, GError **error)
{
  ICertExtensionFlags flags;
  ICertExtensionOrigin origin;
  g_autoptr (GBytes) value
      = icert_server_get_certificate_extension (server, oid, &flags, &origin, error);
  g_autofree char *octets = value != NULL ? hex (value) : NULL;
  g_autofree char *how = flags_names (ICERT_TYPE_EXTENSION_FLAGS, flags);
  g_autofree char *from = enum_name (ICERT_TYPE_EXTENSION_ORIGIN, origin);

  return value != NULL ? g_strdup_printf ("%s %s %s", octets, how, from) : g_strdup ("-");
}

static char *
read_names (ICertServer *server, GError **error)
{
  g_autoptr (GPtrArray) names = icert_server_get_subject_alt_names (server, error);
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      g_autofree char *kind
          = enum_name (ICERT_TYPE_NAME_KIND, icert_name_get_kind (names->pdata[i]));
      g_autofree char *text = icert_name_get_text (names->pdata[i]);

      g_ptr_array_add (texts, g_strdup_printf ("%s:%s", kind, text));
    }
  return join (texts, ",");
}

static char *
read_value (ICertServer *server, const char *action, const char *name, GError **error)
{
  g_autoptr (GVariant) value = NULL;

  if (strcmp (action, "request") == 0)
    value = icert_server_get_request_property (server, name, error);
  else if (strcmp (action, "certificate") == 0)
    value = icert_server_get_certificate_property (server, name, error);
  else
    value = icert_server_get_ca_property (server, name, error);
  return show (value);
}

static char *
read_attribute (ICertServer *server, const char *name, GError **error)
{
  char *value = icert_server_get_request_attribute (server, name, error);

  return value != NULL ? value : g_strdup ("-");
}

static char *
read_list (char **texts)
{
  char *list = texts != NULL ? sorted_strv (texts) : NULL;

  g_strfreev (texts);
  return list;
}

/* An answer to be told, or NULL */
static char *
read_something (ICertServer *server, char **words, GError **error)
{
  if (strcmp (words[0], "attribute") == 0)
    return read_attribute (server, words[1], error);
  if (strcmp (words[0], "attributes") == 0)
    return read_list (icert_server_list_attributes (server, error));
  if (strcmp (words[0], "extensions") == 0)
    return read_list (icert_server_list_extensions (server, error));
  if (strcmp (words[0], "extension") == 0)
    return read_extension (server, words[1], error);
  if (strcmp (words[0], "names") == 0)
    return read_names (server, error);
  return read_value (server, words[0], words[1], error);
}

static void
act (ICertServerPolicy *server, char **words)
{
  g_autofree char *what = g_strjoinv (" ", words);
  g_autofree char *answer = NULL;
  g_autofree char *failure = NULL;
  g_autoptr (GError) error = NULL;

  if (strcmp (words[0], "message") == 0)
    icert_server_policy_set_disposition_message (server, words[1], &error);
  else if (strcmp (words[0], "trace") == 0)
    icert_server_policy_add_trace (server, words[1], words[2], words[3], words[4], &error);
  else if (strcmp (words[0], "keep") == 0)
    g_set_object (&runner.kept, server);
  else if (strcmp (words[0], "set") == 0)
    {
      if (icert_server_policy_set_certificate_property (
              server, words[1], make_value (words[2], words[3] != NULL ? words[3] : ""), &error))
        answer = g_strdup ("done");
    }
  else if (strcmp (words[0], "set-extension") == 0)
    {
      g_autoptr (GBytes) value = from_hex (words[2]);

      if (icert_server_policy_set_certificate_extension (server, words[1], parse_flags (words + 3),
                                                         value, &error))
        answer = g_strdup ("done");
    }
  else
    answer = read_something (ICERT_SERVER (server), words, &error);

  if (error != NULL)
    {
      failure = show_error (error);
      say (g_strdup_printf ("%s: error %s", what, failure));
    }
  else if (answer != NULL)
    say (g_strdup_printf ("%s: %s", what, answer));
}

#define SCENARIO_TYPE_POLICY (scenario_policy_get_type ())
G_DECLARE_FINAL_TYPE (ScenarioPolicy, scenario_policy, SCENARIO, POLICY, GObject)

struct _ScenarioPolicy
{
  GObject parent_instance;
};

static gboolean
scenario_policy_verify_request (ICertPolicy *policy,
                                ICertServerPolicy *server,
                                gboolean new_request,
                                ICertVerdict *verdict,
                                GError **error)
{
  *verdict = ICERT_VERDICT_ISSUE;
  for (guint i = 0; i < runner.actions->len; i++)
    {
      char **words = runner.actions->pdata[i];

      if (strcmp (words[0], "verdict") == 0)
        *verdict = enum_number (ICERT_TYPE_VERDICT, words[1]);
      else if (strcmp (words[0], "nothing") == 0)
        return FALSE;
      else if (strcmp (words[0], "fail") == 0)
        {
          g_set_error_literal (error, ICERT_ERROR, enum_number (ICERT_TYPE_ERROR, words[1]),
                               words[2]);
          return FALSE;
        }
      else if (strcmp (words[0], "new-request") == 0)
        say (g_strdup_printf ("new-request %s", new_request ? "TRUE" : "FALSE"));
      else
        act (server, words);
    }
  return TRUE;
}

static void
scenario_policy_iface_init (ICertPolicyInterface *iface)
{
  iface->verify_request = scenario_policy_verify_request;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (ScenarioPolicy,
                               scenario_policy,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_POLICY,
                                                      scenario_policy_iface_init))

static void
scenario_policy_class_init (ScenarioPolicyClass *class)
{
}

static void
scenario_policy_init (ScenarioPolicy *self)
{
}

/* The exit: writes down what it hears. */

#define SCENARIO_TYPE_EXIT (scenario_exit_get_type ())
G_DECLARE_FINAL_TYPE (ScenarioExit, scenario_exit, SCENARIO, EXIT, GObject)

struct _ScenarioExit
{
  GObject parent_instance;
};

static gboolean
scenario_exit_initialize (ICertExit *exit_module,
                          ICertServer *ca,
                          ICertSettings *settings,
                          ICertExitEvents *mask,
                          GError **error)
{
  *mask = ICERT_EXIT_EVENT_CERT_ISSUED | ICERT_EXIT_EVENT_CERT_PENDING
          | ICERT_EXIT_EVENT_CERT_DENIED | ICERT_EXIT_EVENT_CERT_FAILED;
  return TRUE;
}

static gboolean
scenario_exit_notify_event (ICertExit *exit_module,
                            ICertExitEvents event,
                            ICertServerExit *server,
                            GError **error)
{
  g_autoptr (GVariant) value
      = icert_server_get_certificate_property (ICERT_SERVER (server), "CommonName", error);
  g_autoptr (GBytes) certificate = icert_server_exit_get_certificate (server, NULL);
  g_autofree char *name = show (value);

  heard_add (runner.heard, icert_server_get_request_id (ICERT_SERVER (server)),
             flags_names (ICERT_TYPE_EXIT_EVENTS, event),
             g_strdup_printf ("%s %s", name, certificate != NULL ? "certificate" : "nothing"));
  return TRUE;
}

static void
scenario_exit_iface_init (ICertExitInterface *iface)
{
  iface->initialize = scenario_exit_initialize;
  iface->notify_event = scenario_exit_notify_event;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (ScenarioExit,
                               scenario_exit,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_EXIT, scenario_exit_iface_init))

static void
scenario_exit_class_init (ScenarioExitClass *class)
{
}

static void
scenario_exit_init (ScenarioExit *self)
{
}

/* Requests. A step answers FALSE and sets its error when the call it makes fails. */

static gboolean
tell_as (ICertResponse *response, const char *name)
{
  g_autofree char *disposition = NULL;
  g_autofree char *message = NULL;
  g_autofree char *status_text = NULL;
  g_autoptr (GError) status = NULL;
  gint64 id;

  if (response == NULL)
    return FALSE;
  id = icert_response_get_request_id (response);
  if (name != NULL && strcmp (label_of (id), "?") == 0)
    g_hash_table_insert (runner.labels, g_strdup (name), g_memdup2 (&id, sizeof id));
  disposition = enum_name (ICERT_TYPE_DISPOSITION, icert_response_get_disposition (response));
  message = icert_response_get_message (response);
  status = icert_response_get_status (response);
  status_text = status != NULL ? show_error (status) : NULL;
  say (g_strconcat (label_of (id), " ", disposition, ", ", message, status != NULL ? ", " : NULL,
                    status_text, NULL));
  return TRUE;
}

static gboolean
tell (ICertResponse *response)
{
  g_autoptr (ICertResponse) owned = response;

  return tell_as (owned, NULL);
}

static GBytes *
contents (const char *name)
{
  g_autofree char *path = g_build_filename (runner.folder, name, NULL);
  g_autoptr (GError) error = NULL;
  char *data;
  gsize size;

  if (!g_file_get_contents (path, &data, &size, &error))
    g_error ("%s", error->message);
  return g_bytes_new_take (data, size);
}

static void
split (GHashTable *table, const char *pair)
{
  const char *at = strchr (pair, '=');

  g_hash_table_insert (table, g_strndup (pair, at - pair), g_strdup (at + 1));
}

static GHashTable *
new_table (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static void
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* The asynchronous pair, in this thread's loop */
static ICertResponse *
submit_async (GHashTable *options,
              GHashTable *attributes,
              ICertEncoding encoding,
              ICertRequestFormat format,
              GBytes *octets,
              GCancellable *cancellable,
              GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  icert_request_submit_full_async (runner.request, ICERT_SUBMIT_NONE, encoding, format, octets,
                                   attributes, g_hash_table_lookup (options, "key"), cancellable,
                                   stored_cb, &result);
  if (g_hash_table_contains (options, "late"))
    g_cancellable_cancel (cancellable);
  wait_for (&result);
  return icert_request_submit_full_finish (runner.request, result, error);
}

static gboolean
step_submit (char **words, GError **error)
{
  g_autoptr (GHashTable) options = new_table ();
  g_autoptr (GHashTable) attributes = new_table ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GBytes) octets = contents (words[0]);
  g_autoptr (ICertResponse) response = NULL;
  const char *text;
  ICertEncoding encoding;
  ICertRequestFormat format;

  for (char **word = words + 1; *word != NULL; word++)
    if (**word == '@')
      split (attributes, *word + 1);
    else if (strchr (*word, '=') != NULL)
      split (options, *word);
    else
      g_hash_table_insert (options, g_strdup (*word), NULL);
  if (g_hash_table_contains (options, "cancelled"))
    g_cancellable_cancel (cancellable);
  text = g_hash_table_lookup (options, "encoding");
  encoding = enum_number (ICERT_TYPE_ENCODING, text != NULL ? text : "ANY");
  text = g_hash_table_lookup (options, "format");
  format = enum_number (ICERT_TYPE_REQUEST_FORMAT, text != NULL ? text : "ANY");
  if (g_hash_table_size (attributes) == 0)
    g_clear_pointer (&attributes, g_hash_table_unref);
  if (g_hash_table_contains (options, "async"))
    response = submit_async (options, attributes, encoding, format, octets, cancellable, error);
  else
    response = icert_request_submit_full (runner.request, ICERT_SUBMIT_NONE, encoding, format,
                                          octets, attributes, g_hash_table_lookup (options, "key"),
                                          cancellable, error);
  return tell_as (response, g_hash_table_lookup (options, "as"));
}

typedef struct
{
  GHashTable *ids;
  guint answers;
  guint issued;
  GError *error;
} Many;

static void
many_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Many *many = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response
      = icert_request_submit_finish (ICERT_REQUEST (source), result, &error);

  many->answers++;
  if (response == NULL)
    {
      g_clear_error (&many->error);
      many->error = g_steal_pointer (&error);
      return;
    }
  many->issued += icert_response_get_disposition (response) == ICERT_DISPOSITION_ISSUED;
  g_hash_table_add (many->ids, GINT_TO_POINTER (icert_response_get_request_id (response)));
}

static gboolean
step_submit_many (char **words, GError **error)
{
  g_autoptr (GHashTable) attributes = new_table ();
  g_autoptr (GHashTable) ids = g_hash_table_new (NULL, NULL);
  g_autoptr (GBytes) octets = contents (words[0]);
  Many many = { .ids = ids };
  guint count = atoi (words[1]);

  for (char **word = words + 2; *word != NULL; word++)
    split (attributes, *word + 1);
  for (guint i = 0; i < count; i++)
    icert_request_submit_async (runner.request, ICERT_SUBMIT_NONE, octets, attributes, NULL,
                                many_cb, &many);
  while (many.answers < count)
    g_main_context_iteration (NULL, TRUE);
  if (many.error != NULL)
    {
      g_propagate_error (error, many.error);
      return FALSE;
    }
  say (g_strdup_printf ("%u answers, %u issued, %u requests", many.answers, many.issued,
                        g_hash_table_size (ids)));
  return TRUE;
}

static gboolean
step_retrieve (char **words, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  gint64 id = id_of (words[0]);

  if (words[1] == NULL)
    return tell (icert_request_retrieve_pending (runner.request, id, NULL, error));
  icert_request_retrieve_pending_async (runner.request, id, NULL, stored_cb, &result);
  wait_for (&result);
  return tell (icert_request_retrieve_pending_finish (runner.request, result, error));
}

static gboolean
step_retrieve_by_key (char **words, GError **error)
{
  return tell (icert_request_retrieve_by_key (runner.request, words[0], NULL, error));
}

static gboolean
step_get_issued (char **words, GError **error)
{
  return tell (icert_request_get_issued (runner.request, id_of (words[0]), NULL, NULL, error));
}

/* What the certificate of an answer looks like */
static gboolean
step_certificate (char **words, GError **error)
{
  g_autoptr (ICertResponse) response
      = icert_request_retrieve_pending (runner.request, id_of (words[0]), NULL, error);
  g_autoptr (GBytes) text = NULL;
  g_autoptr (GBytes) der = NULL;
  g_autoptr (GPtrArray) issuers = NULL;
  g_autofree char *octets = NULL;

  if (response == NULL)
    return FALSE;
  text = icert_response_get_certificate (response, ICERT_OUTPUT_BASE64_HEADER, error);
  der = icert_response_get_certificate (response, ICERT_OUTPUT_BINARY, error);
  if (text == NULL || der == NULL)
    return FALSE;
  issuers = icert_response_list_issuers (response);
  octets = hex (der);
  say (g_strdup_printf (
      "PEM %s, DER %.2s, %u issuers",
      g_str_has_prefix (g_bytes_get_data (text, NULL), "-----BEGIN CERTIFICATE-----") ? "yes"
                                                                                      : "no",
      octets, issuers->len));
  return TRUE;
}

/* Views */

static gboolean
restrict_view (ICertView *view, const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", 4);
  g_autofree char *seek = g_ascii_strup (parts[1], -1);
  GVariant *value = strcmp (parts[2], "id") == 0 ? g_variant_new_int64 (id_of (parts[3]))
                                                 : make_value (parts[2], parts[3]);

  return icert_view_add_restriction (view, parts[0], enum_number (ICERT_TYPE_SEEK, seek), value,
                                     error);
}

static gboolean
change_view (ICertView *view, const char *word, GError **error)
{
  g_auto (GStrv) pair = g_strsplit (word, "=", 2);
  g_auto (GStrv) parts = NULL;
  g_autofree char *order = NULL;

  if (strcmp (pair[0], "or") == 0)
    return icert_view_add_alternative (view, error);
  if (strcmp (pair[0], "where") == 0)
    return restrict_view (view, pair[1], error);
  if (strcmp (pair[0], "after") == 0)
    return icert_view_set_cursor (view, pair[1], error);
  if (strcmp (pair[0], "set") == 0)
    return icert_view_set_column_set (view, enum_number (ICERT_TYPE_COLUMN_SET, pair[1]), error);
  if (strcmp (pair[0], "columns") == 0)
    {
      parts = g_strsplit (pair[1], ",", -1);
      return icert_view_set_columns (view, (const char *const *) parts, error);
    }
  if (strcmp (pair[0], "sort") == 0)
    {
      parts = g_strsplit (pair[1], ":", 2);
      order = g_ascii_strup (parts[1], -1);
      return icert_view_set_sort (view, parts[0], enum_number (ICERT_TYPE_SORT, order), error);
    }
  return TRUE;
}

/* A view with what the words ask for */
static ICertView *
make_view (char **words, GError **error)
{
  g_autoptr (ICertView) view = icert_view_open (runner.config, NULL, error);
  g_autofree char *table = g_ascii_strup (words[0], -1);

  if (view == NULL || !icert_view_set_table (view, enum_number (ICERT_TYPE_TABLE, table), error))
    return NULL;
  for (char **word = words + 1; *word != NULL; word++)
    if (!change_view (view, *word, error))
      return NULL;
  return g_steal_pointer (&view);
}

static char *
show_cell (ICertViewRow *row, const char *name)
{
  g_autoptr (GVariant) value = icert_view_row_get_value (row, name, NULL);
  g_autofree char *lower = g_ascii_strdown (name, -1);

  if (value != NULL && g_str_has_suffix (lower, "requestid"))
    return g_strdup (label_of (g_variant_get_int64 (value)));
  return show (value);
}

static char *
show_row (ICertViewRow *row)
{
  g_auto (GStrv) names = icert_view_row_list_names (row);
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; names[i] != NULL; i++)
    g_ptr_array_add (cells, show_cell (row, names[i]));
  return join (cells, " ");
}

/* One page; sets CURSOR, to NULL behind the last one. */
static gboolean
show_page (char **words, guint size, char **cursor, GError **error)
{
  g_autoptr (ICertView) view = make_view (words, error);
  g_autoptr (ICertEnumViewRow) rows = NULL;
  g_autoptr (GPtrArray) page = NULL;
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  if (view == NULL || (*cursor != NULL && !icert_view_set_cursor (view, *cursor, error)))
    return FALSE;
  rows = icert_view_open_view (view, NULL, error);
  page = rows != NULL ? icert_enum_view_row_next (rows, size, NULL, error) : NULL;
  if (page == NULL)
    return FALSE;
  g_clear_pointer (cursor, g_free);
  if (page->len == 0)
    return TRUE;
  for (guint i = 0; i < page->len; i++)
    g_ptr_array_add (lines, show_row (page->pdata[i]));
  say (join (lines, " | "));
  g_object_get (rows, "cursor", cursor, NULL);
  return TRUE;
}

/* Pages of rows: each page is a new view that begins behind the last one's cursor. */
static gboolean
step_view (char **words, GError **error)
{
  g_autofree char *cursor = NULL;
  guint size = 100;

  for (char **word = words; *word != NULL; word++)
    if (g_str_has_prefix (*word, "page="))
      size = atoi (*word + strlen ("page="));
  do
    if (!show_page (words, size, &cursor, error))
      return FALSE;
  while (cursor != NULL);
  say (g_strdup ("end"));
  return TRUE;
}

static gboolean
step_count (char **words, GError **error)
{
  g_autoptr (ICertView) view = make_view (words, error);
  gint64 count = view != NULL ? icert_view_count (view, NULL, error) : -1;

  if (count < 0)
    return FALSE;
  say (g_strdup_printf ("%" G_GINT64_FORMAT, count));
  return TRUE;
}

static ICertViewRow *
find_row (const char *word, GError **error)
{
  g_autoptr (ICertView) view = icert_view_open (runner.config, NULL, error);
  g_autoptr (ICertEnumViewRow) rows = NULL;
  g_autoptr (GPtrArray) page = NULL;

  if (view == NULL
      || !icert_view_add_restriction (view, "Request.RequestID", ICERT_SEEK_EQ,
                                      g_variant_new_int64 (id_of (word)), error))
    return NULL;
  rows = icert_view_open_view (view, NULL, error);
  page = rows != NULL ? icert_enum_view_row_next (rows, 1, NULL, error) : NULL;
  return page != NULL ? g_object_ref (page->pdata[0]) : NULL;
}

static gboolean
step_get_by_serial (char **words, GError **error)
{
  g_autoptr (ICertViewRow) row = NULL;
  g_autoptr (GVariant) value = NULL;

  if (g_hash_table_contains (runner.labels, words[0]))
    {
      row = find_row (words[0], error);
      value = row != NULL ? icert_view_row_get_value (row, "SerialNumber", error) : NULL;
      if (value == NULL)
        return FALSE;
    }
  return tell (icert_request_get_issued (
      runner.request, -1, value != NULL ? g_variant_get_string (value, NULL) : words[0], NULL,
      error));
}

static char *
show_attributes (ICertViewRow *row, GError **error)
{
  g_autoptr (GHashTable) attributes = icert_view_row_get_attributes (row, error);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer name, value;

  if (attributes == NULL)
    return NULL;
  g_hash_table_iter_init (&iter, attributes);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_ptr_array_add (items, g_strdup_printf ("%s=%s", (char *) name, (char *) value));
  return sorted (items, ",");
}

static char *
show_extensions (ICertViewRow *row, GError **error)
{
  g_autoptr (GListModel) extensions = icert_view_row_list_extensions (row, error);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_free);

  if (extensions == NULL)
    return NULL;
  for (guint i = 0; i < g_list_model_get_n_items (extensions); i++)
    {
      g_autoptr (ICertExtension) item = g_list_model_get_item (extensions, i);
      g_autofree char *oid = icert_extension_get_oid (item);
      g_autofree char *flags
          = flags_names (ICERT_TYPE_EXTENSION_FLAGS, icert_extension_get_flags (item));
      g_autofree char *origin
          = enum_name (ICERT_TYPE_EXTENSION_ORIGIN, icert_extension_get_origin (item));

      g_ptr_array_add (items, g_strdup_printf ("%s:%s:%s", oid, flags, origin));
    }
  return sorted (items, ",");
}

/* Attributes and extensions of a row */
static gboolean
step_row (char **words, GError **error)
{
  g_autoptr (ICertViewRow) row = find_row (words[0], error);
  g_autofree char *attributes = row != NULL ? show_attributes (row, error) : NULL;
  g_autofree char *extensions = attributes != NULL ? show_extensions (row, error) : NULL;

  if (extensions == NULL)
    return FALSE;
  say (g_strdup_printf ("attributes %s", attributes));
  say (g_strdup_printf ("extensions %s", extensions));
  return TRUE;
}

/* Officers and administrators */

static gboolean
done (gboolean success)
{
  if (success)
    say (g_strdup ("done"));
  return success;
}

static gboolean
step_resubmit (char **words, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  gint64 id = id_of (words[0]);

  if (words[1] == NULL)
    return tell (icert_admin_resubmit_request (runner.admin, id, NULL, error));
  icert_admin_resubmit_request_async (runner.admin, id, NULL, stored_cb, &result);
  wait_for (&result);
  return tell (icert_admin_resubmit_request_finish (runner.admin, result, error));
}

static gboolean
step_deny (char **words, GError **error)
{
  return done (icert_admin_deny_request (runner.admin, id_of (words[0]), words[1], NULL, error));
}

static gboolean
step_set_attributes (char **words, GError **error)
{
  g_autoptr (GHashTable) attributes = new_table ();

  for (char **word = words + 1; *word != NULL; word++)
    split (attributes, *word);
  return done (
      icert_admin_set_request_attributes (runner.admin, id_of (words[0]), attributes, NULL, error));
}

static gboolean
step_set_extension (char **words, GError **error)
{
  g_autoptr (GBytes) value = from_hex (words[2]);

  return done (icert_admin_set_certificate_extension (runner.admin, id_of (words[0]), words[1],
                                                      parse_flags (words + 3), value, NULL, error));
}

/* The lines that the table's own policy wrote */
static gboolean
step_trace (char **words, GError **error)
{
  g_autoptr (GVariant) trace = icert_admin_get_trace (runner.admin, id_of (words[0]), NULL, error);
  static const char *const keys[] = { "rule", "field", "seen", "allowed" };

  for (gsize i = 0; trace != NULL && i < g_variant_n_children (trace); i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (trace, i);
      g_autoptr (GPtrArray) cells = g_ptr_array_new ();

      for (guint k = 0; k < G_N_ELEMENTS (keys); k++)
        {
          const char *text = "-";

          g_variant_lookup (entry, keys[k], "&s", &text);
          g_ptr_array_add (cells, (gpointer) text);
        }
      if (g_str_has_prefix (cells->pdata[0], "table-"))
        say (join (cells, " "));
    }
  return trace != NULL;
}

static gboolean
step_get_config (char **words, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GVariant) value
      = icert_admin_get_config_entry (runner.admin, words[0], words[1], NULL, &local);

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  say (show (value));
  return TRUE;
}

static gboolean
step_set_config (char **words, GError **error)
{
  return done (icert_admin_set_config_entry (runner.admin, words[0], words[1],
                                             g_variant_new_string (words[2]), NULL, error));
}

static gboolean
step_list_config (char **words, GError **error)
{
  g_auto (GStrv) names = icert_admin_list_config_entries (runner.admin, words[0], NULL, error);

  if (names == NULL)
    return FALSE;
  say (g_strjoinv (",", names));
  return TRUE;
}

static gboolean
step_roles (char **words, GError **error)
{
  ICertRoles roles = icert_admin_get_my_roles (runner.admin, NULL, error);

  if (roles == ICERT_ROLE_NONE)
    return FALSE;
  say (flags_names (ICERT_TYPE_ROLES, roles));
  return TRUE;
}

/* The CA, its records, other CAs */

static gboolean
step_property (char **words, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GVariant) value
      = icert_ca_get_property_value (runner.ca, enum_number (ICERT_TYPE_CA_PROPERTY, words[0]),
                                     words[1] != NULL ? atoi (words[1]) : 0, NULL, &local);

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  say (show (value));
  return TRUE;
}

static gboolean
step_describe (char **words, GError **error)
{
  g_autoptr (GVariantType) type = NULL;
  g_autofree char *title = NULL;
  gboolean indexed;

  if (!icert_ca_describe_property (runner.ca, enum_number (ICERT_TYPE_CA_PROPERTY, words[0]), &type,
                                   &indexed, &title, error))
    return FALSE;
  say (g_strdup_printf ("%.*s %s %s", (int) g_variant_type_get_string_length (type),
                        g_variant_type_peek_string (type), indexed ? "indexed" : "single", title));
  return TRUE;
}

static gboolean
step_ca_certificate (char **words, GError **error)
{
  g_autoptr (GBytes) octets = icert_ca_get_certificate (runner.ca, atoi (words[0]), NULL, error);

  if (octets == NULL)
    return FALSE;
  say (g_strdup (g_bytes_get_size (octets) > 300 ? "a certificate" : "too short"));
  return TRUE;
}

static gboolean
step_profiles (char **words, GError **error)
{
  g_auto (GStrv) names = icert_ca_list_profiles (runner.ca, NULL, error);

  if (names == NULL)
    return FALSE;
  say (sorted_strv (names));
  return TRUE;
}

static gboolean
step_cas (char **words, GError **error)
{
  g_autoptr (ICertConfig) config = icert_config_open (NULL, error);
  g_autoptr (GListModel) records = config != NULL ? icert_config_list (config, NULL, error) : NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  if (records == NULL)
    return FALSE;
  for (guint i = 0; i < g_list_model_get_n_items (records); i++)
    {
      g_autoptr (ICertCaInfo) record = g_list_model_get_item (records, i);

      g_ptr_array_add (names, icert_ca_info_get_config (record));
    }
  say (sorted (names, " | "));
  return TRUE;
}

static gboolean
step_choose (char **words, GError **error)
{
  g_autoptr (ICertConfig) config = icert_config_open (NULL, error);
  char *chosen = config != NULL ? icert_config_get_config (
                     config, enum_number (ICERT_TYPE_CONFIG_CHOICE, words[0]), NULL, error)
                                : NULL;

  if (chosen != NULL)
    say (chosen);
  return chosen != NULL;
}

static gboolean
step_open (char **words, GError **error)
{
  g_autoptr (ICertRequest) request = icert_request_open (words[0], NULL, error);

  if (request != NULL)
    say (g_strdup ("open"));
  return request != NULL;
}

static gboolean
step_create (char **words, GError **error)
{
  g_autoptr (GObject) object = icert_create_instance (words[0], runner.config, NULL, error);

  if (object != NULL)
    say (g_strdup ("made"));
  return object != NULL;
}

/* Policy, exit, signals, errors */

static gboolean
step_policy (char **words, GError **error)
{
  g_ptr_array_add (runner.actions, g_strdupv (words));
  return TRUE;
}

/* What a policy that keeps its context finds there afterwards */
static gboolean
step_kept (char **words, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GVariant) value
      = icert_server_get_certificate_property (ICERT_SERVER (runner.kept), words[0], &local);

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  say (show (value));
  return TRUE;
}

static guint
count_own (GPtrArray *list)
{
  guint count = 0;

  for (guint i = 0; i < list->len; i++)
    count += strcmp (label_of (((Heard *) list->pdata[i])->id), "?") != 0;
  return count;
}

/* What was told of this scenario's requests, once there is enough of it; forgets it. */
static GPtrArray *
take_own (GPtrArray *list, const char *count, gboolean label_first)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);

  while (count_own (list) < (guint) atoi (count))
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < list->len; i++)
    {
      Heard *heard = list->pdata[i];
      const char *label = label_of (heard->id);

      if (strcmp (label, "?") != 0)
        g_ptr_array_add (
            lines, label_first ? g_strdup_printf ("%s %s", label, heard->what)
                               : g_strdup_printf ("%s %s %s", heard->what, label, heard->line));
    }
  g_ptr_array_set_size (list, 0);
  return lines;
}

/* What the exit heard */
static gboolean
step_events (char **words, GError **error)
{
  g_autoptr (GPtrArray) lines = take_own (runner.heard, words[0], FALSE);

  for (guint i = 0; i < lines->len; i++)
    say (g_strdup (lines->pdata[i]));
  return TRUE;
}

/* What the signal request-changed told */
static gboolean
step_changed (char **words, GError **error)
{
  g_autoptr (GPtrArray) lines = take_own (runner.changes, words[0], TRUE);

  say (join (lines, ", "));
  return TRUE;
}

static void
changed_cb (ICertCa *ca, gint64 id, ICertDisposition disposition, gpointer data)
{
  heard_add (runner.changes, id, enum_name (ICERT_TYPE_DISPOSITION, disposition), NULL);
}

/* The details of the last error */
static gboolean
step_details (char **words, GError **error)
{
  g_autoptr (GVariant) details = icert_error_get_details (runner.last_error);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = NULL;
  GVariantIter iter;
  GVariant *value;
  char *name;

  g_variant_iter_init (&iter, details);
  while (g_variant_iter_loop (&iter, "{sv}", &name, &value))
    {
      g_autofree char *shown = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
                                   ? g_variant_dup_string (value, NULL)
                                   : show (value);

      if (strcmp (name, "request-id") != 0 && strcmp (name, "correlation") != 0)
        g_ptr_array_add (items, g_strdup_printf ("%s=%s", name, shown));
    }
  text = sorted (items, " ");
  say (g_strdup_printf ("%s hresult=0x%08x", text, icert_error_to_hresult (runner.last_error)));
  return TRUE;
}

/* The table */

static gboolean call (char **words, GError **error);

/* Error matching as one writes it in C */
static gboolean
step_catch (char **words, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (call (words + 1, &local))
    return TRUE;
  if (!g_error_matches (local, ICERT_ERROR, enum_number (ICERT_TYPE_ERROR, words[0])))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  say (g_strdup_printf ("caught %s", words[0]));
  return TRUE;
}

static const struct
{
  const char *verb;
  gboolean (*play) (char **words, GError **error);
} steps[] = {
  { "ca-certificate", step_ca_certificate },
  { "cas", step_cas },
  { "catch", step_catch },
  { "certificate", step_certificate },
  { "changed", step_changed },
  { "choose", step_choose },
  { "count", step_count },
  { "create", step_create },
  { "deny", step_deny },
  { "describe", step_describe },
  { "details", step_details },
  { "events", step_events },
  { "get-by-serial", step_get_by_serial },
  { "get-config", step_get_config },
  { "get-issued", step_get_issued },
  { "kept", step_kept },
  { "list-config", step_list_config },
  { "open", step_open },
  { "policy", step_policy },
  { "profiles", step_profiles },
  { "property", step_property },
  { "resubmit", step_resubmit },
  { "retrieve", step_retrieve },
  { "retrieve-by-key", step_retrieve_by_key },
  { "roles", step_roles },
  { "row", step_row },
  { "set-attributes", step_set_attributes },
  { "set-config", step_set_config },
  { "set-extension", step_set_extension },
  { "submit", step_submit },
  { "submit-many", step_submit_many },
  { "trace", step_trace },
  { "view", step_view },
};

static gboolean
call (char **words, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (strcmp (steps[i].verb, words[0]) == 0)
      return steps[i].play (words + 1, error);
  g_error ("no verb %s", words[0]);
}

static void
play_step (const char *line)
{
  static const char *const asking[] = { "submit", "resubmit", "catch", NULL };
  char *text = g_strdup (line);
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) error = NULL;

  replace (&text, "%", runner.prefix);
  if (!g_shell_parse_argv (text, NULL, &words, &error))
    g_error ("%s: %s", line, error->message);
  g_free (text);
  if (!call (words, &error))
    {
      g_autofree char *shown = show_error (error);

      say (g_strdup_printf ("error %s", shown));
      g_clear_error (&runner.last_error);
      runner.last_error = g_steal_pointer (&error);
    }
  if (g_strv_contains (asking, words[0]))
    g_ptr_array_set_size (runner.actions, 0);
}

static void
play (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, &error))
    g_error ("%s", error->message);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "scenario "))
      {
        g_print ("%s\n", lines[i]);
        g_hash_table_remove_all (runner.labels);
        g_ptr_array_set_size (runner.actions, 0);
      }
    else if (g_str_has_prefix (lines[i], "  ") && strchr (" =#", lines[i][2]) == NULL)
      play_step (lines[i]);
}

static gboolean
open_ca (GError **error)
{
  g_autoptr (ICertPolicy) policy = g_object_new (SCENARIO_TYPE_POLICY, NULL);
  g_autoptr (ICertExit) listener = g_object_new (SCENARIO_TYPE_EXIT, NULL);

  runner.control = icert_control_open (runner.config, NULL, error);
  if (runner.control == NULL || !icert_control_append_policy (runner.control, policy, error)
      || !icert_control_append_exit (runner.control, listener, error)
      || !icert_control_start (runner.control, NULL, error))
    return FALSE;
  runner.request = icert_request_open (runner.config, NULL, error);
  runner.admin = runner.request != NULL ? icert_admin_open (runner.config, NULL, error) : NULL;
  runner.ca = runner.admin != NULL ? icert_ca_open (runner.config, NULL, error) : NULL;
  if (runner.ca != NULL)
    g_signal_connect (runner.ca, "request-changed", G_CALLBACK (changed_cb), NULL);
  return runner.ca != NULL;
}

static void
close_ca (void)
{
  g_autoptr (GError) error = NULL;

  if (!icert_control_stop (runner.control, NULL, &error))
    g_error ("%s", error->message);
  g_clear_object (&runner.kept);
  g_clear_object (&runner.ca);
  g_clear_object (&runner.admin);
  g_clear_object (&runner.request);
  g_clear_object (&runner.control);
  g_clear_error (&runner.last_error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GHashTable) labels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GPtrArray) actions = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  g_autoptr (GPtrArray) heard = g_ptr_array_new_with_free_func (heard_free);
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func (heard_free);
  g_autoptr (GError) error = NULL;

  if (argc != 5)
    return 2;
  runner = (Runner){ .config = argv[1], .folder = argv[3], .prefix = argv[4] };
  runner.labels = labels;
  runner.actions = actions;
  runner.heard = heard;
  runner.changes = changes;
  if (!open_ca (&error))
    {
      g_printerr ("runner-c: %s\n", error->message);
      return 1;
    }
  play (argv[2]);
  close_ca ();
  return 0;
}
