/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

G_BEGIN_DECLS

/* "icrt", octets 68 to 71 of the file */
#define STORE_SQLITE_APPLICATION_ID 0x69637274
/* user_version, octets 60 to 63; raised with each change of data/sql/sqlite.sql */
#define STORE_SQLITE_SCHEMA_VERSION 3
/* the oldest version that store-sqlite-migrate.c knows how to bring up to date */
#define STORE_SQLITE_OLDEST_VERSION 1

/* The database file as a file: its folder, owner, mode and header, and the lock that says which
 * engine has it open. SQLite must open its connections after this and close them before. */
typedef struct _StoreSqliteFile StoreSqliteFile;

StoreSqliteFile *store_sqlite_file_open (const char *path, gboolean create, GError **error);
void store_sqlite_file_close (StoreSqliteFile *file);
/* lends */
const char *store_sqlite_file_get_path (StoreSqliteFile *file);
/* whether the path still leads to the file that is locked */
gboolean store_sqlite_file_check (StoreSqliteFile *file, GError **error);
/* user_version as the file itself has it; the log may know better */
guint store_sqlite_file_get_version (StoreSqliteFile *file);
/* Copies the file, whose log must be empty, to one beside it with @suffix, on disk when this
 * returns; one of that name is replaced. */
gboolean store_sqlite_file_keep (StoreSqliteFile *file, const char *suffix, GError **error);
/* After an open that failed: a file that was made goes, and what SQLite left beside one that was
 * there. */
void store_sqlite_file_discard (StoreSqliteFile *file);
/* the folder's entry reaches the disk */
gboolean store_sqlite_file_sync_folder (StoreSqliteFile *file, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreSqliteFile, store_sqlite_file_close)

G_END_DECLS
