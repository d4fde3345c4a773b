/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-crl-writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ca-crypto.h"
#include "ca-der-writer.h"

#define BUFFER_SIZE (256 * 1024)
/* a tag, a length octet and eight octets of length */
#define MAX_HEADER 10
/* two headers, version, algorithm, name, two times, one more header; names end at some 4 KiB */
#define MAX_ENTRY 96
#define SECONDS_PER_DAY 86400
/* a UTCTime without its header */
#define UTC_TIME_SIZE 13

/* The file while it is being written: room for what stands in front of the entries, whose size is
 * guessed, then the entries. Where the guess was wrong by an octet or two, since a length takes
 * more octets or fewer, the entries are moved in the file once. */
struct _CaCrlWriter
{
  int folder; /* borrowed */
  int fd;
  char *name;              /* of the file; NULL once it is kept */
  const CaCrlFrame *frame; /* borrowed */
  GBytes *times;           /* thisUpdate and nextUpdate, DER */
  gint64 room;             /* in front of the entries */
  gint64 size;             /* of the entries; at the end of the whole file */
  gint64 n_entries;
  guint8 *buffer; /* owned */
  gsize fill;
  gint64 position; /* where the buffer goes in the file */
  gint64 day;      /* of day_text, days since 1970; -1 = none */
  char day_text[6];
};

static gboolean
set_failed (GError **error, const char *doing)
{
  int code = errno;

  icert_set_error (error, ICERT_ERROR_STORAGE, "CRL file", "cannot be %s: %s (a working disk)",
                   doing, g_strerror (code));
  return FALSE;
}

/* Sizes */

static gsize
header_size (gint64 content)
{
  gsize octets = 0;

  if (content < 0x80)
    return 2;
  for (; content > 0; content >>= 8)
    octets++;
  return 2 + octets;
}

static gsize
put_header (guint8 *to, guint8 tag, gint64 content)
{
  gsize size = header_size (content);

  to[0] = tag;
  if (size == 2)
    {
      to[1] = (guint8) content;
      return 2;
    }
  to[1] = (guint8) (0x80 | (size - 2));
  for (gsize i = size - 1; i >= 2; i--, content >>= 8)
    to[i] = (guint8) content;
  return size;
}

/* of the octets between the header of the to-be-signed part and the entries' own header */
static gsize
head_size (const CaCrlWriter *self)
{
  /* version 1: v2 */
  return 3 + g_bytes_get_size (self->frame->signature_algorithm)
         + g_bytes_get_size (self->frame->issuer) + g_bytes_get_size (self->times);
}

static gint64
list_size (gint64 entries)
{
  return entries > 0 ? (gint64) header_size (entries) + entries : 0;
}

static gint64
extensions_size (const CaCrlWriter *self)
{
  gint64 size = g_bytes_get_size (self->frame->extensions);

  return header_size (size) + size;
}

static gint64
tbs_content_size (const CaCrlWriter *self, gint64 entries)
{
  return head_size (self) + list_size (entries) + extensions_size (self);
}

static gint64
outer_content_size (const CaCrlWriter *self, gint64 entries, gsize signature)
{
  gint64 tbs = tbs_content_size (self, entries);
  gint64 bits = 1 + (gint64) signature;

  return header_size (tbs) + tbs + g_bytes_get_size (self->frame->signature_algorithm)
         + header_size (bits) + bits;
}

static gint64
room_for (const CaCrlWriter *self, gint64 entries, gsize signature)
{
  return header_size (outer_content_size (self, entries, signature))
         + header_size (tbs_content_size (self, entries)) + head_size (self)
         + (entries > 0 ? header_size (entries) : 0);
}

/* The file */

static gboolean
write_at (CaCrlWriter *self, const guint8 *data, gsize size, gint64 position, GError **error)
{
  while (size > 0)
    {
      gssize n = pwrite (self->fd, data, size, position);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return set_failed (error, "written");
      data += n;
      size -= n;
      position += n;
    }
  return TRUE;
}

static gboolean
read_at (CaCrlWriter *self, guint8 *data, gsize size, gint64 position, GError **error)
{
  while (size > 0)
    {
      gssize n = pread (self->fd, data, size, position);

      if (n < 0 && errno == EINTR)
        continue;
      if (n == 0)
        errno = EIO;
      if (n <= 0)
        return set_failed (error, "read");
      data += n;
      size -= n;
      position += n;
    }
  return TRUE;
}

static gboolean
flush (CaCrlWriter *self, GError **error)
{
  if (!write_at (self, self->buffer, self->fill, self->position, error))
    return FALSE;
  self->position += self->fill;
  self->fill = 0;
  return TRUE;
}

/* Moves [@from, @from + @size) to @to, beginning at the end that is not overwritten. */
static gboolean
move (CaCrlWriter *self, gint64 from, gint64 to, gint64 size, GError **error)
{
  for (gint64 done = 0; from != to && done < size;)
    {
      gsize piece = MIN (size - done, BUFFER_SIZE);
      gint64 offset = to < from ? done : size - done - (gint64) piece;

      if (!read_at (self, self->buffer, piece, from + offset, error)
          || !write_at (self, self->buffer, piece, to + offset, error))
        return FALSE;
      done += piece;
    }
  return TRUE;
}

CaCrlWriter *
ca_crl_writer_new (int folder,
                   const char *name,
                   const CaCrlFrame *frame,
                   gint64 expected_size,
                   GError **error)
{
  g_autoptr (CaCrlWriter) self = g_new0 (CaCrlWriter, 1);
  g_auto (CaDerWriter) times = { 0 };

  self->fd = -1;
  self->folder = folder;
  self->frame = frame;
  self->day = -1;
  ca_der_writer_init (&times, 64);
  if (!ca_der_prepend_time (&times, frame->next_update)
      || !ca_der_prepend_time (&times, frame->this_update))
    {
      icert_set_error (error, ICERT_ERROR_BAD_VALIDITY, "nextUpdate",
                       "cannot be written (1950 to 9999)");
      return NULL;
    }
  self->times = ca_der_writer_end (&times);
  self->room = self->position = room_for (self, MAX (expected_size, 0), 0);
  self->fd = openat (folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (self->fd < 0)
    {
      set_failed (error, "made");
      return NULL;
    }
  self->name = g_strdup (name);
  self->buffer = g_malloc (BUFFER_SIZE);
  return g_steal_pointer (&self);
}

/* Entries */

static void
put_two (char *to, int value)
{
  to[0] = (char) ('0' + value / 10);
  to[1] = (char) ('0' + value % 10);
}

/* The date of a UTCTime; entries come in no order of time, but many share their day. FALSE for what
 * is no UTCTime. */
static gboolean
find_day (CaCrlWriter *self, gint64 day)
{
  g_autoptr (GDateTime) date = NULL;
  int year;

  if (self->day == day)
    return TRUE;
  date = g_date_time_new_from_unix_utc (day * SECONDS_PER_DAY);
  year = date != NULL ? g_date_time_get_year (date) : 0;
  if (year < 1950 || year > 2049)
    return FALSE;
  put_two (self->day_text, year % 100);
  put_two (self->day_text + 2, g_date_time_get_month (date));
  put_two (self->day_text + 4, g_date_time_get_day_of_month (date));
  self->day = day;
  return TRUE;
}

/* the octets of a Time at @to; 0 when it cannot be written */
static gsize
put_time (CaCrlWriter *self, guint8 *to, gint64 date)
{
  g_auto (CaDerWriter) writer = { 0 };
  int second;

  if (date >= 0 && find_day (self, date / SECONDS_PER_DAY))
    {
      second = (int) (date % SECONDS_PER_DAY);
      to[0] = CA_TAG_UTC_TIME;
      to[1] = UTC_TIME_SIZE;
      memcpy (to + 2, self->day_text, sizeof self->day_text);
      put_two ((char *) to + 8, second / 3600);
      put_two ((char *) to + 10, second / 60 % 60);
      put_two ((char *) to + 12, second % 60);
      to[14] = 'Z';
      return 2 + UTC_TIME_SIZE;
    }
  ca_der_writer_init (&writer, 32);
  if (!ca_der_prepend_time (&writer, date))
    return 0;
  memcpy (to, writer.octets + writer.start, ca_der_mark (&writer));
  return ca_der_mark (&writer);
}

static gsize
put_serial (guint8 *to, const guint8 *serial, gsize size)
{
  gsize extra;

  /* as DER has it: no zero too many, and none too few */
  for (; size > 1 && serial[0] == 0 && serial[1] < 0x80; size--)
    serial++;
  extra = serial[0] >= 0x80;
  to[0] = CA_TAG_INTEGER;
  to[1] = (guint8) (size + extra);
  to[2] = 0;
  memcpy (to + 2 + extra, serial, size);
  return 2 + extra + size;
}

/* reasonCode, not critical, ENUMERATED */
static gsize
put_reason (guint8 *to, int reason)
{
  static const guint8 extension[]
      = { 0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01 };

  memcpy (to, extension, sizeof extension);
  to[sizeof extension] = (guint8) reason;
  return sizeof extension + 1;
}

/* invalidityDate, not critical: a GeneralizedTime in any year (RFC 5280 5.3.2); 0 when it cannot be
 * written */
static gsize
put_invalidity (guint8 *to, gint64 date)
{
  static const guint8 extension[]
      = { 0x30, 0x18, 0x06, 0x03, 0x55, 0x1d, 0x18, 0x04, 0x11, 0x18, 0x0f };
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (date);
  g_autofree char *text = time != NULL ? g_date_time_format (time, "%Y%m%d%H%M%SZ") : NULL;

  if (text == NULL || strlen (text) != 15)
    return 0;
  memcpy (to, extension, sizeof extension);
  memcpy (to + sizeof extension, text, 15);
  return sizeof extension + 15;
}

/* crlEntryExtensions, where there are any */
static gboolean
put_extensions (guint8 *to, int reason, gint64 invalidity, gsize *size, GError **error)
{
  gsize first, second;

  *size = 0;
  if (reason <= 0 && invalidity == 0)
    return TRUE;
  first = reason > 0 ? put_reason (to + 2, reason) : 0;
  second = invalidity != 0 ? put_invalidity (to + 2 + first, invalidity) : 0;
  if (invalidity != 0 && second == 0)
    {
      icert_set_error (error, ICERT_ERROR_INTERNAL, "invalidityDate",
                       "cannot be written (1 to 9999)");
      return FALSE;
    }
  *size = put_header (to, CA_TAG_SEQUENCE, first + second) + first + second;
  return TRUE;
}

gboolean
ca_crl_writer_add (CaCrlWriter *self,
                   const guint8 *serial,
                   gsize serial_size,
                   gint64 date,
                   int reason,
                   gint64 invalidity,
                   GError **error)
{
  guint8 *entry;
  gsize extensions;
  gsize time_size, size = 2;

  if (serial_size == 0 || serial_size > 20)
    {
      icert_set_error (error, ICERT_ERROR_INTERNAL, "serial", "has %" G_GSIZE_FORMAT " octets (20)",
                       serial_size);
      return FALSE;
    }
  if (self->fill > BUFFER_SIZE - MAX_ENTRY && !flush (self, error))
    return FALSE;
  entry = self->buffer + self->fill;
  size += put_serial (entry + size, serial, serial_size);
  time_size = put_time (self, entry + size, date);
  if (time_size == 0)
    {
      icert_set_error (error, ICERT_ERROR_INTERNAL, "revocationDate",
                       "cannot be written (1950 to 9999)");
      return FALSE;
    }
  size += time_size;
  if (!put_extensions (entry + size, reason, invalidity, &extensions, error))
    return FALSE;
  size += extensions;
  put_header (entry, CA_TAG_SEQUENCE, size - 2);
  self->fill += size;
  self->size += size;
  self->n_entries++;
  return TRUE;
}

/* The end */

/* What stands in front of the entries, but for the outermost header; @to has room for it. */
static gsize
put_front (const CaCrlWriter *self, gint64 entries, guint8 *to)
{
  GBytes *parts[] = { self->frame->signature_algorithm, self->frame->issuer, self->times };
  gsize size = put_header (to, CA_TAG_SEQUENCE, tbs_content_size (self, entries));

  memcpy (to + size, "\x02\x01\x01", 3);
  size += 3;
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      gsize part;
      const void *data = g_bytes_get_data (parts[i], &part);

      memcpy (to + size, data, part);
      size += part;
    }
  /* RFC 5280 5.1.2.6: without entries there is no list (S-I2) */
  if (entries > 0)
    size += put_header (to + size, CA_TAG_SEQUENCE, entries);
  return size;
}

static gboolean
write_extensions (CaCrlWriter *self, gint64 position, GError **error)
{
  guint8 header[MAX_HEADER];
  gsize size;
  const guint8 *data = g_bytes_get_data (self->frame->extensions, &size);
  gsize header_octets = put_header (header, CA_TAG_CONTEXT_CONSTRUCTED, size);

  return write_at (self, header, header_octets, position, error)
         && write_at (self, data, size, position + header_octets, error);
}

/* The digest of [@start, @end). */
static GBytes *
digest_file (CaCrlWriter *self, const char *hash, gint64 start, gint64 end, GError **error)
{
  g_autoptr (EVP_MD_CTX) context = EVP_MD_CTX_new ();
  EVP_MD *md = EVP_MD_fetch (ca_crypto_get_libctx (), hash, NULL);
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  gboolean ok = md != NULL && EVP_DigestInit_ex2 (context, md, NULL) == 1;

  EVP_MD_free (md);
  while (ok && start < end)
    {
      gsize piece = MIN (end - start, BUFFER_SIZE);

      if (!read_at (self, self->buffer, piece, start, error))
        return NULL;
      ok = EVP_DigestUpdate (context, self->buffer, piece) == 1;
      start += piece;
    }
  if (ok && EVP_DigestFinal_ex (context, digest, &size) == 1)
    return g_bytes_new (digest, size);
  icert_set_error (error, ICERT_ERROR_INTERNAL, "hash", "%s failed (success)", hash);
  return NULL;
}

/* A message that is too large for memory, for a key that wants all of it. */
static GBytes *
sign_mapped (CaCrlWriter *self,
             ICertKey *key,
             const char *hash,
             gint64 start,
             gint64 end,
             GError **error)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new_from_fd (self->fd, FALSE, NULL);
  g_autoptr (GBytes) whole = file != NULL ? g_mapped_file_get_bytes (file) : NULL;
  g_autoptr (GBytes) message = NULL;

  if (whole == NULL || (gint64) g_bytes_get_size (whole) < end)
    {
      icert_set_error (error, ICERT_ERROR_STORAGE, "CRL file", "cannot be mapped (a working disk)");
      return NULL;
    }
  message = g_bytes_new_from_bytes (whole, start, end - start);
  return icert_key_sign (key, hash, message, NULL, error);
}

static GBytes *
sign (CaCrlWriter *self, ICertKey *key, const char *hash, gint64 start, gint64 end, GError **error)
{
  g_autoptr (GBytes) digest = digest_file (self, hash, start, end, error);
  g_autoptr (GError) local = NULL;
  GBytes *signature;

  if (digest == NULL)
    return NULL;
  signature = icert_key_sign_digest (key, hash, digest, NULL, &local);
  if (signature != NULL)
    return signature;
  if (g_error_matches (local, ICERT_ERROR, ICERT_ERROR_NOT_SUPPORTED))
    return sign_mapped (self, key, hash, start, end, error);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

/* The outermost header, algorithm and signature around [@start, @end), which is moved when there is
 * not exactly the room for the header. */
static gboolean
wrap (CaCrlWriter *self, gint64 start, gint64 end, GBytes *signature, GError **error)
{
  gsize size, algorithm_size;
  const guint8 *data = g_bytes_get_data (signature, &size);
  const guint8 *algorithm = g_bytes_get_data (self->frame->signature_algorithm, &algorithm_size);
  guint8 header[MAX_HEADER];
  guint8 bits[MAX_HEADER + 1];
  gsize bits_size = put_header (bits, CA_TAG_BIT_STRING, size + 1);
  gint64 content = (end - start) + algorithm_size + bits_size + 1 + size;
  gsize header_octets = put_header (header, CA_TAG_SEQUENCE, content);
  gint64 position = header_octets + (end - start);

  /* no unused bits */
  bits[bits_size++] = 0;
  if (!move (self, start, header_octets, end - start, error)
      || !write_at (self, header, header_octets, 0, error)
      || !write_at (self, algorithm, algorithm_size, position, error)
      || !write_at (self, bits, bits_size, position + algorithm_size, error)
      || !write_at (self, data, size, position + algorithm_size + bits_size, error))
    return FALSE;
  self->size = header_octets + content;
  return TRUE;
}

gboolean
ca_crl_writer_end (CaCrlWriter *self, ICertKey *key, const char *hash, GError **error)
{
  gint64 entries = self->size;
  gint64 room = room_for (self, entries, 0);
  gint64 outer = header_size (outer_content_size (self, entries, 0));
  g_autofree guint8 *front = NULL;
  g_autoptr (GBytes) signature = NULL;
  gint64 end;
  gsize size;

  if (!flush (self, error) || !move (self, self->room, room, entries, error))
    return FALSE;
  front = g_malloc (head_size (self) + 2 * MAX_HEADER);
  size = put_front (self, entries, front);
  end = room + entries + extensions_size (self);
  if (!write_at (self, front, size, outer, error)
      || !write_extensions (self, room + entries, error))
    return FALSE;
  signature = sign (self, key, hash, outer, end, error);
  if (signature == NULL || !wrap (self, outer, end, signature, error))
    return FALSE;
  /* room that was too large */
  if (ftruncate (self->fd, self->size) != 0 || fsync (self->fd) != 0)
    return set_failed (error, "written");
  return TRUE;
}

gint64
ca_crl_writer_get_n_entries (const CaCrlWriter *self)
{
  return self->n_entries;
}

gint64
ca_crl_writer_get_size (const CaCrlWriter *self)
{
  return self->size;
}

gboolean
ca_crl_writer_keep (CaCrlWriter *self, const char *name, GError **error)
{
  if (renameat2 (self->folder, self->name, self->folder, name, RENAME_NOREPLACE) != 0
      || fsync (self->folder) != 0)
    return set_failed (error, "named");
  g_clear_pointer (&self->name, g_free);
  return TRUE;
}

void
ca_crl_writer_free (CaCrlWriter *self)
{
  if (self == NULL)
    return;
  if (self->name != NULL && self->fd >= 0)
    unlinkat (self->folder, self->name, 0);
  if (self->fd >= 0)
    close (self->fd);
  g_clear_pointer (&self->times, g_bytes_unref);
  g_free (self->name);
  g_free (self->buffer);
  g_free (self);
}
