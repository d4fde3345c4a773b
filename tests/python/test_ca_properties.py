# SPDX-License-Identifier: LGPL-2.1-or-later
"""What modules read of the CA (properties.md 6): each name has a value here, or a reason why not."""

import gc
import time
import unittest

import ca
import gi

gi.require_version("ICert", "1.0")
from gi.repository import GLib, GObject, ICert  # noqa: E402

import tap  # noqa: E402

DIRECTORY = "there is no directory to use"
SETTINGS = "modules get their settings as an object"
LOG = "G_MESSAGES_DEBUG says what is logged"
NONE_SUCH = "nothing here is so"
#: Names without an index, with the reason why one is empty
PLAIN = {
    **dict.fromkeys(
        "CAType CertCount fUseDS fDeltaCRLsDisabled fServerUpgraded VolatileMode MachineDNSName CAName"
        " SanitizedCAName SanitizedShortName CAProfiles HashAlgorithm MaxValidityPeriod"
        " ValidityPeriod Url Templates".split()
    ),
    "ConfigDN": DIRECTORY, "DomainDN": DIRECTORY, "ModuleRegistryLocation": SETTINGS,
    "LogLevel": LOG, "SessionCount": NONE_SUCH, "TemplateChangeSequenceNumber": NONE_SUCH,
}  # fmt: skip
#: Names that take .n
OF_CERTIFICATE = "CertState CertSuffix RawCACertificate".split()
OF_CRL = "CRLState CRLSuffix CRLIndex RawCRL RawDeltaCRL CRLNextPublish CRLDeltaNextPublish".split()
UNITS = "Seconds Minutes Hours Days Weeks Months Years".split()
VALID, REVOKED, OTHER = 3, 2, 1
NAMES = [*PLAIN, *OF_CERTIFICATE, *OF_CRL, *(f"LocalizedTimePeriodUnits.{n}" for n in range(7))]


class Reader:
    """Reads all names, and keeps what it read by."""

    seen = None

    def read(self, server):
        self.server = server
        indexes = range(server.get_ca_property("CertCount"))
        names = [*NAMES, *(f"{name}.{n}" for name in (*OF_CERTIFICATE, *OF_CRL) for n in indexes)]
        self.missing = []
        for name in (*OF_CERTIFICATE, *OF_CRL, "LocalizedTimePeriodUnits"):
            for index in (7, 2147483647):
                try:
                    server.get_ca_property(f"{name}.{index}")
                except ICert.NotFoundError as error:
                    self.missing.append((name, index))
                    assert "index: " in str(error), error
        self.seen = {name: server.get_ca_property(name) for name in names}


class Policy(GObject.Object, ICert.Policy, Reader):
    """Reads while it judges."""

    __gtype_name__ = "CaPropertiesPolicy"

    def do_verify_request(self, server, _new_request):
        self.read(server)
        return True, ICert.Verdict.ISSUE


class Exit(GObject.Object, ICert.Exit, Reader):
    """Reads when a certificate was issued, and keeps the snapshot."""

    __gtype_name__ = "CaPropertiesExit"

    def do_initialize(self, _ca, _settings):
        return True, ICert.ExitEvents.CERT_ISSUED

    def do_notify_event(self, _event, server):
        self.read(server)
        return True


class Properties(unittest.TestCase):
    """A root with three certificates of two keys, and CRLs of both."""

    @classmethod
    def setUpClass(cls):
        cls.folder = ca.FOLDER.path / "props"
        if not cls.folder.exists():
            answer = ca.FOLDER.icert("init", "Props", "--type", "root", "--dir", cls.folder)
            assert answer.status == 0, repr(answer)
        cls.config = f"local:{cls.folder}"
        cls.control = ICert.Control.open(cls.config, None)
        cls.policy, cls.exit = Policy(), Exit()
        cls.control.append_policy(cls.policy)
        cls.control.append_exit(cls.exit)
        cls.control.start()
        cls.admin = ICert.Admin.open(cls.config, None)
        cls.client = cls.admin.get_ca()

    @classmethod
    def tearDownClass(cls):
        cls.control.stop()
        del cls.control, cls.admin, cls.client, cls.policy, cls.exit

    def submit(self):
        """Policy and exit have read all."""
        self.exit.seen = None
        request = ICert.Request.open(self.config, None)
        answer = request.submit(0, ca.request("www.example.org"), {"CertificateTemplate": "User"}, None)
        self.assertEqual(answer.get_disposition(), ICert.Disposition.ISSUED, answer.get_message())
        while self.exit.seen is None:
            GLib.MainContext.default().iteration(True)
        self.assertEqual(self.policy.missing, self.exit.missing)
        return self.policy.seen, self.exit.seen

    def renew(self, same_key):
        """One more CA certificate."""
        ICert.Setup.open().renew(self.config, same_key, None)

    def test_1_nothing_yet(self):
        """Before the first CRL there is none, which is no error"""
        for seen in self.submit():
            for name in ("RawCRL", "RawDeltaCRL.0", "CRLNextPublish", "CRLDeltaNextPublish.0"):
                self.assertIsNone(seen[name], name)
            self.assertEqual(seen["CertState.0"], VALID)

    def test_2_every_name(self):
        """Each name has a value or a reason why not, for policies as for exits"""
        self.admin.set_config_entry("CRL", "CRLDeltaPeriod", "1d")
        self.renew(same_key=True)
        self.renew(same_key=False)
        self.admin.publish_crls(ICert.CrlFlags.BASE, None)
        self.admin.publish_crls(ICert.CrlFlags.DELTA, None)
        for seen in self.submit():
            for name, value in seen.items():
                if PLAIN.get(name):
                    self.assertIsNone(value, name)
                else:
                    self.assertIsNotNone(value, name)
            self.assertEqual([seen[f"LocalizedTimePeriodUnits.{n}"] for n in range(7)], UNITS)
            for name in ("CRLNextPublish", "CRLDeltaNextPublish"):
                self.assertGreater(seen[name], time.time() * 1000000, name)
            self.assertGreater(seen["CRLNextPublish"], seen["CRLDeltaNextPublish"])

    def test_3_index(self):
        """With .n it is of certificate n and its key, without of the newest"""
        expected = {
            "CertState": [VALID] * 3, "CRLState": [OTHER, VALID, VALID], "CRLIndex": [0, 0, 2],
            "CertSuffix": ["", "(1)", "(2)"], "CRLSuffix": ["", "", "(2)"],
            "RawCACertificate": [bytes(self.client.get_certificate(index)) for index in range(3)],
            "RawCRL": [bytes(self.client.get_crl(index, False)) for index in (0, 0, 2)],
            "RawDeltaCRL": [bytes(self.client.get_crl(index, True)) for index in (0, 0, 2)],
        }  # fmt: skip
        self.assertEqual(len(set(expected["RawCRL"] + expected["RawDeltaCRL"])), 4)
        for seen in self.submit():
            for name, values in expected.items():
                self.assertEqual([seen[f"{name}.{index}"] for index in range(3)], values, name)
                self.assertEqual(seen[name], values[2], name)

    def test_4_no_such(self):
        """An index that is not there is NOT_FOUND, whatever takes one"""
        self.submit()
        names = [*OF_CERTIFICATE, *OF_CRL, "LocalizedTimePeriodUnits"]
        expected = [(name, index) for name in names for index in (7, 2147483647)]
        self.assertEqual(self.policy.missing, expected)

    def test_5_revoked(self):
        """A CA certificate that was revoked is so for modules, also in a snapshot kept before"""
        self.submit()
        before = self.exit.server
        path = ca.FOLDER.path / "second.crt"
        path.write_bytes(self.client.get_certificate(1))
        serial = ca.FOLDER.openssl("x509", "-inform", "DER", "-in", path, "-noout", "-serial")
        self.admin.revoke(serial.strip().split("=")[1], ICert.RevocationReason.SUPERSEDED, None)
        for seen in self.submit():
            self.assertEqual([seen[f"CertState.{index}"] for index in range(3)], [VALID, REVOKED, VALID])
        self.assertEqual(before.get_ca_property("CertState.1"), REVOKED)

    def test_6_closed(self):
        """What was kept when the CA has closed says that it cannot be read any more"""
        self.submit()
        kept = self.exit.server
        self.tearDownClass()
        gc.collect()
        self.assertEqual(kept.get_ca_property("CertCount"), 3)
        with self.assertRaises(ICert.StorageError):
            kept.get_ca_property("RawCRL")
        self.setUpClass()


if __name__ == "__main__":
    tap.main()
