/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-output.h"
#include "tool-reason.h"
#include "tool-serial.h"

static char *option_date;

static const GOptionEntry options[] = {
  { "date", 'd', 0, G_OPTION_ARG_STRING, &option_date,
    "From when on, also in the future (default: now)", "TIME" },
  { NULL },
};

static void
print (Tool *tool, const char *serial, ICertRevocationReason reason)
{
  g_autoptr (ToolRecord) record = tool_record_new ();
  gboolean released = reason == ICERT_REVOCATION_REASON_REMOVE_FROM_CRL;

  tool_record_add_string (record, "serial", serial);
  tool_record_add_string (record, "disposition", released ? "issued" : "revoked");
  tool_record_add_string (record, "reason", tool_reason_to_name (reason));
  if (option_date != NULL)
    tool_record_add_string (record, "date", option_date);
  if (!tool->quiet)
    tool_record_print (record, tool);
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (ICertAdmin) admin = NULL;
  g_autoptr (GDateTime) date = NULL;
  g_autofree char *serial = NULL;
  ICertRevocationReason reason;

  if (!tool_parse_reason (arguments[1], &reason, error))
    return TOOL_EXIT_USAGE;
  date = tool_parse_date (option_date, error);
  if (date == NULL && option_date != NULL)
    return TOOL_EXIT_USAGE;
  serial = tool_find_serial (tool, arguments[0], error);
  if (serial == NULL)
    return TOOL_EXIT_FAILED;
  admin = icert_admin_open (tool->config, NULL, error);
  if (admin == NULL || !icert_admin_revoke (admin, serial, reason, date, NULL, error))
    return TOOL_EXIT_FAILED;
  print (tool, serial, reason);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_revoke = {
  .name = "revoke",
  .arguments = "SERIAL|FILE REASON",
  .summary = "As an officer: revoke a certificate",
  .example = "icert revoke 01:9a:0c superseded",
  .examples = "icert revoke 019a0c keyCompromise --date 2026-11-20T08:00:00Z\n"
              "  icert revoke 'serial=019A0C' hold\n"
              "  icert revoke www.example.org.pem 4",
  .options = options,
  .min_arguments = 2,
  .max_arguments = 2,
  .run = run,
};
