/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* SQLite's own way to files, but for calls that a test wants to fail. */
typedef enum
{
  FAKE_SQLITE_FAULT_NONE,
  FAKE_SQLITE_FAULT_LOG_FULL,      /* writing to the log: disk full */
  FAKE_SQLITE_FAULT_LOG_WRITE,     /* writing to the log: input/output error */
  FAKE_SQLITE_FAULT_LOG_SYNC,      /* the log is written but its sync fails */
  FAKE_SQLITE_FAULT_DATABASE_WRITE /* writing to the database: checkpoints fail */
} FakeSqliteFault;

/* before the first connection */
void fake_sqlite_vfs_install (void);
void fake_sqlite_vfs_set_fault (FakeSqliteFault fault);
/* how often the log was synced since the last call */
guint fake_sqlite_vfs_take_syncs (void);

G_END_DECLS
