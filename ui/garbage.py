"""Looks for garbage on the UI thread alone, whoever made it.

Python looks for unreachable cycles on whatever thread makes one object too many, and takes down there what it
finds: a closed screen with its buttons, say, on a thread that was asked to count supports. Qt then takes the
screen apart with a lock in its hand and waits for the interpreter, while the UI thread, which has it, makes a
button and waits for that very lock. Both stand still for ever; seen with PySide 6.11, twice in six hundred
lockings of the window under load. So Python is told not to look by itself.
"""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimerEvent

from tongcds import memory

_EVERY_MS: Final = 500
_DUE: Final = (5_000, 10, 10)
"""How many new objects, looks through the young, looks through the middle-aged make the next look due."""


def look() -> None:
    """Take down what is unreachable, as deep as it is due: mostly among the young, which costs little."""
    if memory.is_looked_through_later():
        return
    made = gc.get_count()
    for generation in (2, 1, 0):
        if made[generation] >= _DUE[generation]:
            gc.collect(generation)
            return


class Garbage(QObject):
    """Looks twice a second on the thread that makes it, which has to be the UI thread."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self.startTimer(_EVERY_MS)

    def timerEvent(self, _event: QTimerEvent) -> None:
        """Look."""
        look()
