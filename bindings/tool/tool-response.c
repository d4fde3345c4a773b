/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-response.h"

#include <stdio.h>
#include <string.h>

#include "tool-error.h"
#include "tool-file.h"
#include "tool-output.h"
#include "tool-trace.h"

ToolAnswerOptions tool_answer_options;

static const struct
{
  const char *name;
  ICertOutputFlags flags;
} forms[] = {
  { "pem", ICERT_OUTPUT_BASE64_HEADER },
  { "der", ICERT_OUTPUT_BINARY },
  { "chain", ICERT_OUTPUT_BASE64_HEADER },
  { "p7b", ICERT_OUTPUT_CHAIN | ICERT_OUTPUT_BINARY },
  { "p7b-crls", ICERT_OUTPUT_CHAIN | ICERT_OUTPUT_CRLS | ICERT_OUTPUT_BINARY },
};

static const struct
{
  const char *name;
  ToolExit status;
} outcomes[] = {
  [ICERT_DISPOSITION_INCOMPLETE] = { "incomplete", TOOL_EXIT_FAILED },
  [ICERT_DISPOSITION_ERROR] = { "error", TOOL_EXIT_FAILED },
  [ICERT_DISPOSITION_DENIED] = { "denied", TOOL_EXIT_DENIED },
  [ICERT_DISPOSITION_ISSUED] = { "issued", TOOL_EXIT_DONE },
  [ICERT_DISPOSITION_ISSUED_OUT_OF_BAND] = { "issued-out-of-band", TOOL_EXIT_DONE },
  [ICERT_DISPOSITION_UNDER_SUBMISSION] = { "pending", TOOL_EXIT_PENDING },
  [ICERT_DISPOSITION_REVOKED] = { "revoked", TOOL_EXIT_REVOKED },
};

static gboolean
find_form (ICertOutputFlags *flags)
{
  const char *name = tool_answer_options.form != NULL ? tool_answer_options.form : "pem";
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (forms); i++)
    if (strcmp (forms[i].name, name) == 0)
      {
        *flags = forms[i].flags;
        return TRUE;
      }
  return FALSE;
}

gboolean
tool_answer_check (GError **error)
{
  ICertOutputFlags flags;

  if (find_form (&flags))
    return TRUE;
  tool_usage_error (error, "--form: '%s' is none (pem, der, chain, p7b or p7b-crls)",
                    tool_answer_options.form);
  return FALSE;
}

static void
append_pem (GByteArray *text, GBytes *der)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (der, &size);
  g_autofree char *base64 = g_base64_encode (data, size);
  GString *pem = g_string_new ("-----BEGIN CERTIFICATE-----\n");
  gsize i;

  for (i = 0; i < strlen (base64); i += 64)
    g_string_append_printf (pem, "%.64s\n", base64 + i);
  g_string_append (pem, "-----END CERTIFICATE-----\n");
  g_byte_array_append (text, (const guint8 *) pem->str, (guint) pem->len);
  g_string_free (pem, TRUE);
}

static GBytes *
get_chain (ICertResponse *response, GBytes *certificate)
{
  g_autoptr (GByteArray) text = g_byte_array_new ();
  g_autoptr (GPtrArray) issuers = icert_response_list_issuers (response);
  gsize size;
  const guint8 *data = g_bytes_get_data (certificate, &size);
  guint i;

  g_byte_array_append (text, data, (guint) size);
  for (i = 0; i < issuers->len; i++)
    append_pem (text, g_ptr_array_index (issuers, i));
  return g_byte_array_free_to_bytes (g_steal_pointer (&text));
}

/* NULL without an error: there is none to show */
static GBytes *
get_certificate (ICertResponse *response, GError **error)
{
  ICertDisposition disposition = icert_response_get_disposition (response);
  ICertOutputFlags flags = ICERT_OUTPUT_BASE64_HEADER;
  g_autoptr (GBytes) certificate = NULL;

  if (disposition != ICERT_DISPOSITION_ISSUED && disposition != ICERT_DISPOSITION_REVOKED)
    return NULL;
  if (tool_answer_options.stored)
    return NULL;
  find_form (&flags);
  certificate = icert_response_get_certificate (response, flags, error);
  if (certificate != NULL && g_strcmp0 (tool_answer_options.form, "chain") == 0)
    return get_chain (response, certificate);
  return g_steal_pointer (&certificate);
}

static void
add_certificate (JsonObject *object, GBytes *certificate)
{
  gsize size;
  const char *data = g_bytes_get_data (certificate, &size);
  g_autofree char *text = NULL;

  if (g_utf8_validate_len (data, size, NULL))
    text = g_strndup (data, size);
  else
    text = g_base64_encode ((const guint8 *) data, size);
  json_object_set_string_member (object, "certificate", text);
}

static void
print_json (ICertResponse *response, GBytes *certificate, GVariant *decision)
{
  g_autoptr (JsonNode) document = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (GError) status = icert_response_get_status (response);
  g_autofree char *message = icert_response_get_message (response);
  JsonObject *object = json_object_new ();
  ICertDisposition disposition = icert_response_get_disposition (response);

  json_object_set_int_member (object, "request-id", icert_response_get_request_id (response));
  json_object_set_string_member (object, "disposition", outcomes[disposition].name);
  json_object_set_int_member (object, "disposition-code", disposition);
  if (message != NULL)
    json_object_set_string_member (object, "message", message);
  if (status != NULL)
    json_object_set_member (object, "error", tool_error_to_json (status));
  if (decision != NULL)
    json_object_set_member (object, "decision", tool_variant_to_json (decision));
  if (tool_answer_options.out != NULL
      && (certificate != NULL
          || (tool_answer_options.stored && disposition == ICERT_DISPOSITION_ISSUED)))
    json_object_set_string_member (object, "file", tool_answer_options.out);
  else if (certificate != NULL)
    add_certificate (object, certificate);
  json_node_take_object (document, object);
  tool_print_json (document, TRUE);
}

/* The certificate has standard output to itself when it goes there. */
static void
print_line (ICertResponse *response, FILE *stream)
{
  g_autofree char *message = icert_response_get_message (response);
  g_autofree char *text = message != NULL ? tool_escape (message) : NULL;
  ICertDisposition disposition = icert_response_get_disposition (response);

  fprintf (stream, "request %" G_GINT64_FORMAT " %s%s%s\n",
           icert_response_get_request_id (response), outcomes[disposition].name,
           text != NULL && *text != '\0' ? ": " : "", text != NULL ? text : "");
}

static void
print_text (Tool *tool, ICertResponse *response, gboolean certificate_on_stdout, GVariant *decision)
{
  g_autoptr (GError) status = icert_response_get_status (response);
  ICertDisposition disposition = icert_response_get_disposition (response);

  if (!tool->quiet)
    print_line (response, certificate_on_stdout ? stderr : stdout);
  if (outcomes[disposition].status != TOOL_EXIT_DENIED
      && outcomes[disposition].status != TOOL_EXIT_FAILED)
    return;
  fflush (stdout);
  if (status != NULL)
    {
      g_autofree char *line = tool_error_line (status);

      g_printerr ("icert: %s: %s\n", tool_error_code (status), line);
    }
  if (decision != NULL)
    tool_trace_print_decision (decision);
}

ToolExit
tool_answer_print (Tool *tool, ICertResponse *response, GError **error)
{
  ICertDisposition disposition = icert_response_get_disposition (response);
  GError *local_error = NULL;
  g_autoptr (GBytes) certificate = get_certificate (response, &local_error);
  g_autoptr (GVariant) decision = NULL;
  gboolean on_stdout;

  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return TOOL_EXIT_FAILED;
    }
  g_return_val_if_fail (disposition < G_N_ELEMENTS (outcomes), TOOL_EXIT_FAILED);
  if (outcomes[disposition].status == TOOL_EXIT_DENIED)
    decision = tool_trace_find_decision (tool, response);

  on_stdout = certificate != NULL && !tool->json
              && (tool_answer_options.out == NULL || strcmp (tool_answer_options.out, "-") == 0);
  if (certificate != NULL && (on_stdout || tool_answer_options.out != NULL)
      && !tool_write_file (tool_answer_options.out, certificate, error))
    return TOOL_EXIT_FAILED;
  if (tool->json)
    print_json (response, certificate, decision);
  else
    print_text (tool, response, on_stdout, decision);
  return outcomes[disposition].status;
}
