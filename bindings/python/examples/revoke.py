#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Revokes what a list names, then makes and publishes CRLs and says how each place went.

The list has a line for each certificate: its serial number, and the reason if it is another
than --reason. Ends with 0, or with 1 when a line or a place failed.
"""

from __future__ import annotations

import argparse
import sys

import gi

gi.require_version("ICert", "1.0")
from gi.repository import ICert  # noqa: E402

REASONS = {
    "unspecified": ICert.RevocationReason.UNSPECIFIED,
    "keyCompromise": ICert.RevocationReason.KEY_COMPROMISE,
    "affiliationChanged": ICert.RevocationReason.AFFILIATION_CHANGED,
    "superseded": ICert.RevocationReason.SUPERSEDED,
    "cessationOfOperation": ICert.RevocationReason.CESSATION_OF_OPERATION,
    "certificateHold": ICert.RevocationReason.CERTIFICATE_HOLD,
}


def revoke(admin: ICert.Admin, line: str, reason: str) -> bool:
    """One line of the list; a serial that is refused does not stop the others."""
    serial, *words = line.split()
    name = words[0] if words else reason
    try:
        admin.revoke(serial, REASONS[name])
    except KeyError:
        print(f"{serial}  {name} is no reason", file=sys.stderr)
        return False
    except ICert.CertError as error:
        print(f"{serial}  {error.name}: {error.text}", file=sys.stderr)
        return False
    print(f"{serial}  {name}")
    return True


def publish(admin: ICert.Admin) -> bool:
    """CRLs of every key; a place that failed is tried again by the CA's schedule."""
    good = True
    for place in admin.publish_crls(ICert.CrlFlags.BASE).list_places():
        try:
            place.check_status()
            print(f"{place.place}  OK")
        except ICert.CertError as error:
            print(f"{place.place}  {error.name}: {error.text}", file=sys.stderr)
            good = False
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("list", type=argparse.FileType("r"), help="file, or - for stdin")
    parser.add_argument("--ca", help="config string; without it the default CA")
    parser.add_argument("--reason", choices=REASONS, default="unspecified")
    options = parser.parse_args()

    with ICert.Admin.open(options.ca) as admin:
        lines = [line for line in options.list if line.strip()]
        done = [revoke(admin, line, options.reason) for line in lines]
        published = publish(admin)
    return 0 if all(done) and published else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ICert.CertError as error:
        sys.exit(f"revoke.py: {error.name}: {error.text}")
