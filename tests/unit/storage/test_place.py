"""A11: folders that another program copies, and disks that are not this computer's own, are known for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tongcds.storage import place
from tongcds.storage.place import Disk


def synced_by(folder: Path, home: Path, **environment: str) -> str:
    return place.look(folder, environment, home).synced_by


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.mark.parametrize(
    ("path", "program"),
    [
        ("OneDrive/Tài liệu/TongCDS", "OneDrive"),
        ("OneDrive - UBND xã Chiềng Mung/TongCDS", "OneDrive"),
        ("Dropbox/TongCDS", "Dropbox"),
        ("Dropbox (Personal)/TongCDS", "Dropbox"),
        ("My Drive/TongCDS", "Google Drive"),
        ("Drive của tôi/TongCDS", "Google Drive"),
        ("Library/CloudStorage/GoogleDrive-ngan@example.vn/TongCDS", "Google Drive"),
        ("iCloudDrive/TongCDS", "iCloud"),
        ("Library/Mobile Documents/com~apple~CloudDocs/TongCDS", "iCloud"),
        ("Nextcloud/TongCDS", "Nextcloud"),
        ("ownCloud/TongCDS", "ownCloud"),
        ("MEGAsync/TongCDS", "MEGA"),
        ("pCloudDrive/TongCDS", "pCloud"),
        ("Box Sync/TongCDS", "Box"),
        # Those that only sound like one.
        ("AppData/Local/TongCDS", ""),
        ("OneDriveless/TongCDS", ""),
        ("my driver/TongCDS", ""),
        ("Hộp Box/TongCDS", ""),
    ],
)
def test_a_folder_is_known_by_the_name_that_its_program_gives_it(home, path, program):
    assert synced_by(home / path, home) == program
    assert synced_by(home / path.upper(), home) == program


@pytest.mark.parametrize(
    ("mark", "program"),
    [
        (".dropbox.cache", "Dropbox"),
        (".tmp.drivedownload", "Google Drive"),
        (".nextcloudsync.log", "Nextcloud"),
        (".sync_0123456789ab.db", "Nextcloud"),
        (".owncloudsync.log", "ownCloud"),
        (".stfolder", "Syncthing"),
        (".megaignore", "MEGA"),
        # Dropbox keeps its settings in every home folder; that one is not synced.
        (".dropbox", ""),
        (".sync", ""),
        ("desktop.ini", ""),
    ],
)
def test_a_folder_of_any_name_is_known_by_what_the_program_leaves_in_it(home, mark, program):
    (home / "Công việc" / "TongCDS").mkdir(parents=True)
    (home / "Công việc" / mark).touch()
    assert synced_by(home / "Công việc" / "TongCDS" / "vault", home) == program
    assert synced_by(home / "khác", home) == ""


@pytest.mark.parametrize("variable", ["OneDrive", "OneDriveConsumer", "OneDriveCommercial"])
def test_a_folder_is_known_by_the_variable_that_names_it(home, variable):
    told = {variable: str(home / "Đám mây")}
    assert synced_by(home / "Đám mây" / "TongCDS", home, **told) == "OneDrive"
    assert synced_by(home / "Đám mây 2" / "TongCDS", home, **told) == ""
    assert synced_by(home / "Đám mây" / "TongCDS", home, **{variable: ""}) == ""


@pytest.mark.parametrize("file", [".dropbox/info.json", "AppData/Local/Dropbox/info.json"])
def test_a_folder_is_known_by_the_settings_that_name_it(home, file):
    (home / file).parent.mkdir(parents=True)
    (home / file).write_text(json.dumps({"personal": {"path": str(home / "Hộp"), "host": 5}}), "utf-8")
    assert synced_by(home / "Hộp" / "TongCDS", home) == "Dropbox"
    assert synced_by(home / "TongCDS", home) == ""


@pytest.mark.parametrize("said", ["", "[]", '{"personal": 5}', "\xff", '{"a": {}}'])
def test_settings_of_another_shape_say_nothing(home, said):
    (home / ".dropbox").mkdir(parents=True)
    (home / ".dropbox" / "info.json").write_text(said, "latin-1")
    assert synced_by(home / "TongCDS", home) == ""


def test_a_folder_above_that_may_not_be_listed_says_nothing(home, monkeypatch):
    def refuse(_folder):
        raise PermissionError

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert synced_by(home / "TongCDS", home) == ""


def test_the_disk_under_the_tests_is_this_computers_own(tmp_path):
    assert place.look(tmp_path / "not" / "there", {}).disk is Disk.INTERNAL


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/mnt/xã/a", "cifs"), ("/mnt/xã", "cifs"), ("/mnt/xãn", "ext4"), ("/mnt/hai lời/b", "nfs4")],
)
def test_the_nearest_mount_says_what_kind_of_file_system_it_is(path, kind):
    mounts = (
        "/dev/sda1 / ext4 rw 0 0\n//may-chu/xa /mnt/xã cifs rw 0 0\nmay-chu:/b /mnt/hai\\040lời nfs4 rw 0 0\n"
    )
    assert place._file_system(Path(path), mounts) == kind
