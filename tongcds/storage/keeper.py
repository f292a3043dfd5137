"""Keeps the journal in step with the database: at the start, at each change, and when it may be cut."""

from __future__ import annotations

import logging
from pathlib import Path

from sqlalchemy import Connection

from tongcds.errors import UnavailableError
from tongcds.replica import Identity, chain_at
from tongcds.replica.replay import logged, replay
from tongcds.storage import following, journal
from tongcds.storage.erasure import FORGETTING, is_unfinished
from tongcds.storage.local import put_note

log = logging.getLogger(__name__)


class Keeper:
    """The journal of one open vault; used by whoever holds the writing connection.

    `brought_back` counts the own writes that the database lacked and the journal gave back at the start.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        self._path = folder / journal.FILE_NAME
        self._key = key
        self._journal: journal.Journal | None = None
        self._covered = 0
        self.brought_back = 0

    def start(self, connection: Connection, me: Identity | None, found: journal.Found | None) -> None:
        """Compare journal, as it was found, and database, in a transaction; bring each up to the other.

        Raises:
            UnavailableError: `vault_damaged` when the database lacks writes that cannot be put on top of it.
        """
        if me is None:
            if found is not None:
                raise UnavailableError("vault_damaged")
            return
        self._compare(connection, me, found)
        if is_unfinished(connection):
            self.renew(connection, me)

    def _compare(self, connection: Connection, me: Identity, found: journal.Found | None) -> None:
        if found is None or found.head.device != me.device:
            self._remake(connection, me)
            return
        if found.next_n > me.next_n:
            self._bring_back(connection, me)
        elif chain_at(connection, found.next_n - 1) != found.chain:
            self._set_aside()
            found = None
        if found is None or not found.whole:
            log.warning("the journal was damaged and is made anew", extra={"sequence": me.next_n - 1})
            self._remake(connection, me)
            return
        self._journal = journal.Journal(self._path, self._key, found)
        missing = logged(connection, found.next_n)
        if missing:
            self._journal.put(missing)
            self._journal.confirm()

    def put(self, connection: Connection, me: Identity, first: int) -> None:
        """Put down what a change wrote from number `first` on, before it commits.

        Raises:
            UnavailableError: `disk_full` or `disk_failing`; the change must not be made.
        """
        if self._journal is None or self._journal.head.device != me.device or self._journal.next_n != first:
            # Before the change: what it writes comes on top.
            self._remake(connection, me, before=first)
        writes = logged(connection, first)
        if writes and self._journal is not None:
            self._journal.put(writes)

    def confirm(self) -> None:
        """The change is committed.

        Where the journal cannot be brought onto the disk now, the database has the change all the same; the
        next change makes the journal anew first, or is refused.
        """
        if self._journal is None:
            return
        try:
            self._journal.confirm()
        except UnavailableError as problem:
            log.warning("the journal could not be written", extra={"code": problem.code})
            self.close()

    def withdraw(self) -> None:
        """The change is undone."""
        if self._journal is not None:
            self._journal.withdraw()

    def cut(self, connection: Connection, me: Identity, backed_up: int) -> None:
        """Let go of writes that a receipt covers and verified backups hold up to `backed_up`.

        The last of them stays, since receipts name its chain.
        """
        self._covered = max(self._covered, backed_up)
        first = self._first(me)
        if self._journal is not None and first > self._journal.head.first:
            self._remake(connection, me)

    def renew(self, connection: Connection, me: Identity | None) -> None:
        """Make the journal anew from the log of own writes, which lost the words of erased records."""
        if me is not None:
            self._remake(connection, me)
        put_note(connection, FORGETTING, "")

    def close(self) -> None:
        """Close the file; the next change makes it anew."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def _first(self, me: Identity) -> int:
        return max(1, min(self._covered, me.received))

    def _bring_back(self, connection: Connection, me: Identity) -> None:
        found = journal.read(self._path, self._key, since=me.next_n - 1)
        if found is None or found.chain_before(me.next_n) != me.chain:
            raise UnavailableError("vault_damaged")
        lost = found.writes_from(me.next_n)
        try:
            touched = replay(connection, me, lost, received=found.head.received)
        except ValueError:
            raise UnavailableError("vault_damaged") from None
        following.follow(connection, touched)
        self.brought_back = len(lost)
        log.warning("writes came back from the journal", extra={"count": len(lost)})

    def _remake(self, connection: Connection, me: Identity, *, before: int | None = None) -> None:
        first = self._first(me)
        writes = logged(connection, first)
        if before is not None:
            writes = [write for write in writes if write.n < before]
        chain = chain_at(connection, first - 1)
        if writes and (chain is None or writes[0].n != first):
            # The log was cut: what was received long ago is not in it any more.
            first, chain = writes[0].n, chain_at(connection, writes[0].n - 1)
        head = journal.Head(me.device, me.prefix, first, chain or bytes(32), me.received)
        self.close()
        made = journal.make(self._path, self._key, head, writes)
        self._journal = journal.Journal(self._path, self._key, made)

    def _set_aside(self) -> None:
        """A whole journal that tells another story than the database: nobody may lose it."""
        aside = self._path.with_name(f"{journal.FILE_NAME}.other")
        number = 0
        while aside.exists():
            number += 1
            aside = self._path.with_name(f"{journal.FILE_NAME}.other-{number}")
        self._path.rename(aside)
