#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An exit of one's own: writes a line of JSON for each event of a local CA.

An event comes after the commit of what it tells, and comes again until the exit has
taken it: to the next run too, if this one ends before. So a reader has to expect a line
twice.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import sys
import typing

import gi

gi.require_version("ICert", "1.0")
from gi.repository import GObject, ICert  # noqa: E402

Events = ICert.ExitEvents
NAMES = {
    Events.CERT_ISSUED: "issued",
    Events.CERT_PENDING: "pending",
    Events.CERT_DENIED: "denied",
    Events.CERT_FAILED: "failed",
}


class JsonLinesExit(GObject.Object, ICert.Exit):
    """Appends to a file. What fails here is tried again later."""

    __gtype_name__ = "PythonJsonLinesExit"
    file: typing.TextIO

    def do_initialize(self, _ca: ICert.Server, _settings: ICert.Settings):
        return (
            True,
            Events.CERT_ISSUED
            | Events.CERT_PENDING
            | Events.CERT_DENIED
            | Events.CERT_FAILED,
        )

    def do_notify_event(
        self, event: ICert.ExitEvents, server: ICert.ServerExit
    ) -> bool:
        line = {
            "event": NAMES[event],
            "request": server.get_request_id(),
            "requester": server.get_request_property("RequesterName"),
            "profile": server.get_request_attribute("CertificateTemplate"),
        }
        if event == Events.CERT_ISSUED:
            line["serial"] = server.get_certificate_property("SerialNumber")
            line["subject"] = server.get_certificate_property("DistinguishedName")
            end = server.get_certificate_date("NotAfter")
            line["until"] = end.isoformat() if end is not None else None
        print(json.dumps(line), file=self.file, flush=True)
        os.fsync(self.file.fileno())
        return True


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("log", type=pathlib.Path, help="file to append to")
    parser.add_argument(
        "requests", type=pathlib.Path, nargs="*", help="files to submit meanwhile"
    )
    parser.add_argument(
        "--ca", help="config string of a local CA; without it the default one"
    )
    parser.add_argument(
        "--profile", default="User", help="certificate profile; default User"
    )
    options = parser.parse_args()

    listener = JsonLinesExit()
    with options.log.open("a", encoding="utf-8") as listener.file:
        # at the end of the block the CA is stopped, and first delivers what is due
        with ICert.Control.open(options.ca) as control:
            # what an earlier run did not get comes first
            control.append_exit(listener)
            control.start()
            request = ICert.Request.open(options.ca)
            for path in options.requests:
                request.submit(
                    0, path.read_bytes(), {"CertificateTemplate": options.profile}
                )


if __name__ == "__main__":
    try:
        main()
    except (ICert.CertError, OSError) as error:
        sys.exit(f"exit_jsonl.py: {error}")
