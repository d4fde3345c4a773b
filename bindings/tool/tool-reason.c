/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-reason.h"

#include <string.h>

#include "tool-error.h"
#include "tool-output.h"

static const struct
{
  ICertRevocationReason reason;
  const char *name;
} reasons[] = {
  { ICERT_REVOCATION_REASON_UNSPECIFIED, "unspecified" },
  { ICERT_REVOCATION_REASON_KEY_COMPROMISE, "keyCompromise" },
  { ICERT_REVOCATION_REASON_CA_COMPROMISE, "cACompromise" },
  { ICERT_REVOCATION_REASON_AFFILIATION_CHANGED, "affiliationChanged" },
  { ICERT_REVOCATION_REASON_SUPERSEDED, "superseded" },
  { ICERT_REVOCATION_REASON_CESSATION_OF_OPERATION, "cessationOfOperation" },
  { ICERT_REVOCATION_REASON_CERTIFICATE_HOLD, "certificateHold" },
  { ICERT_REVOCATION_REASON_REMOVE_FROM_CRL, "removeFromCRL" },
  { ICERT_REVOCATION_REASON_PRIVILEGE_WITHDRAWN, "privilegeWithdrawn" },
  { ICERT_REVOCATION_REASON_AA_COMPROMISE, "aACompromise" },
  /* what people type; the name above is the one that is shown */
  { ICERT_REVOCATION_REASON_CERTIFICATE_HOLD, "hold" },
};

const char *
tool_reason_to_name (ICertRevocationReason reason)
{
  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (reasons[i].reason == reason)
      return reasons[i].name;
  return "unknown";
}

/* "key-compromise" and "key compromise" are easier to type. */
static gboolean
is_same (const char *text, const char *name)
{
  for (; *text != '\0'; text++)
    {
      if (*text == '-' || *text == '_' || *text == ' ')
        continue;
      if (g_ascii_tolower (*text) != g_ascii_tolower (*name))
        return FALSE;
      name++;
    }
  return *name == '\0';
}

gboolean
tool_parse_reason (const char *text, ICertRevocationReason *reason, GError **error)
{
  guint64 number;
  gboolean is_number = g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT8, &number, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (is_number ? reasons[i].reason == number : is_same (text, reasons[i].name))
      {
        *reason = reasons[i].reason;
        return TRUE;
      }
  tool_usage_error (
      error,
      "reason: '%s' is none (unspecified, keyCompromise, cACompromise, "
      "affiliationChanged, superseded, cessationOfOperation, certificateHold or hold, "
      "removeFromCRL, privilegeWithdrawn, aACompromise, or their numbers)",
      text);
  return FALSE;
}

GDateTime *
tool_parse_date (const char *text, GError **error)
{
  gint64 microseconds;

  if (text == NULL || !tool_parse_time (text, &microseconds, error))
    return NULL;
  return g_date_time_new_from_unix_utc (microseconds / G_USEC_PER_SEC);
}
