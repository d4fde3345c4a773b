#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Explains what became of a request: the trace of its decision, rule by rule.

The CA keeps, for each time it judged a request, which module looked at which field by
which rule, what it saw and what would have been allowed.
"""

from __future__ import annotations

import argparse
import sys
import typing

import gi

gi.require_version("ICert", "1.0")
from gi.repository import ICert  # noqa: E402

KEYS = ("module", "rule", "field", "seen", "allowed")
Line = dict[str, typing.Any]


def text_of(line: Line) -> str:
    """A line of the trace as people read it."""
    module, rule, field, seen, allowed = (line.get(key, "") for key in KEYS)
    if line["kind"] == "verdict":
        return f"{module} says {seen}" + (f": {allowed}" if allowed else "")
    if line["kind"] == "received":
        return f"submitted by {seen} at the door {allowed}"
    if line["kind"] in ("read", "written"):
        return f"{module} has {line['kind']} {field}" + (f" ({seen})" if seen else "")
    seen, allowed = seen or "absent", allowed or "nothing"
    return f"{module} {rule}: {field} is {seen}; allowed: {allowed}"


def decisive(lines: list[Line], field: str | None) -> Line | None:
    """The rule that refused: the last one about the field that the refusal names."""
    rules = [line for line in lines if line["kind"] in ("rule", "engine")]
    named = [line for line in rules if line.get("field") == field] or rules
    return named[-1] if named else None


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("id", type=int, help="request id")
    parser.add_argument(
        "--ca", help="config string of the CA; without it the default one"
    )
    parser.add_argument(
        "--all", action="store_true", help="what was merely read and written, too"
    )
    options = parser.parse_args()

    request = ICert.Request.open(options.ca)
    answer = request.retrieve_pending(options.id)
    lines = ICert.Admin.open(options.ca).get_trace(options.id)
    print(f"request {options.id} {answer.disposition.value_nick}: {answer.message}")
    judgement = 0
    for line in lines:
        if line["judgement"] != judgement:
            judgement = line["judgement"]
            print(f"judgement {judgement}:")
        if options.all or line["kind"] not in ("read", "written"):
            print(f"  {text_of(line)}")
    refusal = answer.status
    if refusal is None or answer.disposition != ICert.Disposition.DENIED:
        return 0
    rule = decisive(
        [line for line in lines if line["judgement"] == judgement], refusal.field
    )
    print(f"refused with {refusal.name} for {refusal.field}: {refusal.text}")
    if rule is not None:
        print(f"decided by {text_of(rule)}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ICert.CertError as error:
        sys.exit(f"explain.py: {error.name}: {error.text}")
