#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""count.py LOG...: counts the tests in meson's JSON logs, subtest by subtest.

A program that speaks TAP counts once for each of its lines, any other once. The last line is
`N passed, N failed, N skipped`; the status is 1 when something failed or nothing ran.
"""

import json
import re
import sys

LINE = re.compile(r"^(not )?ok\b(?P<rest>.*)$", re.MULTILINE)
SKIP = re.compile(r"#\s*(SKIP|TODO)\b", re.IGNORECASE)
GOOD = {"OK", "EXPECTEDFAIL"}
# lines of notes for each failed test
MOST_NOTES = 60


def count_tap(output):
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for line in LINE.finditer(output):
        if SKIP.search(line["rest"]):
            counts["skipped"] += 1
        else:
            counts["failed" if line[1] else "passed"] += 1
    return counts


def count_test(test):
    counts = count_tap(test.get("stdout") or "")
    if test["result"] == "SKIP":
        counts["skipped"] = max(counts["skipped"], 1)
    elif test["result"] in GOOD:
        if not any(counts.values()):
            counts["passed"] = 1
    elif counts["failed"] == 0:
        # it crashed, hung or ended badly: no line says so
        counts["failed"] = 1
    return counts


def show_failure(test):
    """What a failed test said of it, which meson leaves in its log: the failed lines with their notes."""
    print(f"failed: {test['name']}: {test['result']}", file=sys.stderr)
    notes = []
    failed = False
    for line in (test.get("stdout") or "").splitlines():
        if LINE.match(line):
            failed = line.startswith("not ")
        if failed:
            notes.append(line)
    for line in notes[:MOST_NOTES]:
        print(f"  {line}", file=sys.stderr)


def main(paths):
    total = {"passed": 0, "failed": 0, "skipped": 0}
    for path in paths:
        with open(path, encoding="utf-8") as log:
            for line in log:
                test = json.loads(line)
                counts = count_test(test)
                for key, value in counts.items():
                    total[key] += value
                if counts["failed"]:
                    show_failure(test)
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 1 if total["failed"] or not total["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
