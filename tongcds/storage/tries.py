"""How long to wait after wrong passphrases and codes: ever longer, five minutes at most, and never a wipe."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from tongcds.errors import UserError
from tongcds.storage.files import write_whole

FILE_NAME: Final = "tries.tcds"

_FREE_TRIES: Final = 3
_FIRST_DELAY_MS: Final = 5_000
_LONGEST_DELAY_MS: Final = 300_000


class Tries(msgspec.Struct, frozen=True, array_like=True):
    """How many wrong ones in a row, and when the last was (milliseconds, UTC)."""

    wrong: int = 0
    last: int = 0


def delay_after(wrong: int) -> int:
    """Milliseconds to wait after so many wrong passphrases in a row."""
    if wrong <= _FREE_TRIES:
        return 0
    return min(_LONGEST_DELAY_MS, _FIRST_DELAY_MS << min(wrong - _FREE_TRIES - 1, 16))


def check_delay(folder: Path, now: int) -> Tries:
    """What was tried so far, when another try may be made now.

    Raises:
        UserError: `passphrase_wait` with the `seconds` to wait.
    """
    tries = _read(folder)
    if now < tries.last:
        # The clock was put back; the wait begins anew instead of lasting until then.
        tries = Tries(tries.wrong, now)
        _write(folder, tries)
    left = tries.last + delay_after(tries.wrong) - now
    if left > 0:
        raise UserError("passphrase_wait", seconds=-(-left // 1000))
    return tries


def was_wrong(folder: Path, tries: Tries, now: int) -> None:
    """One more was wrong."""
    _write(folder, Tries(tries.wrong + 1, now))


def was_right(folder: Path, tries: Tries) -> None:
    """Forget the wrong ones."""
    if tries.wrong:
        _write(folder, Tries())


def _read(folder: Path) -> Tries:
    try:
        return msgspec.msgpack.decode((folder / FILE_NAME).read_bytes(), type=Tries)
    except (FileNotFoundError, msgspec.DecodeError):
        return Tries()


def _write(folder: Path, tries: Tries) -> None:
    write_whole(folder / FILE_NAME, msgspec.msgpack.encode(tries))
