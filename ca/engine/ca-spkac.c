/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-decode-private.h"

/* SignedPublicKeyAndChallenge: a key, a word the CA gave out, and a signature over both. No name.
 */
gboolean
ca_spkac_decode (CaDecoded *decoded, GError **error)
{
  static const guint8 empty_name[] = { CA_DER_SEQUENCE, 0 };
  CaDerReader reader;
  CaTlv to_be_signed, spki, challenge;
  gboolean has_nul;

  if (!ca_decoded_split (decoded, &to_be_signed, error))
    return FALSE;
  ca_der_reader_init (&reader, to_be_signed.content, to_be_signed.size);
  if (!ca_der_read_tag (&reader, CA_DER_SEQUENCE, &spki)
      || !ca_der_read_tag (&reader, CA_DER_IA5_STRING, &challenge) || !ca_der_at_end (&reader))
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, "request",
                       "not an SPKAC (a public key and a challenge)");
      return FALSE;
    }
  decoded->challenge = ca_der_string_to_utf8 (&challenge, &has_nul);
  if (decoded->challenge == NULL || !ca_text_is_clean (decoded->challenge))
    {
      icert_set_error (error, ICERT_ERROR_BAD_NAME, "challenge",
                       "has a control character or is not ASCII (an IA5String without)");
      return FALSE;
    }
  decoded->subject = g_bytes_new_static (empty_name, sizeof empty_name);
  decoded->rdns = g_ptr_array_new_with_free_func ((GDestroyNotify) ca_rdn_free);
  return ca_decoded_set_key (decoded, &spki, error);
}
