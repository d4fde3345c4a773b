#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""security-numbers.py [--quiet]: which numbers of spec/security.md have tests.

A number counts as tested when a file under tests/ (other than the lists themselves) names it. One
without a test needs a row in tests/fixtures/security-reasons.txt: numbers, what they wait for and the
reason, with tabs between them. A number with neither is a failure. The list of numbers comes from
../shared/spec/security.md where that is at hand, and is then compared with the copy in
tests/fixtures/security-numbers.txt.
"""

import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = TOP / "tests" / "fixtures"
NUMBERS = FIXTURES / "security-numbers.txt"
REASONS = FIXTURES / "security-reasons.txt"
SPEC = TOP.parent / "shared" / "spec" / "security.md"
ENDINGS = {".c", ".h", ".py", ".js", ".sh", ".vala", ".txt"}
LISTS = {NUMBERS, REASONS, pathlib.Path(__file__).resolve()}


def read_numbers(problems):
    copy = NUMBERS.read_text(encoding="utf-8").split()
    if SPEC.exists():
        text = SPEC.read_text(encoding="utf-8")
        numbers = re.findall(r"^- (S-[A-Z][0-9]+):", text, re.MULTILINE)
        if numbers != copy:
            problems.append(f"{NUMBERS.name}: differs from the specification")
        return numbers
    return copy


def read_reasons(problems):
    reasons = {}
    for line, text in enumerate(REASONS.read_text(encoding="utf-8").splitlines(), 1):
        if not text.strip() or text.startswith("#"):
            continue
        cells = text.split("\t")
        if len(cells) != 3 or not all(cell.strip() for cell in cells):
            problems.append(f"{REASONS.name}:{line}: not three cells (number, issue, reason)")
            continue
        for number in cells[0].split():
            if number in reasons:
                problems.append(f"{REASONS.name}:{line}: {number} appears twice (once)")
            reasons[number] = (cells[1].strip(), cells[2].strip())
    return reasons


def find_tests():
    tests = {}
    for path in sorted((TOP / "tests").rglob("*")):
        if path.suffix not in ENDINGS or path in LISTS or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for letter, number in re.findall(r"\b[Ss]-([A-Oa-o])([0-9]+)\b", text):
            tests.setdefault(f"S-{letter.upper()}{number}", set()).add(path.name)
    return tests


def main(quiet):
    problems = []
    numbers = read_numbers(problems)
    reasons = read_reasons(problems)
    tests = find_tests()
    for number in numbers:
        if number in tests:
            state = "test    " + ", ".join(sorted(tests[number]))
            if number in reasons:
                state += "  (its row of reasons is out of date)"
        elif number in reasons:
            state = f"waits   {reasons[number][0]}: {reasons[number][1]}"
        else:
            state = "NOTHING"
            problems.append(f"{number}: neither a test nor a reason")
        if not quiet:
            print(f"{number:7} {state}")
    for number in sorted((set(reasons) | set(tests)) - set(numbers)):
        problems.append(f"{number}: no such number")
    with_test = sum(number in tests for number in numbers)
    waiting = sum(number in reasons and number not in tests for number in numbers)
    print(f"{len(numbers)} numbers: {with_test} with tests, {waiting} with a reason not to yet")
    for problem in problems:
        print(f"problem: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main("--quiet" in sys.argv[1:]))
