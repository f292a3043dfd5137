from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from tests.unit.storage.homes import PASSPHRASE, Ticking, add
from tongcds.records import record_type
from tongcds.storage import cipher
from tongcds.storage.vault import Vault

VILLAGE = record_type("village").table


def named(connection: Connection) -> list[str]:
    return sorted(connection.scalars(select(VILLAGE.c.name)))


def test_what_is_written_after_both_have_begun_is_seen_by_neither(vault: Vault):
    add(vault, "Bản Nà Ngà")
    with vault.count_together() as (first, second):
        add(vault, "Bản Nà Tọp")
        assert named(first) == named(second) == ["Bản Nà Ngà"]
    with vault.count_together() as (first, second):
        assert named(first) == named(second) == ["Bản Nà Ngà", "Bản Nà Tọp"]


def test_while_somebody_writes_there_is_one_and_nobody_waits(vault: Vault):
    add(vault, "Bản Nà Ngà")
    with vault.write(), vault.count_together() as connections:
        assert [named(connection) for connection in connections] == [["Bản Nà Ngà"]]


def test_nobody_can_write_between_the_beginnings_of_both(vault: Vault, monkeypatch: pytest.MonkeyPatch):
    could_write = []
    begin = Connection.exec_driver_sql

    def looking(self: Connection, statement: str, *words: Any) -> Any:
        if "sqlite_master" in statement:
            with vault._writing.still() as nobody_is_in:
                could_write.append(nobody_is_in)
        return begin(self, statement, *words)

    monkeypatch.setattr(Connection, "exec_driver_sql", looking)
    with vault.count_together():
        assert could_write == [False, False]
    with vault._writing.still() as nobody_is_in:
        assert nobody_is_in


def test_an_older_sqlite_counts_on_its_one_connection(
    folder: Path, now: Ticking, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cipher, "sqlite_version", lambda: (3, 51, 2))
    vault = Vault.create(folder, PASSPHRASE, person="x", now=now)
    with vault.count_together() as connections:
        assert len(connections) == 1
        assert named(connections[0]) == []
    vault.close()
