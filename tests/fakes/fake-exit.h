/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "fake-policy.h"

G_BEGIN_DECLS

#define FAKE_TYPE_EXIT (fake_exit_get_type ())
G_DECLARE_FINAL_TYPE (FakeExit, fake_exit, FAKE, EXIT, GObject)

/* An exit that wants what the test says and counts what it hears. */
struct _FakeExit
{
  GObject parent_instance;

  FakeManner manner;
  guint mask; /* may hold unknown events */
  ICertExitEvents heard;
  gint64 request_id; /* of the last event */
  guint n_calls;
};

FakeExit *fake_exit_new (void);

G_END_DECLS
