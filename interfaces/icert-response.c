/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-response.h"

#include <string.h>

#include "icert-der.h"
#include "icert-enum-types.h"
#include "icert-error.h"
#include "icert-private.h"

#define OID_DATA "1.2.840.113549.1.7.1"
#define OID_SIGNED_DATA "1.2.840.113549.1.7.2"

#define ENCODING_MASK 0xff
/* RFC 7468, 2 */
#define PEM_LINE 64
#define HEX_LINE 16

/**
 * ICertResponse:
 *
 * The answer to a submission: what became of it, and the certificate. AD CS keeps it in the
 * ICertRequest object, which therefore cannot serve two submissions at once.
 *
 * Immutable, and thus usable from any thread.
 */
struct _ICertResponse
{
  GObject parent_instance;

  gint64 request_id;
  ICertDisposition disposition;
  char *message;             /* owned, nullable */
  GError *status;            /* owned, nullable */
  GBytes *certificate;       /* owned, nullable: DER */
  GPtrArray *chain;          /* of GBytes, owned: DER of the issuers, nearest first */
  GPtrArray *crls;           /* of GBytes, owned, nullable: DER */
  ICertCrlSource crl_source; /* nullable: gives them instead */
  gpointer crl_data;
  GDestroyNotify crl_destroy;
  gboolean policy_stale;
};

enum
{
  PROP_REQUEST_ID = 1,
  PROP_DISPOSITION,
  PROP_MESSAGE,
  PROP_STATUS,
  PROP_POLICY_STALE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (ICertResponse, icert_response, G_TYPE_OBJECT)

static void
icert_response_finalize (GObject *object)
{
  ICertResponse *self = ICERT_RESPONSE (object);

  g_free (self->message);
  g_clear_error (&self->status);
  g_clear_pointer (&self->certificate, g_bytes_unref);
  g_ptr_array_unref (self->chain);
  g_clear_pointer (&self->crls, g_ptr_array_unref);
  if (self->crl_destroy != NULL)
    self->crl_destroy (self->crl_data);

  G_OBJECT_CLASS (icert_response_parent_class)->finalize (object);
}

static void
icert_response_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  ICertResponse *self = ICERT_RESPONSE (object);

  switch (prop_id)
    {
    case PROP_REQUEST_ID:
      g_value_set_int64 (value, self->request_id);
      break;
    case PROP_DISPOSITION:
      g_value_set_enum (value, self->disposition);
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;
    case PROP_STATUS:
      g_value_set_boxed (value, self->status);
      break;
    case PROP_POLICY_STALE:
      g_value_set_boolean (value, self->policy_stale);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
icert_response_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  ICertResponse *self = ICERT_RESPONSE (object);

  switch (prop_id)
    {
    case PROP_POLICY_STALE:
      self->policy_stale = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
icert_response_class_init (ICertResponseClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = icert_response_finalize;
  object_class->get_property = icert_response_get_property;
  object_class->set_property = icert_response_set_property;

  /**
   * ICertResponse:request-id:
   *
   * The id of the request, 0 when it did not become one.
   */
  props[PROP_REQUEST_ID] = g_param_spec_int64 ("request-id", "", "", 0, G_MAXINT64, 0, flags);
  /**
   * ICertResponse:disposition:
   *
   * What became of the request.
   */
  props[PROP_DISPOSITION] = g_param_spec_enum ("disposition", "", "", ICERT_TYPE_DISPOSITION,
                                               ICERT_DISPOSITION_INCOMPLETE, flags);
  /**
   * ICertResponse:message:
   *
   * A text for people.
   */
  props[PROP_MESSAGE] = g_param_spec_string ("message", "", "", NULL, flags);
  /**
   * ICertResponse:status:
   *
   * Why there is no certificate.
   */
  props[PROP_STATUS] = g_param_spec_boxed ("status", "", "", G_TYPE_ERROR, flags);
  /**
   * ICertResponse:policy-stale:
   *
   * Whether the client should fetch the CA's policy anew.
   */
  props[PROP_POLICY_STALE] = g_param_spec_boolean (
      "policy-stale", "", "", FALSE, flags | G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY);

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
icert_response_init (ICertResponse *self)
{
  self->chain = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
}

static GPtrArray *
copy_array (GPtrArray *array)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (guint i = 0; array != NULL && i < array->len; i++)
    if (array->pdata[i] != NULL)
      g_ptr_array_add (copy, g_bytes_ref (array->pdata[i]));
  return copy;
}

/**
 * icert_response_new:
 * @request_id: id of the request, 0 when it did not become one
 * @disposition: what became of it
 * @message: (nullable): a text for people
 * @status: (nullable): why there is no certificate
 * @certificate: (nullable): the certificate, DER
 * @chain: (element-type GBytes) (nullable): certificates of the issuers, DER, nearest first
 *
 * Makes an answer; for implementations of [iface@ICert.Request].
 *
 * Returns: (transfer full): the answer
 */
ICertResponse *
icert_response_new (gint64 request_id,
                    ICertDisposition disposition,
                    const char *message,
                    const GError *status,
                    GBytes *certificate,
                    GPtrArray *chain)
{
  ICertResponse *self = g_object_new (ICERT_TYPE_RESPONSE, NULL);

  self->request_id = request_id;
  self->disposition = disposition;
  self->message = g_strdup (message);
  self->status = status != NULL ? g_error_copy (status) : NULL;
  self->certificate = certificate != NULL ? g_bytes_ref (certificate) : NULL;
  for (guint i = 0; chain != NULL && i < chain->len; i++)
    if (chain->pdata[i] != NULL)
      g_ptr_array_add (self->chain, g_bytes_ref (chain->pdata[i]));
  return self;
}

/**
 * icert_response_new_with_crls:
 * @request_id: id of the request, 0 when it did not become one
 * @disposition: what became of it
 * @message: (nullable): a text for people
 * @status: (nullable): why there is no certificate
 * @certificate: (nullable): the certificate, DER
 * @chain: (element-type GBytes) (nullable): certificates of the issuers, DER, nearest first
 * @crls: (element-type GBytes) (nullable): CRLs of these issuers, DER, base before delta
 *
 * Makes an answer with CRLs (AD CS: what CR_IN_CRLS asks for); for implementations of
 * [iface@ICert.Request].
 *
 * Returns: (transfer full): the answer
 */
ICertResponse *
icert_response_new_with_crls (gint64 request_id,
                              ICertDisposition disposition,
                              const char *message,
                              const GError *status,
                              GBytes *certificate,
                              GPtrArray *chain,
                              GPtrArray *crls)
{
  ICertResponse *self
      = icert_response_new (request_id, disposition, message, status, certificate, chain);

  self->crls = copy_array (crls);
  return self;
}

/**
 * icert_response_set_crl_source: (skip)
 * @self: an answer that nobody has seen yet
 * @source: reads the CRLs
 * @data: for @source
 * @destroy: (nullable): frees @data
 *
 * Gives the answer its CRLs without reading them before somebody asks: they may be large, and most
 * clients do not ask.
 */
void
icert_response_set_crl_source (ICertResponse *self,
                               ICertCrlSource source,
                               gpointer data,
                               GDestroyNotify destroy)
{
  g_return_if_fail (ICERT_IS_RESPONSE (self));
  g_return_if_fail (self->crl_source == NULL);

  self->crl_source = source;
  self->crl_data = data;
  self->crl_destroy = destroy;
}

/**
 * icert_response_get_request_id: (attributes org.gtk.Method.get_property=request-id)
 * @self: an answer
 *
 * Gives the number of the request (AD CS: ICertRequest::GetRequestId).
 *
 * Returns: the id of the request, 0 when it did not become one
 */
gint64
icert_response_get_request_id (ICertResponse *self)
{
  g_return_val_if_fail (ICERT_IS_RESPONSE (self), 0);

  return self->request_id;
}

/**
 * icert_response_get_disposition: (attributes org.gtk.Method.get_property=disposition)
 * @self: an answer
 *
 * Says what became of the request (AD CS: the answer of ICertRequest::Submit).
 *
 * Returns: what became of the request
 */
ICertDisposition
icert_response_get_disposition (ICertResponse *self)
{
  g_return_val_if_fail (ICERT_IS_RESPONSE (self), ICERT_DISPOSITION_INCOMPLETE);

  return self->disposition;
}

/**
 * icert_response_get_message: (attributes org.gtk.Method.get_property=message)
 * @self: an answer
 *
 * Gives the text for people, which may say more than the status (AD CS:
 * ICertRequest::GetDispositionMessage).
 *
 * Returns: (transfer full) (nullable): a text for people, which may say more than the status
 */
char *
icert_response_get_message (ICertResponse *self)
{
  g_return_val_if_fail (ICERT_IS_RESPONSE (self), NULL);

  return g_strdup (self->message);
}

/**
 * icert_response_get_status: (attributes org.gtk.Method.get_property=status)
 * @self: an answer
 *
 * Why there is no certificate (AD CS: GetLastStatus). See also
 * [method@ICert.Response.check_status].
 *
 * Returns: (transfer full) (nullable): an error, or `NULL` when the request was neither refused nor
 * failed
 */
GError *
icert_response_get_status (ICertResponse *self)
{
  g_return_val_if_fail (ICERT_IS_RESPONSE (self), NULL);

  return self->status != NULL ? g_error_copy (self->status) : NULL;
}

/**
 * icert_response_check_status:
 * @self: an answer
 * @error: return location for the status
 *
 * Throws the status, so that scripts read code and field of a refusal as they do of any error.
 *
 * Returns: `TRUE` when there is no status
 */
gboolean
icert_response_check_status (ICertResponse *self, GError **error)
{
  g_return_val_if_fail (ICERT_IS_RESPONSE (self), FALSE);

  if (self->status == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (self->status));
  return FALSE;
}

/* A signed message that nobody signed, which carries certificates (RFC 5652, 5.1; PKCS #7, 9.1).
 * The certificates keep their order, the requester's first, since readers take the first.
 * @crls: (nullable) */
static GBytes *
encode_chain (ICertResponse *self, GPtrArray *crls)
{
  GByteArray *der = g_byte_array_new ();
  gsize message, wrapper, signed_data, content, set;

  message = _icert_der_begin (der, ICERT_DER_SEQUENCE);
  _icert_der_add_oid (der, ICERT_DER_OID, OID_SIGNED_DATA);
  wrapper = _icert_der_begin (der, ICERT_DER_CONTEXT_CONSTRUCTED (0));
  signed_data = _icert_der_begin (der, ICERT_DER_SEQUENCE);
  _icert_der_add_integer (der, 1);
  _icert_der_add (der, ICERT_DER_SET, NULL, 0);
  content = _icert_der_begin (der, ICERT_DER_SEQUENCE);
  _icert_der_add_oid (der, ICERT_DER_OID, OID_DATA);
  _icert_der_end (der, content);

  set = _icert_der_begin (der, ICERT_DER_CONTEXT_CONSTRUCTED (0));
  _icert_der_add_raw (der, self->certificate);
  for (guint i = 0; i < self->chain->len; i++)
    _icert_der_add_raw (der, self->chain->pdata[i]);
  _icert_der_end (der, set);
  if (crls != NULL && crls->len > 0)
    {
      set = _icert_der_begin (der, ICERT_DER_CONTEXT_CONSTRUCTED (1));
      for (guint i = 0; i < crls->len; i++)
        _icert_der_add_raw (der, crls->pdata[i]);
      _icert_der_end (der, set);
    }

  _icert_der_add (der, ICERT_DER_SET, NULL, 0);
  _icert_der_end (der, signed_data);
  _icert_der_end (der, wrapper);
  _icert_der_end (der, message);
  return g_byte_array_free_to_bytes (der);
}

/* Without @line_ends it is one line */
static void
append_base64 (GString *out, GBytes *der, gboolean line_ends)
{
  gsize size;
  const guchar *data = g_bytes_get_data (der, &size);
  g_autofree char *text = g_base64_encode (data, size);
  gsize length = strlen (text);
  gsize line = line_ends ? PEM_LINE : length;

  for (gsize i = 0; i < length; i += line)
    {
      g_string_append_len (out, text + i, (gssize) MIN (line, length - i));
      if (line_ends)
        g_string_append_c (out, '\n');
    }
}

static void
append_pem (GString *out, GBytes *der, const char *label)
{
  g_string_append_printf (out, "-----BEGIN %s-----\n", label);
  append_base64 (out, der, TRUE);
  g_string_append_printf (out, "-----END %s-----\n", label);
}

/* One line of a hex dump: an offset, up to 16 octets and their text, as wanted */
static void
append_hex_line (GString *out,
                 const guint8 *data,
                 gsize size,
                 gsize offset,
                 gboolean address,
                 gboolean text)
{
  if (address)
    g_string_append_printf (out, "%04" G_GSIZE_MODIFIER "x  ", offset);

  for (gsize i = 0; i < (text ? HEX_LINE : size); i++)
    {
      const char *gap = i == 0 ? "" : i == HEX_LINE / 2 ? "  " : " ";

      if (i < size)
        g_string_append_printf (out, "%s%02x", gap, data[i]);
      else
        g_string_append_printf (out, "%s  ", gap);
    }

  if (text)
    {
      g_string_append (out, "   ");
      for (gsize i = 0; i < size; i++)
        g_string_append_c (out, data[i] >= 0x20 && data[i] < 0x7f ? (char) data[i] : '.');
    }
}

static void
append_hex_dump (GString *out, GBytes *der, gboolean address, gboolean text)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (der, &size);

  for (gsize i = 0; i < size; i += HEX_LINE)
    {
      append_hex_line (out, data + i, MIN (HEX_LINE, size - i), i, address, text);
      g_string_append_c (out, '\n');
    }
}

static void
append_hex_raw (GString *out, GBytes *der, gboolean line_end)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (der, &size);

  for (gsize i = 0; i < size; i++)
    g_string_append_printf (out, "%02x", data[i]);
  if (line_end)
    g_string_append_c (out, '\n');
}

GBytes *
_icert_output_encode (GBytes *der, ICertOutputFlags flags, const char *label)
{
  gboolean line_end = (flags & ICERT_OUTPUT_NO_CRLF) == 0;
  GString *out = g_string_new (NULL);

  switch ((guint) flags & ENCODING_MASK)
    {
    case ICERT_OUTPUT_BASE64:
      append_base64 (out, der, line_end);
      break;
    case ICERT_OUTPUT_BASE64_REQUEST_HEADER:
      append_pem (out, der, "NEW CERTIFICATE REQUEST");
      break;
    case ICERT_OUTPUT_BASE64_CRL_HEADER:
      append_pem (out, der, "X509 CRL");
      break;
    case ICERT_OUTPUT_HEX:
      append_hex_dump (out, der, FALSE, FALSE);
      break;
    case ICERT_OUTPUT_HEX_ASCII:
      append_hex_dump (out, der, FALSE, TRUE);
      break;
    case ICERT_OUTPUT_HEX_ADDR:
      append_hex_dump (out, der, TRUE, FALSE);
      break;
    case ICERT_OUTPUT_HEX_ASCII_ADDR:
      append_hex_dump (out, der, TRUE, TRUE);
      break;
    case ICERT_OUTPUT_HEX_RAW:
      append_hex_raw (out, der, line_end);
      break;
    default:
      append_pem (out, der, label);
    }
  return g_string_free_to_bytes (out);
}

gboolean
_icert_output_is_known (ICertOutputFlags flags)
{
  guint encoding = (guint) flags & ENCODING_MASK;

  return encoding <= ICERT_OUTPUT_HEX_ASCII
         || (encoding >= ICERT_OUTPUT_BASE64_CRL_HEADER && encoding <= ICERT_OUTPUT_HEX_RAW);
}

/**
 * icert_response_get_certificate:
 * @self: an answer
 * @flags: one encoding, and whether the chain goes along
 * @error: return location for an error
 *
 * The certificate in one of AD CS's forms (CR_OUT_*). With `ICERT_OUTPUT_CHAIN` it is a PKCS #7
 * message with the certificate first and its issuers behind it, and the PEM label is `PKCS7`; with
 * `ICERT_OUTPUT_CRLS` it has the CRLs of [method@ICert.Response.list_crls] besides. Lines end with
 * LF; with `ICERT_OUTPUT_NO_CRLF` base64 and continuous hex have no line end at all.
 *
 * Fails with `ICERT_ERROR_UNSUPPORTED` for an unknown encoding, and as
 * [method@ICert.Response.list_crls] does.
 *
 * Returns: (transfer full) (nullable): the octets or text, without a NUL at the end; `NULL` without
 * an error when there is no certificate
 */
GBytes *
icert_response_get_certificate (ICertResponse *self, ICertOutputFlags flags, GError **error)
{
  gboolean chain = (flags & (ICERT_OUTPUT_CHAIN | ICERT_OUTPUT_CRLS)) != 0;
  guint encoding = (guint) flags & ENCODING_MASK;
  g_autoptr (GPtrArray) crls = NULL;
  g_autoptr (GBytes) der = NULL;

  g_return_val_if_fail (ICERT_IS_RESPONSE (self), NULL);

  if (!_icert_output_is_known (flags))
    {
      icert_set_error (error, ICERT_ERROR_UNSUPPORTED, "encoding",
                       "%#x is unknown (ICertOutputFlags)", encoding);
      return NULL;
    }
  if (self->certificate == NULL)
    return NULL;

  if ((flags & ICERT_OUTPUT_CRLS) != 0)
    {
      crls = icert_response_list_crls (self, error);
      if (crls == NULL)
        return NULL;
    }
  der = chain ? encode_chain (self, crls) : g_bytes_ref (self->certificate);
  if (encoding == ICERT_OUTPUT_BINARY)
    return g_steal_pointer (&der);
  return _icert_output_encode (der, flags, chain ? "PKCS7" : "CERTIFICATE");
}

/**
 * icert_response_list_issuers:
 * @self: an answer
 *
 * The certificates above the answered one.
 *
 * Returns: (transfer container) (element-type GBytes): certificates in DER, nearest issuer first
 */
GPtrArray *
icert_response_list_issuers (ICertResponse *self)
{
  g_return_val_if_fail (ICERT_IS_RESPONSE (self), NULL);

  return copy_array (self->chain);
}

/**
 * icert_response_list_crls:
 * @self: an answer
 * @error: return location for an error
 *
 * The newest CRLs of the CAs in the chain, as far as the CA that answered has them: those of its
 * own key, the base CRL first, then the delta where there is one (AD CS: CR_OUT_CRLS). A CA has
 * CRLs of its own keys only; those of the CAs above it are where their certificates say.
 *
 * A CA in this process reads them now, as they were when it answered, without regard to
 * `ICERT_SUBMIT_CRLS`; an answer from elsewhere holds them if they were asked for with that flag.
 *
 * Fails with `ICERT_ERROR_NOT_FOUND` when such a CRL has expired and is gone since, and with
 * `ICERT_ERROR_STORAGE` when it cannot be read or is not the one that was made.
 *
 * Returns: (transfer container) (element-type GBytes): CRLs in DER; empty when none was made yet
 */
GPtrArray *
icert_response_list_crls (ICertResponse *self, GError **error)
{
  g_return_val_if_fail (ICERT_IS_RESPONSE (self), NULL);

  return self->crl_source != NULL ? self->crl_source (self->crl_data, error)
                                  : copy_array (self->crls);
}

/**
 * icert_response_get_tls_certificate:
 * @self: an answer
 * @error: return location for an error
 *
 * The certificate with its issuers, for GIO's TLS connections.
 *
 * Fails with `ICERT_ERROR_NOT_SUPPORTED` when GIO has no TLS backend, or its backend cannot read
 * the certificate.
 *
 * Returns: (transfer full) (nullable): the certificate; `NULL` without an error when there is none
 */
GTlsCertificate *
icert_response_get_tls_certificate (ICertResponse *self, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GString) pem = NULL;
  GTlsCertificate *certificate;

  g_return_val_if_fail (ICERT_IS_RESPONSE (self), NULL);

  if (self->certificate == NULL)
    return NULL;

  pem = g_string_new (NULL);
  append_pem (pem, self->certificate, "CERTIFICATE");
  for (guint i = 0; i < self->chain->len; i++)
    append_pem (pem, self->chain->pdata[i], "CERTIFICATE");

  certificate = g_tls_certificate_new_from_pem (pem->str, (gssize) pem->len, &local_error);
  if (certificate == NULL)
    icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, "certificate", "%s (a TLS backend)",
                     local_error->message);
  return certificate;
}

/**
 * icert_response_get_policy_stale: (attributes org.gtk.Method.get_property=policy-stale)
 * @self: an answer
 *
 * Whether the client should fetch the CA's policy anew (AD CS: ICertRequest3::GetRefreshPolicy).
 *
 * Returns: whether it is stale
 */
gboolean
icert_response_get_policy_stale (ICertResponse *self)
{
  g_return_val_if_fail (ICERT_IS_RESPONSE (self), FALSE);

  return self->policy_stale;
}
