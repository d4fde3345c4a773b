/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-linter.h"
#include "ca-request.h"

/* From an approved request to a certificate. */
typedef struct
{
  GBytes *tbs;
  CaTicket *ticket;
} CaIntent;

/* What a policy approved is judged again (names, validity, CA bit), completed with the engine's own
 * extensions, built with a fresh serial, and linted. BAD_NAME, BAD_VALIDITY, FORBIDDEN_FIELD,
 * NOT_AUTHORIZED, LINT */
gboolean ca_issue_prepare (CaRequest *request, CaIntent *intent, GError **error);
/* signs and compares; request->certificate. KEY_UNAVAILABLE, INTERNAL */
gboolean ca_issue_sign (CaRequest *request, CaIntent *intent, GError **error);
void ca_intent_clear (CaIntent *intent);
