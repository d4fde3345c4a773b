/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

G_BEGIN_DECLS

/* What a policy, or an exit, does when it is called. */
typedef enum
{
  FAKE_ANSWERS, /* succeeds with the value set */
  FAKE_FAILS,   /* sets the error set and gives FALSE */
  FAKE_SILENT,  /* gives FALSE without an error, as a Python exception does */
  FAKE_BOTH     /* sets the error set and still gives TRUE */
} FakeManner;

#define FAKE_TYPE_POLICY (fake_policy_get_type ())
G_DECLARE_FINAL_TYPE (FakePolicy, fake_policy, FAKE, POLICY, GObject)

/* A policy that answers what the test says. Its fields are the test's to set and read. */
struct _FakePolicy
{
  GObject parent_instance;

  FakeManner manner;
  int verdict; /* may lie outside the enum */
  ICertError code;
  const char *message; /* of the error, as it is; NULL: a usual one */
  gboolean saw_new_request;
  guint n_calls;
};

FakePolicy *fake_policy_new (void);

/* Implements ICertPolicy and ICertExit without overriding a method */
#define FAKE_TYPE_IDLE (fake_idle_get_type ())
G_DECLARE_FINAL_TYPE (FakeIdle, fake_idle, FAKE, IDLE, GObject)

struct _FakeIdle
{
  GObject parent_instance;
};

/* Implements them and empties every slot */
#define FAKE_TYPE_HOLLOW (fake_hollow_get_type ())
G_DECLARE_FINAL_TYPE (FakeHollow, fake_hollow, FAKE, HOLLOW, GObject)

struct _FakeHollow
{
  GObject parent_instance;
};

G_END_DECLS
