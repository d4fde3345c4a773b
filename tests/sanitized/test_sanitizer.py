# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whether a mistake in libicert is seen when Python runs on a sanitized one."""

import pathlib
import signal
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import tap  # noqa: E402

MISTAKE = """
import ctypes, gi
gi.require_version("ICert", "1.0")
from gi.repository import ICert
assert ICert.NameKind.DNS
libc, icert = ctypes.CDLL(None), ctypes.CDLL("libicert-1.0.so.0")
libc.malloc.restype = ctypes.c_void_p
place = ctypes.c_void_p(libc.malloc(64))
libc.free(place)
icert.icert_name_get_kind(place)
"""


class Sanitizer(unittest.TestCase):
    """AddressSanitizer is there, in libicert too."""

    def test_mistake(self):
        """An object that was given back is used: the process ends, and says where"""
        done = subprocess.run(
            [sys.executable, "-c", MISTAKE], capture_output=True, text=True, check=False
        )
        self.assertEqual(done.returncode, -signal.SIGABRT, done.stderr)
        self.assertIn("heap-use-after-free", done.stderr)
        self.assertIn("icert_name_get_kind", done.stderr)


if __name__ == "__main__":
    tap.main()
