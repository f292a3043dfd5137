"""What a vault says to lost, damaged and foreign files, and what its files say to a thief: nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.storage.homes import (
    AUTHOR,
    PASSPHRASE,
    Ticking,
    abandon,
    add,
    contents,
    home,
    names,
    refusal,
    village,
)
from tongcds.errors import UnavailableError, UserError
from tongcds.storage import cipher, keyslots, local, search, slotfile
from tongcds.storage.vault import FILE_NAME, Vault


def test_a_making_that_was_cut_off_can_be_begun_again(folder: Path, now: Ticking):
    folder.mkdir()
    (folder / "vault.making").touch()
    keyslots.create_slots(folder, "năm con gà trống choai", "Ai đó")
    (folder / FILE_NAME).write_bytes(b"half of a page")
    assert not Vault.exists(folder)
    assert refusal(folder, now) == "vault_missing"
    Vault.create(folder, PASSPHRASE, person="Lò Thị Ngân", now=now).close()
    Vault.open(folder, PASSPHRASE, now=now).close()


def test_lost_files_never_become_an_empty_vault(vault: Vault, folder: Path, now: Ticking):
    vault.close()
    (folder / FILE_NAME).unlink()
    assert refusal(folder, now) == "vault_damaged"
    (folder / FILE_NAME).touch()
    assert refusal(folder, now) == "vault_damaged"
    with pytest.raises(UserError, match="vault_exists"):
        Vault.create(folder, PASSPHRASE, person="x", now=now)


def test_lost_keys_are_damage_too(vault: Vault, folder: Path, now: Ticking):
    vault.close()
    for name in slotfile.FILE_NAMES:
        (folder / name).unlink()
    assert refusal(folder, now) == "vault_damaged"


@pytest.mark.parametrize("left", [1, 100, 4096, 4097, 40960])
def test_a_truncated_file_is_noticed(vault: Vault, folder: Path, now: Ticking, left):
    add(vault, "Bản Nà Ngà")
    vault.close()
    whole = (folder / FILE_NAME).read_bytes()
    (folder / FILE_NAME).write_bytes(whole[:left])
    assert refusal(folder, now) == "vault_damaged"
    assert (folder / FILE_NAME).read_bytes() == whole[:left]


def test_a_plain_database_is_not_taken_for_a_vault(vault: Vault, folder: Path, now: Ticking):
    vault.close()
    (folder / FILE_NAME).write_bytes(cipher.PLAIN_HEADER + bytes(4080))
    assert refusal(folder, now) == "vault_damaged"


def test_another_vault_s_file_does_not_open(vault: Vault, folder: Path, now: Ticking, tmp_path: Path):
    vault.close()
    Vault.create(tmp_path / "other", PASSPHRASE, person="x", now=now).close()
    (folder / FILE_NAME).write_bytes((tmp_path / "other" / FILE_NAME).read_bytes())
    assert refusal(folder, now) == "vault_damaged"


def test_every_flipped_bit_is_found(vault: Vault, folder: Path, now: Ticking):
    with vault.change(AUTHOR) as change:
        place = village(change.writer)
        for number in range(40):
            home(change.writer, place, f"HN-{number:04}", "Lường Văn Pản", "Cà Thị Hương")
    vault.close()
    whole = (folder / FILE_NAME).read_bytes()
    key = keyslots.open_slots(folder, PASSPHRASE, now=now).subkey("database")
    for bit in range(3, len(whole) * 8, len(whole) * 8 // 60):
        bad = bytearray(whole)
        bad[bit // 8] ^= 1 << bit % 8
        (folder / FILE_NAME).write_bytes(bytes(bad))
        with pytest.raises(UnavailableError, match="vault_damaged"):
            verify(folder, key)
    (folder / FILE_NAME).write_bytes(whole)
    verify(folder, key)


def verify(folder: Path, key: bytes) -> None:
    raw = cipher.open_raw(folder / FILE_NAME, key, cipher.Access.READ)
    try:
        cipher.verify(raw)
    finally:
        raw.close()


def test_after_an_unclean_end_damage_stops_the_start_and_no_file_changes(
    vault: Vault, folder: Path, now: Ticking
):
    vault.checkpoint()
    add(vault, "Bản Nà Ngà")
    abandon(vault)
    assert (folder / f"{FILE_NAME}-wal").stat().st_size > 0
    bad = bytearray((folder / FILE_NAME).read_bytes())
    bad[len(bad) // 2] ^= 4
    (folder / FILE_NAME).write_bytes(bytes(bad))
    before = {name: content for name, content in contents(folder).items() if not name.endswith("-shm")}
    assert refusal(folder, now) == "vault_damaged"
    after = {name: content for name, content in contents(folder).items() if not name.endswith("-shm")}
    assert after == before


def test_after_an_unclean_end_without_damage_everything_is_there(vault: Vault, folder: Path, now: Ticking):
    add(vault, "Bản Nà Ngà")
    abandon(vault)
    again = Vault.open(folder, PASSPHRASE, now=now)
    with again.read() as connection:
        assert names(connection) == ["Bản Nà Ngà"]
    again.close()
    assert not (folder / f"{FILE_NAME}-wal").exists()


def test_a_vault_found_damaged_moves_nothing_into_its_main_file(vault: Vault, folder: Path, now: Ticking):
    vault.checkpoint()
    add(vault, "Bản Nà Ngà")
    whole = (folder / FILE_NAME).read_bytes()
    bad = bytearray(whole)
    bad[-100] ^= 1
    (folder / FILE_NAME).write_bytes(bytes(bad))
    with pytest.raises(UnavailableError, match="vault_damaged"):
        vault.check()
    vault.close()
    assert (folder / FILE_NAME).read_bytes() == bytes(bad)
    (folder / FILE_NAME).write_bytes(whole)
    again = Vault.open(folder, PASSPHRASE, now=now)
    with again.read() as connection:
        assert names(connection) == ["Bản Nà Ngà"]
    again.close()


CANARIES = ("Lường Văn Chim Yến", "0987111222", "014061009999", "Khe Hoàng Yến", "Ghi chú chim yến")


def test_no_file_of_the_folder_shows_a_name_while_open_or_closed(vault: Vault, folder: Path):
    name, phone, number, address, note = CANARIES
    person = {"full_name": name, "phone": phone, "id_number": number}
    with vault.change(AUTHOR) as change:
        place = village(change.writer)
        for at in range(50):
            home(change.writer, place, f"HN-{at:04}", dict(person), address=address, note=note)
        local.save_draft(change.connection, bytes(16), local.SavedDraft("visit", 1, {"note": note}))
    with vault.read() as connection:
        assert len(search.find(connection, "yến", 100)) == 50
    assert (folder / f"{FILE_NAME}-wal").stat().st_size > 100_000
    assert traces(folder) == []
    vault.close()
    assert traces(folder) == []


def traces(folder: Path) -> list[str]:
    wanted = [text.encode() for text in (*CANARIES, "Chim", "chim yen", "Ngân", PASSPHRASE)]
    found = contents(folder).items()
    return [f"{name}: {text.decode()}" for name, content in found for text in wanted if text in content]


def test_the_search_for_traces_would_find_one(vault: Vault, folder: Path):
    (folder / "left.tmp").write_text("Lường Văn Chim Yến")
    assert traces(folder) == ["left.tmp: Lường Văn Chim Yến", "left.tmp: Chim"]
