/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <glib/gstdio.h>

#include "ca-config-entry.h"
#include "ca-limits.h"
#include "ca-roles.h"

/* ca.conf and who may do what by it. */

#define GOOD                                                                                       \
  "[CA]\nName=Demo CA\nType=subordinate\n[Policy]\nChain=Template.Policy\n[Exit]\nModules=\n"      \
  "[Store]\n[Key 0]\nUrl=keys/0.key\n"

typedef struct
{
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("test-ca-config-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->folder, "ca.conf", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_unlink (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->path);
  g_free (fixture->folder);
}

static void
write_config (Fixture *fixture, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (fixture->path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
  g_assert_no_error (error);
}

static CaConfig *
load (Fixture *fixture, const char *more)
{
  g_autofree char *text = g_strconcat (GOOD, more, NULL);
  g_autoptr (GError) error = NULL;
  CaConfig *config;

  write_config (fixture, text);
  config = ca_config_load (fixture->folder, &error);
  g_assert_no_error (error);
  return config;
}

/* Callers by name; principals as a real one has them. */
static CaCaller *
make_caller (const char *name, CaDoor door)
{
  g_autofree char *id = g_strdup_printf ("uid:%u", g_str_hash (name));
  g_autofree char *user = g_strconcat ("user:", name, NULL);
  const char *const principals[] = { id, user, NULL };

  return ca_caller_new_principal (name, principals, door);
}

static void
test_url (Fixture *fixture, gconstpointer data)
{
  g_autofree char *longest = g_strnfill (CA_LIMIT_URL - strlen ("http://h/"), 'a');
  g_autofree char *url = g_strconcat ("http://h/", longest, NULL);
  g_autofree char *longer = g_strconcat (url, "a", NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-N6: a URL that would make every certificate large is refused, with the limit");
  g_assert_true (ca_config_check_url (url, &error));
  g_assert_no_error (error);
  g_assert_false (ca_config_check_url (longer, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "1025 octets (1024 at most)"));
  g_clear_error (&error);
  g_assert_false (ca_config_check_url ("ca.example.org", &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
}

static void
test_addresses (Fixture *fixture, gconstpointer data)
{
  static const char text[] = "[CA]\nAllowAddresses=loopback;martian\n";
  g_autofree char *whole = g_strconcat (text, GOOD + strlen ("[CA]\n"), NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-C3, S-N6: a class of addresses that nobody knows is refused, with those there "
                  "are");
  write_config (fixture, whole);
  g_assert_null (ca_config_load (fixture->folder, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_assert_cmpstr (error->message, ==,
                   "ca.conf:2: AllowAddresses: martian is no class of addresses (loopback, "
                   "link-local, multicast, unspecified or own)");
}

static void
test_defaults (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CaConfig) config = load (fixture, "");

  g_test_summary ("What is not written has the value that files.md gives");
  g_assert_cmpstr (config->hash, ==, "sha256");
  g_assert_cmpint (config->validity_seconds, ==, 90 * 86400);
  g_assert_cmpint (config->clock_skew, ==, 600);
  g_assert_false (config->dual_control);
  g_assert_cmpint (config->ca_path_length, ==, -1);
  g_assert_cmpuint (config->policies->len, ==, 1);
  g_assert_cmpuint (config->exits->len, ==, 0);
}

static void
test_refusals (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *more;
    const char *seen;
  } cases[] = {
    { "[Nonsense]\nA=b\n", "unknown group" },
    { "[CRL]\nCRLPeriod=soon\n", "soon" },
    { "[CRL]\nPartitions=0\n", "Partitions" },
    { "[Roles]\nalice=officer\n", "no principal" },
    { "[Roles]\nuser:alice=king\n", "no role" },
    { "[Grant web]\nPrincipals=everybody\n", "no principal" },
    { "[Grant web]\nColour=red\n", "Colour" },
    { "[Key one]\nUrl=x\n", "no key index" },
    { "[Key 1]\nClass=File.Key\n", "Url is missing" },
    { "[CRL]\nCRLPeriod=7d\nCRLPeriod=8d\n", "twice" },
  };

  g_test_summary (
      "S-N6: unknown and repeated keys and values out of range are CONFIG, with file and line");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strconcat (GOOD, cases[i].more, NULL);
      g_autoptr (GError) error = NULL;

      write_config (fixture, text);
      g_assert_null (ca_config_load (fixture->folder, &error));
      g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, cases[i].seen));
      g_assert_true (g_str_has_prefix (error->message, "ca.conf:"));
    }
}

/* as the engine does, without its record */
static gboolean
set_entry (const CaConfig *config, const char *entry, GVariant *value, GError **error)
{
  g_autoptr (GVariant) entries = g_variant_ref_sink (ca_config_entry_new ("CA", entry, value));
  g_autoptr (CaConfig) after = NULL;
  g_autoptr (GPtrArray) changes
      = ca_config_plan_entries (config, entries, NULL, NULL, &after, error);

  return changes != NULL && ca_config_save (after, error);
}

static void
test_change_is_judged (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CaConfig) config = load (fixture, "# a comment\n");
  g_autoptr (GVariant) bad = g_variant_ref_sink (g_variant_new_string ("never"));
  g_autoptr (GVariant) good = g_variant_ref_sink (g_variant_new_string ("30d"));
  g_autoptr (GVariant) read = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  g_test_summary (
      "S-N6: a change that would not load changes nothing; one that does keeps the comments");
  g_assert_true (g_file_get_contents (fixture->path, &before, NULL, NULL));
  g_assert_false (set_entry (config, "ValidityPeriod", bad, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_assert_true (g_file_get_contents (fixture->path, &after, NULL, NULL));
  g_assert_cmpstr (before, ==, after);
  g_clear_error (&error);
  g_assert_true (set_entry (config, "ValidityPeriod", good, &error));
  g_assert_no_error (error);
  read = ca_config_get_entry (fixture->folder, "CA", "ValidityPeriod", &error);
  g_assert_cmpstr (g_variant_get_string (read, NULL), ==, "30d");
  g_clear_pointer (&after, g_free);
  g_assert_true (g_file_get_contents (fixture->path, &after, NULL, NULL));
  g_assert_nonnull (strstr (after, "# a comment"));
}

static void
test_mode_is_fixed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CaConfig) config = load (fixture, "");
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_string ("true"));
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-D11: dual control is chosen when the CA is made, not later");
  g_assert_false (set_entry (config, "DualControl", value, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_FORBIDDEN_FIELD);
}

static void
assert_may (CaConfig *config, const char *name, CaVerb verb, gboolean may)
{
  g_autoptr (CaCaller) caller = make_caller (name, CA_DOOR_LOCAL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (ca_roles_check (config, caller, verb, &error), ==, may);
  if (!may)
    g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_AUTHORIZED);
}

static void
test_table (Fixture *fixture, gconstpointer data)
{
  static const CaVerb officers[]
      = { CA_VERB_SET_ATTRIBUTES, CA_VERB_SET_EXTENSION, CA_VERB_DENY, CA_VERB_RESUBMIT };
  g_autoptr (CaConfig) config = load (
      fixture,
      "[Roles]\nuser:sub=submitter\nuser:off=officer\nuser:adm=administrator\nuser:read=reader\n");

  g_test_summary ("S-D14: a verb is for the roles of its row and for nobody else; without a role "
                  "nothing is allowed");
  for (gsize i = 0; i < G_N_ELEMENTS (officers); i++)
    {
      assert_may (config, "off", officers[i], TRUE);
      assert_may (config, "sub", officers[i], FALSE);
      assert_may (config, "adm", officers[i], FALSE);
      assert_may (config, "read", officers[i], FALSE);
    }
  assert_may (config, "sub", CA_VERB_SUBMIT, TRUE);
  assert_may (config, "off", CA_VERB_SUBMIT, FALSE);
  assert_may (config, "adm", CA_VERB_WRITE_CONFIG, TRUE);
  assert_may (config, "off", CA_VERB_WRITE_CONFIG, FALSE);
  assert_may (config, "read", CA_VERB_VIEW, TRUE);
  for (CaVerb verb = 0; verb < CA_N_VERBS; verb++)
    assert_may (config, "stranger", verb, FALSE);
}

static void
test_door (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CaConfig) config = load (fixture, "[Roles]\nuser:adm=administrator\n");
  g_autoptr (CaCaller) caller = make_caller ("adm", CA_DOOR_BUS);
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "S-D14: a CA certificate is installed through the administrator's own process only");
  g_assert_false (ca_roles_check (config, caller, CA_VERB_INSTALL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_AUTHORIZED);
}

static void
test_conflict (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CaConfig) single = load (fixture, "[Roles]\nuser:both=officer;auditor\n");
  g_autoptr (CaConfig) dual = NULL;
  g_autoptr (CaCaller) caller = make_caller ("both", CA_DOOR_LOCAL);
  g_autoptr (GVariant) details = NULL;
  g_autoptr (GError) error = NULL;
  ICertRoles roles;
  guint32 status = 0;

  g_test_summary (
      "S-D9: under dual control two conflicting roles are none; with one operator they are two");
  g_assert_true (ca_config_get_roles (single, caller, &roles, NULL));
  g_assert_cmpint (roles & ICERT_ROLE_AUDITOR, !=, 0);
  write_config (fixture,
                "[CA]\nName=D\nType=root\nDualControl=true\n[Roles]\nuser:both=officer;auditor\n");
  dual = ca_config_load (fixture->folder, &error);
  g_assert_no_error (error);
  g_assert_false (ca_config_get_roles (dual, caller, &roles, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_AUTHORIZED);
  g_assert_cmpint (roles, ==, ICERT_ROLE_NONE);
  details = icert_error_get_details (error);
  g_assert_true (g_variant_lookup (details, "status", "u", &status));
  g_assert_cmphex (status, ==, 0x80094008);
}

static void
test_self_approval (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CaConfig) single = load (fixture, "");
  g_autoptr (CaConfig) dual = NULL;
  g_autoptr (CaCaller) alice = make_caller ("alice", CA_DOOR_LOCAL);
  CaRequest request = { .caller_name = (char *) "alice", .caller_id = alice->id };
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-D10: under dual control nobody approves what they submitted, whatever the "
                  "name is; the principal id counts");
  g_assert_true (ca_roles_check_approval (single, alice, &request, NULL));
  write_config (fixture, "[CA]\nName=D\nType=root\nDualControl=true\n");
  dual = ca_config_load (fixture->folder, &error);
  g_assert_no_error (error);
  request.caller_id = (char *) "uid:0";
  g_assert_true (ca_roles_check_approval (dual, alice, &request, &error));
  request.caller_id = alice->id;
  request.caller_name = (char *) "alice's name before she married";
  g_assert_false (ca_roles_check_approval (dual, alice, &request, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_AUTHORIZED);
}

static void
assert_granted (CaConfig *config,
                const char *user,
                const char *profile,
                const char *dns,
                const char *grant)
{
  g_autofree char *principal = g_strconcat ("user:", user, NULL);
  const char *principals[] = { principal, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertName) name = icert_name_new (ICERT_NAME_KIND_DNS, dns, &error);
  const CaGrant *found;

  g_assert_no_error (error);
  found = ca_config_find_grant (config, principals, profile, name);
  g_assert_cmpstr (found != NULL ? found->name : NULL, ==, grant);
}

static void
test_grants (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CaConfig) config = load (
      fixture,
      "[Grant "
      "web]\nPrincipals=user:web;group:w\nProfiles=WebServer\ndNSName=*.example.org;example.com\n");

  g_test_summary ("S-D1: a grant holds for its principals, profiles and names, all three");
  assert_granted (config, "web", "WebServer", "www.example.org", "web");
  assert_granted (config, "web", "WebServer", "example.com", "web");
  assert_granted (config, "web", "WebServer", "www.example.com", NULL);
  assert_granted (config, "web", "WebServer", "a.b.example.org", NULL);
  assert_granted (config, "web", "WebServer", "example.org", NULL);
  assert_granted (config, "web", "User", "www.example.org", NULL);
  assert_granted (config, "eve", "WebServer", "www.example.org", NULL);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *fixture, gconstpointer data);
  } tests[] = {
    { "/ca-config/defaults", test_defaults },
    { "/ca-config/s-n6-refusals", test_refusals },
    { "/ca-config/s-n6-change-is-judged", test_change_is_judged },
    { "/ca-config/s-d11-mode-is-fixed", test_mode_is_fixed },
    { "/ca-config/s-n6-url", test_url },
    { "/ca-config/s-c3-addresses", test_addresses },
    { "/ca-config/s-d14-table", test_table },
    { "/ca-config/s-d14-door", test_door },
    { "/ca-config/s-d9-conflict", test_conflict },
    { "/ca-config/s-d10-self-approval", test_self_approval },
    { "/ca-config/s-d1-grants", test_grants },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
