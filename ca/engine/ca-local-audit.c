/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-audit-verify.h"
#include "ca-cert-check.h"
#include "ca-health.h"
#include "ca-local.h"
#include "ca-plural.h"
#include "ca-restore-mark.h"
#include "ca-secret.h"

/* CertificateAuthority.Admin: clock, audit log, certificates and health of a CA in this process. */

static CaEngine *
engine_of (ICertAdmin *admin)
{
  return ca_local_get_engine (CA_LOCAL (admin));
}

static gboolean
confirm_clock (ICertAdmin *admin, GCancellable *cancellable, GError **error)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (admin));

  return ca_engine_check_process (engine_of (admin), error)
         && ca_engine_confirm_clock (engine_of (admin), caller, error);
}

/* What was read to its end, or found wrong, is on record. */
static void
note (ICertAdmin *admin, CaVerb verb, const char *object, const char *outcome, const char *detail)
{
  g_autoptr (CaCaller) caller = ca_local_ref_caller (CA_LOCAL (admin));

  ca_writer_audit (engine_of (admin)->writer,
                   ca_audit_record_new (caller, ca_verb_to_string (verb), object, outcome, detail));
}

/* The audit log */

static void
note_findings (ICertAdmin *admin, const CaAuditFindings *findings)
{
  g_autofree char *read = g_strdup_printf ("%" G_GINT64_FORMAT " record%s, %u checkpoint%s",
                                           findings->last, CA_S (findings->last),
                                           findings->checkpoints, CA_S (findings->checkpoints));

  if (!findings->done)
    return;
  if (findings->problem == CA_AUDIT_SOUND)
    note (admin, CA_VERB_AUDIT_VERIFY, "audit", "OK", read);
  else
    note (admin, CA_VERB_AUDIT_VERIFY, "audit", "AUDIT", findings->text);
}

static GVariant *
restores_to_variant (GPtrArray *restores)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < restores->len; i++)
    {
      const CaRestoreMark *mark = restores->pdata[i];

      g_variant_builder_open (&builder, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&builder, "{sv}", "sequence", g_variant_new_int64 (mark->sequence));
      g_variant_builder_add (&builder, "{sv}", "time", g_variant_new_int64 (mark->time));
      g_variant_builder_add (&builder, "{sv}", "actor",
                             g_variant_new_string (mark->actor != NULL ? mark->actor : ""));
      g_variant_builder_add (&builder, "{sv}", "lost", g_variant_new_int64 (mark->n_lost));
      if (mark->n_lost > 0)
        {
          g_variant_builder_add (&builder, "{sv}", "first-lost",
                                 g_variant_new_int64 (mark->first_lost));
          g_variant_builder_add (&builder, "{sv}", "last-lost",
                                 g_variant_new_int64 (mark->last_lost));
        }
      g_variant_builder_add (&builder, "{sv}", "text",
                             g_variant_new_take_string (ca_restore_mark_to_text (mark)));
      g_variant_builder_close (&builder);
    }
  return g_variant_builder_end (&builder);
}

static GVariant *
findings_to_variant (const CaAuditFindings *findings)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "records", g_variant_new_int64 (findings->records));
  g_variant_builder_add (&builder, "{sv}", "last", g_variant_new_int64 (findings->last));
  g_variant_builder_add (&builder, "{sv}", "total", g_variant_new_int64 (findings->total));
  g_variant_builder_add (&builder, "{sv}", "checkpoints",
                         g_variant_new_int64 (findings->checkpoints));
  g_variant_builder_add (&builder, "{sv}", "done", g_variant_new_boolean (findings->done));
  if (findings->restores != NULL && findings->restores->len > 0)
    g_variant_builder_add (&builder, "{sv}", "restores", restores_to_variant (findings->restores));
  if (findings->problem != CA_AUDIT_SOUND)
    {
      g_variant_builder_add (&builder, "{sv}", "sequence",
                             g_variant_new_int64 (findings->sequence));
      g_variant_builder_add (&builder, "{sv}", "problem",
                             g_variant_new_string (ca_audit_problem_to_string (findings->problem)));
      g_variant_builder_add (&builder, "{sv}", "text", g_variant_new_string (findings->text));
    }
  return g_variant_builder_end (&builder);
}

static GVariant *
verify_audit (ICertAdmin *admin,
              gint64 after,
              guint limit,
              const char *const *checkpoints,
              GCancellable *cancellable,
              GError **error)
{
  g_autoptr (CaFacts) facts = ca_local_authorise (CA_LOCAL (admin), CA_VERB_AUDIT_VERIFY, error);
  CaEngine *engine = engine_of (admin);
  g_autoptr (GBytes) secret = NULL;
  g_autoptr (GBytes) key = NULL;
  CaAuditFindings findings;
  GError *local = NULL;
  GVariant *answer = NULL;

  if (facts == NULL || !ca_secret_load (engine->folder, &secret, error))
    return NULL;
  key = ca_auditor_load_public_key (engine->folder, engine->registry, &local);
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return NULL;
    }
  {
    CaAuditReading reading = { .store = engine->store,
                               .ca = facts->config->name,
                               .secret = secret,
                               .audit_key = key,
                               .sink = checkpoints,
                               .after = after,
                               .limit = limit };

    if (!ca_audit_verify (&reading, &findings, cancellable, error))
      return NULL;
  }
  note_findings (admin, &findings);
  answer = findings_to_variant (&findings);
  ca_audit_findings_clear (&findings);
  return answer;
}

/* Certificates */

static GVariant *
check_certificates (ICertAdmin *admin,
                    gint64 after,
                    guint limit,
                    GDateTime *since,
                    GCancellable *cancellable,
                    GError **error)
{
  g_autoptr (CaFacts) facts = ca_local_authorise (CA_LOCAL (admin), CA_VERB_CERT_CHECK, error);
  CaEngine *engine = engine_of (admin);
  g_autoptr (CaCertCheck) check = NULL;
  g_autofree char *detail = NULL;

  if (facts == NULL)
    return NULL;
  check = ca_cert_check_new (engine, facts);
  if (since != NULL)
    ca_cert_check_set_since (check, g_date_time_to_unix (since) * G_USEC_PER_SEC
                                        + g_date_time_get_microsecond (since));
  if (!ca_cert_check_run (check, after, limit, cancellable, error))
    return NULL;
  detail = ca_cert_check_describe (check);
  if (ca_cert_check_get_n_differences (check) > 0)
    note (admin, CA_VERB_CERT_CHECK, "certificates", "DIFFERENT", detail);
  else if (ca_cert_check_is_done (check))
    note (admin, CA_VERB_CERT_CHECK, "certificates", "OK", detail);
  return ca_cert_check_to_variant (check);
}

static GVariant *
check_health (ICertAdmin *admin, GCancellable *cancellable, GError **error)
{
  g_autoptr (CaFacts) facts = ca_local_authorise (CA_LOCAL (admin), CA_VERB_CHECK, error);

  return facts != NULL ? ca_health_check (engine_of (admin), facts, cancellable) : NULL;
}

void
ca_local_audit_init (ICertAdminInterface *iface)
{
  iface->confirm_clock = confirm_clock;
  iface->verify_audit = verify_audit;
  iface->check_certificates = check_certificates;
  iface->check_health = check_health;
}
