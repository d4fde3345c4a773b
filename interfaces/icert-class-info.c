/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-class-info-private.h"

/**
 * ICertClassInfo:
 *
 * What a manifest says of one class: which interfaces it has and where it runs. Nothing of this
 * comes from the module's code, which stays closed until the class is needed.
 *
 * Immutable, so any thread may use it.
 */
G_DEFINE_FINAL_TYPE (ICertClassInfo, icert_class_info, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_CLASS_ID,
  PROP_TYPE_NAME,
  PROP_INTERFACES,
  PROP_MODULE,
  PROP_VERSION,
  PROP_DESCRIPTION,
  PROP_HOST,
  PROP_THREADS,
  PROP_DEADLINE,
  PROP_ADDRESS,
  PROP_PATH,
  PROP_LIBRARY,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

ICertModuleFacts *
_icert_module_facts_new (void)
{
  ICertModuleFacts *facts = g_new0 (ICertModuleFacts, 1);

  g_atomic_ref_count_init (&facts->refs);
  facts->type_names = g_ptr_array_new_with_free_func (g_free);
  return facts;
}

static ICertModuleFacts *
module_facts_ref (ICertModuleFacts *facts)
{
  g_atomic_ref_count_inc (&facts->refs);
  return facts;
}

void
_icert_module_facts_unref (ICertModuleFacts *facts)
{
  if (!g_atomic_ref_count_dec (&facts->refs))
    return;
  g_free (facts->path);
  g_free (facts->name);
  g_free (facts->version);
  g_free (facts->description);
  g_free (facts->host);
  g_free (facts->library);
  g_free (facts->script);
  g_free (facts->language);
  g_ptr_array_unref (facts->type_names);
  g_free (facts);
}

static void
icert_class_info_finalize (GObject *object)
{
  ICertClassInfo *self = ICERT_CLASS_INFO (object);

  g_clear_pointer (&self->module, _icert_module_facts_unref);
  g_free (self->class_id);
  g_free (self->type_name);
  g_strfreev (self->interfaces);
  g_free (self->threads);
  g_strfreev (self->grants);
  g_strfreev (self->addresses);
  g_clear_error (&self->conflict);

  G_OBJECT_CLASS (icert_class_info_parent_class)->finalize (object);
}

static void
icert_class_info_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ICertClassInfo *self = ICERT_CLASS_INFO (object);

  switch (id)
    {
    case PROP_CLASS_ID:
      g_value_set_string (value, self->class_id);
      break;
    case PROP_TYPE_NAME:
      g_value_set_string (value, self->type_name);
      break;
    case PROP_INTERFACES:
      g_value_set_boxed (value, self->interfaces);
      break;
    case PROP_MODULE:
      g_value_set_string (value, self->module->name);
      break;
    case PROP_VERSION:
      g_value_set_string (value, self->module->version);
      break;
    case PROP_DESCRIPTION:
      g_value_set_string (value, self->module->description);
      break;
    case PROP_HOST:
      g_value_set_string (value, self->module->host);
      break;
    case PROP_THREADS:
      g_value_set_string (value, self->threads);
      break;
    case PROP_DEADLINE:
      g_value_set_uint (value, self->deadline);
      break;
    case PROP_ADDRESS:
      g_value_set_boxed (value, self->addresses);
      break;
    case PROP_PATH:
      g_value_set_string (value, self->module->path);
      break;
    case PROP_LIBRARY:
      g_value_set_string (value, self->module->library);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static GParamSpec *
text_property (const char *name)
{
  return g_param_spec_string (name, NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
list_property (const char *name)
{
  return g_param_spec_boxed (name, NULL, NULL, G_TYPE_STRV,
                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

/* Where it runs, and where it comes from. */
static void
make_place_properties (void)
{
  /**
   * ICertClassInfo:host:
   *
   * Where it runs: `engine` (in the process that asks) or `process` (in a module host).
   */
  properties[PROP_HOST] = text_property ("host");
  /**
   * ICertClassInfo:threads:
   *
   * Who may call it: `any` thread, or the thread of its `main-context` only.
   */
  properties[PROP_THREADS] = text_property ("threads");
  /**
   * ICertClassInfo:deadline:
   *
   * How long one call may take, in seconds.
   */
  properties[PROP_DEADLINE] = g_param_spec_uint ("deadline", NULL, NULL, 0, G_MAXUINT, 0,
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * ICertClassInfo:address:
   *
   * Schemes of the addresses whose CAs a client class reaches, such as `local`; empty for others.
   */
  properties[PROP_ADDRESS] = list_property ("address");
  /**
   * ICertClassInfo:path:
   *
   * The manifest; `NULL` for classes of libicert itself.
   */
  properties[PROP_PATH] = text_property ("path");
  /**
   * ICertClassInfo:library:
   *
   * The shared object; `NULL` for a script and for classes of libicert itself.
   */
  properties[PROP_LIBRARY] = text_property ("library");
}

static void
icert_class_info_class_init (ICertClassInfoClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = icert_class_info_finalize;
  object_class->get_property = icert_class_info_get_property;

  /**
   * ICertClassInfo:class-id:
   *
   * Name of the class, such as `Template.Policy` (AD CS: ProgID).
   */
  properties[PROP_CLASS_ID] = text_property ("class-id");
  /**
   * ICertClassInfo:type-name:
   *
   * Name of the GType that implements it.
   */
  properties[PROP_TYPE_NAME] = text_property ("type-name");
  /**
   * ICertClassInfo:interfaces:
   *
   * Names of the interfaces it implements, such as `ICertPolicy`.
   */
  properties[PROP_INTERFACES] = list_property ("interfaces");
  /**
   * ICertClassInfo:module:
   *
   * Name of the module; `icert` for classes of libicert itself.
   */
  properties[PROP_MODULE] = text_property ("module");
  /**
   * ICertClassInfo:version:
   *
   * Version of the module, as it says; may be `NULL`.
   */
  properties[PROP_VERSION] = text_property ("version");
  /**
   * ICertClassInfo:description:
   *
   * What the module is for, in a line; may be `NULL`.
   */
  properties[PROP_DESCRIPTION] = text_property ("description");
  make_place_properties ();

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
icert_class_info_init (ICertClassInfo *self)
{
  /* Bindings can make an object of no class: it answers with nothing. */
  self->module = _icert_module_facts_new ();
  self->interfaces = g_new0 (char *, 1);
  self->addresses = g_new0 (char *, 1);
  self->grants = g_new0 (char *, 1);
}

ICertClassInfo *
_icert_class_info_new (ICertModuleFacts *module, const char *class_id)
{
  ICertClassInfo *self = g_object_new (ICERT_TYPE_CLASS_INFO, NULL);

  _icert_module_facts_unref (self->module);
  self->module = module_facts_ref (module);
  self->class_id = g_strdup (class_id);
  return self;
}

gboolean
_icert_class_info_serves (ICertClassInfo *self, const char *scheme)
{
  return g_strv_contains ((const char *const *) self->addresses, scheme);
}

/**
 * icert_class_info_get_class_id:
 * @self: a class
 *
 * Answers the name of the class, such as `Template.Policy` (AD CS: ProgID). Any thread.
 *
 * Returns: (transfer full): a class id
 */
char *
icert_class_info_get_class_id (ICertClassInfo *self)
{
  g_return_val_if_fail (ICERT_IS_CLASS_INFO (self), NULL);

  return g_strdup (self->class_id);
}

/**
 * icert_class_info_get_type_name:
 * @self: a class
 *
 * Answers the name of the GType that implements the class. The type exists once an object of the
 * class was made. Any thread.
 *
 * Returns: (transfer full): name of a GType
 */
char *
icert_class_info_get_type_name (ICertClassInfo *self)
{
  g_return_val_if_fail (ICERT_IS_CLASS_INFO (self), NULL);

  return g_strdup (self->type_name);
}

/**
 * icert_class_info_list_interfaces:
 * @self: a class
 *
 * Lists the interfaces that the manifest promises, such as `ICertPolicy`. The loader checks them
 * before an object is made. Any thread.
 *
 * Returns: (transfer full) (array zero-terminated=1): names of interfaces
 */
char **
icert_class_info_list_interfaces (ICertClassInfo *self)
{
  g_return_val_if_fail (ICERT_IS_CLASS_INFO (self), NULL);

  return g_strdupv (self->interfaces);
}

/**
 * icert_class_info_get_module:
 * @self: a class
 *
 * Answers the name of the module that holds the class. Any thread.
 *
 * Returns: (transfer full): name of a module; `icert` for classes of libicert itself
 */
char *
icert_class_info_get_module (ICertClassInfo *self)
{
  g_return_val_if_fail (ICERT_IS_CLASS_INFO (self), NULL);

  return g_strdup (self->module->name);
}

/**
 * icert_class_info_get_version:
 * @self: a class
 *
 * Answers the version of the module, as its manifest says. Any thread.
 *
 * Returns: (transfer full) (nullable): a version, or `NULL`
 */
char *
icert_class_info_get_version (ICertClassInfo *self)
{
  g_return_val_if_fail (ICERT_IS_CLASS_INFO (self), NULL);

  return g_strdup (self->module->version);
}

/**
 * icert_class_info_get_description:
 * @self: a class
 *
 * Answers what the module is for, in a line for people. Any thread.
 *
 * Returns: (transfer full) (nullable): a text, or `NULL`
 */
char *
icert_class_info_get_description (ICertClassInfo *self)
{
  g_return_val_if_fail (ICERT_IS_CLASS_INFO (self), NULL);

  return g_strdup (self->module->description);
}

/**
 * icert_class_info_get_host:
 * @self: a class
 *
 * Answers where the class runs: `engine`, in the process that asks for it, or `process`, in a
 * module host. Any thread.
 *
 * Returns: (transfer full): `engine` or `process`
 */
char *
icert_class_info_get_host (ICertClassInfo *self)
{
  g_return_val_if_fail (ICERT_IS_CLASS_INFO (self), NULL);

  return g_strdup (self->module->host);
}

/**
 * icert_class_info_get_threads:
 * @self: a class
 *
 * Answers who may call objects of the class: `any` thread, or only the thread of their
 * `main-context`. Any thread.
 *
 * Returns: (transfer full): `any` or `main-context`
 */
char *
icert_class_info_get_threads (ICertClassInfo *self)
{
  g_return_val_if_fail (ICERT_IS_CLASS_INFO (self), NULL);

  return g_strdup (self->threads);
}

/**
 * icert_class_info_get_deadline:
 * @self: a class
 *
 * Answers how long one call may take before its caller goes on without an answer. Any thread.
 *
 * Returns: seconds
 */
guint
icert_class_info_get_deadline (ICertClassInfo *self)
{
  g_return_val_if_fail (ICERT_IS_CLASS_INFO (self), 0);

  return self->deadline;
}

/**
 * icert_class_info_list_addresses:
 * @self: a class
 *
 * Lists the schemes of the addresses whose CAs a client class reaches, such as `local`. Class id
 * and scheme together are unique. Any thread.
 *
 * Returns: (transfer full) (array zero-terminated=1): schemes; empty for a class that reaches no CA
 */
char **
icert_class_info_list_addresses (ICertClassInfo *self)
{
  g_return_val_if_fail (ICERT_IS_CLASS_INFO (self), NULL);

  return g_strdupv (self->addresses);
}

/**
 * icert_class_info_get_path:
 * @self: a class
 *
 * Answers the manifest the class was read from. Any thread.
 *
 * Returns: (transfer full) (nullable) (type filename): a path; `NULL` for classes of libicert
 *   itself
 */
char *
icert_class_info_get_path (ICertClassInfo *self)
{
  g_return_val_if_fail (ICERT_IS_CLASS_INFO (self), NULL);

  return g_strdup (self->module->path);
}
