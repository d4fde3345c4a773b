/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib-object.h>

/* Objects that an application lends to an engine are called on the thread that lent them, and
 * nowhere else: scripts can do no other (gi-rules 24, 28). Each such thread has a queue of calls.
 * Whoever comes first runs one: the main context that the object was lent in, or the thread itself
 * while it waits inside the engine (CaWaiter). An object is never called again while a call of it
 * runs, so depth is bounded, and what waits for itself ends at its deadline. */
typedef struct _CaOwned CaOwned;
typedef struct _CaOwner CaOwner;

/* whether @tag takes objects at this moment; called with a lock held. An error says why not. */
typedef gboolean (*CaLendCheck) (gconstpointer tag, GError **error);

/* on the owner's thread */
typedef void (*CaOwnedFunc) (gpointer object, gpointer data);

typedef enum
{
  CA_CALL_DONE,
  CA_CALL_LATE, /* no answer in time; it may still come, and counts nothing */
  CA_CALL_GONE  /* the object was let go, or its thread has ended */
} CaCallEnd;

/* The calling thread becomes the owner of @object, which is a GObject. @tag: whom it is lent to. */
CaOwned *ca_owned_new (gpointer object, gconstpointer tag);
/* Any thread; never the object's end, since ca_owned_release() comes before. */
void ca_owned_unref (CaOwned *owned);

/* whether it is @object, which is not let go */
gboolean ca_owned_is (CaOwned *owned, gconstpointer object);
/* whether nobody calls it any more: it was let go, or its thread has ended */
gboolean ca_owned_is_gone (CaOwned *owned);

/* Calls @func and waits, at most @deadline_ms; inline when this is the owner's thread. A late call
 * goes on behind its caller, so what it touches is @data, which @release lets go once, on any
 * thread: the caller keeps a reference of its own. */
CaCallEnd ca_owned_call (CaOwned *owned,
                         CaOwnedFunc func,
                         gpointer data,
                         GDestroyNotify release,
                         guint deadline_ms);
/* The same without waiting and without a deadline. Dropped when the object is let go first. */
void ca_owned_post (CaOwned *owned, CaOwnedFunc func, gpointer data, GDestroyNotify release);

/* Drops what has not begun and lets the object go: at once on its own thread, else in its main
 * context. */
void ca_owned_release (CaOwned *owned);
/* The same, always in its main context and after @farewell (nullable): for a caller that may be the
 * finaliser of a script's object. */
void ca_owned_release_later (CaOwned *owned, CaOwnedFunc farewell);

/* whether a call of an object lent to @tag runs on this thread */
gboolean ca_owner_is_calling (gconstpointer tag);
/* Runs what is queued for this thread, for as long as said; sleeps when there is nothing. */
void ca_owner_pump (guint milliseconds);

/* Waiting inside the engine. */
typedef struct
{
  GMutex mutex;
  GCond cond;
  CaOwner *owner; /* of the thread that waits; NULL: it runs no calls meanwhile */
  gboolean done;
} CaWaiter;

/* On the thread that will wait. @pumps: it runs the calls of its own objects meanwhile; not where
 * a lock is held. */
void ca_waiter_init (CaWaiter *waiter, gboolean pumps);
void ca_waiter_clear (CaWaiter *waiter);
/* once, any thread */
void ca_waiter_wake (CaWaiter *waiter);
/* FALSE: @until (monotonic; -1 for ever) has passed */
gboolean ca_waiter_wait (CaWaiter *waiter, gint64 until);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CaOwned, ca_owned_unref)
