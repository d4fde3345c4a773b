# SPDX-License-Identifier: LGPL-2.1-or-later
"""await for the asynchronous pairs: an asyncio loop that runs on a GLib main context.

asyncio's own base loop asks one object for what happened and how long it may sleep;
here that object is the main context. So gather, timeouts and tasks are asyncio's own.
Sockets of asyncio are not served: Gio has them.
"""

import asyncio

from gi.repository import Gio, GLib, GObject

from .._ossighelper import wakeup_on_signal
from gi._error import GError


class Timer(GLib.Source):
    """Wakes the context at its ready time.

    One for each loop, since PyGObject loses 112 octets for each callback that it makes
    (measured with 3.42); a source of Python's own has none.
    """

    def prepare(self):
        return False, -1

    def check(self):
        return False

    def dispatch(self, _callback, _args):
        self.set_ready_time(-1)
        return GLib.SOURCE_CONTINUE


class ContextLoop(asyncio.BaseEventLoop):
    """asyncio on the thread-default main context of the thread that makes it."""

    def __init__(self):
        super().__init__()
        self._context = GLib.MainContext.ref_thread_default()
        self._selector = self
        self._timer = Timer()
        self._timer.attach(self._context)
        self.operations = set()

    def select(self, timeout):
        """Serves the context once; waits at most @timeout seconds for something."""
        if timeout is not None and timeout > 0:
            self._timer.set_ready_time(
                GLib.get_monotonic_time() + int(timeout * 1e6) + 1
            )
        self._context.iteration(timeout is None or timeout > 0)
        self._timer.set_ready_time(-1)
        return ()

    def create_task(self, coro, **keywords):
        """Takes a call that is to be awaited, too, though it is a future."""
        if asyncio.isfuture(coro):
            coro = wait_for(coro)
        return super().create_task(coro, **keywords)

    def close(self):
        self._timer.destroy()
        super().close()

    def _process_events(self, event_list):
        pass

    def _write_to_self(self):
        self._context.wakeup()

    async def shutdown_asyncgens(self):
        """At the end: calls that C still has in hand come back first."""
        while self.operations:
            await asyncio.wait(self.operations)
        await super().shutdown_asyncgens()


async def wait_for(future):
    """@future as a coroutine; cancelling its task cancels the call."""
    return await future


def is_ours(loop):
    """Whether @loop serves a main context: this one, or that of a newer PyGObject."""
    return isinstance(loop, ContextLoop) or type(loop).__module__ == "gi.events"


def start(begin, finish, cancellable):
    """Begins an operation and answers a future of its result."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        loop = None
    if not is_ours(loop):
        raise RuntimeError("no main loop to await in (a callback, or ICert.run())")
    return Operation(loop, begin, finish, cancellable).future


class Operation:
    """An asynchronous call on its way, with a cancellable of its own."""

    def __init__(self, loop, begin, finish, outer):
        self.loop = loop
        self.finish = finish
        self.future = loop.create_future()
        self.ended = loop.create_future()
        self.cancellable = Gio.Cancellable()
        self.outer = outer
        self.handler = 0
        if outer is not None:
            self.follow(outer)
        self.future.add_done_callback(self.cancel)
        begin(self.cancellable, self.done)
        getattr(loop, "operations", set()).add(self.ended)

    def follow(self, outer):
        """Cancelled when the caller's own cancellable is."""
        self.handler = GObject.Object.connect(
            outer, "cancelled", lambda _outer: self.cancellable.cancel()
        )
        if outer.is_cancelled():
            self.cancellable.cancel()

    def cancel(self, future):
        """The task that waited was cancelled, so the call is."""
        if future.cancelled():
            self.cancellable.cancel()

    def done(self, _source, result):
        if self.handler:
            GObject.Object.disconnect(self.outer, self.handler)
        try:
            answer, error = self.finish(result), None
        except GError as caught:
            answer, error = None, caught
        if not self.future.done():
            if error is None:
                self.future.set_result(answer)
            else:
                self.future.set_exception(error)
        getattr(self.loop, "operations", set()).discard(self.ended)
        if not self.ended.done():
            self.ended.set_result(None)


def run(main):
    """ICert.run()."""
    if not asyncio.iscoroutine(main):
        raise TypeError(f"main: is {type(main).__name__} (must be a coroutine)")
    with asyncio.Runner(loop_factory=ContextLoop) as runner, wakeup_on_signal():
        return runner.run(main)
