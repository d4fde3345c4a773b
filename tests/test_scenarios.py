#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Must show 1: one table of scenarios, played from C, Python, gjs and Vala."""

import difflib
import os
import pathlib
import re
import shutil
import subprocess
import sys

import tap
import tool

HERE = pathlib.Path(__file__).resolve().parent / "scenarios"
TABLE = HERE / "scenarios.txt"

# Each profile takes names from the request; "Open" issues, "Held" waits for an officer.
PROFILE = """[Profile]
Name={name}
Version=1
Enroll=submitter
Approval={approval}
Validity=30d
[Subject]
CommonName=request
[SubjectAltName]
dNSName=request
[Key]
Types=ec-p256;rsa-2048
[Extensions]
KeyUsage=auto
ExtendedKeyUsage=emailProtection
"""

# Codes that no client can meet in a table of calls, and why.
OUT_OF_REACH = {
    "FAILED": "is what a broken implementation gives (test_contract.py)",
    "NOT_AUTHENTICATED": "who calls a local CA is the account of the process",
    "STORAGE": "needs a disk that fails (test-engine-open)",
    "REPLAY": "no door has nonces yet",
    "RATE_LIMITED": "there are no quotas yet",
    "BUSY": "needs thousands of requests in the queue at once (test-engine-path)",
    "OUTCOME_UNKNOWN": "needs a disk that fails (test-engine-open)",
    "AUDIT": "needs a disk that fails (test-engine-open)",
    "CLOCK": "needs a clock that jumps",
    "PENDING": "there is no dual control of configuration yet",
    "INTERNAL": "is a bug",
}


def runners():
    """Name and command of each runner."""
    python = [sys.executable, str(HERE / "runner.py")]
    return {
        "c": [os.environ.get("ICERT_RUNNER_C", "no-runner")],
        "python": python,
        "python-plain": python,
        "gjs": ["gjs", "-m", str(HERE / "runner.js")],
        "vala": [os.environ.get("ICERT_RUNNER_VALA", "no-runner")],
    }


def expectation():
    """The lines that a runner prints: headings and results."""
    return [
        line.strip()
        for line in TABLE.read_text().splitlines()
        if re.match(r"scenario |  = ", line)
    ]


class Stage(tool.Folder):
    """A CA, its damaged copies, and each runner's requests."""

    def __init__(self):
        super().__init__()
        self.must(self.icert("--json", "init", "Scenario", "--dir", self.path / "ca"))
        for name, approval in (("Open", "none"), ("Held", "required")):
            text = PROFILE.format(name=name, approval=approval)
            (self.path / "ca" / "profiles" / f"{name}.profile").write_text(text)
        self.must(self.icert("set-config", "Exit", "Modules", ""))
        self.damage()

    @staticmethod
    def must(answer):
        if answer.status != 0:
            raise AssertionError(repr(answer))

    def damage(self):
        """Copies of the CA that cannot be opened, each for its own reason."""
        records = self.path / "config" / "icert" / "ca.d"
        record = (records / "scenario-ca.conf").read_text()
        for name, how in (
            ("No Key", lambda ca: (ca / "keys" / "0.key").unlink()),
            (
                "No Store",
                lambda ca: (ca / "store" / "ca.db").write_bytes(
                    b"not a database" * 1000
                ),
            ),
            ("Lost Store", lambda ca: (ca / "store" / "ca.db").unlink()),
            ("No Config", lambda ca: (ca / "ca.conf").write_text("[CA]\nColour=red\n")),
        ):
            copy = self.path / name.replace(" ", "-")
            shutil.copytree(self.path / "ca", copy)
            how(copy)
            text = record.replace("Scenario CA", name).replace(
                str(self.path / "ca"), str(copy)
            )
            (records / f"{copy.name}.conf").write_text(
                text.replace("Default=true", "Default=false")
            )

    def requests(self, prefix):
        """The files that the table names, with names that begin with PREFIX."""
        folder = self.path / prefix
        folder.mkdir()
        for name in ("www", "mail", "old"):
            self.request(f"{prefix}/{name}", f"{name}.{prefix}.example.org")
        self.request(f"{prefix}/weak", f"weak.{prefix}.example.org", key="rsa:1024")
        for name, extension in (
            (
                "mixed",
                f"subjectAltName=DNS:www.{prefix}.example.org,email:web@example.org",
            ),
            ("authority", "basicConstraints=critical,CA:TRUE"),
            ("bad-name", "subjectAltName=DNS:under_score.example.org"),
            ("must-staple", "tlsfeature=status_request"),
        ):
            self.openssl(
                "req",
                "-new",
                "-key",
                f"{prefix}/www.key",
                "-subj",
                f"/CN=www.{prefix}.example.org",
                "-addext",
                extension,
                "-out",
                f"{prefix}/{name}.pem",
            )
        der = prefix + "/www.der"
        self.openssl("req", "-in", f"{prefix}/www.pem", "-outform", "DER", "-out", der)
        octets = (self.path / der).read_bytes()
        (folder / "cut.der").write_bytes(octets[:-1])
        (folder / "forged.der").write_bytes(octets[:-1] + bytes([octets[-1] ^ 1]))
        (folder / "huge").write_bytes(bytes(300 * 1024))
        (folder / "empty").write_bytes(b"")
        self.openssl(
            "crl2pkcs7",
            "-nocrl",
            "-certfile",
            "ca/certs/0.crt",
            "-outform",
            "DER",
            "-out",
            f"{prefix}/cms.der",
        )
        return folder

    def run(self, name, command):
        """What the runner NAME prints."""
        prefix = f"lang-{name}"
        environment = dict(self.environment, XDG_RUNTIME_DIR=str(self.path))
        if name == "python-plain":
            environment.pop("PYTHONPATH", None)
        process = subprocess.run(
            [*command, "Scenario CA", str(TABLE), str(self.requests(prefix)), prefix],
            env=environment,
            cwd=self.path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=100,
            check=False,
        )
        return process.returncode, process.stdout.decode(), process.stderr.decode()


class Scenarios(tap.unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.stage = Stage()
        cls.printed = {}

    @classmethod
    def tearDownClass(cls):
        cls.stage.remove()

    def play(self, name):
        status, out, err = self.stage.run(name, runners()[name])
        self.assertEqual((status, err), (0, ""), f"{name}: {out[-500:]}")
        self.printed[name] = out.splitlines()
        wanted = expectation()
        difference = list(
            difflib.unified_diff(
                wanted, self.printed[name], "scenarios.txt", name, lineterm="", n=3
            )
        )
        self.assertEqual(difference, [])

    def test_1_c(self):
        """C gives the results of the table"""
        self.play("c")

    def test_2_python(self):
        """Python with the overrides gives the results of the table"""
        self.play("python")

    def test_3_python_plain(self):
        """Python with the plain typelib gives the results of the table"""
        self.play("python-plain")

    def test_4_gjs(self):
        """JavaScript gives the results of the table"""
        self.play("gjs")

    def test_5_vala(self):
        """Vala gives the results of the table"""
        self.play("vala")

    def test_6_same(self):
        """Every language was there, and all gave the same"""
        self.assertEqual(set(self.printed), set(runners()))
        self.assertEqual(len({"\n".join(lines) for lines in self.printed.values()}), 1)


class Table(tap.unittest.TestCase):
    def test_size(self):
        """The table has 30 scenarios or more, each with a result, no name twice"""
        blocks = re.split(r"(?m)^scenario ", TABLE.read_text())[1:]
        names = [block.split(":")[0] for block in blocks]
        self.assertGreaterEqual(len(names), 30)
        self.assertEqual(len(set(names)), len(names))
        for block in blocks:
            self.assertRegex(block, r"(?m)^  = ")

    def test_codes(self):
        """Every error code that a client can meet is in the table"""
        header = (HERE.parents[1] / "interfaces" / "icert-error.h").read_text()
        codes = re.findall(r"^  ICERT_ERROR_(\w+)(?: = 0)?,", header, re.M)
        self.assertGreater(len(codes), 30)
        results = "\n".join(line for line in expectation() if line.startswith("= "))
        met = {code for code in codes if re.search(rf"\b{code}\b", results)}
        self.assertEqual(set(codes) - met, set(OUT_OF_REACH))


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--print":
        stage = Stage()
        print(*stage.run(sys.argv[2], runners()[sys.argv[2]]), sep="\n")
        stage.remove()
    else:
        tap.main()
