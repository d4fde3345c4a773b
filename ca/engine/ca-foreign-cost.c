/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-foreign.h"

#include <openssl/err.h>

/* How long a PKCS #12 takes to open is chosen by who made it (S-A10). File.Key asks the same of the
 * keys that it is given, and shares no code with the engine. */

/* Iterations of all passphrases of a file: half a second. Files of today have 2048 to 600,000. */
#define MAX_COST 1000000
#define TOO_MUCH (G_GUINT64_CONSTANT (1) << 40)

static guint64
number_of (const ASN1_INTEGER *integer)
{
  guint64 number;

  if (integer == NULL)
    return 1;
  return ASN1_INTEGER_get_uint64 (&number, integer) == 1 ? MIN (number, TOO_MUCH) : TOO_MUCH;
}

static gpointer
unpack (const X509_ALGOR *algorithm, const ASN1_ITEM *item)
{
  const void *value;
  int type;

  X509_ALGOR_get0 (NULL, &type, &value, algorithm);
  return type == V_ASN1_SEQUENCE ? ASN1_item_unpack (value, item) : NULL;
}

static int
nid_of (const X509_ALGOR *algorithm)
{
  const ASN1_OBJECT *object;

  X509_ALGOR_get0 (&object, NULL, NULL, algorithm);
  return OBJ_obj2nid (object);
}

/* of PBES2: PBKDF2, or scrypt, which nobody has in a PKCS #12 and which OpenSSL bounds by memory
 * alone */
static guint64
cost_of_pbes2 (const PBE2PARAM *pbes2)
{
  PBKDF2PARAM *pbkdf2;
  guint64 cost;

  if (nid_of (pbes2->keyfunc) != NID_id_pbkdf2)
    return TOO_MUCH;
  pbkdf2 = unpack (pbes2->keyfunc, ASN1_ITEM_rptr (PBKDF2PARAM));
  cost = pbkdf2 != NULL ? number_of (pbkdf2->iter) : 0;
  PBKDF2PARAM_free (pbkdf2);
  return cost;
}

/* What cannot be read will not be opened, and costs nothing. */
static guint64
cost_of (const X509_ALGOR *algorithm)
{
  PBE2PARAM *pbes2 = NULL;
  PBEPARAM *old = NULL;
  guint64 cost = 0;

  if (nid_of (algorithm) == NID_pbes2)
    pbes2 = unpack (algorithm, ASN1_ITEM_rptr (PBE2PARAM));
  else
    old = unpack (algorithm, ASN1_ITEM_rptr (PBEPARAM));
  if (pbes2 != NULL)
    cost = cost_of_pbes2 (pbes2);
  else if (old != NULL)
    cost = number_of (old->iter);
  PBE2PARAM_free (pbes2);
  PBEPARAM_free (old);
  return cost;
}

/* Takes over @bags. */
static guint64
cost_of_bags (STACK_OF (PKCS12_SAFEBAG) * bags)
{
  guint64 cost = 0;

  for (int i = 0; i < sk_PKCS12_SAFEBAG_num (bags); i++)
    {
      const PKCS12_SAFEBAG *bag = sk_PKCS12_SAFEBAG_value (bags, i);
      const X509_ALGOR *algorithm;

      if (PKCS12_SAFEBAG_get_nid (bag) != NID_pkcs8ShroudedKeyBag)
        continue;
      X509_SIG_get0 (PKCS12_SAFEBAG_get0_pkcs8 (bag), &algorithm, NULL);
      cost += cost_of (algorithm);
    }
  sk_PKCS12_SAFEBAG_pop_free (bags, PKCS12_SAFEBAG_free);
  return cost;
}

static guint64
cost_of_part (PKCS7 *part, const char *passphrase, guint64 before)
{
  guint64 cost;

  if (PKCS7_type_is_data (part))
    return cost_of_bags (PKCS12_unpack_p7data (part));
  if (!PKCS7_type_is_encrypted (part) || part->d.encrypted == NULL
      || part->d.encrypted->enc_data == NULL)
    return 0;
  cost = cost_of (part->d.encrypted->enc_data->algorithm);
  if (before + cost > MAX_COST)
    return cost;
  return cost + cost_of_bags (PKCS12_unpack_p7encdata (part, passphrase, -1));
}

gboolean
ca_foreign_is_affordable (PKCS12 *file, const char *passphrase)
{
  const ASN1_INTEGER *iterations = NULL;
  STACK_OF (PKCS7) *parts = NULL;
  guint64 cost = 0;

  if (PKCS12_mac_present (file))
    {
      PKCS12_get0_mac (NULL, NULL, NULL, &iterations, file);
      cost = number_of (iterations);
    }
  if (cost <= MAX_COST)
    parts = PKCS12_unpack_authsafes (file);
  for (int i = 0; i < sk_PKCS7_num (parts) && cost <= MAX_COST; i++)
    cost += cost_of_part (sk_PKCS7_value (parts, i), passphrase, cost);
  sk_PKCS7_pop_free (parts, PKCS7_free);
  ERR_clear_error ();
  return cost <= MAX_COST;
}
