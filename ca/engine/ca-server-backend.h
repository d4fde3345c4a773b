/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-facts.h"
#include "ca-request.h"

/* What modules see of a request: ICertServerBackend on CaRequest and CaFacts. */

/* The context of a policy: reads and changes @request, which must outlive the verdict; @class_id
 * signs the trace. */
ICertRequestContext *ca_server_new_policy_context (CaRequest *request,
                                                   CaFacts *facts,
                                                   const char *class_id);
/* The context of an exit: a snapshot; keeps both. @request is nullable: events of the CA. */
ICertIssuedContext *ca_server_new_exit_context (CaRequest *request,
                                                CaFacts *facts,
                                                const char *class_id);
/* The same of an event of the CA. @crls: (element-type ICertIssuedCrl) (transfer full) (nullable):
 * those of CRL_ISSUED; code and text: of ALARM, nullable */
ICertIssuedContext *ca_server_new_event_context (CaFacts *facts,
                                                 const char *class_id,
                                                 GPtrArray *crls,
                                                 const char *alarm_code,
                                                 const char *alarm);
/* Request id 0: what initialize() and list_profiles() get. @caller is nullable. */
ICertRequestContext *ca_server_new_ca_context (CaFacts *facts,
                                               CaCaller *caller,
                                               const char *class_id);
