"""An invitation makes one laptop known, once."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.unit.server.conftest import AREA, COMMUNE, VILLAGE
from tests.unit.server.laptop import Laptop
from tongcds.protocol import invitations
from tongcds.protocol.messages import VERSION, EnrolRequest, Registered, decode, encode
from tongcds.records import record_type
from tongcds.server import enrolment
from tongcds.server.limits import Rate
from tongcds.server.problems import STATUS, Refusal
from tongcds.server.tables import INVITATION

PREFIX = 12345


def enrol(world, secret: str, *, key: bytes = b"k" * 32, prefix: int = PREFIX, version: int = VERSION):
    body = encode(EnrolRequest(version, secret, key, prefix, world.now()))
    registered = decode(Registered, world.post("/api/v1/enrol", body))
    return invitations.certified(registered, key, prefix, world.province.server_key)


def refusal(world, secret: str, **how) -> str:
    with pytest.raises(Refusal) as refused:
        enrol(world, secret, **how)
    return refused.value.problem.code


def test_whoever_is_invited_gets_the_place_of_the_invitation(world):
    me = enrol(world, world.invite(VILLAGE).secret)
    assert (me.role, me.member_name, me.unit_name) == ("team", "Lò Thị Ngân", "Bản Nà Ngà")
    assert (me.commune_name, me.province_name) == ("Xã Chiềng Mung", "Tỉnh Sơn La")
    assert me.unit_id == world.unit(VILLAGE)
    assert {entry.mode for entry in me.entries} == {"write", "read", "figures"}
    assert me.server_key == world.province.server_key


@pytest.mark.parametrize(
    ("unit", "role"), [(VILLAGE, "team"), (COMMUNE, "commune"), (AREA, "area"), ("14", "province")]
)
def test_the_unit_decides_about_the_role(small_world, unit, role):
    assert enrol(small_world, small_world.invite(unit).secret).role == role


def test_a_lost_answer_is_given_again_to_the_same_laptop_and_to_nobody_else(world):
    secret = world.invite(VILLAGE).secret
    first = enrol(world, secret)
    assert enrol(world, secret) == first
    assert refusal(world, secret, key=b"x" * 32) == "invitation_used"


def test_the_same_laptop_gets_its_answer_after_the_invitation_expired(small_world, clock):
    secret = small_world.invite(VILLAGE, hours=1).secret
    first = enrol(small_world, secret)
    clock.advance(days=2)
    assert enrol(small_world, secret) == first


def test_an_invitation_expires(world, clock):
    invitation = world.invite(VILLAGE, hours=72)
    clock.advance(hours=71)
    late = world.invite(VILLAGE, hours=1)
    clock.advance(hours=1, seconds=1)
    assert refusal(world, invitation.secret) == "invitation_expired"
    assert refusal(world, late.secret) == "invitation_expired"


@pytest.mark.parametrize("secret", ["K7QM-3F9T-XW2P", "", "???", "K7QM3F9TXW2PK7QM3F9TXW2P", "0" * 12])
def test_an_unknown_word_is_refused(small_world, secret):
    assert refusal(small_world, secret) == "invitation_unknown"


def test_a_code_may_be_typed_carelessly(small_world):
    secret = small_world.invite(VILLAGE).secret
    enrol(small_world, f" {invitations.shown(secret).lower().replace('-', ' ')} ")


@pytest.mark.parametrize("how", [{"key": b"short"}, {"prefix": 0}, {"prefix": 1 << 60}, {"prefix": -1}])
def test_a_request_that_makes_no_sense_is_refused(small_world, how):
    assert refusal(small_world, small_world.invite(VILLAGE).secret, **how) == "bad_message"


def test_a_newer_laptop_is_told_what_is_spoken_here(small_world):
    secret = small_world.invite(VILLAGE).secret
    assert refusal(small_world, secret, version=2) == "protocol_unsupported"
    with pytest.raises(Refusal) as refused:
        small_world.post("/api/v1/enrol", encode(EnrolRequest(7, "x", b"", 1, 1))[:3])
    assert refused.value.problem.code == "bad_message"


def test_a_revoked_laptop_does_not_come_back_by_its_old_invitation(small_world):
    secret = small_world.invite(VILLAGE).secret
    me = enrol(small_world, secret)
    with small_world.province.database.write() as connection:
        enrolment.revoke(connection, me.device, now=small_world.now())
    assert refusal(small_world, secret) == "invitation_used"


def test_a_person_who_is_invited_again_stays_the_same_member(small_world):
    first = enrol(small_world, small_world.invite(VILLAGE).secret)
    again = enrol(small_world, small_world.invite(VILLAGE).secret, key=b"n" * 32, prefix=PREFIX + 1)
    assert again.member_id == first.member_id
    assert again.device != first.device
    with small_world.province.database.read() as connection:
        table = record_type("team").table
        assert len(connection.execute(select(table.c.id)).all()) == 1


def test_the_database_does_not_know_the_secret(small_world):
    secret = small_world.invite(VILLAGE).secret
    with small_world.province.database.read() as connection:
        row = connection.execute(select(INVITATION)).one()
    assert all(secret not in str(value) and secret.encode() != value for value in row)
    assert row.secret_hash == enrolment.secret_hash(secret, small_world.province.key)


def test_two_laptops_with_one_invitation_at_once_get_one_place(world):
    import threading

    secret = world.invite(VILLAGE).secret
    answers: list[object] = []

    def ask(key):
        try:
            answers.append(enrol(world, secret, key=key).device)
        except Refusal as refused:
            answers.append(refused.problem.code)

    threads = [threading.Thread(target=ask, args=(bytes([i]) * 32,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, answers)) == ["2", "invitation_used", "invitation_used", "invitation_used"]


def test_whoever_tries_codes_has_to_wait():
    failures = Rate(allowed=3)
    for moment in (0, 10_000, 20_000):
        assert failures.wait("10.0.0.1", moment) == 0
        failures.count("10.0.0.1", moment)
    assert failures.wait("10.0.0.1", 30_000) == 30
    assert failures.wait("10.0.0.2", 30_000) == 0
    assert failures.wait("10.0.0.1", 60_000) == 0


def test_remembering_failures_takes_no_endless_memory():
    failures = Rate(allowed=3, remembered=5)
    for place in range(50):
        failures.count(f"10.0.0.{place}", 0)
    assert len(failures._at) == 5


def test_every_problem_is_one_that_the_client_caused_or_can_wait_for():
    assert {code for code, status in STATUS.items() if status >= 500} == {"internal", "busy"}


def test_a_laptop_that_enrolled_twice_counts_on(small_world):
    invitation = small_world.invite(VILLAGE)
    laptop = Laptop(small_world.post, small_world.now)
    small_world.laptops.append(laptop)
    first = laptop.enrol(invitation.secret)
    laptop.exchange()
    laptop.close()
    assert laptop.enrol(invitation.secret).device == first.device
    laptop.exchange()
