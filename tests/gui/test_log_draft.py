"""Nothing that was typed into the log is lost: drafts keep themselves, and what fails stays in the form."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from tests.gui.keyboard import CTRL, ENTER, ESCAPE, Keyboard, Later
from tests.gui.logbook import NOW, Notebook, choose_xuan, open_log, shown_words, with_two_services
from tongcds.domain.views import Draft
from tongcds.errors import UnavailableError, sentence
from ui.preview import village
from ui.tasks import Tasks


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


def test_the_draft_keeps_itself_and_comes_back_after_a_crash(open_screen, qtbot, notebook):
    keys = Keyboard(open_screen())
    form = with_two_services(keys, qtbot)
    form.note.setFocus()
    keys.type("Chi Xuan")
    qtbot.waitUntil(lambda: bool(notebook.kept) and notebook.kept[-1]["note"] == "Chi Xuan")
    again = open_screen()
    assert again.form.session.content() == form.session.content()
    assert again.form.note.toPlainText() == "Chi Xuan"
    assert any("Đã mở lại bản nháp lúc 10:52" in words for words in shown_words(again))
    Keyboard(again).press(ENTER, with_=CTRL)
    assert len(notebook.visits) == 1
    assert notebook.draft is None


def test_leaving_keeps_the_draft_at_once(screen, keys, qtbot, notebook):
    with_two_services(keys, qtbot)
    with qtbot.waitSignal(screen.left):
        keys.press(ESCAPE)
    assert len(notebook.draft.content["supports"]) == 2
    assert notebook.visits == []


def test_a_form_with_nothing_in_it_leaves_no_draft(screen, keys, qtbot, notebook):
    choose_xuan(keys, qtbot)
    keys.press(ESCAPE)
    assert notebook.kept == []


def test_an_emptied_form_can_be_brought_back(screen, keys, qtbot, notebook):
    form = with_two_services(keys, qtbot)
    before = form.session.content()
    screen.discard.click()
    assert form.session.is_untouched
    assert screen.discard.text() == "Lấy lại"
    screen.discard.click()
    assert form.session.content() == before
    screen.hide()


def test_a_visit_that_could_not_be_saved_stays_in_the_form(screen, keys, qtbot, notebook):
    with_two_services(keys, qtbot)
    notebook.problem = UnavailableError("disk_full")
    keys.press(ENTER, with_=CTRL)
    assert sentence(notebook.problem) in shown_words(screen)
    assert len(screen.form.session.chosen()) == 2
    notebook.problem = None
    keys.press(ENTER, with_=CTRL)
    assert len(notebook.visits) == 1


def test_pressing_save_twice_saves_once(qtbot, open_screen, notebook):
    screen = open_screen()
    keys = Keyboard(screen)
    with_two_services(keys, qtbot)
    writes = Later()
    screen._writes = Tasks(writes)
    keys.press(ENTER, with_=CTRL)
    keys.press(ENTER, with_=CTRL)
    writes.catch_up()
    assert len(notebook.visits) == 1
    screen.hide()
    writes.catch_up()


def test_a_draft_of_another_household_is_not_overwritten(open_screen, qtbot, notebook):
    keys = Keyboard(open_screen())
    with_two_services(keys, qtbot)
    keys.window.keep_draft()
    keys.window.start(village.identity("HN-0012"))
    assert keys.window.form.session.household.code == "HN-0087"
    assert len(keys.window.form.session.chosen()) == 2


def test_a_draft_whose_household_is_gone_keeps_the_rest(open_screen, notebook):
    notebook.draft = Draft("visit", NOW, {"household": "ff" * 16, "note": "x", "supports": []})
    screen = open_screen()
    assert screen.form.session.household is None
    assert screen.form.note.toPlainText() == "x"


def test_a_form_left_open_overnight_begins_with_the_new_day(open_screen, qtbot):
    moment = {"now": NOW}
    screen = open_screen()
    screen._clock = lambda: moment["now"]
    choose_xuan(Keyboard(screen), qtbot)
    screen.hide()
    moment["now"] = NOW + timedelta(days=1)
    screen.show()
    assert screen.form.day.text() == "24/11/2026"
    assert screen.form.session.household.code == "HN-0087"
