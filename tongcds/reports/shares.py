"""Statements of one figure shared out among connections that see the same picture of a vault.

SQLite works a statement out on one core, and lets go of Python meanwhile.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, TypeVar

from sqlalchemy import Connection

_OTHERS: Final = "tongcds_others"

Answer = TypeVar("Answer")


@contextmanager
def shared(connections: Sequence[Connection]) -> Iterator[Connection]:
    """The first of the connections; what is counted on it is shared out among them all."""
    first, *others = connections
    first.info[_OTHERS] = others
    try:
        yield first
    finally:
        del first.info[_OTHERS]


def is_shared(connection: Connection) -> bool:
    """Whether what is counted on it is shared out."""
    return bool(connection.info.get(_OTHERS))


def shared_out(connection: Connection, jobs: Sequence[Callable[[Connection], Answer]]) -> list[Answer]:
    """What each job answers, in their order; whichever connection is free takes the next."""
    waiting = deque(enumerate(jobs))
    answers: dict[int, Answer] = {}

    def work(on: Connection) -> None:
        while waiting:
            try:
                at, job = waiting.popleft()
            except IndexError:  # The other was quicker.
                return
            answers[at] = job(on)

    others: Sequence[Connection] = connection.info.get(_OTHERS, ())
    if not others or len(jobs) == 1:
        work(connection)
    else:
        with ThreadPoolExecutor(len(others), "counting") as threads:
            beside = [threads.submit(work, other) for other in others]
            work(connection)
        for one in beside:
            one.result()
    return [answers[at] for at in range(len(jobs))]
