/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "tool-output.h"
#include "tool-validity.h"

/* AD CS's lists are texts with a line an element, empty ones for what an element lacks. */
static GVariant *
to_list (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GVariantBuilder list;
  gsize i;

  g_variant_builder_init (&list, G_VARIANT_TYPE_STRING_ARRAY);
  for (i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      g_variant_builder_add (&list, "s", lines[i]);
  return g_variant_ref_sink (g_variant_builder_end (&list));
}

/* A certificate is shown by its digest: that is what people compare. */
static GVariant *
to_shown (GVariant *value)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *digest = NULL;
  g_autofree char *text = NULL;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
      && strchr (g_variant_get_string (value, NULL), '\n') != NULL)
    return to_list (g_variant_get_string (value, NULL));
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_BYTESTRING))
    return g_variant_ref (value);
  bytes = g_variant_get_data_as_bytes (value);
  digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  text = g_strdup_printf ("SHA-256 %s", digest);
  return g_variant_ref_sink (g_variant_new_string (text));
}

/* FALSE when there is no such index, or the engine does not have the property. */
static gboolean
add_value (ToolRecord *record, ICertCa *ca, const GEnumValue *property, int index)
{
  g_autofree char *name = index < 0 ? g_strdup (property->value_nick)
                                    : g_strdup_printf ("%s.%d", property->value_nick, index);
  g_autoptr (GVariant) value
      = icert_ca_get_property_value (ca, (ICertCaProperty) property->value, index, NULL, NULL);
  g_autoptr (GVariant) shown = NULL;

  if (value == NULL)
    return FALSE;
  shown = to_shown (value);
  tool_record_add (record, name, shown);
  return TRUE;
}

static int
get_long (ICertCa *ca, ICertCaProperty property, int index)
{
  g_autoptr (GVariant) value = icert_ca_get_property_value (ca, property, index, NULL, NULL);

  return value != NULL ? g_variant_get_int32 (value) : 0;
}

static void
add_property (ToolRecord *record, ICertCa *ca, const GEnumValue *property)
{
  gboolean indexed = FALSE;
  int count = get_long (ca, ICERT_CA_PROPERTY_CA_SIG_CERT_COUNT, -1);
  int index;

  if (!icert_ca_describe_property (ca, (ICertCaProperty) property->value, NULL, &indexed, NULL,
                                   NULL))
    return;
  if (!indexed)
    add_value (record, ca, property, -1);
  /* there are gaps: a cross certificate is where neighbours have different keys */
  for (index = 0; indexed && (add_value (record, ca, property, index) || index < count); index++)
    ;
}

static void
add_member (GVariantBuilder *members, const char *name, GVariant *value)
{
  g_variant_builder_add (members, "{sv}", name, value);
}

static gint64
percent_left (gint64 not_before, gint64 not_after)
{
  gint64 life = (not_after - not_before) / G_USEC_PER_SEC;
  gint64 left = (not_after - g_get_real_time ()) / G_USEC_PER_SEC;

  return CLAMP (left, 0, life) * 100 / MAX (life, 1);
}

/* One CA certificate: its suffix, its key, and how long it lives. */
static void
add_life (ToolRecord *record, ICertCa *ca, int index, GBytes *certificate)
{
  guint32 version = get_long (ca, ICERT_CA_PROPERTY_CA_CERT_VERSION, index);
  gboolean valid
      = get_long (ca, ICERT_CA_PROPERTY_CA_CERT_STATE, index) == ICERT_CA_DISPOSITION_VALID;
  g_autofree char *name = g_strdup_printf ("certificate.%d", index);
  g_autofree char *begin = NULL;
  g_autofree char *end = NULL;
  g_autofree char *suffix = index == 0 ? g_strdup ("") : g_strdup_printf ("(%d)", index);
  GVariantBuilder life;
  gint64 not_before, not_after;

  if (!tool_read_validity (certificate, &not_before, &not_after) || not_after <= not_before)
    return;
  begin = tool_format_time (not_before);
  end = tool_format_time (not_after);
  g_variant_builder_init (&life, G_VARIANT_TYPE_VARDICT);
  add_member (&life, "suffix", g_variant_new_string (suffix));
  add_member (&life, "key-index", g_variant_new_uint32 (version >> 16));
  add_member (&life, "not-before", g_variant_new_string (begin));
  add_member (&life, "not-after", g_variant_new_string (end));
  add_member (&life, "percent-left", g_variant_new_int64 (percent_left (not_before, not_after)));
  add_member (&life, "state", g_variant_new_string (valid ? "valid" : "invalid"));
  tool_record_add (record, name, g_variant_builder_end (&life));
}

static void
add_lives (ToolRecord *record, ICertCa *ca)
{
  int count = get_long (ca, ICERT_CA_PROPERTY_CA_SIG_CERT_COUNT, -1);

  for (int i = 0; i < count; i++)
    {
      g_autoptr (GBytes) certificate = icert_ca_get_certificate (ca, i, NULL, NULL);

      if (certificate != NULL)
        add_life (record, ca, i, certificate);
    }
}

/* Of the newest CRLs, for people: rows of the CRL table from its end, the first of each kind. */
#define CRL_ROWS 1000

static gint64
cell (ICertViewRow *row, const char *name)
{
  g_autoptr (GVariant) value = icert_view_row_get_value (row, name, NULL);

  return value != NULL ? g_variant_get_int64 (value) : 0;
}

static void
add_time (GVariantBuilder *members, ICertViewRow *row, const char *column, const char *name)
{
  g_autofree char *time = tool_format_time (cell (row, column));

  add_member (members, name, g_variant_new_string (time));
}

static void
add_crl (ToolRecord *record, GHashTable *seen, ICertViewRow *row)
{
  gboolean delta = cell (row, "CRLMinBase") != 0;
  char *name
      = g_strdup_printf ("%s.%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT, delta ? "delta" : "crl",
                         cell (row, "CRLNameId"), cell (row, "CRLPartitionIndex"));
  GVariantBuilder members;

  if (!g_hash_table_add (seen, name))
    return;
  g_variant_builder_init (&members, G_VARIANT_TYPE_VARDICT);
  add_member (&members, "number", g_variant_new_int64 (cell (row, "CRLNumber")));
  add_member (&members, "entries", g_variant_new_int64 (cell (row, "CRLCount")));
  add_time (&members, row, "CRLNextPublish", "next-publish");
  add_time (&members, row, "CRLNextUpdate", "next-update");
  tool_record_add (record, name, g_variant_builder_end (&members));
}

/* Who may not read views sees the rest. */
static void
add_crls (ToolRecord *record, Tool *tool)
{
  static const char *const columns[]
      = { "CRLNameId", "CRLPartitionIndex", "CRLNumber",     "CRLMinBase",
          "CRLCount",  "CRLNextPublish",    "CRLNextUpdate", NULL };
  g_autoptr (ICertView) view = icert_view_open (tool->config, NULL, NULL);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (ICertEnumViewRow) rows = NULL;
  g_autoptr (GPtrArray) page = NULL;

  if (view == NULL || !icert_view_set_table (view, ICERT_TABLE_CRLS, NULL)
      || !icert_view_set_columns (view, columns, NULL)
      || !icert_view_set_sort (view, "CRLRowId", ICERT_SORT_DESCEND, NULL))
    return;
  rows = icert_view_open_view (view, NULL, NULL);
  if (rows != NULL)
    page = icert_enum_view_row_next (rows, CRL_ROWS, NULL, NULL);
  for (guint i = 0; page != NULL && i < page->len; i++)
    add_crl (record, seen, page->pdata[i]);
}

static void
add_profiles (ToolRecord *record, ICertCa *ca)
{
  g_auto (GStrv) profiles = icert_ca_list_profiles (ca, NULL, NULL);

  if (profiles != NULL)
    tool_record_add (record, "profiles", g_variant_new_strv ((const char *const *) profiles, -1));
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (ICertCa) ca = icert_ca_open (tool->config, NULL, error);
  g_autoptr (ToolRecord) record = tool_record_new ();
  GEnumClass *properties;
  guint i;

  if (ca == NULL)
    return TOOL_EXIT_FAILED;
  properties = g_type_class_ref (ICERT_TYPE_CA_PROPERTY);
  for (i = 0; i < properties->n_values; i++)
    add_property (record, ca, &properties->values[i]);
  g_type_class_unref (properties);
  add_lives (record, ca);
  add_crls (record, tool);
  add_profiles (record, ca);
  tool_record_print (record, tool);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_ca = {
  .name = "ca",
  .summary = "Show the properties, certificates and CRLs of one CA",
  .example = "icert --config 'localhost\\Demo CA' ca",
  .run = run,
};
