/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-introspect.h"

#include <string.h>

#ifdef TOOL_HAVE_INTROSPECTION
#include <girepository.h>

static char *
type_to_text (GITypeInfo *type)
{
  g_autofree char *name = NULL;
  GIBaseInfo *interface;

  if (g_type_info_get_tag (type) != GI_TYPE_TAG_INTERFACE)
    return g_strdup (g_type_tag_to_string (g_type_info_get_tag (type)));
  interface = g_type_info_get_interface (type);
  name = g_strdup_printf ("%s.%s", g_base_info_get_namespace (interface),
                          g_base_info_get_name (interface));
  g_base_info_unref (interface);
  return g_steal_pointer (&name);
}

static void
append_argument (GICallableInfo *method, int index, GString *ins, GString *outs)
{
  GIArgInfo argument;
  GITypeInfo type;
  g_autofree char *text = NULL;
  GString *where;

  g_callable_info_load_arg (method, index, &argument);
  g_arg_info_load_type (&argument, &type);
  text = type_to_text (&type);
  where = g_arg_info_get_direction (&argument) == GI_DIRECTION_IN ? ins : outs;
  g_string_append_printf (where, "%s%s: %s", where->len > 0 ? ", " : "",
                          g_base_info_get_name (&argument), text);
}

/* "verify_request (server: ICert.ServerPolicy, new_request: gboolean) -> gboolean, verdict: …" */
static char *
describe_callable (GICallableInfo *method)
{
  g_autoptr (GString) ins = g_string_new (NULL);
  g_autoptr (GString) outs = g_string_new (NULL);
  g_autofree char *returned = NULL;
  GITypeInfo type;
  int i;

  g_callable_info_load_return_type (method, &type);
  returned = type_to_text (&type);
  if (strcmp (returned, "void") != 0 || g_type_info_is_pointer (&type))
    g_string_append (outs, returned);
  for (i = 0; i < g_callable_info_get_n_args (method); i++)
    append_argument (method, i, ins, outs);
  return g_strdup_printf ("(%s)%s%s", ins->str, outs->len > 0 ? " -> " : "", outs->str);
}

static gboolean
has_method (GIInterfaceInfo *info, const char *name)
{
  GIFunctionInfo *method = g_interface_info_find_method (info, name);

  if (method == NULL)
    return FALSE;
  g_base_info_unref (method);
  return TRUE;
}

/* The halves of an asynchronous pair are said in one word at the call they belong to. */
static void
add_method (GVariantBuilder *methods,
            const char *interface,
            GIInterfaceInfo *info,
            GIFunctionInfo *method)
{
  const char *name = g_base_info_get_name (method);
  g_autofree char *async = g_strconcat (name, "_async", NULL);
  g_autofree char *signature = NULL;

  if (g_str_has_suffix (name, "_async") || g_str_has_suffix (name, "_finish"))
    return;
  signature = describe_callable (method);
  g_variant_builder_open (methods, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (methods, "{sv}", "interface", g_variant_new_string (interface));
  g_variant_builder_add (methods, "{sv}", "name", g_variant_new_string (name));
  g_variant_builder_add (methods, "{sv}", "signature", g_variant_new_string (signature));
  g_variant_builder_add (methods, "{sv}", "async",
                         g_variant_new_boolean (has_method (info, async)));
  g_variant_builder_close (methods);
}

static void
add_methods (GVariantBuilder *methods, const char *interface, GIInterfaceInfo *info)
{
  int i;

  for (i = 0; i < g_interface_info_get_n_methods (info); i++)
    {
      GIFunctionInfo *method = g_interface_info_get_method (info, i);

      add_method (methods, interface, info, method);
      g_base_info_unref (method);
    }
}

static GIBaseInfo *
find_interface (const char *name)
{
  GIRepository *repository = g_irepository_get_default ();
  GIBaseInfo *info;

  if (!g_str_has_prefix (name, "ICert")
      || g_irepository_require (repository, "ICert", "1.0", 0, NULL) == NULL)
    return NULL;
  info = g_irepository_find_by_name (repository, "ICert", name + strlen ("ICert"));
  if (info != NULL && g_base_info_get_type (info) == GI_INFO_TYPE_INTERFACE)
    return info;
  g_clear_pointer (&info, g_base_info_unref);
  return NULL;
}
#endif

GVariant *
tool_introspect_methods (char **names)
{
  GVariantBuilder methods;

  g_variant_builder_init (&methods, G_VARIANT_TYPE ("aa{sv}"));
#ifdef TOOL_HAVE_INTROSPECTION
  for (; *names != NULL; names++)
    {
      GIBaseInfo *info = find_interface (*names);

      if (info == NULL)
        continue;
      add_methods (&methods, *names, (GIInterfaceInfo *) info);
      g_base_info_unref (info);
    }
#endif
  return g_variant_builder_end (&methods);
}

static char *
default_to_text (GParamSpec *property)
{
  const GValue *value = g_param_spec_get_default_value (property);

  if (G_VALUE_HOLDS_STRING (value) && g_value_get_string (value) != NULL)
    return g_value_dup_string (value);
  if (G_VALUE_HOLDS_STRING (value) || G_VALUE_HOLDS_OBJECT (value) || G_VALUE_HOLDS_BOXED (value))
    return NULL;
  return g_strdup_value_contents (value);
}

GVariant *
tool_introspect_properties (GObject *object)
{
  g_autofree GParamSpec **properties = NULL;
  GVariantBuilder builder;
  guint n, i;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  properties = g_object_class_list_properties (G_OBJECT_GET_CLASS (object), &n);
  for (i = 0; i < n; i++)
    {
      g_autofree char *text = default_to_text (properties[i]);

      g_variant_builder_open (&builder, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&builder, "{sv}", "name", g_variant_new_string (properties[i]->name));
      g_variant_builder_add (&builder, "{sv}", "type",
                             g_variant_new_string (g_type_name (properties[i]->value_type)));
      g_variant_builder_add (
          &builder, "{sv}", "writable",
          g_variant_new_boolean ((properties[i]->flags & G_PARAM_WRITABLE) != 0));
      if (text != NULL)
        g_variant_builder_add (&builder, "{sv}", "default", g_variant_new_string (text));
      g_variant_builder_close (&builder);
    }
  return g_variant_builder_end (&builder);
}

static void
add_signals (GVariantBuilder *builder, GType type)
{
  g_autofree guint *ids = NULL;
  guint n, i;

  ids = g_signal_list_ids (type, &n);
  for (i = 0; i < n; i++)
    {
      g_variant_builder_open (builder, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (builder, "{sv}", "type", g_variant_new_string (g_type_name (type)));
      g_variant_builder_add (builder, "{sv}", "name",
                             g_variant_new_string (g_signal_name (ids[i])));
      g_variant_builder_close (builder);
    }
}

GVariant *
tool_introspect_signals (GObject *object, char **names)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  add_signals (&builder, G_OBJECT_TYPE (object));
  for (; *names != NULL; names++)
    {
      GType type = g_type_from_name (*names);

      if (type != G_TYPE_INVALID && type != G_OBJECT_TYPE (object))
        add_signals (&builder, type);
    }
  return g_variant_builder_end (&builder);
}
