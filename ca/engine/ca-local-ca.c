/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-local.h"

#include "ca-crl.h"
#include "ca-properties.h"

/* CertificateAuthority.Ca for a CA in this process. */
#define CA_TYPE_LOCAL_CA (ca_local_ca_get_type ())
G_DECLARE_FINAL_TYPE (CaLocalCa, ca_local_ca, CA, LOCAL_CA, CaLocal)

struct _CaLocalCa
{
  CaLocal parent_instance;

  GMainContext *context; /* where the signals are emitted */
};

static void ca_iface_init (ICertCaInterface *iface);
static void initable_iface_init (GInitableIface *iface);
static GInitableIface *parent_initable;

G_DEFINE_FINAL_TYPE_WITH_CODE (CaLocalCa,
                               ca_local_ca,
                               CA_TYPE_LOCAL,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, initable_iface_init)
                                   G_IMPLEMENT_INTERFACE (ICERT_TYPE_CA, ca_iface_init))

typedef struct
{
  GWeakRef ca;
  gint64 id;
  ICertDisposition disposition;
  gboolean config_changed;
} Change;

static gboolean
emit_cb (gpointer data)
{
  Change *change = data;
  g_autoptr (GObject) ca = g_weak_ref_get (&change->ca);

  if (ca != NULL && change->config_changed)
    g_signal_emit_by_name (ca, "config-changed");
  else if (ca != NULL && change->id == 0)
    g_signal_emit_by_name (ca, "crl-published");
  else if (ca != NULL)
    g_signal_emit_by_name (ca, "request-changed", change->id, change->disposition);
  return G_SOURCE_REMOVE;
}

static void
change_free (gpointer data)
{
  Change *change = data;

  g_weak_ref_clear (&change->ca);
  g_free (change);
}

/* On a thread of the engine: the signal belongs to the thread that made the object. Nothing is
 * queued for an object to whose signals nobody listens. */
static void
observe_cb (gint64 id, ICertDisposition disposition, gboolean config_changed, gpointer data)
{
  CaLocalCa *self = data;
  guint signal = g_signal_lookup (config_changed ? "config-changed"
                                  : id == 0      ? "crl-published"
                                                 : "request-changed",
                                  ICERT_TYPE_CA);
  g_autoptr (GSource) source = NULL;
  Change *change;

  if (!g_signal_has_handler_pending (self, signal, 0, TRUE))
    return;
  change = g_new0 (Change, 1);
  g_weak_ref_init (&change->ca, self);
  change->id = id;
  change->disposition = disposition;
  change->config_changed = config_changed;
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, emit_cb, change, change_free);
  g_source_attach (source, self->context);
}

static gboolean
ca_local_ca_initable_init (GInitable *initable, GCancellable *cancellable, GError **error)
{
  CaLocalCa *self = CA_LOCAL_CA (initable);

  if (!parent_initable->init (initable, cancellable, error))
    return FALSE;
  self->context = g_main_context_ref_thread_default ();
  ca_engine_add_observer (ca_local_get_engine (CA_LOCAL (self)), observe_cb, self);
  return TRUE;
}

static void
initable_iface_init (GInitableIface *iface)
{
  parent_initable = g_type_interface_peek_parent (iface);
  iface->init = ca_local_ca_initable_init;
}

static GVariant *
ca_local_ca_get_property_value (ICertCa *ca,
                                ICertCaProperty property,
                                int index,
                                GCancellable *cancellable,
                                GError **error)
{
  g_autoptr (CaFacts) facts = ca_local_authorise (CA_LOCAL (ca), CA_VERB_READ_CA, error);
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (ca));

  return facts != NULL ? ca_property_get (ca_local_get_engine (CA_LOCAL (ca)), facts, caller,
                                          property, index, error)
                       : NULL;
}

static gboolean
ca_local_ca_describe_property (ICertCa *ca,
                               ICertCaProperty property,
                               GVariantType **type,
                               gboolean *indexed,
                               char **display_name,
                               GError **error)
{
  return ca_property_describe (property, type, indexed, display_name, error);
}

static GBytes *
ca_local_ca_get_certificate (ICertCa *ca, int index, GCancellable *cancellable, GError **error)
{
  g_autoptr (CaFacts) facts = ca_local_authorise (CA_LOCAL (ca), CA_VERB_READ_CA, error);
  CaIssuer *issuer;

  if (facts == NULL)
    return NULL;
  issuer = ca_facts_find_issuer (facts, index);
  if (issuer != NULL)
    return g_bytes_ref (issuer->certificate);
  icert_set_error (error, ICERT_ERROR_NOT_FOUND, "index",
                   "no CA certificate %d (0 to %d, -1 the newest)", index,
                   (int) facts->issuers->len - 1);
  return NULL;
}

static char **
ca_local_ca_list_profiles (ICertCa *ca, GCancellable *cancellable, GError **error)
{
  g_autoptr (CaFacts) facts = ca_local_authorise (CA_LOCAL (ca), CA_VERB_READ_CA, error);
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (ca));

  return facts != NULL ? ca_policy_host_list_profiles (
             ca_local_get_engine (CA_LOCAL (ca))->policies, facts, caller, error)
                       : NULL;
}

static GBytes *
ca_local_ca_get_partition_crl (ICertCa *ca,
                               int key_index,
                               int partition,
                               gboolean delta,
                               GCancellable *cancellable,
                               GError **error)
{
  g_autoptr (CaFacts) facts = ca_local_authorise (CA_LOCAL (ca), CA_VERB_GET_CRL, error);

  return facts != NULL ? ca_crl_get (facts, key_index, partition, delta, error) : NULL;
}

static GBytes *
ca_local_ca_get_crl (ICertCa *ca,
                     int key_index,
                     gboolean delta,
                     GCancellable *cancellable,
                     GError **error)
{
  return ca_local_ca_get_partition_crl (ca, key_index, 0, delta, cancellable, error);
}

static void
ca_iface_init (ICertCaInterface *iface)
{
  iface->get_crl = ca_local_ca_get_crl;
  iface->get_partition_crl = ca_local_ca_get_partition_crl;
  iface->get_property_value = ca_local_ca_get_property_value;
  iface->describe_property = ca_local_ca_describe_property;
  iface->get_certificate = ca_local_ca_get_certificate;
  iface->list_profiles = ca_local_ca_list_profiles;
}

static void
ca_local_ca_dispose (GObject *object)
{
  CaEngine *engine = ca_local_get_engine (CA_LOCAL (object));

  if (engine != NULL)
    ca_engine_remove_observer (engine, object);
  G_OBJECT_CLASS (ca_local_ca_parent_class)->dispose (object);
}

static void
ca_local_ca_finalize (GObject *object)
{
  g_clear_pointer (&CA_LOCAL_CA (object)->context, g_main_context_unref);
  G_OBJECT_CLASS (ca_local_ca_parent_class)->finalize (object);
}

static void
ca_local_ca_class_init (CaLocalCaClass *class)
{
  G_OBJECT_CLASS (class)->dispose = ca_local_ca_dispose;
  G_OBJECT_CLASS (class)->finalize = ca_local_ca_finalize;
}

static void
ca_local_ca_init (CaLocalCa *self)
{
}
