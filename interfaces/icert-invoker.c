/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-binding-private.h"
#include "icert-invoker-private.h"

#include <gobject/gvaluecollector.h>
#include <string.h>

#include "icert-der.h"
#include "icert-enum-types.h"
#include "icert-private.h"

void
_icert_set_unsupported (GError **error, const char *method)
{
  icert_set_error (error, ICERT_ERROR_NOT_SUPPORTED, method, "not implemented");
}

gboolean
_icert_check_not_null (gconstpointer value, const char *field, GError **error)
{
  if G_LIKELY (value != NULL)
    return TRUE;

  icert_set_error (error, ICERT_ERROR_MALFORMED, field, "missing (a value)");
  return FALSE;
}

gboolean
_icert_check_optional_text (const char *text, const char *field, GError **error)
{
  if (text == NULL || g_utf8_validate (text, -1, NULL))
    return TRUE;

  icert_set_error (error, ICERT_ERROR_MALFORMED, field, "not UTF-8 (UTF-8 text)");
  return FALSE;
}

gboolean
_icert_check_text (const char *text, const char *field, GError **error)
{
  if (text == NULL || *text == '\0')
    {
      icert_set_error (error, ICERT_ERROR_MALFORMED, field, "empty (a text)");
      return FALSE;
    }
  return _icert_check_optional_text (text, field, error);
}

gboolean
_icert_check_bytes (GBytes *bytes, const char *field, GError **error)
{
  if (bytes != NULL && g_bytes_get_size (bytes) > 0)
    return TRUE;

  icert_set_error (error, ICERT_ERROR_MALFORMED, field, "empty (octets)");
  return FALSE;
}

gboolean
_icert_check_id (gint64 id, GError **error)
{
  if (id > 0)
    return TRUE;

  icert_set_error (error, ICERT_ERROR_MALFORMED, "request id",
                   "%" G_GINT64_FORMAT " is none (a number above 0)", id);
  return FALSE;
}

gboolean
_icert_check_request_id (gint64 id, GError **error)
{
  if (id != 0)
    return TRUE;

  icert_set_error (error, ICERT_ERROR_MALFORMED, "request id",
                   "0 is none (a number above 0, or below of the CA's own certificates)");
  return FALSE;
}

gboolean
_icert_check_oid (const char *oid, const char *field, GError **error)
{
  g_autofree char *quoted = NULL;

  if (oid != NULL && _icert_oid_is_valid (oid))
    return TRUE;

  quoted = icert_error_quote (oid != NULL ? oid : "", -1);
  icert_set_error (error, ICERT_ERROR_MALFORMED, field, "%s (an OID such as 2.5.29.15)", quoted);
  return FALSE;
}

gboolean
_icert_check_enum (GType type, int value, const char *field, GError **error)
{
  GEnumClass *klass = g_type_class_ref (type);
  gboolean known = g_enum_get_value (klass, value) != NULL;

  if (!known)
    icert_set_error (error, ICERT_ERROR_MALFORMED, field, "%d is unknown (a value of %s)", value,
                     g_type_name (type));
  g_type_class_unref (klass);
  return known;
}

gboolean
_icert_check_flags (GType type, guint value, const char *field, GError **error)
{
  GFlagsClass *klass = g_type_class_ref (type);
  guint unknown = value & ~klass->mask;

  if (unknown != 0)
    icert_set_error (error, ICERT_ERROR_MALFORMED, field, "0x%x is unknown (flags of %s)", unknown,
                     g_type_name (type));
  g_type_class_unref (klass);
  return unknown == 0;
}

gboolean
_icert_check_strv (const char *const *texts, const char *field, GError **error)
{
  if (!_icert_check_not_null (texts, field, error))
    return FALSE;
  for (guint i = 0; texts[i] != NULL; i++)
    if (!_icert_check_text (texts[i], field, error))
      return FALSE;
  return TRUE;
}

gboolean
_icert_check_attributes (GHashTable *attributes, const char *field, GError **error)
{
  GHashTableIter iter;
  gpointer name, value;

  if (attributes == NULL)
    return TRUE;

  g_hash_table_iter_init (&iter, attributes);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (!_icert_check_text (name, field, error) || !_icert_check_not_null (value, field, error)
        || !_icert_check_optional_text (value, field, error))
      return FALSE;
  return TRUE;
}

gboolean
_icert_end_boolean (gboolean ok,
                    GError *local_error,
                    gpointer self,
                    const char *method,
                    GError **error)
{
  if (ok && local_error == NULL)
    return TRUE;

  _icert_propagate_error (error, local_error, self, method);
  return FALSE;
}

gpointer
_icert_end_pointer (gpointer value,
                    GError *local_error,
                    gpointer self,
                    const char *method,
                    GError **error)
{
  if (value == NULL)
    _icert_propagate_error (error, local_error, self, method);
  else
    g_clear_error (&local_error);
  return value;
}

GPtrArray *
_icert_end_objects (GPtrArray *list,
                    GError *local_error,
                    gpointer self,
                    const char *method,
                    GError **error)
{
  GPtrArray *owned;
  GPtrArray *lent = _icert_take_objects ();

  if (list == NULL && local_error == NULL && lent != NULL)
    return lent;
  g_clear_pointer (&lent, g_ptr_array_unref);
  list = _icert_end_pointer (list, local_error, self, method, error);
  if (list == NULL)
    return NULL;

  owned = g_ptr_array_new_full (list->len, g_object_unref);
  g_ptr_array_extend (owned, list, (GCopyFunc) (void (*) (void)) g_object_ref, NULL);
  g_ptr_array_unref (list);
  return owned;
}

gpointer
_icert_end_nullable (gpointer value, GError *local_error, GError **error)
{
  if (value != NULL)
    g_clear_error (&local_error);
  else if (local_error != NULL)
    g_propagate_error (error, local_error);
  return value;
}

gpointer
_icert_end_object (gpointer value,
                   GType type,
                   GError *local_error,
                   gpointer self,
                   const char *method,
                   GError **error)
{
  value = _icert_end_pointer (value, local_error, self, method, error);
  if (value == NULL || G_TYPE_CHECK_INSTANCE_TYPE (value, type))
    return value;

  _icert_set_broken (error, self, method, "gave a %s (a %s)", G_OBJECT_TYPE_NAME (value),
                     g_type_name (type));
  g_object_unref (value);
  return NULL;
}

GVariant *
_icert_end_variant (GVariant *value,
                    const char *type,
                    GError *local_error,
                    gpointer self,
                    const char *method,
                    GError **error)
{
  value = _icert_end_pointer (value, local_error, self, method, error);
  if (value == NULL)
    return NULL;

  g_variant_take_ref (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE (type)))
    return value;

  _icert_set_broken (error, self, method, "gave a value of type %s (%s)",
                     g_variant_get_type_string (value), type);
  g_variant_unref (value);
  return NULL;
}

void
_icert_set_broken (GError **error, gpointer self, const char *method, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  icert_set_error (error, ICERT_ERROR_MODULE, G_OBJECT_TYPE_NAME (self), "%s %s", method, text);
}

/* A synchronous call with its arguments, on its way to a thread. values: object, arguments,
 * cancellable, address of error. */
typedef struct
{
  GCallback sync;
  GType result_type;
  GArray *values; /* owned, of GValue */
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;

  g_array_unref (call->values);
  g_free (call);
}

/* The caller may change a hash table while the thread reads it. */
static GHashTable *
copy_attributes (GHashTable *attributes)
{
  GHashTable *copy = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, attributes);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_hash_table_insert (copy, g_strdup (name), g_strdup (value));
  return copy;
}

static void
append_pointer (GArray *values, gpointer pointer)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_POINTER);
  g_value_set_pointer (&value, pointer);
  g_array_append_val (values, value);
}

/* FALSE: @message names an argument that cannot be copied. */
static gboolean
append_arguments (GArray *values, va_list args)
{
  GType type;

  while ((type = va_arg (args, GType)) != G_TYPE_INVALID)
    {
      g_autofree char *message = NULL;
      GValue value = G_VALUE_INIT;

      G_VALUE_COLLECT_INIT (&value, type, args, 0, &message);
      g_return_val_if_fail (message == NULL, FALSE);
      if (type == G_TYPE_HASH_TABLE && g_value_get_boxed (&value) != NULL)
        g_value_take_boxed (&value, copy_attributes (g_value_get_boxed (&value)));
      g_array_append_val (values, value);
    }
  return TRUE;
}

static gpointer
steal_pointer (GValue *result, GDestroyNotify *destroy)
{
  switch (G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (result)))
    {
    case G_TYPE_STRING:
      *destroy = g_free;
      return g_value_dup_string (result);
    case G_TYPE_VARIANT:
      *destroy = (GDestroyNotify) g_variant_unref;
      return g_value_dup_variant (result);
    case G_TYPE_OBJECT:
      *destroy = g_object_unref;
      return g_value_dup_object (result);
    default:
      *destroy = G_VALUE_HOLDS (result, G_TYPE_STRV)        ? (GDestroyNotify) g_strfreev
                 : G_VALUE_HOLDS (result, G_TYPE_PTR_ARRAY) ? (GDestroyNotify) g_ptr_array_unref
                                                            : (GDestroyNotify) g_bytes_unref;
      return g_value_dup_boxed (result);
    }
}

static void
return_result (GTask *task, GValue *result)
{
  GDestroyNotify destroy;
  gpointer pointer;

  switch (G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (result)))
    {
    case G_TYPE_BOOLEAN:
      g_task_return_boolean (task, g_value_get_boolean (result));
      break;
    case G_TYPE_INT64:
      g_task_return_pointer (task, g_memdup2 (&result->data[0].v_int64, sizeof (gint64)), g_free);
      break;
    case G_TYPE_FLAGS:
      {
        gint64 number = g_value_get_flags (result);
        g_task_return_pointer (task, g_memdup2 (&number, sizeof number), g_free);
        break;
      }
    default:
      pointer = steal_pointer (result, &destroy);
      g_task_return_pointer (task, pointer, destroy);
    }
}

static void
call_worker (GTask *task, gpointer self, gpointer data, GCancellable *cancellable)
{
  Call *call = data;
  GClosure *closure = g_cclosure_new (call->sync, NULL, NULL);
  GError *error = NULL;
  GValue result = G_VALUE_INIT;

  g_value_init (&result, call->result_type);
  append_pointer (call->values, &error);
  g_closure_sink (g_closure_ref (closure));
  g_closure_set_marshal (closure, g_cclosure_marshal_generic);
  g_closure_invoke (closure, &result, call->values->len, (GValue *) (void *) call->values->data,
                    NULL);
  g_closure_unref (closure);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    return_result (task, &result);
  g_value_unset (&result);
}

static gboolean
call_inline_cb (gpointer user_data)
{
  GTask *task = user_data;

  call_worker (task, g_task_get_source_object (task), g_task_get_task_data (task),
               g_task_get_cancellable (task));
  return G_SOURCE_REMOVE;
}

/* gjs refuses calls from other threads and answers zeros; it marks its classes with this. */
gboolean
_icert_is_javascript (gpointer self)
{
  static GQuark mark = 0;

  if (mark == 0)
    mark = g_quark_from_static_string ("gjs::custom-type");
  return g_type_get_qdata (G_OBJECT_TYPE (self), mark) != NULL;
}

void
_icert_call_async (gpointer self,
                   GCallback sync,
                   gpointer tag,
                   GType result_type,
                   GCancellable *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer user_data,
                   ...)
{
  g_autoptr (GTask) task = NULL;
  Call *call = g_new0 (Call, 1);
  va_list args;

  _icert_take_closure (&callback, &user_data);
  task = g_task_new (self, cancellable, callback, user_data);
  call->sync = sync;
  call->result_type = result_type;
  call->values = g_array_new (FALSE, TRUE, sizeof (GValue));
  g_array_set_clear_func (call->values, (GDestroyNotify) g_value_unset);
  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, call, call_free);

  append_pointer (call->values, self);
  va_start (args, user_data);
  if (!append_arguments (call->values, args))
    result_type = G_TYPE_INVALID;
  va_end (args);
  g_return_if_fail (result_type != G_TYPE_INVALID);
  append_pointer (call->values, cancellable);

  if (_icert_is_javascript (self))
    {
      g_autoptr (GSource) source = g_idle_source_new ();

      g_task_attach_source (task, source, call_inline_cb);
    }
  else
    g_task_run_in_thread (task, call_worker);
}

static gboolean
is_own_result (gpointer self, GAsyncResult *result, gpointer tag, GError **error)
{
  if (g_task_is_valid (result, self) && g_async_result_is_tagged (result, tag))
    return TRUE;

  icert_set_error (error, ICERT_ERROR_MALFORMED, "result", "of another call (of this one)");
  return FALSE;
}

gboolean
_icert_finish_boolean (gpointer self, GAsyncResult *result, gpointer tag, GError **error)
{
  return is_own_result (self, result, tag, error)
         && g_task_propagate_boolean (G_TASK (result), error);
}

gint64
_icert_finish_int (gpointer self,
                   GAsyncResult *result,
                   gpointer tag,
                   gint64 failure,
                   GError **error)
{
  g_autofree gint64 *number = _icert_finish_pointer (self, result, tag, error);

  return number != NULL ? *number : failure;
}

gpointer
_icert_finish_pointer (gpointer self, GAsyncResult *result, gpointer tag, GError **error)
{
  if (!is_own_result (self, result, tag, error))
    return NULL;
  return g_task_propagate_pointer (G_TASK (result), error);
}
