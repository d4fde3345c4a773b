/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"

G_BEGIN_DECLS

/* C only: the tables and columns of a store, once, for everybody: stores make their statements from
 * them, views their schema, the engine its rows. Rows: enumerator, AD CS name, SQL name, type,
 * flags, longest value in octets (0 = none of its own), display name. Dates are microseconds since
 * 1970, UTC. Big values stand last, so that reading the small ones touches no overflow page. */

typedef enum
{
  ICERT_STORE_COLUMN_KEY = 1 << 0,     /* (part of) the primary key */
  ICERT_STORE_COLUMN_INDEXED = 1 << 1, /* has an index; may be sorted by */
  ICERT_STORE_COLUMN_VIEW = 1 << 2,    /* views show it */
  ICERT_STORE_COLUMN_LOOKUP = 1 << 3   /* an index finds a value; not to be sorted by */
} ICertStoreColumnFlags;

#define ICERT_SUBJECT_COLUMNS(X, P, N, S, D)                                                       \
  X (P##_COUNTRY, N "Country", S "country", STRING, VIEW, 8192, D "Country/Region")                \
  X (P##_ORGANIZATION, N "Organization", S "organization", STRING, VIEW, 8192, D "Organization")   \
  X (P##_ORG_UNIT, N "OrgUnit", S "org_unit", STRING, VIEW, 8192, D "Organization Unit")           \
  X (P##_LOCALITY, N "Locality", S "locality", STRING, VIEW, 8192, D "City")                       \
  X (P##_STATE, N "State", S "state", STRING, VIEW, 8192, D "State")                               \
  X (P##_TITLE, N "Title", S "title", STRING, VIEW, 8192, D "Title")                               \
  X (P##_GIVEN_NAME, N "GivenName", S "given_name", STRING, VIEW, 8192, D "First Name")            \
  X (P##_INITIALS, N "Initials", S "initials", STRING, VIEW, 8192, D "Initials")                   \
  X (P##_SUR_NAME, N "SurName", S "sur_name", STRING, VIEW, 8192, D "Last Name")                   \
  X (P##_DOMAIN_COMPONENT, N "DomainComponent", S "domain_component", STRING, VIEW, 8192,          \
     D "Domain Component")                                                                         \
  X (P##_EMAIL, N "EMail", S "email", STRING, VIEW, 8192, D "Email Address")                       \
  X (P##_STREET_ADDRESS, N "StreetAddress", S "street_address", STRING, VIEW, 8192,                \
     D "Street Address")                                                                           \
  X (P##_UNSTRUCTURED_NAME, N "UnstructuredName", S "unstructured_name", STRING, VIEW, 8192,       \
     D "Unstructured Name")                                                                        \
  X (P##_UNSTRUCTURED_ADDRESS, N "UnstructuredAddress", S "unstructured_address", STRING, VIEW,    \
     8192, D "Unstructured Address")                                                               \
  X (P##_DEVICE_SERIAL_NUMBER, N "DeviceSerialNumber", S "device_serial_number", STRING, VIEW,     \
     8192, D "Device Serial Number")

#define ICERT_REQUEST_COLUMNS(X)                                                                   \
  X (ID, "Request.RequestID", "id", LONG, KEY | INDEXED | VIEW, 8, "Request ID")                   \
  X (VERSION, "Request.RowVersion", "version", LONG, VIEW, 8, "Row Version")                       \
  X (CONTENT_VERSION, "Request.ContentVersion", "content_version", LONG, VIEW, 8,                  \
     "Content Version")                                                                            \
  X (APPROVED_VERSION, "Request.ApprovedVersion", "approved_version", LONG, VIEW, 8,               \
     "Approved Content Version")                                                                   \
  X (TYPE, "Request.RequestType", "request_type", LONG, VIEW, 4, "Request Type")                   \
  X (FLAGS, "Request.RequestFlags", "request_flags", LONG, VIEW, 4, "Request Flags")               \
  X (STATUS_CODE, "Request.StatusCode", "status_code", LONG, VIEW, 4, "Request Status Code")       \
  X (STATUS, "Request.Status", "status", STRING, VIEW, 8192, "Request Status")                     \
  X (DISPOSITION, "Request.Disposition", "disposition", LONG, INDEXED | VIEW, 4,                   \
     "Request Disposition")                                                                        \
  X (MESSAGE, "Request.DispositionMessage", "disposition_message", STRING, VIEW, 8192,             \
     "Request Disposition Message")                                                                \
  X (SUBMITTED_WHEN, "Request.SubmittedWhen", "submitted_when", DATE, INDEXED | VIEW, 8,           \
     "Request Submission Date")                                                                    \
  X (RESOLVED_WHEN, "Request.ResolvedWhen", "resolved_when", DATE, VIEW, 8,                        \
     "Request Resolution Date")                                                                    \
  X (REVOKED_WHEN, "Request.RevokedWhen", "revoked_when", DATE, VIEW, 8, "Revocation Date")        \
  X (REVOKED_EFFECTIVE_WHEN, "Request.RevokedEffectiveWhen", "revoked_effective_when", DATE,       \
     INDEXED | VIEW, 8, "Effective Revocation Date")                                               \
  X (REVOKED_REASON, "Request.RevokedReason", "revoked_reason", LONG, VIEW, 4,                     \
     "Revocation Reason")                                                                          \
  X (REQUESTER_NAME, "Request.RequesterName", "requester_name", STRING, INDEXED | VIEW, 2048,      \
     "Requester Name")                                                                             \
  X (CALLER_NAME, "Request.CallerName", "caller_name", STRING, VIEW, 2048, "Caller Name")          \
  X (CALLER_ID, "Request.CallerId", "caller_id", STRING, VIEW, 128, "Caller ID")                   \
  X (DOOR, "Request.Door", "door", STRING, VIEW, 32, "Door")                                       \
  X (OFFICER_NAME, "Request.OfficerName", "officer_name", STRING, VIEW, 2048, "Officer Name")      \
  X (OFFICER, "Request.Officer", "officer", LONG, VIEW, 4, "Officer")                              \
  X (SIGNER_POLICIES, "Request.SignerPolicies", "signer_policies", STRING, VIEW, 8192,             \
     "Signer Policies")                                                                            \
  X (SIGNER_APPLICATION_POLICIES, "Request.SignerApplicationPolicies",                             \
     "signer_application_policies", STRING, VIEW, 8192, "Signer Application Policies")             \
  X (ENDORSEMENT_KEY_HASH, "Request.EndorsementKeyHash", "endorsement_key_hash", STRING, VIEW,     \
     144, "Endorsement Key Hash")                                                                  \
  X (ENDORSEMENT_CERTIFICATE_HASH, "Request.EndorsementCertificateHash",                           \
     "endorsement_certificate_hash", STRING, VIEW, 144, "Endorsement Certificate Hash")            \
  X (REQ_DN, "Request.DistinguishedName", "request_distinguished_name", STRING, VIEW, 8192,        \
     "Request Distinguished Name")                                                                 \
  X (REQ_COMMON_NAME, "Request.CommonName", "request_common_name", STRING, VIEW, 8192,             \
     "Request Common Name")                                                                        \
  ICERT_SUBJECT_COLUMNS (X, REQ, "Request.", "request_", "Request ")                               \
  X (TEMPLATE, "CertificateTemplate", "certificate_template", STRING, INDEXED | VIEW, 254,         \
     "Certificate Template")                                                                       \
  X (PROFILE_VERSION, "ProfileVersion", "profile_version", LONG, VIEW, 8, "Profile Version")       \
  X (ENROLLMENT_FLAGS, "EnrollmentFlags", "enrollment_flags", LONG, VIEW, 4,                       \
     "Template Enrollment Flags")                                                                  \
  X (GENERAL_FLAGS, "GeneralFlags", "general_flags", LONG, VIEW, 4, "Template General Flags")      \
  X (PRIVATE_KEY_FLAGS, "PrivateKeyFlags", "private_key_flags", LONG, VIEW, 4,                     \
     "Template Private Key Flags")                                                                 \
  X (SERIAL_NUMBER, "SerialNumber", "serial_number", STRING, INDEXED | VIEW, 128, "Serial Number") \
  X (ISSUER_NAME_ID, "IssuerNameId", "issuer_name_id", LONG, VIEW, 4, "Issuer Name ID")            \
  X (NOT_BEFORE, "NotBefore", "not_before", DATE, VIEW, 8, "Certificate Effective Date")           \
  X (NOT_AFTER, "NotAfter", "not_after", DATE, INDEXED | VIEW, 8, "Certificate Expiration Date")   \
  X (CRL_PARTITION, "Request.CRLPartitionIndex", "crl_partition_index", LONG, VIEW, 4,             \
     "CRL Partition Index")                                                                        \
  X (PUBLISH_EXPIRED, "PublishExpiredCertInCRL", "publish_expired_cert_in_crl", LONG, VIEW, 4,     \
     "Publish Expired Certificate in CRL")                                                         \
  X (HOLD_ALLOWED, "HoldAllowed", "hold_allowed", LONG, VIEW, 4, "Hold Allowed")                   \
  X (SUBJECT_KEY_IDENTIFIER, "SubjectKeyIdentifier", "subject_key_identifier", STRING, VIEW, 128,  \
     "Issued Subject Key Identifier")                                                              \
  X (PUBLIC_KEY_LENGTH, "PublicKeyLength", "public_key_length", LONG, VIEW, 4,                     \
     "Public Key Length")                                                                          \
  X (PUBLIC_KEY_ALGORITHM, "PublicKeyAlgorithm", "public_key_algorithm", STRING, VIEW, 254,        \
     "Public Key Algorithm")                                                                       \
  X (UPN, "UPN", "upn", STRING, LOOKUP | VIEW, 2048, "User Principal Name")                        \
  X (DN, "DistinguishedName", "distinguished_name", STRING, VIEW, 8192,                            \
     "Issued Distinguished Name")                                                                  \
  X (COMMON_NAME, "CommonName", "common_name", STRING, INDEXED | VIEW, 8192, "Issued Common Name") \
  ICERT_SUBJECT_COLUMNS (X, CERT, "", "", "Issued ")                                               \
  X (CERTIFICATE_HASH, "CertificateHash", "certificate_hash", STRING, INDEXED | VIEW, 128,         \
     "Certificate Hash")                                                                           \
  X (CERTIFICATE_HASH_SHA256, "CertificateHashSHA256", "certificate_hash_sha256", STRING,          \
     LOOKUP | VIEW, 128, "Certificate SHA-256 Hash")                                               \
  X (ATTRIBUTES_TEXT, "Request.RequestAttributes", "request_attributes", STRING, VIEW, 32768,      \
     "Request Attributes")                                                                         \
  X (REQ_RAW_NAME, "Request.RawName", "request_raw_name", BINARY, VIEW, 0, "Request Binary Name")  \
  X (RAW_NAME, "RawName", "raw_name", BINARY, VIEW, 0, "Issued Binary Name")                       \
  X (RAW_PUBLIC_KEY, "RawPublicKey", "raw_public_key", BINARY, VIEW, 0, "Public Key")              \
  X (RAW_PUBLIC_KEY_PARAMETERS, "RawPublicKeyAlgorithmParameters",                                 \
     "raw_public_key_algorithm_parameters", BINARY, VIEW, 0, "Public Key Algorithm Parameters")    \
  X (KEY_RECOVERY_HASHES, "Request.KeyRecoveryHashes", "key_recovery_hashes", STRING, VIEW, 8192,  \
     "Key Recovery Agent Hashes")                                                                  \
  X (ATTESTATION_CHALLENGE, "Request.AttestationChallenge", "attestation_challenge", BINARY, VIEW, \
     0, "Attestation Challenge")                                                                   \
  X (RAW_ARCHIVED_KEY, "Request.RawArchivedKey", "raw_archived_key", BINARY, VIEW, 0,              \
     "Archived Key")                                                                               \
  X (RAW_PRECERTIFICATE, "Request.RawPrecertificate", "raw_precertificate", BINARY, VIEW, 0,       \
     "Binary Precertificate")                                                                      \
  X (LINTER_CERTIFICATE, "Request.LinterCertificate", "linter_certificate", BINARY, VIEW, 0,       \
     "Linter Certificate")                                                                         \
  X (RAW_OLD_CERTIFICATE, "Request.RawOldCertificate", "raw_old_certificate", BINARY, VIEW, 0,     \
     "Old Certificate")                                                                            \
  X (RAW_REQUEST, "Request.RawRequest", "raw_request", BINARY, VIEW, 0, "Binary Request")          \
  X (RAW_CERTIFICATE, "RawCertificate", "raw_certificate", BINARY, VIEW, 0, "Binary Certificate")

#define ICERT_ATTRIBUTE_COLUMNS(X)                                                                 \
  X (REQUEST_ID, "AttributeRequestId", "request_id", LONG, KEY | INDEXED | VIEW, 8,                \
     "Attribute Request ID")                                                                       \
  X (NAME, "AttributeName", "name", STRING, KEY | VIEW, 254, "Attribute Name")                     \
  X (VALUE, "AttributeValue", "value", STRING, VIEW, 8192, "Attribute Value")

#define ICERT_EXTENSION_COLUMNS(X)                                                                 \
  X (REQUEST_ID, "ExtensionRequestId", "request_id", LONG, KEY | INDEXED | VIEW, 8,                \
     "Extension Request ID")                                                                       \
  X (NAME, "ExtensionName", "name", STRING, KEY | VIEW, 254, "Extension Name")                     \
  X (FLAGS, "ExtensionFlags", "flags", LONG, VIEW, 4, "Extension Flags")                           \
  X (VALUE, "ExtensionRawValue", "raw_value", BINARY, VIEW, 0, "Extension Raw Value")

/* Names of issued certificates in canonical form: "dNSName" and "www.example.org" */
#define ICERT_NAME_COLUMNS(X)                                                                      \
  X (KIND, "NameKind", "kind", LONG, KEY | INDEXED | VIEW, 4, "Name Kind")                         \
  X (VALUE, "NameValue", "value", STRING, KEY | VIEW, 8192, "Name Value")                          \
  X (REQUEST_ID, "NameRequestId", "request_id", LONG, KEY | INDEXED | VIEW, 8, "Name Request ID")

/* Reason in the slim status table: the low octet is a CRLReason. With this in it somebody named a
 * date that had passed: the entry of a CRL then says that date as invalidityDate, too. It is here
 * since each column that CRLs read costs a tenth of them. */
#define ICERT_SERIAL_REASON_MASK 0xff
#define ICERT_SERIAL_REASON_BACKDATED 0x100

/* The slim status table: a serial is here from the intent on (S-E8). State: ICertSerialState.
 * Revoked when: the effective date, also one that is yet to come. Partition: of the CRL, fixed when
 * the serial is reserved. Changed: when state, date, reason or publish-expired changed last, by the
 * engine's clock just before the commit; empty while nothing did. A release from hold leaves GOOD,
 * with changed and without date and reason. */
#define ICERT_SERIAL_COLUMNS(X)                                                                    \
  X (ISSUER, "SerialIssuer", "issuer", LONG, KEY, 4, "Issuer Name ID")                             \
  X (SERIAL, "SerialValue", "serial", BINARY, KEY, 20, "Serial")                                   \
  X (STATE, "SerialState", "state", LONG, INDEXED, 4, "State")                                     \
  X (REQUEST_ID, "SerialRequestId", "request_id", LONG, NONE, 8, "Request ID")                     \
  X (NOT_AFTER, "SerialNotAfter", "not_after", DATE, NONE, 8, "Not After")                         \
  X (REVOKED_WHEN, "SerialRevokedWhen", "revoked_when", DATE, NONE, 8, "Revoked When")             \
  X (REASON, "SerialReason", "reason", LONG, NONE, 4, "Reason")                                    \
  X (PARTITION, "SerialPartition", "partition", LONG, NONE, 4, "CRL Partition Index")              \
  X (CHANGED, "SerialChanged", "changed", DATE, NONE, 8, "Status Changed When")                    \
  X (PUBLISH_EXPIRED, "SerialPublishExpired", "publish_expired", LONG, NONE, 4,                    \
     "Publish Expired Certificate in CRL")

/* Intents of keys outside this process: what was about to be signed (S-E1 step 4) */
#define ICERT_INTENT_COLUMNS(X)                                                                    \
  X (REQUEST_ID, "IntentRequestId", "request_id", LONG, KEY, 8, "Request ID")                      \
  X (ISSUER, "IntentIssuer", "issuer", LONG, NONE, 4, "Issuer Name ID")                            \
  X (SERIAL, "IntentSerial", "serial", BINARY, NONE, 20, "Serial")                                 \
  X (PROFILE_VERSION, "IntentProfileVersion", "profile_version", LONG, NONE, 8, "Profile Version") \
  X (TBS, "IntentTbs", "tbs", BINARY, NONE, 0, "To be signed")

#define ICERT_TRACE_COLUMNS(X)                                                                     \
  X (REQUEST_ID, "TraceRequestId", "request_id", LONG, KEY, 8, "Request ID")                       \
  X (SEQUENCE, "TraceSequence", "sequence", LONG, KEY, 4, "Sequence")                              \
  X (TRACE, "Trace", "trace", BINARY, NONE, 0, "Trace")

/* Idempotency keys */
#define ICERT_KEY_COLUMNS(X)                                                                       \
  X (KEY, "SubmissionKey", "submission_key", STRING, KEY, 64, "Submission Key")                    \
  X (CALLER, "SubmissionCaller", "caller", STRING, KEY, 2048, "Caller")                            \
  X (REQUEST_ID, "SubmissionRequestId", "request_id", LONG, NONE, 8, "Request ID")                 \
  X (CONTENT, "SubmissionContent", "content_hash", BINARY, NONE, 32, "Content Hash")

/* Keys of certificates revoked for key compromise (S-B3): SHA-256 of the SubjectPublicKeyInfo */
#define ICERT_BLOCKED_KEY_COLUMNS(X)                                                               \
  X (HASH, "BlockedKeyHash", "key_hash", BINARY, KEY, 32, "Blocked Key Hash")                      \
  X (SINCE, "BlockedKeySince", "since", DATE, NONE, 8, "Blocked Since")                            \
  X (REQUEST_ID, "BlockedKeyRequestId", "request_id", LONG, NONE, 8, "Request ID")

#define ICERT_AUDIT_COLUMNS(X)                                                                     \
  X (SEQUENCE, "AuditSequence", "sequence", LONG, KEY | INDEXED | VIEW, 8, "Sequence")             \
  X (TIME, "AuditTime", "time", DATE, VIEW, 8, "Time")                                             \
  X (NODE, "AuditNode", "node", STRING, VIEW, 254, "Node")                                         \
  X (ACTOR, "AuditActor", "actor", STRING, VIEW, 2048, "Actor")                                    \
  X (DOOR, "AuditDoor", "door", STRING, VIEW, 32, "Door")                                          \
  X (VERB, "AuditVerb", "verb", STRING, VIEW, 64, "Verb")                                          \
  X (OBJECT, "AuditObject", "object", STRING, VIEW, 2048, "Object")                                \
  X (OUTCOME, "AuditOutcome", "outcome", STRING, VIEW, 64, "Outcome")                              \
  X (DETAIL, "AuditDetail", "detail", STRING, VIEW, 8192, "Detail")                                \
  X (HASH, "AuditHash", "hash", BINARY, VIEW, 32, "Hash")                                          \
  X (MAC, "AuditMac", "mac", BINARY, VIEW, 32, "MAC")

/* Signed statements about the audit log (S-F7): its end at that moment. Records: how many since the
 * one before; key: SHA-256 of the audit key's SubjectPublicKeyInfo; sinks: where it went */
#define ICERT_CHECKPOINT_COLUMNS(X)                                                                \
  X (SEQUENCE, "CheckpointSequence", "sequence", LONG, KEY | INDEXED, 8, "Sequence")               \
  X (TIME, "CheckpointTime", "time", DATE, NONE, 8, "Time")                                        \
  X (NODE, "CheckpointNode", "node", STRING, NONE, 254, "Node")                                    \
  X (RECORDS, "CheckpointRecords", "records", LONG, NONE, 8, "Records")                            \
  X (WAIVERS, "CheckpointWaivers", "waivers", STRING, NONE, 8192, "Waivers")                       \
  X (SINKS, "CheckpointSinks", "sinks", STRING, NONE, 8192, "Sinks")                               \
  X (HASH, "CheckpointHash", "hash", BINARY, NONE, 32, "Hash")                                     \
  X (KEY, "CheckpointKey", "key", BINARY, NONE, 32, "Key")                                         \
  X (SIGNATURE, "CheckpointSignature", "signature", BINARY, NONE, 0, "Signature")

/* Events that wait for an exit. Due: when to try next; dead: 1 after 24 h of failures; run: of the
 * events of a publishing run, the number of its CRLs; of a checkpoint its sequence */
#define ICERT_OUTBOX_COLUMNS(X)                                                                    \
  X (ID, "OutboxId", "id", LONG, KEY | INDEXED, 8, "Outbox ID")                                    \
  X (REQUEST_ID, "OutboxRequestId", "request_id", LONG, NONE, 8, "Request ID")                     \
  X (EVENT, "OutboxEvent", "event", LONG, NONE, 4, "Event")                                        \
  X (CLASS_ID, "OutboxClass", "class_id", STRING, NONE, 254, "Class")                              \
  X (CREATED, "OutboxCreated", "created", DATE, NONE, 8, "Created")                                \
  X (DUE, "OutboxDue", "due", DATE, NONE, 8, "Due")                                                \
  X (ATTEMPTS, "OutboxAttempts", "attempts", LONG, NONE, 4, "Attempts")                            \
  X (DEAD, "OutboxDead", "dead", LONG, INDEXED, 4, "Dead")                                         \
  X (RUN, "OutboxRun", "run", LONG, NONE, 8, "CRL Number")                                         \
  X (ERROR, "OutboxError", "error", STRING, NONE, 8192, "Error")

/* Named numbers: "next-request-id", "next-outbox-id" … */
#define ICERT_COUNTER_COLUMNS(X)                                                                   \
  X (NAME, "CounterName", "name", STRING, KEY, 64, "Counter Name")                                 \
  X (VALUE, "CounterValue", "value", LONG, NONE, 8, "Counter Value")

#define ICERT_CONFIG_HISTORY_COLUMNS(X)                                                            \
  X (ID, "ConfigId", "id", LONG, KEY, 8, "Change ID")                                              \
  X (TIME, "ConfigTime", "time", DATE, NONE, 8, "Time")                                            \
  X (ACTOR, "ConfigActor", "actor", STRING, NONE, 2048, "Actor")                                   \
  X (NODE, "ConfigNode", "node", STRING, NONE, 254, "Node")                                        \
  X (ENTRY, "ConfigEntry", "entry", STRING, NONE, 254, "Entry")                                    \
  X (OLD_VALUE, "ConfigOldValue", "old_value", STRING, NONE, 0, "Old Value")                       \
  X (NEW_VALUE, "ConfigNewValue", "new_value", STRING, NONE, 0, "New Value")

/* What became of a CRL in one of the places it goes to. State: ICertPublicationState; tried: the
 * last attempt; due: the next one; read back: when it was last seen there as it was made */
#define ICERT_PUBLICATION_COLUMNS(X)                                                               \
  X (CRL, "PublicationCRL", "crl", LONG, KEY, 8, "CRL Row ID")                                     \
  X (PLACE, "PublicationPlace", "place", STRING, KEY, 2048, "Place")                               \
  X (CLASS_ID, "PublicationClass", "class_id", STRING, NONE, 254, "Class")                         \
  X (STATE, "PublicationState", "state", LONG, NONE, 4, "State")                                   \
  X (ATTEMPTS, "PublicationAttempts", "attempts", LONG, NONE, 4, "Attempts")                       \
  X (TRIED, "PublicationTried", "tried", DATE, NONE, 8, "Last Attempt")                            \
  X (DUE, "PublicationDue", "due", DATE, NONE, 8, "Next Attempt")                                  \
  X (READ_BACK, "PublicationReadBack", "read_back", DATE, NONE, 8, "Read Back")                    \
  X (ERROR, "PublicationError", "error", STRING, NONE, 8192, "Error")

/* Changes that wait for a second administrator (S-D11). State: CaChangeState */
#define ICERT_CHANGE_COLUMNS(X)                                                                    \
  X (ID, "ChangeId", "id", LONG, KEY | INDEXED, 8, "Change ID")                                    \
  X (STATE, "ChangeState", "state", LONG, INDEXED, 4, "State")                                     \
  X (TIME, "ChangeTime", "time", DATE, NONE, 8, "Time")                                            \
  X (EXPIRES, "ChangeExpires", "expires", DATE, NONE, 8, "Expires")                                \
  X (ACTOR, "ChangeActor", "actor", STRING, NONE, 128, "Actor ID")                                 \
  X (ACTOR_NAME, "ChangeActorName", "actor_name", STRING, NONE, 2048, "Actor")                     \
  X (VERB, "ChangeVerb", "verb", STRING, NONE, 64, "Verb")                                         \
  X (OBJECT, "ChangeObject", "object", STRING, NONE, 2048, "Object")                               \
  X (OLD_HASH, "ChangeOldHash", "old_hash", STRING, NONE, 64, "Old Hash")                          \
  X (SECOND_ACTOR, "ChangeSecondActor", "second_actor", STRING, NONE, 128, "Second Actor ID")      \
  X (SECOND_NAME, "ChangeSecondName", "second_name", STRING, NONE, 2048, "Second Actor")           \
  X (DECIDED_WHEN, "ChangeDecidedWhen", "decided_when", DATE, NONE, 8, "Decision Date")            \
  X (DETAIL, "ChangeDetail", "detail", STRING, NONE, 8192, "Detail")                               \
  X (VALUE, "ChangeValue", "value", STRING, NONE, 0, "Value")

/* Contents of profiles that were in use: who brought them, when they were withdrawn (S-D10, S-D12)
 */
#define ICERT_PROFILE_COLUMNS(X)                                                                   \
  X (NAME, "ProfileName", "name", STRING, KEY, 254, "Profile Name")                                \
  X (HASH, "ProfileHash", "hash", STRING, KEY, 64, "Profile Hash")                                 \
  X (VERSION, "ProfileNumber", "version", LONG, NONE, 8, "Profile Version")                        \
  X (TIME, "ProfileTime", "time", DATE, NONE, 8, "Time")                                           \
  X (ACTOR, "ProfileActor", "actor", STRING, NONE, 128, "Actor ID")                                \
  X (ACTOR_NAME, "ProfileActorName", "actor_name", STRING, NONE, 2048, "Actor")                    \
  X (SECOND_ACTOR, "ProfileSecondActor", "second_actor", STRING, NONE, 128, "Second Actor ID")     \
  X (WITHDRAWN, "ProfileWithdrawn", "withdrawn", DATE, NONE, 8, "Withdrawn")                       \
  X (CONTENT, "ProfileContent", "content", STRING, NONE, 0, "Content")

/* CRLs (database.md 4). The CRL itself is the file, named from the CA's folder (CRLRawCRL is read
 * from it); its length and SHA-256 tell whether it is the one that was signed. MinBase: 0 = base
 * CRL. Flags: CPF_*. */
#define ICERT_CRL_COLUMNS(X)                                                                       \
  X (ID, "CRLRowId", "id", LONG, KEY | INDEXED | VIEW, 8, "CRL Row ID")                            \
  X (NUMBER, "CRLNumber", "number", LONG, INDEXED | VIEW, 8, "CRL Number")                         \
  X (MIN_BASE, "CRLMinBase", "min_base", LONG, VIEW, 8, "CRL Minimum Base Number")                 \
  X (NAME_ID, "CRLNameId", "name_id", LONG, VIEW, 4, "CRL Name ID")                                \
  X (PARTITION, "CRLPartitionIndex", "partition_index", LONG, VIEW, 4, "CRL Partition Index")      \
  X (COUNT, "CRLCount", "count", LONG, VIEW, 8, "CRL Count")                                       \
  X (THIS_UPDATE, "CRLThisUpdate", "this_update", DATE, VIEW, 8, "CRL This Update")                \
  X (NEXT_UPDATE, "CRLNextUpdate", "next_update", DATE, INDEXED | VIEW, 8, "CRL Next Update")      \
  X (THIS_PUBLISH, "CRLThisPublish", "this_publish", DATE, VIEW, 8, "CRL This Publish")            \
  X (NEXT_PUBLISH, "CRLNextPublish", "next_publish", DATE, INDEXED | VIEW, 8, "CRL Next Publish")  \
  X (EFFECTIVE, "CRLEffective", "effective", DATE, VIEW, 8, "CRL Effective")                       \
  X (PROPAGATION_COMPLETE, "CRLPropagationComplete", "propagation_complete", DATE, INDEXED | VIEW, \
     8, "CRL Propagation Complete")                                                                \
  X (LAST_PUBLISHED, "CRLLastPublished", "last_published", DATE, INDEXED | VIEW, 8,                \
     "CRL Last Published")                                                                         \
  X (PUBLISH_ATTEMPTS, "CRLPublishAttempts", "publish_attempts", LONG, INDEXED | VIEW, 4,          \
     "CRL Publish Attempts")                                                                       \
  X (PUBLISH_FLAGS, "CRLPublishFlags", "publish_flags", LONG, VIEW, 4, "CRL Publish Flags")        \
  X (PUBLISH_STATUS_CODE, "CRLPublishStatusCode", "publish_status_code", LONG, INDEXED | VIEW, 4,  \
     "CRL Publish Status Code")                                                                    \
  X (PUBLISH_ERROR, "CRLPublishError", "publish_error", STRING, VIEW, 8192, "CRL Publish Error")   \
  X (SIZE, "CRLSize", "size", LONG, VIEW, 8, "CRL Size")                                           \
  X (HASH, "CRLHashSHA256", "hash_sha256", STRING, VIEW, 128, "CRL SHA-256 Hash")                  \
  X (FILE, "CRLFile", "file", STRING, NONE, 254, "CRL File")

/* clang-format off */
#define ICERT_STORE_TABLES(T)                                                                      \
  T (REQUESTS, "requests", REQUEST)                                                                \
  T (ATTRIBUTES, "attributes", ATTRIBUTE)                                                          \
  T (EXTENSIONS, "extensions", EXTENSION)                                                          \
  T (NAMES, "names", NAME)                                                                         \
  T (SERIALS, "serials", SERIAL)                                                                   \
  T (INTENTS, "intents", INTENT)                                                                   \
  T (TRACES, "traces", TRACE)                                                                      \
  T (KEYS, "submission_keys", KEY)                                                                 \
  T (BLOCKED_KEYS, "blocked_keys", BLOCKED_KEY)                                                    \
  T (AUDIT, "audit", AUDIT)                                                                        \
  T (CHECKPOINTS, "checkpoints", CHECKPOINT)                                                       \
  T (OUTBOX, "outbox", OUTBOX)                                                                     \
  T (COUNTERS, "counters", COUNTER)                                                                \
  T (CONFIG_HISTORY, "config_history", CONFIG_HISTORY)                                             \
  T (PUBLICATIONS, "publications", PUBLICATION)                                                    \
  T (CHANGES, "changes", CHANGE)                                                                   \
  T (PROFILES, "profiles", PROFILE)                                                                \
  T (CRLS, "crls", CRL)

typedef enum
{
#define T(id, sql, columns) ICERT_STORE_##id,
  ICERT_STORE_TABLES (T)
#undef T
  ICERT_STORE_N_TABLES
} ICertStoreTable;


#define X(id, ...) ICERT_REQUEST_##id,
typedef enum { ICERT_REQUEST_COLUMNS (X) ICERT_REQUEST_N_COLUMNS } ICertRequestColumn;
#undef X
#define X(id, ...) ICERT_ATTRIBUTE_##id,
typedef enum { ICERT_ATTRIBUTE_COLUMNS (X) ICERT_ATTRIBUTE_N_COLUMNS } ICertAttributeColumn;
#undef X
#define X(id, ...) ICERT_EXTENSION_##id##_COLUMN,
typedef enum { ICERT_EXTENSION_COLUMNS (X) ICERT_EXTENSION_N_COLUMNS } ICertExtensionColumn;
#undef X
#define X(id, ...) ICERT_NAME_##id,
typedef enum { ICERT_NAME_COLUMNS (X) ICERT_NAME_N_COLUMNS } ICertNameColumn;
#undef X
#define X(id, ...) ICERT_SERIAL_##id,
typedef enum { ICERT_SERIAL_COLUMNS (X) ICERT_SERIAL_N_COLUMNS } ICertSerialColumn;
#undef X
#define X(id, ...) ICERT_INTENT_##id,
typedef enum { ICERT_INTENT_COLUMNS (X) ICERT_INTENT_N_COLUMNS } ICertIntentColumn;
#undef X
#define X(id, ...) ICERT_TRACE_##id,
typedef enum { ICERT_TRACE_COLUMNS (X) ICERT_TRACE_N_COLUMNS } ICertTraceColumn;
#undef X
#define X(id, ...) ICERT_KEY_##id,
typedef enum { ICERT_KEY_COLUMNS (X) ICERT_KEY_N_COLUMNS } ICertKeyColumn;
#undef X
#define X(id, ...) ICERT_BLOCKED_KEY_##id,
typedef enum { ICERT_BLOCKED_KEY_COLUMNS (X) ICERT_BLOCKED_KEY_N_COLUMNS } ICertBlockedKeyColumn;
#undef X
#define X(id, ...) ICERT_AUDIT_##id,
typedef enum { ICERT_AUDIT_COLUMNS (X) ICERT_AUDIT_N_COLUMNS } ICertAuditColumn;
#undef X
#define X(id, ...) ICERT_CHECKPOINT_##id,
typedef enum { ICERT_CHECKPOINT_COLUMNS (X) ICERT_CHECKPOINT_N_COLUMNS } ICertCheckpointColumn;
#undef X
#define X(id, ...) ICERT_OUTBOX_##id,
typedef enum { ICERT_OUTBOX_COLUMNS (X) ICERT_OUTBOX_N_COLUMNS } ICertOutboxColumn;
#undef X
#define X(id, ...) ICERT_COUNTER_##id,
typedef enum { ICERT_COUNTER_COLUMNS (X) ICERT_COUNTER_N_COLUMNS } ICertCounterColumn;
#undef X
#define X(id, ...) ICERT_CONFIG_HISTORY_##id,
typedef enum { ICERT_CONFIG_HISTORY_COLUMNS (X) ICERT_CONFIG_HISTORY_N_COLUMNS } ICertConfigHistoryColumn;
#undef X
#define X(id, ...) ICERT_PUBLICATION_##id,
typedef enum { ICERT_PUBLICATION_COLUMNS (X) ICERT_PUBLICATION_N_COLUMNS } ICertPublicationColumn;
#undef X
#define X(id, ...) ICERT_CHANGE_##id,
typedef enum { ICERT_CHANGE_COLUMNS (X) ICERT_CHANGE_N_COLUMNS } ICertChangeColumn;
#undef X
#define X(id, ...) ICERT_PROFILE_##id,
typedef enum { ICERT_PROFILE_COLUMNS (X) ICERT_PROFILE_N_COLUMNS } ICertProfileColumn;
#undef X
#define X(id, ...) ICERT_CRL_##id,
typedef enum { ICERT_CRL_COLUMNS (X) ICERT_CRL_N_COLUMNS } ICertCrlColumn;
#undef X
/* clang-format on */

typedef enum
{
  ICERT_SERIAL_STATE_INTENT = 0,  /* reserved, no certificate yet */
  ICERT_SERIAL_STATE_GOOD = 1,    /* certificate committed */
  ICERT_SERIAL_STATE_REVOKED = 2, /* revoked */
  ICERT_SERIAL_STATE_ORPHANED = 3 /* intent of an engine that died (S-E3) */
} ICertSerialState;

typedef enum
{
  ICERT_PUBLICATION_STATE_FAILED = 0,    /* what lies there is not this CRL; tried again */
  ICERT_PUBLICATION_STATE_DONE = 1,      /* it lies there */
  ICERT_PUBLICATION_STATE_POSTPONED = 2, /* a delta whose base is not there yet */
  ICERT_PUBLICATION_STATE_GIVEN_UP = 3   /* its time is over */
} ICertPublicationState;

typedef struct
{
  const char *name; /* AD CS's */
  const char *sql;
  ICertPropertyType type;
  ICertStoreColumnFlags flags;
  guint max_length;
  const char *display_name;
} ICertStoreColumnInfo;

ICERT_AVAILABLE_IN_0_1
const char *icert_store_table_name (ICertStoreTable table);
ICERT_AVAILABLE_IN_0_1
const ICertStoreColumnInfo *icert_store_table_columns (ICertStoreTable table, guint *n_columns);
/* without case; "RequestID" is "Request.RequestID"; -1 when there is none */
ICERT_AVAILABLE_IN_0_1
int icert_store_find_column (ICertStoreTable table, const char *name);

G_END_DECLS
