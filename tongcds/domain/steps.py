"""Steps that people take one after the other, or without knowing of each other: which are the last words.

Each names the ones that whoever took it had seen last, so nobody is overruled by whoever's clock is ahead.
What steps say is their subject's: `domain.reporting`, `domain.difficulties`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar


class Taken(Protocol):
    """A step, and the ones that it was taken after."""

    @property
    def step_id(self) -> bytes:
        """Its record."""
        ...

    @property
    def after(self) -> tuple[bytes, ...]:
        """The records of those that whoever took it had seen last."""
        ...


OneStep = TypeVar("OneStep", bound=Taken)


def last_words(steps: Iterable[OneStep]) -> tuple[OneStep, ...]:
    """The steps that no other one was taken after, in the order in which they came."""
    taken = tuple(steps)
    seen = {step_id for one in taken for step_id in one.after}
    return tuple(one for one in taken if one.step_id not in seen)
