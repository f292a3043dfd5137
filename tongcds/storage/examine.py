"""Looking at a vault's files before anything is written: are they ours, whole, and not of a newer program?"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tongcds.errors import UnavailableError, UserError
from tongcds.storage import cipher, journal, keyslots, migrations, repair

Written = journal.Found | None
"""The journal as far as it can be read; None where nothing can."""


def examine(path: Path, key: bytes) -> None:
    """Verify every page; after an unclean end, everything as the WAL makes it. Changes no file.

    Raises:
        UnavailableError: `vault_damaged`, `vault_newer` or `disk_failing`.
    """
    if not path.is_file() or not path.stat().st_size or cipher.is_plain(path):
        raise UnavailableError("vault_damaged")
    raw = cipher.open_raw(path, key, cipher.Access.READ)
    try:
        unclean = cipher.has_wal(path)
        cipher.verify(raw, pages=not unclean, structure=unclean)
        seen = raw.execute("PRAGMA user_version").fetchone()
    finally:
        raw.close()
    if seen is None or seen[0] == 0:
        raise UnavailableError("vault_damaged")
    if not isinstance(seen[0], int) or seen[0] > len(migrations.STEPS):
        raise UnavailableError("vault_newer")


def closed_well(path: Path, opened: keyslots.VaultKey) -> bool:
    """Whether the last end was clean and the shape is today's: then one may read before `examine` is done.

    What is read is verified page by page as it is. Where only one connection may be open, it writes, too.
    """
    if cipher.sqlite_version() < cipher.TWO_CONNECTIONS_FROM or not path.is_file() or cipher.has_wal(path):
        return False
    with contextlib.suppress(UnavailableError):
        raw = cipher.open_raw(path, opened.subkey(repair.DATABASE_PURPOSE), cipher.Access.READ)
        try:
            return raw.execute("PRAGMA user_version").fetchone() == (len(migrations.STEPS),)
        finally:
            raw.close()
    return False


def journal_of(folder: Path, opened: keyslots.VaultKey) -> Written:
    """The journal as far as it can be read; its writes stay where they are."""
    return journal.read(folder / journal.FILE_NAME, opened.subkey(journal.PURPOSE), since=journal.NONE)


def examined(folder: Path, name: str, opened: keyslots.VaultKey, *, waited_for: bool = True) -> Written:
    """Verify database and journal; answers the journal.

    Side by side where somebody waits for it, as each is much arithmetic. Otherwise one after the other: the
    journal is read in Python, which whoever works meanwhile would feel.

    Raises:
        UnavailableError: as `examine`.
    """
    if not waited_for:
        examine(folder / name, opened.subkey(repair.DATABASE_PURPOSE))
        return journal_of(folder, opened)
    with ThreadPoolExecutor(1, "journal") as beside:
        reading = beside.submit(journal_of, folder, opened)
        examine(folder / name, opened.subkey(repair.DATABASE_PURPOSE))
        return reading.result()


def opened_with(
    unlock: Callable[[], keyslots.VaultKey], folder: Path, *, now: int, spare: Path
) -> keyslots.VaultKey:
    """What `unlock` opens; where no copy of the slots is whole, those of the newest backup in `spare` serve.

    Raises:
        UserError, UnavailableError: as `unlock`.
    """
    try:
        return unlock()
    except UnavailableError as problem:
        if problem.code != "vault_damaged" or not repair.restore_keys(folder, spare, now):
            raise
    return unlock()


def of_person(folder: Path, passphrase: str, now: Callable[[], int]) -> keyslots.VaultKey:
    """The key that a person's passphrase opens.

    Raises:
        UserError: `team_code_given` for the words of an invitation; `passphrase_wrong`, `passphrase_wait`.
        UnavailableError: `vault_damaged`, `vault_newer`.
    """
    opened = keyslots.open_slots(folder, passphrase, now=now)
    if opened.kind == keyslots.INVITED:
        raise UserError("team_code_given", person=opened.person)
    return opened
