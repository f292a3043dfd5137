#!/bin/sh
# Write the lock files: pinned and hashed for Linux, Windows and macOS, without a download address in them.
set -eu
cd "$(dirname "$0")/.."
uv=$(command -v uv || printf '%s' .venv/bin/uv)
[ -x "$uv" ] || { echo 'uv is needed for this: .venv/bin/pip install uv' >&2; exit 1; }

resolve() {
    out=$1
    shift
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-emit-find-links --no-annotate --no-header "$@" pyproject.toml --output-file "$out"
}
resolve requirements.lock --extra server --extra test
# The packaged program is built from an environment with nothing else in it, so that nothing stray is swept in.
resolve packaging/requirements.lock --extra package
