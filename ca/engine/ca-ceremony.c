/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-ceremony.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "ca-clock.h"
#include "ca-crypto.h"

static gboolean
append (const char *folder, const char *line, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "ceremony.log", NULL);
  int fd = g_open (path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
  gsize size = strlen (line);
  gboolean ok = fd >= 0 && write (fd, line, size) == (gssize) size && fsync (fd) == 0;
  int code = errno;

  if (fd >= 0)
    close (fd);
  if (!ok)
    icert_set_error (error, ICERT_ERROR_STORAGE, "ceremony.log",
                     "cannot be written: %s (a writable folder)", g_strerror (code));
  return ok;
}

gboolean
ca_ceremony_note (const char *folder, GError **error, const char *format, ...)
{
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_utc (ca_clock_now () / G_USEC_PER_SEC);
  g_autofree char *time = g_date_time_format_iso8601 (now);
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  line = g_strdup_printf ("%s uid:%u %s\n", time, (guint) getuid (), text);
  return append (folder, line, error);
}

gboolean
ca_ceremony_note_key (const char *folder,
                      ICertKey *key,
                      guint index,
                      const char *key_type,
                      GError **error)
{
  g_autoptr (GBytes) spki = icert_key_get_public_key (key, error);
  g_autofree char *digest = NULL;

  if (spki == NULL)
    return FALSE;
  digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, spki);
  return ca_ceremony_note (folder, error,
                           "key %u made, %s, sign/verify pair tested; public key SHA-256 %s", index,
                           key_type, digest);
}

gboolean
ca_ceremony_note_certificate (const char *folder,
                              const char *what,
                              GBytes *certificate,
                              GError **error)
{
  g_autofree char *digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, certificate);

  return ca_ceremony_note (folder, error, "%s; SHA-256 %s", what, digest);
}

gboolean
ca_ceremony_check_pair (ICertKey *key, const char *hash, GError **error)
{
  static const char octets[] = "icert: is this one key?";
  g_autoptr (GBytes) message = g_bytes_new_static (octets, sizeof octets);
  g_autoptr (GBytes) spki = icert_key_get_public_key (key, error);
  g_autoptr (EVP_PKEY) public_key = spki != NULL ? ca_crypto_public_key (spki, error) : NULL;
  g_autoptr (GBytes) algorithm
      = public_key != NULL ? icert_key_get_signature_algorithm (key, hash, error) : NULL;
  g_autoptr (GBytes) signature
      = algorithm != NULL ? icert_key_sign (key, hash, message, NULL, error) : NULL;
  gsize algorithm_size, size;
  const guint8 *algorithm_data, *data;

  if (signature == NULL)
    return FALSE;
  algorithm_data = g_bytes_get_data (algorithm, &algorithm_size);
  data = g_bytes_get_data (signature, &size);
  if (ca_crypto_verify (public_key, algorithm_data, algorithm_size, (const guint8 *) octets,
                        sizeof octets, data, size, FALSE, "signature", NULL))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_KEY_UNAVAILABLE, "key",
                   "new key does not verify what it signed (a matching pair)");
  return FALSE;
}
