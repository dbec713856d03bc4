#!/bin/sh
# Says in one sentence what to do when Go is missing or too old to fetch the version that go.mod names.
set -eu
if ! command -v go >/dev/null 2>&1; then
	for there in /usr/local/go/bin /usr/lib/go/bin "$HOME/go/bin" "$HOME/sdk"/go*/bin; do
		if [ -x "$there/go" ]; then
			echo "Go is installed in $there but not on the PATH: run  export PATH=\"$there:\$PATH\"  and try again." >&2
			exit 1
		fi
	done
	echo "Go is not installed: get version 1.26 or newer from https://go.dev/dl/ (Debian, Ubuntu: sudo apt-get install golang-go fetches the rest by itself) and try again." >&2
	exit 1
fi
if ! said=$(go version 2>&1); then
	echo "Go does not run here: $said" >&2
	exit 1
fi
