"""B2: five laptops and a server, and everything that may go wrong between them, in any order."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    multiple,
    rule,
)
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from tests.faults.amounts import SOAK, times
from tests.unit.replica.laptops import (
    NA_NGA,
    NA_TOP,
    TWO_YEARS,
    Laptop,
    Office,
    close,
    dots,
    dump,
    kept,
    recomputed,
    rows,
    settle,
)
from tongcds.domain.stamps import Dot
from tongcds.records import Value, type_numbered
from tongcds.replica import merge as merging
from tongcds.replica import own, pages
from tongcds.replica.merge import version_of

# The package offers a function of this name.
receiving = importlib.import_module("tongcds.replica.receive")

AREAS = [NA_NGA, NA_TOP]
FIELDS = ("address", "note", "code")
TEXTS = ("Nhóm 1", "Nhóm 2", "Nhóm 3")
CLOCKS = (0, 0, TWO_YEARS, -TWO_YEARS, 3_600_000)


def unaccounted(office: Office) -> list[tuple[int, int, str]]:
    """Writes that ended neither as current, nor seen by a later one, nor in a conflict, nor set aside."""
    quarantined = office.quarantined()
    standing = {
        (record_type_name, row["id"]): row
        for record_type_name in ("household", "observation", "conflict")
        for row in rows(office.connection, record_type_name)
    }
    seen: set[tuple[bytes, str, Dot]] = set()
    for by, write in office.writes.items():
        seen |= {(write.id, name, dot) for name, dot in write.bases.items()}
        seen |= {(write.id, "deleted", Dot(*dot)) for dot in office.saw.get(by, ())}
    in_conflict: set[tuple[bytes, str, int, object]] = set()
    for row in rows(office.connection, "conflict"):
        v = row["values"]
        for side in ("kept", "other"):
            packed = v[f"{side}_value"]
            assert isinstance(packed, bytes)
            value = msgspec.msgpack.decode(packed)
            in_conflict.add((v["subject_id"], v["field"], v[f"{side}_device"], value))  # type: ignore[arg-type]
    equals: dict[tuple[bytes, str, Value], int] = {}
    for write in office.writes.values():
        for name, value in write.values.items():
            equals[write.id, name, value] = equals.get((write.id, name, value), 0) + 1
    missing = []
    for (device, n), write in office.writes.items():
        record = type_numbered(write.type)
        assert record is not None
        current = standing.get((record.name, write.id))
        for name, value in write.values.items():
            dot = Dot(device, n)
            if (device, n) in quarantined:
                continue
            assert current is not None
            version = version_of(current, name)
            stands = Dot(version.device, version.n) == dot
            again = equals[write.id, name, value] > 1
            if not (
                stands
                or (write.id, name, dot) in seen
                or (write.id, name, device, value) in in_conflict
                or again
                or (name == "deleted" and current["values"]["deleted"] == value)
            ):
                missing.append((device, n, name))
    return missing


def swallowed(office: Office) -> list[bytes]:
    """Records that are gone although whoever removed them had not seen all that is in them."""
    found = []
    for row in rows(office.connection, "household"):
        removal = version_of(row, "deleted")
        by = (removal.device, removal.n)
        if row["values"]["deleted"] and not dots(row) - {by} <= office.saw[by]:
            found.append(row["id"])
    return found


def check_settled(office: Office, *laptops: Laptop) -> None:
    """What must hold once exchanges stop."""
    everything = dump(office.connection, AREAS)
    for laptop in laptops:
        assert dump(laptop.connection, laptop.areas) == [r for r in everything if r[2] in laptop.areas]
        assert laptop.same_as_office()
        assert kept(laptop.connection) == recomputed(laptop.connection)
        assert laptop.me.received == laptop.me.next_n - 1
    assert kept(office.connection) == recomputed(office.connection)
    assert unaccounted(office) == []
    assert swallowed(office) == []
    written = {value for write in office.writes.values() for value in write.values.values()}
    for row in rows(office.connection, "household"):
        assert {v for v in row["values"].values() if v is not None} <= written | {0}, "something was invented"


class Desktops(RuleBasedStateMachine):
    """Two teams' laptops that see one village each, and three of a commune that see both."""

    households: Bundle[bytes] = Bundle("households")

    def __init__(self) -> None:
        super().__init__()
        self.office = Office(
            lambda _record, _area, write, _row: "not_allowed" if "refused" in write.values.values() else ""
        )
        self.laptops = [
            Laptop(self.office, 11, [NA_NGA]),
            Laptop(self.office, 12, AREAS),
            Laptop(self.office, 13, AREAS),
            Laptop(self.office, 14, [NA_TOP]),
            Laptop(self.office, 15, AREAS),
        ]

    which = st.integers(0, 4)

    def teardown(self) -> None:
        try:
            self.everybody_agrees()
        finally:
            for one in (self.office, *self.laptops):
                close(one.connection)

    def everybody_agrees(self) -> None:
        settle(*self.laptops)
        check_settled(self.office, *self.laptops)

    @rule(target=households, which=which, text=st.sampled_from((*TEXTS, "refused")))
    def create(self, which: int, text: str) -> bytes:
        return self.laptops[which].create(address=text)

    @rule(target=households)
    def everybody_hears(self) -> Any:
        settle(*self.laptops)
        return multiple()

    @rule(
        which=which,
        household=households,
        field=st.sampled_from(FIELDS),
        text=st.sampled_from((*TEXTS, "refused")),
    )
    def edit(self, which: int, household: bytes, field: str, text: str) -> None:
        if self.laptops[which].has(household):
            self.laptops[which].update(household, **{field: text})

    @rule(which=which, household=households)
    def remove(self, which: int, household: bytes) -> None:
        if self.laptops[which].has(household):
            self.laptops[which].remove(household)

    @rule(which=which)
    def restore_something(self, which: int) -> None:
        laptop = self.laptops[which]
        for row in rows(laptop.connection, "household"):
            if row["values"]["deleted"]:
                laptop.restore(row["id"])
                return

    @rule(which=st.sampled_from([1, 2, 4]), household=households, area=st.sampled_from(AREAS))
    def move(self, which: int, household: bytes, area: bytes) -> None:
        if self.laptops[which].has(household):
            self.laptops[which].update(household, village_id=area)

    @rule(which=which)
    def resolve_a_conflict(self, which: int) -> None:
        laptop = self.laptops[which]
        for row in rows(laptop.connection, "conflict"):
            if not row["values"]["resolved"]:
                laptop.update(row["id"], "conflict", resolved=1)
                return

    @rule(which=which, household=households, value=st.integers(0, 1))
    def look(self, which: int, household: bytes, value: int) -> None:
        self.laptops[which].create("observation", subject_id=household, fact="fibre", value=value)

    @rule(
        which=which,
        lose=st.sampled_from(["", "", "request", "answer"]),
        twice=st.booleans(),
        chunk=st.sampled_from([1, 2, 1000]),
        limit=st.sampled_from([1, 3, 1000]),
    )
    def exchange(self, which: int, lose: str, twice: bool, chunk: int, limit: int) -> None:
        self.laptops[which].exchange(lose=lose, twice=twice, chunk=chunk, limit=limit)

    @rule(which=which, household=households, text=st.sampled_from(TEXTS))
    def type_during_an_exchange(self, which: int, household: bytes, text: str) -> None:
        laptop = self.laptops[which]

        def meanwhile() -> None:
            if laptop.has(household):
                laptop.update(household, note=text)

        laptop.exchange(meanwhile=meanwhile)

    @rule(which=which)
    def restart(self, which: int) -> None:
        self.laptops[which].restart()

    @rule(which=which, ahead=st.sampled_from(CLOCKS))
    def set_the_clock(self, which: int, ahead: int) -> None:
        self.laptops[which].ahead = ahead

    @rule(seconds=st.integers(1, 900))
    def time_passes(self, seconds: int) -> None:
        self.office.now += seconds * 1000


Desktops.TestCase.settings = settings(max_examples=times(200, 5_000), stateful_step_count=100 if SOAK else 50)
TestDesktops = Desktops.TestCase


# ---- negative controls: what a wrong variant does, the checks above notice


@pytest.fixture
def three() -> Iterator[tuple[Office, list[Laptop]]]:
    """A right clock, one two years behind, and a right one; all hold one household."""
    office = Office()
    laptops = [
        Laptop(office, 11, AREAS),
        Laptop(office, 12, AREAS, ahead=-TWO_YEARS),
        Laptop(office, 13, AREAS),
    ]
    yield office, laptops
    for one in (office, *laptops):
        close(one.connection)


def clash(office: Office, laptops: list[Laptop]) -> None:
    """Edits that do not know of each other, one typed while an answer was on its way, and a removal."""
    right, offline, remover = laptops
    household, other = right.create(address="Nhóm 1"), right.create(address="Nhóm 1")
    settle(*laptops)
    offline.update(household, note="in the morning")
    offline.update(other, note="in the morning")
    office.now += 3_600_000
    right.update(household, note="an hour later")
    right.update(other, address="Nhóm 2")
    settle(right, remover)
    offline.exchange(meanwhile=lambda: offline.update(household, code="HN-1"))
    remover.remove(other)
    settle(remover, offline, right)
    check_settled(office, *laptops)


def test_the_right_merge_passes_the_checks(three: tuple[Office, list[Laptop]]) -> None:
    clash(*three)


def drop_the_loser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "merge", lambda *args: merging.merge(*args)[:0])


def let_the_newest_stamp_stand_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (own, merging):
        monkeypatch.setattr(module, "whole_of", lambda row: merging.dot_of(merging.newest(row)))


def never_send_own_records_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving._Merging, "_holds", lambda self, key, old: True)


def forget_unsent_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "unseen", lambda *_: {})


@pytest.mark.parametrize(
    "variant",
    [drop_the_loser, let_the_newest_stamp_stand_for_all, never_send_own_records_back, forget_unsent_work],
)
def test_a_wrong_variant_is_found_out(
    three: tuple[Office, list[Laptop]],
    variant: Callable[[pytest.MonkeyPatch], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control of B2."""
    variant(monkeypatch)
    with pytest.raises(AssertionError):
        clash(*three)


def test_a_server_that_ignores_the_watermark_is_found_out(
    three: tuple[Office, list[Laptop]], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = receiving.device_row

    def forgetful(connection: Connection, device: int, *, lock: bool = False) -> object:
        row = real(connection, device, lock=lock)
        return row and (row[0], row[1], 0, row[3])

    monkeypatch.setattr(receiving, "device_row", forgetful)
    laptop = three[1][0]
    laptop.create()
    laptop.exchange(lose="answer")
    laptop.create()
    with pytest.raises(IntegrityError):
        laptop.exchange()
