/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "ca-enroll-check.h"
#include "ca-enroll-files.h"
#include "ca-enroll.h"

/* The steps of an enrolment in their order, with a CA at the other end. */

/* seconds between questions: an officer is not faster, and a CA has others to answer */
#define FIRST_PAUSE 1
#define LONGEST_PAUSE 60

/* One question and its answer. */
typedef struct
{
  ICertResponse *response;
  GPtrArray *anchors; /* of X509: the certificate of the CA that was asked */
} Answer;

static void
answer_clear (Answer *answer)
{
  g_clear_object (&answer->response);
  g_clear_pointer (&answer->anchors, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

static int
lock (const CaEnrollPlan *plan, GError **error)
{
  return ca_enroll_folder_lock (plan->key_file, "key-file", error);
}

/* Step 1: record, key, request */
static CaEnrollRecord *
prepare (const CaEnrollPlan *plan, CaEnrollKind kind, GCancellable *cancellable, GError **error)
{
  int fd = lock (plan, error);
  CaEnrollRecord *record;

  if (fd < 0)
    return NULL;
  record = ca_enroll_prepare (plan, kind, cancellable, error);
  close (fd);
  return record;
}

/* The door that was gone through is the proof whose certificate it is. */
static GPtrArray *
ask_certificate (ICertRequest *request, GCancellable *cancellable, GError **error)
{
  g_autoptr (ICertCa) ca = icert_request_get_ca (request, error);
  g_autoptr (GBytes) der
      = ca != NULL ? icert_ca_get_certificate (ca, -1, cancellable, error) : NULL;
  g_autoptr (GPtrArray) anchors = ca_enroll_certificates_new ();

  return der != NULL && ca_enroll_certificates_add (anchors, der, error)
             ? g_steal_pointer (&anchors)
             : NULL;
}

static void
set_asked (CaEnrollRecord *record, const char *config, gint64 id)
{
  g_free (record->config);
  record->config = g_strdup (config);
  g_free (record->asked);
  record->asked = g_strdup (config);
  record->request_id = id;
}

/* The CA and the number are remembered before the answer counts, in the record as it is now:
 * another process may have written meanwhile. */
static gboolean
remember (const CaEnrollPlan *plan,
          CaEnrollRecord *record,
          const char *config,
          gint64 id,
          GError **error)
{
  g_autoptr (CaEnrollRecord) current = NULL;
  gboolean ok = TRUE;
  int fd;

  if (g_strcmp0 (record->asked, config) == 0 && record->request_id == id)
    return TRUE;
  fd = lock (plan, error);
  if (fd < 0)
    return FALSE;
  current = ca_enroll_record_load (plan->key_file, NULL);
  if (current != NULL && current->request != NULL
      && g_bytes_equal (current->request, record->request))
    {
      set_asked (current, config, id);
      ok = ca_enroll_record_save (current, error);
    }
  close (fd);
  set_asked (record, config, id);
  return ok;
}

/* A config string holds on any day; what was given stands where the object has none. */
static char *
config_of (ICertRequest *request, const char *given)
{
  g_autofree char *config = NULL;

  g_object_get (request, "config", &config, NULL);
  return config != NULL ? g_steal_pointer (&config) : g_strdup (given);
}

/* A request that will never have a certificate is not waited for any more: the next one starts with
 * the same key. One that has a certificate with other names (@issued) stays, marked: to ask anew
 * would have another one issued each time. */
static gboolean
give_up (const CaEnrollPlan *plan, CaEnrollRecord *record, gboolean issued, GError **error)
{
  g_autoptr (CaEnrollRecord) current = NULL;
  gboolean ok = TRUE;
  int fd = lock (plan, error);

  if (fd < 0)
    return FALSE;
  current = ca_enroll_record_load (plan->key_file, NULL);
  if (current != NULL && current->request != NULL && !current->installing
      && g_bytes_equal (current->request, record->request))
    {
      if (issued)
        current->refused = TRUE;
      else
        ca_enroll_record_drop_request (current);
      ok = ca_enroll_record_save (current, error);
    }
  close (fd);
  return ok;
}

/* Refusals without a row: asking again would get the same. */
static gboolean
is_final (const GError *error)
{
  static const ICertError codes[]
      = { ICERT_ERROR_MALFORMED,   ICERT_ERROR_TOO_LARGE, ICERT_ERROR_UNSUPPORTED,
          ICERT_ERROR_WEAK_KEY,    ICERT_ERROR_BAD_NAME,  ICERT_ERROR_FORBIDDEN_FIELD,
          ICERT_ERROR_BAD_VALIDITY };

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (error, ICERT_ERROR, codes[i]))
      return TRUE;
  return FALSE;
}

/* A request is one CA's business: whoever names another must mean the same by another name. */
static gboolean
check_same_ca (CaEnrollRecord *record,
               ICertRequest *request,
               const char *config,
               GCancellable *cancellable,
               GError **error)
{
  g_autoptr (ICertResponse) known = NULL;
  g_autoptr (GError) local_error = NULL;

  if (record->asked == NULL || strcmp (record->asked, config) == 0)
    return TRUE;
  known
      = icert_request_retrieve_by_key (request, record->idempotency_key, cancellable, &local_error);
  if (known != NULL)
    return TRUE;
  if (!g_error_matches (local_error, ICERT_ERROR, ICERT_ERROR_NOT_FOUND))
    g_propagate_error (error, g_steal_pointer (&local_error));
  else
    icert_set_error (error, ICERT_ERROR_CONFLICT, "config",
                     "a request waits for the answer of another CA (%s)", record->asked);
  return FALSE;
}

static gboolean
submit (const CaEnrollPlan *plan,
        CaEnrollRecord *record,
        ICertRequest *request,
        Answer *answer,
        GCancellable *cancellable,
        GError **error)
{
  g_autoptr (GError) local_error = NULL;

  answer->response = icert_request_submit_full (request, 0, ICERT_ENCODING_BINARY,
                                                ICERT_REQUEST_FORMAT_PKCS10, record->request, NULL,
                                                record->idempotency_key, cancellable, &local_error);
  if (answer->response != NULL)
    return TRUE;
  if (is_final (local_error) && record->request_id == 0)
    give_up (plan, record, FALSE, NULL);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* Step 2: the same key and the same content never become two requests, so submitting is asking,
 * too. The CA is let go at the end: others may have to open it before it can say more. */
static gboolean
ask (const CaEnrollPlan *plan,
     CaEnrollRecord *record,
     const char *given,
     Answer *answer,
     GCancellable *cancellable,
     GError **error)
{
  const char *address = given != NULL && *given != '\0' ? given : record->config;
  g_autoptr (ICertRequest) request = icert_request_open (address, cancellable, error);
  g_autofree char *config = NULL;

  if (request == NULL)
    return FALSE;
  config = config_of (request, address);
  if (!check_same_ca (record, request, config, cancellable, error)
      || !remember (plan, record, config, record->request_id, error))
    return FALSE;
  answer->anchors = ask_certificate (request, cancellable, error);
  return answer->anchors != NULL && submit (plan, record, request, answer, cancellable, error)
         && remember (plan, record, config, icert_response_get_request_id (answer->response),
                      error);
}

/* Somebody else may have the CA open while an officer works: that passes. */
static gboolean
is_passing (const GError *error)
{
  g_autofree char *field = NULL;

  if (g_error_matches (error, ICERT_ERROR, ICERT_ERROR_BUSY)
      || g_error_matches (error, ICERT_ERROR, ICERT_ERROR_RATE_LIMITED)
      || g_error_matches (error, ICERT_ERROR, ICERT_ERROR_OUTCOME_UNKNOWN))
    return TRUE;
  if (!g_error_matches (error, ICERT_ERROR, ICERT_ERROR_CONFIG))
    return FALSE;
  field = icert_error_get_field (error);
  return g_strcmp0 (field, "ca") == 0 || g_strcmp0 (field, "store") == 0;
}

GPtrArray *
ca_enroll_response_certificates (ICertResponse *response, GError **error)
{
  g_autoptr (GPtrArray) certificates = ca_enroll_certificates_new ();
  g_autoptr (GPtrArray) issuers = icert_response_list_issuers (response);
  g_autoptr (GBytes) certificate
      = icert_response_get_certificate (response, ICERT_OUTPUT_BINARY, NULL);

  if (certificate == NULL)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, "response",
                       "says issued, but has no certificate (one)");
      return NULL;
    }
  if (!ca_enroll_certificates_add (certificates, certificate, error))
    return NULL;
  for (guint i = 0; i < issuers->len; i++)
    if (!ca_enroll_certificates_add (certificates, issuers->pdata[i], error))
      return NULL;
  return g_steal_pointer (&certificates);
}

/* TRUE when another process was faster: the stored certificate answers @request. */
static gboolean
is_stored (CaEnrollRecord *record, GPtrArray *certificates)
{
  g_autoptr (GPtrArray) stored = NULL;

  if (!record->installed || record->certificate_file == NULL)
    return FALSE;
  stored = ca_enroll_read_stored (record->certificate_file, NULL);
  for (guint i = 0; stored != NULL && i < certificates->len; i++)
    if (X509_cmp (stored->pdata[0], certificates->pdata[i]) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
take_locked (const CaEnrollPlan *plan,
             GPtrArray *certificates,
             GPtrArray *anchors,
             GCancellable *cancellable,
             GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (CaEnrollRecord) record = ca_enroll_record_load (plan->key_file, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (record != NULL && !ca_enroll_roll_forward (plan->key_file, record, error))
    return FALSE;
  if (record != NULL && record->request != NULL)
    return ca_enroll_install (plan, record, certificates, anchors, cancellable, error);
  if (record != NULL && is_stored (record, certificates))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_WRONG_STATE, "key-file",
                   "no request of it waits for an answer (a request first)");
  return FALSE;
}

gboolean
ca_enroll_take (const CaEnrollPlan *plan,
                GPtrArray *certificates,
                GPtrArray *anchors,
                GCancellable *cancellable,
                GError **error)
{
  int fd = lock (plan, error);
  gboolean ok;

  if (fd < 0)
    return FALSE;
  ok = take_locked (plan, certificates, anchors, cancellable, error);
  close (fd);
  return ok;
}

/* Step 4: check and store. Other names than those asked for will not change by asking again; they
 * may fit what is asked for the next time. */
static gboolean
install (const CaEnrollPlan *plan,
         CaEnrollRecord *record,
         Answer *answer,
         GCancellable *cancellable,
         GError **error)
{
  g_autoptr (GPtrArray) certificates = ca_enroll_response_certificates (answer->response, error);
  g_autoptr (GError) local_error = NULL;

  if (certificates == NULL)
    return FALSE;
  if (ca_enroll_take (plan, certificates, answer->anchors, cancellable, &local_error))
    return TRUE;
  if (g_error_matches (local_error, ICERT_ERROR, ICERT_ERROR_BAD_NAME)
      || g_error_matches (local_error, ICERT_ERROR, ICERT_ERROR_FORBIDDEN_FIELD))
    {
      give_up (plan, record, TRUE, NULL);
      icert_error_add_detail (local_error, "request-id", "%" G_GINT64_FORMAT,
                              icert_response_get_request_id (answer->response));
    }
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* Step 3: pauses double; the last one ends when the time is over. FALSE: it is over, or cancelled
 * with @error set. */
static gboolean
pause_for (guint *pause, gint64 deadline, GCancellable *cancellable, GError **error)
{
  gint64 left = deadline - g_get_monotonic_time ();
  gint64 length = MIN ((gint64) *pause * G_USEC_PER_SEC, left);
  GPollFD poll;

  if (left <= 0)
    return FALSE;
  if (g_cancellable_make_pollfd (cancellable, &poll))
    {
      g_poll (&poll, 1, (int) (length / 1000) + 1);
      g_cancellable_release_fd (cancellable);
    }
  else
    g_usleep ((gulong) length);
  *pause = MIN (*pause * 2, LONGEST_PAUSE);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/* Asks until there is an answer that is not "pending", or the time is over. */
static gboolean
poll_answer (const CaEnrollPlan *plan,
             CaEnrollRecord *record,
             const char *config,
             Answer *answer,
             guint wait,
             GCancellable *cancellable,
             GError **error)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) wait * G_USEC_PER_SEC;
  guint pause = FIRST_PAUSE;

  while (TRUE)
    {
      g_auto (Answer) next = { 0 };
      g_autoptr (GError) local_error = NULL;
      g_autoptr (GError) stopped = NULL;

      if (ask (plan, record, config, &next, cancellable, &local_error))
        {
          answer_clear (answer);
          *answer = next;
          next = (Answer){ 0 };
        }
      else if (!is_passing (local_error) || (answer->response == NULL && wait == 0))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if (answer->response != NULL
          && icert_response_get_disposition (answer->response)
                 != ICERT_DISPOSITION_UNDER_SUBMISSION)
        return TRUE;
      if (pause_for (&pause, deadline, cancellable, &stopped))
        continue;
      if (stopped != NULL || answer->response == NULL)
        {
          g_propagate_error (error, stopped != NULL ? g_steal_pointer (&stopped)
                                                    : g_steal_pointer (&local_error));
          return FALSE;
        }
      return TRUE;
    }
}

ICertResponse *
ca_enroll_run (const CaEnrollPlan *plan,
               const char *config,
               CaEnrollKind kind,
               guint wait,
               GCancellable *cancellable,
               GError **error)
{
  g_autoptr (CaEnrollRecord) record = prepare (plan, kind, cancellable, error);
  g_auto (Answer) answer = { 0 };
  ICertDisposition disposition;
  gboolean ok;

  if (record == NULL)
    return NULL;
  if (record->certificate_file == NULL)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, "certificate-file",
                       "none was given (where the certificate goes)");
      return NULL;
    }
  if (!poll_answer (plan, record, config, &answer, wait, cancellable, error))
    return NULL;
  disposition = icert_response_get_disposition (answer.response);
  if (disposition == ICERT_DISPOSITION_ISSUED)
    ok = install (plan, record, &answer, cancellable, error);
  else
    ok = disposition == ICERT_DISPOSITION_UNDER_SUBMISSION || give_up (plan, record, FALSE, error);
  return ok ? g_steal_pointer (&answer.response) : NULL;
}
