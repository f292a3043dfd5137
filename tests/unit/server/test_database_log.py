"""What PostgreSQL writes into its own log of what records say: nothing, once it is set as the papers say."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.meta.rules import ROOT
from tests.unit.server.test_cli import init, run
from tongcds.server.database import Database, sqlite_url

__all__ = ["run"]
WORD = "Quyzhục Oan"
# As loud as an administrator who looks for a mistake may make it.
LOUD = {"log_statement": "all", "log_min_duration_statement": "0", "log_parameter_max_length_on_error": "-1"}


@pytest.fixture
def address(cluster):
    """Makes a database with these settings."""

    def make(**settings: str) -> str:
        name = cluster.create()
        with psycopg.connect(cluster.address("postgres"), autocommit=True) as connection:
            for key, value in settings.items():
                connection.execute(f"ALTER DATABASE {name} SET {key} = '{value}'")
        return cluster.address(name)

    return make


def log_of(address: str) -> str:
    with psycopg.connect(address) as connection:
        (folder,) = connection.execute("SHOW data_directory").fetchone()
    return (Path(folder).parent / "log").read_text(encoding="utf-8", errors="replace")


def go_wrong(address: str, word: str) -> None:
    """The same name twice where it may stand once."""
    with closing(Database(address)) as database:
        with database.write() as connection:
            connection.execute(text("CREATE TABLE t (name text UNIQUE)"))
            connection.execute(text("INSERT INTO t VALUES (:name)"), {"name": word})
        with pytest.raises(IntegrityError) as told, database.write() as connection:
            connection.execute(text("INSERT INTO t VALUES (:name)"), {"name": word})
    assert "hidden due to hide_parameters" in str(told.value)


@pytest.mark.parametrize(
    ("settings", "tells"),
    [
        ({"log_error_verbosity": "terse"}, False),
        ({"log_error_verbosity": "terse", **LOUD}, False),
        # The control: as it comes, and as loud as it goes.
        ({}, True),
        ({"log_error_verbosity": "verbose", **LOUD}, True),
    ],
)
def test_only_a_terse_log_keeps_what_records_say_to_itself(address, settings, tells):
    at, word = address(**settings), f"{WORD} {sorted(settings.items())}"
    with closing(Database(at)) as database:
        assert database.tells_in_its_log() is tells
    go_wrong(at, word)
    said = log_of(at)
    assert "duplicate key value" in said
    assert (word in said) is tells


def test_the_embedded_database_has_no_log(tmp_path):
    with closing(Database(sqlite_url(tmp_path / "x.sqlite"))) as database:
        assert not database.tells_in_its_log()


def test_whoever_founds_a_server_is_warned_and_it_is_founded(run, address, tmp_path, logs):
    logs.expect("tongcds.server.cli", "the log of the database may hold what records say")
    code, _answer, complained = init(run, tmp_path / "loud", "--database", address())
    assert code == 0
    assert "log_error_verbosity" in complained
    quiet = address(log_error_verbosity="terse")
    assert init(run, tmp_path / "quiet", "--database", quiet)[2] == ""


def test_the_papers_name_every_setting():
    paper = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    for name in ("log_error_verbosity", *LOUD):
        assert f"`{name} = " in paper
