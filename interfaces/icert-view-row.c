/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-view-row.h"

#include "icert-binding-private.h"
#include "icert-error.h"
#include "icert-private.h"
#include "icert-schema.h"

/**
 * ICertViewRow:
 *
 * A row of a view (AD CS: IEnumCERTVIEWROW and its column enumerator): the cells of the view's
 * result columns by name, and for a request what belongs to it.
 *
 * Immutable, and thus usable from any thread.
 */
struct _ICertViewRow
{
  GObject parent_instance;

  GStrv names;            /* owned */
  GHashTable *index;      /* lower-case name to number + 1 */
  GPtrArray *values;      /* of GVariant, nullable elements */
  char *cursor;           /* owned, nullable */
  GHashTable *attributes; /* owned, nullable */
  GPtrArray *extensions;  /* of ICertExtension, nullable */
};

enum
{
  PROP_NAMES = 1,
  PROP_CURSOR,
  PROP_VALUES,
  PROP_REQUEST_ID,
  PROP_DISPOSITION,
  PROP_REQUESTER_NAME,
  PROP_SUBMITTED_WHEN,
  PROP_STATUS_CODE,
  PROP_DISPOSITION_MESSAGE,
  PROP_REQUEST_COMMON_NAME,
  PROP_CERTIFICATE_TEMPLATE,
  PROP_SERIAL_NUMBER,
  PROP_NOT_BEFORE,
  PROP_NOT_AFTER,
  PROP_COMMON_NAME,
  PROP_EMAIL,
  PROP_REVOKED_WHEN,
  PROP_REVOKED_EFFECTIVE_WHEN,
  PROP_REVOKED_REASON,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

/* Columns that people look at most, for expressions of GTK, which know a property by its name. */
static const struct
{
  const char *column;
  ICertPropertyType type;
} columns[] = {
  [PROP_REQUEST_ID - PROP_REQUEST_ID] = { "Request.RequestID", ICERT_PROPERTY_TYPE_LONG },
  [PROP_DISPOSITION - PROP_REQUEST_ID] = { "Request.Disposition", ICERT_PROPERTY_TYPE_LONG },
  [PROP_REQUESTER_NAME - PROP_REQUEST_ID] = { "Request.RequesterName", ICERT_PROPERTY_TYPE_STRING },
  [PROP_SUBMITTED_WHEN - PROP_REQUEST_ID] = { "Request.SubmittedWhen", ICERT_PROPERTY_TYPE_DATE },
  [PROP_STATUS_CODE - PROP_REQUEST_ID] = { "Request.StatusCode", ICERT_PROPERTY_TYPE_LONG },
  [PROP_DISPOSITION_MESSAGE - PROP_REQUEST_ID]
  = { "Request.DispositionMessage", ICERT_PROPERTY_TYPE_STRING },
  [PROP_REQUEST_COMMON_NAME - PROP_REQUEST_ID]
  = { "Request.CommonName", ICERT_PROPERTY_TYPE_STRING },
  [PROP_CERTIFICATE_TEMPLATE - PROP_REQUEST_ID]
  = { "CertificateTemplate", ICERT_PROPERTY_TYPE_STRING },
  [PROP_SERIAL_NUMBER - PROP_REQUEST_ID] = { "SerialNumber", ICERT_PROPERTY_TYPE_STRING },
  [PROP_NOT_BEFORE - PROP_REQUEST_ID] = { "NotBefore", ICERT_PROPERTY_TYPE_DATE },
  [PROP_NOT_AFTER - PROP_REQUEST_ID] = { "NotAfter", ICERT_PROPERTY_TYPE_DATE },
  [PROP_COMMON_NAME - PROP_REQUEST_ID] = { "CommonName", ICERT_PROPERTY_TYPE_STRING },
  [PROP_EMAIL - PROP_REQUEST_ID] = { "EMail", ICERT_PROPERTY_TYPE_STRING },
  [PROP_REVOKED_WHEN - PROP_REQUEST_ID] = { "Request.RevokedWhen", ICERT_PROPERTY_TYPE_DATE },
  [PROP_REVOKED_EFFECTIVE_WHEN - PROP_REQUEST_ID]
  = { "Request.RevokedEffectiveWhen", ICERT_PROPERTY_TYPE_DATE },
  [PROP_REVOKED_REASON - PROP_REQUEST_ID] = { "Request.RevokedReason", ICERT_PROPERTY_TYPE_LONG },
};

G_DEFINE_FINAL_TYPE (ICertViewRow, icert_view_row, G_TYPE_OBJECT)

static void
icert_view_row_finalize (GObject *object)
{
  ICertViewRow *self = ICERT_VIEW_ROW (object);

  g_strfreev (self->names);
  g_hash_table_unref (self->index);
  g_ptr_array_unref (self->values);
  g_free (self->cursor);
  g_clear_pointer (&self->attributes, g_hash_table_unref);
  g_clear_pointer (&self->extensions, g_ptr_array_unref);

  G_OBJECT_CLASS (icert_view_row_parent_class)->finalize (object);
}

static guint find_column (ICertViewRow *self, const char *name);

static gint64
to_integer (GVariant *cell)
{
  if (cell != NULL && g_variant_is_of_type (cell, G_VARIANT_TYPE_INT64))
    return g_variant_get_int64 (cell);
  if (cell != NULL && g_variant_is_of_type (cell, G_VARIANT_TYPE_INT32))
    return g_variant_get_int32 (cell);
  return 0;
}

static GDateTime *
to_date (GVariant *cell)
{
  gint64 microseconds = to_integer (cell);
  gint64 seconds = microseconds / G_USEC_PER_SEC - (microseconds % G_USEC_PER_SEC < 0);
  g_autoptr (GDateTime) whole = NULL;

  if (cell == NULL)
    return NULL;
  whole = g_date_time_new_from_unix_utc (seconds);
  return whole != NULL ? g_date_time_add (whole, microseconds - seconds * G_USEC_PER_SEC) : NULL;
}

/* A column that the view does not have is empty. */
static void
get_cell (ICertViewRow *self, guint prop_id, GValue *value)
{
  guint number = find_column (self, columns[prop_id - PROP_REQUEST_ID].column);
  GVariant *cell = number != 0 ? self->values->pdata[number - 1] : NULL;

  switch (columns[prop_id - PROP_REQUEST_ID].type)
    {
    case ICERT_PROPERTY_TYPE_LONG:
      g_value_set_int64 (value, to_integer (cell));
      break;
    case ICERT_PROPERTY_TYPE_DATE:
      g_value_take_boxed (value, to_date (cell));
      break;
    default:
      if (cell != NULL && g_variant_is_of_type (cell, G_VARIANT_TYPE_STRING))
        g_value_set_string (value, g_variant_get_string (cell, NULL));
    }
}

static void
icert_view_row_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  ICertViewRow *self = ICERT_VIEW_ROW (object);

  switch (prop_id)
    {
    case PROP_NAMES:
      g_value_set_boxed (value, self->names);
      break;
    case PROP_CURSOR:
      g_value_set_string (value, self->cursor);
      break;
    case PROP_VALUES:
      g_value_take_variant (value, icert_view_row_get_values (self));
      break;
    default:
      if (prop_id < N_PROPS)
        get_cell (self, prop_id, value);
      else
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

static void
make_request_properties (void)
{
  /**
   * ICertViewRow:request-id:
   *
   * The number of the request. Column `Request.RequestID`; 0 when it is empty.
   */
  props[PROP_REQUEST_ID]
      = g_param_spec_int64 ("request-id", "", "", G_MININT64, G_MAXINT64, 0, readable);
  /**
   * ICertViewRow:disposition:
   *
   * What became of the request ([enum@ICert.RowDisposition]). Column `Request.Disposition`; 0
   * when it is empty.
   */
  props[PROP_DISPOSITION]
      = g_param_spec_int64 ("disposition", "", "", G_MININT64, G_MAXINT64, 0, readable);
  /**
   * ICertViewRow:requester-name:
   *
   * Who asked. Column `Request.RequesterName`; `NULL` when it is empty.
   */
  props[PROP_REQUESTER_NAME] = g_param_spec_string ("requester-name", "", "", NULL, readable);
  /**
   * ICertViewRow:submitted-when:
   *
   * When the request arrived. Column `Request.SubmittedWhen`; `NULL` when it is empty.
   */
  props[PROP_SUBMITTED_WHEN]
      = g_param_spec_boxed ("submitted-when", "", "", G_TYPE_DATE_TIME, readable);
  /**
   * ICertViewRow:status-code:
   *
   * The code of the decision, 0 when all went well. Column `Request.StatusCode`; 0 when it is
   * empty.
   */
  props[PROP_STATUS_CODE]
      = g_param_spec_int64 ("status-code", "", "", G_MININT64, G_MAXINT64, 0, readable);
  /**
   * ICertViewRow:disposition-message:
   *
   * What people read about the decision. Column `Request.DispositionMessage`; `NULL` when it is
   * empty.
   */
  props[PROP_DISPOSITION_MESSAGE]
      = g_param_spec_string ("disposition-message", "", "", NULL, readable);
  /**
   * ICertViewRow:request-common-name:
   *
   * The common name that was asked for. Column `Request.CommonName`; `NULL` when it is empty.
   */
  props[PROP_REQUEST_COMMON_NAME]
      = g_param_spec_string ("request-common-name", "", "", NULL, readable);
}

static void
make_certificate_properties (void)
{
  /**
   * ICertViewRow:certificate-template:
   *
   * The profile. Column `CertificateTemplate`; `NULL` when it is empty.
   */
  props[PROP_CERTIFICATE_TEMPLATE]
      = g_param_spec_string ("certificate-template", "", "", NULL, readable);
  /**
   * ICertViewRow:serial-number:
   *
   * The serial number in hex. Column `SerialNumber`; `NULL` when it is empty.
   */
  props[PROP_SERIAL_NUMBER] = g_param_spec_string ("serial-number", "", "", NULL, readable);
  /**
   * ICertViewRow:not-before:
   *
   * From when on the certificate is valid. Column `NotBefore`; `NULL` when it is empty.
   */
  props[PROP_NOT_BEFORE] = g_param_spec_boxed ("not-before", "", "", G_TYPE_DATE_TIME, readable);
  /**
   * ICertViewRow:not-after:
   *
   * Until when the certificate is valid. Column `NotAfter`; `NULL` when it is empty.
   */
  props[PROP_NOT_AFTER] = g_param_spec_boxed ("not-after", "", "", G_TYPE_DATE_TIME, readable);
  /**
   * ICertViewRow:common-name:
   *
   * The common name of the certificate. Column `CommonName`; `NULL` when it is empty.
   */
  props[PROP_COMMON_NAME] = g_param_spec_string ("common-name", "", "", NULL, readable);
  /**
   * ICertViewRow:email:
   *
   * The e-mail address of the certificate. Column `EMail`; `NULL` when it is empty.
   */
  props[PROP_EMAIL] = g_param_spec_string ("email", "", "", NULL, readable);
}

static void
make_revocation_properties (void)
{
  /**
   * ICertViewRow:revoked-when:
   *
   * When the certificate was revoked. Column `Request.RevokedWhen`; `NULL` when it is empty.
   */
  props[PROP_REVOKED_WHEN]
      = g_param_spec_boxed ("revoked-when", "", "", G_TYPE_DATE_TIME, readable);
  /**
   * ICertViewRow:revoked-effective-when:
   *
   * From when on it counts as revoked. Column `Request.RevokedEffectiveWhen`; `NULL` when it is
   * empty.
   */
  props[PROP_REVOKED_EFFECTIVE_WHEN]
      = g_param_spec_boxed ("revoked-effective-when", "", "", G_TYPE_DATE_TIME, readable);
  /**
   * ICertViewRow:revoked-reason:
   *
   * Why it was revoked ([enum@ICert.RevocationReason]). Column `Request.RevokedReason`; 0 when it
   * is empty.
   */
  props[PROP_REVOKED_REASON]
      = g_param_spec_int64 ("revoked-reason", "", "", G_MININT64, G_MAXINT64, 0, readable);
}

static void
icert_view_row_class_init (ICertViewRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = icert_view_row_finalize;
  object_class->get_property = icert_view_row_get_property;

  /**
   * ICertViewRow:names:
   *
   * The names of the columns, in the order of the view.
   */
  props[PROP_NAMES] = g_param_spec_boxed ("names", "", "", G_TYPE_STRV, readable);
  /**
   * ICertViewRow:cursor:
   *
   * Where a view goes on behind this row.
   */
  props[PROP_CURSOR] = g_param_spec_string ("cursor", "", "", NULL, readable);
  /**
   * ICertViewRow:values:
   *
   * All cells by the name of their column, without the empty ones.
   */
  props[PROP_VALUES]
      = g_param_spec_variant ("values", "", "", G_VARIANT_TYPE_VARDICT, NULL, readable);
  make_request_properties ();
  make_certificate_properties ();
  make_revocation_properties ();

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
free_value (gpointer value)
{
  if (value != NULL)
    g_variant_unref (value);
}

static void
icert_view_row_init (ICertViewRow *self)
{
  self->index = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->values = g_ptr_array_new_with_free_func (free_value);
}

static GHashTable *
copy_table (GHashTable *table)
{
  GHashTable *copy = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_hash_table_insert (copy, g_strdup (name), g_strdup (value));
  return copy;
}

/**
 * icert_view_row_new:
 * @names: (array zero-terminated=1): the view's result columns
 * @values: (element-type GVariant): their cells in the same order; a `NULL`, or one that is missing
 * at the end, is an empty cell
 * @cursor: (nullable): where a view goes on behind this row
 * @attributes: (element-type utf8 utf8) (nullable): the request's attributes by name
 * @extensions: (element-type ICertExtension) (nullable): the request's extensions
 *
 * Makes a row; for implementations of [iface@ICert.View].
 *
 * Returns: (transfer full): a row
 */
ICertViewRow *
icert_view_row_new (const char *const *names,
                    GPtrArray *values,
                    const char *cursor,
                    GHashTable *attributes,
                    GPtrArray *extensions)
{
  g_autoptr (GHashTable) table = _icert_take_table (&attributes);
  ICertViewRow *self;

  g_return_val_if_fail (names != NULL, NULL);
  g_return_val_if_fail (values != NULL, NULL);

  self = g_object_new (ICERT_TYPE_VIEW_ROW, NULL);
  self->names = g_strdupv ((char **) names);
  for (guint i = 0; names[i] != NULL; i++)
    {
      GVariant *value = i < values->len ? values->pdata[i] : NULL;

      g_hash_table_insert (self->index, g_ascii_strdown (names[i], -1), GUINT_TO_POINTER (i + 1));
      g_ptr_array_add (self->values, value != NULL ? g_variant_ref_sink (value) : NULL);
    }

  self->cursor = g_strdup (cursor);
  if (attributes != NULL)
    self->attributes = copy_table (attributes);
  if (extensions != NULL)
    {
      self->extensions = g_ptr_array_new_with_free_func (g_object_unref);
      for (guint i = 0; i < extensions->len; i++)
        g_ptr_array_add (self->extensions, g_object_ref (extensions->pdata[i]));
    }
  return self;
}

/**
 * icert_view_row_list_names: (attributes org.gtk.Method.get_property=names)
 * @self: a row
 *
 * Lists the row's columns.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names of the columns, in the order of the
 * view
 */
char **
icert_view_row_list_names (ICertViewRow *self)
{
  g_return_val_if_fail (ICERT_IS_VIEW_ROW (self), NULL);

  return g_strdupv (self->names);
}

/* Number + 1; RequestID is Request.RequestID when the view has no other */
static guint
find_column (ICertViewRow *self, const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);
  g_autofree char *full = g_strconcat ("request.", lower, NULL);
  gpointer number = g_hash_table_lookup (self->index, lower);

  if (number == NULL)
    number = g_hash_table_lookup (self->index, full);
  return GPOINTER_TO_UINT (number);
}

/**
 * icert_view_row_get_value:
 * @self: a row
 * @name: name of a column, without case
 * @error: return location for an error
 *
 * A cell: numbers are i or x, dates x (microseconds since 1970, UTC), text s, octets ay.
 *
 * Fails with `ICERT_ERROR_UNKNOWN_NAME` when the view does not have the column.
 *
 * Returns: (transfer full) (nullable): the value; `NULL` without an error when the cell is empty
 */
GVariant *
icert_view_row_get_value (ICertViewRow *self, const char *name, GError **error)
{
  g_autofree char *quoted = NULL;
  GVariant *value;
  guint number;

  g_return_val_if_fail (ICERT_IS_VIEW_ROW (self), NULL);

  number = name != NULL ? find_column (self, name) : 0;
  if (number == 0)
    {
      quoted = icert_error_quote (name, -1);
      icert_set_error (error, ICERT_ERROR_UNKNOWN_NAME, "column",
                       "%s is unknown (a column of the view)", quoted);
      return NULL;
    }

  value = self->values->pdata[number - 1];
  return value != NULL ? g_variant_ref (value) : NULL;
}

/* The label of PEM that readers of the octets know them by */
static const char *
pem_label (const char *column)
{
  static const struct
  {
    const char *column;
    const char *label;
  } labels[] = {
    { "Request.RawRequest", "NEW CERTIFICATE REQUEST" },
    { "CRLRawCRL", "X509 CRL" },
    { "RawPublicKey", "PUBLIC KEY" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (labels); i++)
    if (g_ascii_strcasecmp (column, labels[i].column) == 0)
      return labels[i].label;
  return "CERTIFICATE";
}

/**
 * icert_view_row_encode_value:
 * @self: a row
 * @name: name of a binary column, without case
 * @flags: one encoding
 * @error: return location for an error
 *
 * A cell of octets in one of AD CS's forms (IEnumCERTVIEWCOLUMN::GetValue with CV_OUT_*). Lines end
 * with LF; with `ICERT_OUTPUT_NO_CRLF` base64 and continuous hex have no line end at all. The label
 * of PEM is that of the column: a request, a CRL, a public key, or `CERTIFICATE`.
 *
 * Fails with `ICERT_ERROR_UNKNOWN_NAME` when the view does not have the column, with
 * `ICERT_ERROR_MALFORMED` when its cells are no octets, and with `ICERT_ERROR_UNSUPPORTED` for an
 * unknown encoding.
 *
 * Returns: (transfer full) (nullable): the octets or text, without a NUL at the end; `NULL` without
 * an error when the cell is empty
 */
GBytes *
icert_view_row_encode_value (ICertViewRow *self,
                             const char *name,
                             ICertOutputFlags flags,
                             GError **error)
{
  GError *local_error = NULL;
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GBytes) octets = NULL;

  g_return_val_if_fail (ICERT_IS_VIEW_ROW (self), NULL);

  if (!_icert_output_is_known (flags))
    {
      icert_set_error (error, ICERT_ERROR_UNSUPPORTED, "encoding",
                       "%#x is unknown (ICertOutputFlags)", (guint) flags);
      return NULL;
    }
  value = icert_view_row_get_value (self, name, &local_error);
  if (local_error != NULL)
    g_propagate_error (error, local_error);
  if (value == NULL)
    return NULL;
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_BYTESTRING))
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, name, "a value of type %s (ay)",
                       g_variant_get_type_string (value));
      return NULL;
    }
  octets = g_variant_get_data_as_bytes (value);
  if (((guint) flags & 0xff) == ICERT_OUTPUT_BINARY)
    return g_steal_pointer (&octets);
  return _icert_output_encode (octets, flags,
                               pem_label (self->names[find_column (self, name) - 1]));
}

/* A row does not know the types of its columns, but the schema does. */
static gboolean
is_date_column (const char *name)
{
  for (guint table = 0; table < ICERT_STORE_N_TABLES; table++)
    {
      int column = icert_store_find_column ((ICertStoreTable) table, name);

      if (column >= 0)
        return icert_store_table_columns ((ICertStoreTable) table, NULL)[column].type
               == ICERT_PROPERTY_TYPE_DATE;
    }
  return FALSE;
}

/**
 * icert_view_row_format_value:
 * @self: a row
 * @name: name of a column, without case
 *
 * A cell as text for people: dates as in RFC 3339, octets in hex. For labels of a list in GTK,
 * whose columns are only known when the program runs.
 *
 * Returns: (transfer full): the text, empty for an empty cell and for a column that the view does
 * not have
 */
char *
icert_view_row_format_value (ICertViewRow *self, const char *name)
{
  g_autoptr (GDateTime) date = NULL;
  g_autoptr (GBytes) text = NULL;
  GVariant *cell;
  guint number;

  g_return_val_if_fail (ICERT_IS_VIEW_ROW (self), NULL);

  number = name != NULL ? find_column (self, name) : 0;
  cell = number != 0 ? self->values->pdata[number - 1] : NULL;
  if (cell == NULL)
    return g_strdup ("");
  if (g_variant_is_of_type (cell, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (cell, NULL);
  if (g_variant_is_of_type (cell, G_VARIANT_TYPE_BYTESTRING))
    {
      text = icert_view_row_encode_value (
          self, name, (ICertOutputFlags) (ICERT_OUTPUT_HEX_RAW | ICERT_OUTPUT_NO_CRLF), NULL);
      return text != NULL ? g_strndup (g_bytes_get_data (text, NULL), g_bytes_get_size (text))
                          : g_strdup ("");
    }
  if (is_date_column (self->names[number - 1]))
    date = to_date (cell);
  return date != NULL ? g_date_time_format_iso8601 (date)
                      : g_strdup_printf ("%" G_GINT64_FORMAT, to_integer (cell));
}

/**
 * icert_view_row_get_values: (attributes org.gtk.Method.get_property=values)
 * @self: a row
 *
 * Gives all cells at once, for expressions and closures that are not told of one column.
 *
 * Returns: (transfer full): a `a{sv}` of all cells by the name of their column, without the empty
 * ones
 */
GVariant *
icert_view_row_get_values (ICertViewRow *self)
{
  GVariantDict dict;

  g_return_val_if_fail (ICERT_IS_VIEW_ROW (self), NULL);

  g_variant_dict_init (&dict, NULL);
  for (guint i = 0; self->names != NULL && self->names[i] != NULL; i++)
    if (self->values->pdata[i] != NULL)
      g_variant_dict_insert_value (&dict, self->names[i], self->values->pdata[i]);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/**
 * icert_view_row_get_cursor: (attributes org.gtk.Method.get_property=cursor)
 * @self: a row
 *
 * Gives the place after this row, for [method@ICert.View.set_cursor].
 *
 * Returns: (transfer full) (nullable): where a view goes on behind this row
 */
char *
icert_view_row_get_cursor (ICertViewRow *self)
{
  g_return_val_if_fail (ICERT_IS_VIEW_ROW (self), NULL);

  return g_strdup (self->cursor);
}

/* A part that the view did not read is told from one that is empty. */
static gboolean
check_request (gconstpointer part, const char *method, GError **error)
{
  if (part == NULL)
    icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, method,
                     "not a request's row (a view over requests)");
  return part != NULL;
}

/**
 * icert_view_row_get_attributes:
 * @self: a row
 * @error: return location for an error
 *
 * The attributes of the row's request (AD CS: IEnumCERTVIEWATTRIBUTE).
 *
 * Fails with `ICERT_ERROR_NOT_SUPPORTED` when the view is over another table.
 *
 * Returns: (transfer full) (element-type utf8 utf8): values by name
 */
GHashTable *
icert_view_row_get_attributes (ICertViewRow *self, GError **error)
{
  g_return_val_if_fail (ICERT_IS_VIEW_ROW (self), NULL);

  if (!check_request (self->attributes, "get_attributes", error))
    return NULL;
  return copy_table (self->attributes);
}

/**
 * icert_view_row_list_extensions:
 * @self: a row
 * @error: return location for an error
 *
 * The extensions of the row's request (AD CS: IEnumCERTVIEWEXTENSION), a list of
 * [class@ICert.Extension].
 *
 * Fails with `ICERT_ERROR_NOT_SUPPORTED` when the view is over another table.
 *
 * Returns: (transfer full): the extensions
 */
GListModel *
icert_view_row_list_extensions (ICertViewRow *self, GError **error)
{
  GListStore *list;

  g_return_val_if_fail (ICERT_IS_VIEW_ROW (self), NULL);

  if (!check_request (self->extensions, "list_extensions", error))
    return NULL;
  list = g_list_store_new (ICERT_TYPE_EXTENSION);
  g_list_store_splice (list, 0, 0, self->extensions->pdata, self->extensions->len);
  return G_LIST_MODEL (list);
}
