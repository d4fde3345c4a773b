/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-request-decoder.h"

#include "ca-clock.h"
#include "ca-request.h"
#include "ca-server-backend.h"

/* What a policy sees of a request, without a CA. Everything is done by the parts of the engine that
 * do it there: the decoder, the configuration's defaults, the context of a policy. */
struct _CaRequestDecoder
{
  GObject parent_instance;
};

static void decoder_iface_init (ICertRequestDecoderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CaRequestDecoder,
                               ca_request_decoder,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_REQUEST_DECODER,
                                                      decoder_iface_init))

/* A CA that is configured by nothing but defaults, in which @requester may enrol. */
static CaConfig *
new_config (const CaCaller *requester, GError **error)
{
  static const char text[] = "[CA]\nName=Test CA\nType=subordinate\n";
  g_autoptr (GBytes) contents = g_bytes_new_static (text, sizeof text - 1);
  CaConfig *config = ca_config_parse (g_get_tmp_dir (), contents, error);
  CaRoleEntry *entry;

  if (config == NULL)
    return NULL;
  entry = g_new0 (CaRoleEntry, 1);
  entry->principal = g_strdup (requester->principals[0]);
  entry->roles = ICERT_ROLE_ENROLL;
  g_ptr_array_add (config->roles, entry);
  return config;
}

static CaRequest *
receive (CaConfig *config,
         CaCaller *requester,
         ICertEncoding encoding,
         ICertRequestFormat format,
         GBytes *input,
         GHashTable *attributes,
         GError **error)
{
  g_autoptr (CaRequest) request = ca_request_new ();

  request->id = 1;
  request->config = ca_config_ref (config);
  request->requester = ca_caller_ref (requester);
  request->requester_name = g_strdup (requester->name);
  request->caller_name = g_strdup (requester->name);
  request->door = ca_door_to_string (requester->door);
  request->groups = g_strdupv (requester->groups);
  request->submitted_when = ca_clock_now ();
  if (!ca_request_set_attributes (request, attributes, error))
    return NULL;
  request->attributes_text = attributes != NULL ? icert_attributes_format (attributes) : NULL;
  request->decoded = ca_decode_request (input, encoding, format, error);
  if (request->decoded == NULL || !ca_request_merge_attributes (request, error)
      || !ca_request_check_key (request, error) || !ca_request_check_possession (request, error))
    return NULL;
  ca_request_reset_plan (request);
  return g_steal_pointer (&request);
}

typedef GVariant *(*Reader) (ICertServer *server, const char *name, GError **error);

static GVariant *
read_properties (ICertServer *server, ICertScope scope, Reader reader)
{
  gsize n_rows;
  const ICertPropertyInfo *rows = icert_property_table (scope, &n_rows);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (gsize i = 0; i < n_rows; i++)
    {
      g_autoptr (GVariant) value = (rows[i].flags & ICERT_PROPERTY_POLICY_READS) != 0
                                       ? reader (server, rows[i].name, NULL)
                                       : NULL;

      if (value != NULL)
        g_variant_builder_add (&builder, "{sv}", rows[i].name, value);
    }
  return g_variant_builder_end (&builder);
}

static GVariant *
read_attributes (ICertServer *server)
{
  g_auto (GStrv) names = icert_server_list_attributes (server, NULL);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  for (gsize i = 0; names != NULL && names[i] != NULL; i++)
    {
      g_autofree char *value = icert_server_get_request_attribute (server, names[i], NULL);

      g_variant_builder_add (&builder, "{ss}", names[i], value);
    }
  return g_variant_builder_end (&builder);
}

static GVariant *
read_extensions (ICertServer *server)
{
  g_auto (GStrv) oids = icert_server_list_extensions (server, NULL);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(suuay)"));
  for (gsize i = 0; oids != NULL && oids[i] != NULL; i++)
    {
      ICertExtensionFlags flags = ICERT_EXTENSION_NONE;
      ICertExtensionOrigin origin = 0;
      g_autoptr (GBytes) value
          = icert_server_get_certificate_extension (server, oids[i], &flags, &origin, NULL);

      if (value != NULL)
        g_variant_builder_add (&builder, "(suu@ay)", oids[i], (guint32) flags, (guint32) origin,
                               g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, value, TRUE));
    }
  return g_variant_builder_end (&builder);
}

static GVariant *
read_account (ICertServer *server)
{
  static const char *const names[] = { "name", "uid", "gecos", "mail" };
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *value = icert_server_get_requester_attribute (server, names[i], NULL);

      if (value != NULL)
        g_variant_builder_add (&builder, "{ss}", names[i], value);
    }
  return g_variant_builder_end (&builder);
}

/* Asks a policy's own context, so that nobody can see anything else there. */
static GVariant *
read_all (ICertServer *server)
{
  g_auto (GStrv) groups = icert_server_get_requester_groups (server, NULL);
  g_autoptr (GVariant) subject = icert_server_list_subject_rdns (server, NULL);
  GVariantDict facts;

  g_variant_dict_init (&facts, NULL);
  g_variant_dict_insert_value (
      &facts, "request",
      read_properties (server, ICERT_SCOPE_REQUEST, icert_server_get_request_property));
  g_variant_dict_insert_value (
      &facts, "certificate",
      read_properties (server, ICERT_SCOPE_CERTIFICATE, icert_server_get_certificate_property));
  g_variant_dict_insert_value (
      &facts, "ca", read_properties (server, ICERT_SCOPE_CA, icert_server_get_ca_property));
  g_variant_dict_insert_value (&facts, "subject", subject);
  g_variant_dict_insert_value (&facts, "attributes", read_attributes (server));
  g_variant_dict_insert_value (&facts, "extensions", read_extensions (server));
  g_variant_dict_insert_value (&facts, "groups",
                               g_variant_new_strv ((const char *const *) groups, -1));
  g_variant_dict_insert_value (&facts, "account", read_account (server));
  return g_variant_ref_sink (g_variant_dict_end (&facts));
}

static GVariant *
ca_request_decoder_decode (ICertRequestDecoder *self,
                           ICertEncoding encoding,
                           ICertRequestFormat format,
                           GBytes *input,
                           GHashTable *attributes,
                           const char *requester,
                           GError **error)
{
  g_autoptr (CaCaller) caller = requester != NULL ? ca_caller_new_account (requester, CA_DOOR_LOCAL)
                                                  : ca_caller_new_local (CA_DOOR_LOCAL);
  g_autoptr (CaConfig) config = new_config (caller, error);
  g_autoptr (GPtrArray) issuers = g_ptr_array_new ();
  g_autoptr (CaFacts) facts = NULL;
  g_autoptr (CaRequest) request = NULL;
  g_autoptr (ICertRequestContext) context = NULL;
  GVariant *answer;

  if (config == NULL)
    return NULL;
  request = receive (config, caller, encoding, format, input, attributes, error);
  if (request == NULL)
    return NULL;
  facts = ca_facts_new (config, issuers);
  context = ca_server_new_policy_context (request, facts, "decoder");
  answer = read_all (ICERT_SERVER (context));
  icert_request_context_invalidate (context);
  return answer;
}

static void
decoder_iface_init (ICertRequestDecoderInterface *iface)
{
  iface->decode = ca_request_decoder_decode;
}

static void
ca_request_decoder_class_init (CaRequestDecoderClass *klass)
{
}

static void
ca_request_decoder_init (CaRequestDecoder *self)
{
}
