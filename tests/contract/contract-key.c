/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-contract-tests.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "contract-private.h"

#define SECRET "contract tests: a secret"
#define N_THREADS 4
#define N_ROUNDS 10

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_MD_CTX, EVP_MD_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_ALGOR, X509_ALGOR_free)

typedef struct
{
  ICertKey *(*make) (gpointer data);
  gpointer data;
  const char *url;
  const char *key_type;
  GBytes *secret;
  ICertKey *key;        /* owned: the one that was generated */
  EVP_PKEY *public_key; /* owned, nullable: as described */

  GMutex lock; /* of what follows */
  const char *check;
  GPtrArray *problems; /* of text */
} Run;

static void blame (Run *run, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
blame (Run *run, const char *format, ...)
{
  va_list args;
  g_autofree char *text = NULL;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_mutex_lock (&run->lock);
  g_ptr_array_add (run->problems, g_strdup_printf ("%s: %s", run->check, text));
  g_mutex_unlock (&run->lock);
}

/* A refusal: an ICertError that names a field, and no secret. */
static void
check_refusal (Run *run, const char *what, gboolean failed, const GError *error)
{
  g_autofree char *field = NULL;
  g_autofree char *secret
      = g_strndup (g_bytes_get_data (run->secret, NULL), g_bytes_get_size (run->secret));

  if (!failed)
    {
      blame (run, "%s: done (a refusal)", what);
      return;
    }
  field = icert_error_get_field (error);
  if (error->domain != ICERT_ERROR || error->code == ICERT_ERROR_MODULE)
    blame (run, "%s: %s (an ICertError)", what, error->message);
  else if (field == NULL)
    blame (run, "%s: message \"%s\" names no field (field: what is wrong)", what, error->message);
  if (strstr (error->message, secret) != NULL)
    blame (run, "%s: the message has the secret (never)", what);
}

static void
check_generate (Run *run)
{
  g_autoptr (ICertKey) second = run->make (run->data);
  g_autoptr (ICertKey) unknown = run->make (run->data);
  g_autofree char *elsewhere = g_strconcat (run->url, ".unknown", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) twice = NULL;
  g_autoptr (GError) type = NULL;
  gboolean ok;

  run->key = run->make (run->data);
  if (!icert_key_generate (run->key, run->url, run->key_type, run->secret, &error))
    {
      blame (run, "%s is not made: %s (a key)", run->key_type, error->message);
      g_clear_object (&run->key);
      return;
    }
  ok = icert_key_generate (second, run->url, run->key_type, run->secret, &twice);
  check_refusal (run, "a second key at the same place", !ok, twice);
  if (!ok && !g_error_matches (twice, ICERT_ERROR, ICERT_ERROR_CONFLICT))
    blame (run, "a second key at the same place: %s (CONFLICT)", twice->message);
  ok = icert_key_generate (unknown, elsewhere, "no-such-type", run->secret, &type);
  check_refusal (run, "a key of no known type", !ok, type);
}

static void
check_describe (Run *run)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) spki = icert_key_get_public_key (run->key, &error);
  guint8 *again = NULL;
  const guint8 *der;
  const guint8 *end;
  gsize size;
  int length;

  if (spki == NULL)
    {
      blame (run, "no public key: %s (SubjectPublicKeyInfo)", error->message);
      return;
    }
  der = end = g_bytes_get_data (spki, &size);
  run->public_key = d2i_PUBKEY (NULL, &end, (long) size);
  if (run->public_key == NULL || end != der + size)
    {
      blame (run, "the public key cannot be read (SubjectPublicKeyInfo, DER)");
      return;
    }
  length = i2d_PUBKEY (run->public_key, &again);
  if (length < 0 || (gsize) length != size || memcmp (again, der, size) != 0)
    blame (run, "the public key is not in the one encoding there is (DER)");
  OPENSSL_free (again);
}

static void
check_algorithm (Run *run)
{
  static const char *const hashes[] = { "sha256", "sha384", "sha512" };

  for (gsize i = 0; i < G_N_ELEMENTS (hashes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) value = icert_key_get_signature_algorithm (run->key, hashes[i], &error);
      g_autoptr (X509_ALGOR) algorithm = NULL;
      const guint8 *der;
      const guint8 *end;
      gsize size;

      if (value == NULL)
        {
          blame (run, "%s: %s (an AlgorithmIdentifier)", hashes[i], error->message);
          continue;
        }
      der = end = g_bytes_get_data (value, &size);
      algorithm = d2i_X509_ALGOR (NULL, &end, (long) size);
      if (algorithm == NULL || end != der + size)
        blame (run, "%s: cannot be read (an AlgorithmIdentifier, DER)", hashes[i]);
    }
}

static gboolean
is_edwards (EVP_PKEY *key)
{
  return EVP_PKEY_get_id (key) == EVP_PKEY_ED25519 || EVP_PKEY_get_id (key) == EVP_PKEY_ED448;
}

static gboolean
verify (EVP_PKEY *key, const char *hash, GBytes *message, GBytes *signature)
{
  g_autoptr (EVP_MD_CTX) context = EVP_MD_CTX_new ();
  gsize message_size, signature_size;
  const guint8 *octets = g_bytes_get_data (message, &message_size);
  const guint8 *value = g_bytes_get_data (signature, &signature_size);

  return EVP_DigestVerifyInit_ex (context, NULL, is_edwards (key) ? NULL : hash, NULL, NULL, key,
                                  NULL)
             == 1
         && EVP_DigestVerify (context, value, signature_size, octets, message_size) == 1;
}

static gboolean
signs (Run *run, ICertKey *key, const char *hash, GBytes *message, const char *what)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) signature = icert_key_sign (key, hash, message, NULL, &error);

  if (signature == NULL)
    blame (run, "%s: %s (a signature)", what, error->message);
  else if (!verify (run->public_key, hash, message, signature))
    blame (run, "%s: OpenSSL does not verify the signature (a good one)", what);
  else
    return TRUE;
  return FALSE;
}

static void
check_sign (Run *run)
{
  static const char *const hashes[] = { "sha256", "sha384", "sha512" };
  g_autofree char *large = g_strnfill (1 << 20, 'x');
  g_autoptr (GBytes) one = g_bytes_new_static ("x", 1);
  g_autoptr (GBytes) many = g_bytes_new_static (large, 1 << 20);

  for (gsize i = 0; i < G_N_ELEMENTS (hashes); i++)
    {
      signs (run, run->key, hashes[i], one, hashes[i]);
      signs (run, run->key, hashes[i], many, "a megabyte");
    }
}

static void
check_hashes (Run *run)
{
  static const char *const hashes[] = { "no-such-hash", "md5" };
  g_autoptr (GBytes) message = g_bytes_new_static ("x", 1);

  if (is_edwards (run->public_key))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (hashes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) signature = icert_key_sign (run->key, hashes[i], message, NULL, &error);
      g_autoptr (GError) naming = NULL;
      g_autoptr (GBytes) algorithm
          = icert_key_get_signature_algorithm (run->key, hashes[i], &naming);

      check_refusal (run, hashes[i], signature == NULL, error);
      check_refusal (run, hashes[i], algorithm == NULL, naming);
    }
}

static void
check_open (Run *run)
{
  g_autoptr (ICertKey) again = run->make (run->data);
  g_autoptr (GBytes) message = g_bytes_new_static ("x", 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) mine = icert_key_get_public_key (run->key, NULL);
  g_autoptr (GBytes) its = NULL;

  if (!icert_key_open (again, run->url, run->secret, &error))
    {
      blame (run, "is not opened again: %s (the key)", error->message);
      return;
    }
  its = icert_key_get_public_key (again, &error);
  if (its == NULL || mine == NULL || !g_bytes_equal (mine, its))
    blame (run, "another public key when opened again (the same)");
  else
    signs (run, again, "sha256", message, "opened again");
}

static void
check_missing (Run *run)
{
  g_autoptr (ICertKey) none = run->make (run->data);
  g_autoptr (ICertKey) closed = run->make (run->data);
  g_autofree char *elsewhere = g_strconcat (run->url, ".missing", NULL);
  g_autoptr (GBytes) message = g_bytes_new_static ("x", 1);
  g_autoptr (GError) opening = NULL;
  g_autoptr (GError) signing = NULL;
  g_autoptr (GError) describing = NULL;
  g_autoptr (GBytes) signature = NULL;
  g_autoptr (GBytes) spki = NULL;
  gboolean ok = icert_key_open (none, elsewhere, run->secret, &opening);

  check_refusal (run, "a key that is not there", !ok, opening);
  signature = icert_key_sign (closed, "sha256", message, NULL, &signing);
  check_refusal (run, "signing before it is open", signature == NULL, signing);
  spki = icert_key_get_public_key (closed, &describing);
  check_refusal (run, "describing before it is open", spki == NULL, describing);
}

/* The secret may be asked for late, when something is to be signed. */
static void
check_secret (Run *run)
{
  g_autoptr (ICertKey) key = run->make (run->data);
  g_autoptr (GBytes) wrong = g_bytes_new_static ("a wrong secret", 14);
  g_autoptr (GBytes) message = g_bytes_new_static ("x", 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) signature = NULL;

  if (icert_key_open (key, run->url, wrong, &error))
    signature = icert_key_sign (key, "sha256", message, NULL, &error);
  check_refusal (run, "signing with a wrong secret", signature == NULL, error);
}

static gpointer
sign_many (gpointer data)
{
  Run *run = data;

  for (int i = 0; i < N_ROUNDS; i++)
    {
      g_autofree char *text = g_strdup_printf ("message %d of %p", i, (gpointer) g_thread_self ());
      g_autoptr (GBytes) message = g_bytes_new (text, strlen (text));

      if (!signs (run, run->key, "sha256", message, "beside others"))
        break;
    }
  return NULL;
}

static void
check_threads (Run *run)
{
  GThread *threads[N_THREADS];

  for (gsize i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("contract", sign_many, run);
  for (gsize i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
}

static const struct
{
  const char *name;
  void (*run) (Run *run);
  gboolean needs_public_key;
} checks[] = {
  { "generate", check_generate, FALSE },  { "describe", check_describe, FALSE },
  { "algorithm", check_algorithm, TRUE }, { "sign", check_sign, TRUE },
  { "hashes", check_hashes, TRUE },       { "open", check_open, TRUE },
  { "missing", check_missing, FALSE },    { "secret", check_secret, FALSE },
  { "threads", check_threads, TRUE },
};

char **
icert_contract_check_key (ICertKey *(*make) (gpointer data),
                          gpointer data,
                          const char *url,
                          const char *key_type,
                          GBytes *secret)
{
  Run run = { .make = make, .data = data, .url = url, .key_type = key_type, .secret = secret };

  g_mutex_init (&run.lock);
  run.problems = g_ptr_array_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (checks); i++)
    {
      run.check = checks[i].name;
      if ((i == 0 || run.key != NULL) && (run.public_key != NULL || !checks[i].needs_public_key))
        checks[i].run (&run);
    }
  g_clear_object (&run.key);
  EVP_PKEY_free (run.public_key);
  g_mutex_clear (&run.lock);
  g_ptr_array_add (run.problems, NULL);
  return (char **) g_ptr_array_free (run.problems, FALSE);
}

char **
icert_contract_list_key_checks (void)
{
  char **names = g_new0 (char *, G_N_ELEMENTS (checks) + 1);

  for (gsize i = 0; i < G_N_ELEMENTS (checks); i++)
    names[i] = g_strdup (checks[i].name);
  return names;
}

/* As tests */

typedef struct
{
  char *class_id;
  char *key_type;
  char *url; /* nullable: a file in a folder of its own */
} Key;

static void
key_free (gpointer data)
{
  Key *key = data;

  g_free (key->class_id);
  g_free (key->key_type);
  g_free (key->url);
  g_free (key);
}

static ICertKey *
make_key (gpointer data)
{
  return _contract_new_object (((Key *) data)->class_id, ICERT_TYPE_KEY);
}

/* (transfer full): %d is a number that no other key of this process has */
static char *
number_url (const char *url)
{
  static int n_keys;
  g_auto (GStrv) parts = g_strsplit (url, "%d", 2);

  return parts[0] == NULL || parts[1] == NULL
             ? g_strdup (url)
             : g_strdup_printf ("%s%d%s", parts[0], n_keys++, parts[1]);
}

static char **
find_problems (gpointer data)
{
  Key *key = data;
  g_autofree char *folder = _contract_new_folder ();
  g_autofree char *url
      = key->url != NULL ? number_url (key->url) : g_build_filename (folder, "0.key", NULL);
  g_autoptr (GBytes) secret = g_bytes_new_static (SECRET, strlen (SECRET));
  char **problems = icert_contract_check_key (make_key, key, url, key->key_type, secret);

  _contract_remove_folder (folder);
  return problems;
}

void
icert_contract_add_key_tests (const char *class_id, const char *const *key_types, const char *url)
{
  static const char *const usual[] = { "ec-p256", "rsa-2048", "ed25519", NULL };

  g_return_if_fail (class_id != NULL);

  if (key_types == NULL || key_types[0] == NULL)
    key_types = usual;
  for (gsize i = 0; key_types[i] != NULL; i++)
    {
      Key *key = g_new0 (Key, 1);
      g_autofree char *path = g_strdup_printf ("/contract/%s/%s", class_id, key_types[i]);

      key->class_id = g_strdup (class_id);
      key->key_type = g_strdup (key_types[i]);
      key->url = g_strdup (url);
      _contract_add_checks (path, icert_contract_list_key_checks (), find_problems, key, key_free);
    }
}
