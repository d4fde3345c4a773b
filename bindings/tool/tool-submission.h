/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "tool.h"
#include "tool-response.h"

/* What `submit` and `issue` share: their options and the submission itself. */
typedef struct
{
  char **attributes;
  char *profile;
  char *key;
} ToolSubmissionOptions;

extern ToolSubmissionOptions tool_submission_options;

#define TOOL_SUBMISSION_OPTION_ENTRIES                                                             \
  { "attrib",                                                                                      \
    'a',                                                                                           \
    0,                                                                                             \
    G_OPTION_ARG_STRING_ARRAY,                                                                     \
    &tool_submission_options.attributes,                                                           \
    "Request attribute; may be given again",                                                       \
    "NAME:VALUE" },                                                                                \
      { "profile",                                                                                 \
        'p',                                                                                       \
        0,                                                                                         \
        G_OPTION_ARG_STRING,                                                                       \
        &tool_submission_options.profile,                                                          \
        "Profile: the attribute CertificateTemplate",                                              \
        "PROFILE" },                                                                               \
      { "id-key",                                                                                  \
        0,                                                                                         \
        0,                                                                                         \
        G_OPTION_ARG_STRING,                                                                       \
        &tool_submission_options.key,                                                              \
        "Idempotency key: the same key gives the same request again",                              \
        "KEY" },                                                                                   \
      TOOL_ANSWER_OPTION_ENTRIES

/* NAME:VALUE, a repeated name is wrong usage. @pairs nullable. */
GHashTable *tool_attributes_parse (char **pairs, GError **error);
/* the attribute CertificateTemplate; given twice is wrong usage */
gboolean tool_attributes_add_profile (GHashTable *attributes, const char *profile, GError **error);
ICertResponse *tool_submit (Tool *tool, const char *path, GError **error);
