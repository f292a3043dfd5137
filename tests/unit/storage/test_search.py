"""Finding households and people while typing."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from random import Random

import pytest
import sqlcipher3.dbapi2
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine

from tests.unit.storage.homes import AUTHOR, Home, Ticking, home, village
from tongcds.domain.text import fold
from tongcds.replica import Writer, create_tables, new_identity
from tongcds.storage import merged, search
from tongcds.storage.search_query import Typed, code_words, plain_words
from tongcds.storage.vault import Vault

NAMES = (
    "Dương Văn Hòa",
    "Đường Thị Hoà",
    "Duong Van Hoa",
    "Hoàng Văn Hoan",
    "Lò Thị Ngân",
    "K'Brèo",
    "Rơ Ông Hà Nhất",
    "Nguyễn Thị Thủy",
    "Nguyễn Thị Thuý",
    "Cà Văn Thoong",
    "Vì Văn Sơn",
)


@pytest.fixture
def people(vault: Vault) -> Iterator[Connection]:
    with vault.change(AUTHOR) as change:
        nga, hom = village(change.writer, "Bản Nà Ngà"), village(change.writer, "Bản Hốm")
        for number, name in enumerate(NAMES):
            phone = {"phone": f"09812345{number:02}"}
            head = {"full_name": f"Chủ Hộ Số{number}"}
            home(
                change.writer,
                hom if number % 2 else nga,
                f"HN-{number:04}",
                head,
                {"full_name": name} | phone,
            )
    with vault.read() as connection:
        yield connection


def titles(connection: Connection, text: str, limit: int = 50) -> list[str]:
    return [hit.title for hit in search.find(connection, text, limit)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("hoa", {"Dương Văn Hòa", "Đường Thị Hoà", "Duong Van Hoa", "Hoàng Văn Hoan"}),
        ("duong", {"Dương Văn Hòa", "Đường Thị Hoà", "Duong Van Hoa"}),
        ("DUONG VAN", {"Dương Văn Hòa", "Duong Van Hoa"}),
        ("van duong", {"Dương Văn Hòa", "Duong Van Hoa"}),
        ("h du", {"Dương Văn Hòa", "Đường Thị Hoà", "Duong Van Hoa"}),
        ("ng ngu thi th", {"Nguyễn Thị Thủy", "Nguyễn Thị Thuý"}),
        ("kbreo", {"K'Brèo"}),
        ("breo", {"K'Brèo"}),
        ("k'b", {"K'Brèo"}),
        ("ha nhat", {"Rơ Ông Hà Nhất"}),
        ("nha ong", {"Rơ Ông Hà Nhất"}),
        ("thoong", {"Cà Văn Thoong"}),
        ("4504", {"Lò Thị Ngân"}),
        ("504", {"Lò Thị Ngân"}),
        ("0981234504", {"Lò Thị Ngân"}),
        ("098 123 4504", {"Lò Thị Ngân"}),
        ("ngan 504", {"Lò Thị Ngân"}),
        ("ngan na nga", {"Lò Thị Ngân"}),
        ("ngan hom", set()),
        ("xyz", set()),
        ("", set()),
        ("   ", set()),
        ("'\"*()-:^", set()),
        ("oa", set()),
    ],
)
def test_names_are_found_by_the_beginnings_of_their_words(people: Connection, typed, found):
    assert {title for title in titles(people, typed) if not title.startswith("Chủ")} == found
    decomposed = unicodedata.normalize("NFD", typed)
    assert titles(people, decomposed) == titles(people, typed)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("hòa", {"Dương Văn Hòa", "Đường Thị Hoà"}),
        ("hoà", {"Dương Văn Hòa", "Đường Thị Hoà"}),
        ("Đường", {"Đường Thị Hoà"}),
        ("đư", {"Đường Thị Hoà"}),
        ("dương", {"Dương Văn Hòa"}),
        ("thúy", {"Nguyễn Thị Thuý"}),
        ("thuỷ", {"Nguyễn Thị Thủy"}),
        ("vì", {"Vì Văn Sơn"}),
    ],
)
def test_marks_that_were_typed_come_first_wherever_the_tone_stands(people: Connection, typed, first):
    assert set(titles(people, typed)[: len(first)]) == first
    assert set(titles(people, typed)) == set(titles(people, fold(typed)))


def test_a_given_name_hit_whole_comes_before_one_that_begins_so_and_before_other_names(people: Connection):
    found = titles(people, "hoa")
    assert set(found[:3]) == {"Dương Văn Hòa", "Đường Thị Hoà", "Duong Van Hoa"}
    assert found[3] == "Hoàng Văn Hoan"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("hn-0003", {"Chủ Hộ Số3"}),
        ("HN 0003", {"Chủ Hộ Số3"}),
        ("hn0003", {"Chủ Hộ Số3"}),
        ("hn 3", {"Chủ Hộ Số3"}),
        ("0003", {"Chủ Hộ Số3"}),
        ("bản hốm", {f"Chủ Hộ Số{n}" for n in range(1, len(NAMES), 2)}),
        ("na nga", {f"Chủ Hộ Số{n}" for n in range(0, len(NAMES), 2)}),
    ],
)
def test_codes_and_villages_find_households_not_everybody_in_them(people: Connection, typed, found):
    hits = search.find(people, typed, 50)
    assert {hit.title for hit in hits if hit.kind == "household"} == found
    # Her own name begins like a word of her village.
    assert {hit.title for hit in hits if hit.kind == "person"} <= {"Lò Thị Ngân"}


def test_a_hit_says_where_it_belongs(people: Connection):
    (hit,) = search.find(people, "lo thi ngan", 5)
    assert (hit.kind, hit.title) == ("person", "Lò Thị Ngân")
    assert hit.detail == "Chủ Hộ Số4 · HN-0004 · Bản Nà Ngà"


def test_no_more_come_than_were_asked_for(people: Connection):
    assert len(titles(people, "h", 3)) == 3
    assert titles(people, "h", 0) == []


def test_the_household_stands_for_its_head_once(vault: Vault):
    with vault.change(AUTHOR) as change:
        made = home(
            change.writer, village(change.writer), "HN-1", {"full_name": "Hà Thị Xuân", "phone": "0987654321"}
        )
    with vault.read() as connection:
        for typed in ("xuan", "321", "hn-1"):
            (hit,) = search.find(connection, typed)
            assert (hit.kind, hit.household_id) == ("household", made.id)


def test_a_household_without_anybody_is_found_by_its_code(vault: Vault):
    with vault.change(AUTHOR) as change:
        made = home(change.writer, village(change.writer), "HN-0042")
    with vault.read() as connection:
        (hit,) = search.find(connection, "42")
        assert (hit.kind, hit.household_id, hit.title) == ("household", made.id, "HN-0042")


@pytest.fixture
def pair(vault: Vault) -> Home:
    with vault.change(AUTHOR) as change:
        return home(change.writer, village(change.writer), "HN-0001", "Hà Thị Xuân", "Lò Văn Thoan")


def test_a_changed_name_is_found_and_the_old_one_no_more(vault: Vault, pair: Home):
    with vault.change(AUTHOR) as change:
        change.writer.update("person", pair.people[1], full_name="Lò Văn Thoại", phone="0912000145")
    with vault.read() as connection:
        assert titles(connection, "thoan") == []
        assert titles(connection, "thoai") == titles(connection, "145") == ["Lò Văn Thoại"]


def test_a_new_head_gives_the_household_its_name(vault: Vault, pair: Home):
    with vault.change(AUTHOR) as change:
        change.writer.update("household", pair.id, head_id=pair.people[1])
    with vault.read() as connection:
        assert [(hit.kind, hit.title) for hit in search.find(connection, "thoan")] == [
            ("household", "Lò Văn Thoan")
        ]
        assert [(hit.kind, hit.title) for hit in search.find(connection, "xuan")] == [
            ("person", "Hà Thị Xuân")
        ]


def test_a_renamed_village_is_found_by_its_new_name(vault: Vault, pair: Home):
    with vault.change(AUTHOR) as change:
        change.writer.update("village", pair.village, name="Bản Co Pục")
    with vault.read() as connection:
        assert titles(connection, "co puc") == ["Hà Thị Xuân"]
        assert titles(connection, "na nga") == []


@pytest.mark.parametrize("way", ["removed", "left", "household removed", "household left"])
def test_who_is_gone_is_not_found_and_who_comes_back_is(vault: Vault, pair: Home, way):
    kind, record, typed = (
        ("household", pair.id, "xuan") if "household" in way else ("person", pair.people[1], "thoan")
    )
    with vault.change(AUTHOR) as change:
        if "removed" in way:
            change.writer.remove(kind, record)
        else:
            change.writer.update(kind, record, left_on="2026-11-20")
    with vault.read() as connection:
        assert titles(connection, typed) == []
        assert titles(connection, "0001") == ([] if kind == "household" else ["Hà Thị Xuân"])
    with vault.change(AUTHOR) as change:
        if "removed" in way:
            change.writer.restore(kind, record)
        else:
            change.writer.update(kind, record, left_on=None)
    with vault.read() as connection:
        assert titles(connection, typed) != []


def test_who_moved_is_found_in_the_new_household(vault: Vault, pair: Home):
    with vault.change(AUTHOR) as change:
        other = home(change.writer, pair.village, "HN-0002", "Cà Văn Thoong")
        change.writer.update("person", pair.people[1], household_id=other.id)
    with vault.read() as connection:
        (hit,) = search.find(connection, "thoan")
        assert (hit.household_id, hit.detail) == (other.id, "Cà Văn Thoong · HN-0002 · Bản Nà Ngà")


def test_people_that_came_before_their_household_are_found_when_it_comes(vault: Vault):
    with vault.change(AUTHOR) as change:
        place = village(change.writer)
        household = change.writer.reserve()
        head = change.writer.create(
            "person", village_id=place, household_id=household, full_name="Hà Thị Xuân"
        )
        change.writer.flush()
        search.refresh(change.connection, {"person": [head]})
        assert titles(change.connection, "xuan") == []
        change.writer.create("household", reserved=household, village_id=place, code="HN-9", head_id=head)
    with vault.read() as connection:
        assert titles(connection, "xuan") == ["Hà Thị Xuân"]


def test_a_refresh_of_what_is_unknown_does_nothing(vault: Vault, pair: Home):
    with vault.write() as connection:
        search.refresh(connection, {"household": [b"?" * 16], "person": [b"!" * 16], "visit": [b"v" * 16]})
        assert titles(connection, "xuan") == ["Hà Thị Xuân"]


def test_making_the_index_anew_gives_the_same_hits(vault: Vault, people: Connection):
    typed = ("hoa", "hoà", "h", "na nga", "504", "hn-0003")
    before = {text: search.find(people, text, 50) for text in typed}
    with vault.write() as connection:
        search.rebuild(connection)
        assert {text: search.find(connection, text, 50) for text in typed} == before


def test_a_code_is_kept_in_all_the_ways_it_is_typed():
    assert code_words("HN-0087") == ["hn", "0087", "hn0087", "87"]


def test_an_endless_text_asks_no_endless_question():
    assert len(Typed.read("hoa " * 10_000).words) == 8
    assert len(Typed.read("a" * 10_000).words[0].plain) == 40


SYLLABLES = (
    *("an", "anh", "Bình", "bảo", "Cà", "chi", "Dương", "dung", "Đường", "đức", "giang", "Hà", "hoa", "hòa"),
    *("hoà", "Hoàng", "K'Brèo", "Lò", "lan", "Nguyễn", "ngà", "thị", "văn"),
)


@pytest.fixture(scope="module")
def crowd() -> Iterator[tuple[Connection, list[str]]]:
    """Many people with the same few syllables, in memory: the index is the same there."""
    random = Random(7)
    now = Ticking()
    with create_engine("sqlite://", module=sqlcipher3.dbapi2).connect() as connection:
        create_tables(connection)
        merged.create_tables(connection)
        search.create_tables(connection)
        writer = Writer(connection, new_identity(connection, device=1, now=now), AUTHOR)
        place = village(writer, "—")
        names = [" ".join(random.choices(SYLLABLES, k=random.randint(1, 4))).title() for _ in range(300)]
        names += ["Đường Thị Hoà", "Ông ខ្មែរ", "Ñandú Ølsen", "Tên_có-gạch"]
        made = [home(writer, place, "", "Người Chủ", name) for name in names]
        search.refresh(connection, {**writer.flush(), "household": [h.id for h in made]})
        yield connection, names


words = st.one_of(
    st.sampled_from(SYLLABLES).flatmap(lambda word: st.integers(1, len(word)).map(lambda n: word[:n])),
    st.text(min_size=1, max_size=4),
)


def expected(typed: str, names: list[str]) -> list[str]:
    """Whoever has, for each word that was typed, a word that begins with it; marks and case aside."""
    wanted = [word.plain for word in Typed.read(typed).words]
    if not wanted:
        return []
    return sorted(n for n in names if all(any(w.startswith(q) for w in plain_words(n)) for q in wanted))


@settings(max_examples=150)
@given(typed=st.lists(words, min_size=1, max_size=3).map(" ".join))
def test_the_index_finds_exactly_whom_a_look_through_all_finds(crowd, typed):
    connection, names = crowd
    found = [hit.title for hit in search.find(connection, typed, 1000) if hit.kind == "person"]
    assert sorted(found) == expected(typed, names)
    assert len(search.find(connection, typed, 5)) == min(5, len(search.find(connection, typed, 1000)))
