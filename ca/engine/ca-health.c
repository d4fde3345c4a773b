/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-health.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "ca-audit-verify.h"
#include "ca-config-record.h"
#include "ca-crl.h"
#include "ca-folder.h"
#include "ca-limits.h"
#include "ca-plural.h"
#include "ca-secret.h"

/* Named checks, a remedy each: a small function, and a row in the table at the end. */

/* how much of the audit log's end is read each time */
/* failed places that are looked at, newest first */
#define MOST_PLACES 1000
#define TAIL 1000
#define LONGEST_PENDING (7 * G_TIME_SPAN_DAY)
#define LONGEST_DELIVERY G_TIME_SPAN_HOUR

typedef enum
{
  HEALTH_OK,
  HEALTH_WARNING,
  HEALTH_FAILURE
} Grade;

typedef struct
{
  CaEngine *engine;
  CaFacts *facts;
  GCancellable *cancellable;

  /* the answer of the check at work */
  Grade grade;
  char *text;
  const char *remedy;
} Health;

static void G_GNUC_PRINTF (4, 5)
    say (Health *health, Grade grade, const char *remedy, const char *format, ...)
{
  va_list arguments;

  /* the worst counts, and of those the first */
  if (health->text != NULL && grade <= health->grade)
    return;
  g_free (health->text);
  va_start (arguments, format);
  health->text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  health->grade = grade;
  health->remedy = remedy;
}

/* What could not be looked at is no good sign. */
static void
say_error (Health *health, const char *remedy, const GError *error)
{
  g_autofree char *text = icert_error_get_text (error);

  say (health, HEALTH_FAILURE, remedy, "%s", text);
}

static ICertStoreCondition
compare (guint column, ICertSeek seek, ICertPropertyType type, gint64 value)
{
  return (ICertStoreCondition){ .kind = ICERT_STORE_COMPARE,
                                .column = column,
                                .seek = seek,
                                .value = { .type = type, .integer = value } };
}

/* rows for which both hold; -1 and an answer when the store does not say */
static gint64
count (Health *health,
       ICertStoreTable table,
       ICertStoreCondition first,
       const ICertStoreCondition *second)
{
  const ICertStoreCondition *both[] = { &first, second };
  ICertStoreCondition condition
      = { .kind = ICERT_STORE_AND, .n_parts = second != NULL ? 2 : 1, .parts = both };
  g_autoptr (GError) error = NULL;
  gint64 n
      = icert_store_count (health->engine->store, table, &condition, health->cancellable, &error);

  if (n < 0)
    say_error (health, "look at the disk of the store, then 'icert restore'", error);
  return n;
}

static void
check_clock (Health *health)
{
  g_autofree char *trouble = NULL;

  ca_clock_guard_check (health->engine->clock, NULL);
  trouble = ca_clock_guard_dup_trouble (health->engine->clock);
  if (trouble != NULL)
    say (health, HEALTH_FAILURE, "set the clock right, then 'icert confirm-clock'",
         "signing is stopped: the clock %s", trouble);
  else
    say (health, HEALTH_OK, NULL, "agrees with what is stored");
}

/* The row at each end of each table: whether its pages can be read. */
static void
check_store (Health *health)
{
  if (ca_writer_is_stopped (health->engine->writer))
    say (health, HEALTH_FAILURE, "make room on the disk of the store, or look at it",
         "the last write failed: signing is stopped until one succeeds");
  for (guint table = 0; table < ICERT_STORE_N_TABLES; table++)
    for (guint end = 0; end < 2; end++)
      {
        static const guint8 first_column[] = { 0 };
        ICertStoreQuery query = { .table = table,
                                  .n_columns = 1,
                                  .columns = first_column,
                                  .sort_column = -1,
                                  .descending = end,
                                  .limit = 1 };
        g_autoptr (GError) error = NULL;
        g_autoptr (GPtrArray) rows
            = icert_store_query (health->engine->store, &query, health->cancellable, &error);

        if (rows == NULL)
          say_error (health, "look at the disk of the store, then 'icert restore'", error);
      }
  say (health, HEALTH_OK, NULL, "can be read and written");
}

static void
check_lock (Health *health)
{
  g_autofree char *path = g_build_filename (health->engine->folder, "ca.lock", NULL);

  if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
    say (health, HEALTH_OK, NULL, "held by process %d", (int) getpid ());
  else
    say (health, HEALTH_FAILURE, "end every program that has the CA open, then open it again",
         "ca.lock is gone: another engine could open the CA");
}

static void
check_mode (Health *health, const char *name, mode_t forbidden)
{
  g_autofree char *path = g_build_filename (health->engine->folder, name, NULL);
  struct stat status;

  if (g_lstat (path, &status) != 0)
    return;
  if ((status.st_mode & forbidden) != 0)
    say (health, HEALTH_FAILURE, "take the rights of others away: chmod go= FILE",
         "%s has mode %04o", name, (guint) (status.st_mode & 07777));
  else if (status.st_uid != geteuid () && status.st_uid != 0)
    say (health, HEALTH_FAILURE, "give it to the CA's user: chown", "%s belongs to uid %u", name,
         (guint) status.st_uid);
}

static void
check_folder (Health *health)
{
  g_autoptr (GError) error = NULL;

  if (!ca_folder_check (health->engine->folder, &error))
    say_error (health, "let the CA's user alone write there: chmod go-w", error);
  check_mode (health, "keys", 077);
  check_mode (health, "keys/secret", 077);
  check_mode (health, "keys/0.key", 077);
  check_mode (health, "keys/audit.key", 077);
  check_mode (health, "store", 022);
  check_mode (health, "store/ca.db", 022);
  say (health, HEALTH_OK, NULL, "nobody else can write what the CA trusts");
}

static void
check_keys (Health *health)
{
  const GPtrArray *issuers = health->facts->issuers;

  if (issuers->len == 0)
    say (health, HEALTH_WARNING, "'icert install FILE' with the answer of the CA above",
         "the CA has no certificate yet");
  for (guint i = 0; i < issuers->len; i++)
    {
      const CaIssuer *issuer = issuers->pdata[i];
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) spki
          = issuer->key != NULL ? icert_key_get_public_key (issuer->key, &error) : NULL;

      if (spki == NULL || !g_bytes_equal (spki, issuer->spki))
        say (health, HEALTH_FAILURE, "put keys/ back from a backup",
             "key %u cannot be read, or is another one", issuer->key_index);
    }
  say (health, HEALTH_OK, NULL, "%u CA certificate%s", issuers->len,
       issuers->len == 1 ? " has its key" : "s have their keys");
}

/* S-H4 */
static void
check_certificate (Health *health)
{
  static const char renew[] = "'icert renew' makes the next one";
  const CaIssuer *issuer = ca_facts_find_issuer (health->facts, -1);
  gint64 now = ca_clock_now () / G_USEC_PER_SEC;
  gint64 left, percent;

  if (issuer == NULL)
    {
      say (health, HEALTH_OK, NULL, "there is none yet");
      return;
    }
  left = issuer->not_after - now;
  percent = MAX (left, 0) * 100 / MAX (issuer->not_after - issuer->not_before, 1);
  if (left <= 0)
    say (health, HEALTH_FAILURE, renew, "the CA certificate has expired: nothing can be signed");
  else
    say (health,
         percent <= 10   ? HEALTH_FAILURE
         : percent <= 25 ? HEALTH_WARNING
                         : HEALTH_OK,
         renew, "%" G_GINT64_FORMAT " day%s left, %" G_GINT64_FORMAT " %% of its life",
         left / 86400, CA_S (left / 86400), percent);
}

/* The end of the log: all of it is the work of `icert audit verify`. */
static void
check_audit (Health *health)
{
  static const char remedy[] = "'icert audit verify' names the record; compare with a backup";
  g_autoptr (GBytes) secret = NULL;
  g_autoptr (GBytes) key = NULL;
  g_autoptr (GError) error = NULL;
  CaAuditorState state;
  CaAuditFindings findings;
  gint64 newest;

  ca_auditor_get_state (health->engine->auditor, &state);
  newest = state.sealed + state.unsealed;
  ca_auditor_state_clear (&state);
  key = ca_auditor_load_public_key (health->engine->folder, health->engine->registry, &error);
  if (error == NULL)
    ca_secret_load (health->engine->folder, &secret, &error);
  if (error == NULL)
    {
      CaAuditReading reading = { .store = health->engine->store,
                                 .ca = health->facts->config->name,
                                 .secret = secret,
                                 .audit_key = key,
                                 .after = MAX (newest - TAIL, 0) };

      ca_audit_verify (&reading, &findings, health->cancellable, &error);
    }
  if (error != NULL)
    {
      say_error (health, remedy, error);
      return;
    }
  if (findings.problem != CA_AUDIT_SOUND)
    say (health, HEALTH_FAILURE, remedy, "%s", findings.text);
  say (health, HEALTH_OK, NULL,
       "the last %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " record%s written", findings.records,
       findings.last, findings.last == 1 ? " is as it was" : "s are as they were");
  ca_audit_findings_clear (&findings);
}

static void
check_checkpoints (Health *health)
{
  CaAuditorState state;

  ca_auditor_get_state (health->engine->auditor, &state);
  if (state.trouble != NULL)
    say (health, HEALTH_FAILURE,
         "put the sink back as it was, or name another: 'icert set-config Audit Sink file:PATH'",
         "signing is stopped: %s", state.trouble);
  else if (state.sealed == 0)
    say (health, HEALTH_OK, NULL, "none yet, for %" G_GINT64_FORMAT " record%s", state.unsealed,
         CA_S (state.unsealed));
  else
    say (health, HEALTH_OK, NULL,
         "the newest covers record %" G_GINT64_FORMAT "; %" G_GINT64_FORMAT " came since",
         state.sealed, state.unsealed);
  ca_auditor_state_clear (&state);
}

static void
check_sink (Health *health)
{
  CaAuditorState state;

  ca_auditor_get_state (health->engine->auditor, &state);
  if (state.sinks[0] == NULL)
    say (health, HEALTH_WARNING,
         "'icert set-config Audit Sink file:PATH' (on another disk), 'journal' or 'exit'",
         "checkpoints of the audit log stay in the store only");
  else
    say (health, HEALTH_OK, NULL, "checkpoints go to %u place%s outside the store",
         g_strv_length (state.sinks), CA_S (g_strv_length (state.sinks)));
  ca_auditor_state_clear (&state);
}

/* S-I5: the newest base CRL of each key that has certificates to speak of */
static gboolean
load_crl (Health *health, guint key_index, gint64 *next_update, gint64 *next_publish)
{
  static const guint8 columns[] = { ICERT_CRL_NEXT_UPDATE, ICERT_CRL_NEXT_PUBLISH };
  ICertStoreCondition parts[]
      = { compare (ICERT_CRL_NAME_ID, ICERT_SEEK_EQ, ICERT_PROPERTY_TYPE_LONG, key_index),
          /* a base has no number of a base */
          compare (ICERT_CRL_MIN_BASE, ICERT_SEEK_EQ, ICERT_PROPERTY_TYPE_LONG, 0) };
  const ICertStoreCondition *both[] = { &parts[0], &parts[1] };
  ICertStoreCondition condition = { .kind = ICERT_STORE_AND, .n_parts = 2, .parts = both };
  ICertStoreQuery query = { .table = ICERT_STORE_CRLS,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .condition = &condition,
                            .sort_column = -1,
                            .descending = TRUE,
                            .limit = 1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows
      = icert_store_query (health->engine->store, &query, health->cancellable, &error);

  if (rows == NULL)
    say_error (health, "look at the disk of the store, then 'icert restore'", error);
  if (rows == NULL || rows->len == 0)
    return FALSE;
  *next_update = icert_store_row_get_int (rows->pdata[0], 0);
  *next_publish = icert_store_row_get_int (rows->pdata[0], 1);
  return TRUE;
}

static void
check_crls (Health *health)
{
  static const char remedy[] = "'icert crl' makes the next ones";
  gint64 now = ca_clock_now ();

  for (guint i = 0; i < health->facts->issuers->len; i++)
    {
      guint key = ((CaIssuer *) health->facts->issuers->pdata[i])->key_index;
      gint64 next_update, next_publish;

      if (!load_crl (health, key, &next_update, &next_publish))
        say (health, HEALTH_WARNING, remedy, "key %u has no CRL yet", key);
      else if (next_update < now)
        say (health, HEALTH_FAILURE, remedy, "the CRL of key %u has expired", key);
      else if (next_publish != 0 && next_publish < now)
        say (health, HEALTH_WARNING, remedy, "the next CRL of key %u is overdue", key);
    }
  say (health, HEALTH_OK, NULL, "every CRL is in time");
}

/* One that was replaced need not be anywhere. */
static gboolean
is_newest (Health *health, gint64 id)
{
  g_autoptr (CaCrlRow) row = ca_crl_row_load (health->engine->store, id, NULL);
  g_autoptr (CaCrlRow) newest = NULL;

  if (row == NULL)
    return FALSE;
  newest = ca_crl_row_load_newest (health->engine->store, row->key_index, row->partition,
                                   row->min_base > 0 ? CA_CRL_KIND_DELTA : CA_CRL_KIND_BASE, NULL);
  return newest != NULL && newest->id == id;
}

static void
check_publications (Health *health)
{
  static const guint8 columns[] = { ICERT_PUBLICATION_CRL };
  ICertStoreCondition failed = compare (ICERT_PUBLICATION_STATE, ICERT_SEEK_EQ,
                                        ICERT_PROPERTY_TYPE_LONG, ICERT_PUBLICATION_STATE_FAILED);
  ICertStoreQuery query = { .table = ICERT_STORE_PUBLICATIONS,
                            .n_columns = G_N_ELEMENTS (columns),
                            .columns = columns,
                            .condition = &failed,
                            .sort_column = -1,
                            .descending = TRUE,
                            .limit = MOST_PLACES };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows
      = icert_store_query (health->engine->store, &query, health->cancellable, &error);
  guint n = 0;

  if (rows == NULL)
    {
      say_error (health, "look at the disk of the store, then 'icert restore'", error);
      return;
    }
  for (guint i = 0; i < rows->len; i++)
    n += is_newest (health, icert_store_row_get_int (rows->pdata[i], 0));
  if (n > 0)
    say (health, HEALTH_FAILURE, "look at the place; 'icert crl --republish' tries at once",
         "%u place%s not got %s CRL", n, n == 1 ? " has" : "s have", n == 1 ? "its" : "their");
  say (health, HEALTH_OK, NULL, "every CRL lies where it should");
}

static void
check_outbox (Health *health)
{
  ICertStoreCondition late = compare (ICERT_OUTBOX_CREATED, ICERT_SEEK_LT, ICERT_PROPERTY_TYPE_DATE,
                                      ca_clock_now () - LONGEST_DELIVERY);
  gint64 dead
      = count (health, ICERT_STORE_OUTBOX,
               compare (ICERT_OUTBOX_DEAD, ICERT_SEEK_EQ, ICERT_PROPERTY_TYPE_LONG, 1), NULL);
  gint64 waiting
      = count (health, ICERT_STORE_OUTBOX,
               compare (ICERT_OUTBOX_DEAD, ICERT_SEEK_EQ, ICERT_PROPERTY_TYPE_LONG, 0), &late);

  if (dead > 0)
    say (health, HEALTH_WARNING, "mend the exit module; the audit log names it (exit-given-up)",
         "%" G_GINT64_FORMAT " event%s given up", dead, dead == 1 ? " was" : "s were");
  if (waiting > 0)
    say (health, HEALTH_WARNING, "mend the exit module; the audit log names it (exit-failed)",
         "%" G_GINT64_FORMAT " event%s for more than an hour", waiting,
         waiting == 1 ? " waits" : "s wait");
  say (health, HEALTH_OK, NULL, "no event waits for long");
}

static void
check_pending (Health *health)
{
  ICertStoreCondition old = compare (ICERT_REQUEST_SUBMITTED_WHEN, ICERT_SEEK_LT,
                                     ICERT_PROPERTY_TYPE_DATE, ca_clock_now () - LONGEST_PENDING);
  gint64 n = count (health, ICERT_STORE_REQUESTS,
                    compare (ICERT_REQUEST_DISPOSITION, ICERT_SEEK_EQ, ICERT_PROPERTY_TYPE_LONG,
                             ICERT_ROW_DISPOSITION_PENDING),
                    &old);

  if (n > 0)
    say (health, HEALTH_WARNING,
         "'icert view --where \"Disposition = pending\"' lists them; resubmit or deny",
         "%" G_GINT64_FORMAT " request%s for an officer for more than a week", n,
         n == 1 ? " waits" : "s wait");
  say (health, HEALTH_OK, NULL, "no request waits for more than a week");
}

static void
check_intents (Health *health)
{
  gint64 n = count (health, ICERT_STORE_SERIALS,
                    compare (ICERT_SERIAL_STATE, ICERT_SEEK_EQ, ICERT_PROPERTY_TYPE_LONG,
                             ICERT_SERIAL_STATE_INTENT),
                    NULL);

  if (n > g_atomic_int_get (&health->engine->n_jobs))
    say (health, HEALTH_WARNING, "open the CA again: the next start takes them out of use",
         "%" G_GINT64_FORMAT " serial number%s reserved, and nobody is at work on %s", n,
         n == 1 ? " is" : "s are", n == 1 ? "it" : "them");
  say (health, HEALTH_OK, NULL, "every reserved serial number has its certificate");
}

/* Profiles are judged by who reads them. */
static void
check_profile (Health *health, ICertManageModule *manage, const char *file_name)
{
  g_autofree char *path = g_build_filename (health->engine->folder, "profiles", file_name, NULL);
  g_autofree char *contents = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  if (!icert_file_get_contents (path, CA_LIMIT_TEXT_FILE, FALSE, "profile", &contents, &size,
                                &error))
    {
      say (health, HEALTH_FAILURE, "make it readable", "%s cannot be read", file_name);
      return;
    }
  bytes = g_bytes_new (contents, size);
  if (!icert_manage_module_check (manage, "profile", file_name, bytes, &error)
      && !g_error_matches (error, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED))
    say_error (health, "'icert profile check FILE' until it is right", error);
}

static void
check_profiles (Health *health)
{
  const GPtrArray *policies = health->facts->config->policies;
  g_autofree char *folder = g_build_filename (health->engine->folder, "profiles", NULL);

  for (guint i = 0; i < policies->len; i++)
    {
      const CaModuleConfig *config = policies->pdata[i];
      g_autoptr (GObject) object = icert_registry_create_module (
          health->engine->registry, config->class_id, "ICertPolicy", NULL);
      g_autoptr (ICertManageModule) manage
          = object != NULL ? icert_policy_get_manage_module (ICERT_POLICY (object)) : NULL;
      g_autoptr (GDir) dir = manage != NULL ? g_dir_open (folder, 0, NULL) : NULL;
      const char *name;

      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        if (g_str_has_suffix (name, ".profile"))
          check_profile (health, manage, name);
    }
  say (health, HEALTH_OK, NULL, "every profile can be used");
}

static void
check_modules (Health *health)
{
  guint quarantined = ca_policy_host_get_n_quarantined (health->engine->policies);
  guint exits = ca_exit_host_get_n_modules (health->engine->exits);

  if (quarantined > 0)
    say (health, HEALTH_FAILURE, "mend the module, then open the CA again",
         "%u policy module%s deadline and %s not asked any more", quarantined,
         quarantined == 1 ? " overran its" : "s overran their", quarantined == 1 ? "is" : "are");
  if (exits < health->facts->config->exits->len)
    say (health, HEALTH_FAILURE, "'icert modules' lists what is there; the audit log says why",
         "%u of %u exit module%s at work", exits, health->facts->config->exits->len,
         CA_S (health->facts->config->exits->len));
  say (health, HEALTH_OK, NULL, "all modules are at work");
}

/* S-F6: what was written by hand is named until two administrators agree to it, or it is gone. */
static void
check_configuration (Health *health)
{
  g_auto (CaConfigState) state = { NULL };
  g_autoptr (GError) error = NULL;

  if (!ca_config_record_get_state (health->engine, &state, &error))
    {
      say_error (health, "mend ca.conf: the CA would not open again", error);
      return;
    }
  if (state.unagreed != NULL)
    say (health, HEALTH_FAILURE,
         "take it back, or set it by 'icert set-config' and have another administrator approve",
         "in force without two administrators: %s", state.unagreed);
  if (state.waiting != NULL)
    say (health, HEALTH_WARNING,
         "'icert set-config' changes it; what stands there takes effect at the next start",
         "ca.conf was changed outside the engine: %s", state.waiting);
  say (health, HEALTH_OK, NULL, "is as the audit log knows it");
}

/* S-B2 */
static void
check_weak_keys (Health *health)
{
  g_autofree char *path = g_build_filename (ICERT_SYSCONF_DIR, "icert", "weak-keys", NULL);

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    say (health, HEALTH_OK, NULL, "the list of known weak keys is installed");
  else
    say (health, HEALTH_WARNING, "install a list of SHA-256 of public keys there",
         "no list of known weak keys is installed (icert/weak-keys)");
}

static void
check_disk (Health *health)
{
  static const char remedy[] = "make room: a full disk stops signing";
  g_autofree char *path = g_build_filename (health->engine->folder, "store", NULL);
  struct statvfs status;
  guint64 megabytes;

  if (statvfs (path, &status) != 0 && statvfs (health->engine->folder, &status) != 0)
    {
      say (health, HEALTH_FAILURE, remedy, "the disk of the store does not say what is free");
      return;
    }
  megabytes = (guint64) status.f_bavail * status.f_frsize >> 20;
  say (health,
       megabytes < 20    ? HEALTH_FAILURE
       : megabytes < 200 ? HEALTH_WARNING
                         : HEALTH_OK,
       remedy, "%" G_GUINT64_FORMAT " MB are free", megabytes);
}

static const struct
{
  const char *name;
  void (*check) (Health *health);
} checks[] = {
  { "store", check_store },
  { "lock", check_lock },
  { "folder", check_folder },
  { "configuration", check_configuration },
  { "disk", check_disk },
  { "clock", check_clock },
  { "keys", check_keys },
  { "ca-certificate", check_certificate },
  { "audit-log", check_audit },
  { "checkpoints", check_checkpoints },
  { "audit-sink", check_sink },
  { "crls", check_crls },
  { "publications", check_publications },
  { "exits", check_outbox },
  { "modules", check_modules },
  { "profiles", check_profiles },
  { "pending-requests", check_pending },
  { "serial-numbers", check_intents },
  { "weak-keys", check_weak_keys },
};

static void
add_answer (GVariantBuilder *builder, const char *name, const Health *health)
{
  static const char *const grades[] = { "ok", "warning", "failure" };

  g_variant_builder_open (builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (builder, "{sv}", "name", g_variant_new_string (name));
  g_variant_builder_add (builder, "{sv}", "state", g_variant_new_string (grades[health->grade]));
  g_variant_builder_add (builder, "{sv}", "text", g_variant_new_string (health->text));
  if (health->grade != HEALTH_OK)
    g_variant_builder_add (builder, "{sv}", "remedy", g_variant_new_string (health->remedy));
  g_variant_builder_close (builder);
}

GVariant *
ca_health_check (CaEngine *engine, CaFacts *facts, GCancellable *cancellable)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < G_N_ELEMENTS (checks); i++)
    {
      Health health = { .engine = engine, .facts = facts, .cancellable = cancellable };

      checks[i].check (&health);
      add_answer (&builder, checks[i].name, &health);
      g_free (health.text);
    }
  return g_variant_builder_end (&builder);
}
