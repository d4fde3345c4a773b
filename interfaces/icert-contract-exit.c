/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-binding-private.h"
#include "icert-contract.h"

#include "icert-contract-private.h"
#include "icert-enum-types.h"
#include "icert-error.h"
#include "icert-invoker-private.h"
#include "icert-server-binding-private.h"

#define N_THREADS 4
#define N_ROUNDS 10

/* Events of the CA itself, not of a request */
#define CA_EVENTS                                                                                  \
  (ICERT_EXIT_EVENT_CRL_ISSUED | ICERT_EXIT_EVENT_SHUTDOWN | ICERT_EXIT_EVENT_STARTUP              \
   | ICERT_EXIT_EVENT_ALARM)

static void
check_description (ICertContract *contract)
{
  _icert_contract_check_description (contract, icert_exit_get_description (contract->module),
                                     icert_exit_get_description (contract->module));
}

static void
check_initialize (ICertContract *contract)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertSettings) settings = _icert_contract_new_settings (contract, &error);
  g_autoptr (ICertTestServer) server = _icert_contract_new_sample (ICERT_SAMPLE_EMPTY, 0);
  g_autoptr (ICertRequestContext) ca = icert_test_server_new_ca_context (server);
  guint n_outside = 0;

  if (settings == NULL)
    {
      _icert_contract_blame (contract, "no settings to start with: %s (settings of the module)",
                             error->message);
      return;
    }
  contract->ready = icert_exit_initialize (contract->module, ICERT_SERVER (ca), settings,
                                           &contract->mask, &error);
  icert_request_context_invalidate (ca);
  if (!contract->ready)
    {
      _icert_contract_blame (contract, "does not start: %s (an exit that is ready)",
                             error->message);
      _icert_contract_check_error (contract, "initialize", error);
    }
  _icert_request_context_get_misuse (ca, &n_outside, NULL);
  if (n_outside > 0)
    _icert_contract_blame (contract, "reads a request where only the CA is (CA facts)");
  g_ptr_array_add (contract->contexts, g_object_ref (ca));
}

static gboolean
notify (ICertContract *contract,
        ICertExitEvents event,
        ICertSample sample,
        gint64 id,
        GError **error)
{
  g_autoptr (ICertTestServer) server
      = _icert_contract_new_sample (sample, (event & CA_EVENTS) != 0 ? 0 : id);
  g_autoptr (ICertIssuedContext) context = icert_test_server_new_issued_context (server);

  return icert_exit_notify_event (contract->module, event, ICERT_SERVER_EXIT (context), error);
}

/* On each sample: what an error says, or (@again) whether the same event gives the same. */
static void
try_event (ICertContract *contract, const GFlagsValue *event, gboolean again)
{
  for (int sample = 0; sample < ICERT_N_SAMPLES; sample++)
    {
      g_autofree char *what = g_strdup_printf ("event %s on %s", event->value_nick,
                                               _icert_contract_sample_name (sample));
      g_autoptr (GError) first = NULL;
      g_autoptr (GError) second = NULL;
      gboolean ok, same;

      ok = notify (contract, event->value, (ICertSample) sample, 7 + sample, &first);
      if (!again)
        {
          _icert_contract_check_error (contract, what, first);
          continue;
        }
      same = notify (contract, event->value, (ICertSample) sample, 7 + sample, &second) == ok;
      if (!same)
        _icert_contract_blame (contract, "%s: %s, then %s (the same)", what,
                               ok ? "done" : first->message, ok ? second->message : "done");
    }
}

static void
try_events (ICertContract *contract, gboolean again)
{
  GFlagsClass *klass = g_type_class_ref (ICERT_TYPE_EXIT_EVENTS);

  for (guint i = 0; i < klass->n_values; i++)
    if ((klass->values[i].value & ~ICERT_EXIT_EVENT_SHUTDOWN) != 0)
      try_event (contract, &klass->values[i], again);
  g_type_class_unref (klass);
}

static void
check_events (ICertContract *contract)
{
  try_events (contract, FALSE);
}

static void
check_repeats (ICertContract *contract)
{
  try_events (contract, TRUE);
}

/* What it asked for, on a request as they usually are, is done. */
static void
check_wanted (ICertContract *contract)
{
  for (guint bit = 1; bit != 0 && bit <= contract->mask; bit <<= 1)
    {
      g_autoptr (GError) error = NULL;

      if ((contract->mask & bit & ~ICERT_EXIT_EVENT_SHUTDOWN) == 0
          || notify (contract, (ICertExitEvents) bit, ICERT_SAMPLE_SERVER, 8, &error))
        continue;
      _icert_contract_blame (contract, "event 0x%x, which it asked for: %s (done)", bit,
                             error->message);
    }
}

typedef struct
{
  ICertContract *contract;
  guint number;
} Worker;

static gpointer
notify_many (gpointer data)
{
  Worker *worker = data;

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr (GError) error = NULL;

      if (notify (worker->contract, ICERT_EXIT_EVENT_CERT_ISSUED, ICERT_SAMPLE_SERVER,
                  1000 * (worker->number + 1) + i, &error))
        continue;
      _icert_contract_blame (worker->contract, "beside others: %s (done)", error->message);
      break;
    }
  return NULL;
}

static void
check_threads (ICertContract *contract)
{
  Worker workers[N_THREADS];
  GThread *threads[N_THREADS];

  if (!contract->any_thread || (contract->mask & ICERT_EXIT_EVENT_CERT_ISSUED) == 0)
    return;
  for (guint i = 0; i < N_THREADS; i++)
    {
      workers[i] = (Worker){ contract, i };
      threads[i] = g_thread_new ("contract", notify_many, &workers[i]);
    }
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
}

/* The last event, for which there is no other call; it may come twice too. */
static void
check_shutdown (ICertContract *contract)
{
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      notify (contract, ICERT_EXIT_EVENT_SHUTDOWN, ICERT_SAMPLE_EMPTY, 0, &error);
      _icert_contract_check_error (contract, "event shutdown", error);
    }
}

static void
check_contexts (ICertContract *contract)
{
  guint n_late, n = 0;

  for (guint i = 0; i < contract->contexts->len; i++)
    {
      _icert_request_context_get_misuse (contract->contexts->pdata[i], NULL, &n_late);
      n += n_late;
    }
  if (n > 0)
    _icert_contract_blame (contract, "%u calls on the object of initialize (until it returns)", n);
}

static const ICertContractCheck checks[] = {
  { "description", check_description, FALSE },
  { "settings-schema", _icert_contract_check_schema, FALSE },
  { "properties", _icert_contract_check_properties, FALSE },
  { "initialize", check_initialize, FALSE },
  { "wanted-events", check_wanted, TRUE },
  { "all-events", check_events, TRUE },
  { "repeats", check_repeats, TRUE },
  { "values", _icert_contract_check_values, TRUE },
  { "reload", _icert_contract_check_reload, TRUE },
  { "files", _icert_contract_check_files, TRUE },
  { "threads", check_threads, TRUE },
  { "shutdown", check_shutdown, TRUE },
  { "contexts", check_contexts, FALSE },
};

/**
 * icert_contract_check_exit:
 * @module: an exit that nobody has used yet
 * @settings: (element-type utf8 utf8) (nullable): settings it needs, as they would stand in ca.conf
 * @folder: (nullable) (type filename): folder of the CA, the base of relative paths in settings;
 *   an exit that writes files writes them there
 * @any_thread: whether it may be called from any thread, as `Threads=any` in a manifest says;
 *   objects of JavaScript are called from the calling one only
 *
 * Finds out whether an exit keeps the contract: it starts with the settings it describes, asks for
 * events there are, does what it asked for, takes every event on requests with nothing in them and
 * with strange things in them, takes it again (events come at least once), also from several
 * threads at once, explains its errors as `ICERT_ERROR` wants it, and refuses settings and files of
 * no sense.
 *
 * A problem begins with the name of the check that found it, and ends with what was expected. A
 * module that keeps its contract has none.
 *
 * Returns: (transfer full) (array zero-terminated=1): the problems
 */
char **
icert_contract_check_exit (ICertExit *module,
                           GHashTable *settings,
                           const char *folder,
                           gboolean any_thread)
{
  g_autoptr (GHashTable) table = _icert_take_table (&settings);
  ICertContract contract = { 0 };

  g_return_val_if_fail (ICERT_IS_EXIT (module), NULL);

  contract.module = module;
  contract.settings = settings;
  contract.folder = folder;
  contract.any_thread = any_thread && !_icert_is_javascript (module);
  contract.manage = icert_exit_get_manage_module (module);
  return _icert_contract_run (&contract, checks, G_N_ELEMENTS (checks));
}

/**
 * icert_contract_list_exit_checks:
 *
 * Lists what [func@ICert.contract_check_exit] looks at.
 *
 * Returns: (transfer full) (array zero-terminated=1): names of checks
 */
char **
icert_contract_list_exit_checks (void)
{
  return _icert_contract_list (checks, G_N_ELEMENTS (checks));
}
