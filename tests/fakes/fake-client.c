/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fake-client.h"

enum
{
  PROP_CONFIG = 1,
  PROP_CREDENTIAL,
  PROP_CURSOR,
  PROP_SEARCH_PATH
};

static void admin_iface_init (ICertAdminInterface *iface);
static void ca_iface_init (ICertCaInterface *iface);
static void config_iface_init (ICertConfigInterface *iface);
static void enum_view_row_iface_init (ICertEnumViewRowInterface *iface);
static void request_iface_init (ICertRequestInterface *iface);
static void view_iface_init (ICertViewInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (
    FakeClient,
    fake_client,
    G_TYPE_OBJECT,
    G_IMPLEMENT_INTERFACE (ICERT_TYPE_ADMIN, admin_iface_init)
        G_IMPLEMENT_INTERFACE (ICERT_TYPE_CA, ca_iface_init)
            G_IMPLEMENT_INTERFACE (ICERT_TYPE_CONFIG, config_iface_init)
                G_IMPLEMENT_INTERFACE (ICERT_TYPE_ENUM_VIEW_ROW, enum_view_row_iface_init)
                    G_IMPLEMENT_INTERFACE (ICERT_TYPE_REQUEST, request_iface_init)
                        G_IMPLEMENT_INTERFACE (ICERT_TYPE_VIEW, view_iface_init))

static void
fake_client_finalize (GObject *object)
{
  FakeClient *self = FAKE_CLIENT (object);

  g_free (self->config);
  g_free (self->idempotency_key);
  g_free (self->template_name);
  G_OBJECT_CLASS (fake_client_parent_class)->finalize (object);
}

static void
fake_client_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_CONFIG)
    g_value_set_string (value, FAKE_CLIENT (object)->config);
}

static void
fake_client_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_CONFIG)
    FAKE_CLIENT (object)->config = g_value_dup_string (value);
}

static void
fake_client_class_init (FakeClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = fake_client_finalize;
  object_class->get_property = fake_client_get_property;
  object_class->set_property = fake_client_set_property;
  g_object_class_override_property (object_class, PROP_CONFIG, "config");
  g_object_class_override_property (object_class, PROP_CREDENTIAL, "credential");
  g_object_class_override_property (object_class, PROP_CURSOR, "cursor");
  g_object_class_override_property (object_class, PROP_SEARCH_PATH, "search-path");
}

static void
fake_client_init (FakeClient *self)
{
}

FakeClient *
fake_client_new (void)
{
  return g_object_new (FAKE_TYPE_CLIENT, "config", "localhost\\Fake", NULL);
}

static gboolean
answer (gpointer client, GError **error)
{
  FakeClient *self = FAKE_CLIENT (client);

  self->thread = g_thread_self ();
  if (self->manner == FAKE_FAILS || self->manner == FAKE_BOTH)
    icert_set_error (error, ICERT_ERROR_STORAGE, "fake", "disk full (a free octet)");
  return self->manner == FAKE_ANSWERS || self->manner == FAKE_BOTH;
}

static gboolean
fake_client_deny_request (ICertAdmin *admin,
                          gint64 id,
                          const char *reason,
                          GCancellable *cancellable,
                          GError **error)
{
  return answer (admin, error);
}

static ICertRoles
fake_client_get_my_roles (ICertAdmin *admin, GCancellable *cancellable, GError **error)
{
  if (!answer (admin, error))
    return ICERT_ROLE_NONE;
  return FAKE_CLIENT (admin)->lies ? 0x40000 : ICERT_ROLE_OFFICER;
}

static GVariant *
fake_client_get_trace (ICertAdmin *admin, gint64 id, GCancellable *cancellable, GError **error)
{
  if (!answer (admin, error))
    return NULL;
  if (FAKE_CLIENT (admin)->lies)
    return g_variant_new_string ("everything was fine");
  return g_variant_new_array (G_VARIANT_TYPE_VARDICT, NULL, 0);
}

static char **
fake_client_list_config_entries (ICertAdmin *admin,
                                 const char *node,
                                 GCancellable *cancellable,
                                 GError **error)
{
  return answer (admin, error) ? g_strsplit ("Name Type", " ", -1) : NULL;
}

/* A lying object: not even close to a CA */
static ICertCa *
fake_client_get_ca (ICertAdmin *admin, GError **error)
{
  if (!answer (admin, error))
    return NULL;
  if (FAKE_CLIENT (admin)->lies)
    return (ICertCa *) (void *) g_cancellable_new ();
  return ICERT_CA (g_object_ref (admin));
}

static ICertCaDisposition
fake_client_is_valid_certificate (ICertAdmin *admin,
                                  const char *serial,
                                  ICertRevocationReason *reason,
                                  GCancellable *cancellable,
                                  GError **error)
{
  *reason = FAKE_CLIENT (admin)->lies ? 7 : ICERT_REVOCATION_REASON_SUPERSEDED;
  return answer (admin, error) ? ICERT_CA_DISPOSITION_REVOKED : ICERT_CA_DISPOSITION_INCOMPLETE;
}

static gint64
fake_client_import_certificate (ICertAdmin *admin,
                                GBytes *certificate,
                                ICertImportFlags flags,
                                GCancellable *cancellable,
                                GError **error)
{
  return answer (admin, error) ? 7 : 0;
}

static gint64
fake_client_delete_expired (ICertAdmin *admin,
                            ICertTable table,
                            GDateTime *before,
                            gboolean *more,
                            GCancellable *cancellable,
                            GError **error)
{
  *more = TRUE;
  if (!answer (admin, error))
    return -1;
  return FAKE_CLIENT (admin)->lies ? -5 : 3;
}

static void
admin_iface_init (ICertAdminInterface *iface)
{
  iface->is_valid_certificate = fake_client_is_valid_certificate;
  iface->import_certificate = fake_client_import_certificate;
  iface->delete_expired = fake_client_delete_expired;
  iface->deny_request = fake_client_deny_request;
  iface->get_my_roles = fake_client_get_my_roles;
  iface->get_trace = fake_client_get_trace;
  iface->list_config_entries = fake_client_list_config_entries;
  iface->get_ca = fake_client_get_ca;
}

static GBytes *
fake_client_get_certificate (ICertCa *ca, int index, GCancellable *cancellable, GError **error)
{
  return answer (ca, error) ? g_bytes_new_static ("\x30\x00", 2) : NULL;
}

static GVariant *
fake_client_get_property_value (ICertCa *ca,
                                ICertCaProperty property,
                                int index,
                                GCancellable *cancellable,
                                GError **error)
{
  return answer (ca, error) ? g_variant_new_string ("Fake") : NULL;
}

static gboolean
fake_client_describe_property (ICertCa *ca,
                               ICertCaProperty property,
                               GVariantType **type,
                               gboolean *indexed,
                               char **display_name,
                               GError **error)
{
  *type = g_variant_type_new ("s");
  *indexed = 2;
  if (!FAKE_CLIENT (ca)->lies)
    *display_name = g_strdup ("CA Name");
  return answer (ca, error);
}

static void
ca_iface_init (ICertCaInterface *iface)
{
  iface->get_certificate = fake_client_get_certificate;
  iface->get_property_value = fake_client_get_property_value;
  iface->describe_property = fake_client_describe_property;
}

static GListModel *
fake_client_list (ICertConfig *config, GCancellable *cancellable, GError **error)
{
  return answer (config, error) ? G_LIST_MODEL (g_list_store_new (G_TYPE_OBJECT)) : NULL;
}

static char *
fake_client_get_config (ICertConfig *config,
                        ICertConfigChoice choice,
                        GCancellable *cancellable,
                        GError **error)
{
  return answer (config, error) ? g_strdup ("localhost\\Fake") : NULL;
}

static void
config_iface_init (ICertConfigInterface *iface)
{
  iface->list = fake_client_list;
  iface->get_config = fake_client_get_config;
}

static GPtrArray *
fake_client_next (ICertEnumViewRow *rows, guint max, GCancellable *cancellable, GError **error)
{
  GPtrArray *page;

  if (!answer (rows, error))
    return NULL;
  page = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; FAKE_CLIENT (rows)->lies && i <= max; i++)
    g_ptr_array_add (page, g_object_ref (rows));
  return page;
}

static void
enum_view_row_iface_init (ICertEnumViewRowInterface *iface)
{
  iface->next = fake_client_next;
}

static ICertResponse *
fake_client_submit_full (ICertRequest *request,
                         ICertSubmitFlags flags,
                         ICertEncoding encoding,
                         ICertRequestFormat format,
                         GBytes *bytes,
                         GHashTable *attributes,
                         const char *idempotency_key,
                         GCancellable *cancellable,
                         GError **error)
{
  FakeClient *self = FAKE_CLIENT (request);

  self->flags = flags;
  self->encoding = encoding;
  g_free (self->idempotency_key);
  self->idempotency_key = g_strdup (idempotency_key);
  g_free (self->template_name);
  self->template_name = NULL;
  if (attributes != NULL)
    self->template_name = g_strdup (g_hash_table_lookup (attributes, "CertificateTemplate"));
  if (!answer (self, error))
    return NULL;
  return icert_response_new (7, ICERT_DISPOSITION_UNDER_SUBMISSION, "taken", NULL, NULL, NULL);
}

static void
request_iface_init (ICertRequestInterface *iface)
{
  iface->submit_full = fake_client_submit_full;
}

static gint64
fake_client_count (ICertView *view, GCancellable *cancellable, GError **error)
{
  return answer (view, error) ? 1234567890123 : -1;
}

static ICertEnumViewRow *
fake_client_open_view (ICertView *view, GCancellable *cancellable, GError **error)
{
  return answer (view, error) ? ICERT_ENUM_VIEW_ROW (g_object_ref (view)) : NULL;
}

static gboolean
fake_client_add_restriction (ICertView *view,
                             const char *column,
                             ICertSeek seek,
                             GVariant *value,
                             GError **error)
{
  return answer (view, error);
}

static void
view_iface_init (ICertViewInterface *iface)
{
  iface->count = fake_client_count;
  iface->open_view = fake_client_open_view;
  iface->add_restriction = fake_client_add_restriction;
}
