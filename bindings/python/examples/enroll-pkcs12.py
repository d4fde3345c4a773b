#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Enrols a server, with key and certificate in one PKCS #12 file.

Makes a key, asks the CA for a certificate of HOST, waits a minute for an officer,
checks the answer and leaves HOST.p12 in FOLDER. Run again it goes on with its request.
"""

import argparse
import pathlib
import sys

import gi

gi.require_version("ICert", "1.0")
from gi.repository import ICert  # noqa: E402


def enroll(options: argparse.Namespace) -> int:
    """What is wanted is set on the object; `enroll` does the rest."""
    enrolment = ICert.Enroll.open()
    base = options.folder / options.host
    enrolment.profile = options.profile
    enrolment.key_type = "ec-p256"
    enrolment.key_file = f"{base}.key"
    enrolment.certificate_file = f"{base}.pem"
    enrolment.pkcs12_file = f"{base}.p12"
    enrolment.set_names([ICert.Name.new(ICert.NameKind.DNS, options.host)])
    # encrypts key file and PKCS #12; nobody can read it back from the object
    enrolment.set_passphrase(options.passphrase_file.read_text().splitlines()[0])
    answer = enrolment.enroll(options.ca, 60)
    print(f"request {answer.request_id} {answer.disposition.value_nick}")
    if answer.disposition != ICert.Disposition.ISSUED:
        return 3 if answer.disposition == ICert.Disposition.UNDER_SUBMISSION else 4
    print(f"{base}.p12, until {enrolment.get_not_after():%Y-%m-%d}")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("profile", help="certificate profile, as WebServer")
    parser.add_argument("host", help="the server's name")
    parser.add_argument("folder", type=pathlib.Path, help="where HOST.p12 goes")
    parser.add_argument(
        "passphrase_file", type=pathlib.Path, help="its first line encrypts"
    )
    parser.add_argument(
        "ca", nargs="?", help="config string of the CA; without it the default"
    )
    return enroll(parser.parse_args())


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ICert.CertError as error:
        sys.exit(f"enroll-pkcs12.py: {error.name}: {error.message}")
