# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is installed of the override, and whether Python finds it there."""

import json
import os
import pathlib
import subprocess
import sys
import unittest

import tap

SOURCE = pathlib.Path(os.environ["G_TEST_SRCDIR"]).parent / "bindings" / "python"
BUILD = pathlib.Path(os.environ["G_TEST_BUILDDIR"]).parent


class Installed(unittest.TestCase):
    """meson install."""

    def test_every_file(self):
        """Every file of the override is installed, in one folder gi/overrides"""
        plan = json.loads((BUILD / "meson-info" / "intro-installed.json").read_text())
        installed = {
            pathlib.Path(source).name: pathlib.Path(target)
            for source, target in plan.items()
            if "/gi/overrides/" in source
        }
        wanted = {path.name for path in (SOURCE / "gi" / "overrides").glob("*.py")}
        self.assertIn("ICert.py", wanted)
        self.assertEqual(set(installed), wanted)
        folders = {target.parent for target in installed.values()}
        self.assertEqual(len(folders), 1)
        self.assertEqual(folders.pop().parts[-2:], ("gi", "overrides"))

    def test_found(self):
        """Under /usr and /usr/local it is where Debian's Python looks"""
        for prefix in ("/usr", "/usr/local"):
            folder = subprocess.run(
                [sys.executable, SOURCE / "install-dir.py", prefix],
                capture_output=True,
                text=True,
                check=True,
            ).stdout.strip()
            self.assertIn(folder, sys.path)
            self.assertTrue(folder.startswith(prefix + "/lib/"), folder)

    def test_elsewhere(self):
        """Under another prefix it stays inside of it"""
        folder = subprocess.run(
            [sys.executable, SOURCE / "install-dir.py", "/opt/icert"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        self.assertTrue(folder.startswith("/opt/icert/lib/python3"), folder)


if __name__ == "__main__":
    tap.main()
