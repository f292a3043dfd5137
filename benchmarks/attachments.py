"""Photos beside records: how soon records arrive while 5 MB of photos wait, and what the photos take.

The links: 64 kbit/s each way with 2 s, breaking every 30 s; and 512 kbit/s with 0.5 s, breaking every 10 s.
A laptop that was cut tries again as the program does. Bytes are TCP payload from the laptop.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Final

from benchmarks._link import Relay, Weather, relay
from benchmarks._province import enrolled, founded
from benchmarks._vaults import on_disk
from benchmarks.metric import Metric
from tongcds.actions import attachments
from tongcds.actions.core import Core
from tongcds.errors import CancelledError, UnavailableError
from tongcds.sync import machine
from tongcds.sync.transport import Transport

HARD: Final = Weather(64_000, 64_000, 2.0, breaks_every=30)
BREAKING: Final = Weather(512_000, 512_000, 0.5, breaks_every=10)
PHOTOS: Final = (1_400_000, 1_200_000, 1_000_000, 800_000, 600_000)
RECORDS: Final = 1_000
_FIRST: Final = 100
_QUIET: Final = threading.Event()


def photo(size: int, seed: int) -> bytes:
    """Bytes built like a JPEG of about this size."""
    noise = Random(seed).randbytes(size).replace(b"\xff", b"\xff\x00")  # noqa: S311  noise, not a secret
    frame = b"\xff\xc0\x00\x0b\x08\x04\x00\x04\x00\x01\x01\x11\x00"
    return b"\xff\xd8" + frame + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + noise + b"\xff\xd9"


def _work(core: Core, folder: Path) -> int:
    """A household with five photos, then a day of writing; answers the bytes of the photos."""
    village = next(e.area for e in core.credentials().entries[::-1] if e.mode == "write")
    with core.vault.change(core.author()) as change:
        home = change.writer.create("household", village_id=village, code="HN-0001")
    total = 0
    for seed, size in enumerate(PHOTOS):
        path = folder / f"{seed}.jpg"
        path.write_bytes(photo(size, seed))
        total += path.stat().st_size
        attachments.attach(core, ("household", home), path)
    with core.vault.change(core.author()) as change:
        for number in range(RECORDS):
            change.writer.create("household", village_id=village, code=f"HN-{number + 2:04d}")
    return total


def _waiting(core: Core) -> tuple[int, int]:
    status = core.runner.status()
    return status.waiting, status.files_waiting


def _until(core: Core, line: Relay, done: Callable[[], bool]) -> float:
    """Seconds until `done`, trying again as the program does."""
    core.connect = lambda _url: Transport(line.url)
    core.make_runner(lambda work: work())
    began, state = perf_counter(), machine.State()
    while not done():
        try:
            outcome = core.runner.exchange_now(cancelled=done)
            event = machine.Failed(
                outcome.files.problem, 0, 0.5, moved=outcome.files.moved, records_done=True
            )
        except CancelledError:
            break
        except UnavailableError as problem:
            event = machine.Failed(problem.code, 0, 0.5)
        state, _act = machine.step(state, event)
        if not done():
            _QUIET.wait((state.until or 0) / 1000)
    return perf_counter() - began


def run() -> Iterator[Metric]:
    """Measure; `reach` in the plan: the first 100 records within 120 s on the hard link."""
    with on_disk() as folder:
        place = founded(folder)
        with place.serving() as port:
            core = enrolled(place, folder / "laptop", port)
            core.runner.exchange_now()
            total = _work(core, folder)
            whole, _files = _waiting(core)
            with relay(port, HARD) as line:
                first = _until(core, line, lambda: _waiting(core)[0] <= whole - _FIRST)
                yield Metric("hard_first_100_records_seconds", round(first, 1), "s")
                rest = _until(core, line, lambda: _waiting(core)[0] == 0)
                yield Metric("hard_all_records_seconds", round(first + rest, 1), "s")
                yield Metric("hard_photos_waiting_then", _waiting(core)[1], "files")
            with relay(port, BREAKING, seed=2) as line:
                took = _until(core, line, lambda: _waiting(core) == (0, 0))
                yield Metric("breaking_5mb_photos_seconds", round(took, 1), "s")
                yield Metric("breaking_photos_sent_ratio", round(line.up / total, 3), "x")
            core.close()
