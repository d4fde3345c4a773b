/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <stdio.h>

#include "tool-error.h"
#include "tool-trace.h"

static gboolean option_all;

static const GOptionEntry options[] = {
  { "all", 'a', 0, G_OPTION_ARG_NONE, &option_all,
    "Also what modules read and wrote (always with --json)", NULL },
  { NULL },
};

/* The version of the content of a request that waits; 0: it does not, or nobody says. */
static gint64
find_version (Tool *tool, gint64 id)
{
  static const char *const columns[] = { "Request.ContentVersion", NULL };
  g_autoptr (ICertView) view = icert_view_open (tool->config, NULL, NULL);
  g_autoptr (ICertEnumViewRow) rows = NULL;
  g_autoptr (GPtrArray) page = NULL;
  g_autoptr (GVariant) value = NULL;

  if (view == NULL || !icert_view_set_columns (view, columns, NULL)
      || !icert_view_add_restriction (view, "Request.RequestID", ICERT_SEEK_EQ,
                                      g_variant_new_int64 (id), NULL)
      || !icert_view_add_restriction (view, "Request.Disposition", ICERT_SEEK_EQ,
                                      g_variant_new_int64 (ICERT_ROW_DISPOSITION_PENDING), NULL))
    return 0;
  rows = icert_view_open_view (view, NULL, NULL);
  if (rows != NULL)
    page = icert_enum_view_row_next (rows, 1, NULL, NULL);
  if (page != NULL && page->len == 1)
    value = icert_view_row_get_value (page->pdata[0], columns[0], NULL);
  return value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_INT64)
             ? g_variant_get_int64 (value)
             : 0;
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (ICertAdmin) admin = NULL;
  g_autoptr (GVariant) trace = NULL;
  gint64 id, version;

  if (!tool_parse_id (arguments[0], &id, error))
    return TOOL_EXIT_USAGE;
  admin = icert_admin_open (tool->config, NULL, error);
  if (admin == NULL)
    return TOOL_EXIT_FAILED;
  /* before the trace: what changes meanwhile has a later version than the one that is shown */
  version = tool->json ? 0 : find_version (tool, id);
  trace = icert_admin_get_trace (admin, id, NULL, error);
  if (trace == NULL)
    return TOOL_EXIT_FAILED;
  if (!g_variant_is_of_type (trace, G_VARIANT_TYPE ("aa{sv}")))
    {
      icert_set_error (error, ICERT_ERROR_MODULE, "trace", "of type %s (aa{sv})",
                       g_variant_get_type_string (trace));
      return TOOL_EXIT_FAILED;
    }
  tool_trace_print (tool, trace, option_all);
  if (version > 0)
    printf ("content version %" G_GINT64_FORMAT ": 'icert resubmit %" G_GINT64_FORMAT
            " --content-version %" G_GINT64_FORMAT "' approves this and no later change\n",
            version, id, version);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_explain = {
  .name = "explain",
  .arguments = "ID",
  .summary = "Print how a request was decided, rule by rule",
  .example = "icert explain 7",
  .examples = "icert explain 7 --all\n  icert --json explain 7",
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
