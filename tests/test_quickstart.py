#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""data/quickstart.sh shows the eight steps, and step 5 names the policy that decided."""

import os
import re
import subprocess
import tempfile
import unittest

import tap
import tool

SCRIPT = os.path.join(os.environ["ICERT_DATA_PATH"], "quickstart.sh")
STEP = re.compile(r"^([1-8]) +(\S+) +(\S+) +(.*)$", re.MULTILINE)


class Quickstart(unittest.TestCase):
    def test_eight_steps(self):
        """The quickstart ends with 0 and prints all eight steps, each with the class that acted"""
        # into a file, as people do who keep a log: nothing may write over anything
        with tempfile.TemporaryFile() as log:
            process = subprocess.run(
                ["sh", SCRIPT],
                env=dict(os.environ, ICERT_QUICKSTART="1"),
                stdout=log,
                stderr=subprocess.STDOUT,
                timeout=240,
                check=False,
            )
            log.seek(0)
            text = log.read().decode(errors="replace")
        self.assertEqual(process.returncode, 0, text)
        steps = STEP.findall(text)
        self.assertEqual({number for number, *_ in steps}, set("12345678"), text)
        self.assertIn(("5", "policy", "Template.Policy"), [step[:3] for step in steps])
        self.assertRegex(text, r"(?m)^5 policy +Template\.Policy +pending")
        self.assertRegex(text, r"(?m)^5 policy +Template\.Policy +issue")
        self.assertRegex(text, r"(?m)^6 officer ")
        self.assertRegex(text, r"(?m)^8 exit +Publish\.Exit ")
        self.assertRegex(text, r"(?m)^Python: request \d+ issued")
        self.assertRegex(text, r"(?m)^gjs: request \d+ issued")
        self.assertRegex(text, r"(?m)^web\.crt: OK$")


class AnotherPolicy(tool.ToolTest):
    """The policies of tests/fixtures/policies lie where ICERT_FIXTURE_MODULES says."""

    def steps(self, chain):
        path = self.folder.request("r", "www.example.org")
        log = self.folder.path / f"steps-{chain}"
        modules = f"{os.environ['ICERT_MODULE_PATH']}:{os.environ['ICERT_FIXTURE_MODULES']}"
        environment = {"ICERT_MODULE_PATH": modules, "ICERT_STEPS": str(log)}
        answer = self.run_icert(0, "set-config", "Policy", "Chain", chain, environment=environment)
        log.unlink(missing_ok=True)
        answer = self.icert("submit", path, "--profile", "WebServer", environment=environment)
        return answer.status, [step[1:] for step in STEP.findall(log.read_text()) if step[0] == "5"]

    def test_step_five_follows_the_chain(self):
        """With another policy class in the chain the line of step 5 changes"""
        status, steps = self.steps("Template.Policy")
        self.assertEqual(status, 3)
        self.assertEqual([step[1] for step in steps], ["Template.Policy"])
        status, steps = self.steps("Deny.Policy")
        self.assertEqual(status, 4)
        self.assertEqual([step[1] for step in steps], ["Deny.Policy"])
        self.assertRegex(steps[0][2], "^den")
        status, steps = self.steps("Template.Policy;Deny.Policy")
        self.assertEqual(status, 4)
        self.assertEqual([step[1] for step in steps], ["Template.Policy", "Deny.Policy"])


if __name__ == "__main__":
    tap.main()
