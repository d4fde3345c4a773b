#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# out-of-tree.sh [BUILD]: a module from the template folder, built where icert is only installed.
# Installs icert into a prefix in a temporary folder, makes two modules from the installed template
# (one by meson, one by make), runs their tests, installs them, looks at them with `icert inspect`,
# tries them on a request, and issues a certificate through each. Prints TAP.
# Without BUILD icert is built for that prefix; with it that build is installed and moved there,
# which takes seconds.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
build=${1-}
work=$(mktemp -d "${TMPDIR:-/tmp}/icert-out-of-tree.XXXXXX")
trap 'rm -rf "$work"' EXIT
umask 022
export HOME="$work/home" XDG_CONFIG_HOME="$work/home/config" XDG_DATA_HOME="$work/home/data" LC_ALL=C
mkdir "$work/home"
unset ICERT_MODULE_PATH ICERT_DATA_PATH ICERT_CONFIG LD_LIBRARY_PATH PKG_CONFIG_PATH GI_TYPELIB_PATH

number=0
# step SENTENCE COMMAND…: a test; the rest makes no sense without it
step() {
  sentence=$1
  shift
  number=$((number + 1))
  if "$@" >"$work/log" 2>&1; then
    echo "ok $number - $sentence"
  else
    echo "not ok $number - $sentence"
    sed 's/^/# /' "$work/log"
    echo "1..$number"
    exit 1
  fi
}

build_and_install() {
  meson setup "$work/build" "$top" --prefix "$work/prefix" -Dtests=false &&
    ninja -C "$work/build" ${NINJA_JOBS:+-j$NINJA_JOBS} && meson install -C "$work/build" --no-rebuild
}

# As if the build had been made for the prefix, but for the paths inside the programs.
install_and_move() {
  DESTDIR="$work/root" meson install -C "$build" --no-rebuild || return 1
  old=$(sed -n 's/^prefix=//p' "$(find "$work/root" -name icert-1.0.pc)")
  mv "$work/root$old" "$work/prefix" &&
    find "$work/prefix" -name 'icert*.pc' -exec sed -i "s|^prefix=.*|prefix=$work/prefix|" {} +
}

if [ -n "$build" ]; then
  step "icert is installed into a prefix" install_and_move
else
  step "icert is built for a prefix and installed there" build_and_install
fi
pc=$(find "$work/prefix" -name icert-1.0.pc)
libdir=$(dirname "$(dirname "$pc")")
export PKG_CONFIG_PATH="${pc%/*}" LD_LIBRARY_PATH="$libdir" PATH="$work/prefix/bin:$PATH"
if [ -n "$build" ]; then
  export ICERT_MODULE_PATH="$libdir/icert/modules" ICERT_DATA_PATH="$work/prefix/share/icert"
fi
template="$work/prefix/share/icert/templates/module"

by_meson() {
  meson setup "$1/build" "$1" && ninja -C "$1/build" && meson test -C "$1/build" --print-errorlogs &&
    meson install -C "$1/build" --no-rebuild
}

by_make() {
  make -C "$1" && make -C "$1" check && make -C "$1" install
}

# the class, from the prefix and from nowhere else
inspects() {
  icert --json inspect "$1.Policy" >"$work/inspect" && cat "$work/inspect" &&
    grep -q "\"class\" : \"$1.Policy\"" "$work/inspect" &&
    grep -q "\"manifest\" : \"$libdir/icert/modules/" "$work/inspect" &&
    grep -q '"name" : "Zone"' "$work/inspect"
}

judges() {
  icert policy-test "$1.Policy" "$work/web.csr" --setting Zone=example.org --expect issue &&
    icert policy-test "$1.Policy" "$work/web.csr" --setting Zone=example.net --expect pend
}

# The serial number's certificate says that the policy in the chain was this one.
issues() {
  icert init "$1" --dir "$work/ca-$1" &&
    icert --config "$1 CA" set-config Policy Chain "$1.Policy" &&
    icert --config "$1 CA" submit "$work/web.csr" --out "$work/$1.crt" &&
    icert --config "$1 CA" explain 1 >"$work/explain" && cat "$work/explain" &&
    grep -q "$1.Policy" "$work/explain" &&
    openssl x509 -in "$work/$1.crt" -noout -checkhost www.example.org | grep -q 'does match'
}

contract() {
  icert-contract-test --tap "$1.Policy" Zone=example.org
}

step "a request is made" openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
  -keyout "$work/web.key" -out "$work/web.csr" -subj /CN=www.example.org
for name in Alpha Beta; do
  lower=$(printf %s "$name" | tr '[:upper:]' '[:lower:]')
  [ "$name" = Alpha ] && tool=meson || tool=make
  step "a copy and a rename make $name.Policy" sh "$template/new-module.sh" "$name" "$work/$lower"
  step "$tool builds, tests and installs it" "by_$tool" "$work/$lower"
  step "icert inspect shows $name.Policy from the prefix" inspects "$name"
  step "icert policy-test judges by it" judges "$name"
  step "the installed class keeps the contract" contract "$name"
  step "a CA issues a certificate through it" issues "$name"
done
echo "1..$number"
