/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "icert-enums.h"
#include "icert-error.h"

G_BEGIN_DECLS

/* What the public function of every vfunc (the "invoker") needs: checks of arguments, the one
 * treatment of answers that break the contract, and the _async/_finish pairs. */

/* Defines `prefix_real_slot`, the default of a vfunc that nobody has to implement: it fails with
 * NOT_SUPPORTED. The rest are the parameters before the GError. */
#define ICERT_DEFINE_UNSUPPORTED(prefix, slot, ReturnType, failure, ...)                           \
  static ReturnType prefix##_real_##slot (__VA_ARGS__, GError **error)                             \
  {                                                                                                \
    _icert_set_unsupported (error, #slot);                                                         \
    return failure;                                                                                \
  }

/* Leaves the invoker when a class emptied the slot on purpose. */
#define ICERT_REQUIRE_SLOT(iface, slot, failure, error)                                            \
  G_STMT_START                                                                                     \
  {                                                                                                \
    if G_UNLIKELY ((iface)->slot == NULL)                                                          \
      {                                                                                            \
        _icert_set_unsupported (error, #slot);                                                     \
        return failure;                                                                            \
      }                                                                                            \
  }                                                                                                \
  G_STMT_END

void _icert_set_unsupported (GError **error, const char *method);

/* Arguments: each sets MALFORMED with the field named (S-N5). */
gboolean _icert_check_text (const char *text, const char *field, GError **error);
gboolean _icert_check_optional_text (const char *text, const char *field, GError **error);
gboolean _icert_check_bytes (GBytes *bytes, const char *field, GError **error);
gboolean _icert_check_id (gint64 id, GError **error);
/* a row of the request table; below 0 are the CA's own certificates */
gboolean _icert_check_request_id (gint64 id, GError **error);
gboolean _icert_check_not_null (gconstpointer value, const char *field, GError **error);
gboolean _icert_check_oid (const char *oid, const char *field, GError **error);
gboolean _icert_check_enum (GType type, int value, const char *field, GError **error);
gboolean _icert_check_flags (GType type, guint value, const char *field, GError **error);
gboolean _icert_check_strv (const char *const *texts, const char *field, GError **error);
gboolean _icert_check_attributes (GHashTable *attributes, const char *field, GError **error);

/* Answers. Each takes @local_error. An answer of the kind that means failure, without an error,
 * becomes FAILED that blames the object's type: that is how a Python exception arrives. */
gboolean _icert_end_boolean (gboolean ok,
                             GError *local_error,
                             gpointer self,
                             const char *method,
                             GError **error);
gpointer _icert_end_pointer (gpointer value,
                             GError *local_error,
                             gpointer self,
                             const char *method,
                             GError **error);
/* The objects of @list with references of their own: a list that a binding made holds none */
GPtrArray *_icert_end_objects (GPtrArray *list,
                               GError *local_error,
                               gpointer self,
                               const char *method,
                               GError **error);
/* NULL without an error is an answer: the value is empty */
gpointer _icert_end_nullable (gpointer value, GError *local_error, GError **error);
/* MODULE when the object does not have @type */
gpointer _icert_end_object (gpointer value,
                            GType type,
                            GError *local_error,
                            gpointer self,
                            const char *method,
                            GError **error);
GVariant *_icert_end_variant (GVariant *value,
                              const char *type,
                              GError *local_error,
                              gpointer self,
                              const char *method,
                              GError **error);
void _icert_set_broken (GError **error, gpointer self, const char *method, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

/* Whether @self is of a class written in JavaScript, which answers in its own thread only. */
gboolean _icert_is_javascript (gpointer self);

/* Runs the synchronous function @sync (@self, the arguments, cancellable, error) in a thread of
 * GTask's pool; an object of a JavaScript class is called in the context of the caller, since gjs
 * answers nowhere else. The arguments are pairs of GType and value, copied, G_TYPE_INVALID at the
 * end. @result_type: what @sync returns, G_TYPE_OBJECT for any object. @tag: the _async function.
 */
void _icert_call_async (gpointer self,
                        GCallback sync,
                        gpointer tag,
                        GType result_type,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data,
                        ...);
gboolean _icert_finish_boolean (gpointer self, GAsyncResult *result, gpointer tag, GError **error);
gint64 _icert_finish_int (gpointer self,
                          GAsyncResult *result,
                          gpointer tag,
                          gint64 failure,
                          GError **error);
/* (transfer full) whatever @sync returned: object, boxed, string or variant */
gpointer _icert_finish_pointer (gpointer self, GAsyncResult *result, gpointer tag, GError **error);

G_END_DECLS
