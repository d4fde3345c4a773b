/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-async.h"

#include "icert-invoker-private.h"

static void
closure_free (gpointer closure)
{
  g_closure_unref (closure);
}

static GPrivate next = G_PRIVATE_INIT (closure_free);

/**
 * icert_set_async_closure:
 * @closure: (nullable): called with the source object and the [iface@Gio.AsyncResult]; `NULL` takes
 *   back what was set
 *
 * Says what the next asynchronous call of this thread ends with when it is given no callback. For
 * overrides of language bindings: PyGObject 3.42 loses memory with each callback it makes, and
 * none with a closure. Every other caller gives a callback.
 *
 * Set it right before the call and take it back behind it, since a call that is refused for its
 * arguments leaves it where it is. Belongs to the calling thread; the closure is called once, in
 * the thread-default main context of that call.
 */
void
icert_set_async_closure (GClosure *closure)
{
  if (closure != NULL)
    {
      g_closure_ref (closure);
      g_closure_sink (closure);
      if (G_CLOSURE_NEEDS_MARSHAL (closure))
        g_closure_set_marshal (closure, g_cclosure_marshal_generic);
    }
  g_private_replace (&next, closure);
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
_icert_take_async_closure (GAsyncReadyCallback *callback, gpointer *user_data)
{
  GClosure *closure = *callback == NULL ? g_private_get (&next) : NULL;

  if (closure == NULL)
    return;
  /* the reference goes to the callback */
  g_private_set (&next, NULL);
  *callback = call_closure_cb;
  *user_data = closure;
}
