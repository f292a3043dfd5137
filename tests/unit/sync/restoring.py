"""A server that is put back from a copy of its database, as an administrator does it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from tests.unit.server.conftest import World
from tests.unit.sync.desks import on_server
from tongcds.server.database import Database, sqlite_url
from tongcds.server.office import restored


def copied(world: World, folder: Path) -> Path:
    """A copy of the server's database as it is now."""
    copy = folder / f"copy-{len(list(folder.glob('copy-*')))}.sqlite"
    with closing(sqlite3.connect(folder / "province.sqlite")) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    return copy


def put_back(world: World, copy: Path) -> None:
    """The server goes on from this copy, and says so."""
    world.province.database.close()
    again = copy.with_name(f"again-{copy.name}")
    shutil.copyfile(copy, again)
    world.province = replace(world.province, database=Database(sqlite_url(again)))
    on_server(world, lambda connection: restored(connection, now=world.now()))
