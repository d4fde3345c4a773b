#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""client.py REQUEST PROFILE [CA]: a client in Python.

Finds a CA, submits a request, and prints what the CA's database then says about it.
"""

import pathlib
import sys

import gi

gi.require_version("ICert", "1.0")
from gi.repository import ICert  # noqa: E402


def submit(config: str, path: str, profile: str) -> ICert.Response:
    """Steps 3 and 4: the request goes to the CA with the profile it wants."""
    with ICert.Request.open(config) as request:
        contents = pathlib.Path(path).read_bytes()
        return request.submit(
            ICert.SubmitFlags.NONE, contents, {"CertificateTemplate": profile}
        )


def print_row(config: str, request_id: int) -> None:
    """What the database has of the request, a line a column."""
    with ICert.View.open(config) as view:
        view.set_columns(
            ["Request.RequestID", "Request.Disposition", "CommonName", "SerialNumber"]
        )
        view.add_restriction("Request.RequestID", ICert.Seek.EQ, request_id)
        for row in view:
            for name, value in row.items():
                print(f"  {name:20} {'' if value is None else value}")


def main(path: str, profile: str, config: str | None = None) -> int:
    """Step 2: without a name, the default record, else the only one."""
    config = config or ICert.Config.open().get_config(ICert.ConfigChoice.DEFAULT)
    print(f"Python: CA {config}")
    answer = submit(config, path, profile)
    print(f"Python: request {answer.request_id} {answer.disposition.value_nick}")
    print_row(config, answer.request_id)
    return 0 if answer.disposition == ICert.Disposition.ISSUED else 3


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit("use: client.py REQUEST PROFILE [CA]")
    try:
        sys.exit(main(*sys.argv[1:]))
    except ICert.CertError as error:
        # the code tells a program what to do, the message a person what is wrong
        sys.exit(f"client.py: {error.name}: {error.message}")
