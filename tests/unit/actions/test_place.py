"""A11: whoever works in a bad place is told so, in the command line too, and nothing is refused."""

from __future__ import annotations

import json

import pytest

from tests.unit.actions.conftest import PASSPHRASE
from tongcds import cli
from tongcds.actions import place
from tongcds.storage.place import Disk, Place


@pytest.fixture
def lies(monkeypatch):
    """Lets every folder lie on another kind of disk."""

    def on(disk):
        monkeypatch.setattr("tongcds.storage.place.look", lambda *_where: Place(disk=disk))

    return on


def test_a_good_place_needs_no_words(tmp_path):
    assert place.vault_warning(tmp_path) == ""
    assert place.exports_warning() == ""


def test_a_synced_folder_is_told_with_its_program_and_what_to_do(tmp_path):
    told = place.vault_warning(tmp_path / "OneDrive" / "TongCDS")
    assert "OneDrive" in told
    assert str(tmp_path / "OneDrive" / "TongCDS" / "vault") in told
    assert "vẫn còn nguyên" in told


@pytest.mark.parametrize(("disk", "word"), [(Disk.REMOVABLE, "USB"), (Disk.NETWORK, "mạng")])
def test_a_disk_that_is_not_this_computers_own_is_told(tmp_path, lies, disk, word):
    lies(disk)
    assert word in place.vault_warning(tmp_path)


def test_exported_files_in_a_synced_folder_are_told_before_they_are_written(tmp_path, monkeypatch):
    monkeypatch.setenv("TONGCDS_EXPORTS", str(tmp_path / "Dropbox" / "xuất"))
    assert "Dropbox" in place.exports_warning()


def test_the_command_where_answers_both_and_asks_for_a_look(tmp_path, capsys, monkeypatch):
    good, bad = tmp_path / "máy", tmp_path / "Nextcloud"
    assert cli.main(["where", "--profile", str(good), "--json"]) == cli.DONE
    assert json.loads(capsys.readouterr().out)["vault_warning"] == ""
    monkeypatch.setenv("TONGCDS_EXPORTS", str(bad / "xuất"))
    assert cli.main(["where", "--profile", str(bad)]) == cli.LOOK
    said = capsys.readouterr().out
    assert said.count("Nextcloud") >= 4


def test_every_command_that_opens_the_vault_warns_and_goes_on(tmp_path, capsys, monkeypatch, team):
    team.close()
    profile = tmp_path / "Dropbox"
    profile.mkdir()
    team.vault.folder.rename(profile / "vault")
    monkeypatch.setenv(cli.PASSPHRASE_VARIABLE, PASSPHRASE)
    assert cli.main(["status", "--profile", str(profile), "--json"]) == cli.DONE
    said = capsys.readouterr()
    assert "Dropbox" in said.err
    assert json.loads(said.out)["status"]["waiting"] >= 0
