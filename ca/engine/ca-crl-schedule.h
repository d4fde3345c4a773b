/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-crl.h"

/* When CRLs are made and tried again (processing.md 6, S-I5). What it goes by is in the store: the
 * dates of the newest CRLs, the rows of their places, and a few counters; so it goes on after a
 * restart where it was, and an overdue CRL is made at once. */

/* Does what is due at ca_clock_now(): CRLs, places that failed, alarms. @result: (out) (optional)
 * (nullable): the CRLs that were made, and how all places of the newest ones stand. Returns when it
 * is to be called next, microseconds since 1970. Any thread, one at a time; not on one of the
 * engine. */
gint64 ca_crl_schedule_run (CaEngine *engine, ICertPublishResult **result);

/* The same for @caller, with its right. NOT_AUTHORIZED, WRONG_STATE */
ICertPublishResult *ca_crl_schedule_run_for (CaEngine *engine, CaCaller *caller, GError **error);

/* A thread that does so when it is time. */
typedef struct _CaCrlSchedule CaCrlSchedule;

/* @pause: microseconds before it looks for the first time */
CaCrlSchedule *ca_crl_schedule_new (CaEngine *engine, gint64 pause);
/* Ends the thread; a run that waits for exits does not wait any longer. */
void ca_crl_schedule_free (CaCrlSchedule *schedule);
