"""A vault that was destroyed: nothing opens it again, wherever its keys lay, and a new one can be made."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from nacl.public import PrivateKey

from tests.faults.scenes import quickly
from tests.unit.storage.homes import PASSPHRASE, Ticking, add, names
from tongcds.domain import wordcode
from tongcds.errors import TongcdsError, UnavailableError
from tongcds.storage import backups, keyslots, outside, retirement, slotfile, traces
from tongcds.storage.holdings import Holdings, holdings
from tongcds.storage.keyslots import About
from tongcds.storage.vault import Vault

SECOND = "bảy cái gùi mới đan"
CODE = wordcode.draw(8)
PROVINCE = PrivateKey.generate()


@pytest.fixture(autouse=True)
def _quick_passphrases(monkeypatch):
    monkeypatch.setattr(keyslots, "_passphrase_key", quickly)


@pytest.fixture
def full(vault: Vault, folder: Path, now: Ticking) -> Path:
    """A closed vault that two people, a code and the province open, with backups and slots in odd places."""
    add(vault, "Bản Một")
    vault.slots.add_person(SECOND, About("Lò Văn Ún", b"u" * 16))
    vault.slots.put_recovery(b"r" * 16, wordcode.normalised(CODE, 8))
    vault.slots.put_province(bytes(PROVINCE.public_key))
    for _ in range(2):
        vault.backup(backups.REGULAR)
        now.advance(3600)
    vault.close()
    shutil.copytree(folder, folder.parent / f"{folder.name}-20261101-080000")
    aside = folder / "damaged" / "20261101-080000-000"
    aside.mkdir(parents=True)
    shutil.copyfile(folder / slotfile.FILE_NAMES[0], aside / "khoa.bin")
    (folder / f"{slotfile.FILE_NAMES[0]}.new").write_bytes((folder / slotfile.FILE_NAMES[0]).read_bytes())
    return folder


@pytest.fixture
def copied(full: Path, tmp_path: Path) -> Path:
    """All that lay in the vault's folder, so that what is left can be tried against the keys of before."""
    return Path(shutil.copytree(full, tmp_path / "copied"))


def openers(folder: Path) -> list[str]:
    """Who still opens the slots in this folder."""
    now = Ticking()
    ways = {
        "first": lambda: keyslots.open_slots(folder, PASSPHRASE, now=now),
        "second": lambda: keyslots.open_slots(folder, SECOND, now=now),
        "code": lambda: keyslots.open_recovery(folder, wordcode.normalised(CODE, 8), now=now),
        "province": lambda: keyslots.open_province(folder, bytes(PROVINCE)),
    }
    found = []
    for name, way in ways.items():
        try:
            way()
            found.append(name)
        except TongcdsError:
            continue
    return found


def slots_left(*roots: Path) -> list[Path]:
    """Files in which any of a slot file is left."""
    return [
        path
        for root in roots
        if root.exists()
        for path in root.rglob("*")
        if path.is_file() and slotfile.MAGIC in path.read_bytes()
    ]


def backup_opens(source: Path, tmp_path: Path) -> bool:
    """Whether a new computer makes a vault of what lies in this folder of backups."""
    try:
        Vault.restore(tmp_path / "another", source, PASSPHRASE, now=Ticking()).close()
    except TongcdsError:
        return False
    return True


def test_the_scene_opens_in_four_ways_and_from_every_copy(full, tmp_path, logs):
    """The control: what is asserted below is not so before."""
    assert openers(full) == ["first", "second", "code", "province"]
    logs.expect("tongcds.storage.repair", "the vault was made anew from a backup")
    assert backup_opens(full / backups.FOLDER, tmp_path)
    assert len(slots_left(full, *traces.asides(full))) == 3 + 2 + 2 + 3 + 2


def test_no_way_in_is_left_beside_the_vault_in_a_backup_or_aside(full, copied, tmp_path):
    asides = traces.asides(full)
    assert len(asides) == 1
    retirement.decide(full)
    retirement.finish(full)
    assert openers(full) == []
    assert slots_left(full, *asides) == []
    assert not backup_opens(full / backups.FOLDER, tmp_path)
    assert not Vault.exists(full)
    assert {path.name for path in full.iterdir()} == {"vault.lock"}
    assert traces.asides(full) == ()
    # Whoever kept the sealed files has nothing that opens them.
    for path in slots_left(copied):
        path.unlink()
    assert openers(copied) == []
    with pytest.raises(UnavailableError, match="vault_damaged"):
        Vault.open(copied, PASSPHRASE, now=Ticking())


def test_a_forgotten_backup_would_open_the_vault_again(full, tmp_path, monkeypatch, logs):
    """The control: of the slots in backups nobody thought."""
    complete = retirement._key_files
    monkeypatch.setattr(
        retirement,
        "_key_files",
        lambda home: [path for path in complete(home) if path.parent.parent.name != backups.FOLDER],
    )
    monkeypatch.setattr(retirement, "_clear", lambda _homes: None)
    retirement.decide(full)
    retirement.finish(full)
    logs.expect("tongcds.storage.repair", "the vault was made anew from a backup")
    assert backup_opens(full / backups.FOLDER, tmp_path)


def test_what_is_removed_was_overwritten_first(full, monkeypatch):
    seen = {}

    def unlink(path, *, missing_ok=False):
        seen[path.name] = path.read_bytes()

    before = {path: path.read_bytes() for path in retirement._key_files(full)}
    monkeypatch.setattr(Path, "unlink", unlink)
    retirement._destroy(list(before))
    assert set(seen) == {path.name for path in before}
    for path, content in before.items():
        after = path.read_bytes()
        assert len(after) == len(content)
        assert content[:8] not in after
        assert not any(content[at : at + 16] in after for at in range(0, len(content), 16))


def test_nothing_that_cannot_be_deleted_keeps_anybody_from_a_new_vault(full, monkeypatch, now):
    """A scanner holds the sealed files open, say."""
    held = {"vault.tcds", "journal.tcds"}
    unlink = Path.unlink

    def stubborn(path, *, missing_ok=False):
        if path.name in held and path.parent == full and not (full / "vault.making").exists():
            raise PermissionError
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", stubborn)
    retirement.decide(full)
    retirement.finish(full)
    assert held <= {path.name for path in full.iterdir()}
    assert not Vault.exists(full)
    made = Vault.create(full, SECOND, person="Lò Văn Ún", now=now)
    with made.read() as connection:
        assert names(connection) == []
    made.close()
    assert openers(full) == ["second"]
    # And no later start takes the new vault for the old one.
    retirement.finish(full)
    Vault.open(full, SECOND, now=now).close()


def test_keys_that_stay_are_said_and_the_next_start_tries_again(full, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(retirement, "_overwrite", lambda path: path.name != "keys-2.tcds")
        unlink = Path.unlink

        def stubborn(path, *, missing_ok=False):
            if path.name == "keys-2.tcds":
                raise PermissionError
            unlink(path, missing_ok=missing_ok)

        patch.setattr(Path, "unlink", stubborn)
        retirement.decide(full)
        with pytest.raises(UnavailableError, match="keys_stay"):
            retirement.finish(full)
        assert openers(full) != []
        with pytest.raises(UnavailableError, match="vault_missing"):
            Vault.open(full, PASSPHRASE, now=Ticking())
    retirement.finish(full)
    assert slots_left(full) == []


def test_a_mark_of_another_vault_destroys_nothing(full, tmp_path, now):
    other = Vault.create(tmp_path / "other", PASSPHRASE, person="Lò Thị Ngân", now=now)
    other.close()
    retirement.decide(tmp_path / "other")
    shutil.copyfile(tmp_path / "other" / retirement.MARK, full / retirement.MARK)
    retirement.finish(full)
    assert openers(full) == ["first", "second", "code", "province"]
    (full / retirement.MARK).write_bytes(b"")
    retirement.finish(full)
    Vault.open(full, PASSPHRASE, now=Ticking()).close()


def test_a_backup_from_a_stick_comes_back_into_the_same_folder_and_stays(full, tmp_path, logs):
    shutil.copytree(full / backups.FOLDER, tmp_path / "stick")
    retirement.decide(full)
    logs.expect("tongcds.storage.repair", "the vault was made anew from a backup")
    Vault.restore(full, tmp_path / "stick", PASSPHRASE, now=Ticking()).close()
    retirement.finish(full)
    assert openers(full) == ["first", "second", "code", "province"]
    Vault.open(full, PASSPHRASE, now=Ticking()).close()


def test_an_open_vault_is_not_destroyed_under_whoever_has_it(full):
    vault = Vault.open(full, PASSPHRASE, now=Ticking())
    retirement.decide(full)
    with pytest.raises(UnavailableError, match="vault_in_use"):
        retirement.finish(full)
    vault.close()
    retirement.finish(full)
    assert not Vault.exists(full)


def test_wrong_passphrases_never_destroy_anything(full):
    now = Ticking()
    for _ in range(12):
        now.advance(301)
        with pytest.raises(TongcdsError, match="passphrase_wrong"):
            Vault.open(full, "sai sai sai sai", now=now)
    retirement.finish(full)
    # Whoever types has to wait now.
    assert openers(full) == ["province"]
    now.advance(301)
    Vault.open(full, PASSPHRASE, now=now).close()


def test_holdings_are_counted(full, now):
    vault = Vault.open(full, PASSPHRASE, now=now)
    with vault.read() as connection:
        assert holdings(connection) == Holdings(0, 0, 0, 0)
        assert outside.only_here(connection, vault.attachments).writes == 1
    vault.close()
