/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-builder.h"

#include <string.h>

#include "ca-crypto.h"
#include "ca-der-writer.h"
#include "ca-linter.h"
#include "ca-oids.h"
#include "ca-signer.h"

#define SERIAL_SIZE 20
#define SERIAL_TIME_SIZE 6
/* Room for a usual certificate with its chain of URLs; the writer grows for others. */
#define USUAL_SIZE 2048

/* What differs between a certificate of an issuer and a self-signed one. */
typedef struct
{
  GBytes *signature_algorithm;
  GBytes *issuer;
  GBytes *subject;
  GBytes *spki;
  const guint8 *serial;
} Frame;

gboolean
ca_builder_draw_serial (gint64 now_milliseconds, guint8 serial[20], GError **error)
{
  guint64 rest = (guint64) now_milliseconds;

  for (gsize i = SERIAL_TIME_SIZE; i > 0; i--, rest >>= 8)
    serial[i - 1] = (guint8) rest;
  /* before 2004 the first octet would be 0, from 6429 on negative: the clock is wrong */
  if (now_milliseconds < 0 || rest > 0 || serial[0] == 0 || serial[0] > 0x7f)
    {
      icert_set_error (error, ICERT_ERROR_INTERNAL, "serial",
                       "clock out of range (a date from 2004 to 6429)");
      return FALSE;
    }
  return ca_crypto_random (serial + SERIAL_TIME_SIZE, SERIAL_SIZE - SERIAL_TIME_SIZE, error);
}

static gboolean
prepend_extension (CaDerWriter *writer, ICertExtension *extension, GError **error)
{
  ICertExtensionFlags flags = icert_extension_get_flags (extension);
  const char *oid = icert_extension_peek_oid (extension);
  GBytes *value = icert_extension_peek_value (extension);
  gsize mark = ca_der_mark (writer);

  if ((flags & (ICERT_EXTENSION_DISABLE | ICERT_EXTENSION_DELETE)) != 0)
    return TRUE;
  if (value == NULL)
    {
      icert_set_error (error, ICERT_ERROR_INTERNAL, "extensions", "%s has no value (DER)", oid);
      return FALSE;
    }
  ca_der_prepend_bytes (writer, value);
  ca_der_prepend_header (writer, CA_TAG_OCTET_STRING, mark);
  if ((flags & ICERT_EXTENSION_CRITICAL) != 0)
    ca_der_prepend (writer, "\x01\x01\xff", 3);
  if (!ca_der_prepend_oid (writer, oid))
    {
      icert_set_error (error, ICERT_ERROR_INTERNAL, "extensions",
                       "%s is no object identifier (one in dots)", oid);
      return FALSE;
    }
  ca_der_prepend_header (writer, CA_TAG_SEQUENCE, mark);
  return TRUE;
}

static gboolean
prepend_extensions (CaDerWriter *writer, GPtrArray *extensions, GError **error)
{
  gsize mark = ca_der_mark (writer);

  for (guint i = extensions->len; i > 0; i--)
    if (!prepend_extension (writer, g_ptr_array_index (extensions, i - 1), error))
      return FALSE;
  if (ca_der_mark (writer) == mark)
    return TRUE;
  ca_der_prepend_header (writer, CA_TAG_SEQUENCE, mark);
  ca_der_prepend_header (writer, CA_TAG_CONTEXT_CONSTRUCTED | 3, mark);
  return TRUE;
}

static gboolean
prepend_validity (CaDerWriter *writer, const CaPlan *plan, GError **error)
{
  gsize mark = ca_der_mark (writer);

  if (plan->not_before > plan->not_after || !ca_der_prepend_time (writer, plan->not_after)
      || !ca_der_prepend_time (writer, plan->not_before))
    {
      icert_set_error (error, ICERT_ERROR_BAD_VALIDITY, "validity",
                       "cannot be written (notBefore to notAfter, 1950 to 9999)");
      return FALSE;
    }
  ca_der_prepend_header (writer, CA_TAG_SEQUENCE, mark);
  return TRUE;
}

static GBytes *
build (const Frame *frame, const CaPlan *plan, GError **error)
{
  g_auto (CaDerWriter) writer = { 0 };

  if (frame->serial[0] == 0 || frame->serial[0] > 0x7f)
    {
      icert_set_error (error, ICERT_ERROR_INTERNAL, "serial",
                       "not positive and minimal (20 octets)");
      return NULL;
    }
  ca_der_writer_init (&writer, USUAL_SIZE);
  if (!prepend_extensions (&writer, plan->extensions, error))
    return NULL;
  ca_der_prepend_bytes (&writer, frame->spki);
  ca_der_prepend_bytes (&writer, frame->subject);
  if (!prepend_validity (&writer, plan, error))
    return NULL;
  ca_der_prepend_bytes (&writer, frame->issuer);
  ca_der_prepend_bytes (&writer, frame->signature_algorithm);
  ca_der_prepend_element (&writer, CA_TAG_INTEGER, frame->serial, SERIAL_SIZE);
  /* [0] version 2: v3 */
  ca_der_prepend (&writer, "\xa0\x03\x02\x01\x02", 5);
  ca_der_prepend_header (&writer, CA_TAG_SEQUENCE, 0);
  return ca_der_writer_end (&writer);
}

static gboolean
has_subject (const CaPlan *plan)
{
  /* an empty SEQUENCE takes two octets */
  if (plan->subject != NULL)
    return g_bytes_get_size (plan->subject) > 2;
  return plan->rdns->len > 0;
}

/* the subjectAltName that will be in the certificate */
static ICertExtension *
find_alt_name (const CaPlan *plan)
{
  ICertExtension *extension = ca_plan_find_extension (plan, CA_OID_SUBJECT_ALT_NAME);

  if (extension == NULL
      || (icert_extension_get_flags (extension)
          & (ICERT_EXTENSION_DISABLE | ICERT_EXTENSION_DELETE))
             != 0)
    return NULL;
  return extension;
}

/* S-C6 */
static gboolean
check_named (const CaPlan *plan, GError **error)
{
  if (has_subject (plan) || find_alt_name (plan) != NULL)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_BAD_NAME, "subject",
                   "empty, and no subjectAltName (one of them)");
  return FALSE;
}

static GBytes *
encode_subject (const CaPlan *plan, GError **error)
{
  if (plan->subject != NULL)
    return g_bytes_ref (plan->subject);
  return ca_name_encode (plan->rdns, error);
}

GBytes *
ca_builder_build (const CaIssuer *issuer,
                  const CaPlan *plan,
                  GBytes *spki,
                  const guint8 serial[20],
                  GError **error)
{
  g_autoptr (GBytes) subject = NULL;
  Frame frame = { .signature_algorithm = issuer->signature_algorithm,
                  .issuer = issuer->subject,
                  .spki = spki,
                  .serial = serial };

  if (!check_named (plan, error))
    return NULL;
  subject = encode_subject (plan, error);
  if (subject == NULL)
    return NULL;
  frame.subject = subject;
  return build (&frame, plan, error);
}

GBytes *
ca_builder_wrap (GBytes *tbs, GBytes *signature_algorithm, GBytes *signature)
{
  g_auto (CaDerWriter) writer = { 0 };

  ca_der_writer_init (&writer, g_bytes_get_size (tbs) + g_bytes_get_size (signature_algorithm)
                                   + g_bytes_get_size (signature) + 32);
  ca_der_prepend_bytes (&writer, signature);
  /* no unused bits */
  ca_der_prepend_octet (&writer, 0);
  ca_der_prepend_header (&writer, CA_TAG_BIT_STRING, 0);
  ca_der_prepend_bytes (&writer, signature_algorithm);
  ca_der_prepend_bytes (&writer, tbs);
  ca_der_prepend_header (&writer, CA_TAG_SEQUENCE, 0);
  return ca_der_writer_end (&writer);
}

/* the engine's own extension with the value written so far */
static gboolean
take_written (CaPlan *plan, const char *oid, CaDerWriter *writer, GError **error)
{
  g_autoptr (GBytes) value = ca_der_writer_end (writer);
  ICertExtension *extension;

  extension = icert_extension_new (oid, ICERT_EXTENSION_NONE, ICERT_EXTENSION_ORIGIN_SERVER, value,
                                   error);
  if (extension == NULL)
    return FALSE;
  ca_plan_take_extension (plan, extension);
  return TRUE;
}

static gboolean
add_subject_key_identifier (CaPlan *plan, const CaPublicKey *key, GError **error)
{
  g_auto (CaDerWriter) writer = { 0 };

  ca_der_writer_init (&writer, 32);
  ca_der_prepend_element (&writer, CA_TAG_OCTET_STRING, key->identifier, sizeof key->identifier);
  return take_written (plan, CA_OID_SUBJECT_KEY_IDENTIFIER, &writer, error);
}

static gboolean
add_authority_key_identifier (CaPlan *plan, const guint8 *identifier, gsize size, GError **error)
{
  g_auto (CaDerWriter) writer = { 0 };

  ca_der_writer_init (&writer, 64);
  ca_der_prepend_element (&writer, CA_TAG_CONTEXT, identifier, size);
  ca_der_prepend_header (&writer, CA_TAG_SEQUENCE, 0);
  return take_written (plan, CA_OID_AUTHORITY_KEY_IDENTIFIER, &writer, error);
}

/* The values come from the public builders; the row's origin says that the engine put it there. */
static gboolean
take_as_own (CaPlan *plan, ICertExtension *made, GError **error)
{
  g_autoptr (ICertExtension) owned = made;
  g_autofree char *oid = NULL;
  g_autoptr (GBytes) value = NULL;
  ICertExtension *extension;

  if (made == NULL)
    return FALSE;
  oid = icert_extension_get_oid (made);
  value = icert_extension_get_value (made);
  extension = icert_extension_new (oid, icert_extension_get_flags (made),
                                   ICERT_EXTENSION_ORIGIN_SERVER, value, error);
  if (extension == NULL)
    return FALSE;
  ca_plan_take_extension (plan, extension);
  return TRUE;
}

/* A row that a policy or an officer set, also to say "none", stays; one that merely came with the
 * request does not keep the CA's own out. */
static gboolean
was_decided (const CaPlan *plan, const char *oid)
{
  ICertExtension *extension = ca_plan_find_extension (plan, oid);

  /* what the engine itself put there before is made anew: another key or partition by now */
  if (extension == NULL || icert_extension_get_origin (extension) == ICERT_EXTENSION_ORIGIN_SERVER)
    return FALSE;
  if ((icert_extension_get_flags (extension) & ICERT_EXTENSION_DISABLE) == 0)
    return TRUE;
  return icert_extension_get_origin (extension) != ICERT_EXTENSION_ORIGIN_REQUEST;
}

static gboolean
is_empty (const char *const *urls)
{
  return urls == NULL || urls[0] == NULL;
}

/* Takes @extension; FALSE without one */
static gboolean
take_made (CaPlan *plan, ICertExtension *extension)
{
  if (extension == NULL)
    return FALSE;
  ca_plan_take_extension (plan, extension);
  return TRUE;
}

static gboolean
add_urls (CaPlan *plan,
          CaUrlCache *cache,
          const char *const *cdp,
          const char *const *ca_issuers,
          const char *const *ocsp,
          GError **error)
{
  if (!is_empty (cdp) && !was_decided (plan, CA_OID_CRL_DISTRIBUTION_POINTS)
      && !take_made (plan, ca_url_cache_get_crl_points (cache, cdp, error)))
    return FALSE;
  if (is_empty (ca_issuers) && is_empty (ocsp))
    return TRUE;
  return was_decided (plan, CA_OID_AUTHORITY_INFO_ACCESS)
         || take_made (plan, ca_url_cache_get_access (cache, ca_issuers, ocsp, error));
}

/* S-C6: without a subject the names are in subjectAltName alone, so nobody may overlook it. */
static gboolean
make_alt_name_critical (CaPlan *plan, GError **error)
{
  ICertExtension *old = find_alt_name (plan);
  g_autoptr (GBytes) value = NULL;
  ICertExtensionFlags flags;
  ICertExtension *extension;

  if (has_subject (plan) || old == NULL)
    return check_named (plan, error);
  flags = icert_extension_get_flags (old);
  if ((flags & ICERT_EXTENSION_CRITICAL) != 0)
    return TRUE;
  value = icert_extension_get_value (old);
  extension = icert_extension_new (CA_OID_SUBJECT_ALT_NAME, flags | ICERT_EXTENSION_CRITICAL,
                                   icert_extension_get_origin (old), value, error);
  if (extension == NULL)
    return FALSE;
  ca_plan_take_extension (plan, extension);
  return TRUE;
}

gboolean
ca_builder_add_own_extensions (CaPlan *plan,
                               const CaIssuer *issuer,
                               const CaPublicKey *key,
                               int path_length,
                               const char *const *cdp,
                               const char *const *ca_issuers,
                               const char *const *ocsp,
                               GError **error)
{
  if (plan->is_ca
      && !take_as_own (plan, icert_extension_new_basic_constraints (TRUE, path_length, TRUE, error),
                       error))
    return FALSE;
  return make_alt_name_critical (plan, error) && add_subject_key_identifier (plan, key, error)
         && add_authority_key_identifier (plan, issuer->key_identifier, issuer->key_identifier_size,
                                          error)
         && add_urls (plan, issuer->url_cache, cdp, ca_issuers, ocsp, error);
}

GBytes *
ca_builder_request_for (GBytes *subject, ICertKey *key, const char *hash, GError **error)
{
  g_autoptr (GBytes) spki = icert_key_get_public_key (key, error);
  g_autoptr (GBytes) algorithm = NULL;
  g_autoptr (GBytes) info = NULL;
  g_autoptr (GBytes) signature = NULL;
  g_auto (CaDerWriter) writer = { 0 };

  if (spki == NULL)
    return NULL;
  algorithm = icert_key_get_signature_algorithm (key, hash, error);
  if (algorithm == NULL)
    return NULL;
  ca_der_writer_init (&writer, USUAL_SIZE);
  /* [0] no attributes: a parent decides by its own profile what a CA certificate says */
  ca_der_prepend (&writer, "\xa0\x00", 2);
  ca_der_prepend_bytes (&writer, spki);
  ca_der_prepend_bytes (&writer, subject);
  ca_der_prepend (&writer, "\x02\x01\x00", 3);
  ca_der_prepend_header (&writer, CA_TAG_SEQUENCE, 0);
  info = ca_der_writer_end (&writer);
  signature = icert_key_sign (key, hash, info, NULL, error);
  return signature != NULL ? ca_builder_wrap (info, algorithm, signature) : NULL;
}

GBytes *
ca_builder_request (GPtrArray *rdns, ICertKey *key, const char *hash, GError **error)
{
  g_autoptr (GBytes) subject = ca_name_encode (rdns, error);

  return subject != NULL ? ca_builder_request_for (subject, key, hash, error) : NULL;
}

static CaPlan *
plan_own (const CaOwnCertificate *own, const CaPublicKey *key, GError **error)
{
  g_autoptr (CaPlan) plan = ca_plan_new ();
  const guint8 *authority = own->issuer != NULL ? own->issuer->key_identifier : key->identifier;
  gsize size = own->issuer != NULL ? own->issuer->key_identifier_size : sizeof key->identifier;

  plan->not_before = own->not_before;
  plan->not_after = own->not_after;
  plan->is_ca = TRUE;
  plan->subject = g_bytes_ref (own->subject);
  for (guint i = 0; i < own->extensions->len; i++)
    ca_plan_take_extension (plan, g_object_ref (own->extensions->pdata[i]));
  if (!add_subject_key_identifier (plan, key, error)
      || !add_authority_key_identifier (plan, authority, size, error) || !check_named (plan, error))
    return NULL;
  return g_steal_pointer (&plan);
}

/* build, lint, sign: the path of every certificate; without an issuer with the key's own name */
static GBytes *
issue_own (const CaOwnCertificate *own, const CaPlan *plan, GBytes *algorithm, GError **error)
{
  const CaIssuer *issuer = own->issuer;
  Frame frame = { .signature_algorithm = algorithm,
                  .issuer = issuer != NULL ? issuer->subject : own->subject,
                  .subject = own->subject,
                  .spki = own->spki,
                  .serial = own->serial };
  g_autoptr (GBytes) tbs = build (&frame, plan, error);
  g_autoptr (GPtrArray) no_names = g_ptr_array_new ();
  g_autoptr (CaTicket) ticket = NULL;
  CaLintExpectation expectation
      = { .issuer = issuer,
          .serial = own->serial,
          .not_before = plan->not_before,
          .not_after = plan->not_after,
          .spki = own->spki,
          .is_ca = TRUE,
          .is_cross = issuer != NULL,
          .approved_names = no_names,
          .subject = own->subject,
          .extensions = plan->extensions,
          .signature_algorithm = algorithm,
          .max_not_after = issuer != NULL ? issuer->not_after : G_MAXINT64 };

  if (tbs == NULL)
    return NULL;
  ticket = ca_linter_check (tbs, &expectation, error);
  if (ticket == NULL)
    return NULL;
  return issuer != NULL
             ? ca_signer_sign (issuer, ticket, tbs, error)
             : ca_signer_sign_self (own->key, own->hash, algorithm, own->spki, ticket, tbs, error);
}

GBytes *
ca_builder_own (CaOwnCertificate *own, GError **error)
{
  g_autoptr (GBytes) algorithm = NULL;
  g_autoptr (CaPlan) plan = NULL;
  CaPublicKey public_key = { 0 };

  if (!ca_public_key_init (&public_key, own->spki, error))
    return NULL;
  plan = plan_own (own, &public_key, error);
  ca_public_key_clear (&public_key);
  if (plan == NULL)
    return NULL;
  if (own->issuer != NULL)
    algorithm = own->issuer->signature_algorithm != NULL
                    ? g_bytes_ref (own->issuer->signature_algorithm)
                    : NULL;
  else
    algorithm = icert_key_get_signature_algorithm (own->key, own->hash, error);
  if (algorithm == NULL)
    {
      if (own->issuer != NULL)
        ca_issuer_get_key (own->issuer, error);
      return NULL;
    }
  return ca_builder_draw_serial (g_get_real_time () / 1000, own->serial, error)
             ? issue_own (own, plan, algorithm, error)
             : NULL;
}

/* What a new root says of itself. */
static GPtrArray *
root_extensions (int path_length, GError **error)
{
  g_autoptr (GPtrArray) extensions = g_ptr_array_new_with_free_func (g_object_unref);
  ICertExtension *constraints
      = icert_extension_new_basic_constraints (TRUE, path_length, TRUE, error);
  ICertExtension *usage;

  if (constraints == NULL)
    return NULL;
  g_ptr_array_add (extensions, constraints);
  usage = icert_extension_new_key_usage (ICERT_KEY_USAGE_KEY_CERT_SIGN | ICERT_KEY_USAGE_CRL_SIGN,
                                         TRUE, error);
  if (usage == NULL)
    return NULL;
  g_ptr_array_add (extensions, usage);
  return g_steal_pointer (&extensions);
}

GBytes *
ca_builder_self_signed (GPtrArray *rdns,
                        ICertKey *key,
                        const char *hash,
                        gint64 not_before,
                        gint64 not_after,
                        int path_length,
                        GError **error)
{
  g_autoptr (GBytes) spki = icert_key_get_public_key (key, error);
  g_autoptr (GBytes) subject = spki != NULL ? ca_name_encode (rdns, error) : NULL;
  g_autoptr (GPtrArray) extensions = subject != NULL ? root_extensions (path_length, error) : NULL;
  CaOwnCertificate own = { .key = key,
                           .hash = hash,
                           .subject = subject,
                           .spki = spki,
                           .not_before = not_before,
                           .not_after = not_after,
                           .extensions = extensions };

  return extensions != NULL ? ca_builder_own (&own, error) : NULL;
}
