# SPDX-License-Identifier: LGPL-2.1-or-later
"""S-N5: wrong arguments to every public callable are exceptions that name the argument.

The callables come from the typelib, so a new method is tried without a line here.
"""

import asyncio
import contextlib
import datetime
import enum
import io
import unittest

import ca
import tap

import gi

gi.require_version("ICert", "1.0")
from gi._gi import Direction, FunctionInfo, InterfaceInfo, ObjectInfo  # noqa: E402
from gi.repository import Gio, GLib, GObject, ICert  # noqa: E402

HUGE = "x" * 200000
# calls that would take long, or wait, when their arguments happened to be right
CANCELLED = {"create", "enroll", "renew", "install", "create_request", "create_renewal"}
REFUSED = (TypeError, ValueError, OverflowError)


class Odd(enum.Enum):
    """An enumeration that is nobody's."""

    VALUE = 1


class Trap:
    """Raises whatever is done with it."""

    def __getattr__(self, name):
        raise ValueError("trap")

    def __index__(self):
        raise ValueError("trap")

    __iter__ = __len__ = __str__ = __bool__ = __index__


ALWAYS = (object(), Odd.VALUE, Trap(), len, int, lambda: None, ..., 1j)
TEXTS = (5, 1.5, b"x", True, [], {}, "nul\0", "\ud800")
NUMBERS = ("1", 1.5, True, None, b"1", [], {}, 1 << 64, -(1 << 64), float("nan"))
LISTS = (5, "text", b"text", {"a": "b"}, True, 1.5)


def wrong_values(kind):
    """Values that can never be of this type."""
    tag = kind.get_tag_as_string()
    if tag in ("utf8", "filename"):
        return (5, 1.5, True, [], {}, "nul\0") if tag == "filename" else TEXTS
    if tag == "gboolean":
        return (2, -1, "yes", b"1", [], 1.0, None)
    if tag.startswith(("gint", "guint")):
        return NUMBERS + ((-1,) if tag.startswith("guint") else ())
    if tag == "ghash":
        return (
            5,
            "a",
            [("a", "b")],
            {1: "x"},
            {"x": 1},
            {"x": None},
            {"x\0": "y"},
            {"x": "\0"},
        )
    if tag == "array":
        inner = kind.get_param_type(0)
        if (
            inner.get_tag_as_string() == "interface"
            and inner.get_interface().get_name() == "Variant"
        ):
            return LISTS + ([object()], [Trap()], ["\0"])
        return LISTS + ([object()], [None], [Trap()], [b"\0", 5])
    if tag == "error":
        return (5, "x", ValueError("x"), True)
    if tag == "interface":
        return wrong_objects(kind.get_interface())
    return ()


def wrong_objects(info):
    name = info.get_name()
    if name == "Bytes":
        return ("text", 5, [1, 2], True, {})
    if name == "Variant":
        return (
            object(),
            {1: 2},
            {"x": object()},
            [None],
            1 << 64,
            "nul\0",
            datetime.datetime.now(),
        )
    if name == "DateTime":
        return ("2026-01-01", 5, datetime.date.today(), datetime.datetime.now())
    if hasattr(info, "get_values"):
        odd = (True, "x", 1.5, None, b"1", Odd.VALUE, Gio.IOErrorEnum.CANCELLED)
        if info.is_flags():
            return odd + (-1, 1 << 40, ["x"], [None], {1: 1})
        return odd + (9999, -9999, 1 << 70, [0])
    return (5, "x", True, GObject.Object(), [], b"x")


def plausible(argument, objects):
    """A value that is right, as far as types go."""
    kind = argument.get_type()
    tag = kind.get_tag_as_string()
    if tag == "error":
        return ICert.FailedError("x: y")  # PyGObject takes no None, also where C does
    if argument.may_be_null():
        return None
    if tag == "interface":
        info = kind.get_interface()
        simple = {
            "Bytes": b"x",
            "Variant": "x",
            "DateTime": datetime.datetime.now(datetime.UTC),
        }
        if info.get_name() in simple:
            return simple[info.get_name()]
        if hasattr(info, "get_values"):
            return int(info.get_values()[0].get_value())
        return objects.get(info.get_name())
    words = {"utf8": "x", "filename": "x", "gboolean": False, "ghash": {}, "array": []}
    return words.get(tag, 1)


def strange_values(kind):
    """Values of the right type that nobody expects."""
    tag = kind.get_tag_as_string()
    if tag in ("utf8", "filename"):
        return (
            "",
            HUGE,
            "\n\t\x7f",
            "ÄÖ\u202e",
            "../../..",
            "%s%n",
            " ",
            "\\",
            "=",
            ":",
        )
    if tag.startswith(("gint", "guint")):
        size = int(tag.lstrip("guint"))
        if tag.startswith("guint"):
            return (0, (1 << size) - 1)
        return (0, -1, -(1 << (size - 1)), (1 << (size - 1)) - 1)
    if tag == "gboolean":
        return (True, False)
    if tag == "ghash":
        return (
            {},
            {"": ""},
            {HUGE: HUGE},
            {"a": "\n"},
            {str(n): "x" for n in range(2000)},
        )
    if tag == "array":
        inner = kind.get_param_type(0).get_tag_as_string()
        return (
            ([], ["", ""], [HUGE], ["x"] * 2000, ())
            if inner in ("utf8", "filename")
            else ([],)
        )
    if tag == "interface":
        return strange_objects(kind.get_interface())
    return ()


def strange_objects(info):
    name = info.get_name()
    if name == "Bytes":
        return (b"", b"\0", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", bytes(300000))
    if name == "Variant":
        return (
            "",
            0,
            -1,
            b"",
            [],
            {},
            HUGE,
            [["x"] * 3],
            {"": {}},
            True,
            0.5,
            (1, "x"),
        )
    if hasattr(info, "is_flags") and info.is_flags():
        return (0, (1 << 32) - 1, [])
    if hasattr(info, "get_values"):
        return tuple(value.get_value() for value in info.get_values())
    return ()


class Everything:
    """Every callable of the typelib with something to call it on."""

    def __init__(self):
        config = ca.make()
        self.objects = {
            "Request": ICert.Request.open(config),
            "Admin": ICert.Admin.open(config),
            "View": ICert.View.open(config),
            "Ca": ICert.Ca.open(config),
            "Config": ICert.Config.open(),
            "Setup": ICert.Setup.open(),
            "Registry": ICert.Registry.new(None),
            "Settings": ICert.Settings.new(None, {}),
            "Name": ICert.Name.new(ICert.NameKind.DNS, "a.example"),
            "Extension": ICert.Extension.new("1.2.3", 0, 0, b"\5\0"),
            "RequestContext": ICert.RequestContext(),
            "IssuedContext": ICert.IssuedContext(),
            "Server": ICert.RequestContext(),
            "ServerPolicy": ICert.RequestContext(),
            "ServerExit": ICert.IssuedContext(),
            "Cancellable": Gio.Cancellable(),
            "AsyncResult": Gio.Task.new(None, None, None, None),
            "Response": ICert.Response.new(1, 0, "x", ICert.FailedError("x: y")),
            "EnumViewRow": ICert.View.open(config).open_view(),
            "ViewRow": ICert.ViewRow.new(["x"], ["y"]),
        }
        for info in gi.Repository.get_default().get_infos("ICert"):
            if isinstance(info, (ObjectInfo, InterfaceInfo)):
                self.add(info)

    def add(self, info):
        """An object of nothing where no real one is at hand, or a class that does nothing."""
        name = info.get_name()
        cls = getattr(ICert, name)
        if name in self.objects:
            return
        if isinstance(info, InterfaceInfo):
            cls = type("Empty" + name, (GObject.Object, cls), {})
        with contextlib.suppress(NotImplementedError, TypeError):
            self.objects[name] = cls()

    def callables(self):
        """(name, what to call, arguments) of all."""
        for info in gi.Repository.get_default().get_infos("ICert"):
            name = info.get_name()
            if isinstance(info, FunctionInfo):
                yield name, getattr(ICert, name), arguments_of(info)
            for method in getattr(info, "get_methods", tuple)():
                holder = (
                    self.objects.get(name)
                    if method.is_method()
                    else getattr(ICert, name)
                )
                if holder is not None and not name.endswith(("Interface", "Class")):
                    call = getattr(holder, method.get_name())
                    yield f"{name}.{method.get_name()}", call, arguments_of(method)


def arguments_of(info):
    """The arguments that a caller gives: no lengths of arrays and no user data."""
    every = info.get_arguments()
    lengths = {
        argument.get_type().get_array_length()
        for argument in every
        if argument.get_type().get_tag_as_string() == "array"
    }
    return [
        argument
        for number, argument in enumerate(every)
        if argument.get_direction() == Direction.IN
        and number not in lengths
        and argument.get_name() != "user_data"
    ]


class Arguments(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.everything = Everything()

    def call(self, call, values):
        """Calls, with a loop for what is awaited; the result of an asynchronous one is dropped."""

        async def main():
            return call(*values)

        with contextlib.redirect_stderr(io.StringIO()):
            return ICert.run(main())

    def good(self, name, arguments):
        values = [
            plausible(argument, self.everything.objects) for argument in arguments
        ]
        cancellable = Gio.Cancellable()
        if name.rsplit(".", 1)[-1].removesuffix("_async") in CANCELLED:
            cancellable.cancel()
        for number, argument in enumerate(arguments):
            if argument.get_name() == "cancellable":
                values[number] = cancellable
        return values

    def test_wrong_types(self):
        """S-N5: a value of a wrong type is refused by name, before C sees it"""
        tried = 0
        for name, call, arguments in self.everything.callables():
            for number, argument in enumerate(arguments):
                wrong = ALWAYS + wrong_values(argument.get_type())
                if not argument.may_be_null():
                    wrong += (None,)
                if argument.get_name() in ("callback", "closure"):
                    wrong = (5, "x", object())
                for value in wrong:
                    values = self.good(name, arguments)
                    values[number] = value
                    with self.subTest(
                        call=name, argument=argument.get_name(), value=type(value)
                    ):
                        with self.assertRaises(REFUSED) as caught:
                            self.call(call, values)
                        tried += 1
                        if argument.get_name() not in ("callback", "closure", "result"):
                            said = str(caught.exception)
                            self.assertTrue(
                                argument.get_name() in said
                                or "trap" in said
                                or "utf-8" in said,
                                said,
                            )
        self.assertGreater(tried, 3000)

    def test_numbers_of_arguments(self):
        """S-N5: too few and too many arguments are a TypeError"""
        for name, call, arguments in self.everything.callables():
            values = self.good(name, arguments)
            needed = [a for a in arguments if not (a.may_be_null() or a.get_attribute("default"))]
            with self.subTest(call=name):
                if not name.endswith("_async"):
                    with self.assertRaises(TypeError):
                        self.call(call, values + [None, None])
                if needed:
                    with self.assertRaises(TypeError):
                        self.call(call, [])
                with self.assertRaises(TypeError):
                    call(*values, no_such_argument=1)

    def test_strange_values(self):
        """S-N5: strange values are answered or refused with an error of the contract"""
        for name, call, arguments in self.everything.callables():
            for number, argument in enumerate(arguments):
                for value in strange_values(argument.get_type()):
                    values = self.good(name, arguments)
                    values[number] = value
                    with self.subTest(
                        call=name, argument=argument.get_name(), value=str(value)[:40]
                    ):
                        with contextlib.suppress(GLib.Error, ICert.CertError):
                            self.call(call, values)


if __name__ == "__main__":
    tap.main()
