/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>
#include <pthread.h>

G_BEGIN_DECLS

#define FAKE_TYPE_LENT (fake_lent_get_type ())
G_DECLARE_FINAL_TYPE (FakeLent, fake_lent, FAKE, LENT, GObject)

typedef void (*FakeLentPrepare) (FakeLent *self);
typedef gboolean (*FakeLentJudge) (FakeLent *self,
                                   ICertServerPolicy *server,
                                   ICertVerdict *verdict,
                                   GError **error);
typedef gboolean (*FakeLentHear) (FakeLent *self,
                                  ICertExitEvents event,
                                  ICertServerExit *server,
                                  GError **error);

/* A policy and exit of an application, for ICertControl. Every call asserts that it comes on the
 * thread that made the object. Fields are the test's, on that thread. */
struct _FakeLent
{
  GObject parent_instance;

  pthread_t thread;
  int verdict;             /* may lie outside the enum */
  FakeLentPrepare prepare; /* in initialize() */
  FakeLentJudge judge;
  FakeLentHear hear;
  gpointer data;  /* for these three */
  gboolean fails; /* in initialize() */
  guint mask;     /* of events; all of them by default */
  guint n_initialized, n_judged, n_heard, n_listed, n_shut_down;
  GString *events; /* "startup:0 issued:1 …" */
};

FakeLent *fake_lent_new (int verdict);

G_END_DECLS
