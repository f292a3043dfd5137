"""A11, A12: a second instance is refused; a database that would not keep its promises is not opened."""

from __future__ import annotations

import pytest

from tests.faults import scenes, workers
from tests.faults.amounts import times
from tests.faults.test_a1_kills import PROCESSES
from tests.unit.storage.homes import PASSPHRASE, Ticking
from tongcds.storage import cipher
from tongcds.storage.vault import FILE_NAME, Vault

TRIES = times(50, 200)


def test_a_second_instance_is_refused_every_time_and_harms_nothing(scene):
    vault = Vault.open(scene.folder, PASSPHRASE, now=Ticking())
    saves = workers.save(vault)
    for _ in range(TRIES):
        next(saves)
        ours, theirs = PROCESSES.Pipe(duplex=False)
        program = PROCESSES.Process(target=workers.intrude, args=(scene.folder, theirs))
        program.start()
        theirs.close()
        assert ours.recv() == "vault_in_use"
        program.join()
        program.close()
        ours.close()
    assert scenes.problems(vault, scene.writes) == []
    vault.close()


def test_without_the_lock_a_second_instance_would_get_in(scene, monkeypatch):
    """The control."""

    class Open:
        def __init__(self, _path):
            pass

        def release(self):
            pass

    monkeypatch.setattr("tongcds.storage.vault.InstanceLock", Open)
    first = Vault.open(scene.folder, PASSPHRASE, now=Ticking())
    second = Vault.open(scene.folder, PASSPHRASE, now=Ticking())
    second.close()
    first.close()


@pytest.mark.parametrize("setting", [name for name, _value, _read in cipher._SETTINGS])
def test_a_setting_that_is_not_kept_stops_the_start(scene, monkeypatch, setting):
    wrong = tuple(
        (name, value, "other" if name == setting else read) for name, value, read in cipher._SETTINGS
    )
    monkeypatch.setattr(cipher, "_SETTINGS", wrong)
    with pytest.raises(RuntimeError, match=setting):
        Vault.open(scene.folder, PASSPHRASE, now=Ticking())


def test_every_connection_reads_back_what_durability_rests_on(scene):
    vault = Vault.open(scene.folder, PASSPHRASE, now=Ticking())
    with vault._writing.outside() as raw:
        assert cipher._value(raw, "synchronous") == 2
        assert cipher._value(raw, "journal_mode") == "wal"
        assert cipher._value(raw, "cipher_version") is not None
        assert cipher._value(raw, "locking_mode") == "normal" or cipher.sqlite_version() < (3, 51, 3)
    vault.close()
    assert cipher.sqlite_version() >= cipher.TWO_CONNECTIONS_FROM


def test_before_the_mended_sqlite_one_exclusive_connection_serves(scene, monkeypatch):
    monkeypatch.setattr(cipher, "sqlite_version", lambda: (3, 51, 2))
    vault = Vault.open(scene.folder, PASSPHRASE, now=Ticking())
    with vault._writing.outside() as raw:
        assert cipher._value(raw, "locking_mode") == "exclusive"
    next(workers.save(vault))
    vault.backup("regular")
    vault.close()
    assert not (scene.folder / f"{FILE_NAME}-shm").exists()
