"""From the preview to files of Word and Excel, and from a number in it to the records behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docx import Document
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.gui.keyboard import CTRL, ENTER, Keyboard
from tests.unit.actions.conftest import COMMUNE, MEMBER, VILLAGE, core_of
from tests.unit.documents.read_back import Book, Word
from tongcds import paths
from tongcds.actions import Core
from tongcds.domain.views import Role
from tongcds.settings import Settings
from ui.desktop import Desktop
from ui.forms.paper_preview import PaperPreview
from ui.preview.screens import settle
from ui.tasks import InlineExecutor
from ui.widgets.button import Button

__all__ = ["core_of"]


@pytest.fixture
def desktop(
    core_of: Callable[[Role], Core], tmp_path: Path, keep: Callable[[QWidget], QWidget]
) -> Iterator[Desktop]:
    core = core_of(Role.COMMUNE)
    with core.vault.change(MEMBER) as change:
        other = change.writer.create("village", commune_id=COMMUNE, name="Bản Khác")
        for village in (VILLAGE, other):
            for at in range(12):
                household = change.writer.create("household", village_id=village, code=f"HN-{at}")
                person = change.writer.create(
                    "person",
                    village_id=village,
                    household_id=household,
                    birth="1980",
                    full_name=f"Hà Thị {at}",
                )
                change.writer.create(
                    "observation", village_id=village, subject="person", subject_id=person, fact="account",
                    value=at % 2, held_on="2026-11-02",
                )  # fmt: skip
    everywhere = {name: InlineExecutor() for name in ("writes", "reads", "files", "net")}
    made = Desktop(core, Settings(tmp_path), **everywhere, automatic=False)
    keep(made.shell)
    made.show()
    yield made
    made.close()
    made.deleteLater()


def at_work(window: QWidget, qtbot: QtBot) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def take(desktop: Desktop, words: str) -> PaperPreview:
    desktop.printing.choose()
    choice = desktop.printing.choice
    assert choice is not None
    next(button for button in choice.buttons if words in button.text()).click()
    assert desktop.printing.preview is not None
    settle()
    return desktop.printing.preview


def only_file() -> Path:
    (file,) = paths.exports_folder().iterdir()
    return file


def test_a_paper_is_saved_for_word_by_its_key(desktop: Desktop, qtbot: QtBot) -> None:
    preview = take(desktop, "(B04)")
    at_work(preview, qtbot)
    Keyboard(preview).press(Qt.Key.Key_W, with_=CTRL)
    assert only_file().suffix == ".docx"
    assert "Bản Khác" in [line.text for line in Word(only_file().read_bytes()).lines()]
    assert desktop.printing.preview is None


def test_a_paper_is_saved_for_excel_by_its_key_with_a_chart(desktop: Desktop, qtbot: QtBot) -> None:
    preview = take(desktop, "(B04)")
    at_work(preview, qtbot)
    Keyboard(preview).press(Qt.Key.Key_E, with_=CTRL)
    assert only_file().suffix == ".xlsx"
    book = Book(only_file().read_bytes())
    assert 0.5 in book.cells.values()
    assert "xl/charts/chart1.xml" in book.parts


def test_a_template_with_an_unknown_field_is_said_after_saving(
    desktop: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = Document()
    document.add_paragraph("{{ khong_co }}{{ noi_dung }}")
    document.save(str(tmp_path / "B04.docx"))
    monkeypatch.setenv(paths.TEMPLATES_VARIABLE, str(tmp_path))
    take(desktop, "(B04)").word.click()
    assert "khong_co" in desktop.shell.messages.words()
    assert only_file().suffix == ".docx"


def test_f3_and_enter_open_what_a_number_counts(desktop: Desktop, qtbot: QtBot) -> None:
    preview = take(desktop, "(B04)")
    at_work(preview, qtbot)
    keys = Keyboard(preview)
    for _number in range(60):
        keys.press(Qt.Key.Key_F3)
        link = preview._sheet.chosen()
        assert link is not None
        if link.behind.indicator == "XHS09" and link.behind.unit_id == VILLAGE:
            break
    keys.press(ENTER)
    dialog = desktop.printing.behind
    assert dialog is not None
    assert "6 bản ghi" in dialog.told.text()
    dialog.rows.opened.emit(dialog.rows.model().row(0))
    assert desktop.printing.preview is None


def test_a_click_on_a_number_opens_it_and_beside_it_nothing_happens(desktop: Desktop) -> None:
    preview = take(desktop, "(B04)")
    sheet = preview._sheet
    link = next(link for link in sheet._links if link.behind.indicator == "XHS09")
    place = sheet.place_of(link)
    QTest.mouseClick(sheet, Qt.MouseButton.LeftButton, pos=(place.topLeft().toPoint() - QPoint(60, 400)))
    assert desktop.printing.behind is None
    QTest.mouseClick(sheet, Qt.MouseButton.LeftButton, pos=place.center().toPoint())
    assert desktop.printing.behind is not None
    desktop.printing.behind.reject()
    preview.reject()


def test_the_report_is_offered_and_its_figures_open(desktop: Desktop) -> None:
    preview = take(desktop, "Báo cáo định kỳ")
    assert preview._sheet._links
    preview.reject()


def test_the_overview_leads_to_documents(desktop: Desktop) -> None:
    desktop.shell.show_place("overview")
    screen = desktop.shell.screen_of("overview")
    assert screen is not None
    next(button for button in screen.findChildren(Button) if "Văn bản" in button.text()).click()
    assert desktop.printing.choice is not None
    desktop.printing.choice.reject()


def test_what_members_are_paid_is_typed_in_the_window(desktop: Desktop) -> None:
    desktop.printing.choose()
    choice = desktop.printing.choice
    assert choice is not None
    next(button for button in choice.buttons if "B15" in button.text()).click()
    settle()
    dialog = desktop.printing.payment
    assert dialog is not None
    for amount, months in (("nhiều", "3"), ("150.000", "0"), ("100.000.001", "3")):
        dialog.amount.setText(amount)
        dialog.months.setText(months)
        dialog.save()
        assert dialog.isVisible()
    dialog.amount.setText("150.000")
    dialog.months.setText("3")
    dialog.save()
    settle()
    printout = desktop.printing._printout
    assert printout is not None
    assert "Bốn trăm năm mươi nghìn đồng" in repr(printout.paper)


def test_amounts_may_be_left_for_a_pen(desktop: Desktop) -> None:
    desktop.printing.choose()
    choice = desktop.printing.choice
    assert choice is not None
    next(button for button in choice.buttons if "B15" in button.text()).click()
    settle()
    dialog = desktop.printing.payment
    assert dialog is not None
    dialog.save()
    settle()
    printout = desktop.printing._printout
    assert printout is not None
    assert printout.paper.form == "B15"
    assert "đồng." not in repr(printout.paper)
