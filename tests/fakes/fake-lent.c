/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fake-lent.h"

static void policy_iface_init (ICertPolicyInterface *iface);
static void exit_iface_init (ICertExitInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeLent,
                               fake_lent,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_POLICY, policy_iface_init)
                                   G_IMPLEMENT_INTERFACE (ICERT_TYPE_EXIT, exit_iface_init))

static void
check_thread (FakeLent *self)
{
  /* A GThread is another one when a thread ends. */
  g_assert_true (pthread_equal (pthread_self (), self->thread));
}

static gboolean
initialize (FakeLent *self, GError **error)
{
  check_thread (self);
  self->n_initialized++;
  if (self->prepare != NULL)
    self->prepare (self);
  if (self->fails)
    icert_set_error (error, ICERT_ERROR_CONFIG, "lent", "does not like it here (another place)");
  return !self->fails;
}

static gboolean
fake_lent_initialize_policy (ICertPolicy *policy,
                             ICertServer *ca,
                             ICertSettings *settings,
                             GError **error)
{
  return initialize (FAKE_LENT (policy), error);
}

static gboolean
fake_lent_verify_request (ICertPolicy *policy,
                          ICertServerPolicy *server,
                          gboolean new_request,
                          ICertVerdict *verdict,
                          GError **error)
{
  FakeLent *self = FAKE_LENT (policy);

  check_thread (self);
  self->n_judged++;
  *verdict = self->verdict;
  return self->judge == NULL || self->judge (self, server, verdict, error);
}

static char *
fake_lent_describe_policy (ICertPolicy *policy)
{
  check_thread (FAKE_LENT (policy));
  return g_strdup ("A policy of the test");
}

static void
fake_lent_shutdown (ICertPolicy *policy)
{
  check_thread (FAKE_LENT (policy));
  FAKE_LENT (policy)->n_shut_down++;
}

static char **
fake_lent_list_profiles (ICertPolicy *policy, ICertServer *caller, GError **error)
{
  check_thread (FAKE_LENT (policy));
  FAKE_LENT (policy)->n_listed++;
  return g_strsplit ("Lent", " ", -1);
}

static void
policy_iface_init (ICertPolicyInterface *iface)
{
  iface->initialize = fake_lent_initialize_policy;
  iface->verify_request = fake_lent_verify_request;
  iface->get_description = fake_lent_describe_policy;
  iface->shutdown = fake_lent_shutdown;
  iface->list_profiles = fake_lent_list_profiles;
}

static gboolean
fake_lent_initialize_exit (ICertExit *exit,
                           ICertServer *ca,
                           ICertSettings *settings,
                           ICertExitEvents *mask,
                           GError **error)
{
  *mask = FAKE_LENT (exit)->mask;
  return initialize (FAKE_LENT (exit), error);
}

static gboolean
fake_lent_notify_event (ICertExit *exit,
                        ICertExitEvents event,
                        ICertServerExit *server,
                        GError **error)
{
  FakeLent *self = FAKE_LENT (exit);
  g_autoptr (GFlagsClass) class = g_type_class_ref (ICERT_TYPE_EXIT_EVENTS);

  check_thread (self);
  if (self->hear != NULL && !self->hear (self, event, server, error))
    return FALSE;
  self->n_heard++;
  g_string_append_printf (self->events, "%s%s:%" G_GINT64_FORMAT, self->events->len > 0 ? " " : "",
                          g_flags_get_first_value (class, event)->value_nick,
                          icert_server_get_request_id (ICERT_SERVER (server)));
  return TRUE;
}

static char *
fake_lent_describe_exit (ICertExit *exit)
{
  check_thread (FAKE_LENT (exit));
  return g_strdup ("An exit of the test");
}

static void
exit_iface_init (ICertExitInterface *iface)
{
  iface->initialize = fake_lent_initialize_exit;
  iface->notify_event = fake_lent_notify_event;
  iface->get_description = fake_lent_describe_exit;
}

static void
fake_lent_finalize (GObject *object)
{
  check_thread (FAKE_LENT (object));
  g_string_free (FAKE_LENT (object)->events, TRUE);
  G_OBJECT_CLASS (fake_lent_parent_class)->finalize (object);
}

static void
fake_lent_class_init (FakeLentClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fake_lent_finalize;
}

static void
fake_lent_init (FakeLent *self)
{
  self->thread = pthread_self ();
  self->events = g_string_new (NULL);
  self->mask = ICERT_EXIT_EVENT_STARTUP | ICERT_EXIT_EVENT_SHUTDOWN | ICERT_EXIT_EVENT_CERT_ISSUED
               | ICERT_EXIT_EVENT_CERT_PENDING | ICERT_EXIT_EVENT_CERT_DENIED;
}

FakeLent *
fake_lent_new (int verdict)
{
  FakeLent *self = g_object_new (FAKE_TYPE_LENT, NULL);

  self->verdict = verdict;
  return self;
}
