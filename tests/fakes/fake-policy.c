/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fake-policy.h"

static void policy_iface_init (ICertPolicyInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakePolicy,
                               fake_policy,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_POLICY, policy_iface_init))

static void
fake_policy_class_init (FakePolicyClass *klass)
{
}

static void
fake_policy_init (FakePolicy *self)
{
}

FakePolicy *
fake_policy_new (void)
{
  return g_object_new (FAKE_TYPE_POLICY, NULL);
}

static gboolean
answer (FakePolicy *self, GError **error)
{
  self->n_calls++;
  if (self->manner == FAKE_FAILS || self->manner == FAKE_BOTH)
    {
      if (self->message != NULL)
        g_set_error_literal (error, ICERT_ERROR, self->code, self->message);
      else
        icert_set_error (error, self->code, "fake", "said no (a yes)");
    }
  return self->manner == FAKE_ANSWERS || self->manner == FAKE_BOTH;
}

static gboolean
fake_policy_initialize (ICertPolicy *policy,
                        ICertServer *ca,
                        ICertSettings *settings,
                        GError **error)
{
  return answer (FAKE_POLICY (policy), error);
}

static gboolean
fake_policy_verify_request (ICertPolicy *policy,
                            ICertServerPolicy *server,
                            gboolean new_request,
                            ICertVerdict *verdict,
                            GError **error)
{
  FakePolicy *self = FAKE_POLICY (policy);

  self->saw_new_request = new_request;
  *verdict = self->verdict;
  return answer (self, error);
}

static char *
fake_policy_get_description (ICertPolicy *policy)
{
  return FAKE_POLICY (policy)->manner == FAKE_SILENT ? NULL : g_strdup ("Answers what a test says");
}

static char **
fake_policy_list_profiles (ICertPolicy *policy, ICertServer *caller, GError **error)
{
  return answer (FAKE_POLICY (policy), error) ? g_strsplit ("User WebServer", " ", -1) : NULL;
}

static void
policy_iface_init (ICertPolicyInterface *iface)
{
  iface->initialize = fake_policy_initialize;
  iface->verify_request = fake_policy_verify_request;
  iface->get_description = fake_policy_get_description;
  iface->list_profiles = fake_policy_list_profiles;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeIdle,
                               fake_idle,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_POLICY, NULL)
                                   G_IMPLEMENT_INTERFACE (ICERT_TYPE_EXIT, NULL))

static void
fake_idle_class_init (FakeIdleClass *klass)
{
}

static void
fake_idle_init (FakeIdle *self)
{
}

static void
hollow_policy_init (ICertPolicyInterface *iface)
{
  iface->initialize = NULL;
  iface->verify_request = NULL;
  iface->get_description = NULL;
  iface->shutdown = NULL;
  iface->get_manage_module = NULL;
  iface->list_profiles = NULL;
}

static void
hollow_exit_init (ICertExitInterface *iface)
{
  iface->initialize = NULL;
  iface->notify_event = NULL;
  iface->get_description = NULL;
  iface->get_manage_module = NULL;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeHollow,
                               fake_hollow,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_POLICY, hollow_policy_init)
                                   G_IMPLEMENT_INTERFACE (ICERT_TYPE_EXIT, hollow_exit_init))

static void
fake_hollow_class_init (FakeHollowClass *klass)
{
}

static void
fake_hollow_init (FakeHollow *self)
{
}
