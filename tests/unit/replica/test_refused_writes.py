from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from tests.unit.replica.laptops import (
    NA_NGA,
    Laptop,
    Office,
    rows,
    settle,
    shared,
)
from tongcds.replica import own, pending
from tongcds.replica.tables import OWN

Maker = Callable[..., Laptop]


def refusing(why: str, **fields: Any) -> Callable[..., str]:
    return lambda _record, _area, write, _row: why if fields.items() <= write.values.items() else ""


def test_a_refused_change_is_kept_said_and_taken_back_from_the_register(
    laptop: Maker, office: Office
) -> None:
    a, b = laptop(), laptop()
    record_id = shared(a, b, address="Nhóm 1")
    office.allowed = refusing("not_allowed", address="Nhóm 2")
    a.update(record_id, address="Nhóm 2")
    settle(a, b)
    assert a.outcomes == {2: "not_allowed"}
    assert office.quarantined() == {(11, 2): "not_allowed"}
    assert a.value(record_id, "address") == "Nhóm 1"
    assert a.same_as_office()
    assert a.connection.execute(select(OWN.c.state, OWN.c.code).where(OWN.c.n == 2)).one() == (
        2,
        "not_allowed",
    )


def test_a_refused_record_leaves_the_register_and_stays_in_the_log(a: Laptop, office: Office) -> None:
    office.allowed = refusing("not_allowed", code="HN-2")
    a.create(code="HN-1")
    a.create(code="HN-2")
    a.exchange()
    assert [row["values"]["code"] for row in rows(a.connection, "household")] == ["HN-1"]
    assert a.same_as_office()
    assert pending(a.connection, 1, 1)[0].values["code"] == "HN-2"


def test_a_refused_write_does_not_hold_up_those_behind_it(a: Laptop, b: Laptop, office: Office) -> None:
    office.allowed = refusing("not_allowed", code="HN-1")
    a.create(code="HN-1")
    record_id = a.create(code="HN-2")
    settle(a, b)
    assert b.has(record_id)


def test_a_refusal_is_said_again_when_its_answer_was_lost(a: Laptop, office: Office) -> None:
    office.allowed = refusing("not_allowed", code="HN-1")
    a.create(code="HN-1")
    a.exchange(lose="answer")
    a.exchange()
    assert a.outcomes == {1: "not_allowed"}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"left_on": "2026-02-30"}, "bad_value"),
        ({"address": "x" * 20_001}, "bad_value"),
        ({"hardship": 2}, "bad_value"),
    ],
)
def test_a_value_that_cannot_be_is_set_aside(a: Laptop, fields: dict[str, Any], code: str) -> None:
    a.create(**fields)
    a.exchange()
    assert a.outcomes == {1: code}
    assert a.same_as_office()


UNCLEAN = {"Nha\u0300": "Nh\u00e0", "a\x00\x1bb": "ab", "\u202eneB\u202c": "neB", "a\tb\r\nc": "a b\nc"}


@pytest.mark.parametrize("text", UNCLEAN)
def test_a_text_that_nobody_cleaned_is_cleaned_when_it_is_written(a: Laptop, b: Laptop, text: str) -> None:
    record_id = a.create(address=text)
    a.update(record_id, note=text)
    settle(a, b)
    assert (b.value(record_id, "address"), b.value(record_id, "note")) == (UNCLEAN[text],) * 2


@pytest.mark.parametrize("text", UNCLEAN)
def test_a_laptop_that_does_not_clean_its_texts_is_not_believed(
    a: Laptop, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own, "storable", str)
    a.create(address=text)
    a.exchange()
    assert a.outcomes == {1: "bad_value"}
    assert a.same_as_office()


def test_a_value_that_could_not_even_be_sent_is_the_caller_s_mistake(a: Laptop) -> None:
    for wrong in ({"head_id": b"short"}, {"stated_size": 1 << 63}, {"address": 5}, {"no_such_field": 1}):
        with pytest.raises(ValueError, match="household"):
            a.create(**wrong)


def test_only_the_server_writes_figures(a: Laptop) -> None:
    with a.writing() as writer:
        writer.create("figure", unit_id=NA_NGA, indicator="XHS01", numerator=1)
    a.exchange()
    assert a.outcomes == {1: "not_allowed"}


def test_a_change_of_a_record_that_nobody_made_is_set_aside(a: Laptop, office: Office) -> None:
    office.allowed = refusing("not_allowed", code="HN-1")
    record_id = a.create(code="HN-1")
    a.update(record_id, note="x")
    a.exchange()
    assert a.outcomes == {1: "not_allowed", 2: "unknown_record"}
