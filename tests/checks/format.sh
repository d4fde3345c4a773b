#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every C file is as .clang-format says.
set -eu
. "$(dirname "$0")/files.sh"

command -v clang-format >/dev/null || exit 77
# Another version breaks lines elsewhere: Debian 12's has the word.
clang-format --version | grep -q 'version 14\.' || exit 77
# shellcheck disable=SC2046
clang-format --dry-run -Werror $(tracked '*.c' '*.h')
