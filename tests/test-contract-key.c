/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <glib/gstdio.h>

#include "icert-contract-tests.h"

#define SECRET "a secret of tests"

/* File.Key, but for one lie. */
typedef enum
{
  HONEST,
  TAKES_A_SECOND_KEY,
  TAKES_ANY_TYPE,
  SHORT_PUBLIC_KEY,
  BER_PUBLIC_KEY,
  NO_ALGORITHM,
  WRONG_SIGNATURE,
  SIGNS_WITH_ANY_HASH,
  OTHER_KEY_WHEN_OPENED,
  OPENS_NOTHING,
  TAKES_ANY_SECRET,
  TELLS_THE_SECRET,
  NOT_REENTRANT,
  N_LIES
} Lie;

#define LIAR_TYPE_KEY (liar_key_get_type ())
G_DECLARE_FINAL_TYPE (LiarKey, liar_key, LIAR, KEY, GObject)

struct _LiarKey
{
  GObject parent_instance;

  Lie lie;
  ICertKey *inner; /* owned */
  int n_inside;    /* atomic */
};

static void key_iface_init (ICertKeyInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LiarKey,
                               liar_key,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_KEY, key_iface_init))

static gboolean
generate (ICertKey *key, const char *url, const char *key_type, GBytes *secret, GError **error)
{
  LiarKey *self = LIAR_KEY (key);
  gboolean unknown = g_str_equal (key_type, "no-such-type");

  if (self->lie == TAKES_ANY_TYPE && unknown)
    return TRUE;
  if (self->lie == TAKES_A_SECOND_KEY && g_file_test (url, G_FILE_TEST_EXISTS))
    return TRUE;
  if (self->lie == TELLS_THE_SECRET && unknown)
    {
      icert_set_error (error, ICERT_ERROR_UNSUPPORTED, "key type", "%s (ec-p256)", SECRET);
      return FALSE;
    }
  return icert_key_generate (self->inner, url, key_type, secret, error);
}

static gboolean
open_key (ICertKey *key, const char *url, GBytes *secret, GError **error)
{
  LiarKey *self = LIAR_KEY (key);
  g_autofree char *other = g_strconcat (url, ".other", NULL);
  g_autoptr (GBytes) good = g_bytes_new_static (SECRET, strlen (SECRET));

  if (self->lie == OPENS_NOTHING && !g_file_test (url, G_FILE_TEST_EXISTS))
    return TRUE;
  if (self->lie == OTHER_KEY_WHEN_OPENED)
    return icert_key_generate (self->inner, other, "ec-p256", secret, error);
  return icert_key_open (self->inner, url, self->lie == TAKES_ANY_SECRET ? good : secret, error);
}

/* @octets of an encoding, one less */
static GBytes *
shorten (GBytes *octets)
{
  return g_bytes_new_from_bytes (octets, 0, g_bytes_get_size (octets) - 1);
}

/* the outer length in two octets, where one is enough */
static GBytes *
lengthen (GBytes *der)
{
  gsize size;
  const guint8 *octets = g_bytes_get_data (der, &size);
  GByteArray *ber = g_byte_array_new ();
  const guint8 head[] = { octets[0], 0x81, octets[1] };

  g_byte_array_append (ber, head, sizeof head);
  g_byte_array_append (ber, octets + 2, (guint) size - 2);
  return g_byte_array_free_to_bytes (ber);
}

static GBytes *
get_public_key (ICertKey *key, GError **error)
{
  LiarKey *self = LIAR_KEY (key);
  g_autoptr (GBytes) spki = icert_key_get_public_key (self->inner, error);

  if (spki == NULL)
    return NULL;
  return self->lie == SHORT_PUBLIC_KEY ? shorten (spki)
         : self->lie == BER_PUBLIC_KEY ? lengthen (spki)
                                       : g_bytes_ref (spki);
}

static GBytes *
get_signature_algorithm (ICertKey *key, const char *hash, GError **error)
{
  LiarKey *self = LIAR_KEY (key);
  g_autoptr (GBytes) algorithm = icert_key_get_signature_algorithm (self->inner, hash, error);

  if (algorithm == NULL)
    return NULL;
  return self->lie == NO_ALGORITHM ? shorten (algorithm) : g_bytes_ref (algorithm);
}

static GBytes *
spoil (GBytes *signature)
{
  gsize size;
  guint8 *octets = g_memdup2 (g_bytes_get_data (signature, NULL), g_bytes_get_size (signature));

  size = g_bytes_get_size (signature);
  octets[size - 1] ^= 1;
  return g_bytes_new_take (octets, size);
}

static GBytes *
sign (ICertKey *key, const char *hash, GBytes *message, GCancellable *cancellable, GError **error)
{
  LiarKey *self = LIAR_KEY (key);
  g_autoptr (GBytes) signature = NULL;
  gboolean crowded = g_atomic_int_add (&self->n_inside, 1) > 0;

  if (self->lie == NOT_REENTRANT)
    g_usleep (1000);
  if (self->lie == SIGNS_WITH_ANY_HASH && !g_str_has_prefix (hash, "sha"))
    hash = "sha256";
  signature = icert_key_sign (self->inner, hash, message, cancellable, error);
  g_atomic_int_add (&self->n_inside, -1);
  if (signature == NULL)
    return NULL;
  if (self->lie == WRONG_SIGNATURE || (self->lie == NOT_REENTRANT && crowded))
    return spoil (signature);
  return g_steal_pointer (&signature);
}

static gboolean
is_in_process (ICertKey *key)
{
  return TRUE;
}

static void
key_iface_init (ICertKeyInterface *iface)
{
  iface->generate = generate;
  iface->open = open_key;
  iface->get_public_key = get_public_key;
  iface->get_signature_algorithm = get_signature_algorithm;
  iface->sign = sign;
  iface->is_in_process = is_in_process;
}

static void
liar_key_finalize (GObject *object)
{
  g_clear_object (&LIAR_KEY (object)->inner);
  G_OBJECT_CLASS (liar_key_parent_class)->finalize (object);
}

static void
liar_key_class_init (LiarKeyClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = liar_key_finalize;
}

static void
liar_key_init (LiarKey *self)
{
  g_autoptr (GError) error = NULL;

  self->inner = ICERT_KEY (icert_create_instance ("File.Key", NULL, NULL, &error));
  g_assert_no_error (error);
}

static ICertKey *
make (gpointer data)
{
  LiarKey *key = g_object_new (LIAR_TYPE_KEY, NULL);

  key->lie = GPOINTER_TO_INT (data);
  return ICERT_KEY (key);
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static char **
check (Lie lie)
{
  g_autofree char *folder = g_dir_make_tmp ("icert-liar-XXXXXX", NULL);
  g_autofree char *url = g_build_filename (folder, "0.key", NULL);
  g_autoptr (GBytes) secret = g_bytes_new_static (SECRET, strlen (SECRET));
  char **problems = icert_contract_check_key (make, GINT_TO_POINTER (lie), url, "ec-p256", secret);

  remove_folder (folder);
  return problems;
}

static void
test_honest (void)
{
  g_auto (GStrv) problems = check (HONEST);

  g_test_summary ("File.Key keeps the contract");
  for (gsize i = 0; problems[i] != NULL; i++)
    g_test_message ("%s", problems[i]);
  g_assert_cmpuint (g_strv_length (problems), ==, 0);
}

static void
test_lies (void)
{
  static const char *const found_by[N_LIES] = {
    [TAKES_A_SECOND_KEY] = "generate", [TAKES_ANY_TYPE] = "generate",
    [SHORT_PUBLIC_KEY] = "describe",   [BER_PUBLIC_KEY] = "describe",
    [NO_ALGORITHM] = "algorithm",      [WRONG_SIGNATURE] = "sign",
    [SIGNS_WITH_ANY_HASH] = "hashes",  [OTHER_KEY_WHEN_OPENED] = "open",
    [OPENS_NOTHING] = "missing",       [TAKES_ANY_SECRET] = "secret",
    [TELLS_THE_SECRET] = "generate",   [NOT_REENTRANT] = "threads",
  };
  g_auto (GStrv) checks = icert_contract_list_key_checks ();

  g_test_summary ("Every lie of a key is found, and every check finds one");
  for (int lie = HONEST + 1; lie < N_LIES; lie++)
    {
      g_auto (GStrv) problems = check ((Lie) lie);
      g_autofree char *prefix = g_strconcat (found_by[lie], ": ", NULL);
      gboolean found = FALSE;

      for (gsize i = 0; problems[i] != NULL; i++)
        found = found || g_str_has_prefix (problems[i], prefix);
      if (!found)
        g_error ("lie %d: %s found nothing; the others: %s", lie, found_by[lie],
                 g_strjoinv ("; ", problems));
    }
  for (gsize i = 0; checks[i] != NULL; i++)
    {
      gboolean used = FALSE;

      for (int lie = HONEST + 1; lie < N_LIES; lie++)
        used = used || g_str_equal (checks[i], found_by[lie]);
      g_assert_true (used);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/contract-key/honest", test_honest);
  g_test_add_func ("/contract-key/lies", test_lies);
  return g_test_run ();
}
