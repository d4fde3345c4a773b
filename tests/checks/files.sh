# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by the checks: goes to the top of the repository; `tracked PATTERN…` lists its files, from
# git where there is git (a tarball has none). A check prints what is wrong and ends with 1.
cd "$(dirname "$0")/../.."

tracked() {
  if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git -c core.quotePath=off ls-files --cached --others --exclude-standard -- "$@" | while read -r file; do
      [ -f "$file" ] && echo "$file"
    done
  else
    for pattern; do
      find . -path ./build\* -prune -o -path "./$pattern" -type f -print | sed 's,^\./,,'
    done
  fi
}
