#!/bin/sh
# Prepare this checkout: system libraries, .venv from the lock file, compiled catalogues.
# Does nothing, quickly, when nothing has changed. With --tests also what only the tests need.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$@" >&2; }
die() { say "$@"; exit 1; }

want_tests=no
[ "${1:-}" = --tests ] && want_tests=yes

find_python() {
    for candidate in ${PYTHON:-} python3.11 python3.12 python3.13 python3; do
        if "$candidate" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null; then
            "$candidate" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    die "TongCDS needs Python 3.11 or newer. On Debian 12: apt-get install python3"
}

# Libraries are looked for by name, not by package, because packages are called differently elsewhere.
libraries='libGL.so.1:libgl1 libEGL.so.1:libegl1 libxkbcommon.so.0:libxkbcommon0
    libglib-2.0.so.0:libglib2.0-0 libfontconfig.so.1:libfontconfig1 libdbus-1.so.3:libdbus-1-3
    libxkbcommon-x11.so.0:libxkbcommon-x11-0 libxcb-cursor.so.0:libxcb-cursor0
    libxcb-icccm.so.4:libxcb-icccm4 libxcb-keysyms.so.1:libxcb-keysyms1 libxcb-shape.so.0:libxcb-shape0'
test_programs='Xvfb:xvfb xdotool:xdotool pdftotext:poppler-utils'
# Reads our documents as offices do; 300 MB, a minute.
office='libreoffice-writer-nogui libreoffice-calc-nogui'
# The power cuts of tests/faults; where there is no FUSE they are left out.
[ -c /dev/fuse ] && test_programs="$test_programs fusermount3:fuse3"

missing_packages() {
    known=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null || true)
    for pair in $libraries; do
        case $known in
            *"${pair%%:*} "*) ;;
            *) printf '%s ' "${pair#*:}" ;;
        esac
    done
    if [ "$want_tests" = yes ]; then
        for pair in $test_programs; do
            command -v "${pair%%:*}" >/dev/null 2>&1 || printf '%s ' "${pair#*:}"
        done
        command -v soffice >/dev/null 2>&1 || printf '%s ' "$office"
        # Debian keeps the server's programs off the PATH.
        PATH="$PATH:$(echo /usr/lib/postgresql/*/bin | tr ' ' ':')" command -v initdb >/dev/null 2>&1 \
            || printf 'postgresql '
    fi
    if [ ! -x .venv/bin/python ] && ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        "$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2], end=" ")'
    fi
}

install_packages() {
    apt="apt-get install -y --no-install-recommends $*"
    if ! command -v apt-get >/dev/null 2>&1; then
        die "These libraries or programs are missing (by their Debian names): $*" \
            "Install them with your system's package manager and run this again."
    fi
    if [ "$(id -u)" = 0 ]; then
        as_root=''
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        as_root='sudo'
    else
        say 'Some system packages are missing. Run this, then try again:'
        die "    sudo apt-get update && sudo $apt"
    fi
    say "Installing system packages: $*"
    # The package lists of a new machine are empty or old.
    # shellcheck disable=SC2086  # the words of the command are meant to split
    { $as_root apt-get -qq update && $as_root env DEBIAN_FRONTEND=noninteractive $apt -qq; } >/dev/null \
        || die "That failed. Run it yourself to see why:" "    apt-get update && $apt"
}

if [ -x .venv/bin/python ] && .venv/bin/python -c '' 2>/dev/null; then
    python=.venv/bin/python
else
    rm -rf .venv
    python=$(find_python)
fi

if [ "$(uname -s)" = Linux ]; then
    missing=$(missing_packages)
    # shellcheck disable=SC2086  # one word for each package
    [ -z "$missing" ] || install_packages $missing
fi

if [ ! -x .venv/bin/python ]; then
    say "Making .venv with $python"
    "$python" -m venv .venv
fi

stamp=.venv/bootstrap.stamp
state=$(cksum requirements.lock pyproject.toml scripts/bootstrap.sh)
if [ "$(cat $stamp 2>/dev/null || true)" != "$state" ]; then
    say 'Installing the locked packages into .venv'
    pip=".venv/bin/python -m pip --disable-pip-version-check --quiet --quiet"
    # The lock is complete and every wheel is known by its hash: nothing to resolve, nothing to compile.
    $pip install --require-hashes --no-deps --only-binary :all: -r requirements.lock >&2
    $pip install --no-deps --no-build-isolation --editable . >&2
    printf '%s\n' "$state" > $stamp
fi

for po in i18n/*/LC_MESSAGES/tongcds.po; do
    mo=${po%.po}.mo
    if [ ! -e "$mo" ] || [ "$po" -nt "$mo" ]; then
        .venv/bin/python scripts/strings.py compile
        break
    fi
done
