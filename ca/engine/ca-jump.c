/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-restore.h"

#include <string.h>

#include "ca-changes.h"
#include "ca-crypto.h"
#include "ca-query.h"

/* More numbers of a counter than an engine ever took in a second, and what a clock may be off by */
#define MOST_PER_SECOND 20000
#define SLACK_SECONDS 3600
/* Numbers to give are called so; other counters are facts of the CA as it was. */
#define PREFIX "next-"
/* A run of CRLs is some writes to disk, one behind the other. */
#define CRL_NUMBER "next-crl-number"
#define MOST_RUNS_PER_SECOND 1000

/* The counters that a backup may not have yet, since nobody had asked for a number. */
static const char *const known_counters[]
    = { "next-request-id", "next-outbox-id", "next-crl-number", "next-crl-id" };

void
ca_jump_clear (CaJump *jump)
{
  g_clear_pointer (&jump->live, ca_manifest_free);
}

/* Opening it also proves that no engine has it open, wherever that came from. */
static CaManifest *
read_live (const char *store_class, const char *path, GError **error)
{
  g_autoptr (GObject) object = icert_registry_create_module (icert_registry_get_default (),
                                                             store_class, "ICertStore", error);
  g_autoptr (CaManifest) live = ca_manifest_new ();
  gboolean ok;

  if (object == NULL || !icert_store_open (ICERT_STORE (object), path, FALSE, error))
    return NULL;
  ok = ca_manifest_read_store (live, ICERT_STORE (object), error);
  if (!icert_store_close (ICERT_STORE (object), NULL))
    g_debug ("the store that is replaced did not close");
  return ok ? g_steal_pointer (&live) : NULL;
}

/* Whether the record of the backup's end is in the chain of @path too: then that store is what the
 * CA did since. */
static gboolean
has_record (const char *store_class, const char *path, const CaAuditHead *head, gboolean *found)
{
  g_autoptr (GObject) object = icert_registry_create_module (icert_registry_get_default (),
                                                             store_class, "ICertStore", NULL);
  gboolean read;

  *found = FALSE;
  if (object == NULL || !icert_store_open (ICERT_STORE (object), path, FALSE, NULL))
    return FALSE;
  read = ca_audit_has (ICERT_STORE (object), head->sequence, head->hash, found, NULL);
  return icert_store_close (ICERT_STORE (object), NULL) && read;
}

gboolean
ca_jump_plan (CaJump *jump,
              const CaManifest *manifest,
              const char *store_class,
              const char *path,
              gint64 now,
              GError **error)
{
  g_autoptr (GError) local = NULL;
  gint64 seconds;

  if (now < manifest->time)
    {
      icert_set_error (error, ICERT_ERROR_CLOCK, "clock",
                       "stands before the time of the backup (the right time)");
      return FALSE;
    }
  /* the chain says when its last record was written; when the backup was made, the manifest alone
   */
  seconds = (now - MIN (manifest->time, manifest->head.time)) / G_USEC_PER_SEC + SLACK_SECONDS;
  jump->bound = seconds * MOST_PER_SECOND;
  jump->crl_bound = seconds * MOST_RUNS_PER_SECOND;
  if (path == NULL)
    return TRUE;
  jump->live = read_live (store_class, path, &local);
  if (jump->live == NULL)
    {
      /* damaged: that may be why somebody restores */
      g_message ("the store that is replaced cannot be read: %s", local->message);
      return TRUE;
    }
  has_record (store_class, path, &manifest->head, &jump->is_exact);
  return TRUE;
}

/* The first number of @counter that nobody can have used; 0 when it stays as it is. */
static gint64
first_free (const CaJump *jump, const CaManifest *manifest, const char *counter)
{
  const gint64 *stored = g_hash_table_lookup (manifest->counters, counter);
  const gint64 *live
      = jump->live != NULL ? g_hash_table_lookup (jump->live->counters, counter) : NULL;
  gint64 first = stored != NULL ? *stored : 1;
  gint64 bound = strcmp (counter, CRL_NUMBER) == 0 ? jump->crl_bound : jump->bound;

  if (!jump->is_exact)
    first = first <= G_MAXINT64 - bound ? first + bound : G_MAXINT64;
  return live != NULL ? MAX (first, *live) : first;
}

static gboolean
move_counter (const CaJump *jump,
              const CaManifest *manifest,
              ICertStore *store,
              const char *counter,
              GString *detail,
              GError **error)
{
  const gint64 *stored = g_hash_table_lookup (manifest->counters, counter);
  gint64 from = stored != NULL ? *stored : 1;
  gint64 to = first_free (jump, manifest, counter);
  gint64 first = 0;

  if (to <= from)
    return TRUE;
  g_string_append_printf (detail, "; %s %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, counter, from,
                          to);
  return icert_store_reserve (store, counter, to - from, &first, error);
}

static GPtrArray *
list_counters (const CaJump *jump, const CaManifest *manifest)
{
  GPtrArray *names = g_ptr_array_new ();
  GHashTable *tables[] = { manifest->counters, jump->live != NULL ? jump->live->counters : NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (known_counters); i++)
    g_ptr_array_add (names, (gpointer) known_counters[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      GHashTableIter iter;
      gpointer name;

      if (tables[i] == NULL)
        continue;
      g_hash_table_iter_init (&iter, tables[i]);
      while (g_hash_table_iter_next (&iter, &name, NULL))
        if (g_str_has_prefix (name, PREFIX)
            && !g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
          g_ptr_array_add (names, name);
    }
  return names;
}

static GString *
describe (const CaJump *jump, const CaManifest *manifest)
{
  g_autofree char *hash = ca_crypto_hex (manifest->head.hash, sizeof manifest->head.hash);
  GString *detail = g_string_new (NULL);

  g_string_append_printf (detail, "backup of %s, audit record %" G_GINT64_FORMAT " %s; numbers ",
                          manifest->config, manifest->head.sequence, hash);
  if (jump->live == NULL)
    g_string_append (detail, "by the time since, as the CA that is replaced cannot be read");
  else if (!jump->is_exact)
    g_string_append (detail,
                     "by the time since, as the CA that is replaced does not go on from it");
  else
    g_string_append_printf (detail,
                            "by the CA that is replaced, which was at audit record "
                            "%" G_GINT64_FORMAT,
                            jump->live->head.sequence);
  return detail;
}

/* With its MAC, when the log of the backup has them: the verifier asks for one from then on. */
static gboolean
say_so (ICertStore *store,
        GBytes *secret,
        const CaCaller *caller,
        const char *detail,
        GError **error)
{
  g_autoptr (ICertStoreBatch) batch = icert_store_batch_new ();
  CaWriter *writer = NULL;
  gint64 mac_from = 0;
  gboolean ok;

  if (ca_changes_void (store, batch, error)
      && ca_counter_load (store, CA_AUDIT_MAC_FROM, &mac_from, error))
    writer = ca_writer_new (store, g_get_host_name (), error);
  if (writer == NULL)
    return FALSE;
  if (mac_from != 0)
    ca_writer_set_secret (writer, secret);
  ok = ca_writer_commit_wait (writer, g_steal_pointer (&batch),
                              ca_audit_list_new (ca_audit_record_new (
                                  caller, ca_verb_to_string (CA_VERB_RESTORE), "ca", "OK", detail)),
                              error);
  ca_writer_free (writer);
  return ok;
}

gboolean
ca_jump_apply (const CaJump *jump,
               const CaManifest *manifest,
               ICertStore *store,
               GBytes *secret,
               const CaCaller *caller,
               GError **error)
{
  g_autoptr (GPtrArray) names = list_counters (jump, manifest);
  g_autoptr (GString) detail = describe (jump, manifest);

  for (guint i = 0; i < names->len; i++)
    if (!move_counter (jump, manifest, store, names->pdata[i], detail, error))
      return FALSE;
  if (jump->note != NULL)
    g_string_append_printf (detail, "; %s", jump->note);
  return say_so (store, secret, caller, detail->str, error);
}
