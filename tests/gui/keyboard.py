"""A person at the keyboard, and a disk that takes its time."""

from __future__ import annotations

from concurrent.futures import Executor, Future

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

ENTER = Qt.Key.Key_Return
TAB = Qt.Key.Key_Tab
ESCAPE = Qt.Key.Key_Escape
DOWN = Qt.Key.Key_Down
UP = Qt.Key.Key_Up
CTRL = Qt.KeyboardModifier.ControlModifier
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class Keyboard:
    """Types into a window. Nothing here touches a mouse or asks a widget to take the focus."""

    def __init__(self, window: QWidget) -> None:
        self.window = window
        self.strokes = 0

    def focus(self) -> QWidget:
        widget = QApplication.focusWidget()
        assert widget is not None, "nothing has the focus"
        assert self.window.isAncestorOf(widget), widget
        return widget

    def press(self, *keys: Qt.Key, with_: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        for key in keys:
            self.strokes += 1
            QTest.keyClick(self.focus(), key, with_)

    def type(self, words: str) -> None:
        for letter in words:
            self.strokes += 1
            QTest.keyClicks(self.focus(), letter)


class Later(Executor):
    """Does nothing until it is told to: the answers of a slow disk."""

    def __init__(self) -> None:
        self.waiting = []

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        self.waiting.append((future, fn))
        return future

    def catch_up(self) -> None:
        while self.waiting:
            future, work = self.waiting.pop(0)
            try:
                future.set_result(work())
            except Exception as problem:  # noqa: BLE001 - a future carries whatever happened
                future.set_exception(problem)
