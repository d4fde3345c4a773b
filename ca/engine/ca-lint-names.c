/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-lint-private.h"

#include <string.h>

#include "ca-limits.h"

enum
{
  TAG_UTF8 = 0x0c,
  TAG_PRINTABLE = 0x13,
  TAG_IA5 = 0x16,
};

/* Attributes of a subject with a type or a bound of their own (RFC 5280, appendix A; RFC 4519,
 * RFC 2985). */
typedef struct
{
  const char *oid;
  guint8 tag;  /* 0: PrintableString or UTF8String */
  gsize bound; /* characters */
} Attribute;

static const Attribute attributes[] = {
  { "2.5.4.3", 0, 64 },                          /* CN */
  { "2.5.4.4", 0, 32768 },                       /* SN */
  { "2.5.4.5", TAG_PRINTABLE, 64 },              /* serialNumber */
  { "2.5.4.6", TAG_PRINTABLE, 2 },               /* C */
  { "2.5.4.7", 0, 128 },                         /* L */
  { "2.5.4.8", 0, 128 },                         /* ST */
  { "2.5.4.9", 0, 128 },                         /* street */
  { "2.5.4.10", 0, 64 },                         /* O */
  { "2.5.4.11", 0, 64 },                         /* OU */
  { "2.5.4.12", 0, 64 },                         /* title */
  { "2.5.4.42", 0, 32768 },                      /* GN */
  { "2.5.4.43", 0, 32768 },                      /* initials */
  { "2.5.4.46", TAG_PRINTABLE, 64 },             /* dnQualifier */
  { "2.5.4.65", 0, 128 },                        /* pseudonym */
  { "0.9.2342.19200300.100.1.1", 0, 256 },       /* UID */
  { "0.9.2342.19200300.100.1.25", TAG_IA5, 63 }, /* DC */
  { "1.2.840.113549.1.9.1", TAG_IA5, 255 },      /* e-mail */
  { "1.2.840.113549.1.9.2", TAG_IA5, 255 },      /* unstructured name */
};

static const Attribute *
find_attribute (const char *oid)
{
  /* what is not listed may be a directory string of any sensible length */
  static const Attribute other = { NULL, 0, 32768 };

  for (gsize i = 0; i < G_N_ELEMENTS (attributes); i++)
    if (g_str_equal (attributes[i].oid, oid))
      return &attributes[i];
  return &other;
}

static gboolean
is_printable (CaLintSpan text)
{
  for (gsize i = 0; i < text.size; i++)
    if (!g_ascii_isalnum (text.data[i]) && strchr (" '()+,-./:=?", text.data[i]) == NULL)
      return FALSE;
  return memchr (text.data, '\0', text.size) == NULL;
}

static gboolean
is_ascii (CaLintSpan text)
{
  for (gsize i = 0; i < text.size; i++)
    if (text.data[i] < 0x20 || text.data[i] > 0x7e)
      return FALSE;
  return TRUE;
}

/* S-A7: no control characters, C0 or C1 */
static gboolean
is_clean_utf8 (CaLintSpan text)
{
  const char *at = (const char *) text.data;
  const char *end = at + text.size;

  if (!g_utf8_validate_len (at, text.size, NULL))
    return FALSE;
  for (; at < end; at = g_utf8_next_char (at))
    if (g_unichar_iscntrl (g_utf8_get_char (at)))
      return FALSE;
  return TRUE;
}

static gboolean
is_string (const Attribute *attribute, guint8 tag, CaLintSpan text)
{
  if (attribute->tag != 0 && tag != attribute->tag)
    return FALSE;
  if (text.size == 0)
    return FALSE;
  switch (tag)
    {
    case TAG_PRINTABLE:
      return is_printable (text);
    case TAG_IA5:
      return attribute->tag == TAG_IA5 && is_ascii (text);
    case TAG_UTF8:
      return is_clean_utf8 (text);
    default:
      return FALSE;
    }
}

static gboolean
check_value (const char *oid, guint8 tag, CaLintSpan text, const CaRdn *approved, GError **error)
{
  const Attribute *attribute = find_attribute (oid);

  if (!is_string (attribute, tag, text))
    return _ca_lint_fail (error, "subject_string_type", oid,
                          "PrintableString or UTF8String, IA5String for DC and e-mail");
  if ((gsize) g_utf8_strlen ((const char *) text.data, text.size) > attribute->bound
      || (attribute->bound == 2 && text.size != 2))
    return _ca_lint_fail (error, "subject_upper_bound", oid, "the bound of RFC 5280");
  if (!g_str_equal (approved->oid, oid)
      || !ca_lint_span_is (text, approved->value, strlen (approved->value)))
    return _ca_lint_fail (error, "subject_expected", oid, "the approved subject");
  return TRUE;
}

/* one RelativeDistinguishedName: a SET of one attribute */
static gboolean
check_rdn (CaLint *lint, CaLintSpan set, const CaRdn *approved, GError **error)
{
  g_autofree char *oid = NULL;
  CaLintSpan attribute, identifier, text;
  guint8 tag;

  if (!ca_lint_expect (&set, 0x30, &attribute) || !ca_lint_expect (&attribute, 0x06, &identifier)
      || !ca_lint_read (&attribute, &tag, &text, NULL) || attribute.size != 0)
    return _ca_lint_fail (error, "subject_form", "subject", "a Name");
  if (set.size != 0)
    return _ca_lint_fail (error, "subject_single_valued", "subject", "one attribute an RDN");
  oid = ca_lint_oid_to_text (identifier);
  if (oid == NULL)
    return _ca_lint_fail (error, "subject_form", "subject", "object identifiers");
  if (g_str_equal (oid, "2.5.4.3"))
    lint->common_name = text;
  return check_value (oid, tag, text, approved, error);
}

gboolean
_ca_lint_check_subject (CaLint *lint, GError **error)
{
  GPtrArray *approved = lint->expected->rdns;
  CaLintSpan rest, set;
  guint n = 0;

  if (lint->expected->subject != NULL)
    {
      /* copied octet for octet, multi-valued RDNs and old string types too (S-C5) */
      if (ca_lint_span_equal (lint->subject, ca_lint_span_of (lint->expected->subject)))
        return TRUE;
      return _ca_lint_fail (error, "subject_expected", "subject", "the approved octets");
    }
  if (!ca_lint_only (lint->subject, 0x30, &rest))
    return _ca_lint_fail (error, "subject_form", "subject", "a Name");
  for (; rest.size > 0; n++)
    {
      if (!ca_lint_expect (&rest, 0x31, &set))
        return _ca_lint_fail (error, "subject_form", "subject", "a Name");
      if (approved == NULL || n >= approved->len)
        return _ca_lint_fail (error, "subject_expected", "subject", "the approved subject");
      if (!check_rdn (lint, set, g_ptr_array_index (approved, n), error))
        return FALSE;
    }
  if (approved != NULL && n != approved->len)
    return _ca_lint_fail (error, "subject_expected", "subject", "the approved subject");
  return TRUE;
}

static gboolean
is_label (const guint8 *label, gsize size)
{
  if (size == 0 || size > 63 || label[0] == '-' || label[size - 1] == '-')
    return FALSE;
  for (gsize i = 0; i < size; i++)
    if (!g_ascii_isalnum (label[i]) && label[i] != '-')
      return FALSE;
  return TRUE;
}

static gboolean
is_number (const guint8 *text, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if (!g_ascii_isdigit (text[i]))
      return FALSE;
  return TRUE;
}

/* S-C2: LDH labels, the last one no number (or it would be an address) */
gboolean
_ca_lint_is_host (CaLintSpan text, gboolean wildcard)
{
  const guint8 *at = text.data;
  gsize left = text.size;

  if (left == 0 || left > 253)
    return FALSE;
  if (wildcard && left > 2 && at[0] == '*' && at[1] == '.')
    {
      at += 2;
      left -= 2;
    }
  for (;;)
    {
      const guint8 *dot = memchr (at, '.', left);
      gsize size = dot != NULL ? (gsize) (dot - at) : left;

      if (!is_label (at, size))
        return FALSE;
      if (dot == NULL)
        return !is_number (at, size);
      at += size + 1;
      left -= size + 1;
    }
}

static gboolean
is_mailbox (CaLintSpan text)
{
  const guint8 *at = memrchr (text.data, '@', text.size);
  CaLintSpan host;

  if (at == NULL || at == text.data || !is_ascii (text)
      || memchr (text.data, ' ', text.size) != NULL)
    return FALSE;
  host.data = at + 1;
  host.size = text.size - (gsize) (at + 1 - text.data);
  return _ca_lint_is_host (host, FALSE);
}

/* absolute: a scheme, a colon and something behind it */
static gboolean
is_uri (CaLintSpan text)
{
  const guint8 *colon = memchr (text.data, ':', text.size);

  if (colon == NULL || !g_ascii_isalpha (text.data[0]) || !is_ascii (text)
      || memchr (text.data, ' ', text.size) != NULL)
    return FALSE;
  for (const guint8 *at = text.data; at < colon; at++)
    if (!g_ascii_isalnum (*at) && strchr ("+-.", *at) == NULL)
      return FALSE;
  return (gsize) (colon + 1 - text.data) < text.size;
}

static gboolean
is_other_name (CaLintSpan content)
{
  CaLintSpan oid, value;

  return ca_lint_expect (&content, 0x06, &oid) && ca_lint_only (content, 0xa0, &value)
         && value.size > 0;
}

gboolean
_ca_lint_is_general_name (const CaLintName *name)
{
  CaLintSpan ignored;

  if (name->content.size == 0 || !ca_lint_is_der (name->whole))
    return FALSE;
  switch (name->tag)
    {
    case 0xa0:
      return is_other_name (name->content);
    case 0x81:
      return is_mailbox (name->content);
    case 0x82:
      return _ca_lint_is_host (name->content, TRUE);
    case 0xa4:
      return ca_lint_only (name->content, 0x30, &ignored) && ignored.size > 0;
    case 0x86:
      return is_uri (name->content);
    case 0x87:
      return name->content.size == 4 || name->content.size == 16;
    case 0xa3:
    case 0xa5:
    case 0x88:
      return TRUE;
    default:
      return FALSE;
    }
}

gboolean
_ca_lint_read_general_names (CaLintSpan rest, GArray *names)
{
  CaLintName name;

  while (rest.size > 0)
    {
      if (!ca_lint_read (&rest, &name.tag, &name.content, &name.whole))
        return FALSE;
      g_array_append_val (names, name);
    }
  return names->len > 0;
}

/* what an approved name is, in octets, read without its own encoder */
typedef struct
{
  guint8 tag; /* number only */
  char *oid;
  GBytes *bytes;
} Approved;

static void
approved_clear (Approved *approved)
{
  g_free (approved->oid);
  g_clear_pointer (&approved->bytes, g_bytes_unref);
}

static GArray *
read_approved (GPtrArray *names)
{
  GArray *array = g_array_new (FALSE, FALSE, sizeof (Approved));

  g_array_set_clear_func (array, (GDestroyNotify) approved_clear);
  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      ICertName *name = g_ptr_array_index (names, i);
      ICertNameKind kind = icert_name_get_kind (name);
      Approved approved = { .tag = (guint8) (kind - 1) };

      if (kind == ICERT_NAME_KIND_OTHER || kind == ICERT_NAME_KIND_REGISTERED_ID)
        approved.oid = icert_name_get_oid (name);
      approved.bytes = icert_name_get_bytes (name);
      g_array_append_val (array, approved);
    }
  return array;
}

static gboolean
has_oid (CaLintSpan content, const char *oid)
{
  g_autofree char *text = ca_lint_oid_to_text (content);

  return g_strcmp0 (text, oid) == 0;
}

static gboolean
matches_other_name (CaLintSpan content, const Approved *approved)
{
  CaLintSpan oid, value;

  return ca_lint_expect (&content, 0x06, &oid) && ca_lint_only (content, 0xa0, &value)
         && has_oid (oid, approved->oid) && approved->bytes != NULL
         && ca_lint_span_equal (value, ca_lint_span_of (approved->bytes));
}

static gboolean
matches (const CaLintName *name, const Approved *approved)
{
  if ((name->tag & 0x1f) != approved->tag)
    return FALSE;
  switch (name->tag)
    {
    case 0xa0:
      return matches_other_name (name->content, approved);
    case 0x88:
      return has_oid (name->content, approved->oid);
    case 0xa3:
    case 0xa5:
      return approved->bytes != NULL
             && ca_lint_span_equal (name->whole, ca_lint_span_of (approved->bytes));
    default:
      return approved->bytes != NULL
             && ca_lint_span_equal (name->content, ca_lint_span_of (approved->bytes));
    }
}

/* Both sets usually have the same order, so most names are found at once. */
static gboolean
are_same_sets (GArray *names, GArray *approved)
{
  for (guint i = 0; i < MAX (names->len, approved->len); i++)
    {
      gboolean found = i < names->len && i < approved->len
                       && matches (&g_array_index (names, CaLintName, i),
                                   &g_array_index (approved, Approved, i));
      gboolean found_name = found || i >= names->len;
      gboolean found_approved = found || i >= approved->len;

      for (guint j = 0; !found_name && j < approved->len; j++)
        found_name = matches (&g_array_index (names, CaLintName, i),
                              &g_array_index (approved, Approved, j));
      for (guint j = 0; !found_approved && j < names->len; j++)
        found_approved = matches (&g_array_index (names, CaLintName, j),
                                  &g_array_index (approved, Approved, i));
      if (!found_name || !found_approved)
        return FALSE;
    }
  return TRUE;
}

/* S-C5, S-D6: clients that still look at the CN of a server must find no other name there. */
static gboolean
check_common_name (CaLint *lint, GError **error)
{
  gboolean for_servers = (lint->purposes & (CA_LINT_SERVER_AUTH | CA_LINT_ANY_PURPOSE)) != 0
                         || (lint->seen & CA_LINT_SEEN_PURPOSES) == 0;

  if (lint->is_ca || !for_servers || lint->common_name.size == 0
      || memchr (lint->common_name.data, '.', lint->common_name.size) == NULL
      || !_ca_lint_is_host (lint->common_name, TRUE))
    return TRUE;
  for (guint i = 0; i < lint->names->len; i++)
    {
      const CaLintName *name = &g_array_index (lint->names, CaLintName, i);

      if (name->tag == 0x82 && name->content.size == lint->common_name.size
          && g_ascii_strncasecmp ((const char *) name->content.data,
                                  (const char *) lint->common_name.data, name->content.size)
                 == 0)
        return TRUE;
    }
  return _ca_lint_fail (error, "common_name_in_alt_name", "2.5.4.3",
                        "one of the names in subjectAltName");
}

gboolean
_ca_lint_check_names (CaLint *lint, GError **error)
{
  gboolean has_alt_name = (lint->seen & CA_LINT_SEEN_ALT_NAME) != 0;
  g_autoptr (GArray) approved = NULL;

  if (!lint->has_subject && !has_alt_name)
    {
      icert_set_error (error, ICERT_ERROR_BAD_NAME, "subject",
                       "empty, and no subjectAltName (one of them)");
      return FALSE;
    }
  if (has_alt_name && lint->alt_name_critical != !lint->has_subject)
    return _ca_lint_fail (error, "subject_alt_name_critical", "2.5.29.17",
                          "critical exactly when the subject is empty");
  if (lint->names->len > CA_LIMIT_SANS)
    return _ca_lint_fail (error, "subject_alt_name_count", "2.5.29.17", "at most 100");
  approved = read_approved (lint->expected->approved_names);
  if (!are_same_sets (lint->names, approved))
    return _ca_lint_fail (error, "names_approved", "2.5.29.17", "exactly the approved names");
  return check_common_name (lint, error);
}
