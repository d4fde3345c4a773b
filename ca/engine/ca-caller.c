/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-caller.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_SIZE 16384

static char *
group_name (gid_t gid)
{
  char buffer[BUFFER_SIZE];
  struct group group;
  struct group *found = NULL;

  if (getgrgid_r (gid, &group, buffer, sizeof buffer, &found) == 0 && found != NULL)
    return g_strdup (found->gr_name);
  return g_strdup_printf ("%u", (guint) gid);
}

/* The groups that @user is in, as the system knows them; empty when it knows none. */
static char **
list_groups (const char *user, guint gid)
{
  g_autofree gid_t *gids = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  int n_gids = 64;

  gids = g_new (gid_t, n_gids);
  while (getgrouplist (user, gid, gids, &n_gids) < 0)
    gids = g_renew (gid_t, gids, n_gids);
  for (int i = 0; i < n_gids; i++)
    g_ptr_array_add (names, group_name (gids[i]));
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_steal (names, NULL);
}

static char **
list_principals (const CaCaller *caller, gboolean has_account)
{
  GStrvBuilder *builder = g_strv_builder_new ();
  g_autofree char *uid = g_strdup_printf ("uid:%u", caller->uid);
  char **principals;

  if (has_account)
    {
      g_autofree char *user = g_strconcat ("user:", caller->name, NULL);
      g_strv_builder_add (builder, user);
    }
  g_strv_builder_add (builder, uid);
  for (guint i = 0; caller->groups[i] != NULL; i++)
    {
      g_autofree char *group = g_strconcat ("group:", caller->groups[i], NULL);
      g_strv_builder_add (builder, group);
    }
  principals = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  return principals;
}

/* gecos: the full name is what stands before the first comma. */
static char *
full_name (const char *gecos)
{
  g_autofree char *name = NULL;

  if (gecos == NULL)
    return NULL;
  name = g_strndup (gecos, strcspn (gecos, ","));
  g_strstrip (name);
  return name[0] != '\0' ? g_steal_pointer (&name) : NULL;
}

/* @passwd: nullable */
static CaCaller *
caller_new (CaDoor door, guint uid, const char *name, const struct passwd *passwd)
{
  CaCaller *caller = g_new0 (CaCaller, 1);

  g_atomic_ref_count_init (&caller->ref_count);
  caller->door = door;
  caller->uid = uid;
  caller->made = g_get_monotonic_time ();
  caller->name = name != NULL ? g_strdup (name) : g_strdup_printf ("uid:%u", uid);
  if (passwd != NULL)
    {
      caller->gecos = full_name (passwd->pw_gecos);
      caller->groups = list_groups (passwd->pw_name, passwd->pw_gid);
    }
  else
    caller->groups = g_new0 (char *, 1);
  caller->id = g_strdup_printf ("uid:%u", uid);
  caller->principals = list_principals (caller, passwd != NULL);
  return caller;
}

CaCaller *
ca_caller_new_uid (guint uid, CaDoor door)
{
  char buffer[BUFFER_SIZE];
  struct passwd passwd;
  struct passwd *found = NULL;

  if (getpwuid_r (uid, &passwd, buffer, sizeof buffer, &found) != 0)
    found = NULL;
  return caller_new (door, uid, found != NULL ? found->pw_name : NULL, found);
}

CaCaller *
ca_caller_new_local (CaDoor door)
{
  return ca_caller_new_uid ((guint) getuid (), door);
}

CaCaller *
ca_caller_new_account (const char *name, CaDoor door)
{
  char buffer[BUFFER_SIZE];
  guint64 uid;
  struct passwd passwd;
  struct passwd *found = NULL;

  if (getpwnam_r (name, &passwd, buffer, sizeof buffer, &found) != 0)
    found = NULL;
  /* caller_new() calls a caller without an account so. */
  if (found == NULL && g_str_has_prefix (name, "uid:")
      && g_ascii_string_to_unsigned (name + strlen ("uid:"), 10, 0, G_MAXUINT, &uid, NULL))
    return caller_new (door, uid, name, NULL);
  return caller_new (door, found != NULL ? found->pw_uid : G_MAXUINT, name, found);
}

CaCaller *
ca_caller_new_principal (const char *name, const char *const *principals, CaDoor door)
{
  CaCaller *caller = g_new0 (CaCaller, 1);
  g_autoptr (GPtrArray) groups = g_ptr_array_new ();

  g_atomic_ref_count_init (&caller->ref_count);
  caller->door = door;
  caller->uid = G_MAXUINT;
  caller->made = g_get_monotonic_time ();
  caller->id = g_strdup (principals[0]);
  caller->name = g_strdup (name);
  caller->principals = g_strdupv ((char **) principals);
  for (guint i = 0; principals[i] != NULL; i++)
    if (g_str_has_prefix (principals[i], "group:"))
      g_ptr_array_add (groups, g_strdup (principals[i] + strlen ("group:")));
  g_ptr_array_add (groups, NULL);
  caller->groups = (char **) g_ptr_array_steal (groups, NULL);
  return caller;
}

CaCaller *
ca_caller_ref (CaCaller *caller)
{
  g_atomic_ref_count_inc (&caller->ref_count);
  return caller;
}

void
ca_caller_unref (CaCaller *caller)
{
  if (!g_atomic_ref_count_dec (&caller->ref_count))
    return;
  g_free (caller->id);
  g_free (caller->name);
  g_free (caller->gecos);
  g_strfreev (caller->groups);
  g_strfreev (caller->principals);
  g_free (caller);
}

const char *
ca_door_to_string (CaDoor door)
{
  switch (door)
    {
    case CA_DOOR_LOCAL:
      return "local";
    case CA_DOOR_SETUP:
      return "setup";
    case CA_DOOR_BUS:
      return "bus";
    case CA_DOOR_SOCKET:
      return "socket";
    default:
      return "unknown";
    }
}

char *
ca_caller_dup_attribute (const CaCaller *caller, const char *name, GError **error)
{
  if (g_ascii_strcasecmp (name, "name") == 0)
    return g_strdup (caller->name);
  if (g_ascii_strcasecmp (name, "gecos") == 0)
    return g_strdup (caller->gecos);
  if (g_ascii_strcasecmp (name, "uid") == 0)
    return g_strdup_printf ("%u", caller->uid);
  /* The system's account database knows no e-mail address; a directory will. */
  if (g_ascii_strcasecmp (name, "mail") == 0)
    return NULL;
  icert_set_error (error, ICERT_ERROR_UNKNOWN_NAME, "directory",
                   "no attribute %s (name, gecos, mail or uid)", name);
  return NULL;
}
