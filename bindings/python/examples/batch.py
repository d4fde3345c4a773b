#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Submits many certificate requests, many at a time, and stores what comes back.

A CA works best with many requests in flight: it verifies and signs on all cores, and
commits what has gathered at once. --window says how many.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import pathlib
import sys
import time
from collections.abc import Callable, Iterable

import gi

gi.require_version("ICert", "1.0")
from gi.repository import GLib, ICert  # noqa: E402

Answered = Callable[[str, "ICert.Response | GLib.Error"], None]


async def submit_all(
    request: ICert.Request,
    requests: Iterable[tuple[str, bytes]],
    attributes: dict[str, str],
    window: int,
    answered: Answered,
) -> None:
    """Submits @requests, @window at a time; tells @answered each name and answer."""
    waiting = iter(requests)

    async def work() -> None:
        # all of them take from one iterator, so there is always one on its way for each
        for name, contents in waiting:
            try:
                answered(name, await request.submit_async(0, contents, attributes))
            except GLib.Error as error:
                answered(name, error)

    await asyncio.gather(*(work() for _ in range(window)))


class Progress:
    """A bar on a terminal; nothing where nobody looks."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0
        self.start = self.next = time.monotonic()
        self.shown = sys.stderr.isatty()

    def step(self) -> None:
        self.done += 1
        now = time.monotonic()
        if self.shown and (now >= self.next or self.done == self.total):
            self.next = now + 0.1
            bar = "#" * (40 * self.done // self.total)
            rate = self.done / max(now - self.start, 0.001)
            end = "\n" if self.done == self.total else ""
            line = f"\r[{bar:40}] {self.done}/{self.total}  {rate:.0f}/s "
            print(line, end=end, file=sys.stderr, flush=True)


class Results:
    """Counts the answers, stores the certificates, and says what was not issued."""

    def __init__(self, total: int, folder: pathlib.Path | None) -> None:
        self.counts: collections.Counter[str] = collections.Counter()
        self.progress = Progress(total)
        self.folder = folder

    def add(self, name: str, answer: ICert.Response | GLib.Error) -> None:
        self.progress.step()
        if isinstance(answer, GLib.Error):
            self.counts["failed"] += 1
            print(f"{name}: failed: {answer.message}")
            return
        outcome = answer.disposition.value_nick
        self.counts[outcome] += 1
        if answer.disposition != ICert.Disposition.ISSUED:
            print(f"{name}: request {answer.request_id} {outcome}: {answer.message}")
        elif self.folder is not None:
            certificate = answer.get_certificate(ICert.OutputFlags.BASE64_HEADER)
            (self.folder / f"{name}.crt").write_bytes(certificate or b"")


def find_requests(places: list[pathlib.Path]) -> list[tuple[str, bytes]]:
    """Name and contents of each file, of folders each .pem, .csr and .der file."""
    files: list[pathlib.Path] = []
    for place in places:
        if place.is_dir():
            files += sorted(
                path
                for path in place.iterdir()
                if path.suffix in (".pem", ".csr", ".der")
            )
        else:
            files.append(place)
    names = [path.stem for path in files]
    if len(set(names)) < len(names):
        raise OSError("two files of one name, whose certificates would be one file")
    return [(path.stem, path.read_bytes()) for path in files]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "requests", type=pathlib.Path, nargs="+", help="files, or folders of them"
    )
    parser.add_argument(
        "--ca", help="config string of the CA; without it the default one"
    )
    parser.add_argument(
        "--profile", default="User", help="certificate profile; default User"
    )
    parser.add_argument(
        "--window", type=int, default=256, help="requests in flight; default 256"
    )
    parser.add_argument(
        "--out", type=pathlib.Path, help="folder for the certificates, NAME.crt"
    )
    options = parser.parse_args()
    if options.window < 1:
        parser.error("--window: at least 1")

    requests = find_requests(options.requests)
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
    results = Results(len(requests), options.out)
    request = ICert.Request.open(options.ca)
    attributes = {"CertificateTemplate": options.profile}
    ICert.run(submit_all(request, requests, attributes, options.window, results.add))

    counts = ", ".join(
        f"{number} {outcome}" for outcome, number in results.counts.most_common()
    )
    print(f"{len(requests)} requests: {counts or 'none'}")
    return 0 if results.counts["issued"] == len(requests) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (ICert.CertError, OSError) as error:
        sys.exit(f"batch.py: {error}")
