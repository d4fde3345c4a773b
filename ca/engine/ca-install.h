/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-engine.h"

/* certificates of a file: PEM blocks, DER, or PKCS #7 in PEM or DER; of GBytes DER. MALFORMED */
GPtrArray *ca_install_read (GBytes *input, GError **error);
/* The CA's next certificate, judged: the key it waits for, its name, validity, and every link of
 * its chain up to where @blocks end. Changes nothing. CONFIG with the field `certificate` or
 * `chain` */
CaIssuer *ca_install_judge (CaEngine *engine,
                            const CaFacts *facts,
                            GPtrArray *blocks,
                            GError **error);
