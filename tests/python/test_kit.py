# SPDX-License-Identifier: LGPL-2.1-or-later
"""The module author's kit from Python: fake server, settings half, contract tests."""

import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import unittest

import gi

gi.require_version("ICert", "1.0")
from gi.repository import GLib, GObject, ICert  # noqa: E402

SOURCE = pathlib.Path(os.environ["G_TEST_SRCDIR"])
sys.path.insert(0, str(SOURCE))
sys.path.insert(0, str(SOURCE.parent / "bindings" / "python" / "examples"))

import tap  # noqa: E402
from test_policy import TestZonePolicy, ZonePolicy  # noqa: E402, F401

CN = "CommonName"


def plain(value):
    """A value of the typelib as Python has it, with or without the override."""
    return value.unpack() if isinstance(value, GLib.Variant) else value


def text(value):
    return GLib.Variant("s", value)


class Keeper(GObject.Object, ICert.Policy):
    """Keeps its context and uses it for the next request."""

    __gtype_name__ = "KitKeeper"
    kept = None

    def do_verify_request(self, server, new_request):
        if self.kept is not None:
            try:
                self.kept.get_request_property(CN)
            except GLib.Error as error:
                self.error = error
        self.kept = server
        return True, ICert.Verdict.PENDING


class Raises(GObject.Object, ICert.Policy):
    """Throws what a Python programmer throws."""

    __gtype_name__ = "KitRaises"

    def do_verify_request(self, server, new_request):
        raise ValueError("no")


class Writer(GObject.Object, ICert.Policy):
    """Does what the test says."""

    __gtype_name__ = "KitWriter"

    def __init__(self, body):
        super().__init__()
        self.body = body

    def do_verify_request(self, server, new_request):
        self.body(server)
        return True, ICert.Verdict.ISSUE


class LineExit(ICert.ModuleBase, ICert.Exit):
    """Writes a line for each certificate, once."""

    __gtype_name__ = "KitLineExit"

    def __init__(self):
        super().__init__()
        self.set_info("Line.Exit", "Writes lines", None, "1.0")
        self.add_setting("Mark", "string", "+", "1", "1", "Stands before each line")
        self.lines = []

    def do_initialize(self, ca, settings):
        return self.use_settings(settings), ICert.ExitEvents.CERT_ISSUED

    def do_notify_event(self, event, server):
        if event == ICert.ExitEvents.CERT_ISSUED:
            mark = self.get_settings().get_string("Mark")
            line = f"{mark} {server.get_request_id()}"
            if line not in self.lines:
                self.lines.append(line)
        return True


class Case(unittest.TestCase):
    """What the tests have in common."""

    def setUp(self):
        self.server = ICert.TestServer.new(7)

    def throws(self, code, call, *arguments):
        with self.assertRaises(GLib.Error) as caught:
            call(*arguments)
        self.assertTrue(caught.exception.matches(ICert.error_quark(), code), caught.exception)
        return caught.exception

    def judge(self, body):
        return self.server.verify_request(Writer(body), True)[-1]


class Server(Case):
    """ICert.TestServer stands in for the engine."""

    def test_facts(self):
        """What a test says is what a policy reads"""
        server, seen = self.server, {}
        server.set_request_property(CN, text("www"))
        server.add_subject("2.5.4.3", "mail")
        server.set_request_attribute("CertificateTemplate", "User")
        server.set_ca_property("CAName", text("Demo CA"))
        server.set_requester_attribute("mail", "a@example.org")
        server.add_requester_group("staff")
        server.add_grant("web", "User", "*.example.org")

        def body(context):
            name = ICert.Name.new(ICert.NameKind.DNS, "a.example.org")
            seen["names"] = context.get_request_string(CN)
            seen["rdns"] = len(plain(context.list_subject_rdns()))
            seen["template"] = context.get_request_attribute("certificate-template")
            seen["ca"] = plain(context.get_ca_property("CAName"))
            seen["mail"] = context.get_requester_attribute("mail")
            seen["groups"] = list(context.get_requester_groups())
            seen["grant"] = context.find_grant("User", name)

        self.assertEqual(self.judge(body), ICert.Verdict.ISSUE)
        self.assertEqual(seen, {
            "names": "www\nmail", "rdns": 2, "template": "User", "ca": "Demo CA",
            "mail": "a@example.org", "groups": ["staff"], "grant": "web",
        })

    def test_extensions(self):
        """A requested extension arrives disabled; a policy writes its own"""
        usage = ICert.Extension.new_key_usage(ICert.KeyUsage.DIGITAL_SIGNATURE, True)
        self.server.add_requested_extension(usage)
        self.assertEqual(list(self.server.list_extensions(True)), [])
        self.assertEqual(list(self.server.list_extensions(False)), ["2.5.29.15"])

        def body(context):
            context.set_certificate_extension("2.5.29.15", 0, usage.get_value())

        self.judge(body)
        row = self.server.get_extension("2.5.29.15")
        self.assertEqual(row.get_origin(), ICert.ExtensionOrigin.POLICY)
        self.assertEqual(list(self.server.list_extensions(True)), ["2.5.29.15"])
        self.assertIsNone(self.server.get_extension("2.5.29.37"))

    def test_mistakes(self):
        """A misspelt name, a wrong type and a missing value are exceptions"""
        unknown = ICert.Error.UNKNOWN_NAME
        self.throws(unknown, self.server.set_request_property, "ComonName", None)
        self.throws(unknown, self.server.get_certificate_text, "Colour")
        self.throws(ICert.Error.MALFORMED, self.server.set_request_property, CN,
                    GLib.Variant("i", 1))

    def test_rights(self):
        """A policy has in a test the rights that it has in a CA"""
        errors = []

        def body(context):
            for name, value in (("SerialNumber", text("01")), ("NotAfter", text("soon"))):
                try:
                    context.set_certificate_property(name, value)
                except GLib.Error as error:
                    errors.append(error.code)

        self.judge(body)
        self.assertEqual(errors, [ICert.Error.FORBIDDEN_FIELD, ICert.Error.MALFORMED])
        self.assertEqual(list(self.server.list_used(True)), [])

    def test_outcome(self):
        """Message, trace, log and use are there afterwards, and gone after a reset"""
        def body(context):
            context.get_request_property(CN)
            context.set_certificate_property(CN, text("x"))
            context.set_disposition_message("well")
            context.add_trace("rule", CN, "x", None)
            context.log(ICert.LogLevel.WARNING, "slow")

        self.judge(body)
        self.assertEqual(self.server.get_disposition_message(), "well")
        self.assertEqual(list(self.server.list_trace()), ["rule\tCommonName\tx\t-"])
        self.assertEqual(plain(self.server.get_trace()),
                         [{"rule": "rule", "field": CN, "seen": "x"}])
        self.assertEqual(list(self.server.list_log()), ["warning: slow"])
        self.assertEqual(list(self.server.list_used(False)), ["Request.CommonName"])
        self.assertEqual(list(self.server.list_used(True)), [CN])
        self.server.reset()
        self.assertIsNone(self.server.get_disposition_message())
        self.assertIsNone(self.server.get_certificate_text(CN))
        self.assertEqual(self.server.get_n_calls(), 0)

    def test_kept_context(self):
        """S-L2: a context that a policy keeps is dead when the next request comes"""
        policy = Keeper()
        for _ in range(2):
            self.server.verify_request(policy, True)
        self.assertTrue(policy.error.matches(ICert.error_quark(), ICert.Error.CONTEXT))

    def test_contexts(self):
        """Contexts can be made by hand and ended by hand"""
        request = self.server.new_request_context()
        issued = self.server.new_issued_context()
        self.assertEqual(request.get_request_id(), 7)
        self.assertEqual(self.server.new_ca_context().get_request_id(), 0)
        self.server.end_contexts()
        self.throws(ICert.Error.CONTEXT, request.get_request_property, CN)
        self.assertIsNone(issued.get_request_property(CN))

    def test_threads(self):
        """One server serves several threads"""
        self.server.set_request_property(CN, text("www"))
        verdicts = []

        def work():
            for _ in range(50):
                policy = Writer(lambda context: context.get_request_string(CN))
                verdicts.append(self.server.verify_request(policy, True)[-1])

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(verdicts, [ICert.Verdict.ISSUE] * 200)

    def test_exit(self):
        """An exit is told of an event, twice, and writes one line"""
        line = LineExit()
        mask = self.server.initialize_exit(line, {"Mark": "*"}, None)
        self.assertEqual((mask if not isinstance(mask, tuple) else mask[-1]),
                         ICert.ExitEvents.CERT_ISSUED)
        for _ in range(2):
            self.server.notify_event(line, ICert.ExitEvents.CERT_ISSUED)
        self.assertEqual(line.lines, ["* 7"])


class Base(Case):
    """ICert.ModuleBase is the settings half of a module."""

    def test_settings(self):
        """Defaults, values in force and a reload"""
        policy = ZonePolicy()
        self.assertIsNone(policy.get_settings())
        self.server.initialize_policy(policy, None, None)
        self.assertEqual(plain(policy.get_value("Zone")), "example.org")
        schema = policy.describe_settings()
        changed = ICert.Settings.new(schema, {"Zone": "example.com"}, None)
        policy.reload(changed)
        self.assertEqual(plain(policy.get_value("Zone")), "example.com")
        self.throws(ICert.Error.UNKNOWN_NAME, policy.get_value, "Colour")

    def test_bad_settings(self):
        """A value out of range does not reach the module"""
        error = self.throws(ICert.Error.CONFIG, self.server.initialize_policy, ZonePolicy(),
                            {"Zone": ""}, None)
        self.assertEqual(ICert.error_get_field(error), "Zone")

    def test_properties(self):
        """Name, description and version are properties"""
        policy = ZonePolicy()
        self.assertEqual(policy.get_property("name"), "Zone.Policy")
        self.assertEqual(policy.get_property("description"), "Issues inside one zone")
        self.assertEqual(policy.get_property("product-version"), "1.0")


class Defaults(Case):
    """What a module need not write."""

    def test_defaults(self):
        """A module that says nothing else is its own settings half, described by it"""
        line = LineExit()
        self.assertIs(ICert.Exit.get_manage_module(line), line)
        self.assertEqual(ICert.Exit.get_description(line), "Writes lines")
        raises = Raises()
        self.assertIsNone(ICert.Policy.get_manage_module(raises))
        self.assertEqual(ICert.Policy.get_description(raises), "KitRaises")


class Request(Case):
    """A real request behind the fake server, as the engine reads it."""

    def make(self, folder, *options):
        path = os.path.join(folder, "request.pem")
        subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-keyout", os.devnull,
                        "-out", path, *options], check=True, capture_output=True)
        return GLib.Bytes.new(pathlib.Path(path).read_bytes())

    def test_load(self):
        """Subject, names, key, attributes and requester are those that the request has"""
        with tempfile.TemporaryDirectory() as folder:
            request = self.make(folder, "-subj", "/O=Example/CN=www.example.org",
                                "-addext", "subjectAltName=DNS:www.example.org")
        self.server.load_request(request, {"CertificateTemplate": "WebServer"}, "nobody")
        seen = {}

        def body(context):
            seen["id"] = context.get_request_id()
            seen["subject"] = [tuple(rdn) for rdn in plain(context.list_subject_rdns())]
            seen["names"] = [str(n.to_string()) for n in context.get_subject_alt_names()]
            seen["key"] = context.get_certificate_string("PublicKeyType")
            seen["template"] = context.get_request_attribute("CertificateTemplate")
            seen["who"] = context.get_request_string("RequesterName")
            seen["raw"] = context.get_request_property("RawRequest") is not None
            seen["roles"] = plain(context.get_request_property("RequesterRoles"))
            seen["ca"] = plain(context.get_ca_property("CAName"))

        self.judge(body)
        roles = int(ICert.Roles.ENROLL)
        self.assertEqual(seen, {
            "id": 7, "subject": [("2.5.4.10", "Example"), ("2.5.4.3", "www.example.org")],
            "names": ["dNSName:www.example.org"], "key": "ec-p256", "template": "WebServer",
            "who": "nobody", "raw": True, "roles": roles, "ca": "Test CA",
        })

    def test_shipped_policy(self):
        """Template.Policy judges a real request without a CA"""
        registry = ICert.Registry.get_default()
        policy = registry.create_module("Template.Policy", "ICertPolicy")
        profiles = {"Folder": os.path.join(os.environ["ICERT_DATA_PATH"], "profiles")}
        with tempfile.TemporaryDirectory() as folder:
            request = self.make(folder, "-subj", "/CN=www.example.org")
            self.server.load_request(request, {"CertificateTemplate": "WebServer"}, None)
            self.server.initialize_policy(policy, profiles, folder)
            verdict = self.server.verify_request(policy, True)[-1]
        self.assertEqual(verdict, ICert.Verdict.PENDING)
        self.assertEqual(self.server.get_certificate_text(CN), "www.example.org")
        self.assertIn("2.5.29.37", list(self.server.list_extensions(True)))

    def test_refused(self):
        """S-A6, S-B1: what the engine refuses before any policy is refused here"""
        garbage = GLib.Bytes.new(b"no request")
        self.throws(ICert.Error.MALFORMED, self.server.load_request, garbage, None, None)
        with tempfile.TemporaryDirectory() as folder:
            good = self.make(folder, "-subj", "/CN=www.example.org", "-outform", "DER").get_data()
            path = os.path.join(folder, "weak.pem")
            subprocess.run(["openssl", "req", "-new", "-newkey", "rsa:1024", "-nodes", "-keyout",
                            os.devnull, "-out", path, "-subj", "/CN=a"], check=True,
                           capture_output=True)
            weak = GLib.Bytes.new(pathlib.Path(path).read_bytes())
        bad = GLib.Bytes.new(good[:-1] + bytes([good[-1] ^ 1]))
        self.throws(ICert.Error.BAD_SIGNATURE, self.server.load_request, bad, None, None)
        self.throws(ICert.Error.WEAK_KEY, self.server.load_request, weak, None, None)


class Contract(Case):
    """ICert.contract_check_policy and contract_check_exit."""

    def found(self, problems, *checks):
        for check in checks:
            self.assertTrue(any(p.startswith(check + ": ") for p in problems), problems)

    def test_honest(self):
        """A policy and an exit that keep the contract have no problems"""
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(list(ICert.contract_check_policy(ZonePolicy(), None, folder, True)), [])
            self.assertEqual(list(ICert.contract_check_exit(LineExit(), None, folder, True)), [])

    def test_raises(self):
        """A policy that raises ValueError is found out"""
        self.found(ICert.contract_check_policy(Raises(), None, None, True), "verdicts")

    def test_keeper(self):
        """A policy that uses a former context is found out"""
        self.found(ICert.contract_check_policy(Keeper(), None, None, True), "contexts")

    def test_shipped(self):
        """Template.Policy and Publish.Exit keep the contract"""
        registry = ICert.Registry.get_default()
        profiles = {"Folder": os.path.join(os.environ["ICERT_DATA_PATH"], "profiles")}
        with tempfile.TemporaryDirectory() as folder:
            policy = registry.create_module("Template.Policy", "ICertPolicy")
            self.assertEqual(
                list(ICert.contract_check_policy(policy, profiles, folder, True)), [])
            publish = registry.create_module("Publish.Exit", "ICertExit")
            self.assertEqual(list(ICert.contract_check_exit(publish, None, folder, True)), [])

    def test_fixtures(self):
        """The fixtures of the engine's tests keep the contract, but for two that are made not to"""
        registry = ICert.Registry.new(os.environ["ICERT_FIXTURE_MODULES"].split(":"))
        for name in ("Always", "Pend", "Deny", "Fail", "Lying"):
            policy = registry.create_module(name + ".Policy", "ICertPolicy")
            self.assertEqual(list(ICert.contract_check_policy(policy, None, None, True)), [], name)
        with tempfile.TemporaryDirectory() as folder:
            record = registry.create_module("Record.Exit", "ICertExit")
            self.assertEqual(list(ICert.contract_check_exit(record, None, folder, True)), [])
        unknown = registry.create_module("Unknown.Policy", "ICertPolicy")
        self.found(ICert.contract_check_policy(unknown, None, None, True), "verdicts")
        broken = registry.create_module("Broken.Exit", "ICertExit")
        self.found(ICert.contract_check_exit(broken, None, None, True), "initialize")


if __name__ == "__main__":
    tap.main()
