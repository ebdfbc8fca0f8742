#!/usr/bin/env bash
# Prints a Python that can make a virtual environment for leukdesk (3.11 to 3.13, what TensorFlow is built for), tries to
# install one where there is none, or says what to do. PYTHON=... names one.
set -euo pipefail

find_python() {
  local name
  for name in ${PYTHON:-python3 python3.11 python3.12 python3.13}; do
    if "$name" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1; then
      command -v "$name"
      return
    fi
  done
  return 1
}

find_python && exit
[ -n "${PYTHON:-}" ] || bash "$(dirname "$0")/system-packages.sh" python3 python3-venv
find_python && exit
cat >&2 <<'TXT'
leukdesk needs Python 3.11, 3.12 or 3.13 with its venv module, and none was found. On Debian and Ubuntu:
  sudo apt-get install python3 python3-venv
If Python stands elsewhere, name it: make PYTHON=/path/to/python3 run
TXT
exit 1
