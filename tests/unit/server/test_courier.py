"""What a bundle of the largest size costs the server, and that only one is open at a time."""

from __future__ import annotations

import json
import subprocess
import sys
import threading

import anyio
import pytest

from tests.unit.server import carried
from tests.unit.server.test_app import ask
from tongcds.server import app as routes
from tongcds.server import courier
from tongcds.server.problems import Refusal

AT_ONCE = 4


def cost(*arguments: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", carried.__name__, *arguments], capture_output=True, check=True, text=True
    )
    return json.loads(done.stdout)


def test_a_large_bundle_is_in_memory_twice_sealed_and_open_and_no_more() -> None:
    found = cost()
    assert found["taken"] == carried.ENVELOPES
    assert found["size"] > 0.9 * courier.MAX_BUNDLE
    assert found["grown"] < 1.2 * found["size"], found


def test_with_copies_of_its_envelopes_it_would_be_there_three_times() -> None:
    """The control."""
    found = cost("copies")
    assert found["grown"] > 1.8 * found["size"], found


@pytest.fixture
def most_open(small_world, monkeypatch):
    """How many bundles were open at once while four came together."""

    def measured() -> int:
        turn, seen = threading.Lock(), [0, 0]
        all_here = threading.Event()

        def carry(_province, _raw):
            with turn:
                seen[0] += 1
                seen[1] = max(seen)
            # As long as it takes for another to come in, where it may.
            all_here.wait(0.2)
            with turn:
                seen[0] -= 1
            raise Refusal("bundle_damaged")

        monkeypatch.setattr(courier, "carry", carry)
        app = routes.make_app(small_world.province)

        async def together() -> None:
            async with anyio.create_task_group() as group:
                for _ in range(AT_ONCE):
                    group.start_soon(ask, app, "POST", "/api/v1/bundle", b"x")

        anyio.run(together)
        return seen[1]

    return measured


def test_one_bundle_is_open_at_a_time(most_open) -> None:
    assert most_open() == 1


def test_without_the_turn_several_would_be(most_open, monkeypatch) -> None:
    """The control."""
    make = anyio.CapacityLimiter
    monkeypatch.setattr(routes.anyio, "CapacityLimiter", lambda _size: make(AT_ONCE))
    assert most_open() > 1
