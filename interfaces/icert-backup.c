/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-backup.h"

#include "icert-enum-types.h"
#include "icert-invoker-private.h"
#include "icert-private.h"

/**
 * ICertBackup:
 *
 * Backups of a CA while it works, and CAs from backups (AD CS: CertSrvBackupPrepare() and its kin,
 * CertSrvRestorePrepare(), `certutil -backup`). Get one with [func@ICert.Backup.open].
 *
 * A backup is a folder: the CA's configuration, profiles, modules, certificates, encrypted keys and
 * CRLs as files, its database, and `manifest.conf` with the SHA-256 of each and the end of the
 * audit chain. What unlocks the keys is not in it, so it holds no secret in clear: keep the file
 * `keys/secret` of the CA, or the passphrase, elsewhere.
 *
 * Long calls tell how far they are by [signal@ICert.Backup::progress].
 */
G_DEFINE_INTERFACE (ICertBackup, icert_backup, G_TYPE_OBJECT)

ICERT_DEFINE_UNSUPPORTED (icert_backup,
                          create,
                          GVariant *,
                          NULL,
                          ICertBackup *self,
                          const char *folder,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_backup,
                          verify,
                          GVariant *,
                          NULL,
                          ICertBackup *self,
                          const char *folder,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_backup,
                          restore,
                          char *,
                          NULL,
                          ICertBackup *self,
                          const char *folder,
                          const char *target,
                          GBytes *secret,
                          GCancellable *cancellable)

static void
icert_backup_default_init (ICertBackupInterface *iface)
{
  iface->create = icert_backup_real_create;
  iface->verify = icert_backup_real_verify;
  iface->restore = icert_backup_real_restore;

  /**
   * ICertBackup:config:
   *
   * Config string of the CA, `HOST\CA NAME`; `NULL` for one that has no record here.
   */
  g_object_interface_install_property (
      iface,
      g_param_spec_string ("config", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
  /**
   * ICertBackup::progress:
   * @self: a backup object
   * @fraction: how much is done, 0 to 1
   * @step: what is being done, in English
   *
   * A long call went on. Emitted inside the call when it blocks the thread that made the object,
   * otherwise in the main context that was that thread's default then.
   */
  g_signal_new ("progress", ICERT_TYPE_BACKUP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                2, G_TYPE_DOUBLE, G_TYPE_STRING);
}

/**
 * icert_backup_create:
 * @self: a backup object
 * @folder: (type filename): the folder to make; it must not be there
 * @cancellable: (nullable): to stop; nothing is left of the folder
 * @error: return location for an error
 *
 * Makes a backup of the CA, which goes on working. The database in it is the state of one moment,
 * whole. Everything is on disk when this returns; until then the folder has another name. The audit
 * log says who made it. Needs the role of an operator (`backup` in `[Roles]`).
 *
 * The answer tells as strings `name`, `config`, `created` (RFC 3339), `version` (of icert) and
 * `audit-hash` (hex), and as 64 bit numbers `certificates` (serials that the CA knows), `files`,
 * `bytes` and `audit-sequence`.
 *
 * Any thread; blocks.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_NOT_FOUND` when no CA was named;
 * `ICERT_ERROR_CONFLICT` when the folder is there; `ICERT_ERROR_CONFIG` for a file of the CA that
 * is none, or that has a key in clear; `ICERT_ERROR_STORAGE`; `G_IO_ERROR_CANCELLED`; those of
 * opening the CA.
 *
 * Returns: (transfer full): a vardict, `NULL` with `error` set
 */
GVariant *
icert_backup_create (ICertBackup *self,
                     const char *folder,
                     GCancellable *cancellable,
                     GError **error)
{
  ICertBackupInterface *iface;
  GError *local_error = NULL;
  GVariant *facts;

  g_return_val_if_fail (ICERT_IS_BACKUP (self), NULL);

  if (!_icert_check_text (folder, "folder", error))
    return NULL;
  iface = ICERT_BACKUP_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, create, NULL, error);
  facts = iface->create (self, folder, cancellable, &local_error);
  return _icert_end_variant (facts, "a{sv}", local_error, self, "create", error);
}

/**
 * icert_backup_create_async:
 * @self: a backup object
 * @folder: (type filename): the folder to make; it must not be there
 * @cancellable: (nullable): to stop
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Backup.create] without blocking.
 */
void
icert_backup_create_async (ICertBackup *self,
                           const char *folder,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_return_if_fail (ICERT_IS_BACKUP (self));

  _icert_call_async (self, G_CALLBACK (icert_backup_create), icert_backup_create_async,
                     G_TYPE_VARIANT, cancellable, callback, user_data, G_TYPE_STRING, folder,
                     G_TYPE_INVALID);
}

/**
 * icert_backup_create_finish:
 * @self: a backup object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Backup.create_async]. Errors are those of [method@ICert.Backup.create].
 *
 * Returns: (transfer full): a vardict, `NULL` with `error` set
 */
GVariant *
icert_backup_create_finish (ICertBackup *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_BACKUP (self), NULL);

  return _icert_finish_pointer (self, result, icert_backup_create_async, error);
}

/**
 * icert_backup_verify:
 * @self: a backup object
 * @folder: (type filename): a backup
 * @cancellable: (nullable): to stop
 * @error: return location for an error
 *
 * Reads a backup again: that all files are there, none more, each with its size and SHA-256. Needs
 * no CA and no role. Changes nothing. The answer is that of [method@ICert.Backup.create].
 *
 * Any thread; blocks.
 *
 * Errors: `ICERT_ERROR_NOT_FOUND` when there is no backup; `ICERT_ERROR_CONFIG` for one that is not
 * complete, was changed, or is of a newer version; `ICERT_ERROR_STORAGE`; `G_IO_ERROR_CANCELLED`.
 *
 * Returns: (transfer full): a vardict, `NULL` with `error` set
 */
GVariant *
icert_backup_verify (ICertBackup *self,
                     const char *folder,
                     GCancellable *cancellable,
                     GError **error)
{
  ICertBackupInterface *iface;
  GError *local_error = NULL;
  GVariant *facts;

  g_return_val_if_fail (ICERT_IS_BACKUP (self), NULL);

  if (!_icert_check_text (folder, "folder", error))
    return NULL;
  iface = ICERT_BACKUP_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, verify, NULL, error);
  facts = iface->verify (self, folder, cancellable, &local_error);
  return _icert_end_variant (facts, "a{sv}", local_error, self, "verify", error);
}

/**
 * icert_backup_verify_async:
 * @self: a backup object
 * @folder: (type filename): a backup
 * @cancellable: (nullable): to stop
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Backup.verify] without blocking.
 */
void
icert_backup_verify_async (ICertBackup *self,
                           const char *folder,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_return_if_fail (ICERT_IS_BACKUP (self));

  _icert_call_async (self, G_CALLBACK (icert_backup_verify), icert_backup_verify_async,
                     G_TYPE_VARIANT, cancellable, callback, user_data, G_TYPE_STRING, folder,
                     G_TYPE_INVALID);
}

/**
 * icert_backup_verify_finish:
 * @self: a backup object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Backup.verify_async]. Errors are those of [method@ICert.Backup.verify].
 *
 * Returns: (transfer full): a vardict, `NULL` with `error` set
 */
GVariant *
icert_backup_verify_finish (ICertBackup *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_BACKUP (self), NULL);

  return _icert_finish_pointer (self, result, icert_backup_verify_async, error);
}

/**
 * icert_backup_restore:
 * @self: a backup object
 * @folder: (type filename): a backup
 * @target: (nullable) (type filename): the folder of the CA; `NULL` for the one of its record, or
 *   where it was
 * @secret: (nullable): what unlocks its keys: the content of `keys/secret`, or the passphrase;
 *   `NULL` for the secret that is in the folder
 * @cancellable: (nullable): to stop; only before the CA is touched
 * @error: return location for an error
 *
 * Makes the CA of a backup again, in a folder that is not there, or in the place of a CA that
 * nobody has open. The backup is verified, and the keys are opened, before anything is touched;
 * what was in the folder is kept there, as `before-restore-…`. The record of the CA is written.
 *
 * Numbers that could have been used since the backup are never used again (S-F8): request ids,
 * outbox ids and CRL numbers go on behind those of the CA in the folder, or, when that cannot be
 * read, behind as many as could have been used in the time since. The audit log says what was done,
 * behind the last record of the backup. Needs the role of an operator in the CA that is replaced,
 * or else in the one of the backup.
 *
 * A CA under dual control is restored by two administrators who both may restore (S-D11). Where
 * there is a CA in the folder that can be opened, the first call asks for a change of that CA,
 * another administrator approves it ([method@ICert.Security.approve_change]), and the same call
 * again restores. Where there is none, the first call leaves a note beside the folder, and the same
 * call by another account within seven days restores. Either way what was agreed is this backup,
 * by its digest, and this folder.
 *
 * Any thread; blocks.
 *
 * Errors: those of [method@ICert.Backup.verify]; `ICERT_ERROR_NOT_AUTHORIZED`;
 * `ICERT_ERROR_PENDING` when another administrator must agree; `ICERT_ERROR_CONFIG` when a process
 * has the CA open, or the folder is of something else; `ICERT_ERROR_KEY_UNAVAILABLE` when the
 * secret does not unlock the keys; `ICERT_ERROR_CONFLICT` when the CA is in another folder still;
 * `ICERT_ERROR_STORAGE`; `G_IO_ERROR_CANCELLED`.
 *
 * Returns: (transfer full): config string of the CA, or `NULL` with `error` set
 */
char *
icert_backup_restore (ICertBackup *self,
                      const char *folder,
                      const char *target,
                      GBytes *secret,
                      GCancellable *cancellable,
                      GError **error)
{
  ICertBackupInterface *iface;
  GError *local_error = NULL;
  char *config;

  g_return_val_if_fail (ICERT_IS_BACKUP (self), NULL);

  if (!_icert_check_text (folder, "folder", error)
      || !_icert_check_optional_text (target, "target", error))
    return NULL;
  iface = ICERT_BACKUP_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, restore, NULL, error);
  config = iface->restore (self, folder, target, secret, cancellable, &local_error);
  return _icert_end_pointer (config, local_error, self, "restore", error);
}

/**
 * icert_backup_restore_async:
 * @self: a backup object
 * @folder: (type filename): a backup
 * @target: (nullable) (type filename): the folder of the CA
 * @secret: (nullable): what unlocks its keys
 * @cancellable: (nullable): to stop; only before the CA is touched
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Backup.restore] without blocking.
 */
void
icert_backup_restore_async (ICertBackup *self,
                            const char *folder,
                            const char *target,
                            GBytes *secret,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (ICERT_IS_BACKUP (self));

  _icert_call_async (self, G_CALLBACK (icert_backup_restore), icert_backup_restore_async,
                     G_TYPE_STRING, cancellable, callback, user_data, G_TYPE_STRING, folder,
                     G_TYPE_STRING, target, G_TYPE_BYTES, secret, G_TYPE_INVALID);
}

/**
 * icert_backup_restore_finish:
 * @self: a backup object
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Backup.restore_async]. Errors are those of [method@ICert.Backup.restore].
 *
 * Returns: (transfer full): config string of the CA, or `NULL` with `error` set
 */
char *
icert_backup_restore_finish (ICertBackup *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_BACKUP (self), NULL);

  return _icert_finish_pointer (self, result, icert_backup_restore_async, error);
}
