/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"

G_BEGIN_DECLS

#define ICERT_TYPE_REQUEST_DECODER (icert_request_decoder_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_INTERFACE (ICertRequestDecoder, icert_request_decoder, ICERT, REQUEST_DECODER, GObject)

struct _ICertRequestDecoderInterface
{
  GTypeInterface parent_iface;

  GVariant *(*decode) (ICertRequestDecoder *self,
                       ICertEncoding encoding,
                       ICertRequestFormat format,
                       GBytes *request,
                       GHashTable *attributes,
                       const char *requester,
                       GError **error);
};

ICERT_AVAILABLE_IN_0_1
GVariant *icert_request_decoder_decode (ICertRequestDecoder *self,
                                        ICertEncoding encoding,
                                        ICertRequestFormat format,
                                        GBytes *request,
                                        GHashTable *attributes,
                                        const char *requester,
                                        GError **error);

G_END_DECLS
