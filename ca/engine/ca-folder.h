/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

/* A file that says that a CA's folder is incomplete. */
#define CA_RESTORE_MARK "restore-incomplete"

/* What a new CA is to be; all texts are borrowed. */
typedef struct
{
  const char *folder; /* absolute */
  const char *name;   /* common name of the CA */
  gboolean is_root;
  const char *url;
  const char *key_type;
  GBytes *key_contents;     /* nullable: the key is there, in another program's file … */
  GBytes *passphrase;       /* … which this opens; nullable */
  const char *max_validity; /* of what it issues */
  const char *ca_profiles;  /* nullable */
  int ca_path_length;
  gboolean dual_control;
  gboolean publishes; /* has Publish.Exit */
} CaFolderPlan;

/* Makes the folder of files.md: configuration, profiles, secret, key, empty store. It must not be
 * there yet. The key comes back open. CONFIG, STORAGE, KEY_UNAVAILABLE */
ICertKey *ca_folder_create (const CaFolderPlan *plan, GError **error);
/* certs/INDEX.crt and, with a @chain (nullable, of GBytes DER, nearest first, perhaps with the
 * certificate itself in front), certs/INDEX.chain.pem and certs/chain.pem */
gboolean ca_folder_write_certificate (const char *folder,
                                      guint index,
                                      GBytes *certificate,
                                      GPtrArray *chain,
                                      GError **error);
/* certs/INDEX.chain.pem: @chain from element @first on */
gboolean ca_folder_write_chain (const char *folder,
                                guint index,
                                GPtrArray *chain,
                                guint first,
                                GError **error);
/* one file, as PEM with @label, atomically; mode 0644 */
gboolean ca_folder_write_pem (const char *path, const char *label, GBytes *der, GError **error);
/* S-F5: whether the folder, its configuration, certificates and profiles can be changed by the CA's
 * user alone; keys, secret, store and modules are judged by who reads them. CONFIG */
gboolean ca_folder_check (const char *folder, GError **error);
/* makes what was renamed or removed in @folder durable. STORAGE */
gboolean ca_folder_sync (const char *folder, GError **error);
/* removes a folder that could not be finished; what a link leads to stays */
void ca_folder_remove (const char *folder);
/* The folder that the CA's record names; NULL when it has none, or is not of this machine. */
char *ca_folder_find_recorded (const char *config);
