#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The top level is what design.md says, and each module says what it is.
set -eu
. "$(dirname "$0")/files.sh"

status=0
allowed='meson.build meson_options.txt README.md CONTRIBUTING.md LICENSE ca interfaces modules bindings tests data'
for entry in $(tracked '*' '.*' | cut -d/ -f1 | sort -u); do
  case " $allowed " in
  *" $entry "*) ;;
  *)
    case $entry in
    .*) ;;
    *)
      echo "$entry: not in the layout of the top level ($allowed)"
      status=1
      ;;
    esac
    ;;
  esac
done
for folder in modules/*/; do
  [ -d "$folder" ] || continue
  if [ -f "${folder}meson.build" ] && [ ! -f "${folder}README.md" ]; then
    echo "${folder}README.md: missing"
    status=1
  fi
done
exit $status
