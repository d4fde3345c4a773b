#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Who may include what: the contract GLib only; modules and bindings nothing of the engine; the
# engine nothing of a module.
set -eu
. "$(dirname "$0")/files.sh"

status=0
# refuse WHY PATTERN FILE…
refuse() {
  why=$1
  pattern=$2
  shift 2
  [ $# -gt 0 ] || return 0
  if grep -nHE "^[[:space:]]*#[[:space:]]*include[[:space:]]*$pattern" "$@"; then
    echo "^ $why"
    status=1
  fi
}

# shellcheck disable=SC2046
refuse 'modules/ may not include the engine' '["<](.*/)?(ca-[a-z-]+\.h|ca/)' $(tracked 'modules/*.c' 'modules/*.h')
# shellcheck disable=SC2046
refuse 'bindings/ may not include the engine' '["<](.*/)?(ca-[a-z-]+\.h|ca/)' $(tracked 'bindings/*.c' 'bindings/*.h')
# shellcheck disable=SC2046
refuse 'ca/ may not include a module' '["<](.*/)?(policy|exit|store|key|intermediary|client)-[a-z]+\.h' $(tracked 'ca/*.c' 'ca/*.h')
# shellcheck disable=SC2046
refuse 'interfaces/ may include GLib only' '["<](.*/)?(openssl/|sqlite3|json-glib/|libpq|ca-|curl/|libsoup/)' \
  $(tracked 'interfaces/*.c' 'interfaces/*.h')
exit $status
