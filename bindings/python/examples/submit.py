#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Submits a request, waits while an officer decides, and stores the certificate.

Ends with 0 when the certificate is there, 3 when the request is still pending, 4 when
it was refused, and 1 when something failed.
"""

from __future__ import annotations

import argparse
import pathlib
import ssl
import sys
import time

import gi

gi.require_version("ICert", "1.0")
from gi.repository import ICert  # noqa: E402

PENDING = ICert.Disposition.UNDER_SUBMISSION


def submit(options: argparse.Namespace) -> ICert.Response:
    """Hands the request over; with a key it can be handed over twice without harm."""
    attributes = dict(pair.split("=", 1) for pair in options.attribute)
    if options.profile:
        attributes["CertificateTemplate"] = options.profile
    contents = options.request.read_bytes()
    with ICert.Request.open(options.ca) as request:
        return request.submit_full(
            ICert.SubmitFlags.NONE,
            ICert.Encoding.ANY,
            ICert.RequestFormat.ANY,
            contents,
            attributes,
            options.id_key,
        )


def ask_again(options: argparse.Namespace, request_id: int) -> ICert.Response | None:
    """What became of the request; None when somebody else has the local CA open."""
    try:
        with ICert.Request.open(options.ca) as request:
            return request.retrieve_pending(request_id)
    except ICert.ConfigError as error:
        if error.field not in ("ca", "store"):
            raise
        return None


def wait(options: argparse.Namespace, answer: ICert.Response) -> ICert.Response:
    """Asks again, less and less often; in between others can open the CA."""
    deadline = time.monotonic() + options.wait
    pause = 0.5
    while answer.disposition == PENDING and time.monotonic() + pause < deadline:
        time.sleep(pause)
        pause = min(pause * 1.5, 30)
        answer = ask_again(options, answer.request_id) or answer
    return answer


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("request", type=pathlib.Path, help="PKCS #10, PEM or DER")
    parser.add_argument(
        "--ca", help="config string of the CA; without it the default one"
    )
    parser.add_argument("--profile", help="certificate profile, as WebServer")
    parser.add_argument(
        "--attribute", action="append", default=[], metavar="NAME=VALUE"
    )
    parser.add_argument(
        "--id-key", help="makes the same submission again give the same request"
    )
    parser.add_argument(
        "--wait", type=float, default=60, metavar="SECONDS", help="default 60"
    )
    parser.add_argument(
        "--out", type=pathlib.Path, help="file for certificate and chain, PEM"
    )
    options = parser.parse_args()

    answer = submit(options)
    if answer.disposition == PENDING and options.wait > 0:
        print(
            f"request {answer.request_id}: {answer.message}; waiting", file=sys.stderr
        )
        answer = wait(options, answer)
    print(f"request {answer.request_id} {answer.disposition.value_nick}")
    if answer.disposition == PENDING:
        return 3
    # a refusal is an answer, not an error: this throws its status
    answer.check_status()
    certificate = answer.get_certificate(ICert.OutputFlags.BINARY)
    if options.out is not None and certificate is not None:
        chain = [certificate, *answer.list_issuers()]
        options.out.write_text("".join(map(ssl.DER_cert_to_PEM_cert, chain)))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ICert.CertError as error:
        print(f"submit.py: {error.name}: {error.text}", file=sys.stderr)
        sys.exit(4 if error.is_refusal else 1)
