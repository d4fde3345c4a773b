#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""`icert view` and `icert schema`: all tables, restrictions, groups, exports."""

import csv
import io
import re
import unittest

import tap
import tool

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
TABLES = ["requests", "certificates", "attributes", "extensions", "names", "crls", "audit"]


class Views(tool.ToolTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for number in range(6):
            path = cls.folder.request(f"v{number}", f"host{number}.example.org")
            profile = ["User", "WebServer", "User"][number % 3]
            cls.icert("submit", path, "--profile", profile)
        for identifier in cls.icert(
            "--json", "view", "--columns", "RequestID", "--where", "Disposition = pending"
        ).lines:
            cls.icert("resubmit", identifier["Request.RequestID"])
        cls.icert("crl")

    def rows(self, *arguments):
        return self.run_icert(0, "--json", "view", *arguments).lines

    def test_tables(self):
        """Each table is listed for people, in JSON and in CSV, and counted"""
        for table in TABLES:
            rows = self.rows("--table", table)
            self.assertTrue(rows, table)
            self.assertTrue(all(row["cursor"] for row in rows))
            count = self.run_icert(0, "view", "--table", table, "--count").text
            # each run of the command leaves records in the audit log
            if table == "audit":
                self.assertGreaterEqual(int(count), len(rows))
                rows = self.rows("--table", table, "--limit", "5")
                limit = ["--limit", "5"]
            else:
                self.assertEqual(int(count), len(rows))
                limit = []
            text = self.run_icert(0, "view", "--table", table, "--csv", *limit).text
            lines = list(csv.reader(io.StringIO(text)))
            self.assertEqual(len(lines), len(rows) + 1)
            self.assertEqual(lines[0], [name for name in rows[0] if name != "cursor"])
            self.assertTrue(self.run_icert(0, "view", "--table", table).text)

    def test_audit(self):
        """The audit log has who did what, in order, with dates"""
        rows = self.rows("--table", "audit")
        numbers = [row["AuditSequence"] for row in rows]
        self.assertEqual(numbers, sorted(numbers))
        self.assertTrue(all(re.fullmatch(TIME, row["AuditTime"]) for row in rows))
        some = self.rows("--table", "audit", "--where", f"AuditSequence > {numbers[2]}")
        self.assertEqual([row["AuditSequence"] for row in some][: len(numbers) - 3], numbers[3:])
        verb = rows[-1]["AuditVerb"]
        same = self.rows("--table", "audit", "--where", f"AuditVerb = '{verb}'")
        self.assertEqual({row["AuditVerb"] for row in same}, {verb})

    def test_after_in_every_table(self):
        """--limit and --after walk through each table without a gap"""
        for table in TABLES:
            everything = self.rows("--table", table)
            seen, cursor = [], []
            while True:
                page = self.rows("--table", table, "--limit", "4", *cursor)
                seen += page
                # each run of the command leaves records in the audit log
                if not page or (table == "audit" and len(seen) >= len(everything)):
                    break
                cursor = ["--after", page[-1]["cursor"]]
            self.assertEqual(seen[: len(everything)], everything)
            self.assertTrue(table == "audit" or len(seen) == len(everything))

    def test_names(self):
        """A certificate is found by its names, by kind, by any kind, by how they begin"""
        name = "host1.example.org"
        for where in (
            f"SubjectAltName = {name}",
            f"SubjectAltName.dns = {name}",
            "SubjectAltName.dNSName = HOST1.Example.ORG",
            "SubjectAltName.dns ^= host1.",
        ):
            rows = self.rows("--columns", "CommonName,RequestID", "--where", where)
            self.assertEqual(len(rows), 1, where)
        self.assertEqual(self.rows("--where", f"SubjectAltName.email = {name[4:]}@x.org"), [])
        both = self.rows("--where", "SubjectAltName.dns ^= host and Disposition = issued")
        self.assertEqual(len(both), len(self.rows("--where", "SubjectAltName.dns ^= host")))

    def test_serial_and_hashes(self):
        """A certificate is found by serial, SHA-1 and SHA-256, as people paste them"""
        for column in ("SerialNumber", "CertificateHash", "CertificateHashSHA256"):
            row = self.rows("--table", "certificates", "--columns", f"RequestID,{column}")[0]
            value = row[column]
            pasted = ":".join(value[i : i + 2] for i in range(0, len(value), 2)).upper()
            for text in (value, pasted, "0x" + value):
                found = self.rows("--columns", f"RequestID,{column}", "--where", f"{column} = '{text}'")
                self.assertEqual([one["Request.RequestID"] for one in found], [row["Request.RequestID"]])

    def test_prefix(self):
        """^= finds what begins with a text"""
        rows = self.rows("--columns", "Request.CommonName", "--where", "Request.CommonName ^= host")
        self.assertEqual(len(rows), 6)
        self.assertEqual(self.rows("--where", "Request.CommonName ^= host9"), [])

    def test_brackets(self):
        """Brackets bind closest; what is wrong with them is said with its place"""
        where = "CertificateTemplate = {} and (Request.CommonName ^= host or RequestID = 1)"
        users = self.rows("--where", where.format("User"))
        both = self.rows("--where", f"({where.format('User')}) or {where.format('WebServer')}")
        all_of_them = self.rows("--where", "Request.CommonName ^= host or RequestID = 1")
        self.assertEqual(len(both), len(all_of_them))
        self.assertLess(len(users), len(both))
        answer = self.run_icert(2, "view", "--where", "RequestID = 1 or (RequestID = 2")
        self.assertIn("character 18: a bracket that is not closed", answer.error)

    def test_distances(self):
        """Times may be told from now: what expires within 30 days, what was asked for today"""
        all_rows = len(self.rows())
        for where, count in (
            ("Request.SubmittedWhen > -1d", all_rows), ("Request.SubmittedWhen > now", 0),
            ("Request.SubmittedWhen < -1y", 0), ("Request.SubmittedWhen < '1y ago'", 0),
            ("Request.SubmittedWhen > '2h ago'", all_rows), ("Request.SubmittedWhen < +1d", all_rows),
            ("NotAfter > now and NotAfter < +12h", 0),
        ):  # fmt: skip
            with self.subTest(where):
                self.assertEqual(len(self.rows("--where", where)), count)
        for where in ("NotAfter < +", "NotAfter < +1q", "NotAfter < -", "NotAfter < nows",
                      "NotAfter < ' ago'"):
            with self.subTest(where):
                self.assertIn("time: ", self.run_icert(2, "view", "--where", where).error)

    def test_serial_as_it_is_copied(self):
        """A serial number is found in capitals and with colons, too"""
        serial = self.rows("--table", "certificates")[0]["SerialNumber"]
        colons = ":".join(serial[i : i + 2] for i in range(0, len(serial), 2)).upper()
        for form in (serial, serial.upper(), colons, "0x" + serial):
            with self.subTest(form):
                rows = self.rows("--where", f"SerialNumber = {form}")
                self.assertEqual([row["SerialNumber"] for row in rows], [serial])

    def test_group_by(self):
        """--group-by counts values; dates by day, month or year"""
        groups = self.rows("--group-by", "CertificateTemplate")
        self.assertEqual({g["CertificateTemplate"]: g["Count"] for g in groups}, {None: 2, "User": 4, "WebServer": 2})
        text = self.run_icert(0, "view", "--group-by", "Disposition").text
        self.assertRegex(text, r"(?m)^issued +6$")
        self.assertRegex(text, r"(?m)^ca-cert +1$")
        self.assertRegex(text, r"(?m)^ca-cert-chain +1$")
        for period, ending in (("month", r"-01T00:00:00Z"), ("year", r"-01-01T00:00:00Z"), ("day", r"T00:00:00Z")):
            groups = self.rows("--table", "certificates", "--group-by", f"NotAfter:{period}")
            self.assertEqual(sum(group["Count"] for group in groups), 8)
            for group in groups:
                self.assertRegex(group["NotAfter"], ending + "$")
        lines = self.run_icert(0, "view", "--csv", "--group-by", "CertificateTemplate").text.split("\r\n")
        self.assertEqual(lines[:4], ["CertificateTemplate,Count", ",2", "User,4", "WebServer,2"])

    def test_wrong_usage(self):
        """Wrong tables, periods, comparisons and cursors name the field"""
        for arguments in (
            ["--group-by", "NotAfter:fortnight"],
            ["--table", "tables"],
            ["--where", "CommonName ~ x"],
        ):
            self.run_icert(2, "view", *arguments)
        for code, field, arguments in (
            ("MALFORMED", "period", ["--group-by", "CommonName:month"]),
            ("UNKNOWN_NAME", "column", ["--group-by", "Colour"]),
            ("UNKNOWN_NAME", "column", ["--where", "SubjectAltName.colour = red"]),
            ("MALFORMED", "SubjectAltName", ["--where", "SubjectAltName.ip = nowhere"]),
            ("MALFORMED", "cursor", ["--after", "AAAA"]),
            ("NOT_SUPPORTED", "CertificateHashSHA256", ["--sort", "CertificateHashSHA256"]),
        ):
            self.assert_error(self.run_icert(1, "view", *arguments), code, field)

    def test_schema(self):
        """schema lists every column of each table, and what view shows is among them"""
        for table in TABLES:
            rows = self.run_icert(0, "--json", "schema", "--table", table).json
            names = [row["name"] for row in rows]
            self.assertEqual(len(names), len(set(names)))
            shown = self.rows("--table", table, "--limit", "1")[0]
            self.assertLessEqual(set(shown) - {"cursor"}, set(names))
            everything = self.rows("--table", table, "--limit", "1", "--columns", ",".join(names))
            self.assertEqual(list(everything[0]), [*names, "cursor"])
            text = self.run_icert(0, "schema", "--table", table).text
            self.assertTrue(all(name in text for name in names))

    def test_columns_of_adcs(self):
        """The request table has every column that AD CS's has"""
        rows = self.run_icert(0, "--json", "schema").json
        names = {row["name"] for row in rows}
        for name in """RequestID RawRequest RawArchivedKey KeyRecoveryHashes RawOldCertificate
                RequestAttributes RequestType RequestFlags StatusCode Disposition DispositionMessage
                SubmittedWhen ResolvedWhen RevokedWhen RevokedEffectiveWhen RevokedReason
                RequesterName CallerName SignerPolicies SignerApplicationPolicies Officer
                DistinguishedName RawName AttestationChallenge EndorsementKeyHash
                EndorsementCertificateHash RawPrecertificate LinterCertificate
                CRLPartitionIndex CommonName Country""".split():
            self.assertIn("Request." + name, names)
        for name in """RawCertificate CertificateHash CertificateTemplate EnrollmentFlags GeneralFlags
                PrivateKeyFlags SerialNumber IssuerNameId NotBefore NotAfter SubjectKeyIdentifier
                RawPublicKey PublicKeyLength PublicKeyAlgorithm RawPublicKeyAlgorithmParameters
                PublishExpiredCertInCRL UPN DistinguishedName RawName Country Organization OrgUnit
                CommonName Locality State Title GivenName Initials SurName DomainComponent EMail
                StreetAddress UnstructuredName UnstructuredAddress DeviceSerialNumber""".split():
            self.assertIn(name, names)


if __name__ == "__main__":
    tap.main()
