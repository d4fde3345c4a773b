/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <openssl/x509v3.h>

/* General names as OpenSSL holds them: what encoders of ours are measured by. (transfer full) */
GENERAL_NAME *fake_general_name_text (int type, const char *text);
GENERAL_NAME *fake_general_name_address (const char *octets, int size);
GENERAL_NAME *fake_general_name_other (const char *oid, const char *text);
/* takes over @value */
GENERAL_NAME *fake_general_name_directory (X509_NAME *value);
GENERAL_NAME *fake_general_name_registered_id (const char *oid);
