/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-foreign.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "ca-crypto.h"

/* A folder, or one file, with the CA's certificate and key, the certificates it issued, and CRLs:
 * what XCA exports, or somebody collected. */

#define MAX_DEPTH 4

G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_CRL, X509_CRL_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ASN1_INTEGER, ASN1_INTEGER_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ASN1_ENUMERATED, ASN1_ENUMERATED_free)

/* XCA keeps its own keys in its database, sealed in a way of its own. */
static gboolean
check_no_database (const char *path, GBytes *contents, GError **error)
{
  gsize size;
  const void *data = g_bytes_get_data (contents, &size);

  if (size < 16 || memcmp (data, "SQLite format 3", 16) != 0)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, "path",
                   "%s is a database (export the CA from XCA as PKCS #12, and its certificates and "
                   "CRL as PEM, into one folder)",
                   path);
  return FALSE;
}

static gboolean
read_tree (CaForeign *foreign, const char *path, guint depth, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  g_autoptr (GBytes) contents = NULL;
  const char *name;

  if (g_cancellable_set_error_if_cancelled (foreign->cancellable, error))
    return FALSE;
  while (dir != NULL && depth < MAX_DEPTH && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (!read_tree (foreign, child, depth + 1, error))
        return FALSE;
    }
  if (dir != NULL || !g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return TRUE;
  contents = ca_foreign_load (path, error);
  if (contents == NULL || !check_no_database (path, contents, error))
    return FALSE;
  ca_foreign_take_file (foreign, path, contents);
  return TRUE;
}

static gboolean
is_ca (const CaCertificate *certificate)
{
  for (guint i = 0; i < certificate->decoded->extensions->len; i++)
    {
      ICertExtension *extension = certificate->decoded->extensions->pdata[i];
      g_autofree char *oid = icert_extension_get_oid (extension);
      g_autoptr (GBytes) value = icert_extension_get_value (extension);
      gboolean ca = FALSE;
      int path_length;

      if (strcmp (oid, "2.5.29.19") == 0
          && icert_extension_parse_basic_constraints (value, &ca, &path_length, NULL) && ca)
        return TRUE;
    }
  return FALSE;
}

static void
count (GHashTable *counts, GBytes *name)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, name));

  g_hash_table_insert (counts, g_bytes_ref (name), GUINT_TO_POINTER (n + 1));
}

/* The CA is the one that issued most of what is here. */
static gboolean
choose_certificate (CaForeign *foreign, GError **error)
{
  g_autoptr (GHashTable) counts
      = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  g_autoptr (CaCertificate) best = NULL;
  guint most = 0;

  for (guint i = 0; i < foreign->found->len; i++)
    {
      g_autoptr (CaCertificate) one = ca_certificate_decode (foreign->found->pdata[i], NULL);

      if (one != NULL)
        count (counts, one->issuer);
    }
  for (guint i = 0; i < foreign->found->len; i++)
    {
      g_autoptr (CaCertificate) one = ca_certificate_decode (foreign->found->pdata[i], NULL);
      guint n = one == NULL || !is_ca (one)
                    ? 0
                    : 1 + GPOINTER_TO_UINT (g_hash_table_lookup (counts, one->decoded->subject));

      if (n <= most)
        continue;
      most = n;
      g_clear_pointer (&best, ca_certificate_free);
      best = g_steal_pointer (&one);
    }
  if (best == NULL)
    {
      icert_set_error (error, ICERT_ERROR_NOT_FOUND, "path",
                       "has no certificate of a CA (PEM, DER as .crt or .cer, or PKCS #12)");
      return FALSE;
    }
  foreign->certificate = g_bytes_ref (best->decoded->raw);
  foreign->spki = g_bytes_ref (best->decoded->spki);
  return TRUE;
}

/* Revocations of a CRL */

static gint64
time_of (const ASN1_TIME *time)
{
  struct tm parts;
  g_autoptr (GDateTime) date = NULL;

  if (ASN1_TIME_to_tm (time, &parts) != 1)
    return 0;
  date = g_date_time_new_utc (parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                              parts.tm_min, parts.tm_sec);
  return date != NULL ? g_date_time_to_unix (date) : 0;
}

static void
take_entry (CaForeign *foreign, X509_REVOKED *entry)
{
  const ASN1_INTEGER *serial = X509_REVOKED_get0_serialNumber (entry);
  g_autoptr (ASN1_ENUMERATED) reason = X509_REVOKED_get_ext_d2i (entry, NID_crl_reason, NULL, NULL);
  const guint8 *octets = ASN1_STRING_get0_data (serial);
  int size = ASN1_STRING_length (serial);
  CaForeignRow *row;

  for (; size > 1 && octets[0] == 0; size--)
    octets++;
  if (size < 1 || size > 20)
    return;
  row = ca_foreign_get_row (foreign, octets, size);
  if (row->der == NULL)
    {
      g_autofree char *hex = ca_crypto_hex (octets, size);

      ca_foreign_note (foreign, "%s: its certificate is not there; its status is taken over alone",
                       hex);
    }
  row->is_revoked = TRUE;
  row->revoked_when = time_of (X509_REVOKED_get0_revocationDate (entry));
  row->reason = reason != NULL ? ASN1_ENUMERATED_get (reason) : ICERT_REVOCATION_REASON_UNSPECIFIED;
}

static void
take_number (CaForeign *foreign, X509_CRL *crl)
{
  g_autoptr (ASN1_INTEGER) number = X509_CRL_get_ext_d2i (crl, NID_crl_number, NULL, NULL);
  guint64 value = 0;

  if (number != NULL && ASN1_INTEGER_get_uint64 (&value, number) == 1 && value < G_MAXINT64 / 2)
    foreign->next_crl = MAX (foreign->next_crl, (gint64) value + 1);
}

/* @newest: time of the newest CRL so far: what an older one says is in it, or was released since */
static gboolean
take_crl (CaForeign *foreign, GBytes *der, EVP_PKEY *key)
{
  X509_CRL *empty = X509_CRL_new_ex (ca_crypto_get_libctx (), NULL);
  gsize size;
  const guint8 *data = g_bytes_get_data (der, &size);
  g_autoptr (X509_CRL) crl = d2i_X509_CRL (&empty, &data, (long) size);
  STACK_OF (X509_REVOKED) * entries;

  if (crl == NULL || X509_CRL_verify (crl, key) != 1)
    {
      ERR_clear_error ();
      return FALSE;
    }
  entries = X509_CRL_get_REVOKED (crl);
  for (int i = 0; i < sk_X509_REVOKED_num (entries); i++)
    take_entry (foreign, sk_X509_REVOKED_value (entries, i));
  take_number (foreign, crl);
  return TRUE;
}

static gboolean
take_crls (CaForeign *foreign, GError **error)
{
  g_autoptr (EVP_PKEY) key = ca_crypto_public_key (foreign->spki, error);

  if (key == NULL)
    return FALSE;
  for (guint i = 0; i < foreign->crls->len; i++)
    if (!take_crl (foreign, foreign->crls->pdata[i], key))
      ca_foreign_note (foreign, "a CRL is not signed by the CA's key");
  return TRUE;
}

gboolean
ca_foreign_read_folder (CaForeign *foreign, const char *path, GError **error)
{
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      icert_set_error (error, ICERT_ERROR_NOT_FOUND, "path", "is not there (a folder or a file)");
      return FALSE;
    }
  if (!read_tree (foreign, path, 0, error) || !choose_certificate (foreign, error))
    return FALSE;
  for (guint i = 0; i < foreign->found->len; i++)
    {
      g_autofree char *name = g_strdup_printf ("certificate %u", i + 1);

      ca_foreign_take_certificate (foreign, foreign->found->pdata[i], name);
      ca_progress_tell ((double) i / foreign->found->len, foreign->progress);
    }
  return take_crls (foreign, error);
}
