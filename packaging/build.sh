#!/bin/sh
# Build dist/tongcds and let the built program test itself, without a display.
set -eu
cd "$(dirname "$0")/.."

lean=build/package-env
stamp=$lean/built-from
state=$(cksum packaging/requirements.lock)
if [ "$(cat $stamp 2>/dev/null || true)" != "$state" ]; then
    rm -rf $lean
    .venv/bin/python -m venv $lean
    $lean/bin/python -m pip --disable-pip-version-check --quiet --quiet install --require-hashes --no-deps \
        --only-binary :all: -r packaging/requirements.lock
    printf '%s\n' "$state" > $stamp
fi

# The same sources give the same program on every day.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH PYTHONHASHSEED=1
$lean/bin/python -m PyInstaller --noconfirm --clean --log-level WARN \
    --workpath build/package --distpath dist packaging/tongcds.spec

QT_QPA_PLATFORM=offscreen dist/tongcds/tongcds --self-test
du -sh dist/tongcds
