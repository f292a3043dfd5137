"""Hôm nay: what is due under its headings, what is suggested, and reading again when something changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.gui.keyboard import Later
from tests.gui.places import Source, button, press
from tongcds.domain.views import Tone
from tongcds.errors import UnavailableError
from ui.changes import ChangeBus
from ui.household_words import due_words
from ui.outline import outline
from ui.preview import samples, village
from ui.preview.screens import settle
from ui.screens.today import TodayScreen, spans
from ui.tasks import InlineExecutor, Tasks
from ui.widgets.messages import EmptyState
from ui.widgets.surface import ItemRow
from ui.widgets.tile import IndicatorTile

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def today(shown):
    def make(kind="typical"):
        source, bus = Source(samples.today_view(kind)), ChangeBus()
        screen = shown(TodayScreen(source, Tasks(InlineExecutor()), bus))
        screen.source, screen.bus = source, bus
        return screen

    return make


def test_today_opens_what_is_due_and_what_was_logged(today):
    screen, opened = today(), []
    screen.opened.connect(opened.append)
    view = samples.today_view()
    press(button(screen, f"Open {view.todo[1].title}"))
    logged = [row for row in screen.findChildren(ItemRow) if row.title.words() == view.recent[2].title]
    press(logged[0], Qt.Key.Key_Return)
    assert opened == [view.todo[1].household_id, view.recent[2].household_id]


def test_what_is_to_be_done_is_there_before_the_figures_are_counted(shown):
    known = samples.today_view()
    view = replace(known, tiles=(), counting=tuple(tile.label for tile in known.tiles))
    counting = Later()
    screen = TodayScreen(lambda: view, Tasks(counting), ChangeBus(), count=lambda: known.tiles)
    shown(screen)
    (first,) = counting.waiting
    first[0].set_result(first[1]())
    counting.waiting.remove(first)
    assert not counting.waiting, "whoever counts would keep the interpreter while the rows are drawn"
    settle()
    assert button(screen, f"Open {view.todo[0].title}")
    before = {tile.value.words() for tile in screen.findChildren(IndicatorTile)}
    assert before == {"…"}
    counting.catch_up()
    settle()
    after = {tile.value.words() for tile in screen.findChildren(IndicatorTile) if tile.isVisible()}
    assert "…" not in after
    assert len(after) == len(known.tiles)


def test_today_reads_again_when_something_changed_and_only_while_it_is_seen(today):
    screen = today()
    assert screen.source.asked == 1
    screen.bus.tell(["visit"])
    assert screen.source.asked == 2
    screen.hide()
    screen.bus.tell(["visit"])
    screen.bus.tell(["visit"])
    assert screen.source.asked == 2
    screen.show()
    assert screen.source.asked == 3


def test_today_keeps_the_focus_when_nothing_is_new(today, qtbot):
    screen = today()
    screen.activateWindow()
    qtbot.waitUntil(screen.isActiveWindow)
    here = button(screen, f"Open {samples.today_view().todo[0].title}")
    here.setFocus()
    screen.bus.tell(["exchange"])
    settle()
    assert QApplication.focusWidget() is here


def test_tasks_stand_under_their_headings_and_late_ones_hide_no_others(today):
    screen = today()
    view = samples.today_view()
    late = replace(view.todo[0], days_left=-3, due=view.on - timedelta(days=3))
    soon = replace(view.todo[0], days_left=20, due=view.on + timedelta(days=20))
    many = replace(
        view, todo=(late, *view.todo, soon), todo_overdue=12, todo_today=14, todo_week=15, todo_total=16
    )
    screen.show_view(many)
    settle()
    assert [(words, count, len(rows)) for words, count, rows in spans(many)] == [
        ("Overdue", 12, 2), ("Today", 2, 2), ("This week", 1, 1), ("Later", 1, 1),
    ]  # fmt: skip
    said = outline(screen)
    assert said.index("Overdue · 12") < said.index("and 10 more") < said.index("Today · 2")


@pytest.mark.parametrize("day", [date(2026, 11, 29), date(2026, 11, 23)])
def test_every_task_stands_under_one_heading_on_a_sunday_and_on_a_monday(day):
    rows = [
        replace(samples.today_view().todo[0], days_left=days, due=day + timedelta(days=days))
        for days in range(-9, 17)
    ]
    view = replace(samples.today_view(), on=day, todo=tuple(rows))
    assert [row for _words, _count, under in spans(view) for row in under] == rows


def test_a_task_is_put_off_done_or_called_off_from_the_keyboard(today):
    screen, row = today(), samples.today_view().todo[1]
    put_off, finished, called_off = [], [], []
    screen.put_off.connect(lambda *said: put_off.append(said))
    screen.finished.connect(finished.append)
    screen.called_off.connect(called_off.append)
    menu = button(screen, f"More for {row.title}")
    for steps in range(5):
        press(menu, Qt.Key.Key_Return)
        for _step in range(steps):
            press(menu.list, Qt.Key.Key_Down)
        press(menu.list, Qt.Key.Key_Return)
    assert put_off == [
        (row, samples.TODAY + timedelta(days=1)), (row, samples.TODAY + timedelta(days=7)), (row, None)
    ]  # fmt: skip
    assert (finished, called_off) == ([row], [row])


def test_a_suggestion_says_why_and_which_target_is_furthest(shown):
    screen = TodayScreen(
        samples.today_view, Tasks(InlineExecutor()), ChangeBus(), suggest=village.suggestions
    )
    shown(screen)
    details = {row.title.words(): row.detail.words() for row in screen.findChildren(ItemRow)}
    far, last = village.suggestions()
    assert "furthest target: 63,8% of 80,0%" in details[far.head_name]
    assert "visited 04/10/2025" in details[last.head_name]


def test_a_first_day_offers_the_first_step(today, qtbot):
    screen = today("empty")
    with qtbot.waitSignal(screen.import_requested):
        press(button(screen, "Import a register"))


def test_a_day_without_visits_offers_to_log_one(today, qtbot):
    screen = today()
    screen.show_view(replace(samples.today_view(), recent=(), week_supports=0))
    settle()
    with qtbot.waitSignal(screen.log_requested):
        press(button(screen, "Log the first visit"))


def test_what_could_not_be_read_can_be_tried_again(today):
    screen = today()
    screen.source.problem = UnavailableError("vault_damaged")
    screen.bus.tell(["visit"])
    settle()
    assert [empty.title.words() for empty in screen.findChildren(EmptyState) if empty.isVisible()] == [
        "This could not be shown"
    ]
    screen.source.problem = None
    press(button(screen, "Try again"))
    assert button(screen, "Log support")


@pytest.mark.parametrize(
    ("days", "words", "tone"),
    [
        (-2, "2 days overdue", Tone.BAD),
        (-1, "1 day overdue", Tone.BAD),
        (0, "Today", Tone.WARN),
        (1, "Tomorrow", Tone.QUIET),
        (5, "in 5 days", Tone.QUIET),
    ],
)
def test_a_promise_says_when_it_is_due(days, words, tone):
    assert due_words(days)[:2] == (words, tone)
