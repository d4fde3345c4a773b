/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

/* Object identifiers of the extensions and attributes the builder and linter know (RFC 5280). */
#define CA_OID_COMMON_NAME "2.5.4.3"
#define CA_OID_SUBJECT_KEY_IDENTIFIER "2.5.29.14"
#define CA_OID_KEY_USAGE "2.5.29.15"
#define CA_OID_SUBJECT_ALT_NAME "2.5.29.17"
#define CA_OID_ISSUER_ALT_NAME "2.5.29.18"
#define CA_OID_BASIC_CONSTRAINTS "2.5.29.19"
#define CA_OID_NAME_CONSTRAINTS "2.5.29.30"
#define CA_OID_CRL_DISTRIBUTION_POINTS "2.5.29.31"
#define CA_OID_CERTIFICATE_POLICIES "2.5.29.32"
#define CA_OID_POLICY_MAPPINGS "2.5.29.33"
#define CA_OID_AUTHORITY_KEY_IDENTIFIER "2.5.29.35"
#define CA_OID_POLICY_CONSTRAINTS "2.5.29.36"
#define CA_OID_EXTENDED_KEY_USAGE "2.5.29.37"
#define CA_OID_FRESHEST_CRL "2.5.29.46"
#define CA_OID_INHIBIT_ANY_POLICY "2.5.29.54"
#define CA_OID_AUTHORITY_INFO_ACCESS "1.3.6.1.5.5.7.1.1"
#define CA_OID_OCSP_NO_CHECK "1.3.6.1.5.5.7.48.1.5"
/* Microsoft's: inside requests */
#define CA_OID_RENEWAL_CERTIFICATE "1.3.6.1.4.1.311.13.1"
#define CA_OID_NAME_VALUE_PAIR "1.3.6.1.4.1.311.13.2.1"
/* EKU of who may ask on behalf of others */
#define CA_OID_REQUEST_AGENT "1.3.6.1.4.1.311.20.2.1"
#define CA_OID_CT_SCT_LIST "1.3.6.1.4.1.11129.2.4.2"
#define CA_OID_CT_POISON "1.3.6.1.4.1.11129.2.4.3"
