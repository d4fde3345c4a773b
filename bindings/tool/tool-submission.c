/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-submission.h"

#include <string.h>

#include "tool-error.h"
#include "tool-file.h"

ToolSubmissionOptions tool_submission_options;

static gboolean
add_attribute (GHashTable *attributes, GHashTable *seen, const char *pair, GError **error)
{
  const char *colon = strchr (pair, ':');
  g_autofree char *name
      = colon != NULL ? g_strstrip (g_strndup (pair, (gsize) (colon - pair))) : NULL;

  if (name == NULL || *name == '\0')
    {
      tool_usage_error (error, "attribute: '%s' is none (NAME:VALUE)", pair);
      return FALSE;
    }
  /* names are compared without case, blanks and hyphens: twice is twice however it is spelt */
  if (!g_hash_table_add (seen, icert_attribute_name_normalize (name)))
    {
      tool_usage_error (error, "attribute: %s is given twice (once)", name);
      return FALSE;
    }
  g_hash_table_insert (attributes, g_steal_pointer (&name), g_strstrip (g_strdup (colon + 1)));
  return TRUE;
}

GHashTable *
tool_attributes_parse (char **pairs, GError **error)
{
  g_autoptr (GHashTable) attributes
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (; pairs != NULL && *pairs != NULL; pairs++)
    if (!add_attribute (attributes, seen, *pairs, error))
      return NULL;
  return g_steal_pointer (&attributes);
}

gboolean
tool_attributes_add_profile (GHashTable *attributes, const char *profile, GError **error)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, attributes);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    {
      g_autofree char *normalized = icert_attribute_name_normalize (name);

      if (strcmp (normalized, "certificatetemplate") == 0)
        {
          tool_usage_error (error, "--profile: given together with --attrib %s (one of them)",
                            (const char *) name);
          return FALSE;
        }
    }
  g_hash_table_insert (attributes, g_strdup ("CertificateTemplate"), g_strdup (profile));
  return TRUE;
}

ICertResponse *
tool_submit (Tool *tool, const char *path, GError **error)
{
  g_autoptr (GHashTable) attributes = NULL;
  g_autoptr (GBytes) contents = NULL;
  g_autoptr (ICertRequest) request = NULL;

  if (!tool_answer_check (error))
    return NULL;
  attributes = tool_attributes_parse (tool_submission_options.attributes, error);
  if (attributes == NULL
      || (tool_submission_options.profile != NULL
          && !tool_attributes_add_profile (attributes, tool_submission_options.profile, error)))
    return NULL;
  contents = tool_read_file (path, TOOL_FILE_LIMIT, error);
  if (contents == NULL)
    return NULL;
  request = icert_request_open (tool->config, NULL, error);
  if (request == NULL)
    return NULL;
  return icert_request_submit_full (request, ICERT_SUBMIT_NONE, ICERT_ENCODING_ANY,
                                    ICERT_REQUEST_FORMAT_ANY, contents, attributes,
                                    tool_submission_options.key, NULL, error);
}
