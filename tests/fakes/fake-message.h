/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <openssl/cms.h>
#include <openssl/x509.h>

#include "fake-request.h"

/* Requests as others wrap them: CMS and CRMF, made by OpenSSL. */

/* a certificate of @pkey for CN=@name, by itself, good for a day */
X509 *fake_x509_new (EVP_PKEY *pkey, const char *name);
X509 *fake_x509_from_der (GBytes *der);
GBytes *fake_x509_to_der (X509 *certificate);

/* What is wrong, or special, about a CMS message; everything is nullable. */
typedef struct
{
  const char *pair_name, *pair_value; /* a name-value pair among what is signed */
  const char *content_type;           /* OID; data */
  const EVP_MD *digest;               /* SHA-256 */
  EVP_PKEY *second_key;               /* another signer */
  X509 *second_certificate;
  guint n_more_certificates; /* copies of other certificates inside */
  gboolean detached, without_certificate;
} FakeMessageWish;

/* @content signed by @key, whose certificate is @certificate; lends all; @wish: nullable */
GBytes *fake_cms_new (GBytes *content,
                      EVP_PKEY *key,
                      X509 *certificate,
                      const FakeMessageWish *wish);
/* PKCS #10 for www.example.org that names @old (nullable) as the certificate to be renewed */
GBytes *fake_renewal_new (const FakeKey *key, GBytes *old);
/* the same for the names in @names, GeneralNames one after the other, taken */
GBytes *fake_renewal_new_with (const FakeKey *key, GBytes *subject, GBytes *names, GBytes *old);

/* CertReqMessages for www.example.org, signed by its key */
GBytes *fake_crmf_new (const FakeKey *key);
/* the same of these parts: fields of the template, what stands behind it, the proof of possession
 * (NULL: a signature of @key); takes them */
GBytes *fake_crmf_new_with (const FakeKey *key, GBytes *fields, GBytes *controls, GBytes *proof);
/* [6] with the key; [5] with the subject */
GBytes *fake_crmf_key (const FakeKey *key);
GBytes *fake_crmf_subject (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)
