"""Other laptops' files on their way: kept here, handed to the server, its answers kept for the way back.

A kept file is sealed, so it gives nothing away; it is bounded, so nobody can fill the disk with it.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tongcds.errors import UnavailableError, UserError
from tongcds.protocol import bundle
from tongcds.storage.vault import Vault
from tongcds.sync.transport import ServerProblemError, Transport

BUNDLE_PATH: Final = "/api/v1/bundle"
MAX_BUNDLE: Final = 64 * 1024 * 1024
"""The largest file that is taken in; what a server takes, too."""

MOST_BYTES, MOST_FILES = 256 * 1024 * 1024, 400
"""How much is carried at once; of laptops that nobody here knows, a quarter."""

MOST_ANSWERS, MOST_REFUSED = 200, 20
ROOM: Final = 256 * 1024 * 1024
"""How many bytes of the disk stay free for the vault."""

_COURIER, _ANSWERS, _REFUSED = "courier", "answers", "refused"
_STRANGER = "-stranger"

log = logging.getLogger(__name__)


def keep(vault: Vault, raw: bytes, digest: bytes, *, known: bool) -> None:
    """Keep a push file, byte for byte, for the server; one that is kept already is left as it is.

    Args:
        vault: beside which it is kept.
        raw: the file, whose signature was checked.
        digest: its name.
        known: whether its sender is a laptop that the server told us of.

    Raises:
        UnavailableError: courier_full, or disk_full when too little room would be left for the vault.
    """
    folder = _folder(vault, _COURIER)
    stem = name_of(digest)
    if any((folder / f"{stem}{mark}{bundle.SUFFIX}").exists() for mark in ("", _STRANGER)):
        return
    there = [path for path in _files(folder) if known or _STRANGER in path.name]
    share = 1 if known else 4
    if len(there) >= MOST_FILES // share or _size(there) + len(raw) > MOST_BYTES // share:
        raise UnavailableError("courier_full")
    _write(folder / f"{stem}{'' if known else _STRANGER}{bundle.SUFFIX}", raw)


def keep_answer(vault: Vault, raw: bytes, name: str) -> None:
    """Keep an answer for another laptop; the oldest goes when there are too many, since it can be had again.

    Raises:
        UnavailableError: disk_full.
    """
    folder = _folder(vault, _ANSWERS)
    _thin(folder, MOST_ANSWERS - 1, MOST_BYTES // 4 - len(raw))
    _write(folder / f"{name}{bundle.SUFFIX}", raw)


def carried(vault: Vault) -> tuple[Path, ...]:
    """The files that wait to be handed to the server."""
    return _files(vault.folder / _COURIER)


def answers_kept(vault: Vault) -> tuple[Path, ...]:
    """Answers for other laptops that wait for the way back."""
    return _files(vault.folder / _ANSWERS)


def hand_over(
    vault: Vault,
    transport: Transport,
    *,
    chosen: Callable[[Path], bool] = lambda _: True,
    done_with: Callable[[Path], None] = lambda _: None,
) -> int:
    """Hand carried files to the server and keep its answers for the way back; returns how many were taken.

    A file that the server refuses is put aside, so that somebody can look at it and the others get through.

    Args:
        vault: beside which they are.
        transport: the way to the server.
        chosen: which of them.
        done_with: told of each that the server decided about, before it leaves the folder.

    Raises:
        UnavailableError: the server is not there; what was not handed over stays.
    """
    done = 0
    for path in carried(vault):
        if not chosen(path):
            continue
        try:
            answer = transport.post(BUNDLE_PATH, path.read_bytes())
        except (UserError, ServerProblemError) as refused:
            code = refused.problem.code if isinstance(refused, ServerProblemError) else refused.code
            log.warning("the server refused a carried bundle", extra={"operation": "courier", "code": code})
            done_with(path)
            aside = _folder(vault, _REFUSED)
            _thin(aside, MOST_REFUSED - 1, MOST_BYTES // 4)
            path.replace(aside / path.name)
            continue
        # A disk without room must not keep the file from being done with: the answer can be had again.
        with contextlib.suppress(UnavailableError):
            keep_answer(vault, answer, path.stem)
        done_with(path)
        path.unlink()
        done += 1
    return done


def copy_answers(vault: Vault, folder: Path) -> tuple[Path, ...]:
    """Copy the answers that wait for the way back onto a stick; they stay here until they are removed.

    Raises:
        UserError: stick_unwritable.
    """
    copied = []
    for path in answers_kept(vault):
        target = folder / f"tra-loi-{path.name}"
        try:
            target.write_bytes(path.read_bytes())
        except OSError:
            raise UserError("stick_unwritable") from None
        copied.append(target)
    return tuple(copied)


def name_of(digest: bytes) -> str:
    """What a file with this digest is called here."""
    return digest.hex()[:32]


def digest_in(path: Path) -> str:
    """The name of a kept file as `name_of` gives it."""
    return path.stem.removesuffix(_STRANGER)


def _folder(vault: Vault, name: str) -> Path:
    folder = vault.folder / name
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _files(folder: Path) -> tuple[Path, ...]:
    """The files in a folder, in the order in which they came."""
    there = folder.glob(f"*{bundle.SUFFIX}") if folder.is_dir() else ()
    return tuple(sorted(there, key=lambda path: (path.stat().st_mtime_ns, path.name)))


def _size(paths: list[Path]) -> int:
    return sum(path.stat().st_size for path in paths)


def _thin(folder: Path, files: int, size: int) -> None:
    """Let the oldest go until no more than so many files and bytes are left."""
    there = list(_files(folder))
    while there and (len(there) > files or _size(there) > size):
        there.pop(0).unlink()


def _write(path: Path, raw: bytes) -> None:
    if shutil.disk_usage(path.parent).free - len(raw) < ROOM:
        raise UnavailableError("disk_full")
    waiting = path.with_suffix(".part")
    try:
        waiting.write_bytes(raw)
        waiting.replace(path)
    except OSError:
        waiting.unlink(missing_ok=True)
        raise UnavailableError("disk_full") from None
