/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-renew.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "ca-builder.h"
#include "ca-ceremony.h"
#include "ca-changes.h"
#include "ca-configure.h"
#include "ca-cross.h"
#include "ca-folder.h"
#include "ca-install.h"
#include "ca-load.h"
#include "ca-parent.h"
#include "ca-revoke.h"
#include "ca-secret.h"

/* One renewal on its way; under the engine's config_mutex. */
typedef struct
{
  CaEngine *engine;
  CaCaller *caller;
  const CaRenewal *wish;
  CaFacts *facts; /* of before */
  CaIssuer *newest;
  guint index; /* of the certificate to come */
  ICertKey *key;
  guint key_index;
  CaIssuer *issuer;  /* the new one */
  guint8 serial[20]; /* of a root's own certificate */
  gboolean own;      /* signed by this CA itself */
  GPtrArray *crosses;
} Renewal;

static void
renewal_clear (Renewal *self)
{
  g_clear_pointer (&self->facts, ca_facts_unref);
  g_clear_object (&self->key);
  g_clear_pointer (&self->issuer, ca_issuer_unref);
  g_clear_pointer (&self->crosses, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Renewal, renewal_clear)

char *
ca_engine_request_path (CaEngine *engine)
{
  return g_build_filename (engine->folder, "request.pem", NULL);
}

/* A key that is in the configuration and has no certificate: a renewal that a crash cut off, or
 * that waits for its parent. */
static gboolean
has_waiting_key (const CaFacts *facts)
{
  guint next = facts->issuers->len;

  return next < facts->config->keys->len && facts->config->keys->pdata[next] != NULL;
}

/* The key */

static char *
choose_type (const Renewal *self, GError **error)
{
  CaPublicKey key = { 0 };
  char *type;

  if (self->wish->key_type != NULL)
    return g_strdup (self->wish->key_type);
  if (!ca_public_key_init (&key, self->newest->spki, error))
    return NULL;
  type = ca_key_describe (&key);
  ca_public_key_clear (&key);
  return type;
}

/* What a crash left between making the key and writing the configuration is used, when it is a key
 * of this CA's secret, and set aside otherwise: a key is never overwritten. */
static gboolean
adopt_key (Renewal *self,
           const CaKeyConfig *config,
           const char *path,
           GBytes *secret,
           GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *aside = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  self->key = ca_load_key (self->engine, config, secret, &local);
  if (self->key != NULL && ca_ceremony_check_pair (self->key, self->facts->config->hash, &local))
    return TRUE;
  g_clear_object (&self->key);
  aside = g_strdup_printf ("%s.unusable-%" G_GINT64_FORMAT, path, ca_clock_now () / G_USEC_PER_SEC);
  g_message ("keys/%u.key of an earlier renewal is unusable and set aside: %s", self->index,
             local->message);
  if (g_rename (path, aside) == 0)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_STORAGE, "keys", "cannot be written: %s (a writable folder)",
                   g_strerror (errno));
  return FALSE;
}

static gboolean
generate_key (Renewal *self, const char *path, GBytes *secret, GError **error)
{
  g_autofree char *type = choose_type (self, error);
  g_autoptr (GObject) object
      = type != NULL
            ? icert_registry_create_module (self->engine->registry, "File.Key", "ICertKey", error)
            : NULL;

  if (object == NULL || !icert_key_generate (ICERT_KEY (object), path, type, secret, error)
      || !ca_ceremony_check_pair (ICERT_KEY (object), self->facts->config->hash, error)
      || !ca_ceremony_note_key (self->engine->folder, ICERT_KEY (object), self->index, type, error))
    return FALSE;
  self->key = ICERT_KEY (g_steal_pointer (&object));
  return TRUE;
}

static gboolean
make_key (Renewal *self, GError **error)
{
  g_autofree char *url = g_strdup_printf ("keys/%u.key", self->index);
  g_autofree char *path = g_build_filename (self->engine->folder, url, NULL);
  CaKeyConfig config = { .class_id = (char *) "File.Key", .url = url };
  g_autoptr (GBytes) secret = NULL;

  if (!ca_secret_load (self->engine->folder, &secret, error)
      || !adopt_key (self, &config, path, secret, error)
      || (self->key == NULL && !generate_key (self, path, secret, error)))
    return FALSE;
  return ca_configure_add_key (self->engine, self->caller, self->index, &config, error);
}

static gboolean
take_key (Renewal *self, GError **error)
{
  GPtrArray *keys = self->facts->keys;

  self->key_index = self->wish->same_key ? self->newest->key_index : self->index;
  if (self->wish->same_key)
    {
      ICertKey *key = ca_issuer_get_key (self->newest, error);

      self->key = key != NULL ? g_object_ref (key) : NULL;
      return key != NULL;
    }
  if (!has_waiting_key (self->facts))
    return make_key (self, error);
  if (self->index < keys->len && keys->pdata[self->index] != NULL)
    {
      self->key = g_object_ref (keys->pdata[self->index]);
      return TRUE;
    }
  icert_set_error (error, ICERT_ERROR_KEY_UNAVAILABLE, "key",
                   "%u waits for a certificate and cannot be had (what [Key %u] of ca.conf names)",
                   self->index, self->index);
  return FALSE;
}

/* A root */

/* As long as the newest certificate lives, by the calendar where that is how long it was. */
static gint64
renewed_end (const CaIssuer *newest, gint64 now)
{
  gint64 life = newest->not_after - newest->not_before;

  for (int months = 1; months <= 100 * 12; months++)
    if (icert_duration_add (newest->not_before, months, 0) - 1 == newest->not_after)
      return icert_duration_add (now, months, 0) - 1;
  return now + life;
}

static gboolean
choose_end (const Renewal *self, gint64 now, gint64 *not_after, GError **error)
{
  int months;
  gint64 seconds;

  if (self->wish->validity == NULL)
    {
      *not_after = renewed_end (self->newest, now);
      return TRUE;
    }
  if (!icert_duration_parse (self->wish->validity, &months, &seconds, error))
    return FALSE;
  *not_after = icert_duration_add (now, months, seconds) - 1;
  if (*not_after > now)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_BAD_VALIDITY, "validity", "%s (a time to live)",
                   self->wish->validity);
  return FALSE;
}

static gboolean
sign_root (Renewal *self, GError **error)
{
  g_autoptr (GPtrArray) extensions = ca_issuer_list_own_extensions (self->newest, TRUE, error);
  g_autoptr (GBytes) spki = icert_key_get_public_key (self->key, error);
  g_autoptr (GBytes) certificate = NULL;
  CaOwnCertificate own = { .key = self->key,
                           .hash = self->facts->config->hash,
                           .subject = self->newest->subject,
                           .spki = spki,
                           .not_before = ca_clock_now () / G_USEC_PER_SEC,
                           .extensions = extensions };

  if (extensions == NULL || spki == NULL
      || !choose_end (self, own.not_before, &own.not_after, error))
    return FALSE;
  certificate = ca_builder_own (&own, error);
  if (certificate == NULL)
    return FALSE;
  memcpy (self->serial, own.serial, sizeof self->serial);
  self->own = TRUE;
  self->issuer = ca_issuer_new (certificate, NULL, self->key, self->facts->config->hash,
                                self->index, self->key_index, error);
  return self->issuer != NULL;
}

/* An old key that is gone or has expired signs nothing: then there is no way forward from it. */
static gboolean
may_cross (const CaIssuer *from, const CaIssuer *to)
{
  gint64 now = ca_clock_now () / G_USEC_PER_SEC;

  return from->key != NULL && now <= from->not_after && now <= to->not_after;
}

static gboolean
add_cross (Renewal *self, const CaIssuer *from, const CaIssuer *to, GError **error)
{
  CaCross *cross;

  if (!may_cross (from, to))
    return TRUE;
  cross = ca_cross_new (from, to, ca_clock_now () / G_USEC_PER_SEC, error);
  if (cross == NULL)
    return FALSE;
  g_ptr_array_add (self->crosses, cross);
  return TRUE;
}

static gboolean
sign_crosses (Renewal *self, GError **error)
{
  if (self->wish->same_key)
    return TRUE;
  return add_cross (self, self->newest, self->issuer, error)
         && add_cross (self, self->issuer, self->newest, error);
}

/* The records */

static void
add_serial (ICertStoreBatch *batch, guint key_index, const guint8 serial[20], gint64 not_after)
{
  icert_store_batch_begin (batch, ICERT_STORE_SERIALS, ICERT_STORE_INSERT);
  icert_store_batch_set_int (batch, ICERT_SERIAL_ISSUER, key_index);
  icert_store_batch_set_data (batch, ICERT_SERIAL_SERIAL, serial, 20);
  icert_store_batch_set_int (batch, ICERT_SERIAL_STATE, ICERT_SERIAL_STATE_GOOD);
  icert_store_batch_set_int (batch, ICERT_SERIAL_NOT_AFTER, not_after * G_USEC_PER_SEC);
}

static char *
describe (const Renewal *self)
{
  g_autofree char *digest
      = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, self->issuer->certificate);
  g_autofree char *serial = self->own ? ca_crypto_hex (self->serial, sizeof self->serial) : NULL;

  return g_strdup_printf ("certificate %u with key %u, SHA-256 %s%s%s", self->index,
                          self->key_index, digest, serial != NULL ? ", serial " : "",
                          serial != NULL ? serial : "");
}

static void
audit_signatures (const Renewal *self, ICertStoreBatch *batch, GPtrArray *audit)
{
  for (guint i = 0; i < self->crosses->len; i++)
    {
      const CaCross *cross = self->crosses->pdata[i];
      guint key = cross->from == self->index ? self->key_index : self->newest->key_index;
      g_autofree char *object = g_strdup_printf ("cross-certificate:%u-%u", cross->from, cross->to);
      g_autofree char *digest
          = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, cross->certificate);
      g_autofree char *serial = ca_crypto_hex (cross->serial, sizeof cross->serial);
      g_autofree char *detail = g_strdup_printf ("SHA-256 %s, serial %s", digest, serial);

      add_serial (batch, key, cross->serial, cross->not_after);
      g_ptr_array_add (audit,
                       ca_audit_record_new (self->caller, "cross-certify", object, "OK", detail));
    }
}

/* Nothing that this CA signed leaves it before the store knows of it (S-E1). */
static gboolean
record (Renewal *self, const char *verb, GError **error)
{
  g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();
  g_autoptr (GPtrArray) audit
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_audit_record_free);
  g_autofree char *object = g_strdup_printf ("ca-certificate:%u", self->index);
  g_autofree char *detail = describe (self);

  if (self->own)
    add_serial (batch, self->key_index, self->serial, self->issuer->not_after);
  g_ptr_array_add (audit, ca_audit_record_new (self->caller, verb, object, "OK", detail));
  audit_signatures (self, batch, audit);
  return ca_writer_commit_wait (self->engine->writer, g_steal_pointer (&batch),
                                g_steal_pointer (&audit), error);
}

/* The files */

/* Certificates of before had one chain for all of them. */
static gboolean
keep_old_chain (const Renewal *self, GError **error)
{
  return self->newest == NULL || self->newest->chain->len < 2
         || ca_folder_write_chain (self->engine->folder, self->newest->certificate_index,
                                   self->newest->chain, 1, error);
}

static gboolean
write_files (Renewal *self, const char *what, GError **error)
{
  const char *folder = self->engine->folder;

  if (!keep_old_chain (self, error))
    return FALSE;
  for (guint i = 0; i < self->crosses->len; i++)
    {
      const CaCross *cross = self->crosses->pdata[i];
      g_autofree char *text = g_strdup_printf ("cross certificate %u-%u", cross->from, cross->to);

      if (!ca_ceremony_note_certificate (folder, text, cross->certificate, error)
          || !ca_cross_write (cross, folder, error))
        return FALSE;
    }
  return ca_ceremony_note_certificate (folder, what, self->issuer->certificate, error)
         && ca_folder_write_certificate (folder, self->index, self->issuer->certificate,
                                         self->issuer->chain, error);
}

static gboolean
finish (Renewal *self, const char *verb, GError **error)
{
  g_autofree char *request = ca_engine_request_path (self->engine);
  g_autofree char *what
      = g_strdup_printf ("%s: certificate %u with key %u", verb, self->index, self->key_index);

  if (!record (self, verb, error) || !write_files (self, what, error)
      || !ca_engine_reload (self->engine, self->caller, error))
    return FALSE;
  g_unlink (request);
  return TRUE;
}

static gboolean
renew_root (Renewal *self, GError **error)
{
  return take_key (self, error) && sign_root (self, error) && sign_crosses (self, error)
         && finish (self, "renew", error);
}

/* A subordinate */

/* The name of the certificate octet for octet, so that the parent can copy it. */
static GBytes *
make_request (Renewal *self, GError **error)
{
  return ca_builder_request_for (self->newest->subject, self->key, self->facts->config->hash,
                                 error);
}

static gboolean
leave_request (Renewal *self, GBytes *request, char **path, GError **error)
{
  g_autofree char *file = ca_engine_request_path (self->engine);
  g_autofree char *object = g_strdup_printf ("ca-certificate:%u", self->index);

  if (!ca_ceremony_note (self->engine->folder, error,
                         "renew: request for certificate %u with key %u", self->index,
                         self->key_index)
      || !ca_folder_write_pem (file, "CERTIFICATE REQUEST", request, error)
      || !ca_engine_reload (self->engine, self->caller, error))
    return FALSE;
  ca_writer_audit (self->engine->writer,
                   ca_audit_record_new (self->caller, "renew", object, "PENDING", "request.pem"));
  *path = g_steal_pointer (&file);
  return TRUE;
}

static gboolean
judge (Renewal *self, GPtrArray *blocks, GError **error)
{
  self->issuer = ca_install_judge (self->engine, self->facts, blocks, error);
  if (self->issuer == NULL)
    return FALSE;
  self->key_index = self->issuer->key_index;
  return TRUE;
}

static gboolean
renew_by_root (Renewal *self, GBytes *request, CaEngine *root, GError **error)
{
  g_autoptr (GPtrArray) chain = NULL;
  g_autoptr (GBytes) certificate = ca_parent_certify (root, CA_DOOR_LOCAL, request, &chain, error);
  g_autoptr (GPtrArray) blocks = g_ptr_array_new ();

  if (certificate == NULL)
    return FALSE;
  g_ptr_array_add (blocks, certificate);
  for (guint i = 0; i < chain->len; i++)
    g_ptr_array_add (blocks, chain->pdata[i]);
  /* with the key that ca.conf has since */
  ca_facts_unref (self->facts);
  self->facts = ca_load_facts (self->engine, error);
  if (self->facts == NULL)
    return FALSE;
  self->newest = ca_facts_find_issuer (self->facts, -1);
  return judge (self, blocks, error) && finish (self, "renew", error);
}

static gboolean
renew_subordinate (Renewal *self, char **path, GError **error)
{
  g_autoptr (CaEngine) root = NULL;
  g_autoptr (GBytes) request = NULL;

  /* Whoever cannot open the root learns it before a key is made. */
  if (ca_parent_is_here (self->engine->folder))
    {
      root = ca_parent_open (self->engine->folder, error);
      if (root == NULL)
        return FALSE;
      if (ca_parent_needs_two (root))
        g_clear_pointer (&root, ca_engine_unref);
    }
  request = take_key (self, error) ? make_request (self, error) : NULL;
  if (request == NULL)
    return FALSE;
  return root != NULL ? renew_by_root (self, request, root, error)
                      : leave_request (self, request, path, error);
}

/* The verbs */

static gboolean
check_state (Renewal *self, GError **error)
{
  const CaFacts *facts = self->facts;

  if (self->newest == NULL)
    icert_set_error (error, ICERT_ERROR_WRONG_STATE, "ca",
                     "%s has no certificate yet (icert install FILE)", facts->config->name);
  else if (self->wish->same_key && has_waiting_key (facts))
    icert_set_error (error, ICERT_ERROR_WRONG_STATE, "ca",
                     "key %u waits for its certificate (icert install FILE, or icert renew "
                     "without --same-key)",
                     self->index);
  else
    return TRUE;
  return FALSE;
}

/* Before a key is made. Only a root says itself how long it lives. */
static gboolean
check_validity (const CaFacts *facts, const CaRenewal *wish, GError **error)
{
  int months;
  gint64 seconds;

  if (wish->validity == NULL)
    return TRUE;
  if (!icert_duration_parse (wish->validity, &months, &seconds, error))
    return FALSE;
  if (facts->config->is_root)
    return TRUE;
  icert_set_error (error, ICERT_ERROR_BAD_VALIDITY, "validity",
                   "%s cannot be promised by a subordinate (none: the CA above decides)",
                   wish->validity);
  return FALSE;
}

static void
renewal_init (Renewal *self, CaEngine *engine, CaCaller *caller)
{
  self->engine = engine;
  self->caller = caller;
  self->facts = ca_engine_ref_facts (engine);
  self->newest = ca_facts_find_issuer (self->facts, -1);
  self->index = self->facts->issuers->len;
  self->crosses = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_cross_free);
}

/* S-D11, S-M5: under dual control an administrator asks, another approves: this key for this long,
 * not another. Without the config mutex, which approving takes while others wait for it. */
static gboolean
is_approved (CaEngine *engine,
             const CaFacts *facts,
             CaCaller *caller,
             const CaRenewal *wish,
             GError **error)
{
  g_autoptr (GVariant) value
      = g_variant_ref_sink (g_variant_new ("(msms)", wish->key_type, wish->validity));
  CaChange change = { .verb = CA_VERB_RENEW,
                      .object = wish->same_key ? "same key" : "new key",
                      .value = value };

  return !facts->config->dual_control || ca_changes_require (engine, caller, &change, error);
}

static gboolean
authorise (CaEngine *engine, CaCaller *caller, const CaRenewal *wish, GError **error)
{
  g_autoptr (CaFacts) facts = ca_engine_ref_facts (engine);

  return ca_roles_check (facts->config, caller, CA_VERB_RENEW, error)
         && check_validity (facts, wish, error) && is_approved (engine, facts, caller, wish, error);
}

/* S-H3: a certificate of ten years is not dated by a clock that was set. */
static gboolean
renew_locked (CaEngine *engine,
              CaCaller *caller,
              const CaRenewal *wish,
              char **request,
              GError **error)
{
  g_auto (Renewal) self = { NULL };

  renewal_init (&self, engine, caller);
  self.wish = wish;
  if (!check_state (&self, error) || !ca_clock_guard_check (engine->clock, error))
    return FALSE;
  return self.facts->config->is_root ? renew_root (&self, error)
                                     : renew_subordinate (&self, request, error);
}

gboolean
ca_engine_renew (CaEngine *engine,
                 CaCaller *caller,
                 const CaRenewal *wish,
                 char **request,
                 GError **error)
{
  GError *local = NULL;

  *request = NULL;
  if (!ca_engine_check_process (engine, error))
    return FALSE;
  if (authorise (engine, caller, wish, &local))
    {
      g_mutex_lock (&engine->config_mutex);
      renew_locked (engine, caller, wish, request, &local);
      g_mutex_unlock (&engine->config_mutex);
    }
  return local == NULL || ca_engine_refuse (engine, caller, CA_VERB_RENEW, "ca", local, error);
}

static gboolean
check_waits (const Renewal *self, GError **error)
{
  g_autofree char *request = ca_engine_request_path (self->engine);

  if (self->newest == NULL || has_waiting_key (self->facts)
      || g_file_test (request, G_FILE_TEST_EXISTS))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_WRONG_STATE, "ca",
                   "has its certificate (a subordinate that waits for it, behind icert renew)");
  return FALSE;
}

static gboolean
install_locked (CaEngine *engine, CaCaller *caller, GPtrArray *blocks, GError **error)
{
  static const CaRenewal nothing = { .same_key = TRUE };
  g_auto (Renewal) self = { NULL };

  renewal_init (&self, engine, caller);
  self.wish = &nothing;
  /* Judged before it is written: a folder with a certificate that does not fit could not be opened
   * again. */
  return ca_roles_check (self.facts->config, caller, CA_VERB_INSTALL, error)
         && check_waits (&self, error) && judge (&self, blocks, error)
         && finish (&self, "install", error);
}

gboolean
ca_engine_install (CaEngine *engine, CaCaller *caller, GPtrArray *blocks, GError **error)
{
  GError *local = NULL;

  if (!ca_engine_check_process (engine, error))
    return FALSE;
  g_mutex_lock (&engine->config_mutex);
  install_locked (engine, caller, blocks, &local);
  g_mutex_unlock (&engine->config_mutex);
  return local == NULL || ca_engine_refuse (engine, caller, CA_VERB_INSTALL, "ca", local, error);
}
