#!/bin/sh
# Installs what the system lacks to build and test Steward: the headers of zlib, and Python 3 where the golden check
# runs.
# As root or with sudo it installs; otherwise it prints the command and stops. It never asks a question.
set -eu
cd "$(dirname "$0")/.."

needed=6.2
if ! command -v swift >/dev/null 2>&1; then
    echo "setup: no swift found; install Swift $needed or later from https://www.swift.org/install/" >&2
    exit 1
fi
version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9]*\.[0-9][0-9]*\).*/\1/p' | head -n 1)
if ! printf '%s %s\n' "${version:-0.0}" "$needed" |
    awk '{ split($1, a, "."); split($2, b, "."); exit !(a[1] > b[1] || (a[1] == b[1] && a[2] >= b[2])) }'; then
    echo "setup: Swift ${version:-(unknown version)} is too old; install Swift $needed or later" \
        "from https://www.swift.org/install/" >&2
    exit 1
fi

missing=""
if [ "$(uname)" = Linux ] && ! printf '#include <zlib.h>\n' | clang -E - >/dev/null 2>&1; then
    missing="$missing zlib1g-dev"
fi
if [ -d ../shared/golden ] && ! command -v python3 >/dev/null 2>&1; then missing="$missing python3"; fi
[ -n "$missing" ] || exit 0

install="apt-get install -y --no-install-recommends$missing"
if ! command -v apt-get >/dev/null 2>&1; then
    echo "setup: missing:$missing (Debian's names); install them with this system's package manager" >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then
    become=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    become="sudo"
else
    echo "setup: missing:$missing; run this once, then try again:" >&2
    echo "  sudo apt-get update && sudo $install" >&2
    exit 1
fi
echo "setup: installing$missing"
# The lists may be stale or absent; a failing update matters only if the installation fails too.
# shellcheck disable=SC2086
$become apt-get update -q || true
# shellcheck disable=SC2086
$become env DEBIAN_FRONTEND=noninteractive $install
