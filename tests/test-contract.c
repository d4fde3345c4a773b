/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <icert.h>
#include <string.h>

#include "fake-liar.h"

/* Which check finds which lie; NULL: not a lie of this kind of module */
static const struct
{
  FakeLie lie;
  const char *policy;
  const char *exit;
} lies[] = {
  { FAKE_LIAR_CHANGES_DESCRIPTION, "description", "description" },
  { FAKE_LIAR_TWO_LINES, "description", "description" },
  { FAKE_LIAR_DEFAULT_OUT_OF_RANGE, "settings-schema", "settings-schema" },
  { FAKE_LIAR_UNDESCRIBED_SETTING, "settings-schema", "settings-schema" },
  { FAKE_LIAR_STRANGE_TYPE, "settings-schema", "settings-schema" },
  { FAKE_LIAR_NAMELESS, "properties", "properties" },
  { FAKE_LIAR_NEEDS_SETTING, "initialize", "initialize" },
  { FAKE_LIAR_READS_REQUEST_AT_START, "initialize", "initialize" },
  { FAKE_LIAR_UNKNOWN_ANSWER, "verdicts", "initialize" },
  { FAKE_LIAR_SILENT, "verdicts", "all-events" },
  { FAKE_LIAR_OTHER_DOMAIN, "verdicts", "all-events" },
  { FAKE_LIAR_NO_FIELD, "verdicts", "all-events" },
  { FAKE_LIAR_NOTHING_EXPECTED, "verdicts", "all-events" },
  { FAKE_LIAR_WAVERS, "repeats", "repeats" },
  { FAKE_LIAR_WRITES_COUNTER, "repeats", NULL },
  { FAKE_LIAR_PROFILE_TWICE, "profiles", NULL },
  { FAKE_LIAR_VALUE_OF_ANYTHING, "values", "values" },
  { FAKE_LIAR_CODE_OF_BAD_SETTING, "reload", "reload" },
  { FAKE_LIAR_TAKES_BAD_SETTING, "reload", "reload" },
  { FAKE_LIAR_FORGETS_SETTINGS, "reload", "reload" },
  { FAKE_LIAR_TAKES_ANY_FILE, "files", "files" },
  { FAKE_LIAR_NOT_REENTRANT, "threads", "threads" },
  { FAKE_LIAR_NO_LAST_WORD, "shutdown", NULL },
  { FAKE_LIAR_BAD_LAST_WORD, NULL, "shutdown" },
  { FAKE_LIAR_KEEPS_CONTEXT, "contexts", "contexts" },
  { FAKE_LIAR_REFUSES_WANTED, NULL, "wanted-events" },
};

/* Ends the test unless @check found something. */
static void
assert_found (char **problems, const char *check)
{
  g_autofree char *prefix = g_strconcat (check, ": ", NULL);
  gboolean found = FALSE;

  for (gsize i = 0; problems[i] != NULL; i++)
    {
      found = found || g_str_has_prefix (problems[i], prefix);
      g_assert_nonnull (strstr (problems[i], " ("));
    }
  if (!found)
    g_error ("%s found nothing; the others: %s", check, g_strjoinv ("; ", problems));
}

static void
assert_clean (char **problems)
{
  for (gsize i = 0; problems[i] != NULL; i++)
    g_test_message ("%s", problems[i]);
  g_assert_cmpuint (g_strv_length (problems), ==, 0);
}

static char **
check_policy (FakeLie lie)
{
  FakeLiar *liar = fake_liar_new (lie);
  char **problems = icert_contract_check_policy (ICERT_POLICY (liar), NULL, NULL, TRUE);

  g_assert_finalize_object (liar);
  return problems;
}

static char **
check_exit (FakeLie lie)
{
  FakeLiar *liar = fake_liar_new (lie);
  char **problems = icert_contract_check_exit (ICERT_EXIT (liar), NULL, NULL, TRUE);

  g_assert_finalize_object (liar);
  return problems;
}

static void
test_honest (void)
{
  g_auto (GStrv) policy = check_policy (FAKE_LIAR_HONEST);
  g_auto (GStrv) exit = check_exit (FAKE_LIAR_HONEST);

  g_test_summary ("A module that keeps the contract has no problems");
  assert_clean (policy);
  assert_clean (exit);
}

static void
test_policies (void)
{
  g_test_summary ("Every lie of a policy is found, by the check that looks for it");
  for (gsize i = 0; i < G_N_ELEMENTS (lies); i++)
    if (lies[i].policy != NULL)
      {
        g_auto (GStrv) problems = check_policy (lies[i].lie);

        assert_found (problems, lies[i].policy);
      }
}

static void
test_exits (void)
{
  g_test_summary ("Every lie of an exit is found, by the check that looks for it");
  for (gsize i = 0; i < G_N_ELEMENTS (lies); i++)
    if (lies[i].exit != NULL)
      {
        g_auto (GStrv) problems = check_exit (lies[i].lie);

        assert_found (problems, lies[i].exit);
      }
}

/* Every check there is can fail. */
static void
test_no_check_is_idle (void)
{
  g_auto (GStrv) policy = icert_contract_list_policy_checks ();
  g_auto (GStrv) exit = icert_contract_list_exit_checks ();

  g_test_summary ("For each check there is a lie that it finds");
  for (gsize i = 0; policy[i] != NULL; i++)
    {
      gboolean found = FALSE;

      for (gsize j = 0; j < G_N_ELEMENTS (lies); j++)
        found = found || g_strcmp0 (lies[j].policy, policy[i]) == 0;
      g_assert_true (found);
    }
  for (gsize i = 0; exit[i] != NULL; i++)
    {
      gboolean found = FALSE;

      for (gsize j = 0; j < G_N_ELEMENTS (lies); j++)
        found = found || g_strcmp0 (lies[j].exit, exit[i]) == 0;
      g_assert_true (found);
    }
  g_assert_cmpuint (G_N_ELEMENTS (lies), ==, FAKE_LIAR_N_LIES - 1);
}

static void
test_settings (void)
{
  g_autoptr (GHashTable) texts = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (FakeLiar) liar = fake_liar_new (FAKE_LIAR_HONEST);
  g_auto (GStrv) problems = NULL;

  g_test_summary ("Settings that a module refuses are a problem of the run");
  g_hash_table_insert (texts, "Pattern", "long");
  problems = icert_contract_check_policy (ICERT_POLICY (liar), texts, NULL, TRUE);
  assert_found (problems, "initialize");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/contract/honest", test_honest);
  g_test_add_func ("/contract/policies", test_policies);
  g_test_add_func ("/contract/exits", test_exits);
  g_test_add_func ("/contract/no-check-is-idle", test_no_check_is_idle);
  g_test_add_func ("/contract/settings", test_settings);
  return g_test_run ();
}
