"""One session for several households, and the last visit repeated, from the keyboard alone."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import Qt

from tests.gui.keyboard import CTRL, DOWN, ENTER, Keyboard
from tests.gui.logbook import NOW, PEOPLE, XUAN, Notebook, choose_xuan, found, open_log
from tongcds.domain.views import Draft, Result, SupportEntry, VisitEntry


class GroupBook(Notebook):
    """Also takes a session for several households."""

    def __init__(self):
        super().__init__()
        self.sessions = []
        self.last = None

    def save_group(self, entries):
        self.sessions.append(entries)
        self.draft = None
        return tuple(f"visit {at}" for at, _entry in enumerate(entries))


@pytest.fixture
def book():
    return GroupBook()


@pytest.fixture
def opened(qtbot, book):
    return partial(open_log, qtbot, book, save_group=book.save_group, last=lambda: book.last)


def xuan_and_another(keys, qtbot):
    """Xuân of the first household, and somebody of the second."""
    form = keys.window.form
    choose_xuan(keys, qtbot)
    keys.press(Qt.Key.Key_1)
    keys.press(Qt.Key.Key_G, with_=CTRL)
    assert keys.focus() is form.picker.field
    keys.type("ha thi xu")
    qtbot.waitUntil(lambda: len(found(keys.window)) == 2)
    keys.press(DOWN, ENTER)
    qtbot.waitUntil(lambda: keys.focus() is form.people.rows()[0])
    keys.press(Qt.Key.Key_1)
    return form


def account_alone(keys):
    keys.press(ENTER)
    keys.type("mo tai khoan")
    keys.type("1")


def test_a_session_for_two_households_is_typed_and_saved_as_one(opened, qtbot, book):
    keys = Keyboard(opened())
    form = xuan_and_another(keys, qtbot)
    assert "HN-0087" in form.companions.words()
    account_alone(keys)
    keys.press(ENTER, with_=CTRL)
    ((first, second),) = book.sessions
    assert book.visits == []
    assert (first.household_id, first.supports[0].person_ids) == (XUAN, (PEOPLE[0],))
    assert second.household_id != XUAN
    assert len(second.supports[0].person_ids) == 1
    assert {entry.supports[0].result for entry in (first, second)} == {Result.ALONE}
    assert form.companions.words() == ""


def test_the_last_household_may_be_taken_along_too_before_saving(opened, qtbot, book):
    keys = Keyboard(opened())
    form = xuan_and_another(keys, qtbot)
    keys.press(Qt.Key.Key_G, with_=CTRL)
    form.services.field.setFocus()
    keys.type("mo tai khoan")
    keys.type("1")
    keys.press(ENTER, with_=CTRL)
    (session,) = book.sessions
    assert len(session) == 2


def test_nobody_ticked_takes_nobody_along(opened, qtbot, book):
    keys = Keyboard(opened())
    choose_xuan(keys, qtbot)
    keys.press(Qt.Key.Key_G, with_=CTRL)
    assert keys.window.form.session.guests == ()
    assert keys.window.form.session.household is not None


def test_a_household_that_is_chosen_again_is_changed_and_not_counted_twice(opened, qtbot):
    keys = Keyboard(opened())
    form = xuan_and_another(keys, qtbot)
    keys.press(Qt.Key.Key_G, with_=CTRL)
    assert len(form.session.guests) == 2
    choose_xuan(keys, qtbot)
    assert len(form.session.guests) == 1
    assert [person.person_id for person in form.session.helped] == [PEOPLE[0]]


def test_the_draft_of_a_session_comes_back_whole(opened, qtbot, book):
    keys = Keyboard(opened())
    form = xuan_and_another(keys, qtbot)
    account_alone(keys)
    keys.window.keep_draft()
    before = form.session.content()
    assert len(before["guests"]) == 1
    book.draft = Draft("visit", NOW, before)
    again = opened()
    assert again.form.session.content() == before
    Keyboard(again).press(ENTER, with_=CTRL)
    assert len(book.sessions) == 1


def test_one_key_repeats_the_last_visit_for_the_next_person(opened, qtbot, book):
    book.last = VisitEntry(
        XUAN,
        NOW.date(),
        (
            SupportEntry("PY03", (PEOPLE[0],), Result.ALONE),
            SupportEntry("SE01", (PEOPLE[0],), Result.TOGETHER),
        ),
        minutes=25,
        note="of Xuân alone",
    )
    keys = Keyboard(opened())
    keys.type("ha thi xu")
    qtbot.waitUntil(lambda: len(found(keys.window)) == 2)
    keys.press(DOWN, ENTER)
    qtbot.waitUntil(lambda: keys.focus() is keys.window.form.people.rows()[0])
    keys.press(Qt.Key.Key_1)
    keys.press(Qt.Key.Key_R, with_=CTRL)
    keys.press(ENTER, with_=CTRL)
    (saved,) = book.visits
    assert saved.household_id != XUAN
    assert [(one.service, one.result) for one in saved.supports] == [
        ("PY03", Result.ALONE),
        ("SE01", Result.TOGETHER),
    ]
    assert (saved.minutes, saved.note) == (25, "")
    assert {person for one in saved.supports for person in one.person_ids}.isdisjoint(PEOPLE)


def test_nothing_to_repeat_is_said(opened, qtbot, book):
    screen = opened()
    Keyboard(screen).press(Qt.Key.Key_R, with_=CTRL)
    assert screen._trouble.isVisible()


def test_a_correction_is_of_one_household(qtbot, book):
    screen = open_log(qtbot, book)
    assert not screen.form.companions.isVisible()
    screen.form.take_along()
    assert screen.form.session.guests == ()


def test_each_of_several_people_is_given_a_result_of_their_own_by_keys(opened, qtbot, book):
    keys = Keyboard(opened())
    form = xuan_and_another(keys, qtbot)
    account_alone(keys)
    form.supports.row("PY01")[0].setFocus()
    keys.type("+")
    first, second = form.supports.codes()
    assert keys.focus() is form.supports.row(first)[1]
    keys.press(DOWN)
    assert keys.focus() is form.supports.row(second)[1]
    keys.type("2")
    keys.press(ENTER, with_=CTRL)
    ((mine, theirs),) = book.sessions
    assert [entry.supports[0].result for entry in (mine, theirs)] == [Result.ALONE, Result.TOGETHER]


def test_one_result_for_all_again_by_the_same_key(opened, qtbot, book):
    keys = Keyboard(opened())
    form = xuan_and_another(keys, qtbot)
    account_alone(keys)
    form.supports.row("PY01")[0].setFocus()
    keys.type("+")
    form.supports.row(form.supports.codes()[1])[0].setFocus()
    keys.type("+")
    assert form.supports.codes() == ["PY01"]
    assert keys.focus() is form.supports.row("PY01")[0]


def test_rows_that_come_apart_stand_where_their_service_stood(opened, qtbot, book):
    keys = Keyboard(opened())
    form = xuan_and_another(keys, qtbot)
    account_alone(keys)
    form.services.field.setFocus()
    keys.type("lua dao")
    keys.type("1")
    form.supports.row("PY01")[0].setFocus()
    keys.type("+")
    codes = form.supports.codes()
    assert [code.partition("/")[0] for code in codes] == ["PY01", "PY01", "SE01"]

    def tops():
        return [form.supports.row(code)[1].mapTo(form, form.rect().topLeft()).y() for code in codes]

    qtbot.waitUntil(lambda: tops() == sorted(set(tops())))
