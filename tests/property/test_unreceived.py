"""B12: with a write that no receipt covers, nothing that deletes records takes the record or the write away.

Which functions delete is held in `tests/meta/test_deletions.py`; those over records are called here, in any
order, with whatever a server could say.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.faults.amounts import times
from tests.unit.replica.laptops import NA_NGA, NA_TOP, Laptop, Office, close
from tongcds.protocol.messages import Moved, ScopeEntry
from tongcds.records import record_type
from tongcds.replica import FIGURES_ONLY, adopt, doubt, drop_doubted, leave_areas, own, pages
from tongcds.replica.tables import OWN

HOUSEHOLD = record_type("household")
SCOPES = (
    [],
    [ScopeEntry(NA_TOP, "write")],
    [ScopeEntry(NA_NGA, FIGURES_ONLY)],
    [ScopeEntry(NA_NGA, "read")],
)


def lose_scope(laptop: Laptop, scope: list[ScopeEntry]) -> None:
    leave_areas(laptop.connection, laptop.me, scope)


def hear_that_all_moved(laptop: Laptop, scope: list[ScopeEntry]) -> None:
    with_ids = laptop.connection.execute(select(HOUSEHOLD.table.c.id)).scalars()
    moved = [Moved(HOUSEHOLD.number, record_id, NA_TOP, NA_NGA) for record_id in with_ids]
    adopt(laptop.connection, laptop.me, [], moved, {}, frozenset(e.area for e in scope) - {NA_TOP})


def meet_a_restored_server(laptop: Laptop, _scope: list[ScopeEntry]) -> None:
    # As if the server had made all of it.
    laptop.connection.execute(HOUSEHOLD.table.update().values(editor=1))
    doubt(laptop.connection)
    drop_doubted(laptop.connection, laptop.me)


def give_it_a_receipt_for_nothing(laptop: Laptop, _scope: list[ScopeEntry]) -> None:
    own.acknowledge(laptop.connection, laptop.me, laptop.me.received)


def give_it_back_what_was_received(laptop: Laptop, _scope: list[ScopeEntry]) -> None:
    own.mark_returned(laptop.connection, [(n, "not_allowed") for n in range(1, laptop.me.received + 1)])


EVENTS = (
    lose_scope,
    hear_that_all_moved,
    meet_a_restored_server,
    give_it_a_receipt_for_nothing,
    give_it_back_what_was_received,
)
Steps = list[tuple[Callable[[Laptop, list[ScopeEntry]], None], int]]


def try_all(steps: Steps, *, edited: bool) -> None:
    office = Office()
    laptop = Laptop(office, 11, [NA_NGA])
    try:
        first, new = laptop.create(address="Nhóm 1"), b""
        laptop.exchange()
        before = laptop.me.received
        if edited:
            laptop.update(first, note="chưa gửi")
        else:
            new = laptop.create(address="chưa gửi")
        for event, scope in steps:
            event(laptop, SCOPES[scope])
            assert _unreceived(laptop) == list(range(before + 1, laptop.me.next_n)), event.__name__
            assert laptop.has(first if edited else new), event.__name__
    finally:
        for one in (office, laptop):
            close(one.connection)


def _unreceived(laptop: Laptop) -> list[int]:
    query = select(OWN.c.n).where(OWN.c.state == own.WAITING).order_by(OWN.c.n)
    return list(laptop.connection.execute(query).scalars())


@settings(max_examples=times(100, 5_000))
@given(st.lists(st.tuples(st.sampled_from(EVENTS[:-1]), st.integers(0, 3)), max_size=6), st.booleans())
def test_b12_nothing_takes_an_unreceived_write(steps: Any, edited: bool) -> None:
    try_all(steps, edited=edited)


def test_b12_a_returned_write_takes_only_itself() -> None:
    try_all([(give_it_back_what_was_received, 0)], edited=False)


@pytest.mark.parametrize("event", [lose_scope, hear_that_all_moved, meet_a_restored_server])
def test_b12_control_without_looking_for_unseen_writes_they_would(
    event: Callable[[Laptop, list[ScopeEntry]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The package offers a function of the module's name.
    for module in (pages, importlib.import_module("tongcds.replica.doubt")):
        monkeypatch.setattr(module, "unseen", lambda *_: {})
    with pytest.raises(AssertionError):
        try_all([(event, 0)], edited=True)
