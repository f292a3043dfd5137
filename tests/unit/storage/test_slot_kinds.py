"""Slots that are not a person's: invited ones, the recovery code, the province; who may take which away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from nacl.public import PrivateKey

from tests.unit.storage.homes import PASSPHRASE, Ticking
from tongcds.domain import wordcode
from tongcds.errors import TongcdsError, UnavailableError, UserError
from tongcds.storage import keyslots, slotfile
from tongcds.storage.keyslots import (
    About,
    VaultKey,
    add_person,
    create_slots,
    holders,
    invite,
    open_province,
    open_recovery,
    open_slots,
    put_province,
    put_recovery,
    remove,
    set_passphrase,
)

OTHER = "năm con gà trống choai"
NEW = "bảy cái gùi mới đan"
CODE = "mèo đỏ gà xanh vịt vàng bò tím"
CODE_UNMARKED = "Meo do, ga xanh, vit vang, bo tim"
RECOVERY = "mèo đỏ gà xanh vịt vàng bò tím trâu đen ngựa nâu khỉ hồng hổ to"
MEMBER = bytes([5]) * 16


@pytest.fixture
def opened(tmp_path: Path) -> VaultKey:
    return create_slots(tmp_path, PASSPHRASE, "Lò Thị Ngân")


def code_of(work, *given: object, **named: object) -> str:
    try:
        work(*given, **named)
    except TongcdsError as problem:
        return problem.code
    return "done"


def test_an_invited_person_comes_in_once_and_then_with_an_own_passphrase(
    tmp_path: Path, opened: VaultKey, now: Ticking
):
    invite(tmp_path, opened, CODE, About("Lò Văn Ún", MEMBER, now() + 1000))
    invited = open_slots(tmp_path, CODE, now=now)
    assert (invited.kind, invited.person, invited.member) == (keyslots.INVITED, "Lò Văn Ún", MEMBER)
    mine = set_passphrase(tmp_path, invited, NEW, whose=invited.slot_id)
    assert (mine.kind, mine.person, mine.member, mine.key) == ("person", "Lò Văn Ún", MEMBER, opened.key)
    assert code_of(open_slots, tmp_path, CODE, now=now) == "passphrase_wrong"
    assert open_slots(tmp_path, NEW, now=now).member == MEMBER
    assert open_slots(tmp_path, PASSPHRASE, now=now).person == "Lò Thị Ngân"


def test_an_invitation_ends(tmp_path: Path, opened: VaultKey, now: Ticking):
    invite(tmp_path, opened, CODE, About("Lò Văn Ún", MEMBER, now() + 1000))
    assert code_of(open_slots, tmp_path, "Meo do, ga xanh", now=now) == "passphrase_wrong"
    assert code_of(open_slots, tmp_path, CODE_UNMARKED, now=now) == "done"
    now.advance(2)
    assert code_of(open_slots, tmp_path, CODE, now=now) == "team_code_expired"


def test_the_recovery_code_opens_and_is_gone_with_the_new_passphrase(
    tmp_path: Path, opened: VaultKey, now: Ticking
):
    assert keyslots.recovery_reference(tmp_path) == ""
    assert code_of(open_recovery, tmp_path, RECOVERY, now=now) == "recovery_missing"
    put_recovery(tmp_path, opened, bytes(16), RECOVERY)
    assert keyslots.recovery_reference(tmp_path) == keyslots.reference_of(bytes(16))
    recovered = open_recovery(tmp_path, RECOVERY, now=now)
    assert recovered.key == opened.key
    set_passphrase(tmp_path, recovered, NEW, whose=opened.slot_id)
    assert code_of(open_recovery, tmp_path, RECOVERY, now=now) == "recovery_missing"
    assert code_of(open_slots, tmp_path, PASSPHRASE, now=now) == "passphrase_wrong"
    assert open_slots(tmp_path, NEW, now=now).person == "Lò Thị Ngân"


def test_a_recovery_slot_that_stayed_would_open_a_second_time(tmp_path: Path, opened: VaultKey, now: Ticking):
    """The control of D5: whoever comes in without having the code's slot spent leaves the code good."""
    put_recovery(tmp_path, opened, bytes(16), RECOVERY)
    recovered = replace(open_recovery(tmp_path, RECOVERY, now=now), kind=keyslots.PERSON)
    set_passphrase(tmp_path, recovered, NEW, whose=opened.slot_id)
    assert code_of(open_recovery, tmp_path, RECOVERY, now=now) == "done"


def test_the_recovery_code_is_no_passphrase_and_a_passphrase_no_code(
    tmp_path: Path, opened: VaultKey, now: Ticking
):
    put_recovery(tmp_path, opened, bytes(16), RECOVERY)
    assert code_of(open_slots, tmp_path, RECOVERY, now=now) == "passphrase_wrong"
    assert code_of(open_recovery, tmp_path, PASSPHRASE, now=now) == "code_wrong"


def test_a_second_recovery_code_takes_the_place_of_the_first(tmp_path: Path, opened: VaultKey, now: Ticking):
    put_recovery(tmp_path, opened, bytes(16), RECOVERY)
    put_recovery(tmp_path, opened, bytes([1]) * 16, wordcode.draw(8))
    assert len(keyslots.slot_ids(tmp_path, keyslots.RECOVERY)) == 1
    assert code_of(open_recovery, tmp_path, RECOVERY, now=now) == "code_wrong"


def test_wrong_codes_make_codes_and_passphrases_wait(tmp_path: Path, opened: VaultKey, now: Ticking):
    put_recovery(tmp_path, opened, bytes(16), RECOVERY)
    for _ in range(4):
        assert code_of(open_recovery, tmp_path, CODE, now=now) == "code_wrong"
    assert code_of(open_recovery, tmp_path, RECOVERY, now=now) == "passphrase_wait"
    assert code_of(open_slots, tmp_path, PASSPHRASE, now=now) == "passphrase_wait"
    now.advance(6)
    assert code_of(open_recovery, tmp_path, RECOVERY, now=now) == "done"


def test_the_province_opens_with_its_own_key_alone(tmp_path: Path, opened: VaultKey):
    pair, stranger = PrivateKey.generate(), PrivateKey.generate()
    put_province(tmp_path, opened, bytes(pair.public_key))
    assert keyslots.province_key(tmp_path) == bytes(pair.public_key)
    assert open_province(tmp_path, bytes(pair)).key == opened.key
    assert code_of(open_province, tmp_path, bytes(stranger)) == "province_key_wrong"
    put_province(tmp_path, opened, bytes(stranger.public_key))
    assert code_of(open_province, tmp_path, bytes(pair)) == "province_key_wrong"
    put_province(tmp_path, opened, b"")
    assert keyslots.province_key(tmp_path) == b""


def test_a_province_slot_of_another_vault_does_not_open_this_one(tmp_path: Path, opened: VaultKey):
    pair, other = PrivateKey.generate(), tmp_path / "other"
    other.mkdir()
    put_province(other, create_slots(other, PASSPHRASE, "Ai đó"), bytes(pair.public_key))
    foreign = next(slot for slot in slotfile.read(other).slots if slot.kind == keyslots.PROVINCE)
    keys = slotfile.read(tmp_path)
    slotfile.write(tmp_path, keys.changed([*keys.slots, foreign]))
    assert code_of(open_province, tmp_path, bytes(pair)) == "province_key_wrong"


def test_nobody_can_have_the_passphrase_of_somebody_else(tmp_path: Path, opened: VaultKey):
    assert code_of(add_person, tmp_path, opened, PASSPHRASE, About("Lò Văn Ún")) == "passphrase_taken"
    add_person(tmp_path, opened, OTHER, About("Lò Văn Ún"))
    taken = code_of(set_passphrase, tmp_path, opened, OTHER, whose=opened.slot_id)
    assert taken == "passphrase_taken"
    assert code_of(set_passphrase, tmp_path, opened, NEW, whose=opened.slot_id) == "done"


def test_the_last_person_stays_and_nobody_removes_themselves(tmp_path: Path, opened: VaultKey, now: Ticking):
    assert code_of(remove, tmp_path, opened, opened.slot_id) == "last_person"
    second = add_person(tmp_path, opened, OTHER, About("Lò Văn Ún"))
    assert code_of(remove, tmp_path, opened, opened.slot_id) == "last_person"
    remove(tmp_path, opened, second)
    assert [holder.person for holder in holders(tmp_path, opened)] == ["Lò Thị Ngân"]
    assert code_of(open_slots, tmp_path, OTHER, now=now) == "passphrase_wrong"
    assert code_of(remove, tmp_path, opened, second) == "person_gone"


def test_one_try_costs_one_derivation_however_many_slots_there_are(
    tmp_path: Path, opened: VaultKey, now: Ticking, monkeypatch: pytest.MonkeyPatch
):
    for at, name in enumerate(("Lò Văn Ún", "Hà Thị Xuân", "Vì Thị Nga")):
        add_person(tmp_path, opened, f"{OTHER} {at}", About(name))
    derived = []
    real = keyslots._passphrase_key
    monkeypatch.setattr(keyslots, "_passphrase_key", lambda *given: derived.append(1) or real(*given))
    code_of(open_slots, tmp_path, "sai", now=now)
    assert len(derived) == 1


def test_a_slot_that_a_stranger_put_into_the_file_is_noticed(tmp_path: Path, opened: VaultKey):
    keys = slotfile.read(tmp_path)
    forged = msgspec.structs.replace(keys.slots[0], id=bytes(16))
    slotfile.write(tmp_path, keys.changed([*keys.slots, forged]))
    with pytest.raises(UnavailableError, match="vault_damaged"):
        holders(tmp_path, opened)


@pytest.mark.parametrize(("seconds", "passes"), [(0.1, 15), (0.3, 5), (0.5, 3), (4.0, 3), (0.0, 32)], ids=str)
def test_a_try_aims_at_half_a_second_and_never_goes_below_the_floor(
    monkeypatch: pytest.MonkeyPatch, seconds: float, passes: int
):
    monkeypatch.setattr(keyslots, "_passphrase_key", lambda *_given: bytes(32))
    moments = iter([10.0, 10.0 + seconds])
    assert keyslots.calibrated(lambda: next(moments)) == passes


def test_what_was_calibrated_is_kept_and_later_slots_follow_it(tmp_path: Path):
    made = create_slots(tmp_path, PASSPHRASE, "Lò Thị Ngân", passes=keyslots.PASSES + 1)
    add_person(tmp_path, made, OTHER, About("Lò Văn Ún"))
    assert {slot.passes for slot in slotfile.read(tmp_path).slots} == {keyslots.PASSES + 1}


def test_whose_a_slot_is_cannot_be_read_without_the_key(tmp_path: Path, opened: VaultKey):
    stranger = VaultKey(bytes(32), opened.slot_id, "")
    with pytest.raises(UnavailableError):
        holders(tmp_path, stranger)


def test_refusals_are_the_person_s_to_mend(tmp_path: Path, opened: VaultKey):
    with pytest.raises(UserError, match="passphrase_weak"):
        set_passphrase(tmp_path, opened, "1234", whose=opened.slot_id)
    with pytest.raises(UserError, match="person_gone"):
        set_passphrase(tmp_path, opened, NEW, whose=bytes(16))
