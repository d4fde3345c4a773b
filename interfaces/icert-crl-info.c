/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-crl-info.h"

/**
 * ICertCrlInfo:
 *
 * What a CRL says of itself: who signed it, what it is about, and from when until when it holds.
 * The CRL itself comes from [method@ICert.Ca.get_crl].
 *
 * Immutable, and thus usable from any thread.
 */
struct _ICertCrlInfo
{
  GObject parent_instance;

  gint64 row_id;
  int key_index;
  int partition;
  gboolean delta;
  gint64 number;
  gint64 base_number;
  gint64 entries;
  gint64 size;
  GDateTime *this_update;  /* owned, nullable */
  GDateTime *next_update;  /* owned, nullable */
  GDateTime *next_publish; /* owned, nullable */
};

enum
{
  PROP_ROW_ID = 1,
  PROP_KEY_INDEX,
  PROP_PARTITION,
  PROP_DELTA,
  PROP_NUMBER,
  PROP_BASE_NUMBER,
  PROP_ENTRIES,
  PROP_SIZE,
  PROP_THIS_UPDATE,
  PROP_NEXT_UPDATE,
  PROP_NEXT_PUBLISH,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (ICertCrlInfo, icert_crl_info, G_TYPE_OBJECT)

static void
icert_crl_info_finalize (GObject *object)
{
  ICertCrlInfo *self = ICERT_CRL_INFO (object);

  g_clear_pointer (&self->this_update, g_date_time_unref);
  g_clear_pointer (&self->next_update, g_date_time_unref);
  g_clear_pointer (&self->next_publish, g_date_time_unref);

  G_OBJECT_CLASS (icert_crl_info_parent_class)->finalize (object);
}

static void
icert_crl_info_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  ICertCrlInfo *self = ICERT_CRL_INFO (object);

  switch (prop_id)
    {
    case PROP_ROW_ID:
      g_value_set_int64 (value, self->row_id);
      break;
    case PROP_KEY_INDEX:
      g_value_set_int (value, self->key_index);
      break;
    case PROP_PARTITION:
      g_value_set_int (value, self->partition);
      break;
    case PROP_DELTA:
      g_value_set_boolean (value, self->delta);
      break;
    case PROP_NUMBER:
      g_value_set_int64 (value, self->number);
      break;
    case PROP_BASE_NUMBER:
      g_value_set_int64 (value, self->base_number);
      break;
    case PROP_ENTRIES:
      g_value_set_int64 (value, self->entries);
      break;
    case PROP_SIZE:
      g_value_set_int64 (value, self->size);
      break;
    case PROP_THIS_UPDATE:
      g_value_set_boxed (value, self->this_update);
      break;
    case PROP_NEXT_UPDATE:
      g_value_set_boxed (value, self->next_update);
      break;
    case PROP_NEXT_PUBLISH:
      g_value_set_boxed (value, self->next_publish);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
icert_crl_info_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  ICertCrlInfo *self = ICERT_CRL_INFO (object);

  switch (prop_id)
    {
    case PROP_ROW_ID:
      self->row_id = g_value_get_int64 (value);
      break;
    case PROP_KEY_INDEX:
      self->key_index = g_value_get_int (value);
      break;
    case PROP_PARTITION:
      self->partition = g_value_get_int (value);
      break;
    case PROP_DELTA:
      self->delta = g_value_get_boolean (value);
      break;
    case PROP_NUMBER:
      self->number = g_value_get_int64 (value);
      break;
    case PROP_BASE_NUMBER:
      self->base_number = g_value_get_int64 (value);
      break;
    case PROP_ENTRIES:
      self->entries = g_value_get_int64 (value);
      break;
    case PROP_SIZE:
      self->size = g_value_get_int64 (value);
      break;
    case PROP_THIS_UPDATE:
      self->this_update = g_value_dup_boxed (value);
      break;
    case PROP_NEXT_UPDATE:
      self->next_update = g_value_dup_boxed (value);
      break;
    case PROP_NEXT_PUBLISH:
      self->next_publish = g_value_dup_boxed (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static const GParamFlags once = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

static void
make_times (void)
{
  /**
   * ICertCrlInfo:this-update:
   *
   * From when it holds, UTC.
   */
  props[PROP_THIS_UPDATE] = g_param_spec_boxed ("this-update", "", "", G_TYPE_DATE_TIME, once);
  /**
   * ICertCrlInfo:next-update:
   *
   * Until when it holds, UTC.
   */
  props[PROP_NEXT_UPDATE] = g_param_spec_boxed ("next-update", "", "", G_TYPE_DATE_TIME, once);
  /**
   * ICertCrlInfo:next-publish:
   *
   * When the next one is planned, UTC; `NULL` when none is.
   */
  props[PROP_NEXT_PUBLISH] = g_param_spec_boxed ("next-publish", "", "", G_TYPE_DATE_TIME, once);
}

static void
icert_crl_info_class_init (ICertCrlInfoClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = icert_crl_info_finalize;
  object_class->get_property = icert_crl_info_get_property;
  object_class->set_property = icert_crl_info_set_property;

  /**
   * ICertCrlInfo:row-id:
   *
   * Number of its row in the table of CRLs, 0 when it has none.
   */
  props[PROP_ROW_ID] = g_param_spec_int64 ("row-id", "", "", 0, G_MAXINT64, 0, once);
  /**
   * ICertCrlInfo:key-index:
   *
   * Index of the CA key that signed it.
   */
  props[PROP_KEY_INDEX] = g_param_spec_int ("key-index", "", "", 0, G_MAXINT, 0, once);
  /**
   * ICertCrlInfo:partition:
   *
   * Which part of the certificates it is about; 0 when they are not divided.
   */
  props[PROP_PARTITION] = g_param_spec_int ("partition", "", "", 0, G_MAXINT, 0, once);
  /**
   * ICertCrlInfo:delta:
   *
   * Whether it lists only what changed since a base CRL.
   */
  props[PROP_DELTA] = g_param_spec_boolean ("delta", "", "", FALSE, once);
  /**
   * ICertCrlInfo:number:
   *
   * Its number, shared by all CRLs of one run.
   */
  props[PROP_NUMBER] = g_param_spec_int64 ("number", "", "", 0, G_MAXINT64, 0, once);
  /**
   * ICertCrlInfo:base-number:
   *
   * Number of the base a delta CRL builds on, 0 for a base CRL.
   */
  props[PROP_BASE_NUMBER] = g_param_spec_int64 ("base-number", "", "", 0, G_MAXINT64, 0, once);
  /**
   * ICertCrlInfo:entries:
   *
   * How many certificates it lists.
   */
  props[PROP_ENTRIES] = g_param_spec_int64 ("entries", "", "", 0, G_MAXINT64, 0, once);
  /**
   * ICertCrlInfo:size:
   *
   * Its length in octets.
   */
  props[PROP_SIZE] = g_param_spec_int64 ("size", "", "", 0, G_MAXINT64, 0, once);
  make_times ();

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
icert_crl_info_init (ICertCrlInfo *self)
{
}

/**
 * icert_crl_info_get_row_id: (attributes org.gtk.Method.get_property=row-id)
 * @self: what is known of a CRL
 *
 * Gives the number of its row (AD CS: CRLRowId), which stays when the CRL is made again.
 *
 * Returns: number of its row in the table of CRLs, 0 when it has none
 */
gint64
icert_crl_info_get_row_id (ICertCrlInfo *self)
{
  g_return_val_if_fail (ICERT_IS_CRL_INFO (self), 0);

  return self->row_id;
}

/**
 * icert_crl_info_get_key_index: (attributes org.gtk.Method.get_property=key-index)
 * @self: what is known of a CRL
 *
 * Gives the CA key that signed it: the index of the first CA certificate with that key (AD CS:
 * CRLNameId).
 *
 * Returns: index of the CA key that signed it
 */
int
icert_crl_info_get_key_index (ICertCrlInfo *self)
{
  g_return_val_if_fail (ICERT_IS_CRL_INFO (self), 0);

  return self->key_index;
}

/**
 * icert_crl_info_get_partition: (attributes org.gtk.Method.get_property=partition)
 * @self: what is known of a CRL
 *
 * Gives the partition it is about (AD CS: CRLPartitionIndex).
 *
 * Returns: which part of the certificates it is about; 0 when they are not divided
 */
int
icert_crl_info_get_partition (ICertCrlInfo *self)
{
  g_return_val_if_fail (ICERT_IS_CRL_INFO (self), 0);

  return self->partition;
}

/**
 * icert_crl_info_get_delta: (attributes org.gtk.Method.get_property=delta)
 * @self: what is known of a CRL
 *
 * Says whether it is a delta CRL.
 *
 * Returns: whether it lists only what changed since a base CRL
 */
gboolean
icert_crl_info_get_delta (ICertCrlInfo *self)
{
  g_return_val_if_fail (ICERT_IS_CRL_INFO (self), FALSE);

  return self->delta;
}

/**
 * icert_crl_info_get_number: (attributes org.gtk.Method.get_property=number)
 * @self: what is known of a CRL
 *
 * Gives its number (RFC 5280, 5.2.3; AD CS: CRLNumber).
 *
 * Returns: its number, shared by all CRLs of one run
 */
gint64
icert_crl_info_get_number (ICertCrlInfo *self)
{
  g_return_val_if_fail (ICERT_IS_CRL_INFO (self), 0);

  return self->number;
}

/**
 * icert_crl_info_get_base_number: (attributes org.gtk.Method.get_property=base-number)
 * @self: what is known of a CRL
 *
 * Gives the number of the base that a delta CRL builds on (RFC 5280, 5.2.4; AD CS: CRLMinBase).
 *
 * Returns: number of the base a delta CRL builds on, 0 for a base CRL
 */
gint64
icert_crl_info_get_base_number (ICertCrlInfo *self)
{
  g_return_val_if_fail (ICERT_IS_CRL_INFO (self), 0);

  return self->base_number;
}

/**
 * icert_crl_info_get_entries: (attributes org.gtk.Method.get_property=entries)
 * @self: what is known of a CRL
 *
 * Gives the number of its entries (AD CS: CRLCount).
 *
 * Returns: how many certificates it lists
 */
gint64
icert_crl_info_get_entries (ICertCrlInfo *self)
{
  g_return_val_if_fail (ICERT_IS_CRL_INFO (self), 0);

  return self->entries;
}

/**
 * icert_crl_info_get_size: (attributes org.gtk.Method.get_property=size)
 * @self: what is known of a CRL
 *
 * Gives its length in octets, DER.
 *
 * Returns: its length in octets
 */
gint64
icert_crl_info_get_size (ICertCrlInfo *self)
{
  g_return_val_if_fail (ICERT_IS_CRL_INFO (self), 0);

  return self->size;
}

/**
 * icert_crl_info_get_this_update: (attributes org.gtk.Method.get_property=this-update)
 * @self: what is known of a CRL
 *
 * Gives its field thisUpdate (AD CS: CRLThisUpdate).
 *
 * Returns: (transfer full) (nullable): from when it holds, UTC
 */
GDateTime *
icert_crl_info_get_this_update (ICertCrlInfo *self)
{
  g_return_val_if_fail (ICERT_IS_CRL_INFO (self), NULL);

  return self->this_update != NULL ? g_date_time_ref (self->this_update) : NULL;
}

/**
 * icert_crl_info_get_next_update: (attributes org.gtk.Method.get_property=next-update)
 * @self: what is known of a CRL
 *
 * Gives its field nextUpdate (AD CS: CRLNextUpdate).
 *
 * Returns: (transfer full) (nullable): until when it holds, UTC
 */
GDateTime *
icert_crl_info_get_next_update (ICertCrlInfo *self)
{
  g_return_val_if_fail (ICERT_IS_CRL_INFO (self), NULL);

  return self->next_update != NULL ? g_date_time_ref (self->next_update) : NULL;
}

/**
 * icert_crl_info_get_next_publish: (attributes org.gtk.Method.get_property=next-publish)
 * @self: what is known of a CRL
 *
 * Gives the time at which the next one is planned (AD CS: CRLNextPublish).
 *
 * Returns: (transfer full) (nullable): when the next one is planned, UTC; `NULL` when none
 *   is
 */
GDateTime *
icert_crl_info_get_next_publish (ICertCrlInfo *self)
{
  g_return_val_if_fail (ICERT_IS_CRL_INFO (self), NULL);

  return self->next_publish != NULL ? g_date_time_ref (self->next_publish) : NULL;
}
