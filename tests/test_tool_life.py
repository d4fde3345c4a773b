#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test_tool_life.py [--kills=N]: renew, install and ca, and what openssl and certtool say of it.

N: how many runs of `renew` are killed at a step (default 25).
"""

import os
import datetime
import pathlib
import shutil
import signal
import subprocess
import sys

import tap
import tool

KILLS = 25
if sys.argv[1:] and sys.argv[1].startswith("--kills="):
    KILLS = int(sys.argv.pop(1).split("=")[1])


class LifeTest(tool.ToolTest):
    """What tests of one CA need."""

    with_ca = False

    def path(self, *names):
        return self.folder.path.joinpath(*names)

    def init(self, name, *arguments):
        folder = self.path(name)
        return self.run_icert(0, "--json", "init", name, "--dir", folder, *arguments).json

    def issue(self, config, name):
        """A certificate from the CA, in NAME.crt."""
        path = self.folder.request(name, f"{name}.example.org")
        self.run_icert(0, "--config", config, "issue", path, "--profile", "WebServer",
                       "--out", f"{name}.crt")
        return f"{name}.crt"

    def verifies(self, leaf, root, *between):
        """Whether openssl finds a way from LEAF to ROOT."""
        arguments = ["verify", "-x509_strict", "-CAfile", root]
        for one in between:
            arguments += ["-untrusted", one]
        return self.folder.openssl(*arguments, leaf, check=False).strip().endswith(": OK")

    def certtool_verifies(self, root, *chain):
        """The same of certtool: CHAIN is the leaf and what goes between."""
        bundle = "".join(self.path(one).read_text() for one in chain)
        done = subprocess.run(
            ["certtool", "--verify", "--load-ca-certificate", str(self.path(root))],
            input=bundle.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return done.returncode == 0


class Root(LifeTest):
    def test_renew(self):
        """A root renews itself; its cross certificates lead from each key to the other"""
        config = self.init("Solo", "--type", "root")["config"]
        old = self.issue(config, "old")
        answer = self.run_icert(0, "--json", "--config", config, "renew").json
        self.assertEqual((answer["state"], answer["certificate-index"], answer["key-index"]),
                         ("renewed", 1, 1))
        printed = self.folder.openssl("x509", "-in", "Solo/certs/1.crt", "-noout",
                                      "-fingerprint", "-sha256")
        self.assertEqual(printed.strip().split("=")[1].replace(":", "").lower(), answer["sha256"])
        new = self.issue(config, "new")
        roots = ["Solo/certs/0.crt", "Solo/certs/1.crt"]
        forward, backward = "Solo/certs/0-1.crt", "Solo/certs/1-0.crt"
        self.assertTrue(self.verifies(old, roots[0]))
        self.assertTrue(self.verifies(new, roots[1]))
        self.assertFalse(self.verifies(new, roots[0]))
        self.assertTrue(self.verifies(new, roots[0], forward))
        self.assertTrue(self.verifies(old, roots[1], backward))
        self.assertTrue(self.certtool_verifies(roots[0], new, forward))
        self.assertTrue(self.certtool_verifies(roots[1], old, backward))
        self.assertFalse(self.certtool_verifies(roots[0], new))

        text = self.run_icert(0, "--config", config, "renew", "--same-key", "--validity", "3y").text
        self.assertRegex(text, r"(?m)^certificate-index +2$")
        self.assertRegex(text, r"(?m)^key-index +1$")
        self.assertTrue(self.verifies(new, "Solo/certs/2.crt"))
        log = self.path("Solo", "ceremony.log").read_text().splitlines()
        self.assertEqual(len([line for line in log if " key " in line and "made" in line]), 2)
        self.assertEqual(len([line for line in log if "cross certificate" in line]), 2)
        secret = self.path("Solo", "keys", "secret").read_text().strip()
        self.assertNotIn(secret, "\n".join(log))

    def test_key_type(self):
        """A new key may be of another type, and everything still verifies"""
        config = self.init("Mixed", "--type", "root")["config"]
        old = self.issue(config, "m-old")
        self.run_icert(0, "--config", config, "renew", "--key-type", "rsa-3072")
        new = self.issue(config, "m-new")
        self.assertTrue(self.verifies(new, "Mixed/certs/0.crt", "Mixed/certs/0-1.crt"))
        self.assertTrue(self.verifies(old, "Mixed/certs/1.crt", "Mixed/certs/1-0.crt"))

    def test_second_of_a_name(self):
        """A second CA of a name is refused: the first one would be found no more"""
        for arguments in (["--type", "root"], []):
            with self.subTest(arguments):
                name = "Twin" if arguments else "Twins"
                first = self.init(name, *arguments)
                answer = self.run_icert(
                    1, "init", name, "--dir", self.path("other"), *arguments
                )
                self.assert_error(answer, "CONFLICT", "name")
                self.assertIn(first["folder"], answer.error)
                self.assertIn("remedy: give another name", answer.error)
                self.assertFalse(self.path("other").exists())
                self.run_icert(0, "--config", first["config"], "ping")
                shutil.rmtree(first["folder"])
                self.init(name, *arguments)

    def test_validity(self):
        """A validity is judged before a key is made, and refused where it means nothing"""
        self.init("Long")
        for config, validity, code in (
            ("Long Root CA", "3x", "CONFIG"), ("Long CA", "3x", "CONFIG"),
            ("Long CA", "3y", "BAD_VALIDITY"),
        ):  # fmt: skip
            with self.subTest(f"{config} {validity}"):
                answer = self.run_icert(1, "--config", config, "renew", "--validity", validity)
                self.assertIn(f"icert: {code}: ", answer.error)
        self.assertEqual(len(list(self.path("Long").rglob("*.key"))), 2)

    def test_constraints(self):
        """S-G4: path length and name constraints of a root stay over renewals, crosses included"""
        config = self.init("Tight", "--type", "root")["config"]
        self.folder.openssl(
            "req", "-x509", "-new", "-key", "Tight/keys/0.key", "-passin", "file:Tight/keys/secret",
            "-subj", "/CN=Tight CA", "-days", "3650", "-out", "tight.crt",
            "-addext", "basicConstraints=critical,CA:TRUE,pathlen:1",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign",
            "-addext", "nameConstraints=critical,permitted;DNS:example.org")
        self.path("Tight", "certs", "0.crt").write_bytes(self.path("tight.crt").read_bytes())
        self.run_icert(0, "--config", config, "renew")
        self.run_icert(0, "--config", config, "renew", "--same-key")
        for name in ("0.crt", "1.crt", "2.crt", "0-1.crt", "1-0.crt"):
            text = self.folder.openssl("x509", "-in", f"Tight/certs/{name}", "-noout", "-text")
            self.assertRegex(text, r"CA:TRUE, pathlen:1\b", name)
            self.assertIn("DNS:example.org", text, name)
        leaf = self.issue(config, "tight-leaf")
        self.assertTrue(self.verifies(leaf, "Tight/certs/2.crt"))
        self.assertTrue(self.verifies(leaf, "Tight/certs/0.crt", "Tight/certs/0-1.crt"))
        outside = self.folder.request("outside", "www.example.com")
        self.run_icert(4, "--config", config, "issue", outside, "--profile", "WebServer")

    def test_life(self):
        """`ca` shows suffix, key and life of each certificate, for people and as JSON"""
        config = self.init("Shown", "--type", "root")["config"]
        self.run_icert(0, "--config", config, "renew")
        answer = self.run_icert(0, "--json", "--config", config, "ca").json
        self.assertEqual(answer["certificate.0"]["suffix"], "")
        self.assertEqual(answer["certificate.1"]["suffix"], "(1)")
        self.assertEqual(answer["certificate.1"]["key-index"], 1)
        self.assertIn(answer["certificate.1"]["percent-left"], (99, 100))
        self.assertEqual(answer["certificate.1"]["state"], "valid")
        self.assertIn("ca-forward-cross-cert.0", answer)
        self.assertIn("ca-backward-cross-cert.1", answer)
        text = self.run_icert(0, "--config", config, "ca").text
        self.assertRegex(text, r"(?m)^certificate\.1 +suffix=\(1\) key-index=1 not-before=")

    def test_busy(self):
        """A CA that another process has open is not renewed, and who has it is named"""
        config = self.init("Busy", "--type", "root")["config"]
        holder = subprocess.Popen(
            ["/usr/bin/python3", "-c",
             "import gi\ngi.require_version('ICert', '1.0')\nfrom gi.repository import ICert\n"
             "ca = ICert.Ca.open('Busy CA', None)\nprint('open', flush=True)\ninput()\n"],
            env=self.folder.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            self.assertEqual(holder.stdout.readline(), b"open\n")
            answer = self.run_icert(1, "--config", config, "renew")
            self.assertIn("localhost\\Busy CA", answer.error)
            self.assertIn("remedy: ", answer.error)
        finally:
            holder.communicate(b"\n")
        self.assertFalse(self.path("Busy", "keys", "1.key").exists())

    def test_dual_control(self):
        """S-M5: under dual control nobody renews a CA alone"""
        config = self.init("Dual", "--type", "root", "--dual-control")["config"]
        answer = self.run_icert(1, "--config", config, "renew")
        self.assert_error(answer, "PENDING", "change")
        self.assertFalse(self.path("Dual", "certs", "1.crt").exists())


class TwoTier(LifeTest):
    def test_renew(self):
        """A subordinate is renewed by the root beside it, also after the root got a new key"""
        made = self.init("Pair")
        config, root = made["config"], "localhost\\Pair Root CA"
        first = self.issue(config, "p0")
        self.run_icert(0, "--config", config, "renew")
        second = self.issue(config, "p1")
        self.run_icert(0, "--config", config, "renew", "--same-key")
        third = self.issue(config, "p2")
        old_root = "Pair/root/certs/0.crt"
        self.assertTrue(self.verifies(first, old_root, "Pair/certs/0.crt"))
        self.assertTrue(self.verifies(second, old_root, "Pair/certs/1.crt"))
        self.assertTrue(self.verifies(third, old_root, "Pair/certs/2.crt"))
        self.assertTrue(self.verifies(second, old_root, "Pair/certs/2.crt"))
        self.assertFalse(self.verifies(first, old_root, "Pair/certs/1.crt"))

        self.run_icert(0, "--config", root, "renew")
        self.run_icert(0, "--config", config, "renew")
        fourth = self.issue(config, "p3")
        self.assertTrue(self.verifies(fourth, "Pair/root/certs/1.crt", "Pair/certs/3.crt"))
        self.assertTrue(self.verifies(fourth, old_root, "Pair/certs/3.crt",
                                      "Pair/root/certs/0-1.crt"))
        self.assertTrue(self.certtool_verifies(old_root, fourth, "Pair/certs/3.crt",
                                               "Pair/root/certs/0-1.crt"))
        # an old certificate keeps the chain it had
        answer = self.run_icert(0, "--json", "--config", config, "ca").json
        self.assertEqual(answer["ca-sig-cert-count"], 4)
        self.assertEqual([answer[f"ca-cert-version.{i}"] for i in range(4)],
                         [0, 0x10001, 0x10002, 0x30003])


class Alone(LifeTest):
    """A standalone root, which may certify CAs once its configuration says so."""

    def days_of(self, name, request):
        answer = self.run_icert(0, "--json", "--config", self.root, "issue", request, "--profile",
                                "SubCA", "--out", name)
        dates = dict(
            line.split("=", 1)
            for line in self.folder.openssl("x509", "-in", name, "-noout", "-dates").splitlines()
        )
        begin, end = (
            datetime.datetime.strptime(dates[key], "%b %d %H:%M:%S %Y %Z")
            for key in ("notBefore", "notAfter")
        )
        return (end - begin).days, answer.json["message"]

    def test_life_of_a_branch(self):
        """S-H1: a root's SubCA certificate lives five years, bounded by what the message names"""
        self.root = self.init("Alone", "--type", "root")["config"]
        self.run_icert(0, "--config", self.root, "set-config", "CA", "CAProfiles", "+SubCA")
        request = self.init("AloneBranch", "--type", "subordinate")["request"]
        days, message = self.days_of("long.crt", request)
        self.assertIn(days, (1825, 1826, 1827))
        self.assertNotIn("cut", message)
        self.run_icert(0, "--config", self.root, "set-config", "CA", "MaxValidityPeriod", "398d")
        days, message = self.days_of("cut.crt", request)
        self.assertIn(days, (397, 398))
        self.assertRegex(message, r"validity cut to .*profile: 5y; MaxValidityPeriod or ")
        self.root = self.init("Brief", "--type", "root", "--validity", "2y")["config"]
        self.run_icert(0, "--config", self.root, "set-config", "CA", "CAProfiles", "+SubCA")
        days, message = self.days_of("brief.crt", request)
        self.assertIn(days, (729, 730, 731))
        self.assertRegex(message, r"the CA's own certificate allows no more")


class Offline(LifeTest):
    """An offline root, known by another record, and a subordinate elsewhere: files go to and fro."""

    def issue_sub(self, request, *arguments):
        self.run_icert(0, "--config", self.root, "issue", request, "--profile", "SubCA",
                       *arguments)

    def make_pair(self, name):
        """A two-tier CA whose root has been carried away, and a branch that asks it."""
        self.init(name)
        self.root = f"localhost\\{name} Root CA"
        return self.init(f"{name}Branch", "--type", "subordinate")

    def test_story(self):
        """A request goes to the offline root, the certificate comes back, twice"""
        made = self.make_pair("Far")
        branch = ["--config", made["config"]]
        self.issue_sub(made["request"], "--form", "chain", "--out", "branch.pem")
        self.run_icert(0, *branch, "install", "branch.pem")
        self.assertFalse(pathlib.Path(made["request"]).exists())
        first = self.issue(made["config"], "f0")
        self.assertTrue(self.verifies(first, "Far/root/certs/0.crt", "FarBranch/certs/0.crt"))

        answer = self.run_icert(3, "--json", *branch, "renew").json
        self.assertEqual(answer["state"], "waiting")
        # it goes on with what it has while it waits
        waiting = self.issue(made["config"], "f1")
        self.assertTrue(self.verifies(waiting, "Far/root/certs/0.crt", "FarBranch/certs/0.crt"))
        again = self.run_icert(3, "--json", *branch, "renew").json
        self.assertEqual(again["request"], answer["request"])
        refused = self.run_icert(1, *branch, "renew", "--same-key")
        self.assert_error(refused, "WRONG_STATE", "ca")

        self.issue_sub(answer["request"], "--form", "p7b", "--out", "branch.p7b")
        self.run_icert(0, *branch, "install", "branch.p7b")
        second = self.issue(made["config"], "f2")
        self.assertTrue(self.verifies(second, "Far/root/certs/0.crt", "FarBranch/certs/1.crt"))
        self.assertFalse(self.verifies(second, "Far/root/certs/0.crt", "FarBranch/certs/0.crt"))
        refused = self.run_icert(1, *branch, "install", "branch.p7b")
        self.assert_error(refused, "WRONG_STATE", "ca")

    def assert_refused(self, branch, name, code="CONFIG", field="certificate"):
        folder = self.path("NearBranch")
        before = sorted(str(one) for one in folder.rglob("*.crt"))
        answer = self.run_icert(1, *branch, "install", name)
        self.assert_error(answer, code, field)
        self.assertIn("remedy: ", answer.error)
        self.assertEqual(before, sorted(str(one) for one in folder.rglob("*.crt")))

    def sign(self, request, name, *lines, days="100", ca="other", end=None):
        """REQUEST signed by openssl with the extensions LINES."""
        extensions = self.folder.write("ext.cnf", "[v3]\n" + "\n".join(lines) + "\n")
        arguments = ["x509", "-req", "-in", request, "-CA", f"{ca}.crt", "-CAkey", f"{ca}.key",
                     "-CAcreateserial", "-days", days, "-extfile", extensions, "-extensions", "v3",
                     "-out", name]
        self.folder.openssl(*arguments)
        return name

    def make_other(self, name, *arguments):
        self.folder.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
                            "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key",
                            "-out", f"{name}.crt", "-subj", f"/CN={name}", "-days", "3000",
                            "-addext", "basicConstraints=critical,CA:TRUE" + "".join(arguments),
                            "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def bundle(self, name, *parts):
        self.folder.write(name, "".join(self.path(one).read_text() for one in parts))
        return name

    def test_wrong_certificates(self):
        """A certificate that does not fit is refused with field and remedy, nothing changes"""
        made = self.make_pair("Near")
        branch = ["--config", made["config"]]
        ca = ("basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign",
              "subjectKeyIdentifier=hash", "authorityKeyIdentifier=keyid")
        self.make_other("other")
        self.make_other("ended", ",pathlen:0")
        self.make_other("middle")
        self.folder.openssl("req", "-new", "-key", "middle.key", "-subj", "/CN=middle",
                            "-out", "middle.req")

        self.folder.openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                            "-nodes", "-keyout", "k.key", "-subj", "/CN=NearBranch CA",
                            "-out", "k.req")
        self.assert_refused(branch, self.sign("k.req", "key.crt", *ca))
        self.assert_refused(branch, "other.crt")
        plain = self.sign(made["request"], "plain.crt", "subjectKeyIdentifier=hash",
                          "authorityKeyIdentifier=keyid", "basicConstraints=CA:FALSE")
        self.assert_refused(branch, plain, field="CA certificate")
        old = self.sign(made["request"], "old.crt", *ca, days="-1")
        self.assert_refused(branch, self.bundle("old.pem", old, "other.crt"))
        named = self.folder.openssl(
            "x509", "-req", "-in", made["request"], "-CA", "other.crt", "-CAkey", "other.key",
            "-CAcreateserial", "-days", "100", "-set_subject", "/CN=Somebody", "-extfile",
            "ext.cnf", "-extensions", "v3", "-out", "name.crt", check=False)
        if "unknown option" in named.lower() or not self.path("name.crt").exists():
            self.rename(made["request"], ca)
        self.assert_refused(branch, self.bundle("name.pem", "name.crt", "other.crt"))
        good = self.sign(made["request"], "good.crt", *ca)
        self.assert_refused(branch, self.bundle("broken.pem", good, "ended.crt"), field="chain")
        self.assert_refused(branch, self.bundle("more.pem", good, "other.crt", "ended.crt"),
                            field="chain")
        # a CA with path length 0, and one between
        self.sign("middle.req", "middle-ended.crt", *ca, ca="ended")
        shutil.copy(self.path("middle-ended.crt"), self.path("between.crt"))
        shutil.copy(self.path("middle.key"), self.path("between.key"))
        deep = self.sign(made["request"], "deep.crt", *ca, ca="between")
        self.assert_refused(branch, self.bundle("deep.pem", deep, "between.crt", "ended.crt"),
                            field="chain")
        self.folder.write("empty.pem", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n")
        self.run_icert(1, *branch, "install", "empty.pem")
        # and what fits, in any order
        self.run_icert(0, *branch, "install", self.bundle("good.pem", "other.crt", good))
        leaf = self.issue(made["config"], "n0")
        self.assertTrue(self.verifies(leaf, "other.crt", "NearBranch/certs/0.crt"))

    def rename(self, request, ca):
        """name.crt: the request's key under another name, where openssl has no -set_subject."""
        self.folder.write("ext.cnf", "[v3]\n" + "\n".join(ca) + "\n")
        public = self.folder.openssl("req", "-in", request, "-noout", "-pubkey")
        self.folder.write("public.pem", public)
        self.folder.openssl("req", "-new", "-key", "k.key", "-subj", "/CN=Somebody", "-out",
                            "somebody.req")
        self.folder.openssl("x509", "-req", "-in", "somebody.req", "-force_pubkey", "public.pem",
                            "-CA", "other.crt", "-CAkey", "other.key", "-CAcreateserial", "-days",
                            "100", "-extfile", "ext.cnf", "-extensions", "v3", "-out", "name.crt")


class Killed(LifeTest):
    def kill(self, folder, step):
        """`renew`, killed before step STEP that changes a file of FOLDER; whether it died."""
        library = pathlib.Path(os.environ["G_TEST_BUILDDIR"]) / "libfake-kill.so"
        process = subprocess.run(
            ["icert", "--json", "--config", self.config, "renew"], cwd=self.folder.path,
            env=dict(self.folder.environment, LD_PRELOAD=str(library),
                     FAKE_KILL_FOLDER=str(folder), FAKE_KILL_STEP=str(step)),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        self.assertIn(process.returncode, (0, -signal.SIGKILL), process.stderr)
        return process.returncode != 0

    def test_between_steps(self):
        """Killed at any step a CA opens with the old or the new certificate, and loses no key"""
        self.config = self.init("Dead", "--type", "root")["config"]
        folder = self.path("Dead")
        step, deaths = 1, 0
        while deaths < KILLS and self.kill(folder, step):
            deaths += 1
            step += 1 if KILLS > 100 else 4
            names = {one.name for one in folder.joinpath("keys").iterdir()}
            answer = self.run_icert(0, "--json", "--config", self.config, "ca").json
            count = answer["ca-sig-cert-count"]
            version = answer[f"ca-cert-version.{count - 1}"]
            self.assertIn(f"{version >> 16}.key", names)
            leaf = self.issue(self.config, f"d{deaths}")
            self.assertTrue(self.verifies(leaf, f"Dead/certs/{count - 1}.crt"))
        self.assertGreater(deaths, 5)
        self.run_icert(0, "--config", self.config, "renew")
        answer = self.run_icert(0, "--json", "--config", self.config, "ca").json
        newest = answer["ca-sig-cert-count"] - 1
        leaf = self.issue(self.config, "alive")
        self.assertTrue(self.verifies(leaf, f"Dead/certs/{newest}.crt"))
        for name in (one.name for one in folder.joinpath("keys").iterdir()):
            self.assertRegex(name, r"^(\d+\.key(\.unusable-\d+)?|secret)$")


if __name__ == "__main__":
    tap.main()
