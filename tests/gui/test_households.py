"""The register narrows while one types, and shows of each household what a visit needs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from PySide6.QtCore import Qt

from tests.gui.keyboard import DOWN, ENTER, TAB, UP, Keyboard, Later
from tongcds.domain.views import FactState, HouseholdFilter, HouseholdList, Revealed, Standing
from tongcds.errors import UnavailableError
from ui.changes import ChangeBus
from ui.household_words import given_names, household_pill, short_day
from ui.outline import outline
from ui.preview import village
from ui.screens.household_detail import fact_cell, history_state
from ui.screens.households import HouseholdsScreen
from ui.tasks import InlineExecutor, Tasks

NOW = datetime(2026, 11, 23, 3, 52, tzinfo=UTC)
TODAY = date(2026, 11, 23)
PAN = village.identity("HN-0012")


@pytest.fixture
def changes():
    return ChangeBus()


@pytest.fixture
def open_screen(qtbot, changes):
    def make(**other):
        given = {
            "find": village.listed,
            "household": village.household,
            "reveal": lambda _id: Revealed("0981234521"),
            "reads": Tasks(InlineExecutor()),
            "writes": Tasks(InlineExecutor()),
            "changes": changes,
            "clock": lambda: NOW,
        }
        screen = HouseholdsScreen(**{**given, **other})
        qtbot.addWidget(screen)
        screen.resize(1154, 712)
        screen.show()
        screen.activateWindow()
        qtbot.waitUntil(screen.isActiveWindow)
        return screen

    return make


@pytest.fixture
def screen(open_screen):
    return open_screen()


def names(screen):
    return [row.head_name for row in screen.rows.rows_model.rows()]


def chips(screen):
    return {code: chip.isChecked() for code, chip in screen.filters.chips.items()}


def test_the_first_household_is_open_at_once(screen):
    assert len(names(screen)) == 9
    assert screen.detail.household().household_id == PAN
    assert "148 hộ · 612 người · 13 hộ chưa có điện thoại thông minh" in outline(screen)


def test_the_list_narrows_while_one_types(screen, qtbot):
    keys = Keyboard(screen)
    keys.press(Qt.Key.Key_F, with_=Qt.KeyboardModifier.ControlModifier)
    assert keys.focus() is screen.search
    keys.type("ha thi xu")
    qtbot.waitUntil(lambda: names(screen) == ["Hà Thị Xuân", "Hà Thị Xuyến"])
    assert screen.detail.household().head_name == "Hà Thị Xuân"
    cell = screen.rows.rows_model.cell(0, 0)
    assert [cell.words[start:end] for start, end in cell.marks] == ["Hà Thị Xu"]
    keys.press(Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(names(screen)) == 9)


def test_arrows_open_and_enter_logs(screen, qtbot):
    keys = Keyboard(screen)
    keys.press(Qt.Key.Key_F, with_=Qt.KeyboardModifier.ControlModifier)
    keys.press(DOWN, DOWN, DOWN, UP)
    assert screen.detail.household().code == "HN-0019"
    with qtbot.waitSignal(screen.log_requested) as asked:
        keys.press(ENTER)
    assert asked.args == [village.identity("HN-0019")]


def test_tab_goes_from_the_list_to_the_household(screen):
    keys = Keyboard(screen)
    screen.rows.setFocus()
    keys.press(TAB)
    shown = screen.detail
    for widget in (shown.reveal, shown.print, shown.edit, shown.log, shown.own_facts, shown.history):
        assert keys.focus() is widget
        keys.press(TAB)
    assert keys.focus() is screen.detail.people


def test_an_answer_to_an_older_question_is_passed_over(open_screen, qtbot):
    reads = Later()
    screen = open_screen(reads=Tasks(reads))
    reads.catch_up()
    keys = Keyboard(screen)
    keys.press(Qt.Key.Key_F, with_=Qt.KeyboardModifier.ControlModifier)
    keys.type("ha")
    qtbot.waitUntil(lambda: len(reads.waiting) == 1)
    keys.type(" thi xuye")
    reads.catch_up()
    assert len(names(screen)) == 9
    qtbot.waitUntil(lambda: len(reads.waiting) == 1)
    reads.catch_up()
    assert names(screen) == ["Hà Thị Xuyến"]


def test_filters_hold_together_and_each_can_be_taken_off(screen):
    screen.filters.chips["poor"].click()
    assert screen.wanted() == HouseholdFilter("", ("poor",), None)
    assert names(screen) == ["Lường Văn Pản", "Cà Văn Thoong", "Hà Thị Xuân", "Vì Văn Sơn"]
    screen.filters.chips["aged_60"].click()
    assert [code for code, on in chips(screen).items() if on] == ["aged_60", "poor"]
    assert screen.wanted() == HouseholdFilter("", ("aged_60", "poor"), None)
    screen.filters.chips["poor"].click()
    screen.filters.chips["aged_60"].click()
    assert screen.wanted() == HouseholdFilter()
    assert len(names(screen)) == 9


def test_several_villages_can_be_told_apart_and_one_needs_no_choice(open_screen):
    asked = []

    def two(wanted):
        asked.append(wanted)
        return replace(village.listed(wanted), villages=((b"1", "bản Nà Ngà"), (b"2", "bản Mòn")))

    screen = open_screen(find=two)
    assert screen.filters.villages.isVisible()
    assert screen.rows.rows_model.cell(0, 0).second.startswith("HN-0012 · bản Nà Ngà · 5 người")
    screen.filters.villages.setCurrentIndex(2)
    screen.filters.villages.activated.emit(2)
    assert asked[-1].village_id == b"2"
    one = open_screen()
    assert not one.filters.villages.isVisible()
    assert one.rows.rows_model.cell(0, 0).second.startswith("HN-0012 · 5 người")


def test_no_hit_says_what_to_do_and_shows_no_household(screen, qtbot):
    keys = Keyboard(screen)
    keys.press(Qt.Key.Key_F, with_=Qt.KeyboardModifier.ControlModifier)
    keys.type("zzz")
    qtbot.waitUntil(lambda: names(screen) == [])
    assert "Không có hộ nào khớp" in outline(screen)
    assert not screen.detail.isVisible()


def test_a_long_list_says_how_many_more_there_are(open_screen):
    screen = open_screen(find=lambda wanted: replace(village.listed(wanted), matching=1234))
    assert "9 hộ đầu trong 1.234 hộ" in outline(screen)


def test_a_change_is_shown_at_once_and_the_choice_stays(open_screen, changes):
    shown = {"rows": village.rows()}

    def find(_wanted):
        return HouseholdList(shown["rows"], len(shown["rows"]), 148, 612, (), ())

    screen = open_screen(find=find)
    screen.rows.choose(2)
    assert screen.detail.household().code == "HN-0087"
    shown["rows"] = shown["rows"][1:]
    changes.tell({"sync"})
    assert len(names(screen)) == 9
    changes.tell({"household"})
    assert len(names(screen)) == 8
    assert screen.detail.household().code == "HN-0087"
    assert screen.rows.current_row().code == "HN-0087"


def test_a_screen_out_of_sight_reads_again_when_it_is_shown(screen, changes):
    screen.hide()
    screen.rows.rows_model.set_rows([])
    changes.tell({"visit"})
    assert names(screen) == []
    screen.show()
    assert len(names(screen)) == 9


def test_a_household_asked_for_is_opened_whatever_narrows_the_list(screen):
    screen.filters.chips["aged_60"].click()
    screen.search.setText("leo")
    screen.open_household(village.identity("HN-0141"))
    assert screen.detail.household().head_name == "Lò Thị Pâng"
    assert screen.wanted() == HouseholdFilter()
    assert screen.rows.current_row().code == "HN-0141"


def test_a_household_beyond_the_list_can_be_opened_too(open_screen):
    screen = open_screen(find=lambda wanted: replace(village.listed(wanted), rows=village.rows()[:3]))
    screen.open_household(village.identity("HN-0141"))
    assert screen.detail.household().head_name == "Lò Thị Pâng"
    assert screen.rows.current_row() is None
    assert not screen.rows.selectionModel().hasSelection()


def test_a_household_beyond_the_list_stays_when_the_list_is_read_again(open_screen, changes):
    rows = village.rows()
    screen = open_screen(find=lambda wanted: replace(village.listed(wanted), rows=rows[:3]))
    screen.open_household(village.identity("HN-0141"))
    # The place reads when it is first shown, and again when news come.
    screen.reload()
    changes.tell({"visit"})
    assert screen.detail.household().head_name == "Lò Thị Pâng"
    assert screen.rows.current_row() is None
    screen.rows.choose(1)
    screen.reload()
    assert screen.detail.household().head_name == rows[1].head_name


def test_narrowing_the_list_leaves_a_household_beyond_it(open_screen):
    screen = open_screen(find=lambda wanted: replace(village.listed(wanted), rows=village.rows()[:3]))
    screen.open_household(village.identity("HN-0141"))
    screen.filters.chips["aged_60"].click()
    assert screen.detail.household().head_name == village.rows()[0].head_name


def test_the_phone_is_masked_until_it_is_asked_for(screen):
    assert screen.detail.phone.words() == "098 ••• ••21"
    screen.detail.reveal.click()
    assert screen.detail.phone.words() == "098 123 4521"
    assert not screen.detail.reveal.isVisible()
    screen.rows.choose(1)
    assert screen.detail.phone.words() == "098 ••• ••21"


def test_who_does_not_want_their_number_used_is_named_as_long_as_it_is_shown(open_screen):
    screen = open_screen(reveal=lambda _id: Revealed("0981234521", "Ông Pản đã rút đồng ý."))
    assert not screen.detail.refusal.isVisible()
    screen.detail.reveal.click()
    assert screen.detail.refusal.words() == "Ông Pản đã rút đồng ý."
    assert screen.detail.refusal.isVisible()
    screen.rows.choose(1)
    assert not screen.detail.refusal.isVisible()


def test_a_number_that_comes_late_is_not_shown_at_another_household(open_screen):
    writes = Later()
    screen = open_screen(writes=Tasks(writes))
    screen.detail.reveal.click()
    screen.rows.choose(1)
    writes.catch_up()
    assert screen.detail.phone.words() == "098 ••• ••21"


def test_what_is_not_there_has_no_button(open_screen):
    drawn = outline(open_screen(reveal=None, can_log=False, can_import=False, can_edit=False))
    for words in ("hiện", "Ghi nhận hỗ trợ", "Nhập danh sách", "Thêm hộ", "Sửa", "Tình trạng của hộ"):
        assert words not in drawn


def test_without_a_register_the_first_step_is_offered(open_screen, qtbot):
    screen = open_screen(find=village.nothing_listed)
    drawn = outline(screen)
    assert "Chưa có hộ nào" in drawn
    with qtbot.waitSignal(screen.import_requested):
        screen._instead.action.click()
    with qtbot.waitSignal(screen.add_requested):
        screen._instead.other.click()
    assert "Nhập danh sách" not in outline(open_screen(find=village.nothing_listed, can_import=False))


def test_a_vault_that_cannot_be_read_says_so_and_can_be_tried_again(open_screen):
    working = []

    def find(wanted):
        if not working:
            raise UnavailableError("vault_damaged")
        return village.listed(wanted)

    screen = open_screen(find=find)
    assert "Không đọc được kho dữ liệu" in outline(screen)
    working.append(True)
    screen.retried.emit()
    assert len(names(screen)) == 9


def test_not_asked_yet_looks_different_from_no():
    unknown = fact_cell(FactState("account", "TK", None, None), (), TODAY)
    no = fact_cell(FactState("account", "TK", value=False, held_on=TODAY), (), TODAY)
    yes = fact_cell(FactState("account", "TK", value=True, held_on=date(2025, 3, 12)), (), TODAY)
    assert len({unknown.words, no.words, yes.words}) == 3
    assert len({unknown.icon, no.icon, yes.icon}) == 3
    assert yes.words == "03/2025"


def test_an_old_phone_is_named():
    smartphone = FactState("smartphone", "ĐT", value=False, held_on=TODAY)
    old = FactState("phone_2g", "2G", value=True, held_on=TODAY)
    assert fact_cell(smartphone, (smartphone, old), TODAY).words == "máy 2G"
    assert fact_cell(smartphone, (smartphone,), TODAY).words == "chưa"


def test_a_received_visit_says_when():
    visit = village.household(PAN).history[1]
    assert history_state(visit, TODAY).words == "Đã nhận 18/11 16:40"
    assert history_state(replace(visit, received_at=None), TODAY).words == "Đã nhận"


def test_the_pill_names_what_matters_most():
    row = village.rows()[0]
    said = [
        household_pill(replace(row, standing=Standing.CONFLICT))[0],
        household_pill(row)[0],
        household_pill(replace(row, overdue=False))[0],
        household_pill(replace(row, overdue=False, poverty="near_poor"))[0],
        household_pill(replace(row, overdue=False, poverty="none"))[0],
        household_pill(replace(row, overdue=False, poverty=None, has_elder=False))[0],
    ]
    assert said[-1] == ""
    assert len(set(said)) == 6


def test_people_are_called_by_their_given_names():
    people = village.household(village.identity("HN-0087")).people
    assert given_names(people) == "Xuân, Ún, Mai, Tú"
    namesake = replace(people[1], full_name="Hà Thanh Xuân")
    assert given_names([people[0], namesake]) == "Thị Xuân, Thanh Xuân"


def test_a_day_of_another_year_keeps_its_year():
    assert short_day(date(2026, 1, 5), TODAY) == "05/01"
    assert short_day(date(2025, 1, 5), TODAY) == "01/2025"


def test_where_there_is_less_room_the_last_fact_gives_way(screen, qtbot):
    people = screen.detail.people.rows_model
    qtbot.waitUntil(lambda: people.columnCount() == 5)
    screen.resize(880, 560)
    qtbot.waitUntil(lambda: people.columnCount() == 4)
    assert top_left(screen, screen.detail).x() > top_left(screen, screen.rows).x() + screen.rows.width()
    screen.resize(700, 560)
    qtbot.waitUntil(lambda: top_left(screen, screen.detail).x() == top_left(screen, screen._left).x())


def top_left(screen, widget):
    return widget.mapTo(screen, widget.rect().topLeft())


def test_rows_are_there_and_one_is_open_before_anything_is_counted(open_screen):
    counting = Later()
    screen = open_screen(first=lambda wanted: village.listed(wanted).rows, counts=Tasks(counting))
    assert names(screen) == [row.head_name for row in village.listed(HouseholdFilter()).rows]
    assert screen.detail.household() is not None
    assert chips(screen) == {}
    counting.catch_up()
    assert chips(screen) != {}
    assert len(names(screen)) == len(village.listed(HouseholdFilter()).rows)


def test_the_first_rows_stay_and_the_rest_comes_below_them(open_screen):
    counting, whole = Later(), village.listed(HouseholdFilter()).rows
    screen = open_screen(first=lambda wanted: village.listed(wanted).rows[:3], counts=Tasks(counting))
    chosen = screen.detail.household()
    assert names(screen) == [row.head_name for row in whole[:3]]
    heights = [screen.rows.rowHeight(row) for row in range(3)]
    reset = []
    screen.rows.rows_model.modelReset.connect(lambda: reset.append(1))
    counting.catch_up()
    assert names(screen) == [row.head_name for row in whole]
    assert [screen.rows.rowHeight(row) for row in range(3)] == heights
    assert (reset, screen.detail.household()) == ([], chosen)


@pytest.mark.parametrize("at", [1, 5])
def test_whoever_is_chosen_stays_chosen_wherever_they_stand(open_screen, at):
    counting, whole = Later(), village.listed(HouseholdFilter()).rows
    screen = open_screen(first=lambda wanted: village.listed(wanted).rows[:3], counts=Tasks(counting))
    counting.catch_up()
    screen.rows.choose(at)
    assert screen.detail.household().household_id == whole[at].household_id
    screen.reload()
    assert screen.detail.household().household_id == whole[at].household_id
    counting.catch_up()
    assert screen.rows.current_row().household_id == whole[at].household_id
    assert screen.detail.household().household_id == whole[at].household_id


def test_what_is_counted_for_other_words_than_those_typed_meanwhile_is_dropped(open_screen):
    counting = Later()
    screen = open_screen(first=lambda wanted: village.listed(wanted).rows, counts=Tasks(counting))
    screen.search.setText("xyz không có ai")
    counting.catch_up()
    assert chips(screen) == {}


def test_the_first_rows_are_read_ahead_and_nobody_is_said_to_have_been_looked_at(qtbot, changes):
    looked, reads = [], Later()
    screen = HouseholdsScreen(
        find=village.listed,
        first=lambda wanted: village.listed(wanted).rows[:3],
        household=lambda household_id: looked.append(household_id) or village.household(household_id),
        reads=Tasks(reads),
        writes=Tasks(InlineExecutor()),
        changes=changes,
        clock=lambda: NOW,
    )
    qtbot.addWidget(screen)
    screen.get_ready()
    reads.catch_up()
    assert len(names(screen)) == 3
    assert (looked, screen.detail.household()) == ([], None)
    screen.show()
    assert len(names(screen)) == 3
    reads.catch_up()
    assert len(names(screen)) == len(village.listed(HouseholdFilter()).rows)
    assert looked == [screen.detail.household().household_id]
