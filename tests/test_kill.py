#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test_kill.py [--kills=N]: kill -9 at any moment loses nothing that was answered (S-E1, S-E5).

N: how many submissions are killed (default 40; the long suite asks for 200).
"""

import json
import random
import signal
import subprocess
import sys
import time

import tap
import tool

KILLS = 40
if sys.argv[1:] and sys.argv[1].startswith("--kills="):
    KILLS = int(sys.argv.pop(1).split("=")[1])


class Kill(tool.ToolTest):
    def start(self, *arguments):
        return subprocess.Popen(
            ["icert", "--json", *map(str, arguments)],
            cwd=self.folder.path,
            env=self.folder.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def rows(self):
        lines = self.run_icert(0, "--json", "view").lines
        return {row["Request.RequestID"]: row for row in lines}

    def test_between_submit_and_resubmit(self):
        """A pending request survives the death of the process that took it"""
        path = self.folder.request("pending", "p.example.org")
        holder = subprocess.Popen(
            ["/usr/bin/python3", "-c",
             "import sys, time\nimport gi\ngi.require_version('ICert', '1.0')\nfrom gi.repository import GLib, ICert\n"
             "answer = ICert.Request.open(None, None).submit(ICert.SubmitFlags.NONE, GLib.Bytes.new("
             "open(sys.argv[1], 'rb').read()), {'CertificateTemplate': 'WebServer'}, None)\n"
             "print(answer.get_request_id(), flush=True)\ntime.sleep(100)\n", path],
            env=self.folder.environment, stdout=subprocess.PIPE)
        number = holder.stdout.readline().decode().strip()
        holder.send_signal(signal.SIGKILL)
        holder.communicate()
        self.assertTrue(number)
        self.run_icert(3, "retrieve", number)
        self.run_icert(0, "resubmit", number, "--out", "p.crt")

    def kill_one(self, path, key, moment):
        """What was answered, if anything was: (request id, disposition)."""
        process = self.start("submit", path, "--profile", "User", "--id-key", key)
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        out, _ = process.communicate()
        if process.returncode != 0:
            return None
        answer = json.loads(out)
        return answer["request-id"], answer["disposition"]

    def test_during_submissions(self):
        """Whenever it is killed: what was answered is there, and a retry with the same key is the same request"""
        path = self.folder.request("user")
        begin = time.monotonic()
        self.run_icert(0, "submit", path, "--profile", "User")
        usual = time.monotonic() - begin
        rng = random.Random(4)
        answered = {}
        for number in range(KILLS):
            answer = self.kill_one(path, f"key-{number}", rng.uniform(0, 1.2 * usual))
            if answer is not None:
                answered[f"key-{number}"] = answer
        rows = self.rows()
        for key, (request_id, disposition) in answered.items():
            self.assertEqual(disposition, "issued")
            self.assertEqual(rows[request_id]["Request.Disposition"], 20, key)
        for row in rows.values():
            self.assertIn(row["Request.Disposition"], (9, 20), row)
        self.retry(path, answered, rows)

    def retry(self, path, answered, rows):
        before = len(rows)
        seen = {}
        for number in range(0, KILLS, max(1, KILLS // 20)):
            key = f"key-{number}"
            found = self.icert("--json", "retrieve", "--id-key", key)
            again = self.icert("--json", "submit", path, "--profile", "User", "--id-key", key)
            self.assertIn(again.status, (0, 3), repr(again))
            seen[key] = again.json["request-id"]
            if found.status in (0, 3):
                self.assertEqual(found.json["request-id"], seen[key])
            if key in answered:
                self.assertEqual(answered[key][0], seen[key])
        self.assertEqual(len(set(seen.values())), len(seen))
        after = self.rows()
        serials = [row["SerialNumber"] for row in after.values() if row["SerialNumber"]]
        self.assertEqual(len(serials), len(set(serials)))
        self.assertGreaterEqual(len(after), before)


if __name__ == "__main__":
    tap.main()
