/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-view-column.h"

#include "icert-enum-types.h"

/**
 * ICertViewColumn:
 *
 * A column of a view's table (AD CS: IEnumCERTVIEWCOLUMN): its name, what people read above it, the
 * type of its values, and whether it has an index and may thus be sorted by.
 *
 * Immutable, and thus usable from any thread.
 */
struct _ICertViewColumn
{
  GObject parent_instance;

  char *name;
  char *display_name;
  ICertPropertyType type;
  gboolean indexed;
  guint max_length;
};

enum
{
  PROP_NAME = 1,
  PROP_DISPLAY_NAME,
  PROP_TYPE,
  PROP_INDEXED,
  PROP_MAX_LENGTH,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (ICertViewColumn, icert_view_column, G_TYPE_OBJECT)

static void
icert_view_column_finalize (GObject *object)
{
  ICertViewColumn *self = ICERT_VIEW_COLUMN (object);

  g_free (self->name);
  g_free (self->display_name);

  G_OBJECT_CLASS (icert_view_column_parent_class)->finalize (object);
}

static void
icert_view_column_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  ICertViewColumn *self = ICERT_VIEW_COLUMN (object);

  switch (prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_DISPLAY_NAME:
      g_value_set_string (value, self->display_name);
      break;
    case PROP_TYPE:
      g_value_set_enum (value, self->type);
      break;
    case PROP_INDEXED:
      g_value_set_boolean (value, self->indexed);
      break;
    case PROP_MAX_LENGTH:
      g_value_set_uint (value, self->max_length);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
icert_view_column_class_init (ICertViewColumnClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = icert_view_column_finalize;
  object_class->get_property = icert_view_column_get_property;

  /**
   * ICertViewColumn:name:
   *
   * AD CS's name of the column.
   */
  props[PROP_NAME] = g_param_spec_string ("name", "", "", NULL, flags);
  /**
   * ICertViewColumn:display-name:
   *
   * What people read above it.
   */
  props[PROP_DISPLAY_NAME] = g_param_spec_string ("display-name", "", "", NULL, flags);
  /**
   * ICertViewColumn:type:
   *
   * The type of its values.
   */
  props[PROP_TYPE] = g_param_spec_enum ("type", "", "", ICERT_TYPE_PROPERTY_TYPE,
                                        ICERT_PROPERTY_TYPE_NONE, flags);
  /**
   * ICertViewColumn:indexed:
   *
   * Whether it has an index, and may thus be sorted by.
   */
  props[PROP_INDEXED] = g_param_spec_boolean ("indexed", "", "", FALSE, flags);
  /**
   * ICertViewColumn:max-length:
   *
   * The longest value in octets, 0 when it has no bound of its own.
   */
  props[PROP_MAX_LENGTH] = g_param_spec_uint ("max-length", "", "", 0, G_MAXUINT, 0, flags);

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
icert_view_column_init (ICertViewColumn *self)
{
}

/**
 * icert_view_column_new:
 * @name: AD CS's name of the column
 * @display_name: (nullable): what people read above it; `name` without one
 * @type: type of its values
 * @indexed: whether it has an index
 * @max_length: the longest value in octets, 0 without a bound
 *
 * Describes a column; for implementations of [iface@ICert.View].
 *
 * Returns: (transfer full): a column
 */
ICertViewColumn *
icert_view_column_new (const char *name,
                       const char *display_name,
                       ICertPropertyType type,
                       gboolean indexed,
                       guint max_length)
{
  ICertViewColumn *self;

  g_return_val_if_fail (name != NULL, NULL);

  self = g_object_new (ICERT_TYPE_VIEW_COLUMN, NULL);
  self->name = g_strdup (name);
  self->display_name = g_strdup (display_name != NULL ? display_name : name);
  self->type = type;
  self->indexed = indexed != FALSE;
  self->max_length = max_length;
  return self;
}

/**
 * icert_view_column_get_name: (attributes org.gtk.Method.get_property=name)
 * @self: a column
 *
 * Gives the name that restrictions and orders take (AD CS: IEnumCERTVIEWCOLUMN::GetName).
 *
 * Returns: (transfer full): AD CS's name of the column
 */
char *
icert_view_column_get_name (ICertViewColumn *self)
{
  g_return_val_if_fail (ICERT_IS_VIEW_COLUMN (self), NULL);

  return g_strdup (self->name);
}

/**
 * icert_view_column_get_display_name: (attributes org.gtk.Method.get_property=display-name)
 * @self: a column
 *
 * Gives the heading of the column (AD CS: IEnumCERTVIEWCOLUMN::GetDisplayName).
 *
 * Returns: (transfer full): what people read above it
 */
char *
icert_view_column_get_display_name (ICertViewColumn *self)
{
  g_return_val_if_fail (ICERT_IS_VIEW_COLUMN (self), NULL);

  return g_strdup (self->display_name);
}

/**
 * icert_view_column_get_property_type: (attributes org.gtk.Method.get_property=type)
 * @self: a column
 *
 * Gives the type of the values (AD CS: IEnumCERTVIEWCOLUMN::GetType).
 *
 * Returns: the type of its values
 */
ICertPropertyType
icert_view_column_get_property_type (ICertViewColumn *self)
{
  g_return_val_if_fail (ICERT_IS_VIEW_COLUMN (self), ICERT_PROPERTY_TYPE_NONE);

  return self->type;
}

/**
 * icert_view_column_get_indexed: (attributes org.gtk.Method.get_property=indexed)
 * @self: a column
 *
 * Says whether a view may be sorted by the column (AD CS: IEnumCERTVIEWCOLUMN::IsIndexed).
 *
 * Returns: whether it has an index, and may thus be sorted by
 */
gboolean
icert_view_column_get_indexed (ICertViewColumn *self)
{
  g_return_val_if_fail (ICERT_IS_VIEW_COLUMN (self), FALSE);

  return self->indexed;
}

/**
 * icert_view_column_get_max_length: (attributes org.gtk.Method.get_property=max-length)
 * @self: a column
 *
 * Gives the bound of the values (AD CS: IEnumCERTVIEWCOLUMN::GetMaxLength).
 *
 * Returns: the longest value in octets, 0 when it has no bound of its own
 */
guint
icert_view_column_get_max_length (ICertViewColumn *self)
{
  g_return_val_if_fail (ICERT_IS_VIEW_COLUMN (self), 0);

  return self->max_length;
}
