"""What waits, what clashed, what came back and how exchanges went, with two real replicas of one server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine

from tests.unit.storage.homes import AUTHOR, COMMUNE, PASSPHRASE, Home, Ticking, enrol, home, village, visit
from tongcds.domain.stamps import derived_id
from tongcds.protocol.messages import ScopeEntry
from tongcds.replica import (
    acknowledge,
    adopt,
    load_identity,
    mark_returned,
    page,
    pending,
    receive,
    register_device,
)
from tongcds.replica import create_tables as create_replica
from tongcds.replica.rows import read_areas
from tongcds.storage import aside, exchange, local, search
from tongcds.storage.vault import Vault

OTHER = derived_id("member", "Tuấn")


@pytest.fixture
def server() -> Iterator[Connection]:
    with create_engine("sqlite://").connect() as connection:
        create_replica(connection)
        yield connection


@pytest.fixture
def other(tmp_path: Path, now: Ticking) -> Iterator[Vault]:
    made = Vault.create(tmp_path / "other", PASSPHRASE, person="Cầm Văn Tuấn", now=now)
    enrol(made, now, device=12)
    yield made
    made.close()


@pytest.fixture
def meet(server: Connection, now: Ticking) -> Callable[..., None]:
    """Vaults exchange with the server, one after the other."""

    def meet(areas: list[bytes], *vaults: Vault) -> None:
        for vault in vaults:
            with vault.write() as connection:
                me = load_identity(connection, now=now)
                register_device(server, me.device, me.prefix)
                known = read_areas(connection, areas)
                cursors = {area: known.get(area, (0, 0, 0))[0] for area in areas}
                writes = pending(connection, me.received, 1000)
                if writes:
                    taken = receive(server, me.device, writes, allowed=None, cursors=cursors, now=now())
                    acknowledge(connection, me, taken.watermark)
                scope = [ScopeEntry(area, "write") for area in areas]
                there = page(server, scope, [cursors[area] for area in areas], puller=me.device, limit=1000)
                touched = adopt(
                    connection,
                    me,
                    there.states,
                    there.moved,
                    dict(zip(areas, there.cursors, strict=True)),
                    frozenset(areas),
                )
                search.refresh(connection, touched.changed)

    return meet


@pytest.fixture
def shared(vault: Vault, other: Vault, meet) -> Home:
    with vault.change(AUTHOR) as change:
        change.writer.create("member", unit_id=COMMUNE, full_name="không dùng")
        place = village(change.writer)
        made = home(
            change.writer,
            place,
            "HN-0087",
            {"full_name": "Hà Thị Xuân", "phone": "0900000000"},
            "Lò Văn Thoan",
        )
    meet([made.village, COMMUNE], vault, other)
    return made


def test_what_comes_from_elsewhere_is_found_by_search(other: Vault, shared: Home):
    with other.read() as connection:
        assert [hit.title for hit in search.find(connection, "xuan")] == ["Hà Thị Xuân"]


def test_what_waits_is_counted_by_type(vault: Vault, shared: Home):
    with vault.read() as connection:
        assert exchange.waiting_by_type(connection) == ()
    with vault.change(AUTHOR) as change:
        visit(
            change.writer,
            shared,
            "2026-11-23",
            {"service": "PY01", "result": "alone"},
            {"service": "SE01", "result": "alone"},
        )
        change.writer.update("person", shared.people[0], phone="0987654321")
    with vault.read() as connection:
        assert exchange.waiting_by_type(connection) == (("person", 1), ("visit", 1), ("support", 2))


@pytest.fixture
def clash(vault: Vault, other: Vault, shared: Home, meet) -> Home:
    with other.change(OTHER) as change:
        change.writer.update("person", shared.people[0], phone="0912000145")
    with vault.change(AUTHOR) as change:
        change.writer.update("person", shared.people[0], phone="0987654321")
    meet([shared.village, COMMUNE], other, vault, other)
    return shared


def test_a_conflict_shows_both_values_who_gave_them_and_which_is_in_use(
    vault: Vault, other: Vault, clash: Home
):
    for side, device in ((vault, 11), (other, 12)):
        with side.read() as connection:
            (row,) = exchange.conflicts(connection)
        assert (row.title, row.field_label, row.household_code) == ("Hà Thị Xuân", "số điện thoại", "HN-0087")
        assert [s.text for s in row.sides] == ["098 ••• ••21", "091 ••• ••45"]
        assert [s.in_use for s in row.sides] == [True, False]
        assert [s.this_device for s in row.sides] == [device == 11, device == 12]
        assert all(s.at.tzinfo is UTC for s in row.sides)


def test_a_conflict_s_author_is_named_where_the_member_is_known(vault: Vault, clash: Home):
    with vault.read() as connection:
        (row,) = exchange.conflicts(connection)
        values = exchange.conflict_values(connection, row.conflict_id)
        assert exchange.conflict_values(connection, b"?" * 16) is None
    assert [side.author for side in row.sides] == ["", ""]
    assert values == exchange.ConflictValues("person", clash.people[0], "phone", "0987654321", "0912000145")


def test_a_settled_conflict_is_gone_on_both_sides(vault: Vault, other: Vault, clash: Home, meet):
    with vault.read() as connection:
        (row,) = exchange.conflicts(connection)
    with vault.change(AUTHOR) as change:
        change.writer.update("person", clash.people[0], phone="0912000145")
    with vault.read() as connection:
        assert [side.in_use for side in exchange.conflicts(connection)[0].sides] == [False, True]
    with vault.change(AUTHOR) as change:
        change.writer.update("conflict", row.conflict_id, resolved=1)
    meet([clash.village, COMMUNE], vault, other)
    for side in (vault, other):
        with side.read() as connection:
            assert exchange.conflicts(connection) == ()
            assert exchange.conflict_values(connection, row.conflict_id) is None


def test_a_removal_beside_an_edit_is_told_in_words(vault: Vault, other: Vault, shared: Home, meet):
    with other.change(OTHER) as change:
        change.writer.remove("household", shared.id)
    with vault.change(AUTHOR) as change:
        change.writer.update("household", shared.id, address="Nhóm 2")
    meet([shared.village, COMMUNE], vault, other, vault)
    with vault.read() as connection:
        (row,) = exchange.conflicts(connection)
    assert (row.title, row.field_label) == ("Hộ Hà Thị Xuân", "bỏ hay giữ")
    assert [(side.text, side.in_use) for side in row.sides] == [("giữ", True), ("bỏ", False)]


@pytest.mark.parametrize(
    ("field", "one", "two", "texts"),
    [
        ("poverty", "poor", "near_poor", ["cận nghèo", "nghèo"]),
        ("left_on", "2026-10-01", "2026-10-02", ["02/10/2026", "01/10/2026"]),
        ("head_id", 0, 1, ["Lò Văn Thoan", "Hà Thị Xuân"]),
        ("hardship", 0, 1, ["có", "không"]),
        ("stated_size", 4, 5, ["5", "4"]),
    ],
)
def test_values_of_every_kind_are_readable(
    vault: Vault, other: Vault, shared: Home, meet, field, one, two, texts
):
    if field == "head_id":
        one, two = shared.people
        with vault.change(AUTHOR) as change:
            change.writer.update("household", shared.id, head_id=None)
        meet([shared.village, COMMUNE], vault, other)
    with other.change(OTHER) as change:
        change.writer.update("household", shared.id, **{field: one})
    with vault.change(AUTHOR) as change:
        change.writer.update("household", shared.id, **{field: two})
    meet([shared.village, COMMUNE], other, vault)
    with vault.read() as connection:
        (row,) = exchange.conflicts(connection)
    assert [side.text for side in row.sides] == texts


def test_what_came_back_says_what_and_why(vault: Vault, shared: Home):
    with vault.change(AUTHOR) as change:
        visit(change.writer, shared, "2026-11-23")
        change.writer.update("person", shared.people[0], phone="0987654321")
    with vault.write() as connection:
        last = load_identity(connection, now=Ticking()).next_n - 1
        mark_returned(connection, [(last - 1, "not_allowed"), (last, "a code of a newer server")])
        phone, came = aside.returned(connection)
    assert (phone.n, phone.title) == (last, "Hà Thị Xuân")
    assert (came.n, came.title) == (last - 1, "Lần hỗ trợ · Hộ Hà Thị Xuân")
    assert phone.reason
    assert came.reason
    assert phone.reason != came.reason


def test_the_history_is_told_from_the_last_exchange_back(vault: Vault):
    with vault.write() as connection:
        local.add_exchange(connection, local.Exchange(1_795_000_000_000, "network", 3, 1, "done"))
        local.add_exchange(
            connection, local.Exchange(1_795_000_060_000, "usb", 0, 0, "failed", 2, "server_busy")
        )
        last, first = exchange.history(connection)
        assert exchange.imports(connection) == ()
    assert (last.way, last.outcome, last.attempts, last.problem) == ("usb", "failed", 2, "server_busy")
    assert first.at == datetime.fromtimestamp(1_795_000_000, UTC)
