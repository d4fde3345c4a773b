/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-output.h"
#include "tool-reason.h"
#include "tool-serial.h"

static const struct
{
  ICertCaDisposition disposition;
  const char *name;
  ToolExit status;
} answers[] = {
  { ICERT_CA_DISPOSITION_VALID, "valid", TOOL_EXIT_DONE },
  { ICERT_CA_DISPOSITION_REVOKED, "revoked", TOOL_EXIT_REVOKED },
  { ICERT_CA_DISPOSITION_INVALID, "never-issued", TOOL_EXIT_FAILED },
};

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autofree char *serial = tool_find_serial (tool, arguments[0], error);
  g_autoptr (ICertAdmin) admin = NULL;
  g_autoptr (ToolRecord) record = tool_record_new ();
  ICertRevocationReason reason;
  ICertCaDisposition disposition;
  gsize i = 0;

  if (serial == NULL)
    return TOOL_EXIT_FAILED;
  admin = icert_admin_open (tool->config, NULL, error);
  if (admin == NULL)
    return TOOL_EXIT_FAILED;
  disposition = icert_admin_is_valid_certificate (admin, serial, &reason, NULL, error);
  if (disposition == ICERT_CA_DISPOSITION_ERROR)
    return TOOL_EXIT_FAILED;
  while (answers[i].disposition != disposition)
    i++;
  tool_record_add_string (record, "serial", serial);
  tool_record_add_string (record, "status", answers[i].name);
  if (disposition == ICERT_CA_DISPOSITION_REVOKED)
    {
      tool_record_add_string (record, "reason", tool_reason_to_name (reason));
      tool_record_add (record, "reason-code", g_variant_new_int32 ((gint32) reason));
    }
  if (!tool->quiet)
    tool_record_print (record, tool);
  return answers[i].status;
}

const ToolVerb tool_verb_is_valid = {
  .name = "is-valid",
  .arguments = "SERIAL|FILE",
  .summary = "Say whether a certificate is valid (0), revoked (5) or was never issued (1)",
  .example = "icert is-valid 01:9a:0c",
  .examples = "icert is-valid www.example.org.pem",
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
