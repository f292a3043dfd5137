"""The exchange as a laptop meets it, the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading

import msgspec
import pytest
from sqlalchemy import func, select, update

from tests.unit.server.conftest import AREA, COMMUNE, OTHER_VILLAGE, SECOND_VILLAGE, VILLAGE
from tongcds.domain.stamps import make_id
from tongcds.protocol import envelope
from tongcds.protocol.chunks import WriteChunk, pack_writes
from tongcds.protocol.messages import SyncAnswer, Write, decode, encode
from tongcds.records import record_type
from tongcds.replica import pending, put_cursors
from tongcds.replica.tables import QUARANTINE
from tongcds.server import enrolment, ops
from tongcds.server.problems import Refusal
from tongcds.server.tables import DEVICE, STATE


def refused(world, sealed: bytes) -> msgspec.Struct:
    with pytest.raises(Refusal) as refusal:
        world.post("/api/v1/sync", sealed)
    return refusal.value.problem


def test_what_a_team_saved_reaches_its_commune(world):
    team, commune = world.laptop(VILLAGE), world.laptop(COMMUNE, "Cà Thị Hương")
    household = team.household(team.me.unit_id)
    answer = team.sync()
    assert answer.receipt.watermark == 2
    assert answer.digest
    commune.sync()
    assert [row["id"] for row in commune.rows("household")] == [household]
    assert [row["full_name"] for row in commune.rows("person")] == ["Lò Văn Pản"]


def test_a_laptop_learns_the_names_of_its_units_and_its_people(world):
    team = world.laptop(VILLAGE)
    team.sync()
    assert {row["name"] for row in team.rows("unit")} == {"Tỉnh Sơn La", "Xã Chiềng Mung", AREA}
    assert [row["name"] for row in team.rows("village")] == ["Bản Nà Ngà"]
    assert [row["full_name"] for row in team.rows("member")] == ["Lò Thị Ngân"]
    assert len(team.rows("team")) == 1


def test_an_exchange_with_nothing_to_say_is_small(world):
    team = world.laptop(VILLAGE)
    team.sync()
    sent = team.sealed(team.request())
    answer = world.post("/api/v1/sync", sent)
    assert len(sent) + len(answer) < 250


def test_two_laptops_that_changed_the_same_field_both_hold_the_conflict(world):
    team, commune = world.laptop(VILLAGE), world.laptop(COMMUNE, "Cà Thị Hương")
    household = team.household(team.me.unit_id)
    team.sync()
    commune.sync()
    for laptop, address in ((team, "Nhóm 1"), (commune, "Nhóm 2")):
        writer = laptop.writer()
        writer.update("household", household, address=address)
        writer.flush()
    for laptop in (team, commune, team):
        laptop.sync()
    for laptop in (team, commune):
        assert [row["field"] for row in laptop.rows("conflict")] == ["address"]
    assert [row["address"] for row in team.rows("household")] == [
        row["address"] for row in commune.rows("household")
    ]


def test_nobody_looks_for_what_a_push_brought_when_the_laptop_holds_it(world, monkeypatch):
    team = world.laptop(VILLAGE)
    team.sync()

    def looking(*_arguments):
        raise AssertionError("the rows of the push are read again")

    monkeypatch.setattr("tongcds.replica.pages._states_between", looking)
    team.household(team.me.unit_id)
    answer = team.exchange()
    assert (answer.page, answer.more) == (None, False)
    assert answer.digest
    # The control: what a laptop does not hold is looked for.
    commune = world.laptop(COMMUNE, "Cà Thị Hương")
    with pytest.raises(AssertionError, match="read again"):
        commune.exchange()


def test_a_push_passes_over_nothing_that_somebody_else_wrote_before(world):
    team, commune = world.laptop(VILLAGE), world.laptop(COMMUNE, "Cà Thị Hương")
    team.sync()
    commune.sync()
    theirs = commune.household(team.me.unit_id)
    commune.sync()
    ours = team.household(team.me.unit_id)
    team.exchange()
    assert {row["id"] for row in team.rows("household")} == {theirs, ours}


def test_an_answer_that_was_lost_costs_nothing(world):
    team = world.laptop(VILLAGE)
    team.household(team.me.unit_id)
    world.post("/api/v1/sync", team.sealed(team.request()))
    answer = team.sync()
    assert answer.receipt.watermark == 2
    assert answer.outcomes == []
    with world.province.database.read() as connection:
        assert (
            connection.execute(select(func.count()).select_from(record_type("household").table)).scalar() == 1
        )


def test_chunks_cut_anew_end_the_same(world):
    team = world.laptop(VILLAGE)
    for _ in range(5):
        team.household(team.me.unit_id)
    for writes in (3, 1, 10):
        world.post("/api/v1/sync", team.sealed(team.request(writes=writes)))
    team.exchange(writes=4)
    assert team.exchange(writes=4).receipt.watermark == 10


def test_a_gap_is_answered_with_the_place_to_go_on_from(world):
    team = world.laptop(VILLAGE)
    for _ in range(2):
        team.household(team.me.unit_id)
    chunk = pack_writes(WriteChunk(team.me.device, team.prefix, pending(team.connection, 2, 10)))
    request = msgspec.structs.replace(team.request(), chunk=chunk)
    answer = decode(SyncAnswer, world.post("/api/v1/sync", team.sealed(request)))
    assert answer.receipt.watermark == 0
    assert team.sync().receipt.watermark == 4


def test_pages_come_in_pieces_and_the_last_one_brings_the_digest(world):
    team, commune = world.laptop(VILLAGE), world.laptop(COMMUNE, "Cà Thị Hương")
    for _ in range(10):
        team.household(team.me.unit_id)
    team.sync()
    answers = []
    while not answers or answers[-1].more:
        answers.append(commune.exchange(limit=7))
    assert len(answers) > 3
    assert [bool(a.digest) for a in answers] == [False] * (len(answers) - 1) + [True]
    assert len(commune.rows("household")) == 10


def test_the_area_gets_figures_and_nobody(world):
    team, area = world.laptop(VILLAGE), world.laptop(AREA, "Quàng Văn Hải")
    for place in range(30):
        household = team.household(team.me.unit_id)
        team.observe(household, "household_smartphone", place < 20, on="2026-10-01")
    team.sync()
    area.sync()
    for name in ("household", "person", "observation", "conflict", "visit", "support", "follow_up"):
        assert area.rows(name) == [], name
    assert [row["full_name"] for row in area.rows("member")] == ["Quàng Văn Hải"]
    found = {
        (row["unit_id"], row["on"]): (row["numerator"], row["denominator"])
        for row in area.rows("figure")
        if row["indicator"] == "XHS01"
    }
    for unit in (VILLAGE, COMMUNE, AREA):
        assert found[world.unit(unit), "2026-11-23"] == (20, 30), unit
        assert found[world.unit(unit), "2026-09-30"] == (None, 30), unit
    status = {row["unit_id"]: row for row in area.rows("unit_status")}
    assert status[world.unit(COMMUNE)]["households"] == 30
    assert status[world.unit(COMMUNE)]["teams_in_time"] == 1
    assert status[world.unit(COMMUNE)]["last_sync_at"] == world.now()


def test_a_figure_moves_with_the_next_push(world):
    team, area = world.laptop(VILLAGE), world.laptop(AREA, "Quàng Văn Hải")
    households = [team.household(team.me.unit_id) for _ in range(20)]

    def observe(some):
        for household in some:
            team.observe(household, "fibre", True, on="2026-11-01")
        team.sync()
        area.sync()
        return {r["numerator"] for r in area.rows("figure") if r["indicator"] == "XHS04" and r["unit_id"] ==
                world.unit(COMMUNE) and r["on"] == "2026-11-23"}  # fmt: skip

    assert observe(households[:10]) == {10}
    assert observe(households[10:12]) == {12}


def test_the_other_village_of_the_commune_gets_nothing(world):
    team, other = world.laptop(VILLAGE), world.laptop(SECOND_VILLAGE, "Hà Văn Thu")
    team.household(team.me.unit_id)
    team.sync()
    other.sync()
    assert other.rows("household") == other.rows("person") == []
    assert [row["full_name"] for row in other.rows("member")] == ["Hà Văn Thu"]


def test_a_write_outside_the_village_is_kept_aside_and_does_not_block(world):
    team, other = world.laptop(VILLAGE), world.laptop(OTHER_VILLAGE, "Hà Văn Thu")
    team.household(other.me.unit_id)
    inside = team.household(team.me.unit_id)
    answer = team.exchange()
    assert [(o.n, o.code) for o in answer.outcomes] == [(1, "not_allowed"), (2, "not_allowed")]
    assert answer.receipt.watermark == 4
    other.sync()
    assert other.rows("household") == []
    with world.province.database.read() as connection:
        table = record_type("household").table
        assert connection.execute(select(table.c.id)).scalars().all() == [inside]
        assert connection.execute(select(func.count()).select_from(QUARANTINE)).scalar() == 2


def test_a_write_in_a_strangers_name_is_kept_aside(world):
    team = world.laptop(VILLAGE)
    other = world.laptop(OTHER_VILLAGE, "Hà Văn Thu")
    stamp = team.identity.clock.tick()
    write = Write(record_type("household").number, make_id(team.prefix, stamp), 1, stamp, other.me.member_id,
                  {"village_id": team.me.unit_id}, {})  # fmt: skip
    request = msgspec.structs.replace(
        team.request(), chunk=pack_writes(WriteChunk(team.me.device, team.prefix, [write]))
    )
    answer = decode(SyncAnswer, world.post("/api/v1/sync", team.sealed(request)))
    assert [o.code for o in answer.outcomes] == ["author_unknown"]


def test_the_same_number_with_another_content_is_never_dropped(world):
    team = world.laptop(VILLAGE)
    team.household(team.me.unit_id)
    before = pending(team.connection, 0, 10)
    team.sync()
    changed = [msgspec.structs.replace(w, values={**w.values, "note": "khác"}) for w in before]
    request = msgspec.structs.replace(
        team.request(), chunk=pack_writes(WriteChunk(team.me.device, team.prefix, changed))
    )
    answer = decode(SyncAnswer, world.post("/api/v1/sync", team.sealed(request)))
    assert {o.code for o in answer.outcomes} == {"number_reused"}


def test_a_village_that_the_commune_makes_enters_its_scope_at_once(world):
    commune = world.laptop(COMMUNE, "Cà Thị Hương")
    area = world.laptop(AREA, "Quàng Văn Hải")
    commune.sync()
    writer = commune.writer()
    village = writer.create("village", commune_id=commune.me.unit_id, name="Bản Mới", code="04123-09")
    writer.create("household", village_id=village, code="HN-0001")
    writer.flush()
    answer = commune.exchange()
    assert answer.outcomes == []
    assert answer.entries is not None
    commune.sync()
    assert commune.mode(village) == "write"
    area.sync()
    assert area.mode(village) == "figures"
    assert "Bản Mới" in {row["name"] for row in area.rows("village")}


def test_a_request_cannot_be_sent_twice(world):
    team = world.laptop(VILLAGE)
    sealed = team.sealed(team.request())
    world.post("/api/v1/sync", sealed)
    problem = refused(world, sealed)
    assert (problem.code, problem.expected_n) == ("replayed", team.counter + 1)


def test_a_restored_laptop_learns_where_its_counter_stands(world):
    team = world.laptop(VILLAGE)
    for _ in range(3):
        team.exchange()
    team.counter = 0
    problem = refused(world, team.sealed(team.request()))
    team.counter = problem.expected_n - 1
    team.exchange()


def test_a_strangers_request_is_refused(world):
    team = world.laptop(VILLAGE)
    body = encode(team.request())
    unknown = envelope.seal(body, device=99, counter=1, key=team.key, server_key=team.me.server_key)
    assert refused(world, unknown).code == "unknown_device"
    other = world.laptop(SECOND_VILLAGE, "Hà Văn Thu")
    forged = envelope.seal(
        body, device=team.me.device, counter=9, key=other.key, server_key=team.me.server_key
    )
    assert refused(world, forged).code == "bad_signature"
    elsewhere = envelope.seal(body, device=team.me.device, counter=9, key=team.key, server_key=bytes(32))
    assert refused(world, elsewhere).code == "bad_signature"


def test_a_refused_request_changes_nothing(world):
    team = world.laptop(VILLAGE)
    team.household(team.me.unit_id)
    chunk = pack_writes(WriteChunk(team.me.device, team.prefix + 1, pending(team.connection, 0, 10)))
    request = msgspec.structs.replace(team.request(), chunk=chunk)
    assert refused(world, team.sealed(request)).code == "bad_chunk"
    team.counter -= 1
    assert team.sync().receipt.watermark == 2


def test_what_a_revoked_laptop_had_not_sent_is_set_aside_and_nothing_is_said_to_it(world):
    team, commune = world.laptop(VILLAGE), world.laptop(COMMUNE, "Cà Thị Hương")
    team.exchange()
    household = team.household(team.me.unit_id)
    with world.province.database.write() as connection:
        assert enrolment.revoke(connection, team.me.device, now=world.now())
        assert not enrolment.revoke(connection, team.me.device, now=world.now())
    for _lost_answer in range(2):
        answer = decode(SyncAnswer, world.post("/api/v1/sync", team.sealed(team.request())))
        assert (answer.closed, answer.page, answer.cursors, answer.entries) == (ops.REVOKED, None, [], None)
        assert [(o.n, o.code) for o in answer.outcomes] == [(1, ops.REVOKED), (2, ops.REVOKED)]
    assert answer.receipt.watermark == 2
    commune.sync()
    assert household not in {row["id"] for row in commune.rows("household")}
    assert codes_set_aside(world) == [ops.REVOKED, ops.REVOKED]


def codes_set_aside(world):
    with world.province.database.read() as connection:
        return list(connection.execute(select(QUARANTINE.c.code).order_by(QUARANTINE.c.n)).scalars())


def test_a_newer_protocol_is_told_what_is_spoken_here(world):
    team = world.laptop(VILLAGE)
    newer = msgspec.structs.replace(team.request(), version=9)
    problem = refused(world, team.sealed(newer))
    assert (problem.code, problem.versions) == ("protocol_unsupported", [1, 1])
    unreadable = msgspec.msgpack.encode([9, {"quite": "different"}])
    assert refused(world, team.sealed(unreadable)).code == "protocol_unsupported"
    assert refused(world, team.sealed(msgspec.msgpack.encode([1, "x"]))).code == "bad_message"
    assert refused(world, team.sealed(msgspec.structs.replace(team.request(), version=0))).code == (
        "protocol_unsupported"
    )


def test_cursors_of_another_epoch_are_not_believed(world):
    team, commune = world.laptop(VILLAGE), world.laptop(COMMUNE, "Cà Thị Hương")
    team.household(team.me.unit_id)
    team.sync()
    commune.sync()
    with world.province.database.write() as connection:
        connection.execute(update(STATE).values(epoch=STATE.c.epoch + 1))
    answer = commune.exchange()
    assert answer.receipt.epoch == commune.me.epoch + 1
    assert answer.page is None, "versions of scopes are the epoch's, too"
    commune.me = msgspec.structs.replace(commune.me, epoch=answer.receipt.epoch)
    put_cursors(commune.connection, dict.fromkeys((entry.area for entry in commune.entries), 0))
    answer = commune.exchange()
    assert answer.page is not None


def test_a_stamp_far_ahead_is_lowered_and_spreads_so(world):
    team, commune = world.laptop(VILLAGE), world.laptop(COMMUNE, "Cà Thị Hương")
    team.identity.clock.offset = 400 * 86_400_000
    team.household(team.me.unit_id)
    team.sync()
    commune.sync()
    assert {row["stamp"] >> 16 for row in commune.rows("household")} == {world.now()}


def test_what_is_beyond_every_number_is_refused_or_bounded(world):
    team = world.laptop(VILLAGE)
    team.counter = (1 << 64) - 2
    assert refused(world, team.sealed(team.request())).code == "bad_envelope"
    team.counter = 0
    wild = msgspec.structs.replace(team.request(), cursors=[-5, (1 << 64) - 1], page_limit=1 << 60)
    answer = decode(SyncAnswer, world.post("/api/v1/sync", team.sealed(wild)))
    assert answer.page is not None


def test_laptops_that_push_at_once_lose_nothing(world):
    laptops = [world.laptop(village, f"Người {i}") for i, village in enumerate((VILLAGE, SECOND_VILLAGE) * 2)]
    failures: list[BaseException] = []

    def work(laptop):
        try:
            for _ in range(5):
                laptop.household(laptop.me.unit_id)
                laptop.exchange()
        except BaseException as error:  # noqa: BLE001 - handed to the test
            failures.append(error)

    threads = [threading.Thread(target=work, args=(laptop,)) for laptop in laptops]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    for laptop in laptops:
        laptop.sync()
        assert len(laptop.rows("household")) == 10
    with world.province.database.read() as connection:
        seen = connection.execute(select(DEVICE.c.last_seen_at).where(DEVICE.c.device > 1)).scalars().all()
    assert seen == [world.now()] * 4
