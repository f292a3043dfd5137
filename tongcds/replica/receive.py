"""Taking in another device's writes: known or new, allowed or not, merged, numbered, and summed up.

Each write ends as applied, known already, or quarantined with a code; nothing authentic is thrown away and nothing
blocks what stands behind it. Who may write where is the caller's to say (`Allowed`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import msgspec
from sqlalchemy import Connection, Row as SqlRow, insert, select, update

from tongcds.domain.stamps import FAR_AHEAD_MS, ID_LENGTH, make_id, milliseconds_of, stamp_of
from tongcds.protocol.messages import Outcome, ProtocolError, Write
from tongcds.records import Kind, RecordType, Value, record_type, type_numbered
from tongcds.records.declare import DELETED
from tongcds.replica.identity import EMPTY_CHAIN
from tongcds.replica.merge import Clash, conflict_row, created, merge
from tongcds.replica.own import content_hash, link
from tongcds.replica.rows import AreaSums, Row, read_areas, read_rows, write_rows
from tongcds.replica.tables import AREA, DEVICE, MOVED, QUARANTINE, SEEN

MAX_TEXT = 20_000
_HASH = 8
_INT_LIMIT = 1 << 62
_DAY = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")
_WHOLE_DAY = len("2026-11-23")
_pack = msgspec.msgpack.Encoder().encode

# Says why a write to this area is not allowed ("" when it is). `row` is the record as it stands, None for a new one.
Allowed = Callable[[RecordType, bytes, Write, Row | None], str]


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a chunk. `expected` is set instead when its first write does not follow on."""

    watermark: int
    chain: bytes
    outcomes: list[Outcome] = field(default_factory=list)
    touched: set[bytes] = field(default_factory=set)
    applied: int = 0
    expected: int = 0


def register_device(connection: Connection, device: int, prefix: int) -> None:
    """Make a device known, before its first write; does nothing when it is."""
    if device_row(connection, device) is None:
        connection.execute(
            insert(DEVICE).values(device=device, prefix=prefix, watermark=0, chain=EMPTY_CHAIN)
        )


def device_row(connection: Connection, device: int, *, lock: bool = False) -> SqlRow[tuple[int, int, int, bytes]] | None:
    """Device, prefix, watermark and chain; `lock` lets no second push of the same device in."""
    query = select(DEVICE).where(DEVICE.c.device == device)
    return connection.execute(query.with_for_update() if lock else query).one_or_none()


def _value_problem(kind: Kind, value: Value) -> bool:
    if value is None:
        return False
    match kind:
        case Kind.BOOL:
            return not isinstance(value, int) or isinstance(value, bool) or value not in {0, 1}
        case Kind.INT:
            return not isinstance(value, int) or isinstance(value, bool) or abs(value) >= _INT_LIMIT
        case Kind.DATE | Kind.PARTIAL_DATE:
            return not isinstance(value, str) or not _is_day(value, partial=kind is Kind.PARTIAL_DATE)
        case Kind.ID:
            return not isinstance(value, bytes) or len(value) != ID_LENGTH
        case Kind.IDS:
            return not isinstance(value, bytes) or len(value) % ID_LENGTH != 0
        case Kind.BYTES:
            return not isinstance(value, bytes) or len(value) > MAX_TEXT
        case _:
            return (
                not isinstance(value, str)
                or len(value) > MAX_TEXT
                or "\x00" in value
                or not unicodedata.is_normalized("NFC", value)
            )


def _is_day(text: str, *, partial: bool) -> bool:
    """Whether this is an ISO day, or the year or month alone where that may be."""
    if not _DAY.fullmatch(text) or (len(text) < _WHOLE_DAY and not partial):
        return False
    try:
        date.fromisoformat(text + "-01-01"[len(text) - _WHOLE_DAY :] if len(text) < _WHOLE_DAY else text)
    except ValueError:
        return False
    return True


def _bad(record: RecordType, write: Write) -> bool:
    kinds = record.kinds
    return any(name not in kinds or _value_problem(kinds[name], v) for name, v in write.values.items())


class _Merging:
    """One chunk on its way in: rows in memory, what they were before, and what could not be taken."""

    def __init__(
        self, connection: Connection, device: int, prefix: int, *, allowed: Allowed | None, now: int
    ) -> None:
        self._connection = connection
        self._device = device
        self._prefix = prefix
        self._allowed = allowed
        self._now = now
        self._rows: dict[tuple[int, bytes], Row] = {}
        self._before: dict[tuple[int, bytes], Row] = {}
        self._impure: set[tuple[int, bytes]] = set()
        self._conflicts: dict[bytes, Row] = {}
        self.refused: list[tuple[Write, str]] = []
        self.applied = 0

    def load(self, writes: Sequence[Write]) -> None:
        """Read every record that the writes name."""
        by_type: dict[int, dict[bytes, None]] = {}
        for write in writes:
            by_type.setdefault(write.type, {})[write.id] = None
        for number, ids in by_type.items():
            record = type_numbered(number)
            if record is None:
                continue
            for record_id, row in read_rows(self._connection, record, list(ids), lock=True).items():
                self._rows[number, record_id] = row

    def areas(self, writes: Sequence[Write]) -> set[bytes]:
        """Every area that the writes may touch, to be locked before anything is numbered."""
        found = {row["area"] for row in self._rows.values()}
        for write in writes:
            record = type_numbered(write.type)
            area = None if record is None else record.area_of(write.id, write.values)
            if isinstance(area, bytes) and len(area) == ID_LENGTH:
                found.add(area)
        return found

    def take(self, write: Write) -> None:
        """Merge one write, or set it aside."""
        code = self._refusal(write)
        if code:
            self.refused.append((write, code))
            return
        record = type_numbered(write.type)
        assert record is not None  # noqa: S101  _refusal named an unknown type
        key = (write.type, write.id)
        lowered = self._lowered(write)
        row = self._rows.get(key)
        self.applied += 1
        if row is None:
            area = record.area_of(write.id, write.values)
            assert area is not None  # noqa: S101  _refusal named a missing area
            self._rows[key] = created(record, area, self._device, lowered)
            self._before.setdefault(key, None)  # type: ignore[arg-type]
        else:
            if key not in self._before:
                self._before[key] = Row(**{**row, "later": dict(row["later"]), "values": dict(row["values"])})  # type: ignore[typeddict-item]
            clashes = merge(row, self._device, lowered)
            self._keep(record, row, clashes)
            if clashes:
                self._impure.add(key)
            row["area"] = record.area_of(row["id"], row["values"]) or row["area"]
        if lowered is not write:
            self._impure.add(key)

    def _refusal(self, write: Write) -> str:
        record = type_numbered(write.type)
        if record is None:
            return "unknown_type"
        if self._allowed is None:
            return "bad_value" if _bad(record, write) else ""
        if record.server_only:
            return "not_allowed"
        if _bad(record, write):
            return "bad_value"
        row = self._rows.get((write.type, write.id))
        if row is None:
            if write.bases or write.id != make_id(self._prefix, write.stamp):
                return "unknown_record"
            area = record.area_of(write.id, write.values)
            if area is None:
                return "bad_value"
            return self._allowed(record, area, write, None)
        if record.append_only and set(write.values) - {DELETED}:
            return "append_only"
        target = record.area_of(write.id, {**row["values"], **write.values})
        if target is None:
            return "bad_value"
        refusal = self._allowed(record, row["area"], write, row)
        return refusal or (self._allowed(record, target, write, row) if target != row["area"] else "")

    def _lowered(self, write: Write) -> Write:
        if milliseconds_of(write.stamp) <= self._now + FAR_AHEAD_MS:
            return write
        return msgspec.structs.replace(write, stamp=stamp_of(self._now))

    def _keep(self, record: RecordType, row: Row, clashes: Sequence[Clash]) -> None:
        for clash in clashes:
            kept = conflict_row(record, row, clash)
            self._conflicts.setdefault(kept["id"], kept)

    def save(self, cursors: Mapping[bytes, int]) -> set[bytes]:
        """Number, write and sum up; returns the areas that changed. Areas are locked already."""
        conflict = record_type("conflict")
        known = read_rows(self._connection, conflict, list(self._conflicts))
        for record_id, row in self._conflicts.items():
            if record_id not in known:
                self._rows[conflict.number, record_id] = row
                self._before[conflict.number, record_id] = None  # type: ignore[assignment]
                self._impure.add((conflict.number, record_id))
        touched = {self._rows[key]["area"] for key in self._before}
        touched |= {old["area"] for old in self._before.values() if old is not None}
        counters = {area: sums[0] for area, sums in read_areas(self._connection, list(touched)).items()}
        sums = AreaSums()
        fresh: dict[int, list[Row]] = {}
        stale: dict[int, list[Row]] = {}
        moved: list[dict[str, object]] = []
        for key, old in self._before.items():
            row = self._rows[key]
            record = type_numbered(key[0])
            assert record is not None  # noqa: S101  only known types were taken
            area = row["area"]
            saw_all = old is None or old["number"] <= cursors.get(old["area"], -1) or old["editor"] == self._device
            row["editor"] = self._device if saw_all and key not in self._impure else 0
            counters[area] = row["number"] = counters.get(area, 0) + 1
            if old is not None:
                sums.drop(record, old)
                if old["area"] != area:
                    row["editor"] = 0
                    counters[old["area"]] = counters.get(old["area"], 0) + 1
                    moved.append(
                        {
                            "area": old["area"],
                            "id": row["id"],
                            "type": key[0],
                            "number": counters[old["area"]],
                            "to_area": area,
                        }
                    )
            sums.add(record, row)
            (fresh if old is None else stale).setdefault(key[0], []).append(row)
        for number in fresh.keys() | stale.keys():
            record = type_numbered(number)
            assert record is not None  # noqa: S101  only known types were taken
            write_rows(self._connection, record, fresh.get(number, ()), stale.get(number, ()))
        self._leave_markers(moved)
        sums.save(self._connection, counters)
        return touched

    def _leave_markers(self, moved: Sequence[dict[str, object]]) -> None:
        for marker in moved:
            for place in (marker["area"], marker["to_area"]):
                self._connection.execute(
                    MOVED.delete().where(MOVED.c.area == place, MOVED.c.id == marker["id"])
                )
        if moved:
            self._connection.execute(insert(MOVED), list(moved))


def receive(  # noqa: PLR0913  everything a push depends on is named
    connection: Connection,
    device: int,
    writes: Sequence[Write],
    *,
    allowed: Allowed | None,
    cursors: Mapping[bytes, int],
    now: int,
) -> Received:
    """Merge consecutive writes of one registered device; the caller commits, or nothing happened.

    Args:
        connection: in a transaction that may write.
        device: who made the writes; its row is locked first.
        writes: in order of n, without gaps.
        allowed: judges authority, write by write. None for the server's own writes: they may be of any type and
            name new records as they like.
        cursors: how far the device has pulled each area: decides which rows it need not be sent back.
        now: milliseconds since 1970; stamps more than five minutes ahead of it are lowered to it.

    Raises:
        ProtocolError: `unknown_device`.
    """
    state = device_row(connection, device, lock=True)
    if state is None:
        raise ProtocolError("unknown_device")
    watermark, chain = state.watermark, state.chain
    outcomes = _compare_known(connection, device, [w for w in writes if w.n <= watermark], now)
    news = [w for w in writes if w.n > watermark]
    if not news:
        return Received(watermark, chain, outcomes)
    if news[0].n != watermark + 1:
        return Received(watermark, chain, outcomes, expected=watermark + 1)
    merging = _Merging(connection, device, state.prefix, allowed=allowed, now=now)
    areas = {a for w in news if (a := _named_area(w)) is not None}
    _lock_areas(connection, areas)
    merging.load(news)
    _lock_areas(connection, merging.areas(news) - areas)
    hashes = []
    for write in news:
        content = content_hash(device, write)
        hashes.append(content[:_HASH])
        chain = link(chain, content)
        merging.take(write)
    touched = merging.save(cursors)
    watermark = news[-1].n
    connection.execute(
        insert(SEEN).values(device=device, first=news[0].n, last=watermark, hashes=b"".join(hashes))
    )
    connection.execute(update(DEVICE).where(DEVICE.c.device == device).values(watermark=watermark, chain=chain))
    _quarantine(connection, device, merging.refused, now)
    outcomes.extend(Outcome(write.n, code) for write, code in merging.refused)
    return Received(watermark, chain, outcomes, touched, merging.applied)


def _named_area(write: Write) -> bytes | None:
    record = type_numbered(write.type)
    area = None if record is None else record.area_of(write.id, write.values)
    return area if isinstance(area, bytes) and len(area) == ID_LENGTH else None


def _lock_areas(connection: Connection, areas: set[bytes]) -> None:
    """Lock the areas' rows in id order, making those that are not there."""
    known = read_areas(connection, list(areas), lock=True)
    missing = sorted(areas - known.keys())
    if missing:
        connection.execute(
            insert(AREA), [{"area": a, "counter": 0, "count": 0, "digest": bytes(16)} for a in missing]
        )


def _compare_known(connection: Connection, device: int, known: Sequence[Write], now: int) -> list[Outcome]:
    """Known writes are ignored; the same number with another content is kept aside and said."""
    if not known:
        return []
    rows = connection.execute(
        select(SEEN).where(SEEN.c.device == device, SEEN.c.last >= known[0].n, SEEN.c.first <= known[-1].n)
    )
    hashes: dict[int, bytes] = {}
    for row in rows:
        for i in range(row.last - row.first + 1):
            hashes[row.first + i] = row.hashes[i * _HASH : (i + 1) * _HASH]
    reused = [
        (write, "number_reused")
        for write in known
        if hashes.get(write.n, b"") != content_hash(device, write)[:_HASH]
    ]
    _quarantine(connection, device, reused, now)
    return [Outcome(write.n, code) for write, code in reused]


def _quarantine(connection: Connection, device: int, refused: Sequence[tuple[Write, str]], now: int) -> None:
    for write, code in refused:
        content = content_hash(device, write)
        key = (QUARANTINE.c.device == device, QUARANTINE.c.n == write.n, QUARANTINE.c.hash == content)
        if connection.execute(select(QUARANTINE.c.n).where(*key)).first() is None:
            connection.execute(
                insert(QUARANTINE).values(
                    device=device,
                    n=write.n,
                    hash=content,
                    type=write.type,
                    id=write.id,
                    stamp=write.stamp,
                    author=write.author,
                    body=_pack((write.values, write.bases)),
                    code=code,
                    at=now,
                )
            )
