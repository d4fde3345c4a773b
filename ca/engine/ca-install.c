/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-install.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/pkcs7.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "ca-limits.h"
#include "ca-load.h"
#include "ca-renew.h"

#define LONGEST_CHAIN 16

G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_STORE, X509_STORE_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_STORE_CTX, X509_STORE_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_REQ, X509_REQ_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PKCS7, PKCS7_free)

/* Files */

static gboolean
take_pkcs7 (GPtrArray *blocks, GBytes *der)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (der, &size);
  const guint8 *end = data;
  g_autoptr (PKCS7) message = d2i_PKCS7 (NULL, &end, (long) size);
  STACK_OF (X509) *certificates = NULL;

  ERR_clear_error ();
  if (message == NULL || end != data + size || !PKCS7_type_is_signed (message)
      || message->d.sign == NULL)
    return FALSE;
  certificates = message->d.sign->cert;
  for (int i = 0; i < sk_X509_num (certificates); i++)
    {
      guint8 *octets = NULL;
      int n = i2d_X509 (sk_X509_value (certificates, i), &octets);

      if (n > 0)
        g_ptr_array_add (blocks, g_bytes_new (octets, n));
      OPENSSL_free (octets);
    }
  return sk_X509_num (certificates) > 0;
}

static gboolean
take_pem_pkcs7 (GPtrArray *blocks, const char *text)
{
  static const char *const labels[] = { "PKCS7", "PKCS #7 SIGNED DATA", "CMS" };

  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      g_autofree char *begin = g_strdup_printf ("-----BEGIN %s-----", labels[i]);
      g_autofree char *end = g_strdup_printf ("-----END %s-----", labels[i]);
      const char *start = strstr (text, begin);
      const char *stop = start != NULL ? strstr (start, end) : NULL;
      g_autofree char *body = NULL;
      g_autofree guchar *data = NULL;
      g_autoptr (GBytes) der = NULL;
      gsize size;

      if (stop == NULL)
        continue;
      body = g_strndup (start + strlen (begin), stop - start - strlen (begin));
      data = g_base64_decode (body, &size);
      der = g_bytes_new_take (g_steal_pointer (&data), size);
      return take_pkcs7 (blocks, der);
    }
  return FALSE;
}

GPtrArray *
ca_install_read (GBytes *input, GError **error)
{
  gsize size;
  const char *data = g_bytes_get_data (input, &size);
  g_autofree char *text = g_strndup (data, size);
  g_autoptr (GPtrArray) blocks = ca_load_blocks (text, error);
  GBytes *der;

  if (blocks == NULL)
    return NULL;
  if (blocks->len > 0 || take_pem_pkcs7 (blocks, text) || take_pkcs7 (blocks, input))
    return g_steal_pointer (&blocks);
  der = ca_unarmour (input, "CERTIFICATE", error);
  if (der == NULL)
    return NULL;
  g_ptr_array_add (blocks, der);
  return g_steal_pointer (&blocks);
}

/* The chain */

static X509 *
decode (GBytes *der)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (der, &size);
  X509 *certificate = X509_new_ex (ca_crypto_get_libctx (), NULL);

  certificate = d2i_X509 (&certificate, &data, (long) size);
  ERR_clear_error ();
  return certificate;
}

/* Index of the block that issued @child; -1 when none did. */
static int
find_parent (GPtrArray *blocks, const gboolean *used, X509 *child)
{
  for (guint i = 0; i < blocks->len; i++)
    {
      g_autoptr (X509) parent = used[i] ? NULL : decode (blocks->pdata[i]);
      EVP_PKEY *key = parent != NULL ? X509_get0_pubkey (parent) : NULL;

      if (key != NULL && X509_check_issued (parent, child) == X509_V_OK
          && X509_verify (child, key) == 1)
        return i;
      ERR_clear_error ();
    }
  return -1;
}

/* From the CA's own certificate, block @own, to where @blocks end; every block has its place. */
static GPtrArray *
sort_chain (GPtrArray *blocks, guint own, GError **error)
{
  g_autoptr (GPtrArray) chain = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (X509) child = decode (blocks->pdata[own]);
  g_autofree gboolean *used = g_new0 (gboolean, blocks->len);
  int next = own;

  used[own] = TRUE;
  while (child != NULL && (X509_get_extension_flags (child) & EXFLAG_SS) == 0
         && (next = find_parent (blocks, used, child)) >= 0)
    {
      used[next] = TRUE;
      g_ptr_array_add (chain, g_bytes_ref (blocks->pdata[next]));
      X509_free (child);
      child = decode (blocks->pdata[next]);
    }
  if (chain->len + 1 == blocks->len)
    return g_steal_pointer (&chain);
  icert_set_error (error, ICERT_ERROR_CONFIG, "chain",
                   "%u of the %u certificates were not issued one by the other (the CA's own and "
                   "its issuers)",
                   blocks->len - chain->len - 1, blocks->len);
  return NULL;
}

static GPtrArray *
without_duplicates (GPtrArray *blocks)
{
  GPtrArray *once = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (guint i = 0; i < blocks->len; i++)
    if (!g_ptr_array_find_with_equal_func (once, blocks->pdata[i], g_bytes_equal, NULL))
      g_ptr_array_add (once, g_bytes_ref (blocks->pdata[i]));
  return once;
}

/* Dates, path lengths, constraints: what a client would look at (RFC 5280 6.1). */
static gboolean
check_path (GBytes *certificate, GPtrArray *chain, GError **error)
{
  g_autoptr (X509) leaf = decode (certificate);
  g_autoptr (X509_STORE) store = X509_STORE_new ();
  g_autoptr (X509_STORE_CTX) context = X509_STORE_CTX_new_ex (ca_crypto_get_libctx (), NULL);
  STACK_OF (X509) *between = sk_X509_new_null ();
  gboolean ok;

  for (guint i = 0; i < chain->len; i++)
    {
      g_autoptr (X509) issuer = decode (chain->pdata[i]);

      if (i == chain->len - 1)
        X509_STORE_add_cert (store, issuer);
      else
        sk_X509_push (between, g_steal_pointer (&issuer));
    }
  X509_STORE_CTX_init (context, store, leaf, between);
  X509_STORE_CTX_set_flags (context, X509_V_FLAG_PARTIAL_CHAIN);
  X509_STORE_CTX_set_time (context, 0, ca_clock_now () / G_USEC_PER_SEC);
  ok = chain->len == 0 || X509_verify_cert (context) == 1;
  if (!ok)
    icert_set_error (error, ICERT_ERROR_CONFIG, "chain", "%s at certificate %d (a valid path)",
                     X509_verify_cert_error_string (X509_STORE_CTX_get_error (context)),
                     X509_STORE_CTX_get_error_depth (context));
  ERR_clear_error ();
  sk_X509_pop_free (between, X509_free);
  return ok;
}

/* The CA's own certificate */

static gboolean
is_known (const CaFacts *facts, GBytes *certificate, GError **error)
{
  for (guint i = 0; i < facts->issuers->len; i++)
    if (g_bytes_equal (((CaIssuer *) facts->issuers->pdata[i])->certificate, certificate))
      {
        icert_set_error (error, ICERT_ERROR_WRONG_STATE, "certificate",
                         "is installed, as certificate %u (a new one)", i);
        return TRUE;
      }
  return FALSE;
}

/* The key that waits for its certificate, or one that has some (renewal with the same key). */
static ICertKey *
find_key (const CaFacts *facts, GBytes *spki, guint *index, GError **error)
{
  guint next = facts->issuers->len;
  gboolean waits = next < facts->keys->len && facts->keys->pdata[next] != NULL;

  for (guint i = 0; i < facts->keys->len; i++)
    {
      ICertKey *key = facts->keys->pdata[i];
      g_autoptr (GBytes) public_key
          = key != NULL && (!waits || i == next) ? icert_key_get_public_key (key, NULL) : NULL;

      if (public_key == NULL || !g_bytes_equal (public_key, spki))
        continue;
      *index = i;
      return key;
    }
  return NULL;
}

static int
find_own (const CaFacts *facts, GPtrArray *blocks, ICertKey **key, guint *index, GError **error)
{
  for (guint i = 0; i < blocks->len; i++)
    {
      g_autoptr (GBytes) spki = ca_issuer_read_spki (blocks->pdata[i], error);

      if (spki == NULL)
        return -1;
      *key = find_key (facts, spki, index, error);
      if (*key != NULL)
        return i;
    }
  icert_set_error (error, ICERT_ERROR_CONFIG, "certificate",
                   "is not for a key of this CA that waits for one (the answer to request.pem)");
  return -1;
}

static X509_NAME *
requested_name (CaEngine *engine, X509_REQ **request)
{
  g_autofree char *path = ca_engine_request_path (engine);
  g_autofree char *contents = NULL;
  g_autoptr (GBytes) file = NULL;
  g_autoptr (GBytes) der = NULL;
  const guint8 *data;
  gsize size;

  if (!icert_file_get_contents (path, CA_LIMIT_PEM_INPUT, FALSE, "request.pem", &contents, &size,
                                NULL))
    return NULL;
  file = g_bytes_new_take (g_steal_pointer (&contents), size);
  der = ca_unarmour (file, "CERTIFICATE REQUEST", NULL);
  if (der == NULL)
    return NULL;
  data = g_bytes_get_data (der, &size);
  *request = d2i_X509_REQ (NULL, &data, (long) size);
  ERR_clear_error ();
  return *request != NULL ? X509_REQ_get_subject_name (*request) : NULL;
}

/* A renewed CA keeps its name octet for octet: there are verifiers that compare octets. A new one
 * has the name it asked for; a parent may choose other string types. */
static gboolean
check_name (CaEngine *engine, const CaFacts *facts, const CaIssuer *issuer, GError **error)
{
  const CaIssuer *newest = ca_facts_find_issuer (facts, -1);
  g_autoptr (X509_REQ) request = NULL;
  g_autoptr (X509) certificate = decode (issuer->certificate);
  X509_NAME *asked = newest == NULL ? requested_name (engine, &request) : NULL;

  if (newest != NULL
          ? g_bytes_equal (newest->subject, issuer->subject)
          : asked == NULL || X509_NAME_cmp (asked, X509_get_subject_name (certificate)) == 0)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, "certificate", "has another subject (%s)",
                   newest != NULL ? "the octets of the CA's name" : "the one of request.pem");
  return FALSE;
}

static gboolean
check_dates (const CaIssuer *issuer, GError **error)
{
  gint64 now = ca_clock_now () / G_USEC_PER_SEC;
  g_autoptr (GDateTime) end = NULL;
  g_autofree char *text = NULL;

  if (now <= issuer->not_after)
    return TRUE;
  end = g_date_time_new_from_unix_utc (issuer->not_after);
  text = g_date_time_format_iso8601 (end);
  icert_set_error (error, ICERT_ERROR_CONFIG, "certificate", "has expired on %s (a valid one)",
                   text);
  return FALSE;
}

/* A parent that sends the certificate alone need not repeat a chain that is known. */
static GPtrArray *
complete_chain (const CaFacts *facts, GPtrArray *blocks, guint own, GError **error)
{
  const CaIssuer *newest = ca_facts_find_issuer (facts, -1);
  g_autoptr (GPtrArray) all = NULL;

  if (blocks->len > 1 || newest == NULL)
    return sort_chain (blocks, own, error);
  all = g_ptr_array_new ();
  g_ptr_array_add (all, blocks->pdata[own]);
  for (guint i = 1; i < newest->chain->len; i++)
    g_ptr_array_add (all, newest->chain->pdata[i]);
  return sort_chain (all, 0, error);
}

CaIssuer *
ca_install_judge (CaEngine *engine, const CaFacts *facts, GPtrArray *blocks, GError **error)
{
  g_autoptr (GPtrArray) once = without_duplicates (blocks);
  g_autoptr (GPtrArray) chain = NULL;
  g_autoptr (CaIssuer) issuer = NULL;
  ICertKey *key = NULL;
  guint key_index = 0;
  int own;

  if (once->len > LONGEST_CHAIN)
    {
      icert_set_error (error, ICERT_ERROR_TOO_LARGE, "chain", "has %u certificates (%d at most)",
                       once->len, LONGEST_CHAIN);
      return NULL;
    }
  own = find_own (facts, once, &key, &key_index, error);
  if (own < 0 || is_known (facts, once->pdata[own], error))
    return NULL;
  chain = complete_chain (facts, once, own, error);
  if (chain == NULL)
    return NULL;
  issuer = ca_issuer_new (once->pdata[own], chain, key, facts->config->hash, facts->issuers->len,
                          key_index, error);
  if (issuer == NULL || !check_dates (issuer, error) || !check_name (engine, facts, issuer, error)
      || !check_path (once->pdata[own], chain, error))
    return NULL;
  return g_steal_pointer (&issuer);
}
