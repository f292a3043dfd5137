"""The parts of the window can be used by keyboard, say what they are, and never take data for markup."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget

from tongcds.domain.views import Result, Tone
from ui import theme
from ui.preview.screens import settle
from ui.widgets.button import Button, Kind, key_words
from ui.widgets.cells import (
    MarkCell,
    MeterCell,
    NumberCell,
    PillCell,
    RowCell,
    TextCell,
)
from ui.widgets.choices import CheckRow, ChoicePills, FilterChip, result_answers
from ui.widgets.field import (
    Choice,
    DayField,
    LabeledField,
    LineField,
    SearchField,
    TextArea,
    read_day,
)
from ui.widgets.messages import EmptyState, MessageBar, ProgressStrip
from ui.widgets.meter import MeterBar, tone_of
from ui.widgets.page import Page
from ui.widgets.paint import figures_width
from ui.widgets.pill import CountBadge, Pill
from ui.widgets.rows import MOST_ROWS, Column, RowsModel, RowsView
from ui.widgets.surface import Card, ItemRow, SideBySide, column
from ui.widgets.text import Icon, IconTile, Text
from ui.widgets.tile import IndicatorTile, TileRow
from ui.widgets.timeline import Moment, Timeline
from ui.widgets.trend import Point, SmallTrend

MARKUP = "<b>Lò</b> & <img src='x'>"
TODAY = date(2026, 11, 23)


def key(widget, what, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(widget, what, modifier)


# Text


def test_what_looks_like_markup_is_shown_as_it_was_typed(shown):
    label = shown(Text(MARKUP), width=600, height=40)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.words() == MARKUP


def test_a_text_without_room_is_shortened_and_whole_in_its_tool_tip(shown):
    label = shown(Text("Hộ có điện thoại thông minh"), width=80, height=30)
    assert label.text().endswith("…")
    assert label.toolTip() == label.words() == "Hộ có điện thoại thông minh"
    label.resize(400, 30)
    assert (label.text(), label.toolTip()) == (label.words(), "")


def test_digits_of_a_column_are_all_equally_wide():
    widths = {figures_width(digit * 4, theme.Style.BODY) for digit in "0123456789"}
    assert len(widths) == 1


# Buttons


def test_a_button_is_pressed_by_its_keys_and_keeps_them_when_its_words_change(shown, qtbot):
    button = shown(Button("Lưu", keys="Ctrl+Return"), width=200, height=60)
    button.set_words("Lưu & ghi tiếp")
    button.window().activateWindow()
    qtbot.waitUntil(button.window().isActiveWindow)
    with qtbot.waitSignal(button.clicked):
        key(button, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert button.accessibleName() == "Lưu & ghi tiếp"


@pytest.mark.parametrize(
    ("keys", "words"), [("Ctrl+N", "Ctrl N"), ("Ctrl+Return", "Ctrl ↵"), ("Escape", "Esc"), ("", "")]
)
def test_keys_are_written_as_on_the_keyboard(keys, words):
    assert key_words(keys) == words


# Whatever takes the focus


def focusable():
    return {
        "button": lambda: Button("Lưu"),
        "primary": lambda: Button("Lưu", kind=Kind.PRIMARY),
        "small": lambda: Button("Mở", kind=Kind.SMALL),
        "link": lambda: Button("hiện", kind=Kind.LINK),
        "check": lambda: CheckRow("Lò Văn Ún", "1975 · chồng"),
        "chip": lambda: FilterChip("Từ 60 tuổi · 71"),
        "pills": lambda: ChoicePills("Kết quả", result_answers()),
        "row": lambda: ItemRow("Hà Thị Xuân", "HN-0087", opens=True),
        "line": lambda: LineField("25"),
        "search": lambda: SearchField("Tìm hộ…"),
        "area": lambda: TextArea("ghi chú"),
        "choice": lambda: Choice([("Tổ", 1), ("Xã", 2)]),
        "day": lambda: DayField(TODAY),
        "list": lambda: a_list()[1],
    }


@pytest.mark.parametrize("name", focusable())
def test_the_focus_can_be_seen(shown, qtbot, name):
    box = QWidget()
    layout = column(box)
    other, widget = QLineEdit(), focusable()[name]()
    layout.addWidget(other)
    layout.addWidget(widget)
    shown(box, width=500, height=300)
    box.activateWindow()
    qtbot.waitUntil(box.isActiveWindow)
    other.setFocus()
    without = widget.grab().toImage()
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    assert widget.grab().toImage() != without


@pytest.mark.parametrize("percent", [90, 100, 150])
@pytest.mark.parametrize("name", set(focusable()) - {"list"})
def test_what_can_be_clicked_is_at_least_36_pixels_high(shown, qapp, name, percent):
    from ui import stylesheet

    stylesheet.dress(qapp, theme.load("light", text_percent=percent))
    box = QWidget()
    column(box).addWidget(focusable()[name]())
    shown(box, width=600, height=200)
    assert box.layout().itemAt(0).widget().height() >= 36


# Choosing


def test_a_check_row_is_one_large_target_and_says_its_note(shown, qtbot):
    row = shown(CheckRow("Lò Văn Ún", "1975 · chồng"), width=400, height=36)
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton, pos=QPoint(390, 18))
    assert row.isChecked()
    assert row.accessibleName() == "Lò Văn Ún, 1975 · chồng"
    key(row, Qt.Key.Key_Space)
    assert not row.isChecked()


def test_answers_are_chosen_by_numbers_arrows_and_mouse(shown, qtbot):
    pills, told = ChoicePills("Kết quả của Thanh toán QR", result_answers()), []
    pills.changed.connect(told.append)
    shown(pills, width=500, height=40)
    assert pills.value() is None
    key(pills, Qt.Key.Key_2)
    key(pills, Qt.Key.Key_Right)
    key(pills, Qt.Key.Key_Right)
    key(pills, Qt.Key.Key_Right)
    key(pills, Qt.Key.Key_Left)
    key(pills, Qt.Key.Key_4)
    key(pills, Qt.Key.Key_9)
    qtbot.mouseClick(pills, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert told == [
        Result.TOGETHER,
        Result.COME_BACK,
        Result.DECLINED,
        Result.ALONE,
        Result.DECLINED,
        Result.ALONE,
    ]
    assert pills.accessibleName().startswith("Kết quả của Thanh toán QR: ")


def test_showing_an_answer_tells_nobody(shown, qtbot):
    pills = shown(ChoicePills("Kết quả", result_answers()), width=500, height=40)
    with qtbot.assertNotEmitted(pills.changed):
        pills.choose(Result.COME_BACK)
    assert pills.value() is Result.COME_BACK


def test_a_filter_grows_by_its_cross_when_it_is_on(shown):
    chip = shown(FilterChip("Từ 60 tuổi · 71"), width=300, height=40)
    width = chip.sizeHint().width()
    key(chip, Qt.Key.Key_Space)
    assert chip.isChecked()
    assert chip.sizeHint().width() > width


# Fields


def test_a_label_is_the_buddy_and_the_name_of_its_field(keep):
    field = LabeledField("Ngày", DayField(TODAY))
    keep(field)
    assert field.label.buddy() is field.editor
    assert field.editor.accessibleName() == "Ngày"


def test_an_error_takes_the_place_of_the_hint_and_goes_again(shown):
    field = shown(LabeledField("Ngày", DayField(TODAY), "gợi ý"), width=300, height=120)
    field.show_error("Đây không phải là ngày.")
    shown_words = [label.words() for label in field.findChildren(Text) if label.isVisible()]
    assert shown_words == ["Ngày", "Đây không phải là ngày."]
    assert field.editor.accessibleDescription() == "Đây không phải là ngày."
    field.show_error("")
    assert [label.words() for label in field.findChildren(Text) if label.isVisible()] == ["Ngày", "gợi ý"]


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("23/11/2026", date(2026, 11, 23)),
        ("5/3", date(2026, 3, 5)),
        ("5", date(2026, 11, 5)),
        ("05-03-26", date(2026, 3, 5)),
        ("5 3 2025", date(2025, 3, 5)),
        (" +7 ", date(2026, 11, 30)),
        ("-1", date(2026, 11, 22)),
        ("31/11", None),
        ("mai", None),
        ("", None),
    ],
)
def test_a_day_is_read_as_a_hurried_hand_writes_it(words, day):
    assert read_day(words, TODAY) == day


def test_a_day_field_tidies_what_was_typed_and_marks_what_is_no_day(shown):
    field, told = DayField(TODAY), []
    field.day_changed.connect(told.append)
    shown(field, width=200, height=40)
    QTest.keyClicks(field, "+7")
    key(field, Qt.Key.Key_Return)
    assert field.text() == "30/11/2026"
    assert told[-1] == date(2026, 11, 30)
    field.clear()
    QTest.keyClicks(field, "hom kia")
    key(field, Qt.Key.Key_Return)
    assert field.is_wrong()
    assert field.property("wrong") == "true"


def test_up_and_down_move_a_day(shown):
    field = shown(DayField(TODAY, TODAY), width=200, height=40)
    key(field, Qt.Key.Key_Up)
    key(field, Qt.Key.Key_Up)
    key(field, Qt.Key.Key_Down)
    assert field.day() == date(2026, 11, 24)


def test_showing_a_value_tells_nobody(keep, qtbot):
    day, choice = DayField(TODAY), Choice([("Tổ", 1), ("Xã", 2)])
    keep(day)
    keep(choice)
    with qtbot.assertNotEmitted(day.day_changed), qtbot.assertNotEmitted(day.textChanged):
        day.show_day(TODAY)
    with qtbot.assertNotEmitted(choice.currentIndexChanged):
        choice.choose(2)
    assert choice.currentData() == 2


def test_the_wheel_never_changes_a_choice(shown):
    choice = shown(Choice([("Tổ", 1), ("Xã", 2)]), width=200, height=40)
    wheel = QWheelEvent(
        QPointF(10, 10), choice.mapToGlobal(QPointF(10, 10)), QPoint(0, -120), QPoint(0, -120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(choice, wheel)
    assert choice.currentData() == 1


def test_tab_leaves_a_field_of_several_lines(keep):
    area = TextArea()
    keep(area)
    assert area.tabChangesFocus()


def test_a_search_field_steps_down_to_its_hits_and_is_emptied_by_escape(shown, qtbot):
    field = shown(SearchField("Tìm hộ…"), width=300, height=40)
    QTest.keyClicks(field, "ha")
    with qtbot.waitSignal(field.stepped_down):
        key(field, Qt.Key.Key_Down)
    with qtbot.assertNotEmitted(field.left):
        key(field, Qt.Key.Key_Escape)
    assert field.text() == ""
    with qtbot.waitSignal(field.left):
        key(field, Qt.Key.Key_Escape)


# Rows


ROWS = [("Lường Văn Pản", "HN-0012"), ("Hà Thị Xuân", "HN-0087"), ("Lò Thị Pâng", "HN-0141")]


def a_list():
    model = RowsModel([Column("", lambda row: RowCell(row[0], row[1], pill="Hộ nghèo", tone=Tone.WARN), 1)])
    view = RowsView(model, name="Hộ gia đình", headings=False)
    model.setParent(view)
    model.set_rows(ROWS)
    return model, view


def a_table():
    columns = [
        Column("Xã", lambda row: TextCell(row[0], row[1], strong=True), stretch=1),
        Column("Tổ", lambda _row: NumberCell("26/26")),
        Column("Điện thoại", lambda _row: MeterCell(0.9, "90,0%", 0.9652), stretch=1),
        Column("Không rõ", lambda _row: MeterCell(None, "—"), stretch=1),
        Column("VNeID", lambda _row: MarkCell("12/03", "check", Tone.GOOD)),
        Column("Báo cáo", lambda _row: PillCell("Đúng hạn", Tone.GOOD)),
    ]
    model = RowsModel(columns)
    view = RowsView(model, name="Theo xã")
    model.setParent(view)
    model.set_rows(ROWS)
    return model, view


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


# Figures


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


# Telling


def test_a_message_goes_away_by_itself_unless_it_has_to_stay(keep):
    over = QWidget()
    keep(over)
    over.resize(800, 400)
    over.show()
    bar = MessageBar(over)
    bar.say("Đã lưu")
    assert bar.findChild(type(bar._timer)).isActive()
    bar.say("Chưa lưu được", stays=True)
    assert not bar._timer.isActive()
    assert bar.words() == "Chưa lưu được"
    assert over.rect().contains(bar.geometry())


def test_a_long_message_wraps_inside_its_parent(keep):
    over = QWidget()
    keep(over)
    over.resize(420, 400)
    over.show()
    bar = MessageBar(over)
    bar.say("Đã lưu lượt hỗ trợ của Hà Thị Xuân và Lò Thị Mai, " * 4, undo=1, stays=True)
    assert over.rect().contains(bar.geometry())
    over.resize(700, 300)
    assert over.rect().contains(bar.geometry())


def test_an_empty_place_offers_the_first_step(shown, qtbot):
    empty = shown(EmptyState("house", "Chưa có hộ nào", "Hãy nhập danh sách.", action="Nhập"))
    with qtbot.waitSignal(empty.acted):
        key(empty.action, Qt.Key.Key_Space)


def test_progress_without_an_end_shows_no_meter(shown, qtbot):
    strip = shown(ProgressStrip("refresh-cw"), width=700, height=80)
    strip.show_progress("Đang gửi 812/1.240", "còn 20 giây", 0.65, "Tạm dừng")
    assert strip.meter.isVisible()
    with qtbot.waitSignal(strip.pressed):
        key(strip.button, Qt.Key.Key_Space)
    strip.show_progress("Đang nhận", "", None)
    assert not strip.meter.isVisible()
    assert not strip.button.isVisible()


def test_a_page_that_failed_can_be_tried_again(shown, qtbot):
    page = shown(Page())
    page.body.addWidget(Text("nội dung"))
    page.show_problem("Máy chủ không trả lời.")
    button = next(button for button in page.findChildren(Button) if button.isVisible())
    with qtbot.waitSignal(page.retried):
        key(button, Qt.Key.Key_Space)
    page.show_content()
    settle()
    assert [label.words() for label in page.findChildren(Text) if label.isVisible()] == ["nội dung"]


def test_a_row_that_opens_does_so_by_enter_and_by_mouse(shown, qtbot):
    row = shown(ItemRow("Hà Thị Xuân", "HN-0087", opens=True), width=400, height=60)
    for _time in range(1):
        with qtbot.waitSignal(row.opened):
            key(row, Qt.Key.Key_Return)
    with qtbot.waitSignal(row.opened):
        qtbot.mouseClick(row, Qt.MouseButton.LeftButton)


def everything():
    box = QWidget()
    layout = column(box)
    for widget in (
        Text(MARKUP),
        Card(MARKUP, MARKUP),
        IndicatorTile(MARKUP, MARKUP, MARKUP),
        ItemRow(MARKUP, MARKUP, before=IconTile("house"), behind=[Pill(MARKUP), Icon("check")]),
        EmptyState("house", MARKUP, MARKUP),
        Timeline([Moment(MARKUP, (MARKUP,), MARKUP)]),
        LabeledField(MARKUP, LineField(MARKUP), MARKUP),
        CountBadge(3),
    ):
        layout.addWidget(widget)
    return box


def test_no_label_anywhere_takes_data_for_markup(shown):
    box = shown(everything(), width=900, height=900)
    labels = box.findChildren(QLabel)
    assert len(labels) > 10
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}
    box.grab()


def test_enter_moves_to_the_next_input_of_a_form(shown, qtbot):
    from ui.widgets.field import EnterMoves

    box = QWidget()
    layout = column(box)
    first, second = LineField(), LineField()
    mover = EnterMoves(box)
    for field in (first, second):
        field.installEventFilter(mover)
        layout.addWidget(field)
    shown(box, width=300, height=120)
    box.activateWindow()
    qtbot.waitUntil(box.isActiveWindow)
    first.setFocus()
    QApplication.sendEvent(
        first, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier)
    )
    assert second.hasFocus()
