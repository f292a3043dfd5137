from __future__ import annotations

import logging

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError

from tongcds import log
from tongcds.storage.vault import Vault
from ui.errors import report_of

PERSON = {
    "name": "Thạch Thị Sa Rây",
    "phone": "0912345678",
    "birth_year": 1961,
    "address": "Ấp Giồng Lớn",
    "note": "chưa có điện thoại thông minh",
}


@pytest.fixture
def ring(profile):
    root = logging.getLogger()
    level = root.level
    ring = log.start(profile / "log")
    yield ring
    log.stop(ring)
    root.setLevel(level)


def written(profile):
    return (profile / "log" / "tongcds.log").read_text(encoding="utf-8")


def test_ids_codes_and_counts_are_written(ring, profile):
    logging.getLogger("tongcds.sync").info("pushed", extra={"count": 12, "code": "server_busy"})
    assert "INFO tongcds.sync pushed code=server_busy count=12" in written(profile)


def test_nothing_of_a_person_reaches_the_file_or_the_crash_report(ring, profile, logs):
    logs.expect("tongcds.actions")
    logs.expect("sqlalchemy.pool")
    ours = logging.getLogger("tongcds.actions")
    ours.info("person saved", extra={**{f"person_{key}": value for key, value in PERSON.items()}, "count": 1})
    ours.info("person %s", PERSON["name"])
    ours.info("person saved", extra={"code": PERSON["name"], "record_id": PERSON["address"]})
    logging.getLogger("sqlalchemy.pool").warning("parameters: %s", PERSON)
    try:
        raise ValueError(str(PERSON))
    except ValueError:
        ours.exception("not saved")

    text = written(profile) + "\n".join(ring.lines)

    assert text.count("person saved") == 4
    assert [value for value in PERSON.values() if str(value) in text] == []


@pytest.mark.parametrize("number", ["0981234521", "+84981234521", "098.123.4521", "014178000321"])
def test_a_number_of_somebody_is_no_code(ring, profile, logs, number):
    logging.getLogger("tongcds.actions").info("shown", extra={"code": number, "record_id": number})
    assert number not in written(profile) + "\n".join(ring.lines)


@pytest.mark.parametrize("code", ["server_busy", "2026", "4294967296", "84", "0.1.0", "0189e5", "127.0.0.1"])
def test_codes_stay_readable(ring, profile, code):
    logging.getLogger("tongcds.sync").info("pushed", extra={"code": code})
    assert f"code={code}" in written(profile)


def write_twice(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE kept (name TEXT UNIQUE, phone TEXT)")
    rows = [{"name": PERSON["name"], "phone": PERSON["phone"]}] * 2
    connection.execute(text("INSERT INTO kept VALUES (:name, :phone)"), rows)


def test_what_a_database_refuses_is_quoted_nowhere(ring, profile, logs, tmp_path):
    """An error of the vault itself, with what led to it, through the log and the report of a crash."""
    logs.expect("tongcds.actions", "not saved")
    vault = Vault.create(tmp_path / "vault", "con trâu ăn cỏ non", person="Lò Thị Ngân", now=lambda: 1)
    try:
        with pytest.raises(DBAPIError) as refused, vault.write() as connection:
            write_twice(connection)
        problem = refused.value
        logging.getLogger("tongcds.actions").error("not saved", exc_info=problem)
    finally:
        vault.close()
    said = "\n".join(
        (str(problem), repr(problem), report_of(problem, "\n".join(ring.lines)), written(profile))
    )
    assert "IntegrityError" in said
    assert [value for value in PERSON.values() if str(value) in said] == []


def test_a_database_that_quotes_would_be_noticed():
    """The control: the same error of an engine that hides nothing."""
    engine = create_engine("sqlite://")
    with pytest.raises(DBAPIError) as refused, engine.begin() as connection:
        write_twice(connection)
    assert PERSON["name"] in str(refused.value)


def test_a_failure_says_where_it_happened(ring, profile, logs):
    logs.expect("tongcds.actions", "not saved")
    try:
        raise KeyError(PERSON["name"])
    except KeyError:
        logging.getLogger("tongcds.actions").exception("not saved")
    assert "KeyError at test_log.py:" in written(profile)


def test_the_log_does_not_grow_without_end(ring, profile):
    logger = logging.getLogger("tongcds.sync")
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.handlers.RotatingFileHandler):
            handler.maxBytes = 2_000
    for number in range(300):
        logger.info("pushed", extra={"count": number})
    assert len(list((profile / "log").iterdir())) == 5


def test_stopping_closes_what_starting_opened(profile):
    before = list(logging.getLogger().handlers)
    log.stop(log.start(profile / "log"))
    assert logging.getLogger().handlers == before
