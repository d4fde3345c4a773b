/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "policy-template-judgement.h"

#define FIELD "CertificateTemplate"
#define TEMPLATE_NAME_OID "1.3.6.1.4.1.311.20.2"

/* CERTSRV_E_UNSUPPORTED_CERT_TYPE, NO_CERT_TYPE, TEMPLATE_CONFLICT */
#define STATUS_UNSUPPORTED 0x80094800u
#define STATUS_NONE 0x80094801u
#define STATUS_CONFLICT 0x80094802u

/* The version 1 template extension is a string type of its own: BMPString from Windows, any
 * DirectoryString from others. */
static char *
decode_template_name (GBytes *value)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (value, &size);
  const guint8 *end = data;
  ASN1_STRING *string = d2i_DIRECTORYSTRING (NULL, &end, (long) size);
  unsigned char *utf8 = NULL;
  char *name = NULL;
  int length = string != NULL && end == data + size ? ASN1_STRING_to_UTF8 (&utf8, string) : -1;

  if (length >= 0 && memchr (utf8, '\0', (gsize) length) == NULL)
    name = g_strndup ((const char *) utf8, (gsize) length);
  OPENSSL_free (utf8);
  ASN1_STRING_free (string);
  ERR_clear_error ();
  return name;
}

static gboolean
get_extension_name (ICertServerPolicy *server, char **name, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  ICertExtensionFlags flags = ICERT_EXTENSION_NONE;
  ICertExtensionOrigin origin = ICERT_EXTENSION_ORIGIN_NONE;
  g_autoptr (GBytes) value = icert_server_get_certificate_extension (
      ICERT_SERVER (server), TEMPLATE_NAME_OID, &flags, &origin, &local_error);

  *name = NULL;
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (value == NULL)
    return TRUE;
  *name = decode_template_name (value);
  return *name != NULL
         || policy_template_refuse (server, ICERT_ERROR_DENIED, "profile", TEMPLATE_NAME_OID, NULL,
                                    "cannot be read", "the name of a profile", error);
}

static gboolean
get_attribute (ICertServerPolicy *server, char **name, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  *name = icert_server_get_request_attribute (ICERT_SERVER (server), FIELD, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (*name != NULL && **name == '\0')
    g_clear_pointer (name, g_free);
  return TRUE;
}

/* A refusal that says what would have worked for this caller. */
static gboolean
refuse_with_choice (ICertServerPolicy *server,
                    const PolicyTemplateSet *set,
                    const char *seen,
                    const char *problem,
                    guint32 status,
                    GError **error)
{
  g_auto (GStrv) usable = policy_template_list_usable (set, ICERT_SERVER (server), error);
  g_autofree char *list = NULL;
  g_autofree char *allowed = NULL;

  if (usable == NULL)
    return FALSE;
  list = g_strjoinv (", ", usable);
  allowed = usable[0] != NULL ? g_strdup_printf ("one of: %s", list)
                              : g_strdup ("no profile is open to this caller");
  policy_template_refuse (server, ICERT_ERROR_DENIED, "profile", FIELD, seen, problem, allowed,
                          error);
  policy_template_set_status (error, status);
  return FALSE;
}

static gboolean
use_entry (ICertServerPolicy *server,
           const PolicyTemplateSet *set,
           const char *wanted,
           const PolicyTemplateProfile **profile,
           GError **error)
{
  const PolicyTemplateEntry *entry = policy_template_set_find (set, wanted);
  gboolean offered = FALSE;

  if (entry == NULL)
    return refuse_with_choice (server, set, wanted, "is no profile", STATUS_UNSUPPORTED, error);
  if (!policy_template_is_offered (ICERT_SERVER (server), entry->name, &offered, error))
    return FALSE;
  if (!offered)
    return refuse_with_choice (server, set, wanted, "is not offered by this CA", STATUS_UNSUPPORTED,
                               error);
  if (entry->profile == NULL)
    return icert_server_policy_add_trace (server, "profile-file", FIELD, entry->name,
                                          entry->problem, error)
           && policy_template_refuse (server, ICERT_ERROR_DENIED, "profile", FIELD, entry->name,
                                      "is a profile that cannot be used now",
                                      "its file is broken, an administrator must look", error);
  *profile = entry->profile;
  return icert_server_policy_add_trace (server, "profile", FIELD, wanted, entry->profile->name,
                                        error);
}

gboolean
policy_template_choose (ICertServerPolicy *server,
                        const PolicyTemplateSet *set,
                        const PolicyTemplateProfile **profile,
                        GError **error)
{
  g_autofree char *attribute = NULL;
  g_autofree char *extension = NULL;

  if (!get_attribute (server, &attribute, error) || !get_extension_name (server, &extension, error))
    return FALSE;
  if (attribute == NULL && extension == NULL)
    return refuse_with_choice (server, set, NULL, "no profile named", STATUS_NONE, error);
  if (attribute != NULL && extension != NULL && g_ascii_strcasecmp (attribute, extension) != 0)
    {
      policy_template_refuse (server, ICERT_ERROR_DENIED, "profile", FIELD, attribute,
                              "is not what the request's own template extension says", extension,
                              error);
      policy_template_set_status (error, STATUS_CONFLICT);
      return FALSE;
    }
  return use_entry (server, set, attribute != NULL ? attribute : extension, profile, error);
}
