/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "ca-crl-reader.h"
#include "ca-crl-writer.h"
#include "fake-issuer.h"

/* The writer and the reader of CRLs against OpenSSL's, which shares nothing with either. */

#define NOW G_GINT64_CONSTANT (1800000000) /* in 2027 */

typedef struct
{
  FakeIssuer *fake;
  CaCrlFrame frame;
  char *path;
  int folder;
} Fixture;

/* AKI and number 5; what the engine builds is compared in test-engine-crl */
static GBytes *
make_extensions (const CaIssuer *issuer)
{
  GByteArray *list = g_byte_array_new ();
  static const guint8 number[] = { 0x30, 0x0a, 0x06, 3, 0x55, 0x1d, 20, 4, 3, 2, 1, 5 };
  guint8 size = (guint8) issuer->key_identifier_size;
  const guint8 key[]
      = { 0x30, 11 + size, 6, 3, 0x55, 0x1d, 35, 4, 4 + size, 0x30, 2 + size, 0x80, size };
  guint8 header[] = { 0x30, 0 };

  g_byte_array_append (list, header, 2);
  g_byte_array_append (list, key, sizeof key);
  g_byte_array_append (list, issuer->key_identifier, size);
  g_byte_array_append (list, number, sizeof number);
  list->data[1] = (guint8) (list->len - 2);
  return g_byte_array_free_to_bytes (list);
}

static void
set_up (Fixture *fixture, gconstpointer key_type)
{
  g_autofree char *folder = g_dir_make_tmp ("icert-crl-XXXXXX", NULL);

  fixture->fake = fake_issuer_new (key_type, "ec-p256");
  fixture->folder = open (folder, O_RDONLY | O_DIRECTORY);
  fixture->path = g_steal_pointer (&folder);
  fixture->frame = (CaCrlFrame){ .issuer = fixture->fake->issuer->subject,
                                 .signature_algorithm = fixture->fake->issuer->signature_algorithm,
                                 .this_update = NOW,
                                 .next_update = NOW + 604800,
                                 .extensions = make_extensions (fixture->fake->issuer) };
}

static void
tear_down (Fixture *fixture, gconstpointer key_type)
{
  g_bytes_unref (fixture->frame.extensions);
  close (fixture->folder);
  g_rmdir (fixture->path);
  g_free (fixture->path);
  fake_issuer_free (fixture->fake);
}

/* The entry @i of every test: serials of all lengths and first octets, dates on both sides of 2050,
 * all reasons. */
static void
make_entry (guint i, guint8 serial[20], gsize *size, gint64 *date, int *reason)
{
  static const int reasons[] = { 0, 1, 2, 3, 4, 5, 6, 8, 9, 10 };

  *size = 1 + i % 20;
  for (gsize j = 0; j < *size; j++)
    serial[j] = (guint8) (i * 37 + j * 11 + (j == 0 ? 1 : 0));
  if (serial[0] == 0)
    serial[0] = 0x80;
  *date = i % 7 == 0 ? G_GINT64_CONSTANT (2524608000) + i : NOW - (gint64) i * 3601;
  *reason = reasons[i % G_N_ELEMENTS (reasons)];
}

/* invalidityDate of entry @i; 0 = none */
static gint64
invalidity_of (guint i)
{
  return i % 3 == 1   ? NOW - (gint64) i * 86401
         : i % 3 == 2 ? G_GINT64_CONSTANT (2524608000) + i
                      : 0;
}

/* A CRL of @n entries as a file called "crl"; @guess: what the writer is told to expect. */
static void
write_crl (Fixture *fixture, guint n, gint64 guess)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CaCrlWriter) writer
      = ca_crl_writer_new (fixture->folder, "crl.new", &fixture->frame, guess, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < n; i++)
    {
      guint8 serial[20];
      gsize size;
      gint64 date;
      int reason;

      make_entry (i, serial, &size, &date, &reason);
      g_assert_true (
          ca_crl_writer_add (writer, serial, size, date, reason, invalidity_of (i), &error));
    }
  ca_crl_writer_end (writer, fixture->fake->issuer->key, fixture->fake->issuer->hash, &error);
  g_assert_no_error (error);
  g_assert_cmpint (ca_crl_writer_get_n_entries (writer), ==, n);
  unlinkat (fixture->folder, "crl", 0);
  g_assert_true (ca_crl_writer_keep (writer, "crl", &error));
}

static GBytes *
read_file (Fixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->path, "crl", NULL);
  char *contents;
  gsize size;

  g_assert_true (g_file_get_contents (path, &contents, &size, NULL));
  return g_bytes_new_take (contents, size);
}

static void
remove_file (Fixture *fixture)
{
  g_assert_cmpint (unlinkat (fixture->folder, "crl", 0), ==, 0);
}

static X509_CRL *
decode (GBytes *der)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (der, &size);
  const guint8 *end = data;
  X509_CRL *crl = d2i_X509_CRL (NULL, &end, (long) size);

  g_assert_nonnull (crl);
  g_assert_true (end == data + size);
  return crl;
}

static gint64
time_of (const ASN1_TIME *time)
{
  struct tm parts;

  g_assert_cmpint (ASN1_TIME_to_tm (time, &parts), ==, 1);
  return timegm (&parts);
}

static void
assert_entry (X509_REVOKED *entry, guint i)
{
  guint8 serial[20];
  gsize size;
  gint64 date;
  int reason, critical = -1;
  g_autofree guint8 *found = NULL;
  BIGNUM *number = ASN1_INTEGER_to_BN (X509_REVOKED_get0_serialNumber (entry), NULL);
  ASN1_ENUMERATED *code = X509_REVOKED_get_ext_d2i (entry, NID_crl_reason, &critical, NULL);
  ASN1_GENERALIZEDTIME *invalidity
      = X509_REVOKED_get_ext_d2i (entry, NID_invalidity_date, &critical, NULL);

  make_entry (i, serial, &size, &date, &reason);
  found = g_malloc0 (32);
  g_assert_cmpint (BN_is_negative (number), ==, 0);
  g_assert_cmpmem (found, BN_bn2bin (number, found), serial, size);
  g_assert_cmpint (time_of (X509_REVOKED_get0_revocationDate (entry)), ==, date);
  if (reason == 0)
    g_assert_null (code);
  else
    g_assert_cmpint (ASN1_ENUMERATED_get (code), ==, reason);
  if (invalidity_of (i) == 0)
    g_assert_null (invalidity);
  else
    g_assert_cmpint (time_of (invalidity), ==, invalidity_of (i));
  ASN1_GENERALIZEDTIME_free (invalidity);
  ASN1_ENUMERATED_free (code);
  BN_free (number);
}

static void
assert_decoded (Fixture *fixture, guint n)
{
  g_autoptr (GBytes) der = read_file (fixture);
  X509_CRL *crl = decode (der);
  STACK_OF (X509_REVOKED) *entries = X509_CRL_get_REVOKED (crl);
  guint8 *again = NULL;
  int size = i2d_re_X509_CRL_tbs (crl, &again);

  g_assert_cmpint (X509_CRL_get_version (crl), ==, 1);
  g_assert_cmpint (X509_CRL_verify (crl, fixture->fake->issuer->public_key), ==, 1);
  g_assert_cmpint (time_of (X509_CRL_get0_lastUpdate (crl)), ==, NOW);
  g_assert_cmpint (time_of (X509_CRL_get0_nextUpdate (crl)), ==, NOW + 604800);
  if (n == 0)
    g_assert_null (entries);
  g_assert_cmpint (MAX (sk_X509_REVOKED_num (entries), 0), ==, (int) n);
  /* OpenSSL's encoder writes the same octets */
  g_assert_nonnull (memmem (g_bytes_get_data (der, NULL), g_bytes_get_size (der), again, size));
  OPENSSL_free (again);
  /* OpenSSL sorts what it searches, so this comes last */
  for (guint i = 0; i < n; i++)
    assert_entry (sk_X509_REVOKED_value (entries, (int) i), i);
  X509_CRL_free (crl);
}

static gboolean
read_crl (Fixture *fixture,
          CaCrlEntryFunc func,
          gpointer data,
          CaCrlContent *content,
          GError **error)
{
  int fd = openat (fixture->folder, "crl", O_RDONLY);
  gboolean ok = ca_crl_read (fd, fixture->fake->issuer, func, data, content, error);

  close (fd);
  return ok;
}

static gboolean
compare_cb (const guint8 *serial,
            gsize serial_size,
            gint64 date,
            int reason,
            gint64 invalidity,
            gpointer data,
            GError **error)
{
  guint *i = data;
  guint8 expected[20];
  gsize size;
  gint64 expected_date;
  int expected_reason;

  make_entry (*i, expected, &size, &expected_date, &expected_reason);
  g_assert_cmpmem (serial, serial_size, expected, size);
  g_assert_cmpint (date, ==, expected_date);
  g_assert_cmpint (reason, ==, expected_reason);
  g_assert_cmpint (invalidity, ==, invalidity_of (*i));
  ++*i;
  return TRUE;
}

static void
assert_read (Fixture *fixture, guint n)
{
  g_auto (CaCrlContent) content = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) der = read_file (fixture);
  g_autofree char *digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, der);
  g_autoptr (GString) hex = g_string_new (NULL);
  guint seen = 0;

  read_crl (fixture, compare_cb, &seen, &content, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (seen, ==, n);
  g_assert_cmpint (content.n_entries, ==, n);
  g_assert_cmpint (content.number, ==, 5);
  g_assert_cmpint (content.base_number, ==, 0);
  g_assert_cmpint (content.this_update, ==, NOW);
  g_assert_cmpint (content.next_update, ==, NOW + 604800);
  g_assert_cmpint (content.size, ==, g_bytes_get_size (der));
  for (gsize i = 0; i < sizeof content.digest; i++)
    g_string_append_printf (hex, "%02x", content.digest[i]);
  g_assert_cmpstr (hex->str, ==, digest);
}

static void
test_agrees (Fixture *fixture, gconstpointer data)
{
  static const guint counts[] = { 0, 1, 2, 3, 5, 7, 300, 5000 };

  g_test_summary ("What the writer writes OpenSSL reads, octet for octet, and the own reader too");
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      write_crl (fixture, counts[i], 0);
      assert_decoded (fixture, counts[i]);
      assert_read (fixture, counts[i]);
    }
  remove_file (fixture);
}

static void
test_lengths (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "Where a length takes another octet, and whatever size was guessed, it is the same");
  for (guint n = 0; n < 12; n++)
    {
      write_crl (fixture, n, (n % 3) * 40000);
      assert_decoded (fixture, n);
    }
  /* around 65536 octets */
  for (guint n = 1515; n < 1534; n++)
    {
      write_crl (fixture, n, n % 4 == 0 ? 0 : 20000000);
      assert_read (fixture, n);
    }
  assert_decoded (fixture, 1533);
  remove_file (fixture);
}

static void
test_mutations (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) der = NULL;
  g_autofree guint8 *octets = NULL;
  g_autofree char *path = g_build_filename (fixture->path, "crl", NULL);
  gsize size;

  g_test_summary (
      "S-I4: the reader passes no CRL of which a bit was turned over, and none cut short");
  write_crl (fixture, 4, 0);
  der = read_file (fixture);
  size = g_bytes_get_size (der);
  octets = g_memdup2 (g_bytes_get_data (der, NULL), size);
  for (gsize i = 0; i < size; i++)
    {
      g_auto (CaCrlContent) content = { 0 };
      g_auto (CaCrlContent) cut = { 0 };
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) cut_error = NULL;

      octets[i] ^= (guint8) (1 << (i % 8));
      g_assert_true (g_file_set_contents (path, (char *) octets, size, NULL));
      g_assert_false (read_crl (fixture, NULL, NULL, &content, &error));
      g_assert_nonnull (error);
      octets[i] ^= (guint8) (1 << (i % 8));
      g_assert_true (g_file_set_contents (path, (char *) octets, i, NULL));
      g_assert_false (read_crl (fixture, NULL, NULL, &cut, &cut_error));
      g_assert_nonnull (cut_error);
    }
  remove_file (fixture);
}

/* reading ends with @what, before the signature is looked at */
static void
assert_malformed (Fixture *fixture, const char *what)
{
  g_auto (CaCrlContent) content = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (read_crl (fixture, NULL, NULL, &content, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_MALFORMED);
  g_assert_nonnull (strstr (error->message, what));
}

static void
test_extensions (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    guint8 octets[24];
    guint8 size;
    const char *what; /* NULL: taken */
  } rows[] = {
    { { 0x30, 7, 6, 1, 0x2a, 4, 2, 5, 0 }, 9, NULL },
    /* critical and unknown */
    { { 0x30, 10, 6, 1, 0x2a, 1, 1, 0xff, 4, 2, 5, 0 }, 12, "wrong extension" },
    /* a BOOLEAN that is TRUE in BER alone, and one that is written though it is the default */
    { { 0x30, 10, 6, 1, 0x2a, 1, 1, 1, 4, 2, 5, 0 }, 12, "wrong extension" },
    { { 0x30, 10, 6, 1, 0x2a, 1, 1, 0, 4, 2, 5, 0 }, 12, "wrong extension" },
    /* no OID */
    { { 0x30, 8, 6, 2, 0x80, 1, 4, 2, 5, 0 }, 10, "wrong extension" },
    { { 0x30, 7, 6, 1, 0x80, 4, 2, 5, 0 }, 9, "wrong extension" },
    { { 0x30, 6, 6, 0, 4, 2, 5, 0 }, 8, "wrong extension" },
    { { 0x30, 10, 6, 3, 0x55, 0x1d, 20, 4, 3, 2, 1, 6 }, 12, "twice" },
  };
  GBytes *good = fixture->frame.extensions;
  gsize size;
  const guint8 *octets = g_bytes_get_data (good, &size);

  g_test_summary ("S-A5: an extension of a CRL that is not DER, or there twice, is refused");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GByteArray *list = g_byte_array_new ();
      g_auto (CaCrlContent) content = { 0 };

      g_byte_array_append (list, octets, (guint) size);
      g_byte_array_append (list, rows[i].octets, rows[i].size);
      list->data[1] = (guint8) (list->len - 2);
      fixture->frame.extensions = g_byte_array_free_to_bytes (list);
      write_crl (fixture, 2, 0);
      if (rows[i].what != NULL)
        assert_malformed (fixture, rows[i].what);
      else
        g_assert_true (read_crl (fixture, NULL, NULL, &content, NULL));
      g_bytes_unref (fixture->frame.extensions);
    }
  fixture->frame.extensions = good;
  remove_file (fixture);
}

/* the first octets @from of the file become @to */
static void
patch_file (Fixture *fixture, const char *from, const char *to, gsize size)
{
  g_autofree char *path = g_build_filename (fixture->path, "crl", NULL);
  g_autoptr (GBytes) der = read_file (fixture);
  gsize length;
  const char *data = g_bytes_get_data (der, &length);
  g_autofree char *octets = g_memdup2 (data, length);
  char *place = memmem (octets, length, from, size);

  g_assert_nonnull (place);
  memcpy (place, to, size);
  g_assert_true (g_file_set_contents (path, octets, (gssize) length, NULL));
}

static void
test_entries (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-A3: an entry with what is no OID is refused, and a day that is not");
  write_crl (fixture, 4, 0);
  patch_file (fixture, "\x06\x03\x55\x1d\x15", "\x06\x03\x80\x1d\x15", 5);
  assert_malformed (fixture, "wrong entry");
  write_crl (fixture, 4, 0);
  patch_file (fixture, "270115", "270229", 6);
  assert_malformed (fixture, "wrong date");
  remove_file (fixture);
}

static void
test_other_issuer (Fixture *fixture, gconstpointer data)
{
  FakeIssuer *other = fake_issuer_new (data, "ec-p256");
  FakeIssuer *own = fixture->fake;
  g_auto (CaCrlContent) content = { 0 };
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-I4: a CRL of another key is refused, though it bears the same name");
  write_crl (fixture, 3, 0);
  fixture->fake = other;
  g_assert_false (read_crl (fixture, NULL, NULL, &content, &error));
  g_assert_nonnull (error);
  fixture->fake = own;
  fake_issuer_free (other);
  remove_file (fixture);
}

static void
test_faulty_key (Fixture *fixture, gconstpointer data)
{
  g_auto (CaCrlContent) content = { 0 };
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-I4: a signature that the CA certificate does not verify is found");
  fake_key_set_faulty (FAKE_KEY (fixture->fake->ca_key), TRUE);
  write_crl (fixture, 3, 0);
  g_assert_false (read_crl (fixture, NULL, NULL, &content, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_BAD_SIGNATURE);
  remove_file (fixture);
}

static void
test_leaves_nothing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CaCrlWriter) writer
      = ca_crl_writer_new (fixture->folder, "crl", &fixture->frame, 0, &error);
  CaCrlWriter *second;

  g_test_summary ("S-F5: a file that is there is never taken, and one that was not kept goes");
  g_assert_no_error (error);
  second = ca_crl_writer_new (fixture->folder, "crl", &fixture->frame, 0, &error);
  g_assert_null (second);
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_STORAGE);
  g_clear_error (&error);
  g_clear_pointer (&writer, ca_crl_writer_free);
  g_assert_cmpint (faccessat (fixture->folder, "crl", F_OK, 0), !=, 0);
}

int
main (int argc, char **argv)
{
  static const char *const key_types[] = { "ec-p256", "rsa-2048", "ed25519" };
  static const struct
  {
    const char *name;
    void (*test) (Fixture *, gconstpointer);
  } tests[] = {
    { "agrees/S-I2", test_agrees },         { "lengths", test_lengths },
    { "mutations/S-I4", test_mutations },   { "other-issuer/S-I4", test_other_issuer },
    { "extensions/S-A5", test_extensions }, { "entries/S-A3", test_entries },
    { "faulty-key/S-I4", test_faulty_key }, { "leaves-nothing/S-F5", test_leaves_nothing },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize key = 0; key < G_N_ELEMENTS (key_types); key++)
    for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
      {
        g_autofree char *path = g_strdup_printf ("/crl/%s/%s", key_types[key], tests[i].name);

        /* lengths are those of the entries; one key is enough for many signatures */
        if (key > 0 && tests[i].test == test_lengths)
          continue;

        g_test_add (path, Fixture, key_types[key], set_up, tests[i].test, tear_down);
      }
  return g_test_run ();
}
