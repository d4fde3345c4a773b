#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""install-dir.py PREFIX: the folder of PREFIX in which Python looks for modules.

Debian's Python has one scheme for /usr and another for /usr/local; meson 1.0 names for
the latter a folder that is not searched. Under any other prefix nothing is, unless
PYTHONPATH says so.
"""

import sys
import sysconfig


def install_dir(prefix: str) -> str:
    """Where modules go."""
    schemes = sysconfig.get_scheme_names()
    if prefix == "/usr" and "deb_system" in schemes:
        return sysconfig.get_path("purelib", "deb_system")
    if prefix == "/usr/local" and "posix_local" in schemes:
        return sysconfig.get_path("purelib", "posix_local")
    return sysconfig.get_path("purelib", "posix_prefix", vars={"base": prefix})


if __name__ == "__main__":
    print(install_dir(sys.argv[1]))
