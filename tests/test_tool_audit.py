#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The verbs audit verify, cert-check, check and confirm-clock, for people and with --json."""

import os
import sqlite3
import time
import unittest

import tap
import tool


class Audit(tool.ToolTest):
    def store(self, *statements):
        connection = sqlite3.connect(self.folder.path / "demo" / "store" / "ca.db")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()

    def issue(self, name):
        path = self.folder.request(name, f"{name}.example.org")
        self.run_icert(0, "issue", path, "--profile", "WebServer", "--out", f"{name}.crt")

    def test_1_sound(self):
        """A CA that nobody touched: audit verify and cert-check end with 0"""
        self.issue("first")
        answer = self.run_icert(0, "audit", "verify")
        self.assertRegex(answer.text, r"(?m)^sound +yes$")
        document = self.run_icert(0, "--json", "audit", "verify").json
        self.assertIs(document["sound"], True)
        self.assertGreater(document["records"], 5)
        self.assertEqual(self.run_icert(0, "--json", "cert-check").json, [])
        self.assertRegex(self.run_icert(0, "cert-check").text, "^1 certificate, 0 differences")
        self.assertEqual(self.run_icert(0, "--json", "cert-check", "--since", "2100-01-01T00:00:00Z").json, [])

    def test_2_check(self):
        """check lists named checks with a remedy; warnings are status 3, failures 1"""
        rows = self.run_icert(3, "--json", "check").json
        states = {row["check"]: row["state"] for row in rows}
        self.assertEqual(states["audit-log"], "ok")
        self.assertEqual(states["clock"], "ok")
        self.assertEqual(states["audit-sink"], "warning")
        for row in rows:
            self.assertEqual(row["state"] == "ok", row["remedy"] is None, row)
        self.assertRegex(self.run_icert(3, "check").text, r"(?m)^weak-keys +warning ")
        key = self.folder.path / "demo" / "keys" / "audit.key"
        folder = self.folder.path / "demo" / "keys"
        self.assertFalse(key.exists())
        folder.chmod(0o755)
        try:
            answer = self.run_icert(1, "--json", "check")
        finally:
            folder.chmod(0o700)
        row = next(row for row in answer.json if row["check"] == "folder")
        self.assertEqual(row["state"], "failure")
        self.assertIn("0755", row["text"])
        self.assertIn("chmod", row["remedy"])

    def test_3_broken_profile(self):
        """check names a profile that does not load"""
        path = self.folder.path / "demo" / "profiles" / "Bad.profile"
        path.write_text("[Profile]\nName=Bad\nColour=red\n")
        path.chmod(0o600)
        try:
            answer = self.run_icert(1, "--json", "check")
        finally:
            path.unlink()
        row = next(row for row in answer.json if row["check"] == "profiles")
        self.assertEqual(row["state"], "failure")
        self.assertIn("Bad.profile", row["text"])

    def test_4_confirm_clock(self):
        """S-H3: confirm-clock without a stopped clock is WRONG_STATE and says where to look"""
        answer = self.run_icert(1, "confirm-clock")
        self.assert_error(answer, "WRONG_STATE", "clock")
        self.assertIn("icert check", answer.error)

    def test_5_clock(self):
        """S-H3: a stored time ahead of the clock stops signing; check, submit and confirm-clock say so"""
        ahead = (int(time.time()) + 3600) * 1000000
        self.store(f"UPDATE counters SET value = {ahead} WHERE name = 'clock-newest'")
        path = self.folder.request("clock", "clock.example.org")
        answer = self.run_icert(3, "issue", path, "--profile", "WebServer")
        self.assertRegex(answer.text + answer.error, "pending: (clock: )?(stopped|stands)")
        rows = self.run_icert(1, "--json", "check").json
        row = next(row for row in rows if row["check"] == "clock")
        self.assertEqual(row["state"], "failure")
        self.assertIn("icert confirm-clock", row["remedy"])
        self.assertEqual(self.run_icert(0, "--json", "confirm-clock").json, {"confirmed": True})
        self.issue("right")

    def test_6_sink(self):
        """S-F7: checkpoints of a sink tell that the end of the log was cut; a sink that vanished stops signing"""
        sink = self.folder.path / "sink"
        self.run_icert(0, "set-config", "Audit", "CheckpointInterval", "1s")
        self.run_icert(0, "set-config", "Audit", "Sink", f"file:{sink}")
        time.sleep(1.1)
        self.issue("second")
        self.assertRegex(sink.read_text(), r"(?m)^icert-checkpoint v=1 ca=Demo%20CA sequence=\d+ ")
        self.assertEqual(sink.stat().st_mode & 0o777, 0o600)
        document = self.run_icert(0, "--json", "audit", "verify", "--checkpoints", sink).json
        self.assertGreater(document["checkpoints"], 1)
        away = self.folder.path / "away"
        os.rename(sink, away)
        path = self.folder.request("third", "third.example.org")
        answer = self.run_icert(3, "issue", path, "--profile", "WebServer")
        self.assertIn("sink", answer.text + answer.error)
        rows = self.run_icert(1, "--json", "check").json
        self.assertEqual(next(row for row in rows if row["check"] == "checkpoints")["state"], "failure")
        os.rename(away, sink)
        self.issue("fourth")
        self.run_icert(0, "set-config", "Audit", "Sink", "")

    def test_7_wrong_certificate(self):
        """S-E9: cert-check names row and field of a difference and ends with 1"""
        self.store("UPDATE requests SET common_name = 'evil' WHERE id = 1")
        answer = self.run_icert(1, "--json", "cert-check")
        self.assertEqual([(row["request-id"], row["field"]) for row in answer.json], [(1, "CommonName")])
        self.assertRegex(self.run_icert(1, "cert-check").text, r"(?m)^1 .* CommonName +is evil")
        self.store("UPDATE requests SET common_name = 'first.example.org' WHERE id = 1")
        self.assertEqual(self.run_icert(0, "--json", "cert-check").json, [])

    def test_8_changed_log(self):
        """S-F7: audit verify names the first record that is wrong and ends with 1; with a sink also a cut end"""
        lines = (self.folder.path / "sink").read_text()
        self.folder.write("lines", lines)
        self.store("UPDATE audit SET outcome = 'ISSUED' WHERE sequence = 3")
        answer = self.run_icert(1, "--json", "audit", "verify")
        self.assertEqual((answer.json["sequence"], answer.json["problem"]), (3, "changed"))
        self.assertRegex(self.run_icert(1, "audit", "verify").text, r"(?m)^sequence +3$")
        self.assert_error(self.run_icert(1, "audit", "verify", "--checkpoints", "missing"), "NOT_FOUND", "file")
        self.folder.write("junk", "no checkpoint\n")
        self.assert_error(self.run_icert(1, "audit", "verify", "--checkpoints", "junk"), "MALFORMED", "checkpoints")

    def test_9_bad_settings(self):
        """S-F7 S-N6: more than 1,000 records or 10 minutes, and unknown sinks, are refused"""
        for entry, value in (
            ("CheckpointRecords", "1001"),
            ("CheckpointInterval", "11min"),
            ("CheckpointInterval", "0s"),
            ("Sink", "ftp:there"),
            ("Filter", "0"),
        ):
            with self.subTest(f"{entry}={value}"):
                self.run_icert(1, "set-config", "Audit", entry, value)


if __name__ == "__main__":
    tap.main()
