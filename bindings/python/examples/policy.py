#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A policy of one's own: an application opens a local CA and lends it the policy.

The policies of the configuration are asked first, so what they refuse stays refused,
and what they leave pending stays pending; this one sees what they wrote.
"""

from __future__ import annotations

import argparse
import pathlib
import sys

import gi

gi.require_version("ICert", "1.0")
from gi.repository import GObject, ICert  # noqa: E402


class ZonePolicy(GObject.Object, ICert.Policy):
    """Names of one zone only, three of them at most without an officer."""

    __gtype_name__ = "ZonePolicy"
    zone = "example.org"

    def do_verify_request(self, server: ICert.ServerPolicy, new_request: bool):
        names = server.get_subject_alt_names()
        for name in names:
            if not name.matches("*." + self.zone):
                # a refusal code denies; any other exception leaves the request pending
                text = f"{name.text} is foreign (*.{self.zone})"
                raise ICert.BadNameError(f"subjectAltName: {text}")
        server.add_trace("zone-count", "subjectAltName", str(len(names)), "3")
        if new_request and len(names) > 3:
            server.set_disposition_message("more than three names: an officer looks")
            return True, ICert.Verdict.PENDING
        server.set_certificate_property("Organization", "Example")
        return True, ICert.Verdict.ISSUE


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "requests", type=pathlib.Path, nargs="+", help="files to submit"
    )
    parser.add_argument(
        "--ca", help="config string of a local CA; without it the default one"
    )
    parser.add_argument(
        "--profile", default="User", help="certificate profile; default User"
    )
    parser.add_argument(
        "--zone", default=ZonePolicy.zone, help=f"default {ZonePolicy.zone}"
    )
    options = parser.parse_args()

    policy = ZonePolicy()
    policy.zone = options.zone
    # at the end of the block the CA is stopped, and lets the policy go
    with ICert.Control.open(options.ca) as control:
        control.append_policy(policy)
        control.start()
        request = ICert.Request.open(options.ca)
        for path in options.requests:
            answer = request.submit(
                0, path.read_bytes(), {"CertificateTemplate": options.profile}
            )
            print(f"{path.name}: {answer.disposition.value_nick}: {answer.message}")


if __name__ == "__main__":
    try:
        main()
    except (ICert.CertError, OSError) as error:
        sys.exit(f"policy.py: {error}")
