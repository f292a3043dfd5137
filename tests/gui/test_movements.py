"""Comings and goings from the keyboard: each says what follows, and a head is never left without another."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import Qt

from tests.gui.keyboard import CTRL, DOWN, ENTER, TAB, Keyboard
from tongcds.domain.views import AwayRow, Movement
from ui.forms.away_dialog import AwayDialog
from ui.forms.movement_dialog import JOINS, RETURNS, JoinWanted, MovementDialog, ReturnWanted
from ui.preview import village

TODAY = date(2026, 11, 23)
HOME = village.household(village.identity("HN-0087"))
HEAD, SECOND = HOME.people[0], HOME.people[1]


def gone(person_id, *, left, back_by=None, late=0):
    return AwayRow(
        person_id, HOME.household_id, "Lò Thị Mai", 2004, "HN-0087", "Hà Thị Xuân", "bản Nà Ngà",
        "married_out" if left else "army", date(2026, 3, 1), back_by, late, left,
    )  # fmt: skip


@pytest.fixture
def make(qtbot, keep):
    def made(dialog):
        keep(dialog)
        dialog.show()
        dialog.activateWindow()
        qtbot.waitUntil(dialog.isActiveWindow)
        dialog.told = []
        if isinstance(dialog, MovementDialog):
            dialog.wanted.connect(dialog.told.append)
        else:
            dialog.opened.connect(dialog.told.append)
        dialog.keys = Keyboard(dialog)
        return dialog

    return made


def choose(choice, value):
    choice.setCurrentIndex(choice.findData(value))


def test_somebody_goes_to_work_away_until_a_day(make):
    dialog = make(MovementDialog(HOME, (), TODAY, person_id=SECOND.person_id))
    choose(dialog.what, "works_away")
    assert not dialog.head.isVisible()
    dialog.keys.press(TAB)
    dialog.day.selectAll()
    dialog.keys.type("1/11")
    dialog.keys.press(TAB)
    dialog.keys.type("+30")
    dialog.keys.press(ENTER, with_=CTRL)
    wanted = Movement(SECOND.person_id, "works_away", date(2026, 11, 1), date(2026, 12, 23))
    assert dialog.told == [wanted]
    assert not dialog.isVisible()


def test_a_head_who_goes_is_replaced_first(make):
    dialog = make(MovementDialog(HOME, (), TODAY, person_id=HEAD.person_id))
    choose(dialog.what, "died")
    assert dialog.head.isVisible()
    dialog.keys.press(ENTER, with_=CTRL)
    assert dialog.told == []
    assert dialog.head.hasFocus()
    assert dialog.head.accessibleDescription()
    assert dialog.head.findData(HEAD.person_id) == -1
    dialog.keys.press(DOWN)
    dialog.keys.press(ENTER, with_=CTRL)
    assert dialog.told == [Movement(HEAD.person_id, "died", TODAY, None, SECOND.person_id)]


def test_a_head_who_is_away_for_a_time_needs_no_other(make):
    dialog = make(MovementDialog(HOME, (), TODAY, person_id=HEAD.person_id))
    choose(dialog.what, "army")
    dialog.keys.press(ENTER, with_=CTRL)
    assert dialog.told == [Movement(HEAD.person_id, "army", TODAY)]


def test_whoever_left_can_only_come_back(make):
    dialog = make(MovementDialog(HOME, [gone(b"m" * 16, left=True)], TODAY, person_id=b"m" * 16))
    assert [dialog.what.itemData(at) for at in range(dialog.what.count())] == [RETURNS]
    assert "01/03/2026" in dialog.who.currentText()
    dialog.keys.press(ENTER, with_=CTRL)
    assert dialog.told == [ReturnWanted(b"m" * 16, TODAY)]


def test_whoever_is_away_comes_back_or_leaves_for_good(make):
    away = gone(SECOND.person_id, left=False)
    dialog = make(MovementDialog(HOME, [away], TODAY, person_id=SECOND.person_id))
    offered = [dialog.what.itemData(at) for at in range(dialog.what.count())]
    assert (offered[0], "moved" in offered) == (RETURNS, True)


def test_joining_another_household_asks_which(make):
    dialog = make(MovementDialog(HOME, (), TODAY, person_id=SECOND.person_id))
    choose(dialog.what, JOINS)
    dialog.keys.press(ENTER, with_=CTRL)
    assert dialog.told == []
    assert dialog.other.accessibleDescription()
    dialog.other.setFocus()
    dialog.keys.type("HN-0100")
    dialog.relation.setFocus()
    dialog.keys.type("em")
    dialog.keys.press(ENTER, with_=CTRL)
    assert dialog.told == [JoinWanted(SECOND.person_id, "HN-0100", "em", None)]


@pytest.mark.parametrize("words", ["?", "24/11/2026", ""])
def test_a_day_that_is_none_or_has_not_come_stays_open(make, words):
    dialog = make(MovementDialog(HOME, (), TODAY, person_id=SECOND.person_id))
    dialog.day.setText(words)
    dialog.keys.press(ENTER, with_=CTRL)
    assert dialog.told == []
    assert dialog.day.accessibleDescription()


def test_the_list_opens_what_happens_with_somebody(make):
    rows = [gone(b"m" * 16, left=False, back_by=date(2026, 11, 1), late=22), gone(b"n" * 16, left=True)]
    dialog = make(AwayDialog(rows))
    dialog.keys.press(DOWN, Qt.Key.Key_B, with_=Qt.KeyboardModifier.NoModifier)
    dialog.keys.press(Qt.Key.Key_B, with_=CTRL)
    assert [row.person_id for row in dialog.told] == [b"n" * 16]


def test_an_empty_list_says_so(make):
    dialog = AwayDialog([])
    make(dialog)
    assert not dialog.rows.isVisible()
    assert not dialog.go_on.isVisible()
