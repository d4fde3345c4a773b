/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-server-exit.h"
#include "icert-server-policy.h"
#include "icert-property-table.h"

G_BEGIN_DECLS

/* C only. What stands behind an ICertRequestContext or ICertIssuedContext: the engine's request,
 * the batch a module host received, or a fake of a test. The context has checked names, types,
 * states and rights before it calls; it serialises calls of one context. Absent slots answer
 * "empty". */
typedef struct
{
  /* value of a known property that this module may read, (transfer full), NULL = empty. @name: as
   * the module wrote it, for `.n` and for OIDs of no row of their own */
  GVariant *(*get_property) (gpointer data,
                             const ICertPropertyInfo *info,
                             const char *name,
                             GError **error);
  /* @value has the property's type: i (LONG), x (DATE), ay or s; NULL removes a subject attribute
   */
  gboolean (*set_property) (gpointer data,
                            const ICertPropertyInfo *info,
                            const char *name,
                            GVariant *value,
                            GError **error);
  /* @name: as icert_attribute_name_normalize() gives it */
  char *(*get_attribute) (gpointer data, const char *name, GError **error);
  char **(*list_attributes) (gpointer data);
  /* (transfer full) array of ICertExtension, disabled ones included */
  GPtrArray *(*get_extensions) (gpointer data);
  gboolean (*set_extension) (gpointer data,
                             const char *oid,
                             ICertExtensionFlags flags,
                             GBytes *value,
                             GError **error);
  GVariant *(*get_rdns) (gpointer data);
  char **(*get_groups) (gpointer data);
  char *(*get_requester_attribute) (gpointer data, const char *name, GError **error);
  char *(*find_grant) (gpointer data, const char *profile, ICertName *name, GError **error);
  gboolean (*set_message) (gpointer data, const char *text, GError **error);
  void (*add_trace) (gpointer data,
                     const char *rule,
                     const char *field,
                     const char *seen,
                     const char *allowed);
  void (*log) (gpointer data, ICertLogLevel level, const char *text);
  GBytes *(*get_certificate) (gpointer data, GError **error);
  /* (transfer full) array of ICertIssuedCrl, the same objects at each call */
  GPtrArray *(*list_crls) (gpointer data, GError **error);
  /* (transfer full), nullable; so is *@code */
  char *(*get_alarm) (gpointer data, char **code);
} ICertServerBackend;

G_END_DECLS
