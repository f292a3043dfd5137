"""Planning a round from house to house: whom to visit, who goes where, and ticking off."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from tongcds.actions.core import Changes, Core
from tongcds.actions.journal import Journal
from tongcds.domain.views import (
    EditUndo,
    HouseholdFilter,
    MemberChoice,
    RoundPlan,
    RoundRow,
    RoundView,
    StopState,
)
from tongcds.errors import UserError
from tongcds.records import Value
from tongcds.storage import register
from tongcds.storage import rounds as stored

MOST_STOPS: Final = 1000
"""More households than this are no round but a census."""

_KINDS: Final = ("round", "round_stop")


def rounds(core: Core) -> tuple[RoundRow, ...]:
    """All rounds of the villages that this vault holds, those that go on first."""
    with core.vault.read() as connection:
        return stored.rounds(connection)


def round_of(core: Core, round_id: bytes) -> RoundView:
    """A round with its households.

    Raises:
        UserError: round_unknown.
    """
    with core.vault.read() as connection:
        found = stored.round_view(connection, round_id, core.today)
    if found is None:
        raise UserError("round_unknown")
    return found


def members(core: Core) -> tuple[MemberChoice, ...]:
    """Who can be named to go somewhere."""
    with core.vault.read() as connection:
        return stored.members(connection, core.today)


def candidates(core: Core, wanted: HouseholdFilter) -> tuple[bytes, ...]:
    """The households that a filter leaves and that no round which goes on holds, at most `MOST_STOPS`."""
    with core.vault.read() as connection:
        found = register.households_matching(connection, wanted, core.today, MOST_STOPS)
        held = stored.open_rounds_with(connection, found)
    return tuple(household for household in found if household not in held)


def plan(core: Core, wanted: RoundPlan) -> tuple[tuple[bytes, ...], EditUndo, Changes]:
    """Plan a round; answers its id, or one for each village where the households are in several.

    The households of a village follow each other by their codes, and each member gets a stretch of the way.

    Raises:
        UserError: round_unnamed, nothing_selected, days_reversed, household_unknown, too_many_stops.
    """
    if not wanted.name.strip():
        raise UserError("round_unnamed")
    if not wanted.households:
        raise UserError("nothing_selected")
    if len(wanted.households) > MOST_STOPS:
        raise UserError("too_many_stops", most=MOST_STOPS)
    if wanted.ends_on < wanted.begins_on:
        raise UserError("days_reversed")
    made: list[bytes] = []
    with core.vault.change(core.author()) as change:
        way = stored.in_order_of_the_way(change.connection, wanted.households)
        if len(way) != len(set(wanted.households)):
            raise UserError("household_unknown")
        journal = Journal(change.writer)
        shares = _shares(len(way), wanted.members)
        numbered = [(village, household, shares[at]) for at, (household, village) in enumerate(way)]
        for village, stops in groupby(numbered, key=lambda stop: stop[0]):
            round_id = journal.create(
                "round",
                {
                    "village_id": village,
                    "name": wanted.name.strip(),
                    "begins_on": wanted.begins_on.isoformat(),
                    "ends_on": wanted.ends_on.isoformat(),
                },
            )
            made.append(round_id)
            for place, (_village, household, member) in enumerate(stops, 1):
                stop: dict[str, Value] = {
                    "village_id": village,
                    "round_id": round_id,
                    "household_id": household,
                    "member_id": member,
                    "place": place,
                    "state": StopState.OPEN.value,
                }
                journal.create("round_stop", stop)
        undo = journal.undo()
    return tuple(made), undo, Changes.of(*_KINDS)


def assign(core: Core, stops: Sequence[bytes], member_id: bytes | None) -> tuple[EditUndo, Changes]:
    """Say who goes to these households; None for nobody yet."""
    return _set(core, stops, member_id=member_id)


def tick(core: Core, stops: Sequence[bytes], state: StopState, note: str = "") -> tuple[EditUndo, Changes]:
    """Tick households off, or say that nobody was there; `open` takes a tick away."""
    day = None if state is StopState.OPEN else core.today.isoformat()
    values: dict[str, Value] = {"state": state.value, "on": day}
    if note:
        values["note"] = note
    return _set(core, stops, **values)


def drop(core: Core, stops: Sequence[bytes]) -> tuple[EditUndo, Changes]:
    """Take households out of a round."""
    with core.vault.change(core.author()) as change:
        journal = Journal(change.writer)
        change.writer.load("round_stop", stops)
        for stop in stops:
            journal.remove("round_stop", stop)
        undo = journal.undo()
    return undo, Changes.of("round_stop")


def close(core: Core, round_id: bytes) -> tuple[EditUndo, Changes]:
    """Say that a round is over; what is left in it can go into the next one.

    Raises:
        UserError: round_unknown.
    """
    round_of(core, round_id)
    with core.vault.change(core.author()) as change:
        journal = Journal(change.writer)
        change.writer.load("round", [round_id])
        journal.update("round", round_id, closed_on=core.today.isoformat())
        undo = journal.undo()
    return undo, Changes.of("round")


def _set(core: Core, stops: Sequence[bytes], **values: Value) -> tuple[EditUndo, Changes]:
    with core.vault.change(core.author()) as change:
        journal = Journal(change.writer)
        change.writer.load("round_stop", stops)
        for stop in stops:
            journal.update("round_stop", stop, **values)
        undo = journal.undo()
    return undo, Changes.of("round_stop")


def _shares(count: int, members: Sequence[bytes]) -> list[bytes | None]:
    """Who goes to each of so many households in a row: stretches as even as can be."""
    if not members:
        return [None] * count
    return [members[at * len(members) // count] for at in range(count)]
