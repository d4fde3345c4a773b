/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-view-query.h"

/* The tables that views are over, and the usual sets of columns (database.md 7). */

static const char *const queue_set[] = { "Request.RequestID",
                                         "Request.RequesterName",
                                         "Request.SubmittedWhen",
                                         "Request.StatusCode",
                                         "Request.DispositionMessage",
                                         "CertificateTemplate",
                                         "Request.CommonName",
                                         "Request.EMail",
                                         "Request.OrgUnit",
                                         "Request.Organization",
                                         "Request.Locality",
                                         "Request.State",
                                         "Request.Country",
                                         "Request.RawRequest",
                                         NULL };
static const char *const log_set[] = { "Request.RequestID",
                                       "Request.RequesterName",
                                       "SerialNumber",
                                       "NotBefore",
                                       "NotAfter",
                                       "CertificateTemplate",
                                       "CommonName",
                                       "EMail",
                                       "OrgUnit",
                                       "Organization",
                                       "Locality",
                                       "State",
                                       "Country",
                                       "RawCertificate",
                                       NULL };
static const char *const revoked_set[] = { "Request.RequestID",
                                           "Request.RequesterName",
                                           "SerialNumber",
                                           "NotBefore",
                                           "NotAfter",
                                           "CertificateTemplate",
                                           "CommonName",
                                           "EMail",
                                           "OrgUnit",
                                           "Organization",
                                           "Locality",
                                           "State",
                                           "Country",
                                           "RawCertificate",
                                           "Request.RevokedWhen",
                                           "Request.RevokedEffectiveWhen",
                                           "Request.RevokedReason",
                                           NULL };
static const char *const extension_set[]
    = { "ExtensionRequestId", "ExtensionName", "ExtensionFlags", "ExtensionRawValue", NULL };
static const char *const attribute_set[]
    = { "AttributeRequestId", "AttributeName", "AttributeValue", NULL };

static const char *const audit_set[]
    = { "AuditSequence", "AuditTime",   "AuditNode",    "AuditActor",  "AuditDoor",
        "AuditVerb",     "AuditObject", "AuditOutcome", "AuditDetail", NULL };
static const char *const name_set[] = { "NameRequestId", "NameKind", "NameValue", NULL };

static const char *const crl_set[] = { "CRLRowId",
                                       "CRLNumber",
                                       "CRLMinBase",
                                       "CRLNameId",
                                       "CRLCount",
                                       "CRLThisUpdate",
                                       "CRLNextUpdate",
                                       "CRLThisPublish",
                                       "CRLNextPublish",
                                       "CRLEffective",
                                       "CRLPropagationComplete",
                                       "CRLLastPublished",
                                       "CRLPublishAttempts",
                                       "CRLPublishFlags",
                                       "CRLPublishStatusCode",
                                       "CRLPublishError",
                                       "CRLRawCRL",
                                       NULL };
/* What a view of no columns shows: all but the CRL, which costs reading a file. */
static const char *const crl_columns[] = { "CRLRowId",          "CRLNumber",
                                           "CRLMinBase",        "CRLNameId",
                                           "CRLPartitionIndex", "CRLCount",
                                           "CRLThisUpdate",     "CRLNextUpdate",
                                           "CRLThisPublish",    "CRLNextPublish",
                                           "CRLEffective",      "CRLPropagationComplete",
                                           "CRLLastPublished",  "CRLPublishAttempts",
                                           "CRLPublishFlags",   "CRLPublishStatusCode",
                                           "CRLPublishError",   NULL };

/* What a view of no columns shows: the columns people ask for first. */
static const char *const request_columns[] = { "Request.RequestID",
                                               "Request.RequesterName",
                                               "Request.SubmittedWhen",
                                               "Request.Disposition",
                                               "Request.DispositionMessage",
                                               "CertificateTemplate",
                                               "SerialNumber",
                                               "NotAfter",
                                               "CommonName",
                                               NULL };

static const CaViewTable tables[] = {
  { ICERT_TABLE_REQUESTS, ICERT_STORE_REQUESTS, CA_VERB_VIEW, request_columns, 0, 0 },
  { ICERT_TABLE_CERTIFICATES, ICERT_STORE_REQUESTS, CA_VERB_VIEW, request_columns,
    ICERT_ROW_DISPOSITION_FOREIGN, ICERT_ROW_DISPOSITION_REVOKED },
  { ICERT_TABLE_ATTRIBUTES, ICERT_STORE_ATTRIBUTES, CA_VERB_VIEW, attribute_set, 0, 0 },
  { ICERT_TABLE_EXTENSIONS, ICERT_STORE_EXTENSIONS, CA_VERB_VIEW, extension_set, 0, 0 },
  { ICERT_TABLE_CRLS, ICERT_STORE_CRLS, CA_VERB_VIEW, crl_columns, 0, 0 },
  { ICERT_TABLE_NAMES, ICERT_STORE_NAMES, CA_VERB_VIEW, name_set, 0, 0 },
  { ICERT_TABLE_AUDIT, ICERT_STORE_AUDIT, CA_VERB_VIEW_AUDIT, audit_set, 0, 0 },
};

const CaViewTable *
ca_view_find_table (ICertTable table)
{
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    if (tables[i].table == table)
      return &tables[i];
  return NULL;
}

static const struct
{
  ICertColumnSet number;
  ICertStoreTable table;
  const char *const *columns;
} sets[] = {
  { ICERT_COLUMN_SET_QUEUE, ICERT_STORE_REQUESTS, queue_set },
  { ICERT_COLUMN_SET_LOG, ICERT_STORE_REQUESTS, log_set },
  { ICERT_COLUMN_SET_LOG_FAILED, ICERT_STORE_REQUESTS, queue_set },
  { ICERT_COLUMN_SET_LOG_REVOKED, ICERT_STORE_REQUESTS, revoked_set },
  { ICERT_COLUMN_SET_EXTENSION, ICERT_STORE_EXTENSIONS, extension_set },
  { ICERT_COLUMN_SET_ATTRIBUTE, ICERT_STORE_ATTRIBUTES, attribute_set },
  { ICERT_COLUMN_SET_CRL, ICERT_STORE_CRLS, crl_set },
  { ICERT_COLUMN_SET_AUDIT, ICERT_STORE_AUDIT, audit_set },
  { ICERT_COLUMN_SET_NAME, ICERT_STORE_NAMES, name_set },
};

const char *const *
ca_view_find_set (ICertColumnSet column_set, ICertStoreTable *table)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sets); i++)
    if (sets[i].number == column_set)
      {
        *table = sets[i].table;
        return sets[i].columns;
      }
  return NULL;
}
