/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-engine.h"

/* Floating: the answers of all health checks, aa{sv} as ICertAdmin gives them. */
GVariant *ca_health_check (CaEngine *engine, CaFacts *facts, GCancellable *cancellable);
