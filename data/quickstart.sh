#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# quickstart.sh: builds icert, makes a CA in a temporary folder, takes one request through all eight
# steps, runs a Python and a gjs client on the same CA, and lets OpenSSL judge the certificate. The
# lines that begin with a number are the engine's own: it writes them where ICERT_STEPS says. Nothing
# of the user's is touched.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
if [ -z "${ICERT_QUICKSTART:-}" ]; then
  build=${ICERT_BUILD:-$top/build}
  sh "$top/data/install-packages.sh"
  log=$(mktemp)
  echo "== building in $build"
  if ! { [ -f "$build/build.ninja" ] || meson setup "$build" "$top"; } >"$log" 2>&1 ||
    ! ninja -C "$build" >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    rm -f "$log"
    exit 1
  fi
  rm -f "$log"
  # the same script once more, with command, typelib and modules at hand
  ICERT_QUICKSTART=1 exec meson devenv -C "$build" -w "$top" sh "$top/data/quickstart.sh"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export HOME="$work" XDG_CONFIG_HOME="$work/config" XDG_DATA_HOME="$work/data"
unset ICERT_CONFIG

# say COMMAND…: shows a command and runs it
say() {
  echo
  echo "\$ $*"
  "$@"
}

# expect STATUS COMMAND…
expect() {
  wanted=$1
  shift
  status=0
  say "$@" || status=$?
  if [ "$status" != "$wanted" ]; then
    echo "quickstart: exit status $status ($wanted expected)" >&2
    exit 1
  fi
}

# a key and a request for it: NAME.key and NAME.pem
make_request() {
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" \
    -subj "/CN=$2" -addext "subjectAltName=DNS:$2" -out "$1.pem" 2>/dev/null
}

say icert init Demo --dir "$work/demo"
make_request web www.example.org

# from here on the engine tells the steps as it takes them
export ICERT_STEPS=/dev/stderr
expect 3 icert submit web.pem --profile WebServer
id=$(ICERT_STEPS='' icert --json view --columns RequestID --where 'Disposition = pending' |
  sed -n 's/.*"Request.RequestID":\([0-9]*\).*/\1/p')
expect 0 icert set-attributes "$id" 'Ticket:4711'
expect 0 icert resubmit "$id" --out web.crt
export ICERT_STEPS=
expect 0 icert retrieve "$id" --form chain --out chain.pem
expect 0 icert explain "$id"
expect 0 icert view

# another Python in PATH may not see Debian's gi
python=python3
$python -c 'import gi.repository' 2>/dev/null || python=/usr/bin/python3
make_request python python.example.org
expect 0 $python "$top/bindings/python/examples/client.py" python.pem User
make_request gjs gjs.example.org
expect 0 gjs -m "$top/bindings/js/examples/client.js" gjs.pem User

expect 0 openssl verify -x509_strict -CAfile demo/root/certs/0.crt -untrusted demo/certs/0.crt web.crt
echo
echo "quickstart: all went well"
