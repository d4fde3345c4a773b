/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-property-table.h"

#include <string.h>

#include "icert-der.h"
#include "icert-error.h"

/* Subject attributes that have no name here get a row when they are first asked for. Names come
 * from modules and officers; a bound keeps a mistake among them from filling the memory. */
#define MAX_OID_ROWS 4096

/* Rights: P a policy reads, S a policy sets, E an exit reads; N subject name, X takes .n */
#define P ICERT_PROPERTY_POLICY_READS
#define S ICERT_PROPERTY_POLICY_SETS
#define E ICERT_PROPERTY_EXIT_READS
#define N ICERT_PROPERTY_SUBJECT_NAME
#define X ICERT_PROPERTY_INDEXED_NAME

#define SUBJECT_NAMES(ROW)                                                                         \
  ROW ("CommonName", "2.5.4.3", 64)                                                                \
  ROW ("Country", "2.5.4.6", 2)                                                                    \
  ROW ("DeviceSerialNumber", "2.5.4.5", 1024)                                                      \
  ROW ("DomainComponent", "0.9.2342.19200300.100.1.25", 128)                                       \
  ROW ("EMail", "1.2.840.113549.1.9.1", 128)                                                       \
  ROW ("GivenName", "2.5.4.42", 16)                                                                \
  ROW ("Initials", "2.5.4.43", 5)                                                                  \
  ROW ("Locality", "2.5.4.7", 128)                                                                 \
  ROW ("Organization", "2.5.4.10", 64)                                                             \
  ROW ("OrgUnit", "2.5.4.11", 64)                                                                  \
  ROW ("State", "2.5.4.8", 128)                                                                    \
  ROW ("StreetAddress", "2.5.4.9", 30)                                                             \
  ROW ("SurName", "2.5.4.4", 40)                                                                   \
  ROW ("Title", "2.5.4.12", 64)                                                                    \
  ROW ("UnstructuredAddress", "1.2.840.113549.1.9.8", 1024)                                        \
  ROW ("UnstructuredName", "1.2.840.113549.1.9.2", 1024)

#define REQUEST_NAME(name, oid, max)                                                               \
  { ICERT_SCOPE_REQUEST, name, ICERT_PROPERTY_TYPE_STRING, P | E | N, oid, max },
#define CERTIFICATE_NAME(name, oid, max)                                                           \
  { ICERT_SCOPE_CERTIFICATE, name, ICERT_PROPERTY_TYPE_STRING, P | S | E | N, oid, max },
#define REQUEST(name, type, flags, max)                                                            \
  {                                                                                                \
    ICERT_SCOPE_REQUEST, name, ICERT_PROPERTY_TYPE_##type, (ICertPropertyFlags) (flags), NULL, max \
  }
#define CERTIFICATE(name, type, flags, max)                                                        \
  {                                                                                                \
    ICERT_SCOPE_CERTIFICATE, name, ICERT_PROPERTY_TYPE_##type, (ICertPropertyFlags) (flags), NULL, \
        max                                                                                        \
  }
#define CA(name, type, flags)                                                                      \
  {                                                                                                \
    ICERT_SCOPE_CA, name, ICERT_PROPERTY_TYPE_##type, (ICertPropertyFlags) (P | E | (flags)),      \
        NULL, 0                                                                                    \
  }

/* properties.md 3 and 5; Request.… of section 2 */
static const ICertPropertyInfo request_rows[]
    = { REQUEST ("RequestID", LONG, P | E, 0),
        REQUEST ("RawRequest", BINARY, P | E, 0),
        REQUEST ("RequestAttributes", STRING, P | E, 32768),
        REQUEST ("RequestType", LONG, P | E, 0),
        REQUEST ("SubmittedWhen", DATE, P | E, 0),
        REQUEST ("RequesterName", STRING, P | E, 2048),
        REQUEST ("CallerName", STRING, P | E, 2048),
        REQUEST ("RequestFlags", LONG, P | E, 0),
        REQUEST ("RawOldCertificate", BINARY, P | E, 0),
        REQUEST ("SignerPolicies", STRING, P | E, 8192),
        REQUEST ("SignerApplicationPolicies", STRING, P | E, 8192),
        REQUEST ("Officer", LONG, P | E, 0),
        REQUEST ("AttestationChallenge", BINARY, P | E, 0),
        REQUEST ("EndorsementKeyHash", STRING, P | E, 128),
        REQUEST ("EndorsementCertificateHash", STRING, P | E, 128),
        REQUEST ("KeyRecoveryHashes", STRING, E, 8192),
        REQUEST ("StatusCode", LONG, E, 0),
        REQUEST ("Disposition", LONG, E, 0),
        REQUEST ("DispositionMessage", STRING, E, 8192),
        REQUEST ("ResolvedWhen", DATE, E, 0),
        REQUEST ("RevokedWhen", DATE, E, 0),
        REQUEST ("RevokedEffectiveWhen", DATE, E, 0),
        REQUEST ("RevokedReason", LONG, E, 0),
        REQUEST ("DistinguishedName", STRING, P | E, 8192),
        REQUEST ("RawName", BINARY, P | E, 4096),
        REQUEST ("RequesterCAAccess", LONG, P, 0),
        REQUEST ("RequesterRoles", LONG, P, 0),
        REQUEST ("UserDN", STRING, P, 8192),
        REQUEST ("KeyArchived", LONG, P | E, 0),
        REQUEST ("ContentVersion", LONG, P | E, 0),
        REQUEST ("Door", STRING, P | E, 32),
        SUBJECT_NAMES (REQUEST_NAME) };

/* properties.md 4 */
static const ICertPropertyInfo certificate_rows[]
    = { CERTIFICATE ("RequestID", LONG, P | E, 0),
        CERTIFICATE ("NotBefore", DATE, P | S | E, 0),
        CERTIFICATE ("NotAfter", DATE, P | S | E, 0),
        CERTIFICATE ("RawPublicKey", BINARY, P | E, 0),
        CERTIFICATE ("PublicKeyLength", LONG, P | E, 0),
        CERTIFICATE ("PublicKeyAlgorithm", STRING, P | E, 254),
        CERTIFICATE ("PublicKeyType", STRING, P | E, 254),
        CERTIFICATE ("RawPublicKeyAlgorithmParameters", BINARY, P | E, 0),
        CERTIFICATE ("SubjectKeyIdentifier", STRING, P | E, 128),
        CERTIFICATE ("SerialNumber", STRING, E, 128),
        CERTIFICATE ("RawCertificate", BINARY, E, 0),
        CERTIFICATE ("CertificateHash", STRING, E, 128),
        CERTIFICATE ("CertificateHashSHA256", STRING, E, 128),
        CERTIFICATE ("DistinguishedName", STRING, E, 8192),
        CERTIFICATE ("RawName", BINARY, E, 4096),
        CERTIFICATE ("CertificateTemplate", STRING, P | S | E, 254),
        CERTIFICATE ("ProfileVersion", LONG, P | S | E, 0),
        CERTIFICATE ("HoldAllowed", LONG, P | S | E, 0),
        CERTIFICATE ("EnrollmentFlags", LONG, P | E, 0),
        CERTIFICATE ("PrivatekeyFlags", LONG, P | E, 0),
        CERTIFICATE ("GeneralFlags", LONG, P | E, 0),
        CERTIFICATE ("UPN", STRING, P | E, 2048),
        CERTIFICATE ("RequesterNameFromOldCertificate", STRING, P, 2048),
        CERTIFICATE ("PublishExpiredCertInCRL", LONG, E, 0),
        SUBJECT_NAMES (CERTIFICATE_NAME) };

/* properties.md 6, and what AD CS's module authors miss there */
static const ICertPropertyInfo ca_rows[] = {
  CA ("CAType", LONG, 0),
  CA ("CertCount", LONG, 0),
  CA ("CertState", LONG, X),
  CA ("CRLState", LONG, X),
  CA ("CertSuffix", STRING, X),
  CA ("CRLSuffix", STRING, X),
  CA ("CRLIndex", LONG, X),
  CA ("RawCACertificate", BINARY, X),
  CA ("RawCRL", BINARY, X),
  CA ("RawDeltaCRL", BINARY, X),
  CA ("CRLNextPublish", DATE, X),
  CA ("CRLDeltaNextPublish", DATE, X),
  CA ("fUseDS", LONG, 0),
  CA ("fDeltaCRLsDisabled", LONG, 0),
  CA ("fServerUpgraded", LONG, 0),
  CA ("MachineDNSName", STRING, 0),
  CA ("CAName", STRING, 0),
  CA ("SanitizedCAName", STRING, 0),
  CA ("SanitizedShortName", STRING, 0),
  CA ("ConfigDN", STRING, 0),
  CA ("DomainDN", STRING, 0),
  CA ("ModuleRegistryLocation", STRING, 0),
  CA ("LogLevel", LONG, 0),
  CA ("SessionCount", LONG, 0),
  CA ("TemplateChangeSequenceNumber", LONG, 0),
  CA ("VolatileMode", LONG, 0),
  CA ("LocalizedTimePeriodUnits", STRING, X),
  CA ("CAProfiles", STRING, 0),
  CA ("Templates", STRING, 0),
  CA ("HashAlgorithm", STRING, 0),
  CA ("MaxValidityPeriod", STRING, 0),
  CA ("ValidityPeriod", STRING, 0),
  CA ("Url", STRING, 0),
};

static const struct
{
  const char *alias;
  const char *name;
} aliases[] = {
  { "CN", "CommonName" },
  { "C", "Country" },
  { "DC", "DomainComponent" },
  { "E", "EMail" },
  { "G", "GivenName" },
  { "I", "Initials" },
  { "L", "Locality" },
  { "Org", "Organization" },
  { "O", "Organization" },
  { "OrganizationUnit", "OrgUnit" },
  { "OrganizationalUnit", "OrgUnit" },
  { "OU", "OrgUnit" },
  { "ST", "State" },
  { "S", "State" },
  { "Street", "StreetAddress" },
  { "SN", "SurName" },
  { "T", "Title" },
};

/* Indexed by scope */
static const struct
{
  const ICertPropertyInfo *rows;
  gsize n_rows;
} scopes[] = {
  [0] = { NULL, 0 },
  [ICERT_SCOPE_REQUEST] = { request_rows, G_N_ELEMENTS (request_rows) },
  [ICERT_SCOPE_CERTIFICATE] = { certificate_rows, G_N_ELEMENTS (certificate_rows) },
  [ICERT_SCOPE_CA] = { ca_rows, G_N_ELEMENTS (ca_rows) },
};

#undef P
#undef S
#undef E
#undef N
#undef X

/* Made once, read without a lock: names, aliases and OIDs in lower case */
static GHashTable *indexes[G_N_ELEMENTS (scopes)];

/* Rows of other OIDs, by the OID; behind the lock */
static GHashTable *oid_rows[G_N_ELEMENTS (scopes)];
static GMutex oid_lock;

static gboolean
is_scope (ICertScope scope)
{
  return (int) scope > 0 && (gsize) scope < G_N_ELEMENTS (scopes);
}

static GHashTable *
index_scope (ICertScope scope)
{
  GHashTable *index = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; i < scopes[scope].n_rows; i++)
    {
      const ICertPropertyInfo *row = &scopes[scope].rows[i];

      g_hash_table_insert (index, g_ascii_strdown (row->name, -1), (gpointer) row);
      if (row->oid != NULL)
        g_hash_table_insert (index, g_strdup (row->oid), (gpointer) row);
    }

  for (gsize i = 0; scope != ICERT_SCOPE_CA && i < G_N_ELEMENTS (aliases); i++)
    {
      g_autofree char *name = g_ascii_strdown (aliases[i].name, -1);

      g_hash_table_insert (index, g_ascii_strdown (aliases[i].alias, -1),
                           g_hash_table_lookup (index, name));
    }
  return index;
}

static void
ensure_indexes (void)
{
  static gsize done = 0;

  if (g_once_init_enter (&done))
    {
      for (gsize i = 1; i < G_N_ELEMENTS (scopes); i++)
        {
          indexes[i] = index_scope ((ICertScope) i);
          oid_rows[i] = g_hash_table_new (g_str_hash, g_str_equal);
        }
      g_once_init_leave (&done, 1);
    }
}

static const ICertPropertyInfo *
make_oid_row (ICertScope scope, const char *oid)
{
  ICertPropertyInfo *row = g_new0 (ICertPropertyInfo, 1);
  guint flags
      = ICERT_PROPERTY_POLICY_READS | ICERT_PROPERTY_EXIT_READS | ICERT_PROPERTY_SUBJECT_NAME;

  if (scope == ICERT_SCOPE_CERTIFICATE)
    flags |= ICERT_PROPERTY_POLICY_SETS;
  row->scope = scope;
  row->name = row->oid = g_strdup (oid);
  row->type = ICERT_PROPERTY_TYPE_STRING;
  row->flags = (ICertPropertyFlags) flags;
  return row;
}

/* NULL when @oid is none, or when there are too many */
static const ICertPropertyInfo *
find_oid (ICertScope scope, const char *oid)
{
  g_autoptr (GMutexLocker) locker = NULL;
  const ICertPropertyInfo *row;

  if (scope == ICERT_SCOPE_CA || !g_ascii_isdigit (*oid) || !_icert_oid_is_valid (oid))
    return NULL;

  locker = g_mutex_locker_new (&oid_lock);
  row = g_hash_table_lookup (oid_rows[scope], oid);
  if (row == NULL && g_hash_table_size (oid_rows[scope]) < MAX_OID_ROWS)
    {
      row = make_oid_row (scope, oid);
      g_hash_table_insert (oid_rows[scope], (gpointer) row->oid, (gpointer) row);
    }
  return row;
}

/* Request.CommonName is a name of the request alone; Subject.CommonName is one of both */
static const ICertPropertyInfo *
find_plain (ICertScope scope, const char *lower)
{
  gboolean subject = g_str_has_prefix (lower, "subject.");
  const ICertPropertyInfo *row;

  if (subject)
    lower += strlen ("subject.");
  else if (scope == ICERT_SCOPE_REQUEST && g_str_has_prefix (lower, "request."))
    lower += strlen ("request.");

  row = g_hash_table_lookup (indexes[scope], lower);
  if (row == NULL)
    row = find_oid (scope, lower);
  if (subject && row != NULL && (row->flags & ICERT_PROPERTY_SUBJECT_NAME) == 0)
    return NULL;
  return row;
}

/* CertState.2 */
static const ICertPropertyInfo *
find_indexed (ICertScope scope, const char *lower, int *index)
{
  const char *dot = strrchr (lower, '.');
  const ICertPropertyInfo *row;
  g_autofree char *name = NULL;
  guint64 number;

  if (dot == NULL || !g_ascii_string_to_unsigned (dot + 1, 10, 0, G_MAXINT, &number, NULL))
    return NULL;
  name = g_strndup (lower, dot - lower);
  row = g_hash_table_lookup (indexes[scope], name);
  if (row == NULL || (row->flags & ICERT_PROPERTY_INDEXED_NAME) == 0)
    return NULL;

  *index = (int) number;
  return row;
}

/**
 * icert_property_find: (skip)
 * @scope: whose property
 * @name: AD CS's name, without case: plain, with the prefix `Subject.` or, of a request,
 * `Request.`; an alias such as `CN`; a dotted OID, of which any is a subject attribute; of a CA
 * also with `.n`
 * @index: (out) (optional): the n of `.n`, -1 without one
 * @error: return location for an error
 *
 * Finds a property by its name, from any thread. Fails with `ICERT_ERROR_UNKNOWN_NAME`.
 *
 * A row of an OID that has no name here has the OID as name; it is made once and stays, so such
 * names must come from modules and officers, not from requesters.
 *
 * Returns: (transfer none): the row
 */
const ICertPropertyInfo *
icert_property_find (ICertScope scope, const char *name, int *index, GError **error)
{
  const ICertPropertyInfo *row = NULL;
  g_autofree char *lower = NULL;
  g_autofree char *quoted = NULL;
  int number = -1;

  g_return_val_if_fail (is_scope (scope), NULL);

  ensure_indexes ();
  if (name != NULL)
    {
      lower = g_ascii_strdown (name, -1);
      row = find_plain (scope, lower);
      if (row == NULL)
        row = find_indexed (scope, lower, &number);
    }
  if (index != NULL)
    *index = number;
  if (row != NULL)
    return row;

  quoted = icert_error_quote (name, -1);
  icert_set_error (error, ICERT_ERROR_UNKNOWN_NAME, "property",
                   "%s is unknown (a name of AD CS, or an OID)", quoted);
  return NULL;
}

/**
 * icert_property_table: (skip)
 * @scope: whose properties
 * @n_rows: (out): how many there are
 *
 * Returns: (transfer none) (array length=n_rows): all properties that have a name
 */
const ICertPropertyInfo *
icert_property_table (ICertScope scope, gsize *n_rows)
{
  g_return_val_if_fail (n_rows != NULL, NULL);
  *n_rows = 0;
  g_return_val_if_fail (is_scope (scope), NULL);

  *n_rows = scopes[scope].n_rows;
  return scopes[scope].rows;
}
