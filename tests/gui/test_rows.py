"""Lists, tables and figures: keys, widths, words for every cell, and what no data looks like."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.gui.lists import ROWS, a_list, a_table
from tongcds.domain.views import Tone
from ui import theme
from ui.preview.screens import settle
from ui.widgets.cells import (
    TextCell,
)
from ui.widgets.meter import MeterBar, tone_of
from ui.widgets.rows import MOST_ROWS, Column, RowsModel, RowsView
from ui.widgets.surface import Card, SideBySide
from ui.widgets.tile import IndicatorTile, TileRow
from ui.widgets.trend import Point, SmallTrend


def key(widget, what, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(widget, what, modifier)


@pytest.mark.parametrize("made", [a_list, a_table])
def test_a_model_keeps_qts_rules(qtmodeltester, shown, made):
    model, view = made()
    shown(view, width=700, height=300)
    qtmodeltester.check(model)
    model.set_rows(ROWS[:1])
    qtmodeltester.check(model)


def test_a_query_that_brings_more_than_a_thousand_rows_is_refused():
    model = RowsModel([Column("", TextCell)])
    model.set_rows(["x"] * MOST_ROWS)
    with pytest.raises(ValueError, match="1001"):
        model.set_rows(["x"] * (MOST_ROWS + 1))


def test_arrows_choose_a_row_and_enter_opens_it(shown, qtbot):
    _model, view = a_list()
    shown(view, width=400, height=300)
    picked, opened = [], []
    view.picked.connect(picked.append)
    view.opened.connect(opened.append)
    view.choose(0)
    key(view, Qt.Key.Key_Down)
    key(view, Qt.Key.Key_Return)
    assert picked == ROWS[:2]
    assert opened == [ROWS[1]]
    assert view.current_row() == ROWS[1]


def test_what_was_chosen_stays_chosen_among_other_rows_or_else_its_place_does(shown):
    model = RowsModel([Column("", lambda row: TextCell(str(row)))])
    view = shown(RowsView(model, name="Số"), width=300, height=200)
    model.setParent(view)
    view.show_rows([10, 11, 12, 13])
    assert view.current_row() == 10
    view.choose(2)
    view.show_rows([22, 21, 23], lambda row: row % 10)
    assert view.current_row() == 22, "the same one, elsewhere"
    view.choose(1)
    view.show_rows([35, 36, 37], lambda row: row % 10)
    assert view.current_row() == 36, "it is gone: what stands in its place"
    view.choose(2)
    view.show_rows([36, 37])
    assert view.current_row() == 37, "the place alone, and the last where there is no such place"
    view.show_rows([])
    assert view.current_row() is None
    view.show_rows(range(MOST_ROWS + 1))
    assert model.rowCount() == MOST_ROWS


def test_a_table_that_is_only_read_opens_nothing(shown, qtbot):
    model = RowsModel([Column("", lambda row: TextCell(row[0]))])
    view = shown(RowsView(model, name="Lịch sử", pick=False), width=300, height=200)
    model.setParent(view)
    model.set_rows(ROWS)
    with qtbot.assertNotEmitted(view.opened):
        key(view, Qt.Key.Key_Return)


def test_every_cell_has_words_for_those_who_cannot_see_it():
    model, view = a_table()
    words = [model.index(0, at).data(Qt.ItemDataRole.AccessibleTextRole) for at in range(model.columnCount())]
    assert words == ["Lường Văn Pản. HN-0012", "26/26", "90,0%", "—", "12/03", "Đúng hạn"]
    view.deleteLater()


def test_columns_share_the_room_and_shrink_before_anything_scrolls(shown):
    _model, view = a_table()
    shown(view, width=900, height=300)
    settle()
    assert sum(view.columnWidth(at) for at in range(6)) <= view.viewport().width()
    wide = view.columnWidth(2)
    view.resize(640, 300)
    settle()
    assert view.columnWidth(2) < wide
    assert sum(view.columnWidth(at) for at in range(6)) <= view.viewport().width()


def test_rows_grow_with_the_text_size(shown, qapp):
    from ui import stylesheet

    _model, view = a_list()
    shown(view, width=400, height=300)
    before = view.rowHeight(0)
    stylesheet.dress(qapp, theme.load("light", text_percent=150))
    assert view.rowHeight(0) > before


def test_a_list_of_one_column_always_fits(shown):
    _model, view = a_list()
    shown(view, width=160, height=300)
    settle()
    assert view.columnWidth(0) == view.viewport().width()


@pytest.mark.parametrize(
    ("share", "target", "tone"),
    [
        (0.97, 0.9652, None),
        (0.90, 0.9652, None),
        (0.7, 0.8, Tone.WARN),
        (0.5, 0.8, Tone.BAD),
        (0.0, 0.8, Tone.BAD),
        (None, 0.8, Tone.QUIET),
        (0.3, None, None),
    ],
)
def test_a_share_is_coloured_by_how_far_it_is_from_its_target(share, target, tone):
    assert tone_of(share, target) is tone


def test_no_data_does_not_look_like_nought(shown):
    bar = shown(MeterBar(0.0, 0.8), width=200, height=16)
    nought = bar.grab().toImage()
    bar.show_share(None, 0.8)
    assert bar.grab().toImage() != nought


def test_tiles_fold_evenly_where_the_window_is_narrow(shown):
    row = TileRow()
    row.show_tiles([IndicatorTile(f"Chỉ tiêu {n}", "91,2%", share=0.9, target=0.8) for n in range(4)])
    shown(row, width=1100, height=400)
    assert len({tile.y() for tile in row.findChildren(IndicatorTile)}) == 1
    row.resize(700, 400)
    settle()
    assert sorted(tile.x() > 0 for tile in row.findChildren(IndicatorTile)) == [False, False, True, True]


def test_cards_stand_under_each_other_where_the_window_is_narrow(shown):
    pair = SideBySide()
    first, second = Card("một"), Card("hai")
    pair.add(first, 1)
    pair.add(second, 1)
    shown(pair, width=1000, height=400)
    assert first.y() == second.y()
    pair.resize(500, 400)
    settle()
    assert first.y() < second.y()


def test_a_trend_says_its_points_and_is_drawn_with_gaps(shown):
    trend = SmallTrend()
    trend.show_points(
        "TK thanh toán",
        [Point("09/2026", 0.5, "50,0%"), Point("10/2026", None, "—"), Point("11/2026", 0.7, "70,0%")],
        target=0.8,
        target_words="mục tiêu 80%",
    )
    shown(trend, width=300, height=200).grab()
    assert trend.accessibleName() == "TK thanh toán"
    assert "11/2026: 70,0%" in trend.accessibleDescription()
    trend.show_points("Trống", [])
    trend.grab()
