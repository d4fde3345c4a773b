/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-config-entry.h"
#include "ca-config-fact.h"
#include "ca-configure.h"
#include "ca-local.h"

#include "ca-crl-schedule.h"
#include "ca-crl.h"
#include "ca-import.h"
#include "ca-offer.h"
#include "ca-prune.h"
#include "ca-request-row.h"
#include "ca-revoke.h"

/* CertificateAuthority.Admin for a CA in this process. */
#define CA_TYPE_LOCAL_ADMIN (ca_local_admin_get_type ())
G_DECLARE_FINAL_TYPE (CaLocalAdmin, ca_local_admin, CA, LOCAL_ADMIN, CaLocal)

struct _CaLocalAdmin
{
  CaLocal parent_instance;
};

static void admin_iface_init (ICertAdminInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CaLocalAdmin,
                               ca_local_admin,
                               CA_TYPE_LOCAL,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_ADMIN, admin_iface_init))

static CaEngine *
engine_of (ICertAdmin *admin)
{
  return ca_local_get_engine (CA_LOCAL (admin));
}

static gboolean
ca_local_admin_set_request_attributes (ICertAdmin *admin,
                                       gint64 id,
                                       GHashTable *attributes,
                                       GCancellable *cancellable,
                                       GError **error)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (admin));

  return ca_engine_check_process (engine_of (admin), error)
         && ca_engine_set_attributes (engine_of (admin), caller, id, attributes, error);
}

static gboolean
ca_local_admin_set_certificate_extension (ICertAdmin *admin,
                                          gint64 id,
                                          const char *oid,
                                          ICertExtensionFlags flags,
                                          GBytes *value,
                                          GCancellable *cancellable,
                                          GError **error)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (admin));

  return ca_engine_check_process (engine_of (admin), error)
         && ca_engine_set_extension (engine_of (admin), caller, id, oid, flags, value, error);
}

static gboolean
ca_local_admin_deny_request (ICertAdmin *admin,
                             gint64 id,
                             const char *reason,
                             GCancellable *cancellable,
                             GError **error)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (admin));

  return ca_engine_check_process (engine_of (admin), error)
         && ca_engine_deny (engine_of (admin), caller, id, reason, error);
}

static ICertResponse *
ca_local_admin_resubmit_request (ICertAdmin *admin,
                                 gint64 id,
                                 GCancellable *cancellable,
                                 GError **error)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (admin));

  return ca_engine_resubmit_wait (engine_of (admin), caller, id, 0, error);
}

static ICertResponse *
ca_local_admin_resubmit_request_version (ICertAdmin *admin,
                                         gint64 id,
                                         gint64 content_version,
                                         GCancellable *cancellable,
                                         GError **error)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (admin));

  return ca_engine_resubmit_wait (engine_of (admin), caller, id, content_version, error);
}

static ICertRoles
ca_local_admin_get_my_roles (ICertAdmin *admin, GCancellable *cancellable, GError **error)
{
  g_autoptr (CaFacts) facts = ca_local_authorise (CA_LOCAL (admin), CA_VERB_MY_ROLES, error);
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (admin));
  ICertRoles roles = ICERT_ROLE_NONE;

  if (facts == NULL)
    return roles;
  ca_config_get_roles (facts->config, caller, &roles, error);
  return roles;
}

static GVariant *
ca_local_admin_get_trace (ICertAdmin *admin, gint64 id, GCancellable *cancellable, GError **error)
{
  g_autoptr (CaFacts) facts = ca_local_authorise (CA_LOCAL (admin), CA_VERB_READ_TRACE, error);
  g_autoptr (CaRequest) request = NULL;

  if (facts == NULL)
    return NULL;
  request = ca_request_row_load (engine_of (admin)->store, id, error);
  return request != NULL ? ca_request_row_load_trace (engine_of (admin)->store, id, error) : NULL;
}

static GVariant *
ca_local_admin_get_config_entry (ICertAdmin *admin,
                                 const char *node,
                                 const char *entry,
                                 GCancellable *cancellable,
                                 GError **error)
{
  g_autoptr (CaFacts) facts = ca_local_authorise (CA_LOCAL (admin), CA_VERB_READ_CONFIG, error);

  if (facts == NULL)
    return NULL;
  return ca_config_fact_is_known (node, entry)
             ? ca_config_fact_get (engine_of (admin), facts, entry, error)
             : ca_config_get_entry (facts->config->folder, node, entry, error);
}

static gboolean
ca_local_admin_set_config_entry (ICertAdmin *admin,
                                 const char *node,
                                 const char *entry,
                                 GVariant *value,
                                 GCancellable *cancellable,
                                 GError **error)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (admin));

  return ca_engine_check_process (engine_of (admin), error)
         && ca_engine_set_config_entry (engine_of (admin), caller, node != NULL ? node : "CA",
                                        entry, value, error);
}

static char **
ca_local_admin_list_config_entries (ICertAdmin *admin,
                                    const char *node,
                                    GCancellable *cancellable,
                                    GError **error)
{
  g_autoptr (CaFacts) facts = ca_local_authorise (CA_LOCAL (admin), CA_VERB_READ_CONFIG, error);
  g_autofree char **names
      = facts != NULL ? ca_config_list_entries (facts->config->folder, node, error) : NULL;
  GPtrArray *all;

  if (names == NULL)
    return NULL;
  all = g_ptr_array_new ();
  for (guint i = 0; names[i] != NULL; i++)
    g_ptr_array_add (all, names[i]);
  if (g_strcmp0 (node, "CA") == 0)
    ca_config_fact_list (engine_of (admin), facts, all);
  g_ptr_array_add (all, NULL);
  return (char **) g_ptr_array_free (all, FALSE);
}

static GVariant *
ca_local_admin_describe_config_entry (ICertAdmin *admin,
                                      const char *node,
                                      const char *entry,
                                      GCancellable *cancellable,
                                      GError **error)
{
  g_autoptr (CaFacts) facts = ca_local_authorise (CA_LOCAL (admin), CA_VERB_READ_CONFIG, error);
  GError *local = NULL;
  GVariant *setting;

  if (facts == NULL)
    return NULL;
  setting = ca_configure_describe_setting (engine_of (admin), node, entry, &local);
  if (setting != NULL)
    return setting;
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return NULL;
    }
  return ca_config_fact_is_known (node, entry)
             ? g_variant_ref_sink (ca_config_fact_describe (engine_of (admin), facts, entry))
             : ca_config_describe_entry (facts->config->folder, node, entry, error);
}

static GVariant *
ca_local_admin_list_config_history (ICertAdmin *admin, GCancellable *cancellable, GError **error)
{
  g_autoptr (CaFacts) facts = ca_local_authorise (CA_LOCAL (admin), CA_VERB_READ_CONFIG, error);

  return facts != NULL ? ca_configure_list_history (engine_of (admin), error) : NULL;
}

static gboolean
ca_local_admin_undo_config_entry (ICertAdmin *admin,
                                  gint64 id,
                                  GCancellable *cancellable,
                                  GError **error)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (admin));

  return ca_engine_check_process (engine_of (admin), error)
         && ca_configure_undo (engine_of (admin), caller, id, error);
}

static ICertCa *
ca_local_admin_get_ca (ICertAdmin *admin, GError **error)
{
  return ca_local_new_ca (CA_LOCAL (admin), error);
}

static ICertPublishResult *
ca_local_admin_publish_crls (ICertAdmin *admin,
                             ICertCrlFlags flags,
                             GDateTime *next_update,
                             GCancellable *cancellable,
                             GError **error)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (admin));

  if ((flags & ICERT_CRL_DUE) != 0)
    return ca_crl_schedule_run_for (engine_of (admin), caller, error);
  return ca_crl_publish (engine_of (admin), caller, flags, next_update, error);
}

static ICertCaDisposition
ca_local_admin_is_valid_certificate (ICertAdmin *admin,
                                     const char *serial,
                                     ICertRevocationReason *reason,
                                     GCancellable *cancellable,
                                     GError **error)
{
  g_autoptr (CaFacts) facts = ca_local_authorise (CA_LOCAL (admin), CA_VERB_IS_VALID, error);

  return facts != NULL ? ca_engine_is_valid (engine_of (admin), serial, reason, error)
                       : ICERT_CA_DISPOSITION_ERROR;
}

static gboolean
ca_local_admin_revoke (ICertAdmin *admin,
                       const char *serial,
                       ICertRevocationReason reason,
                       GDateTime *effective,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (admin));

  return ca_engine_check_process (engine_of (admin), error)
         && ca_engine_revoke (engine_of (admin), caller, serial, reason, effective, error);
}

static gboolean
ca_local_admin_unrevoke (ICertAdmin *admin,
                         const char *serial,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (admin));

  return ca_engine_check_process (engine_of (admin), error)
         && ca_engine_unrevoke (engine_of (admin), caller, serial, error);
}

static gboolean
ca_local_admin_set_publish_expired (ICertAdmin *admin,
                                    const char *serial,
                                    gboolean publish,
                                    GCancellable *cancellable,
                                    GError **error)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (admin));

  return ca_engine_check_process (engine_of (admin), error)
         && ca_engine_set_publish_expired (engine_of (admin), caller, serial, publish, error);
}

static gint64
ca_local_admin_import_certificate (ICertAdmin *admin,
                                   GBytes *certificate,
                                   ICertImportFlags flags,
                                   GCancellable *cancellable,
                                   GError **error)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (admin));

  if (!ca_engine_check_process (engine_of (admin), error))
    return -1;
  return ca_engine_import (engine_of (admin), caller, certificate, flags, error);
}

static gint64
ca_local_admin_delete_row (ICertAdmin *admin,
                           ICertTable table,
                           gint64 id,
                           GCancellable *cancellable,
                           GError **error)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (admin));

  if (!ca_engine_check_process (engine_of (admin), error))
    return -1;
  return ca_engine_delete_row (engine_of (admin), caller, table, id, error);
}

static gint64
ca_local_admin_delete_expired (ICertAdmin *admin,
                               ICertTable table,
                               GDateTime *before,
                               gboolean *more,
                               GCancellable *cancellable,
                               GError **error)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (admin));

  if (!ca_engine_check_process (engine_of (admin), error))
    return -1;
  return ca_engine_delete_expired (engine_of (admin), caller, table, before, more, error);
}

static gint64
ca_local_admin_delete_unresolved (ICertAdmin *admin,
                                  GDateTime *before,
                                  gboolean *more,
                                  GCancellable *cancellable,
                                  GError **error)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (admin));

  if (!ca_engine_check_process (engine_of (admin), error))
    return -1;
  return ca_engine_delete_unresolved (engine_of (admin), caller, before, more, error);
}

static gboolean
ca_local_admin_set_ca_property (ICertAdmin *admin,
                                ICertCaProperty property,
                                int index,
                                GVariant *value,
                                GCancellable *cancellable,
                                GError **error)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (admin));

  return ca_engine_check_process (engine_of (admin), error)
         && ca_engine_set_ca_property (engine_of (admin), caller, property, value, error);
}

static void
admin_iface_init (ICertAdminInterface *iface)
{
  iface->set_request_attributes = ca_local_admin_set_request_attributes;
  iface->set_certificate_extension = ca_local_admin_set_certificate_extension;
  iface->deny_request = ca_local_admin_deny_request;
  iface->resubmit_request = ca_local_admin_resubmit_request;
  iface->resubmit_request_version = ca_local_admin_resubmit_request_version;
  iface->get_my_roles = ca_local_admin_get_my_roles;
  iface->get_trace = ca_local_admin_get_trace;
  iface->get_config_entry = ca_local_admin_get_config_entry;
  iface->set_config_entry = ca_local_admin_set_config_entry;
  iface->list_config_entries = ca_local_admin_list_config_entries;
  iface->get_ca = ca_local_admin_get_ca;
  iface->publish_crls = ca_local_admin_publish_crls;
  iface->is_valid_certificate = ca_local_admin_is_valid_certificate;
  iface->revoke = ca_local_admin_revoke;
  iface->unrevoke = ca_local_admin_unrevoke;
  iface->set_publish_expired = ca_local_admin_set_publish_expired;
  iface->import_certificate = ca_local_admin_import_certificate;
  iface->delete_row = ca_local_admin_delete_row;
  iface->delete_expired = ca_local_admin_delete_expired;
  iface->delete_unresolved = ca_local_admin_delete_unresolved;
  iface->set_ca_property = ca_local_admin_set_ca_property;
  ca_local_audit_init (iface);
  iface->describe_config_entry = ca_local_admin_describe_config_entry;
  iface->list_config_history = ca_local_admin_list_config_history;
  iface->undo_config_entry = ca_local_admin_undo_config_entry;
}

static void
ca_local_admin_class_init (CaLocalAdminClass *class)
{
}

static void
ca_local_admin_init (CaLocalAdmin *self)
{
}
