#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# new-module.sh NAME [FOLDER]: copies this folder to FOLDER (default: policy-name) and renames the
# sample in it. NAME is one word of letters, such as Zone: class Zone.Policy, module policy-zone.
set -eu

fail() {
  echo "new-module.sh: $1" >&2
  exit 2
}

name=${1-}
case $name in
'' | *[!A-Za-z]*) fail "NAME: '$name' is none (one word of letters, such as Zone)" ;;
esac
lower=$(printf %s "$name" | tr '[:upper:]' '[:lower:]')
upper=$(printf %s "$name" | tr '[:lower:]' '[:upper:]')
title=$(printf %s "$upper" | cut -c1)$(printf %s "$name" | cut -c2-)
[ "$lower" != sample ] || fail "NAME: '$name' is taken by the sample (another word)"
from=$(cd "$(dirname "$0")" && pwd)
folder=${2-policy-$lower}
[ ! -e "$folder" ] || fail "FOLDER: $folder is there already (a new folder)"

mkdir -p "$folder"
for file in "$from"/*; do
  base=$(basename "$file")
  [ "$base" != new-module.sh ] || continue
  sed -e "s/Sample/$title/g" -e "s/SAMPLE/$upper/g" -e "s/sample/$lower/g" "$file" \
    >"$folder/$(printf %s "$base" | sed "s/sample/$lower/")"
done
echo "$folder: class $title.Policy; see README.md there"
