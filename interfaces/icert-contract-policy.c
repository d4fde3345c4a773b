/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-binding-private.h"
#include "icert-contract.h"

#include <string.h>

#include "icert-contract-private.h"
#include "icert-error.h"
#include "icert-invoker-private.h"
#include "icert-server-binding-private.h"

#define N_THREADS 4
#define N_ROUNDS 25

/* What a policy made of a request, to be compared */
typedef struct
{
  gboolean ok;
  ICertVerdict verdict;
  GError *error;
  char *changes; /* what it wrote */
} Judgement;

static void
judgement_clear (Judgement *judgement)
{
  g_clear_error (&judgement->error);
  g_clear_pointer (&judgement->changes, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Judgement, judgement_clear)

static void
append_all (GString *text, char **names)
{
  g_auto (GStrv) owned = names;

  for (gsize i = 0; owned[i] != NULL; i++)
    g_string_append_printf (text, "%s ", owned[i]);
  g_string_append_c (text, '|');
}

static char *
list_changes (ICertTestServer *server)
{
  g_auto (GStrv) written = icert_test_server_list_used (server, TRUE);
  GString *text = g_string_new (NULL);

  for (gsize i = 0; written[i] != NULL; i++)
    {
      g_autoptr (GVariant) value
          = icert_test_server_get_certificate_property (server, written[i], NULL);
      g_autofree char *printed = value != NULL ? g_variant_print (value, TRUE) : NULL;

      g_string_append_printf (text, "%s=%s ", written[i], printed != NULL ? printed : "");
    }
  append_all (text, icert_test_server_list_extensions (server, TRUE));
  append_all (text, icert_test_server_list_extensions (server, FALSE));
  return g_string_free (text, FALSE);
}

/* The context is kept: a policy that uses it later is found out by the count of refused calls. */
static void
judge (ICertContract *contract,
       ICertTestServer *server,
       gboolean new_request,
       Judgement *judgement,
       GPtrArray *contexts)
{
  ICertRequestContext *context = icert_test_server_new_request_context (server);

  icert_test_server_reset (server);
  judgement->verdict = ICERT_VERDICT_PENDING;
  judgement->ok = icert_policy_verify_request (contract->module, ICERT_SERVER_POLICY (context),
                                               new_request, &judgement->verdict, &judgement->error);
  icert_request_context_invalidate (context);
  judgement->changes = list_changes (server);
  g_ptr_array_add (contexts, context);
}

static const char *
describe_outcome (const Judgement *judgement)
{
  return judgement->error != NULL                    ? judgement->error->message
         : judgement->verdict == ICERT_VERDICT_ISSUE ? "issue"
         : judgement->verdict == ICERT_VERDICT_DENY  ? "deny"
                                                     : "pending";
}

static gboolean
is_same (const Judgement *one, const Judgement *other)
{
  if (one->ok != other->ok || one->verdict != other->verdict)
    return FALSE;
  return one->error == NULL
         || (one->error->domain == other->error->domain && one->error->code == other->error->code);
}

static void
check_description (ICertContract *contract)
{
  _icert_contract_check_description (contract, icert_policy_get_description (contract->module),
                                     icert_policy_get_description (contract->module));
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
  contract->ready = icert_policy_initialize (contract->module, ICERT_SERVER (ca), settings, &error);
  icert_request_context_invalidate (ca);
  if (!contract->ready)
    {
      _icert_contract_blame (contract, "does not start: %s (a policy that is ready)",
                             error->message);
      _icert_contract_check_error (contract, "initialize", error);
    }
  _icert_request_context_get_misuse (ca, &n_outside, NULL);
  if (n_outside > 0)
    _icert_contract_blame (contract, "reads or writes a request where only the CA is (CA facts)");
  g_ptr_array_add (contract->contexts, g_object_ref (ca));
}

static void
check_verdicts (ICertContract *contract)
{
  for (int sample = 0; sample < ICERT_N_SAMPLES; sample++)
    for (int new_request = 1; new_request >= 0; new_request--)
      {
        g_autoptr (ICertTestServer) server
            = _icert_contract_new_sample ((ICertSample) sample, 7 + sample);
        g_autofree char *what = g_strdup_printf ("%s, %s", _icert_contract_sample_name (sample),
                                                 new_request ? "new" : "resubmitted");
        g_auto (Judgement) judgement = { 0 };

        judge (contract, server, new_request, &judgement, contract->contexts);
        _icert_contract_check_error (contract, what, judgement.error);
      }
}

static void
check_repeats (ICertContract *contract)
{
  for (int sample = 0; sample < ICERT_N_SAMPLES; sample++)
    {
      g_autoptr (ICertTestServer) server
          = _icert_contract_new_sample ((ICertSample) sample, 17 + sample);
      g_auto (Judgement) first = { 0 };

      judge (contract, server, TRUE, &first, contract->contexts);
      for (int i = 0; i < 3; i++)
        {
          g_auto (Judgement) again = { 0 };

          judge (contract, server, TRUE, &again, contract->contexts);
          if (!is_same (&first, &again))
            _icert_contract_blame (contract, "%s: first \"%s\", then \"%s\" (the same)",
                                   _icert_contract_sample_name (sample), describe_outcome (&first),
                                   describe_outcome (&again));
          else if (!g_str_equal (first.changes, again.changes))
            _icert_contract_blame (contract, "%s: other changes when asked again (the same)",
                                   _icert_contract_sample_name (sample));
          else
            continue;
          break;
        }
    }
}

static void
check_profiles (ICertContract *contract)
{
  g_autoptr (ICertTestServer) server = _icert_contract_new_sample (ICERT_SAMPLE_SERVER, 27);
  g_autoptr (ICertRequestContext) caller = icert_test_server_new_ca_context (server);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names
      = icert_policy_list_profiles (contract->module, ICERT_SERVER (caller), &error);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  guint n_outside = 0;

  icert_request_context_invalidate (caller);
  _icert_contract_check_error (contract, "list_profiles", error);
  for (gsize i = 0; names != NULL && names[i] != NULL; i++)
    {
      if (*names[i] == '\0')
        _icert_contract_blame (contract, "a profile without a name (a name)");
      if (!g_hash_table_add (seen, names[i]))
        _icert_contract_blame (contract, "profile %s twice (once)", names[i]);
    }
  _icert_request_context_get_misuse (caller, &n_outside, NULL);
  if (n_outside > 0)
    _icert_contract_blame (contract,
                           "reads or writes a request where none is (facts of CA and caller)");
}

typedef struct
{
  ICertContract *contract;
  const Judgement *expected; /* one for each sample */
  guint number;
} Worker;

static gpointer
judge_many (gpointer data)
{
  Worker *worker = data;
  g_autoptr (GPtrArray) contexts = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      ICertSample sample = (ICertSample) ((i + worker->number) % ICERT_N_SAMPLES);
      g_autoptr (ICertTestServer) server
          = _icert_contract_new_sample (sample, 1000 * (worker->number + 1) + i);
      g_auto (Judgement) judgement = { 0 };

      judge (worker->contract, server, TRUE, &judgement, contexts);
      if (is_same (&judgement, &worker->expected[sample])
          && g_str_equal (judgement.changes, worker->expected[sample].changes))
        continue;
      _icert_contract_blame (worker->contract, "%s: \"%s\" beside others, \"%s\" alone (the same)",
                             _icert_contract_sample_name (sample), describe_outcome (&judgement),
                             describe_outcome (&worker->expected[sample]));
      break;
    }
  return NULL;
}

static void
check_threads (ICertContract *contract)
{
  Judgement expected[ICERT_N_SAMPLES] = { 0 };
  Worker workers[N_THREADS];
  GThread *threads[N_THREADS];

  if (!contract->any_thread)
    return;
  for (int sample = 0; sample < ICERT_N_SAMPLES; sample++)
    {
      g_autoptr (ICertTestServer) server = _icert_contract_new_sample ((ICertSample) sample, 37);

      judge (contract, server, TRUE, &expected[sample], contract->contexts);
    }
  for (guint i = 0; i < N_THREADS; i++)
    {
      workers[i] = (Worker){ contract, expected, i };
      threads[i] = g_thread_new ("contract", judge_many, &workers[i]);
    }
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  for (int sample = 0; sample < ICERT_N_SAMPLES; sample++)
    judgement_clear (&expected[sample]);
}

static void
check_shutdown (ICertContract *contract)
{
  g_autofree char *description = NULL;

  icert_policy_shutdown (contract->module);
  icert_policy_shutdown (contract->module);
  description = icert_policy_get_description (contract->module);
  if (description == NULL || *description == '\0')
    _icert_contract_blame (contract, "no description afterwards (a line for people)");
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
    _icert_contract_blame (contract, "%u calls on objects of former requests (until the verdict)",
                           n);
}

static const ICertContractCheck checks[] = {
  { "description", check_description, FALSE },
  { "settings-schema", _icert_contract_check_schema, FALSE },
  { "properties", _icert_contract_check_properties, FALSE },
  { "initialize", check_initialize, FALSE },
  { "verdicts", check_verdicts, TRUE },
  { "repeats", check_repeats, TRUE },
  { "profiles", check_profiles, TRUE },
  { "values", _icert_contract_check_values, TRUE },
  { "reload", _icert_contract_check_reload, TRUE },
  { "files", _icert_contract_check_files, TRUE },
  { "threads", check_threads, TRUE },
  { "shutdown", check_shutdown, FALSE },
  { "contexts", check_contexts, FALSE },
};

/**
 * icert_contract_check_policy:
 * @policy: a policy that nobody has used yet
 * @settings: (element-type utf8 utf8) (nullable): settings it needs, as they would stand in ca.conf
 * @folder: (nullable) (type filename): folder of the CA, the base of relative paths in settings
 * @any_thread: whether it may be called from any thread, as `Threads=any` in a manifest says;
 *   objects of JavaScript are called from the calling one only
 *
 * Finds out whether a policy keeps the contract, whatever it decides: it starts with the settings
 * it describes, takes requests with nothing in them and with strange things in them, answers the
 * same question in the same way, also from several threads at once, explains its errors as
 * `ICERT_ERROR` wants it, leaves objects of former requests alone, and refuses settings and files
 * of no sense. Afterwards the policy is shut down.
 *
 * A problem begins with the name of the check that found it, and ends with what was expected. A
 * module that keeps its contract has none.
 *
 * Returns: (transfer full) (array zero-terminated=1): the problems
 */
char **
icert_contract_check_policy (ICertPolicy *policy,
                             GHashTable *settings,
                             const char *folder,
                             gboolean any_thread)
{
  g_autoptr (GHashTable) table = _icert_take_table (&settings);
  ICertContract contract = { 0 };

  g_return_val_if_fail (ICERT_IS_POLICY (policy), NULL);

  contract.module = policy;
  contract.settings = settings;
  contract.folder = folder;
  contract.any_thread = any_thread && !_icert_is_javascript (policy);
  contract.manage = icert_policy_get_manage_module (policy);
  return _icert_contract_run (&contract, checks, G_N_ELEMENTS (checks));
}

/**
 * icert_contract_list_policy_checks:
 *
 * Lists what [func@ICert.contract_check_policy] looks at.
 *
 * Returns: (transfer full) (array zero-terminated=1): names of checks
 */
char **
icert_contract_list_policy_checks (void)
{
  return _icert_contract_list (checks, G_N_ELEMENTS (checks));
}
