/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-error.h"

#include <string.h>

#include "tool-output.h"

/* By code, and by field where the field changes what helps. The first row that fits counts. */
static const struct
{
  ICertError code;
  const char *field; /* nullable: any */
  const char *remedy;
} remedies[] = {
  { ICERT_ERROR_CONFIG, "store", "end the process that has the CA open, or use it there" },
  { ICERT_ERROR_CONFIG, "Folder",
    "it is a setting of the module: in ca.conf, for policy-test --settings FILE or --setting"
    " Folder=PATH" },
  { ICERT_ERROR_CONFIG, "ca", "end the process that has the CA open, or use it there" },
  { ICERT_ERROR_NOT_FOUND, "config", "'icert cas' lists the CAs; 'icert init NAME' makes one" },
  { ICERT_ERROR_NOT_FOUND, "request", "'icert view' lists the requests" },
  { ICERT_ERROR_NOT_FOUND, "request-id", "'icert view' lists the requests" },
  { ICERT_ERROR_NOT_FOUND, "serial",
    "'icert view --columns SerialNumber --where \"RequestID = ID\"' has the serial of a request" },
  { ICERT_ERROR_MALFORMED, "serial",
    "as openssl x509 -serial prints it, or the file with the certificate" },
  { ICERT_ERROR_FORBIDDEN_FIELD, "reason",
    "another reason; hold needs Hold=allowed in [Profile] before the certificate is issued" },
  { ICERT_ERROR_UNKNOWN_NAME, "node", "'icert get-config' lists the nodes" },
  { ICERT_ERROR_NOT_FOUND, "node", "'icert get-config' lists the nodes" },
  { ICERT_ERROR_NOT_FOUND, "profile", "'icert profiles' lists the profiles" },
  { ICERT_ERROR_UNKNOWN_NAME, "profile", "'icert profiles' lists the profiles" },
  { ICERT_ERROR_UNKNOWN_NAME, "column", "'icert schema' lists the columns" },
  { ICERT_ERROR_UNKNOWN_NAME, "class", "'icert modules' lists the classes" },
  { ICERT_ERROR_PENDING, "change", "another administrator approves it: 'icert approve ID'" },
  { ICERT_ERROR_PENDING, "restore", "the other administrator runs the same 'icert restore'" },
  { ICERT_ERROR_NOT_FOUND, "change", "'icert changes' lists them" },
  { ICERT_ERROR_WRONG_STATE, "change", "'icert changes --all' shows the state" },
  { ICERT_ERROR_WRONG_STATE, "entry", "'icert config-history' lists the changes" },
  { ICERT_ERROR_WRONG_STATE, "ca", "'icert ca' shows the state" },
  { ICERT_ERROR_WRONG_STATE, "clock", "'icert check' shows what the clock did" },
  { ICERT_ERROR_WRONG_STATE, "certificate",
    "'icert is-valid' says how a certificate stands; those of the CA itself: 'icert ca'" },
  { ICERT_ERROR_WRONG_STATE, "flags",
    "'icert set-config CRL CRLDeltaPeriod 1d' switches delta CRLs on" },
  { ICERT_ERROR_WRONG_STATE, NULL, "'icert view --where \"RequestID = ID\"' shows the state" },
  { ICERT_ERROR_NOT_AUTHORIZED, NULL, "'icert roles' shows what you may do" },
  { ICERT_ERROR_OUTCOME_UNKNOWN, NULL, "ask again with the same --id-key" },
  { ICERT_ERROR_CONFLICT, "folder", "name a folder that is not there" },
  { ICERT_ERROR_NOT_FOUND, "folder",
    "'icert cas' shows where each CA should be; 'icert restore DIR' makes one of a backup" },
  { ICERT_ERROR_CONFLICT, "name", "give another name; 'icert cas' lists those there are" },
  { ICERT_ERROR_NOT_FOUND, "CRL", "'icert crl' makes base CRLs, 'icert crl --delta' deltas" },
  { ICERT_ERROR_NOT_FOUND, "key-index", "'icert ca' shows the certificates and their keys" },
  { ICERT_ERROR_NOT_FOUND, "entry", "'icert get-config NODE' lists the entries of a node" },
  { ICERT_ERROR_NOT_FOUND, "id", "'icert config-history' lists the changes" },
  { ICERT_ERROR_CONFLICT, "target",
    "without --to it is restored there; or move that folder away, and give --secret" },
  { ICERT_ERROR_KEY_UNAVAILABLE, "secret",
    "--secret FILE names a copy of the CA's keys/secret, or a file with its passphrase" },
  { ICERT_ERROR_CONFLICT, "key-file",
    "'icert enroll --key FILE' goes on, with --renew renews; another --key starts anew" },
  { ICERT_ERROR_CONFLICT, "certificate-file", "name another file" },
  { ICERT_ERROR_CONFLICT, "chain-file", "name another file" },
  { ICERT_ERROR_CONFLICT, "pkcs12-file", "name another file" },
  { ICERT_ERROR_CONFIG, "chain",
    "a file with the CA's certificate and all of its issuers, PEM or PKCS #7, as the parent gives "
    "it" },
  { ICERT_ERROR_CONFIG, "CA certificate", "the parent's certificate for a CA (profile SubCA)" },
  { ICERT_ERROR_CONFIG, "certificate", "the parent's answer to request.pem of the CA's folder" },
  { ICERT_ERROR_CONFLICT, "certificate", "'icert retrieve ID' has the answer to a request" },
  { ICERT_ERROR_CONFLICT, "subject", "'icert enroll --key FILE' alone goes on with that request" },
  { ICERT_ERROR_CONFLICT, "config", "'icert enroll --key FILE' alone asks the right one" },
  { ICERT_ERROR_CONFLICT, "names", "'icert enroll --key FILE' alone goes on with that request" },
  { ICERT_ERROR_CONFLICT, "profile", "'icert enroll --key FILE' alone goes on with that request" },
  { ICERT_ERROR_CONFLICT, "key-type", "'icert enroll --key FILE' alone goes on with it" },
  { ICERT_ERROR_NOT_FOUND, "key-file", "'icert enroll --help' shows how to begin" },
  { ICERT_ERROR_CONFIG, "trust", "--trust FILE names the certificate of the CA or of its root" },
  { ICERT_ERROR_CONFIG, "certificate-file", "--out FILE says where the certificate goes" },
  { ICERT_ERROR_CONFIG, "passphrase", "--passphrase-file FILE or --passphrase-fd N gives one" },
  { ICERT_ERROR_KEY_UNAVAILABLE, "passphrase",
    "--passphrase-file FILE or --passphrase-fd N gives one" },
  { ICERT_ERROR_BAD_SIGNATURE, "chain", "--trust FILE names the CA that is to have answered" },
  { ICERT_ERROR_CONFLICT, NULL, "use another --id-key for another request" },
  { ICERT_ERROR_CLOCK, NULL, "set the clock right, then 'icert confirm-clock'" },
  { ICERT_ERROR_AUDIT, "checkpoint", "'icert check' says what the audit log lacks" },
  { ICERT_ERROR_AUDIT, NULL, "'icert check' says what the store lacks" },
  { ICERT_ERROR_BUSY, NULL, "try again in a moment" },
  { ICERT_ERROR_RATE_LIMITED, NULL, "try again later" },
};

void
tool_usage_error (GError **error, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, text);
}

gboolean
tool_parse_id (const char *text, gint64 *id, GError **error)
{
  guint64 value;

  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT64, &value, NULL))
    {
      tool_usage_error (error, "request id: '%s' is none (a number from 1%s)", text,
                        strspn (text, "0123456789abcdefABCDEF:") > 20
                            ? "; 'icert view --columns RequestID --where \"SerialNumber = SERIAL\"'"
                              " finds that of a serial number"
                            : "");
      return FALSE;
    }
  *id = (gint64) value;
  return TRUE;
}

const char *
tool_error_code (const GError *error)
{
  if (error->domain == G_OPTION_ERROR)
    return "USAGE";
  if (error->domain == ICERT_ERROR)
    return icert_error_get_code_name (error->code);
  return icert_error_get_code_name (ICERT_ERROR_FAILED);
}

char *
tool_error_line (const GError *error)
{
  g_autofree char *text = NULL;

  if (error->domain == ICERT_ERROR)
    text = icert_error_get_text (error);
  return tool_escape (text != NULL ? text : error->message);
}

/* An answer to `icert enroll` that was not stored: only those errors name a request. */
static char *
unwanted_remedy (const GError *error)
{
  g_autoptr (GVariant) details = icert_error_get_details (error);
  guint64 id;

  if ((error->code != ICERT_ERROR_BAD_NAME && error->code != ICERT_ERROR_FORBIDDEN_FIELD)
      || !g_variant_lookup (details, "request-id", "t", &id))
    return NULL;
  return g_strdup_printf ("request %" G_GUINT64_FORMAT " was issued and is not stored: the same"
                          " without --subject and --san takes the names that --profile gives;"
                          " another --key starts anew",
                          id);
}

char *
tool_error_remedy (const GError *error)
{
  g_autofree char *field = NULL;
  char *remedy;

  if (error->domain != ICERT_ERROR)
    return NULL;
  remedy = unwanted_remedy (error);
  if (remedy != NULL)
    return remedy;
  field = icert_error_get_field (error);
  if (error->code == ICERT_ERROR_CONFIG && field != NULL && g_str_has_prefix (field, "ca.conf"))
    return g_strdup ("'icert get-config NODE' shows what is set; a line is one of ca.conf in the"
                     " CA's folder");
  for (gsize i = 0; i < G_N_ELEMENTS (remedies); i++)
    if (remedies[i].code == (ICertError) error->code
        && (remedies[i].field == NULL || g_strcmp0 (remedies[i].field, field) == 0))
      return g_strdup (remedies[i].remedy);
  return NULL;
}

JsonNode *
tool_error_to_json (const GError *error)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  g_autofree char *line = tool_error_line (error);
  g_autofree char *remedy = tool_error_remedy (error);

  json_object_set_string_member (object, "code", tool_error_code (error));
  if (error->domain == ICERT_ERROR)
    {
      g_autofree char *field = icert_error_get_field (error);
      g_autoptr (GVariant) details = icert_error_get_details (error);

      if (field != NULL)
        json_object_set_string_member (object, "field", field);
      if (details != NULL)
        json_object_set_member (object, "details", tool_variant_to_json (details));
    }
  else if (error->domain == G_OPTION_ERROR && strstr (line, ": ") != NULL)
    {
      g_autofree char *field = g_strndup (line, (gsize) (strstr (line, ": ") - line));

      json_object_set_string_member (object, "field", field);
    }
  json_object_set_string_member (object, "text", line);
  if (remedy != NULL)
    json_object_set_string_member (object, "remedy", remedy);
  json_node_take_object (node, object);
  return node;
}

static void
print_json (const GError *error, const char *remedy)
{
  g_autoptr (JsonNode) document = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  JsonNode *node = tool_error_to_json (error);

  if (remedy != NULL)
    json_object_set_string_member (json_node_get_object (node), "remedy", remedy);
  json_object_set_member (object, "error", node);
  json_node_take_object (document, object);
  tool_print_json (document, TRUE);
}

ToolExit
tool_report_error (Tool *tool, const ToolVerb *verb, const GError *error)
{
  gboolean usage = error->domain == G_OPTION_ERROR;
  g_autofree char *line = tool_error_line (error);
  g_autofree char *remedy
      = usage ? g_strdup_printf ("see 'icert %s%s--help'", verb != NULL ? verb->name : "",
                                 verb != NULL ? " " : "")
              : tool_error_remedy (error);

  if (tool->json)
    print_json (error, remedy);
  else
    g_printerr ("icert: %s: %s\n", tool_error_code (error), line);
  if (!tool->json && remedy != NULL)
    g_printerr ("remedy: %s\n", remedy);
  return usage ? TOOL_EXIT_USAGE : TOOL_EXIT_FAILED;
}
