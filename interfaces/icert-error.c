/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-error.h"

#include <string.h>

#include "icert-private.h"

/* Text in front of the bracket, in octets */
#define MAX_TEXT 300
/* Client text inside a message, in characters */
#define MAX_QUOTED 64
/* What stands in front of the first colon is a field only when it is as short as one */
#define MAX_FIELD 96

#define ELLIPSIS "…"

#define DBUS_PREFIX "org.icert.ICert1.Error."

/* One row for each code: name, D-Bus name, AD CS status, text. The D-Bus names make an error
 * survive the trip from another process. */
#define ERROR_CODES(X)                                                                             \
  X (FAILED, "Failed", 0x80004005u, "failed")                                                      \
  X (MALFORMED, "Malformed", 0x8007000du, "cannot be decoded")                                     \
  X (TOO_LARGE, "TooLarge", 0x80094007u, "over a limit")                                           \
  X (UNSUPPORTED, "Unsupported", 0x80070032u, "not supported")                                     \
  X (BAD_SIGNATURE, "BadSignature", 0x80090006u, "signature is wrong")                             \
  X (WEAK_KEY, "WeakKey", 0x80094811u, "public key is refused")                                    \
  X (BAD_NAME, "BadName", 0x800b0114u, "name is refused")                                          \
  X (FORBIDDEN_FIELD, "ForbiddenField", 0x80094802u, "requester may not set this field")           \
  X (BAD_VALIDITY, "BadValidity", 0x800b0102u, "validity is refused")                              \
  X (LINT, "Lint", 0x800b0108u, "certificate to be signed is not well formed")                     \
  X (DENIED, "Denied", 0x80094014u, "request was denied")                                          \
  X (NOT_AUTHENTICATED, "NotAuthenticated", 0x800704dcu, "identity is missing or not valid")       \
  X (NOT_AUTHORIZED, "NotAuthorized", 0x80070005u, "right is missing")                             \
  X (NOT_FOUND, "NotFound", 0x80094004u, "no such object")                                         \
  X (WRONG_STATE, "WrongState", 0x80094003u, "not allowed in this state")                          \
  X (CONFLICT, "Conflict", 0x80071392u, "exists already with other content")                       \
  X (REPLAY, "Replay", 0x80090310u, "token was used before or is unknown")                         \
  X (RATE_LIMITED, "RateLimited", 0x80070718u, "quota is used up")                                 \
  X (BUSY, "Busy", 0x800700aau, "busy")                                                            \
  X (PENDING, "Pending", 0x800703e5u, "answer comes later")                                        \
  X (OUTCOME_UNKNOWN, "OutcomeUnknown", 0x8004d016u, "outcome is not known")                       \
  X (STORAGE, "Storage", 0x8007001du, "store failed")                                              \
  X (AUDIT, "Audit", 0x800705ddu, "audit log failed")                                              \
  X (KEY_UNAVAILABLE, "KeyUnavailable", 0x8009000du, "CA key cannot be used")                      \
  X (CLOCK, "Clock", 0x80090324u, "clock jumped")                                                  \
  X (MODULE, "Module", 0x80010105u, "module failed")                                               \
  X (CONFIG, "Config", 0x8007064au, "configuration is refused")                                    \
  X (NOT_SUPPORTED, "NotSupported", 0x80004001u, "not implemented")                                \
  X (CONTEXT, "Context", 0x80070006u, "object was used after its time")                            \
  X (UNKNOWN_NAME, "UnknownName", 0x80020006u, "no such name")                                     \
  X (NO_UI, "NoUi", 0x800705b3u, "a person would have to choose")                                  \
  X (INTERNAL, "Internal", 0x8000ffffu, "internal error")

static const GDBusErrorEntry entries[] = {
#define X(id, dbus, status, text) { ICERT_ERROR_##id, DBUS_PREFIX dbus },
  ERROR_CODES (X)
#undef X
};
G_STATIC_ASSERT (G_N_ELEMENTS (entries) == ICERT_ERROR_INTERNAL + 1);

static const struct
{
  const char *name;
  guint32 status;
  const char *text;
} codes[] = {
#define X(id, dbus, status, text) [ICERT_ERROR_##id] = { #id, status, text },
  ERROR_CODES (X)
#undef X
};

/* Statuses of AD CS that are finer than our codes, or have a name of their own there */
static const struct
{
  guint32 hresult;
  ICertError code;
  const char *name;
  const char *text;
} statuses[] = {
  { 0x80094001u, ICERT_ERROR_BAD_NAME, "BAD_REQUESTSUBJECT",
    "neither subject nor alternative name" },
  { 0x80094002u, ICERT_ERROR_NOT_FOUND, "NO_REQUEST", "no such request" },
  { 0x80094003u, ICERT_ERROR_WRONG_STATE, "BAD_REQUESTSTATUS",
    "not allowed in the request's state" },
  { 0x80094004u, ICERT_ERROR_NOT_FOUND, "PROPERTY_EMPTY", "no such request, or property is empty" },
  { 0x80094005u, ICERT_ERROR_CONFIG, "INVALID_CA_CERTIFICATE",
    "the CA's certificate is not valid" },
  { 0x80094006u, ICERT_ERROR_BUSY, "SERVER_SUSPENDED", "the CA is suspended" },
  { 0x80094007u, ICERT_ERROR_TOO_LARGE, "ENCODING_LENGTH", "encoding is too long" },
  { 0x80094008u, ICERT_ERROR_NOT_AUTHORIZED, "ROLECONFLICT", "caller holds two roles in conflict" },
  { 0x80094009u, ICERT_ERROR_NOT_AUTHORIZED, "RESTRICTEDOFFICER", "officer may not manage this" },
  { 0x8009400au, ICERT_ERROR_NOT_SUPPORTED, "KEY_ARCHIVAL_NOT_CONFIGURED", "no key archival here" },
  { 0x8009400bu, ICERT_ERROR_NOT_SUPPORTED, "NO_VALID_KRA", "no valid key recovery agent" },
  { 0x8009400cu, ICERT_ERROR_MALFORMED, "BAD_REQUEST_KEY_ARCHIVAL", "archived key is wrong" },
  { 0x8009400du, ICERT_ERROR_CONFIG, "NO_CAADMIN_DEFINED", "no administrator is defined" },
  { 0x8009400eu, ICERT_ERROR_MALFORMED, "BAD_RENEWAL_CERT_ATTRIBUTE", "old certificate is wrong" },
  { 0x8009400fu, ICERT_ERROR_BUSY, "NO_DB_SESSIONS", "no database session is free" },
  { 0x80094011u, ICERT_ERROR_NOT_AUTHORIZED, "ENROLL_DENIED", "caller may not enroll here" },
  { 0x80094012u, ICERT_ERROR_NOT_AUTHORIZED, "TEMPLATE_DENIED", "caller may not use this profile" },
  { 0x80094014u, ICERT_ERROR_DENIED, "ADMIN_DENIED_REQUEST", "an officer denied the request" },
  { 0x80094800u, ICERT_ERROR_UNSUPPORTED, "UNSUPPORTED_CERT_TYPE", "profile is not offered" },
  { 0x80094801u, ICERT_ERROR_DENIED, "NO_CERT_TYPE", "request names no profile" },
  { 0x80094802u, ICERT_ERROR_FORBIDDEN_FIELD, "TEMPLATE_CONFLICT",
    "request conflicts with profile" },
  { 0x80094803u, ICERT_ERROR_BAD_NAME, "SUBJECT_ALT_NAME_REQUIRED", "alternative name is missing" },
  { 0x80094804u, ICERT_ERROR_DENIED, "ARCHIVED_KEY_REQUIRED", "archived key is missing" },
  { 0x80094805u, ICERT_ERROR_DENIED, "SMIME_REQUIRED", "S/MIME capabilities are missing" },
  { 0x80094806u, ICERT_ERROR_BAD_NAME, "BAD_RENEWAL_SUBJECT", "renewal changes the subject" },
  { 0x80094807u, ICERT_ERROR_DENIED, "BAD_TEMPLATE_VERSION", "profile is of another version" },
  { 0x80094808u, ICERT_ERROR_DENIED, "TEMPLATE_POLICY_REQUIRED", "profile policy is missing" },
  { 0x80094809u, ICERT_ERROR_DENIED, "SIGNATURE_POLICY_REQUIRED", "signature policy is missing" },
  { 0x8009480au, ICERT_ERROR_DENIED, "SIGNATURE_COUNT", "signatures are missing" },
  { 0x8009480bu, ICERT_ERROR_BAD_SIGNATURE, "SIGNATURE_REJECTED", "a signature is refused" },
  { 0x8009480cu, ICERT_ERROR_DENIED, "ISSUANCE_POLICY_REQUIRED", "issuance policy is missing" },
  { 0x8009480du, ICERT_ERROR_BAD_NAME, "SUBJECT_UPN_REQUIRED", "user principal name is missing" },
  { 0x8009480eu, ICERT_ERROR_BAD_NAME, "SUBJECT_DIRECTORY_GUID_REQUIRED",
    "directory id is missing" },
  { 0x8009480fu, ICERT_ERROR_BAD_NAME, "SUBJECT_DNS_REQUIRED", "DNS name is missing" },
  { 0x80094810u, ICERT_ERROR_FORBIDDEN_FIELD, "ARCHIVED_KEY_UNEXPECTED",
    "archived key is not wanted" },
  { 0x80094811u, ICERT_ERROR_WEAK_KEY, "KEY_LENGTH", "public key is refused" },
  { 0x80094812u, ICERT_ERROR_BAD_NAME, "SUBJECT_EMAIL_REQUIRED", "e-mail address is missing" },
  { 0x80094813u, ICERT_ERROR_DENIED, "UNKNOWN_CERT_TYPE", "no such profile" },
  { 0x80094814u, ICERT_ERROR_FORBIDDEN_FIELD, "CERT_TYPE_OVERLAP", "profiles overlap" },
  { 0x80094816u, ICERT_ERROR_WEAK_KEY, "RENEWAL_BAD_PUBLIC_KEY",
    "renewal needs another public key" },
  { 0x800b0107u, ICERT_ERROR_BAD_SIGNATURE, "NOT_OURS", "certificate is not signed by this CA" },
  { 0x800b0114u, ICERT_ERROR_BAD_NAME, "INVALID_NAME", "name is refused" },
  { 0x80092009u, ICERT_ERROR_NOT_FOUND, "NO_MATCH", "nothing matches" },
  { 0x80070057u, ICERT_ERROR_MALFORMED, "INVALIDARG", "argument is wrong" },
  { 0x8007000du, ICERT_ERROR_MALFORMED, "INVALID_DATA", "data is wrong" },
  { 0x80070005u, ICERT_ERROR_NOT_AUTHORIZED, "ACCESSDENIED", "access denied" },
  { 0x80071392u, ICERT_ERROR_CONFLICT, "OBJECT_ALREADY_EXISTS", "object exists" },
};

static const struct
{
  guint status;
  const char *text;
} http_statuses[] = {
  { 200, "OK" },
  { 202, "answer comes later" },
  { 400, "request is wrong" },
  { 401, "identity is missing or not valid" },
  { 403, "right is missing" },
  { 404, "not found" },
  { 405, "method is not allowed here" },
  { 409, "conflict with the present state" },
  { 413, "request is too large" },
  { 415, "media type is not supported" },
  { 429, "too many requests" },
  { 500, "server failed" },
  { 501, "not implemented" },
  { 503, "server is busy" },
};

/* Details whose value is a number; `status` is one of 32 bits. Everything else is text. */
static const char *const number_details[]
    = { "offset", "limit", "actual", "expected", "request-id", "retry-after", "change", NULL };

/**
 * icert_error_quark:
 *
 * The error domain of everything in this library. Registered with GDBus, so that an error keeps its
 * code on its way through D-Bus as `org.icert.ICert1.Error.…`.
 *
 * Returns: the quark of `ICERT_ERROR`
 */
GQuark
icert_error_quark (void)
{
  static gsize quark = 0;

  g_dbus_error_register_error_domain ("icert-error-quark", &quark, entries, G_N_ELEMENTS (entries));
  return (GQuark) quark;
}

static gboolean
is_code (int code)
{
  return code >= 0 && code < (int) G_N_ELEMENTS (codes);
}

/* Bidi marks are format characters; line separators count as printable in GLib */
static gboolean
is_printable (gunichar c)
{
  GUnicodeType type;

  if (c < 0x80)
    return c >= 0x20 && c < 0x7f;

  type = g_unichar_type (c);
  return g_unichar_isprint (c) && type != G_UNICODE_LINE_SEPARATOR
         && type != G_UNICODE_PARAGRAPH_SEPARATOR && type != G_UNICODE_PRIVATE_USE;
}

gboolean
_icert_append_printable (GString *out,
                         const char *text,
                         gsize length,
                         gsize max_chars,
                         gboolean quoted)
{
  const char *p = text;
  const char *end = text + length;

  for (gsize n = 0; p < end; n++)
    {
      gunichar c = *p == '\0' ? 0 : g_utf8_get_char_validated (p, end - p);
      gsize size = (c == (gunichar) -1 || c == (gunichar) -2 || c == 0)
                       ? 1
                       : (gsize) (g_utf8_next_char (p) - p);

      if (n == max_chars)
        return FALSE;

      if (size <= (gsize) (end - p) && is_printable (c) && !(quoted && (c == '"' || c == '\\')))
        g_string_append_len (out, p, size);
      else
        for (gsize i = 0; i < size; i++)
          g_string_append_printf (out, "\\x%02x", (guchar) p[i]);

      p += size;
    }

  return TRUE;
}

/* Cuts at the last character, not escape, that leaves room for the ellipsis */
static void
cut_text (GString *text)
{
  gsize end = MAX_TEXT - strlen (ELLIPSIS);

  if (text->len <= MAX_TEXT)
    return;

  while (end > 0 && ((guchar) text->str[end] & 0xc0) == 0x80)
    end--;
  for (gsize i = 1; i <= 3 && i < end; i++)
    if (text->str[end - i] == '\\' && text->str[end - i + 1] == 'x')
      {
        end -= i;
        break;
      }

  g_string_truncate (text, end);
  g_string_append (text, ELLIPSIS);
}

static gboolean
is_detail_name (const char *name, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_islower (name[i]) && name[i] != '-')
      return FALSE;

  return length > 0;
}

/* Where ` [name=value …]` begins at the end of @message; NULL when there is none */
static const char *
find_bracket (const char *message)
{
  const char *start = g_strrstr (message, " [");
  const char *p, *end;

  if (start == NULL || !g_str_has_suffix (message, "]"))
    return NULL;

  end = message + strlen (message) - 1;
  for (p = start + 2; p < end;)
    {
      gsize name = strcspn (p, "= ]");
      gsize value;

      if (!is_detail_name (p, name) || p[name] != '=')
        return NULL;
      value = strcspn (p + name + 1, " ]");
      if (value == 0)
        return NULL;
      p += name + 1 + value;
      if (p < end && *p++ != ' ')
        return NULL;
    }

  return p == end && end[-1] != ' ' ? start : NULL;
}

/**
 * icert_set_error: (skip)
 * @error: (out) (optional) (nullable): return location for an error, as for `g_set_error()`
 * @code: what the caller can do about it
 * @field: (nullable): the field of the input that is wrong, such as `subject` or `public key`
 * @format: printf() format of what is wrong and, in parentheses, what was expected
 * @...: arguments of `format`
 *
 * Sets an error whose message has the form of the error contract: `field: what is wrong (what was
 * expected)`. The message becomes one line of valid UTF-8 with at most 300 octets; whatever is not
 * printable is shown as `\x..`. Text that came from a client goes through [func@ICert.Error.quote]
 * first.
 *
 * Details are added by [func@ICert.Error.add_detail].
 */
void
icert_set_error (GError **error, ICertError code, const char *field, const char *format, ...)
{
  g_autoptr (GString) text = NULL;
  g_autofree char *what = NULL;
  va_list args;

  g_return_if_fail (error == NULL || *error == NULL);

  if (error == NULL)
    return;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);

  text = g_string_new (NULL);
  if (field != NULL && *field != '\0')
    {
      _icert_append_printable (text, field, strlen (field), MAX_TEXT, FALSE);
      g_string_append (text, ": ");
    }
  _icert_append_printable (text, what, strlen (what), MAX_TEXT, FALSE);
  cut_text (text);

  /* Only icert_error_add_detail() writes details: no text may forge a bracket. */
  if (find_bracket (text->str) != NULL)
    {
      g_string_truncate (text, text->len - 1);
      g_string_append (text, "\\x5d");
      cut_text (text);
    }

  *error = g_error_new_literal (ICERT_ERROR, code, text->str);
}

/* `status=0x80094811` of name and value; the value has no blank or bracket left */
static char *
format_detail (const char *name, const char *value)
{
  GString *out = g_string_new (name);

  g_string_append_c (out, '=');
  if (*value == '\0')
    g_string_append (out, "\\x20");
  for (const char *p = value; *p != '\0'; p++)
    {
      if (g_ascii_isgraph (*p) && strchr ("[]=\\", *p) == NULL)
        g_string_append_c (out, *p);
      else
        g_string_append_printf (out, "\\x%02x", (guchar) *p);
    }

  return g_string_free (out, FALSE);
}

/* The bracket of @error with this detail in it; one that is there already is replaced */
static void
add_detail (GError *error, const char *name, const char *value)
{
  g_autoptr (GStrvBuilder) details = g_strv_builder_new ();
  g_autofree char *detail = format_detail (name, value);
  g_autofree char *list = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) all = NULL;
  const char *bracket = find_bracket (error->message);

  if (bracket != NULL)
    {
      g_autofree char *inside = g_strndup (bracket + 2, strlen (bracket) - 3);
      g_auto (GStrv) old = g_strsplit (inside, " ", -1);

      for (gsize i = 0; old[i] != NULL; i++)
        if (!g_str_has_prefix (old[i], name) || old[i][strlen (name)] != '=')
          g_strv_builder_add (details, old[i]);
    }

  g_strv_builder_add (details, detail);
  all = g_strv_builder_end (details);
  list = g_strjoinv (" ", all);
  text = g_strndup (error->message,
                    bracket != NULL ? (gsize) (bracket - error->message) : strlen (error->message));

  g_free (error->message);
  error->message = g_strdup_printf ("%s [%s]", text, list);
}

/**
 * icert_error_add_detail: (skip)
 * @error: (nullable): an error of this domain; nothing happens without one
 * @name: `status`, `offset`, `limit`, `actual`, `request-id`, `correlation` or `retry-after`
 * @format: printf() format of the value: numbers in decimal, `status` as `0x%08x`
 * @...: arguments of `format`
 *
 * Writes a detail into the bracket behind the message, since only domain, code and message survive
 * bindings and D-Bus. A detail that is there already is replaced.
 */
void
icert_error_add_detail (GError *error, const char *name, const char *format, ...)
{
  g_autofree char *value = NULL;
  va_list args;

  g_return_if_fail (name != NULL && is_detail_name (name, strlen (name)));

  if (error == NULL)
    return;

  va_start (args, format);
  value = g_strdup_vprintf (format, args);
  va_end (args);

  add_detail (error, name, value);
}

/* A detail's value as the bracket has it; NULL for what is neither number nor text */
static char *
print_detail (const char *name, GVariant *value)
{
  guint64 number;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    number = g_variant_get_uint32 (value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64))
    number = g_variant_get_uint64 (value);
  else
    return NULL;

  return g_strdup_printf (
      g_str_equal (name, "status") ? "0x%08" G_GINT64_MODIFIER "x" : "%" G_GUINT64_FORMAT, number);
}

/**
 * icert_error_new_with_details:
 * @code: what the caller can do about it
 * @message: (nullable): `field: what is wrong (what was expected)`, in UTF-8; it becomes one line
 * of at most 300 octets
 * @details: (nullable): `a{sv}` of details: `status`, `limit`, `actual`, `offset` and `request-id`
 *   as `u` or `t`, `correlation` and others as `s`; what has another name or type is left out
 *
 * Makes an error of the error contract, for languages that have no printf(): the counterpart of
 * [func@ICert.Error.get_text] and [func@ICert.Error.get_details]. A module raises it to refuse a
 * request.
 *
 * May be called in any thread.
 *
 * Returns: (transfer full): the error; the caller owns it
 */
GError *
icert_error_new_with_details (ICertError code, const char *message, GVariant *details)
{
  GError *error = NULL;
  GVariantIter iter;
  const char *name;
  GVariant *value;

  icert_set_error (&error, code, NULL, "%s", message != NULL ? message : "failed");
  if (details == NULL || !g_variant_is_of_type (details, G_VARIANT_TYPE_VARDICT))
    return error;

  g_variant_iter_init (&iter, details);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      g_autofree char *text = print_detail (name, value);

      if (text != NULL && is_detail_name (name, strlen (name)))
        add_detail (error, name, text);
    }

  return error;
}

/**
 * icert_error_quote: (skip)
 * @text: (nullable): text from outside
 * @length: its length in octets, -1 when it ends with a NUL
 *
 * Makes client text fit for a message: in quotes, at most 64 characters, with an ellipsis behind
 * the closing quote when something was cut; control, bidi and newline characters, quotes,
 * backslashes and octets that are not UTF-8 are shown as `\x..`.
 *
 * Returns: (transfer full): the quoted text
 */
char *
icert_error_quote (const char *text, gssize length)
{
  GString *out = g_string_new ("\"");
  gboolean whole = TRUE;

  if (text != NULL)
    whole = _icert_append_printable (out, text, length < 0 ? strlen (text) : (gsize) length,
                                     MAX_QUOTED, TRUE);
  g_string_append (out, whole ? "\"" : "\"" ELLIPSIS);

  return g_string_free (out, FALSE);
}

/**
 * icert_error_get_text:
 * @error: an error
 *
 * The message without the bracket of details: what a person reads.
 *
 * Returns: (transfer full): the text
 */
char *
icert_error_get_text (const GError *error)
{
  const char *bracket;

  g_return_val_if_fail (error != NULL, g_strdup (""));

  bracket = error->domain == ICERT_ERROR ? find_bracket (error->message) : NULL;
  if (bracket == NULL)
    return g_strdup (error->message);
  return g_strndup (error->message, bracket - error->message);
}

/**
 * icert_error_get_field:
 * @error: an error
 *
 * The field that the message blames: what stands in front of its first colon.
 *
 * Returns: (transfer full) (nullable): the field, or `NULL` when the error is of another domain or
 *   names none
 */
char *
icert_error_get_field (const GError *error)
{
  const char *colon;

  g_return_val_if_fail (error != NULL, NULL);

  if (error->domain != ICERT_ERROR)
    return NULL;

  colon = strstr (error->message, ": ");
  if (colon == NULL || colon == error->message || colon - error->message > MAX_FIELD
      || memchr (error->message, '"', colon - error->message) != NULL)
    return NULL;
  return g_strndup (error->message, colon - error->message);
}

static char *
unescape_detail (const char *value)
{
  GString *out = g_string_new (NULL);

  for (const char *p = value; *p != '\0'; p++)
    {
      if (p[0] == '\\' && p[1] == 'x' && g_ascii_isxdigit (p[2]) && g_ascii_isxdigit (p[3]))
        {
          g_string_append_c (
              out, (char) (g_ascii_xdigit_value (p[2]) * 16 + g_ascii_xdigit_value (p[3])));
          p += 3;
        }
      else
        g_string_append_c (out, *p);
    }

  if (!g_utf8_validate (out->str, out->len, NULL))
    {
      g_string_free (out, TRUE);
      return g_strdup (value);
    }
  return g_string_free (out, FALSE);
}

/* NULL when a number is not one */
static GVariant *
parse_detail (const char *name, const char *value)
{
  guint64 number;

  if (g_str_equal (name, "status"))
    {
      gboolean hex = g_ascii_strncasecmp (value, "0x", 2) == 0;

      if (!g_ascii_string_to_unsigned (hex ? value + 2 : value, hex ? 16 : 10, 0, G_MAXUINT32,
                                       &number, NULL))
        return NULL;
      return g_variant_new_uint32 ((guint32) number);
    }

  if (g_strv_contains (number_details, name))
    {
      if (!g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT64, &number, NULL))
        return NULL;
      return g_variant_new_uint64 (number);
    }

  return g_variant_new_take_string (unescape_detail (value));
}

static void
parse_bracket (const char *bracket, GVariantDict *details)
{
  g_autofree char *inside = g_strndup (bracket + 2, strlen (bracket) - 3);
  g_auto (GStrv) list = g_strsplit (inside, " ", -1);

  for (gsize i = 0; list[i] != NULL; i++)
    {
      char *equals = strchr (list[i], '=');
      GVariant *value;

      *equals = '\0';
      if (g_str_equal (list[i], "code") || g_str_equal (list[i], "field"))
        continue;
      value = parse_detail (list[i], equals + 1);
      if (value != NULL)
        g_variant_dict_insert_value (details, list[i], value);
    }
}

/**
 * icert_error_get_details:
 * @error: an error
 *
 * Takes the message apart: a dictionary of `code` (s, see [func@ICert.Error.get_code_name]),
 * `status` (u, the AD CS status), `field` (s), `offset` (t, in octets), `limit` (t), `actual` (t),
 * `request-id` (t), `correlation` (s) and `retry-after` (t, in seconds), each only when it is
 * known. An error of another domain gives an empty dictionary.
 *
 * Returns: (transfer full): a variant of type `a{sv}`, never floating
 */
GVariant *
icert_error_get_details (const GError *error)
{
  g_auto (GVariantDict) details = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *field = NULL;
  const char *bracket;

  g_return_val_if_fail (error != NULL, NULL);

  if (error->domain == ICERT_ERROR)
    {
      ICertError code = is_code (error->code) ? error->code : ICERT_ERROR_FAILED;

      g_variant_dict_insert (&details, "code", "s", codes[code].name);
      g_variant_dict_insert (&details, "status", "u", codes[code].status);
      field = icert_error_get_field (error);
      if (field != NULL)
        g_variant_dict_insert (&details, "field", "s", field);
      bracket = find_bracket (error->message);
      if (bracket != NULL)
        parse_bracket (bracket, &details);
    }

  return g_variant_ref_sink (g_variant_dict_end (&details));
}

/**
 * icert_error_get_code_name:
 * @code: a code
 *
 * The code's name as the documentation spells it, such as `WEAK_KEY`; what stands in rows and
 * traces.
 *
 * Returns: (transfer none): the name; `FAILED` for a number that is no code
 */
const char *
icert_error_get_code_name (ICertError code)
{
  return codes[is_code ((int) code) ? code : ICERT_ERROR_FAILED].name;
}

/**
 * icert_error_is_refusal:
 * @error: (nullable): an error
 *
 * Whether a policy that fails with this error has judged: the request is denied with this code.
 * Every other error means that nobody could judge, and the request stays pending.
 *
 * Returns: `TRUE` for `ICERT_ERROR_DENIED`, `ICERT_ERROR_WEAK_KEY`, `ICERT_ERROR_BAD_NAME`,
 *   `ICERT_ERROR_FORBIDDEN_FIELD`, `ICERT_ERROR_BAD_VALIDITY` and `ICERT_ERROR_NOT_AUTHORIZED`
 */
gboolean
icert_error_is_refusal (const GError *error)
{
  if (error == NULL || error->domain != ICERT_ERROR)
    return FALSE;

  switch (error->code)
    {
    case ICERT_ERROR_DENIED:
    case ICERT_ERROR_WEAK_KEY:
    case ICERT_ERROR_BAD_NAME:
    case ICERT_ERROR_FORBIDDEN_FIELD:
    case ICERT_ERROR_BAD_VALIDITY:
    case ICERT_ERROR_NOT_AUTHORIZED:
      return TRUE;
    default:
      return FALSE;
    }
}

/* FALSE when the number is unknown; @name is AD CS's, or ours where it has none */
static gboolean
look_up_status (guint32 hresult, ICertError *code, const char **name, const char **text)
{
  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++)
    if (statuses[i].hresult == hresult)
      {
        *code = statuses[i].code;
        *name = statuses[i].name;
        *text = statuses[i].text;
        return TRUE;
      }

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    if (codes[i].status == hresult)
      {
        *code = (ICertError) i;
        *name = codes[i].name;
        *text = codes[i].text;
        return TRUE;
      }

  return FALSE;
}

static char *
describe_http (guint32 status)
{
  for (gsize i = 0; i < G_N_ELEMENTS (http_statuses); i++)
    if (http_statuses[i].status == status)
      return g_strdup (http_statuses[i].text);

  return g_strdup_printf ("HTTP status %u", status);
}

/**
 * icert_error_describe:
 * @hresult: an AD CS status, or an HTTP status with `ICERT_ERROR_TEXT_HTTP_ERROR`
 * @flags: form of the text
 *
 * A line for people about a status code (AD CS: ICertRequest2::GetErrorMessageText).
 *
 * Returns: (transfer full): the text
 */
char *
icert_error_describe (guint32 hresult, ICertErrorTextFlags flags)
{
  ICertError code = ICERT_ERROR_FAILED;
  const char *name = "UNKNOWN";
  const char *text = "unknown status";
  g_autofree char *http = NULL;

  if (flags & ICERT_ERROR_TEXT_HTTP_ERROR)
    {
      http = describe_http (hresult);
      if (flags & ICERT_ERROR_TEXT_HRESULT_STRING)
        return g_strdup_printf ("%s (0x%08x)", http, hresult);
      return g_steal_pointer (&http);
    }

  if (hresult == 0)
    {
      name = "OK";
      text = "no error";
    }
  else
    look_up_status (hresult, &code, &name, &text);

  if (flags & ICERT_ERROR_TEXT_HRESULT_STRING)
    return g_strdup_printf ("%s (0x%08x %s)", text, hresult, name);
  return g_strdup (text);
}

/**
 * icert_error_to_hresult:
 * @error: (nullable): an error
 *
 * The AD CS status of an error: its detail `status`, or else the one that belongs to its code; for
 * column Request.StatusCode and for logs.
 *
 * Returns: the status; 0 without an error, 0x80004005 for an error of another domain
 */
guint32
icert_error_to_hresult (const GError *error)
{
  g_autoptr (GVariant) details = NULL;
  guint32 status = codes[ICERT_ERROR_FAILED].status;

  if (error == NULL)
    return 0;

  details = icert_error_get_details (error);
  g_variant_lookup (details, "status", "u", &status);
  return status;
}

/**
 * icert_hresult_to_error:
 * @hresult: an AD CS status
 *
 * The error that stands for a status: its code is the class of the status, and the status itself
 * goes along as detail.
 *
 * Returns: (transfer full) (nullable): an error, or `NULL` when `hresult` is no failure
 */
GError *
icert_hresult_to_error (guint32 hresult)
{
  ICertError code = ICERT_ERROR_FAILED;
  const char *name = "UNKNOWN";
  const char *text = "unknown status";
  GError *error = NULL;

  if ((hresult & 0x80000000u) == 0)
    return NULL;

  look_up_status (hresult, &code, &name, &text);
  icert_set_error (&error, code, NULL, "%s", text);
  icert_error_add_detail (error, "status", "0x%08x", hresult);
  return error;
}

/* A module's message goes into rows, logs and answers, whatever language it comes from: one line of
 * UTF-8, no longer than those that icert_set_error() makes. Well-formed details stay. */
static void
tidy_message (GError *error)
{
  const char *bracket = error->domain == ICERT_ERROR ? find_bracket (error->message) : NULL;
  gsize length = bracket != NULL ? (gsize) (bracket - error->message) : strlen (error->message);
  GString *text = g_string_new (NULL);

  _icert_append_printable (text, error->message, length, MAX_TEXT, FALSE);
  cut_text (text);
  if (bracket != NULL && strlen (bracket) <= MAX_TEXT && g_str_is_ascii (bracket))
    g_string_append (text, bracket);
  g_free (error->message);
  error->message = g_string_free (text, FALSE);
}

void
_icert_propagate_error (GError **dest, GError *src, gpointer object, const char *method)
{
  if (src != NULL && src->message != NULL && *src->message != '\0')
    {
      tidy_message (src);
      g_propagate_error (dest, src);
      return;
    }

  g_clear_error (&src);
  icert_set_error (dest, ICERT_ERROR_FAILED, method, "failed without an error (an error from %s)",
                   object != NULL ? G_OBJECT_TYPE_NAME (object) : "nothing");
}
