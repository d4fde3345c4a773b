/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "ca-adopt.h"
#include "ca-builder.h"
#include "ca-ceremony.h"
#include "ca-clock.h"
#include "ca-folder.h"
#include "ca-install.h"
#include "ca-local.h"
#include "ca-parent.h"
#include "ca-renew.h"
#include "icert-config-files.h"

/* CertificateAuthority.Setup: makes and completes CAs. A subordinate of a two-tier CA gets its
 * certificate from its root by the path of any request. */
#define CA_TYPE_SETUP (ca_setup_get_type ())
G_DECLARE_FINAL_TYPE (CaSetup, ca_setup, CA, SETUP, GObject)

struct _CaSetup
{
  GObject parent_instance;

  char *texts[10]; /* by property */
  ICertSetupType type;
  gboolean dual_control;
  CaProgress *progress;
};

enum
{
  PROP_NAME = 1,
  PROP_SUBJECT,
  PROP_KEY_TYPE,
  PROP_VALIDITY,
  PROP_STORE,
  PROP_KEY_URI,
  PROP_URL,
  PROP_FOLDER,
  PROP_REQUEST_FILE,
  PROP_TYPE,
  PROP_DUAL_CONTROL
};

static void setup_iface_init (ICertSetupInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CaSetup,
                               ca_setup,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_SETUP, setup_iface_init))

/* Everything create() works out before it touches the disk. */
typedef struct
{
  char *name;      /* of the issuing CA: "Demo CA" */
  char *root_name; /* "Demo Root CA" */
  char *folder;    /* where the CA will be */
  char *part;      /* where it is made: renamed when it is complete */
  char *url;
  GPtrArray *subject; /* of CaRdn */
  GPtrArray *root_subject;
  int months;
  gint64 seconds;
} SetupPlan;

static void
plan_clear (SetupPlan *plan)
{
  g_free (plan->name);
  g_free (plan->root_name);
  g_free (plan->folder);
  g_free (plan->part);
  g_free (plan->url);
  g_clear_pointer (&plan->subject, g_ptr_array_unref);
  g_clear_pointer (&plan->root_subject, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SetupPlan, plan_clear)

static gboolean
check_name (const char *name, GError **error)
{
  glong length = name != NULL && g_utf8_validate (name, -1, NULL) ? g_utf8_strlen (name, -1) : 0;
  g_autofree char *quoted = NULL;

  if (length > 0 && length <= 50 && strpbrk (name, "/\\\n\r\t\"<>") == NULL && name[0] != '.'
      && name[0] != '-')
    return TRUE;
  quoted = icert_error_quote (name != NULL ? name : "", -1);
  icert_set_error (error, ICERT_ERROR_CONFIG, "name", "%s (1 to 50 characters without slashes)",
                   quoted);
  return FALSE;
}

static GPtrArray *
default_subject (const char *name)
{
  GPtrArray *subject = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_rdn_free);

  g_ptr_array_add (subject, ca_rdn_new ("2.5.4.3", name));
  return subject;
}

/* The root is called as the CA below it, but for its common name. */
static GPtrArray *
subject_of_root (GPtrArray *subject, const char *root_name)
{
  GPtrArray *root = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_rdn_free);

  for (guint i = 0; i < subject->len; i++)
    {
      const CaRdn *rdn = subject->pdata[i];

      g_ptr_array_add (
          root, ca_rdn_new (rdn->oid, strcmp (rdn->oid, "2.5.4.3") == 0 ? root_name : rdn->value));
    }
  return root;
}

static char *
default_folder (const char *name)
{
  g_autofree char *sanitized = icert_sanitize_name (name);

  return geteuid () == 0 ? g_build_filename ("/var/lib/icert", sanitized, NULL)
                         : g_build_filename (g_get_user_data_dir (), "icert", sanitized, NULL);
}

static char *
default_url (const char *name)
{
  g_autofree char *host = g_ascii_strdown (g_get_host_name (), -1);
  g_autofree char *escaped = g_uri_escape_string (name, NULL, FALSE);

  return g_strdup_printf ("http://%s/icert/%s", host, escaped);
}

static gboolean
choose_url (CaSetup *self, SetupPlan *plan, GError **error)
{
  const char *url = self->texts[PROP_URL];

  plan->url = url != NULL ? g_strdup (url) : default_url (plan->name);
  return plan->url[0] == '\0' || ca_config_check_url (plan->url, error);
}

static gboolean
check_parts (CaSetup *self, GError **error)
{
  const char *store = self->texts[PROP_STORE];

  if (store != NULL && strcmp (store, "sqlite") != 0)
    {
      icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, "store", "%s (sqlite)", store);
      return FALSE;
    }
  if (self->texts[PROP_KEY_URI] != NULL)
    {
      icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, "key-uri",
                       "%s (no key-uri: a key file is made)", self->texts[PROP_KEY_URI]);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_folder (SetupPlan *plan, GError **error)
{
  struct stat status;

  if (g_lstat (plan->folder, &status) != 0)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, "folder",
                   "%s is there already (a folder that is not)", plan->folder);
  return FALSE;
}

/* Who makes a second CA of a name would find the first one no more: its record would be gone. */
static gboolean
check_record (const char *name, const char *folder, GError **error)
{
  g_autofree char *config = icert_config_string_format ("localhost", name);
  g_autofree char *recorded = ca_folder_find_recorded (config);
  g_autofree char *conf = recorded != NULL ? g_build_filename (recorded, "ca.conf", NULL) : NULL;

  if (conf == NULL || strcmp (recorded, folder) == 0 || !g_file_test (conf, G_FILE_TEST_EXISTS))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFLICT, "name", "%s is in %s already (another name)",
                   config, recorded);
  return FALSE;
}

static gboolean
make_plan (CaSetup *self, SetupPlan *plan, GError **error)
{
  const char *name = self->texts[PROP_NAME];
  const char *validity = self->texts[PROP_VALIDITY] != NULL ? self->texts[PROP_VALIDITY] : "10y";

  if (!check_name (name, error) || !check_parts (self, error)
      || !icert_duration_parse (validity, &plan->months, &plan->seconds, error))
    return FALSE;
  plan->name = g_strconcat (name, " CA", NULL);
  plan->root_name = g_strconcat (name, " Root CA", NULL);
  plan->folder = self->texts[PROP_FOLDER] != NULL
                     ? g_canonicalize_filename (self->texts[PROP_FOLDER], NULL)
                     : default_folder (name);
  plan->part = g_strdup_printf ("%s.part-%d", plan->folder, (int) getpid ());
  if (!choose_url (self, plan, error))
    return FALSE;
  plan->subject = self->texts[PROP_SUBJECT] != NULL
                      ? ca_name_from_text (self->texts[PROP_SUBJECT], error)
                      : default_subject (plan->name);
  if (plan->subject == NULL)
    return FALSE;
  plan->root_subject = subject_of_root (plan->subject, plan->root_name);
  return check_folder (plan, error) && check_record (plan->name, plan->folder, error)
         && (self->type != ICERT_SETUP_TYPE_TWO_TIER
             || check_record (plan->root_name, plan->folder, error));
}

/* A CA of its own making. @factor: a root outlives what it issues. */
static gboolean
self_sign (const SetupPlan *plan,
           const char *folder,
           GPtrArray *subject,
           ICertKey *key,
           guint factor,
           GError **error)
{
  gint64 now = ca_clock_now () / G_USEC_PER_SEC;
  gint64 not_after = icert_duration_add (now, plan->months * factor, plan->seconds * factor) - 1;
  g_autoptr (GBytes) certificate
      = ca_builder_self_signed (subject, key, "sha256", now, not_after, -1, error);

  return certificate != NULL
         && ca_ceremony_note_certificate (folder, "init: certificate 0, self-signed", certificate,
                                          error)
         && ca_folder_write_certificate (folder, 0, certificate, NULL, error);
}

static const char *
key_type_of (CaSetup *self)
{
  return self->texts[PROP_KEY_TYPE] != NULL ? self->texts[PROP_KEY_TYPE] : "ec-p256";
}

/* S-M5: the first entries of the transcript. */
static ICertKey *
create_folder (const CaFolderPlan *plan, GError **error)
{
  g_autoptr (ICertKey) key = ca_folder_create (plan, error);

  if (key == NULL || !ca_ceremony_check_pair (key, "sha256", error)
      || !ca_ceremony_note (plan->folder, error, "init: %s CA %s, %s",
                            plan->is_root ? "root" : "subordinate", plan->name,
                            plan->dual_control ? "dual control" : "single operator")
      || !ca_ceremony_note_key (plan->folder, key, 0, plan->key_type, error))
    return NULL;
  return g_steal_pointer (&key);
}

static ICertKey *
make_root (CaSetup *self, const SetupPlan *plan, const char *folder, GError **error)
{
  g_autofree char *root_url = g_strconcat (plan->url, "/root", NULL);
  CaFolderPlan root
      = { .folder = folder,
          .name = plan->root_name,
          .is_root = TRUE,
          .url = root_url,
          .key_type = key_type_of (self),
          .max_validity = self->texts[PROP_VALIDITY] != NULL ? self->texts[PROP_VALIDITY] : "10y",
          .ca_profiles = "SubCA",
          .ca_path_length = 0,
          .dual_control = self->dual_control };
  g_autoptr (ICertKey) key = create_folder (&root, error);

  if (key == NULL || !self_sign (plan, folder, plan->root_subject, key, 2, error))
    return NULL;
  return g_steal_pointer (&key);
}

static ICertKey *
make_issuing (CaSetup *self, const SetupPlan *plan, gboolean is_root, GError **error)
{
  CaFolderPlan issuing = { .folder = plan->part,
                           .name = plan->name,
                           .is_root = is_root,
                           .url = plan->url,
                           .key_type = key_type_of (self),
                           /* a root may certify CAs (SubCA), which live longer than a server */
                           .max_validity = is_root ? "5y" : "398d",
                           .ca_path_length = -1,
                           .dual_control = self->dual_control,
                           .publishes = TRUE };

  return create_folder (&issuing, error);
}

static gboolean
certify_by_root (const SetupPlan *plan, ICertKey *key, GError **error)
{
  g_autoptr (CaEngine) root = ca_parent_open (plan->part, error);
  g_autoptr (GBytes) request
      = root != NULL ? ca_builder_request (plan->subject, key, "sha256", error) : NULL;
  g_autoptr (GPtrArray) chain = NULL;
  g_autoptr (GBytes) certificate
      = request != NULL ? ca_parent_certify (root, CA_DOOR_SETUP, request, &chain, error) : NULL;

  return certificate != NULL
         && ca_ceremony_note_certificate (plan->part, "init: certificate 0 by its root",
                                          certificate, error)
         && ca_folder_write_certificate (plan->part, 0, certificate, chain, error);
}

static gboolean
build_two_tier (CaSetup *self, const SetupPlan *plan, GError **error)
{
  g_autofree char *root_folder = g_build_filename (plan->part, "root", NULL);
  g_autoptr (ICertKey) key = make_issuing (self, plan, FALSE, error);
  g_autoptr (ICertKey) root_key = key != NULL ? make_root (self, plan, root_folder, error) : NULL;

  return root_key != NULL && certify_by_root (plan, key, error);
}

static gboolean
build_root (CaSetup *self, const SetupPlan *plan, GError **error)
{
  g_autoptr (ICertKey) key = make_issuing (self, plan, TRUE, error);

  return key != NULL && self_sign (plan, plan->part, plan->subject, key, 1, error);
}

static gboolean
build_subordinate (CaSetup *self, const SetupPlan *plan, GError **error)
{
  g_autofree char *path = g_build_filename (plan->part, "request.pem", NULL);
  g_autoptr (ICertKey) key = make_issuing (self, plan, FALSE, error);
  g_autoptr (GBytes) request
      = key != NULL ? ca_builder_request (plan->subject, key, "sha256", error) : NULL;

  return request != NULL && ca_folder_write_pem (path, "CERTIFICATE REQUEST", request, error);
}

static gboolean
write_record (const char *name, const char *folder, gboolean may_be_default, GError **error)
{
  g_autoptr (GHashTable) fields = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  g_autofree char *path = NULL;

  g_hash_table_insert (fields, (gpointer) "Config", icert_config_string_format ("localhost", name));
  g_hash_table_insert (fields, (gpointer) "Address", g_strconcat ("local:", folder, NULL));
  if (!may_be_default)
    g_hash_table_insert (fields, (gpointer) "Default", g_strdup ("false"));
  path = icert_config_files_add (NULL, fields, error);
  return path != NULL;
}

static gboolean
write_records (CaSetup *self, const SetupPlan *plan, GError **error)
{
  g_autofree char *root_folder = g_build_filename (plan->folder, "root", NULL);

  return write_record (plan->name, plan->folder, TRUE, error)
         && (self->type != ICERT_SETUP_TYPE_TWO_TIER
             || write_record (plan->root_name, root_folder, FALSE, error));
}

static gboolean
move_into_place (const SetupPlan *plan, GError **error)
{
  if (g_rename (plan->part, plan->folder) == 0)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, "folder",
                   "%s cannot be made (a folder that is not there)", plan->folder);
  return FALSE;
}

static char *
ca_setup_create (ICertSetup *setup, GCancellable *cancellable, GError **error)
{
  CaSetup *self = CA_SETUP (setup);
  g_auto (SetupPlan) plan = { NULL };
  gboolean ok;

  if (!make_plan (self, &plan, error))
    return NULL;
  switch (self->type)
    {
    case ICERT_SETUP_TYPE_TWO_TIER:
      ok = build_two_tier (self, &plan, error);
      break;
    case ICERT_SETUP_TYPE_ROOT:
      ok = build_root (self, &plan, error);
      break;
    default:
      ok = build_subordinate (self, &plan, error);
    }
  if (!ok || !move_into_place (&plan, error))
    {
      ca_folder_remove (plan.part);
      return NULL;
    }
  g_free (self->texts[PROP_FOLDER]);
  self->texts[PROP_FOLDER] = g_strdup (plan.folder);
  g_free (self->texts[PROP_REQUEST_FILE]);
  self->texts[PROP_REQUEST_FILE] = self->type == ICERT_SETUP_TYPE_SUBORDINATE
                                       ? g_build_filename (plan.folder, "request.pem", NULL)
                                       : NULL;
  return write_records (self, &plan, error) ? icert_config_string_format ("localhost", plan.name)
                                            : NULL;
}

/* Completing and renewing */

/* The engine of @config, if it is one of this process. */
static ICertAdmin *
open_admin (const char *config, GCancellable *cancellable, GError **error)
{
  g_autoptr (ICertAdmin) admin = icert_admin_open (config, cancellable, error);

  if (admin == NULL || CA_IS_LOCAL (admin))
    return g_steal_pointer (&admin);
  icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, "config",
                   "%s is not a CA of this process (a local: one)", config);
  return NULL;
}

static gboolean
ca_setup_install (ICertSetup *setup,
                  const char *config,
                  GBytes *certificate,
                  GCancellable *cancellable,
                  GError **error)
{
  g_autoptr (ICertAdmin) admin = open_admin (config, cancellable, error);
  g_autoptr (CaCaller) caller = NULL;
  g_autoptr (GPtrArray) blocks = NULL;

  if (admin == NULL)
    return FALSE;
  caller = ca_local_ref_caller (CA_LOCAL (admin));
  blocks = ca_install_read (certificate, error);
  return blocks != NULL
         && ca_engine_install (ca_local_get_engine (CA_LOCAL (admin)), caller, blocks, error);
}

static gboolean
ca_setup_renew (ICertSetup *setup,
                const char *config,
                gboolean same_key,
                GCancellable *cancellable,
                GError **error)
{
  CaSetup *self = CA_SETUP (setup);
  CaRenewal renewal = { .same_key = same_key,
                        .key_type = self->texts[PROP_KEY_TYPE],
                        .validity = self->texts[PROP_VALIDITY] };
  g_autoptr (ICertAdmin) admin = NULL;
  g_autoptr (CaCaller) caller = NULL;
  g_autofree char *request = NULL;

  if (!check_parts (self, error))
    return FALSE;
  admin = open_admin (config, cancellable, error);
  if (admin == NULL)
    return FALSE;
  caller = ca_local_ref_caller (CA_LOCAL (admin));
  if (!ca_engine_renew (ca_local_get_engine (CA_LOCAL (admin)), caller, &renewal, &request, error))
    return FALSE;
  g_free (self->texts[PROP_REQUEST_FILE]);
  self->texts[PROP_REQUEST_FILE] = g_steal_pointer (&request);
  return TRUE;
}

/* Going on where another program's CA ended */

static char *
name_of_import (CaSetup *self, const CaForeign *foreign, GError **error)
{
  g_autofree char *name = self->texts[PROP_NAME] != NULL ? g_strdup (self->texts[PROP_NAME])
                                                         : ca_adopt_dup_name (foreign);

  return check_name (name, error) ? g_steal_pointer (&name) : NULL;
}

static gboolean
import_into (CaSetup *self, SetupPlan *plan, const CaForeign *foreign, GError **error)
{
  plan->name = name_of_import (self, foreign, error);
  if (plan->name == NULL)
    return FALSE;
  plan->folder = self->texts[PROP_FOLDER] != NULL
                     ? g_canonicalize_filename (self->texts[PROP_FOLDER], NULL)
                     : default_folder (plan->name);
  plan->part = g_strdup_printf ("%s.part-%d", plan->folder, (int) getpid ());
  return choose_url (self, plan, error) && check_folder (plan, error)
         && check_record (plan->name, plan->folder, error);
}

static gboolean
adopt (CaSetup *self,
       const SetupPlan *plan,
       const CaForeign *foreign,
       CaProgress *progress,
       GCancellable *cancellable,
       GError **error)
{
  g_autoptr (CaCaller) caller = ca_caller_new_local (CA_DOOR_SETUP);
  CaFolderPlan folder = { .folder = plan->part,
                          .name = plan->name,
                          .url = plan->url,
                          .max_validity = "398d",
                          .ca_path_length = -1,
                          .dual_control = self->dual_control,
                          .publishes = TRUE };

  if (ca_adopt (&folder, foreign, caller, progress, cancellable, error)
      && move_into_place (plan, error))
    return TRUE;
  ca_folder_remove (plan->part);
  return FALSE;
}

static GVariant *
ca_setup_import_ca (ICertSetup *setup,
                    const char *format,
                    const char *path,
                    GBytes *passphrase,
                    GCancellable *cancellable,
                    GError **error)
{
  CaSetup *self = CA_SETUP (setup);
  g_auto (SetupPlan) plan = { NULL };
  g_autoptr (CaForeign) foreign
      = ca_foreign_read (format, path, passphrase, self->progress, cancellable, error);
  g_autofree char *config = NULL;

  if (foreign == NULL || !import_into (self, &plan, foreign, error)
      || !adopt (self, &plan, foreign, self->progress, cancellable, error)
      || !write_record (plan.name, plan.folder, TRUE, error))
    return NULL;
  ca_progress_enter (self->progress, "done", 1, 1);
  config = icert_config_string_format ("localhost", plan.name);
  return g_variant_ref_sink (ca_adopt_to_variant (foreign, config));
}

static void
setup_iface_init (ICertSetupInterface *iface)
{
  iface->create = ca_setup_create;
  iface->install = ca_setup_install;
  iface->renew = ca_setup_renew;
  iface->import_ca = ca_setup_import_ca;
}

static void
ca_setup_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CaSetup *self = CA_SETUP (object);

  if (id == PROP_TYPE)
    g_value_set_enum (value, self->type);
  else if (id == PROP_DUAL_CONTROL)
    g_value_set_boolean (value, self->dual_control);
  else
    g_value_set_string (value, self->texts[id]);
}

static void
ca_setup_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CaSetup *self = CA_SETUP (object);

  if (id == PROP_TYPE)
    self->type = g_value_get_enum (value);
  else if (id == PROP_DUAL_CONTROL)
    self->dual_control = g_value_get_boolean (value);
  else
    {
      g_free (self->texts[id]);
      self->texts[id] = g_value_dup_string (value);
    }
}

static void
ca_setup_finalize (GObject *object)
{
  CaSetup *self = CA_SETUP (object);

  for (guint i = 0; i < G_N_ELEMENTS (self->texts); i++)
    g_free (self->texts[i]);
  ca_progress_free (self->progress);
  G_OBJECT_CLASS (ca_setup_parent_class)->finalize (object);
}

static void
ca_setup_class_init (CaSetupClass *class)
{
  static const char *const names[]
      = { NULL,      "name", "subject", "key-type",     "validity", "store",
          "key-uri", "url",  "folder",  "request-file", "type",     "dual-control" };
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = ca_setup_get_property;
  object_class->set_property = ca_setup_set_property;
  object_class->finalize = ca_setup_finalize;
  for (guint i = 1; i < G_N_ELEMENTS (names); i++)
    g_object_class_override_property (object_class, i, names[i]);
}

static void
ca_setup_init (CaSetup *self)
{
  self->progress = ca_progress_new (G_OBJECT (self));
}
