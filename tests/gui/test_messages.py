"""What the window tells: messages, empty places, progress, and never data taken for markup."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from ui.preview.screens import settle
from ui.widgets.button import Button
from ui.widgets.field import (
    LabeledField,
    LineField,
)
from ui.widgets.messages import EmptyState, MessageBar, ProgressStrip
from ui.widgets.page import Page
from ui.widgets.pill import Pill
from ui.widgets.surface import Card, ItemRow, column
from ui.widgets.text import Icon, IconTile, Text
from ui.widgets.tile import IndicatorTile
from ui.widgets.timeline import Moment, Timeline

MARKUP = "<b>Lò</b> & <img src='x'>"


def key(widget, what, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(widget, what, modifier)


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
