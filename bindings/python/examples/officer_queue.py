#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The officer's queue: lists what is pending, shows what changes, and obeys.

Commands come from standard input: "issue ID", "deny ID [REASON]", "show ID", "quit".
A line with + came into the queue or was changed, one with - left it. What is issued is the
version of the content that was shown last: a change that nobody saw is refused.
"""

from __future__ import annotations

import argparse
import os
import sys

import gi

gi.require_version("ICert", "1.0")
from gi.repository import GLib, ICert  # noqa: E402

COLUMNS = [
    "Request.RequestID",
    "Request.RequesterName",
    "Request.CommonName",
    "Request.SubmittedWhen",
    "Request.ContentVersion",
]
HELP = "issue ID, deny ID [REASON], show ID, quit"


class Queue:
    """What is pending at one CA. Whoever changes it, the CA's signal tells."""

    def __init__(self, config: str | None) -> None:
        self.config = config
        self.admin = ICert.Admin.open(config)
        self.ca = self.admin.get_ca()
        self.seen: dict[int, int] = {}
        self.ca.connect("request-changed", self.changed)

    def rows(self, request_id: int | None = None) -> ICert.View:
        """A view of the pending requests, or of one of them."""
        view = ICert.View.open(self.config)
        view.set_columns(COLUMNS)
        view.set_sort(COLUMNS[0], ICert.Sort.ASCEND)
        view.add_restriction(
            "Request.Disposition", ICert.Seek.EQ, int(ICert.RowDisposition.PENDING)
        )
        if request_id is not None:
            view.add_restriction(COLUMNS[0], ICert.Seek.EQ, request_id)
        return view

    def list(self, request_id: int | None = None) -> None:
        for row in self.rows(request_id):
            number, requester, name, when, version = (
                row[column] for column in COLUMNS
            )
            self.seen[number] = version
            print(
                f"+ {number} {name or '-'} from {requester} "
                f"at {when:%Y-%m-%d %H:%M:%S} (version {version})",
                flush=True,
            )

    def changed(
        self, _ca: ICert.Ca, request_id: int, disposition: ICert.Disposition
    ) -> None:
        """The signal says which request changed; what it is now, the database says."""
        if disposition == ICert.Disposition.UNDER_SUBMISSION:
            self.list(request_id)
        elif self.seen.pop(request_id, None) is not None:
            print(f"- {request_id} {disposition.value_nick}", flush=True)

    def show(self, request_id: int) -> None:
        """Why a request is where it is, rule by rule."""
        for line in self.admin.get_trace(request_id):
            if line["kind"] in ("rule", "verdict"):
                words = [
                    line.get(key, "")
                    for key in ("module", "rule", "field", "seen", "allowed")
                ]
                print("  " + "  ".join(word for word in words if word), flush=True)

    def issue(self, request_id: int) -> None:
        """Approves what was shown, and nothing that was changed since."""
        if request_id not in self.seen:
            print(f"! {request_id}: not in the queue", flush=True)
            return
        answer = self.admin.resubmit_request_version(request_id, self.seen[request_id])
        if answer.disposition != ICert.Disposition.ISSUED:
            print(f"! {request_id}: {answer.message}", flush=True)

    def obey(self, line: str) -> bool:
        """One command; False for the last."""
        verb, _, rest = line.strip().partition(" ")
        number, _, reason = rest.partition(" ")
        if verb in ("quit", "q"):
            return False
        try:
            if verb == "issue":
                self.issue(int(number))
            elif verb == "deny":
                self.admin.deny_request(int(number), reason or None)
            elif verb == "show":
                self.show(int(number))
            elif verb:
                print(f"! {verb}? ({HELP})", flush=True)
        except ICert.CertError as error:
            print(f"! {error.text}", flush=True)
        except ValueError:
            print(f"! {number or 'nothing'} is no request id ({HELP})", flush=True)
        return True


class Input:
    """Lines of standard input, while the main loop goes on."""

    def __init__(self, queue: Queue, loop: GLib.MainLoop) -> None:
        self.queue = queue
        self.loop = loop
        self.rest = b""
        condition = GLib.IOCondition.IN | GLib.IOCondition.HUP
        GLib.io_add_watch(0, GLib.PRIORITY_DEFAULT, condition, self.ready)

    def ready(self, _fd: int, _condition: GLib.IOCondition) -> bool:
        octets = os.read(0, 4096)
        *lines, self.rest = (self.rest + octets).split(b"\n")
        more = (
            all(self.queue.obey(line.decode(errors="replace")) for line in lines)
            and octets
        )
        if not more:
            # the last change is still to be told: when nothing is left to do
            GLib.idle_add(self.loop.quit)
        return bool(more)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "--ca", help="config string of the CA; without it the default one"
    )
    options = parser.parse_args()

    queue = Queue(options.ca)
    queue.list()
    if sys.stdin.isatty():
        print(f"({HELP})")
    loop = GLib.MainLoop()
    Input(queue, loop)
    loop.run()


if __name__ == "__main__":
    try:
        main()
    except ICert.CertError as error:
        sys.exit(f"officer_queue.py: {error.name}: {error.text}")
