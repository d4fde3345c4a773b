/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-error.h"
#include "icert-manage-module.h"
#include "icert-name.h"

G_BEGIN_DECLS

/* Shared inside libicert, not installed. */

/* Hands @src over to @dest. Without @src (a Python vfunc that threw something else than a
 * GLib.Error) it makes an error that blames the class of @object. */
void _icert_propagate_error (GError **dest, GError *src, gpointer object, const char *method);

/* What @module says of itself where its class says nothing: its property `description`, else the
 * name of its type; its settings, when it describes them itself. (transfer full) */
char *_icert_describe_module (gpointer module);
ICertManageModule *_icert_find_manage_module (gpointer module);

/* Appends @text to @out: what is not printable, or not UTF-8, as \x.. for each octet. At most
 * @max_chars characters of @text; TRUE when nothing was left out. @quoted: also escape quotes and
 * backslashes. */
gboolean _icert_append_printable (GString *out,
                                  const char *text,
                                  gsize length,
                                  gsize max_chars,
                                  gboolean quoted);

/* Appends the GeneralName element of @name. */
void _icert_name_write (ICertName *name, GByteArray *out);
/* A form that only name constraints may have */
gboolean _icert_name_is_constraint (ICertName *name);
/* Where something lies, not a name of a subject */
gboolean _icert_name_is_location (ICertName *name);
/* The GeneralName of a subtree of name constraints */
ICertName *_icert_name_new_subtree_from_der (GBytes *general_name, GError **error);
/* An absolute URL in visible ASCII. Laxer than a name of a subject: ldap:///… has no host. */
gboolean _icert_url_is_valid (const char *url);
/* One of AD CS's encodings; @label: of PEM where the encoding does not say it */
GBytes *_icert_output_encode (GBytes *der, ICertOutputFlags flags, const char *label);
gboolean _icert_output_is_known (ICertOutputFlags flags);

G_END_DECLS
