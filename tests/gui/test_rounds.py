"""A round is planned and ticked off from the keyboard; what is seen stays where it was."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import Qt

from tests.gui.keyboard import CTRL, DOWN, ENTER, Keyboard
from tongcds.domain.views import StopState
from ui.changes import ChangeBus
from ui.forms.round_dialog import RoundDialog
from ui.preview import rounds
from ui.screens.rounds import RoundsScreen
from ui.tasks import InlineExecutor, Tasks

TODAY = date(2026, 11, 23)
HOMES = (b"h" * 16, b"i" * 16)


@pytest.fixture
def opened(qtbot, keep):
    def make(widget):
        keep(widget)
        widget.show()
        widget.activateWindow()
        qtbot.waitUntil(widget.isActiveWindow)
        return Keyboard(widget)

    return make


@pytest.fixture
def screen(opened):
    asked = []

    def load(wanted):
        asked.append(wanted)
        return rounds.shown("typical")

    made = RoundsScreen(load, Tasks(InlineExecutor()), ChangeBus())
    made.asked = asked
    made.keys = opened(made)
    made.stops.setFocus()
    return made


def heard(signal):
    told = []
    signal.connect(lambda *values: told.append(values))
    return told


def test_a_household_is_ticked_off_with_one_key_and_the_next_is_chosen(screen):
    ticked = heard(screen.ticked)
    shown = rounds.shown("typical").opened.stops
    screen.keys.press(DOWN, DOWN)
    screen.keys.press(Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_0)
    assert ticked == [
        ((shown[2].stop_id,), StopState.DONE),
        ((shown[3].stop_id,), StopState.ABSENT),
        ((shown[4].stop_id,), StopState.DECLINED),
        ((shown[5].stop_id,), StopState.OPEN),
    ]


def test_what_is_chosen_stays_chosen_when_the_list_is_read_again(screen):
    screen.keys.press(DOWN, DOWN, DOWN)
    screen.reload()
    assert screen.stops.currentIndex().row() == 3
    assert screen.asked[-1] == rounds.shown("typical").rounds[0].round_id


def test_enter_opens_delete_takes_out_and_the_list_is_printed(screen):
    opens, drops, prints = heard(screen.opened), heard(screen.dropped), heard(screen.print_requested)
    screen.keys.press(ENTER)
    screen.keys.press(Qt.Key.Key_Delete)
    screen.ask_print()
    shown = rounds.shown("typical")
    stop = shown.opened.stops[0]
    assert opens == [(stop.household_id,)]
    assert drops == [((stop.stop_id,),)]
    assert prints == [(shown.rounds[0].round_id,)]


def test_the_choice_says_who_goes_to_the_household_that_is_chosen(screen):
    names = []
    for _stop in range(6):
        names.append(screen.member.currentText())
        screen.keys.press(DOWN)
    assert names == ["Lò Thị Ngân"] * 3 + ["Lò Văn Ún"] * 2 + ["Chưa phân công"]


def test_another_round_is_read_when_it_is_chosen(screen):
    screen.rounds.setFocus()
    screen.keys.press(DOWN)
    assert screen.asked[-1] == rounds.shown("typical").rounds[1].round_id


def test_a_round_is_planned_from_the_keyboard(opened):
    dialog = RoundDialog(HOMES, (rounds.NGAN, rounds.UN), TODAY)
    keys = opened(dialog)
    plans = heard(dialog.planned)
    keys.type("Dot cho phien")
    dialog.ends.setFocus()
    dialog.ends.selectAll()
    keys.type("+3")
    dialog.members[1].setFocus()
    keys.press(Qt.Key.Key_Space)
    keys.press(ENTER, with_=CTRL)
    ((plan,),) = plans
    assert (plan.name, plan.begins_on, plan.ends_on) == ("Dot cho phien", TODAY, date(2026, 11, 26))
    assert (plan.households, plan.members) == (HOMES, (rounds.UN.member_id,))
    assert not dialog.isVisible()


@pytest.mark.parametrize(
    ("field", "words"), [("name", ""), ("begins", "?"), ("ends", "?"), ("ends", "1/11/2026")]
)
def test_a_plan_that_is_not_whole_stays_open_and_says_why(opened, field, words):
    dialog = RoundDialog(HOMES, (), TODAY)
    keys = opened(dialog)
    plans = heard(dialog.planned)
    getattr(dialog, field).setText(words)
    keys.press(ENTER, with_=CTRL)
    assert plans == []
    assert dialog.isVisible()
    assert getattr(dialog, field).accessibleDescription()
