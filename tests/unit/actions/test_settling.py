"""Each rule about doubtful records can be settled: a table of what raises it, held to that of the rules."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.unit.actions.conftest import MEMBER, VILLAGE, Home
from tests.unit.actions.test_quality import OF_A_PERSON, change, found, seen
from tongcds.actions import Core, quality
from tongcds.domain.quality import load_rules

Raise = Callable[[Core, Home], None]


def person(**values: object) -> Raise:
    return lambda core, home: change(core, "person", home.people[2], **values)


def facts(*said: tuple[str, int], **values: object) -> Raise:
    def act(core: Core, home: Home) -> None:
        if values:
            change(core, "person", home.people[2], **values)
        for fact, value in said:
            seen(core, home.people[2], fact, value)

    return act


def seen_on(day: str, **values: object) -> Raise:
    def act(core: Core, home: Home) -> None:
        if values:
            change(core, "person", home.people[2], **values)
        seen(core, home.people[2], "internet", on=day)

    return act


def everybody(**values: object) -> Raise:
    def act(core: Core, home: Home) -> None:
        for one in home.people:
            change(core, "person", one, **values)

    return act


def household(**values: object) -> Raise:
    return lambda core, home: change(core, "household", home.household, **values)


def visited(on: str) -> Raise:
    def act(core: Core, home: Home) -> None:
        with core.vault.change(MEMBER) as written:
            written.writer.create("visit", village_id=VILLAGE, household_id=home.household, on=on)

    return act


def neighbour(times: int = 1, *, code: str = "", **shared: object) -> Raise:
    """Other households, whose only person has this in common with Mai, or which have the same code."""

    def act(core: Core, home: Home) -> None:
        if shared:
            change(core, "person", home.people[2], **shared)
        with core.vault.change(MEMBER) as written:
            for at in range(times):
                other = written.writer.reserve()
                head = written.writer.create(
                    "person", village_id=VILLAGE, household_id=other, full_name=f"Cà Văn {at}", **shared
                )
                written.writer.create(
                    "household", reserved=other, village_id=VILLAGE, code=code or f"HN-9{at}", head_id=head
                )

    return act


RAISED: dict[str, Raise] = {
    **{rule: person(**values) for rule, values in OF_A_PERSON},
    "relation_unknown": person(relation="chưa rõ"),
    "id_twice": neighbour(id_number="014304001221"),
    "phone_many": neighbour(3, phone="0981234521"),
    "account_child": facts(("account", 1), birth="2016"),
    "vneid_child": facts(("vneid2", 1), birth="2016"),
    "signature_child": facts(("digital_signature", 1), birth="2016"),
    "vneid_old_card": facts(("vneid2", 1), id_number="142040012"),
    "two_phones": facts(("phone_2g", 1), ("smartphone", 1)),
    "service_offline": facts(("online_service", 1), ("internet", 0)),
    "shopping_offline": facts(("online_shopping", 1), ("internet", 0)),
    "benefits_no_account": facts(("benefits_by_account", 1), ("account", 0)),
    "account_no_phone": facts(("account", 1), ("smartphone", 0), ("phone_2g", 0)),
    "vneid_no_smartphone": facts(("vneid2", 1), ("smartphone", 0)),
    "seen_before_birth": seen_on("2003-01-01"),
    "seen_future": seen_on("2027-01-01"),
    "no_people": everybody(left_on="2026-11-01", left_why="moved"),
    "head_missing": household(head_id=None),
    "two_heads": person(relation="chủ hộ"),
    "two_spouses": everybody(relation="vợ"),
    "village_unknown": household(village_id=b"?" * 16),
    "code_twice": neighbour(code="HN-0087"),
    "visit_too_early": visited("2019-01-01"),
    "visit_future": visited("2027-01-01"),
}


def test_every_rule_of_the_table_is_raised_here() -> None:
    assert set(RAISED) == set(load_rules())


@pytest.mark.parametrize("rule", sorted(RAISED))
def test_each_rule_is_settled_with_a_note(team: Core, home: Home, rule: str) -> None:
    RAISED[rule](team, home)
    assert rule in {code for code, _subject in found(team)}
    while rows := quality.doubts(team).rows:
        quality.settle_doubt(team, rows[0], "Đã xem tận nơi.")
        quality.check_all(team)
    assert found(team) == []
