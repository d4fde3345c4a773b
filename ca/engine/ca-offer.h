/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-engine.h"

/* Which certificate profiles this CA offers: [CA] Templates, which CR_PROP_TEMPLATES sets. An empty
 * list is no restriction. */

/* DENIED, CERTSRV_E_UNSUPPORTED_CERT_TYPE, when the CA does not offer @profile */
gboolean ca_offer_check (const CaConfig *config, const char *profile, GError **error);
/* @names: (transfer full) */
char **ca_offer_filter (const CaConfig *config, char **names);
/* ICertAdmin2::SetCAProperty */
gboolean ca_engine_set_ca_property (CaEngine *engine,
                                    CaCaller *administrator,
                                    ICertCaProperty property,
                                    GVariant *value,
                                    GError **error);
