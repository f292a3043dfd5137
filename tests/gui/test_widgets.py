"""The parts of the window can be used by keyboard, say what they are, and show where the focus is."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QStyleOptionComboBox, QWidget

from tests.gui.lists import a_list
from tongcds.domain.views import Result
from ui import theme
from ui.preview.screens import settle
from ui.widgets.button import Button, Kind, key_words
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
from ui.widgets.form_dialog import FormDialog
from ui.widgets.paint import figures_width
from ui.widgets.surface import ItemRow, PageHead, column, line, open_at
from ui.widgets.text import Text, tip

MARKUP = "<b>Lò</b> & <img src='x'>"
TODAY = date(2026, 11, 23)


def key(widget, what, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(widget, what, modifier)


def test_what_looks_like_markup_is_shown_as_it_was_typed(shown):
    label = shown(Text(MARKUP), width=600, height=40)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.words() == MARKUP


def test_a_text_without_room_is_shortened_and_whole_in_its_tool_tip(shown):
    label = shown(Text("Hộ có điện thoại thông minh"), width=80, height=30)
    assert label.text().endswith("…")
    assert label.accessibleName() == label.words() == "Hộ có điện thoại thông minh"
    assert label.toolTip() == tip(label.words())
    label.resize(400, 30)
    assert (label.text(), label.toolTip()) == (label.words(), "")


def test_a_choice_without_room_is_shortened_and_whole_in_its_list(shown):
    choice = shown(Choice([("Người từ 15 tuổi có tài khoản thanh toán (XHS09)", 1)]), width=180, height=40)
    drawn = QStyleOptionComboBox()
    choice.initStyleOption(drawn)
    assert drawn.currentText.endswith("…")
    assert choice.itemText(0) == choice.currentText() == "Người từ 15 tuổi có tài khoản thanh toán (XHS09)"
    choice.resize(600, 40)
    choice.initStyleOption(drawn)
    assert drawn.currentText == choice.currentText()


def test_a_window_is_no_larger_than_its_screen(keep):
    window = keep(QWidget())
    open_at(window, 300, 200)
    assert (window.width(), window.height()) == (300, 200)
    open_at(window, 5000, 200)
    room = window.screen().availableGeometry()
    assert (window.width() < room.width(), window.height()) == (True, 200)


def test_a_small_form_grows_with_what_is_wrong_in_it(keep):
    form = keep(FormDialog("Đếm phiếu"))
    fields = [LabeledField(words, LineField()) for words in ("Hài lòng", "Bình thường", "Không hài lòng")]
    beside = line()
    for field in fields:
        beside.addWidget(field, 1)
    form.box.addLayout(beside)
    form.end(form.accept)
    form.show()
    settle()
    before = form.height()
    fields[0].show_error("Hãy ghi số phiếu. " * 8)
    settle()
    said = fields[0].findChildren(Text)[-1]
    assert said.height() >= said.heightForWidth(said.width())
    assert said.geometry().top() > fields[0].editor.geometry().bottom()
    assert before < form.height() <= form.screen().availableGeometry().height()


def test_digits_of_a_column_are_all_equally_wide():
    widths = {figures_width(digit * 4, theme.Style.BODY) for digit in "0123456789"}
    assert len(widths) == 1


def test_a_button_is_pressed_by_its_keys_and_keeps_them_when_its_words_change(shown, qtbot):
    button = shown(Button("Lưu", keys="Ctrl+Return"), width=200, height=60)
    button.set_words("Lưu & ghi tiếp")
    button.window().activateWindow()
    qtbot.waitUntil(button.window().isActiveWindow)
    with qtbot.waitSignal(button.clicked):
        key(button, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert button.accessibleName() == "Lưu & ghi tiếp"


def test_keys_press_a_button_at_once_and_only_while_it_is_shown_and_may_be_pressed(shown, qtbot):
    window = QWidget()
    button = Button("Nhận báo cáo", keys="F2", parent=window)
    field = LineField(parent=window)
    clicks = []
    button.clicked.connect(lambda: clicks.append(1))
    shown(window, width=200, height=60).activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    for change, pressed in (
        (lambda: None, 1),
        (button.hide, 0),
        (button.show, 1),
        (lambda: button.setEnabled(False), 0),
    ):
        change()
        clicks.clear()
        QTest.keyClick(field, Qt.Key.Key_F2)
        assert len(clicks) == pressed


def test_a_line_shows_the_beginning_of_a_long_text_and_is_gone_on_at_its_end(shown, qtbot):
    window = QWidget()
    box = column(window)
    made, given, other = LineField("Đợt thăm ngày 23/11/2026 của tổ " * 3), LineField(), LineField()
    for field in (made, given, other):
        box.addWidget(field)
    shown(window, width=200, height=200).activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    other.setFocus()
    given.setText("Bản Nà Ngà, xã Chiềng Mung, tỉnh Sơn La " * 3)
    assert (made.cursorPosition(), given.cursorPosition()) == (0, 0)
    given.setFocus()
    QTest.keyClicks(given, "!")
    assert given.text().endswith("!")
    other.setFocus()
    assert given.cursorPosition() == 0
    QTest.mouseClick(made, Qt.MouseButton.LeftButton, pos=QPoint(10, made.height() // 2))
    QTest.keyClicks(made, "!")
    assert not made.text().endswith("!")


@pytest.mark.parametrize("pressed", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_a_button_with_the_focus_is_pressed_by_return_too(shown, pressed):
    button = shown(Button("Tạm dừng"), width=200, height=60)
    clicks = []
    button.clicked.connect(lambda: clicks.append(1))
    key(button, pressed)
    assert clicks == [1]


def test_return_held_down_presses_a_button_once(shown):
    button = shown(Button("Tạm dừng"), width=200, height=60)
    clicks = []
    button.clicked.connect(lambda: clicks.append(1))
    plain = Qt.KeyboardModifier.NoModifier
    for autorep in (False, True, True):
        down = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, plain, "\r", autorep)
        QApplication.sendEvent(button, down)
    assert clicks == [1]


@pytest.mark.parametrize(
    ("keys", "words"), [("Ctrl+N", "Ctrl N"), ("Ctrl+Return", "Ctrl ↵"), ("Escape", "Esc"), ("", "")]
)
def test_keys_are_written_as_on_the_keyboard(keys, words):
    assert key_words(keys) == words


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
@pytest.mark.parametrize("name", sorted(set(focusable()) - {"list"}))
def test_what_can_be_clicked_is_at_least_36_pixels_high(shown, qapp, name, percent):
    from ui import stylesheet

    stylesheet.dress(qapp, theme.load("light", text_percent=percent))
    box = QWidget()
    column(box).addWidget(focusable()[name]())
    shown(box, width=600, height=200)
    assert box.layout().itemAt(0).widget().height() >= 36


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


def test_the_actions_of_a_page_go_under_a_title_that_has_no_room_beside_them(keep):
    actions = [Button(f"Mở báo cáo số {n}") for n in range(4)]
    page = keep(QWidget())
    head = PageHead("Báo cáo tháng của Tổ, Tháng 11/2026", "hạn 27/11/2026", actions)
    column(page).addWidget(head)
    wide = head.title.sizeHint().width() + sum(one.sizeHint().width() for one in actions) + 100
    for width, beside in ((wide, True), (head.title.sizeHint().width() + 20, False)):
        page.resize(width, 400)
        page.show()
        settle()
        assert head.title.text() == head.title.words()
        assert all(head.rect().contains(one.geometry().translated(one.parent().pos())) for one in actions)
        assert (actions[0].mapTo(head, QPoint()).y() < head.subtitle.geometry().bottom()) is beside
