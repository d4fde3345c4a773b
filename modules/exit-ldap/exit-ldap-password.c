/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "exit-ldap-password.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIELD "PasswordFile"
#define MAX_PASSWORD 1024

/* S-F5 */
static gboolean
check_file (int fd, GError **error)
{
  struct stat status;

  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && (status.st_mode & 0077) == 0
      && (status.st_uid == geteuid () || status.st_uid == 0))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, FIELD,
                   "others may read it (a plain file of this user, mode 0600)");
  return FALSE;
}

static char *
read_line (int fd, GError **error)
{
  char text[MAX_PASSWORD + 1] = "";
  gssize n;
  char *line = NULL;

  do
    n = read (fd, text, MAX_PASSWORD);
  while (n < 0 && errno == EINTR);
  if (n > 0)
    {
      text[n] = '\0';
      text[strcspn (text, "\r\n")] = '\0';
    }
  if (text[0] != '\0' && g_utf8_validate (text, -1, NULL))
    line = g_strdup (text);
  else
    icert_set_error (error, ICERT_ERROR_CONFIG, FIELD, "has no password (one line of text)");
  explicit_bzero (text, sizeof text);
  return line;
}

char *
exit_ldap_password_load (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  char *password;

  if (fd < 0)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, FIELD, "cannot be opened: %s (a plain file)",
                       g_strerror (errno));
      return NULL;
    }
  password = check_file (fd, error) ? read_line (fd, error) : NULL;
  close (fd);
  return password;
}

void
exit_ldap_password_free (char *password)
{
  if (password != NULL)
    explicit_bzero (password, strlen (password));
  g_free (password);
}
