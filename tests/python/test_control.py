# SPDX-License-Identifier: LGPL-2.1-or-later
"""A policy and an exit in Python for a CA in the same process (ICertControl)."""

import contextlib
import gc
import inspect
import io
import os
import subprocess
import sys
import threading
import time
import unittest

import ca  # before gi

os.environ["ICERT_LENT_DEADLINE"] = "1000"

import gi  # noqa: E402

gi.require_version("ICert", "1.0")
from gi.repository import GLib, GObject, ICert  # noqa: E402

import tap  # noqa: E402


# must show: at most 20 lines, from "class" to the answer
class OnlyExample(GObject.Object, ICert.Policy):
    """Lets nothing pass but names below example.org."""

    __gtype_name__ = "OnlyExample"

    def do_verify_request(self, server, _new_request):
        name = server.get_request_string("CommonName") or ""
        if not name.endswith(".example.org"):
            server.set_disposition_message(f"{name} is not below example.org")
            return True, ICert.Verdict.DENY
        return True, ICert.Verdict.ISSUE


class Policy(GObject.Object, ICert.Policy):
    """Does what the test says, and notes the thread."""

    __gtype_name__ = "ControlPyPolicy"

    def __init__(self, answer=lambda *_args: (True, ICert.Verdict.ISSUE)):
        super().__init__()
        self.answer = answer
        self.threads = []
        self.ended = []

    def do_verify_request(self, server, new_request):
        self.threads.append(threading.get_ident())
        return self.answer(server, new_request)

    def do_shutdown(self):
        self.ended.append(threading.get_ident())


class Exit(GObject.Object, ICert.Exit):
    """Collects events."""

    __gtype_name__ = "ControlPyExit"

    def __init__(self):
        super().__init__()
        self.events = []
        self.threads = set()

    def do_initialize(self, _ca, _settings):
        events = ICert.ExitEvents
        return True, events.STARTUP | events.CERT_ISSUED | events.CERT_DENIED | events.SHUTDOWN

    def do_notify_event(self, event, server):
        self.threads.add(threading.get_ident())
        self.events.append((event.first_value_nick, server.get_request_id()))
        return True


class Keeper(GObject.Object, ICert.Exit):
    """Keeps the checkpoints of the audit log, as one that mails them would."""

    __gtype_name__ = "ControlPyKeeper"

    def __init__(self):
        super().__init__()
        self.checkpoints = []

    def do_initialize(self, _ca, _settings):
        return True, ICert.ExitEvents.AUDIT_CHECKPOINT

    def do_notify_event(self, _event, server):
        self.checkpoints.append(server.get_alarm())
        return True


class Manage(GObject.Object, ICert.ManageModule):
    """Describes one setting."""

    __gtype_name__ = "ControlPyManage"

    def do_describe_settings(self):
        setting = {"name": "Places", "type": "string", "default": "everywhere"}
        return [{key: GLib.Variant("s", text) for key, text in setting.items()}]


class Set(GObject.Object, ICert.Policy):
    """Denies with its setting."""

    __gtype_name__ = "ControlPySet"

    def do_get_manage_module(self):
        return Manage()

    def do_initialize(self, ca_server, settings):
        self.places = settings.get_string("Places")
        self.name = ca_server.get_ca_property("SanitizedCAName")
        self.states = [ca_server.get_ca_property(name) for name in ("CertState.0", "CRLState.0", "CRLState")]
        return True

    def do_verify_request(self, server, _new_request):
        server.set_disposition_message(f"{self.name}: not {self.places}")
        return True, ICert.Verdict.DENY


class Failing(Exit, ICert.Exit):
    """Throws at the first certificate."""

    __gtype_name__ = "ControlPyFailing"
    tries = 0

    def do_notify_event(self, event, server):
        self.tries += 1
        if self.tries == 2:
            raise ValueError("not now")
        return super().do_notify_event(event, server)


CONFIG = ca.make()
GOOD = ca.request("www.example.org", subject="/CN=www.example.org")
BAD = ca.request("www.example.com", subject="/CN=www.example.com")
USER = {"CertificateTemplate": "User"}


def iterate(condition, seconds=10):
    """Iterates the main context by hand until @condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("nothing came")
        GLib.MainContext.default().iteration(False)


class Case(unittest.TestCase):
    """Opens a control and stops it again."""

    def setUp(self):
        self.control = ICert.Control.open(CONFIG, None)
        self.request = ICert.Request.open(CONFIG, None)

    def tearDown(self):
        self.control.stop()
        self.control = self.request = None
        gc.collect()

    def start(self, *objects):
        """Appends policies and exits and starts the CA."""
        for thing in objects:
            if isinstance(thing, ICert.Exit):
                self.control.append_exit(thing)
            else:
                self.control.append_policy(thing)
        self.control.start()

    def submit(self, pkcs10=GOOD):
        """Sync, no loop."""
        return self.request.submit(0, pkcs10, USER, None)

    def submit_async(self, *pkcs10):
        """A list that fills with answers."""
        answers = []
        for octets in pkcs10:
            self.request.submit_async(
                0,
                octets,
                USER,
                None,
                lambda source, result: answers.append(source.submit_finish(result)),
            )
        return answers

    def check(self, answer, disposition):
        self.assertEqual(answer.get_disposition(), disposition, answer.get_message())


class FourWays(Case):
    """Must show 2: a policy of at most 20 lines decides, however it is asked."""

    def check_both(self, good, bad):
        self.check(good, ICert.Disposition.ISSUED)
        self.check(bad, ICert.Disposition.DENIED)
        self.assertEqual(bad.get_message(), "www.example.com is not below example.org")

    def test_length(self):
        """The policy has at most 20 lines"""
        self.assertLessEqual(len(inspect.getsource(OnlyExample).splitlines()), 20)

    def test_sync_without_loop(self):
        """Synchronous, no loop: the policy is asked inside the call"""
        self.start(OnlyExample())
        self.check_both(self.submit(GOOD), self.submit(BAD))

    def test_sync_in_loop(self):
        """Synchronous, inside a callback of a running loop"""
        self.start(OnlyExample())
        loop, answers = GLib.MainLoop(), []

        def submit_both():
            answers.extend((self.submit(GOOD), self.submit(BAD)))
            loop.quit()

        GLib.idle_add(submit_both)
        loop.run()
        self.check_both(*answers)

    def test_async_in_loop(self):
        """Asynchronous, with a running loop"""
        self.start(OnlyExample())
        loop, answers = GLib.MainLoop(), {}

        def answered(source, result, name):
            answers[name] = source.submit_finish(result)
            if len(answers) == 2:
                loop.quit()

        self.request.submit_async(0, GOOD, USER, None, answered, "good")
        self.request.submit_async(0, BAD, USER, None, answered, "bad")
        loop.run()
        self.check_both(answers["good"], answers["bad"])

    def test_async_by_hand(self):
        """Asynchronous, no loop: the context is iterated by hand"""
        self.start(OnlyExample())
        good = self.submit_async(GOOD)
        bad = self.submit_async(BAD)
        iterate(lambda: good and bad)
        self.check_both(good[0], bad[0])

    def test_must_start(self):
        """Nothing is judged before the CA is started"""
        self.request = None
        with self.assertRaises(GLib.Error) as caught:
            ICert.Request.open(CONFIG, None).submit(0, GOOD, USER, None)
        self.assertTrue(caught.exception.matches(ICert.error_quark(), ICert.Error.WRONG_STATE))
        self.assertIn("icert_control_start", caught.exception.message)


class Threads(Case):
    """Who is called where."""

    def test_owner(self):
        """Every call comes on the thread that appended, shutdown too"""
        policy, exit_module = Policy(), Exit()
        self.start(policy, exit_module)
        self.submit()
        answers = self.submit_async(*[GOOD] * 20)
        iterate(lambda: len(answers) == 20)
        self.control.stop()
        here = {threading.get_ident()}
        self.assertEqual(set(policy.threads), here)
        self.assertEqual(set(policy.ended), here)
        self.assertEqual(exit_module.threads, here)
        self.assertEqual(len(policy.threads), 21)
        self.assertEqual(len(policy.ended), 1)

    def test_from_another_thread(self):
        """A second thread submits while the main thread runs a loop"""
        policy = Policy()
        self.start(policy)
        loop, answers = GLib.MainLoop(), []

        def work():
            for _ in range(10):
                answers.append(self.submit())
            GLib.idle_add(loop.quit)

        thread = threading.Thread(target=work)
        thread.start()
        loop.run()
        thread.join()
        self.assertEqual(len(answers), 10)
        for answer in answers:
            self.check(answer, ICert.Disposition.ISSUED)
        self.assertEqual(set(policy.threads), {threading.get_ident()})

    def test_busy_owner(self):
        """S-L3: an owner that does not answer leaves the request pending, by the type's name"""
        self.start(Policy())
        answers = []
        thread = threading.Thread(target=lambda: answers.append(self.submit()))
        thread.start()
        thread.join()
        self.check(answers[0], ICert.Disposition.UNDER_SUBMISSION)
        self.assertIn("ControlPyPolicy: its thread did not answer", answers[0].get_message())

    def test_thread_that_ends(self):
        """A policy whose thread has ended leaves requests pending, and nothing crashes"""
        thread = threading.Thread(target=lambda: self.control.append_policy(Policy()))
        thread.start()
        thread.join()
        self.control.start()
        answer = self.submit()
        self.check(answer, ICert.Disposition.UNDER_SUBMISSION)
        self.assertIn("ControlPyPolicy", answer.get_message())

    def test_nested(self):
        """A policy that submits to its own CA does not hang for ever"""
        inner = []

        def ask_again(_server, _new_request):
            if not inner:
                inner.append(None)
                inner[0] = self.submit()
            return True, ICert.Verdict.ISSUE

        self.start(Policy(ask_again))
        answer = self.submit()
        self.check(answer, ICert.Disposition.UNDER_SUBMISSION)
        self.check(inner[0], ICert.Disposition.UNDER_SUBMISSION)


class Settings(Case):
    """What an appended object is initialised with."""

    def test_defaults(self):
        """The settings of its manage module, at their defaults, and the CA to read"""
        policy = Set()
        self.start(policy)
        self.assertEqual(policy.states, [3, 3, 3])
        self.assertRegex(self.submit().get_message(), "Demo.*: not everywhere")

    def test_unhappy(self):
        """One that fails to initialise is not appended; the CA goes on without it"""

        class Unhappy(Policy, ICert.Policy):
            """Does not like it here."""

            __gtype_name__ = "ControlPyUnhappy"

            def do_initialize(self, _ca, _settings):
                raise ValueError("not here")

        with quiet(), self.assertRaises(GLib.Error) as caught:
            self.control.append_policy(Unhappy())
        self.assertIn("ControlPyUnhappy", caught.exception.message)
        self.start()
        self.check(self.submit(), ICert.Disposition.ISSUED)


class Exits(Case):
    """Events in Python."""

    def test_events(self):
        """STARTUP, what happened in its order, SHUTDOWN"""
        exit_module = Exit()
        self.start(exit_module, OnlyExample())
        issued = self.submit(GOOD).get_request_id()
        denied = self.submit(BAD).get_request_id()
        self.control.stop()
        self.assertEqual(
            exit_module.events,
            [("startup", 0), ("cert-issued", issued), ("cert-denied", denied), ("shutdown", 0)],
        )

    def test_checkpoints(self):
        """S-F7: the sink exit hands checkpoints to exits that ask for them"""
        keeper = Keeper()
        self.start(keeper, OnlyExample())
        admin = ICert.Admin.open(CONFIG, None)
        admin.set_config_entry("Audit", "CheckpointRecords", GLib.Variant("s", "1"))
        admin.set_config_entry("Audit", "Sink", GLib.Variant("s", "exit"))
        self.submit(GOOD)
        iterate(lambda: keeper.checkpoints)
        line, code = keeper.checkpoints[0]
        self.assertEqual(code, "checkpoint")
        self.assertRegex(line, r"^icert-checkpoint v=1 ca=\S+ sequence=\d+ ")
        admin.set_config_entry("Audit", "", None)

    def test_failing(self):
        """S-L4: an exit that throws gets its event again"""
        failing = Failing()
        self.start(failing)
        with quiet():
            issued = self.submit().get_request_id()
            iterate(lambda: len(failing.events) == 2)
        self.assertEqual(failing.events, [("startup", 0), ("cert-issued", issued)])
        self.assertEqual(failing.tries, 3)


@contextlib.contextmanager
def quiet():
    """PyGObject prints what a method throws."""
    hook, sys.excepthook = sys.excepthook, lambda *_args: None
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        sys.excepthook = hook


class BadPolicies(Case):
    """What a policy may do wrong: the request waits, with the type's name; nothing is issued."""

    def pends(self, answer):
        self.start(Policy(answer))
        with quiet():
            response = self.submit()
        self.check(response, ICert.Disposition.UNDER_SUBMISSION)
        self.assertIn("ControlPyPolicy", response.get_message())
        self.assertTrue(
            response.get_status().matches(ICert.error_quark(), ICert.Error.MODULE), response
        )

    def test_value_error(self):
        """A ValueError"""

        def throw(*_args):
            raise ValueError("oops")

        self.pends(throw)

    def test_none(self):
        """None"""
        self.pends(lambda *_args: None)

    def test_99(self):
        """A verdict that is none"""
        self.pends(lambda *_args: (True, 99))

    def test_false(self):
        """FALSE without an error, with a verdict to issue"""
        self.pends(lambda *_args: (False, ICert.Verdict.ISSUE))

    def test_other_error(self):
        """An error that is no refusal"""

        def throw(*_args):
            raise GLib.Error("no idea", "g-io-error-quark", 0)

        self.pends(throw)

    def test_refusal(self):
        """An error that is one denies with its code"""

        def throw(*_args):
            raise GLib.Error.new_literal(
                ICert.error_quark(), "subject: not here (elsewhere)", ICert.Error.BAD_NAME
            )

        self.start(Policy(throw))
        response = self.submit()
        self.check(response, ICert.Disposition.DENIED)
        self.assertTrue(response.get_status().matches(ICert.error_quark(), ICert.Error.BAD_NAME))

    def test_kept_context(self):
        """S-L2: a context that is kept is dead, on any thread"""
        kept, caught = [], []

        def keep(server, _new_request):
            kept.append(server)
            return True, ICert.Verdict.ISSUE

        def use():
            try:
                kept[0].get_request_string("CommonName")
            except GLib.Error as error:
                caught.append(error)

        self.start(Policy(keep))
        self.check(self.submit(), ICert.Disposition.ISSUED)
        use()
        thread = threading.Thread(target=use)
        thread.start()
        thread.join()
        self.assertEqual(len(caught), 2)
        for error in caught:
            self.assertTrue(error.matches(ICert.error_quark(), ICert.Error.CONTEXT), error.message)

    def test_helper_thread(self):
        """A thread of the policy may call back while the policy waits for it"""
        names = []

        def ask(server, _new_request):
            thread = threading.Thread(
                target=lambda: names.append(server.get_request_string("CommonName"))
            )
            thread.start()
            thread.join()
            return True, ICert.Verdict.ISSUE

        self.start(Policy(ask))
        self.check(self.submit(), ICert.Disposition.ISSUED)
        self.assertEqual(names, ["www.example.org"])

    def test_no_method(self):
        """A class without do_verify_request is not appended"""

        class Mute(GObject.Object, ICert.Policy):
            """Judges nothing."""

            __gtype_name__ = "ControlPyMute"

        with self.assertRaises(GLib.Error) as caught:
            self.control.append_policy(Mute())
        self.assertTrue(caught.exception.matches(ICert.error_quark(), ICert.Error.NOT_SUPPORTED))
        self.assertIn("ControlPyMute", caught.exception.message)

    def test_twice(self):
        """The same object twice"""
        policy = Policy()
        self.control.append_policy(policy)
        with self.assertRaises(GLib.Error) as caught:
            self.control.append_policy(policy)
        self.assertTrue(caught.exception.matches(ICert.error_quark(), ICert.Error.CONFLICT))

    def test_wrong_objects(self):
        """What is no policy at all"""
        for wrong in (None, 1, "policy", GObject.Object(), Exit()):
            with self.subTest(wrong), self.assertRaises((TypeError, ValueError, GLib.Error)):
                self.control.append_policy(wrong)


SCRIPT = """
import gi, sys, threading
gi.require_version("ICert", "1.0")
from gi.repository import GLib, GObject, ICert
class P(GObject.Object, ICert.Policy):
    __gtype_name__ = "ForgetfulPolicy"
    def do_verify_request(self, server, new_request):
        return True, ICert.Verdict.ISSUE
class E(GObject.Object, ICert.Exit):
    __gtype_name__ = "ForgetfulExit"
    def do_initialize(self, ca, settings):
        return True, ICert.ExitEvents.CERT_ISSUED
    def do_notify_event(self, event, server):
        return True
config, path, how = sys.argv[1:]
control = ICert.Control.open(config, None)
request = ICert.Request.open(config, None)
control.append_policy(P())
control.append_exit(E())
control.start()
octets = open(path, "rb").read()
user = {"CertificateTemplate": "User"}
if how == "sync":
    print(request.submit(0, octets, user, None).get_disposition().value_nick)
elif how == "async":
    for _ in range(20):
        request.submit_async(0, octets, user, None, lambda *_args: None)
elif how == "thread":
    def work():
        request.submit(0, octets, user, None)
    threading.Thread(target=work, daemon=True).start()
elif how == "deleted":
    request.submit(0, octets, user, None)
    del control, request
    import gc
    gc.collect()
print("end")
"""


class Forgetting(unittest.TestCase):
    """A script that ends without stopping the CA."""

    def test_forgotten(self):
        """A forgotten control neither keeps the process nor breaks its end"""
        path = ca.FOLDER.path / "forgetful.pem"
        path.write_bytes(GOOD)
        for how in ("sync", "async", "thread", "deleted", "nothing"):
            with self.subTest(how):
                begin = time.monotonic()
                done = subprocess.run(
                    [sys.executable, "-c", SCRIPT, CONFIG, path, how],
                    capture_output=True,
                    text=True,
                    timeout=60,
                    check=False,
                )
                self.assertEqual(done.returncode, 0, f"{how}: {done.stderr}")
                self.assertEqual(done.stderr, "", how)
                self.assertTrue(done.stdout.endswith("end\n"), done.stdout)
                self.assertLess(time.monotonic() - begin, 20)


if __name__ == "__main__":
    tap.main()
