/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fuzz.h"

#include <openssl/x509.h>

#include "ca-decode.h"

/* Names as people write them: RFC 4514 text, and "dNSName:www.example.org" with its patterns. */

static void
read_subject (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rdns = ca_name_from_text (text, &error);
  g_autoptr (GPtrArray) again = NULL;
  g_autofree char *written = NULL;
  g_autoptr (GBytes) der = NULL;

  fuzz_check_pointer (rdns, &error);
  if (rdns == NULL)
    return;

  /* the text of what was read is read as the same */
  written = ca_name_to_text (rdns);
  again = ca_name_from_text (written, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (again->len, ==, rdns->len);
  for (guint i = 0; i < rdns->len; i++)
    {
      const CaRdn *one = rdns->pdata[i], *other = again->pdata[i];

      g_assert_cmpstr (one->oid, ==, other->oid);
      g_assert_cmpstr (one->value, ==, other->value);
    }

  der = ca_name_encode (rdns, &error);
  fuzz_check_pointer (der, &error);
  if (der != NULL)
    fuzz_check_openssl (der, ASN1_ITEM_rptr (X509_NAME));
}

static void
read_kinds (const char *text)
{
  for (int kind = -1; kind < 12; kind++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ICertName) name = icert_name_new ((ICertNameKind) kind, text, &error);
      g_autoptr (ICertName) constraint = NULL;

      fuzz_check_pointer (name, &error);
      if (name != NULL)
        {
          fuzz_check_name (name);
          icert_name_matches (name, text);
        }
      constraint = icert_name_new_constraint ((ICertNameKind) kind, text, &error);
      fuzz_check_pointer (constraint, &error);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = fuzz_text (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertName) name = NULL;
  g_autoptr (ICertName) place = NULL;

  read_subject (text);
  read_kinds (text);
  name = icert_name_from_string (text, &error);
  fuzz_check_pointer (name, &error);
  if (name != NULL)
    fuzz_check_name (name);
  place = icert_name_new_location (text, &error);
  fuzz_check_pointer (place, &error);
  return 0;
}
