"""A household of a real vault is added, changed and looked at through the whole window, by keys alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QWidget

from tests.gui.keyboard import CTRL, CTRL_SHIFT, DOWN, ENTER, ESCAPE, TAB, Keyboard
from tests.unit.actions.conftest import MEMBER, Home, core_of, home, team
from tongcds.actions import Core, households, observations, visits
from tongcds.domain.views import Result, Seen, SupportEntry, VisitEntry
from tongcds.settings import Settings
from ui.desktop import Desktop
from ui.outline import outline
from ui.screens.household_form import HouseholdFormScreen
from ui.screens.households import HouseholdsScreen
from ui.tasks import InlineExecutor

__all__ = ["core_of", "home", "team"]


@pytest.fixture
def desktop(
    team: Core, home: Home, tmp_path: Path, keep: Callable[[QWidget], QWidget], qtbot
) -> Iterator[Desktop]:
    everywhere = {name: InlineExecutor() for name in ("writes", "reads", "files", "net")}
    made = Desktop(team, Settings(tmp_path), **everywhere, automatic=False)
    keep(made.shell)
    made.show()
    made.shell.show_place("households")
    made.shell.activateWindow()
    qtbot.waitUntil(made.shell.isActiveWindow)
    screen_of(made).rows.setFocus()
    yield made
    made.close()
    made.deleteLater()


def screen_of(desktop: Desktop) -> HouseholdsScreen:
    screen = desktop.shell.screen_of("households")
    assert isinstance(screen, HouseholdsScreen)
    return screen


def form_of(desktop: Desktop) -> HouseholdFormScreen:
    (form,) = desktop.shell.findChildren(HouseholdFormScreen)
    return form


def names(desktop: Desktop) -> list[str]:
    return [row.head_name for row in screen_of(desktop).rows.rows_model.rows()]


def take_back(desktop: Desktop) -> None:
    desktop.shell.messages._undo.click()


def test_a_household_is_added_opened_and_taken_back(desktop: Desktop) -> None:
    keys = Keyboard(desktop.shell)
    keys.press(Qt.Key.Key_N, with_=CTRL_SHIFT)
    keys.type("vi van son")
    keys.press(TAB)
    keys.type("1990")
    keys.press(ENTER)
    keys.type("luong thi men")
    keys.press(ENTER, with_=CTRL)
    assert names(desktop) == ["Vi Van Son", "Hà Thị Xuân"]
    shown = screen_of(desktop).detail.household()
    assert shown is not None
    assert (shown.code, len(shown.people)) == ("HN-0088", 2)
    assert desktop.shell.messages.words() == "Đã lưu hộ Vi Van Son."
    take_back(desktop)
    assert names(desktop) == ["Hà Thị Xuân"]


def test_a_household_is_edited_and_somebody_who_is_on_record_is_pointed_at(
    desktop: Desktop, home: Home, qtbot
) -> None:
    screen_of(desktop).detail.edit.click()
    keys = Keyboard(desktop.shell)
    form = form_of(desktop)
    assert form.form is not None
    keys.press(ENTER, ENTER, ENTER)
    keys.type("ha thi xuan")
    qtbot.waitUntil(lambda: "Đã có trong sổ: Hà Thị Xuân, 1978, HN-0087" in outline(form))
    keys.press(ENTER, with_=CTRL)
    assert len(visits.people(desktop.core, home.household)) == 4
    take_back(desktop)
    assert len(visits.people(desktop.core, home.household)) == 3


def test_esc_keeps_the_draft_for_the_next_time(desktop: Desktop) -> None:
    keys = Keyboard(desktop.shell)
    keys.press(Qt.Key.Key_N, with_=CTRL_SHIFT)
    keys.type("vi van")
    keys.press(ESCAPE)
    assert screen_of(desktop).isVisible()
    keys.press(Qt.Key.Key_N, with_=CTRL_SHIFT)
    form = next(one for one in desktop.shell.findChildren(HouseholdFormScreen) if one.isVisible())
    assert form.form is not None
    assert form.form.rows[0].fields["full_name"].text() == "vi van"


def test_a_change_from_elsewhere_is_not_overwritten_unseen(desktop: Desktop, home: Home) -> None:
    screen_of(desktop).detail.edit.click()
    form = form_of(desktop)
    assert form.form is not None
    keys = Keyboard(desktop.shell)
    form.form.lines["address"].setFocus()
    keys.type("Nhom 2")
    with desktop.core.vault.change(MEMBER) as change:
        change.writer.update("household", home.household, address="Nhom 9")
    keys.press(ENTER, with_=CTRL)
    assert "Nhom 9" in outline(form)
    keys.press(ENTER, with_=CTRL)
    record = households.start(desktop.core, home.household).record
    assert record is not None
    assert record.address == "Nhom 2"


def test_what_was_seen_is_in_the_table_at_once_and_can_be_taken_back(
    desktop: Desktop, home: Home, qtbot
) -> None:
    keys = Keyboard(desktop.shell)
    panel = screen_of(desktop).detail
    while keys.focus() is not panel.people:
        keys.press(TAB)
    keys.press(DOWN, ENTER)
    dialog = panel.facts_dialog
    qtbot.waitUntil(dialog.isActiveWindow)
    Keyboard(dialog).press(Qt.Key.Key_1)
    Keyboard(dialog).press(ENTER, with_=CTRL)

    def known() -> list[bool | None]:
        shown = panel.household()
        assert shown is not None
        return [person.facts[0].value for person in shown.people]

    assert known() == [None, True, None]
    take_back(desktop)
    assert known() == [None, None, None]


class Windows(QObject):
    """Remembers every widget that was shown as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.shown.append(type(watched).__name__)
        return False


def test_opening_a_form_shows_no_window_of_its_own(desktop: Desktop, qapp) -> None:
    windows = Windows()
    qapp.installEventFilter(windows)
    desktop.editing.add()
    assert windows.shown == []
    desktop.shell.hide()
    desktop.shell.show()
    qapp.removeEventFilter(windows)
    assert windows.shown == ["Shell"]


def test_an_observation_that_cannot_be_saved_is_said(desktop: Desktop) -> None:
    desktop.editing.record((Seen("person", bytes(16), "smartphone", True, desktop.core.today, "seen"),))
    assert "Người này không có trong hộ" in desktop.shell.messages.words()


def test_a_wrong_observation_is_found_in_the_time_line_and_withdrawn(
    desktop: Desktop, home: Home, qtbot
) -> None:
    core = desktop.core
    households.record_facts(core, (Seen("person", home.people[2], "smartphone", True, core.today, "told"),))
    keys = Keyboard(desktop.shell)
    keys.press(Qt.Key.Key_T, with_=CTRL)
    dialog = desktop.editing.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.isActiveWindow)
    assert "nghe kể" in outline(dialog)
    dialog.why.setCurrentIndex(1)
    Keyboard(dialog).press(Qt.Key.Key_D, with_=CTRL)
    assert observations.observations(core, home.household) == ()
    assert desktop.shell.messages.words() == "Đã rút lại điều đã ghi."
    take_back(desktop)
    (again,) = observations.observations(core, home.household)
    assert (again.subject_id, again.value) == (home.people[2], True)


def test_what_follows_from_a_support_is_not_withdrawn_alone(desktop: Desktop, home: Home, qtbot) -> None:
    support = SupportEntry("PY01", home.people[:1], Result.ALONE)
    visits.save_visit(desktop.core, VisitEntry(home.household, desktop.core.today, (support,)))
    Keyboard(desktop.shell).press(Qt.Key.Key_T, with_=CTRL)
    dialog = desktop.editing.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.isActiveWindow)
    Keyboard(dialog).press(Qt.Key.Key_D, with_=CTRL)
    assert dialog.isVisible()
    assert "nhật ký hỗ trợ" in outline(dialog)
    Keyboard(dialog).press(ESCAPE)
    assert observations.observations(desktop.core, home.household)
