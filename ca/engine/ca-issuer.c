/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-issuer.h"

#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#define FIELD "CA certificate"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)

static X509 *
decode_certificate (GBytes *der, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (der, &size);
  const guint8 *end = data;
  X509 *certificate = X509_new_ex (ca_crypto_get_libctx (), NULL);

  /* d2i frees what it was given when it fails */
  certificate = d2i_X509 (&certificate, &end, (long) size);
  if (certificate != NULL && end == data + size)
    return certificate;
  X509_free (certificate);
  ERR_clear_error ();
  icert_set_error (error, ICERT_ERROR_CONFIG, FIELD, "cannot be decoded (one certificate, DER)");
  return NULL;
}

/* RFC 5280 4.2.1.9 and 4.2.1.3: only a certificate that says so may sign others. */
static gboolean
check_is_ca (X509 *certificate, GError **error)
{
  guint32 flags = X509_get_extension_flags (certificate);

  if ((flags & EXFLAG_INVALID) != 0 || (flags & EXFLAG_CA) == 0)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, FIELD,
                       "is no CA certificate (basicConstraints with cA TRUE)");
      return FALSE;
    }
  if ((X509_get_key_usage (certificate) & KU_KEY_CERT_SIGN) == 0)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, FIELD,
                       "may not sign certificates (keyUsage with keyCertSign)");
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_link (X509 *child, X509 *parent, GError **error)
{
  EVP_PKEY *key = X509_get0_pubkey (parent);

  if (key != NULL && X509_check_issued (parent, child) == X509_V_OK
      && X509_verify (child, key) == 1)
    return TRUE;
  ERR_clear_error ();
  icert_set_error (error, ICERT_ERROR_CONFIG, FIELD,
                   "was not issued by the next one of its chain (nearest issuer first)");
  return FALSE;
}

static void
keep_constraints (CaIssuer *self, X509 *certificate)
{
  int index = X509_get_ext_by_NID (certificate, NID_name_constraints, -1);
  const ASN1_OCTET_STRING *value;

  if (index < 0)
    return;
  value = X509_EXTENSION_get_data (X509_get_ext (certificate, index));
  g_ptr_array_add (self->constraints,
                   g_bytes_new (ASN1_STRING_get0_data (value), ASN1_STRING_length (value)));
}

static gboolean
read_key_identifier (CaIssuer *self, X509 *certificate, GError **error)
{
  const ASN1_OCTET_STRING *identifier = X509_get0_subject_key_id (certificate);
  gsize size = identifier != NULL ? (gsize) ASN1_STRING_length (identifier) : 0;

  if (size == 0 || size > sizeof self->key_identifier)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, FIELD,
                       "has no usable subjectKeyIdentifier (1 to %" G_GSIZE_FORMAT " octets)",
                       sizeof self->key_identifier);
      return FALSE;
    }
  memcpy (self->key_identifier, ASN1_STRING_get0_data (identifier), size);
  self->key_identifier_size = size;
  return TRUE;
}

static gint64
read_time (const ASN1_TIME *time)
{
  struct tm parts;

  if (ASN1_TIME_to_tm (time, &parts) != 1)
    return 0;
  return timegm (&parts);
}

static GBytes *
read_public_key (X509 *certificate)
{
  guint8 *der = NULL;
  int size = i2d_X509_PUBKEY (X509_get_X509_PUBKEY (certificate), &der);
  GBytes *bytes = g_bytes_new (der, MAX (size, 0));

  OPENSSL_free (der);
  return bytes;
}

static gboolean
read_fields (CaIssuer *self, X509 *certificate, GError **error)
{
  const guint8 *name;
  gsize name_size;

  if (!check_is_ca (certificate, error) || !read_key_identifier (self, certificate, error))
    return FALSE;
  if (X509_NAME_get0_der (X509_get_subject_name (certificate), &name, &name_size) != 1
      || X509_NAME_entry_count (X509_get_subject_name (certificate)) == 0)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, FIELD, "has no subject (a name)");
      return FALSE;
    }
  self->subject = g_bytes_new (name, name_size);
  self->spki = read_public_key (certificate);
  self->not_before = read_time (X509_get0_notBefore (certificate));
  self->not_after = read_time (X509_get0_notAfter (certificate));
  self->path_length = (int) X509_get_pathlen (certificate);
  keep_constraints (self, certificate);
  self->has_name_constraints = self->constraints->len > 0;
  if (self->has_name_constraints)
    self->name_constraints = g_bytes_ref (g_ptr_array_index (self->constraints, 0));
  self->public_key = ca_crypto_public_key (self->spki, error);
  return self->public_key != NULL;
}

/* Appends @chain to the issuer's own, each link verified; the root, if it is there, signs itself.
 */
static gboolean
read_chain (CaIssuer *self, X509 *certificate, GPtrArray *chain, GError **error)
{
  g_autoptr (X509) child = X509_up_ref (certificate) == 1 ? certificate : NULL;

  for (guint i = 0; chain != NULL && i < chain->len; i++)
    {
      GBytes *der = g_ptr_array_index (chain, i);
      g_autoptr (X509) parent = decode_certificate (der, error);

      if (parent == NULL || !check_is_ca (parent, error) || !check_link (child, parent, error))
        return FALSE;
      keep_constraints (self, parent);
      g_ptr_array_add (self->chain, g_bytes_ref (der));
      X509_free (child);
      child = g_steal_pointer (&parent);
    }
  if ((X509_get_extension_flags (child) & EXFLAG_SI) != 0)
    return check_link (child, child, error);
  return TRUE;
}

/* S-E1 step 6: verifying costs more than signing with these, and a key in this process cannot be
 * made to sign something else on the way. */
static gboolean
needs_verifying (CaIssuer *self)
{
  if (!icert_key_is_in_process (self->key))
    return TRUE;
  return !EVP_PKEY_is_a (self->public_key, "EC") && !EVP_PKEY_is_a (self->public_key, "ED25519")
         && !EVP_PKEY_is_a (self->public_key, "ED448");
}

static gboolean
take_key (CaIssuer *self, ICertKey *key, const char *hash, GError **error)
{
  g_autoptr (GBytes) spki = NULL;

  self->hash = g_strdup (hash);
  if (key == NULL)
    return TRUE;
  spki = icert_key_get_public_key (key, error);
  if (spki == NULL)
    return FALSE;
  if (!g_bytes_equal (spki, self->spki))
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, FIELD, "is for another key (the CA's key)");
      return FALSE;
    }
  self->key = g_object_ref (key);
  self->signature_algorithm = icert_key_get_signature_algorithm (key, hash, error);
  self->verify_signature = needs_verifying (self);
  return self->signature_algorithm != NULL;
}

CaIssuer *
ca_issuer_new (GBytes *certificate,
               GPtrArray *chain,
               ICertKey *key,
               const char *hash,
               guint certificate_index,
               guint key_index,
               GError **error)
{
  g_autoptr (CaIssuer) self = g_new0 (CaIssuer, 1);
  g_autoptr (X509) decoded = NULL;
  gsize size;
  const void *data = g_bytes_get_data (certificate, &size);

  g_atomic_ref_count_init (&self->ref_count);
  self->url_cache = ca_url_cache_new ();
  self->certificate_index = certificate_index;
  self->key_index = key_index;
  self->certificate = g_bytes_ref (certificate);
  self->chain = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->constraints = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_ptr_array_add (self->chain, g_bytes_ref (certificate));
  ca_crypto_sha256 (data, size, self->digest);
  decoded = decode_certificate (certificate, error);
  if (decoded == NULL || !read_fields (self, decoded, error)
      || !read_chain (self, decoded, chain, error) || !take_key (self, key, hash, error))
    return NULL;
  return g_steal_pointer (&self);
}

char *
ca_issuer_dup_parent (const CaIssuer *self)
{
  g_autoptr (X509) decoded = decode_certificate (self->certificate, NULL);
  g_autoptr (GBytes) name = NULL;
  g_autoptr (GPtrArray) rdns = NULL;
  const guint8 *der;
  gsize size;

  if (decoded == NULL || X509_NAME_get0_der (X509_get_issuer_name (decoded), &der, &size) != 1)
    return NULL;
  name = g_bytes_new (der, size);
  rdns = ca_name_decode (name, NULL);
  for (guint i = 0; rdns != NULL && i < rdns->len; i++)
    if (strcmp (((CaRdn *) rdns->pdata[i])->oid, "2.5.4.3") == 0)
      return g_strdup (((CaRdn *) rdns->pdata[i])->value);
  return rdns != NULL ? ca_name_to_text (rdns) : NULL;
}

ICertResponse *
ca_issuer_to_response (const CaIssuer *issuer)
{
  g_autoptr (GPtrArray) above = g_ptr_array_new ();

  for (guint i = 1; i < issuer->chain->len; i++)
    g_ptr_array_add (above, issuer->chain->pdata[i]);
  return icert_response_new (0, ICERT_DISPOSITION_ISSUED, NULL, NULL, issuer->certificate, above);
}

/* "" or "(n)" */
static char *
dup_suffix (guint index)
{
  return index == 0 ? g_strdup ("") : g_strdup_printf ("(%u)", index);
}

static char **
expand (const CaIssuer *self, const char *const *patterns)
{
  g_autofree char *suffix = dup_suffix (self->certificate_index);
  char **urls = g_strdupv ((char **) patterns);

  for (guint i = 0; urls != NULL && urls[i] != NULL; i++)
    {
      g_autoptr (GString) url = g_string_new (urls[i]);

      g_string_replace (url, "<CertificateName>", suffix, 0);
      g_free (urls[i]);
      urls[i] = g_strdup (url->str);
    }
  return urls;
}

void
ca_issuer_set_urls (CaIssuer *self, const char *const *ca_issuers, const char *const *ocsp)
{
  self->ca_issuers = expand (self, ca_issuers);
  self->ocsp = expand (self, ocsp);
}

ICertKey *
ca_issuer_get_key (const CaIssuer *self, GError **error)
{
  if (self->key == NULL)
    icert_set_error (error, ICERT_ERROR_KEY_UNAVAILABLE, "key",
                     "%u cannot be had (keys/%u.key, or what [Key %u] of ca.conf names)",
                     self->key_index, self->key_index, self->key_index);
  return self->key;
}

GBytes *
ca_issuer_read_spki (GBytes *certificate, GError **error)
{
  g_autoptr (X509) decoded = decode_certificate (certificate, error);

  return decoded != NULL ? read_public_key (decoded) : NULL;
}

gboolean
ca_issuer_read_validity (GBytes *certificate, gint64 *not_before, gint64 *not_after)
{
  g_autoptr (X509) decoded = decode_certificate (certificate, NULL);

  if (decoded == NULL)
    return FALSE;
  *not_before = read_time (X509_get0_notBefore (decoded));
  *not_after = read_time (X509_get0_notAfter (decoded));
  return TRUE;
}

/* Made anew: identifiers name keys, and basicConstraints is written as the linter wants it. The
 * version of an AD CS CA (…311.21.1, 21.2) counts certificates of that CA. */
static gboolean
is_replaced (const char *oid, gboolean self_signed)
{
  static const char *const always[]
      = { "2.5.29.14", "2.5.29.35", "2.5.29.19", "1.3.6.1.4.1.311.21.1", "1.3.6.1.4.1.311.21.2",
          NULL };
  static const char *const places[] = { "2.5.29.31", "2.5.29.46", "1.3.6.1.5.5.7.1.1", NULL };

  return g_strv_contains (always, oid) || (!self_signed && g_strv_contains (places, oid));
}

static gboolean
copy_extension (GPtrArray *extensions, X509_EXTENSION *from, gboolean self_signed, GError **error)
{
  const ASN1_OCTET_STRING *octets = X509_EXTENSION_get_data (from);
  g_autoptr (GBytes) value
      = g_bytes_new (ASN1_STRING_get0_data (octets), ASN1_STRING_length (octets));
  ICertExtensionFlags flags = ICERT_EXTENSION_NONE;
  ICertExtension *extension;
  char oid[128];

  OBJ_obj2txt (oid, sizeof oid, X509_EXTENSION_get_object (from), 1);
  if (is_replaced (oid, self_signed))
    return TRUE;
  if (X509_EXTENSION_get_critical (from) != 0 || strcmp (oid, "2.5.29.15") == 0)
    flags = ICERT_EXTENSION_CRITICAL;
  extension = icert_extension_new (oid, flags, ICERT_EXTENSION_ORIGIN_SERVER, value, error);
  if (extension == NULL)
    return FALSE;
  g_ptr_array_add (extensions, extension);
  return TRUE;
}

GPtrArray *
ca_issuer_list_own_extensions (const CaIssuer *self, gboolean self_signed, GError **error)
{
  g_autoptr (GPtrArray) extensions = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (X509) decoded = decode_certificate (self->certificate, error);
  ICertExtension *made
      = icert_extension_new_basic_constraints (TRUE, self->path_length, TRUE, error);

  if (made == NULL)
    return NULL;
  g_ptr_array_add (extensions, made);
  for (int i = 0; decoded != NULL && i < X509_get_ext_count (decoded); i++)
    if (!copy_extension (extensions, X509_get_ext (decoded, i), self_signed, error))
      return NULL;
  if (X509_get_ext_by_NID (decoded, NID_key_usage, -1) >= 0)
    return g_steal_pointer (&extensions);
  made = icert_extension_new_key_usage (ICERT_KEY_USAGE_KEY_CERT_SIGN | ICERT_KEY_USAGE_CRL_SIGN,
                                        TRUE, error);
  if (made == NULL)
    return NULL;
  g_ptr_array_add (extensions, made);
  return g_steal_pointer (&extensions);
}

gboolean
ca_issuer_has_signed (const CaIssuer *self, GBytes *certificate)
{
  g_autoptr (X509) child = decode_certificate (certificate, NULL);
  g_autoptr (X509) parent = decode_certificate (self->certificate, NULL);

  return child != NULL && parent != NULL && check_link (child, parent, NULL);
}

CaIssuer *
ca_issuer_ref (CaIssuer *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
ca_issuer_unref (CaIssuer *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->certificate, g_bytes_unref);
  g_clear_pointer (&self->chain, g_ptr_array_unref);
  g_clear_pointer (&self->constraints, g_ptr_array_unref);
  g_clear_pointer (&self->subject, g_bytes_unref);
  g_clear_pointer (&self->spki, g_bytes_unref);
  g_clear_pointer (&self->name_constraints, g_bytes_unref);
  g_clear_pointer (&self->signature_algorithm, g_bytes_unref);
  g_clear_pointer (&self->public_key, EVP_PKEY_free);
  g_clear_object (&self->key);
  g_strfreev (self->ca_issuers);
  g_strfreev (self->ocsp);
  g_clear_pointer (&self->url_cache, ca_url_cache_free);
  g_free (self->hash);
  g_free (self);
}
