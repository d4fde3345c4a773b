/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-engine.h"

/* From the folder of a CA to its facts: configuration, keys and certificates.
 *
 * Certificates count from 0; a key has the index of the first certificate it appeared in, so that
 * certificates alone say which key is whose, also when its file is gone. */

/* CONFIG, KEY_UNAVAILABLE when the newest certificate's key cannot be had; a missing older one is
 * said, and its issuer cannot sign */
CaFacts *ca_load_facts (CaEngine *engine, GError **error);
/* The same of a configuration that is not in the file yet. With @running (nullable) a key that is
 * new or elsewhere must be there. */
CaFacts *ca_load_facts_for (CaEngine *engine,
                            CaConfig *config,
                            const CaConfig *running,
                            GError **error);
/* what a URL of the configuration means: relative ones are in the CA's folder */
char *ca_load_resolve (const char *folder, const char *url);
ICertKey *ca_load_key (CaEngine *engine, const CaKeyConfig *config, GBytes *secret, GError **error);
/* The certificates of a text one by one, DER; none is no error. MALFORMED */
GPtrArray *ca_load_blocks (const char *text, GError **error);
