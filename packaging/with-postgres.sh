#!/usr/bin/env bash
# Runs a command with a PostgreSQL of its own, which is gone afterwards: a cluster in a temporary folder, reached by a
# Unix socket only. LEUKDESK_TEST_DATABASE_URL tells the command where it is. Debian: apt-get install postgresql
set -euo pipefail

bin=$(dirname "$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -1)")
[ -x "$bin/initdb" ] || { echo 'PostgreSQL is not installed: apt-get install postgresql' >&2; exit 1; }

folder=$(mktemp -d)
chmod 755 "$folder"
as_owner=()
if [ "$(id -u)" -eq 0 ]; then  # PostgreSQL refuses to run as root
  chown postgres "$folder"
  as_owner=(setpriv --reuid=postgres --regid=postgres --clear-groups)
fi
server() { (cd "$folder" && "${as_owner[@]}" "$@") >/dev/null; }
trap 'server "$bin/pg_ctl" -D "$folder/data" -m immediate stop || true; rm -rf "$folder"' EXIT

server "$bin/initdb" -D "$folder/data" -U leukdesk --auth=trust --encoding=UTF8 --locale=C --no-sync
server "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" \
  -o "-c listen_addresses='' -c unix_socket_directories=$folder -c fsync=off" start
server "$bin/createdb" -h "$folder" -U leukdesk leukdesk

LEUKDESK_TEST_DATABASE_URL="postgresql+psycopg://leukdesk@/leukdesk?host=$folder" "$@"
