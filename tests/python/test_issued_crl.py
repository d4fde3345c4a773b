# SPDX-License-Identifier: LGPL-2.1-or-later
"""CRLs as exits get them: what they say of themselves, what they replace, what is reported."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import gi

gi.require_version("ICert", "1.0")
from gi.repository import GLib, GObject, ICert  # noqa: E402

sys.path.insert(0, os.environ["G_TEST_SRCDIR"])

import tap  # noqa: E402

CONFIGURATION = """
[ca]
default_ca = own
[own]
database = {folder}/index.txt
crlnumber = {folder}/number
default_md = sha256
default_crl_days = 7
certificate = {folder}/{name}.pem
private_key = {folder}/{name}.key
crl_extensions = {kind}
[base]
authorityKeyIdentifier = keyid
[delta]
authorityKeyIdentifier = keyid
2.5.29.27 = critical,DER:0201{base}
"""


def plain(value):
    """A value of the typelib as Python has it, with or without the override."""
    return value.unpack() if isinstance(value, GLib.Variant) else value


def octets(value):
    """The same for bytes."""
    return value if isinstance(value, bytes) else value.get_data()


class Authority:
    """openssl ca, which makes CRLs of any number."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "index.txt").write_text("")
        for name in ("first", "second", "other"):
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:P-256", "-nodes", "-keyout", folder / f"{name}.key",
                 "-out", folder / f"{name}.pem", "-days", "30",
                 "-subj", "/CN=Other" if name == "other" else "/CN=Demo"],
                check=True, capture_output=True)  # fmt: skip

    def crl(self, number, base=None, name="first"):
        """A CRL, DER."""
        (self.folder / "number").write_text(f"{number:04X}\n")
        kind = "base" if base is None else "delta"
        text = CONFIGURATION.format(folder=self.folder, name=name, kind=kind, base=f"{base or 0:02X}")
        (self.folder / "ca.cnf").write_text(text)
        pem = subprocess.run(
            ["openssl", "ca", "-config", self.folder / "ca.cnf", "-gencrl"],
            check=True, capture_output=True).stdout  # fmt: skip
        return subprocess.run(
            ["openssl", "crl", "-outform", "DER"], input=pem, check=True, capture_output=True
        ).stdout


def issued(der, key_index=0, partition=0):
    return ICert.IssuedCrl.new(key_index, partition, GLib.Bytes.new(der))


class Publisher(GObject.Object, ICert.Exit):
    """Puts CRLs into a dictionary, and says so."""

    __gtype_name__ = "IssuedCrlPublisher"

    def __init__(self):
        super().__init__()
        self.places = {}
        self.alarms = []

    def do_initialize(self, ca, settings):
        return True, ICert.ExitEvents.CRL_ISSUED | ICert.ExitEvents.ALARM

    def do_notify_event(self, event, server):
        if event == ICert.ExitEvents.ALARM:
            self.alarms.append(tuple(server.get_alarm()))
            return True
        for crl in server.list_crls():
            place = f"memory:{crl.props.key_index}{'+' if crl.props.delta else ''}"
            try:
                crl.check_base(self.places.get(place.rstrip("+")))
                there = self.places.get(place)
                crl.check_replaces(there)
                self.places[place] = GLib.Bytes.new(octets(crl.get_bytes()))
                crl.report_done(place, True)
            except GLib.Error as error:
                crl.report_failure(place, error)
        return True


class TestIssuedCrl(unittest.TestCase):
    """ICertIssuedCrl"""

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.ca = Authority(pathlib.Path(cls.temporary.name))
        cls.five, cls.six = cls.ca.crl(5), cls.ca.crl(6)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def refuses(self, code, function, *arguments):
        with self.assertRaises(GLib.Error) as raised:
            function(*arguments)
        self.assertTrue(raised.exception.matches(ICert.error_quark(), code), raised.exception)

    def test_header(self):
        """A CRL says number, kind and dates"""
        crl = issued(self.ca.crl(0x8001, base=0x7F), 2, 3)
        self.assertEqual((crl.props.key_index, crl.props.partition), (2, 3))
        self.assertEqual((crl.props.number, crl.props.base_number), (0x8001, 0x7F))
        self.assertTrue(crl.props.delta)
        self.assertFalse(issued(self.five).props.delta)
        self.assertEqual(issued(self.five).props.base_number, -1)
        life = [
            (value if isinstance(value, GLib.DateTime) else None)
            for value in (crl.get_this_update(), crl.get_next_update())
        ]
        if None not in life:
            self.assertEqual(life[1].to_unix() - life[0].to_unix(), 7 * 86400)
        self.assertEqual(octets(crl.get_bytes())[:1], b"\x30")

    def test_malformed(self):
        """What is no CRL of version 2 with a nextUpdate is refused"""
        for size in range(0, len(self.five), 7):
            self.refuses(ICert.Error.MALFORMED, issued, self.five[:size])
        self.refuses(ICert.Error.MALFORMED, issued, self.five + b"\0")
        certificate = subprocess.run(
            ["openssl", "x509", "-in", self.ca.folder / "first.pem", "-outform", "DER"],
            check=True, capture_output=True).stdout  # fmt: skip
        self.refuses(ICert.Error.MALFORMED, issued, certificate)

    def test_replaces(self):
        """S-I4: a CRL replaces older ones of its key and kind, and nothing else"""
        crl = issued(self.six)

        def may(there):
            return crl.check_replaces(GLib.Bytes.new(there) if there is not None else None)

        self.assertTrue(may(None) and may(b"") and may(b"garbage") and may(self.five))
        answer = may(self.six)
        self.assertEqual(tuple(answer), (True, True))
        self.refuses(ICert.Error.CONFLICT, may, self.ca.crl(7))
        self.refuses(ICert.Error.CONFLICT, may, self.ca.crl(1, name="second"))
        self.refuses(ICert.Error.CONFLICT, may, self.ca.crl(1, name="other"))
        self.refuses(ICert.Error.CONFLICT, may, self.ca.crl(5, base=4))

    def test_base(self):
        """A delta waits for its base, or a newer one, in the same place"""
        delta = issued(self.ca.crl(7, base=6))
        for there in (None, b"garbage", self.five, self.ca.crl(6, name="other")):
            value = GLib.Bytes.new(there) if there is not None else None
            self.refuses(ICert.Error.PENDING, delta.check_base, value)
        self.assertTrue(delta.check_base(GLib.Bytes.new(self.six)))
        self.assertTrue(delta.check_base(GLib.Bytes.new(self.ca.crl(9))))
        self.assertTrue(issued(self.five).check_base(None))

    def test_reports(self):
        """The last word about a place counts, and names of places are made printable"""
        crl = issued(self.five)
        wrong = GLib.Error.new_literal(ICert.error_quark(), "x: no (yes)", ICert.Error.FAILED)
        crl.report_failure("a", wrong)
        crl.report_done("b\n", False)
        crl.report_done("a", True)
        crl.report_failure("c" * 5000, wrong)
        places = plain(crl.list_reports())
        self.assertEqual(places[0], {"place": "a", "read-back": True})
        self.assertEqual(places[1], {"place": "b\\x0a", "read-back": False})
        self.assertEqual(len(places[2]["place"]), 2048)
        self.assertEqual((places[2]["failure"], places[2]["postponed"]), ("x: no (yes)", False))
        for number in range(100):
            crl.report_done(str(number), False)
        self.assertEqual(len(plain(crl.list_reports())), 64)

    def test_exit(self):
        """An exit in Python publishes a run: bases first, and what waits is reported"""
        publisher = Publisher()
        crls = [issued(self.six), issued(self.ca.crl(6, base=5)), issued(self.ca.crl(6, base=5), 1)]
        server = ICert.TestServer.new(0)
        for crl in crls:
            server.add_crl(crl)
        ok, mask = server.initialize_exit(publisher, None, None)
        self.assertTrue(ok and mask & ICert.ExitEvents.CRL_ISSUED)
        self.assertTrue(server.notify_event(publisher, ICert.ExitEvents.CRL_ISSUED))
        self.assertEqual(sorted(publisher.places), ["memory:0", "memory:0+"])
        self.assertEqual(plain(crls[0].list_reports())[0]["place"], "memory:0")
        self.assertTrue(plain(crls[2].list_reports())[0]["postponed"])
        context = server.new_issued_context()
        self.assertEqual(octets(context.get_crl(0, False)), self.six)
        self.assertIsNone(context.get_crl(1, False))
        self.assertEqual(len(context.list_crls()), 3)

    def test_alarm(self):
        """An alarm has a text for people and a code for programs; other events have none"""
        publisher = Publisher()
        server = ICert.TestServer.new(0)
        self.assertEqual(tuple(server.new_issued_context().get_alarm()), (None, None))
        server.set_alarm("crl-expiring", "a quarter is left")
        server.notify_event(publisher, ICert.ExitEvents.ALARM)
        self.assertEqual(publisher.alarms, [("a quarter is left", "crl-expiring")])


if __name__ == "__main__":
    tap.main()
