/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool.h"

/* In the order in which a person meets them. */
const ToolVerb *const tool_verbs[] = {
  &tool_verb_init,
  &tool_verb_install,
  &tool_verb_cas,
  &tool_verb_ca,
  &tool_verb_ping,
  &tool_verb_submit,
  &tool_verb_issue,
  &tool_verb_retrieve,
  &tool_verb_enroll,
  &tool_verb_resubmit,
  &tool_verb_deny,
  &tool_verb_set_attributes,
  &tool_verb_set_extension,
  &tool_verb_revoke,
  &tool_verb_unrevoke,
  &tool_verb_is_valid,
  &tool_verb_import,
  &tool_verb_delete_row,
  &tool_verb_delete_expired,
  &tool_verb_view,
  &tool_verb_schema,
  &tool_verb_explain,
  &tool_verb_modules,
  &tool_verb_inspect,
  &tool_verb_profiles,
  &tool_verb_profile_check,
  &tool_verb_crl,
  &tool_verb_crl_get,
  &tool_verb_policy_test,
  &tool_verb_grant,
  &tool_verb_grant_remove,
  &tool_verb_grants,
  &tool_verb_roles,
  &tool_verb_get_config,
  &tool_verb_set_config,
  &tool_verb_backup,
  &tool_verb_restore,
  NULL,
};
