/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

#include "ca-decode.h"

/* What the certificate will say: proposed by the engine, changed by policies and officers, judged
 * by the engine, written by the builder. */
typedef struct
{
  gint64 not_before; /* seconds since 1970, both inclusive (S-H1) */
  gint64 not_after;
  GPtrArray *rdns; /* (element-type CaRdn) subject, in its order */
  GBytes *subject; /* (nullable) Name to be copied octet for octet instead of rdns */
  GPtrArray
      *extensions; /* (element-type ICertExtension) all rows, disabled ones too; one per OID */
  gboolean is_ca;  /* basicConstraints cA; only the engine sets it (S-L3) */
} CaPlan;

CaPlan *ca_plan_new (void);
void ca_plan_free (CaPlan *plan);
/* lends; NULL when there is none */
ICertExtension *ca_plan_find_extension (const CaPlan *plan, const char *oid);
/* replaces or appends; takes @extension */
void ca_plan_take_extension (CaPlan *plan, ICertExtension *extension);
/* subject attribute: all values of @oid become @value's lines; NULL or "" removes */
void ca_plan_set_subject (CaPlan *plan, const char *oid, const char *value);
char *ca_plan_dup_subject (const CaPlan *plan, const char *oid);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaPlan, ca_plan_free)
