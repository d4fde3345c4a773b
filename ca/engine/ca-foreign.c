/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-foreign.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "ca-clock.h"
#include "ca-crypto.h"
#include "ca-decode.h"

#define FILE_LIMIT (64 * 1024 * 1024)

static void
row_free (gpointer data)
{
  CaForeignRow *row = data;

  g_clear_pointer (&row->der, g_bytes_unref);
  g_clear_pointer (&row->certificate, ca_certificate_free);
  g_free (row);
}

static CaForeign *
foreign_new (void)
{
  CaForeign *foreign = g_new0 (CaForeign, 1);

  foreign->chain = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  foreign->keys = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  foreign->rows = g_ptr_array_new_with_free_func (row_free);
  foreign->serials = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  foreign->notes = g_ptr_array_new_with_free_func (g_free);
  foreign->found = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  foreign->crls = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  foreign->next_crl = 1;
  return foreign;
}

void
ca_foreign_free (CaForeign *foreign)
{
  g_clear_pointer (&foreign->certificate, g_bytes_unref);
  g_clear_pointer (&foreign->spki, g_bytes_unref);
  g_clear_pointer (&foreign->passphrase, g_bytes_unref);
  g_hash_table_unref (foreign->serials);
  g_ptr_array_unref (foreign->chain);
  g_ptr_array_unref (foreign->keys);
  g_ptr_array_unref (foreign->rows);
  g_ptr_array_unref (foreign->notes);
  g_ptr_array_unref (foreign->found);
  g_ptr_array_unref (foreign->crls);
  g_free (foreign);
}

void
ca_foreign_note (CaForeign *foreign, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_ptr_array_add (foreign->notes, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

/* At most @size octets; what the file has more is somebody's who writes to it now. */
static GBytes *
read_octets (int fd, gsize size)
{
  g_autofree guint8 *octets = g_malloc (size + 1);
  gsize done = 0;

  while (done < size)
    {
      gssize n = read (fd, octets + done, size - done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return NULL;
      if (n == 0)
        break;
      done += n;
    }
  return g_bytes_new_take (g_steal_pointer (&octets), done);
}

/* Nobody waits for the other end of a pipe, and nothing is read that is too large. */
GBytes *
ca_foreign_load (const char *path, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  int fd = g_open (path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
  int number = errno;
  GBytes *contents = NULL;
  struct stat status;

  if (fd < 0 && number != ENOENT && number != ENOTDIR && number != ENXIO)
    icert_set_error (error, ICERT_ERROR_CONFIG, name, "cannot be read: %s", g_strerror (number));
  else if (fd < 0 || fstat (fd, &status) != 0 || !S_ISREG (status.st_mode))
    icert_set_error (error, ICERT_ERROR_NOT_FOUND, name, "is not at %s (a file)", path);
  else if (status.st_size > FILE_LIMIT)
    icert_set_error (error, ICERT_ERROR_TOO_LARGE, name, "has more than 64 MiB");
  else if ((contents = read_octets (fd, status.st_size)) == NULL)
    icert_set_error (error, ICERT_ERROR_CONFIG, name, "cannot be read: %s", g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return contents;
}

/* A list says when; here it counts from then on, and at once when that lies ahead: whoever reads
 * the old CRL holds it for revoked. The reasons are those that RFC 5280 has for the revoked. */
void
ca_foreign_revoke (CaForeignRow *row, gint64 when, gint64 reason)
{
  static const gint64 known[]
      = { ICERT_REVOCATION_REASON_KEY_COMPROMISE,         ICERT_REVOCATION_REASON_CA_COMPROMISE,
          ICERT_REVOCATION_REASON_AFFILIATION_CHANGED,    ICERT_REVOCATION_REASON_SUPERSEDED,
          ICERT_REVOCATION_REASON_CESSATION_OF_OPERATION, ICERT_REVOCATION_REASON_CERTIFICATE_HOLD,
          ICERT_REVOCATION_REASON_PRIVILEGE_WITHDRAWN,    ICERT_REVOCATION_REASON_AA_COMPROMISE };

  row->is_revoked = TRUE;
  row->revoked_when = CLAMP (when, CA_FOREIGN_FIRST_DATE, ca_clock_now () / G_USEC_PER_SEC);
  row->reason = ICERT_REVOCATION_REASON_UNSPECIFIED;
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (known[i] == reason)
      row->reason = (ICertRevocationReason) reason;
}

CaForeignRow *
ca_foreign_get_row (CaForeign *foreign, const guint8 *serial, gsize size)
{
  g_autofree char *hex = ca_crypto_hex (serial, size);
  CaForeignRow *row = g_hash_table_lookup (foreign->serials, hex);

  if (row != NULL)
    return row;
  row = g_new0 (CaForeignRow, 1);
  memcpy (row->serial, serial, size);
  row->serial_size = size;
  g_ptr_array_add (foreign->rows, row);
  g_hash_table_insert (foreign->serials, g_steal_pointer (&hex), row);
  return row;
}

/* What is in a file */

/* Each block of @label as DER. */
static void
take_blocks (const char *text, const char *label, GPtrArray *found)
{
  g_autofree char *begin = g_strdup_printf ("-----BEGIN %s-----", label);
  g_autofree char *end = g_strdup_printf ("-----END %s-----", label);

  while ((text = strstr (text, begin)) != NULL)
    {
      const char *stop = strstr (text, end);
      g_autoptr (GBytes) block = NULL;
      GBytes *der;

      if (stop == NULL)
        return;
      stop += strlen (end);
      block = g_bytes_new (text, stop - text);
      der = ca_unarmour (block, label, NULL);
      if (der != NULL)
        g_ptr_array_add (found, der);
      text = stop;
    }
}

static void
take_x509 (CaForeign *foreign, X509 *x509)
{
  guint8 *der = NULL;
  int size = x509 != NULL ? i2d_X509 (x509, &der) : 0;

  if (size > 0)
    g_ptr_array_add (foreign->found, g_bytes_new (der, size));
  OPENSSL_free (der);
}

/* Its key is File.Key's business and is let go at once. FALSE: it is no PKCS #12 that opens. */
static gboolean
take_pkcs12 (CaForeign *foreign, GBytes *contents)
{
  PKCS12 *file = PKCS12_init_ex (NID_pkcs7_data, ca_crypto_get_libctx (), NULL);
  g_autofree char *secret = foreign->passphrase != NULL
                                ? g_strndup (g_bytes_get_data (foreign->passphrase, NULL),
                                             g_bytes_get_size (foreign->passphrase))
                                : g_strdup ("");
  gsize size;
  const guint8 *data = g_bytes_get_data (contents, &size);
  EVP_PKEY *key = NULL;
  X509 *own = NULL;
  STACK_OF (X509) *others = NULL;
  gboolean ok = d2i_PKCS12 (&file, &data, (long) size) != NULL
                && ca_foreign_is_affordable (file, secret)
                && PKCS12_parse (file, secret, &key, &own, &others) == 1;

  take_x509 (foreign, own);
  for (int i = 0; i < sk_X509_num (others); i++)
    take_x509 (foreign, sk_X509_value (others, i));
  if (key != NULL)
    g_ptr_array_add (foreign->keys, g_bytes_ref (contents));
  EVP_PKEY_free (key);
  X509_free (own);
  sk_X509_pop_free (others, X509_free);
  PKCS12_free (file);
  ERR_clear_error ();
  OPENSSL_cleanse (secret, strlen (secret));
  return ok;
}

static gboolean
has_suffix (const char *path, const char *const *suffixes)
{
  g_autofree char *lower = g_ascii_strdown (path, -1);

  for (gsize i = 0; suffixes[i] != NULL; i++)
    if (g_str_has_suffix (lower, suffixes[i]))
      return TRUE;
  return FALSE;
}

/* By what its name says it is, and no other way (S-A4). */
static void
take_der (CaForeign *foreign, const char *path, GBytes *contents)
{
  static const char *const certificates[] = { ".crt", ".cer", ".der", NULL };
  static const char *const crls[] = { ".crl", NULL };
  static const char *const bundles[] = { ".p12", ".pfx", NULL };
  static const char *const keys[] = { ".key", ".p8", ".pk8", NULL };

  if (has_suffix (path, certificates))
    g_ptr_array_add (foreign->found, g_bytes_ref (contents));
  else if (has_suffix (path, crls))
    g_ptr_array_add (foreign->crls, g_bytes_ref (contents));
  else if (has_suffix (path, keys))
    g_ptr_array_add (foreign->keys, g_bytes_ref (contents));
  else if (has_suffix (path, bundles) && !take_pkcs12 (foreign, contents))
    ca_foreign_note (foreign,
                     "%s: its passphrase is another one, takes too long to try, or its algorithms "
                     "are outdated",
                     path);
}

void
ca_foreign_take_file (CaForeign *foreign, const char *path, GBytes *contents)
{
  gsize size;
  const char *data = g_bytes_get_data (contents, &size);
  g_autofree char *text = NULL;

  if (size == 0)
    return;
  if (memmem (data, size, "-----BEGIN ", 11) == NULL)
    {
      take_der (foreign, path, contents);
      return;
    }
  if (memchr (data, '\0', size) != NULL)
    {
      ca_foreign_note (foreign, "%s: is damaged: a text with an octet 0", path);
      return;
    }
  text = g_strndup (data, size);
  take_blocks (text, "CERTIFICATE", foreign->found);
  take_blocks (text, "X509 CRL", foreign->crls);
  if (strstr (text, "PRIVATE KEY-----") != NULL)
    g_ptr_array_add (foreign->keys, g_bytes_ref (contents));
}

/* Whose is what */

static gboolean
set_certificate (CaForeign *foreign, GBytes *der, GError **error)
{
  g_autoptr (CaCertificate) certificate = ca_certificate_decode (der, error);

  if (certificate == NULL)
    return FALSE;
  foreign->certificate = g_bytes_ref (der);
  foreign->spki = g_bytes_ref (certificate->decoded->spki);
  return TRUE;
}

gboolean
ca_foreign_set_certificate (CaForeign *foreign, const char *path, GError **error)
{
  g_autoptr (GBytes) contents = ca_foreign_load (path, error);
  g_autofree char *name = g_path_get_basename (path);
  guint first = foreign->found->len;

  if (contents == NULL)
    return FALSE;
  ca_foreign_take_file (foreign, path, contents);
  if (foreign->found->len > first)
    return set_certificate (foreign, foreign->found->pdata[first], error);
  icert_set_error (error, ICERT_ERROR_CONFIG, name, "holds no certificate (the CA's own)");
  return FALSE;
}

static GBytes *
subject_of (GBytes *der)
{
  g_autoptr (CaCertificate) certificate = ca_certificate_decode (der, NULL);

  return certificate != NULL ? g_bytes_ref (certificate->decoded->subject) : NULL;
}

static gboolean
names_issuer (const CaForeign *foreign, const CaCertificate *certificate)
{
  g_autoptr (GBytes) subject = subject_of (foreign->certificate);

  return subject != NULL && g_bytes_equal (certificate->issuer, subject);
}

void
ca_foreign_take_certificate (CaForeign *foreign, GBytes *der, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CaCertificate) certificate = NULL;
  CaForeignRow *row;

  if (g_bytes_equal (der, foreign->certificate))
    return;
  certificate = ca_certificate_decode (der, &error);
  if (certificate == NULL)
    {
      ca_foreign_note (foreign, "%s: %s", name, error->message);
      return;
    }
  if (!names_issuer (foreign, certificate))
    return;
  if (!ca_certificate_is_signed_by (certificate, foreign->spki))
    {
      ca_foreign_note (foreign, "%s: names the CA and is not signed by its key", name);
      return;
    }
  row = ca_foreign_get_row (foreign, certificate->serial, certificate->serial_size);
  if (row->der != NULL && !g_bytes_equal (row->der, der))
    {
      ca_foreign_note (foreign, "%s: another certificate has its serial number", name);
      return;
    }
  g_clear_pointer (&row->der, g_bytes_unref);
  g_clear_pointer (&row->certificate, ca_certificate_free);
  row->der = g_bytes_ref (der);
  row->not_after = certificate->not_after;
  row->certificate = g_steal_pointer (&certificate);
}

/* The issuers of @der among what was found, up to a root. */
static void
find_chain (CaForeign *foreign)
{
  GBytes *der = foreign->certificate;

  for (guint depth = 0; depth < 8; depth++)
    {
      g_autoptr (CaCertificate) child = ca_certificate_decode (der, NULL);
      GBytes *issuer = NULL;

      for (guint i = 0; child != NULL && issuer == NULL && i < foreign->found->len; i++)
        {
          g_autoptr (CaCertificate) parent = ca_certificate_decode (foreign->found->pdata[i], NULL);

          if (parent != NULL && g_bytes_equal (parent->decoded->subject, child->issuer)
              && ca_certificate_is_signed_by (child, parent->decoded->spki))
            issuer = foreign->found->pdata[i];
        }
      if (issuer == NULL || g_bytes_equal (issuer, der))
        return;
      g_ptr_array_add (foreign->chain, g_bytes_ref (issuer));
      der = issuer;
    }
}

static gboolean
read_format (CaForeign *foreign, const char *format, const char *path, GError **error)
{
  g_autofree char *quoted = NULL;

  if (strcmp (format, "openssl-index") == 0)
    return ca_foreign_read_index (foreign, path, error);
  if (strcmp (format, "easy-rsa") == 0)
    return ca_foreign_read_easy_rsa (foreign, path, error);
  if (strcmp (format, "folder") == 0 || strcmp (format, "xca") == 0)
    return ca_foreign_read_folder (foreign, path, error);
  quoted = icert_error_quote (format, -1);
  icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, "format",
                   "%s (openssl-index, easy-rsa, xca or folder)", quoted);
  return FALSE;
}

CaForeign *
ca_foreign_read (const char *format,
                 const char *path,
                 GBytes *passphrase,
                 CaProgress *progress,
                 GCancellable *cancellable,
                 GError **error)
{
  g_autoptr (CaForeign) foreign = foreign_new ();

  foreign->passphrase = passphrase != NULL ? g_bytes_ref (passphrase) : NULL;
  foreign->progress = progress;
  foreign->cancellable = cancellable;
  ca_progress_enter (progress, "read", 0, 0.5);
  if (!read_format (foreign, format, path, error)
      || g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  find_chain (foreign);
  return g_steal_pointer (&foreign);
}
