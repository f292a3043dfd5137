"""The journal: what it keeps, what it notices, and how it and the database bring each other up."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.storage.homes import AUTHOR, PASSPHRASE, Ticking, abandon, add, names, village
from tongcds.replica import acknowledge, chain_at, load_identity
from tongcds.replica.replay import logged
from tongcds.storage import backups, journal, keyslots
from tongcds.storage.vault import FILE_NAME, Vault


def journal_of(folder: Path, now: Ticking) -> journal.Found:
    key = keyslots.open_slots(folder, PASSPHRASE, now=now).subkey(journal.PURPOSE)
    found = journal.read(folder / journal.FILE_NAME, key)
    assert found is not None
    return found


def break_off(vault: Vault) -> None:
    with vault.change(AUTHOR) as change:
        village(change.writer, "Bản Hai")
        raise ZeroDivisionError


def put_away(folder: Path, *names_of_files: str) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in names_of_files if (folder / name).exists()}


def test_every_saved_write_is_in_the_journal_word_for_word(vault: Vault, folder: Path, now: Ticking):
    for name in ("Bản Một", "Bản Hai"):
        add(vault, name)
    with vault.read() as connection:
        assert list(journal_of(folder, now).writes) == logged(connection, 1)


def test_a_change_that_failed_leaves_nothing_in_the_journal(vault: Vault, folder: Path, now: Ticking):
    add(vault, "Bản Một")
    with pytest.raises(ZeroDivisionError):
        break_off(vault)
    assert journal_of(folder, now).next_n == 2
    add(vault, "Bản Ba")
    assert journal_of(folder, now).next_n == 3


def test_what_was_put_down_and_not_confirmed_is_nothing(vault: Vault, folder: Path, now: Ticking):
    add(vault, "Bản Một")
    vault.close()
    opened = keyslots.open_slots(folder, PASSPHRASE, now=now).subkey(journal.PURPOSE)
    found = journal_of(folder, now)
    open_journal = journal.Journal(folder / journal.FILE_NAME, opened, found)
    open_journal.put(found.writes)
    open_journal.close()
    again = journal_of(folder, now)
    assert (again.next_n, again.whole) == (2, True)
    open_journal = journal.Journal(folder / journal.FILE_NAME, opened, again)
    open_journal.put(found.writes)
    open_journal.confirm()
    open_journal.close()
    assert journal_of(folder, now).next_n == 3


def test_a_database_that_went_back_gets_its_writes_from_the_journal(
    vault: Vault, folder: Path, now: Ticking, logs
):
    add(vault, "Bản Một")
    vault.close()
    old = put_away(folder, FILE_NAME)
    again = Vault.open(folder, PASSPHRASE, now=now)
    for name in ("Bản Hai", "Bản Ba"):
        add(again, name)
    with again.read() as connection:
        chain, log = chain_at(connection, 3), logged(connection, 1)
    again.close()
    (folder / FILE_NAME).write_bytes(old[FILE_NAME])
    logs.expect("tongcds.storage.keeper", "writes came back from the journal")
    third = Vault.open(folder, PASSPHRASE, now=now)
    assert third.recovery is not None
    assert (third.recovery.backup_at, third.recovery.brought_back, third.recovery.complete) == (None, 2, True)
    with third.read() as connection:
        assert names(connection) == ["Bản Ba", "Bản Hai", "Bản Một"]
        assert logged(connection, 1) == log
        assert chain_at(connection, 3) == chain
    third.close()


def test_a_journal_that_was_lost_is_made_anew(vault: Vault, folder: Path, now: Ticking):
    add(vault, "Bản Một")
    vault.close()
    (folder / journal.FILE_NAME).unlink()
    again = Vault.open(folder, PASSPHRASE, now=now)
    assert again.recovery is None
    assert journal_of(folder, now).next_n == 2
    again.close()


@pytest.mark.parametrize("missing", [1, 7, 8, 40, 100])
def test_a_cut_tail_is_an_end_and_the_database_fills_it(vault: Vault, folder: Path, now: Ticking, missing):
    for name in ("Bản Một", "Bản Hai"):
        add(vault, name)
    abandon(vault)
    path = folder / journal.FILE_NAME
    path.write_bytes(path.read_bytes()[:-missing])
    found = journal_of(folder, now)
    assert (found.whole, found.next_n) == (True, 2)
    Vault.open(folder, PASSPHRASE, now=now).close()
    assert journal_of(folder, now).next_n == 3


def test_every_flipped_bit_before_the_end_is_noticed(vault: Vault, folder: Path, now: Ticking):
    for name in ("Bản Một", "Bản Hai", "Bản Ba"):
        add(vault, name)
    vault.close()
    path = folder / journal.FILE_NAME
    whole = path.read_bytes()
    key = keyslots.open_slots(folder, PASSPHRASE, now=now).subkey(journal.PURPOSE)
    for bit in range(5, len(whole) * 8, 97):
        bad = bytearray(whole)
        bad[bit // 8] ^= 1 << bit % 8
        path.write_bytes(bytes(bad))
        found = journal.read(path, key)
        assert found is None or not found.whole, bit


def test_records_cannot_change_places(vault: Vault, folder: Path, now: Ticking):
    for name in ("Bản A", "Bản B"):
        add(vault, name)
    vault.close()
    path = folder / journal.FILE_NAME
    whole = path.read_bytes()
    parts, at = [], 8
    while at < len(whole):
        length = int.from_bytes(whole[at : at + 4], "little") + 8
        parts.append(whole[at : at + length])
        at += length
    path.write_bytes(whole[:8] + parts[0] + parts[2] + parts[1])
    found = journal_of(folder, now)
    assert (found.whole, found.next_n) == (False, 1)


def test_the_journal_lets_go_only_of_what_is_received_and_in_two_backups(
    vault: Vault, folder: Path, now: Ticking
):
    for number in range(6):
        add(vault, f"Bản {number}")
    vault.backup(backups.REGULAR)
    vault.backup(backups.REGULAR)
    assert journal_of(folder, now).head.first == 1, "no receipt"
    with vault.write() as connection:
        me = load_identity(connection, now=now)
        assert me is not None
        acknowledge(connection, me, 4)
    add(vault, "Bản Mới")
    vault.backup(backups.REGULAR)
    found = journal_of(folder, now)
    assert (found.head.first, found.next_n) == (4, 8)
    add(vault, "Bản Mới Hơn")
    assert journal_of(folder, now).next_n == 9


def test_one_backup_alone_cuts_nothing(vault: Vault, folder: Path, now: Ticking):
    add(vault, "Bản Một")
    with vault.write() as connection:
        me = load_identity(connection, now=now)
        assert me is not None
        acknowledge(connection, me, 1)
    vault.backup(backups.REGULAR)
    assert journal_of(folder, now).head.first == 1
