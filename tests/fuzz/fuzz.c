/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fuzz.h"

#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include <openssl/asn1.h>

#define MAX_TEXT 300

char *
fuzz_text (const guint8 *data, gsize size)
{
  return g_strndup ((const char *) data, size);
}

void
fuzz_check_text (const char *text)
{
  g_assert_true (g_utf8_validate (text, -1, NULL));
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      g_assert_false (g_unichar_iscntrl (c));
      /* line and paragraph separators */
      g_assert_false (c == 0x2028 || c == 0x2029);
    }
}

/* a message: no marks either that turn the direction of text */
static void
check_message (const char *text)
{
  fuzz_check_text (text);
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      g_assert_false (c == 0x061c || c == 0x200e || c == 0x200f);
      g_assert_false ((c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069));
    }
}

static gsize n_accepted = 0;

void
fuzz_accept (void)
{
  n_accepted++;
}

gsize
fuzz_get_n_accepted (void)
{
  return n_accepted;
}

void
fuzz_check (gboolean ok, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GVariant) details = NULL;

  if (ok)
    {
      g_assert_no_error (*error);
      fuzz_accept ();
      return;
    }

  g_assert_nonnull (*error);
  g_debug ("%s", (*error)->message);
  g_assert_true ((*error)->domain == ICERT_ERROR);
  g_assert_nonnull (icert_error_get_code_name ((ICertError) (*error)->code));
  g_assert_cmpint ((*error)->code, !=, ICERT_ERROR_INTERNAL);
  check_message ((*error)->message);
  text = icert_error_get_text (*error);
  g_assert_cmpuint (strlen (text), >, 0);
  g_assert_cmpuint (strlen (text), <=, MAX_TEXT);
  details = icert_error_get_details (*error);
  g_clear_error (error);
}

void
fuzz_check_openssl (GBytes *der, const ASN1_ITEM *item)
{
  gsize size;
  const unsigned char *data = g_bytes_get_data (der, &size);
  const unsigned char *end = data;
  ASN1_VALUE *value = ASN1_item_d2i (NULL, &end, (long) size, item);

  g_assert_nonnull (value);
  g_assert_cmpuint ((gsize) (end - data), ==, size);
  ASN1_item_free (value, item);
}

void
fuzz_check_name (ICertName *name)
{
  g_autoptr (GBytes) der = icert_name_to_der (name);
  g_autofree char *text = icert_name_to_string (name);
  g_autoptr (ICertName) of_der = NULL;
  g_autoptr (ICertName) of_text = NULL;
  g_autoptr (GError) error = NULL;

  fuzz_check_text (text);
  of_der = icert_name_new_from_der (der, &error);
  g_assert_no_error (error);
  g_assert_true (icert_name_equal (name, of_der));
  of_text = icert_name_from_string (text, &error);
  g_assert_no_error (error);
  g_assert_true (icert_name_equal (name, of_text));
  g_assert_cmpuint (icert_name_hash (name), ==, icert_name_hash (of_text));
}

static int
remove_cb (const char *path, const struct stat *status, int type, struct FTW *place)
{
  return remove (path);
}

static void
remove_folder (void)
{
  nftw (fuzz_folder (), remove_cb, 8, FTW_DEPTH | FTW_PHYS);
}

const char *
fuzz_folder (void)
{
  static char *folder = NULL;

  if (folder == NULL)
    {
      /* a disk would write each of them */
      folder = g_strdup (g_access ("/dev/shm", W_OK) == 0 ? "/dev/shm/icert-fuzz-XXXXXX"
                                                          : "/tmp/icert-fuzz-XXXXXX");
      g_assert_nonnull (g_mkdtemp (folder));
      atexit (remove_folder);
    }
  return folder;
}

const char *
fuzz_write (const char *name, gconstpointer data, gsize size)
{
  static GHashTable *paths = NULL;
  const char *path;
  FILE *file;

  if (paths == NULL)
    paths = g_hash_table_new (g_str_hash, g_str_equal);
  path = g_hash_table_lookup (paths, name);
  if (path == NULL)
    {
      g_autofree char *parent = NULL;

      path = g_build_filename (fuzz_folder (), name, NULL);
      parent = g_path_get_dirname (path);
      g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
      g_hash_table_insert (paths, g_strdup (name), (gpointer) path);
    }

  file = fopen (path, "w");
  g_assert_nonnull (file);
  g_assert_cmpuint (size == 0 ? 0 : fwrite (data, 1, size, file), ==, size);
  g_assert_cmpint (fclose (file), ==, 0);
  return path;
}
