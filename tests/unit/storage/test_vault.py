"""Opening, reading, changing and closing a vault."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.unit.storage.homes import (
    AUTHOR,
    PASSPHRASE,
    Ticking,
    add,
    contents,
    enrol,
    home,
    names,
    refusal,
    village,
)
from tongcds.errors import UnavailableError, UserError
from tongcds.records import record_type
from tongcds.replica import pending_count
from tongcds.storage import cipher, local, search
from tongcds.storage.vault import FILE_NAME, Vault

VILLAGE = record_type("village").table


def test_what_was_saved_is_there_after_opening_again(vault: Vault, folder: Path, now: Ticking):
    add(vault, "Bản Nà Ngà")
    vault.close()
    with_again = Vault.open(folder, PASSPHRASE, now=now)
    assert with_again.opened_by.person == "Lò Thị Ngân"
    with with_again.read() as connection:
        assert names(connection) == ["Bản Nà Ngà"]
    with_again.close()


def test_a_wrong_passphrase_opens_nothing_and_changes_nothing(vault: Vault, folder: Path, now: Ticking):
    vault.close()
    before = (folder / FILE_NAME).read_bytes()
    with pytest.raises(UserError, match="passphrase_wrong"):
        Vault.open(folder, "năm con gà trống choai", now=now)
    assert (folder / FILE_NAME).read_bytes() == before
    Vault.open(folder, PASSPHRASE, now=now).close()


def test_a_folder_without_a_vault_says_so(folder: Path, now: Ticking):
    assert refusal(folder, now) == "vault_missing"
    folder.mkdir()
    assert refusal(folder, now) == "vault_missing"


def test_a_vault_is_not_made_over_another(vault: Vault, folder: Path, now: Ticking):
    add(vault, "Bản Nà Ngà")
    vault.close()
    before = contents(folder)
    with pytest.raises(UserError, match="vault_exists"):
        Vault.create(folder, "năm con gà trống choai", person="Ai đó", now=now)
    assert contents(folder) == before


_SECOND = """
import sys
from pathlib import Path
from tongcds.errors import TongcdsError
from tongcds.storage.vault import Vault
try:
    Vault.open(Path(sys.argv[1]), sys.argv[2], now=lambda: 1795000000000).close()
except TongcdsError as problem:
    print(problem.code)
else:
    print("opened")
"""


def second_instance(folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _SECOND, str(folder), PASSPHRASE], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_a_second_program_is_refused_until_the_first_ends(vault: Vault, folder: Path):
    add(vault, "Bản Nà Ngà")
    assert second_instance(folder) == "vault_in_use"
    add(vault, "Bản Hốm")
    vault.close()
    assert second_instance(folder) == "opened"


def test_a_second_opening_in_the_same_program_is_refused(vault: Vault, folder: Path, now: Ticking):
    assert refusal(folder, now) == "vault_in_use"
    add(vault, "Bản Nà Ngà")


def test_after_a_refusal_the_vault_can_be_opened(vault: Vault, folder: Path, now: Ticking):
    vault.close()
    with pytest.raises(UserError):
        Vault.open(folder, "năm con gà trống choai", now=now)
    Vault.open(folder, PASSPHRASE, now=now).close()


def test_a_change_that_raises_leaves_nothing_behind(vault: Vault):
    add(vault, "Bản Nà Ngà")
    with vault.read() as connection:
        before = pending_count(connection)

    def broken() -> None:
        with vault.change(AUTHOR) as change:
            place = village(change.writer, "Bản Hốm")
            home(change.writer, place, "HN-0001", "Lường Văn Pản")
            local.put_note(change.connection, "step", "1")
            change.writer.flush()
            raise ValueError("the power went")

    with pytest.raises(ValueError, match="the power went"):
        broken()
    with vault.read() as connection:
        assert names(connection) == ["Bản Nà Ngà"]
        assert pending_count(connection) == before
        assert local.get_note(connection, "step") == ""
        assert search.find(connection, "pản") == ()
    assert add(vault, "Bản Hốm")
    with vault.read() as connection:
        numbers = connection.exec_driver_sql("SELECT n FROM own_write ORDER BY n").scalars().all()
        assert numbers == list(range(1, before + 2))


def test_a_change_says_what_it_touched_and_the_search_knows_it(vault: Vault):
    with vault.change(AUTHOR) as change:
        place = village(change.writer)
        made = home(change.writer, place, "HN-0001", "Lường Văn Pản", "Cà Thị Hương")
        local.put_note(change.connection, "drafted", "yes")
    assert change.touched == {"village": [place], "person": made.people, "household": [made.id]}
    with vault.read() as connection:
        assert [hit.title for hit in search.find(connection, "huong")] == ["Cà Thị Hương"]
        assert local.get_note(connection, "drafted") == "yes"


def test_nothing_is_changed_before_the_laptop_has_a_number(folder: Path, now: Ticking):
    fresh = Vault.create(folder, PASSPHRASE, person="x", now=now)
    with pytest.raises(UserError, match="not_enrolled"), fresh.change(AUTHOR):
        pass
    enrol(fresh, now)
    add(fresh, "Bản Nà Ngà")
    fresh.close()


def test_a_full_disk_is_said_and_the_same_program_goes_on(vault: Vault):
    add(vault, "Bản Nà Ngà")
    limit = vault._writing._raw.execute("PRAGMA page_count").fetchone()[0]
    vault._writing._raw.execute(f"PRAGMA max_page_count = {limit}")

    def much() -> None:
        with vault.change(AUTHOR) as change:
            for number in range(2000):
                village(change.writer, f"Bản {number}")

    with pytest.raises(UnavailableError, match="disk_full"):
        much()
    with vault.read() as connection:
        assert names(connection) == ["Bản Nà Ngà"]
    vault._writing._raw.execute("PRAGMA max_page_count = 1000000")
    much()
    with vault.read() as connection:
        assert len(names(connection)) == 2001


def test_a_reader_keeps_its_picture_while_a_long_write_runs(vault: Vault):
    add(vault, "Bản 1")
    looked, written = threading.Event(), threading.Event()
    seen: list[list[str]] = []

    def read() -> None:
        with vault.read() as connection:
            seen.append(names(connection))
            looked.set()
            assert written.wait(20)
            seen.append(names(connection))

    reader = threading.Thread(target=read)
    reader.start()
    assert looked.wait(20)
    add(vault, "Bản 2")
    written.set()
    reader.join(20)
    assert seen == [["Bản 1"], ["Bản 1"]]
    with vault.read() as connection:
        assert names(connection) == ["Bản 1", "Bản 2"]


def test_reading_does_not_wait_for_an_open_write(vault: Vault):
    add(vault, "Bản 1")
    with vault.change(AUTHOR) as change:
        village(change.writer, "Bản 2")
        change.writer.flush()
        with vault.read() as connection:
            assert names(connection) == ["Bản 1"]


def test_writers_of_two_threads_take_turns(vault: Vault):
    def work(name: str) -> None:
        for number in range(10):
            add(vault, f"{name} {number}")

    threads = [threading.Thread(target=work, args=(name,)) for name in ("Bản", "Thôn")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with vault.read() as connection:
        assert len(names(connection)) == 20
        last = connection.exec_driver_sql("SELECT max(n), count(*) FROM own_write").one()
        assert tuple(last) == (20, 20)


def test_a_checkpoint_does_not_wait_for_a_reader_and_is_done_when_there_is_none(vault: Vault, folder: Path):
    wal = folder / f"{FILE_NAME}-wal"
    with vault.read() as connection:
        names(connection)
        add(vault, "Bản Nà Ngà")
        vault.checkpoint()
        assert names(connection) == []
        assert wal.stat().st_size > 0
    vault.checkpoint()
    assert wal.stat().st_size == 0
    add(vault, "Bản Hốm")


def test_opening_the_same_connection_twice_in_a_thread_is_a_mistake_not_a_standstill(vault: Vault):
    with vault.read(), pytest.raises(RuntimeError), vault.read():
        pass
    with vault.write(), pytest.raises(RuntimeError), vault.change(AUTHOR):
        pass


def test_the_reading_connection_cannot_write(vault: Vault):
    with pytest.raises(Exception, match="readonly"), vault.read() as connection:
        local.put_note(connection, "a", "b")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("trusted_schema", 0),
        ("cell_size_check", 1),
        ("temp_store", 2),
        ("mmap_size", 0),
        ("secure_delete", 1),
        ("wal_autocheckpoint", 200),
        ("journal_size_limit", 4194304),
        ("cache_size", -12288),
        ("locking_mode", "normal"),
    ],
)
def test_both_connections_keep_the_settings_that_durability_rests_on(vault: Vault, name, value):
    with vault.write() as writing, vault.read() as reading:
        for connection in (writing, reading):
            assert connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() == value


def test_a_setting_that_is_not_kept_stops_the_start(folder: Path, now: Ticking, monkeypatch):
    monkeypatch.setattr(cipher, "_SETTINGS", (("synchronous", "NORMAL", 2),))
    with pytest.raises(RuntimeError, match="synchronous"):
        Vault.create(folder, PASSPHRASE, person="x", now=now)


def test_a_library_that_does_not_encrypt_stops_the_start(folder: Path, now: Ticking, monkeypatch):
    import sqlite3

    monkeypatch.setattr(cipher.sqlcipher, "connect", sqlite3.connect)
    with pytest.raises(RuntimeError, match="does not encrypt"):
        Vault.create(folder, PASSPHRASE, person="x", now=now)


def test_the_sqlite_of_the_lock_file_may_have_two_connections():
    assert cipher.sqlite_version() >= cipher.TWO_CONNECTIONS_FROM


@pytest.fixture
def old_sqlite(monkeypatch: pytest.MonkeyPatch, folder: Path, now: Ticking) -> Iterator[Vault]:
    monkeypatch.setattr(cipher, "sqlite_version", lambda: (3, 51, 2))
    made = Vault.create(folder, PASSPHRASE, person="x", now=now)
    enrol(made, now)
    yield made
    made.close()


def test_an_older_sqlite_gets_one_exclusive_connection_without_shared_memory(old_sqlite: Vault, folder: Path):
    add(old_sqlite, "Bản Nà Ngà")
    assert old_sqlite._reading is old_sqlite._writing
    with old_sqlite.read() as connection:
        assert names(connection) == ["Bản Nà Ngà"]
        assert connection.exec_driver_sql("PRAGMA locking_mode").scalar_one() == "exclusive"
    assert not (folder / f"{FILE_NAME}-shm").exists()


def test_an_older_sqlite_s_vault_opens_again_after_an_unclean_end(
    old_sqlite: Vault, folder: Path, now: Ticking, tmp_path: Path
):
    add(old_sqlite, "Bản Nà Ngà")
    shutil.copytree(folder, tmp_path / "left")
    again = Vault.open(tmp_path / "left", PASSPHRASE, now=now)
    with again.read() as connection:
        assert names(connection) == ["Bản Nà Ngà"]
    again.close()


def test_an_error_of_the_database_tells_no_parameters(vault: Vault):
    with pytest.raises(Exception, match="no such table") as failed, vault.write() as connection:
        connection.exec_driver_sql("INSERT INTO nowhere VALUES (?)", ("Lường Văn Pản",))
    assert "Pản" not in str(failed.value)


def test_counting_starts_at_nothing_in_a_new_vault(vault: Vault):
    with vault.read() as connection:
        assert connection.execute(select(func.count()).select_from(VILLAGE)).scalar_one() == 0
    vault.check()
