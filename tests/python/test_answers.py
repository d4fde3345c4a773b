# SPDX-License-Identifier: LGPL-2.1-or-later
"""Answers of a CA with its CRLs: CR_OUT_CRLS, CR_IN_CRLS and CR_PROP 13 and 32."""

import re
import subprocess
import unittest

import ca
import gi

gi.require_version("ICert", "1.0")
from gi.repository import ICert  # noqa: E402

import tap  # noqa: E402

BINARY = ICert.OutputFlags.BINARY
CHAIN = BINARY | ICert.OutputFlags.CHAIN
CRLS = CHAIN | ICert.OutputFlags.CRLS


def read(message):
    """What openssl reads: how many certificates and CRLs, and the numbers of the CRLs."""
    path = ca.FOLDER.path / "answer.p7b"
    path.write_bytes(message)
    command = ["openssl", "pkcs7", "-inform", "DER", "-in", path, "-print_certs"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    text = done.stdout.decode()
    crls = re.findall(r"-----BEGIN X509 CRL-----.*?-----END X509 CRL-----\n", text, re.DOTALL)
    return text.count("BEGIN CERTIFICATE"), [number_of(crl) for crl in crls]


def number_of(crl):
    """The number of a CRL in PEM, with + when it is a delta."""
    command = ["openssl", "crl", "-noout", "-text"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, input=crl.encode())
    text = done.stdout.decode()
    delta = "+" if "Delta CRL Indicator" in text else ""
    return re.search(r"X509v3 CRL Number: *\n +(\d+)", text)[1] + delta


class Answers(unittest.TestCase):
    """One CA; its CRLs come while it works."""

    @classmethod
    def setUpClass(cls):
        cls.config = ca.make("Answers")
        cls.folder = ca.FOLDER.path / "answers"
        cls.request = ICert.request_open(cls.config, None)
        cls.admin = ICert.admin_open(cls.config, None)
        cls.ca = cls.admin.get_ca()

    @classmethod
    def tearDownClass(cls):
        del cls.ca, cls.admin, cls.request

    def submit(self, name, flags=ICert.SubmitFlags.NONE):
        """The answer to a request that needs no officer."""
        answer = self.request.submit(flags, ca.request(name), {"CertificateTemplate": "WebServer"})
        if answer.get_disposition() == ICert.Disposition.UNDER_SUBMISSION:
            answer = self.admin.resubmit_request(answer.props.request_id)
        self.assertEqual(answer.get_disposition(), ICert.Disposition.ISSUED)
        return answer

    def property(self, number, index=-1):
        """The octets of a CA property."""
        return bytes(self.ca.get_property_value(number, index))

    def test_1_without_crls(self):
        """Before the first CRL an answer has none, and that is no error"""
        answer = self.submit("a.example.org", ICert.SubmitFlags.CRLS)
        self.assertEqual(list(answer.list_crls()), [])
        certificates, crls = read(answer.get_certificate(CRLS))
        self.assertEqual((certificates, crls), (len(answer.list_issuers()) + 1, []))
        self.assertEqual(answer.get_certificate(CRLS), answer.get_certificate(CHAIN))

    def test_2_base(self):
        """Submitted, retrieved and fetched answers have the base CRL; each CRL is what get_crl gives"""
        self.admin.publish_crls(ICert.CrlFlags.BASE, None)
        answer = self.submit("b.example.org", ICert.SubmitFlags.CRLS)
        plain = self.submit("b2.example.org")
        again = self.request.retrieve_pending(answer.props.request_id)
        fetched = self.request.get_issued(answer.props.request_id, None)
        for one in (answer, plain, again, fetched):
            self.assertEqual(read(one.get_certificate(CRLS))[1], ["1"])
            self.assertEqual([bytes(crl) for crl in one.list_crls()], [self.ca.get_crl(-1, False)])
            self.assertEqual(read(one.get_certificate(CHAIN))[1], [])

    def test_3_delta(self):
        """Base and delta both, the base first; an older answer keeps the CRLs it was made with"""
        before = self.submit("c.example.org")
        self.admin.set_config_entry("CRL", "CRLDeltaPeriod", "1d")
        self.admin.publish_crls(ICert.CrlFlags.BASE, None)
        self.admin.publish_crls(ICert.CrlFlags.DELTA, None)
        self.assertEqual(read(before.get_certificate(CRLS))[1], ["1"])
        self.assertEqual(read(self.submit("d.example.org").get_certificate(CRLS))[1], ["2", "3+"])
        self.admin.set_config_entry("CRL", "CRLDeltaPeriod", "0s")

    def test_4_property(self):
        """CR_PROP 32 is 13 with CRLs; each certificate is there once"""
        chain, crls = read(self.property(ICert.CaProperty.CA_SIG_CERT_CHAIN))
        self.assertEqual(crls, [])
        self.assertEqual(
            read(self.property(ICert.CaProperty.CA_SIG_CERT_CRL_CHAIN)), (chain, ["2", "3+"])
        )
        self.assertEqual(chain, len(self.submit("e.example.org").list_issuers()))
        with self.assertRaises(ICert.NotFoundError):
            self.property(ICert.CaProperty.CA_SIG_CERT_CRL_CHAIN, 7)

    def test_5_changed(self):
        """A CRL file that somebody changed is no CRL of an answer; the chain alone still is there"""
        self.admin.publish_crls(ICert.CrlFlags.BASE, None)
        answer = self.submit("f.example.org")
        newest = max((self.folder / "crls").glob("*.crl"), key=lambda path: path.stat().st_mtime_ns)
        newest.write_bytes(newest.read_bytes()[:-1] + b"\0")
        with self.assertRaises(ICert.StorageError):
            answer.get_certificate(CRLS)
        self.assertEqual(read(answer.get_certificate(CHAIN))[1], [])


if __name__ == "__main__":
    tap.main()
