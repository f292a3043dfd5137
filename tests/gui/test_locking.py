"""Locking, coming back and changing people: nothing shows behind, nothing that was typed is lost."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterator

import pytest
from nacl.signing import SigningKey
from PySide6.QtCore import QByteArray, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.gui.keyboard import CTRL, ENTER, Keyboard
from tests.gui.profiles import profile_of_team, program, settle, unlock
from tests.unit.actions.conftest import MEMBER, PASSPHRASE, core_of, home, team
from tongcds.actions import people, visits
from tongcds.domain.text import fold
from tongcds.protocol.custody import lease_code
from tongcds.storage import lease as leases
from tongcds.storage.keyslots import VaultKey
from ui import idle
from ui.idle import Idle
from ui.outline import outline
from ui.power import Power, SuspendFilter
from ui.program import Program

__all__ = ["core_of", "home", "profile_of_team", "program", "team"]
SECOND = "bay cai gui moi dan"
THIRD = "nam con ga trong do"
PIN = "482913"


def card(program: Program, kind: str) -> QWidget:
    assert program.desktop is not None
    program.desktop.shell.show_place("settings")
    found = getattr(program.desktop.keys, kind)
    assert found is not None
    return found


def set_a_pin(program: Program, qtbot: QtBot, pin: str = PIN) -> None:
    own = card(program, "_own")
    own.pin.setText(pin)
    own.set_pin.click()
    qtbot.waitUntil(own.told.isVisible)


def test_ctrl_l_takes_everything_off_the_screen_and_the_key_out_of_memory(program, qtbot):
    unlock(program)
    desktop = program.desktop
    settle(program)
    key = desktop.core.session.key
    desktop.shell.activateWindow()
    qtbot.waitUntil(desktop.shell.isActiveWindow)
    Keyboard(desktop.shell).press(ord("L"), with_=CTRL)
    qtbot.waitUntil(lambda: program.desktop is None)
    assert program.opening.isVisible()
    assert not desktop.shell.isVisible()
    assert "Xuân" not in outline(program.opening)
    gc.collect()
    assert [one for one in gc.get_objects() if isinstance(one, VaultKey) and one.key == key] == []
    unlock(program)
    settle(program)
    assert program.desktop.core.author() == MEMBER
    # Negative control: of an open vault the key is found.
    assert [one for one in gc.get_objects() if isinstance(one, VaultKey) and one.key == key] != []


def test_what_was_being_typed_is_there_after_the_lock(program, qtbot):
    unlock(program)
    settle(program)
    visits.save_draft(program.desktop.core, "visit", {"note": "đang gõ dở"})
    program.lock()
    unlock(program)
    settle(program)
    assert visits.load_draft(program.desktop.core, "visit").content == {"note": "đang gõ dở"}


def test_six_digits_open_a_locked_window_at_the_same_place(program, qtbot):
    unlock(program)
    settle(program)
    set_a_pin(program, qtbot)
    program.lock()
    screen = program.opening
    assert screen.pin.isVisible()
    assert "Chào Lò Thị Ngân" in outline(screen)
    screen.activateWindow()
    qtbot.waitUntil(screen.isActiveWindow)
    Keyboard(screen).type(PIN)
    settle(program)
    assert program.desktop.shell.place == "settings"
    assert program.desktop.core.author() == MEMBER


def test_five_wrong_pins_ask_for_the_passphrase_and_wipe_nothing(program, qtbot, clock):
    unlock(program)
    settle(program)
    set_a_pin(program, qtbot)
    program.lock()
    screen = program.opening
    for left, wait in ((4, ""), (3, "Chờ 10 giây."), (2, "Chờ 60 giây."), (1, "Chờ 300 giây.")):
        screen.pin.entered.emit(screen.pin.whom.currentData(), "111222")
        assert f"Còn {left} lần" in outline(screen)
        assert wait in outline(screen)
        clock.advance(minutes=5)
    screen.pin.entered.emit(screen.pin.whom.currentData(), "111222")
    assert screen.unlock.isVisible()
    program.opening.pin.entered.emit(screen.pin.whom.currentData(), PIN)
    assert program.desktop is None
    unlock(program)
    settle(program)
    assert program.desktop is not None


def test_while_a_pin_has_to_wait_the_seconds_are_counted_down_and_digits_are_kept(program, qtbot, clock):
    unlock(program)
    settle(program)
    set_a_pin(program, qtbot)
    program.lock()
    screen = program.opening
    screen.activateWindow()
    qtbot.waitUntil(screen.isActiveWindow)
    keys = Keyboard(screen)
    keys.type("111222")
    keys.type("111222")
    assert "Chờ 10 giây." in outline(screen)
    screen.pin.countdown.step()
    assert "Chờ 9 giây." in outline(screen)
    keys.type(PIN)
    assert program.desktop is None
    assert not screen.pin.go.isEnabled()
    clock.advance(seconds=10)
    for _ in range(9):
        screen.pin.countdown.step()
    assert "Chờ" not in outline(screen)
    assert screen.pin.go.isEnabled()
    keys.press(ENTER)
    settle(program)
    assert program.desktop.core.author() == MEMBER


@pytest.mark.parametrize("pin", ["12345", "123456", "987654", "111111", "121212", "123123", "48291a"])
def test_a_pin_that_anybody_would_try_is_refused(program, qtbot, pin):
    unlock(program)
    settle(program)
    own = card(program, "_own")
    own.pin_set.emit(pin)
    qtbot.waitUntil(lambda: "Mã PIN có 6 chữ số" in outline(own))
    assert program._ways.people_with_pin() == ()


def test_the_lead_lets_somebody_in_and_each_comes_back_as_themselves(program, qtbot):
    unlock(program)
    settle(program)
    lead = card(program, "_people")
    lead.name.setText("Lò Văn Ún")
    lead.add.click()
    qtbot.waitUntil(lead.told.isVisible)
    code = lead.told.text().split(": ", 1)[1].split(".")[0]
    assert len(code.split()) == 8
    program.lock()
    unlock(program, fold(code))
    screen = program.opening
    assert screen.passphrase.isVisible()
    assert "Chào Lò Văn Ún" in outline(screen)
    screen.passphrase.first.setText(SECOND)
    screen.passphrase.second.setText(SECOND)
    screen.passphrase.go.click()
    settle(program)
    desktop = program.desktop
    assert desktop.core.whoami().person == "Lò Văn Ún"
    assert "Lò Văn Ún" in desktop.shell.top.person.accessibleName()
    assert not card(program, "_people").add.isVisible()
    set_a_pin(program, qtbot, "739164")
    program.lock()
    program.opening.pin.left.emit()
    unlock(program)
    settle(program)
    assert program.desktop.core.author() == MEMBER
    # The place of another person is not gone back to.
    assert program.desktop.shell.place == "today"
    set_a_pin(program, qtbot)
    program.lock()
    assert [program.opening.pin.whom.itemText(at) for at in range(2)] == ["Lò Thị Ngân", "Lò Văn Ún"]


def test_a_person_is_taken_away_with_their_pin(program, qtbot):
    unlock(program)
    settle(program)
    core = program.desktop.core
    code = people.invite_person(core, "Lò Văn Ún")[0].code
    lead = card(program, "_people")
    lead.show_people(people.people(core))
    qtbot.waitUntil(lambda: "đã mời" in outline(lead))
    lead.removed.emit(people.people(core)[1].slot_id)
    qtbot.waitUntil(lead.told.isVisible)
    assert "Lò Văn Ún" not in [person.name for person in people.people(core)]
    program.lock()
    unlock(program, code)
    assert program.desktop is None


def test_a_passphrase_is_changed_in_the_window(program, qtbot):
    unlock(program)
    settle(program)
    own = card(program, "_own")
    own.old.setText("sai roi ban oi nhe")
    own.first.setText(THIRD)
    own.second.setText(THIRD)
    own.change.click()
    qtbot.waitUntil(lambda: "không mở được" in outline(own))
    own.old.setText(PASSPHRASE)
    own.change.click()
    qtbot.waitUntil(own.told.isVisible)
    program.lock()
    unlock(program, THIRD)
    settle(program)
    assert program.desktop is not None


class Still:
    """A clock that goes on when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watched(qtbot) -> Iterator[tuple[Idle, Still, list[str]]]:
    clock, told = Still(), []
    made = Idle(lambda: 10, seconds=clock)
    made.due.connect(lambda: told.append("due"))
    yield made, clock, told
    made.close()
    made.deleteLater()


def pass_time(watch: Idle, clock: Still, seconds: float) -> None:
    for _ in range(int(seconds // 5)):
        clock.now += 5
        watch.tick()


def shown(qtbot) -> QWidget:
    """A window on the screen."""
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return window


def press_a_key(window: QWidget) -> None:
    """As the system does it: the window gets the key, and gives it to its widget."""
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_A)


def test_ten_minutes_without_a_touch_lock(qtbot, watched):
    watch, clock, told = watched
    there = shown(qtbot)
    pass_time(watch, clock, 595)
    assert told == []
    press_a_key(there)
    pass_time(watch, clock, 300)
    came_later = shown(qtbot)
    pass_time(watch, clock, 295)
    assert told == []
    press_a_key(came_later)
    pass_time(watch, clock, 595)
    assert told == []
    pass_time(watch, clock, 5)
    assert told == ["due"]


def test_a_sleep_locks_even_where_nobody_announced_it(watched):
    watch, clock, told = watched
    pass_time(watch, clock, 30)
    clock.now += 59
    watch.tick()
    assert told == []
    clock.now += 61
    watch.tick()
    assert told == ["due"]


def test_the_clock_that_is_watched_goes_on():
    before = idle.awake_or_not()
    assert idle.awake_or_not() >= before


def test_logind_s_word_before_a_sleep_locks_and_after_it_does_not(qtbot):
    power = Power()
    with qtbot.assertNotEmitted(power.sleeps):
        power.heed_logind(before=False)
    with qtbot.waitSignal(power.sleeps):
        power.heed_logind(before=True)
    power.close()
    power.deleteLater()


class Windows(ctypes.Structure):
    _fields_ = (("window", ctypes.c_void_p), ("message", ctypes.c_uint), ("wparam", ctypes.c_size_t))


@pytest.mark.parametrize(
    ("kind", "message", "wparam", "told"),
    [
        (b"windows_generic_MSG", 0x218, 0x4, 1),
        (b"windows_generic_MSG", 0x218, 0x12, 0),
        (b"windows_generic_MSG", 0x100, 0x4, 0),
        (b"xcb_generic_event_t", 0x218, 0x4, 0),
    ],
)
def test_windows_message_before_a_sleep_locks(kind, message, wparam, told):
    heard = []
    raw = Windows(None, message, wparam)
    answer = SuspendFilter(lambda: heard.append(1)).nativeEventFilter(QByteArray(kind), ctypes.addressof(raw))
    assert answer == (False, 0)
    assert len(heard) == told


def test_a_sleeping_computer_locks_the_program(program):
    unlock(program)
    settle(program)
    program._power.sleeps.emit()
    assert program.desktop is None
    assert program.opening.isVisible()


def run_out(program: Program, days: int = 31) -> None:
    with program.desktop.core.vault.write() as connection:
        for day in range(days):
            leases.use(connection, f"day {day}", 0)


def test_a_lease_that_is_over_locks_and_shows_nothing_until_four_words_renew_it(program, qtbot):
    unlock(program)
    settle(program)
    run_out(program)
    program.desktop.background._counted -= 3600
    program.desktop.background._use_lease()
    qtbot.waitUntil(lambda: program.desktop is None)
    unlock(program)
    screen = program.opening
    assert program.desktop is None
    assert screen.lease.isVisible()
    drawn = outline(screen)
    assert "Xuân" not in drawn
    number = screen.lease.numbers.text().split("số ")[-1].replace(" ", "")
    key = SigningKey(bytes(32))
    words = lease_code(key, bytes(key.verify_key), 7, number)
    screen.activateWindow()
    qtbot.waitUntil(screen.isActiveWindow)
    keys = Keyboard(screen)
    assert keys.focus() is screen.lease.field
    keys.type("meo do meo do meo do meo do")
    keys.press(ENTER)
    assert "không khớp" in outline(screen)
    screen.lease.field.clear()
    keys.type(fold(words))
    keys.press(ENTER)
    settle(program)
    assert program.desktop is not None


def test_a_computer_that_the_province_stopped_says_so_and_still_lets_work_out(program, qtbot, tmp_path):
    unlock(program)
    settle(program)
    with program.desktop.core.vault.write() as connection:
        leases.revoke(connection, 5000)
    program.lock()
    unlock(program)
    screen = program.opening
    assert "Tỉnh đã ngừng máy này" in outline(screen)
    stick = tmp_path / "stick"
    stick.mkdir()
    screen.lease.folder_chosen.emit(stick)
    assert [path.suffix for path in stick.iterdir()] == [".tcds"]
    assert screen.lease.isVisible()
    screen._vault.close()
