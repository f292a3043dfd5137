"""A visit saved: what follows from it, what refuses it, and taking it back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.unit.actions.conftest import Home
from tongcds.actions import Core, register, today, visits
from tongcds.domain.views import HouseholdFilter, Result, SupportEntry, VisitEntry
from tongcds.errors import UserError
from tongcds.records import record_type


def rows(core: Core, name: str) -> list[dict[str, object]]:
    table = record_type(name).table
    with core.vault.read() as connection:
        query = table.select().where(table.c.deleted == 0)
        return [{**row} for row in connection.execute(query).mappings()]


def entry(core: Core, home: Home, *supports: SupportEntry, again: date | None = None) -> VisitEntry:
    return VisitEntry(
        home.household, core.today, supports, minutes=25, note="Chị Xuân đã tự quét QR", follow_up_on=again
    )


def test_a_support_that_was_done_makes_its_facts_true_for_each_person(team: Core, home: Home) -> None:
    visits.save_visit(team, entry(team, home, SupportEntry("PY01", home.people[:2], Result.ALONE)))
    seen = {(o["subject_id"], o["fact"], o["value"]) for o in rows(team, "observation")}
    assert {(home.people[0], "account", 1), (home.people[1], "account", 1)} <= seen


def test_a_support_that_is_to_be_continued_makes_no_fact_true_but_a_promise(team: Core, home: Home) -> None:
    due = team.today + timedelta(days=7)
    visits.save_visit(
        team, entry(team, home, SupportEntry("PY01", home.people[:1], Result.COME_BACK), again=due)
    )
    assert not rows(team, "observation")
    assert [(f["service"], f["due_on"], f["state"]) for f in rows(team, "follow_up")] == [
        ("PY01", due.isoformat(), "open")
    ]


def test_a_later_visit_keeps_the_promise_and_taking_it_back_opens_it_again(team: Core, home: Home) -> None:
    first = SupportEntry("PY01", home.people[:1], Result.COME_BACK)
    visits.save_visit(team, entry(team, home, first, again=team.today))
    assert today.today(team).todo_today == 1
    later, _changes = visits.save_visit(
        team, entry(team, home, SupportEntry("PY01", home.people[:1], Result.ALONE))
    )
    assert today.today(team).todo == ()
    visits.undo_visit(team, later)
    assert [f["state"] for f in rows(team, "follow_up")] == ["open"]
    assert len(rows(team, "visit")) == 1
    assert not rows(team, "observation")


def test_a_saved_visit_is_in_the_household_and_on_the_day(team: Core, home: Home) -> None:
    visits.save_visit(team, entry(team, home, SupportEntry("SE01", home.people, Result.TOGETHER)))
    detail = register.household(team, home.household)
    assert detail is not None
    assert [line.on for line in detail.history] == [team.today]
    assert today.today(team).week_supports == 1


def test_saving_forgets_the_draft(team: Core, home: Home) -> None:
    visits.save_draft(team, "visit", {"household": home.household, "note": "đang gõ"})
    kept = visits.load_draft(team, "visit")
    assert kept is not None
    assert kept.content["note"] == "đang gõ"
    visits.save_visit(team, entry(team, home, SupportEntry("SE01", home.people[:1], Result.ALONE)))
    assert visits.load_draft(team, "visit") is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"supports": ()}, "nothing_selected"),
        ({"on": date(2999, 1, 1)}, "date_in_future"),
        ({"minutes": 721}, "minutes_out_of_range"),
        ({"metres": 200_001}, "distance_out_of_range"),
        ({"metres": 0}, "distance_out_of_range"),
        ({"household_id": bytes(16)}, "household_unknown"),
        ({"supports": (SupportEntry("PY01", (bytes(16),), Result.ALONE),)}, "person_unknown"),
        ({"supports": (SupportEntry("NOPE", (), Result.ALONE),)}, "service_unknown"),
    ],
)
def test_what_cannot_be_saved_says_why_and_changes_nothing(
    team: Core, home: Home, change: dict[str, object], code: str
) -> None:
    good = entry(team, home, SupportEntry("PY01", home.people[:1], Result.ALONE))
    values = {name: getattr(good, name) for name in VisitEntry.__dataclass_fields__} | change
    with pytest.raises(UserError) as refused:
        visits.save_visit(team, VisitEntry(**values))
    assert refused.value.code == code
    assert not rows(team, "visit")


def test_a_household_is_found_without_marks(team: Core, home: Home) -> None:
    found = register.households(team, HouseholdFilter(text="ha thi xu"))
    assert [row.household_id for row in found.rows] == [home.household]


def test_looking_at_a_phone_is_noted(team: Core, home: Home) -> None:
    with team.vault.change(team.author()) as change:
        change.writer.update("person", home.people[0], phone="0980001234")
    assert register.reveal_phone(team, home.household).number == "0980001234"
    with team.vault.read() as connection:
        noted = connection.exec_driver_sql("SELECT detail, subject_id FROM audit_line").all()
    assert [tuple(row) for row in noted] == [("phone", home.people[0])]
