#!/bin/sh
# Runs the pure tools over a directory of real data and tells how often they are right; see scripts/eval.
set -eu
if [ ! -d "$1" ]; then
	echo "eval: there is no directory $1: say where the data is, make eval EVAL=DIRECTORY" >&2
	exit 2
fi
data=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
# How well what people look for is found, by both engines, over the judged questions in search/searchtest.
go run ./pg/pgtest/withdb -- go test -count=1 -run '^TestRelevance$' -v ./search/embedded ./search/meili | sed -n 's/^.*relevance:/search:/p; s/^ok.*huiyin\/search\//  by search\//p; /^FAIL/p'
# The same over real work orders, graded by the rules in search/searchtest/orders.txt.
if [ -f "$data/haikou12345/tickets_dev.csv" ]; then
	HUIYIN_EVAL_DATA="$data" go run ./pg/pgtest/withdb -- go test -count=1 -tags eval -timeout 20m -run '^TestRelevanceOfOrders$' -v ./search/embedded ./search/meili | sed -n 's/^.*relevance:/search:/p; s/^ok.*huiyin\/search\//  by search\//p; /^FAIL/p'
fi
exec go run ./scripts/eval --huiyin bin/huiyin "$data"
