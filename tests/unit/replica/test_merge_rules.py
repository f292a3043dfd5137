from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tests.unit.replica.laptops import (
    AUTHOR,
    NA_NGA,
    NA_TOP,
    TWO_YEARS,
    Laptop,
    conflicts,
    dump,
    rows,
    settle,
    shared,
)
from tongcds.domain.stamps import milliseconds_of

Maker = Callable[..., Laptop]


def unpacked(value: bytes) -> Any:
    return msgspec.msgpack.decode(value)


def test_what_one_wrote_everybody_has_after_both_exchanged(a: Laptop, b: Laptop) -> None:
    record_id = shared(a, b, code="HN-0001", address="Nhóm 2, bản Nà Ngà")
    assert b.value(record_id, "code") == "HN-0001"
    assert dump(a.connection, [NA_NGA]) == dump(b.connection, [NA_NGA]) == dump(a.office.connection, [NA_NGA])


def test_different_fields_never_conflict(a: Laptop, b: Laptop) -> None:
    record_id = shared(a, b)
    a.update(record_id, address="Nhóm 2")
    b.update(record_id, note="Nhà ở cuối bản")
    settle(a, b)
    assert (a.value(record_id, "note"), b.value(record_id, "address")) == ("Nhà ở cuối bản", "Nhóm 2")
    assert conflicts(a) == []


def test_of_two_values_the_later_stands_and_the_other_is_kept_whole(a: Laptop, b: Laptop) -> None:
    record_id = shared(a, b, address="Nhóm 1")
    a.update(record_id, address="Nhóm 2")
    a.office.now += 1000
    b.update(record_id, address="Nhóm 3")
    settle(b, a)
    assert a.value(record_id, "address") == b.value(record_id, "address") == "Nhóm 3"
    (conflict,) = conflicts(a)
    assert conflicts(b) == [conflict]
    assert (unpacked(conflict["kept_value"]), unpacked(conflict["other_value"])) == ("Nhóm 3", "Nhóm 2")
    assert (conflict["kept_device"], conflict["other_device"], conflict["field"]) == (12, 11, "address")
    assert (conflict["kept_author"], conflict["subject_id"], conflict["resolved"]) == (AUTHOR, record_id, 0)


def test_the_order_of_arrival_does_not_decide(a: Laptop, b: Laptop) -> None:
    first, second = shared(a, b), a.create()
    settle(a, b)
    for record_id in (first, second):
        a.update(record_id, address="earlier")
        a.office.now += 1000
        b.update(record_id, address="later")
    a.exchange(chunk=1)
    b.exchange(chunk=2)
    settle(a, b)
    assert [a.value(i, "address") for i in (first, second)] == ["later", "later"]
    assert len(conflicts(b)) == 2


def test_equal_values_never_make_a_conflict(a: Laptop, b: Laptop) -> None:
    record_id = shared(a, b)
    a.update(record_id, address="Nhóm 2")
    b.update(record_id, address="Nhóm 2")
    settle(a, b)
    assert conflicts(a) == []
    assert a.same_as_office()
    assert b.same_as_office()


def test_a_write_that_saw_the_other_simply_follows_whatever_the_clocks_say(laptop: Maker) -> None:
    a, b = laptop(ahead=TWO_YEARS), laptop(ahead=-TWO_YEARS)
    record_id = shared(a, b, address="from the future")
    b.update(record_id, address="from the past")
    settle(b, a)
    assert a.value(record_id, "address") == "from the past"
    assert conflicts(a) == []


def test_a_stamp_far_ahead_is_lowered_to_the_time_of_the_server_and_so_it_spreads(laptop: Maker) -> None:
    wrong, right = laptop(ahead=TWO_YEARS), laptop()
    record_id = shared(wrong, right)
    wrong.update(record_id, address="two years ahead")
    wrong.exchange()
    wrong.office.now += 600_000
    right.update(record_id, address="ten minutes later")
    settle(right, wrong)
    assert wrong.value(record_id, "address") == "ten minutes later"
    for one in (wrong, right):
        stamps = [
            v.stamp
            for row in rows(one.connection, "household")
            for v in (row["version"], *row["later"].values())
        ]
        assert max(milliseconds_of(stamp) for stamp in stamps) <= one.office.now


def test_a_removal_takes_the_record_away_everywhere(a: Laptop, b: Laptop) -> None:
    record_id = shared(a, b)
    b.remove(record_id)
    settle(b, a)
    assert not a.has(record_id)
    assert conflicts(a) == []


@pytest.mark.parametrize("removal_first", [True, False])
def test_a_removal_and_a_concurrent_edit_leave_the_record_there_and_say_so(
    a: Laptop, b: Laptop, removal_first: bool
) -> None:
    record_id = shared(a, b)
    a.remove(record_id)
    b.update(record_id, note="Vừa đến thăm")
    settle(*((a, b) if removal_first else (b, a)))
    assert a.has(record_id)
    assert b.has(record_id)
    assert a.value(record_id, "note") == "Vừa đến thăm"
    (conflict,) = conflicts(b)
    assert (conflict["field"], unpacked(conflict["kept_value"]), unpacked(conflict["other_value"])) == (
        "deleted",
        0,
        1,
    )


def test_a_removal_does_not_swallow_an_edit_whose_clock_runs_late(laptop: Maker) -> None:
    # The remover saw a newer stamp than the late edit carries, and yet did not see the edit.
    late, b, remover = laptop(ahead=-TWO_YEARS), laptop(), laptop()
    record_id = b.create()
    settle(b, remover)
    with late.writing():
        pass
    late.exchange()
    b.update(record_id, address="Nhóm 2")
    settle(b, remover)
    late.update(record_id, note="two years late")
    late.exchange()
    remover.remove(record_id)
    settle(remover, late, b)
    assert b.has(record_id)
    assert b.value(record_id, "note") == "two years late"
    assert [conflict["field"] for conflict in conflicts(b)] == ["deleted"]


def test_two_who_remove_the_same_record_agree(a: Laptop, b: Laptop) -> None:
    record_id = shared(a, b)
    a.remove(record_id)
    b.remove(record_id)
    settle(a, b)
    assert not a.has(record_id)
    assert conflicts(a) == []
    assert a.same_as_office()
    assert b.same_as_office()


def test_what_was_removed_can_be_brought_back(a: Laptop, b: Laptop) -> None:
    record_id = shared(a, b)
    a.remove(record_id)
    settle(a, b)
    b.restore(record_id)
    settle(b, a)
    assert a.has(record_id)
    assert conflicts(a) == []


def test_choosing_the_other_value_is_an_ordinary_write(a: Laptop, b: Laptop) -> None:
    record_id = shared(a, b)
    a.update(record_id, address="Nhóm 2")
    b.update(record_id, address="Nhóm 3")
    settle(a, b)
    (row,) = rows(a.connection, "conflict")
    with a.writing() as writer:
        writer.update("household", record_id, address=unpacked(row["values"]["other_value"]))
        writer.update("conflict", row["id"], resolved=1)
    settle(a, b)
    assert b.value(record_id, "address") == unpacked(row["values"]["other_value"])
    assert [conflict["resolved"] for conflict in conflicts(b)] == [1]
    assert b.same_as_office()


def test_both_may_resolve_the_same_conflict(a: Laptop, b: Laptop) -> None:
    record_id = shared(a, b)
    a.update(record_id, address="Nhóm 2")
    b.update(record_id, address="Nhóm 3")
    settle(a, b)
    for one in (a, b):
        (row,) = rows(one.connection, "conflict")
        one.update(row["id"], "conflict", resolved=1)
    settle(a, b)
    assert len(conflicts(a)) == 1
    assert a.same_as_office()


def test_observations_are_added_and_never_changed(a: Laptop, b: Laptop) -> None:
    seen = a.create("observation", fact="fibre", value=1, held_on="2026-11-23")
    settle(a, b)
    b.update(seen, "observation", value=0)
    settle(b, a)
    assert b.outcomes == {1: "append_only"}
    assert a.value(seen, "value", "observation") == b.value(seen, "value", "observation") == 1
    b.remove(seen, "observation")
    settle(b, a)
    assert not a.has(seen, "observation")


def test_an_observation_goes_along_when_its_household_moves(laptop: Maker) -> None:
    both = laptop(areas=(NA_NGA, NA_TOP))
    seen = both.create("observation", fact="fibre", value=1, held_on="2026-11-23")
    settle(both)
    both.update(seen, "observation", village_id=NA_TOP)
    settle(both)
    assert both.outcomes == {}
    assert both.value(seen, "village_id", "observation") == NA_TOP
    assert both.same_as_office()
