/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-control.h"

#include "icert-enum-types.h"
#include "icert-invoker-private.h"
#include "icert-private.h"

/**
 * ICertControl:
 *
 * The engine of a `local:` CA in this process, to which an application lends policies and exits of
 * its own, written in any language (no AD CS counterpart). Get one with
 * [func@ICert.Control.open].
 *
 * A CA that is opened through a control before anything else opens it is not started: every
 * submission and resubmission is refused with `ICERT_ERROR_WRONG_STATE` until
 * [method@ICert.Control.start], so that nothing is judged before the application's own policy is
 * there. A CA that was open already runs, and what is appended takes effect for the next request.
 * All objects of one CA in a process share one engine.
 *
 * **Threads.** An object that is appended belongs to the thread that appended it, and to the
 * thread-default main context of that moment: nobody calls it on another thread. While that thread
 * waits in a synchronous call, as [method@ICert.Request.submit] or [method@ICert.Control.stop], its
 * objects are called inside that call; otherwise from its main context, which the thread has to
 * iterate. A policy whose thread does neither for 10 seconds gave no verdict: the request stays
 * pending with status MODULE (S-L3), and after four such times it is not asked any more. An object
 * is never called again while a call of it runs; so a policy that submits to its own CA waits for
 * itself, until that time is over.
 *
 * A control that is let go without [method@ICert.Control.stop] leaves the CA open as long as other
 * objects of it are there. When the last one goes, the appended objects are let go in their main
 * context; events that were not delivered stay in the CA's outbox. If a policy was
 * among them, the CA is not started when this process opens it again, whatever object does: it
 * takes no requests until a control starts it, so that a control which went out of scope by mistake
 * never means that certificates are issued without the application's policy.
 */
G_DEFINE_INTERFACE (ICertControl, icert_control, G_TYPE_OBJECT)

ICERT_DEFINE_UNSUPPORTED (icert_control,
                          append_policy,
                          gboolean,
                          FALSE,
                          ICertControl *self,
                          ICertPolicy *policy)

ICERT_DEFINE_UNSUPPORTED (icert_control,
                          append_exit,
                          gboolean,
                          FALSE,
                          ICertControl *self,
                          ICertExit *exit)

ICERT_DEFINE_UNSUPPORTED (icert_control,
                          start,
                          gboolean,
                          FALSE,
                          ICertControl *self,
                          GCancellable *cancellable)

ICERT_DEFINE_UNSUPPORTED (icert_control,
                          stop,
                          gboolean,
                          FALSE,
                          ICertControl *self,
                          GCancellable *cancellable)

static void
icert_control_default_init (ICertControlInterface *iface)
{
  iface->append_policy = icert_control_real_append_policy;
  iface->append_exit = icert_control_real_append_exit;
  iface->start = icert_control_real_start;
  iface->stop = icert_control_real_stop;

  /**
   * ICertControl:config:
   *
   * Config string of the CA, `HOST\CA NAME`.
   */
  g_object_interface_install_property (
      iface,
      g_param_spec_string ("config", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
}

/* A binding that was given something else hands over NULL, or an object without the interface. */
static gboolean
check_object (gpointer object, GType type, const char *field, GError **error)
{
  if (!_icert_check_not_null (object, field, error))
    return FALSE;
  if (G_TYPE_CHECK_INSTANCE_TYPE (object, type))
    return TRUE;
  icert_set_error (error, ICERT_ERROR_MALFORMED, field, "is no %s (an object that implements it)",
                   g_type_name (type));
  return FALSE;
}

/**
 * icert_control_append_policy:
 * @self: a control
 * @policy: a policy of this process
 * @error: return location for an error
 *
 * Appends `policy` to the chain of policies, behind the configured ones and those appended before.
 * It is initialised at once, in this call, with the settings that its manage module describes, all
 * at their defaults. From the next request on it is asked like any other; trace, messages and the
 * audit log call it by the name of its type.
 *
 * The CA keeps a reference until [method@ICert.Control.stop] or until it is closed. `policy`
 * belongs to the calling thread and its thread-default main context (see [iface@ICert.Control]).
 * Needs the role of an administrator.
 *
 * Any thread.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_CONFLICT` when it is appended already;
 * `ICERT_ERROR_WRONG_STATE` while somebody stops the CA;
 * `ICERT_ERROR_NOT_SUPPORTED` when its class does not implement `verify_request`;
 * `ICERT_ERROR_MALFORMED` for an object that is no policy; those of
 * [method@ICert.Policy.initialize].
 *
 * Returns: `TRUE` when the policy is part of the chain
 */
gboolean
icert_control_append_policy (ICertControl *self, ICertPolicy *policy, GError **error)
{
  ICertControlInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_CONTROL (self), FALSE);

  if (!check_object (policy, ICERT_TYPE_POLICY, "policy", error))
    return FALSE;
  iface = ICERT_CONTROL_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, append_policy, FALSE, error);
  ok = iface->append_policy (self, policy, &local_error);
  return _icert_end_boolean (ok, local_error, self, "append_policy", error);
}

/**
 * icert_control_append_exit:
 * @self: a control
 * @exit: an exit of this process
 * @error: return location for an error
 *
 * Appends `exit` to those that are told of events. It is initialised at once, in this call; from
 * then on it gets the events that it asked for, one after the other. Events that an exit of the
 * same type did not get in an earlier run, or before it was let go, come first.
 * `ICERT_EXIT_EVENT_STARTUP` reaches it when the CA is started, or now when it runs.
 *
 * The CA keeps a reference until [method@ICert.Control.stop] or until it is closed. `exit` belongs
 * to the calling thread and its thread-default main context (see [iface@ICert.Control]). Needs the
 * role of an administrator.
 *
 * Any thread.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_CONFLICT` when it is appended already;
 * `ICERT_ERROR_WRONG_STATE` while somebody stops the CA;
 * `ICERT_ERROR_NOT_SUPPORTED` when its class does not implement `notify_event`;
 * `ICERT_ERROR_MALFORMED` for an object that is no exit; `ICERT_ERROR_STORAGE`; those of
 * [method@ICert.Exit.initialize].
 *
 * Returns: `TRUE` when the exit will get events
 */
gboolean
icert_control_append_exit (ICertControl *self, ICertExit *exit, GError **error)
{
  ICertControlInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_CONTROL (self), FALSE);

  if (!check_object (exit, ICERT_TYPE_EXIT, "exit", error))
    return FALSE;
  iface = ICERT_CONTROL_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, append_exit, FALSE, error);
  ok = iface->append_exit (self, exit, &local_error);
  return _icert_end_boolean (ok, local_error, self, "append_exit", error);
}

/**
 * icert_control_start:
 * @self: a control
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Lets the CA take requests. Exits get `ICERT_EXIT_EVENT_STARTUP`. A CA that runs goes on. Needs
 * the role of an administrator.
 *
 * Any thread.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_WRONG_STATE` while it is being stopped;
 * `G_IO_ERROR_CANCELLED`.
 *
 * Returns: `TRUE` when the CA runs
 */
gboolean
icert_control_start (ICertControl *self, GCancellable *cancellable, GError **error)
{
  ICertControlInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_CONTROL (self), FALSE);

  iface = ICERT_CONTROL_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, start, FALSE, error);
  ok = iface->start (self, cancellable, &local_error);
  return _icert_end_boolean (ok, local_error, self, "start", error);
}

/**
 * icert_control_start_async:
 * @self: a control
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Control.start] without blocking.
 */
void
icert_control_start_async (ICertControl *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_return_if_fail (ICERT_IS_CONTROL (self));

  _icert_call_async (self, G_CALLBACK (icert_control_start), icert_control_start_async,
                     G_TYPE_BOOLEAN, cancellable, callback, user_data, G_TYPE_INVALID);
}

/**
 * icert_control_start_finish:
 * @self: a control
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Control.start_async]. Errors are those of [method@ICert.Control.start].
 *
 * Returns: `TRUE` when the CA runs
 */
gboolean
icert_control_start_finish (ICertControl *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_CONTROL (self), FALSE);

  return _icert_finish_boolean (self, result, icert_control_start_async, error);
}

/**
 * icert_control_stop:
 * @self: a control
 * @cancellable: (nullable): to stop waiting; only before it begins
 * @error: return location for an error
 *
 * Refuses new submissions to the CA, whatever object they come through, lets those that run end,
 * tells exits what is due and `ICERT_EXIT_EVENT_SHUTDOWN` (for a few seconds at most), shuts the
 * appended policies down on their threads, and lets go of all appended objects. A CA that is
 * stopped already stays so. Queries and retrievals go on.
 *
 * [method@ICert.Control.start] after it runs the configured modules alone, until something is
 * appended again. Needs the role of an administrator.
 *
 * Any thread; blocks, and calls the appended objects of the calling thread meanwhile.
 *
 * Errors: `ICERT_ERROR_NOT_AUTHORIZED`; `ICERT_ERROR_WRONG_STATE` while somebody else stops it, or
 * inside a call of an appended object of this CA, which would wait for itself;
 * `G_IO_ERROR_CANCELLED`.
 *
 * Returns: `TRUE` when the CA is stopped
 */
gboolean
icert_control_stop (ICertControl *self, GCancellable *cancellable, GError **error)
{
  ICertControlInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_CONTROL (self), FALSE);

  iface = ICERT_CONTROL_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, stop, FALSE, error);
  ok = iface->stop (self, cancellable, &local_error);
  return _icert_end_boolean (ok, local_error, self, "stop", error);
}

/**
 * icert_control_stop_async:
 * @self: a control
 * @cancellable: (nullable): to stop waiting; only before it begins
 * @callback: (scope async) (nullable): called in the caller's main context when there is an answer
 * @user_data: data for `callback`
 *
 * [method@ICert.Control.stop] without blocking. The main contexts of the appended objects have to
 * be iterated meanwhile.
 */
void
icert_control_stop_async (ICertControl *self,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (ICERT_IS_CONTROL (self));

  _icert_call_async (self, G_CALLBACK (icert_control_stop), icert_control_stop_async,
                     G_TYPE_BOOLEAN, cancellable, callback, user_data, G_TYPE_INVALID);
}

/**
 * icert_control_stop_finish:
 * @self: a control
 * @result: what the callback got
 * @error: return location for an error
 *
 * Ends [method@ICert.Control.stop_async]. Errors are those of [method@ICert.Control.stop].
 *
 * Returns: `TRUE` when the CA is stopped
 */
gboolean
icert_control_stop_finish (ICertControl *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (ICERT_IS_CONTROL (self), FALSE);

  return _icert_finish_boolean (self, result, icert_control_stop_async, error);
}
