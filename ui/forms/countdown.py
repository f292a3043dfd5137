"""Seconds that somebody has to wait after a wrong passphrase or PIN, counted down where they read it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from tongcds.i18n import ngettext

_SECOND_MS = 1000


class Countdown(QObject):
    """`changed` tells that another second is over; `left` is how many there are still."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.left = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_SECOND_MS)
        self._timer.timeout.connect(self.step)

    def begin(self, seconds: int) -> None:
        """Wait for so many seconds from now on; none ends the wait."""
        self.left = seconds
        if seconds:
            self._timer.start()
        else:
            self._timer.stop()
        self.changed.emit()

    def step(self) -> None:
        """A second has passed."""
        self.begin(max(0, self.left - 1))

    def words(self) -> str:
        """How long it is still; "" when it is over."""
        if not self.left:
            return ""
        return ngettext("Wait {n} second.", "Wait {n} seconds.", self.left).format(n=self.left)
