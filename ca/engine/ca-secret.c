/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "ca-crypto.h"

#define SECRET_SIZE 32
#define LONGEST_SECRET 1024

static char *
secret_path (const char *folder)
{
  return g_build_filename (folder, "keys", "secret", NULL);
}

static gboolean
check_secret (int fd, GError **error)
{
  struct stat status;

  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode)
      && (status.st_uid == geteuid () || status.st_uid == 0) && (status.st_mode & 077) == 0)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, "secret",
                   "keys/secret may be read by others or is no plain file (chmod 0400)");
  return FALSE;
}

static GBytes *
read_secret (int fd, GError **error)
{
  char text[LONGEST_SECRET];
  gssize size = read (fd, text, sizeof text);

  while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == '\r'))
    size--;
  if (size > 0)
    {
      GBytes *secret = g_bytes_new (text, size);

      memset (text, 0, sizeof text);
      return secret;
    }
  icert_set_error (error, ICERT_ERROR_CONFIG, "secret",
                   "keys/secret is empty or cannot be read (the secret that init wrote)");
  return NULL;
}

gboolean
ca_secret_load (const char *folder, GBytes **secret, GError **error)
{
  g_autofree char *path = secret_path (folder);
  int fd = g_open (path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0);

  *secret = NULL;
  if (fd < 0 && errno == ENOENT)
    return TRUE;
  if (fd < 0)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "secret",
                       "keys/secret cannot be opened: %s (a plain file of this user)",
                       g_strerror (errno));
      return FALSE;
    }
  if (check_secret (fd, error))
    *secret = read_secret (fd, error);
  close (fd);
  return *secret != NULL;
}

GBytes *
ca_secret_create (const char *folder, GError **error)
{
  g_autofree char *path = secret_path (folder);
  g_autofree char *hex = NULL;
  g_autofree char *line = NULL;
  guint8 random[SECRET_SIZE];
  gboolean ok;
  int fd;

  if (!ca_crypto_random (random, sizeof random, error))
    return NULL;
  hex = ca_crypto_hex (random, sizeof random);
  line = g_strconcat (hex, "\n", NULL);
  fd = g_open (path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400);
  if (fd >= 0)
    {
      ok = write (fd, line, strlen (line)) == (gssize) strlen (line) && fsync (fd) == 0;
      close (fd);
      if (ok)
        return g_bytes_new (hex, strlen (hex));
    }
  icert_set_error (error, ICERT_ERROR_STORAGE, "secret",
                   "keys/secret cannot be written: %s (a folder that is new)", g_strerror (errno));
  return NULL;
}
