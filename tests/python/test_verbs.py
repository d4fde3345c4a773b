# SPDX-License-Identifier: LGPL-2.1-or-later
"""The table verb x role x door (S-D14, ca/engine/ca-verbs.def) against the typelib and the compiler."""

import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest

import gi

gi.require_version("ICert", "1.0")
from gi.repository import ICert  # noqa: E402

import tap  # noqa: E402

TOP = pathlib.Path(__file__).resolve().parents[2]
TABLE = TOP / "ca" / "engine" / "ca-verbs.def"
BUILD = pathlib.Path(os.environ["G_TEST_BUILDDIR"]).parent

INTERFACES = ("Admin", "Backup", "Ca", "Control", "Request", "Security", "Setup", "View")

#: What asks nothing of the CA, and why.
FREE = {
    "Admin.get_ca": "an object; what is asked through it is asked by its own verbs",
    "Request.get_ca": "the same",
    "Ca.describe_property": "a fact of the interface, not of the CA",
    "Backup.verify": "of a folder of files, not of a CA",
    "Setup.create": "there is no CA yet",
    "Setup.import_ca": "there is no CA yet",
    "View.set_table": "state of the object",
    "View.list_columns": "a fact of the schema, not of the CA",
    "View.set_columns": "state of the object",
    "View.set_column_set": "state of the object",
    "View.add_restriction": "state of the object",
    "View.add_alternative": "state of the object",
    "View.set_sort": "state of the object",
    "View.restrict_to_set": "state of the object",
    "View.set_cursor": "state of the object",
}


def read_table(text):
    """The rows of ca-verbs.def: identifier, name, any, all, doors, approval, methods."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    rows = []
    for row in re.findall(r"^V \((.*?)\)$", text, flags=re.DOTALL | re.MULTILINE):
        cells = [cell.strip() for cell in row.split(",", 6)]
        cells[1] = cells[1].strip('"')
        cells[6] = "".join(re.findall(r'"([^"]*)"', cells[6])).split()
        rows.append(cells)
    return rows


def list_methods():
    """Methods of the interfaces that people call, without the halves of the asynchronous ones."""
    for name in INTERFACES:
        interface = getattr(ICert, name, None)
        if interface is None:
            continue
        methods = {method.get_name() for method in interface.__info__.get_methods()}
        for method in methods:
            if not method.endswith(("_async", "_finish")) and method != "open":
                yield f"{name}.{method}"


class Table(unittest.TestCase):
    """S-D14: each way in is a row."""

    def setUp(self):
        self.rows = read_table(TABLE.read_text(encoding="utf-8"))

    def test_reads_all(self):
        """Every V (…) of the file is read as a row, and each name appears once"""
        text = TABLE.read_text(encoding="utf-8")
        self.assertEqual(len(self.rows), len(re.findall(r"^V \([A-Z]", text, re.MULTILINE)))
        for column in (0, 1):
            cells = [row[column] for row in self.rows]
            self.assertEqual(len(cells), len(set(cells)))

    def test_methods(self):
        """S-D14: a public method belongs to a row of the table, or is listed here with a reason"""
        known = {method for row in self.rows for method in row[6]}
        methods = set(list_methods())
        self.assertGreater(len(methods), 20)
        self.assertEqual(sorted(methods - known - set(FREE)), [])
        self.assertEqual(sorted(known & set(FREE)), [])


class Compiler(unittest.TestCase):
    """S-D14: code without a row does not build."""

    def compile(self, change):
        """ca-roles.c with a table and a source that @change made of the real ones; the messages."""
        commands = json.loads((BUILD / "compile_commands.json").read_text(encoding="utf-8"))
        entry = next(c for c in commands if c["file"].endswith("ca/engine/ca-roles.c"))
        words = shlex.split(entry["command"])
        words = words[1:] if words[0].endswith("ccache") else words
        for option in ("-o", "-MF", "-MQ"):
            if option in words:
                at = words.index(option)
                del words[at : at + 2]
        keep = [w for w in words if w not in ("-c", "-MD") and not w.endswith("ca-roles.c")]
        with tempfile.TemporaryDirectory() as folder:
            for name in ("ca-roles.c", "ca-roles.h", "ca-verbs.def"):
                shutil.copy(TABLE.parent / name, folder)
                path = pathlib.Path(folder) / name
                path.write_text(change(name, path.read_text(encoding="utf-8")), encoding="utf-8")
            source = os.path.join(folder, "ca-roles.c")
            result = subprocess.run(
                keep + ["-fsyntax-only", f"-I{TABLE.parent}", source],
                cwd=entry["directory"], capture_output=True, text=True, check=False,
            )
        return result.returncode, result.stderr

    def refused(self, change, message):
        code, text = self.compile(change)
        self.assertNotEqual(code, 0)
        self.assertIn(message, text)

    def add_row(self, row):
        return lambda name, text: text + row if name == "ca-verbs.def" else text

    def test_real(self):
        """The table as it is builds"""
        self.assertEqual(self.compile(lambda name, text: text), (0, ""))

    def test_no_row(self):
        """S-D14: a verb that code asks for and that has no row does not build"""
        use = '\nconst char *f (void);\nconst char *\nf (void)\n{\n'
        use += "  return ca_verb_to_string (CA_VERB_WITHOUT_ROW);\n}\n"
        self.refused(
            lambda name, text: text + use if name == "ca-roles.c" else text,
            "CA_VERB_WITHOUT_ROW",
        )

    def test_row_for_nobody(self):
        """S-D14: nor does a row that names no role"""
        self.refused(
            self.add_row('V (X, "x", NOBODY, NOBODY, EVERYWHERE, ALONE, "Admin.x")\n'),
            "static assertion failed",
        )

    def test_row_without_door(self):
        """S-D14: nor one without a door"""
        self.refused(
            self.add_row('V (X, "x", ADMIN, NOBODY, 0, ALONE, "Admin.x")\n'),
            "static assertion failed",
        )

    def test_row_without_method(self):
        """S-D14: nor one that no method asks for"""
        self.refused(
            self.add_row('V (X, "x", ADMIN, NOBODY, EVERYWHERE, ALONE, "")\n'),
            "static assertion failed",
        )

    def test_half_a_row(self):
        """S-D14: nor half a row"""
        self.refused(self.add_row('V (X, "x", ADMIN)\n'), "error")


if __name__ == "__main__":
    tap.main()
