# SPDX-License-Identifier: LGPL-2.1-or-later
"""The type stubs: mypy accepts what is right, finds what is wrong, and nothing is missing."""

import ast
import inspect
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import ca
import tap

import gi

gi.require_version("ICert", "1.0")
from gi._gi import EnumInfo, InterfaceInfo, ObjectInfo, StructInfo  # noqa: E402
from gi.repository import GObject, ICert  # noqa: E402

STUBS = pathlib.Path(os.environ["ICERT_PYTHON_STUBS"])
SOURCE = pathlib.Path(os.environ["G_TEST_SRCDIR"])
TYPED = SOURCE / "python" / "typed"
EXAMPLES = SOURCE.parent / "bindings" / "python" / "examples"
# what dir() has of a class beside what is introspected
OURS = {"CertError", "run"} | {
    name for name in dir(ICert) if re.fullmatch(r"\w+Error", name)
}


# programs that are to be short may leave types out; what they do is checked all the same
SHORT = ["--allow-untyped-defs", "--allow-incomplete-defs", "--allow-untyped-calls"]


def mypy(*arguments):
    """Lines of mypy's answer."""
    with tempfile.TemporaryDirectory(prefix="icert-mypy-") as cache:
        done = subprocess.run(
            [
                "/usr/bin/mypy", "--strict", "--no-error-summary", "--show-error-codes",
                "--hide-error-context", "--cache-dir", cache, *map(str, arguments),
            ],
            env=dict(os.environ, MYPYPATH=str(STUBS)),
            cwd=cache,
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
    return (done.stdout + done.stderr).splitlines()


class Mypy(unittest.TestCase):
    maxDiff = None
    """mypy --strict with the stubs."""

    def test_right(self):
        """Every example and a program that uses each kind pass, and so do the stubs"""
        examples = sorted(EXAMPLES.glob("*.py"))
        self.assertTrue(examples)
        self.assertEqual(mypy(TYPED / "program.py", EXAMPLES / "client.py"), [])
        self.assertEqual(mypy(*SHORT, *examples), [])

    def test_wrong(self):
        """Each deliberate mistake is found in its line, and nothing else is"""
        path = TYPED / "mistakes.py"
        expected = {
            (number, line.rsplit("# error: ", 1)[1])
            for number, line in enumerate(path.read_text().splitlines(), 1)
            if "# error: " in line
        }
        self.assertGreater(len(expected), 40)
        found = set()
        for line in mypy(path):
            match = re.match(r".*mistakes\.py:(\d+): error: .*\[([a-z-]+)\]$", line)
            if match:
                found.add((int(match[1]), match[2]))
            else:
                self.assertRegex(line, r"mistakes\.py:\d+: note: ")
        self.assertEqual(found, expected)

    def test_runs(self):
        """The program that mypy accepts does what it says"""
        config = ca.make()
        (ca.FOLDER.path / "typed.pem").write_bytes(ca.request("typed.example.org"))
        done = subprocess.run(
            [
                sys.executable,
                TYPED / "program.py",
                config,
                ca.FOLDER.path / "typed.pem",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)


def parse_stub():
    """The stub's names; those of classes with their members."""
    names, classes = set(), {}
    for statement in ast.parse(
        (STUBS / "gi" / "repository" / "ICert.pyi").read_text()
    ).body:
        if isinstance(statement, ast.ClassDef):
            names.add(statement.name)
            classes[statement.name] = {}
            for member in statement.body:
                name = getattr(member, "name", None)
                if isinstance(member, ast.AnnAssign):
                    name = member.target.id
                if name is not None:
                    classes[statement.name].setdefault(name, member)
        elif isinstance(statement, ast.FunctionDef):
            names.add(statement.name)
    return names, classes


class Complete(unittest.TestCase):
    """The stub has what Python shows, and nothing more."""

    @classmethod
    def setUpClass(cls):
        cls.names, cls.classes = parse_stub()
        infos = gi.Repository.get_default().get_infos("ICert")
        cls.infos = {
            info.get_name(): info
            for info in infos
            # tables of virtual methods are nothing that a program in Python sees
            if not (isinstance(info, StructInfo) and info.is_gtype_struct())
        }

    def test_names(self):
        """Every name of the namespace, both ways"""
        self.assertEqual(self.names, set(self.infos) | OURS)

    def test_members(self):
        """Every method, property and member of each class, both ways"""
        compared = 0
        for name, info in self.infos.items():
            if not isinstance(info, (ObjectInfo, InterfaceInfo, EnumInfo)):
                continue
            cls = getattr(ICert, name)
            shown = {m for m in cls.__dict__ if not m.startswith(("_", "do_"))}
            if isinstance(info, ObjectInfo):
                shown -= {field.get_name() for field in info.get_fields()}
            virtual = set()
            if not isinstance(info, EnumInfo):
                virtual = {
                    "do_" + v.get_name()
                    for v in info.get_vfuncs()
                    if not any(a.get_scope() for a in v.get_arguments())
                }
            stub = {m for m in self.classes[name] if not m.startswith("_")}
            with self.subTest(cls=name):
                self.assertEqual(stub, shown | virtual)
            compared += len(stub)
        self.assertGreater(compared, 600)

    def test_parameters(self):
        """Parameters have the names, the order and the defaults that calls have"""
        compared = 0
        for name, members in self.classes.items():
            for member, node in members.items():
                if not isinstance(node, ast.FunctionDef) or member.startswith(
                    ("_", "do_")
                ):
                    continue
                function = inspect.getattr_static(getattr(ICert, name), member)
                getattr(getattr(ICert, name), member)
                function = inspect.getattr_static(getattr(ICert, name), member)
                function = getattr(function, "__func__", function)
                if not inspect.isfunction(function) or member.endswith("_async"):
                    continue
                called = inspect.signature(function).parameters
                given = node.args.args
                with self.subTest(cls=name, member=member):
                    self.assertEqual([a.arg for a in given], list(called))
                    optional = sum(p.default is not p.empty for p in called.values())
                    self.assertEqual(len(node.args.defaults), optional)
                compared += 1
        self.assertGreater(compared, 150)


if __name__ == "__main__":
    GObject.Object()
    tap.main()
