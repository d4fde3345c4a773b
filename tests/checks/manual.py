#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""manual.py CONFIG GIR GUIDES: gi-docgen finds nothing to say about the manual.

`check` wants every symbol, parameter and answer documented; `generate` warns of each
link that leads nowhere. A line of either that is not an INFO line is a failure,
whatever the exit status says.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import tap  # noqa: E402

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
SIGIL = re.compile(r"(^|[\s(])(%[A-Z][A-Z_]+\b|#[IG][A-Z]\w+)")


class Manual(unittest.TestCase):
    def run_docgen(self, *arguments):
        """What gi-docgen says but for progress."""
        process = subprocess.run(
            [shutil.which("gi-docgen") or "gi-docgen", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        lines = COLOUR.sub("", process.stdout).splitlines()
        self.assertEqual([line for line in lines if not line.startswith("INFO: ")], [])
        self.assertEqual(process.returncode, 0)

    def test_check(self):
        """gi-docgen check reports nothing"""
        self.run_docgen("check", "--config", CONFIG, GIR)

    def test_generate(self):
        """gi-docgen generates the manual and each guide without a warning"""
        with tempfile.TemporaryDirectory(prefix="icert-manual-") as folder:
            self.run_docgen(
                "generate",
                "--config",
                CONFIG,
                "--content-dir",
                GUIDES,
                "--no-namespace-dir",
                "--output-dir",
                folder,
                GIR,
            )
            pages = set(os.listdir(folder))
        for guide in pathlib.Path(GUIDES).glob("*.md"):
            self.assertIn(
                guide.stem + ".html", pages, "guide_names of data/docs/meson.build"
            )
            links = re.findall(
                r"\]\(([^):]+?)(?:#[^)]*)?\)", guide.read_text(encoding="utf-8")
            )
            self.assertEqual(
                [link for link in links if link not in pages], [], guide.name
            )
        self.assertIn("iface.Policy.html", pages)

    def test_form(self):
        """Doc comments are Markdown: no sigil of gtk-doc is left in them"""
        text = pathlib.Path(GIR).read_text(encoding="utf-8")
        found = [line.strip() for line in text.splitlines() if SIGIL.search(line)]
        self.assertEqual(
            found, [], "write `NULL`, `ICERT_ERROR_DENIED` and [iface@ICert.View]"
        )


if __name__ == "__main__":
    CONFIG, GIR, GUIDES = sys.argv[1:4]
    del sys.argv[1:]
    tap.main()
