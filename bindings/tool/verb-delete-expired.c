/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "tool-error.h"
#include "tool-output.h"
#include "tool-reason.h"
#include "tool-view.h"

static gboolean option_unresolved;

static const GOptionEntry options[] = {
  { "unresolved", 0, 0, G_OPTION_ARG_NONE, &option_unresolved,
    "Of requests: pending, failed and denied ones from before TIME instead", NULL },
  { NULL },
};

/* A long deletion says how far it is, where somebody looks. */
static void
show_progress (const Tool *tool, gint64 count, gboolean more)
{
  if (tool->quiet || tool->json || !isatty (STDERR_FILENO))
    return;
  if (more)
    fprintf (stderr, "\r%" G_GINT64_FORMAT " row%s deleted …", count, count == 1 ? "" : "s");
  else
    fprintf (stderr, "\r\033[K");
}

/* -1 with an error */
static gint64
delete_all (const Tool *tool,
            ICertAdmin *admin,
            ICertTable table,
            GDateTime *before,
            GError **error)
{
  gboolean more = TRUE;
  gint64 count = 0;

  while (more)
    {
      gint64 chunk = option_unresolved
                         ? icert_admin_delete_unresolved (admin, before, &more, NULL, error)
                         : icert_admin_delete_expired (admin, table, before, &more, NULL, error);

      if (chunk < 0)
        return -1;
      count += chunk;
      show_progress (tool, count, more);
      /* rows that somebody changes at each try are left to him */
      if (chunk == 0)
        break;
    }
  return count;
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  const ToolViewTable *table = tool_view_find_table (arguments[0], error);
  g_autoptr (GDateTime) before = NULL;
  g_autoptr (ICertAdmin) admin = NULL;
  g_autoptr (ToolRecord) record = tool_record_new ();
  gint64 count;

  if (table != NULL)
    before = tool_parse_date (arguments[1], error);
  if (before == NULL)
    return TOOL_EXIT_USAGE;
  if (option_unresolved && table->table != ICERT_TABLE_REQUESTS)
    {
      tool_usage_error (error, "--unresolved: of table '%s' (requests)", arguments[0]);
      return TOOL_EXIT_USAGE;
    }
  admin = icert_admin_open (tool->config, NULL, error);
  if (admin == NULL)
    return TOOL_EXIT_FAILED;
  count = delete_all (tool, admin, table->table, before, error);
  if (count < 0)
    return TOOL_EXIT_FAILED;
  tool_record_add (record, "deleted", g_variant_new_int64 (count));
  if (!tool->quiet)
    tool_record_print (record, tool);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_delete_expired = {
  .name = "delete-expired",
  .arguments = "TABLE TIME",
  .summary = "As administrator and officer: delete what expired before a time",
  .example = "icert delete-expired requests '5y ago'",
  .examples = "icert delete-expired requests 2026-01-01 --unresolved",
  .options = options,
  .min_arguments = 2,
  .max_arguments = 2,
  .run = run,
};
