#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The examples in JavaScript and Vala, each against a CA, and what they do with what is wrong."""

import json
import os
import pathlib
import subprocess

import tap
import tool

SOURCE = pathlib.Path(__file__).resolve().parent.parent
EXAMPLES = SOURCE / "bindings" / "js" / "examples"
VALA = pathlib.Path(os.environ["G_TEST_BUILDDIR"]).parent / "bindings" / "vala" / "client"
CA = "Demo CA"


class Examples(tool.ToolTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls.folder.request("own", "www.example.org")
        cls.foreign = cls.folder.request("foreign", "www.foreign.test")

    def run_program(self, status, *command, stdin=""):
        """Its standard output; its standard error has to be empty unless it fails."""
        process = subprocess.run(
            [str(part) for part in command],
            cwd=self.folder.path,
            env=self.folder.environment,
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        self.assertEqual(process.returncode, status, process.stdout + process.stderr)
        if status in (0, 3, 4):
            self.assertEqual(process.stderr, "")
            return process.stdout
        self.assertEqual(len(process.stderr.splitlines()), 1, process.stderr)
        return process.stderr

    def run_js(self, status, name, *arguments, stdin=""):
        return self.run_program(status, "gjs", "-m", EXAMPLES / name, *arguments, stdin=stdin)

    def disposition(self, number):
        answer = self.run_icert(0, "--json", "view", "--where", f"RequestID = {number}")
        return answer.lines[0]["Request.Disposition"]

    def test_client(self):
        """client.js finds the CA, submits, and shows the row"""
        text = self.run_js(0, "client.js", self.own, "User", CA)
        self.assertRegex(text, r"(?m)^gjs: request \d+ issued$")
        self.assertRegex(text, r"(?m)^  SerialNumber +[0-9a-f]{40}$")
        self.assertRegex(self.run_js(3, "client.js", self.own, "WebServer", CA), "request \\d+ WebServer asks")
        self.assertRegex(self.run_js(1, "client.js", self.own, "User", "None"), "^client.js: [A-Z_]+: config: ")
        self.run_js(2, "client.js")

    def test_policy(self):
        """policy.js lends the CA a policy of at most 20 lines, which decides"""
        text = (EXAMPLES / "policy.js").read_text()
        policy = text[text.index("const OwnNames") : text.index("});\n", text.index("const OwnNames")) + 4]
        self.assertLessEqual(len(policy.splitlines()), 20)
        self.assertRegex(self.run_js(0, "policy.js", self.own, CA), "issued: Issued; only names of ours")
        text = self.run_js(4, "policy.js", self.foreign, CA)
        self.assertRegex(text, "^request \\d+ refused: subjectAltName: www.foreign.test is foreign")
        self.assertEqual(self.disposition(text.split()[1]), 31)
        self.run_js(2, "policy.js")
        self.run_js(1, "policy.js", "no-such-file", CA)

    def test_exit(self):
        """exit-jsonl.js appends a line of JSON for each event, and goes on where it was"""
        path = self.folder.path / "events.jsonl"
        self.run_js(0, "exit-jsonl.js", path, CA, self.own, self.foreign)
        self.run_js(0, "exit-jsonl.js", path, CA, self.own)
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        self.assertEqual([line["event"] for line in lines], ["issued"] * 3)
        self.assertEqual(len({line["request"] for line in lines}), 3)
        for line in lines:
            self.assertRegex(line["serial"], "^[0-9a-f]{40}$")
            self.assertEqual(line["profile"], "User")
            self.assertRegex(line["until"], r"^20\d\d-\d\d-\d\dT")
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        self.run_js(2, "exit-jsonl.js", path, CA)

    def test_queue(self):
        """queue.js shows what waits, takes the officer's word, and follows the changes"""
        waiting = self.submit(3, "waiting", "--profile", "WebServer", names=["www.example.org"])["request-id"]
        words = f"issue {waiting}\ndeny {waiting + 1} Not today\nissue {waiting}\nissue x\ndance\nquit\n"
        text = self.run_js(0, "queue.js", CA, self.own, stdin=words)
        self.assertRegex(text, rf"(?m)^\+ {waiting} www.example.org from \S+ at 20")
        self.assertRegex(text, rf"(?m)^\+ {waiting + 1} www.example.org from ")
        self.assertRegex(text, rf"(?m)^- {waiting} issued$")
        self.assertRegex(text, rf"(?m)^- {waiting + 1} refused$")
        self.assertRegex(text, rf"(?m)^! request: {waiting} is issued")
        self.assertRegex(text, r"(?m)^! dance \(issue ID")
        self.assertEqual(self.disposition(waiting), 20)
        self.assertEqual(self.disposition(waiting + 1), 31)

    def test_vala(self):
        """The client in Vala lends its policy and its exit, submits and retrieves"""
        text = self.run_program(0, VALA, self.own, "User", CA)
        self.assertRegex(text, r"(?m)^vala: request \d+ issued: Issued; only names of ours$")
        self.assertRegex(text, r"(?m)^vala: exit heard of request \d+: serial [0-9a-f]{40}$")
        self.assertRegex(text, r"(?m)^vala: retrieved request \d+: a certificate of \d+ octets$")
        self.assertRegex(self.run_program(4, VALA, self.foreign, "User", CA), "not issued: .* is foreign")
        self.assertRegex(self.run_program(1, VALA, self.own, "User", "None"), "^client: config: ")
        self.run_program(2, VALA)


if __name__ == "__main__":
    tap.main()
