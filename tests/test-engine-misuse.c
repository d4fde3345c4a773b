/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>
#include <sys/stat.h>

#include "fake-ca.h"

/* Officers and administrators who err: what they may not do changes nothing, and the CA can be
 * opened afterwards. */

typedef struct
{
  const char *node, *entry;
  const char *value; /* NULL: removed */
  int code;
  const char *field; /* NULL: any */
} BadEntry;

static const BadEntry bad_entries[] = {
  { "Policy", "Chain", "Nonsense.Policy", ICERT_ERROR_UNKNOWN_NAME, "class" },
  { "Policy", "Chain", "Publish.Exit", ICERT_ERROR_MODULE, NULL },
  { "Policy Template.Policy", "Nonsense", "1", ICERT_ERROR_CONFIG, NULL },
  { "Exit", "Modules", "Nonsense.Exit", ICERT_ERROR_UNKNOWN_NAME, "class" },
  { "Store", "Url", "elsewhere/ca.db", ICERT_ERROR_FORBIDDEN_FIELD, "Store" },
  { "Store", "Class", "Nonsense.Store", ICERT_ERROR_FORBIDDEN_FIELD, "Store" },
  { "Key 0", "Url", "keys/9.key", ICERT_ERROR_KEY_UNAVAILABLE, NULL },
  { "Key 7", "Url", "keys/9.key", ICERT_ERROR_KEY_UNAVAILABLE, NULL },
  { "CA", "Name", NULL, ICERT_ERROR_CONFIG, NULL },
  { "CA", "Name", "Other CA", ICERT_ERROR_FORBIDDEN_FIELD, "Name" },
  { "CA", "Type", "subordinate", ICERT_ERROR_FORBIDDEN_FIELD, "Type" },
  { "CA", "Url", "http://a\nName=Other", ICERT_ERROR_CONFIG, NULL },
  { "CA]", "Name", "x", ICERT_ERROR_CONFIG, NULL },
  { "Roles", "", NULL, ICERT_ERROR_FORBIDDEN_FIELD, "Roles" },
  { "Grant web", "dNSName", "**", ICERT_ERROR_CONFIG, NULL },
  { "Grant web", "iPAddress", "192.0.2.0/33", ICERT_ERROR_CONFIG, NULL },
};

static void
test_bad_entries (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  g_autofree char *before = NULL;

  g_test_summary ("A configuration the CA could not be opened with is refused and not written");
  before = fake_ca_read (ca, "ca.conf");
  for (guint i = 0; i < G_N_ELEMENTS (bad_entries); i++)
    {
      const BadEntry *bad = &bad_entries[i];
      g_autoptr (GVariant) value
          = bad->value != NULL ? g_variant_ref_sink (g_variant_new_string (bad->value)) : NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *after = NULL;

      g_test_message ("[%s] %s", bad->node, bad->entry);
      g_assert_false (
          icert_admin_set_config_entry (ca->admin, bad->node, bad->entry, value, NULL, &error));
      fake_assert_error (error, bad->code, bad->field, 0);
      after = fake_ca_read (ca, "ca.conf");
      g_assert_cmpstr (after, ==, before);
    }
  fake_ca_reopen (ca);
}

static void
test_key_gap (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);
  g_autoptr (GVariant) url = g_variant_ref_sink (g_variant_new_string ("keys/0.key"));
  g_autoptr (GError) error = NULL;

  g_test_summary ("Key indexes may have gaps");
  icert_admin_set_config_entry (ca->admin, "Key 7", "Url", url, NULL, &error);
  g_assert_no_error (error);
  fake_ca_reopen (ca);
}

static void
test_writable_by_others (void)
{
  static const char *const names[] = { ".", "ca.conf", "certs", "profiles" };
  g_autoptr (FakeCa) ca = fake_ca_new (NULL);

  g_test_summary ("A CA whose configuration others may write is not opened (S-F5)");
  fake_ca_close (ca);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = fake_ca_path (ca, names[i]);
      struct stat before;
      g_autoptr (GError) error = NULL;

      g_assert_no_errno (stat (path, &before));
      g_assert_no_errno (chmod (path, before.st_mode | S_IWOTH));
      error = fake_ca_open_error (ca);
      fake_assert_error (error, ICERT_ERROR_CONFIG, NULL, 0);
      g_assert_no_errno (chmod (path, before.st_mode & 07777));
    }
  fake_ca_open (ca);
}

typedef struct
{
  const char *oid;
  const char *octets;
  gsize size;
  int code;
} BadExtension;

static const BadExtension bad_extensions[] = {
  { "2.5.29.19", "\x30\x03\x01\x01\xff", 5, ICERT_ERROR_FORBIDDEN_FIELD },
  { "2.5.29.19", "\x05\x00", 2, ICERT_ERROR_FORBIDDEN_FIELD },
  { "2.5.29.14", "\x04\x01\x00", 3, ICERT_ERROR_FORBIDDEN_FIELD },
  { "2.5.29.35", "\x30\x00", 2, ICERT_ERROR_FORBIDDEN_FIELD },
  { "2.5.29.17", "\x30\x00", 2, ICERT_ERROR_MALFORMED },
  { "2.5.29.17", "\xde\xad\xbe\xef", 4, ICERT_ERROR_MALFORMED },
  { "2.5.29.17", "\x30\x05\x82\x03\x61\x0a\x62", 7, ICERT_ERROR_BAD_NAME },
  { "1.2.3.4", "\x05\x00\x05\x00", 4, ICERT_ERROR_MALFORMED },
  { "1.2.3.4", "\xff\xff", 2, ICERT_ERROR_MALFORMED },
};

static void
test_bad_extensions (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Pend.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  gint64 id = fake_ca_submit_for (ca, request, NULL, ICERT_DISPOSITION_UNDER_SUBMISSION);

  g_test_summary ("An officer's extension that could not be signed is refused when it is set");
  for (guint i = 0; i < G_N_ELEMENTS (bad_extensions); i++)
    {
      const BadExtension *bad = &bad_extensions[i];
      g_autoptr (GBytes) value = g_bytes_new (bad->octets, bad->size);
      g_autoptr (GError) error = NULL;

      g_assert_false (icert_admin_set_certificate_extension (
          ca->admin, id, bad->oid, ICERT_EXTENSION_NONE, value, NULL, &error));
      fake_assert_error (error, bad->code, NULL, 0);
    }
  g_assert_cmpint (fake_ca_query_int (ca, "SELECT max(version) FROM requests WHERE id > 0"), ==, 1);
}

static void
test_bad_reason (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Pend.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  gint64 id = fake_ca_submit_for (ca, request, NULL, ICERT_DISPOSITION_UNDER_SUBMISSION);
  g_autofree char *longest = g_strnfill (1025, 'x');
  g_autoptr (GError) error = NULL;

  g_test_summary ("A reason is plain text of bounded length: the requester reads it");
  g_assert_false (icert_admin_deny_request (ca->admin, id, "no\033[31m", NULL, &error));
  fake_assert_error (error, ICERT_ERROR_BAD_NAME, "reason", 0);
  g_clear_error (&error);
  g_assert_false (icert_admin_deny_request (ca->admin, id, longest, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_TOO_LARGE, "reason", 0);
  fake_assert_row (ca, id, 9, NULL);
}

static void
test_two_spellings (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Pend.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (GHashTable) attributes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Two spellings of one attribute are refused: nobody knows which is meant");
  g_hash_table_insert (attributes, (gpointer) "CertificateTemplate", (gpointer) "User");
  g_hash_table_insert (attributes, (gpointer) "certificate-template", (gpointer) "WebServer");
  g_assert_null (
      icert_request_submit (ca->request, ICERT_SUBMIT_NONE, request, attributes, NULL, &error));
  fake_assert_error (error, ICERT_ERROR_MALFORMED, "attributes", 0);
}

static void
test_bad_key (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Pend.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (GError) error = NULL;

  g_test_summary ("An idempotency key has no control character");
  g_assert_null (fake_ca_submit_with_key (ca, request, NULL, "a\nb", &error));
  fake_assert_error (error, ICERT_ERROR_MALFORMED, "idempotency-key", 0);
}

static void
test_cursor_and_sort (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Pend.Policy");
  g_autoptr (GBytes) request = fake_ca_request ("www.example.org");
  g_autoptr (ICertEnumViewRow) rows = NULL;
  g_autoptr (GPtrArray) page = NULL;
  g_autofree char *cursor = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Another order lets go of the cursor, no order too");
  fake_ca_submit_for (ca, request, NULL, ICERT_DISPOSITION_UNDER_SUBMISSION);
  fake_ca_submit_for (ca, request, NULL, ICERT_DISPOSITION_UNDER_SUBMISSION);
  g_assert_true (icert_view_set_sort (ca->view, "SubmittedWhen", ICERT_SORT_DESCEND, NULL));
  rows = icert_view_open_view (ca->view, NULL, NULL);
  page = icert_enum_view_row_next (rows, 1, NULL, NULL);
  g_object_get (rows, "cursor", &cursor, NULL);
  g_assert_true (icert_view_set_cursor (ca->view, cursor, NULL));
  g_assert_true (icert_view_set_sort (ca->view, "RequestID", ICERT_SORT_NONE, NULL));
  g_clear_object (&rows);
  g_clear_pointer (&page, g_ptr_array_unref);
  rows = icert_view_open_view (ca->view, NULL, &error);
  g_assert_no_error (error);
  page = icert_enum_view_row_next (rows, 10, NULL, &error);
  g_assert_no_error (error);
  /* the CA's own certificate comes first */
  g_assert_cmpint (page->len, ==, 3);
}

static void
test_many_columns (void)
{
  g_autoptr (FakeCa) ca = fake_ca_new ("Pend.Policy");
  g_auto (GStrv) names = g_new0 (char *, 257);
  g_autoptr (GError) error = NULL;

  g_test_summary ("More columns than a table has are refused before the store sees them");
  for (guint i = 0; i < 256; i++)
    names[i] = g_strdup ("RequestID");
  g_assert_false (icert_view_set_columns (ca->view, (const char *const *) names, &error));
  fake_assert_error (error, ICERT_ERROR_TOO_LARGE, "columns", 0);
}

int
main (int argc, char **argv)
{
  fake_ca_init (&argc, &argv);
  g_test_add_func ("/engine/misuse/config", test_bad_entries);
  g_test_add_func ("/engine/misuse/key-gap", test_key_gap);
  g_test_add_func ("/engine/misuse/writable-by-others/S-F5", test_writable_by_others);
  g_test_add_func ("/engine/misuse/extensions", test_bad_extensions);
  g_test_add_func ("/engine/misuse/reason/S-A7", test_bad_reason);
  g_test_add_func ("/engine/misuse/two-spellings/S-A5", test_two_spellings);
  g_test_add_func ("/engine/misuse/idempotency-key/S-A7", test_bad_key);
  g_test_add_func ("/engine/misuse/cursor-and-sort", test_cursor_and_sort);
  g_test_add_func ("/engine/misuse/many-columns/S-A1", test_many_columns);
  return fake_ca_run ();
}
