#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every public symbol of the GIR is documented, with each parameter and each answer."""

import sys
import xml.etree.ElementTree

CORE = "{http://www.gtk.org/introspection/core/1.0}"
GLIB = "{http://www.gtk.org/introspection/glib/1.0}"
CALLABLES = {CORE + tag for tag in ("method", "function", "constructor")}
PLAIN = {CORE + tag for tag in ("class", "interface", "enumeration", "bitfield", "property",
                                "member", "record", "callback", "constant")} | {GLIB + "signal"}
# Structures of classes and interfaces are public only in C, where the header shows them.
INNER = {"glib:is-gtype-struct-for", GLIB + "is-gtype-struct-for"}


def is_documented(element):
    """Whether it has a text of its own."""
    text = element.findtext(CORE + "doc")
    return text is not None and text.strip() != ""


def gaps_of_call(element, where):
    """What a function does not say."""
    if not is_documented(element):
        yield f"{where}: not described"
    for parameter in element.iterfind(f"{CORE}parameters/{CORE}parameter"):
        if not is_documented(parameter):
            yield f"{where}: parameter {parameter.get('name')} not described"
    answer = element.find(CORE + "return-value")
    silent = answer.find(CORE + "type")
    if silent is not None and silent.get("name") == "none":
        return
    if element.tag == GLIB + "signal":
        return
    if not is_documented(answer):
        yield f"{where}: answer not described"


def gaps(element, where):
    """All gaps below an element."""
    for child in element:
        name = child.get("name")
        if INNER & set(child.keys()) or child.get("moved-to") is not None:
            continue
        # A quark and a type function explain themselves.
        identifier = child.get(CORE.replace("core", "c") + "identifier") or ""
        here = f"{where}.{name}"
        if child.tag in CALLABLES and not identifier.endswith(("_get_type", "_quark")):
            yield from gaps_of_call(child, here)
        elif child.tag == GLIB + "signal":
            yield from gaps_of_call(child, f"{where}::{name}")
        elif child.tag in PLAIN:
            if not is_documented(child):
                yield f"{here}: not described"
            yield from gaps(child, here)


def signature(element):
    """What annotations say of a call. Scope and closure the scanner knows only of functions."""
    said = ("transfer-ownership", "nullable", "direction", "optional", "caller-allocates")
    answer = element.find(CORE + "return-value")
    yield "answer", [answer.get(key) for key in said]
    for parameter in element.iterfind(f"{CORE}parameters/{CORE}parameter"):
        yield parameter.get("name"), [parameter.get(key) for key in said]


def differences(namespace):
    """Virtual methods that bindings would call or implement otherwise than their public function."""
    for interface in namespace.iterfind(CORE + "interface"):
        methods = {method.get("name"): method for method in interface.iterfind(CORE + "method")}
        for slot in interface.iterfind(CORE + "virtual-method"):
            where = f"{namespace.get('name')}.{interface.get('name')}.{slot.get('name')}"
            public = methods.get(slot.get("invoker"))
            if public is None:
                yield f"{where}: no public function calls it"
            elif dict(signature(slot)) != dict(signature(public)):
                yield f"{where}: annotated otherwise than its public function"


def main(path):
    """Prints the gaps of a GIR file."""
    namespace = xml.etree.ElementTree.parse(path).getroot().find(CORE + "namespace")
    found = list(gaps(namespace, namespace.get("name"))) + list(differences(namespace))
    for gap in found:
        print(gap)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
