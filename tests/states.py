# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plays fixtures/states.txt: every verb on a request in every state, through the public interface.

Two halves. A `Door` is what is tested: it gives the client objects by which verbs go in, so
a door of another kind (a bus, a socket) is another `Door`. A `Place` is a CA in this process
that brings requests into their states, since some of these need more than a client has: a
policy that is asking, a key that signs elsewhere.
"""

import base64
import pathlib
import shutil
import time

import gi

gi.require_version("ICert", "1.0")
from gi.repository import GLib, GObject, ICert  # noqa: E402

TABLE = pathlib.Path(__file__).parent / "fixtures" / "states.txt"
NO_SERIAL = "7f00000000000001"
NO_REQUEST = 999_999_999
DAY = 86400
REASON = ICert.RevocationReason
COLUMNS = [
    "Request.Disposition",
    "Request.RevokedReason",
    "Request.RevokedEffectiveWhen",
    "Request.ContentVersion",
    "SerialNumber",
    "NotBefore",
]
PROFILE = """\
[Profile]
Name=State
Version=1
Enroll=submitter
Approval=none
Hold=allowed
Validity=30d
[Subject]
CommonName=request
[SubjectAltName]
dNSName=request
[Key]
Types=ec-p256
[Extensions]
KeyUsage=auto
ExtendedKeyUsage=emailProtection
"""


def read_table(path=TABLE):
    """(states, {verb: {state: cell}}); every cell must be there."""
    states, cells = None, {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if states is None:
            states = words[1:]
            continue
        if len(words) != len(states) + 1 or words[0] in cells:
            raise AssertionError(f"{path.name}:{number}: a cell for each of {states}")
        cells[words[0]] = dict(zip(states, words[1:]))
    return states, cells


def when(seconds):
    """A GLib.DateTime that many seconds from now."""
    return GLib.DateTime.new_from_unix_utc(int(time.time()) + seconds)


class Asking(GObject.Object, ICert.Policy):
    """Issues, and lets a test look at the request meanwhile."""

    __gtype_name__ = "StatesAskingPolicy"
    look = None

    def do_verify_request(self, server, _new_request):
        if self.look is not None:
            look, self.look = self.look, None
            look(server.get_request_id())
        return True, ICert.Verdict.ISSUE


class Door:
    """The client's objects for a CA, by its config string or address."""

    def __init__(self, config):
        self.request = ICert.Request.open(config, None)
        self.admin = ICert.Admin.open(config, None)


class Subject:
    """A request in some state: its id, its serial, what was asked for, its certificate."""

    def __init__(self, number, pkcs10, serial=None, certificate=None):
        self.number = number
        self.pkcs10 = pkcs10
        self.serial = serial or NO_SERIAL
        self.certificate = certificate
        self.begin = when(-DAY)


class Place:
    """A local CA with its root's folder, a twin with the same key, and another CA."""

    def __init__(self, folder, make_request):
        """@folder: a tool.Folder; @make_request: (name) -> PKCS #10, PEM, with a new key."""
        self.folder = folder
        self.new_request = make_request
        self.count = 0
        self.config = self.make("Stately", "two-tier")
        self.address = f"local:{self.path_of('Stately')}"
        twin = self.path_of("Stately").parent / "twin"
        shutil.copytree(self.path_of("Stately"), twin)
        self.twin = ICert.Request.open(f"local:{twin}", None)
        self.make("Stranger")
        self.stranger = ICert.Request.open(f"local:{self.path_of('Stranger')}", None)
        self.control = ICert.Control.open(self.address, None)
        self.policy = Asking()
        self.control.append_policy(self.policy)
        self.control.start()
        self.request = ICert.Request.open(self.address, None)
        self.admin = ICert.Admin.open(self.address, None)
        self.admin.set_config_entry("CA", "AllowForeign", "true", None)

    def path_of(self, name):
        return self.folder.path / name.lower()

    def make(self, name, kind="root"):
        answer = self.folder.icert(
            "--json", "init", name, "--type", kind, "--dir", self.path_of(name)
        )
        assert answer.status == 0, repr(answer)
        profiles = self.path_of(name) / "profiles"
        (profiles / "State.profile").write_text(PROFILE, encoding="utf-8")
        waits = PROFILE.replace("none", "required", 1).replace("=State", "=Waits")
        (profiles / "Waits.profile").write_text(waits, encoding="utf-8")
        return answer.json["config"]

    def submit(self, client, pkcs10, profile="State"):
        return client.submit(0, pkcs10, {"CertificateTemplate": profile, "Note": "x"}, None)

    def fresh(self):
        self.count += 1
        pem = self.new_request(f"state{self.count}.example.org")
        return base64.b64decode(b"".join(pem.splitlines()[1:-1]))

    def signed_elsewhere(self, pkcs10):
        """A certificate by this CA's key that its store does not know."""
        return self.der_of(self.submit(self.twin, pkcs10))

    @staticmethod
    def der_of(answer):
        return answer.get_certificate(ICert.OutputFlags.BINARY)

    def look(self, number):
        """The cells of the row; None when it is gone."""
        view = ICert.View.open(self.address, None)
        view.set_columns(COLUMNS)
        view.add_restriction("RequestID", ICert.Seek.EQ, number)
        rows = view.open_view(None).next(1, None)
        return [rows[0].get_value(name) for name in COLUMNS] if rows else None

    def state_of(self, subject):
        """The name of the state, as far as a name is needed to tell it from others."""
        row = self.look(subject.number)
        if row is None:
            disposition, _ = self.admin.is_valid_certificate(subject.serial, None)
            return {"valid": "deleted", "revoked": "deleted-revoked", "invalid": "none"}[
                disposition.value_nick
            ]
        disposition, reason, effective = row[:3]
        if disposition == 21 and effective > time.time() * 1_000_000:
            return "future"
        if disposition == 21:
            return {1: "compromised", 6: "hold"}.get(reason, "revoked")
        return {
            8: "active", 9: "pending", 12: "foreign", 15: "ca-cert", 16: "ca-chain",
            20: "issued", 30: "failed", 31: "denied",
        }[disposition]  # fmt: skip

    # one method a state; each gives a Subject

    def make_none(self):
        return Subject(NO_REQUEST, self.fresh())

    def make_pending(self):
        pkcs10 = self.fresh()
        return Subject(self.submit(self.request, pkcs10, "Waits").get_request_id(), pkcs10)

    def make_denied(self):
        subject = self.make_pending()
        self.admin.deny_request(subject.number, None, None)
        return subject

    def make_failed(self):
        pkcs10 = self.fresh()
        broken = pkcs10[:-1] + bytes([pkcs10[-1] ^ 1])
        return Subject(self.submit(self.request, broken).get_request_id(), pkcs10)

    def make_issued(self):
        pkcs10 = self.fresh()
        answer = self.submit(self.request, pkcs10)
        number = answer.get_request_id()
        row = self.look(number)
        subject = Subject(number, pkcs10, row[4], self.der_of(answer))
        subject.begin = GLib.DateTime.new_from_unix_utc(row[5] // 1_000_000)
        return subject

    def make_foreign(self):
        pkcs10 = self.fresh()
        certificate = self.der_of(self.submit(self.stranger, pkcs10))
        number = self.admin.import_certificate(
            certificate, ICert.ImportFlags.ALLOW_FOREIGN, None
        )
        return Subject(number, pkcs10, self.look(number)[4], certificate)

    def make_revoked_for(self, reason, date):
        subject = self.make_issued()
        self.admin.revoke(subject.serial, reason, date, None)
        return subject

    def make_hold(self):
        return self.make_revoked_for(REASON.CERTIFICATE_HOLD, None)

    def make_revoked(self):
        return self.make_revoked_for(REASON.SUPERSEDED, None)

    def make_compromised(self):
        return self.make_revoked_for(REASON.KEY_COMPROMISE, None)

    def make_future(self):
        return self.make_revoked_for(REASON.SUPERSEDED, when(DAY))

    def own_row(self, number):
        answer = self.request.retrieve_pending(number, None)
        row = self.look(number)
        return Subject(number, self.fresh(), row[4], self.der_of(answer))

    def make_ca_cert(self):
        return self.own_row(-1)

    def make_ca_chain(self):
        return self.own_row(-2)

    def make_deleted(self):
        subject = self.make_issued()
        self.admin.delete_row(ICert.Table.REQUESTS, subject.number, None)
        return subject

    def with_subject(self, state, use):
        """Calls use (subject) while the request is in the state."""
        if state != "active":
            use(getattr(self, "make_" + state.replace("-", "_"))())
            return
        pkcs10 = self.fresh()
        self.policy.look = lambda number: use(Subject(number, pkcs10))
        self.submit(self.request, pkcs10)


class Verbs:
    """One method a verb: what the caller gets, as the table has it."""

    def __init__(self, door, place):
        self.request, self.admin, self.place = door.request, door.admin, place

    def revoke(self, subject, reason, date=None):
        self.admin.revoke(subject.serial, reason, date, None)

    def do_retrieve(self, subject):
        return self.request.retrieve_pending(subject.number, None).get_disposition()

    def do_get_issued(self, subject):
        number = subject.number if subject.certificate is None else -1
        serial = None if subject.certificate is None else subject.serial.upper()
        return self.request.get_issued(number, serial, None).get_disposition()

    def do_set_attributes(self, subject):
        self.admin.set_request_attributes(subject.number, {"Note": "y"}, None)

    def do_set_extension(self, subject):
        self.admin.set_certificate_extension(
            subject.number, "1.3.6.1.5.5.7.1.24", 0, b"0\x03\x02\x01\x05", None
        )

    def do_deny(self, subject):
        self.admin.deny_request(subject.number, None, None)

    def do_resubmit(self, subject):
        return self.admin.resubmit_request(subject.number, None).get_disposition()

    def do_resubmit_seen(self, subject):
        seen = (self.place.look(subject.number) or [0, 0, 0, 1])[3]
        return self.resubmit_version(subject, seen)

    def do_resubmit_stale(self, subject):
        return self.resubmit_version(subject, 7)

    def resubmit_version(self, subject, version):
        answer = self.admin.resubmit_request_version(subject.number, version, None)
        return answer.get_disposition()

    def do_is_valid(self, subject):
        return self.admin.is_valid_certificate(subject.serial, None)[0]

    def do_revoke_now(self, subject):
        self.revoke(subject, REASON.SUPERSEDED)

    def do_revoke_earlier(self, subject):
        self.revoke(subject, REASON.SUPERSEDED, subject.begin)

    def do_revoke_later(self, subject):
        self.revoke(subject, REASON.SUPERSEDED, when(2 * DAY))

    def do_revoke_other(self, subject):
        self.revoke(subject, REASON.PRIVILEGE_WITHDRAWN)

    def do_revoke_compromise(self, subject):
        self.revoke(subject, REASON.KEY_COMPROMISE)

    def do_revoke_hold(self, subject):
        self.revoke(subject, REASON.CERTIFICATE_HOLD)

    def do_revoke_ca(self, subject):
        self.revoke(subject, REASON.CA_COMPROMISE)

    def do_revoke_remove(self, subject):
        self.revoke(subject, REASON.REMOVE_FROM_CRL)

    def do_revoke_outside(self, subject):
        self.revoke(subject, REASON.SUPERSEDED, when(60 * DAY))

    def do_unrevoke(self, subject):
        self.admin.unrevoke(subject.serial, None)

    def do_publish_expired(self, subject):
        self.admin.set_publish_expired(subject.serial, True, None)

    def do_import(self, subject):
        certificate = subject.certificate or self.place.signed_elsewhere(subject.pkcs10)
        self.admin.import_certificate(certificate, ICert.ImportFlags.ALLOW_FOREIGN, None)

    def do_import_existing(self, subject):
        certificate = self.place.signed_elsewhere(subject.pkcs10)
        self.admin.import_certificate(certificate, ICert.ImportFlags.EXISTING_ROW, None)

    def do_delete_row(self, subject):
        self.admin.delete_row(ICert.Table.REQUESTS, subject.number, None)

    def do_delete_parts(self, subject):
        self.admin.delete_row(ICert.Table.ATTRIBUTES, subject.number, None)


def play(door, place, verb, state):
    """What the cell should say."""
    method = getattr(Verbs(door, place), "do_" + verb.replace("-", "_"))
    seen = []

    def use(subject):
        before, name = place.look(subject.number), place.state_of(subject)
        try:
            answer = method(subject)
        except GLib.Error as error:
            if place.look(subject.number) != before or place.state_of(subject) != name:
                seen.append("refused, and changed it")
            seen.append(ICert.Error.get_code_name(error.code))
            return
        after = place.state_of(subject)
        text = "ok" if answer is None else answer.value_nick
        seen.append(text if after == name else f"{text}>{after}")
        if state != name:
            seen.append(f"was {name}, not {state}")

    place.with_subject(state, use)
    return " ".join(seen)
