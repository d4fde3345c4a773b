/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

#include "ca-caller.h"

typedef struct
{
  char *class_id;
  GHashTable *texts; /* setting -> text as written */
} CaModuleConfig;

/* A namespace grant: who may have which names without an officer. */
typedef struct
{
  char *name;
  char **principals;
  char **profiles;
  GHashTable *patterns; /* field ("dNSName") -> strv of patterns */
} CaGrant;

typedef struct
{
  char *principal;
  ICertRoles roles;
} CaRoleEntry;

typedef struct
{
  char *class_id;
  char *url;
} CaKeyConfig;

/* A duration of the configuration; all 0: none. */
typedef struct
{
  int months;
  gint64 seconds;
} CaDuration;

#define ca_duration_is_set(duration) ((duration)->months > 0 || (duration)->seconds > 0)

/* ca.conf as read and judged: a snapshot, immutable, refcounted. */
typedef struct
{
  gatomicrefcount ref_count;
  char *folder; /* of the CA, absolute */
  char *name;
  gboolean is_root;
  char *url;
  char *hash;
  char *validity, *max_validity; /* durations as written */
  int validity_months, max_validity_months;
  gint64 validity_seconds, max_validity_seconds;
  gint64 clock_skew; /* seconds */
  gboolean dual_control;
  char **ca_profiles;
  int ca_path_length;       /* -1 = none */
  char **allowed_addresses; /* classes of S-C3 that are allowed though refused by default */
  gboolean allow_foreign;   /* officers may import certificates of other CAs */
  gboolean allow_sha1;      /* for the proof of possession only */
  GPtrArray *policies;      /* of CaModuleConfig, in their order */
  char **shadow;
  GPtrArray *exits; /* of CaModuleConfig */
  char *store_class, *store_url;
  GPtrArray *keys;   /* of CaKeyConfig, by key index; NULL where there is a gap */
  GPtrArray *roles;  /* of CaRoleEntry */
  GPtrArray *grants; /* of CaGrant */
  char **ca_issuers,
      **ocsp; /* URLs for certificates, see ca_issuer_set_urls(); of CRLs: ca_crl_urls() */
  CaDuration crl_period, crl_overlap;     /* overlap: none = computed */
  CaDuration delta_period, delta_overlap; /* period: none = no delta CRLs */
  int partitions;                         /* of new certificates; 1 = they are not divided */
  char **audit_sinks;                     /* as ca-audit-sink.h spells them; never NULL */
  gint64 checkpoint_records, checkpoint_interval; /* seconds */
} CaConfig;

/* Reads FOLDER/ca.conf strictly: CONFIG `ca.conf:line: …`. */
CaConfig *ca_config_load (const char *folder, GError **error);
/* the same of text; @folder: base of what is relative in it */
CaConfig *ca_config_parse (const char *folder, GBytes *contents, GError **error);
CaConfig *ca_config_ref (CaConfig *config);
void ca_config_unref (CaConfig *config);
/* Roles of a caller, DualControl's conflict applied (S-D9: NOT_AUTHORIZED, status ROLECONFLICT). */
gboolean ca_config_get_roles (const CaConfig *config,
                              const CaCaller *caller,
                              ICertRoles *roles,
                              GError **error);
/* the first grant that covers @name for this caller and profile; lends, nullable */
const CaGrant *ca_config_find_grant (const CaConfig *config,
                                     const char *const *principals,
                                     const char *profile,
                                     ICertName *name);

/* What configuration entries are (icert get-config NODE ENTRY): value as text or list, NULL when
 * not set. */
GVariant *ca_config_get_entry (const char *folder,
                               const char *node,
                               const char *entry,
                               GError **error);
/* names of the entries of a node, or of the nodes */
char **ca_config_list_entries (const char *folder, const char *node, GError **error);
/* The engine's word on a configuration that is not in the file yet. */
typedef gboolean (*CaConfigJudge) (CaConfig *config, gpointer data, GError **error);

/* Writes the file anew with one entry changed (@value NULL: removed; @entry "": the node) after the
 * whole was judged, here and by @judge (nullable); atomic. @old: text before, nullable */
gboolean ca_config_set_entry (const char *folder,
                              const char *node,
                              const char *entry,
                              GVariant *value,
                              CaConfigJudge judge,
                              gpointer data,
                              char **old,
                              GError **error);
/* Writes [Key @index] into the file: @key's class and address, both behind a crash. CONFLICT when
 * it is there. */
gboolean ca_config_add_key (const char *folder,
                            guint index,
                            const CaKeyConfig *key,
                            GError **error);
/* text of roles: "officer;reader" */
char *ca_roles_to_text (ICertRoles roles);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaConfig, ca_config_unref)
