#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The `icert` command: revoke, unrevoke, is-valid, import, delete-row, delete-expired."""

import re
import shutil
import sqlite3

import tap
import tool

PROFILE = """\
[Profile]
Name=Any
Version=1
Enroll=submitter
Approval=none
Hold=allowed
Validity=30d
[Subject]
CommonName=request
[SubjectAltName]
dNSName=request
[Extensions]
KeyUsage=auto
ExtendedKeyUsage=emailProtection
"""


class Revoke(tool.ToolTest):
    """One CA, a copy of it with the same key, and one of somebody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.issuing = next(
            one.parent
            for one in (cls.folder.path / "demo").glob("**/ca.conf")
            if "root" not in one.parent.name
        )
        (cls.issuing / "profiles" / "Any.profile").write_text(PROFILE)
        cls.twin = cls.folder.path / "twin"
        shutil.copytree(cls.issuing, cls.twin)
        cls.count = 0

    def request(self):
        """A request of its own, each with its key."""
        type(self).count += 1
        return self.folder.request(f"r{self.count}", f"host{self.count}.example.org")

    def issue(self, *config, path=None):
        """(request id, serial, file of the certificate)"""
        path = path or self.request()
        out = path.with_suffix(".crt")
        answer = self.run_icert(
            0, *config, "--json", "submit", path, "--profile", "Any", "--out", out
        )
        text = self.folder.openssl("x509", "-in", out, "-noout", "-serial")
        return answer.json["request-id"], text.strip().partition("=")[2], out

    def age(self, column):
        """Makes a date of all rows that of long ago."""
        store = sqlite3.connect(self.issuing / "store" / "ca.db")
        with store:
            store.execute(f"UPDATE requests SET {column} = 1 WHERE id > 0")
        store.close()

    def test_revoke(self):
        """A certificate is revoked, by its serial in any form; is-valid ends with 5"""
        number, serial, _ = self.issue()
        colons = ":".join(serial[i : i + 2] for i in range(0, len(serial), 2))
        answer = self.run_icert(0, "is-valid", serial)
        self.assertRegex(answer.text, r"status +valid")
        answer = self.run_icert(0, "revoke", colons, "key-compromise")
        self.assertRegex(answer.text, r"reason +keyCompromise")
        answer = self.run_icert(5, "is-valid", serial.lower())
        self.assertRegex(answer.text, r"status +revoked")
        answer = self.run_icert(5, "--json", "is-valid", "00" + serial)
        self.assertEqual(answer.json["reason"], "keyCompromise")
        self.assertEqual(answer.json["reason-code"], 1)
        answer = self.run_icert(5, "retrieve", number)
        self.assertIn("BEGIN CERTIFICATE", answer.text)
        self.assertRegex(answer.error, "revoked: Revoked by ")
        path = self.folder.path / f"r{self.count}.pem"
        again = self.run_icert(4, "submit", path, "--profile", "Any")
        self.assertIn("blocked keys", again.error)

    def test_revoke_json(self):
        """revoke --json says what was done, from when on; a date may lie ahead"""
        _, serial, _ = self.issue()
        where = f"SerialNumber == {serial.lower()}"
        answer = self.run_icert(
            0, "--json", "view", "--columns", "NotAfter", "--where", where
        )
        not_after = answer.lines[0]["NotAfter"]
        date = not_after[:10] + "T00:00:00Z"
        answer = self.run_icert(0, "--json", "revoke", serial, "4", "--date", date)
        self.assertEqual(
            answer.json,
            {
                "serial": serial.lower(), "disposition": "revoked",
                "reason": "superseded", "date": date,
            },
        )
        self.run_icert(0, "is-valid", serial)
        answer = self.run_icert(1, "revoke", serial, "1", "--date", not_after)
        self.assert_error(answer, "WRONG_STATE", "certificate")

    def test_hold(self):
        """A hold is released; nothing else is"""
        _, serial, _ = self.issue()
        self.assert_error(self.run_icert(1, "unrevoke", serial), "WRONG_STATE", "certificate")
        self.run_icert(0, "revoke", serial, "certificateHold")
        self.run_icert(5, "is-valid", serial)
        answer = self.run_icert(0, "--json", "unrevoke", serial)
        self.assertEqual(answer.json, {"serial": serial.lower(), "disposition": "issued"})
        self.run_icert(0, "is-valid", serial)
        self.run_icert(0, "revoke", serial, "superseded")
        answer = self.run_icert(1, "unrevoke", serial)
        self.assert_error(answer, "WRONG_STATE", "certificate")
        self.assertIn("on hold", answer.error)

    def test_names_of_certificates(self):
        """A certificate is named as openssl and browsers show its serial, or by its file"""
        _, serial, path = self.issue()
        pairs = [serial[i : i + 2] for i in range(0, len(serial), 2)]
        der = path.with_suffix(".der")
        self.folder.openssl("x509", "-in", path, "-outform", "der", "-out", der)
        bundle = self.folder.write("bundle", b"a text\n" + path.read_bytes())
        for form in (
            serial, "0x" + serial, "0X" + serial.lstrip("0"), "serial=" + serial,
            "Serial Number: " + ":".join(pairs), " ".join(pairs), "-".join(pairs),
            "0000" + serial, path, der, bundle,
        ):  # fmt: skip
            with self.subTest(form):
                answer = self.run_icert(0, "--json", "is-valid", form)
                self.assertEqual(answer.json, {"serial": serial.lower(), "status": "valid"})
        for word in ("hold", "HOLD", "certificate hold", "certificate_hold", "6"):
            with self.subTest(word):
                answer = self.run_icert(0, "--json", "revoke", path, word)
                self.assertEqual(answer.json["reason"], "certificateHold")
                self.assertEqual(answer.json["serial"], serial.lower())
        self.run_icert(0, "unrevoke", path)

    def test_names_of_nothing(self):
        """What names no certificate of the CA says where serials and ids are found"""
        _, serial, path = self.issue()
        for arguments, code, remedy in (
            (["revoke", "99", "hold"], "NOT_FOUND: serial", "--columns RequestID,SerialNumber"),
            (["revoke", "serial", "hold"], "MALFORMED: serial", "openssl x509 -serial"),
            (["revoke", "serial=", "hold"], "MALFORMED: serial", "openssl x509 -serial"),
            (["revoke", path.with_suffix(".pem"), "hold"], "NOT_FOUND: certificate", ""),
            (["revoke", self.folder.path, "hold"], "FAILED: file", ""),
            (["unrevoke", path], "WRONG_STATE: certificate", f"icert is-valid {serial.lower()}"),
            (["revoke", serial, "cACompromise"], "FORBIDDEN_FIELD: reason", "another reason"),
        ):
            with self.subTest(arguments):
                answer = self.run_icert(1, *arguments)
                self.assertIn(f"icert: {code}: ", answer.error)
                self.assertIn(remedy, answer.error)
        answer = self.run_icert(2, "retrieve", serial)
        self.assertIn('--where "SerialNumber = SERIAL"', answer.error)

    def test_refusals(self):
        """What cannot be revoked is refused with its code"""
        _, serial, _ = self.issue()
        for arguments, code, field in (
            (["revoke", "1234", "0"], "NOT_FOUND", "serial"),
            (["revoke", "no serial", "0"], "MALFORMED", "serial"),
            (["revoke", serial, "2"], "FORBIDDEN_FIELD", "reason"),
            (["revoke", serial, "0", "--date", "2001-01-01"], "BAD_VALIDITY", "effective"),
            (["is-valid", "xyz"], "MALFORMED", "serial"),
            (["unrevoke", "1234"], "NOT_FOUND", "serial"),
        ):
            with self.subTest(" ".join(arguments)):
                self.assert_error(self.run_icert(1, *arguments), code, field)
        for arguments in (
            ["revoke", serial, "7"],
            ["revoke", serial, "because"],
            ["revoke", serial, "0", "--date", "soon"],
            ["revoke", serial],
            ["import", "a", "--foreign", "--existing-row"],
            ["delete-row", "tables", "1"],
            ["delete-row", "requests", "zero"],
            ["delete-expired", "requests", "soon"],
            ["delete-expired", "crls", "2020-01-01", "--unresolved"],
        ):
            with self.subTest(" ".join(arguments)):
                self.assertIn("icert: USAGE: ", self.run_icert(2, *arguments).error)
        answer = self.run_icert(1, "is-valid", "1234")
        self.assertRegex(answer.text, r"status +never-issued")

    def test_import(self):
        """A certificate that the store lost is imported once, and can be revoked then"""
        _, serial, path = self.issue("--config", f"local:{self.twin}")
        self.run_icert(1, "is-valid", serial)
        answer = self.run_icert(0, "import", path)
        self.assertRegex(answer.text, r"request-id +\d+")
        self.run_icert(0, "is-valid", serial)
        answer = self.run_icert(1, "import", path)
        self.assert_error(answer, "CONFLICT", "certificate")
        self.run_icert(0, "revoke", serial, "superseded")
        self.run_icert(5, "is-valid", serial)

    def test_import_divided(self):
        """While CRLs are divided, the one that an imported certificate names lists it; one that
        names none is refused, and the remedy helps"""
        twin = ("--config", f"local:{self.twin}")
        url = self.run_icert(0, "--json", *twin, "get-config", "CA", "Url").json["Url"]
        for config in ((), twin):
            self.addCleanup(self.run_icert, 0, *config, "set-config", "CRL", "Partitions", "1")
        self.addCleanup(self.run_icert, 0, *twin, "set-config", "CA", "Url", url)
        _, whole, path = self.issue(*twin)
        self.run_icert(0, "set-config", "CRL", "Partitions", "3")
        self.run_icert(0, "import", path)
        self.run_icert(0, *twin, "set-config", "CRL", "Partitions", "3")
        _, part, path = self.issue(*twin)
        self.run_icert(0, "import", path)
        names = self.folder.openssl("x509", "-in", path, "-noout", "-ext", "crlDistributionPoints")
        partition = int(re.search(r"_Partition(\d+)\.crl", names)[1])
        self.run_icert(0, *twin, "set-config", "CA", "Url", "http://elsewhere.example.org")
        _, serial, path = self.issue(*twin)
        answer = self.run_icert(1, "import", path)
        self.assert_error(answer, "WRONG_STATE", "Partitions")
        command = re.search("remedy: 'icert ([^']*)'", answer.error)[1]
        self.run_icert(0, *command.split())
        self.run_icert(0, "import", path)
        self.run_icert(0, "set-config", "CRL", "Partitions", "3")
        for one in (whole, part, serial):
            self.run_icert(0, "revoke", one, "superseded")
        self.run_icert(0, "crl")
        self.assertEqual(self.listed(0) & {whole, part, serial}, {whole, serial})
        self.assertIn(part, self.listed(partition))

    def listed(self, partition):
        """The serial numbers that the CRL of a partition lists."""
        crl = self.folder.path / f"divided{partition}.crl"
        self.run_icert(0, "crl", "get", "--partition", partition, "--out", crl)
        text = self.folder.openssl("crl", "-in", crl, "-noout", "-text")
        return set(re.findall(r"Serial Number: ([0-9A-F]+)", text))

    def test_import_existing(self):
        """--existing-row answers the pending request with the certificate's key"""
        path = self.request()
        answer = self.run_icert(3, "--json", "submit", path, "--profile", "WebServer")
        number = answer.json["request-id"]
        _, serial, out = self.issue("--config", f"local:{self.twin}", path=path)
        answer = self.run_icert(0, "--json", "import", out, "--existing-row")
        self.assertEqual(answer.json, {"request-id": number})
        self.assertIn("BEGIN CERTIFICATE", self.run_icert(0, "retrieve", number).text)
        self.run_icert(0, "is-valid", serial)

    def test_import_foreign(self):
        """A foreign certificate needs --foreign and AllowForeign, and keeps its id"""
        self.folder.openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", "f.key", "-out", "foreign.pem", "-subj", "/CN=foreign", "-days", "9",
        )  # fmt: skip
        path = self.folder.path / "foreign.pem"
        self.assert_error(self.run_icert(1, "import", path), "BAD_SIGNATURE", "certificate")
        self.assert_error(
            self.run_icert(1, "import", path, "--foreign"), "NOT_AUTHORIZED", "certificate"
        )
        self.run_icert(0, "set-config", "CA", "AllowForeign", "true")
        first = self.run_icert(0, "--json", "import", path, "--foreign").json
        second = self.run_icert(0, "--json", "import", path, "--foreign").json
        self.assertEqual(first, second)
        answer = self.run_icert(
            0, "--json", "view", "--columns", "Request.Disposition,CommonName",
            "--where", f"RequestID = {first['request-id']}",
        )  # fmt: skip
        self.assertEqual(answer.lines[0]["Request.Disposition"], 12)
        self.assertEqual(answer.lines[0]["CommonName"], "foreign")
        for junk in (b"", b"no certificate", path.read_bytes()[:200]):
            self.folder.write("junk", junk)
            self.assertEqual(self.icert("import", self.folder.path / "junk").status, 1)

    def test_delete_row(self):
        """A deleted request is gone, its serial is not; the next one has another id"""
        number, serial, _ = self.issue()
        answer = self.run_icert(0, "delete-row", "requests", number)
        self.assertRegex(answer.text, r"deleted +1")
        self.assertEqual(
            self.run_icert(0, "--json", "delete-row", "requests", number).json, {"deleted": 0}
        )
        self.assert_error(self.run_icert(1, "retrieve", number), "NOT_FOUND", "request-id")
        self.run_icert(0, "is-valid", serial)
        self.assertGreater(self.issue()[0], number)
        self.run_icert(0, "revoke", serial, "superseded")
        self.run_icert(5, "is-valid", serial)

    def test_delete_expired(self):
        """delete-expired takes what ended before a time, --unresolved what came to nothing"""
        answer = self.run_icert(0, "--json", "delete-expired", "requests", "2020-01-01")
        self.assertEqual(answer.json, {"deleted": 0})
        number, _, _ = self.issue()
        self.age("not_after")
        answer = self.run_icert(0, "delete-expired", "requests", "2026-01-01")
        self.assertRegex(answer.text, r"deleted +\d+")
        self.assert_error(
            self.run_icert(1, "delete-expired", "requests", "2999-01-01"), "MALFORMED", "before"
        )
        self.run_icert(1, "retrieve", number)
        path = self.request()
        pending = self.run_icert(3, "--json", "submit", path, "--profile", "WebServer").json
        self.age("submitted_when")
        answer = self.run_icert(
            0, "--json", "delete-expired", "requests", "2026-01-01", "--unresolved"
        )
        self.assertGreaterEqual(answer.json["deleted"], 1)
        self.run_icert(1, "retrieve", pending["request-id"])
        self.assert_error(
            self.run_icert(1, "delete-expired", "attributes", "2020-01-01"), "MALFORMED", "table"
        )


if __name__ == "__main__":
    tap.main()
