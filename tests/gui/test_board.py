"""Tổng hợp in full from the keyboard, and its charts for those who see them and those who hear them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from tests.gui.places import button, press
from tongcds.domain.periods import PeriodKind, month_of, quarter_of
from tongcds.domain.views import BehindRow, BehindView
from tongcds.errors import UnavailableError
from ui.changes import ChangeBus
from ui.forms.behind_dialog import BehindDialog
from ui.forms.board_charts import chart_of
from ui.forms.board_parts import Asked
from ui.preview import board as invented
from ui.preview import samples
from ui.preview.screens import settle
from ui.screens.board import BoardScreen
from ui.tasks import InlineExecutor, Tasks
from ui.theme import Length
from ui.widgets import chart as chart_module
from ui.widgets.chart import Chart, ChartData, ChartKind, ChartPoint, ChartSeries
from ui.widgets.rows import RowsView

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def asked():
    return []


@pytest.fixture
def screen(keep, qtbot, asked):
    def load(wanted):
        asked.append(wanted)
        return invented.view(wanted)

    made = BoardScreen(invented.bar(), load, invented.close, Tasks(InlineExecutor()), ChangeBus())
    keep(made)
    made.resize(1154, 712)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    settle()
    return made


def names(screen):
    return [row.name for row in screen.units.table.rows_model.rows()]


def choose(choice, value):
    choice.setCurrentIndex(choice.findData(value))
    choice.activated.emit(choice.currentIndex())
    settle()


def test_it_begins_with_this_month_and_the_own_unit(screen, asked):
    assert (asked[0].period, asked[0].unit_id) == (month_of(samples.TODAY), None)
    assert screen.figure.value.text() == "68.8%"
    assert "1,231/1,790" in screen.figure.detail.text()


def test_only_what_is_still_asked_for_is_counted(screen, asked, monkeypatch):
    waiting = []
    monkeypatch.setattr(screen._tasks, "run", lambda work, done, **_how: waiting.append((work, done)))
    before = len(asked)
    for _step in range(3):
        QTest.keyClick(screen, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    for work, done in waiting:
        done(work())
    assert len(waiting) == 6
    assert [wanted.period.name for wanted in asked[before:]] == ["Month 8/2026"]
    assert screen._view.period == "Month 8/2026"


def test_alt_and_the_arrows_go_through_the_periods_but_not_into_the_future(screen, asked):
    QTest.keyClick(screen, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert asked[-1].period == month_of(samples.TODAY.replace(month=10))
    for _time in range(3):
        QTest.keyClick(screen, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert asked[-1].period == month_of(samples.TODAY)
    assert not screen.bar.later.isEnabled()


def test_the_kind_of_period_is_chosen_and_other_days_are_typed(screen, asked):
    choose(screen.bar.kind, PeriodKind.QUARTER.value)
    assert asked[-1].period == quarter_of(samples.TODAY)
    choose(screen.bar.kind, PeriodKind.CUSTOM.value)
    screen.bar.first.setText("3/10/2026")
    screen.bar.first.editingFinished.emit()
    assert asked[-1].period.first.isoformat() == "2026-10-03"
    assert screen.bar.first.isVisible()


def test_days_the_wrong_way_round_ask_for_nothing(screen, asked):
    choose(screen.bar.kind, PeriodKind.CUSTOM.value)
    before = len(asked)
    screen.bar.first.setText("22/11/2026")
    screen.bar.last.setText("1/11/2026")
    screen.bar.last.editingFinished.emit()
    assert len(asked) == before


def test_two_periods_are_compared_and_the_change_is_said(screen, asked):
    choose(screen.bar.compare, "before")
    assert asked[-1].against == month_of(samples.TODAY.replace(month=10))
    assert "+2.3 pts" in screen.figure.detail.text()
    assert "Up or down" in [column.heading for column in screen.units.table.rows_model.columns]


def test_a_ranking_puts_what_is_not_known_last_and_gives_it_no_place(screen):
    choose(screen.units.order, "best")
    assert names(screen)[0] == "Tiểu khu 8"
    assert names(screen)[-2:] == ["Bản Nong Ten", "Bản Mé"]
    model = screen.units.table.rows_model
    assert model.cell(0, 0).words == "1. Tiểu khu 8"
    assert model.cell(5, 0).words == "Bản Mé"
    choose(screen.units.order, "worst")
    assert names(screen)[0] == "Bản Xum"


def test_unknown_and_hidden_are_said_and_are_not_0(screen):
    model = screen.units.table.rows_model
    assert model.cell(3, 1).words == "No data yet"
    assert model.cell(5, 1).words == "under 5"


def test_the_chosen_row_says_why_it_has_no_figure_or_what_proves_it(screen):
    screen.units.table.setFocus()
    screen.units.table.choose(5)
    assert "Hidden: it would tell of fewer than five people" in screen.units.row_told.text()
    QTest.keyClick(screen.units.table, Qt.Key.Key_Up)
    assert "7F3A-19C2" in screen.units.row_told.text()
    assert "version 1" in screen.units.row_told.text()


def test_enter_goes_down_and_backspace_up(screen, asked, monkeypatch):
    screen.units.table.setFocus()
    screen.units.table.choose(1)
    press(screen.units.table, Qt.Key.Key_Return)
    unit = asked[-1].unit_id
    assert unit is not None
    below = replace(
        invented.view(asked[-1]), path=((b"c", "Xã Chiềng Mung"), (unit, "Bản Nà Hạ")), rows=(), row_kind=""
    )
    screen.show_view(below)
    assert screen.up.isVisible()
    assert screen.units.table is None
    QTest.keyClick(screen, Qt.Key.Key_Backspace)
    assert asked[-1].unit_id == b"c"


def test_tab_reads_the_units_before_the_figure(screen):
    screen.units.eras.setFocus()
    QTest.keyClick(screen.units.eras, Qt.Key.Key_Tab)
    assert screen.focusWidget() is screen.units.table
    QTest.keyClick(screen.units.table, Qt.Key.Key_Tab)
    assert screen.focusWidget() is screen.units.compare
    QTest.keyClick(screen.units.compare, Qt.Key.Key_Tab)
    assert screen.figure.isAncestorOf(screen.focusWidget())


def test_going_down_and_up_leaves_the_keyboard_in_the_units(screen, asked):
    whole = invented.view(asked[0])
    gone_down_from = whole.rows[2].unit_id
    screen.units.table.setFocus()
    screen.units.table.choose(2)
    below = replace(whole, unit_id=gone_down_from, path=(*whole.path, (gone_down_from, "Bản Xum")))
    screen.show_view(below)
    assert screen.focusWidget() is screen.units.table
    assert screen.units.table.current_row() == below.rows[0]
    screen.show_view(whole)
    assert screen.units.table.current_row().unit_id == gone_down_from
    screen.show_view(replace(below, rows=(), row_kind=""))
    assert screen.focusWidget() is screen.bar.indicator


def test_news_of_others_leave_the_chosen_unit_chosen(screen, asked):
    screen.units.table.setFocus()
    screen.units.table.choose(4)
    screen.reload()
    settle()
    assert screen.focusWidget() is screen.units.table
    assert screen.units.table.current_row().name == "Tiểu khu 8"


def test_the_whole_row_that_is_left_is_drawn_anew_and_keeps_no_ring(screen, monkeypatch):
    areas, drawn = [], RowsView.paintEvent

    def noted(view, event):
        areas.append(event.region())
        drawn(view, event)

    monkeypatch.setattr(RowsView, "paintEvent", noted)
    screen.reload()
    table = screen.units.table
    table.setFocus()
    settle()
    areas.clear()
    QTest.keyClick(table, Qt.Key.Key_Down)
    settle()
    assert table.current_row() == table.rows_model.row(1)
    left = [table.visualRect(table.rows_model.index(0, at)).center() for at in range(3)]
    assert all(any(area.contains(place) for area in areas) for place in left)


def test_the_proof_is_shown_on_demand(screen):
    assert not screen.figure.how.isVisible()
    press(button(screen, "How it is counted"))
    assert "7F3A-19C2" in screen.figure.how.text()
    assert "version 1" in screen.figure.how.text()


@pytest.mark.parametrize(("key", "words"), [(1, "Months"), (2, "Units"), (3, "Small charts"), (4, "Groups")])
def test_every_chart_says_its_figures_as_text(screen, key, words):
    screen.drawn.kinds.setFocus()
    QTest.keyClick(screen.drawn.kinds, Qt.Key.Key_0 + key)
    settle()
    chart = screen.drawn.chart
    told = chart.accessibleDescription()
    assert chart.data().series
    assert {"Months": "68.8%", "Units": "Bản Nà Ngà: 63.8%", "Small charts": "Bản Xum", "Groups": "640/905"}[
        words
    ] in told
    assert not chart.picture().isNull()


def test_the_arrows_read_figure_by_figure(screen):
    screen.drawn.chart.setFocus()
    told = []
    screen.drawn.chart.told.connect(told.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        QTest.keyClick(screen.drawn.chart, key)
    assert told == ["12/2025: 39.1%", "01/2026: 42.0%", "12/2025: 39.1%"] or len(told) == 3
    assert screen.drawn.chart.accessibleDescription() == told[-1]


def test_the_records_behind_it_are_asked_for_only_where_they_are_held(screen):
    with_records = []
    screen.listed.connect(with_records.append)
    QTest.keyClick(screen, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    assert [wanted.code for wanted in with_records] == ["XHS09"]
    screen.show_view(replace(invented.view(with_records[0]), holds_records=False))
    QTest.keyClick(screen, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    assert len(with_records) == 1
    assert not screen.records.isVisible()


def test_enter_opens_the_household_of_a_record_and_leaves_the_list(keep, qtbot):
    rows = (BehindRow(b"r", "Quan sát: Lò Thị Mai", b"home"), BehindRow(b"t", "Tổ", None))
    dialog = BehindDialog(BehindView("Tài khoản", "Bản Nà Ngà", "11/2026", "7F3A-19C2", 3, rows))
    keep(dialog)
    dialog.show()
    qtbot.waitUntil(dialog.isActiveWindow)
    assert "the first 2 are shown" in dialog.told.text()
    opened = []
    dialog.opened.connect(opened.append)
    dialog.rows.choose(1)
    press(dialog.rows, Qt.Key.Key_Return)
    assert opened == []
    dialog.rows.choose(0)
    press(dialog.rows, Qt.Key.Key_Return)
    assert opened == [b"home"]
    assert not dialog.isVisible()


def ink(picture, left, top, right, bottom):
    """How many points there are not of the colour behind."""
    behind = picture.pixel(1, 1)
    return sum(picture.pixel(x, y) != behind for x in range(left, right, 2) for y in range(top, bottom, 2))


@pytest.mark.parametrize("kind", list(ChartKind))
def test_what_is_not_known_leaves_no_ink(keep, kind):
    def drawn(values):
        chart = keep(Chart())
        points = tuple(ChartPoint("", value, "" if value is None else " ") for value in values)
        chart.show_data(ChartData("", (ChartSeries("", points),)), kind)
        return ink(chart.picture(), 60, 60, 1860, 960)

    assert drawn((0.5, None, 0.5)) < drawn((0.5, 0.5, 0.5))


def test_more_bars_than_fit_are_gone_through_with_the_arrows(keep, qtbot):
    chart = keep(Chart())
    points = tuple(ChartPoint(f"Bản {at}", at / 300, f"{at}") for at in range(250))
    chart.show_data(ChartData("t", (ChartSeries("s", points),)), ChartKind.BARS)
    chart.resize(400, 200)
    chart.show()
    settle()
    before = chart.grab().toImage()
    chart.setFocus()
    told = []
    chart.told.connect(told.append)
    for _step in range(60):
        QTest.keyClick(chart, Qt.Key.Key_Right)
    assert told[-1] == "Bản 59: 59"
    assert chart.grab().toImage() != before


def test_the_words_of_the_highest_month_stand_above_it_as_those_of_any_other(keep, monkeypatch):
    def height_of(last):
        words = []
        monkeypatch.setattr(
            chart_module.paint, "text", lambda _p, area, told, *_m, **_h: words.append((area, told))
        )
        chart = keep(Chart())
        points = tuple(ChartPoint("", value, f"{value}") for value in (28, last))
        chart.show_data(ChartData("", (ChartSeries("s", points),)), ChartKind.LINE)
        chart.picture()
        return next(area.top() for area, told in words if told == f"{last}")

    highest, middle, low = map(height_of, (28, 21, 14))
    assert low - middle == pytest.approx(middle - highest)


@pytest.mark.parametrize("target", [0.15, 0.25, 0.9, 0.95, 1.0])
def test_the_line_of_the_target_runs_through_no_words(keep, monkeypatch, target):
    words, lines = [], []
    drawn = chart_module.paint.text

    def text(painter, area, told, *more, **how):
        words.append((area, told))
        drawn(painter, area, told, *more, **how)

    monkeypatch.setattr(chart_module.paint, "text", text)
    monkeypatch.setattr(chart_module, "_dashed", lambda _painter, begin, _end: lines.append(begin.x()))
    points = (ChartPoint("Bản Xum", 0.9, "90,0%"), ChartPoint("Bản Mé", 0.2, "20,0%"))
    chart = keep(Chart())
    chart.show_data(ChartData("", (ChartSeries("s", points),), target=target), ChartKind.BARS)
    chart.picture()
    (line,) = lines
    figures = [area for area, told in words if told.endswith("%")]
    assert len(figures) == 2
    assert not any(area.left() < line < area.right() for area in figures)
    assert all(area.right() <= Length.PICTURE[0] for area in figures)


def test_a_picture_says_which_months_and_which_target_it_shows(screen):
    screen.drawn.kinds.setFocus()
    feet = []
    for key in (1, 2, 3, 4):
        QTest.keyClick(screen.drawn.kinds, Qt.Key.Key_0 + key)
        settle()
        feet.append(screen.drawn.chart.data().foot)
    assert feet == [
        "Xã Chiềng Mung · 12/2025 to 11/2026 · XHS09",
        "Xã Chiềng Mung · Month 11/2026 · XHS09 · dashed: target 80%",
        "Xã Chiềng Mung · 12/2025 to 11/2026 · XHS09 · dashed: target 80%",
        "Xã Chiềng Mung · Month 11/2026 · XHS09",
    ]


def test_a_gap_is_no_point_at_0():
    points = (ChartPoint("a", None, "No data yet"), ChartPoint("b", 0.0, "0%"))
    data = ChartData("t", (ChartSeries("s", points),), target=0.5, target_words="target 50%")
    assert data.described() == "a: No data yet; b: 0%. target 50%"
    assert data.highest() == 0.5


def test_a_chart_whose_figures_are_being_counted_does_not_say_that_there_are_none():
    view = invented.view(Asked("XHS09", month_of(samples.TODAY)))
    data, _kind = chart_of(view, None, view.rows, ChartKind.LINE)
    assert (data.series, data.missing) == ((), "Being counted…")
    assert data.described().startswith("Being counted…")


def test_the_chart_is_copied_and_saved(screen, qtbot):
    said = []
    screen.said.connect(said.append)
    QTest.keyClick(screen, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert not QGuiApplication.clipboard().image().isNull()
    assert said
    with qtbot.waitSignal(screen.saved) as saved:
        QTest.keyClick(screen, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    picture, name = saved.args
    assert (picture.width(), name) == (1920, "XHS09 2026-11-30.png")


def test_an_empty_chart_says_so(keep):
    chart = keep(Chart())
    chart.show_data(ChartData("t", ()), ChartKind.LINE)
    chart.show()
    settle()
    assert not chart.picture().isNull()


def test_a_failure_is_said_and_can_be_tried_again(keep):
    answers = [UnavailableError("vault_damaged"), None]

    def load(wanted):
        problem = answers.pop(0)
        if problem is not None:
            raise problem
        return invented.view(wanted)

    made = BoardScreen(invented.bar(), load, partial(invented.close), Tasks(InlineExecutor()), ChangeBus())
    keep(made)
    made.show()
    settle()
    made.retried.emit()
    settle()
    assert made.figure.value.words() == "68.8%"
