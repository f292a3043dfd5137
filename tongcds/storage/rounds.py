"""Rounds from house to house: which there are, how far each is, and who can be named to go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from tongcds.domain.text import name_sort_key
from tongcds.domain.views import MemberChoice, PaperHome, RoundRow, RoundView, StopRow, StopState
from tongcds.records import record_type
from tongcds.storage.household import in_order
from tongcds.storage.presence import HOUSEHOLD, PERSON, household_present, person_present

_ROUND: Final = record_type("round").table
_STOP: Final = record_type("round_stop").table
_VILLAGE: Final = record_type("village").table
_MEMBER: Final = record_type("member").table
_VISIT: Final = record_type("visit").table
_MOST_ROUNDS: Final = 200
_SLICE: Final = 400
_DONE: Final = frozenset({StopState.DONE, StopState.DECLINED})

# Any: rows answer each column under its name, with the type that the column has.
_Row = Any


def rounds(connection: Connection) -> tuple[RoundRow, ...]:
    """All rounds, those that go on first, then the latest; at most 200."""
    query = (
        select(_ROUND, _VILLAGE.c.name.label("village"))
        .outerjoin_from(_ROUND, _VILLAGE, _VILLAGE.c.id == _ROUND.c.village_id)
        .where(_whole())
        .order_by(_ROUND.c.closed_on.is_not(None), _ROUND.c.begins_on.desc(), _ROUND.c.id.desc())
        .limit(_MOST_ROUNDS)
    )
    found = connection.execute(query).all()
    states = _states(connection, [row.id for row in found])
    return tuple(_round_row(row, states.get(row.id, Counter())) for row in found)


def round_view(connection: Connection, round_id: bytes, on: date) -> RoundView | None:
    """A round with its households in the order of the way; None when it is not there."""
    row = connection.execute(
        select(_ROUND, _VILLAGE.c.name.label("village"))
        .outerjoin_from(_ROUND, _VILLAGE, _VILLAGE.c.id == _ROUND.c.village_id)
        .where(_ROUND.c.id == round_id, _whole())
    ).one_or_none()
    if row is None:
        return None
    head = PERSON.alias("head")
    lives = (
        select(PERSON.c.household_id, func.count().label("people"))
        .where(person_present(on))
        .group_by(PERSON.c.household_id)
        .subquery("lives")
    )
    stops = connection.execute(
        select(
            _STOP,
            HOUSEHOLD.c.code,
            HOUSEHOLD.c.address,
            head.c.full_name.label("head_name"),
            _MEMBER.c.full_name.label("member_name"),
            func.coalesce(lives.c.people, 0).label("people"),
            household_present(on).label("here"),
            _visited().label("visited_on"),
        )
        .select_from(_STOP)
        .join(_ROUND, _ROUND.c.id == _STOP.c.round_id)
        .outerjoin(HOUSEHOLD, HOUSEHOLD.c.id == _STOP.c.household_id)
        .outerjoin(head, and_(head.c.id == HOUSEHOLD.c.head_id, head.c.deleted == 0))
        .outerjoin(lives, lives.c.household_id == _STOP.c.household_id)
        .outerjoin(_MEMBER, _MEMBER.c.id == _STOP.c.member_id)
        .where(_STOP.c.round_id == round_id, _STOP.c.deleted == 0, _STOP.c.erased.is_(None))
        .order_by(_STOP.c.place, _STOP.c.id)
    ).all()
    shown = tuple(_stop_row(stop) for stop in stops)
    counts = Counter(stop.state for stop in shown)
    return RoundView(_round_row(row, counts), shown, {state: counts[state] for state in StopState})


def open_rounds_with(connection: Connection, households: Sequence[bytes]) -> frozenset[bytes]:
    """Those of the households that a round which goes on already holds."""
    query = (
        select(_STOP.c.household_id)
        .join_from(_STOP, _ROUND, _ROUND.c.id == _STOP.c.round_id)
        .where(
            _STOP.c.household_id.in_(households),
            _STOP.c.deleted == 0,
            _ROUND.c.deleted == 0,
            _ROUND.c.closed_on.is_(None),
        )
    )
    return frozenset(connection.execute(query).scalars())


def stops_of(connection: Connection, round_id: bytes) -> tuple[bytes, ...]:
    """The ids of a round's stops, in the order of the way."""
    query = select(_STOP.c.id).where(_STOP.c.round_id == round_id, _STOP.c.deleted == 0)
    return tuple(connection.execute(query.order_by(_STOP.c.place, _STOP.c.id)).scalars())


def members(connection: Connection, on: date) -> tuple[MemberChoice, ...]:
    """Everybody of the teams that this vault knows, who is a member on this day, by given name."""
    member = _MEMBER.c
    query = select(member.id, member.full_name).where(
        member.deleted == 0,
        member.full_name.is_not(None),
        or_(member.left_on.is_(None), member.left_on > on.isoformat()),
    )
    found = [MemberChoice(member_id, name) for member_id, name in connection.execute(query)]
    return tuple(sorted(found, key=lambda choice: (name_sort_key(choice.name), choice.member_id)))


def paper_homes(connection: Connection, households: Sequence[bytes], on: date) -> tuple[PaperHome, ...]:
    """These households, those that are not removed, with their people as their survey sheets number them."""
    made = []
    for start in range(0, len(households), _SLICE):
        part = households[start : start + _SLICE]
        homes = {
            row.id: row
            for row in connection.execute(
                select(HOUSEHOLD.c.id, HOUSEHOLD.c.code, HOUSEHOLD.c.head_id).where(
                    HOUSEHOLD.c.id.in_(part), HOUSEHOLD.c.deleted == 0, HOUSEHOLD.c.erased.is_(None)
                )
            )
        }
        lives: dict[bytes, list[_Row]] = {}
        for person in connection.execute(
            select(PERSON.c.id, PERSON.c.household_id, PERSON.c.full_name, PERSON.c.birth).where(
                PERSON.c.household_id.in_(part), person_present(on)
            )
        ):
            lives.setdefault(person.household_id, []).append(person)
        for home in (homes[each] for each in part if each in homes):
            people = in_order(lives.get(home.id, []), home.head_id)
            names = tuple((person.id, person.full_name or "") for person in people)
            head = next((name for person, name in names if person == home.head_id), "")
            made.append(PaperHome(home.id, home.code or "", head, names))
    return tuple(made)


def in_order_of_the_way(
    connection: Connection, households: Sequence[bytes]
) -> tuple[tuple[bytes, bytes], ...]:
    """Household and village of those that are on record, by village and then by code: neighbours together."""
    home = HOUSEHOLD.c
    rows = connection.execute(
        select(home.id, home.village_id)
        .where(home.id.in_(households), home.deleted == 0, home.erased.is_(None))
        .order_by(home.village_id, func.length(home.code), home.code, home.id)
    )
    return tuple((row.id, row.village_id) for row in rows)


def _whole() -> ColumnElement[bool]:
    """There, and with its days: another laptop may have written it without them."""
    days = _ROUND.c.begins_on.is_not(None), _ROUND.c.ends_on.is_not(None)
    return and_(_ROUND.c.deleted == 0, *days)


def _visited() -> Any:  # noqa: ANN401 - a scalar subquery, whose type SQLAlchemy does not name
    """The last day of the round on which a visit was logged at the household."""
    return (
        select(func.max(_VISIT.c.on))
        .where(
            _VISIT.c.household_id == _STOP.c.household_id,
            _VISIT.c.deleted == 0,
            _VISIT.c.on.between(_ROUND.c.begins_on, _ROUND.c.ends_on),
        )
        .correlate(_STOP, _ROUND)
        .scalar_subquery()
    )


def _states(connection: Connection, ids: Sequence[bytes]) -> dict[bytes, Counter[StopState]]:
    states: dict[bytes, Counter[StopState]] = {}
    query = (
        select(_STOP.c.round_id, _STOP.c.state, _visited())
        .join_from(_STOP, _ROUND, _ROUND.c.id == _STOP.c.round_id)
        .where(_STOP.c.round_id.in_(ids), _STOP.c.deleted == 0, _STOP.c.erased.is_(None))
    )
    for round_id, state, visited in connection.execute(query):
        states.setdefault(round_id, Counter())[_state(state, visited)] += 1
    return states


def _state(state: str | None, visited: str | None) -> StopState:
    ticked = StopState(state) if state in set(StopState) else StopState.OPEN
    return StopState.DONE if visited and ticked is not StopState.DECLINED else ticked


def _round_row(row: _Row, counts: Counter[StopState]) -> RoundRow:
    return RoundRow(
        round_id=row.id,
        name=row.name or "",
        village_name=row.village or "",
        begins_on=date.fromisoformat(row.begins_on),
        ends_on=date.fromisoformat(row.ends_on),
        closed_on=date.fromisoformat(row.closed_on) if row.closed_on else None,
        stops=counts.total(),
        left=sum(number for state, number in counts.items() if state not in _DONE),
    )


def _stop_row(row: _Row) -> StopRow:
    return StopRow(
        stop_id=row.id,
        household_id=row.household_id,
        code=row.code or "",
        head_name=row.head_name or "",
        address=row.address or "",
        people=row.people,
        member_id=row.member_id,
        member_name=row.member_name or "",
        state=_state(row.state, row.visited_on),
        on=date.fromisoformat(row.on) if row.on else None,
        visited_on=date.fromisoformat(row.visited_on) if row.visited_on else None,
        note=row.note or "",
        here=bool(row.here),
        place=row.place or 0,
    )
