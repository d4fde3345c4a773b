/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include <openssl/x509v3.h>

#include "ca-crl-reader.h"

#include "fuzz-authority.h"

/* CRLs: ca_crl_read() of a file with the input as its to-be-signed part, signed by the CA, and of
 * one with the input alone. */

typedef struct
{
  gint64 n;
} Count;

static gboolean
count_entry (const guint8 *serial,
             gsize serial_size,
             gint64 date,
             int reason,
             gint64 invalidity,
             gpointer data,
             GError **error)
{
  Count *count = data;

  g_assert_cmpuint (serial_size, >, 0);
  g_assert_cmpint (reason, >=, 0);
  g_assert_cmpint (reason, <=, 10);
  count->n++;
  return TRUE;
}

/* OpenSSL reads the same of what was accepted. */
static void
compare (GBytes *file, const CaCrlContent *content)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (file, &size);
  X509_CRL *crl = d2i_X509_CRL (NULL, &data, (long) size);
  ASN1_INTEGER *number;
  gint64 value;
  int days, seconds;
  ASN1_TIME *start = ASN1_TIME_set (NULL, 0);

  g_assert_nonnull (crl);
  g_assert_cmpint (X509_CRL_verify (crl, fuzz_authority_get_key ()), ==, 1);
  g_assert_cmpint (MAX (sk_X509_REVOKED_num (X509_CRL_get_REVOKED (crl)), 0), ==,
                   content->n_entries);
  number = X509_CRL_get_ext_d2i (crl, NID_crl_number, NULL, NULL);
  g_assert_nonnull (number);
  g_assert_cmpint (ASN1_INTEGER_get_int64 (&value, number), ==, 1);
  g_assert_cmpint (value, ==, content->number);
  g_assert_cmpint (ASN1_TIME_diff (&days, &seconds, start, X509_CRL_get0_lastUpdate (crl)), ==, 1);
  g_assert_cmpint (days * G_GINT64_CONSTANT (86400) + seconds, ==, content->this_update);
  ASN1_TIME_free (start);
  ASN1_INTEGER_free (number);
  X509_CRL_free (crl);
}

static void
read_crl (GBytes *octets)
{
  gsize size;
  const void *data = g_bytes_get_data (octets, &size);
  int fd = memfd_create ("crl", MFD_CLOEXEC);
  g_autoptr (GError) error = NULL;
  g_auto (CaCrlContent) content = { 0 };
  Count count = { 0 };
  gboolean ok;

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, data, size), ==, (gssize) size);
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  ok = ca_crl_read (fd, fuzz_authority_get (), count_entry, &count, &content, &error);
  close (fd);
  fuzz_check (ok, &error);
  if (!ok)
    return;

  g_assert_cmpint (count.n, ==, content.n_entries);
  g_assert_cmpint (content.size, ==, (gint64) size);
  compare (octets, &content);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) alone = g_bytes_new_static (data, size);
  g_autoptr (GBytes) whole = fuzz_authority_sign (data, size);

  read_crl (alone);
  read_crl (whole);
  return 0;
}
