"""Photos and papers in the window: attached, opened, exported on purpose and removed, by keys too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QDialog, QWidget

from tests.gui.keyboard import CTRL, ENTER, ESCAPE, TAB, Keyboard
from tests.pictures import exif, jpeg, pdf, png
from tests.unit.actions.conftest import Home, core_of, home, team
from tongcds import paths
from tongcds.actions import Core, attachments
from tongcds.domain.views import AttachmentRow, Standing, SyncPhase, SyncStatus, Tone
from tongcds.errors import UnavailableError
from tongcds.settings import Settings
from tongcds.sync.transport import Transport
from ui.desktop import Desktop
from ui.forms.attach_dialog import AttachDialog, ExportDialog
from ui.forms.attachments_part import AttachmentsPart
from ui.forms.picture_window import MOST_SIDE, PictureWindow, decoded
from ui.outline import outline
from ui.preview import samples
from ui.screens.households import HouseholdsScreen
from ui.screens.sync.state import progress
from ui.shell.badge import sync_badge
from ui.tasks import InlineExecutor

__all__ = ["core_of", "home", "team"]
TODAY = date(2026, 11, 23)


def drawn(width: int = 40, height: int = 20) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(0xFF336699)
    store = QByteArray()
    buffer = QBuffer(store)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "JPEG")
    return bytes(store)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "Ảnh buổi học.jpg"
    content = drawn()
    path.write_bytes(content[:2] + exif(turn=6) + content[2:])
    return path


@pytest.fixture
def desktop(
    team: Core, home: Home, tmp_path: Path, keep: Callable[[QWidget], QWidget], qtbot
) -> Iterator[Desktop]:
    everywhere = {name: InlineExecutor() for name in ("writes", "reads", "files", "net")}
    made = Desktop(team, Settings(tmp_path / "settings"), **everywhere, automatic=False)
    keep(made.shell)
    made.show()
    made.open_household(home.household)
    made.shell.activateWindow()
    qtbot.waitUntil(made.shell.isActiveWindow)
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture(autouse=True)
def _settings_folder(tmp_path: Path) -> None:
    (tmp_path / "settings").mkdir()


def part_of(desktop: Desktop) -> AttachmentsPart:
    screen = desktop.shell.screen_of("households")
    assert isinstance(screen, HouseholdsScreen)
    return screen.detail.attachments


def rows(desktop: Desktop) -> list[AttachmentRow]:
    return part_of(desktop).rows.rows_model.rows()


def attach(desktop: Desktop, path: Path, note: str = "") -> None:
    part_of(desktop).add.click()
    dialog = desktop.attaching.dialog
    assert isinstance(dialog, AttachDialog)
    dialog.choose_path(str(path))
    dialog.note.setText(note)
    dialog.save()


def said(desktop: Desktop) -> str:
    return desktop.shell.messages.words()


def take_back(desktop: Desktop) -> None:
    desktop.shell.messages._undo.click()


def test_a_photo_is_attached_shown_and_taken_back(desktop, photo):
    attach(desktop, photo, "Chợ phiên")
    (row,) = rows(desktop)
    assert (row.name, row.note, row.standing) == ("Ảnh buổi học.jpg", "Chợ phiên", Standing.WAITING)
    assert "Ảnh buổi học.jpg" in outline(desktop.shell)
    assert "Đã đính kèm" in said(desktop)
    take_back(desktop)
    assert rows(desktop) == []


def test_it_is_opened_and_removed_with_keys_alone(desktop, photo, qtbot):
    attach(desktop, photo)
    part = part_of(desktop)
    keys = Keyboard(desktop.shell)
    part.add.setFocus()
    keys.press(TAB)
    assert keys.focus() is part.rows
    keys.press(ENTER)
    window = desktop.attaching.picture
    assert isinstance(window, PictureWindow)
    qtbot.waitUntil(window.isActiveWindow)
    # The camera was held on its side.
    assert (window._picture._image.width(), window._picture._image.height()) == (20, 40)
    Keyboard(window).press(Qt.Key.Key_Z)
    assert not window.shows_whole()
    Keyboard(window).press(ESCAPE)
    desktop.shell.activateWindow()
    qtbot.waitUntil(desktop.shell.isActiveWindow)
    part.rows.setFocus()
    keys.press(Qt.Key.Key_Delete)
    assert rows(desktop) == []
    take_back(desktop)
    assert [row.name for row in rows(desktop)] == ["Ảnh buổi học.jpg"]


def test_a_pdf_leaves_only_on_purpose_and_after_a_warning(desktop, tmp_path, monkeypatch):
    paper = tmp_path / "Giấy.pdf"
    paper.write_bytes(pdf())
    attach(desktop, paper)
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.setenv(paths.EXPORTS_VARIABLE, str(out))
    part = part_of(desktop)
    part.rows.choose(0)
    part.open.click()
    warning = desktop.attaching.dialog
    assert isinstance(warning, ExportDialog)
    assert "ai có nó cũng mở được" in outline(warning)
    assert list(out.iterdir()) == []
    warning.leave.click()
    assert list(out.iterdir()) == []
    part.export.click()
    again = desktop.attaching.dialog
    assert isinstance(again, ExportDialog)
    assert not again.go_on.isEnabled(), "nobody asked the household"
    again.without.choice.setCurrentIndex(1)
    again.without.choice.activated.emit(1)
    again.go_on.click()
    assert [path.read_bytes() for path in out.iterdir()] == [pdf()]
    assert "Giấy.pdf" in said(desktop)


def test_a_file_that_is_elsewhere_says_so_without_a_network(desktop, photo):
    attach(desktop, photo)
    for path in (desktop.core.vault.folder / "attachments").iterdir():
        path.unlink()
    desktop.core.connect = lambda _url: Transport("http://127.0.0.1:9")
    desktop.changes.tell(frozenset({"attachment"}))
    (row,) = rows(desktop)
    assert not row.here
    part_of(desktop).rows.choose(0)
    part_of(desktop).open.click()
    assert "Chưa kết nối được máy chủ tỉnh" in said(desktop)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"MZ", "không phải ảnh"), (jpeg(width=30_000, height=30_000), "quá nhiều điểm ảnh")],
)
def test_what_cannot_be_attached_is_said_with_what_to_do(desktop, tmp_path, content, words):
    path = tmp_path / "x.jpg"
    path.write_bytes(content)
    attach(desktop, path)
    assert words in said(desktop)
    assert rows(desktop) == []


def test_another_household_has_none_chosen(desktop, home, photo):
    attach(desktop, photo)
    part_of(desktop).rows.choose(0)
    assert part_of(desktop).remove.isVisible()
    part_of(desktop).leave()
    assert not part_of(desktop).remove.isVisible()


@pytest.fixture
def dialog(shown):
    return shown(AttachDialog("Hộ Lường Văn Pản", TODAY, choose=lambda _parent: "/x/a.jpg"), 520, 460)


def test_the_dialog_says_what_must_not_be_attached(dialog):
    assert "Không đính kèm ảnh căn cước" in outline(dialog)


def test_the_dialog_wants_a_file_and_a_day_that_was(dialog, qtbot):
    got = []
    dialog.saved.connect(lambda *answer: got.append(answer))
    Keyboard(dialog).press(ENTER, with_=CTRL)
    assert "Hãy chọn tệp trước" in outline(dialog)
    dialog.browse.click()
    assert dialog.file.text() == "a.jpg"
    for words in ("hôm kia kia kia", "24/11/2026"):
        dialog.day.setText(words)
        dialog.save()
        assert got == []
    dialog.day.setText("hôm qua")
    dialog.note.setText("Giấy")
    Keyboard(dialog).press(ENTER, with_=CTRL)
    assert got == [(Path("/x/a.jpg"), date(2026, 11, 22), "Giấy")]
    assert dialog.result() == QDialog.DialogCode.Accepted


@pytest.mark.qt_log_ignore("Quantization table", extend=True)
def test_a_large_picture_is_drawn_small_and_a_broken_one_refused():
    assert max(decoded(drawn(6000, 300)).width(), 0) == MOST_SIDE
    assert decoded(png()).width() == 8
    with pytest.raises(UnavailableError, match="attachment_damaged"):
        decoded(jpeg())


# What badge and Đồng bộ say


QUIET = SyncStatus(SyncPhase.IDLE, waiting=0, received_at=samples.NOW, online=True)
WAITING = replace(QUIET, files_waiting=3, file_bytes_waiting=4_100_000)
SENDING = replace(
    WAITING, phase=SyncPhase.SENDING, files_sent=2, files_to_send=5, file_bytes_sent=1_300_000,
    file_bytes_to_send=5_400_000,
)  # fmt: skip


def test_the_badge_says_how_far_photos_are_and_never_that_all_is_received():
    assert sync_badge(SENDING, samples.NOW).words == "Ảnh: 2/5, 1,3 MB"
    assert sync_badge(WAITING, samples.NOW).words == "3 ảnh, giấy tờ chờ gửi"
    assert sync_badge(QUIET, samples.NOW).tone is Tone.GOOD
    assert sync_badge(replace(WAITING, waiting=2), samples.NOW).words == "2 thay đổi chờ gửi"


def test_the_strip_says_it_in_bytes():
    sending = progress(SENDING, (), samples.NOW)
    assert (sending.words, sending.detail) == ("Đang gửi ảnh, giấy tờ: 2/5", "1,3 MB/5,4 MB")
    assert sending.share == pytest.approx(1.3 / 5.4)
    waiting = progress(WAITING, (), samples.NOW)
    assert waiting.words == "3 ảnh, giấy tờ chờ gửi"
    assert "4,1 MB" in waiting.detail


def test_the_strip_says_what_to_do_with_photos_that_the_province_does_not_take():
    waiting = progress(replace(WAITING, files_unwanted=2), (), samples.NOW)
    assert "2 tệp thuộc về những bản ghi không còn trên máy này" in waiting.detail
    assert (waiting.tone, progress(WAITING, (), samples.NOW).tone) == (Tone.WARN, Tone.INFO)


def test_what_is_attached_elsewhere_can_be_read_here(team, home, photo):
    attachment, _changes = attachments.attach(team, ("person", home.people[0]), photo)
    assert decoded(attachments.open_file(team, attachment).content).height() == 40
