"""What was written by whom, kept outside of every machine, and whether all of it can be accounted for.

A write is known by what it says, not by its number: a laptop that goes on under another number says the same.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, select

from tests.unit.replica.laptops import dots, rows
from tongcds.domain.stamps import Dot
from tongcds.protocol.messages import WHOLE, Write
from tongcds.records import all_types, type_numbered
from tongcds.records.declare import DELETED
from tongcds.replica.chain import content_hash
from tongcds.replica.merge import version_of
from tongcds.replica.own import unpack_body
from tongcds.replica.rows import Row
from tongcds.replica.tables import OWN, QUARANTINE, SEEN
from tongcds.server.office import OWN_DEVICE
from tongcds.server.reforms import successors

_pack = msgspec.msgpack.Encoder().encode


class Key(NamedTuple):
    """A write without its number."""

    type: int
    id: bytes
    stamp: int
    author: bytes
    values: bytes


@dataclass
class Entry:
    """A write, the names that it went under with its bases there, and what a removal had before its eyes."""

    values: dict[str, Any]
    dots: dict[tuple[int, int], dict[str, Dot]] = field(default_factory=dict)
    saw: set[tuple[int, int]] = field(default_factory=set)


def key_of(number: int, record_id: bytes, stamp: int, author: bytes, values: dict[str, Any]) -> Key:
    return Key(number, record_id, stamp, author, _pack(sorted(values.items())))


class Ledger:
    """Every write that anybody saved, less those that were lost with the machine they were on."""

    def __init__(self) -> None:
        self.entries: dict[Key, Entry] = {}
        # Writes that nobody had any more. A request that was late, or a newer copy of the server, may bring
        # one back nevertheless.
        self.forgotten: dict[Key, Entry] = {}
        # The server's own changes by their number: mergers and moves of units. A copy knows some of them.
        self.office: dict[int, Write] = {}

    def note_office(self, write: Write) -> None:
        """The server wrote something itself."""
        if write.bases:
            self.office[write.n] = write

    def note(self, connection: Connection, device: int, after: int = 0) -> None:
        """Note the log of a laptop above a number, under the device number that it has now."""
        columns = (OWN.c.n, OWN.c.type, OWN.c.id, OWN.c.stamp, OWN.c.author, OWN.c.body)
        for n, number, record_id, stamp, author, body in connection.execute(
            select(*columns).where(OWN.c.n > after)
        ):
            values, bases = unpack_body(body)
            key = key_of(number, record_id, stamp, author, values)
            entry = self.entries.setdefault(key, Entry(values))
            entry.dots.setdefault((device, n), bases)

    def saw(self, device: int, n: int, row: Row) -> None:
        """What the removal with this number had before its eyes."""
        for entry in self.entries.values():
            if (device, n) in entry.dots and entry.values.get(DELETED):
                entry.saw |= dots(row)

    def forget(self, keys: set[Key], server: Connection) -> None:
        """No laptop has these any more: forget those that the server has not either."""
        known = Known(server)
        for key in keys & self.entries.keys():
            if not known.holds(key, self.entries[key]):
                self.forgotten[key] = self.entries.pop(key)

    @staticmethod
    def keys_in(connection: Connection) -> set[Key]:
        """The writes in a laptop's log."""
        columns = (OWN.c.type, OWN.c.id, OWN.c.stamp, OWN.c.author, OWN.c.body)
        return {
            key_of(number, record_id, stamp, author, unpack_body(body)[0])
            for number, record_id, stamp, author, body in connection.execute(select(*columns))
        }


class Known:
    """What the server has heard, as it stands: applied, or set aside."""

    def __init__(self, server: Connection) -> None:
        self._taken = {
            (device, first + i): packed[i * 8 : i * 8 + 8]
            for device, first, packed in server.execute(select(SEEN.c.device, SEEN.c.first, SEEN.c.hashes))
            for i in range(len(packed) // 8)
        }
        columns = (QUARANTINE.c.type, QUARANTINE.c.id, QUARANTINE.c.stamp, QUARANTINE.c.author)
        self.aside = {
            key_of(number, record_id, stamp, author, msgspec.msgpack.decode(body)[0])
            for number, record_id, stamp, author, body in server.execute(select(*columns, QUARANTINE.c.body))
        }

    def holds(self, key: Key, entry: Entry) -> bool:
        """Whether it took this write under any of its names."""
        return key in self.aside or any(
            self._taken.get((device, n))
            == content_hash(device, Write(key.type, key.id, n, key.stamp, key.author, entry.values, bases))[
                :8
            ]
            for (device, n), bases in entry.dots.items()
        )

    def office(self, n: int) -> bool:
        """Whether it still knows this change of its own."""
        return (OWN_DEVICE, n) in self._taken


def _clashes(server: Connection) -> tuple[set[tuple[bytes, str, bytes]], set[bytes]]:
    """Values that are kept in conflicts, and records of which a removal is."""
    values: set[tuple[bytes, str, bytes]] = set()
    removals: set[bytes] = set()
    for row in rows(server, "conflict"):
        v = row["values"]
        for side in ("kept_value", "other_value"):
            values.add((v["subject_id"], v["field"], v[side]))  # type: ignore[arg-type]
        if v["field"] == DELETED:
            removals.add(v["subject_id"])  # type: ignore[arg-type]
    return values, removals


class Account:
    """The server at the end, asked about each write."""

    def __init__(self, server: Connection, ledger: Ledger) -> None:
        known = Known(server)
        self.rows = {
            (record.number, row["id"]): row for record in all_types() for row in rows(server, record.name)
        }
        self.aside = known.aside
        self._clashed, self.removals_clashed = _clashes(server)
        # What came back after all counts like any other.
        back = {key: entry for key, entry in ledger.forgotten.items() if known.holds(key, entry)}
        self._entries = ledger.entries | back
        office = [write for n, write in ledger.office.items() if known.office(n)]
        # A unit that was merged means the one in its place: writes that name it are taken so.
        self._successors = successors(server)
        self._removed_after: defaultdict[bytes, set[tuple[int, int]]] = defaultdict(set)
        self._said: defaultdict[tuple[bytes, str, Any], int] = defaultdict(int)
        for key, entry in self._entries.items():
            self._removed_after[key.id] |= entry.saw
            for name, value in entry.values.items():
                self._said[key.id, name, self._meant(value)] += 1
        for write in office:
            for name, value in write.values.items():
                self._said[write.id, name, self._meant(value)] += 1
        self._followed: set[tuple[bytes, str, Dot]] = set()
        for write in office:
            self._follow(write.id, write.bases)
        for key, entry in self._entries.items():
            for bases in entry.dots.values():
                self._follow(key.id, bases)

    def _meant(self, value: Any) -> Any:
        return self._successors.get(value, value) if isinstance(value, bytes) else value

    def _follow(self, record_id: bytes, bases: dict[str, Dot]) -> None:
        self._followed |= {(record_id, name, dot) for name, dot in bases.items() if name != WHOLE}

    def missing(self) -> list[str]:
        """Writes of which nothing is left anywhere."""
        found = []
        for key, entry in self._entries.items():
            if key in self.aside:
                continue
            row = self.rows.get((key.type, key.id))
            for name, value in entry.values.items():
                if row is None or not self._stands(key, entry, row, name, value):
                    record = type_numbered(key.type)
                    assert record is not None
                    found.append(f"{record.name}.{name} = {value!r} of {sorted(entry.dots)}")
        return found

    def _stands(self, key: Key, entry: Entry, row: Row, name: str, value: Any) -> bool:
        version = version_of(row, name)
        return (
            (version.device, version.n) in entry.dots
            or any((key.id, name, Dot(*dot)) in self._followed for dot in entry.dots)
            or (key.id, name, _pack(value)) in self._clashed
            or (key.id, name, _pack(self._meant(value))) in self._clashed
            or self._said[key.id, name, self._meant(value)] > 1
            or (name == DELETED and row["values"][DELETED] == value)
            or (name == DELETED and not self._removed_after[key.id].isdisjoint(entry.dots))
        )

    def risen(self) -> list[str]:
        """Records that somebody removed and that are there, though nobody restored or changed them."""
        found = []
        for key, entry in self._entries.items():
            if not entry.values.get(DELETED) or key in self.aside:
                continue
            row = self.rows.get((key.type, key.id))
            if row is None:
                continue
            # Of two that removed it, the restoring write names the one that it saw.
            restored = self._said[key.id, DELETED, 0] > 0
            if not row["values"][DELETED] and not restored and key.id not in self.removals_clashed:
                found.append(f"{key.id.hex()} removed by {sorted(entry.dots)}")
        return found
