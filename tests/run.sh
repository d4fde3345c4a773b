#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/run.sh [full]: builds icert in a folder of its own and runs all quick tests by `meson test`.
# `full` adds the long ones, and runs what is written in C under ASan+UBSan and under TSan, and the tests in Python and gjs on an
# ASan+UBSan libicert (the quick tests, that is). 200,000 calls of each kind, for leaks, take half an hour: `meson test -C BUILD --suite leaks -t 0`. Ends with the line `N passed, N failed, N skipped`; a status other than 0 is a failure.
# ICERT_TEST_BUILD: where to build (default: build-test in the repository).
set -eu

cd "$(dirname "$0")/.."
mode=${1:-quick}
case $mode in
quick | full) ;;
*)
  echo "use: tests/run.sh [full]" >&2
  exit 2
  ;;
esac
base=${ICERT_TEST_BUILD:-build-test}
logs=
failed=0

# prepare FOLDER OPTION…
prepare() {
  folder=$1
  shift
  if [ ! -f "$folder/build.ninja" ]; then
    meson setup "$folder" "$@" >"$folder.log" 2>&1 || {
      tail -n 30 "$folder.log" >&2
      exit 1
    }
  else
    meson configure "$folder" "$@"
  fi
  ninja -C "$folder" >"$folder.log" 2>&1 || {
    grep -v '^\[' "$folder.log" | tail -n 40 >&2
    exit 1
  }
  rm -f "$folder.log"
}

# suite FOLDER NAME ARGUMENT…
suite() {
  folder=$1
  name=$2
  shift 2
  echo "== $name"
  meson test -C "$folder" --no-rebuild --print-errorlogs --logbase "$name" "$@" || failed=1
  logs="$logs $folder/meson-logs/$name.json"
}

sh data/install-packages.sh
# A machine that cannot reach the npm registry, or does not trust it, skips the test of the TypeScript
# types, with that reason; everywhere else it runs.
if ! sh data/install-npm.sh; then
  echo "run.sh: the npm registry did not give what bindings/js/package-lock.json names" >&2
  export ICERT_WITHOUT_NPM=1
fi
prepare "$base" -Dwerror=true
if [ "$mode" = quick ]; then
  suite "$base" quick --no-suite long --no-suite leaks
else
  suite "$base" all --no-suite leaks
  # The scanner of the typelib cannot load a sanitized library, so these two builds have none.
  # Python and gjs run on the first one with the typelib of the plain build.
  prepare "$base-asan" -Dintrospection=false -Db_sanitize=address,undefined -Db_lundef=false \
    -Dtypelib="$(cd "$base" && pwd)/interfaces"
  export ASAN_OPTIONS=detect_leaks=1:abort_on_error=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
  suite "$base-asan" asan --timeout-multiplier 4 --no-suite checks --no-suite long
  prepare "$base-tsan" -Dintrospection=false -Db_sanitize=thread -Db_lundef=false
  # GLib's slices move memory between threads behind the sanitizer's back (tests/tsan/README.md)
  export TSAN_OPTIONS="halt_on_error=1 ignore_noninstrumented_modules=1" G_SLICE=always-malloc
  suite "$base-tsan" tsan --timeout-multiplier 6 --no-suite checks --no-suite long
fi
# shellcheck disable=SC2086
python3 tests/count.py $logs || failed=1
exit $failed
