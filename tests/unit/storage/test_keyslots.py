"""D1: the slots that keep a vault's key: copies, parameters, persons and delays."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.unit.storage.homes import PASSPHRASE, Ticking
from tongcds.errors import TongcdsError, UnavailableError, UserError
from tongcds.storage import keyslots, slotfile, tries
from tongcds.storage.keyslots import About, add_person, create_slots, open_slots
from tongcds.storage.slotfile import FILE_NAMES
from tongcds.storage.tries import delay_after

WRONG = "năm con gà trống choai"


@pytest.fixture
def slots(tmp_path: Path) -> Path:
    create_slots(tmp_path, PASSPHRASE, "Lò Thị Ngân")
    return tmp_path


def code_of(folder: Path, passphrase: str, now: Ticking) -> str:
    try:
        open_slots(folder, passphrase, now=now)
    except TongcdsError as problem:
        return problem.code
    return "opened"


def replace_file(folder: Path, **changes: object) -> None:
    """Write a key file that is whole, with other contents."""
    keys = slotfile.read(folder)
    slot = msgspec.structs.replace(keys.slots[0], **changes)
    slotfile.write(folder, msgspec.structs.replace(keys, generation=keys.generation + 1, slots=[slot]))


def test_the_slot_gives_key_and_name_back(slots: Path, now: Ticking):
    made = create_slots(slots, PASSPHRASE, "Lò Thị Ngân")
    opened = open_slots(slots, PASSPHRASE, now=now)
    assert (opened.key, opened.person, opened.slot_id) == (made.key, "Lò Thị Ngân", made.slot_id)


def test_nobody_s_name_is_in_the_key_files(slots: Path):
    for name in FILE_NAMES:
        assert "Ngân".encode() not in (slots / name).read_bytes()


def test_subkeys_differ_by_purpose_and_from_the_key(slots: Path, now: Ticking):
    opened = open_slots(slots, PASSPHRASE, now=now)
    assert len({opened.key, opened.subkey("database"), opened.subkey("journal")}) == 3
    assert opened.subkey("database") == open_slots(slots, PASSPHRASE, now=now).subkey("database")


def test_a_key_is_not_shown_when_it_is_printed(slots: Path, now: Ticking):
    opened = open_slots(slots, PASSPHRASE, now=now)
    assert opened.key.hex() not in repr(opened)
    assert repr(opened.key) not in repr(opened)


def test_each_person_opens_the_vault_with_an_own_passphrase(slots: Path, now: Ticking):
    opened = open_slots(slots, PASSPHRASE, now=now)
    add_person(slots, opened, WRONG, About("Lò Văn Ún"))
    second = open_slots(slots, WRONG, now=now)
    assert (second.person, second.key) == ("Lò Văn Ún", opened.key)
    assert open_slots(slots, PASSPHRASE, now=now).person == "Lò Thị Ngân"
    with pytest.raises(UserError, match="passphrase_weak"):
        add_person(slots, opened, "1234", About("Ai đó"))


@pytest.mark.parametrize("lost", FILE_NAMES)
@pytest.mark.parametrize("damage", [b"", b"TCDSKEYS", None])
def test_one_copy_may_be_lost_or_damaged_and_is_put_right(slots: Path, now: Ticking, lost, damage):
    good = (slots / lost).read_bytes()
    if damage is None:
        (slots / lost).unlink()
    else:
        (slots / lost).write_bytes(damage)
    assert code_of(slots, PASSPHRASE, now) == "opened"
    assert (slots / lost).read_bytes() == good


def test_every_flipped_bit_in_all_copies_is_noticed(slots: Path, now: Ticking):
    good = (slots / FILE_NAMES[0]).read_bytes()
    for place in range(0, len(good) * 8, 37):
        bad = bytearray(good)
        bad[place // 8] ^= 1 << place % 8
        for name in FILE_NAMES:
            (slots / name).write_bytes(bytes(bad))
        assert code_of(slots, PASSPHRASE, now) == "vault_damaged", place
    for name in FILE_NAMES:
        (slots / name).write_bytes(good)
    assert code_of(slots, PASSPHRASE, now) == "opened"


def test_a_copy_of_before_the_last_change_does_not_count(slots: Path, now: Ticking):
    old = (slots / FILE_NAMES[0]).read_bytes()
    add_person(slots, open_slots(slots, PASSPHRASE, now=now), WRONG, About("Lò Văn Ún"))
    (slots / FILE_NAMES[0]).write_bytes(old)
    (slots / FILE_NAMES[1]).write_bytes(old)
    assert code_of(slots, WRONG, now) == "opened"


@pytest.mark.parametrize("weaker", [{"memory": keyslots.MEMORY // 2}, {"passes": 2}, {"memory": 8192}])
def test_parameters_made_weaker_are_refused(slots: Path, now: Ticking, weaker):
    replace_file(slots, **weaker)
    assert code_of(slots, PASSPHRASE, now) == "vault_damaged"


def test_without_the_floor_a_slot_that_was_made_weaker_would_be_taken(tmp_path, now: Ticking, monkeypatch):
    """The control of D1: a slot that fits its weak parameters, as a thief would like to have one made."""
    with monkeypatch.context() as weaker:
        weaker.setattr(keyslots, "MEMORY", 8 * 1024 * 1024)
        create_slots(tmp_path, PASSPHRASE, "Lò Thị Ngân")
    assert code_of(tmp_path, PASSPHRASE, now) == "vault_damaged"
    monkeypatch.setattr(keyslots, "_strong_enough", lambda _slot: True)
    assert code_of(tmp_path, PASSPHRASE, now) == "opened"


def test_parameters_that_would_exhaust_the_machine_are_refused(slots: Path, now: Ticking):
    replace_file(slots, memory=1 << 40)
    assert code_of(slots, PASSPHRASE, now) == "vault_damaged"


def test_the_same_file_with_its_own_parameters_opens(slots: Path, now: Ticking):
    replace_file(slots, memory=keyslots.MEMORY, passes=keyslots.PASSES)
    assert code_of(slots, PASSPHRASE, now) == "opened"


def test_parameters_are_those_of_the_threat_model():
    assert keyslots.MEMORY >= 64 * 1024 * 1024
    assert keyslots.PASSES >= 3


def test_a_slot_moved_to_another_kind_or_vault_does_not_open(slots: Path, now: Ticking):
    keys = slotfile.read(slots)
    slotfile.write(slots, msgspec.structs.replace(keys, generation=2, vault=bytes(16)))
    assert code_of(slots, PASSPHRASE, now) == "passphrase_wrong"


def test_a_key_file_of_a_newer_program_is_left_alone(slots: Path, now: Ticking):
    slotfile.write(slots, msgspec.structs.replace(slotfile.read(slots), version=2))
    before = (slots / FILE_NAMES[0]).read_bytes()
    with pytest.raises(UnavailableError, match="vault_newer"):
        open_slots(slots, PASSPHRASE, now=now)
    assert (slots / FILE_NAMES[0]).read_bytes() == before


def test_delays_grow_to_five_minutes_and_no_further():
    delays = [delay_after(wrong) for wrong in range(200)]
    assert delays[:4] == [0, 0, 0, 0]
    assert delays == sorted(delays)
    assert delays[5] > 0
    assert delays[10] == delays[199] == 300_000


def test_ten_wrong_passphrases_make_even_the_right_one_wait_and_wipe_nothing(slots: Path, now: Ticking):
    for _ in range(10):
        assert code_of(slots, WRONG, now) == "passphrase_wrong"
        now.advance(300)
    now.advance(-299)
    with pytest.raises(UserError) as waiting:
        open_slots(slots, PASSPHRASE, now=now)
    assert waiting.value.code == "passphrase_wait"
    assert 290 <= int(str(waiting.value.params["seconds"])) <= 300
    now.advance(300)
    assert code_of(slots, PASSPHRASE, now) == "opened"
    assert code_of(slots, WRONG, now) == "passphrase_wrong"
    assert code_of(slots, WRONG, now) == "passphrase_wrong"


def test_a_try_during_the_wait_is_not_looked_at(slots: Path, now: Ticking):
    for _ in range(5):
        code_of(slots, WRONG, now)
        now.advance(60)
    now.advance(-60)
    assert code_of(slots, WRONG, now) == "passphrase_wait"
    now.advance(10)
    assert code_of(slots, PASSPHRASE, now) == "opened"


def test_a_clock_put_back_by_years_makes_nobody_wait_for_years(slots: Path, now: Ticking):
    for _ in range(5):
        code_of(slots, WRONG, now)
        now.advance(60)
    now.advance(-10 * 365 * 86400)
    assert code_of(slots, PASSPHRASE, now) == "passphrase_wait"
    now.advance(301)
    assert code_of(slots, PASSPHRASE, now) == "opened"


def test_a_damaged_count_of_tries_locks_nobody_out(slots: Path, now: Ticking):
    (slots / tries.FILE_NAME).write_bytes(b"\xff\xff")
    assert code_of(slots, PASSPHRASE, now) == "opened"


def test_a_full_disk_keeps_nobody_out(slots: Path, now: Ticking, monkeypatch):
    def full(_path: Path, _content: bytes) -> None:
        raise UnavailableError("disk_full")

    code_of(slots, WRONG, now)
    (slots / FILE_NAMES[1]).unlink()
    for module in (slotfile, tries):
        monkeypatch.setattr(module, "write_whole", full)
    assert code_of(slots, PASSPHRASE, now) == "opened"
