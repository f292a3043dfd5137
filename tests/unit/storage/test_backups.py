"""Backups: verified before they count, rotated, compared; and a damaged vault put right from them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlcipher3.dbapi2

from tests.unit.storage.homes import PASSPHRASE, Ticking, add, names, refusal
from tongcds.errors import UnavailableError, sentence
from tongcds.replica import load_identity
from tongcds.replica.incarnations import Number, incarnate
from tongcds.replica.replay import logged
from tongcds.storage import backups, cipher, journal, keyslots, local, migrations, slotfile
from tongcds.storage.backing import EVERY_MS
from tongcds.storage.backups import Backup, Label
from tongcds.storage.vault import FILE_NAME, Vault


def there(folder: Path, now: Ticking) -> tuple[Backup, ...]:
    return backups.listed(folder / backups.FOLDER, keyslots.open_slots(folder, PASSPHRASE, now=now))


def spoil(path: Path) -> None:
    bad = bytearray(path.read_bytes())
    bad[len(bad) // 2] ^= 4
    path.write_bytes(bytes(bad))


def test_a_damaged_vault_comes_back_from_backup_and_journal(vault: Vault, folder: Path, now: Ticking, logs):
    add(vault, "Bản Một")
    made = vault.backup(backups.REGULAR)
    add(vault, "Bản Hai")
    with vault.read() as connection:
        log = logged(connection, 1)
    vault.close()
    spoil(folder / FILE_NAME)
    damaged = (folder / FILE_NAME).read_bytes()
    logs.expect("tongcds.storage.repair", "the vault was made anew from a backup")
    again = Vault.open(folder, PASSPHRASE, now=now)
    assert again.recovery is not None
    assert again.recovery.backup_at == made.label.at
    assert (again.recovery.brought_back, again.recovery.complete) == (1, True)
    with again.read() as connection:
        assert names(connection) == ["Bản Hai", "Bản Một"]
        assert logged(connection, 1) == log
    add(again, "Bản Ba")
    again.close()
    aside = list((folder / "damaged").glob(f"*/{FILE_NAME}"))
    assert [path.read_bytes() for path in aside] == [damaged]
    Vault.open(folder, PASSPHRASE, now=now).close()


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_without_the_journal_nothing_goes_on_before_somebody_agreed_to_the_loss(
    vault: Vault, folder: Path, now: Ticking, logs
):
    add(vault, "Bản Một")
    vault.backup(backups.REGULAR)
    add(vault, "Bản Hai")
    vault.close()
    (folder / FILE_NAME).unlink()
    (folder / journal.FILE_NAME).unlink()
    before = files_of(folder)
    for _time in range(2):
        with pytest.raises(UnavailableError, match="repair_loses") as refused:
            Vault.open(folder, PASSPHRASE, now=now)
    assert refused.value.params["moment"] in sentence(refused.value)
    assert files_of(folder) == before
    logs.expect("tongcds.storage.repair", "the vault was made anew from a backup")
    again = Vault.open(folder, PASSPHRASE, now=now, agreed=True)
    assert again.recovery is not None
    assert not again.recovery.complete
    with again.read() as connection:
        assert names(connection) == ["Bản Một"]
    again.close()


def test_a_damaged_backup_is_passed_over_and_the_one_before_serves(
    vault: Vault, folder: Path, now: Ticking, logs
):
    add(vault, "Bản Một")
    vault.backup(backups.REGULAR)
    add(vault, "Bản Hai")
    newest = vault.backup(backups.REGULAR)
    add(vault, "Bản Ba")
    vault.close()
    spoil(newest.path / backups.DATABASE_NAME)
    spoil(folder / FILE_NAME)
    logs.expect("tongcds.storage.repair", "the vault was made anew from a backup")
    again = Vault.open(folder, PASSPHRASE, now=now)
    assert again.recovery is not None
    assert (again.recovery.brought_back, again.recovery.complete) == (2, True)
    with again.read() as connection:
        assert names(connection) == ["Bản Ba", "Bản Hai", "Bản Một"]
    again.close()


def test_without_any_backup_nothing_is_touched(vault: Vault, folder: Path, now: Ticking):
    add(vault, "Bản Một")
    vault.close()
    spoil(folder / FILE_NAME)
    before = (folder / FILE_NAME).read_bytes()
    assert refusal(folder, now) == "vault_damaged"
    assert (folder / FILE_NAME).read_bytes() == before
    assert not (folder / "damaged").exists()


def test_lost_key_slots_come_back_from_a_backup(vault: Vault, folder: Path, now: Ticking):
    vault.backup(backups.REGULAR)
    vault.close()
    for name in slotfile.FILE_NAMES:
        (folder / name).unlink()
    Vault.open(folder, PASSPHRASE, now=now).close()
    assert all((folder / name).is_file() for name in slotfile.FILE_NAMES)


def test_a_backup_that_is_not_what_was_copied_does_not_count(vault: Vault, folder: Path, monkeypatch):
    real = backups._facts
    answers = iter([("other",), ("more",)])
    monkeypatch.setattr(backups, "_facts", lambda raw: next(answers, None) or real(raw))
    with pytest.raises(UnavailableError, match="backup_failed"):
        vault.backup(backups.REGULAR)
    assert list((folder / backups.FOLDER).iterdir()) == []


def test_no_file_of_a_backup_shows_a_name(vault: Vault, folder: Path):
    add(vault, "Bản Chim Yến")
    made = vault.backup(backups.REGULAR)
    for path in made.path.iterdir():
        content = path.read_bytes()
        assert "Chim Yến".encode() not in content
        assert not content.startswith(cipher.PLAIN_HEADER)


def test_a_backup_is_due_at_once_and_then_after_half_an_hour_of_changes(vault: Vault, now: Ticking):
    assert vault.backup_if_due(now())
    assert not vault.backup_if_due(now())
    now.advance(EVERY_MS / 1000)
    assert not vault.backup_if_due(now()), "nothing changed"
    add(vault, "Bản Một")
    assert cipher.has_wal(vault.folder / FILE_NAME)
    assert vault.backup_if_due(now())
    assert not cipher.has_wal(vault.folder / FILE_NAME), "a computer without a network tidies up, too"
    add(vault, "Bản Hai")
    assert not vault.backup_if_due(now()), "half an hour has not gone"


def test_too_little_room_is_said_before_anything_is_written(vault: Vault, folder: Path, monkeypatch):
    monkeypatch.setattr(backups, "free_bytes", lambda _folder: 50_000_000)
    with pytest.raises(UnavailableError, match="backup_no_room") as told:
        vault.backup(backups.REGULAR)
    assert told.value.params["free"] == 50
    assert list((folder / backups.FOLDER).iterdir()) == []
    monkeypatch.undo()
    vault.backup(backups.REGULAR)


def test_the_rule_keeps_six_recent_seven_daily_and_four_weekly():
    every_half_hour = [
        Backup(Path(str(at)), Label(at, "regular", 1, 1))
        for at in range(int(datetime(2026, 11, 23, tzinfo=UTC).timestamp()) * 1000, 0, -1_800_000)[: 48 * 60]
    ]
    kept = backups.kept(every_half_hour)
    assert kept[:6] == tuple(every_half_hour[:6])
    days = {datetime.fromtimestamp(backup.label.at / 1000, UTC).date() for backup in kept}
    assert len(days) == 7 + 2
    month_ago = every_half_hour[0].label.at - backups.OLDEST_MS
    old, too_old = (
        Backup(Path(str(at)), Label(at, backups.MIGRATION, 1, 1)) for at in (month_ago, month_ago - 1)
    )
    assert old in backups.kept([*every_half_hour, old])
    # What somebody asked to have erased a month ago may be in it.
    assert too_old not in backups.kept([*every_half_hour, too_old])


def test_rotation_leaves_a_backup_for_each_that_the_rule_keeps(vault: Vault, folder: Path, now: Ticking):
    for _ in range(9):
        now.advance(60)
        vault.backup(backups.REGULAR)
    assert len(there(folder, now)) == 6
    assert len(list((folder / backups.FOLDER).iterdir())) == 6


def test_a_label_that_was_changed_does_not_count(vault: Vault, folder: Path, now: Ticking):
    made = vault.backup(backups.REGULAR)
    spoil(made.path / backups.LABEL_NAME)
    assert there(folder, now) == ()


def test_before_a_migration_a_backup_is_made(vault: Vault, folder: Path, now: Ticking, monkeypatch):
    vault.close()
    step = migrations.Step(
        len(migrations.STEPS) + 1, "a table", lambda c: c.exec_driver_sql("CREATE TABLE x (y)")
    )
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, step))
    Vault.open(folder, PASSPHRASE, now=now).close()
    assert [backup.label.why for backup in there(folder, now)] == [backups.MIGRATION]


def test_a_backup_on_a_stick_makes_the_vault_on_another_computer(
    vault: Vault, now: Ticking, tmp_path: Path, logs
):
    add(vault, "Bản Một")
    with vault.write() as connection:
        local.put_note(connection, "kept", "yes")
    made = vault.backup_to(tmp_path / "stick")
    assert made.path.parent == tmp_path / "stick"
    logs.expect("tongcds.storage.repair", "the vault was made anew from a backup")
    other = Vault.restore(tmp_path / "other", tmp_path / "stick", PASSPHRASE, now=now)
    with other.read() as connection:
        assert names(connection) == ["Bản Một"]
        assert local.get_note(connection, "kept") == "yes"
    other.close()


def test_restoring_keeps_what_was_saved_since_and_backs_up_what_was_there(
    vault: Vault, folder: Path, now: Ticking, tmp_path: Path, logs
):
    add(vault, "Bản Một")
    vault.backup_to(tmp_path / "stick")
    add(vault, "Bản Hai")
    vault.close()
    logs.expect("tongcds.storage.repair", "the vault was made anew from a backup")
    again = Vault.restore(folder, tmp_path / "stick", PASSPHRASE, now=now)
    with again.read() as connection:
        assert names(connection) == ["Bản Hai", "Bản Một"]
    again.close()
    assert [backup.label.why for backup in there(folder, now)] == [backups.RESTORE]


def test_a_folder_without_backups_changes_nothing(vault: Vault, folder: Path, now: Ticking, tmp_path: Path):
    add(vault, "Bản Một")
    vault.close()
    with pytest.raises(UnavailableError, match="backup_unreadable"):
        Vault.restore(folder, tmp_path, PASSPHRASE, now=now)
    again = Vault.open(folder, PASSPHRASE, now=now)
    with again.read() as connection:
        assert names(connection) == ["Bản Một"]
    again.close()


def test_under_another_device_number_a_backup_is_due_at_once_and_the_journal_follows(
    vault: Vault, folder: Path, now: Ticking, logs
):
    add(vault, "Bản Một")
    add(vault, "Bản Hai")
    assert vault.backup_if_due(now())
    with vault.write() as connection:
        me = load_identity(connection, now=now)
        assert me is not None
        incarnate(connection, me, [Number(me.device, 1)], device=12, prefix=me.prefix + 1, after=1)
    add(vault, "Bản Ba")
    assert vault.backup_if_due(now())
    assert not vault.backup_if_due(now())
    add(vault, "Bản Bốn")
    with vault.read() as connection:
        log = logged(connection, 1)
    vault.close()
    spoil(folder / FILE_NAME)
    logs.expect("tongcds.storage.repair", "the vault was made anew from a backup")
    again = Vault.open(folder, PASSPHRASE, now=now)
    assert again.recovery is not None
    assert (again.recovery.brought_back, again.recovery.complete) == (1, True)
    with again.read() as connection:
        assert logged(connection, 1) == log
    again.close()


@pytest.mark.parametrize(
    ("said", "code"), [("disk I/O error", "disk_failing"), ("database or disk is full", "disk_full")]
)
def test_a_copy_that_the_disk_refuses_is_told_as_the_disk_s_doing(said: str, code: str):
    """The driver's `backup` gives no code with SQLite's words."""
    told = cipher.meaning(sqlcipher3.dbapi2.OperationalError(said))
    assert isinstance(told, UnavailableError)
    assert told.code == code
    assert cipher.meaning(sqlcipher3.dbapi2.OperationalError("no such table: x")) is None
