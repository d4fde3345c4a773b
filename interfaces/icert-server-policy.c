/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-server-policy.h"

#include <string.h>

#include "icert-invoker-private.h"
#include "icert-private.h"

/* Octets of a disposition message */
#define MAX_MESSAGE 4096

/**
 * ICertServerPolicy:
 *
 * What a policy may change of the certificate to be (AD CS: ICertServerPolicy). What it may read
 * is [iface@ICert.Server]; the object it gets is an [class@ICert.RequestContext].
 *
 * Thread-safe. Bound to one request: after the verdict every call fails with `ICERT_ERROR_CONTEXT`
 * (S-L2); outside a request (request id 0) every call fails with `ICERT_ERROR_WRONG_STATE`.
 * Whatever is set here is judged again by the engine before it is signed.
 */
G_DEFINE_INTERFACE (ICertServerPolicy, icert_server_policy, ICERT_TYPE_SERVER)

ICERT_DEFINE_UNSUPPORTED (icert_server_policy,
                          set_certificate_property,
                          gboolean,
                          FALSE,
                          ICertServerPolicy *self,
                          const char *name,
                          GVariant *value)

ICERT_DEFINE_UNSUPPORTED (icert_server_policy,
                          set_certificate_extension,
                          gboolean,
                          FALSE,
                          ICertServerPolicy *self,
                          const char *oid,
                          ICertExtensionFlags flags,
                          GBytes *value)

ICERT_DEFINE_UNSUPPORTED (icert_server_policy,
                          set_disposition_message,
                          gboolean,
                          FALSE,
                          ICertServerPolicy *self,
                          const char *text)

ICERT_DEFINE_UNSUPPORTED (icert_server_policy,
                          add_trace,
                          gboolean,
                          FALSE,
                          ICertServerPolicy *self,
                          const char *rule,
                          const char *field,
                          const char *seen,
                          const char *allowed)

static void
icert_server_policy_default_init (ICertServerPolicyInterface *iface)
{
  iface->set_certificate_property = icert_server_policy_real_set_certificate_property;
  iface->set_certificate_extension = icert_server_policy_real_set_certificate_extension;
  iface->set_disposition_message = icert_server_policy_real_set_disposition_message;
  iface->add_trace = icert_server_policy_real_add_trace;
}

/**
 * icert_server_policy_set_certificate_property:
 * @self: a server object of a request
 * @name: name of a certificate property, without case; subject attributes also by alias (`CN`) or
 *   by dotted OID
 * @value: (nullable): `s` for text, `x` for a date (microseconds since 1970, UTC), `i` for a
 *   number, `ay` for octets; `NULL` or an empty text removes a subject attribute
 * @error: return location for an error
 *
 * Sets what the certificate will say (AD CS: ICertServerPolicy::SetCertificateProperty). Several
 * values of one subject attribute are lines of one text. NotBefore can only move to later and
 * NotAfter only to earlier than the engine proposed; the value that is there already is accepted.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME`; `ICERT_ERROR_FORBIDDEN_FIELD` for what no policy sets (serial
 * number, issuer, signature, request id); `ICERT_ERROR_MALFORMED` for a value of another type;
 * `ICERT_ERROR_BAD_VALIDITY`; `ICERT_ERROR_WRONG_STATE` outside a request; `ICERT_ERROR_CONTEXT`
 * after the verdict.
 *
 * Returns: `TRUE` when the value is set
 */
gboolean
icert_server_policy_set_certificate_property (ICertServerPolicy *self,
                                              const char *name,
                                              GVariant *value,
                                              GError **error)
{
  g_autoptr (GVariant) sunk = value != NULL ? g_variant_ref_sink (value) : NULL;
  ICertServerPolicyInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_SERVER_POLICY (self), FALSE);

  if (!_icert_check_text (name, "property", error))
    return FALSE;
  iface = ICERT_SERVER_POLICY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, set_certificate_property, FALSE, error);
  ok = iface->set_certificate_property (self, name, sunk, &local_error);
  return _icert_end_boolean (ok, local_error, self, "set_certificate_property", error);
}

/**
 * icert_server_policy_set_certificate_extension:
 * @self: a server object of a request
 * @oid: OID of the extension, dotted
 * @flags: critical, disabled, deleted; bits 0xFF00 are the policy's own
 * @value: (nullable): the content of extnValue, DER; `NULL` only to disable or delete
 * @error: return location for an error
 *
 * Sets or replaces an extension of the certificate (AD CS:
 * ICertServerPolicy::SetCertificateExtension). With `ICERT_EXTENSION_DISABLE` the row stays but is
 * left out of the certificate; a value that is `NULL` then keeps the one that is there. Requested
 * extensions arrive disabled: setting one again without the flag lets it in.
 *
 * Errors: `ICERT_ERROR_MALFORMED` for an OID that is none, or no value;
 * `ICERT_ERROR_FORBIDDEN_FIELD` for flags beyond 0xFFFF and for the CA bit in basicConstraints
 * (S-L3); `ICERT_ERROR_WRONG_STATE` outside a request; `ICERT_ERROR_CONTEXT` after the verdict.
 *
 * Returns: `TRUE` when the extension is set
 */
gboolean
icert_server_policy_set_certificate_extension (ICertServerPolicy *self,
                                               const char *oid,
                                               ICertExtensionFlags flags,
                                               GBytes *value,
                                               GError **error)
{
  ICertServerPolicyInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_SERVER_POLICY (self), FALSE);

  if (!_icert_check_oid (oid, "extension", error))
    return FALSE;
  iface = ICERT_SERVER_POLICY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, set_certificate_extension, FALSE, error);
  ok = iface->set_certificate_extension (self, oid, flags, value, &local_error);
  return _icert_end_boolean (ok, local_error, self, "set_certificate_extension", error);
}

/* What the column Request.DispositionMessage holds, and what the engine puts around it, must fit.
 */
static gboolean
check_length (const char *message, GError **error)
{
  gsize length = message != NULL ? strlen (message) : 0;

  if (length <= MAX_MESSAGE)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_TOO_LARGE, "message",
                   "has %" G_GSIZE_FORMAT " octets (at most %d)", length, MAX_MESSAGE);
  return FALSE;
}

/**
 * icert_server_policy_set_disposition_message:
 * @self: a server object of a request
 * @text: (nullable): one line for people; `NULL` takes an earlier one back
 * @error: return location for an error
 *
 * Says to client, officer and log in words why the verdict is what it is. It has no counterpart in
 * AD CS, where a policy cannot write Request.DispositionMessage.
 *
 * Errors: `ICERT_ERROR_MALFORMED` for text that is not UTF-8; `ICERT_ERROR_TOO_LARGE` for more than
 * 4096 octets; `ICERT_ERROR_WRONG_STATE` outside a request; `ICERT_ERROR_CONTEXT` after the
 * verdict.
 *
 * Returns: `TRUE` when the text is set
 */
gboolean
icert_server_policy_set_disposition_message (ICertServerPolicy *self,
                                             const char *text,
                                             GError **error)
{
  ICertServerPolicyInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_SERVER_POLICY (self), FALSE);

  if (!_icert_check_optional_text (text, "message", error) || !check_length (text, error))
    return FALSE;
  iface = ICERT_SERVER_POLICY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, set_disposition_message, FALSE, error);
  ok = iface->set_disposition_message (self, text, &local_error);
  return _icert_end_boolean (ok, local_error, self, "set_disposition_message", error);
}

/**
 * icert_server_policy_add_trace:
 * @self: a server object of a request
 * @rule: name of the rule that was applied, as its author would find it again
 * @field: (nullable): the field it looked at
 * @seen: (nullable): the value it saw
 * @allowed: (nullable): the value it would let pass
 * @error: return location for an error
 *
 * Explains one step of the judgement. `icert explain` and
 * [method@ICert.Admin.get_trace] show it. No counterpart in AD CS.
 *
 * Errors: `ICERT_ERROR_MALFORMED` without a rule, or for text that is not UTF-8;
 * `ICERT_ERROR_WRONG_STATE` outside a request; `ICERT_ERROR_CONTEXT` after the verdict.
 *
 * Returns: `TRUE` when the step is recorded
 */
gboolean
icert_server_policy_add_trace (ICertServerPolicy *self,
                               const char *rule,
                               const char *field,
                               const char *seen,
                               const char *allowed,
                               GError **error)
{
  ICertServerPolicyInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_SERVER_POLICY (self), FALSE);

  if (!_icert_check_text (rule, "rule", error)
      || !_icert_check_optional_text (field, "field", error)
      || !_icert_check_optional_text (seen, "seen", error)
      || !_icert_check_optional_text (allowed, "allowed", error))
    return FALSE;
  iface = ICERT_SERVER_POLICY_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, add_trace, FALSE, error);
  ok = iface->add_trace (self, rule, field, seen, allowed, &local_error);
  return _icert_end_boolean (ok, local_error, self, "add_trace", error);
}
