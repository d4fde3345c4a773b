/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* A connection to SQLite with its settings and its prepared statements. Used by one thread at a
 * time. */
typedef struct _StoreSqliteConnection StoreSqliteConnection;

StoreSqliteConnection *store_sqlite_connection_new_writer (const char *path, GError **error);
StoreSqliteConnection *store_sqlite_connection_new_reader (const char *path, GError **error);
/* @last: the only one left; SQLite then checkpoints and removes the log */
void store_sqlite_connection_free (StoreSqliteConnection *self, gboolean last);
/* lends */
sqlite3 *store_sqlite_connection_get_db (StoreSqliteConnection *self);
/* Lends a prepared statement for @text, which must be of constant identifiers only. */
sqlite3_stmt *store_sqlite_connection_prepare (StoreSqliteConnection *self,
                                               const char *text,
                                               GError **error);
/* Lends the prepared statement for @change; INTERNAL when the change makes no sense. */
sqlite3_stmt *store_sqlite_connection_prepare_change (StoreSqliteConnection *self,
                                                      const ICertStoreChange *change,
                                                      GError **error);
/* Runs @text, which returns no rows. */
gboolean store_sqlite_connection_execute (StoreSqliteConnection *self,
                                          const char *text,
                                          GError **error);
/* makes the tables of a new store */
gboolean store_sqlite_connection_create_schema (StoreSqliteConnection *self, GError **error);
/* a database in memory with the tables of a new store; close it; NULL when memory ran out */
sqlite3 *store_sqlite_connection_new_model (void);
/* whether the tables are word for word those of a new store */
gboolean store_sqlite_connection_check_schema (StoreSqliteConnection *self, GError **error);
/* S-F9, S-F2: whether this is a store, whole as far as a start can tell, with the right settings */
gboolean store_sqlite_connection_verify (StoreSqliteConnection *self, GError **error);
/* pages in the write-ahead log after the newest commit of this connection */
int store_sqlite_connection_get_log_pages (StoreSqliteConnection *self);
/* @all: everything, and the log is empty afterwards; otherwise as much as readers allow */
gboolean store_sqlite_connection_checkpoint (StoreSqliteConnection *self,
                                             gboolean all,
                                             GError **error);
/* sets @error from the result code of a failed call; never the text of a statement or a path */
void store_sqlite_connection_set_error (StoreSqliteConnection *self,
                                        ICertError code,
                                        const char *doing,
                                        GError **error);

G_END_DECLS
