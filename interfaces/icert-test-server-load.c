/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-binding-private.h"
#include "icert-test-server.h"

#include "icert-error.h"
#include "icert-registry.h"
#include "icert-request-decoder.h"
#include "icert-test-server-private.h"

/* Facts of a real request behind an ICertTestServer. */

static gboolean
load_properties (ICertTestServer *self, ICertScope scope, GVariant *properties, GError **error)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, properties);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      gboolean ok = g_str_equal (name, "RequestID") /* the test's own */
                    || _icert_test_server_set_property (self, scope, name, value, error);

      g_variant_unref (value);
      if (!ok)
        return FALSE;
    }
  return TRUE;
}

static void
load_subject (ICertTestServer *self, GVariant *subject)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_set_size (self->rdns, 0);
  for (gsize i = 0; i < g_variant_n_children (subject); i++)
    g_ptr_array_add (self->rdns, g_variant_get_child_value (subject, i));
  g_mutex_unlock (&self->lock);
}

static gboolean
load_extensions (ICertTestServer *self, GVariant *extensions, GError **error)
{
  GVariantIter iter;
  const char *oid;
  guint32 flags, origin;
  GVariant *octets;

  g_variant_iter_init (&iter, extensions);
  while (g_variant_iter_next (&iter, "(&suu@ay)", &oid, &flags, &origin, &octets))
    {
      g_autoptr (GBytes) value = g_variant_get_data_as_bytes (octets);
      g_autoptr (ICertExtension) extension = icert_extension_new (
          oid, (ICertExtensionFlags) flags, (ICertExtensionOrigin) origin, value, error);

      g_variant_unref (octets);
      if (extension == NULL)
        return FALSE;
      icert_test_server_add_extension (self, extension);
    }
  return TRUE;
}

static void
load_texts (ICertTestServer *self,
            GVariant *texts,
            void (*set) (ICertTestServer *, const char *, const char *))
{
  GVariantIter iter;
  const char *name, *value;

  g_variant_iter_init (&iter, texts);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &value))
    set (self, name, value);
}

/* @facts: what ICertRequestDecoder answers */
static gboolean
load_facts (ICertTestServer *self, GVariant *facts, GError **error)
{
  static const struct
  {
    const char *key;
    ICertScope scope;
  } scopes[] = { { "request", ICERT_SCOPE_REQUEST },
                 { "certificate", ICERT_SCOPE_CERTIFICATE },
                 { "ca", ICERT_SCOPE_CA } };
  g_autoptr (GVariant) subject
      = g_variant_lookup_value (facts, "subject", G_VARIANT_TYPE ("a(ss)"));
  g_autoptr (GVariant) extensions
      = g_variant_lookup_value (facts, "extensions", G_VARIANT_TYPE ("a(suuay)"));
  g_autoptr (GVariant) attributes
      = g_variant_lookup_value (facts, "attributes", G_VARIANT_TYPE ("a{ss}"));
  g_autoptr (GVariant) account
      = g_variant_lookup_value (facts, "account", G_VARIANT_TYPE ("a{ss}"));
  g_autofree const char **groups = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (scopes); i++)
    {
      g_autoptr (GVariant) properties
          = g_variant_lookup_value (facts, scopes[i].key, G_VARIANT_TYPE_VARDICT);

      if (properties != NULL && !load_properties (self, scopes[i].scope, properties, error))
        return FALSE;
    }
  if (subject != NULL)
    load_subject (self, subject);
  if (extensions != NULL && !load_extensions (self, extensions, error))
    return FALSE;
  if (attributes != NULL)
    load_texts (self, attributes, icert_test_server_set_request_attribute);
  if (account != NULL)
    load_texts (self, account, icert_test_server_set_requester_attribute);
  g_variant_lookup (facts, "groups", "^a&s", &groups);
  for (gsize i = 0; groups != NULL && groups[i] != NULL; i++)
    icert_test_server_add_requester_group (self, groups[i]);
  return TRUE;
}

/**
 * icert_test_server_load_request:
 * @self: a server
 * @request: a request: PKCS#10, CMS or SPKAC, PEM or DER
 * @attributes: (element-type utf8 utf8) (nullable): what is sent beside it
 * @requester: (nullable): account that asks; `NULL` for the user of this process
 * @error: return location for an error
 *
 * Takes all facts from a real request, so that a policy sees of it what it would see in a CA which
 * is configured by defaults. It needs the engine's module, class
 * `CertificateAuthority.RequestDecoder`. What was said before and what the request says nothing of
 * stays.
 *
 * Errors: those of [method@ICert.RequestDecoder.decode], of a request that no policy would have
 * been asked about; `ICERT_ERROR_UNKNOWN_NAME` without the module.
 *
 * Returns: `TRUE` when the facts are there
 */
gboolean
icert_test_server_load_request (ICertTestServer *self,
                                GBytes *request,
                                GHashTable *attributes,
                                const char *requester,
                                GError **error)
{
  g_autoptr (GHashTable) table = _icert_take_table (&attributes);
  g_autoptr (GObject) decoder = NULL;
  g_autoptr (GVariant) facts = NULL;

  g_return_val_if_fail (ICERT_IS_TEST_SERVER (self), FALSE);

  decoder = icert_create_instance ("CertificateAuthority.RequestDecoder", NULL, NULL, error);
  if (decoder == NULL)
    return FALSE;
  if (!ICERT_IS_REQUEST_DECODER (decoder))
    {
      icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, "class",
                       "%s decodes no requests (an ICertRequestDecoder)",
                       G_OBJECT_TYPE_NAME (decoder));
      return FALSE;
    }
  facts = icert_request_decoder_decode (ICERT_REQUEST_DECODER (decoder), ICERT_ENCODING_ANY,
                                        ICERT_REQUEST_FORMAT_ANY, request, attributes, requester,
                                        error);
  return facts != NULL && load_facts (self, facts, error);
}
