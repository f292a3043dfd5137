"""How long the window does not answer: the time between two turns of its event loop, and waiting in it."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QTimer

_TICK_MS = 2
_PATIENCE_SECONDS = 120


class Stalls:
    """The longest time between two turns of the event loop, from `begin` on, in milliseconds."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = 0.0
        self._timer = QTimer()
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._turn)

    def begin(self) -> None:
        """Measure from now on."""
        self._last, self.longest = time.monotonic(), 0.0
        self._timer.start()

    def end(self) -> float:
        """Stop measuring; the longest so far."""
        self._turn()
        self._timer.stop()
        return self.longest

    def _turn(self) -> None:
        now = time.monotonic()
        self.longest = max(self.longest, (now - self._last) * 1000)
        self._last = now


def wait(milliseconds: int) -> None:
    """Turn the event loop for so long, as the program does.

    `QTest.qWait` would keep the interpreter meanwhile: no other thread of the program went on then.
    """
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def until(ready: Callable[[], bool]) -> None:
    """Turn the event loop until something is so.

    Raises:
        TimeoutError: after two minutes.
    """
    end = time.monotonic() + _PATIENCE_SECONDS
    while not ready():
        wait(1)
        if time.monotonic() > end:
            raise TimeoutError(ready)
