/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>
#include <openssl/bn.h>
#include <openssl/evp.h>

/* Requests put together by hand, right or wrong, and signed by keys of the test. Shares no code
 * with the engine. Whatever takes a GBytes here keeps it. */

/* an element of @tag with what @first and the others hold, one after the other */
GBytes *fake_der (guint8 tag, GBytes *first, ...) G_GNUC_NULL_TERMINATED;
GBytes *fake_der_data (guint8 tag, const void *data, gsize size);
GBytes *fake_der_text (guint8 tag, const char *text);
GBytes *fake_der_oid (const char *oid);
GBytes *fake_der_integer (guint8 number);
/* octets in hex, blanks ignored */
GBytes *fake_hex (const char *hex);
/* @count times @part, one after the other; lends @part */
GBytes *fake_repeat (GBytes *part, guint count);
GBytes *fake_pem (const char *label, GBytes *der);

typedef struct
{
  EVP_PKEY *pkey;
  GBytes *spki;
  GBytes *algorithm;  /* AlgorithmIdentifier of its signatures */
  const char *digest; /* NULL: the algorithm's own */
} FakeKey;

/* p256 p384 p521 secp256k1 rsa1024 rsa2048 rsa3072 rsa2048-e3 rsa-pss ed25519 ed448 */
FakeKey *fake_key_new (const char *type);
/* an RSA key of these primes; @third: nullable */
FakeKey *fake_key_new_rsa (const BIGNUM *p, const BIGNUM *q, const BIGNUM *third);
void fake_key_free (FakeKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeKey, fake_key_free)

/* RDN with one attribute, UTF8String */
GBytes *fake_rdn (const char *oid, const char *value);
/* "CN=www.example.org" */
GBytes *fake_subject (void);
/* critical, when TRUE, is written */
GBytes *fake_extension (const char *oid, gboolean critical, GBytes *value);
GBytes *fake_attribute (const char *oid, GBytes *value);
/* [0] with an extensionRequest of @extensions (one after the other) */
GBytes *fake_extension_request (GBytes *extensions);
/* subjectAltName with these GeneralNames (one after the other) */
GBytes *fake_alt_names (GBytes *names);
/* dNSName */
GBytes *fake_dns_name (const char *name);

/* SEQUENCE { to_be_signed, algorithm, BIT STRING } */
GBytes *fake_signed (const FakeKey *key, GBytes *to_be_signed);
/* @attributes: [0] and what is in it; NULL for none */
GBytes *fake_request_info (GBytes *subject, GBytes *spki, GBytes *attributes);
/* PKCS #10 for www.example.org with that as subjectAltName */
GBytes *fake_request_new (const FakeKey *key);
GBytes *fake_request_new_with (const FakeKey *key, GBytes *subject, GBytes *attributes);
GBytes *fake_spkac_new (const FakeKey *key, const char *challenge);
