/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

/* A profile as its file said it when certificates were issued by it, read by the cert-checker and
 * by nobody else: what Template.Policy makes of the same file is what is to be checked, so the two
 * share no code (S-E9). What cannot be understood is left out, and decides nothing. */

typedef struct
{
  char *oid;          /* of the attribute or otherName; else NULL */
  ICertNameKind kind; /* NONE in [Subject] */
  gboolean ignored;   /* such a name never goes in */
  char *fixed;        /* (nullable) the only value it may have */
} CaPinnedField;

typedef struct
{
  char *oid;
  gboolean critical;
  GBytes *value; /* (nullable) not understood */
} CaPinnedExtension;

typedef struct
{
  char *name;
  gint64 version;
  gint64 time; /* microseconds: when it was last put into use */
  gboolean allows_hold, allows_wildcards;
  gboolean has_validity;
  int validity_months;
  gint64 validity_seconds;
  GPtrArray *subject; /* of CaPinnedField, in their order */
  GPtrArray *names;   /* of CaPinnedField */
  char **key_types;
  gboolean usage_is_auto;
  guint usage;     /* ICertKeyUsage */
  char **purposes; /* OIDs, sorted */
  gboolean purposes_critical;
  char **from_request; /* OIDs */
  GPtrArray *fixed;    /* of CaPinnedExtension */
} CaPinnedProfile;

/* every content of @name that the store has, newest first; STORAGE */
GPtrArray *ca_pinned_profile_load_all (ICertStore *store, const char *name, GError **error);
