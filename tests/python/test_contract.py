# SPDX-License-Identifier: LGPL-2.1-or-later
"""What Python sees of the contract, and what it may do wrong (gi-rules 3, 7, 11, 16, 18)."""

import os
import pathlib
import re
import subprocess
import sys
import threading
import unittest

import gi

gi.require_version("ICert", "1.0")
from gi.repository import Gio, GLib, GObject, ICert  # noqa: E402

import tap  # noqa: E402

SOURCE = pathlib.Path(os.environ.get("G_TEST_SRCDIR", pathlib.Path(__file__).parent.parent))


class Policy(GObject.Object, ICert.Policy):
    """Does in verify_request what the test says."""

    __gtype_name__ = "ContractPolicy"

    def __init__(self, answer=None):
        super().__init__()
        self.answer = answer
        self.seen = None

    def do_verify_request(self, server, new_request):
        self.seen = (server, new_request)
        return self.answer(server, new_request)

    def do_get_description(self):
        return "as a test says"


def judge(policy, new_request=True):
    """Calls the public function, as the engine does."""
    return policy.verify_request(ICert.RequestContext(), new_request)


def raising(error):
    """A policy that throws."""

    def answer(_server, _new_request):
        raise error

    return Policy(answer)


class ModuleRules(unittest.TestCase):
    """Rule 16: what a policy can do wrong."""

    def fails(self, policy, code):
        """The call throws exactly @code, so no verdict can be used."""
        hook, sys.excepthook = sys.excepthook, lambda *_args: None
        stderr, sys.stderr = sys.stderr, open(os.devnull, "w", encoding="utf-8")
        try:
            with self.assertRaises(GLib.Error) as caught:
                judge(policy)
        finally:
            sys.stderr.close()
            sys.stderr, sys.excepthook = stderr, hook
        self.assertTrue(
            caught.exception.matches(ICert.error_quark(), code), caught.exception.message
        )
        return caught.exception

    def test_verdicts(self):
        """Each verdict comes through"""
        for verdict in (ICert.Verdict.PENDING, ICert.Verdict.ISSUE, ICert.Verdict.DENY):
            self.assertEqual(judge(Policy(lambda *_args, v=verdict: (True, v))), (True, verdict))

    def test_value_error(self):
        """A ValueError is FAILED and names the class"""
        error = self.fails(raising(ValueError("oops")), ICert.Error.FAILED)
        self.assertIn("ContractPolicy", error.message)

    def test_none(self):
        """None instead of an answer is FAILED"""
        self.fails(Policy(lambda *_args: None), ICert.Error.FAILED)

    def test_wrong_answers(self):
        """What is not a pair of success and verdict is FAILED"""
        issue = ICert.Verdict.ISSUE
        for answer in (True, issue, 1, "yes", [True, 1], (True, "x"), (True, None), object()):
            with self.subTest(answer=answer):
                self.fails(Policy(lambda *_args, a=answer: a), ICert.Error.FAILED)

    def test_short_tuples(self):
        """Too few values never issue, though PyGObject 3.42 may end the module's own process"""
        program = (
            "import gi; gi.require_version('ICert', '1.0')\n"
            "from gi.repository import GObject, ICert\n"
            "class Short(GObject.Object, ICert.Policy):\n"
            "    __gtype_name__ = 'ContractShort'\n"
            "    def do_verify_request(self, server, new_request):\n"
            "        return %s\n"
            "print('verdict', Short().verify_request(ICert.RequestContext(), True))\n"
        )
        for answer in ("(True,)", "()"):
            with self.subTest(answer=answer):
                done = subprocess.run(
                    [sys.executable, "-c", program % answer],
                    capture_output=True,
                    text=True,
                    check=False,
                )
                self.assertNotEqual(done.returncode, 0)
                self.assertNotIn("verdict", done.stdout)

    def test_undefined_verdict(self):
        """S-L3: verdict 99 is never a verdict"""
        policy = Policy(lambda *_args: (True, 99))
        with self.assertRaises(GLib.Error):
            stderr, sys.stderr = sys.stderr, open(os.devnull, "w", encoding="utf-8")
            try:
                judge(policy)
            finally:
                sys.stderr.close()
                sys.stderr = stderr

    def test_false(self):
        """FALSE without an error is FAILED, whatever the verdict beside it"""
        self.fails(Policy(lambda *_args: (False, ICert.Verdict.ISSUE)), ICert.Error.FAILED)

    def test_own_error_survives(self):
        """An ICert.Error arrives with domain, code and message"""
        message = "subject: no name (a CommonName)"
        thrown = GLib.Error.new_literal(ICert.error_quark(), message, ICert.Error.DENIED)
        error = self.fails(raising(thrown), ICert.Error.DENIED)
        self.assertEqual(error.message, message)
        self.assertEqual(ICert.error_get_field(error), "subject")

    def test_missing_vfunc(self):
        """A policy that cannot judge is NOT_SUPPORTED"""

        class Nothing(GObject.Object, ICert.Policy):
            __gtype_name__ = "ContractNothing"

        self.fails(Nothing(), ICert.Error.NOT_SUPPORTED)
        self.assertEqual(Nothing().get_description(), "ContractNothing")

    def test_other_thread(self):
        """Rule 11: Python answers from any thread"""
        policy = Policy(lambda *_args: (True, ICert.Verdict.DENY))
        answers = []
        thread = threading.Thread(target=lambda: answers.append(judge(policy, False)))
        thread.start()
        thread.join()
        self.assertEqual(answers, [(True, ICert.Verdict.DENY)])
        self.assertEqual(policy.seen[1], False)

    def test_subclass(self):
        """Rule 18: a subclass that lists the interface again leaves its parent alone"""

        class Strict(Policy, ICert.Policy):
            __gtype_name__ = "ContractStrict"

            def do_verify_request(self, _server, _new_request):
                return True, ICert.Verdict.DENY

        parent = Policy(lambda *_args: (True, ICert.Verdict.ISSUE))
        self.assertEqual(judge(Strict()), (True, ICert.Verdict.DENY))
        self.assertEqual(judge(parent), (True, ICert.Verdict.ISSUE))


class Exit(GObject.Object, ICert.Exit):
    """Rule 3: notify_event is not GObject's notify."""

    __gtype_name__ = "ContractExit"
    heard = None

    def do_initialize(self, _ca, _settings):
        return True, ICert.ExitEvents.CERT_ISSUED | ICert.ExitEvents.CERT_DENIED

    def do_notify_event(self, event, server):
        self.heard = (event, server.get_request_id())
        return True


class ExitRules(unittest.TestCase):
    """An exit in Python."""

    def test_notify_event(self):
        """Rule 3: an event reaches the exit, and notify stays GObject's"""
        exit_module = Exit()
        self.assertTrue(
            exit_module.notify_event(ICert.ExitEvents.CERT_ISSUED, ICert.IssuedContext())
        )
        self.assertEqual(exit_module.heard, (ICert.ExitEvents.CERT_ISSUED, 0))
        self.assertTrue(callable(GObject.Object.notify))

    def test_mask(self):
        """The events it asks for come through"""
        settings = ICert.Settings.new(None, {}, None)
        ok, mask = Exit().initialize(ICert.RequestContext(), settings)
        self.assertTrue(ok)
        self.assertEqual(mask, ICert.ExitEvents.CERT_ISSUED | ICert.ExitEvents.CERT_DENIED)


class Admin(GObject.Object, ICert.Admin):
    """Rule 7: values of every kind travel out of Python."""

    __gtype_name__ = "ContractAdmin"
    config = GObject.Property(type=str)

    def do_get_trace(self, _request_id, _cancellable):
        step = {"rule": GLib.Variant("s", "names"), "when": GLib.Variant("x", 1)}
        return GLib.Variant("aa{sv}", [step])

    def do_list_config_entries(self, node, _cancellable):
        return [node or "CA", "Name"]

    def do_set_request_attributes(self, request_id, attributes, _cancellable):
        self.seen = (request_id, dict(attributes))
        return True

    def do_get_config_entry(self, _node, entry, _cancellable):
        return None if entry == "Empty" else GLib.Variant("s", entry * 100)

    def do_get_my_roles(self, _cancellable):
        return ICert.Roles.OFFICER | ICert.Roles.READ


class Ca(GObject.Object, ICert.Ca):
    """A CA in Python."""

    __gtype_name__ = "ContractCa"
    config = GObject.Property(type=str)

    def do_get_certificate(self, index, _cancellable):
        return GLib.Bytes.new(bytes([0x30, index]))

    def do_get_property_value(self, _property, _index, _cancellable):
        return GLib.Variant("ay", b"0" * 1000)


class Manage(GObject.Object, ICert.ManageModule):
    """Rule 14: an implementor declares every property of the interface."""

    __gtype_name__ = "ContractManage"
    name = GObject.Property(type=str, default="contract", flags=GObject.ParamFlags.READABLE)
    description = GObject.Property(type=str, flags=GObject.ParamFlags.READABLE)
    copyright = GObject.Property(type=str, flags=GObject.ParamFlags.READABLE)
    version = GObject.Property(type=str, flags=GObject.ParamFlags.READABLE)
    product_version = GObject.Property(type=str, flags=GObject.ParamFlags.READABLE)
    settings = GLib.Variant("aa{sv}", [{"name": GLib.Variant("s", "Places")}])
    values = {}

    def do_describe_settings(self):
        return self.settings

    def do_get_value(self, name):
        return self.values.get(name)

    def do_set_value(self, name, value):
        self.values[name] = value
        return True

    def do_check(self, kind, name, contents):
        self.checked = (kind, name, contents.get_data())
        return True


class Setup(GObject.Object, ICert.Setup):
    """A setup that only remembers."""

    __gtype_name__ = "ContractSetup"
    name = GObject.Property(type=str)
    subject = GObject.Property(type=str)
    type = GObject.Property(type=ICert.SetupType, default=ICert.SetupType.TWO_TIER)
    key_type = GObject.Property(type=str)
    validity = GObject.Property(type=str)
    store = GObject.Property(type=str)
    key_uri = GObject.Property(type=str)
    url = GObject.Property(type=str)
    folder = GObject.Property(type=str)
    request_file = GObject.Property(type=str)
    dual_control = GObject.Property(type=bool, default=False)

    def do_create(self, _cancellable):
        return "localhost\\" + self.name

    def do_install(self, config, certificate, _cancellable):
        return config == "localhost\\Sub" and certificate.get_size() > 0

    def do_renew(self, config, same_key, _cancellable):
        self.request_file = None if same_key else "request.pem"
        return config == "localhost\\Sub"


class Enroll(GObject.Object, ICert.Enroll):
    """An enrolment that only remembers."""

    __gtype_name__ = "ContractEnroll"
    subject = GObject.Property(type=str)
    profile = GObject.Property(type=str)
    key_type = GObject.Property(type=str)
    key_file = GObject.Property(type=str)
    certificate_file = GObject.Property(type=str)
    chain_file = GObject.Property(type=str)
    pkcs12_file = GObject.Property(type=str)
    trust = GObject.Property(type=GLib.Bytes)
    names = ()

    def do_set_names(self, names):
        self.names = names
        return True

    def do_get_names(self):
        return list(self.names)

    def do_set_passphrase(self, passphrase):
        return len(passphrase) > 8

    def do_create_request(self, _cancellable):
        return GLib.Bytes.new(b"request")

    def do_create_renewal(self, same_key, _cancellable):
        return GLib.Bytes.new(b"same" if same_key else b"new")

    def do_install_certificate(self, certificate, _cancellable):
        return certificate.get_size() > 3

    def do_get_not_after(self):
        return GLib.DateTime.new_utc(2030, 1, 1, 0, 0, 0)


class SettingsRules(unittest.TestCase):
    """ICert.ManageModule, ICert.Setup and ICert.Enroll in Python."""

    def test_manage_module(self):
        """Settings are described, read, changed and checked; another type is MODULE"""
        module = Manage()
        self.assertEqual(module.describe_settings().unpack(), [{"name": "Places"}])
        self.assertIsNone(module.get_value("Places"))
        self.assertTrue(module.set_value("Places", GLib.Variant("as", ["a"])))
        self.assertEqual(module.get_value("Places").unpack(), ["a"])
        self.assertTrue(module.check("profile", "User", GLib.Bytes.new(b"[Profile]")))
        self.assertEqual(module.checked, ("profile", "User", b"[Profile]"))
        module.settings = GLib.Variant("s", "none")
        for code, call in (
            (ICert.Error.MODULE, module.describe_settings),
            (ICert.Error.MALFORMED, lambda: module.get_value("")),
            (
                ICert.Error.NOT_SUPPORTED,
                lambda: module.reload(ICert.Settings.new(None, {}, None)),
            ),
        ):
            with self.assertRaises(GLib.Error) as caught:
                call()
            self.assertTrue(caught.exception.matches(ICert.error_quark(), code))

    def test_setup(self):
        """A setup has its properties, and checks its arguments"""
        setup = Setup(name="Demo", dual_control=True, type=ICert.SetupType.ROOT)
        self.assertEqual(setup.create(None), "localhost\\Demo")
        self.assertEqual(setup.type, ICert.SetupType.ROOT)
        self.assertTrue(setup.install("localhost\\Sub", GLib.Bytes.new(b"x"), None))
        for field, arguments in (
            ("config", ("", GLib.Bytes.new(b"x"))),
            ("certificate", ("localhost\\Sub", GLib.Bytes.new(b""))),
        ):
            with self.assertRaises(GLib.Error) as caught:
                setup.install(*arguments, None)
            self.assertEqual(ICert.error_get_field(caught.exception), field)
        self.assertTrue(setup.renew("localhost\\Sub", False, None))
        self.assertEqual(setup.request_file, "request.pem")
        self.assertTrue(setup.renew("localhost\\Sub", True, None))
        with self.assertRaises(GLib.Error) as caught:
            setup.renew("", True, None)
        self.assertEqual(ICert.error_get_field(caught.exception), "config")

    def test_enroll(self):
        """An enrolment has its properties and names, and checks its arguments"""
        enroll = Enroll(subject="CN=www", trust=GLib.Bytes.new(b"anchor"))
        name = ICert.Name.new(ICert.NameKind.DNS, "www.example.org")
        self.assertEqual(enroll.trust.get_data(), b"anchor")
        self.assertEqual(enroll.get_names(), [])
        self.assertTrue(enroll.set_names([name]))
        self.assertEqual([n.get_text() for n in enroll.get_names()], ["www.example.org"])
        self.assertEqual(enroll.create_request(None).get_data(), b"request")
        self.assertEqual(enroll.create_renewal(True, None).get_data(), b"same")
        self.assertTrue(enroll.install_certificate(GLib.Bytes.new(b"long"), None))
        self.assertEqual(enroll.get_not_after().get_year(), 2030)
        for code, call in (
            (ICert.Error.MALFORMED, lambda: enroll.install_certificate(None, None)),
            (ICert.Error.FAILED, lambda: enroll.set_passphrase("short")),
            (ICert.Error.NOT_SUPPORTED, lambda: enroll.enroll(None, 0, None)),
            (ICert.Error.NOT_SUPPORTED, enroll.get_renewal_time),
        ):
            with self.assertRaises((GLib.Error, TypeError)) as caught:
                call()
            if isinstance(caught.exception, GLib.Error):
                self.assertTrue(caught.exception.matches(ICert.error_quark(), code))


class ClientRules(unittest.TestCase):
    """Values, arguments and the asynchronous pairs."""

    def finish(self, begin, end, *args):
        """Runs an asynchronous pair to its answer."""
        loop = GLib.MainLoop()
        results = []

        def done(_source, result):
            results.append(result)
            loop.quit()

        begin(*args, None, done)
        loop.run()
        return end(results[0])

    def test_values(self):
        """Rule 7: GVariant, strings, lists, dictionaries and octets survive, many times"""
        admin, ca = Admin(), Ca()
        for _ in range(200):
            self.assertEqual(admin.get_trace(7, None).unpack(), [{"rule": "names", "when": 1}])
            self.assertEqual(admin.list_config_entries("Policy", None), ["Policy", "Name"])
            self.assertEqual(len(admin.get_config_entry(None, "x", None).unpack()), 100)
            self.assertEqual(ca.get_certificate(5, None).get_data(), b"\x30\x05")
            self.assertEqual(
                len(ca.get_property_value(ICert.CaProperty.CA_SIG_CERT, -1, None).unpack()), 1000
            )
        self.assertIsNone(admin.get_config_entry(None, "Empty", None))
        self.assertTrue(admin.set_request_attributes(3, {"SAN": "dns=a"}, None))
        self.assertEqual(admin.seen, (3, {"SAN": "dns=a"}))

    def test_async(self):
        """Every kind of answer comes out of an asynchronous pair"""
        admin, ca = Admin(), Ca()
        self.assertEqual(
            self.finish(admin.get_my_roles_async, admin.get_my_roles_finish),
            ICert.Roles.OFFICER | ICert.Roles.READ,
        )
        names = self.finish(
            admin.list_config_entries_async, admin.list_config_entries_finish, "Exit"
        )
        self.assertEqual(names, ["Exit", "Name"])
        trace = self.finish(admin.get_trace_async, admin.get_trace_finish, 7)
        self.assertEqual(trace.n_children(), 1)
        self.assertTrue(
            self.finish(
                admin.set_request_attributes_async,
                admin.set_request_attributes_finish,
                4,
                {"a": "b"},
            )
        )
        self.assertEqual(admin.seen, (4, {"a": "b"}))
        octets = self.finish(ca.get_certificate_async, ca.get_certificate_finish, 6)
        self.assertEqual(octets.get_data(), b"\x30\x06")

    def test_async_error(self):
        """An error of the synchronous call is the answer of the asynchronous one"""
        admin = Admin()
        with self.assertRaises(GLib.Error) as caught:
            self.finish(admin.deny_request_async, admin.deny_request_finish, 1, "no")
        self.assertTrue(
            caught.exception.matches(ICert.error_quark(), ICert.Error.NOT_SUPPORTED)
        )

    def test_arguments(self):
        """S-N5: a wrong argument is an exception that names it, never a critical"""
        admin, ca = Admin(), Ca()
        calls = [
            ("request id", lambda: admin.deny_request(0, None, None)),
            ("extension", lambda: admin.set_certificate_extension(1, "2.5.x", 0, None, None)),
            ("value", lambda: admin.set_certificate_extension(1, "2.5.29.1", 0, None, None)),
            ("entry", lambda: admin.get_config_entry(None, "", None)),
            ("index", lambda: ca.get_certificate(-2, None)),
        ]
        for field, call in calls:
            with self.subTest(field=field):
                with self.assertRaises(GLib.Error) as caught:
                    call()
                self.assertEqual(ICert.error_get_field(caught.exception), field)
                self.assertTrue(
                    caught.exception.matches(ICert.error_quark(), ICert.Error.MALFORMED)
                )
        with self.assertRaises(TypeError):
            admin.set_request_attributes(1, "SAN", None)

    def test_wrong_result(self):
        """S-N5: an answer of another call is refused, not used"""
        admin, ca = Admin(), Ca()
        task = Gio.Task.new(ca, None, None, None)
        with self.assertRaises(GLib.Error):
            admin.get_trace_finish(task)

    def test_dead_context(self):
        """S-L2: a context nobody stands behind answers CONTEXT"""
        context = ICert.RequestContext()
        for call in (
            lambda: context.get_request_property("CommonName"),
            lambda: context.set_disposition_message("x"),
            lambda: context.list_extensions(),
            lambda: ICert.IssuedContext().get_certificate(),
        ):
            with self.assertRaises(GLib.Error) as caught:
                call()
            self.assertTrue(caught.exception.matches(ICert.error_quark(), ICert.Error.CONTEXT))


class EmptyObjects(unittest.TestCase):
    """S-N5: an object that a binding made of nothing answers, or throws; it never crashes."""

    ARGUMENTS = ((), (None,), ("",), ("x",), (0,), (None, None), ("x", "y"), (0, None), (-1, -1, -1))

    def call(self, method):
        for arguments in self.ARGUMENTS:
            try:
                method(*arguments)
            except (GLib.Error, TypeError, ValueError, OverflowError):
                pass

    def test_every_method(self):
        for name in dir(ICert):
            kind = getattr(ICert, name)
            if not isinstance(kind, type) or not issubclass(kind, GObject.Object):
                continue
            try:
                empty = kind()
            except (NotImplementedError, TypeError):
                continue
            for method in set(dir(kind)) - set(dir(GObject.Object)):
                if not method.startswith("_") and callable(getattr(empty, method)):
                    self.call(getattr(empty, method))

    def test_name_of_no_kind(self):
        with self.assertRaises(GLib.Error) as caught:
            ICert.Extension.new_subject_alt_name([ICert.Name()], False)
        self.assertEqual(ICert.error_get_field(caught.exception), "subjectAltName")


class Walk(unittest.TestCase):
    """Every method of the originals is here, or on the list of reasons."""

    def lines(self):
        """The lines of the fixture: section, left, sign, right."""
        section = None
        text = (SOURCE / "fixtures" / "interface-walk.txt").read_text(encoding="utf-8")
        for line in text.splitlines():
            line = line.strip()
            if line.startswith("["):
                section = line[1:-1]
            elif line and not line.startswith("#"):
                yield section, line

    def find(self, name):
        """Whether the typelib has NAME, Class.method, Class:property or Class!vfunc."""
        repository = gi.Repository.get_default()
        for sign, kind in ((":", "get_properties"), ("!", "get_vfuncs"), (".", "get_methods")):
            if sign in name:
                class_name, member = name.split(sign)
                info = repository.find_by_name("ICert", class_name)
                return info is not None and member in (i.get_name() for i in getattr(info, kind)())
        return repository.find_by_name("ICert", name) is not None

    def test_walk(self):
        """Each method of sections 2 to 11 is in the typelib or waits for something"""
        reasons, used, seen = {}, set(), 0
        for section, line in self.lines():
            if section == "reasons":
                word, text = line.split(None, 1)
                reasons[word] = text
                continue
            seen += 1
            if "~" in line:
                word = line.split("~")[1].strip()
                self.assertIn(word, reasons, line)
                used.add(word)
                continue
            for name in line.split("=")[1].split():
                self.assertTrue(self.find(name), f"{line}: {name} is not in the typelib")
        self.assertLessEqual(len(reasons), 12)
        self.assertEqual(used, set(reasons), "a reason that nothing needs any more")
        self.assertTrue(all("waits for" in text for text in reasons.values()))
        self.assertGreater(seen, 80)

    def test_names(self):
        """Rule 3: no name of the contract hides one of GObject"""
        hidden = {
            "notify", "get_property", "set_property", "connect", "disconnect", "emit", "ref",
            "unref", "get_data", "set_data", "steal_data", "bind_property", "chain", "props",
            "dispose", "finalize", "constructed",
        }
        repository = gi.Repository.get_default()
        for info in repository.get_infos("ICert"):
            if not hasattr(info, "get_methods"):
                continue
            names = {method.get_name() for method in info.get_methods()}
            if hasattr(info, "get_vfuncs"):
                names |= {vfunc.get_name() for vfunc in info.get_vfuncs()}
            self.assertFalse(names & hidden, info.get_name())

    def test_callbacks(self):
        """Rule 11: interfaces that modules implement have no vfunc with a callback"""
        repository = gi.Repository.get_default()
        for name in ("Policy", "Exit", "ManageModule", "Server", "ServerPolicy", "ServerExit"):
            for vfunc in repository.find_by_name("ICert", name).get_vfuncs():
                self.assertFalse(vfunc.get_name().endswith("_async"), vfunc.get_name())

    def test_tables(self):
        """The override of gjs knows each function that takes a table of names and values"""
        source = pathlib.Path(os.environ["G_TEST_SRCDIR"], "..", "bindings/js/overrides/ICert.js")
        known = set(re.findall(r"\['?(\w+)'?, '(\w+)', (true|false), (\d+)\]", source.read_text()))
        found = set()
        for info in gi.Repository.get_default().get_infos("ICert"):
            methods = info.get_methods() if hasattr(info, "get_methods") else [info]
            for method in methods:
                arguments = method.get_arguments() if hasattr(method, "get_arguments") else []
                for place, argument in enumerate(arguments):
                    if argument.get_type().get_tag_as_string() == "ghash":
                        self.assertTrue(argument.may_be_null(), method.get_name())
                        owner = "null" if method is info else info.get_name()
                        is_method = "true" if method.is_method() else "false"
                        found.add((owner, method.get_name(), is_method, str(place)))
        self.assertGreater(len(found), 10)
        self.assertEqual(known, found)

    def test_safe_zero(self):
        """Rule 12: the zero of what a module answers is the safe value"""
        self.assertEqual(int(ICert.Verdict.PENDING), 0)
        self.assertEqual(int(ICert.Disposition.INCOMPLETE), 0)
        self.assertEqual(int(ICert.ExitEvents.NONE), 0)


if __name__ == "__main__":
    tap.main()
