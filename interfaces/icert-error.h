/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"

G_BEGIN_DECLS

#define ICERT_ERROR (icert_error_quark ())

/**
 * ICertError:
 * @ICERT_ERROR_FAILED: failed, and no finer code fits
 * @ICERT_ERROR_MALFORMED: cannot be decoded, or not DER
 * @ICERT_ERROR_TOO_LARGE: over a limit
 * @ICERT_ERROR_UNSUPPORTED: version, type, algorithm or critical thing unknown
 * @ICERT_ERROR_BAD_SIGNATURE: proof of possession or message signature wrong
 * @ICERT_ERROR_WEAK_KEY: the public key is refused
 * @ICERT_ERROR_BAD_NAME: a name is refused
 * @ICERT_ERROR_FORBIDDEN_FIELD: a field the profile does not let the requester set
 * @ICERT_ERROR_BAD_VALIDITY: a validity is refused
 * @ICERT_ERROR_LINT: the linter rejected the certificate to be signed
 * @ICERT_ERROR_DENIED: a policy module or an officer said no
 * @ICERT_ERROR_NOT_AUTHENTICATED: identity missing, expired or revoked
 * @ICERT_ERROR_NOT_AUTHORIZED: identity known, right missing
 * @ICERT_ERROR_NOT_FOUND: no such object, or no right to know it
 * @ICERT_ERROR_WRONG_STATE: the call is not allowed in this state, or lost a race
 * @ICERT_ERROR_CONFLICT: same idempotency key with other content
 * @ICERT_ERROR_REPLAY: a token was used before or is unknown
 * @ICERT_ERROR_RATE_LIMITED: a quota is used up
 * @ICERT_ERROR_BUSY: a queue is full
 * @ICERT_ERROR_PENDING: not an error: the answer comes later
 * @ICERT_ERROR_OUTCOME_UNKNOWN: result of a commit not known; ask again with the same key
 * @ICERT_ERROR_STORAGE: signing stopped: the store failed
 * @ICERT_ERROR_AUDIT: signing stopped: the audit log failed
 * @ICERT_ERROR_KEY_UNAVAILABLE: signing stopped: the CA key cannot be used
 * @ICERT_ERROR_CLOCK: signing stopped: the clock jumped
 * @ICERT_ERROR_MODULE: a module failed, crashed, timed out or broke its contract
 * @ICERT_ERROR_CONFIG: configuration refused; the text names file and line
 * @ICERT_ERROR_NOT_SUPPORTED: the object does not implement the call
 * @ICERT_ERROR_CONTEXT: a context object was used after its time
 * @ICERT_ERROR_UNKNOWN_NAME: no such property, column or class
 * @ICERT_ERROR_NO_UI: a person would have to choose, and nothing here can ask
 * @ICERT_ERROR_INTERNAL: a bug
 *
 * Codes of the error domain: a code for each thing the caller can do about it. The finer AD CS
 * status travels as detail `status` in the message, see [func@ICert.Error.get_details].
 */
typedef enum
{
  ICERT_ERROR_FAILED = 0,
  ICERT_ERROR_MALFORMED,
  ICERT_ERROR_TOO_LARGE,
  ICERT_ERROR_UNSUPPORTED,
  ICERT_ERROR_BAD_SIGNATURE,
  ICERT_ERROR_WEAK_KEY,
  ICERT_ERROR_BAD_NAME,
  ICERT_ERROR_FORBIDDEN_FIELD,
  ICERT_ERROR_BAD_VALIDITY,
  ICERT_ERROR_LINT,
  ICERT_ERROR_DENIED,
  ICERT_ERROR_NOT_AUTHENTICATED,
  ICERT_ERROR_NOT_AUTHORIZED,
  ICERT_ERROR_NOT_FOUND,
  ICERT_ERROR_WRONG_STATE,
  ICERT_ERROR_CONFLICT,
  ICERT_ERROR_REPLAY,
  ICERT_ERROR_RATE_LIMITED,
  ICERT_ERROR_BUSY,
  ICERT_ERROR_PENDING,
  ICERT_ERROR_OUTCOME_UNKNOWN,
  ICERT_ERROR_STORAGE,
  ICERT_ERROR_AUDIT,
  ICERT_ERROR_KEY_UNAVAILABLE,
  ICERT_ERROR_CLOCK,
  ICERT_ERROR_MODULE,
  ICERT_ERROR_CONFIG,
  ICERT_ERROR_NOT_SUPPORTED,
  ICERT_ERROR_CONTEXT,
  ICERT_ERROR_UNKNOWN_NAME,
  ICERT_ERROR_NO_UI,
  ICERT_ERROR_INTERNAL,
} ICertError;

ICERT_AVAILABLE_IN_0_1
GQuark icert_error_quark (void);
ICERT_AVAILABLE_IN_0_1
char *icert_error_get_field (const GError *error);
ICERT_AVAILABLE_IN_0_1
GVariant *icert_error_get_details (const GError *error);
ICERT_AVAILABLE_IN_0_1
char *icert_error_get_text (const GError *error);
ICERT_AVAILABLE_IN_0_1
const char *icert_error_get_code_name (ICertError code);
ICERT_AVAILABLE_IN_0_1
gboolean icert_error_is_refusal (const GError *error);
ICERT_AVAILABLE_IN_0_1
char *icert_error_describe (guint32 hresult, ICertErrorTextFlags flags);
ICERT_AVAILABLE_IN_0_1
guint32 icert_error_to_hresult (const GError *error);
ICERT_AVAILABLE_IN_0_1
GError *icert_hresult_to_error (guint32 hresult);
ICERT_AVAILABLE_IN_0_1
GError *icert_error_new_with_details (ICertError code, const char *message, GVariant *details);

/* C only from here on. */
ICERT_AVAILABLE_IN_0_1
void icert_set_error (GError **error, ICertError code, const char *field, const char *format, ...)
    G_GNUC_PRINTF (4, 5);
ICERT_AVAILABLE_IN_0_1
void icert_error_add_detail (GError *error, const char *name, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
ICERT_AVAILABLE_IN_0_1
char *icert_error_quote (const char *text, gssize length);

G_END_DECLS
