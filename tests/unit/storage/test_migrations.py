"""Steps from one shape of the vault to the next."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Connection

from tests.unit.storage.homes import AUTHOR, PASSPHRASE, Ticking, village
from tongcds.errors import UnavailableError
from tongcds.storage import migrations
from tongcds.storage.migrations import Step
from tongcds.storage.vault import FILE_NAME, Vault

SCHEMA = Path(migrations.__file__).with_name("schema.sql")


def _more(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE more (a INTEGER) STRICT")
    connection.exec_driver_sql("INSERT INTO more VALUES (1)")


def _broken(connection: Connection) -> None:
    _more(connection)
    raise ValueError("half way")


def tables(connection: Connection) -> set[str]:
    return set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars())


@pytest.fixture
def closed(vault: Vault, folder: Path) -> Path:
    with vault.change(AUTHOR) as change:
        village(change.writer)
    vault.close()
    return folder


def test_the_committed_schema_is_the_one_that_the_steps_make(vault: Vault):
    # After a change of records or tables: python -m tongcds.storage.migrations > tongcds/storage/schema.sql
    with vault.read() as connection:
        assert migrations.schema(connection) == SCHEMA.read_text(encoding="utf-8")


def test_every_table_is_strict(vault: Vault):
    with vault.read() as connection:
        loose = connection.exec_driver_sql(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT strict"
            " AND name NOT LIKE 'sqlite_%'"
        )
        assert loose.scalars().all() == []


def test_steps_are_numbered_without_gaps():
    assert [step.number for step in migrations.STEPS] == list(range(1, len(migrations.STEPS) + 1))


def test_a_vault_of_before_is_brought_up_to_date_when_opened(closed: Path, now: Ticking, monkeypatch):
    steps = (*migrations.STEPS, Step(len(migrations.STEPS) + 1, "more", _more))
    monkeypatch.setattr(migrations, "STEPS", steps)
    opened = Vault.open(closed, PASSPHRASE, now=now)
    with opened.read() as connection:
        assert migrations.version(connection) == len(steps)
        assert connection.exec_driver_sql("SELECT count(*) FROM village").scalar_one() == 1
        assert "more" in tables(connection)
    opened.close()


def test_a_step_that_fails_leaves_the_vault_as_it_was(closed: Path, now: Ticking, monkeypatch):
    before = (closed / FILE_NAME).read_bytes()
    steps = (*migrations.STEPS, Step(len(migrations.STEPS) + 1, "broken", _broken))
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "STEPS", steps)
        with pytest.raises(ValueError, match="half way"):
            Vault.open(closed, PASSPHRASE, now=now)
    assert (closed / FILE_NAME).read_bytes() == before
    opened = Vault.open(closed, PASSPHRASE, now=now)
    with opened.read() as connection:
        assert migrations.version(connection) == len(migrations.STEPS)
        assert "more" not in tables(connection)
    opened.close()


def test_steps_before_the_one_that_fails_stay_done(closed: Path, now: Ticking, monkeypatch):
    last = len(migrations.STEPS)
    steps = (*migrations.STEPS, Step(last + 1, "more", _more), Step(last + 2, "broken", _broken))
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "STEPS", steps)
        with pytest.raises(Exception, match="already exists"):
            Vault.open(closed, PASSPHRASE, now=now)
        patch.setattr(migrations, "STEPS", steps[:-1])
        opened = Vault.open(closed, PASSPHRASE, now=now)
        with opened.read() as connection:
            assert migrations.version(connection) == last + 1
        opened.close()


def test_a_vault_of_a_newer_program_is_refused_untouched(closed: Path, now: Ticking, monkeypatch):
    steps = (*migrations.STEPS, Step(len(migrations.STEPS) + 1, "more", _more))
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "STEPS", steps)
        Vault.open(closed, PASSPHRASE, now=now).close()
    before = {path: path.read_bytes() for path in closed.rglob("*") if path.is_file()}
    with pytest.raises(UnavailableError, match="vault_newer"):
        Vault.open(closed, PASSPHRASE, now=now)
    assert {path: path.read_bytes() for path in closed.rglob("*") if path.is_file()} == before


def test_a_step_out_of_order_is_a_mistake(vault: Vault):
    with pytest.raises(ValueError, match="does not follow"), vault.write() as connection:
        migrations.apply_step(connection, Step(9, "far", _more))


_KILLED = """
import os, signal, sys
from pathlib import Path
from tongcds.storage import migrations
from tongcds.storage.vault import Vault

def die(connection):
    connection.exec_driver_sql("CREATE TABLE more (a INTEGER) STRICT")
    connection.exec_driver_sql("UPDATE village SET name = 'Bản khác'")
    if sys.argv[3] == "before":
        os._exit(9)

def then_die(folder):
    Vault.open(folder, sys.argv[2], now=lambda: 1795000000000)
    os._exit(9)

migrations.STEPS = (*migrations.STEPS, migrations.Step(len(migrations.STEPS) + 1, "die", die))
then_die(Path(sys.argv[1]))
"""


@pytest.mark.parametrize(("moment", "done"), [("before", False), ("after", True)])
def test_a_program_that_dies_around_a_step_loses_nothing(
    closed: Path, now: Ticking, monkeypatch, moment, done
):
    ended = subprocess.run(
        [sys.executable, "-c", _KILLED, str(closed), PASSPHRASE, moment], check=False, capture_output=True
    )
    assert ended.returncode == 9, ended.stderr.decode()
    steps = (*migrations.STEPS, Step(len(migrations.STEPS) + 1, "more", _more))
    if done:
        monkeypatch.setattr(migrations, "STEPS", steps)
    opened = Vault.open(closed, PASSPHRASE, now=now)
    with opened.read() as connection:
        assert ("more" in tables(connection)) is done
        named = connection.exec_driver_sql("SELECT name FROM village").scalar_one()
        assert named == ("Bản khác" if done else "Bản Nà Ngà")
    opened.check()
    opened.close()
