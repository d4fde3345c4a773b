#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# install-npm.sh: puts what bindings/js/package-lock.json names into bindings/js/node_modules: the
# compiler of TypeScript and the generator of types. Does nothing, and needs no network, when that has
# been done; the lock file fixes the contents of every package by a hash.
set -eu

data=$(cd "$(dirname "$0")" && pwd)
cd "$data/../bindings/js"
installed=node_modules/.installed-lock.json
if cmp -s package-lock.json "$installed"; then
  exit 0
fi

if ! command -v npm >/dev/null; then
  sh "$data/install-packages.sh" "$data/packages-npm.txt"
fi
echo "install-npm: installing into bindings/js/node_modules" >&2
# no script of a package is run; a network that is not there is found out soon
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error \
  --fetch-retries=2 --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=5000 >&2
cp package-lock.json "$installed"
