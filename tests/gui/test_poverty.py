"""The poverty class from the keyboard: written down with its day, and looked up for any day."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import Qt

from tests.gui.keyboard import CTRL, ENTER, TAB, Keyboard
from tongcds.domain.views import PoorRow, PovertyClass, PovertyRow, Standing
from ui.forms.poor_dialog import PoorDialog
from ui.forms.poverty_dialog import PovertyDialog
from ui.tasks import InlineExecutor, Tasks

TODAY = date(2026, 11, 23)
HOME = b"h" * 16
ROWS = (
    PovertyRow(b"2" * 16, "near_poor", date(2026, 1, 1), None, "7/QĐ", None, "Ngân", Standing.RECEIVED),
    PovertyRow(b"1" * 16, "poor", None, date(2026, 1, 1), "", None, "Ngân", Standing.RECEIVED),
)


@pytest.fixture
def make(qtbot, keep):
    def made(dialog, *signals):
        keep(dialog)
        dialog.show()
        dialog.activateWindow()
        qtbot.waitUntil(dialog.isActiveWindow)
        dialog.told = []
        for signal in signals:
            signal.connect(dialog.told.append)
        dialog.keys = Keyboard(dialog)
        return dialog

    return made


def poverty_of(make, rows=ROWS):
    dialog = PovertyDialog(HOME, "Hộ bà Hà Thị Xuân", rows, TODAY)
    return make(dialog, dialog.wanted, dialog.withdrawn)


@pytest.mark.parametrize("rows", [ROWS, ()])
def test_a_class_is_written_down_with_its_day_and_decision(make, rows):
    dialog = poverty_of(make, rows)
    dialog.keys.press(TAB)
    assert dialog.day.text() == "01/01/2026"
    dialog.day.selectAll()
    dialog.keys.type("1/1/2027")
    dialog.keys.press(TAB)
    dialog.keys.type("12/QD-UBND")
    dialog.keys.press(TAB)
    dialog.keys.type("20/11")
    dialog.keys.press(ENTER, with_=CTRL)
    assert dialog.told == [PovertyClass(HOME, "poor", date(2027, 1, 1), "12/QD-UBND", date(2026, 11, 20))]


@pytest.mark.parametrize("field", ["day", "decided"])
def test_a_day_that_is_none_stays_open(make, field):
    dialog = poverty_of(make)
    getattr(dialog, field).setText("?")
    dialog.keys.press(ENTER, with_=CTRL)
    assert dialog.told == []
    assert getattr(dialog, field).accessibleDescription()


def test_a_wrong_class_is_withdrawn_but_not_what_stood_before(make):
    dialog = poverty_of(make)
    dialog.rows.choose(1)
    dialog.keys.press(Qt.Key.Key_D, with_=CTRL)
    assert dialog.told == []
    dialog.rows.choose(0)
    dialog.keys.press(Qt.Key.Key_D, with_=CTRL)
    assert dialog.told == [ROWS[0]]


def test_the_poor_of_another_day_are_read_when_the_day_is_typed(make):
    asked = []

    def load(day):
        asked.append(day)
        return (PoorRow(HOME, "HN-0087", "Hà Thị Xuân", "bản Nà Ngà", 4, "poor", None, ""),)

    dialog = PoorDialog(load, Tasks(InlineExecutor()), TODAY)
    make(dialog, dialog.opened)
    dialog.day.selectAll()
    dialog.keys.type("31/12/2024")
    dialog.keys.press(ENTER)
    assert asked == [date(2025, 12, 31), date(2024, 12, 31)]
    assert "31/12/2024" in dialog._counts.text()
    dialog.rows.setFocus()
    dialog.rows.choose(0)
    dialog.keys.press(ENTER)
    assert dialog.told == [HOME]


def test_a_day_that_is_none_reads_nothing(make):
    asked = []
    dialog = PoorDialog(lambda day: asked.append(day) or (), Tasks(InlineExecutor()), TODAY)
    make(dialog, dialog.opened)
    dialog.day.selectAll()
    dialog.keys.type("?")
    dialog.keys.press(ENTER)
    assert asked == [date(2025, 12, 31)]
    assert dialog.day.accessibleDescription()
