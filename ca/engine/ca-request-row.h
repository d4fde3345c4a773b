/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-request.h"

/* Between CaRequest and the rows of the store: the only file that knows which field is which
 * column. */

/* the whole row, with attributes, extensions, submission key and trace */
void ca_request_row_insert (const CaRequest *request, ICertStoreBatch *batch);
/* what a decision changes, on the row of @request->version; attributes and extensions anew; the
 * trace is added */
void ca_request_row_update (const CaRequest *request, ICertStoreBatch *batch);
/* the serial, with the names of the certificate once it is there */
void ca_request_row_serial (const CaRequest *request,
                            ICertSerialState state,
                            gboolean reserved_before,
                            ICertStoreBatch *batch);
/* the alternative names of its certificate */
void ca_request_row_names (const CaRequest *request, ICertStoreBatch *batch);
/* disposition and revocation, on the row of @request->version; the trace is added */
void ca_request_row_status (const CaRequest *request, ICertStoreBatch *batch);
/* the intent of a key outside this process (S-E1 step 4); NULL @tbs removes it */
void ca_request_row_intent (const CaRequest *request, GBytes *tbs, ICertStoreBatch *batch);

/* (nullable): what a subject says in the column @column of requests, the request's or the
 * certificate's */
char *ca_request_row_join_name (GPtrArray *rdns, guint column);

/* reads a request with its attributes and extensions, decodes it; NOT_FOUND */
CaRequest *ca_request_row_load (ICertStore *store, gint64 id, GError **error);
/* 0 without an error when there is none; @content: 32 octets out */
gint64 ca_request_row_find_key (ICertStore *store,
                                const char *caller,
                                const char *key,
                                guint8 content[32],
                                GError **error);
/* id of the request whose certificate has this serial (hex); 0 without an error when there is none
 */
/* Whether there is a request @id that @caller (NULL: everybody) submitted: one query, also for an
 * id that nobody has */
gboolean ca_request_row_is_visible (ICertStore *store,
                                    gint64 id,
                                    const CaCaller *caller,
                                    GError **error);
gint64 ca_request_row_find_serial (ICertStore *store, const char *serial, GError **error);
/* What the record says of a certificate of this CA, or of another that was imported. */
typedef struct
{
  gint64 request_id;
  ICertRowDisposition disposition;
  gint64 not_before, not_after; /* microseconds */
  char *serial_number;
  char *requester_name, *template_name; /* nullable */
} CaStoredCertificate;

/* by its octets; NULL without an error when it is not there */
CaStoredCertificate *ca_request_row_find_certificate (ICertStore *store,
                                                      GBytes *certificate,
                                                      GError **error);
void ca_stored_certificate_free (CaStoredCertificate *stored);

/* judgements of a request, oldest first, as aa{sv} */
GVariant *ca_request_row_load_trace (ICertStore *store, gint64 id, GError **error);
