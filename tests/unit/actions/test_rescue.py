"""Backups by hand, and what can be done with a vault that does not open."""

from __future__ import annotations

import pytest

from tests.unit.actions.conftest import PASSPHRASE
from tongcds.actions import opening, rescue
from tongcds.errors import UnavailableError, UserError
from tongcds.storage.vault import Vault
from ui.program import recovery_words


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
    assert recovery_words(told)
    again.close()
    assert Vault.exists(vault)


def test_every_outcome_of_a_repair_has_its_words(clock):
    whole = rescue.Recovered(None, 1, complete=True)
    lossy = rescue.Recovered(clock(), 0, complete=False)
    assert recovery_words(None) == ""
    assert recovery_words(whole) != recovery_words(lossy)
    assert "1" in recovery_words(whole)
