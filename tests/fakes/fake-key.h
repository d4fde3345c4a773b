/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

#define FAKE_TYPE_KEY (fake_key_get_type ())

/* A key in memory, for tests of the engine; `generate` takes any url and no secret. */
G_DECLARE_FINAL_TYPE (FakeKey, fake_key, FAKE, KEY, GObject)

ICertKey *fake_key_new (const char *key_type);
/* as a token or a signer process would answer icert_key_is_in_process() */
void fake_key_set_in_process (FakeKey *self, gboolean in_process);
/* signatures with one bit turned over */
void fake_key_set_faulty (FakeKey *self, gboolean faulty);
/* signing fails as when a token was pulled out */
void fake_key_set_lost (FakeKey *self, gboolean lost);
/* how often something was signed */
guint fake_key_get_count (FakeKey *self);
