# SPDX-License-Identifier: LGPL-2.1-or-later
"""Classes in Python that implement interfaces of the contract: policies, exits, all.

C calls a virtual method through a VirtualMethod: arguments arrive as values of Python,
and what the method answers is held against the typelib before PyGObject sees it, which
reads past the end of a tuple that is too short.
"""

import functools
import sys
import types

from gi._error import GError
from gi._gi import EnumInfo, InterfaceInfo, ObjectInfo, TypeTag
from gi.repository import GObject

from . import _icert_values as values
from ._icert_calls import is_callback, results, visible_arguments
from ._icert_errors import DOMAIN, ICert


def describe(value):
    """What a method returned, in a word or two; never its content."""
    if isinstance(value, tuple):
        return f"{len(value)} value{'' if len(value) == 1 else 's'}"
    if value is None or isinstance(value, (bool, int, values.GEnum)):
        return str(value)
    return type(value).__name__


PARAM_FLAGS = (
    GObject.ParamFlags.READWRITE
    | GObject.ParamFlags.CONSTRUCT
    | GObject.ParamFlags.CONSTRUCT_ONLY
)


class Signature:
    """What introspection says of one virtual method."""

    def __init__(self, info):
        self.info = info
        self.name = info.get_name()
        self.throws = info.can_throw_gerror()
        self.has_callback = any(
            is_callback(argument) for argument in info.get_arguments()
        )
        arguments = visible_arguments(info)
        self.arguments = [
            values.nullable_out(values.converter_out(a.get_type())) for a in arguments
        ]
        self.plain = not any(self.arguments)
        is_success = self.throws and info.get_return_type().get_tag() == TypeTag.BOOLEAN
        first = "success" if is_success else "value"
        self.kinds = [(name or first, kind, null) for name, kind, null in results(info)]
        self.results = [self.result(*kind) for kind in self.kinds]
        self.objects_class = (
            objects_class(self.kinds[0][1]) if len(self.kinds) == 1 else None
        )
        self.is_success = [name for name, _convert in self.results] == ["success"]

    def lend(self, objects):
        """Leaves a list of objects for the caller, who is given none (see set_objects)."""
        if not all(isinstance(item, self.objects_class) for item in objects):
            raise TypeError
        set_objects(objects)

    @staticmethod
    def result(name, kind, may_be_null):
        """A converter for one result, with the name that an error gives it."""
        convert = values.converter_in(kind) or (lambda value, where: value)
        if may_be_null and not is_number(kind):
            convert = values.nullable(convert)
        return name, convert

    def expected(self):
        """The results in words."""
        words = [type_word(kind) for _name, kind, _null in self.kinds]
        return (
            " and ".join([", ".join(words[:-1]), words[-1]])
            if len(words) > 1
            else words[0]
        )

    def check(self, answer):
        """@answer as PyGObject may have it; TypeError and its kin when it may not."""
        if not self.results:
            return None
        if len(self.results) == 1:
            if answer is None and self.is_success:
                return True  # nothing to say, and no error
            name, convert = self.results[0]
            answer = convert(answer, name)
            if isinstance(answer, tuple):
                raise TypeError
            return answer if self.objects_class is None else self.lend(answer)
        if not isinstance(answer, (tuple, list)) or len(answer) != len(self.results):
            raise TypeError
        return tuple(
            [convert(item, name) for (name, convert), item in zip(self.results, answer)]
        )


def is_number(kind):
    """Whether a value of this type can never be None."""
    tag = kind.get_tag_as_string()
    if tag == "interface":
        return isinstance(kind.get_interface(), EnumInfo)
    return tag in values.BASIC and tag not in ("utf8", "filename", "error")


def objects_class(kind):
    """The class of the objects of a list; None for everything else."""
    if kind.get_tag_as_string() != "array":
        return None
    item = kind.get_param_type(0)
    if item.get_tag_as_string() != "interface":
        return None
    return values.class_of(item.get_interface())


def type_word(kind):
    tag = kind.get_tag_as_string()
    if tag == "interface":
        info = kind.get_interface()
        return {"Bytes": "bytes", "Variant": "a value", "DateTime": "a datetime"}.get(
            info.get_name(), f"{info.get_namespace()}.{info.get_name()}"
        )
    words = {"gboolean": "bool", "utf8": "str", "array": "list", "ghash": "dict"}
    return words.get(tag, "int")


# PyGObject 3.42 loses 80 octets for each list that a virtual method returns
set_objects = ICert.binding_set_objects

# of an exception: messages of the contract have 300 octets
LONGEST_LINE = 160


class VirtualMethod:
    """A method of a class in Python: C calls it checked, Python as it was written."""

    def __init__(self, function, signature):
        self.function = function
        self.is_plain = isinstance(function, types.FunctionType)
        self.signature = signature
        self.__doc__ = getattr(function, "__doc__", None)
        self.__name__ = getattr(function, "__name__", signature.name)
        self.__wrapped__ = function

    def __get__(self, instance, cls=None):
        bind = getattr(self.function, "__get__", None)
        return self.function if bind is None else bind(instance, cls)

    def __call__(self, module, *args):
        signature = self.signature
        if not signature.plain:
            args = [
                arg if convert is None else convert(arg)
                for arg, convert in zip(args, signature.arguments)
            ]
        try:
            if self.is_plain:
                answer = self.function(module, *args)
            else:
                answer = self.__get__(module, type(module))(*args)
        except GError as error:
            raise passed_on(error) from None
        except BaseException as error:
            raise self.failure(module, error) from None
        try:
            return signature.check(answer)
        except (TypeError, ValueError, OverflowError) as error:
            raise self.refusal(module, answer, error) from None

    def failure(self, module, error):
        """What C gets in the place of an exception, which goes to standard error."""
        if isinstance(error, SystemExit):
            # printing this one ends the process
            cause, error = error, RuntimeError("sys.exit() in a module")
            error.__cause__ = cause
        if not self.signature.throws:
            return error  # PyGObject prints it
        sys.excepthook(type(error), error, error.__traceback__)
        name = type(module).__gtype__.name
        return GError(
            f"{self.signature.name}: {name} raised {in_a_line(error)} (an answer)",
            DOMAIN,
            int(ICert.Error.MODULE),
        )

    def refusal(self, module, answer, error):
        """What C gets in the place of a wrong answer."""
        reason = (
            str(error) or f"{describe(answer)} (must be {self.signature.expected()})"
        )
        name = type(module).__gtype__.name
        message = f"{self.signature.name}: {name} returned {reason}"
        if not self.signature.throws:
            return TypeError(message)
        return GError(message, DOMAIN, int(ICert.Error.FAILED))


def in_a_line(error):
    """Type and message of an exception, as far as one line of text can have them."""
    try:
        text = f"{type(error).__name__}: {error}"
    except BaseException:
        text = type(error).__name__
    line = " ".join(text.encode(errors="replace").decode().split()).replace("\0", "?")
    return line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + "…"


def passed_on(error):
    """@error if PyGObject can hand it to C, else an exception that it prints."""
    try:
        error.message.encode()
        error.domain.encode()
        if "\0" not in error.message + error.domain and int(error.code) == error.code:
            return error
    except (AttributeError, TypeError, ValueError):
        pass
    return TypeError("a GLib.Error without message, domain or code")


class Interfaces:
    """The virtual methods of interfaces and classes, read when first needed."""

    signatures = {}

    @classmethod
    def of(cls, interface):
        """The signatures of @interface by the names that PyGObject looks for."""
        if interface not in cls.signatures:
            cls.signatures[interface] = {
                "do_" + info.get_name(): Signature(info)
                for info in interface.__info__.get_vfuncs()
            }
        return cls.signatures[interface]


def described(cls, kind):
    """The classes of the contract of one kind among @cls and its bases."""
    return [
        base
        for base in cls.__mro__
        if isinstance(base.__dict__.get("__info__"), kind)
        and base.__info__.get_namespace() == "ICert"
    ]


def set_up_class(cls):
    """Makes a class that is about to be registered safe to be called by C."""
    if "__gtype__" in cls.__dict__:
        return  # PyGObject's own class for a type of C
    check_bases(cls)
    for base in described(cls, ObjectInfo):
        check_methods(cls, Interfaces.of(base))
    for interface in described(cls, InterfaceInfo):
        own = check_methods(cls, Interfaces.of(interface))
        list_again(cls, interface, own)
        if not any(issubclass(base, interface) for base in described(cls, ObjectInfo)):
            declare_properties(cls, interface)


def check_bases(cls):
    """Refuses a class that PyGObject would end the process for, or refuse in riddles."""
    interface = described(cls, InterfaceInfo)
    if ICert.Policy in interface and ICert.Exit in interface:
        raise TypeError(
            f"class {cls.__name__}: one class cannot be both an ICert.Policy and an"
            " ICert.Exit, whose methods have the same names (two classes)"
        )
    if not issubclass(cls, GObject.Object) or cls.__gtype__.is_interface():
        name = interface[0].__name__
        raise TypeError(
            f"class {cls.__name__}: implements ICert.{name}, but extends no object"
            f" first (class {cls.__name__}(GObject.Object, ICert.{name}))"
        )


def is_method(member):
    """Whether a member of a class can be called on its objects."""
    return callable(member) or isinstance(
        member, (classmethod, staticmethod, functools.partialmethod)
    )


def check_methods(cls, signatures):
    """Puts a check around the methods that @cls has of these; answers their names."""
    adopt_mixins(cls, signatures)
    own = [name for name in signatures if is_method(cls.__dict__.get(name))]
    for name in own:
        function = cls.__dict__[name]
        if not isinstance(function, VirtualMethod):
            setattr(cls, name, VirtualMethod(function, signatures[name]))
    return own


def adopt_mixins(cls, signatures):
    """PyGObject looks in the class alone; methods of plain mixins count, too."""
    for name in signatures:
        for base in cls.__mro__:
            if name in base.__dict__:
                if not issubclass(base, GObject.Object) and base is not cls:
                    setattr(cls, name, base.__dict__[name])
                break


def list_again(cls, interface, own):
    """Lists the interface for a subclass that forgot to.

    Without this its methods would go into its parent's table, and change what objects
    of the parent do (gi-rules 18).
    """
    if own and not any(base is interface for base in cls.__bases__):
        cls.__bases__ = cls.__bases__ + (interface,)


def declare_properties(cls, interface):
    """Declares the properties that an implementor must have, where it forgot to."""
    if interface not in cls.__bases__:
        return
    specs = {spec.name: spec for spec in GObject.list_properties(interface)}
    for info in interface.__info__.get_properties():
        name = info.get_name().replace("-", "_")
        declared = [base for base in cls.__mro__ if declares(base, name)]
        if declared:
            check_property(cls, name, declared[0], specs[info.get_name()])
        else:
            setattr(cls, name, declaration(info.get_type(), specs[info.get_name()]))


def check_property(cls, name, holder, spec):
    """Refuses a property that GObject would call a critical fault of the program."""
    declared = holder.__dict__.get(name)
    if not isinstance(declared, GObject.Property):
        return  # in __gproperties__, for those who know
    wanted = spec.flags & GObject.ParamFlags.READWRITE
    if declared.type != spec.value_type or wanted & ~int(declared.flags):
        words = {1: "readable", 2: "writable", 3: "readable and writable"}
        raise TypeError(
            f"class {cls.__name__}: property {name} is not as ICert has it"
            f" (a {spec.value_type.name}, {words[int(wanted)]})"
        )


def declaration(kind, spec):
    """A property of Python for one that an interface asks for."""
    # what else a spec says, as that its strings are static, is not true of Python's
    flags = GObject.ParamFlags(spec.flags & PARAM_FLAGS)
    if kind.get_tag_as_string() != "interface":
        return GObject.Property(
            type=spec.value_type, default=spec.default_value, flags=flags
        )
    cls = values.class_of(kind.get_interface())
    default = (
        cls(spec.default_value)
        if issubclass(cls, (values.GEnum, values.GFlags))
        else None
    )
    return GObject.Property(type=cls, default=default, flags=flags)


def declares(cls, name):
    """Whether @cls itself has a GObject property of this name."""
    return isinstance(cls.__dict__.get(name), GObject.Property) or any(
        key.replace("-", "_") == name for key in cls.__dict__.get("__gproperties__", {})
    )


def watch_subclasses(base):
    """Has set_up_class() called for each class that will implement or extend @base."""

    def __init_subclass__(cls, **kwargs):
        super(base, cls).__init_subclass__(**kwargs)
        set_up_class(cls)

    base.__init_subclass__ = classmethod(__init_subclass__)
