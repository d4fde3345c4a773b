/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fake-town.h"

#include <string.h>

#include <sqlite3.h>

#include "ca-folder.h"
#include "ca-local.h"
#include "fake-ca.h"

static void
person_free (gpointer data)
{
  FakePerson *person = data;

  g_clear_object (&person->request);
  g_clear_object (&person->admin);
  g_clear_object (&person->view);
  g_clear_object (&person->ca);
  g_clear_object (&person->security);
  g_clear_object (&person->control);
  ca_caller_unref (person->caller);
  g_free (person);
}

FakeTown *
fake_town_new (gboolean dual_control, const char *roles)
{
  FakeTown *self = g_new0 (FakeTown, 1);
  g_autofree char *parent = g_dir_make_tmp ("icert-town-XXXXXX", NULL);
  g_autoptr (GObject) setup = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *config = NULL;
  g_autofree char *text = NULL;
  g_autofree char *more = NULL;

  self->folder = g_build_filename (parent, "ca", NULL);
  self->address = g_strconcat ("local:", self->folder, NULL);
  self->people = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, person_free);
  setup = g_object_new (ca_setup_get_type (), "name", "Town", "folder", self->folder, "type",
                        ICERT_SETUP_TYPE_ROOT, "dual-control", dual_control, NULL);
  config = icert_setup_create (ICERT_SETUP (setup), NULL, &error);
  g_assert_no_error (error);
  text = fake_town_read (self, "ca.conf");
  g_assert_nonnull (strstr (text, "[Roles]\n"));
  {
    g_auto (GStrv) halves = g_strsplit (text, "[Roles]\n", 2);

    more = g_strconcat (halves[0], "[Roles]\n", roles, "\n", NULL);
  }
  fake_town_write (self, "ca.conf", more);
  return self;
}

void
fake_town_close (FakeTown *self)
{
  g_hash_table_remove_all (self->people);
}

void
fake_town_free (FakeTown *self)
{
  g_autofree char *parent = g_path_get_dirname (self->folder);

  g_hash_table_unref (self->people);
  ca_folder_remove (parent);
  g_free (self->folder);
  g_free (self->address);
  g_free (self);
}

static gpointer
come_in (FakeTown *self, GType type, CaCaller *caller)
{
  g_autoptr (GError) error = NULL;
  gpointer object = g_initable_new (type, NULL, &error, "address", self->address, NULL);

  g_assert_no_error (error);
  ca_local_set_caller (CA_LOCAL (object), caller);
  return object;
}

FakePerson *
fake_town_meet_at (FakeTown *self, const char *name, CaDoor door)
{
  g_autofree char *key = g_strdup_printf ("%s at %s", name, ca_door_to_string (door));
  g_autofree char *id = g_strdup_printf ("uid:%u", 100000 + g_str_hash (name) % 100000);
  g_autofree char *user = g_strconcat ("user:", name, NULL);
  const char *const principals[] = { id, user, NULL };
  FakePerson *person = g_hash_table_lookup (self->people, key);

  if (person != NULL)
    return person;
  person = g_new0 (FakePerson, 1);
  person->caller = ca_caller_new_principal (name, principals, door);
  person->request = come_in (self, ca_local_request_get_type (), person->caller);
  person->admin = come_in (self, ca_local_admin_get_type (), person->caller);
  person->view = come_in (self, ca_local_view_get_type (), person->caller);
  person->ca = come_in (self, ca_local_ca_get_type (), person->caller);
  person->security = come_in (self, ca_local_security_get_type (), person->caller);
  person->control = come_in (self, ca_local_control_get_type (), person->caller);
  g_hash_table_insert (self->people, g_steal_pointer (&key), person);
  return person;
}

FakePerson *
fake_town_meet (FakeTown *self, const char *name)
{
  return fake_town_meet_at (self, name, CA_DOOR_LOCAL);
}

gint64
fake_town_submit (FakeTown *self,
                  const char *name,
                  const char *profile,
                  ICertDisposition disposition)
{
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = NULL;

  g_hash_table_insert (attributes, (gpointer) "CertificateTemplate", (gpointer) profile);
  response = icert_request_submit (fake_town_meet (self, name)->request, ICERT_SUBMIT_NONE, request,
                                   attributes, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (icert_response_get_disposition (response), ==, disposition);
  return icert_response_get_request_id (response);
}

char *
fake_town_read (FakeTown *self, const char *file)
{
  g_autofree char *path = g_build_filename (self->folder, file, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

void
fake_town_write (FakeTown *self, const char *file, const char *contents)
{
  g_autofree char *path = g_build_filename (self->folder, file, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (path, contents, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
  g_assert_no_error (error);
}

char *
fake_town_query_text (FakeTown *self, const char *sql)
{
  g_autofree char *path = g_build_filename (self->folder, "store", "ca.db", NULL);
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;
  char *text;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  text = g_strdup ((const char *) sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  sqlite3_close (db);
  return text;
}

gint64
fake_town_query_int (FakeTown *self, const char *sql)
{
  g_autofree char *path = g_build_filename (self->folder, "store", "ca.db", NULL);
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;
  gint64 value;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  value = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (db);
  return value;
}

void
fake_town_run_sql (FakeTown *self, const char *sql)
{
  g_autofree char *path = g_build_filename (self->folder, "store", "ca.db", NULL);
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}
