/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "tool-remedy.h"

#include <string.h>

#include <icert.h>

/* By code, and by field where the field changes what helps. The first row that fits counts; one
 * with a {NAME} that nobody knows does not fit. */
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
    "'icert view --columns RequestID,SerialNumber' lists the serials of requests" },
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
  { ICERT_ERROR_PENDING, "change", "another administrator approves it: 'icert approve {change}'" },
  { ICERT_ERROR_PENDING, "restore", "the other administrator runs the same 'icert restore'" },
  { ICERT_ERROR_NOT_FOUND, "change", "'icert changes' lists them" },
  { ICERT_ERROR_WRONG_STATE, "change", "'icert changes --all' shows the state" },
  { ICERT_ERROR_WRONG_STATE, "entry", "'icert config-history' lists the changes" },
  { ICERT_ERROR_WRONG_STATE, "ca", "'icert ca' shows the state" },
  { ICERT_ERROR_WRONG_STATE, "clock", "'icert check' shows what the clock did" },
  { ICERT_ERROR_WRONG_STATE, "certificate",
    "'icert is-valid {serial}' says how it stands; those of the CA itself: 'icert ca'" },
  { ICERT_ERROR_WRONG_STATE, "certificate",
    "'icert is-valid' says how a certificate stands; those of the CA itself: 'icert ca'" },
  { ICERT_ERROR_WRONG_STATE, "flags",
    "'icert set-config CRL CRLDeltaPeriod 1d' switches delta CRLs on" },
  { ICERT_ERROR_WRONG_STATE, "Partitions",
    "'icert set-config CRL Partitions 1', import, then set it back: the CRL of partition 0 lists"
    " what names no other" },
  { ICERT_ERROR_WRONG_STATE, "content-version",
    "look at it again: 'icert explain {request}' ends with the version of now" },
  { ICERT_ERROR_WRONG_STATE, NULL,
    "'icert view --where \"RequestID = {request}\"' shows the state" },
  { ICERT_ERROR_WRONG_STATE, NULL, "'icert is-valid {serial}' shows the state" },
  { ICERT_ERROR_NOT_AUTHORIZED, NULL, "'icert roles' shows what you may do" },
  { ICERT_ERROR_OUTCOME_UNKNOWN, NULL, "ask again with the same --id-key" },
  { ICERT_ERROR_CONFLICT, "folder", "name a folder that is not there" },
  { ICERT_ERROR_NOT_FOUND, "folder",
    "'icert cas' shows where each CA should be; 'icert restore DIR' makes one of a backup" },
  { ICERT_ERROR_CONFLICT, "name", "give another name; 'icert cas' lists those there are" },
  { ICERT_ERROR_NOT_FOUND, "CRL", "'icert crl' makes base CRLs, 'icert crl --delta' deltas" },
  { ICERT_ERROR_NOT_FOUND, "key-index", "'icert ca' shows the certificates and their keys" },
  { ICERT_ERROR_NOT_FOUND, "entry", "'icert get-config {node}' lists the entries of the node" },
  { ICERT_ERROR_NOT_FOUND, "entry", "'icert get-config' lists the nodes" },
  { ICERT_ERROR_UNKNOWN_NAME, "entry", "'icert get-config {node}' lists the entries of the node" },
  { ICERT_ERROR_NOT_FOUND, "id", "'icert config-history' lists the changes" },
  { ICERT_ERROR_CONFLICT, "target",
    "without --to it is restored there; or move that folder away, and give --secret" },
  { ICERT_ERROR_KEY_UNAVAILABLE, "secret",
    "--secret FILE names a copy of the CA's keys/secret, or a file with its passphrase" },
  { ICERT_ERROR_CONFLICT, "key-file",
    "'icert enroll --key {key}' goes on, with --renew renews; another --key starts anew" },
  { ICERT_ERROR_CONFLICT, "certificate-file", "name another file" },
  { ICERT_ERROR_CONFLICT, "chain-file", "name another file" },
  { ICERT_ERROR_CONFLICT, "pkcs12-file", "name another file" },
  { ICERT_ERROR_CONFIG, "chain",
    "a file with the CA's certificate and all of its issuers, PEM or PKCS #7, as the parent gives "
    "it" },
  { ICERT_ERROR_CONFIG, "CA certificate", "the parent's certificate for a CA (profile SubCA)" },
  { ICERT_ERROR_CONFIG, "certificate", "the parent's answer to request.pem of the CA's folder" },
  { ICERT_ERROR_CONFLICT, "certificate", "'icert retrieve {request}' has the answer" },
  { ICERT_ERROR_CONFLICT, "certificate", "'icert view --table certificates' lists what is there" },
  { ICERT_ERROR_CONFLICT, "subject", "'icert enroll --key {key}' alone goes on with that request" },
  { ICERT_ERROR_CONFLICT, "config", "'icert enroll --key {key}' alone asks the right one" },
  { ICERT_ERROR_CONFLICT, "names", "'icert enroll --key {key}' alone goes on with that request" },
  { ICERT_ERROR_CONFLICT, "profile", "'icert enroll --key {key}' alone goes on with that request" },
  { ICERT_ERROR_CONFLICT, "key-type", "'icert enroll --key {key}' alone goes on with it" },
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

static GHashTable *notes; /* of char *, by name; as long as the process */

void
tool_remedy_note (const char *name, const char *value)
{
  if (notes == NULL)
    notes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (value != NULL)
    g_hash_table_insert (notes, g_strdup (name), g_strdup (value));
}

/* What the error says of it counts more than what the call was about. */
static char *
dup_value (const char *name, const GError *error)
{
  g_autoptr (GVariant) details = icert_error_get_details (error);
  const char *detail = strcmp (name, "request") == 0 ? "request-id" : name;
  const char *value = NULL;
  guint64 number;

  if (g_variant_lookup (details, detail, "t", &number))
    return g_strdup_printf ("%" G_GUINT64_FORMAT, number);
  if (notes != NULL)
    value = g_hash_table_lookup (notes, name);
  if (value == NULL)
    return NULL;
  return value[strcspn (value, " \t\"'\\$`!*?;&|<>(){}[]~#")] == '\0' ? g_strdup (value)
                                                                      : g_shell_quote (value);
}

/* NULL: something in it has no value */
static char *
fill (const char *text, const GError *error)
{
  g_autoptr (GString) filled = g_string_new (NULL);
  const char *begin;

  while ((begin = strchr (text, '{')) != NULL)
    {
      const char *end = strchr (begin, '}');
      g_autofree char *name = g_strndup (begin + 1, (gsize) (end - begin - 1));
      g_autofree char *value = dup_value (name, error);

      if (value == NULL)
        return NULL;
      g_string_append_len (filled, text, begin - text);
      g_string_append (filled, value);
      text = end + 1;
    }
  g_string_append (filled, text);
  return g_string_free (g_steal_pointer (&filled), FALSE);
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
tool_remedy_dup (const GError *error)
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
    return g_strdup (
        "'icert get-config' lists the nodes of what is set; a line is one of ca.conf in"
        " the CA's folder");
  for (gsize i = 0; i < G_N_ELEMENTS (remedies); i++)
    if (remedies[i].code == (ICertError) error->code
        && (remedies[i].field == NULL || g_strcmp0 (remedies[i].field, field) == 0))
      {
        remedy = fill (remedies[i].remedy, error);
        if (remedy != NULL)
          return remedy;
      }
  return NULL;
}
