#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Finds the certificates that expire soon: a view with restrictions.

Ends with 0 when there is none, and with 3 when there are some, for a nightly job.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys

import gi

gi.require_version("ICert", "1.0")
from gi.repository import ICert  # noqa: E402

COLUMNS = [
    "NotAfter",
    "Request.RequestID",
    "CertificateTemplate",
    "SerialNumber",
    "CommonName",
    "Request.RequesterName",
]


def find(
    config: str | None, days: float, profile: str | None
) -> list[dict[str, object]]:
    """The rows that are issued, valid still, and not for more than @days days."""
    now = datetime.datetime.now(datetime.timezone.utc)
    with ICert.View.open(config) as view:
        view.set_columns(COLUMNS)
        view.add_restriction(
            "Request.Disposition", ICert.Seek.EQ, int(ICert.RowDisposition.ISSUED)
        )
        view.add_restriction("NotAfter", ICert.Seek.GE, now)
        view.add_restriction(
            "NotAfter", ICert.Seek.LE, now + datetime.timedelta(days=days)
        )
        if profile is not None:
            view.add_restriction("CertificateTemplate", ICert.Seek.EQ, profile)
        # NotAfter has an index: the database reads no more rows than it finds
        view.set_sort("NotAfter", ICert.Sort.ASCEND)
        return [dict(row.items()) for row in view]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--ca", help="config string of the CA; without it the default one"
    )
    parser.add_argument("--days", type=float, default=30, help="default 30")
    parser.add_argument("--profile", help="only certificates of this profile")
    parser.add_argument("--json", action="store_true", help="a JSON object a line")
    options = parser.parse_args()

    rows = find(options.ca, options.days, options.profile)
    for row in rows:
        if options.json:
            print(json.dumps(row, default=datetime.datetime.isoformat))
        else:
            end, number, profile, serial, name, requester = row.values()
            print(
                f"{end:%Y-%m-%d}  {number}  {name or '-'}  {profile}  {serial}  "
                f"{requester}"
            )
    return 3 if rows else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ICert.CertError as error:
        sys.exit(f"expiring.py: {error.name}: {error.text}")
