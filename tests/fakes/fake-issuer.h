/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-builder.h"
#include "ca-linter.h"

#include "fake-key.h"

/* A CA in memory and a certificate that it is about to issue: what tests of builder, linter and
 * signer begin with. Valid as it is; each test spoils one thing. */
typedef struct
{
  CaIssuer *issuer;
  ICertKey *ca_key;
  GPtrArray *ca_rdns;
  ICertKey *key; /* of the subject */
  GBytes *spki;
  CaPublicKey public_key;
  CaPlan *plan;
  GPtrArray *names; /* (element-type ICertName) approved */
  guint8 serial[20];
  CaLintExpectation expectation;
} FakeIssuer;

/* root CA of @ca_type; a server certificate of @key_type for www.example.org, EKU serverAuth */
FakeIssuer *fake_issuer_new (const char *ca_type, const char *key_type);
void fake_issuer_free (FakeIssuer *fake);
/* puts a CA with @constraints (value of the extension, nullable) and @path_length between */
void fake_issuer_descend (FakeIssuer *fake, ICertExtension *constraints, int path_length);
/* an extension of the plan, by octets; flags as ICertExtensionFlags; @size 0 removes it */
void fake_issuer_set_extension (FakeIssuer *fake,
                                const char *oid,
                                ICertExtensionFlags flags,
                                const void *value,
                                gsize size);
/* subjectAltName and approved names: "dNSName:www.example.org" …, NULL at the end */
void fake_issuer_set_names (FakeIssuer *fake, ...) G_GNUC_NULL_TERMINATED;
void fake_issuer_set_usage (FakeIssuer *fake, ICertKeyUsage usage);
void fake_issuer_set_purposes (FakeIssuer *fake, const char *const *oids, gboolean critical);
/* makes the certificate to come that of a CA */
void fake_issuer_make_ca (FakeIssuer *fake, int path_length);

/* build, with the engine's own extensions once they are missing */
GBytes *fake_issuer_build (FakeIssuer *fake);
/* build, lint, sign */
GBytes *fake_issuer_issue (FakeIssuer *fake);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeIssuer, fake_issuer_free)
