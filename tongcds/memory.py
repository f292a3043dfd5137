"""How often Python looks for cycles among the objects that live: seldom, and not at all during large work."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_THRESHOLDS: Final = (50_000, 20, 20)


def look_seldom() -> None:
    """Look for cycles after fifty thousand new objects instead of seven hundred.

    A chunk or a page is a hundred thousand values that all live until its commit; looking through them again
    and again took a tenth of the time.
    """
    gc.set_threshold(*_THRESHOLDS)


@contextmanager
def looking_later() -> Iterator[None]:
    """Look for no cycles while much is made that will live: a look stops every thread, the window's too.

    What was made meanwhile counts as old afterwards, so that it is not gone through at once.
    """
    looked = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.unfreeze()
        if looked:
            gc.enable()
