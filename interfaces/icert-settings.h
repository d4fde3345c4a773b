/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"

G_BEGIN_DECLS

#define ICERT_TYPE_SETTINGS (icert_settings_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (ICertSettings, icert_settings, ICERT, SETTINGS, GObject)

/**
 * ICertSettingInfo: (skip)
 * @name: key in ca.conf
 * @type: `string`, `int`, `boolean`, `duration`, `list` or `path`
 * @default_text: (nullable): what stands for a setting that is not written; `NULL`: it is empty
 *   then
 * @minimum: (nullable): least int or duration, least number of characters or list items
 * @maximum: (nullable): most of them
 * @description: a line for people
 *
 * A row of a C module's settings; all texts as they would stand in ca.conf.
 */
typedef struct
{
  const char *name;
  const char *type;
  const char *default_text;
  const char *minimum;
  const char *maximum;
  const char *description;
} ICertSettingInfo;

ICERT_AVAILABLE_IN_0_1
GVariant *icert_settings_describe (const ICertSettingInfo *infos, gsize n_infos);

ICERT_AVAILABLE_IN_0_1
ICertSettings *icert_settings_new (GVariant *schema,
                                   GHashTable *texts,
                                   const char *folder,
                                   GError **error);

ICERT_AVAILABLE_IN_0_1
char **icert_settings_list_names (ICertSettings *self);

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

ICERT_AVAILABLE_IN_0_1
char *icert_settings_get_folder (ICertSettings *self);

ICERT_AVAILABLE_IN_0_1
gboolean icert_duration_parse (const char *text, int *months, gint64 *seconds, GError **error);

ICERT_AVAILABLE_IN_0_1
gint64 icert_duration_add (gint64 from_unix, int months, gint64 seconds);

G_END_DECLS
