"""B10: a thousand changes over 8 KB a second, two seconds away, with a reset every half minute.

The link has a clock of its own, which the exchange is given, so that half an hour takes seconds. Files of
attachments go apart, in pieces, over the same link (`tests/e2e/test_attachments.py`).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from string import ascii_letters

import pytest

from tests.faults.amounts import seeds
from tests.sim.machines import Machine
from tests.sim.world import World
from tongcds.errors import UnavailableError
from tongcds.replica import WRITE
from tongcds.sync import answers, exchange
from tongcds.sync.exchange import Exchange
from tongcds.sync.pace import Pace
from tongcds.sync.transport import Traffic

CHANGES, FIRST, NOTE = 1_000, 100, 300
ALL_SECONDS, FIRST_SECONDS = 20 * 60, 2 * 60
BYTES_A_SECOND, RESET_SECONDS, AGAIN_SECONDS = 8_000, 30.0, 5.0


@dataclass
class SlowLink:
    """A way to the server in seconds of its own; what is under way when the line is reset is lost."""

    serve: Callable[[str, bytes], bytes]
    rng: random.Random
    now: float = 0.0
    breaks: int = 0
    traffic: Traffic = field(default_factory=Traffic)
    _reset: float = RESET_SECONDS

    def post(self, path: str, body: bytes) -> bytes:
        self._travel(len(body))
        answer = self.serve(path, body)
        self._travel(len(answer))
        return answer

    def _travel(self, size: int) -> None:
        while self._reset <= self.now:
            self._reset += RESET_SECONDS
        self.now += self.rng.uniform(0.5, 1.5) + size / BYTES_A_SECOND
        if self.now > self._reset:
            self.now = self._reset
            self.breaks += 1
            raise UnavailableError("server_unreachable")

    def close(self) -> None:
        """Nothing is held open."""


def received(world: World, machine: Machine) -> int:
    return world._identity(machine).received


def send_a_thousand(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> tuple[SlowLink, list[tuple[float, int]]]:
    """The link, and how much was received when, until all was or the time is over."""
    machine = world.machines[0]
    world.sync(machine)
    (area,) = world._areas(machine, WRITE)
    with world._change(machine) as writer:
        for number in range(CHANGES):
            # Words that do not pack well: some two hundred kilobytes in all.
            note = "".join(world.rng.choices(ascii_letters, k=NOTE))
            writer.create("household", village_id=area, code=f"HN-{number:04d}", note=note)
    before = received(world, machine)
    link, pace = SlowLink(world.serve, world.rng), Pace()
    monkeypatch.setattr(exchange, "monotonic", lambda: link.now)
    told: list[tuple[float, int]] = []

    def tell(_progress: object) -> None:
        told.append((link.now, received(world, machine) - before))

    while link.now < ALL_SECONDS and (not told or told[-1][1] < CHANGES):
        try:
            Exchange(machine.vault, link, machine.clock, pace=pace, progress=tell).run()
        except UnavailableError:
            link.now += AGAIN_SECONDS
    return link, told


@pytest.mark.parametrize("seed", seeds(10, 40))
def test_b10_a_thousand_changes_arrive_over_a_link_that_breaks(
    world: Callable[..., World], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    made = world(seed, machines=5)
    link, told = send_a_thousand(made, monkeypatch)
    counts = [count for _, count in told]
    assert link.breaks > 0
    assert counts == sorted(counts)
    assert counts[-1] == CHANGES
    assert told[-1][0] <= ALL_SECONDS
    assert next(now for now, count in told if count >= FIRST) <= FIRST_SECONDS
    made.heal()
    assert made.problems() == []


def test_b10_control_a_laptop_that_forgets_how_far_it_came_does_not_get_there(
    world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "acknowledge", lambda *_: 0)
    monkeypatch.setattr(exchange, "_MOST_ROUNDS", 20)
    _, told = send_a_thousand(world(10, machines=5), monkeypatch)
    assert told[-1][1] < CHANGES
