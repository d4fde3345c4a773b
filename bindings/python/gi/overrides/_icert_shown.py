# SPDX-License-Identifier: LGPL-2.1-or-later
"""What print() and the prompt of Python show of an object: what it is about."""

from gi.repository import GObject

from ._icert_errors import ICert


def response(answer):
    outcome = answer.get_disposition().value_nick
    return f"request {answer.get_request_id()} {outcome}: {answer.get_message()}"


def row(one):
    return repr({name: one[name] for name in one})


SHOWN = {
    "CaInfo": lambda info: info.get_config(),
    "ClassInfo": lambda info: info.get_class_id(),
    "Extension": lambda extension: extension.get_oid(),
    "Name": lambda name: name.to_string(),
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
