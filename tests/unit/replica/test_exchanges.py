from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from tests.unit.replica.laptops import (
    NA_NGA,
    Laptop,
    conflicts,
    rows,
    settle,
    shared,
)
from tongcds.protocol.messages import ProtocolError, ScopeEntry
from tongcds.replica import page, pending, pending_count, receive, unsent_records
from tongcds.replica.rows import read_areas

Maker = Callable[..., Laptop]


@pytest.mark.parametrize("lose", ["request", "answer"])
def test_a_lost_request_or_answer_costs_nothing(a: Laptop, b: Laptop, lose: str) -> None:
    record_id = a.create(code="HN-1")
    a.exchange(lose=lose)
    assert pending_count(a.connection) == 1
    a.update(record_id, code="HN-2")
    settle(a, b)
    assert b.value(record_id, "code") == "HN-2"
    assert len(rows(b.connection, "household")) == 1
    assert pending_count(a.connection) == 0
    assert conflicts(b) == []


def test_a_repeated_chunk_changes_nothing(a: Laptop, b: Laptop) -> None:
    record_id = shared(a, b)
    a.update(record_id, address="Nhóm 2")
    before = read_areas(a.office.connection, [NA_NGA])[NA_NGA][0]
    a.exchange(twice=True)
    assert read_areas(a.office.connection, [NA_NGA])[NA_NGA][0] == before + 1
    b.exchange()
    assert b.same_as_office()


def test_a_receipt_covers_writes_in_order_and_only_those(a: Laptop) -> None:
    for number in range(5):
        a.create(code=str(number))
    a.exchange(chunk=3)
    assert (a.me.received, pending_count(a.connection)) == (3, 2)
    a.restart()
    assert (a.me.received, a.me.next_n) == (3, 6)
    waiting = pending(a.connection, a.me.received, 10)
    assert unsent_records(a.connection, [row["id"] for row in rows(a.connection, "household")]) == {
        w.id for w in waiting
    }


def test_writes_that_do_not_follow_on_are_not_applied_and_the_answer_says_from_where(a: Laptop) -> None:
    for number in range(3):
        a.create(code=str(number))
    late = pending(a.connection, 1, 10)
    received = receive(
        a.office.connection, a.device, late, allowed=a.office.allowed, cursors={}, now=a.office.now
    )
    assert (received.expected, received.watermark, received.applied) == (1, 0, 0)
    assert rows(a.office.connection, "household") == []


def test_the_chain_of_the_server_is_that_of_the_device(a: Laptop) -> None:
    for number in range(3):
        a.create(code=str(number))
    writes = pending(a.connection, 0, 10)
    received = receive(
        a.office.connection, a.device, writes, allowed=a.office.allowed, cursors={}, now=a.office.now
    )
    assert (received.watermark, received.chain) == (3, a.me.chain)


def test_an_unknown_device_is_refused(a: Laptop) -> None:
    with pytest.raises(ProtocolError, match="unknown_device"):
        receive(a.office.connection, 99, [], allowed=a.office.allowed, cursors={}, now=a.office.now)


def test_the_same_number_with_another_content_is_set_aside_and_said(a: Laptop) -> None:
    record_id = a.create(code="HN-1")
    (written,) = pending(a.connection, 0, 10)
    a.exchange()
    other = msgspec.structs.replace(written, values={**written.values, "code": "HN-of-the-clone"})
    received = receive(
        a.office.connection, a.device, [other], allowed=a.office.allowed, cursors={}, now=a.office.now
    )
    assert [(o.n, o.code) for o in received.outcomes] == [(1, "number_reused")]
    assert a.office.quarantined() == {(11, 1): "number_reused"}
    assert [row["values"]["code"] for row in rows(a.office.connection, "household")] == ["HN-1"]
    assert a.value(record_id, "code") == "HN-1"
    again = receive(
        a.office.connection, a.device, [written], allowed=a.office.allowed, cursors={}, now=a.office.now
    )
    assert again.outcomes == []


def test_what_is_typed_while_an_exchange_is_under_way_stays_on_top(a: Laptop, b: Laptop) -> None:
    record_id = shared(a, b, address="Nhóm 1")
    b.update(record_id, address="Nhóm 2")
    b.exchange()
    a.office.now += 1000
    a.exchange(meanwhile=lambda: a.update(record_id, address="Nhóm 3"))
    assert a.value(record_id, "address") == "Nhóm 3"
    settle(a, b)
    assert b.value(record_id, "address") == "Nhóm 3"
    assert len(conflicts(b)) == 1


def test_a_device_does_not_get_its_own_writes_back(a: Laptop, b: Laptop) -> None:
    record_id = shared(a, b)
    a.create(code="HN-2")
    a.update(record_id, note="x")
    assert a.exchange() is not None
    scope = [ScopeEntry(NA_NGA, "write")]
    found = page(a.office.connection, scope, [1], puller=a.device, limit=10)
    assert found.states == []
    assert len(page(a.office.connection, scope, [1], puller=b.device, limit=10).states) == 2


def test_a_device_whose_write_did_not_stand_gets_what_stands(a: Laptop, b: Laptop) -> None:
    record_id = shared(a, b)
    a.update(record_id, address="lost")
    a.office.now += 1000
    b.update(record_id, address="stands")
    b.exchange()
    a.exchange()
    assert a.value(record_id, "address") == "stands"


def test_pages_are_cut_at_the_limit_and_lose_nothing(a: Laptop, b: Laptop) -> None:
    for number in range(25):
        a.create(code=str(number))
        a.create("observation", fact="fibre", value=1)
    a.exchange()
    sizes = []
    while (touched := b.exchange(limit=7)) and touched.changed:
        sizes.append(sum(len(ids) for ids in touched.changed.values()))
    assert sizes == [7] * 7 + [1]
    assert b.same_as_office()


def test_a_page_does_not_shrink_where_numbers_have_gone(a: Laptop, b: Laptop) -> None:
    # Each change takes a new number, so most numbers are of no record any more.
    record_id = a.create()
    for number in range(30):
        a.update(record_id, note=str(number))
        a.exchange()
    a.create()
    a.exchange()
    touched = b.exchange(limit=2)
    assert touched is not None
    assert len(touched.changed["household"]) == 2
