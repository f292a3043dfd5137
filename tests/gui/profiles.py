"""The program on the vault of a team, from the passphrase to its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget

from tests.surroundings import FakeClock
from tests.unit.actions.conftest import PASSPHRASE, Home
from tongcds.actions import Core
from tongcds.settings import Settings
from ui import stage
from ui.program import Program
from ui.tasks import InlineExecutor


@pytest.fixture
def profile_of_team(team: Core, home: Home, tmp_path: Path) -> Path:
    """A profile with the team's vault, closed."""
    team.close()
    (tmp_path / "team").rename(tmp_path / "vault")
    return tmp_path


@pytest.fixture
def program(profile_of_team: Path, clock: FakeClock, keep: Callable[[QWidget], QWidget]) -> Iterator[Program]:
    yield from running(Program(profile_of_team, Settings(profile_of_team), clock, executor=InlineExecutor()))


def running(program: Program) -> Iterator[Program]:
    """The program while it is shown; closed afterwards."""
    program.show()
    yield program
    program.close()
    program.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def unlock(program: Program, passphrase: str = PASSPHRASE) -> None:
    screen = program.opening
    assert screen is not None
    screen.activateWindow()
    screen.unlock.field.setText(passphrase)
    screen.unlock.field.returnPressed.emit()
    let_in(program)


def let_in(program: Program) -> None:
    """Turn the event loop until the window that was made is shown."""
    while program._coming is not None:
        stage.settle(1)


def settle(program: Program) -> None:
    let_in(program)
    assert program.desktop is not None
    program.desktop.background._timer.stop()
