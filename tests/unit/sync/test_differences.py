"""The dispute "148 visits or 108" ends: every record that makes the difference is found, and named."""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, delete, update

from tests.surroundings import ExpectedLogs
from tests.unit.server.conftest import COMMUNE, OTHER_VILLAGE, SECOND_VILLAGE, VILLAGE, World
from tests.unit.sync.conftest import Desks
from tests.unit.sync.desks import Desk, on_server
from tongcds.actions import differences
from tongcds.commands import differences as command
from tongcds.commands.answers import LOOK
from tongcds.domain.periods import month_of
from tongcds.domain.views.differences import Cause, FigureDifference
from tongcds.errors import UserError
from tongcds.records import record_type
from tongcds.reports import behind as reported

DIVERGENCES = 100
VISIT = record_type("visit").table


@pytest.fixture
def commune(world: World, desks: Desks) -> Desk:
    """A commune's desktop: two villages of forty households, each visited twice, half with fibre."""
    desk = desks(world, COMMUNE, "Cà Thị Hương")
    day = desk.core.today.isoformat()
    for village in (world.unit(VILLAGE), world.unit(SECOND_VILLAGE)):
        with desk.writing() as writer:
            for number in range(40):
                home = writer.create("household", village_id=village, code=f"HN-{number:04d}")
                for _ in range(2):
                    writer.create("visit", village_id=village, household_id=home, on=day)
                writer.create(
                    "observation", village_id=village, subject="household", subject_id=home, fact="fibre",
                    value=number % 2, held_on=day, how="seen",
                )  # fmt: skip
    desk.sync()
    return desk


def difference(desk: Desk, code: str = "ACT01", village: bytes | None = None) -> FigureDifference:
    return differences.figure_difference(desk.core, code, month_of(desk.core.today), village)


@contextmanager
def in_vault(desk: Desk) -> Iterator[Connection]:
    with desk.core.vault.write() as connection:
        yield connection


def change(connection: Connection, record: bytes, table: Any = VISIT, **values: Any) -> None:
    """Another state, made by nobody who was told to anybody."""
    later = {"stamp": table.c.stamp + 1, **values}
    connection.execute(update(table).where(table.c.id == record).values(**later))


def inject(desk: Desk, visits: list[bytes]) -> dict[bytes, Cause]:
    """Every way in which one of two replicas comes to count a visit that the other does not."""
    elsewhere = desk.world.unit(OTHER_VILLAGE)
    ways: dict[Cause, tuple[bool, Callable[[Connection, bytes], object]]] = {
        Cause.LACKING_HERE: (True, lambda c, i: c.execute(delete(VISIT).where(VISIT.c.id == i))),
        Cause.LACKING_THERE: (False, lambda c, i: c.execute(delete(VISIT).where(VISIT.c.id == i))),
        Cause.REMOVED_HERE: (True, lambda c, i: change(c, i, deleted=1)),
        Cause.REMOVED_THERE: (False, lambda c, i: change(c, i, deleted=1)),
        Cause.ELSEWHERE_HERE: (True, lambda c, i: change(c, i, area=elsewhere, village_id=elsewhere)),
        Cause.ELSEWHERE_THERE: (False, lambda c, i: change(c, i, area=elsewhere, village_id=elsewhere)),
        Cause.OLDER_HERE: (False, lambda c, i: change(c, i, withdrawn_why="twice")),
        Cause.OLDER_THERE: (True, lambda c, i: change(c, i, withdrawn_why="twice")),
    }
    expected = {}
    for number, visit in enumerate(visits):
        why = list(ways)[number % len(ways)]
        here, damage = ways[why]
        if here:
            with in_vault(desk) as connection:
                damage(connection, visit)
        else:
            on_server(desk.world, lambda connection, d=damage, v=visit: d(connection, v))
        expected[visit] = why
    return expected


def chosen(desk: Desk) -> list[bytes]:
    seed = random.randrange(sys.maxsize)
    print(f"seed {seed}")  # noqa: T201  what is needed to repeat it
    return random.Random(seed).sample(sorted(desk.rows("visit")), DIVERGENCES)


def test_a_hundred_divergences_are_found_and_named_by_record(commune: Desk) -> None:
    expected = inject(commune, chosen(commune))
    view = difference(commune)
    assert {row.record_id: row.why for row in view.rows} == expected
    assert view.ours.numerator != view.theirs.numerator or view.ours.fingerprint != view.theirs.fingerprint
    assert all(row.counted and row.sentence for row in view.rows)
    assert all("HN-" in row.words for row in view.rows if row.why is not Cause.LACKING_HERE)
    assert f"{DIVERGENCES} " in view.summary


def test_a_comparison_that_overlooks_a_bucket_is_noticed(
    commune: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Negative control.
    expected = inject(commune, chosen(commune))
    whole = reported.differing
    blind = lambda ours, theirs: frozenset(sorted(whole(ours, theirs))[1:])  # noqa: E731
    monkeypatch.setattr("tongcds.server.behind.differing", blind)
    assert {row.record_id: row.why for row in difference(commune).rows} != expected


def test_the_same_records_give_no_difference_and_cost_a_few_bytes(commune: Desk) -> None:
    commune.wire.traffic.sent = commune.wire.traffic.received = 0
    view = difference(commune)
    assert view.asked
    assert view.rows == ()
    assert "160" in view.summary
    assert view.ours == view.theirs
    assert commune.wire.traffic.sent + commune.wire.traffic.received < 400


def test_what_waits_to_be_sent_is_said_to_wait(commune: Desk) -> None:
    visit = min(commune.rows("visit"))
    commune.update(visit, "visit", withdrawn_why="twice")
    home = min(commune.rows("household"))
    fresh = commune.create(
        "visit", village_id=commune.world.unit(VILLAGE), household_id=home, on=commune.core.today.isoformat()
    )
    assert {row.record_id: row.why for row in difference(commune).rows} == dict.fromkeys(
        (visit, fresh), Cause.NOT_SENT
    )
    commune.sync()
    assert difference(commune).rows == ()


def test_what_makes_up_the_whole_of_a_share_is_compared_too(commune: Desk) -> None:
    home = min(commune.rows("household"))
    with in_vault(commune) as connection:
        change(connection, home, record_type("household").table, left_on="2026-01-01")
    rows = difference(commune, "XHS04").rows
    assert (home, Cause.OLDER_THERE, False) in {(row.record_id, row.why, row.counted) for row in rows}
    seen = {row.kind: row.why for row in rows if row.counted}
    assert seen in ({}, {"observation": Cause.FOLLOWS})


def test_what_was_found_to_differ_is_mended_by_the_next_exchange(commune: Desk, logs: ExpectedLogs) -> None:
    lost, spoilt, *_ = sorted(commune.rows("visit"))
    with in_vault(commune) as connection:
        connection.execute(delete(VISIT).where(VISIT.c.id == lost))
        # Without a later stamp: no digest tells of it.
        connection.execute(update(VISIT).where(VISIT.c.id == spoilt).values(on="2025-01-01"))
    commune.sync()
    named = {row.record_id: (row.why, row.words) for row in difference(commune).rows}
    assert {record: why for record, (why, _words) in named.items()} == {
        lost: Cause.LACKING_HERE,
        spoilt: Cause.FOLLOWS,
    }
    assert named[lost][1].endswith(lost.hex()[-12:])
    logs.expect("tongcds.sync.repair", "the count of an area was wrong and was put right")
    logs.expect("tongcds.sync.repair", "this vault differed from the server and was mended")
    commune.sync()
    assert difference(commune).rows == ()


def test_one_village_is_held_against_the_server_alone(commune: Desk) -> None:
    there = commune.world.unit(SECOND_VILLAGE)
    visit = next(i for i, row in commune.rows("visit").items() if row["village_id"] == there)
    with in_vault(commune) as connection:
        change(connection, visit, deleted=1)
    assert difference(commune, village=commune.world.unit(VILLAGE)).rows == ()
    assert [row.record_id for row in difference(commune, village=there).rows] == [visit]


def test_a_team_does_not_learn_what_is_behind_its_neighbours_figure(world: World, desks: Desks) -> None:
    team = desks(world, VILLAGE)
    with pytest.raises(UserError) as refused:
        difference(team, village=world.unit(SECOND_VILLAGE))
    assert refused.value.code == "figure_village_unknown"
    told = differences.ask(
        team.core.vault, team.wire, "ACT01", world.unit(SECOND_VILLAGE), ("2026-11-01", "2026-11-30"),
        (0, bytes(4)),
    )  # fmt: skip
    assert not told.known
    assert told.items == b""


def test_without_a_network_what_was_published_is_compared(commune: Desk) -> None:
    commune.wire.cut.add("/api/v1/behind")
    view = difference(commune)
    assert not view.asked
    assert view.rows == ()
    assert view.theirs is None
    assert "160" in view.summary


def test_the_command_names_each_record(commune: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    visit = min(commune.rows("visit"))
    with in_vault(commune) as connection:
        change(connection, visit, deleted=1)
    view = difference(commune)
    given = argparse.Namespace(
        code="ACT01", unit="", period="month", on=None, begins=None, to=None, json=True
    )
    assert command._show(given, commune.core) == LOOK
    told = json.loads(capsys.readouterr().out)
    assert [row["record_id"] for row in told["rows"]] == [visit.hex()]
    assert told["summary"] == view.summary
