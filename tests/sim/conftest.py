"""Provinces made for a test and closed after it."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time

import pytest

from tests.sim.world import World


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """An exchange that finds digests differing warns; here `World.wrong` says so."""
    names = ("exchange", "carrying", "repair", "answers", "peers", "alone")
    loggers = [logging.getLogger(f"tongcds.sync.{name}") for name in names]
    for logger in loggers:
        logger.disabled = True
    yield
    for logger in loggers:
        logger.disabled = False


@pytest.fixture(autouse=True)
def _few_collections() -> Iterator[None]:
    """Millions of small objects come and go, hardly any in rings: looking for those took a tenth."""
    usual = gc.get_threshold()
    gc.set_threshold(100_000, 50, 1000)
    yield
    gc.set_threshold(*usual)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., World]]:
    """Makes a province from a seed, lets so many steps of rain fall on it, and brings all together."""
    made: list[World] = []

    def make(seed: int, steps: int = 0, *, machines: int = 8, older: float = 0.0) -> World:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        began = process_time()
        villages = max(2, machines // 10)
        one = World(seed, folder, monkeypatch, machines=machines, villages=villages, older=older)
        made.append(one)
        if not steps:
            one.storm = one.calm
            return one
        one.run(steps)
        rounds = one.heal()
        seconds = process_time() - began
        told = f"seed {seed}: {machines} laptops, {one.events} steps, {rounds} rounds to heal, "
        sys.stdout.write(told + f"{one.events / seconds:.0f} steps a second\n")
        sys.stdout.write(f"{dict(sorted(one.counts.items()))}\n")
        return one

    yield make
    for one in made:
        one.close()
