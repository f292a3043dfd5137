"""What was seen or told of a person is set from the keyboard, in the table of the household."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial

import pytest
from PySide6.QtCore import Qt

from tests.gui.keyboard import CTRL, DOWN, ENTER, ESCAPE, TAB, UP, Keyboard
from tongcds.domain.views import FactState, Seen
from ui.changes import ChangeBus
from ui.forms.facts_dialog import FactsDialog
from ui.household_words import fact_warnings
from ui.outline import outline
from ui.preview import village
from ui.screens.households import HouseholdsScreen
from ui.tasks import InlineExecutor, Tasks

NOW = datetime(2026, 11, 23, 3, 52, tzinfo=UTC)
TODAY = date(2026, 11, 23)
ONE, TWO, LEFT = Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_Left


@pytest.fixture
def screen(qtbot, keep):
    made = HouseholdsScreen(
        find=village.listed,
        household=village.household,
        reads=Tasks(InlineExecutor()),
        writes=Tasks(InlineExecutor()),
        changes=ChangeBus(),
        clock=lambda: NOW,
    )
    keep(made)
    made.resize(1154, 712)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


@pytest.fixture
def opened(screen, qtbot):
    """The dialog of the second person of the first household, opened by the keys alone."""
    keys = Keyboard(screen)
    screen.rows.setFocus()
    while keys.focus() is not screen.detail.people:
        keys.press(TAB)
    keys.press(DOWN, ENTER)
    dialog = screen.detail.facts_dialog
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog, Keyboard(dialog)


def heard(screen):
    said = []
    screen.seen.connect(said.append)
    return said


def test_a_fact_is_set_with_a_number_key(screen, opened):
    dialog, keys = opened
    said = heard(screen)
    assert "Cà Thị Hương" in outline(dialog)
    assert keys.focus() is dialog.pills["smartphone"]
    keys.press(ONE, DOWN, DOWN, TWO, UP)
    assert keys.focus() is dialog.pills["vneid2"]
    keys.press(ENTER, with_=CTRL)
    person = village.identity("HN-0012/1")
    assert said == [
        (
            Seen("person", person, "smartphone", value=True, held_on=TODAY, how="seen"),
            Seen("person", person, "account", value=False, held_on=TODAY, how="seen"),
        )
    ]
    assert not dialog.isVisible()


def test_it_may_have_been_told_on_another_day(screen, opened):
    dialog, keys = opened
    said = heard(screen)
    keys.press(ONE)
    dialog.how.setFocus()
    keys.press(TWO, TAB)
    assert keys.focus() is dialog.day
    keys.press(Qt.Key.Key_A, with_=CTRL)
    keys.type("hom qua")
    keys.press(ENTER, with_=CTRL)
    assert [(one.how, one.held_on) for one in said[0]] == [("told", date(2026, 11, 22))]


@pytest.mark.parametrize(("day", "words"), [("24/11/2026", "chưa đến"), ("xyz", "không phải")])
def test_a_day_that_cannot_be_is_said_and_nothing_is_saved(screen, opened, day, words):
    dialog, keys = opened
    said = heard(screen)
    keys.press(ONE)
    dialog.day.setFocus()
    keys.press(Qt.Key.Key_A, with_=CTRL)
    keys.type(day)
    keys.press(ENTER, with_=CTRL)
    assert said == []
    assert dialog.isVisible()
    assert words in outline(dialog).lower()


def test_esc_and_an_empty_answer_save_nothing(screen, opened):
    dialog, keys = opened
    said = heard(screen)
    keys.press(ENTER)
    assert dialog.isVisible()
    keys.press(ONE, ESCAPE)
    assert not dialog.isVisible()
    screen.detail.own_facts.click()
    again = screen.detail.facts_dialog
    again.save()
    assert said == []


def test_the_household_has_facts_of_its_own(screen, qtbot):
    said = heard(screen)
    screen.detail.own_facts.click()
    dialog = screen.detail.facts_dialog
    qtbot.waitUntil(dialog.isActiveWindow)
    keys = Keyboard(dialog)
    keys.press(DOWN, ONE)
    keys.press(ENTER, with_=CTRL)
    assert [(one.subject, one.subject_id, one.fact) for one in said[0]] == [
        ("household", village.identity("HN-0012"), "fibre")
    ]


def test_what_is_known_stands_beside_the_answer(screen, opened):
    assert "chưa, 12/03/2026" in outline(opened[0])
    screen.detail.own_facts.click()
    assert "chưa hỏi" in outline(screen.detail.facts_dialog)


def test_the_table_marks_a_person_only_while_the_keys_are_there(screen):
    keys = Keyboard(screen)
    screen.rows.setFocus()
    while keys.focus() is not screen.detail.people:
        keys.press(TAB)
    assert screen.detail.people.current_row().full_name == "Lường Văn Pản"
    keys.press(TAB)
    assert screen.detail.people.current_row() is None


def test_what_is_doubtful_is_said_at_once_and_saved_all_the_same(qtbot, keep):
    person = village.household(village.identity("HN-0087")).people[0]
    child = replace(person, age=9)
    warn = partial(fact_warnings, child, TODAY)
    dialog = keep(FactsDialog("person", child.person_id, "Mai", child.facts, TODAY, warn=warn))
    dialog.show()
    heard = []
    dialog.saved.connect(heard.append)
    assert not dialog.doubt.isVisible()
    dialog.pills["vneid2"].setFocus()
    qtbot.keyClick(dialog.pills["vneid2"], Qt.Key.Key_1)
    assert "14" in dialog.doubt.words()
    dialog.save()
    assert [(one.fact, one.value) for one in heard[0]] == [("vneid2", True)]


def test_needs_stand_under_a_heading_of_their_own(keep):
    person = village.household(village.identity("HN-0087")).people[0]
    needs = (FactState("need_account", "tài khoản thanh toán", None, None),)
    dialog = keep(FactsDialog("person", person.person_id, "Mai", (*person.facts, *needs), TODAY))
    assert list(dialog.pills)[-1] == "need_account"
