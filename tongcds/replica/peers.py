"""Another laptop's writes taken straight from its file, before the server has said what becomes of them.

They are shown as the server will most likely merge them; nothing is decided here. No number is given, no
conflict is made, nothing is set aside: the file goes on to the server, whose page replaces what was shown,
and whose digest finds what its page does not (`sync.repair`). So what cannot be judged is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import Connection, insert, select, update

from tongcds.domain.stamps import FAR_AHEAD_MS, make_id, milliseconds_of, stamp_of
from tongcds.protocol.messages import Write
from tongcds.records import RecordType, record_type, type_numbered
from tongcds.records.declare import DELETED, ERASED
from tongcds.replica.authority import Allowed
from tongcds.replica.identity import Identity
from tongcds.replica.merge import created, merge, version_of
from tongcds.replica.rows import AreaSums, Row, copied, read_rows, write_rows
from tongcds.replica.tables import PEER
from tongcds.replica.values import fits

_Key = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of another laptop's writes: how many were merged, and of which records by type.

    `needed_from` is set instead when they do not go on where its last file ended.
    """

    writes: int = 0
    touched: dict[str, list[bytes]] = field(default_factory=dict)
    needed_from: int = 0


def merge_in(
    connection: Connection,
    me: Identity,
    device: int,
    writes: Sequence[Write],
    *,
    prefixes: Collection[int],
    areas: Collection[bytes],
    allowed: Allowed,
) -> Merged:
    """Merge consecutive writes of another laptop into the rows here; the caller commits.

    Args:
        connection: in a transaction that may write.
        me: this laptop, whose clock follows what it saw.
        device: who made the writes.
        writes: in order of n; those that were taken before are passed over.
        prefixes: of the ids that this laptop makes.
        areas: those that are held here in full.
        allowed: judges authority, write by write.
    """
    known = connection.execute(select(PEER).where(PEER.c.device == device)).one_or_none()
    news = [write for write in writes if known is None or write.n > known.watermark]
    if not news:
        return Merged()
    if known is not None and known.next_only and news[0].n != known.watermark + 1:
        return Merged(needed_from=known.watermark + 1)
    merging = _Merging(me, device, prefixes=prefixes, areas=areas, allowed=allowed)
    merging.load(connection, news)
    count = sum(merging.take(write) for write in news)
    touched = merging.save(connection)
    values = {"watermark": news[-1].n, "next_only": int(count > 0)}
    if known is None:
        connection.execute(insert(PEER).values(device=device, **values))
    else:
        connection.execute(update(PEER).where(PEER.c.device == device).values(**values))
    me.save(connection)
    return Merged(count, touched)


def told_by_the_server(connection: Connection) -> None:
    """Everything was pulled: what other laptops sent meanwhile is here, so a file may begin anywhere."""
    connection.execute(update(PEER).values(next_only=0))


class _Merging:
    def __init__(
        self,
        me: Identity,
        device: int,
        *,
        prefixes: Collection[int],
        areas: Collection[bytes],
        allowed: Allowed,
    ) -> None:
        self._me = me
        self._device = device
        self._prefixes = prefixes
        self._areas = areas
        self._allowed = allowed
        self._rows: dict[_Key, Row] = {}
        self._before: dict[_Key, Row | None] = {}

    def load(self, connection: Connection, writes: Sequence[Write]) -> None:
        ids: dict[str, dict[bytes, None]] = {}
        for write in writes:
            record = type_numbered(write.type)
            if record is not None:
                ids.setdefault(record.name, {})[write.id] = None
        for name, wanted in ids.items():
            for record_id, row in read_rows(connection, record_type(name), list(wanted)).items():
                self._rows[name, record_id] = row

    def take(self, write: Write) -> bool:
        record = type_numbered(write.type)
        if record is None or record.server_only or ERASED in write.values or not fits(record, write):
            return False
        key = record.name, write.id
        row = self._rows.get(key)
        lowered = self._lowered(write)
        if row is None:
            area = record.area_of(write.id, write.values)
            new = not write.bases and write.id in {make_id(p, write.stamp) for p in self._prefixes}
            if not new or not self._may(record, area, write, None):
                return False
            self._before[key] = None
            self._rows[key] = created(record, area or b"", self._device, lowered)
        elif self._may_change(record, row, write):
            if key not in self._before:
                self._before[key] = copied(row)
            news = self._still_new(row, lowered)
            # A write of which nothing is new changes nothing: merged as one that names no removal, it would
            # bring back what it removed itself.
            if news.values and self._may_change(record, row, news):
                merge(row, self._device, news)
                row["area"] = record.area_of(row["id"], row["values"]) or row["area"]
        else:
            return False
        self._me.clock.saw(lowered.stamp)
        return True

    def _may(self, record: RecordType, area: bytes | None, write: Write, row: Row | None) -> bool:
        return area in self._areas and area is not None and not self._allowed(record, area, write, row)

    def _may_change(self, record: RecordType, row: Row, write: Write) -> bool:
        if row["values"].get(ERASED) or (row["values"][DELETED] and DELETED not in write.values):
            # Whether a late change brings a removed record back is for the server to say.
            return False
        if record.append_only and set(write.values) - {DELETED, record.area_field}:
            return False
        target = record.area_of(write.id, {**row["values"], **write.values})
        return self._may(record, row["area"], write, row) and self._may(record, target, write, row)

    def _still_new(self, row: Row, write: Write) -> Write:
        """The write without the fields that its own device has set again since."""
        values = {
            name: value
            for name, value in write.values.items()
            if (version := version_of(row, name)).device != self._device or version.n < write.n
        }
        return msgspec.structs.replace(write, values=values)

    def _lowered(self, write: Write) -> Write:
        now = self._me.clock.now() + self._me.clock.offset
        if milliseconds_of(write.stamp) <= now + FAR_AHEAD_MS:
            return write
        return msgspec.structs.replace(write, stamp=stamp_of(max(now, 0)))

    def save(self, connection: Connection) -> dict[str, list[bytes]]:
        sums = AreaSums()
        fresh: dict[str, list[Row]] = {}
        stale: dict[str, list[Row]] = {}
        touched: dict[str, list[bytes]] = {}
        for (name, record_id), old in self._before.items():
            row, record = self._rows[name, record_id], record_type(name)
            if old is not None:
                sums.drop(record, old)
            sums.add(record, row)
            (fresh if old is None else stale).setdefault(name, []).append(row)
            touched.setdefault(name, []).append(record_id)
        for name in touched:
            write_rows(connection, record_type(name), fresh.get(name, ()), stale.get(name, ()))
        sums.save(connection)
        return touched
