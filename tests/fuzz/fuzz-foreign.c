/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fuzz.h"

#include <string.h>

#include <glib/gstdio.h>

#include "ca-foreign.h"

#include "fuzz-authority.h"

/* What other CA programs left: the input is the index.txt of an `openssl ca` and of easy-rsa, the
 * openssl.cnf, the number of the next CRL, or a file among those that XCA exported. The CA's
 * certificate is the same each time. */

static void
read_rows (const CaForeign *foreign)
{
  for (guint i = 0; i < foreign->rows->len; i++)
    {
      const CaForeignRow *row = foreign->rows->pdata[i];

      g_assert_cmpuint (row->serial_size, >, 0);
      g_assert_cmpuint (row->serial_size, <=, sizeof row->serial);
      g_assert_true (row->der != NULL || row->not_after > 0);
      if (row->is_revoked)
        g_assert_cmpint (row->revoked_when, >, 0);
    }
}

static void
read_folder (const char *format)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) passphrase = g_bytes_new_static ("secret", 6);
  g_autoptr (CaForeign) foreign
      = ca_foreign_read (format, fuzz_folder (), passphrase, NULL, NULL, &error);

  fuzz_check_pointer (foreign, &error);
  if (foreign == NULL)
    return;
  g_assert_cmpint (foreign->next_crl, >, 0);
  g_assert_cmpuint (foreign->rows->len, ==, g_hash_table_size (foreign->serials));
  read_rows (foreign);
}

static void
write_authority (void)
{
  GBytes *certificate = fuzz_authority_get ()->certificate;
  gsize size;
  const void *data = g_bytes_get_data (certificate, &size);
  g_autofree char *base64 = g_base64_encode (data, size);
  g_autofree char *pem
      = g_strdup_printf ("-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n", base64);

  fuzz_write ("cacert.pem", pem, strlen (pem));
  fuzz_write ("ca.crt", data, size);
  fuzz_write ("private/cakey.pem", "none", 4);
  fuzz_write ("private/ca.key", "none", 4);
}

static void
write_empty (const char *name)
{
  g_unlink (fuzz_write (name, "", 0));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const char *const names[] = { "index.txt", "openssl.cnf", "crlnumber", "export.pem" };
  static const char *const formats[] = { "openssl-index", "easy-rsa", "xca", "folder" };
  guint kind;

  if (size == 0)
    return 0;
  kind = data[0] % G_N_ELEMENTS (names);
  write_authority ();
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    write_empty (names[i]);
  fuzz_write ("index.txt", "", 0);
  fuzz_write (names[kind], data + 1, size - 1);
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    read_folder (formats[i]);
  return 0;
}
