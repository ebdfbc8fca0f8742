#!/usr/bin/env bash
# Installs the Debian packages named on the command line as far as they are missing, or names them and how to get them.
# Never asks for a password, and never fails: what is missing may not be needed (no window opens without a display).
set -euo pipefail
export LC_ALL=C

# Elsewhere (macOS, Fedora) there is nothing this script could do; README.md says what is needed.
command -v dpkg-query >/dev/null || exit 0

# Names that installed packages have or stand in for: in newer releases libglib2.0-0t64 provides libglib2.0-0.
installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}, ${Provides}\n' \
  | sed -n 's/^installed //p' | tr ',' '\n' | sed 's/^ *//; s/[ (:].*//' | sort -u)
mapfile -t missing < <(printf '%s\n' "$@" | sort -u | comm -23 - <(printf '%s\n' "$installed"))
[ "${#missing[@]}" -gt 0 ] || exit 0

apt_get() {
  if [ "$(id -u)" -eq 0 ]; then
    DEBIAN_FRONTEND=noninteractive apt-get "$@"
  else
    sudo -n env DEBIAN_FRONTEND=noninteractive apt-get "$@"
  fi
}

explain() {
  printf '%s: %s\nWithout them a window may not open. To install them:\n  sudo apt-get install --no-install-recommends %s\n' \
    "$1" "${missing[*]}" "${missing[*]}" >&2
}

if [ "$(id -u)" -ne 0 ] && ! sudo -n true 2>/dev/null; then
  explain 'Missing system packages'
  exit 0
fi
printf 'Installing system packages: %s\n' "${missing[*]}" >&2
{ apt_get update -qq && apt_get install -qq --yes --no-install-recommends "${missing[@]}"; } </dev/null >/dev/null \
  || explain 'System packages that could not be installed'
