#!/usr/bin/env bash
# Installs a .deb in a bare Debian (no Python; no network while it is installed and used) and works with it: window,
# command line, self-test, training where it can, upgrade, removal. Usage: try_package.sh viewer|full FILE.deb RESULTS
# ROOT_TAR=FILE keeps the bare Debian for the next time.
set -euo pipefail
cd "$(dirname "$0")/../.."
flavour=$1 deb=$(realpath "$2") results=$3
python=${PYTHON:-$PWD/build/venv/bin/python}
tar=${ROOT_TAR:-$PWD/build/debian-root.tar}
mkdir -p "$results" "$(dirname "$tar")"
results=$(realpath "$results")
root=$(mktemp -d)
trap 'rm -rf --one-file-system "$root"' EXIT

say() { printf '== %s\n' "$*"; }

if [ ! -f "$tar" ]; then
  say "making a bare Debian"
  debootstrap --variant=minbase bookworm "$root" >"$results/debootstrap.log"
  tar -C "$root" -cf "$tar" .
else
  tar -C "$root" -xf "$tar"
fi
chmod 755 "$root"  # mktemp made it for root alone, and the package is tried by another user
cp "$deb" "$root/var/tmp/leukdesk.deb"
say "fetching the packages that $(basename "$deb") names"
dpkg-deb -f "$deb" Package Version Depends Installed-Size
chroot "$root" apt-get clean  # of the base itself
chroot "$root" apt-get -qq update
chroot "$root" apt-get -qq install --yes --no-install-recommends --download-only /var/tmp/leukdesk.deb \
  shared-mime-info desktop-file-utils hicolor-icon-theme

say "the same package as a later version of itself, with one more step for the history"
"$python" packaging/product/rehearse.py "$deb" "$root/var/tmp/later.deb"

say "what the source tree answers"
mkdir -p "$root/srv/smears"
cp resources/sample/*.png "$root/srv/smears/"
# With real images where they lie beside the checkout: a few of every set.
for set in ../shared/data/*/; do
  [ -d "$set" ] || continue
  find "$set" -iname '*.jpg' -size -400k | sort | awk 'NR % 37 == 0 && NR < 300' | while read -r image; do
    cp "$image" "$root/srv/smears/$(echo "$image" | md5sum | cut -c1-8).jpg"
  done
done
data=$(mktemp -d)
LEUKDESK_DATA=$data "$python" -m leukdesk classify "$root/srv/smears" --out "$results/source.csv" || [ $? -eq 3 ]
LEUKDESK_DATA=$data "$python" -m leukdesk classify "$root/srv/smears" --cells --out "$results/source-cells.csv" || [ $? -eq 3 ]
rm -rf "$data"

export flavour root results python
exec unshare --net --mount --pid --fork --kill-child packaging/product/try_package_inside.sh
