#!/usr/bin/env bash
# Runs a command with a display of its own, so that tests and screenshots neither need a screen nor disturb one:
# Xvfb where it is installed, else Qt's offscreen platform. QT_QPA_PLATFORM=... decides otherwise.
set -euo pipefail

if [ -n "${QT_QPA_PLATFORM:-}" ]; then
  exec "$@"
elif command -v xvfb-run >/dev/null && command -v xauth >/dev/null; then
  export QT_QPA_PLATFORM=xcb
  exec xvfb-run --auto-servernum --server-args='-screen 0 1680x1050x24 -nolisten tcp' "$@"
else
  export QT_QPA_PLATFORM=offscreen
  exec "$@"
fi
