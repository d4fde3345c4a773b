/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fake-exit.h"

static void exit_iface_init (ICertExitInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeExit,
                               fake_exit,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_EXIT, exit_iface_init))

static void
fake_exit_class_init (FakeExitClass *klass)
{
}

static void
fake_exit_init (FakeExit *self)
{
}

FakeExit *
fake_exit_new (void)
{
  return g_object_new (FAKE_TYPE_EXIT, NULL);
}

static gboolean
answer (FakeExit *self, GError **error)
{
  if (self->manner == FAKE_FAILS || self->manner == FAKE_BOTH)
    icert_set_error (error, ICERT_ERROR_STORAGE, "fake", "disk full (a free octet)");
  return self->manner == FAKE_ANSWERS || self->manner == FAKE_BOTH;
}

static gboolean
fake_exit_initialize (ICertExit *exit,
                      ICertServer *ca,
                      ICertSettings *settings,
                      ICertExitEvents *mask,
                      GError **error)
{
  *mask = FAKE_EXIT (exit)->mask;
  return answer (FAKE_EXIT (exit), error);
}

static gboolean
fake_exit_notify_event (ICertExit *exit,
                        ICertExitEvents event,
                        ICertServerExit *server,
                        GError **error)
{
  FakeExit *self = FAKE_EXIT (exit);

  self->n_calls++;
  self->heard |= event;
  self->request_id = icert_server_get_request_id (ICERT_SERVER (server));
  return answer (self, error);
}

static void
exit_iface_init (ICertExitInterface *iface)
{
  iface->initialize = fake_exit_initialize;
  iface->notify_event = fake_exit_notify_event;
}
