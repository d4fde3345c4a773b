/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-certificate.h"
#include "ca-engine.h"

/* Takes in a certificate that nobody asked this engine for (processing.md 8): of its own key, as a
 * row or as the answer to a pending request; or of another CA. @input: PEM, base64 or DER. The
 * request id, or -1 with an error. */
gint64 ca_engine_import (CaEngine *engine,
                         CaCaller *officer,
                         GBytes *input,
                         ICertImportFlags flags,
                         GError **error);
/* Fields of a row by its certificate @der, decoded; @issuer: nullable. The decision is not among
 * them. */
void ca_import_fill (CaRequest *request,
                     const CaCertificate *certificate,
                     GBytes *der,
                     CaIssuer *issuer);
