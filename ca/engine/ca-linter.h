/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-issuer.h"

/* A single-use permission to sign exactly these octets as this issuer (S-E2). */
typedef struct _CaTicket CaTicket;

/* What the linter compares the to-be-signed octets with: everything that was decided, nothing that
 * the builder made of it. */
typedef struct
{
  const CaIssuer *issuer; /* NULL: self-signed */
  const guint8 *serial;   /* 20 octets */
  gint64 not_before, not_after;
  GBytes *spki;
  gboolean is_ca;
  GPtrArray *approved_names; /* (element-type ICertName) SAN entries; a CN that is a DNS name must
                                be among them */
  GPtrArray *rdns;           /* (element-type CaRdn) approved subject */
  GBytes *subject; /* (nullable) Name that was to be copied octet for octet, as in CaPlan */
  GBytes *signature_algorithm; /* (nullable) that was used; NULL: the issuer's */
  GPtrArray *extensions; /* (nullable) (element-type ICertExtension) the plan's rows: those that are
                            not disabled are there with these values, and no other */
  gboolean is_cross;     /* for another key of the issuer, under its name: no CA below it */
  gint64 max_not_after;  /* issuer's end, or G_MAXINT64 */
} CaLintExpectation;

/* Reads @tbs with an own small reader that shares no code with the builder; RFC 5280 and groups G,
 * H1-H2, C5-C7, S-D6. LINT `lint <name>: <field>`. */
CaTicket *ca_linter_check (GBytes *tbs, const CaLintExpectation *expectation, GError **error);
void ca_ticket_free (CaTicket *ticket);

/* TRUE once for exactly these octets and this issuer; keeps used tickets (S-E2). INTERNAL */
gboolean ca_ticket_redeem (CaTicket *ticket, GBytes *tbs, const CaIssuer *issuer, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaTicket, ca_ticket_free)
