"""The memory of a process: how seldom Python looks for cycles, what it need not read, and no dump of it."""

from __future__ import annotations

import builtins
import ctypes
import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_THRESHOLDS: Final = (50_000, 20, 20)
_SET_DUMPABLE: Final = 4  # PR_SET_DUMPABLE of Linux
_ARENA_MAX: Final = -8  # M_ARENA_MAX of GNU's malloc.h
_NO_WINDOWS: Final = 0x0001 | 0x0002  # SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX
_makers: Final[list[None]] = []  # one for each thread that makes much just now


def look_seldom() -> None:
    """Look for cycles after fifty thousand new objects instead of seven hundred.

    A chunk or a page is a hundred thousand values that all live until its commit; looking through them again
    and again took a tenth of the time.
    """
    gc.set_threshold(*_THRESHOLDS)


@contextmanager
def looking_later() -> Iterator[None]:
    """Look for no cycles while much is made that will live: a look stops every thread, the window's too.

    What was made meanwhile counts as old afterwards, so that it is not gone through at once, and what was let
    go of goes back to the system.
    """
    looked = gc.isenabled()
    gc.disable()
    _makers.append(None)
    try:
        yield
    finally:
        gc.freeze()
        gc.unfreeze()
        _makers.pop()
        if looked:
            gc.enable()
        give_back()


def keep_for_good() -> None:
    """Count everything that is there as living to the end: no look for cycles goes through it again.

    For what was loaded: a hundred thousand objects, through which a look takes a twentieth of a second. The
    next `looking_later` counts them as old again.
    """
    gc.freeze()


def is_looked_through_later() -> bool:
    """Whether some thread is within `looking_later`: whoever looks for cycles by hand had better wait."""
    return bool(_makers)


def leave_no_dump() -> None:
    """Have the system keep no copy of this process when it breaks down: the vault's key is in it.

    On Linux other programs of the same person cannot read its memory either. What a system does not know of
    is passed over.
    """
    if sys.platform == "win32":
        ctypes.windll.kernel32.SetErrorMode(_NO_WINDOWS)
        reporting = Path(sys.executable).name
        try:
            ctypes.windll.wer.WerAddExcludedApplication(reporting, 0)
        except (OSError, AttributeError):
            return
    else:
        import resource  # noqa: PLC0415 - Windows has none

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if sys.platform == "linux":
            # A core that goes to a program instead of a file heeds no limit.
            ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)


def share_heaps() -> None:
    """Let all threads take their memory from two heaps; call it before there are any.

    The C library would give each thread one of its own, and each keeps what its thread let go of. Elsewhere
    than on Linux with GNU's library this does nothing.
    """
    if (choose := _of_gnu("mallopt")) is not None:
        choose(_ARENA_MAX, 2)


def give_back() -> None:
    """Give memory that nobody uses back to the system: after an import the C library keeps 30 MB."""
    if (trim := _of_gnu("malloc_trim")) is not None:
        trim(0)


def _of_gnu(name: str) -> Callable[..., int] | None:
    """A function of GNU's C library; None where there is another library."""
    if sys.platform != "linux":
        return None
    found: Callable[..., int] | None = getattr(ctypes.CDLL(None), name, None)
    return found


def read_no_sources() -> None:
    """Import modules as Python does, once Qt's binding is loaded.

    The binding puts an import of its own in Python's place. That one reads the source of every module that
    is imported after it, to see whether it names the binding, which only matters to who writes
    `from __feature__ import`; Python keeps what was read for traces that nobody may ever see. It took a tenth
    of the start and 25 MB.
    """
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
