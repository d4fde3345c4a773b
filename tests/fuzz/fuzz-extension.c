/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fuzz.h"

#include <openssl/x509v3.h>

#include "ca-encode.h"

/* Values of extensions: what policies read (ICertExtension.parse_*) and what the ICertEncode*
 * classes decode. Each input goes to all of them. */

static void
check_urls (char **urls)
{
  for (gsize i = 0; urls[i] != NULL; i++)
    fuzz_check_text (urls[i]);
}

/* Takes over @built, which is @value again (S-A3) */
static void
check_built (GBytes *value, ICertExtension *built)
{
  g_autoptr (GBytes) again = icert_extension_get_value (built);

  g_assert_true (g_bytes_equal (value, again));
  g_object_unref (built);
}

static void
parse_lists (GBytes *value)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) purposes = NULL;
  g_auto (GStrv) policies = NULL;

  purposes = icert_extension_parse_extended_key_usage (value, &error);
  fuzz_check_pointer (purposes, &error);
  if (purposes != NULL)
    {
      fuzz_check_openssl (value, ASN1_ITEM_rptr (EXTENDED_KEY_USAGE));
      check_built (value, icert_extension_new_extended_key_usage ((const char *const *) purposes,
                                                                  TRUE, NULL));
    }
  policies = icert_extension_parse_certificate_policies (value, &error);
  fuzz_check_pointer (policies, &error);
}

static void
parse_flags (GBytes *value)
{
  g_autoptr (GError) error = NULL;
  ICertKeyUsage usage;
  gboolean ca;
  int path_length;
  gboolean ok = icert_extension_parse_key_usage (value, &usage, &error);

  fuzz_check (ok, &error);
  if (ok)
    {
      fuzz_check_openssl (value, ASN1_ITEM_rptr (ASN1_BIT_STRING));
      check_built (value, icert_extension_new_key_usage (usage, TRUE, NULL));
    }

  ok = icert_extension_parse_basic_constraints (value, &ca, &path_length, &error);
  fuzz_check (ok, &error);
  if (ok)
    {
      fuzz_check_openssl (value, ASN1_ITEM_rptr (BASIC_CONSTRAINTS));
      check_built (value, icert_extension_new_basic_constraints (ca, path_length, TRUE, NULL));
    }
}

/* X400 and EDI_PARTY are kept as they are: what is inside is nobody's business, no profile has them
 */
static gboolean
are_read (GPtrArray *names)
{
  for (guint i = 0; i < names->len; i++)
    {
      ICertNameKind kind = icert_name_get_kind (names->pdata[i]);

      if (kind == ICERT_NAME_KIND_X400 || kind == ICERT_NAME_KIND_EDI_PARTY)
        return FALSE;
    }
  return TRUE;
}

static void
parse_names (GBytes *value)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) names = icert_extension_parse_subject_alt_name (value, &error);
  g_autoptr (GPtrArray) permitted = NULL;
  g_autoptr (GPtrArray) excluded = NULL;
  gboolean ok;

  fuzz_check_pointer (names, &error);
  if (names != NULL && are_read (names))
    fuzz_check_openssl (value, ASN1_ITEM_rptr (GENERAL_NAMES));
  for (guint i = 0; names != NULL && i < names->len; i++)
    fuzz_check_name (names->pdata[i]);

  ok = icert_extension_parse_name_constraints (value, &permitted, &excluded, &error);
  fuzz_check (ok, &error);
  if (ok)
    fuzz_check_openssl (value, ASN1_ITEM_rptr (NAME_CONSTRAINTS));
}

static void
parse_places (GBytes *value)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) issuers = NULL;
  g_auto (GStrv) responders = NULL;
  g_auto (GStrv) points = NULL;
  gboolean ok = icert_extension_parse_authority_info_access (value, &issuers, &responders, &error);

  fuzz_check (ok, &error);
  if (ok)
    {
      check_urls (issuers);
      check_urls (responders);
    }
  points = icert_extension_parse_crl_distribution_points (value, &error);
  fuzz_check_pointer (points, &error);
  if (points != NULL)
    check_urls (points);
}

/* decode() then to_bytes() of each class: the same octets, or an error */
#define DECODE(type, gtype, item)                                                                  \
  static void decode_##type (GBytes *value)                                                        \
  {                                                                                                \
    g_autoptr (GError) error = NULL;                                                               \
    gpointer object = g_object_new (gtype, NULL);                                                  \
    gboolean ok = icert_encode_##type##_decode (object, value, &error);                            \
    g_autoptr (GBytes) again = NULL;                                                               \
                                                                                                   \
    fuzz_check (ok, &error);                                                                       \
    if (ok)                                                                                        \
      {                                                                                            \
        again = icert_encode_##type##_to_bytes (object, &error);                                   \
        g_assert_no_error (error);                                                                 \
        g_assert_true (g_bytes_equal (value, again));                                              \
        fuzz_check_openssl (value, ASN1_ITEM_rptr (item));                                         \
      }                                                                                            \
    g_object_unref (object);                                                                       \
  }

DECODE (alt_name, CA_TYPE_ENCODE_ALT_NAME, ASN1_SEQUENCE_ANY)
DECODE (bit_string, CA_TYPE_ENCODE_BIT_STRING, ASN1_BIT_STRING)
DECODE (crl_dist_info, CA_TYPE_ENCODE_CRL_DIST_INFO, ASN1_SEQUENCE_ANY)
DECODE (date_array, CA_TYPE_ENCODE_DATE_ARRAY, ASN1_SEQUENCE_ANY)
DECODE (long_array, CA_TYPE_ENCODE_LONG_ARRAY, ASN1_SEQUENCE_ANY)
DECODE (string_array, CA_TYPE_ENCODE_STRING_ARRAY, ASN1_SEQUENCE_ANY)

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) value = g_bytes_new_static (data, size);

  parse_flags (value);
  parse_lists (value);
  parse_names (value);
  parse_places (value);
  decode_alt_name (value);
  decode_bit_string (value);
  decode_crl_dist_info (value);
  decode_date_array (value);
  decode_long_array (value);
  decode_string_array (value);
  return 0;
}
