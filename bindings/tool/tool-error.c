/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-error.h"

#include <string.h>

#include "tool-output.h"
#include "tool-remedy.h"

void
tool_usage_error (GError **error, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, text);
}

gboolean
tool_parse_id (const char *text, gint64 *id, GError **error)
{
  gint64 value = 0;

  /* below 0 are the CA's own certificates, which some verbs show */
  if (!g_ascii_string_to_signed (text, 10, -G_MAXINT64, G_MAXINT64, &value, NULL) || value == 0)
    {
      tool_usage_error (error, "request id: '%s' is none (a number from 1%s)", text,
                        strspn (text, "0123456789abcdefABCDEF:") > 20
                            ? "; 'icert view --columns RequestID --where \"SerialNumber = SERIAL\"'"
                              " finds that of a serial number"
                            : "");
      return FALSE;
    }
  *id = value;
  tool_remedy_note ("request", text);
  return TRUE;
}

const char *
tool_error_code (const GError *error)
{
  if (error->domain == G_OPTION_ERROR)
    return "USAGE";
  if (error->domain == ICERT_ERROR)
    return icert_error_get_code_name (error->code);
  return icert_error_get_code_name (ICERT_ERROR_FAILED);
}

char *
tool_error_line (const GError *error)
{
  g_autofree char *text = NULL;

  if (error->domain == ICERT_ERROR)
    text = icert_error_get_text (error);
  return tool_escape (text != NULL ? text : error->message);
}

JsonNode *
tool_error_to_json (const GError *error)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  g_autofree char *line = tool_error_line (error);
  g_autofree char *remedy = tool_remedy_dup (error);

  json_object_set_string_member (object, "code", tool_error_code (error));
  if (error->domain == ICERT_ERROR)
    {
      g_autofree char *field = icert_error_get_field (error);
      g_autoptr (GVariant) details = icert_error_get_details (error);

      if (field != NULL)
        json_object_set_string_member (object, "field", field);
      if (details != NULL)
        json_object_set_member (object, "details", tool_variant_to_json (details));
    }
  else if (error->domain == G_OPTION_ERROR && strstr (line, ": ") != NULL)
    {
      g_autofree char *field = g_strndup (line, (gsize) (strstr (line, ": ") - line));

      json_object_set_string_member (object, "field", field);
    }
  json_object_set_string_member (object, "text", line);
  if (remedy != NULL)
    json_object_set_string_member (object, "remedy", remedy);
  json_node_take_object (node, object);
  return node;
}

static void
print_json (const GError *error, const char *remedy)
{
  g_autoptr (JsonNode) document = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  JsonNode *node = tool_error_to_json (error);

  if (remedy != NULL)
    json_object_set_string_member (json_node_get_object (node), "remedy", remedy);
  json_object_set_member (object, "error", node);
  json_node_take_object (document, object);
  tool_print_json (document, TRUE);
}

ToolExit
tool_report_error (Tool *tool, const ToolVerb *verb, const GError *error)
{
  gboolean usage = error->domain == G_OPTION_ERROR;
  g_autofree char *line = tool_error_line (error);
  g_autofree char *remedy
      = usage ? g_strdup_printf ("see 'icert %s%s--help'", verb != NULL ? verb->name : "",
                                 verb != NULL ? " " : "")
              : tool_remedy_dup (error);

  if (tool->json)
    print_json (error, remedy);
  else
    g_printerr ("icert: %s: %s\n", tool_error_code (error), line);
  if (!tool->json && remedy != NULL)
    g_printerr ("remedy: %s\n", remedy);
  return usage ? TOOL_EXIT_USAGE : TOOL_EXIT_FAILED;
}
