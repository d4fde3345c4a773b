/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-enroll-record.h"

#include "ca-enroll-files.h"

#define FIELD "record"
#define ENROLMENT "Enrolment"
#define REQUEST "Request"

static const char *const groups[] = { ENROLMENT, REQUEST, NULL };
static const char *const enrolment_keys[]
    = { "Config", "Profile",   "KeyType", "CertificateFile", "ChainFile", "Pkcs12File",
        "Trust",  "Installed", NULL };
static const char *const request_keys[]
    = { "Pkcs10",  "IdempotencyKey", "Asked",   "RequestId", "Renewal",
        "SameKey", "Installing",     "Refused", NULL };

CaEnrollRecord *
ca_enroll_record_new (const char *key_file)
{
  CaEnrollRecord *record = g_new0 (CaEnrollRecord, 1);

  record->path = g_strconcat (key_file, ".enroll", NULL);
  record->trust = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  return record;
}

void
ca_enroll_record_free (CaEnrollRecord *record)
{
  g_free (record->path);
  g_free (record->config);
  g_free (record->profile);
  g_free (record->key_type);
  g_free (record->certificate_file);
  g_free (record->chain_file);
  g_free (record->pkcs12_file);
  g_ptr_array_unref (record->trust);
  ca_enroll_record_drop_request (record);
  g_free (record);
}

void
ca_enroll_record_drop_request (CaEnrollRecord *record)
{
  g_clear_pointer (&record->request, g_bytes_unref);
  g_clear_pointer (&record->idempotency_key, g_free);
  g_clear_pointer (&record->asked, g_free);
  record->request_id = 0;
  record->renewal = record->same_key = record->installing = record->refused = FALSE;
}

/* An empty text is none. */
static char *
read_text (ICertKeyfile *file, const char *group, const char *key)
{
  const char *text = icert_keyfile_lookup (file, group, key);

  return text != NULL && *text != '\0' ? g_strdup (text) : NULL;
}

static gboolean
read_trust (CaEnrollRecord *record, ICertKeyfile *file)
{
  g_auto (GStrv) texts = icert_keyfile_get_list (file, ENROLMENT, "Trust");

  for (guint i = 0; texts != NULL && texts[i] != NULL; i++)
    {
      gsize size;
      guint8 *der = g_base64_decode (texts[i], &size);

      g_ptr_array_add (record->trust, g_bytes_new_take (der, size));
    }
  return TRUE;
}

static gboolean
read_enrolment (CaEnrollRecord *record, ICertKeyfile *file, GError **error)
{
  record->config = read_text (file, ENROLMENT, "Config");
  record->profile = read_text (file, ENROLMENT, "Profile");
  record->key_type = read_text (file, ENROLMENT, "KeyType");
  record->certificate_file = read_text (file, ENROLMENT, "CertificateFile");
  record->chain_file = read_text (file, ENROLMENT, "ChainFile");
  record->pkcs12_file = read_text (file, ENROLMENT, "Pkcs12File");
  return read_trust (record, file)
         && icert_keyfile_get_boolean (file, ENROLMENT, "Installed", FALSE, &record->installed,
                                       error);
}

static gboolean
read_request (CaEnrollRecord *record, ICertKeyfile *file, GError **error)
{
  const char *text = icert_keyfile_lookup (file, REQUEST, "Pkcs10");
  guint8 *der;
  gsize size;

  if (text == NULL)
    return TRUE;
  der = g_base64_decode (text, &size);
  record->request = g_bytes_new_take (der, size);
  record->idempotency_key = read_text (file, REQUEST, "IdempotencyKey");
  record->asked = read_text (file, REQUEST, "Asked");
  return icert_keyfile_get_int (file, REQUEST, "RequestId", 0, 0, G_MAXINT64, &record->request_id,
                                error)
         && icert_keyfile_get_boolean (file, REQUEST, "Renewal", FALSE, &record->renewal, error)
         && icert_keyfile_get_boolean (file, REQUEST, "SameKey", FALSE, &record->same_key, error)
         && icert_keyfile_get_boolean (file, REQUEST, "Installing", FALSE, &record->installing,
                                       error)
         && icert_keyfile_get_boolean (file, REQUEST, "Refused", FALSE, &record->refused, error);
}

CaEnrollRecord *
ca_enroll_record_load (const char *key_file, GError **error)
{
  g_autoptr (CaEnrollRecord) record = ca_enroll_record_new (key_file);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (ICertKeyfile) file = NULL;
  g_autofree char *name = g_path_get_basename (record->path);

  if (!ca_enroll_file_exists (record->path))
    return NULL;
  bytes = ca_enroll_file_read (record->path, ICERT_KEYFILE_MAX_SIZE, FIELD, error);
  if (bytes == NULL)
    return NULL;
  file = icert_keyfile_parse (bytes, name, error);
  if (file == NULL || !icert_keyfile_check_groups (file, groups, error)
      || !icert_keyfile_check_keys (file, ENROLMENT, enrolment_keys, error)
      || !icert_keyfile_check_keys (file, REQUEST, request_keys, error)
      || !read_enrolment (record, file, error) || !read_request (record, file, error))
    return NULL;
  return g_steal_pointer (&record);
}

static gboolean
set_text (ICertKeyfile *file, const char *group, const char *key, const char *text, GError **error)
{
  return text == NULL || icert_keyfile_set (file, group, key, text, error);
}

static gboolean
set_boolean (ICertKeyfile *file, const char *group, const char *key, gboolean value, GError **error)
{
  return !value || icert_keyfile_set (file, group, key, "true", error);
}

static char *
encode (GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  return g_base64_encode (data, size);
}

static gboolean
set_trust (CaEnrollRecord *record, ICertKeyfile *file, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < record->trust->len; i++)
    {
      g_autofree char *base64 = encode (record->trust->pdata[i]);

      g_string_append_printf (text, "%s%s", i > 0 ? ";" : "", base64);
    }
  return text->len == 0 || icert_keyfile_set (file, ENROLMENT, "Trust", text->str, error);
}

static gboolean
set_request (CaEnrollRecord *record, ICertKeyfile *file, GError **error)
{
  g_autofree char *request = NULL;
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, record->request_id);

  if (record->request == NULL)
    return TRUE;
  request = encode (record->request);
  return icert_keyfile_set (file, REQUEST, "Pkcs10", request, error)
         && set_text (file, REQUEST, "IdempotencyKey", record->idempotency_key, error)
         && set_text (file, REQUEST, "Asked", record->asked, error)
         && icert_keyfile_set (file, REQUEST, "RequestId", id, error)
         && set_boolean (file, REQUEST, "Renewal", record->renewal, error)
         && set_boolean (file, REQUEST, "SameKey", record->same_key, error)
         && set_boolean (file, REQUEST, "Installing", record->installing, error)
         && set_boolean (file, REQUEST, "Refused", record->refused, error);
}

gboolean
ca_enroll_record_save (CaEnrollRecord *record, GError **error)
{
  g_autofree char *name = g_path_get_basename (record->path);
  g_autoptr (ICertKeyfile) file = icert_keyfile_new (name);
  g_autoptr (GBytes) bytes = NULL;

  if (!set_text (file, ENROLMENT, "Config", record->config, error)
      || !set_text (file, ENROLMENT, "Profile", record->profile, error)
      || !set_text (file, ENROLMENT, "KeyType", record->key_type, error)
      || !set_text (file, ENROLMENT, "CertificateFile", record->certificate_file, error)
      || !set_text (file, ENROLMENT, "ChainFile", record->chain_file, error)
      || !set_text (file, ENROLMENT, "Pkcs12File", record->pkcs12_file, error)
      || !set_trust (record, file, error)
      || !icert_keyfile_set (file, ENROLMENT, "Installed", record->installed ? "true" : "false",
                             error)
      || !set_request (record, file, error))
    return FALSE;
  bytes = icert_keyfile_to_bytes (file);
  return ca_enroll_file_stage (record->path, g_bytes_get_data (bytes, NULL),
                               g_bytes_get_size (bytes), CA_ENROLL_SECRET, FIELD, error)
         && ca_enroll_file_put (record->path, TRUE, FIELD, error);
}
