# SPDX-License-Identifier: LGPL-2.1-or-later
"""ICert.Enroll from Python: properties, names as lists, await, cancellation, and the examples."""

import asyncio
import os
import pathlib
import subprocess
import sys
import threading
import unittest
from datetime import datetime, timedelta, timezone

import ca
import tap

import gi

gi.require_version("ICert", "1.0")
from gi.repository import Gio, GLib, GObject, ICert  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLES = HERE.parents[1] / "bindings"
DNS = ICert.NameKind.DNS


class EnrollTest(unittest.TestCase):
    """A CA that issues names below example.org at once, and enrolments of it."""

    @classmethod
    def setUpClass(cls):
        cls.config = ca.make()
        cls.folder = ca.FOLDER.path / "enrolled"
        cls.folder.mkdir(exist_ok=True)
        answer = ca.FOLDER.icert(
            "grant", "web", "--principal", f"uid:{os.getuid()}", "--profile", "WebServer",
            "--dns", "*.example.org",
        )
        if answer.status != 0:
            raise AssertionError(repr(answer))

    def make(self, name, host=None, profile="WebServer"):
        """An enrolment with the files NAME.key and NAME.pem."""
        enrolment = ICert.Enroll.open()
        enrolment.profile = profile
        enrolment.key_file = str(self.folder / f"{name}.key")
        enrolment.certificate_file = str(self.folder / f"{name}.pem")
        if host:
            enrolment.set_names([ICert.Name.new(DNS, host)])
        return enrolment

    def public_key(self, name):
        """The public key that NAME.pem and NAME.key share."""
        key = ca.FOLDER.openssl("pkey", "-in", self.folder / f"{name}.key", "-pubout")
        certificate = self.folder / f"{name}.pem"
        self.assertEqual(ca.FOLDER.openssl("x509", "-in", certificate, "-noout", "-pubkey"), key)
        return key


class Enrolment(EnrollTest):
    def test_properties(self):
        """Every property can be set and read, names are a list, trust is bytes, the passphrase is none"""
        enrolment = ICert.Enroll.open()
        for name in ("subject", "profile", "key-type", "key-file", "certificate-file", "chain-file",
                     "pkcs12-file"):
            self.assertIsNone(enrolment.get_property(name))
            enrolment.set_property(name, "ü " + name)
            self.assertEqual(enrolment.get_property(name), "ü " + name)
            enrolment.set_property(name, None)
            self.assertIsNone(enrolment.get_property(name))
        enrolment.trust = b"octets"
        self.assertEqual(bytes(enrolment.trust), b"octets")
        self.assertEqual(enrolment.get_names(), [])
        enrolment.set_names([ICert.Name.new(DNS, "a.example.org"), ICert.Name.new(DNS, "b.example.org")])
        self.assertEqual([name.get_text() for name in enrolment.get_names()],
                         ["a.example.org", "b.example.org"])
        enrolment.set_names(None)
        self.assertEqual(enrolment.get_names(), [])
        names = {spec.name for spec in GObject.list_properties(enrolment)}
        self.assertFalse([name for name in names if "pass" in name])
        enrolment.set_passphrase("secret one")
        enrolment.set_passphrase(None)

    def test_class_id(self):
        """The class is found by its name, without any CA"""
        self.assertIsInstance(ICert.create_instance("CertificateAuthority.Enroll", None), ICert.Enroll)

    def test_wrong_arguments(self):
        """S-N5: wrong arguments are exceptions, and change nothing"""
        enrolment = self.make("wrong", "wrong.example.org")
        for wrong in ([None], [5], ["a"], [Gio.Cancellable()], 5, "a"):
            with self.assertRaises((ICert.CertError, TypeError, ValueError)):
                enrolment.set_names(wrong)
        with self.assertRaises(ICert.CertError):
            enrolment.set_names([ICert.Name.new(DNS, f"n{i}.example.org") for i in range(101)])
        self.assertEqual(len(enrolment.get_names()), 1)
        for number, call in enumerate((
            lambda: enrolment.set_passphrase(""),
            lambda: enrolment.install_response(None),
            lambda: enrolment.install_certificate(b""),
            lambda: enrolment.install_certificate(b"\0" * 300_000),
            lambda: enrolment.enroll(5, 0),
            lambda: enrolment.enroll(None, -1),
            lambda: enrolment.enroll("a\0b", 0),
            lambda: enrolment.enroll(None, "1"),
            lambda: enrolment.renew(None, "yes", 0),
            lambda: enrolment.get_not_after(),
            lambda: enrolment.create_renewal(False),
            lambda: ICert.Enroll.open().create_request(),
        )):
            with self.subTest(number), self.assertRaises((ICert.CertError, TypeError, ValueError, OverflowError)):
                call()
        self.assertEqual(list(self.folder.glob("*wrong*")), [])

    def test_enroll_and_renew(self):
        """An enrolment gives a key and a certificate that GIO takes, and a renewal new ones"""
        enrolment = self.make("web", "web.example.org")
        answer = enrolment.enroll(self.config, 0)
        self.assertEqual(answer.disposition, ICert.Disposition.ISSUED)
        first = self.public_key("web")
        end, due = enrolment.get_not_after(), enrolment.get_renewal_time()
        self.assertEqual(end.tzinfo.utcoffset(end), timedelta(0))
        self.assertLess(abs(end - due - timedelta(days=30)), timedelta(hours=1))
        self.assertLess(datetime.now(timezone.utc), due)
        later = ICert.Enroll.open()
        later.key_file = enrolment.key_file
        self.assertEqual(later.renew(None, False, 0).disposition, ICert.Disposition.ISSUED)
        self.assertNotEqual(self.public_key("web"), first)

    def test_hand_over(self):
        """A request is handed over, and its answer installed, by objects that know only the key"""
        request = self.make("hand", "hand.example.org").create_request()
        self.assertEqual(request, self.make("hand").create_request())
        with ICert.Request.open(self.config) as door:
            answer = door.submit(0, request, None)
            trust = door.get_ca().get_certificate(-1)
        self.assertEqual(answer.disposition, ICert.Disposition.ISSUED)
        other = self.make("hand")
        with self.assertRaises(ICert.ConfigError) as caught:
            other.install_response(answer)
        self.assertEqual(caught.exception.field, "trust")
        other.trust = trust
        self.assertTrue(other.install_response(answer))
        self.public_key("hand")

    def test_other_answers(self):
        """A refusal that is to be installed comes back as its own error"""
        enrolment = self.make("other", "other.example.org")
        enrolment.create_request()
        refusal = GLib.Error.new_literal(ICert.error_quark(), "name: no (yes)", ICert.Error.BAD_NAME)
        denied = ICert.Response.new(7, ICert.Disposition.DENIED, None, refusal, None, None)
        with self.assertRaises(ICert.BadNameError):
            enrolment.install_response(denied)
        self.assertFalse((self.folder / "other.pem").exists())

    def test_await(self):
        """Enrolments are awaited side by side, and one that waits is cancelled and goes on later"""

        async def side_by_side():
            enrolments = [self.make(f"await{n}", f"await{n}.example.org") for n in range(3)]
            answers = await asyncio.gather(*(e.enroll_async(self.config, 30) for e in enrolments))
            return [answer.disposition for answer in answers]

        self.assertEqual(ICert.run(side_by_side()), [ICert.Disposition.ISSUED] * 3)

        async def impatient():
            waiting = self.make("pend", "pend.example.net").enroll_async(self.config, 600)
            await asyncio.wait_for(waiting, 1.5)

        with self.assertRaises(asyncio.TimeoutError):
            ICert.run(impatient())
        answer = self.make("pend").enroll(None, 0)
        self.assertEqual(answer.disposition, ICert.Disposition.UNDER_SUBMISSION)
        with ICert.Admin.open(self.config) as officer:
            officer.resubmit_request(answer.request_id)
        again = self.make("pend").enroll(None, 0)
        self.assertEqual((again.disposition, again.request_id),
                         (ICert.Disposition.ISSUED, answer.request_id))

    def test_cancelled(self):
        """A cancelled call ends at once, and makes nothing when it had not begun"""
        cancellable = Gio.Cancellable()
        cancellable.cancel()
        with self.assertRaises(GLib.Error) as caught:
            self.make("cancelled", "cancelled.example.org").enroll(self.config, 0, cancellable)
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))
        self.assertEqual(list(self.folder.glob("*cancelled*")), [])

    def test_threads(self):
        """One object enrols from several threads while its properties change"""
        enrolment = self.make("many", "many.example.org")
        problems, done = [], []

        def run():
            try:
                done.append(enrolment.enroll(self.config, 30).disposition)
            except ICert.ConflictError as error:
                done.append(error.field)
            except Exception as error:  # pylint: disable=broad-except
                problems.append(error)

        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for number in range(200):
            enrolment.set_names([ICert.Name.new(DNS, "many.example.org")])
            enrolment.chain_file = None
        for thread in threads:
            thread.join()
        self.assertEqual(problems, [])
        self.assertIn(ICert.Disposition.ISSUED, done)
        self.assertTrue(set(done) <= {ICert.Disposition.ISSUED, "key-file"}, done)
        self.public_key("many")


class Examples(EnrollTest):
    def run_example(self, status, name, *arguments):
        program = [sys.executable, EXAMPLES / "python" / "examples" / name]
        if name.endswith(".js"):
            program = ["gjs", "-m", EXAMPLES / "js" / "examples" / name]
        process = subprocess.run(
            [*program, *map(str, arguments)], env=ca.FOLDER.environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=60)
        self.assertEqual(process.returncode, status, process.stdout.decode())
        return process.stdout.decode()

    def test_pkcs12(self):
        """enroll-pkcs12.py leaves a PKCS #12 file that opens with its passphrase"""
        secret = ca.FOLDER.write("passphrase", "open sesame\n")
        folder = ca.FOLDER.path / "p12"
        folder.mkdir()
        text = self.run_example(0, "enroll-pkcs12.py", "WebServer", "ex.example.org", folder, secret)
        self.assertIn("request", text)
        inside = ca.FOLDER.openssl("pkcs12", "-in", folder / "ex.example.org.p12", "-nodes",
                                   "-passin", f"file:{secret}")
        self.assertIn("BEGIN PRIVATE KEY", inside)
        text = self.run_example(1, "enroll-pkcs12.py", "WebServer", "ex.example.org", folder, secret)
        self.assertIn("CONFLICT: key-file", text)

    def test_javascript(self):
        """enroll.js leaves key, certificate and chain, and says what is wrong the second time"""
        host = "js.example.org"
        text = self.run_example(0, "enroll.js", "WebServer", host, self.folder)
        self.assertRegex(text, r"js\.example\.org\.pem, until \d{4}-")
        self.public_key(host)
        self.assertTrue((self.folder / f"{host}.chain").exists())
        text = self.run_example(1, "enroll.js", "WebServer", host, self.folder)
        self.assertIn("CONFLICT: key-file", text)

    def test_renew(self):
        """renew.py renews what is due, leaves the rest, and tells of what it cannot renew"""
        folder = ca.FOLDER.path / "renew"
        folder.mkdir()
        for name in ("a", "b"):
            enrolment = self.make("x", f"{name}.example.org")
            enrolment.key_file, enrolment.certificate_file = (
                str(folder / f"{name}.key"), str(folder / f"{name}.pem"))
            enrolment.enroll(self.config, 0)
        self.assertRegex(self.run_example(0, "renew.py", folder), r"a\.key: due .*\nb\.key: due ")
        text = self.run_example(0, "renew.py", folder, 61)
        self.assertRegex(text, r"a\.key: renewed until .*\nb\.key: renewed until ")
        (folder / "b.pem").unlink()
        text = self.run_example(1, "renew.py", folder, 61)
        self.assertRegex(text, r"a\.key: renewed until ")
        self.assertRegex(text, r"b\.key: NOT_FOUND: certificate-file")


if __name__ == "__main__":
    tap.main()
