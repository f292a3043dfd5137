"""Pages: what lies above a cursor, and taking such a page in. Cursors count in each area's own numbers.

The server's page holds states, not history; its verdict stands. A device that takes one in keeps only what the
server cannot have seen yet: its own writes above the watermark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from sqlalchemy import Connection, insert, select, update

from tongcds.domain.stamps import Dot
from tongcds.protocol.messages import Moved, ScopeEntry, State, Version
from tongcds.records import RecordType, all_types, type_numbered
from tongcds.replica.identity import Identity
from tongcds.replica.merge import dot_of, merge, version_of
from tongcds.replica.own import pending
from tongcds.replica.rows import AreaSums, Row, read_areas, read_rows, row_from, state_of, write_rows
from tongcds.replica.tables import AREA, MOVED

FIGURES_ONLY = "figures"
_DIGEST = 8
_ALL = 1 << 62


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


def _types_for(mode: str) -> tuple[RecordType, ...]:
    return tuple(t for t in all_types() if mode != FIGURES_ONLY or not t.about_people)


def page(
    connection: Connection,
    scope: Sequence[ScopeEntry],
    cursors: Sequence[int],
    *,
    puller: int,
    limit: int,
) -> Page:
    """What the scope holds above the cursors, about `limit` records.

    Rows whose last change is the puller's own, made with everything seen, are left out: it has them.
    """
    states: list[State] = []
    moved: list[Moved] = []
    after = list(cursors) + [0] * (len(scope) - len(cursors))
    heads = read_areas(connection, [entry.area for entry in scope])
    more = False
    for i, entry in enumerate(scope):
        head = heads.get(entry.area, (0, 0, 0))[0]
        while after[i] < head and len(states) < limit:
            upper = min(head, after[i] + limit - len(states))
            states.extend(_states_between(connection, entry, after[i], upper, puller))
            moved.extend(_moved_between(connection, entry.area, after[i], upper))
            after[i] = upper
        more = more or after[i] < head
    return Page(states, moved, after, more)


def _states_between(connection: Connection, entry: ScopeEntry, low: int, high: int, puller: int) -> list[State]:
    found: list[State] = []
    for record in _types_for(entry.mode):
        table = record.table
        query = (
            select(table)
            .where(
                table.c.area == entry.area,
                table.c.number > low,
                table.c.number <= high,
                (table.c.editor != puller) if low else (table.c.editor >= 0),
            )
            .order_by(table.c.number)
        )
        found.extend(state_of(record, row_from(record, raw)) for raw in connection.execute(query).mappings())
    return found


def _moved_between(connection: Connection, area: bytes, low: int, high: int) -> list[Moved]:
    query = (
        select(MOVED.c.type, MOVED.c.id, MOVED.c.to_area)
        .where(MOVED.c.area == area, MOVED.c.number > low, MOVED.c.number <= high)
        .order_by(MOVED.c.number)
    )
    return [Moved(number, record_id, to) for number, record_id, to in connection.execute(query)]


def adopt(
    connection: Connection,
    me: Identity,
    states: Sequence[State],
    moved: Sequence[Moved],
    cursors: Mapping[bytes, int],
    scope_areas: frozenset[bytes],
) -> Touched:
    """Take a page in: states replace what is here, own writes that the server has not seen stay on top.

    `acknowledge` must have been called for the same answer before. The caller commits, so that records and cursors
    move together.
    """
    own = _unseen(connection, me)
    sums = AreaSums()
    touched = Touched()
    by_type: dict[int, list[State]] = {}
    for state in states:
        by_type.setdefault(state.type, []).append(state)
        me.clock.saw(max(v.stamp for v in (state.version, *state.later.values())))
    for number, members in by_type.items():
        record = type_numbered(number)
        if record is not None:
            _adopt_type(connection, me, record, members, own, sums, touched)
    _leave(connection, me, moved, scope_areas, sums, touched)
    sums.save(connection, cursors)
    me.save(connection)
    return touched


def _unseen(connection: Connection, me: Identity) -> dict[bytes, list[int]]:
    """Own writes above the receipt by record."""
    found: dict[bytes, list[int]] = {}
    for write in pending(connection, me.received, _ALL):
        found.setdefault(write.id, []).append(write.n)
    return found


def _adopt_type(  # noqa: PLR0913, PLR0917  the parts of one page
    connection: Connection,
    me: Identity,
    record: RecordType,
    members: Sequence[State],
    own: Mapping[bytes, list[int]],
    sums: AreaSums,
    touched: Touched,
) -> None:
    here = read_rows(connection, record, [s.id for s in members])
    fresh: list[Row] = []
    stale: list[Row] = []
    for state in members:
        area = record.area_of(state.id, state.values)
        if area is None:
            continue
        row = Row(
            id=state.id,
            area=area,
            number=0,
            editor=0,
            version=state.version,
            later=dict(state.later),
            values=dict(state.values),
        )
        old = here.get(state.id)
        if old is not None and state.id in own:
            _replay(connection, me, row, own[state.id])
            row["area"] = record.area_of(row["id"], row["values"]) or area
        if old is None:
            fresh.append(row)
        else:
            sums.drop(record, old)
            stale.append(row)
        sums.add(record, row)
        touched.changed.setdefault(record.name, []).append(state.id)
    write_rows(connection, record, fresh, stale)


def _replay(connection: Connection, me: Identity, row: Row, numbers: Sequence[int]) -> None:
    """Put own unseen writes on top again; where they lose, the server will say so with a conflict."""
    for n in numbers:
        write = pending(connection, n - 1, 1)[0]
        merge(row, me.device, write)


def _leave(  # noqa: PLR0913, PLR0917  the parts of one page
    connection: Connection,
    me: Identity,
    moved: Sequence[Moved],
    scope_areas: frozenset[bytes],
    sums: AreaSums,
    touched: Touched,
) -> None:
    """Records that moved out of everything this device may hold go, once nothing unsent is left in them."""
    kept = _unseen(connection, me) if moved else {}
    for marker in moved:
        record = type_numbered(marker.type)
        if record is None or marker.to in scope_areas or marker.id in kept:
            continue
        for row in read_rows(connection, record, [marker.id]).values():
            sums.drop(record, row)
            connection.execute(record.table.delete().where(record.table.c.id == marker.id))
            touched.gone.setdefault(record.name, []).append(marker.id)


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
            connection.execute(update(AREA).where(AREA.c.area == area).values(counter=cursor))
        else:
            connection.execute(insert(AREA).values(area=area, counter=cursor, count=0, digest=bytes(16)))


def local_version(row: Row, name: str) -> tuple[Dot, Version]:
    """Dot and version of a field, for whoever shows who set it."""
    version = version_of(row, name)
    return dot_of(version), version
