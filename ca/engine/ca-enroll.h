/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

#include "ca-enroll-record.h"

/* CertificateAuthority.Enroll in its steps; the object is ca-enroll.c. An enrolment goes: prepare
 * (record, key, request), submit and poll, check, stage, install. Between any two of them the
 * process may die: the next one reads the record and goes on. */

/* What the object's properties say, copied for one call; file names are absolute. */
typedef struct
{
  char *subject;
  char *profile;
  char *key_type;
  char *key_file;
  char *certificate_file;
  char *chain_file;
  char *pkcs12_file;
  GPtrArray *names;
  GBytes *trust;
  char *passphrase; /* of ca_enroll_secret_dup() */
} CaEnrollPlan;

/* What is to be made: a first certificate, or the next. */
typedef struct
{
  gboolean renewal;
  gboolean same_key;
  gboolean online; /* a CA is asked in the same call */
} CaEnrollKind;

/* ca-enroll-prepare.c: the record with the request that waits, made now or before. The caller has
 * the folder's lock. */
CaEnrollRecord *ca_enroll_prepare (const CaEnrollPlan *plan,
                                   CaEnrollKind kind,
                                   GCancellable *cancellable,
                                   GError **error);
/* takes files and trust of @plan into the record; CONFLICT for files that are there already */
gboolean ca_enroll_adopt (const CaEnrollPlan *plan, CaEnrollRecord *record, GError **error);

/* TRUE when the answer that was refused is to be judged by the names that @plan asks for now */
gboolean ca_enroll_asks_anew (const CaEnrollPlan *plan, const CaEnrollRecord *record);

/* ca-enroll-install.c, with the folder's lock too. @anchors: (nullable): of X509, trusted when the
 * plan and the record name nobody */
gboolean ca_enroll_install (const CaEnrollPlan *plan,
                            CaEnrollRecord *record,
                            GPtrArray *certificates,
                            GPtrArray *anchors,
                            GCancellable *cancellable,
                            GError **error);
/* the last step again, when the record says that it was begun */
gboolean ca_enroll_roll_forward (const char *key_file, CaEnrollRecord *record, GError **error);

/* ca-enroll-submit.c: all steps, with a CA */
ICertResponse *ca_enroll_run (const CaEnrollPlan *plan,
                              const char *config,
                              CaEnrollKind kind,
                              guint wait,
                              GCancellable *cancellable,
                              GError **error);
/* Installs what answers the request that waits; takes the lock. */
gboolean ca_enroll_take (const CaEnrollPlan *plan,
                         GPtrArray *certificates,
                         GPtrArray *anchors,
                         GCancellable *cancellable,
                         GError **error);
/* certificate and issuers of an answer, as X509 */
GPtrArray *ca_enroll_response_certificates (ICertResponse *response, GError **error);

/* the certificate that is stored, X509 first in the array */
GPtrArray *ca_enroll_read_stored (const char *certificate_file, GError **error);
