/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-issuer.h"

/* S-E8: 6 octets of milliseconds, 14 of the CSPRNG */
gboolean ca_builder_draw_serial (gint64 now_milliseconds, guint8 serial[20], GError **error);
/* TBSCertificate, DER: v3, extensions in the plan's order without the disabled ones. Knows no key.
 * The engine's own extensions (SKI, AKI, basicConstraints) are already in the plan. */
GBytes *ca_builder_build (const CaIssuer *issuer,
                          const CaPlan *plan,
                          GBytes *spki,
                          const guint8 serial[20],
                          GError **error);
/* The SEQUENCE of to-be-signed octets, algorithm and signature */
GBytes *ca_builder_wrap (GBytes *tbs, GBytes *signature_algorithm, GBytes *signature);
/* puts SKI, AKI, basicConstraints (only when plan->is_ca; path length @path_length, -1 none), CDP
 * and AIA with these URLs (nullable) into the plan, origin SERVER, unless a policy disabled or
 * replaced the last two */
gboolean ca_builder_add_own_extensions (CaPlan *plan,
                                        const CaIssuer *issuer,
                                        const CaPublicKey *key,
                                        int path_length,
                                        const char *const *cdp,
                                        const char *const *ca_issuers,
                                        const char *const *ocsp,
                                        GError **error);
/* PKCS #10 for the CA's own key: what a subordinate hands to its parent */
GBytes *ca_builder_request (GPtrArray *rdns, ICertKey *key, const char *hash, GError **error);
/* the same for a name that is there already, Name in DER */
GBytes *ca_builder_request_for (GBytes *subject, ICertKey *key, const char *hash, GError **error);
/* A CA certificate that the CA makes for itself: a root's own, or a cross certificate between two
 * of its keys. Everything is borrowed. */
typedef struct
{
  const CaIssuer *issuer; /* who signs; NULL: @key signs itself */
  ICertKey *key;          /* NULL where @issuer signs */
  const char *hash;
  GBytes *subject; /* Name, DER: octet for octet */
  GBytes *spki;    /* of the subject */
  gint64 not_before, not_after;
  GPtrArray
      *extensions;   /* (element-type ICertExtension) what it says besides the key identifiers */
  guint8 serial[20]; /* out */
} CaOwnCertificate;

/* built, linted, signed and compared like any other. LINT, KEY_UNAVAILABLE, … */
GBytes *ca_builder_own (CaOwnCertificate *own, GError **error);
/* self-signed root certificate, linted and compared like any other; @path_length -1 = none */
GBytes *ca_builder_self_signed (GPtrArray *rdns,
                                ICertKey *key,
                                const char *hash,
                                gint64 not_before,
                                gint64 not_after,
                                int path_length,
                                GError **error);
