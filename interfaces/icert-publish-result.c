/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-publish-result.h"

/**
 * ICertPublishResult:
 *
 * What came of a publishing run: the CRLs that were made (or, when they were only to be published
 * again, the newest ones), and how publishing them in each place went. AD CS returns the first
 * failed write as the failure of the call; here the call succeeds once the CRLs are made.
 *
 * Immutable, and thus usable from any thread.
 */
struct _ICertPublishResult
{
  GObject parent_instance;

  GPtrArray *crls;   /* (element-type ICertCrlInfo) */
  GPtrArray *places; /* (element-type ICertPublishPlace) */
};

G_DEFINE_FINAL_TYPE (ICertPublishResult, icert_publish_result, G_TYPE_OBJECT)

static void
icert_publish_result_finalize (GObject *object)
{
  ICertPublishResult *self = ICERT_PUBLISH_RESULT (object);

  g_clear_pointer (&self->crls, g_ptr_array_unref);
  g_clear_pointer (&self->places, g_ptr_array_unref);

  G_OBJECT_CLASS (icert_publish_result_parent_class)->finalize (object);
}

static void
icert_publish_result_class_init (ICertPublishResultClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = icert_publish_result_finalize;
}

static void
icert_publish_result_init (ICertPublishResult *self)
{
}

static GPtrArray *
copy_objects (GPtrArray *objects)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; objects != NULL && i < objects->len; i++)
    g_ptr_array_add (copy, g_object_ref (objects->pdata[i]));
  return copy;
}

/**
 * icert_publish_result_new:
 * @crls: (element-type ICertCrlInfo) (nullable): the CRLs
 * @places: (element-type ICertPublishPlace) (nullable): how publishing them went
 *
 * Makes a result; for those who publish.
 *
 * Returns: (transfer full): a result
 */
ICertPublishResult *
icert_publish_result_new (GPtrArray *crls, GPtrArray *places)
{
  ICertPublishResult *self = g_object_new (ICERT_TYPE_PUBLISH_RESULT, NULL);

  self->crls = copy_objects (crls);
  self->places = copy_objects (places);
  return self;
}

/**
 * icert_publish_result_list_crls:
 * @self: a result
 *
 * Lists the CRLs of the run, by key, partition, and the base before its delta.
 *
 * Returns: (transfer container) (element-type ICertCrlInfo): the CRLs
 */
GPtrArray *
icert_publish_result_list_crls (ICertPublishResult *self)
{
  g_return_val_if_fail (ICERT_IS_PUBLISH_RESULT (self), NULL);

  return copy_objects (self->crls);
}

/**
 * icert_publish_result_list_places:
 * @self: a result
 *
 * Lists how publishing went, one object for each CRL and place.
 *
 * Returns: (transfer container) (element-type ICertPublishPlace): the places
 */
GPtrArray *
icert_publish_result_list_places (ICertPublishResult *self)
{
  g_return_val_if_fail (ICERT_IS_PUBLISH_RESULT (self), NULL);

  return copy_objects (self->places);
}

/**
 * icert_publish_result_check_status:
 * @self: a result
 * @error: return location for the status of the first place that has one
 *
 * Tells whether every CRL is in every place.
 *
 * Returns: `TRUE` when no place has a status
 */
gboolean
icert_publish_result_check_status (ICertPublishResult *self, GError **error)
{
  g_return_val_if_fail (ICERT_IS_PUBLISH_RESULT (self), FALSE);

  /* an object that a binding made of nothing has no lists */
  for (guint i = 0; self->places != NULL && i < self->places->len; i++)
    if (!icert_publish_place_check_status (self->places->pdata[i], error))
      return FALSE;
  return TRUE;
}
