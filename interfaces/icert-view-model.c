/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-view-model.h"

#include "icert-error.h"

/* what a page of a list on a screen wants, with some to scroll */
#define DEFAULT_PAGE_SIZE 100
#define LONGEST_PAGE 10000

/**
 * ICertViewModel:
 *
 * The rows of a view as a list for GTK: a [iface@Gio.ListModel] of [class@ICert.ViewRow] that grows
 * while it is looked at. Pages are appended as somebody asks for an item near the end, so the list
 * holds what was looked at and nothing else; rows that are not loaded have no position.
 *
 * Pages are read in another thread and appended in the thread-default main context of the thread
 * that made the model, which alone may use it. The rows belong to the model from then on.
 *
 * Columns that people look at most are properties of the row (`common-name`, `not-after` …), so
 * that an expression of GTK finds them; for any other column a closure calls
 * [method@ICert.ViewRow.format_value].
 */
struct _ICertViewModel
{
  GObject parent_instance;

  ICertEnumViewRow *rows; /* owned */
  guint page_size;
  GPtrArray *loaded;         /* of ICertViewRow */
  GCancellable *cancellable; /* owned */
  GMainContext *context;     /* owned: where pages are appended */
  gboolean loading;
  gboolean complete;
  GError *error; /* owned, nullable: why the last page did not come */
};

enum
{
  PROP_ROWS = 1,
  PROP_PAGE_SIZE,
  PROP_LOADING,
  PROP_COMPLETE,
  PROP_ERROR,
  PROP_ITEM_TYPE,
  PROP_N_ITEMS,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void list_model_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ICertViewModel,
                               icert_view_model,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

/* Loading */

static void
set_loading (ICertViewModel *self, gboolean loading)
{
  self->loading = loading;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LOADING]);
}

static void
take_error (ICertViewModel *self, GError *error)
{
  if (self->error == NULL && error == NULL)
    return;
  g_clear_error (&self->error);
  self->error = error;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ERROR]);
}

static void load (ICertViewModel *self);

static void
append_page (ICertViewModel *self, GPtrArray *page)
{
  guint position = self->loaded->len;

  for (guint i = 0; i < page->len; i++)
    g_ptr_array_add (self->loaded, g_object_ref (page->pdata[i]));
  if (page->len == 0)
    {
      self->complete = TRUE;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_COMPLETE]);
      return;
    }
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, page->len);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_ITEMS]);
  /* most likely the last one; only an empty page says so */
  if (page->len < self->page_size)
    load (self);
}

/* @data: a weak reference, so that a model that nobody wants any more does not wait for its page */
static void
page_cb (GObject *rows, GAsyncResult *result, gpointer data)
{
  GWeakRef *weak = data;
  g_autoptr (ICertViewModel) self = g_weak_ref_get (weak);
  g_autoptr (GPtrArray) page = NULL;
  GError *error = NULL;

  g_weak_ref_clear (weak);
  g_free (weak);
  page = icert_enum_view_row_next_finish (ICERT_ENUM_VIEW_ROW (rows), result, &error);
  if (self == NULL)
    {
      g_clear_error (&error);
      return;
    }
  self->loading = FALSE;
  if (page != NULL)
    append_page (self, page);
  else
    take_error (self, error);
  /* the end of the page, or the beginning of the next */
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LOADING]);
}

static void
load (ICertViewModel *self)
{
  GWeakRef *weak;

  if (self->rows == NULL || self->loading || self->complete)
    return;
  weak = g_new0 (GWeakRef, 1);
  g_weak_ref_init (weak, self);
  set_loading (self, TRUE);
  g_main_context_push_thread_default (self->context);
  icert_enum_view_row_next_async (self->rows, self->page_size, self->cancellable, page_cb, weak);
  g_main_context_pop_thread_default (self->context);
}

/* The list model */

static GType
icert_view_model_get_item_type (GListModel *model)
{
  return ICERT_TYPE_VIEW_ROW;
}

static guint
icert_view_model_get_n_items (GListModel *model)
{
  return ICERT_VIEW_MODEL (model)->loaded->len;
}

/* A list widget asks for the items that it shows, and for some around them. After a failure only
 * load_more() goes on, or a list that is drawn would ask again and again. */
static gpointer
icert_view_model_get_item (GListModel *model, guint position)
{
  ICertViewModel *self = ICERT_VIEW_MODEL (model);

  if (position >= self->loaded->len)
    return NULL;
  if (self->error == NULL && self->loaded->len - position <= self->page_size / 2 + 1)
    load (self);
  return g_object_ref (self->loaded->pdata[position]);
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = icert_view_model_get_item_type;
  iface->get_n_items = icert_view_model_get_n_items;
  iface->get_item = icert_view_model_get_item;
}

/* The class */

static void
icert_view_model_constructed (GObject *object)
{
  ICertViewModel *self = ICERT_VIEW_MODEL (object);

  G_OBJECT_CLASS (icert_view_model_parent_class)->constructed (object);
  self->context = g_main_context_ref_thread_default ();
  load (self);
}

static void
icert_view_model_dispose (GObject *object)
{
  ICertViewModel *self = ICERT_VIEW_MODEL (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->rows);

  G_OBJECT_CLASS (icert_view_model_parent_class)->dispose (object);
}

static void
icert_view_model_finalize (GObject *object)
{
  ICertViewModel *self = ICERT_VIEW_MODEL (object);

  g_ptr_array_unref (self->loaded);
  g_object_unref (self->cancellable);
  g_main_context_unref (self->context);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (icert_view_model_parent_class)->finalize (object);
}

static void
icert_view_model_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  ICertViewModel *self = ICERT_VIEW_MODEL (object);

  switch (prop_id)
    {
    case PROP_ROWS:
      g_value_set_object (value, self->rows);
      break;
    case PROP_PAGE_SIZE:
      g_value_set_uint (value, self->page_size);
      break;
    case PROP_LOADING:
      g_value_set_boolean (value, self->loading);
      break;
    case PROP_COMPLETE:
      g_value_set_boolean (value, self->complete);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    case PROP_ITEM_TYPE:
      g_value_set_gtype (value, ICERT_TYPE_VIEW_ROW);
      break;
    case PROP_N_ITEMS:
      g_value_set_uint (value, self->loaded->len);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
icert_view_model_set_property (GObject *object,
                               guint prop_id,
                               const GValue *value,
                               GParamSpec *pspec)
{
  ICertViewModel *self = ICERT_VIEW_MODEL (object);

  switch (prop_id)
    {
    case PROP_ROWS:
      self->rows = g_value_dup_object (value);
      break;
    case PROP_PAGE_SIZE:
      self->page_size = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
icert_view_model_class_init (ICertViewModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const GParamFlags construct_flags
      = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = icert_view_model_constructed;
  object_class->dispose = icert_view_model_dispose;
  object_class->finalize = icert_view_model_finalize;
  object_class->get_property = icert_view_model_get_property;
  object_class->set_property = icert_view_model_set_property;

  /**
   * ICertViewModel:rows:
   *
   * The rows of an opened view, which the model reads.
   */
  props[PROP_ROWS]
      = g_param_spec_object ("rows", "", "", ICERT_TYPE_ENUM_VIEW_ROW, construct_flags);
  /**
   * ICertViewModel:page-size:
   *
   * How many rows are read at a time.
   */
  props[PROP_PAGE_SIZE] = g_param_spec_uint ("page-size", "", "", 1, LONGEST_PAGE,
                                             DEFAULT_PAGE_SIZE, construct_flags);
  /**
   * ICertViewModel:loading:
   *
   * Whether a page is being read.
   */
  props[PROP_LOADING] = g_param_spec_boolean ("loading", "", "", FALSE, flags);
  /**
   * ICertViewModel:complete:
   *
   * Whether the last row is there.
   */
  props[PROP_COMPLETE] = g_param_spec_boolean ("complete", "", "", FALSE, flags);
  /**
   * ICertViewModel:error:
   *
   * Why the page that was read last did not come; `NULL` when it did.
   * [method@ICert.ViewModel.load_more] tries again.
   */
  props[PROP_ERROR] = g_param_spec_boxed ("error", "", "", G_TYPE_ERROR, flags);
  /**
   * ICertViewModel:item-type:
   *
   * The type of the items, [class@ICert.ViewRow].
   */
  props[PROP_ITEM_TYPE] = g_param_spec_gtype ("item-type", "", "", G_TYPE_OBJECT, flags);
  /**
   * ICertViewModel:n-items:
   *
   * How many rows are loaded.
   */
  props[PROP_N_ITEMS] = g_param_spec_uint ("n-items", "", "", 0, G_MAXUINT, 0, flags);

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
icert_view_model_init (ICertViewModel *self)
{
  self->loaded = g_ptr_array_new_with_free_func (g_object_unref);
  self->cancellable = g_cancellable_new ();
}

/**
 * icert_view_model_new:
 * @rows: the rows of an opened view
 * @page_size: how many rows to read at a time, at most 10,000; 0 = as many as a screen wants
 *
 * Makes a list of rows, and begins to read the first page.
 *
 * Returns: (transfer full): a list without items yet
 */
ICertViewModel *
icert_view_model_new (ICertEnumViewRow *rows, guint page_size)
{
  g_return_val_if_fail (ICERT_IS_ENUM_VIEW_ROW (rows), NULL);

  return g_object_new (ICERT_TYPE_VIEW_MODEL, "rows", rows, "page-size",
                       page_size == 0 ? DEFAULT_PAGE_SIZE : MIN (page_size, LONGEST_PAGE), NULL);
}

/**
 * icert_view_model_get_rows: (attributes org.gtk.Method.get_property=rows)
 * @self: a model
 *
 * Gives what the model reads.
 *
 * Returns: (transfer full) (nullable): the rows of the opened view
 */
ICertEnumViewRow *
icert_view_model_get_rows (ICertViewModel *self)
{
  g_return_val_if_fail (ICERT_IS_VIEW_MODEL (self), NULL);

  return self->rows != NULL ? g_object_ref (self->rows) : NULL;
}

/**
 * icert_view_model_get_page_size: (attributes org.gtk.Method.get_property=page-size)
 * @self: a model
 *
 * Gives the size of a page.
 *
 * Returns: how many rows are read at a time
 */
guint
icert_view_model_get_page_size (ICertViewModel *self)
{
  g_return_val_if_fail (ICERT_IS_VIEW_MODEL (self), 0);

  return self->page_size;
}

/**
 * icert_view_model_get_loading: (attributes org.gtk.Method.get_property=loading)
 * @self: a model
 *
 * Says whether rows are on their way.
 *
 * Returns: whether a page is being read
 */
gboolean
icert_view_model_get_loading (ICertViewModel *self)
{
  g_return_val_if_fail (ICERT_IS_VIEW_MODEL (self), FALSE);

  return self->loading;
}

/**
 * icert_view_model_get_complete: (attributes org.gtk.Method.get_property=complete)
 * @self: a model
 *
 * Says whether the list has ended. Rows that come into the table later are not appended.
 *
 * Returns: whether the last row is there
 */
gboolean
icert_view_model_get_complete (ICertViewModel *self)
{
  g_return_val_if_fail (ICERT_IS_VIEW_MODEL (self), FALSE);

  return self->complete;
}

/**
 * icert_view_model_get_error: (attributes org.gtk.Method.get_property=error)
 * @self: a model
 *
 * Says why there are no more rows although the list is not complete.
 *
 * Returns: (transfer full) (nullable): why the last page did not come, or `NULL`
 */
GError *
icert_view_model_get_error (ICertViewModel *self)
{
  g_return_val_if_fail (ICERT_IS_VIEW_MODEL (self), NULL);

  return self->error != NULL ? g_error_copy (self->error) : NULL;
}

/**
 * icert_view_model_load_more:
 * @self: a model
 *
 * Reads the next page without waiting for somebody to look at the end; also after an error, which
 * it clears. Nothing happens while a page is being read, or when the list is complete.
 */
void
icert_view_model_load_more (ICertViewModel *self)
{
  g_return_if_fail (ICERT_IS_VIEW_MODEL (self));

  take_error (self, NULL);
  load (self);
}
