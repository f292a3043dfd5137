"""Backups by hand, and what can be done with a vault that does not open."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.actions.conftest import PASSPHRASE, enrolled
from tongcds import cli
from tongcds.actions import opening, rescue
from tongcds.domain.views import Role
from tongcds.errors import UnavailableError, UserError
from tongcds.storage.vault import Vault


@pytest.fixture
def damaged(tmp_path, clock):
    """A profile whose vault was damaged before it ever had a backup."""
    opening.create_vault(tmp_path, PASSPHRASE, "Lò Thị Ngân", clock).close()
    folder = opening.vault_folder(tmp_path)
    (folder / "vault.tcds").write_bytes(b"nothing of a vault" * 1000)
    with pytest.raises(UnavailableError, match="vault_damaged"):
        opening.open_vault(tmp_path, PASSPHRASE, clock)
    return tmp_path


def test_a_sealed_copy_is_the_same_byte_for_byte(damaged, clock, tmp_path):
    stick = tmp_path / "stick"
    stick.mkdir()
    made = rescue.copy_everything(damaged, stick, clock)
    vault = opening.vault_folder(damaged)
    names = {path.name for path in vault.iterdir()} - {"vault.lock", "copied.tcds"}
    assert {path.name for path in made.iterdir()} == names
    assert all((made / name).read_bytes() == (vault / name).read_bytes() for name in names)


def test_a_stick_that_is_not_there_is_said(damaged, clock, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="stick_unwritable"):
        rescue.copy_everything(damaged, tmp_path / "file", clock)


def test_beginning_anew_keeps_everything_that_was_there(damaged, clock, tmp_path):
    rescue.copy_everything(damaged, tmp_path / "stick", clock)
    aside = rescue.begin_anew(damaged, PASSPHRASE, clock)
    assert not opening.vault_exists(damaged)
    assert (aside / "vault.tcds").read_bytes().startswith(b"nothing of a vault")
    opening.create_vault(damaged, PASSPHRASE, "Lò Thị Ngân", clock).close()


def test_a_backup_by_hand_restores_a_damaged_vault(tmp_path, clock, logs):
    core = opening.create_vault(tmp_path, PASSPHRASE, "Lò Thị Ngân", clock)
    assert rescue.recovered(core) is None
    assert rescue.backup_if_due(core)
    rescue.backup_to(core, tmp_path / "stick")
    core.close()
    vault = opening.vault_folder(tmp_path)
    for path in [*vault.glob("backups/*/*"), *vault.glob("*.tcds")]:
        path.write_bytes(b"nothing")
    logs.expect("tongcds.storage.repair", "the vault was made anew from a backup")
    again = rescue.restore_backup(tmp_path, tmp_path / "stick", PASSPHRASE, clock)
    told = rescue.recovered(again)
    assert told is not None
    assert told.backup_at == clock().replace(microsecond=0)
    assert rescue.recovery_words(told)
    again.close()
    assert Vault.exists(vault)


def test_every_outcome_of_a_repair_has_its_words(clock):
    whole = rescue.Recovered(None, 1, complete=True)
    lossy = rescue.Recovered(clock(), 0, complete=False)
    assert rescue.recovery_words(None) == ""
    assert rescue.recovery_words(whole) != rescue.recovery_words(lossy)
    assert "1" in rescue.recovery_words(whole)


# ---- the same without a window


@pytest.fixture
def run(tmp_path, clock, capsys, monkeypatch):
    """Runs a command on a profile; answers its exit code and what it said."""
    monkeypatch.setenv("TONGCDS_PASSPHRASE", PASSPHRASE)

    def do(profile, *words):
        code = cli.main([*words, "--json", "--profile", str(profile)], clock)
        return code, json.loads(capsys.readouterr().out)

    return do


def test_a_backup_is_made_and_restored_by_command(tmp_path, clock, run, logs):
    enrolled(opening.vault_folder(tmp_path / "old"), Role.TEAM, clock).close()
    assert run(tmp_path / "old", "backup", str(tmp_path / "stick"))[0] == cli.DONE
    logs.expect("tongcds.storage.repair", "the vault was made anew from a backup")
    code, told = run(tmp_path / "new", "restore", str(tmp_path / "stick"))
    # Another computer has no journal: what came after that backup may be elsewhere.
    assert (code, told["repaired"], told["complete"]) == (cli.LOOK, True, False)
    assert run(tmp_path / "new", "repair") == (
        cli.DONE, {"repaired": False, "backup_at": None, "brought_back": 0, "complete": True}
    )  # fmt: skip
    assert run(tmp_path / "new", "restore", str(tmp_path))[1]["error"] == "backup_unreadable"


def test_a_loss_is_agreed_to_by_command(tmp_path, clock, run, logs):
    core = enrolled(opening.vault_folder(tmp_path), Role.TEAM, clock)
    assert rescue.backup_if_due(core)
    core.close()
    for name in ("vault.tcds", "journal.tcds"):
        (opening.vault_folder(tmp_path) / name).unlink(missing_ok=True)
    for _time in range(2):
        assert run(tmp_path, "repair")[1]["error"] == "repair_loses"
    logs.expect("tongcds.storage.repair", "the vault was made anew from a backup")
    code, told = run(tmp_path, "repair", "--agree")
    assert (code, told["complete"]) == (cli.LOOK, False)


def test_a_vault_begins_empty_by_command_where_none_opens_and_after_a_copy(damaged, clock, run, tmp_path):
    assert run(damaged, "begin-empty")[0] == cli.LOOK
    assert run(damaged, "begin-empty", "--yes")[1]["error"] == "unsent_unknown"
    assert opening.vault_exists(damaged)
    assert run(damaged, "copy-all", str(tmp_path / "stick"))[0] == cli.DONE
    code, told = run(damaged, "begin-empty", "--yes")
    assert (code, opening.vault_exists(damaged)) == (cli.DONE, False)
    assert (Path(told["aside"]) / "vault.tcds").is_file()
    opening.create_vault(damaged, PASSPHRASE, "Lò Thị Ngân", clock).close()
    assert run(damaged, "begin-empty", "--yes")[1]["error"] == "vault_sound"
