#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The eight steps as ICERT_STEPS prints them: in order, each with the class that acted (Must show 1)."""

import os
import re

import tap
import tool

STEP = re.compile(r"^([1-8]) +(\S+) +(\S+) +(.*)$")


class Steps(tool.ToolTest):
    def steps(self, status, *arguments, chain=None):
        """(number, part, class, text) of a command; CHAIN: which policies judge."""
        log = self.folder.path / "steps"
        modules = f"{os.environ['ICERT_MODULE_PATH']}:{os.environ['ICERT_FIXTURE_MODULES']}"
        environment = {"ICERT_MODULE_PATH": modules}
        if chain is not None:
            self.run_icert(0, "set-config", "Policy", "Chain", chain, environment=environment)
        log.unlink(missing_ok=True)
        answer = self.run_icert(status, "--json", *arguments, environment=dict(environment, ICERT_STEPS=str(log)))
        lines = log.read_text().splitlines()
        steps = [STEP.match(line) for line in lines]
        self.assertNotIn(None, steps, lines)
        return answer, [step.groups() for step in steps]

    def first(self, steps):
        """Numbers in the order in which they come first."""
        return list(dict.fromkeys(step[0] for step in steps))

    def test_order(self):
        """A request runs through steps 1 to 5, its approval through 6, 5, 7 and 8"""
        path = self.folder.request("ordered", "www.example.org")
        answer, steps = self.steps(3, "submit", path, "--profile", "WebServer")
        self.assertEqual([number for number in self.first(steps) if number <= "5"], list("12345"), steps)
        self.assertIn("Template.Policy", {step[2] for step in steps if step[0] == "1"})
        self.assertIn("Publish.Exit", {step[2] for step in steps if step[0] == "1"})
        judged = [step for step in steps if step[0] == "5"]
        self.assertEqual([step[1:3] for step in judged], [("policy", "Template.Policy")])
        self.assertRegex(judged[0][3], "^pending")
        answer, steps = self.steps(0, "resubmit", answer.json["request-id"])
        numbers = [step[0] for step in steps]
        self.assertLess(numbers.index("6"), numbers.index("5"), steps)
        self.assertLess(numbers.index("5"), numbers.index("7"), steps)
        self.assertLess(numbers.index("7"), numbers.index("8"), steps)
        self.assertRegex([step for step in steps if step[0] == "5"][0][3], "^issue")
        self.assertEqual({step[2] for step in steps if step[0] in "78"}, {"Publish.Exit"})

    def test_another_policy(self):
        """With another policy class in the chain the line of step 5 names that class"""
        path = self.folder.request("judged", "www.example.org")
        for chain, status, words in (
            ("Pend.Policy", 3, [("Pend.Policy", "pending")]),
            ("Deny.Policy", 4, [("Deny.Policy", "deny")]),
            ("Always.Policy", 0, [("Always.Policy", "issue")]),
            ("Always.Policy;Pend.Policy", 3, [("Always.Policy", "issue"), ("Pend.Policy", "pending")]),
            ("Fail.Policy", 3, [("Fail.Policy", "pending")]),
            ("Template.Policy", 3, [("Template.Policy", "pending")]),
        ):
            with self.subTest(chain=chain):
                _, steps = self.steps(status, "submit", path, "--profile", "WebServer", chain=chain)
                judged = [(step[2], step[3].split(":")[0]) for step in steps if step[0] == "5"]
                self.assertEqual(judged, words)


if __name__ == "__main__":
    tap.main()
