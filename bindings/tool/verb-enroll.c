/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tool-error.h"
#include "tool-file.h"
#include "tool-output.h"
#include "tool-passphrase.h"
#include "tool-remedy.h"
#include "tool-response.h"

static char *option_profile;
static char *option_subject;
static char **option_san;
static char *option_key_type;
static char *option_key;
static char *option_out;
static char *option_chain;
static char *option_p12;
static char *option_passphrase_file;
static int option_passphrase_fd = -1;
static char *option_trust;
static int option_wait;
static char *option_request_out;
static char *option_install;
static gboolean option_renew;
static gboolean option_same_key;
static int option_days_left = -1;

static const GOptionEntry options[] = {
  { "profile", 'p', 0, G_OPTION_ARG_STRING, &option_profile, "Profile to ask for", "PROFILE" },
  { "subject", 's', 0, G_OPTION_ARG_STRING, &option_subject,
    "Subject to ask for (default: empty, the profile or the names say who)", "DN" },
  { "san", 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_san,
    "Name to ask for, as dns:www.example.org, ip:192.0.2.1, email:…, uri:…; may be given again",
    "KIND:VALUE" },
  { "key-type", 't', 0, G_OPTION_ARG_STRING, &option_key_type, "Kind of the key (default: ec-p256)",
    "ec-p256|ec-p384|ec-p521|rsa-2048|rsa-3072|rsa-4096|ed25519|ed448" },
  { "key", 'k', 0, G_OPTION_ARG_FILENAME, &option_key,
    "File for the private key; what is known of the enrolment is kept in FILE.enroll", "FILE" },
  { "out", 'o', 0, G_OPTION_ARG_FILENAME, &option_out, "File for the certificate, PEM", "FILE" },
  { "chain", 0, 0, G_OPTION_ARG_FILENAME, &option_chain,
    "File for the certificate and its issuers, PEM", "FILE" },
  { "p12", 0, 0, G_OPTION_ARG_FILENAME, &option_p12,
    "File for key, certificate and chain, PKCS #12; needs a passphrase", "FILE" },
  { "passphrase-file", 0, 0, G_OPTION_ARG_FILENAME, &option_passphrase_file,
    "File with the passphrase that encrypts key and PKCS #12 file", "FILE" },
  { "passphrase-fd", 0, 0, G_OPTION_ARG_INT, &option_passphrase_fd,
    "Descriptor to read that passphrase from", "N" },
  { "trust", 0, 0, G_OPTION_ARG_FILENAME, &option_trust,
    "Certificate that the answer must chain up to (default: that of the CA that was asked)",
    "FILE" },
  { "wait", 'w', 0, G_OPTION_ARG_INT, &option_wait, "How long to wait for an officer (default: 0)",
    "SECONDS" },
  { "request-out", 0, 0, G_OPTION_ARG_FILENAME, &option_request_out,
    "Submit nothing, write the request to FILE to be handed over", "FILE" },
  { "install", 0, 0, G_OPTION_ARG_FILENAME, &option_install,
    "Ask nobody, install the answer that was handed over", "FILE" },
  { "renew", 0, 0, G_OPTION_ARG_NONE, &option_renew, "Renew what was enrolled before", NULL },
  { "same-key", 0, 0, G_OPTION_ARG_NONE, &option_same_key,
    "With --renew: keep the key (default: a new one)", NULL },
  { "days-left", 0, 0, G_OPTION_ARG_INT, &option_days_left,
    "With --renew: only when the certificate has fewer days left", "N" },
  { NULL },
};

static gboolean
check_options (GError **error)
{
  if (option_key == NULL)
    tool_usage_error (error, "--key: none given (the file of the private key)");
  else if (option_request_out != NULL && option_install != NULL)
    tool_usage_error (error, "--install: given together with --request-out (one of them)");
  else if (!option_renew && (option_same_key || option_days_left >= 0))
    tool_usage_error (error, "--renew: not given (with --same-key and --days-left)");
  else if (option_wait < 0)
    tool_usage_error (error, "--wait: %d is less than nothing (seconds)", option_wait);
  else if (option_passphrase_file != NULL && option_passphrase_fd >= 0)
    tool_usage_error (error,
                      "--passphrase-fd: given together with --passphrase-file (one of them)");
  else
    return TRUE;
  return FALSE;
}

/* As openssl spells them, and as the names of RFC 5280 (dNSName:). */
static ICertName *
parse_san (const char *text, GError **error)
{
  static const struct
  {
    const char *word;
    const char *name;
  } kinds[] = { { "dns", "dns" },
                { "ip", "ipaddress" },
                { "email", "email" },
                { "uri", "url" },
                { "upn", "upn" } };
  const char *colon = strchr (text, ':');
  g_autofree char *word = NULL;
  g_autofree char *other = NULL;

  if (colon == NULL)
    {
      tool_usage_error (error, "--san: '%s' is none (KIND:VALUE, as dns:www.example.org)", text);
      return NULL;
    }
  word = g_strndup (text, (gsize) (colon - text));
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_ascii_strcasecmp (word, kinds[i].word) == 0)
      other = g_strconcat (kinds[i].name, "=", colon + 1, NULL);
  return icert_name_from_string (other != NULL ? other : text, error);
}

static gboolean
set_names (ICertEnroll *enroll, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_object_unref);

  for (char **san = option_san; san != NULL && *san != NULL; san++)
    {
      ICertName *name = parse_san (*san, error);

      if (name == NULL)
        return FALSE;
      g_ptr_array_add (names, name);
    }
  return icert_enroll_set_names (enroll, names, error);
}

static gboolean
set_passphrase (ICertEnroll *enroll, GError **error)
{
  char passphrase[TOOL_PASSPHRASE_LIMIT + 1];
  gboolean ok;

  if (option_passphrase_file == NULL && option_passphrase_fd < 0)
    return TRUE;
  if (option_passphrase_file != NULL)
    ok = tool_passphrase_read_file (option_passphrase_file, "passphrase", passphrase, error);
  else
    ok = tool_passphrase_read (option_passphrase_fd, "passphrase", passphrase, error);
  ok = ok && icert_enroll_set_passphrase (enroll, passphrase, error);
  explicit_bzero (passphrase, sizeof passphrase);
  return ok;
}

static gboolean
set_trust (ICertEnroll *enroll, GError **error)
{
  g_autoptr (GBytes) trust = NULL;

  if (option_trust == NULL)
    return TRUE;
  trust = tool_read_file (option_trust, TOOL_FILE_LIMIT, error);
  if (trust == NULL)
    return FALSE;
  g_object_set (enroll, "trust", trust, NULL);
  return TRUE;
}

static ICertEnroll *
make_enroll (GError **error)
{
  g_autoptr (ICertEnroll) enroll = icert_enroll_open (NULL, error);

  if (enroll == NULL)
    return NULL;
  g_object_set (enroll, "profile", option_profile, "subject", option_subject, "key-type",
                option_key_type, "key-file", option_key, "certificate-file", option_out,
                "chain-file", option_chain, "pkcs12-file", option_p12, NULL);
  return set_names (enroll, error) && set_passphrase (enroll, error) && set_trust (enroll, error)
             ? g_steal_pointer (&enroll)
             : NULL;
}

static void
print_done (Tool *tool, const char *name, const char *value)
{
  g_autoptr (ToolRecord) record = tool_record_new ();

  if (tool->quiet && !tool->json)
    return;
  tool_record_add_string (record, name, value);
  tool_record_print (record, tool);
}

static ToolExit
write_request (Tool *tool, ICertEnroll *enroll, GError **error)
{
  g_autoptr (GBytes) request
      = option_renew ? icert_enroll_create_renewal (enroll, option_same_key, NULL, error)
                     : icert_enroll_create_request (enroll, NULL, error);
  g_autoptr (GString) pem = g_string_new ("-----BEGIN CERTIFICATE REQUEST-----\n");
  g_autoptr (GBytes) text = NULL;
  g_autofree char *base64 = NULL;
  gsize size;
  const guint8 *data;

  if (request == NULL)
    return TOOL_EXIT_FAILED;
  data = g_bytes_get_data (request, &size);
  base64 = g_base64_encode (data, size);
  for (gsize i = 0; i < strlen (base64); i += 64)
    g_string_append_printf (pem, "%.64s\n", base64 + i);
  g_string_append (pem, "-----END CERTIFICATE REQUEST-----\n");
  text = g_string_free_to_bytes (g_steal_pointer (&pem));
  if (!tool_write_file (option_request_out, text, error))
    return TOOL_EXIT_FAILED;
  if (strcmp (option_request_out, "-") != 0)
    print_done (tool, "request", option_request_out);
  return TOOL_EXIT_DONE;
}

static ToolExit
install (Tool *tool, ICertEnroll *enroll, GError **error)
{
  g_autoptr (GBytes) answer = tool_read_file (option_install, TOOL_FILE_LIMIT, error);
  g_autoptr (GDateTime) end = NULL;
  g_autofree char *text = NULL;

  if (answer == NULL || !icert_enroll_install_certificate (enroll, answer, NULL, error))
    return TOOL_EXIT_FAILED;
  end = icert_enroll_get_not_after (enroll, error);
  if (end == NULL)
    return TOOL_EXIT_FAILED;
  text = g_date_time_format_iso8601 (end);
  print_done (tool, "installed-until", text);
  return TOOL_EXIT_DONE;
}

/* @due: whether the stored certificate has fewer days left than --days-left says */
static gboolean
check_due (ICertEnroll *enroll, gboolean *due, char **until, GError **error)
{
  g_autoptr (GDateTime) end = NULL;
  g_autoptr (GDateTime) now = NULL;

  *due = TRUE;
  if (option_days_left < 0)
    return TRUE;
  end = icert_enroll_get_not_after (enroll, error);
  if (end == NULL)
    return FALSE;
  now = g_date_time_new_now_utc ();
  *due = g_date_time_difference (end, now) < option_days_left * G_TIME_SPAN_DAY;
  *until = g_date_time_format_iso8601 (end);
  return TRUE;
}

static ToolExit
ask (Tool *tool, ICertEnroll *enroll, GError **error)
{
  g_autoptr (ICertResponse) response = NULL;
  ToolExit status;

  if (option_renew)
    response = icert_enroll_renew (enroll, tool->config, option_same_key, (guint) option_wait, NULL,
                                   error);
  else
    response = icert_enroll_enroll (enroll, tool->config, (guint) option_wait, NULL, error);
  if (response == NULL)
    return TOOL_EXIT_FAILED;
  /* the certificate is in its file; what is printed is what became of the request */
  tool_answer_options.stored = TRUE;
  tool_answer_options.out = option_out;
  status = tool_answer_print (tool, response, error);
  if (status == TOOL_EXIT_PENDING && !tool->json && !tool->quiet)
    g_printerr ("the same command again goes on with this request\n");
  return status;
}

static ToolExit
run (Tool *tool, char **arguments, GError **error)
{
  g_autoptr (ICertEnroll) enroll = NULL;
  g_autofree char *until = NULL;
  gboolean due;

  if (!check_options (error))
    return TOOL_EXIT_USAGE;
  tool_remedy_note ("key", option_key);
  enroll = make_enroll (error);
  if (enroll == NULL)
    return TOOL_EXIT_FAILED;
  if (option_install != NULL)
    return install (tool, enroll, error);
  if (!check_due (enroll, &due, &until, error))
    return TOOL_EXIT_FAILED;
  if (!due)
    {
      print_done (tool, "not-due-until", until);
      return TOOL_EXIT_DONE;
    }
  return option_request_out != NULL ? write_request (tool, enroll, error)
                                    : ask (tool, enroll, error);
}

const ToolVerb tool_verb_enroll = {
  .name = "enroll",
  .summary = "Make key and request, submit, wait, check the answer and store it; renew it later",
  .example
  = "icert enroll --profile WebServer --san dns:www.example.org --key www.key --out www.pem",
  .examples
  = "icert enroll --profile User --key me.key --out me.pem --p12 me.p12 --passphrase-file secret\n"
    "  icert enroll --key www.key --wait 3600          # go on with a request that is pending\n"
    "  icert enroll --renew --days-left 30 --key www.key\n"
    "  icert enroll --san dns:a.example.org --key a.key --out a.pem --request-out a.req\n"
    "  icert enroll --install answer.p7b --trust root.pem --key a.key --out a.pem",
  .options = options,
  .min_arguments = 0,
  .max_arguments = 0,
  .run = run,
};
