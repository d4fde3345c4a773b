/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

#include "ca-issuer.h"

/* Reads a CRL of any size from a file, octet for octet and in little memory, and judges it (S-I4).
 * It shares nothing with the writer, so that no mistake of the one is hidden by the other. */

/* What a CRL says. */
typedef struct
{
  gint64 number;
  gint64 base_number;              /* 0: a base CRL */
  gint64 this_update, next_update; /* seconds since 1970 */
  gint64 n_entries;
  gint64 size;
  guint8 digest[32];          /* SHA-256 of the file */
  GBytes *distribution_point; /* value of issuingDistributionPoint; nullable */
} CaCrlContent;

/* An entry as it is read (@invalidity: invalidityDate, 0 = none); FALSE ends the reading with
 * @error. */
typedef gboolean (*CaCrlEntryFunc) (const guint8 *serial,
                                    gsize serial_size,
                                    gint64 date,
                                    int reason,
                                    gint64 invalidity,
                                    gpointer data,
                                    GError **error);

/* Whether @fd holds a CRL by @issuer (name, key identifier, algorithm and signature), well-formed
 * as RFC 5280 5 has it. @func is nullable. STORAGE when it cannot be read, MALFORMED, BAD_SIGNATURE
 */
gboolean ca_crl_read (int fd,
                      const CaIssuer *issuer,
                      CaCrlEntryFunc func,
                      gpointer data,
                      CaCrlContent *content,
                      GError **error);
void ca_crl_content_clear (CaCrlContent *content);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CaCrlContent, ca_crl_content_clear)
