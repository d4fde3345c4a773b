/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

/* By which way somebody came in. Identity comes from the door, never from attributes. */
typedef enum
{
  CA_DOOR_LOCAL = 1 << 0, /* an object of this process */
  CA_DOOR_SETUP = 1 << 1, /* the ceremony that makes a CA */
  CA_DOOR_BUS = 1 << 2,
  CA_DOOR_SOCKET = 1 << 3
} CaDoor;

/* Who calls. Immutable; refcounted. */
typedef struct
{
  gatomicrefcount ref_count;
  CaDoor door;
  guint uid;
  char *id;          /* the principal that is never given to somebody else: uid:N, cert:SHA256 */
  char *name;        /* of the account; "uid:N" when it has none */
  char *gecos;       /* nullable */
  char **groups;     /* names */
  char **principals; /* user:NAME, uid:N, group:NAME… */
  gint64 made;       /* monotonic microseconds */
} CaCaller;

/* an account of this machine by its number */
CaCaller *ca_caller_new_uid (guint uid, CaDoor door);
/* the process's own user */
CaCaller *ca_caller_new_local (CaDoor door);
/* facts of the account @name, for a request of an earlier run; without an account: the name alone
 */
CaCaller *ca_caller_new_account (const char *name, CaDoor door);
/* whom a door knows by other means than an account; @principals: its id first */
CaCaller *ca_caller_new_principal (const char *name, const char *const *principals, CaDoor door);
CaCaller *ca_caller_ref (CaCaller *caller);
void ca_caller_unref (CaCaller *caller);
const char *ca_door_to_string (CaDoor door);
/* account facts of `directory:` sources: name, gecos, mail, uid; NULL when the account has none;
 * UNKNOWN_NAME */
char *ca_caller_dup_attribute (const CaCaller *caller, const char *name, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaCaller, ca_caller_unref)
