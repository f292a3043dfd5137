"""What a server that was put back from a copy does not know any more, kept here until it is said again.

Its pages from the beginning put older values over newer ones, and areas that it does not know leave. Whoever
wrote those values offers them again (`offering`); what others wrote is remembered here, beside the records,
so that this laptop shows what all others show and nothing is gone. Who says it again, and when, is
`sync.alone`'s to decide.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, select

from tongcds.domain.stamps import Dot, milliseconds_of
from tongcds.protocol.messages import WHOLE, ScopeEntry, State, Version
from tongcds.records import RecordType, Value, all_types, record_type, type_numbered
from tongcds.records.declare import DELETED, ERASED
from tongcds.replica.identity import SERVER_DEVICE
from tongcds.replica.merge import dot_of, newest, rank, version_of, whole_of
from tongcds.replica.rows import Row, insert_many, read_rows, row_from
from tongcds.replica.statements import present, statements
from tongcds.replica.tables import AREA, LOST, OWN

MADE_BY_SERVERS = frozenset({"conflict", "quarantined"})
"""Types that the server makes anew, and whose decisions are made again where they are lost."""

_SLICE = 400
_ANY = select(LOST.c.id).limit(1)
_ALL = select(LOST).order_by(LOST.c.type, LOST.c.id)
_AREAS = select(AREA.c.area)
_OWN_NUMBERS = select(OWN.c.n).where(OWN.c.id == bindparam("id"))
_VILLAGE = record_type("village").table
_CONFLICT = record_type("conflict").table
_pack = msgspec.msgpack.Encoder().encode
# Any: msgspec cannot decode a union of text and bytes; these bytes were packed by `_put` below.
_unpack = msgspec.msgpack.Decoder(tuple[dict[str, Any], dict[str, Version], dict[str, Dot]]).decode


@dataclass(frozen=True, slots=True)
class Lost:
    """Fields of a record, who set each, and the write that the server has instead where that is known.

    Under `WHOLE` a removal keeps what it removed. With `whole` it is all of a record of an area that the
    server gives to nobody; `versions` then has one, the newest. `place` names the area of such a record, and
    of one that left because the server has it elsewhere again.
    """

    type: int
    id: bytes
    area: bytes
    since: int
    values: dict[str, Value]
    versions: dict[str, Version]
    bases: dict[str, Dot]
    whole: bool = False
    place: str = ""


@dataclass(frozen=True, slots=True)
class Copy:
    """The copy that the server was put back from: when it was made, and when put back (milliseconds, UTC)."""

    made_at: int
    put_back_at: int


def has_lost(connection: Connection) -> bool:
    """Whether anything is remembered."""
    return connection.execute(_ANY).first() is not None


def all_lost(connection: Connection, *, whole: bool | None = None) -> list[Lost]:
    """All that is remembered, or only whole records, or only changes."""
    query = _ALL if whole is None else _ALL.where(LOST.c.whole == int(whole))
    return [_read(row) for row in connection.execute(query)]


@dataclass(slots=True)
class Counted:
    """How many records are remembered: changes of those here, since when (milliseconds, UTC, 0 for none).

    By the name of their place: whole ones, and those that left since the server has them elsewhere again.
    """

    changed: int = 0
    since: int = 0
    whole: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)


def count_lost(connection: Connection) -> Counted:
    """How much is remembered."""
    query = select(LOST.c.whole, LOST.c.place, func.count(), func.min(LOST.c.since))
    found = Counted()
    for whole, place, count, first in connection.execute(query.group_by(LOST.c.whole, LOST.c.place)):
        if whole:
            found.whole[place] = count
        elif place:
            found.left[place] = count
        else:
            found.changed, found.since = count, first
    return found


def forget_lost(connection: Connection, ids: Sequence[bytes]) -> None:
    """These were said again, came back, or were erased."""
    for start in range(0, len(ids), _SLICE):
        connection.execute(delete(LOST).where(LOST.c.id.in_(ids[start : start + _SLICE])))


def forget_old(connection: Connection, before: int) -> int:
    """Let go of what the server lost before this moment (milliseconds); returns of how many records."""
    return connection.execute(delete(LOST).where(LOST.c.since < before)).rowcount


def remember(connection: Connection, ours: Collection[int], states: Sequence[State], copy: Copy) -> int:
    """Before these states of a server that was put back are taken: what they lack, and is not our own.

    `ours` are the device numbers of this vault: what it still has in its log it offers itself. Returns of how
    many records something was remembered.
    """
    count = 0
    for number in dict.fromkeys(state.type for state in states):
        record = type_numbered(number)
        if record is None or record.server_only or record.name in MADE_BY_SERVERS:
            continue
        members = {state.id: state for state in states if state.type == number}
        here = read_rows(connection, record, list(members))
        lacking = {i: _lacking(row, members[i], copy) for i, row in here.items()}
        lacking = {record_id: names for record_id, names in lacking.items() if names}
        known = {lost.id: lost for lost in all_lost(connection, whole=False)} if lacking else {}
        for record_id, names in lacking.items():
            row, state = here[record_id], members[record_id]
            said = set(connection.execute(_OWN_NUMBERS, {"id": record_id}).scalars())
            versions = {name: version_of(row, name) for name in names}
            versions = {name: v for name, v in versions.items() if v.device not in ours or v.n not in said}
            if versions:
                values = {name: row["values"][name] for name in versions}
                bases = _bases(row, state, versions, _disputed(connection, record_id))
                lost = Lost(number, record_id, row["area"], copy.put_back_at, values, versions, bases)
                _put(connection, _together(known.get(record_id), lost))
                count += 1
    return count


def _lacking(row: Row, state: State, copy: Copy) -> list[str]:
    """The fields that somebody set here to something that the server has not heard, or not heard again."""
    if row["values"].get(ERASED) or state.values.get(ERASED):
        return []
    found = []
    for name, value in state.values.items():
        ours, theirs = version_of(row, name), state.later.get(name, state.version)
        # Whoever wrote there since has not seen what the copy lacked.
        overwritten = (
            milliseconds_of(ours.stamp) > copy.made_at and milliseconds_of(theirs.stamp) >= copy.put_back_at
        )
        if (
            name in row["values"]
            and row["values"][name] != value
            and ours.device != SERVER_DEVICE
            and (rank(ours) > rank(theirs) or overwritten)
        ):
            found.append(name)
    return found


def _bases(
    row: Row, state: State, versions: Mapping[str, Version], disputed: Collection[str]
) -> dict[str, Dot]:
    """What each field replaced, where that is certain; anything else is said as a conflict.

    It is when the write that the server has stands in another part of the record here: it was there before.
    One that only the server has may have come since, from somebody who had not seen ours.
    """
    known = {dot_of(version) for version in (row["version"], *row["later"].values())}
    theirs = {name: dot_of(state.later.get(name, state.version)) for name in versions}
    found = {name: dot for name, dot in theirs.items() if dot in known and name not in disputed}
    there = {dot_of(version) for version in (state.version, *state.later.values())}
    if row["values"][DELETED] and DELETED in found and there <= known:
        found[WHOLE] = whole_of(Row({**row, "version": state.version, "later": dict(state.later)}))
    return found


def _disputed(connection: Connection, record_id: bytes) -> set[str]:
    """Fields about which there was a conflict: what stood in it had not seen the other."""
    query = select(_CONFLICT.c.field).where(_CONFLICT.c.subject_id == record_id)
    return set(connection.execute(query).scalars())


def _together(before: Lost | None, now: Lost) -> Lost:
    """What was remembered of an earlier restore, and what is now: the newer of each field."""
    if before is None:
        return now
    kept = {
        n: v for n, v in before.versions.items() if n not in now.versions or rank(v) > rank(now.versions[n])
    }
    return replace(
        now,
        since=before.since,
        values=now.values | {name: before.values[name] for name in kept},
        versions=now.versions | kept,
        # What this server has instead is known of what it has now.
        bases={n: dot for n, dot in before.bases.items() if n in kept} | now.bases,
    )


def remember_areas(
    connection: Connection, ours: Collection[int], scope: Sequence[ScopeEntry], *, since: int
) -> int:
    """Before areas leave that a server put back does not give: what is in them, less what is our own.

    Returns how many records are remembered.
    """
    count = 0
    given = {entry.area for entry in scope}
    names = dict[bytes, str](connection.execute(select(_VILLAGE.c.id, _VILLAGE.c.name)).all())
    for area, record, row in _held_elsewhere(connection, given):
        said = set(connection.execute(_OWN_NUMBERS, {"id": row["id"]}).scalars())
        if row["version"].device in ours and row["version"].n in said:
            # Offered again by itself, and told to us where the server sets it aside.
            continue
        values: dict[str, Value] = {
            name: value for name, value in row["values"].items() if value is not None and name != DELETED
        }
        lost = Lost(record.number, row["id"], area, since, values, {"": newest(row)}, {}, whole=True)
        _put(connection, replace(lost, place=names.get(area, "")))
        count += 1
    return count


def _held_elsewhere(
    connection: Connection, given: Collection[bytes]
) -> Iterator[tuple[bytes, RecordType, Row]]:
    """The live records about people in areas that are not among the given."""
    about_people = [
        t for t in all_types() if t.about_people and not t.server_only and t.name not in MADE_BY_SERVERS
    ]
    held = connection.execute(_AREAS).scalars().all()
    for area in sorted(set(held) - set(given)):
        for record in present(connection, about_people, area):
            raws = connection.execute(statements(connection, record).live, {"area": area}).mappings().all()
            for raw in raws:
                row = row_from(record, raw)
                if not row["values"].get(ERASED):
                    yield area, record, row


def remember_moved(connection: Connection, ours: Collection[int], states: Iterable[State], copy: Copy) -> int:
    """Before records leave that a server put back has elsewhere: those that somebody brought here since.

    The copy lacks the move, and whatever was changed with it. Whoever moved them says it again, and then
    they are here again; otherwise this is all that is left of it. Returns how many are remembered.
    """
    count = 0
    names = dict[bytes, str](connection.execute(select(_VILLAGE.c.id, _VILLAGE.c.name)).all())
    for state in states:
        record = type_numbered(state.type)
        if record is None or not record.about_people or record.name in MADE_BY_SERVERS:
            continue
        said = set(connection.execute(_OWN_NUMBERS, {"id": state.id}).scalars())
        versions = {name: state.later.get(name, state.version) for name in state.values}
        newer = {
            name: version
            for name, version in versions.items()
            if milliseconds_of(version.stamp) > copy.made_at
            and version.device != SERVER_DEVICE
            and (version.device not in ours or version.n not in said)
        }
        area = record.area_of(state.id, state.values)
        if area is None or record.area_field not in newer or state.values.get(ERASED):
            continue
        values = {name: state.values[name] for name in newer}
        lost = Lost(state.type, state.id, area, copy.put_back_at, values, newer, {})
        _put(connection, replace(lost, place=names.get(area) or record.name))
        count += 1
    return count


def drop_settled(connection: Connection) -> None:
    """Forget what the server has again, by whatever way it came."""
    for lost in all_lost(connection):
        left = unsettled(connection, lost)
        if left is None:
            forget_lost(connection, [lost.id])
        elif left != lost:
            _put(connection, left)


def unsettled(connection: Connection, lost: Lost) -> Lost | None:
    """What of it the server does not have again; None for nothing."""
    record = type_numbered(lost.type)
    if record is None:
        return None
    row = read_rows(connection, record, [lost.id]).get(lost.id)
    if row is None:
        return lost
    if lost.whole:
        return None
    open_ = {name for name, version in lost.versions.items() if not _is_settled(row, name, lost, version)}
    if not open_:
        return None
    return replace(
        lost,
        # It is here again.
        place="",
        values={name: lost.values[name] for name in open_},
        versions={name: lost.versions[name] for name in open_},
        bases={name: dot for name, dot in lost.bases.items() if name in {*open_, WHOLE}},
    )


def _is_settled(row: Row, name: str, lost: Lost, version: Version) -> bool:
    """Whether a field says the same again, or its author went on from there."""
    now = version_of(row, name)
    return row["values"][name] == lost.values[name] or (now.device == version.device and now.n >= version.n)


def _put(connection: Connection, lost: Lost) -> None:
    forget_lost(connection, [lost.id])
    body = _pack((lost.values, lost.versions, lost.bases))
    row = {"id": lost.id, "type": lost.type, "area": lost.area, "place": lost.place, "since": lost.since}
    insert_many(connection, LOST, [{**row, "whole": int(lost.whole), "body": body}])


def _read(row: Any) -> Lost:  # noqa: ANN401 - a row of the table
    values, versions, bases = _unpack(row.body)
    return Lost(
        row.type, row.id, row.area, row.since, values, versions, bases, whole=bool(row.whole), place=row.place
    )
