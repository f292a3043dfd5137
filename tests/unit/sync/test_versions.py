"""An older program at a newer server and the other way round: nothing is lost, and somebody is told."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from tests.unit.server.conftest import COMMUNE, VILLAGE, World
from tests.unit.sync.conftest import Desks
from tests.unit.sync.desks import Desk, server_rows
from tests.unit.sync.older import without
from tongcds.domain.views import SyncPhase
from tongcds.errors import UserError
from tongcds.protocol import chunks, groups, messages
from tongcds.records import declare
from tongcds.replica.tables import AREA
from tongcds.server import requests
from tongcds.sync import exchange, outdated, transport


def older(desk: Desk, type_name: str, patch: pytest.MonkeyPatch) -> Any:
    """Let this desktop, and nobody else, run as a program without a type: only what it reads is its own."""
    real = chunks.understand_states

    def read(packed: bytes) -> Any:
        with without(type_name):
            return real(packed)

    patch.setattr(chunks, "understand_states", read)
    patch.setattr(outdated, "_known", lambda: "older")
    return desk


def test_an_older_program_goes_on_with_what_it_knows_and_gets_the_rest_after_its_update(
    small_world: World, desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    team, commune = desks(small_world), desks(small_world, COMMUNE, "Cà Thị Hương")
    village = small_world.unit(VILLAGE)
    commune.sync()
    home = team.create(code="HN-1")
    visit = team.create("visit", household_id=home, on="2026-11-20")
    team.sync()
    with monkeypatch.context() as patch:
        older(commune, "visit", patch)
        outcome = commune.sync()
        assert home in commune.rows("household")
        assert visit not in commune.rows("visit")
        assert not outcome.mismatch, "the server sums up more than is here"
        status = commune.core.runner.status()
        assert (status.phase, status.problem) == (SyncPhase.NEEDS_UPDATE, "newer_records")
        # What is written here arrives all the same, and a second exchange changes nothing.
        commune.update(home, address="Nhóm 1")
        commune.sync()
        assert server_rows(small_world, "household")[home]["address"] == "Nhóm 1"
    # The update.
    commune.sync()
    assert visit in commune.rows("visit")
    assert commune.core.runner.status().phase is SyncPhase.IDLE
    assert not commune.sync().mismatch
    with commune.core.vault.read() as connection:
        assert connection.execute(select(AREA.c.counter).where(AREA.c.area == village)).scalar_one() > 0


def test_a_field_that_is_not_known_yet_is_passed_over_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    record = declare.record_type("household")
    values = dict.fromkeys(record.field_names) | {
        "village_id": bytes(16),
        "code": "HN-1",
        "split_on": "2026-01-01",
    }
    later = {"split_on": messages.Version(7, 2, 3, bytes(16)), "code": messages.Version(7, 3, 4, bytes(16))}
    state = messages.State(
        record.number, bytes(15) + b"\x01", messages.Version(7, 1, 2, bytes(16)), values, later
    )
    packed = chunks.pack_states([state])
    order = groups.wire_order(record)
    assert order[-1] == "split_on"
    with monkeypatch.context() as patch:
        patch.setattr(groups, "wire_order", lambda r: order[:-1] if r is record else order)
        patch.setattr(chunks, "wire_order", lambda r: order[:-1] if r is record else order)
        found = chunks.understand_states(packed)
    assert not found.all
    (read,) = found.states
    assert read.values["code"] == "HN-1"
    assert "split_on" not in read.values
    assert read.later.keys() == {"code"}
    assert chunks.understand_states(packed).all


@pytest.mark.parametrize(
    ("spoken", "code"),
    [((2, 3), "protocol_unsupported"), ((1, 1), "server_outdated")],
    ids=["older", "newer"],
)
def test_a_program_that_speaks_another_version_hears_which_and_keeps_everything(
    small_world: World, desks: Desks, monkeypatch: pytest.MonkeyPatch, spoken: tuple[int, int], code: str
) -> None:
    desk = desks(small_world)
    home = desk.create(code="HN-1")
    with monkeypatch.context() as patch:
        patch.setattr(requests, "OLDEST", spoken[0])
        patch.setattr(requests, "VERSION", spoken[1])
        if code == "server_outdated":
            patch.setattr(exchange, "VERSION", 2)
            patch.setattr(transport, "VERSION", 2)
        with pytest.raises(UserError, match=code):
            desk.sync()
        desk.core.runner.ask()
        status = desk.core.runner.status()
        assert (status.phase, status.problem, status.waiting) == (SyncPhase.NEEDS_UPDATE, code, 1)
        assert server_rows(small_world, "household") == {}
    desk.core.runner.ask()
    assert home in server_rows(small_world, "household")
    status = desk.core.runner.status()
    assert (status.phase, status.problem, status.waiting) == (SyncPhase.IDLE, "", 0)


def test_records_that_an_older_server_does_not_know_wait_for_its_update(
    small_world: World, desks: Desks
) -> None:
    desk = desks(small_world)
    home = desk.create(code="HN-1")
    desk.create("visit", household_id=home, on="2026-11-20")
    real = desk.wire.serve

    def old_server(path: str, body: bytes) -> bytes:
        with without("visit"):
            return real(path, body)

    desk.wire.serve = old_server
    with pytest.raises(UserError, match="server_outdated"):
        desk.sync()
    assert desk.core.runner.status().waiting == 2
    desk.wire.serve = real
    desk.sync()
    assert len(server_rows(small_world, "visit")) == 1
