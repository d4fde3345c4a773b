#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# install-packages.sh [LIST]: installs what LIST (default: data/packages.txt) names and this Debian
# lacks. Does nothing on a machine that has everything; without root it says what to install and ends
# with 1.
set -eu

list=${1:-$(dirname "$0")/packages.txt}
if ! command -v dpkg-query >/dev/null; then
  echo "install-packages: no dpkg here; $list names what is needed" >&2
  exit 0
fi

missing=
for package in $(sed 's/#.*//' "$list"); do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
  echo "install-packages: missing:$missing" >&2
  echo "install-packages: as root: apt-get install --no-install-recommends$missing" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
# slapd is for a test that starts its own: no package starts a service here
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi
echo "install-packages: installing$missing" >&2
# a stale index is renewed only when it does not do
# shellcheck disable=SC2086
if ! apt-get install -qy --no-install-recommends $missing >"$log" 2>&1; then
  if ! { apt-get update -q && apt-get install -qy --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    rm -f "$log"
    exit 1
  fi
fi
rm -f "$log"
