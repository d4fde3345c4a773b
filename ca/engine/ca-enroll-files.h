/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

/* Files of an enrolment. What is new is written under another name in the same folder, synced, and
 * takes its own name when everything else is ready: nothing half-written is ever seen. @field: the
 * property that named the file, for errors. */

/* mode of key files and of what holds a key */
#define CA_ENROLL_SECRET 0600
#define CA_ENROLL_PUBLIC 0644

/* "DIR/.NAME.icert-new", where @path is made */
char *ca_enroll_staged (const char *path);
gboolean ca_enroll_file_exists (const char *path);
/* A regular file of root or this user that no others may write; with @secret, nor read. A
 * descriptor; -1 with NOT_FOUND or CONFIG */
int ca_enroll_file_open (const char *path, gboolean secret, const char *field, GError **error);
GBytes *ca_enroll_file_read (const char *path, gsize limit, const char *field, GError **error);
/* writes what will be @path, durably; a leftover of a process that was interrupted goes */
gboolean ca_enroll_file_stage (const char *path,
                               const void *data,
                               gsize size,
                               guint mode,
                               const char *field,
                               GError **error);
/* Gives the staged file its name, durably. CONFLICT when there is another file and not @replace.
 * Nothing to do is success: it was done before an interruption. */
gboolean ca_enroll_file_put (const char *path, gboolean replace, const char *field, GError **error);
/* removes the staged file, if there is one */
void ca_enroll_file_unstage (const char *path);

/* One process at a time changes the files beside @path: a descriptor to close; -1 where that cannot
 * be had, with CONFIG for a folder that cannot be used */
int ca_enroll_folder_lock (const char *path, const char *field, GError **error);
