/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-error.h"
#include "tool-output.h"
#include "tool-submission.h"

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (ICertAdmin) admin = NULL;
  g_autoptr (GHashTable) attributes = NULL;
  g_autoptr (ToolRecord) record = tool_record_new ();
  gint64 id;

  if (!tool_parse_id (arguments[0], &id, error))
    return TOOL_EXIT_USAGE;
  attributes = tool_attributes_parse (arguments + 1, error);
  if (attributes == NULL)
    return TOOL_EXIT_USAGE;
  admin = icert_admin_open (tool->config, NULL, error);
  if (admin == NULL || !icert_admin_set_request_attributes (admin, id, attributes, NULL, error))
    return TOOL_EXIT_FAILED;
  tool_record_add (record, "request-id", g_variant_new_int64 (id));
  tool_record_add (record, "attributes-set", g_variant_new_int64 (g_hash_table_size (attributes)));
  if (!tool->quiet)
    tool_record_print (record, tool);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_set_attributes = {
  .name = "set-attributes",
  .arguments = "ID NAME:VALUE…",
  .summary = "As an officer: set attributes of a pending request",
  .example = "icert set-attributes 7 'Ticket:4711' 'CertificateTemplate:Computer'",
  .min_arguments = 2,
  .run = run,
};
