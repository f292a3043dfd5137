"""Opening and joining: a plain sentence for whatever goes wrong, and nothing lost."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLineEdit

from tests.gui.keyboard import ENTER, TAB, Keyboard, Later
from tongcds import i18n
from tongcds.actions import place
from tongcds.errors import UnavailableError, UserError, sentence
from ui import stylesheet, theme
from ui.forms.opening_panes import wait_after
from ui.outline import outline
from ui.screens.opening import OpeningScreen
from ui.tasks import InlineExecutor, Tasks
from ui.widgets.text import Text

PASSPHRASE = "trau vang gam co"


@dataclass(frozen=True)
class Invited:
    """An invitation."""

    member_name: str = ""
    unit_name: str = ""
    code: str = ""


class Machine:
    """A computer with or without a vault, and a server that may refuse."""

    def __init__(self) -> None:
        self.vaults = []
        self.enrolled = set()
        self.refusals = []
        self.asked = []

    def unlock(self, passphrase):
        if passphrase != PASSPHRASE:
            raise UserError("passphrase_wrong")
        self.vaults.append("opened")
        return "vault"

    def create(self, passphrase, person):
        if passphrase == "mat khau cua toi":
            raise UserError("passphrase_weak", length=15)
        self.vaults.append((passphrase, person))
        return "vault"

    def is_enrolled(self, vault):
        return vault in self.enrolled

    def read_file(self, path):
        if path.suffix != ".tongcds-moi":
            raise UserError("invitation_damaged")
        return Invited("Lò Thị Ngân", "Tổ CNSCĐ bản Nà Ngà", path.name)

    def read_code(self, code, address):
        if len(code) < 12:
            raise UserError("invitation_damaged")
        self.asked.append((code, address))
        return Invited(code=code)

    def enrol(self, vault, invitation):
        if self.refusals:
            raise self.refusals.pop(0)
        self.enrolled.add(vault)
        self.asked.append(invitation)


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def open_screen(qtbot, machine):
    def make(*, exists, executor=None, person="Lò Thị Ngân", warning=""):
        screen = OpeningScreen(
            person=person,
            exists=exists,
            unlock=machine.unlock,
            create=machine.create,
            is_enrolled=machine.is_enrolled,
            read_file=machine.read_file,
            read_code=machine.read_code,
            enrol=machine.enrol,
            tasks=Tasks(executor or InlineExecutor()),
            warning=warning,
        )
        qtbot.addWidget(screen)
        screen.resize(1366, 768)
        screen.show()
        screen.activateWindow()
        qtbot.waitUntil(screen.isActiveWindow)
        return screen

    return make


@pytest.mark.parametrize("exists", [True, False])
def test_a_bad_place_of_the_data_is_told_before_anything_is_typed(open_screen, exists):
    """A11; whether there is a vault already or one is about to be made there."""
    told = place.vault_warning(Path("D:/Ngan/OneDrive/TongCDS"))
    assert told in outline(open_screen(exists=exists, warning=told))
    assert "tự chép lên mạng" not in outline(open_screen(exists=exists))


def test_the_passphrase_opens_from_the_keyboard(open_screen, machine, qtbot):
    machine.enrolled.add("vault")
    screen = open_screen(exists=True)
    assert "Chào Lò Thị Ngân" in outline(screen)
    keys = Keyboard(screen)
    keys.type(PASSPHRASE)
    with qtbot.waitSignal(screen.opened) as opened:
        keys.press(ENTER)
    assert opened.args == ["vault"]
    assert screen.unlock.field.text() == ""


def test_what_is_typed_is_hidden_until_one_asks(open_screen):
    screen = open_screen(exists=True)
    assert screen.unlock.field.echoMode() is QLineEdit.EchoMode.Password
    screen.unlock.letters.click()
    assert screen.unlock.field.echoMode() is QLineEdit.EchoMode.Normal
    screen.unlock.letters.click()
    assert screen.unlock.field.echoMode() is QLineEdit.EchoMode.Password


def enter(screen, passphrase):
    screen.unlock.field.setText(passphrase)
    Keyboard(screen).press(ENTER)


def test_a_wrong_passphrase_is_a_sentence_and_a_growing_wait(open_screen, machine, qtbot):
    machine.enrolled.add("vault")
    screen = open_screen(exists=True)
    for _time in range(2):
        enter(screen, "sai roi")
        assert sentence(UserError("passphrase_wrong")) in outline(screen)
        assert screen.unlock.go.isEnabled()
    enter(screen, "sai roi")
    assert "Chờ 1 giây." in outline(screen)
    assert not screen.unlock.go.isEnabled()
    with qtbot.assertNotEmitted(screen.opened):
        enter(screen, PASSPHRASE)
    screen.unlock.countdown.step()
    assert screen.unlock.go.isEnabled()
    with qtbot.waitSignal(screen.opened):
        enter(screen, PASSPHRASE)


def test_the_wait_grows_but_not_for_ever():
    assert [wait_after(tries) for tries in range(1, 10)] == [0, 0, 1, 2, 4, 8, 16, 30, 30]


def test_the_wait_of_the_vault_itself_is_counted_down(open_screen, machine):
    """It outlives the program: here nothing was typed before."""
    screen = open_screen(exists=True)

    def wait(_passphrase):
        raise UserError("passphrase_wait", seconds=298)

    screen._unlock = wait
    enter(screen, PASSPHRASE)
    assert "Chờ 298 giây." in outline(screen)
    assert not screen.unlock.go.isEnabled()
    screen.unlock.countdown.step()
    assert "Chờ 297 giây." in outline(screen)
    assert "298" not in outline(screen)


def test_a_vault_that_is_in_use_is_no_wrong_passphrase(open_screen, machine):
    screen = open_screen(exists=True)

    def in_use(_passphrase):
        raise UnavailableError("vault_in_use")

    screen._unlock = in_use
    for _time in range(4):
        enter(screen, PASSPHRASE)
    assert sentence(UnavailableError("vault_in_use")) in outline(screen)
    assert screen.unlock.go.isEnabled()


def test_while_it_opens_nothing_is_asked_twice(open_screen, machine, qtbot):
    machine.enrolled.add("vault")
    work = Later()
    screen = open_screen(exists=True, executor=work)
    enter(screen, PASSPHRASE)
    assert screen.unlock.go.text() == "Đang mở…"
    Keyboard(screen).press(ENTER)
    work.catch_up()
    assert machine.vaults == ["opened"]


def test_a_code_a_name_and_a_passphrase_make_a_vault_and_join(open_screen, machine, qtbot):
    screen = open_screen(exists=False)
    keys = Keyboard(screen)
    keys.type("K7QM-3F9T-XW2P")
    keys.press(ENTER)
    keys.type("https://may-chu.example")
    keys.press(ENTER)
    assert machine.asked == [("K7QM-3F9T-XW2P", "https://may-chu.example")]
    assert keys.focus() is screen.passphrase.name
    keys.type("Lo Thi Ngan")
    keys.press(ENTER)
    keys.type(PASSPHRASE)
    assert not screen.passphrase.go.isEnabled()
    keys.press(ENTER)
    keys.type(PASSPHRASE)
    with qtbot.waitSignal(screen.opened) as opened:
        keys.press(ENTER)
    assert opened.args == ["vault"]
    assert machine.vaults == [(PASSPHRASE, "Lo Thi Ngan")]
    assert screen.passphrase.first.text() == ""


def test_a_file_knows_the_name(open_screen, machine, qtbot):
    screen = open_screen(exists=False)
    screen.invitation.choose_file()
    dialog = screen.findChild(QFileDialog)
    dialog.fileSelected.emit("/ngan.tongcds-moi")
    dialog.reject()
    drawn = outline(screen)
    assert "Chào Lò Thị Ngân · Tổ CNSCĐ bản Nà Ngà" in drawn
    assert "Họ và tên" not in drawn
    keys = Keyboard(screen)
    assert keys.focus() is screen.passphrase.first
    keys.type(PASSPHRASE)
    keys.press(ENTER)
    keys.type(PASSPHRASE)
    keys.press(ENTER)
    assert machine.vaults == [(PASSPHRASE, "Lò Thị Ngân")]


def test_a_file_can_be_dropped(open_screen):
    screen = open_screen(exists=False)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/ngan.tongcds-moi")])
    where, copy = QPointF(9, 9), Qt.DropAction.CopyAction
    left, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDragEnterEvent(where.toPoint(), copy, mime, left, keys)
    event.ignore()
    screen.invitation.dragEnterEvent(event)
    assert event.isAccepted()
    screen.invitation.dropEvent(QDropEvent(where, copy, mime, left, keys))
    assert screen.passphrase.isVisible()


def test_a_qr_text_names_the_server_itself(open_screen, machine):
    screen = open_screen(exists=False)
    screen.invitation.code.setText("tongcds:1?u=https://may-chu.example&s=K7QM3F9TXW2P")
    screen.invitation.go.click()
    assert machine.asked[0][1] == ""


def test_what_is_missing_from_an_invitation_is_said(open_screen, machine):
    screen = open_screen(exists=False)
    screen.invitation.go.click()
    assert "Hãy gõ mã, hoặc chọn tệp lời mời." in outline(screen)
    screen.invitation.code.setText("K7QM3F9TXW2P")
    screen.invitation.go.click()
    assert "Hãy gõ cả địa chỉ máy chủ." in outline(screen)
    screen.invitation.address.setText("https://may-chu.example")
    screen.invitation.code.setText("K7QM")
    screen.invitation.go.click()
    assert sentence(UserError("invitation_damaged")) in outline(screen)
    screen.invitation.file_chosen.emit(Path("/photo.png"))
    assert sentence(UserError("invitation_damaged")) in outline(screen)
    assert machine.vaults == []


def reach_the_server(screen, machine):
    screen.invitation.file_chosen.emit(Path("/ngan.tongcds-moi"))
    screen.passphrase.first.setText(PASSPHRASE)
    screen.passphrase.second.setText(PASSPHRASE)
    screen.passphrase.go.click()


@pytest.mark.parametrize(
    "problem",
    [
        UserError("invitation_used"),
        UserError("invitation_expired"),
        UserError("invitation_unknown"),
        UserError("server_key_changed"),
        UnavailableError("server_unreachable"),
        UnavailableError("captive_portal"),
    ],
    ids=str,
)
def test_joining_that_fails_says_why_keeps_the_vault_and_can_be_tried_again(
    open_screen, machine, qtbot, problem
):
    machine.refusals = [problem]
    screen = open_screen(exists=False)
    with qtbot.assertNotEmitted(screen.opened):
        reach_the_server(screen, machine)
    assert sentence(problem) in outline(screen)
    assert screen.waiting.retry.hasFocus()
    with qtbot.waitSignal(screen.opened):
        screen.waiting.retry.click()
    assert len(machine.vaults) == 1


def test_another_invitation_needs_no_other_vault(open_screen, machine, qtbot):
    machine.refusals = [UserError("invitation_used")]
    screen = open_screen(exists=False)
    reach_the_server(screen, machine)
    screen.waiting.change.click()
    with qtbot.waitSignal(screen.opened):
        screen.invitation.file_chosen.emit(Path("/other.tongcds-moi"))
    assert len(machine.vaults) == 1
    assert machine.asked[-1].code == "other.tongcds-moi"


def test_a_vault_that_never_joined_goes_on_with_the_invitation(open_screen, machine, qtbot):
    screen = open_screen(exists=True)
    with qtbot.assertNotEmitted(screen.opened):
        enter(screen, PASSPHRASE)
    assert screen.invitation.isVisible()
    with qtbot.waitSignal(screen.opened):
        screen.invitation.file_chosen.emit(Path("/ngan.tongcds-moi"))


def test_a_passphrase_that_everybody_tries_is_refused_and_can_be_changed(open_screen, machine):
    screen = open_screen(exists=False)
    screen.invitation.file_chosen.emit(Path("/ngan.tongcds-moi"))
    for field in (screen.passphrase.first, screen.passphrase.second):
        field.setText("mat khau cua toi")
    screen.passphrase.go.click()
    assert sentence(UserError("passphrase_weak", length=15)) in outline(screen)
    assert screen.passphrase.first.hasFocus()
    assert machine.vaults == []


def test_one_can_go_back_to_the_invitation(open_screen):
    screen = open_screen(exists=False)
    screen.invitation.file_chosen.emit(Path("/ngan.tongcds-moi"))
    screen.passphrase.left.emit()
    assert screen.invitation.isVisible()
    assert not screen.passphrase.isVisible()


def test_tab_follows_the_reading_order(open_screen):
    screen = open_screen(exists=False)
    keys = Keyboard(screen)
    seen = []
    for _stop in range(4):
        seen.append(keys.focus())
        keys.press(TAB)
    pane = screen.invitation
    assert seen == [pane.code, pane.address, pane.file, pane.go]


def words_of(screen):
    texts = [text.words() for text in screen.findChildren(Text)]
    buttons = [button.text() for button in screen.findChildren(QAbstractButton)]
    return [words for words in [*texts, *buttons] if any(char.isalpha() for char in words)]


def test_every_word_can_be_translated(open_screen):
    i18n.set_language(i18n.PSEUDO)
    screen = open_screen(exists=False, person="")
    assert [words for words in words_of(screen) if not words.startswith("[!!")] == ["TongCDS"]


def test_every_input_has_a_name_and_it_fits_the_cheap_laptop_at_150_percent(open_screen, qapp):
    stylesheet.dress(qapp, theme.load("light", text_percent=150))
    screen = open_screen(exists=False)
    for field in screen.findChildren(QLineEdit):
        assert field.accessibleName()
    assert screen._card.width() <= 1366
