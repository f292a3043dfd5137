"""One vault in its window: what is done on one screen is seen on the others, and nothing stays behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QWidget

from tests.gui.keyboard import Later
from tests.unit.actions.conftest import Home, core_of, home, team
from tongcds import i18n
from tongcds.actions import Core, follow_ups, importing, rounds, visits
from tongcds.domain.views import Result, SupportEntry, VisitEntry
from tongcds.settings import LANGUAGE, Settings
from ui.desktop import Desktop
from ui.outline import outline
from ui.screens.households import HouseholdsScreen
from ui.screens.log_visit import LogVisitScreen, SavedVisit
from ui.screens.rounds import RoundsScreen
from ui.screens.settings import SettingsScreen
from ui.screens.sync import SyncScreen
from ui.screens.today import TodayScreen
from ui.shell.rail import PlaceButton
from ui.tasks import InlineExecutor
from ui.widgets.button import Button

__all__ = ["core_of", "home", "team"]
REGISTER = Path(__file__).parents[1] / "data" / "imports" / "ho-dan-sach.xlsx"


@pytest.fixture
def desktop(team: Core, tmp_path: Path, keep: Callable[[QWidget], QWidget]) -> Iterator[Desktop]:
    everywhere = {name: InlineExecutor() for name in ("writes", "reads", "files", "net")}
    made = Desktop(team, Settings(tmp_path), **everywhere, automatic=False)
    keep(made.shell)
    made.show()
    yield made
    made.close()
    made.deleteLater()


def said(desktop: Desktop) -> str:
    return desktop.shell.messages.words()


def save_a_visit(desktop: Desktop, home: Home) -> None:
    desktop.visiting.start(home.household)
    screen = desktop.shell.seen()
    assert isinstance(screen, LogVisitScreen)
    support = SupportEntry("PY01", home.people[:2], Result.ALONE)
    answer = visits.save_visit(desktop.core, VisitEntry(home.household, desktop.core.today, (support,)))
    screen.saved.emit(SavedVisit("Đã lưu", answer, again=False))


def test_no_other_screen_is_made_before_the_first_one_has_read(team, tmp_path, keep):
    reads = Later()
    everywhere = {name: InlineExecutor() for name in ("writes", "files", "net")}
    desktop = Desktop(team, Settings(tmp_path), **everywhere, reads=reads)
    shell = keep(desktop.shell)
    desktop.show()
    desktop.background.stop()
    assert not shell._ahead.isActive()
    reads.catch_up()
    assert desktop.shell.screen_of("today").view is not None
    assert shell._ahead.isActive()
    shell._ahead.stop()
    desktop.close()
    desktop.deleteLater()


def test_every_place_of_a_team_opens(desktop: Desktop, home: Home) -> None:
    for place in desktop.shell.places:
        desktop.shell.show_place(place.key)
        assert desktop.shell.screen_of(place.key).isVisible()


def test_a_saved_visit_is_on_the_day_and_in_the_badge_and_can_be_undone(desktop: Desktop, home: Home) -> None:
    desktop.refresh_status()
    before = desktop.shell.top.badge.accessibleName()
    save_a_visit(desktop, home)
    assert desktop.shell.place == "today"
    assert desktop.shell.top.badge.accessibleName() != before
    assert "1 lượt · 1 hộ" in outline(desktop.shell.screen_of("today"))
    with desktop.core.vault.read() as connection:
        visit = connection.exec_driver_sql("SELECT id FROM visit WHERE deleted = 0").scalar_one()
    desktop.shell.undo_requested.emit((lambda: visits.undo_visit(desktop.core, visit), "Đã huỷ"))
    with desktop.core.vault.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM visit WHERE deleted = 0").scalar_one() == 0


def test_a_task_is_put_off_to_a_day_that_is_typed_and_that_is_taken_back(
    desktop: Desktop, home: Home
) -> None:
    promise = SupportEntry("PY01", home.people[:1], Result.COME_BACK)
    today = desktop.core.today
    visits.save_visit(desktop.core, VisitEntry(home.household, today, (promise,), follow_up_on=today))
    screen = desktop.shell.screen_of("today")
    assert isinstance(screen, TodayScreen)
    screen.reload()
    assert screen.view is not None
    (task,) = screen.view.todo
    rail = next(one for one in desktop.shell.rail.findChildren(PlaceButton) if one.key == "today")
    assert rail.accessibleName() == "Hôm nay, 1 việc đang chờ"
    screen.put_off.emit(task, None)
    dialog = desktop.today.dialog
    assert dialog is not None
    dialog.day.setText("-3")
    dialog.save()
    assert dialog.isVisible()
    dialog.day.setText("+9")
    dialog.save()
    (moved,) = follow_ups.tasks(desktop.core).rows
    assert moved.days_left == 9
    assert rail.accessibleName() == "Hôm nay"
    undo = next(one for one in desktop.shell.messages.findChildren(Button) if one.text() == "Hoàn tác")
    QTest.keyClick(undo, Qt.Key.Key_Space)
    (back,) = follow_ups.tasks(desktop.core).rows
    assert back.days_left == 0
    screen.finished.emit(task)
    assert not follow_ups.tasks(desktop.core).rows


def test_another_language_makes_the_window_anew_at_the_same_place(
    desktop: Desktop, keep: Callable[[QWidget], QWidget]
) -> None:
    desktop.shell.show_place("settings")
    screen = desktop.shell.screen_of("settings")
    assert isinstance(screen, SettingsScreen)
    old = desktop.shell
    desktop._settings.set(LANGUAGE, "en")
    screen.changed.emit(LANGUAGE)
    keep(desktop.shell)
    assert desktop.shell is not old
    assert desktop.shell.place == "settings"
    assert i18n.language() == "en"


def test_writes_go_out_on_a_stick_and_a_wrong_file_is_refused_in_words(
    desktop: Desktop, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(tmp_path))
    desktop.shell.show_place("sync")
    screen = desktop.shell.screen_of("sync")
    assert isinstance(screen, SyncScreen)
    screen.export_requested.emit()
    (made,) = tmp_path.glob("*.tcds")
    assert made.name in said(desktop)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(REGISTER), ""))
    screen.usb_requested.emit()
    assert "không phải của chương trình" in said(desktop) or "not for this program" in said(desktop)


def test_a_backup_goes_onto_a_stick_and_is_named(
    desktop: Desktop, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(stick))
    desktop.shell.show_place("settings")
    screen = desktop.shell.screen_of("settings")
    assert isinstance(screen, SettingsScreen)
    screen.backup_requested.emit()
    made = sorted(path.name for path in stick.iterdir())
    assert made
    assert any(name in said(desktop) for name in made)


def test_an_import_can_be_taken_back_from_the_sync_screen(desktop: Desktop) -> None:
    prepared = importing.prepare_import(desktop.core, REGISTER)
    row, _changes = importing.apply_import(desktop.core, prepared)
    desktop.shell.show_place("sync")
    screen = desktop.shell.screen_of("sync")
    assert isinstance(screen, SyncScreen)
    screen.import_undone.emit(row.import_id)
    with desktop.core.vault.read() as connection:
        undone = connection.exec_driver_sql("SELECT undone_at FROM import_batch").scalar_one()
    assert undone is not None


def test_a_round_is_planned_from_what_the_register_shows_ticked_off_printed_and_taken_back(
    desktop: Desktop, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGCDS_EXPORTS", str(tmp_path / "out"))
    desktop.shell.show_place("households")
    register_screen = desktop.shell.screen_of("households")
    assert isinstance(register_screen, HouseholdsScreen)
    QTest.keyClick(register_screen.more, Qt.Key.Key_Down)
    QTest.keyClick(register_screen.more.list, Qt.Key.Key_Return)
    screen = desktop.shell.findChild(RoundsScreen)
    assert screen is not None
    screen.plan_requested.emit()
    desktop.rounds.dialog.save()
    (planned,) = rounds.rounds(desktop.core)
    assert planned.stops == 1
    QTest.keyClick(screen.stops, Qt.Key.Key_1)
    QTest.keyClick(desktop.shell, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert desktop.printing.preview is not None
    desktop.printing.preview.save.click()
    assert rounds.rounds(desktop.core)[0].left == 0
    assert [path.suffix for path in (tmp_path / "out").iterdir()] == [".pdf"]
    stop = rounds.round_of(desktop.core, planned.round_id).stops[0]
    screen.dropped.emit((stop.stop_id,))
    assert rounds.round_of(desktop.core, planned.round_id).stops == ()
    desktop.shell.messages._undo.click()
    assert rounds.round_of(desktop.core, planned.round_id).stops != ()
    screen.plan_requested.emit()
    assert "đợt" in said(desktop)


@pytest.mark.parametrize(("place", "again"), [("today", False), ("households", False), ("sync", True)])
def test_where_the_server_had_nothing_new_only_the_history_is_read_again(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch, place: str, again: bool
) -> None:
    desktop.shell.show_place(place)
    screen = desktop.shell.screen_of(place)
    read: list[str] = []
    monkeypatch.setattr(screen, "_reads_by", lambda: read.append(place))
    desktop.background.exchanged.emit(frozenset())
    assert bool(read) is again
    # The control: of what came every one of them reads.
    desktop.background.exchanged.emit(frozenset({"household", "exchange"}))
    assert len(read) == 1 + again
