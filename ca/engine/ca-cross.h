/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-issuer.h"

/* A cross certificate: @to's name and key, signed by @from. A root that got a new key makes two,
 * so that who trusts one of the keys trusts the other: forward (the old key signs the new) and
 * backward. Kept as certs/FROM-TO.crt. */
typedef struct
{
  guint from, to;    /* certificate indexes, neighbours */
  guint8 serial[20]; /* only of a new one */
  gint64 not_before, not_after;
  GBytes *certificate;
} CaCross;

void ca_cross_free (CaCross *cross);
/* @from must have its key. LINT, KEY_UNAVAILABLE, BAD_VALIDITY */
CaCross *ca_cross_new (const CaIssuer *from, const CaIssuer *to, gint64 now, GError **error);
gboolean ca_cross_write (const CaCross *cross, const char *folder, GError **error);
/* Those of @issuers that are in the folder, checked; of CaCross. One that is broken is said and
 * left out: it can be made again and nothing depends on it. */
GPtrArray *ca_cross_load (const char *folder, GPtrArray *issuers);
/* lends; nullable */
const CaCross *ca_cross_find (GPtrArray *crosses, int from, int to);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaCross, ca_cross_free)
