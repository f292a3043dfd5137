"""Search as you type over 50,000 people: how long one letter more takes, and who is on record already."""

from __future__ import annotations

import time
from collections.abc import Iterator

from sqlalchemy import Connection, select

from benchmarks._day import TODAY
from benchmarks._vaults import Home, filled
from benchmarks.metric import Metric, percentile
from tongcds.domain.views import PersonQuery
from tongcds.storage import search
from tongcds.storage.lookalikes import lookalikes
from tongcds.storage.presence import PERSON

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
    with filled(PEOPLE) as (vault, homes), vault.read() as connection:
        taken = []
        for _round in range(_ROUNDS):
            for query in queries:
                began = time.perf_counter()
                search.find(connection, query, _LIMIT)
                taken.append((time.perf_counter() - began) * 1000)
        asked = list(_somebody(homes, connection))
        found = []
        for _round in range(_ROUNDS):
            for wanted in asked:
                began = time.perf_counter()
                lookalikes(connection, wanted, TODAY)
                found.append((time.perf_counter() - began) * 1000)
    yield Metric("p95_ms", round(percentile(taken, 0.95), 2), "ms")
    yield Metric("worst_ms", round(max(taken), 2), "ms")
    yield Metric("lookalikes_p95_ms", round(percentile(found, 0.95), 2), "ms")
    yield Metric("lookalikes_worst_ms", round(max(found), 2), "ms")


def _somebody(homes: list[Home], connection: Connection) -> Iterator[PersonQuery]:
    """Every hundredth household's eldest, typed once more: the name letter by letter, then the rest."""
    for home in homes[::100]:
        name, birth, phone = connection.execute(
            select(PERSON.c.full_name, PERSON.c.birth, PERSON.c.phone).where(PERSON.c.id == home.people[0])
        ).one()
        for length in range(1, len(name) + 1):
            yield PersonQuery(name[:length], "", "", "", home.village_id)
        yield PersonQuery(name, birth, "", "", home.village_id)
        yield PersonQuery(f"{name}h", birth, phone or "", "", home.village_id)
