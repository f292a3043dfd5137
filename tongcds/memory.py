"""How often Python looks for cycles among the objects that live. Set once, where a process begins."""

from __future__ import annotations

import gc
from typing import Final

_THRESHOLDS: Final = (50_000, 20, 20)


def look_seldom() -> None:
    """Look for cycles after fifty thousand new objects instead of seven hundred.

    A chunk or a page is a hundred thousand values that all live until its commit; looking through them again
    and again took a tenth of the time.
    """
    gc.set_threshold(*_THRESHOLDS)
