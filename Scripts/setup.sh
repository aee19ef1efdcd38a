#!/bin/sh
# Installs what the system lacks. "setup.sh build" stops at what a build needs: the headers of zlib, SQLite and libpq;
# without an argument it is also what the tests run: a PostgreSQL server (they start their own), promtool, openssl,
# Chromium, Python 3 with venv.
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

# header NAME PACKAGE: Debian keeps libpq's in a folder of its own.
header() {
    printf '#include <%s>\n' "$1" | clang -E -I/usr/include/postgresql - >/dev/null 2>&1 || missing="$missing $2"
}

# program NAME PACKAGE
program() {
    command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}

if [ "$(uname)" = Linux ]; then
    header zlib.h zlib1g-dev
    header sqlite3.h libsqlite3-dev
    header libpq-fe.h libpq-dev
    if [ "${1:-}" != build ]; then
        # Debian keeps the server's programs out of PATH, a folder per version.
        ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || program initdb postgresql
        program promtool prometheus
        program strace strace
        program openssl openssl
        # The pages are tested in a browser, which cannot draw text without a font.
        program chromium chromium
        ls /usr/share/fonts/truetype/*/*.ttf >/dev/null 2>&1 || missing="$missing fonts-dejavu-core"
        python3 -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3-venv"
    fi
fi
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
