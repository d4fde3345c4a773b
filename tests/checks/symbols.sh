#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# symbols.sh LIBRARY [MODULE…]: libicert exports icert_* and nothing else, a module its table only.
set -eu

command -v nm >/dev/null || exit 77
status=0
# check FILE PATTERN
check() {
  others=$(nm -D --defined-only "$1" | awk '{print $NF}' | sed 's/@.*//' | grep -vE "$2" || true)
  if [ -n "$others" ]; then
    echo "$1 exports: $others"
    status=1
  fi
}

check "$1" '^icert_[a-z0-9_]+$'
shift
for module; do
  case $module in *.so) ;; *) continue ;; esac
  check "$module" '^icert_module$'
done
exit $status
