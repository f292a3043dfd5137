"""A vault's real window without anybody before it: everything happens at once, and a picture can be taken.

For `ui.tour` and `ui.gallery`. The window itself is wired by `ui.desktop`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from PySide6.QtCore import QEventLoop, QMessageLogContext, Qt, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tongcds.actions import Core
from tongcds.settings import Settings
from ui import stylesheet, theme
from ui.desktop import Desktop
from ui.shell import Shell
from ui.tasks import InlineExecutor

SIZE: Final = (1366, 768)
_MOMENT_MS: Final = 30
_TYPED_MS: Final = 400


def without_display() -> None:
    """Have Qt draw into memory; call before anything of Qt is made."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    qInstallMessageHandler(_tell)


def _tell(_kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    """Say what Qt has to say, but not that memory is no screen: it remarks on that at every window."""
    if not message.startswith("This plugin does not support "):
        sys.stderr.write(f"{message}\n")


def settle(milliseconds: int = _MOMENT_MS) -> None:
    """Let the window do what it has put off."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def take(window: QWidget, file: Path) -> Path:
    """A picture of the whole window."""
    settle()
    file.parent.mkdir(parents=True, exist_ok=True)
    window.grab().save(str(file))
    return file


def text_size(percent: int, theme_name: str = "light") -> None:
    """Dress every window in this size of text and these colours."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        stylesheet.dress(running, theme.load(theme_name, text_percent=percent))


class Hands:
    """Somebody at the keyboard of one window."""

    def __init__(self, window: QWidget) -> None:
        self._window = window

    def press(self, key: Qt.Key, *, ctrl: bool = False) -> None:
        """Press a key wherever the focus is."""
        held = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
        QTest.keyClick(self._focus(), key, held)
        settle()

    def type(self, text: str) -> None:
        """Type a text wherever the focus is, and wait for what it finds."""
        for letter in text:
            if letter.isascii():
                QTest.keyClicks(self._focus(), letter)
            else:
                # What has a mark comes from an input method, as with Telex.
                composed = QInputMethodEvent()
                composed.setCommitString(letter)
                QApplication.sendEvent(self._focus(), composed)
        settle(_TYPED_MS)

    def _focus(self) -> QWidget:
        if not self._window.isActiveWindow():
            self._window.activateWindow()
            settle()
        widget = QApplication.focusWidget()
        return widget if widget is not None and self._window.isAncestorOf(widget) else self._window


class Stage:
    """The window of one vault; a context manager that closes window and vault."""

    def __init__(self, core: Core, settings: Settings) -> None:
        self.core = core
        self.settings = settings
        self.desktop = Desktop(
            core,
            settings,
            writes=InlineExecutor(),
            reads=InlineExecutor(),
            files=InlineExecutor(),
            net=InlineExecutor(),
            automatic=False,
        )

    def __enter__(self) -> Self:
        """Show the window at the first place of its role."""
        self.desktop.show()
        self.shell.showNormal()
        self.shell.resize(*SIZE)
        self.shell.activateWindow()
        settle()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the window and the vault."""
        self.desktop.close()
        settle()

    @property
    def shell(self) -> Shell:
        """The window."""
        return self.desktop.shell

    @property
    def hands(self) -> Hands:
        """Somebody at the window's keyboard; another language makes another window."""
        return Hands(self.shell)

    def go(self, place: str) -> QWidget:
        """Go to a place; its screen."""
        self.shell.show_place(place)
        settle()
        return self.shell.screen_of(place)

    def take(self, file: Path) -> Path:
        """A picture of the window."""
        return take(self.shell, file)
