/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>
#include <openssl/evp.h>
#include <sqlite3.h>

/* A real CA of a test's own, reached like any client does: by the openers of libicert. */
typedef struct
{
  char *folder;
  char *address; /* local:FOLDER */
  ICertRequest *request;
  ICertAdmin *admin;
  ICertView *view;
  ICertCa *ca;
} FakeCa;

/* Before anything else in main(): isolates configuration, adds the fixtures' modules. */
void fake_ca_init (int *argc, char ***argv);
/* instead of g_test_run() */
int fake_ca_run (void);
/* what fake_ca_run() does after the tests */
void fake_ca_end (void);

/* A root CA with key type ec-p256, open; @chain: value of [Policy] Chain, NULL: Template.Policy. */
FakeCa *fake_ca_new (const char *chain);
FakeCa *fake_ca_new_with_key (const char *chain, const char *key_type);
/* a CA certificate that ends after @validity ("3s") */
FakeCa *fake_ca_new_with_validity (const char *chain, const char *validity);
/* below a root in its folder root/ */
FakeCa *fake_ca_new_two_tier (const char *chain);
void fake_ca_free (FakeCa *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeCa, fake_ca_free)

void fake_ca_close (FakeCa *self);
void fake_ca_open (FakeCa *self);
void fake_ca_reopen (FakeCa *self);
/* Must fail */
GError *fake_ca_open_error (FakeCa *self);
/* Closes, writes an entry of ca.conf (NULL: removes it), opens. */
void fake_ca_configure (FakeCa *self, const char *group, const char *key, const char *value);
char *fake_ca_path (FakeCa *self, const char *name);
char *fake_ca_read (FakeCa *self, const char *name);
void fake_ca_write (FakeCa *self, const char *name, const char *contents);

/* What a request asks for; everything is nullable. */
typedef struct
{
  const char *common_name;
  const char *names; /* "dNSName:www.example.org;iPAddress:192.0.2.1" */
  const char *eku;   /* an OID */
  gboolean ca;       /* basicConstraints cA TRUE */
  const char *oid;   /* of an extension with the value NULL */
  EVP_PKEY *key;     /* NULL: one key of the process */
} FakeWish;

/* PKCS #10, DER */
GBytes *fake_wish_to_request (const FakeWish *wish);
/* dNSName and common name @dns */
GBytes *fake_ca_request (const char *dns);

/* @profile: NULL = none */
ICertResponse *fake_ca_submit (FakeCa *self, GBytes *request, const char *profile, GError **error);
ICertResponse *fake_ca_submit_with_key (FakeCa *self,
                                        GBytes *request,
                                        const char *profile,
                                        const char *idempotency_key,
                                        GError **error);
/* must answer; the request's id */
gint64 fake_ca_submit_for (FakeCa *self,
                           GBytes *request,
                           const char *profile,
                           ICertDisposition disposition);
/* A profile Test: names from the request, approval none unless @approval, keys as in WebServer;
 * @extra: further lines, nullable. Takes effect at the next request. */
void fake_ca_write_profile (FakeCa *self, gboolean approval, const char *extra);

/* Disposition, and message by pattern (NULL: any); a certificate if and only if issued. */
void fake_assert_response (ICertResponse *response,
                           ICertDisposition disposition,
                           const char *message);
/* The response's status: @code and, unless NULL, @field */
void fake_assert_status (ICertResponse *response, int code, const char *field);
/* @hresult: detail status, 0: any */
void fake_assert_error (const GError *error, int code, const char *field, guint32 hresult);
void fake_assert_row (FakeCa *self, gint64 id, gint64 disposition, const char *message);

/* DER of the answer's certificate */
GBytes *fake_certificate (ICertResponse *response);
char *fake_serial (GBytes *certificate);

/* The store as others see it: opened read-only beside the engine. */
gint64 fake_ca_query_int (FakeCa *self, const char *sql);
char *fake_ca_query_text (FakeCa *self, const char *sql);
/* Every record of the audit log follows from the one before; the number of records. */
gint64 fake_ca_check_audit (FakeCa *self);
/* Waits until @sql answers @value, ten seconds at most. */
void fake_ca_wait_for (FakeCa *self, const char *sql, gint64 value);
/* "kind module rule field seen" lines of the trace */
char *fake_ca_trace (FakeCa *self, gint64 id);
