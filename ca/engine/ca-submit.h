/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-engine.h"

/* For the pool of ca-engine.c: a job on a worker, and one whose module did not come back. */
void ca_submit_run (CaWorker *worker, gpointer job, gpointer engine);
void ca_submit_expired (gpointer job, const char *class_id, gpointer engine);
/* A stored request with its issuer and its requester's account; NOT_FOUND */
CaRequest *ca_engine_load (CaEngine *engine, gint64 id, GError **error);
