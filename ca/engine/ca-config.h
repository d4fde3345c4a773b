/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

#include "ca-caller.h"
#include "ca-file-hashes.h"

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

/* For what an officer decides; NULL lists do not restrict. */
typedef struct
{
  char *name;
  char **officers;   /* principals */
  char **profiles;   /* nullable */
  char **requesters; /* principals, nullable */
} CaOfficerRights;

/* For whom an agent may ask (S-D7). */
typedef struct
{
  char *name;
  char **principals;
  char **profiles;
  char **subjects; /* user:NAME, group:NAME; * for anything */
} CaAgent;

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

/* ca.conf as read and judged: a snapshot, immutable (but for what it remembers of files),
 * refcounted. */
typedef struct
{
  gatomicrefcount ref_count;
  char *folder;   /* of the CA, absolute */
  GBytes *source; /* the text it was read from */
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
  char **templates;         /* profiles that are offered; empty = all (ca-offer.h) */
  int ca_path_length;       /* -1 = none */
  char **allowed_addresses; /* classes of S-C3 that are allowed though refused by default */
  gboolean allow_foreign;   /* officers may import certificates of other CAs */
  gboolean allow_sha1;      /* for the proof of possession only */
  GPtrArray *policies;      /* of CaModuleConfig, in their order */
  CaFileHashes *file_hashes;
  char **shadow;
  GPtrArray *exits; /* of CaModuleConfig */
  char *store_class, *store_url;
  GPtrArray *keys;           /* of CaKeyConfig, by key index; NULL where there is a gap */
  GPtrArray *roles;          /* of CaRoleEntry */
  GPtrArray *grants;         /* of CaGrant */
  GPtrArray *officer_rights; /* of CaOfficerRights */
  GPtrArray *agents;         /* of CaAgent */
  char **ca_issuers,
      **ocsp; /* URLs for certificates, see ca_issuer_set_urls(); of CRLs: ca_crl_urls() */
  CaDuration crl_period, crl_overlap;     /* overlap: none = computed */
  CaDuration delta_period, delta_overlap; /* period: none = no delta CRLs */
  char **publish_expired_usages;          /* OIDs; never NULL */
  int partitions;                         /* of new certificates; 1 = they are not divided */
  char **audit_sinks;                     /* as ca-audit-sink.h spells them; never NULL */
  gint64 checkpoint_records, checkpoint_interval; /* seconds */
} CaConfig;

/* Reads FOLDER/ca.conf strictly: CONFIG `ca.conf:line: …`. */
CaConfig *ca_config_load (const char *folder, GError **error);
/* the same of text; @folder: base of what is relative in it */
CaConfig *ca_config_parse (const char *folder, GBytes *contents, GError **error);
/* CONFIG, field Url, when it is none, or too long to stand in certificates */
gboolean ca_config_check_url (const char *url, GError **error);
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

/* whether @rights are about @officer */
gboolean ca_officer_rights_has_officer (const CaOfficerRights *rights, const CaCaller *officer);
/* whether they let decide about a request for @profile (nullable) of @requester (principals) */
gboolean ca_officer_rights_covers (const CaOfficerRights *rights,
                                   const char *profile,
                                   char *const *requester);
/* the first agent section that covers all of it; @subject: principals of the account that is to be
 * named; lends, nullable */
const CaAgent *ca_config_find_agent (const CaConfig *config,
                                     const char *const *principals,
                                     const char *profile,
                                     char *const *subject);

/* (transfer full): @config with a group [Key @index]. CONFLICT when it is there. */
CaConfig *ca_config_with_key (const CaConfig *config,
                              guint index,
                              const CaKeyConfig *key,
                              GError **error);
/* Replaces the file by what @config was read from; a crash finds the old or the new one. */
gboolean ca_config_save (const CaConfig *config, GError **error);
/* text of roles: "officer;reader" */
char *ca_roles_to_text (ICertRoles roles);
/* somebody would be administrator by it */
gboolean ca_config_has_administrator (const CaConfig *config);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaConfig, ca_config_unref)
