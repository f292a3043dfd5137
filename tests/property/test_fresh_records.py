"""A chunk of new records gives the same by columns as write by write, whatever is wrong with one of them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from tests.unit.replica.laptops import AUTHOR, NA_NGA, NA_TOP, NOW, close, empty_database
from tongcds.domain.stamps import Dot, derived_id, make_id, stamp_of
from tongcds.domain.views import Role
from tongcds.protocol.messages import ScopeEntry, Write
from tongcds.records import METADATA, Value, record_type
from tongcds.records.declare import ERASED
from tongcds.replica import Received, authority, fresh, receive, register_device
from tongcds.replica.erasure import MARK
from tongcds.replica.tables import BOOKS

# The package offers a function of this name.
receiving = importlib.import_module("tongcds.replica.receive")

DEVICE, PREFIX = 11, 11 << 40 | 5
COMMUNE, FOREIGN, MERGED = derived_id("commune"), derived_id("elsewhere"), derived_id("Bản cũ")
SCOPE = [ScopeEntry(area, "write") for area in (COMMUNE, NA_NGA, NA_TOP)]
HOME, GONE = (make_id(PREFIX, stamp_of(NOW, n)) for n in (1, 2))
FIRST = 4


def write(n: int, type_name: str, **values: Value) -> Write:
    stamp = stamp_of(NOW, n)
    number = record_type(type_name).number
    return Write(number, make_id(PREFIX, stamp), n, stamp, AUTHOR, {"village_id": NA_NGA, **values}, {})


BEFORE = [
    write(1, "household", address="Nhóm 1"),
    write(2, "household", address="Nhóm 2"),
    msgspec.structs.replace(
        write(3, "household"), id=GONE, values={ERASED: MARK}, bases={"address": Dot(DEVICE, 2)}
    ),
]


def with_values(**values: Any) -> Callable[[Write], Write]:
    return lambda w: msgspec.structs.replace(w, values={**w.values, **values})


def without(name: str) -> Callable[[Write], Write]:
    return lambda w: msgspec.structs.replace(w, values={n: v for n, v in w.values.items() if n != name})


def with_head(**head: Any) -> Callable[[Write], Write]:
    return lambda w: msgspec.structs.replace(w, **head)


def late(w: Write) -> Write:
    stamp = stamp_of(2 * NOW, w.n)
    return msgspec.structs.replace(w, stamp=stamp, id=make_id(PREFIX, stamp))


def villager_of_the_erased(w: Write) -> Write:
    return msgspec.structs.replace(
        w,
        type=record_type("person").number,
        values={"village_id": NA_NGA, "household_id": GONE, "full_name": "Lò Thị Hoa"},
    )


def of_type(type_name: str, **values: Value) -> Callable[[Write], Write]:
    return lambda w: msgspec.structs.replace(w, type=record_type(type_name).number, values=values)


ODD: dict[str, Callable[[Write], Write]] = {
    "text with a zero": with_values(note="a\x00"),
    "text that is not NFC": with_values(note="e\u0302"),
    "number in a text": with_values(note=5),
    "truth in a text": with_values(note=True),
    "fraction": with_values(note=1.0),
    "short id": with_values(village_id=b"short"),
    "no area": without("village_id"),
    "empty area": with_values(village_id=None),
    "unknown field": with_values(weather="mưa"),
    "unknown type": with_head(type=9_999),
    "type of the server's": of_type("figure", unit_id=NA_NGA),
    "wrong author": with_head(author=FOREIGN),
    "foreign area": with_values(village_id=FOREIGN),
    "the commune's own area": with_values(village_id=COMMUNE),
    "unit that is no more": with_values(village_id=MERGED),
    "unit that is no more, named beside": with_values(head_id=MERGED),
    "about somebody erased": villager_of_the_erased,
    "far ahead": late,
    "somebody else's id": with_head(id=make_id(12 << 40, stamp_of(NOW, 1))),
    "record that is there": with_head(id=HOME, stamp=stamp_of(NOW, 1)),
    "change": with_head(id=HOME, bases={"note": Dot(DEVICE, 1)}),
    "change of nothing": with_head(id=derived_id("nothing"), bases={"note": Dot(DEVICE, 1)}),
    "removed from the first": with_values(deleted=1),
    "there from the first": with_values(deleted=0),
    "removed neither way": with_values(deleted=None),
    "erasure": with_head(id=HOME, values={ERASED: MARK}, bases={"note": Dot(DEVICE, 1)}),
    "erased from the first": with_values(erased=MARK),
    "husk": with_values(erased=bytes(32)),
    "village": of_type("village", commune_id=COMMUNE, name="Bản Mới"),
    "member": of_type("member", unit_id=COMMUNE, full_name="Lò Văn Tám", role="commune"),
    "conflict": of_type("conflict", area_id=NA_NGA),
}


@st.composite
def plain(draw: st.DrawFn, n: int) -> Write:
    """A new record with nothing wrong about it."""
    area = draw(st.sampled_from([NA_NGA, NA_TOP]))
    subject = draw(st.sampled_from([HOME, make_id(PREFIX, stamp_of(NOW, FIRST))]))
    note = draw(st.sampled_from([None, "", "ghi chú", "mất sóng"]))
    some: dict[str, dict[str, Value]] = {
        "household": {"note": note, "stated_size": draw(st.sampled_from([None, 4])), "left_on": None},
        "person": {"household_id": subject, "birth": draw(st.sampled_from(["1985", "1985-02", None]))},
        "visit": {"household_id": subject, "on": "2026-11-23", "note": note},
        "consent": {"household_id": subject, "on": "2026-11-23"},
        "observation": {"subject": "household", "subject_id": subject, "fact": "fibre", "value": 1},
    }
    name = draw(st.sampled_from(sorted(some)))
    values = {key: value for key, value in some[name].items() if draw(st.integers(0, 3))}
    return write(n, name, village_id=area, **values)


@st.composite
def chunks(draw: st.DrawFn) -> list[Write]:
    """New records, one or the other of them odd."""
    count = draw(st.integers(1, 12))
    writes = [draw(plain(FIRST + i)) for i in range(count)]
    for name in draw(st.lists(st.sampled_from(sorted(ODD)), max_size=2)):
        place = draw(st.integers(0, count - 1))
        writes[place] = ODD[name](writes[place])
    return writes


def everything(connection: Connection) -> dict[str, list[str]]:
    """Every row of every table."""
    tables = [*METADATA.sorted_tables, *BOOKS.sorted_tables]
    return {t.name: sorted(map(repr, connection.execute(select(t)).all())) for t in tables}


def pushed(writes: Sequence[Write]) -> tuple[Received, dict[str, list[str]], bool]:
    """What becomes of a chunk, and whether it went by columns."""
    connection = empty_database()
    try:
        register_device(connection, DEVICE, PREFIX)
        allowed = authority(connection, Role.COMMUNE, COMMUNE, AUTHOR, SCOPE)
        cursors = {NA_NGA: 0, NA_TOP: 0}
        given: dict[str, Any] = {"allowed": allowed, "cursors": cursors, "now": NOW}
        receive(connection, DEVICE, BEFORE, **given)
        ways: list[bool] = []
        with pytest.MonkeyPatch.context() as patch:
            real = receiving.take_new

            def watched(*args: Any, **kwargs: Any) -> object:
                held = real(*args, **kwargs)
                ways.append(held is not None)
                return held

            patch.setattr(receiving, "take_new", watched)
            received = receive(connection, DEVICE, writes, successors={MERGED: NA_TOP}, **given)
        return received, everything(connection), any(ways)
    finally:
        close(connection)


def one_by_one(writes: Sequence[Write]) -> tuple[Received, dict[str, list[str]]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(receiving, "take_new", lambda *_args, **_kwargs: None)
        return pushed(writes)[:2]


@given(chunks())
def test_by_columns_and_one_by_one_everything_is_the_same(writes: list[Write]) -> None:
    assert pushed(writes)[:2] == one_by_one(writes)


PLAIN = [
    write(FIRST + i, "household", note=f"ghi chú {i}", village_id=(NA_NGA, NA_TOP)[i % 2]) for i in range(6)
]


def with_one(odd: str) -> list[Write]:
    return [*PLAIN[:3], ODD[odd](PLAIN[3]), *PLAIN[4:]]


def member(n: int) -> Write:
    return of_type("member", unit_id=COMMUNE, full_name="Lò Văn Tám", role="commune")(PLAIN[n])


def test_plain_new_records_go_by_columns() -> None:
    received, rows, by_columns = pushed(PLAIN)
    assert by_columns
    assert (received, rows) == one_by_one(PLAIN)
    assert len(rows["household"]) == len(PLAIN) + 2


@pytest.mark.parametrize("odd", ODD)
def test_one_odd_write_sends_the_chunk_the_general_way(odd: str) -> None:
    writes = with_one(odd)
    received, rows, by_columns = pushed(writes)
    assert not by_columns
    assert (received, rows) == one_by_one(writes)


GUARDS: dict[str, tuple[list[Write], str, object]] = {
    "values": (with_one("text with a zero"), "all_fit", lambda _kind, _column: True),
    "authors": (with_one("wrong author"), "_allowed", lambda _group, _allowed: True),
    "areas": (with_one("foreign area"), "_allowed", lambda _group, _allowed: True),
    "units": (with_one("unit that is no more, named beside"), "_names_one_of", lambda _group, _units: False),
    "erased": (with_one("about somebody erased"), "erased_among", lambda _connection, _ids: frozenset()),
    "clocks": (with_one("far ahead"), "FAR_AHEAD_MS", NOW * 2),
    "there": (with_one("record that is there"), "read_rows", lambda _connection, _record, _ids: {}),
    "removed": (with_one("removed from the first"), "DELETED", "nothing"),
    "husks": (with_one("husk"), "ERASED", "nothing"),
    # Somebody who writes before they are a member.
    "members": (
        [member(0), msgspec.structs.replace(PLAIN[1], author=PLAIN[2].id), member(2)],
        "_stands_alone",
        lambda _record: True,
    ),
}


@pytest.mark.parametrize("guard", GUARDS)
def test_a_guard_that_is_gone_is_found_out(guard: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Negative control.
    writes, name, anything = GUARDS[guard]
    expected = one_by_one(writes)
    assert pushed(writes)[:2] == expected
    monkeypatch.setattr(fresh, name, anything)
    try:
        assert pushed(writes)[:2] != expected
    except IntegrityError:
        assert guard == "there"
