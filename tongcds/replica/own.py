"""This device's own writes: making them, offering them, and what became of them.

The log of own writes is the outbox. A write leaves it only when its time is over *and* a receipt covered it;
see `acknowledge`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, bindparam, func, literal_column, select, update

from tongcds.domain.stamps import Dot, make_id
from tongcds.domain.text import storable
from tongcds.protocol.messages import WHOLE, Write
from tongcds.records import RecordType, Value, record_type, type_numbered
from tongcds.records.declare import DELETED, ERASED
from tongcds.replica.chain import content_hash, link
from tongcds.replica.erasure import CODE, MARK, husk, says_something
from tongcds.replica.identity import Identity
from tongcds.replica.merge import changed_fields, created, dot_of, merge, newest, version_of, whole_of
from tongcds.replica.rows import AreaSums, Row, copied, insert_many, read_rows, write_rows
from tongcds.replica.tables import OWN, SELF
from tongcds.replica.values import may_travel

WAITING, RECEIVED, RETURNED, SETTLED = 0, 1, 2, 3
# Reasons for which a write will never be taken as it is. Others end by themselves: an older server is
# updated, a restored device goes on under a new number.
FINAL = frozenset(
    {
        "author_unknown", "not_allowed", "bad_value", "append_only", "unknown_record", "report_accepted",
        "sheet_decided",
    }
)  # fmt: skip
_SLICE = 400
_pack = msgspec.msgpack.Encoder().encode
# Any: msgspec cannot decode a union of text and bytes; these bytes were packed by `_write` below.
unpack_body = msgspec.msgpack.Decoder(tuple[dict[str, Any], dict[str, Dot]]).decode


class Writer:
    """A person's changes in one transaction: rows, versions and own writes together, or nothing.

    `flush` puts everything down and must be called before the caller commits. Ids of new records are known at
    once, so that records made together can name each other.
    """

    def __init__(self, connection: Connection, me: Identity, author: bytes) -> None:
        self._connection = connection
        self._me = me
        self.author = author
        self._rows: dict[tuple[str, bytes], Row] = {}
        self._before: dict[tuple[str, bytes], Row] = {}
        self._log: list[dict[str, object]] = []
        self._new: set[tuple[str, bytes]] = set()
        self._reserved: dict[bytes, int] = {}
        self.erased: dict[str, list[bytes]] = {}

    def reserve(self) -> bytes:
        """An id for a record that is created later in this transaction, so that others can name it before."""
        stamp = self._me.clock.tick()
        record_id = make_id(self._me.prefix, stamp)
        self._reserved[record_id] = stamp
        return record_id

    def create(self, type_name: str, *, reserved: bytes | None = None, **values: Value) -> bytes:
        """A new record, under a reserved id or a fresh one; returns its id.

        Raises:
            ValueError: the values do not name an area, or a field is unknown.
        """
        record = record_type(type_name)
        values = self._fitting(record, values)
        stamp = self._me.clock.tick() if reserved is None else self._reserved.pop(reserved)
        record_id = make_id(self._me.prefix, stamp)
        area = record.area_of(record_id, values)
        if area is None:
            message = f"a new {type_name} needs its {record.area_field}"
            raise ValueError(message)
        given: dict[str, Value] = {name: value for name, value in values.items() if value is not None}
        write = self._write(record, record_id, stamp, given, {})
        self._rows[type_name, record_id] = created(record, area, self._me.device, write)
        self._new.add((type_name, record_id))
        return record_id

    def recreate(self, type_name: str, record_id: bytes, stamp: int, values: Mapping[str, Value]) -> None:
        """Make a record of this device's once more, under the id that its first write at `stamp` gave it.

        The server has no such record: it set the first write aside.

        Raises:
            ValueError: as `create`.
        """
        record = record_type(type_name)
        values = self._fitting(record, values)
        given: dict[str, Value] = {name: value for name, value in values.items() if value is not None}
        area = record.area_of(record_id, given)
        if area is None:
            message = f"a new {type_name} needs its {record.area_field}"
            raise ValueError(message)
        write = self._write(record, record_id, stamp, given, {})
        self._rows[type_name, record_id] = created(record, area, self._me.device, write)
        self._new.add((type_name, record_id))

    def say_again(self, type_name: str, record_id: bytes) -> None:
        """Say all of a record that is here once more, as this device's own, under its id.

        For one that the server lost and whose author nobody hears of. The stamp is that of its newest part:
        whoever changed it later, and says so only now, has the last word.
        """
        record = record_type(type_name)
        row = self._row(record, record_id)
        key = (type_name, record_id)
        self._before.setdefault(key, copied(row))
        said: dict[str, Value] = {n: v for n, v in row["values"].items() if v is not None and n != DELETED}
        write = self._write(record, record_id, newest(row).stamp, said, {})
        self._rows[key] = created(record, row["area"], self._me.device, write)

    def change_again(
        self, type_name: str, record_id: bytes, stamp: int, values: dict[str, Value], bases: dict[str, Dot]
    ) -> None:
        """Say once more what somebody else changed at `stamp` in place of the writes that `bases` names."""
        record = record_type(type_name)
        self._change(record, self._row(record, record_id), values, bases, stamp)

    def update(self, type_name: str, record_id: bytes, **values: Value) -> bool:
        """Change fields of a record; False when nothing differs.

        Raises:
            KeyError: there is no such record here.
        """
        record = record_type(type_name)
        values = self._fitting(record, values)
        row = self._row(record, record_id)
        different = changed_fields(row, values)
        if row["values"].get(ERASED):
            different = {n: v for n, v in different.items() if n not in record.personal_names}
        if not different:
            return False
        bases = {name: dot_of(version_of(row, name)) for name in different}
        self._change(record, row, different, bases)
        return True

    def remove(self, type_name: str, record_id: bytes) -> bool:
        """Remove a record; False when it was removed before. A concurrent edit elsewhere brings it back."""
        record = record_type(type_name)
        row = self._row(record, record_id)
        if row["values"][DELETED]:
            return False
        self._change(record, row, {DELETED: 1}, {WHOLE: whole_of(row)})
        return True

    def restore(self, type_name: str, record_id: bytes) -> bool:
        """Bring a removed record back; False when it is there."""
        record = record_type(type_name)
        row = self._row(record, record_id)
        if not row["values"][DELETED]:
            return False
        self._change(record, row, {DELETED: 0}, {DELETED: dot_of(version_of(row, DELETED))})
        return True

    def erase(self, type_name: str, record_id: bytes, *, again: bool = False) -> bool:
        """Empty a record of personal data for ever; False when it was erased before.

        `again` says it once more, to a server that was put back from a copy and does not know.
        """
        record = record_type(type_name)
        row = self._row(record, record_id)
        if row["values"][ERASED] and not again:
            return False
        self._change(record, row, {ERASED: MARK}, {ERASED: dot_of(version_of(row, ERASED))})
        self.erased.setdefault(type_name, []).append(record_id)
        return True

    def load(self, type_name: str, ids: Sequence[bytes]) -> None:
        """Read many records at once that will be changed; saves a query for each."""
        missing = [i for i in ids if (type_name, i) not in self._rows]
        for record_id, row in read_rows(self._connection, record_type(type_name), missing).items():
            self._rows[type_name, record_id] = row

    @property
    def next_n(self) -> int:
        """The number that this device's next write will have."""
        return self._me.next_n

    def whole(self, type_name: str, record_id: bytes) -> Dot:
        """Stands for all that is known of a record now, changes of this transaction included."""
        return whole_of(self._row(record_type(type_name), record_id))

    def value_of(self, type_name: str, record_id: bytes, name: str) -> Value:
        """What a field holds now, changes of this transaction included."""
        return self._row(record_type(type_name), record_id)["values"][name]

    def set_after(self, type_name: str, record_id: bytes, n: int) -> set[str]:
        """Fields that somebody else set, or this device after its write `n`."""
        row = self._row(record_type(type_name), record_id)
        versions = {name: version_of(row, name) for name in row["values"]}
        return {name for name, v in versions.items() if v.device != self._me.device or v.n > n}

    def flush(self) -> dict[str, list[bytes]]:
        """Put everything down; returns the ids of touched records by type."""
        sums = AreaSums()
        touched: dict[str, list[bytes]] = {}
        fresh: dict[str, list[Row]] = {}
        stale: dict[str, list[Row]] = {}
        for key, row in self._rows.items():
            name, record_id = key
            record = record_type(name)
            if key in self._new:
                fresh.setdefault(name, []).append(row)
            elif key in self._before:
                stale.setdefault(name, []).append(row)
                sums.drop(record, self._before[key])
            else:
                continue
            sums.add(record, row)
            touched.setdefault(name, []).append(record_id)
        for name in touched:
            write_rows(self._connection, record_type(name), fresh.get(name, ()), stale.get(name, ()))
        insert_many(self._connection, OWN, self._log)
        sums.save(self._connection)
        self._me.save(self._connection)
        for memory in (self._rows, self._before, self._log, self._new):
            memory.clear()
        return touched

    @staticmethod
    def _fitting(record: RecordType, values: Mapping[str, Value]) -> dict[str, Value]:
        """The values as they may be sent: a text that was not cleaned before would be refused there."""
        unknown = values.keys() - record.kinds.keys()
        if unknown or DELETED in values:
            message = f"{record.name} has no field {', '.join(sorted(unknown)) or DELETED}"
            raise ValueError(message)
        for name, value in values.items():
            if not may_travel(record.kinds[name], value):
                message = f"{record.name}.{name} cannot hold this {type(value).__name__}"
                raise ValueError(message)
        return {name: storable(v) if isinstance(v, str) else v for name, v in values.items()}

    def _row(self, record: RecordType, record_id: bytes) -> Row:
        key = (record.name, record_id)
        if key not in self._rows:
            self._rows[key] = read_rows(self._connection, record, [record_id])[record_id]
        return self._rows[key]

    def _change(
        self, record: RecordType, row: Row, values: dict[str, Value], bases: dict[str, Dot], stamp: int = 0
    ) -> None:
        key = (record.name, row["id"])
        if key not in self._new:
            self._before.setdefault(key, copied(row))
        self._me.clock.saw(newest(row).stamp)
        write = self._write(record, row["id"], stamp or self._me.clock.tick(), values, bases)
        merge(row, self._me.device, write)
        area = record.area_of(row["id"], row["values"])
        row["area"] = row["area"] if area is None else area

    def _write(
        self,
        record: RecordType,
        record_id: bytes,
        stamp: int,
        values: dict[str, Value],
        bases: dict[str, Dot],
    ) -> Write:
        me = self._me
        write = Write(record.number, record_id, me.next_n, stamp, self.author, values, bases)
        me.chain = link(me.chain, content_hash(me.device, write))
        me.next_n += 1
        self._log.append(
            {
                "n": write.n,
                "type": write.type,
                "id": record_id,
                "stamp": stamp,
                "author": self.author,
                "body": _pack((values, bases)),
                "chain": me.chain,
                "state": WAITING,
                "code": None,
            }
        )
        return write


_LOGGED = select(OWN.c.n, OWN.c.type, OWN.c.id, OWN.c.stamp, OWN.c.author, OWN.c.body).order_by(OWN.c.n)
_AFTER = _LOGGED.where(OWN.c.n > bindparam("after")).limit(bindparam("limit"))
_UNSEEN = _LOGGED.where(OWN.c.id.in_(bindparam("ids", expanding=True)), OWN.c.n > bindparam("after"))
# Writes are received in order: the key finds what is left, however long the log has become. Not a parameter:
# the index of those that wait is for this very condition.
_COUNT_WAITING = (
    select(func.count())
    .select_from(OWN)
    .where(OWN.c.n > select(SELF.c.received).scalar_subquery(), OWN.c.state == literal_column(str(WAITING)))
)
_DEVICE = select(SELF.c.device)
_FIRST = select(func.min(OWN.c.n))
_CHAIN = select(OWN.c.chain).where(OWN.c.n == bindparam("n"))
_NOW_COVERED = (OWN.c.n <= bindparam("watermark"), OWN.c.state == WAITING)
_ACKNOWLEDGE = update(OWN).where(*_NOW_COVERED).values(state=RECEIVED)
_ACKNOWLEDGE_TOLD = update(OWN).where(*_NOW_COVERED, OWN.c.code == CODE).values(state=RETURNED)


def _writes(
    connection: Connection, query: Select[int, int, bytes, int, bytes, bytes], given: Mapping[str, object]
) -> list[Write]:
    writes = []
    for n, number, record_id, stamp, author, body in connection.execute(query, given):
        values, bases = unpack_body(body)
        writes.append(Write(number, record_id, n, stamp, author, values, bases))
    return writes


def pending(connection: Connection, after: int, limit: int) -> list[Write]:
    """Own writes above `after`, at most `limit`, in order."""
    return _writes(connection, _AFTER, {"after": after, "limit": limit})


def logged_of(connection: Connection, record_id: bytes) -> list[Write]:
    """Own writes of a record that the log still has, received or not, in order."""
    return _writes(connection, _UNSEEN, {"ids": [record_id], "after": 0})


def unseen(connection: Connection, me: Identity, ids: Sequence[bytes]) -> dict[bytes, list[Write]]:
    """Own writes of these records that no receipt covers, in order; the server cannot have seen them."""
    found: dict[bytes, list[Write]] = {}
    if me.next_n <= me.received + 1:
        return found
    for start in range(0, len(ids), _SLICE):
        given = {"ids": list(ids[start : start + _SLICE]), "after": me.received}
        for write in _writes(connection, _UNSEEN, given):
            found.setdefault(write.id, []).append(write)
    return found


def pending_count(connection: Connection, *, up_to: int = 0) -> int:
    """How many own writes no receipt covers yet; with `up_to`, of those up to that number."""
    query = _COUNT_WAITING.where(OWN.c.n <= up_to) if up_to else _COUNT_WAITING
    return connection.execute(query).scalar_one()


def first_kept(connection: Connection) -> int:
    """The number of the first own write that the log still has; 1 for an empty log."""
    return connection.execute(_FIRST).scalar_one() or 1


def chain_at(connection: Connection, n: int) -> bytes | None:
    """The chain's hash after own write `n`; None when it is no longer kept, 32 zero bytes for 0."""
    if n == 0:
        return bytes(32)
    return connection.execute(_CHAIN, {"n": n}).scalar_one_or_none()


def acknowledge(connection: Connection, me: Identity, watermark: int) -> int:
    """A verified receipt covers own writes up to `watermark`; returns how many are newly received."""
    if watermark <= me.received:
        return 0
    connection.execute(_ACKNOWLEDGE_TOLD, {"watermark": watermark})
    result = connection.execute(_ACKNOWLEDGE, {"watermark": watermark})
    me.received = watermark
    me.save(connection)
    return result.rowcount


def mark_returned(connection: Connection, outcomes: Iterable[tuple[int, str]]) -> dict[str, list[bytes]]:
    """The server kept these own writes aside, each for its reason (a code).

    They stay in the log, whole. A record that such a write made is in no register but this one: it leaves, so
    that this replica shows what all others show; returned are ids of such records, by type name. Where a
    change was refused, the next page brings the record back as it stands. One that was to move leaves as
    well: where it stands, this device may not look.
    """
    me = connection.execute(_DEVICE).scalar_one_or_none() or 0
    gone: dict[str, list[bytes]] = {}
    sums = AreaSums()
    for n, code in outcomes:
        # What was settled here stays so, though a server that was put back from a copy says it again.
        known = (OWN.c.n == n, OWN.c.state != SETTLED)
        connection.execute(update(OWN).where(*known).values(state=RETURNED, code=code))
        made = connection.execute(select(OWN.c.type, OWN.c.id, OWN.c.body).where(OWN.c.n == n)).one_or_none()
        record = type_numbered(made.type) if made is not None else None
        if made is None or record is None:
            continue
        if code == CODE:
            _forget_write(connection, me, n)
        if code not in FINAL and (code != CODE or record.erasable):
            continue
        moved = record.area_field in unpack_body(made.body)[0]
        for row in read_rows(connection, record, [made.id]).values():
            if moved or dot_of(row["version"]) == (me, n):
                sums.drop(record, row)
                connection.execute(record.table.delete().where(record.table.c.id == made.id))
                gone.setdefault(record.name, []).append(made.id)
    sums.save(connection)
    return gone


def settle_own(connection: Connection, n: int, *, taken: bool = False) -> bool:
    """A write that came back needs nobody any more: it was taken after all, refused for good, or taken back.

    False when it is not among those that came back.
    """
    state = {"state": RECEIVED, "code": None} if taken else {"state": SETTLED}
    result = connection.execute(update(OWN).where(OWN.c.n == n, OWN.c.state == RETURNED).values(**state))
    return result.rowcount > 0


def forget_words(connection: Connection, ids: Sequence[bytes], *, tell: bool) -> None:
    """Records were erased: own writes about them keep their number and hash, and lose what they said.

    With `tell`, whoever made one that no receipt covers yet will find it among what came back.
    """
    me = connection.execute(select(SELF.c.device)).scalar_one_or_none() or 0
    for start in range(0, len(ids), _SLICE):
        query = select(OWN.c.n, OWN.c.state).where(OWN.c.id.in_(ids[start : start + _SLICE]))
        for n, state in connection.execute(query).all():
            if _forget_write(connection, me, n) and tell and state == WAITING:
                connection.execute(update(OWN).where(OWN.c.n == n).values(code=CODE))


def _forget_write(connection: Connection, device: int, n: int) -> bool:
    (write,) = pending(connection, n - 1, 1)
    record = type_numbered(write.type)
    if record is None or not says_something(record, write):
        return False
    emptied = husk(record, write, content_hash(device, write))
    connection.execute(update(OWN).where(OWN.c.n == n).values(body=_pack((emptied.values, emptied.bases))))
    return True


def unsent_records(connection: Connection, ids: Sequence[bytes]) -> set[bytes]:
    """Those of the records that carry an own write no receipt covers."""
    found: set[bytes] = set()
    for start in range(0, len(ids), _SLICE):
        part = ids[start : start + _SLICE]
        query = select(OWN.c.id).where(OWN.c.id.in_(part), OWN.c.state == WAITING)
        found.update(connection.execute(query).scalars())
    return found
