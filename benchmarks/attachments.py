"""Photos beside records: how soon records arrive while 5 MB of photos wait, and when all is there.

The links: 64 kbit/s each way with 2 s, give or take 1, breaking every 30 s; and 512 kbit/s with 0.5 s,
breaking every 10 s. A laptop that was cut tries again as the program does. Bytes are TCP payload from the
laptop.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
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
from tongcds.sync.transport import Outgoing, Reply, Transport

HARD: Final = Weather(64_000, 64_000, 2.0, breaks_every=30, jitter=1.0)
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


@dataclass(slots=True)
class _Reached:
    """How far each file is at the server, as it says itself; `back` counts how often it said less."""

    offsets: dict[str, int] = field(default_factory=dict)
    back: int = 0

    def told(self, path: str, offset: str) -> None:
        if offset.isdecimal():
            self.back += int(offset) < self.offsets.get(path, 0)
            self.offsets[path] = int(offset)


class _Watched(Transport):
    """A transport that tells how far the files are."""

    reached: _Reached

    def send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: Outgoing | None = None,
        *,
        sink: Callable[[Reply, bytes], None] | None = None,
    ) -> Reply:
        reply = Transport.send(self, method, path, headers, body, sink=sink)
        if method in {"HEAD", "PATCH"}:
            self.reached.told(path, reply.headers.get("upload-offset", ""))
        return reply


def _photos(core: Core, folder: Path, code: str) -> int:
    """A household with five photos of its own; answers their bytes."""
    village = next(e.area for e in core.credentials().entries[::-1] if e.mode == "write")
    with core.vault.change(core.author()) as change:
        home = change.writer.create("household", village_id=village, code=code)
    total = 0
    for number, size in enumerate(PHOTOS):
        path = folder / f"{code}-{number}.jpg"
        path.write_bytes(photo(size, int(code[-1]) * 10 + number))
        total += path.stat().st_size
        attachments.attach(core, ("household", home), path)
    return total


def _records(core: Core) -> None:
    """A day of writing."""
    village = next(e.area for e in core.credentials().entries[::-1] if e.mode == "write")
    with core.vault.change(core.author()) as change:
        for number in range(RECORDS):
            change.writer.create("household", village_id=village, code=f"HN-{number + 10:04d}")


def _waiting(core: Core) -> tuple[int, int]:
    status = core.runner.status()
    return status.waiting, status.files_waiting


def _until(core: Core, line: Relay, done: Callable[[], bool], reached: _Reached) -> float:
    """Seconds until `done`, trying again as the program does."""

    def connect(_url: str) -> Transport:
        made = _Watched(line.url)
        made.reached = reached
        return made

    core.connect = connect
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
    """Measure; on the hard link the first 100 records within 120 s, and all within 1,200 s."""
    with on_disk() as folder:
        place = founded(folder)
        with place.serving() as port:
            core = enrolled(place, folder / "laptop", port)
            core.runner.exchange_now()
            _photos(core, folder, "HN-0001")
            _records(core)
            whole, _files = _waiting(core)
            reached = _Reached()
            with relay(port, HARD) as line:
                first = _until(core, line, lambda: _waiting(core)[0] <= whole - _FIRST, reached)
                yield Metric("hard_first_100_records_seconds", round(first, 1), "s")
                took = first + _until(core, line, lambda: _waiting(core)[0] == 0, reached)
                yield Metric("hard_all_records_seconds", round(took, 1), "s")
                yield Metric("hard_photos_waiting_then", _waiting(core)[1], "files")
                took += _until(core, line, lambda: _waiting(core) == (0, 0), reached)
                yield Metric("hard_all_seconds", round(took, 1), "s")
                yield Metric("hard_steps_back", reached.back, "times")
            total = _photos(core, folder, "HN-0002")
            with relay(port, BREAKING, seed=2) as line:
                took = _until(core, line, lambda: _waiting(core) == (0, 0), reached)
                yield Metric("breaking_5mb_photos_seconds", round(took, 1), "s")
                yield Metric("breaking_photos_sent_ratio", round(line.up / total, 3), "x")
            core.close()
