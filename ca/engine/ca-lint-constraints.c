/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-lint-private.h"

#include <string.h>

#define FIELD "2.5.29.30"

enum
{
  NAME_OTHER = 0xa0,
  NAME_RFC822 = 0x81,
  NAME_DNS = 0x82,
  NAME_DIRECTORY = 0xa4,
  NAME_URI = 0x86,
  NAME_IP = 0x87,
};

/* permitted and excluded subtrees of one certificate */
typedef struct
{
  CaLintSpan permitted;
  CaLintSpan excluded;
} Subtrees;

static gboolean
split (CaLintSpan content, Subtrees *subtrees)
{
  memset (subtrees, 0, sizeof *subtrees);
  if (ca_lint_expect (&content, 0xa0, &subtrees->permitted) && subtrees->permitted.size == 0)
    return FALSE;
  if (ca_lint_expect (&content, 0xa1, &subtrees->excluded) && subtrees->excluded.size == 0)
    return FALSE;
  return content.size == 0 && subtrees->permitted.size + subtrees->excluded.size > 0;
}

/* Takes the base of the next GeneralSubtree; FALSE for a minimum, a maximum or no subtree. */
static gboolean
next_base (CaLintSpan *rest, CaLintName *base)
{
  CaLintSpan subtree;

  return ca_lint_expect (rest, 0x30, &subtree)
         && ca_lint_read (&subtree, &base->tag, &base->content, &base->whole) && subtree.size == 0;
}

/* --- a constraint that this CA writes (S-G4) --- */

static gboolean
is_contiguous_mask (const guint8 *mask, gsize size)
{
  gboolean ended = FALSE;

  for (gsize i = 0; i < size * 8; i++)
    {
      gboolean bit = (mask[i / 8] >> (7 - i % 8) & 1) != 0;

      if (bit && ended)
        return FALSE;
      ended |= !bit;
    }
  return TRUE;
}

static gboolean
is_network (CaLintSpan content)
{
  gsize half = content.size / 2;

  if (content.size != 8 && content.size != 32)
    return FALSE;
  if (!is_contiguous_mask (content.data + half, half))
    return FALSE;
  /* address bits outside the mask say nothing, and readers differ about them */
  for (gsize i = 0; i < half; i++)
    if ((content.data[i] & ~content.data[half + i]) != 0)
      return FALSE;
  return TRUE;
}

static gboolean
is_everything (CaLintSpan network)
{
  for (gsize i = 0; i < network.size; i++)
    if (network.data[i] != 0)
      return FALSE;
  return TRUE;
}

/* host, .domain; with @mailbox a whole address too */
static gboolean
is_host_constraint (CaLintSpan text, gboolean mailbox)
{
  const guint8 *at = mailbox && text.size > 0 ? memrchr (text.data, '@', text.size) : NULL;

  if (text.size == 0)
    return TRUE;
  if (at != NULL)
    {
      if (at == text.data)
        return FALSE;
      text.size -= (gsize) (at + 1 - text.data);
      text.data = at + 1;
      return _ca_lint_is_host (text, FALSE);
    }
  if (text.data[0] == '.')
    text = (CaLintSpan){ text.data + 1, text.size - 1 };
  return _ca_lint_is_host (text, FALSE);
}

static gboolean
check_base (const CaLintName *base, GError **error)
{
  CaLintSpan ignored;

  switch (base->tag)
    {
    case NAME_DNS:
      if (base->content.size > 0 && base->content.data[0] == '.')
        return _ca_lint_fail (error, "name_constraints_leading_dot", FIELD,
                              "dNSName without leading dot");
      if (base->content.size == 0 || _ca_lint_is_host (base->content, FALSE))
        return TRUE;
      break;
    case NAME_IP:
      if (is_network (base->content))
        return TRUE;
      return _ca_lint_fail (error, "name_constraints_mask", FIELD,
                            "address and mask of contiguous bits");
    case NAME_RFC822:
      if (is_host_constraint (base->content, TRUE))
        return TRUE;
      break;
    case NAME_URI:
      if (is_host_constraint (base->content, FALSE))
        return TRUE;
      break;
    case NAME_DIRECTORY:
      if (ca_lint_only (base->content, 0x30, &ignored))
        return TRUE;
      break;
    default:
      if (_ca_lint_is_general_name (base))
        return TRUE;
    }
  return _ca_lint_fail (error, "name_constraints_base", FIELD, "a name of its kind");
}

/* Takes all subtrees; @versions: bit 0 for all of IPv4, bit 1 for all of IPv6. */
static gboolean
check_subtrees (CaLintSpan rest, guint *versions, GError **error)
{
  CaLintName base;

  while (rest.size > 0)
    {
      if (!next_base (&rest, &base))
        return _ca_lint_fail (error, "name_constraints_minimum", FIELD,
                              "subtrees without minimum and maximum");
      if (!check_base (&base, error))
        return FALSE;
      if (base.tag == NAME_IP && is_everything (base.content))
        *versions |= base.content.size == 8 ? 1 : 2;
    }
  return TRUE;
}

gboolean
_ca_lint_check_name_constraints (CaLintSpan content, GError **error)
{
  guint permitted = 0;
  guint excluded = 0;
  Subtrees subtrees;

  if (!split (content, &subtrees))
    return _ca_lint_fail (error, "name_constraints_form", FIELD, "one subtree at least");
  if (!check_subtrees (subtrees.permitted, &permitted, error)
      || !check_subtrees (subtrees.excluded, &excluded, error))
    return FALSE;
  if (excluded == 1 || excluded == 2)
    return _ca_lint_fail (error, "name_constraints_ip_versions", FIELD,
                          "all of IPv4 and of IPv6, when all addresses are excluded");
  return TRUE;
}

/* --- the constraints of the issuer's chain, on what is to be signed (S-C7) --- */

static gboolean
ends_with (CaLintSpan text, CaLintSpan end)
{
  return text.size >= end.size
         && g_ascii_strncasecmp ((const char *) text.data + text.size - end.size,
                                 (const char *) end.data, end.size)
                == 0;
}

static gboolean
is_below (CaLintSpan host, CaLintSpan domain)
{
  return host.size > domain.size && ends_with (host, domain)
         && (domain.data[0] == '.' || host.data[host.size - domain.size - 1] == '.');
}

static gboolean
is_same_text (CaLintSpan one, CaLintSpan other)
{
  return one.size == other.size && ends_with (one, other);
}

static CaLintSpan
behind (CaLintSpan text, guint8 octet)
{
  const guint8 *found = text.size > 0 ? memchr (text.data, octet, text.size) : NULL;

  if (found == NULL)
    return (CaLintSpan){ 0 };
  return (CaLintSpan){ found + 1, text.size - (gsize) (found + 1 - text.data) };
}

/* A wildcard stands for every label in its place: it is inside a permitted subtree when all of
 * them are, and inside an excluded one when any is. */
static gboolean
dns_matches (CaLintSpan base, CaLintSpan name, gboolean excluded)
{
  if (base.size == 0)
    return TRUE;
  if (is_same_text (name, base) || is_below (name, base))
    return TRUE;
  return excluded && name.size > 2 && name.data[0] == '*' && base.data[0] != '.'
         && is_same_text (behind (base, '.'), behind (name, '.'));
}

static gboolean
host_matches (CaLintSpan base, CaLintSpan host)
{
  if (base.size == 0)
    return TRUE;
  return base.data[0] == '.' ? is_below (host, base) : is_same_text (host, base);
}

static gboolean
mailbox_matches (CaLintSpan base, CaLintSpan name)
{
  const guint8 *at = memrchr (name.data, '@', name.size);
  const guint8 *base_at = base.size > 0 ? memrchr (base.data, '@', base.size) : NULL;
  CaLintSpan host;

  if (at == NULL)
    return FALSE;
  host.data = at + 1;
  host.size = name.size - (gsize) (at + 1 - name.data);
  if (base_at == NULL)
    return host_matches (base, host);
  /* the local part is compared octet for octet, the host is not */
  return at - name.data == base_at - base.data
         && memcmp (name.data, base.data, (gsize) (at - name.data)) == 0
         && is_same_text (name, base);
}

static CaLintSpan
host_of_uri (CaLintSpan uri)
{
  CaLintSpan rest = behind (uri, ':');
  const guint8 *user;
  gsize size = 0;

  if (rest.size < 3 || rest.data[0] != '/' || rest.data[1] != '/')
    return (CaLintSpan){ 0 };
  rest = (CaLintSpan){ rest.data + 2, rest.size - 2 };
  while (size < rest.size && strchr ("/?#", rest.data[size]) == NULL)
    size++;
  rest.size = size;
  user = size > 0 ? memrchr (rest.data, '@', size) : NULL;
  if (user != NULL)
    rest = (CaLintSpan){ user + 1, size - (gsize) (user + 1 - rest.data) };
  for (size = 0; size < rest.size && rest.data[size] != ':';)
    size++;
  rest.size = size;
  return rest;
}

static gboolean
address_matches (CaLintSpan network, CaLintSpan address)
{
  if (network.size != 2 * address.size)
    return FALSE;
  for (gsize i = 0; i < address.size; i++)
    if (((address.data[i] ^ network.data[i]) & network.data[address.size + i]) != 0)
      return FALSE;
  return TRUE;
}

/* RFC 5280 7.1: case and blanks do not matter; NULL for a string type that cannot be folded */
static char *
fold (CaLintSpan value)
{
  g_autofree char *text = NULL;
  g_autofree char *folded = NULL;
  g_auto (GStrv) words = NULL;
  GString *result;
  CaLintSpan content;
  guint8 tag;

  if (!ca_lint_read (&value, &tag, &content, NULL) || (tag != 0x0c && tag != 0x13 && tag != 0x16)
      || !g_utf8_validate_len ((const char *) content.data, content.size, NULL))
    return NULL;
  text = g_utf8_normalize ((const char *) content.data, (gssize) content.size, G_NORMALIZE_NFKC);
  folded = g_utf8_casefold (text, -1);
  words = g_strsplit (folded, " ", -1);
  result = g_string_new (NULL);
  for (gsize i = 0; words[i] != NULL; i++)
    if (words[i][0] != '\0')
      g_string_append_printf (result, "%s%s", result->len > 0 ? " " : "", words[i]);
  return g_string_free (result, FALSE);
}

/* @unsure: what is answered when the two cannot be compared */
static gboolean
rdn_matches (CaLintSpan base, CaLintSpan name, gboolean unsure)
{
  g_autofree char *base_text = NULL;
  g_autofree char *name_text = NULL;
  CaLintSpan base_oid, name_oid, base_value, name_value;

  if (ca_lint_span_equal (base, name))
    return TRUE;
  if (!ca_lint_only (base, 0x30, &base_value) || !ca_lint_only (name, 0x30, &name_value)
      || !ca_lint_expect (&base_value, 0x06, &base_oid)
      || !ca_lint_expect (&name_value, 0x06, &name_oid))
    return unsure;
  if (!ca_lint_span_equal (base_oid, name_oid))
    return FALSE;
  base_text = fold (base_value);
  name_text = fold (name_value);
  if (base_text == NULL || name_text == NULL)
    return unsure;
  return g_str_equal (base_text, name_text);
}

/* @name begins with all RDNs of @base */
static gboolean
directory_matches (CaLintSpan base, CaLintSpan name, gboolean unsure)
{
  CaLintSpan base_rdn, name_rdn;

  if (!ca_lint_only (base, 0x30, &base) || !ca_lint_only (name, 0x30, &name))
    return unsure;
  while (base.size > 0)
    {
      if (!ca_lint_expect (&base, 0x31, &base_rdn))
        return unsure;
      if (!ca_lint_expect (&name, 0x31, &name_rdn) || !rdn_matches (base_rdn, name_rdn, unsure))
        return FALSE;
    }
  return TRUE;
}

static gboolean
base_matches (const CaLintName *base, const CaLintName *name, gboolean excluded)
{
  CaLintSpan host;

  switch (name->tag)
    {
    case NAME_DNS:
      return dns_matches (base->content, name->content, excluded);
    case NAME_RFC822:
      return mailbox_matches (base->content, name->content);
    case NAME_URI:
      host = host_of_uri (name->content);
      /* RFC 5280 4.2.1.10: a URI without a host name is outside of everything that is permitted and
       * cannot be shown to be outside of what is excluded */
      return _ca_lint_is_host (host, FALSE) ? host_matches (base->content, host) : excluded;
    case NAME_IP:
      return address_matches (base->content, name->content);
    case NAME_DIRECTORY:
      return directory_matches (base->content, name->content, excluded);
    default:
      /* a kind with rules of its own that nobody here knows */
      return excluded;
    }
}

static const char *
kind_of (guint8 tag)
{
  return icert_name_kind_to_field ((ICertNameKind) ((tag & 0x1f) + 1));
}

static gboolean
refuse (GError **error, guint8 tag, const char *what)
{
  icert_set_error (error, ICERT_ERROR_BAD_NAME, kind_of (tag), "%s names", what);
  return FALSE;
}

static gboolean
check_name (const Subtrees *subtrees, const CaLintName *name, GError **error)
{
  CaLintSpan rest = subtrees->permitted;
  gboolean is_limited = FALSE;
  gboolean is_permitted = FALSE;
  CaLintName base;

  while (rest.size > 0)
    {
      if (!next_base (&rest, &base))
        return refuse (error, name->tag, "unreadable constraint on the CA's permitted");
      if (base.tag != name->tag)
        continue;
      is_limited = TRUE;
      is_permitted = is_permitted || base_matches (&base, name, FALSE);
    }
  if (is_limited && !is_permitted)
    return refuse (error, name->tag, "outside the CA's permitted");
  for (rest = subtrees->excluded; rest.size > 0;)
    {
      if (!next_base (&rest, &base))
        return refuse (error, name->tag, "unreadable constraint on the CA's excluded");
      if (base.tag == name->tag && base_matches (&base, name, TRUE))
        return refuse (error, name->tag, "inside the CA's excluded");
    }
  return TRUE;
}

/* RFC 5280 4.2.1.10: the subject is a directoryName, and its e-mail attributes are rfc822Names */
static gboolean
check_subject (const Subtrees *subtrees, CaLint *lint, GError **error)
{
  static const guint8 email[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x01 };
  CaLintName name = { NAME_DIRECTORY, lint->subject, lint->subject };
  CaLintSpan rest, set, attribute, oid;

  if (!lint->has_subject)
    return TRUE;
  if (!check_name (subtrees, &name, error) || !ca_lint_only (lint->subject, 0x30, &rest))
    return FALSE;
  name.tag = NAME_RFC822;
  while (ca_lint_expect (&rest, 0x31, &set))
    while (ca_lint_expect (&set, 0x30, &attribute))
      if (ca_lint_expect (&attribute, 0x06, &oid) && ca_lint_span_is (oid, email, sizeof email)
          && ca_lint_read (&attribute, NULL, &name.content, &name.whole)
          && !check_name (subtrees, &name, error))
        return FALSE;
  return TRUE;
}

static gboolean
check_against (CaLint *lint, GBytes *constraints, GError **error)
{
  Subtrees subtrees;
  CaLintSpan content;

  if (!ca_lint_only (ca_lint_span_of (constraints), 0x30, &content) || !split (content, &subtrees))
    {
      icert_set_error (error, ICERT_ERROR_BAD_NAME, FIELD,
                       "name constraints of the CA cannot be read (RFC 5280's)");
      return FALSE;
    }
  for (guint i = 0; i < lint->names->len; i++)
    if (!check_name (&subtrees, &g_array_index (lint->names, CaLintName, i), error))
      return FALSE;
  return check_subject (&subtrees, lint, error);
}

gboolean
_ca_lint_check_constraints (CaLint *lint, GError **error)
{
  const CaIssuer *issuer = lint->expected->issuer;

  /* RFC 5280 4.2.1.10: not for a self-issued certificate that is not the last of its path */
  if (_ca_lint_is_cross (lint))
    return TRUE;
  for (guint i = 0; issuer != NULL && i < issuer->constraints->len; i++)
    if (!check_against (lint, g_ptr_array_index (issuer->constraints, i), error))
      return FALSE;
  return TRUE;
}
