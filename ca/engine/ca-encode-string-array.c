/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "ca-encode.h"

#define FIELD "texts"
#define TAG_VISIBLE_STRING 0x1a
/* An empty text */
#define ELEMENT_SIZE 2

struct _CaEncodeStringArray
{
  GObject parent_instance;

  GPtrArray *texts; /* owned, of owned UTF-8 */
  GArray *types;    /* owned: ICertRdnType of each, never ANY */
};

static void encode_iface_init (ICertEncodeStringArrayInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CaEncodeStringArray,
                               ca_encode_string_array,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ICERT_TYPE_ENCODE_STRING_ARRAY,
                                                      encode_iface_init))

/* The types that are text, with the largest character that one can hold */
static const struct
{
  ICertRdnType type;
  guint8 tag;
  guint width;
  gunichar last;
} kinds[] = {
  { ICERT_RDN_TYPE_NUMERIC, CA_DER_NUMERIC_STRING, 1, 0x7f },
  { ICERT_RDN_TYPE_PRINTABLE, CA_DER_PRINTABLE_STRING, 1, 0x7f },
  { ICERT_RDN_TYPE_T61, CA_DER_T61_STRING, 1, 0xff },
  { ICERT_RDN_TYPE_IA5, CA_DER_IA5_STRING, 1, 0x7f },
  { ICERT_RDN_TYPE_VISIBLE, TAG_VISIBLE_STRING, 1, 0x7e },
  { ICERT_RDN_TYPE_UNIVERSAL, CA_DER_UNIVERSAL_STRING, 4, 0x10ffff },
  { ICERT_RDN_TYPE_BMP, CA_DER_BMP_STRING, 2, 0xffff },
  { ICERT_RDN_TYPE_UTF8, CA_DER_UTF8_STRING, 0, 0x10ffff },
};

static GPtrArray *
texts_new (void)
{
  return g_ptr_array_new_with_free_func (g_free);
}

static GArray *
types_new (void)
{
  return g_array_new (FALSE, FALSE, sizeof (ICertRdnType));
}

static void
ca_encode_string_array_finalize (GObject *object)
{
  CaEncodeStringArray *self = CA_ENCODE_STRING_ARRAY (object);

  g_ptr_array_unref (self->texts);
  g_array_unref (self->types);

  G_OBJECT_CLASS (ca_encode_string_array_parent_class)->finalize (object);
}

static void
ca_encode_string_array_class_init (CaEncodeStringArrayClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ca_encode_string_array_finalize;
}

static void
ca_encode_string_array_init (CaEncodeStringArray *self)
{
  self->texts = texts_new ();
  self->types = types_new ();
}

/* Index of @type in kinds, -1 when it is not made of text */
static int
find_type (ICertRdnType type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i].type == type)
      return (int) i;
  return -1;
}

static int
find_tag (guint8 tag)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i].tag == tag)
      return (int) i;
  return -1;
}

static gboolean
fail_type (GError **error, int seen)
{
  icert_set_error (error, ICERT_ERROR_UNSUPPORTED, FIELD,
                   "type %d is not made of text (NumericString, PrintableString, T61String, "
                   "IA5String, VisibleString, UniversalString, BMPString, UTF8String)",
                   seen);
  return FALSE;
}

static gboolean
has_character (int kind, gunichar c)
{
  if (c > kinds[kind].last)
    return FALSE;
  switch (kinds[kind].type)
    {
    case ICERT_RDN_TYPE_NUMERIC:
      return c == ' ' || g_ascii_isdigit ((char) c);
    case ICERT_RDN_TYPE_PRINTABLE:
      return g_ascii_isalnum ((char) c) || (c != 0 && strchr (" '()+,-./:=?", (int) c) != NULL);
    case ICERT_RDN_TYPE_VISIBLE:
      return c >= ' ';
    default:
      return TRUE;
    }
}

static gboolean
can_hold (int kind, const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (!has_character (kind, g_utf8_get_char (text)))
      return FALSE;
  return TRUE;
}

static void
append_text (GByteArray *der, int kind, const char *text)
{
  guint start = der->len;

  if (kinds[kind].width == 0)
    {
      ca_der_append (der, kinds[kind].tag, text, strlen (text));
      return;
    }
  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      guint32 c = GUINT32_TO_BE (g_utf8_get_char (text));

      g_byte_array_append (der, (const guint8 *) &c + 4 - kinds[kind].width, kinds[kind].width);
    }
  ca_der_wrap (der, start, kinds[kind].tag);
}

static GBytes *
encode_texts (GPtrArray *texts, GArray *types, GError **error)
{
  GByteArray *der = g_byte_array_new ();

  for (guint i = 0; i < types->len; i++)
    append_text (der, find_type (g_array_index (types, ICertRdnType, i)), texts->pdata[i]);
  return ca_encode_close_list (der, FIELD, error);
}

/* Takes over both */
static void
set_state (CaEncodeStringArray *self, GPtrArray *texts, GArray *types)
{
  g_ptr_array_unref (self->texts);
  g_array_unref (self->types);
  self->texts = texts;
  self->types = types;
}

/* -1 with an error */
static int
choose_kind (ICertRdnType type, const char *text, GError **error)
{
  int kind = find_type (type == ICERT_RDN_TYPE_ANY ? ICERT_RDN_TYPE_PRINTABLE : type);
  g_autofree char *quoted = NULL;

  if (kind < 0)
    return fail_type (error, (int) type), -1;
  if (!g_utf8_validate (text, -1, NULL))
    return ca_encode_fail (error, FIELD, "not UTF-8 (UTF-8 text)"), -1;
  if (can_hold (kind, text))
    return kind;
  if (type == ICERT_RDN_TYPE_ANY)
    return find_type (ICERT_RDN_TYPE_UTF8);

  quoted = icert_error_quote (text, -1);
  icert_set_error (error, ICERT_ERROR_MALFORMED, FIELD,
                   "%s has characters that the type has not (CERT_RDN type %d)", quoted,
                   (int) type);
  return -1;
}

static gboolean
ca_encode_string_array_set_values (ICertEncodeStringArray *encode,
                                   ICertRdnType type,
                                   const char *const *values,
                                   GError **error)
{
  g_autoptr (GPtrArray) texts = texts_new ();
  g_autoptr (GArray) types = types_new ();
  g_autoptr (GBytes) encoded = NULL;

  if (type != ICERT_RDN_TYPE_ANY && find_type (type) < 0)
    return fail_type (error, (int) type);
  if (!ca_encode_check_size (g_strv_length ((char **) values) * ELEMENT_SIZE, FIELD, error))
    return FALSE;
  for (gsize i = 0; values[i] != NULL; i++)
    {
      int kind = choose_kind (type, values[i], error);

      if (kind < 0)
        return FALSE;
      g_ptr_array_add (texts, g_strdup (values[i]));
      g_array_append_val (types, kinds[kind].type);
    }

  encoded = encode_texts (texts, types, error);
  if (encoded == NULL)
    return FALSE;
  set_state (CA_ENCODE_STRING_ARRAY (encode), g_steal_pointer (&texts), g_steal_pointer (&types));
  return TRUE;
}

static char **
ca_encode_string_array_get_values (ICertEncodeStringArray *encode,
                                   ICertRdnType *type,
                                   GError **error)
{
  CaEncodeStringArray *self = CA_ENCODE_STRING_ARRAY (encode);
  char **values = g_new0 (char *, self->texts->len + 1);

  *type = self->types->len > 0 ? g_array_index (self->types, ICertRdnType, 0) : ICERT_RDN_TYPE_ANY;
  for (guint i = 0; i < self->texts->len; i++)
    {
      values[i] = g_strdup (self->texts->pdata[i]);
      if (g_array_index (self->types, ICertRdnType, i) != *type)
        *type = ICERT_RDN_TYPE_ANY;
    }
  return values;
}

static GBytes *
ca_encode_string_array_to_bytes (ICertEncodeStringArray *encode, GError **error)
{
  CaEncodeStringArray *self = CA_ENCODE_STRING_ARRAY (encode);

  return encode_texts (self->texts, self->types, error);
}

/* VisibleString is ASCII too, but the reader of names does not know it. */
static char *
read_text (CaTlv tlv, int kind, GError **error)
{
  g_autofree char *text = NULL;
  gboolean has_nul;

  if (tlv.tag == TAG_VISIBLE_STRING)
    tlv.tag = CA_DER_IA5_STRING;
  text = ca_der_string_to_utf8 (&tlv, &has_nul);
  if (text != NULL && can_hold (kind, text))
    return g_steal_pointer (&text);

  ca_encode_fail (error, FIELD,
                  has_nul ? "a text with a NUL character (none)"
                          : "a text with characters that its type has not (those of X.680)");
  return NULL;
}

static gboolean
ca_encode_string_array_decode (ICertEncodeStringArray *encode, GBytes *value, GError **error)
{
  g_autoptr (GPtrArray) texts = texts_new ();
  g_autoptr (GArray) types = types_new ();
  CaDerReader list;
  CaTlv tlv;

  if (!ca_encode_open_list (value, FIELD, &list, error))
    return FALSE;
  while (ca_der_read (&list, &tlv))
    {
      int kind = find_tag (tlv.tag);
      char *text;

      if (kind < 0)
        {
          icert_set_error (error, ICERT_ERROR_UNSUPPORTED, FIELD, "tag %02x (a string)", tlv.tag);
          return FALSE;
        }
      text = read_text (tlv, kind, error);
      if (text == NULL)
        return FALSE;
      g_ptr_array_add (texts, text);
      g_array_append_val (types, kinds[kind].type);
    }
  if (!ca_encode_check_same (value, encode_texts (texts, types, error), FIELD, error))
    return FALSE;
  set_state (CA_ENCODE_STRING_ARRAY (encode), g_steal_pointer (&texts), g_steal_pointer (&types));
  return TRUE;
}

static void
encode_iface_init (ICertEncodeStringArrayInterface *iface)
{
  iface->set_values = ca_encode_string_array_set_values;
  iface->get_values = ca_encode_string_array_get_values;
  iface->to_bytes = ca_encode_string_array_to_bytes;
  iface->decode = ca_encode_string_array_decode;
}
