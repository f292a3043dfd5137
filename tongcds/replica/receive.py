"""Taking in another device's writes: known or new, allowed or not, merged, numbered, and summed up.

Each write ends as applied, known already, or quarantined with a code; nothing authentic is thrown away and
nothing blocks what stands behind it. Who may write where is the caller's to say (`Allowed`). What is said of
an erased record is the exception: its author hears of it, and its words are not kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import msgspec
from sqlalchemy import Connection, bindparam, insert, update

from tongcds.domain.stamps import FAR_AHEAD_MS, ID_LENGTH, make_id, milliseconds_of, stamp_of
from tongcds.protocol.messages import Outcome, ProtocolError, Write
from tongcds.records import RecordType, record_type, type_numbered
from tongcds.records.declare import DELETED, ERASED
from tongcds.replica import erasure
from tongcds.replica.aside import REUSED, outcomes_of_known, set_aside
from tongcds.replica.authority import Allowed
from tongcds.replica.chain import content_hash, link
from tongcds.replica.devices import HASH_BYTES, device_row
from tongcds.replica.forgetting import TELLING, empty_quarantine, empty_told, erased_subjects, told_about
from tongcds.replica.fresh import take_new
from tongcds.replica.merge import conflict_row, created, merge
from tongcds.replica.rows import (
    AreaSums,
    Row,
    areas_of,
    copied,
    insert_many,
    lock_areas,
    read_areas,
    read_rows,
    write_rows,
)
from tongcds.replica.tables import DEVICE, MOVED, SEEN
from tongcds.replica.values import fits

_Key = tuple[str, bytes]
_PUT_WATERMARK = (
    update(DEVICE)
    .where(DEVICE.c.device == bindparam("the_device"))
    .values(watermark=bindparam("watermark"), chain=bindparam("chain"))
)


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a chunk. `expected` is set instead when its first write does not follow on.

    `held`: first and last head of each area whose new numbers are all of rows that the author holds.
    """

    watermark: int
    chain: bytes
    outcomes: list[Outcome] = field(default_factory=list)
    touched: set[bytes] = field(default_factory=set)
    applied: int = 0
    expected: int = 0
    erased: bool = False
    held: dict[bytes, tuple[int, int]] = field(default_factory=dict)


class _Merging:
    """One chunk on its way in: rows in memory, what they were before, and what could not be taken."""

    def __init__(
        self,
        connection: Connection,
        device: int,
        prefixes: frozenset[int],
        *,
        allowed: Allowed | None,
        cursors: Mapping[bytes, int],
        now: int,
        successors: Mapping[bytes, bytes],
        orphans: bool = False,
    ) -> None:
        self._connection = connection
        self._device = device
        self._prefixes = prefixes
        self._allowed = allowed
        self._cursors = cursors
        self._now = now
        self._successors = successors
        self._orphans = orphans
        self._rows: dict[_Key, Row] = {}
        # What the touched ones were; None for new ones.
        self._before: dict[_Key, Row | None] = {}
        # Rows that their author does not hold as they are now.
        self._impure: set[_Key] = set()
        self._conflicts: dict[bytes, Row] = {}
        self.refused: list[tuple[Write, str]] = []
        self.applied = 0
        self.held: dict[bytes, tuple[int, int]] = {}
        self.erased: set[bytes] = set()
        # Those named by new records that were erased before.
        self._gone: frozenset[bytes] = frozenset()

    def merge_in(self, writes: Sequence[Write], prefix: int) -> set[bytes]:
        """Take consecutive writes and put them down; returns the areas that changed."""
        if self._allowed is not None:
            held = take_new(
                self._connection,
                self._device,
                prefix,
                writes,
                allowed=self._allowed,
                now=self._now,
                successors=self._successors,
            )
            if held is not None:
                self.held, self.applied = held, len(writes)
                return set(held)
        self.load(writes)
        for write in writes:
            self.take(write)
        return self.save()

    def load(self, writes: Sequence[Write]) -> None:
        """Lock every area that the writes may touch, in id order, and read every record that they name."""
        made: dict[str, dict[bytes, None]] = {}
        changed: dict[str, dict[bytes, None]] = {}
        areas: set[bytes] = set()
        for write in map(self._under_new_unit, writes):
            record = type_numbered(write.type)
            if record is None:
                continue
            (changed if write.bases else made).setdefault(record.name, {})[write.id] = None
            area = record.area_of(write.id, write.values)
            if area is not None and len(area) == ID_LENGTH:
                areas.add(area)
        for name, some in changed.items():
            areas |= areas_of(self._connection, record_type(name), list(some))
        lock_areas(self._connection, areas)
        # Apart, because the ids of what is made are near each other, and nothing is there yet.
        for name, wanted in (*made.items(), *changed.items()):
            for record_id, row in read_rows(self._connection, record_type(name), list(wanted)).items():
                self._rows[name, record_id] = row
        self._gone = erased_subjects(self._connection, writes)
        # One that moved between the two looks; nothing moves once its area is locked.
        lock_areas(self._connection, {row["area"] for row in self._rows.values()} - areas)

    def take(self, written: Write) -> None:
        """Merge one write, or set it aside as it was written."""
        write = self._under_new_unit(written)
        record = type_numbered(write.type)
        code = "unknown_type" if record is None else self._refusal(record, write)
        if record is None or code:
            self.refused.append((written, code))
            if record is not None:
                self._send_back(record, write)
            return
        key = record.name, write.id
        lowered = self._lowered(write)
        row = self._rows.get(key)
        about_erased = self._is_about_erased(record, write, row)
        if about_erased and erasure.says_something(record, write):
            content = content_hash(self._device, written)
            lowered = erasure.husk(record, lowered, content)
            self.refused.append((erasure.husk(record, written, content), erasure.CODE))
            self._impure.add(key)
            if not record.erasable:
                return
        if erasure.is_erasure(write):
            self.erased.add(write.id)
        self.applied += 1
        if lowered is not written:
            self._impure.add(key)
        if row is None:
            # `_refusal` saw to it that a new record names its area.
            area = record.area_of(write.id, write.values) or b""
            self._rows[key] = created(record, area, self._device, lowered)
            self._before[key] = None
            return
        if key not in self._before:
            self._before[key] = copied(row)
        clashes = merge(row, self._device, lowered)
        row["area"] = record.area_of(row["id"], row["values"]) or row["area"]
        for clash in clashes:
            kept = conflict_row(record, row, clash)
            self._conflicts.setdefault(kept["id"], kept)
            self._impure.add(key)

    def _is_about_erased(self, record: RecordType, write: Write, row: Row | None) -> bool:
        if row is not None and record.erasable:
            return bool(row["values"][ERASED])
        return bool(self.erased | self._gone) and bool(
            erasure.subjects_of(record, write) & (self.erased | self._gone)
        )

    def _send_back(self, record: RecordType, write: Write) -> None:
        """Number the record anew, so that whoever tried to change it gets it as it stands."""
        key = record.name, write.id
        row = self._rows.get(key)
        if row is not None and row["area"] in self._cursors:
            self._before.setdefault(key, copied(row))
            self._impure.add(key)

    def send_to_all(self, type_name: str, record_id: bytes) -> None:
        """Nobody holds this record as it is now, not even its author."""
        self._impure.add((type_name, record_id))

    def _refusal(self, record: RecordType, write: Write) -> str:
        if self._allowed is not None and record.server_only:
            return "not_allowed"
        if not fits(record, write):
            return "bad_value"
        if self._allowed is None:
            return ""
        row = self._rows.get((record.name, write.id))
        if row is None:
            return self._refusal_of_new(record, write, self._allowed)
        # What was observed goes along when its household moves to another area; and what it says already may
        # be said again.
        differs = {name for name, value in write.values.items() if row["values"][name] != value}
        if record.append_only and differs - {DELETED, record.area_field}:
            return "append_only"
        return self._refusal_of_change(record, write, row, self._allowed)

    @staticmethod
    def _refusal_of_change(record: RecordType, write: Write, row: Row, allowed: Allowed) -> str:
        target = record.area_of(write.id, {**row["values"], **write.values})
        if target is None:
            return "bad_value"
        refusal = allowed(record, row["area"], write, row)
        return refusal or (allowed(record, target, write, row) if target != row["area"] else "")

    def _refusal_of_new(self, record: RecordType, write: Write, allowed: Allowed) -> str:
        ours = self._orphans or any(write.id == make_id(prefix, write.stamp) for prefix in self._prefixes)
        if write.bases or not ours:
            return "unknown_record"
        area = record.area_of(write.id, write.values)
        return "bad_value" if area is None else allowed(record, area, write, None)

    def _under_new_unit(self, write: Write) -> Write:
        """The write itself, or as it would have been written under the units that are now."""
        if self._successors.keys().isdisjoint(write.values.values()):
            return write
        named = {
            name: self._successors[value]
            for name, value in write.values.items()
            if isinstance(value, bytes) and value in self._successors
        }
        return msgspec.structs.replace(write, values=write.values | named)

    def _lowered(self, write: Write) -> Write:
        if milliseconds_of(write.stamp) <= self._now + FAR_AHEAD_MS:
            return write
        return msgspec.structs.replace(write, stamp=stamp_of(self._now))

    def _holds(self, key: _Key, old: Row | None) -> bool:
        """Whether the author holds the row exactly as it is now, so that no page need bring it back."""
        if key in self._impure:
            return False
        return (
            old is None
            or old["editor"] == self._device
            or old["number"] <= self._cursors.get(old["area"], -1)
        )

    def save(self) -> set[bytes]:
        """Number, write and sum up; returns the areas that changed. Areas are locked already."""
        conflict = record_type("conflict")
        self._empty_conflicts()
        known = read_rows(self._connection, conflict, list(self._conflicts))
        for record_id, row in self._conflicts.items():
            if record_id not in known:
                key = conflict.name, record_id
                self._rows[key], self._before[key] = row, None
                self._impure.add(key)
        touched = {self._rows[key]["area"] for key in self._before}
        touched |= {old["area"] for old in self._before.values() if old is not None}
        before = {area: sums[0] for area, sums in read_areas(self._connection, list(touched)).items()}
        counters, for_others = dict(before), set[bytes]()
        sums = AreaSums()
        fresh: dict[str, list[Row]] = {}
        stale: dict[str, list[Row]] = {}
        moved: list[dict[str, object]] = []
        for key, old in self._before.items():
            row, record = self._rows[key], record_type(key[0])
            row["editor"] = self._device if self._holds(key, old) else 0
            row["number"] = counters[row["area"]] = counters.get(row["area"], 0) + 1
            if old is not None:
                sums.drop(record, old)
            if old is not None and old["area"] != row["area"]:
                row["editor"] = 0
                counters[old["area"]] = counters.get(old["area"], 0) + 1
                marker = {"area": old["area"], "number": counters[old["area"]], "at": self._now}
                moved.append({**marker, "id": row["id"], "type": record.number, "to_area": row["area"]})
                for_others.add(old["area"])
            if not row["editor"]:
                for_others.add(row["area"])
            sums.add(record, row)
            (fresh if old is None else stale).setdefault(record.name, []).append(row)
        for name in fresh.keys() | stale.keys():
            write_rows(self._connection, record_type(name), fresh.get(name, ()), stale.get(name, ()))
        self._leave_markers(moved)
        sums.save(self._connection, counters)
        self.held = {area: (before.get(area, 0), counters[area]) for area in touched - for_others}
        return touched

    def _empty_conflicts(self) -> None:
        """What repeats erased words goes too."""
        for name in TELLING if self.erased else ():
            for row in told_about(self._connection, name, self.erased):
                key = name, row["id"]
                self._rows.setdefault(key, row)
                self._before.setdefault(key, copied(self._rows[key]))
                empty_told(name, self._rows[key])
                self._impure.add(key)
        for row in self._conflicts.values():
            if row["values"]["subject_id"] in self.erased:
                empty_told("conflict", row)

    def _leave_markers(self, moved: Sequence[dict[str, object]]) -> None:
        for marker in moved:
            for place in (marker["area"], marker["to_area"]):
                self._connection.execute(
                    MOVED.delete().where(MOVED.c.area == place, MOVED.c.id == marker["id"])
                )
        insert_many(self._connection, MOVED, moved)


def receive(
    connection: Connection,
    device: int,
    writes: Sequence[Write],
    *,
    allowed: Allowed | None,
    cursors: Mapping[bytes, int],
    now: int,
    before: bytes = b"",
    family: frozenset[int] = frozenset(),
    aside: str = "",
    successors: Mapping[bytes, bytes] = MappingProxyType({}),
    orphans: bool = False,
) -> Received:
    """Merge consecutive writes of one registered device; the caller commits, or nothing happened.

    Args:
        connection: in a transaction that may write.
        device: who made the writes; its row is locked first.
        writes: in order of n, without gaps.
        allowed: judges authority, write by write. None for the server's own writes: they may be of any type
            and name new records as they like.
        cursors: how far the device has pulled each area: decides which rows it need not be sent back.
        now: milliseconds since 1970; stamps more than five minutes ahead of it are lowered to it.
        before: the beginning of the chain's hash before the first write, as the device has it; "" is not
            compared.
        family: prefixes of ids under earlier numbers of the same device.
        successors: which unit stands in the place of one that is no more.
        aside: a code under which everything new is set aside, whatever it is; "" to judge each write.
        orphans: take new records under ids that another device made, too: this replica was put back from a
            copy, and whoever holds what it lost says it again where its author does not.

    Nothing is taken from a device that used numbers for something else before (restored or cloned): what it
    said differently is set aside, all else is its to offer under another number.

    Raises:
        ProtocolError: `unknown_device`.
    """
    state = device_row(connection, device, lock=True)
    if state is None:
        raise ProtocolError("unknown_device")
    _, prefix, watermark, chain = state
    outcomes = outcomes_of_known(connection, device, [w for w in writes if w.n <= watermark], watermark, now)
    news = [w for w in writes if w.n > watermark]
    forked = bool(news) and writes[0].n == watermark + 1 and not chain.startswith(before)
    if forked or (news and any(outcome.code == REUSED for outcome in outcomes)):
        outcomes.extend(Outcome(write.n, REUSED) for write in news)
        return Received(watermark, chain, outcomes)
    if not news:
        return Received(watermark, chain, outcomes)
    if news[0].n != watermark + 1:
        return Received(watermark, chain, outcomes, expected=watermark + 1)
    merging = _Merging(
        connection,
        device,
        family | {prefix},
        allowed=allowed,
        cursors=cursors,
        now=now,
        successors=successors,
        orphans=orphans,
    )
    if aside:
        merging.refused = [(write, aside) for write in news]
        touched = set()
    else:
        touched = merging.merge_in(news, prefix)
    hashes = []
    for write in news:
        content = content_hash(device, write)
        hashes.append(content[:HASH_BYTES])
        chain = link(chain, content)
    watermark = news[-1].n
    seen = {"device": device, "first": news[0].n, "last": watermark, "hashes": b"".join(hashes)}
    connection.execute(insert(SEEN), seen)
    connection.execute(_PUT_WATERMARK, {"the_device": device, "watermark": watermark, "chain": chain})
    set_aside(connection, device, merging.refused, now)
    empty_quarantine(connection, merging.erased)
    outcomes.extend(Outcome(write.n, code) for write, code in merging.refused)
    erased, held = bool(merging.erased), merging.held
    return Received(watermark, chain, outcomes, touched, merging.applied, erased=erased, held=held)


def take_after_all(
    connection: Connection,
    device: int,
    writes: Sequence[Write],
    *,
    allowed: Allowed,
    now: int,
    family: frozenset[int],
    successors: Mapping[bytes, bytes] = MappingProxyType({}),
    orphans: bool = False,
) -> tuple[dict[int, str], set[bytes]]:
    """Merge writes of a device that were set aside, as they were written, under another judgement.

    Returns those that cannot be taken even so, each with its code, and the areas that changed. Numbers, chain
    and watermark of the device stay: it said these before.
    """
    merging = _Merging(
        connection,
        device,
        family,
        allowed=allowed,
        cursors={},
        now=now,
        successors=successors,
        orphans=orphans,
    )
    merging.load(writes)
    for write in writes:
        merging.take(write)
        record = type_numbered(write.type)
        if record is not None:
            merging.send_to_all(record.name, write.id)
    touched = merging.save()
    return {write.n: code for write, code in merging.refused}, touched
