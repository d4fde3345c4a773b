/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "ca-engine.h"
#include "fake-ca.h"
#include "fake-town.h"

/* S-D15: an object that somebody may not see answers exactly as one that is not there: same error,
 * same audit record, and as many questions to the store. Every method that names an object is asked
 * by everybody who may not see it, about one of somebody else's and about one of nobody's. */

#define ROLES                                                                                      \
  "user:clerk=submitter\nuser:chief=officer\nuser:boss=administrator\nuser:eve=submitter\n"        \
  "user:watch=auditor\nuser:keeper=backup\nuser:custodian=custodian\nuser:looker=reader\n"

#define NOBODYS_ID 4711
#define NOBODYS_SERIAL "01234567890badcafe0123456789abcdef012345"

/* Questions, counted in front of the store: those of the thread that asks, or of all where the
 * engine answers on one of its own (others of its threads have work to do, too) */
static gint n_questions; /* atomic */
static GThread *asker;   /* NULL: any */
static ICertStoreInterface real;

static void
count_one (void)
{
  if (asker == NULL || g_thread_self () == asker)
    g_atomic_int_inc (&n_questions);
}

static GPtrArray *
counting_query (ICertStore *store,
                const ICertStoreQuery *query,
                GCancellable *cancellable,
                GError **error)
{
  count_one ();
  return real.query (store, query, cancellable, error);
}

static gint64
counting_count (ICertStore *store,
                ICertStoreTable table,
                const ICertStoreCondition *condition,
                GCancellable *cancellable,
                GError **error)
{
  count_one ();
  return real.count (store, table, condition, cancellable, error);
}

static void
count_questions (FakeTown *town)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CaEngine) engine = ca_engine_open (town->folder, FALSE, &error);
  ICertStoreInterface *iface;

  g_assert_no_error (error);
  iface = ICERT_STORE_GET_IFACE (engine->store);
  if (iface->query == counting_query)
    return;
  real = *iface;
  iface->query = counting_query;
  iface->count = counting_count;
}

/* What is asked about */
typedef struct
{
  gint64 id;
  const char *serial;
  const char *key;
  gint64 change;
} Thing;

static void
ask_retrieve (FakePerson *person, const Thing *thing, GError **error)
{
  g_autoptr (ICertResponse) response
      = icert_request_retrieve_pending (person->request, thing->id, NULL, error);
}

static void
ask_issued (FakePerson *person, const Thing *thing, GError **error)
{
  g_autoptr (ICertResponse) response
      = icert_request_get_issued (person->request, thing->id, NULL, NULL, error);
}

static void
ask_issued_by_serial (FakePerson *person, const Thing *thing, GError **error)
{
  g_autoptr (ICertResponse) response
      = icert_request_get_issued (person->request, -1, thing->serial, NULL, error);
}

static void
ask_by_key (FakePerson *person, const Thing *thing, GError **error)
{
  g_autoptr (ICertResponse) response
      = icert_request_retrieve_by_key (person->request, thing->key, NULL, error);
}

static void
ask_trace (FakePerson *person, const Thing *thing, GError **error)
{
  g_autoptr (GVariant) trace = icert_admin_get_trace (person->admin, thing->id, NULL, error);
}

static void
ask_is_valid (FakePerson *person, const Thing *thing, GError **error)
{
  ICertRevocationReason reason;

  icert_admin_is_valid_certificate (person->admin, thing->serial, &reason, NULL, error);
}

static void
ask_attributes (FakePerson *person, const Thing *thing, GError **error)
{
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_insert (attributes, (gpointer) "Note", (gpointer) "seen");
  icert_admin_set_request_attributes (person->admin, thing->id, attributes, NULL, error);
}

static void
ask_extension (FakePerson *person, const Thing *thing, GError **error)
{
  g_autoptr (GBytes) value = g_bytes_new_static ("\x05\x00", 2);

  icert_admin_set_certificate_extension (person->admin, thing->id, "1.2.3.4", ICERT_EXTENSION_NONE,
                                         value, NULL, error);
}

static void
ask_deny (FakePerson *person, const Thing *thing, GError **error)
{
  icert_admin_deny_request (person->admin, thing->id, NULL, NULL, error);
}

static void
ask_resubmit (FakePerson *person, const Thing *thing, GError **error)
{
  g_autoptr (ICertResponse) response
      = icert_admin_resubmit_request (person->admin, thing->id, NULL, error);
}

static void
ask_resubmit_version (FakePerson *person, const Thing *thing, GError **error)
{
  g_autoptr (ICertResponse) response
      = icert_admin_resubmit_request_version (person->admin, thing->id, 7, NULL, error);
}

static void
ask_revoke (FakePerson *person, const Thing *thing, GError **error)
{
  icert_admin_revoke (person->admin, thing->serial, ICERT_REVOCATION_REASON_SUPERSEDED, NULL, NULL,
                      error);
}

static void
ask_unrevoke (FakePerson *person, const Thing *thing, GError **error)
{
  icert_admin_unrevoke (person->admin, thing->serial, NULL, error);
}

static void
ask_publish_expired (FakePerson *person, const Thing *thing, GError **error)
{
  icert_admin_set_publish_expired (person->admin, thing->serial, TRUE, NULL, error);
}

static void
ask_delete (FakePerson *person, const Thing *thing, GError **error)
{
  icert_admin_delete_row (person->admin, ICERT_TABLE_REQUESTS, thing->id, NULL, error);
}

static void
ask_approve (FakePerson *person, const Thing *thing, GError **error)
{
  icert_security_approve_change (person->security, thing->change, NULL, error);
}

static void
ask_reject (FakePerson *person, const Thing *thing, GError **error)
{
  icert_security_reject_change (person->security, thing->change, NULL, NULL, error);
}

static const struct
{
  const char *method;
  void (*ask) (FakePerson *person, const Thing *thing, GError **error);
  /* who may see it, and is not asked */
  const char *seers;
} methods[] = {
  { "Request.retrieve_pending", ask_retrieve, "chief boss" },
  { "Request.get_issued", ask_issued, "chief boss" },
  { "Request.get_issued by serial", ask_issued_by_serial, "chief boss" },
  { "Request.retrieve_by_key", ask_by_key, "" },
  { "Admin.get_trace", ask_trace, "chief boss looker" },
  { "Admin.is_valid_certificate", ask_is_valid, "chief boss looker" },
  { "Admin.set_request_attributes", ask_attributes, "chief" },
  { "Admin.set_certificate_extension", ask_extension, "chief" },
  { "Admin.deny_request", ask_deny, "chief" },
  { "Admin.resubmit_request", ask_resubmit, "chief boss" },
  { "Admin.resubmit_request_version", ask_resubmit_version, "chief boss" },
  { "Admin.revoke", ask_revoke, "chief" },
  { "Admin.unrevoke", ask_unrevoke, "chief" },
  { "Admin.set_publish_expired", ask_publish_expired, "chief" },
  { "Admin.delete_row", ask_delete, "chief" },
  { "Security.approve_change", ask_approve, "boss" },
  { "Security.reject_change", ask_reject, "boss" },
};

/* The message with what was named replaced: all that may differ */
static char *
neutral (const GError *error, const Thing *thing)
{
  g_autoptr (GString) text = g_string_new (error->message);
  g_autofree char *id = g_strdup_printf ("request %" G_GINT64_FORMAT " ", thing->id);

  g_string_replace (text, id, "request X ", 0);
  g_string_replace (text, thing->serial, "SERIAL", 0);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
last_record (FakeTown *town, const Thing *thing)
{
  g_autofree char *sql = g_strdup_printf (
      "SELECT verb || ' ' || replace (replace (object, '%" G_GINT64_FORMAT "', 'X'), '%s', 'X') || "
      "' ' || outcome FROM audit WHERE verb = 'retrieve' ORDER BY sequence DESC LIMIT 1",
      thing->id, thing->serial);

  return fake_town_query_text (town, sql);
}

/* What one question brought */
typedef struct
{
  int code;
  char *message;
  gint questions;
} Echo;

static Echo
ask (FakePerson *person, guint method, const Thing *thing)
{
  g_autoptr (GError) error = NULL;
  Echo echo;

  /* that one is answered by a worker */
  asker = methods[method].ask == ask_resubmit || methods[method].ask == ask_resubmit_version
              ? NULL
              : g_thread_self ();
  g_atomic_int_set (&n_questions, 0);
  methods[method].ask (person, thing, &error);
  echo.questions = g_atomic_int_get (&n_questions);
  g_assert_nonnull (error);
  g_assert_true (error->domain == ICERT_ERROR);
  echo.code = error->code;
  echo.message = neutral (error, thing);
  return echo;
}

static void
compare (FakeTown *town, const char *name, guint method, const Thing *hidden, const Thing *absent)
{
  FakePerson *person = fake_town_meet (town, name);
  Echo first = ask (person, method, hidden);
  Echo second = ask (person, method, absent);

  g_test_message ("%s by %s: %s, %d questions", methods[method].method, name, first.message,
                  first.questions);
  g_assert_cmpint (first.code, ==, second.code);
  g_assert_cmpstr (first.message, ==, second.message);
  g_assert_cmpint (first.questions, ==, second.questions);
  g_free (first.message);
  g_free (second.message);
}

static char *
make_issued (FakeTown *town, gint64 *id)
{
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertResponse) response = NULL;
  g_autoptr (GBytes) certificate = NULL;

  g_hash_table_insert (attributes, (gpointer) "CertificateTemplate", (gpointer) "WebServer");
  response = icert_request_submit_full (fake_town_meet (town, "clerk")->request, ICERT_SUBMIT_NONE,
                                        ICERT_ENCODING_BINARY, ICERT_REQUEST_FORMAT_PKCS10, request,
                                        attributes, "the-clerk's-key", NULL, &error);
  g_assert_no_error (error);
  *id = icert_response_get_request_id (response);
  g_clear_object (&response);
  response
      = icert_admin_resubmit_request (fake_town_meet (town, "chief")->admin, *id, NULL, &error);
  g_assert_no_error (error);
  certificate = fake_certificate (response);
  return fake_serial (certificate);
}

static void
test_hidden (gconstpointer data)
{
  static const char *const people[]
      = { "stranger", "eve", "looker", "watch", "keeper", "custodian", "chief", "boss" };
  gboolean pending = GPOINTER_TO_INT (data);
  g_autoptr (FakeTown) town = fake_town_new (FALSE, ROLES);
  Thing absent = { NOBODYS_ID, NOBODYS_SERIAL, "no-such-key", NOBODYS_ID };
  g_autofree char *serial = NULL;
  Thing hidden = { .key = "the-clerk's-key", .change = 1 };
  guint n = 0;

  g_test_summary ("S-D15: what somebody may not see is answered as what is not there: the same "
                  "error, after as many questions to the store");
  serial = make_issued (town, &hidden.id);
  hidden.serial = serial;
  if (pending)
    hidden.id = fake_town_submit (town, "clerk", "WebServer", ICERT_DISPOSITION_UNDER_SUBMISSION);
  count_questions (town);
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    for (guint j = 0; j < G_N_ELEMENTS (people); j++)
      {
        g_auto (GStrv) seers = g_strsplit (methods[i].seers, " ", -1);

        if (g_strv_contains ((const char *const *) seers, people[j]))
          continue;
        compare (town, people[j], i, &hidden, &absent);
        n++;
      }
  g_assert_cmpuint (n, >, 70);
}

static void
test_records (void)
{
  g_autoptr (FakeTown) town = fake_town_new (FALSE, ROLES);
  Thing absent = { NOBODYS_ID, NOBODYS_SERIAL, "no-such-key", NOBODYS_ID };
  Thing hidden = { .key = "the-clerk's-key", .change = 1 };
  g_autofree char *serial = make_issued (town, &hidden.id);

  g_test_summary ("S-D15: nor does the audit log tell the two apart");
  hidden.serial = serial;
  for (guint i = 0; i < 4; i++)
    {
      const Thing *things[] = { &hidden, &absent };
      char *records[2];

      for (guint j = 0; j < 2; j++)
        {
          g_autoptr (GError) error = NULL;

          methods[i].ask (fake_town_meet (town, "eve"), things[j], &error);
          fake_town_close (town);
          records[j] = last_record (town, things[j]);
        }
      g_assert_cmpstr (records[0], ==, records[1]);
      g_assert_true (g_str_has_prefix (records[0], "retrieve "));
      g_free (records[0]);
      g_free (records[1]);
    }
}

/* A counter that counts nothing proves nothing. */
static void
test_counts (void)
{
  g_autoptr (FakeTown) town = fake_town_new (FALSE, ROLES);
  Thing own = { .key = "the-clerk's-key", .change = 1 };
  g_autofree char *serial = make_issued (town, &own.id);
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-D15: the questions are counted: one's own request takes more than nobody's");
  own.serial = serial;
  count_questions (town);
  asker = g_thread_self ();
  g_atomic_int_set (&n_questions, 0);
  ask_retrieve (fake_town_meet (town, "clerk"), &own, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_atomic_int_get (&n_questions), >, 1);
}

int
main (int argc, char **argv)
{
  fake_ca_init (&argc, &argv);
  g_test_add_func ("/hidden/counts", test_counts);
  g_test_add_data_func ("/hidden/s-d15-issued", GINT_TO_POINTER (FALSE), test_hidden);
  g_test_add_data_func ("/hidden/s-d15-pending", GINT_TO_POINTER (TRUE), test_hidden);
  g_test_add_func ("/hidden/s-d15-records", test_records);
  return fake_ca_run ();
}
