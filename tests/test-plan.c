/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-plan.h"

#define ORGANIZATION "2.5.4.10"
#define COMMON_NAME "2.5.4.3"
#define BASIC_CONSTRAINTS "2.5.29.19"

static ICertExtension *
new_extension (const char *oid, ICertExtensionFlags flags, const char *octets, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) value = g_bytes_new (octets, size);
  ICertExtension *extension;

  extension = icert_extension_new (oid, flags, ICERT_EXTENSION_ORIGIN_POLICY, value, &error);
  g_assert_no_error (error);
  return extension;
}

static void
assert_subject (CaPlan *plan, const char *oid, const char *expected)
{
  g_autofree char *value = ca_plan_dup_subject (plan, oid);

  g_assert_cmpstr (value, ==, expected);
}

static void
test_starts_empty (void)
{
  g_autoptr (CaPlan) plan = ca_plan_new ();

  g_test_summary ("A new plan has no subject, no extension and no CA bit");
  g_assert_cmpuint (plan->rdns->len, ==, 0);
  g_assert_cmpuint (plan->extensions->len, ==, 0);
  g_assert_false (plan->is_ca);
  g_assert_null (plan->subject);
  g_assert_null (ca_plan_find_extension (plan, BASIC_CONSTRAINTS));
  assert_subject (plan, COMMON_NAME, NULL);
}

static void
test_replaces_in_place (void)
{
  g_autoptr (CaPlan) plan = ca_plan_new ();

  g_test_summary ("A changed attribute keeps its place in the subject");
  ca_plan_set_subject (plan, ORGANIZATION, "Example");
  ca_plan_set_subject (plan, COMMON_NAME, "www");
  ca_plan_set_subject (plan, ORGANIZATION, "Other");
  g_assert_cmpuint (plan->rdns->len, ==, 2);
  g_assert_cmpstr (((CaRdn *) g_ptr_array_index (plan->rdns, 0))->oid, ==, ORGANIZATION);
  assert_subject (plan, ORGANIZATION, "Other");
  assert_subject (plan, COMMON_NAME, "www");
}

static void
test_splits_lines (void)
{
  g_autoptr (CaPlan) plan = ca_plan_new ();

  g_test_summary ("Several values of an attribute are lines, in order, without empty ones");
  ca_plan_set_subject (plan, ORGANIZATION, "One\n\nTwo");
  ca_plan_set_subject (plan, COMMON_NAME, "www");
  g_assert_cmpuint (plan->rdns->len, ==, 3);
  assert_subject (plan, ORGANIZATION, "One\nTwo");
  ca_plan_set_subject (plan, ORGANIZATION, "Three");
  g_assert_cmpuint (plan->rdns->len, ==, 2);
  g_assert_cmpstr (((CaRdn *) g_ptr_array_index (plan->rdns, 1))->value, ==, "www");
}

static void
test_removes (void)
{
  g_autoptr (CaPlan) plan = ca_plan_new ();

  g_test_summary ("NULL and the empty text remove an attribute");
  ca_plan_set_subject (plan, COMMON_NAME, "www");
  ca_plan_set_subject (plan, COMMON_NAME, NULL);
  assert_subject (plan, COMMON_NAME, NULL);
  ca_plan_set_subject (plan, COMMON_NAME, "www");
  ca_plan_set_subject (plan, COMMON_NAME, "");
  g_assert_cmpuint (plan->rdns->len, ==, 0);
}

static void
test_drops_copied_subject (void)
{
  g_autoptr (CaPlan) plan = ca_plan_new ();

  g_test_summary ("A subject to be copied octet for octet is forgotten once an attribute changes");
  plan->subject = g_bytes_new ("\x30\x00", 2);
  ca_plan_set_subject (plan, COMMON_NAME, "www");
  g_assert_null (plan->subject);
}

static void
test_one_extension_per_oid (void)
{
  g_autoptr (CaPlan) plan = ca_plan_new ();
  ICertExtension *second = new_extension (BASIC_CONSTRAINTS, ICERT_EXTENSION_CRITICAL, "\x30", 1);

  g_test_summary ("A second extension of an OID replaces the first (S-A5)");
  ca_plan_take_extension (plan, new_extension (BASIC_CONSTRAINTS, 0, "\x30\x00", 2));
  ca_plan_take_extension (plan, new_extension ("2.5.29.15", 0, "\x03\x02\x07\x80", 4));
  ca_plan_take_extension (plan, second);
  g_assert_cmpuint (plan->extensions->len, ==, 2);
  g_assert_true (ca_plan_find_extension (plan, BASIC_CONSTRAINTS) == second);
  g_assert_true (g_ptr_array_index (plan->extensions, 0) == second);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan/starts-empty", test_starts_empty);
  g_test_add_func ("/plan/replaces-in-place", test_replaces_in_place);
  g_test_add_func ("/plan/splits-lines", test_splits_lines);
  g_test_add_func ("/plan/removes", test_removes);
  g_test_add_func ("/plan/drops-copied-subject", test_drops_copied_subject);
  g_test_add_func ("/plan/S-A5-one-extension-per-oid", test_one_extension_per_oid);
  return g_test_run ();
}
