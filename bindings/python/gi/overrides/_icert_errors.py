# SPDX-License-Identifier: LGPL-2.1-or-later
"""Errors of the ICert domain as exceptions that carry code, field and details."""

from gi.repository import GLib

from ..module import get_introspection_module

ICert = get_introspection_module("ICert")

DOMAIN = GLib.quark_to_string(ICert.error_quark())

# one class a code: those that say which error was meant, so that `except` can choose
CLASSES = {}


class CertError(GLib.Error):
    """An error of the contract; a GLib.Error of the domain ICert.error_quark().

    The message has the form `field: what is wrong (what was expected)`, and behind it
    details in a bracket, since only domain, code and message go from language to
    language; this class takes it apart again.
    """

    __module__ = "gi.repository.ICert"
    default_code = ICert.Error.FAILED

    def __init__(self, message="failed", code=None, **details):
        code = self.default_code if code is None else ICert.Error(code)
        GLib.Error.__init__(self, message, DOMAIN, code)
        if details:
            self.message = ICert.error_new_with_details(
                code, message, variants(details)
            ).message
            self.args = (self.message,)

    def __new__(cls, message="failed", code=None, **_details):
        if cls is CertError and code is not None:
            cls = CLASSES.get(int(code), cls)
        return super().__new__(cls, message)

    @property
    def name(self):
        """The code's name in the error contract, as BAD_NAME."""
        return ICert.error_get_code_name(self.code)

    @property
    def field(self):
        """The field of the input that is wrong, or None."""
        return ICert.error_get_field(self)

    @property
    def text(self):
        """The message without its details."""
        return ICert.error_get_text(self)

    @property
    def details(self):
        """What the bracket of the message says: code, status, limit and so on."""
        return ICert.error_get_details(self).unpack()

    @property
    def is_refusal(self):
        """Whether a policy that raises this denies, or leaves the request pending."""
        return ICert.error_is_refusal(self)

    def copy(self):
        return from_error(self)

    def __str__(self):
        return self.message

    def __repr__(self):
        return f"ICert.{type(self).__name__}({self.message!r})"

    def __reduce__(self):
        return CertError, (self.message, int(self.code))


def variants(details):
    """Details as the contract has them: numbers and texts, - where Python has _."""
    return GLib.Variant(
        "a{sv}",
        {
            name.replace("_", "-"): GLib.Variant(
                "t" if isinstance(value, int) else "s", value
            )
            for name, value in details.items()
        },
    )


def from_error(error):
    """@error as a CertError when it is of our domain, itself when it is not."""
    cls = CLASSES.get(error.code) if error.domain == DOMAIN else None
    return error if cls is None else cls(error.message)


def add_classes(namespace):
    """Makes DeniedError for DENIED, and so on for every code there is."""
    for code in ICert.Error.__enum_values__.values():
        nick = code.value_nick
        name = nick.title().replace("-", "") + "Error"
        about = f"{ICert.error_get_code_name(code)}: see ICert.Error."
        members = {
            "__module__": CertError.__module__,
            "__doc__": about,
            "default_code": code,
        }
        CLASSES[int(code)] = namespace[name] = type(name, (CertError,), members)
