"""The window stands before all of the vault was looked at; what is found afterwards takes it away again."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget

from tests.gui.test_locking import settle, unlock
from tests.surroundings import FakeClock
from tests.unit.actions.conftest import PASSPHRASE, Home, core_of, home, team
from tests.unit.storage.test_proof import PAGE
from tongcds.actions import Core, opening, register
from tongcds.domain.views import HouseholdFilter
from tongcds.errors import UnavailableError, sentence
from tongcds.settings import Settings
from tongcds.storage import backups
from tongcds.storage.register import villages
from tongcds.storage.vault import FILE_NAME
from ui.outline import outline
from ui.program import Program
from ui.tasks import InlineExecutor

__all__ = ["core_of", "home", "team"]


@pytest.fixture
def profile(team: Core, home: Home, tmp_path: Path) -> Path:
    """A profile with the team's vault and a backup of it, closed."""
    team.vault.backup(backups.REGULAR)
    team.close()
    (tmp_path / "team").rename(tmp_path / "vault")
    return tmp_path


@pytest.fixture
def program(profile: Path, clock: FakeClock, keep: Callable[[QWidget], QWidget]) -> Iterator[Program]:
    made = Program(profile, Settings(profile), clock, executor=InlineExecutor())
    made.show()
    yield made
    made.close()
    made.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def spoil(path: Path, at: int) -> None:
    """Turn one bit, so many bytes from the beginning or, where negative, the end."""
    content = bytearray(path.read_bytes())
    content[at] ^= 4
    path.write_bytes(bytes(content))


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
