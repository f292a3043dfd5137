"""Putting a damaged vault right: the newest verified backup, and on top of it everything in the journal.

The damaged files are moved aside, sealed as they are, and nothing takes their place before it was verified.
Where no backup opens nothing is touched; the person then sees what can still be done.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from tongcds.clock import moment_of
from tongcds.errors import UnavailableError, UserError
from tongcds.i18n import format_datetime
from tongcds.replica import Identity, chain_at, cursors_of, load_identity, put_cursors
from tongcds.replica.replay import replay
from tongcds.storage import (
    backups,
    cipher,
    following,
    journal,
    keyslots,
    local,
    migrations,
    outside,
    slotfile,
)
from tongcds.storage.files import read_at_most, sync_file, sync_folder

ASIDE: Final = "damaged"
_MAKING: Final = "repair.tcds"
DATABASE_PURPOSE: Final = "database"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recovery:
    """How a damaged vault was put right.

    `backup_at` (milliseconds, UTC) is the backup's moment, None when the vault itself lacked only what the
    journal gave back. `brought_back` counts own writes from the journal. `complete` says that no own write
    is lost; otherwise those saved after `backup_at` and not received by the server may be.
    """

    backup_at: int | None
    brought_back: int
    complete: bool


def rebuild(
    folder: Path,
    name: str,
    opened: keyslots.VaultKey,
    *,
    now: Callable[[], int],
    source: Path | None = None,
    only_here: outside.Only | None = None,
    agreed: bool = False,
) -> Recovery:
    """Make the vault's database `name` anew from the newest backup that is sound, or from `source`.

    `only_here` says what of the present vault nobody else has; None when only its journal knows. `agreed`:
    somebody was told what the newest backup lacks, and goes on.

    Raises:
        UserError: `unsent_restore` when `source` cannot take those up; every file is as it was.
        UnavailableError: `vault_damaged` when no backup opens, `repair_loses` with the `moment` from which on
            own writes would be lost where nobody agreed, `disk_full` or `disk_failing`; then every file is as
            it was.
    """
    written = journal.read(folder / journal.FILE_NAME, opened.subkey(journal.PURPOSE))
    there = backups.listed(folder / backups.FOLDER if source is None else source, opened)
    fresh = folder / _MAKING
    for backup in there:
        _forget(fresh)
        try:
            backups.unpack(backup, fresh, opened, opened.subkey(DATABASE_PURPOSE))
            brought_back, complete = _bring_up(fresh, opened, written, now)
            if source is not None and not complete:
                _require_nothing_lost(only_here or outside.Only(outside.in_journal(written)))
            if source is None and not complete:
                _require_agreement(backup, agreed=agreed)
        except UnavailableError as problem:
            _forget(fresh)
            if problem.code in {"disk_full", "disk_failing", "repair_loses"}:
                raise
            continue
        except BaseException:
            _forget(fresh)
            raise
        _put_in_place(folder, name, fresh, now())
        log.warning("the vault was made anew from a backup", extra={"count": brought_back})
        return Recovery(backup.label.at, brought_back, complete)
    raise UnavailableError("vault_damaged")


def _require_nothing_lost(only_here: outside.Only) -> None:
    if only_here != outside.Only():
        raise UserError("unsent_restore", count=only_here.writes, files=only_here.files)


def _require_agreement(backup: backups.Backup, *, agreed: bool) -> None:
    if not agreed:
        at = moment_of(backup.label.at)
        raise UnavailableError("repair_loses", moment=format_datetime(at))


def set_aside(folder: Path, names: tuple[str, ...], now: int) -> None:
    """Move files as they are into a folder of their own; those that are not there are passed over."""
    aside = folder / ASIDE / f"{moment_of(now):%Y%m%d-%H%M%S}-{now % 1000:03}"
    aside.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in names:
        if (folder / name).exists():
            (folder / name).replace(aside / name)
    sync_folder(aside)
    sync_folder(folder)


def restore_keys(folder: Path, source: Path, now: int) -> bool:
    """Put the newest whole copy of the key slots from the backups in `source` in place; False without one."""
    for path in backups.key_files(source):
        with contextlib.suppress(OSError):
            content = read_at_most(path, slotfile.MOST_BYTES)
            if slotfile.is_whole(content):
                set_aside(folder, slotfile.FILE_NAMES, now)
                slotfile.put_copy(folder, content)
                return True
    return False


def forget_keys(folder: Path) -> None:
    """Take back the key slots that came from a backup into a folder without a vault: nothing was restored."""
    for name in slotfile.FILE_NAMES:
        (folder / name).unlink(missing_ok=True)


def _bring_up(
    path: Path, opened: keyslots.VaultKey, written: journal.Found | None, now: Callable[[], int]
) -> tuple[int, bool]:
    """Migrate a backup's database and put the journal on top; how many writes that were, and if all."""
    raw = cipher.open_raw(path, opened.subkey(DATABASE_PURPOSE), cipher.Access.WRITE, exclusive=True)
    engine = cipher.engine_on(raw, "BEGIN IMMEDIATE")
    try:
        with engine.begin() as connection:
            for step in migrations.pending_steps(connection, migrations.STEPS):
                migrations.apply_step(connection, step)
            me = load_identity(connection, now=now)
            done = _replayed(connection, me, written)
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        engine.dispose()
        raw.close()
    with path.open("rb+") as file:
        sync_file(file.fileno())
    return done


def _replayed(connection: Connection, me: Identity | None, written: journal.Found | None) -> tuple[int, bool]:
    if me is None or written is None or written.head.device != me.device:
        return 0, False
    if written.next_n < me.next_n:
        return 0, written.whole and chain_at(connection, written.next_n - 1) == written.chain
    if written.head.first > me.next_n:
        if written.head.first - 1 > written.head.received:
            return 0, False
        # Between the two lie only writes that the server has; its pages bring back what they said.
        me.next_n, me.chain = written.head.first, written.head.chain
        me.received = written.head.first - 1
        _pull_everything(connection)
    if written.chain_before(me.next_n) != me.chain:
        return 0, False
    lost = written.writes_from(me.next_n)
    touched = replay(connection, me, lost, received=written.head.received)
    following.follow(connection, touched)
    return len(lost), written.whole


def _pull_everything(connection: Connection) -> None:
    enrolment = local.load_enrolment(connection)
    if enrolment is not None:
        areas = [entry.area for entry in enrolment.entries]
        put_cursors(connection, dict.fromkeys(cursors_of(connection, areas), 0))


def _put_in_place(folder: Path, name: str, fresh: Path, now: int) -> None:
    set_aside(folder, (name, f"{name}-wal", f"{name}-shm"), now)
    written = folder / journal.FILE_NAME
    if written.exists():
        # A copy: the journal itself goes on being used, or is made anew by the vault.
        aside = max((folder / ASIDE).iterdir())
        with contextlib.suppress(OSError):
            shutil.copyfile(written, aside / journal.FILE_NAME)
    fresh.replace(folder / name)
    sync_folder(folder)


def _forget(path: Path) -> None:
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)
