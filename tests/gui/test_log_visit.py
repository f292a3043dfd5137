"""A visit is logged without a mouse, in few keys; what is missing is said where it is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial

import pytest
from PySide6.QtCore import Qt

from tests.gui.keyboard import CTRL, CTRL_SHIFT, DOWN, ENTER, ESCAPE, TAB, UP, Keyboard, Later
from tests.gui.logbook import (
    PEOPLE,
    XUAN,
    Notebook,
    choose_xuan,
    found,
    open_log,
    shown_words,
    top_left,
    with_two_services,
)
from tongcds.domain.views import Result, SupportEntry, VisitEntry
from tongcds.settings import ASK_DISTANCE, ASK_MINUTES, Settings
from ui.forms.visit_parts import Effort, asked_effort
from ui.preview import village
from ui.preview.screens import settle


@pytest.fixture
def notebook():
    return Notebook()


@pytest.fixture
def open_screen(qtbot, notebook):
    return partial(open_log, qtbot, notebook)


@pytest.fixture
def screen(open_screen):
    return open_screen()


@pytest.fixture
def keys(screen, qtbot):
    return Keyboard(screen)


def test_a_typical_visit_takes_few_keys_and_no_mouse(screen, keys, qtbot, notebook, record_property):
    keys.type("ha thi xu")
    keys.press(ENTER)
    qtbot.waitUntil(lambda: keys.focus() is not screen.form.picker.field)
    keys.type("13")
    keys.press(ENTER)
    keys.type("mo tai")
    keys.type("1")
    keys.type("lua dao")
    keys.type("2")
    with qtbot.waitSignal(screen.saved) as saved:
        keys.press(ENTER, with_=CTRL)
    assert notebook.visits == [
        VisitEntry(
            XUAN,
            date(2026, 11, 23),
            (
                SupportEntry("PY01", (PEOPLE[0], PEOPLE[2]), Result.ALONE),
                SupportEntry("SE01", (PEOPLE[0], PEOPLE[2]), Result.TOGETHER),
            ),
        )
    ]
    assert saved.args[0].answer == "visit 1"
    assert not saved.args[0].again
    assert "Hà Thị Xuân" in saved.args[0].words
    assert notebook.draft is None
    record_property("strokes", keys.strokes)
    # At two keys a second, which is slow, this stays under 20 seconds.
    assert keys.strokes <= 32


def test_every_field_can_be_reached_in_reading_order_with_tab(screen, keys, qtbot, notebook):
    choose_xuan(keys, qtbot)
    form = screen.form
    keys.press(Qt.Key.Key_Space)
    keys.press(TAB)
    assert keys.focus() is form.day
    keys.press(Qt.Key.Key_A, with_=CTRL)
    keys.type("hom qua")
    keys.press(ENTER)
    assert form.day.text() == "22/11/2026"
    assert keys.focus() is form.minutes
    keys.type("25")
    keys.press(ENTER)
    keys.type("+7")
    keys.press(TAB)
    assert form.follow_up.text() == "29/11/2026"
    assert keys.focus() is form.services.field
    keys.press(DOWN, DOWN, Qt.Key.Key_Space)
    keys.press(TAB)
    people, result = form.supports.row("PY02")
    assert keys.focus() is people
    keys.press(TAB)
    assert keys.focus() is result
    keys.type("3")
    keys.press(TAB)
    assert keys.focus() is form.note
    keys.type("Hen mang giay to")
    keys.press(ENTER, with_=CTRL)
    assert notebook.visits == [
        VisitEntry(
            XUAN,
            date(2026, 11, 22),
            (SupportEntry("PY02", (PEOPLE[0],), Result.COME_BACK),),
            minutes=25,
            note="Hen mang giay to",
            follow_up_on=date(2026, 11, 29),
        )
    ]


def test_keys_typed_ahead_of_a_slow_disk_arrive_where_they_belong(open_screen, qtbot, notebook):
    reads = Later()
    screen = open_screen(reads=reads)
    reads.catch_up()
    keys = Keyboard(screen)
    keys.type("ha thi xu")
    keys.press(ENTER)
    keys.type("13")
    keys.press(ENTER)
    keys.type("mo tai1")
    reads.catch_up()
    qtbot.waitUntil(lambda: not reads.waiting and screen.form.session.household is not None)
    reads.catch_up()
    keys.press(ENTER, with_=CTRL)
    assert [entry.supports for entry in notebook.visits] == [
        (SupportEntry("PY01", (PEOPLE[0], PEOPLE[2]), Result.ALONE),)
    ]


def test_an_answer_to_an_older_search_is_passed_over(open_screen, qtbot):
    reads = Later()
    screen = open_screen(reads=reads)
    reads.catch_up()
    keys = Keyboard(screen)
    keys.type("lo thi")
    qtbot.waitUntil(lambda: len(reads.waiting) == 1)
    keys.type(" pang")
    reads.catch_up()
    assert found(screen) == []
    qtbot.waitUntil(lambda: len(reads.waiting) == 1)
    reads.catch_up()
    assert found(screen) == ["Lò Thị Pâng"]


def test_arrows_show_the_people_of_the_highlighted_household(screen, keys, qtbot):
    keys.type("ha thi xu")
    qtbot.waitUntil(lambda: len(found(screen)) == 2)
    assert next(row.text() for row in screen.form.people.rows()) == "Hà Thị Xuân"
    keys.press(DOWN)
    assert next(row.text() for row in screen.form.people.rows()) == "Hà Thị Xuyến"
    keys.press(UP, UP, TAB)
    assert screen.form.session.household.code == "HN-0112"
    assert found(screen) == ["Hà Thị Xuyến"]


def test_a_search_without_a_hit_says_so_and_keeps_the_focus(screen, keys, qtbot):
    keys.type("xyz")
    keys.press(ENTER)
    qtbot.waitUntil(lambda: "xyz" in " ".join(shown_words(screen)))
    assert keys.focus() is screen.form.picker.field
    assert found(screen) == []


def test_a_search_begun_over_a_chosen_household_is_taken_back_with_escape(screen, keys, qtbot):
    choose_xuan(keys, qtbot)
    keys.type("1")
    screen.form.picker.field.setFocus()
    keys.press(Qt.Key.Key_A, with_=CTRL)
    keys.type("luong")
    qtbot.waitUntil(lambda: found(screen)[:1] == ["Lường Văn Pản"])
    assert screen.form.session.household.code == "HN-0087"
    keys.press(ESCAPE)
    assert found(screen) == ["Hà Thị Xuân"]
    assert len(screen.form.session.helped) == 1


def test_people_are_moved_through_with_arrows(screen, keys, qtbot):
    choose_xuan(keys, qtbot)
    keys.press(DOWN, Qt.Key.Key_Space, UP, UP, Qt.Key.Key_Space)
    assert [person.full_name for person in screen.form.session.helped] == ["Lò Văn Ún", "Lò Văn Tú"]
    keys.type("2")
    assert [person.full_name for person in screen.form.session.helped] == ["Lò Văn Tú"]


def test_one_of_those_helped_can_be_left_out_of_one_service(screen, keys, qtbot):
    form = with_two_services(keys, qtbot)
    keys.press(TAB)
    people, _result = form.supports.row("PY01")
    assert keys.focus() is people
    keys.type("3")
    assert people.text() == "Xuân"
    assert form.supports.row("SE01")[0].text() == "Xuân, Mai"
    keys.type("2")
    assert people.text() == "Xuân"


def test_the_menu_of_a_service_offers_those_who_were_helped(screen, keys, qtbot):
    form = with_two_services(keys, qtbot)
    people, _result = form.supports.row("SE01")
    menu = people.menu()
    assert [(action.text(), action.isChecked()) for action in menu.actions()] == [
        ("Hà Thị Xuân", True),
        ("Lò Thị Mai", True),
        ("", False),
        ("Kết quả riêng từng người\t+", False),
    ]
    menu.actions()[0].trigger()
    assert people.text() == "Mai"
    menu.close()


def test_rows_of_chosen_services_are_moved_through_and_taken_out(screen, keys, qtbot):
    form = with_two_services(keys, qtbot)
    keys.press(TAB, TAB, DOWN)
    assert keys.focus() is form.supports.row("SE01")[1]
    keys.type("4")
    assert form.session.chosen()[1].result is Result.DECLINED
    keys.press(Qt.Key.Key_Delete)
    assert form.supports.codes() == ["PY01"]
    assert keys.focus() is form.supports.row("PY01")[1]
    assert [row.text() for row in form.services.rows() if row.isChecked()] == ["Mở tài khoản thanh toán"]


def test_a_digit_that_still_finds_something_is_text(screen, keys, qtbot):
    choose_xuan(keys, qtbot)
    keys.press(ENTER)
    keys.type("2g")
    assert next(row.service.code for row in screen.form.services.rows()) == "IN01"
    assert screen.form.session.chosen() == ()
    keys.press(Qt.Key.Key_A, with_=CTRL)
    keys.type("vneid muc 21")
    assert [(one.service.code, one.result) for one in screen.form.session.chosen()] == [
        ("ID01", Result.ALONE)
    ]


def test_the_two_columns_of_services_are_moved_through_with_arrows(screen, keys, qtbot):
    choose_xuan(keys, qtbot)
    keys.press(ENTER, DOWN, Qt.Key.Key_Right, Qt.Key.Key_Space)
    assert [one.service.code for one in screen.form.session.chosen()] == ["IN01"]
    keys.press(UP, ENTER)
    assert {one.service.code for one in screen.form.session.chosen()} == {"IN01", "PS04"}


def test_enter_without_a_service_to_tick_goes_to_the_first_that_has_no_result(screen, keys, qtbot):
    choose_xuan(keys, qtbot)
    keys.type("1")
    keys.press(ENTER)
    keys.type("mo tai")
    keys.press(ENTER, ENTER)
    assert keys.focus() is screen.form.supports.row("PY01")[1]
    keys.type("2")
    keys.press(Qt.Key.Key_Tab, with_=Qt.KeyboardModifier.ShiftModifier)
    keys.press(Qt.Key.Key_Tab, with_=Qt.KeyboardModifier.ShiftModifier)
    keys.press(ENTER)
    assert keys.focus() is screen.form.note


def test_what_is_missing_is_said_at_its_place_and_gets_the_focus(screen, keys, qtbot, notebook):
    keys.press(ENTER, with_=CTRL)
    assert keys.focus() is screen.form.picker.field
    assert "Hãy chọn hộ trước: gõ tên rồi bấm Enter." in shown_words(screen)
    assert "Hãy chọn ít nhất một việc đã hỗ trợ." in shown_words(screen)
    choose_xuan(keys, qtbot)
    keys.press(ENTER)
    keys.type("mo tai")
    keys.press(ENTER)
    keys.press(ENTER, with_=CTRL)
    assert keys.focus() is screen.form.people.rows()[0]
    keys.type("1")
    keys.press(ENTER, with_=CTRL)
    assert keys.focus() is screen.form.supports.row("PY01")[1]
    keys.type("1")
    keys.press(ENTER, with_=CTRL)
    assert len(notebook.visits) == 1


def test_a_search_that_is_not_finished_is_not_saved_for_the_household_before(screen, keys, qtbot, notebook):
    with_two_services(keys, qtbot)
    screen.form.picker.field.setFocus()
    keys.press(Qt.Key.Key_A, with_=CTRL)
    keys.type("zzz")
    keys.press(ENTER, with_=CTRL)
    assert notebook.visits == []
    assert keys.focus() is screen.form.picker.field


def test_a_wrong_text_is_said_when_its_field_is_left(screen, keys, qtbot, notebook):
    with_two_services(keys, qtbot)
    screen.form.minutes.setFocus()
    keys.type("lau")
    keys.press(ENTER)
    assert any(words.startswith("Hãy ghi số phút") for words in shown_words(screen))
    keys.press(ENTER, with_=CTRL)
    assert keys.focus() is screen.form.minutes
    assert notebook.visits == []


def test_save_and_next_leaves_an_empty_form_ready_to_type(screen, keys, qtbot, notebook):
    with_two_services(keys, qtbot)
    with qtbot.waitSignal(screen.saved) as saved:
        keys.press(ENTER, with_=CTRL_SHIFT)
    assert saved.args[0].again
    assert len(notebook.visits) == 1
    assert keys.focus() is screen.form.picker.field
    assert screen.form.session.is_untouched
    keys.type("luong")
    qtbot.waitUntil(lambda: found(screen)[:1] == ["Lường Văn Pản"])


def test_a_form_opened_for_a_household_waits_for_its_people(screen, keys):
    screen.start(XUAN)
    assert keys.focus() is screen.form.people.rows()[0]
    assert found(screen) == ["Hà Thị Xuân"]


def test_the_form_stands_in_one_column_where_there_is_no_room(screen, qtbot):
    form = screen.form
    assert top_left(form, form.note).x() > top_left(form, form.day).x() + form.day.width()
    screen.resize(700, 700)
    qtbot.waitUntil(lambda: top_left(form, form.note).x() < form.width() / 4)
    assert top_left(form, form.day).y() < top_left(form, form.note).y()


def test_at_125_percent_the_cards_still_stand_beside_each_other(screen, keys, qtbot):
    form = with_two_services(keys, qtbot)
    _people, result = form.supports.row("PY01")
    assert top_left(form, result).x() > top_left(form, form.supports).x() + 100
    screen.resize(880, 560)
    qtbot.waitUntil(lambda: top_left(form, result).x() < top_left(form, form.supports).x() + 20)
    assert top_left(form, form.note).x() > top_left(form, form.day).x() + form.day.width()
    assert form.services.rows()[0].note() == ""
    screen.resize(1154, 712)
    qtbot.waitUntil(lambda: top_left(form, result).x() > top_left(form, form.supports).x() + 100)
    assert form.services.rows()[0].note() == "PY01"


def test_a_household_of_one_needs_no_tick(open_screen, qtbot, notebook):
    alone = village.household(XUAN)
    alone = replace(alone, people=alone.people[:1])
    screen = open_screen()
    screen.form._household = lambda _id: alone
    keys = Keyboard(screen)
    choose_xuan(keys, qtbot)
    assert screen.form.session.has_helped(PEOPLE[0])
    screen.hide()


def test_what_is_typed_before_the_log_is_ready_stays(qtbot, notebook):
    later = Later()
    screen = open_log(qtbot, notebook, reads=later)
    Keyboard(screen).type("xuan")
    later.catch_up()
    settle()
    assert screen.form.picker.field.text() == "xuan"


@pytest.mark.parametrize(
    ("minutes", "distance"), [(True, False), (False, True), (True, True), (False, False)]
)
def test_time_and_distance_are_asked_where_the_settings_say_so(keep, profile, minutes, distance):
    settings = Settings(profile)
    settings.set(ASK_MINUTES, minutes)
    settings.set(ASK_DISTANCE, distance)
    effort = keep(asked_effort(settings))
    shown = [effort.minutes.isVisibleTo(effort), effort.distance.isVisibleTo(effort)]
    assert shown == [minutes, distance]


def test_a_distance_is_typed_in_the_form_and_saved(qtbot, notebook):
    keys = Keyboard(open_log(qtbot, notebook, effort=Effort(minutes=False, distance=True)))
    form = with_two_services(keys, qtbot)
    form.effort.distance.setFocus()
    keys.type("2,5")
    keys.press(ENTER, with_=CTRL)
    assert [entry.metres for entry in notebook.visits] == [2_500]
