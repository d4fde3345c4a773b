/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-engine.h"

/* Rows of the request table that nobody asked for: certificates of the CA itself, cross
 * certificates too (disposition 15), and those above it (16). They count down from -1, so that the
 * first request is 1. The files in certs/ are what is true; the rows say it to views. */

/* what a row says, or should say */
typedef struct
{
  GBytes *certificate; /* DER */
  char *hash;          /* its SHA-256, lower-case hex */
  ICertRowDisposition disposition;
  char *message;
  int signer;       /* index of the CA's certificate that signed it; -1 = another CA did */
  GPtrArray *chain; /* (element-type GBytes) what is above it, nearest first */
} CaOwnRow;

/* Whether a row is one of these. */
static inline gboolean
ca_own_rows_contain (gint64 request_id)
{
  return request_id < 0;
}

/* (transfer full): of CaOwnRow, one for each certificate of the CA and of its chains, in the order
 * in which they are numbered */
GPtrArray *ca_own_rows_list (const CaFacts *facts);
/* lends; NULL when the CA has no such certificate; @hash: SHA-256, lower-case hex */
const CaOwnRow *ca_own_rows_find (GPtrArray *rows, const char *hash);
/* Adds the rows that are missing, in one commit with an audit record; one query when none is.
 * @caller: (nullable) who brought the certificates. What fails is said, and tried again by the next
 * start. Any thread but the writer's. */
void ca_own_rows_add (CaEngine *engine, const CaFacts *facts, const CaCaller *caller);
/* The certificate of such a row as an answer, with what is above it */
ICertResponse *ca_own_rows_respond (const CaFacts *facts, const CaRequest *request);
