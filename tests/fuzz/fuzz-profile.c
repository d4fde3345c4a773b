/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fuzz.h"

#include "policy-template-profile.h"

/* Profiles: policy_template_profile_parse(). */

/* S-D4: a profile that was taken has purposes, and anyExtendedKeyUsage is none of them. */
static void
check_purposes (const PolicyTemplateProfile *profile)
{
  g_assert_true (profile->is_ca || profile->eku[0] != NULL);
  g_assert_false (g_strv_contains ((const char *const *) profile->eku, "2.5.29.37.0"));
}

/* S-D5: names that nobody but the requester vouches for need an approval. */
static void
check_sources (const PolicyTemplateProfile *profile)
{
  for (guint i = 0; i < profile->names->len; i++)
    {
      const PolicyTemplateField *field = profile->names->pdata[i];

      fuzz_check_text (field->key);
      fuzz_check_text (field->source_text);
      if (field->source == POLICY_TEMPLATE_SOURCE_REQUEST && profile->is_server)
        g_assert_true (profile->needs_approval);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) input = g_bytes_new_static (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (PolicyTemplateProfile) profile
      = policy_template_profile_parse (input, "fuzz.profile", NULL, &error);

  fuzz_check_pointer (profile, &error);
  if (profile == NULL)
    return 0;
  check_purposes (profile);
  check_sources (profile);
  return 0;
}
