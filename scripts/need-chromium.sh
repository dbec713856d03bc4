#!/bin/sh
# Sees that the browser tests find Chromium and a Chinese font; installs both by apt-get when run as root.
set -eu
browser() {
	for name in chromium chromium-browser google-chrome google-chrome-stable chrome headless-shell; do
		command -v "$name" >/dev/null 2>&1 && return 0
	done
	return 1
}
font() {
	# Without fontconfig nobody can ask; the browser brings it along.
	command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=zh-cn family)" ]
}
if browser && font; then
	exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
	echo "installing Chromium and a Chinese font by apt-get, for the browser tests" >&2
	export DEBIAN_FRONTEND=noninteractive
	# On Ubuntu, chromium is a snap that needs a running snapd; Debian's is a package.
	install() { apt-get install -y --no-install-recommends chromium fontconfig fonts-noto-cjk >/dev/null 2>&1; }
	install || { apt-get update >/dev/null 2>&1 && install; } || true
fi
if ! browser; then
	echo "the browser tests need Chromium: install it (Debian: sudo apt-get install chromium fonts-noto-cjk) and try again." >&2
	exit 1
fi
if ! font; then
	echo "the browser tests need a Chinese font: install one (Debian, Ubuntu: sudo apt-get install fontconfig fonts-noto-cjk) and try again." >&2
	exit 1
fi
