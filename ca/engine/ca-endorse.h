/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-facts.h"
#include "ca-request.h"

/* Who signed for a request (a CMS message around it), and what that is good for: it renews the
 * signer's certificate, or the signer asks on behalf of somebody. */

/* Judged each time the request is (S-D7, S-D17): the signature, that the signer's certificate is
 * one of this CA, good today, and that the signer may do this. Fills what the request has of it.
 * Nothing for a request that came alone. BAD_SIGNATURE, UNSUPPORTED, NOT_AUTHENTICATED,
 * NOT_AUTHORIZED, FORBIDDEN_FIELD, STORAGE */
gboolean ca_endorse_check (CaRequest *request,
                           const CaFacts *facts,
                           ICertStore *store,
                           GError **error);
/* Once more before it is signed, when profile and names are known: names of a renewal do not grow,
 * an agent stays inside the grant. FORBIDDEN_FIELD, NOT_AUTHORIZED */
gboolean ca_endorse_check_plan (const CaRequest *request, const CaFacts *facts, GError **error);
