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
  const char *crl_suffix; /* %8 <CRLNameSuffix> */
  const char *delta;      /* %9 <DeltaCRLAllowed> */
  const char *partition;  /* <CRLPartitionIndex> */
} ExitPublishTokens;

/* What a pattern names: its tokens, and which of them it has to have. */
typedef enum
{
  EXIT_PUBLISH_CA_CERTIFICATE,
  EXIT_PUBLISH_CERTIFICATE,
  EXIT_PUBLISH_CRL
} ExitPublishKind;

/* CONFIG unless @pattern is a path below the folder, of known tokens, that tells one certificate,
 * or one CRL of a key and kind, from another. @field: name of the setting. */
gboolean exit_publish_pattern_check (const char *pattern,
                                     const char *field,
                                     ExitPublishKind kind,
                                     GError **error);
/* The path, relative to the folder. FAILED when a token's text would leave its place. */
char *exit_publish_pattern_expand (const char *pattern,
                                   const ExitPublishTokens *tokens,
                                   GError **error);

G_END_DECLS
