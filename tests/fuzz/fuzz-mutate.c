/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fuzz-mutate.h"

#include <string.h>

#define MAX_DEPTH 12

/* An element of DER: its head begins at @start, its content at @content. */
typedef struct
{
  gsize start, content, end;
} Element;

/* octets that parsers care about */
static const guint8 interesting[]
    = { 0x00, 0x01, 0x02, 0x03, 0x05, 0x06, 0x0c, 0x13, 0x16, 0x17, 0x18, 0x1e,
        0x30, 0x31, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xa0, 0xa1, 0xa2, 0xa3, 0xff,
        '\n', '\r', '\t', ' ',  '"',  '%',  '\'', '*',  ',',  '-',  '.',  '/',
        ':',  ';',  '=',  '[',  ']',  '\\', '#',  '0',  '9',  '@',  '_' };
static const char *const words[] = {
  "\xc3\xa9",
  "\xe2\x80\xae",
  "\xe2\x80\xa8",
  "\xf0\x9f\x98\x80",
  "\xc0\x80",
  "\xed\xa0\x80",
  "\xef\xbb\xbf",
  "0x",
  "-1",
  "9223372036854775807",
  "-9223372036854775808",
  "18446744073709551616",
  "%s%n",
  "true",
  "::",
  "xn--",
  "..",
  "\r\n",
  "2000-01-01",
  "null",
};

void
fuzz_random_init (FuzzRandom *random, guint64 seed, guint64 index)
{
  random->state = seed * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) + index;
}

/* splitmix64 */
static guint64
next (FuzzRandom *random)
{
  guint64 z;

  random->state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  z = random->state;
  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

gsize
fuzz_random_below (FuzzRandom *random, gsize bound)
{
  return bound == 0 ? 0 : (gsize) (next (random) % bound);
}

/* @size octets of @data from @offset on become those of @by */
static void
replace (GByteArray *data, gsize offset, gsize size, gconstpointer by, gsize by_size)
{
  g_autofree guint8 *tail = g_memdup2 (data->data + offset + size, data->len - offset - size);
  gsize tail_size = data->len - offset - size;

  g_byte_array_set_size (data, (guint) offset);
  if (by_size > 0)
    g_byte_array_append (data, by, (guint) by_size);
  if (tail_size > 0)
    g_byte_array_append (data, tail, (guint) tail_size);
}

static gboolean
read_element (const guint8 *data, gsize end, gsize start, Element *element)
{
  gsize content = start + 2;
  gsize size;

  if (end - start < 2 || (data[start] & 0x1f) == 0x1f)
    return FALSE;
  size = data[start + 1];
  if (size >= 0x80)
    {
      gsize n = size & 0x7f;

      if (n == 0 || n > 3 || end - content < n)
        return FALSE;
      size = 0;
      for (gsize i = 0; i < n; i++)
        size = size << 8 | data[content + i];
      content += n;
    }
  if (end - content < size)
    return FALSE;
  *element = (Element){ .start = start, .content = content, .end = content + size };
  return TRUE;
}

/* Walks down to an element by chance; @path: it and what is around it, outermost first. */
static guint
choose_element (FuzzRandom *random, GByteArray *data, Element path[MAX_DEPTH])
{
  gsize start = 0, end = data->len;
  guint depth = 0;

  while (depth < MAX_DEPTH)
    {
      Element elements[64];
      guint n = 0;
      gsize at = start;

      while (n < G_N_ELEMENTS (elements) && at < end
             && read_element (data->data, end, at, &elements[n]))
        at = elements[n++].end;
      if (n == 0 || at != end)
        return depth;
      path[depth] = elements[fuzz_random_below (random, n)];
      start = path[depth].content;
      end = path[depth].end;
      depth++;
      if (fuzz_random_below (random, 5) == 0)
        return depth;
      /* the content of a BIT STRING may be DER behind its first octet */
      if (data->data[path[depth - 1].start] == 0x03 && end > start)
        start++;
    }
  return depth;
}

static gsize
write_length (guint8 *out, gsize size)
{
  if (size < 0x80)
    {
      out[0] = (guint8) size;
      return 1;
    }
  for (gsize n = 1;; n++)
    if (size >> (8 * n) == 0)
      {
        out[0] = (guint8) (0x80 | n);
        for (gsize i = 0; i < n; i++)
          out[1 + i] = (guint8) (size >> (8 * (n - 1 - i)));
        return n + 1;
      }
}

/* writes the lengths of the elements around anew, when the innermost grew by @grown */
static void
mend_lengths (GByteArray *data, const Element *path, guint depth, gssize grown)
{
  for (guint i = depth; i-- > 0;)
    {
      guint8 length[9];
      gsize size = (gsize) ((gssize) (path[i].end - path[i].content) + grown);
      gsize old = path[i].content - path[i].start - 1;
      gsize n = write_length (length, size);

      replace (data, path[i].start + 1, old, length, n);
      grown += (gssize) n - (gssize) old;
    }
}

/* an element of @other, or of @data itself */
static GBytes *
borrow_element (FuzzRandom *random, GByteArray *data, const guint8 *other, gsize other_size)
{
  g_autoptr (GByteArray) source = g_byte_array_new ();
  Element path[MAX_DEPTH];
  guint depth;

  if (other != NULL && fuzz_random_below (random, 2) == 0)
    g_byte_array_append (source, other, (guint) other_size);
  else
    g_byte_array_append (source, data->data, data->len);
  depth = choose_element (random, source, path);
  if (depth == 0)
    return g_bytes_new_static ("\x05\x00", 2);
  return g_bytes_new (source->data + path[depth - 1].start,
                      path[depth - 1].end - path[depth - 1].start);
}

/* FALSE when @data is not DER */
static gboolean
mutate_element (FuzzRandom *random, GByteArray *data, const guint8 *other, gsize other_size)
{
  Element path[MAX_DEPTH];
  guint depth = data->len > 0 ? choose_element (random, data, path) : 0;
  const Element *last = &path[MAX (depth, 1) - 1];
  g_autoptr (GBytes) part = NULL;
  gsize size, cut;
  gssize before = data->len;

  if (depth == 0)
    return FALSE;

  size = last->end - last->start;
  switch (fuzz_random_below (random, 7))
    {
    case 0: /* gone */
      replace (data, last->start, size, NULL, 0);
      break;
    case 1: /* twice */
      part = g_bytes_new (data->data + last->start, size);
      replace (data, last->end, 0, g_bytes_get_data (part, NULL), size);
      break;
    case 2: /* another instead */
      part = borrow_element (random, data, other, other_size);
      replace (data, last->start, size, g_bytes_get_data (part, NULL), g_bytes_get_size (part));
      break;
    case 3: /* another in front */
      part = borrow_element (random, data, other, other_size);
      replace (data, last->start, 0, g_bytes_get_data (part, NULL), g_bytes_get_size (part));
      break;
    case 4: /* another tag */
      data->data[last->start] = fuzz_random_below (random, 2) == 0
                                    ? (guint8) (data->data[last->start] ^ 0x20)
                                    : interesting[fuzz_random_below (random, 24)];
      return TRUE;
    case 5: /* a content cut short, its length mended */
      cut = fuzz_random_below (random, last->end - last->content + 1);
      replace (data, last->end - cut, cut, NULL, 0);
      mend_lengths (data, path, depth, (gssize) data->len - before);
      return TRUE;
    default: /* octets inside, the length mended */
      cut = fuzz_random_below (random, G_N_ELEMENTS (words));
      replace (data, last->content + fuzz_random_below (random, last->end - last->content + 1), 0,
               words[cut], strlen (words[cut]));
      mend_lengths (data, path, depth, (gssize) data->len - before);
      return TRUE;
    }
  mend_lengths (data, path, depth - 1, (gssize) data->len - before);
  return TRUE;
}

static void
mutate_block (FuzzRandom *random, GByteArray *data, const guint8 *other, gsize other_size)
{
  gsize offset = fuzz_random_below (random, data->len + 1);
  gsize size = fuzz_random_below (random, MIN (data->len - offset, 64) + 1);
  const char *word = words[fuzz_random_below (random, G_N_ELEMENTS (words))];
  g_autofree guint8 *block = NULL;
  gsize from;

  switch (fuzz_random_below (random, 5))
    {
    case 0:
      replace (data, offset, size, NULL, 0);
      break;
    case 1:
      g_byte_array_set_size (data, (guint) offset);
      break;
    case 2:
      replace (data, offset, fuzz_random_below (random, 2) == 0 ? size : 0, word, strlen (word));
      break;
    case 3:
      block = g_memdup2 (data->data + offset, size);
      replace (data, fuzz_random_below (random, data->len + 1), 0, block, size);
      break;
    default:
      from = fuzz_random_below (random, other_size);
      replace (data, offset, size, other != NULL ? other + from : NULL,
               other != NULL ? fuzz_random_below (random, MIN (other_size - from, 256) + 1) : 0);
      break;
    }
}

static void
mutate_octet (FuzzRandom *random, GByteArray *data)
{
  guint8 *octet;

  if (data->len == 0)
    return;
  octet = &data->data[fuzz_random_below (random, data->len)];
  switch (fuzz_random_below (random, 4))
    {
    case 0:
      *octet ^= (guint8) (1u << fuzz_random_below (random, 8));
      break;
    case 1:
      *octet = interesting[fuzz_random_below (random, G_N_ELEMENTS (interesting))];
      break;
    case 2:
      *octet = (guint8) (*octet + 1 - 2 * fuzz_random_below (random, 2));
      break;
    default:
      *octet = (guint8) next (random);
      break;
    }
}

void
fuzz_mutate (FuzzRandom *random, GByteArray *data, const guint8 *other, gsize other_size)
{
  for (gsize n = 1 + fuzz_random_below (random, 4); n > 0; n--)
    switch (fuzz_random_below (random, 4))
      {
      case 0:
        mutate_octet (random, data);
        break;
      case 1:
        mutate_block (random, data, other, other_size);
        break;
      default:
        if (!mutate_element (random, data, other, other_size))
          mutate_octet (random, data);
        break;
      }
}

void
fuzz_grow (FuzzRandom *random, GByteArray *data, gsize size)
{
  Element path[MAX_DEPTH];
  guint depth = data->len > 0 ? choose_element (random, data, path) : 0;
  gsize start = fuzz_random_below (random, data->len);
  gsize size_of_part = 1 + fuzz_random_below (random, 32);
  gsize end = start + MIN (size_of_part, data->len - start);
  g_autoptr (GByteArray) part = g_byte_array_new ();
  gssize before = data->len;

  if (depth > 0)
    {
      start = path[depth - 1].start;
      end = path[depth - 1].end;
    }
  while (end > start && data->len + part->len + (end - start) < size)
    g_byte_array_append (part, data->data + start, (guint) (end - start));
  replace (data, end, 0, part->data, part->len);
  if (depth > 0)
    mend_lengths (data, path, depth - 1, (gssize) data->len - before);
}
