/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-manage-module.h"
#include "icert-test-server.h"

G_BEGIN_DECLS

/* A run of checks over one module. A check says what is wrong by _icert_contract_blame(), any
 * number of times and from any thread. */
typedef struct
{
  gpointer module; /* ICertPolicy or ICertExit */
  GHashTable *settings;
  const char *folder;
  gboolean any_thread;
  ICertManageModule *manage; /* owned, nullable */
  gboolean ready;            /* it could be initialized: otherwise the rest makes no sense */
  ICertExitEvents mask;      /* of an exit */
  GPtrArray *contexts;       /* of ICertRequestContext that are dead */

  GMutex lock; /* of what follows */
  const char *check;
  GPtrArray *problems; /* of text */
} ICertContract;

typedef struct
{
  const char *name;
  void (*run) (ICertContract *contract);
  gboolean needs_ready;
} ICertContractCheck;

/* Runs all, in their order; (transfer full): the problems */
char **_icert_contract_run (ICertContract *contract,
                            const ICertContractCheck *checks,
                            gsize n_checks);
char **_icert_contract_list (const ICertContractCheck *checks, gsize n_checks);
void _icert_contract_blame (ICertContract *contract, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* An error that a module gave at @what; not the module's: NULL */
void _icert_contract_check_error (ICertContract *contract, const char *what, const GError *error);
/* What every description must be, @again the second answer; takes both */
void _icert_contract_check_description (ICertContract *contract, char *first, char *again);

/* (transfer full) (nullable): the settings of the run, judged by what the module describes */
ICertSettings *_icert_contract_new_settings (ICertContract *contract, GError **error);
/* Checks of the settings half; each does nothing when there is none. */
void _icert_contract_check_schema (ICertContract *contract);
void _icert_contract_check_properties (ICertContract *contract);
void _icert_contract_check_values (ICertContract *contract);
void _icert_contract_check_reload (ICertContract *contract);
void _icert_contract_check_files (ICertContract *contract);

/* Requests to try a module on */
typedef enum
{
  ICERT_SAMPLE_EMPTY,  /* no field at all (S-A8) */
  ICERT_SAMPLE_SERVER, /* what openssl req makes for a web server */
  ICERT_SAMPLE_ODD,    /* strange values everywhere */
  ICERT_N_SAMPLES
} ICertSample;

const char *_icert_contract_sample_name (ICertSample sample);
ICertTestServer *_icert_contract_new_sample (ICertSample sample, gint64 id);

G_END_DECLS
