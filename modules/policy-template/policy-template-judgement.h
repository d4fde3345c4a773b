/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "policy-template-folder.h"

G_BEGIN_DECLS

/* The judging of one request. Lives as long as one verify_request(). */
typedef struct
{
  ICertServerPolicy *server; /* lent */
  ICertServer *reader;       /* the same object */
  gboolean new_request;
  const PolicyTemplateProfile *profile; /* lent */
  GVariant *rdns;                       /* a(ss): the request's subject */
  ICertName *common_name; /* nullable; in server profiles: what the common name stands for */
  GPtrArray *names;       /* (element-type ICertName) of the certificate to be */
  GPtrArray *granted;     /* (element-type ICertName) those that a grant of the caller covers */
  GPtrArray *officers;    /* (element-type utf8) OIDs of extensions that an officer set */
  gboolean names_stand;   /* an officer set the names: they stay as they are */
  gboolean has_subject;   /* at least one attribute will be in the subject */
  gboolean asks_officer;
  guint n_claims;    /* what the requester asked for and a grant could cover */
  guint n_uncovered; /* those that none covers */
  GString *notes;    /* of the disposition message */
} PolicyTemplateJudgement;

/* TRUE when @verdict was set; an error with a refusal code denies */
gboolean policy_template_judge (ICertServerPolicy *server,
                                const PolicyTemplateSet *set,
                                gboolean new_request,
                                ICertVerdict *verdict,
                                GError **error);

/* whether the CA offers the profile @name (its property Templates) */
gboolean policy_template_is_offered (ICertServer *reader,
                                     const char *name,
                                     gboolean *offered,
                                     GError **error);
/* names of the profiles that the caller may ask for */
char **policy_template_list_usable (const PolicyTemplateSet *set,
                                    ICertServer *reader,
                                    GError **error);

/* steps, each in a file of its own */
gboolean policy_template_choose (ICertServerPolicy *server,
                                 const PolicyTemplateSet *set,
                                 const PolicyTemplateProfile **profile,
                                 GError **error);
gboolean policy_template_judge_names (PolicyTemplateJudgement *judgement, GError **error);
gboolean policy_template_judge_subject (PolicyTemplateJudgement *judgement, GError **error);
gboolean policy_template_judge_extensions (PolicyTemplateJudgement *judgement,
                                           const char *key_type,
                                           GError **error);
gboolean policy_template_set_names (PolicyTemplateJudgement *judgement, GError **error);

/* traces */
gboolean policy_template_trace (PolicyTemplateJudgement *judgement,
                                const char *rule,
                                const char *field,
                                const char *seen,
                                const char *allowed,
                                GError **error);
/* Records rule, field, value seen and value allowed, and answers the error that says the same:
 * `field: "seen" … (allowed)`. Always FALSE. */
gboolean policy_template_refuse (ICertServerPolicy *server,
                                 ICertError code,
                                 const char *rule,
                                 const char *field,
                                 const char *seen,
                                 const char *problem,
                                 const char *allowed,
                                 GError **error);
void policy_template_set_status (GError **error, guint32 status);
void policy_template_note (PolicyTemplateJudgement *judgement, const char *text);
gboolean policy_template_is_officers (const PolicyTemplateJudgement *judgement, const char *oid);
/* TRUE when a grant of the caller covers @name; remembers it */
gboolean policy_template_find_grant (PolicyTemplateJudgement *judgement,
                                     const PolicyTemplateField *field,
                                     ICertName *name,
                                     gboolean *covered,
                                     GError **error);

G_END_DECLS
