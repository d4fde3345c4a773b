/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-open.h"

#include <string.h>

#include "icert-ca-info.h"
#include "icert-error.h"
#include "icert-registry-private.h"

#define CONFIG_ENVIRONMENT "ICERT_CONFIG"

/* The schemes of addresses that can stand in place of a config string. */
static const char *const schemes[] = { "local", "unix", "dbus" };

/* NULL when @config is not an address */
static char *
take_address (const char *config)
{
  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    {
      gsize length = strlen (schemes[i]);

      if (!g_str_has_prefix (config, schemes[i]) || config[length] != ':')
        continue;
      if (strcmp (schemes[i], "local") == 0)
        {
          g_autofree char *folder = g_canonicalize_filename (config + length + 1, NULL);

          return g_strconcat ("local:", folder, NULL);
        }
      return g_strdup (config);
    }
  return NULL;
}

/* "a, b and c" of the records, for people who chose none */
static char *
list_candidates (GListModel *records)
{
  GString *text = g_string_new (NULL);
  guint n = g_list_model_get_n_items (records);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (ICertCaInfo) record = g_list_model_get_item (records, i);
      g_autofree char *config = icert_ca_info_get_config (record);

      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", config);
    }
  return g_string_free (text, FALSE);
}

/* A bare name means the CA of that name on any host; a sanitized name is as good. */
static gboolean
is_meant (ICertCaInfo *record, const char *host, const char *name)
{
  g_autofree char *config = icert_ca_info_get_config (record);
  g_autofree char *its_host = NULL;
  g_autofree char *its_name = NULL;
  g_autofree char *sanitized = NULL;

  if (!icert_config_string_parse (config, &its_host, &its_name, NULL))
    return FALSE;
  if (host != NULL && (its_host == NULL || g_ascii_strcasecmp (host, its_host) != 0))
    return FALSE;
  sanitized = icert_sanitize_name (its_name);
  return strcmp (name, its_name) == 0 || strcmp (name, sanitized) == 0;
}

static ICertCaInfo *
find_named (GListModel *records, const char *config, GError **error)
{
  g_autoptr (ICertCaInfo) found = NULL;
  g_autofree char *host = NULL;
  g_autofree char *name = NULL;
  g_autofree char *quoted = icert_error_quote (config, -1);
  g_autofree char *candidates = list_candidates (records);
  guint n = g_list_model_get_n_items (records);

  if (!icert_config_string_parse (config, &host, &name, error))
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (ICertCaInfo) record = g_list_model_get_item (records, i);

      if (!is_meant (record, host, name))
        continue;
      if (found != NULL)
        {
          icert_set_error (error, ICERT_ERROR_CONFIG, "config",
                           "%s means more than one CA (HOST\\NAME of one of: %s)", quoted,
                           candidates);
          return NULL;
        }
      found = g_steal_pointer (&record);
    }
  if (found == NULL)
    icert_set_error (error, ICERT_ERROR_NOT_FOUND, "config", "no CA %s is known (%s%s)", quoted,
                     n > 0 ? "one of: " : "none is; icert init makes one", candidates);
  return g_steal_pointer (&found);
}

static ICertCaInfo *
find_default (GListModel *records, GError **error)
{
  g_autofree char *candidates = list_candidates (records);
  guint n = g_list_model_get_n_items (records);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (ICertCaInfo) record = g_list_model_get_item (records, i);

      if (n == 1 || icert_ca_info_get_is_default (record))
        return g_steal_pointer (&record);
    }
  if (n == 0)
    icert_set_error (error, ICERT_ERROR_NOT_FOUND, "config",
                     "no CA is known (icert init makes one; or an address, local:DIR)");
  else
    icert_set_error (error, ICERT_ERROR_CONFIG, "config",
                     "none given, and no CA is the default (one of: %s)", candidates);
  return NULL;
}

gboolean
_icert_resolve_config (const char *config,
                       GCancellable *cancellable,
                       char **out_config,
                       char **out_address,
                       GError **error)
{
  g_autoptr (ICertConfig) finder = NULL;
  g_autoptr (GListModel) records = NULL;
  g_autoptr (ICertCaInfo) record = NULL;

  *out_config = NULL;
  *out_address = NULL;
  if (config == NULL || *config == '\0')
    config = g_getenv (CONFIG_ENVIRONMENT);
  if (config != NULL && *config == '\0')
    config = NULL;
  if (config != NULL)
    *out_address = take_address (config);
  if (*out_address != NULL)
    return TRUE;

  finder = icert_config_open (cancellable, error);
  if (finder == NULL)
    return FALSE;
  records = icert_config_list (finder, cancellable, error);
  if (records == NULL)
    return FALSE;
  record = config != NULL ? find_named (records, config, error) : find_default (records, error);
  if (record == NULL)
    return FALSE;
  *out_config = icert_ca_info_get_config (record);
  *out_address = icert_ca_info_get_address (record);
  return TRUE;
}

/**
 * icert_create_instance:
 * @class_id: name of a class, such as `CertificateAuthority.Request` or `Template.Policy`
 * @config: (nullable): config string of a CA, `HOST\NAME`, `HOST/NAME` or `NAME`, or an address
 * such as `local:DIR`; `NULL` for the CA of the environment variable `ICERT_CONFIG`, else the
 * default CA, or for a class that belongs to none
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Makes an object of a class registered by name (AD CS: CoCreateInstance() of a ProgID): what
 * [method@ICert.Registry.create_object] does with the registry of the process. Blocks; any thread.
 *
 * Errors: `ICERT_ERROR_UNKNOWN_NAME` when nobody registered the class; `ICERT_ERROR_NOT_FOUND` and
 * `ICERT_ERROR_CONFIG`, with the CAs there are, when `config` means none or several; others as
 * [method@ICert.Registry.create_object].
 *
 * Returns: (transfer full): an object, `NULL` with `error` set
 */
GObject *
icert_create_instance (const char *class_id,
                       const char *config,
                       GCancellable *cancellable,
                       GError **error)
{
  g_return_val_if_fail (class_id != NULL, NULL);

  return icert_registry_create_object (icert_registry_get_default (), class_id, config, cancellable,
                                       error);
}

/* Takes over @object, which may be NULL with an error set. */
static gpointer
check_interface (GObject *object, GType iface, const char *class_id, GError **error)
{
  if (object == NULL || g_type_is_a (G_OBJECT_TYPE (object), iface))
    return object;
  icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, class_id, "%s does not implement it (%s)",
                   G_OBJECT_TYPE_NAME (object), g_type_name (iface));
  g_object_unref (object);
  return NULL;
}

static gpointer
open_class (const char *class_id,
            GType iface,
            const char *config,
            GCancellable *cancellable,
            GError **error)
{
  return check_interface (icert_create_instance (class_id, config, cancellable, error), iface,
                          class_id, error);
}

/**
 * icert_config_open:
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Opens the list of CAs, class `CertificateAuthority.Config`. Blocks; any thread.
 *
 * Errors: as [func@ICert.create_instance], and `ICERT_ERROR_NOT_SUPPORTED` when the class lacks the
 * interface.
 *
 * Returns: (transfer full): the list, `NULL` with `error` set
 */
ICertConfig *
icert_config_open (GCancellable *cancellable, GError **error)
{
  return open_class ("CertificateAuthority.Config", ICERT_TYPE_CONFIG, NULL, cancellable, error);
}

/**
 * icert_request_open:
 * @config: (nullable): config string or address of a CA; `NULL` for the default CA
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Opens a CA to submit requests, class `CertificateAuthority.Request`. Blocks; any thread.
 *
 * Errors: as [func@ICert.create_instance], `ICERT_ERROR_NOT_SUPPORTED` when the class lacks the
 * interface, and those of opening the CA.
 *
 * Returns: (transfer full): the CA's door for requests, `NULL` with `error` set
 */
ICertRequest *
icert_request_open (const char *config, GCancellable *cancellable, GError **error)
{
  return open_class ("CertificateAuthority.Request", ICERT_TYPE_REQUEST, config, cancellable,
                     error);
}

/**
 * icert_admin_open:
 * @config: (nullable): config string or address of a CA; `NULL` for the default CA
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Opens a CA to administer it, class `CertificateAuthority.Admin`. Blocks; any thread.
 *
 * Errors: as [func@ICert.create_instance], `ICERT_ERROR_NOT_SUPPORTED` when the class lacks the
 * interface, and those of opening the CA. Rights are asked for by each call.
 *
 * Returns: (transfer full): the CA's door for officers, `NULL` with `error` set
 */
ICertAdmin *
icert_admin_open (const char *config, GCancellable *cancellable, GError **error)
{
  return open_class ("CertificateAuthority.Admin", ICERT_TYPE_ADMIN, config, cancellable, error);
}

/**
 * icert_view_open:
 * @config: (nullable): config string or address of a CA; `NULL` for the default CA
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Opens the database of a CA for queries, class `CertificateAuthority.View`. Blocks; any thread.
 *
 * Errors: as [func@ICert.create_instance], `ICERT_ERROR_NOT_SUPPORTED` when the class lacks the
 * interface, and those of opening the CA.
 *
 * Returns: (transfer full): a view without columns, `NULL` with `error` set
 */
ICertView *
icert_view_open (const char *config, GCancellable *cancellable, GError **error)
{
  return open_class ("CertificateAuthority.View", ICERT_TYPE_VIEW, config, cancellable, error);
}

/**
 * icert_ca_open:
 * @config: (nullable): config string or address of a CA; `NULL` for the default CA
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Opens a CA to read its properties, certificates and CRLs, class `CertificateAuthority.Ca`.
 * Blocks; any thread.
 *
 * Errors: as [func@ICert.create_instance], `ICERT_ERROR_NOT_SUPPORTED` when the class lacks the
 * interface, and those of opening the CA.
 *
 * Returns: (transfer full): the CA, `NULL` with `error` set
 */
ICertCa *
icert_ca_open (const char *config, GCancellable *cancellable, GError **error)
{
  return open_class ("CertificateAuthority.Ca", ICERT_TYPE_CA, config, cancellable, error);
}

/**
 * icert_security_open:
 * @config: (nullable): config string or address of a CA; `NULL` for the default CA
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Opens a CA to read and change who may do what, class `CertificateAuthority.Security`. Blocks; any
 * thread.
 *
 * Errors: as [func@ICert.create_instance], `ICERT_ERROR_NOT_SUPPORTED` when the class lacks the
 * interface, and those of opening the CA. Rights are asked for by each call.
 *
 * Returns: (transfer full): the security object, `NULL` with `error` set
 */
ICertSecurity *
icert_security_open (const char *config, GCancellable *cancellable, GError **error)
{
  return open_class ("CertificateAuthority.Security", ICERT_TYPE_SECURITY, config, cancellable,
                     error);
}

/**
 * icert_control_open:
 * @config: (nullable): config string or address of a CA; `NULL` for the default CA
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Opens the engine of a `local:` CA in this process, class `CertificateAuthority.Control`. When
 * this is the first object of the CA it is not started (see [iface@ICert.Control]). Blocks; any
 * thread.
 *
 * Errors: as [func@ICert.create_instance], `ICERT_ERROR_NOT_SUPPORTED` when the CA runs elsewhere
 * (its address is not `local:`) or the class lacks the interface, and those of opening the CA.
 * Rights are asked for by each call.
 *
 * Returns: (transfer full): the control of the CA, `NULL` with `error` set
 */
ICertControl *
icert_control_open (const char *config, GCancellable *cancellable, GError **error)
{
  const char *class_id = "CertificateAuthority.Control";
  g_autofree char *found = NULL;
  g_autofree char *address = NULL;
  GObject *object;

  if (!_icert_resolve_config (config, cancellable, &found, &address, error))
    return NULL;
  if (!g_str_has_prefix (address, "local:"))
    {
      g_autofree char *quoted = icert_error_quote (address, -1);

      icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, "address",
                       "%s is not in this process (local:DIR)", quoted);
      return NULL;
    }
  object = _icert_registry_create (icert_registry_get_default (), class_id, "local", found, address,
                                   cancellable, error);
  return check_interface (object, ICERT_TYPE_CONTROL, class_id, error);
}

/**
 * icert_setup_open:
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Opens what makes CAs in this process, class `CertificateAuthority.Setup` of the engine. Blocks;
 * any thread.
 *
 * Errors: as [func@ICert.create_instance], and `ICERT_ERROR_NOT_SUPPORTED` when the class lacks the
 * interface.
 *
 * Returns: (transfer full): a setup, `NULL` with `error` set
 */
ICertSetup *
icert_setup_open (GCancellable *cancellable, GError **error)
{
  const char *class_id = "CertificateAuthority.Setup";
  GObject *object;

  /* There is no CA yet that a record could tell of. */
  object = _icert_registry_create (icert_registry_get_default (), class_id, "local", NULL, NULL,
                                   cancellable, error);
  return check_interface (object, ICERT_TYPE_SETUP, class_id, error);
}

/**
 * icert_backup_open:
 * @config: (nullable): config string or address of a CA; `NULL` for the default CA, or for none
 *   when there is none, which is enough to restore one
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Opens what makes and restores backups in this process, class `CertificateAuthority.Backup` of the
 * engine. The CA itself is opened by [method@ICert.Backup.create] only. Blocks; any thread.
 *
 * Errors: as [func@ICert.create_instance], and `ICERT_ERROR_NOT_SUPPORTED` when the CA runs
 * elsewhere (its address is not `local:`) or the class lacks the interface.
 *
 * Returns: (transfer full): a backup object, `NULL` with `error` set
 */
ICertBackup *
icert_backup_open (const char *config, GCancellable *cancellable, GError **error)
{
  const char *class_id = "CertificateAuthority.Backup";
  g_autofree char *found = NULL;
  g_autofree char *address = NULL;
  g_autoptr (GError) local = NULL;
  GObject *object;

  /* The CA that is to be restored may be the only one there was. */
  if (!_icert_resolve_config (config, cancellable, &found, &address, &local)
      && (config != NULL || local->domain != ICERT_ERROR))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  if (address != NULL && !g_str_has_prefix (address, "local:"))
    {
      g_autofree char *quoted = icert_error_quote (address, -1);

      icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, "address",
                       "%s is not in this process (local:DIR)", quoted);
      return NULL;
    }
  object = _icert_registry_create (icert_registry_get_default (), class_id, "local", found, address,
                                   cancellable, error);
  return check_interface (object, ICERT_TYPE_BACKUP, class_id, error);
}

/**
 * icert_enroll_open:
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Opens what enrols: key, request, check of the answer and files, class
 * `CertificateAuthority.Enroll`. It belongs to no CA. Blocks; any thread.
 *
 * Errors: as [func@ICert.create_instance], and `ICERT_ERROR_NOT_SUPPORTED` when the class lacks the
 * interface.
 *
 * Returns: (transfer full): an enrolment, `NULL` with `error` set
 */
ICertEnroll *
icert_enroll_open (GCancellable *cancellable, GError **error)
{
  const char *class_id = "CertificateAuthority.Enroll";
  GObject *object;

  object = _icert_registry_create (icert_registry_get_default (), class_id, NULL, NULL, NULL,
                                   cancellable, error);
  return check_interface (object, ICERT_TYPE_ENROLL, class_id, error);
}

/**
 * icert_encode_alt_name_open:
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Makes an empty object of class `CertificateAuthority.EncodeAltName` (AD CS: CoCreateInstance() of
 * that ProgID). No CA is needed. Blocks; any thread.
 *
 * Errors: as [func@ICert.create_instance], and `ICERT_ERROR_NOT_SUPPORTED` when the class lacks the
 * interface.
 *
 * Returns: (transfer full): an empty object, `NULL` with `error` set
 */
ICertEncodeAltName *
icert_encode_alt_name_open (GCancellable *cancellable, GError **error)
{
  return open_class ("CertificateAuthority.EncodeAltName", ICERT_TYPE_ENCODE_ALT_NAME, NULL,
                     cancellable, error);
}

/**
 * icert_encode_bit_string_open:
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Makes an empty object of class `CertificateAuthority.EncodeBitString` (AD CS: CoCreateInstance()
 * of that ProgID). No CA is needed. Blocks; any thread.
 *
 * Errors: as [func@ICert.create_instance], and `ICERT_ERROR_NOT_SUPPORTED` when the class lacks the
 * interface.
 *
 * Returns: (transfer full): an empty object, `NULL` with `error` set
 */
ICertEncodeBitString *
icert_encode_bit_string_open (GCancellable *cancellable, GError **error)
{
  return open_class ("CertificateAuthority.EncodeBitString", ICERT_TYPE_ENCODE_BIT_STRING, NULL,
                     cancellable, error);
}

/**
 * icert_encode_crl_dist_info_open:
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Makes an empty object of class `CertificateAuthority.EncodeCRLDistInfo` (AD CS:
 * CoCreateInstance() of that ProgID). No CA is needed. Blocks; any thread.
 *
 * Errors: as [func@ICert.create_instance], and `ICERT_ERROR_NOT_SUPPORTED` when the class lacks the
 * interface.
 *
 * Returns: (transfer full): an empty object, `NULL` with `error` set
 */
ICertEncodeCrlDistInfo *
icert_encode_crl_dist_info_open (GCancellable *cancellable, GError **error)
{
  return open_class ("CertificateAuthority.EncodeCRLDistInfo", ICERT_TYPE_ENCODE_CRL_DIST_INFO,
                     NULL, cancellable, error);
}

/**
 * icert_encode_date_array_open:
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Makes an empty object of class `CertificateAuthority.EncodeDateArray` (AD CS: CoCreateInstance()
 * of that ProgID). No CA is needed. Blocks; any thread.
 *
 * Errors: as [func@ICert.create_instance], and `ICERT_ERROR_NOT_SUPPORTED` when the class lacks the
 * interface.
 *
 * Returns: (transfer full): an empty object, `NULL` with `error` set
 */
ICertEncodeDateArray *
icert_encode_date_array_open (GCancellable *cancellable, GError **error)
{
  return open_class ("CertificateAuthority.EncodeDateArray", ICERT_TYPE_ENCODE_DATE_ARRAY, NULL,
                     cancellable, error);
}

/**
 * icert_encode_long_array_open:
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Makes an empty object of class `CertificateAuthority.EncodeLongArray` (AD CS: CoCreateInstance()
 * of that ProgID). No CA is needed. Blocks; any thread.
 *
 * Errors: as [func@ICert.create_instance], and `ICERT_ERROR_NOT_SUPPORTED` when the class lacks the
 * interface.
 *
 * Returns: (transfer full): an empty object, `NULL` with `error` set
 */
ICertEncodeLongArray *
icert_encode_long_array_open (GCancellable *cancellable, GError **error)
{
  return open_class ("CertificateAuthority.EncodeLongArray", ICERT_TYPE_ENCODE_LONG_ARRAY, NULL,
                     cancellable, error);
}

/**
 * icert_encode_string_array_open:
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Makes an empty object of class `CertificateAuthority.EncodeStringArray` (AD CS:
 * CoCreateInstance() of that ProgID). No CA is needed. Blocks; any thread.
 *
 * Errors: as [func@ICert.create_instance], and `ICERT_ERROR_NOT_SUPPORTED` when the class lacks the
 * interface.
 *
 * Returns: (transfer full): an empty object, `NULL` with `error` set
 */
ICertEncodeStringArray *
icert_encode_string_array_open (GCancellable *cancellable, GError **error)
{
  return open_class ("CertificateAuthority.EncodeStringArray", ICERT_TYPE_ENCODE_STRING_ARRAY, NULL,
                     cancellable, error);
}
