/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-engine.h"

/* Whether a certificate of the CA itself (its own, or a cross certificate) is revoked, as far as
 * this CA can know: it was signed by one of its keys, and an officer revoked the serial number.
 * What a parent signed only the parent can say. STORAGE */
gboolean ca_own_is_revoked (const CaFacts *facts,
                            GBytes *certificate,
                            gboolean *revoked,
                            GError **error);
