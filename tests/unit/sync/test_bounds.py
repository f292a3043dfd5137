"""A file from a stick that holds millions of parts is refused before any of them is made."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.surroundings import FakeClock
from tongcds.errors import UserError
from tongcds.protocol import structure
from tongcds.sync import bundles, peers


def many_parts(count: int) -> Any:
    """What was inside a bundle: a list of so many envelopes of two bytes."""
    return SimpleNamespace(
        content=b"\x92\xdd" + count.to_bytes(4, "big") + b"\xc4\x02ab" * count + b"\xc4\x00"
    )


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[type]:
    """What anybody began to unpack."""
    begun: list[type] = []

    def decode(kind: type, _raw: bytes) -> Any:
        begun.append(kind)
        return SimpleNamespace(envelopes=[], answers=[], registration=b"")

    for module in (bundles, peers):
        monkeypatch.setattr(module, "decode", decode)
    return begun


@pytest.mark.parametrize(("count", "kinds"), [(structure.MAX_PARTS, 0), (100, 1)])
def test_somebodys_changes_with_millions_of_parts_are_not_unpacked(
    made: list[type], clock: FakeClock, count: int, kinds: int
) -> None:
    nobody: Any = None
    assert peers.take(nobody, many_parts(count), nobody, clock) == peers.Taken()
    assert len(made) == kinds


def test_an_answer_with_millions_of_parts_is_not_unpacked(made: list[type], clock: FakeClock) -> None:
    nobody: Any = None
    with pytest.raises(UserError, match="bundle_damaged"):
        bundles._apply(nobody, many_parts(structure.MAX_PARTS), clock)
    assert made == []
