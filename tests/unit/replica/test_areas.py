from __future__ import annotations

from collections.abc import Callable

from tests.unit.replica.laptops import (
    NA_NGA,
    NA_TOP,
    TWO_YEARS,
    Laptop,
    kept,
    recomputed,
    rows,
    settle,
    shared,
)
from tongcds.protocol.messages import ScopeEntry
from tongcds.records import record_type
from tongcds.replica import digest, page, put_cursors
from tongcds.replica.rows import AreaSums, read_rows

Maker = Callable[..., Laptop]


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


def test_a_record_that_went_on_through_an_area_that_one_holds_leaves_too(laptop: Maker) -> None:
    third = b"third area 16 by"
    mover, watcher = laptop([NA_NGA, NA_TOP, third]), laptop([NA_NGA, NA_TOP])
    record_id = shared(mover, watcher)
    # Its state in the area between was never sent: only the two markers tell where it is.
    for place in (NA_TOP, third):
        mover.update(record_id, village_id=place)
        mover.exchange()
    watcher.exchange()
    assert not watcher.has(record_id)
    assert watcher.same_as_office()
