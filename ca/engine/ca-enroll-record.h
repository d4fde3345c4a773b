/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

/* KEY-FILE.enroll: what is known of an enrolment, durable before anything depends on it. Nothing in
 * it is secret. States: prepared (no request: the key may be there or not), pending (@request),
 * installing (all new files are staged and durable: they only have to take their names), and
 * installed. A renewal goes through the last three again, with the new key staged. */
typedef struct
{
  char *path; /* of the record */

  /* how to ask, now and for renewals */
  char *config; /* nullable */
  char *profile;
  char *key_type;
  char *certificate_file; /* absolute paths */
  char *chain_file;
  char *pkcs12_file;
  GPtrArray *trust; /* of GBytes: certificates, DER, that the user named; empty when none */
  gboolean installed;

  /* the request that waits */
  GBytes *request; /* DER; NULL: none */
  char *idempotency_key;
  char *asked;       /* the CA it went to; NULL: nobody was asked yet */
  gint64 request_id; /* 0: not known */
  gboolean renewal;
  gboolean same_key;
  gboolean installing;
  gboolean
      refused; /* issued, with names that the user did not ask for: asked for again, not anew */
} CaEnrollRecord;

CaEnrollRecord *ca_enroll_record_new (const char *key_file);
void ca_enroll_record_free (CaEnrollRecord *record);
/* NULL without an error: there is none */
CaEnrollRecord *ca_enroll_record_load (const char *key_file, GError **error);
gboolean ca_enroll_record_save (CaEnrollRecord *record, GError **error);
/* @request is no longer waited for */
void ca_enroll_record_drop_request (CaEnrollRecord *record);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaEnrollRecord, ca_enroll_record_free)
