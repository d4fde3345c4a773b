/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "exit-publish-pattern.h"

#include <string.h>

/* What has to be told apart by a name. */
#define CERTIFICATES (1 << 0)
#define KEYS (1 << 1)
#define KINDS (1 << 2)

/* Names and numbers of AD CS (certutil's publication URLs), and two of our own for what is issued.
 */
static const struct
{
  const char *number; /* nullable */
  const char *name;
  gsize offset;
  guint tells_apart; /* mask of what: see below */
} tokens_known[] = {
  { "%1", "<ServerDNSName>", G_STRUCT_OFFSET (ExitPublishTokens, dns_name), 0 },
  { "%2", "<ServerShortName>", G_STRUCT_OFFSET (ExitPublishTokens, short_host), 0 },
  { "%3", "<CaName>", G_STRUCT_OFFSET (ExitPublishTokens, ca_name), 0 },
  { "%4", "<CertificateName>", G_STRUCT_OFFSET (ExitPublishTokens, suffix), CERTIFICATES },
  { "%7", "<CATruncatedName>", G_STRUCT_OFFSET (ExitPublishTokens, short_name), 0 },
  { NULL, "<RequestID>", G_STRUCT_OFFSET (ExitPublishTokens, request_id), CERTIFICATES },
  { NULL, "<SerialNumber>", G_STRUCT_OFFSET (ExitPublishTokens, serial), CERTIFICATES },
  { "%8", "<CRLNameSuffix>", G_STRUCT_OFFSET (ExitPublishTokens, crl_suffix), KEYS },
  { "%9", "<DeltaCRLAllowed>", G_STRUCT_OFFSET (ExitPublishTokens, delta), KINDS },
  { NULL, "<CRLPartitionIndex>", G_STRUCT_OFFSET (ExitPublishTokens, partition), 0 },
};

/* Length of the token at @p, 0 when there is none that is known. */
static gsize
match_token (const char *p, gsize *index)
{
  for (gsize i = 0; i < G_N_ELEMENTS (tokens_known); i++)
    {
      const char *number = tokens_known[i].number;

      *index = i;
      if (g_str_has_prefix (p, tokens_known[i].name))
        return strlen (tokens_known[i].name);
      /* %10 and above are tokens of their own */
      if (number != NULL && g_str_has_prefix (p, number) && !g_ascii_isdigit (p[2]))
        return strlen (number);
    }
  return 0;
}

/* A path below the folder: no root, no empty component, nothing hidden, no way up. */
static gboolean
is_plain_path (const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);

  for (gsize i = 0; parts[i] != NULL; i++)
    if (parts[i][0] == '\0' || parts[i][0] == '.' || strlen (parts[i]) > 200)
      return FALSE;
  return parts[0] != NULL;
}

gboolean
exit_publish_pattern_check (const char *pattern,
                            const char *field,
                            ExitPublishKind kind,
                            GError **error)
{
  guint tells_apart = 0;

  for (const char *p = pattern; *p != '\0';)
    {
      gsize index = 0, length = match_token (p, &index);

      if (length > 0)
        tells_apart |= tokens_known[index].tells_apart;
      else if (*p == '%' || *p == '<')
        {
          g_autofree char *quoted = icert_error_quote (p, -1);

          icert_set_error (error, ICERT_ERROR_CONFIG, field,
                           "%s does not begin with a known token (%%1 to %%4, %%7 to %%9, "
                           "<RequestID>, <SerialNumber>, <CRLPartitionIndex>)",
                           quoted);
          return FALSE;
        }
      p += MAX (length, 1);
    }
  if (!is_plain_path (pattern))
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, field,
                       "not a path below the folder (as certs/<RequestID>.crt)");
      return FALSE;
    }
  if (kind == EXIT_PUBLISH_CERTIFICATE && (tells_apart & CERTIFICATES) == 0)
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, field,
                       "all certificates would have one name (<RequestID>, <SerialNumber> or %%4)");
      return FALSE;
    }
  if (kind == EXIT_PUBLISH_CRL && (tells_apart & (KEYS | KINDS)) != (KEYS | KINDS))
    {
      icert_set_error (error, ICERT_ERROR_CONFIG, field,
                       "CRLs of two keys, or base and delta, would have one name (%%8 and %%9)");
      return FALSE;
    }
  return TRUE;
}

/* A token's text stays in its place: it opens no folder and hides no file. */
static gboolean
is_plain_text (const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    if (*p == '/' || *p == '\\' || g_ascii_iscntrl (*p))
      return FALSE;
  return g_utf8_validate (text, -1, NULL);
}

char *
exit_publish_pattern_expand (const char *pattern, const ExitPublishTokens *tokens, GError **error)
{
  g_autoptr (GString) path = g_string_new (NULL);

  for (const char *p = pattern; *p != '\0';)
    {
      gsize index = 0, length = match_token (p, &index);
      const char *text;

      if (length == 0)
        {
          g_string_append_c (path, *p++);
          continue;
        }
      text = G_STRUCT_MEMBER (const char *, tokens, tokens_known[index].offset);
      if (text != NULL && !is_plain_text (text))
        {
          icert_set_error (error, ICERT_ERROR_FAILED, tokens_known[index].name,
                           "not usable in a file's name (a text without separators)");
          return NULL;
        }
      g_string_append (path, text != NULL ? text : "");
      p += length;
    }
  if (!is_plain_path (path->str))
    {
      icert_set_error (error, ICERT_ERROR_FAILED, "path", "empty or hidden part (a plain name)");
      return NULL;
    }
  return g_string_free (g_steal_pointer (&path), FALSE);
}
