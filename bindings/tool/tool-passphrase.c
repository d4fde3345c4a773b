/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <icert.h>

gboolean
tool_passphrase_read (int fd,
                      const char *option,
                      char passphrase[TOOL_PASSPHRASE_LIMIT + 1],
                      GError **error)
{
  gsize size = 0;
  gssize n = 1;

  while (n > 0 && size < TOOL_PASSPHRASE_LIMIT)
    {
      n = read (fd, passphrase + size, TOOL_PASSPHRASE_LIMIT - size);
      if (n < 0 && errno == EINTR)
        n = 1;
      else if (n > 0)
        size += (gsize) n;
    }
  passphrase[size] = '\0';
  passphrase[strcspn (passphrase, "\r\n")] = '\0';
  if (n >= 0 && *passphrase != '\0')
    return TRUE;
  explicit_bzero (passphrase, TOOL_PASSPHRASE_LIMIT + 1);
  icert_set_error (error, ICERT_ERROR_FAILED, option, "descriptor %d gave no passphrase (a line)",
                   fd);
  return FALSE;
}

static gboolean
check_file (int fd, const char *option, GError **error)
{
  struct stat status;

  if (fstat (fd, &status) != 0)
    {
      icert_set_error (error, ICERT_ERROR_FAILED, option, "cannot be read: %s (a file)",
                       g_strerror (errno));
      return FALSE;
    }
  if (S_ISREG (status.st_mode) && (status.st_mode & 077) != 0)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, option,
                       "the file has mode %04o (0600: for its owner alone)",
                       (guint) status.st_mode & 07777);
      return FALSE;
    }
  return TRUE;
}

gboolean
tool_passphrase_read_file (const char *path,
                           const char *option,
                           char passphrase[TOOL_PASSPHRASE_LIMIT + 1],
                           GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  gboolean ok;

  if (fd < 0)
    {
      icert_set_error (error, errno == ENOENT ? ICERT_ERROR_NOT_FOUND : ICERT_ERROR_FAILED, option,
                       "cannot be opened: %s (a file with a line)", g_strerror (errno));
      return FALSE;
    }
  ok = check_file (fd, option, error) && tool_passphrase_read (fd, option, passphrase, error);
  close (fd);
  return ok;
}
