/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-audit-sink.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>

#define FILE_PREFIX "file:"
#define JOURNAL "journal"
#define EXIT "exit"
#define JOURNAL_SOCKET "/run/systemd/journal/socket"
/* by which `journalctl MESSAGE_ID=…` finds them */
#define MESSAGE_ID "7c1ea0d47b2a4d0e9a3b5f0c86e2d941"
/* where the newest checkpoint is looked for in a file: a hundred lines and more */
#define TAIL (64 * 1024)

static const char *journal_socket = JOURNAL_SOCKET;

void
ca_audit_sink_set_journal (const char *path)
{
  journal_socket = path != NULL ? path : JOURNAL_SOCKET;
}

gboolean
ca_audit_sink_is_valid (const char *sink)
{
  if (g_str_has_prefix (sink, FILE_PREFIX))
    return sink[strlen (FILE_PREFIX)] != '\0';
  return g_str_equal (sink, JOURNAL) || g_str_equal (sink, EXIT);
}

static void G_GNUC_PRINTF (3, 4)
    set_error (GError **error, const char *sink, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  /* no paths (error contract): the entry of ca.conf has it */
  icert_set_error (error, ICERT_ERROR_AUDIT, "sink", "%s: %s",
                   g_str_has_prefix (sink, FILE_PREFIX) ? "file" : sink, text);
}

/* Files */

static char *
path_of (const char *sink, const char *folder)
{
  const char *path = sink + strlen (FILE_PREFIX);

  return g_path_is_absolute (path) ? g_strdup (path) : g_build_filename (folder, path, NULL);
}

/* S-F5: nobody else may put another file in its place. */
static gboolean
check_parent (const char *sink, const char *path, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (path);
  struct stat status;

  if (g_stat (parent, &status) != 0)
    set_error (error, sink, "its folder is missing: %s (a folder of the CA's user)",
               g_strerror (errno));
  else if (!S_ISDIR (status.st_mode) || (status.st_uid != geteuid () && status.st_uid != 0))
    set_error (error, sink, "its folder belongs to uid %u (root or the CA's user)",
               (guint) status.st_uid);
  else if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    set_error (error, sink, "its folder has mode %04o (writable by its owner only)",
               (guint) (status.st_mode & 07777));
  else
    return TRUE;
  return FALSE;
}

static gboolean
check_file (const char *sink, int fd, gsize *size, GError **error)
{
  struct stat status;

  if (fstat (fd, &status) != 0 || !S_ISREG (status.st_mode))
    set_error (error, sink, "is no plain file (one)");
  else if (status.st_uid != geteuid () && status.st_uid != 0)
    set_error (error, sink, "belongs to uid %u (root or the CA's user)", (guint) status.st_uid);
  else if ((status.st_mode & 077) != 0)
    set_error (error, sink, "has mode %04o (0600)", (guint) (status.st_mode & 07777));
  else
    {
      *size = status.st_size;
      return TRUE;
    }
  return FALSE;
}

/* The end of a file, or all of it; not NUL-terminated texts end it early. */
static char *
read_tail (int fd, gsize size, gboolean all)
{
  gsize length = all ? size : MIN (size, TAIL);
  char *text = g_malloc (length + 1);
  gssize got = pread (fd, text, length, size - length);

  text[MAX (got, 0)] = '\0';
  return text;
}

/* A checkpoint that the store has not: it was put back from a copy, and nobody said so. */
static gboolean
check_lines (const char *text, const CaSinkMemory *memory, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (memory->judge != NULL && !memory->judge (lines[i], memory->data, error))
      return FALSE;
  return TRUE;
}

/* A file that was cut, emptied or put back from a copy is no sink any more. */
static gboolean
check_tail (const char *sink, int fd, gsize size, const CaSinkMemory *memory, GError **error)
{
  g_autofree char *tail = read_tail (fd, size, memory->restored);
  g_autofree char *line = NULL;
  const char *last;

  if (memory->last == NULL)
    return check_lines (tail, memory, error);
  line = ca_checkpoint_to_line (memory->last);
  last = g_strrstr (tail, line);
  if (last != NULL)
    return check_lines (last + strlen (line), memory, error);
  set_error (error, sink, "does not end in checkpoint %" G_GINT64_FORMAT " (the file as it was)",
             memory->last->sequence);
  return FALSE;
}

/* -1 with an error. A file that checkpoints went to is never made anew. */
static int
open_file (const char *sink, const char *path, const CaSinkMemory *memory, GError **error)
{
  int fd = g_open (path, O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0);
  gsize size;

  if (fd < 0 && errno == ENOENT && memory->last == NULL)
    fd = g_open (path, O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0)
    {
      set_error (error, sink, "%s (the file that has the checkpoints, or a new one)",
                 g_strerror (errno));
      return -1;
    }
  if (check_file (sink, fd, &size, error) && check_tail (sink, fd, size, memory, error))
    return fd;
  close (fd);
  return -1;
}

static gboolean
sync_folder (const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);
  int fd = g_open (parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  gboolean ok = fd >= 0 && fsync (fd) == 0;

  if (fd >= 0)
    close (fd);
  return ok;
}

static gboolean
ends_in_newline (int fd)
{
  off_t size = lseek (fd, 0, SEEK_END);
  char last = '\n';

  return size <= 0 || (pread (fd, &last, 1, size - 1) == 1 && last == '\n');
}

/* What an earlier run left half written stays on a line of its own. */
static gboolean
append_line (int fd, const char *line)
{
  g_autofree char *text = g_strconcat (ends_in_newline (fd) ? "" : "\n", line, "\n", NULL);
  gsize size = strlen (text);

  return write (fd, text, size) == (gssize) size && fsync (fd) == 0;
}

static gboolean
write_file (const char *sink,
            const char *folder,
            const CaSinkMemory *memory,
            const char *line,
            GError **error)
{
  g_autofree char *path = path_of (sink, folder);
  gboolean ok;
  int fd;

  if (!check_parent (sink, path, error))
    return FALSE;
  fd = open_file (sink, path, memory, error);
  if (fd < 0)
    return FALSE;
  errno = 0;
  ok = append_line (fd, line) && sync_folder (path);
  if (!ok)
    set_error (error, sink, "cannot be written: %s (a working disk with room)",
               g_strerror (errno != 0 ? errno : ENOSPC));
  close (fd);
  return ok;
}

static gboolean
check_path (const char *sink, const char *folder, const CaSinkMemory *memory, GError **error)
{
  g_autofree char *path = path_of (sink, folder);
  int fd;

  if (!check_parent (sink, path, error))
    return FALSE;
  /* made with the first checkpoint */
  if (memory->last == NULL && !g_file_test (path, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK))
    return TRUE;
  fd = open_file (sink, path, memory, error);
  if (fd < 0)
    return FALSE;
  close (fd);
  return TRUE;
}

/* The journal: one datagram of lines NAME=VALUE (systemd's native protocol) */

static gboolean
check_journal (const char *sink, GError **error)
{
  if (g_file_test (journal_socket, G_FILE_TEST_EXISTS))
    return TRUE;
  set_error (error, sink, "there is none (a system with systemd-journald)");
  return FALSE;
}

static gboolean
write_journal (const char *sink, const char *line, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  g_autofree char *text
      = g_strdup_printf ("MESSAGE=%s\nPRIORITY=5\nSYSLOG_IDENTIFIER=icert\nMESSAGE_ID=" MESSAGE_ID
                         "\nICERT_CHECKPOINT=%s\n",
                         line, line);

  if (!check_journal (sink, error))
    return FALSE;
  socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_DEFAULT,
                         &local);
  address = g_unix_socket_address_new (journal_socket);
  if (socket != NULL)
    {
      g_socket_set_timeout (socket, 5);
      if (g_socket_send_to (socket, address, text, strlen (text), NULL, &local) >= 0)
        return TRUE;
    }
  set_error (error, sink, "%s (systemd-journald at work)", local->message);
  return FALSE;
}

gboolean
ca_audit_sink_check (const char *sink,
                     const char *folder,
                     const CaSinkMemory *memory,
                     GError **error)
{
  if (g_str_has_prefix (sink, FILE_PREFIX))
    return check_path (sink, folder, memory, error);
  return !g_str_equal (sink, JOURNAL) || check_journal (sink, error);
}

gboolean
ca_audit_sink_write (const char *sink,
                     const char *folder,
                     const CaSinkMemory *memory,
                     const char *line,
                     GError **error)
{
  if (g_str_has_prefix (sink, FILE_PREFIX))
    return write_file (sink, folder, memory, line, error);
  /* exits get theirs with the row, from the outbox */
  return !g_str_equal (sink, JOURNAL) || write_journal (sink, line, error);
}
