/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fake-liar.h"

struct _FakeLiar
{
  ICertModuleBase parent_instance;

  FakeLie lie;
  int n_calls;       /* atomic */
  int n_inside;      /* atomic: threads that are in a call */
  gboolean over;     /* after shutdown */
  gboolean started;  /* settings were taken once */
  char *pattern;     /* owned: what was made of the settings */
  ICertServer *kept; /* owned: the context of the last call */
  GMutex lock;       /* of kept and pattern */
};

static void policy_iface_init (ICertPolicyInterface *iface);
static void exit_iface_init (ICertExitInterface *iface);
static void manage_iface_init (ICertManageModuleInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeLiar,
                               fake_liar,
                               ICERT_TYPE_MODULE_BASE,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_POLICY, policy_iface_init)
                                   G_IMPLEMENT_INTERFACE (ICERT_TYPE_EXIT, exit_iface_init)
                                       G_IMPLEMENT_INTERFACE (ICERT_TYPE_MANAGE_MODULE,
                                                              manage_iface_init))

static gboolean
fail (FakeLie lie, GError **error)
{
  switch (lie)
    {
    case FAKE_LIAR_SILENT:
      return FALSE;
    case FAKE_LIAR_OTHER_DOMAIN:
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "file: not there (a file)");
      return FALSE;
    case FAKE_LIAR_NO_FIELD:
      g_set_error (error, ICERT_ERROR, ICERT_ERROR_FAILED, "that did not work (better)");
      return FALSE;
    default:
      g_set_error (error, ICERT_ERROR, ICERT_ERROR_FAILED, "policy: that did not work");
      return FALSE;
    }
}

/* TRUE: this lie is told by failing */
static gboolean
tells_by_failing (FakeLie lie)
{
  return lie >= FAKE_LIAR_SILENT && lie <= FAKE_LIAR_NOTHING_EXPECTED;
}

/* Counts the calls that run; what is not reentrant is wrong when there are two. */
static gboolean
enter (FakeLiar *self)
{
  gboolean crowded;

  g_atomic_int_inc (&self->n_calls);
  crowded = g_atomic_int_add (&self->n_inside, 1) > 0;
  if (self->lie == FAKE_LIAR_NOT_REENTRANT)
    {
      g_usleep (2000);
      crowded = crowded || g_atomic_int_get (&self->n_inside) > 1;
    }
  return self->lie == FAKE_LIAR_NOT_REENTRANT && crowded;
}

static void
leave (FakeLiar *self)
{
  g_atomic_int_add (&self->n_inside, -1);
}

/* Reads from the object of the call before, and keeps this one. */
static void
keep (FakeLiar *self, ICertServer *server)
{
  if (self->lie != FAKE_LIAR_KEEPS_CONTEXT)
    return;
  g_mutex_lock (&self->lock);
  if (self->kept != NULL)
    g_clear_pointer (&(char *){ icert_server_get_request_string (self->kept, "CN", NULL) }, g_free);
  if (ICERT_IS_REQUEST_CONTEXT (server))
    g_set_object (&self->kept, server);
  g_mutex_unlock (&self->lock);
}

static gboolean
start (FakeLiar *self, ICertServer *ca, ICertSettings *settings, GError **error)
{
  keep (self, ca);
  if (self->lie == FAKE_LIAR_READS_REQUEST_AT_START)
    g_assert_null (icert_server_get_request_string (ca, "CommonName", NULL));
  if (self->lie == FAKE_LIAR_NEEDS_SETTING)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "Pattern", "not set (a pattern)");
      return FALSE;
    }
  return icert_module_base_use_settings (ICERT_MODULE_BASE (self), settings, error);
}

static gboolean
initialize (ICertPolicy *policy, ICertServer *ca, ICertSettings *settings, GError **error)
{
  return start (FAKE_LIAR (policy), ca, settings, error);
}

static void
write_counter (FakeLiar *self, ICertServerPolicy *server)
{
  char *text = g_strdup_printf ("%d", g_atomic_int_get (&self->n_calls));

  icert_server_policy_set_certificate_property (server, "CommonName",
                                                g_variant_new_take_string (text), NULL);
}

static gboolean
verify_request (ICertPolicy *policy,
                ICertServerPolicy *server,
                gboolean new_request,
                ICertVerdict *verdict,
                GError **error)
{
  FakeLiar *self = FAKE_LIAR (policy);
  gboolean wrong = enter (self);

  keep (self, ICERT_SERVER (server));
  if (self->lie == FAKE_LIAR_WRITES_COUNTER)
    write_counter (self, server);
  if (self->lie == FAKE_LIAR_WAVERS)
    wrong = (g_atomic_int_get (&self->n_calls) & 1) != 0;
  leave (self);
  if (tells_by_failing (self->lie))
    return fail (self->lie, error);
  *verdict = self->lie == FAKE_LIAR_UNKNOWN_ANSWER ? (ICertVerdict) 99
             : wrong                               ? ICERT_VERDICT_DENY
                                                   : ICERT_VERDICT_ISSUE;
  return TRUE;
}

static char *
describe (FakeLiar *self)
{
  if (self->lie == FAKE_LIAR_CHANGES_DESCRIPTION)
    return g_strdup_printf ("Asked %d times", g_atomic_int_add (&self->n_calls, 1));
  if (self->lie == FAKE_LIAR_TWO_LINES)
    return g_strdup ("One line\nand another");
  return g_strdup (self->lie == FAKE_LIAR_NO_LAST_WORD && self->over ? "" : "Lies, or not");
}

static char *
get_policy_description (ICertPolicy *policy)
{
  return describe (FAKE_LIAR (policy));
}

static void
shut_down (ICertPolicy *policy)
{
  FAKE_LIAR (policy)->over = TRUE;
}

static ICertManageModule *
get_policy_manage_module (ICertPolicy *policy)
{
  return g_object_ref (ICERT_MANAGE_MODULE (policy));
}

static char **
list_profiles (ICertPolicy *policy, ICertServer *caller, GError **error)
{
  FakeLiar *self = FAKE_LIAR (policy);
  static const char *const twice[] = { "User", "User", NULL };

  return g_strdupv ((char **) (self->lie == FAKE_LIAR_PROFILE_TWICE ? twice : twice + 1));
}

static void
policy_iface_init (ICertPolicyInterface *iface)
{
  iface->initialize = initialize;
  iface->verify_request = verify_request;
  iface->get_description = get_policy_description;
  iface->shutdown = shut_down;
  iface->get_manage_module = get_policy_manage_module;
  iface->list_profiles = list_profiles;
}

static gboolean
initialize_exit (ICertExit *exit,
                 ICertServer *ca,
                 ICertSettings *settings,
                 ICertExitEvents *mask,
                 GError **error)
{
  FakeLiar *self = FAKE_LIAR (exit);

  *mask = ICERT_EXIT_EVENT_CERT_ISSUED | ICERT_EXIT_EVENT_STARTUP;
  if (self->lie == FAKE_LIAR_UNKNOWN_ANSWER)
    *mask = 0x40000;
  return start (self, ca, settings, error);
}

static gboolean
notify_event (ICertExit *exit, ICertExitEvents event, ICertServerExit *server, GError **error)
{
  FakeLiar *self = FAKE_LIAR (exit);
  gboolean wrong = enter (self);

  keep (self, ICERT_SERVER (server));
  if (self->lie == FAKE_LIAR_WAVERS)
    wrong = (g_atomic_int_get (&self->n_calls) & 1) != 0;
  if (self->lie == FAKE_LIAR_REFUSES_WANTED)
    wrong = event == ICERT_EXIT_EVENT_STARTUP;
  leave (self);
  if (tells_by_failing (self->lie))
    return fail (self->lie, error);
  if (self->lie == FAKE_LIAR_BAD_LAST_WORD && event == ICERT_EXIT_EVENT_SHUTDOWN)
    return fail (FAKE_LIAR_SILENT, error);
  if (wrong)
    icert_set_error (error, ICERT_ERROR_STORAGE, "file", "cannot be written (a file)");
  return !wrong;
}

static char *
get_exit_description (ICertExit *exit)
{
  return describe (FAKE_LIAR (exit));
}

static ICertManageModule *
get_exit_manage_module (ICertExit *exit)
{
  return g_object_ref (ICERT_MANAGE_MODULE (exit));
}

static void
exit_iface_init (ICertExitInterface *iface)
{
  iface->initialize = initialize_exit;
  iface->notify_event = notify_event;
  iface->get_description = get_exit_description;
  iface->get_manage_module = get_exit_manage_module;
}

static GVariant *
get_value (ICertManageModule *module, const char *name, GError **error)
{
  FakeLiar *self = FAKE_LIAR (module);
  g_autoptr (GMutexLocker) locker = NULL;

  if (!g_str_equal (name, "Pattern") && self->lie != FAKE_LIAR_VALUE_OF_ANYTHING)
    {
      icert_set_error (error, ICERT_ERROR_UNKNOWN_NAME, name, "no such setting (Pattern)");
      return NULL;
    }
  locker = g_mutex_locker_new (&self->lock);
  return self->pattern != NULL ? g_variant_ref_sink (g_variant_new_string (self->pattern)) : NULL;
}

static void
manage_iface_init (ICertManageModuleInterface *iface)
{
  iface->get_value = get_value;
}

static void
take_pattern (FakeLiar *self, const char *pattern)
{
  g_mutex_lock (&self->lock);
  g_free (self->pattern);
  self->pattern = g_strdup (pattern);
  g_mutex_unlock (&self->lock);
}

static gboolean
apply_settings (ICertModuleBase *base, ICertSettings *settings, GError **error)
{
  FakeLiar *self = FAKE_LIAR (base);
  g_autofree char *pattern = icert_settings_get_string (settings, "Pattern", NULL);
  gboolean bad = pattern != NULL && strchr (pattern, '/') != NULL;

  if (self->lie == FAKE_LIAR_FORGETS_SETTINGS && self->started)
    bad = TRUE;
  if (!bad || self->lie == FAKE_LIAR_TAKES_BAD_SETTING)
    take_pattern (self, pattern);
  self->started = TRUE;
  if (bad)
    icert_set_error (error,
                     self->lie == FAKE_LIAR_CODE_OF_BAD_SETTING ? ICERT_ERROR_STORAGE
                                                                : ICERT_ERROR_CONFIG,
                     "Pattern", "has a slash (a name)");
  return !bad;
}

static gboolean
check_file (ICertModuleBase *base,
            const char *kind,
            const char *name,
            GBytes *contents,
            GError **error)
{
  if (FAKE_LIAR (base)->lie == FAKE_LIAR_TAKES_ANY_FILE)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, "kind", "not a kind of file (none)");
  return FALSE;
}

static void
fake_liar_finalize (GObject *object)
{
  FakeLiar *self = FAKE_LIAR (object);

  g_clear_object (&self->kept);
  g_free (self->pattern);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (fake_liar_parent_class)->finalize (object);
}

static void
fake_liar_class_init (FakeLiarClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fake_liar_finalize;
  ICERT_MODULE_BASE_CLASS (klass)->apply_settings = apply_settings;
  ICERT_MODULE_BASE_CLASS (klass)->check_file = check_file;
}

static void
fake_liar_init (FakeLiar *self)
{
  g_mutex_init (&self->lock);
}

FakeLiar *
fake_liar_new (FakeLie lie)
{
  FakeLiar *self = g_object_new (FAKE_TYPE_LIAR, NULL);
  ICertModuleBase *base = ICERT_MODULE_BASE (self);

  self->lie = lie;
  icert_module_base_set_info (base, lie == FAKE_LIAR_NAMELESS ? "" : "Liar.Policy", "Lies, or not",
                              NULL, "1.0");
  icert_module_base_add_setting (
      base, "Pattern", "string", lie == FAKE_LIAR_DEFAULT_OUT_OF_RANGE ? "much too long" : "a*",
      "1", "3", lie == FAKE_LIAR_UNDESCRIBED_SETTING ? "" : "What it looks for");
  if (lie == FAKE_LIAR_STRANGE_TYPE)
    icert_module_base_add_setting (base, "Colour", "colour", NULL, NULL, NULL, "A colour");
  return self;
}
