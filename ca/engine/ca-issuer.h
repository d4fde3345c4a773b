/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

#include "ca-crypto.h"
#include "ca-plan.h"

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
  GBytes *name_constraints; /* value of the extension, DER; nullable */
  GPtrArray *constraints;   /* (element-type GBytes) values of the whole chain (S-C7) */
  ICertKey *key;
  char *hash;                  /* "sha256" */
  GBytes *signature_algorithm; /* AlgorithmIdentifier, DER */
  gboolean verify_signature;   /* S-E1 step 6 */
  EVP_PKEY *public_key;        /* to verify with */
  guint8 digest[32];           /* SHA-256 of certificate: what a ticket is bound to (S-E2) */
} CaIssuer;

/* @chain: (nullable) of GBytes DER, issuers of @certificate, nearest first. Checks that the key is
 * the certificate's, that it is a CA certificate, and each link of the chain. CONFIG,
 * KEY_UNAVAILABLE */
CaIssuer *ca_issuer_new (GBytes *certificate,
                         GPtrArray *chain,
                         ICertKey *key,
                         const char *hash,
                         guint certificate_index,
                         guint key_index,
                         GError **error);
CaIssuer *ca_issuer_ref (CaIssuer *issuer);
void ca_issuer_unref (CaIssuer *issuer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaIssuer, ca_issuer_unref)
