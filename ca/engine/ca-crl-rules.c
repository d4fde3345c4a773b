/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "ca-crl-private.h"

#define HALF_DAY (12 * G_TIME_SPAN_HOUR)

/* A duration of the configuration from @from on, in microseconds: a month has its own length. */
static gint64
length_of (const CaDuration *duration, gint64 from)
{
  gint64 start = from / G_USEC_PER_SEC;

  return (icert_duration_add (start, duration->months, duration->seconds) - start) * G_USEC_PER_SEC;
}

/* How long a CRL still holds after its successor is due. As configured; else 10 % of the period of
 * a base, at most 12 h, and of a delta its period, at most 12 h; in both cases at least 1.5 times
 * the clocks' skew and at most the period. */
static gint64
overlap_of (const CaConfig *config, gboolean delta, gint64 period, gint64 now)
{
  const CaDuration *configured = delta ? &config->delta_overlap : &config->crl_overlap;
  gint64 skew = config->clock_skew * G_USEC_PER_SEC;
  gint64 overlap = length_of (configured, now);

  if (overlap > 0)
    return overlap;
  overlap = MIN (delta ? period : period / 10, HALF_DAY);
  overlap = MAX (overlap, skew * 3 / 2);
  return MIN (overlap, period);
}

/* Whole seconds, since a Time has no more. */
static gint64
whole (gint64 microseconds)
{
  return microseconds - microseconds % G_USEC_PER_SEC;
}

void
ca_crl_set_dates (const CaCrlRun *run, CaCrl *crl)
{
  const CaConfig *config = run->facts->config;
  CaCrlRow *row = crl->row;
  gboolean delta = (row->flags & ICERT_CRL_PUBLISH_DELTA) != 0;
  gint64 skew = config->clock_skew * G_USEC_PER_SEC;
  gint64 period = length_of (delta ? &config->delta_period : &config->crl_period, run->now);
  gint64 overlap = overlap_of (config, delta, period, run->now);
  gint64 limit;

  row->this_publish = run->now;
  row->this_update = whole (MAX (run->now - skew, crl->issuer->not_before * G_USEC_PER_SEC));
  row->next_publish = whole (run->next_update > 0 ? run->next_update : run->now + period);
  row->next_update = row->next_publish + whole (overlap) + skew;
  row->propagation_complete = run->now + overlap;
  /* S-I3: 12 months at most */
  limit = icert_duration_add (row->this_update / G_USEC_PER_SEC, 12, 0) * G_USEC_PER_SEC;
  row->next_update = MIN (row->next_update, limit);
}

/* The newest base that has been everywhere, or the oldest that still holds. */
static const CaCrlRow *
find_base (GPtrArray *bases, gint64 now)
{
  for (guint i = 0; i < bases->len; i++)
    {
      const CaCrlRow *base = bases->pdata[i];

      if (base->propagation_complete <= now)
        return base;
    }
  return bases->len > 0 ? bases->pdata[bases->len - 1] : NULL;
}

gboolean
ca_crl_choose_base (const CaCrlRun *run, CaCrl *crl, const CaCrlRow *fresh, GError **error)
{
  CaCrlRow *row = crl->row;
  g_autoptr (GPtrArray) bases = ca_crl_row_load_unexpired (
      run->engine->store, row->key_index, row->partition, CA_CRL_KIND_BASE, run->now, error);
  const CaCrlRow *base;

  if (bases == NULL)
    return FALSE;
  base = (row->flags & ICERT_CRL_PUBLISH_SHADOW) != 0 && fresh != NULL
             ? fresh
             : find_base (bases, run->now);
  if (base == NULL)
    base = fresh;
  if (base == NULL)
    {
      icert_set_error (error, ICERT_ERROR_WRONG_STATE, "delta",
                       "has no base CRL to build on (a base CRL first)");
      return FALSE;
    }
  row->min_base = base->number;
  row->effective = base->this_update;
  /* a revocation that took its time just before the base was read and was committed just after is
   * in neither, but for a minute more */
  crl->since = MIN (base->this_update, base->this_publish) - G_TIME_SPAN_MINUTE;
  return TRUE;
}
