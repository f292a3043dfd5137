"""A vault that does not open: what is offered then, and that nothing goes on before somebody agreed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog

from tests.gui.keyboard import ENTER, TAB, Keyboard
from tests.gui.profiles import let_in
from tests.unit.actions.conftest import MEMBER, core_of, home, team
from tests.unit.actions.conftest import PASSPHRASE as OF_TEAM
from tongcds import i18n
from tongcds.actions import opening, rescue
from tongcds.errors import UnavailableError, UserError, sentence
from tongcds.settings import Settings
from ui import stylesheet, theme
from ui.forms.salvage_dialog import SalvageDialog
from ui.outline import outline
from ui.program import Program
from ui.screens.opening import OpeningScreen
from ui.tasks import InlineExecutor, Tasks

__all__ = ["core_of", "home", "team"]
PASSPHRASE = "trau vang gam co"


class Damaged:
    """A computer whose vault does not open."""

    def __init__(self, tmp_path):
        self.enrolled = set()
        self.folder = tmp_path
        self.done = []
        self.problem = UnavailableError("vault_damaged")

    def phone(self):
        return "0212 000 123"

    def unlock(self, passphrase):
        raise self.problem

    def is_enrolled(self, vault):
        return vault in self.enrolled

    def open_from_backup(self, passphrase):
        self.done.append(("agreed", passphrase))
        return "vault"

    def copy(self, target):
        if target.name == "full":
            raise UserError("stick_unwritable")
        self.done.append(("copy", target))
        return target / "TongCDS-1"

    def about_export(self):
        return str(self.folder / "xuất"), "Ai cũng đọc được.", ""

    def salvage(self, passphrase):
        if passphrase != PASSPHRASE:
            raise UserError("salvage_nothing")
        self.done.append(("salvage", passphrase))
        return "3 hộ, 1 không đọc được."

    def restore(self, source, passphrase):
        if source.name == "none":
            raise UnavailableError("backup_unreadable")
        self.done.append(("restore", source, passphrase))
        return "vault"

    def begin_anew(self, passphrase):
        if ("copy", self.folder / "stick") not in self.done:
            raise UserError("unsent_anew", count=3)
        self.done.append("anew")
        return self.folder


def never(*_given):
    raise AssertionError


@pytest.fixture
def rescue_screen(keep, qtbot, tmp_path):
    machine = Damaged(tmp_path)
    screen = keep(
        OpeningScreen(
            person="Lò Thị Ngân",
            exists=True,
            unlock=machine.unlock,
            create=never,
            is_enrolled=machine.is_enrolled,
            read_file=never,
            read_code=never,
            enrol=never,
            tasks=Tasks(InlineExecutor()),
            rescue=machine,
        )
    )
    screen.resize(1366, 768)
    screen.show()
    screen.activateWindow()
    qtbot.waitUntil(screen.isActiveWindow)
    enter(screen)
    return screen, machine


def enter(screen):
    keys = Keyboard(screen)
    screen.unlock.field.setFocus()
    keys.type(PASSPHRASE)
    keys.press(ENTER)


def test_a_vault_that_does_not_open_offers_rescue_and_says_what_is_safe(rescue_screen):
    screen, machine = rescue_screen
    assert screen.rescue.isVisible()
    assert screen.rescue.title.text() in outline(screen)
    assert "gọi 0212 000 123" in outline(screen)
    assert machine.done == []


@pytest.mark.parametrize("percent", [100, 150])
@pytest.mark.parametrize("language", ["vi", "en", i18n.PSEUDO])
def test_no_words_of_a_button_are_cut_and_it_fits_the_cheap_laptop(rescue_screen, qapp, language, percent):
    first, machine = rescue_screen
    i18n.set_language(language)
    stylesheet.dress(qapp, theme.load("light", text_percent=percent))
    machine.problem = UnavailableError("repair_loses", moment="23/11/2026 14:02")
    screen = type(first)(
        person="", exists=True, unlock=machine.unlock, create=never, is_enrolled=never, read_file=never,
        read_code=never, enrol=never, tasks=Tasks(InlineExecutor()), rescue=machine, parent=first,
    )  # fmt: skip
    screen.resize(1366, 768)
    screen.show()
    screen._try_to_unlock("x")
    screen.rescue.tell(sentence(UserError("unsent_anew", count=3)))
    QApplication.sendPostedEvents()
    assert screen.rescue.accept_loss.isVisible()
    for button in screen.rescue.findChildren(QAbstractButton):
        assert button.width() >= button.sizeHint().width(), button.text()
        line = screen.rescue.rect()
        assert line.contains(button.mapTo(screen.rescue, button.rect().bottomRight())), button.text()


def test_a_copy_of_everything_goes_to_the_chosen_folder(rescue_screen, tmp_path):
    screen, machine = rescue_screen
    screen.rescue.copy.click()
    dialog = screen.findChild(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "full"))
    dialog.reject()
    assert sentence(UserError("stick_unwritable")) in outline(screen)
    screen.rescue.copy_chosen.emit(tmp_path / "stick")
    assert machine.done == [("copy", tmp_path / "stick")]
    assert "TongCDS-1" in outline(screen)


def test_what_can_be_read_is_exported_only_after_a_warning(rescue_screen, qtbot):
    screen, machine = rescue_screen
    keys = Keyboard(screen)
    screen.rescue.setFocus()
    while keys.focus() is not screen.rescue.salvage:
        assert keys.strokes < 20
        keys.press(TAB)
    keys.press(Qt.Key.Key_Space)
    dialog = screen.findChild(SalvageDialog)
    assert "Ai cũng đọc được." in outline(dialog)
    assert str(machine.folder / "xuất") in outline(dialog)
    qtbot.waitUntil(dialog.leave.hasFocus)
    dialog.reject()
    assert machine.done == []
    screen.rescue.salvage.click()
    screen.findChildren(SalvageDialog)[-1].go_on.click()
    assert machine.done == [("salvage", PASSPHRASE)]
    assert "3 hộ, 1 không đọc được." in outline(screen)
    assert screen.rescue.salvage.isEnabled()


def test_where_nothing_can_be_read_that_is_said_on_the_pane(rescue_screen):
    screen, machine = rescue_screen
    screen._passphrase = "another"
    screen.rescue.salvage_agreed.emit()
    assert machine.done == []
    assert sentence(UserError("salvage_nothing")) in outline(screen)
    assert screen.rescue.copy.isEnabled()


def test_a_backup_from_a_stick_opens_the_vault_with_the_passphrase_that_was_typed(
    rescue_screen, tmp_path, qtbot
):
    screen, machine = rescue_screen
    machine.enrolled.add("vault")
    screen.rescue.backup_chosen.emit(tmp_path / "none")
    assert sentence(UnavailableError("backup_unreadable")) in outline(screen)
    with qtbot.waitSignal(screen.opened):
        screen.rescue.backup_chosen.emit(tmp_path / "stick")
    assert machine.done == [("restore", tmp_path / "stick", PASSPHRASE)]


def test_a_loss_is_told_with_its_moment_and_agreed_to_before_anything_goes_on(rescue_screen, qtbot):
    screen, machine = rescue_screen
    assert not screen.rescue.accept_loss.isVisible()
    machine.enrolled.add("vault")
    machine.problem = UnavailableError("repair_loses", moment="23/11/2026 14:02")
    screen.rescue.again.emit()
    enter(screen)
    assert "23/11/2026 14:02" in outline(screen)
    assert machine.done == []
    with qtbot.waitSignal(screen.opened) as told:
        screen.rescue.accept_loss.click()
    assert told.args == ["vault"]
    assert machine.done == [("agreed", PASSPHRASE)]


def test_a_vault_at_a_step_between_passphrase_and_window_can_be_closed(rescue_screen):
    screen, _machine = rescue_screen
    screen._lease_told(Over())
    screen._vault = "vault"
    assert screen.give_up() == "vault"
    assert screen.give_up() is None


class Over:
    over, revoked, device, number, phone = True, False, 7, "123456", ""


def test_what_waits_for_the_server_is_named_before_anything_begins_empty(rescue_screen):
    screen, machine = rescue_screen
    screen.rescue.typed.setText(screen.rescue._words)
    screen.rescue.empty.click()
    assert machine.done == []
    assert sentence(UserError("unsent_anew", count=3)) in outline(screen)
    assert screen.rescue.copy.isEnabled()


def test_nothing_begins_empty_before_the_words_were_typed(rescue_screen):
    screen, machine = rescue_screen
    screen.rescue.empty.click()
    screen.rescue.typed.setText("x")
    screen.rescue.empty.click()
    assert machine.done == []
    screen.rescue.copy_chosen.emit(machine.folder / "stick")
    screen.rescue.typed.setText(screen.rescue._words.upper())
    screen.rescue.empty.click()
    assert machine.done[1:] == ["anew"]
    assert screen.invitation.isVisible()


# A computer that takes the place of a lost one


@pytest.fixture
def new_computer(keep, qtbot, tmp_path):
    """A screen on a computer without a vault, beside a stick with backups."""
    machine = Damaged(tmp_path)
    screen = keep(
        OpeningScreen(
            person="", exists=False, unlock=never, create=never, is_enrolled=machine.is_enrolled,
            read_file=never, read_code=never, enrol=never, tasks=Tasks(InlineExecutor()), rescue=machine,
        )
    )  # fmt: skip
    screen.show()
    screen.activateWindow()
    qtbot.waitUntil(screen.isActiveWindow)
    return screen, machine


def test_a_backup_on_a_stick_opens_on_a_new_computer_with_its_passphrase(new_computer, tmp_path, qtbot):
    screen, machine = new_computer
    machine.enrolled.add("vault")
    assert screen.invitation.backup.isVisible()
    screen.invitation.backup.click()
    screen.findChild(QFileDialog).fileSelected.emit(str(tmp_path / "stick"))
    assert screen.unlock.isVisible()
    with qtbot.waitSignal(screen.opened):
        enter(screen)
    assert machine.done == [("restore", tmp_path / "stick", PASSPHRASE)]


def test_a_folder_without_a_backup_leads_back_to_the_invitation(new_computer, tmp_path):
    screen, machine = new_computer
    screen.invitation.backup_chosen.emit(tmp_path / "none")
    enter(screen)
    assert screen.invitation.isVisible()
    assert sentence(UnavailableError("backup_unreadable")) in outline(screen)
    assert machine.done == []
    # Another passphrase is asked for again, in the same place.
    machine.restore = lambda *_given: (_ for _ in ()).throw(UserError("passphrase_wrong"))
    screen.invitation.backup_chosen.emit(tmp_path / "stick")
    enter(screen)
    assert screen.unlock.isVisible()
    assert sentence(UserError("passphrase_wrong")) in outline(screen)


def test_where_there_is_a_vault_no_backup_is_offered_in_its_place(rescue_screen):
    screen, _machine = rescue_screen
    screen._ask_invitation()
    assert not screen.invitation.backup.isVisible()


def test_the_real_program_opens_a_backup_where_there_was_nothing(team, home, clock, tmp_path, logs):
    logs.expect("tongcds.storage.repair", "the vault was made anew from a backup")
    stick, profile = tmp_path / "stick", tmp_path / "new computer"
    rescue.backup_to(team, stick)
    team.close()
    profile.mkdir()
    program = Program(profile, Settings(profile), clock, executor=InlineExecutor())
    program.show()
    screen = program.opening
    screen.invitation.backup_chosen.emit(stick)
    for words in ("tám con chim én nhỏ", OF_TEAM):
        assert not opening.vault_exists(profile), "a wrong passphrase leaves nothing behind"
        screen.unlock.countdown.begin(0)
        screen.unlock.field.setText(words)
        screen.unlock.field.returnPressed.emit()
    let_in(program)
    program.desktop.background._timer.stop()
    assert program.desktop.core.author() == MEMBER
    assert program.desktop.core.vault.recovery.complete is False
    program.close()
    program.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
