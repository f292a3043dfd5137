"""Writes that the server sets aside: who sees them, who decides, and how each of them ends."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from tests.unit.server.conftest import COMMUNE, OTHER_COMMUNE, SECOND_VILLAGE, VILLAGE, World
from tests.unit.sync.conftest import Desks
from tests.unit.sync.desks import Desk, on_server, server_rows
from tongcds.actions import quarantine, returned
from tongcds.domain.stamps import derived_id
from tongcds.errors import UserError
from tongcds.records import record_type
from tongcds.replica.aside import OPEN, found
from tongcds.replica.compare import recount
from tongcds.replica.tables import AREA, QUARANTINE, SEEN
from tongcds.replica.tables import DEVICE as REPLICA
from tongcds.server import quarantine as office
from tongcds.server.office import OWN_DEVICE, restored
from tongcds.server.tables import DEVICE


def refused_home(team: Desk, world: World, **values: Any) -> bytes:
    """A household of the second village, which this team may not write."""
    return team.create(village_id=world.unit(SECOND_VILLAGE), **values)


def states(world: World) -> list[tuple[str, str]]:
    with world.province.database.read() as connection:
        rows = connection.execute(select(QUARANTINE.c.code, QUARANTINE.c.state).order_by(QUARANTINE.c.n))
        return [(code, state) for code, state in rows]


def test_an_officer_accepts_and_the_write_takes_effect_in_its_authors_name(
    world: World, desks: Desks
) -> None:
    team, commune = desks(world), desks(world, COMMUNE, "Cà Thị Hương")
    home = refused_home(team, world, code="HN-1", note="chuyển nhà")
    team.sync()
    (row,) = returned.returned(team.core)
    assert (row.code, row.gone, row.author) == ("not_allowed", True, "Lò Thị Ngân")
    assert {change.field: change.wanted for change in row.changes} == {"code": "HN-1", "note": "chuyển nhà"}
    assert home not in server_rows(world, "household")
    commune.sync()
    (waiting,) = quarantine.quarantined(commune.core)
    assert (waiting.code, waiting.can_be_accepted, waiting.unit_name) == ("not_allowed", True, "Bản Nà Ngà")
    assert waiting.author == "Lò Thị Ngân"
    quarantine.accept_quarantined(commune.core, waiting.record_id)
    assert quarantine.quarantined(commune.core) == ()
    commune.sync()
    made = server_rows(world, "household")[home]
    team_member = team.core.author()
    assert (made["code"], made["author"], made["n"]) == ("HN-1", team_member, 1)
    team.sync()
    assert returned.returned(team.core) == ()
    commune.sync()
    assert home in commune.rows("household")
    (closed,) = server_rows(world, "quarantined").values()
    assert (closed["state"], closed["said"]) == ("accepted", None)
    assert closed["decided_by"] == commune.core.author()
    assert states(world) == [("not_allowed", "accepted")]


def test_a_returned_write_is_called_by_what_this_computer_once_wrote_of_the_record(
    world: World, desks: Desks
) -> None:
    team = desks(world)
    named, nameless = refused_home(team, world, code="HN-1"), refused_home(team, world, note="chuyển nhà")
    team.update(named, note="nhà mới")
    team.sync()
    assert not {named, nameless} & team.rows("household").keys()
    titles = {row.changes[-1].wanted: row.title for row in returned.returned(team.core)}
    assert titles == {"HN-1": "HN-1", "nhà mới": "HN-1", "chuyển nhà": "Hộ · không còn trên máy này"}


def test_an_officer_refuses_and_the_author_hears_of_it(world: World, desks: Desks) -> None:
    team, commune = desks(world), desks(world, COMMUNE, "Cà Thị Hương")
    home = refused_home(team, world, code="HN-1")
    team.sync()
    commune.sync()
    (waiting,) = quarantine.quarantined(commune.core)
    quarantine.refuse_quarantined(commune.core, waiting.record_id)
    commune.sync()
    team.sync()
    assert returned.returned(team.core) == ()
    assert home not in server_rows(world, "household")
    assert states(world) == [("not_allowed", "refused")]
    with pytest.raises(UserError, match="quarantine_unknown"):
        quarantine.accept_quarantined(commune.core, waiting.record_id)


def test_an_accepted_edit_merges_like_any_other(small_world: World, desks: Desks) -> None:
    team, commune = desks(small_world), desks(small_world, COMMUNE, "Cà Thị Hương")
    home = team.create(code="HN-1")
    team.sync()
    # The team is sent to the second village; what it wrote before it heard of it is set aside.
    team.update(home, address="Nhóm 1")
    on_server(
        small_world,
        lambda c: c.execute(
            update(DEVICE)
            .where(DEVICE.c.device == team.core.credentials().device)
            .values(unit_id=small_world.unit(SECOND_VILLAGE), structure=-1)
        ),
    )
    team.sync()
    commune.sync()
    commune.update(home, address="Nhóm 2")
    commune.sync()
    (waiting,) = quarantine.quarantined(commune.core)
    assert [(c.field, c.before, c.wanted) for c in waiting.changes] == [("address", "Nhóm 2", "Nhóm 1")]
    quarantine.accept_quarantined(commune.core, waiting.record_id)
    commune.sync()
    (conflict,) = server_rows(small_world, "conflict").values()
    assert conflict["field"] == "address"
    assert server_rows(small_world, "household")[home]["address"] == "Nhóm 2"


@pytest.mark.parametrize("who", ["team", "other commune", "same commune, own writes"])
def test_nobody_else_decides(small_world: World, desks: Desks, who: str) -> None:
    team = desks(small_world)
    commune = desks(small_world, COMMUNE, "Cà Thị Hương")
    if who == "same commune, own writes":
        # A household in the commune's own area is nobody's village.
        commune.create(village_id=small_world.unit(COMMUNE), code="HN-9")
        commune.sync()
        decider = commune
    else:
        refused_home(team, small_world, code="HN-1")
        team.sync()
        decider = team if who == "team" else desks(small_world, OTHER_COMMUNE, "Quàng Văn Hải")
        decider.sync()
    assert quarantine.quarantined(decider.core) == ()
    # Nor with a program of its own.
    (record_id,) = server_rows(small_world, "quarantined")
    if who == "other commune":
        assert record_id not in decider.rows("quarantined")
        return
    decider.update(record_id, "quarantined", decision="accept")
    decider.sync()
    assert server_rows(small_world, "quarantined")[record_id]["decision"] is None
    assert ("not_allowed", "open") in states(small_world)


def test_a_change_that_came_before_its_record_is_tried_again_when_it_is_there(
    world: World, desks: Desks, logs: Any
) -> None:
    team, twin = desks(world), desks(world, VILLAGE, "Quàng Thị Hoa")
    home = team.create(code="HN-1")
    team.sync()
    twin.sync()
    twin.update(home, address="Nhóm 1")
    # The server was put back from a copy that has neither; the second laptop is there first.
    logs.expect("tongcds.sync.exchange", "the digests differ")
    forget(world, "household")
    twin.sync()
    assert [row.code for row in returned.returned(twin.core)] == ["unknown_record"]
    team.sync()
    assert server_rows(world, "household")[home]["address"] == "Nhóm 1"
    assert states(world) == [("unknown_record", "accepted")]
    twin.sync()
    assert returned.returned(twin.core) == ()
    assert twin.rows("household")[home]["address"] == "Nhóm 1"


def forget(world: World, type_name: str) -> None:
    """A restored server, as far as these tests need one: records and what was received of them are gone."""

    def work(connection: Any) -> None:
        connection.execute(record_type(type_name).table.delete())
        for area in connection.execute(select(AREA.c.area)).scalars().all():
            recount(connection, area)
        connection.execute(SEEN.delete().where(SEEN.c.device != OWN_DEVICE))
        connection.execute(
            update(REPLICA).where(REPLICA.c.device != OWN_DEVICE).values(watermark=0, chain=bytes(32))
        )
        restored(connection, now=world.now())

    on_server(world, work)


def test_mending_puts_a_refused_record_back_under_its_id(small_world: World, desks: Desks) -> None:
    team = desks(small_world)
    home = refused_home(team, small_world, code="HN-1")
    team.sync()
    assert home not in team.rows("household")
    # The team is given that village; what was refused is entered once more.
    on_server(
        small_world,
        lambda c: c.execute(
            update(DEVICE)
            .where(DEVICE.c.device == team.core.credentials().device)
            .values(unit_id=small_world.unit(SECOND_VILLAGE), structure=-1)
        ),
    )
    team.sync()
    (row,) = returned.returned(team.core)
    assert row.can_be_mended
    returned.mend_returned(team.core, row.n, {"code": "HN-2"})
    assert returned.returned(team.core) == ()
    assert team.rows("household")[home]["code"] == "HN-2"
    team.sync()
    assert server_rows(small_world, "household")[home]["code"] == "HN-2"
    assert returned.returned(team.core) == ()


def test_taking_a_change_back_ends_it_for_the_officer_too(small_world: World, desks: Desks) -> None:
    team, commune = desks(small_world), desks(small_world, COMMUNE, "Cà Thị Hương")
    refused_home(team, small_world, code="HN-1")
    team.sync()
    commune.sync()
    assert len(quarantine.quarantined(commune.core)) == 1
    (row,) = returned.returned(team.core)
    returned.withdraw_returned(team.core, row.n)
    assert returned.returned(team.core) == ()
    with pytest.raises(UserError, match="returned_unknown"):
        returned.withdraw_returned(team.core, row.n)
    team.sync()
    commune.sync()
    assert quarantine.quarantined(commune.core) == ()
    assert states(small_world) == [("not_allowed", "withdrawn")]


def test_what_cannot_be_mended_says_so(small_world: World, desks: Desks) -> None:
    team = desks(small_world)
    home = team.create(code="HN-1")
    team.sync()
    on_server(
        small_world,
        lambda c: c.execute(
            update(DEVICE)
            .where(DEVICE.c.device == team.core.credentials().device)
            .values(unit_id=small_world.unit(SECOND_VILLAGE), structure=-1)
        ),
    )
    team.remove(home)
    team.sync()
    (row,) = returned.returned(team.core)
    assert not row.can_be_mended
    with pytest.raises(UserError, match="returned_not_mendable"):
        returned.mend_returned(team.core, row.n, {})
    with pytest.raises(UserError, match="returned_unknown"):
        returned.mend_returned(team.core, 999, {})


def test_a_value_that_the_server_cannot_keep_is_not_accepted_even_if_an_officer_says_so(
    small_world: World, desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    team, commune = desks(small_world), desks(small_world, COMMUNE, "Cà Thị Hương")
    home = team.create(code="HN-1")
    team.sync()
    team.update(home, note="a" * 20_001)
    team.sync()
    (row,) = returned.returned(team.core)
    assert (row.code, row.can_be_mended) == ("bad_value", True)
    commune.sync()
    (waiting,) = quarantine.quarantined(commune.core)
    with pytest.raises(UserError, match="quarantine_not_acceptable"):
        quarantine.accept_quarantined(commune.core, waiting.record_id)
    commune.update(waiting.record_id, "quarantined", decision="accept")
    commune.sync()
    assert states(small_world) == [("bad_value", "open")]
    assert server_rows(small_world, "household")[home]["note"] is None
    returned.mend_returned(team.core, row.n, {"note": "ngắn hơn"})
    team.sync()
    assert server_rows(small_world, "household")[home]["note"] == "ngắn hơn"
    assert states(small_world) == [("bad_value", "withdrawn")]


def test_the_province_decides_for_whoever_has_nobody_above(small_world: World, desks: Desks) -> None:
    commune = desks(small_world, COMMUNE, "Cà Thị Hương")
    village = small_world.unit(VILLAGE)
    commune.create(village_id=derived_id("no such village"), code="HN-1")
    home = commune.create(village_id=village, code="HN-2")
    commune.sync()
    with small_world.province.database.read() as connection:
        asides = found(connection, QUARANTINE.c.state == OPEN)
    assert [aside.code for aside in asides] == ["not_allowed"]
    small_world.province.database.change(
        lambda c: office.decide(c, asides, office.REFUSE, now=small_world.now())
    )
    commune.sync()
    assert returned.returned(commune.core) == ()
    assert home in commune.rows("household")


def test_without_looking_after_them_they_would_wait_for_ever(
    small_world: World, desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Negative control: what these tests see comes from `look_after`.
    monkeypatch.setattr(office, "look_after", lambda *_, **__: None)
    team, commune = desks(small_world), desks(small_world, COMMUNE, "Cà Thị Hương")
    refused_home(team, small_world, code="HN-1")
    team.sync()
    commune.sync()
    assert quarantine.quarantined(commune.core) == ()
    assert len(returned.returned(team.core)) == 1


def test_everybody_ends_with_the_same_after_all_of_it(small_world: World, desks: Desks) -> None:
    team, commune = desks(small_world), desks(small_world, COMMUNE, "Cà Thị Hương")
    for number in range(4):
        refused_home(team, small_world, code=f"HN-{number}")
    team.sync()
    commune.sync()
    first, second, third, _ = quarantine.quarantined(commune.core)
    quarantine.accept_quarantined(commune.core, first.record_id)
    quarantine.refuse_quarantined(commune.core, second.record_id)
    back = returned.returned(team.core)
    returned.withdraw_returned(team.core, back[1].n)
    for _ in range(2):
        for desk in (team, commune):
            assert not desk.sync().mismatch
    assert sorted(state for _, state in states(small_world)) == ["accepted", "open", "refused", "withdrawn"]
    assert third.code == "not_allowed"
    assert [row.n for row in returned.returned(team.core)] == [back[0].n]
