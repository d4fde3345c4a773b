#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""enroll-pkcs12.py PROFILE HOST FOLDER PASSPHRASE-FILE [CA]: key and certificate in one file.

Makes a key, asks the CA for a certificate of HOST, waits a minute for an officer, checks the answer
and leaves HOST.p12 in FOLDER. Run again it goes on with the request it made.
"""

import pathlib
import sys

import gi

gi.require_version("ICert", "1.0")
from gi.repository import ICert  # noqa: E402


def enroll(
    profile: str, host: str, folder: str, passphrase_file: str, config: str | None = None
) -> int:
    """What is wanted is set on the object; `enroll` does the rest."""
    enrolment = ICert.Enroll.open()
    base = pathlib.Path(folder) / host
    enrolment.profile = profile
    enrolment.key_type = "ec-p256"
    enrolment.key_file = f"{base}.key"
    enrolment.certificate_file = f"{base}.pem"
    enrolment.pkcs12_file = f"{base}.p12"
    enrolment.set_names([ICert.Name.new(ICert.NameKind.DNS, host)])
    # key file and PKCS #12 are encrypted with it; nobody can read it back from the object
    enrolment.set_passphrase(pathlib.Path(passphrase_file).read_text().splitlines()[0])
    answer = enrolment.enroll(config, 60)
    print(f"request {answer.request_id} {answer.disposition.value_nick}")
    if answer.disposition != ICert.Disposition.ISSUED:
        return 3 if answer.disposition == ICert.Disposition.UNDER_SUBMISSION else 4
    print(f"{base}.p12, until {enrolment.get_not_after():%Y-%m-%d}")
    return 0


if __name__ == "__main__":
    if len(sys.argv) not in (5, 6):
        sys.exit("use: enroll-pkcs12.py PROFILE HOST FOLDER PASSPHRASE-FILE [CA]")
    try:
        sys.exit(enroll(*sys.argv[1:]))
    except ICert.CertError as error:
        sys.exit(f"enroll-pkcs12.py: {error.name}: {error.message}")
