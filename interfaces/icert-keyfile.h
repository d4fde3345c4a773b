/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-macros.h"

G_BEGIN_DECLS

/* C only: key files as spec/files.md wants them. GKeyFile merges repeated groups, lets the last of
 * repeated keys win and knows no line numbers. Values are taken as they stand: no escapes. */
#define ICERT_KEYFILE_MAX_SIZE (1024 * 1024)

typedef struct _ICertKeyfile ICertKeyfile;

ICERT_AVAILABLE_IN_0_1
ICertKeyfile *icert_keyfile_new (const char *name);
ICERT_AVAILABLE_IN_0_1
ICertKeyfile *icert_keyfile_parse (GBytes *bytes, const char *name, GError **error);
ICERT_AVAILABLE_IN_0_1
ICertKeyfile *icert_keyfile_load (const char *path, GError **error);
ICERT_AVAILABLE_IN_0_1
ICertKeyfile *icert_keyfile_copy (ICertKeyfile *self);
ICERT_AVAILABLE_IN_0_1
void icert_keyfile_free (ICertKeyfile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ICertKeyfile, icert_keyfile_free)

ICERT_AVAILABLE_IN_0_1
char *icert_keyfile_get_name (ICertKeyfile *self);
ICERT_AVAILABLE_IN_0_1
char **icert_keyfile_list_groups (ICertKeyfile *self);
ICERT_AVAILABLE_IN_0_1
char **icert_keyfile_list_keys (ICertKeyfile *self, const char *group);
ICERT_AVAILABLE_IN_0_1
guint icert_keyfile_get_line (ICertKeyfile *self, const char *group, const char *key);
ICERT_AVAILABLE_IN_0_1
const char *icert_keyfile_lookup (ICertKeyfile *self, const char *group, const char *key);
ICERT_AVAILABLE_IN_0_1
char **icert_keyfile_get_list (ICertKeyfile *self, const char *group, const char *key);
ICERT_AVAILABLE_IN_0_1
char **icert_keyfile_split_list (const char *value);
ICERT_AVAILABLE_IN_0_1
gboolean icert_keyfile_get_boolean (ICertKeyfile *self,
                                    const char *group,
                                    const char *key,
                                    gboolean fallback,
                                    gboolean *value,
                                    GError **error);
ICERT_AVAILABLE_IN_0_1
gboolean icert_keyfile_get_int (ICertKeyfile *self,
                                const char *group,
                                const char *key,
                                gint64 fallback,
                                gint64 minimum,
                                gint64 maximum,
                                gint64 *value,
                                GError **error);

ICERT_AVAILABLE_IN_0_1
gboolean icert_keyfile_check_groups (ICertKeyfile *self, const char *const *known, GError **error);
ICERT_AVAILABLE_IN_0_1
gboolean icert_keyfile_check_keys (ICertKeyfile *self,
                                   const char *group,
                                   const char *const *known,
                                   GError **error);
ICERT_AVAILABLE_IN_0_1
void icert_keyfile_set_error (ICertKeyfile *self,
                              const char *group,
                              const char *key,
                              GError **error,
                              const char *format,
                              ...) G_GNUC_PRINTF (5, 6);

ICERT_AVAILABLE_IN_0_1
gboolean icert_keyfile_set (ICertKeyfile *self,
                            const char *group,
                            const char *key,
                            const char *value,
                            GError **error);
ICERT_AVAILABLE_IN_0_1
gboolean icert_keyfile_remove (ICertKeyfile *self, const char *group, const char *key);
ICERT_AVAILABLE_IN_0_1
GBytes *icert_keyfile_to_bytes (ICertKeyfile *self);
ICERT_AVAILABLE_IN_0_1
gboolean icert_keyfile_save (ICertKeyfile *self, const char *path, guint mode, GError **error);

G_END_DECLS
