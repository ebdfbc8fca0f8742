#!/usr/bin/env bash
# The part of try_package.sh without a network, in namespaces of its own: mounts and processes end with it.
set -euo pipefail
say() { printf '== %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"  # OpenCV reads the number of cores there
mount -t tmpfs tmpfs "$root/dev"
mkdir "$root/dev/shm"
for device in null zero random urandom tty; do touch "$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
find "$root" -xdev -path "$root/proc" -prune -o -path "$root/var" -prune -o -type f -print | sort >"$results/before.txt"

say "installing without a network"
chroot "$root" env DEBIAN_FRONTEND=noninteractive sh -c \
  'dpkg --unpack /var/cache/apt/archives/*.deb /var/tmp/leukdesk.deb && dpkg --configure -a' >"$results/install.log" 2>&1 \
  || { tail -20 "$results/install.log"; fail "not installed"; }
for name in python3 python perl-modules; do
  chroot "$root" sh -c "command -v $name" && fail "$name is there"
done
chroot "$root" useradd --create-home --home-dir /srv/lab lab
mkdir -p "$root/tmp/.X11-unix"
# NumPy's sums depend in their last digits on the kernels chosen for a processor, and a cell's outline on them.
mapfile -t kernels < <(env | grep '^OPENBLAS_' || true)
inside=(chroot --userspec=lab "$root" env -i HOME=/srv/lab USER=lab LANG=C.UTF-8 PATH=/usr/bin:/bin "${kernels[@]}")
lab() { "${inside[@]}" "$@"; }

say "version and self-test"
lab leukdesk --version
lab leukdesk doctor --self-test --to /srv/lab/filed | tee "$results/self-test.out"
result=$(ls "$root"/srv/lab/filed/leukdesk-self-test-*.txt)
grep -q '^Result:      PASSED' "$result" || fail "self-test"
[ "$(head -n -1 "$result" | sha256sum | cut -d' ' -f1)" = "$(tail -n 1 "$result" | sed 's/.*: //')" ] || fail "hash of the result"
cp "$result" "$results/"

say "a file that was changed is found"
page=$root/usr/lib/leukdesk/_internal/guide/README.md
cp -p "$page" "$results/kept" && echo changed >>"$page"
lab leukdesk doctor --self-test --to /srv/lab/changed >"$results/changed.out" && fail "exit status 0 with a changed file"
grep -E '^BROKEN +files' "$results/changed.out" || fail "the changed file was not found"
cp -p "$results/kept" "$page" && rm -r "$results/kept" "$root/srv/lab/changed"

say "the same rows as the source tree"
lab leukdesk classify /srv/smears --record 24-0117 --out /srv/lab/rows.csv || [ $? -eq 3 ]
lab leukdesk classify /srv/smears --cells --out /srv/lab/cells.csv || [ $? -eq 3 ]
for pair in rows:source cells:source-cells; do
  sed "s#$root##g" "$results/${pair#*:}.csv" | diff - "$root/srv/lab/${pair%:*}.csv" || fail "other rows: $pair"
  echo "$(wc -l <"$root/srv/lab/${pair%:*}.csv") lines alike"
done
lab leukdesk history verify

say "the window"
Xvfb :97 -screen 0 1280x800x24 -nolisten tcp -ac >"$results/xvfb.log" 2>&1 &
xvfb=$!
for _ in $(seq 50); do [ -S /tmp/.X11-unix/X97 ] && break; sleep 0.1; done
mount --bind /tmp/.X11-unix "$root/tmp/.X11-unix"
for run in 1 2 3 4 5 6; do
  rm -f "$root/srv/lab/trace"
  began=$("$python" -c 'import time; print(time.monotonic_ns())')
  "${inside[@]}" DISPLAY=:97 LEUKDESK_STARTUP_TRACE=/srv/lab/trace leukdesk /srv/smears/phantom-01.png \
    >"$results/window.log" 2>&1 &
  window=$!
  for _ in $(seq 200); do grep -qs prediction "$root/srv/lab/trace" && break; sleep 0.1; done
  grep -qs painted "$root/srv/lab/trace" || { cat "$results/window.log"; fail "the window was not painted"; }
  "$python" - "$began" "$root/srv/lab/trace" "$run" <<'PY'
import json, sys
times = {one["event"]: (one["ns"] - int(sys.argv[1])) / 1e9 for one in map(json.loads, open(sys.argv[2]))}
print(f"start {sys.argv[3]}:", ", ".join(f"{event} {seconds:.2f} s" for event, seconds in times.items()), flush=True)
PY
  sleep 1
  if [ "$run" = 6 ]; then
    DISPLAY=:97 QT_QPA_PLATFORM=xcb "$python" - "$results/window.png" <<'PY'
import sys
from PySide6.QtGui import QGuiApplication
application = QGuiApplication([])
application.primaryScreen().grabWindow(0).save(sys.argv[1])
PY
  fi
  kill "$window"; wait "$window" || fail "the window did not close in order"
done
kill "$xvfb"; wait "$xvfb" || true
umount "$root/tmp/.X11-unix"
[ -s "$results/window.png" ] || fail "no picture of the window"

if [ "$flavour" = full ]; then
  say "a short training run publishes a model"
  lab sh -c 'cd ~ && leukdesk-train short phantom-demo --out trained' >"$results/training.log" 2>&1 \
    || { tail -20 "$results/training.log"; fail "training"; }
  find "$root/srv/lab/trained" -name bundle.json | grep . || fail "no model was published"
fi

say "installing it again over the user's data, then removing it"
chroot "$root" dpkg -i /var/tmp/leukdesk.deb >>"$results/install.log" 2>&1
lab leukdesk history verify
chroot "$root" dpkg --purge "$(dpkg-deb -f "$root/var/tmp/leukdesk.deb" Package)" >>"$results/install.log" 2>&1
[ ! -e "$root/usr/lib/leukdesk" ] && [ ! -e "$root/usr/bin/leukdesk" ] || fail "removal left files in /usr"
chroot "$root" find / -xdev -path /proc -prune -o -iname '*leukdesk*' -print | grep -vE '^/(srv/lab|var/tmp|var/lib/apt|var/cache)' \
  | grep . && fail "removal left these"
[ -f "$root/srv/lab/.local/share/leukdesk/history/history.db" ] || fail "removal took the user's data"
say "left: the user's data only"
(cd "$root/srv/lab" && find . -type f | head -40)
echo "1 passed, 0 failed"
