/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-macros.h"

G_BEGIN_DECLS

/* All numbers that a row, a configuration file or a message can hold are those of AD CS. One
 * enumerator a line, or glib-mkenums writes code that does not compile. Doc comments of enums stand
 * here, above each enum, since that is where a reader looks for the numbers. */

/**
 * ICertDisposition:
 * @ICERT_DISPOSITION_INCOMPLETE: the request did not complete
 * @ICERT_DISPOSITION_ERROR: the request failed
 * @ICERT_DISPOSITION_DENIED: the request was denied
 * @ICERT_DISPOSITION_ISSUED: a certificate was issued
 * @ICERT_DISPOSITION_ISSUED_OUT_OF_BAND: issued, to be collected elsewhere (reserved)
 * @ICERT_DISPOSITION_UNDER_SUBMISSION: the request is pending
 * @ICERT_DISPOSITION_REVOKED: issued, then revoked
 *
 * What became of a request, as a client sees it (AD CS: CR_DISP_*).
 */
typedef enum
{
  ICERT_DISPOSITION_INCOMPLETE = 0,
  ICERT_DISPOSITION_ERROR = 1,
  ICERT_DISPOSITION_DENIED = 2,
  ICERT_DISPOSITION_ISSUED = 3,
  ICERT_DISPOSITION_ISSUED_OUT_OF_BAND = 4,
  ICERT_DISPOSITION_UNDER_SUBMISSION = 5,
  ICERT_DISPOSITION_REVOKED = 6,
} ICertDisposition;

/**
 * ICertRowDisposition:
 * @ICERT_ROW_DISPOSITION_ACTIVE: being processed
 * @ICERT_ROW_DISPOSITION_PENDING: waits for an officer; upper bound of the queue view
 * @ICERT_ROW_DISPOSITION_FOREIGN: imported, signed by another CA
 * @ICERT_ROW_DISPOSITION_CA_CERT: the CA's own certificate, or a cross certificate of it; its row
 * has an id below 0
 * @ICERT_ROW_DISPOSITION_CA_CERT_CHAIN: a certificate above the CA; its row has an id below 0
 * @ICERT_ROW_DISPOSITION_KRA_CERT: a key recovery agent's certificate
 * @ICERT_ROW_DISPOSITION_ISSUED: issued; lower bound of the log view
 * @ICERT_ROW_DISPOSITION_REVOKED: issued, then revoked
 * @ICERT_ROW_DISPOSITION_ERROR: failed in the engine; lower bound of the failed view
 * @ICERT_ROW_DISPOSITION_DENIED: denied by a policy or an officer
 *
 * The value of column Request.Disposition (AD CS: DB_DISP_*).
 */
typedef enum
{
  ICERT_ROW_DISPOSITION_ACTIVE = 8,
  ICERT_ROW_DISPOSITION_PENDING = 9,
  ICERT_ROW_DISPOSITION_FOREIGN = 12,
  ICERT_ROW_DISPOSITION_CA_CERT = 15,
  ICERT_ROW_DISPOSITION_CA_CERT_CHAIN = 16,
  ICERT_ROW_DISPOSITION_KRA_CERT = 17,
  ICERT_ROW_DISPOSITION_ISSUED = 20,
  ICERT_ROW_DISPOSITION_REVOKED = 21,
  ICERT_ROW_DISPOSITION_ERROR = 30,
  ICERT_ROW_DISPOSITION_DENIED = 31,
} ICertRowDisposition;

/**
 * ICertVerdict:
 * @ICERT_VERDICT_PENDING: an officer must decide (AD CS: VR_PENDING)
 * @ICERT_VERDICT_ISSUE: issue the certificate (AD CS: VR_INSTANT_OK)
 * @ICERT_VERDICT_DENY: refuse (AD CS: VR_INSTANT_BAD)
 *
 * The answer of a policy module. Zero is the safe one.
 */
typedef enum
{
  ICERT_VERDICT_PENDING = 0,
  ICERT_VERDICT_ISSUE = 1,
  ICERT_VERDICT_DENY = 2,
} ICertVerdict;

/**
 * ICertEncoding:
 * @ICERT_ENCODING_BASE64_HEADER: PEM
 * @ICERT_ENCODING_BASE64: base64 without header lines
 * @ICERT_ENCODING_BINARY: DER
 * @ICERT_ENCODING_ANY: found out from the first octets
 *
 * How the octets of a submitted request are armoured (AD CS: low byte of CR_IN_*).
 */
typedef enum
{
  ICERT_ENCODING_BASE64_HEADER = 0x0,
  ICERT_ENCODING_BASE64 = 0x1,
  ICERT_ENCODING_BINARY = 0x2,
  ICERT_ENCODING_ANY = 0xff,
} ICertEncoding;

/**
 * ICertRequestFormat:
 * @ICERT_REQUEST_FORMAT_ANY: found out from the tags of the first two levels (S-A4)
 * @ICERT_REQUEST_FORMAT_PKCS10: PKCS #10, RFC 2986
 * @ICERT_REQUEST_FORMAT_KEYGEN: SPKAC, a signed public key and challenge
 * @ICERT_REQUEST_FORMAT_PKCS7: CMS with a PKCS #10 inside
 * @ICERT_REQUEST_FORMAT_CMC: CMC full request, RFC 5272
 * @ICERT_REQUEST_FORMAT_CHALLENGE_RESPONSE: answer to a key attestation challenge
 * @ICERT_REQUEST_FORMAT_SCT_LIST: list of signed certificate timestamps
 * @ICERT_REQUEST_FORMAT_CRMF: CertReqMessages, RFC 4211 (not in AD CS)
 *
 * What kind of request the octets hold (AD CS: second byte of CR_IN_*).
 */
typedef enum
{
  ICERT_REQUEST_FORMAT_ANY = 0x000,
  ICERT_REQUEST_FORMAT_PKCS10 = 0x100,
  ICERT_REQUEST_FORMAT_KEYGEN = 0x200,
  ICERT_REQUEST_FORMAT_PKCS7 = 0x300,
  ICERT_REQUEST_FORMAT_CMC = 0x400,
  ICERT_REQUEST_FORMAT_CHALLENGE_RESPONSE = 0x500,
  ICERT_REQUEST_FORMAT_SCT_LIST = 0x600,
  ICERT_REQUEST_FORMAT_CRMF = 0x1000,
} ICertRequestFormat;

/**
 * ICertRequestFlags:
 * @ICERT_REQUEST_FLAG_NONE: a request of its own
 * @ICERT_REQUEST_FLAG_RENEWAL: signed with the certificate that it renews
 * @ICERT_REQUEST_FLAG_ENROLL_ON_BEHALF_OF: an agent asks for somebody else
 *
 * What a request is beyond its form: property and column RequestFlags (AD CS: CR_FLG_*, of which
 * this CA sets these).
 */
typedef enum /*< flags >*/
{
  ICERT_REQUEST_FLAG_NONE = 0,
  ICERT_REQUEST_FLAG_RENEWAL = 1 << 1,
  ICERT_REQUEST_FLAG_ENROLL_ON_BEHALF_OF = 1 << 4,
} ICertRequestFlags;

/**
 * ICertSubmitFlags:
 * @ICERT_SUBMIT_NONE: nothing special
 * @ICERT_SUBMIT_FULL_RESPONSE: answer as CMC full response
 * @ICERT_SUBMIT_CRLS: let the answer hold the CRLs of its chain (a CA in this process has them at
 *   hand anyway)
 * @ICERT_SUBMIT_MACHINE: machine context
 * @ICERT_SUBMIT_ON_BEHALF: renew on behalf of another subject (AD CS: ROBO)
 * @ICERT_SUBMIT_CLIENT_ID_NONE: leave out client-identifying data
 *
 * Flags of a submission (AD CS: upper half of CR_IN_*).
 */
typedef enum /*< flags >*/
{
  ICERT_SUBMIT_NONE = 0,
  ICERT_SUBMIT_FULL_RESPONSE = 0x40000,
  ICERT_SUBMIT_CRLS = 0x80000,
  ICERT_SUBMIT_MACHINE = 0x100000,
  ICERT_SUBMIT_ON_BEHALF = 0x200000,
  ICERT_SUBMIT_CLIENT_ID_NONE = 0x400000,
} ICertSubmitFlags;

/**
 * ICertOutputFlags:
 * @ICERT_OUTPUT_BASE64_HEADER: PEM, label CERTIFICATE
 * @ICERT_OUTPUT_BASE64: base64 without header lines
 * @ICERT_OUTPUT_BINARY: DER
 * @ICERT_OUTPUT_BASE64_REQUEST_HEADER: PEM, label NEW CERTIFICATE REQUEST
 * @ICERT_OUTPUT_HEX: hex dump
 * @ICERT_OUTPUT_HEX_ASCII: hex dump with text
 * @ICERT_OUTPUT_BASE64_CRL_HEADER: PEM, label X509 CRL
 * @ICERT_OUTPUT_HEX_ADDR: hex dump with offsets
 * @ICERT_OUTPUT_HEX_ASCII_ADDR: hex dump with offsets and text
 * @ICERT_OUTPUT_HEX_RAW: continuous hex
 * @ICERT_OUTPUT_CHAIN: PKCS #7 with the chain
 * @ICERT_OUTPUT_CRLS: PKCS #7 also with CRLs
 * @ICERT_OUTPUT_NO_CRLF: no line ends in base64
 * @ICERT_OUTPUT_NO_CR: lines end with LF (the default here)
 *
 * Form of an answered certificate (AD CS: CR_OUT_*). The low byte is one encoding, not a mask.
 */
typedef enum /*< flags >*/
{
  ICERT_OUTPUT_BASE64_HEADER = 0x0,
  ICERT_OUTPUT_BASE64 = 0x1,
  ICERT_OUTPUT_BINARY = 0x2,
  ICERT_OUTPUT_BASE64_REQUEST_HEADER = 0x3,
  ICERT_OUTPUT_HEX = 0x4,
  ICERT_OUTPUT_HEX_ASCII = 0x5,
  ICERT_OUTPUT_BASE64_CRL_HEADER = 0x9,
  ICERT_OUTPUT_HEX_ADDR = 0xa,
  ICERT_OUTPUT_HEX_ASCII_ADDR = 0xb,
  ICERT_OUTPUT_HEX_RAW = 0xc,
  ICERT_OUTPUT_CHAIN = 0x100,
  ICERT_OUTPUT_CRLS = 0x200,
  ICERT_OUTPUT_NO_CRLF = 0x40000000,
  ICERT_OUTPUT_NO_CR = 0x80000000,
} ICertOutputFlags;

/**
 * ICertErrorTextFlags:
 * @ICERT_ERROR_TEXT_DEFAULT: the text alone
 * @ICERT_ERROR_TEXT_HRESULT_STRING: append the code in hex
 * @ICERT_ERROR_TEXT_HTTP_ERROR: the code is an HTTP status
 *
 * Form of [func@ICert.Error.describe] (AD CS: CR_GEMT_*).
 */
typedef enum /*< flags >*/
{
  ICERT_ERROR_TEXT_DEFAULT = 0,
  ICERT_ERROR_TEXT_HRESULT_STRING = 1,
  ICERT_ERROR_TEXT_HTTP_ERROR = 2,
} ICertErrorTextFlags;

/**
 * ICertExitEvents:
 * @ICERT_EXIT_EVENT_NONE: no event
 * @ICERT_EXIT_EVENT_CERT_ISSUED: a certificate was issued
 * @ICERT_EXIT_EVENT_CERT_PENDING: a request was taken under submission
 * @ICERT_EXIT_EVENT_CERT_DENIED: a request was denied
 * @ICERT_EXIT_EVENT_CERT_REVOKED: a certificate was revoked
 * @ICERT_EXIT_EVENT_CERT_RETRIEVE_PENDING: a client collected its answer
 * @ICERT_EXIT_EVENT_CRL_ISSUED: CRLs were issued (request id 0)
 * @ICERT_EXIT_EVENT_SHUTDOWN: the engine stops (request id 0)
 * @ICERT_EXIT_EVENT_STARTUP: the engine started (request id 0)
 * @ICERT_EXIT_EVENT_CERT_IMPORTED: a certificate was imported
 * @ICERT_EXIT_EVENT_CERT_FAILED: a request ended in state 30 (no AD CS counterpart)
 * @ICERT_EXIT_EVENT_REQUEST_CHANGED: an officer changed attributes or extensions (no AD CS
 *   counterpart)
 * @ICERT_EXIT_EVENT_ALARM: the CA needs somebody, or tests whether it could tell him (request id 0;
 *   no AD CS counterpart)
 * @ICERT_EXIT_EVENT_CERT_UNREVOKED: a certificate was released from hold (no AD CS counterpart)
 * @ICERT_EXIT_EVENT_AUDIT_CHECKPOINT: the audit log has a new checkpoint, for whoever keeps them
 *   outside: [method@ICert.ServerExit.get_alarm] gives it (request id 0, no AD CS counterpart)
 *
 * Events that exit modules may ask for (AD CS: EXITEVENT_*).
 */
typedef enum /*< flags >*/
{
  ICERT_EXIT_EVENT_NONE = 0,
  ICERT_EXIT_EVENT_CERT_ISSUED = 0x1,
  ICERT_EXIT_EVENT_CERT_PENDING = 0x2,
  ICERT_EXIT_EVENT_CERT_DENIED = 0x4,
  ICERT_EXIT_EVENT_CERT_REVOKED = 0x8,
  ICERT_EXIT_EVENT_CERT_RETRIEVE_PENDING = 0x10,
  ICERT_EXIT_EVENT_CRL_ISSUED = 0x20,
  ICERT_EXIT_EVENT_SHUTDOWN = 0x40,
  ICERT_EXIT_EVENT_STARTUP = 0x80,
  ICERT_EXIT_EVENT_CERT_IMPORTED = 0x200,
  ICERT_EXIT_EVENT_CERT_FAILED = 0x1000,
  ICERT_EXIT_EVENT_REQUEST_CHANGED = 0x2000,
  ICERT_EXIT_EVENT_ALARM = 0x4000,
  ICERT_EXIT_EVENT_CERT_UNREVOKED = 0x8000,
  ICERT_EXIT_EVENT_AUDIT_CHECKPOINT = 0x10000,
} ICertExitEvents;

/**
 * ICertExtensionFlags:
 * @ICERT_EXTENSION_NONE: neither critical nor disabled
 * @ICERT_EXTENSION_CRITICAL: critical in the certificate
 * @ICERT_EXTENSION_DISABLE: kept in the row, left out of the certificate
 * @ICERT_EXTENSION_DELETE: the row is to be removed
 *
 * Policy part of an extension's flags (AD CS: EXTENSION_*). Bits 0xFF00 are free for policy
 * modules: stored, never encoded.
 */
typedef enum /*< flags >*/
{
  ICERT_EXTENSION_NONE = 0,
  ICERT_EXTENSION_CRITICAL = 0x1,
  ICERT_EXTENSION_DISABLE = 0x2,
  ICERT_EXTENSION_DELETE = 0x4,
} ICertExtensionFlags;

/**
 * ICertExtensionOrigin:
 * @ICERT_EXTENSION_ORIGIN_NONE: not said
 * @ICERT_EXTENSION_ORIGIN_REQUEST: asked for in the request
 * @ICERT_EXTENSION_ORIGIN_POLICY: set by a policy module
 * @ICERT_EXTENSION_ORIGIN_ADMIN: set by an officer
 * @ICERT_EXTENSION_ORIGIN_SERVER: set by the engine
 * @ICERT_EXTENSION_ORIGIN_RENEWAL_CERT: from the certificate that is renewed
 * @ICERT_EXTENSION_ORIGIN_IMPORTED_CERT: from an imported certificate
 * @ICERT_EXTENSION_ORIGIN_PKCS7: from a CMS request
 * @ICERT_EXTENSION_ORIGIN_CMC: from a CMC request
 * @ICERT_EXTENSION_ORIGIN_CA_CERT: from the CA's own certificate
 *
 * Who put an extension there (AD CS: EXTENSION_ORIGIN_*). Set by the engine only.
 */
typedef enum
{
  ICERT_EXTENSION_ORIGIN_NONE = 0,
  ICERT_EXTENSION_ORIGIN_REQUEST = 0x10000,
  ICERT_EXTENSION_ORIGIN_POLICY = 0x20000,
  ICERT_EXTENSION_ORIGIN_ADMIN = 0x30000,
  ICERT_EXTENSION_ORIGIN_SERVER = 0x40000,
  ICERT_EXTENSION_ORIGIN_RENEWAL_CERT = 0x50000,
  ICERT_EXTENSION_ORIGIN_IMPORTED_CERT = 0x60000,
  ICERT_EXTENSION_ORIGIN_PKCS7 = 0x70000,
  ICERT_EXTENSION_ORIGIN_CMC = 0x80000,
  ICERT_EXTENSION_ORIGIN_CA_CERT = 0x90000,
} ICertExtensionOrigin;

/**
 * ICertPropertyType:
 * @ICERT_PROPERTY_TYPE_NONE: no type
 * @ICERT_PROPERTY_TYPE_LONG: integer; GVariant i (ids and counters: x)
 * @ICERT_PROPERTY_TYPE_DATE: microseconds since 1970 UTC; GVariant x
 * @ICERT_PROPERTY_TYPE_BINARY: octets; GVariant ay
 * @ICERT_PROPERTY_TYPE_STRING: UTF-8 text; GVariant s
 *
 * Type of a property or column (AD CS: PROPTYPE_*).
 */
typedef enum
{
  ICERT_PROPERTY_TYPE_NONE = 0,
  ICERT_PROPERTY_TYPE_LONG = 1,
  ICERT_PROPERTY_TYPE_DATE = 2,
  ICERT_PROPERTY_TYPE_BINARY = 3,
  ICERT_PROPERTY_TYPE_STRING = 4,
} ICertPropertyType;

/**
 * ICertRevocationReason:
 * @ICERT_REVOCATION_REASON_UNSPECIFIED: not said
 * @ICERT_REVOCATION_REASON_KEY_COMPROMISE: the subject's key is known to others
 * @ICERT_REVOCATION_REASON_CA_COMPROMISE: the CA's key is known to others
 * @ICERT_REVOCATION_REASON_AFFILIATION_CHANGED: names changed
 * @ICERT_REVOCATION_REASON_SUPERSEDED: replaced
 * @ICERT_REVOCATION_REASON_CESSATION_OF_OPERATION: no longer needed
 * @ICERT_REVOCATION_REASON_CERTIFICATE_HOLD: on hold
 * @ICERT_REVOCATION_REASON_REMOVE_FROM_CRL: released from hold; delta CRLs only
 * @ICERT_REVOCATION_REASON_PRIVILEGE_WITHDRAWN: a privilege was withdrawn
 * @ICERT_REVOCATION_REASON_AA_COMPROMISE: the attribute authority was compromised
 *
 * Why a certificate was revoked (RFC 5280, 5.3.1; AD CS: CRL_REASON_*).
 */
typedef enum
{
  ICERT_REVOCATION_REASON_UNSPECIFIED = 0,
  ICERT_REVOCATION_REASON_KEY_COMPROMISE = 1,
  ICERT_REVOCATION_REASON_CA_COMPROMISE = 2,
  ICERT_REVOCATION_REASON_AFFILIATION_CHANGED = 3,
  ICERT_REVOCATION_REASON_SUPERSEDED = 4,
  ICERT_REVOCATION_REASON_CESSATION_OF_OPERATION = 5,
  ICERT_REVOCATION_REASON_CERTIFICATE_HOLD = 6,
  ICERT_REVOCATION_REASON_REMOVE_FROM_CRL = 8,
  ICERT_REVOCATION_REASON_PRIVILEGE_WITHDRAWN = 9,
  ICERT_REVOCATION_REASON_AA_COMPROMISE = 10,
} ICertRevocationReason;

/**
 * ICertCrlFlags:
 * @ICERT_CRL_BASE: complete CRLs; with deltas switched on a delta each, too
 * @ICERT_CRL_DELTA: delta CRLs only
 * @ICERT_CRL_REPUBLISH: make none, but publish the newest ones again
 * @ICERT_CRL_DUE: do what is due now and nothing else: make CRLs, try places again, raise alarms
 * (no AD CS counterpart)
 *
 * Which CRLs a run makes (AD CS: CA_CRL_*).
 */
typedef enum /*< flags >*/
{
  ICERT_CRL_BASE = 0x1,
  ICERT_CRL_DELTA = 0x2,
  ICERT_CRL_REPUBLISH = 0x10,
  ICERT_CRL_DUE = 0x10000,
} ICertCrlFlags;

/**
 * ICertCrlPublishFlags:
 * @ICERT_CRL_PUBLISH_BASE: a base CRL
 * @ICERT_CRL_PUBLISH_DELTA: a delta CRL
 * @ICERT_CRL_PUBLISH_COMPLETE: is in every place
 * @ICERT_CRL_PUBLISH_SHADOW: an empty delta, the last one after deltas were switched off
 * @ICERT_CRL_PUBLISH_STORE_ERROR: could not be kept by the CA
 * @ICERT_CRL_PUBLISH_BAD_URL_ERROR: a place that cannot be written to
 * @ICERT_CRL_PUBLISH_MANUAL: somebody asked for it; otherwise the schedule did
 * @ICERT_CRL_PUBLISH_SIGNATURE_ERROR: its signature is wrong
 * @ICERT_CRL_PUBLISH_LDAP_ERROR: a directory failed
 * @ICERT_CRL_PUBLISH_FILE_ERROR: a folder failed
 * @ICERT_CRL_PUBLISH_FTP_ERROR: an FTP server failed
 * @ICERT_CRL_PUBLISH_HTTP_ERROR: an HTTP server failed
 * @ICERT_CRL_PUBLISH_POSTPONED_BASE_LDAP_ERROR: waits for its base, for which a directory failed
 * @ICERT_CRL_PUBLISH_POSTPONED_BASE_FILE_ERROR: waits for its base, for which a folder failed
 *
 * What is known of a CRL and of publishing it (AD CS: CPF_*): column `CRLPublishFlags`, and the
 * publish status among the properties of a CA.
 */
typedef enum /*< flags >*/
{
  ICERT_CRL_PUBLISH_BASE = 0x1,
  ICERT_CRL_PUBLISH_DELTA = 0x2,
  ICERT_CRL_PUBLISH_COMPLETE = 0x4,
  ICERT_CRL_PUBLISH_SHADOW = 0x8,
  ICERT_CRL_PUBLISH_STORE_ERROR = 0x10,
  ICERT_CRL_PUBLISH_BAD_URL_ERROR = 0x20,
  ICERT_CRL_PUBLISH_MANUAL = 0x40,
  ICERT_CRL_PUBLISH_SIGNATURE_ERROR = 0x80,
  ICERT_CRL_PUBLISH_LDAP_ERROR = 0x100,
  ICERT_CRL_PUBLISH_FILE_ERROR = 0x200,
  ICERT_CRL_PUBLISH_FTP_ERROR = 0x400,
  ICERT_CRL_PUBLISH_HTTP_ERROR = 0x800,
  ICERT_CRL_PUBLISH_POSTPONED_BASE_LDAP_ERROR = 0x1000,
  ICERT_CRL_PUBLISH_POSTPONED_BASE_FILE_ERROR = 0x2000,
} ICertCrlPublishFlags;

/**
 * ICertImportFlags:
 * @ICERT_IMPORT_NONE: a certificate of this CA, as a row of its own
 * @ICERT_IMPORT_ALLOW_FOREIGN: also one that another CA signed
 * @ICERT_IMPORT_EXISTING_ROW: the answer to the pending request with the same key
 *
 * What a certificate is imported as (AD CS: ICF_*).
 */
typedef enum /*< flags >*/
{
  ICERT_IMPORT_NONE = 0,
  ICERT_IMPORT_ALLOW_FOREIGN = 0x10000,
  ICERT_IMPORT_EXISTING_ROW = 0x20000,
} ICertImportFlags;

/**
 * ICertCaDisposition:
 * @ICERT_CA_DISPOSITION_INCOMPLETE: not complete
 * @ICERT_CA_DISPOSITION_ERROR: not available
 * @ICERT_CA_DISPOSITION_REVOKED: revoked
 * @ICERT_CA_DISPOSITION_VALID: valid
 * @ICERT_CA_DISPOSITION_INVALID: expired, or never issued by this CA
 * @ICERT_CA_DISPOSITION_UNDER_SUBMISSION: waits for its certificate
 *
 * State of a certificate or CRL of the CA (AD CS: CA_DISP_*).
 */
typedef enum
{
  ICERT_CA_DISPOSITION_INCOMPLETE = 0,
  ICERT_CA_DISPOSITION_ERROR = 1,
  ICERT_CA_DISPOSITION_REVOKED = 2,
  ICERT_CA_DISPOSITION_VALID = 3,
  ICERT_CA_DISPOSITION_INVALID = 4,
  ICERT_CA_DISPOSITION_UNDER_SUBMISSION = 5,
} ICertCaDisposition;

/**
 * ICertCaType:
 * @ICERT_CA_TYPE_ENTERPRISE_ROOT: root CA with a directory
 * @ICERT_CA_TYPE_ENTERPRISE_SUBORDINATE: subordinate CA with a directory
 * @ICERT_CA_TYPE_STANDALONE_ROOT: root CA
 * @ICERT_CA_TYPE_STANDALONE_SUBORDINATE: subordinate CA
 * @ICERT_CA_TYPE_UNKNOWN: not known
 *
 * Kind of a CA (AD CS: CAType).
 */
typedef enum
{
  ICERT_CA_TYPE_ENTERPRISE_ROOT = 0,
  ICERT_CA_TYPE_ENTERPRISE_SUBORDINATE = 1,
  ICERT_CA_TYPE_STANDALONE_ROOT = 3,
  ICERT_CA_TYPE_STANDALONE_SUBORDINATE = 4,
  ICERT_CA_TYPE_UNKNOWN = 5,
} ICertCaType;

/**
 * ICertRoles:
 * @ICERT_ROLE_NONE: no role
 * @ICERT_ROLE_ADMIN: administrator
 * @ICERT_ROLE_OFFICER: officer
 * @ICERT_ROLE_AUDITOR: auditor
 * @ICERT_ROLE_OPERATOR: backup
 * @ICERT_ROLE_READ: reader
 * @ICERT_ROLE_ENROLL: submitter
 * @ICERT_ROLE_KEY_CUSTODIAN: key custodian; AD CS has none
 *
 * Roles of a caller (AD CS: CA_ACCESS_*). ENROLL, OFFICER or ADMIN imply READ.
 */
typedef enum /*< flags >*/
{
  ICERT_ROLE_NONE = 0,
  ICERT_ROLE_ADMIN = 0x1,
  ICERT_ROLE_OFFICER = 0x2,
  ICERT_ROLE_AUDITOR = 0x4,
  ICERT_ROLE_OPERATOR = 0x8,
  ICERT_ROLE_READ = 0x100,
  ICERT_ROLE_ENROLL = 0x200,
  ICERT_ROLE_KEY_CUSTODIAN = 0x1000,
} ICertRoles;

/**
 * ICertTable:
 * @ICERT_TABLE_REQUESTS: requests with their certificates; ids below 0 are the CA's own
 * certificates and those above it
 * @ICERT_TABLE_EXTENSIONS: extensions of requests
 * @ICERT_TABLE_ATTRIBUTES: attributes of requests
 * @ICERT_TABLE_CRLS: CRLs
 * @ICERT_TABLE_CERTIFICATES: the requests that became a certificate, issued or revoked since, the
 *   foreign ones and the CA's own (no AD CS counterpart)
 * @ICERT_TABLE_AUDIT: the audit log, for auditors and administrators (no AD CS counterpart)
 * @ICERT_TABLE_NAMES: alternative names of certificates (no AD CS counterpart)
 *
 * A table that a view reads (AD CS: CVRC_TABLE_*).
 */
typedef enum
{
  ICERT_TABLE_REQUESTS = 0x0000,
  ICERT_TABLE_EXTENSIONS = 0x3000,
  ICERT_TABLE_ATTRIBUTES = 0x4000,
  ICERT_TABLE_CRLS = 0x5000,
  ICERT_TABLE_CERTIFICATES = 0x8000,
  ICERT_TABLE_AUDIT = 0x9000,
  ICERT_TABLE_NAMES = 0xa000,
} ICertTable;

/**
 * ICertColumnSet:
 * @ICERT_COLUMN_SET_QUEUE: the columns of the pending queue
 * @ICERT_COLUMN_SET_LOG: the columns of the log of certificates
 * @ICERT_COLUMN_SET_LOG_FAILED: the columns of failed requests
 * @ICERT_COLUMN_SET_EXTENSION: the extension columns
 * @ICERT_COLUMN_SET_ATTRIBUTE: the attribute columns
 * @ICERT_COLUMN_SET_CRL: the CRL columns
 * @ICERT_COLUMN_SET_LOG_REVOKED: the log with revocation columns
 * @ICERT_COLUMN_SET_AUDIT: the audit columns (no AD CS counterpart)
 * @ICERT_COLUMN_SET_NAME: the alternative name columns (no AD CS counterpart)
 *
 * Default sets of columns (AD CS: CV_COLUMN_*_DEFAULT).
 */
typedef enum
{
  ICERT_COLUMN_SET_QUEUE = -1,
  ICERT_COLUMN_SET_LOG = -2,
  ICERT_COLUMN_SET_LOG_FAILED = -3,
  ICERT_COLUMN_SET_EXTENSION = -4,
  ICERT_COLUMN_SET_ATTRIBUTE = -5,
  ICERT_COLUMN_SET_CRL = -6,
  ICERT_COLUMN_SET_LOG_REVOKED = -7,
  ICERT_COLUMN_SET_AUDIT = -100,
  ICERT_COLUMN_SET_NAME = -101,
} ICertColumnSet;

/**
 * ICertSeek:
 * @ICERT_SEEK_NONE: no comparison
 * @ICERT_SEEK_EQ: equal
 * @ICERT_SEEK_LT: less than
 * @ICERT_SEEK_LE: less or equal
 * @ICERT_SEEK_GE: greater or equal
 * @ICERT_SEEK_GT: greater than
 * @ICERT_SEEK_NE: not equal (no AD CS counterpart)
 * @ICERT_SEEK_PREFIX: begins with; text only (no AD CS counterpart)
 *
 * How a restriction compares (AD CS: CVR_SEEK_*).
 */
typedef enum
{
  ICERT_SEEK_NONE = 0,
  ICERT_SEEK_EQ = 0x1,
  ICERT_SEEK_LT = 0x2,
  ICERT_SEEK_LE = 0x4,
  ICERT_SEEK_GE = 0x8,
  ICERT_SEEK_GT = 0x10,
  ICERT_SEEK_NE = 0x20,
  ICERT_SEEK_PREFIX = 0x40,
} ICertSeek;

/**
 * ICertPeriod:
 * @ICERT_PERIOD_NONE: each value by itself
 * @ICERT_PERIOD_DAY: days
 * @ICERT_PERIOD_MONTH: months
 * @ICERT_PERIOD_YEAR: years
 *
 * What dates are put together by when rows are counted, in UTC (no AD CS counterpart).
 */
typedef enum
{
  ICERT_PERIOD_NONE = 0,
  ICERT_PERIOD_DAY = 1,
  ICERT_PERIOD_MONTH = 2,
  ICERT_PERIOD_YEAR = 3,
} ICertPeriod;

/**
 * ICertSort:
 * @ICERT_SORT_NONE: by the table's key
 * @ICERT_SORT_ASCEND: ascending
 * @ICERT_SORT_DESCEND: descending
 *
 * Order of a view (AD CS: CVR_SORT_*).
 */
typedef enum
{
  ICERT_SORT_NONE = 0,
  ICERT_SORT_ASCEND = 1,
  ICERT_SORT_DESCEND = 2,
} ICertSort;

/**
 * ICertConfigChoice:
 * @ICERT_CONFIG_CHOICE_DEFAULT: the default CA
 * @ICERT_CONFIG_CHOICE_UI_PICK: a person chooses (fails with `ICERT_ERROR_NO_UI` here)
 * @ICERT_CONFIG_CHOICE_FIRST: the first CA found
 * @ICERT_CONFIG_CHOICE_LOCAL: a CA of this machine
 * @ICERT_CONFIG_CHOICE_LOCAL_ACTIVE: a running CA of this machine
 * @ICERT_CONFIG_CHOICE_UI_PICK_SKIP_LOCAL: a person chooses among the others
 *
 * Which CA [method@ICert.Config.get_config] answers (AD CS: CC_*).
 */
typedef enum
{
  ICERT_CONFIG_CHOICE_DEFAULT = 0,
  ICERT_CONFIG_CHOICE_UI_PICK = 1,
  ICERT_CONFIG_CHOICE_FIRST = 2,
  ICERT_CONFIG_CHOICE_LOCAL = 3,
  ICERT_CONFIG_CHOICE_LOCAL_ACTIVE = 4,
  ICERT_CONFIG_CHOICE_UI_PICK_SKIP_LOCAL = 5,
} ICertConfigChoice;

/**
 * ICertNameKind:
 * @ICERT_NAME_KIND_NONE: no name
 * @ICERT_NAME_KIND_OTHER: otherName: an OID and a DER value
 * @ICERT_NAME_KIND_RFC822: rfc822Name: an e-mail address
 * @ICERT_NAME_KIND_DNS: dNSName
 * @ICERT_NAME_KIND_X400: x400Address
 * @ICERT_NAME_KIND_DIRECTORY: directoryName: a DER Name
 * @ICERT_NAME_KIND_EDI_PARTY: ediPartyName
 * @ICERT_NAME_KIND_URI: uniformResourceIdentifier
 * @ICERT_NAME_KIND_IP: iPAddress
 * @ICERT_NAME_KIND_REGISTERED_ID: registeredID: an OID
 *
 * Kind of a general name: the tag of RFC 5280's GeneralName + 1 (AD CS: CERT_ALT_NAME_*).
 */
typedef enum
{
  ICERT_NAME_KIND_NONE = 0,
  ICERT_NAME_KIND_OTHER = 1,
  ICERT_NAME_KIND_RFC822 = 2,
  ICERT_NAME_KIND_DNS = 3,
  ICERT_NAME_KIND_X400 = 4,
  ICERT_NAME_KIND_DIRECTORY = 5,
  ICERT_NAME_KIND_EDI_PARTY = 6,
  ICERT_NAME_KIND_URI = 7,
  ICERT_NAME_KIND_IP = 8,
  ICERT_NAME_KIND_REGISTERED_ID = 9,
} ICertNameKind;

/**
 * ICertKeyUsage:
 * @ICERT_KEY_USAGE_NONE: none
 * @ICERT_KEY_USAGE_ENCIPHER_ONLY: encipherOnly
 * @ICERT_KEY_USAGE_CRL_SIGN: cRLSign
 * @ICERT_KEY_USAGE_KEY_CERT_SIGN: keyCertSign
 * @ICERT_KEY_USAGE_KEY_AGREEMENT: keyAgreement
 * @ICERT_KEY_USAGE_DATA_ENCIPHERMENT: dataEncipherment
 * @ICERT_KEY_USAGE_KEY_ENCIPHERMENT: keyEncipherment
 * @ICERT_KEY_USAGE_NON_REPUDIATION: nonRepudiation (contentCommitment)
 * @ICERT_KEY_USAGE_DIGITAL_SIGNATURE: digitalSignature
 * @ICERT_KEY_USAGE_DECIPHER_ONLY: decipherOnly
 *
 * Bits of the key usage extension (RFC 5280, 4.2.1.3), numbered as in CryptoAPI: the first octet of
 * the bit string in the low byte, the second in the next.
 */
typedef enum /*< flags >*/
{
  ICERT_KEY_USAGE_NONE = 0,
  ICERT_KEY_USAGE_ENCIPHER_ONLY = 0x01,
  ICERT_KEY_USAGE_CRL_SIGN = 0x02,
  ICERT_KEY_USAGE_KEY_CERT_SIGN = 0x04,
  ICERT_KEY_USAGE_KEY_AGREEMENT = 0x08,
  ICERT_KEY_USAGE_DATA_ENCIPHERMENT = 0x10,
  ICERT_KEY_USAGE_KEY_ENCIPHERMENT = 0x20,
  ICERT_KEY_USAGE_NON_REPUDIATION = 0x40,
  ICERT_KEY_USAGE_DIGITAL_SIGNATURE = 0x80,
  ICERT_KEY_USAGE_DECIPHER_ONLY = 0x8000,
} ICertKeyUsage;

/**
 * ICertRdnType:
 * @ICERT_RDN_TYPE_ANY: any: as the text needs it, or several
 * @ICERT_RDN_TYPE_ENCODED_BLOB: an element as it stands; no text
 * @ICERT_RDN_TYPE_OCTET: OCTET STRING; no text
 * @ICERT_RDN_TYPE_NUMERIC: NumericString: digits and blanks
 * @ICERT_RDN_TYPE_PRINTABLE: PrintableString: letters, digits and `'()+,-./:=?` and blanks
 * @ICERT_RDN_TYPE_T61: T61String, read and written as Latin-1
 * @ICERT_RDN_TYPE_VIDEOTEX: VideotexString; not supported
 * @ICERT_RDN_TYPE_IA5: IA5String: ASCII
 * @ICERT_RDN_TYPE_GRAPHIC: GraphicString; not supported
 * @ICERT_RDN_TYPE_VISIBLE: VisibleString (ISO646String): ASCII without control characters
 * @ICERT_RDN_TYPE_GENERAL: GeneralString; not supported
 * @ICERT_RDN_TYPE_UNIVERSAL: UniversalString: four octets a character
 * @ICERT_RDN_TYPE_BMP: BMPString: two octets a character
 * @ICERT_RDN_TYPE_UTF8: UTF8String
 *
 * Types of strings in names and extensions (AD CS: CERT_RDN_*).
 */
typedef enum
{
  ICERT_RDN_TYPE_ANY = 0,
  ICERT_RDN_TYPE_ENCODED_BLOB = 1,
  ICERT_RDN_TYPE_OCTET = 2,
  ICERT_RDN_TYPE_NUMERIC = 3,
  ICERT_RDN_TYPE_PRINTABLE = 4,
  ICERT_RDN_TYPE_T61 = 5,
  ICERT_RDN_TYPE_VIDEOTEX = 6,
  ICERT_RDN_TYPE_IA5 = 7,
  ICERT_RDN_TYPE_GRAPHIC = 8,
  ICERT_RDN_TYPE_VISIBLE = 9,
  ICERT_RDN_TYPE_GENERAL = 10,
  ICERT_RDN_TYPE_UNIVERSAL = 11,
  ICERT_RDN_TYPE_BMP = 12,
  ICERT_RDN_TYPE_UTF8 = 13,
} ICertRdnType;

/**
 * ICertLogLevel:
 * @ICERT_LOG_LEVEL_MINIMAL: always
 * @ICERT_LOG_LEVEL_TERSE: little
 * @ICERT_LOG_LEVEL_ERROR: errors
 * @ICERT_LOG_LEVEL_WARNING: warnings
 * @ICERT_LOG_LEVEL_VERBOSE: much
 * @ICERT_LOG_LEVEL_EXHAUSTIVE: everything
 *
 * Level of a line a module writes to the CA's log (AD CS: CERTLOG_*).
 */
typedef enum
{
  ICERT_LOG_LEVEL_MINIMAL = 0,
  ICERT_LOG_LEVEL_TERSE = 1,
  ICERT_LOG_LEVEL_ERROR = 2,
  ICERT_LOG_LEVEL_WARNING = 3,
  ICERT_LOG_LEVEL_VERBOSE = 4,
  ICERT_LOG_LEVEL_EXHAUSTIVE = 5,
} ICertLogLevel;

/**
 * ICertSetupType:
 * @ICERT_SETUP_TYPE_TWO_TIER: a root CA and an issuing CA under it
 * @ICERT_SETUP_TYPE_ROOT: a root CA that issues by itself
 * @ICERT_SETUP_TYPE_SUBORDINATE: a CA that waits for its certificate
 *
 * What [method@ICert.Setup.create] makes.
 */
typedef enum
{
  ICERT_SETUP_TYPE_TWO_TIER = 0,
  ICERT_SETUP_TYPE_ROOT = 1,
  ICERT_SETUP_TYPE_SUBORDINATE = 2,
} ICertSetupType;

/**
 * ICertCaProperty:
 * @ICERT_CA_PROPERTY_FILE_VERSION: software version
 * @ICERT_CA_PROPERTY_PRODUCT_VERSION: product version
 * @ICERT_CA_PROPERTY_EXIT_COUNT: number of exit modules
 * @ICERT_CA_PROPERTY_EXIT_DESCRIPTION: description of an exit module, by index
 * @ICERT_CA_PROPERTY_POLICY_DESCRIPTION: description of the policy
 * @ICERT_CA_PROPERTY_CA_NAME: common name
 * @ICERT_CA_PROPERTY_SANITIZED_CA_NAME: sanitized name
 * @ICERT_CA_PROPERTY_SHARED_FOLDER: folder of CA information
 * @ICERT_CA_PROPERTY_PARENT_CA: parent CA, as host\\name
 * @ICERT_CA_PROPERTY_CA_TYPE: kind, a [enum@ICert.CaType]
 * @ICERT_CA_PROPERTY_CA_SIG_CERT_COUNT: number of CA certificates ever held
 * @ICERT_CA_PROPERTY_CA_SIG_CERT: CA certificate, by index
 * @ICERT_CA_PROPERTY_CA_SIG_CERT_CHAIN: CA certificate with chain, by index
 * @ICERT_CA_PROPERTY_CA_XCHG_CERT_COUNT: number of exchange certificates
 * @ICERT_CA_PROPERTY_CA_XCHG_CERT: exchange certificate
 * @ICERT_CA_PROPERTY_CA_XCHG_CERT_CHAIN: exchange certificate with chain
 * @ICERT_CA_PROPERTY_BASE_CRL: base CRL, by key index
 * @ICERT_CA_PROPERTY_DELTA_CRL: delta CRL, by key index
 * @ICERT_CA_PROPERTY_CA_CERT_STATE: state of a CA certificate, by index
 * @ICERT_CA_PROPERTY_CRL_STATE: state of a CRL, by index
 * @ICERT_CA_PROPERTY_CA_PROP_ID_MAX: highest supported id
 * @ICERT_CA_PROPERTY_DNS_NAME: DNS name of the machine
 * @ICERT_CA_PROPERTY_ROLE_SEPARATION_ENABLED: whether role conflicts are enforced
 * @ICERT_CA_PROPERTY_KRA_CERT_USED_COUNT: recovery agents in use
 * @ICERT_CA_PROPERTY_KRA_CERT_COUNT: recovery agents known
 * @ICERT_CA_PROPERTY_KRA_CERT: certificate of a recovery agent
 * @ICERT_CA_PROPERTY_KRA_CERT_STATE: state of a recovery agent
 * @ICERT_CA_PROPERTY_ADVANCED_SERVER: always 1 here
 * @ICERT_CA_PROPERTY_TEMPLATES: profiles, name and OID on a line each
 * @ICERT_CA_PROPERTY_BASE_CRL_PUBLISH_STATUS: how publishing the base CRL went
 * @ICERT_CA_PROPERTY_DELTA_CRL_PUBLISH_STATUS: how publishing the delta CRL went
 * @ICERT_CA_PROPERTY_CA_SIG_CERT_CRL_CHAIN: CA certificate with chain and CRLs
 * @ICERT_CA_PROPERTY_CA_XCHG_CERT_CRL_CHAIN: exchange certificate with chain and CRLs
 * @ICERT_CA_PROPERTY_CA_CERT_STATUS_CODE: status of validating a CA certificate
 * @ICERT_CA_PROPERTY_CA_FORWARD_CROSS_CERT: cross certificate, old signs new
 * @ICERT_CA_PROPERTY_CA_BACKWARD_CROSS_CERT: cross certificate, new signs old
 * @ICERT_CA_PROPERTY_CA_FORWARD_CROSS_CERT_STATE: state of a forward cross certificate
 * @ICERT_CA_PROPERTY_CA_BACKWARD_CROSS_CERT_STATE: state of a backward cross certificate
 * @ICERT_CA_PROPERTY_CA_CERT_VERSION: key index and certificate index
 * @ICERT_CA_PROPERTY_SANITIZED_CA_SHORT_NAME: sanitized short name
 * @ICERT_CA_PROPERTY_CERT_CDP_URLS: CDP URLs, a line each
 * @ICERT_CA_PROPERTY_CERT_AIA_URLS: AIA URLs, a line each
 * @ICERT_CA_PROPERTY_CERT_AIA_OCSP_URLS: OCSP URLs, a line each
 * @ICERT_CA_PROPERTY_LOCALE_NAME: locale
 * @ICERT_CA_PROPERTY_SUBJECT_TEMPLATE_OIDS: order of subject attributes, an OID a line
 * @ICERT_CA_PROPERTY_CRL_PARTITION_COUNT: number of CRL partitions
 * @ICERT_CA_PROPERTY_PARTITIONED_BASE_CRL: base CRL of a partition
 * @ICERT_CA_PROPERTY_PARTITIONED_DELTA_CRL: delta CRL of a partition
 * @ICERT_CA_PROPERTY_PARTITIONED_BASE_CRL_PUBLISH_STATUS: how publishing a partition's base CRL
 * went
 * @ICERT_CA_PROPERTY_PARTITIONED_DELTA_CRL_PUBLISH_STATUS: how publishing a partition's delta CRL
 * went
 * @ICERT_CA_PROPERTY_SCEP_SERVER_CERTS: SCEP server certificates
 * @ICERT_CA_PROPERTY_SCEP_SERVER_CAPABILITIES: SCEP server capabilities
 * @ICERT_CA_PROPERTY_SCEP_SERVER_CERTS_CHAIN: SCEP server chain
 *
 * Properties of a CA (AD CS: CR_PROP_*). What type and whether indexed:
 * [method@ICert.Ca.describe_property].
 */
typedef enum
{
  ICERT_CA_PROPERTY_FILE_VERSION = 1,
  ICERT_CA_PROPERTY_PRODUCT_VERSION = 2,
  ICERT_CA_PROPERTY_EXIT_COUNT = 3,
  ICERT_CA_PROPERTY_EXIT_DESCRIPTION = 4,
  ICERT_CA_PROPERTY_POLICY_DESCRIPTION = 5,
  ICERT_CA_PROPERTY_CA_NAME = 6,
  ICERT_CA_PROPERTY_SANITIZED_CA_NAME = 7,
  ICERT_CA_PROPERTY_SHARED_FOLDER = 8,
  ICERT_CA_PROPERTY_PARENT_CA = 9,
  ICERT_CA_PROPERTY_CA_TYPE = 10,
  ICERT_CA_PROPERTY_CA_SIG_CERT_COUNT = 11,
  ICERT_CA_PROPERTY_CA_SIG_CERT = 12,
  ICERT_CA_PROPERTY_CA_SIG_CERT_CHAIN = 13,
  ICERT_CA_PROPERTY_CA_XCHG_CERT_COUNT = 14,
  ICERT_CA_PROPERTY_CA_XCHG_CERT = 15,
  ICERT_CA_PROPERTY_CA_XCHG_CERT_CHAIN = 16,
  ICERT_CA_PROPERTY_BASE_CRL = 17,
  ICERT_CA_PROPERTY_DELTA_CRL = 18,
  ICERT_CA_PROPERTY_CA_CERT_STATE = 19,
  ICERT_CA_PROPERTY_CRL_STATE = 20,
  ICERT_CA_PROPERTY_CA_PROP_ID_MAX = 21,
  ICERT_CA_PROPERTY_DNS_NAME = 22,
  ICERT_CA_PROPERTY_ROLE_SEPARATION_ENABLED = 23,
  ICERT_CA_PROPERTY_KRA_CERT_USED_COUNT = 24,
  ICERT_CA_PROPERTY_KRA_CERT_COUNT = 25,
  ICERT_CA_PROPERTY_KRA_CERT = 26,
  ICERT_CA_PROPERTY_KRA_CERT_STATE = 27,
  ICERT_CA_PROPERTY_ADVANCED_SERVER = 28,
  ICERT_CA_PROPERTY_TEMPLATES = 29,
  ICERT_CA_PROPERTY_BASE_CRL_PUBLISH_STATUS = 30,
  ICERT_CA_PROPERTY_DELTA_CRL_PUBLISH_STATUS = 31,
  ICERT_CA_PROPERTY_CA_SIG_CERT_CRL_CHAIN = 32,
  ICERT_CA_PROPERTY_CA_XCHG_CERT_CRL_CHAIN = 33,
  ICERT_CA_PROPERTY_CA_CERT_STATUS_CODE = 34,
  ICERT_CA_PROPERTY_CA_FORWARD_CROSS_CERT = 35,
  ICERT_CA_PROPERTY_CA_BACKWARD_CROSS_CERT = 36,
  ICERT_CA_PROPERTY_CA_FORWARD_CROSS_CERT_STATE = 37,
  ICERT_CA_PROPERTY_CA_BACKWARD_CROSS_CERT_STATE = 38,
  ICERT_CA_PROPERTY_CA_CERT_VERSION = 39,
  ICERT_CA_PROPERTY_SANITIZED_CA_SHORT_NAME = 40,
  ICERT_CA_PROPERTY_CERT_CDP_URLS = 41,
  ICERT_CA_PROPERTY_CERT_AIA_URLS = 42,
  ICERT_CA_PROPERTY_CERT_AIA_OCSP_URLS = 43,
  ICERT_CA_PROPERTY_LOCALE_NAME = 44,
  ICERT_CA_PROPERTY_SUBJECT_TEMPLATE_OIDS = 45,
  ICERT_CA_PROPERTY_CRL_PARTITION_COUNT = 46,
  ICERT_CA_PROPERTY_PARTITIONED_BASE_CRL = 47,
  ICERT_CA_PROPERTY_PARTITIONED_DELTA_CRL = 48,
  ICERT_CA_PROPERTY_PARTITIONED_BASE_CRL_PUBLISH_STATUS = 49,
  ICERT_CA_PROPERTY_PARTITIONED_DELTA_CRL_PUBLISH_STATUS = 50,
  ICERT_CA_PROPERTY_SCEP_SERVER_CERTS = 1000,
  ICERT_CA_PROPERTY_SCEP_SERVER_CAPABILITIES = 1001,
  ICERT_CA_PROPERTY_SCEP_SERVER_CERTS_CHAIN = 1002,
} ICertCaProperty;

G_END_DECLS
