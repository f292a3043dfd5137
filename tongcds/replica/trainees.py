"""What a trainer is told: of the sessions that are theirs, who is expected or was there, and how it went.

A trainer reads no register. The page carries the sessions, the ticks, checks and slips of them, the tasks
that followed, the observations that the checks made, and names of units; nothing else leaves. What a screen
needs to know of somebody is filled into the tick: the name, the year, the household's id, by which a task
finds its team. A task leaves without what was written on it, with what somebody could do at the visit that
kept it. Filled-in values follow their record: a name that changes comes with the next change of the tick.

What a trainer may say is judged here too; whose sessions are whose is `server.trainers`' to know.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final

from msgspec import structs
from sqlalchemy import ColumnElement, Connection, select

from tongcds.domain.stamps import ID_LENGTH
from tongcds.domain.training import Ability
from tongcds.protocol.messages import ScopeEntry, State, Write
from tongcds.records import RecordType, Value, record_type
from tongcds.records.declare import DELETED, ERASED
from tongcds.replica.rows import Row

_PLACES: Final = frozenset({"unit", "village"})
_OF_SESSION: Final = frozenset({"attendance", "skill_check", "training_rating", "follow_up"})
_OBSERVATION: Final = "observation"
_TYPES: Final = _PLACES | _OF_SESSION | {"training", _OBSERVATION}
_SLICE: Final = 400
_ATTENDANCE: Final = record_type("attendance").table.c
_CHECK: Final = record_type("skill_check").table.c
_PERSON: Final = record_type("person").table.c
_SUPPORT: Final = record_type("support").table.c
_ABILITY_OF: Final = {"alone": Ability.ALONE.value, "together": Ability.HELPED.value}
_NOT_TOLD: Final = ("detail", "household_id", "visit_id", "closing_visit_id")

# Any: rows answer each column under its name, with the type that the column has.
_Row = Any


def told_types(types: Iterable[RecordType]) -> list[RecordType]:
    """Those of the types of which a trainer may be told anything."""
    return [record for record in types if record.name in _TYPES]


def told(connection: Connection, record: RecordType, sessions: Collection[bytes]) -> ColumnElement[bool]:
    """Which records of a type a trainer of these sessions is told of."""
    table = record.table.c
    if record.name in _PLACES:
        return table.deleted.is_not(None)
    if record.name == "training":
        return table.id.in_(sorted(sessions))
    if record.name == _OBSERVATION:
        return table.id.in_(sorted(_observed(connection, sessions)))
    return table.training_id.in_(sorted(sessions))


def told_of(
    connection: Connection, record: RecordType, ids: Sequence[bytes], sessions: Collection[bytes]
) -> set[bytes]:
    """Those of these records of which a trainer of these sessions is told."""
    if record.name not in _TYPES:
        return set()
    found: set[bytes] = set()
    wanted = told(connection, record, sessions)
    for start in range(0, len(ids), _SLICE):
        some = record.table.c.id.in_(ids[start : start + _SLICE])
        found.update(connection.execute(select(record.table.c.id).where(some, wanted)).scalars())
    return found


def filled_in(connection: Connection, record: RecordType, states: Sequence[State]) -> list[State]:
    """The states as a trainer gets them."""
    if record.name == "attendance":
        people = _people(connection, [_bytes(state.values["subject_id"]) for state in states])
        return [_with(state, _shown_of(people.get(_bytes(state.values["subject_id"])))) for state in states]
    if record.name == "follow_up":
        shown = _shown_at(connection, states)
        return [_with(state, {**dict.fromkeys(_NOT_TOLD), "shown": shown.get(state.id)}) for state in states]
    return list(states)


def _with(state: State, values: Mapping[str, Value]) -> State:
    if state.values[DELETED] or state.values.get(ERASED) is not None:
        values = {name: None for name in values if name in _NOT_TOLD}
    return structs.replace(state, values={**state.values, **values})


def _people(connection: Connection, subjects: Sequence[bytes]) -> dict[bytes, _Row]:
    found: dict[bytes, _Row] = {}
    columns = (_PERSON.id, _PERSON.full_name, _PERSON.birth, _PERSON.household_id)
    for start in range(0, len(subjects), _SLICE):
        query = select(*columns).where(
            _PERSON.id.in_(subjects[start : start + _SLICE]), _PERSON.deleted == 0, _PERSON.erased.is_(None)
        )
        found.update((row.id, row) for row in connection.execute(query))
    return found


def _shown_of(person: _Row | None) -> dict[str, Value]:
    if person is None:
        return {}
    year = int(person.birth[:4]) if person.birth else None
    return {"name": person.full_name, "birth_year": year, "household_id": person.household_id}


def _shown_at(connection: Connection, states: Sequence[State]) -> dict[bytes, str]:
    """What whoever a task is for could do at the visit that kept it, by task."""
    visits = sorted({_bytes(state.values["closing_visit_id"]) for state in states} - {b""})
    done: dict[tuple[bytes, str], list[tuple[str, bytes]]] = {}
    for start in range(0, len(visits), _SLICE):
        query = select(_SUPPORT.visit_id, _SUPPORT.service, _SUPPORT.result, _SUPPORT.person_ids)
        some = _SUPPORT.visit_id.in_(visits[start : start + _SLICE])
        for row in connection.execute(query.where(some, _SUPPORT.deleted == 0)):
            if row.result in _ABILITY_OF:
                done.setdefault((row.visit_id, row.service or ""), []).append(
                    (row.result, row.person_ids or b"")
                )
    found: dict[bytes, str] = {}
    for state in states:
        visit, service = _bytes(state.values["closing_visit_id"]), state.values["service"] or ""
        whom = _bytes(state.values["person_ids"])[:ID_LENGTH]
        for result, people in done.get((visit, str(service)), ()):
            if whom in _ids(people):
                found[state.id] = _ABILITY_OF[result]
    return found


def _observed(connection: Connection, sessions: Collection[bytes]) -> set[bytes]:
    query = select(_CHECK.observed).where(
        _CHECK.training_id.in_(sorted(sessions)), _CHECK.observed.is_not(None)
    )
    return {one for packed in connection.execute(query).scalars() for one in _ids(packed)}


def _ids(packed: bytes) -> list[bytes]:
    return [packed[i : i + ID_LENGTH] for i in range(0, len(packed), ID_LENGTH)]


def _bytes(value: Value) -> bytes:
    return value if isinstance(value, bytes) else b""


# What a trainer may say


def trainers_authority(
    connection: Connection, unit: bytes, authors: AbstractSet[bytes], entries: Sequence[ScopeEntry]
) -> Callable[[RecordType, bytes, Write, Row | None], str]:
    """What `receive` asks about each write of a trainer's laptop, answered as in `replica.authority`.

    Ticks, checks, tasks and slips of their own sessions, that a session was held, and what somebody on its
    list showed; the own line in the log of who printed what.
    """
    areas = {entry.area for entry in entries}
    sessions = {one for entry in entries for one in entry.sessions or ()}

    def allowed(record: RecordType, area: bytes, write: Write, row: Row | None) -> str:
        if record.name not in _OF_SESSION | {"training", _OBSERVATION, "audit"}:
            return "not_allowed"
        if write.author not in authors:
            return "author_unknown"
        if record.name == "audit":
            return "" if row is None and area == unit else "not_allowed"
        stands = {} if row is None else row["values"]
        good = area in areas and _is_theirs(connection, record, write, stands, sessions)
        return "" if good else "not_allowed"

    return allowed


def _is_theirs(
    connection: Connection,
    record: RecordType,
    write: Write,
    stands: Mapping[str, Value],
    sessions: AbstractSet[bytes],
) -> bool:
    if record.name == "training":
        return write.id in sessions and bool(stands) and write.values == {"state": "held"}
    if record.name == _OBSERVATION:
        if stands:
            return write.values.keys() == {DELETED} and write.id in _observed(connection, sessions)
        on_list = select(_ATTENDANCE.id).where(
            _ATTENDANCE.subject_id == write.values.get("subject_id"),
            _ATTENDANCE.training_id.in_(sorted(sessions)),
        )
        of_lesson = write.values.get("visit_id") is None and write.values.get("subject") == "person"
        return of_lesson and connection.execute(on_list.limit(1)).first() is not None
    filled = {"household_id", "shown"} if record.name == "attendance" else {"shown"}
    before, after = stands.get("training_id"), write.values.get("training_id", stands.get("training_id"))
    return after in sessions and before in {None, after} and not filled & write.values.keys()
