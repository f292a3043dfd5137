"""Pages: what lies above a cursor, and taking such a page in. Cursors count in each area's own numbers.

The server's page holds states, not history; its verdict stands. A device that takes one in keeps only what
the server cannot have seen yet: its own writes above the watermark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b

from sqlalchemy import CompoundSelect, Connection, Select, bindparam, insert, select, union, union_all, update

from tongcds.protocol.messages import Moved, ScopeEntry, State
from tongcds.records import RecordType, all_types, type_numbered
from tongcds.records.declare import ERASED
from tongcds.replica.dialect import insert_rows
from tongcds.replica.erasure import empty
from tongcds.replica.identity import Identity
from tongcds.replica.merge import merge, version_of
from tongcds.replica.own import unseen
from tongcds.replica.rows import (
    AreaSums,
    Row,
    insert_many,
    read_areas,
    read_rows,
    read_states,
    row_from,
    rows_of_states,
    write_rows,
)
from tongcds.replica.statements import present, statements
from tongcds.replica.tables import AREA, MOVED
from tongcds.replica.trainees import filled_in, told, told_of, told_types

FIGURES_ONLY = "figures"
_DIGEST = 8
_SLICE = 400
_MARKERS = (
    select(MOVED.c.type, MOVED.c.id, MOVED.c.to_area)
    .where(
        MOVED.c.area == bindparam("area"),
        MOVED.c.number > bindparam("low"),
        MOVED.c.number <= bindparam("high"),
    )
    .order_by(MOVED.c.number)
)
_MARKERS_KEPT = select(MOVED.c.type, MOVED.c.id, MOVED.c.to_area, MOVED.c.area)
_PUT_CURSOR = update(AREA).where(AREA.c.area == bindparam("the_area")).values(counter=bindparam("counter"))
_AREAS = select(AREA.c.area).order_by(AREA.c.area)


@dataclass(frozen=True, slots=True)
class Page:
    """States and moved markers above the cursors, the cursors after them, and whether more is there."""

    states: list[State]
    moved: list[Moved]
    cursors: list[int]
    more: bool


@dataclass(frozen=True, slots=True)
class Touched:
    """Ids of the records that a page changed here, by type name, and those that left."""

    changed: dict[str, list[bytes]] = field(default_factory=dict)
    gone: dict[str, list[bytes]] = field(default_factory=dict)
    erased: dict[str, list[bytes]] = field(default_factory=dict)
    """Those of the changed that were erased since they were last seen here."""
    unerased: dict[str, list[bytes]] = field(default_factory=dict)
    """Those that were erased here before and that the sender, put back from a copy, has whole again."""


def _types_for(entry: ScopeEntry) -> tuple[RecordType, ...]:
    if entry.sessions is not None:
        return tuple(told_types(all_types()))
    return tuple(t for t in all_types() if entry.mode != FIGURES_ONLY or not t.about_people)


def page(
    connection: Connection,
    scope: Sequence[ScopeEntry],
    cursors: Sequence[int],
    *,
    puller: int,
    limit: int,
) -> Page:
    """What the scope holds above the cursors, about `limit` records.

    Rows whose last change is the puller's own, made with everything seen, are left out: it has them. A cursor
    of 0 says that it has nothing, then they come too.
    """
    states: list[State] = []
    moved: list[Moved] = []
    after = list(cursors) + [0] * (len(scope) - len(cursors))
    heads = read_areas(connection, [entry.area for entry in scope])
    more = False
    for i, entry in enumerate(scope):
        low, head = after[i], heads.get(entry.area, (0, 0, 0))[0]
        room = limit - len(states) - len(moved)
        if low < head and room > 0:
            after[i] = _end(connection, entry, low, head, room)
            states.extend(_states_between(connection, entry, low, after[i], puller))
            moved.extend(_moved_between(connection, entry, low, after[i]))
        more = more or after[i] < head
    return Page(states, moved, after, more)


def _end(connection: Connection, entry: ScopeEntry, low: int, head: int, room: int) -> int:
    """The number up to which `room` records lie above `low`: many numbers are of no record any more."""
    if head - low <= room:
        return head
    numbered = [_numbered(connection, entry, record) for record in _types_for(entry)]
    each = [
        query.where(number > low, number <= head).order_by(number).limit(room).subquery()
        for query in (*numbered, select(MOVED.c.number).where(MOVED.c.area == entry.area))
        for number in (query.selected_columns.number,)
    ]
    together = union_all(*(select(part.c.number) for part in each)).subquery()
    query = select(together.c.number).order_by(together.c.number).offset(room - 1).limit(1)
    return connection.execute(query).scalar_one_or_none() or head


def _numbered(connection: Connection, entry: ScopeEntry, record: RecordType) -> Select[int]:
    query = select(record.table.c.number).where(record.table.c.area == entry.area)
    return query if entry.sessions is None else query.where(told(connection, record, entry.sessions))


def _states_between(
    connection: Connection, entry: ScopeEntry, low: int, high: int, puller: int
) -> list[State]:
    # Nobody is device -1: who has nothing gets its own changes too.
    given = {"area": entry.area, "low": low, "high": high, "puller": puller if low else -1}
    found: list[State] = []
    if entry.sessions is not None:
        # What a trainer wrote comes back, too: filled in.
        given["puller"] = -1
    for record in present(connection, _types_for(entry), entry.area, low=low, high=high):
        query = statements(connection, record).numbered
        if entry.sessions is None:
            found.extend(read_states(connection, record, query, given))
        else:
            query = query.where(told(connection, record, entry.sessions))
            found.extend(filled_in(connection, record, read_states(connection, record, query, given)))
    return found


def _moved_between(connection: Connection, entry: ScopeEntry, low: int, high: int) -> list[Moved]:
    given = {"area": entry.area, "low": low, "high": high}
    types = {record.number: record for record in _types_for(entry)}
    found = [
        Moved(number, record_id, to, entry.area)
        for number, record_id, to in connection.execute(_MARKERS, given)
        if number in types
    ]
    if entry.sessions is None:
        return found
    ids = {number: [one.id for one in found if one.type == number] for number in {one.type for one in found}}
    known = {n: told_of(connection, types[n], several, entry.sessions) for n, several in ids.items()}
    return [one for one in found if one.id in known[one.type]]


def adopt(  # noqa: PLR0917 - the parts of one answer
    connection: Connection,
    me: Identity,
    states: Sequence[State],
    moved: Sequence[Moved],
    cursors: Mapping[bytes, int],
    scope_areas: frozenset[bytes],
) -> Touched:
    """Take a page in: states replace what is here, own writes that the server has not seen stay on top.

    `acknowledge` must have been called for the same answer before. The caller commits, so that records and
    cursors move together.
    """
    sums = AreaSums()
    touched = Touched()
    by_type: dict[int, dict[bytes, State]] = {}
    newest = 0
    for state in states:
        by_type.setdefault(state.type, {})[state.id] = state
        newest = max(newest, state.version.stamp, *[version.stamp for version in state.later.values()])
    me.clock.saw(newest)
    for number, members in by_type.items():
        record = type_numbered(number)
        if record is not None:
            _adopt_type(connection, me, record, members, sums=sums, touched=touched)
    came = {state.id for state in states}
    _leave(connection, me, moved, scope_areas, came, sums=sums, touched=touched)
    sums.save(connection, cursors)
    me.save(connection)
    return touched


def _adopt_type(
    connection: Connection,
    me: Identity,
    record: RecordType,
    members: Mapping[bytes, State],
    *,
    sums: AreaSums,
    touched: Touched,
) -> None:
    here = read_rows(connection, record, list(members))
    own = unseen(connection, me, list(members))
    if not here and not own:
        _adopt_new(connection, record, list(members.values()), sums=sums, touched=touched)
        return
    fresh: list[Row] = []
    stale: list[Row] = []
    for record_id, state in members.items():
        row = Row(
            id=record_id,
            area=record.area_of(record_id, state.values) or b"",
            number=0,
            editor=0,
            version=state.version,
            later=dict(state.later),
            # An older server does not name the fields that it does not know.
            values=record.unset | state.values,
        )
        # Own writes go on top as the server will merge them; where they lose, it will say so with a conflict.
        for write in own.get(record_id, ()):
            merge(row, me.device, write)
            row["area"] = record.area_of(record_id, row["values"]) or row["area"]
        old = here.get(record_id)
        _keep_erased(record, old, row, touched)
        if old is None:
            fresh.append(row)
        else:
            sums.drop(record, old)
            stale.append(row)
        sums.add(record, row)
    write_rows(connection, record, fresh, stale)
    touched.changed[record.name] = list(members)


def _adopt_new(
    connection: Connection,
    record: RecordType,
    states: Sequence[State],
    *,
    sums: AreaSums,
    touched: Touched,
) -> None:
    """Records of which there is nothing here yet, as in a first pull."""
    areas = [record.area_of(state.id, state.values) or b"" for state in states]
    insert_rows(connection, record.table, rows_of_states(record, states, areas))
    sums.add_states(record, states, areas)
    touched.changed[record.name] = [state.id for state in states]
    if record.erasable:
        erased = [state.id for state in states if state.values.get(ERASED) is not None]
        if erased:
            touched.erased.setdefault(record.name, []).extend(erased)


def _keep_erased(record: RecordType, old: Row | None, row: Row, touched: Touched) -> None:
    """What was erased here stays so, whatever comes; what was erased elsewhere is named."""
    was = old is not None and old["values"].get(ERASED) is not None
    if was and old is not None and row["values"].get(ERASED) is None:
        row["later"][ERASED] = version_of(old, ERASED)
        empty(record, row["values"], row["later"])
        touched.unerased.setdefault(record.name, []).append(row["id"])
    elif not was and row["values"].get(ERASED) is not None:
        touched.erased.setdefault(record.name, []).append(row["id"])


def _leave(
    connection: Connection,
    me: Identity,
    moved: Sequence[Moved],
    scope_areas: frozenset[bytes],
    came: AbstractSet[bytes],
    *,
    sums: AreaSums,
    touched: Touched,
) -> None:
    """Records that moved out of everything this device may hold go, once nothing unsent is left in them.

    Until then their markers are kept: nobody sends them twice. One that this device moved as well, not
    knowing, goes too, unless the server's verdict brings it (`came`).
    """
    held = connection.execute(_MARKERS_KEPT).all()
    kept = {(marker.area, marker.id) for marker in held}
    markers = {(marker.area, marker.id): marker for marker in (*(Moved(*row) for row in held), *moved)}
    keep: list[dict[str, object]] = []
    for marker in markers.values():
        record = type_numbered(marker.type)
        row = None if record is None else read_rows(connection, record, [marker.id]).get(marker.id)
        if record is None or row is None:
            continue
        if _end_of(markers, marker, scope_areas) in scope_areas:
            if row["area"] == marker.area and marker.id not in came:
                # Its state is expected; it may have gone on before anybody could send it.
                keep.append(_kept(marker))
            continue
        waiting = unseen(connection, me, [marker.id]).get(marker.id, ())
        if row["area"] != marker.area:
            moved_here = any(record.area_field in write.values for write in waiting)
            was_kept = (marker.area, marker.id) in kept and not waiting and marker.id not in came
            if not moved_here and not was_kept:
                continue
        if waiting:
            keep.append(_kept(marker))
            continue
        sums.drop(record, row)
        connection.execute(record.table.delete().where(record.table.c.id == marker.id))
        touched.gone.setdefault(record.name, []).append(marker.id)
    if held:
        connection.execute(MOVED.delete())
    insert_many(connection, MOVED, keep)


def _end_of(
    markers: Mapping[tuple[bytes, bytes], Moved], marker: Moved, scope_areas: AbstractSet[bytes]
) -> bytes:
    """Where the record went, as far as its markers tell and this device may follow."""
    met = {marker.area}
    while marker.to in scope_areas and marker.to not in met and (marker.to, marker.id) in markers:
        met.add(marker.to)
        marker = markers[marker.to, marker.id]
    return marker.to


def _kept(marker: Moved) -> dict[str, object]:
    return {
        "area": marker.area,
        "id": marker.id,
        "type": marker.type,
        "number": 0,
        "to_area": marker.to,
        "at": 0,
    }


def leave_areas(connection: Connection, me: Identity, scope: Sequence[ScopeEntry]) -> dict[str, list[bytes]]:
    """Purge what a device holds outside of its scope; returns the ids of what went, by type.

    An area in which something was written that no receipt covers yet stays whole until one does. Of an area
    of which only figures may be held, what is about people goes; of one of which a trainer is told, all that
    is of no session of theirs.
    """
    modes = {entry.area: entry.mode for entry in scope}
    sessions = {entry.area: entry.sessions for entry in scope if entry.sessions is not None}
    sums = AreaSums()
    gone: dict[str, list[bytes]] = {}
    left: list[bytes] = []
    held = connection.execute(_AREAS).scalars()
    candidates = [area for area in held if modes.get(area, FIGURES_ONLY) == FIGURES_ONLY]
    too_much = _with_people(connection, candidates) | (set(candidates) - modes.keys())
    for area in sorted(too_much):
        types = present(connection, [t for t in all_types() if t.about_people or area not in modes], area)
        rows = {t.name: _rows_in(connection, t, area) for t in types}
        if any(unseen(connection, me, [row["id"] for row in some]) for some in rows.values()):
            continue
        for record in types:
            for row in rows[record.name]:
                sums.drop(record, row)
                gone.setdefault(record.name, []).append(row["id"])
            connection.execute(record.table.delete().where(record.table.c.area == area))
        if area not in modes:
            left.append(area)
    for area, theirs in sorted(sessions.items()):
        _forget_others(connection, me, area, theirs, sums=sums, gone=gone)
    sums.save(connection)
    for area in left:
        connection.execute(AREA.delete().where(AREA.c.area == area))
    return gone


def _forget_others(
    connection: Connection,
    me: Identity,
    area: bytes,
    sessions: frozenset[bytes],
    *,
    sums: AreaSums,
    gone: dict[str, list[bytes]],
) -> None:
    """Purge what a trainer holds of an area and is not told of any more."""
    # Sessions and what belongs to them first: what is theirs is found by way of it.
    for record in reversed(present(connection, all_types(), area)):
        rows = {row["id"]: row for row in _rows_in(connection, record, area)}
        others = sorted(rows.keys() - told_of(connection, record, list(rows), sessions))
        waiting = unseen(connection, me, others).keys()
        for record_id in others:
            if record_id not in waiting:
                sums.drop(record, rows[record_id])
                gone.setdefault(record.name, []).append(record_id)
                connection.execute(record.table.delete().where(record.table.c.id == record_id))


def _with_people(connection: Connection, areas: Sequence[bytes]) -> set[bytes]:
    found: set[bytes] = set()
    for start in range(0, len(areas), _SLICE):
        found.update(
            connection.execute(_areas_with_people(), {"areas": areas[start : start + _SLICE]}).scalars()
        )
    return found


@cache
def _areas_with_people() -> CompoundSelect[bytes]:
    """Asked at each exchange, so asked at once and built once."""
    columns = [record.table.c.area for record in all_types() if record.about_people]
    return union(*(select(c).where(c.in_(bindparam("areas", expanding=True))) for c in columns))


def _rows_in(connection: Connection, record: RecordType, area: bytes) -> list[Row]:
    query = statements(connection, record).in_area
    return [row_from(record, raw) for raw in connection.execute(query, {"area": area}).mappings()]


def digest(connection: Connection, areas: Sequence[bytes]) -> bytes:
    """Eight bytes over count and content of these areas; equal on replicas that hold the same records."""
    sums = read_areas(connection, areas)
    text = blake2b(digest_size=_DIGEST)
    for area in sorted(areas):
        _, count, total = sums.get(area, (0, 0, 0))
        text.update(area + count.to_bytes(8, "big", signed=True) + total.to_bytes(16, "big"))
    return text.digest()


def cursors_of(connection: Connection, areas: Sequence[bytes]) -> dict[bytes, int]:
    """How far each area was pulled; 0 for one that never was."""
    known = read_areas(connection, areas)
    return {area: known.get(area, (0, 0, 0))[0] for area in areas}


def put_cursors(connection: Connection, cursors: Mapping[bytes, int]) -> None:
    """Set cursors without a page, for areas that gained or lost their place in the scope."""
    known = read_areas(connection, list(cursors))
    for area, cursor in cursors.items():
        if area in known:
            connection.execute(_PUT_CURSOR, {"the_area": area, "counter": cursor})
        else:
            connection.execute(insert(AREA).values(area=area, counter=cursor, count=0, digest=bytes(16)))
