"""Small forms over their screens: they have room on a 1366 × 768 screen, and Tab reaches all of it."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QLabel, QWidget

from tongcds import i18n
from ui import stylesheet, theme
from ui.preview.dialogs import DIALOGS
from ui.preview.screens import in_shell, settle
from ui.widgets.surface import SHARE_OF_SCREEN

_SCREEN = 1366, 768
_ROUNDED = 4
"""Pixels by which Qt may make words of several lines too low; a line is over 20 high."""


@pytest.fixture
def form(keep, qapp):
    def make(name, kind="typical", text=100):
        if text != 100:
            stylesheet.dress(qapp, theme.load("light", text_percent=text))
        over, build = DIALOGS[name]
        shell = keep(in_shell(over))
        shell.resize(*_SCREEN)
        shell.show()
        dialog = keep(build(kind, shell))
        dialog.show()
        settle()
        return dialog

    return make


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("kind", ["typical", "empty", "error"])
@pytest.mark.parametrize("name", DIALOGS)
def test_a_small_form_has_room_on_the_screen_at_150_percent(form, name, kind, language):
    i18n.set_language(language)
    dialog = form(name, kind, text=150)
    least = dialog.minimumSizeHint()
    high = max(least.height(), dialog.layout().minimumHeightForWidth(round(_SCREEN[0] * SHARE_OF_SCREEN)))
    assert least.width() <= _SCREEN[0] * SHARE_OF_SCREEN
    assert high <= _SCREEN[1] * SHARE_OF_SCREEN


@pytest.mark.parametrize("kind", ["typical", "error"])
@pytest.mark.parametrize("name", DIALOGS)
def test_no_words_of_a_small_form_lie_over_another_part(form, name, kind):
    dialog = form(name, kind, text=150)
    seen = [one for one in dialog.findChildren(QLabel) if one.isVisible() and one.text()]
    area = {one: one.rect().translated(one.mapTo(dialog, one.rect().topLeft())) for one in seen}
    inside = partial(any_scrolls, dialog)
    for one in seen:
        if one.wordWrap() and not inside(one):
            assert one.height() + _ROUNDED >= one.heightForWidth(one.width()), one.text()
        for other in seen:
            if one is not other and not inside(one) and not inside(other):
                assert not area[one].intersects(area[other]), (one.text(), other.text())


def any_scrolls(dialog, widget):
    above = widget.parentWidget()
    while above is not None and above is not dialog:
        if isinstance(above, QAbstractScrollArea):
            return True
        above = above.parentWidget()
    return False


@pytest.mark.parametrize("name", DIALOGS)
def test_tab_reaches_every_part_of_a_small_form_and_each_has_a_name(form, qtbot, name):
    dialog = form(name)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    reached = set()
    for _step in range(30):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        reached.add(QApplication.focusWidget())
    wanted = [
        one
        for one in dialog.findChildren(QWidget)
        if one.isVisible() and one.isEnabled() and one.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    assert wanted
    for one in wanted:
        assert one in reached, one
        assert one.accessibleName() or getattr(one, "text", str)(), one
