"""Two units side by side, chosen from the keyboard, with charts that can be taken along."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from tongcds.domain.views import PairView
from tongcds.errors import UserError
from ui.forms.compare_dialog import CompareDialog
from ui.preview import board as invented
from ui.preview.screens import settle
from ui.tasks import InlineExecutor, Tasks

pytestmark = pytest.mark.usefixtures("english")
UNITS = ((b"own", "Xã Chiềng Mung"), (b"a", "Bản Nà Ngà"), (b"b", "Bản Xum"))
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def asked():
    return []


def pair(first, second):
    bar = invented.bar()
    view, close = invented.view(replace(bar.now(), compare="before")), invented.close(bar.now())
    rows = {b"own": view.whole, b"a": view.rows[0], b"b": view.rows[3]}
    return PairView(
        view.indicators[0], view.period, view.against, view.last, (rows[first], rows[second]),
        (close.months, close.months),
    )  # fmt: skip


@pytest.fixture
def dialog(keep, qtbot, asked):
    def ask(first, second):
        asked.append((first, second))
        return pair(first, second)

    made = CompareDialog(UNITS, (bytes(bytearray(b"own")), b"a"), ask, Tasks(InlineExecutor()))
    keep(made)
    made.show()
    qtbot.waitUntil(made.isActiveWindow)
    settle()
    return made


def test_both_figures_the_other_period_and_the_distance_are_told(dialog):
    first, second = dialog.sides
    assert (first.value.text(), second.value.text()) == ("68.8%", "63.8%")
    assert "was 66.5%" in first.detail.text()
    assert "+5.0 pts" in dialog.apart.text()
    names = [series.name for series in dialog.chart.data().series]
    assert names == ["Chiềng Mung", "Bản Nà Ngà"]


def test_another_unit_is_chosen_by_the_arrows(dialog, asked):
    QTest.keyClick(dialog.sides[1].unit, Qt.Key.Key_Down)
    dialog.sides[1].unit.activated.emit(2)
    assert asked[-1] == (b"own", b"b")
    assert dialog.sides[1].value.text() == "No data yet"
    assert "from the second" not in dialog.apart.text()


def test_the_charts_are_copied_and_saved(dialog, qtbot):
    QTest.keyClick(dialog, Qt.Key.Key_C, CTRL)
    assert not QGuiApplication.clipboard().image().isNull()
    with qtbot.waitSignal(dialog.saved) as saved:
        QTest.keyClick(dialog, Qt.Key.Key_S, CTRL)
    assert saved.args[1] == "XHS09 2026-11-30.png"


def test_what_cannot_be_shown_is_said(keep, qtbot):
    def ask(_first, _second):
        raise UserError("board_unit_unknown")

    made = CompareDialog(UNITS, (b"own", b"a"), ask, Tasks(InlineExecutor()))
    keep(made)
    assert made.apart.text()
