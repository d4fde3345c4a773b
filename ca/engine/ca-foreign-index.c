/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-foreign.h"

#include <string.h>

#include <openssl/conf.h>
#include <openssl/err.h>

#include "ca-crypto.h"

/* The folder of an `openssl ca`: its database index.txt has a line for each certificate, with six
 * fields between tabs: V, R or E; when it ends; when and why it was revoked; serial number; file
 * (always "unknown"); subject. */

enum
{
  FIELD_STATUS,
  FIELD_END,
  FIELD_REVOKED,
  FIELD_SERIAL,
  FIELD_FILE,
  FIELD_SUBJECT,
  N_FIELDS
};

/* Where the parts are. */
typedef struct
{
  char *certificate, *key, *database, *certificates, *crl_number;
} Places;

static void
places_clear (Places *places)
{
  g_free (places->certificate);
  g_free (places->key);
  g_free (places->database);
  g_free (places->certificates);
  g_free (places->crl_number);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Places, places_clear)

/* openssl writes the reasons by these names; the last two carry a date or an OID behind a comma. */
static const struct
{
  const char *name;
  ICertRevocationReason reason;
} reasons[] = {
  { "unspecified", ICERT_REVOCATION_REASON_UNSPECIFIED },
  { "keyCompromise", ICERT_REVOCATION_REASON_KEY_COMPROMISE },
  { "CACompromise", ICERT_REVOCATION_REASON_CA_COMPROMISE },
  { "affiliationChanged", ICERT_REVOCATION_REASON_AFFILIATION_CHANGED },
  { "superseded", ICERT_REVOCATION_REASON_SUPERSEDED },
  { "cessationOfOperation", ICERT_REVOCATION_REASON_CESSATION_OF_OPERATION },
  { "certificateHold", ICERT_REVOCATION_REASON_CERTIFICATE_HOLD },
  { "holdInstruction", ICERT_REVOCATION_REASON_CERTIFICATE_HOLD },
  { "keyTime", ICERT_REVOCATION_REASON_KEY_COMPROMISE },
  { "CAkeyTime", ICERT_REVOCATION_REASON_CA_COMPROMISE },
};

/* "250131120000Z" or "20500131120000Z"; 0 when it is neither */
static gint64
parse_time (const char *text)
{
  gsize length = strspn (text, "0123456789");
  guint century = 0, part[6];
  const char *digits = text;
  g_autoptr (GDateTime) time = NULL;

  if (strcmp (text + length, "Z") != 0 || (length != 12 && length != 14))
    return 0;
  if (length == 14)
    {
      century = (digits[0] - '0') * 10 + digits[1] - '0';
      digits += 2;
    }
  for (guint i = 0; i < G_N_ELEMENTS (part); i++, digits += 2)
    part[i] = (digits[0] - '0') * 10 + digits[1] - '0';
  /* RFC 5280 4.1.2.5.1 */
  if (length == 12)
    century = part[0] >= 50 ? 19 : 20;
  time = g_date_time_new_utc (century * 100 + part[0], part[1], part[2], part[3], part[4], part[5]);
  return time != NULL && g_date_time_to_unix (time) >= CA_FOREIGN_FIRST_DATE
             ? g_date_time_to_unix (time)
             : 0;
}

/* A backslash keeps the tab behind it. */
static GPtrArray *
split_line (const char *line)
{
  GPtrArray *fields = g_ptr_array_new_with_free_func (g_free);
  GString *field = g_string_new (NULL);

  for (; *line != '\0' && *line != '\r'; line++)
    if (line[0] == '\\' && line[1] == '\t')
      g_string_append_c (field, *++line);
    else if (*line == '\t')
      {
        g_ptr_array_add (fields, g_string_free (field, FALSE));
        field = g_string_new (NULL);
      }
    else
      g_string_append_c (field, *line);
  g_ptr_array_add (fields, g_string_free (field, FALSE));
  return fields;
}

static gboolean
set_line_error (guint number, const char *what, GError **error)
{
  icert_set_error (error, ICERT_ERROR_MALFORMED, "index", "line %u: %s", number, what);
  return FALSE;
}

/* "250131120000Z", "250131120000Z,superseded" or "250131120000Z,holdInstruction,OID" */
static gboolean
read_revocation (CaForeignRow *row, const char *text, guint number, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", 0);
  gint64 when = parts[0] != NULL ? parse_time (parts[0]) : 0;

  if (when == 0)
    return set_line_error (number, "the date of the revocation cannot be read", error);
  ca_foreign_revoke (row, when, ICERT_REVOCATION_REASON_UNSPECIFIED);
  if (parts[1] == NULL)
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (g_ascii_strcasecmp (parts[1], reasons[i].name) == 0)
      {
        ca_foreign_revoke (row, when, reasons[i].reason);
        return TRUE;
      }
  return set_line_error (number, "the reason of the revocation is unknown", error);
}

/* openssl calls the file after the serial number, in upper case and with an even number of digits
 */
static GBytes *
load_certificate (const Places *places, const char *serial)
{
  g_autofree char *name = g_strconcat (serial, ".pem", NULL);
  g_autofree char *path = g_build_filename (places->certificates, name, NULL);

  return ca_foreign_load (path, NULL);
}

static void
take_certificate (CaForeign *foreign, const Places *places, CaForeignRow *row, const char *serial)
{
  g_autoptr (GBytes) contents = load_certificate (places, serial);
  guint first = foreign->found->len;
  guint notes = foreign->notes->len;

  if (contents != NULL)
    ca_foreign_take_file (foreign, serial, contents);
  for (guint i = first; i < foreign->found->len; i++)
    ca_foreign_take_certificate (foreign, foreign->found->pdata[i], serial);
  g_ptr_array_set_size (foreign->found, first);
  if (row->der == NULL && foreign->notes->len == notes)
    ca_foreign_note (foreign, "%s: its certificate is not there; its status is taken over alone",
                     serial);
}

static gboolean
read_line (CaForeign *foreign, const Places *places, const char *line, guint number, GError **error)
{
  g_autoptr (GPtrArray) fields = split_line (line);
  const char *status;
  guint8 serial[20];
  gsize size;
  CaForeignRow *row;

  if (fields->len != N_FIELDS)
    return set_line_error (number, "has not six fields between tabs", error);
  status = fields->pdata[FIELD_STATUS];
  if (strlen (status) != 1 || strchr ("VRE", *status) == NULL)
    return set_line_error (number, "the status is none of V, R and E", error);
  if (!ca_serial_parse (fields->pdata[FIELD_SERIAL], serial, &size, NULL))
    return set_line_error (number, "the serial number has not 1 to 20 octets in hex", error);
  row = ca_foreign_get_row (foreign, serial, size);
  row->not_after = parse_time (fields->pdata[FIELD_END]);
  if (row->not_after == 0)
    return set_line_error (number, "the end cannot be read", error);
  if (*status == 'R' && !read_revocation (row, fields->pdata[FIELD_REVOKED], number, error))
    return FALSE;
  take_certificate (foreign, places, row, fields->pdata[FIELD_SERIAL]);
  return TRUE;
}

static gboolean
read_database (CaForeign *foreign, const Places *places, GError **error)
{
  g_autoptr (GBytes) contents = ca_foreign_load (places->database, error);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint n;

  if (contents == NULL)
    return FALSE;
  /* the lines behind it would be lost, and with them who is revoked */
  if (memchr (g_bytes_get_data (contents, NULL), '\0', g_bytes_get_size (contents)) != NULL)
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, "index", "has an octet 0 (text)");
      return FALSE;
    }
  text = g_strndup (g_bytes_get_data (contents, NULL), g_bytes_get_size (contents));
  lines = g_strsplit (text, "\n", 0);
  n = g_strv_length (lines);
  for (guint i = 0; i < n; i++)
    {
      if (lines[i][0] == '\0' || lines[i][0] == '#')
        continue;
      if (g_cancellable_set_error_if_cancelled (foreign->cancellable, error)
          || !read_line (foreign, places, lines[i], i + 1, error))
        return FALSE;
      ca_progress_tell ((double) i / n, foreign->progress);
    }
  return TRUE;
}

/* In hex, as the next CRL would have it. */
static gboolean
read_crl_number (CaForeign *foreign, const char *path, GError **error)
{
  g_autoptr (GBytes) contents = NULL;
  g_autofree char *text = NULL;
  guint64 number = 0;

  if (path == NULL || !g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  contents = ca_foreign_load (path, error);
  if (contents == NULL)
    return FALSE;
  text = g_strndup (g_bytes_get_data (contents, NULL), g_bytes_get_size (contents));
  g_strstrip (text);
  if (g_ascii_string_to_unsigned (text, 16, 0, G_MAXINT64 / 2, &number, NULL))
    {
      foreign->next_crl = MAX ((gint64) number, 1);
      return TRUE;
    }
  icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, "crlnumber",
                   "is no number in hex below 2^62 (one that CRLs can go on from)");
  return FALSE;
}

static gboolean
read_key (CaForeign *foreign, const char *path, GError **error)
{
  g_autoptr (GBytes) contents = ca_foreign_load (path, error);

  if (contents == NULL)
    return FALSE;
  g_ptr_array_add (foreign->keys, g_steal_pointer (&contents));
  return TRUE;
}

static gboolean
read_places (CaForeign *foreign, const Places *places, GError **error)
{
  return ca_foreign_set_certificate (foreign, places->certificate, error)
         && read_key (foreign, places->key, error) && read_database (foreign, places, error)
         && read_crl_number (foreign, places->crl_number, error);
}

/* openssl.cnf */

/* A path of the configuration, which was written for a folder that `openssl ca` was started in:
 * that may be this one or the one above it. */
static char *
find_place (const char *folder, const char *value)
{
  g_autofree char *above = g_path_get_dirname (folder);
  g_autofree char *name = g_path_get_basename (value);
  const char *bases[] = { folder, above };

  if (g_path_is_absolute (value) && g_file_test (value, G_FILE_TEST_EXISTS))
    return g_strdup (value);
  for (gsize i = 0; i < G_N_ELEMENTS (bases); i++)
    {
      g_autofree char *path = g_canonicalize_filename (value, bases[i]);

      if (!g_path_is_absolute (value) && g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
    }
  /* the folder was moved: by its name */
  return g_build_filename (folder, name, NULL);
}

static char *
find_entry (CONF *conf,
            const char *folder,
            const char *section,
            const char *key,
            const char *otherwise)
{
  const char *value = conf != NULL ? NCONF_get_string (conf, section, key) : NULL;

  ERR_clear_error ();
  return value != NULL ? find_place (folder, value) : g_build_filename (folder, otherwise, NULL);
}

/* What it includes is not read: that may be anywhere, and a pipe. */
static char *
without_includes (GBytes *contents)
{
  g_autofree char *text
      = g_strndup (g_bytes_get_data (contents, NULL), g_bytes_get_size (contents));
  g_auto (GStrv) lines = g_strsplit (text, "\n", 0);

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i] + strspn (lines[i], " \t"), ".include"))
      lines[i][0] = '\0';
  return g_strjoinv ("\n", lines);
}

static CONF *
load_conf (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "openssl.cnf", NULL);
  g_autoptr (GBytes) contents = ca_foreign_load (path, NULL);
  g_autofree char *text = contents != NULL ? without_includes (contents) : NULL;
  CONF *conf = text != NULL ? NCONF_new_ex (ca_crypto_get_libctx (), NULL) : NULL;
  BIO *bio = text != NULL ? BIO_new_mem_buf (text, -1) : NULL;
  long line;
  gboolean ok = bio != NULL && NCONF_load_bio (conf, bio, &line) > 0;

  BIO_free (bio);
  if (ok)
    return conf;
  ERR_clear_error ();
  NCONF_free (conf);
  return NULL;
}

/* Without a configuration: the names that openssl's own has. */
gboolean
ca_foreign_read_index (CaForeign *foreign, const char *folder, GError **error)
{
  CONF *conf = load_conf (folder);
  const char *section = conf != NULL ? NCONF_get_string (conf, "ca", "default_ca") : NULL;
  g_auto (Places) places = { NULL };

  if (section == NULL)
    section = "CA_default";
  places.certificate = find_entry (conf, folder, section, "certificate", "cacert.pem");
  places.key = find_entry (conf, folder, section, "private_key", "private/cakey.pem");
  places.database = find_entry (conf, folder, section, "database", "index.txt");
  places.certificates = find_entry (conf, folder, section, "new_certs_dir", "newcerts");
  places.crl_number = find_entry (conf, folder, section, "crlnumber", "crlnumber");
  NCONF_free (conf);
  return read_places (foreign, &places, error);
}

/* Certificates of this CA among the .crt files of a folder, if it is there. */
static void
take_folder (CaForeign *foreign, const char *pki, const char *below)
{
  g_autofree char *folder = g_build_filename (pki, below, NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (GBytes) contents = NULL;
      guint first = foreign->found->len;

      if (!g_str_has_suffix (name, ".crt"))
        continue;
      contents = ca_foreign_load (path, NULL);
      if (contents != NULL)
        ca_foreign_take_file (foreign, name, contents);
      for (guint i = first; i < foreign->found->len; i++)
        ca_foreign_take_certificate (foreign, foreign->found->pdata[i], name);
      g_ptr_array_set_size (foreign->found, first);
    }
}

/* The folder that easyrsa calls pki. It moves what it revokes, and old versions kept certificates
 * by the names of their requests alone. */
gboolean
ca_foreign_read_easy_rsa (CaForeign *foreign, const char *folder, GError **error)
{
  g_autofree char *inner = g_build_filename (folder, "pki", NULL);
  const char *pki = g_file_test (inner, G_FILE_TEST_IS_DIR) ? inner : folder;
  g_auto (Places) places = { NULL };

  places.certificate = g_build_filename (pki, "ca.crt", NULL);
  places.key = g_build_filename (pki, "private", "ca.key", NULL);
  places.database = g_build_filename (pki, "index.txt", NULL);
  places.certificates = g_build_filename (pki, "certs_by_serial", NULL);
  places.crl_number = g_build_filename (pki, "crlnumber", NULL);
  if (!ca_foreign_set_certificate (foreign, places.certificate, error))
    return FALSE;
  take_folder (foreign, pki, "issued");
  take_folder (foreign, pki, "revoked/certs_by_serial");
  return read_key (foreign, places.key, error) && read_database (foreign, &places, error)
         && read_crl_number (foreign, places.crl_number, error);
}
