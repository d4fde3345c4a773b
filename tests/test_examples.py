#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Must show 3: the examples run against a real CA, and what they did is looked at.

Every file of bindings/*/examples has a test here: a method that is marked with it.
"""

import json
import os
import pathlib
import pty
import re
import subprocess
import sys
import time
import unittest

import tap
import tool

SOURCE = pathlib.Path(__file__).resolve().parent.parent
BINDINGS = SOURCE / "bindings"
EXAMPLES = {
    str(path.relative_to(BINDINGS))
    for path in BINDINGS.glob("*/examples/*")
    if path.is_file() and path.suffix not in (".md", ".build")
}
TESTED = set()

SHORT = """[Profile]
Name=Short
Version=1
Enroll=submitter
Approval=none
Validity=20d
[Subject]
CommonName=directory:name
0.9.2342.19200300.100.1.1=directory:uid
[SubjectAltName]
dNSName=ignore
[Key]
Types=ec-p256
[Extensions]
KeyUsage=auto
ExtendedKeyUsage=clientAuth
"""


def example(name):
    """Marks the test of an example; the test gets its path, and has to run it."""

    def mark(method):
        TESTED.add(name)

        def test(self):
            self.path, self.ran = BINDINGS / name, False
            method(self)
            self.assertTrue(self.ran, f"{name} was not run")

        test.__name__ = method.__name__
        test.__doc__ = method.__doc__
        return test

    return mark


class ExampleTest(tool.ToolTest):
    """One CA; `run` runs the example that the test is about."""

    def command(self, *arguments):
        self.ran = True
        built = (
            pathlib.Path(os.environ["G_TEST_BUILDDIR"]).parent
            / "bindings"
            / "vala"
            / self.path.stem
        )
        programs = {
            ".js": ["gjs", "-m", str(self.path)],
            ".py": [sys.executable, str(self.path)],
            ".vala": [str(built)],
        }
        return [*programs[self.path.suffix], *map(str, arguments)]

    def run_example(self, status, *arguments, stdin=b""):
        process = subprocess.run(
            self.command(*arguments),
            cwd=self.folder.path,
            env=self.folder.environment,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=100,
            check=False,
        )
        answer = tool.Answer(process)
        self.assertEqual(answer.status, status, repr(answer))
        self.assertNotIn("Traceback", answer.error)
        return answer

    def rows(self, *arguments):
        return self.run_icert(0, "--json", "view", *arguments).lines

    def row(self, request_id):
        return self.rows("--where", f"RequestID = {request_id}")[0]

    def pend(self, name, *names):
        return self.submit(
            3, name, "--profile", "WebServer", names=names or [f"{name}.example.org"]
        )["request-id"]

    def verify(self, path):
        """A certificate that chains up to the root of the CA."""
        self.folder.openssl(
            "verify",
            "-x509_strict",
            "-CAfile",
            "demo/root/certs/0.crt",
            "-untrusted",
            "demo/certs/0.crt",
            path,
        )

    def certificate(self, request_id, name="look.crt"):
        """The certificate of a request, as openssl prints it."""
        self.run_icert(0, "retrieve", request_id, "--out", name)
        return self.folder.openssl("x509", "-in", name, "-noout", "-text")


class Clients(ExampleTest):
    @example("python/examples/client.py")
    def test_client(self):
        """client.py submits and prints its row"""
        path = self.folder.request("client", "client.example.org")
        answer = self.run_example(0, path, "User")
        number = re.search(r"(?m)^Python: request (\d+) issued$", answer.text)[1]
        self.assertIn(self.row(number)["SerialNumber"], answer.text)
        self.run_example(3, path, "WebServer")
        self.assertIn(
            "NOT_FOUND", self.run_example(1, path, "User", "No Such CA").error
        )

    @example("js/examples/client.js")
    def test_client_js(self):
        """client.js submits and prints its row"""
        path = self.folder.request("client-js", "client.example.org")
        answer = self.run_example(0, path, "User")
        number = re.search(r"(?m)^gjs: request (\d+) issued$", answer.text)[1]
        self.assertIn(self.row(number)["SerialNumber"], answer.text)

    @example("vala/examples/client.vala")
    def test_client_vala(self):
        """client.vala submits, and its own policy and exit see the request"""
        path = self.folder.request("client-vala", "client.example.org")
        answer = self.run_example(0, path, "User")
        number = re.search(r"(?m)^vala: request (\d+) issued: ", answer.text)[1]
        self.assertIn(self.row(number)["SerialNumber"], answer.text)

    @example("python/examples/submit.py")
    def test_submit(self):
        """submit.py stores the chain; a key is one request; a refusal is 4"""
        path = self.folder.request("plain", "plain.example.org")
        answer = self.run_example(
            0, path, "--profile", "User", "--out", "plain.crt", "--id-key", "once"
        )
        self.assertEqual(
            (self.folder.path / "plain.crt").read_text().count("BEGIN CERTIFICATE"), 3
        )
        self.verify("plain.crt")
        again = self.run_example(0, path, "--profile", "User", "--id-key", "once")
        self.assertEqual(again.text, answer.text)
        answer = self.run_example(4, path, "--profile", "NoSuch")
        self.assertIn("submit.py: DENIED: CertificateTemplate: ", answer.error)
        answer = self.run_example(1, "--ca", "No Such CA", path)
        self.assertIn("submit.py: NOT_FOUND: config: ", answer.error)

    def approve(self, number):
        """An officer resubmits, as soon as the program lets the CA go for a moment."""
        for _ in range(100):
            if self.icert("resubmit", number).status == 0:
                return
            time.sleep(0.1)
        self.fail("the CA was never free")

    @example("python/examples/submit.py")
    def test_submit_and_wait(self):
        """submit.py waits for the officer, without keeping the CA from him"""
        path = self.folder.request("wait", "wait.example.org")
        command = self.command(
            path, "--profile", "WebServer", "--wait", "60", "--out", "wait.crt"
        )
        with subprocess.Popen(
            command,
            cwd=self.folder.path,
            env=self.folder.environment,
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            line = process.stderr.readline()
            number = re.match(r"request (\d+): .*; waiting$", line)[1]
            self.approve(number)
            out, error = process.communicate(timeout=60)
        self.assertEqual(
            (process.returncode, out, error), (0, f"request {number} issued\n", "")
        )
        self.assertIn(
            "DNS:wait.example.org",
            self.folder.openssl("x509", "-in", "wait.crt", "-noout", "-text"),
        )
        self.run_example(3, path, "--profile", "WebServer", "--wait", "0")


class Batch(ExampleTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Publish.Exit syncs a file for each certificate; that is not tested here
        cls.icert("set-config", "Exit", "Modules", "")

    def make(self, count):
        """A folder of COUNT requests: one that was signed, under as many names."""
        octets = self.folder.request("one", "one.example.org").read_bytes()
        folder = self.folder.path / f"batch-{count}"
        folder.mkdir()
        for number in range(count):
            (folder / f"host{number}.pem").write_bytes(octets)
        return folder

    @example("python/examples/batch.py")
    def test_batch(self):
        """batch.py takes 1,000 requests through, each to a certificate of its own"""
        answer = self.run_example(
            0, self.make(1000), "--window", "64", "--out", "certificates"
        )
        self.assertEqual(
            (answer.text, answer.error), ("1000 requests: 1000 issued\n", "")
        )
        self.assertEqual(
            self.run_icert(
                0, "view", "--count", "--where", "Disposition = issued"
            ).text,
            "1000\n",
        )
        found = list((self.folder.path / "certificates").glob("host*.crt"))
        self.assertEqual(len({path.read_bytes() for path in found}), 1000)
        self.verify(found[0])

    @example("python/examples/batch.py")
    def test_progress(self):
        """On a terminal batch.py draws a bar, to its end"""
        control, terminal = pty.openpty()
        process = subprocess.run(
            self.command(self.make(50)),
            cwd=self.folder.path,
            env=self.folder.environment,
            stdout=subprocess.PIPE,
            stderr=terminal,
            timeout=60,
            check=False,
        )
        os.close(terminal)
        drawn = b""
        while b"50/50" not in drawn:
            drawn += os.read(control, 4096)
        os.close(control)
        self.assertEqual(
            (process.returncode, process.stdout), (0, b"50 requests: 50 issued\n")
        )
        self.assertIn(b"[" + b"#" * 40 + b"] 50/50", drawn)

    @example("python/examples/batch.py")
    def test_some_refused(self):
        """batch.py says what was not issued, and goes on with the others"""
        good = self.folder.request("good", "good.example.org")
        weak = self.folder.request("weak", "weak.example.org", key="rsa:1024")
        broken = self.folder.write("broken.pem", "nothing")
        answer = self.run_example(1, weak, broken, good, "--out", "some")
        self.assertRegex(
            answer.text, r"(?m)^weak: request \d+ denied: public key: RSA 1024 bits "
        )
        self.assertRegex(answer.text, r"(?m)^broken: failed: request: ")
        self.assertRegex(answer.text, r"(?m)^3 requests: 1 \w+, 1 \w+, 1 \w+$")
        self.assertEqual(
            [path.name for path in (self.folder.path / "some").iterdir()], ["good.crt"]
        )


# Plays a second client in the process of the queue, as with a daemon everybody is.
LIVE = """
import pathlib, runpy, sys
queue = runpy.run_path(sys.argv[1])
ICert, GLib = queue["ICert"], queue["GLib"]
shown = queue["Queue"](None)
contents = pathlib.Path(sys.argv[2]).read_bytes()
request = ICert.Request.open(None)
answer = request.submit(0, contents, {"CertificateTemplate": "WebServer"})
number = answer.request_id
while number not in shown.seen:
    GLib.MainContext.default().iteration(True)
admin = ICert.Admin.open(None)
admin.set_request_attributes(number, {"Note": "changed"})
shown.obey(f"issue {number}")
while shown.seen[number] != 2:
    GLib.MainContext.default().iteration(True)
admin.deny_request(number, None)
while shown.seen:
    GLib.MainContext.default().iteration(True)
"""


class Officers(ExampleTest):
    @example("python/examples/officer_queue.py")
    def test_queue(self):
        """officer_queue.py lists what is pending, obeys, and shows what the CA tells"""
        first, second, third = (
            self.pend(name) for name in ("first", "second", "third")
        )
        lines = f"show {first}\nissue {first}\ndeny {second} not ours\n"
        lines += "issue 999999\ndeny x\ndance\nquit\n"
        answer = self.run_example(0, stdin=lines.encode())
        for number, name in ((first, "first"), (second, "second"), (third, "third")):
            self.assertRegex(
                answer.text,
                rf"(?m)^\+ {number} {name}\.example\.org from \S+ at \d{{4}}-",
            )
        self.assertRegex(answer.text, r"(?m)^  Template\.Policy  approval  request ")
        self.assertRegex(answer.text, rf"(?m)^- {first} issued$")
        self.assertRegex(answer.text, rf"(?m)^- {second} denied$")
        self.assertNotRegex(answer.text, rf"(?m)^- {third} ")
        self.assertEqual(len(re.findall(r"(?m)^! ", answer.text)), 3, answer.text)
        states = [
            self.row(number)["Request.Disposition"] for number in (first, second, third)
        ]
        self.assertEqual(states, [20, 31, 9])
        self.assertIn("not ours", self.row(second)["Request.DispositionMessage"])

    @example("python/examples/officer_queue.py")
    def test_live(self):
        """S-D12: what another client does appears in officer_queue.py at once, and nothing
        is issued that was changed since it was shown"""
        path = self.folder.request("live", "live.example.org")
        _, *arguments = self.command(path)
        process = subprocess.run(
            [sys.executable, "-c", LIVE, *arguments],
            cwd=self.folder.path,
            env=self.folder.environment,
            stdout=subprocess.PIPE,
            timeout=60,
            check=True,
        )
        self.assertRegex(
            process.stdout.decode(),
            r"^(\+ \d+ \S+ from .*\n)*"
            r"\+ (\d+) live\.example\.org from .* \(version 1\)\n"
            r"! content-version: .* was changed .*\n"
            r"\+ \2 live\.example\.org from .* \(version 2\)\n- \2 denied\n$",
        )

    @example("js/examples/queue.js")
    def test_queue_js(self):
        """queue.js submits, lists, obeys, and shows what the CA tells"""
        waiting = self.pend("waiting")
        path = self.folder.request("new", "new.example.org")
        lines = f"issue {waiting}\ndeny {waiting + 1} not ours\nissue 999999\nquit\n"
        answer = self.run_example(0, "Demo CA", path, stdin=lines.encode())
        self.assertRegex(answer.text, rf"(?m)^\+ {waiting} waiting\.example\.org from ")
        self.assertRegex(answer.text, rf"(?m)^\+ {waiting + 1} new\.example\.org from ")
        self.assertRegex(answer.text, rf"(?m)^- {waiting} issued$")
        self.assertRegex(answer.text, r"(?m)^! ")
        states = [
            self.row(number)["Request.Disposition"] for number in (waiting, waiting + 1)
        ]
        self.assertEqual(states, [20, 31])

    @example("python/examples/explain.py")
    def test_explain(self):
        """explain.py names module, rule, value seen and value allowed of a refusal"""
        path = self.folder.request("why", "why.example.org")
        self.folder.openssl(
            "req",
            "-new",
            "-key",
            "why.key",
            "-subj",
            "/CN=why.example.org",
            "-addext",
            "subjectAltName=DNS:why.example.org,email:why@example.org",
            "-out",
            "why2.pem",
        )
        denied = self.run_icert(
            4, "--json", "submit", "why2.pem", "--profile", "WebServer"
        ).json["request-id"]
        answer = self.run_example(0, denied)
        self.assertRegex(answer.text, rf"^request {denied} denied: rfc822Name: ")
        self.assertRegex(
            answer.text, r"(?m)^judgement 1:\n  submitted by \S+ at the door local$"
        )
        self.assertRegex(
            answer.text, r"(?m)^refused with FORBIDDEN_FIELD for rfc822Name: "
        )
        self.assertRegex(
            answer.text,
            r"(?m)^decided by Template\.Policy \S+: rfc822Name is .*; allowed: \S",
        )
        issued = self.run_icert(0, "--json", "submit", path, "--profile", "User").json[
            "request-id"
        ]
        answer = self.run_example(0, issued, "--all")
        self.assertIn("Template.Policy has written CommonName", answer.text)
        self.assertNotIn("refused", answer.text)
        self.assertIn("NOT_FOUND", self.run_example(1, 999999).error)

    @example("python/examples/revoke.py")
    def test_revoke(self):
        """revoke.py revokes line by line, and says how each place of the CRLs went"""
        serials = []
        for name in ("gone1", "gone2"):
            path = self.folder.request(name, f"{name}.example.org")
            answer = self.run_icert(0, "--json", "submit", path, "--profile", "User")
            serials.append(self.row(answer.json["request-id"])["SerialNumber"])
        wanted = self.folder.write("list", f"{serials[0]}\n\n{serials[1]} superseded\n")
        answer = self.run_example(0, wanted, "--reason", "keyCompromise")
        self.assertEqual(
            answer.text.splitlines()[:2],
            [f"{serials[0]}  keyCompromise", f"{serials[1]}  superseded"],
        )
        self.assertRegex(answer.text.splitlines()[2], r"^file:///\S+crl  OK$")
        for serial, reason in zip(serials, ("keyCompromise", "superseded")):
            answer = self.run_icert(5, "--json", "is-valid", serial)
            self.assertEqual(answer.json["reason"], reason)
        wanted = self.folder.write("list", f"12 superseded\n{serials[1]} why\nzz\n")
        answer = self.run_example(1, wanted)
        self.assertIn("12  NOT_FOUND: serial", answer.error)
        self.assertIn("why is no reason", answer.error)
        self.assertIn("zz  MALFORMED: serial", answer.error)
        self.assertIn("  OK\n", answer.text)

    @example("python/examples/expiring.py")
    def test_expiring(self):
        """expiring.py finds what ends within the days, and nothing that was refused"""
        (self.folder.path / "demo" / "profiles" / "Short.profile").write_text(SHORT)
        path = self.folder.request("ends", "ends.example.org")
        self.assertEqual(self.run_example(0).text, "")
        short = self.run_icert(0, "--json", "submit", path, "--profile", "Short").json[
            "request-id"
        ]
        long = self.run_icert(0, "--json", "submit", path, "--profile", "User").json[
            "request-id"
        ]
        self.run_icert(3, "submit", path, "--profile", "WebServer")
        answer = self.run_example(3)
        serial = self.row(short)["SerialNumber"]
        self.assertRegex(
            answer.text, rf"^\d{{4}}-\d\d-\d\d  {short}  \S+  Short  {serial}  \S+\n$"
        )
        self.run_example(0, "--days", "10")
        self.run_example(0, "--profile", "WebServer")
        found = [
            json.loads(line)
            for line in self.run_example(3, "--days", "400", "--json").text.splitlines()
        ]
        numbers = [row["Request.RequestID"] for row in found]
        self.assertEqual(numbers[0], short)
        self.assertIn(long, numbers)
        ends = [row["NotAfter"] for row in found]
        self.assertEqual(ends, sorted(ends))


class Modules(ExampleTest):
    @example("python/examples/policy.py")
    def test_policy(self):
        """policy.py: its own policy issues, refuses, asks an officer, and writes"""
        ours = self.folder.request("ours", "www.example.org")
        foreign = self.folder.request("foreign", "www.example.com")
        many = self.folder.request(
            "many", *(f"www{number}.example.org" for number in range(4))
        )
        answer = self.run_example(0, ours, foreign, many)
        self.assertEqual(
            answer.text.splitlines(),
            [
                "ours.pem: issued: Issued",
                "foreign.pem: denied: "
                "subjectAltName: www.example.com is foreign (*.example.org)",
                "many.pem: under-submission: more than three names: an officer looks",
            ],
        )
        rows = self.rows("--where", "Organization = Example")
        self.assertEqual([row["Request.Disposition"] for row in rows], [20])
        self.assertIn("O = Example", self.certificate(rows[0]["Request.RequestID"]))
        answer = self.run_example(0, "--zone", "example.com", foreign)
        self.assertEqual(answer.text, "foreign.pem: issued: Issued\n")

    def test_policy_is_short(self):
        """The policy of policy.py has at most 20 lines"""
        text = (BINDINGS / "python" / "examples" / "policy.py").read_text()
        body = re.search(r"(?s)\nclass .*?\n\n\n", text)[0].strip()
        self.assertLessEqual(len(body.splitlines()), 20)

    @example("js/examples/policy.js")
    def test_policy_js(self):
        """policy.js: its own policy issues what is under example.org, and no more"""
        ours = self.folder.request("ours-js", "www.example.org")
        foreign = self.folder.request("foreign-js", "www.example.com")
        self.assertRegex(self.run_example(0, ours).text, r"^request \d+ issued: ")
        answer = self.run_example(4, foreign)
        number = re.match(
            r"request (\d+) refused: subjectAltName: www\.example\.com is foreign",
            answer.text,
        )[1]
        self.assertEqual(self.row(number)["Request.Disposition"], 31)

    def lines(self, name):
        return [
            json.loads(line)
            for line in (self.folder.path / name).read_text().splitlines()
        ]

    @example("python/examples/exit_jsonl.py")
    def test_exit(self):
        """exit_jsonl.py writes a line for each event, with what the certificate says"""
        path = self.folder.request("jsonl", "jsonl.example.org")
        weak = self.folder.request("jsonl-weak", "jsonl.example.org", key="rsa:1024")
        self.run_example(0, "log", path, weak)
        issued, denied = self.lines("log")
        row = self.row(issued["request"])
        self.assertEqual(
            (issued["event"], issued["serial"]), ("issued", row["SerialNumber"])
        )
        self.assertEqual(
            (issued["profile"], issued["requester"]),
            ("User", row["Request.RequesterName"]),
        )
        self.assertEqual(issued["until"][:19], row["NotAfter"][:19])
        self.assertEqual(
            (denied["event"], denied["request"]), ("denied", issued["request"] + 1)
        )
        self.assertNotIn("serial", denied)
        self.run_example(0, "--profile", "WebServer", "log", path)
        self.assertEqual(
            [line["event"] for line in self.lines("log")],
            ["issued", "denied", "pending"],
        )
        self.run_example(0, "log")
        self.assertEqual(len(self.lines("log")), 3)

    @example("js/examples/exit-jsonl.js")
    def test_exit_js(self):
        """exit-jsonl.js writes a line for each event, with what the certificate says"""
        path = self.folder.request("jsonl-js", "jsonl.example.org")
        self.run_example(0, "log-js", "Demo CA", path, path)
        lines = self.lines("log-js")
        self.assertEqual([line["event"] for line in lines], ["issued", "issued"])
        for line in lines:
            self.assertEqual(line["serial"], self.row(line["request"])["SerialNumber"])

    @example("python/examples/test_policy.py")
    def test_unit_tests(self):
        """test_policy.py: the unit tests of a policy pass, without any CA"""
        answer = self.run_example(0)
        self.assertRegex(answer.error, r"(?m)^Ran [1-9]\d* tests? in ")
        self.assertRegex(answer.error, r"(?m)^OK$")


class Enrolment(ExampleTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.icert(
            "grant",
            "web",
            "--principal",
            f"uid:{os.getuid()}",
            "--profile",
            "WebServer",
            "--dns",
            "*.example.org",
        )
        for name in ("keys", "renewed"):
            (cls.folder.path / name).mkdir(mode=0o700)
        cls.folder.write("secret", "correct horse\n").chmod(0o600)

    @example("python/examples/enroll-pkcs12.py")
    def test_pkcs12(self):
        """enroll-pkcs12.py leaves one file, which its passphrase opens"""
        self.run_example(0, "WebServer", "box.example.org", "keys", "secret")
        text = self.folder.openssl(
            "pkcs12",
            "-in",
            "keys/box.example.org.p12",
            "-passin",
            "file:secret",
            "-nodes",
        )
        self.assertIn("BEGIN PRIVATE KEY", text)
        self.assertGreaterEqual(text.count("BEGIN CERTIFICATE"), 2)
        self.folder.write("box.pem", text)
        self.verify("box.pem")
        self.assertIn(
            "DNS:box.example.org",
            self.folder.openssl("x509", "-in", "box.pem", "-noout", "-text"),
        )

    @example("js/examples/enroll.js")
    def test_enroll_js(self):
        """enroll.js leaves key and certificate of a server"""
        self.run_example(0, "WebServer", "js.example.org", "keys")
        self.verify("keys/js.example.org.pem")
        key = self.folder.openssl("pkey", "-in", "keys/js.example.org.key", "-pubout")
        self.assertEqual(
            key,
            self.folder.openssl(
                "x509", "-in", "keys/js.example.org.pem", "-noout", "-pubkey"
            ),
        )

    @example("python/examples/renew.py")
    def test_renew(self):
        """renew.py leaves what is not due, and renews what is for the same names"""
        self.run_icert(
            0,
            "enroll",
            "--profile",
            "WebServer",
            "--san",
            "dns:old.example.org",
            "--key",
            "renewed/old.key",
            "--out",
            "renewed/old.pem",
        )
        show = ("x509", "-in", "renewed/old.pem", "-noout", "-serial")
        first = self.folder.openssl(*show)
        self.assertRegex(self.run_example(0, "renewed").text, r"^old\.key: due \d{4}-")
        self.assertEqual(self.folder.openssl(*show), first)
        self.assertRegex(
            self.run_example(0, "renewed", 61).text, r"^old\.key: renewed until \d{4}-"
        )
        self.assertNotEqual(self.folder.openssl(*show), first)
        self.assertIn("DNS:old.example.org", self.folder.openssl(*show, "-text"))
        self.verify("renewed/old.pem")


class Whole(unittest.TestCase):
    def test_every_example(self):
        """Every file of bindings/*/examples is run by a test"""
        compiled = (SOURCE / "tests" / "test_typescript.py").read_text()
        elsewhere = {
            name
            for name in EXAMPLES
            if name.endswith(".ts") and pathlib.Path(name).name in compiled
        }
        self.assertEqual(EXAMPLES - elsewhere, TESTED)

    def test_installed(self):
        """Every example is installed"""
        for name in sorted(EXAMPLES):
            language, _, file = name.partition("/")
            self.assertIn(
                f"'{file}'", (BINDINGS / language / "meson.build").read_text(), name
            )

    def test_help(self):
        """Every example with options in Python explains itself with --help"""
        for name in sorted(EXAMPLES):
            text = (BINDINGS / name).read_text()
            if "argparse" not in text:
                continue
            with self.subTest(name):
                process = subprocess.run(
                    [sys.executable, BINDINGS / name, "--help"],
                    stdout=subprocess.PIPE,
                    timeout=60,
                    check=True,
                )
                self.assertIn(b"usage: ", process.stdout)


if __name__ == "__main__":
    tap.main()
