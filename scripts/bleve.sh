#!/bin/sh
# Measures the search in the database and the bleve library, one after the other, over the same documents and questions: scripts/bleve.sh [CASES [SECONDS]]
# 200,000 cases take some 3 GB in HUIYIN_DATA and TMPDIR, and a quarter of an hour on two processors. Nothing stays.
set -eu
cases=${1:-200000}
seconds=${2:-12}
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
go build -o "$work/huiyin" ./cmd/huiyin
(cd scripts/bleve && go build -o "$work/bleve" .)
echo "in the database:"
"$work/huiyin" bench search --cases "$cases" --seconds "$seconds" --dump "$work/documents" 2>/dev/null
echo "bleve:"
TMPDIR=$work "$work/bleve" "$work/documents" search/searchtest/judged.txt
