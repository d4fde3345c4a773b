/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-output.h"
#include "tool-serial.h"

static gboolean option_not;

static const GOptionEntry options[] = {
  { "not", 0, 0, G_OPTION_ARG_NONE, &option_not, "Not any more", NULL },
  { NULL },
};

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autofree char *serial = tool_find_serial (tool, arguments[0], error);
  g_autoptr (ICertAdmin) admin
      = serial != NULL ? icert_admin_open (tool->config, NULL, error) : NULL;
  g_autoptr (ToolRecord) record = tool_record_new ();

  if (admin == NULL || !icert_admin_set_publish_expired (admin, serial, !option_not, NULL, error))
    return TOOL_EXIT_FAILED;
  tool_record_add_string (record, "serial", serial);
  tool_record_add (record, "publish-expired", g_variant_new_boolean (!option_not));
  if (!tool->quiet)
    tool_record_print (record, tool);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_publish_expired = {
  .name = "publish-expired",
  .arguments = "SERIAL|FILE",
  .summary = "As an officer: keep a revoked certificate on the CRLs after its end",
  .example = "icert publish-expired 01:9a:0c",
  .examples = "icert publish-expired code.pem --not",
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
