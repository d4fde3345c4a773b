/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

#include "ca-caller.h"

/* A CA, linked in, and people who come through its doors: each with objects of their own, which are
 * the engine's real ones, and with principals that the test chose ("uid:N", "user:NAME"). */
typedef struct
{
  char *folder;
  char *address;
  GHashTable *people; /* of FakePerson, by name and door */
  guint n_people;
} FakeTown;

typedef struct
{
  CaCaller *caller;
  ICertRequest *request;
  ICertAdmin *admin;
  ICertView *view;
  ICertCa *ca;
  ICertSecurity *security;
  ICertControl *control;
} FakePerson;

/* @roles: lines of [Roles] and sections behind it, for users by name. After fake_ca_init() */
FakeTown *fake_town_new (gboolean dual_control, const char *roles);
void fake_town_free (FakeTown *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeTown, fake_town_free)

/* everybody goes; the CA is closed */
void fake_town_close (FakeTown *self);
/* lends; comes in when it was not there */
FakePerson *fake_town_meet (FakeTown *self, const char *name);
FakePerson *fake_town_meet_at (FakeTown *self, const char *name, CaDoor door);
/* a request of @name for @profile: its id */
gint64 fake_town_submit (FakeTown *self,
                         const char *name,
                         const char *profile,
                         ICertDisposition disposition);
/* of ca.conf or another file of the folder */
char *fake_town_read (FakeTown *self, const char *file);
void fake_town_write (FakeTown *self, const char *file, const char *contents);
/* the store, of what is committed */
char *fake_town_query_text (FakeTown *self, const char *sql);
gint64 fake_town_query_int (FakeTown *self, const char *sql);
/* the same, and it may write; the CA must be closed */
void fake_town_run_sql (FakeTown *self, const char *sql);
