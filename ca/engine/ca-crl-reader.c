/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-crl-reader.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>

#define FIELD "CRL"
#define WINDOW (64 * 1024)
/* most octets that are looked at in one piece: the extensions */
#define MAX_PIECE (32 * 1024)
#define MAX_EXTENSIONS 32

enum
{
  TAG_BOOLEAN = 0x01,
  TAG_INTEGER = 0x02,
  TAG_BITS = 0x03,
  TAG_OCTETS = 0x04,
  TAG_OID = 0x06,
  TAG_ENUMERATED = 0x0a,
  TAG_UTC_TIME = 0x17,
  TAG_TIME = 0x18,
  TAG_SEQUENCE = 0x30,
  TAG_EXTENSIONS = 0xa0,
};

/* A window that slides over the file. What has left it was hashed. */
typedef struct
{
  int fd;
  gint64 size;    /* of the file */
  gint64 at;      /* where the window begins in the file */
  gsize fill;     /* octets in it */
  gsize next;     /* read up to here */
  gsize hashed;   /* hashed up to here */
  gint64 tbs_end; /* where the to-be-signed part ends; 0 before its header was read */
  gint64 tbs_start;
  EVP_MD_CTX *file_digest;
  EVP_MD_CTX *signature; /* NULL: the key takes the message in one piece */
  guint8 window[WINDOW];
} Source;

/* A piece of the window, or of another piece. */
typedef struct
{
  const guint8 *data;
  gsize size;
} Span;

static gboolean
refuse (const char *what, GError **error)
{
  icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD, "%s (as RFC 5280 5 has it)", what);
  return FALSE;
}

static gint64
position (const Source *source)
{
  return source->at + (gint64) source->next;
}

/* Everything read since the last time goes into the digests. */
static gboolean
hash_read (Source *source, GError **error)
{
  gint64 from = source->at + (gint64) source->hashed;
  gint64 to = position (source);
  gboolean ok = EVP_DigestUpdate (source->file_digest, source->window + source->hashed, to - from);

  if (ok && source->signature != NULL && source->tbs_end > 0)
    {
      from = MAX (from, source->tbs_start);
      to = MIN (to, source->tbs_end);
      ok = from >= to
           || EVP_DigestVerifyUpdate (source->signature, source->window + (from - source->at),
                                      to - from)
                  == 1;
    }
  source->hashed = source->next;
  if (!ok)
    icert_set_error (error, ICERT_ERROR_INTERNAL, FIELD, "cannot be hashed");
  return ok;
}

static gboolean
fill_window (Source *source, gsize wanted, GError **error)
{
  if (!hash_read (source, error))
    return FALSE;
  memmove (source->window, source->window + source->next, source->fill - source->next);
  source->at += source->next;
  source->fill -= source->next;
  source->next = source->hashed = 0;
  while (source->fill < wanted)
    {
      gssize n = pread (source->fd, source->window + source->fill, WINDOW - source->fill,
                        source->at + source->fill);

      if (n < 0 && errno == EINTR)
        continue;
      if (n == 0)
        return refuse ("ends too early", error);
      if (n < 0)
        {
          icert_set_error (error, ICERT_ERROR_STORAGE, FIELD, "cannot be read: %s",
                           g_strerror (errno));
          return FALSE;
        }
      source->fill += n;
    }
  return TRUE;
}

static inline gboolean
ensure (Source *source, gsize wanted, GError **error)
{
  if G_LIKELY (source->fill - source->next >= wanted)
    return TRUE;
  return fill_window (source, wanted, error);
}

/* DER: definite and minimal. Gives the octets of the header, 0 for what is none. */
static inline gsize
read_header (const guint8 *data, gsize size, guint8 *tag, gint64 *length)
{
  gsize n;

  if (size < 2)
    return 0;
  *tag = data[0];
  *length = data[1];
  if (data[1] < 0x80)
    return 2;
  n = data[1] & 0x7f;
  if (n == 0 || n > 6 || size < 2 + n || data[2] == 0)
    return 0;
  *length = 0;
  for (gsize i = 0; i < n; i++)
    *length = *length << 8 | data[2 + i];
  return *length < 0x80 ? 0 : 2 + n;
}

/* The header of the next element, which must end at @end or before. */
static gboolean
enter (Source *source, guint8 wanted, gint64 end, gint64 *stop, GError **error)
{
  gsize there = (gsize) CLAMP (end - position (source), 0, 8);
  guint8 tag = 0;
  gint64 length = 0;
  gsize size;

  if (!ensure (source, there, error))
    return FALSE;
  size = read_header (source->window + source->next, there, &tag, &length);
  if (size == 0 || tag != wanted || length > end - position (source) - (gint64) size)
    return refuse ("is no CRL", error);
  source->next += size;
  *stop = position (source) + length;
  return TRUE;
}

static guint8
peek (Source *source, gint64 end)
{
  return position (source) < end && ensure (source, 1, NULL) ? source->window[source->next] : 0;
}

/* The whole next element, content and all; good until the next one is read. */
static inline gboolean
take (Source *source, guint8 tag, gint64 end, Span *whole, Span *content, GError **error)
{
  gsize there = (gsize) CLAMP (end - position (source), 0, 8);
  guint8 found = 0;
  gint64 length = 0;
  gsize size;

  if (!ensure (source, there, error))
    return FALSE;
  size = read_header (source->window + source->next, there, &found, &length);
  if (size == 0 || found != tag || length > end - position (source) - (gint64) size)
    return refuse ("is no CRL", error);
  if (length > MAX_PIECE)
    return refuse ("has a part that is too large", error);
  if (!ensure (source, size + length, error))
    return FALSE;
  *whole = (Span){ source->window + source->next, size + length };
  *content = (Span){ whole->data + size, length };
  source->next += whole->size;
  return TRUE;
}

/* the next element of @rest */
static inline gboolean
pick (Span *rest, guint8 tag, Span *content)
{
  guint8 found = 0;
  gint64 length = 0;
  gsize size = read_header (rest->data, rest->size, &found, &length);

  if (size == 0 || found != tag || length > (gint64) (rest->size - size))
    return FALSE;
  *content = (Span){ rest->data + size, length };
  rest->data += size + length;
  rest->size -= size + length;
  return TRUE;
}

static gboolean
is_bytes (Span span, GBytes *bytes)
{
  gsize size;
  const void *data = g_bytes_get_data (bytes, &size);

  return span.size == size && memcmp (span.data, data, size) == 0;
}

/* Values */

static gboolean
read_number (Span span, gint64 *number)
{
  if (span.size == 0 || span.size > 8 || span.data[0] >= 0x80
      || (span.size > 1 && span.data[0] == 0 && span.data[1] < 0x80))
    return FALSE;
  *number = 0;
  for (gsize i = 0; i < span.size; i++)
    *number = *number << 8 | span.data[i];
  return TRUE;
}

/* two digits; FALSE for what is none */
static inline gboolean
read_two (const guint8 *data, int *value)
{
  guint tens = data[0] - (guint) '0', ones = data[1] - (guint) '0';

  *value = (int) (tens * 10 + ones);
  return tens <= 9 && ones <= 9;
}

static inline gboolean
is_leap (int year)
{
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static inline gint64
days_of (int year, int month, int day)
{
  static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
  int last = year - 1;
  gint64 days = (gint64) last * 365 + last / 4 - last / 100 + last / 400;

  /* day 1 of year 1 is 719162 days before 1970 */
  return days + before[month - 1] + (is_leap (year) && month > 2 ? 1 : 0) + day - 1 - 719162;
}

static gboolean
read_year (const guint8 *data, gsize digits, int *year)
{
  int century = 0;

  if ((digits == 4 && !read_two (data, &century)) || !read_two (data + digits - 2, year))
    return FALSE;
  if (digits == 2)
    *year += *year < 50 ? 2000 : 1900;
  else
    *year += century * 100;
  return digits == 2 || *year >= 2050;
}

static int
days_in (int year, int month)
{
  static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

  return month == 2 && is_leap (year) ? 29 : days[month - 1];
}

/* Month to Z, ten digits and it. */
static gboolean
read_date (const guint8 *rest, int year, gint64 *time)
{
  int month, day, hour, minute, second;

  if (rest[10] != 'Z' || !read_two (rest, &month) || !read_two (rest + 2, &day)
      || !read_two (rest + 4, &hour) || !read_two (rest + 6, &minute)
      || !read_two (rest + 8, &second))
    return FALSE;
  if (month < 1 || month > 12 || day < 1 || day > days_in (year, month) || hour > 23 || minute > 59
      || second > 59)
    return FALSE;
  *time = days_of (year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
  return TRUE;
}

/* RFC 5280 5.1.2.4: UTCTime until 2049, then GeneralizedTime, in seconds and Z. */
static gboolean
read_time (guint8 tag, Span span, gint64 *time)
{
  gsize digits = tag == TAG_UTC_TIME ? 2 : 4;
  int year;

  return (tag == TAG_UTC_TIME || tag == TAG_TIME) && span.size == digits + 11
         && read_year (span.data, digits, &year) && read_date (span.data + digits, year, time);
}

static gboolean
take_time (Source *source, gint64 end, gint64 *time, GError **error)
{
  guint8 tag = peek (source, end);
  Span whole, content;

  if (!take (source, tag, end, &whole, &content, error))
    return FALSE;
  return read_time (tag, content, time) || refuse ("has a wrong date", error);
}

/* Extensions of entries and of the CRL */

typedef struct
{
  Span name, value;
  gboolean critical;
} Extension;

static gboolean
is_oid (Span span)
{
  if (span.size == 0 || span.data[span.size - 1] >= 0x80)
    return FALSE;
  for (gsize i = 0; i < span.size; i++)
    if (span.data[i] == 0x80 && (i == 0 || span.data[i - 1] < 0x80))
      return FALSE;
  return TRUE;
}

static gboolean
pick_extension (Span *list, Extension *extension)
{
  Span sequence, flag;

  if (!pick (list, TAG_SEQUENCE, &sequence) || !pick (&sequence, TAG_OID, &extension->name)
      || !is_oid (extension->name))
    return FALSE;
  extension->critical = pick (&sequence, TAG_BOOLEAN, &flag);
  if (extension->critical && (flag.size != 1 || flag.data[0] != 0xff))
    return FALSE;
  return pick (&sequence, TAG_OCTETS, &extension->value) && sequence.size == 0;
}

/* S-A5. @list begins with those before the one of @name, which is inside it. */
static gboolean
is_repeated (Span list, Span name)
{
  Extension other;

  while (pick_extension (&list, &other) && other.name.data != name.data)
    if (other.name.size == name.size && memcmp (other.name.data, name.data, name.size) == 0)
      return TRUE;
  return FALSE;
}

/* Entries */

#define is_octets(span, octets)                                                                    \
  ((span).size == sizeof (octets) && memcmp ((span).data, octets, sizeof (octets)) == 0)

static gboolean
read_reason (Span value, int *reason)
{
  Span code;

  if (*reason != 0 || !pick (&value, TAG_ENUMERATED, &code) || value.size != 0 || code.size != 1
      || code.data[0] == 0 || code.data[0] == 7 || code.data[0] > 10)
    return FALSE;
  *reason = code.data[0];
  return TRUE;
}

/* RFC 5280 5.3.2: a GeneralizedTime whatever the year */
static gboolean
read_invalidity (Span value, gint64 *invalidity)
{
  Span time;
  int century, year;

  return *invalidity == 0 && pick (&value, TAG_TIME, &time) && value.size == 0 && time.size == 15
         && read_two (time.data, &century) && read_two (time.data + 2, &year)
         && century * 100 + year > 0 && read_date (time.data + 4, century * 100 + year, invalidity);
}

/* crlEntryExtensions: what is known of are reasonCode and invalidityDate; nothing unknown may be
 * critical. */
static gboolean
read_entry_extensions (Span extensions, int *reason, gint64 *invalidity)
{
  static const guint8 reason_code[] = { 0x55, 0x1d, 0x15 };
  static const guint8 invalidity_date[] = { 0x55, 0x1d, 0x18 };
  Extension extension;
  Span list, all;
  guint n = 0;

  if (!pick (&extensions, TAG_SEQUENCE, &list) || extensions.size != 0 || list.size == 0)
    return FALSE;
  all = list;
  while (list.size > 0)
    {
      if (++n > MAX_EXTENSIONS || !pick_extension (&list, &extension) || extension.critical
          || is_repeated (all, extension.name))
        return FALSE;
      if (is_octets (extension.name, reason_code) && !read_reason (extension.value, reason))
        return FALSE;
      if (is_octets (extension.name, invalidity_date)
          && !read_invalidity (extension.value, invalidity))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_entry (Span entry, Span *serial, gint64 *date, int *reason, gint64 *invalidity)
{
  guint8 tag;
  Span time;

  *reason = 0;
  *invalidity = 0;
  if (!pick (&entry, TAG_INTEGER, serial) || serial->size == 0 || serial->size > 21
      || serial->data[0] >= 0x80 || entry.size == 0)
    return FALSE;
  if (serial->size > 1 && serial->data[0] == 0)
    {
      if (serial->data[1] < 0x80)
        return FALSE;
      serial->data++;
      serial->size--;
    }
  tag = entry.data[0];
  return serial->size <= 20 && pick (&entry, tag, &time) && read_time (tag, time, date)
         && (entry.size == 0 || read_entry_extensions (entry, reason, invalidity));
}

static gboolean
read_entries (Source *source,
              gint64 end,
              CaCrlEntryFunc func,
              gpointer data,
              gint64 *n_entries,
              GError **error)
{
  gint64 stop;

  if (peek (source, end) != TAG_SEQUENCE)
    return TRUE;
  if (!enter (source, TAG_SEQUENCE, end, &stop, error))
    return FALSE;
  if (position (source) == stop)
    return refuse ("has an empty list", error);
  while (position (source) < stop)
    {
      Span whole, content, serial;
      gint64 date, invalidity;
      int reason;

      if (!take (source, TAG_SEQUENCE, stop, &whole, &content, error))
        return FALSE;
      if (!read_entry (content, &serial, &date, &reason, &invalidity))
        return refuse ("has a wrong entry", error);
      if (func != NULL && !func (serial.data, serial.size, date, reason, invalidity, data, error))
        return FALSE;
      ++*n_entries;
    }
  return TRUE;
}

/* Extensions */

typedef struct
{
  gboolean has_number, has_key;
} Seen;

static gboolean
is_key_of (Span value, const CaIssuer *issuer)
{
  Span sequence, identifier;

  return pick (&value, TAG_SEQUENCE, &sequence) && value.size == 0
         && pick (&sequence, 0x80, &identifier) && identifier.size == issuer->key_identifier_size
         && memcmp (identifier.data, issuer->key_identifier, identifier.size) == 0;
}

static gboolean
read_number_of (Span value, gint64 *number)
{
  Span integer;

  return pick (&value, TAG_INTEGER, &integer) && value.size == 0 && read_number (integer, number);
}

/* id-ce: the third octet says which. An unknown one may be there, but not be critical. */
static gboolean
read_extension (const Extension *extension,
                const CaIssuer *issuer,
                CaCrlContent *content,
                Seen *seen)
{
  Span name = extension->name, value = extension->value;
  gboolean critical = extension->critical;

  if (name.size != 3 || name.data[0] != 0x55 || name.data[1] != 0x1d)
    return !critical;
  switch (name.data[2])
    {
    case 20: /* cRLNumber */
      seen->has_number = TRUE;
      return !critical && read_number_of (value, &content->number);
    case 27: /* deltaCRLIndicator */
      return critical && read_number_of (value, &content->base_number) && content->base_number > 0;
    case 28: /* issuingDistributionPoint */
      content->distribution_point = g_bytes_new (value.data, value.size);
      return critical;
    case 35: /* authorityKeyIdentifier */
      seen->has_key = TRUE;
      return is_key_of (value, issuer);
    default:
      return !critical;
    }
}

static gboolean
read_extensions (Span list, const CaIssuer *issuer, CaCrlContent *content, GError **error)
{
  Extension extension;
  Span all, rest;
  Seen seen = { FALSE, FALSE };
  guint n = 0;

  if (!pick (&list, TAG_SEQUENCE, &all) || list.size != 0)
    return refuse ("has wrong extensions", error);
  for (rest = all; rest.size > 0;)
    {
      if (++n > MAX_EXTENSIONS || !pick_extension (&rest, &extension))
        return refuse ("has a wrong extension", error);
      if (is_repeated (all, extension.name))
        return refuse ("has an extension twice", error);
      if (!read_extension (&extension, issuer, content, &seen))
        return refuse ("has a wrong extension", error);
    }
  if (seen.has_number && seen.has_key)
    return TRUE;
  return refuse ("has no number or not its issuer's key identifier", error);
}

/* The whole */

static gboolean
read_tbs (Source *source,
          const CaIssuer *issuer,
          CaCrlEntryFunc func,
          gpointer data,
          CaCrlContent *content,
          GError **error)
{
  gint64 end = source->tbs_end;
  Span whole, inner;
  gint64 version;

  if (!take (source, TAG_INTEGER, end, &whole, &inner, error))
    return FALSE;
  if (!read_number (inner, &version) || version != 1)
    return refuse ("is not version 2", error);
  if (!take (source, TAG_SEQUENCE, end, &whole, &inner, error))
    return FALSE;
  if (!is_bytes (whole, issuer->signature_algorithm))
    return refuse ("names another algorithm", error);
  if (!take (source, TAG_SEQUENCE, end, &whole, &inner, error))
    return FALSE;
  if (!is_bytes (whole, issuer->subject))
    return refuse ("is another issuer's", error);
  if (!take_time (source, end, &content->this_update, error)
      || !take_time (source, end, &content->next_update, error)
      || !read_entries (source, end, func, data, &content->n_entries, error)
      || !take (source, TAG_EXTENSIONS, end, &whole, &inner, error)
      || !read_extensions (inner, issuer, content, error))
    return FALSE;
  return position (source) == end || refuse ("has something behind its extensions", error);
}

/* A key that wants its message in one piece gets the file as mapped memory. */
static gboolean
verify_mapped (const Source *source, const CaIssuer *issuer, Span signature, GError **error)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new_from_fd (source->fd, FALSE, error);
  gsize size;
  const guint8 *algorithm = g_bytes_get_data (issuer->signature_algorithm, &size);

  if (file == NULL)
    return FALSE;
  return ca_crypto_verify (issuer->public_key, algorithm, size,
                           (const guint8 *) g_mapped_file_get_contents (file) + source->tbs_start,
                           source->tbs_end - source->tbs_start, signature.data, signature.size,
                           FALSE, FIELD, error);
}

static gboolean
verify (Source *source, const CaIssuer *issuer, Span signature, GError **error)
{
  if (source->signature == NULL)
    return verify_mapped (source, issuer, signature, error);
  if (EVP_DigestVerifyFinal (source->signature, signature.data, signature.size) == 1)
    return TRUE;
  ERR_clear_error ();
  icert_set_error (error, ICERT_ERROR_BAD_SIGNATURE, FIELD,
                   "has a wrong signature (one of the CA's key)");
  return FALSE;
}

static gboolean
read_file (Source *source,
           const CaIssuer *issuer,
           CaCrlEntryFunc func,
           gpointer data,
           CaCrlContent *content,
           GError **error)
{
  guint8 signature[1024];
  Span whole, inner;
  gint64 end;

  if (!enter (source, TAG_SEQUENCE, source->size, &end, error))
    return FALSE;
  if (end != source->size)
    return refuse ("is not all of its file", error);
  /* before the header of what is signed is read, since the signature covers it */
  if (!hash_read (source, error))
    return FALSE;
  source->tbs_start = position (source);
  if (!enter (source, TAG_SEQUENCE, end, &source->tbs_end, error)
      || !read_tbs (source, issuer, func, data, content, error)
      || !take (source, TAG_SEQUENCE, end, &whole, &inner, error))
    return FALSE;
  if (!is_bytes (whole, issuer->signature_algorithm))
    return refuse ("names two algorithms", error);
  if (!take (source, TAG_BITS, end, &whole, &inner, error))
    return FALSE;
  if (position (source) != end || inner.size < 2 || inner.size > sizeof signature
      || inner.data[0] != 0)
    return refuse ("has no signature", error);
  memcpy (signature, inner.data + 1, inner.size - 1);
  return hash_read (source, error)
         && verify (source, issuer, (Span){ signature, inner.size - 1 }, error);
}

static gboolean
set_up (Source *source, const CaIssuer *issuer, GError **error)
{
  char digest[64] = "";

  source->file_digest = EVP_MD_CTX_new ();
  if (EVP_DigestInit_ex2 (source->file_digest, ca_crypto_get_sha256 (), NULL) != 1)
    {
      icert_set_error (error, ICERT_ERROR_INTERNAL, FIELD, "cannot be hashed");
      return FALSE;
    }
  if (EVP_PKEY_get_default_digest_name (issuer->public_key, digest, sizeof digest) <= 0
      || digest[0] == '\0' || strcmp (digest, "UNDEF") == 0)
    {
      ERR_clear_error ();
      return TRUE;
    }
  source->signature = EVP_MD_CTX_new ();
  if (EVP_DigestVerifyInit_ex (source->signature, NULL, issuer->hash, ca_crypto_get_libctx (), NULL,
                               issuer->public_key, NULL)
      == 1)
    return TRUE;
  ERR_clear_error ();
  icert_set_error (error, ICERT_ERROR_INTERNAL, FIELD, "cannot be verified");
  return FALSE;
}

gboolean
ca_crl_read (int fd,
             const CaIssuer *issuer,
             CaCrlEntryFunc func,
             gpointer data,
             CaCrlContent *content,
             GError **error)
{
  g_autofree Source *source = g_new (Source, 1);
  struct stat status;
  unsigned int size = sizeof content->digest;
  gboolean ok;

  memset (content, 0, sizeof *content);
  memset (source, 0, offsetof (Source, window));
  if (fstat (fd, &status) != 0)
    {
      icert_set_error (error, ICERT_ERROR_STORAGE, FIELD, "cannot be read: %s", g_strerror (errno));
      return FALSE;
    }
  source->fd = fd;
  source->size = content->size = status.st_size;
  ok = set_up (source, issuer, error) && read_file (source, issuer, func, data, content, error)
       && EVP_DigestFinal_ex (source->file_digest, content->digest, &size) == 1;
  EVP_MD_CTX_free (source->file_digest);
  EVP_MD_CTX_free (source->signature);
  return ok;
}

void
ca_crl_content_clear (CaCrlContent *content)
{
  g_clear_pointer (&content->distribution_point, g_bytes_unref);
}
