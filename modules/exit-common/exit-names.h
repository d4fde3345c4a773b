/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

G_BEGIN_DECLS

/* What exits that publish name things by: texts behind AD CS's tokens. Each field is nullable. */
typedef struct
{
  char *dns_name;   /* %1 <ServerDNSName> */
  char *short_host; /* %2 <ServerShortName> */
  char *ca_name;    /* %3 <CaName> */
  char *short_name; /* %7 <CATruncatedName> */
} ExitCaNames;

void exit_ca_names_load (ExitCaNames *names, ICertServer *server);
void exit_ca_names_clear (ExitCaNames *names);
/* a property of the CA; NULL when it is no text */
char *exit_get_ca_text (ICertServer *server, const char *name);
/* %8 <CRLNameSuffix>: (N) with the index of its key; NULL for the first one */
char *exit_get_crl_suffix (ICertIssuedCrl *crl);
/* <CRLPartitionIndex>; NULL for the first one */
char *exit_get_crl_partition (ICertIssuedCrl *crl);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ExitCaNames, exit_ca_names_clear)

G_END_DECLS
