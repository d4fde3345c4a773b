/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Preloaded into a process that a test wants to die: counts the steps that change files below
 * FAKE_KILL_FOLDER and kills the process before step FAKE_KILL_STEP, as a power cut would. With
 * FAKE_KILL_CALL, such as "link", only those calls count. */

#define _GNU_SOURCE
#define _LARGEFILE64_SOURCE

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
count (const char *call, const char *path)
{
  static long steps = 0;
  const char *folder = getenv ("FAKE_KILL_FOLDER");
  const char *step = getenv ("FAKE_KILL_STEP");
  const char *wanted = getenv ("FAKE_KILL_CALL");

  if (wanted != NULL && strcmp (call, wanted) != 0)
    return;
  if (folder == NULL || step == NULL || strncmp (path, folder, strlen (folder)) != 0)
    return;
  if (__atomic_add_fetch (&steps, 1, __ATOMIC_SEQ_CST) == atol (step))
    kill (getpid (), SIGKILL);
}

static void
count_descriptor (const char *call, int fd)
{
  char link[64], path[4096];
  ssize_t size;

  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  size = readlink (link, path, sizeof path - 1);
  if (size <= 0)
    return;
  path[size] = '\0';
  count (call, path);
}

#define NEXT(name) ((__typeof__ (&name)) dlsym (RTLD_NEXT, #name))

int
rename (const char *from, const char *to)
{
  count ("rename", from);
  return NEXT (rename) (from, to);
}

int
link (const char *from, const char *to)
{
  count ("link", from);
  return NEXT (link) (from, to);
}

int
unlink (const char *path)
{
  count ("unlink", path);
  return NEXT (unlink) (path);
}

ssize_t
write (int fd, const void *data, size_t size)
{
  count_descriptor ("write", fd);
  return NEXT (write) (fd, data, size);
}

int
fsync (int fd)
{
  count_descriptor ("fsync", fd);
  return NEXT (fsync) (fd);
}

/* what a CA does besides: CRLs, and SQLite's files */

ssize_t
pwrite64 (int fd, const void *data, size_t size, off64_t offset)
{
  count_descriptor ("pwrite", fd);
  return NEXT (pwrite64) (fd, data, size, offset);
}

int
fdatasync (int fd)
{
  count_descriptor ("fdatasync", fd);
  return NEXT (fdatasync) (fd);
}

int
ftruncate64 (int fd, off64_t size)
{
  count_descriptor ("ftruncate", fd);
  return NEXT (ftruncate64) (fd, size);
}

int
renameat2 (int from_folder, const char *from, int to_folder, const char *to, unsigned int flags)
{
  count_descriptor ("renameat2", from_folder);
  return NEXT (renameat2) (from_folder, from, to_folder, to, flags);
}
