/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "key-file-cost.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include "key-file-armour.h"

/* Iterations of all passphrases of a file: half a second. Files of today have 2048 to 600,000. */
#define MAX_COST 1000000
/* more than any file may cost, and no sum of such overflows */
#define TOO_MUCH (G_GUINT64_CONSTANT (1) << 40)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PKCS12, PKCS12_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PBEPARAM, PBEPARAM_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PBKDF2PARAM, PBKDF2PARAM_free)

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

/* N r p of scrypt takes about as long as so many iterations of PBKDF2 */
static guint64
cost_of_scrypt (const SCRYPT_PARAMS *scrypt)
{
  guint64 n = number_of (scrypt->costParameter), r = number_of (scrypt->blockSize),
          p = number_of (scrypt->parallelizationParameter);

  return n < TOO_MUCH && r < 1024 && p < 1024 ? MIN (n * r * p, TOO_MUCH) : TOO_MUCH;
}

/* What cannot be read will not be opened, and costs nothing. */
static guint64
cost_of (const X509_ALGOR *algorithm)
{
  g_autoptr (PBE2PARAM) pbes2 = NULL;
  g_autoptr (PBKDF2PARAM) pbkdf2 = NULL;
  g_autoptr (SCRYPT_PARAMS) scrypt = NULL;
  g_autoptr (PBEPARAM) old = NULL;

  if (nid_of (algorithm) != NID_pbes2)
    {
      old = unpack (algorithm, ASN1_ITEM_rptr (PBEPARAM));
      return old != NULL ? number_of (old->iter) : 0;
    }
  pbes2 = unpack (algorithm, ASN1_ITEM_rptr (PBE2PARAM));
  if (pbes2 == NULL)
    return 0;
  if (nid_of (pbes2->keyfunc) == NID_id_scrypt)
    {
      scrypt = unpack (pbes2->keyfunc, ASN1_ITEM_rptr (SCRYPT_PARAMS));
      return scrypt != NULL ? cost_of_scrypt (scrypt) : 0;
    }
  pbkdf2 = unpack (pbes2->keyfunc, ASN1_ITEM_rptr (PBKDF2PARAM));
  return pbkdf2 != NULL ? number_of (pbkdf2->iter) : 0;
}

static guint64
cost_of_sealed (const guint8 *data, gsize size)
{
  g_autoptr (X509_SIG) sealed = d2i_X509_SIG (NULL, &data, (long) size);
  const X509_ALGOR *algorithm;

  if (sealed == NULL)
    return 0;
  X509_SIG_get0 (sealed, &algorithm, NULL);
  return cost_of (algorithm);
}

/* Bags in bags are not followed: OpenSSL opens none of them either. Takes over @bags. */
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

static guint64
cost_of_pkcs12 (const guint8 *data, gsize size, const char *passphrase)
{
  g_autoptr (PKCS12) file = PKCS12_init_ex (NID_pkcs7_data, key_file_get_libctx (), NULL);
  PKCS12 *read = file;
  const ASN1_INTEGER *iterations = NULL;
  STACK_OF (PKCS7) * parts;
  guint64 cost;

  if (d2i_PKCS12 (&read, &data, (long) size) == NULL)
    {
      file = read;
      return 0;
    }
  PKCS12_get0_mac (NULL, NULL, NULL, &iterations, file);
  cost = PKCS12_mac_present (file) ? number_of (iterations) : 0;
  parts = cost <= MAX_COST ? PKCS12_unpack_authsafes (file) : NULL;
  for (int i = 0; i < sk_PKCS7_num (parts) && cost <= MAX_COST; i++)
    cost += cost_of_part (sk_PKCS7_value (parts, i), passphrase, cost);
  sk_PKCS7_pop_free (parts, PKCS7_free);
  return cost;
}

static guint64
cost_of_blocks (const guint8 *data, gsize size)
{
  g_autoptr (BIO) bio = BIO_new_mem_buf (data, (int) size);
  char *name, *header;
  unsigned char *block;
  long block_size;
  guint64 cost = 0;

  while (PEM_read_bio (bio, &name, &header, &block, &block_size) == 1)
    {
      if (g_str_equal (name, PEM_STRING_PKCS8))
        cost += cost_of_sealed (block, (gsize) block_size);
      OPENSSL_free (name);
      OPENSSL_free (header);
      OPENSSL_free (block);
    }
  return cost;
}

gboolean
key_file_is_affordable (GBytes *contents, const char *passphrase)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (contents, &size);
  guint64 cost;

  if (size == 0 || size > G_MAXINT)
    return TRUE;
  cost = cost_of_sealed (data, size) + cost_of_pkcs12 (data, size, passphrase)
         + cost_of_blocks (data, size);
  ERR_clear_error ();
  return cost <= MAX_COST;
}
