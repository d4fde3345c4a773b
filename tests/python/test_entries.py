# SPDX-License-Identifier: LGPL-2.1-or-later
"""Configuration entries of AD CS (properties.md 9.2): what is read, and what is said of the others."""

import hashlib
import unittest

import ca
import gi

gi.require_version("ICert", "1.0")
from gi.repository import ICert  # noqa: E402

import tap  # noqa: E402

#: Entries of the CA level that have a value on every CA with a certificate
FILLED = "CommonName CAServerName CAType CACertHash CACertFileName RoleSeparationEnabled UseDS".split()
#: Entries that something else has taken the place of, with a word that says what
ELSEWHERE = {
    "CRLPeriod": "node CRL", "CRLPeriodUnits": "node CRL", "CRLDeltaPeriodUnits": "node CRL",
    "CRLOverlapUnits": "node CRL", "ValidityPeriodUnits": "ValidityPeriod", "HighSerial": "random",
    "CRLPublicationURLs": "Url", "CACertPublicationURLs": "Url", "Security": "Roles",
    "OfficerRights": "OfficerRights NAME", "EnrollmentAgentRights": "Agent NAME",
    "AuditFilter": "recorded", "KRACertHash": "archives", "SubjectTemplate": "profiles",
    "RequestId": "file", "ViewIdleMinutes": "views", "CRLFlags": "CRL",
    "EKUOIDsForPublishExpiredCertInCRL": "node CRL",
}  # fmt: skip


class Entries(unittest.TestCase):
    """A root and a subordinate with its root beside it."""

    @classmethod
    def setUpClass(cls):
        answer = ca.FOLDER.icert("--json", "init", "Lone", "--type", "root", "--dir", ca.FOLDER.path / "lone")
        assert answer.status == 0, repr(answer)
        cls.root = ICert.admin_open(answer.json["config"], None)
        cls.below = ICert.admin_open(ca.make("Below"), None)

    @classmethod
    def tearDownClass(cls):
        del cls.root, cls.below

    def test_facts(self):
        """What follows from the CA can be read and is listed"""
        for admin in (self.root, self.below):
            for name in FILLED:
                self.assertIsNotNone(admin.get_config_entry(None, name), name)
            self.assertLessEqual({*FILLED, "Name", "Type"}, set(admin.list_config_entries("CA")))
            self.assertNotIn("HighSerial", admin.list_config_entries("CA"))
            certificate = bytes(admin.get_ca().get_certificate(-1))
            hashes = [hashlib.sha1(certificate).hexdigest()]
            self.assertEqual(admin.get_config_entry("CA", "CACertHash"), hashes)
            with open(admin.get_config_entry("", "CACertFileName"), encoding="ascii") as file:
                self.assertIn("BEGIN CERTIFICATE", file.read())
        self.assertEqual(self.root.get_config_entry(None, "CommonName"), "Lone CA")
        self.assertEqual(self.root.get_config_entry(None, "CAType"), 3)
        self.assertEqual(self.below.get_config_entry(None, "CAType"), 4)
        self.assertIsNone(self.root.get_config_entry(None, "ParentCAName"))
        self.assertIn("Below", self.below.get_config_entry(None, "ParentCAName"))
        self.assertIsNone(self.root.get_config_entry(None, "RequestFileName"))

    def test_next_publish(self):
        """CRLNextPublish is when the next CRL is planned, and empty before the first"""
        self.assertIsNone(self.root.get_config_entry(None, "CRLNextPublish"))
        (crl,) = self.root.publish_crls(ICert.CrlFlags.BASE, None).list_crls()
        self.assertGreater(self.root.get_config_entry(None, "CRLNextPublish"), 0)
        self.assertIsNone(self.root.get_config_entry(None, "CRLDeltaNextPublish"))

    def test_refused(self):
        """None of them can be set or removed: it is said what to do, and nothing changes"""
        before = (ca.FOLDER.path / "lone" / "ca.conf").read_bytes()
        for name in [*FILLED, *ELSEWHERE]:
            for value in ("x", None):
                with self.subTest(name), self.assertRaises(ICert.NotSupportedError) as caught:
                    self.root.set_config_entry(None, name, value)
                self.assertIn(ELSEWHERE.get(name, "("), str(caught.exception))
        self.assertEqual((ca.FOLDER.path / "lone" / "ca.conf").read_bytes(), before)
        for name in ELSEWHERE:
            self.assertIsNone(self.root.get_config_entry(None, name))
            described = self.root.describe_config_entry(None, name)
            self.assertEqual(described["effective"], "read only")
        described = self.root.describe_config_entry(None, "CACertHash")
        self.assertEqual(described["type"], "list")

    def test_waiting(self):
        """A CA that waits for its certificate has a request and a key, and no certificate yet"""
        answer = ca.FOLDER.icert("--json", "init", "Waits", "--type", "subordinate", "--dir",
                                 ca.FOLDER.path / "waits")  # fmt: skip
        self.assertEqual(answer.status, 0, repr(answer))
        admin = ICert.admin_open(f"local:{ca.FOLDER.path / 'waits'}", None)
        self.assertTrue(admin.get_config_entry(None, "RequestFileName").endswith("/request.pem"))
        self.assertEqual(admin.get_config_entry(None, "RequestKeyIndex"), 0)
        self.assertEqual(admin.get_config_entry(None, "RequestKeyContainer"), "keys/0.key")
        self.assertIsNone(admin.get_config_entry(None, "CACertHash"))
        del admin

    def test_properties(self):
        """CA properties that AD CS lets one set say why not here; the others are read only"""
        refused = {24: "recovery", 25: "recovery", 26: "recovery"}
        for number, word in refused.items():
            with self.assertRaises(ICert.NotSupportedError) as caught:
                self.root.set_ca_property(number, 0, "x")
            self.assertIn(word, str(caught.exception))
        with self.assertRaises(ICert.ForbiddenFieldError):
            self.root.set_ca_property(ICert.CaProperty.CA_NAME, 0, "x")


class Templates(unittest.TestCase):
    """CR_PROP_TEMPLATES: which profiles the CA offers"""

    @classmethod
    def setUpClass(cls):
        cls.config = ca.make("Offers")
        cls.admin = ICert.admin_open(cls.config, None)
        cls.request = ICert.request_open(cls.config, None)

    @classmethod
    def tearDownClass(cls):
        del cls.admin, cls.request

    def tearDown(self):
        if self.admin.get_config_entry("CA", "Templates") is not None:
            self.admin.set_config_entry("CA", "Templates", None)

    def set(self, *names):
        text = "".join(f"{name}\n\n" for name in names)
        self.admin.set_ca_property(ICert.CaProperty.TEMPLATES, 0, text)

    def submit(self, profile):
        octets = ca.request("www.example.org")
        return self.request.submit(0, octets, {"CertificateTemplate": profile})

    def test_round(self):
        """What is read can be set again, and is all there is then"""
        before = self.admin.get_ca().get_property_value(ICert.CaProperty.TEMPLATES, 0)
        self.admin.set_ca_property(ICert.CaProperty.TEMPLATES, 0, before)
        self.assertEqual(self.admin.get_ca().get_property_value(ICert.CaProperty.TEMPLATES, 0), before)
        self.assertEqual(self.admin.get_config_entry("CA", "Templates"), before.split("\n\n")[:-1])

    def test_offered(self):
        """Profiles that are not offered are not listed and are denied, an officer's resubmit too"""
        pending = self.submit("WebServer")
        self.assertEqual(pending.disposition, ICert.Disposition.UNDER_SUBMISSION)
        self.set("User", "Computer")
        self.assertEqual(sorted(self.admin.get_ca().list_profiles()), ["Computer", "User"])
        denied = self.submit("WebServer")
        self.assertEqual(denied.disposition, ICert.Disposition.DENIED)
        status = denied.get_status().message
        for word in ("not offered", "Computer, User", "0x80094800"):
            self.assertIn(word, status)
        again = self.admin.resubmit_request(pending.request_id)
        self.assertEqual(again.disposition, ICert.Disposition.DENIED)
        self.assertEqual(self.submit("User").disposition, ICert.Disposition.ISSUED)
        self.admin.set_config_entry("CA", "Templates", None)
        again = self.admin.resubmit_request(pending.request_id)
        self.assertEqual(again.disposition, ICert.Disposition.ISSUED)

    def test_bad(self):
        """Nothing is set by half: unknown, twice, empty, with an OID, of another type"""
        self.set("User")
        for value, kind in (
            ("User\n\nNobody\n\n", ICert.NotFoundError),
            ("User\n\n../User\n\n", ICert.NotFoundError),
            ("User\n\nUser\n\n", ICert.MalformedError),
            ("User\n1.2.3\n", ICert.MalformedError),
            ("\n\n", ICert.MalformedError),
            ("", ICert.MalformedError),
            (7, ICert.MalformedError),
        ):
            with self.subTest(value), self.assertRaises(kind):
                self.admin.set_ca_property(ICert.CaProperty.TEMPLATES, 0, value)
            self.assertEqual(self.admin.get_ca().list_profiles(), ["User"])

    def test_history(self):
        """It is an entry like others: with history, and undone"""
        self.set("User")
        self.set("Computer")
        change = self.admin.list_config_history()[0]
        self.assertEqual((change["entry"], change["old"], change["new"]),
                         ("Templates", "User", "Computer"))  # fmt: skip
        self.admin.undo_config_entry(change["id"])
        self.assertEqual(self.admin.get_ca().list_profiles(), ["User"])


if __name__ == "__main__":
    tap.main()
