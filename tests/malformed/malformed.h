/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

#include "fake-request.h"

/* Requests that are wrong in one known way each, made at run time from keys of the moment. Whoever
 * takes requests must answer each of them with an error of the class's code, and never issue. */

/* Octets were changed at random: any refusal is right but INTERNAL. */
#define MALFORMED_ANY_CODE (-1)

typedef struct
{
  FakeKey *key;   /* P-256, of the requests */
  FakeKey *other; /* P-256 */
  FakeKey *rsa;   /* RSA 2048 */
  FakeKey *rsa1024, *rsa_e3, *rsa_small_factor, *rsa_near, *rsa_pss, *ed448, *secp256k1;
  GBytes *good; /* a request that is in order */
} MalformedKit;

typedef struct
{
  const char *name;
  int code;          /* ICertError, or MALFORMED_ANY_CODE */
  const char *field; /* where the message must say so; NULL: anywhere */
  GBytes *(*make) (const MalformedKit *kit, GRand *random);
} MalformedClass;

/* takes about two seconds: it makes ten keys */
MalformedKit *malformed_kit_new (void);
void malformed_kit_free (MalformedKit *kit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MalformedKit, malformed_kit_free)

guint malformed_get_n_classes (void);
/* The request @index of the series that @seed begins: classes take turns. The same again for the
 * same kit, seed and index, but for the signatures. */
GBytes *malformed_make (const MalformedKit *kit,
                        guint32 seed,
                        guint index,
                        const MalformedClass **malformed_class);

/* private to the generator: its classes, by what is wrong */
extern const MalformedClass malformed_armour[];
extern const MalformedClass malformed_der[];
extern const MalformedClass malformed_structure[];
extern const MalformedClass malformed_names[];
extern const MalformedClass malformed_keys[];
/* @bytes with @size octets at @offset replaced by @by; lends all */
GBytes *malformed_replace (GBytes *bytes, gsize offset, gsize size, GBytes *by);
/* a signed request whose info holds exactly these parts, one after the other */
GBytes *malformed_request (const MalformedKit *kit, GBytes *first, ...) G_GNUC_NULL_TERMINATED;
GBytes *malformed_with_subject (const MalformedKit *kit, GBytes *subject);
GBytes *malformed_with_attributes (const MalformedKit *kit, GBytes *attributes);
GBytes *malformed_with_extensions (const MalformedKit *kit, GBytes *extensions);
GBytes *malformed_with_spki (const MalformedKit *kit, GBytes *spki);
