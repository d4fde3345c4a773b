/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-spki.h"

#include <string.h>

#include "ca-crypto.h"
#include "ca-decode.h"

#define FIELD "public key"

static const guint8 oid_rsa[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 };
static const guint8 oid_ec[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01 };
static const guint8 oid_ed25519[] = { 0x2b, 0x65, 0x70 };
static const guint8 oid_ed448[] = { 0x2b, 0x65, 0x71 };

/* Elements with tag and length, as they stand in parameters. */
static const guint8 null_element[] = { 0x05, 0x00 };
static const guint8 curve_p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 };
static const guint8 curve_p384[] = { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22 };
static const guint8 curve_p521[] = { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23 };

#define IS(data, size, constant)                                                                   \
  ((size) == sizeof (constant) && memcmp ((data), (constant), sizeof (constant)) == 0)

/* A positive INTEGER, its sign octet stripped. */
static gboolean
read_positive (CaDerReader *reader, CaTlv *number)
{
  if (!ca_der_read_tag (reader, CA_DER_INTEGER, number) || number->size == 0
      || (number->content[0] & 0x80) != 0)
    return FALSE;
  if (number->content[0] == 0)
    {
      if (number->size == 1 || (number->content[1] & 0x80) == 0)
        return FALSE;
      number->content++;
      number->size--;
    }
  return TRUE;
}

static gboolean
parse_rsa (CaSpki *spki, GError **error)
{
  CaDerReader reader;
  CaTlv key;

  if (!IS (spki->parameters, spki->parameters_size, null_element))
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD,
                       "RSA with parameters that are not NULL (NULL)");
      return FALSE;
    }
  if (ca_der_read_only (spki->octets, spki->octets_size, CA_DER_SEQUENCE, &key))
    {
      ca_der_reader_init (&reader, key.content, key.size);
      if (read_positive (&reader, &spki->modulus) && read_positive (&reader, &spki->exponent)
          && ca_der_at_end (&reader))
        {
          spki->type = "rsa";
          spki->bits = spki->modulus.size * 8 - (8 - g_bit_storage (spki->modulus.content[0]));
          return TRUE;
        }
    }
  icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD,
                   "not an RSA key (a SEQUENCE of positive modulus and exponent)");
  return FALSE;
}

/* Whether the point is one of the curve is judged where the key is used. */
static gboolean
parse_ec (CaSpki *spki)
{
  if (IS (spki->parameters, spki->parameters_size, curve_p256))
    {
      spki->type = "ec-p256";
      spki->bits = 256;
    }
  else if (IS (spki->parameters, spki->parameters_size, curve_p384))
    {
      spki->type = "ec-p384";
      spki->bits = 384;
    }
  else if (IS (spki->parameters, spki->parameters_size, curve_p521))
    {
      spki->type = "ec-p521";
      spki->bits = 521;
    }
  return TRUE;
}

static gboolean
parse_edwards (CaSpki *spki, const char *type, const char *name, gsize size, GError **error)
{
  if (spki->parameters_size != 0)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD, "%s with parameters (none)", name);
      return FALSE;
    }
  if (spki->octets_size != size)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD,
                       "%s of %" G_GSIZE_FORMAT " octets (%" G_GSIZE_FORMAT ")", name,
                       spki->octets_size, size);
      return FALSE;
    }
  spki->type = type;
  spki->bits = size * 8;
  return TRUE;
}

/* SEQUENCE { SEQUENCE { OID, parameters OPTIONAL }, BIT STRING } */
static gboolean
split (const guint8 *data, gsize size, CaSpki *spki)
{
  CaDerReader outer, inner;
  CaTlv info, algorithm, key, parameters;

  memset (spki, 0, sizeof *spki);
  if (!ca_der_read_only (data, size, CA_DER_SEQUENCE, &info))
    return FALSE;
  ca_der_reader_init (&outer, info.content, info.size);
  if (!ca_der_read_tag (&outer, CA_DER_SEQUENCE, &algorithm)
      || !ca_der_read_tag (&outer, CA_DER_BIT_STRING, &key) || !ca_der_at_end (&outer)
      || key.size == 0 || key.content[0] != 0)
    return FALSE;
  ca_der_reader_init (&inner, algorithm.content, algorithm.size);
  if (!ca_der_read_tag (&inner, CA_DER_OID, &spki->algorithm))
    return FALSE;
  spki->parameters = inner.data;
  spki->parameters_size = inner.size;
  spki->octets = key.content + 1;
  spki->octets_size = key.size - 1;
  return ca_der_at_end (&inner) || (ca_der_read (&inner, &parameters) && ca_der_at_end (&inner));
}

gboolean
ca_spki_parse (const guint8 *data, gsize size, CaSpki *spki, GError **error)
{
  const CaTlv *algorithm = &spki->algorithm;

  if (!split (data, size, spki))
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD,
                       "not a SubjectPublicKeyInfo (algorithm and key in whole octets)");
      return FALSE;
    }
  if (IS (algorithm->content, algorithm->size, oid_ec))
    return parse_ec (spki);
  if (IS (algorithm->content, algorithm->size, oid_rsa))
    return parse_rsa (spki, error);
  if (IS (algorithm->content, algorithm->size, oid_ed25519))
    return parse_edwards (spki, "ed25519", "Ed25519", 32, error);
  if (IS (algorithm->content, algorithm->size, oid_ed448))
    return parse_edwards (spki, "ed448", "Ed448", 57, error);
  return TRUE;
}

void
ca_spki_refuse_type (const CaSpki *spki, GError **error)
{
  g_autofree char *oid = NULL;
  CaTlv curve;

  if (!IS (spki->algorithm.content, spki->algorithm.size, oid_ec))
    {
      oid = ca_der_oid_to_text (spki->algorithm.content, spki->algorithm.size);
      icert_set_error (error, ICERT_ERROR_WEAK_KEY, FIELD,
                       "algorithm %s (RSA, EC P-256, P-384 or P-521, Ed25519)",
                       oid != NULL ? oid : "without a readable OID");
      return;
    }
  if (ca_der_read_only (spki->parameters, spki->parameters_size, CA_DER_OID, &curve))
    oid = ca_der_oid_to_text (curve.content, curve.size);
  if (oid != NULL)
    icert_set_error (error, ICERT_ERROR_WEAK_KEY, FIELD, "EC curve %s (P-256, P-384 or P-521)",
                     oid);
  else
    icert_set_error (error, ICERT_ERROR_WEAK_KEY, FIELD,
                     "EC curve without a name (P-256, P-384 or P-521 by name)");
}

gboolean
ca_public_key_init (CaPublicKey *key, GBytes *spki, GError **error)
{
  CaSpki parts;
  gsize size;
  const guint8 *data = g_bytes_get_data (spki, &size);

  memset (key, 0, sizeof *key);
  if (!ca_spki_parse (data, size, &parts, error))
    return FALSE;
  key->algorithm = ca_der_oid_to_text (parts.algorithm.content, parts.algorithm.size);
  if (key->algorithm == NULL)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD, "algorithm is not an OID (an OID)");
      return FALSE;
    }
  key->type = parts.type;
  key->bits = parts.bits;
  if (parts.parameters_size > 0)
    key->parameters = g_bytes_new_from_bytes (spki, parts.parameters - data, parts.parameters_size);
  key->octets = g_bytes_new_from_bytes (spki, parts.octets - data, parts.octets_size);
  ca_crypto_sha1 (parts.octets, parts.octets_size, key->identifier);
  return TRUE;
}

void
ca_public_key_clear (CaPublicKey *key)
{
  g_clear_pointer (&key->algorithm, g_free);
  g_clear_pointer (&key->parameters, g_bytes_unref);
  g_clear_pointer (&key->octets, g_bytes_unref);
  key->type = NULL;
  key->bits = 0;
}

char *
ca_key_describe (const CaPublicKey *key)
{
  if (key->type == NULL)
    return g_strdup (key->algorithm);
  if (strcmp (key->type, "rsa") == 0)
    return g_strdup_printf ("rsa-%u", key->bits);
  return g_strdup (key->type);
}
