"""The parts of the fixtures in `conftest`: a clock that stands still, and what notices traces left behind."""

from __future__ import annotations

import logging
import threading
import weakref
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

SECONDS_TO_END = 5
"""How long a thread that was told to stop may still take."""


class FakeClock:
    """A clock that moves only when it is told to; 23/11/2026 14:32 in Vietnam at first."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 23, 7, 32, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, **amount: float) -> None:
        """Move on, say by `days=2` or `seconds=0.5`."""
        self.moment += timedelta(**amount)

    def set(self, moment: datetime) -> None:
        """Jump to an aware moment, forward or back."""
        assert moment.tzinfo is not None
        self.moment = moment


def is_loopback(host: object) -> bool:
    """Whether a socket address names this machine itself."""
    if host in {"localhost", "", None}:
        return True
    try:
        return ip_address(str(host)).is_loopback
    except ValueError:
        return False


@dataclass
class ExpectedLogs:
    """Which records of level WARNING or above a test is about; any other one fails it."""

    records: list[logging.LogRecord] = field(default_factory=list)
    _expected: list[tuple[str, str]] = field(default_factory=list)

    def expect(self, logger: str, message: str = "") -> None:
        """Such a record will come at least once: a logger (or its parent) and a part of the message."""
        self._expected.append((logger, message))

    @staticmethod
    def _fits(record: logging.LogRecord, expected: tuple[str, str]) -> bool:
        logger, message = expected
        return f"{record.name}.".startswith(f"{logger}.") and message in record.getMessage()

    def problems(self) -> list[str]:
        unexpected = [
            f"unexpected {record.levelname} by {record.name}: {record.getMessage()}"
            for record in self.records
            if not any(self._fits(record, expected) for expected in self._expected)
        ]
        absent = [
            f"expected and not logged: {expected}"
            for expected in self._expected
            if not any(self._fits(record, expected) for record in self.records)
        ]
        return unexpected + absent


def left_threads(before: set[threading.Thread], *, seconds: float = SECONDS_TO_END) -> list[str]:
    """The names of threads that started since and do not end."""
    for thread in set(threading.enumerate()) - before:
        thread.join(seconds)
    return sorted(thread.name for thread in set(threading.enumerate()) - before)


class QtTraces:
    """Remembers what Qt objects were there before a test and names those that it left behind."""

    def __init__(self) -> None:
        from PySide6.QtWidgets import QApplication

        self._before = set(map(id, QApplication.topLevelWidgets()))
        self.timers: weakref.WeakSet[object] = weakref.WeakSet()

    def left(self) -> list[str]:
        from PySide6.QtCore import QCoreApplication, QEvent, QTimer
        from PySide6.QtWidgets import QApplication
        from shiboken6 import isValid

        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        widgets = [
            f"top-level {type(widget).__name__} {widget.objectName()!r}"
            for widget in QApplication.topLevelWidgets()
            if id(widget) not in self._before and widget.parent() is None
        ]
        timers = [
            f"running timer of {timer.parent()!r}"
            for timer in self.timers
            if isinstance(timer, QTimer) and isValid(timer) and timer.isActive()
        ]
        return widgets + timers
