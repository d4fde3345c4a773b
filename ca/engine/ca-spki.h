/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

#include "ca-der.h"

/* A SubjectPublicKeyInfo taken apart; points into the octets it was read from. */
typedef struct
{
  const char *type; /* as CaPublicKey */
  guint bits;       /* 0 when the type is NULL */
  CaTlv algorithm;  /* OBJECT IDENTIFIER */
  const guint8 *parameters;
  gsize parameters_size; /* 0: absent */
  const guint8 *octets;
  gsize octets_size;
  CaTlv modulus, exponent; /* of RSA, without a leading zero octet */
} CaSpki;

/* MALFORMED; an algorithm or curve nobody knows is none of its business */
gboolean ca_spki_parse (const guint8 *data, gsize size, CaSpki *spki, GError **error);
/* WEAK_KEY for a key of no known type, `public key: … (…)` */
void ca_spki_refuse_type (const CaSpki *spki, GError **error);
