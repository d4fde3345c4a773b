/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "ca-local.h"
#include "ca-restore.h"

#define SCHEME "local:"

/* CertificateAuthority.Backup: backups of a CA in this process, and CAs from backups. The CA is
 * opened for a backup only: the one that is restored must not be open, and may not be there. */
#define CA_TYPE_LOCAL_BACKUP (ca_local_backup_get_type ())
G_DECLARE_FINAL_TYPE (CaLocalBackup, ca_local_backup, CA, LOCAL_BACKUP, GObject)

struct _CaLocalBackup
{
  GObject parent_instance;

  char *config;  /* nullable */
  char *address; /* nullable */
  CaProgress *progress;
};

enum
{
  PROP_CONFIG = 1,
  PROP_ADDRESS
};

static void backup_iface_init (ICertBackupInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CaLocalBackup,
                               ca_local_backup,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_BACKUP, backup_iface_init))

static GVariant *
ca_local_backup_create (ICertBackup *backup,
                        const char *folder,
                        GCancellable *cancellable,
                        GError **error)
{
  CaLocalBackup *self = CA_LOCAL_BACKUP (backup);
  g_autoptr (CaCaller) caller = ca_caller_new_local (CA_DOOR_LOCAL);
  g_autoptr (CaManifest) manifest = NULL;
  CaEngine *engine;

  if (self->address == NULL)
    {
      icert_set_error (error, ICERT_ERROR_NOT_FOUND, "config",
                       "no CA is known (icert init makes one; or an address, local:DIR)");
      return NULL;
    }
  engine = ca_engine_open (self->address + strlen (SCHEME), FALSE, error);
  if (engine == NULL)
    return NULL;
  if (ca_engine_check_process (engine, error))
    manifest = ca_backup_create (engine, caller, folder, self->progress, cancellable, error);
  ca_engine_unref (engine);
  return manifest != NULL ? g_variant_ref_sink (ca_manifest_to_variant (manifest)) : NULL;
}

static GVariant *
ca_local_backup_verify (ICertBackup *backup,
                        const char *folder,
                        GCancellable *cancellable,
                        GError **error)
{
  CaLocalBackup *self = CA_LOCAL_BACKUP (backup);
  g_autoptr (CaManifest) manifest = NULL;

  ca_progress_enter (self->progress, "check", 0, 1);
  manifest = ca_backup_verify (folder, self->progress, cancellable, error);
  return manifest != NULL ? g_variant_ref_sink (ca_manifest_to_variant (manifest)) : NULL;
}

static char *
ca_local_backup_restore (ICertBackup *backup,
                         const char *folder,
                         const char *target,
                         GBytes *secret,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (CaCaller) caller = ca_caller_new_local (CA_DOOR_LOCAL);

  return ca_restore (folder, target, secret, caller, CA_LOCAL_BACKUP (backup)->progress,
                     cancellable, error);
}

static void
backup_iface_init (ICertBackupInterface *iface)
{
  iface->create = ca_local_backup_create;
  iface->verify = ca_local_backup_verify;
  iface->restore = ca_local_backup_restore;
}

static void
ca_local_backup_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CaLocalBackup *self = CA_LOCAL_BACKUP (object);

  g_value_set_string (value, id == PROP_CONFIG ? self->config : self->address);
}

static void
ca_local_backup_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CaLocalBackup *self = CA_LOCAL_BACKUP (object);
  char **text = id == PROP_CONFIG ? &self->config : &self->address;

  *text = g_value_dup_string (value);
}

static void
ca_local_backup_finalize (GObject *object)
{
  CaLocalBackup *self = CA_LOCAL_BACKUP (object);

  ca_progress_free (self->progress);
  g_free (self->config);
  g_free (self->address);
  G_OBJECT_CLASS (ca_local_backup_parent_class)->finalize (object);
}

static void
ca_local_backup_class_init (CaLocalBackupClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = ca_local_backup_get_property;
  object_class->set_property = ca_local_backup_set_property;
  object_class->finalize = ca_local_backup_finalize;
  g_object_class_override_property (object_class, PROP_CONFIG, "config");
  g_object_class_install_property (
      object_class, PROP_ADDRESS,
      g_param_spec_string ("address", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
}

static void
ca_local_backup_init (CaLocalBackup *self)
{
  self->progress = ca_progress_new (G_OBJECT (self));
}
