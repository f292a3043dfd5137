from __future__ import annotations

import logging

import pytest

from tongcds import log

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
