/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

G_BEGIN_DECLS

/* Where a field of the certificate comes from (S-D1). A field without a source is absent. */
typedef enum
{
  POLICY_TEMPLATE_SOURCE_FIXED,
  POLICY_TEMPLATE_SOURCE_DIRECTORY,
  POLICY_TEMPLATE_SOURCE_VALIDATED,
  POLICY_TEMPLATE_SOURCE_GRANTED,
  POLICY_TEMPLATE_SOURCE_APPROVED,
  POLICY_TEMPLATE_SOURCE_REQUEST,
  POLICY_TEMPLATE_SOURCE_IGNORE,
} PolicyTemplateSource;

/* One line of [Subject] or [SubjectAltName]. */
typedef struct
{
  char *key;          /* as written: "CommonName", "dNSName", "otherName:1.3…" */
  char *oid;          /* of the subject attribute or otherName, else NULL */
  ICertNameKind kind; /* NONE in [Subject] */
  PolicyTemplateSource source;
  char *source_text; /* as written, for traces */
  char *argument;    /* text or attribute behind `fixed:` and `directory:`, else NULL */
} PolicyTemplateField;

/* One fixed extension of [Extensions]. */
typedef struct
{
  char *oid;
  ICertExtensionFlags flags;
  GBytes *value;
} PolicyTemplateFixed;

/* A profile as its file says, judged. Immutable; refcounted. */
typedef struct
{
  gatomicrefcount ref_count;
  char *name;
  char *description; /* nullable */
  int version;
  char **enroll;     /* role names and principals */
  char *enroll_text; /* the same for people */
  gboolean needs_approval;
  gboolean allows_hold; /* S-I1 */
  gboolean allows_wildcards;
  gboolean has_validity;
  int validity_months;
  gint64 validity_seconds;
  char *validity_text;
  GPtrArray *subject;   /* (element-type PolicyTemplateField) in the profile's order */
  GPtrArray *names;     /* (element-type PolicyTemplateField) */
  char **key_types;     /* what Types= lists */
  char *key_types_text; /* the same for people */
  gboolean usage_is_auto;
  ICertKeyUsage usage;
  char **eku;     /* OIDs; empty in CA profiles only */
  char *eku_text; /* the same for people */
  gboolean is_ca; /* keyUsage has keyCertSign */
  gboolean is_server;
  gboolean is_waived; /* S-D5 would refuse it, and two administrators said that it may be */
  char **from_request;
  GPtrArray *fixed;          /* (element-type PolicyTemplateFixed) */
  GBytes *usage_rsa_value;   /* keyUsage for RSA keys, DER */
  GBytes *usage_other_value; /* keyUsage for all others, DER */
  GBytes *eku_value;         /* nullable; extendedKeyUsage, DER */
  ICertExtensionFlags eku_flags;
} PolicyTemplateProfile;

/* Reads a profile strictly. @file_name is what errors name; @name (nullable) is the name the file's
 * name promises. CONFIG `file:line: …`. */
PolicyTemplateProfile *policy_template_profile_parse (GBytes *contents,
                                                      const char *file_name,
                                                      const char *name,
                                                      GError **error);
/* The same; a profile that only S-D5 refuses is good when @waivers (nullable) has "NAME:SHA256" of
 * its name and of just these contents. */
PolicyTemplateProfile *policy_template_profile_parse_waived (GBytes *contents,
                                                             const char *file_name,
                                                             const char *name,
                                                             const char *const *waivers,
                                                             GError **error);
void policy_template_profile_unref (PolicyTemplateProfile *profile);

/* lends; NULL when the profile has no such line. @oid: of an otherName, else NULL */
const PolicyTemplateField *policy_template_profile_find_name (const PolicyTemplateProfile *profile,
                                                              ICertNameKind kind,
                                                              const char *oid);
const PolicyTemplateField *policy_template_profile_find_subject (
    const PolicyTemplateProfile *profile,
    const char *oid);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PolicyTemplateProfile, policy_template_profile_unref)

G_END_DECLS
