# SPDX-License-Identifier: LGPL-2.1-or-later
"""await on the asynchronous pairs, and the loop that serves it."""

import asyncio
import threading
import time
import unittest

import ca
import tap

import gi

gi.require_version("ICert", "1.0")
from gi.repository import Gio, GLib, GObject, ICert  # noqa: E402

PROFILE = {"CertificateTemplate": "User"}


class Slow(GObject.Object, ICert.Admin):
    """An officer's object that takes its time, and says whether it was cancelled."""

    __gtype_name__ = "AwaitSlow"

    def __init__(self):
        super().__init__()
        self.cancelled = 0
        self.running = 0

    def do_get_my_roles(self, cancellable):
        self.running += 1
        until = time.monotonic() + 10
        while not cancellable.is_cancelled() and time.monotonic() < until:
            time.sleep(0.005)
        self.running -= 1
        self.cancelled += cancellable.is_cancelled()
        cancellable.set_error_if_cancelled()
        return ICert.Roles.NONE

    def do_deny_request(self, request_id, _reason, _cancellable):
        if request_id > 100:
            raise ICert.NotFoundError(
                "request-id: unknown (a request)", request_id=request_id
            )
        return True


class Await(unittest.TestCase):
    """Pairs as futures of asyncio."""

    def test_one(self):
        """await gives what the finish function gives"""

        async def main():
            request = ICert.Request.open(ca.make())
            return await request.submit_async(0, ca.request("one.example.org"), PROFILE)

        answer = ICert.run(main())
        self.assertEqual(answer.disposition, ICert.Disposition.ISSUED)

    def test_gather(self):
        """Many calls are under way at once"""

        async def main():
            request = ICert.Request.open(ca.make())
            data = ca.request("many.example.org")
            calls = [request.submit_async(0, data, PROFILE) for _ in range(50)]
            return await asyncio.gather(*calls)

        answers = ICert.run(main())
        self.assertEqual(len({answer.request_id for answer in answers}), 50)

    def test_error(self):
        """An error is raised where it is awaited, with its class"""

        async def main():
            with self.assertRaises(ICert.NotFoundError) as caught:
                await Slow().deny_request_async(101)
            self.assertEqual(caught.exception.details["request-id"], 101)
            return await Slow().deny_request_async(100)

        self.assertTrue(ICert.run(main()))

    def test_cancelled_task(self):
        """Cancelling the task that awaits cancels the call"""
        slow = Slow()

        async def main():
            task = asyncio.ensure_future(slow.get_my_roles_async())
            await asyncio.sleep(0.05)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task

        ICert.run(main())
        self.assertEqual((slow.cancelled, slow.running), (1, 0))

    def test_create_task(self):
        """create_task() and groups take a call, as a task of that name that cancels it"""
        slow = Slow()

        async def main():
            task = asyncio.create_task(slow.get_my_roles_async(), name="roles")
            self.assertEqual(task.get_name(), "roles")
            await asyncio.sleep(0.05)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
            async with asyncio.TaskGroup() as group:
                denied = group.create_task(Slow().deny_request_async(100))
            return denied.result()

        self.assertTrue(ICert.run(main()))
        self.assertEqual((slow.cancelled, slow.running), (1, 0))

    def test_timeout(self):
        """asyncio's own timeout ends a call, and the loop is not held up by it"""
        slow = Slow()

        async def main():
            with self.assertRaises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await slow.get_my_roles_async()

        begun = time.monotonic()
        ICert.run(main())
        self.assertLess(time.monotonic() - begun, 5)
        self.assertEqual(slow.cancelled, 1)

    def test_own_cancellable(self):
        """A cancellable of the caller works too, and is not cancelled by others"""
        slow, cancellable = Slow(), Gio.Cancellable()

        async def main():
            future = slow.get_my_roles_async(cancellable)
            other = slow.get_my_roles_async(cancellable)
            await asyncio.sleep(0.05)
            other.cancel()
            self.assertFalse(cancellable.is_cancelled())
            cancellable.cancel()
            with self.assertRaises(GLib.Error) as caught:
                await future
            self.assertTrue(
                caught.exception.matches(
                    Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED
                )
            )
            with self.assertRaises(GLib.Error):
                await slow.get_my_roles_async(cancellable)

        ICert.run(main())

    def test_callback(self):
        """With a callback nothing is changed"""
        loop, answers = GLib.MainLoop(), []

        def done(source, result, word):
            answers.append((source.submit_finish(result).disposition, word))
            loop.quit()

        request = ICert.Request.open(ca.make())
        request.submit_async(
            0, ca.request("cb.example.org"), PROFILE, None, done, "word"
        )
        loop.run()
        self.assertEqual(answers, [(ICert.Disposition.ISSUED, "word")])

    def test_without_loop(self):
        """Where nobody would serve the call it is refused at once"""
        request = ICert.Request.open(ca.make())
        with self.assertRaisesRegex(RuntimeError, "ICert.run"):
            request.retrieve_pending_async(1)

        async def elsewhere():
            request.retrieve_pending_async(1)

        with self.assertRaisesRegex(RuntimeError, "ICert.run"):
            asyncio.run(elsewhere())
        for wrong in (None, 5, lambda: None):
            with self.assertRaises(TypeError):
                ICert.run(wrong)

    def test_view(self):
        """async for walks a view"""

        async def main():
            view = ICert.View.open(ca.make())
            view.set_columns(["Request.RequestID"])
            return [
                row["Request.RequestID"] async for row in view
            ], await view.count_async()

        rows, count = ICert.run(main())
        self.assertEqual(len(rows), count)


class Loop(unittest.TestCase):
    """The loop of ICert.run()."""

    def test_main_context(self):
        """Sources of the main context are served meanwhile"""

        async def main():
            ticks = []
            GLib.timeout_add(5, lambda: ticks.append(1) or len(ticks) < 5)
            while len(ticks) < 5:
                await asyncio.sleep(0.01)
            return len(ticks)

        self.assertEqual(ICert.run(main()), 5)

    def test_own_context(self):
        """In another thread it runs on that thread's context"""
        answers = []

        def work():
            context = GLib.MainContext()
            context.push_thread_default()
            try:
                answers.append(ICert.run(main()))
            finally:
                context.pop_thread_default()

        async def main():
            return (
                await ICert.Request.open(ca.make()).submit_async(
                    0, ca.request("thread.example.org"), PROFILE
                )
            ).disposition

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        self.assertEqual(answers, [ICert.Disposition.ISSUED])

    def test_other_threads(self):
        """call_soon_threadsafe() wakes it"""

        async def main():
            loop = asyncio.get_running_loop()
            future = loop.create_future()
            threading.Timer(
                0.05, loop.call_soon_threadsafe, (future.set_result, 7)
            ).start()
            return await future

        self.assertEqual(ICert.run(main()), 7)

    def test_exception(self):
        """An exception of the coroutine comes out, and what was left over is cancelled"""
        left = []

        async def forever():
            try:
                await asyncio.sleep(1000)
            except asyncio.CancelledError:
                left.append("cancelled")
                raise

        async def main():
            asyncio.ensure_future(forever())
            await asyncio.sleep(0)
            raise KeyError("x")

        with self.assertRaises(KeyError):
            ICert.run(main())
        self.assertEqual(left, ["cancelled"])

    def test_interrupt(self):
        """Ctrl-C ends it"""
        import signal

        async def main():
            threading.Timer(0.1, signal.raise_signal, (signal.SIGINT,)).start()
            await asyncio.sleep(20)

        begun = time.monotonic()
        with self.assertRaises(KeyboardInterrupt):
            ICert.run(main())
        self.assertLess(time.monotonic() - begun, 10)


if __name__ == "__main__":
    tap.main()
