/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "fake-folder.h"
#include "icert-error.h"
#include "icert-registry.h"

#define MODULE(name)                                                                               \
  "[Module]\nName=" name "\nAbi=1\nLibrary=" name "\n[Class " name ".Policy]\nType=SomePolicy\n"   \
  "Interfaces=ICertPolicy\n"
#define HEAD "[Module]\nName=some\nAbi=1\nLibrary=some\n"
#define CLASS "[Class Some.Policy]\nType=SomePolicy\nInterfaces=ICertPolicy\n"

static ICertRegistry *
registry_of (FakeFolder *folder)
{
  g_autoptr (GError) error = NULL;
  ICertRegistry *registry = icert_registry_new ((const char *[]){ folder->path, NULL }, &error);

  g_assert_no_error (error);
  return registry;
}

/* A manifest and the library it names, which need not be one as long as nobody opens it */
static void
write_module (FakeFolder *folder, const char *name, const char *manifest)
{
  g_autofree char *module = g_strconcat (name, ".module", NULL);
  g_autofree char *library = g_strconcat (name, ".so", NULL);

  fake_folder_write (folder, module, manifest);
  fake_folder_write (folder, library, "");
}

static void
assert_problem (ICertRegistry *registry, const char *one, const char *other)
{
  g_auto (GStrv) problems = icert_registry_list_problems (registry);

  g_assert_cmpuint (g_strv_length (problems), ==, 1);
  g_assert_nonnull (strstr (problems[0], one));
  g_assert_nonnull (strstr (problems[0], other));
  g_assert_null (strchr (problems[0], '\n'));
}

static void
assert_found (ICertRegistry *registry, const char *class_id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertClassInfo) info = icert_registry_find_class (registry, class_id, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (info);
}

static void
assert_unknown (ICertRegistry *registry, const char *class_id)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (icert_registry_find_class (registry, class_id, NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_UNKNOWN_NAME);
}

static void
test_reads (void)
{
  g_autoptr (FakeFolder) folder = fake_folder_new ();
  g_autoptr (ICertRegistry) registry = NULL;
  g_autoptr (ICertClassInfo) info = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) interfaces = NULL;
  g_auto (GStrv) problems = NULL;
  g_autofree char *module = NULL;
  g_autofree char *version = NULL;
  g_autofree char *description = NULL;
  g_autofree char *host = NULL;
  g_autofree char *threads = NULL;
  g_autofree char *path = NULL;
  g_autofree char *expected = fake_folder_path (folder, "some.module");

  g_test_summary ("A manifest is read without opening the library it names");
  write_module (folder, "some",
                HEAD "Version=1.2\nHost=engine\nDescription=Judges\n"
                     "[Class Some.Policy]\nType=SomePolicy\n"
                     "Interfaces=ICertPolicy;ICertManageModule\nThreads=any\nDeadline=2min\n");
  registry = registry_of (folder);
  problems = icert_registry_list_problems (registry);
  g_assert_cmpstrv (problems, ((const char *[]){ NULL }));
  info = icert_registry_find_class (registry, "Some.Policy", NULL, &error);
  g_assert_no_error (error);
  interfaces = icert_class_info_list_interfaces (info);
  g_assert_cmpstrv (interfaces, ((const char *[]){ "ICertPolicy", "ICertManageModule", NULL }));
  g_object_get (info, "module", &module, "version", &version, "description", &description, "host",
                &host, "threads", &threads, "path", &path, NULL);
  g_assert_cmpstr (module, ==, "some");
  g_assert_cmpstr (version, ==, "1.2");
  g_assert_cmpstr (description, ==, "Judges");
  g_assert_cmpstr (host, ==, "engine");
  g_assert_cmpstr (threads, ==, "any");
  g_assert_cmpstr (path, ==, expected);
  g_assert_cmpuint (icert_class_info_get_deadline (info), ==, 120);
}

static void
test_lists (void)
{
  g_autoptr (FakeFolder) folder = fake_folder_new ();
  g_autoptr (ICertRegistry) registry = NULL;
  g_autoptr (GListModel) classes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) ids = g_string_new (NULL);

  g_test_summary ("Classes are listed by id, those of libicert with them");
  write_module (folder, "b",
                "[Module]\nName=b\nAbi=1\nLibrary=b\n"
                "[Class Z.Policy]\nType=ZPolicy\nInterfaces=ICertPolicy\n"
                "[Class A.Policy]\nType=APolicy\nInterfaces=ICertPolicy\n");
  registry = registry_of (folder);
  classes = icert_registry_list_classes (registry, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < g_list_model_get_n_items (classes); i++)
    {
      g_autoptr (ICertClassInfo) info = g_list_model_get_item (classes, i);
      g_autofree char *id = icert_class_info_get_class_id (info);

      g_string_append_printf (ids, "%s ", id);
    }
  g_assert_cmpstr (ids->str, ==, "A.Policy CertificateAuthority.Config Z.Policy ");
}

static void
test_unknown_class (void)
{
  g_autoptr (FakeFolder) folder = fake_folder_new ();
  g_autoptr (ICertRegistry) registry = registry_of (folder);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A class that nobody registered is UNKNOWN_NAME");
  g_assert_null (icert_registry_create_object (registry, "No.Such", NULL, NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_UNKNOWN_NAME);
  g_assert_nonnull (strstr (error->message, "No.Such"));
}

static void
test_broken_hides_no_other (void)
{
  g_autoptr (FakeFolder) folder = fake_folder_new ();
  g_autoptr (ICertRegistry) registry = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A broken manifest is a problem with file and line, and hides no other");
  write_module (folder, "a", MODULE ("a"));
  write_module (folder, "some", HEAD "Colour=red\n" CLASS);
  write_module (folder, "z", MODULE ("z"));
  registry = registry_of (folder);
  assert_found (registry, "a.Policy");
  assert_found (registry, "z.Policy");
  assert_problem (registry, "some.module:5: ", "Colour");
  g_assert_null (icert_registry_find_class (registry, "Some.Policy", NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_UNKNOWN_NAME);
  g_assert_nonnull (strstr (error->message, "some.module:5: "));
}

typedef struct
{
  const char *manifest;
  const char *place;
  const char *text;
} Broken;

static const Broken broken[] = {
  { HEAD CLASS "Colour=red\n", "some.module:8:", "unknown key" },
  { HEAD CLASS "[Colours]\n", "some.module:8:", "unknown group" },
  { HEAD "Abi=1\n" CLASS, "some.module:5:", "twice" },
  { HEAD CLASS CLASS, "some.module:8:", "twice" },
  { HEAD "Description=\xff\n" CLASS, "some.module:5:", "UTF-8" },
  { HEAD, "some.module:", "no class" },
  { CLASS, "some.module:", "no Name" },
  { "[Module]\nName=some\nLibrary=some\n" CLASS, "some.module:1:", "no Abi" },
  { "[Module]\nName=some\nAbi=one\nLibrary=some\n" CLASS, "some.module:3:", "Abi" },
  { "[Module]\nName=some\nAbi=1\n" CLASS, "some.module:1:", "neither" },
  { HEAD "Script=x.py\nLanguage=python\n" CLASS, "some.module:5:", "both" },
  { HEAD "Language=python\n" CLASS, "some.module:5:", "Language" },
  { "[Module]\nName=some\nAbi=1\nScript=x.py\n" CLASS, "some.module:1:", "Language" },
  { "[Module]\nName=some\nAbi=1\nScript=x.rb\nLanguage=ruby\n" CLASS, "some.module:5:", "python" },
  { "[Module]\nName=some\nAbi=1\nScript=x.py\nLanguage=python\nHost=engine\n" CLASS,
    "some.module:6:", "process" },
  { "[Module]\nName=other\nAbi=1\nLibrary=some\n" CLASS, "some.module:2:", "name of the file" },
  { "[Module]\nName=So Me\nAbi=1\nLibrary=some\n" CLASS, "some.module:2:", "So Me" },
  { "[Module]\nName=some\nAbi=1\nLibrary=../evil\n" CLASS, "some.module:4:", "../evil" },
  { "[Module]\nName=some\nAbi=1\nScript=/bin/sh\nLanguage=python\n" CLASS,
    "some.module:4:", "/bin/sh" },
  { HEAD "Host=nowhere\n" CLASS, "some.module:5:", "engine or process" },
  { HEAD "[Class Some]\nType=SomePolicy\nInterfaces=ICertPolicy\n",
    "some.module:5:", "App.Policy" },
  { HEAD "[Class Some.Policy]\nInterfaces=ICertPolicy\n", "some.module:5:", "no Type" },
  { HEAD "[Class Some.Policy]\nType=x\nInterfaces=ICertPolicy\n", "some.module:6:", "GType" },
  { HEAD "[Class Some.Policy]\nType=SomePolicy\n", "some.module:5:", "no Interfaces" },
  { HEAD "[Class Some.Policy]\nType=SomePolicy\nInterfaces=;\n", "some.module:7:", "Interfaces" },
  { HEAD "[Class Some.Policy]\nType=SomePolicy\nInterfaces=ICertPolicy;ICertPolicy\n",
    "some.module:7:", "twice" },
  { HEAD CLASS "Threads=many\n", "some.module:8:", "main-context" },
  { HEAD CLASS "Deadline=0s\n", "some.module:8:", "1h" },
  { HEAD CLASS "Deadline=1mo\n", "some.module:8:", "1h" },
  { HEAD CLASS "Deadline=soon\n", "some.module:8:", "soon" },
  { HEAD CLASS "Memory=1MiB\n", "some.module:8:", "Host=process" },
  { HEAD CLASS "Grants=network\n", "some.module:8:", "Host=process" },
  { HEAD "Host=process\n" CLASS "Memory=lots\n", "some.module:9:", "lots" },
  { HEAD "Host=process\n" CLASS "Grants=root\n", "some.module:9:", "root" },
  { HEAD CLASS "Address=Local\n", "some.module:8:", "Local" },
};

static void
test_strict (void)
{
  g_test_summary ("S-N6: whatever a manifest may not say is CONFIG with file and line");
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (FakeFolder) folder = fake_folder_new ();
      g_autoptr (ICertRegistry) registry = NULL;

      write_module (folder, "some", broken[i].manifest);
      g_test_message ("%u: %s", i, broken[i].text);
      registry = registry_of (folder);
      assert_problem (registry, broken[i].place, broken[i].text);
      assert_unknown (registry, "Some.Policy");
    }
}

static void
test_process_host (void)
{
  g_autoptr (FakeFolder) folder = fake_folder_new ();
  g_autoptr (ICertRegistry) registry = NULL;
  g_autoptr (ICertClassInfo) info = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *host = NULL;
  g_autofree char *threads = NULL;

  g_test_summary ("S-L1: scripts and classes of a host are listed, and not made in this process");
  fake_folder_write (folder, "script.module",
                     "[Module]\nName=script\nAbi=1\nScript=script.py\nLanguage=python\n"
                     "[Class Script.Policy]\nType=ScriptPolicy\nInterfaces=ICertPolicy\n"
                     "Memory=256MiB\nGrants=network;read:/etc/hosts\n");
  fake_folder_write (folder, "script.py", "import sys\n");
  write_module (folder, "some", HEAD "Host=process\n" CLASS);
  registry = registry_of (folder);
  info = icert_registry_find_class (registry, "Script.Policy", NULL, &error);
  g_assert_no_error (error);
  host = icert_class_info_get_host (info);
  threads = icert_class_info_get_threads (info);
  g_assert_cmpstr (host, ==, "process");
  g_assert_cmpstr (threads, ==, "main-context");
  g_assert_null (icert_registry_create_object (registry, "Script.Policy", NULL, NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_null (icert_registry_create_module (registry, "Some.Policy", "ICertPolicy", &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED);
}

static void
test_writable_manifest (void)
{
  static const int modes[] = { 0664, 0646, 0666 };

  g_test_summary ("S-L1, S-F5: a manifest that others may write is refused by name");
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autoptr (FakeFolder) folder = fake_folder_new ();
      g_autoptr (ICertRegistry) registry = NULL;

      write_module (folder, "a", MODULE ("a"));
      write_module (folder, "some", HEAD CLASS);
      fake_folder_chmod (folder, "some.module", modes[i]);
      registry = registry_of (folder);
      assert_problem (registry, "some.module: ", "written by others");
      assert_unknown (registry, "Some.Policy");
      assert_found (registry, "a.Policy");
    }
}

static void
test_writable_folder (void)
{
  g_autoptr (FakeFolder) folder = fake_folder_new ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-L1, S-F5: a folder that others may write is refused");
  write_module (folder, "some", HEAD CLASS);
  fake_folder_chmod (folder, ".", 0777);
  g_assert_null (icert_registry_new ((const char *[]){ folder->path, NULL }, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, folder->path));
  g_clear_error (&error);
  fake_folder_chmod (folder, ".", 01777);
  g_assert_null (icert_registry_new ((const char *[]){ folder->path, NULL }, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
}

static void
test_writable_library (void)
{
  g_autoptr (FakeFolder) folder = fake_folder_new ();
  g_autoptr (ICertRegistry) registry = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("S-L1, S-F5: a library that others may write is a problem, and is not opened");
  write_module (folder, "some", HEAD CLASS);
  fake_folder_chmod (folder, "some.so", 0666);
  registry = registry_of (folder);
  assert_problem (registry, "some.so: ", "written by others");
  assert_found (registry, "Some.Policy");
  g_assert_null (icert_registry_create_object (registry, "Some.Policy", NULL, NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "some.so: "));
}

static void
test_foreign_owner (void)
{
  g_autoptr (FakeFolder) folder = fake_folder_new ();
  g_autoptr (ICertRegistry) registry = NULL;
  g_autofree char *path = fake_folder_path (folder, "some.module");

  g_test_summary ("S-L1, S-F5: a manifest of another user is refused");
  if (geteuid () != 0)
    {
      g_test_skip ("only root can give files away");
      return;
    }
  write_module (folder, "some", HEAD CLASS);
  g_assert_no_errno (chown (path, 12345, (gid_t) -1));
  registry = registry_of (folder);
  assert_problem (registry, "some.module: ", "uid 12345");
}

static void
test_links (void)
{
  g_autoptr (FakeFolder) folder = fake_folder_new ();
  g_autoptr (FakeFolder) other = fake_folder_new ();
  g_autoptr (ICertRegistry) registry = NULL;
  g_autoptr (ICertRegistry) second = NULL;
  g_autofree char *target = fake_folder_path (other, "some.module");
  g_autofree char *link = fake_folder_path (folder, "some.module");
  g_autofree char *library = fake_folder_path (folder, "some.so");
  g_autofree char *pipe = fake_folder_path (folder, "some.module");

  g_test_summary ("S-F5: symbolic links and pipes in place of manifest or library are refused");
  write_module (other, "some", HEAD CLASS);
  g_assert_no_errno (symlink (target, link));
  registry = registry_of (folder);
  assert_problem (registry, "some.module: ", "symbolic link");

  g_assert_no_errno (g_unlink (link));
  g_assert_no_errno (symlink (target, library));
  fake_folder_write (folder, "some.module", HEAD CLASS);
  second = registry_of (folder);
  assert_problem (second, "some.so: ", "symbolic link");
  g_clear_object (&second);

  g_assert_no_errno (g_unlink (library));
  g_assert_no_errno (g_unlink (link));
  g_assert_no_errno (mkfifo (pipe, 0644));
  second = registry_of (folder);
  assert_problem (second, "some.module: ", "regular file");
}

static void
test_missing_library (void)
{
  g_autoptr (FakeFolder) folder = fake_folder_new ();
  g_autoptr (ICertRegistry) registry = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A library that is not there is named, when listed and when wanted");
  fake_folder_write (folder, "some.module", HEAD CLASS);
  registry = registry_of (folder);
  assert_problem (registry, "some.so: ", "No such file");
  g_assert_null (icert_registry_create_object (registry, "Some.Policy", NULL, NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "some.so: "));
}

static void
test_duplicate (void)
{
  g_autoptr (FakeFolder) folder = fake_folder_new ();
  g_autoptr (ICertRegistry) registry = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "S-L1: a class that two modules register is an error that names both, and unused");
  write_module (folder, "some", HEAD CLASS);
  write_module (folder, "z", "[Module]\nName=z\nAbi=1\nLibrary=z\n" CLASS);
  write_module (folder, "a", MODULE ("a"));
  registry = registry_of (folder);
  assert_problem (registry, "/some.module", "/z.module");
  g_assert_null (icert_registry_create_object (registry, "Some.Policy", NULL, NULL, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "/some.module"));
  g_assert_nonnull (strstr (error->message, "/z.module"));
  assert_found (registry, "a.Policy");
}

static void
test_addresses (void)
{
  g_autoptr (FakeFolder) folder = fake_folder_new ();
  g_autoptr (ICertRegistry) registry = NULL;
  g_autoptr (ICertClassInfo) local = NULL;
  g_autoptr (ICertClassInfo) bus = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *module = NULL;
  g_auto (GStrv) problems = NULL;

  g_test_summary ("Classes of one id are told apart by the addresses they reach");
  write_module (folder, "some", HEAD CLASS "Address=local\n");
  write_module (folder, "z", "[Module]\nName=z\nAbi=1\nLibrary=z\n" CLASS "Address=unix;dbus\n");
  registry = registry_of (folder);
  problems = icert_registry_list_problems (registry);
  g_assert_cmpuint (g_strv_length (problems), ==, 0);
  local = icert_registry_find_class (registry, "Some.Policy", "local", &error);
  g_assert_no_error (error);
  bus = icert_registry_find_class (registry, "Some.Policy", "dbus", &error);
  g_assert_no_error (error);
  module = icert_class_info_get_module (bus);
  g_assert_cmpstr (module, ==, "z");
  g_assert_true (local != bus);
  g_assert_null (icert_registry_find_class (registry, "Some.Policy", "http", &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_UNKNOWN_NAME);
}

static void
test_duplicate_address (void)
{
  g_autoptr (FakeFolder) folder = fake_folder_new ();
  g_autoptr (ICertRegistry) registry = NULL;

  g_test_summary ("S-L1: one class id at one address belongs to one module");
  write_module (folder, "some", HEAD CLASS "Address=local;unix\n");
  write_module (folder, "z", "[Module]\nName=z\nAbi=1\nLibrary=z\n" CLASS "Address=unix\n");
  registry = registry_of (folder);
  assert_problem (registry, "/some.module", "/z.module");
}

static void
test_earlier_folder (void)
{
  g_autoptr (FakeFolder) one = fake_folder_new ();
  g_autoptr (FakeFolder) two = fake_folder_new ();
  g_autoptr (ICertRegistry) registry = NULL;
  g_autoptr (ICertClassInfo) info = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *version = NULL;
  g_auto (GStrv) problems = NULL;

  g_test_summary ("A module in an earlier folder takes the place of one of the same name");
  write_module (one, "some", HEAD "Version=one\n" CLASS);
  write_module (two, "some", HEAD "Version=two\n" CLASS);
  write_module (two, "z", MODULE ("z"));
  registry
      = icert_registry_new ((const char *[]){ one->path, "/nowhere", two->path, NULL }, &error);
  g_assert_no_error (error);
  problems = icert_registry_list_problems (registry);
  g_assert_cmpuint (g_strv_length (problems), ==, 0);
  info = icert_registry_find_class (registry, "Some.Policy", NULL, &error);
  g_assert_no_error (error);
  version = icert_class_info_get_version (info);
  g_assert_cmpstr (version, ==, "one");
  assert_found (registry, "z.Policy");
}

static void
test_own_classes (void)
{
  g_autoptr (FakeFolder) folder = fake_folder_new ();
  g_autoptr (ICertRegistry) registry = NULL;
  g_autoptr (GObject) object = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("No module can take a class of libicert away");
  write_module (folder, "some",
                HEAD "[Class CertificateAuthority.Config]\nType=SomeConfig\n"
                     "Interfaces=ICertConfig\n");
  registry = registry_of (folder);
  assert_problem (registry, "libicert", "/some.module");
  object
      = icert_registry_create_object (registry, "CertificateAuthority.Config", NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (G_OBJECT_TYPE_NAME (object), ==, "ICertConfigFiles");
}

static void
test_all_refused (void)
{
  g_autoptr (FakeFolder) folder = fake_folder_new ();
  g_autoptr (ICertRegistry) registry = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Where every manifest is refused the list says why");
  write_module (folder, "some", HEAD);
  registry = registry_of (folder);
  g_assert_null (icert_registry_list_classes (registry, &error));
  g_assert_error (error, ICERT_ERROR, ICERT_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "some.module"));
}

int
main (int argc, char **argv)
{
  /* not G_TEST_OPTION_ISOLATE_DIRS, which leaks a little for every test */
  g_setenv ("ICERT_MODULE_PATH", "", TRUE);
  g_setenv ("XDG_DATA_HOME", "/nonexistent", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/registry/reads", test_reads);
  g_test_add_func ("/registry/lists", test_lists);
  g_test_add_func ("/registry/unknown-class", test_unknown_class);
  g_test_add_func ("/registry/broken-hides-no-other", test_broken_hides_no_other);
  g_test_add_func ("/registry/S-N6/strict", test_strict);
  g_test_add_func ("/registry/S-L1/process-host", test_process_host);
  g_test_add_func ("/registry/S-L1/writable-manifest", test_writable_manifest);
  g_test_add_func ("/registry/S-L1/writable-folder", test_writable_folder);
  g_test_add_func ("/registry/S-L1/writable-library", test_writable_library);
  g_test_add_func ("/registry/S-L1/foreign-owner", test_foreign_owner);
  g_test_add_func ("/registry/S-F5/links", test_links);
  g_test_add_func ("/registry/missing-library", test_missing_library);
  g_test_add_func ("/registry/S-L1/duplicate", test_duplicate);
  g_test_add_func ("/registry/S-L1/duplicate-address", test_duplicate_address);
  g_test_add_func ("/registry/addresses", test_addresses);
  g_test_add_func ("/registry/earlier-folder", test_earlier_folder);
  g_test_add_func ("/registry/own-classes", test_own_classes);
  g_test_add_func ("/registry/all-refused", test_all_refused);
  return g_test_run ();
}
