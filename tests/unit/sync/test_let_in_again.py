"""A laptop that was let in after the copy from which the server was put back is let in again by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.unit.server.conftest import COMMUNE, VILLAGE, World
from tests.unit.sync.conftest import Desks
from tests.unit.sync.desks import Desk, on_server, server_rows
from tests.unit.sync.restoring import copied, put_back
from tongcds.errors import UserError
from tongcds.server import enrolment
from tongcds.server.tables import DEVICE
from tongcds.storage.local import get_note, put_note
from tongcds.storage.vault import Vault
from tongcds.sync import bundles, enrol


def known(world: World) -> list[int]:
    with world.province.database.read() as connection:
        return list(connection.execute(select(DEVICE.c.device).order_by(DEVICE.c.device)).scalars())


def number_of(desk: Desk) -> int:
    return desk.core.credentials().device


def test_by_code_everything_is_offered_again_under_the_same_number(
    small_world: World, desks: Desks, tmp_path: Path
) -> None:
    copy = copied(small_world, tmp_path)
    team = desks(small_world)
    homes = {team.create(code=f"HN-{i}") for i in range(3)}
    team.sync()
    put_back(small_world, copy)
    assert number_of(team) not in known(small_world)
    late = team.create(code="HN-9")
    team.sync()
    assert number_of(team) in known(small_world)
    assert server_rows(small_world, "household").keys() == homes | {late}
    assert team.rows("household").keys() == homes | {late}
    assert team.core.author() in server_rows(small_world, "member")
    # And it goes on as before.
    team.update(late, note="như trước")
    team.sync()
    assert server_rows(small_world, "household")[late]["note"] == "như trước"


def test_by_file_too_though_the_file_expired_long_ago(
    small_world: World, desks: Desks, tmp_path: Path, clock: Any
) -> None:
    team = desks(small_world)
    folder = tmp_path / "by-file"
    vault = Vault.create(folder, "bốn con vịt vàng", person="Quàng Thị Hoa", now=small_world.now)
    invitation = small_world.invite(VILLAGE, "Quàng Thị Hoa")
    copy = copied(small_world, tmp_path)
    begun = enrol.begin(vault, invitation)
    enrol.start(vault, begun, small_world.clock)
    team.core.close()
    team.core = type(team.core)(vault, small_world.clock, connect=lambda _: team.wire)
    home = team.create(code="HN-1")
    team.sync()
    clock.advance(days=enrolment.DAYS + 1)
    put_back(small_world, copy)
    team.sync()
    assert home in server_rows(small_world, "household")


def test_from_a_stick_that_a_neighbour_carries(small_world: World, desks: Desks, tmp_path: Path) -> None:
    commune = desks(small_world, COMMUNE, "Cà Thị Hương")
    copy = copied(small_world, tmp_path)
    team = desks(small_world)
    home = team.create(code="HN-1")
    # Nothing reached the server by itself before it was put back.
    put_back(small_world, copy)
    done = bundles.export(team.core.vault, tmp_path, small_world.clock)
    bundles.take_in(commune.core.vault, done.path, small_world.clock)
    commune.sync()
    assert number_of(team) in known(small_world)
    assert home in server_rows(small_world, "household")
    team.sync()
    assert home in team.rows("household")


def test_under_a_later_number_it_is_let_in_as_the_first_and_goes_on_under_another(
    small_world: World, desks: Desks, tmp_path: Path, logs: Any
) -> None:
    logs.expect("tongcds.sync", "differ")
    copy = copied(small_world, tmp_path)
    team = desks(small_world)
    first = team.create(code="HN-1")
    team.sync()
    # The server is put back without this laptop, twice; in between it takes another number.
    between = copied(small_world, tmp_path)
    second = team.create(code="HN-2")
    team.sync()
    put_back(small_world, between)
    team.core.runner.exchange_now()
    put_back(small_world, copy)
    third = team.create(code="HN-3")
    team.sync()
    assert server_rows(small_world, "household").keys() == {first, second, third}


def test_whose_invitation_was_taken_back_stays_outside(
    small_world: World, desks: Desks, tmp_path: Path
) -> None:
    team = desks(small_world)
    with small_world.province.database.write() as connection:
        connection.execute(DEVICE.delete().where(DEVICE.c.device == number_of(team)))
        assert enrolment.withdraw(connection, number_of(team), now=small_world.now())
    with pytest.raises(UserError, match="invitation_withdrawn"):
        team.sync()
    assert known(small_world) == []


@pytest.mark.parametrize("wrong", ["certificate", "key"])
def test_nobody_else_gets_in_by_it(small_world: World, desks: Desks, tmp_path: Path, wrong: str) -> None:
    copy = copied(small_world, tmp_path)
    team, other = desks(small_world), desks(small_world, COMMUNE, "Cà Thị Hương")
    put_back(small_world, copy)
    with team.core.vault.write() as connection, other.core.vault.write() as theirs:
        mine, stolen = (get_note(c, "certificate") for c in (connection, theirs))
        changed = stolen if wrong == "key" else mine[:-20] + ("A" if mine[-20] != "A" else "B") + mine[-19:]
        put_note(connection, "certificate", changed)
    with pytest.raises(UserError):
        team.sync()
    assert known(small_world) == []


def test_control_without_the_certificate_it_stays_outside(
    small_world: World, desks: Desks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, logs: Any
) -> None:
    logs.expect("tongcds.sync.exchange", "the server refused")
    monkeypatch.setattr(enrol, "_keep", lambda *_: None)
    copy = copied(small_world, tmp_path)
    team = desks(small_world)
    team.create(code="HN-1")
    put_back(small_world, copy)
    with pytest.raises(UserError, match="server_refused"):
        team.sync()
    assert server_rows(small_world, "household") == {}


def test_a_laptop_that_is_known_and_revoked_stays_revoked(small_world: World, desks: Desks) -> None:
    team = desks(small_world)
    on_server(small_world, lambda c: enrolment.revoke(c, number_of(team), now=small_world.now()))
    assert enrol.let_in_again(team.core.vault, team.wire, small_world.clock)
    with pytest.raises(UserError, match="device_revoked"):
        team.sync()
