"""Programs of their own that work on a vault and say what they called done, until somebody kills them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

from sqlalchemy import func, select

from tests.faults import scenes
from tests.faults.scenes import OTHER
from tests.surroundings import FakeClock
from tests.unit.storage.homes import AUTHOR, COMMUNE, PASSPHRASE, Ticking, home, visit
from tests.unit.storage.homes import Home as Place
from tongcds.actions import attendance, trainings
from tongcds.actions.core import Core
from tongcds.domain.views.training import Guest, TrainingPlan
from tongcds.errors import TongcdsError
from tongcds.records import record_type
from tongcds.replica import acknowledge, adopt, load_identity
from tongcds.storage import backups, local, migrations
from tongcds.storage.vault import Vault
from tongcds.sync import bundles

VILLAGE, HOUSEHOLD = record_type("village").table, record_type("household").table
PERSON = record_type("person").table
A_PAGE = 40
Done = Iterator[int]


def place(vault: Vault) -> Place:
    with vault.read() as connection:
        row = connection.execute(HOUSEHOLD.select().limit(1)).one()
    return Place(row.id, row.village_id, [])


def save(vault: Vault) -> Done:
    """Visits, one after the other; says the number of the last write of each."""
    to = place(vault)
    while True:
        with vault.change(AUTHOR) as change:
            visit(change.writer, to, "2026-11-23", {"service": "PY01", "result": "alone"})
            last = change.writer.next_n - 1
        yield last


def take_in(vault: Vault) -> Done:
    """Many households in one transaction with the note that takes them back, as an import does."""
    to = place(vault)
    while True:
        with vault.change(AUTHOR) as change:
            first = change.writer.next_n
            made = [home(change.writer, to.village, f"N-{first}-{i}", "Hà Văn Ai").id for i in range(60)]
            last = change.writer.next_n - 1
            batch = local.ImportBatch(made[0], 1, "x", 60, 60, {"household": made}, {}, first, last)
            local.save_import(change.connection, batch)
        yield last


def pull(vault: Vault) -> Done:
    """Pages of another device's villages with the cursor that belongs to them; says the cursor."""
    now = Ticking()
    with vault.read() as connection:
        known = connection.execute(select(func.count()).where(VILLAGE.c.device == OTHER)).scalar_one()
    for at in count(known, A_PAGE):
        with vault.write() as connection:
            me = load_identity(connection, now=now)
            assert me is not None
            areas = frozenset({COMMUNE})
            adopt(connection, me, scenes.page(at + 1, A_PAGE), [], {COMMUNE: at + A_PAGE}, areas)
        yield at + A_PAGE


def acknowledged(vault: Vault) -> Done:
    """A visit and then the receipt for it; says up to where receipts came."""
    for last in save(vault):
        with vault.write() as connection:
            me = load_identity(connection, now=Ticking())
            assert me is not None
            acknowledge(connection, me, last)
        yield last


def back_up(vault: Vault) -> Done:
    """A visit and then a backup, with what belongs to it: rotation and cutting the journal."""
    for last in acknowledged(vault):
        vault.backup(backups.REGULAR)
        yield last


def bundle(vault: Vault) -> Done:
    """A visit, a bundle with it onto a stick, and the answer that comes back; says up to where it goes."""
    stick = vault.folder.parent / "stick"
    stick.mkdir(exist_ok=True)
    for last in save(vault):
        bundles.export(vault, stick, scenes.clock)
        bundles.take_in(vault, scenes.answer(vault, stick, last), scenes.clock)
        for file in stick.iterdir():
            file.unlink()
        yield last


def carry(vault: Vault) -> Done:
    """A visit and then a backup onto a stick."""
    for last in save(vault):
        vault.backup_to(vault.folder.parent / "stick")
        yield last


def take_a_list(vault: Vault) -> Done:
    """Who is at a training session: guests, people of the register, some ticks taken away; a save each."""
    core = Core(vault, FakeClock())
    with vault.read() as connection:
        people = connection.execute(select(PERSON.c.id).order_by(PERSON.c.id)).scalars().all()
    rows = trainings.view(core).rows
    if rows:
        training = rows[0].training_id
    else:
        planned = TrainingPlan(core.today, 8 * 60, "Nhà văn hoá", course="older/1")
        training, _undo, _changes = trainings.plan(core, planned)
    for at in count(len(trainings.open_one(core, training).people)):
        attendance.guest(core, training, Guest(f"Vì Thị Xôm {at}", 1949), another=True)
        yield last_of(vault)
        attendance.come(core, training, [people[at % len(people)]])
        yield last_of(vault)
        attendance.not_here(core, training, [people[at % len(people)]])
        yield last_of(vault)


def last_of(vault: Vault) -> int:
    with vault.read() as connection:
        me = load_identity(connection, now=Ticking())
    assert me is not None
    return me.next_n - 1


def steps() -> tuple[migrations.Step, ...]:
    """Steps of a newer program, of which each can be cut off."""
    done = len(migrations.STEPS)

    def shape(number: int) -> Callable[[object], None]:
        def apply(connection: object) -> None:
            run = connection.exec_driver_sql  # type: ignore[attr-defined]
            run(f"CREATE TABLE newer_{number} AS SELECT * FROM household")
            run(f"ALTER TABLE newer_{number} ADD COLUMN more TEXT")
            run(f"UPDATE newer_{number} SET more = 'x'")

        return apply

    return tuple(migrations.Step(done + i, "newer", shape(i)) for i in range(1, 4))


ACTIONS: dict[str, Callable[[Vault], Done]] = {
    "save": save,
    "import": take_in,
    "pull": pull,
    "acknowledge": acknowledged,
    "back up": back_up,
    "back up onto a stick": carry,
    "carry a bundle": bundle,
    "take a list": take_a_list,
    "migrate": save,
}


def work(action: str, folder: Path, out: Connection) -> None:
    """Say each thing that is done, until killed."""
    scenes.hurry()
    if action == "migrate":
        out.send(0)
        migrations.STEPS = (*migrations.STEPS, *steps())
    vault = Vault.open(folder, PASSPHRASE, now=Ticking())
    for done in ACTIONS[action](vault):
        out.send(done)


def fill(action: str, folder: Path, room: int, out: Connection) -> None:
    """Do a thing while no file may grow beyond `room` bytes, go on when there is room; tells both in turn."""
    import resource

    scenes.hurry()
    _soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    if action == "migrate":
        migrations.STEPS = (*migrations.STEPS, *steps())
    vault, code = None, ""
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    while not code:
        try:
            vault = vault or Vault.open(folder, PASSPHRASE, now=Ticking())
            out.send(next(ACTIONS[action](vault)))
        except TongcdsError as problem:
            code = problem.code
    out.send(code)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    vault = vault or Vault.open(folder, PASSPHRASE, now=Ticking())
    for _ in range(2):
        out.send(next(ACTIONS[action](vault)))
    out.send(scenes.problems(vault))
    vault.close()
    out.send("closed")


def intrude(folder: Path, out: Connection) -> None:
    """Try to open a vault that another program has open."""
    scenes.hurry()
    try:
        Vault.open(folder, PASSPHRASE, now=Ticking()).close()
    except TongcdsError as problem:
        out.send(problem.code)
    else:
        out.send("opened")


def guess(folder: Path, passphrase: str, second: float, out: Connection) -> None:
    """Start at this second and try a passphrase; says what came of it and for how long to wait."""
    scenes.hurry()
    clock = Ticking()
    clock.advance(second)
    try:
        Vault.open(folder, passphrase, now=clock).close()
    except TongcdsError as problem:
        out.send((problem.code, problem.params.get("seconds", 0)))
    else:
        out.send(("opened", 0))


def work_on_fuse(action: str, folder: Path, out: Connection) -> None:
    """As `work` with one connection, since a file system without a cache has no shared memory for two."""
    from tongcds.storage import cipher

    cipher.sqlite_version = lambda: (3, 51, 2)
    work(action, folder, out)


def _less(synchronous: tuple[str, int]) -> None:
    """Another `synchronous` than the vault's own."""
    from tongcds.storage import cipher

    settings = {name: (name, value, read) for name, value, read in cipher._SETTINGS}
    settings["synchronous"] = ("synchronous", *synchronous)
    cipher._SETTINGS = tuple(settings.values())


def work_normally(action: str, folder: Path, out: Connection) -> None:
    """As `work_on_fuse`, with `synchronous` NORMAL, which brings nothing onto the disk at a commit."""
    _less(("NORMAL", 1))
    work_on_fuse(action, folder, out)


def work_carelessly(action: str, folder: Path, out: Connection) -> None:
    """As `work_normally`, and the journal is not brought onto the disk either."""
    from tongcds.storage import journal

    journal.sync_file = lambda _handle: None
    work_normally(action, folder, out)


def work_without_sync(action: str, folder: Path, out: Connection) -> None:
    """As `work_on_fuse`, with nothing brought onto the disk."""
    from tongcds.storage import journal

    _less(("OFF", 0))
    journal.sync_file = lambda _handle: None
    work_on_fuse(action, folder, out)


def persevere(action: str, folder: Path, again: bool, out: Connection) -> None:
    """Open the vault, do a thing and close it, `again` once more whatever was refused; tells each."""
    from tongcds.storage import cipher

    scenes.hurry()
    cipher.sqlite_version = lambda: (3, 51, 2)
    if action == "migrate":
        migrations.STEPS = (*migrations.STEPS, *steps())
    for _ in range(1 + again):
        try:
            vault = Vault.open(folder, PASSPHRASE, now=Ticking())
        except (TongcdsError, OSError) as problem:
            out.send(getattr(problem, "code", "") or type(problem).__name__)
            continue
        try:
            out.send(next(ACTIONS[action](vault)))
        except (TongcdsError, OSError) as problem:
            out.send(getattr(problem, "code", "") or type(problem).__name__)
        with contextlib.suppress(TongcdsError, OSError):
            vault.close()
        vault._lock.release()
