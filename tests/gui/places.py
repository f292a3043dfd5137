"""What tests of places have in common: a view that can be asked for, and a hand on the keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ui.preview.screens import settle
from ui.widgets.button import Button


class Source:
    """Answers a view, counts how often it was asked, and fails when it is told to."""

    def __init__(self, view):
        self.view = view
        self.asked = 0
        self.problem = None

    def __call__(self):
        self.asked += 1
        if self.problem is not None:
            raise self.problem
        return self.view


def button(screen, words):
    found = [one for one in screen.findChildren(Button) if one.accessibleName() == words and one.isVisible()]
    assert len(found) == 1, (words, found)
    return found[0]


def press(widget, key=Qt.Key.Key_Space):
    QTest.keyClick(widget, key)
    settle()
