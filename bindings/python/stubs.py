#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""stubs.py GIR OUTPUT: type stubs of ICert and of what it needs of GLib, GObject, Gio.

Types come from the GIR, as the override shows them: bytes for GBytes and so on. What no
GIR knows is in the files of the folder stubs beside this script: what overrides add,
and in their lines `# generate:` the names of the other namespaces that are wanted.
"""

import argparse
import ast
import dataclasses
import keyword
import pathlib
import re
import xml.etree.ElementTree as ElementTree

CORE = "{http://www.gtk.org/introspection/core/1.0}"
GLIB = "{http://www.gtk.org/introspection/glib/1.0}"
ADDITIONS = pathlib.Path(__file__).parent / "stubs"
GIR_FOLDER = pathlib.Path("/usr/share/gir-1.0")
OTHERS = {"GLib": "GLib-2.0.gir", "GObject": "GObject-2.0.gir", "Gio": "Gio-2.0.gir"}
BUILTINS = (
    "bool",
    "bytes",
    "dict",
    "float",
    "hash",
    "int",
    "list",
    "object",
    "str",
    "tuple",
    "type",
)

# classes of lists; the GIR does not say of what
GENERIC = {"ListModel"}

BASIC = {
    "gboolean": "bool",
    "gdouble": "float",
    "gfloat": "float",
    "utf8": "str",
    "none": "None",
}
POINTERS = {"gpointer", "gconstpointer", "GType", "va_list"}
# what the override makes of types of GLib, given to C and coming from it
DRESSED_IN = {
    "GLib.Bytes": "_Octets",
    "GLib.Variant": "_Value",
    "GLib.DateTime": "datetime.datetime",
    "filename": "_Path",
}
DRESSED_OUT = {
    "GLib.Bytes": "bytes",
    "GLib.Variant": "Any",
    "GLib.DateTime": "datetime.datetime",
    "GLib.VariantType": "str",
    "GLib.Error": "CertError",
}
HEADER = "# Made by bindings/python/stubs.py; do not edit.\n"


def introspectable(element):
    return element.get("introspectable") != "0" and element.get("shadowed-by") is None


def name_of(element):
    """A Python name for an element of the GIR."""
    name = (element.get("shadows") or element.get("name")).replace("-", "_")
    return name + "_" if keyword.iskeyword(name) else name


@dataclasses.dataclass
class Parameter:
    """An argument as a caller in Python sees it."""

    name: str
    type: str
    optional: bool

    def text(self, default=True):
        return f"{self.name}: {self.type}" + (
            " = ..." if self.optional and default else ""
        )


class Types:
    """Types of one namespace as Python writes them."""

    def __init__(self, namespace, dressed, known):
        self.namespace = namespace
        self.dressed = dressed
        self.known = known
        self.flags = set()

    def plain(self, name, out):
        """A type without parameters."""
        if self.dressed and name in (table := DRESSED_OUT if out else DRESSED_IN):
            return table[name]
        if name in BASIC:
            return BASIC[name]
        if name == "filename":
            return "str"
        if re.fullmatch(
            r"g(u?int\d*|u?long|u?short|s?size|u?char|unichar|off_t|time_t)|u?int\d*",
            name,
        ):
            return "int"
        if name in POINTERS:
            return "Any"
        return self.object(name, out)

    def object(self, name, out):
        namespace, _, local = name.rpartition(".")
        namespace = namespace or self.namespace
        if local not in self.known.get(namespace, ()):
            return (
                "Callable[..., Any]"
                if local.endswith(("Callback", "Func", "Notify"))
                else "Any"
            )
        word = local if namespace == self.namespace else f"{namespace}.{local}"
        if local in GENERIC:
            return word + "[Any]"
        if self.dressed and not out and word in self.flags:
            return f"{word} | Literal[0] | list[{word}] | tuple[{word}, ...]"
        return word

    def of(self, element, out):
        """The type of a parameter or return value."""
        array = element.find(CORE + "array")
        if array is not None:
            return self.sequence(array.find(CORE + "type"), out)
        kind = element.find(CORE + "type")
        if kind is None:
            return "Any"
        name = kind.get("name")
        inner = kind.findall(CORE + "type")
        if name == "GLib.HashTable":
            key, value = (
                (self.plain(one.get("name"), out) for one in inner)
                if inner
                else ("Any", "Any")
            )
            return f"dict[{key}, {value}]" if out else f"Mapping[{key}, {value}]"
        if name in ("GLib.PtrArray", "GLib.List", "GLib.SList", "GLib.Array"):
            return self.sequence(inner[0] if inner else None, out)
        return self.plain(name, out)

    def sequence(self, item, out):
        if item is None:
            return "list[Any]"
        if item.get("name") == "guint8":
            return "bytes"
        inner = self.plain(item.get("name"), out)
        if out:
            return f"list[{inner}]"
        empty = " | None" if inner == "_Value" else ""
        return f"list[{inner}{empty}] | tuple[{inner}{empty}, ...]"

    def argument(self, element):
        word = self.of(element, False)
        return nullable(element, word)

    def result(self, element):
        return nullable(element, self.of(element, True))


def nullable(element, word):
    maybe = element.get("nullable") == "1"
    if element.get("direction", "in") == "in":
        maybe = (
            maybe or element.get("allow-none") == "1"
        )  # of an out argument: may be left out
    return f"{word} | None" if maybe and word not in ("Any", "None") else word


class Callable:
    """A method, function or virtual method."""

    def __init__(self, element, types):
        self.element = element
        self.types = types
        self.name = name_of(element)
        holder = element.find(CORE + "parameters")
        every = [] if holder is None else holder.findall(CORE + "parameter")
        hidden = self.hidden(every)
        visible = [p for n, p in enumerate(every) if n not in hidden]
        self.given = [p for p in visible if p.get("direction", "in") != "out"]
        self.outs = [p for p in visible if p.get("direction", "in") != "in"]

    def hidden(self, every):
        """Positions of lengths and user data, which no caller in Python gives."""
        hidden = set()
        for parameter in [*every, self.element.find(CORE + "return-value")]:
            array = parameter.find(CORE + "array")
            if array is not None and array.get("length"):
                hidden.add(int(array.get("length")))
            for word in ("closure", "destroy"):
                if (
                    parameter.get(word)
                    and parameter.find(CORE + "type").get("name") not in POINTERS
                ):
                    hidden.add(int(parameter.get(word)))
        return hidden

    def parameters(self):
        """The arguments; those at the end that may be None or have a default may be left out."""
        listed = []
        for element in reversed(self.given):
            maybe = (
                element.get("nullable") == "1"
                or element.get("allow-none") == "1"
                or element.find(f"{CORE}attribute[@name='default']") is not None
            )
            optional = maybe and all(p.optional for p in listed)
            listed.insert(
                0, Parameter(name_of(element), self.types.argument(element), optional)
            )
        return listed

    def result(self):
        kinds = []
        returned = self.element.find(CORE + "return-value")
        if returned.get("skip") != "1" and self.types.of(returned, True) != "None":
            kinds.append(self.types.result(returned))
        kinds += [self.types.result(p) for p in self.outs]
        if not kinds:
            return "None"
        return kinds[0] if len(kinds) == 1 else f"tuple[{', '.join(kinds)}]"

    def lines(self, holder):
        """The definition; @holder is `self` for methods and None for functions."""
        texts = [p.text() for p in self.parameters()]
        first = [holder] if holder else []
        return [f"def {self.name}({', '.join(first + texts)}) -> {self.result()}: ..."]

    def lines_async(self, finish):
        """Without a callback something to await, with one nothing."""
        arguments = [p for p in self.parameters() if p.name != "callback"]
        awaited = ["self"] + [p.text() for p in arguments]
        called = ["self"] + [p.text(False) for p in arguments]
        named = ["self"] + [p.text() for p in arguments]
        callback = "callback: Callable[..., object]"
        result = Callable(finish, self.types).result()
        return [
            "@overload",
            f"def {self.name}({', '.join(awaited)}) -> asyncio.Future[{result}]: ...",
            "@overload",
            f"def {self.name}({', '.join(called + [callback])}, *user_data: object)"
            " -> None: ...",
            "@overload",
            f"def {self.name}({', '.join(named)}, *, {callback}) -> None: ...",
        ]

    def lines_virtual(self):
        """What a class in Python writes: it is given results, and gives arguments."""
        given = [
            f"{name_of(p)}: {nullable(p, self.types.of(p, True))}" for p in self.given
        ]
        kinds = []
        returned = self.element.find(CORE + "return-value")
        if self.types.of(returned, True) != "None":
            kinds.append(nullable(returned, self.types.of(returned, False)))
        kinds += [self.types.argument(p) for p in self.outs]
        result = "None" if not kinds else kinds[0]
        if len(kinds) > 1:
            result = f"tuple[{', '.join(kinds)}]"
        elif kinds == ["bool"] and self.element.get("throws") == "1":
            result = "bool | None"
        return [f"def do_{self.name}({', '.join(['self'] + given)}) -> {result}: ..."]


class Namespace:
    """One namespace on its way from GIR to stub."""

    def __init__(self, path, dressed, wanted=None, known=None):
        root = ElementTree.parse(path).getroot()
        self.element = root.find(CORE + "namespace")
        self.name = self.element.get("name")
        self.dressed = dressed
        self.wanted = wanted
        self.types = Types(self.name, dressed, {} if known is None else known)
        self.types.flags = {
            e.get("name") for e in self.element.findall(CORE + "bitfield")
        }
        self.out = {}

    def elements(self, *tags):
        """Children that are wanted, with these tags."""
        for element in self.element:
            local = element.tag.removeprefix(CORE)
            if local not in tags or not introspectable(element):
                continue
            if (
                element.get(GLIB + "is-gtype-struct-for")
                or element.get("disguised") == "1"
            ):
                continue
            if self.wanted is None or element.get("name") in self.wanted:
                yield element

    def names(self):
        """The types that this namespace will have."""
        tags = ("class", "interface", "record", "enumeration", "bitfield", "union")
        return {element.get("name") for element in self.elements(*tags)}

    def build(self):
        """Fills self.out: name to lines, or for classes (bases, members)."""
        for element in self.elements("enumeration", "bitfield"):
            self.out[element.get("name")] = self.enumeration(element)
        for element in self.elements("class", "interface", "record"):
            self.out[element.get("name")] = self.class_of(element)
        for element in self.elements("function"):
            function = Callable(element, self.types)
            self.out[function.name] = function.lines(None)
        for element in self.elements("constant"):
            self.out[element.get("name")] = [
                f"{element.get('name')}: {self.types.of(element, True)}"
            ]
        return self.out

    def enumeration(self, element):
        base = "GFlags" if element.tag == CORE + "bitfield" else "GEnum"
        base = base if self.name == "GObject" else "GObject." + base
        members = {}
        for member in element.findall(CORE + "member"):
            name = member.get("name").upper()
            members[name] = [f"{name}: ClassVar[{element.get('name')}]"]
        for function in element.findall(CORE + "function"):
            if introspectable(function):
                self.add_static(members, Callable(function, self.types))
        return [base], members

    @staticmethod
    def add_static(members, function):
        members[function.name] = ["@staticmethod", *function.lines(None)]

    def class_of(self, element):
        members = {}
        methods = {
            name_of(m): m for m in element.findall(CORE + "method") if introspectable(m)
        }
        for name, method in methods.items():
            call = Callable(method, self.types)
            finish = methods.get(name.removesuffix("_async") + "_finish")
            if self.dressed and name.endswith("_async") and finish is not None:
                members[name] = call.lines_async(finish)
            else:
                members[name] = call.lines("self")
        for tag in ("constructor", "function"):
            for function in element.findall(CORE + tag):
                if introspectable(function):
                    self.add_static(members, Callable(function, self.types))
        if self.dressed:
            self.add_properties(element, members)
            self.add_virtual(element, members)
        return self.bases(element), members

    def add_properties(self, element, members):
        for prop in element.findall(CORE + "property"):
            name = name_of(prop)
            if name in members or not introspectable(prop):
                continue
            # whether a property can be empty, its getter says
            getter = next(
                (
                    m
                    for m in element.findall(CORE + "method")
                    if m.get("name") == "get_" + name
                ),
                None,
            )
            holder = getter.find(CORE + "return-value") if getter is not None else prop
            word = self.types.of(prop, True)
            maybe = holder.get("nullable") == "1" or (
                getter is None
                and word not in ("bool", "int")
                and not self.is_enum(word)
            )
            word = f"{word} | None" if maybe and word != "Any" else word
            if prop.get("writable") == "1" and prop.get("construct-only") != "1":
                members[name] = [f"{name}: {word}"]
            else:
                members[name] = ["@property", f"def {name}(self) -> {word}: ..."]

    def is_enum(self, word):
        return any(
            word == e.get("name") for e in self.elements("enumeration", "bitfield")
        )

    def add_virtual(self, element, members):
        for virtual in element.findall(CORE + "virtual-method"):
            call = Callable(virtual, self.types)
            callbacks = [p for p in call.given if p.get("scope")]
            if introspectable(virtual) and not callbacks:
                members["do_" + call.name] = call.lines_virtual()

    def bases(self, element):
        if element.tag == CORE + "record":
            return ["GObject.GBoxed"]
        if element.tag == CORE + "interface":
            wanted = [e.get("name") for e in element.findall(CORE + "prerequisite")]
            own = [self.types.object(n, True) for n in wanted if n != "GObject.Object"]
            return [b for b in own if b != "Any"] or ["GObject.GInterface"]
        parent = self.types.object(element.get("parent", "Any"), True)
        listed = [
            self.types.object(e.get("name"), True)
            for e in element.findall(CORE + "implements")
        ]
        requires = {p for one in listed for p in self.required(one)}
        return [parent] + [b for b in listed if b != "Any" and b not in requires]

    def required(self, name):
        """Interfaces that an interface of this namespace requires."""
        for element in self.elements("interface"):
            if element.get("name") == name:
                return {e.get("name") for e in element.findall(CORE + "prerequisite")}
        return set()


def read_additions(name):
    """What the file of additions has: head, names to generate, statements by name."""
    text = (ADDITIONS / f"{name}.pyi").read_text(encoding="utf-8")
    wanted = [
        word
        for line in re.findall(r"^# generate: (.*)$", text, re.M)
        for word in line.split()
    ]
    head, classes, others = re.findall(r"^# mypy: .*$", text, re.M), {}, {}
    for statement in ast.parse(text).body:
        source = ast.get_source_segment(text, statement)
        if isinstance(statement, ast.ClassDef):
            classes[statement.name] = (text, statement)
        elif isinstance(statement, ast.FunctionDef):
            others.setdefault(statement.name, []).extend(source.splitlines())
        elif isinstance(statement, ast.AnnAssign):
            others[statement.target.id] = [source]
        elif not isinstance(statement, ast.Expr):
            head.append(source)
    return head, set(wanted), classes, others


def merge_class(generated, addition):
    """A class of the GIR with the members that are written by hand, which win."""
    text, statement = addition
    bases, members = generated if generated else ([], {})
    members = dict(members)
    own = [ast.get_source_segment(text, base) for base in statement.bases]
    by_hand = {}
    for member in statement.body:
        if isinstance(member, ast.Expr):
            continue
        name = member.target.id if isinstance(member, ast.AnnAssign) else member.name
        decorators = (
            ["@" + ast.get_source_segment(text, d) for d in member.decorator_list]
            if hasattr(member, "decorator_list")
            else []
        )
        by_hand.setdefault(name, []).extend(
            decorators + ast.get_source_segment(text, member).splitlines()
        )
    members.update(by_hand)
    return own or bases, members


def protect(lines, colliding):
    """Builtins that members of some class hide get their long name in annotations."""
    if not colliding:
        return lines
    pattern = re.compile(
        r"(?<![\w.])("
        + "|".join(sorted(colliding))
        + r")(?=[\[\],) |:=]|$)(?!: )(?!\()"
    )
    return [
        line
        if line.startswith("@") or "def " not in line and ":" not in line
        else protect_line(line, pattern)
        for line in lines
    ]


def protect_line(line, pattern):
    head, mark, tail = (
        line.partition("(") if line.lstrip().startswith("def ") else line.partition(":")
    )
    return head + mark + pattern.sub(r"builtins.\1", tail)


def write(name, namespace, head, additions, others):
    """The text of a stub."""
    out = dict(namespace.out) if namespace else {}
    for class_name, addition in additions.items():
        generated = out.get(class_name)
        out[class_name] = merge_class(
            generated if isinstance(generated, tuple) else None, addition
        )
    out.update(others)
    colliding = {
        m for entry in out.values() if isinstance(entry, tuple) for m in entry[1]
    } & set(BUILTINS)
    lines = [HEADER, *head, ""]
    for entry_name, entry in out.items():
        if isinstance(entry, list):
            lines += entry
            continue
        bases, members = entry
        lines.append(
            f"class {entry_name}({', '.join(bases)}):"
            if bases
            else f"class {entry_name}:"
        )
        body = [
            line for member in members.values() for line in protect(member, colliding)
        ]
        lines += ["    " + line for line in body] or ["    ..."]
    return "\n".join(lines) + "\n"


def error_classes(gir):
    """A class for each code of the error domain, as the override makes them."""
    enumeration = next(
        e for e in gir.elements("enumeration") if e.get("name") == "Error"
    )
    for member in enumeration.findall(CORE + "member"):
        name = member.get(GLIB + "nick").title().replace("-", "") + "Error"
        gir.out[name] = (["CertError"], {})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("gir", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    arguments = parser.parse_args()

    parts = {name: read_additions(name) for name in (*OTHERS, "ICert")}
    girs, known = {}, {}
    for name, file in OTHERS.items():
        girs[name] = Namespace(GIR_FOLDER / file, False, parts[name][1], known)
    girs["ICert"] = Namespace(arguments.gir, True, None, known)
    for name, gir in girs.items():
        known[name] = gir.names() | set(parts[name][2])

    folder = arguments.output / "gi" / "repository"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "__init__.pyi").write_text(HEADER)
    (folder.parent / "__init__.pyi").write_text(
        HEADER + (ADDITIONS / "gi.pyi").read_text()
    )
    for name, (head, _wanted, additions, others) in parts.items():
        girs[name].build()
        if name == "ICert":
            error_classes(girs[name])
        text = write(name, girs[name], head, additions, others)
        (folder / f"{name}.pyi").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
