#!/bin/sh
# Runs the pure tools over a directory of real data and counts what they say, so that a change can be compared with the last.
#   DIR/email/**        each file is one e-mail
#   DIR/**/*.jsonl      {"id","text",…} a line: routing and masking
set -eu
dir=$1
huiyin=$(cd "$(dirname "$0")/.." && pwd)/bin/huiyin
count() { sed -n "s/.*\"$1\":\"\{0,1\}\([a-z_]*\).*/\1/p" | sort | uniq -c | sort -rn; }

if [ -d "$dir/email" ]; then
	files=$(mktemp)
	trap 'rm -f "$files"' EXIT
	find "$dir/email" -mindepth 2 -type f >"$files"
	echo "mail: $(wc -l <"$files") files, by verdict"
	tr '\n' '\0' <"$files" | xargs -0 "$huiyin" parse mail | count verdict
fi
find "$dir" -name '*.jsonl' -type f | while read -r file; do
	echo "$file: $(wc -l <"$file") rows, sent without a person"
	"$huiyin" route <"$file" | count auto
	echo "$file: first kinds masked"
	"$huiyin" mask <"$file" | count kind
done
