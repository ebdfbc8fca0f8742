#!/usr/bin/env bash
# The part of try_package.sh without a network, in namespaces of its own: mounts and processes end with it.
set -euo pipefail
say() { printf '== %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"  # OpenCV reads the number of cores there
mount -t tmpfs tmpfs "$root/dev"
mkdir -m 1777 "$root/dev/shm"  # semaphores
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
picture() {
  DISPLAY=:97 QT_QPA_PLATFORM=xcb "$python" - "$results/$1.png" <<'PY'
import sys
from PySide6.QtGui import QGuiApplication
application = QGuiApplication([])
application.primaryScreen().grabWindow(0).save(sys.argv[1])
PY
  [ -s "$results/$1.png" ] || fail "no picture of the window"
}
window() {  # FILE EVENT: opens the window on a file and waits for what its trace tells
  rm -f "$root/srv/lab/trace"
  "${inside[@]}" DISPLAY=:97 LEUKDESK_STARTUP_TRACE=/srv/lab/trace leukdesk $1 >"$results/window.log" 2>&1 &
  window=$!
  for _ in $(seq 200); do grep -qs "$2" "$root/srv/lab/trace" && break; sleep 0.1; done
  grep -qs "$2" "$root/srv/lab/trace" || { cat "$results/window.log"; fail "the window did not come to: $2"; }
}
close() { sleep 1; kill "$window"; wait "$window" || fail "the window did not close in order"; }
for run in 1 2 3 4 5 6; do
  began=$("$python" -c 'import time; print(time.monotonic_ns())')
  window /srv/smears/phantom-01.png prediction
  "$python" - "$began" "$root/srv/lab/trace" "$run" <<'PY'
import json, sys
times = {one["event"]: (one["ns"] - int(sys.argv[1])) / 1e9 for one in map(json.loads, open(sys.argv[2]))}
print(f"start {sys.argv[3]}:", ", ".join(f"{event} {seconds:.2f} s" for event, seconds in times.items()), flush=True)
PY
  [ "$run" = 6 ] && sleep 1 && picture window
  close
done
lab leukdesk models export phantom-demo --out /srv/lab/phantom-demo-1.0.leukdesk
window /srv/lab/phantom-demo-1.0.leukdesk model
sleep 1 && picture model-file
close

say "a file of a model is known to the desktop, and asked about before it is imported"
grep -q ':application/x-leukdesk-model:\*.leukdesk' "$root/usr/share/mime/globs2" || fail "its type is not known"
grep -q '^application/x-leukdesk-model=leukdesk.desktop' "$root/usr/share/applications/mimeinfo.cache" || fail "nothing opens it"
lab leukdesk models import /srv/lab/phantom-demo-1.0.leukdesk >"$results/taken.out" 2>&1 && fail "a model was installed twice"
grep 'name and version is installed' "$results/taken.out" || { cat "$results/taken.out"; fail "the reason was not said"; }

case $flavour in
  full) . packaging/product/try_training.sh ;;
  viewer) [ ! -e "$root/usr/bin/leukdesk-train" ] || fail "the viewer holds leukdesk-train" ;;
esac

say "the place to train"
"$python" - "$root/srv/lab" <<'PY'
import json, pathlib, sys
for name, changes in {".local/share/leukdesk/workspace.json": {"place": "go_train"}, ".config/leukdesk/settings.json": {"welcomed": True}}.items():
    file = pathlib.Path(sys.argv[1], name)
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))
PY
window "" model
sleep 2 && picture train
close
kill "$xvfb"; wait "$xvfb" || true
umount "$root/tmp/.X11-unix"
. packaging/product/try_upgrade.sh

say "removing it"
chroot "$root" dpkg --purge "$(dpkg-deb -f "$root/var/tmp/leukdesk.deb" Package)" >>"$results/install.log" 2>&1
[ ! -e "$root/usr/lib/leukdesk" ] && [ ! -e "$root/usr/bin/leukdesk" ] || fail "removal left files in /usr"
chroot "$root" find / -xdev -path /proc -prune -o -iname '*leukdesk*' -print | grep -vE '^/(srv/lab|var/tmp|var/lib/apt|var/cache)' \
  | grep . && fail "removal left these"
[ -f "$root/srv/lab/.local/share/leukdesk/history/history.db" ] || fail "removal took the user's data"
say "left: the user's data only"
(cd "$root/srv/lab" && find . -type f | sed -n 1,40p)  # reads to the end, unlike head: the pipe must not break
echo "1 passed, 0 failed"
