"""Saving a visit: how long until it is on the disk, beside what the disk itself takes to say so."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

from benchmarks._day import TODAY, clock
from benchmarks._vaults import filled
from benchmarks.metric import Metric, percentile
from tongcds.actions.core import Core
from tongcds.actions.visits import save_visit
from tongcds.domain.views import Result, SupportEntry, VisitEntry

_PEOPLE = 2_500
_SAVES = 400
_PAGE = 4096
_PAGES_A_SAVE = 24


def run() -> Iterator[Metric]:
    """Save visits of two services with a promise, one after the other, as the window does."""
    random = Random(1)  # noqa: S311 - the same visits each time
    taken, disk = [], []
    with filled(_PEOPLE) as (vault, homes):
        core = Core(vault, clock)
        for _ in range(_SAVES):
            home = random.choice(homes)
            entry = VisitEntry(
                household_id=home.household_id,
                on=TODAY,
                supports=(
                    SupportEntry("PY01", home.people[:2], Result.TOGETHER),
                    SupportEntry("SE01", home.people[:1], Result.COME_BACK),
                ),
                minutes=25,
                note="Đã mở tài khoản, hẹn kích hoạt",
                follow_up_on=TODAY + timedelta(days=7),
            )
            began = time.perf_counter()
            save_visit(core, entry)
            taken.append((time.perf_counter() - began) * 1000)
            disk.append(_fsync(vault.folder))
    yield Metric("p95_ms", round(percentile(taken, 0.95), 2), "ms")
    yield Metric("fsync_p95_ms", round(percentile(disk, 0.95), 2), "ms")


def _fsync(folder: Path) -> float:
    """Milliseconds to bring about as much as a save writes onto the disk."""
    with (folder / "disk.probe").open("ab", buffering=0) as file:
        began = time.perf_counter()
        file.write(os.urandom(_PAGE * _PAGES_A_SAVE))
        os.fsync(file.fileno())
        return (time.perf_counter() - began) * 1000
