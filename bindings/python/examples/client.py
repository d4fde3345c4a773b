#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""client.py REQUEST PROFILE [CA]: a client in Python, through the plain typelib.

Finds a CA, submits a request, and prints what the CA's database then says about it.
"""

import sys

import gi

gi.require_version("ICert", "1.0")
from gi.repository import GLib, ICert  # noqa: E402


def find_ca():
    """Step 2: without a name, the default record, else the only one."""
    return ICert.Config.open(None).get_config(ICert.ConfigChoice.DEFAULT, None)


def submit(config, path, profile):
    with open(path, "rb") as file:
        contents = GLib.Bytes.new(file.read())
    request = ICert.Request.open(config, None)
    attributes = {"CertificateTemplate": profile}
    return request.submit(ICert.SubmitFlags.NONE, contents, attributes, None)


def print_row(config, request_id):
    view = ICert.View.open(config, None)
    view.set_columns(["Request.RequestID", "Request.Disposition", "CommonName", "SerialNumber"])
    view.add_restriction("Request.RequestID", ICert.Seek.EQ, GLib.Variant("x", request_id))
    for row in view.open_view(None).next(10, None):
        for name in row.list_names():
            value = row.get_value(name)
            print(f"  {name:20} {value.unpack() if value else ''}")


def main(path, profile, config=None):
    config = config or find_ca()
    print(f"Python: CA {config}")
    answer = submit(config, path, profile)
    print(f"Python: request {answer.get_request_id()} {answer.get_disposition().value_nick}")
    print_row(config, answer.get_request_id())
    return 0 if answer.get_disposition() == ICert.Disposition.ISSUED else 3


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit("use: client.py REQUEST PROFILE [CA]")
    try:
        sys.exit(main(*sys.argv[1:]))
    except GLib.Error as error:
        # the message carries field, text and details; the code tells a program what to do
        sys.exit(f"client.py: {error.message}")
