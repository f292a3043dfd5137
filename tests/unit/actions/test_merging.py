"""Two records become one value by value, and two households with all their people; all is taken back."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from tests.unit.actions.conftest import VILLAGE
from tests.unit.actions.test_duplicates import figure, shown, supported
from tongcds import cli
from tongcds.actions import Core, duplicates, privacy, quality, register
from tongcds.actions.journal import take_back
from tongcds.domain.views import HouseholdFilter
from tongcds.domain.views.duplicates import Pair
from tongcds.errors import UserError
from tongcds.records import record_type
from tongcds.replica import merged as resolving

PERSON, HOUSEHOLD = record_type("person").table, record_type("household").table
Made = tuple[bytes, dict[str, bytes]]


def household(core: Core, code: str, *people: dict[str, object], **fields: object) -> Made:
    """A household and its people by given name; the first is its head."""
    with core.vault.change(core.author()) as change:
        home = change.writer.reserve()
        ids = {
            str(one["full_name"]).split()[-1]: change.writer.create(
                "person", village_id=VILLAGE, household_id=home, **one
            )
            for one in people
        }
        values = {"village_id": VILLAGE, "code": code, "head_id": next(iter(ids.values())), **fields}
        change.writer.create("household", reserved=home, **values)
    return home, ids


def one(name: str, birth: str = "", **more: object) -> dict[str, object]:
    return {"full_name": name, "birth": birth or None, **more}


@pytest.fixture
def homes(team: Core) -> tuple[Made, Made]:
    """One household in two lists: two people in common, and one more in each."""
    first = household(
        team, "HN-0001", one("Lò Văn Pản", "1950", phone="0981234567"), one("Hà Thị Xuân", "1955"),
        one("Lò Thị Mai", "1990"),
    )  # fmt: skip
    second = household(
        team, "HN-0101", one("Lo Van Pan", "1950"), one("Hà Thị Xuâm", "1955"), one("Lò Văn Inh", "2001"),
        address="Bản trên",
    )  # fmt: skip
    return first, second


def stored(core: Core) -> tuple[object, ...]:
    """Everything that the register holds, as it stands."""
    with core.vault.read() as connection:
        rows = [
            connection.execute(select(table).order_by(table.c.id)).mappings().all()
            for table in (PERSON, HOUSEHOLD)
        ]
    plain = [
        {name: value for name, value in row.items() if name in record_type(kind).field_names}
        for kind, found in zip(("person", "household"), rows, strict=True)
        for row in found
    ]
    return plain, register.households(core, HouseholdFilter()), figure(core, "XHS11"), shown(core)


def field(core: Core, record_id: bytes, name: str) -> object:
    with core.vault.read() as connection:
        return connection.execute(select(PERSON.c[name]).where(PERSON.c.id == record_id)).scalar_one()


def pair(core: Core) -> Pair:
    (found,) = duplicates.likely(core).pairs
    return found


@pytest.fixture
def two(team: Core) -> tuple[bytes, bytes]:
    """One woman in two households, of which the second record says more."""
    first = household(team, "HN-0001", one("Lò Văn Pản"), one("Hà Thị Xuân", "1985", phone="0981111111"))
    again = one("Ha Thi Xuan", "1985-02-01", phone="0982222222", sex="female")
    second = household(team, "HN-0002", one("Vì Văn Sơn"), again)
    return first[1]["Xuân"], second[1]["Xuan"]


def test_each_value_is_chosen_and_the_other_one_is_kept(team: Core, two: tuple[bytes, bytes]) -> None:
    duplicates.unite(team, pair(team), {"full_name": two[0], "phone": two[0], "birth": two[1]})
    assert shown(team) == {two[0]: two[1]}
    values = [field(team, two[1], name) for name in ("full_name", "phone", "birth", "sex")]
    assert values == ["Hà Thị Xuân", "0981111111", "1985-02-01", "female"]
    (settled,) = duplicates.settled(team).pairs
    kept = {(row.field, row.value) for row in settled.earlier}
    assert kept == {("full_name", "Ha Thi Xuan"), ("phone", "0982222222")}
    rows = {row.field: (row.first, row.second) for row in duplicates.compared(settled)}
    assert "Hà Thị Xuân ← Ha Thi Xuan" in rows["full_name"]
    assert "0982222222" not in str(rows)


def test_what_the_shown_record_lacks_is_filled_from_the_other(team: Core, two: tuple[bytes, bytes]) -> None:
    with team.vault.change(team.author()) as change:
        change.writer.update("person", two[1], phone=None)
        change.writer.update("person", two[1], note="bán hàng", ethnicity="thai")
    duplicates.unite(team, pair(team))
    assert shown(team) == {two[0]: two[1]}
    assert field(team, two[1], "phone") == "0981111111"
    assert field(team, two[1], "full_name") == "Ha Thi Xuan"


def test_taking_back_puts_every_value_back_but_not_over_a_later_one(
    team: Core, two: tuple[bytes, bytes]
) -> None:
    before = stored(team)
    duplicates.merge(team, two[0], two[1], ["phone", "birth", "full_name"])
    assert stored(team) != before
    undo, _changes = duplicates.take_back(team, *two)
    assert stored(team) == before
    take_back(team, undo)
    assert field(team, two[0], "phone") == "0982222222"
    with team.vault.change(team.author()) as change:
        change.writer.update("person", two[0], phone="0983333333")
    duplicates.take_back(team, *two)
    assert field(team, two[0], "phone") == "0983333333"
    assert field(team, two[0], "birth") == "1985"


def test_undo_right_after_the_merge_is_complete(team: Core, homes: tuple[Made, Made]) -> None:
    before = stored(team)
    undo, _changes = duplicates.unite(team, pair(team))
    assert stored(team) != before
    take_back(team, undo)
    assert stored(team) == before


def test_a_field_that_belongs_to_the_household_is_not_taken_over(
    team: Core, two: tuple[bytes, bytes]
) -> None:
    before = stored(team)
    with pytest.raises(UserError, match="take_unknown"):
        duplicates.merge(team, *two, ["relation"])
    assert stored(team) == before


def test_one_household_in_two_lists_is_one_pair_and_not_many(team: Core, homes: tuple[Made, Made]) -> None:
    found = pair(team)
    assert (found.subject, found.why) == ("household", "people")
    rows = {row.field: (row.first, row.second) for row in duplicates.compared(found)}
    assert "Hà Thị Xuân" in str(rows["person_ids"])
    duplicates.keep_apart(team, homes[0][0], homes[1][0])
    again = duplicates.likely(team)
    assert [one.subject for one in again.pairs] == ["person", "person"]


def test_heads_who_may_be_one_or_a_code_and_somebody_in_common_make_a_pair(team: Core) -> None:
    household(team, "HN-0001", one("Lò Văn Pản", "1950"), one("Lò Thị Mai", "1990"))
    household(team, "HN-0101", one("Lo Van Pan", "1950"))
    household(team, "HN-0001", one("Vì Thị Lả", "1970"), one("Lo Thi Mai", "1990"))
    household(team, "HN-0300", one("Cà Văn Lả", "1971"), one("Lò Thị Hoa", "1990"))
    assert sorted(one.why for one in duplicates.likely(team).pairs) == ["code", "head"]


def test_two_households_become_one_with_everybody_and_everything(
    team: Core, homes: tuple[Made, Made]
) -> None:
    (first, _mine), (second, theirs) = homes
    visit = supported(team, second, theirs["Inh"], "2026-06-01")
    before = stored(team)
    duplicates.merge(team, first, second, ["address"])
    found = register.households(team, HouseholdFilter())
    assert (found.households, found.people) == (1, 4)
    assert [row.people for row in found.rows] == [4]
    assert figure(team, "XHS11").denominator == 4
    assert figure(team, "XHS01").denominator == 1
    detail = register.household(team, first)
    assert detail is not None
    assert {person.full_name for person in detail.people} == {
        "Lò Văn Pản", "Hà Thị Xuân", "Lò Thị Mai", "Lò Văn Inh",
    }  # fmt: skip
    assert [row.visit_id for row in detail.history] == [visit]
    assert detail.address == "Bản trên"
    assert {one.code: one.count for one in found.filters}["never_visited"] == 0
    assert found.rows[0].last_visit is not None
    assert register.search(team, "HN-0101") == ()
    assert [hit.household_id for hit in register.search(team, "inh")] == [first]
    quality.check_all(team)
    assert not {row.household_id for row in quality.doubts(team).rows} & {second}
    duplicates.take_back(team, second, first)
    assert stored(team) == before
    assert register.search(team, "HN-0101") != ()


def test_whom_somebody_keeps_apart_stay_two_people_of_the_one_household(
    team: Core, homes: tuple[Made, Made]
) -> None:
    (first, mine), (second, theirs) = homes
    duplicates.keep_apart(team, mine["Xuân"], theirs["Xuâm"])
    duplicates.merge(team, first, second)
    assert register.households(team, HouseholdFilter()).people == 5


def somebody_is_never_hidden(team: Core, homes: tuple[Made, Made]) -> None:
    """Who is put into a household that does not show, say on a laptop that did not know, brings it back."""
    (first, _mine), (second, _theirs) = homes
    duplicates.merge(team, first, second)
    with team.vault.change(team.author()) as change:
        change.writer.create("person", village_id=VILLAGE, household_id=second, full_name="Lò Thị Út")
    found = register.households(team, HouseholdFilter())
    assert (found.households, sum(row.people for row in found.rows)) == (2, found.people)
    assert {hit.household_id for hit in register.search(team, "út")} == {second}


def test_somebody_who_lives_in_a_merged_household_is_never_hidden(
    team: Core, homes: tuple[Made, Made]
) -> None:
    somebody_is_never_hidden(team, homes)


def test_a_resolution_that_hides_inhabited_households_is_noticed(
    team: Core, homes: tuple[Made, Made], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Negative control.
    monkeypatch.setattr(resolving, "_inhabited", lambda _connection, _homes, _people: set())
    with pytest.raises(AssertionError):
        somebody_is_never_hidden(team, homes)


def test_an_erased_household_is_erased_under_each_record_with_what_was_kept(
    team: Core, homes: tuple[Made, Made]
) -> None:
    (first, _mine), (second, _theirs) = homes
    duplicates.merge(team, first, second, ["address"])
    duplicates.merge(team, first, second, ["code"])
    privacy.erase(team, "household", first)
    with team.vault.read() as connection:
        names = connection.execute(select(PERSON.c.full_name)).scalars().all()
        kept = connection.exec_driver_sql("SELECT value, now FROM earlier").all()
    assert set(names) == {None}
    assert {value for row in kept for value in row} == {None}


def test_the_command_takes_fields_over_and_names_those_that_it_can(
    team: Core, two: tuple[bytes, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*words: str) -> dict[str, object]:
        options = cli._parser().parse_args([*words, "--json"])
        options.command(options, team)
        answer: dict[str, object] = json.loads(capsys.readouterr().out)
        return answer

    (found,) = run("duplicates")["pairs"]  # type: ignore[misc]
    assert {row["field"] for row in found["fields"] if row["choosable"]} == {
        "full_name", "birth", "phone", "sex",
    }  # fmt: skip
    run("duplicate-merge", two[0].hex(), two[1].hex(), "--take", "phone", "--take", "sex")
    assert (field(team, two[0], "phone"), field(team, two[0], "sex")) == ("0982222222", "female")
