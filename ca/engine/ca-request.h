/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

#include "ca-caller.h"
#include "ca-config.h"
#include "ca-decode.h"
#include "ca-issuer.h"
#include "ca-plan.h"
#include "ca-trace.h"

typedef struct
{
  char *name; /* as sent first */
  char *key;  /* icert_attribute_name_normalize() of it */
  char *value;
} CaAttribute;

/* A request on its way: what came in, what was decided, what came out. One thread at a time owns
 * it; after its last commit it is not changed any more and may be read by any. Refcounted. */
typedef struct
{
  gatomicrefcount ref_count;

  /* who and what */
  gint64 id;               /* 0 until numbered */
  gint64 version;          /* of the row; 0 = no row yet */
  gint64 content_version;  /* raised by each change of an officer (S-D12) */
  gint64 approved_version; /* content an officer approved; 0 = none */
  gboolean new_request;    /* FALSE: an officer resubmitted it */
  char *requester_name, *caller_name;
  char *caller_id;     /* principal id of who submitted; NULL: of a time without */
  const char *door;    /* interned */
  CaCaller *requester; /* facts of the account; nullable for a request of an earlier run */
  char **groups;       /* of the requester */
  CaConfig *config;    /* the snapshot it is judged by */
  ICertSubmitFlags flags;
  ICertRequestFlags request_flags;
  char *old_requester_name; /* of a renewal: whose the old certificate was; nullable */
  char *signer_policies, *signer_application_policies; /* OIDs of who signed for it; nullable */
  gint64 submitted_when;                               /* microseconds */

  /* the request */
  CaDecoded *decoded;
  GPtrArray *attributes; /* of CaAttribute */
  char *attributes_text; /* as submitted; never changes */
  char *idempotency_key; /* nullable */
  guint8 content_hash[32];

  /* the decision */
  CaPlan *plan;
  gboolean not_after_set; /* a policy chose the end; otherwise ValidityPeriod counts */
  CaTrace *trace;
  ICertRowDisposition disposition;
  GError *status; /* nullable */
  char *message;
  char *policy_message; /* what a policy wants to be said; nullable */
  char *template_name;
  gint64 profile_version;
  char *profile_hash;    /* of the content that decided; nullable */
  gboolean hold_allowed; /* its certificate may be put on hold: the policy's, at issuance (S-I1) */
  char *officer_name;    /* who decided, nullable */
  gint64 resolved_when;

  /* the result */
  CaIssuer *issuer;
  guint8 serial[20];
  guint serial_size; /* 20, but what was imported may have a shorter one */
  gint64
      crl_partition; /* of the CRL that lists it; set before the serial is reserved, then fixed */
  GBytes *certificate;
  gint64 issuer_name_id; /* key index << 16 | certificate index; -1 = none of this CA's */

  /* its revocation, of a row in state REVOKED; microseconds */
  gint64 revoked_when;           /* when somebody said so */
  gint64 revoked_effective_when; /* from when on it counts */
  ICertRevocationReason revoked_reason;
  gboolean publish_expired; /* stays on CRLs after its end */
} CaRequest;

CaRequest *ca_request_new (void);
CaRequest *ca_request_ref (CaRequest *request);
void ca_request_unref (CaRequest *request);

/* lends; @key normalized or not */
const char *ca_request_get_attribute (const CaRequest *request, const char *name);
/* a later value of the same name replaces the earlier one; TOO_LARGE, BAD_NAME (S-A1, S-A7) */
gboolean ca_request_set_attribute (CaRequest *request,
                                   const char *name,
                                   const char *value,
                                   GError **error);
gboolean ca_request_set_attributes (CaRequest *request, GHashTable *attributes, GError **error);
/* The pairs inside the decoded request count like those beside it; what the caller said beside it
 * wins. */
gboolean ca_request_merge_attributes (CaRequest *request, GError **error);
/* what is never a good key, and the proof of possession: WEAK_KEY; UNSUPPORTED, BAD_SIGNATURE */
gboolean ca_request_check_key (const CaRequest *request, GError **error);
gboolean ca_request_check_possession (const CaRequest *request, GError **error);
/* begins the plan anew: proposed validity, requested extensions disabled; an officer's extensions
 * survive */
void ca_request_reset_plan (CaRequest *request);
/* the decision; takes @status (nullable), copies @message */
void ca_request_decide (CaRequest *request,
                        ICertRowDisposition disposition,
                        GError *status,
                        const char *message);
/* whether its certificate is for one of @usages (OIDs of extendedKeyUsage) */
gboolean ca_request_has_usage (const CaRequest *request, char *const *usages);
/* (nullable) the user principal name among the alternative names of its certificate */
char *ca_request_dup_upn (const CaRequest *request);
/* what the client sees */
ICertDisposition ca_request_client_disposition (ICertRowDisposition disposition);
ICertResponse *ca_request_to_response (const CaRequest *request);
const char *ca_row_disposition_to_string (ICertRowDisposition disposition);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaRequest, ca_request_unref)
