"""Households by what they were supported with, and filters that are kept whole under a name."""

from __future__ import annotations

import json

import pytest

from tests.unit.actions.conftest import VILLAGE, Home
from tests.unit.actions.test_merging import household, one
from tongcds import cli
from tongcds.actions import Core, duplicates, filters, register, rounds, visits
from tongcds.domain.views import HouseholdFilter, Result, SupportEntry, VisitEntry
from tongcds.errors import UserError
from tongcds.storage import filters as stored

SERVICE, OTHER = "ID01", "PY01"


def supported(core: Core, home: bytes, people: tuple[bytes, ...], result: Result = Result.ALONE) -> bytes:
    entry = VisitEntry(home, core.today, (SupportEntry(SERVICE, people, result),))
    return visits.save_visit(core, entry)[0]


def codes(core: Core, **wanted: object) -> list[str]:
    return [row.code for row in register.households(core, HouseholdFilter(**wanted)).rows]  # type: ignore[arg-type]


@pytest.fixture
def second(team: Core, home: Home) -> bytes:
    return household(team, "HN-0101", one("Vì Văn Sơn", "1980"), one("Cà Thị Lả", "1982"))[0]


def what_they_were_supported_with(team: Core, home: Home) -> None:
    supported(team, home.household, home.people[:2])
    assert codes(team, supported=SERVICE) == ["HN-0087"]
    assert codes(team, lacking=SERVICE) == ["HN-0101"]
    assert codes(team, supported=OTHER) == []
    assert len(codes(team, lacking=OTHER)) == 2
    served = register.households(team, HouseholdFilter(supported=SERVICE)).served
    lacking = register.households(team, HouseholdFilter(lacking=SERVICE)).served
    assert (served, lacking) == (2, 2)
    assert register.households(team, HouseholdFilter()).served is None


def test_households_and_people_are_found_by_what_they_were_supported_with(
    team: Core, home: Home, second: bytes
) -> None:
    what_they_were_supported_with(team, home)


@pytest.mark.parametrize("need", sorted(stored.ALL))
@pytest.mark.parametrize("words", ["", "xuan", "na nga", "HN-0087"])
def test_whatever_the_list_is_narrowed_by_besides_people_are_counted(
    team: Core, home: Home, second: bytes, need: str, words: str
) -> None:
    supported(team, home.household, home.people[:1])
    there = register.households(team, HouseholdFilter(words, (need,)))
    with_it = register.households(team, HouseholdFilter(words, (need,), supported=SERVICE))
    without = register.households(team, HouseholdFilter(words, (need,), lacking=SERVICE))
    assert with_it.matching + without.matching == there.matching
    assert with_it.served == min(with_it.matching, 1)
    assert without.served == sum(row.people for row in without.rows)


def test_a_filter_that_does_not_look_at_the_service_is_noticed(
    team: Core, home: Home, second: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Negative control.
    monkeypatch.setattr(stored, "supported", lambda _service: stored._visited())
    with pytest.raises(AssertionError):
        what_they_were_supported_with(team, home)


def test_declined_or_withdrawn_support_was_none(team: Core, home: Home, second: bytes) -> None:
    supported(team, home.household, home.people[:1], Result.DECLINED)
    assert codes(team, supported=SERVICE) == []
    visit = supported(team, home.household, home.people[:1])
    assert codes(team, supported=SERVICE) == ["HN-0087"]
    visits.undo_visit(team, visit)
    assert codes(team, supported=SERVICE) == []


def test_a_service_for_the_whole_household_counts_for_it(team: Core, home: Home, second: bytes) -> None:
    supported(team, home.household, ())
    found = register.households(team, HouseholdFilter(supported=SERVICE))
    assert (found.matching, found.served) == (1, 0)


def test_what_was_done_under_a_merged_record_counts_for_the_one_that_shows(team: Core, home: Home) -> None:
    other, people = household(team, "HN-0101", one("Hà Thị Xuân", "1978"), one("Lò Văn Ún", "1975"))
    supported(team, other, (people["Xuân"],))
    duplicates.merge(team, home.household, other)
    found = register.households(team, HouseholdFilter(supported=SERVICE))
    assert ([row.code for row in found.rows], found.served) == (["HN-0087"], 1)


def test_a_round_is_planned_for_those_who_lack_a_service(team: Core, home: Home, second: bytes) -> None:
    supported(team, home.household, home.people[:1])
    assert rounds.candidates(team, HouseholdFilter(lacking=SERVICE)) == (second,)


def test_a_service_is_found_by_its_words_or_code_while_typing(team: Core, home: Home) -> None:
    name = dict(filters.services())[SERVICE]
    for typed in (SERVICE.lower(), name, " ".join(reversed(name.split()))):
        hits = [hit for hit in register.search(team, typed) if hit.service == SERVICE]
        assert [(hit.kind, hit.title) for hit in hits] == [("service", name)]
    assert [hit.kind for hit in register.search(team, "ha")] == ["household"]


def test_a_whole_filter_is_kept_with_its_count_and_forgotten(team: Core, home: Home, second: bytes) -> None:
    wanted = HouseholdFilter("hn", ("never_visited",), VILLAGE, "", SERVICE)
    filters.save_filter(team, "  Chợ phiên ", wanted)
    (kept,) = filters.counted_filters(team)
    assert (kept.name, kept.wanted, kept.households) == ("Chợ phiên", wanted, 2)
    supported(team, home.household, home.people[:1])
    assert filters.counted_filters(team)[0].households == 1
    assert filters.drop_filter(team, "Chợ phiên") == wanted
    assert filters.counted_filters(team) == ()
    filters.keep_again(team, "Chợ phiên", wanted)
    assert filters.saved_filter(team, "Chợ phiên") == wanted
    with pytest.raises(UserError, match="filter_empty"):
        filters.save_filter(team, "Tất cả", HouseholdFilter())


def test_the_commands_narrow_by_service_and_village(
    team: Core, home: Home, second: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*words: str) -> dict[str, object]:
        options = cli._parser().parse_args([*words, "--json"])
        options.command(options, team)
        answer: dict[str, object] = json.loads(capsys.readouterr().out)
        return answer

    supported(team, home.household, home.people[:1])
    answer = run("households", "--supported", SERVICE.lower(), "--village", "na nga")
    assert (answer["matching"], answer["served"]) == (1, 1)
    run("filters", "--save", "Chưa có", "--not-supported", SERVICE)
    assert [row["code"] for row in run("households", "--saved", "Chưa có")["rows"]] == ["HN-0101"]  # type: ignore[attr-defined]
