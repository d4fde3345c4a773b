#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""`icert backup` and `icert restore`, for people and with --json."""

import contextlib
import os
import pty
import shutil
import subprocess

import tap
import tool


class BackupTest(tool.ToolTest):
    """One CA; each test makes a backup of its own."""

    def setUp(self):
        self.backup = self.folder.path / self.id().rpartition(".")[2]
        self.ca = self.folder.path / "demo"

    def make(self):
        return self.run_icert(0, "--json", "backup", self.backup).json

    def submit(self):
        pem = self.folder.request("one", "one.example.org")
        answer = self.run_icert(3, "--json", "submit", pem, "--profile", "WebServer")
        return answer.json["request-id"]

    def test_people(self):
        """For people: where it is, what it has, and what it does not have"""
        answer = self.run_icert(0, "backup", self.backup)
        self.assertIn(str(self.backup), answer.text)
        self.assertIn("Demo CA", answer.text)
        self.assertIn("keys/secret", answer.text)
        self.assertEqual(answer.error, "")
        self.assertFalse((self.backup / "ca" / "keys" / "secret").exists())

    def test_json(self):
        """With --json: one object, and --verify answers the same"""
        made = self.make()
        self.assertEqual(made["config"], "localhost\\Demo CA")
        self.assertGreater(made["files"], 5)
        self.assertEqual(len(made["audit-hash"]), 64)
        verified = self.run_icert(0, "--json", "backup", "--verify", self.backup).json
        for name in ("config", "created", "certificates", "files", "bytes", "audit-hash"):
            self.assertEqual(made[name], verified[name], name)

    def test_sha256sum(self):
        """files.sha256 is a list for sha256sum"""
        self.make()
        subprocess.run(
            ["sha256sum", "--check", "--strict", "--quiet", "files.sha256"],
            cwd=self.backup, check=True,
        )

    def test_quiet(self):
        """With --quiet nothing is printed"""
        self.assertEqual(self.run_icert(0, "--quiet", "backup", self.backup).text, "")

    def test_progress(self):
        """On a terminal a bar is drawn and taken away"""
        leader, follower = pty.openpty()
        subprocess.run(
            ["icert", "backup", str(self.backup)], cwd=self.folder.path,
            env=self.folder.environment, stdout=subprocess.DEVNULL, stderr=follower, check=True,
        )
        os.close(follower)
        octets = b""
        # one read answers 4 KB at most; at the end of a terminal there is an error
        with contextlib.suppress(OSError):
            while piece := os.read(leader, 4096):
                octets += piece
        os.close(leader)
        drawn = octets.decode()
        self.assertIn("database", drawn)
        self.assertTrue(drawn.endswith("\r\033[K"), drawn)

    def test_refusals(self):
        """A folder that is there, one that is no backup, and a wrong one are refused with a remedy"""
        self.make()
        answer = self.run_icert(1, "backup", self.backup)
        self.assertIn("CONFLICT: folder: ", answer.error)
        self.assertIn("remedy: name a folder that is not there", answer.error)
        answer = self.run_icert(1, "restore", self.folder.path)
        self.assertIn("NOT_FOUND: folder: has no manifest.conf", answer.error)
        (self.backup / "ca" / "ca.conf").write_text("x")
        answer = self.run_icert(1, "--json", "restore", self.backup)
        self.assertEqual(answer.json["error"]["field"], "ca.conf")
        self.run_icert(2, "backup")
        self.run_icert(2, "restore")

    def test_restore(self):
        """restore goes back in place, and request ids go on"""
        self.make()
        lost = self.submit()
        answer = self.run_icert(0, "--json", "restore", self.backup)
        self.assertEqual(
            (answer.json["config"], answer.json["state"]), ("localhost\\Demo CA", "restored")
        )
        self.assertGreater(self.submit(), lost)
        # the record of the restore has its MAC too
        self.assertRegex(self.run_icert(0, "audit", "verify").text, "sound +yes")
        self.assertEqual(len(list(self.ca.glob("before-restore-*"))), 1)
        shutil.rmtree(next(self.ca.glob("before-restore-*")))

    def test_restore_elsewhere(self):
        """A lost CA comes back elsewhere with a copy of its secret, and not without"""
        self.make()
        secret = self.folder.path / "secret"
        shutil.copy(self.ca / "keys" / "secret", secret)
        moved = self.folder.path / "moved"
        away = self.folder.path / "away"
        answer = self.run_icert(1, "restore", "--to", moved, "--secret", secret, self.backup)
        self.assertIn("CONFLICT: target: ", answer.error)
        self.ca.rename(away)
        answer = self.run_icert(1, "restore", "--to", moved, self.backup)
        self.assertIn("KEY_UNAVAILABLE: secret: ", answer.error)
        self.assertIn("remedy: --secret FILE", answer.error)
        self.run_icert(0, "restore", "--to", moved, "--secret", secret, self.backup)
        self.submit()
        self.assertRegex(self.run_icert(0, "audit", "verify").text, "sound +yes")
        # back again for the other tests
        shutil.rmtree(moved)
        away.rename(self.ca)
        self.run_icert(0, "restore", "--to", self.ca, self.backup)


if __name__ == "__main__":
    tap.main()
