/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

#include "ca-crypto.h"
#include "ca-plan.h"
#include "ca-url-cache.h"

/* One certificate of the CA with its key: what the builder, linter and signer need, decoded once.
 * Immutable; refcounted. */
typedef struct
{
  gatomicrefcount ref_count;
  guint certificate_index;
  guint key_index;
  GBytes *certificate;       /* DER */
  GPtrArray *chain;          /* (element-type GBytes) DER, this certificate first, root last */
  GBytes *subject;           /* Name, DER: goes octet for octet into what it issues (S-C7) */
  guint8 key_identifier[32]; /* content of its SKI */
  gsize key_identifier_size;
  GBytes *spki;
  gint64 not_before, not_after;
  int path_length; /* -1 = none */
  gboolean has_name_constraints;
  GBytes *name_constraints;    /* value of the extension, DER; nullable */
  GPtrArray *constraints;      /* (element-type GBytes) values of the whole chain (S-C7) */
  ICertKey *key;               /* (nullable) NULL: it cannot be had, and nothing can be signed */
  char **ca_issuers, **ocsp;   /* URLs for what it issues */
  CaUrlCache *url_cache;       /* what the builder made of them */
  char *hash;                  /* "sha256" */
  GBytes *signature_algorithm; /* AlgorithmIdentifier, DER */
  gboolean verify_signature;   /* S-E1 step 6 */
  EVP_PKEY *public_key;        /* to verify with */
  guint8 digest[32];           /* SHA-256 of certificate: what a ticket is bound to (S-E2) */
} CaIssuer;

/* @key: (nullable) NULL when it cannot be had: an old certificate of the CA. @chain: (nullable) of
 * GBytes DER, issuers of @certificate, nearest first. Checks that the key is the certificate's,
 * that it is a CA certificate, and each link of the chain. CONFIG, KEY_UNAVAILABLE */
CaIssuer *ca_issuer_new (GBytes *certificate,
                         GPtrArray *chain,
                         ICertKey *key,
                         const char *hash,
                         guint certificate_index,
                         guint key_index,
                         GError **error);
/* The URLs for what it issues but those of CRLs, from patterns with AD CS's <CertificateName> for
 * its suffix, which no URL can hold; before anybody else sees it. */
void ca_issuer_set_urls (CaIssuer *issuer, const char *const *ca_issuers, const char *const *ocsp);
/* lends; KEY_UNAVAILABLE */
ICertKey *ca_issuer_get_key (const CaIssuer *issuer, GError **error);
/* SubjectPublicKeyInfo of a certificate, DER; CONFIG */
GBytes *ca_issuer_read_spki (GBytes *certificate, GError **error);
/* FALSE when @certificate cannot be decoded */
gboolean ca_issuer_read_validity (GBytes *certificate, gint64 *not_before, gint64 *not_after);
/* What a certificate with another key or another end would say as well: all of this one's but the
 * key identifiers and, unless @self_signed, the places of its own CRL and issuer; of
 * ICertExtension. */
GPtrArray *ca_issuer_list_own_extensions (const CaIssuer *issuer,
                                          gboolean self_signed,
                                          GError **error);
/* whether @issuer signed @certificate, by name and signature */
gboolean ca_issuer_has_signed (const CaIssuer *issuer, GBytes *certificate);
/* common name of who issued it, or the whole name as text when it has none; to free */
char *ca_issuer_dup_parent (const CaIssuer *issuer);
/* as an answer with its chain, for what answers can be encoded as */
ICertResponse *ca_issuer_to_response (const CaIssuer *issuer);
CaIssuer *ca_issuer_ref (CaIssuer *issuer);
void ca_issuer_unref (CaIssuer *issuer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaIssuer, ca_issuer_unref)
