/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-engine.h"

/* The life of a CA behind its first day: its certificates and keys are renewed, and certificates
 * that a parent issued are installed. In every order of files that a crash can leave, the CA opens
 * with the old or with the new certificate, and no key is lost:
 *
 *   keys/N.key            made, tested by a signature
 *   ca.conf [Key N]       from here on the CA opens it; a later renewal goes on with it
 *   (signing)             the root itself, its root, or somebody elsewhere (request.pem)
 *   the store             serials and audit records of what this CA signed
 *   certs/N-1-N.crt …     cross certificates, certs/N.chain.pem
 *   certs/N.crt           from here on the CA has it
 *   certs/chain.pem       for people */

typedef struct
{
  gboolean same_key;
  const char *key_type; /* (nullable) NULL: as before */
  const char *validity; /* (nullable) of a root; NULL: as long as the newest one's life */
} CaRenewal;

/* @request: (out) (transfer full) (nullable): the file that waits for a parent elsewhere; NULL when
 * the CA has its new certificate. WRONG_STATE, NOT_AUTHORIZED, CONFIG, KEY_UNAVAILABLE, … */
gboolean ca_engine_renew (CaEngine *engine,
                          CaCaller *caller,
                          const CaRenewal *renewal,
                          char **request,
                          GError **error);
/* @blocks: (element-type GBytes) DER: the CA's certificate and its issuers, in any order. CONFIG,
 * WRONG_STATE: nothing is changed */
gboolean ca_engine_install (CaEngine *engine, CaCaller *caller, GPtrArray *blocks, GError **error);

/* the file that holds the request of a CA that waits */
char *ca_engine_request_path (CaEngine *engine);
