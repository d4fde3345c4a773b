/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-config.h"
#include "ca-issuer.h"

/* What is true of the CA at one moment: configuration and certificates. A snapshot that everybody
 * reads without a lock; a change of configuration makes a new one. Immutable; refcounted. */
typedef struct
{
  gatomicrefcount ref_count;
  CaConfig *config;
  ICertStore *store;       /* (nullable) for what changes: CRLs, revocations */
  GPtrArray *issuers;      /* of CaIssuer by certificate index; empty while a subordinate waits */
  GPtrArray *keys;         /* (nullable) of ICertKey by key index; NULL where one cannot be had */
  GPtrArray *crosses;      /* (nullable) of CaCross */
  char *machine;           /* DNS name of the host */
  char *config_string;     /* HOST\NAME */
  gboolean key_in_process; /* every key: what was signed and not committed never left (S-E1) */
} CaFacts;

CaFacts *ca_facts_new (CaConfig *config, GPtrArray *issuers);
CaFacts *ca_facts_ref (CaFacts *facts);
void ca_facts_unref (CaFacts *facts);
/* The one that signs certificates now: the newest valid one whose key can be had, or, when none is
 * valid, the newest; lends; WRONG_STATE while there is none */
CaIssuer *ca_facts_get_issuer (const CaFacts *facts, GError **error);
/* lends; NULL for an index that is not there; -1 = newest */
CaIssuer *ca_facts_find_issuer (const CaFacts *facts, int index);

/* constants.md 1.3, by dates alone: ERROR (1) = another certificate of the same key has the CRL,
 * VALID (3) = still made, INVALID (4) = its last certificate has expired */
ICertCaDisposition ca_facts_get_crl_state (const CaFacts *facts, const CaIssuer *issuer);
/* "system" properties (properties.md 6) that need no store, by name; @index -1 = newest. NULL =
 * empty */
GVariant *ca_facts_get_system (const CaFacts *facts, const char *name, int index);
/* CR_PROP_* that need no module; NULL without an error when it is not one of these */
GVariant *ca_facts_get_property (const CaFacts *facts,
                                 ICertCaProperty property,
                                 int index,
                                 GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaFacts, ca_facts_unref)
