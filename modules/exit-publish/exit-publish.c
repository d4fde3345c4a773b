/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "exit-publish.h"

#include <string.h>

#include "exit-names.h"
#include "exit-publish-file.h"
#include "exit-publish-http.h"
#include "exit-publish-pattern.h"

/* The value of ReadBack that stands for the CA's own Url */
#define OF_CA "ca"
/* one event waits for as many servers that hang; what is left comes with the next attempt */
#define MOST_HANGING 6

/* Where to, as the settings say. Immutable; shared by the calls that run. */
typedef struct
{
  char *folder;
  char *certificate;    /* pattern */
  char *ca_certificate; /* pattern; "" = the CA's own certificates are not published */
  char *crl;            /* pattern; "" = CRLs are not published */
  char *read_back;      /* "ca" or the URL of the folder; "" = CRLs are not read back through it */
  char *read_back_ca;   /* (nullable): file of who signs the server's certificate */
  gint64 timeout;       /* microseconds, of one such reading */
} Target;

/* Publishes certificates as files. Events come at least once (S-L4), so every file is written as a
 * whole and the same event again changes nothing. */
struct _ExitPublish
{
  ICertModuleBase parent_instance;

  GMutex lock;    /* of target */
  Target *target; /* owned; NULL before initialize() */
};

static void exit_iface_init (ICertExitInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ExitPublish,
                               exit_publish,
                               ICERT_TYPE_MODULE_BASE,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_EXIT, exit_iface_init))

static const ICertSettingInfo setting_infos[] = {
  { "Folder", "path", "publish", NULL, NULL, "Where files go" },
  { "Certificate", "string", "certs/<RequestID>.crt", NULL, NULL,
    "Name of an issued certificate's file; AD CS's tokens, <RequestID>, <SerialNumber>" },
  { "CACertificate", "string", "ca%4.crt", NULL, NULL,
    "Name of the files of the CA's own certificates; empty: none" },
  { "CRL", "string", "crl/ca%8<CRLPartitionIndex>%9.crl", NULL, NULL,
    "Name of the files of CRLs; empty: none" },
  { "ReadBack", "string", "", NULL, NULL,
    "URL of the folder, by which each CRL is read back; ca: the CA's Url; empty: none" },
  { "ReadBackCA", "path", NULL, NULL, NULL,
    "Who signs the certificate of an https server, in PEM; empty: whom this machine trusts" },
  { "ReadBackTimeout", "duration", "10s", "1s", "10min",
    "How long a CRL may take to be read back" },
};

static const ICertModuleDescription module_description = {
  .name = "Publish.Exit",
  .description = "Publishes certificates and CRLs as files",
  .copyright = "The icert authors, LGPL-2.1-or-later",
  .version = ICERT_VERSION,
  .settings = setting_infos,
  .n_settings = G_N_ELEMENTS (setting_infos),
};

static void
target_clear (gpointer data)
{
  Target *target = data;

  g_free (target->folder);
  g_free (target->certificate);
  g_free (target->ca_certificate);
  g_free (target->crl);
  g_free (target->read_back);
  g_free (target->read_back_ca);
}

static void
target_unref (Target *target)
{
  g_atomic_rc_box_release_full (target, target_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Target, target_unref)

static gboolean
read_read_back (Target *target, ICertSettings *settings, GError **error)
{
  gint64 seconds;

  target->read_back = icert_settings_get_string (settings, "ReadBack", error);
  if (target->read_back == NULL
      || !icert_settings_get_int (settings, "ReadBackTimeout", &seconds, error))
    return FALSE;
  target->timeout = seconds * G_TIME_SPAN_SECOND;
  target->read_back_ca = icert_settings_get_string (settings, "ReadBackCA", NULL);
  if (target->read_back_ca != NULL
      && !exit_publish_http_check_trust (target->read_back_ca, "ReadBackCA", error))
    return FALSE;
  if (*target->read_back == '\0' || g_str_equal (target->read_back, OF_CA)
      || g_str_has_prefix (target->read_back, "http://")
      || g_str_has_prefix (target->read_back, "https://"))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, "ReadBack", "%s (ca, http://…, https://… or nothing)",
                   target->read_back);
  return FALSE;
}

static Target *
target_new (ICertSettings *settings, GError **error)
{
  g_autoptr (Target) target = g_atomic_rc_box_new0 (Target);

  target->folder = icert_settings_get_string (settings, "Folder", error);
  if (target->folder == NULL)
    return NULL;
  target->certificate = icert_settings_get_string (settings, "Certificate", error);
  if (target->certificate == NULL
      || !exit_publish_pattern_check (target->certificate, "Certificate", EXIT_PUBLISH_CERTIFICATE,
                                      error))
    return NULL;
  target->ca_certificate = icert_settings_get_string (settings, "CACertificate", error);
  if (target->ca_certificate == NULL
      || (*target->ca_certificate != '\0'
          && !exit_publish_pattern_check (target->ca_certificate, "CACertificate",
                                          EXIT_PUBLISH_CA_CERTIFICATE, error)))
    return NULL;
  target->crl = icert_settings_get_string (settings, "CRL", error);
  if (target->crl == NULL
      || (*target->crl != '\0'
          && !exit_publish_pattern_check (target->crl, "CRL", EXIT_PUBLISH_CRL, error))
      || !read_read_back (target, settings, error))
    return NULL;
  return g_steal_pointer (&target);
}

static gboolean
exit_publish_apply_settings (ICertModuleBase *base, ICertSettings *settings, GError **error)
{
  ExitPublish *self = EXIT_PUBLISH (base);
  Target *target = target_new (settings, error);

  if (target == NULL)
    return FALSE;
  g_mutex_lock (&self->lock);
  if (self->target != NULL)
    target_unref (self->target);
  self->target = target;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static Target *
dup_target (ExitPublish *self, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->target != NULL)
    return g_atomic_rc_box_acquire (self->target);
  icert_set_error (error, ICERT_ERROR_FAILED, "exit", "not initialized (initialize first)");
  return NULL;
}

/* (nullable): @pattern with what the CA says of itself and @own's fields */
static char *
make_path (ICertServer *server, const char *pattern, const ExitPublishTokens *own, GError **error)
{
  g_auto (ExitCaNames) names = { NULL };
  ExitPublishTokens tokens = *own;

  exit_ca_names_load (&names, server);
  tokens.dns_name = names.dns_name;
  tokens.short_host = names.short_host;
  tokens.ca_name = names.ca_name;
  tokens.short_name = names.short_name;
  return exit_publish_pattern_expand (pattern, &tokens, error);
}

static gboolean
publish (ICertServer *server,
         const Target *target,
         const char *pattern,
         const ExitPublishTokens *own,
         GBytes *contents,
         GError **error)
{
  g_autofree char *path = make_path (server, pattern, own, error);

  return path != NULL && exit_publish_file_replace (target->folder, path, contents, FALSE, error);
}

/* Nothing that names the file comes from the requester: AD CS's attribute CertFile let him choose a
 * path, and there is no such thing here. */
static gboolean
publish_issued (ICertServerExit *server, const Target *target, GError **error)
{
  ICertServer *reader = ICERT_SERVER (server);
  g_autoptr (GBytes) certificate = icert_server_exit_get_certificate (server, error);
  g_autoptr (GBytes) pem = NULL;
  g_autofree char *request_id = NULL;
  g_autofree char *suffix = NULL;
  g_autofree char *serial = NULL;
  ExitPublishTokens tokens = { 0 };

  if (certificate == NULL)
    {
      if (error != NULL && *error == NULL)
        icert_set_error (error, ICERT_ERROR_FAILED, "certificate", "not there (an issued one)");
      return FALSE;
    }
  request_id = g_strdup_printf ("%" G_GINT64_FORMAT, icert_server_get_request_id (reader));
  suffix = g_strdup_printf ("(%s)", request_id);
  serial = icert_server_get_certificate_string (reader, "SerialNumber", NULL);
  tokens.request_id = request_id;
  tokens.suffix = suffix;
  tokens.serial = serial;
  pem = exit_publish_pem (certificate);
  return publish (reader, target, target->certificate, &tokens, pem, error);
}

/* In DER: these files stand behind the caIssuers URLs of certificates (RFC 5280, 4.2.2.1). */
static gboolean
publish_ca_certificate (ICertServer *server, const Target *target, gint64 index, GError **error)
{
  g_autofree char *raw_name = g_strdup_printf ("RawCACertificate.%" G_GINT64_FORMAT, index);
  g_autofree char *suffix
      = index == 0 ? g_strdup ("") : g_strdup_printf ("(%" G_GINT64_FORMAT ")", index);
  g_autoptr (GVariant) raw = icert_server_get_ca_property (server, raw_name, NULL);
  ExitPublishTokens tokens = { .suffix = suffix };
  g_autoptr (GBytes) certificate = NULL;

  /* a CA that waits for its certificate has none yet */
  if (raw == NULL || !g_variant_is_of_type (raw, G_VARIANT_TYPE_BYTESTRING))
    return TRUE;
  certificate = g_variant_get_data_as_bytes (raw);
  return publish (server, target, target->ca_certificate, &tokens, certificate, error);
}

static gboolean
publish_ca (ICertServer *server, const Target *target, GError **error)
{
  g_autoptr (GVariant) count = NULL;
  gint64 n_certificates = 1;

  if (*target->ca_certificate == '\0')
    return TRUE;
  count = icert_server_get_ca_property (server, "CertCount", NULL);
  if (count != NULL && g_variant_is_of_type (count, G_VARIANT_TYPE_INT32))
    n_certificates = g_variant_get_int32 (count);
  for (gint64 i = 0; i < n_certificates; i++)
    if (!publish_ca_certificate (server, target, i, error))
      return FALSE;
  return TRUE;
}

/* CRLs */

/* The path of @crl; of the base CRL of its key and partition when @base. */
static char *
make_crl_path (ICertServer *server,
               const Target *target,
               ICertIssuedCrl *crl,
               gboolean base,
               GError **error)
{
  g_autofree char *suffix = exit_get_crl_suffix (crl);
  g_autofree char *index = exit_get_crl_partition (crl);
  ExitPublishTokens tokens = { .crl_suffix = suffix,
                               .partition = index,
                               .delta = !base && icert_issued_crl_get_delta (crl) ? "+" : NULL };

  if (index != NULL && strstr (target->crl, "<CRLPartitionIndex>") == NULL)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "CRL",
                       "all partitions would have one name (<CRLPartitionIndex>)");
      return NULL;
    }
  return make_path (server, target->crl, &tokens, error);
}

/* What administrators see: the file as a URI. */
static char *
make_place (const Target *target, const char *path)
{
  g_autofree char *full = g_build_filename (target->folder, path, NULL);
  g_autofree char *absolute = g_canonicalize_filename (full, NULL);

  return g_filename_to_uri (absolute, NULL, NULL);
}

/* A delta goes nowhere before its base (processing.md 6). */
static gboolean
check_base (ICertServer *server, const Target *target, ICertIssuedCrl *crl, GError **error)
{
  g_autofree char *path = NULL;
  g_autoptr (GBytes) base = NULL;
  g_autoptr (GError) local = NULL;

  if (!icert_issued_crl_get_delta (crl))
    return TRUE;
  path = make_crl_path (server, target, crl, TRUE, error);
  if (path == NULL)
    return FALSE;
  base = exit_publish_file_load (target->folder, path, &local);
  if (local == NULL)
    return icert_issued_crl_check_base (crl, base, error);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* S-I4: judged against what is there, replaced as a whole, read back. */
static gboolean
put_crl (ICertServer *server,
         const Target *target,
         ICertIssuedCrl *crl,
         const char *path,
         GError **error)
{
  g_autoptr (GBytes) contents = icert_issued_crl_get_bytes (crl);
  g_autoptr (GError) local = NULL;
  g_autoptr (GBytes) before = exit_publish_file_load (target->folder, path, &local);
  gboolean same;

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (!icert_issued_crl_check_replaces (crl, before, &same, error)
      || !check_base (server, target, crl, error)
      || !exit_publish_file_replace (target->folder, path, contents, TRUE, error))
    return FALSE;
  if (exit_publish_file_has (target->folder, path, contents))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_FAILED, path,
                   "read back, it is something else (what was written)");
  return FALSE;
}

/* The URL by which clients find @path */
static char *
make_url (ICertServer *server, const Target *target, const char *path, GError **error)
{
  g_autofree char *of_ca
      = g_str_equal (target->read_back, OF_CA) ? exit_get_ca_text (server, "Url") : NULL;
  const char *base = g_str_equal (target->read_back, OF_CA) ? of_ca : target->read_back;
  /* as certificates have it: what may stand in a path is not escaped */
  g_autofree char *escaped = g_uri_escape_string (path, "/+()_,;=@:!$&'*", FALSE);

  if (base == NULL || *base == '\0')
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "ReadBack", "the CA has no Url (one in [CA])");
      return NULL;
    }
  return g_strconcat (base, g_str_has_suffix (base, "/") ? "" : "/", escaped, NULL);
}

/* For whoever reads the alarm: where the file before is. Takes @failure. */
static GError *
name_kept (const Target *target, const char *path, GError *failure)
{
  static const char field[] = "read-back: ";
  g_autofree char *kept = g_strconcat (path, EXIT_PUBLISH_KEPT, NULL);
  g_autofree char *full = g_build_filename (target->folder, kept, NULL);
  g_autofree char *text = icert_error_get_text (failure);
  GError *told = NULL;

  if (!g_str_has_prefix (text, field) || !g_file_test (full, G_FILE_TEST_IS_REGULAR))
    return failure;
  icert_set_error (&told, failure->code, "read-back", "%s; the CRL before is kept as %s",
                   text + strlen (field), kept);
  g_error_free (failure);
  return told;
}

/* S-I4: through the URL that is in certificates, as a place of its own. The new file stays when
 * another thing comes from there. With a cache on the way the old CRL comes for as long as it is
 * kept; to put it back each time would keep the new one from ever getting out, and would take back
 * revocations that were acknowledged. The one before is kept beside it for administrators. */
static gboolean
read_back_crl (ICertServer *server,
               const Target *target,
               ICertIssuedCrl *crl,
               const char *path,
               gint64 until,
               GError **error)
{
  g_autoptr (GBytes) contents = icert_issued_crl_get_bytes (crl);
  g_autoptr (GError) local = NULL;
  g_autofree char *url = make_url (server, target, path, &local);
  gint64 now = g_get_monotonic_time ();

  if (url != NULL && now >= until)
    icert_set_error (&local, ICERT_ERROR_PENDING, "read-back", "too many hang (the next attempt)");
  else if (url != NULL
           && exit_publish_http_check (url, target->read_back_ca, contents,
                                       MIN (now + target->timeout, until), &local))
    {
      icert_issued_crl_report_done (crl, url, TRUE);
      return TRUE;
    }
  local = name_kept (target, path, local);
  icert_issued_crl_report_failure (crl, url != NULL ? url : target->read_back, local);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
publish_crl (ICertServer *server,
             const Target *target,
             ICertIssuedCrl *crl,
             gint64 until,
             GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *path = make_crl_path (server, target, crl, FALSE, &local);
  g_autofree char *place = make_place (target, path != NULL ? path : target->crl);

  if (path != NULL && put_crl (server, target, crl, path, &local))
    {
      icert_issued_crl_report_done (crl, place, TRUE);
      return *target->read_back == '\0' || read_back_crl (server, target, crl, path, until, error);
    }
  icert_issued_crl_report_failure (crl, place, local);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* All that can be written are, whatever becomes of the others; the first failure is the answer. */
static gboolean
publish_crls (ICertServerExit *server, const Target *target, GError **error)
{
  g_autoptr (GPtrArray) crls = NULL;
  g_autoptr (GError) first = NULL;
  gint64 until = g_get_monotonic_time () + MOST_HANGING * target->timeout;

  if (*target->crl == '\0')
    return TRUE;
  crls = icert_server_exit_list_crls (server, error);
  if (crls == NULL)
    return FALSE;
  for (guint i = 0; i < crls->len; i++)
    publish_crl (ICERT_SERVER (server), target, crls->pdata[i], until,
                 first == NULL ? &first : NULL);
  if (first == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}

static gboolean
exit_publish_initialize (ICertExit *module,
                         ICertServer *ca,
                         ICertSettings *settings,
                         ICertExitEvents *mask,
                         GError **error)
{
  if (!icert_module_base_use_settings (ICERT_MODULE_BASE (module), settings, error))
    return FALSE;
  *mask = ICERT_EXIT_EVENT_CERT_ISSUED | ICERT_EXIT_EVENT_STARTUP | ICERT_EXIT_EVENT_CRL_ISSUED;
  return TRUE;
}

static gboolean
exit_publish_notify_event (ICertExit *module,
                           ICertExitEvents event,
                           ICertServerExit *server,
                           GError **error)
{
  g_autoptr (Target) target = dup_target (EXIT_PUBLISH (module), error);

  if (target == NULL)
    return FALSE;
  switch (event)
    {
    case ICERT_EXIT_EVENT_CERT_ISSUED:
      return publish_issued (server, target, error);
    case ICERT_EXIT_EVENT_CRL_ISSUED:
      return publish_crls (server, target, error);
    case ICERT_EXIT_EVENT_STARTUP:
      return publish_ca (ICERT_SERVER (server), target, error);
    default:
      return TRUE;
    }
}

static void
exit_iface_init (ICertExitInterface *iface)
{
  iface->initialize = exit_publish_initialize;
  iface->notify_event = exit_publish_notify_event;
}

static void
exit_publish_finalize (GObject *object)
{
  ExitPublish *self = EXIT_PUBLISH (object);

  g_clear_pointer (&self->target, target_unref);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (exit_publish_parent_class)->finalize (object);
}

static void
exit_publish_class_init (ExitPublishClass *klass)
{
  ICertModuleBaseClass *base_class = ICERT_MODULE_BASE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = exit_publish_finalize;
  base_class->apply_settings = exit_publish_apply_settings;
  icert_module_base_class_describe (base_class, &module_description);
}

static void
exit_publish_init (ExitPublish *self)
{
  g_mutex_init (&self->lock);
}
