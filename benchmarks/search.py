"""Search as you type over 50,000 people: how long one letter more takes."""

from __future__ import annotations

import time
from collections.abc import Iterator

from benchmarks._vaults import filled
from benchmarks.metric import Metric, percentile
from tongcds.storage import search

PEOPLE = 50_000
_LIMIT = 30
_ROUNDS = 5

# Typed letter by letter, as a person would: names with and without marks, two words in any order, the end of
# a phone number, a code, a village, and somebody who is not there.
_TYPED = (
    "hoa",
    "hoàng",
    "nga",
    "lo thi h",
    "Lò Thị Ngân",
    "nguyễn văn",
    "thi ca",
    "quàng văn b",
    "000123",
    "hn-0087",
    "na nga 12",
    "hoa na nga",
    "xyz",
)


def run() -> Iterator[Metric]:
    """Time every prefix of every typed text."""
    queries = [text[:length] for text in _TYPED for length in range(1, len(text) + 1)]
    with filled(PEOPLE) as (vault, _), vault.read() as connection:
        taken = []
        for _round in range(_ROUNDS):
            for query in queries:
                began = time.perf_counter()
                search.find(connection, query, _LIMIT)
                taken.append((time.perf_counter() - began) * 1000)
    yield Metric("p95_ms", round(percentile(taken, 0.95), 2), "ms")
    yield Metric("worst_ms", round(max(taken), 2), "ms")
