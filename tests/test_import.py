#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test_import.py [--count=N]: `icert import --from`, compared with the program that made the CA.

--count: certificates of the `openssl ca` folder, a tenth of them revoked (the long suite: 1000).
"""

import contextlib
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import unittest

sys.path[:0] = [str(pathlib.Path(__file__).parent / "python")]
import ca as shared  # noqa: E402  (before gi: GLib reads the folders of the user once)
import gi  # noqa: E402

gi.require_version("ICert", "1.0")
from gi.repository import ICert  # noqa: E402

import tap  # noqa: E402
import tool  # noqa: E402

COUNT = 60
for argument in sys.argv[1:]:
    if argument.startswith("--count="):
        COUNT = int(argument.partition("=")[2])
        sys.argv.remove(argument)

EASYRSA = "/usr/share/easy-rsa/easyrsa"
PASSPHRASE = "correct horse battery"
REASONS = (
    None,
    "unspecified",
    "keyCompromise",
    "CACompromise",
    "affiliationChanged",
    "superseded",
    "cessationOfOperation",
    "certificateHold",
)
CONF = """
[ca]
default_ca = CA_default
[CA_default]
dir = ./demoCA
certificate = $dir/cacert.pem
private_key = $dir/private/cakey.pem
database = $dir/index.txt
new_certs_dir = $dir/newcerts
serial = $dir/serial
crlnumber = $dir/crlnumber
default_md = sha256
default_days = 300
default_crl_days = 7
policy = any
unique_subject = no
x509_extensions = leaf
[any]
commonName = supplied
organizationName = optional
[leaf]
basicConstraints = CA:FALSE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[v3_ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
"""


class OpensslCa:
    """A folder that `openssl ca` works in."""

    def __init__(self, folder, name="Old", passphrase=None):
        self.top = folder.path / name
        self.path = self.top / "demoCA"
        self.name = name
        for part in ("newcerts", "private"):
            (self.path / part).mkdir(parents=True)
        (self.path / "openssl.cnf").write_text(CONF)
        (self.path / "index.txt").write_text("")
        (self.path / "serial").write_text("01\n")
        (self.path / "crlnumber").write_text("1f\n")
        how = ["-nodes"]
        if passphrase:
            (self.top / "pass").write_text(passphrase)
            how = ["-passout", "file:pass"]
        self.passphrase = passphrase
        self.openssl(
            "req", "-x509", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", *how,
            "-keyout", "demoCA/private/cakey.pem", "-out", "demoCA/cacert.pem", "-days", "3000",
            "-subj", f"/CN={name} CA", "-config", "demoCA/openssl.cnf", "-extensions", "v3_ca",
        )
        self.openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "leaf.key")

    def openssl(self, *arguments, check=True):
        process = subprocess.run(
            [tool.OPENSSL, *map(str, arguments)], cwd=self.top, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, check=False,
        )
        if check and process.returncode != 0:
            raise AssertionError(process.stdout.decode())
        return process.stdout.decode()

    def ca(self, *arguments, check=True):
        how = ["-passin", "file:pass"] if self.passphrase else []
        return self.openssl(
            "ca", "-config", "demoCA/openssl.cnf", "-batch", *how, *arguments, check=check
        )

    def issue(self, count, *arguments, prefix="host"):
        names = []
        for number in range(count):
            name = f"{prefix}{number}.req"
            self.openssl(
                "req", "-new", "-key", "leaf.key", "-out", name,
                "-subj", f"/O=Tab and = Sons/CN={prefix}{number}.example.org",
                "-config", "demoCA/openssl.cnf",
            )
            names.append(name)
        self.ca("-notext", *arguments, "-infiles", *names)

    def rows(self):
        """Serial -> fields of index.txt."""
        lines = (self.path / "index.txt").read_text().splitlines()
        return {line.split("\t")[3].lower().lstrip("0") or "0": line.split("\t") for line in lines}

    def revoke(self, serial, reason):
        how = ["-crl_reason", reason] if reason else []
        self.ca("-revoke", f"demoCA/newcerts/{serial.upper().zfill(2)}.pem", *how)


def revoked_of(text):
    """Serial -> (date, reason) of `openssl crl -text`."""
    found = {}
    for block in re.split(r"Serial Number: ", text)[1:]:
        serial = block.split()[0].lower().lstrip("0")
        date = re.search(r"Revocation Date: (.*)", block).group(1)
        reason = re.search(r"Reason Code:\s*\n\s*(.*)", block)
        found[serial] = (date, reason.group(1).strip() if reason else "Unspecified")
    return found


def even(serial):
    return serial.zfill(len(serial) + len(serial) % 2)


class ImportTest(unittest.TestCase):
    """A folder of `openssl ca` with many certificates, taken over once."""

    @classmethod
    def setUpClass(cls):
        cls.folder = shared.FOLDER
        cls.old = OpensslCa(cls.folder)
        cls.old.issue(COUNT)
        cls.old.issue(
            3, "-startdate", "20200101000000Z", "-enddate", "20200201000000Z", prefix="past"
        )
        serials = sorted(cls.old.rows(), key=lambda text: int(text, 16))
        for number, serial in enumerate(serials[: COUNT // 10]):
            cls.old.revoke(serial, REASONS[number % len(REASONS)])
        cls.old.ca("-updatedb")
        cls.old.ca("-gencrl", "-out", "old.crl")
        cls.rows = cls.old.rows()
        cls.answer = cls.folder.icert(
            "--json", "import", "--from", "openssl-index", "--dir", cls.folder.path / "taken",
            cls.old.path, timeout=600,
        )
        if cls.answer.status != 0:
            raise AssertionError(repr(cls.answer))
        cls.config = cls.answer.json["config"]
        cls.admin = ICert.Admin.open(cls.config)
        view = ICert.View.open(cls.config)
        view.set_columns(["SerialNumber", "Request.Disposition"])
        view.add_restriction("RequestID", ICert.Seek.GT, 0)
        cls.seen = {row["SerialNumber"].lstrip("0"): row["Request.Disposition"] for row in view}

    def test_answer(self):
        """The answer counts what openssl's list has"""
        answer = self.answer.json
        self.assertEqual(answer["config"], "localhost\\Old CA")
        self.assertEqual(answer["serials"], COUNT + 3)
        self.assertEqual(answer["certificates"], COUNT + 3)
        self.assertEqual(answer["revoked"], COUNT // 10)
        self.assertEqual(answer["next-crl"], 0x20)
        self.assertEqual(answer["notes"], [])

    def test_view(self):
        """The view has every certificate, with the status that openssl's list has"""
        self.assertEqual(set(self.seen), set(self.rows))
        for serial, fields in self.rows.items():
            self.assertEqual(int(self.seen[serial]), 21 if fields[0] == "R" else 20, serial)

    def test_is_valid(self):
        """is-valid says of every certificate what openssl says, by its list and by its CRL"""
        text = self.old.openssl("crl", "-in", "old.crl", "-noout", "-text")
        revoked = revoked_of(text)
        for serial, fields in self.rows.items():
            answer = self.admin.is_valid_certificate(even(serial))
            state = answer[0] if isinstance(answer, tuple) else answer
            wanted = {
                "V": ICert.CaDisposition.VALID,
                "R": ICert.CaDisposition.REVOKED,
                "E": ICert.CaDisposition.VALID,  # in openssl's OCSP too: its end says the rest
            }[fields[0]]
            self.assertEqual(state, wanted, f"{serial} {fields}")
            self.assertEqual(serial in revoked, state == ICert.CaDisposition.REVOKED)

    def test_crl(self):
        """The CRL has openssl's entries, dates and reasons, by the same key, with a higher number"""
        self.admin.publish_crls(ICert.CrlFlags.BASE, None, None)
        crl = ICert.Ca.open(self.config).get_crl(-1, False, None)
        (self.old.top / "new.crl").write_bytes(crl)
        new = self.old.openssl("crl", "-inform", "DER", "-in", "new.crl", "-noout", "-text")
        old = self.old.openssl("crl", "-in", "old.crl", "-noout", "-text")
        self.assertEqual(revoked_of(new), revoked_of(old))
        number = int(re.search(r"X509v3 CRL Number:\s*\n?\s*(\d+)", new).group(1))
        self.assertGreater(number, 0x1F)
        verified = self.old.openssl(
            "crl", "-inform", "DER", "-in", "new.crl", "-noout", "-CAfile", "demoCA/cacert.pem"
        )
        self.assertIn("verify OK", verified)

    def test_goes_on(self):
        """What the CA issues from now on verifies with the certificate that openssl had"""
        pem = self.folder.request("next", "next.example.org").read_bytes()
        request = ICert.Request.open(self.config)
        answer = request.submit(0, pem, {"CertificateTemplate": "WebServer"}, None)
        answer = self.admin.resubmit_request(answer.request_id, None)
        self.assertEqual(answer.disposition, ICert.Disposition.ISSUED)
        made = answer.get_certificate(ICert.OutputFlags.BASE64_HEADER)
        (self.old.top / "next.crt").write_bytes(made if isinstance(made, bytes) else made.encode())
        self.assertIn(
            "next.crt: OK", self.old.openssl("verify", "-CAfile", "demoCA/cacert.pem", "next.crt")
        )
        taken = (self.folder.path / "taken" / "certs" / "0.crt").read_text()
        self.assertIn(taken.strip(), (self.old.path / "cacert.pem").read_text())

    def test_key_is_sealed(self):
        """The key is sealed as any key of a CA, and what was imported is unchanged (S-M2)"""
        path = self.folder.path / "taken" / "keys" / "0.key"
        self.assertIn("ENCRYPTED PRIVATE KEY", path.read_text())
        self.assertEqual(path.stat().st_mode & 0o777, 0o400)
        self.assertIn("BEGIN PRIVATE KEY", (self.old.path / "private" / "cakey.pem").read_text())

    def test_revoke_on(self):
        """A certificate of the old time is revoked here, by its serial number"""
        serial = [serial for serial, fields in self.rows.items() if fields[0] == "V"][-1]
        self.assertTrue(self.admin.revoke(even(serial), ICert.RevocationReason.SUPERSEDED, None))
        answer = self.admin.is_valid_certificate(even(serial))
        self.assertEqual(answer[0], ICert.CaDisposition.REVOKED)
        self.assertTrue(self.admin.revoke(even(serial), ICert.RevocationReason.KEY_COMPROMISE, None))


class BadImportTest(unittest.TestCase):
    """Folders that something is wrong with."""

    def setUp(self):
        self.folder = tool.Folder()
        self.addCleanup(self.folder.remove)

    def run_import(self, status, kind, path, *arguments):
        answer = self.folder.icert(
            "--json", "import", "--from", kind, "--dir", self.folder.path / "ca", *arguments, path
        )
        self.assertEqual(answer.status, status, repr(answer))
        if status != 0:
            self.assertFalse((self.folder.path / "ca").exists())
            self.assertEqual(list(self.folder.path.glob("ca.part*")), [])
        return answer.json

    def refuse(self, kind, path, code, field, *arguments):
        error = self.run_import(1, kind, path, *arguments)["error"]
        self.assertEqual((error["code"], error["field"]), (code, field), error)

    def test_passphrase(self):
        """A key with a passphrase needs it, and has the CA's own secret afterwards"""
        old = OpensslCa(self.folder, passphrase=PASSPHRASE)
        old.issue(1)
        self.refuse("openssl-index", old.path, "KEY_UNAVAILABLE", "passphrase")
        wrong = self.folder.write("wrong", "wrong\n")
        wrong.chmod(0o600)
        self.refuse(
            "openssl-index", old.path, "KEY_UNAVAILABLE", "passphrase", "--passphrase-file", wrong
        )
        right = self.folder.write("right", PASSPHRASE + "\n")
        right.chmod(0o600)
        self.run_import(0, "openssl-index", old.path, "--passphrase-file", right)

    def test_wrong_key(self):
        """A key that is not the certificate's is refused, and nothing is left"""
        old = OpensslCa(self.folder)
        shutil.copy(old.top / "leaf.key", old.path / "private" / "cakey.pem")
        self.refuse("openssl-index", old.path, "CONFIG", "key")

    def test_missing_file(self):
        """A certificate whose file is not there is said, and keeps its status"""
        old = OpensslCa(self.folder)
        old.issue(3)
        old.issue(
            1, "-startdate", "20200101000000Z", "-enddate", "20200201000000Z", prefix="past"
        )
        old.revoke("1", "superseded")
        for name in ("01.pem", "02.pem", "04.pem"):
            (old.path / "newcerts" / name).unlink()
        answer = self.run_import(0, "openssl-index", old.path)
        self.assertEqual((answer["serials"], answer["certificates"]), (4, 1))
        self.assertEqual(len(answer["notes"]), 3)
        self.assertIn("01: its certificate is not there", answer["notes"][0])
        answer = self.folder.icert("--json", "is-valid", "01")
        self.assertEqual(answer.status, 5, repr(answer))
        answer = self.folder.icert("--json", "cert-check")
        self.assertEqual((answer.status, answer.json), (0, []), repr(answer))
        # S-E9: one more than there were
        with contextlib.closing(sqlite3.connect(self.folder.path / "ca" / "store" / "ca.db")) as db:
            db.execute("INSERT INTO serials (issuer, serial, state) VALUES (0, x'77', 1)")
            db.commit()
        answer = self.folder.icert("--json", "cert-check")
        self.assertEqual(answer.status, 1, repr(answer))
        self.assertEqual({one["field"] for one in answer.json}, {"SerialState"})
        self.assertIn("77", {one["serial"] for one in answer.json})

    def test_foreign_certificate(self):
        """A certificate that another key signed is said and left out"""
        old = OpensslCa(self.folder)
        old.issue(1)
        other = OpensslCa(self.folder, name="Other")
        other.issue(1)
        text = (other.path / "newcerts" / "01.pem").read_text()
        (old.path / "newcerts" / "01.pem").write_text(text)
        answer = self.run_import(0, "openssl-index", old.path)
        self.assertEqual(answer["certificates"], 0)
        self.assertEqual(len(answer["notes"]), 1)

    def test_bad_lines(self):
        """A list that cannot be read is refused with its line"""
        old = OpensslCa(self.folder)
        good = "V\t300101000000Z\t\t0A\tunknown\t/CN=x\n"
        for bad in (
            "V\t300101000000Z\t0A\tunknown\t/CN=x\n",
            "X\t300101000000Z\t\t0A\tunknown\t/CN=x\n",
            "V\tsoon\t\t0A\tunknown\t/CN=x\n",
            "V\t300101000000Z\t\tnone\tunknown\t/CN=x\n",
            "R\t300101000000Z\t\t0B\tunknown\t/CN=x\n",
            "R\t300101000000Z\t250101000000Z,whim\t0B\tunknown\t/CN=x\n",
            "V\t300101000000Z\t\t" + "AB" * 21 + "\tunknown\t/CN=x\n",
        ):
            (old.path / "index.txt").write_text(good + bad)
            self.refuse("openssl-index", old.path, "MALFORMED", "index")

    def test_long_serials(self):
        """Serial numbers of 1 to 20 octets are taken over, as openssl has them"""
        old = OpensslCa(self.folder)
        serials = ("01", "80", "0080", "7F" * 20, "FF" * 20)
        (old.path / "index.txt").write_text(
            "".join(
                f"R\t300101000000Z\t250101000000Z\t{serial}\tunknown\t/CN=x\n" for serial in serials
            )
        )
        answer = self.run_import(0, "openssl-index", old.path)
        self.assertEqual(answer["serials"], 4)
        self.assertEqual(self.folder.icert("is-valid", "FF" * 20).status, 5)

    def test_octet_0(self):
        """A list with an octet 0 is refused: who is revoked behind it would be forgotten"""
        old = OpensslCa(self.folder)
        old.issue(1)
        old.revoke("1", "superseded")
        path = old.path / "index.txt"
        path.write_bytes(b"# \0\n" + path.read_bytes())
        self.refuse("openssl-index", old.path, "MALFORMED", "index")

    def test_pipes(self):
        """S-A10: nobody waits for a pipe among the files"""
        old = OpensslCa(self.folder)
        number = old.path / "crlnumber"
        number.unlink()
        os.mkfifo(number)
        self.refuse("openssl-index", old.path, "NOT_FOUND", "crlnumber")
        number.unlink()
        number.write_text("1f\n")
        conf = old.path / "openssl.cnf"
        os.mkfifo(old.path / "more.cnf")
        conf.write_text(f".include {old.path}/more.cnf\n" + CONF)
        self.run_import(0, "openssl-index", old.path)
        shutil.rmtree(self.folder.path / "ca")
        shutil.rmtree(self.folder.path / "config")
        conf.unlink()
        os.mkfifo(conf)
        self.run_import(0, "openssl-index", old.path)

    def test_circles(self):
        """S-A10: links that lead round in circles are not followed"""
        old = OpensslCa(self.folder)
        for number in range(60):
            (old.path / f"link{number}").symlink_to(".")
        answer = self.run_import(0, "folder", old.path)
        self.assertEqual(answer["certificates"], 0)

    def test_dates(self):
        """Revoked at a date to come is revoked now, as on openssl's CRL; before 1950 is no date"""
        old = OpensslCa(self.folder)
        line = "R\t300101000000Z\t{},superseded\t0BAD\tunknown\t/CN=x\n"
        for bad in ("19491231235959Z", "00010101000000Z", "210229000000Z"):
            (old.path / "index.txt").write_text(line.format(bad))
            self.refuse("openssl-index", old.path, "MALFORMED", "index")
        (old.path / "index.txt").write_text(line.format("20600101000000Z"))
        (old.path / "crlnumber").write_text("3fffffffffffffff\n")
        self.run_import(0, "openssl-index", old.path)
        self.assertEqual(self.folder.icert("is-valid", "0BAD").status, 5)
        for number in (2**62 - 1, 2**62):
            crl = self.folder.icert("--json", "crl").json["crls"][0]
            self.assertEqual((crl["number"], crl["entries"]), (number, 1))

    def test_blocked_key(self):
        """S-B3: the key of a certificate that was revoked as compromised is not certified again"""
        old = OpensslCa(self.folder)
        old.issue(1)
        old.revoke("1", "keyCompromise")
        self.run_import(0, "openssl-index", old.path)
        answer = self.folder.icert(
            "--json", "submit", "--profile", "WebServer", old.top / "host0.req"
        )
        self.assertIn(b"blocked keys", answer.out, repr(answer))

    def test_nothing(self):
        """A folder without a CA, an unknown format and a folder that is there are refused"""
        self.refuse("openssl-index", self.folder.path, "NOT_FOUND", "cacert.pem")
        self.refuse("folder", self.folder.path / "none", "NOT_FOUND", "path")
        self.refuse("windows", self.folder.path, "NOT_SUPPORTED", "format")
        old = OpensslCa(self.folder)
        (self.folder.path / "ca").mkdir()
        answer = self.folder.icert(
            "import", "--from", "openssl-index", "--dir", self.folder.path / "ca", old.path
        )
        self.assertEqual(answer.status, 1, repr(answer))
        self.assertIn("folder: ", answer.error)


class OtherFormats(unittest.TestCase):
    """What other programs leave."""

    def setUp(self):
        self.folder = tool.Folder()
        self.addCleanup(self.folder.remove)

    def run_import(self, kind, path, *arguments):
        answer = self.folder.icert(
            "--json", "import", "--from", kind, "--dir", self.folder.path / "ca", *arguments, path
        )
        self.assertEqual(answer.status, 0, repr(answer))
        return answer.json

    def test_easy_rsa(self):
        """A pki folder of easy-rsa: certificates where it keeps them, revoked ones too"""

        def easyrsa(*arguments):
            process = subprocess.run(
                [EASYRSA, "--batch", *arguments], cwd=self.folder.path, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, env=dict(self.folder.environment, EASYRSA_ALGO="ec"),
                check=False,
            )
            self.assertEqual(process.returncode, 0, process.stdout.decode())

        easyrsa("init-pki")
        easyrsa("--req-cn=Easy", "build-ca", "nopass")
        for name in ("one", "two", "three"):
            easyrsa("build-client-full", name, "nopass")
        easyrsa("revoke", "two", "superseded")
        easyrsa("gen-crl")
        answer = self.run_import("easy-rsa", self.folder.path / "pki")
        self.assertEqual(answer["config"], "localhost\\Easy")
        self.assertEqual((answer["certificates"], answer["revoked"]), (3, 1))
        self.assertEqual(answer["notes"], [])
        view = self.folder.icert(
            "--json", "view", "--columns", "CommonName,Request.Disposition", "--where", "RequestID > 0"
        )
        self.assertEqual(view.status, 0, repr(view))
        dispositions = {row["CommonName"]: row["Request.Disposition"] for row in view.lines}
        self.assertEqual(set(dispositions), {"one", "two", "three"})

    def collect(self, key):
        """Certificates, CRL and key of an openssl CA in one folder, as XCA exports them."""
        old = OpensslCa(self.folder)
        old.issue(4)
        old.revoke("2", "keyCompromise")
        old.ca("-gencrl", "-out", "ca.crl")
        export = self.folder.path / "export"
        export.mkdir()
        bundle = "".join(path.read_text() for path in sorted((old.path / "newcerts").iterdir()))
        (export / "all.pem").write_text(bundle)
        shutil.copy(old.top / "ca.crl", export / "ca.pem")
        if key == "pem":
            shutil.copy(old.path / "cacert.pem", export / "ca.crt")
            shutil.copy(old.path / "private" / "cakey.pem", export / "ca.key")
        else:
            (old.top / "secret").write_text(PASSPHRASE)
            old.openssl(
                "pkcs12", "-export", "-in", "demoCA/cacert.pem", "-inkey",
                "demoCA/private/cakey.pem", "-out", export / "ca.p12", "-passout", "file:secret",
            )
        return export

    def check(self, answer):
        self.assertEqual(answer["config"], "localhost\\Old CA")
        self.assertEqual((answer["certificates"], answer["revoked"]), (4, 1))
        self.assertEqual(answer["next-crl"], 0x20)
        self.assertEqual(self.folder.icert("is-valid", "02").status, 5)
        self.assertEqual(self.folder.icert("is-valid", "03").status, 0)

    def test_folder(self):
        """A folder of PEM files: the CA is who issued the others, revocations come from its CRL"""
        self.check(self.run_import("folder", self.collect("pem")))

    def test_released(self):
        """Of several CRLs the newest says who is on hold, whatever the files are called"""
        export = self.collect("pem")
        old = self.folder.path / "Old"
        index = old / "demoCA" / "index.txt"

        def make_crl(name):
            subprocess.run(
                [tool.OPENSSL, "ca", "-config", "demoCA/openssl.cnf", "-gencrl", "-out", name],
                cwd=old, check=True, stderr=subprocess.DEVNULL,
            )

        before = index.read_text()
        held = re.sub(r"(?m)^V(\t\w+Z\t)(\t03\t)", r"R\g<1>250101000000Z,certificateHold\2", before)
        self.assertNotEqual(held, before)
        index.write_text(held)
        make_crl("held.crl")
        time.sleep(1.1)
        index.write_text(before)
        make_crl("released.crl")
        (export / "ca.pem").unlink()
        for names in (("a.crl", "b.crl"), ("b.crl", "a.crl")):
            shutil.copy(old / "held.crl", export / names[0])
            shutil.copy(old / "released.crl", export / names[1])
            answer = self.run_import("folder", export)
            self.assertEqual((answer["certificates"], answer["revoked"]), (4, 1))
            self.assertEqual(self.folder.icert("is-valid", "03").status, 0)
            shutil.rmtree(self.folder.path / "ca")
            shutil.rmtree(self.folder.path / "config")

    def test_xca(self):
        """XCA's exports: the CA as PKCS #12, certificates and CRL as PEM"""
        export = self.collect("pkcs12")
        secret = self.folder.write("secret", PASSPHRASE + "\n")
        secret.chmod(0o600)
        self.check(self.run_import("xca", export, "--passphrase-file", secret))

    def test_xca_database(self):
        """XCA's own database is refused with what to do"""
        path = self.folder.write("old.xca", b"SQLite format 3\0" + bytes(100))
        answer = self.folder.icert("import", "--from", "xca", path)
        self.assertEqual(answer.status, 1)
        self.assertIn("export the CA from XCA as PKCS #12", answer.error)


if __name__ == "__main__":
    tap.main()
