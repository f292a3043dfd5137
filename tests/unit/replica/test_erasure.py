"""An erasure wins over every other write, in every order, and nothing brings back what it emptied."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import msgspec
import pytest
from sqlalchemy import Connection, select, update

from tests.unit.replica.laptops import NA_NGA, Laptop, Office, conflicts, dump, kept, recomputed, rows, settle
from tongcds.protocol.chunks import WriteChunk, pack_writes, unpack_writes
from tongcds.records import all_types, record_type
from tongcds.replica import erasure, forget_words, merge, pending
from tongcds.replica.chain import content_hash, link
from tongcds.replica.erasure import coarse
from tongcds.replica.identity import EMPTY_CHAIN
from tongcds.replica.tables import AREA, OWN, QUARANTINE

NAME, PHONE, STREET = "Lò Thị Chim Yến", "0987654321", "ngõ Hoa Ban"


def erase(laptop: Laptop, type_name: str, record_id: bytes) -> None:
    with laptop.writing() as writer:
        writer.erase(type_name, record_id)
    forget_words(laptop.connection, [record_id], tell=False)


def everything(connection: Connection) -> bytes:
    """All that a replica keeps, records and books."""
    tables = [record.table for record in all_types()] + [OWN, QUARANTINE]
    held = [tuple(row) for table in tables for row in connection.execute(select(table))]
    return msgspec.msgpack.encode(held, enc_hook=str)


def holds(connection: Connection, text: str) -> bool:
    return text.encode() in everything(connection)


def person(laptop: Laptop, household: bytes, **values: str) -> bytes:
    given = {"full_name": NAME, "phone": PHONE, "birth": "1961-05-12", **values}
    return laptop.create("person", household_id=household, **given)


def test_an_erased_record_keeps_its_place_and_nothing_of_the_person(a: Laptop, b: Laptop) -> None:
    home = a.create(address=STREET, code="HN-0001")
    who = person(a, home)
    settle(a, b)
    assert holds(a.office.connection, NAME)
    erase(b, "person", who)
    erase(b, "household", home)
    settle(b, a)
    forget_words(a.connection, [who, home], tell=True)
    for replica in (a, b, a.office):
        for canary in (NAME, PHONE, STREET, "1961-05-12"):
            assert not holds(replica.connection, canary)
    (left,) = rows(a.connection, "person")
    assert (left["values"]["household_id"], left["values"]["birth"]) == (home, "1960")
    assert a.same_as_office()
    assert b.same_as_office()
    assert kept(a.connection) == recomputed(a.connection)


def test_a_late_edit_is_dropped_and_its_author_is_told(a: Laptop, b: Laptop) -> None:
    home = a.create(address=STREET)
    settle(a, b)
    erase(a, "household", home)
    a.exchange()
    b.update(home, address=f"{STREET} mới", note="một ghi chú")
    n = b.me.next_n - 1
    b.exchange()
    settle(a, b)
    assert b.outcomes[n] == "erased"
    for replica in (a, b, a.office):
        assert not holds(replica.connection, STREET)
        assert not conflicts(replica)
    assert a.same_as_office()
    assert b.same_as_office()


def test_what_is_said_anew_of_an_erased_person_is_not_kept(a: Laptop, b: Laptop) -> None:
    home = a.create()
    settle(a, b)
    erase(a, "household", home)
    a.exchange()
    who = person(b, home)
    visit = b.create("visit", household_id=home, on="2026-11-23", note=STREET)
    seen = b.create("observation", subject="household", subject_id=home, fact="fibre", value=1)
    b.exchange()
    settle(a, b)
    assert sorted(b.outcomes.values()) == ["erased"] * 3
    assert not holds(b.connection, NAME)
    assert not holds(a.office.connection, STREET)
    assert not b.has(seen, "observation")
    assert a.value(visit, "on", "visit") == "2026-11-23"
    assert a.value(who, "full_name", "person") is None
    assert a.same_as_office()
    assert b.same_as_office()


def test_both_values_of_a_conflict_go_too(a: Laptop, b: Laptop) -> None:
    home = a.create(address="cũ")
    settle(a, b)
    a.update(home, address=STREET)
    b.update(home, address=f"{STREET} 2")
    settle(a, b)
    assert holds(a.office.connection, STREET)
    erase(a, "household", home)
    settle(a, b)
    (settled,) = conflicts(b)
    assert (settled["kept_value"], settled["other_value"], settled["resolved"]) == (None, None, 1)
    assert not holds(a.office.connection, STREET)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_in_every_order_all_end_with_the_same(order: tuple[int, ...], laptop: Callable[..., Laptop]) -> None:
    a, b, c = laptop(), laptop(), laptop()
    home = a.create(address="cũ", note="ghi chú")
    settle(a, b, c)
    erase(a, "household", home)
    b.update(home, address=STREET, stated_size=4)
    c.remove(home)
    for at in order:
        (a, b, c)[at].exchange()
    settle(a, b, c)
    settle(a, b, c)
    dumps = [dump(one.connection, [NA_NGA]) for one in (a, b, c, a.office)]
    assert all(one == dumps[0] for one in dumps)
    assert not holds(a.office.connection, STREET)
    (left,) = rows(a.connection, "household")
    assert left["values"]["erased"]
    assert left["values"]["note"] is None


def test_two_who_erase_at_once_agree(a: Laptop, b: Laptop) -> None:
    home = a.create(address=STREET)
    settle(a, b)
    erase(a, "household", home)
    erase(b, "household", home)
    settle(a, b)
    assert dump(a.connection, [NA_NGA]) == dump(b.connection, [NA_NGA])
    assert a.same_as_office()
    assert b.same_as_office()


def test_a_husk_keeps_the_chain_that_receipts_are_over(a: Laptop) -> None:
    home = a.create(address=STREET)
    a.update(home, address=f"{STREET} 2", stated_size=3)
    erase(a, "household", home)
    writes = pending(a.connection, 0, 10)
    travelled = unpack_writes(pack_writes(WriteChunk(a.device, a.me.prefix, writes))).writes
    assert travelled == writes
    chain = EMPTY_CHAIN
    for write in travelled:
        chain = link(chain, content_hash(a.device, write))
    assert chain == a.me.chain
    assert STREET.encode() not in msgspec.msgpack.encode(travelled)


def test_a_server_put_back_from_a_copy_learns_of_the_erasure_again(a: Laptop, b: Laptop) -> None:
    """The copy has the person whole; the laptop that only heard of the erasure says it again."""
    home = a.create(address=STREET)
    settle(a, b)
    erase(a, "household", home)
    settle(a, b)
    forget_words(b.connection, [home], tell=True)
    table = record_type("household").table
    a.office.connection.execute(
        table.update().where(table.c.id == home).values(address=STREET, erased=None, versions=None, number=99)
    )
    a.office.connection.execute(update(AREA).where(AREA.c.area == NA_NGA).values(counter=99))
    touched = b.exchange()
    assert touched is not None
    assert touched.unerased == {"household": [home]}
    assert not holds(b.connection, STREET)
    with b.writing() as writer:
        writer.erase("household", home, again=True)
    b.exchange()
    assert not holds(b.office.connection, STREET)


def test_without_the_rule_a_late_edit_would_bring_the_words_back(
    a: Laptop, b: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: a merge that takes an erasure for an ordinary write."""
    home = a.create(address="cũ")
    settle(a, b)
    erase(a, "household", home)
    a.exchange()
    monkeypatch.setattr(merge.erasure, "plain", lambda write: write)
    monkeypatch.setattr(erasure, "says_something", lambda _record, _write: False)
    b.update(home, address=STREET)
    b.exchange()
    assert holds(a.office.connection, STREET)


@pytest.mark.parametrize(
    ("birth", "left"), [("1961-05-12", "1960"), ("2005", "2000"), ("2006-01", "2006"), ("2019-03-02", "2019")]
)
def test_a_birth_is_left_as_coarse_as_age_limits_allow(birth: str, left: str) -> None:
    assert coarse(birth) == left


def test_words_that_were_set_aside_go_too(laptop: Callable[..., Laptop], office: Office) -> None:
    a, b = laptop(), laptop()
    home = a.create(address="cũ")
    settle(a, b)
    office.allowed = lambda _record, _area, write, _row: "not_allowed" if "note" in write.values else ""
    b.update(home, note=STREET)
    b.exchange()
    assert holds(office.connection, STREET)
    erase(a, "household", home)
    a.exchange()
    assert not holds(office.connection, STREET)
