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

static const ToolViewTable tables[] = {
  { "requests", ICERT_TABLE_REQUESTS, request_columns, FALSE },
  { "certificates", ICERT_TABLE_REQUESTS, certificate_columns, TRUE },
  { "attributes", ICERT_TABLE_ATTRIBUTES, attribute_columns, FALSE },
  { "extensions", ICERT_TABLE_EXTENSIONS, extension_columns, FALSE },
  { "crls", ICERT_TABLE_CRLS, crl_columns, FALSE },
};

const ToolViewTable *
tool_view_find_table (const char *name, GError **error)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (tables); i++)
    if (name == NULL || strcmp (tables[i].name, name) == 0)
      return &tables[i];
  tool_usage_error (
      error, "--table: '%s' is none (requests, certificates, attributes, extensions or crls)",
      name);
  return NULL;
}
