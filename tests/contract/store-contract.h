/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <icert.h>

G_BEGIN_DECLS

/* What every ICertStore must do. A store's test says how to get an empty one, and adds its own
 * tests behind these. */
typedef struct
{
  /* an object that is not open yet */
  ICertStore *(*new_store) (void);
  /* where an empty store may be made; freed with g_free() after @forget_url */
  char *(*new_url) (void);
  void (*forget_url) (const char *url);
} StoreContract;

/* @prefix: "/store-sqlite" */
void store_contract_add_tests (const char *prefix, const StoreContract *contract);

/* Parts of tests, for the tests of one store alone: */

/* a batch with one pending request */
ICertStoreBatch *store_contract_new_request (gint64 id, const char *requester);
/* appends what an issued certificate adds: serial, name, extension, attribute, audit record */
void store_contract_add_certificate (ICertStoreBatch *batch, gint64 id);
/* one group of one batch, which must go in */
void store_contract_commit (ICertStore *store, ICertStoreBatch *batch);
/* number of requests */
gint64 store_contract_count (ICertStore *store);

G_END_DECLS
