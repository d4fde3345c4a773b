# SPDX-License-Identifier: LGPL-2.1-or-later
"""Puts a thin Python function around each callable of the typelib that needs one.

What a function does is read from the typelib, never from a list: arguments become what
C takes, results what Python has, errors of the ICert domain exceptions of their own.
The function is written out when it is first used, so that a call costs no loop over
arguments.
"""

import keyword

from gi._gi import CallbackInfo, FunctionInfo
from gi._error import GError

from . import _icert_values as values
from ._icert_errors import ICert, from_error

MODULE = "gi.repository.ICert"
# as the typelib has it, without a function around it
set_closure = ICert.binding_set_closure


def start(begin, finish, cancellable):
    """Begins what is to be awaited; asyncio is loaded by those alone who need it."""
    from ._icert_loop import start as start_in_loop

    return start_in_loop(begin, finish, cancellable)


def begin_with(callback, user_data, begin):
    """Begins what ends with @callback. PyGObject 3.42 loses memory with every callback it
    makes, and none with a closure: so C is given a closure, and no callback."""
    if not callable(callback):
        raise TypeError(f"callback: is {type(callback).__name__} (must be callable)")
    set_closure(lambda source, result: callback(source, result, *user_data))
    try:
        begin()
    finally:
        set_closure(None)
        values.set_table(None)


def shown(info):
    """The arguments that Python shows; lengths of arrays and user data are none."""
    arguments = info.get_arguments()
    hidden = set()
    for kind in [
        info.get_return_type(),
        *(argument.get_type() for argument in arguments),
    ]:
        if kind.get_tag_as_string() == "array":
            hidden.add(kind.get_array_length())
    for argument in arguments:
        hidden.update((argument.get_closure(), argument.get_destroy()))
    return [
        argument for number, argument in enumerate(arguments) if number not in hidden
    ]


def visible_arguments(info):
    """The arguments that a caller in Python gives."""
    return [argument for argument in shown(info) if not values.is_out(argument)]


def results(info):
    """(name, type, may be None) of what a call gives back; the first has no name."""
    listed = []
    if not values.is_void(info.get_return_type()) and not info.skip_return():
        listed.append((None, info.get_return_type(), info.may_return_null()))
    for argument in shown(info):
        if values.is_out(argument):
            listed.append((argument.get_name(), argument.get_type(), True))
    return listed


def result_converters(info):
    """One converter, or None, for each value that a call gives back."""
    return [
        values.nullable_out(values.converter_out(kind)) for _, kind, _ in results(info)
    ]


def is_callback(argument):
    kind = argument.get_type()
    return kind.get_tag_as_string() == "interface" and isinstance(
        kind.get_interface(), CallbackInfo
    )


def default_of(argument):
    """The value of an argument that is left out, as source; None where there is none.

    Nullable ones are None, the others what the annotation (attributes default=…) says.
    """
    if argument.may_be_null():
        return "None"
    default = argument.get_attribute("default")
    if default is None:
        return None
    is_boolean = argument.get_type().get_tag_as_string() == "gboolean"
    return repr(bool(int(default)) if is_boolean else int(default))


def python_name(name):
    return name + "_" if keyword.iskeyword(name) else name


class Writer:
    """Writes the function for one callable."""

    def __init__(self, info, owner, invoke=None):
        self.info = info
        self.owner = owner
        self.is_method = not isinstance(info, FunctionInfo) or info.is_method()
        self.arguments = visible_arguments(info)
        self.results = result_converters(info)
        self.names = {
            "invoke_": invoke or info,
            "GError_": GError,
            "from_error_": from_error,
        }

    def is_async(self):
        return self.info.get_name().endswith("_async") and any(
            map(is_callback, self.arguments)
        )

    def optional_from(self):
        """Where the arguments begin that may be left out: at the end, those with a default."""
        first = len(self.arguments)
        while first > 0 and default_of(self.arguments[first - 1]) is not None:
            first -= 1
        return first

    def parameters(self):
        first = self.optional_from()
        names = ["self"] if self.is_method else []
        for number, argument in enumerate(self.arguments):
            name = python_name(argument.get_name())
            default = default_of(argument) if number >= first else None
            names.append(name if default is None else f"{name}={default}")
        if self.is_async():
            names.append("*user_data")
        return ", ".join(names)

    def converter(self, argument):
        """Functions of C take the table that was left for them, virtual methods do not."""
        kind = argument.get_type()
        if isinstance(self.info, FunctionInfo) and values.is_table(kind):
            return values.lend_table
        return values.converter_in(kind)

    def takes_table(self):
        return any(self.converter(one) is values.lend_table for one in self.arguments)

    def passed(self):
        """The arguments as the typelib's function gets them."""
        words = ["self"] if self.is_method else []
        for argument in self.arguments:
            name = python_name(argument.get_name())
            convert = self.converter(argument)
            if convert is None:
                words.append(name)
                continue
            self.names[name + "_in_"] = convert
            word = f"{name}_in_({name}, {name!r})"
            if argument.may_be_null():
                word = f"None if {name} is None else {word}"
            words.append(word)
        return words

    def answer(self, call):
        """The expression that makes the results of @call values of Python."""
        if not any(self.results):
            return call
        if len(self.results) == 1:
            self.names["out_"] = self.results[0]
            return f"out_({call})"
        self.names["out_"] = several(self.results)
        return f"out_({call})"

    def source(self):
        words = self.passed()
        if self.is_async():
            return self.source_async(words)
        lines = [f"def {self.info.get_name()}({self.parameters()}):"]
        call = self.answer(f"invoke_({', '.join(words)})")
        ends = []
        if self.info.can_throw_gerror():
            ends += [
                "    except GError_ as error:",
                "        raise from_error_(error) from None",
            ]
        if self.takes_table():
            self.names["set_table_"] = values.set_table
            ends += ["    finally:", "        set_table_(None)"]
        if not ends:
            return lines + [f"    return {call}"]
        return lines + ["    try:", f"        return {call}", *ends]

    def source_async(self, words):
        """With a callback the typelib's call ends there, without one it is to be awaited."""
        names = ["self"] * self.is_method + [a.get_name() for a in self.arguments]
        callback, cancel = names.index("callback"), names.index("cancellable")
        inner = list(words)
        inner[cancel] = "cancellable"
        finish = self.info.get_name()[: -len("_async")] + "_finish"
        self.names["start_"] = start
        self.names["begin_with_"] = begin_with
        given = ", ".join(inner[:callback] + ["None"])
        begin = f"begin_with_(callback, user_data, lambda: invoke_({given}))"
        return [
            f"def {self.info.get_name()}({self.parameters()}):",
            "    if callback is not None:",
            f"        {begin}",
            "        return None",
            "    def begin(cancellable, callback):",
            f"        {begin}",
            f"    return start_(begin, self.{finish}, {words[cancel]})",
        ]

    def is_needed(self):
        """Whether the typelib's function alone would not do."""
        return (
            self.info.can_throw_gerror()
            or any(self.results)
            or any(values.converter_in(a.get_type()) for a in self.arguments)
        )

    def function(self):
        name = self.info.get_name()
        source = "\n".join(self.source())
        namespace = dict(self.names)
        exec(compile(source, f"<ICert {name}>", "exec"), namespace)  # noqa: S102
        function = namespace[name]
        function.__module__ = MODULE
        if self.owner is not None:
            function.__qualname__ = f"{self.owner.__name__}.{name}"
        return function


def several(converters):
    """A converter for results that come as a tuple; the names of its items stay."""

    def convert(results):
        return type(results)(
            item if convert_item is None else convert_item(item)
            for convert_item, item in zip(converters, results)
        )

    return convert


class Late:
    """Stands for a method until it is used first, and then writes it."""

    def __init__(self, info, owner):
        self.info = info
        self.owner = owner
        # a constructor is called as bound to its class
        self.invoke = getattr(owner, info.__name__) if info.is_constructor() else info

    def __get__(self, instance, cls=None):
        name = self.info.__name__
        writer = Writer(self.info, self.owner, self.invoke)
        method = self.info
        if writer.is_needed():
            method = (
                writer.function()
                if writer.is_method
                else staticmethod(writer.function())
            )
        setattr(self.owner, name, method)
        return getattr(self.owner if instance is None else instance, name)


def wrap_methods(cls):
    """Puts functions in the place of the methods that @cls has of the typelib."""
    for info in cls.__info__.get_methods():
        if cls.__dict__.get(info.__name__) == info:
            setattr(cls, info.__name__, Late(info, cls))


class Parent:
    """A virtual method of a class of C: what super() calls, with values of Python.

    On the class it stays what PyGObject put there, which it looks for when a subclass
    writes a method of that name; PyGObject's own would call the subclass again.
    """

    def __init__(self, info, invoke):
        self.info = info
        self.invoke = invoke
        self.function = None

    def __get__(self, instance, cls=None):
        if instance is None:
            return self.invoke
        if self.function is None:
            self.function = Writer(self.info, None, self.invoke).function()
        return self.function.__get__(instance)


def wrap_virtual_methods(cls):
    """Lets subclasses call the virtual methods that @cls itself has in C."""
    for info in cls.__info__.get_vfuncs():
        name = "do_" + info.get_name()
        if name in cls.__dict__:
            setattr(cls, name, Parent(info, getattr(cls, name)))


def wrap_properties(cls):
    """Makes the properties of @cls attributes, where no method has the name."""
    for info in cls.__info__.get_properties():
        name = info.get_name().replace("-", "_")
        if name not in cls.__dict__ and not hasattr(cls, name):
            setattr(cls, name, attribute(info))


def attribute(info):
    """A property of GObject as one of Python."""
    name = info.get_name()
    convert_out = values.nullable_out(values.converter_out(info.get_type()))
    convert_in = values.converter_in(info.get_type())

    def read(self):
        value = self.get_property(name)
        return value if convert_out is None else convert_out(value)

    def write(self, value):
        if convert_in is not None and value is not None:
            value = convert_in(value, name)
        try:
            self.set_property(name, value)
        except GError as error:
            raise from_error(error) from None

    return property(read, write, doc=f"The property {name}.")


class LateFunction:
    """Stands on the namespace's type for a function until it is used first."""

    def __init__(self, info):
        self.info = info

    def __get__(self, namespace, cls=None):
        if namespace is None:
            return self
        writer = Writer(self.info, None)
        function = writer.function() if writer.is_needed() else self.info
        setattr(namespace, self.info.__name__, function)
        return function
