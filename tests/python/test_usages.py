# SPDX-License-Identifier: LGPL-2.1-or-later
"""EKUOIDsForPublishExpiredCertInCRL: whose revoked certificates stay on CRLs after their end."""

import sqlite3
import unittest

import ca
import gi

gi.require_version("ICert", "1.0")
from gi.repository import ICert  # noqa: E402

import tap  # noqa: E402

ENTRY = "EKUOIDsForPublishExpiredCertInCRL"
CODE_SIGNING = "1.3.6.1.5.5.7.3.3"
KERNEL_CODE_SIGNING = "1.3.6.1.4.1.311.61.1.1"
EMAIL = "1.3.6.1.5.5.7.3.4"
PROFILE = """\
[Profile]
Name={name}
Version=1
Enroll=submitter
Approval=none
Validity=30d
[Subject]
CommonName=request
[Key]
Types=ec-p256
[Extensions]
KeyUsage=auto
ExtendedKeyUsage={usage}
"""


class Usages(unittest.TestCase):
    """Each test has certificates of its own."""

    @classmethod
    def setUpClass(cls):
        cls.config = ca.make("Usages")
        cls.folder = ca.FOLDER.path / "usages"
        for name, usage in (("Code", "codeSigning"), ("Mail", "emailProtection")):
            path = cls.folder / "profiles" / f"{name}.profile"
            path.write_text(PROFILE.format(name=name, usage=usage))
        cls.request = ICert.request_open(cls.config, None)
        cls.admin = ICert.admin_open(cls.config, None)
        cls.count = 0

    @classmethod
    def tearDownClass(cls):
        del cls.request, cls.admin

    def issue(self, profile):
        """The id of a request that was issued."""
        type(self).count += 1
        name = f"usage{self.count}"
        pkcs10 = ca.FOLDER.request(name, subject=f"/CN={name}").read_bytes()
        answer = self.request.submit(0, pkcs10, {"CertificateTemplate": profile})
        answer.check_status()
        return answer.props.request_id

    def look(self, identifier):
        """(serial, mark in the request's row, mark in the table that CRLs are made of)"""
        view = ICert.view_open(self.config, None)
        view.set_columns(["SerialNumber", "PublishExpiredCertInCRL"])
        view.add_restriction("RequestID", ICert.Seek.EQ, identifier)
        (row,) = view.open_view().next(2)
        serial = row.get_value("SerialNumber")
        with sqlite3.connect(f"file:{self.folder}/store/ca.db?mode=ro", uri=True) as store:
            query = "SELECT publish_expired FROM serials WHERE request_id = ?"
            ((mark,),) = store.execute(query, (identifier,)).fetchall()
        return serial, bool(row.get_value("PublishExpiredCertInCRL")), bool(mark)

    def revoke(self, identifier):
        self.admin.revoke(self.look(identifier)[0], ICert.RevocationReason.SUPERSEDED, None)

    def test_1_default(self):
        """Code signing is kept as in AD CS, from issuance on; others are not"""
        described = self.admin.describe_config_entry("CRL", ENTRY)
        self.assertEqual(described["default"], f"{CODE_SIGNING};{KERNEL_CODE_SIGNING}")
        for profile, kept in (("Code", True), ("Mail", False)):
            identifier = self.issue(profile)
            self.assertEqual(self.look(identifier)[1:], (kept, kept))
            self.revoke(identifier)
            self.assertEqual(self.look(identifier)[1:], (kept, kept))

    def test_2_changed(self):
        """The next CRLs look through what was revoked before the list was changed, and once"""
        before, good = self.issue("Mail"), self.issue("Mail")
        self.revoke(before)
        self.admin.publish_crls(ICert.CrlFlags.BASE, None)
        self.assertEqual(self.look(before)[1:], (False, False))
        self.admin.set_config_entry("CRL", ENTRY, [EMAIL])
        self.assertEqual(self.admin.get_config_entry("CRL", ENTRY), [EMAIL])
        self.admin.publish_crls(ICert.CrlFlags.BASE, None)
        self.assertEqual(self.look(before)[1:], (True, True))
        self.assertEqual(self.look(good)[1:], (False, False))
        self.revoke(good)
        self.assertEqual(self.look(good)[1:], (True, True))
        self.admin.set_publish_expired(self.look(before)[0], False)
        self.admin.publish_crls(ICert.CrlFlags.BASE, None)
        self.assertEqual(self.look(before)[1:], (False, False))

    def test_3_none(self):
        """An empty list keeps nothing; what is no OID is refused, and nothing changes"""
        self.admin.set_config_entry("CRL", ENTRY, [])
        self.assertEqual(self.look(self.issue("Code"))[1:], (False, False))
        with self.assertRaises(ICert.ConfigError):
            self.admin.set_config_entry("CRL", ENTRY, ["codeSigning"])
        self.assertEqual(self.look(self.issue("Code"))[1:], (False, False))


if __name__ == "__main__":
    tap.main()
