/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-error.h"
#include "tool-output.h"

static gboolean option_base;
static gboolean option_delta;
static gboolean option_republish;
static gboolean option_due;
static char *option_next;

static const GOptionEntry options[] = {
  { "base", 0, 0, G_OPTION_ARG_NONE, &option_base, "Complete CRLs; what is made without options",
    NULL },
  { "delta", 0, 0, G_OPTION_ARG_NONE, &option_delta, "Delta CRLs only, unless with --base", NULL },
  { "republish", 0, 0, G_OPTION_ARG_NONE, &option_republish,
    "Publish the newest ones again and make none", NULL },
  { "due", 0, 0, G_OPTION_ARG_NONE, &option_due,
    "Only what is due: make CRLs, try places again, raise alarms (for a timer)", NULL },
  { "next", 0, 0, G_OPTION_ARG_STRING, &option_next, "When the next ones are due", "TIME" },
  { NULL },
};

static const char *const crl_names[]
    = { "key-index", "partition", "kind",        "number",      "base-number",
        "entries",   "size",      "this-update", "next-update", "next-publish" };
static const char *const place_names[]
    = { "place", "class", "number", "kind", "attempts", "next-attempt", "status" };

#define N_CRL_CELLS G_N_ELEMENTS (crl_names)
#define N_PLACE_CELLS G_N_ELEMENTS (place_names)

static GVariant *
new_date (GDateTime *date)
{
  g_autofree char *text = NULL;

  if (date == NULL)
    return NULL;
  text = tool_format_time (g_date_time_to_unix (date) * G_USEC_PER_SEC);
  return g_variant_new_string (text);
}

static const char *
kind_of (ICertCrlInfo *crl)
{
  return icert_crl_info_get_delta (crl) ? "delta" : "base";
}

static void
describe_crl (ICertCrlInfo *crl, GVariant *cells[N_CRL_CELLS])
{
  g_autoptr (GDateTime) this_update = icert_crl_info_get_this_update (crl);
  g_autoptr (GDateTime) next_update = icert_crl_info_get_next_update (crl);
  g_autoptr (GDateTime) next_publish = icert_crl_info_get_next_publish (crl);
  gint64 base = icert_crl_info_get_base_number (crl);
  guint i = 0;

  cells[i++] = g_variant_new_int32 (icert_crl_info_get_key_index (crl));
  cells[i++] = g_variant_new_int32 (icert_crl_info_get_partition (crl));
  cells[i++] = g_variant_new_string (kind_of (crl));
  cells[i++] = g_variant_new_int64 (icert_crl_info_get_number (crl));
  cells[i++] = base > 0 ? g_variant_new_int64 (base) : NULL;
  cells[i++] = g_variant_new_int64 (icert_crl_info_get_entries (crl));
  cells[i++] = g_variant_new_int64 (icert_crl_info_get_size (crl));
  cells[i++] = new_date (this_update);
  cells[i++] = new_date (next_update);
  cells[i++] = new_date (next_publish);
}

static void
describe_place (ICertPublishPlace *place, GVariant *cells[N_PLACE_CELLS])
{
  g_autoptr (ICertCrlInfo) crl = icert_publish_place_get_crl (place);
  g_autofree char *name = icert_publish_place_get_place (place);
  g_autofree char *class_id = icert_publish_place_get_class_id (place);
  g_autoptr (GDateTime) next = icert_publish_place_get_next_attempt (place);
  g_autoptr (GError) status = icert_publish_place_get_status (place);
  g_autofree char *line = status != NULL ? tool_error_line (status) : g_strdup ("OK");
  guint i = 0;

  cells[i++] = g_variant_new_string (name);
  cells[i++] = g_variant_new_string (class_id);
  cells[i++] = g_variant_new_int64 (icert_crl_info_get_number (crl));
  cells[i++] = g_variant_new_string (kind_of (crl));
  cells[i++] = g_variant_new_int32 (icert_publish_place_get_attempts (place));
  cells[i++] = new_date (next);
  cells[i++] = g_variant_new_string (line);
}

static GVariant *
to_object (const char *const *names, GVariant *const *cells, gsize n)
{
  GVariantBuilder object;

  g_variant_builder_init (&object, G_VARIANT_TYPE_VARDICT);
  for (gsize i = 0; i < n; i++)
    if (cells[i] != NULL)
      g_variant_builder_add (&object, "{sv}", names[i], cells[i]);
  return g_variant_builder_end (&object);
}

static void
print_json (Tool *tool, GPtrArray *crls, GPtrArray *places)
{
  g_autoptr (ToolRecord) record = tool_record_new ();
  GVariantBuilder made, published;

  g_variant_builder_init (&made, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < crls->len; i++)
    {
      GVariant *cells[N_CRL_CELLS];

      describe_crl (crls->pdata[i], cells);
      g_variant_builder_add_value (&made, to_object (crl_names, cells, N_CRL_CELLS));
    }
  g_variant_builder_init (&published, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < places->len; i++)
    {
      GVariant *cells[N_PLACE_CELLS];

      describe_place (places->pdata[i], cells);
      g_variant_builder_add_value (&published, to_object (place_names, cells, N_PLACE_CELLS));
    }
  tool_record_add (record, "crls", g_variant_builder_end (&made));
  tool_record_add (record, "places", g_variant_builder_end (&published));
  tool_record_print (record, tool);
}

static void
print_tables (Tool *tool, GPtrArray *crls, GPtrArray *places)
{
  const char *crl_heading[N_CRL_CELLS + 1] = { NULL };
  const char *place_heading[N_PLACE_CELLS + 1] = { NULL };
  g_autoptr (ToolTable) made = NULL;
  g_autoptr (ToolTable) published = NULL;

  for (gsize i = 0; i < N_CRL_CELLS; i++)
    crl_heading[i] = crl_names[i];
  for (gsize i = 0; i < N_PLACE_CELLS; i++)
    place_heading[i] = place_names[i];
  made = tool_table_new (crl_heading);
  published = tool_table_new (place_heading);
  for (guint i = 0; i < crls->len; i++)
    {
      GVariant *cells[N_CRL_CELLS];

      describe_crl (crls->pdata[i], cells);
      tool_table_add_row (made, cells);
    }
  for (guint i = 0; i < places->len; i++)
    {
      GVariant *cells[N_PLACE_CELLS];

      describe_place (places->pdata[i], cells);
      tool_table_add_row (published, cells);
    }
  tool_table_print (made, tool);
  if (places->len > 0)
    tool_table_print (published, tool);
}

static ICertPublishResult *
publish (Tool *tool, GError **error)
{
  g_autoptr (ICertAdmin) admin = NULL;
  g_autoptr (GDateTime) next = NULL;
  ICertCrlFlags flags = 0;
  gint64 microseconds;

  if (option_next != NULL)
    {
      if (!tool_parse_time (option_next, &microseconds, error))
        return NULL;
      next = g_date_time_new_from_unix_utc (microseconds / G_USEC_PER_SEC);
    }
  if (option_base || !option_delta)
    flags |= ICERT_CRL_BASE;
  if (option_delta || option_republish)
    flags |= ICERT_CRL_DELTA;
  /* again, and only what was asked for */
  if (option_republish && option_base && !option_delta)
    flags &= ~ICERT_CRL_DELTA;
  if (option_republish)
    flags |= ICERT_CRL_REPUBLISH;
  if (option_due)
    {
      if (option_base || option_delta || option_republish || next != NULL)
        {
          icert_set_error (error, ICERT_ERROR_MALFORMED, "due",
                           "says itself what is made (no other option)");
          return NULL;
        }
      flags = ICERT_CRL_DUE;
    }
  admin = icert_admin_open (tool->config, NULL, error);
  return admin != NULL ? icert_admin_publish_crls (admin, flags, next, NULL, error) : NULL;
}

/* The CRLs are made; a place that could not be reached is a failure of the command all the same. */
static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (ICertPublishResult) result = publish (tool, error);
  g_autoptr (GPtrArray) crls = NULL;
  g_autoptr (GPtrArray) places = NULL;

  if (result == NULL)
    return TOOL_EXIT_FAILED;
  crls = icert_publish_result_list_crls (result);
  places = icert_publish_result_list_places (result);
  if (tool->json)
    print_json (tool, crls, places);
  else if (!tool->quiet)
    print_tables (tool, crls, places);
  return icert_publish_result_check_status (result, tool->json ? NULL : error) ? TOOL_EXIT_DONE
                                                                               : TOOL_EXIT_FAILED;
}

const ToolVerb tool_verb_crl = {
  .name = "crl",
  .summary = "Make and publish CRLs, for all keys of the CA",
  .example = "icert crl",
  .examples = "icert crl --delta\n"
              "  icert crl --base --next 2027-01-31T00:00:00Z\n"
              "  icert crl --republish\n"
              "  icert crl --due",
  .options = options,
  .run = run,
};
