#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test_enroll.py [--every]: `icert enroll`, judged by openssl and certtool.

--every: interrupts at every step instead of at every eleventh (the long suite).
"""

import os
import pathlib
import re
import signal
import stat
import subprocess
import sys
import time
import unittest

import tap
import tool

EVERY = "--every" in sys.argv[1:]
if EVERY:
    sys.argv.remove("--every")
STRIDE = 1 if EVERY else 11
KEY_TYPES = {
    "ec-p256": "P-256",
    "ec-p384": "P-384",
    "ec-p521": "P-521",
    "rsa-2048": "(2048 bit)",
    "rsa-3072": "(3072 bit)",
    "rsa-4096": "(4096 bit)",
    "ed25519": "ED25519",
    "ed448": "ED448",
}
PASSPHRASE = "correct horse battery"


class EnrollTest(tool.ToolTest):
    """A CA whose WebServer profile issues names below example.org at once, others after an officer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        profile = cls.folder.path / "demo" / "profiles" / "WebServer.profile"
        text = profile.read_text()
        profile.write_text(text.replace("ed25519\n", "ed25519;ec-p521;ed448\n"))
        answer = cls.icert(
            "grant", "web", "--principal", f"uid:{os.getuid()}", "--profile", "WebServer",
            "--dns", "*.example.org",
        )
        if answer.status != 0:
            raise AssertionError(repr(answer))
        cls.root = cls.folder.path / "demo" / "root" / "certs" / "0.crt"
        cls.secret = cls.folder.write("secret", PASSPHRASE + "\n")
        cls.secret.chmod(0o600)

    def path(self, name):
        return self.folder.path / name

    def read(self, name):
        return self.path(name).read_bytes()

    def enroll(self, status, name, *arguments, **keywords):
        """`icert enroll` with NAME.key and NAME.pem."""
        files = ["--key", f"{name}.key", "--out", f"{name}.pem"]
        return self.run_icert(status, "enroll", *files, *arguments, **keywords)

    def web(self, status, name, *arguments, **keywords):
        """The same for a server below example.org, which is issued at once."""
        return self.enroll(
            status, name, "--profile", "WebServer", "--san", f"dns:{name}.example.org", *arguments,
            **keywords,
        )

    def public_key(self, name, *arguments):
        return self.folder.openssl("pkey", "-in", f"{name}.key", "-pubout", *arguments)

    def serial(self, name):
        return self.folder.openssl("x509", "-in", f"{name}.pem", "-noout", "-serial")

    def assert_pair(self, name, *arguments):
        """Key and certificate belong together, chain up to the root, and the key is its owner's."""
        certified = self.folder.openssl("x509", "-in", f"{name}.pem", "-noout", "-pubkey")
        self.assertEqual(self.public_key(name, *arguments), certified)
        issuing = self.path("demo") / "certs" / "0.crt"
        text = self.folder.openssl(
            "verify", "-CAfile", self.root, "-untrusted", issuing, f"{name}.pem"
        )
        self.assertIn(f"{name}.pem: OK", text)
        self.assertEqual(stat.S_IMODE(self.path(f"{name}.key").stat().st_mode), 0o600)

    def assert_nothing_staged(self):
        self.assertEqual([str(one) for one in self.folder.path.glob(".*.icert-new")], [])

    def request_count(self):
        return int(self.run_icert(0, "view", "--count").text)

    def files(self, name):
        """Names and contents of everything that an enrolment made."""
        return {
            path.name: path.read_bytes()
            for path in sorted(self.folder.path.iterdir())
            if path.is_file() and (path.name.startswith((f"{name}.", f".{name}.")))
        }


class Enrolment(EnrollTest):
    def test_every_key_type(self):
        """Every type of key is made, certified and stored as PKCS #8 that openssl and certtool read"""
        for key_type, mark in KEY_TYPES.items():
            with self.subTest(key_type):
                self.web(0, f"t-{key_type}", "--key-type", key_type)
                self.assert_pair(f"t-{key_type}")
                text = self.folder.openssl("x509", "-in", f"t-{key_type}.pem", "-noout", "-text")
                self.assertIn(mark, text)
                self.assertIn(f"DNS:t-{key_type}.example.org", text)
                if key_type != "ed448":
                    key = self.path(f"t-{key_type}.key")
                    subprocess.run(["certtool", "--key-info", "--infile", key], check=True,
                                   stdout=subprocess.DEVNULL)
        self.assert_nothing_staged()

    def test_unknown_key_type(self):
        """S-B1: a type of key nobody knows is refused before any file is made"""
        for key_type in ("rsa-1024", "dsa-2048", "ec-p192", "", "EC-P256 "):
            if key_type:
                answer = self.web(1, "unknown", "--key-type", key_type)
                self.assert_error(answer, "UNSUPPORTED", "key-type")
        self.assertEqual(self.files("unknown"), {})

    def test_names(self):
        """--san takes what openssl calls a name and what RFC 5280 does; a wrong one makes no file"""
        request = self.path("names.req")
        self.enroll(
            0, "names", "--subject", "CN=a.example.org,O=Example\\, Inc.", "--san", "DNS:a.example.org",
            "--san", "ip:192.0.2.7", "--san", "email:ann@example.org", "--san", "uri:https://example.org/",
            "--san", "dNSName:b.example.org", "--profile", "WebServer", "--request-out", request,
        )
        text = self.folder.openssl("req", "-in", request, "-noout", "-verify", "-text")
        self.assertIn("verify OK", text)
        self.assertRegex(text, r'Subject: CN = a\.example\.org, O = "Example, Inc\."')
        for name in ("DNS:a.example.org", "DNS:b.example.org", "IP Address:192.0.2.7",
                     "email:ann@example.org", "URI:https://example.org/"):
            self.assertIn(name, text)
        for wrong in ("dns:", "dns:-a.example.org", "ip:300.1.1.1", "shoe:9", "dns:a\\0b"):
            with self.subTest(wrong):
                answer = self.enroll(1, "wrong", "--san", wrong)
                self.assertRegex(answer.error, r"^icert: BAD_NAME: ")
        self.assert_error(self.enroll(1, "wrong", "--subject", "CN=a,"), "BAD_NAME", "subject")
        self.assert_error(self.enroll(1, "wrong"), "BAD_NAME", "subject")
        many = [part for n in range(101) for part in ("--san", f"dns:n{n}.example.org")]
        self.assert_error(self.enroll(1, "wrong", *many), "TOO_LARGE", "names")
        self.assertEqual(self.files("wrong"), {})

    def test_wrong_usage(self):
        """Wrong usage is status 2"""
        for arguments in (
            [],
            ["--key", "k", "extra"],
            ["--key", "k", "--san", "nocolon"],
            ["--key", "k", "--wait", "-1"],
            ["--key", "k", "--same-key"],
            ["--key", "k", "--days-left", "3"],
            ["--key", "k", "--request-out", "r", "--install", "i"],
            ["--key", "k", "--passphrase-fd", "3", "--passphrase-file", "f"],
        ):
            with self.subTest(" ".join(arguments)):
                answer = self.run_icert(2, "enroll", *arguments)
                self.assertRegex(answer.error, r"^icert: USAGE: \S")
        self.assertFalse(self.path("k").exists() or self.path("k.enroll").exists())

    def test_json(self):
        """--json prints the answer as submit does, with the file of the certificate, and errors too"""
        answer = self.run_icert(
            0, "--json", "enroll", "--profile", "WebServer", "--san", "dns:json.example.org",
            "--key", "json.key", "--out", "json.pem",
        )
        self.assertEqual(answer.json["disposition"], "issued")
        self.assertEqual(answer.json["file"], "json.pem")
        self.assertNotIn("certificate", answer.json)
        answer = self.run_icert(1, "--json", "enroll", "--key", "json.key")
        self.assertEqual(answer.json["error"]["code"], "CONFLICT")
        self.assertEqual(answer.json["error"]["field"], "key-file")
        self.assertIn("--renew", answer.json["error"]["remedy"])

    def test_pending_then_issued(self):
        """A pending request is status 3 and asked for again, never submitted twice"""
        arguments = ["--profile", "WebServer", "--san", "dns:www.example.net", "--chain", "pend.chain"]
        before = self.request_count()
        answer = self.enroll(3, "pend", *arguments)
        number = re.search(r"request (\d+) pending", answer.text)[1]
        key = self.read("pend.key")
        self.assertFalse(self.path("pend.pem").exists())
        self.assertIn(f"request {number} pending", self.run_icert(3, "enroll", "--key", "pend.key").text)
        self.assertIn(f"request {number} pending", self.enroll(3, "pend", *arguments, "--wait", "1").text)
        self.run_icert(0, "resubmit", number)
        self.assertIn(f"request {number} issued", self.run_icert(0, "enroll", "--key", "pend.key").text)
        self.assertEqual(self.request_count(), before + 1)
        self.assertEqual(self.read("pend.key"), key)
        self.assert_pair("pend")
        chain = self.read("pend.chain")
        self.assertEqual(chain.count(b"BEGIN CERTIFICATE"), 2)
        self.assertTrue(chain.startswith(self.read("pend.pem")))
        self.assert_nothing_staged()

    def test_waits_for_an_officer(self):
        """--wait lets go of the CA between two questions, so that an officer can open it"""
        rows = self.run_icert(0, "--json", "view", "--where", "Request.Disposition = 9").lines
        highest = max((row["Request.RequestID"] for row in rows), default=None)
        process = subprocess.Popen(
            ["icert", "enroll", "--profile", "WebServer", "--san", "dns:wait.example.net",
             "--key", "wait.key", "--out", "wait.pem", "--wait", "50"],
            cwd=self.folder.path, env=self.folder.environment, stdout=subprocess.PIPE)
        deadline = time.monotonic() + 40
        number = None
        while number is None and time.monotonic() < deadline:
            time.sleep(0.1)
            answer = self.icert("--json", "view", "--where", "Request.Disposition = 9")
            rows = answer.lines if answer.status == 0 else []
            number = max((row["Request.RequestID"] for row in rows), default=None)
            if number == highest:
                number = None
        while self.icert("resubmit", number).status != 0 and time.monotonic() < deadline:
            time.sleep(0.1)
        out, _ = process.communicate(timeout=50)
        self.assertEqual(process.returncode, 0, out)
        self.assert_pair("wait")

    def test_other_wish_while_pending(self):
        """While a request waits, one for something else is refused; the same goes on"""
        self.enroll(3, "other", "--profile", "WebServer", "--san", "dns:a.example.net")
        before = self.files("other")
        for field, arguments in (
            ("names", ["--san", "dns:b.example.net"]),
            ("names", ["--san", "dns:a.example.net", "--san", "dns:b.example.net"]),
            ("subject", ["--subject", "CN=a.example.net"]),
            ("profile", ["--profile", "User"]),
            ("key-type", ["--key-type", "rsa-2048"]),
        ):
            answer = self.enroll(1, "other", *arguments)
            self.assert_error(answer, "CONFLICT", field)
            self.assertIn("remedy: ", answer.error)
        self.assertEqual(self.files("other"), before)
        answer = self.run_icert(1, "enroll", "--renew", "--key", "other.key")
        self.assert_error(answer, "NOT_FOUND|CONFLICT", "key-file")

    def test_other_ca_while_pending(self):
        """A pending request is never taken to another CA, nor forgotten when the CA cannot be reached"""
        answer = self.icert("init", "Second", "--dir", self.path("second"), "--type", "root")
        self.assertEqual(answer.status, 0, repr(answer))
        arguments = ["--profile", "WebServer", "--san", "dns:loyal.example.net"]
        number = re.search(r"request (\d+)", self.enroll(3, "loyal", *arguments).text)[1]
        command = ["enroll", "--key", "loyal.key"]
        answer = self.run_icert(1, "--config", "Second CA", *command)
        self.assert_error(answer, "CONFLICT", "config")
        for config in ("Nobody CA", "a\\b\\c", "local:/nonexistent"):
            self.run_icert(1, "--config", config, *command)
        answer = self.run_icert(
            0, "--config", "Second CA", "view", "--count", "--where", "RequestID > 0"
        )
        self.assertEqual(answer.text.strip(), "0")
        for config in ("Demo CA", "localhost/Demo CA", f"local:{self.path('demo')}"):
            text = self.run_icert(3, "--config", config, *command).text
            self.assertIn(f"request {number} pending", text)
        self.assertIn(f"request {number} pending", self.run_icert(3, *command).text)

    def test_key_that_was_lost(self):
        """Without its key a pending request is given up, and an enrolment begun again, with a new key"""
        arguments = ["--profile", "WebServer", "--san", "dns:lostkey.example.net"]
        first = re.search(r"request (\d+)", self.enroll(3, "lostkey", *arguments).text)[1]
        key = self.read("lostkey.key")
        self.path("lostkey.key").unlink()
        second = re.search(r"request (\d+)", self.enroll(3, "lostkey", *arguments).text)[1]
        self.assertNotEqual(first, second)
        self.assertNotEqual(self.read("lostkey.key"), key)
        self.run_icert(0, "resubmit", second)
        self.enroll(0, "lostkey")
        self.assert_pair("lostkey")
        self.path("lostkey.key").unlink()
        self.assert_error(self.enroll(1, "lostkey", *arguments), "CONFLICT", "certificate-file")
        self.path("lostkey.pem").unlink()
        self.enroll(3, "lostkey", *arguments)

    def test_denied(self):
        """A denied request is status 4 and stores nothing; the next one uses the same key"""
        arguments = ["--profile", "WebServer", "--san", "dns:denied.example.net"]
        number = re.search(r"request (\d+)", self.enroll(3, "denied", *arguments).text)[1]
        self.run_icert(0, "deny", number)
        answer = self.enroll(4, "denied", *arguments)
        self.assertRegex(answer.error, r"^icert: DENIED: officer: ")
        self.assertFalse(self.path("denied.pem").exists())
        key = self.read("denied.key")
        self.web(0, "denied")
        self.assertEqual(self.read("denied.key"), key)
        self.assert_pair("denied")

    def test_refused_at_once(self):
        """What the policy refuses at once is status 4, with rule and value"""
        answer = self.enroll(4, "refused", "--profile", "WebServer", "--san", "email:ann@example.org")
        self.assertRegex(answer.error, r"^icert: FORBIDDEN_FIELD: ")
        self.assertFalse(self.path("refused.pem").exists())

    def test_existing_files(self):
        """A file that is there already is refused, never changed, and nothing else is made"""
        for kind, option in (("key", None), ("pem", None), ("chain", "--chain"), ("p12", "--p12")):
            with self.subTest(kind):
                name = f"there-{kind}"
                path = self.folder.write(f"{name}.{kind}", "mine\n")
                arguments = [option, path] if option else []
                if kind == "p12":
                    arguments += ["--passphrase-file", self.secret]
                answer = self.web(1, name, *arguments)
                self.assertRegex(answer.error, r"^icert: CONFLICT: (key|certificate|chain|pkcs12)-file: ")
                self.assertEqual(self.files(name), {path.name: b"mine\n"})
        answer = self.run_icert(1, "enroll", "--profile", "User", "--key", "same", "--out", "same")
        self.assert_error(answer, "CONFLICT", "certificate-file")
        self.assertEqual(self.files("same"), {})

    def test_file_that_comes_later(self):
        """A file that took the certificate's name while the request was pending is not replaced"""
        arguments = ["--profile", "WebServer", "--san", "dns:later.example.net"]
        number = re.search(r"request (\d+)", self.enroll(3, "later", *arguments).text)[1]
        self.folder.write("later.pem", "mine\n")
        self.run_icert(0, "resubmit", number)
        self.assert_error(self.enroll(1, "later"), "CONFLICT", "certificate-file")
        self.assertEqual(self.read("later.pem"), b"mine\n")
        self.path("later.pem").unlink()
        self.enroll(0, "later")
        self.assert_pair("later")

    def test_installed_already(self):
        """A key with a certificate is not enrolled again"""
        self.web(0, "twice")
        before = self.files("twice")
        answer = self.web(1, "twice")
        self.assert_error(answer, "CONFLICT", "key-file")
        self.assertIn("--renew", answer.error)
        self.assertEqual(self.files("twice"), before)

    def test_folders(self):
        """A folder that is missing, no folder, read-only or everybody's is refused, and nothing asked"""
        everybody = self.path("everybody")
        everybody.mkdir()
        everybody.chmod(0o777)
        self.folder.write("plain", "")
        before = self.request_count()
        for folder in ("missing", "plain", "/proc", "everybody"):
            with self.subTest(folder):
                answer = self.enroll(1, f"{folder}/x", "--profile", "User")
                self.assert_error(answer, "CONFIG", "(key-file|record)")
        for option in ("--chain", "--out"):
            answer = self.run_icert(
                1, "enroll", "--profile", "User", "--key", f"f{option}.key", "--out", f"f{option}.pem",
                option, "missing/x.pem",
            )
            self.assert_error(answer, "CONFIG", "(chain|certificate)-file")
        self.assertEqual(self.request_count(), before + 2)
        self.assertEqual(list(everybody.iterdir()), [])

    def test_two_at_once(self):
        """Two processes that enrol with one key make one request, and both see it through"""
        before = self.request_count()
        command = ["icert", "enroll", "--profile", "WebServer", "--san", "dns:two.example.org",
                   "--key", "two.key", "--out", "two.pem", "--wait", "20"]
        pair = [subprocess.Popen(command, cwd=self.folder.path, env=self.folder.environment,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
        errors = [process.communicate(timeout=50)[1] for process in pair]
        codes = sorted(process.returncode for process in pair)
        self.assertIn(codes, ([0, 0], [0, 1]), errors)
        if codes == [0, 1]:
            self.assertRegex(b"".join(errors).decode(), "CONFLICT: key-file: has a certificate")
        self.assertEqual(self.request_count(), before + 1)
        self.assert_pair("two")
        self.assert_nothing_staged()


class Secrets(EnrollTest):
    def enroll_p12(self, name, *arguments):
        return self.web(
            0, name, "--p12", f"{name}.p12", "--chain", f"{name}.chain",
            "--passphrase-file", self.secret, *arguments,
        )

    def test_pkcs12(self):
        """A PKCS #12 file opens with openssl and certtool: AES-256, SHA-256, key, certificate, chain"""
        for key_type in ("ec-p256", "rsa-2048", "ed25519"):
            with self.subTest(key_type):
                name = f"p12-{key_type}"
                self.enroll_p12(name, "--key-type", key_type)
                text = self.folder.openssl(
                    "pkcs12", "-info", "-in", f"{name}.p12", "-passin", f"file:{self.secret}", "-nodes"
                )
                self.assertEqual(text.count("BEGIN CERTIFICATE"), 2)
                self.assertEqual(text.count("BEGIN PRIVATE KEY"), 1)
                self.assertIn("MAC: sha256", text)
                self.assertEqual(text.count("PBES2, PBKDF2, AES-256-CBC"), 2)
                key = re.search(r"-----BEGIN PRIVATE KEY.*?END PRIVATE KEY-----\n", text, re.DOTALL)[0]
                self.folder.write("inside.key", key)
                self.assertEqual(self.public_key("inside"),
                                 self.public_key(name, "-passin", f"file:{self.secret}"))
                self.assertEqual(stat.S_IMODE(self.path(f"{name}.p12").stat().st_mode), 0o600)
                process = subprocess.run(
                    ["certtool", "--p12-info", "--inder", "--infile", self.path(f"{name}.p12"),
                     "--password", PASSPHRASE], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                    check=True)
                self.assertIn(b"BEGIN CERTIFICATE", process.stdout)
                self.folder.openssl("pkcs12", "-in", f"{name}.p12", "-passin", "pass:wrong", "-noout",
                                    check=False)

    def test_wrong_passphrase_does_not_open(self):
        """Neither key file nor PKCS #12 file opens with another passphrase, or none"""
        self.enroll_p12("closed")
        self.assertIn(b"BEGIN ENCRYPTED PRIVATE KEY", self.read("closed.key"))
        for word in ("pass:wrong", "pass:"):
            for command in (["pkey", "-in", "closed.key"], ["pkcs12", "-in", "closed.p12", "-nodes"]):
                text = self.folder.openssl(*command, "-passin", word, check=False)
                self.assertNotIn("PRIVATE KEY-----", text)

    def test_passphrase_is_wanted(self):
        """S-M2: a PKCS #12 file needs a passphrase, which comes through a file or descriptor of its own"""
        self.assert_error(self.web(1, "none", "--p12", "none.p12"), "CONFIG", "passphrase")
        empty = self.folder.write("empty", "\n")
        empty.chmod(0o600)
        answer = self.web(1, "none", "--p12", "none.p12", "--passphrase-file", empty)
        self.assert_error(answer, "FAILED", "passphrase")
        shown = self.folder.write("shown", PASSPHRASE)
        shown.chmod(0o644)
        answer = self.web(1, "none", "--p12", "none.p12", "--passphrase-file", shown)
        self.assert_error(answer, "CONFIG", "passphrase")
        answer = self.web(1, "none", "--p12", "none.p12", "--passphrase-file", "missing")
        self.assert_error(answer, "NOT_FOUND", "passphrase")
        self.assertEqual(self.files("none"), {})
        self.web(0, "none", "--p12", "none.p12", "--passphrase-fd", "0", stdin=PASSPHRASE.encode())
        self.assert_pair("none", "-passin", f"file:{self.secret}")

    def test_wrong_passphrase_for_renewal(self):
        """A renewal wants the passphrase of the old key, before anything is asked or written"""
        self.enroll_p12("renewed")
        before, count = self.files("renewed"), self.request_count()
        wrong = self.folder.write("wrong", "another one\n")
        wrong.chmod(0o600)
        renew = ["enroll", "--renew", "--key", "renewed.key"]
        answer = self.run_icert(1, *renew)
        self.assert_error(answer, "CONFIG", "passphrase")
        self.assertIn("--passphrase-file", answer.error)
        for same in ([], ["--same-key"]):
            answer = self.run_icert(1, *renew, *same, "--passphrase-file", wrong)
            self.assert_error(answer, "KEY_UNAVAILABLE", "passphrase")
        self.assertEqual(self.files("renewed"), before)
        self.assertEqual(self.request_count(), count)
        self.run_icert(0, *renew, "--passphrase-file", self.secret)
        self.assert_pair("renewed", "-passin", f"file:{self.secret}")
        after = self.files("renewed")
        for name in ("renewed.key", "renewed.pem", "renewed.chain", "renewed.p12"):
            self.assertNotEqual(before[name], after[name], name)

    def test_key_that_others_read(self):
        """S-M2: a key file that others may read, or that is a link, is not used"""
        self.web(0, "open")
        key = self.path("open.key")
        for mode in (0o640, 0o604, 0o660):
            key.chmod(mode)
            answer = self.run_icert(1, "enroll", "--renew", "--key", "open.key")
            self.assert_error(answer, "CONFIG", "key-file")
        key.chmod(0o600)
        key.rename(self.path("moved.key"))
        key.symlink_to("moved.key")
        answer = self.run_icert(1, "enroll", "--renew", "--key", "open.key")
        self.assert_error(answer, "CONFIG", "key-file")
        key.unlink()
        self.folder.write("open.key", "no key\n").chmod(0o600)
        answer = self.run_icert(1, "enroll", "--renew", "--key", "open.key")
        self.assert_error(answer, "CONFIG", "key-file")

    def test_record_that_others_write(self):
        """A record that others may write, a link, and one that is no record are refused"""
        self.web(0, "record")
        record = self.path("record.key.enroll")
        text = record.read_text()
        self.assertNotIn("PRIVATE", text)
        self.assertEqual(stat.S_IMODE(record.stat().st_mode), 0o600)
        record.chmod(0o666)
        self.assert_error(self.run_icert(1, "enroll", "--renew", "--key", "record.key"), "CONFIG", "record")
        record.chmod(0o600)
        for wrong in (text.replace("[Enrolment]", "[Enrollment]"), text + "Colour=red\n", "x", "\0",
                      text.replace("Installed=true", "Installed=maybe"),
                      text + "\n[Request]\nPkcs10=AAAA\nRenewal=true\nSameKey=true\n"):
            record.write_text(wrong)
            answer = self.run_icert(1, "enroll", "--renew", "--key", "record.key")
            self.assertRegex(answer.error, r"^icert: (CONFIG|MALFORMED|CONFLICT): ")
        record.unlink()
        record.symlink_to("/dev/null")
        self.assert_error(self.run_icert(1, "enroll", "--renew", "--key", "record.key"), "CONFIG", "record")
        self.assert_pair("record")

    def test_no_secret_is_shown(self):
        """S-F10: neither passphrase nor key is in the record, the output or the view"""
        answer = self.enroll_p12("quiet")
        texts = [answer.out, answer.err, self.read("quiet.key.enroll")]
        texts.append(self.run_icert(0, "--json", "view").out)
        for text in texts:
            self.assertNotIn(PASSPHRASE.encode(), text)
            self.assertNotIn(b"PRIVATE KEY", text)


class HandedOver(EnrollTest):
    """Requests that go to a CA by hand, and answers that come from anywhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_ca("foreign")

    @classmethod
    def certtool(cls, *arguments):
        subprocess.run(["certtool", *map(str, arguments)], cwd=cls.folder.path, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @classmethod
    def make_ca(cls, name, *lines, parent=None):
        """NAME.crt and NAME.pk, a CA that is not ours."""
        template = cls.folder.write(
            f"{name}.tmpl", "\n".join((f"cn = {name}", "ca", "cert_signing_key", *lines)) + "\n"
        )
        cls.certtool("--generate-privkey", "--key-type", "ecdsa", "--outfile", f"{name}.pk")
        how = ["--generate-self-signed"]
        if parent:
            how = ["--generate-certificate", "--load-ca-certificate", f"{parent}.crt",
                   "--load-ca-privkey", f"{parent}.pk"]
        cls.certtool(*how, "--load-privkey", f"{name}.pk", "--template", template,
                     "--outfile", f"{name}.crt")

    def sign(self, name, *lines, ca="foreign", out=None):
        """An answer of a foreign CA to NAME.req, with what the template LINES say."""
        template = self.folder.write("leaf.tmpl", "\n".join(lines) + "\n")
        out = out or f"{name}.answer"
        self.folder.openssl("req", "-in", f"{name}.req", "-noout", "-pubkey", "-out", f"{name}.pub")
        self.certtool("--generate-certificate", "--load-pubkey", f"{name}.pub", "--template", template,
                      "--load-ca-certificate", f"{ca}.crt", "--load-ca-privkey", f"{ca}.pk",
                      "--outfile", out)
        return self.path(out)

    def make_request(self, name, *arguments):
        self.enroll(0, name, *(arguments or ["--san", f"dns:{name}.example.org"]),
                    "--request-out", f"{name}.req")

    def install(self, status, name, answer, *arguments):
        return self.enroll(status, name, "--install", answer, *arguments)

    def refused(self, name, answer, code, field, trust="foreign.crt"):
        """The answer is refused, and nothing changes but nothing is lost either."""
        before = self.files(name)
        self.assert_error(self.install(1, name, answer, "--trust", trust), code, field)
        after = self.files(name)
        for kept in (f"{name}.key", f"{name}.req"):
            self.assertEqual(before[kept], after[kept])
        self.assertNotIn(f"{name}.pem", after)
        self.assert_nothing_staged()

    def test_every_form(self):
        """An answer is installed from PEM, DER, a PEM chain and PKCS #7, whatever stands first"""
        for form in ("pem", "der", "chain", "p7b"):
            with self.subTest(form):
                name = f"form-{form}"
                self.make_request(name, "--san", f"dns:{name}.example.org", "--profile", "WebServer")
                self.assertIn("verify OK", self.folder.openssl("req", "-in", f"{name}.req", "-verify", "-noout"))
                self.run_icert(0, "submit", f"{name}.req", "--form", form, "--out", f"{name}.answer")
                trust = self.root if form in ("chain", "p7b") else self.path("demo") / "certs" / "0.crt"
                self.install(0, name, f"{name}.answer", "--trust", trust, "--chain", f"{name}.chain")
                self.assert_pair(name)
        chain = self.read("form-chain.answer").split(b"-----BEGIN")
        self.make_request("turned")
        self.assertEqual(self.read("form-p7b.chain").count(b"BEGIN"), 2)
        self.folder.write("turned.bundle", b"-----BEGIN".join([chain[0], *reversed(chain[1:])]))
        self.assert_error(self.install(1, "turned", "turned.bundle", "--trust", self.root), "CONFLICT", "certificate")

    def test_foreign_ca(self):
        """A foreign CA's answer is installed when it is trusted, and the trust holds for renewals"""
        self.make_request("abroad")
        answer = self.sign("abroad", "dns_name = abroad.example.org", "tls_www_server")
        self.install(0, "abroad", answer, "--trust", "foreign.crt")
        old = self.read("abroad.key")
        self.run_icert(0, "enroll", "--renew", "--key", "abroad.key", "--request-out", "abroad.req")
        self.assertEqual(self.read("abroad.key"), old)
        self.assertIn("DNS:abroad.example.org", self.folder.openssl("req", "-in", "abroad.req", "-noout", "-text"))
        answer = self.sign("abroad", "dns_name = abroad.example.org", out="abroad.second")
        self.run_icert(0, "enroll", "--install", answer, "--key", "abroad.key")
        self.assertNotEqual(self.read("abroad.key"), old)
        certified = self.folder.openssl("x509", "-in", "abroad.pem", "-noout", "-pubkey")
        self.assertEqual(self.public_key("abroad"), certified)
        answer = self.run_icert(1, "enroll", "--install", self.path("abroad.answer"), "--key", "abroad.key")
        self.assert_error(answer, "WRONG_STATE", "key-file")

    def test_trust_is_wanted(self):
        """An answer that is handed over is refused while nothing says whom to trust"""
        self.make_request("whom")
        answer = self.sign("whom", "dns_name = whom.example.org")
        result = self.install(1, "whom", answer)
        self.assert_error(result, "CONFIG", "trust")
        self.assertIn("--trust", result.error)

    def test_another_ca(self):
        """The answer of another CA is refused"""
        self.make_request("whose")
        answer = self.sign("whose", "dns_name = whose.example.org")
        self.refused("whose", answer, "BAD_SIGNATURE", "chain", trust=self.root)
        self.make_ca("pretender", "serial = 1")
        text = (self.path("pretender.tmpl").read_text()).replace("pretender", "foreign")
        self.folder.write("pretender.tmpl", text)
        self.certtool("--generate-self-signed", "--load-privkey", "pretender.pk", "--template",
                      "pretender.tmpl", "--outfile", "pretender.crt")
        answer = self.sign("whose", "dns_name = whose.example.org", ca="pretender")
        self.refused("whose", answer, "BAD_SIGNATURE", "chain")

    def test_another_key(self):
        """An answer to another key's request is refused"""
        self.make_request("mine")
        self.make_request("yours")
        answer = self.sign("yours", "dns_name = mine.example.org")
        self.refused("mine", answer, "CONFLICT", "certificate")

    def test_another_name(self):
        """S-D6: an answer with a name that was not asked for, or without one that was, is refused"""
        asked = ["--subject", "CN=n.example.org,O=Example", "--san", "dns:n.example.org",
                 "--san", "dns:m.example.org"]
        self.make_request("n", *asked)
        own = ["dns_name = n.example.org", "dns_name = m.example.org"]
        for lines, field in (
            ([*own, "dns_name = evil.example.org"], "dNSName"),
            (["dns_name = n.example.org"], "dNSName"),
            (["dns_name = *.example.org", *own], "dNSName"),
            ([*own, "ip_address = 192.0.2.1"], "iPAddress"),
            ([*own, "email = root@example.org"], "rfc822Name"),
            ([*own, "cn = evil.example.org"], "subject"),
            ([*own, "cn = n.example.org", "organization = Other"], "subject"),
        ):
            with self.subTest(" ".join(lines)):
                self.refused("n", self.sign("n", *lines), "BAD_NAME", field)
        answer = self.sign("n", *own, "cn = n.example.org", "country = DE", "organization = Example")
        self.install(0, "n", answer, "--trust", "foreign.crt")

    def test_certificate_of_a_ca(self):
        """A host that asked for a certificate is not made a CA; who named no host may be one"""
        self.make_request("host")
        self.refused("host", self.sign("host", "dns_name = host.example.org", "ca"), "FORBIDDEN_FIELD",
                     "basicConstraints")
        self.make_request("sub", "--subject", "CN=Sub")
        self.install(0, "sub", self.sign("sub", "cn = Sub", "ca", "cert_signing_key"), "--trust", "foreign.crt")

    def test_weak_signature(self):
        """S-B1: an answer that is signed with SHA-1 is refused, whoever signed it"""
        self.make_request("frail")
        self.folder.openssl("x509", "-req", "-in", "frail.req", "-CA", "foreign.crt", "-CAkey", "foreign.pk",
                            "-set_serial", "7", "-days", "9", "-sha1", "-out", "frail.answer")
        self.refused("frail", self.path("frail.answer"), "BAD_SIGNATURE", "chain")
        self.install(0, "frail", self.sign("frail", "dns_name = frail.example.org"), "--trust", "foreign.crt")

    def test_empty_files(self):
        """An empty answer and an empty file of trust are refused as such"""
        self.make_request("void")
        empty = self.folder.write("empty.pem", "")
        self.assert_error(self.install(1, "void", empty, "--trust", "foreign.crt"), "MALFORMED", "certificate")
        answer = self.sign("void", "dns_name = void.example.org")
        self.assert_error(self.install(1, "void", answer, "--trust", empty), "MALFORMED", "trust")

    def test_common_name_of_another_host(self):
        """A common name that nobody asked for is refused beside names of hosts, whatever it looks like"""
        self.make_request("cn")
        own = "dns_name = cn.example.org"
        for name in ("server1", "192.0.2.9", "evil.example.org", "2001:db8::1", "Ann"):
            with self.subTest(name):
                self.refused("cn", self.sign("cn", own, f"cn = {name}"), "BAD_NAME", "subject")
        self.install(0, "cn", self.sign("cn", own, "cn = CN.example.org"), "--trust", "foreign.crt")

    def test_profile_that_takes_no_names(self):
        """A certificate with other names is refused, never issued again, and stored when it is wanted"""
        before = self.request_count()
        asked = ["--profile", "User", "--subject", "CN=Somebody Else"]
        answer = self.enroll(1, "own", *asked)
        self.assert_error(answer, "BAD_NAME", "subject")
        number = int(re.search(r"remedy: request (\d+) .*without --subject and --san", answer.error)[1])
        for arguments, field in (
            (asked, "subject"),
            ([], "subject"),
            (["--profile", "User", "--subject", "CN=Third"], "subject"),
            (["--profile", "User", "--san", "dns:own.example.org"], "subject"),
        ):
            with self.subTest(" ".join(arguments)):
                answer = self.run_icert(1, "--json", "enroll", "--key", "own.key", *arguments)
                self.assertEqual(answer.json["error"]["code"], "BAD_NAME")
                self.assertEqual(answer.json["error"]["field"], field)
                self.assertEqual(answer.json["error"]["details"]["request-id"], number)
        other = ["--profile", "User", "--subject", "CN=Third", "--request-out", "own.req"]
        self.assert_error(self.enroll(1, "own", *other), "CONFLICT", "subject")
        answer = self.enroll(1, "own", "--profile", "WebServer")
        self.assert_error(answer, "CONFLICT", "profile")
        self.assertFalse(self.path("own.pem").exists() or self.path("own.req").exists())
        self.assertIn(f"request {number} issued", self.enroll(0, "own", "--profile", "User").text)
        self.assertEqual(self.request_count(), before + 1)
        self.assert_pair("own")
        self.assertNotIn("Refused", self.path("own.key.enroll").read_text())
        self.assert_error(self.enroll(1, "own", "--profile", "User"), "CONFLICT", "key-file")

    def test_names_the_profile_decides(self):
        """A kind of name that the profile left out is no error; a person's name comes from the profile"""
        self.make_request("out", "--subject", "CN=Ann", "--san", "email:ann@example.org")
        self.install(0, "out", self.sign("out", "cn = Ann"), "--trust", "foreign.crt")
        self.run_icert(0, "enroll", "--profile", "User", "--key", "person.key", "--out", "person.pem")
        self.assert_pair("person")

    def test_time(self):
        """S-H2: an answer that is over, or not yet valid, or under an issuer that is over, is refused"""
        self.make_request("when")
        name = "dns_name = when.example.org"
        over = ['activation_date = "2001-01-01 00:00:00"', 'expiration_date = "2002-01-01 00:00:00"']
        later = ['activation_date = "2101-01-01 00:00:00"', 'expiration_date = "2102-01-01 00:00:00"']
        self.refused("when", self.sign("when", name, *over), "BAD_VALIDITY", "chain")
        self.refused("when", self.sign("when", name, *later), "BAD_VALIDITY", "chain")
        self.make_ca("old", *over)
        self.refused("when", self.sign("when", name, ca="old"), "BAD_VALIDITY", "chain", trust="old.crt")
        self.make_ca("middle", *over, parent="foreign")
        leaf = self.sign("when", name, ca="middle")
        bundle = self.folder.write("when.bundle", leaf.read_bytes() + self.read("middle.crt"))
        self.refused("when", bundle, "BAD_VALIDITY", "chain")

    def test_chain(self):
        """An answer under an issuer that may not issue, or that does not say what for, is refused"""
        self.make_request("deep")
        name = "dns_name = deep.example.org"
        self.make_ca("sub", parent="foreign")
        leaf = self.sign("deep", name, ca="sub")
        self.refused("deep", leaf, "BAD_SIGNATURE", "chain")
        self.folder.write("nosign.tmpl", "cn = nosign\ndns_name = nosign.example.org\n")
        self.certtool("--generate-privkey", "--key-type", "ecdsa", "--outfile", "nosign.pk")
        self.certtool("--generate-certificate", "--load-privkey", "nosign.pk", "--template", "nosign.tmpl",
                      "--load-ca-certificate", "foreign.crt", "--load-ca-privkey", "foreign.pk",
                      "--outfile", "nosign.crt")
        wrong = self.sign("deep", name, ca="nosign", out="deep.wrong")
        bundle = self.folder.write("deep.wrongs", wrong.read_bytes() + self.read("nosign.crt"))
        before = self.files("deep")
        result = self.install(1, "deep", bundle, "--trust", "foreign.crt")
        self.assertRegex(result.error, r"^icert: (BAD_SIGNATURE|UNSUPPORTED): chain: ")
        self.assertEqual(set(before), set(self.files("deep")))
        self.make_ca("mail", "email_protection_key", parent="foreign")
        leaf = self.sign("deep", name, "tls_www_server", ca="mail")
        bundle = self.folder.write("deep.mail", leaf.read_bytes() + self.read("mail.crt"))
        self.refused("deep", bundle, "UNSUPPORTED", "chain")
        leaf = self.sign("deep", name, ca="sub")
        bundle = self.folder.write("deep.bundle", self.read("sub.crt") + leaf.read_bytes())
        self.install(0, "deep", bundle, "--trust", "foreign.crt", "--chain", "deep.chain")
        self.assertEqual(self.read("deep.chain").count(b"BEGIN CERTIFICATE"), 2)

    def test_garbage(self):
        """S-A3 S-A4: what is no certificate is MALFORMED, too large TOO_LARGE, and nothing is stored"""
        self.make_request("junk")
        good = self.sign("junk", "dns_name = junk.example.org").read_bytes()
        der = subprocess.run([tool.OPENSSL, "x509", "-outform", "der"], input=good, check=True,
                             stdout=subprocess.PIPE).stdout
        for wrong in (b"\0", b"-----BEGIN CERTIFICATE-----\n", der[:-1], der + b"\0", der[:-20] + b"\x30\x80" * 10,
                      self.read("junk.req"), self.read("foreign.pk"), b"\x30\x80" + der, b"text"):
            path = self.folder.write("wrong.answer", wrong)
            result = self.install(1, "junk", path, "--trust", "foreign.crt")
            self.assertRegex(result.error, r"^icert: (MALFORMED|BAD_SIGNATURE): ")
        path = self.folder.write("wrong.answer", good * 400)
        self.assert_error(self.install(1, "junk", path, "--trust", "foreign.crt"), "TOO_LARGE", ".*")
        path = self.folder.write("wrong.answer", good * 40)
        self.assert_error(self.install(1, "junk", path, "--trust", "foreign.crt"), "TOO_LARGE", "certificate")
        # the outer length in more octets than it needs: BER, which OpenSSL reads
        ber = b"\x30\x83\0" + der[2:4] + der[4:]
        self.assertEqual(der[:2], b"\x30\x82")
        path = self.folder.write("wrong.answer", ber)
        self.folder.openssl("x509", "-inform", "der", "-in", path, "-noout")
        self.refused("junk", path, "MALFORMED", "certificate")
        text = subprocess.run([tool.OPENSSL, "base64"], input=ber, stdout=subprocess.PIPE, check=True).stdout
        path = self.folder.write(
            "wrong.answer", b"-----BEGIN CERTIFICATE-----\n" + text + b"-----END CERTIFICATE-----\n")
        self.refused("junk", path, "MALFORMED", "certificate")
        turned = bytearray(der)
        turned[-5] ^= 1
        path = self.folder.write("junk.turned", bytes(turned))
        self.refused("junk", path, "BAD_SIGNATURE", "chain")
        self.assert_error(self.install(1, "junk", "junk.answer", "--trust", "junk.req"), "MALFORMED", "trust")
        self.install(0, "junk", "junk.answer", "--trust", "foreign.crt")


class Renewal(EnrollTest):
    def renew(self, status, name, *arguments):
        return self.run_icert(status, "enroll", "--renew", "--key", f"{name}.key", *arguments)

    def test_new_key_and_same_key(self):
        """A renewal has subject and names of the old certificate; the key is new, or kept on demand"""
        self.enroll(0, "r", "--profile", "WebServer", "--subject", "CN=r.example.org", "--chain", "r.chain",
                    "--san", "dns:r.example.org", "--san", "dns:s.example.org")
        key, certificate, chain = self.read("r.key"), self.read("r.pem"), self.read("r.chain")
        self.renew(0, "r")
        self.assert_pair("r")
        self.assertNotEqual(self.read("r.key"), key)
        self.assertNotEqual(self.read("r.chain"), chain)
        for one in ("-subject", "-ext=subjectAltName"):
            option = one.split("=")
            old = subprocess.run([tool.OPENSSL, "x509", "-noout", *option], input=certificate,
                                 stdout=subprocess.PIPE, check=True).stdout.decode()
            self.assertEqual(self.folder.openssl("x509", "-in", "r.pem", "-noout", *option), old)
        key, serial = self.read("r.key"), self.serial("r")
        self.renew(0, "r", "--same-key")
        self.assertEqual(self.read("r.key"), key)
        self.assertNotEqual(self.serial("r"), serial)
        self.assert_pair("r")
        self.assert_nothing_staged()

    def test_old_ones_stay_until_the_answer(self):
        """While a renewal is pending, and when it is denied, the old key and certificate stay in use"""
        self.enroll(3, "stay", "--profile", "WebServer", "--san", "dns:stay.example.net")
        number = re.search(r"request (\d+)", self.run_icert(3, "enroll", "--key", "stay.key").text)[1]
        self.run_icert(0, "resubmit", number)
        self.run_icert(0, "enroll", "--key", "stay.key")
        old = self.read("stay.key"), self.read("stay.pem")
        number = re.search(r"request (\d+)", self.renew(3, "stay").text)[1]
        self.assertIn(f"request {number} pending", self.renew(3, "stay").text)
        self.assertEqual((self.read("stay.key"), self.read("stay.pem")), old)
        self.assert_error(self.run_icert(1, "enroll", "--key", "stay.key"), "CONFLICT", "key-file")
        self.run_icert(0, "deny", number)
        self.renew(4, "stay")
        self.assertEqual((self.read("stay.key"), self.read("stay.pem")), old)
        second = re.search(r"request (\d+)", self.renew(3, "stay").text)[1]
        self.assertNotEqual(second, number)
        self.run_icert(0, "resubmit", second)
        self.renew(0, "stay")
        self.assertNotEqual(self.read("stay.key"), old[0])
        self.assert_pair("stay")
        self.assert_nothing_staged()

    def test_days_left(self):
        """--days-left renews only what has fewer days left"""
        self.web(0, "days")
        serial = self.serial("days")
        self.assertIn("not-due-until", self.renew(0, "days", "--days-left", "30").text)
        self.assertEqual(self.serial("days"), serial)
        self.renew(0, "days", "--days-left", "91")
        self.assertNotEqual(self.serial("days"), serial)

    def test_other_key_type(self):
        """A renewal may take another type of key, and files may be added"""
        self.web(0, "type")
        self.renew(0, "type", "--key-type", "ed25519", "--chain", "type.chain")
        self.assertIn("ED25519", self.folder.openssl("x509", "-in", "type.pem", "-noout", "-text"))
        self.assert_pair("type")
        self.assertTrue(self.path("type.chain").exists())
        self.folder.write("foreign.chain", "mine\n")
        answer = self.renew(1, "type", "--chain", "foreign.chain")
        self.assert_error(answer, "CONFLICT", "chain-file")

    def test_nothing_to_renew(self):
        """Without an enrolment, or without its certificate, there is nothing to renew"""
        self.assert_error(self.renew(1, "nobody"), "NOT_FOUND", "key-file")
        self.web(0, "lost")
        self.path("lost.pem").unlink()
        self.assert_error(self.renew(1, "lost"), "NOT_FOUND", "certificate-file")
        self.assertEqual(self.files("nobody"), {})


class Interrupted(EnrollTest):
    """kill -9 before any step that changes a file; the next call goes on."""

    def run_killed(self, step, *arguments, call=None):
        """True when the process ended by itself. CALL: only these steps count."""
        library = pathlib.Path(os.environ["G_TEST_BUILDDIR"]) / "libfake-kill.so"
        answer = self.icert(
            *arguments,
            environment={
                "LD_PRELOAD": str(library),
                "FAKE_KILL_FOLDER": str(self.path("dead")),
                "FAKE_KILL_STEP": str(step),
                **({"FAKE_KILL_CALL": call} if call else {}),
                "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0",
            },
        )
        self.assertIn(answer.status, (0, -signal.SIGKILL), repr(answer))
        return answer.status == 0

    def command(self, name, *arguments):
        base = f"dead/{name}"
        return ["enroll", "--key", f"{base}.key", "--out", f"{base}.pem", "--chain", f"{base}.chain",
                "--p12", f"{base}.p12", "--passphrase-file", self.secret, *arguments]

    def assert_whole(self, name):
        """Whatever is there is whole."""
        folder = self.path("dead")
        secret = ("-passin", f"file:{self.secret}")
        if (folder / f"{name}.key").exists():
            self.public_key(f"dead/{name}", *secret)
        for suffix in ("pem", "chain"):
            if (folder / f"{name}.{suffix}").exists():
                self.folder.openssl("x509", "-in", f"dead/{name}.{suffix}", "-noout", "-checkend", "0")
        if (folder / f"{name}.p12").exists():
            self.folder.openssl("pkcs12", "-in", f"dead/{name}.p12", *secret, "-noout")

    def assert_done(self, name):
        secret = ("-passin", f"file:{self.secret}")
        self.assert_pair(f"dead/{name}", *secret)
        inside = self.folder.openssl("pkcs12", "-in", f"dead/{name}.p12", *secret, "-nokeys", "-clcerts")
        self.assertIn(self.read(f"dead/{name}.pem").decode().splitlines()[3], inside)
        self.assertTrue(self.read(f"dead/{name}.chain").startswith(self.read(f"dead/{name}.pem")))
        self.assertEqual([one.name for one in self.path("dead").glob(".*")], [])

    def test_enrolment(self):
        """Killed before any step, an enrolment leaves nothing half-written and goes on with one request"""
        self.path("dead").mkdir(exist_ok=True)
        step, ended = 1, False
        while not ended:
            name = f"e{step}"
            before = self.request_count()
            wish = ["--profile", "WebServer", "--san", f"dns:{name}.example.org"]
            ended = self.run_killed(step, *self.command(name, *wish))
            self.assert_whole(name)
            if not ended:
                key = self.path(f"dead/{name}.key")
                kept = key.read_bytes() if key.exists() else None
                answer = self.icert(*self.command(name, *wish))
                if answer.status != 0:
                    # everything was done but to say so: then it says that it is done
                    self.assert_error(answer, "CONFLICT", "key-file")
                if kept is not None:
                    self.assertEqual(key.read_bytes(), kept)
            self.assert_done(name)
            self.assertEqual(self.request_count(), before + 1, f"step {step}")
            step += STRIDE
        self.assertGreater(step, 50)

    def test_name_that_was_taken(self):
        """A file that took the certificate's name between death and resumption is never replaced"""
        self.path("dead").mkdir(exist_ok=True)
        wish = self.command("taken", "--profile", "WebServer", "--san", "dns:taken.example.org")
        # the first name is the key's, the second the certificate's
        self.assertFalse(self.run_killed(2, *wish, call="link"))
        self.assertFalse(self.path("dead/taken.pem").exists())
        self.folder.write("dead/taken.pem", "mine\n")
        self.assert_error(self.run_icert(1, *wish), "CONFLICT", "certificate-file")
        self.assertEqual(self.read("dead/taken.pem"), b"mine\n")
        self.path("dead/taken.pem").unlink()
        self.assert_error(self.run_icert(1, *wish), "CONFLICT", "key-file")
        self.assert_done("taken")

    def test_renewal(self):
        """Killed before any step, a renewal leaves a pair that works or goes on to one"""
        self.path("dead").mkdir(exist_ok=True)
        name = "renewed"
        self.run_icert(0, *self.command(name, "--profile", "WebServer", "--san", "dns:renewed.example.org"))
        renew = self.command(name, "--renew")
        step, ended = 1, False
        while not ended:
            before, serial = self.request_count(), self.serial(f"dead/{name}")
            ended = self.run_killed(step, *renew)
            self.assert_whole(name)
            if self.serial(f"dead/{name}") == serial or self.path("dead/.renewed.key.icert-new").exists():
                self.run_icert(0, *renew)
            elif not ended:
                # the swap was begun: whoever comes next finishes it, and then renews
                self.run_icert(0, *renew)
                before += 1
            self.assert_done(name)
            self.assertNotEqual(self.serial(f"dead/{name}"), serial)
            self.assertLessEqual(self.request_count(), before + 2, f"step {step}")
            step += STRIDE
        self.assertGreater(step, 50)


if __name__ == "__main__":
    unittest.TestCase.maxDiff = None
    sys.exit(tap.main())
