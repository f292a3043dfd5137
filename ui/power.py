"""Says when the computer is about to sleep, or has slept, mostly because its lid was closed.

Linux tells through logind, Windows through a message to every window. Where neither does (no system bus, a
desktop of another kind) a tick that comes much too late tells it afterwards: `ui.idle` listens to that.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import (
    QAbstractNativeEventFilter,
    QByteArray,
    QCoreApplication,
    QObject,
    Signal,
    Slot,
)

_BROADCAST: Final = 0x218  # WM_POWERBROADCAST
_SUSPEND: Final = 0x4  # PBT_APMSUSPEND
_WINDOWS: Final = b"windows_generic_MSG"
# As the macro SLOT() writes it.
_LOGIND_SLOT: Final = b"1heed_logind(bool)"


class _Message(ctypes.Structure):
    """What Windows' MSG begins with."""

    _fields_ = (
        ("window", ctypes.c_void_p),
        ("message", ctypes.c_uint),
        ("wparam", ctypes.c_size_t),
    )


class SuspendFilter(QAbstractNativeEventFilter):
    """Reads the messages of Windows; lets every one of them through."""

    def __init__(self, suspending: Callable[[], None]) -> None:
        super().__init__()
        self._suspending = suspending

    def nativeEventFilter(self, kind: QByteArray | bytes, message: int) -> tuple[bool, int]:  # type: ignore[override]  # Qt hands the address over as a number
        if (kind.data() if isinstance(kind, QByteArray) else kind) == _WINDOWS:
            told = _Message.from_address(int(message))
            if told.message == _BROADCAST and told.wparam == _SUSPEND:
                self._suspending()
        return False, 0


class Power(QObject):
    """`sleeps` comes before the computer does, where the system says so."""

    sleeps = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._filter: SuspendFilter | None = None
        if sys.platform == "win32":
            app = QCoreApplication.instance()
            if app is not None:
                self._filter = SuspendFilter(self.sleeps.emit)
                app.installNativeEventFilter(self._filter)
        elif sys.platform == "linux":
            self._listen_to_logind()

    def close(self) -> None:
        """Listen no more."""
        app = QCoreApplication.instance()
        if self._filter is not None and app is not None:
            app.removeNativeEventFilter(self._filter)
            self._filter = None

    def _listen_to_logind(self) -> None:
        with contextlib.suppress(ImportError):
            from PySide6.QtDBus import QDBusConnection  # noqa: PLC0415 - not every build of Qt has it

            bus = QDBusConnection.systemBus()
            if bus.isConnected():
                bus.connect(
                    "org.freedesktop.login1",
                    "/org/freedesktop/login1",
                    "org.freedesktop.login1.Manager",
                    "PrepareForSleep",
                    self,
                    _LOGIND_SLOT,
                )

    @Slot(bool)
    def heed_logind(self, before: bool) -> None:  # noqa: FBT001 - the signal's own argument
        """Logind says it twice: before the sleep, and (False) after it."""
        if before:
            self.sleeps.emit()
