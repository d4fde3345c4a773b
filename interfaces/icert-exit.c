/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "icert-exit.h"

#include "icert-enum-types.h"
#include "icert-invoker-private.h"
#include "icert-private.h"

/**
 * ICertExit:
 *
 * Hears what happened to requests, after it happened: an exit module (AD CS: ICertExit,
 * ICertExit2). Several may be active.
 *
 * Events come from a durable queue: each at least once, in order for one request, also after a
 * crash. An exit can neither change nor delay an answer; a failure is audited and tried again with
 * growing pauses for 24 hours (S-L4). There is no shutdown call:
 * `ICERT_EXIT_EVENT_SHUTDOWN` stands for it. An exit that an application appended is called on its
 * own thread only (see [iface@ICert.Control]).
 */
G_DEFINE_INTERFACE (ICertExit, icert_exit, G_TYPE_OBJECT)

static gboolean
icert_exit_real_initialize (ICertExit *self,
                            ICertServer *ca,
                            ICertSettings *settings,
                            ICertExitEvents *mask,
                            GError **error)
{
  return TRUE;
}

ICERT_DEFINE_UNSUPPORTED (icert_exit,
                          notify_event,
                          gboolean,
                          FALSE,
                          ICertExit *self,
                          ICertExitEvents event,
                          ICertServerExit *server)

static char *
icert_exit_real_get_description (ICertExit *self)
{
  return _icert_describe_module (self);
}

static ICertManageModule *
icert_exit_real_get_manage_module (ICertExit *self)
{
  return _icert_find_manage_module (self);
}

static void
icert_exit_default_init (ICertExitInterface *iface)
{
  iface->initialize = icert_exit_real_initialize;
  iface->notify_event = icert_exit_real_notify_event;
  iface->get_description = icert_exit_real_get_description;
  iface->get_manage_module = icert_exit_real_get_manage_module;
}

static guint
known_events (void)
{
  GFlagsClass *klass = g_type_class_ref (ICERT_TYPE_EXIT_EVENTS);
  guint mask = klass->mask;

  g_type_class_unref (klass);
  return mask;
}

/**
 * icert_exit_initialize:
 * @self: an exit
 * @ca: the CA, outside any request: only CA properties can be read
 * @settings: what the configuration says to this module, judged, with defaults filled in
 * @mask: (out): the events the exit wants; none for nothing at all
 * @error: return location for an error
 *
 * Prepares the exit, once, and asks which events it wants (AD CS: ICertExit::Initialize). An exit
 * that fails here gets no events; the CA goes on without it and says so in the audit log. The
 * default wants nothing.
 *
 * Errors: those of the module; `ICERT_ERROR_FAILED` when it failed without an error;
 * `ICERT_ERROR_MODULE` for events that nobody knows.
 *
 * Returns: `TRUE` when `mask` was set
 */
gboolean
icert_exit_initialize (ICertExit *self,
                       ICertServer *ca,
                       ICertSettings *settings,
                       ICertExitEvents *mask,
                       GError **error)
{
  ICertExitInterface *iface;
  ICertExitEvents answer = ICERT_EXIT_EVENT_NONE;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (mask != NULL, FALSE);
  *mask = ICERT_EXIT_EVENT_NONE;
  g_return_val_if_fail (ICERT_IS_EXIT (self), FALSE);
  g_return_val_if_fail (ICERT_IS_SERVER (ca), FALSE);
  g_return_val_if_fail (ICERT_IS_SETTINGS (settings), FALSE);

  iface = ICERT_EXIT_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, initialize, FALSE, error);
  ok = iface->initialize (self, ca, settings, &answer, &local_error);
  if (!_icert_end_boolean (ok, local_error, self, "initialize", error))
    return FALSE;

  if ((answer & ~known_events ()) != 0)
    {
      _icert_set_broken (error, self, "initialize", "asked for events 0x%x (of ICertExitEvents)",
                         (guint) answer);
      return FALSE;
    }
  *mask = answer;
  return TRUE;
}

/**
 * icert_exit_notify_event:
 * @self: an exit
 * @event: what happened: exactly one event
 * @server: request and certificate, to read; an [class@ICert.IssuedContext], which may be kept with
 *   `g_object_ref()` since it is a snapshot
 * @error: return location for an error
 *
 * Tells the exit of one event (AD CS: ICertExit::Notify; the name `notify` belongs to GObject). It
 * is called after the commit of what it tells about, one event after the other; the same event may
 * come again after a crash.
 *
 * Errors: those of the module, which make the engine try again; `ICERT_ERROR_FAILED` when it failed
 * without an error; `ICERT_ERROR_NOT_SUPPORTED` when it hears no events.
 *
 * Returns: `TRUE` when the event needs no further attempt
 */
gboolean
icert_exit_notify_event (ICertExit *self,
                         ICertExitEvents event,
                         ICertServerExit *server,
                         GError **error)
{
  ICertExitInterface *iface;
  GError *local_error = NULL;
  gboolean ok;

  g_return_val_if_fail (ICERT_IS_EXIT (self), FALSE);
  g_return_val_if_fail (ICERT_IS_SERVER_EXIT (server), FALSE);

  if (!_icert_check_flags (ICERT_TYPE_EXIT_EVENTS, event, "event", error))
    return FALSE;
  iface = ICERT_EXIT_GET_IFACE (self);
  ICERT_REQUIRE_SLOT (iface, notify_event, FALSE, error);
  ok = iface->notify_event (self, event, server, &local_error);
  return _icert_end_boolean (ok, local_error, self, "notify_event", error);
}

/**
 * icert_exit_get_description:
 * @self: an exit
 *
 * Says in one line what the exit is (AD CS: ICertExit::GetDescription); it is CA property
 * `ICERT_CA_PROPERTY_EXIT_DESCRIPTION`. An exit that says nothing is described by its property
 * `description` when it is an [iface@ICert.ManageModule], else by the name of its type.
 *
 * Any thread.
 *
 * Returns: (transfer full): one line of UTF-8 text
 */
char *
icert_exit_get_description (ICertExit *self)
{
  ICertExitInterface *iface;
  char *description;

  g_return_val_if_fail (ICERT_IS_EXIT (self), NULL);

  iface = ICERT_EXIT_GET_IFACE (self);
  description = iface->get_description != NULL ? iface->get_description (self) : NULL;
  return description != NULL ? description : icert_exit_real_get_description (self);
}

/**
 * icert_exit_get_manage_module:
 * @self: an exit
 *
 * Gives the object that describes the settings of the exit (AD CS: ICertExit2::GetManageModule).
 * The default is the exit itself, when it is one.
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): the settings, or `NULL` when there are none
 */
ICertManageModule *
icert_exit_get_manage_module (ICertExit *self)
{
  ICertExitInterface *iface;

  g_return_val_if_fail (ICERT_IS_EXIT (self), NULL);

  iface = ICERT_EXIT_GET_IFACE (self);
  return iface->get_manage_module != NULL ? iface->get_manage_module (self) : NULL;
}
