/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "tool-output.h"

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

static void
add_property (ToolRecord *record, ICertCa *ca, const GEnumValue *property)
{
  gboolean indexed = FALSE;
  int index;

  if (!icert_ca_describe_property (ca, (ICertCaProperty) property->value, NULL, &indexed, NULL,
                                   NULL))
    return;
  if (!indexed)
    add_value (record, ca, property, -1);
  for (index = 0; indexed && add_value (record, ca, property, index); index++)
    ;
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
  add_profiles (record, ca);
  tool_record_print (record, tool);
  return TOOL_EXIT_DONE;
}

const ToolVerb tool_verb_ca = {
  .name = "ca",
  .summary = "Show the properties and certificates of one CA",
  .example = "icert --config 'localhost\\Demo CA' ca",
  .run = run,
};
