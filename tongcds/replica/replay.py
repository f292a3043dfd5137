"""Own writes from a second keeping put back into a replica that lost them; the keeping is the laptop's."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, select

from tongcds.domain.stamps import make_id
from tongcds.protocol.messages import WHOLE, Write
from tongcds.records import record_type, type_numbered
from tongcds.records.declare import DELETED
from tongcds.replica.chain import content_hash, link
from tongcds.replica.identity import Identity
from tongcds.replica.merge import created, dot_of, merge, version_of, whole_of
from tongcds.replica.own import RECEIVED, WAITING, unpack_body
from tongcds.replica.rows import AreaSums, Row, copied, insert_many, read_rows, write_rows
from tongcds.replica.tables import OWN


class Logged(msgspec.Struct, frozen=True, array_like=True):
    """An own write as the log holds it; `chain` is the chain's hash after it."""

    n: int
    type: int
    id: bytes
    stamp: int
    author: bytes
    body: bytes
    chain: bytes


def logged(connection: Connection, first: int) -> list[Logged]:
    """Own writes from number `first` on, in order."""
    columns = (OWN.c.n, OWN.c.type, OWN.c.id, OWN.c.stamp, OWN.c.author, OWN.c.body, OWN.c.chain)
    rows = connection.execute(select(*columns).where(OWN.c.n >= first).order_by(OWN.c.n))
    return [Logged(*row) for row in rows]


def replay(
    connection: Connection, me: Identity, writes: Sequence[Logged], *, received: int = 0
) -> dict[str, list[bytes]]:
    """Make own writes again as they were made: same numbers, stamps, authors, values, bases, chain.

    What they say applies, since it did when they were made, even where this replica has not yet got back what
    they were based on. A change of a record that is not here stays in the log alone; the record's next page
    brings both together. Writes up to `received` count as received. Returns ids of touched records by type.

    Raises:
        ValueError: the writes do not follow on what this replica has; nothing may be committed then.
    """
    rows: dict[tuple[str, bytes], Row] = {}
    before: dict[tuple[str, bytes], Row] = {}
    log: list[dict[str, object]] = []
    for number in {write.type for write in writes}:
        record = type_numbered(number)
        if record is not None:
            ids = list({write.id for write in writes if write.type == number})
            for record_id, row in read_rows(connection, record, ids).items():
                rows[record.name, record_id] = row
                before[record.name, record_id] = copied(row)
    for entry in writes:
        values, bases = unpack_body(entry.body)
        write = Write(entry.type, entry.id, entry.n, entry.stamp, entry.author, values, bases)
        me.chain = link(me.chain, content_hash(me.device, write))
        if entry.n != me.next_n or entry.chain != me.chain:
            message = f"write {entry.n} does not follow on {me.next_n - 1}"
            raise ValueError(message)
        me.next_n += 1
        me.clock.saw(entry.stamp)
        state = RECEIVED if entry.n <= received else WAITING
        log.append({**msgspec.structs.asdict(entry), "state": state, "code": None})
        _apply(rows, me, write)
    me.received = max(me.received, min(received, me.next_n - 1))
    insert_many(connection, OWN, log)
    touched = _put_down(connection, rows, before)
    me.save(connection)
    return touched


def _apply(rows: dict[tuple[str, bytes], Row], me: Identity, write: Write) -> None:
    record = type_numbered(write.type)
    if record is None:
        return
    row = rows.get((record.name, write.id))
    if row is None:
        area = record.area_of(write.id, write.values)
        if area is not None and write.id == make_id(me.prefix, write.stamp):
            rows[record.name, write.id] = created(record, area, me.device, write)
        return
    bases = {name: dot_of(version_of(row, name)) for name in write.values}
    if write.values.get(DELETED):
        bases = {WHOLE: whole_of(row)}
    merge(row, me.device, msgspec.structs.replace(write, bases=bases))
    row["area"] = record.area_of(write.id, row["values"]) or row["area"]


def _put_down(
    connection: Connection, rows: dict[tuple[str, bytes], Row], before: dict[tuple[str, bytes], Row]
) -> dict[str, list[bytes]]:
    sums = AreaSums()
    touched: dict[str, list[bytes]] = {}
    fresh: dict[str, list[Row]] = {}
    stale: dict[str, list[Row]] = {}
    for key, row in rows.items():
        record = record_type(key[0])
        if key in before:
            sums.drop(record, before[key])
        sums.add(record, row)
        (stale if key in before else fresh).setdefault(key[0], []).append(row)
        touched.setdefault(key[0], []).append(key[1])
    for name in touched:
        write_rows(connection, record_type(name), fresh.get(name, ()), stale.get(name, ()))
    sums.save(connection)
    return touched
