#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""`icert crl` and `icert crl get`; openssl, certtool and the CA agree on base, delta and
partitioned CRLs of a CA with issued, revoked, held and released certificates over renewals."""

import hashlib
import http.server
import ssl
import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time

import tap
import tool

# what becomes of the certificates of each generation, in order
FATES = ("good", "revoked", "held", "released")
REASONS = {"revoked": "keyCompromise", "held": "certificateHold"}
# steps of a run between two kills
STRIDE = 5
OPENSSL_REASONS = {"Key Compromise": "revoked", "Certificate Hold": "held"}


class Crl(tool.ToolTest):
    """One CA for all tests, from the first CRL to the last renewal."""

    @classmethod
    def setUpClass(cls):
        cls.with_ca = False
        super().setUpClass()
        cls.ca = cls.folder.path / "demo"
        answer = cls.icert("--json", "init", "Demo", "--type", "root", "--dir", cls.ca)
        if answer.status != 0:
            raise AssertionError(f"init: {answer!r}")
        profile = cls.ca / "profiles" / "WebServer.profile"
        text = profile.read_text().replace("[Profile]\n", "[Profile]\nHold=allowed\n", 1)
        profile.write_text(text)
        cls.fates = {}  # serial -> (fate, key index, certificate file)
        cls.key_index = 0
        cls.count = 0

    def revoke(self, serial, fate):
        self.run_icert(0, "revoke", serial, REASONS[fate])

    def release(self, serial):
        self.run_icert(0, "unrevoke", serial)

    def issue(self, fate):
        self.count += 1
        type(self).count = self.count
        name = f"host{self.count}"
        request = self.folder.request(name, f"{name}.example.org")
        out = self.folder.path / f"{name}.crt"
        self.run_icert(0, "issue", request, "--profile", "WebServer", "--out", out)
        serial = self.folder.openssl("x509", "-in", out, "-noout", "-serial")
        serial = serial.strip().partition("=")[2].lower()
        self.fates[serial] = [fate, self.key_index, out]
        return serial

    def issue_all(self):
        """One certificate of each fate; the released one is still on hold."""
        for fate in FATES:
            serial = self.issue(fate)
            if fate in REASONS:
                self.revoke(serial, fate)
            elif fate == "released":
                self.revoke(serial, "held")
                self.fates[serial][0] = "held"

    def publish(self, *options):
        answer = self.run_icert(0, "--json", "crl", *options)
        return answer.json["crls"]

    def fetch(self, *options):
        """The CRL as PEM file."""
        out = self.folder.path / "fetched.crl"
        out.unlink(missing_ok=True)
        self.run_icert(0, "--quiet", "crl", "get", *options, "--out", out)
        return out

    def read_openssl(self, path):
        """serial -> fate, as `openssl crl` reads it."""
        text = self.folder.openssl("crl", "-in", path, "-noout", "-text")
        found = {}
        for part in text.split("Serial Number: ")[1:]:
            serial = part.split()[0].lower()
            reason = re.search(r"X509v3 CRL Reason Code: *\n +(.*?) *\n", part)
            found[serial] = OPENSSL_REASONS.get(reason[1], reason[1]) if reason else "revoked"
        return found

    def read_certtool(self, path):
        """The serials, as certtool reads them."""
        text = subprocess.run(
            ["certtool", "--crl-info", "--infile", path],
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ).stdout.decode()
        return set(re.findall(r"Serial Number \(hex\): ([0-9a-f]+)", text))

    def issuers_of(self, key_index):
        """Certificates of the CA with that key."""
        return [self.ca / "certs" / f"{index}.crt" for index in self.keys[key_index]]

    @property
    def keys(self):
        """key index -> certificate indexes"""
        keys = {}
        for path in sorted((self.ca / "certs").glob("[0-9]*.crt")):
            if not path.stem.isdigit():  # a cross certificate
                continue
            key = self.folder.openssl("x509", "-in", path, "-noout", "-pubkey")
            keys.setdefault(key, []).append(int(path.stem))
        return {indexes[0]: indexes for indexes in keys.values()}

    def verify(self, crls, certificate, issuer, *options):
        arguments = ["verify", "-x509_strict", *options, "-CAfile", issuer]
        for crl in crls:
            arguments += ["-CRLfile", crl]
        return self.folder.openssl(*arguments, certificate, check=False)

    def assert_agree(self):
        """Every key's CRL is read alike by all, and openssl judges every certificate by it."""
        for key_index in self.keys:
            crl = self.fetch("--key-index", key_index)
            expected = {
                serial: fate
                for serial, (fate, index, _path) in self.fates.items()
                if index == key_index and fate in REASONS
            }
            self.assertEqual(self.read_openssl(crl), expected)
            self.assertEqual(self.read_certtool(crl), set(expected))
            for issuer in self.issuers_of(key_index):
                text = self.folder.openssl("crl", "-in", crl, "-noout", "-CAfile", issuer)
                self.assertIn("verify OK", text)
            self.assert_verified(key_index, crl)

    def assert_verified(self, key_index, crl):
        issuer = self.issuers_of(key_index)[-1]
        for fate, index, path in self.fates.values():
            if index != key_index:
                continue
            answer = self.verify([crl], path, issuer, "-crl_check", "-crl_check_all")
            if fate in REASONS:
                self.assertIn("certificate revoked", answer)
            else:
                self.assertIn(": OK", answer)

    # the tests build on one another, in the order of their names

    def test_1_nothing_yet(self):
        """Before the first CRL there is none to fetch, and none to publish again"""
        self.assert_error(self.run_icert(1, "crl", "get"), "NOT_FOUND", "CRL")
        self.assert_error(self.run_icert(1, "crl", "--republish"), "WRONG_STATE", "flags")
        self.assert_error(self.run_icert(1, "crl", "--delta"), "WRONG_STATE", "flags")
        self.run_icert(2, "crl", "get", "--form", "gif")
        answer = self.run_icert(1, "crl", "--next", "2001-01-01T00:00:00Z")
        self.assert_error(answer, "BAD_VALIDITY", "next-update")

    def test_2_publish(self):
        """`icert crl` makes a base CRL, as a table for people and as JSON"""
        self.issue_all()
        answer = self.run_icert(0, "crl")
        self.assertRegex(answer.text, r"(?m)^key-index +partition +kind +number")
        self.assertRegex(answer.text, r"(?m)^0 +0 +base +\d+ +3 ")
        (crl,) = self.publish()
        self.assertEqual((crl["kind"], crl["entries"], crl["key-index"]), ("base", 3, 0))
        self.assertLess(crl["this-update"], crl["next-publish"])
        self.assertLess(crl["next-publish"], crl["next-update"])
        self.assert_agree()

    def test_3_get(self):
        """`crl get` writes PEM or DER to a file or stdout, and as JSON"""
        pem = self.run_icert(0, "crl", "get").text
        self.assertTrue(pem.startswith("-----BEGIN X509 CRL-----\n"))
        der = self.run_icert(0, "crl", "get", "--form", "der").out
        self.assertEqual(der[0], 0x30)
        path = self.folder.path / "one.crl"
        answer = self.run_icert(0, "--json", "crl", "get", "--form", "der", "--out", path)
        self.assertEqual(answer.json["size"], len(der))
        self.assertEqual(path.read_bytes(), der)
        self.assertEqual(self.run_icert(0, "--json", "crl", "get").json["crl"], pem)
        self.assert_error(self.run_icert(1, "crl", "get", "--key-index", 9), "NOT_FOUND", "key-index")

    def entry_of(self, serial):
        """What openssl says of it in the CRL of key 0: revocation date, invalidity date."""
        text = self.folder.openssl("crl", "-in", self.fetch(), "-noout", "-text")
        (part,) = [one for one in text.split("Serial Number: ")[1:] if one.lower().startswith(serial)]
        found = []
        for pattern in (r"Revocation Date: (.*?) *\n", r"Invalidity Date: *\n +(.*?) *\n"):
            match = re.search(pattern, part)
            found.append(match and time.strptime(match[1], "%b %d %H:%M:%S %Y GMT"))
        return found

    def test_3_invalidity(self):
        """A date that had passed is the entry's invalidityDate (RFC 5280 5.3.2), for all who read it"""
        now, past, changed = self.issue("revoked"), self.issue("revoked"), self.issue("revoked")
        begin = self.folder.openssl("x509", "-in", self.fates[past][2], "-noout", "-startdate")
        date = time.strptime(begin.strip(), "notBefore=%b %d %H:%M:%S %Y GMT")
        text = time.strftime("%Y-%m-%dT%H:%M:%SZ", date)
        self.run_icert(0, "revoke", now, "keyCompromise")
        self.run_icert(0, "revoke", past, "keyCompromise", "--date", text)
        self.run_icert(0, "revoke", changed, "superseded", "--date", text)
        self.run_icert(0, "revoke", changed, "keyCompromise")
        self.publish()
        self.assert_agree()
        self.assertIsNone(self.entry_of(now)[1])
        for serial in (past, changed):
            dates = self.entry_of(serial)
            self.assertEqual([one[:6] for one in dates], [date[:6], date[:6]])

    def test_4_delta(self):
        """A delta brings what changed since its base, for openssl too"""
        self.run_icert(0, "set-config", "CRL", "CRLDeltaPeriod", "1d")
        base, delta = self.publish()
        self.assertEqual((base["kind"], delta["kind"]), ("base", "delta"))
        base_file = self.folder.path / "base.crl"
        base_file.write_bytes(self.fetch().read_bytes())
        serial = next(one for one, (fate, _i, _p) in self.fates.items() if fate == "good")
        late = self.issue("revoked")
        self.revoke(late, "revoked")
        (delta,) = self.publish("--delta")
        self.assertGreater(delta["number"], base["number"])
        delta_file = self.fetch("--delta")
        text = self.folder.openssl("crl", "-in", delta_file, "-noout", "-text")
        self.assertRegex(text, r"X509v3 Delta CRL Indicator: critical\n")
        self.assertEqual(self.read_openssl(delta_file)[late], "revoked")
        self.assertIn(late, self.read_certtool(delta_file))
        issuer = self.issuers_of(0)[0]
        options = ["-crl_check", "-use_deltas", "-extended_crl"]
        path = self.fates[late][2]
        self.assertIn(": OK", self.verify([base_file], path, issuer, "-crl_check"))
        answer = self.verify([base_file, delta_file], path, issuer, *options)
        self.assertIn("certificate revoked", answer)
        good = self.fates[serial][2]
        self.assertIn(": OK", self.verify([base_file, delta_file], good, issuer, *options))

    def test_5_release(self):
        """What is released from hold is taken back by the delta and gone from the next base"""
        serials = [one for one, (fate, _i, _p) in self.fates.items() if fate == "held"]
        self.release(serials[-1])
        self.fates[serials[-1]][0] = "released"
        self.publish("--delta")
        self.assertEqual(self.read_openssl(self.fetch("--delta"))[serials[-1]], "Remove From CRL")
        self.publish()
        self.assert_agree()

    def test_6_renewals(self):
        """Over three renewals every key goes on signing, and all agree on all certificates"""
        for same_key in (False, True, False):
            self.run_icert(0, "renew", *(["--same-key"] if same_key else []))
            type(self).key_index = self.key_index = max(self.keys)
            self.issue_all()
            self.assertEqual(
                sorted({crl["key-index"] for crl in self.publish()}), sorted(self.keys)
            )
            self.assert_agree()
        self.assertEqual(len(self.keys), 3)
        document = self.run_icert(0, "--json", "cert-check").json
        self.assertEqual(document, [])

    def test_7_partitions(self):
        """With partitions each certificate is on the CRL of its CDP, and openssl finds it there"""
        self.run_icert(0, "set-config", "CRL", "Partitions", "2")
        before = set(self.fates)
        self.issue_all()
        crls = [crl for crl in self.publish() if crl["key-index"] == self.key_index]
        self.assertEqual({crl["partition"] for crl in crls}, {0, 1, 2})
        issuer = self.issuers_of(self.key_index)[-1]
        found = {}
        files = {}
        for partition in (1, 2):
            fetched = self.fetch("--key-index", self.key_index, "--partition", partition)
            files[partition] = self.folder.path / f"part{partition}.crl"
            files[partition].write_bytes(fetched.read_bytes())
            entries = self.read_openssl(files[partition])
            self.assertEqual(self.read_certtool(files[partition]), set(entries))
            found.update(entries)
            self.assertIn("verify OK", self.folder.openssl(
                "crl", "-in", files[partition], "-noout", "-CAfile", issuer))
        new = {one: what for one, what in self.fates.items() if one not in before}
        self.assertEqual(found, {one: what[0] for one, what in new.items() if what[0] in REASONS})
        for fate, _index, path in new.values():
            text = self.folder.openssl("x509", "-in", path, "-noout", "-ext",
                                       "crlDistributionPoints")
            partition = int(re.search(r"_Partition(\d{5})\.crl", text)[1])
            answer = self.verify([files[partition]], path, issuer, "-crl_check")
            self.assertIn("certificate revoked" if fate in REASONS else ": OK", answer)
            other = self.verify([files[3 - partition]], path, issuer, "-crl_check")
            self.assertNotIn(": OK", other)

    def test_8_audit(self):
        """Runs and refusals are in the audit log"""
        with sqlite3.connect(f"file:{self.ca}/store/ca.db?mode=ro", uri=True) as store:
            rows = store.execute("SELECT outcome FROM audit WHERE verb = 'publish-crl'").fetchall()
        outcomes = {row[0] for row in rows}
        self.assertIn("OK", outcomes)
        self.assertIn("WRONG_STATE", outcomes)
        self.assertIn("BAD_VALIDITY", outcomes)


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves a folder as the server's mode says."""

    def do_GET(self):
        path = self.server.folder / self.path.lstrip("/")
        if self.server.mode == "hang":
            time.sleep(3)
        if self.server.mode == "missing" or not path.is_file():
            self.send_error(404)
            return
        octets = path.read_bytes()
        if self.server.mode == "lying":
            octets = octets[:-1] + bytes([octets[-1] ^ 1])
        self.send_response(200)
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, *arguments):
        pass


class Public(tool.ToolTest):
    """CRLs read back through the CA's URL, from a server of this machine (S-I4)."""

    @classmethod
    def setUpClass(cls):
        cls.with_ca = False
        super().setUpClass()
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        cls.server.mode = "good"
        cls.server.folder = cls.folder.path / "demo" / "publish"
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{cls.server.server_port}"
        answer = cls.icert("init", "Demo", "--type", "root", "--dir", cls.folder.path / "demo",
                           "--url", url)
        if answer.status != 0:
            raise AssertionError(f"init: {answer!r}")
        with (cls.folder.path / "demo" / "ca.conf").open("a") as conf:
            conf.write("[Exit Publish.Exit]\nReadBack=ca\nReadBackTimeout=1s\n")
        cls.url = url

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.server.server_close()
        super().tearDownClass()

    def statuses(self, status, *options):
        """What became of each place, by its kind"""
        places = self.run_icert(status, "--json", "crl", *options).json["places"]
        return {one["place"].partition(":")[0]: one["status"] for one in places}

    def alarms(self):
        with sqlite3.connect(f"file:{self.folder.path}/demo/store/ca.db?mode=ro", uri=True) as store:
            return store.execute("SELECT object, detail FROM audit WHERE verb = 'alarm'"
                                 " AND outcome = 'read-back'").fetchall()

    def test_1_good(self):
        """S-I4: a CRL that its URL has is read back, as a place of its own"""
        self.assertEqual(self.statuses(0), {"file": "OK", "http": "OK"})
        self.assertEqual(self.alarms(), [])
        answer = self.run_icert(0, "--json", "crl", "--due").json
        self.assertEqual(answer["crls"], [])

    def test_2_wrong(self):
        """S-I4: what is not there, another thing, or too slow is an alarm; the file is there"""
        for mode, text in (("missing", "404"), ("lying", "something else"), ("hang", "in time")):
            self.server.mode = mode
            before = len(self.alarms())
            found = self.statuses(1)
            self.assertEqual(found["file"], "OK")
            self.assertIn(text, found["http"])
            alarms = self.alarms()
            self.assertGreater(len(alarms), before)
            self.assertIn(text, alarms[-1][1])
            self.assertTrue(alarms[-1][0].startswith(self.url))
            # what is issued waits for nobody
            request = self.folder.request(mode, f"{mode}.example.org")
            self.run_icert(0, "issue", request, "--profile", "WebServer", "--out", f"{mode}.crt")

    def test_3_again(self):
        """S-I4: once the server is right the next attempt reads the same CRL back"""
        self.server.mode = "good"
        number = self.newest()
        self.assertEqual(self.statuses(0, "--republish"), {"file": "OK", "http": "OK"})
        self.assertEqual(self.newest(), number)
        self.assertNotIn("publications", self.failing_checks())

    def newest(self):
        with sqlite3.connect(f"file:{self.folder.path}/demo/store/ca.db?mode=ro", uri=True) as store:
            return store.execute("SELECT max (number) FROM crls").fetchone()[0]

    def failing_checks(self):
        answer = self.icert("--json", "check")
        return {one["check"] for one in answer.json if one["state"] == "failure"}

    def test_4_due(self):
        """`crl --due` makes nothing before its time, and what is due when it is; alone, or not at all"""
        number = self.newest()
        answer = self.run_icert(0, "crl", "--due")
        self.assertEqual(self.newest(), number)
        self.assertNotIn("key-index", answer.text)
        with sqlite3.connect(self.folder.path / "demo" / "store" / "ca.db") as store:
            store.execute("UPDATE crls SET next_publish = this_update + 1")
        answer = self.run_icert(0, "--json", "crl", "--due").json
        self.assertEqual([one["number"] for one in answer["crls"]], [number + 1])
        self.assertEqual(self.newest(), number + 1)
        self.assert_error(self.run_icert(1, "crl", "--due", "--base"), "MALFORMED", "due")


CA_CONFIG = """
[ca]
default_ca = d
[d]
dir = .
database = index.txt
serial = serial.txt
new_certs_dir = .
default_md = sha256
policy = p
[p]
commonName = supplied
"""


class PublicTls(tool.ToolTest):
    """CRLs read back from a server with TLS on loopback (S-I4)."""

    with_ca = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_certificates()
        cls.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        cls.present("good")
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        cls.server.socket = cls.context.wrap_socket(cls.server.socket, server_side=True,
                                                    do_handshake_on_connect=False)
        cls.server.handle_error = lambda request, address: None
        cls.server.mode = "good"
        cls.server.folder = cls.folder.path / "demo" / "publish"
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        answer = cls.icert("init", "Demo", "--type", "root", "--dir", cls.folder.path / "demo")
        if answer.status != 0:
            raise AssertionError(f"init: {answer!r}")
        cls.trust("authority.crt")

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.server.server_close()
        super().tearDownClass()

    @classmethod
    def make_certificates(cls):
        """authority.crt, and what it has certified: good, another name, one that has expired; self: not it"""
        folder = cls.folder
        new = ("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        for name in ("authority", "self"):
            folder.openssl(*new, "-x509", "-keyout", f"{name}.key", "-out", f"{name}.crt", "-subj",
                           f"/CN={name}", "-addext", "subjectAltName=DNS:localhost", "-days", "30")
        folder.write("ca.cnf", CA_CONFIG)
        folder.write("index.txt", "")
        folder.write("serial.txt", "01\n")
        for name, dns, dates in (("good", "localhost", ("-days", "30")),
                                 ("name", "elsewhere.example.org", ("-days", "30")),
                                 ("expired", "localhost", ("-startdate", "20200101000000Z",
                                                           "-enddate", "20210101000000Z"))):
            folder.openssl(*new, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
            folder.write("ext.cnf", f"subjectAltName=DNS:{dns}\n")
            folder.openssl("ca", "-batch", "-config", "ca.cnf", "-cert", "authority.crt", "-keyfile",
                           "authority.key", "-in", f"{name}.csr", "-out", f"{name}.crt", "-notext",
                           "-extfile", "ext.cnf", *dates)

    @classmethod
    def present(cls, name):
        cls.context.load_cert_chain(cls.folder.path / f"{name}.crt", cls.folder.path / f"{name}.key")

    @classmethod
    def trust(cls, name):
        conf = cls.folder.path / "demo" / "ca.conf"
        text = conf.read_text().partition("[Exit Publish.Exit]")[0]
        line = f"ReadBackCA={cls.folder.path / name}\n" if name else ""
        conf.write_text(text + "[Exit Publish.Exit]\nReadBackTimeout=5s\n" + line
                        + f"ReadBack=https://localhost:{cls.server.server_port}\n")

    def statuses(self, status):
        places = self.run_icert(status, "--json", "crl").json["places"]
        return {one["place"].partition(":")[0]: one["status"] for one in places}

    def last_alarm(self):
        with sqlite3.connect(f"file:{self.folder.path}/demo/store/ca.db?mode=ro", uri=True) as store:
            return store.execute("SELECT detail FROM audit WHERE verb = 'alarm' AND outcome ="
                                 " 'read-back' ORDER BY sequence DESC LIMIT 1").fetchone()

    def test_1_good(self):
        """S-I4: a CRL is read back from an https server that a CA of ReadBackCA has certified"""
        self.assertEqual(self.statuses(0), {"file": "OK", "https": "OK"})
        self.assertIsNone(self.last_alarm())
        self.assertFalse(any((self.folder.path / "demo/publish/crl").glob("*.old")))

    def test_2_wrong(self):
        """S-I4: another name, nobody's certificate or an old one is a mismatch and an alarm; the new CRL stays"""
        place = self.folder.path / "demo" / "publish" / "crl"
        for name in ("name", "self", "expired"):
            self.present(name)
            before = (place / "ca.crl").read_bytes()
            found = self.statuses(1)
            self.assertEqual(found["file"], "OK", name)
            self.assertNotEqual(found["https"], "OK", name)
            self.assertIn("ertificate", found["https"])
            self.assertIn("kept as crl/ca.crl.old", found["https"])
            self.assertIn("kept as crl/ca.crl.old", self.last_alarm()[0])
            self.assertNotEqual((place / "ca.crl").read_bytes(), before)
            self.assertEqual((place / "ca.crl.old").read_bytes(), before)
        self.assertEqual(len(list(place.iterdir())), 2)
        self.present("good")
        self.assertEqual(self.statuses(0), {"file": "OK", "https": "OK"})

    def test_3_trust(self):
        """S-I4: without ReadBackCA this machine's CAs count; what is no such file stops the exit, and is not waited for"""
        self.trust(None)
        self.assertNotEqual(self.statuses(1)["https"], "OK")
        os.mkfifo(self.folder.path / "fifo")
        for name in ("fifo", "ca.cnf", "absent"):
            self.trust(name)
            answer = self.icert("--json", "check")
            failing = {one["check"] for one in answer.json if one["state"] == "failure"}
            self.assertIn("modules", failing, name)
        self.trust("authority.crt")
        self.assertEqual(self.statuses(0)["https"], "OK")


class Killed(tool.ToolTest):
    """kill -9 before any step of a run that changes a file of the CA."""

    @property
    def ca(self):
        return self.folder.path / "demo"

    def run_killed(self, step, folder=None):
        """True when the process ended by itself."""
        library = pathlib.Path(os.environ["G_TEST_BUILDDIR"]) / "libfake-kill.so"
        answer = self.icert(
            "crl",
            environment={
                "LD_PRELOAD": str(library),
                "FAKE_KILL_FOLDER": str(folder or self.ca),
                "FAKE_KILL_STEP": str(step),
                "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0",
            },
        )
        self.assertIn(answer.status, (0, -signal.SIGKILL), repr(answer))
        return answer.status == 0

    def rows(self):
        """(number, file, digest) of all CRLs, once the CA has looked after its store."""
        with sqlite3.connect(f"file:{self.ca}/store/ca.db?mode=ro", uri=True) as store:
            return store.execute("SELECT number, file, hash_sha256 FROM crls").fetchall()

    def test_between_all_steps(self):
        """S-I2: a crash between any two steps loses and doubles no number, and no row lacks its file"""
        step, ended, runs, last = 1, False, 0, 0
        while not ended:
            ended = self.run_killed(step)
            answer = self.run_icert(0, "--json", "crl")
            (crl,) = answer.json["crls"]
            self.assertGreater(crl["number"], last, f"step {step}")
            rows = self.rows()
            self.assertEqual(len({number for number, _file, _digest in rows}), len(rows))
            for _number, name, digest in rows:
                self.assertEqual(hashlib.sha256((self.ca / name).read_bytes()).hexdigest(), digest)
            files = {f"crls/{path.name}" for path in (self.ca / "crls").iterdir()}
            self.assertEqual(files, {name for _number, name, _digest in rows if name})
            last = crl["number"]
            runs += 1
            step += STRIDE
        self.assertGreater(runs, 3)

    def published(self):
        """The numbers of what lies in each place, as openssl reads them."""
        numbers = {}
        for path in sorted((self.ca / "publish" / "crl").glob("*.crl")):
            text = self.folder.openssl("crl", "-inform", "DER", "-in", path, "-noout", "-crlnumber")
            numbers[path.name] = int(text.strip().partition("=0x")[2], 16)
        return numbers

    def test_publishing(self):
        """S-I2 S-I4: a crash while places get their CRLs leaves none behind, and nowhere an older one"""
        self.run_icert(0, "set-config", "CRL", "CRLDeltaPeriod", "1d")
        self.run_icert(0, "set-config", "CRL", "Partitions", "2")
        self.run_icert(0, "crl")
        step, ended, killed, before = 1, False, 0, self.published()
        self.assertEqual(set(before), {"ca.crl", "ca+.crl", "ca_Partition00001.crl",
                                       "ca_Partition00002.crl", "ca_Partition00001+.crl",
                                       "ca_Partition00002+.crl"})
        while not ended:
            # below publish/ only: the CRLs are made, and places wait for them
            ended = self.run_killed(step, folder=self.ca / "publish")
            killed += not ended
            for name, number in self.published().items():
                self.assertGreaterEqual(number, before[name], f"step {step}")
            # the next start tells the exits what they have not heard; nothing is made
            rows = self.rows()
            self.run_icert(0, "crl", "--republish")
            self.assertEqual(self.rows(), rows)
            newest = max(number for number, _name, _digest in rows)
            self.assertEqual(set(self.published().values()), {newest}, f"step {step}")
            names = [name for _number, name, _digest in rows if name]
            self.assertEqual(len(set(names)), len(names))
            before = self.published()
            step += STRIDE
        self.assertGreater(killed, 3)


if __name__ == "__main__":
    if "--every" in sys.argv:
        sys.argv.remove("--every")
        STRIDE = 1
    sys.exit(tap.main())
