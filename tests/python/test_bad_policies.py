# SPDX-License-Identifier: LGPL-2.1-or-later
"""Policies and exits that do everything wrong, in the engine of their own application.

S-L3: the request stays pending with status MODULE and the module's name; nothing is
issued, no critical is logged, and the process lives on.
"""

import asyncio
import contextlib
import functools
import io
import os
import sys
import threading
import time
import unittest

import ca
import tap

import gi

gi.require_version("ICert", "1.0")
from gi.repository import GLib, GObject, ICert  # noqa: E402

ISSUE = True, ICert.Verdict.ISSUE


@contextlib.contextmanager
def quiet():
    """What is printed on standard error inside, tracebacks above all."""
    with contextlib.redirect_stderr(io.StringIO()) as text:
        yield text


class Policy(GObject.Object, ICert.Policy):
    """Does in verify_request what the test says."""

    __gtype_name__ = "BadPolicy"

    def __init__(self, act):
        super().__init__()
        self.act = act

    def do_verify_request(self, server, new_request):
        return self.act(server, new_request)


class Bad(unittest.TestCase):
    """A CA with one bad module at a time."""

    def setUp(self):
        self.config = ca.make()
        self.control = ICert.Control.open(self.config)
        self.addCleanup(self.control.stop)

    def submit(self):
        request = ICert.Request.open(self.config)
        return request.submit(
            0, ca.request("bad.example.org"), {"CertificateTemplate": "User"}
        )

    def judged(self, policy):
        """What becomes of a request that @policy judges after the CA's own."""
        self.control.append_policy(policy)
        self.control.start()
        try:
            with quiet() as self.printed:
                return self.submit()
        finally:
            self.control.stop()

    def pends(self, policy, name="BadPolicy"):
        """The request is pending with status MODULE, the module named, nothing issued."""
        answer = self.judged(policy)
        self.assertEqual(answer.disposition, ICert.Disposition.UNDER_SUBMISSION)
        self.assertIn(name, answer.message)
        self.assertEqual(answer.status.code, ICert.Error.MODULE, answer.status)
        self.assertIsNone(answer.get_certificate(ICert.OutputFlags.BINARY))
        view = ICert.View.open(self.config)
        view.set_columns(["Request.Disposition", "SerialNumber"])
        view.add_restriction("Request.RequestID", ICert.Seek.EQ, answer.request_id)
        self.assertEqual(
            list(view[0].values()), [int(ICert.RowDisposition.PENDING), None]
        )
        return answer

    def raising(self, error):
        def act(_server, _new_request):
            raise error

        return Policy(act)


class Answers(Bad):
    """S-L3: what verify_request may raise and return."""

    def test_good(self):
        """A good policy issues, so that what follows means something"""
        answer = self.judged(Policy(lambda *_args: ISSUE))
        self.assertEqual(answer.disposition, ICert.Disposition.ISSUED)

    def test_refusal(self):
        """An error with a refusal code is an answer: it denies with that code and text"""
        error = ICert.BadNameError("subject: not ours (example.org)", actual=3)
        answer = self.judged(self.raising(error))
        self.assertEqual(answer.disposition, ICert.Disposition.DENIED)
        self.assertEqual(answer.status.code, ICert.Error.BAD_NAME)
        self.assertIn("subject: not ours (example.org)", answer.status.message)
        self.assertEqual(answer.status.details["actual"], 3)

    def test_exceptions(self):
        """S-L3: every other exception leaves it pending; the message says which, stderr where"""
        for error in (
            ValueError("oops, 1"),
            KeyError("oops, 2"),
            AssertionError("oops, 3"),
            RecursionError("oops, 4"),
            MemoryError("oops, 5"),
            KeyboardInterrupt("oops, 6"),
            asyncio.CancelledError("oops, 7"),
            GeneratorExit("oops, 8"),
            StopIteration("oops, 9"),
            type("Own", (Exception,), {})("oops, 10"),
        ):
            with self.subTest(error=type(error).__name__):
                answer = self.pends(self.raising(error))
                self.assertIn(str(error.args[0]), self.printed.getvalue())
                self.assertIn("in act", self.printed.getvalue())
                self.assertRegex(
                    answer.message,
                    rf"BadPolicy raised {type(error).__name__}: .*{error.args[0]}",
                )

    def test_messages(self):
        """S-L3: whatever an exception says becomes one line, and no detail of the error"""

        class Mute(Exception):
            def __str__(self):
                raise ValueError("trap")

        class Gone(Exception):
            def __str__(self):
                return 5

        for error, text in (
            (ValueError("a\nb\tc"), "ValueError: a b c (an answer)"),
            (ValueError("x" * 10000), "x… (an answer)"),
            (ValueError("ü" * 10000), "ValueError: üüü"),
            (ValueError("nul \0 \ud800"), "ValueError: nul ? ? (an answer)"),
            (ValueError("no [code=DENIED status=0x80094803]"), "status=0x80094803] (an answer)"),
            (ValueError(), "ValueError: (an answer)"),
            (Mute(), "raised Mute (an answer)"),
            (Gone(), "raised Gone (an answer)"),
        ):
            with self.subTest(error=type(error).__name__, text=text):
                answer = self.pends(self.raising(error))
                self.assertIn(text, answer.message)
                self.assertNotIn("\n", answer.message)

    def test_exit(self):
        """sys.exit() ends nothing"""
        for code in (0, 1, "text", None):
            with self.subTest(code=code):
                self.pends(Policy(lambda *_args, c=code: sys.exit(c)))
                self.assertIn("sys.exit", self.printed.getvalue())

    def test_errors(self):
        """Errors of other domains and codes, and broken ones, leave it pending"""
        strange = ICert.DeniedError("x")
        strange.code = 99
        huge = ICert.DeniedError("x")
        huge.code = 1 << 80
        for error in (
            GLib.Error("other: domain (ours)", "g-io-error-quark", 1),
            GLib.Error("no domain"),
            GLib.Error(None, None, None),
            GLib.Error("nul \0 nul", "icert-error-quark", 10),
            GLib.Error("surrogate \ud800", "icert-error-quark", 10),
            GLib.Error("empty", "", 1),
            GLib.Error("bytes", b"icert-error-quark", 10),
            GLib.Error("code", "icert-error-quark", "10"),
            GLib.Error("negative", "icert-error-quark", -1),
            strange,
            huge,
            ICert.NotFoundError("request: gone (a request)"),
            ICert.FailedError(""),
            ICert.InternalError("\n" * 1000),
        ):
            with self.subTest(error=str(error.args)):
                self.pends(self.raising(error))

    def test_returns(self):
        """S-L3: only a truth value and a verdict are an answer"""
        verdict = ICert.Verdict.ISSUE

        class Tuple(tuple):
            pass

        class Liar(int):
            pass

        for answer in (
            None, True, False, 1, 99, "issue", verdict, ICert, object(), NotImplemented,
            (), (True,), (verdict,), (True, verdict, 1), (True, verdict, None, None),
            (True, None), (None, verdict), (1.0, verdict), ("yes", verdict), (2, verdict),
            (True, True), (True, 99), (True, -1), (True, 1 << 80), (True, "issue"), (True, 1.0),
            (True, ICert.Disposition.ISSUED), (True, ICert.Roles.ADMIN), (verdict, True),
            (False, verdict), [True], [], {True: verdict}, {True, verdict}, b"\1\1",
            iter((True, verdict)), Tuple((True,)), (True, (verdict,)), (True, [verdict]),
        ):  # fmt: skip
            with self.subTest(answer=repr(answer)):
                answer = self.pends(Policy(lambda *_args, a=answer: a))
                self.assertIn("verify_request", answer.message)
        for answer in (
            [True, verdict],
            (1, 1),
            Tuple((True, verdict)),
            (True, Liar(1)),
        ):
            with self.subTest(answer=repr(answer)):
                answer = self.judged(Policy(lambda *_args, a=answer: a))
                self.assertEqual(answer.disposition, ICert.Disposition.ISSUED)

    def test_coroutine(self):
        """A policy that is a coroutine or a generator gave no verdict"""

        async def later(_server, _new_request):
            return ISSUE

        def some(_server, _new_request):
            yield ISSUE

        with self.assertWarnsRegex(RuntimeWarning, "never awaited"):
            self.pends(Policy(later))
        self.pends(Policy(some))

    def test_signature(self):
        """A method with other parameters gave no verdict"""
        self.pends(Policy(lambda: ISSUE))
        self.pends(Policy(lambda _server: ISSUE))
        self.pends(Policy(lambda _server, _new, _more: ISSUE))
        self.pends(Policy(None))
        self.pends(Policy(7))

    def test_answer_that_raises(self):
        """An answer whose own methods raise is no answer"""

        class Trap:
            def __index__(self):
                raise ValueError("trap")

            def __eq__(self, other):
                raise ValueError("trap")

            def __bool__(self):
                raise ValueError("trap")

            def __repr__(self):
                raise ValueError("trap")

            __hash__ = None

        self.pends(Policy(lambda *_args: Trap()))
        self.pends(Policy(lambda *_args: (Trap(), ICert.Verdict.ISSUE)))
        self.pends(Policy(lambda *_args: (True, Trap())))


class Classes(Bad):
    """What is wrong with a class as a whole."""

    def test_forgotten(self):
        """A policy without verify_request is refused when it is appended"""

        class Forgot(GObject.Object, ICert.Policy):
            __gtype_name__ = "BadForgot"

            def do_verify_requests(self, _server, _new_request):
                return ISSUE

        with self.assertRaises(ICert.NotSupportedError):
            self.control.append_policy(Forgot())

    def test_no_policy(self):
        """What is no policy is refused with a TypeError that says so"""

        class Plain:
            def do_verify_request(self, _server, _new_request):
                return ISSUE

        for wrong in (None, 5, "policy", Plain(), GObject.Object(), Policy):
            with self.subTest(wrong=wrong):
                with self.assertRaisesRegex(TypeError, "ICert.Policy"):
                    self.control.append_policy(wrong)

    def test_not_callable(self):
        """A do_verify_request that is no method cannot judge"""

        class Attribute(GObject.Object, ICert.Policy):
            __gtype_name__ = "BadAttribute"
            do_verify_request = ISSUE

        with self.assertRaises(ICert.NotSupportedError):
            self.control.append_policy(Attribute())

    def test_subclass(self):
        """gi-rules 18: a subclass that does not list the interface again leaves its parent alone"""
        Deny = type(
            "Deny",
            (Policy,),
            {
                "__gtype_name__": "BadDeny",
                "do_verify_request": lambda *_args: (True, ICert.Verdict.DENY),
            },
        )
        parent = Policy(lambda *_args: ISSUE)
        child = Deny(None)
        self.assertEqual(self.judged(parent).disposition, ICert.Disposition.ISSUED)
        self.assertEqual(self.judged(child).disposition, ICert.Disposition.DENIED)
        self.assertEqual(self.judged(parent).disposition, ICert.Disposition.ISSUED)

    def test_inherited(self):
        """A subclass without methods of its own judges as its parent"""

        class Heir(Policy):
            __gtype_name__ = "BadHeir"

        class Grandchild(Heir):
            __gtype_name__ = "BadGrandchild"

            def do_get_description(self):
                return "mine"

        self.assertEqual(
            self.judged(Heir(lambda *_args: ISSUE)).disposition,
            ICert.Disposition.ISSUED,
        )
        self.assertEqual(Grandchild(None).get_description(), "mine")
        self.assertNotEqual(Heir(None).get_description(), "mine")
        self.pends(Grandchild(lambda *_args: None), "BadGrandchild")

    def test_super(self):
        """super() reaches the parent's method, with values of Python"""

        class Stricter(Policy):
            __gtype_name__ = "BadStricter"

            def do_verify_request(self, server, new_request):
                ok, verdict = super().do_verify_request(server, new_request)
                return (
                    ok,
                    ICert.Verdict.DENY if verdict == ICert.Verdict.ISSUE else verdict,
                )

        answer = self.judged(Stricter(lambda *_args: ISSUE))
        self.assertEqual(answer.disposition, ICert.Disposition.DENIED)

    def test_mixin(self):
        """A method of a plain mixin counts, as everywhere in Python"""

        class Mixin:
            def do_verify_request(self, _server, _new_request):
                return True, ICert.Verdict.DENY

        class Mixed(Mixin, GObject.Object, ICert.Policy):
            __gtype_name__ = "BadMixed"

        self.assertEqual(self.judged(Mixed()).disposition, ICert.Disposition.DENIED)

    def test_bases(self):
        """A class that PyGObject would end the process for is a TypeError that shows the way"""
        for bases in ((ICert.Policy,), (ICert.Policy, GObject.Object)):
            with self.assertRaisesRegex(TypeError, r"\(GObject.Object, ICert.Policy\)"):
                type("Wrong", bases, {})

    def test_policy_and_exit(self):
        """A class that is a policy and an exit is a TypeError that says to write two"""
        with self.assertRaisesRegex(TypeError, r"Policy .*Exit.*\(two classes\)"):

            class Both(GObject.Object, ICert.Policy, ICert.Exit):
                def do_initialize(self, ca_object, settings):
                    return True

        with self.assertRaisesRegex(TypeError, r"\(two classes\)"):
            type("Later", (Policy, ICert.Exit), {})

    def test_properties(self):
        """A property that is not as its interface has it is a TypeError, one left out is made"""
        read_only = GObject.Property(type=str, flags=GObject.ParamFlags.READABLE)
        for wrong in (GObject.Property(type=int), read_only):
            with self.assertRaisesRegex(TypeError, "config.*gchararray, readable and writable"):
                type("Wrong", (GObject.Object, ICert.Ca), {"config": wrong})
        made = type("Made", (GObject.Object, ICert.Ca), {})(config="localhost\\Made")
        self.assertEqual(made.config, "localhost\\Made")

    def test_other_methods(self):
        """Class methods, static methods and partial ones are methods, too"""

        class Many(GObject.Object, ICert.Policy):
            __gtype_name__ = "BadMany"

            @classmethod
            def do_verify_request(cls, _server, _new_request):
                return ISSUE

            @staticmethod
            def do_get_description():
                return "static"

            def name(self, _caller, name):
                return [name]

            do_list_profiles = functools.partialmethod(name, name="partial")

        many = Many()
        self.assertEqual(self.judged(many).disposition, ICert.Disposition.ISSUED)
        self.assertEqual(many.get_description(), "static")
        self.assertEqual(many.list_profiles(ICert.RequestContext()), ["partial"])

    def test_super_of_c(self):
        """super() reaches a method of C, with values of Python"""
        seen = []

        class Manager(ICert.ModuleBase):
            __gtype_name__ = "BadManager"

            def do_check_file(self, kind, name, contents):
                seen.append(contents)
                return super().do_check_file(kind, name, contents)

            def do_apply_settings(self, settings):
                return super().do_apply_settings(settings)

        manager = Manager()
        self.assertTrue(manager.use_settings(ICert.Settings.new(None, {})))
        with self.assertRaises(ICert.NotSupportedError):
            manager.check("profile", "User", b"[Profile]")
        self.assertEqual(seen, [b"[Profile]"])

    def test_initialize(self):
        """A policy that does not start is not appended, and the error says why"""

        class Never(Policy):
            __gtype_name__ = "BadNever"

            def do_initialize(self, ca_object, settings):
                return self.start(ca_object, settings)

        for start, code in (
            (lambda *_args: False, ICert.Error.FAILED),
            (lambda *_args: 5, ICert.Error.FAILED),
            (lambda *_args: sys.exit(1), ICert.Error.MODULE),
            (lambda *_args: 1 / 0, ICert.Error.MODULE),
        ):
            policy = Never(lambda *_args: ISSUE)
            policy.start = start
            with quiet(), self.assertRaises(ICert.CertError) as caught:
                self.control.append_policy(policy)
            self.assertEqual(caught.exception.code, code)
            self.assertIn("BadNever", caught.exception.message)
        policy.start = lambda *_args: None
        self.assertEqual(self.judged(policy).disposition, ICert.Disposition.ISSUED)

    def test_texts(self):
        """A description that is no text is replaced by the class's name"""

        class Odd(Policy):
            __gtype_name__ = "BadOdd"

            def do_get_description(self):
                return self.text

            def do_list_profiles(self, _caller):
                return self.text

        odd = Odd(None)
        for text in (None, 5, b"x", (), ("a", "b"), "nul\0", "\ud800", [1], object()):
            with self.subTest(text=repr(text)):
                odd.text = text
                with quiet():
                    self.assertEqual(odd.get_description(), "BadOdd")
                if text == ("a", "b"):
                    self.assertEqual(
                        odd.list_profiles(ICert.RequestContext()), ["a", "b"]
                    )
                elif text != ():
                    with quiet(), self.assertRaises(ICert.FailedError):
                        odd.list_profiles(ICert.RequestContext())


class Contexts(Bad):
    """What a policy may do with what it was given."""

    def test_kept(self):
        """S-L2: a context that was kept answers CONTEXT"""
        kept = []

        def act(server, _new_request):
            kept.append(server)
            return ISSUE

        self.assertEqual(self.judged(Policy(act)).disposition, ICert.Disposition.ISSUED)
        for call in (
            lambda server: server.get_request_property("Request.RequestID"),
            lambda server: server.get_certificate_property("CommonName"),
            lambda server: server.set_certificate_property("CommonName", "evil"),
            lambda server: server.set_disposition_message("evil"),
            lambda server: server.list_extensions(),
            lambda server: server.set_certificate_extension("1.2.3", 0, b"\5\0"),
            lambda server: server.add_trace("rule"),
        ):
            with self.assertRaises(ICert.ContextError):
                call(kept[0])

    def test_other_thread(self):
        """Another thread may use the context while the call lasts, and not after it"""
        seen, release = [], threading.Event()

        def ask(server):
            seen.append(server.get_request_attribute("CertificateTemplate"))
            release.wait(10)
            try:
                server.set_certificate_property("CommonName", "evil")
            except ICert.ContextError as error:
                seen.append(error.name)

        def act(server, _new_request):
            thread = threading.Thread(target=ask, args=(server,))
            thread.start()
            while not seen:
                time.sleep(0.001)
            seen.append(thread)
            return ISSUE

        self.judged(Policy(act))
        release.set()
        seen[1].join()
        self.assertEqual([seen[0], seen[2]], ["User", "CONTEXT"])

    def test_foreign_thread_answers(self):
        """A request from another thread is judged in the policy's own thread"""
        threads, answers = [], []

        def act(*_args):
            threads.append(threading.get_ident())
            return ISSUE

        self.control.append_policy(Policy(act))
        self.control.start()
        loop = GLib.MainLoop()

        def work():
            answers.append(self.submit())
            GLib.idle_add(loop.quit)

        worker = threading.Thread(target=work)
        worker.start()
        loop.run()
        worker.join()
        self.assertEqual(answers[0].disposition, ICert.Disposition.ISSUED)
        self.assertEqual(threads, [threading.get_ident()])

    def test_wrong_arguments(self):
        """Wrong arguments inside a policy are exceptions that the policy may catch"""
        caught = []

        def act(server, _new_request):
            for call, kinds in (
                (lambda: server.get_request_property(None), TypeError),
                (lambda: server.get_request_property(5), TypeError),
                (lambda: server.get_request_property("a\0b"), ValueError),
                (lambda: server.get_request_property("\ud800"), ValueError),
                (
                    lambda: server.get_request_property("No Such"),
                    ICert.UnknownNameError,
                ),
                (
                    lambda: server.set_certificate_property("CommonName", 5),
                    ICert.CertError,
                ),
                (
                    lambda: server.set_certificate_property("CommonName", object()),
                    TypeError,
                ),
                (
                    lambda: server.set_certificate_property("SerialNumber", "1"),
                    ICert.CertError,
                ),
                (
                    lambda: server.set_certificate_extension("1.2.3", 1 << 40, b""),
                    OverflowError,
                ),
                (
                    lambda: server.set_certificate_extension("x", 0, b"\5\0"),
                    ICert.CertError,
                ),
                (lambda: server.set_disposition_message(b"x"), TypeError),
                (lambda: server.find_grant("User", None), TypeError),
                (lambda: server.log(99, "x"), ValueError),
                (lambda: server.no_such_method(), AttributeError),
                (lambda: server.get_request_attribute(), TypeError),
            ):
                try:
                    call()
                except kinds:
                    caught.append(True)
            return ISSUE

        answer = self.judged(Policy(act))
        self.assertEqual(answer.disposition, ICert.Disposition.ISSUED)
        self.assertEqual(len(caught), 15)

    def test_own_contexts(self):
        """A context that a script makes of nothing says CONTEXT"""
        for kind in (ICert.RequestContext, ICert.IssuedContext):
            with self.assertRaises(ICert.ContextError):
                kind().get_request_property("CommonName")

    def test_reentry(self):
        """A policy that submits to its own CA is refused or waits in vain; it never crashes"""
        caught = []

        def act(_server, _new_request):
            try:
                self.control.stop()
            except ICert.CertError as error:
                caught.append(error.code)
            return ISSUE

        answer = self.judged(Policy(act))
        self.assertEqual(caught, [ICert.Error.WRONG_STATE])
        self.assertEqual(answer.disposition, ICert.Disposition.ISSUED)


class Exits(Bad):
    """S-L4: an exit changes nothing, whatever it does."""

    def told(self, act, initialize=lambda *_args: (True, ICert.ExitEvents.CERT_ISSUED)):
        """A request is issued though the exit does what @act says."""

        class Exit(GObject.Object, ICert.Exit):
            __gtype_name__ = f"BadExit{Exits.number}"

            def do_initialize(self, ca_object, settings):
                return initialize(ca_object, settings)

            def do_notify_event(self, event, server):
                heard.append(event)
                return act(event, server)

        Exits.number += 1
        heard = []
        self.control.append_exit(Exit())
        self.control.start()
        with quiet() as self.printed:
            answer = self.submit()
            self.control.stop()
        self.assertEqual(answer.disposition, ICert.Disposition.ISSUED)
        self.assertTrue(heard)
        return heard

    number = 0

    def test_raises(self):
        """Exceptions, wrong answers and sys.exit() in an exit leave the certificate issued"""

        def fails(*_args):
            raise ValueError("oops")

        self.told(fails)
        self.assertIn("oops", self.printed.getvalue())
        self.told(lambda *_args: sys.exit(1))
        self.told(lambda *_args: (True, True))
        self.told(lambda *_args: ())
        self.told(lambda *_args: 99)
        self.told(lambda *_args: False)

    def test_nothing(self):
        """An exit that returns nothing has heard the event"""
        self.assertEqual(self.told(lambda *_args: None), [ICert.ExitEvents.CERT_ISSUED])
        self.assertEqual(self.printed.getvalue(), "")

    def test_values(self):
        """An exit reads the certificate as bytes, and gives its events as a list"""
        seen = []

        def act(_event, server):
            seen.append(server.get_certificate())
            seen.append(server.get_certificate_date("NotAfter"))

        self.told(act, lambda *_args: (True, [ICert.ExitEvents.CERT_ISSUED]))
        self.assertEqual(seen[0][:1], b"\x30")
        self.assertIsNotNone(seen[1].tzinfo)

    def test_mask(self):
        """A mask that is none keeps an exit out, and the error says why"""

        class Masked(GObject.Object, ICert.Exit):
            __gtype_name__ = "BadMasked"

            def do_initialize(self, _ca, _settings):
                return self.answer

            def do_notify_event(self, _event, _server):
                return True

        masked = Masked()
        for answer in (
            (True,),
            (),
            None,
            True,
            (True, "all"),
            (True, -1),
            (True, None),
            3,
        ):
            with self.subTest(answer=answer):
                masked.answer = answer
                with quiet(), self.assertRaises(ICert.FailedError) as caught:
                    self.control.append_exit(masked)
                self.assertIn("initialize", caught.exception.message)
                self.assertIn("BadMasked", caught.exception.message)


if __name__ == "__main__":
    os.environ.pop("PYTHONWARNINGS", None)
    tap.main()
