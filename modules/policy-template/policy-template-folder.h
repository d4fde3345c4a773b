/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "policy-template-profile.h"

G_BEGIN_DECLS

/* What one file of the folder holds: a profile, or what is wrong with it. */
typedef struct
{
  char *name;                     /* the file's name without its ending */
  PolicyTemplateProfile *profile; /* NULL: broken */
  char *problem;                  /* NULL: in use */
} PolicyTemplateEntry;

/* The profiles as they stood at one moment. Immutable; refcounted. */
typedef struct _PolicyTemplateSet PolicyTemplateSet;

void policy_template_set_unref (PolicyTemplateSet *set);
/* without case, as AD CS compares template names; lends, NULL when there is none */
const PolicyTemplateEntry *policy_template_set_find (const PolicyTemplateSet *set,
                                                     const char *name);
/* (element-type PolicyTemplateEntry), by name; lends */
GPtrArray *policy_template_set_list (const PolicyTemplateSet *set);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PolicyTemplateSet, policy_template_set_unref)

/* A folder of profiles, read again when a file is newer. Thread-safe; refcounted. */
typedef struct _PolicyTemplateFolder PolicyTemplateFolder;

/* CONFIG when @path is no folder; broken files are entries of the set. @waivers: nullable; as
 * policy_template_profile_parse_waived () takes them */
PolicyTemplateFolder *policy_template_folder_new (const char *path,
                                                  const char *const *waivers,
                                                  GError **error);
/* lends; nullable */
const char *const *policy_template_folder_get_waivers (const PolicyTemplateFolder *folder);
PolicyTemplateFolder *policy_template_folder_ref (PolicyTemplateFolder *folder);
void policy_template_folder_unref (PolicyTemplateFolder *folder);
/* (transfer full); looks at the files at most once a second */
PolicyTemplateSet *policy_template_folder_get_set (PolicyTemplateFolder *folder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PolicyTemplateFolder, policy_template_folder_unref)

G_END_DECLS
