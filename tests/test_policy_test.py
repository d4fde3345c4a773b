# SPDX-License-Identifier: LGPL-2.1-or-later
"""`icert policy-test`: a policy module on one request, without any CA."""

import os
import pathlib
import sys
import unittest

import tap
import tool

PROFILES = os.path.join(os.environ["ICERT_DATA_PATH"], "profiles")
FIXTURES = os.environ["ICERT_FIXTURE_MODULES"]


class PolicyTest(unittest.TestCase):
    """No CA is made here, and none is there."""

    def setUp(self):
        self.folder = tool.Folder()
        self.addCleanup(self.folder.remove)
        self.folder.environment["ICERT_MODULE_PATH"] += ":" + FIXTURES
        self.request = self.folder.path / "web.csr"
        self.folder.openssl(
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", self.folder.path / "web.key", "-out", self.request,
            "-subj", "/O=Example/CN=www.example.org", "-addext",
            "subjectAltName=DNS:www.example.org",
        )

    def judge(self, status, *options, class_id="Template.Policy", request=None):
        """Runs the verb with the shipped profiles; with --json its document."""
        words = [o for o in options if o != "--json"]
        if class_id == "Template.Policy" and "--settings" not in words:
            words += ["--setting", "Folder=" + PROFILES]
        json = ["--json"] if "--json" in options else []
        answer = self.folder.icert(*json, "policy-test", class_id, request or self.request, *words)
        self.assertEqual(answer.status, status, repr(answer))
        return answer.json if json and status in (0, 1, 3, 4) else answer

    def test_pending(self):
        """A verdict, the trace rule by rule, and the changes; pending is status 3"""
        answer = self.judge(3, "--profile", "WebServer", "--json")
        self.assertEqual(answer["verdict"], "pend")
        self.assertEqual(answer["message"], "WebServer asks for an officer")
        rules = [step["rule"] for step in answer["trace"]]
        self.assertIn("approval", rules)
        changes = {change["name"]: change.get("value") for change in answer["changes"]}
        self.assertEqual(changes["CommonName"], "www.example.org")
        self.assertEqual(changes["CertificateTemplate"], "WebServer")
        self.assertRegex(changes["NotAfter"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        extensions = {row["oid"]: row for row in answer["extensions"]}
        self.assertTrue(extensions["2.5.29.17"]["enabled"])
        self.assertIn("Request.RequesterName", answer["read"])

    def test_text(self):
        """People get the same, in sections"""
        text = self.judge(3, "--profile", "WebServer").text
        for part in ("verdict  pend", "\ntrace\n", "\nchanges\n", "\nextensions\n"):
            self.assertIn(part, text)

    def test_issue(self):
        """Issuing is status 0"""
        answer = self.judge(0, "--profile", "User", "--requester", "nobody", "--json")
        self.assertEqual(answer["verdict"], "issue")

    def test_requester(self):
        """--requester says who asks"""
        answer = self.judge(0, "--profile", "User", "--requester", "nobody", "--json")
        names = [c["value"] for c in answer["changes"] if c["name"] == "CommonName"]
        self.assertEqual(names, ["nobody"])

    def test_refusal(self):
        """A refusal is a deny with its code and reason; status 4"""
        answer = self.judge(4, "--profile", "NoSuch", "--json")
        self.assertEqual((answer["verdict"], answer["code"]), ("deny", "DENIED"))
        self.assertIn("NoSuch", answer["reason"])

    def test_expect(self):
        """--expect: 0 when it is as expected, 1 and a line when not"""
        self.judge(0, "--profile", "WebServer", "--expect", "pend")
        self.judge(0, "--profile", "NoSuch", "--expect", "deny")
        answer = self.judge(1, "--profile", "WebServer", "--expect", "issue")
        self.assertEqual(answer.error, "icert: verdict: pend (issue)\n")
        self.judge(1, "--profile", "NoSuch", "--expect", "issue", "--json")

    def test_resubmitted(self):
        """--resubmitted asks as an officer does"""
        self.judge(0, "--profile", "WebServer", "--resubmitted", "--expect", "issue")

    def test_attributes(self):
        """--attrib reaches the policy; a wrong one is wrong usage"""
        self.judge(3, "--attrib", "certificate-template: WebServer")
        self.judge(2, "--attrib", "CertificateTemplate")
        self.judge(2, "--attrib", "CertificateTemplate:User", "--profile", "WebServer")

    def test_settings(self):
        """--settings reads the module's group of a ca.conf; paths count from there"""
        conf = self.folder.write("ca.conf", "[Policy Template.Policy]\nFolder=mine\n")
        mine = self.folder.path / "mine"
        mine.mkdir()
        shipped = pathlib.Path(PROFILES) / "WebServer.profile"
        (mine / "WebServer.profile").write_bytes(shipped.read_bytes())
        self.judge(3, "--profile", "WebServer", "--settings", conf)
        self.judge(4, "--profile", "User", "--settings", conf)
        (self.folder.path / "fresh").mkdir()
        fresh = self.folder.write("fresh/ca.conf", "[Policy]\nChain=Show.Policy;Template.Policy\n")
        mine.rename(self.folder.path / "fresh" / "profiles")
        self.judge(3, "--profile", "WebServer", "--settings", fresh)
        other = self.folder.write("other.conf", "[Policy]\nChain=Show.Policy\n[Policy Other.Policy]\nFolder=mine\n")
        answer = self.judge(1, "--settings", other)
        self.assertRegex(answer.error, r"^icert: CONFIG: other\.conf: ")

    def test_bad_settings(self):
        """A setting that the module does not know or take is CONFIG"""
        answer = self.judge(1, "--setting", "Colour=blue")
        self.assertRegex(answer.error, r"^icert: CONFIG: ")
        self.judge(2, "--setting", "Colour")
        answer = self.folder.icert("policy-test", "Template.Policy", self.request, "--setting",
                                   "Folder=/nonexistent")
        self.assertEqual(answer.status, 1, repr(answer))
        self.assertRegex(answer.error, r"^icert: CONFIG: Folder: .*\nremedy: .*--settings FILE")

    def test_shipped_profiles(self):
        """Without settings profiles are those here, else the shipped ones"""
        first = ["policy-test", "Template.Policy", self.request, "--profile", "WebServer"]
        self.assertEqual(self.folder.icert(*first, "--expect", "pend").status, 0)
        self.assertEqual(self.folder.icert(*first, "--setting", "Folder=profiles").status, 1)
        (self.folder.path / "profiles").mkdir()
        self.assertEqual(self.folder.icert(*first, "--expect", "deny").status, 0)

    def test_fixtures(self):
        """Every verdict comes through, whatever the module"""
        self.judge(0, class_id="Always.Policy")
        self.judge(3, class_id="Pend.Policy")
        self.judge(4, class_id="Deny.Policy")

    def test_failing_module(self):
        """S-L3: a module that cannot judge, or lies, is a failure, never a verdict"""
        answer = self.judge(1, class_id="Fail.Policy")
        self.assertRegex(answer.error, r"^icert: FAILED: policy: cannot judge")
        answer = self.judge(1, "--expect", "pend", class_id="Unknown.Policy")
        self.assertRegex(answer.error, r"^icert: MODULE: ")

    def test_lying_module(self):
        """S-L3: what a policy may not set is not among the changes"""
        answer = self.judge(0, "--json", class_id="Lying.Policy")
        self.assertNotIn("SerialNumber", [change["name"] for change in answer["changes"]])
        self.assertNotIn("2.5.29.19", [row["oid"] for row in answer["extensions"]])

    def test_bad_requests(self):
        """S-A3, S-A6: what the engine refuses before any policy is refused here"""
        garbage = self.folder.write("garbage", b"\x30\x80\x00")
        answer = self.judge(1, request=garbage)
        self.assertRegex(answer.error, r"^icert: MALFORMED: ")
        der = self.folder.path / "web.der"
        self.folder.openssl("req", "-in", self.request, "-outform", "DER", "-out", der)
        octets = bytearray(der.read_bytes())
        octets[-1] ^= 1
        answer = self.judge(1, request=self.folder.write("bad.der", bytes(octets)))
        self.assertRegex(answer.error, r"^icert: BAD_SIGNATURE: ")
        self.judge(1, request=self.folder.path / "missing")

    def test_usage(self):
        """Unknown verdicts, classes and kinds of class"""
        self.judge(2, "--expect", "maybe")
        answer = self.judge(1, class_id="No.Such")
        self.assertRegex(answer.error, r"^icert: UNKNOWN_NAME: ")
        answer = self.judge(1, class_id="Publish.Exit")
        self.assertRegex(answer.error, r"^icert: NOT_SUPPORTED: class: ")

    def test_no_ca(self):
        """No folder of a CA and no record came of it"""
        self.judge(3, "--profile", "WebServer")
        self.assertEqual(sorted(p.name for p in self.folder.path.iterdir()), ["web.csr", "web.key"])


if __name__ == "__main__":
    sys.exit(tap.main())
