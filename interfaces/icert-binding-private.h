/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What an override of a language binding left for this call (icert-binding.h); at the begin of
 * every function that takes a callback, or a table of names and values, and calls no other that
 * does. _icert_take_table: (transfer full) (nullable) the table, which @given lends from then on */
void _icert_take_closure (GAsyncReadyCallback *callback, gpointer *user_data);
GHashTable *_icert_take_table (GHashTable **given);

/* (transfer full) (nullable): the objects that a virtual method of a binding's class answers in the
 * place of a list, right behind its call */
GPtrArray *_icert_take_objects (void);

G_END_DECLS
