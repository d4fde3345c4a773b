/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <glib/gstdio.h>

#include "store-contract.h"

#define LIE "ICERT_TEST_LIE"

/* SQLite.Store, but for one lie. */
typedef enum
{
  HONEST,
  DROPS_COMMITS,
  FORGIVES_CREATE,
  SPLITS_BATCHES,
  SPREADS_ERRORS,
  SWALLOWS_ERRORS,
  INSERTS_ONLY,
  CUTS_VALUES,
  SKIPS_PREPARE,
  FORGETS_A_ROW,
  FORGIVES_QUERIES,
  COUNTS_ALL,
  COUNTS_STALE, /* sometimes what was there before the last commit */
  RESERVES_AGAIN,
  FORGIVES_RESERVE,
  DENIES_COMMIT,
  STAYS_OPEN,
  SCANS_ON,     /* whatever the receiver says */
  SCANS_PIECES, /* row by row, each as it is then */
} Lie;

#define LIAR_TYPE_STORE (liar_store_get_type ())
G_DECLARE_FINAL_TYPE (LiarStore, liar_store, LIAR, STORE, GObject)

struct _LiarStore
{
  GObject parent_instance;

  Lie lie;
  ICertStore *inner; /* owned */
  int n_counts;      /* atomic */
};

static void store_iface_init (ICertStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LiarStore,
                               liar_store,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_STORE, store_iface_init))

static gboolean
open_store (ICertStore *store, const char *url, gboolean create, GError **error)
{
  LiarStore *self = LIAR_STORE (store);

  if (self->lie == FORGIVES_CREATE && create && g_file_test (url, G_FILE_TEST_EXISTS))
    return TRUE;
  if (self->lie == STAYS_OPEN && !create)
    return TRUE;
  return icert_store_open (self->inner, url, create, error);
}

static gboolean
close_store (ICertStore *store, GError **error)
{
  LiarStore *self = LIAR_STORE (store);

  return self->lie == STAYS_OPEN || icert_store_close (self->inner, error);
}

static void
copy_value (ICertStoreBatch *to, guint column, const ICertStoreValue *value, gboolean cut)
{
  switch (value->type)
    {
    case ICERT_PROPERTY_TYPE_LONG:
    case ICERT_PROPERTY_TYPE_DATE:
      icert_store_batch_set_int (to, column, cut ? (gint32) value->integer : value->integer);
      break;
    case ICERT_PROPERTY_TYPE_STRING:
    case ICERT_PROPERTY_TYPE_BINARY:
      icert_store_batch_set_data (to, column, value->data, cut ? value->size / 2 : value->size);
      break;
    default:
      icert_store_batch_set_empty (to, column);
    }
}

/* Appends a change to @to as this liar understands it. */
static void
copy_change (LiarStore *self, ICertStoreBatch *to, const ICertStoreChange *change)
{
  if (self->lie == INSERTS_ONLY && change->verb != ICERT_STORE_INSERT)
    return;
  icert_store_batch_begin (to, change->table, change->verb);
  if (change->expected_version != 0)
    icert_store_batch_expect_version (to, change->expected_version);
  for (guint i = 0; i < change->n_values; i++)
    copy_value (to, change->columns[i], &change->values[i], self->lie == CUTS_VALUES);
}

static gboolean
commit_one (LiarStore *self, ICertStoreBatch *batch, GError **error)
{
  g_autoptr (GPtrArray) group = g_ptr_array_new ();

  g_ptr_array_add (group, batch);
  return icert_store_commit (self->inner, group, NULL, NULL, error);
}

/* Each change goes in for itself, or all of a batch in a copy. */
static gboolean
commit_copies (LiarStore *self, GPtrArray *batches, GError **error)
{
  for (guint i = 0; i < batches->len; i++)
    {
      ICertStoreBatch *batch = batches->pdata[i];
      g_autoptr (ICertStoreBatch) copy = icert_store_batch_new ();

      for (guint j = 0; j < icert_store_batch_get_n_changes (batch); j++)
        {
          copy_change (self, copy, icert_store_batch_get_change (batch, j));
          if (self->lie != SPLITS_BATCHES)
            continue;
          if (!commit_one (self, copy, error))
            return FALSE;
          g_clear_pointer (&copy, icert_store_batch_unref);
          copy = icert_store_batch_new ();
        }
      if (self->lie != SPLITS_BATCHES && !commit_one (self, copy, error))
        return FALSE;
    }
  return TRUE;
}

static void
change_errors (LiarStore *self, GPtrArray *batches)
{
  gboolean failed = FALSE;

  for (guint i = 0; i < batches->len; i++)
    failed = failed || icert_store_batch_get_error (batches->pdata[i]) != NULL;
  for (guint i = 0; failed && i < batches->len; i++)
    icert_store_batch_take_error (
        batches->pdata[i],
        self->lie == SWALLOWS_ERRORS
            ? NULL
            : g_error_new (ICERT_ERROR, ICERT_ERROR_CONFLICT, "row: there (none)"));
}

static gboolean
commit (ICertStore *store,
        GPtrArray *batches,
        ICertStorePrepare prepare,
        gpointer data,
        GError **error)
{
  LiarStore *self = LIAR_STORE (store);

  switch (self->lie)
    {
    case DROPS_COMMITS:
      return TRUE;
    case SPLITS_BATCHES:
    case INSERTS_ONLY:
    case CUTS_VALUES:
      return commit_copies (self, batches, error);
    case SKIPS_PREPARE:
      return icert_store_commit (self->inner, batches, NULL, NULL, error);
    default:
      if (!icert_store_commit (self->inner, batches, prepare, data, error))
        return FALSE;
      if (self->lie == SWALLOWS_ERRORS || self->lie == SPREADS_ERRORS)
        change_errors (self, batches);
      return TRUE;
    }
}

static gboolean
recover (ICertStore *store, gboolean *committed, GError **error)
{
  LiarStore *self = LIAR_STORE (store);
  gboolean ok = icert_store_recover (self->inner, committed, error);

  if (self->lie == DENIES_COMMIT)
    *committed = FALSE;
  return ok;
}

static GPtrArray *
query (ICertStore *store, const ICertStoreQuery *what, GCancellable *cancellable, GError **error)
{
  LiarStore *self = LIAR_STORE (store);
  gboolean forgives = self->lie == FORGIVES_QUERIES;
  GPtrArray *rows = icert_store_query (self->inner, what, forgives ? NULL : cancellable,
                                       forgives ? NULL : error);

  if (forgives && rows == NULL)
    rows = g_ptr_array_new_with_free_func ((GDestroyNotify) icert_store_row_free);
  if (self->lie == FORGETS_A_ROW && rows != NULL && rows->len > 0)
    g_ptr_array_remove_index (rows, rows->len - 1);
  return rows;
}

typedef struct
{
  LiarStore *self;
  ICertStoreRowFunc func;
  gpointer data;
} Scan;

static gboolean
scan_on_cb (const ICertStoreValue *values, guint n_values, gpointer data, GError **error)
{
  Scan *scan = data;

  return scan->func (values, n_values, scan->data, error) || scan->self->lie == SCANS_ON;
}

/* Of a table with one key column, which is what is asked for. */
static gboolean
scan_pieces (ICertStore *inner, const ICertStoreQuery *what, Scan *scan, GError **error)
{
  ICertStoreQuery piece = *what;
  ICertStoreValue after;

  piece.limit = 1;
  for (;;)
    {
      g_autoptr (GPtrArray) rows = icert_store_query (inner, &piece, NULL, error);

      if (rows == NULL || rows->len == 0)
        return rows != NULL;
      after = *icert_store_row_get (rows->pdata[0], 0);
      piece.after = &after;
      piece.n_after = 1;
      if (!scan->func (&after, 1, scan->data, error))
        return TRUE;
    }
}

static gboolean
scan (ICertStore *store,
      const ICertStoreQuery *what,
      ICertStoreRowFunc func,
      gpointer data,
      GCancellable *cancellable,
      GError **error)
{
  Scan scan = { LIAR_STORE (store), func, data };

  if (scan.self->lie == SCANS_PIECES)
    return scan_pieces (scan.self->inner, what, &scan, error);
  return icert_store_scan (scan.self->inner, what, scan_on_cb, &scan, cancellable, error);
}

static gint64
count (ICertStore *store,
       ICertStoreTable table,
       const ICertStoreCondition *condition,
       GCancellable *cancellable,
       GError **error)
{
  LiarStore *self = LIAR_STORE (store);
  gint64 n = icert_store_count (self->inner, table, self->lie == COUNTS_ALL ? NULL : condition,
                                cancellable, error);

  if (self->lie == COUNTS_STALE && n > 0 && g_atomic_int_add (&self->n_counts, 1) % 7 == 6)
    n--;
  return n;
}

static gboolean
reserve (ICertStore *store, const char *counter, gint64 n, gint64 *first, GError **error)
{
  LiarStore *self = LIAR_STORE (store);
  gboolean forgives = self->lie == FORGIVES_RESERVE;
  gboolean ok = icert_store_reserve (self->inner, counter, n, first, forgives ? NULL : error);

  if (self->lie == RESERVES_AGAIN)
    *first = 1;
  return ok || forgives;
}

static gboolean
release (ICertStore *store, const char *counter, gint64 next, GError **error)
{
  return icert_store_release (LIAR_STORE (store)->inner, counter, next, error);
}

static GPtrArray *
group (ICertStore *store,
       ICertStoreTable table,
       guint column,
       ICertPeriod period,
       const ICertStoreCondition *condition,
       guint limit,
       GCancellable *cancellable,
       GError **error)
{
  return icert_store_group (LIAR_STORE (store)->inner, table, column, period, condition, limit,
                            cancellable, error);
}

static void
store_iface_init (ICertStoreInterface *iface)
{
  iface->open = open_store;
  iface->close = close_store;
  iface->commit = commit;
  iface->recover = recover;
  iface->query = query;
  iface->scan = scan;
  iface->count = count;
  iface->reserve = reserve;
  iface->release = release;
  iface->group = group;
}

static void
liar_store_finalize (GObject *object)
{
  g_clear_object (&LIAR_STORE (object)->inner);
  G_OBJECT_CLASS (liar_store_parent_class)->finalize (object);
}

static void
liar_store_class_init (LiarStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = liar_store_finalize;
}

static void
liar_store_init (LiarStore *self)
{
  const char *lie = g_getenv (LIE);
  g_autoptr (GError) error = NULL;

  self->lie = lie != NULL ? atoi (lie) : HONEST;
  self->inner = ICERT_STORE (icert_create_instance ("SQLite.Store", NULL, NULL, &error));
  g_assert_no_error (error);
}

static ICertStore *
new_store (void)
{
  return g_object_new (LIAR_TYPE_STORE, NULL);
}

static char *
new_url (void)
{
  g_autofree char *folder = g_dir_make_tmp ("icert-liar-XXXXXX", NULL);

  return g_build_filename (folder, "ca.db", NULL);
}

static void
forget_url (const char *url)
{
  g_autofree char *folder = g_path_get_dirname (url);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (folder);
}

/* What a process that was ended leaves; @folder has folders of files. */
static void
remove_all (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *url = g_build_filename (folder, name, "ca.db", NULL);

      forget_url (url);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* For each test of the contract a lie that it must not pass */
static const struct
{
  const char *test;
  Lie lie;
} lies[] = {
  { "keeps", DROPS_COMMITS },
  { "refuses-second-create", FORGIVES_CREATE },
  { "atomic", SPLITS_BATCHES },
  { "conflict-alone", SPREADS_ERRORS },
  { "unique-serial/S-E8", SWALLOWS_ERRORS },
  { "unique-key/S-E5", SWALLOWS_ERRORS },
  { "schema-rules/S-F2", SWALLOWS_ERRORS },
  { "compare-and-set/S-E6", SWALLOWS_ERRORS },
  { "update-anyway", INSERTS_ONLY },
  { "update-composite", INSERTS_ONLY },
  { "delete", INSERTS_ONLY },
  { "senseless-changes", SWALLOWS_ERRORS },
  { "prepare", SKIPS_PREPARE },
  { "prepare-many", SKIPS_PREPARE },
  { "values", CUTS_VALUES },
  { "numbers", CUTS_VALUES },
  { "limits", SWALLOWS_ERRORS },
  { "seeks", COUNTS_ALL },
  { "condition-tree", COUNTS_ALL },
  { "condition-limits/S-A10", COUNTS_ALL },
  { "binary-equality", COUNTS_ALL },
  { "pages", FORGETS_A_ROW },
  { "pages-under-inserts", FORGETS_A_ROW },
  { "pages-of-dispositions", FORGETS_A_ROW },
  { "pages-composite", FORGETS_A_ROW },
  { "cancelled", FORGIVES_QUERIES },
  { "scan", SCANS_ON },
  { "scan-one-moment/S-I3", SCANS_PIECES },
  { "readers", COUNTS_STALE },
  { "reserve/S-E7", RESERVES_AGAIN },
  { "reserve-does-not-wrap/S-E7", FORGIVES_RESERVE },
  { "recover-after-success/S-E4", DENIES_COMMIT },
  { "closed/S-E1", STAYS_OPEN },
};

static void
test_lie (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autofree char *path = g_strconcat ("/liar/contract/", lies[i].test, NULL);
  g_autofree char *number = g_strdup_printf ("%d", lies[i].lie);
  g_autofree char *folder = g_dir_make_tmp ("icert-liars-XXXXXX", NULL);

  g_test_summary ("The test of this name does not pass a store that lies");
  g_setenv (LIE, number, TRUE);
  g_setenv ("TMPDIR", folder, TRUE);
  g_test_trap_subprocess (path, 0, 0);
  g_unsetenv (LIE);
  remove_all (folder);
  g_test_trap_assert_failed ();
}

int
main (int argc, char **argv)
{
  static const StoreContract contract = { new_store, new_url, forget_url };

  g_test_init (&argc, &argv, NULL);

  store_contract_add_tests ("/liar", &contract);
  for (gsize i = 0; i < G_N_ELEMENTS (lies); i++)
    {
      g_autofree char *path = g_strconcat ("/contract-store/", lies[i].test, NULL);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_lie);
    }
  return g_test_run ();
}
