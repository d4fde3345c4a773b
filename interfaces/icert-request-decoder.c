/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-request-decoder.h"

#include "icert-binding-private.h"
#include "icert-enum-types.h"
#include "icert-invoker-private.h"

/**
 * ICertRequestDecoder:
 *
 * Reads a certificate request as the engine does, and says what modules would see of it, without a
 * CA. Its class id is `CertificateAuthority.RequestDecoder`; [method@ICert.TestServer.load_request]
 * puts the answer behind the objects of a unit test. AD CS has no counterpart; `certutil -dump`
 * prints some of it.
 */
G_DEFINE_INTERFACE (ICertRequestDecoder, icert_request_decoder, G_TYPE_OBJECT)

ICERT_DEFINE_UNSUPPORTED (icert_request_decoder,
                          decode,
                          GVariant *,
                          NULL,
                          ICertRequestDecoder *self,
                          ICertEncoding encoding,
                          ICertRequestFormat format,
                          GBytes *request,
                          GHashTable *attributes,
                          const char *requester)

static void
icert_request_decoder_default_init (ICertRequestDecoderInterface *iface)
{
  iface->decode = icert_request_decoder_real_decode;
}

/**
 * icert_request_decoder_decode:
 * @self: a decoder
 * @encoding: encoding of the request; `ICERT_ENCODING_ANY` to find out
 * @format: format of the request; `ICERT_REQUEST_FORMAT_ANY` to find out
 * @request: the request
 * @attributes: (element-type utf8 utf8) (nullable): what is sent beside it
 * @requester: (nullable): account that asks; `NULL` for the user of this process
 * @error: return location for an error
 *
 * Reads a request and judges it as far as the engine does before it asks a policy: form, proof of
 * possession and what is never a good key.
 *
 * The answer is an `a{sv}`: `request`, `certificate` and `ca` (`a{sv}`) are properties by name, as
 * a policy reads them; `subject` is the subject in its order (`a(ss)`: OID and text); `attributes`
 * (`a{ss}`); `extensions` (`a(suuay)`: OID, flags, origin, value); `groups` (`as`) and `account`
 * (`a{ss}`) are those of the requester. Absent properties are empty. Any thread.
 *
 * Errors: `ICERT_ERROR_MALFORMED`, `ICERT_ERROR_TOO_LARGE`, `ICERT_ERROR_UNSUPPORTED`,
 * `ICERT_ERROR_BAD_NAME`, `ICERT_ERROR_WEAK_KEY`, `ICERT_ERROR_BAD_SIGNATURE`: a CA would not have
 * asked its policies about it.
 *
 * Returns: (transfer full): the facts, or `NULL` with @error set
 */
GVariant *
icert_request_decoder_decode (ICertRequestDecoder *self,
                              ICertEncoding encoding,
                              ICertRequestFormat format,
                              GBytes *request,
                              GHashTable *attributes,
                              const char *requester,
                              GError **error)
{
  g_autoptr (GHashTable) table = _icert_take_table (&attributes);
  ICertRequestDecoderInterface *iface;
  GError *local_error = NULL;
  GVariant *facts;

  g_return_val_if_fail (ICERT_IS_REQUEST_DECODER (self), NULL);

  if (!_icert_check_enum (ICERT_TYPE_ENCODING, encoding, "encoding", error)
      || !_icert_check_enum (ICERT_TYPE_REQUEST_FORMAT, format, "format", error)
      || !_icert_check_bytes (request, "request", error)
      || !_icert_check_attributes (attributes, "attributes", error)
      || !_icert_check_optional_text (requester, "requester", error))
    return NULL;
  iface = ICERT_REQUEST_DECODER_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, decode, NULL, error);
  facts = iface->decode (self, encoding, format, request, attributes, requester, &local_error);
  return _icert_end_variant (facts, "a{sv}", local_error, self, "decode", error);
}
