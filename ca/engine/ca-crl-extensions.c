/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-crl-private.h"

#include "ca-der-writer.h"
#include "ca-der.h"

#define OID_CA_VERSION "1.3.6.1.4.1.311.21.1"
#define OID_NEXT_PUBLISH "1.3.6.1.4.1.311.21.4"
#define OID_SELF_CDP "1.3.6.1.4.1.311.21.14"
#define OID_CRL_NUMBER "2.5.29.20"
#define OID_DELTA_INDICATOR "2.5.29.27"
#define OID_ISSUING_DISTRIBUTION_POINT "2.5.29.28"
#define OID_KEY_IDENTIFIER "2.5.29.35"
#define OID_FRESHEST_CRL "2.5.29.46"

/* Extensions are put in front of what was written before, so the last one comes first. The value is
 * what was written since @mark. */
static void
end_extension (CaDerWriter *writer, const char *oid, gboolean critical, gsize mark)
{
  ca_der_prepend_header (writer, CA_TAG_OCTET_STRING, mark);
  if (critical)
    ca_der_prepend (writer, "\x01\x01\xff", 3);
  ca_der_prepend_oid (writer, oid);
  ca_der_prepend_header (writer, CA_TAG_SEQUENCE, mark);
}

static void
prepend_number (CaDerWriter *writer, gint64 number)
{
  gsize mark = ca_der_mark (writer);
  guint8 octet;

  do
    {
      octet = (guint8) number;
      ca_der_prepend_octet (writer, octet);
      number >>= 8;
    }
  while (number > 0);
  if (octet >= 0x80)
    ca_der_prepend_octet (writer, 0);
  ca_der_prepend_header (writer, CA_TAG_INTEGER, mark);
}

static void
add_number (CaDerWriter *writer, const char *oid, gboolean critical, gint64 number)
{
  gsize mark = ca_der_mark (writer);

  prepend_number (writer, number);
  end_extension (writer, oid, critical, mark);
}

static void
add_key_identifier (CaDerWriter *writer, const CaIssuer *issuer)
{
  gsize mark = ca_der_mark (writer);

  ca_der_prepend_element (writer, CA_TAG_CONTEXT, issuer->key_identifier,
                          issuer->key_identifier_size);
  ca_der_prepend_header (writer, CA_TAG_SEQUENCE, mark);
  end_extension (writer, OID_KEY_IDENTIFIER, FALSE, mark);
}

static void
add_value (CaDerWriter *writer, const char *oid, gboolean critical, const void *data, gsize size)
{
  gsize mark = ca_der_mark (writer);

  ca_der_prepend (writer, data, size);
  end_extension (writer, oid, critical, mark);
}

/* CRLDistributionPoints with one point that has all URLs, as in the certificates; NULL without an
 * error when there is none */
static GBytes *
make_points (const CaConfig *config, const CaCrlRow *row, gboolean delta, GError **error)
{
  g_auto (GStrv) urls = ca_crl_urls (config, row->key_index, row->partition, delta);
  g_autoptr (ICertExtension) extension = NULL;

  if (urls == NULL)
    return NULL;
  extension = icert_extension_new_crl_distribution_points ((const char *const *) urls, error);
  return extension != NULL ? icert_extension_get_value (extension) : NULL;
}

/* S-I2: issuingDistributionPoint begins with the same distributionPoint as a DistributionPoint, and
 * neither has anything else here: so its value is that of the certificates, octet for octet. */
static gboolean
add_issuing_point (CaDerWriter *writer, GBytes *points, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (points, &size);
  CaTlv list, point;

  if (!ca_der_read_only (data, size, CA_DER_SEQUENCE, &list)
      || !ca_der_read_only (list.content, list.size, CA_DER_SEQUENCE, &point))
    {
      icert_set_error (error, ICERT_ERROR_INTERNAL, "CDP", "is not one point (one)");
      return FALSE;
    }
  add_value (writer, OID_ISSUING_DISTRIBUTION_POINT, TRUE, point.start, point.total);
  return TRUE;
}

static gboolean
add_own (CaDerWriter *writer, const CaCrlRun *run, const CaCrl *crl, GError **error)
{
  gsize mark = ca_der_mark (writer);

  if (!ca_der_prepend_time (writer, crl->row->next_publish / G_USEC_PER_SEC))
    {
      icert_set_error (error, ICERT_ERROR_BAD_VALIDITY, "nextPublish",
                       "cannot be written (1950 to 9999)");
      return FALSE;
    }
  end_extension (writer, OID_NEXT_PUBLISH, FALSE, mark);
  add_number (writer, OID_CA_VERSION, FALSE,
              (gint64) crl->issuer->key_index << 16 | crl->issuer->certificate_index);
  return TRUE;
}

/* Where a CRL is, and with deltas switched on where its delta is. */
static gboolean
add_points (CaDerWriter *writer, const CaCrlRun *run, const CaCrl *crl, GError **error)
{
  const CaConfig *config = run->facts->config;
  gboolean delta = (crl->row->flags & ICERT_CRL_PUBLISH_DELTA) != 0;
  g_autoptr (GError) local = NULL;
  g_autoptr (GBytes) own = make_points (config, crl->row, delta, &local);
  g_autoptr (GBytes) base = make_points (config, crl->row, FALSE, &local);
  g_autoptr (GBytes) fresh = make_points (config, crl->row, TRUE, &local);
  gsize size;
  const void *data;

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (own == NULL)
    {
      if (!crl->divided)
        return TRUE;
      icert_set_error (error, ICERT_ERROR_CONFIG, "Url",
                       "partitioned CRLs need a place of their own (a URL of the CA)");
      return FALSE;
    }
  data = g_bytes_get_data (own, &size);
  add_value (writer, OID_SELF_CDP, FALSE, data, size);
  data = g_bytes_get_data (fresh, &size);
  if (!delta && ca_duration_is_set (&config->delta_period))
    add_value (writer, OID_FRESHEST_CRL, FALSE, data, size);
  return !crl->divided || add_issuing_point (writer, base, error);
}

GBytes *
ca_crl_make_extensions (const CaCrlRun *run, const CaCrl *crl, GError **error)
{
  g_auto (CaDerWriter) writer = { 0 };

  ca_der_writer_init (&writer, 512);
  if (!add_own (&writer, run, crl, error) || !add_points (&writer, run, crl, error))
    return NULL;
  if (crl->row->min_base > 0)
    add_number (&writer, OID_DELTA_INDICATOR, TRUE, crl->row->min_base);
  add_number (&writer, OID_CRL_NUMBER, FALSE, crl->row->number);
  add_key_identifier (&writer, crl->issuer);
  ca_der_prepend_header (&writer, CA_TAG_SEQUENCE, 0);
  return ca_der_writer_end (&writer);
}
