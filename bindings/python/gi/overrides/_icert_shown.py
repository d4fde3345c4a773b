# SPDX-License-Identifier: LGPL-2.1-or-later
"""What print() and the prompt of Python show of an object: what it is about."""

from gi.repository import GObject

from ._icert_errors import CertError, ICert


def response(answer):
    outcome = answer.get_disposition().value_nick
    return f"request {answer.get_request_id()} {outcome}: {answer.get_message()}"


def row(one):
    return repr({name: one[name] for name in one})


def crl(info):
    kind = "delta" if info.get_delta() else "base"
    return (
        f"{kind} CRL {info.get_number()} of key {info.get_key_index()}, "
        f"partition {info.get_partition()}"
    )


def failure(place):
    """What check_status() throws, or nothing."""
    try:
        place.check_status()
    except CertError as error:
        return f"{error.name}: {error.text}"
    return ""


def place(one):
    return f"{one.get_place()} {failure(one) or 'OK'}"


def published(result):
    places = list(result.list_places())
    failed = sum(1 for one in places if failure(one))
    return f"{len(list(result.list_crls()))} CRLs, {failed} of {len(places)} places failed"


SHOWN = {
    "CaInfo": lambda info: info.get_config(),
    "ClassInfo": lambda info: info.get_class_id(),
    "CrlInfo": crl,
    "Extension": lambda extension: extension.get_oid(),
    "Name": lambda name: name.to_string(),
    "PublishPlace": place,
    "PublishResult": published,
    "Response": response,
    "ViewColumn": lambda column: column.get_name(),
    "ViewRow": row,
}


def shown_by(name, show):
    """A __repr__ for the class @name."""

    def represent(self):
        try:
            return f"<ICert.{name} {show(self)}>"
        except Exception:  # noqa: BLE001  an object that was made of nothing has nothing to show
            return GObject.Object.__repr__(self)

    return represent


def add_representations():
    for name, show in SHOWN.items():
        getattr(ICert, name).__repr__ = shown_by(name, show)
