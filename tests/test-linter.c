/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "ca-lint-reader.h"
#include "ca-linter.h"
#include "ca-oids.h"

#include "fake-issuer.h"

/* Octets that stand for those of an extension or a field; a literal holds its own NULs. */
#define OCTETS(literal) (literal), sizeof (literal) - 1

#define SERVER_AUTH "1.3.6.1.5.5.7.3.1"
#define CLIENT_AUTH "1.3.6.1.5.5.7.3.2"
#define CODE_SIGNING "1.3.6.1.5.5.7.3.3"
#define TIME_STAMPING "1.3.6.1.5.5.7.3.8"
#define OCSP_SIGNING "1.3.6.1.5.5.7.3.9"
#define ANY_PURPOSE "2.5.29.37.0"

static void
assert_field (const GError *error, ICertError code, const char *field)
{
  g_autofree char *found = NULL;

  g_assert_error (error, ICERT_ERROR, (int) code);
  found = icert_error_get_field (error);
  g_assert_cmpstr (found, ==, field);
}

/* @tbs is refused by the lint of this name, which is about @about */
static void
assert_lint (FakeIssuer *fake, GBytes *tbs, const char *lint, const char *about)
{
  g_autofree char *field = g_strconcat ("lint ", lint, NULL);
  g_autofree char *text = g_strconcat (field, ": ", about, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (ca_linter_check (tbs, &fake->expectation, &error));
  assert_field (error, ICERT_ERROR_LINT, field);
  g_assert_true (g_str_has_prefix (error->message, text));
}

/* builds what is planned, and expects the refusal */
static void
assert_plan_lint (FakeIssuer *fake, const char *lint, const char *about)
{
  g_autoptr (GBytes) tbs = fake_issuer_build (fake);

  assert_lint (fake, tbs, lint, about);
}

static void
assert_accepted (FakeIssuer *fake)
{
  g_autoptr (GBytes) tbs = fake_issuer_build (fake);
  g_autoptr (GError) error = NULL;
  g_autoptr (CaTicket) ticket = ca_linter_check (tbs, &fake->expectation, &error);

  g_assert_no_error (error);
  g_assert_nonnull (ticket);
}

/* one of what is in @tbs replaced by as many octets */
static GBytes *
replace (GBytes *tbs, const void *old, gsize old_size, const void *new, gsize new_size)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (tbs, &size);
  guint8 *octets = g_memdup2 (data, size);
  guint8 *found = memmem (octets, size, old, old_size);

  g_assert_nonnull (found);
  g_assert_cmpuint (old_size, ==, new_size);
  memcpy (found, new, new_size);
  return g_bytes_new_take (octets, size);
}

static FakeIssuer *
new_fake (void)
{
  return fake_issuer_new ("ec-p256", "ec-p256");
}

static FakeIssuer *
new_ca (void)
{
  FakeIssuer *fake = new_fake ();

  fake_issuer_make_ca (fake, 0);
  return fake;
}

static void
test_accepts (void)
{
  static const char *const types[] = { "ec-p256", "ec-p384", "rsa-2048", "ed25519" };

  g_test_summary ("What the builder makes of a sound plan passes, for each kind of key (S-G6)");
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (FakeIssuer) fake = fake_issuer_new ("ec-p256", types[i]);
      g_autoptr (FakeIssuer) ca = fake_issuer_new (types[i], types[i]);

      assert_accepted (fake);
      fake_issuer_make_ca (ca, 0);
      assert_accepted (ca);
    }
}

static void
test_version (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();
  g_autoptr (GBytes) tbs = fake_issuer_build (fake);
  g_autoptr (GBytes) other
      = replace (tbs, OCTETS ("\xa0\x03\x02\x01\x02"), OCTETS ("\xa0\x03\x02\x01\x01"));

  g_test_summary ("Version 2 is refused (S-G2)");
  assert_lint (fake, other, "version_3", "version");
}

static void
test_form (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();
  g_autoptr (GBytes) tbs = fake_issuer_build (fake);
  gsize size;
  const guint8 *data = g_bytes_get_data (tbs, &size);
  g_autofree guint8 *octets = g_malloc0 (size + 1);
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (GBytes) shorter = g_bytes_new (data, size - 1);
  g_autoptr (GBytes) longer = NULL;

  g_test_summary ("Octets cut off or left over are refused");
  memcpy (octets, data, size);
  longer = g_bytes_new (octets, size + 1);
  assert_lint (fake, empty, "tbs_form", "tbsCertificate");
  assert_lint (fake, shorter, "tbs_form", "tbsCertificate");
  assert_lint (fake, longer, "tbs_form", "tbsCertificate");
}

/* Every octet of a certificate means something: none can change without a refusal. */
static void
test_every_octet (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();
  g_autoptr (GBytes) tbs = fake_issuer_build (fake);
  gsize size;
  const guint8 *data = g_bytes_get_data (tbs, &size);
  guint passed = 0;

  fake->expectation.extensions = fake->plan->extensions;
  g_test_summary ("Whatever single bit is turned over, no field disagrees unnoticed (S-G6)");
  for (gsize i = 0; i < size * 8; i++)
    {
      guint8 *octets = g_memdup2 (data, size);
      g_autoptr (GBytes) spoiled = NULL;
      g_autoptr (CaTicket) ticket = NULL;

      octets[i / 8] ^= 1 << (i % 8);
      spoiled = g_bytes_new_take (octets, size);
      ticket = ca_linter_check (spoiled, &fake->expectation, NULL);
      if (ticket != NULL)
        passed++;
    }
  g_assert_cmpuint (passed, ==, 0);
}

static void
test_serial_form (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();
  g_autoptr (GBytes) tbs = fake_issuer_build (fake);
  g_autofree guint8 *old = g_malloc (22);
  g_autofree guint8 *new = g_malloc (22);
  g_autoptr (GBytes) negative = NULL;

  g_test_summary ("A serial of another length or sign is refused (S-E8)");
  memcpy (old, "\x02\x14", 2);
  memcpy (old + 2, fake->serial, 20);
  memcpy (new, old, 22);
  new[2] = 0x81;
  negative = replace (tbs, old, 22, new, 22);
  fake->expectation.serial = new + 2;
  assert_lint (fake, negative, "serial_form", "serialNumber");
}

static void
test_serial_expected (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();
  g_autoptr (GBytes) tbs = fake_issuer_build (fake);

  g_test_summary ("Another serial than the reserved one is refused (S-E8)");
  fake->serial[19] ^= 1;
  assert_lint (fake, tbs, "serial_expected", "serialNumber");
}

static void
test_signature_algorithm (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();
  g_autoptr (GBytes) tbs = fake_issuer_build (fake);
  g_autoptr (GBytes) other = replace (tbs, OCTETS ("\x2a\x86\x48\xce\x3d\x04\x03\x02"),
                                      OCTETS ("\x2a\x86\x48\xce\x3d\x04\x03\x03"));

  g_test_summary ("Another algorithm than the CA key's is refused");
  assert_lint (fake, other, "signature_algorithm", "signature");
}

static void
test_issuer_name (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();
  g_autoptr (GBytes) tbs = fake_issuer_build (fake);
  g_autoptr (GBytes) other = replace (tbs, OCTETS ("Demo Root"), OCTETS ("Demo Boot"));

  g_test_summary ("The issuer is the CA's subject octet for octet (S-C7)");
  assert_lint (fake, other, "issuer_name", "issuer");
}

static void
test_validity_form (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();
  g_autoptr (GBytes) tbs = NULL;
  g_autoptr (GBytes) zone = NULL;
  g_autoptr (GBytes) month = NULL;

  g_test_summary ("A time without Z, or that is none, is refused (S-H2)");
  fake->plan->not_before = fake->expectation.not_before = 1795000000;
  fake->plan->not_after = fake->expectation.not_after = 1800000000;
  tbs = fake_issuer_build (fake);
  zone = replace (tbs,
                  OCTETS ("\x17\x0d"
                          "270115080000Z"),
                  OCTETS ("\x17\x0d"
                          "270115080000+"));
  assert_lint (fake, zone, "validity_form", "validity");
  month = replace (tbs,
                   OCTETS ("\x17\x0d"
                           "270115080000Z"),
                   OCTETS ("\x17\x0d"
                           "271315080000Z"));
  assert_lint (fake, month, "validity_form", "validity");
}

static void
test_validity_type (void)
{
  static const char *const bad[] = { "\x18\x0f"
                                     "20270115080000Z",
                                     "\x17\x0b"
                                     "2701150800Z",
                                     "\x18\x11"
                                     "20550115080000.5Z",
                                     "\x17\x0d"
                                     "270230080000Z",
                                     "\x17\x0d"
                                     "270115240000Z" };
  CaLintSpan good = { (const guint8 *) "\x18\x0f"
                                       "20550115080000Z",
                      17 };
  gint64 seconds;

  g_test_summary ("GeneralizedTime before 2050, no seconds, a fraction, no such day (S-H2)");
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      CaLintSpan span = { (const guint8 *) bad[i], strlen (bad[i]) };

      g_assert_false (ca_lint_read_time (&span, &seconds));
    }
  g_assert_true (ca_lint_read_time (&good, &seconds));
  g_assert_cmpint (seconds, ==, G_GINT64_CONSTANT (2683612800));
}

static void
test_validity_order (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();
  g_autoptr (GBytes) tbs = NULL;
  g_autoptr (GBytes) other = NULL;

  g_test_summary ("An end before the beginning is refused (S-H1)");
  fake->plan->not_before = fake->expectation.not_before = 1795000000;
  fake->plan->not_after = fake->expectation.not_after = 1800000000;
  tbs = fake_issuer_build (fake);
  other = replace (tbs, OCTETS ("270115080000Z"), OCTETS ("200115080000Z"));
  assert_lint (fake, other, "validity_order", "validity");
}

static void
test_validity_expected (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();

  g_test_summary ("Another validity than the decided one is refused, by a second too (S-H1)");
  fake->expectation.not_after -= 1;
  assert_plan_lint (fake, "validity_expected", "validity");
  fake->expectation.not_after += 1;
  fake->expectation.not_before += 1;
  assert_plan_lint (fake, "validity_expected", "validity");
}

static void
test_validity_issuer (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();

  g_test_summary ("Nothing lives longer than the CA certificate (S-H1)");
  fake->expectation.max_not_after = fake->plan->not_after - 1;
  assert_plan_lint (fake, "validity_issuer", "notAfter");
}

static void
test_subject_expected (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();
  g_autoptr (GBytes) tbs = fake_issuer_build (fake);
  g_autoptr (GBytes) other
      = replace (tbs, OCTETS ("\x13\x0fwww.example.org"), OCTETS ("\x13\x0fwww.example.net"));
  g_autoptr (GPtrArray) fewer = g_ptr_array_new ();

  g_test_summary ("Another subject than the approved one is refused (S-D6)");
  assert_lint (fake, other, "subject_expected", "2.5.4.3");
  g_ptr_array_add (fewer, g_ptr_array_index (fake->plan->rdns, 0));
  fake->expectation.rdns = fewer;
  assert_lint (fake, tbs, "subject_expected", "subject");
  g_ptr_array_add (fewer, g_ptr_array_index (fake->plan->rdns, 1));
  g_ptr_array_add (fewer, g_ptr_array_index (fake->plan->rdns, 1));
  assert_lint (fake, tbs, "subject_expected", "subject");
}

/* a subject by octets; the builder copies it, the linter is told that it was made of rdns */
static void
assert_subject_lint (const void *name, gsize size, const char *lint, const char *about)
{
  g_autoptr (FakeIssuer) fake = new_fake ();

  fake->plan->subject = g_bytes_new (name, size);
  assert_plan_lint (fake, lint, about);
}

static void
test_subject_form (void)
{
  g_test_summary ("A subject that is no Name is refused (S-C5)");
  assert_subject_lint (OCTETS ("\x30\x04\x30\x02\x05\x00"), "subject_form", "subject");
  assert_subject_lint (OCTETS ("\x30\x04\x31\x02\x05\x00"), "subject_form", "subject");
  assert_subject_lint (OCTETS ("\x30\x0b\x31\x09\x30\x07\x06\x03\x55\x04\x03\x05\x01"),
                       "subject_form", "subject");
}

static void
test_subject_string_type (void)
{
  g_test_summary ("Old string types, empty values and control characters are refused (S-C5, S-A7)");
  /* T61String */
  assert_subject_lint (OCTETS ("\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x14\x01"
                               "a"),
                       "subject_string_type", "2.5.4.3");
  /* IA5String for an O */
  assert_subject_lint (OCTETS ("\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x0a\x16\x01"
                               "a"),
                       "subject_string_type", "2.5.4.10");
  /* nothing */
  assert_subject_lint (OCTETS ("\x30\x0b\x31\x09\x30\x07\x06\x03\x55\x04\x03\x0c\x00"),
                       "subject_string_type", "2.5.4.3");
  /* NUL */
  assert_subject_lint (OCTETS ("\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x0c\x02"
                               "a\0"),
                       "subject_string_type", "2.5.4.3");
  /* broken UTF-8 */
  assert_subject_lint (OCTETS ("\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01\xff"),
                       "subject_string_type", "2.5.4.3");
  /* @ in a PrintableString */
  assert_subject_lint (OCTETS ("\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x13\x01@"),
                       "subject_string_type", "2.5.4.3");
  /* UTF8String country */
  assert_subject_lint (OCTETS ("\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x06\x0c\x02"
                               "DE"),
                       "subject_string_type", "2.5.4.6");
}

static void
test_subject_upper_bound (void)
{
  g_autoptr (GByteArray) name = g_byte_array_new ();

  g_test_summary ("A CN of 65 characters, a country of 1, are refused (S-C5)");
  assert_subject_lint (OCTETS ("\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x06\x13\x01"
                               "D"),
                       "subject_upper_bound", "2.5.4.6");
  g_byte_array_append (name,
                       (const guint8 *) "\x30\x4c\x31\x4a\x30\x48\x06\x03\x55\x04\x03\x0c\x41", 13);
  for (int i = 0; i < 65; i++)
    g_byte_array_append (name, (const guint8 *) "x", 1);
  assert_subject_lint (name->data, name->len, "subject_upper_bound", "2.5.4.3");
}

static void
test_subject_single_valued (void)
{
  g_test_summary ("A multi-valued RDN that nobody copied is refused (S-C5)");
  assert_subject_lint (OCTETS ("\x30\x16\x31\x14\x30\x08\x06\x03\x55\x04\x03\x0c\x01"
                               "a"
                               "\x30\x08\x06\x03\x55\x04\x0a\x0c\x01"
                               "a"),
                       "subject_single_valued", "subject");
}

static void
test_copied_subject (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();
  g_autoptr (GBytes) other = g_bytes_new_static ("\x30\x00", 2);

  g_test_summary ("A copied subject may be multi-valued, and is compared octet for octet (S-C5)");
  fake->plan->subject = g_bytes_new (OCTETS ("\x30\x16\x31\x14\x30\x08\x06\x03\x55\x04\x03\x0c\x01"
                                             "a"
                                             "\x30\x08\x06\x03\x55\x04\x0a\x0c\x01"
                                             "a"));
  fake->expectation.subject = fake->plan->subject;
  assert_accepted (fake);
  fake->expectation.subject = other;
  assert_plan_lint (fake, "subject_expected", "subject");
}

static void
test_public_key (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();
  g_autoptr (FakeIssuer) other = new_fake ();
  g_autoptr (GBytes) tbs = fake_issuer_build (fake);
  g_autoptr (GBytes) padded = NULL;

  g_test_summary ("Another key than the request's is refused (S-G6)");
  fake->expectation.spki = other->spki;
  assert_lint (fake, tbs, "public_key_expected", "subjectPublicKeyInfo");
  /* unused bits in the BIT STRING */
  padded = replace (tbs, OCTETS ("\x03\x42\x00\x04"), OCTETS ("\x03\x42\x01\x04"));
  assert_lint (fake, padded, "public_key_form", "subjectPublicKeyInfo");
}

/* @tbs with @octets between the key and the extensions */
static GBytes *
insert_before_extensions (GBytes *tbs, const void *octets, gsize octets_size)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (tbs, &size);
  /* the outer header takes four octets, and so does that of the extensions */
  const guint8 *at = memmem (data, size, "\xa3\x82", 2);
  GByteArray *whole = g_byte_array_new ();
  gsize length = size - 4 + octets_size;
  guint8 header[4] = { 0x30, 0x82, (guint8) (length >> 8), (guint8) length };

  if (at == NULL)
    at = memmem (data, size, "\xa3\x81", 2);
  g_assert_nonnull (at);
  g_byte_array_append (whole, header, 4);
  g_byte_array_append (whole, data + 4, (guint) (at - data - 4));
  g_byte_array_append (whole, octets, (guint) octets_size);
  g_byte_array_append (whole, at, (guint) (data + size - at));
  return g_byte_array_free_to_bytes (whole);
}

static void
test_unique_identifiers (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();
  g_autoptr (GBytes) tbs = fake_issuer_build (fake);
  g_autoptr (GBytes) issuer = insert_before_extensions (tbs, OCTETS ("\x81\x02\x00\x01"));
  g_autoptr (GBytes) subject = insert_before_extensions (tbs, OCTETS ("\x82\x02\x00\x01"));

  g_test_summary ("Unique identifiers are refused (S-G2)");
  assert_lint (fake, issuer, "unique_identifiers", "uniqueID");
  assert_lint (fake, subject, "unique_identifiers", "uniqueID");
}

static void
test_extensions_form (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();
  g_autoptr (GBytes) tbs = fake_issuer_build (fake);
  g_autoptr (GBytes) other = insert_before_extensions (tbs, OCTETS ("\x05\x00"));
  g_autoptr (GBytes) explicit_false = NULL;

  g_test_summary ("Anything but extensions behind the key, and critical FALSE, are refused");
  assert_lint (fake, other, "extensions_form", "extensions");
  explicit_false = replace (tbs, OCTETS ("\x06\x03\x55\x1d\x0f\x01\x01\xff"),
                            OCTETS ("\x06\x03\x55\x1d\x0f\x01\x01\x00"));
  assert_lint (fake, explicit_false, "extensions_form", "2.5.29.15");
}

static void
test_extension_once (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();
  g_autoptr (GBytes) tbs = NULL;
  g_autoptr (GBytes) twice = NULL;

  g_test_summary ("An extension that appears twice is refused (S-G2)");
  fake_issuer_set_extension (fake, "2.5.29.9", 0, OCTETS ("\x04\x00"));
  tbs = fake_issuer_build (fake);
  twice = replace (tbs, OCTETS ("\x06\x03\x55\x1d\x09"), OCTETS ("\x06\x03\x55\x1d\x0f"));
  assert_lint (fake, twice, "extension_once", "2.5.29.15");
}

static void
test_extension_der (void)
{
  static const struct
  {
    const char *octets;
    gsize size;
  } bad[] = {
    { OCTETS ("\x30\x81\x01\x05") },         /* length not minimal */
    { OCTETS ("\x30\x80\x00\x00") },         /* indefinite */
    { OCTETS ("\x01\x01\x01") },             /* TRUE is ff */
    { OCTETS ("\x02\x02\x00\x01") },         /* integer not minimal */
    { OCTETS ("\x02\x00") },                 /* integer of nothing */
    { OCTETS ("\x05\x01\x00") },             /* NULL with content */
    { OCTETS ("\x06\x02\x80\x01") },         /* arc with a leading zero */
    { OCTETS ("\x06\x01\x80") },             /* arc without an end */
    { OCTETS ("\x03\x02\x01\x01") },         /* unused bits set */
    { OCTETS ("\x24\x04\x04\x02\x61\x62") }, /* constructed OCTET STRING */
    { OCTETS ("\x1f\x01\x00") },             /* long tag */
    { OCTETS ("\x04\x00\x04\x00") },         /* two elements */
    { OCTETS ("\x04\x02\x00") },             /* too short */
  };

  g_test_summary ("An extension whose value is not DER is refused");
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (FakeIssuer) fake = new_fake ();

      fake_issuer_set_extension (fake, "1.2.3.4", 0, bad[i].octets, bad[i].size);
      assert_plan_lint (fake, "extension_der", "1.2.3.4");
    }
}

static void
test_extension_depth (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();
  guint8 nested[80];

  g_test_summary ("An extension nested deeper than 16 is refused (S-A1)");
  for (gsize i = 0; i < sizeof nested; i += 2)
    {
      nested[i] = 0x30;
      nested[i + 1] = (guint8) (sizeof nested - 2 - i);
    }
  fake_issuer_set_extension (fake, "1.2.3.4", 0, nested + sizeof nested - 32, 32);
  assert_accepted (fake);
  fake_issuer_set_extension (fake, "1.2.3.4", 0, nested, sizeof nested);
  assert_plan_lint (fake, "extension_der", "1.2.3.4");
}

static void
append_header (GByteArray *octets, guint8 tag, gsize length)
{
  guint8 header[4] = { tag, 0x82, (guint8) (length >> 8), (guint8) length };

  g_byte_array_append (octets, header, sizeof header);
}

/* @tbs with one extension more, written by hand: its OID is 1.2.3.4 */
static GBytes *
append_extension (GBytes *tbs, gsize value_size)
{
  CaLintSpan rest, extensions, content;
  const guint8 *begin;
  g_autoptr (GByteArray) fields = g_byte_array_new ();
  g_autoptr (GByteArray) list = g_byte_array_new ();
  GByteArray *whole = g_byte_array_new ();
  g_autofree guint8 *zeros = g_malloc0 (value_size);

  g_assert_true (ca_lint_only (ca_lint_span_of (tbs), 0x30, &rest));
  begin = rest.data;
  while (!ca_lint_next_is (&rest, 0xa3))
    g_assert_true (ca_lint_read (&rest, NULL, NULL, NULL));
  g_byte_array_append (fields, begin, (guint) (rest.data - begin));
  g_assert_true (ca_lint_only (rest, 0xa3, &extensions));
  g_assert_true (ca_lint_only (extensions, 0x30, &content));
  g_byte_array_append (list, content.data, (guint) content.size);
  append_header (list, 0x30, value_size + 13);
  g_byte_array_append (list, (const guint8 *) "\x06\x03\x2a\x03\x04", 5);
  append_header (list, 0x04, value_size + 4);
  append_header (list, 0x04, value_size);
  g_byte_array_append (list, zeros, (guint) value_size);
  append_header (fields, 0xa3, list->len + 4);
  append_header (fields, 0x30, list->len);
  g_byte_array_append (fields, list->data, list->len);
  append_header (whole, 0x30, fields->len);
  g_byte_array_append (whole, fields->data, fields->len);
  return g_byte_array_free_to_bytes (whole);
}

static void
test_extension_size (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();
  g_autoptr (FakeIssuer) large = new_fake ();
  g_autoptr (GBytes) tbs = fake_issuer_build (fake);
  g_autoptr (GBytes) most = append_extension (tbs, 32764);
  g_autoptr (GBytes) more = append_extension (tbs, 32765);
  g_autoptr (CaTicket) ticket = ca_linter_check (most, &fake->expectation, NULL);
  g_autofree guint8 *value = g_malloc0 (30000);

  g_test_summary ("An extension over 32 KiB, a certificate over 128 KiB are refused (S-A1)");
  g_assert_nonnull (ticket);
  assert_lint (fake, more, "extension_size", "1.2.3.4");
  memcpy (value, "\x04\x82\x75\x2c", 4);
  fake_issuer_set_extension (large, "1.2.3.4", 0, value, 30000);
  fake_issuer_set_extension (large, "1.2.3.5", 0, value, 30000);
  fake_issuer_set_extension (large, "1.2.3.6", 0, value, 30000);
  assert_plan_lint (large, "certificate_size", "tbsCertificate");
}

typedef struct
{
  const char *oid;
  const char *lint;
  gboolean critical;
  const char *value;
  gsize size;
} WrongExtension;

static void
add_wrong (FakeIssuer *fake, const WrongExtension *wrong)
{
  fake_issuer_set_extension (fake, wrong->oid, wrong->critical ? ICERT_EXTENSION_CRITICAL : 0,
                             wrong->value, wrong->size);
}

static void
assert_wrong (FakeIssuer *fake, const WrongExtension *wrong)
{
  add_wrong (fake, wrong);
  assert_plan_lint (fake, wrong->lint, wrong->oid);
}

static void
test_criticality (void)
{
  static const WrongExtension wrong[] = {
    { "2.5.29.15", "key_usage_critical", FALSE, OCTETS ("\x03\x02\x07\x80") },
    { "2.5.29.31", "crl_distribution_points_critical", TRUE,
      OCTETS ("\x30\x0d\x30\x0b\xa0\x09\xa0\x07\x86\x05http:") },
    { "1.3.6.1.5.5.7.1.1", "authority_info_access_critical", TRUE, OCTETS ("\x30\x00") },
    { "2.5.29.18", "issuer_alt_name_critical", TRUE,
      OCTETS ("\x30\x03\x82\x01"
              "a") },
    { "2.5.29.46", "freshest_crl_critical", TRUE, OCTETS ("\x30\x00") },
    { "2.5.29.36", "policy_constraints_critical", FALSE, OCTETS ("\x30\x03\x80\x01\x00") },
    { "2.5.29.54", "inhibit_any_policy_critical", FALSE, OCTETS ("\x02\x01\x00") },
    { "2.5.29.30", "name_constraints_critical", FALSE,
      OCTETS ("\x30\x07\xa0\x05\x30\x03\x82\x01"
              "a") },
    { "1.3.6.1.5.5.7.48.1.5", "ocsp_no_check_critical", TRUE, OCTETS ("\x05\x00") },
    { "1.3.6.1.5.5.7.1.11", "subject_info_access_critical", TRUE, OCTETS ("\x30\x00") },
    { "1.3.6.1.4.1.11129.2.4.3", "ct_poison_critical", FALSE, OCTETS ("\x05\x00") },
    { "1.3.6.1.4.1.11129.2.4.2", "ct_sct_list_critical", TRUE, OCTETS ("\x04\x01\x00") },
  };

  g_test_summary ("Extensions are critical where RFC 5280 says so, and only there (S-G2)");
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (FakeIssuer) fake = new_fake ();

      assert_wrong (fake, &wrong[i]);
    }
}

static void
test_ca_only (void)
{
  static const WrongExtension wrong[] = {
    { "2.5.29.30", "name_constraints_ca_only", TRUE,
      OCTETS ("\x30\x07\xa0\x05\x30\x03\x82\x01"
              "a") },
    { "2.5.29.33", "policy_mappings_ca_only", TRUE,
      OCTETS ("\x30\x0c\x30\x0a\x06\x03\x2a\x03\x04\x06\x03\x2a\x03\x05") },
    { "2.5.29.36", "policy_constraints_ca_only", TRUE, OCTETS ("\x30\x03\x80\x01\x00") },
    { "2.5.29.54", "inhibit_any_policy_ca_only", TRUE, OCTETS ("\x02\x01\x00") },
  };

  g_test_summary ("Extensions of CAs are refused in end entities, and pass in CAs (S-G4)");
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (FakeIssuer) fake = new_fake ();
      g_autoptr (FakeIssuer) ca = new_ca ();

      assert_wrong (fake, &wrong[i]);
      add_wrong (ca, &wrong[i]);
      assert_accepted (ca);
    }
}

static const WrongExtension wrong_forms[] = {
  /* OID, SEQUENCE expected; nothing; a bit that RFC 5280 does not define; zero bits */
  { "2.5.29.15", "key_usage_form", TRUE, OCTETS ("\x06\x01\x2a") },
  { "2.5.29.15", "key_usage_form", TRUE, OCTETS ("\x03\x01\x00") },
  { "2.5.29.15", "key_usage_form", TRUE, OCTETS ("\x03\x03\x06\x80\x40") },
  { "2.5.29.15", "key_usage_form", TRUE, OCTETS ("\x03\x02\x00\x80") },
  { "2.5.29.15", "key_usage_form", TRUE, OCTETS ("\x03\x02\x07\x00") },
  { "2.5.29.37", "extended_key_usage_form", FALSE, OCTETS ("\x30\x00") },
  { "2.5.29.37", "extended_key_usage_form", FALSE, OCTETS ("\x30\x02\x05\x00") },
  { "2.5.29.17", "subject_alt_name_form", FALSE, OCTETS ("\x30\x00") },
  { "2.5.29.31", "crl_distribution_points_form", FALSE, OCTETS ("\x30\x00") },
  { "2.5.29.31", "crl_distribution_points_form", FALSE, OCTETS ("\x30\x02\x30\x00") },
  /* reasons */
  { "2.5.29.31", "crl_distribution_points_form", FALSE,
    OCTETS ("\x30\x12\x30\x10\xa0\x0a\xa0\x08\x86\x06http:x\x81\x02\x07\x80") },
  /* a name that is no location */
  { "2.5.29.31", "crl_distribution_points_form", FALSE,
    OCTETS ("\x30\x09\x30\x07\xa0\x05\xa0\x03\x82\x01"
            "a") },
  { "1.3.6.1.5.5.7.1.1", "authority_info_access_form", FALSE, OCTETS ("\x30\x00") },
  { "1.3.6.1.5.5.7.1.1", "authority_info_access_form", FALSE,
    OCTETS ("\x30\x07\x30\x05\x06\x03\x2a\x03\x04") },
  { "2.5.29.32", "certificate_policies_form", FALSE, OCTETS ("\x30\x00") },
  { "2.5.29.32", "certificate_policies_form", FALSE,
    OCTETS ("\x30\x09\x30\x07\x06\x03\x2a\x03\x04\x30\x00") },
  { "2.5.29.19", "basic_constraints_form", FALSE, OCTETS ("\x30\x03\x02\x01\x00") },
  { "2.5.29.19", "basic_constraints_form", FALSE, OCTETS ("\x30\x03\x01\x01\x00") },
  { "2.5.29.18", "issuer_alt_name_form", FALSE, OCTETS ("\x30\x00") },
  { "2.5.29.46", "freshest_crl_form", FALSE, OCTETS ("\x30\x00") },
  { "1.3.6.1.5.5.7.1.11", "subject_info_access_form", FALSE, OCTETS ("\x30\x00") },
  { "1.3.6.1.5.5.7.48.1.5", "ocsp_no_check_form", FALSE, OCTETS ("\x04\x00") },
  { "1.3.6.1.4.1.11129.2.4.2", "ct_sct_list_form", FALSE, OCTETS ("\x04\x00") },
  { "1.3.6.1.4.1.11129.2.4.3", "ct_poison_form", TRUE, OCTETS ("\x04\x00") },
};

static const WrongExtension wrong_in_ca[] = {
  { "2.5.29.33", "policy_mappings_form", TRUE, OCTETS ("\x30\x00") },
  /* to anyPolicy */
  { "2.5.29.33", "policy_mappings_form", TRUE,
    OCTETS ("\x30\x0d\x30\x0b\x06\x03\x2a\x03\x04\x06\x04\x55\x1d\x20\x00") },
  { "2.5.29.36", "policy_constraints_form", TRUE, OCTETS ("\x30\x00") },
  { "2.5.29.36", "policy_constraints_form", TRUE, OCTETS ("\x30\x03\x80\x01\xff") },
  { "2.5.29.54", "inhibit_any_policy_form", TRUE, OCTETS ("\x02\x01\xff") },
};

static void
test_forms (void)
{
  g_test_summary ("Each extension has the form of RFC 5280 (S-G1)");
  for (gsize i = 0; i < G_N_ELEMENTS (wrong_forms); i++)
    {
      g_autoptr (FakeIssuer) fake = new_fake ();

      assert_wrong (fake, &wrong_forms[i]);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (wrong_in_ca); i++)
    {
      g_autoptr (FakeIssuer) fake = new_ca ();

      assert_wrong (fake, &wrong_in_ca[i]);
    }
}

static void
test_extension_expected (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();
  g_autoptr (GBytes) tbs = fake_issuer_build (fake);

  g_test_summary ("Each decided extension is there as it was decided, and no other (S-G6)");
  fake->expectation.extensions = fake->plan->extensions;
  assert_accepted (fake);
  fake_issuer_set_usage (fake, ICERT_KEY_USAGE_DIGITAL_SIGNATURE | ICERT_KEY_USAGE_NON_REPUDIATION);
  assert_lint (fake, tbs, "extension_expected", "2.5.29.15");
  fake_issuer_set_usage (fake, ICERT_KEY_USAGE_DIGITAL_SIGNATURE);
  fake_issuer_set_extension (fake, "1.2.3.4", ICERT_EXTENSION_DISABLE, OCTETS ("\x05\x00"));
  assert_accepted (fake);
  fake_issuer_set_extension (fake, "1.2.3.4", 0, OCTETS ("\x05\x00"));
  assert_lint (fake, tbs, "extension_expected", "extensions");
}

static void
test_key_identifiers (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();
  g_autoptr (GBytes) tbs = fake_issuer_build (fake);
  g_autoptr (FakeIssuer) other = new_fake ();

  g_test_summary ("SKI is the key's, AKI is the CA's SKI and nothing else, both are there (S-G2)");
  fake_issuer_set_extension (fake, CA_OID_SUBJECT_KEY_IDENTIFIER, 0, OCTETS ("\x04\x01\x01"));
  assert_plan_lint (fake, "subject_key_identifier_match", "2.5.29.14");
  fake_issuer_set_extension (fake, CA_OID_SUBJECT_KEY_IDENTIFIER, ICERT_EXTENSION_CRITICAL,
                             OCTETS ("\x04\x01\x01"));
  assert_plan_lint (fake, "subject_key_identifier_critical", "2.5.29.14");
  fake_issuer_set_extension (fake, CA_OID_SUBJECT_KEY_IDENTIFIER, ICERT_EXTENSION_DISABLE,
                             OCTETS ("\x04\x01\x01"));
  assert_plan_lint (fake, "subject_key_identifier_present", "2.5.29.14");

  g_assert_true (ca_builder_add_own_extensions (other->plan, other->issuer, &other->public_key, -1,
                                                NULL, NULL, NULL, NULL));
  fake_issuer_set_extension (other, CA_OID_AUTHORITY_KEY_IDENTIFIER, 0,
                             OCTETS ("\x30\x03\x80\x01\x01"));
  assert_plan_lint (other, "authority_key_identifier_match", "2.5.29.35");
  fake_issuer_set_extension (other, CA_OID_AUTHORITY_KEY_IDENTIFIER, 0,
                             OCTETS ("\x30\x03\x82\x01\x01"));
  assert_plan_lint (other, "authority_key_identifier_form", "2.5.29.35");
  fake_issuer_set_extension (other, CA_OID_AUTHORITY_KEY_IDENTIFIER, ICERT_EXTENSION_CRITICAL,
                             OCTETS ("\x30\x03\x80\x01\x01"));
  assert_plan_lint (other, "authority_key_identifier_critical", "2.5.29.35");
  fake_issuer_set_extension (other, CA_OID_AUTHORITY_KEY_IDENTIFIER, ICERT_EXTENSION_DISABLE,
                             OCTETS ("\x05\x00"));
  assert_plan_lint (other, "authority_key_identifier_present", "2.5.29.35");
}

static void
test_ca_bit (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();
  g_autoptr (FakeIssuer) ca = new_ca ();
  g_autoptr (FakeIssuer) soft = new_ca ();

  g_test_summary ("cA TRUE only where the engine decided it, and critical then (S-G2, S-G3)");
  fake_issuer_set_extension (fake, CA_OID_BASIC_CONSTRAINTS, ICERT_EXTENSION_CRITICAL,
                             OCTETS ("\x30\x03\x01\x01\xff"));
  assert_plan_lint (fake, "basic_constraints_expected", "2.5.29.19");
  fake_issuer_set_extension (fake, CA_OID_BASIC_CONSTRAINTS, 0, OCTETS ("\x30\x00"));
  assert_accepted (fake);
  fake_issuer_set_extension (ca, CA_OID_BASIC_CONSTRAINTS, ICERT_EXTENSION_CRITICAL,
                             OCTETS ("\x30\x00"));
  assert_plan_lint (ca, "basic_constraints_expected", "2.5.29.19");
  fake_issuer_set_extension (ca, CA_OID_BASIC_CONSTRAINTS, ICERT_EXTENSION_DISABLE,
                             OCTETS ("\x30\x00"));
  assert_plan_lint (ca, "basic_constraints_expected", "2.5.29.19");
  fake_issuer_set_extension (soft, CA_OID_BASIC_CONSTRAINTS, 0, OCTETS ("\x30\x03\x01\x01\xff"));
  assert_plan_lint (soft, "basic_constraints_critical", "2.5.29.19");
}

static void
test_ca_usage (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();
  g_autoptr (FakeIssuer) ca = new_ca ();

  g_test_summary ("keyCertSign and cRLSign in CAs only, and a CA needs the first (S-G2)");
  fake_issuer_set_usage (fake, ICERT_KEY_USAGE_DIGITAL_SIGNATURE | ICERT_KEY_USAGE_KEY_CERT_SIGN);
  assert_plan_lint (fake, "key_usage_cert_sign", "2.5.29.15");
  fake_issuer_set_usage (fake, ICERT_KEY_USAGE_DIGITAL_SIGNATURE | ICERT_KEY_USAGE_CRL_SIGN);
  assert_plan_lint (fake, "key_usage_crl_sign", "2.5.29.15");
  fake_issuer_set_usage (ca, ICERT_KEY_USAGE_CRL_SIGN);
  assert_plan_lint (ca, "key_usage_cert_sign", "2.5.29.15");
  fake_issuer_set_extension (ca, CA_OID_KEY_USAGE, ICERT_EXTENSION_DISABLE, OCTETS ("\x05\x00"));
  assert_plan_lint (ca, "key_usage_present", "2.5.29.15");
}

static void
test_path_length (void)
{
  g_autoptr (FakeIssuer) ended = new_fake ();
  g_autoptr (FakeIssuer) one = new_fake ();

  g_test_summary ("A CA whose path ends issues no CA, and none that goes further than itself");
  fake_issuer_descend (ended, NULL, 0);
  fake_issuer_make_ca (ended, 0);
  assert_plan_lint (ended, "path_length", "2.5.29.19");
  fake_issuer_descend (one, NULL, 1);
  fake_issuer_make_ca (one, 1);
  assert_plan_lint (one, "path_length", "2.5.29.19");
  fake_issuer_make_ca (one, 0);
  assert_accepted (one);
}

static void
test_usage_of_key (void)
{
  g_autoptr (FakeIssuer) ec = new_fake ();
  g_autoptr (FakeIssuer) edwards = fake_issuer_new ("ec-p256", "ed25519");
  g_autoptr (FakeIssuer) rsa = fake_issuer_new ("ec-p256", "rsa-2048");
  ICertKeyUsage sign = ICERT_KEY_USAGE_DIGITAL_SIGNATURE;

  g_test_summary ("EC and Edwards keys never encipher, Edwards and RSA keys never agree (S-G2)");
  fake_issuer_set_usage (ec, sign | ICERT_KEY_USAGE_KEY_ENCIPHERMENT);
  assert_plan_lint (ec, "key_usage_encipherment", "2.5.29.15");
  fake_issuer_set_usage (ec, sign | ICERT_KEY_USAGE_DATA_ENCIPHERMENT);
  assert_plan_lint (ec, "key_usage_encipherment", "2.5.29.15");
  fake_issuer_set_usage (ec, sign | ICERT_KEY_USAGE_DECIPHER_ONLY);
  assert_plan_lint (ec, "key_usage_only", "2.5.29.15");
  fake_issuer_set_usage (ec, sign | ICERT_KEY_USAGE_KEY_AGREEMENT | ICERT_KEY_USAGE_DECIPHER_ONLY);
  assert_accepted (ec);
  fake_issuer_set_usage (edwards, sign | ICERT_KEY_USAGE_KEY_ENCIPHERMENT);
  assert_plan_lint (edwards, "key_usage_encipherment", "2.5.29.15");
  fake_issuer_set_usage (edwards, sign | ICERT_KEY_USAGE_KEY_AGREEMENT);
  assert_plan_lint (edwards, "key_usage_agreement", "2.5.29.15");
  fake_issuer_set_usage (rsa, sign | ICERT_KEY_USAGE_KEY_AGREEMENT);
  assert_plan_lint (rsa, "key_usage_agreement", "2.5.29.15");
}

static void
test_server_usage (void)
{
  g_autoptr (FakeIssuer) rsa = fake_issuer_new ("ec-p256", "rsa-2048");
  g_autoptr (FakeIssuer) ec = new_fake ();

  g_test_summary ("RSA servers sign and encipher, others sign (S-G2)");
  fake_issuer_set_usage (rsa, ICERT_KEY_USAGE_DIGITAL_SIGNATURE);
  assert_plan_lint (rsa, "key_usage_server_auth", "2.5.29.15");
  fake_issuer_set_usage (rsa, ICERT_KEY_USAGE_KEY_ENCIPHERMENT);
  assert_plan_lint (rsa, "key_usage_server_auth", "2.5.29.15");
  fake_issuer_set_usage (ec, ICERT_KEY_USAGE_KEY_AGREEMENT);
  assert_plan_lint (ec, "key_usage_server_auth", "2.5.29.15");
  fake_issuer_set_extension (ec, CA_OID_KEY_USAGE, ICERT_EXTENSION_DISABLE, OCTETS ("\x05\x00"));
  assert_plan_lint (ec, "key_usage_server_auth", "2.5.29.15");
}

static void
assert_purposes_lint (const char *first,
                      const char *second,
                      gboolean critical,
                      ICertKeyUsage usage,
                      const char *lint,
                      const char *about)
{
  const char *oids[] = { first, second, NULL };
  g_autoptr (FakeIssuer) fake = new_fake ();

  fake_issuer_set_purposes (fake, oids, critical);
  fake_issuer_set_usage (fake, usage);
  assert_plan_lint (fake, lint, about);
}

static void
test_purposes (void)
{
  ICertKeyUsage sign = ICERT_KEY_USAGE_DIGITAL_SIGNATURE;
  ICertKeyUsage agree = ICERT_KEY_USAGE_KEY_AGREEMENT;

  g_test_summary ("Purposes are named, once, with a usage that fits (S-G2)");
  assert_purposes_lint (ANY_PURPOSE, NULL, FALSE, sign, "extended_key_usage_any", "2.5.29.37");
  assert_purposes_lint (CODE_SIGNING, NULL, FALSE, agree, "key_usage_signing", "2.5.29.15");
  assert_purposes_lint (CLIENT_AUTH, NULL, FALSE, ICERT_KEY_USAGE_NON_REPUDIATION,
                        "key_usage_client_auth", "2.5.29.15");
  assert_purposes_lint (TIME_STAMPING, CLIENT_AUTH, TRUE, sign, "extended_key_usage_alone",
                        "2.5.29.37");
  assert_purposes_lint (TIME_STAMPING, NULL, FALSE, sign, "extended_key_usage_critical",
                        "2.5.29.37");
  assert_purposes_lint (OCSP_SIGNING, SERVER_AUTH, FALSE, sign, "extended_key_usage_alone",
                        "2.5.29.37");
  assert_purposes_lint (OCSP_SIGNING, NULL, FALSE, sign, "ocsp_no_check_present",
                        "1.3.6.1.5.5.7.48.1.5");
}

static void
test_lists_once (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();
  g_autoptr (FakeIssuer) policies = new_fake ();

  g_test_summary ("No purpose and no policy is listed twice");
  fake_issuer_set_extension (
      fake, CA_OID_EXTENDED_KEY_USAGE, 0,
      OCTETS ("\x30\x14\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01\x06\x08\x2b\x06\x01\x05\x05\x07"
              "\x03\x01"));
  assert_plan_lint (fake, "extended_key_usage_once", "2.5.29.37");
  fake_issuer_set_extension (
      policies, CA_OID_CERTIFICATE_POLICIES, 0,
      OCTETS ("\x30\x0e\x30\x05\x06\x03\x2a\x03\x04\x30\x05\x06\x03\x2a\x03\x04"));
  assert_plan_lint (policies, "certificate_policies_once", "2.5.29.32");
}

static void
test_precertificate (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();

  g_test_summary ("A precertificate has poison and no SCT list");
  fake_issuer_set_extension (fake, CA_OID_CT_POISON, ICERT_EXTENSION_CRITICAL, OCTETS ("\x05\x00"));
  assert_accepted (fake);
  fake_issuer_set_extension (fake, CA_OID_CT_SCT_LIST, 0, OCTETS ("\x04\x01\x00"));
  assert_plan_lint (fake, "ct_precertificate", "1.3.6.1.4.1.11129.2.4.3");
}

static void
test_names_approved (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();
  g_autoptr (GPtrArray) more = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) fewer = g_ptr_array_new ();

  g_test_summary ("The names are the approved ones, no more and no fewer (S-D6)");
  g_ptr_array_add (more, g_object_ref (g_ptr_array_index (fake->names, 0)));
  g_ptr_array_add (more, g_object_ref (g_ptr_array_index (fake->names, 1)));
  g_ptr_array_add (more, icert_name_from_string ("dNSName:mail.example.org", NULL));
  fake->expectation.approved_names = more;
  assert_plan_lint (fake, "names_approved", "2.5.29.17");
  g_ptr_array_add (fewer, g_ptr_array_index (fake->names, 0));
  fake->expectation.approved_names = fewer;
  assert_plan_lint (fake, "names_approved", "2.5.29.17");
  g_ptr_array_remove_index (more, 1);
  fake->expectation.approved_names = more;
  assert_plan_lint (fake, "names_approved", "2.5.29.17");
}

static void
test_all_kinds (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();
  g_autoptr (GBytes) value = g_bytes_new_static ("\x0c\x01"
                                                 "a",
                                                 3);
  g_autoptr (GBytes) directory
      = g_bytes_new_static (OCTETS ("\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01"
                                    "a"));
  g_autoptr (GError) error = NULL;
  ICertExtension *extension;

  g_test_summary ("Each kind of name is found among the approved ones, in any order (S-D6)");
  fake_issuer_set_names (fake, "rfc822Name:user@example.org", "dNSName:www.example.org",
                         "uniformResourceIdentifier:https://example.org/x", "iPAddress:2001:db8::1",
                         "registeredID:1.2.3.4", NULL);
  g_ptr_array_add (fake->names, icert_name_new_other ("1.3.6.1.4.1.311.20.2.3", value, &error));
  g_assert_no_error (error);
  g_ptr_array_add (fake->names,
                   icert_name_new_bytes (ICERT_NAME_KIND_DIRECTORY, directory, &error));
  g_assert_no_error (error);
  extension = icert_extension_new_subject_alt_name (fake->names, FALSE, &error);
  g_assert_no_error (error);
  ca_plan_take_extension (fake->plan, extension);
  assert_accepted (fake);
  /* the last ones first */
  g_ptr_array_insert (fake->names, 0, g_object_ref (g_ptr_array_index (fake->names, 6)));
  g_ptr_array_remove_index (fake->names, 7);
  assert_accepted (fake);
}

static void
test_common_name (void)
{
  static const char *const client_auth[] = { CLIENT_AUTH, NULL };
  g_autoptr (FakeIssuer) fake = new_fake ();

  g_test_summary ("The CN of a server is one of its names; that of a person is free (S-C5)");
  ca_plan_set_subject (fake->plan, "2.5.4.3", "mail.example.org");
  assert_plan_lint (fake, "common_name_in_alt_name", "2.5.4.3");
  ca_plan_set_subject (fake->plan, "2.5.4.3", "WWW.example.org");
  assert_accepted (fake);
  ca_plan_set_subject (fake->plan, "2.5.4.3", "alice.smith");
  assert_plan_lint (fake, "common_name_in_alt_name", "2.5.4.3");
  fake_issuer_set_purposes (fake, client_auth, FALSE);
  assert_accepted (fake);
}

static void
test_alt_name_critical (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();
  g_autoptr (GBytes) value = NULL;
  ICertExtension *old = ca_plan_find_extension (fake->plan, CA_OID_SUBJECT_ALT_NAME);

  g_test_summary ("subjectAltName is critical exactly when the subject is empty (S-C6)");
  value = icert_extension_get_value (old);
  fake_issuer_set_extension (fake, CA_OID_SUBJECT_ALT_NAME, ICERT_EXTENSION_CRITICAL,
                             g_bytes_get_data (value, NULL), g_bytes_get_size (value));
  assert_plan_lint (fake, "subject_alt_name_critical", "2.5.29.17");
  ca_plan_set_subject (fake->plan, "2.5.4.3", NULL);
  ca_plan_set_subject (fake->plan, "2.5.4.10", NULL);
  assert_accepted (fake);
  fake_issuer_set_extension (fake, CA_OID_SUBJECT_ALT_NAME, 0, g_bytes_get_data (value, NULL),
                             g_bytes_get_size (value));
  assert_plan_lint (fake, "subject_alt_name_critical", "2.5.29.17");
}

static void
test_nobody (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();
  g_autoptr (GPtrArray) nobody = g_ptr_array_new ();
  g_autoptr (GBytes) tbs = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A certificate without subject and names is refused (S-C6)");
  fake_issuer_set_names (fake, NULL);
  /* a subject of three octets passes the builder's own check, an empty one would not */
  fake->plan->subject = g_bytes_new_static ("\x30\x01\x00", 3);
  tbs = fake_issuer_build (fake);
  fake->expectation.rdns = nobody;
  g_assert_null (ca_linter_check (tbs, &fake->expectation, &error));
  assert_field (error, ICERT_ERROR_LINT, "lint subject_form");
}

static void
assert_alt_name_form (const void *value, gsize size)
{
  g_autoptr (FakeIssuer) fake = new_fake ();

  fake_issuer_set_extension (fake, CA_OID_SUBJECT_ALT_NAME, 0, value, size);
  assert_plan_lint (fake, "subject_alt_name_form", "2.5.29.17");
}

static void
test_alt_name_form (void)
{
  g_test_summary ("Names that are none of their kind are refused (S-C2, S-C3, S-A7)");
  assert_alt_name_form (OCTETS ("\x30\x05\x82\x03"
                                "a_b"));
  assert_alt_name_form (OCTETS ("\x30\x06\x82\x04"
                                "a..b"));
  assert_alt_name_form (OCTETS ("\x30\x05\x82\x03"
                                "a\0b"));
  assert_alt_name_form (OCTETS ("\x30\x04\x82\x02"
                                "a."));
  assert_alt_name_form (OCTETS ("\x30\x04\x82\x02"
                                "-a"));
  assert_alt_name_form (OCTETS ("\x30\x07\x82\x05"
                                "a.*.b"));
  assert_alt_name_form (OCTETS ("\x30\x07\x82\x05"
                                "w*.ab"));
  assert_alt_name_form (OCTETS ("\x30\x09\x82\x07"
                                "1.2.3.4"));
  assert_alt_name_form (OCTETS ("\x30\x02\x82\x00"));
  assert_alt_name_form (OCTETS ("\x30\x05\x87\x03\x01\x02\x03"));
  assert_alt_name_form (OCTETS ("\x30\x0a\x87\x08\x01\x02\x03\x04\x05\x06\x07\x08"));
  assert_alt_name_form (OCTETS ("\x30\x05\x81\x03"
                                "abc"));
  assert_alt_name_form (OCTETS ("\x30\x04\x81\x02"
                                "@b"));
  assert_alt_name_form (OCTETS ("\x30\x05\x86\x03"
                                "a/b"));
  assert_alt_name_form (OCTETS ("\x30\x04\x86\x02"
                                "a:"));
  assert_alt_name_form (OCTETS ("\x30\x04\xa4\x02\x05\x00"));
  assert_alt_name_form (OCTETS ("\x30\x04\xa0\x02\x05\x00"));
  assert_alt_name_form (OCTETS ("\x30\x03\x89\x01\x01"));
}

static void
assert_constraints_lint (const void *value, gsize size, const char *lint)
{
  g_autoptr (FakeIssuer) ca = new_ca ();

  fake_issuer_set_extension (ca, CA_OID_NAME_CONSTRAINTS, ICERT_EXTENSION_CRITICAL, value, size);
  if (lint != NULL)
    assert_plan_lint (ca, lint, "2.5.29.30");
  else
    assert_accepted (ca);
}

static void
test_constraints_form (void)
{
  g_test_summary ("Name constraints have a subtree, and no minimum or maximum (S-G4)");
  assert_constraints_lint (OCTETS ("\x30\x00"), "name_constraints_form");
  assert_constraints_lint (OCTETS ("\x30\x02\xa0\x00"), "name_constraints_form");
  assert_constraints_lint (OCTETS ("\x30\x0a\xa0\x08\x30\x06\x82\x01"
                                   "a\x80\x01\x00"),
                           "name_constraints_minimum");
  assert_constraints_lint (OCTETS ("\x30\x0a\xa0\x08\x30\x06\x82\x01"
                                   "a\x81\x01\x05"),
                           "name_constraints_minimum");
  assert_constraints_lint (OCTETS ("\x30\x07\xa0\x05\x30\x03\x82\x01"
                                   "a"),
                           NULL);
}

static void
test_constraints_names (void)
{
  g_test_summary ("A constraint's dNSName has no leading dot, its names are names (S-G4)");
  assert_constraints_lint (OCTETS ("\x30\x08\xa0\x06\x30\x04\x82\x02"
                                   ".a"),
                           "name_constraints_leading_dot");
  assert_constraints_lint (OCTETS ("\x30\x09\xa0\x07\x30\x05\x82\x03*.a"), "name_constraints_base");
  assert_constraints_lint (OCTETS ("\x30\x08\xa0\x06\x30\x04\x81\x02"
                                   "@a"),
                           "name_constraints_base");
  assert_constraints_lint (OCTETS ("\x30\x08\xa0\x06\x30\x04\x86\x02"
                                   "a/"),
                           "name_constraints_base");
  assert_constraints_lint (OCTETS ("\x30\x08\xa0\x06\x30\x04\xa4\x02\x05\x00"),
                           "name_constraints_base");
  /* the zero-length name excludes a whole kind */
  assert_constraints_lint (OCTETS ("\x30\x06\xa1\x04\x30\x02\x82\x00"), NULL);
}

static void
test_constraints_addresses (void)
{
  g_test_summary ("A mask is contiguous; all addresses are those of both versions (S-G4)");
  assert_constraints_lint (OCTETS ("\x30\x0e\xa0\x0c\x30\x0a\x87\x08\x0a\0\0\0\xff\0\xff\0"),
                           "name_constraints_mask");
  assert_constraints_lint (OCTETS ("\x30\x0e\xa0\x0c\x30\x0a\x87\x08\x0a\0\0\1\xff\0\0\0"),
                           "name_constraints_mask");
  assert_constraints_lint (OCTETS ("\x30\x0a\xa0\x08\x30\x06\x87\x04\x0a\0\0\0"),
                           "name_constraints_mask");
  assert_constraints_lint (OCTETS ("\x30\x0e\xa0\x0c\x30\x0a\x87\x08\x0a\0\0\0\xff\0\0\0"), NULL);
  assert_constraints_lint (OCTETS ("\x30\x0e\xa1\x0c\x30\x0a\x87\x08\0\0\0\0\0\0\0\0"),
                           "name_constraints_ip_versions");
  assert_constraints_lint (
      OCTETS ("\x30\x32\xa1\x30\x30\x0a\x87\x08\0\0\0\0\0\0\0\0\x30\x22\x87\x20"
              "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
      NULL);
}

/* a CA under constraints, by octets */
static FakeIssuer *
new_constrained (const void *value, gsize size)
{
  FakeIssuer *fake = new_fake ();
  g_autoptr (GBytes) bytes = g_bytes_new (value, size);

  g_ptr_array_add (fake->issuer->constraints, g_steal_pointer (&bytes));
  return fake;
}

/* NULL: accepted; else the field of the refusal */
static void
assert_constrained (FakeIssuer *fake, const char *field, const char *what)
{
  g_autoptr (GBytes) tbs = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strdup_printf ("%s: %s the CA's", field, what);

  if (field == NULL)
    {
      assert_accepted (fake);
      return;
    }
  tbs = fake_issuer_build (fake);
  g_assert_null (ca_linter_check (tbs, &fake->expectation, &error));
  assert_field (error, ICERT_ERROR_BAD_NAME, field);
  g_assert_true (g_str_has_prefix (error->message, text));
}

static void
assert_dns (FakeIssuer *fake, const char *name, const char *field, const char *what)
{
  ca_plan_set_subject (fake->plan, "2.5.4.3", NULL);
  fake_issuer_set_names (fake, name, NULL);
  assert_constrained (fake, field, what);
}

static void
test_dns_constraints (void)
{
  g_autoptr (FakeIssuer) permitted = new_constrained (OCTETS ("\x30\x11\xa0\x0f\x30\x0d\x82\x0b"
                                                              "example.org"));
  g_autoptr (FakeIssuer) excluded
      = new_constrained (OCTETS ("\x30\x15\xa1\x13\x30\x11\x82\x0fwww.example.org"));
  g_autoptr (FakeIssuer) everything = new_constrained (OCTETS ("\x30\x06\xa1\x04\x30\x02\x82\x00"));

  g_test_summary ("dNSNames outside the CA's permitted subtrees are refused (S-C7)");
  assert_dns (permitted, "dNSName:example.org", NULL, NULL);
  assert_dns (permitted, "dNSName:a.b.example.org", NULL, NULL);
  assert_dns (permitted, "dNSName:badexample.org", "dNSName", "outside");
  assert_dns (permitted, "dNSName:example.net", "dNSName", "outside");
  assert_dns (permitted, "iPAddress:192.0.2.1", NULL, NULL);
  assert_dns (excluded, "dNSName:example.org", NULL, NULL);
  assert_dns (excluded, "dNSName:www.example.org", "dNSName", "inside");
  assert_dns (excluded, "dNSName:a.www.example.org", "dNSName", "inside");
  assert_dns (everything, "dNSName:a.example", "dNSName", "inside");
}

static void
test_wildcard_constraints (void)
{
  g_autoptr (FakeIssuer) permitted
      = new_constrained (OCTETS ("\x30\x15\xa0\x13\x30\x11\x82\x0fwww.example.org"));
  g_autoptr (FakeIssuer) excluded
      = new_constrained (OCTETS ("\x30\x15\xa1\x13\x30\x11\x82\x0fwww.example.org"));

  g_test_summary ("A wildcard that covers an excluded name is inside the excluded ones (S-C7)");
  assert_dns (permitted, "dNSName:*.www.example.org", NULL, NULL);
  assert_dns (permitted, "dNSName:*.example.org", "dNSName", "outside");
  assert_dns (excluded, "dNSName:*.example.org", "dNSName", "inside");
  assert_dns (excluded, "dNSName:*.example.net", NULL, NULL);
}

static void
test_address_constraints (void)
{
  g_autoptr (FakeIssuer) fake
      = new_constrained (OCTETS ("\x30\x0e\xa0\x0c\x30\x0a\x87\x08\xc0\0\2\0\xff\xff\xff\0"));

  g_test_summary ("Addresses outside the CA's permitted networks are refused (S-C7)");
  assert_dns (fake, "iPAddress:192.0.2.77", NULL, NULL);
  assert_dns (fake, "iPAddress:192.0.3.1", "iPAddress", "outside");
  assert_dns (fake, "iPAddress:2001:db8::1", "iPAddress", "outside");
}

static void
test_mail_constraints (void)
{
  g_autoptr (FakeIssuer) host = new_constrained (OCTETS ("\x30\x11\xa0\x0f\x30\x0d\x81\x0b"
                                                         "example.org"));
  g_autoptr (FakeIssuer) domain
      = new_constrained (OCTETS ("\x30\x12\xa0\x10\x30\x0e\x81\x0c.example.org"));
  g_autoptr (FakeIssuer) mailbox = new_constrained (OCTETS ("\x30\x13\xa1\x11\x30\x0f\x81\x0d"
                                                            "a@example.org"));

  g_test_summary ("Mailboxes of other hosts are refused, in the subject too (S-C7)");
  assert_dns (host, "rfc822Name:a@example.org", NULL, NULL);
  assert_dns (host, "rfc822Name:a@mail.example.org", "rfc822Name", "outside");
  assert_dns (domain, "rfc822Name:a@mail.example.org", NULL, NULL);
  assert_dns (domain, "rfc822Name:a@example.org", "rfc822Name", "outside");
  assert_dns (mailbox, "rfc822Name:b@example.org", NULL, NULL);
  assert_dns (mailbox, "rfc822Name:A@example.org", NULL, NULL);
  assert_dns (mailbox, "rfc822Name:a@example.org", "rfc822Name", "inside");
  ca_plan_set_subject (host->plan, "1.2.840.113549.1.9.1", "a@example.net");
  assert_dns (host, "rfc822Name:a@example.org", "rfc822Name", "outside");
}

static void
test_uri_constraints (void)
{
  g_autoptr (FakeIssuer) host = new_constrained (OCTETS ("\x30\x11\xa0\x0f\x30\x0d\x86\x0b"
                                                         "example.org"));
  g_autoptr (FakeIssuer) domain
      = new_constrained (OCTETS ("\x30\x12\xa1\x10\x30\x0e\x86\x0c.example.org"));

  g_test_summary ("URIs are judged by their host, and need one (S-C7)");
  assert_dns (host, "uniformResourceIdentifier:https://example.org:8443/x?y", NULL, NULL);
  assert_dns (host, "uniformResourceIdentifier:https://example.net/example.org",
              "uniformResourceIdentifier", "outside");
  assert_dns (domain, "uniformResourceIdentifier:https://example.org/", NULL, NULL);
  assert_dns (domain, "uniformResourceIdentifier:https://a.example.org/",
              "uniformResourceIdentifier", "inside");
}

static void
test_directory_constraints (void)
{
  /* O=EXAMPLE as PrintableString, twice the blank */
  g_autoptr (FakeIssuer) permitted = new_constrained (
      OCTETS ("\x30\x1a\xa0\x18\x30\x16\xa4\x14\x30\x12\x31\x10\x30\x0e\x06\x03\x55\x04\x0a\x13\x07"
              "EXAMPLE"));
  g_autoptr (FakeIssuer) excluded = new_constrained (
      OCTETS ("\x30\x1a\xa1\x18\x30\x16\xa4\x14\x30\x12\x31\x10\x30\x0e\x06\x03\x55\x04\x0a\x0c\x07"
              "example"));

  g_test_summary (
      "A subject outside the CA's permitted names is refused, whatever its case (S-C7)");
  assert_constrained (permitted, NULL, NULL);
  assert_constrained (excluded, "directoryName", "inside");
  ca_plan_set_subject (permitted->plan, "2.5.4.10", "Other");
  assert_constrained (permitted, "directoryName", "outside");
  ca_plan_set_subject (excluded->plan, "2.5.4.10", "Other");
  assert_constrained (excluded, NULL, NULL);
}

static void
test_chain_constraints (void)
{
  g_autoptr (FakeIssuer) fake = new_fake ();
  g_autoptr (GBytes) value = g_bytes_new_static (OCTETS ("\x30\x11\xa0\x0f\x30\x0d\x82\x0b"
                                                         "example.org"));
  g_autoptr (ICertExtension) constraints
      = icert_extension_new (CA_OID_NAME_CONSTRAINTS, ICERT_EXTENSION_CRITICAL,
                             ICERT_EXTENSION_ORIGIN_POLICY, value, NULL);

  g_test_summary ("Constraints further up the chain hold as well (S-C7)");
  fake_issuer_descend (fake, constraints, -1);
  fake_issuer_descend (fake, NULL, -1);
  assert_dns (fake, "dNSName:a.example.org", NULL, NULL);
  assert_dns (fake, "dNSName:a.example.net", "dNSName", "outside");
}

static void
test_self_signed (void)
{
  g_autoptr (ICertKey) key = fake_key_new ("ec-p256");
  g_autoptr (GPtrArray) rdns = ca_name_from_text ("CN=Root,O=Example,C=DE", NULL);
  g_autoptr (GPtrArray) nobody = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) root = NULL;

  g_test_summary ("A root is linted like any other");
  root = ca_builder_self_signed (rdns, key, "sha256", 1795000000, 2995000000, 1, &error);
  g_assert_no_error (error);
  g_assert_null (ca_builder_self_signed (rdns, key, "sha256", 2, 1, -1, &error));
  assert_field (error, ICERT_ERROR_BAD_VALIDITY, "validity");
  g_clear_error (&error);
  g_assert_null (ca_builder_self_signed (nobody, key, "sha256", 1, 2, -1, &error));
  assert_field (error, ICERT_ERROR_BAD_NAME, "subject");
}

static void
test_reader (void)
{
  static const struct
  {
    const char *octets;
    gsize size;
  } bad[] = {
    { OCTETS ("") },
    { OCTETS ("\x30") },
    { OCTETS ("\x30\x81\x7f") },
    { OCTETS ("\x30\x82\x00\x80") },
    { OCTETS ("\x30\x84\xff\xff\xff\xff") },
    { OCTETS ("\x30\x85\x01\x00\x00\x00\x00") },
    { OCTETS ("\x30\x80") },
    { OCTETS ("\x30\x02\x05") },
  };

  g_test_summary ("The reader takes nothing that is not DER, and never more than there is");
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree guint8 *copy = g_memdup2 (bad[i].octets, bad[i].size);
      CaLintSpan span = { copy, bad[i].size };
      CaLintSpan content;

      g_assert_false (ca_lint_read (&span, NULL, &content, NULL));
      g_assert_cmpuint (span.size, ==, bad[i].size);
      g_assert_false (ca_lint_is_der (span));
    }
}

static void
test_reader_judges (void)
{
  static const struct
  {
    const char *octets;
    gsize size;
    gboolean good;
  } rows[] = {
    { OCTETS ("\x31\x06\x02\x01\x01\x02\x01\x02"), TRUE },
    { OCTETS ("\x31\x06\x02\x01\x02\x02\x01\x01"), FALSE },
    { OCTETS ("\x31\x05\x04\x01\x01\x04\x00"), FALSE },
    { OCTETS ("\x30\x02\x00\x00"), FALSE },
    { OCTETS ("\x00\x00"), FALSE },
    { OCTETS ("\x0d\x01\x80"), FALSE },
    { OCTETS ("\x17\x0d"
              "270101000000Z"),
      TRUE },
    { OCTETS ("\x17\x0b"
              "2701010000Z"),
      FALSE },
    { OCTETS ("\x17\x11"
              "270101000000+0100"),
      FALSE },
    { OCTETS ("\x17\x00"), FALSE },
    { OCTETS ("\x18\x0f"
              "20510101000000Z"),
      TRUE },
    { OCTETS ("\x18\x11"
              "20510101000000.5Z"),
      TRUE },
    { OCTETS ("\x18\x11"
              "20510101000000.0Z"),
      FALSE },
    { OCTETS ("\x18\x10"
              "20510101000000.Z"),
      FALSE },
    { OCTETS ("\x18\x0e"
              "20510101000000"),
      FALSE },
  };

  g_test_summary ("S-A3: the reader takes no SET out of order, no end of contents, no loose time");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree guint8 *copy = g_memdup2 (rows[i].octets, rows[i].size);

      g_test_message ("row %" G_GSIZE_FORMAT, i);
      g_assert_cmpint (ca_lint_is_der ((CaLintSpan){ copy, rows[i].size }), ==, rows[i].good);
    }
}

static void
add_certificate_tests (void)
{
  g_test_add_func ("/linter/S-G6-accepts", test_accepts);
  g_test_add_func ("/linter/S-G2-version", test_version);
  g_test_add_func ("/linter/form", test_form);
  g_test_add_func ("/linter/S-G6-every-octet", test_every_octet);
  g_test_add_func ("/linter/S-E8-serial-form", test_serial_form);
  g_test_add_func ("/linter/S-E8-serial-expected", test_serial_expected);
  g_test_add_func ("/linter/signature-algorithm", test_signature_algorithm);
  g_test_add_func ("/linter/S-C7-issuer-name", test_issuer_name);
  g_test_add_func ("/linter/S-H2-validity-form", test_validity_form);
  g_test_add_func ("/linter/S-H2-validity-type", test_validity_type);
  g_test_add_func ("/linter/S-H1-validity-order", test_validity_order);
  g_test_add_func ("/linter/S-H1-validity-expected", test_validity_expected);
  g_test_add_func ("/linter/S-H1-validity-issuer", test_validity_issuer);
  g_test_add_func ("/linter/S-D6-subject-expected", test_subject_expected);
  g_test_add_func ("/linter/S-C5-subject-form", test_subject_form);
  g_test_add_func ("/linter/S-C5-subject-string-type", test_subject_string_type);
  g_test_add_func ("/linter/S-C5-subject-upper-bound", test_subject_upper_bound);
  g_test_add_func ("/linter/S-C5-subject-single-valued", test_subject_single_valued);
  g_test_add_func ("/linter/S-C5-copied-subject", test_copied_subject);
  g_test_add_func ("/linter/S-G6-public-key", test_public_key);
  g_test_add_func ("/linter/S-G2-unique-identifiers", test_unique_identifiers);
  g_test_add_func ("/linter/self-signed", test_self_signed);
  g_test_add_func ("/linter/reader", test_reader);
  g_test_add_func ("/linter/reader-judges-S-A3", test_reader_judges);
}

static void
add_extension_tests (void)
{
  g_test_add_func ("/linter/extensions-form", test_extensions_form);
  g_test_add_func ("/linter/S-G2-extension-once", test_extension_once);
  g_test_add_func ("/linter/extension-der", test_extension_der);
  g_test_add_func ("/linter/S-A1-extension-depth", test_extension_depth);
  g_test_add_func ("/linter/S-A1-extension-size", test_extension_size);
  g_test_add_func ("/linter/S-G2-criticality", test_criticality);
  g_test_add_func ("/linter/S-G4-ca-only", test_ca_only);
  g_test_add_func ("/linter/S-G1-forms", test_forms);
  g_test_add_func ("/linter/S-G6-extension-expected", test_extension_expected);
  g_test_add_func ("/linter/S-G2-key-identifiers", test_key_identifiers);
  g_test_add_func ("/linter/S-G2-ca-bit", test_ca_bit);
  g_test_add_func ("/linter/S-G2-ca-usage", test_ca_usage);
  g_test_add_func ("/linter/S-G2-path-length", test_path_length);
  g_test_add_func ("/linter/S-G2-usage-of-key", test_usage_of_key);
  g_test_add_func ("/linter/S-G2-server-usage", test_server_usage);
  g_test_add_func ("/linter/S-G2-purposes", test_purposes);
  g_test_add_func ("/linter/lists-once", test_lists_once);
  g_test_add_func ("/linter/precertificate", test_precertificate);
}

static void
add_name_tests (void)
{
  g_test_add_func ("/linter/S-D6-names-approved", test_names_approved);
  g_test_add_func ("/linter/S-D6-all-kinds", test_all_kinds);
  g_test_add_func ("/linter/S-C5-common-name", test_common_name);
  g_test_add_func ("/linter/S-C6-alt-name-critical", test_alt_name_critical);
  g_test_add_func ("/linter/S-C6-nobody", test_nobody);
  g_test_add_func ("/linter/S-C2-alt-name-form", test_alt_name_form);
  g_test_add_func ("/linter/S-G4-constraints-form", test_constraints_form);
  g_test_add_func ("/linter/S-G4-constraints-names", test_constraints_names);
  g_test_add_func ("/linter/S-G4-constraints-addresses", test_constraints_addresses);
  g_test_add_func ("/linter/S-C7-dns-constraints", test_dns_constraints);
  g_test_add_func ("/linter/S-C7-wildcard-constraints", test_wildcard_constraints);
  g_test_add_func ("/linter/S-C7-address-constraints", test_address_constraints);
  g_test_add_func ("/linter/S-C7-mail-constraints", test_mail_constraints);
  g_test_add_func ("/linter/S-C7-uri-constraints", test_uri_constraints);
  g_test_add_func ("/linter/S-C7-directory-constraints", test_directory_constraints);
  g_test_add_func ("/linter/S-C7-chain-constraints", test_chain_constraints);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_certificate_tests ();
  add_extension_tests ();
  add_name_tests ();
  return g_test_run ();
}
