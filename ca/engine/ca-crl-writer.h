/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

/* Writes a CRL of any size into a file without having it in memory: entries as they come, then what
 * stands around them, then the signature. The file is made anew (O_EXCL), is complete and on the
 * disk when ca_crl_writer_end() says so, and goes away with a writer that was not told to keep it.
 */
typedef struct _CaCrlWriter CaCrlWriter;

/* What stands around the entries. */
typedef struct
{
  GBytes *issuer;                  /* Name, DER */
  GBytes *signature_algorithm;     /* AlgorithmIdentifier, DER */
  gint64 this_update, next_update; /* seconds since 1970 */
  GBytes *extensions;              /* SEQUENCE OF Extension, DER */
} CaCrlFrame;

/* @folder: an open directory; @expected_size: of the CRL, a guess that saves work. STORAGE */
CaCrlWriter *ca_crl_writer_new (int folder,
                                const char *name,
                                const CaCrlFrame *frame,
                                gint64 expected_size,
                                GError **error);
/* @date: seconds since 1970; @reason: 0 is written by omission (S-I1), and so is @invalidity, the
 * date from when on the certificate was not to be trusted (RFC 5280 5.3.2) */
gboolean ca_crl_writer_add (CaCrlWriter *writer,
                            const guint8 *serial,
                            gsize serial_size,
                            gint64 date,
                            int reason,
                            gint64 invalidity,
                            GError **error);
/* Signs with @key. A key that signs digests is given one; one that wants the message (Ed25519) is
 * lent the file as mapped memory, which the kernel may take back at any time. */
gboolean ca_crl_writer_end (CaCrlWriter *writer, ICertKey *key, const char *hash, GError **error);
gint64 ca_crl_writer_get_n_entries (const CaCrlWriter *writer);
gint64 ca_crl_writer_get_size (const CaCrlWriter *writer);
/* gives the file its name, durably: @name replaces nothing (S-F5) */
gboolean ca_crl_writer_keep (CaCrlWriter *writer, const char *name, GError **error);
void ca_crl_writer_free (CaCrlWriter *writer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaCrlWriter, ca_crl_writer_free)
