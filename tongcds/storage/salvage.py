"""What is left of a vault that nothing can put right: rows that can be read, and own writes from the journal.

The journal's writes go on top as they do in a repair. A record of which only a later change is there is told
in part: what that change says, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, select

from tongcds.domain.stamps import make_id
from tongcds.errors import UserError
from tongcds.protocol.messages import WHOLE, Write
from tongcds.records import Value, record_type, type_numbered
from tongcds.records.declare import DELETED, ERASED
from tongcds.replica import erasure
from tongcds.replica.merge import created, dot_of, merge, newest, version_of, whole_of
from tongcds.replica.own import unpack_body
from tongcds.replica.replay import Logged
from tongcds.replica.rows import Row, row_from
from tongcds.replica.tables import SELF
from tongcds.storage import custody, journal, keyslots, lease, readable
from tongcds.storage.backups import FOLDER as BACKUPS
from tongcds.storage.examine import of_person, opened_with
from tongcds.storage.instance_lock import LOCK_NAME, InstanceLock
from tongcds.storage.repair import DATABASE_PURPOSE
from tongcds.storage.vault import FILE_NAME

KINDS: Final = ("household", "person", "visit", "support")
_TABLES: Final = ("village", *KINDS)


class Source(StrEnum):
    """Where a record comes from; PART: only what a later change in the journal says of it."""

    VAULT = "vault"
    JOURNAL = "journal"
    PART = "part"


@dataclass(frozen=True, slots=True)
class Told:
    """A record that can be told, with its fields."""

    id: bytes
    values: Mapping[str, Value]
    source: Source


@dataclass(frozen=True, slots=True)
class Salvage:
    """Records by type and id, without removed and erased ones.

    `unread` says for each type how many records are known to be there and could not be read (removed ones
    may be among them), None where nobody can say.
    """

    told: dict[str, dict[bytes, Told]]
    unread: dict[str, int | None]


def unlock(folder: Path, passphrase: str, *, now: Callable[[], int]) -> keyslots.VaultKey:
    """The vault's key, for whoever knows a passphrase.

    Raises:
        UserError: `passphrase_wrong`, `passphrase_wait`, `team_code_given`.
        UnavailableError: `vault_in_use`; `vault_damaged` when no copy of the key slots is whole.
    """
    lock = InstanceLock(folder / LOCK_NAME)
    try:
        return opened_with(
            lambda: of_person(folder, passphrase, now), folder, now=now(), spare=folder / BACKUPS
        )
    finally:
        lock.release()


def salvage(folder: Path, opened: keyslots.VaultKey) -> Salvage:
    """Read what can be read; no file is changed.

    Raises:
        UserError: `salvage_stopped` where the vault still says that the province stopped this computer, or
            that it has not heard from the province for too long.
        UnavailableError: `vault_in_use`.
    """
    lock = InstanceLock(folder / LOCK_NAME)
    try:
        return _Salvaging(folder, opened).done()
    finally:
        lock.release()


class _Salvaging:
    """One vault being read."""

    def __init__(self, folder: Path, opened: keyslots.VaultKey) -> None:
        self._path, self._key = folder / FILE_NAME, opened.subkey(DATABASE_PURPOSE)
        if readable.ask(self._path, self._key, _is_over):
            raise UserError("salvage_stopped")
        opens = readable.ask(self._path, self._key, lambda _connection: True) is not None
        self._found = {
            name: readable.read(self._path, self._key, record_type(name)) if opens else readable.Found()
            for name in _TABLES
        }
        # Own writes below this number are in the rows that can be read.
        self._next_n = (readable.ask(self._path, self._key, _next_n) or 0) if opens else 0
        self._touched: dict[str, dict[bytes, Row]] = {name: {} for name in _TABLES}
        self._sources: dict[bytes, Source] = {}
        written = journal.read(folder / journal.FILE_NAME, opened.subkey(journal.PURPOSE))
        if written is not None:
            for entry in written.writes:
                self._apply(entry, written.head)

    def done(self) -> Salvage:
        told: dict[str, dict[bytes, Told]] = {}
        for name in _TABLES:
            fields = record_type(name).field_names
            rows: dict[bytes, Mapping[str, Any]] = dict(self._found[name].rows)
            rows |= {record_id: row["values"] for record_id, row in self._touched[name].items()}
            told[name] = {
                record_id: Told(
                    record_id,
                    {field: values[field] for field in fields},
                    self._sources.get(record_id, Source.VAULT),
                )
                for record_id, values in rows.items()
                if not values[DELETED] and not values.get(ERASED)
            }
        unread = {
            name: None if (lost := self._found[name].lost) is None else len(lost - self._touched[name].keys())
            for name in KINDS
        }
        return Salvage(told, unread)

    def _apply(self, entry: Logged, head: journal.Head) -> None:
        record = type_numbered(entry.type)
        if record is None or record.name not in _TABLES:
            return
        values, bases = unpack_body(entry.body)
        write = Write(entry.type, entry.id, entry.n, entry.stamp, entry.author, values, bases)
        rows, found = self._touched[record.name], self._found[record.name]
        row = rows.get(write.id)
        if row is None and write.id in found.rows:
            # Any: a row answers each column under its name, as SQLAlchemy's own do.
            whole: Any = found.rows[write.id]
            row = row_from(record, whole)
            if entry.n < self._next_n or entry.stamp <= newest(row).stamp:
                return
            rows[write.id] = row
            self._sources[write.id] = Source.JOURNAL
        elif row is None:
            gone = found.lost is not None and write.id not in found.lost
            if erasure.is_husk(write) or (gone and entry.n < self._next_n):
                return
            area = record.area_of(write.id, values) or b""
            rows[write.id] = created(record, area, head.device, write)
            is_whole = write.id == make_id(head.prefix, write.stamp)
            self._sources[write.id] = Source.JOURNAL if is_whole else Source.PART
            return
        bases = {name: dot_of(version_of(row, name)) for name in values}
        if values.get(DELETED):
            bases = {WHOLE: whole_of(row)}
        merge(row, head.device, msgspec.structs.replace(write, bases=bases))


def _next_n(connection: Connection) -> int:
    return connection.execute(select(SELF.c.next_n)).scalar_one_or_none() or 0


def _is_over(connection: Connection) -> bool:
    if connection.execute(select(SELF.c.device)).scalar_one_or_none() is None:
        return False
    now = lease.load(connection)
    return now.revoked or not now.left(custody.load_terms(connection).lease_days)
