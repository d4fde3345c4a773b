/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

/* The `icert` command: one file a verb, and one table of verbs (tool-verbs.c) from which help, and
 * later the manual page and the completion, are made. It knows libicert and nothing of the engine.
 */

typedef enum
{
  TOOL_EXIT_DONE = 0,
  TOOL_EXIT_FAILED = 1,
  TOOL_EXIT_USAGE = 2,
  TOOL_EXIT_PENDING = 3,
  TOOL_EXIT_DENIED = 4,
  TOOL_EXIT_REVOKED = 5
} ToolExit;

/* What stands before the verb. */
typedef struct
{
  const char *config; /* nullable: the default CA */
  gboolean json;
  gboolean quiet;
} Tool;

/* A verb may have two words ("grant remove"). @run answers an exit status, or TOOL_EXIT_FAILED with
 * an error; an error of G_OPTION_ERROR is wrong usage. */
typedef struct
{
  const char *name;
  const char *arguments;
  const char *summary;
  const char *example;  /* the line in `icert --help` */
  const char *examples; /* more of them, for `icert VERB --help`; nullable */
  const GOptionEntry *options;
  guint min_arguments;
  guint max_arguments; /* 0 = as many as one likes, when the minimum is not 0 */
  ToolExit (*run) (Tool *tool, char **arguments, GError **error);
} ToolVerb;

extern const ToolVerb *const tool_verbs[];

extern const ToolVerb tool_verb_agents;
extern const ToolVerb tool_verb_agents_remove;
extern const ToolVerb tool_verb_agents_set;
extern const ToolVerb tool_verb_audit_verify;
extern const ToolVerb tool_verb_backup;
extern const ToolVerb tool_verb_approve;
extern const ToolVerb tool_verb_ca;
extern const ToolVerb tool_verb_cas;
extern const ToolVerb tool_verb_cert_check;
extern const ToolVerb tool_verb_check;
extern const ToolVerb tool_verb_confirm_clock;
extern const ToolVerb tool_verb_crl;
extern const ToolVerb tool_verb_crl_get;
extern const ToolVerb tool_verb_delete_expired;
extern const ToolVerb tool_verb_delete_row;
extern const ToolVerb tool_verb_changes;
extern const ToolVerb tool_verb_config_history;
extern const ToolVerb tool_verb_deny;
extern const ToolVerb tool_verb_describe;
extern const ToolVerb tool_verb_enroll;
extern const ToolVerb tool_verb_explain;
extern const ToolVerb tool_verb_get_config;
extern const ToolVerb tool_verb_grant;
extern const ToolVerb tool_verb_grant_remove;
extern const ToolVerb tool_verb_grants;
extern const ToolVerb tool_verb_import;
extern const ToolVerb tool_verb_init;
extern const ToolVerb tool_verb_inspect;
extern const ToolVerb tool_verb_install;
extern const ToolVerb tool_verb_is_valid;
extern const ToolVerb tool_verb_issue;
extern const ToolVerb tool_verb_modules;
extern const ToolVerb tool_verb_officer_rights;
extern const ToolVerb tool_verb_officer_rights_remove;
extern const ToolVerb tool_verb_officer_rights_set;
extern const ToolVerb tool_verb_ping;
extern const ToolVerb tool_verb_policy_test;
extern const ToolVerb tool_verb_profile_check;
extern const ToolVerb tool_verb_profile_list;
extern const ToolVerb tool_verb_profile_set;
extern const ToolVerb tool_verb_profile_show;
extern const ToolVerb tool_verb_profile_waive;
extern const ToolVerb tool_verb_profile_withdraw;
extern const ToolVerb tool_verb_profiles;
extern const ToolVerb tool_verb_publish_expired;
extern const ToolVerb tool_verb_renew;
extern const ToolVerb tool_verb_reject;
extern const ToolVerb tool_verb_resubmit;
extern const ToolVerb tool_verb_restore;
extern const ToolVerb tool_verb_retrieve;
extern const ToolVerb tool_verb_revoke;
extern const ToolVerb tool_verb_roles;
extern const ToolVerb tool_verb_schema;
extern const ToolVerb tool_verb_set_attributes;
extern const ToolVerb tool_verb_set_config;
extern const ToolVerb tool_verb_set_extension;
extern const ToolVerb tool_verb_submit;
extern const ToolVerb tool_verb_unrevoke;
extern const ToolVerb tool_verb_view;
