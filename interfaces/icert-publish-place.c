/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-publish-place.h"

/**
 * ICertPublishPlace:
 *
 * How publishing one CRL in one place went. A CRL that was made and could not be brought everywhere
 * is no failure of making it: so each place has a status of its own (AD CS keeps the first error
 * only).
 *
 * Immutable, and thus usable from any thread.
 */
struct _ICertPublishPlace
{
  GObject parent_instance;

  ICertCrlInfo *crl; /* owned */
  char *class_id;
  char *place;
  GError *status; /* owned, nullable */
  int attempts;
  GDateTime *next_attempt; /* owned, nullable */
};

enum
{
  PROP_CRL = 1,
  PROP_CLASS_ID,
  PROP_PLACE,
  PROP_STATUS,
  PROP_ATTEMPTS,
  PROP_NEXT_ATTEMPT,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (ICertPublishPlace, icert_publish_place, G_TYPE_OBJECT)

static void
icert_publish_place_finalize (GObject *object)
{
  ICertPublishPlace *self = ICERT_PUBLISH_PLACE (object);

  g_clear_object (&self->crl);
  g_free (self->class_id);
  g_free (self->place);
  g_clear_error (&self->status);
  g_clear_pointer (&self->next_attempt, g_date_time_unref);

  G_OBJECT_CLASS (icert_publish_place_parent_class)->finalize (object);
}

static void
icert_publish_place_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  ICertPublishPlace *self = ICERT_PUBLISH_PLACE (object);

  switch (prop_id)
    {
    case PROP_CRL:
      g_value_set_object (value, self->crl);
      break;
    case PROP_CLASS_ID:
      g_value_set_string (value, self->class_id);
      break;
    case PROP_PLACE:
      g_value_set_string (value, self->place);
      break;
    case PROP_STATUS:
      g_value_set_boxed (value, self->status);
      break;
    case PROP_ATTEMPTS:
      g_value_set_int (value, self->attempts);
      break;
    case PROP_NEXT_ATTEMPT:
      g_value_set_boxed (value, self->next_attempt);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
icert_publish_place_class_init (ICertPublishPlaceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = icert_publish_place_finalize;
  object_class->get_property = icert_publish_place_get_property;

  /**
   * ICertPublishPlace:crl:
   *
   * Which CRL.
   */
  props[PROP_CRL] = g_param_spec_object ("crl", "", "", ICERT_TYPE_CRL_INFO, flags);
  /**
   * ICertPublishPlace:class-id:
   *
   * Class of the exit that publishes there.
   */
  props[PROP_CLASS_ID] = g_param_spec_string ("class-id", "", "", NULL, flags);
  /**
   * ICertPublishPlace:place:
   *
   * The place, as the exit names it: a path or a URL.
   */
  props[PROP_PLACE] = g_param_spec_string ("place", "", "", NULL, flags);
  /**
   * ICertPublishPlace:status:
   *
   * Why it is not there; `NULL` when it is.
   */
  props[PROP_STATUS] = g_param_spec_boxed ("status", "", "", G_TYPE_ERROR, flags);
  /**
   * ICertPublishPlace:attempts:
   *
   * How often it was tried.
   */
  props[PROP_ATTEMPTS] = g_param_spec_int ("attempts", "", "", 0, G_MAXINT, 0, flags);
  /**
   * ICertPublishPlace:next-attempt:
   *
   * When it will be tried again, UTC; `NULL` when it will not.
   */
  props[PROP_NEXT_ATTEMPT] = g_param_spec_boxed ("next-attempt", "", "", G_TYPE_DATE_TIME, flags);

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
icert_publish_place_init (ICertPublishPlace *self)
{
}

/**
 * icert_publish_place_new:
 * @crl: which CRL
 * @class_id: class of the exit that publishes there
 * @place: the place, as the exit names it
 * @status: (nullable): why it is not there
 * @attempts: how often it was tried
 * @next_attempt: (nullable): when it will be tried again
 *
 * Says how publishing one CRL in one place went; for those who publish.
 *
 * Returns: (transfer full): a place
 */
ICertPublishPlace *
icert_publish_place_new (ICertCrlInfo *crl,
                         const char *class_id,
                         const char *place,
                         const GError *status,
                         int attempts,
                         GDateTime *next_attempt)
{
  ICertPublishPlace *self;

  g_return_val_if_fail (ICERT_IS_CRL_INFO (crl), NULL);
  g_return_val_if_fail (class_id != NULL, NULL);
  g_return_val_if_fail (place != NULL, NULL);

  self = g_object_new (ICERT_TYPE_PUBLISH_PLACE, NULL);
  self->crl = g_object_ref (crl);
  self->class_id = g_strdup (class_id);
  self->place = g_strdup (place);
  self->status = status != NULL ? g_error_copy (status) : NULL;
  self->attempts = MAX (attempts, 0);
  self->next_attempt = next_attempt != NULL ? g_date_time_ref (next_attempt) : NULL;
  return self;
}

/**
 * icert_publish_place_get_crl: (attributes org.gtk.Method.get_property=crl)
 * @self: a place
 *
 * Gives the CRL that was to be published there.
 *
 * Returns: (transfer full) (nullable): which CRL; `NULL` for an object that nobody made a place of
 */
ICertCrlInfo *
icert_publish_place_get_crl (ICertPublishPlace *self)
{
  g_return_val_if_fail (ICERT_IS_PUBLISH_PLACE (self), NULL);

  return self->crl != NULL ? g_object_ref (self->crl) : NULL;
}

/**
 * icert_publish_place_get_class_id: (attributes org.gtk.Method.get_property=class-id)
 * @self: a place
 *
 * Gives the class of the exit that publishes there.
 *
 * Returns: (transfer full): class of the exit
 */
char *
icert_publish_place_get_class_id (ICertPublishPlace *self)
{
  g_return_val_if_fail (ICERT_IS_PUBLISH_PLACE (self), NULL);

  return g_strdup (self->class_id);
}

/**
 * icert_publish_place_get_place: (attributes org.gtk.Method.get_property=place)
 * @self: a place
 *
 * Gives the place as the exit names it.
 *
 * Returns: (transfer full): a path or a URL
 */
char *
icert_publish_place_get_place (ICertPublishPlace *self)
{
  g_return_val_if_fail (ICERT_IS_PUBLISH_PLACE (self), NULL);

  return g_strdup (self->place);
}

/**
 * icert_publish_place_get_status: (attributes org.gtk.Method.get_property=status)
 * @self: a place
 *
 * Tells why the CRL is not there. Scripts that want to throw it:
 * [method@ICert.PublishPlace.check_status].
 *
 * Returns: (transfer full) (nullable): why it is not there; `NULL` when it is
 */
GError *
icert_publish_place_get_status (ICertPublishPlace *self)
{
  g_return_val_if_fail (ICERT_IS_PUBLISH_PLACE (self), NULL);

  return self->status != NULL ? g_error_copy (self->status) : NULL;
}

/**
 * icert_publish_place_check_status:
 * @self: a place
 * @error: return location for the status
 *
 * Throws the status, so that scripts read its code and field as they do of any error.
 *
 * Returns: `TRUE` when the CRL is there
 */
gboolean
icert_publish_place_check_status (ICertPublishPlace *self, GError **error)
{
  g_return_val_if_fail (ICERT_IS_PUBLISH_PLACE (self), FALSE);

  if (self->status == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (self->status));
  return FALSE;
}

/**
 * icert_publish_place_get_attempts: (attributes org.gtk.Method.get_property=attempts)
 * @self: a place
 *
 * Gives the number of attempts (AD CS: CRLPublishAttempts).
 *
 * Returns: how often it was tried
 */
int
icert_publish_place_get_attempts (ICertPublishPlace *self)
{
  g_return_val_if_fail (ICERT_IS_PUBLISH_PLACE (self), 0);

  return self->attempts;
}

/**
 * icert_publish_place_get_next_attempt: (attributes org.gtk.Method.get_property=next-attempt)
 * @self: a place
 *
 * Gives the time of the next attempt.
 *
 * Returns: (transfer full) (nullable): when it will be tried again, UTC; `NULL` when it will not
 */
GDateTime *
icert_publish_place_get_next_attempt (ICertPublishPlace *self)
{
  g_return_val_if_fail (ICERT_IS_PUBLISH_PLACE (self), NULL);

  return self->next_attempt != NULL ? g_date_time_ref (self->next_attempt) : NULL;
}
