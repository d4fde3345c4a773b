/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "fake-folder.h"
#include "icert-error.h"
#include "icert-manage-module.h"
#include "icert-open.h"
#include "icert-policy.h"
#include "icert-registry.h"

/* What a policy is given; the fixtures do not look into it. */
typedef struct
{
  GObject parent_instance;
} FakeServer;

typedef struct
{
  GObjectClass parent_class;
} FakeServerClass;

static GType fake_server_get_type (void);

static void
fake_server_iface_init (gpointer iface, gpointer data)
{
}

G_DEFINE_TYPE_WITH_CODE (FakeServer,
                         fake_server,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (ICERT_TYPE_SERVER, fake_server_iface_init)
                             G_IMPLEMENT_INTERFACE (ICERT_TYPE_SERVER_POLICY,
                                                    fake_server_iface_init))

static void
fake_server_class_init (FakeServerClass *klass)
{
}

static void
fake_server_init (FakeServer *self)
{
}

static ICertRegistry *
fixtures (void)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_BUILT, "fixtures", "modules", NULL);
  g_autoptr (GError) error = NULL;
  ICertRegistry *registry = icert_registry_new ((const char *[]){ folder, NULL }, &error);

  g_assert_no_error (error);
  return registry;
}

/* The module is refused with @code, by an error that names its file and has @text. */
static void
assert_refused (const char *class_id, ICertError code, const char *file, const char *text)
{
  g_autoptr (ICertRegistry) registry = fixtures ();
  g_autoptr (GError) error = NULL;

  g_assert_null (icert_registry_create_object (registry, class_id, NULL, NULL, &error));
  g_assert_error (error, ICERT_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, file));
  g_assert_nonnull (strstr (error->message, text));
  g_clear_error (&error);

  /* and it stays refused */
  g_assert_null (icert_registry_create_object (registry, class_id, NULL, NULL, &error));
  g_assert_error (error, ICERT_ERROR, (int) code);
}

static void
assert_judges (ICertPolicy *policy)
{
  g_autoptr (GObject) server = g_object_new (fake_server_get_type (), NULL);
  g_autoptr (GError) error = NULL;
  ICertVerdict verdict = ICERT_VERDICT_PENDING;

  g_assert_true (
      icert_policy_verify_request (policy, ICERT_SERVER_POLICY (server), TRUE, &verdict, &error));
  g_assert_no_error (error);
  g_assert_cmpint (verdict, ==, ICERT_VERDICT_ISSUE);
}

static void
test_good (void)
{
  g_autoptr (ICertRegistry) registry = fixtures ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) object = NULL;
  g_autofree char *description = NULL;

  g_test_summary ("A module is loaded when an object of its class is wanted, and judges");
  object = icert_registry_create_module (registry, "Good.Policy", "ICertPolicy", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (G_OBJECT_TYPE_NAME (object), ==, "GoodPolicy");
  description = icert_policy_get_description (ICERT_POLICY (object));
  g_assert_cmpstr (description, ==, "good");
  assert_judges (ICERT_POLICY (object));
}

static gpointer
load_worker (gpointer data)
{
  g_autoptr (GError) error = NULL;
  GObject *object = icert_registry_create_object (data, "Good.Policy", NULL, NULL, &error);

  g_assert_no_error (error);
  return object;
}

static void
test_threads (void)
{
  g_autoptr (ICertRegistry) registry = fixtures ();
  GThread *threads[8];

  g_test_summary ("Threads that want a class at once get objects of one type");
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("load", load_worker, registry);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autoptr (GObject) object = g_thread_join (threads[i]);

      g_assert_cmpuint (G_OBJECT_TYPE (object), ==, g_type_from_name ("GoodPolicy"));
    }
}

static void
test_wanted_interface (void)
{
  g_autoptr (ICertRegistry) registry = fixtures ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("A class that does not promise an interface is not used for it");
  g_assert_null (icert_registry_create_module (registry, "Good.Policy", "ICertExit", &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_MODULE);
  g_assert_nonnull (strstr (error->message, "good.module"));
}

static void
test_describe (void)
{
  g_autoptr (ICertRegistry) registry = fixtures ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) facts = NULL;
  g_autoptr (GVariant) settings = NULL;
  g_autoptr (GVariant) row = NULL;
  g_autofree const char **interfaces = NULL;
  const char *name = NULL;
  const char *fallback = NULL;

  g_test_summary ("A class describes its interfaces and settings before it is configured");
  facts = icert_registry_describe_class (registry, "Good.Policy", &error);
  g_assert_no_error (error);
  g_assert_true (g_variant_lookup (facts, "interfaces", "^a&s", &interfaces));
  g_assert_true (g_strv_contains (interfaces, "ICertPolicy"));
  g_assert_true (g_strv_contains (interfaces, "ICertManageModule"));
  g_assert_true (g_variant_lookup (facts, "settings", "@aa{sv}", &settings));
  row = g_variant_get_child_value (settings, 0);
  g_assert_true (g_variant_lookup (row, "name", "&s", &name));
  g_assert_true (g_variant_lookup (row, "default", "&s", &fallback));
  g_assert_cmpstr (name, ==, "Greeting");
  g_assert_cmpstr (fallback, ==, "hello");
}

static void
test_old_vtable (void)
{
  g_autoptr (ICertRegistry) registry = fixtures ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) object = NULL;
  g_autoptr (GObject) caller = g_object_new (fake_server_get_type (), NULL);
  g_autofree char *description = NULL;
  g_auto (GStrv) profiles = NULL;

  g_test_summary ("A module built against an earlier, shorter vtable loads and works, and what it "
                  "does not know has its default");
  object = icert_registry_create_module (registry, "Old.Policy", "ICertPolicy", &error);
  g_assert_no_error (error);
  assert_judges (ICERT_POLICY (object));
  description = icert_policy_get_description (ICERT_POLICY (object));
  g_assert_cmpstr (description, ==, "A policy of yesterday");
  g_assert_null (icert_policy_get_manage_module (ICERT_POLICY (object)));
  profiles = icert_policy_list_profiles (ICERT_POLICY (object), ICERT_SERVER (caller), &error);
  g_assert_no_error (error);
  g_assert_cmpstrv (profiles, ((const char *[]){ NULL }));
  icert_policy_shutdown (ICERT_POLICY (object));
}

static void
test_wrong_abi (void)
{
  g_test_summary ("S-L1: a module of another ABI is refused by name");
  assert_refused ("WrongAbi.Policy", ICERT_ERROR_MODULE, "wrong-abi.so: ", "ABI 2");
}

static void
test_wrong_abi_in_manifest (void)
{
  g_autoptr (FakeFolder) folder = fake_folder_new ();
  g_autoptr (ICertRegistry) registry = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-L1: a manifest of another ABI is enough to refuse it, unopened");
  fake_folder_write (folder, "later.module",
                     "[Module]\nName=later\nAbi=2\nLibrary=later\n"
                     "[Class Later.Policy]\nType=LaterPolicy\nInterfaces=ICertPolicy\n");
  fake_folder_write (folder, "later.so", "");
  registry = icert_registry_new ((const char *[]){ folder->path, NULL }, &error);
  g_assert_no_error (error);
  g_assert_null (icert_registry_create_object (registry, "Later.Policy", NULL, NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_MODULE);
  g_assert_nonnull (strstr (error->message, "later.module: "));
  g_assert_nonnull (strstr (error->message, "ABI 2"));
}

static void
test_no_table (void)
{
  g_test_summary ("S-L1: a library without the table is no module");
  assert_refused ("NoTable.Policy", ICERT_ERROR_MODULE, "no-table.so: ", "icert_module");
}

static void
test_short_table (void)
{
  g_test_summary ("S-L1: a table that is too short is not read");
  assert_refused ("ShortTable.Policy", ICERT_ERROR_MODULE, "short-table.so: ", "8 octets");
}

static void
test_misnamed (void)
{
  g_test_summary ("S-L1: a library that calls itself otherwise than its manifest is refused");
  assert_refused ("Misnamed.Policy", ICERT_ERROR_MODULE, "misnamed.so: ", "somebody-else");
}

static void
test_foreign_type (void)
{
  g_test_summary ("S-L1: a type that another library makes is refused");
  assert_refused ("ForeignType.Policy", ICERT_ERROR_MODULE, "foreign-type.so: ", "foreign type");
}

static void
test_clash (void)
{
  g_autoptr (ICertRegistry) registry = fixtures ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) good = NULL;

  g_test_summary ("S-L1: a module with the type name of another does not get the other's class");
  good = icert_registry_create_object (registry, "Good.Policy", NULL, NULL, &error);
  g_assert_no_error (error);
  assert_refused ("Clash.Policy", ICERT_ERROR_MODULE, "clash.so: ", "GoodPolicy");
}

static void
test_lying (void)
{
  g_test_summary ("S-L1: an interface that the manifest promises and the type lacks is refused");
  assert_refused ("Lying.Policy", ICERT_ERROR_MODULE, "lying.so: ", "ICertExit");
}

static void
test_unlisted (void)
{
  g_test_summary ("S-L1: a class that is not in the module's table is refused");
  assert_refused ("Unlisted.Policy", ICERT_ERROR_MODULE, "unlisted.so: ", "UnlistedPolicy");
}

static void
test_not_elf (void)
{
  g_autoptr (FakeFolder) folder = fake_folder_new ();
  g_autoptr (ICertRegistry) registry = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A file that is no library is refused by name");
  fake_folder_write (folder, "text.module",
                     "[Module]\nName=text\nAbi=1\nLibrary=text\n"
                     "[Class Text.Policy]\nType=TextPolicy\nInterfaces=ICertPolicy\n");
  fake_folder_write (folder, "text.so", "not ELF");
  registry = icert_registry_new ((const char *[]){ folder->path, NULL }, &error);
  g_assert_no_error (error);
  g_assert_null (icert_registry_create_object (registry, "Text.Policy", NULL, NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_MODULE);
  g_assert_nonnull (strstr (error->message, "text.so: "));
}

/* A good module in a folder of its own, so that its files can be spoilt */
static void
assert_spoilt (const char *name, int mode)
{
  g_autofree char *library
      = g_test_build_filename (G_TEST_BUILT, "fixtures", "modules", "old-abi.so", NULL);
  g_autoptr (FakeFolder) folder = fake_folder_new ();
  g_autoptr (ICertRegistry) registry = NULL;
  g_autoptr (GError) error = NULL;

  fake_folder_copy (folder, library, "m/copy.so");
  fake_folder_write (folder, "m/copy.module",
                     "[Module]\nName=copy\nAbi=1\nLibrary=copy\n"
                     "[Class Copy.Policy]\nType=OldPolicy\nInterfaces=ICertPolicy\n");
  {
    g_autofree char *modules = fake_folder_path (folder, "m");

    registry = icert_registry_new ((const char *[]){ modules, NULL }, &error);
    g_assert_no_error (error);
  }
  fake_folder_chmod (folder, name, mode);
  g_assert_null (icert_registry_create_object (registry, "Copy.Policy", NULL, NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "written by others"));
}

static void
test_spoilt_later (void)
{
  g_test_summary ("S-L1, S-F5: library and folder are judged again when the code is opened");
  assert_spoilt ("m/copy.so", 0666);
  assert_spoilt ("m", 0777);
}

static void
assert_opened (GObject *object, const char *config, const char *address)
{
  g_autofree char *its_config = NULL;
  g_autofree char *its_address = NULL;
  gboolean initialised = FALSE;

  g_object_get (object, "config", &its_config, "address", &its_address, "initialised", &initialised,
                NULL);
  g_assert_true (initialised);
  g_assert_cmpstr (its_config, ==, config);
  g_assert_cmpstr (its_address, ==, address);
}

static void
write_record (FakeFolder *folder, const char *name, const char *config, const char *rest)
{
  g_autofree char *file = g_strdup_printf ("%s.conf", name);
  g_autofree char *text = g_strdup_printf (
      "[Certification Authority]\nConfig=%s\nAddress=local:/srv/%s\n%s", config, name, rest);

  fake_folder_write (folder, file, text);
}

/* Records lie in the folder of the user, which is the test's own; freeing it removes them. */
static FakeFolder *
users_records (void)
{
  FakeFolder *folder = g_new0 (FakeFolder, 1);

  folder->path = g_build_filename (g_get_user_config_dir (), "icert", "ca.d", NULL);
  g_assert_no_errno (g_mkdir_with_parents (folder->path, 0755));
  return folder;
}

static void
test_opens_records (void)
{
  static const char *const forms[] = { "localhost\\Demo CA", "LOCALHOST/Demo CA", "Demo CA" };
  g_autoptr (FakeFolder) records = users_records ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("An opener finds the CA's record, and its address chooses the class");
  write_record (records, "demo", "localhost\\Demo CA", "");
  write_record (records, "other", "localhost\\Other CA", "Default=true\n");
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autoptr (ICertRequest) request = icert_request_open (forms[i], NULL, &error);

      g_assert_no_error (error);
      assert_opened (G_OBJECT (request), "localhost\\Demo CA", "local:/srv/demo");
    }
  {
    g_autoptr (ICertRequest) request = icert_request_open (NULL, NULL, &error);

    g_assert_no_error (error);
    assert_opened (G_OBJECT (request), "localhost\\Other CA", "local:/srv/other");
  }
  g_setenv ("ICERT_CONFIG", "Demo CA", TRUE);
  {
    g_autoptr (ICertRequest) request = icert_request_open (NULL, NULL, &error);

    g_assert_no_error (error);
    assert_opened (G_OBJECT (request), "localhost\\Demo CA", "local:/srv/demo");
  }
  g_unsetenv ("ICERT_CONFIG");
}

static void
test_opens_address (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertRequest) folder = icert_request_open ("local:/srv/../srv/ca", NULL, &error);
  g_autoptr (ICertRequest) socket = NULL;

  g_test_summary ("An address opens a CA that has no record");
  g_assert_no_error (error);
  assert_opened (G_OBJECT (folder), NULL, "local:/srv/ca");
  socket = icert_request_open ("unix:path=/run/ca", NULL, &error);
  g_assert_no_error (error);
  assert_opened (G_OBJECT (socket), NULL, "unix:path=/run/ca");
}

static void
test_no_default (void)
{
  g_autoptr (FakeFolder) records = users_records ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("Without a default the error lists the CAs there are");
  g_assert_null (icert_request_open (NULL, NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_FOUND);
  g_clear_error (&error);

  write_record (records, "demo", "localhost\\Demo CA", "");
  {
    g_autoptr (ICertRequest) request = icert_request_open (NULL, NULL, &error);

    g_assert_no_error (error);
    assert_opened (G_OBJECT (request), "localhost\\Demo CA", "local:/srv/demo");
  }

  write_record (records, "other", "elsewhere\\Demo CA", "");
  g_assert_null (icert_request_open (NULL, NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "localhost\\Demo CA"));
  g_assert_nonnull (strstr (error->message, "elsewhere\\Demo CA"));
  g_clear_error (&error);
  g_assert_null (icert_request_open ("Demo CA", NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "more than one"));
  g_clear_error (&error);
  g_assert_null (icert_request_open ("localhost\\No CA", NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "elsewhere\\Demo CA"));
}

static void
test_not_supported (void)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("An opener that gets an object without its interface says NOT_SUPPORTED");
  g_assert_null (icert_view_open ("local:/srv/ca", NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_null (icert_admin_open ("local:/srv/ca", NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_UNKNOWN_NAME);
  g_clear_error (&error);
  g_assert_null (icert_request_open ("dbus:system", NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_UNKNOWN_NAME);
}

static void
test_initable (void)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("An object that cannot be initialised is not given out, whatever it says");
  g_assert_null (icert_request_open ("local:/srv/locked", NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_BUSY);
  g_clear_error (&error);
  g_assert_null (icert_request_open ("local:/srv/silent", NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_MODULE);
}

static void
test_setup (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertSetup) setup = icert_setup_open (NULL, &error);

  g_test_summary ("The setup needs no CA");
  g_assert_no_error (error);
  assert_opened (G_OBJECT (setup), NULL, NULL);
}

int
main (int argc, char **argv)
{
  g_autoptr (FakeFolder) home = fake_folder_new ();
  g_autofree char *client = NULL;

  /* not G_TEST_OPTION_ISOLATE_DIRS, which leaks a little for every test */
  g_setenv ("XDG_CONFIG_HOME", home->path, TRUE);
  g_setenv ("XDG_DATA_HOME", home->path, TRUE);
  g_test_init (&argc, &argv, NULL);
  client = g_test_build_filename (G_TEST_BUILT, "fixtures", "modules", "client", NULL);
  g_setenv ("ICERT_MODULE_PATH", client, TRUE);
  g_unsetenv ("ICERT_CONFIG");

  g_test_add_func ("/loader/good", test_good);
  g_test_add_func ("/loader/threads", test_threads);
  g_test_add_func ("/loader/wanted-interface", test_wanted_interface);
  g_test_add_func ("/loader/describe", test_describe);
  g_test_add_func ("/loader/old-vtable", test_old_vtable);
  g_test_add_func ("/loader/S-L1/wrong-abi", test_wrong_abi);
  g_test_add_func ("/loader/S-L1/wrong-abi-in-manifest", test_wrong_abi_in_manifest);
  g_test_add_func ("/loader/S-L1/no-table", test_no_table);
  g_test_add_func ("/loader/S-L1/short-table", test_short_table);
  g_test_add_func ("/loader/S-L1/misnamed", test_misnamed);
  g_test_add_func ("/loader/S-L1/foreign-type", test_foreign_type);
  g_test_add_func ("/loader/S-L1/clash", test_clash);
  g_test_add_func ("/loader/S-L1/lying", test_lying);
  g_test_add_func ("/loader/S-L1/unlisted", test_unlisted);
  g_test_add_func ("/loader/not-elf", test_not_elf);
  g_test_add_func ("/loader/S-L1/spoilt-later", test_spoilt_later);
  g_test_add_func ("/loader/opens-records", test_opens_records);
  g_test_add_func ("/loader/opens-address", test_opens_address);
  g_test_add_func ("/loader/no-default", test_no_default);
  g_test_add_func ("/loader/not-supported", test_not_supported);
  g_test_add_func ("/loader/initable", test_initable);
  g_test_add_func ("/loader/setup", test_setup);
  return g_test_run ();
}
