/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fuzz.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "ca-decode.h"
#include "ca-der.h"

/* Names in DER: a GeneralName, and a Name of any subject or issuer. */

static void
read_general_name (GBytes *input)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ICertName) name = icert_name_new_from_der (input, &error);
  g_autoptr (GBytes) again = NULL;

  fuzz_check_pointer (name, &error);
  if (name == NULL)
    return;

  /* what is inside these two is nobody's business here: no profile has them */
  if (icert_name_get_kind (name) != ICERT_NAME_KIND_X400
      && icert_name_get_kind (name) != ICERT_NAME_KIND_EDI_PARTY)
    fuzz_check_openssl (input, ASN1_ITEM_rptr (GENERAL_NAME));
  fuzz_check_name (name);
}

static gboolean
rdns_equal (GPtrArray *one, GPtrArray *other)
{
  for (guint i = 0; i < one->len && one->len == other->len; i++)
    {
      const CaRdn *a = one->pdata[i], *b = other->pdata[i];

      if (!g_str_equal (a->oid, b->oid) || !g_str_equal (a->value, b->value))
        return FALSE;
    }
  return one->len == other->len;
}

static void
read_name (GBytes *input)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rdns = NULL;
  g_autoptr (GPtrArray) again = NULL;
  g_autoptr (GBytes) written = NULL;
  g_autofree char *text = NULL;
  gboolean ok;

  /* as for all octets that it is given */
  ok = ca_der_scan (g_bytes_get_data (input, NULL), g_bytes_get_size (input), "name", &error);

  fuzz_check (ok, &error);
  if (!ok)
    return;

  rdns = ca_name_decode (input, &error);
  fuzz_check_pointer (rdns, &error);
  if (rdns == NULL)
    return;

  fuzz_check_openssl (input, ASN1_ITEM_rptr (X509_NAME));
  for (guint i = 0; i < rdns->len; i++)
    fuzz_check_text (((CaRdn *) rdns->pdata[i])->value);
  text = ca_name_to_text (rdns);
  fuzz_check_text (text);

  /* what may be issued comes back as it was */
  written = ca_name_encode (rdns, &error);
  fuzz_check_pointer (written, &error);
  if (written == NULL)
    return;
  again = ca_name_decode (written, &error);
  g_assert_no_error (error);
  g_assert_true (rdns_equal (rdns, again));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) input = g_bytes_new_static (data, size);

  read_general_name (input);
  read_name (input);
  return 0;
}
