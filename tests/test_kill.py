#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test_kill.py [--kills=N]: kill -9 at any moment loses nothing that was answered (S-E1, S-E5).

N: how many submissions are killed (default 40; the long suite asks for 200).
"""

import hashlib
import json
import os
import pathlib
import random
import signal
import sqlite3
import struct
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
        lines = self.run_icert(0, "--json", "view", "--where", "RequestID > 0").lines
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


# Submits for ever; a line for each answer, with the certificate as it came.
CLIENT = """
import base64, sys
import gi
gi.require_version('ICert', '1.0')
from gi.repository import GLib, ICert
request = ICert.Request.open(None, None)
octets = GLib.Bytes.new(open(sys.argv[1], 'rb').read())
for number in range(int(sys.argv[2]), int(sys.argv[2]) + 10000):
    key = 'loop-%d' % number
    answer = request.submit_full(ICert.SubmitFlags.NONE, ICert.Encoding.ANY, ICert.RequestFormat.ANY, octets,
                                 {'CertificateTemplate': sys.argv[3]}, key, None)
    certificate = answer.get_certificate(ICert.OutputFlags.BINARY)
    text = base64.b64encode(certificate).decode() if certificate else '-'
    print(key, answer.get_request_id(), int(answer.get_disposition()), text, flush=True)
"""

# Asks again for keys on its standard input: what it answers has the same form.
READER = """
import base64, sys
import gi
gi.require_version('ICert', '1.0')
from gi.repository import ICert
request = ICert.Request.open(None, None)
for key in sys.stdin.read().split():
    answer = request.retrieve_by_key(key, None)
    certificate = answer.get_certificate(ICert.OutputFlags.BINARY)
    text = base64.b64encode(certificate).decode() if certificate else '-'
    print(key, answer.get_request_id(), int(answer.get_disposition()), text, flush=True)
"""


class Loop(tool.ToolTest):
    """A client that keeps the CA open and submits as fast as it can."""

    def python(self, *arguments, **keywords):
        return subprocess.Popen(["/usr/bin/python3", "-c", *map(str, arguments)], env=self.folder.environment,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, **keywords)

    def kill_loop(self, rng, path, first, profile):
        """Lines that were answered before the client was killed."""
        client = self.python(CLIENT, path, first, profile)
        lines = [client.stdout.readline()]
        time.sleep(rng.uniform(0, 0.1))
        client.send_signal(signal.SIGKILL)
        lines += client.stdout.read().splitlines(keepends=True)
        client.communicate()
        return [line.decode().split() for line in lines if line.endswith(b"\n")]

    def check_store(self):
        store = sqlite3.connect(self.folder.path / "demo" / "store" / "ca.db")
        self.addCleanup(store.close)
        ask = lambda sql: store.execute(sql).fetchall()
        self.assertEqual(ask("PRAGMA integrity_check"), [("ok",)])
        self.assertEqual(ask("PRAGMA foreign_key_check"), [])
        self.assertEqual(ask("SELECT count(*) FROM requests WHERE disposition = 20 AND raw_certificate IS NULL"), [(0,)])
        self.assertEqual(ask("SELECT count(*) FROM requests WHERE disposition = 8"), [(0,)])
        self.assertEqual(ask("SELECT count(*) FROM serials WHERE state = 0"), [(0,)])
        self.assertEqual(ask("SELECT count(*) FROM requests WHERE disposition = 20"),
                         ask("SELECT count(*) FROM serials WHERE state = 1"))
        self.check_audit(ask("SELECT sequence, time, node, actor, door, verb, object, outcome, detail, hash"
                             " FROM audit ORDER BY sequence"))

    def check_audit(self, records):
        """The formula of ca-audit.c."""
        before = bytes(32)
        for count, (sequence, moment, *texts, digest) in enumerate(records, 1):
            octets = before + struct.pack(">qq", sequence, moment)
            for text in texts:
                part = b"" if text is None else text.encode()
                octets += struct.pack(">I", 0xFFFFFFFF if text is None else len(part)) + part
            before = hashlib.sha256(octets).digest()
            self.assertEqual((sequence, digest), (count, before))

    def test_loop(self):
        """A client that is killed while it submits in a loop: every answer is there, octet for octet"""
        path = self.folder.request("loop", "loop.example.org")
        rng = random.Random(5)
        answered = []
        for number in range(max(10, KILLS // 4)):
            profile = "User" if number % 2 == 0 else "WebServer"
            answered += self.kill_loop(rng, path, number * 100000, profile)
        self.assertGreaterEqual(len(answered), max(10, KILLS // 4))
        reader = self.python(READER)
        out, _ = reader.communicate(" ".join(line[0] for line in answered).encode())
        self.assertEqual(reader.returncode, 0)
        self.assertEqual([line.split() for line in out.decode().splitlines()], answered)
        identities = [line[1] for line in answered]
        self.assertEqual(len(set(identities)), len(identities))
        self.check_store()


class Configure(tool.ToolTest):
    """Whatever ca.conf is in force has its record, wherever the change of it was killed."""

    def setUp(self):
        self.ca = self.folder.path / "demo"

    def ask(self, sql, *values):
        store = sqlite3.connect(self.ca / "store" / "ca.db")
        try:
            return store.execute(sql, values).fetchall()
        finally:
            store.close()

    def kill(self, step, *arguments):
        """`icert ARGUMENTS`, killed before step STEP that changes a file; whether it died."""
        library = pathlib.Path(os.environ["G_TEST_BUILDDIR"]) / "libfake-kill.so"
        # a sanitizer has to be the first
        preload = [*filter(None, [os.environ.get("LD_PRELOAD")]), str(library)]
        process = subprocess.run(
            ["icert", "--json", *arguments],
            cwd=self.folder.path,
            env=dict(self.folder.environment, LD_PRELOAD=":".join(preload),
                     FAKE_KILL_FOLDER=str(self.ca), FAKE_KILL_STEP=str(step)),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        self.assertIn(process.returncode, (0, -signal.SIGKILL), process.stderr)
        return process.returncode != 0

    def check_config(self, number, old, new):
        """The value in force, and the records that go with it."""
        answer = self.run_icert(0, "--json", "get-config", "CRL", "CRLPeriod").json
        value = answer["CRLPeriod"]
        self.assertIn(value, (old, new))
        self.assertEqual(self.ask("SELECT new_value FROM config_history WHERE id = 1"),
                         [((self.ca / "ca.conf").read_text(),)])
        self.assertEqual(self.ask("SELECT count(*) FROM config_history WHERE id = 2"), [(0,)])
        rows = self.ask("SELECT old_value FROM config_history WHERE id > 9 AND new_value = ?", new)
        done = self.ask("SELECT count(*) FROM audit WHERE verb = 'write-config' AND outcome = 'OK'"
                        " AND detail LIKE ? || ';%'", new)
        begun = self.ask("SELECT count(*) FROM audit WHERE outcome = 'BEGUN'"
                         " AND detail LIKE '%CRLPeriod = ' || ? || ' %'", new)
        if value == new:
            self.assertEqual((rows, done, begun), ([(old,)], [(1,)], [(1,)]), number)
        else:
            self.assertEqual((rows, done), ([], [(0,)]), number)
        self.assertEqual(self.ask("SELECT count(*) FROM audit WHERE outcome = 'OUTSIDE'"), [(0,)])
        self.assertFalse((self.ca / "ca.conf.before").exists())
        return value

    def test_between_steps(self):
        """S-F6, S-N6: killed at any step, the old or the new ca.conf is there with its record"""
        value, step, deaths, changed = "7d", 1, 0, 0
        while True:
            new = f"{100 + step}d"
            died = self.kill(step, "set-config", "CRL", "CRLPeriod", new)
            before, value = value, self.check_config(step, value, new)
            changed += died and value != before
            if not died:
                break
            deaths += 1
            step += 1 if KILLS > 100 else 2
        self.assertEqual(value, new)
        self.assertGreater(deaths, 10)
        # some of them behind the file, and completed
        self.assertGreater(changed, 0)
        self.assertGreater(self.ask("SELECT count(*) FROM audit WHERE detail LIKE '%interruption'")[0][0], 0)
        self.assertGreater(self.ask("SELECT count(*) FROM audit WHERE outcome = 'CALLED-OFF'")[0][0], 0)
        self.run_icert(0, "audit", "verify")


if __name__ == "__main__":
    tap.main()
