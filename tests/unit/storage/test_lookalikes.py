"""Who is on record already is found while somebody types, in the whole register and not by its size."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import event

from tests.unit.storage.homes import AUTHOR, home, village
from tongcds.domain.views import PersonQuery
from tongcds.storage import lookalikes as finding
from tongcds.storage import search
from tongcds.storage.lookalikes import MOST, lookalikes
from tongcds.storage.vault import Vault

TODAY = date(2026, 11, 23)
ELSEWHERE = bytes(16)
Found = list[tuple[str, str]]
XUAN = {"full_name": "Hà Thị Xuân", "birth": "1978-02-01", "sex": "female", "phone": "0981234521"}


@pytest.fixture
def nga(vault: Vault) -> bytes:
    with vault.change(AUTHOR) as change:
        made = village(change.writer, "Bản Nà Ngà")
        home(change.writer, made, "HN-0001", {"full_name": "Lò Văn Ún", "birth": "1975"}, XUAN)
    return made


@pytest.fixture
def found(vault: Vault, nga: bytes) -> Callable[..., Found]:
    def ask(name: str, birth: str = "", **other: object) -> Found:
        values = {"phone": "", "id_number": "", "village_id": nga} | other
        with vault.read() as connection:
            asked = PersonQuery(full_name=name, birth=birth, **values)  # type: ignore[arg-type]
            return [(one.full_name, one.why) for one in lookalikes(connection, asked, TODAY)]

    return ask


@pytest.mark.parametrize(
    ("name", "birth", "other", "why"),
    [
        ("ha thi xuan", "1978", {}, "name"),
        ("xuan ha thi", "1978-02-01", {}, "name"),
        ("Hà Xuân", "1978", {}, "alike"),
        ("ha thi xuan", "1978", {"village_id": ELSEWHERE}, "name"),
        ("ha thi xuam", "1978-02-01", {"village_id": ELSEWHERE}, "alike"),
        ("ha thi xuan", "", {}, "name_only"),
        ("ha thi xuan", "1977", {}, "near"),
        ("Ha Thi Xuan", "1950", {"phone": "0981234521"}, "phone"),
        ("Lường Văn Quyết", "1950", {"phone": "0981234521"}, "phone_only"),
    ],
)
def test_somebody_on_record_is_pointed_at_with_the_reason(
    found: Callable[..., Found], name: str, birth: str, other: dict[str, object], why: str
) -> None:
    assert found(name, birth, **other) == [("Hà Thị Xuân", why)]


@pytest.mark.parametrize(
    ("name", "birth", "other"),
    [
        ("ha thi xuam", "1978", {"village_id": ELSEWHERE}),
        ("ha thi xuan", "", {"village_id": ELSEWHERE}),
        ("ha thi xuan", "1977", {"village_id": ELSEWHERE}),
        ("ha thi xuan", "1976", {}),
        ("ha thi xuan", "1978", {"sex": "male"}),
        ("ha thi mai", "1978", {}),
        ("xuan", "1978", {}),
        ("", "", {}),
    ],
)
def test_somebody_else_is_not_pointed_at(
    found: Callable[..., Found], name: str, birth: str, other: dict[str, object]
) -> None:
    assert found(name, birth, **other) == []


def test_a_mended_birth_and_a_removed_person_are_followed(
    vault: Vault, nga: bytes, found: Callable[..., Found]
) -> None:
    with vault.change(AUTHOR) as change:
        people = home(change.writer, nga, "HN-0002", {"full_name": "Cà Văn Inh", "birth": "1960"}).people
        change.writer.update("person", people[0], birth="1990")
    assert found("ca van in", "1990") == [("Cà Văn Inh", "alike")]
    with vault.change(AUTHOR) as change:
        change.writer.update("person", people[0], left_on="2026-01-01")
    assert found("ca van in", "1990") == []


def test_the_surest_come_first_and_only_a_few_of_them(
    vault: Vault, nga: bytes, found: Callable[..., Found]
) -> None:
    with vault.change(AUTHOR) as change:
        for number in range(MOST):
            twin = {"full_name": "Ha Thi Xuan", "birth": "1978"}
            home(change.writer, nga, f"HN-1{number:03}", {"full_name": f"Vì Văn {number}"}, twin)
    asked = found("Hà Thị Xuân", "1978", phone="0981234521")
    assert len(asked) == MOST
    assert asked[0] == ("Hà Thị Xuân", "phone")
    assert {why for _name, why in asked[1:]} == {"name"}


def looked_at(vault: Vault, village_id: bytes) -> int:
    """How many names are compared for somebody who is typed."""
    compared = 0

    def counted(one: str, other: str) -> float:
        nonlocal compared
        compared += 1
        return finding_likeness(one, other)

    finding_likeness = finding.likeness
    with pytest.MonkeyPatch.context() as patch, vault.read() as connection:
        patch.setattr(finding, "likeness", counted)
        lookalikes(connection, PersonQuery("Hà Thị Xuân", "1978", "", "", village_id), TODAY)
    return compared


def test_only_people_of_the_same_year_or_name_are_compared(vault: Vault, nga: bytes) -> None:
    with vault.change(AUTHOR) as change:
        for year in range(1930, 2020):
            home(change.writer, nga, f"HN-{year}", {"full_name": f"Vì Văn Số{year}", "birth": f"{year}"})
    assert 0 < looked_at(vault, nga) < 10


def test_comparing_with_everybody_is_noticed(
    vault: Vault, nga: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Negative control.
    born_in = search.born_in
    monkeypatch.setattr(
        search, "born_in", lambda c, _year: [p for y in range(1930, 2020) for p in born_in(c, f"{y}")]
    )
    with pytest.raises(AssertionError):
        test_only_people_of_the_same_year_or_name_are_compared(vault, nga)


def test_the_people_of_a_year_are_looked_up_in_an_index(vault: Vault, nga: bytes) -> None:
    said: list[str] = []
    with vault.read() as connection:
        event.listen(connection, "before_cursor_execute", lambda *words: said.append(words[2]))
        search.born_in(connection, "1978")
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said[0]}", ("1978", "1979")).all()
    assert "ix_search_entry_birth" in str(plan)
