"""A forgotten passphrase in the window (D5), from the keyboard alone; honest where there is no help yet."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.gui.keyboard import DOWN, ENTER, TAB, Keyboard
from tongcds.domain import wordcode
from tongcds.domain.text import fold
from tongcds.errors import UserError, sentence
from ui.outline import outline
from ui.screens.opening import OpeningScreen
from ui.tasks import InlineExecutor, Tasks

CODE = "mèo đỏ gà xanh vịt vàng bò tím trâu đen ngựa nâu khỉ hồng hổ to"
NEW = "bay cai gui moi dan"
NGAN, UN = (b"n" * 16, "Lò Thị Ngân"), (b"u" * 16, "Lò Văn Ún")


@dataclass
class Told:
    """What a locked vault says."""

    exists: bool = True
    reference: str = "4821 7730 1196"
    phone: str = "0212 000 123"


@dataclass
class Lease:
    """One that is not over."""

    over: bool = False


class Ways:
    """A vault with two people and a recovery code."""

    def __init__(self) -> None:
        self.told = Told()
        self.people = (NGAN,)
        self.asked = []

    def people_with_pin(self):
        return ()

    def open_with_pin(self, slot_id, pin):
        raise UserError("pin_gone")

    def accept(self, code, passphrase):
        raise UserError("passphrase_wrong")

    def lease(self, vault):
        return Lease()

    def recovery_help(self):
        return self.told

    def check_code(self, words):
        if wordcode.normalised(words, 8) != CODE:
            raise UserError("code_wrong")
        return self.people

    def recover(self, slot_id, passphrase):
        self.asked.append((slot_id, passphrase))
        return "vault"


@pytest.fixture
def ways():
    return Ways()


@pytest.fixture
def screen(qtbot, ways):
    def wrong(_passphrase):
        raise UserError("passphrase_wrong")

    made = OpeningScreen(
        person="",
        exists=True,
        unlock=wrong,
        create=lambda _passphrase, _person: "vault",
        is_enrolled=lambda _vault: True,
        read_file=lambda path: path,
        read_code=lambda code, _address: code,
        enrol=lambda _vault, _invitation: None,
        tasks=Tasks(InlineExecutor()),
        ways=ways,
    )
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def forget(screen):
    """From the passphrase to the eight words, by the keyboard."""
    keys = Keyboard(screen)
    keys.press(TAB, TAB)
    assert keys.focus() is screen.unlock.help
    keys.press(Qt.Key.Key_Space)
    assert screen.recovery.isVisible()
    return keys


def words(code=CODE):
    return wordcode.listed(code)


def close_popup():
    popup = QApplication.activePopupWidget()
    if popup is not None:
        popup.close()


def test_it_says_whom_to_call_and_which_number_to_read_out(screen):
    forget(screen)
    drawn = outline(screen)
    assert "Gọi 0212 000 123" in drawn
    assert "4821 7730 1196" in drawn


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # the list of words is a popup
def test_eight_words_without_marks_and_a_new_passphrase_open_the_vault(screen, ways, qtbot):
    keys = forget(screen)
    for word in words():
        assert keys.focus() in screen.recovery.fields
        for letter in fold(word):
            QTest.keyClick(keys.focus(), letter)
        close_popup()
        keys.press(Qt.Key.Key_Space if word != words()[-1] else ENTER)
    assert screen.passphrase.isVisible()
    assert "Chào Lò Thị Ngân" in outline(screen)
    assert keys.focus() is screen.passphrase.first
    keys.type(NEW)
    keys.press(ENTER)
    keys.type(NEW)
    with qtbot.waitSignal(screen.opened) as opened:
        keys.press(ENTER)
    assert opened.args == ["vault"]
    assert ways.asked == [(NGAN[0], NEW)]
    assert all(field.text() == "" for field in screen.recovery.fields)


def test_where_several_use_the_computer_one_says_who_one_is(screen, ways, qtbot):
    ways.people = (NGAN, UN)
    keys = forget(screen)
    screen.recovery.fields[0].spread.emit(CODE)
    screen.recovery.go.click()
    assert keys.focus() is screen.passphrase.whom
    keys.press(DOWN, TAB)
    keys.type(NEW)
    keys.press(ENTER)
    keys.type(NEW)
    with qtbot.waitSignal(screen.opened):
        keys.press(ENTER)
    assert ways.asked == [(UN[0], NEW)]


def test_words_are_offered_while_one_types_without_marks(screen):
    forget(screen)
    first = screen.recovery.fields[0]
    completer = first.completer()
    completer.setCompletionPrefix("me")
    offered = {completer.pathFromIndex(completer.completionModel().index(at, 0)) for at in range(3)}
    assert offered <= {word for word in wordcode.words() if word.startswith("mèo")}
    completer.setCompletionPrefix("MÈO Đ")
    assert completer.currentCompletion().startswith("mèo đ")


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # the list of words is a popup
def test_a_whole_code_pasted_into_one_field_fills_all(screen):
    forget(screen)
    QApplication.clipboard().setText(fold(CODE))
    screen.recovery.fields[0].paste()
    assert [field.text() for field in screen.recovery.fields] == [fold(word) for word in words()]
    assert screen.recovery.go.isEnabled()
    QApplication.clipboard().clear()


def test_a_word_that_is_none_keeps_one_from_going_on(screen):
    forget(screen)
    screen.recovery.fields[0].spread.emit(CODE)
    screen.recovery.fields[3].setText("bò tìm kiếm")
    assert not screen.recovery.go.isEnabled()


def test_a_wrong_code_is_said_and_can_be_mended(screen, ways):
    forget(screen)
    screen.recovery.fields[0].spread.emit(CODE.replace("mèo đỏ", "mèo xanh"))
    screen.recovery.go.click()
    assert sentence(UserError("code_wrong")) in outline(screen)
    screen.recovery.fields[0].setText("meo do")
    assert sentence(UserError("code_wrong")) not in outline(screen)
    screen.recovery.go.click()
    assert screen.passphrase.isVisible()


def test_without_a_code_at_the_province_nothing_is_promised(screen, ways):
    ways.told = Told(exists=False, reference="", phone="")
    keys = forget(screen)
    drawn = outline(screen)
    assert "chưa có mã khôi phục" in drawn
    assert "Không mất gì" in drawn
    assert not any(field.isVisible() for field in screen.recovery.fields)
    assert not screen.recovery.go.isVisible()
    assert keys.focus() is screen.recovery.back
    keys.press(Qt.Key.Key_Space)
    assert screen.unlock.isVisible()


def test_one_can_go_back_from_the_new_passphrase(screen):
    forget(screen)
    screen.recovery.fields[0].spread.emit(CODE)
    screen.recovery.go.click()
    screen.passphrase.left.emit()
    assert screen.unlock.isVisible()
