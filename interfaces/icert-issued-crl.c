/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-issued-crl.h"

#include <string.h>

#include "icert-der.h"
#include "icert-error.h"
#include "icert-private.h"

/* Reports that one exit may give of one CRL, and how long the name of a place may be: the column of
 * the store. */
#define MAX_REPORTS 64
#define MAX_PLACE 2048

/* content octets of the OIDs 2.5.29.20, 27 and 35 */
#define OID_CRL_NUMBER "\x55\x1d\x14"
#define OID_DELTA_INDICATOR "\x55\x1d\x1b"
#define OID_AUTHORITY_KEY_IDENTIFIER "\x55\x1d\x23"
#define OID_SIZE 3

/* What is around the list of entries, which is skipped as a whole: no octet of it is touched. */
typedef struct
{
  ICertDerSpan issuer; /* with its header */
  ICertDerSpan key_identifier;
  gint64 number;      /* -1 = none */
  gint64 base_number; /* -1 = a base CRL */
  gint64 this_update; /* seconds since 1970 */
  gint64 next_update;
} Header;

typedef struct
{
  char *place;
  gboolean read_back;
  GError *failure; /* nullable */
} Report;

/**
 * ICertIssuedCrl:
 *
 * A CRL that the CA made, as exits get it with `ICERT_EXIT_EVENT_CRL_ISSUED`, and what an exit says
 * about the places it put it to.
 *
 * An exit that publishes asks [method@ICert.IssuedCrl.check_replaces] before it replaces what lies
 * in a place, reads back what it wrote, and says how it went with
 * [method@ICert.IssuedCrl.report_done] or [method@ICert.IssuedCrl.report_failure], once for each
 * place. An exit that reports nothing is itself the place, and the result of
 * [method@ICert.Exit.notify_event] what became of it.
 *
 * Thread-safe.
 */
struct _ICertIssuedCrl
{
  GObject parent_instance;

  int key_index;
  int partition;
  GBytes *der;
  Header header; /* lends from der */

  GMutex lock;        /* of reports */
  GPtrArray *reports; /* of Report */
};

enum
{
  PROP_KEY_INDEX = 1,
  PROP_PARTITION,
  PROP_DELTA,
  PROP_NUMBER,
  PROP_BASE_NUMBER,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (ICertIssuedCrl, icert_issued_crl, G_TYPE_OBJECT)

static void
report_free (gpointer data)
{
  Report *report = data;

  g_free (report->place);
  g_clear_error (&report->failure);
  g_free (report);
}

static void
icert_issued_crl_finalize (GObject *object)
{
  ICertIssuedCrl *self = ICERT_ISSUED_CRL (object);

  g_clear_pointer (&self->der, g_bytes_unref);
  g_ptr_array_unref (self->reports);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (icert_issued_crl_parent_class)->finalize (object);
}

static void
icert_issued_crl_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  ICertIssuedCrl *self = ICERT_ISSUED_CRL (object);

  switch (prop_id)
    {
    case PROP_KEY_INDEX:
      g_value_set_int (value, self->key_index);
      break;
    case PROP_PARTITION:
      g_value_set_int (value, self->partition);
      break;
    case PROP_DELTA:
      g_value_set_boolean (value, icert_issued_crl_get_delta (self));
      break;
    case PROP_NUMBER:
      g_value_set_int64 (value, self->header.number);
      break;
    case PROP_BASE_NUMBER:
      g_value_set_int64 (value, self->header.base_number);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
icert_issued_crl_class_init (ICertIssuedCrlClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = icert_issued_crl_finalize;
  object_class->get_property = icert_issued_crl_get_property;

  /**
   * ICertIssuedCrl:key-index:
   *
   * Index of the CA key that signed it (AD CS: CRLNameId).
   */
  props[PROP_KEY_INDEX] = g_param_spec_int ("key-index", "", "", 0, G_MAXINT, 0, flags);
  /**
   * ICertIssuedCrl:partition:
   *
   * Its partition; 0 where CRLs are not partitioned.
   */
  props[PROP_PARTITION] = g_param_spec_int ("partition", "", "", 0, G_MAXINT, 0, flags);
  /**
   * ICertIssuedCrl:delta:
   *
   * Whether it is a delta CRL.
   */
  props[PROP_DELTA] = g_param_spec_boolean ("delta", "", "", FALSE, flags);
  /**
   * ICertIssuedCrl:number:
   *
   * The CRL number; -1 when it has none.
   */
  props[PROP_NUMBER] = g_param_spec_int64 ("number", "", "", -1, G_MAXINT64, -1, flags);
  /**
   * ICertIssuedCrl:base-number:
   *
   * Of a delta CRL, the number of the base CRL it builds on; -1 of a base CRL.
   */
  props[PROP_BASE_NUMBER] = g_param_spec_int64 ("base-number", "", "", -1, G_MAXINT64, -1, flags);

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
icert_issued_crl_init (ICertIssuedCrl *self)
{
  g_mutex_init (&self->lock);
  self->der = g_bytes_new (NULL, 0);
  self->header = (Header){ .number = -1, .base_number = -1 };
  self->reports = g_ptr_array_new_with_free_func (report_free);
}

/* Reading */

/* A number of more than 63 bits is a big one. */
static gboolean
read_number (ICertDerSpan *span, gint64 *number)
{
  ICertDerSpan content;

  if (!_icert_der_expect (span, ICERT_DER_INTEGER, &content) || content.size == 0
      || content.data[0] >= 0x80)
    return FALSE;
  *number = content.size > 8 ? G_MAXINT64 : 0;
  for (gsize i = 0; content.size <= 8 && i < content.size; i++)
    *number = *number << 8 | content.data[i];
  return TRUE;
}

static gboolean
read_digits (const char **text, gsize n, int *value)
{
  *value = 0;
  for (gsize i = 0; i < n; i++, (*text)++)
    {
      if (!g_ascii_isdigit (**text))
        return FALSE;
      *value = *value * 10 + (**text - '0');
    }
  return TRUE;
}

/* UTCTime to 2049, GeneralizedTime; seconds and Z always (RFC 5280, 4.1.2.5) */
static gboolean
read_time (ICertDerSpan *span, gint64 *seconds)
{
  g_autoptr (GDateTime) time = NULL;
  g_autofree char *text = NULL;
  const char *p;
  ICertDerSpan content;
  int year, part[5];
  guint8 tag;

  if (!_icert_der_read (span, &tag, &content)
      || !((tag == 0x17 && content.size == 13) || (tag == 0x18 && content.size == 15)))
    return FALSE;
  p = text = g_strndup ((const char *) content.data, content.size);
  if (!read_digits (&p, content.size - 11, &year))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (part); i++)
    if (!read_digits (&p, 2, &part[i]))
      return FALSE;
  if (tag == 0x17)
    year += year < 50 ? 2000 : 1900;
  time = g_date_time_new_utc (year, part[0], part[1], part[2], part[3], part[4]);
  if (time == NULL || *p != 'Z')
    return FALSE;
  *seconds = g_date_time_to_unix (time);
  return TRUE;
}

static gboolean
is_oid (const ICertDerSpan *oid, const char *wanted)
{
  return oid->size == OID_SIZE && memcmp (oid->data, wanted, OID_SIZE) == 0;
}

/* keyIdentifier of an authorityKeyIdentifier, when it has one */
static gboolean
read_key_identifier (ICertDerSpan value, Header *header)
{
  ICertDerSpan sequence, content;
  guint8 tag;

  if (!_icert_der_expect (&value, ICERT_DER_SEQUENCE, &sequence))
    return FALSE;
  if (sequence.size > 0 && _icert_der_read (&sequence, &tag, &content)
      && tag == ICERT_DER_CONTEXT (0))
    header->key_identifier = content;
  return TRUE;
}

static gboolean
read_extension (ICertDerSpan *extensions, Header *header)
{
  ICertDerSpan extension, oid, value;
  guint8 tag;

  if (!_icert_der_expect (extensions, ICERT_DER_SEQUENCE, &extension)
      || !_icert_der_expect (&extension, ICERT_DER_OID, &oid)
      || !_icert_der_read (&extension, &tag, &value))
    return FALSE;
  if (tag == ICERT_DER_BOOLEAN && !_icert_der_read (&extension, &tag, &value))
    return FALSE;
  if (tag != ICERT_DER_OCTET_STRING || extension.size != 0)
    return FALSE;
  if (is_oid (&oid, OID_CRL_NUMBER))
    return read_number (&value, &header->number);
  if (is_oid (&oid, OID_DELTA_INDICATOR))
    return read_number (&value, &header->base_number);
  return !is_oid (&oid, OID_AUTHORITY_KEY_IDENTIFIER) || read_key_identifier (value, header);
}

/* revokedCertificates and crlExtensions: what stands behind nextUpdate */
static gboolean
read_rest (ICertDerSpan *tbs, Header *header)
{
  ICertDerSpan content, extensions;
  guint8 tag;

  if (tbs->size == 0)
    return TRUE;
  if (!_icert_der_read (tbs, &tag, &content)
      || (tag == ICERT_DER_SEQUENCE && tbs->size > 0 && !_icert_der_read (tbs, &tag, &content)))
    return FALSE;
  if (tag == ICERT_DER_SEQUENCE)
    return TRUE;
  if (tag != ICERT_DER_CONTEXT_CONSTRUCTED (0) || tbs->size != 0
      || !_icert_der_expect (&content, ICERT_DER_SEQUENCE, &extensions) || content.size != 0)
    return FALSE;
  while (extensions.size > 0)
    if (!read_extension (&extensions, header))
      return FALSE;
  return TRUE;
}

/* A CRL of version 2 with a nextUpdate, in form; nobody looks at entries or signature. */
static gboolean
read_header (GBytes *der, Header *header)
{
  ICertDerSpan all, list, tbs, skipped;
  gint64 version;

  *header = (Header){ .number = -1, .base_number = -1 };
  all.data = g_bytes_get_data (der, &all.size);
  if (all.data == NULL || !_icert_der_expect (&all, ICERT_DER_SEQUENCE, &list) || all.size != 0
      || !_icert_der_expect (&list, ICERT_DER_SEQUENCE, &tbs)
      || !_icert_der_expect (&list, ICERT_DER_SEQUENCE, &skipped)
      || !_icert_der_expect (&list, ICERT_DER_BIT_STRING, &skipped) || list.size != 0
      || !read_number (&tbs, &version) || version != 1
      || !_icert_der_expect (&tbs, ICERT_DER_SEQUENCE, &skipped))
    return FALSE;
  header->issuer = tbs;
  if (!_icert_der_expect (&tbs, ICERT_DER_SEQUENCE, &skipped))
    return FALSE;
  header->issuer.size = (gsize) (tbs.data - header->issuer.data);
  return read_time (&tbs, &header->this_update) && read_time (&tbs, &header->next_update)
         && read_rest (&tbs, header);
}

/**
 * icert_issued_crl_new:
 * @key_index: index of the CA key that signed it
 * @partition: its partition, 0 for none
 * @der: the CRL, DER
 * @error: return location for an error
 *
 * Makes the object from a CRL: the engine does it for exits, and tests of exits with a CRL of their
 * own. What stands around the list of entries is read; entries and signature are not judged.
 *
 * Errors: `ICERT_ERROR_MALFORMED` unless it is a CRL of version 2 with a nextUpdate (RFC
 * 5280, 5.1), and for an index below 0.
 *
 * Returns: (transfer full): a CRL, or `NULL` with `error` set
 */
ICertIssuedCrl *
icert_issued_crl_new (int key_index, int partition, GBytes *der, GError **error)
{
  g_autoptr (ICertIssuedCrl) self = NULL;

  g_return_val_if_fail (der != NULL, NULL);

  if (key_index < 0 || partition < 0)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, key_index < 0 ? "key index" : "partition",
                       "%d (0 or more)", key_index < 0 ? key_index : partition);
      return NULL;
    }
  self = g_object_new (ICERT_TYPE_ISSUED_CRL, NULL);
  self->key_index = key_index;
  self->partition = partition;
  g_bytes_unref (self->der);
  self->der = g_bytes_ref (der);
  if (read_header (self->der, &self->header))
    return g_steal_pointer (&self);
  icert_set_error (error, ICERT_ERROR_MALFORMED, "crl",
                   "is no CRL of version 2 with a nextUpdate (DER)");
  return NULL;
}

/**
 * icert_issued_crl_get_key_index:
 * @self: a CRL
 *
 * Any thread.
 *
 * Returns: index of the CA key that signed it
 */
int
icert_issued_crl_get_key_index (ICertIssuedCrl *self)
{
  g_return_val_if_fail (ICERT_IS_ISSUED_CRL (self), 0);

  return self->key_index;
}

/**
 * icert_issued_crl_get_partition:
 * @self: a CRL
 *
 * Any thread.
 *
 * Returns: its partition; 0 where CRLs are not partitioned
 */
int
icert_issued_crl_get_partition (ICertIssuedCrl *self)
{
  g_return_val_if_fail (ICERT_IS_ISSUED_CRL (self), 0);

  return self->partition;
}

/**
 * icert_issued_crl_get_delta:
 * @self: a CRL
 *
 * Any thread.
 *
 * Returns: whether it is a delta CRL
 */
gboolean
icert_issued_crl_get_delta (ICertIssuedCrl *self)
{
  g_return_val_if_fail (ICERT_IS_ISSUED_CRL (self), FALSE);

  return self->header.base_number >= 0;
}

/**
 * icert_issued_crl_get_number:
 * @self: a CRL
 *
 * Any thread.
 *
 * Returns: its CRL number; -1 when it has none
 */
gint64
icert_issued_crl_get_number (ICertIssuedCrl *self)
{
  g_return_val_if_fail (ICERT_IS_ISSUED_CRL (self), -1);

  return self->header.number;
}

/**
 * icert_issued_crl_get_base_number:
 * @self: a CRL
 *
 * Any thread.
 *
 * Returns: of a delta CRL, the number of its base CRL; -1 of a base CRL
 */
gint64
icert_issued_crl_get_base_number (ICertIssuedCrl *self)
{
  g_return_val_if_fail (ICERT_IS_ISSUED_CRL (self), -1);

  return self->header.base_number;
}

/**
 * icert_issued_crl_get_this_update:
 * @self: a CRL
 *
 * Any thread.
 *
 * Returns: (transfer full): its thisUpdate, UTC
 */
GDateTime *
icert_issued_crl_get_this_update (ICertIssuedCrl *self)
{
  g_return_val_if_fail (ICERT_IS_ISSUED_CRL (self), NULL);

  return g_date_time_new_from_unix_utc (self->header.this_update);
}

/**
 * icert_issued_crl_get_next_update:
 * @self: a CRL
 *
 * Any thread.
 *
 * Returns: (transfer full): its nextUpdate, UTC
 */
GDateTime *
icert_issued_crl_get_next_update (ICertIssuedCrl *self)
{
  g_return_val_if_fail (ICERT_IS_ISSUED_CRL (self), NULL);

  return g_date_time_new_from_unix_utc (self->header.next_update);
}

/**
 * icert_issued_crl_get_bytes:
 * @self: a CRL
 *
 * Gives the CRL itself. It may be large; what the engine gives is a file mapped into memory, of
 * which only what is read takes room.
 *
 * Any thread.
 *
 * Returns: (transfer full): the CRL, DER
 */
GBytes *
icert_issued_crl_get_bytes (ICertIssuedCrl *self)
{
  g_return_val_if_fail (ICERT_IS_ISSUED_CRL (self), NULL);

  return g_bytes_ref (self->der);
}

/* Judging what lies in a place */

static gboolean
same_span (const ICertDerSpan *first, const ICertDerSpan *second)
{
  return first->size == second->size
         && (first->size == 0 || memcmp (first->data, second->data, first->size) == 0);
}

static gboolean
check_origin (const Header *header, const Header *there, GError **error)
{
  if (!same_span (&header->issuer, &there->issuer))
    icert_set_error (error, ICERT_ERROR_CONFLICT, "crl",
                     "a CRL of another issuer is there (one of this CA)");
  else if (header->key_identifier.size > 0 && there->key_identifier.size > 0
           && !same_span (&header->key_identifier, &there->key_identifier))
    icert_set_error (error, ICERT_ERROR_CONFLICT, "crl",
                     "a CRL of another key is there (a place for each key)");
  else if ((header->base_number >= 0) != (there->base_number >= 0))
    icert_set_error (error, ICERT_ERROR_CONFLICT, "crl",
                     "a %s CRL is there (a place for base and one for delta CRLs)",
                     there->base_number >= 0 ? "delta" : "base");
  else
    return TRUE;
  return FALSE;
}

/**
 * icert_issued_crl_check_replaces:
 * @self: a CRL
 * @there: (nullable): what lies in the place now; `NULL`: nothing
 * @same: (out): whether it is this CRL already, octet for octet
 * @error: return location for an error
 *
 * Judges whether the CRL may take the place of what lies there (S-I4): nothing, something that is
 * no CRL, or an older CRL of the same key and kind. An older CRL never replaces a newer one. Any
 * thread.
 *
 * Errors: `ICERT_ERROR_CONFLICT` when what is there has a higher CRL number, or is of another CA,
 * key or kind.
 *
 * Returns: `TRUE` when it may be put there, or is there
 */
gboolean
icert_issued_crl_check_replaces (ICertIssuedCrl *self,
                                 GBytes *there,
                                 gboolean *same,
                                 GError **error)
{
  Header header;

  g_return_val_if_fail (same != NULL, FALSE);
  *same = FALSE;
  g_return_val_if_fail (ICERT_IS_ISSUED_CRL (self), FALSE);

  if (there == NULL)
    return TRUE;
  *same = g_bytes_equal (self->der, there);
  if (*same || !read_header (there, &header))
    return TRUE;
  if (!check_origin (&self->header, &header, error))
    return FALSE;
  if (header.number < self->header.number
      || (header.number == self->header.number && header.this_update <= self->header.this_update))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_CONFLICT, "crl",
                   "number %" G_GINT64_FORMAT " is there (lower than %" G_GINT64_FORMAT ")",
                   header.number, self->header.number);
  return FALSE;
}

/**
 * icert_issued_crl_check_base:
 * @self: a CRL
 * @base: (nullable): the base CRL that lies where this delta CRL will be used; `NULL`: none
 * @error: return location for an error
 *
 * Judges whether a delta CRL may be published: not before its base CRL (processing.md 6). A base
 * CRL may always be. Any thread.
 *
 * Errors: `ICERT_ERROR_PENDING` when the base CRL that lies there is none, or older than the one
 * that the delta CRL builds on; reported for a place, it says that the CRL is postponed.
 *
 * Returns: `TRUE` when nothing stands in its way
 */
gboolean
icert_issued_crl_check_base (ICertIssuedCrl *self, GBytes *base, GError **error)
{
  Header header;

  g_return_val_if_fail (ICERT_IS_ISSUED_CRL (self), FALSE);

  if (self->header.base_number < 0)
    return TRUE;
  if (base != NULL && read_header (base, &header) && header.base_number < 0
      && header.number >= self->header.base_number
      && same_span (&header.issuer, &self->header.issuer))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_PENDING, "crl",
                   "waits for base CRL %" G_GINT64_FORMAT " (in the same place)",
                   self->header.base_number);
  return FALSE;
}

/* Reports */

static Report *
find_report (ICertIssuedCrl *self, const char *place)
{
  for (guint i = 0; i < self->reports->len; i++)
    {
      Report *report = self->reports->pdata[i];

      if (g_str_equal (report->place, place))
        return report;
    }
  return NULL;
}

/* A name that fits the column of the store. */
static char *
clean_place (const char *place)
{
  GString *name = g_string_new (NULL);
  const char *end;

  _icert_append_printable (name, place, strlen (place), MAX_PLACE, FALSE);
  g_string_truncate (name, MIN (name->len, MAX_PLACE));
  g_utf8_validate (name->str, (gssize) name->len, &end);
  g_string_truncate (name, (gsize) (end - name->str));
  return g_string_free (name, FALSE);
}

/* @failure: nullable */
static void
report_place (ICertIssuedCrl *self, const char *place, gboolean read_back, const GError *failure)
{
  g_autofree char *name = clean_place (place);
  Report *report;

  g_mutex_lock (&self->lock);
  report = find_report (self, name);
  if (report == NULL && self->reports->len < MAX_REPORTS)
    {
      report = g_new0 (Report, 1);
      report->place = g_steal_pointer (&name);
      g_ptr_array_add (self->reports, report);
    }
  if (report != NULL)
    {
      g_clear_error (&report->failure);
      report->failure = failure != NULL ? g_error_copy (failure) : NULL;
      report->read_back = read_back;
    }
  g_mutex_unlock (&self->lock);
}

/**
 * icert_issued_crl_report_done:
 * @self: a CRL
 * @place: where it is, as an administrator would name it: a URL or a path
 * @read_back: whether the exit read it back from there, the same
 *
 * Says that the CRL lies in one place. The last word about a place counts. Any thread.
 */
void
icert_issued_crl_report_done (ICertIssuedCrl *self, const char *place, gboolean read_back)
{
  g_return_if_fail (ICERT_IS_ISSUED_CRL (self));
  g_return_if_fail (place != NULL);

  report_place (self, place, read_back, NULL);
}

/**
 * icert_issued_crl_report_failure:
 * @self: a CRL
 * @place: where it was to go, as an administrator would name it: a URL or a path
 * @failure: why it is not there; `ICERT_ERROR_PENDING` says that it is put off
 *
 * Says that the CRL is not in one place; the event is delivered again later. The last word about a
 * place counts. Any thread.
 */
void
icert_issued_crl_report_failure (ICertIssuedCrl *self, const char *place, const GError *failure)
{
  g_return_if_fail (ICERT_IS_ISSUED_CRL (self));
  g_return_if_fail (place != NULL);
  g_return_if_fail (failure != NULL);

  report_place (self, place, FALSE, failure);
}

/**
 * icert_issued_crl_list_reports:
 * @self: a CRL
 *
 * Gives what was reported, in the order of the places: dictionaries with `place` (`s`), `read-back`
 * (`b`) and, where it failed, `failure` (`s`) and `postponed` (`b`). Any thread.
 *
 * Returns: (transfer full): `aa{sv}`
 */
GVariant *
icert_issued_crl_list_reports (ICertIssuedCrl *self)
{
  GVariantBuilder builder;

  g_return_val_if_fail (ICERT_IS_ISSUED_CRL (self), NULL);

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->reports->len; i++)
    {
      const Report *report = self->reports->pdata[i];

      g_variant_builder_open (&builder, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&builder, "{sv}", "place", g_variant_new_string (report->place));
      g_variant_builder_add (&builder, "{sv}", "read-back",
                             g_variant_new_boolean (report->read_back));
      if (report->failure != NULL)
        {
          gboolean postponed = g_error_matches (report->failure, ICERT_ERROR, ICERT_ERROR_PENDING);

          g_variant_builder_add (&builder, "{sv}", "failure",
                                 g_variant_new_string (report->failure->message));
          g_variant_builder_add (&builder, "{sv}", "postponed", g_variant_new_boolean (postponed));
        }
      g_variant_builder_close (&builder);
    }
  g_mutex_unlock (&self->lock);
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}
