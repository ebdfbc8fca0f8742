# Sourced by try_package_inside.sh: what lies in the history survives an upgrade and the way back.
say "an upgrade migrates the user's history, after a backup"
history=$root/srv/lab/.local/share/leukdesk/history
name=$(dpkg-deb -f "$root/var/tmp/leukdesk.deb" Package)
chroot "$root" dpkg -i /var/tmp/later.deb >>"$results/install.log" 2>&1 || fail "the upgrade"
lab leukdesk --version
lab leukdesk classify /srv/smears/phantom-02.png --record 24-0118 --out /srv/lab/after.csv
lab leukdesk history verify
[ "$(lab leukdesk history search 24-011 | grep -c 24-011)" = 2 ] || fail "a case is missing after the upgrade"
"$python" - "$history" <<'PY' || fail "the history was not migrated"
import pathlib, sqlite3, sys
folder = pathlib.Path(sys.argv[1])
def revision(file): return sqlite3.connect(f"file:{file}?mode=ro", uri=True).execute("SELECT version_num FROM alembic_version").fetchone()[0]
print("history:", revision(folder / "history.db"), "backups:", *(revision(one) for one in sorted(folder.glob("backups/*.db"))))
sys.exit(revision(folder / "history.db") != "rehearsal" or not any(revision(one) != "rehearsal" for one in folder.glob("backups/*.db")))
PY
lab leukdesk doctor --self-test --to /srv/lab/later >"$results/later.out" || { cat "$results/later.out"; fail "self-test of the upgrade"; }

say "an older leukdesk refuses what a newer one has migrated; a backup leads back"
chroot "$root" dpkg -i --force-downgrade /var/tmp/leukdesk.deb >>"$results/install.log" 2>&1 || fail "the way back"
before=$(sha256sum <"$history/history.db")
lab leukdesk history verify >"$results/refused.out" 2>&1 && fail "an older leukdesk took a newer history"
grep 'newer leukdesk' "$results/refused.out" || { cat "$results/refused.out"; fail "the reason was not said"; }
[ "$(sha256sum <"$history/history.db")" = "$before" ] || fail "the refused history was changed"
lab leukdesk history restore --yes || [ $? -eq 3 ]  # what was recorded since is missing, and it says so
lab leukdesk history verify
lab leukdesk history search 24-0117 | grep 24-0117 >/dev/null || fail "the case is not in what was restored"
