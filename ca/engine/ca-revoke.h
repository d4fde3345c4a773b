/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-engine.h"

/* A row of the slim status table: what the CA says of a serial. It outlives the request. */
typedef struct
{
  gint64 issuer; /* key index */
  guint8 serial[20];
  gsize size;
  ICertSerialState state;
  gint64 request_id; /* whose row may be gone */
  gint64 not_after;  /* microseconds, as the others */
  gint64 revoked_when;
  ICertRevocationReason reason;
  gboolean backdated; /* the date had passed when somebody named it */
  gboolean publish_expired;
} CaStatus;

/* @serial: as somebody wrote it. FALSE without an error when no key of this CA used it. MALFORMED,
 * STORAGE */
gboolean ca_status_find (const CaFacts *facts,
                         const char *serial,
                         CaStatus *status,
                         GError **error);

/* States and verbs of processing.md 2; each writes one audit record, of a refusal too. */

/* @effective: nullable: now */
gboolean ca_engine_revoke (CaEngine *engine,
                           CaCaller *officer,
                           const char *serial,
                           ICertRevocationReason reason,
                           GDateTime *effective,
                           GError **error);
gboolean ca_engine_unrevoke (CaEngine *engine,
                             CaCaller *officer,
                             const char *serial,
                             GError **error);
gboolean ca_engine_set_publish_expired (CaEngine *engine,
                                        CaCaller *officer,
                                        const char *serial,
                                        gboolean publish,
                                        GError **error);
/* asks for no right; @reason: of a revoked one. ERROR with an error */
ICertCaDisposition ca_engine_is_valid (CaEngine *engine,
                                       const char *serial,
                                       ICertRevocationReason *reason,
                                       GError **error);

/* Writes the audit record of a refusal and hands @refusal over; FALSE. */
gboolean ca_engine_refuse (CaEngine *engine,
                           const CaCaller *caller,
                           CaVerb verb,
                           const char *object,
                           GError *refusal,
                           GError **error);
