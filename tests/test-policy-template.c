/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <glib/gstdio.h>

#include "policy-template.h"

#define CN "2.5.4.3"
#define UID "0.9.2342.19200300.100.1.1"
#define SAN "2.5.29.17"
#define KEY_USAGE "2.5.29.15"
#define EKU "2.5.29.37"

/* notBefore of all requests: 2026-01-01 */
#define NOT_BEFORE G_GINT64_CONSTANT (1767225600)
#define DAY 86400

typedef struct
{
  char *folder; /* with the shipped profiles, and those of the test */
  ICertPolicy *policy;
  ICertTestServer *server;
} Fixture;

static void
write_profile (Fixture *fixture, const char *name, const char *text)
{
  g_autofree char *file_name = g_strconcat (name, ".profile", NULL);
  g_autofree char *path = g_build_filename (fixture->folder, file_name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
copy_shipped_profiles (Fixture *fixture)
{
  g_autofree char *path = g_build_filename (g_getenv ("ICERT_DATA_PATH"), "profiles", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *from = g_build_filename (path, name, NULL);
      g_autofree char *to = g_build_filename (fixture->folder, name, NULL);
      g_autofree char *contents = NULL;

      g_assert_true (g_file_get_contents (from, &contents, NULL, NULL));
      g_assert_true (g_file_set_contents (to, contents, -1, NULL));
    }
}

static GHashTable *
new_texts (Fixture *fixture)
{
  GHashTable *texts = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_insert (texts, "Folder", fixture->folder);
  return texts;
}

static ICertSettings *
new_settings (Fixture *fixture)
{
  g_autoptr (GVariant) schema
      = icert_manage_module_describe_settings (ICERT_MANAGE_MODULE (fixture->policy), NULL);
  g_autoptr (GHashTable) texts = new_texts (fixture);
  g_autoptr (GError) error = NULL;
  ICertSettings *settings;

  settings = icert_settings_new (schema, texts, g_get_tmp_dir (), &error);
  g_assert_no_error (error);
  return settings;
}

static void
set_key (ICertTestServer *server, const char *type)
{
  icert_test_server_set_certificate_property (server, "PublicKeyType", g_variant_new_string (type),
                                              NULL);
}

static void
set_roles (ICertTestServer *server, ICertRoles roles)
{
  icert_test_server_set_request_property (server, "RequesterRoles",
                                          g_variant_new_int32 ((gint32) roles), NULL);
}

/* A submitter's request with a P-256 key and no names. */
static ICertTestServer *
new_request (void)
{
  ICertTestServer *server = icert_test_server_new (7);

  set_key (server, "ec-p256");
  set_roles (server, ICERT_ROLE_ENROLL | ICERT_ROLE_READ);
  icert_test_server_set_request_property (server, "RequesterName", g_variant_new_string ("alice"),
                                          NULL);
  icert_test_server_set_requester_attribute (server, "name", "alice");
  icert_test_server_set_requester_attribute (server, "uid", "1000");
  icert_test_server_set_certificate_property (
      server, "NotBefore", g_variant_new_int64 (NOT_BEFORE * G_USEC_PER_SEC), NULL);
  icert_test_server_set_certificate_property (
      server, "NotAfter", g_variant_new_int64 ((NOT_BEFORE + 398 * DAY - 1) * G_USEC_PER_SEC),
      NULL);
  return server;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertTestServer) ca = icert_test_server_new (0);
  g_autoptr (GHashTable) texts = NULL;
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("icert-profiles-XXXXXX", NULL);
  copy_shipped_profiles (fixture);
  fixture->policy = g_object_new (POLICY_TYPE_TEMPLATE, NULL);
  texts = new_texts (fixture);
  g_assert_true (
      icert_test_server_initialize_policy (ca, fixture->policy, texts, g_get_tmp_dir (), &error));
  g_assert_no_error (error);
  fixture->server = new_request ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  g_object_unref (fixture->server);
  g_assert_finalize_object (fixture->policy);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
}

static void
ask_for (Fixture *fixture, const char *profile)
{
  icert_test_server_set_request_attribute (fixture->server, "CertificateTemplate", profile);
}

static void
add_names (Fixture *fixture, ICertExtensionOrigin origin, const char *const *names)
{
  g_autoptr (GPtrArray) parsed = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (ICertExtension) built = NULL;
  g_autoptr (ICertExtension) row = NULL;
  g_autoptr (GBytes) value = NULL;
  ICertExtensionFlags flags
      = origin == ICERT_EXTENSION_ORIGIN_REQUEST ? ICERT_EXTENSION_DISABLE : ICERT_EXTENSION_NONE;

  for (gsize i = 0; names[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;

      g_ptr_array_add (parsed, icert_name_from_string (names[i], &error));
      g_assert_no_error (error);
    }
  built = icert_extension_new_subject_alt_name (parsed, FALSE, NULL);
  value = icert_extension_get_value (built);
  row = icert_extension_new (SAN, flags, origin, value, NULL);
  icert_test_server_add_extension (fixture->server, row);
}

#define ADD_NAMES(fixture, ...)                                                                    \
  add_names (fixture, ICERT_EXTENSION_ORIGIN_REQUEST, (const char *const[]){ __VA_ARGS__, NULL })

static void
add_extension (Fixture *fixture,
               const char *oid,
               ICertExtensionOrigin origin,
               const char *der,
               gsize size)
{
  g_autoptr (GBytes) value = g_bytes_new (der, size);
  g_autoptr (ICertExtension) row = NULL;
  ICertExtensionFlags flags
      = origin == ICERT_EXTENSION_ORIGIN_REQUEST ? ICERT_EXTENSION_DISABLE : ICERT_EXTENSION_NONE;

  row = icert_extension_new (oid, flags, origin, value, NULL);
  icert_test_server_add_extension (fixture->server, row);
}

static gboolean
verify (Fixture *fixture, gboolean is_new, ICertVerdict *verdict, GError **error)
{
  return icert_test_server_verify_request (fixture->server, fixture->policy, is_new, verdict,
                                           error);
}

static void
assert_text (Fixture *fixture, const char *name, const char *expected)
{
  g_autofree char *text = icert_test_server_get_certificate_text (fixture->server, name, NULL);

  g_assert_cmpstr (text, ==, expected);
}

static void
assert_message (Fixture *fixture, const char *expected)
{
  g_autofree char *message = icert_test_server_get_disposition_message (fixture->server);

  g_assert_cmpstr (message, ==, expected);
}

/* Some step of the trace says @part. */
static void
assert_trace (Fixture *fixture, const char *part)
{
  g_auto (GStrv) lines = icert_test_server_list_trace (fixture->server);
  g_autofree char *text = g_strjoinv ("\n", lines);

  g_assert_nonnull (strstr (text, part));
}

static void
assert_verdict (Fixture *fixture, gboolean is_new, ICertVerdict expected)
{
  g_autoptr (GError) error = NULL;
  ICertVerdict verdict = ICERT_VERDICT_DENY;

  verify (fixture, is_new, &verdict, &error);
  g_assert_no_error (error);
  g_assert_cmpint (verdict, ==, expected);
}

/* Refused with @code, @field, and a text and a trace that name what was seen. */
static void
assert_refused (Fixture *fixture,
                gboolean is_new,
                ICertError code,
                const char *field,
                const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *found = NULL;
  ICertVerdict verdict = ICERT_VERDICT_ISSUE;

  g_assert_false (verify (fixture, is_new, &verdict, &error));
  g_assert_error (error, ICERT_ERROR, (int) code);
  g_assert_true (icert_error_is_refusal (error));
  found = icert_error_get_field (error);
  g_assert_cmpstr (found, ==, field);
  if (part != NULL)
    {
      g_assert_nonnull (strstr (error->message, part));
      assert_trace (fixture, part);
    }
  g_assert_cmpint (verdict, !=, ICERT_VERDICT_ISSUE);
}

/* The names of the certificate to be, "dNSName:a iPAddress:b"; NULL: no such extension in it. */
static char *
get_names (Fixture *fixture)
{
  g_autoptr (ICertExtension) extension = icert_test_server_get_extension (fixture->server, SAN);
  g_autoptr (GBytes) value = NULL;
  g_autoptr (GPtrArray) names = NULL;
  GString *text;

  if (extension == NULL || (icert_extension_get_flags (extension) & ICERT_EXTENSION_DISABLE) != 0)
    return NULL;
  value = icert_extension_get_value (extension);
  names = icert_extension_parse_subject_alt_name (value, NULL);
  g_assert_nonnull (names);
  text = g_string_new (NULL);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *name = icert_name_to_string (names->pdata[i]);

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", name);
    }
  return g_string_free (text, FALSE);
}

static void
assert_names (Fixture *fixture, const char *expected)
{
  g_autofree char *names = get_names (fixture);

  g_assert_cmpstr (names, ==, expected);
}

static gboolean
is_disabled (Fixture *fixture, const char *oid)
{
  g_autoptr (ICertExtension) extension = icert_test_server_get_extension (fixture->server, oid);

  g_assert_nonnull (extension);
  return (icert_extension_get_flags (extension) & ICERT_EXTENSION_DISABLE) != 0;
}

static void
test_web_server (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GVariant) version = NULL;

  g_test_summary ("openssl req -subj /CN=www.example.org for WebServer waits for an officer, then "
                  "is issued with that name");
  ask_for (fixture, "WebServer");
  icert_test_server_add_subject (fixture->server, CN, "www.example.org", NULL);
  assert_verdict (fixture, TRUE, ICERT_VERDICT_PENDING);
  assert_message (fixture, "WebServer asks for an officer");
  assert_verdict (fixture, FALSE, ICERT_VERDICT_ISSUE);

  assert_text (fixture, "CommonName", "www.example.org");
  assert_text (fixture, "CertificateTemplate", "WebServer");
  version = icert_test_server_get_certificate_property (fixture->server, "ProfileVersion", NULL);
  g_assert_cmpint (g_variant_get_int32 (version), ==, 1);
  assert_names (fixture, "dNSName:www.example.org");
  g_assert_false (is_disabled (fixture, KEY_USAGE));
  g_assert_false (is_disabled (fixture, EKU));
}

static void
test_web_server_with_names (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Requested names go in once, in canonical form, with the common name's");
  ask_for (fixture, "webserver");
  icert_test_server_add_subject (fixture->server, CN, "WWW.Example.org", NULL);
  icert_test_server_add_subject (fixture->server, "2.5.4.10", "Example", NULL);
  ADD_NAMES (fixture, "dNSName:www.example.org", "iPAddress:192.0.2.1");
  assert_verdict (fixture, TRUE, ICERT_VERDICT_PENDING);
  assert_names (fixture, "dNSName:www.example.org iPAddress:192.0.2.1");
  assert_text (fixture, "CommonName", "www.example.org");
  assert_text (fixture, "Organization", NULL);
  assert_trace (fixture, "no source");
}

static void
test_names_without_subject_are_critical (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertExtension) extension = NULL;

  g_test_summary ("S-C6: names are critical when there is no subject, and one of both is needed");
  ask_for (fixture, "WebServer");
  assert_refused (fixture, TRUE, ICERT_ERROR_BAD_NAME, "subject", NULL);
  ADD_NAMES (fixture, "dNSName:www.example.org");
  assert_verdict (fixture, TRUE, ICERT_VERDICT_PENDING);
  extension = icert_test_server_get_extension (fixture->server, SAN);
  g_assert_cmpint (icert_extension_get_flags (extension), ==, ICERT_EXTENSION_CRITICAL);
}

static void
test_names_the_choice (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A request for no or an unknown profile is told which the caller could use");
  assert_refused (fixture, TRUE, ICERT_ERROR_DENIED, "CertificateTemplate", "WebServer");
  ask_for (fixture, "../../etc/passwd");
  assert_refused (fixture, TRUE, ICERT_ERROR_DENIED, "CertificateTemplate",
                  "one of: CodeSigning, Computer, User, WebServer");
  set_roles (fixture->server, ICERT_ROLE_READ);
  assert_refused (fixture, TRUE, ICERT_ERROR_DENIED, "CertificateTemplate",
                  "no profile is open to this caller");
}

static void
test_template_extension (Fixture *fixture, gconstpointer data)
{
  static const char user[] = "\x1e\x08\x00U\x00s\x00"
                             "e\x00r";

  g_test_summary (
      "Microsoft's template extension chooses too, and has to agree (TEMPLATE_CONFLICT)");
  add_extension (fixture, "1.3.6.1.4.1.311.20.2", ICERT_EXTENSION_ORIGIN_REQUEST, user, 10);
  assert_verdict (fixture, TRUE, ICERT_VERDICT_ISSUE);
  assert_text (fixture, "CertificateTemplate", "User");

  ask_for (fixture, "WebServer");
  assert_refused (fixture, TRUE, ICERT_ERROR_DENIED, "CertificateTemplate", "User");
  {
    g_autoptr (GError) error = NULL;
    ICertVerdict verdict;

    verify (fixture, TRUE, &verdict, &error);
    g_assert_cmphex (icert_error_to_hresult (error), ==, 0x80094802u);
  }
}

static void
test_unreadable_template_extension (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A template extension that cannot be read is refused");
  ask_for (fixture, "User");
  add_extension (fixture, "1.3.6.1.4.1.311.20.2", ICERT_EXTENSION_ORIGIN_REQUEST, "\x1e\x02\x00",
                 3);
  assert_refused (fixture, TRUE, ICERT_ERROR_DENIED, "1.3.6.1.4.1.311.20.2", NULL);
}

static void
test_enroll_right (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Only who has the profile's Enroll right may ask; an officer need not have it");
  ask_for (fixture, "WebServer");
  icert_test_server_add_subject (fixture->server, CN, "www.example.org", NULL);
  set_roles (fixture->server, ICERT_ROLE_OFFICER | ICERT_ROLE_READ);
  assert_refused (fixture, TRUE, ICERT_ERROR_NOT_AUTHORIZED, "RequesterName", "alice");
  assert_verdict (fixture, FALSE, ICERT_VERDICT_ISSUE);
}

static void
test_enroll_by_principal (Fixture *fixture, gconstpointer data)
{
  static const char *const principals[]
      = { "user:alice", "uid:1000", "group:web", "administrator;user:alice" };

  g_test_summary ("Enroll takes users, uids and groups, as the door knows them");
  set_roles (fixture->server, ICERT_ROLE_NONE);
  icert_test_server_add_requester_group (fixture->server, "web");
  icert_test_server_add_subject (fixture->server, CN, "www.example.org", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (principals); i++)
    {
      g_autofree char *name = g_strdup_printf ("P%" G_GSIZE_FORMAT, i);
      g_autofree char *text = g_strdup_printf ("[Profile]\nName=%s\nVersion=1\nEnroll=%s\n"
                                               "[Subject]\nCommonName=approved\n[SubjectAltName]\n"
                                               "dNSName=approved\n[Extensions]\n"
                                               "ExtendedKeyUsage=serverAuth\n",
                                               name, principals[i]);
      g_autoptr (ICertSettings) settings = new_settings (fixture);

      write_profile (fixture, name, text);
      g_assert_true (
          icert_manage_module_reload (ICERT_MANAGE_MODULE (fixture->policy), settings, NULL));
      ask_for (fixture, name);
      assert_verdict (fixture, TRUE, ICERT_VERDICT_PENDING);
    }
}

static void
test_key_types (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-B1: a key that Types does not list is refused with its type");
  ask_for (fixture, "User");
  set_key (fixture->server, "rsa-1024");
  assert_refused (fixture, TRUE, ICERT_ERROR_WEAK_KEY, "public key", "rsa-1024");
  set_key (fixture->server, "ec-p521");
  assert_refused (fixture, TRUE, ICERT_ERROR_WEAK_KEY, "public key", "ec-p521");
  set_key (fixture->server, "1.2.840.10040.4.1");
  assert_refused (fixture, TRUE, ICERT_ERROR_WEAK_KEY, "public key", "1.2.840.10040.4.1");
  set_key (fixture->server, "rsa-2048");
  assert_verdict (fixture, TRUE, ICERT_VERDICT_ISSUE);
  set_key (fixture->server, "ed25519");
  assert_verdict (fixture, TRUE, ICERT_VERDICT_ISSUE);
}

static void
test_user (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-D18: User takes nothing of the request but the key, and names the account");
  ask_for (fixture, "User");
  icert_test_server_set_requester_attribute (fixture->server, "mail", "alice@example.org");
  icert_test_server_add_subject (fixture->server, CN, "Administrator", NULL);
  icert_test_server_add_subject (fixture->server, UID, "0", NULL);
  ADD_NAMES (fixture, "dNSName:www.example.org", "iPAddress:192.0.2.1",
             "rfc822Name:root@example.org");
  assert_verdict (fixture, TRUE, ICERT_VERDICT_ISSUE);
  assert_text (fixture, "CommonName", "alice");
  assert_text (fixture, UID, "1000");
  assert_names (fixture, "rfc822Name:alice@example.org");
  assert_trace (fixture, "ignore");
}

static void
test_user_without_mail (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("What the directory does not have is absent, but for the principal id (S-D18)");
  ask_for (fixture, "User");
  ADD_NAMES (fixture, "dNSName:www.example.org");
  assert_verdict (fixture, TRUE, ICERT_VERDICT_ISSUE);
  assert_names (fixture, NULL);
  icert_test_server_set_requester_attribute (fixture->server, "uid", NULL);
  assert_refused (fixture, TRUE, ICERT_ERROR_NOT_AUTHORIZED, UID, NULL);
}

static void
test_s_c4 (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-C4: a kind of name that the profile does not list is refused");
  ask_for (fixture, "WebServer");
  ADD_NAMES (fixture, "dNSName:www.example.org", "rfc822Name:alice@example.org");
  assert_refused (fixture, TRUE, ICERT_ERROR_FORBIDDEN_FIELD, "rfc822Name", "alice@example.org");
  assert_refused (fixture, FALSE, ICERT_ERROR_FORBIDDEN_FIELD, "rfc822Name", "dNSName, iPAddress");
}

static void
test_s_c2 (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertSettings) settings = new_settings (fixture);

  g_test_summary ("S-C2: a wildcard is refused unless the profile allows it");
  ask_for (fixture, "WebServer");
  ADD_NAMES (fixture, "dNSName:*.example.org");
  assert_refused (fixture, TRUE, ICERT_ERROR_BAD_NAME, "dNSName", "*.example.org");

  write_profile (fixture, "Wild",
                 "[Profile]\nName=Wild\nVersion=1\nEnroll=submitter\nWildcards=true\n"
                 "[SubjectAltName]\ndNSName=approved\n[Extensions]\nExtendedKeyUsage=serverAuth\n");
  g_assert_true (
      icert_manage_module_reload (ICERT_MANAGE_MODULE (fixture->policy), settings, NULL));
  ask_for (fixture, "Wild");
  assert_verdict (fixture, TRUE, ICERT_VERDICT_PENDING);
  assert_names (fixture, "dNSName:*.example.org");
}

static void
test_s_c5 (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-C5: a server's common name is one of its names");
  ask_for (fixture, "WebServer");
  icert_test_server_add_subject (fixture->server, CN, "Our Server", NULL);
  ADD_NAMES (fixture, "dNSName:www.example.org");
  assert_refused (fixture, TRUE, ICERT_ERROR_BAD_NAME, "CommonName", "Our Server");
}

static void
test_s_c5_address (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-C5: an address as common name has to be among the names");
  ask_for (fixture, "WebServer");
  icert_test_server_add_subject (fixture->server, CN, "192.0.2.1", NULL);
  assert_refused (fixture, TRUE, ICERT_ERROR_BAD_NAME, "CommonName", "192.0.2.1");
  ADD_NAMES (fixture, "iPAddress:192.0.2.1");
  assert_verdict (fixture, TRUE, ICERT_VERDICT_PENDING);
  assert_names (fixture, "iPAddress:192.0.2.1");
}

static void
test_s_c5_twice (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-C5: two common names are refused");
  ask_for (fixture, "WebServer");
  icert_test_server_add_subject (fixture->server, CN, "www.example.org", NULL);
  icert_test_server_add_subject (fixture->server, CN, "mail.example.org", NULL);
  ADD_NAMES (fixture, "dNSName:www.example.org", "dNSName:mail.example.org");
  assert_refused (fixture, TRUE, ICERT_ERROR_BAD_NAME, "CommonName", "mail.example.org");
}

static void
test_s_c5_long (Fixture *fixture, gconstpointer data)
{
  static const char name[] = "a-name-that-is-longer-than-a-common-name-can-be.in-a-certificate."
                             "example.org";

  g_test_summary ("S-C5: a common name over 64 characters is a dNSName only");
  ask_for (fixture, "WebServer");
  icert_test_server_add_subject (fixture->server, CN, name, NULL);
  assert_verdict (fixture, TRUE, ICERT_VERDICT_PENDING);
  assert_text (fixture, "CommonName", NULL);
  {
    g_autofree char *expected = g_strconcat ("dNSName:", name, NULL);

    assert_names (fixture, expected);
  }
}

static void
test_grants (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "Grants that cover all names stand for the officer; one name beyond them does not");
  ask_for (fixture, "WebServer");
  icert_test_server_add_grant (fixture->server, "web-team", "WebServer", "*.example.org");
  icert_test_server_add_subject (fixture->server, CN, "www.example.org", NULL);
  assert_verdict (fixture, TRUE, ICERT_VERDICT_ISSUE);
  assert_trace (fixture, "web-team");

  ADD_NAMES (fixture, "dNSName:www.example.org", "dNSName:www.example.net");
  assert_verdict (fixture, TRUE, ICERT_VERDICT_PENDING);
}

static void
test_grants_need_names (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Where nothing was asked for that a grant could cover, an officer is asked");
  ask_for (fixture, "CodeSigning");
  icert_test_server_add_grant (fixture->server, "web-team", "CodeSigning", "*.example.org");
  icert_test_server_add_subject (fixture->server, CN, "Example Ltd", NULL);
  assert_verdict (fixture, TRUE, ICERT_VERDICT_PENDING);
}

static void
use_profile (Fixture *fixture, const char *rest)
{
  g_autoptr (ICertSettings) settings = new_settings (fixture);
  g_autofree char *text
      = g_strdup_printf ("[Profile]\nName=Mine\nVersion=3\nEnroll=submitter\n%s", rest);
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (GError) error = NULL;

  write_profile (fixture, "Mine", text);
  icert_manage_module_check (ICERT_MANAGE_MODULE (fixture->policy), "profile", "Mine.profile",
                             bytes, &error);
  g_assert_no_error (error);
  g_assert_true (
      icert_manage_module_reload (ICERT_MANAGE_MODULE (fixture->policy), settings, NULL));
  ask_for (fixture, "Mine");
}

static void
test_s_d1_granted (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-D1: source granted refuses what no grant of the caller covers");
  use_profile (fixture, "Approval=none\n[SubjectAltName]\ndNSName=granted\n[Extensions]\n"
                        "ExtendedKeyUsage=serverAuth\n");
  icert_test_server_add_grant (fixture->server, "web-team", "Mine", "*.example.org");
  ADD_NAMES (fixture, "dNSName:www.example.org");
  assert_verdict (fixture, TRUE, ICERT_VERDICT_ISSUE);
  ADD_NAMES (fixture, "dNSName:www.example.net");
  assert_refused (fixture, TRUE, ICERT_ERROR_FORBIDDEN_FIELD, "dNSName", "www.example.net");
  assert_refused (fixture, FALSE, ICERT_ERROR_FORBIDDEN_FIELD, "dNSName", "www.example.net");
}

static void
test_s_d1_validated (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-D1: source validated refuses what nobody proved");
  use_profile (fixture, "Approval=none\n[SubjectAltName]\ndNSName=validated\n[Extensions]\n"
                        "ExtendedKeyUsage=serverAuth\n");
  ADD_NAMES (fixture, "dNSName:www.example.org");
  assert_refused (fixture, TRUE, ICERT_ERROR_FORBIDDEN_FIELD, "dNSName", "www.example.org");
}

static void
test_fixed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertExtension) extension = NULL;

  g_test_summary ("Fixed fields are what the profile says, whatever is asked for");
  use_profile (fixture,
               "Approval=none\n[Subject]\nCommonName=request\nO=fixed:Example Ltd\n"
               "[SubjectAltName]\notherName:1.3.6.1.4.1.311.20.2.3=fixed:app@example.org\n"
               "[Extensions]\nKeyUsage=digitalSignature\nExtendedKeyUsage=critical;timeStamping\n"
               "1.3.6.1.5.5.7.1.24=hex:30030201 05\n");
  icert_test_server_add_subject (fixture->server, "2.5.4.10", "Somebody else", NULL);
  icert_test_server_add_subject (fixture->server, CN, "A stamp", NULL);
  assert_verdict (fixture, TRUE, ICERT_VERDICT_ISSUE);
  assert_text (fixture, "Organization", "Example Ltd");
  assert_text (fixture, "CommonName", "A stamp");
  g_assert_false (is_disabled (fixture, "1.3.6.1.5.5.7.1.24"));
  extension = icert_test_server_get_extension (fixture->server, EKU);
  g_assert_cmpint (icert_extension_get_flags (extension), ==, ICERT_EXTENSION_CRITICAL);
  g_assert_false (is_disabled (fixture, SAN));
}

static void
test_s_d1_power (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *oid;
    const char *der;
    gsize size;
    const char *field;
  } claims[] = {
    { "2.5.29.19", "\x30\x03\x01\x01\xff", 5, "basicConstraints" },
    { KEY_USAGE, "\x03\x02\x02\x04", 4, "keyUsage" },
    { KEY_USAGE, "\x03\x02\x01\x02", 4, "keyUsage" },
    { EKU, "\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x03", 12, "extendedKeyUsage" },
    { "1.3.6.1.4.1.311.21.10", "\x30\x0c\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x03", 14,
      "applicationPolicies" },
    { "1.3.6.1.4.1.311.25.2", "\x30\x00", 2, "1.3.6.1.4.1.311.25.2" },
  };

  g_test_summary ("S-D1: a requested extension that claims identity or power is refused");
  ask_for (fixture, "WebServer");
  icert_test_server_add_subject (fixture->server, CN, "www.example.org", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (claims); i++)
    {
      add_extension (fixture, claims[i].oid, ICERT_EXTENSION_ORIGIN_REQUEST, claims[i].der,
                     claims[i].size);
      assert_refused (fixture, TRUE, ICERT_ERROR_FORBIDDEN_FIELD, claims[i].field, NULL);
      /* the next claim alone */
      g_object_unref (fixture->server);
      fixture->server = new_request ();
      ask_for (fixture, "WebServer");
      icert_test_server_add_subject (fixture->server, CN, "www.example.org", NULL);
    }
}

static void
test_unreadable_extensions (Fixture *fixture, gconstpointer data)
{
  static const char *const oids[] = { "2.5.29.19", KEY_USAGE, EKU, "1.3.6.1.4.1.311.21.10" };

  g_test_summary ("S-D1: an extension that could claim power and cannot be read is refused");
  for (gsize i = 0; i < G_N_ELEMENTS (oids); i++)
    {
      ask_for (fixture, "WebServer");
      icert_test_server_add_subject (fixture->server, CN, "www.example.org", NULL);
      add_extension (fixture, oids[i], ICERT_EXTENSION_ORIGIN_REQUEST, "\x04\x00", 2);
      assert_refused (fixture, TRUE, ICERT_ERROR_FORBIDDEN_FIELD, oids[i], NULL);
      g_object_unref (fixture->server);
      fixture->server = new_request ();
    }
}

static void
test_harmless_extensions (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-D2: requested extensions stay out; FromRequest lets some in");
  ask_for (fixture, "WebServer");
  icert_test_server_add_subject (fixture->server, CN, "www.example.org", NULL);
  add_extension (fixture, "2.5.29.19", ICERT_EXTENSION_ORIGIN_REQUEST, "\x30\x00", 2);
  add_extension (fixture, "1.3.6.1.5.5.7.1.24", ICERT_EXTENSION_ORIGIN_REQUEST,
                 "\x30\x03\x02\x01\x05", 5);
  assert_verdict (fixture, TRUE, ICERT_VERDICT_PENDING);
  g_assert_true (is_disabled (fixture, "2.5.29.19"));
  g_assert_true (is_disabled (fixture, "1.3.6.1.5.5.7.1.24"));

  use_profile (fixture, "[Subject]\nCommonName=approved\n[SubjectAltName]\ndNSName=approved\n"
                        "[Extensions]\nExtendedKeyUsage=serverAuth\n"
                        "FromRequest=1.3.6.1.5.5.7.1.24\n");
  assert_verdict (fixture, TRUE, ICERT_VERDICT_PENDING);
  g_assert_true (is_disabled (fixture, "2.5.29.19"));
  g_assert_false (is_disabled (fixture, "1.3.6.1.5.5.7.1.24"));
}

static void
test_s_d3 (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-D3: attributes change nothing by themselves");
  ask_for (fixture, "WebServer");
  icert_test_server_add_subject (fixture->server, CN, "www.example.org", NULL);
  icert_test_server_set_request_attribute (fixture->server, "SAN", "dns=admin.example.org");
  icert_test_server_set_request_attribute (fixture->server, "CertificateUsage",
                                           "1.3.6.1.5.5.7.3.3");
  icert_test_server_set_request_attribute (fixture->server, "ValidityPeriod", "Years");
  icert_test_server_set_request_attribute (fixture->server, "ValidityPeriodUnits", "10");
  assert_verdict (fixture, TRUE, ICERT_VERDICT_PENDING);
  assert_names (fixture, "dNSName:www.example.org");
}

static void
test_officers_extensions (Fixture *fixture, gconstpointer data)
{
  static const char usage[] = "\x03\x02\x06\xc0";
  g_autoptr (ICertExtension) row = NULL;
  g_autoptr (GBytes) value = NULL;

  g_test_summary ("What an officer set survives; a common name beside his names stays out");
  ask_for (fixture, "WebServer");
  icert_test_server_add_subject (fixture->server, CN, "www.example.org", NULL);
  add_names (fixture, ICERT_EXTENSION_ORIGIN_ADMIN,
             (const char *const[]){ "dNSName:mail.example.org", NULL });
  add_extension (fixture, KEY_USAGE, ICERT_EXTENSION_ORIGIN_ADMIN, usage, 4);
  assert_verdict (fixture, FALSE, ICERT_VERDICT_ISSUE);
  assert_names (fixture, "dNSName:mail.example.org");
  assert_text (fixture, "CommonName", NULL);
  row = icert_test_server_get_extension (fixture->server, KEY_USAGE);
  value = icert_extension_get_value (row);
  g_assert_cmpmem (g_bytes_get_data (value, NULL), g_bytes_get_size (value), usage, 4);
}

static gint64
get_not_after (Fixture *fixture)
{
  g_autoptr (GVariant) value
      = icert_test_server_get_certificate_property (fixture->server, "NotAfter", NULL);

  return g_variant_get_int64 (value) / G_USEC_PER_SEC;
}

static void
test_s_h1 (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-H1: 90 days are 90 times 86,400 seconds with both ends");
  ask_for (fixture, "WebServer");
  icert_test_server_add_subject (fixture->server, CN, "www.example.org", NULL);
  assert_verdict (fixture, TRUE, ICERT_VERDICT_PENDING);
  g_assert_cmpint (get_not_after (fixture), ==, NOT_BEFORE + 90 * DAY - 1);
}

static void
test_s_h1_cut (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-H1: where the CA proposes less than the profile, the message says so");
  ask_for (fixture, "User");
  icert_test_server_set_certificate_property (
      fixture->server, "NotAfter",
      g_variant_new_int64 ((NOT_BEFORE + 10 * DAY - 1) * G_USEC_PER_SEC), NULL);
  assert_verdict (fixture, TRUE, ICERT_VERDICT_ISSUE);
  g_assert_cmpint (get_not_after (fixture), ==, NOT_BEFORE + 10 * DAY - 1);
  assert_message (fixture,
                  "validity cut to 2026-01-10T23:59:59Z by the CA (profile: 1y; MaxValidityPeriod "
                  "or the CA's own certificate allows no more)");
}

static void
test_s_g3 (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("S-G3: a profile makes CAs only where the CA's configuration lists it");
  ask_for (fixture, "SubCA");
  set_roles (fixture->server, ICERT_ROLE_ADMIN);
  icert_test_server_add_subject (fixture->server, CN, "Demo Issuing CA", NULL);
  add_extension (fixture, "2.5.29.19", ICERT_EXTENSION_ORIGIN_REQUEST, "\x30\x03\x01\x01\xff", 5);
  assert_refused (fixture, TRUE, ICERT_ERROR_NOT_AUTHORIZED, "CertificateTemplate", "SubCA");
  icert_test_server_set_ca_property (fixture->server, "CAProfiles",
                                     g_variant_new_string ("Other;SubCA"), NULL);
  assert_verdict (fixture, TRUE, ICERT_VERDICT_PENDING);
  assert_verdict (fixture, FALSE, ICERT_VERDICT_ISSUE);
  g_assert_true (is_disabled (fixture, "2.5.29.19"));
  assert_text (fixture, "CommonName", "Demo Issuing CA");
}

static void
test_broken_profile (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertSettings) settings = new_settings (fixture);
  g_autofree char *description = NULL;

  g_test_summary ("A broken profile refuses its own requests, with file and line in the trace");
  write_profile (fixture, "WebServer", "[Profile]\nName=WebServer\nVersion=x\n");
  g_assert_true (
      icert_manage_module_reload (ICERT_MANAGE_MODULE (fixture->policy), settings, NULL));
  ask_for (fixture, "WebServer");
  assert_refused (fixture, TRUE, ICERT_ERROR_DENIED, "CertificateTemplate", "WebServer");
  assert_trace (fixture, "WebServer.profile:3");
  description = icert_policy_get_description (fixture->policy);
  g_assert_nonnull (strstr (description, "WebServer.profile:3"));
  ask_for (fixture, "User");
  assert_verdict (fixture, TRUE, ICERT_VERDICT_ISSUE);
}

static void
test_refuses_links (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertSettings) settings = new_settings (fixture);
  g_autofree char *path = g_build_filename (fixture->folder, "Link.profile", NULL);

  g_test_summary (
      "S-F5: a profile that is a symbolic link, or that everybody may write, is broken");
  g_assert_cmpint (symlink ("WebServer.profile", path), ==, 0);
  g_assert_true (
      icert_manage_module_reload (ICERT_MANAGE_MODULE (fixture->policy), settings, NULL));
  ask_for (fixture, "Link");
  assert_refused (fixture, TRUE, ICERT_ERROR_DENIED, "CertificateTemplate", "Link");

  g_free (path);
  path = g_build_filename (fixture->folder, "User.profile", NULL);
  g_assert_cmpint (g_chmod (path, 0666), ==, 0);
  g_assert_true (
      icert_manage_module_reload (ICERT_MANAGE_MODULE (fixture->policy), settings, NULL));
  ask_for (fixture, "User");
  assert_refused (fixture, TRUE, ICERT_ERROR_DENIED, "CertificateTemplate", "User");
}

static void
test_reads_newer_files (Fixture *fixture, gconstpointer data)
{
  gint64 deadline = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  ICertVerdict verdict = ICERT_VERDICT_DENY;

  g_test_summary ("A profile that was written while the policy runs is used soon");
  write_profile (fixture, "New",
                 "[Profile]\nName=New\nVersion=1\nEnroll=submitter\nApproval=none\n[Subject]\n"
                 "CommonName=fixed:New\n[Extensions]\nExtendedKeyUsage=clientAuth\n");
  ask_for (fixture, "New");
  while (!verify (fixture, TRUE, &verdict, NULL) && g_get_monotonic_time () < deadline)
    g_usleep (50000);
  g_assert_cmpint (verdict, ==, ICERT_VERDICT_ISSUE);
}

static void
test_failed_reload (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GVariant) schema
      = icert_manage_module_describe_settings (ICERT_MANAGE_MODULE (fixture->policy), NULL);
  g_autoptr (GHashTable) texts = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (ICertSettings) settings = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-N6: a reload that fails leaves what was there");
  g_hash_table_insert (texts, "Folder", "/nonexistent/profiles");
  settings = icert_settings_new (schema, texts, g_get_tmp_dir (), NULL);
  g_assert_false (
      icert_manage_module_reload (ICERT_MANAGE_MODULE (fixture->policy), settings, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  ask_for (fixture, "User");
  assert_verdict (fixture, TRUE, ICERT_VERDICT_ISSUE);
}

static void
test_same_name_twice (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertSettings) settings = new_settings (fixture);

  g_test_summary ("Two profiles that differ in case only are both out of use");
  write_profile (fixture, "user",
                 "[Profile]\nName=user\nVersion=1\nEnroll=submitter\nApproval=none\n[Subject]\n"
                 "CommonName=fixed:x\n[Extensions]\nExtendedKeyUsage=clientAuth\n");
  g_assert_true (
      icert_manage_module_reload (ICERT_MANAGE_MODULE (fixture->policy), settings, NULL));
  ask_for (fixture, "User");
  assert_refused (fixture, TRUE, ICERT_ERROR_DENIED, "CertificateTemplate", NULL);
}

static char *
list_profiles (Fixture *fixture, ICertTestServer *caller)
{
  g_auto (GStrv) names = icert_test_server_list_profiles (caller, fixture->policy, NULL);

  g_assert_nonnull (names);
  return g_strjoinv (" ", names);
}

static void
test_lists_profiles (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autoptr (ICertTestServer) caller = icert_test_server_new (0);

  g_test_summary ("A caller is shown the profiles that he may ask for and this CA issues by");
  set_roles (caller, ICERT_ROLE_ADMIN);
  text = list_profiles (fixture, caller);
  g_assert_cmpstr (text, ==, "OCSPSigning");
  icert_test_server_set_ca_property (caller, "CAProfiles", g_variant_new_string ("SubCA"), NULL);
  g_free (text);
  text = list_profiles (fixture, caller);
  g_assert_cmpstr (text, ==, "OCSPSigning SubCA");
}

static void
test_checks_files (Fixture *fixture, gconstpointer data)
{
  static const char bad[] = "[Profile]\nName=X\nColour=blue\n";
  ICertManageModule *module = ICERT_MANAGE_MODULE (fixture->policy);
  g_autoptr (GBytes) bytes = g_bytes_new_static (bad, sizeof bad - 1);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A profile is judged without being loaded");
  g_assert_false (icert_manage_module_check (module, "profile", "/tmp/X.profile", bytes, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "X.profile:3"));
  g_clear_error (&error);
  g_assert_false (icert_manage_module_check (module, "grammar", "X", bytes, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED);
}

static gpointer
verify_many_worker (gpointer data)
{
  Fixture *fixture = data;

  for (int i = 0; i < 200; i++)
    {
      g_autoptr (ICertTestServer) server = new_request ();
      g_autoptr (GError) error = NULL;
      ICertVerdict verdict = ICERT_VERDICT_DENY;

      icert_test_server_set_request_attribute (server, "CertificateTemplate", "WebServer");
      icert_test_server_add_subject (server, CN, "www.example.org", NULL);
      icert_test_server_verify_request (server, fixture->policy, TRUE, &verdict, &error);
      g_assert_no_error (error);
      g_assert_cmpint (verdict, ==, ICERT_VERDICT_PENDING);
    }
  return NULL;
}

static void
test_parallel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ICertSettings) settings = new_settings (fixture);
  GThread *threads[4];

  g_test_summary ("Requests are judged in parallel while the profiles are read again");
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("verify", verify_many_worker, fixture);
  for (int i = 0; i < 20; i++)
    g_assert_true (
        icert_manage_module_reload (ICERT_MANAGE_MODULE (fixture->policy), settings, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
test_before_initialize (void)
{
  g_autoptr (ICertPolicy) policy = g_object_new (POLICY_TYPE_TEMPLATE, NULL);
  g_autoptr (ICertTestServer) server = new_request ();
  g_autoptr (GError) error = NULL;
  ICertVerdict verdict = ICERT_VERDICT_ISSUE;

  g_test_summary ("S-L3: without profiles there is no verdict, which leaves a request pending");
  g_assert_false (icert_test_server_verify_request (server, policy, TRUE, &verdict, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_FAILED);
  g_assert_false (icert_error_is_refusal (error));
  g_assert_cmpint (verdict, ==, ICERT_VERDICT_PENDING);
}

#define ADD(path, function)                                                                        \
  g_test_add ("/policy-template/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("web-server", test_web_server);
  ADD ("web-server-with-names", test_web_server_with_names);
  ADD ("s-c6-critical-names", test_names_without_subject_are_critical);
  ADD ("names-the-choice", test_names_the_choice);
  ADD ("template-extension", test_template_extension);
  ADD ("unreadable-template-extension", test_unreadable_template_extension);
  ADD ("enroll-right", test_enroll_right);
  ADD ("enroll-by-principal", test_enroll_by_principal);
  ADD ("s-b1-key-types", test_key_types);
  ADD ("s-d18-user", test_user);
  ADD ("s-d18-user-without-mail", test_user_without_mail);
  ADD ("s-c4", test_s_c4);
  ADD ("s-c2-wildcard", test_s_c2);
  ADD ("s-c5", test_s_c5);
  ADD ("s-c5-address", test_s_c5_address);
  ADD ("s-c5-twice", test_s_c5_twice);
  ADD ("s-c5-long", test_s_c5_long);
  ADD ("grants", test_grants);
  ADD ("grants-need-names", test_grants_need_names);
  ADD ("s-d1-granted", test_s_d1_granted);
  ADD ("s-d1-validated", test_s_d1_validated);
  ADD ("fixed", test_fixed);
  ADD ("s-d1-power", test_s_d1_power);
  ADD ("s-d1-unreadable", test_unreadable_extensions);
  ADD ("s-d2-harmless", test_harmless_extensions);
  ADD ("s-d3", test_s_d3);
  ADD ("officers-extensions", test_officers_extensions);
  ADD ("s-h1", test_s_h1);
  ADD ("s-h1-cut", test_s_h1_cut);
  ADD ("s-g3", test_s_g3);
  ADD ("broken-profile", test_broken_profile);
  ADD ("s-f5-links", test_refuses_links);
  ADD ("reads-newer-files", test_reads_newer_files);
  ADD ("s-n6-failed-reload", test_failed_reload);
  ADD ("same-name-twice", test_same_name_twice);
  ADD ("lists-profiles", test_lists_profiles);
  ADD ("checks-files", test_checks_files);
  ADD ("parallel", test_parallel);
  g_test_add_func ("/policy-template/s-l3-before-initialize", test_before_initialize);

  return g_test_run ();
}
