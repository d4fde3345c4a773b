/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <icert.h>

#include <string.h>

#include "ca-certificate.h"

#include "fake-message.h"

/* Certificates that came from elsewhere, from octets to fields. */

typedef struct
{
  FakeKey *key;
  GBytes *der;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (X509) x509 = NULL;

  fixture->key = fake_key_new ("p256");
  x509 = fake_x509_new (fixture->key->pkey, "other");
  fixture->der = fake_x509_to_der (x509);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_bytes_unref (fixture->der);
  fake_key_free (fixture->key);
}

/* with the first octets @from replaced by as many of @to */
static GBytes *
spoil (Fixture *fixture, const char *from, const char *to, gsize size)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (fixture->der, &length);
  guint8 *octets = g_memdup2 (data, length);
  guint8 *place = memmem (octets, length, from, size);

  g_assert_nonnull (place);
  memcpy (place, to, size);
  return g_bytes_new_take (octets, length);
}

/* Takes over @der */
static void
assert_refused (GBytes *der, int code, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (ca_certificate_decode (der, &error));
  g_assert_error (error, ICERT_ERROR, code);
  g_assert_cmpstr (error->message, ==, message);
  g_bytes_unref (der);
}

static void
test_decodes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CaCertificate) certificate = ca_certificate_decode (fixture->der, &error);

  g_test_summary ("A certificate gives its fields, and its key verifies it");
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (certificate->issuer, certificate->decoded->subject));
  g_assert_cmpmem (certificate->serial, certificate->serial_size, "\x12\x67", 2);
  g_assert_true (ca_certificate_is_signed_by (certificate, fixture->key->spki));
}

static void
test_versions (Fixture *fixture, gconstpointer data)
{
  static const char *const versions[] = { "\xa0\x03\x5c\x01\x02", "\xa0\x03\x02\x01\x00",
                                          "\xa0\x03\x02\x01\x03", "\xa0\x03\x02\x01\xff" };

  g_test_summary ("S-A3: a certificate whose version is none of X.509 is refused");
  for (gsize i = 0; i < G_N_ELEMENTS (versions); i++)
    assert_refused (spoil (fixture, "\xa0\x03\x02\x01\x02", versions[i], 5), ICERT_ERROR_MALFORMED,
                    "certificate: its version cannot be read (one of RFC 5280)");
}

static void
test_issuer (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-A3: the issuer of a certificate is a name, too");
  /* issuer comes before subject, and both are "other" */
  assert_refused (spoil (fixture, "\x0c\x05other", "\x30\x05other", 7), ICERT_ERROR_BAD_NAME,
                  "subject: CN is not text of its type (a string)");
  assert_refused (spoil (fixture, "\x0c\x05other", "\x0c\x05oth\x0ar", 7), ICERT_ERROR_BAD_NAME,
                  "subject: CN has a control character (text without)");
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/certificate/decodes", test_decodes);
  ADD ("/certificate/versions-S-A3", test_versions);
  ADD ("/certificate/issuer-S-A3", test_issuer);
  return g_test_run ();
}
