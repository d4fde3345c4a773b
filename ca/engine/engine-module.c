/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-encode.h"
#include "ca-local.h"
#include "ca-request-decoder.h"

static const ICertModuleClass classes[] = {
  { icert_request_get_type, ca_local_request_get_type },
  { icert_admin_get_type, ca_local_admin_get_type },
  { icert_view_get_type, ca_local_view_get_type },
  { icert_ca_get_type, ca_local_ca_get_type },
  { icert_control_get_type, ca_local_control_get_type },
  { icert_security_get_type, ca_local_security_get_type },
  { icert_request_decoder_get_type, ca_request_decoder_get_type },
  { icert_setup_get_type, ca_setup_get_type },
  { icert_backup_get_type, ca_local_backup_get_type },
  { icert_enroll_get_type, ca_enroll_get_type },
  { icert_encode_alt_name_get_type, ca_encode_alt_name_get_type },
  { icert_encode_bit_string_get_type, ca_encode_bit_string_get_type },
  { icert_encode_crl_dist_info_get_type, ca_encode_crl_dist_info_get_type },
  { icert_encode_date_array_get_type, ca_encode_date_array_get_type },
  { icert_encode_long_array_get_type, ca_encode_long_array_get_type },
  { icert_encode_string_array_get_type, ca_encode_string_array_get_type },
  { NULL, NULL },
};

ICERT_MODULE_DEFINE ("engine", "The engine of CAs in this process", classes);
