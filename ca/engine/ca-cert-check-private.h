/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-cert-check.h"

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
  GHashTable *profiles;   /* name -> CaKnownProfile; under the mutex */
};

/* What differs, and where. */
typedef struct
{
  gint64 request_id; /* 0 = none */
  char *serial;      /* nullable */
  char *field;
  char *text;
} CaDifference;

/* What the folder says of a profile now */
typedef struct
{
  gint64 version;  /* 0 = there is no such profile any more */
  char **purposes; /* (nullable) OIDs, sorted */
} CaKnownProfile;

/* any thread */
void _ca_cert_check_add (CaCertCheck *check,
                         gint64 request_id,
                         const char *serial,
                         const char *field,
                         const char *format,
                         ...) G_GNUC_PRINTF (5, 6);
/* lends */
const CaKnownProfile *_ca_cert_check_find_profile (CaCertCheck *check, const char *name);

/* columns of a row to check, in this order */
extern const guint8 _ca_cert_check_columns[];
extern const guint _ca_cert_check_n_columns;
/* one row with all that belongs to it; STORAGE */
gboolean _ca_cert_check_row (CaCertCheck *check, const ICertStoreRow *row, GError **error);
