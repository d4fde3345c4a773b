/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-lint-reader.h"
#include "ca-linter.h"

typedef enum
{
  CA_LINT_KEY_OTHER,
  CA_LINT_KEY_RSA,
  CA_LINT_KEY_EC,
  CA_LINT_KEY_EDWARDS,
} CaLintKey;

/* bits of CaLint.purposes */
enum
{
  CA_LINT_SERVER_AUTH = 1 << 0,
  CA_LINT_CLIENT_AUTH = 1 << 1,
  CA_LINT_CODE_SIGNING = 1 << 2,
  CA_LINT_EMAIL_PROTECTION = 1 << 3,
  CA_LINT_TIME_STAMPING = 1 << 4,
  CA_LINT_OCSP_SIGNING = 1 << 5,
  CA_LINT_ANY_PURPOSE = 1 << 6,
};

/* bits of CaLint.seen: the extensions that other lints ask for */
enum
{
  CA_LINT_SEEN_BASIC_CONSTRAINTS = 1 << 0,
  CA_LINT_SEEN_KEY_USAGE = 1 << 1,
  CA_LINT_SEEN_PURPOSES = 1 << 2,
  CA_LINT_SEEN_ALT_NAME = 1 << 3,
  CA_LINT_SEEN_SKI = 1 << 4,
  CA_LINT_SEEN_AKI = 1 << 5,
  CA_LINT_SEEN_NO_CHECK = 1 << 6,
  CA_LINT_SEEN_POISON = 1 << 7,
  CA_LINT_SEEN_SCT_LIST = 1 << 8,
};

/* a general name as it stands in the octets */
typedef struct
{
  guint8 tag;
  CaLintSpan content;
  CaLintSpan whole;
} CaLintName;

/* What the linter has read so far of one certificate. Spans point into the octets. */
typedef struct
{
  const CaLintExpectation *expected;
  CaLintSpan subject;       /* Name, tag and all */
  gboolean has_subject;     /* not an empty SEQUENCE */
  CaLintSpan common_name;   /* value of the last CN; size 0 without */
  CaLintKey key;            /* kind of the subject's key */
  CaLintSpan key_octets;    /* BIT STRING without its first octet */
  guint seen;               /* CA_LINT_SEEN_* */
  guint n_rows;             /* rows of expected->extensions before the one to come */
  gboolean is_ca;           /* basicConstraints say so */
  gboolean has_path_length; /* and limit the path */
  guint path_length;
  guint usage;    /* ICertKeyUsage */
  guint purposes; /* CA_LINT_* */
  guint n_purposes;
  gboolean purposes_critical;
  gboolean alt_name_critical;
  GArray *names; /* (element-type CaLintName) of subjectAltName, owned */
} CaLint;

/* always FALSE; sets LINT `lint NAME: FIELD (EXPECTED)`; @expected: (nullable) */
/* a cross certificate that was announced as one, and has the issuer's name */
gboolean _ca_lint_is_cross (const CaLint *lint);
gboolean _ca_lint_fail (GError **error, const char *name, const char *field, const char *expected);

/* Name: form, types, bounds, and the approved subject */
gboolean _ca_lint_check_subject (CaLint *lint, GError **error);
/* subjectAltName against the approved names, the CN against both (S-D6, S-C5, S-C6) */
gboolean _ca_lint_check_names (CaLint *lint, GError **error);
/* content of GeneralNames into @names; FALSE without an error when it is none */
gboolean _ca_lint_read_general_names (CaLintSpan rest, GArray *names);
/* what a name of its kind looks like (S-C2, S-C3) */
gboolean _ca_lint_is_general_name (const CaLintName *name);
gboolean _ca_lint_is_host (CaLintSpan text, gboolean wildcard);
/* content of the [3] of a TBSCertificate */
gboolean _ca_lint_check_extensions (CaLint *lint, CaLintSpan content, GError **error);
/* content of a nameConstraints value as this CA would issue it (S-G4) */
gboolean _ca_lint_check_name_constraints (CaLintSpan content, GError **error);
/* all names against the name constraints of the issuer's chain (S-C7); BAD_NAME */
gboolean _ca_lint_check_constraints (CaLint *lint, GError **error);
