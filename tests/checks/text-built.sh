#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# S-A9: extensions are built from structures, SQL has bound parameters, nothing goes through a shell.
set -eu
. "$(dirname "$0")/files.sh"

status=0
# refuse WHY PATTERN FILE…
refuse() {
  why=$1
  pattern=$2
  shift 2
  [ $# -gt 0 ] || return 0
  if grep -nHE "$pattern" "$@"; then
    echo "^ $why"
    status=1
  fi
}

# shellcheck disable=SC2046
set -- $(tracked 'ca/*.c' 'ca/*.h' 'interfaces/*.c' 'interfaces/*.h' 'modules/*.c' 'modules/*.h' 'bindings/*.c' 'bindings/*.h')
[ $# -gt 0 ] || exit 0
refuse 'extensions come from structures, never from text' 'X509V3_EXT_n?conf|X509V3_set_ctx|X509V3_EXT_add_conf|NCONF_get_section' "$@"
refuse 'no shell' '(^|[^[:alnum:]_])(system|popen|wordexp|execlp|g_spawn_command_line_(a)?sync|g_shell_parse_argv) ?\(' "$@"
# Names of tables and columns come from icert-schema.h; a value never stands in the text.
# shellcheck disable=SC2046
refuse 'SQL takes values as bound parameters' \
  "sqlite3_v?mprintf|sqlite3_snprintf|'%[a-z0-9]*[sdiux]'|VALUES *\( *%|(WHERE|SET|AND|OR) [a-z_]+ *(=|<|>) *%" \
  $(tracked 'modules/store-*.c' 'modules/store-*.h')
refuse 'SQL that is run at once is a literal' 'sqlite3_exec ?\([^,]*, ?(g_strdup_printf|g_strconcat)' "$@"
exit $status
