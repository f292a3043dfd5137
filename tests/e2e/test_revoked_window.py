"""D4: an open window that only shows things hears within a minute that its laptop was stopped, and locks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from tests.e2e.province import PASSPHRASE, VILLAGES, Laptop, Province, administer, cheaply
from tests.gui.profiles import let_in
from tongcds.actions import syncing
from tongcds.clock import system_clock
from tongcds.domain.views import SyncPhase
from tongcds.settings import Settings
from ui import background
from ui.program import Program
from ui.tasks import InlineExecutor


@pytest.fixture
def window(province: Province, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """An open window that has everything; its timer stands still, so that the test says when time passes."""
    cheaply(monkeypatch)
    laptop = Laptop(tmp_path / "laptop")
    province.invite(VILLAGES[0], "Lò Thị Ngân", tmp_path / "team.tongcds-moi", url=province.url)
    core = laptop.enrolled(tmp_path / "team.tongcds-moi", "Lò Thị Ngân")
    for _ in range(2):
        syncing.sync_now(core)
    core.close()
    program = Program(laptop.profile, Settings(laptop.profile), system_clock, executor=InlineExecutor())
    program.show()
    assert program.opening is not None
    program.opening.unlock.field.setText(PASSPHRASE)
    program.opening.unlock.field.returnPressed.emit()
    let_in(program)
    assert program.desktop is not None
    program.desktop.background._timer.stop()
    yield program
    program.close()
    program.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def a_minute_later(program: Program) -> None:
    assert program.desktop is not None
    program.desktop.background._looked -= 60
    program.desktop.background._look()


def is_idle(program: Program) -> bool:
    state = program.desktop.core.runner.state
    return state.phase is SyncPhase.IDLE and not state.running


def test_a_stolen_laptop_whose_window_is_open_locks_within_a_minute(window, province, qtbot):
    (device,) = administer("devices", "--data", province.folder)["devices"]
    administer("devices", "--data", province.folder, "--revoke", device["device"])
    # The control: as long as nobody asks the server, everything can still be read.
    window.desktop.background._look()
    assert is_idle(window)
    a_minute_later(window)
    qtbot.waitUntil(lambda: window.desktop is None)
    window.opening.unlock.field.setText(PASSPHRASE)
    window.opening.unlock.field.returnPressed.emit()
    assert window.desktop is None
    assert window.opening.lease.isVisible()


def test_looking_again_and_again_fills_no_history(window, qtbot):
    before = syncing.sync_view(window.desktop.core).history
    for _ in range(4):
        a_minute_later(window)
        qtbot.waitUntil(lambda: is_idle(window))
    after = syncing.sync_view(window.desktop.core).history
    assert len(after) <= len(before) + 1
    assert after[0].at > before[0].at


def test_a_link_that_is_paid_for_is_asked_less_often(window, qtbot, monkeypatch):
    asked = []
    monkeypatch.setattr(window.desktop.background._runner, "saved", lambda: asked.append(1))
    window.desktop.background._link.metered = True
    a_minute_later(window)
    assert asked == []
    window.desktop.background._looked -= background._LOOK_SECONDS_METERED
    window.desktop.background._look()
    assert asked == [1]
