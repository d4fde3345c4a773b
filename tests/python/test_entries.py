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
        refused = {24: "recovery", 25: "recovery", 26: "recovery", 29: "profiles"}
        for number, word in refused.items():
            with self.assertRaises(ICert.NotSupportedError) as caught:
                self.root.set_ca_property(number, 0, "x")
            self.assertIn(word, str(caught.exception))
        with self.assertRaises(ICert.ForbiddenFieldError):
            self.root.set_ca_property(ICert.CaProperty.CA_NAME, 0, "x")


if __name__ == "__main__":
    tap.main()
