# SPDX-License-Identifier: LGPL-2.1-or-later
"""One CA in a folder of its own for tests that open it in their own process.

Import this before gi: GLib reads the folders of the user once.
"""

import atexit
import functools
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
sys.path.insert(1, str(HERE.parent))

import tool  # noqa: E402

FOLDER = tool.Folder()
atexit.register(FOLDER.remove)
for _name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "LC_ALL"):
    os.environ[_name] = FOLDER.environment[_name]
os.environ.pop("ICERT_CONFIG", None)
os.environ["ICERT_MODULE_PATH"] = os.pathsep.join(
    (os.environ["ICERT_MODULE_PATH"], os.environ["ICERT_FIXTURE_MODULES"])
)
FOLDER.environment["ICERT_MODULE_PATH"] = os.environ["ICERT_MODULE_PATH"]


@functools.cache
def make(name="Demo"):
    """The config string of a CA, made when it is first asked for."""
    answer = FOLDER.icert("--json", "init", name, "--dir", FOLDER.path / name.lower())
    if answer.status != 0:
        raise AssertionError(f"init: {answer!r}")
    return answer.json["config"]


@functools.cache
def request(*names, subject=None):
    """The octets of a request with these dNSNames."""
    stem = "-".join(names) or "empty"
    return FOLDER.request(stem, *names, subject=subject).read_bytes()
