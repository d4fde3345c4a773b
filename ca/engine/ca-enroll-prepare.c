/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "ca-enroll-check.h"
#include "ca-enroll-files.h"
#include "ca-enroll-key.h"
#include "ca-enroll-request.h"
#include "ca-enroll.h"
#include "ca-limits.h"

#define DEFAULT_KEY_TYPE "ec-p256"

/* Prepares an enrolment: first the record, so that a key which is there can be known for ours; then
 * the key; then the request with its idempotency key, before anybody else sees it. */

static void
set_text (char **text, const char *value)
{
  g_free (*text);
  *text = g_strdup (value);
}

/* A file that an enrolment is going to make must not be there; one of its own may be named again.
 */
static gboolean
adopt_file (char **file, const char *wanted, const char *field, GError **error)
{
  if (wanted == NULL || g_strcmp0 (*file, wanted) == 0)
    return TRUE;
  if (ca_enroll_file_exists (wanted))
    {
      icert_set_error (error, ICERT_ERROR_CONFLICT, field, "is there already (a new name)");
      return FALSE;
    }
  set_text (file, wanted);
  return TRUE;
}

static gboolean
check_distinct (const char *key_file, const CaEnrollRecord *record, GError **error)
{
  const struct
  {
    const char *path;
    const char *field;
  } files[] = {
    { key_file, "key-file" },
    { record->path, "key-file" },
    { record->certificate_file, "certificate-file" },
    { record->chain_file, "chain-file" },
    { record->pkcs12_file, "pkcs12-file" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    for (gsize j = 0; j < i; j++)
      if (files[i].path != NULL && g_strcmp0 (files[i].path, files[j].path) == 0)
        {
          icert_set_error (error, ICERT_ERROR_CONFLICT, files[i].field,
                           "is the same as %s (a file of its own)", files[j].field);
          return FALSE;
        }
  return TRUE;
}

static gboolean
adopt_trust (const CaEnrollPlan *plan, CaEnrollRecord *record, GError **error)
{
  g_autoptr (GPtrArray) anchors = NULL;

  if (plan->trust == NULL)
    return TRUE;
  anchors = ca_enroll_certificates_parse (plan->trust, "trust", error);
  if (anchors == NULL)
    return FALSE;
  g_ptr_array_set_size (record->trust, 0);
  for (guint i = 0; i < anchors->len; i++)
    g_ptr_array_add (record->trust, ca_enroll_certificate_encode (anchors->pdata[i]));
  return TRUE;
}

gboolean
ca_enroll_adopt (const CaEnrollPlan *plan, CaEnrollRecord *record, GError **error)
{
  if (!adopt_file (&record->certificate_file, plan->certificate_file, "certificate-file", error)
      || !adopt_file (&record->chain_file, plan->chain_file, "chain-file", error)
      || !adopt_file (&record->pkcs12_file, plan->pkcs12_file, "pkcs12-file", error)
      || !check_distinct (plan->key_file, record, error) || !adopt_trust (plan, record, error))
    return FALSE;
  if (record->pkcs12_file == NULL || plan->passphrase != NULL)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFIG, "passphrase",
                   "none was given (one to protect the PKCS #12 file)");
  return FALSE;
}

static CaEnrollRecord *
begin (const CaEnrollPlan *plan, GError **error)
{
  g_autoptr (CaEnrollRecord) record = NULL;

  if (ca_enroll_file_exists (plan->key_file))
    {
      icert_set_error (error, ICERT_ERROR_CONFLICT, "key-file",
                       "is there already, and no enrolment knows it (a new name)");
      return NULL;
    }
  record = ca_enroll_record_new (plan->key_file);
  return g_steal_pointer (&record);
}

static gboolean
refuse_state (ICertError code, const char *text, GError **error)
{
  icert_set_error (error, code, "key-file", "%s", text);
  return FALSE;
}

static gboolean
check_state (const CaEnrollRecord *record, CaEnrollKind kind, GError **error)
{
  if (record->request != NULL && record->renewal && !kind.renewal)
    return refuse_state (ICERT_ERROR_CONFLICT,
                         "a renewal of it waits for its answer (renew, to go on with that)", error);
  if (record->request != NULL && !record->renewal && kind.renewal)
    return refuse_state (ICERT_ERROR_CONFLICT,
                         "its first request waits for an answer (enroll, to go on with that)",
                         error);
  if (record->installed && !kind.renewal)
    return refuse_state (ICERT_ERROR_CONFLICT,
                         "has a certificate already (a new name, or renew it)", error);
  if (!record->installed && kind.renewal)
    return refuse_state (ICERT_ERROR_NOT_FOUND, "has no certificate to renew (enroll first)",
                         error);
  return TRUE;
}

static gboolean
refuse_other (const CaEnrollRecord *record, const char *field, GError **error)
{
  icert_set_error (error, ICERT_ERROR_CONFLICT, field,
                   "a request that asks for something else waits for its answer (the same again)");
  if (error != NULL && record->request_id > 0)
    icert_error_add_detail (*error, "request-id", "%" G_GINT64_FORMAT, record->request_id);
  return FALSE;
}

static gboolean
same_names (GPtrArray *names, GPtrArray *others)
{
  if (names->len != others->len)
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    if (!g_ptr_array_find_with_equal_func (others, names->pdata[i], (GEqualFunc) icert_name_equal,
                                           NULL))
      return FALSE;
  return TRUE;
}

/* Who says nothing wants what he wanted before; a renewal always wants the stored names. */
gboolean
ca_enroll_asks_anew (const CaEnrollPlan *plan, const CaEnrollRecord *record)
{
  return record->refused && !record->renewal
         && (plan->subject != NULL || plan->names->len > 0 || plan->profile != NULL);
}

/* A request that waits is gone on with; who says what he wants must want the same. Where its answer
 * was refused he may want other names: the answer is judged again by these. */
static gboolean
check_same_wish (const CaEnrollPlan *plan,
                 const CaEnrollRecord *record,
                 CaEnrollKind kind,
                 GError **error)
{
  g_autoptr (CaDecoded) request = ca_decode_request (record->request, ICERT_ENCODING_BINARY,
                                                     ICERT_REQUEST_FORMAT_PKCS10, error);
  g_autoptr (GBytes) subject = NULL;

  if (request == NULL)
    return FALSE;
  if (plan->profile != NULL && g_strcmp0 (plan->profile, record->profile) != 0)
    return refuse_other (record, "profile", error);
  if (plan->key_type != NULL && g_strcmp0 (plan->key_type, record->key_type) != 0)
    return refuse_other (record, "key-type", error);
  if (record->renewal || (kind.online && ca_enroll_asks_anew (plan, record)))
    return TRUE;
  if (plan->subject != NULL)
    {
      subject = ca_enroll_subject (plan->subject, error);
      if (subject == NULL)
        return FALSE;
      if (!g_bytes_equal (subject, request->subject))
        return refuse_other (record, "subject", error);
    }
  if (plan->names->len > 0 && !same_names (plan->names, request->names))
    return refuse_other (record, "names", error);
  return TRUE;
}

/* The key of a first enrolment takes its name at once: nobody waits for it to change. Whoever died
 * between giving it that name and taking the other one away left it with two. */
static EVP_PKEY *
first_key (const CaEnrollPlan *plan, const char *type, GError **error)
{
  g_autoptr (EVP_PKEY) key = NULL;

  if (ca_enroll_file_exists (plan->key_file))
    {
      key = ca_enroll_key_load (plan->key_file, plan->passphrase, error);
      if (key != NULL)
        ca_enroll_file_unstage (plan->key_file);
      return key != NULL && ca_enroll_key_check_type (key, type, error) ? g_steal_pointer (&key)
                                                                        : NULL;
    }
  key = ca_enroll_key_draw (type, error);
  if (key == NULL || !ca_enroll_key_stage (plan->key_file, key, plan->passphrase, error)
      || !ca_enroll_file_put (plan->key_file, FALSE, "key-file", error))
    return NULL;
  return g_steal_pointer (&key);
}

/* The next key waits under its staged name. One that is there already was never in a request that
 * counts (refused, or interrupted before): it is as good as a new one if it is of the right type
 * and opens. */
static EVP_PKEY *
next_key (const CaEnrollPlan *plan, const char *type, GError **error)
{
  g_autofree char *staged = ca_enroll_staged (plan->key_file);
  g_autoptr (EVP_PKEY) key = NULL;

  if (ca_enroll_file_exists (staged))
    key = ca_enroll_key_load (staged, plan->passphrase, NULL);
  if (key != NULL && ca_enroll_key_check_type (key, type, NULL))
    return g_steal_pointer (&key);
  g_clear_pointer (&key, EVP_PKEY_free);
  key = ca_enroll_key_draw (type, error);
  return key != NULL && ca_enroll_key_stage (plan->key_file, key, plan->passphrase, error)
             ? g_steal_pointer (&key)
             : NULL;
}

/* The passphrase must be the old key's, where that has one: a slip of the pen would lock the new
 * one away. */
static EVP_PKEY *
renewal_key (const CaEnrollPlan *plan, CaEnrollKind kind, const char *type, GError **error)
{
  g_autoptr (EVP_PKEY) old = ca_enroll_key_load (plan->key_file, plan->passphrase, error);

  if (old == NULL)
    return NULL;
  return kind.same_key ? g_steal_pointer (&old) : next_key (plan, type, error);
}

static gboolean
set_idempotency_key (CaEnrollRecord *record, GError **error)
{
  guint8 random[20];

  if (!ca_crypto_random (random, sizeof random, error))
    return FALSE;
  record->idempotency_key = ca_crypto_hex (random, sizeof random);
  return TRUE;
}

GPtrArray *
ca_enroll_read_stored (const char *certificate_file, GError **error)
{
  g_autoptr (GBytes) bytes
      = ca_enroll_file_read (certificate_file, CA_LIMIT_PEM_INPUT, "certificate-file", error);

  return bytes != NULL ? ca_enroll_certificates_parse (bytes, "certificate-file", error) : NULL;
}

static gboolean
wish_from_certificate (CaEnrollWish *wish, const CaEnrollRecord *record, GError **error)
{
  g_autoptr (GPtrArray) stored = ca_enroll_read_stored (record->certificate_file, error);

  if (stored == NULL)
    return FALSE;
  ca_enroll_certificate_names (stored->pdata[0], &wish->subject, &wish->names);
  return TRUE;
}

static gboolean
wish_from_plan (CaEnrollWish *wish, const CaEnrollPlan *plan, GError **error)
{
  GError *local_error = NULL;

  wish->subject = ca_enroll_subject (plan->subject, error);
  if (wish->subject == NULL)
    return FALSE;
  wish->names = ca_enroll_names (plan->names, &local_error);
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, local_error);
  return FALSE;
}

static void
wish_clear (CaEnrollWish *wish)
{
  g_clear_pointer (&wish->subject, g_bytes_unref);
  g_clear_pointer (&wish->names, g_bytes_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CaEnrollWish, wish_clear)

static void
adopt_wish (const CaEnrollPlan *plan, CaEnrollRecord *record)
{
  if (plan->profile != NULL || !record->installed)
    set_text (&record->profile, plan->profile);
  if (plan->key_type != NULL)
    set_text (&record->key_type, plan->key_type);
  else if (record->key_type == NULL)
    set_text (&record->key_type, DEFAULT_KEY_TYPE);
}

static gboolean
begin_request (const CaEnrollPlan *plan, CaEnrollRecord *record, CaEnrollKind kind, GError **error)
{
  if (!kind.renewal && plan->subject == NULL && plan->names->len == 0 && plan->profile == NULL)
    {
      icert_set_error (error, ICERT_ERROR_BAD_NAME, "subject",
                       "neither subject nor names nor profile is given (one of them)");
      return FALSE;
    }
  adopt_wish (plan, record);
  return ca_enroll_record_save (record, error);
}

static gboolean
make_request (const CaEnrollPlan *plan,
              CaEnrollRecord *record,
              CaEnrollKind kind,
              GCancellable *cancellable,
              GError **error)
{
  g_auto (CaEnrollWish) wish = { NULL };
  g_autoptr (EVP_PKEY) key = NULL;

  if (!(kind.renewal ? wish_from_certificate (&wish, record, error)
                     : wish_from_plan (&wish, plan, error))
      || g_cancellable_set_error_if_cancelled (cancellable, error)
      || !begin_request (plan, record, kind, error))
    return FALSE;
  key = kind.renewal ? renewal_key (plan, kind, record->key_type, error)
                     : first_key (plan, record->key_type, error);
  wish.profile = record->profile;
  if (key != NULL)
    record->request = ca_enroll_request_make (key, &wish, error);
  if (record->request == NULL || !set_idempotency_key (record, error))
    return FALSE;
  record->renewal = kind.renewal;
  record->same_key = kind.same_key;
  return ca_enroll_record_save (record, error);
}

/* What cannot be asked for must be known before anything is written. */
static gboolean
check_wish (const CaEnrollPlan *plan, GError **error)
{
  g_auto (CaEnrollWish) wish = { NULL };

  return (plan->key_type == NULL || ca_enroll_key_type_is_known (plan->key_type, error))
         && wish_from_plan (&wish, plan, error);
}

/* The record as it is to be gone on with. A key that somebody took away takes its request, or the
 * whole enrolment, with it: nothing could come of them any more. */
static CaEnrollRecord *
open_record (const CaEnrollPlan *plan, CaEnrollKind kind, GError **error)
{
  g_autofree char *staged = ca_enroll_staged (plan->key_file);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (CaEnrollRecord) record = ca_enroll_record_load (plan->key_file, &local_error);
  gboolean gone;

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  if (record != NULL && !ca_enroll_roll_forward (plan->key_file, record, error))
    return NULL;
  gone = !ca_enroll_file_exists (plan->key_file);
  if (record != NULL && record->installed && gone && !kind.renewal)
    g_clear_pointer (&record, ca_enroll_record_free);
  if (record != NULL && record->request != NULL
      && (gone || (record->renewal && !record->same_key && !ca_enroll_file_exists (staged))))
    ca_enroll_record_drop_request (record);
  if (record != NULL)
    return g_steal_pointer (&record);
  if (!kind.renewal)
    return begin (plan, error);
  refuse_state (ICERT_ERROR_NOT_FOUND, "no enrolment knows it (enroll first)", error);
  return NULL;
}

CaEnrollRecord *
ca_enroll_prepare (const CaEnrollPlan *plan,
                   CaEnrollKind kind,
                   GCancellable *cancellable,
                   GError **error)
{
  g_autoptr (CaEnrollRecord) record = NULL;
  gboolean ok;

  if (!check_wish (plan, error))
    return NULL;
  record = open_record (plan, kind, error);
  if (record == NULL || !check_state (record, kind, error)
      || !ca_enroll_adopt (plan, record, error))
    return NULL;
  if (record->request != NULL)
    ok = check_same_wish (plan, record, kind, error) && ca_enroll_record_save (record, error);
  else
    ok = make_request (plan, record, kind, cancellable, error);
  return ok ? g_steal_pointer (&record) : NULL;
}
