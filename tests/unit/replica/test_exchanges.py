from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from tests.unit.replica.laptops import (
    AUTHOR,
    NA_NGA,
    NA_TOP,
    TWO_YEARS,
    Laptop,
    Office,
    dump,
    kept,
    recomputed,
    rows,
    settle,
)
from tongcds.domain.stamps import milliseconds_of
from tongcds.protocol.messages import ProtocolError, ScopeEntry
from tongcds.records import record_type
from tongcds.replica import digest, page, pending, pending_count, put_cursors, receive, unsent_records
from tongcds.replica.rows import AreaSums, read_areas, read_rows
from tongcds.replica.tables import OWN

Maker = Callable[..., Laptop]


def conflicts(laptop: Laptop | Office) -> list[dict[str, Any]]:
    return [row["values"] for row in rows(laptop.connection, "conflict")]


def unpacked(value: bytes) -> Any:
    return msgspec.msgpack.decode(value)


def shared(a: Laptop, b: Laptop, **values: Any) -> bytes:
    """A household that both have."""
    record_id = a.create(**values)
    settle(a, b)
    assert b.has(record_id)
    return record_id


def test_what_one_wrote_everybody_has_after_both_exchanged(a: Laptop, b: Laptop) -> None:
    record_id = shared(a, b, code="HN-0001", address="Nhóm 2, bản Nà Ngà")
    assert b.value(record_id, "code") == "HN-0001"
    assert dump(a.connection, [NA_NGA]) == dump(b.connection, [NA_NGA]) == dump(a.office.connection, [NA_NGA])


# ---- the merge


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


# ---- numbers, receipts, lost and repeated requests


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


# ---- refused writes


def refusing(why: str, **fields: Any) -> Callable[..., str]:
    return lambda _record, _area, write, _row: why if fields.items() <= write.values.items() else ""


def test_a_refused_change_is_kept_said_and_taken_back_from_the_register(
    laptop: Maker, office: Office
) -> None:
    a, b = laptop(), laptop()
    record_id = shared(a, b, address="Nhóm 1")
    office.allowed = refusing("not_allowed", address="Nhóm 2")
    a.update(record_id, address="Nhóm 2")
    settle(a, b)
    assert a.outcomes == {2: "not_allowed"}
    assert office.quarantined() == {(11, 2): "not_allowed"}
    assert a.value(record_id, "address") == "Nhóm 1"
    assert a.same_as_office()
    assert a.connection.execute(select(OWN.c.state, OWN.c.code).where(OWN.c.n == 2)).one() == (
        2,
        "not_allowed",
    )


def test_a_refused_record_leaves_the_register_and_stays_in_the_log(a: Laptop, office: Office) -> None:
    office.allowed = refusing("not_allowed", code="HN-2")
    a.create(code="HN-1")
    a.create(code="HN-2")
    a.exchange()
    assert [row["values"]["code"] for row in rows(a.connection, "household")] == ["HN-1"]
    assert a.same_as_office()
    assert pending(a.connection, 1, 1)[0].values["code"] == "HN-2"


def test_a_refused_write_does_not_hold_up_those_behind_it(a: Laptop, b: Laptop, office: Office) -> None:
    office.allowed = refusing("not_allowed", code="HN-1")
    a.create(code="HN-1")
    record_id = a.create(code="HN-2")
    settle(a, b)
    assert b.has(record_id)


def test_a_refusal_is_said_again_when_its_answer_was_lost(a: Laptop, office: Office) -> None:
    office.allowed = refusing("not_allowed", code="HN-1")
    a.create(code="HN-1")
    a.exchange(lose="answer")
    a.exchange()
    assert a.outcomes == {1: "not_allowed"}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"left_on": "2026-02-30"}, "bad_value"),
        ({"address": "x" * 20_001}, "bad_value"),
        ({"address": "Nha\u0300"}, "bad_value"),
        ({"address": "\x00"}, "bad_value"),
        ({"hardship": 2}, "bad_value"),
    ],
)
def test_a_value_that_cannot_be_is_set_aside(a: Laptop, fields: dict[str, Any], code: str) -> None:
    a.create(**fields)
    a.exchange()
    assert a.outcomes == {1: code}
    assert a.same_as_office()


def test_a_value_that_could_not_even_be_sent_is_the_caller_s_mistake(a: Laptop) -> None:
    for wrong in ({"head_id": b"short"}, {"stated_size": 1 << 63}, {"address": 5}, {"no_such_field": 1}):
        with pytest.raises(ValueError, match="household"):
            a.create(**wrong)


def test_only_the_server_writes_figures(a: Laptop) -> None:
    with a.writing() as writer:
        writer.create("figure", unit_id=NA_NGA, indicator="XHS01", numerator=1)
    a.exchange()
    assert a.outcomes == {1: "not_allowed"}


def test_a_change_of_a_record_that_nobody_made_is_set_aside(a: Laptop, office: Office) -> None:
    office.allowed = refusing("not_allowed", code="HN-1")
    record_id = a.create(code="HN-1")
    a.update(record_id, note="x")
    a.exchange()
    assert a.outcomes == {1: "not_allowed", 2: "unknown_record"}


# ---- areas


def test_a_record_that_moves_leaves_a_marker_and_goes_where_it_may_be_seen(laptop: Maker) -> None:
    both, here, there = laptop([NA_NGA, NA_TOP]), laptop([NA_NGA]), laptop([NA_TOP])
    record_id = both.create(code="HN-1")
    settle(both, here, there)
    assert here.has(record_id)
    both.update(record_id, village_id=NA_TOP)
    settle(both, here, there)
    assert [one.has(record_id) for one in (both, here, there)] == [True, False, True]
    assert all(one.same_as_office() for one in (both, here, there))
    both.update(record_id, village_id=NA_NGA)
    settle(both, here, there)
    assert [one.has(record_id) for one in (both, here, there)] == [True, True, False]
    assert all(one.same_as_office() for one in (both, here, there))


def test_a_record_that_came_round_another_way_is_not_taken_for_gone(laptop: Maker) -> None:
    third = b"third area 16 by"
    mover, watcher = laptop([NA_NGA, NA_TOP, third]), laptop([third, NA_NGA])
    record_id = mover.create()
    settle(mover, watcher)
    mover.update(record_id, village_id=NA_TOP)
    mover.exchange()
    mover.update(record_id, village_id=third)
    mover.exchange()
    watcher.exchange()
    assert watcher.has(record_id)
    assert watcher.same_as_office()


def test_unsent_work_is_not_purged_when_its_record_moved_away(laptop: Maker) -> None:
    both, here = laptop([NA_NGA, NA_TOP]), laptop([NA_NGA])
    record_id = both.create()
    settle(both, here)
    both.update(record_id, village_id=NA_TOP)
    both.exchange()
    here.exchange(meanwhile=lambda: here.update(record_id, note="not sent yet"))
    assert here.has(record_id)
    settle(here, both)
    assert both.value(record_id, "note") == "not sent yet"
    assert not here.has(record_id)
    assert here.same_as_office()


def test_a_conflict_lives_where_its_record_went(laptop: Maker) -> None:
    a, b = laptop([NA_NGA, NA_TOP]), laptop([NA_NGA, NA_TOP])
    record_id = shared(a, b)
    with a.writing() as writer:
        writer.update("household", record_id, village_id=NA_TOP, address="Nhóm 1")
    b.update(record_id, address="Nhóm 2")
    settle(b, a)
    assert [row["area"] for row in rows(b.connection, "conflict")] == [NA_TOP]


def test_whoever_may_not_see_people_gets_nothing_about_them(a: Laptop) -> None:
    a.create(code="HN-1")
    a.exchange()
    found = page(a.office.connection, [ScopeEntry(NA_NGA, "figures")], [0], puller=99, limit=10)
    assert (found.states, found.moved, found.cursors) == ([], [], [1])


def test_digests_kept_along_the_way_are_those_of_the_rows(a: Laptop, b: Laptop) -> None:
    record_id = shared(a, b)
    a.update(record_id, address="Nhóm 2")
    b.update(record_id, address="Nhóm 3")
    gone = a.create("observation", fact="fibre", value=1)
    settle(a, b)
    a.remove(gone, "observation")
    settle(a, b)
    for replica in (a, b, a.office):
        assert kept(replica.connection) == recomputed(replica.connection)


def test_a_digest_notices_one_record_too_few(a: Laptop, b: Laptop) -> None:
    # Negative control of every comparison of digests in these tests.
    shared(a, b)
    a.create()
    assert not a.same_as_office()
    assert digest(a.connection, [NA_NGA]) != digest(b.connection, [NA_NGA])


def test_pulling_from_nought_repairs_a_replica_that_lost_a_row(a: Laptop, b: Laptop) -> None:
    record_id = shared(a, b)
    household = record_type("household")
    sums = AreaSums()
    sums.drop(household, read_rows(a.connection, household, [record_id])[record_id])
    a.connection.execute(household.table.delete())
    sums.save(a.connection)
    a.exchange()
    assert not a.same_as_office()
    put_cursors(a.connection, {NA_NGA: 0})
    a.exchange()
    assert a.same_as_office()
    assert a.has(record_id)


def test_a_restored_laptop_keeps_its_place_and_its_clock(a: Laptop) -> None:
    a.create()
    stamp, n = a.me.clock.last, a.me.next_n
    a.office.now -= TWO_YEARS
    a.restart()
    a.create()
    assert a.me.clock.last > stamp
    assert a.me.next_n == n + 1


def test_nothing_differs_nothing_is_written(a: Laptop) -> None:
    record_id = a.create(code="HN-1")
    with a.writing() as writer:
        assert not writer.update("household", record_id, code="HN-1")
        assert not writer.restore("household", record_id)
        assert writer.remove("household", record_id)
        assert not writer.remove("household", record_id)
    assert a.me.next_n == 3


def test_records_made_together_can_name_each_other(a: Laptop) -> None:
    with a.writing() as writer:
        home = writer.reserve()
        head = writer.create("person", village_id=NA_NGA, household_id=home)
        assert writer.create("household", reserved=home, village_id=NA_NGA, head_id=head) == home
    a.exchange()
    assert a.office.quarantined() == {}
    assert len(rows(a.office.connection, "household")) == len(rows(a.office.connection, "person")) == 1
