/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-caller.h"
#include "ca-folder.h"
#include "ca-foreign.h"

/* of the audit record; its detail says with CA_ADOPT_LOST what had no certificate */
#define CA_ADOPT_VERB "import-ca"
#define CA_ADOPT_LOST " without certificate, SHA-256 "

/* How many serial numbers (of char, hex; sorted here) and a digest of them, for the audit log */
char *ca_adopt_describe_lost (GPtrArray *serials);
/* Fills the folder @plan->folder, which is new, with a CA that goes on where @foreign ended: the
 * same key, its certificate, a row for each that it issued. CONFIG when no key fits the
 * certificate, KEY_UNAVAILABLE, STORAGE */
gboolean ca_adopt (CaFolderPlan *plan,
                   const CaForeign *foreign,
                   const CaCaller *caller,
                   CaProgress *progress,
                   GCancellable *cancellable,
                   GError **error);
/* name of the CA by its certificate; nullable */
char *ca_adopt_dup_name (const CaForeign *foreign);
/* what ICertSetup.import_ca answers; floating */
GVariant *ca_adopt_to_variant (const CaForeign *foreign, const char *config);
