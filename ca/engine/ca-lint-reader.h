/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* The linter's own reader of DER (S-G6): a few functions over a span of octets that share nothing
 * with the builder's writer or the decoder's templates, so that a mistake of theirs is not made
 * twice. Reads nothing that is not DER: definite, minimal lengths, one-octet tags. */
typedef struct
{
  const guint8 *data;
  gsize size;
} CaLintSpan;

/* Takes the next element off @rest. @tag, @content, @whole: (nullable) out. */
gboolean ca_lint_read (CaLintSpan *rest, guint8 *tag, CaLintSpan *content, CaLintSpan *whole);
/* The same, for a known tag. Takes nothing when it is another. */
gboolean ca_lint_expect (CaLintSpan *rest, guint8 tag, CaLintSpan *content);
gboolean ca_lint_next_is (const CaLintSpan *rest, guint8 tag);
/* one element of @tag and nothing behind it */
gboolean ca_lint_only (CaLintSpan span, guint8 tag, CaLintSpan *content);

gboolean ca_lint_span_equal (CaLintSpan one, CaLintSpan other);
gboolean ca_lint_span_is (CaLintSpan span, const void *data, gsize size);
CaLintSpan ca_lint_span_of (GBytes *bytes);

/* an element, DER through and through, and nothing behind it: constructed ones are followed, the
 * order of SETs, booleans, integers, identifiers and times are judged */
gboolean ca_lint_is_der (CaLintSpan span);
/* content of an INTEGER that is not negative and fits */
gboolean ca_lint_read_small (CaLintSpan content, guint *value);
/* UTCTime or GeneralizedTime as S-H2 wants them: Z, seconds, no fraction, the form of the year */
gboolean ca_lint_read_time (CaLintSpan *rest, gint64 *unix_seconds);
/* content of an OBJECT IDENTIFIER in dots, to free; NULL when it is none */
char *ca_lint_oid_to_text (CaLintSpan content);
