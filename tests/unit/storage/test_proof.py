"""A vault that is read while its pages are still being looked at, and written only after that."""

from __future__ import annotations

import gc
import shutil
import threading
from pathlib import Path

import pytest

from tests.surroundings import FakeClock
from tests.unit.storage.homes import PAGE, PASSPHRASE, Ticking, abandon, add, names, spoil
from tongcds.errors import UnavailableError
from tongcds.storage import backups, examine, keyslots
from tongcds.storage import vault as vaults
from tongcds.storage.proof import Proof
from tongcds.storage.vault import FILE_NAME, Vault
from tongcds.sync import bundles
from tongcds.sync.runner import Runner


def at_once(folder: Path, now: Ticking) -> Vault:
    return Vault.open(folder, PASSPHRASE, now=now, at_once=True)


def villages(vault: Vault) -> list[str]:
    with vault.read() as connection:
        return names(connection)


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file that says something; connections leave empty ones, and one that only they share."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".tcds-shm")
    return {str(path.relative_to(folder)): content for path in files if (content := path.read_bytes())}


@pytest.fixture
def closed(vault: Vault, folder: Path) -> Path:
    add(vault, "Bản Một")
    vault.backup(backups.REGULAR)
    vault.close()
    return folder


@pytest.fixture
def damaged(closed: Path) -> Path:
    """One bit in the last page is wrong, which nothing asks for."""
    spoil(closed / FILE_NAME, -PAGE + 100)
    return closed


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was begun to be looked at beside the work."""
    found: list[object] = []
    begin = Proof.begin

    def noted(self: Proof, look) -> None:
        found.append(look)
        begin(self, look)

    monkeypatch.setattr(Proof, "begin", noted)
    return found


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """The look does not begin before this is set."""
    go, look = threading.Event(), examine.examined

    def slowly(*given, **more):
        go.wait()
        return look(*given, **more)

    monkeypatch.setattr(vaults, "examined", slowly)
    return go


def test_a_sound_vault_is_read_and_written_as_ever(closed, now, begun):
    vault = at_once(closed, now)
    assert villages(vault) == ["Bản Một"]
    add(vault, "Bản Hai")
    vault.close()
    assert len(begun) == 1
    again = at_once(closed, now)
    again.require_sound()
    assert (villages(again), again.recovery) == (["Bản Hai", "Bản Một"], None)
    again.close()


def test_nothing_is_written_into_a_damaged_vault_that_is_read(damaged, now):
    before = bytes_of(damaged)
    vault = at_once(damaged, now)
    assert villages(vault) == ["Bản Một"]
    for work in (vault.require_sound, lambda: add(vault, "Bản Hai"), lambda: vault.backup(backups.BY_HAND)):
        with pytest.raises(UnavailableError, match="vault_damaged"):
            work()
    assert not vault.backup_if_due(now() + 3_600_000)
    vault.close()
    assert bytes_of(damaged) == before


def test_without_waiting_it_would_be_written(damaged, now, monkeypatch):
    monkeypatch.setattr(Proof, "require", lambda _self: None)
    before = bytes_of(damaged)
    vault = at_once(damaged, now)
    add(vault, "Bản Hai")
    vault.close()
    assert bytes_of(damaged) != before


def test_nothing_beside_the_database_of_a_damaged_vault_is_written_either(damaged, now, tmp_path):
    before = bytes_of(damaged)
    vault = at_once(damaged, now)
    for work in (
        lambda: vault.slots.set_passphrase(vault.opened_by, "bay cai gui moi dan"),
        lambda: vault.slots.invite("một hai ba bốn", keyslots.About("Lò Thị Ngân", bytes(16), now() + 1)),
        lambda: vault.slots.put_help_phone("0912345678"),
        lambda: vault.attachments.keep(b"a picture"),
        lambda: bundles.take_in(vault, tmp_path / "any.tcds", FakeClock()),
    ):
        with pytest.raises(UnavailableError, match="vault_damaged"):
            work()
    vault.close()
    assert bytes_of(damaged) == before


def keys_in_memory() -> set[bytes]:
    gc.collect()
    return {one.key for one in gc.get_objects() if isinstance(one, keyslots.VaultKey)}


@pytest.mark.parametrize("home", ["closed", "damaged"])
def test_a_vault_that_was_closed_has_no_key_in_memory_whatever_was_found(home, request, now):
    vault = at_once(request.getfixturevalue(home), now)
    key = vault.opened_by.key
    assert key in keys_in_memory()
    vault.close()
    assert key not in keys_in_memory()
    assert vault.opened_by.key == b""


def test_closed_before_the_look_is_over_a_damaged_vault_stays_as_it_was(damaged, now, held):
    before = bytes_of(damaged)
    vault = at_once(damaged, now)
    vault.checkpoint()
    assert not vault.backup_if_due(now() + 3_600_000)
    closing = threading.Thread(target=vault.close)
    closing.start()
    held.set()
    closing.join()
    assert bytes_of(damaged) == before
    with pytest.raises(UnavailableError, match="vault_damaged"):
        vault.require_sound()


def test_closed_before_the_look_is_over_a_sound_vault_keeps_what_was_saved(closed, now, held):
    vault = at_once(closed, now)
    writer = threading.Thread(target=add, args=(vault, "Bản Hai"))
    writer.start()
    held.set()
    writer.join()
    vault.close()
    again = Vault.open(closed, PASSPHRASE, now=now)
    assert villages(again) == ["Bản Hai", "Bản Một"]
    again.close()


def test_a_mistake_of_ours_in_the_look_lets_nobody_write_and_nobody_wait(closed, now, monkeypatch):
    def mistaken(*_given):
        raise ZeroDivisionError

    before = bytes_of(closed)
    with monkeypatch.context() as patch:
        patch.setattr(examine, "journal_of", mistaken)
        vault = at_once(closed, now)
        with pytest.raises(RuntimeError):
            vault.require_sound()
    problems = []
    for work in (vault.require_sound, lambda: add(vault, "Bản Hai"), lambda: vault.backup(backups.BY_HAND)):
        with pytest.raises(RuntimeError, match="sound") as problem:
            work()
        problems.append(problem.value)
    assert len(set(map(id, problems))) == len(problems)
    assert {type(problem.__cause__) for problem in problems} == {ZeroDivisionError}
    vault.checkpoint()
    assert villages(vault) == ["Bản Một"]
    vault.close()
    assert bytes_of(closed) == before
    again = at_once(closed, now)
    add(again, "Bản Hai")
    again.close()


def test_nothing_of_a_damaged_vault_goes_to_the_server(damaged, now):
    vault, asked = at_once(damaged, now), []
    runner = Runner(vault, asked.append, FakeClock(), submit=lambda work: work())
    with pytest.raises(UnavailableError, match="vault_damaged"):
        runner.exchange_now()
    vault.close()
    assert asked == []


def test_opened_again_it_is_put_right(damaged, now, logs):
    logs.expect("tongcds.storage.repair", "the vault was made anew from a backup")
    vault = at_once(damaged, now)
    vault.close()
    mended = Vault.open(damaged, PASSPHRASE, now=now)
    assert villages(mended) == ["Bản Một"]
    assert mended.recovery is not None
    assert mended.recovery.complete
    mended.close()


def test_a_write_waits_until_everything_was_looked_at(closed, now, monkeypatch):
    go, seen, look = threading.Event(), [], examine.examined

    def slowly(*given, **more):
        go.wait()
        found = look(*given, **more)
        seen.append(bytes_of(closed))
        return found

    monkeypatch.setattr(vaults, "examined", slowly)
    before = bytes_of(closed)
    vault = at_once(closed, now)
    writer = threading.Thread(target=add, args=(vault, "Bản Hai"))
    writer.start()
    assert villages(vault) == ["Bản Một"]
    go.set()
    writer.join()
    assert seen == [before]
    assert villages(vault) == ["Bản Hai", "Bản Một"]
    vault.close()


def test_after_an_unclean_end_everything_is_looked_at_first(vault, folder, now, begun):
    add(vault, "Bản Một")
    abandon(vault)
    again = at_once(folder, now)
    assert (begun, villages(again)) == ([], ["Bản Một"])
    again.close()


def test_an_older_database_gets_its_writes_back_from_the_journal(closed, now, logs, tmp_path):
    logs.expect("tongcds.storage.keeper", "writes came back from the journal")
    shutil.copyfile(closed / FILE_NAME, tmp_path / "older")
    vault = Vault.open(closed, PASSPHRASE, now=now)
    add(vault, "Bản Hai")
    vault.close()
    shutil.copyfile(tmp_path / "older", closed / FILE_NAME)
    again = at_once(closed, now)
    again.require_sound()
    assert again.recovery is not None
    assert villages(again) == ["Bản Hai", "Bản Một"]
    again.close()
