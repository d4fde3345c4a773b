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

      /* where a folder's link leads, perhaps round in circles, nothing was collected */
      if (g_file_test (child, G_FILE_TEST_IS_SYMLINK) && g_file_test (child, G_FILE_TEST_IS_DIR))
        continue;
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

/* In a delta this reason takes back a hold. */
static void
take_status (CaForeignRow *row, X509_REVOKED *entry)
{
  g_autoptr (ASN1_ENUMERATED) reason = X509_REVOKED_get_ext_d2i (entry, NID_crl_reason, NULL, NULL);
  gint64 number = reason != NULL ? ASN1_ENUMERATED_get (reason) : 0;

  if (number == ICERT_REVOCATION_REASON_REMOVE_FROM_CRL)
    row->is_revoked = FALSE;
  else
    ca_foreign_revoke (row, time_of (X509_REVOKED_get0_revocationDate (entry)), number);
}

static void
take_entry (CaForeign *foreign, X509_REVOKED *entry)
{
  const ASN1_INTEGER *serial = X509_REVOKED_get0_serialNumber (entry);
  const guint8 *octets = ASN1_STRING_get0_data (serial);
  int size = ASN1_STRING_length (serial);
  guint n = foreign->rows->len;
  CaForeignRow *row;

  for (; size > 1 && octets[0] == 0; size--)
    octets++;
  if (size < 1 || size > 20)
    return;
  row = ca_foreign_get_row (foreign, octets, size);
  if (foreign->rows->len > n)
    {
      g_autofree char *hex = ca_crypto_hex (octets, size);

      ca_foreign_note (foreign, "%s: its certificate is not there; its status is taken over alone",
                       hex);
    }
  take_status (row, entry);
}

static void
take_number (CaForeign *foreign, X509_CRL *crl)
{
  g_autoptr (ASN1_INTEGER) number = X509_CRL_get_ext_d2i (crl, NID_crl_number, NULL, NULL);
  guint64 value = 0;

  if (number != NULL && ASN1_INTEGER_get_uint64 (&value, number) == 1 && value < G_MAXINT64 / 2)
    foreign->next_crl = MAX (foreign->next_crl, (gint64) value + 1);
}

/* Whoever is on hold is on each CRL; who is not on a later one was released. What is revoked for
 * good stays, since it leaves a CRL only when it has expired. */
static void
release_holds (CaForeign *foreign)
{
  for (guint i = 0; i < foreign->rows->len; i++)
    {
      CaForeignRow *row = foreign->rows->pdata[i];

      if (row->is_revoked && row->reason == ICERT_REVOCATION_REASON_CERTIFICATE_HOLD)
        row->is_revoked = FALSE;
    }
}

static void
take_crl (CaForeign *foreign, X509_CRL *crl)
{
  STACK_OF (X509_REVOKED) *entries = X509_CRL_get_REVOKED (crl);

  if (X509_CRL_get_ext_by_NID (crl, NID_delta_crl, -1) < 0)
    release_holds (foreign);
  for (int i = 0; i < sk_X509_REVOKED_num (entries); i++)
    take_entry (foreign, sk_X509_REVOKED_value (entries, i));
  take_number (foreign, crl);
}

/* NULL: it is none of the CA's */
static X509_CRL *
read_crl (GBytes *der, EVP_PKEY *key)
{
  X509_CRL *empty = X509_CRL_new_ex (ca_crypto_get_libctx (), NULL);
  gsize size;
  const guint8 *data = g_bytes_get_data (der, &size);
  g_autoptr (X509_CRL) crl = d2i_X509_CRL (&empty, &data, (long) size);

  if (crl != NULL && X509_CRL_verify (crl, key) == 1)
    return g_steal_pointer (&crl);
  ERR_clear_error ();
  return NULL;
}

/* A base before the delta that was made with it */
static int
compare_crls (gconstpointer a, gconstpointer b)
{
  X509_CRL *first = *(X509_CRL *const *) a, *second = *(X509_CRL *const *) b;
  gint64 one = time_of (X509_CRL_get0_lastUpdate (first));
  gint64 other = time_of (X509_CRL_get0_lastUpdate (second));

  if (one != other)
    return one < other ? -1 : 1;
  return (X509_CRL_get_ext_by_NID (first, NID_delta_crl, -1) >= 0)
         - (X509_CRL_get_ext_by_NID (second, NID_delta_crl, -1) >= 0);
}

static gboolean
take_crls (CaForeign *foreign, GError **error)
{
  g_autoptr (EVP_PKEY) key = ca_crypto_public_key (foreign->spki, error);
  g_autoptr (GPtrArray) crls = g_ptr_array_new_with_free_func ((GDestroyNotify) X509_CRL_free);

  if (key == NULL)
    return FALSE;
  for (guint i = 0; i < foreign->crls->len; i++)
    {
      X509_CRL *crl = read_crl (foreign->crls->pdata[i], key);

      if (crl != NULL)
        g_ptr_array_add (crls, crl);
      else
        ca_foreign_note (foreign, "a CRL is not signed by the CA's key");
    }
  g_ptr_array_sort (crls, compare_crls);
  for (guint i = 0; i < crls->len; i++)
    take_crl (foreign, crls->pdata[i]);
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
