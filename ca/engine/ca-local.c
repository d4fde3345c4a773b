/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-local.h"

#include <string.h>

#include "ca-steps.h"

#define CALLER_AGE G_TIME_SPAN_SECOND
#define SCHEME "local:"

typedef struct
{
  char *config;
  char *address;
  CaEngine *engine;
  GMutex mutex;
  CaCaller *caller;  /* under the mutex */
  gboolean is_given; /* the caller is a door's, not the process's own; under the mutex */
} CaLocalPrivate;

enum
{
  PROP_CONFIG = 1,
  PROP_ADDRESS
};

static void initable_iface_init (GInitableIface *iface);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (CaLocal,
                                  ca_local,
                                  G_TYPE_OBJECT,
                                  G_ADD_PRIVATE (CaLocal)
                                      G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, initable_iface_init))

static gboolean
ca_local_initable_init (GInitable *initable, GCancellable *cancellable, GError **error)
{
  CaLocalPrivate *priv = ca_local_get_instance_private (CA_LOCAL (initable));
  g_autoptr (CaFacts) facts = NULL;

  if (priv->engine != NULL)
    return TRUE;
  if (priv->address == NULL || !g_str_has_prefix (priv->address, SCHEME))
    {
      icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, "address",
                       "%s is not served here (local:DIR)",
                       priv->address != NULL ? priv->address : "none");
      return FALSE;
    }
  priv->engine = ca_engine_open (priv->address + strlen (SCHEME),
                                 CA_LOCAL_GET_CLASS (initable)->held, error);
  if (priv->engine == NULL)
    return FALSE;
  facts = ca_engine_ref_facts (priv->engine);
  g_free (priv->config);
  priv->config = g_strdup (facts->config_string);
  ca_steps_print (2, "config", "CertificateAuthority.Config", "found %s", priv->config);
  return TRUE;
}

static void
initable_iface_init (GInitableIface *iface)
{
  iface->init = ca_local_initable_init;
}

static void
ca_local_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CaLocalPrivate *priv = ca_local_get_instance_private (CA_LOCAL (object));

  if (id == PROP_CONFIG)
    g_value_set_string (value, priv->config);
  else if (id == PROP_ADDRESS)
    g_value_set_string (value, priv->address);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
ca_local_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CaLocalPrivate *priv = ca_local_get_instance_private (CA_LOCAL (object));

  if (id == PROP_CONFIG)
    priv->config = g_value_dup_string (value);
  else if (id == PROP_ADDRESS)
    priv->address = g_value_dup_string (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
ca_local_finalize (GObject *object)
{
  CaLocalPrivate *priv = ca_local_get_instance_private (CA_LOCAL (object));

  g_clear_pointer (&priv->caller, ca_caller_unref);
  g_clear_pointer (&priv->engine, ca_engine_unref);
  g_mutex_clear (&priv->mutex);
  g_free (priv->config);
  g_free (priv->address);
  G_OBJECT_CLASS (ca_local_parent_class)->finalize (object);
}

static void
ca_local_class_init (CaLocalClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = ca_local_get_property;
  object_class->set_property = ca_local_set_property;
  object_class->finalize = ca_local_finalize;
  g_object_class_install_property (
      object_class, PROP_CONFIG,
      g_param_spec_string ("config", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
  g_object_class_install_property (
      object_class, PROP_ADDRESS,
      g_param_spec_string ("address", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
}

static void
ca_local_init (CaLocal *self)
{
  CaLocalPrivate *priv = ca_local_get_instance_private (self);

  g_mutex_init (&priv->mutex);
}

CaEngine *
ca_local_get_engine (CaLocal *self)
{
  CaLocalPrivate *priv = ca_local_get_instance_private (self);

  return priv->engine;
}

CaCaller *
ca_local_ref_caller (CaLocal *self)
{
  CaLocalPrivate *priv = ca_local_get_instance_private (self);
  CaCaller *caller;

  g_mutex_lock (&priv->mutex);
  if (priv->caller != NULL && !priv->is_given
      && g_get_monotonic_time () - priv->caller->made > CALLER_AGE)
    g_clear_pointer (&priv->caller, ca_caller_unref);
  if (priv->caller == NULL)
    priv->caller = ca_caller_new_local (CA_DOOR_LOCAL);
  caller = ca_caller_ref (priv->caller);
  g_mutex_unlock (&priv->mutex);
  return caller;
}

void
ca_local_set_caller (CaLocal *self, CaCaller *caller)
{
  CaLocalPrivate *priv = ca_local_get_instance_private (self);

  g_mutex_lock (&priv->mutex);
  g_clear_pointer (&priv->caller, ca_caller_unref);
  priv->caller = ca_caller_ref (caller);
  priv->is_given = TRUE;
  g_mutex_unlock (&priv->mutex);
}

CaFacts *
ca_local_authorise (CaLocal *self, CaVerb verb, GError **error)
{
  CaEngine *engine = ca_local_get_engine (self);
  g_autoptr (CaFacts) facts = NULL;
  g_autoptr (CaCaller) caller = NULL;
  g_autoptr (GError) local = NULL;

  if (!ca_engine_check_process (engine, error))
    return NULL;
  facts = ca_engine_ref_facts (engine);
  caller = ca_local_ref_caller (self);
  if (ca_roles_check (facts->config, caller, verb, &local))
    return g_steal_pointer (&facts);
  ca_writer_audit (engine->writer,
                   ca_audit_record_new (caller, ca_verb_to_string (verb), NULL,
                                        icert_error_get_code_name (local->code), local->message));
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

ICertCa *
ca_local_new_ca (CaLocal *self, GError **error)
{
  CaLocalPrivate *priv = ca_local_get_instance_private (self);
  g_autoptr (CaCaller) caller = NULL;
  ICertCa *ca;

  if (!ca_engine_check_process (priv->engine, error))
    return NULL;
  ca = g_initable_new (ca_local_ca_get_type (), NULL, error, "config", priv->config, "address",
                       priv->address, NULL);
  if (ca == NULL)
    return NULL;
  /* whoever came through another door does not become the user of this process by it */
  g_mutex_lock (&priv->mutex);
  if (priv->is_given)
    caller = ca_caller_ref (priv->caller);
  g_mutex_unlock (&priv->mutex);
  if (caller != NULL)
    ca_local_set_caller (CA_LOCAL (ca), caller);
  return ca;
}
