"""A printed list is typed in from the keyboard; a doubtful line stays, and costs no other."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.gui.keyboard import CTRL, DOWN, ENTER, ESCAPE, Keyboard, Later
from tongcds.actions import Changes
from tongcds.domain import record_code
from tongcds.domain.paper_keys import lettered_facts
from tongcds.domain.views import EditUndo, PaperHome, StopState
from tongcds.errors import UnavailableError, UserError
from tongcds.forms.paper_line import FACTS, MET, NOTE, SERVICES
from tongcds.forms.paper_session import LineStatus
from ui.preview import rounds, samples, village
from ui.screens.paper_entry import PaperEntryScreen
from ui.tasks import InlineExecutor, Tasks

STRAY = PaperHome(village.identity("HN-0300"), "HN-0300", "Lò Thị Lạ", ((b"l" * 16, "Lò Thị Lạ"),))


class Desk:
    """Keeps what it is given to save; `trouble` is raised by the next save."""

    def __init__(self):
        self.saved, self.drafts, self.undone, self.asked = [], [], [], []
        self.trouble = None

    def load(self, round_id):
        self.asked.append(round_id)
        start = rounds.start("typical")
        return start if self.drafts == [] else start.__class__(start.row, start.homes, start.members)

    def named(self, lines, typed):
        if typed == "99":
            raise UserError("household_unclear", count=0)
        return next((home for home in lines if str(home.place) == typed), STRAY)

    def doubts(self, entry):
        return ("Too young for VNeID.",) if any(seen.fact == "vneid2" for seen in entry.seen) else ()

    def save(self, entry, *, draft, instead_of):
        if self.trouble is not None:
            raise self.trouble
        self.saved.append((entry, draft, instead_of))
        return EditUndo(last_n=len(self.saved)), Changes.of("visit")

    def take_back(self, undo):
        self.undone.append(undo)
        return Changes.of("visit")

    def save_draft(self, name, content):
        self.drafts.append((name, content))


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def make(desk, qtbot, keep):
    def made(writes=None):
        screen = PaperEntryScreen(
            rounds.start("typical").row.round_id,
            load=desk.load,
            named=desk.named,
            doubts=desk.doubts,
            save=desk.save,
            take_back=desk.take_back,
            save_draft=desk.save_draft,
            reads=Tasks(InlineExecutor()),
            writes=Tasks(writes or InlineExecutor()),
            clock=lambda: samples.NOW,
        )
        keep(screen)
        screen.resize(1100, 700)
        screen.show()
        screen.activateWindow()
        qtbot.waitUntil(screen.isActiveWindow)
        screen.enter()
        screen.keys = Keyboard(screen)
        return screen

    return made


@pytest.fixture
def screen(make):
    return make()


def statuses(screen):
    return [screen.session.status(home) for home in screen.session.lines]


def test_a_line_that_was_half_typed_is_where_typing_begins(screen):
    assert screen.session.lines.index(screen._at) == 2
    assert screen.strip.fields[SERVICES].text() == "1.2 4h"
    assert screen.focusWidget() is screen.strip.fields[MET]


def test_enter_goes_from_field_to_field_saves_and_goes_to_the_next_line(screen, desk):
    screen.keys.press(ENTER, ENTER, ENTER, ENTER, ENTER)
    ((entry, draft, before),) = desk.saved
    home = screen.session.lines[2]
    assert (entry.household_id, entry.state, entry.note) == (
        home.household_id, StopState.DONE, "máy của con hỏng",
    )  # fmt: skip
    assert list(draft[1]["lines"]) == [screen.session.lines[4].household_id.hex()]
    assert before is None
    assert screen.session.lines.index(screen._at) == 3
    assert screen.focusWidget() is screen.strip.fields[MET]
    assert statuses(screen)[2] is LineStatus.SAVED


def test_a_household_where_nobody_was_takes_two_keys_and_enter(screen, desk):
    screen.keys.press(DOWN)
    screen.keys.type("2")
    screen.keys.press(ENTER, ENTER)
    assert [entry.state for entry, _draft, _before in desk.saved] == [StopState.ABSENT]


def test_a_doubtful_line_is_marked_stays_and_costs_no_other(screen, desk):
    screen.keys.press(DOWN)
    screen.keys.type("1")
    screen.keys.press(ENTER)
    screen.keys.type("77")
    screen.keys.press(ENTER, with_=CTRL)
    assert desk.saved == []
    assert statuses(screen)[3] is LineStatus.DOUBTFUL
    assert screen.focusWidget() is screen.strip.fields[SERVICES]
    assert "77" in screen.strip.fields[SERVICES].accessibleDescription()
    screen.keys.press(DOWN)
    screen.keys.press(ENTER, with_=CTRL)
    assert len(desk.saved) == 1
    assert statuses(screen)[3:5] == [LineStatus.DOUBTFUL, LineStatus.SAVED]
    assert screen.session.texts(screen.session.lines[3])[SERVICES] == "77"


def test_a_save_that_fails_marks_its_line_and_keeps_it_in_the_draft(screen, desk):
    desk.trouble = UnavailableError("disk_full")
    screen.keys.press(ENTER, with_=CTRL)
    assert statuses(screen)[2] is LineStatus.DOUBTFUL
    screen.hide()
    lines = desk.drafts[-1][1]["lines"]
    assert screen.session.lines[2].household_id.hex() in lines


def test_what_is_being_saved_is_in_no_draft_and_not_saved_twice(make, desk):
    disk = Later()
    screen = make(disk)
    screen.keys.press(ENTER, with_=CTRL)
    screen.keys.press(Qt.Key.Key_Up)
    screen.keys.press(ENTER, with_=CTRL)
    screen.keys.press(DOWN, DOWN)
    screen.keys.press(ENTER, with_=CTRL)
    disk.catch_up()
    assert [len(draft[1]["lines"]) for _entry, draft, _before in desk.saved] == [1, 0]


def test_a_saved_line_is_taken_back_and_typed_over(screen, desk):
    screen.keys.press(ENTER, with_=CTRL)
    screen.keys.press(Qt.Key.Key_Up)
    screen.keys.press(Qt.Key.Key_D, with_=CTRL)
    assert [undo.last_n for undo in desk.undone] == [1]
    assert statuses(screen)[2] is LineStatus.TYPED


def test_a_saved_line_that_is_changed_replaces_what_it_wrote(screen, desk):
    screen.keys.press(ENTER, with_=CTRL)
    screen.keys.press(Qt.Key.Key_Up)
    screen.strip.enter(FACTS)
    screen.keys.type("v")
    screen.keys.press(ENTER, with_=CTRL)
    assert [before.last_n if before else None for _entry, _draft, before in desk.saved] == [None, 1]


def test_a_line_is_gone_to_by_its_number_and_a_household_off_the_list_is_added(screen):
    screen.strip.name.setFocus()
    screen.keys.type("5")
    screen.keys.press(ENTER)
    assert screen._at.place == 5
    screen.strip.name.setFocus()
    screen.keys.type("HN-0300")
    screen.keys.press(ENTER)
    assert screen.session.lines[-1] == STRAY
    assert screen._at == STRAY
    screen.strip.name.setFocus()
    screen.keys.type("99")
    screen.keys.press(ENTER)
    assert screen.strip.name.accessibleDescription()


def test_the_code_on_another_list_opens_that_list(screen, desk):
    screen.strip.name.setFocus()
    screen.keys.type(record_code.scanned_round(b"q" * 16))
    screen.keys.press(ENTER)
    assert desk.asked[-1] == b"q" * 16


def test_the_day_and_who_went_hold_for_all_lines(screen, desk):
    screen.day.setFocus()
    screen.day.selectAll()
    screen.keys.type("21/11")
    screen.who.setFocus()
    screen.keys.press(DOWN, DOWN)
    screen.strip.enter()
    screen.keys.press(ENTER, with_=CTRL)
    ((entry, draft, _before),) = desk.saved
    assert (entry.on.day, entry.by_id) == (21, rounds.UN.member_id)
    assert draft[1]["day"] == "21/11"


def test_a_day_that_is_none_is_said_at_the_day(screen, desk):
    screen.day.setFocus()
    screen.day.selectAll()
    screen.keys.type("?")
    screen.strip.enter()
    screen.keys.press(ENTER, with_=CTRL)
    assert desk.saved == []
    assert screen.focusWidget() is screen.day
    assert screen.day.accessibleDescription()


def test_leaving_keeps_what_is_typed(screen, desk):
    gone = []
    screen.left.connect(lambda: gone.append(True))
    screen.strip.enter(NOTE)
    screen.keys.type("x")
    screen.keys.press(ESCAPE)
    assert gone
    home = screen.session.lines[2]
    assert desk.drafts[-1][1]["lines"][home.household_id.hex()][NOTE] == "x"


def test_an_empty_line_is_passed_over(screen, desk):
    screen.keys.press(DOWN)
    screen.keys.press(ENTER, with_=CTRL)
    assert desk.saved == []
    assert statuses(screen)[3] is LineStatus.OPEN


def test_an_unlikely_answer_is_pointed_at_while_it_is_typed_and_saved_all_the_same(screen, desk):
    letter = next(key for key, fact in lettered_facts().items() if fact.code == "vneid2")
    screen.strip.enter(FACTS)
    screen.keys.type(letter)
    assert screen.strip.doubt.isVisible()
    assert screen.strip.doubt.words() == "Too young for VNeID."
    screen.strip.fields[FACTS].clear()
    screen.strip.edited.emit(FACTS, "")
    assert not screen.strip.doubt.isVisible()
    screen.strip.enter(FACTS)
    screen.keys.type(letter)
    screen.keys.press(ENTER, ENTER, ENTER)
    assert len(desk.saved) == 1
    assert not screen.strip.doubt.isVisible()
