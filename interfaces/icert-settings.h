/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"

G_BEGIN_DECLS

#define ICERT_TYPE_SETTINGS (icert_settings_get_type ())

/* What the configuration says to one module: every setting the module describes, judged, with
 * defaults filled in. Immutable; a reload gives a new object. */
ICERT_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (ICertSettings, icert_settings, ICERT, SETTINGS, GObject)

/* A row of a C module's settings. @type: string int boolean duration list path. Texts as they would
 * stand in ca.conf; @minimum, @maximum nullable. */
typedef struct
{
  const char *name;
  const char *type;
  const char *default_text;
  const char *minimum;
  const char *maximum;
  const char *description;
} ICertSettingInfo;

/* (skip): aa{sv} with keys name, type, default, minimum, maximum, description (all s) */
ICERT_AVAILABLE_IN_0_1
GVariant *icert_settings_describe (const ICertSettingInfo *infos, gsize n_infos);
/* @schema: (nullable) aa{sv}; without it every text is taken as a string. @texts: name -> text as
 * written. @folder: (nullable) base of relative paths. CONFIG for unknown, wrong type, out of
 * range. */
ICERT_AVAILABLE_IN_0_1
ICertSettings *icert_settings_new (GVariant *schema,
                                   GHashTable *texts,
                                   const char *folder,
                                   GError **error);
ICERT_AVAILABLE_IN_0_1
char **icert_settings_list_names (ICertSettings *self);
/* s, x (int; duration in seconds), b, as, s (path, absolute); UNKNOWN_NAME */
ICERT_AVAILABLE_IN_0_1
GVariant *icert_settings_get_value (ICertSettings *self, const char *name, GError **error);
ICERT_AVAILABLE_IN_0_1
char *icert_settings_get_string (ICertSettings *self, const char *name, GError **error);
ICERT_AVAILABLE_IN_0_1
char **icert_settings_get_list (ICertSettings *self, const char *name, GError **error);
ICERT_AVAILABLE_IN_0_1
gboolean icert_settings_get_int (ICertSettings *self,
                                 const char *name,
                                 gint64 *value,
                                 GError **error);
ICERT_AVAILABLE_IN_0_1
gboolean icert_settings_get_boolean (ICertSettings *self,
                                     const char *name,
                                     gboolean *value,
                                     GError **error);
/* folder of the CA, or NULL */
ICERT_AVAILABLE_IN_0_1
char *icert_settings_get_folder (ICertSettings *self);

/* A duration of files.md ("90s 10min 24h 7d 4w 6mo 10y"): calendar months plus seconds. */
ICERT_AVAILABLE_IN_0_1
gboolean icert_duration_parse (const char *text, int *months, gint64 *seconds, GError **error);
/* @from plus the duration, in calendar months and years, UTC */
ICERT_AVAILABLE_IN_0_1
gint64 icert_duration_add (gint64 from_unix, int months, gint64 seconds);

G_END_DECLS
