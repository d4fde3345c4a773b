/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

G_BEGIN_DECLS

/* What the tokens of a pattern stand for. Lent; NULL stands for nothing. */
typedef struct
{
  const char *dns_name;   /* %1 <ServerDNSName> */
  const char *short_host; /* %2 <ServerShortName> */
  const char *ca_name;    /* %3 <CaName> */
  const char *suffix;     /* %4 <CertificateName> */
  const char *short_name; /* %7 <CATruncatedName> */
  const char *request_id; /* <RequestID> */
  const char *serial;     /* <SerialNumber> */
} ExitPublishTokens;

/* CONFIG unless @pattern is a path below the folder, of known tokens; with @per_certificate it must
 * also tell one certificate from another. @field: name of the setting. */
gboolean exit_publish_pattern_check (const char *pattern,
                                     const char *field,
                                     gboolean per_certificate,
                                     GError **error);
/* The path, relative to the folder. FAILED when a token's text would leave its place. */
char *exit_publish_pattern_expand (const char *pattern,
                                   const ExitPublishTokens *tokens,
                                   GError **error);

G_END_DECLS
