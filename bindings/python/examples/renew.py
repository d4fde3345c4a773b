#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Renews what is due, for a timer that runs once a day.

Looks at every certificate that was enrolled into FOLDER (by `icert enroll` or
ICert.Enroll) and renews those with less than a third of their life left. What an
officer has to see first is collected by the next run. Ends with 1 when something could
not be renewed.
"""

import argparse
import datetime
import pathlib
import sys

import gi

gi.require_version("ICert", "1.0")
from gi.repository import ICert  # noqa: E402


def renew(key: pathlib.Path, by: datetime.datetime) -> str:
    """What became of one certificate; CA, profile and files are in its record."""
    enrolment = ICert.Enroll.open()
    enrolment.key_file = str(key)
    due = enrolment.get_renewal_time()
    if due > by:
        return f"due {due:%Y-%m-%d}"
    answer = enrolment.renew(None, False, 0)
    if answer.disposition != ICert.Disposition.ISSUED:
        return f"request {answer.request_id} {answer.disposition.value_nick}"
    return f"renewed until {enrolment.get_not_after():%Y-%m-%d}"


def main() -> int:
    """A line for each key; one that fails does not stop the others."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "folder", type=pathlib.Path, help="where keys and their records lie"
    )
    parser.add_argument(
        "days", type=int, nargs="?", default=0, help="how far to look ahead"
    )
    options = parser.parse_args()

    by = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(
        days=options.days
    )
    failed = 0
    for record in sorted(options.folder.glob("*.enroll")):
        key = record.with_suffix("")
        try:
            print(f"{key.name}: {renew(key, by)}")
        except ICert.CertError as error:
            # an encrypted key, say: this job knows no passphrases
            print(f"{key.name}: {error.name}: {error.message}", file=sys.stderr)
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
