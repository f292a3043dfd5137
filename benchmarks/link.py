"""The whole exchange, from an encrypted vault to a real server process, over good and weak links.

Bytes are TCP payload in both directions, HTTP heads included. A laptop that was cut tries again as the
program does (`sync.machine`). The links: 64 kbit/s up, 128 down, 500 ms; the same breaking every 20 s on
average, dark for 3 s; 16/32 kbit/s with 800 ms, breaking.
"""

from __future__ import annotations

import statistics
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Final

from benchmarks._link import Weather, relay
from benchmarks._province import PASSPHRASE, Place, enrolled, founded, server
from benchmarks._vaults import on_disk
from benchmarks._workload import HOUSEHOLDS, PEOPLE, SUPPORTS, Home, Team, households
from benchmarks.metric import Metric
from tongcds.actions import opening
from tongcds.actions.core import Core
from tongcds.clock import milliseconds, system_clock
from tongcds.errors import UnavailableError
from tongcds.replica import load_identity
from tongcds.storage import local
from tongcds.sync import machine
from tongcds.sync.exchange import Exchange, Outcome
from tongcds.sync.pace import Pace
from tongcds.sync.transport import Transport

EDGE: Final = Weather(64_000, 128_000, 0.5)
EDGE_DROP: Final = Weather(64_000, 128_000, 0.5, breaks_every=20)
GPRS_DROP: Final = Weather(16_000, 32_000, 0.8, breaks_every=20)
RECORDS: Final = HOUSEHOLDS + PEOPLE + SUPPORTS
_ROUNDS: Final = 9
"""A link that breaks every 20 seconds breaks in one of a few short exchanges."""
_PULLS: Final = 3
_QUIET = threading.Event()


def _enrolled(place: Place, folder: Path, port: int) -> Core:
    core = enrolled(place, folder, port)
    _exchange(core, port)
    return core


def _exchange(core: Core, port: int, pace: Pace | None = None) -> Outcome:
    transport = Transport(f"http://127.0.0.1:{port}")
    try:
        return Exchange(core.vault, transport, system_clock, pace=pace).run()
    finally:
        transport.close()


def _until_done(core: Core, port: int) -> float:
    """Seconds until everything was said, trying again as the program does."""
    began, state, pace = perf_counter(), machine.State(), Pace()
    while True:
        try:
            _exchange(core, port, pace)
        except UnavailableError as problem:
            state, _act = machine.step(state, machine.Failed(problem.code, 0, 0.5))
            _QUIET.wait((state.until or 0) / 1000)
        else:
            return perf_counter() - began


def _work(core: Core, what: Callable[[Team], None]) -> None:
    who = core.credentials()
    with core.vault.write() as connection:
        me = load_identity(connection, now=lambda: milliseconds(system_clock))
        if me is None:
            raise LookupError("the vault is not enrolled")
        busy = Team(connection, "link", me=me, author=who.member_id)
        villages = [e.area for e in who.entries if e.mode == "write" and e.area != who.unit_id]
        homes = households("link", HOUSEHOLDS, PEOPLE)
        known = local.get_note(connection, "filled")
        if not known:
            for number, village_id in enumerate(villages):
                busy.moved_in(homes[number :: len(villages)], village_id)
            local.put_note(connection, "filled", "yes")
        what(busy)


def run() -> Iterator[Metric]:
    """Measure; metric names as in the plan."""
    with on_disk() as folder:
        place = founded(folder)
        with place.serving() as port:
            core = _enrolled(place, folder / "laptop", port)
            _work(core, lambda busy: busy.visits(SUPPORTS))
            with relay(port, None) as fast:
                began = perf_counter()
                _exchange(core, fast.port)
                yield Metric("push_all_seconds", round(perf_counter() - began, 2), "s")
                yield Metric("push_all_tcp_bytes_per_record", round((fast.up + fast.down) / RECORDS, 1), "B")
            with relay(port, None) as fast:
                idle = _exchange(core, fast.port)
                yield Metric("idle_bytes", fast.up + fast.down, "B")
                yield Metric("idle_turns", idle.rounds, "1")
            _work(core, _day)
            with relay(port, None) as fast:
                day = _exchange(core, fast.port)
                yield Metric("day_push_tcp_bytes", fast.up + fast.down, "B")
                yield Metric("day_push_turns", day.rounds, "1")
            # The quickest: other programs of this machine make it slower, nothing makes it quicker.
            seconds = min(_pulled(place, folder / f"other-{number}", port) for number in range(_PULLS))
            yield Metric("pull_all_seconds", round(seconds, 2), "s")
            yield from _weak(core, port)
            core.close()


def _pulled(place: Place, folder: Path, port: int) -> float:
    """Seconds in which an empty vault pulls everything."""
    other = opening.create_vault(folder, PASSPHRASE, "Cà Thị Hương", system_clock)
    whom = ("--unit", "04123", "--role", "commune", "--name", "Lò Văn Ún")
    invited = server("invite", "--data", place.folder, *whom)
    opening.enrol_device(other, opening.invitation_of_code(str(invited["code"]), f"http://127.0.0.1:{port}"))
    began = perf_counter()
    _exchange(other, port)
    seconds = perf_counter() - began
    other.close()
    return seconds


def _thousand(busy: Team) -> None:
    _at_home(busy).visits(1_000)


def _day(busy: Team) -> None:
    _at_home(busy).day(40, 12)


def _weak(core: Core, port: int) -> Iterator[Metric]:
    whole = 0.0
    for name, weather, work in (
        ("edge_1000", EDGE, _thousand),
        ("edge_drop_1000", EDGE_DROP, _thousand),
        ("edge_drop_day", EDGE_DROP, _day),
        ("gprs_drop_day", GPRS_DROP, _day),
    ):
        seconds, sent = [], []
        for round_number in range(_ROUNDS if weather.breaks_every else 1):
            _work(core, work)
            with relay(port, weather, seed=round_number + 7) as line:
                seconds.append(_until_done(core, line.port))
                sent.append(line.up)
        yield Metric(f"{name}_seconds", round(statistics.median(seconds), 2), "s")
        yield Metric(f"{name}_bytes_up", round(statistics.median(sent)), "B")
        if work is not _thousand:
            continue
        if not weather.breaks_every:
            whole = sent[0]
        else:
            yield Metric(f"{name}_resent_ratio", round(statistics.mean(sent) / whole - 1, 3), "1")


def _at_home(busy: Team) -> Team:
    """The same people as before: visits go to households that are there."""
    if not busy.homes:
        rows = busy.connection.exec_driver_sql(
            "SELECT h.village_id, h.id, p.id FROM household h JOIN person p ON p.household_id = h.id"
            " ORDER BY h.id"
        )
        homes: dict[bytes, Home] = {}
        for village_id, household_id, person_id in rows:
            known = homes.get(household_id)
            people = (*(known.people if known else ()), person_id)
            homes[household_id] = Home(village_id, household_id, people)
        busy.homes = list(homes.values())
    return busy
