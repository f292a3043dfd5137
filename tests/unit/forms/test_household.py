"""The form of a household without a window: what is typed loosely, what is doubtful, what is saved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tongcds.domain.views import (
    Departure,
    FieldChange,
    HouseholdRecord,
    HouseholdStart,
    PersonRecord,
)
from tongcds.errors import UserError
from tongcds.forms.household import HouseholdSession, draft_name
from tongcds.forms.person_line import PersonLine

TODAY = date(2026, 11, 23)
NA_NGA, NA_TOP = bytes([1] * 16), bytes([2] * 16)
VILLAGES = ((NA_NGA, "Bản Nà Ngà"), (NA_TOP, "Bản Nà Tọp"))
CODES = {NA_NGA: "HN-0149", NA_TOP: "NT-012"}
HOME = b"household 16 byt"
XUAN, UN = b"person Xuan 16 b", b"person Un 16 byt"
RECORD = HouseholdRecord(
    HOME,
    NA_NGA,
    "HN-0087",
    poverty="near_poor",
    head_id=XUAN,
    people=(
        PersonRecord(
            XUAN, "Hà Thị Xuân", "1978", "female", "chủ hộ", phone="0981234521", id_number="014178001221"
        ),
        PersonRecord(UN, "Lò Văn Ún", "1975-03-12", "male", "chồng"),
    ),
)


@pytest.fixture
def fresh() -> HouseholdSession:
    return HouseholdSession(HouseholdStart(VILLAGES, CODES), TODAY)


@pytest.fixture
def opened() -> HouseholdSession:
    return HouseholdSession(HouseholdStart(VILLAGES, CODES, RECORD), TODAY)


def write(line: PersonLine, **texts: str) -> PersonLine:
    line.sheet.texts |= texts
    return line


def person(**texts: str) -> PersonLine:
    return write(PersonLine(None, TODAY), **{"full_name": "Ai Đó", **texts})


def doubted(line: PersonLine, head: PersonLine | None = None) -> dict[str, str]:
    session = HouseholdSession(HouseholdStart(VILLAGES, CODES), TODAY)
    session.lines = [one for one in (head, line) if one is not None]
    session.head = head
    return {one.field: one.words for one in session.doubts() if one.line is line}


def test_a_second_head_and_a_second_husband_are_doubted(opened: HouseholdSession) -> None:
    assert opened.doubts() == ()
    write(opened.add_person(), full_name="Lò Văn Pản", relation="Chủ hộ")
    write(opened.add_person(), full_name="Lò Văn Ín", relation="chồng")
    assert [(one.field, one.line) for one in opened.doubts()] == [("people", None)] * 2


def test_a_new_household_begins_with_a_free_code_and_a_row_for_its_head(fresh: HouseholdSession) -> None:
    assert fresh.home.texts["code"] == "HN-0149"
    assert [line.relation for line in fresh.lines] == ["chủ hộ"]
    assert fresh.is_untouched
    fresh.move_to(NA_TOP)
    assert fresh.home.texts["code"] == "NT-012"
    fresh.home.texts["code"] = "X-1"
    fresh.move_to(NA_NGA)
    assert fresh.home.texts["code"] == "X-1"


def test_what_is_saved_of_a_new_household(fresh: HouseholdSession) -> None:
    write(fresh.lines[0], full_name="  hà thị xuân ", birth="2.1978", sex="female", phone="+84 98.123.4521")
    write(fresh.add_person(), full_name="Lò Văn Ún", birth="75", relation="chồng")
    fresh.add_person()
    wanted = fresh.change()
    assert (wanted.household_id, wanted.village_id, wanted.head) == (None, NA_NGA, 0)
    assert wanted.fields == (FieldChange("code", "", "HN-0149"),)
    saved = [{field.name: field.now for field in one.fields} for one in wanted.people]
    assert saved == [
        {
            "full_name": "Hà Thị Xuân", "birth": "1978-02", "sex": "female", "relation": "chủ hộ",
            "phone": "0981234521",
        },
        {"full_name": "Lò Văn Ún", "birth": "1975", "relation": "chồng"},
    ]  # fmt: skip


def test_a_household_without_anybody_is_not_saved(fresh: HouseholdSession) -> None:
    (problem,) = fresh.problems()
    assert (problem.field, problem.line) == ("full_name", fresh.lines[0])
    with pytest.raises(UserError):
        fresh.change()


def test_numbers_on_record_are_masked_and_stay_until_another_is_typed(opened: HouseholdSession) -> None:
    xuan = opened.lines[0]
    assert xuan.sheet.texts["phone"] == "098 ••• ••21"
    assert xuan.sheet.texts["id_number"] == "014•••••••21"
    assert opened.is_untouched
    assert all(not one.fields for one in opened.change().people)
    write(xuan, phone="098 ••• ••22")
    assert [problem.field for problem in opened.problems()] == ["phone"]
    write(xuan, phone="0912 345 678")
    assert opened.change().people[0].fields == (FieldChange("phone", "0981234521", "0912345678"),)


def test_only_what_was_touched_is_saved(opened: HouseholdSession) -> None:
    opened.home.texts["address"] = "Nhóm 2"
    opened.home.texts["hardship"] = "1"
    write(opened.lines[1], birth="1975")
    wanted = opened.change()
    assert wanted.fields == (
        FieldChange("address", "", "Nhóm 2"),
        FieldChange("hardship", was=False, now=True),
    )
    assert [one.fields for one in wanted.people] == [(), (FieldChange("birth", "1975-03-12", "1975"),)]
    assert wanted.head is None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("1985", "1985"), ("85", "1985"), ("2/1985", "1985-02"), ("1-2-1985", "1985-02-01"),
        ("1985-02", "1985-02"), ("31/02/1985", "1985"),
    ],
)  # fmt: skip
def test_a_birth_is_kept_as_precise_as_it_was_typed(typed: str, kept: str) -> None:
    assert person(birth=typed).birth == kept


def test_what_is_no_birth_is_not_thrown_away_silently() -> None:
    assert dict(person(birth="hồi xưa").problems()).keys() == {"birth"}
    assert not dict(person(birth="31/02/1985").problems())
    assert doubted(person(birth="31/02/1985")).keys() == {"birth"}


@pytest.mark.parametrize(
    ("texts", "field"),
    [
        ({"phone": "12345"}, "phone"),
        ({"phone": "01681234567"}, "phone"),
        ({"id_number": "123"}, "id_number"),
        ({"id_number": "014178001221", "sex": "male"}, "id_number"),
        ({"id_number": "014178001221", "birth": "1990"}, "id_number"),
        ({"id_number": "999178001221"}, "id_number"),
        ({"birth": "2030"}, "birth"),
        ({"birth": "1890"}, "birth"),
        ({"relation": "vợ", "sex": "male"}, "relation"),
        ({"relation": "con", "birth": "1970"}, "relation"),
        ({"relation": "mẹ", "birth": "1990"}, "relation"),
    ],
)
def test_what_is_doubtful_is_said_and_saved_all_the_same(texts: dict[str, str], field: str) -> None:
    line = person(**texts)
    assert field in doubted(line, person(birth="1978"))
    assert not list(line.problems())
    assert line.change().fields


@pytest.mark.parametrize(
    "texts",
    [
        {"relation": "vợ", "sex": "female", "birth": "1980"},
        {"relation": "con", "birth": "2004"},
        {"relation": "mẹ", "birth": "1950", "sex": "female"},
        {"relation": "ở nhờ", "birth": "1950"},
        {"phone": "0981234521", "id_number": "014178001221", "sex": "female", "birth": "1978"},
    ],
)
def test_what_fits_is_passed_over(texts: dict[str, str]) -> None:
    assert doubted(person(**texts), person(birth="1978")) == {}


def test_the_words_for_the_head_go_with_the_head(opened: HouseholdSession) -> None:
    opened.choose_head(opened.lines[1])
    assert [line.relation for line in opened.lines] == ["vợ", "chủ hộ"]
    assert opened.change().head == 1
    assert not opened.is_untouched


def test_relations_follow_the_head_and_come_back_with_it_unless_they_were_typed() -> None:
    mai, hoa = (PersonRecord(bytes([at]) * 16, name, "2004", "female", said) for at, name, said in (
        (7, "Lò Thị Mai", "con gái"), (8, "Lò Thị Hoa", "con dâu"),
    ))  # fmt: skip
    record = replace(RECORD, people=(*RECORD.people, mai, hoa))
    session = HouseholdSession(HouseholdStart(VILLAGES, CODES, record), TODAY)

    def relations() -> list[str]:
        return [line.relation for line in session.lines]

    before = relations()
    session.choose_head(session.lines[2])
    assert relations() == ["mẹ", "bố", "chủ hộ", "chưa rõ"]
    assert [one.line for one in session.doubts() if one.field == "relation"] == [session.lines[3]]
    session.choose_head(session.lines[0])
    assert relations() == before
    write(session.lines[3], relation="em dâu")
    session.choose_head(session.lines[2])
    assert relations() == ["mẹ", "bố", "chủ hộ", "em dâu"]
    assert session.change().kin_said


def test_when_the_head_leaves_somebody_else_has_to_be_named(opened: HouseholdSession) -> None:
    write(opened.lines[0], presence="died", day="hôm qua")
    assert [(one.field, one.line) for one in opened.problems()] == [("presence", opened.lines[0])]
    opened.choose_head(opened.lines[1])
    assert opened.change().people[0].leaves == Departure(date(2026, 11, 22), "died")


def test_everybody_may_leave_but_not_all_into_one_new_household(opened: HouseholdSession) -> None:
    for line in opened.lines:
        write(line, presence="moved")
    assert opened.problems() == ()
    for line in opened.lines:
        write(line, presence="split")
    assert [one.field for one in opened.problems()] == ["people"]


def test_a_day_that_has_not_come_or_is_none_is_refused(opened: HouseholdSession) -> None:
    for day in ("24/11/2026", "xyz"):
        write(opened.lines[1], presence="moved", day=day)
        assert [one.field for one in opened.problems()] == ["day"]


def test_who_splits_off_gets_the_code_that_is_free(opened: HouseholdSession) -> None:
    write(opened.lines[1], presence="split")
    wanted = opened.change()
    assert (wanted.split_code, [one.splits for one in wanted.people]) == ("HN-0149", [False, True])


def test_joining_keeps_its_day(opened: HouseholdSession) -> None:
    write(opened.add_person(), full_name="Vì Thị Nga", presence="joined", day="20/11")
    assert FieldChange("joined_on", None, "2026-11-20") in opened.change().people[2].fields


def test_a_draft_comes_back_as_it_was_typed(opened: HouseholdSession) -> None:
    opened.home.texts["note"] = "Nhà sau chợ "
    write(opened.lines[1], birth="7")
    write(opened.add_person(), full_name="Vì Thị N")
    opened.choose_head(opened.lines[1])
    again = HouseholdSession(opened.start, TODAY)
    again.restore(opened.content())
    assert again.content() == opened.content()
    assert again.head is again.lines[1]
    assert draft_name(None) != opened.draft == again.draft


def test_a_draft_of_a_new_household_comes_back_too(fresh: HouseholdSession) -> None:
    write(fresh.lines[0], full_name="Vì Văn S")
    write(fresh.add_person(), full_name="Lường Thị M")
    again = HouseholdSession(fresh.start, TODAY)
    again.restore(fresh.content())
    assert [line.name for line in again.lines] == ["Vì Văn S", "Lường Thị M"]
    assert again.head is again.lines[0]


@pytest.mark.parametrize("content", [{}, {"lines": 3}, {"lines": [1, {"person": "zz"}], "home": {"x": 1}}])
def test_a_draft_that_makes_no_sense_is_passed_over(
    opened: HouseholdSession, content: dict[str, object]
) -> None:
    opened.restore(content)
    assert opened.is_untouched


def test_a_newer_state_keeps_what_was_typed_and_points_at_what_differs(opened: HouseholdSession) -> None:
    opened.home.texts["address"] = "Nhóm 2"
    write(opened.lines[0], phone="0912345678")
    newer = HouseholdRecord(HOME, NA_NGA, "HN-0087", "Nhóm 9", "poor", head_id=XUAN, people=RECORD.people)
    again = opened.rebased(HouseholdStart(VILLAGES, CODES, newer))
    assert again.home.texts["address"] == "Nhóm 2"
    assert again.home.texts["poverty"] == "poor"
    assert [(one.field, "Nhóm 9" in one.words) for one in again.doubts()] == [("address", True)]
    assert again.change().fields == (FieldChange("address", "Nhóm 9", "Nhóm 2"),)


def test_the_question_for_lookalikes_carries_what_is_read(opened: HouseholdSession) -> None:
    asked = opened.query(write(opened.add_person(), full_name="lò văn ún", birth="12.3.1975"))
    assert (asked.full_name, asked.birth, asked.village_id, asked.household_id, asked.person_id) == (
        "Lò Văn Ún", "1975-03-12", NA_NGA, HOME, None,
    )  # fmt: skip
