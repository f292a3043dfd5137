"""From starting the program to a usable Hôm nay, in a whole commune's vault; memory, the longest stall.

8,000 households, 31,000 people, 100,000 supports. The time a person needs for the passphrase does not count;
that of stretching it does, with the fewest passes that a vault may have. The machine's own share of every
start (interpreter, Qt, fonts) counts too.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from statistics import median

from benchmarks._vaults import MEMBER, TODAY, Home, filled_profile, on_disk
from benchmarks.metric import Metric
from tongcds.domain.catalogue import facts_made
from tongcds.replica import Writer
from tongcds.storage.vault import Vault

HOUSEHOLDS = 8_000
PEOPLE = 31_000
SUPPORTS = 100_000
_RUNS = 3
_SERVICES = ("PY01", "PY03", "IN03", "ID02", "SE01", "PS01", "EC01")
_REGISTER = Path(__file__).resolve().parents[1] / "resources" / "sample" / "ho-dan-sach.xlsx"


def run() -> Iterator[Metric]:
    """Make the vault, then start the program in it some times; the median of each figure."""
    with filled_profile(PEOPLE, _lived_in) as profile:
        answers = [_start(profile) for _ in range(_RUNS)]
    for name, key in (
        ("usable_seconds", "usable"), ("window_seconds", "to_window"), ("unlock_seconds", "to_open"),
        ("today_seconds", "to_today"),
    ):  # fmt: skip
        yield Metric(name, round(median(answer[key] for answer in answers), 3), "s")
    yield Metric("rss_mb", round(median(answer["rss"] for answer in answers), 1), "MB")
    yield Metric("rss_worked_mb", round(median(answer["rss_worked"] for answer in answers), 1), "MB")
    yield Metric("first_rows_ms", round(median(answer["first_rows"] for answer in answers), 1), "ms")
    stalls = {key: median(one[key] for one in answers) for key in answers[0] if key.startswith("stall_")}
    stalls["stall_sync"] = _synced()
    yield Metric("longest_stall_ms", round(max(stalls.values()), 1), "ms")
    for key, value in stalls.items():
        yield Metric(f"{key}_ms", round(value, 1), "ms")


def _start(profile: Path) -> dict[str, float]:
    began = str(time.monotonic())
    command = [sys.executable, "-m", "benchmarks._started", str(profile), str(_REGISTER), began]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own words
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _synced() -> float:
    with on_disk() as folder:
        command = [sys.executable, "-m", "benchmarks._synced", str(folder)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own words
    return float(json.loads(done.stdout.splitlines()[-1]))


def _lived_in(vault: Vault, homes: list[Home]) -> None:
    """What the teams saw and did in two years: facts of everybody, 100,000 supports in some 50,000 visits."""
    random = Random("start")  # noqa: S311 - invented people need no secrecy
    for start in range(0, len(homes), HOUSEHOLDS // 8):
        with vault.change(MEMBER) as change:
            for home in homes[start : start + HOUSEHOLDS // 8]:
                _observed(change.writer, home, random)
    left = SUPPORTS
    while left > 0:
        with vault.change(MEMBER) as change:
            for _ in range(min(5_000, (left + 1) // 2)):
                left -= _visited(change.writer, random.choice(homes), random)


def _observed(writer: Writer, home: Home, random: Random) -> None:
    for fact in ("smartphone", "account", "vneid2", "internet"):
        for person in home.people:
            if random.random() < 0.7:
                _observe(writer, home, ("person", person), fact, int(random.random() < 0.6))


def _observe(  # noqa: PLR0917 - all that an observation says
    writer: Writer, home: Home, subject: tuple[str, bytes], fact: str, value: int, visit: bytes | None = None
) -> None:
    writer.create(
        "observation",
        village_id=home.village_id,
        subject=subject[0],
        subject_id=subject[1],
        fact=fact,
        value=value,
        held_on=TODAY.replace(month=5, day=8).isoformat(),
        how="seen",
        visit_id=visit,
    )


def _visited(writer: Writer, home: Home, random: Random) -> int:
    year = random.choice((2025, 2026))
    on = TODAY.replace(year=year, month=random.randint(1, 10), day=random.randint(1, 28)).isoformat()
    visit = writer.create(
        "visit", village_id=home.village_id, household_id=home.household_id, on=on, minutes=20, by_id=MEMBER
    )
    given = random.sample(_SERVICES, 2)
    for service in given:
        result = random.choice(("alone", "together", "come_back"))
        person = random.choice(home.people)
        writer.create(
            "support",
            village_id=home.village_id,
            visit_id=visit,
            service=service,
            person_ids=person,
            result=result,
        )
        if result != "come_back":
            for fact, value in facts_made(service):
                about = person if fact.subject == "person" else home.household_id
                _observe(writer, home, (fact.subject.value, about), fact.code, int(value), visit)
        elif random.random() < 0.1:
            writer.create(
                "follow_up",
                village_id=home.village_id,
                household_id=home.household_id,
                visit_id=visit,
                service=service,
                person_ids=person,
                due_on=TODAY.isoformat(),
                state="open",
            )
    return len(given)
