"""A household is filled in without a mouse; what is wrong or doubtful is said where it stands."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt

from tests.gui.keyboard import CTRL, ENTER, ESCAPE, TAB, Keyboard
from tongcds.domain.views import Draft, FieldChange, HouseholdChange, Lookalike, Revealed
from tongcds.errors import UserError
from ui.outline import outline
from ui.preview import editing, village
from ui.screens.household_form import HouseholdFormScreen
from ui.tasks import InlineExecutor, Tasks

NOW = datetime(2026, 11, 23, 3, 52, tzinfo=UTC)
XUAN = village.identity("HN-0087")
DOWN, SPACE, ONE, TWO = Qt.Key.Key_Down, Qt.Key.Key_Space, Qt.Key.Key_1, Qt.Key.Key_2


class Register:
    """Keeps what the form asks it to keep."""

    def __init__(self) -> None:
        self.saved: list[HouseholdChange] = []
        self.drafts: dict[str, dict[str, object]] = {}
        self.asked = []
        self.known: list[Lookalike] = []
        self.shown: list[str] = []
        self.refuses = ""
        self.refusal = ""
        self.address = ""

    def load(self, household_id):
        return editing.start(household_id, address=self.address)

    def lookalikes(self, query):
        self.asked.append(query)
        return self.known

    def taken(self, _village, code, _but):
        return code == "HN-0012"

    def reveal(self, person_id, field):
        self.shown.append(field)
        people = editing.start(XUAN).record.people
        person = next(one for one in people if one.person_id == person_id)
        return Revealed(getattr(person, field), self.refusal)

    def save(self, wanted):
        if self.refuses:
            raise UserError(self.refuses)
        self.saved.append(wanted)
        self.drafts.pop(wanted.draft, None)
        return "answer"

    def save_draft(self, name, content):
        self.drafts[name] = content

    def load_draft(self, name):
        return Draft(name, NOW, self.drafts[name]) if name in self.drafts else None

    def drop_draft(self, name):
        self.drafts.pop(name, None)


@pytest.fixture
def register():
    return Register()


@pytest.fixture
def open_form(qtbot, keep, register):
    def make(household_id=None):
        screen = HouseholdFormScreen(
            household_id,
            load=register.load,
            lookalikes=register.lookalikes,
            taken=register.taken,
            reveal=register.reveal,
            save=register.save,
            save_draft=register.save_draft,
            load_draft=register.load_draft,
            drop_draft=register.drop_draft,
            reads=Tasks(InlineExecutor()),
            writes=Tasks(InlineExecutor()),
            clock=lambda: NOW,
        )
        keep(screen)
        screen.resize(1154, 712)
        screen.show()
        screen.activateWindow()
        qtbot.waitUntil(screen.isActiveWindow)
        screen.enter()
        return screen, Keyboard(screen)

    return make


def values(person):
    return {field.name: field.now for field in person.fields}


def test_a_family_of_three_is_added_without_a_mouse(open_form, register, qtbot, record_property):
    screen, keys = open_form()
    keys.type("Ha Thi Xuan")
    keys.press(TAB)
    keys.type("1978")
    keys.press(TAB, ONE, ENTER)
    keys.type("Lo Van Un")
    keys.press(TAB)
    keys.type("3.1975")
    keys.press(TAB, TWO, TAB)
    keys.type("chong")
    keys.press(ENTER)
    keys.type("Lo Thi Mai")
    with qtbot.waitSignal(screen.saved) as saved:
        keys.press(ENTER, with_=CTRL)
    (wanted,) = register.saved
    assert [values(person) for person in wanted.people] == [
        {"full_name": "Ha Thi Xuan", "birth": "1978", "sex": "female", "relation": "chủ hộ"},
        {"full_name": "Lo Van Un", "birth": "1975-03", "sex": "male", "relation": "chong"},
        {"full_name": "Lo Thi Mai"},
    ]
    assert (wanted.fields, wanted.head) == ((FieldChange("code", "", "HN-0149"),), 0)
    assert saved.args[0].words == "Đã lưu hộ Ha Thi Xuan."
    assert saved.args[0].answer == "answer"
    record_property("strokes", keys.strokes)


def test_tab_walks_through_the_row_and_on_to_the_next_person(open_form):
    screen, keys = open_form(XUAN)
    first, second = screen.form.rows[:2]
    seen = [keys.focus()]
    for _step in range(8):
        keys.press(TAB)
        seen.append(keys.focus())
    assert seen == [*(widget for widget in first.chain()[:8]), second.fields["full_name"]]
    assert second.fields["note"].isVisible()
    assert not first.fields["note"].isVisible()


def test_only_what_was_changed_is_saved(open_form, register):
    _screen, keys = open_form(XUAN)
    keys.press(TAB, TAB, TAB, TAB)
    keys.type("0912345678")
    keys.press(ENTER, with_=CTRL)
    (wanted,) = register.saved
    assert (wanted.household_id, wanted.fields, wanted.head) == (XUAN, (), None)
    assert [values(person) for person in wanted.people] == [{"phone": "0912345678"}, {}, {}, {}]


def test_without_a_name_the_form_says_so_and_goes_there(open_form, register):
    screen, keys = open_form()
    keys.press(TAB)
    keys.type("1978")
    keys.press(ENTER, with_=CTRL)
    assert register.saved == []
    assert keys.focus() is screen.form.rows[0].fields["full_name"]
    assert "Hãy ghi ít nhất họ tên chủ hộ." in outline(screen)
    keys.type("A")
    assert "Hãy ghi ít nhất" not in outline(screen)


def test_esc_leaves_and_the_draft_comes_back(open_form, register, qtbot):
    screen, keys = open_form()
    keys.type("Vi Van S")
    with qtbot.waitSignal(screen.left):
        keys.press(ESCAPE)
    assert list(register.drafts) == ["household"]
    again, _keys = open_form()
    assert again.form.rows[0].fields["full_name"].text() == "Vi Van S"
    assert "Đã mở lại bản nháp" in outline(again)


def test_each_household_has_a_draft_of_its_own(open_form, register):
    _screen, keys = open_form(XUAN)
    keys.type("x")
    keys.press(ESCAPE)
    other, _keys = open_form()
    assert other.form.rows[0].fields["full_name"].text() == ""
    assert list(register.drafts) == [f"household {XUAN.hex()}"]


def test_what_was_typed_can_be_thrown_away_and_brought_back(open_form):
    screen, keys = open_form(XUAN)
    assert not screen.discard.isVisible()
    keys.type("Khac")
    screen.discard.click()
    assert screen.form.rows[0].fields["full_name"].text() == "Hà Thị Xuân"
    screen.discard.click()
    assert screen.form.rows[0].fields["full_name"].text().endswith("Khac")


def test_somebody_who_is_on_record_is_pointed_at_and_can_be_saved_all_the_same(open_form, register, qtbot):
    register.known = [Lookalike(b"p", b"h", "Hà Thị Xuân", 1978, "HN-0087", "Bản Nà Ngà", "name")]
    screen, keys = open_form()
    keys.type("ha thi xuan")
    words = "Đã có trong sổ: Hà Thị Xuân, 1978, HN-0087, Bản Nà Ngà (cùng họ tên và năm sinh)."
    qtbot.waitUntil(lambda: words in outline(screen))
    assert register.asked[-1].full_name == "Ha Thi Xuan"
    keys.press(ENTER, with_=CTRL)
    assert len(register.saved) == 1


def test_a_code_that_is_taken_is_said(open_form):
    screen, keys = open_form()
    screen.form.lines["code"].setFocus()
    keys.press(Qt.Key.Key_A, with_=CTRL)
    keys.type("HN-0012")
    keys.press(TAB)
    assert "Mã này đã có ở hộ khác trong thôn." in outline(screen)


def test_what_is_doubtful_is_said_under_its_row(open_form):
    screen, keys = open_form()
    keys.type("A B")
    keys.press(TAB, TAB, TAB, TAB)
    keys.type("12345")
    assert "Không giống số điện thoại. Vẫn lưu như đã ghi." in outline(screen)


def test_the_word_for_the_head_makes_the_head(open_form, register):
    screen, keys = open_form(XUAN)
    keys.press(ENTER, TAB, TAB, TAB)
    keys.press(Qt.Key.Key_A, with_=CTRL)
    keys.type("chu ho")
    assert screen.form.rows[0].fields["relation"].text() == "vợ"
    keys.press(ENTER, with_=CTRL)
    assert register.saved[0].head == 1


def test_somebody_leaves_with_a_day(open_form, register):
    screen, keys = open_form(XUAN)
    keys.press(ENTER)
    keys.press(TAB, TAB, TAB, TAB, TAB, TAB, TAB)
    assert keys.focus() is screen.form.rows[1].presence
    keys.press(DOWN, DOWN, DOWN)
    screen.form.rows[1].presence.activated.emit(3)
    keys.press(TAB)
    keys.type("20/11")
    keys.press(ENTER, with_=CTRL)
    leaves = register.saved[0].people[1].leaves
    assert (leaves.why, leaves.on.isoformat()) == ("died", "2026-11-20")


def test_a_row_that_was_added_by_mistake_can_be_taken_out(open_form):
    screen, keys = open_form()
    keys.type("A")
    keys.press(ENTER)
    assert len(screen.form.rows) == 2
    keys.press(ENTER)
    assert len(screen.form.rows) == 2
    screen.form.rows[1].drop.click()
    assert len(screen.form.rows) == 1
    assert keys.focus() is screen.form.rows[0].fields["full_name"]


def test_when_somebody_else_saved_first_both_are_shown_and_saving_again_is_possible(open_form, register):
    screen, keys = open_form(XUAN)
    screen.form.lines["address"].setFocus()
    keys.type("Nhom 2")
    register.refuses, register.address = "stale_record", "Nhóm 9"
    keys.press(ENTER, with_=CTRL)
    drawn = outline(screen)
    assert "Trong lúc đó có người khác đã ghi “Nhóm 9”" in drawn
    assert "_Nhom 2_" in drawn
    register.refuses = ""
    keys.press(ENTER, with_=CTRL)
    assert register.saved[0].fields == (FieldChange("address", "Nhóm 9", "Nhom 2"),)


def test_a_refusal_keeps_everything_that_was_typed(open_form, register):
    screen, keys = open_form()
    keys.type("Vi Van Son")
    register.refuses = "village_unknown"
    keys.press(ENTER, with_=CTRL)
    assert "hãy chọn thôn, bản khác" in outline(screen)
    assert screen.form.rows[0].fields["full_name"].text() == "Vi Van Son"


def test_numbers_are_masked_until_asked_for_and_saved_unchanged(open_form, register, qtbot):
    screen, keys = open_form(XUAN)
    row = screen.form.rows[0]
    row.enter("phone")
    hidden = row.fields["phone"].text()
    assert "•" in hidden
    keys.press(Qt.Key.Key_F2)
    number = editing.start(XUAN).record.people[0].phone
    assert row.fields["phone"].text() == number
    assert "phone" in register.shown
    screen.try_to_save()
    assert not register.saved or not values(register.saved[0].people[0])
    row.hide_numbers()
    assert row.fields["phone"].text() == hidden


def test_who_does_not_want_the_number_used_is_named_while_it_is_shown(open_form, register):
    register.refusal = "Bà Xuân đã rút đồng ý."
    screen, keys = open_form(XUAN)
    row = screen.form.rows[0]
    row.enter("phone")
    keys.press(Qt.Key.Key_F2)
    assert row.refusal.words() == "Bà Xuân đã rút đồng ý."
    assert row.refusal.isVisible()
    row.hide_numbers()
    assert not row.refusal.isVisible()


def test_a_number_typed_over_a_shown_one_is_kept(open_form, register):
    screen, keys = open_form(XUAN)
    row = screen.form.rows[0]
    row.enter("phone")
    keys.press(Qt.Key.Key_F2)
    row.fields["phone"].selectAll()
    keys.type("0912000145")
    row.hide_numbers()
    assert row.fields["phone"].text() == "0912000145"
    screen.try_to_save()
    assert values(register.saved[0].people[0]) == {"phone": "0912000145"}
