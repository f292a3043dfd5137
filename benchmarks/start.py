"""From starting the program to a usable Hôm nay, in a whole commune's vault; memory, the longest stall.

8,000 households, 31,000 people, 100,000 supports. The time a person needs for the passphrase does not count,
though the program works meanwhile (`pasted_seconds`: where it is there at once); that of stretching it does,
with the fewest passes that a vault may have. The machine's own share of every start (interpreter, Qt, fonts)
counts too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks._commune import PEOPLE, lived_in
from benchmarks._vaults import filled_profile, on_disk
from benchmarks.metric import Metric

_RUNS = 3
_REGISTER = Path(__file__).resolve().parents[1] / "resources" / "sample" / "ho-dan-sach.xlsx"


def run() -> Iterator[Metric]:
    """Make the vault, then start the program in it some times; the median of each figure."""
    with filled_profile(PEOPLE, lived_in) as profile:
        answers = [_start(profile, "typed") for _ in range(_RUNS)]
        pasted = [_start(profile, "pasted") for _ in range(_RUNS)]
    for name, key in (
        ("usable_seconds", "usable"), ("window_seconds", "to_window"), ("unlock_seconds", "to_open"),
        ("today_seconds", "to_today"),
    ):  # fmt: skip
        yield Metric(name, round(median(answer[key] for answer in answers), 3), "s")
    yield Metric("pasted_seconds", round(median(answer["usable"] for answer in pasted), 3), "s")
    yield Metric("rss_mb", round(median(answer["rss"] for answer in answers), 1), "MB")
    yield Metric("rss_worked_mb", round(median(answer["rss_worked"] for answer in answers), 1), "MB")
    yield Metric("first_rows_ms", round(median(answer["first_rows"] for answer in answers), 1), "ms")
    stalls = {key: median(one[key] for one in answers) for key in answers[0] if key.startswith("stall_")}
    stalls["stall_sync"] = _synced()
    yield Metric("longest_stall_ms", round(max(stalls.values()), 1), "ms")
    for key, value in stalls.items():
        yield Metric(f"{key}_ms", round(value, 1), "ms")


def _start(profile: Path, how: str) -> dict[str, float]:
    began = str(time.monotonic())
    command = [sys.executable, "-m", "benchmarks._started", str(profile), str(_REGISTER), began, how]
    # An installed program is compiled; this one is by its first start, unless the shell forbids that.
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(  # noqa: S603 - our own words
        command, check=True, capture_output=True, text=True, env=surroundings
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _synced() -> float:
    with on_disk() as folder:
        command = [sys.executable, "-m", "benchmarks._synced", str(folder)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own words
    return float(json.loads(done.stdout.splitlines()[-1]))
