/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-enroll.h"

#include <unistd.h>

#include "ca-enroll-check.h"
#include "ca-enroll-files.h"
#include "ca-enroll-key.h"
#include "ca-limits.h"
#include "ca-local.h"

/* CertificateAuthority.Enroll: the object, which holds what is wanted. Each call works on a copy,
 * so that one object can be used from several threads. */
#define CA_TYPE_ENROLL (ca_enroll_get_type ())
G_DECLARE_FINAL_TYPE (CaEnroll, ca_enroll, CA, ENROLL, GObject)

enum
{
  PROP_SUBJECT = 1,
  PROP_PROFILE,
  PROP_KEY_TYPE,
  PROP_KEY_FILE,
  PROP_CERTIFICATE_FILE,
  PROP_CHAIN_FILE,
  PROP_PKCS12_FILE,
  PROP_TRUST,
  N_PROPS
};

struct _CaEnroll
{
  GObject parent_instance;

  GMutex lock;          /* guards all below */
  char *texts[N_PROPS]; /* by property, owned, nullable */
  GBytes *trust;        /* owned, nullable */
  GPtrArray *names;     /* of ICertName, owned; never changed, only replaced */
  char *passphrase;     /* of ca_enroll_secret_dup(), nullable */
};

static void enroll_iface_init (ICertEnrollInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CaEnroll,
                               ca_enroll,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_ENROLL, enroll_iface_init))

static void
plan_clear (CaEnrollPlan *plan)
{
  g_free (plan->subject);
  g_free (plan->profile);
  g_free (plan->key_type);
  g_free (plan->key_file);
  g_free (plan->certificate_file);
  g_free (plan->chain_file);
  g_free (plan->pkcs12_file);
  g_clear_pointer (&plan->names, g_ptr_array_unref);
  g_clear_pointer (&plan->trust, g_bytes_unref);
  ca_enroll_secret_free (plan->passphrase);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CaEnrollPlan, plan_clear)

/* An empty text is none; a file is where it is now, wherever the process goes later. */
static char *
dup_text (CaEnroll *self, guint property)
{
  const char *text = self->texts[property];

  return text != NULL && *text != '\0' ? g_strdup (text) : NULL;
}

static char *
dup_file (CaEnroll *self, guint property)
{
  const char *text = self->texts[property];

  return text != NULL && *text != '\0' ? g_canonicalize_filename (text, NULL) : NULL;
}

static void
fill_plan (CaEnroll *self, CaEnrollPlan *plan)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  plan->subject = dup_text (self, PROP_SUBJECT);
  plan->profile = dup_text (self, PROP_PROFILE);
  plan->key_type = dup_text (self, PROP_KEY_TYPE);
  plan->key_file = dup_file (self, PROP_KEY_FILE);
  plan->certificate_file = dup_file (self, PROP_CERTIFICATE_FILE);
  plan->chain_file = dup_file (self, PROP_CHAIN_FILE);
  plan->pkcs12_file = dup_file (self, PROP_PKCS12_FILE);
  plan->names = g_ptr_array_ref (self->names);
  plan->trust = self->trust != NULL ? g_bytes_ref (self->trust) : NULL;
  plan->passphrase = self->passphrase != NULL ? ca_enroll_secret_dup (self->passphrase) : NULL;
}

static gboolean
make_plan (CaEnroll *self, CaEnrollPlan *plan, GError **error)
{
  fill_plan (self, plan);
  if (plan->key_file != NULL)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, "key-file", "none was given (where the key goes)");
  return FALSE;
}

static gboolean
ca_enroll_set_names (ICertEnroll *enroll, GPtrArray *names, GError **error)
{
  CaEnroll *self = CA_ENROLL (enroll);
  g_autoptr (GPtrArray) copy = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GMutexLocker) locker = NULL;

  if (names != NULL && names->len > CA_LIMIT_SANS)
    {
      icert_set_error (error, ICERT_ERROR_TOO_LARGE, "names", "%u names (at most %d)", names->len,
                       CA_LIMIT_SANS);
      return FALSE;
    }
  for (guint i = 0; names != NULL && i < names->len; i++)
    g_ptr_array_add (copy, g_object_ref (names->pdata[i]));
  locker = g_mutex_locker_new (&self->lock);
  g_ptr_array_unref (self->names);
  self->names = g_steal_pointer (&copy);
  return TRUE;
}

/* A copy: a caller may change what it gets. */
static GPtrArray *
ca_enroll_get_names (ICertEnroll *enroll)
{
  CaEnroll *self = CA_ENROLL (enroll);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  for (guint i = 0; i < self->names->len; i++)
    g_ptr_array_add (names, g_object_ref (self->names->pdata[i]));
  return names;
}

static gboolean
ca_enroll_set_passphrase (ICertEnroll *enroll, const char *passphrase, GError **error)
{
  CaEnroll *self = CA_ENROLL (enroll);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (passphrase != NULL && *passphrase == '\0')
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "passphrase", "is empty (one, or none)");
      return FALSE;
    }
  ca_enroll_secret_free (self->passphrase);
  self->passphrase = passphrase != NULL ? ca_enroll_secret_dup (passphrase) : NULL;
  return TRUE;
}

static GBytes *
create (ICertEnroll *enroll, CaEnrollKind kind, GCancellable *cancellable, GError **error)
{
  g_auto (CaEnrollPlan) plan = { NULL };
  g_autoptr (CaEnrollRecord) record = NULL;
  int fd;

  if (!make_plan (CA_ENROLL (enroll), &plan, error))
    return NULL;
  fd = ca_enroll_folder_lock (plan.key_file, "key-file", error);
  if (fd < 0)
    return NULL;
  record = ca_enroll_prepare (&plan, kind, cancellable, error);
  close (fd);
  return record != NULL ? g_bytes_ref (record->request) : NULL;
}

static GBytes *
ca_enroll_create_request (ICertEnroll *enroll, GCancellable *cancellable, GError **error)
{
  CaEnrollKind kind = { FALSE, FALSE, FALSE };

  return create (enroll, kind, cancellable, error);
}

static GBytes *
ca_enroll_create_renewal (ICertEnroll *enroll,
                          gboolean same_key,
                          GCancellable *cancellable,
                          GError **error)
{
  CaEnrollKind kind = { TRUE, same_key, FALSE };

  return create (enroll, kind, cancellable, error);
}

static gboolean
take (ICertEnroll *enroll, GPtrArray *certificates, GCancellable *cancellable, GError **error)
{
  g_auto (CaEnrollPlan) plan = { NULL };

  return make_plan (CA_ENROLL (enroll), &plan, error)
         && ca_enroll_take (&plan, certificates, NULL, cancellable, error);
}

static gboolean
ca_enroll_install_response (ICertEnroll *enroll,
                            ICertResponse *response,
                            GCancellable *cancellable,
                            GError **error)
{
  g_autoptr (GPtrArray) certificates = NULL;

  if (icert_response_get_disposition (response) != ICERT_DISPOSITION_ISSUED)
    {
      if (icert_response_check_status (response, error))
        icert_set_error (error, ICERT_ERROR_WRONG_STATE, "response",
                         "has no certificate (an answer that was issued)");
      return FALSE;
    }
  certificates = ca_enroll_response_certificates (response, error);
  return certificates != NULL && take (enroll, certificates, cancellable, error);
}

static gboolean
ca_enroll_install_certificate (ICertEnroll *enroll,
                               GBytes *certificate,
                               GCancellable *cancellable,
                               GError **error)
{
  g_autoptr (GPtrArray) certificates
      = ca_enroll_certificates_parse (certificate, "certificate", error);

  return certificates != NULL && take (enroll, certificates, cancellable, error);
}

static ICertResponse *
run (ICertEnroll *enroll,
     const char *config,
     CaEnrollKind kind,
     guint wait,
     GCancellable *cancellable,
     GError **error)
{
  g_auto (CaEnrollPlan) plan = { NULL };

  return make_plan (CA_ENROLL (enroll), &plan, error)
             ? ca_enroll_run (&plan, config, kind, wait, cancellable, error)
             : NULL;
}

static ICertResponse *
ca_enroll_enroll (ICertEnroll *enroll,
                  const char *config,
                  guint wait,
                  GCancellable *cancellable,
                  GError **error)
{
  CaEnrollKind kind = { FALSE, FALSE, TRUE };

  return run (enroll, config, kind, wait, cancellable, error);
}

static ICertResponse *
ca_enroll_renew (ICertEnroll *enroll,
                 const char *config,
                 gboolean same_key,
                 guint wait,
                 GCancellable *cancellable,
                 GError **error)
{
  CaEnrollKind kind = { TRUE, same_key, TRUE };

  return run (enroll, config, kind, wait, cancellable, error);
}

static char *
find_certificate_file (const CaEnrollPlan *plan, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (CaEnrollRecord) record = NULL;

  if (plan->certificate_file != NULL)
    return g_strdup (plan->certificate_file);
  if (plan->key_file != NULL)
    record = ca_enroll_record_load (plan->key_file, &local_error);
  if (record != NULL && record->installed)
    return g_strdup (record->certificate_file);
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else
    icert_set_error (error, ICERT_ERROR_NOT_FOUND, "certificate-file",
                     "no certificate is stored (enroll first)");
  return NULL;
}

static gboolean
read_times (CaEnroll *self, gint64 *begin, gint64 *end, GError **error)
{
  g_auto (CaEnrollPlan) plan = { NULL };
  g_autofree char *file = NULL;
  g_autoptr (GPtrArray) stored = NULL;

  fill_plan (self, &plan);
  file = find_certificate_file (&plan, error);
  stored = file != NULL ? ca_enroll_read_stored (file, error) : NULL;
  if (stored == NULL)
    return FALSE;
  if (ca_enroll_certificate_times (stored->pdata[0], begin, end) && *begin <= *end)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_MALFORMED, "certificate-file",
                   "its dates cannot be read (a begin and an end)");
  return FALSE;
}

static GDateTime *
new_time (gint64 seconds, GError **error)
{
  GDateTime *time = g_date_time_new_from_unix_utc (seconds);

  if (time == NULL)
    icert_set_error (error, ICERT_ERROR_MALFORMED, "certificate-file",
                     "a date is out of range (the years 1 to 9999)");
  return time;
}

static GDateTime *
ca_enroll_get_not_after (ICertEnroll *enroll, GError **error)
{
  gint64 begin, end;

  return read_times (CA_ENROLL (enroll), &begin, &end, error) ? new_time (end, error) : NULL;
}

static GDateTime *
ca_enroll_get_renewal_time (ICertEnroll *enroll, GError **error)
{
  gint64 begin, end;

  return read_times (CA_ENROLL (enroll), &begin, &end, error)
             ? new_time (end - (end - begin) / 3, error)
             : NULL;
}

static void
ca_enroll_get_property (GObject *object, guint property, GValue *value, GParamSpec *pspec)
{
  CaEnroll *self = CA_ENROLL (object);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (property == PROP_TRUST)
    g_value_set_boxed (value, self->trust);
  else if (property > 0 && property < N_PROPS)
    g_value_set_string (value, self->texts[property]);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
}

static void
ca_enroll_set_property (GObject *object, guint property, const GValue *value, GParamSpec *pspec)
{
  CaEnroll *self = CA_ENROLL (object);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (property == PROP_TRUST)
    {
      g_clear_pointer (&self->trust, g_bytes_unref);
      self->trust = g_value_dup_boxed (value);
    }
  else if (property > 0 && property < N_PROPS)
    {
      g_free (self->texts[property]);
      self->texts[property] = g_value_dup_string (value);
    }
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
}

static void
ca_enroll_finalize (GObject *object)
{
  CaEnroll *self = CA_ENROLL (object);

  for (guint i = 0; i < N_PROPS; i++)
    g_free (self->texts[i]);
  g_clear_pointer (&self->trust, g_bytes_unref);
  g_ptr_array_unref (self->names);
  ca_enroll_secret_free (self->passphrase);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (ca_enroll_parent_class)->finalize (object);
}

static void
ca_enroll_class_init (CaEnrollClass *klass)
{
  static const char *const names[] = { [PROP_SUBJECT] = "subject",
                                       [PROP_PROFILE] = "profile",
                                       [PROP_KEY_TYPE] = "key-type",
                                       [PROP_KEY_FILE] = "key-file",
                                       [PROP_CERTIFICATE_FILE] = "certificate-file",
                                       [PROP_CHAIN_FILE] = "chain-file",
                                       [PROP_PKCS12_FILE] = "pkcs12-file",
                                       [PROP_TRUST] = "trust" };
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = ca_enroll_get_property;
  object_class->set_property = ca_enroll_set_property;
  object_class->finalize = ca_enroll_finalize;
  for (guint i = 1; i < N_PROPS; i++)
    g_object_class_override_property (object_class, i, names[i]);
}

static void
ca_enroll_init (CaEnroll *self)
{
  g_mutex_init (&self->lock);
  self->names = g_ptr_array_new_with_free_func (g_object_unref);
}

static void
enroll_iface_init (ICertEnrollInterface *iface)
{
  iface->set_names = ca_enroll_set_names;
  iface->get_names = ca_enroll_get_names;
  iface->set_passphrase = ca_enroll_set_passphrase;
  iface->create_request = ca_enroll_create_request;
  iface->create_renewal = ca_enroll_create_renewal;
  iface->install_response = ca_enroll_install_response;
  iface->install_certificate = ca_enroll_install_certificate;
  iface->enroll = ca_enroll_enroll;
  iface->renew = ca_enroll_renew;
  iface->get_not_after = ca_enroll_get_not_after;
  iface->get_renewal_time = ca_enroll_get_renewal_time;
}
