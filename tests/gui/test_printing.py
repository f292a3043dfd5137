"""From the screen to paper: what is offered, the preview, the PDF among the exports, the printer."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.gui.keyboard import CTRL, Keyboard, Later
from tests.unit.actions.conftest import MEMBER, VILLAGE, Home, core_of, home, team
from tongcds import paths
from tongcds.actions import Core, audit, exports
from tongcds.actions.printing import Printout
from tongcds.domain import record_code
from tongcds.domain.views import LogFilter
from tongcds.papers.paper import Column, Page, Paper, Row, Sheet, Table, Title
from tongcds.settings import Settings
from ui.desktop import Desktop
from ui.forms.paper_preview import ZOOMS, PaperPreview
from ui.paper.pages import Pages
from ui.preview.screens import settle
from ui.screens.households import HouseholdsScreen
from ui.screens.logbook import LogbookScreen
from ui.screens.settings import SettingsScreen
from ui.tasks import InlineExecutor
from ui.widgets.button import Button

__all__ = ["core_of", "home", "team"]


@pytest.fixture
def desktop(team: Core, home: Home, tmp_path: Path, keep: Callable[[QWidget], QWidget]) -> Iterator[Desktop]:
    with team.vault.change(MEMBER) as change:
        change.writer.update("person", home.people[0], phone="0981234521", full_name="<b>Hà</b> Thị Xuân")
        change.writer.create("household", village_id=VILLAGE, code="HN-0088")
    everywhere = {name: InlineExecutor() for name in ("writes", "reads", "files", "net")}
    made = Desktop(team, Settings(tmp_path), **everywhere, automatic=False)
    keep(made.shell)
    made.show()
    yield made
    made.close()
    made.deleteLater()


def register_screen(desktop: Desktop, home: Home) -> HouseholdsScreen:
    desktop.open_household(home.household)
    screen = desktop.shell.screen_of("households")
    assert isinstance(screen, HouseholdsScreen)
    settle()
    return screen


def preview_of(desktop: Desktop) -> PaperPreview:
    assert desktop.printing.preview is not None
    return desktop.printing.preview


def text_of(file: Path) -> str:
    done = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True)
    return done.stdout.decode()


def noted(desktop: Desktop) -> list[tuple[str, str]]:
    lines = [(line.kind, line.detail) for line in reversed(audit.access_log(desktop.core).lines)]
    return [line for line in lines if line[0] != "open"]


def take(desktop: Desktop, words: str) -> PaperPreview:
    """Ctrl+P, then the paper of that name."""
    desktop.printing.choose()
    choice = desktop.printing.choice
    assert choice is not None
    next(button for button in choice.buttons if words in button.text()).click()
    return preview_of(desktop)


def test_ctrl_p_offers_what_is_on_the_screen(desktop: Desktop, home: Home) -> None:
    desktop.shell.show_place("today")
    desktop.printing.choose()
    assert desktop.printing.choice is not None
    elsewhere = [button.text() for button in desktop.printing.choice.buttons]
    desktop.printing.choice.reject()
    register_screen(desktop, home)
    QTest.keyClick(desktop.shell, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert desktop.printing.choice is not None
    there = [button.text() for button in desktop.printing.choice.buttons]
    assert there[:2] == [
        "Phiếu rà soát hộ <b>Hà</b> Thị Xuân (B02)",
        "Phiếu rà soát của mọi hộ trong danh sách (B02)",
    ]
    assert [words for words in there[2:] if "B08" not in words] == elsewhere
    assert elsewhere.pop(5) == "Báo cáo định kỳ"
    codes = [words[-4:-1] for words in elsewhere]
    assert codes == ["B02", "B07", "B11", "B01", "B14", "B03", "B09", "B10", "B15"]
    desktop.printing.choice.reject()


@pytest.mark.parametrize("at", range(13))
def test_every_paper_that_is_offered_is_shown(desktop: Desktop, home: Home, at: int) -> None:
    register_screen(desktop, home)
    desktop.printing.choose()
    assert desktop.printing.choice is not None
    desktop.printing.choice.buttons[at].click()
    if desktop.printing.payment is not None:
        desktop.printing.payment.save()
    preview = preview_of(desktop)
    assert preview.save.isEnabled()
    image = preview._sheet._image
    dark = sum(
        QColor(image.pixel(across, down)).lightness() < 128
        for across in range(0, image.width(), 3)
        for down in range(0, image.height(), 3)
    )
    assert dark > 50
    preview.reject()
    assert desktop.printing.preview is None


def test_the_sheet_of_the_household_is_saved_and_listed_and_noted(desktop: Desktop, home: Home) -> None:
    screen = register_screen(desktop, home)
    screen.detail.print.click()
    preview_of(desktop).save.click()
    (row,) = exports.listed(desktop.core)
    file = Path(row.folder) / row.name
    assert file.parent == paths.exports_folder()
    assert (row.kind, row.people) == ("B02", 3)
    assert "Hà" not in row.name
    text = text_of(file)
    assert "<b>Hà</b> Thị Xuân" in text
    assert record_code.short(home.household) in text
    assert "098 ••• ••21" in text
    assert noted(desktop) == [("export", "B02")]
    assert str(file) in desktop.shell.messages.words()
    assert desktop.printing.preview is None


def test_whole_numbers_are_asked_for_and_noted(desktop: Desktop, home: Home) -> None:
    register_screen(desktop, home).detail.print.click()
    preview_of(desktop).numbers.setChecked(True)
    assert noted(desktop) == [("reveal", "B02")]
    preview_of(desktop).save.click()
    (row,) = exports.listed(desktop.core)
    assert "0981234521" in text_of(Path(row.folder) / row.name).replace(" ", "")


def test_a_list_says_who_is_not_on_it_and_takes_a_ground(desktop: Desktop, home: Home) -> None:
    preview = take(desktop, "(B07)")
    assert preview.without.isVisible()
    assert "chưa được hỏi" in preview.without.told.words()
    preview.without.choice.setCurrentIndex(1)
    preview.without.choice.activated.emit(1)
    assert "vẫn đi kèm" in preview.without.told.words()
    preview.save.click()
    (row,) = exports.listed(desktop.core)
    assert "Hà" in text_of(Path(row.folder) / row.name)
    assert noted(desktop) == [("export", "B07"), ("without", "duty")]


def test_a_sheet_says_nothing_of_those_who_are_still_to_be_asked(desktop: Desktop, home: Home) -> None:
    register_screen(desktop, home).detail.print.click()
    assert not preview_of(desktop).without.isVisible()


def test_what_the_list_is_narrowed_to_is_what_is_printed(desktop: Desktop, home: Home) -> None:
    screen = register_screen(desktop, home)
    screen.search.setText("xuan")
    screen.reload()
    assert preview_pages(take(desktop, "mọi hộ")) == 1
    preview_of(desktop).reject()
    screen.search.clear()
    screen.reload()
    assert preview_pages(take(desktop, "mọi hộ")) == 2
    preview_of(desktop).reject()


def preview_pages(preview: PaperPreview) -> int:
    return preview._count


def test_pages_are_turned_and_sized_from_the_keyboard(desktop: Desktop, home: Home, qtbot: QtBot) -> None:
    register_screen(desktop, home)
    preview = take(desktop, "mọi hộ")
    preview.activateWindow()
    qtbot.waitUntil(preview.isActiveWindow)
    keys = Keyboard(preview)
    asked: list[tuple[int, float]] = []
    preview.wanted.connect(lambda page, dpi: asked.append((page, dpi)))
    for key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
        keys.press(key)
    assert [page for page, _dpi in asked] == [1, 0]
    before = preview._sheet.sizeHint()
    keys.press(Qt.Key.Key_Plus, with_=CTRL)
    assert preview._sheet.sizeHint().width() > before.width()
    for _press in ZOOMS:
        keys.press(Qt.Key.Key_Minus, with_=CTRL)
    assert preview._sheet.sizeHint().width() < before.width()
    assert preview.place.words() == "Trang 1 / 2"
    keys.press(Qt.Key.Key_Escape)
    assert desktop.printing.preview is None


def test_a_page_is_as_wide_as_there_is_room_until_somebody_says_how_large(desktop: Desktop) -> None:
    preview = take(desktop, "(B07)")
    settle()
    assert preview.area.horizontalScrollBar().maximum() == 0
    narrow = preview._sheet.sizeHint().width()
    preview.resize(preview.width() + 200, preview.height())
    settle()
    assert preview._sheet.sizeHint().width() > narrow
    preview.zoom_out()
    chosen = preview._sheet.sizeHint().width()
    preview.resize(preview.width() + 100, preview.height())
    settle()
    assert preview._sheet.sizeHint().width() == chosen
    preview.reject()


@pytest.mark.parametrize(("first", "last", "pages"), [(0, 0, 2), (2, 2, 1)])
def test_the_printer_gets_the_pages_that_were_asked_for(
    desktop: Desktop, home: Home, tmp_path: Path, first: int, last: int, pages: int
) -> None:
    file = tmp_path / "printed.pdf"

    def ask(printer: QPrinter, _parent: QWidget, chosen: Callable[[QPrinter], None]) -> None:
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(file))
        printer.setFromTo(first, last)
        chosen(printer)

    desktop.printing.ask = ask
    register_screen(desktop, home)
    take(desktop, "mọi hộ").print.click()
    text = text_of(file)
    assert text.count("PHIẾU RÀ SOÁT HỘ") == pages
    assert noted(desktop) == [("print", "B02")]
    assert exports.listed(desktop.core) == ()
    assert desktop.printing.preview is None


@pytest.mark.qt_log_ignore("Returned false", extend=True)
def test_a_printer_that_takes_nothing_is_said_and_not_noted(
    desktop: Desktop, home: Home, tmp_path: Path
) -> None:
    def ask(printer: QPrinter, _parent: QWidget, chosen: Callable[[QPrinter], None]) -> None:
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(tmp_path / "nowhere" / "a.pdf"))
        chosen(printer)

    desktop.printing.ask = ask
    register_screen(desktop, home)
    take(desktop, "mọi hộ").print.click()
    assert "Máy in không nhận" in desktop.shell.messages.words()
    assert noted(desktop) == []


def test_a_computer_without_a_printer_says_so(desktop: Desktop, home: Home) -> None:
    register_screen(desktop, home)
    take(desktop, "mọi hộ").print.click()
    assert "chưa cài máy in" in desktop.shell.messages.words()


@pytest.mark.parametrize("how", [record_code.scanned, record_code.short, record_code.scanned_person])
def test_a_scanned_sheet_or_card_opens_its_household_by_itself(
    desktop: Desktop, home: Home, how: Callable[[bytes], str]
) -> None:
    desktop.shell.show_place("today")
    search = desktop.shell.top.search
    assert search is not None
    search.setFocus()
    named = home.people[1] if how is record_code.scanned_person else home.household
    QTest.keyClicks(search, how(named).lower())
    QTest.keyClick(search, Qt.Key.Key_Return)
    settle()
    assert desktop.shell.place == "households"
    screen = desktop.shell.screen_of("households")
    assert isinstance(screen, HouseholdsScreen)
    shown = screen.detail.household()
    assert shown is not None
    assert shown.household_id == home.household
    assert not search.text()


def test_the_log_prints_what_it_is_narrowed_to(desktop: Desktop, home: Home) -> None:
    with desktop.core.vault.change(MEMBER) as change:
        for day, service in (("2026-11-03", "DVC-03"), ("2026-11-04", "DVC-04")):
            visit = change.writer.create(
                "visit", village_id=VILLAGE, household_id=home.household, on=day, by_id=MEMBER
            )
            change.writer.create(
                "support",
                village_id=VILLAGE,
                visit_id=visit,
                service=service,
                person_ids=b"",
                result="together",
            )
    desktop.shell.show_place("log")
    screen = desktop.shell.seen()
    assert isinstance(screen, LogbookScreen)
    screen.reload()
    screen.print_requested.emit(LogFilter(service="DVC-03"))
    assert preview_of(desktop).windowTitle() == "Sổ nhật ký hoạt động (B01)"
    preview_of(desktop).save.click()
    (row,) = exports.listed(desktop.core)
    text = text_of(Path(row.folder) / row.name)
    assert "03/11/2026" in text
    assert "04/11/2026" not in text
    desktop.printing._asked()
    assert desktop.printing.choice is None
    assert preview_of(desktop).windowTitle() == "Sổ nhật ký hoạt động (B01)"
    preview_of(desktop).reject()


def test_the_members_are_printed_from_the_settings_too(desktop: Desktop) -> None:
    desktop.shell.show_place("settings")
    screen = desktop.shell.seen()
    assert isinstance(screen, SettingsScreen)
    (button,) = [one for one in screen.findChildren(Button) if "B14" in one.text()]
    button.click()
    assert preview_of(desktop).windowTitle() == "Danh sách thành viên Tổ (B14)"


def long_paper(rows: int) -> Paper:
    lines = tuple(Row((str(at), "Thanh toán QR cho hộ Hà Thị Xuân")) for at in range(rows))
    table = Table((Column("TT", 6), Column("Nội dung", 40)), lines)
    return Paper("B01", "Sổ", (Sheet("Sổ", None, Title("Sổ"), (table,)),), Page.LANDSCAPE)


def test_a_long_paper_is_laid_out_bit_by_bit_and_says_how_far_it_is() -> None:
    pages = Pages(long_paper(400))
    first = pages.lay_out_some()
    assert 0 < first.done < first.total == 400
    assert first.pages == len(pages) > 0
    assert not pages.image(0, 40).isNull(), "the first page can be looked at"
    said: list[tuple[int, int]] = []
    pages.lay_out(lambda done, total: said.append((done, total)))
    assert said == sorted(said)
    assert len(said) > 3, "told of each part"
    assert said[-1] == (400, 400)
    assert pages.lay_out_some() == pages.laid()
    assert pages.laid().whole
    drawn: list[tuple[int, int]] = []
    pages.pdf(lambda done, total: drawn.append((done, total)))
    assert drawn == [(at + 1, len(pages)) for at in range(len(pages))]


def long_preview(desktop: Desktop) -> tuple[PaperPreview, Later]:
    """The preview of a long paper of which nothing is laid out yet, and what lays it out when told to."""
    later = Later()
    desktop.files._executor = later
    desktop.printing._open("Sổ", False, lambda _numbers, _ground: Printout(long_paper(400), 1))
    return preview_of(desktop), later


def one_more(later: Later) -> None:
    _future, work = later.waiting.pop(0)
    work()


def test_the_first_pages_can_be_read_while_the_others_are_laid_out(desktop: Desktop) -> None:
    preview, later = long_preview(desktop)
    assert not preview.save.isEnabled()
    one_more(later)
    some = preview_pages(preview)
    assert some > 1
    words = preview.place.words()
    assert words.startswith("Trang 1 · đang dàn trang: ")
    assert words.endswith(" / 400 dòng")
    assert preview.meter.isVisible()
    assert preview.save.isEnabled()
    preview.turn()
    later.catch_up()
    assert preview_pages(preview) > some
    assert preview.place.words() == f"Trang 2 / {preview_pages(preview)}"
    assert not preview.meter.isVisible()


def test_a_file_is_made_of_all_pages_and_can_be_stopped_without_leaving(desktop: Desktop) -> None:
    preview, later = long_preview(desktop)
    one_more(later)
    preview.save.click()
    assert not preview.save.isEnabled()
    assert preview.leave.text() == "Dừng"
    preview.reject()
    assert desktop.printing.preview is preview, "it is the making that was stopped"
    assert preview.leave.text() == "Đóng"
    later.catch_up()
    assert exports.listed(desktop.core) == ()
    assert not desktop.shell.messages.isVisible(), "who stopped it need not be told"
    preview.save.click()
    later.catch_up()
    (row,) = exports.listed(desktop.core)
    numbers = re.findall(r"^\f?(\d+) +Thanh toán", text_of(Path(row.folder) / row.name), re.MULTILINE)
    assert numbers == [str(at) for at in range(400)]


def test_closing_a_preview_ends_the_laying_out(desktop: Desktop) -> None:
    preview, later = long_preview(desktop)
    one_more(later)
    preview.reject()
    later.catch_up()
    assert not desktop.files._errands
    assert desktop.printing._held._pages is None


def test_a_preview_says_how_far_a_file_is(desktop: Desktop) -> None:
    desktop.printing.members()
    preview = preview_of(desktop)
    preview.show_drawing(3, 12)
    assert preview.place.words() == "Trang 1 / 1", "nothing is being made"
    preview.show_work()
    preview.show_layout(80, 400)
    assert (preview.place.words(), preview.meter.isVisible()) == ("Đang dàn trang: 80 / 400 dòng", True)
    preview.show_drawing(3, 12)
    assert preview.place.words() == "Đang vẽ trang: 3 / 12"
    assert not preview.save.isEnabled()
    preview.reject()
    assert preview.save.isEnabled()
    assert not preview.meter.isVisible()


def test_nothing_to_print_is_said_and_the_preview_goes(desktop: Desktop, home: Home) -> None:
    screen = register_screen(desktop, home)
    screen.search.setText("nobody of that name")
    screen.reload()
    desktop.printing.choose()
    assert desktop.printing.choice is not None
    button = next(one for one in desktop.printing.choice.buttons if "mọi hộ" in one.text())
    button.click()
    assert desktop.printing.preview is None
    assert "Không còn hộ nào để in" in desktop.shell.messages.words()
