"""The server's own records (units, members, figures): written as device 1 and taken in like any push.

So numbers, counts and digests have one path. There is no outbox: nobody has to receive these writes from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, Row, func, insert, select, update

from tongcds.domain.stamps import Dot, make_id
from tongcds.protocol.messages import WHOLE, Write
from tongcds.records import RecordType, Value, record_type
from tongcds.records.declare import DELETED
from tongcds.replica import (
    Identity,
    advance_watermark,
    device_row,
    load_identity,
    new_identity,
    receive,
    register_device,
)
from tongcds.replica.identity import SERVER_DEVICE
from tongcds.replica.merge import changed_fields, created, dot_of, merge, newest, version_of, whole_of
from tongcds.replica.rows import Row as RecordRow
from tongcds.replica.rows import read_rows
from tongcds.server.tables import DEVICE, SCHEMA, STATE, create_all

OWN_DEVICE = SERVER_DEVICE
_STATE = select(STATE)
_BATCH = 20_000
# More than any server gives between two copies of its database. Where one copy is put back twice, only the
# clock tells the two times apart: numbers go on from it, for devices in seconds since 2026 (32 bits travel),
# for the server's own writes in milliseconds of which each has room for many.
_DEVICES_AHEAD = 10_000
_WRITES_AHEAD = 1 << 24
_YEAR_2026 = 1_767_225_600
_WRITES_A_MILLISECOND_BITS = 12


def found_office(connection: Connection, *, name: str, province_id: bytes, now: int) -> None:
    """Make an empty database the server of a province. The epoch is the second of its founding."""
    create_all(connection)
    me = new_identity(connection, device=OWN_DEVICE, now=lambda: now)
    register_device(connection, me.device, me.prefix)
    connection.execute(
        insert(STATE).values(
            one=1,
            schema=SCHEMA,
            name=name,
            province_id=province_id,
            epoch=now // 1000,
            structure=1,
            last_device=me.device,
        )
    )


def office(
    connection: Connection,
) -> Row[tuple[int, int, str, bytes, int, int, int, int, int, int, str]] | None:
    """The server's own row, as `tables.STATE` tells it; None before it was founded."""
    return connection.execute(_STATE).one_or_none()


def was_restored(connection: Connection) -> bool:
    """Whether the database was ever put back from a copy, so that laptops may hold what it lost."""
    return bool(connection.execute(select(STATE.c.restored_at)).scalar_one())


def restored(connection: Connection, *, now: int) -> int:
    """The database was put back from a copy: begin a new epoch; returns it.

    Laptops offer again what the copy lacks. Numbers that were given since the copy are not given again:
    neither of devices, nor of the server's own writes.
    """
    state = connection.execute(select(STATE).with_for_update()).one()
    heard = connection.execute(select(func.max(DEVICE.c.last_seen_at))).scalar_one() or 0
    epoch: int = max(state.epoch + 1, now // 1000)
    last_device = max(state.last_device + _DEVICES_AHEAD, now // 1000 - _YEAR_2026)
    connection.execute(
        update(STATE).values(
            epoch=epoch,
            last_device=last_device,
            structure=state.structure + 1,
            restored_at=now,
            copied_at=min(heard, now),
        )
    )
    me = load_identity(connection, now=lambda: now)
    if me is None:
        raise LookupError("the server was not founded")
    me.next_n = max(me.next_n + _WRITES_AHEAD, now << _WRITES_A_MILLISECOND_BITS)
    me.save(connection)
    advance_watermark(connection, OWN_DEVICE, me.next_n - 1)
    return epoch


def structure_changed(connection: Connection) -> None:
    """Units or villages changed: every scope is worked out anew at the device's next request."""
    connection.execute(update(STATE).values(structure=STATE.c.structure + 1))


class OfficeWriter:
    """The server's changes in one transaction; `flush` puts them down and must be called before the commit.

    Nobody else writes as the server meanwhile: its device row is locked from the start.

    Args:
        connection: in a transaction that may write.
        now: milliseconds since 1970 (UTC).
        author: id of the member in whose name it is done; the province without one.
    """

    def __init__(self, connection: Connection, *, now: int, author: bytes | None = None) -> None:
        state = connection.execute(_STATE).one()
        device_row(connection, OWN_DEVICE, lock=True)
        me = load_identity(connection, now=lambda: now)
        if me is None:
            raise LookupError("the server was not founded")
        self._connection = connection
        self._me: Identity = me
        self._now = now
        self.province: bytes = state.province_id
        self._author = author or self.province
        self._rows: dict[tuple[str, bytes], RecordRow] = {}
        self._looked: set[tuple[str, bytes]] = set()
        self._writes: list[Write] = []

    def as_author(self, author: bytes) -> None:
        """Write in somebody else's name from here on."""
        self._author = author

    def load(self, type_name: str, ids: Iterable[bytes]) -> None:
        """Read many records at once that `put` will be called for."""
        missing = [i for i in ids if (type_name, i) not in self._looked]
        self._looked.update((type_name, i) for i in missing)
        for record_id, row in read_rows(self._connection, record_type(type_name), missing).items():
            self._rows[type_name, record_id] = row

    def reserve(self) -> tuple[bytes, int]:
        """Id and stamp for a record that `create` makes later."""
        stamp = self._me.clock.tick()
        return make_id(self._me.prefix, stamp), stamp

    def create(self, type_name: str, *, reserved: tuple[bytes, int] | None = None, **values: Value) -> bytes:
        """A new record under a reserved id or a fresh one; returns its id."""
        record_id, stamp = reserved or self.reserve()
        self._looked.add((type_name, record_id))
        self._new(record_type(type_name), record_id, stamp, values)
        return record_id

    def put(
        self,
        type_name: str,
        record_id: bytes,
        *,
        aside: Mapping[str, Value] | None = None,
        wake: bool = True,
        **values: Value,
    ) -> bool:
        """Make the record with this id say so; False when it does already.

        `aside` is written along with a change, and is no reason for one. A removed record comes back by it,
        unless `wake` is false.
        """
        self.load(type_name, [record_id])
        record = record_type(type_name)
        row = self._rows.get((type_name, record_id))
        extra = dict(aside or {})
        if row is None:
            self._new(record, record_id, self._me.clock.tick(), values | extra)
            return True
        if not changed_fields(row, values):
            return False
        different = changed_fields(row, values | extra)
        self._me.clock.saw(newest(row).stamp)
        bases = {name: dot_of(version_of(row, name)) for name in different}
        if row["values"][DELETED] and not wake:
            different[DELETED], bases[WHOLE] = 1, whole_of(row)
        merge(row, OWN_DEVICE, self._write(record, record_id, self._me.clock.tick(), different, bases))
        return True

    def remove(self, type_name: str, record_id: bytes) -> bool:
        """Remove a record, having seen all of it; False when it is not there."""
        self.load(type_name, [record_id])
        row = self._rows.get((type_name, record_id))
        if row is None or row["values"][DELETED]:
            return False
        self._me.clock.saw(newest(row).stamp)
        bases = {WHOLE: whole_of(row)}
        stamp = self._me.clock.tick()
        merge(row, OWN_DEVICE, self._write(record_type(type_name), record_id, stamp, {DELETED: 1}, bases))
        return True

    def flush(self) -> set[bytes]:
        """Put everything down; returns the areas that changed."""
        touched: set[bytes] = set()
        for part in _parts(self._writes, _BATCH):
            received = receive(self._connection, OWN_DEVICE, part, allowed=None, cursors={}, now=self._now)
            if received.outcomes or received.watermark != part[-1].n:
                raise ValueError(f"the server refuses its own write: {received.outcomes[:1]}")
            self._me.chain = received.chain
            touched |= received.touched
        self._me.save(self._connection)
        self._writes.clear()
        self._rows.clear()
        self._looked.clear()
        return touched

    def _new(self, record: RecordType, record_id: bytes, stamp: int, values: dict[str, Value]) -> None:
        area = record.area_of(record_id, values)
        if area is None:
            raise ValueError(f"a new {record.name} needs its {record.area_field}")
        given: dict[str, Value] = {name: value for name, value in values.items() if value is not None}
        write = self._write(record, record_id, stamp, given, {})
        self._rows[record.name, record_id] = created(record, area, OWN_DEVICE, write)

    def _write(
        self,
        record: RecordType,
        record_id: bytes,
        stamp: int,
        values: dict[str, Value],
        bases: dict[str, Dot],
    ) -> Write:
        write = Write(record.number, record_id, self._me.next_n, stamp, self._author, values, bases)
        self._me.next_n += 1
        self._writes.append(write)
        return write


def _parts(writes: Sequence[Write], size: int) -> Iterable[Sequence[Write]]:
    return (writes[start : start + size] for start in range(0, len(writes), size))
