"""Doubtful records through the whole window, by keys: settled with a reason, taken back, mended."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from tests.gui.keyboard import ENTER, ESCAPE, Keyboard
from tests.gui.test_editing import core_of, desktop, form_of, home, screen_of, team
from tests.unit.actions.conftest import MEMBER, VILLAGE, Home
from tongcds.actions import households
from tongcds.domain.views import DoubtList, Seen
from ui.changes import ChangeBus
from ui.desktop import Desktop
from ui.forms.observations_dialog import ObservationsDialog
from ui.outline import outline
from ui.preview import doubts as samples
from ui.screens.doubts import DoubtsScreen
from ui.tasks import InlineExecutor, Tasks

__all__ = ["core_of", "desktop", "home", "team"]


def opened(desktop: Desktop, home: Home) -> DoubtsScreen:
    with desktop.core.vault.change(MEMBER) as change:
        change.writer.update("person", home.people[2], birth="1890")
    screen_of(desktop).doubts_requested.emit()
    (screen,) = desktop.shell.findChildren(DoubtsScreen)
    screen.rows.setFocus()
    return screen


def people(screen: DoubtsScreen) -> list[str]:
    return [row.person for row in screen.rows.rows_model.rows()]


def test_a_doubt_is_settled_with_a_reason_and_that_is_taken_back(desktop: Desktop, home: Home, qtbot) -> None:
    screen = opened(desktop, home)
    assert people(screen) == ["Lò Thị Mai"]
    screen.settle.click()
    dialog = desktop.doubting.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.isActiveWindow)
    keys = Keyboard(dialog)
    keys.press(ENTER)
    assert dialog.isVisible()
    keys.type("da xem giay khai sinh")
    keys.press(ENTER)
    assert people(screen) == []
    desktop.shell.messages._undo.click()
    assert people(screen) == ["Lò Thị Mai"]


def test_enter_opens_the_form_and_a_mended_record_leaves_the_list(desktop: Desktop, home: Home) -> None:
    screen = opened(desktop, home)
    Keyboard(desktop.shell).press(ENTER)
    assert form_of(desktop).form is not None
    Keyboard(desktop.shell).press(ESCAPE)
    with desktop.core.vault.change(MEMBER) as change:
        change.writer.update("person", home.people[2], birth="1990")
    desktop.changes.tell(frozenset({"person"}))
    assert people(screen) == []


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"birth": "1890"}, "birth"),
        ({"phone": "12345"}, "phone"),
        ({"id_number": "0142040012"}, "id_number"),
        ({"relation": "con", "birth": "1970"}, "relation"),
    ],
)
def test_the_form_opens_at_what_is_doubtful(
    desktop: Desktop, home: Home, values: dict[str, str], field: str
) -> None:
    opened(desktop, home)
    with desktop.core.vault.change(MEMBER) as change:
        change.writer.update("person", home.people[2], **{"birth": "2004", **values})
    desktop.changes.tell(frozenset({"person"}))
    Keyboard(desktop.shell).press(ENTER)
    form = form_of(desktop).form
    assert form is not None
    row = next(row for row in form.rows if row.line.record.person_id == home.people[2])
    assert row.fields[field].hasFocus()


def test_what_is_doubtful_about_the_household_is_where_one_begins(desktop: Desktop, home: Home) -> None:
    with desktop.core.vault.change(MEMBER) as change:
        twin = change.writer.reserve()
        person = change.writer.create("person", village_id=VILLAGE, household_id=twin, full_name="Vì Văn A")
        change.writer.create("household", reserved=twin, village_id=VILLAGE, code="HN-0087", head_id=person)
    screen_of(desktop).doubts_requested.emit()
    (screen,) = desktop.shell.findChildren(DoubtsScreen)
    screen.rows.setFocus()
    Keyboard(desktop.shell).press(ENTER)
    form = form_of(desktop).form
    assert form is not None
    assert form.lines["code"].hasFocus()


def test_doubtful_facts_open_the_time_line(desktop: Desktop, home: Home) -> None:
    day = desktop.core.today
    for fact in ("phone_2g", "smartphone"):
        households.record_facts(desktop.core, (Seen("person", home.people[0], fact, True, day, "seen"),))
    screen_of(desktop).doubts_requested.emit()
    (screen,) = desktop.shell.findChildren(DoubtsScreen)
    screen.rows.setFocus()
    Keyboard(desktop.shell).press(ENTER)
    dialog = desktop.editing.dialog
    assert isinstance(dialog, ObservationsDialog)
    dialog.close()


def test_a_long_list_is_turned_from_the_keyboard(keep, qtbot) -> None:
    asked = []

    def load(rule: str, first: int) -> DoubtList:
        asked.append(first)
        page = samples.shown("typical")
        return replace(page, first=first, matching=1_203)

    screen = keep(DoubtsScreen(load, Tasks(InlineExecutor()), ChangeBus()))
    screen.show()
    screen.activateWindow()
    qtbot.waitUntil(screen.isActiveWindow)
    screen.rows.setFocus()
    keys = Keyboard(screen)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        keys.press(key, with_=Qt.KeyboardModifier.AltModifier)
    assert asked == [0, 500, 1000, 500]
    assert "501–505" in outline(screen)
    assert "1.203" in outline(screen)
