#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The `icert` command, verb by verb, for people and with --json."""

import json
import os
import pwd
import re
import stat
import subprocess
import unittest

import tap
import tool

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
VERBS = """init install renew cas ca ping submit issue retrieve enroll resubmit deny set-attributes
    set-extension revoke unrevoke is-valid import delete-row delete-expired view schema explain modules
    inspect profiles grant grants roles get-config set-config""".split()


class WithoutCa(tool.ToolTest):
    with_ca = False

    def test_help_lists_every_verb(self):
        """--help lists every verb with an example"""
        answer = self.run_icert(0, "--help")
        for verb in VERBS + ["profile check", "grant remove"]:
            self.assertRegex(answer.text, rf"(?m)^  {verb} +\S")
            self.assertRegex(answer.text, rf"(?m)^ +icert (--config \S+ \S+ |)(--json |)?{verb}\b")

    def test_help_of_every_verb(self):
        """icert VERB --help has its options and examples"""
        for verb in VERBS + ["profile check", "grant remove"]:
            with self.subTest(verb):
                answer = self.run_icert(0, *verb.split(), "--help")
                self.assertIn(f"icert {verb}", answer.text)
                self.assertIn("Examples:", answer.text)

    def test_wrong_usage(self):
        """Wrong usage is status 2, says what is wrong and where help is"""
        for arguments in (
            [],
            ["frobnicate"],
            ["--frobnicate"],
            ["submit"],
            ["submit", "a", "b"],
            ["submit", "--frobnicate"],
            ["submit", "a", "--form", "gif"],
            ["submit", "a", "--attrib", "nocolon"],
            ["submit", "a", "--attrib", ":value"],
            ["submit", "a", "--attrib", "A-b:1", "--attrib", "aB:2"],
            ["submit", "a", "--profile", "X", "--attrib", "Certificate Template:Y"],
            ["retrieve"],
            ["retrieve", "1", "--id-key", "k"],
            ["retrieve", "zero"],
            ["retrieve", "0"],
            ["resubmit", "-5"],
            ["deny", "99999999999999999999"],
            ["set-attributes", "1"],
            ["set-attributes", "1", "novalue"],
            ["set-extension", "1", "2.5.29.15"],
            ["set-extension", "1", "2.5.29.15", "--hex", "3"],
            ["set-extension", "1", "2.5.29.15", "--hex", "30", "--file", "f"],
            ["view", "extra"],
            ["view", "--table", "tables"],
            ["view", "--limit", "-1"],
            ["grant", "web"],
            ["grant"],
            ["profile"],
            ["profile", "check"],
            ["set-config", "CA", "Name"],
            ["set-config", "CA", "Name", "x", "--unset"],
            ["explain", "1", "2"],
        ):
            with self.subTest(" ".join(arguments)):
                answer = self.run_icert(2, *arguments)
                self.assertRegex(answer.error, r"^icert: USAGE: \S")
                self.assertRegex(answer.error, r"remedy: see 'icert .*--help'")
                self.assertEqual(answer.out, b"")

    def test_wrong_usage_in_json(self):
        """--json prints errors of usage as a document too"""
        answer = self.run_icert(2, "--json", "retrieve", "zero")
        self.assertEqual(answer.json["error"]["code"], "USAGE")
        self.assertEqual(answer.json["error"]["remedy"], "see 'icert retrieve --help'")
        self.assertEqual(answer.err, b"")

    def test_dashes(self):
        """What is behind -- is no option, also behind another argument"""
        for arguments in (["inspect", "--", "-1"], ["grant", "--", "-1"], ["grant", "web", "--", "-1"]):
            answer = self.icert(*arguments)
            self.assertNotIn("Unknown option", answer.error)
            self.assertNotIn("'--'", answer.error)
        self.assertIn("'-1' is one too many", self.run_icert(2, "retrieve", "1", "--", "-1").error)

    def test_verbs_nearby(self):
        """Half a verb brings the verbs that begin so"""
        self.assertIn("'audit verify'", self.run_icert(2, "audit").error)
        answer = self.run_icert(2, "config")
        self.assertIn("'config-history'", answer.error)
        self.assertNotIn("like it", self.run_icert(2, "x").error)

    def test_no_ca(self):
        """Without any CA each verb that needs one says how to get one"""
        path = self.folder.request("r", "www.example.org")
        for arguments in (["submit", path], ["view"], ["ca"], ["ping"], ["roles"], ["profiles"]):
            with self.subTest(str(arguments[0])):
                answer = self.run_icert(1, *arguments)
                self.assert_error(answer, "NOT_FOUND", "config")
                self.assertIn("icert init", answer.error)

    def test_cas_is_empty(self):
        """No CA is an empty list, not an error"""
        self.assertEqual(self.run_icert(0, "cas").text, "")
        self.assertEqual(self.run_icert(0, "--json", "cas").json, [])

    def test_file_is_bounded(self):
        """S-A1 S-A2: 10 MB are refused before they are read; so are a folder and nothing"""
        big = self.folder.write("big", b"\0" * (10 << 20))
        self.assert_error(self.run_icert(1, "submit", big), "TOO_LARGE", "file")
        answer = self.run_icert(1, "submit", "-", stdin=b"x" * (256 * 1024 + 1))
        self.assert_error(answer, "TOO_LARGE", "file")
        self.assert_error(self.run_icert(1, "submit", self.folder.path), "FAILED", "file")
        self.assert_error(self.run_icert(1, "submit", "missing.pem"), "NOT_FOUND", "file")
        details = self.run_icert(1, "--json", "submit", big).json["error"]["details"]
        self.assertEqual(details["limit"], 256 * 1024)
        self.assertEqual(details["actual"], 10 << 20)

    def test_modules(self):
        """modules lists the classes of the manifests; inspect needs no CA for a policy"""
        rows = self.run_icert(0, "--json", "modules").json
        classes = {row["class"] for row in rows}
        self.assertLessEqual({"Template.Policy", "Publish.Exit", "SQLite.Store", "File.Key"}, classes)
        self.assertRegex(self.run_icert(0, "modules").text, r"(?m)^Template\.Policy  ")

    def test_problems(self):
        """S-L1: modules and cas list what is healthy and name each file that is not, a line each"""
        modules = self.folder.path / "data" / "icert" / "modules"
        records = self.folder.path / "config" / "icert" / "ca.d"
        for folder in (modules, records):
            folder.mkdir(parents=True, exist_ok=True)
        (modules / "bad.module").write_text("[Module]\nName=bad\nColour=red\n")
        (modules / "open.module").write_text("[Module]\n")
        (modules / "open.module").chmod(0o666)
        (records / "zz-bad.conf").write_text("[Certification Authority]\nColour=red\n")
        try:
            answer = self.run_icert(0, "modules")
            self.assertRegex(answer.text, r"(?m)^Template\.Policy  ")
            self.assertRegex(answer.error, r"(?m)^icert: CONFIG: \S+/bad\.module:3: ")
            self.assertRegex(answer.error, r"(?m)^icert: CONFIG: \S+/open\.module: .*0666")
            self.assertRegex(self.run_icert(1, "cas").error, r"(?m)^icert: CONFIG: \S+/zz-bad\.conf:2: ")
        finally:
            for path in (modules / "bad.module", modules / "open.module", records / "zz-bad.conf"):
                path.unlink()

    def test_inspect(self):
        """inspect prints interfaces, settings with type, range and default, and where it runs"""
        answer = self.run_icert(0, "inspect", "Template.Policy")
        for word in ("ICertPolicy", "verify_request", "in the process of the engine", "settings"):
            self.assertIn(word, answer.text)
        self.assertRegex(answer.text, r"(?m)^threads +any$")
        self.assertRegex(answer.text, r"(?m)^deadline-seconds +\d+$")
        document = self.run_icert(0, "--json", "inspect", "Template.Policy").json
        self.assertIn("ICertPolicy", document["interfaces"])
        self.assertTrue(document["settings"])
        for setting in document["settings"]:
            self.assertLessEqual({"name", "type", "default"}, set(setting))
        names = {method["name"] for method in document["methods"]}
        self.assertIn("verify_request", names)

    def test_inspect_unknown(self):
        """An unknown class is UNKNOWN_NAME"""
        answer = self.run_icert(1, "inspect", "No.Such")
        self.assertRegex(answer.error, r"^icert: UNKNOWN_NAME: ")

    def test_profile_check(self):
        """profile check lets the module judge, and names line and fault"""
        shipped = os.path.join(os.environ["ICERT_DATA_PATH"], "profiles", "WebServer.profile")
        self.run_icert(0, "profile", "check", shipped)
        self.assertEqual(self.run_icert(0, "--json", "profile", "check", shipped).json["result"], "good")
        with open(shipped, encoding="utf-8") as file:
            text = file.read()
        broken = self.folder.write("WebServer.profile", text.replace("[Key]", "[Kee]"))
        answer = self.run_icert(1, "profile", "check", broken)
        self.assertRegex(answer.error, r"^icert: CONFIG: .*WebServer\.profile:\d+")

    def test_passphrase_of_keys(self):
        """S-M2: a CA's keys have a secret of their own; init takes and offers no passphrase"""
        answer = self.run_icert(2, "init", "Nope", "--dir", self.folder.path / "nope", "--passphrase-fd", "0")
        self.assertIn("passphrase-fd", answer.error)
        self.assertFalse((self.folder.path / "nope").exists(), repr(answer))
        self.assertNotIn("passphrase", self.run_icert(0, "init", "--help").text)


class WithCa(tool.ToolTest):
    def test_init(self):
        """init prints config string, root fingerprint, where root and secret lie, and two commands"""
        self.assertEqual(self.made["config"], "localhost\\Demo CA")
        root = self.folder.path / "demo" / "root" / "certs" / "0.crt"
        text = self.folder.openssl("x509", "-in", root, "-noout", "-fingerprint", "-sha256")
        self.assertEqual(self.made["root-sha256"], text.strip().split("=")[1].replace(":", "").lower())
        self.assertEqual(len(self.made["next"]), 2)
        for key in ("root", "secret", "root-secret", "folder"):
            self.assertTrue(os.path.exists(self.made[key]), key)
        mode = stat.S_IMODE(os.stat(self.made["secret"]).st_mode)
        self.assertEqual(mode, 0o400)

    def test_init_refuses_existing_folder(self):
        """An existing folder is refused and not touched"""
        before = sorted(os.listdir(self.folder.path / "demo"))
        answer = self.run_icert(1, "init", "Demo", "--dir", self.folder.path / "demo")
        self.assertRegex(answer.error, r"^icert: CONFIG: ")
        self.assertEqual(sorted(os.listdir(self.folder.path / "demo")), before)

    def test_cas(self):
        """cas lists the records, the issuing CA as default"""
        rows = self.run_icert(0, "--json", "cas").json
        default = [row["config"] for row in rows if row["default"]]
        self.assertEqual(default, ["localhost\\Demo CA"])
        self.assertIn("localhost\\Demo CA", self.run_icert(0, "cas").text)

    def test_config_forms(self):
        """HOST\\NAME, HOST/NAME, NAME and $ICERT_CONFIG name the same CA; an unknown one is listed against"""
        for config in ("localhost\\Demo CA", "localhost/Demo CA", "Demo CA"):
            self.assertEqual(self.run_icert(0, "--json", "--config", config, "ping").json["name"], "Demo CA")
        answer = self.run_icert(0, "--json", "ping", environment={"ICERT_CONFIG": "Demo CA"})
        self.assertEqual(answer.json["name"], "Demo CA")
        self.assert_error(self.run_icert(1, "--config", "Other CA", "ping"), "NOT_FOUND", "config")

    def test_ca(self):
        """ca shows properties, certificates by digest, the newest CRLs, and profiles"""
        document = self.run_icert(0, "--json", "ca").json
        self.assertEqual(document["ca-name"], "Demo CA")
        self.assertIn("WebServer", document["profiles"])
        self.assertRegex(self.run_icert(0, "ca").text, r"(?m)^ca-name +Demo CA$")
        self.assertFalse([name for name in document if name.startswith("crl.")])
        self.run_icert(0, "crl")
        made = self.run_icert(0, "--json", "crl").json["crls"][0]
        shown = self.run_icert(0, "--json", "ca").json["crl.0.0"]
        self.assertEqual({name: made[name] for name in shown}, shown)
        self.assertIn("next-publish", shown)

    def test_profiles(self):
        """profiles lists what may be asked for"""
        rows = self.run_icert(0, "--json", "profiles").json
        names = {row["profile"] for row in rows}
        self.assertLessEqual({"WebServer", "User"}, names)
        self.assertIn("WebServer\n", self.run_icert(0, "profiles").text)

    def test_life_of_a_request(self):
        """Must show 3: submit pends with 3, resubmit and retrieve give 0, view and explain show it"""
        path = self.folder.request("web", "www.example.org")
        answer = self.run_icert(3, "submit", path, "--profile", "WebServer")
        found = re.search(r"^request (\d+) pending", answer.text)
        self.assertTrue(found, repr(answer))
        number = found[1]
        self.run_icert(3, "retrieve", number)
        self.run_icert(0, "set-attributes", number, "Ticket:4711")
        answer = self.run_icert(0, "resubmit", number)
        self.assertIn(b"-----BEGIN CERTIFICATE-----", answer.out)
        self.assertIn(f"request {number} issued", answer.error)
        answer = self.run_icert(0, "retrieve", number, "--out", self.folder.path / "c.pem")
        self.assertIn(f"request {number} issued", answer.text)
        text = self.folder.openssl("x509", "-in", "c.pem", "-noout", "-ext", "subjectAltName", "-serial")
        self.assertIn("DNS:www.example.org", text)
        serial = re.search(r"serial=([0-9A-F]+)", text)[1].lower()

        rows = self.run_icert(0, "--json", "view", "--where", "Disposition = 20").lines
        row = [row for row in rows if row["Request.RequestID"] == int(number)][0]
        self.assertEqual(row["Request.Disposition"], 20)
        self.assertEqual(row["SerialNumber"], serial)
        self.assertRegex(row["Request.SubmittedWhen"], f"^{TIME}$")
        self.assertRegex(row["NotAfter"], f"^{TIME}$")
        answer = self.run_icert(0, "view", "--where", f"RequestID = {number}")
        self.assertRegex(answer.text, rf"(?m)^{number} +issued +")

        answer = self.run_icert(0, "explain", number)
        self.assertIn("Template.Policy", answer.text)
        self.assertRegex(answer.text.splitlines()[0], r"module +rule +field")
        records = self.run_icert(0, "--json", "explain", number).json
        self.assertTrue(any(record.get("kind") == "officer" for record in records), records)
        for record in records:
            if "time" in record:
                self.assertRegex(record["time"], f"^{TIME}$")

        self.folder.openssl("verify", "-x509_strict", "-CAfile", "demo/root/certs/0.crt",
                            "-untrusted", "demo/certs/0.crt", "c.pem")

    def test_forms(self):
        """--form gives PEM, DER, the chain, and PKCS #7; OpenSSL reads each"""
        document = self.submit(0, "forms", "--profile", "User")
        number = document["request-id"]
        for form, command in (
            ("pem", ["x509", "-inform", "PEM", "-noout", "-in"]),
            ("der", ["x509", "-inform", "DER", "-noout", "-in"]),
            ("p7b", ["pkcs7", "-inform", "DER", "-print_certs", "-noout", "-in"]),
        ):
            out = f"forms.{form}"
            self.run_icert(0, "retrieve", number, "--form", form, "--out", out)
            self.folder.openssl(*command, out)
        chain = self.run_icert(0, "--quiet", "retrieve", number, "--form", "chain").text
        self.assertEqual(chain.count("BEGIN CERTIFICATE"), 3)
        self.folder.write("chain.pem", chain)
        self.folder.openssl("verify", "-x509_strict", "-CAfile", "demo/root/certs/0.crt",
                            "-untrusted", "chain.pem", "chain.pem")

    def test_user_takes_nothing_but_the_key(self):
        """Must show 3: --profile User is issued at once, with the account's subject and the request's key"""
        path = self.folder.request("user", "evil.example.com", subject="/CN=Somebody Else/O=Elsewhere")
        self.run_icert(0, "submit", path, "--profile", "User", "--out", "user.crt")
        text = self.folder.openssl("x509", "-in", "user.crt", "-noout", "-text")
        self.assertNotIn("evil", text)
        self.assertNotIn("Elsewhere", text)
        mine = self.folder.openssl("x509", "-in", "user.crt", "-noout", "-pubkey")
        asked = self.folder.openssl("req", "-in", path, "-noout", "-pubkey")
        self.assertEqual(mine, asked)

    def test_denied(self):
        """Status 4: stderr names module, rule, field, value seen and value allowed"""
        path = self.folder.request("weak", "www.example.org", key="rsa:1024")
        answer = self.run_icert(4, "submit", path, "--profile", "WebServer")
        self.assertRegex(answer.error, r"(?m)^icert: WEAK_KEY: public key: ")
        self.assertRegex(answer.text, r"^request \d+ denied")
        document = self.run_icert(4, "--json", "submit", path, "--profile", "WebServer").json
        self.assertEqual(document["disposition"], "denied")
        self.assertEqual(document["error"]["code"], "WEAK_KEY")
        self.assertTrue(document["error"]["field"])
        decision = document["decision"]
        for key in ("module", "rule", "field", "seen"):
            self.assertTrue(decision.get(key), decision)

    def test_officer_denies(self):
        """deny gives 4 to who asks afterwards, with the reason"""
        number = self.submit(3, "no", "--profile", "WebServer", names=["no.example.org"])["request-id"]
        self.run_icert(0, "deny", number, "--reason", "not ours")
        answer = self.run_icert(4, "retrieve", number)
        self.assertIn("not ours", answer.text + answer.error)
        answer = self.run_icert(1, "deny", number)
        self.assertRegex(answer.error, r"^icert: WRONG_STATE: ")

    def test_set_extension(self):
        """set-extension puts an officer's extension into the certificate"""
        number = self.submit(3, "ext", "--profile", "WebServer", names=["ext.example.org"])["request-id"]
        self.run_icert(0, "set-extension", number, "1.3.6.1.5.5.7.1.24", "--hex", "3003020105")
        self.run_icert(0, "resubmit", number, "--out", "ext.crt")
        text = self.folder.openssl("x509", "-in", "ext.crt", "-noout", "-text")
        self.assertIn("TLS Feature", text)
        rows = self.run_icert(0, "--json", "view", "--table", "extensions", "--where",
                              f"ExtensionRequestId = {number} and ExtensionName = 1.3.6.1.5.5.7.1.24").lines
        self.assertEqual(rows[0]["ExtensionRawValue"], "3003020105")

    def test_issue(self):
        """issue submits and resubmits in one go"""
        path = self.folder.request("issue", "issue.example.org")
        answer = self.run_icert(0, "issue", path, "--profile", "WebServer", "--out", "issue.crt")
        self.assertRegex(answer.text, r"^request \d+ issued")
        self.assertIn("issue.example.org", self.folder.openssl("x509", "-in", "issue.crt", "-noout", "-text"))

    def test_idempotency_key(self):
        """S-E5: the same key gives the same request; other content is CONFLICT; retrieve finds it by key"""
        path = self.folder.request("key", "key.example.org")
        first = self.run_icert(3, "--json", "submit", path, "--profile", "WebServer", "--id-key", "k1").json
        again = self.run_icert(3, "--json", "submit", path, "--profile", "WebServer", "--id-key", "k1").json
        self.assertEqual(first["request-id"], again["request-id"])
        other = self.folder.request("key2", "key.example.org")
        answer = self.run_icert(1, "submit", other, "--profile", "WebServer", "--id-key", "k1")
        self.assertRegex(answer.error, r"^icert: CONFLICT: ")
        found = self.run_icert(3, "--json", "retrieve", "--id-key", "k1").json
        self.assertEqual(found["request-id"], first["request-id"])
        answer = self.run_icert(1, "retrieve", "--id-key", "unknown")
        self.assertRegex(answer.error, r"^icert: NOT_FOUND: ")

    def test_stdin(self):
        """- is standard input, PEM or DER"""
        path = self.folder.request("stdin", "stdin.example.org")
        self.run_icert(0, "submit", "-", "--profile", "User", stdin=path.read_bytes())
        self.folder.openssl("req", "-in", path, "-outform", "DER", "-out", "stdin.der")
        der = (self.folder.path / "stdin.der").read_bytes()
        self.run_icert(0, "submit", "-", "--profile", "User", stdin=der)

    def test_bad_input(self):
        """What is no request is one line, never a crash, and makes no row"""
        before = self.run_icert(0, "view", "--count").text
        key = (self.folder.request("bad", "bad.example.org").parent / "bad.key").read_bytes()
        certificate = (self.folder.path / "demo" / "certs" / "0.crt").read_bytes()
        der = self.folder.openssl("req", "-in", "bad.pem", "-outform", "DER", "-out", "bad.der")
        der = (self.folder.path / "bad.der").read_bytes()
        for name, contents in (
            ("empty", b""),
            ("text", b"hello\n"),
            ("key", key),
            ("certificate", certificate),
            ("cut", der[:-7]),
            ("trailing", der + b"\0"),
            ("zeros", b"\0" * 1000),
        ):
            with self.subTest(name):
                path = self.folder.write(f"bad-{name}", contents)
                answer = self.run_icert(1, "submit", path, "--profile", "WebServer")
                self.assertRegex(answer.error, r"^icert: (MALFORMED|UNSUPPORTED|TOO_LARGE): [^:]+: ")
        self.assertEqual(self.run_icert(0, "view", "--count").text, before)

    def test_unknown_profile(self):
        """An unknown profile is refused, an unknown attribute kept without effect"""
        path = self.folder.request("unknown", "u.example.org")
        answer = self.icert("submit", path, "--profile", "NoSuch")
        self.assertIn(answer.status, (1, 4), repr(answer))
        document = self.run_icert(0, "--json", "submit", path, "--profile", "User", "--attrib", "Zebra:1").json
        rows = self.run_icert(0, "--json", "view", "--table", "attributes", "--where",
                              f"AttributeRequestId = {document['request-id']}").lines
        self.assertIn("Zebra", {row["AttributeName"] for row in rows})

    def test_out_is_whole_or_not_there(self):
        """A certificate that cannot be written is an error, and a pending request writes no file"""
        path = self.folder.request("out", "out.example.org")
        self.run_icert(3, "submit", path, "--profile", "WebServer", "--out", "out.crt")
        self.assertFalse((self.folder.path / "out.crt").exists())
        answer = self.run_icert(1, "submit", path, "--profile", "User", "--out", "no/such/folder.crt")
        self.assertRegex(answer.error, r"^icert: FAILED: file: ")

    def test_resubmit_what_was_seen(self):
        """S-D12: resubmit --content-version refuses what was changed since explain showed it"""
        number = self.submit(3, "seen", "--profile", "WebServer")["request-id"]
        shown = self.run_icert(0, "explain", number).text.splitlines()[-1]
        self.assertRegex(shown, f"^content version 1: 'icert resubmit {number} --content-version 1'")
        self.run_icert(0, "set-attributes", number, "Note:changed")
        answer = self.run_icert(1, "resubmit", number, "--content-version", "1")
        self.assertRegex(answer.error, r"^icert: WRONG_STATE: content-version: request \d+ has 2, ")
        self.assertIn(f"remedy: look at it again: 'icert explain {number}'", answer.error)
        error = self.run_icert(1, "--json", "resubmit", number, "--content-version", "1").json["error"]
        self.assertEqual(error["details"]["actual"], 2)
        self.assertEqual(error["details"]["expected"], 1)
        self.assertEqual(self.run_icert(3, "--json", "retrieve", number).json["disposition"], "pending")
        self.run_icert(2, "resubmit", number, "--content-version", "-1")
        shown = self.run_icert(0, "explain", number).text.splitlines()[-1]
        self.assertRegex(shown, "^content version 2: ")
        self.run_icert(0, "resubmit", number, "--content-version", "2")
        self.assertNotIn("content version", self.run_icert(0, "explain", number).text)
        answer = self.run_icert(1, "resubmit", number)
        self.assertIn(f"RequestID = {number}", answer.error)

    def test_remedies_name_their_things(self):
        """A remedy can be run as it stands: ids, nodes and files are filled in"""
        number = self.submit(0, "done", "--profile", "User")["request-id"]
        for arguments, remedy in (
            (["deny", number], f"'icert view --where \"RequestID = {number}\"' shows the state"),
            (["describe", "CA", "Colour"], "'icert get-config CA' lists the entries of the node"),
            (["set-config", "CA", "Colour", "red"], "'icert get-config' lists the nodes"),
        ):
            with self.subTest(arguments):
                answer = self.run_icert(1, *arguments)
                self.assertIn(f"remedy: {remedy}", answer.error)
                self.assertNotRegex(answer.error, r"[{}]|\bID\b|\bNODE\b")

    def test_explain_unknown(self):
        """A request that is not there is NOT_FOUND"""
        for verb in (["explain"], ["retrieve"], ["resubmit"], ["deny"]):
            answer = self.run_icert(1, *verb, "999999")
            self.assertRegex(answer.error, r"^icert: NOT_FOUND: ")

    def test_errors_in_json(self):
        """--json prints code, field and details, and nothing on stderr"""
        answer = self.run_icert(1, "--json", "explain", "999999")
        self.assertEqual(answer.json["error"]["code"], "NOT_FOUND")
        self.assertTrue(answer.json["error"]["field"])
        self.assertEqual(answer.err, b"")


class Views(tool.ToolTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        path = cls.folder.request("v", "v.example.org")
        cls.profiles = ["User", "WebServer"] * 4
        for profile in cls.profiles:
            cls.icert("submit", path, "--profile", profile)

    def rows(self, *arguments):
        return self.run_icert(0, "--json", "view", *arguments).lines

    def ids(self, *arguments):
        return [row["Request.RequestID"] for row in self.rows("--columns", "RequestID", *arguments)]

    def test_where(self):
        """and, or, names and numbers of dispositions, dates"""
        issued = self.ids("--where", "Disposition = issued")
        pending = self.ids("--where", "Disposition == 9")
        self.assertEqual((len(issued), len(pending)), (4, 4))
        both = self.ids("--where", "Disposition = 20 or Disposition = 9")
        self.assertEqual(sorted(both), sorted(issued + pending))
        self.assertEqual(self.ids("--where", "Disposition = 20 and Disposition = 9"), [])
        self.assertEqual(self.ids("--where", "NotAfter < 2001-01-01"), [])
        self.assertEqual(len(self.ids("--where", "Request.SubmittedWhen > 2001-01-01")), 10)
        self.assertEqual(len(self.ids("--where", "CertificateTemplate = WebServer")), 4)
        self.assertEqual(len(self.ids("--where", "SerialNumber = empty")), 4)
        # the certificates of the CA and of its root are among them
        self.assertEqual(len(self.ids("--table", "certificates")), 6)
        narrowed = self.ids("--table", "certificates", "--where", f"RequestID = {issued[0]} or RequestID = {pending[0]}")
        self.assertEqual(narrowed, issued[:1])

    def test_sort_limit_after(self):
        """Pages by cursor neither skip nor repeat"""
        everything = self.ids("--sort", "RequestID:desc")
        self.assertEqual(everything, sorted(everything, reverse=True))
        seen = []
        cursor = []
        while True:
            rows = self.rows("--columns", "RequestID", "--sort", "RequestID:desc", "--limit", "3", *cursor)
            if not rows:
                break
            seen += [row["Request.RequestID"] for row in rows]
            cursor = ["--after", rows[-1]["cursor"]]
        self.assertEqual(seen, everything)
        answer = self.run_icert(0, "view", "--limit", "2")
        self.assertRegex(answer.error, r"^more: --after '")

    def test_count(self):
        """--count counts"""
        self.assertEqual(self.run_icert(0, "view", "--count", "--where", "Disposition = 9").text, "4\n")
        self.assertEqual(self.run_icert(0, "--json", "view", "--count").json, {"count": 10})
        counted = self.run_icert(0, "--json", "view", "--count", "--where", "RequestID > 0")
        self.assertEqual(counted.json, {"count": 8})

    def test_csv(self):
        """--csv has a heading and a line a row"""
        lines = self.run_icert(0, "view", "--csv", "--columns", "RequestID,CertificateTemplate").text.split("\r\n")
        self.assertEqual(lines[0], "Request.RequestID,CertificateTemplate")
        self.assertEqual(len(lines), 12)
        # the certificates of the CA and of its root come first
        self.assertEqual(lines[1:3], ["-2,", "-1,"])
        self.assertRegex(lines[3], r"^\d+,User$")

    def test_unknown_column(self):
        """An unknown column is UNKNOWN_NAME and points to schema"""
        for arguments in (["--columns", "Colour"], ["--where", "Colour = red"], ["--sort", "Colour"]):
            answer = self.run_icert(1, "view", *arguments)
            self.assert_error(answer, "UNKNOWN_NAME", "column")
            self.assertIn("icert schema", answer.error)

    def test_schema(self):
        """schema lists the columns of a table with their types"""
        rows = self.run_icert(0, "--json", "schema").json
        by_name = {row["name"]: row for row in rows}
        self.assertEqual(by_name["Request.Disposition"]["type"], "long")
        self.assertEqual(by_name["NotAfter"]["type"], "date")
        self.assertTrue(by_name["SerialNumber"]["indexed"])
        self.assertIn("AttributeName", self.run_icert(0, "schema", "--table", "attributes").text)


class Configuration(tool.ToolTest):
    def test_grant(self):
        """Must show 3: a grant lets names inside it through and no others; it can be taken back"""
        grant = ["grant", "web", "--principal", "uid:%d" % os.getuid(), "--profile", "WebServer"]
        self.run_icert(0, *grant, "--dns", "*.example.org")
        inside = self.folder.request("inside", "www.example.org")
        outside = self.folder.request("outside", "www.example.com")
        self.run_icert(0, "submit", inside, "--profile", "WebServer", "--out", "inside.crt")
        self.run_icert(3, "submit", outside, "--profile", "WebServer")
        rows = self.run_icert(0, "--json", "grants").json
        self.assertEqual(rows[0]["grant"], "web")
        self.assertIn("*.example.org", rows[0]["dNSName"])
        self.assertIn("*.example.org", self.run_icert(0, "grants").text)
        self.run_icert(0, "grant", "remove", "web")
        self.assertEqual(self.run_icert(0, "--json", "grants").json, [])
        self.run_icert(3, "submit", inside, "--profile", "WebServer")

    def test_unknown_principals(self):
        """Who gives a right to a name that no account has hears of it; what is known is not named"""
        mine = "uid:%d" % os.getuid()
        name = pwd.getpwuid(os.getuid()).pw_name
        for arguments in (
            ["grant", "slip", "--principal", mine, "--principal", "group:no-such-group", "--profile",
             "User", "--dns", "x.example.org"],
            ["officer-rights", "set", "slip", "--officer", "group:no-such-group", "--officer", mine],
            ["officer-rights", "set", "slip", "--officer", f"user:{name}", "--requester",
             "group:no-such-group"],
            ["agents", "set", "slip", "--principal", "group:no-such-group", "--profile", "User",
             "--subject", "user:*"],
            ["set-config", "Roles", "group:no-such-group", "reader"],
        ):
            with self.subTest(arguments):
                answer = self.run_icert(0, *arguments)
                self.assertRegex(answer.error, "^warning: group:no-such-group: this machine has no such .*\n$")
                answer = self.run_icert(0, "--json", *arguments)
                self.assertEqual(answer.json["unknown-principals"], ["group:no-such-group"])
                self.assertEqual(answer.err, b"")
        answer = self.run_icert(0, "set-config", "Roles", "group:no-such-group", "--unset")
        self.assertEqual(answer.err, b"")
        answer = self.run_icert(0, "officer-rights", "remove", "slip")
        self.assertEqual(answer.err, b"")
        answer = self.run_icert(0, "set-config", "Roles", f"user:{name}", "reader")
        self.assertEqual(answer.err, b"")
        self.run_icert(0, "set-config", "Roles", f"user:{name}", "--unset")
        self.run_icert(0, "agents", "remove", "slip")
        self.run_icert(0, "grant", "remove", "slip")

    def test_roles(self):
        """roles shows what the caller may do"""
        document = self.run_icert(0, "--json", "roles").json
        self.assertLessEqual({"admin", "officer"}, set(document["mine"]))
        self.assertRegex(self.run_icert(0, "roles").text, r"(?m)^mine +\S")

    def test_config_entries(self):
        """set-config takes effect at once; a bad value, an unknown entry change nothing"""
        self.run_icert(0, "set-config", "CA", "ValidityPeriod", "30d")
        self.assertEqual(self.run_icert(0, "--json", "get-config", "CA", "ValidityPeriod").json,
                         {"ValidityPeriod": "30d"})
        before = (self.folder.path / "demo" / "ca.conf").read_bytes()
        for entry, value in (("ValidityPeriod", "soon"), ("Colour", "red")):
            answer = self.run_icert(1, "set-config", "CA", entry, value)
            self.assertRegex(answer.error, r"^icert: (CONFIG|UNKNOWN_NAME): ")
            self.assertIn("remedy: 'icert get-config", answer.error)
        self.assertRegex(self.run_icert(0, "set-config", "CA", "CAProfiles", "+SubCA").text,
                         r"^CAProfiles +SubCA$")
        self.run_icert(0, "set-config", "CA", "CAProfiles", "--unset")
        before = (self.folder.path / "demo" / "ca.conf").read_bytes()
        answer = self.run_icert(1, "get-config", "Colours")
        self.assertIn("NOT_FOUND: node: ", answer.error)
        self.assertIn("remedy: 'icert get-config' lists", answer.error)
        self.assertEqual((self.folder.path / "demo" / "ca.conf").read_bytes(), before)
        self.assertIn("CA", {row["node"] for row in self.run_icert(0, "--json", "get-config").json})
        self.assertIn("Name", self.run_icert(0, "--json", "get-config", "CA").json)

    def test_second_process(self):
        """A second process that opens the CA gets an error that names the holder"""
        holder = subprocess.Popen(
            ["/usr/bin/python3", "-c",
             "import gi, sys\ngi.require_version('ICert', '1.0')\nfrom gi.repository import ICert\n"
             "ca = ICert.Ca.open(None, None)\nprint('open', flush=True)\nsys.stdin.read()\n"],
            env=self.folder.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            self.assertEqual(holder.stdout.readline(), b"open\n")
            answer = self.run_icert(1, "view")
            self.assertRegex(answer.error, r"^icert: (CONFIG|BUSY): ")
            self.assertIn("localhost\\Demo CA", answer.error)
        finally:
            holder.communicate(b"")
        self.run_icert(0, "view")


class Subordinate(tool.ToolTest):
    def test_install(self):
        """A subordinate waits with a request, and works once its certificate is installed"""
        folder = self.folder.path / "branch"
        made = self.run_icert(0, "--json", "init", "Branch", "--type", "subordinate", "--dir", folder).json
        self.assertIn("icert install", made["next"][0])
        branch = ["--config", made["config"]]
        self.assertRegex(self.run_icert(1, *branch, "install", folder / "ca.conf").error, r"^icert: [A-Z_]+: [^:]+: ")
        foreign = self.folder.path / "demo" / "certs" / "0.crt"
        self.assertRegex(self.run_icert(1, *branch, "install", foreign).error, r"^icert: [A-Z_]+: [^:]+: ")

        self.run_icert(0, "--config", "Demo Root CA", "issue", made["request"], "--profile", "SubCA",
                       "--form", "chain", "--out", "branch.pem")
        self.run_icert(0, *branch, "install", "branch.pem")
        path = self.folder.request("b")
        self.run_icert(0, *branch, "submit", path, "--profile", "User", "--out", "b.crt")
        self.folder.openssl("verify", "-x509_strict", "-CAfile", "demo/root/certs/0.crt",
                            "-untrusted", "branch/certs/0.crt", "b.crt")
        self.assertRegex(self.run_icert(1, *branch, "install", "branch.pem").error, r"^icert: WRONG_STATE: ")

    def test_root(self):
        """A root prints its own fingerprint"""
        made = self.run_icert(0, "--json", "init", "Alone", "--type", "root", "--dir", self.folder.path / "alone").json
        text = self.folder.openssl("x509", "-in", "alone/certs/0.crt", "-noout", "-fingerprint", "-sha256")
        self.assertEqual(made["root-sha256"], text.strip().split("=")[1].replace(":", "").lower())


if __name__ == "__main__":
    tap.main()
