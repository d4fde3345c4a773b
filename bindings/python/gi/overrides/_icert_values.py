# SPDX-License-Identifier: LGPL-2.1-or-later
"""Values of the contract as values of Python, by what introspection says of types.

GBytes are bytes, GVariant what it holds, GDateTime an aware datetime, hash tables
dicts. What is given is checked here, since PyGObject cuts strings at NUL, makes
integers of floats and lists of the letters of a str without a word.
"""

import collections.abc
import datetime
import operator
import os

from gi._gi import Direction, EnumInfo, GEnum, GFlags, StructInfo, TypeTag
from gi.repository import GLib

from ._icert_errors import ICert, from_error

# as the typelib has it, without a function around it
set_table = ICert.binding_set_table
UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = datetime.timedelta(microseconds=1)


def wrong(where, value, expected):
    """The exception for an argument of a wrong type."""
    seen = "None" if value is None else type(value).__name__
    return TypeError(f"{where}: is {seen} (must be {expected})")


def to_text(value, where):
    if value.__class__ is str and "\0" not in value:
        return value
    if not isinstance(value, str):
        raise wrong(where, value, "str")
    if "\0" in value:
        raise ValueError(f"{where}: has a NUL character (must be text without one)")
    return value


def to_path(value, where):
    if not isinstance(value, (str, bytes, os.PathLike)):
        raise wrong(where, value, "str, bytes or os.PathLike")
    value = os.fspath(value)
    if (b"\0" if isinstance(value, bytes) else "\0") in value:
        raise ValueError(f"{where}: has a NUL character (must be a path)")
    return value


def to_bytes(value, where):
    if isinstance(value, (bytes, bytearray, memoryview)):
        return GLib.Bytes.new(bytes(value))
    if isinstance(value, GLib.Bytes):
        return value
    raise wrong(where, value, "bytes")


def from_bytes(value):
    return value.get_data()


def to_boolean(value, where):
    if value is True or value is False:
        return value
    if type(value) is int and value in (0, 1):
        return bool(value)
    raise wrong(where, value, "bool")


def integer(low, high):
    """A converter for whole numbers of one size."""

    def to_integer(value, where):
        if type(value) is not int:
            if isinstance(value, bool) or not hasattr(type(value), "__index__"):
                raise wrong(where, value, "int")
            value = operator.index(value)
        if not low <= value <= high:
            raise OverflowError(
                f"{where}: {short(value)} is out of range ({low} to {high})"
            )
        return value

    return to_integer


def short(value):
    """A number that an error may show."""
    return str(value) if abs(value) < 1 << 70 else "a huge number"


def is_plain_int(value):
    """An int that is no member of some enumeration and no truth value."""
    return isinstance(value, int) and not isinstance(value, (bool, GEnum, GFlags))


def enumeration(cls):
    """A converter for members of one enumeration, or their numbers."""

    def to_enum(value, where):
        if value.__class__ is cls:
            return value
        if not is_plain_int(value):
            raise wrong(where, value, "ICert." + cls.__name__)
        if int(value) not in cls.__enum_values__:
            raise ValueError(
                f"{where}: {short(value)} is not one of ICert.{cls.__name__}"
            )
        return cls(value)

    return to_enum


def flags(cls):
    """A converter for flags, their numbers, and lists of them."""

    def to_flags(value, where):
        if value.__class__ is cls:
            return value
        if isinstance(value, (list, tuple, set, frozenset)):
            total = 0
            for item in value:
                total |= int(to_flags(item, where))
            return cls(total)
        if not is_plain_int(value):
            raise wrong(where, value, f"ICert.{cls.__name__}, int or a list of them")
        if not 0 <= value < 1 << 32:
            raise OverflowError(f"{where}: {short(value)} is out of range (32 bits)")
        return cls(value)

    return to_flags


def to_date(value, where):
    if isinstance(value, GLib.DateTime):
        return value
    moment = to_utc(value, where)
    seconds = moment.second + moment.microsecond / 1e6
    return GLib.DateTime.new_utc(
        moment.year, moment.month, moment.day, moment.hour, moment.minute, seconds
    )


def to_utc(value, where):
    """@value in UTC; one without a time zone could mean any moment of a day."""
    if not isinstance(value, datetime.datetime):
        raise wrong(where, value, "datetime")
    if value.utcoffset() is None:
        raise ValueError(f"{where}: has no time zone (an aware datetime)")
    return value.astimezone(UTC)


def from_date(value):
    return EPOCH + datetime.timedelta(
        seconds=value.to_unix(), microseconds=value.get_microsecond()
    )


def microseconds(value, where):
    """A date as GVariants of the contract have it."""
    return (to_utc(value, where) - EPOCH) // MICROSECOND


def date_of_microseconds(value):
    """The moment that a GVariant of the contract means."""
    return EPOCH + datetime.timedelta(microseconds=value)


def to_variant(value, where):
    """The GVariant that a value of Python means; a GVariant stays as it is."""
    if isinstance(value, str):
        return GLib.Variant.new_string(to_text(value, where))
    if isinstance(value, GLib.Variant):
        return value
    if isinstance(value, bool):
        return GLib.Variant.new_boolean(value)
    if isinstance(value, int):
        return GLib.Variant.new_int64(LONG(value, where))
    if isinstance(value, (bytes, bytearray, memoryview)):
        return GLib.Variant.new_from_bytes(BYTES_TYPE, to_bytes(value, where), True)
    if isinstance(value, datetime.datetime):
        return GLib.Variant.new_int64(microseconds(value, where))
    if isinstance(value, float):
        return GLib.Variant.new_double(value)
    if isinstance(value, collections.abc.Mapping):
        return dictionary(value, where)
    if isinstance(value, list):
        return array(value, where)
    if isinstance(value, tuple):
        return GLib.Variant.new_tuple(*items_of(value, where))
    raise wrong(
        where, value, "str, int, bool, bytes, datetime, list, dict or GLib.Variant"
    )


def dictionary(value, where):
    builder = GLib.VariantBuilder.new(GLib.VariantType.new("a{sv}"))
    for name, item in value.items():
        inner = GLib.Variant.new_variant(to_variant(item, f"{where}[{name!r}]"))
        builder.add_value(
            GLib.Variant.new_dict_entry(
                GLib.Variant.new_string(to_text(name, where)), inner
            )
        )
    return builder.end()


def items_of(value, where):
    return [to_variant(item, f"{where}[{n}]") for n, item in enumerate(value)]


def array(value, where):
    """Items of one type make an array of it, others one of variants, none of text."""
    if all(isinstance(item, str) for item in value):
        return GLib.Variant.new_strv([to_text(item, where) for item in value])
    items = items_of(value, where)
    if len({item.get_type_string() for item in items}) > 1:
        items = [GLib.Variant.new_variant(item) for item in items]
    return GLib.Variant.new_array(None, items)


def from_variant(value):
    """What a GVariant holds; octets are bytes, a date stays a number."""
    kind = value.get_type_string()
    read = SIMPLE.get(kind)
    if read is not None:
        return read(value)
    if kind[0] == "a":
        children = [value.get_child_value(n) for n in range(value.n_children())]
        if kind[1] == "{":
            return dict(from_entry(child) for child in children)
        return [from_variant(child) for child in children]
    if kind[0] == "(":
        return tuple(
            from_variant(value.get_child_value(n)) for n in range(value.n_children())
        )
    if kind[0] == "m":
        return from_variant(value.get_maybe()) if value.n_children() else None
    return value.unpack()


def from_entry(entry):
    return from_variant(entry.get_child_value(0)), from_variant(
        entry.get_child_value(1)
    )


SIMPLE = {
    "s": GLib.Variant.get_string,
    "x": GLib.Variant.get_int64,
    "i": GLib.Variant.get_int32,
    "u": GLib.Variant.get_uint32,
    "t": GLib.Variant.get_uint64,
    "b": GLib.Variant.get_boolean,
    "ay": lambda value: value.get_data_as_bytes().get_data(),
    "as": GLib.Variant.get_strv,
    "v": lambda value: from_variant(value.get_variant()),
}
BYTES_TYPE = GLib.VariantType.new("ay")
LONG = integer(-(1 << 63), (1 << 63) - 1)


def to_table(value, where):
    if not isinstance(value, collections.abc.Mapping):
        raise wrong(where, value, "dict")
    words = {
        to_text(name, where): to_text(item, f"{where}[{name!r}]")
        for name, item in value.items()
    }
    return words


def lend_table(value, where):
    """Leaves a table for the call that comes next, which is given none.

    PyGObject 3.42 loses two lists for each dictionary that it is given (measured: 160
    octets and the strings, for ever), and none for a list.
    """
    pairs = [word for pair in to_table(value, where).items() for word in pair]
    set_table(pairs)


def to_error(value, where):
    if not isinstance(value, GLib.Error):
        raise wrong(where, value, "GLib.Error")
    return value


def list_of(item_converter):
    """A converter for lists; a str is none, whatever PyGObject makes of its letters."""

    def to_list(value, where):
        if isinstance(value, (str, bytes, bytearray, collections.abc.Mapping)):
            raise wrong(where, value, "list")
        try:
            items = list(value)
        except TypeError:
            raise wrong(where, value, "list") from None
        return [item_converter(item, f"{where}[{n}]") for n, item in enumerate(items)]

    return to_list


def instance(cls):
    """A converter for objects of one class or interface."""
    name = cls.__module__.rsplit(".", 1)[-1] + "." + cls.__name__

    def to_instance(value, where):
        if not isinstance(value, cls):
            raise wrong(where, value, name)
        return value

    return to_instance


def nullable(convert):
    """A converter that lets None through."""

    def to_nullable(value, where):
        return None if value is None else convert(value, where)

    return to_nullable


BASIC = {
    "gboolean": to_boolean,
    "gint8": integer(-(1 << 7), (1 << 7) - 1),
    "guint8": integer(0, (1 << 8) - 1),
    "gint16": integer(-(1 << 15), (1 << 15) - 1),
    "guint16": integer(0, (1 << 16) - 1),
    "gint32": integer(-(1 << 31), (1 << 31) - 1),
    "guint32": integer(0, (1 << 32) - 1),
    "gint64": LONG,
    "guint64": integer(0, (1 << 64) - 1),
    "utf8": to_text,
    "filename": to_path,
    "error": to_error,
}
BOXED_IN = {"Bytes": to_bytes, "Variant": to_variant, "DateTime": to_date}
BOXED_OUT = {
    "Bytes": from_bytes,
    "Variant": from_variant,
    "DateTime": from_date,
    "VariantType": lambda value: value.dup_string(),
}


def class_of(info):
    """The class that Python has for a type of any namespace."""
    module = __import__("gi.repository." + info.get_namespace(), fromlist=["*"])
    return getattr(module, info.get_name())


def converter_in(kind):
    """What makes a value of Python one of type @kind; None where PyGObject does."""
    tag = kind.get_tag_as_string()
    if tag in BASIC:
        return BASIC[tag]
    if tag == "ghash":
        return to_table
    if tag == "array":
        return list_of(item_converter(kind.get_param_type(0)))
    if tag != "interface":
        return None
    info = kind.get_interface()
    if isinstance(info, EnumInfo):
        return (flags if info.is_flags() else enumeration)(class_of(info))
    if isinstance(info, StructInfo):
        return BOXED_IN.get(info.get_name()) if info.get_namespace() == "GLib" else None
    return instance(class_of(info)) if hasattr(info, "get_methods") else None


def item_converter(kind):
    """converter_in() for items of a list; None for a GVariant is an empty cell."""
    convert = converter_in(kind) or (lambda value, where: value)
    return nullable(convert) if convert is to_variant else convert


def converter_out(kind):
    """What makes a result of type @kind a value of Python; None when it is one."""
    tag = kind.get_tag_as_string()
    if tag == "error":
        return from_error
    if tag == "array":
        inner = converter_out(kind.get_param_type(0))
        return None if inner is None else lambda value: [inner(item) for item in value]
    if tag == "interface" and kind.get_interface().get_namespace() == "GLib":
        return BOXED_OUT.get(kind.get_interface().get_name())
    return None


def nullable_out(convert):
    """A converter of results that lets None through."""
    return (
        None
        if convert is None
        else lambda value: None
        if value is None
        else convert(value)
    )


def is_table(kind):
    return kind.get_tag() == TypeTag.GHASH


def is_void(kind):
    return kind.get_tag() == TypeTag.VOID


def is_out(argument):
    return argument.get_direction() == Direction.OUT
