/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-engine.h"

/* CR_PROP_*: what GetCAProperty answers and what type it has. NULL without an error = empty;
 * UNKNOWN_NAME for an id that AD CS does not know, NOT_SUPPORTED for one that this CA does not
 * serve. */
GVariant *ca_property_get (CaEngine *engine,
                           CaFacts *facts,
                           CaCaller *caller,
                           ICertCaProperty property,
                           int index,
                           GError **error);
/* What modules read (properties.md 6), by AD CS's name. @index: of a CA certificate (of a unit of
 * time for LocalizedTimePeriodUnits), -1 = the newest. NULL without an error = empty; NOT_FOUND for
 * an index that is not there, STORAGE */
GVariant *ca_property_get_system (const CaFacts *facts,
                                  const char *name,
                                  int index,
                                  GError **error);
gboolean ca_property_describe (ICertCaProperty property,
                               GVariantType **type,
                               gboolean *indexed,
                               char **display_name,
                               GError **error);
