/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fuzz.h"

#include "key-file-armour.h"
#include "key-file-import.h"

/* The armour of key files; behind an `f`, a private key in a file of another program. */

static void
read_own (GBytes *input)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (KeyFileContents) contents = key_file_contents_parse (input, &error);
  g_autoptr (EVP_PKEY) key = NULL;

  fuzz_check_pointer (contents, &error);
  if (contents == NULL || contents->public_key == NULL)
    return;
  key = key_file_decode_public (contents->public_key, &error);
  fuzz_check_pointer (key, &error);
}

static void
read_foreign (GBytes *input)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) passphrase = g_bytes_new_static ("secret", 6);
  g_autoptr (EVP_PKEY) key = key_file_import (input, NULL, &error);
  g_autoptr (EVP_PKEY) opened = NULL;

  fuzz_check_pointer (key, &error);
  opened = key_file_import (input, passphrase, &error);
  fuzz_check_pointer (opened, &error);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) input = NULL;

  /* scrypt is slow by intent, and is what opens our own: those are never opened here */
  if (size > 0 && data[0] == 'f')
    {
      input = g_bytes_new_static (data + 1, size - 1);
      read_foreign (input);
      return 0;
    }
  input = g_bytes_new_static (data, size);
  read_own (input);
  return 0;
}
