/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-rsa-check.h"

#include <openssl/bn.h>

#include "ca-crypto.h"

#define FIELD "public key"

/* S-B2: no factor below 752 */
#define PRIME_LIMIT 752
#define FERMAT_ROUNDS 110
/* the fingerprint looks at the primes up to here: all lengths of such keys share them */
#define ROCA_LIMIT 167

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIGNUM, BN_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BN_CTX, BN_CTX_free)

/* Moduli of the residue filter. Their product fits into 64 bits; about one number in 6,000 that is
 * no square is a square in all of them. */
static const guint16 filter_moduli[] = { 64, 63, 65, 11, 17, 19, 23, 31, 37, 41 };

typedef struct
{
  guint16 primes[PRIME_LIMIT / 4];
  guint n_primes;
  guint64 products[PRIME_LIMIT / 4]; /* of consecutive primes, as many as fit */
  guint product_size[PRIME_LIMIT / 4];
  guint n_products;
  gboolean powers[ROCA_LIMIT + 1][ROCA_LIMIT + 1]; /* [p][r]: r is a power of 65537 modulo p */
  gboolean squares[G_N_ELEMENTS (filter_moduli)][65];
  guint64 filter_product;
} Tables;

static gboolean
is_prime (guint n)
{
  guint i;

  for (i = 2; i * i <= n; i++)
    if (n % i == 0)
      return FALSE;
  return n > 1;
}

static void
make_products (Tables *self)
{
  guint i;

  for (i = 2; i < PRIME_LIMIT; i++)
    {
      guint last = self->n_products - 1;

      if (!is_prime (i))
        continue;
      self->primes[self->n_primes++] = i;
      if (self->n_products > 0 && self->products[last] <= G_MAXUINT64 / i)
        {
          self->products[last] *= i;
          self->product_size[last]++;
        }
      else
        {
          self->products[self->n_products] = i;
          self->product_size[self->n_products++] = 1;
        }
    }
}

static gpointer
make_tables (gpointer unused)
{
  Tables *self = g_new0 (Tables, 1);
  guint i, j, power;

  make_products (self);
  for (i = 3; i <= ROCA_LIMIT; i++)
    for (power = 1; !self->powers[i][power]; power = power * 65537 % i)
      self->powers[i][power] = TRUE;
  self->filter_product = 1;
  for (i = 0; i < G_N_ELEMENTS (filter_moduli); i++)
    {
      for (j = 0; j < filter_moduli[i]; j++)
        self->squares[i][j * j % filter_moduli[i]] = TRUE;
      self->filter_product *= filter_moduli[i];
    }
  return self;
}

static const Tables *
get_tables (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, make_tables, NULL);
}

static gboolean
refuse (GError **error, const char *what)
{
  icert_set_error (error, ICERT_ERROR_WEAK_KEY, FIELD, "%s", what);
  return FALSE;
}

static gboolean
check_exponent (const CaTlv *exponent, GError **error)
{
  const guint8 *e = exponent->content;

  if ((e[exponent->size - 1] & 1) == 0)
    return refuse (error, "RSA exponent is even (odd)");
  if (exponent->size > 32)
    return refuse (error, "RSA exponent of over 256 bits (less than 2^256)");
  if (exponent->size < 3 || (exponent->size == 3 && e[0] == 0))
    return refuse (error, "RSA exponent under 65537 (65537 or more)");
  return TRUE;
}

/* Small factors and, in the same pass, the fingerprint of keys made by a broken library (ROCA,
 * CVE-2017-15361): their moduli are powers of 65537 modulo every small prime. */
static gboolean
check_residues (const BIGNUM *n, GError **error)
{
  const Tables *tables = get_tables ();
  gboolean fingerprint = TRUE;
  guint i, j, next = 0;

  for (i = 0; i < tables->n_products; i++)
    {
      guint64 residue = BN_mod_word (n, tables->products[i]);

      for (j = 0; j < tables->product_size[i]; j++)
        {
          guint prime = tables->primes[next++];
          guint r = residue % prime;

          if (r == 0)
            {
              icert_set_error (error, ICERT_ERROR_WEAK_KEY, FIELD,
                               "RSA modulus has the factor %u (none under %d)", prime, PRIME_LIMIT);
              return FALSE;
            }
          if (prime > 2 && prime <= ROCA_LIMIT && !tables->powers[prime][r])
            fingerprint = FALSE;
        }
    }
  return !fingerprint
         || refuse (error, "RSA modulus has the ROCA fingerprint (one without, CVE-2017-15361)");
}

/* @root becomes the integer part of the square root of @n, by Newton's method from above. */
static gboolean
square_root (BIGNUM *root, const BIGNUM *n, BN_CTX *context)
{
  g_autoptr (BIGNUM) next = BN_new ();
  gboolean ok;

  BN_zero (root);
  ok = next != NULL && BN_set_bit (root, (BN_num_bits (n) + 1) / 2);
  while (ok)
    {
      ok = BN_div (next, NULL, n, root, context) && BN_add (next, next, root)
           && BN_rshift1 (next, next);
      if (BN_cmp (next, root) >= 0)
        break;
      ok = ok && BN_copy (root, next) != NULL;
    }
  return ok;
}

/* @a² − @n is a square. */
static gboolean
is_square_above (const BIGNUM *a, const BIGNUM *n, BN_CTX *context)
{
  g_autoptr (BIGNUM) difference = BN_new ();
  g_autoptr (BIGNUM) root = BN_new ();

  return BN_sqr (difference, a, context) && BN_sub (difference, difference, n)
         && square_root (root, difference, context) && BN_sqr (root, root, context)
         && BN_cmp (root, difference) == 0;
}

/* Fermat's method: primes near each other have n = a² − b² for an a right above the root of n.
 * Only those rounds that pass the filter touch big numbers. */
static gboolean
run_fermat (BIGNUM *a, const BIGNUM *n, BN_CTX *context)
{
  const Tables *tables = get_tables ();
  guint64 n_residue = BN_mod_word (n, tables->filter_product);
  guint64 a_residue = BN_mod_word (a, tables->filter_product);
  guint i, j;

  for (i = 0; i < FERMAT_ROUNDS; i++)
    {
      for (j = 0; j < G_N_ELEMENTS (filter_moduli); j++)
        {
          guint m = filter_moduli[j];
          guint r = (a_residue + i) % m;

          if (!tables->squares[j][(r * r + m - n_residue % m) % m])
            break;
        }
      if (j == G_N_ELEMENTS (filter_moduli) && is_square_above (a, n, context))
        return TRUE;
      BN_add_word (a, 1);
    }
  return FALSE;
}

static gboolean
check_fermat (const BIGNUM *n, GError **error)
{
  g_autoptr (BN_CTX) context = BN_CTX_new_ex (ca_crypto_get_libctx ());
  g_autoptr (BIGNUM) a = BN_new ();
  g_autoptr (BIGNUM) square = BN_new ();

  if (!square_root (a, n, context) || !BN_sqr (square, a, context))
    {
      icert_set_error (error, ICERT_ERROR_INTERNAL, FIELD, "arithmetic failed (memory)");
      return FALSE;
    }
  if (BN_cmp (square, n) == 0)
    return refuse (error, "RSA modulus is a square (two primes)");
  BN_add_word (a, 1);
  if (run_fermat (a, n, context))
    return refuse (error, "RSA modulus falls to Fermat's method (primes far from each other)");
  return TRUE;
}

gboolean
ca_rsa_check (const CaSpki *spki, GError **error)
{
  g_autoptr (BIGNUM) n = NULL;

  if (!check_exponent (&spki->exponent, error))
    return FALSE;
  if ((spki->modulus.content[spki->modulus.size - 1] & 1) == 0)
    return refuse (error, "RSA modulus is even (odd)");
  n = BN_bin2bn (spki->modulus.content, spki->modulus.size, NULL);
  return check_residues (n, error) && check_fermat (n, error);
}
