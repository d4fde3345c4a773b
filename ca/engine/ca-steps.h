/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* The eight steps of data/docs and the design, as they happen: each step calls this where it
 * happens. With ICERT_STEPS=FILE in the environment a line a step is appended there: `5 policy
 * Template.Policy   pending: …`. */
void ca_steps_print (guint step, const char *part, const char *class_id, const char *format, ...)
    G_GNUC_PRINTF (4, 5);
