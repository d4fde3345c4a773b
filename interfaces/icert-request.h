/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-ca.h"
#include "icert-response.h"

G_BEGIN_DECLS

#define ICERT_TYPE_REQUEST (icert_request_get_type ())

ICERT_AVAILABLE_IN_0_1
G_DECLARE_INTERFACE (ICertRequest, icert_request, ICERT, REQUEST, GObject)

struct _ICertRequestInterface
{
  GTypeInterface parent_iface;

  ICertResponse *(*submit_full) (ICertRequest *self,
                                 ICertSubmitFlags flags,
                                 ICertEncoding encoding,
                                 ICertRequestFormat format,
                                 GBytes *request,
                                 GHashTable *attributes,
                                 const char *idempotency_key,
                                 GCancellable *cancellable,
                                 GError **error);

  void (*submit_full_async) (ICertRequest *self,
                             ICertSubmitFlags flags,
                             ICertEncoding encoding,
                             ICertRequestFormat format,
                             GBytes *request,
                             GHashTable *attributes,
                             const char *idempotency_key,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);

  ICertResponse *(*submit_full_finish) (ICertRequest *self, GAsyncResult *result, GError **error);

  ICertResponse *(*retrieve_pending) (ICertRequest *self,
                                      gint64 id,
                                      GCancellable *cancellable,
                                      GError **error);

  ICertResponse *(*retrieve_by_key) (ICertRequest *self,
                                     const char *idempotency_key,
                                     GCancellable *cancellable,
                                     GError **error);

  ICertResponse *(*get_issued) (ICertRequest *self,
                                gint64 id,
                                const char *serial,
                                GCancellable *cancellable,
                                GError **error);

  ICertCa *(*get_ca) (ICertRequest *self, GError **error);
};

ICERT_AVAILABLE_IN_0_1
ICertResponse *icert_request_submit_full (ICertRequest *self,
                                          ICertSubmitFlags flags,
                                          ICertEncoding encoding,
                                          ICertRequestFormat format,
                                          GBytes *request,
                                          GHashTable *attributes,
                                          const char *idempotency_key,
                                          GCancellable *cancellable,
                                          GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_request_submit_full_async (ICertRequest *self,
                                      ICertSubmitFlags flags,
                                      ICertEncoding encoding,
                                      ICertRequestFormat format,
                                      GBytes *request,
                                      GHashTable *attributes,
                                      const char *idempotency_key,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);

ICERT_AVAILABLE_IN_0_1
ICertResponse *icert_request_submit_full_finish (ICertRequest *self,
                                                 GAsyncResult *result,
                                                 GError **error);

ICERT_AVAILABLE_IN_0_1
ICertResponse *icert_request_retrieve_pending (ICertRequest *self,
                                               gint64 id,
                                               GCancellable *cancellable,
                                               GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_request_retrieve_pending_async (ICertRequest *self,
                                           gint64 id,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);

ICERT_AVAILABLE_IN_0_1
ICertResponse *icert_request_retrieve_pending_finish (ICertRequest *self,
                                                      GAsyncResult *result,
                                                      GError **error);

ICERT_AVAILABLE_IN_0_1
ICertResponse *icert_request_retrieve_by_key (ICertRequest *self,
                                              const char *idempotency_key,
                                              GCancellable *cancellable,
                                              GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_request_retrieve_by_key_async (ICertRequest *self,
                                          const char *idempotency_key,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);

ICERT_AVAILABLE_IN_0_1
ICertResponse *icert_request_retrieve_by_key_finish (ICertRequest *self,
                                                     GAsyncResult *result,
                                                     GError **error);

ICERT_AVAILABLE_IN_0_1
ICertResponse *icert_request_get_issued (ICertRequest *self,
                                         gint64 id,
                                         const char *serial,
                                         GCancellable *cancellable,
                                         GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_request_get_issued_async (ICertRequest *self,
                                     gint64 id,
                                     const char *serial,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);

ICERT_AVAILABLE_IN_0_1
ICertResponse *icert_request_get_issued_finish (ICertRequest *self,
                                                GAsyncResult *result,
                                                GError **error);

ICERT_AVAILABLE_IN_0_1
ICertCa *icert_request_get_ca (ICertRequest *self, GError **error);

ICERT_AVAILABLE_IN_0_1
ICertResponse *icert_request_submit (ICertRequest *self,
                                     ICertSubmitFlags flags,
                                     GBytes *request,
                                     GHashTable *attributes,
                                     GCancellable *cancellable,
                                     GError **error);

ICERT_AVAILABLE_IN_0_1
void icert_request_submit_async (ICertRequest *self,
                                 ICertSubmitFlags flags,
                                 GBytes *request,
                                 GHashTable *attributes,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);

ICERT_AVAILABLE_IN_0_1
ICertResponse *icert_request_submit_finish (ICertRequest *self,
                                            GAsyncResult *result,
                                            GError **error);

G_END_DECLS
