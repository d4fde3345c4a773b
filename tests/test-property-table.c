/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <icert.h>

static void
assert_finds (ICertScope scope, const char *name, const char *expected, int expected_index)
{
  g_autoptr (GError) error = NULL;
  int index = -2;
  const ICertPropertyInfo *info = icert_property_find (scope, name, &index, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (info->name, ==, expected);
  g_assert_cmpint (info->scope, ==, scope);
  g_assert_cmpint (index, ==, expected_index);
}

static void
assert_unknown (ICertScope scope, const char *name)
{
  g_autoptr (GError) error = NULL;

  if (icert_property_find (scope, name, NULL, &error) != NULL)
    g_error ("%s was found", name);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_UNKNOWN_NAME);
}

static void
test_finds_names (void)
{
  static const char *const same[] = { "CommonName", "commonname", "Subject.CommonName", "CN",
                                      "subject.cn", "2.5.4.3",    "Subject.2.5.4.3" };

  g_test_summary ("A subject attribute is found by name, alias, OID and prefix, without case");

  for (gsize i = 0; i < G_N_ELEMENTS (same); i++)
    {
      assert_finds (ICERT_SCOPE_CERTIFICATE, same[i], "CommonName", -1);
      assert_finds (ICERT_SCOPE_REQUEST, same[i], "CommonName", -1);
    }
  assert_finds (ICERT_SCOPE_REQUEST, "Request.RawName", "RawName", -1);
  assert_finds (ICERT_SCOPE_REQUEST, "Request.CN", "CommonName", -1);
  assert_finds (ICERT_SCOPE_REQUEST, "RequestId", "RequestID", -1);
  assert_finds (ICERT_SCOPE_CERTIFICATE, "OrganizationalUnit", "OrgUnit", -1);
  assert_finds (ICERT_SCOPE_CERTIFICATE, "S", "State", -1);
  assert_finds (ICERT_SCOPE_CERTIFICATE, "SN", "SurName", -1);
}

static void
test_finds_indexed_names (void)
{
  g_test_summary ("A property of the CA may end in the number of a certificate");

  assert_finds (ICERT_SCOPE_CA, "CertState.2", "CertState", 2);
  assert_finds (ICERT_SCOPE_CA, "certstate", "CertState", -1);
  assert_finds (ICERT_SCOPE_CA, "RawCACertificate.0", "RawCACertificate", 0);
  assert_finds (ICERT_SCOPE_CA, "CRLDeltaNextPublish.1", "CRLDeltaNextPublish", 1);
  assert_unknown (ICERT_SCOPE_CA, "CAType.1");
  assert_unknown (ICERT_SCOPE_CA, "CertState.");
  assert_unknown (ICERT_SCOPE_CA, "CertState.-1");
  assert_unknown (ICERT_SCOPE_CA, "CertState.99999999999");
  assert_unknown (ICERT_SCOPE_CA, "CommonName");
  assert_unknown (ICERT_SCOPE_CA, "2.5.4.3");
}

static void
test_finds_any_oid (void)
{
  const ICertPropertyInfo *row
      = icert_property_find (ICERT_SCOPE_CERTIFICATE, "2.5.4.97", NULL, NULL);

  g_test_summary ("Every OID is a subject attribute, with one row for ever");

  g_assert_nonnull (row);
  g_assert_cmpstr (row->oid, ==, "2.5.4.97");
  g_assert_true (row->flags & ICERT_PROPERTY_SUBJECT_NAME);
  g_assert_true (row->flags & ICERT_PROPERTY_POLICY_SETS);
  g_assert_true (icert_property_find (ICERT_SCOPE_CERTIFICATE, "Subject.2.5.4.97", NULL, NULL)
                 == row);
  row = icert_property_find (ICERT_SCOPE_REQUEST, "2.5.4.97", NULL, NULL);
  g_assert_false (row->flags & ICERT_PROPERTY_POLICY_SETS);
}

static void
test_refuses_names (void)
{
  g_test_summary ("A name that nobody knows is an error, so that typos are found");

  assert_unknown (ICERT_SCOPE_REQUEST, "ComonName");
  assert_unknown (ICERT_SCOPE_REQUEST, "");
  assert_unknown (ICERT_SCOPE_REQUEST, NULL);
  assert_unknown (ICERT_SCOPE_REQUEST, "Subject.RawRequest");
  assert_unknown (ICERT_SCOPE_CERTIFICATE, "Request.CommonName");
  assert_unknown (ICERT_SCOPE_CERTIFICATE, "2.5.");
  assert_unknown (ICERT_SCOPE_CERTIFICATE, "9.9.9");
}

static void
test_knows_rights (void)
{
  static const char *const engine[] = { "SerialNumber", "RawCertificate", "CertificateHash",
                                        "DistinguishedName", "RawPublicKey" };

  g_test_summary ("S-L3: what belongs to the engine is no policy's to set");

  for (gsize i = 0; i < G_N_ELEMENTS (engine); i++)
    g_assert_false (icert_property_find (ICERT_SCOPE_CERTIFICATE, engine[i], NULL, NULL)->flags
                    & ICERT_PROPERTY_POLICY_SETS);
  g_assert_false (icert_property_find (ICERT_SCOPE_CERTIFICATE, "SerialNumber", NULL, NULL)->flags
                  & ICERT_PROPERTY_POLICY_READS);
  g_assert_true (icert_property_find (ICERT_SCOPE_CERTIFICATE, "NotAfter", NULL, NULL)->flags
                 & ICERT_PROPERTY_POLICY_SETS);
}

static void
test_has_sane_rows (void)
{
  g_test_summary ("Each row has a type and is found by its own name");

  for (ICertScope scope = ICERT_SCOPE_REQUEST; scope <= ICERT_SCOPE_CA; scope++)
    {
      gsize n_rows;
      const ICertPropertyInfo *rows = icert_property_table (scope, &n_rows);

      g_assert_cmpuint (n_rows, >, 20);
      for (gsize i = 0; i < n_rows; i++)
        {
          g_assert_cmpint (rows[i].type, !=, ICERT_PROPERTY_TYPE_NONE);
          g_assert_true (icert_property_find (scope, rows[i].name, NULL, NULL) == &rows[i]);
          g_assert_cmpint (rows[i].oid != NULL, ==,
                           (rows[i].flags & ICERT_PROPERTY_SUBJECT_NAME) != 0);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/property-table/finds-names", test_finds_names);
  g_test_add_func ("/property-table/finds-indexed-names", test_finds_indexed_names);
  g_test_add_func ("/property-table/finds-any-oid", test_finds_any_oid);
  g_test_add_func ("/property-table/refuses-names", test_refuses_names);
  g_test_add_func ("/property-table/knows-rights-S-L3", test_knows_rights);
  g_test_add_func ("/property-table/has-sane-rows", test_has_sane_rows);

  return g_test_run ();
}
