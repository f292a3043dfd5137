"""Where two replicas of an area differ, and mending it by the range: sums of areas and of buckets.

Every record of an area falls into one of `1 << bits` buckets by a hash of its id. Both sides scan the area
and add up what is in each bucket; only buckets that differ travel. Scanning is for the rare case: what is
compared after every exchange is the digest that `rows.AreaSums` keeps along the way.

The sums here cover more than that digest: of every live record the type, the id, each field's version with
stamp and author, and the values, as far as both sides know the fields. So a value that went bad under the
same version is found as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import msgspec
from sqlalchemy import Connection, update

from tongcds.protocol.groups import wire_order
from tongcds.protocol.messages import State, Version
from tongcds.records import RecordType, Value, all_types, record_type, type_numbered
from tongcds.replica.identity import Identity
from tongcds.replica.own import unseen
from tongcds.replica.pages import Touched, adopt
from tongcds.replica.rows import AreaSums, Row, read_areas, read_rows, row_from
from tongcds.replica.statements import present, statements
from tongcds.replica.tables import AREA

SUM_BYTES = 8
MOST_BITS = 10
_MODULUS = 1 << 64
_pack = msgspec.msgpack.Encoder().encode

Fields = Mapping[int, int]
"""How many fields, in the order of the wire, both sides know of each type by its number."""


@dataclass(frozen=True, slots=True)
class Healed:
    """What a repair did here: records that came or were replaced, and records that left.

    `extra` are those that the other side does not hold and that were left alone.
    """

    touched: Touched = field(default_factory=Touched)
    records: int = 0
    extra: tuple[State, ...] = ()


@dataclass(frozen=True, slots=True)
class Scan:
    """The live records of an area of the types that both sides know: how many, and the sum over them.

    `miscounted`: the count and digest kept along the way are not those of its rows.
    """

    count: int
    total: bytes
    miscounted: bool


def known_fields() -> dict[int, int]:
    """The fields that this version knows."""
    return {record.number: len(record.fields) for record in all_types()}


def bits_for(count: int) -> int:
    """How finely an area of so many records is divided: sums and the records of one bucket weigh the same."""
    return min(count.bit_length() // 2 + 1, MOST_BITS)


def bucket_of(record_id: bytes, bits: int) -> int:
    """The bucket of a record."""
    return int.from_bytes(blake2b(record_id, digest_size=4).digest(), "big") >> (32 - bits)


def _fingerprint(
    record: RecordType, row: State | Row, values: Mapping[str, Value], fields: Sequence[str]
) -> int:
    version, later, record_id = _parts(row)
    said = [(name, values[name]) for name in fields if values.get(name) is not None]
    versions = [(name, later[name]) for name in fields if name in later]
    text = _pack((record.number, record_id, version, versions, said))
    return int.from_bytes(blake2b(text, digest_size=SUM_BYTES).digest(), "big")


def _parts(row: State | Row) -> tuple[Version, Mapping[str, Version], bytes]:
    if isinstance(row, State):
        return row.version, row.later, row.id
    return row["version"], row["later"], row["id"]


def _live(connection: Connection, area: bytes, fields: Fields) -> Iterator[tuple[RecordType, Row]]:
    """Every live record of the area, of the types that both sides know."""
    both_know = [record for record in all_types() if record.number in fields]
    for record in present(connection, both_know, area):
        for raw in connection.execute(statements(connection, record).live, {"area": area}).mappings():
            yield record, row_from(record, raw)


def _names(record: RecordType, fields: Fields) -> tuple[str, ...]:
    return wire_order(record)[: fields[record.number]]


def _state_of(record: RecordType, row: Row) -> State:
    """The record as it travels."""
    return State(record.number, row["id"], row["version"], row["values"], row["later"])


def scan(connection: Connection, area: bytes, fields: Fields) -> Scan:
    """Go once through the live records of an area. Changes nothing."""
    count = total = 0
    sums = AreaSums()
    for record, row in _live(connection, area, known_fields()):
        sums.add(record, row)
        if record.number in fields:
            count += 1
            total += _fingerprint(record, row, row["values"], _names(record, fields))
    known = read_areas(connection, [area]).get(area)
    wrong = known is not None and known[1:] != sums.of(area)
    return Scan(count, (total % _MODULUS).to_bytes(SUM_BYTES, "big"), miscounted=wrong)


def bucket_sums(connection: Connection, area: bytes, fields: Fields, bits: int) -> bytes:
    """The sums of all buckets, one after the other."""
    totals = [0] * (1 << bits)
    for record, row in _live(connection, area, fields):
        totals[bucket_of(row["id"], bits)] += _fingerprint(record, row, row["values"], _names(record, fields))
    return b"".join((total % _MODULUS).to_bytes(SUM_BYTES, "big") for total in totals)


def differing(ours: bytes, theirs: bytes) -> list[int]:
    """The buckets whose sums differ."""
    return [
        at // SUM_BYTES
        for at in range(0, min(len(ours), len(theirs)), SUM_BYTES)
        if ours[at : at + SUM_BYTES] != theirs[at : at + SUM_BYTES]
    ]


def bucket_states(
    connection: Connection, area: bytes, fields: Fields, *, bits: int, buckets: Sequence[int], limit: int
) -> tuple[list[State], int]:
    """What is in the first of these buckets, as many as `limit` records allow, one at least.

    Returns the states and how many of the buckets they fill.
    """
    found: dict[int, list[State]] = {bucket: [] for bucket in buckets}
    for record, row in _live(connection, area, fields):
        members = found.get(bucket_of(row["id"], bits))
        if members is not None:
            members.append(_state_of(record, row))
    states: list[State] = []
    for done, bucket in enumerate(buckets):
        if done and len(states) + len(found[bucket]) > limit:
            return states, done
        states += found[bucket]
    return states, len(buckets)


def heal(
    connection: Connection,
    me: Identity,
    area: bytes,
    states: Sequence[State],
    *,
    bits: int,
    buckets: Collection[int],
    fields: Fields,
    scope_areas: frozenset[bytes],
    keep_extra: bool = False,
) -> Healed:
    """Make these buckets of an area here what the server holds in them.

    Records that it lacks leave, unless something of one's own waits on them or `keep_extra` is set; missing
    ones come, differing ones are replaced; own writes that no receipt covers stay on top.
    """
    wanted = set(buckets)
    there = {state.id for state in states}
    changed = _changed(connection, states, fields)
    # With an own write on top a record rightly differs; what is under it is brought, and not counted.
    on_top = unseen(connection, me, [state.id for state in changed])
    touched = adopt(connection, me, changed, [], {}, scope_areas)
    extra: dict[str, list[Row]] = {}
    for record, row in _live(connection, area, fields):
        if row["id"] not in there and bucket_of(row["id"], bits) in wanted:
            extra.setdefault(record.name, []).append(row)
    kept: list[State] = []
    left = 0
    sums = AreaSums()
    for name, rows in extra.items():
        record = record_type(name)
        waiting = unseen(connection, me, [row["id"] for row in rows])
        for row in rows:
            if row["id"] in waiting:
                continue
            if keep_extra:
                kept.append(_state_of(record, row))
                continue
            _drop(connection, sums, record, row, touched)
            left += 1
    sums.save(connection)
    return Healed(touched, len(changed) - len(on_top) + left, tuple(kept))


def let_go(
    connection: Connection, me: Identity, extra: Sequence[State], elsewhere: Collection[bytes]
) -> Healed:
    """Let go of those of the extra records that the other side holds elsewhere or removed, but what waits.

    A server put back to before a merger holds again in the old area what it had taken to the new one.
    """
    touched, sums = Touched(), AreaSums()
    waiting = unseen(connection, me, list(elsewhere))
    left = 0
    for number in dict.fromkeys(state.type for state in extra):
        record = type_numbered(number)
        ids = [s.id for s in extra if s.type == number and s.id in elsewhere and s.id not in waiting]
        if record is None:
            continue
        for row in read_rows(connection, record, ids).values():
            _drop(connection, sums, record, row, touched)
            left += 1
    sums.save(connection)
    return Healed(touched, left)


def _drop(connection: Connection, sums: AreaSums, record: RecordType, row: Row, touched: Touched) -> None:
    sums.drop(record, row)
    connection.execute(record.table.delete().where(record.table.c.id == row["id"]))
    touched.gone.setdefault(record.name, []).append(row["id"])


def _changed(connection: Connection, states: Sequence[State], fields: Fields) -> list[State]:
    """Those of the states that are not so here."""
    found: list[State] = []
    for number in dict.fromkeys(state.type for state in states):
        record = type_numbered(number)
        if record is None or number not in fields:
            continue
        names = _names(record, fields)
        members = [state for state in states if state.type == number]
        here = read_rows(connection, record, [state.id for state in members])
        for state in members:
            row = here.get(state.id)
            if row is None or (
                _fingerprint(record, row, row["values"], names)
                != _fingerprint(record, state, state.values, names)
            ):
                found.append(state)
    return found


def recount(connection: Connection, area: bytes) -> None:
    """Put the count and digest of an area right; on the server its row must be locked."""
    sums = AreaSums()
    for record, row in _live(connection, area, known_fields()):
        sums.add(record, row)
    count, digest = sums.of(area)
    connection.execute(
        update(AREA).where(AREA.c.area == area).values(count=count, digest=digest.to_bytes(16, "big"))
    )
