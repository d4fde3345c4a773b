/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

/* CertificateAuthority.RequestDecoder: a request as the engine reads it and a policy would see it,
 * without a CA. */
#define CA_TYPE_REQUEST_DECODER (ca_request_decoder_get_type ())
G_DECLARE_FINAL_TYPE (CaRequestDecoder, ca_request_decoder, CA, REQUEST_DECODER, GObject)
