"""A laptop that began from an invitation file shows its ticket, and is let in as it says, or told why not."""

from __future__ import annotations

import msgspec
import pytest
from nacl.signing import SigningKey, VerifyKey

from tests.unit.server.conftest import COMMUNE, VILLAGE
from tongcds.protocol import envelope, invitations
from tongcds.protocol.messages import (
    VERSION,
    Credentials,
    Invitation,
    RegisterRequest,
    decode,
    encode,
    registered_text,
)
from tongcds.server import enrolment, registration
from tongcds.server.problems import Refusal
from tongcds.server.registration import MOST_LAPTOPS
from tongcds.server.tables import INVITATION

PREFIX = 4711
FIRST, SECOND = SigningKey(b"1" * 32), SigningKey(b"2" * 32)


def register(world, invitation: Invitation, *, key: SigningKey = FIRST, **wrong) -> Credentials:
    told = invitations.ticket_from(invitation.ticket, invitation.server_key).credentials
    asked = RegisterRequest(VERSION, invitation.ticket, bytes(key.verify_key), PREFIX, world.now())
    asked = msgspec.structs.replace(asked, **{k: v for k, v in wrong.items() if k != "device"})
    sealed = envelope.seal(
        encode(asked),
        device=wrong.get("device", told.device),
        counter=1,
        key=key,
        server_key=invitation.server_key,
    )
    answer, _ = registration.register(world.province, sealed)
    text = registered_text(asked.public_key, asked.prefix, answer.credentials)
    VerifyKey(world.province.server_key).verify(text, answer.signature)
    return decode(Credentials, answer.credentials)


def refusal(world, invitation: Invitation, **how) -> str:
    with pytest.raises(Refusal) as refused:
        register(world, invitation, **how)
    return refused.value.problem.code


@pytest.mark.parametrize("unit", [VILLAGE, COMMUNE])
def test_the_ticket_says_what_the_server_would_have_said(world, unit):
    invitation = world.invite(unit)
    told = invitations.ticket_from(invitation.ticket, invitation.server_key).credentials
    assert register(world, invitation) == told
    assert register(world, invitation) == told


def test_a_second_laptop_gets_a_number_of_its_own_each_time_the_same(world):
    invitation = world.invite(VILLAGE)
    first = register(world, invitation)
    second = register(world, invitation, key=SECOND)
    assert second.device != first.device
    assert (second.member_id, second.entries) == (first.member_id, first.entries)
    assert register(world, invitation, key=SECOND) == second
    assert register(world, invitation) == first


def test_a_file_that_goes_round_is_stopped(small_world):
    invitation = small_world.invite(VILLAGE)
    for i in range(MOST_LAPTOPS):
        register(small_world, invitation, key=SigningKey(bytes([i]) * 32))
    assert refusal(small_world, invitation, key=SigningKey(b"x" * 32)) == "invitation_used"
    register(small_world, invitation, key=SigningKey(bytes([0]) * 32))


def test_whoever_comes_too_late_is_told_so_and_whoever_came_before_is_not(small_world, clock):
    early, late = small_world.invite(VILLAGE), small_world.invite(COMMUNE)
    told = register(small_world, early)
    clock.advance(days=enrolment.DAYS, seconds=-1)
    register(small_world, early, key=SECOND)
    clock.advance(seconds=2)
    assert refusal(small_world, late) == "invitation_expired"
    assert register(small_world, early) == told


def test_a_withdrawn_invitation_lets_nobody_new_in_by_file_or_code(small_world):
    used, unused = small_world.invite(VILLAGE), small_world.invite(COMMUNE)
    told = register(small_world, used)
    with small_world.province.database.write() as connection:
        numbers = [row.device for row in enrolment.invited(connection)]
        assert len(numbers) == 1
        for number in (told.device, *numbers):
            assert enrolment.withdraw(connection, number, now=small_world.now())
            assert not enrolment.withdraw(connection, number, now=small_world.now())
    assert refusal(small_world, unused) == "invitation_withdrawn"
    assert refusal(small_world, used, key=SECOND) == "invitation_withdrawn"
    assert register(small_world, used) == told
    with pytest.raises(Refusal, match="invitation_withdrawn"):
        small_world.laptop(COMMUNE).enrol(unused.secret)


def test_after_one_was_revoked_nobody_else_gets_in_by_its_file(small_world):
    invitation = small_world.invite(VILLAGE)
    told = register(small_world, invitation)
    with small_world.province.database.write() as connection:
        enrolment.revoke(connection, told.device, now=small_world.now())
    assert register(small_world, invitation) == told
    assert refusal(small_world, invitation, key=SECOND) == "invitation_used"


def test_code_and_file_of_one_invitation_are_for_one_laptop_and_the_second_shows_itself(small_world):
    invitation = small_world.invite(VILLAGE)
    by_code = small_world.laptop(VILLAGE)
    by_code.enrol(invitation.secret)
    assert register(small_world, invitation, key=SECOND).device != by_code.me.device


def test_a_database_put_back_from_before_the_invitation_takes_the_ticket_at_its_word(small_world):
    invitation = small_world.invite(VILLAGE)
    with small_world.province.database.write() as connection:
        connection.execute(INVITATION.delete())
    told = invitations.ticket_from(invitation.ticket, invitation.server_key).credentials
    assert register(small_world, invitation) == told


def test_nobody_gets_in_by_a_ticket_that_is_not_ours_or_a_key_that_is_not_theirs(small_world):
    invitation = small_world.invite(VILLAGE)
    forged = invitations.ticket_bytes(
        invitations.ticket_from(invitation.ticket, invitation.server_key), SigningKey(b"f" * 32)
    )
    assert refusal(small_world, invitation, ticket=forged) == "invitation_unknown"
    assert refusal(small_world, invitation, ticket=b"") == "invitation_unknown"
    assert refusal(small_world, invitation, public_key=bytes(SECOND.verify_key)) == "bad_signature"
    assert refusal(small_world, invitation, device=1) == "bad_envelope"
    assert refusal(small_world, invitation, prefix=0) == "bad_message"
    assert refusal(small_world, invitation, version=VERSION + 1) == "protocol_unsupported"
    told = register(small_world, invitation)
    assert told.device == invitations.ticket_from(invitation.ticket, invitation.server_key).credentials.device


def test_a_ticket_that_was_changed_anywhere_is_refused(small_world):
    raw = small_world.invite(VILLAGE).ticket
    for place in range(0, len(raw), 5):
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        with pytest.raises(invitations.ProtocolError):
            invitations.ticket_from(changed, small_world.province.server_key)
