#!/bin/sh
# Measures from the start of the program to its first page, on a database that exists and runs, and the memory it holds at rest.
# usage: scripts/cold.sh [bin/huiyin] [times]; prints one line a start: milliseconds, then MiB of resident memory after thirty quiet seconds of the last one: what only the start needed is given back when little was asked for some seconds, later on a slow machine.
set -eu
binary=${1:-bin/huiyin} times=${2:-5} port=18999
dir=$(mktemp -d)
export HUIYIN_DATA="$dir" HUIYIN_ADDR=127.0.0.1:$port HUIYIN_MAIL_ADDR=127.0.0.1:18998
keeper=
finish() { [ -z "$keeper" ] || { kill "$keeper" && wait "$keeper" || true; }; rm -rf "$dir"; }
trap finish EXIT
# One process keeps the private database running, so that only the program's own start is measured.
HUIYIN_ADDR=127.0.0.1:18997 HUIYIN_MAIL_ADDR=127.0.0.1:18996 "$binary" serve --demo >/dev/null 2>&1 & keeper=$!
until curl -fso /dev/null http://127.0.0.1:18997/readyz; do sleep 0.2; done
i=0
while [ $i -lt "$times" ]; do
  i=$((i + 1))
  begun=$(date +%s%N)
  "$binary" serve >/dev/null 2>&1 & one=$!
  until curl -fso /dev/null http://127.0.0.1:$port/; do sleep 0.01; done
  echo "first page after $((($(date +%s%N) - begun) / 1000000)) ms"
  if [ $i -eq "$times" ]; then
    sleep 30
    awk '/^VmRSS/ { all = $2 } /^RssFile/ { file = $2 } END { printf "at rest %.0f MiB, %.0f of them the program file\n", all / 1024, file / 1024 }' /proc/$one/status
  fi
  kill $one; wait $one || true
done
