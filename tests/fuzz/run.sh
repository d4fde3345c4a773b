#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/fuzz/run.sh MINUTES [TARGET…]: builds the fuzz targets with clang for libFuzzer, AddressSanitizer and
# UndefinedBehaviorSanitizer in a folder of their own, and runs each (or those named) for MINUTES from the corpus
# and what earlier runs have found beside it. Ends with status 1 after a crash, a leak, or an input that takes too
# long or too much memory, and names the file that holds it.
# ICERT_FUZZ_BUILD: where to build (default: build-fuzz in the repository).
set -eu

cd "$(dirname "$0")/../.."
case ${1:-} in
'' | *[!0-9]*)
  echo "use: tests/fuzz/run.sh MINUTES [TARGET…]" >&2
  exit 2
  ;;
esac
minutes=$1
shift
base=${ICERT_FUZZ_BUILD:-build-fuzz}
compiler=clang-14

sh data/install-packages.sh tests/fuzz/packages.txt
mkdir -p "$base"
if [ ! -f "$base/build.ninja" ]; then
  CC=$compiler meson setup "$base" -Dfuzzer=true -Dintrospection=false -Db_sanitize=address,undefined \
    -Db_lundef=false >"$base/build.log" 2>&1 || {
    tail -n 30 "$base/build.log" >&2
    exit 1
  }
fi
ninja -C "$base" fuzz-targets >"$base/build.log" 2>&1 || {
  grep -v '^\[' "$base/build.log" | tail -n 40 >&2
  exit 1
}
rm -f "$base/build.log"

export LD_LIBRARY_PATH="$base/interfaces" G_SLICE=always-malloc G_DEBUG=fatal-criticals
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
if [ $# -eq 0 ]; then
  # shellcheck disable=SC2046
  set -- $(cd tests/fuzz/corpus && ls)
fi

failed=
for name; do
  found=$base/found/$name
  mkdir -p "$found"
  log=$base/fuzz-$name.log
  # S-A10: 256 MiB in one piece; all in all more, which the sanitizers need. A second of a
  # machine that does nothing else is ten of a busy one under sanitizers.
  if "$base/tests/fuzz/fuzz-$name" -max_total_time=$((minutes * 60)) -timeout=10 -malloc_limit_mb=256 \
    -rss_limit_mb=2560 -max_len=65536 -print_final_stats=1 -artifact_prefix="$base/$name-" \
    "$found" "tests/fuzz/corpus/$name" >"$log" 2>&1; then
    echo "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs, nothing found"
  else
    failed="$failed $name"
    echo "$name: $(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)"
    grep -m 5 -E 'ERROR|SUMMARY|assert' "$log" || true
  fi
done
[ -z "$failed" ] || exit 1
