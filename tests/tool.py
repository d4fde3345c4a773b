# SPDX-License-Identifier: LGPL-2.1-or-later
"""What tests of the `icert` command share: a CA in a temporary folder, requests, and the command."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

OPENSSL = shutil.which("openssl", path="/usr/bin:/bin") or "openssl"


class Answer:
    def __init__(self, process):
        self.status = process.returncode
        self.out = process.stdout
        self.err = process.stderr

    @property
    def text(self):
        return self.out.decode()

    @property
    def error(self):
        return self.err.decode()

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def lines(self):
        return [json.loads(line) for line in self.text.splitlines()]

    def __repr__(self):
        return f"status {self.status}\n--- stdout\n{self.out.decode(errors='replace')}--- stderr\n{self.error}"


class Folder:
    """A temporary folder with configuration and data folders of its own."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="icert-test-"))
        self.environment = dict(os.environ)
        self.environment.update(
            HOME=str(self.path),
            XDG_CONFIG_HOME=str(self.path / "config"),
            XDG_DATA_HOME=str(self.path / "data"),
            LC_ALL="C",
        )
        self.environment.pop("ICERT_CONFIG", None)

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)

    def icert(self, *arguments, stdin=b"", environment=None, timeout=60):
        process = subprocess.run(
            ["icert", *map(str, arguments)],
            cwd=self.path,
            env=dict(self.environment, **(environment or {})),
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=timeout,
            check=False,
        )
        return Answer(process)

    def write(self, name, contents):
        path = self.path / name
        path.write_bytes(contents if isinstance(contents, bytes) else contents.encode())
        return path

    def openssl(self, *arguments, check=True):
        return subprocess.run(
            [OPENSSL, *map(str, arguments)],
            cwd=self.path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=check,
        ).stdout.decode()

    def request(self, name, *names, subject=None, key="ec:P-256"):
        """NAME.pem with the dNSNames NAMES, and NAME.key."""
        kind, _, parameter = key.partition(":")
        how = ["-newkey", "ec", "-pkeyopt", f"ec_paramgen_curve:{parameter}"]
        if kind == "rsa":
            how = ["-newkey", f"rsa:{parameter}"]
        arguments = ["req", "-new", *how, "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.pem"]
        arguments += ["-subj", subject or f"/CN={names[0] if names else name}"]
        if names:
            arguments += ["-addext", "subjectAltName=" + ",".join(f"DNS:{one}" for one in names)]
        self.openssl(*arguments)
        return self.path / f"{name}.pem"


class ToolTest(unittest.TestCase):
    """A class of tests with one CA: made once, since making one takes a while."""

    with_ca = True

    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.icert = cls.folder.icert
        if cls.with_ca:
            answer = cls.icert("--json", "init", "Demo", "--dir", cls.folder.path / "demo")
            if answer.status != 0:
                raise AssertionError(f"init: {answer!r}")
            cls.made = answer.json

    @classmethod
    def tearDownClass(cls):
        cls.folder.remove()

    def run_icert(self, status, *arguments, **keywords):
        answer = self.icert(*arguments, **keywords)
        self.assertEqual(answer.status, status, repr(answer))
        return answer

    def assert_error(self, answer, code, field):
        """One line on stderr in the form of the error contract, a remedy at most behind it."""
        lines = answer.error.splitlines()
        self.assertTrue(lines, repr(answer))
        self.assertRegex(lines[0], rf"^icert: {code}: {field}: ")
        self.assertLessEqual(len(lines), 2, repr(answer))
        self.assertEqual(answer.out, b"")

    def submit(self, status, name, *arguments, names=(), **keywords):
        path = self.folder.request(name, *names, **keywords)
        answer = self.run_icert(status, "--json", "submit", path, *arguments)
        return answer.json
