# SPDX-License-Identifier: LGPL-2.1-or-later
"""A function that only its own file uses is static: lists those that are not.

Reads what the compiler made of each file (nm), so calls through macros and tables count. What the
library exports is somebody else's to use, what only tests use has no other way to them, and
Vala's and GObject's own functions cannot be static.
"""

import json
import pathlib
import re
import subprocess
import sys

#: Entry points, what stands in for libc's, and the table of a module that has the wrong name for it
NOT_JUDGED = {"main", "LLVMFuzzerTestOneInput", "fdatasync", "other_table"}


def symbols(*arguments):
    """Each symbol as file, name and letter."""
    command = ["nm", "--format=posix", "--print-file-name", *arguments]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for line in text.splitlines():
        path, name, letter, *_rest = line.split()
        yield path.removesuffix(":"), name, letter


def main(build, library):
    build = pathlib.Path(build)
    files = json.loads((build / "compile_commands.json").read_text())
    sources = {str(build / one["output"]): one["file"] for one in files if one["output"].endswith(".o")}
    used = {name for _file, name, _letter in symbols("--dynamic", "--defined-only", library)}
    for path in [path for path in sources if not pathlib.Path(path).exists()]:
        used.update(re.findall(r"\w+", (build / sources.pop(path)).read_text()))
    defined = {}
    for path, name, letter in symbols(*sources):
        if letter == "U":
            used.add(name)
        elif letter == "T" and "meson-generated" not in path and not name.endswith("_get_type"):
            defined[name] = sources[path]
    for name in sorted(defined.keys() - used - NOT_JUDGED):
        print(f"{defined[name].removeprefix('../')}: {name} is used here only: make it static")
    return bool(defined.keys() - used - NOT_JUDGED)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
