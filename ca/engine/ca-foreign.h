/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

#include <openssl/pkcs12.h>

#include "ca-certificate.h"
#include "ca-progress.h"

/* What another CA program left on disk, before anything is made of it. */

/* A certificate that it issued, or only what its list says of it. */
typedef struct
{
  guint8 serial[20];
  gsize serial_size;
  GBytes *der;                /* nullable: its file is not there */
  CaCertificate *certificate; /* nullable: that, decoded */
  gint64 not_after;           /* seconds since 1970 */
  gboolean is_revoked;
  gint64 revoked_when; /* seconds */
  ICertRevocationReason reason;
} CaForeignRow;

typedef struct
{
  GBytes *certificate; /* of the CA, DER */
  GPtrArray *chain;    /* of GBytes DER: its issuers, nearest first */
  GPtrArray *keys;     /* of GBytes: files that may hold its key, PKCS #12 among them */
  GPtrArray *rows;     /* of CaForeignRow */
  GHashTable *serials; /* hex -> CaForeignRow, of rows */
  gint64 next_crl;     /* the number that it would have given next; 1: it made none */
  GPtrArray *notes;    /* of char *: what was not taken over, row by row */

  /* while reading: */
  GBytes *spki;         /* of @certificate */
  GPtrArray *found;     /* of GBytes DER: all certificates that were met */
  GPtrArray *crls;      /* of GBytes DER */
  GBytes *passphrase;   /* nullable */
  CaProgress *progress; /* nullable */
  GCancellable *cancellable;
} CaForeign;

void ca_foreign_free (CaForeign *foreign);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaForeign, ca_foreign_free)

/* @format: "openssl-index", "easy-rsa", "xca" or "folder". NOT_FOUND, CONFIG, MALFORMED,
 * NOT_SUPPORTED, KEY_UNAVAILABLE */
CaForeign *ca_foreign_read (const char *format,
                            const char *path,
                            GBytes *passphrase,
                            CaProgress *progress,
                            GCancellable *cancellable,
                            GError **error);

/* for the readers: */
void ca_foreign_note (CaForeign *foreign, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* a file of at most 64 MiB; NULL with an error, NOT_FOUND when it is not there */
GBytes *ca_foreign_load (const char *path, GError **error);
/* 1950, where the times of CRLs begin */
#define CA_FOREIGN_FIRST_DATE G_GINT64_CONSTANT (-631152000)
/* @when: seconds */
void ca_foreign_revoke (CaForeignRow *row, gint64 when, gint64 reason);
/* FALSE when opening it would hash the passphrase for minutes */
gboolean ca_foreign_is_affordable (PKCS12 *file, const char *passphrase);
/* Keeps what is in a file: certificates, CRLs, PKCS #12, private keys. */
void ca_foreign_take_file (CaForeign *foreign, const char *path, GBytes *contents);
/* the CA's own certificate, of the file at @path, with its chain behind it */
gboolean ca_foreign_set_certificate (CaForeign *foreign, const char *path, GError **error);
/* by serial; a new one is appended */
CaForeignRow *ca_foreign_get_row (CaForeign *foreign, const guint8 *serial, gsize size);
/* Sorts what was found: certificates of this CA become rows. @name: for notes */
void ca_foreign_take_certificate (CaForeign *foreign, GBytes *der, const char *name);
/* one folder of an `openssl ca`: index.txt and what stands beside it */
gboolean ca_foreign_read_index (CaForeign *foreign, const char *folder, GError **error);
gboolean ca_foreign_read_easy_rsa (CaForeign *foreign, const char *folder, GError **error);
gboolean ca_foreign_read_folder (CaForeign *foreign, const char *path, GError **error);
