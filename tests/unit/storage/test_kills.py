"""A program killed while it saves loses nothing that it called saved, and leaves nothing half done."""

from __future__ import annotations

import contextlib
import multiprocessing
from collections.abc import Callable
from pathlib import Path
from random import Random
from threading import Timer

import pytest
from sqlalchemy import Connection, func, select

from tests.unit.forms.test_visit import HOME, SERVICES, TODAY
from tests.unit.storage.homes import AUTHOR, PASSPHRASE, Ticking, home, village
from tests.unit.storage.saver import NEIGHBOURS, SUPPORTS, group, save_for_ever, type_for_ever
from tongcds.forms.visit import VisitSession
from tongcds.records import record_type
from tongcds.storage import local
from tongcds.storage.vault import Vault

# Forked from a process that has everything imported already; where that cannot be, each starts anew.
_WAYS = multiprocessing.get_all_start_methods()
PROCESSES = multiprocessing.get_context("forkserver" if "forkserver" in _WAYS else "spawn")
if "forkserver" in _WAYS:
    PROCESSES.set_forkserver_preload([save_for_ever.__module__])

KILLS = 20
LONGEST_SECONDS = 0.15

VISIT, SUPPORT = record_type("visit").table, record_type("support").table


def saved_until_killed(
    folder: Path, seconds: float, *, too_early: bool = False, work: Callable[..., None] = save_for_ever
) -> list[bytes]:
    """Let the program save until so long after its first save; answers what it called saved."""
    ours, theirs = PROCESSES.Pipe(duplex=False)
    program = PROCESSES.Process(target=work, args=(folder, theirs), kwargs={"too_early": too_early})
    program.start()
    theirs.close()
    called_saved = [ours.recv_bytes()]
    timer = Timer(seconds, program.kill)
    timer.start()
    with contextlib.suppress(EOFError, OSError):
        while True:
            called_saved.append(ours.recv_bytes())
    timer.join()
    program.join()
    program.close()
    ours.close()
    return called_saved


def lost(connection: Connection, called_saved: list[bytes]) -> list[bytes]:
    there = set(connection.execute(select(VISIT.c.id)).scalars())
    return [visit for visit in called_saved if visit not in there]


def halves(connection: Connection) -> int:
    """Visits that do not have all their supports, and writes that the log or the records lack."""
    supports = select(SUPPORT.c.visit_id, func.count().label("n")).group_by(SUPPORT.c.visit_id).subquery()
    broken = (
        select(func.count())
        .select_from(VISIT.outerjoin(supports, supports.c.visit_id == VISIT.c.id))
        .where(func.coalesce(supports.c.n, 0) != SUPPORTS)
    )
    logged, last = connection.exec_driver_sql("SELECT count(*), max(n) FROM own_write").one()
    records = sum(
        connection.execute(select(func.count()).select_from(record_type(name).table)).scalar_one()
        for name in ("village", "person", "household", "visit", "support")
    )
    return int(connection.execute(broken).scalar_one() + abs(logged - records) + abs(logged - last))


@pytest.fixture
def ready(vault: Vault, folder: Path) -> Path:
    """A closed vault with one household."""
    with vault.change(AUTHOR) as change:
        home(change.writer, village(change.writer), "HN-0001", "Hà Thị Xuân")
    vault.close()
    return folder


def test_nothing_that_was_called_saved_is_lost_and_nothing_is_half_done(ready: Path, now: Ticking):
    random = Random(4)
    called_saved: list[bytes] = []
    for _ in range(KILLS):
        called_saved += saved_until_killed(ready, random.uniform(0, LONGEST_SECONDS))
        opened = Vault.open(ready, PASSPHRASE, now=now)
        with opened.read() as connection:
            assert lost(connection, called_saved) == []
            assert halves(connection) == 0
        opened.close()
    assert len(called_saved) > KILLS


def test_a_program_that_speaks_before_it_has_saved_is_caught(ready: Path, now: Ticking):
    called_saved = saved_until_killed(ready, 0, too_early=True)
    opened = Vault.open(ready, PASSPHRASE, now=now)
    with opened.read() as connection:
        assert lost(connection, called_saved) == called_saved
    opened.close()


def draft_left(folder: Path, now: Ticking) -> tuple[int, VisitSession]:
    """Number of the draft that is on disk, and the form that comes back from it."""
    opened = Vault.open(folder, PASSPHRASE, now=now)
    with opened.read() as connection:
        draft = local.load_draft(connection, AUTHOR, "visit")
    opened.close()
    session = VisitSession(TODAY)
    if draft is not None:
        session.restore(draft.content, NEIGHBOURS, SERVICES, (HOME,))
    return draft.saved_at if draft is not None else 0, session


def test_the_draft_of_a_session_for_several_households_survives_every_kill(ready: Path, now: Ticking):
    random, typed = Random(5), group()
    for _ in range(KILLS // 2):
        said = saved_until_killed(ready, random.uniform(0, LONGEST_SECONDS), work=type_for_ever)
        number, session = draft_left(ready, now)
        assert number >= int.from_bytes(said[-1], "big")
        typed.note = f"note {number}"
        assert session.content() == typed.content()
        assert session.entries() == typed.entries()


def test_a_draft_that_is_called_kept_too_early_is_caught(ready: Path, now: Ticking):
    said = saved_until_killed(ready, 0, too_early=True, work=type_for_ever)
    assert draft_left(ready, now)[0] < int.from_bytes(said[-1], "big")
