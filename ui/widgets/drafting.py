"""When a draft is written: at once, then a few times a second while one types, and when a field is left."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

DRAFT_MS: Final = 400


class Drafting(QObject):
    """Says when the draft of a page should be written (`due`); `touch` it at every change.

    Waiting for a pause would never end under fast hands, and a power cut would take more than the field that
    is being typed.
    """

    due = Signal()

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._page = page
        self._unsaid = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(DRAFT_MS)
        self._pause.timeout.connect(self.flush)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow)

    def touch(self) -> None:
        """Something changed."""
        self._unsaid = True
        if not self._pause.isActive():
            self.flush()

    def flush(self) -> None:
        """Write now what was not written yet."""
        if self._unsaid:
            self._unsaid = False
            self._pause.start()
            self.due.emit()

    def forget(self) -> None:
        """What changed need not be written any more: it was saved, or thrown away."""
        self._unsaid = False
        self._pause.stop()

    def _follow(self, before: QWidget | None, _now: QWidget | None) -> None:
        if before is not None and self._page.isAncestorOf(before):
            self.flush()
