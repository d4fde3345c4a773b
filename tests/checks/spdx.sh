#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every source names its licence in its first two lines.
set -eu
. "$(dirname "$0")/files.sh"

status=0
for file in $(tracked '*.c' '*.h' '*.py' '*.js' '*.vala' '*.sh' .ci/run); do
  if ! head -n 2 "$file" | grep -q 'SPDX-License-Identifier: LGPL-2.1-or-later'; then
    echo "$file: no SPDX line"
    status=1
  fi
done
exit $status
