"""B5 to B9: scenes that comparable systems lose work in, each with everything that the simulator checks.

Amounts are those of each submission, from many seeds in `make soak`; the simulator draws the same events at
random in `test_simulator`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from nacl.signing import SigningKey
from sqlalchemy import select

from tests.faults.amounts import seeds
from tests.sim.machines import Machine, Network, Weather
from tests.sim.world import World
from tongcds.replica import own, pages
from tongcds.replica.tables import QUARANTINE
from tongcds.server import enrolment, incarnations, ops, reforms
from tongcds.server.enrolment import Place, place_of
from tongcds.server.office import office
from tongcds.storage.local import load_enrolment
from tongcds.sync import answers

UNSENT = 200
INTERLEAVINGS = 200
# Enough to show that a wrong program is found out.
A_FEW = 20
SEEDS = 20
LAPTOPS = 50
DAY = date(2026, 11, 23)
Make = Callable[..., World]


def write(world: World, machine: Machine, count: int) -> None:
    """So many changes, whatever they are."""
    before = _written(machine)
    world.create(machine)
    while _written(machine) < before + count:
        world.edit(machine)
        world.observe(machine)


def _written(machine: Machine) -> int:
    with machine.vault.read() as connection:
        return own.pending_count(connection)


def place(world: World, unit: bytes) -> Place:
    with world.province.database.read() as connection:
        state = office(connection)
        assert state is not None
        found = place_of(connection, unit, state.province_id)
    assert found is not None
    return found


def set_aside(world: World) -> list[str]:
    with world.province.database.read() as connection:
        return list(connection.execute(select(QUARANTINE.c.code)).scalars())


def noticed(scene: Callable[[], list[str]]) -> bool:
    """Whether a wrong program is found out, however it shows."""
    try:
        return bool(scene())
    except Exception:  # noqa: BLE001
        return True


# ---- B5


def edit_while_uploading(world: World, times: int = INTERLEAVINGS) -> list[str]:
    """So many times: somebody types while a request is on its way there, or its answer on the way back."""
    machine = world.machines[0]
    world.create(machine)
    for number in range(times):
        moments = iter(range(1_000))
        when = world.rng.randrange(4)

        def meanwhile(moments: object = moments, when: int = when) -> None:
            if next(moments) == when:  # type: ignore[call-overload]
                world.edit(machine)

        world.edit(machine)
        world.way = lambda meanwhile=meanwhile: Network(  # type: ignore[misc]
            world.serve, world.rng, Weather(lose_answer=0.2), world.held, meanwhile
        )
        world.sync(machine)
        world.now += number
    world.way = None
    world.heal()
    return world.problems()


@pytest.mark.parametrize("seed", seeds(5, SEEDS))
def test_b5_an_edit_during_an_upload_survives(world: Make, seed: int) -> None:
    assert edit_while_uploading(world(seed, machines=5)) == []


def test_b5_control_a_receipt_for_more_than_was_sent(world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        answers, "acknowledge", lambda c, me, watermark: own.acknowledge(c, me, max(watermark, me.next_n - 1))
    )
    assert noticed(lambda: edit_while_uploading(world(5, machines=5), A_FEW))


# ---- B6


def restore_an_older_server(world: World) -> list[str]:
    """The nine steps of CHT #8093, with as many laptops as a district has."""
    for machine in world.machines:  # 1. everybody works and syncs
        world.create(machine)
    world.heal()
    offline, *others = world.machines
    write(world, offline, 5)  # 2. one goes offline and writes
    world.copy_server(offline)  # 3. the server is copied
    for machine in others:  # 4. the others write and sync
        world.edit(machine)
        world.create(machine)
        world.sync(machine)
    world.sync(offline)  # 5. the one syncs what it wrote
    write(world, others[0], 3)  # 6. somebody writes and does not sync
    epoch = _epoch(world)
    world.put_back(world.copies[-1])  # 7. the server is put back
    assert _epoch(world) > epoch
    acknowledged = {machine.name: _written(machine) for machine in world.machines}
    for machine in world.machines:  # 8. everybody syncs once
        world.sync(machine)
    assert acknowledged[offline.name] == 0
    found = world.ledger_problems()  # within one sync each, by itself
    world.heal()  # 9. and hears of the others
    return found + world.problems()


def _epoch(world: World) -> int:
    with world.province.database.read() as connection:
        state = office(connection)
    assert state is not None
    return state.epoch


@pytest.mark.parametrize("seed", seeds(6, SEEDS))
def test_b6_laptops_offer_again_what_a_restored_server_lacks(world: Make, seed: int) -> None:
    assert restore_an_older_server(world(seed, machines=LAPTOPS)) == []


def test_b6_control_nobody_offers_again(world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "offer_again", lambda *_: 0)
    assert noticed(lambda: restore_an_older_server(world(6, machines=6)))


# ---- B7


def restore_and_clone(world: World) -> list[str]:
    """A laptop is put back to an older copy; then its disk goes into five others; all go on writing."""
    machine = world.machines[0]
    world.create(machine)
    world.copy_machine(machine)
    write(world, machine, 20)
    world.sync(machine)
    world.restore_machine(machine)
    write(world, machine, 20)
    first = world.device(machine)
    world.sync(machine)
    assert world.device(machine) != first
    twins = [world.twin(machine) for _ in range(5)]
    numbers = set()
    for each in (machine, *twins):
        world.now += 1_000
        write(world, each, 20)
        world.sync(each)
        numbers.add(world.device(each))
    assert len(numbers) == 6
    world.heal()
    return world.problems()


@pytest.mark.parametrize("seed", seeds(7, SEEDS))
def test_b7_a_restored_laptop_and_five_of_one_image_lose_nothing(world: Make, seed: int) -> None:
    assert restore_and_clone(world(seed, machines=6)) == []


def test_b7_control_a_number_seen_before_is_taken_for_known(
    world: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incarnations, "held", lambda _c, _d, first, packed: first - 1 + len(packed) // 8)
    assert noticed(lambda: restore_and_clone(world(7, machines=6)))


# ---- B8


def reform_while_away(world: World, change: str) -> list[str]:
    """Five laptops hold 200 unsent writes when units or their own place change; one sync each."""
    away = [*world.machines[:4], world.machines[8]]
    for machine in away:
        write(world, machine, UNSENT // 5)
    with world.province.database.write() as connection:
        if change == "village merged":
            old, new = (place(world, unit) for unit in world.villages[:2])
            reforms.merge(connection, [old], new, on=DAY, document="", now=world.now)
            world.villages.remove(old.unit_id)
        elif change == "communes merged":
            old, new = (place(world, unit) for unit in world.communes)
            reforms.merge(connection, [old], new, on=DAY, document="", now=world.now)
            world.communes.remove(old.unit_id)
        elif change == "village moved":
            village, commune = place(world, world.villages[0]), place(world, world.communes[1])
            reforms.move_village(connection, village, commune, on=DAY, document="", now=world.now)
        elif change == "team moved":
            there = place(world, world.villages[3])
            reforms.reassign(connection, world.device(away[0]), there, now=world.now)
        else:
            there = place(world, world.villages[0])
            reforms.reassign(connection, world.device(away[4]), there, now=world.now)
    for machine in away:
        world.sync(machine)
        assert _written(machine) == 0
    world.heal()
    return world.problems()


@pytest.mark.parametrize("seed", seeds(8, SEEDS))
@pytest.mark.parametrize("change", ["village merged", "communes merged", "village moved"])
def test_b8_a_reform_costs_a_team_that_was_away_nothing(world: Make, change: str, seed: int) -> None:
    one = world(seed, machines=10)
    assert reform_while_away(one, change) == []
    assert set_aside(one) == []


@pytest.mark.parametrize("seed", seeds(8, SEEDS))
@pytest.mark.parametrize("change", ["team moved", "role narrowed"])
def test_b8_what_was_written_under_an_authority_that_ended_is_kept(
    world: Make, change: str, seed: int
) -> None:
    one = world(seed, machines=10)
    assert reform_while_away(one, change) == []
    assert set(set_aside(one)) <= {"not_allowed", "author_unknown", "unknown_record"}
    assert set_aside(one)


def test_b8_control_without_the_events_work_would_wait_for_an_officer(
    world: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reforms, "successors", lambda _: {})
    one = world(8, machines=10)
    reform_while_away(one, "village merged")
    assert "not_allowed" in set_aside(one)


def test_b8_control_a_purge_that_does_not_look_for_unsent_writes(
    world: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "unseen", lambda *_: {})
    monkeypatch.setattr(answers, "acknowledge", lambda *_: 0)
    assert noticed(lambda: reform_while_away(world(8, machines=10), "village merged"))


# ---- B9


def revoke_with_unsent_work(world: World, road: str) -> list[str]:
    """A laptop with 200 unsent writes is withdrawn; they go to the province once, on either road."""
    machine = world.machines[0]
    world.heal()
    write(world, machine, UNSENT)
    with world.province.database.write() as connection:
        enrolment.revoke(connection, world.device(machine), now=world.now)
        world.revoked.add(_key_of(machine))
    if road == "stick":
        world.export(machine)
        assert world.carry_to_server(world.sticks[-1])
    else:
        assert world.sync(machine) == "device_revoked"
        assert _written(machine) == 0
    world.heal()
    return world.problems()


def _key_of(machine: Machine) -> bytes:
    with machine.vault.read() as connection:
        known = load_enrolment(connection)
    assert known is not None
    return bytes(SigningKey(known.signing_seed).verify_key)


@pytest.mark.parametrize("seed", seeds(9, SEEDS))
@pytest.mark.parametrize("road", ["network", "stick"])
def test_b9_a_withdrawn_laptop_hands_in_what_it_had_not_sent_and_nothing_is_applied(
    world: Make, road: str, seed: int
) -> None:
    assert hand_in(world(seed, machines=6), road) == []


def hand_in(one: World, road: str) -> list[str]:
    found = revoke_with_unsent_work(one, road)
    codes = set_aside(one)
    assert set(codes) == {ops.REVOKED}
    assert len(codes) >= UNSENT
    return found


def refuse(patch: pytest.MonkeyPatch) -> None:
    def refused(*_args: object, **_kwargs: object) -> None:
        raise ops.Refusal("device_revoked")

    patch.setattr(ops, "_escrow", refused)


def apply_all_the_same(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(enrolment, "revoke", lambda *_args, **_kwargs: True)


@pytest.mark.parametrize("wrong", [refuse, apply_all_the_same])
def test_b9_control(
    world: Make, wrong: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong(monkeypatch)
    assert noticed(lambda: hand_in(world(9, machines=6), "network"))
