"""A process that has loaded everything and forks: servers and laptops to be killed are there at once.

Reads one JSON object a line on standard input and answers each with one. `fork` starts a child and answers
its process id; the child says what it does on the pipe that is named. `reap` waits for a child.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path
from random import Random

from sqlalchemy import func, select

from tests.e2e.province import CHEAP, PASSPHRASE
from tongcds.actions import importing, opening, register, syncing, visits
from tongcds.actions.core import Core
from tongcds.clock import system_clock
from tongcds.domain.views import HouseholdFilter, Result, SupportEntry, VisitEntry
from tongcds.errors import TongcdsError
from tongcds.records import record_type
from tongcds.replica import acknowledge, load_identity
from tongcds.server import cli as server_cli
from tongcds.storage import keyslots
from tongcds.sync import exchange, pace

DONE, STOPPED = 0, 4
SERVICES = ("PY01", "PY02", "IN03", "ID01", "PS02", "SE01")


def serve(say: object, folder: str, port: int) -> int:
    """The server, until it is killed; says its ready line."""
    os.dup2(say.fileno(), 1)
    return server_cli.main(["serve", "--data", folder, "--port", str(port), "--ready-json"])


def work(
    say: object, profile: str, *, seed: int, visits_to_log: int, slowly: bool = False, careless: bool = False
) -> int:
    """A laptop: says `open`, logs visits and says the id of each once it is saved, syncs, says `done`."""
    if slowly:
        # Small chunks and pages, so that one exchange is many requests.
        pace.LARGEST_BYTES = pace.SMALLEST_BYTES = 1024
        pace.Pace.__init__.__defaults__ = (1024, *pace.Pace.__init__.__defaults__[1:])
        exchange.PAGE_LIMIT = 100
    if careless:
        _believe_without_receipt()
    core = opening.open_vault(Path(profile), PASSPHRASE, system_clock)
    print("open", file=say, flush=True)
    try:
        random = Random(seed)
        homes = register.households(core, HouseholdFilter()).rows
        for _ in range(visits_to_log if homes else 0):
            print(log_visit(core, random, random.choice(homes).household_id).hex(), file=say, flush=True)
        syncing.sync_now(core)
    except TongcdsError as problem:
        print(problem.code, file=say, flush=True)
        return STOPPED
    finally:
        core.close()
    print("done", file=say, flush=True)
    return DONE


def log_visit(core: Core, random: Random, household: bytes) -> bytes:
    """A visit with two supports, one of them for everybody at home."""
    people = [person.person_id for person in visits.people(core, household)]
    first, second = random.sample(SERVICES, 2)
    entry = VisitEntry(
        household,
        core.today,
        (
            SupportEntry(first, tuple(people), random.choice(list(Result))),
            SupportEntry(second, (random.choice(people),), Result.ALONE),
        ),
        minutes=random.randrange(5, 60),
        note=f"lần {random.random()}",
    )
    visit, _changes = visits.save_visit(core, entry)
    return visit


def bring_in(say: object, profile: str, file: str) -> int:
    """A laptop that imports a register and says how many households it had before and after."""
    core = opening.open_vault(Path(profile), PASSPHRASE, system_clock)
    print("open", file=say, flush=True)
    try:
        importing.apply_import(core, importing.prepare_import(core, Path(file)))
        with core.vault.read() as connection:
            table = record_type("household").table
            count = connection.execute(select(func.count()).select_from(table)).scalar_one()
        print(f"done {count}", file=say, flush=True)
    finally:
        core.close()
    return DONE


def _believe_without_receipt() -> None:
    """The protection switched off: what is about to be sent counts as received."""
    careful = exchange.Exchange._prepare

    def careless(self: exchange.Exchange, *more: object) -> object:
        prepared = careful(self, *more)
        with self._vault.write() as connection:
            me = load_identity(connection, now=lambda: 0)
            acknowledge(connection, me, me.next_n - 1)
        return prepared

    exchange.Exchange._prepare = careless


CHILDREN = {"serve": serve, "work": work, "import": bring_in}


def fork(kind: str, pipe: str, **how: object) -> int:
    """Start a child of that kind; its process id."""
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        with Path(pipe).open("w", encoding="utf-8") as say:
            code = CHILDREN[kind](say, **how)
    except BaseException:  # noqa: BLE001 - the child ends here, whatever happened
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        # Never back into the loop of the process that forked.
        os._exit(code)


def main() -> None:
    """Do as told until standard input ends."""
    # Vaults of these tests are made with the same; opening them slowly would only make rounds longer.
    keyslots.MEMORY, keyslots.PASSES = CHEAP
    for line in sys.stdin:
        wish = json.loads(line)
        if wish.pop("do") == "fork":
            answer = fork(**wish)
        else:
            _pid, status = os.waitpid(wish["pid"], 0)
            answer = os.waitstatus_to_exitcode(status)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
