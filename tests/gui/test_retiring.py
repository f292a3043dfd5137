"""A vault leaves its computer from the settings: asked with numbers, typed, refused while something waits."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from tests.faults.scenes import quickly
from tests.gui.keyboard import CTRL, ENTER, ESCAPE, TAB, Keyboard
from tests.gui.profiles import profile_of_team, program, settle, unlock
from tests.gui.test_locking import set_a_pin
from tests.unit.actions.conftest import PASSPHRASE, core_of, home, team
from tests.unit.actions.test_retirement import SECOND, let_in
from tongcds.actions import opening, rescue
from tongcds.actions.retirement import Stock
from tongcds.settings import Settings
from tongcds.storage import keyslots, retirement
from ui.forms.retire_dialog import RetireDialog
from ui.outline import outline
from ui.program import Program
from ui.tasks import InlineExecutor
from ui.widgets.button import Button

__all__ = ["core_of", "home", "profile_of_team", "program", "team"]

EMPTY = Stock(
    households=120, people=480, writes=0, files=0, drafts=0, carried=0, exported=0, others=0, alone=True
)
WAITING = Stock(
    households=120, people=480, writes=31, files=2, drafts=1, carried=1, exported=3, others=1, alone=True
)


@pytest.fixture(autouse=True)
def _quick_passphrases(monkeypatch):
    monkeypatch.setattr(keyslots, "_passphrase_key", quickly)


@pytest.fixture
def opened(qtbot, keep):
    def make(dialog):
        keep(dialog)
        dialog.show()
        dialog.activateWindow()
        qtbot.waitUntil(dialog.isActiveWindow)
        return Keyboard(dialog)

    return make


def test_it_is_ordered_from_the_keyboard_once_passphrase_and_word_are_there(opened):
    dialog = RetireDialog(EMPTY)
    keys = opened(dialog)
    ordered = []
    dialog.ordered.connect(ordered.append)
    assert "hộ: 120, người: 480" in outline(dialog)
    assert not dialog.second.isVisible()
    keys.press(ENTER, with_=CTRL)
    keys.type(PASSPHRASE.encode("ascii", "ignore").decode())
    keys.press(TAB)
    assert keys.focus() is dialog.word
    keys.type("xoa kh")
    keys.press(ENTER)
    keys.press(ENTER, with_=CTRL)
    assert not ordered
    keys.type("o")
    keys.press(ENTER)
    assert not ordered
    keys.press(ENTER, with_=CTRL)
    (order,) = ordered
    assert (order.word, order.second) == ("xoa kho", "")
    # Nothing secret stays in the fields, and nobody orders it twice.
    assert (dialog.passphrase.text(), dialog.second.text()) == ("", "")
    keys.press(ENTER, with_=CTRL)
    assert len(ordered) == 1


def test_what_waits_is_told_and_a_second_person_is_asked_for(opened):
    dialog = RetireDialog(WAITING)
    keys = opened(dialog)
    drawn = outline(dialog)
    for words in ("số thay đổi: 31, ảnh và giấy tờ: 2", "Phiếu đang điền dở", "Tệp đã xuất vẫn nằm lại"):
        assert words in drawn
    assert "Hãy đồng bộ trước, hoặc sao lưu ra USB." in drawn
    keys.press(TAB)
    assert keys.focus() is dialog.second
    assert dialog.second.accessibleName() == "Cụm mật khẩu của người thứ hai"
    keys.press(ESCAPE)
    assert not dialog.isVisible()


def test_a_refusal_is_said_with_what_waits_now_and_can_be_tried_again(opened):
    dialog = RetireDialog(EMPTY)
    keys = opened(dialog)
    dialog.word.setText("xoa kho")
    dialog.passphrase.setText("x")
    keys.press(ENTER, with_=CTRL)
    assert "Đang gửi phần còn lại" in outline(dialog)
    keys.press(ESCAPE)
    assert dialog.isVisible()
    dialog.refuse("Chưa xóa gì.", WAITING)
    assert "Chưa xóa gì." in outline(dialog)
    assert keys.focus() is dialog.passphrase
    assert dialog.word.text() == "xoa kho"
    keys.type("x")
    assert "số thay đổi: 31" in outline(dialog)
    keys.press(ENTER, with_=CTRL)
    assert "Đang gửi phần còn lại" in outline(dialog)


# ---- the whole program


def asked(program, qtbot):
    """The dialog, opened from the settings."""
    program.desktop.shell.show_place("settings")
    screen = program.desktop.shell.screen_of("settings")
    (button,) = [one for one in screen.findChildren(Button) if "Xóa kho khỏi máy này" in one.text()]
    button.click()
    qtbot.waitUntil(lambda: program.desktop.retiring.dialog is not None)
    dialog = program.desktop.retiring.dialog
    qtbot.waitUntil(dialog.isVisible)
    return dialog


def order(dialog, first=PASSPHRASE, second=""):
    dialog.passphrase.setText(first)
    dialog.second.setText(second)
    dialog.word.setText("xóa kho")
    dialog.go.click()


def test_after_a_backup_the_program_is_at_the_screen_of_an_empty_computer(
    program, profile_of_team, qtbot, tmp_path
):
    unlock(program)
    settle(program)
    set_a_pin(program, qtbot)
    dialog = asked(program, qtbot)
    order(dialog)
    qtbot.waitUntil(lambda: "Chưa xóa gì" in outline(dialog))
    assert opening.vault_exists(profile_of_team)
    rescue.backup_to(program.desktop.core, tmp_path / "stick")
    order(dialog)
    qtbot.waitUntil(lambda: program.desktop is None)
    screen = program.opening
    assert screen.isVisible()
    assert screen.invitation.isVisible()
    assert not screen.unlock.isVisible()
    assert not screen.pin.isVisible()
    assert program._ways.people_with_pin() == ()
    assert "Xuân" not in outline(screen)
    assert not opening.vault_exists(profile_of_team)
    assert {path.name for path in opening.vault_folder(profile_of_team).iterdir()} == {"vault.lock"}
    assert QApplication.activeModalWidget() is None


def test_a_wrong_passphrase_removes_nothing(program, profile_of_team, qtbot):
    unlock(program)
    settle(program)
    dialog = asked(program, qtbot)
    order(dialog, "sai sai sai sai")
    qtbot.waitUntil(lambda: "không mở được kho" in outline(dialog))
    assert opening.vault_exists(profile_of_team)
    program.lock()
    unlock(program)
    settle(program)
    assert program.desktop is not None


def test_two_people_remove_it_with_what_waits(program, profile_of_team, qtbot):
    unlock(program)
    settle(program)
    let_in(program.desktop.core, "Lò Văn Ún", SECOND)
    dialog = asked(program, qtbot)
    order(dialog, second=SECOND)
    qtbot.waitUntil(lambda: program.desktop is None)
    assert program.opening.invitation.isVisible()
    assert not opening.vault_exists(profile_of_team)


def test_what_was_cut_off_is_finished_at_the_next_start(profile_of_team, clock, qtbot, keep):
    retirement.decide(opening.vault_folder(profile_of_team))
    made = Program(profile_of_team, Settings(profile_of_team), clock, executor=InlineExecutor())
    made.show()
    assert made.opening.invitation.isVisible()
    assert {path.name for path in opening.vault_folder(profile_of_team).iterdir()} == {"vault.lock"}
    made.close()
    made.deleteLater()
