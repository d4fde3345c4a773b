/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"

G_BEGIN_DECLS

/* C only. One row for each property name of AD CS, in one table that everything shares: the
 * contexts, the store's columns, the view's schema. */
typedef enum
{
  ICERT_SCOPE_REQUEST = 1,     /* GetRequestProperty */
  ICERT_SCOPE_CERTIFICATE = 2, /* GetCertificateProperty */
  ICERT_SCOPE_CA = 3           /* CA properties, names may end in .n */
} ICertScope;

typedef enum
{
  ICERT_PROPERTY_POLICY_READS = 1 << 0,
  ICERT_PROPERTY_POLICY_SETS = 1 << 1,
  ICERT_PROPERTY_EXIT_READS = 1 << 2,
  ICERT_PROPERTY_SUBJECT_NAME = 1 << 3,
  ICERT_PROPERTY_INDEXED_NAME = 1 << 4 /* CA property that takes .n */
} ICertPropertyFlags;

typedef struct
{
  ICertScope scope;
  const char *name; /* as AD CS spells it */
  ICertPropertyType type;
  ICertPropertyFlags flags;
  const char *oid;  /* of subject attributes */
  guint max_length; /* characters; 0 = no bound of its own */
} ICertPropertyInfo;

/* Without case; `Subject.`, `Request.` prefixes, aliases (CN), dotted OIDs (any OID is a subject
 * attribute), `.n` are understood; @index is -1 without one. NULL with UNKNOWN_NAME. */
ICERT_AVAILABLE_IN_0_1
const ICertPropertyInfo *icert_property_find (ICertScope scope,
                                              const char *name,
                                              int *index,
                                              GError **error);
ICERT_AVAILABLE_IN_0_1
const ICertPropertyInfo *icert_property_table (ICertScope scope, gsize *n_rows);

G_END_DECLS
