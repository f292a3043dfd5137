"""When nobody has touched the computer for a while, or it slept meanwhile, the window has to lock."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

TICK_MS: Final = 5_000
_LATE_SECONDS: Final = 60.0
_TOUCHES: Final = frozenset({
    QEvent.Type.KeyPress,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseMove,
    QEvent.Type.Wheel,
    QEvent.Type.TouchBegin,
})  # fmt: skip


def awake_or_not() -> float:
    """Seconds that go on while the computer sleeps; not the wall clock, which may be put anywhere."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    # Elsewhere (Windows) the monotonic clock itself goes on.
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class Idle(QObject):
    """`due` comes once: after so many minutes without a touch, or when the computer slept.

    Args:
        minutes: how long, asked each time; 0 never.
        seconds: a clock that goes on during sleep.
    """

    due = Signal()

    def __init__(
        self,
        minutes: Callable[[], int],
        *,
        seconds: Callable[[], float] = awake_or_not,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._minutes = minutes
        self._seconds = seconds
        self._touched = self._ticked = seconds()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)
        self._watch()
        self._timer.start()

    def close(self) -> None:
        """Watch no more."""
        self._timer.stop()
        for window in QGuiApplication.allWindows():
            window.removeEventFilter(self)

    def _watch(self) -> None:
        """Listen where the system brings a touch: at the windows, those that came since the last time too.

        At the application every event of every widget would come by, which took a third of the time in which
        a screen is built.
        """
        for window in QGuiApplication.allWindows():
            # Once more for a window that has it changes nothing.
            window.installEventFilter(self)

    def tick(self) -> None:
        """Look whether it is time; the timer calls it."""
        now = self._seconds()
        slept = now - self._ticked > _LATE_SECONDS
        self._ticked = now
        self._watch()
        minutes = self._minutes()
        if slept or (minutes and now - self._touched >= minutes * 60):
            self.close()
            self.due.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _TOUCHES:
            self._touched = self._seconds()
        return super().eventFilter(watched, event)
