#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The TypeScript types: generated from the GIR, strict over icert.js and every example, and useful."""

import json
import os
import pathlib
import re
import subprocess
import unittest

import tap
import tool

SOURCE = pathlib.Path(__file__).resolve().parent.parent
BINDINGS = SOURCE / "bindings" / "js"
PROGRAMS = BINDINGS / "node_modules" / ".bin"
GIR = pathlib.Path(os.environ["GI_TYPELIB_PATH"]) / "ICert-1.0.gir"
BUILD = pathlib.Path(os.environ["G_TEST_BUILDDIR"]) / "typescript"
TYPES = BUILD / "types"
MODULES = ("ICert?version=1.0", "Gio", "GLib", "GObject")
MISTAKES = SOURCE / "tests" / "javascript" / "mistakes.ts"
ERROR = re.compile(r"^(\S+?)\((\d+),\d+\): error (TS\d+): ")


def run(*command, **keywords):
    process = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        **keywords,
    )
    return process.returncode, process.stdout


def generate():
    """The types of ICert and of the GLib that this machine has, anew when the GIR is newer."""
    made = TYPES / "icert-1.0.d.ts"
    if made.exists() and made.stat().st_mtime > GIR.stat().st_mtime:
        return
    status, text = run(
        PROGRAMS / "ts-for-gir", "generate", "ICert-1.0", "-g", GIR.parent, "-g", "/usr/share/gir-1.0",
        "-o", TYPES, "--ignoreVersionConflicts", cwd=BUILD, stdin=subprocess.DEVNULL,
    )
    if not made.exists():
        raise AssertionError(f"ts-for-gir: status {status}\n{text}")


def compile(files, **options):
    """tsc over FILES with the project's options: its status, and the errors as (file, line, code)."""
    paths = {}
    for module in MODULES:
        name = module.split("?")[0].lower()
        paths[f"gi://{module}"] = [f"./types/{name}-{'1.0' if name == 'icert' else '2.0'}.d.ts"]
    ambient = [str(TYPES / f"{name}.d.ts") for name in ("gjs", "ambient", "dom")]
    base = json.loads((BINDINGS / "tsconfig.json").read_text())
    base["compilerOptions"].update(paths=paths, **options)
    base["files"] = ambient + [str(file) for file in files]
    del base["include"]
    project = BUILD / "tsconfig.json"
    project.write_text(json.dumps(base, indent=2))
    status, text = run(PROGRAMS / "tsc", "--pretty", "false", "-p", project, cwd=BUILD)
    errors = [ERROR.match(line) for line in text.splitlines() if not line.startswith(" ")]
    if None in errors:
        raise AssertionError(f"tsc: status {status}\n{text}")
    return status, [(BUILD.joinpath(e[1]).resolve().name, int(e[2]), e[3]) for e in errors], text


class TypeScript(tool.ToolTest):
    @classmethod
    def setUpClass(cls):
        installed = (PROGRAMS / "tsc").exists() and (PROGRAMS / "ts-for-gir").exists()
        if not installed and os.environ.get("ICERT_WITHOUT_NPM"):
            raise unittest.SkipTest("the npm registry cannot be reached from here")
        if not installed:
            raise AssertionError("bindings/js/node_modules is not there: run sh data/install-npm.sh")
        BUILD.mkdir(exist_ok=True)
        generate()
        # all that is strict at once, since tsc reads the types of GIO each time
        cls.examples = sorted(BINDINGS.glob("examples/*.ts"))
        cls.status, cls.errors, cls.text = compile(
            [BINDINGS / "icert.js", *cls.examples, MISTAKES],
            noEmit=False, rootDir=str(SOURCE), outDir=str(BUILD / "js"),
        )
        super().setUpClass()

    def test_strict(self):
        """icert.js and every example in TypeScript pass tsc --strict with the types of the GIR"""
        self.assertTrue(self.examples)
        self.assertEqual([error for error in self.errors if error[0] != MISTAKES.name], [], self.text)

    def test_javascript(self):
        """The examples in JavaScript pass as they are, without types of their own"""
        examples = sorted(BINDINGS.glob("examples/*.js"))
        self.assertTrue(examples)
        loose = {"noImplicitAny": False, "useUnknownInCatchVariables": False, "noUncheckedIndexedAccess": False}
        status, errors, text = compile(examples, **loose)
        self.assertEqual((status, errors), (0, []), text)

    def test_options_are_strict(self):
        """The options of the project leave nothing unchecked"""
        options = json.loads((BINDINGS / "tsconfig.json").read_text())["compilerOptions"]
        for name in ("strict", "checkJs", "noUncheckedIndexedAccess"):
            self.assertIs(options[name], True, name)
        self.assertNotIn("skipLibCheck", options)

    def test_mistakes(self):
        """Deliberate mistakes give exactly the errors that stand beside them"""
        wanted = []
        for number, line in enumerate(MISTAKES.read_text().splitlines(), 1):
            mark = re.search(r"// (TS\d+)$", line)
            if mark:
                wanted.append((MISTAKES.name, number, mark[1]))
        self.assertGreater(len(wanted), 15)
        self.assertNotEqual(self.status, 0)
        found = [error for error in self.errors if error[0] == MISTAKES.name]
        self.assertEqual(sorted(found), sorted(wanted), self.text)

    def test_every_symbol(self):
        """Every class, interface, enumeration and function of the GIR has a type"""
        text = (TYPES / "icert-1.0.d.ts").read_text()
        for kind in ("class", "interface", "enumeration", "bitfield"):
            for name in re.findall(rf'^    <{kind} name="(\w+)"', GIR.read_text(), re.MULTILINE):
                self.assertRegex(text, rf"(?m)^(class|interface|enum) {name}\b")
        for name in re.findall(r'^    <function name="(\w+)"(?![^>]*introspectable="0")', GIR.read_text(), re.MULTILINE):
            self.assertRegex(text, rf"(?m)^function {name}\b")

    def test_runs(self):
        """What tsc makes of client.ts takes a request through the CA"""
        request = self.folder.request("typed", "www.example.org")
        program = BUILD / "js" / "bindings" / "js" / "examples" / "client.js"
        status, text = run("gjs", "-m", program, request, "User", env=self.folder.environment)
        self.assertEqual(status, 0, text)
        self.assertRegex(text, r"(?m)^ts: request \d+ issued$")
        self.assertRegex(text, r"(?m)^  serial [0-9a-f]{40}, until \d{4}-")
        status, text = run("gjs", "-m", program, request, "User", "No such CA", env=self.folder.environment)
        self.assertEqual(status, 1, text)
        self.assertRegex(text, r"(?m)^client: [A-Z_]+: config: ")


if __name__ == "__main__":
    tap.main()
