"""The window stands before all of the vault was looked at; what is found afterwards takes it away again."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtWidgets import QWidget

from tests.gui.profiles import profile_of_team, program, running, settle, unlock
from tests.surroundings import FakeClock
from tests.unit.actions.conftest import PASSPHRASE, core_of, home, team
from tests.unit.storage.homes import PAGE, spoil
from tongcds.actions import Changes, opening, register, visits
from tongcds.domain.views import HouseholdFilter
from tongcds.errors import UnavailableError, sentence
from tongcds.settings import Settings
from tongcds.storage import backups, examine
from tongcds.storage import vault as vaults
from tongcds.storage.register import villages
from tongcds.storage.vault import FILE_NAME
from ui import stage
from ui.outline import outline
from ui.program import Program

__all__ = ["core_of", "home", "profile_of_team", "program", "team"]


@pytest.fixture
def profile(profile_of_team: Path, clock: FakeClock) -> Path:
    """The same with a backup in it."""
    core = opening.open_vault(profile_of_team, PASSPHRASE, clock)
    core.vault.backup(backups.REGULAR)
    core.close()
    return profile_of_team


@pytest.fixture
def threaded(profile: Path, clock: FakeClock, keep: Callable[[QWidget], QWidget]) -> Iterator[Program]:
    """A program with threads of its own, as in earnest."""
    yield from running(Program(profile, Settings(profile), clock))


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Nothing of a vault is looked at before this is set."""
    go, look = threading.Event(), examine.examined

    def slowly(*given, **more):
        go.wait()
        return look(*given, **more)

    monkeypatch.setattr(vaults, "examined", slowly)
    return go


def test_a_damaged_vault_is_shown_and_taken_away_and_the_passphrase_puts_it_right(program, profile, logs):
    logs.expect("ui.program", "the vault that was opened is not sound")
    logs.expect("tongcds.storage.repair", "the vault was made anew from a backup")
    path = opening.vault_folder(profile) / FILE_NAME
    spoil(path, -PAGE + 100)
    unlock(program)
    assert program.desktop is None
    assert program.opening.isVisible()
    assert sentence(UnavailableError("vault_doubted")) in outline(program.opening)
    unlock(program)
    settle(program)
    assert "Kho dữ liệu bị hỏng và đã được sửa lại." in program.desktop.shell.messages.words()
    assert register.households(program.desktop.core, HouseholdFilter()).households == 1


def test_what_the_frame_cannot_read_is_put_right_before_anything_is_shown(profile, clock, logs):
    """Page by page: each is either not needed for the frame, or its damage is noticed at once."""
    logs.expect("tongcds.storage.repair", "the vault was made anew from a backup")
    folder = opening.vault_folder(profile)
    whole = (folder / FILE_NAME).read_bytes()
    mended = 0
    for page in range(0, len(whole) // PAGE, 10):
        there = profile / f"damaged-{page}"
        shutil.copytree(folder, opening.vault_folder(there))
        spoil(opening.vault_folder(there) / FILE_NAME, page * PAGE + 100)
        core = opening.open_vault(there, PASSPHRASE, clock, at_once=True)
        mended += core.vault.recovery is not None
        assert core.whoami().person == "Lò Thị Ngân"
        core.close()
        shutil.rmtree(there)
    assert mended > 0


def test_writes_that_came_back_from_the_journal_are_on_the_screens(program, profile, logs):
    logs.expect("tongcds.storage.keeper", "writes came back from the journal")
    folder = opening.vault_folder(profile)
    older = (folder / FILE_NAME).read_bytes()
    core = opening.open_vault(profile, PASSPHRASE, program._clock)
    with core.vault.change(core.author()) as change:
        change.writer.create("village", commune_id=bytes(16), name="Bản Mới")
    core.close()
    (folder / FILE_NAME).write_bytes(older)
    unlock(program)
    settle(program)
    assert "1 thay đổi được lấy lại từ nhật ký." in program.desktop.shell.messages.words()
    with program.desktop.core.vault.read() as connection:
        assert "Bản Mới" in [name for _id, name in villages(connection)]


def test_locked_before_the_look_is_over_the_next_passphrase_puts_it_right(
    threaded, profile, held, qtbot, logs
):
    logs.expect("ui.program", "the vault that was opened is not sound")
    logs.expect("tongcds.storage.repair", "the vault was made anew from a backup")
    spoil(opening.vault_folder(profile) / FILE_NAME, -PAGE + 100)
    unlock(threaded)
    qtbot.waitUntil(lambda: threaded.desktop is not None)
    threaded.lock()
    assert threaded.opening.isVisible()
    held.set()
    unlock(threaded)
    qtbot.waitUntil(lambda: threaded.desktop is not None)
    assert "Kho dữ liệu bị hỏng và đã được sửa lại." in threaded.desktop.shell.messages.words()


def test_closed_before_the_look_is_over_what_was_saved_is_kept(threaded, profile, held, qtbot):
    unlock(threaded)
    qtbot.waitUntil(lambda: threaded.desktop is not None)
    desktop = threaded.desktop
    desktop.do(lambda: visits.save_draft(desktop.core, "visit", {"note": "đang gõ dở"}) or Changes())
    later = threading.Timer(0, held.set)
    later.start()
    threaded.close()
    later.join()
    core = opening.open_vault(profile, PASSPHRASE, threaded._clock)
    assert visits.load_draft(core, "visit").content == {"note": "đang gõ dở"}
    core.close()


def test_closed_between_making_the_window_and_showing_it_the_vault_is_closed(program, profile, clock):
    program._open(opening.open_vault(profile, PASSPHRASE, clock))
    assert program.desktop is None, "shown in a turn of the event loop of its own"
    made = program._coming
    program.close()
    stage.settle(2)
    assert not shiboken6.isValid(made.shell), "nobody shows what belongs to a vault that is closed"
    opening.open_vault(profile, PASSPHRASE, clock).close()


def test_a_mistake_of_ours_in_the_look_is_shown_and_takes_the_window_away(program, monkeypatch, logs, qtbot):
    logs.expect("ui.program", "the vault that was opened is not sound")

    def mistaken(*_given):
        raise ZeroDivisionError

    with monkeypatch.context() as patch, qtbot.capture_exceptions() as mistakes:
        patch.setattr(examine, "journal_of", mistaken)
        unlock(program)
    assert program.desktop is None
    assert program.opening.isVisible()
    assert [kind for kind, _problem, _trace in mistakes] == [RuntimeError]
    unlock(program)
    assert program.desktop is not None
    settle(program)
