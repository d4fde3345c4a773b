/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

G_BEGIN_DECLS

/* A request as a table, behind a real ICertRequestContext or ICertIssuedContext: what a policy or
 * an exit reads is what a test wrote here, and what a policy sets can be looked at afterwards.
 * Names are those of the property table; an unknown one ends the test. */
typedef struct _FakeServer FakeServer;

/* @request_id: 0 for the CA itself */
FakeServer *fake_server_new (gint64 request_id);
void fake_server_free (FakeServer *self);

/* (transfer none): made on first use; both stay alive until fake_server_free() at least */
ICertServerPolicy *fake_server_get_policy (FakeServer *self);
ICertServerExit *fake_server_get_exit (FakeServer *self);
/* as the engine does after the verdict */
void fake_server_invalidate (FakeServer *self);

/* Facts. @value: sunk; NULL empties. */
void fake_server_set_property (FakeServer *self,
                               ICertScope scope,
                               const char *name,
                               GVariant *value);
void fake_server_set_attribute (FakeServer *self, const char *name, const char *value);
/* takes @extension */
void fake_server_take_extension (FakeServer *self, ICertExtension *extension);
void fake_server_add_rdn (FakeServer *self, const char *oid, const char *text);
void fake_server_add_group (FakeServer *self, const char *group);
void fake_server_set_requester_attribute (FakeServer *self, const char *name, const char *value);
/* @pattern: as icert_name_matches() has them */
void fake_server_add_grant (FakeServer *self,
                            const char *grant,
                            const char *profile,
                            const char *pattern);
void fake_server_set_certificate (FakeServer *self, GBytes *certificate);

/* What a policy did; everything is lent. */
GVariant *fake_server_get_property (FakeServer *self, ICertScope scope, const char *name);
/* text of a certificate property, NULL when it is empty */
const char *fake_server_get_text (FakeServer *self, const char *name);
ICertExtension *fake_server_find_extension (FakeServer *self, const char *oid);
const char *fake_server_get_message (FakeServer *self);
/* a line for each step: rule, field, seen, allowed, tabs between, "-" for NULL */
const char *fake_server_get_trace (FakeServer *self);
const char *fake_server_get_log (FakeServer *self);
/* how often the backend was asked, whatever for */
guint fake_server_get_n_calls (FakeServer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeServer, fake_server_free)

G_END_DECLS
