/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <icert.h>

static void
test_reads (void)
{
  g_autoptr (ICertTestServer) fake = icert_test_server_new (5);
  g_autoptr (GBytes) der = g_bytes_new_static ("\x30\x00", 2);
  g_autoptr (ICertServerExit) server
      = ICERT_SERVER_EXIT (icert_test_server_new_issued_context (fake));
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) certificate = NULL;
  g_autofree char *serial = NULL;

  g_test_summary ("An exit reads what the issue added, the certificate first");
  g_assert_null (icert_server_exit_get_certificate (server, &error));
  g_assert_no_error (error);
  icert_test_server_set_certificate (fake, der);
  icert_test_server_set_certificate_property (fake, "SerialNumber", g_variant_new_string ("01ab"),
                                              NULL);
  certificate = icert_server_exit_get_certificate (server, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (certificate, der));
  serial = icert_server_get_certificate_string (ICERT_SERVER (server), "SerialNumber", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (serial, ==, "01ab");
}

static void
test_cannot_write (void)
{
  g_autoptr (ICertTestServer) fake = icert_test_server_new (5);
  g_autoptr (ICertIssuedContext) context = icert_test_server_new_issued_context (fake);

  g_test_summary ("S-L4: the object of an exit has no setters at all");
  g_assert_false (ICERT_IS_SERVER_POLICY (context));
}

static void
test_kept (void)
{
  g_autoptr (ICertTestServer) fake = icert_test_server_new (5);
  g_autoptr (ICertServerExit) kept
      = ICERT_SERVER_EXIT (icert_test_server_new_issued_context (fake));
  g_autoptr (GError) error = NULL;

  g_test_summary ("The end of the policy's object is not the end of the exit's");
  icert_test_server_end_contexts (fake);
  g_assert_null (icert_server_exit_get_certificate (kept, &error));
  g_assert_no_error (error);
}

static void
test_without_request (void)
{
  g_autoptr (ICertTestServer) fake = icert_test_server_new (0);
  g_autoptr (ICertServerExit) server
      = ICERT_SERVER_EXIT (icert_test_server_new_issued_context (fake));
  g_autoptr (GError) error = NULL;

  g_test_summary ("An event of the CA itself has no certificate");
  g_assert_null (icert_server_exit_get_certificate (server, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_WRONG_STATE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/issued-context/reads", test_reads);
  g_test_add_func ("/issued-context/S-L4-cannot-write", test_cannot_write);
  g_test_add_func ("/issued-context/kept", test_kept);
  g_test_add_func ("/issued-context/without-request", test_without_request);
  return g_test_run ();
}
