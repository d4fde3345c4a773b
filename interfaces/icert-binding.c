/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-binding.h"

#include "icert-binding-private.h"

static void
closure_free (gpointer closure)
{
  g_closure_unref (closure);
}

static GPrivate next_closure = G_PRIVATE_INIT (closure_free);

/**
 * icert_binding_set_closure:
 * @closure: (nullable): called with the source object and the [iface@Gio.AsyncResult]; `NULL` takes
 *   back what was set
 *
 * Says what the next asynchronous call of this thread ends with when it is given no callback. For
 * overrides of language bindings only: PyGObject 3.42 loses memory with each callback it makes, and
 * none with a closure. Every other caller gives a callback.
 *
 * Set it right before the call and take it back behind it, since a call that is refused for its
 * arguments leaves it where it is. Belongs to the calling thread; the closure is called once, in
 * the thread-default main context of that call.
 */
void
icert_binding_set_closure (GClosure *closure)
{
  if (closure != NULL)
    {
      g_closure_ref (closure);
      g_closure_sink (closure);
      if (G_CLOSURE_NEEDS_MARSHAL (closure))
        g_closure_set_marshal (closure, g_cclosure_marshal_generic);
    }
  g_private_replace (&next_closure, closure);
}

static void
call_closure_cb (GObject *source, GAsyncResult *result, gpointer closure)
{
  GValue values[2] = { G_VALUE_INIT, G_VALUE_INIT };

  g_value_init (&values[0], G_TYPE_OBJECT);
  g_value_set_object (&values[0], source);
  g_value_init (&values[1], G_TYPE_ASYNC_RESULT);
  g_value_set_object (&values[1], result);
  g_closure_invoke (closure, NULL, G_N_ELEMENTS (values), values, NULL);
  g_value_unset (&values[0]);
  g_value_unset (&values[1]);
  g_closure_unref (closure);
}

void
_icert_take_closure (GAsyncReadyCallback *callback, gpointer *user_data)
{
  GClosure *closure = *callback == NULL ? g_private_get (&next_closure) : NULL;

  if (closure == NULL)
    return;
  /* the reference goes to the callback */
  g_private_set (&next_closure, NULL);
  *callback = call_closure_cb;
  *user_data = closure;
}

static GPrivate next_table = G_PRIVATE_INIT ((GDestroyNotify) g_hash_table_unref);

/**
 * icert_binding_set_table:
 * @pairs: (nullable) (array zero-terminated=1): names and values by turns, UTF-8; `NULL` takes back
 *   what was set
 *
 * Says which table of names and values the next call of this thread works on when it is given none.
 * For overrides of language bindings only: gjs 1.74 loses memory with each object it makes a hash
 * table of, and none with a list. Every other caller gives the table.
 *
 * Set it right before the call and take it back behind it, since a call that is refused for its
 * arguments leaves it where it is. Belongs to the calling thread. A name without a value is left
 * out; of two values of a name the last one counts.
 */
void
icert_binding_set_table (const char *const *pairs)
{
  GHashTable *table = NULL;

  if (pairs != NULL)
    {
      table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      for (guint i = 0; pairs[i] != NULL && pairs[i + 1] != NULL; i += 2)
        g_hash_table_replace (table, g_strdup (pairs[i]), g_strdup (pairs[i + 1]));
    }
  g_private_replace (&next_table, table);
}

GHashTable *
_icert_take_table (GHashTable **given)
{
  GHashTable *table = *given == NULL ? g_private_get (&next_table) : NULL;

  if (table == NULL)
    return NULL;
  g_private_set (&next_table, NULL);
  *given = table;
  return table;
}

static GPrivate next_objects = G_PRIVATE_INIT ((GDestroyNotify) g_ptr_array_unref);

/**
 * icert_binding_set_objects:
 * @objects: (array length=n_objects) (element-type GObject.Object) (transfer none) (nullable): the
 *   objects; `NULL` with 0 is an empty list
 * @n_objects: how many
 *
 * Says which list of objects the virtual method that this thread is in answers when it then answers
 * `NULL` without an error. For overrides of language bindings only: PyGObject 3.42 loses the list
 * that a virtual method returns. Every other implementation returns the list.
 *
 * Belongs to the calling thread; whoever called the method takes it at once.
 */
void
icert_binding_set_objects (GObject *const *objects, guint n_objects)
{
  GPtrArray *list = g_ptr_array_new_full (n_objects, g_object_unref);

  for (guint i = 0; i < n_objects; i++)
    g_ptr_array_add (list, g_object_ref (objects[i]));
  g_private_replace (&next_objects, list);
}

GPtrArray *
_icert_take_objects (void)
{
  GPtrArray *list = g_private_get (&next_objects);

  g_private_set (&next_objects, NULL);
  return list;
}
