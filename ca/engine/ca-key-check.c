/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-key-check.h"

#include <string.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/objects.h>

#include "ca-crypto.h"
#include "ca-rsa-check.h"

#define FIELD "public key"

/* CERTSRV_E_KEY_LENGTH */
#define STATUS_KEY_LENGTH 0x80094811u

static const char *const default_types[]
    = { "ec-p256", "ec-p384", "ec-p521", "rsa-2048", "rsa-3072", "rsa-4096", "ed25519", NULL };

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EC_POINT, EC_POINT_free)

/* S-B1: "public key: RSA 1024 bits (2048, 3072 or 4096)" */
static gboolean
refuse_type (const CaSpki *spki, const char *name, const char *const *types, GError **error)
{
  g_autofree char *allowed = g_strjoinv (", ", (char **) types);

  if (strcmp (spki->type, "rsa") == 0)
    {
      icert_set_error (error, ICERT_ERROR_WEAK_KEY, FIELD, "RSA %u bits (%s)", spki->bits,
                       types == default_types             ? "2048, 3072 or 4096"
                       : g_strv_contains (types, "rsa-*") ? "2048 to 8192, a multiple of 8"
                                                          : allowed);
      if (error != NULL)
        icert_error_add_detail (*error, "actual", "%u", spki->bits);
    }
  else
    icert_set_error (error, ICERT_ERROR_WEAK_KEY, FIELD, "%s (%s)", name, allowed);
  if (error != NULL)
    icert_error_add_detail (*error, "status", "0x%08x", STATUS_KEY_LENGTH);
  return FALSE;
}

/* What no profile can allow: other lengths than whole octets from 2048 to 8192 bits. */
static gboolean
is_rsa_length_possible (guint bits)
{
  return bits >= 2048 && bits <= 8192 && bits % 8 == 0;
}

/* "rsa-*": RSA of any possible length, for a caller whose profiles are judged elsewhere. */
static gboolean
is_listed (const char *const *types, const char *name, gboolean is_rsa)
{
  return g_strv_contains (types, name) || (is_rsa && g_strv_contains (types, "rsa-*"));
}

static gboolean
check_type (const CaSpki *spki, const char *const *types, GError **error)
{
  g_autofree char *rsa = NULL;
  const char *name = spki->type;

  if (types == NULL)
    types = default_types;
  if (strcmp (spki->type, "rsa") == 0)
    name = rsa = g_strdup_printf ("rsa-%u", spki->bits);
  if ((rsa != NULL && !is_rsa_length_possible (spki->bits))
      || !is_listed (types, name, rsa != NULL))
    return refuse_type (spki, name, types, error);
  return TRUE;
}

static gpointer
make_group (gpointer nid)
{
  EC_GROUP *group
      = EC_GROUP_new_by_curve_name_ex (ca_crypto_get_libctx (), NULL, GPOINTER_TO_INT (nid));

  if (group == NULL)
    g_error ("OpenSSL: no curve %d", GPOINTER_TO_INT (nid));
  return group;
}

/* Groups are never changed, so that threads may share them. */
static const EC_GROUP *
get_group (guint bits)
{
  static GOnce p256 = G_ONCE_INIT, p384 = G_ONCE_INIT, p521 = G_ONCE_INIT;

  switch (bits)
    {
    case 256:
      return g_once (&p256, make_group, GINT_TO_POINTER (NID_X9_62_prime256v1));
    case 384:
      return g_once (&p384, make_group, GINT_TO_POINTER (NID_secp384r1));
    default:
      return g_once (&p521, make_group, GINT_TO_POINTER (NID_secp521r1));
    }
}

/* Whoever reads the certificate must be able to read the point: RFC 5480 2.2 makes only the
 * uncompressed form a must. */
static gboolean
check_point (const CaSpki *spki, GError **error)
{
  const EC_GROUP *group = get_group (spki->bits);
  g_autoptr (EC_POINT) point = NULL;

  if (spki->octets_size > 0 && (spki->octets[0] == 0x02 || spki->octets[0] == 0x03))
    {
      icert_set_error (error, ICERT_ERROR_WEAK_KEY, FIELD,
                       "EC point in compressed form (uncompressed)");
      return FALSE;
    }
  point = EC_POINT_new (group);
  if (spki->octets_size > 1 && spki->octets[0] == 0x04
      && EC_POINT_oct2point (group, point, spki->octets, spki->octets_size, NULL) == 1
      && !EC_POINT_is_at_infinity (group, point))
    return TRUE;
  ERR_clear_error ();
  icert_set_error (error, ICERT_ERROR_WEAK_KEY, FIELD, "not a point of P-%u (a point of its curve)",
                   spki->bits);
  return FALSE;
}

/* The y coordinates, sign bit cleared, of all points of order 1, 2, 4 and 8, and those spellings of
 * them that are not reduced: under such a key a signature can be made without a secret. */
static const guint8 ed25519_small_order[][32]
    = {
        { 0x00 },
        { 0x01 },
        { 0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
          0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
          0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05 },
        { 0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
          0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
          0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a },
        { 0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
          0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
          0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
        { 0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
          0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
          0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
        { 0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
          0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
          0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
      };

static gboolean
check_ed25519 (const CaSpki *spki, GError **error)
{
  guint8 y[32];
  gsize i;

  memcpy (y, spki->octets, sizeof y);
  y[31] &= 0x7f;
  for (i = 0; i < G_N_ELEMENTS (ed25519_small_order); i++)
    if (memcmp (y, ed25519_small_order[i], sizeof y) == 0)
      {
        icert_set_error (error, ICERT_ERROR_WEAK_KEY, FIELD,
                         "Ed25519 point of small order (a key)");
        return FALSE;
      }
  return TRUE;
}

static gboolean
check_numbers (const CaSpki *spki, GError **error)
{
  if (strcmp (spki->type, "rsa") == 0)
    return ca_rsa_check (spki, error);
  if (g_str_has_prefix (spki->type, "ec-"))
    return check_point (spki, error);
  if (strcmp (spki->type, "ed25519") == 0)
    return check_ed25519 (spki, error);
  return TRUE;
}

gboolean
ca_key_check (const CaDecoded *decoded, const char *const *types, GError **error)
{
  CaSpki spki;
  gsize size;
  const guint8 *data = g_bytes_get_data (decoded->spki, &size);

  if (!ca_spki_parse (data, size, &spki, error))
    return FALSE;
  if (spki.type == NULL)
    {
      ca_spki_refuse_type (&spki, error);
      return FALSE;
    }
  if (!check_type (&spki, types, error) || !check_numbers (&spki, error))
    return FALSE;
  if (ca_key_is_blocked (decoded->spki))
    {
      icert_set_error (error, ICERT_ERROR_WEAK_KEY, FIELD,
                       "on the list of known weak keys (a new key)");
      return FALSE;
    }
  return TRUE;
}
