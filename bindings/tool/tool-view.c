/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-view.h"

#include <string.h>

#include "tool-error.h"

static const char *const request_columns[] = { "Request.RequestID",
                                               "Request.Disposition",
                                               "Request.RequesterName",
                                               "Request.SubmittedWhen",
                                               "CertificateTemplate",
                                               "Request.CommonName",
                                               "CommonName",
                                               "SerialNumber",
                                               "NotAfter",
                                               "Request.DispositionMessage",
                                               NULL };
static const char *const certificate_columns[] = {
  "Request.RequestID", "Request.Disposition", "SerialNumber",          "NotBefore", "NotAfter",
  "CommonName",        "CertificateTemplate", "Request.RequesterName", NULL
};
static const char *const attribute_columns[]
    = { "AttributeRequestId", "AttributeName", "AttributeValue", NULL };
static const char *const extension_columns[]
    = { "ExtensionRequestId", "ExtensionName", "ExtensionFlags", "ExtensionRawValue", NULL };
static const char *const crl_columns[]
    = { "CRLRowId", "CRLNumber", "CRLMinBase", "CRLCount", "CRLThisUpdate", "CRLNextUpdate", NULL };

static const char *const audit_columns[]
    = { "AuditSequence", "AuditTime",   "AuditActor",   "AuditDoor",
        "AuditVerb",     "AuditObject", "AuditOutcome", NULL };
static const char *const name_columns[] = { "NameRequestId", "NameKind", "NameValue", NULL };

static const ToolViewTable tables[] = {
  { "requests", ICERT_TABLE_REQUESTS, request_columns },
  { "certificates", ICERT_TABLE_CERTIFICATES, certificate_columns },
  { "attributes", ICERT_TABLE_ATTRIBUTES, attribute_columns },
  { "extensions", ICERT_TABLE_EXTENSIONS, extension_columns },
  { "names", ICERT_TABLE_NAMES, name_columns },
  { "crls", ICERT_TABLE_CRLS, crl_columns },
  { "audit", ICERT_TABLE_AUDIT, audit_columns },
};

const ToolViewTable *
tool_view_find_table (const char *name, GError **error)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (tables); i++)
    if (name == NULL || strcmp (tables[i].name, name) == 0)
      return &tables[i];
  tool_usage_error (error,
                    "--table: '%s' is none (requests, certificates, attributes, extensions, names, "
                    "crls or audit)",
                    name);
  return NULL;
}
