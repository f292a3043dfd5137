"""Households edited: added, changed, split, moved, people leaving; refusals, and all of it taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.unit.actions.conftest import COMMUNE, MEMBER, VILLAGE, Home
from tests.unit.actions.test_visits import rows
from tongcds.actions import Core, households, register, visits
from tongcds.actions.indicators import indicators
from tongcds.domain.periods import Period
from tongcds.domain.stamps import derived_id
from tongcds.domain.views import (
    Departure,
    FieldChange,
    HouseholdChange,
    HouseholdFilter,
    PersonChange,
    PersonQuery,
    Result,
    Role,
    Seen,
    SupportEntry,
    VisitEntry,
)
from tongcds.errors import UserError
from tongcds.protocol.messages import ScopeEntry
from tongcds.records import record_type
from tongcds.storage.local import load_enrolment, save_enrolment

OTHER = derived_id("another village")


def new(name: str, **values: str) -> PersonChange:
    fields = {"full_name": name, **values}
    return PersonChange(None, tuple(FieldChange(field, None, value) for field, value in fields.items()))


def everything(core: Core) -> dict[str, list[dict[str, object]]]:
    """What a person can see of the register, without stamps."""
    kinds = ("household", "person", "visit", "support", "observation", "follow_up")
    hidden = {"number", "device", "n", "stamp", "author", "editor", "versions"}
    return {
        kind: sorted(({k: v for k, v in row.items() if k not in hidden} for row in rows(core, kind)), key=str)
        for kind in kinds
    }


@pytest.fixture
def second_village(team: Core) -> bytes:
    """Another village that may be written in, as a commune has several."""
    with team.vault.change(MEMBER) as change:
        made = change.writer.create("village", commune_id=COMMUNE, name="Bản Nà Tọp", village_type="bản")
    with team.vault.write() as connection:
        known = load_enrolment(connection)
        assert known is not None
        save_enrolment(connection, replace(known, entries=(*known.entries, ScopeEntry(made, "write"))))
    return made


def test_the_code_after_the_highest_is_proposed(team: Core, home: Home) -> None:
    assert households.start(team).codes == {VILLAGE: "HN-0088"}


def test_the_first_code_of_a_village_is_proposed_too(team: Core) -> None:
    begun = households.start(team)
    assert (begun.villages, begun.codes[VILLAGE], begun.record) == (
        ((VILLAGE, "Bản Nà Ngà"),), "HN-0001", None,
    )  # fmt: skip


def test_a_new_household_is_found_and_opened_and_can_be_taken_back(team: Core) -> None:
    wanted = HouseholdChange(
        None,
        VILLAGE,
        (FieldChange("code", None, "HN-0149"), FieldChange("poverty", None, "poor")),
        (new("Vì Văn Sơn", birth="1990", relation="chủ hộ"), new("Lường Thị Mến", birth="1993-05")),
        head=0,
    )
    saved, changes = households.save_household(team, wanted)
    assert changes.kinds == {"household", "person"}
    found = register.households(team, HouseholdFilter("vi van"))
    assert [(row.household_id, row.code, row.people) for row in found.rows] == [
        (saved.household_id, "HN-0149", 2)
    ]
    households.undo_edit(team, saved.undo)
    assert register.households(team, HouseholdFilter()).rows == ()
    assert not rows(team, "person")


def test_only_what_was_changed_is_written(team: Core, home: Home) -> None:
    with team.vault.change(MEMBER) as change:
        change.writer.update("person", home.people[0], phone="0981234521")
    wanted = HouseholdChange(
        home.household,
        VILLAGE,
        (FieldChange("address", "", "Nhóm 2"),),
        (PersonChange(home.people[0], (FieldChange("relation", "", "chủ hộ"),)),),
    )
    saved, _changes = households.save_household(team, wanted)
    record = households.start(team, home.household).record
    assert record is not None
    assert (record.address, record.people[0].phone, record.people[0].relation) == (
        "Nhóm 2", "0981234521", "chủ hộ",
    )  # fmt: skip
    households.undo_edit(team, saved.undo)
    record = households.start(team, home.household).record
    assert record is not None
    assert (record.address, record.people[0].phone, record.people[0].relation) == ("", "0981234521", "")


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(team: Core, home: Home) -> None:
    with team.vault.change(MEMBER) as change:
        change.writer.update("household", home.household, address="Nhóm 9")
    wanted = HouseholdChange(home.household, VILLAGE, (FieldChange("address", "", "Nhóm 2"),))
    with pytest.raises(UserError) as refused:
        households.save_household(team, wanted)
    assert refused.value.code == "stale_record"
    record = households.start(team, home.household).record
    assert record is not None
    assert record.address == "Nhóm 9"


def test_undo_leaves_what_was_changed_again_since(team: Core, home: Home) -> None:
    wanted = HouseholdChange(
        home.household, VILLAGE, (FieldChange("address", "", "Nhóm 2"), FieldChange("note", "", "x"))
    )
    saved, _changes = households.save_household(team, wanted)
    with team.vault.change(MEMBER) as change:
        change.writer.update("household", home.household, address="Nhóm 3")
    households.undo_edit(team, saved.undo)
    record = households.start(team, home.household).record
    assert record is not None
    assert (record.address, record.note) == ("Nhóm 3", "")


def test_somebody_who_died_is_gone_from_the_day_and_the_reason_stays(team: Core, home: Home) -> None:
    left = PersonChange(home.people[1], leaves=Departure(team.today, "died"))
    saved, _changes = households.save_household(
        team, HouseholdChange(home.household, VILLAGE, people=(left,))
    )
    assert [person.full_name for person in visits.people(team, home.household)] == [
        "Hà Thị Xuân", "Lò Thị Mai",
    ]  # fmt: skip
    (gone,) = (row for row in rows(team, "person") if row["id"] == home.people[1])
    assert (gone["left_on"], gone["left_why"]) == (team.today.isoformat(), "died")
    households.undo_edit(team, saved.undo)
    assert len(visits.people(team, home.household)) == 3


def test_when_the_head_goes_another_one_is_needed(team: Core, home: Home) -> None:
    left = PersonChange(home.people[0], leaves=Departure(team.today, "moved"))
    with pytest.raises(UserError) as refused:
        households.save_household(team, HouseholdChange(home.household, VILLAGE, people=(left,)))
    assert refused.value.code == "head_needed"
    stays = PersonChange(home.people[1])
    households.save_household(team, HouseholdChange(home.household, VILLAGE, people=(left, stays), head=1))
    detail = register.household(team, home.household)
    assert detail is not None
    assert detail.head_name == "Lò Văn Ún"


def test_a_household_that_everybody_left_is_not_in_the_register_any_more(team: Core, home: Home) -> None:
    leave = tuple(PersonChange(one, leaves=Departure(team.today, "moved")) for one in home.people)
    saved, _changes = households.save_household(team, HouseholdChange(home.household, VILLAGE, people=leave))
    assert register.households(team, HouseholdFilter()).rows == ()
    households.undo_edit(team, saved.undo)
    assert len(register.households(team, HouseholdFilter()).rows) == 1


def test_chosen_people_become_a_household_of_their_own(team: Core, home: Home) -> None:
    before = everything(team)
    going = PersonChange(home.people[2], splits=True)
    wanted = HouseholdChange(home.household, VILLAGE, people=(going,), split_code="HN-0149")
    saved, _changes = households.save_household(team, wanted)
    assert saved.split_id is not None
    found = {
        row.code: (row.head_name, row.people) for row in register.households(team, HouseholdFilter()).rows
    }
    assert found == {"HN-0087": ("Hà Thị Xuân", 2), "HN-0149": ("Lò Thị Mai", 1)}
    assert [row.code for row in register.households(team, HouseholdFilter("lo thi mai")).rows] == ["HN-0149"]
    households.undo_edit(team, saved.undo)
    assert everything(team) == before
    assert [row.code for row in register.households(team, HouseholdFilter("lo thi mai")).rows] == ["HN-0087"]


def test_a_household_that_is_new_or_split_off_today_leaves_the_figures_of_before_alone(
    team: Core, home: Home
) -> None:
    def asked(first: date, last: date) -> tuple[int | None, int | None, str]:
        (row,) = indicators(team, Period(first, last), ["XHS27"]).rows
        return row.numerator, row.denominator, row.fingerprint

    today, year = team.today, team.today.replace(month=1, day=1)
    visits.save_visit(team, VisitEntry(home.household, today, (SupportEntry("SE01", (), Result.ALONE),)))
    before, so_far = (year, today - timedelta(days=1)), asked(year, today - timedelta(days=1))
    assert asked(year, today)[:2] == (1, 1)

    going = PersonChange(home.people[2], splits=True)
    households.save_household(team, HouseholdChange(home.household, VILLAGE, people=(going,)))
    newcomers = (new("Vì Văn Sơn", birth="1990", joined_on=today.isoformat()),)
    households.save_household(team, HouseholdChange(None, VILLAGE, people=newcomers))
    assert asked(*before) == so_far
    assert asked(year, today)[:2] == (1, 3)


def test_a_household_moves_with_everything_that_hangs_on_it(
    team: Core, home: Home, second_village: bytes
) -> None:
    entry = VisitEntry(
        home.household,
        team.today,
        (SupportEntry("PY01", home.people[:1], Result.ALONE), SupportEntry("SE01", (), Result.COME_BACK)),
        follow_up_on=team.today + timedelta(days=7),
    )
    visits.save_visit(team, entry)
    before = everything(team)
    saved, changes = households.save_household(team, HouseholdChange(home.household, second_village))
    kinds = {"household", "person", "visit", "support", "observation", "follow_up"}
    assert changes.kinds == kinds
    for kind in kinds:
        found = rows(team, kind)
        assert found
        assert {(row["village_id"], row["area"]) for row in found} == {(second_village, second_village)}
    detail = register.household(team, home.household)
    assert detail is not None
    assert (detail.village_name, len(detail.history)) == ("Bản Nà Tọp", 1)
    households.undo_edit(team, saved.undo)
    assert everything(team) == before


def test_a_household_can_split_and_move_in_one_step(team: Core, home: Home, second_village: bytes) -> None:
    before = everything(team)
    people = (PersonChange(home.people[2], splits=True), new("Lò Văn Tú"))
    saved, _changes = households.save_household(
        team, HouseholdChange(home.household, second_village, people=people)
    )
    assert {row["village_id"] for kind in ("household", "person") for row in rows(team, kind)} == {
        second_village
    }
    households.undo_edit(team, saved.undo)
    assert everything(team) == before


def test_what_was_seen_by_hand_is_known_from_its_day_on(team: Core, home: Home) -> None:
    told = Seen("person", home.people[0], "smartphone", True, date(2026, 3, 12), "told")
    seen = Seen("person", home.people[0], "smartphone", False, team.today, "seen")
    undo, changes = households.record_facts(team, [seen, told])
    assert changes.kinds == {"observation"}

    def known() -> tuple[bool | None, date | None]:
        states = {fact.fact: fact for fact in visits.people(team, home.household)[0].facts}
        return states["smartphone"].value, states["smartphone"].held_on

    assert known() == (False, team.today)
    households.undo_edit(team, undo)
    assert known() == (None, None)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"fact": "nope"}, "fact_unknown"),
        ({"fact": "fibre"}, "fact_unknown"),
        ({"how": "imported"}, "how_unknown"),
        ({"held_on": date(2999, 1, 1)}, "date_in_future"),
        ({"subject_id": bytes(16)}, "person_unknown"),
    ],
)
def test_an_observation_that_makes_no_sense_is_refused(
    team: Core, home: Home, change: dict[str, object], code: str
) -> None:
    values = {
        "subject": "person", "subject_id": home.people[0], "fact": "smartphone", "value": True,
        "held_on": team.today, "how": "seen",
    } | change  # fmt: skip
    with pytest.raises(UserError) as refused:
        households.record_facts(team, [Seen(**values)])  # type: ignore[arg-type]
    assert refused.value.code == code
    assert not rows(team, "observation")


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (lambda _home: HouseholdChange(None, VILLAGE), "nothing_selected"),
        (lambda _home: HouseholdChange(None, VILLAGE, people=(new(""),)), "name_missing"),
        (lambda _home: HouseholdChange(None, OTHER, people=(new("Lò Văn A"),)), "village_unknown"),
        (lambda _home: HouseholdChange(bytes(16), VILLAGE), "household_unknown"),
        (
            lambda home: HouseholdChange(home.household, VILLAGE, people=(PersonChange(bytes(16)),)),
            "person_unknown",
        ),
        (
            lambda home: HouseholdChange(
                home.household, VILLAGE, people=tuple(PersonChange(one, splits=True) for one in home.people)
            ),
            "everybody_splits",
        ),
        (
            lambda home: HouseholdChange(
                home.household,
                VILLAGE,
                people=(PersonChange(home.people[1], leaves=Departure(date(2999, 1, 1), "moved")),),
            ),
            "date_in_future",
        ),
        (
            lambda home: HouseholdChange(
                home.household,
                VILLAGE,
                people=(PersonChange(home.people[1], leaves=Departure(date(2026, 1, 1), "bored")),),
            ),
            "reason_unknown",
        ),
    ],
)
def test_what_cannot_be_saved_says_why_and_changes_nothing(
    team: Core, home: Home, wanted: Callable[[Home], HouseholdChange], code: str
) -> None:
    before = everything(team)
    with pytest.raises(UserError) as refused:
        households.save_household(team, wanted(home))
    assert refused.value.code == code
    assert everything(team) == before


def test_saving_forgets_the_draft_of_the_form(team: Core) -> None:
    visits.save_draft(team, "household", {"code": "HN-0001"})
    wanted = HouseholdChange(None, VILLAGE, people=(new("Lò Văn A"),), draft="household")
    households.save_household(team, wanted)
    assert visits.load_draft(team, "household") is None


def test_the_same_name_and_year_in_the_village_is_pointed_at_marks_aside(team: Core, home: Home) -> None:
    def found(name: str, birth: str = "", **other: object) -> list[tuple[str, str]]:
        values = {"phone": "", "id_number": "", "village_id": VILLAGE} | other
        asked = PersonQuery(full_name=name, birth=birth, **values)  # type: ignore[arg-type]
        return [(one.full_name, one.why) for one in households.lookalikes(team, asked)]

    assert found("ha thi xuan", "1978-02-01") == [("Hà Thị Xuân", "name")]
    assert found("ha thi xuan") == [("Hà Thị Xuân", "name_only")]
    assert found("ha thi xuan", "1979") == [("Hà Thị Xuân", "near")]
    assert found("ha thi xuan", "1980") == []
    assert found("ha thi xuan", village_id=OTHER) == []
    assert found("xuan") == []
    assert found("ha thi xuan", person_id=home.people[0]) == []


def test_the_same_number_is_pointed_at_anywhere_but_a_phone_not_at_home(team: Core, home: Home) -> None:
    with team.vault.change(MEMBER) as change:
        change.writer.update("person", home.people[0], phone="0981234521", id_number="014178001234")

    def found(**other: object) -> list[str]:
        values = {"phone": "", "id_number": "", "household_id": None} | other
        asked = PersonQuery(full_name="Ai Đó", birth="", village_id=OTHER, **values)  # type: ignore[arg-type]
        return [one.why for one in households.lookalikes(team, asked)]

    assert found(id_number="014178001234", phone="0981234521") == ["id_number"]
    assert found(phone="0981234521") == ["phone_only"]
    assert found(phone="0981234521", household_id=home.household) == []
    assert found(id_number="014178001234", household_id=home.household) == ["id_number"]


def test_a_code_that_is_taken_is_noticed(team: Core, home: Home) -> None:
    assert households.code_is_taken(team, VILLAGE, "HN-0087")
    assert not households.code_is_taken(team, VILLAGE, "HN-0087", home.household)
    assert not households.code_is_taken(team, OTHER, "HN-0087")


def test_area_roles_have_no_register_to_write_in(core_of: Callable[[Role], Core]) -> None:
    area = core_of(Role.AREA)
    with area.vault.write() as connection:
        known = load_enrolment(connection)
        assert known is not None
        save_enrolment(connection, replace(known, entries=(ScopeEntry(VILLAGE, "figures"),)))
    with pytest.raises(UserError) as refused:
        households.start(area)
    assert refused.value.code == "village_unknown"


def test_every_type_that_hangs_on_a_household_moves_with_it() -> None:
    about = {
        name
        for name in ("household", "person", "visit", "support", "observation", "follow_up")
        if record_type(name).area_field == "village_id"
    }
    assert len(about) == 6
