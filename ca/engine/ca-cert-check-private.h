/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-cert-check.h"
#include "ca-lint-reader.h"
#include "ca-pinned-profile.h"

struct _CaCertCheck
{
  CaEngine *engine; /* lent */
  ICertStore *store;
  CaFacts *facts;
  gint64 since;

  gint64 last;
  gint64 checked;
  gboolean done;
  GMutex mutex;
  GPtrArray *differences; /* of CaDifference; under the mutex while threads run */
  GHashTable *profiles;   /* name -> array of CaPinnedProfile; under the mutex */
  GPtrArray *own;         /* of CaOwnRow: the rows below 0 as they should be */
};

/* What differs, and where. */
typedef struct
{
  gint64 request_id; /* 0 = none */
  char *serial;      /* nullable */
  char *field;
  char *text;
} CaDifference;

/* A certificate as it is read again, and what its row says. */
typedef struct
{
  CaCertCheck *check;
  const ICertStoreRow *row;
  gint64 id;
  gint64 disposition;
  char *serial_text;
  GBytes *certificate;
  const CaIssuer *issuer; /* nullable */
  GPtrArray *extensions;  /* of ICertExtension: the rows */

  CaLintSpan tbs, serial, algorithm, issuer_name, subject, spki, behind, signature;
  gint64 not_before, not_after; /* seconds */
} CaCheckItem;

/* any thread */
void _ca_cert_check_add (CaCertCheck *check,
                         gint64 request_id,
                         const char *serial,
                         const char *field,
                         const char *format,
                         ...) G_GNUC_PRINTF (5, 6);
#define CA_DIFFERS(item, field, ...)                                                               \
  _ca_cert_check_add ((item)->check, (item)->id, (item)->serial_text, (field), __VA_ARGS__)

/* lends: every content that was in use under this name, newest first; STORAGE */
const GPtrArray *_ca_cert_check_find_profiles (CaCertCheck *check,
                                               const char *name,
                                               GError **error);

/* columns of a row to check, in this order */
extern const guint8 _ca_cert_check_columns[];
extern const guint _ca_cert_check_n_columns;
/* one row with all that belongs to it; STORAGE */
gboolean _ca_cert_check_row (CaCertCheck *check, const ICertStoreRow *row, GError **error);

/* ca-cert-check-own.c: the rows of the CA's own certificates against its files, and those against
 * the rows; STORAGE */
gboolean _ca_cert_check_own_rows (CaCertCheck *check, GError **error);
/* ca-cert-check-serials.c: the table of serial numbers against rows, own certificates and the audit
 * log; STORAGE */
gboolean _ca_cert_check_serials (CaCertCheck *check, GCancellable *cancellable, GError **error);

/* cells of the item's row */
gint64 _ca_cert_check_number (const CaCheckItem *item, guint8 column);
char *_ca_cert_check_text (const CaCheckItem *item, guint8 column);
const char *_ca_cert_check_column_name (guint8 column);

static inline GBytes *
_ca_cert_check_to_bytes (CaLintSpan span)
{
  return g_bytes_new (span.data, span.size);
}

/* ca-cert-check-tables.c: what other tables say of the certificate */
gboolean _ca_cert_check_load_extensions (CaCheckItem *item, GError **error);
/* lends; NULL when it is not in the certificate */
ICertExtension *_ca_cert_check_find_extension (const CaCheckItem *item, const char *oid);
/* (transfer full): of the certificate; empty when there are none */
GPtrArray *_ca_cert_check_alt_names (const CaCheckItem *item);
gboolean _ca_cert_check_is_ca (const CaCheckItem *item);
void _ca_cert_check_extensions (const CaCheckItem *item);
/* the linter's judgement of a certificate that was made here */
void _ca_cert_check_lint (const CaCheckItem *item);
gboolean _ca_cert_check_names (const CaCheckItem *item, GError **error);
gboolean _ca_cert_check_status (const CaCheckItem *item, GError **error);
gboolean _ca_cert_check_intent (const CaCheckItem *item, GError **error);
/* rows of @table that belong to the item's request */
GPtrArray *_ca_cert_check_query (const CaCheckItem *item,
                                 ICertStoreTable table,
                                 guint key,
                                 const guint8 *columns,
                                 guint n_columns,
                                 GError **error);

/* ca-cert-check-profile.c: the profile that the certificate is pinned to. Who wrote what is asked
 * of the trace, since other policies of the chain and officers may write too. */
typedef struct _CaWritten CaWritten;
CaWritten *_ca_written_load (const CaCheckItem *item, GError **error);
void _ca_written_free (CaWritten *written);
/* the certificate came from elsewhere, into a row that waited */
gboolean _ca_written_is_imported (const CaWritten *written);
void _ca_cert_check_origins (const CaCheckItem *item, const CaWritten *written);
gboolean _ca_cert_check_profile (const CaCheckItem *item,
                                 const CaDecoded *request,
                                 const CaWritten *written,
                                 GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaWritten, _ca_written_free)
