/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "ca-facts.h"
#include "ca-owner.h"

/* An exit of the configuration, or one that the application lent: its deliveries are handed to its
 * owner's thread, one at a time, so that they keep their order. */
typedef struct
{
  gatomicrefcount ref_count;
  ICertExit *exit;   /* NULL: lent */
  CaOwned *owned;    /* NULL: of the configuration */
  char *class_id;    /* of a lent one: the name of its type */
  char *description; /* of a lent one */
  ICertExitEvents mask;

  /* of a lent one, under the host's mutex */
  gboolean out;   /* a delivery is with its owner */
  GQueue waiting; /* of CaDelivery, behind that one */
  gboolean removed;
} CaExitModule;

/* Makes and initialises an exit of the configuration. */
CaExitModule *ca_exit_module_load (ICertRegistry *registry,
                                   const CaModuleConfig *config,
                                   CaFacts *facts,
                                   GError **error);
/* Initialises @exit, which the calling thread lends to @tag. */
CaExitModule *ca_exit_module_new_lent (ICertExit *exit,
                                       CaFacts *facts,
                                       gconstpointer tag,
                                       GError **error);
CaExitModule *ca_exit_module_ref (CaExitModule *module);
void ca_exit_module_unref (gpointer module);
/* lends; NULL: none of @modules has that class */
CaExitModule *ca_exit_module_find (GPtrArray *modules, const char *class_id);
/* whether the class of @config is an exit and takes these settings; it is not initialised */
gboolean ca_exit_module_check (ICertRegistry *registry,
                               const CaModuleConfig *config,
                               CaFacts *facts,
                               GError **error);
