"""Going on under another device number, after a restored or cloned vault used numbers that were used before.

The log keeps its count: only the device that the writes are called after changes, from the first one that the
server does not hold. The chain begins anew there. Asking for the number is `sync.incarnation`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, insert, select, update

from tongcds.domain.stamps import Dot
from tongcds.protocol.messages import WHOLE, Version, Write
from tongcds.records import type_numbered
from tongcds.records.declare import DELETED
from tongcds.replica.chain import content_hash, link
from tongcds.replica.devices import HASH_BYTES, device_row, hashes_of
from tongcds.replica.identity import EMPTY_CHAIN, Identity
from tongcds.replica.merge import dot_of, version_of, whole_of
from tongcds.replica.own import RECEIVED, RETURNED, WAITING, pending
from tongcds.replica.rows import AreaSums, Row, copied, read_rows, write_rows
from tongcds.replica.tables import DEVICE, OWN

_ALL = 1 << 62
_pack = msgspec.msgpack.Encoder().encode


class Number(NamedTuple):
    """A device number that this vault had, and the first write under it."""

    device: int
    first: int


def contents(connection: Connection, device: int, first: int) -> bytes:
    """Eight bytes for each own write from number `first` on, as the server knows them under this device."""
    return b"".join(
        content_hash(device, write)[:HASH_BYTES] for write in pending(connection, first - 1, _ALL)
    )


def held(connection: Connection, device: int, first: int, packed: bytes) -> int:
    """On the server: up to which number it holds the writes whose `contents` these are."""
    count = len(packed) // HASH_BYTES
    known = hashes_of(connection, device, first, first + count - 1)
    n = first - 1
    for i in range(count):
        if known.get(first + i) != packed[i * HASH_BYTES : (i + 1) * HASH_BYTES]:
            break
        n = first + i
    return n


def register_fork(connection: Connection, device: int, prefix: int, watermark: int) -> None:
    """On the server: make a number known whose writes go on behind `watermark`; nothing when it is known."""
    if device_row(connection, device) is None:
        connection.execute(
            insert(DEVICE).values(device=device, prefix=prefix, watermark=watermark, chain=EMPTY_CHAIN)
        )


def incarnate(
    connection: Connection,
    me: Identity,
    numbers: Sequence[Number],
    *,
    device: int,
    prefix: int,
    after: int,
) -> dict[str, list[bytes]]:
    """Go on as `device`: own writes above `after` become its writes and wait to be sent.

    Those up to `after` count as received: the server's signed word covers them. `numbers` are those that this
    vault had, the present one last. Returns ids of touched records by type.
    """
    names = _Names(numbers, device, after)
    writes = pending(connection, after, _ALL)
    rows = _rename_rows(connection, names, writes)
    connection.execute(update(OWN).where(OWN.c.n <= after, OWN.c.state == WAITING).values(state=RECEIVED))
    connection.execute(update(OWN).where(OWN.c.n == after).values(chain=EMPTY_CHAIN))
    chain = EMPTY_CHAIN
    for write in writes:
        bases = {name: names.dot(base) for name, base in write.bases.items() if name != WHOLE}
        if WHOLE in write.bases:
            bases[WHOLE] = _saw(rows, names, write)
        renamed = msgspec.structs.replace(write, bases=bases)
        chain = link(chain, content_hash(device, renamed))
        connection.execute(
            update(OWN).where(OWN.c.n == write.n).values(body=_pack((write.values, bases)), chain=chain)
        )
    connection.execute(update(OWN).where(OWN.c.n > after, OWN.c.state != RETURNED).values(state=WAITING))
    me.device, me.prefix, me.received, me.chain = device, prefix, after, chain
    me.save(connection)
    return _put_down(connection, rows)


class _Names:
    """Which dots are of own writes that change their device."""

    def __init__(self, numbers: Sequence[Number], device: int, after: int) -> None:
        self._numbers = numbers
        self._device = device
        self._after = after

    def dot(self, dot: Dot) -> Dot:
        """The dot as it is called from now on."""
        return Dot(self._device, dot.n) if self.is_ours(dot.device, dot.n) else dot

    def version(self, version: Version) -> Version:
        """The version as it is called from now on."""
        return version._replace(device=self._device) if self.is_ours(version.device, version.n) else version

    def is_ours(self, device: int, n: int) -> bool:
        """Whether this write changes its device."""
        then = [number.device for number in self._numbers if number.first <= n]
        return n > self._after and bool(then) and then[-1] == device


_Rows = dict[tuple[int, bytes], tuple[Row, Row]]


def _rename_rows(connection: Connection, names: _Names, writes: Sequence[Write]) -> _Rows:
    """The rows that own writes touched: as they were, and under the new number."""
    rows: _Rows = {}
    for number in {write.type for write in writes}:
        record = type_numbered(number)
        if record is None:
            continue
        ids = list({write.id for write in writes if write.type == number})
        for record_id, row in read_rows(connection, record, ids).items():
            renamed = copied(row)
            renamed["version"] = names.version(row["version"])
            renamed["later"] = {name: names.version(version) for name, version in row["later"].items()}
            rows[number, record_id] = row, renamed
    return rows


def _saw(rows: _Rows, names: _Names, write: Write) -> Dot:
    """What a removal saw, under the new number, where it can still be told; otherwise as it said.

    It names a hash over everything that was there. Where the record is as the removal left it, that can be
    worked out again. Where not, the server keeps the removal in a conflict.
    """
    said = write.bases[WHOLE]
    old, new = rows.get((write.type, write.id), (None, None))
    if old is None or new is None or version_of(old, DELETED).n != write.n:
        return said
    if not names.is_ours(*dot_of(version_of(old, DELETED))) or whole_of(_unremoved(old)) != said:
        return said
    return whole_of(_unremoved(new))


def _unremoved(row: Row) -> Row:
    before = copied(row)
    before["later"].pop(DELETED, None)
    return before


def _put_down(connection: Connection, rows: _Rows) -> dict[str, list[bytes]]:
    sums = AreaSums()
    touched: dict[str, list[bytes]] = {}
    stale: dict[int, list[Row]] = {}
    for (number, record_id), (old, new) in rows.items():
        record = type_numbered(number)
        if record is not None and old != new:
            sums.drop(record, old)
            sums.add(record, new)
            stale.setdefault(number, []).append(new)
            touched.setdefault(record.name, []).append(record_id)
    for number, members in stale.items():
        record = type_numbered(number)
        if record is not None:
            write_rows(connection, record, (), members)
    sums.save(connection)
    return touched


def prefixes_of(connection: Connection, devices: Sequence[int]) -> frozenset[int]:
    """On the server: the prefixes of ids under these device numbers."""
    return frozenset(
        connection.execute(select(DEVICE.c.prefix).where(DEVICE.c.device.in_(devices))).scalars()
    )
