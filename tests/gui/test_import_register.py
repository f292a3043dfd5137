"""Before anything is written one sees what would be; a file that is no register is refused in a sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog

from tests.gui.keyboard import DOWN, ESCAPE, Keyboard, Later
from tests.surroundings import FakeClock
from tongcds.errors import CancelledError, UnavailableError, UserError, sentence
from tongcds.imports.columns import Field
from tongcds.imports.plan import State
from ui import stylesheet, theme
from ui.forms.import_columns import FIELDS
from ui.forms.import_preview import PAGE_ROWS, state_pill
from ui.outline import outline
from ui.preview import register
from ui.preview.screens import settle
from ui.screens.import_register import ImportScreen, write_words
from ui.tasks import InlineExecutor, Tasks
from ui.theme import Length
from ui.widgets.tile import FilterTile


class Vault:
    """What the screen asks for, remembered."""

    def __init__(self) -> None:
        self.asked = []
        self.chosen = []
        self.written = []
        self.problem = None

    def prepare(self, path, progress, cancelled, *, choices, forget):
        self.asked.append((path, choices.columns, choices.sensitive))
        self.header_rows = choices.header_rows
        self.choices = choices
        self.chosen.append((choices.encoding, forget))
        shown = replace(choices, encoding=None)
        return register.prepare(path, progress, cancelled, choices=shown)

    def apply(self, prepared, progress, cancelled):
        progress(50, 100)
        if cancelled():
            raise CancelledError
        if self.problem is not None:
            raise self.problem
        self.written.append(prepared)
        return "import 1"


@pytest.fixture
def vault():
    return Vault()


@pytest.fixture
def moment():
    clock = FakeClock()
    clock.set(datetime(2026, 11, 23, 3, 52, tzinfo=UTC))
    return clock


@pytest.fixture
def open_screen(qtbot, vault, moment):
    def make(executor=None):
        screen = ImportScreen(
            prepare=vault.prepare,
            apply=vault.apply,
            peek=register.peek,
            tasks=Tasks(executor or InlineExecutor()),
            clock=moment,
        )
        qtbot.addWidget(screen)
        screen.resize(1154, 712)
        screen.show()
        screen.activateWindow()
        qtbot.waitUntil(screen.isActiveWindow)
        return screen

    return make


@pytest.fixture
def screen(open_screen):
    return open_screen()


def test_at_first_it_says_what_it_wants(screen):
    drawn = outline(screen)
    assert "Chọn danh sách hộ (tệp Excel)" in drawn
    assert "Nhập 141 hộ" not in drawn
    assert not screen.go.isVisible()


def test_a_file_is_chosen_in_the_systems_window(screen, qtbot):
    screen.choose_file()
    dialog = screen.findChild(QFileDialog)
    dialog.fileSelected.emit("/ho-dan.xlsx")
    assert screen.pane.rows.rows_model.rowCount() == 9
    dialog.reject()


def dropped(*names):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(name) for name in names])
    return mime


def test_a_file_can_be_dropped_but_not_two(screen, vault):
    where, keys = QPointF(50, 50), Qt.KeyboardModifier.NoModifier
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    for mime, taken in ((dropped("/a.xlsx"), True), (dropped("/a.xlsx", "/b.xlsx"), False)):
        event = QDragEnterEvent(where.toPoint(), copy, mime, left, keys)
        event.ignore()
        screen.dragEnterEvent(event)
        assert event.isAccepted() == taken
    mime = dropped("/a.xlsx")
    screen.dropEvent(QDropEvent(where, copy, mime, left, keys))
    assert vault.asked[0][0] == Path("/a.xlsx")


def test_the_preview_shows_counts_columns_and_reasons(screen):
    screen.open_file("/ho-dan-2025.xlsx")
    drawn = outline(screen)
    for words in (
        "ho-dan-2025.xlsx · trang “Bản Nà Ngà”",
        "128 hộ",
        "9 dòng",
        "Cột B “Họ và tên”",
        "22 | 14085000412 | 014085000412 | Cần xem | Số định danh 11 chữ số: có lẽ mất số 0 đầu",
        "Nhập 141 hộ, 583 người",
        "Có thể hoàn tác cả lần nhập này",
    ):
        assert words in drawn
    assert screen.go.hasFocus()


def test_reasons_that_have_no_room_are_shown_whole_for_the_chosen_row(screen):
    screen.open_file("/ho-dan.xlsx")
    screen.pane.rows.setFocus()
    Keyboard(screen).press(DOWN)
    screen.pane.rows.choose(2)
    assert "Dòng 31: Giống HN-0087 (cùng tên, năm sinh, bản)" in outline(screen)


def rows_shown(screen):
    return [row.row for row in screen.pane.rows.rows_model.rows()]


def tile(screen, state):
    (found,) = [one for one in screen.findChildren(FilterTile) if one.key == state]
    return found


@pytest.mark.parametrize(
    ("state", "rows"),
    [
        ("new", [71, 72]),
        ("changed", [14]),
        ("same", [15]),
        ("doubtful", [22, 31, 40]),
        ("wrong", [63]),
        ("skipped", [57]),
    ],
)
def test_a_tile_narrows_the_rows_to_its_state_from_the_keyboard_and_back(screen, state, rows):
    screen.open_file("/ho-dan.xlsx")
    everything = rows_shown(screen)
    tile(screen, state).setFocus(Qt.FocusReason.TabFocusReason)
    Keyboard(screen).press(Qt.Key.Key_Space)
    assert rows_shown(screen) == rows
    assert f"{len(rows)} dòng" in screen.pane.seen.words()
    Keyboard(screen).press(Qt.Key.Key_Space)
    assert rows_shown(screen) == everything
    assert not screen.pane.seen.isVisible()


def test_one_state_is_seen_at_a_time_and_another_file_begins_with_all(screen):
    screen.open_file("/ho-dan.xlsx")
    tile(screen, "new").click()
    tile(screen, "wrong").click()
    assert rows_shown(screen) == [63]
    assert not tile(screen, "new").isChecked()
    screen.open_file("/other.xlsx")
    assert len(rows_shown(screen)) == 9


def test_every_row_of_a_large_file_can_be_seen(screen):
    screen.open_file("/long.xlsx")
    seen = rows_shown(screen)
    assert not screen.pane.before.isEnabled()
    while screen.pane.after.isEnabled():
        screen.pane.after.click()
        seen += rows_shown(screen)
    assert len(seen) == len(set(seen)) == 1_309
    assert screen.pane.seen.words() == "Dòng thứ 1.201 đến 1.309 trong 1.309 dòng của tệp"
    screen.pane.before.click()
    last = (len(seen) - 1) // PAGE_ROWS
    assert rows_shown(screen) == seen[(last - 1) * PAGE_ROWS : last * PAGE_ROWS]
    tile(screen, "wrong").click()
    assert rows_shown(screen) == [63]
    assert not screen.pane.after.isVisible()


@pytest.mark.parametrize("file", ["ho-dan", "remembered", "unsure", "long"])
@pytest.mark.parametrize(("percent", "width"), [(100, 1154), (150, 1102), (150, 800)])
def test_nothing_of_the_preview_lies_over_something_else(open_screen, qapp, file, percent, width):
    stylesheet.dress(qapp, theme.load("light", text_percent=percent))
    screen = open_screen()
    screen.resize(width, 694)
    screen.open_file(f"/{file}.xlsx")
    screen.pane.rows.choose(1)
    settle()
    pane = screen.pane
    for parts in ((pane._memory, pane._columns, pane.sensitive), (pane.rows, pane._whole, pane._pages)):
        shown = [part.geometry() for part in parts if part.isVisible()]
        assert all(above.bottom() < below.top() for above, below in pairwise(shown)), shown
    assert pane.rows.height() >= theme.current().scaled(Length.TILE)


def test_writing_hands_its_answer_on(screen, vault, qtbot):
    screen.open_file("/ho-dan.xlsx")
    with qtbot.waitSignal(screen.applied) as applied:
        screen.go.click()
    assert applied.args == ["import 1"]
    assert [one.preview.people_to_write for one in vault.written] == [583]


@pytest.mark.parametrize(("name", "code"), [("broken", "file_damaged"), ("empty", "no_register")])
def test_a_file_that_is_no_register_is_refused_in_a_sentence(screen, vault, name, code):
    screen.open_file(f"/{name}.xlsx")
    assert screen.refusal.words() == sentence(UserError(code))
    assert screen.refusal.isVisible()
    assert not screen.go.isVisible()
    assert vault.written == []
    screen.open_file("/ho-dan.xlsx")
    assert not screen.refusal.isVisible()


def test_after_a_refusal_nothing_of_the_file_before_can_be_written(screen):
    screen.open_file("/ho-dan.xlsx")
    screen.open_file("/broken.xlsx")
    assert not screen.go.isVisible()
    screen.write()
    assert screen._prepared is None


def test_a_file_without_news_has_nothing_to_write(screen):
    screen.open_file("/same.xlsx")
    assert not screen.go.isEnabled()
    assert screen.go.text() == "Không có gì để ghi"


def test_several_sheets_are_told_apart_and_missing_villages_named(screen):
    screen.open_file("/sheets.xlsx")
    drawn = outline(screen)
    assert "Bản Mòn · 8 | Lò Thị Én" in drawn
    assert "bản Mòn" in screen.pane.villages.words()


def test_a_column_can_be_taken_for_something_else(screen, vault):
    screen.open_file("/ho-dan.xlsx")
    screen.pane.column_chosen.emit(register.SHEET, "K", "note")
    screen.pane.column_chosen.emit(register.SHEET, "A", "")
    assert vault.asked[-1][1] == {(register.SHEET, "K"): "note", (register.SHEET, "A"): ""}
    screen.open_file("/other.xlsx")
    assert vault.asked[-1][1] == {}


def test_ethnicity_and_poverty_can_be_left_out(screen, vault):
    screen.open_file("/ho-dan.xlsx")
    assert vault.asked[-1][2]
    screen.pane.sensitive.click()
    assert not vault.asked[-1][2]
    assert not screen.pane.sensitive.isChecked()


def test_progress_is_shown_with_counts_and_an_estimate(open_screen, vault, moment):
    work = Later()
    screen = open_screen(work)
    screen.open_file("/ho-dan.xlsx")
    assert screen.strip.isVisible()
    moment.advance(seconds=4)
    work_in_hand = screen._work
    work_in_hand.report(300, 900)
    assert screen.strip.words.words() == "Đang đọc ho-dan.xlsx: 300/900"
    assert screen.strip.estimate.words() == "còn khoảng 8 giây"
    work.catch_up()
    assert not screen.strip.isVisible()
    assert screen.go.isVisible()


def test_reading_can_be_stopped(open_screen, qtbot):
    work = Later()
    screen = open_screen(work)
    screen.open_file("/ho-dan.xlsx")
    screen.strip.button.click()
    work.catch_up()
    assert not screen.go.isVisible()
    assert not screen.strip.isVisible()
    assert screen.first.action.isEnabled()


def test_writing_can_be_stopped_with_escape_and_then_nothing_is_written(open_screen, vault, qtbot):
    work = Later()
    screen = open_screen(work)
    screen.open_file("/ho-dan.xlsx")
    work.catch_up()
    screen.go.click()
    assert not screen.go.isEnabled()
    with qtbot.assertNotEmitted(screen.left), qtbot.assertNotEmitted(screen.applied):
        Keyboard(screen).press(ESCAPE)
        work.catch_up()
    assert vault.written == []
    assert "Chưa ghi gì cả" in screen.refusal.words()
    assert screen.go.isEnabled()


def test_what_cannot_be_written_says_so_and_can_be_tried_again(screen, vault, qtbot):
    screen.open_file("/ho-dan.xlsx")
    vault.problem = UnavailableError("disk_full")
    screen.go.click()
    assert screen.refusal.words() == sentence(vault.problem)
    vault.problem = None
    with qtbot.waitSignal(screen.applied):
        screen.go.click()


def test_escape_leaves(screen, qtbot):
    with qtbot.waitSignal(screen.left):
        Keyboard(screen).press(ESCAPE)


def test_every_field_and_state_of_an_import_has_a_name():
    assert set(FIELDS) == {field.value for field in Field}
    assert all(state_pill(state.value).words != state.value for state in State)


def test_one_household_is_no_plural(english):
    preview = replace(register.sample(), households_to_write=1, people_to_write=1)
    assert write_words(preview) == "Import 1 household, 1 person"


def test_the_rows_come_first_where_there_is_no_room(screen, qtbot):
    screen.open_file("/ho-dan.xlsx")
    pane = screen.pane
    qtbot.waitUntil(lambda: pane.rows.mapTo(pane, pane.rows.rect().topLeft()).x() > 300)
    screen.resize(800, 700)
    qtbot.waitUntil(lambda: pane.rows.mapTo(pane, pane.rows.rect().topLeft()).x() < 100)


def test_letters_that_nobody_can_be_sure_of_are_asked_about_with_the_same_names(screen, vault):
    screen.open_file("/unsure.csv")
    assert "Cách đọc nào ra tên đúng?" in outline(screen)
    offered = [screen.pane.encoding.itemText(i) for i in range(screen.pane.encoding.count())]
    assert offered[0] == "Giữ như trong tệp"
    assert offered[1] == "Phông cũ .VnTime (TCVN3): Nguyễn Văn An · Lò Thị Từ"
    assert len(offered) == 4
    screen.pane.encoding.setFocus()
    Keyboard(screen).press(DOWN)
    assert vault.chosen[-1] == ("tcvn3", False)
    assert screen.pane.encoding.currentData() == "tcvn3"
    screen.open_file("/ho-dan.xlsx")
    assert vault.chosen[-1] == (None, False)
    assert not screen.pane.question.isVisible()


def test_what_was_remembered_of_columns_is_dated_and_can_be_forgotten(screen, vault):
    screen.open_file("/remembered.xlsx")
    assert "Các cột đọc như đã nhớ từ ngày 20/11/2026." in outline(screen)
    screen.pane.forget.click()
    assert vault.chosen[-1] == (None, True)


def fields_shown(screen):
    return [field.editor for field in screen.header.columns._fields if field.isVisible()]


def test_where_no_header_is_recognised_one_says_which_row_it_is_by_keys_alone(screen, vault):
    screen.open_file("/empty.xlsx")
    assert screen.refusal.words() == sentence(UserError("no_register"))
    assert screen.header.isVisible()
    assert screen.header.row.hasFocus()
    assert screen.header.row.currentText() == "Dòng 3: TT | Người trong nhà | Sinh | Máy"
    assert not screen.header.read.isEnabled()
    keys = Keyboard(screen)
    keys.press(Qt.Key.Key_Tab)  # the number
    keys.press(Qt.Key.Key_Tab)  # “Người trong nhà”
    keys.press(DOWN)
    assert fields_shown(screen)[1].currentData() == "full_name"
    assert fields_shown(screen)[1].hasFocus()
    while not screen.header.read.hasFocus():
        keys.press(Qt.Key.Key_Tab)
    keys.press(Qt.Key.Key_Space)
    assert vault.asked[-1][1] == {(register.SHEET, "B"): "full_name"}
    assert vault.header_rows == {register.SHEET: 3}
    assert screen.pane.isVisible()
    assert screen.go.isVisible()
    assert not screen.refusal.isVisible()


def test_a_list_without_any_headings_is_told_column_by_column(screen, vault):
    screen.open_file("/empty.xlsx")
    screen.header.row.setFocus()
    keys = Keyboard(screen)
    for _row in range(2):
        keys.press(Qt.Key.Key_Up)
    assert screen.header.row.currentText() == "Không dòng nào: người đầu tiên ở ngay dòng đầu"
    assert "Cột B" in outline(screen)
    assert "“Người trong nhà”" not in outline(screen)
    screen.header.column_chosen.emit(register.SHEET, "B", "full_name")
    screen.header.read.click()
    assert vault.header_rows == {register.SHEET: 0}


def test_another_row_can_be_the_header_of_a_file_that_was_read(screen, vault):
    screen.open_file("/ho-dan.xlsx")
    screen.pane.other_header.click()
    assert screen.header.isVisible()
    assert not screen.go.isVisible()
    screen.header.row_chosen.emit(register.SHEET, 4)
    screen.header.column_chosen.emit(register.SHEET, "B", "full_name")
    screen.header.read.click()
    assert vault.header_rows == {register.SHEET: 4}
    screen.open_file("/other.xlsx")
    assert vault.header_rows == {}
