#!/usr/bin/env bash
# Makes every journey of this folder against a sandbox of its own: Arazzo workflows by Redocly's respect, modules by node with
# the library that they name, scripts as they are.
#
#   suites/journeys/run.sh path/to/understudy [allianz.arazzo.yaml ...]
#
# How a journey starts its sandbox, and which server it calls, stands in its own description and is read from there.
set -euo pipefail
shopt -s nullglob

binary=$(realpath "$1")
shift
cd "$(dirname "$0")"
redocly=2.77.0
jose=6.2.17
tools=${XDG_CACHE_HOME:-$HOME/.cache}/understudy
work=$(mktemp -d)
sandbox=
finish() {
	[ -z "$sandbox" ] || kill "$sandbox" 2>/dev/null || true
	rm -rf "$work"
}
trap finish EXIT

# start FLAGS...: a sandbox on a free port, whose address is in $at.
start() {
	rm -f "$work/port"
	"$binary" serve --addr 127.0.0.1:0 --port-file "$work/port" "$@" >"$work/log" 2>&1 &
	sandbox=$!
	until [ -s "$work/port" ]; do
		kill -0 "$sandbox" 2>/dev/null || { cat "$work/log" >&2; return 1; }
		sleep 0.05
	done
	at=http://127.0.0.1:$(cat "$work/port")
	"$binary" wait --at "$at" >/dev/null
}

stop() {
	kill "$sandbox"
	wait "$sandbox" || true
	sandbox=
}

# installed PACKAGE VERSION: the folder in which a package of npm lies, fetched once.
installed() {
	local folder=$tools/${1##*/}-$2
	[ -d "$folder/node_modules" ] || npm install --prefix "$folder" --no-save --no-audit --no-fund --silent "$1@$2" >&2
	printf '%s' "$folder"
}

respect() {
	local folder
	folder=$(installed @redocly/cli "$redocly")
	local servers=()
	read -ra servers < <(sed -n 's/^ *redocly respect [^ ]* //p' "$1" | sed "s|http://127.0.0.1:7800|$at|g")
	REDOCLY_TELEMETRY=off "$folder/node_modules/.bin/redocly" respect "$1" "${servers[@]}" >"$work/respect" 2>&1 || { cat "$work/respect" >&2; return 1; }
	grep -E '(Steps|Checks):' "$work/respect"
}

# module FILE: runs it where its imports are found.
module() {
	local folder
	folder=$(installed jose "$jose")
	cp "$1" "$folder/"
	node "$folder/$1" "$at"
}

[ $# -gt 0 ] || set -- *.arazzo.yaml *.mjs *.sh
for journey; do
	[ "$journey" != run.sh ] || continue
	printf '\n-- %s\n' "$journey"
	flags=()
	read -ra flags < <(sed -n 's|^[ #/]*understudy serve||p' "$journey" | head -n 1 | tr -d '&') || true
	start "${flags[@]}"
	case $journey in
	*.arazzo.yaml) respect "$journey" ;;
	*.mjs) module "$journey" ;;
	*) "./${journey#./}" "$at" ;;
	esac
	stop
done
