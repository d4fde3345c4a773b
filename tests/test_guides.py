#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every code block of every guide, and of the README, runs and prints what it says.

A guide is played in an empty home folder, from its top to its end. Its blocks are of
two kinds; another one is a failure:

- `console`: lines behind `$ ` are given to bash (lines behind `> `, and those behind a
  backslash, go on), and the lines below are what comes back. `# exit status 3` behind
  a command is the status expected, in place of 0.
- any other language, with `<!-- file: NAME -->` in the line before: the contents of a
  file. A later command has to name it.

What differs from run to run is compared by the patterns of VOLATILE, in the guide and
in the answer; blanks that align columns count as two. Everything else is compared as it
stands.
"""

import difflib
import getpass
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import tap

ROOT = pathlib.Path(__file__).resolve().parents[1]
GUIDES = ROOT / "data" / "docs" / "guides"
README = ROOT / "README.md"
BUILD = pathlib.Path(os.environ["G_TEST_BUILDDIR"]).parent
TABLES_ONLY = "for-adcs-authors"  # its tables are played by test_guide_adcs.py
HOME = "/home/alice"
USER = "alice"

VOLATILE = {
    "TIME": r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z",
    "SHA256": r"\b[0-9a-f]{64}\b",
    "SERIAL": r"\b[0-9a-f]{38,40}\b",
    "MILLISECONDS": r"(?<=milliseconds  )\d+",
    # signatures differ in length
    "OCTETS": r"(?<=a request of )\d+ octets",
    "SECONDS": r"\b\d+\.\d\ds\b",
}


class Block:
    def __init__(self, guide, line, language, file, text):
        self.where = f"{guide}:{line}"
        self.language = language
        self.file = file
        self.text = text


def read_blocks(path):
    """The fenced blocks of a guide."""
    lines = path.read_text(encoding="utf-8").splitlines()
    blocks, start, before = [], None, ""
    for number, line in enumerate(lines, 1):
        fence = re.match(r"(`{3,}|~{3,})(.*)$", line.strip())
        if fence and start is None:
            file = re.fullmatch(r"<!-- file: (\S+) -->", before.strip())
            start = (number, fence[2].strip(), file and file[1], fence[1])
            body = []
        elif fence and fence[1] == start[3] and not fence[2]:
            blocks.append(Block(path.name, *start[:3], "\n".join(body) + "\n"))
            start = None
        elif start:
            body.append(line)
        if line.strip():
            before = line
    if start:
        raise AssertionError(f"{path.name}:{start[0]}: a block without an end")
    return blocks


# of the README: the two commands, which test_quickstart.py and tests/run.sh are, and
# the drawing
PLAYED_ELSEWHERE = [
    block.text for block in read_blocks(README) if block.language in ("", "sh")
]


def read_commands(block):
    """[(command, expected output)] of a console block."""
    steps = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            steps.append(([line[2:]], []))
        elif not steps:
            raise AssertionError(f"{block.where}: begins without a command ('$ ')")
        elif not steps[-1][1] and (
            steps[-1][0][-1].endswith("\\") or line.startswith("> ") or line == ">"
        ):
            steps[-1][0].append(line[2:] if line.startswith(">") else line)
        else:
            steps[-1][1].append(line)
    return [("\n".join(command), "\n".join(output)) for command, output in steps]


def normalize(text, home):
    """The text with what differs from run to run replaced by names."""
    text = text.replace(str(home), HOME)
    lines = []
    for line in text.rstrip("\n").splitlines():
        line = re.sub(r" {2,}", "  ", line.rstrip())
        if getpass.getuser() != USER:
            line = re.sub(rf"(?<=\s){re.escape(getpass.getuser())}(?=\s|$)", USER, line)
        for name, pattern in VOLATILE.items():
            line = re.sub(pattern, name, line)
        lines.append(line)
    return lines


class Session:
    """A shell in a home of its own; folder and environment stay between commands."""

    def __init__(self, name):
        self.folder = pathlib.Path(
            tempfile.mkdtemp(prefix=f"icert-guide-{name}-")
        ).resolve()
        self.home = self.folder / "home"
        self.home.mkdir()
        self.state = self.folder / "state"
        environment = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith("XDG_")
            and key not in ("ICERT_CONFIG", "MALLOC_PERTURB_", "MAKEFLAGS")
        }
        environment.update(
            HOME=str(self.home),
            PATH=f"{BUILD / 'bindings' / 'tool'}:/usr/local/bin:/usr/bin:/bin",
            PKG_CONFIG_PATH=str(BUILD / "meson-uninstalled"),
            LC_ALL="C.UTF-8",
        )
        self.environment = environment

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, command):
        """(exit status, output) of a command, as a terminal would show it."""
        script = (
            f'cd ~; [ ! -f "{self.state}" ] || . "{self.state}"\n{command}\n'
            '__status=$?\n{ export -p; printf "cd %q\\n" "$PWD"; } '
            f'>"{self.state}"; exit $__status'
        )
        process = subprocess.run(
            ["bash", "--norc", "-c", script],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self.environment,
            timeout=240,
            check=False,
        )
        return process.returncode, process.stdout.decode(errors="replace")

    def write(self, name, text):
        """A file of the guide, in the folder where the shell is."""
        _, folder = self.run("pwd")
        path = pathlib.Path(folder.strip()) / os.path.expandvars(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


class GuideTest(unittest.TestCase):
    """Plays guides; what is wrong is collected, so that one run tells all of it."""

    def play(self, path):
        session = Session(path.stem)
        try:
            self.assertEqual("\n".join(self.problems(path, session)), "")
        finally:
            session.remove()

    def problems(self, path, session):
        blocks = [
            block for block in read_blocks(path) if block.text not in PLAYED_ELSEWHERE
        ]
        self.assertTrue(
            blocks or path.stem == TABLES_ONLY, f"{path.name}: no block of code"
        )
        commands = ""
        for block in reversed(blocks):
            if block.language == "console":
                commands += block.text
            elif not block.language or not block.file:
                yield f"{block.where}: neither console nor a file: nobody would run it"
            elif (
                pathlib.PurePath(block.file).name not in commands
                and "/" not in block.file
            ):
                yield f"{block.where}: no command names {block.file}"
        for block in blocks:
            if block.language != "console":
                if block.file:
                    session.write(block.file, block.text)
                continue
            for command, expected in read_commands(block):
                yield from self.step(session, block, command, expected)

    def step(self, session, block, command, expected):
        status = re.search(r"#.*\bexit status (\d+)\s*$", command)
        wanted = normalize(expected, session.home)
        got_status, output = session.run(command)
        got = normalize(output, session.home)
        if got_status != (int(status[1]) if status else 0):
            yield f"{block.where}: $ {command}\n  exit status {got_status}\n{output}"
        elif got != wanted:
            difference = difflib.unified_diff(
                wanted, got, "guide", "answer", lineterm="", n=1
            )
            yield f"{block.where}: $ {command}\n" + "\n".join(difference)


class Guides(GuideTest):
    """One test a guide, added below."""


class Player(GuideTest):
    """The player itself finds what is wrong."""

    def guide(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "guide.md"
            path.write_text(text)
            session = Session("player")
            try:
                return list(self.problems(path, session))
            finally:
                session.remove()

    def test_right(self):
        """A guide that is right has no problem: state, files, times, statuses"""
        text = "<!-- file: a.sh -->\n```sh\necho $WORD\n```\n"
        text += "```console\n$ mkdir b; cd b\n$ export WORD=2\n$ sh ../a.sh\n2\n"
        text += "$ echo \\\n  a   b; pwd\na b\n/home/alice/b\n"
        text += "$ echo 2026-01-01T00:00:00Z x; exit 3   # exit status 3\n"
        text += "2025-12-31T00:00:00Z x\n```\n"
        self.assertEqual(self.guide(text), [])

    def test_elsewhere(self):
        """Besides, the README has the two commands and the drawing of the steps"""
        commands, drawing = PLAYED_ELSEWHERE
        self.assertEqual(
            re.findall(r"(?m)^sh (\S+)", commands),
            ["data/quickstart.sh", "tests/run.sh"],
        )
        self.assertEqual(re.findall(r"\b[1-8](?=  ?[a-z])", drawing), list("12345678"))

    def test_wrong(self):
        """Another output or status, a block that nobody runs or uses: a problem each"""
        for text in (
            "```console\n$ echo a\nb\n```\n",
            "```console\n$ echo a\n```\n",
            "```console\n$ false\n```\n",
            "```console\n$ true   # exit status 1\n```\n",
            "```python\nprint(1)\n```\n",
            "```\n$ true\n```\n",
            "<!-- file: a.py -->\n```python\nprint(1)\n```\n```console\n$ true\n```\n",
            "```console\n$ true\n```\n<!-- file: a.py -->\n```python\nprint(1)\n```\n",
        ):
            with self.subTest(text):
                self.assertEqual(len(self.guide(text)), 1)


def add_guide(path):
    """One test a guide."""

    def test(self):
        self.play(path)

    title = re.search(r"(?m)^# (.*)", path.read_text(encoding="utf-8"))
    test.__doc__ = f"The blocks of '{title[1]}' run and print what it says"
    setattr(Guides, "test_" + path.stem.replace("-", "_").lower(), test)


if __name__ == "__main__":
    wanted = sys.argv[1:]
    del sys.argv[1:]
    for guide in [README, *sorted(GUIDES.glob("*.md"))]:
        if guide.stem in wanted or not wanted:
            add_guide(guide)
    tap.main()
