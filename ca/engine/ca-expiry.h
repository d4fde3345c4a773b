/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-engine.h"

/* S-H4: says that the CA's newest certificate ends, once at 50, 25 and 10 % of its life left and
 * when it is over: in the audit log, as a message, and to exits. What was said is in the store, so
 * that no start says it again; a new certificate begins anew. Cheap when nothing is due; any
 * thread but the writer's. */
void ca_expiry_check (CaEngine *engine);
