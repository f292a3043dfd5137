"""Finding households and people while a person types, with or without marks, by any part of a name.

Two tables: `search_entry` says what a hit is, `search_words` (FTS5) holds its words in folded form. They
follow the records inside each transaction that changes some (`refresh`) and can be made anew at any time
(`rebuild`). The household's entry stands for its head; other people have one of their own. What a typed text
becomes is in `search_query`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    Table,
    Text,
    bindparam,
    column,
    delete,
    func,
    literal_column,
    select,
    table,
    text,
)

from tongcds.domain.text import name_sort_key
from tongcds.domain.views import SearchHit
from tongcds.records import record_type
from tongcds.replica.dialect import insert_rows
from tongcds.storage import merged
from tongcds.storage.search_query import (
    Kind,
    Typed,
    all_words,
    code_words,
    marked_words,
    phone_words,
    plain_words,
    whole_phone,
)

SEARCH: Final = MetaData()

HOUSEHOLD_KIND, PERSON_KIND = 0, 1
_KINDS: Final = ("household", "person")

# left_on: set once the person or the household left; such entries are kept for their names but never found.
# person_id and birth are those of whom the title names; NULL for a household without a head.
ENTRY: Final = Table(
    "search_entry",
    SEARCH,
    Column("row", Integer, primary_key=True),
    Column("kind", Integer, nullable=False),
    Column("record_id", LargeBinary, nullable=False),
    Column("household_id", LargeBinary, nullable=False),
    Column("title", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("sort_key", Text, nullable=False),
    Column("left_on", Text),
    Column("person_id", LargeBinary),
    Column("birth", Text),
    Index("ix_search_entry_record_id", "record_id"),
    Index("ix_search_entry_birth", "birth"),
    Index("ix_search_entry_household_id", "household_id"),
    # The register in its order; not led by the kind, which would look like a way to one household's entry.
    Index("ix_search_entry_heads", "sort_key", "household_id", sqlite_where=text("kind = 0")),
    sqlite_strict=True,
)

# FTS5 knows no SQLAlchemy table; this names its columns for queries.
WORDS: Final = table("search_words", *(column(name) for name in ("rowid", "search_words")))

# Contentless: the words lie in the index alone, without positions, since they match in any order. They come
# folded and cut, so the plainest tokenizer is the one without surprises, and each is marked with its kind
# (`search_query.Kind`), so that one kind's common words do not slow another down.
_CREATE_WORDS: Final = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS search_words USING fts5(words, content='', contentless_delete=1,"
    " detail=none, prefix='2 3 4', tokenize='ascii')"
)
_INSERT_WORDS: Final = "INSERT INTO search_words (rowid, words) VALUES (?, ?)"

_SLICE: Final = 400

# Any: rows answer each column under its name, with the type that the column has.
_Row = Any

_HOUSEHOLD: Final = record_type("household").table
_PERSON: Final = record_type("person").table
_VILLAGE: Final = record_type("village").table


def create_tables(connection: Connection) -> None:
    """Make the tables of the search, where they are not there yet."""
    SEARCH.create_all(connection)
    connection.exec_driver_sql(_CREATE_WORDS)


def find(connection: Connection, text: str, limit: int = 20) -> tuple[SearchHit, ...]:
    """The households and people that every word of the text fits, best first; nothing for an empty text.

    A word fits where a name, a village or a household's code has a word that begins with it; three digits or
    more also fit the end of a phone number. Names with the very marks that were typed come first, then those
    whose given name was hit whole, then whose given name begins so.
    """
    typed = Typed.read(text)
    found: dict[int, SearchHit] = {}
    for expression in typed.tiers():
        wanted = limit - len(found)
        if wanted <= 0:
            break
        query = (
            select(ENTRY)
            .select_from(WORDS.join(ENTRY, ENTRY.c.row == WORDS.c.rowid))
            .where(WORDS.c.search_words.op("MATCH")(expression), ENTRY.c.left_on.is_(None))
            .limit(limit + len(found))
        )
        rows = sorted(connection.execute(query), key=lambda row: (row.sort_key, row.kind, row.record_id))
        for row in rows:
            if len(found) < limit:
                found.setdefault(row.row, _hit(row))
    return tuple(found.values())


def born_in(connection: Connection, year: str) -> Sequence[tuple[bytes, str]]:
    """Everybody here who was born in this year, as it is on record: id and name."""
    query = select(ENTRY.c.person_id, ENTRY.c.title).where(
        ENTRY.c.birth >= year, ENTRY.c.birth < f"{int(year) + 1:04d}", ENTRY.c.left_on.is_(None)
    )
    return [(person_id, name) for person_id, name in connection.execute(query)]


def people_with(connection: Connection, *, name: str = "", phone: str = "", limit: int) -> list[bytes]:
    """People here whose name has all of these words, marks aside, or whose phone is this one."""
    expression = all_words(name) if name else whole_phone(phone)
    if not expression:
        return []
    query = (
        select(ENTRY.c.person_id)
        .select_from(WORDS.join(ENTRY, ENTRY.c.row == WORDS.c.rowid))
        .where(
            WORDS.c.search_words.op("MATCH")(expression),
            ENTRY.c.left_on.is_(None),
            ENTRY.c.person_id.is_not(None),
        )
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def people_typed(connection: Connection, text: str, *, year: int | None, limit: int) -> list[bytes]:
    """People here whom typing finds, as `find` reads it, by name; of one year of birth where it is given."""
    expression = Typed.read(text).anywhere()
    if expression is None:
        return []
    query = (
        select(ENTRY.c.person_id)
        .select_from(WORDS.join(ENTRY, ENTRY.c.row == WORDS.c.rowid))
        .where(
            WORDS.c.search_words.op("MATCH")(expression),
            ENTRY.c.left_on.is_(None),
            ENTRY.c.person_id.is_not(None),
        )
        .order_by(ENTRY.c.sort_key, ENTRY.c.person_id)
        .limit(limit)
    )
    if year is not None:
        query = query.where(ENTRY.c.birth >= str(year), ENTRY.c.birth < str(year + 1))
    return list(connection.execute(query).scalars())


def households_of(connection: Connection, ids: Sequence[bytes]) -> tuple[SearchHit, ...]:
    """These households as hits; those that left or were removed are left out."""
    query = select(ENTRY).where(
        ENTRY.c.kind == HOUSEHOLD_KIND, ENTRY.c.household_id.in_(ids), ENTRY.c.left_on.is_(None)
    )
    return tuple(_hit(row) for row in connection.execute(query))


def homes_of(connection: Connection, people: Sequence[bytes]) -> tuple[bytes, ...]:
    """The households in which these people live."""
    query = select(_PERSON.c.household_id).where(
        _PERSON.c.id.in_(people), _PERSON.c.household_id.is_not(None)
    )
    return tuple(connection.execute(query.distinct()).scalars())


def _hit(row: _Row) -> SearchHit:
    return SearchHit(_KINDS[row.kind], row.household_id, row.title, row.detail)


def household_ids(text: str) -> Select[tuple[bytes]] | None:
    """A query for the ids of all households that the text finds, themselves or by one of their people.

    None when the text holds nothing to look for.
    """
    expression = Typed.read(text).anywhere()
    if expression is None:
        return None
    return (
        select(ENTRY.c.household_id)
        .select_from(WORDS.join(ENTRY, ENTRY.c.row == WORDS.c.rowid))
        .where(WORDS.c.search_words.op("MATCH")(expression), ENTRY.c.left_on.is_(None))
    )


def matched_people(connection: Connection, text: str, households: Sequence[bytes]) -> dict[bytes, str]:
    """By household that was found only through one of its people: that person's name."""
    query = household_ids(text)
    if query is None or not households:
        return {}
    query = query.where(_one_of(ENTRY.c.household_id, households))
    rows = connection.execute(
        query.add_columns(ENTRY.c.kind, ENTRY.c.title).order_by(ENTRY.c.kind, ENTRY.c.sort_key)
    )
    first: dict[bytes, str] = {}
    for household_id, kind, title in rows:
        first.setdefault(household_id, "" if kind == HOUSEHOLD_KIND else title)
    return {household_id: title for household_id, title in first.items() if title}


def rebuild(connection: Connection) -> None:
    """Make the whole index anew from the records."""
    connection.exec_driver_sql("DROP TABLE IF EXISTS search_words")
    connection.execute(delete(ENTRY))
    merged.follow(connection, {"duplicate": ()})
    connection.exec_driver_sql(_CREATE_WORDS)
    everyone = connection.execute(select(_HOUSEHOLD.c.id).order_by(_HOUSEHOLD.c.id)).scalars().all()
    for part in _slices(everyone):
        _index(connection, part)


def refresh(connection: Connection, touched: Mapping[str, Iterable[bytes]]) -> None:
    """Follow a change: `touched` holds the ids of changed, new and removed records by type."""
    shown = merged.follow(connection, touched)
    both = {kind: {*touched.get(kind, ()), *shown} for kind in ("person", "household")}
    affected = sorted(_affected(connection, {**touched, **both}))
    for part in _slices(affected):
        _forget(connection, part)
        _index(connection, part)


def _one_of(column: ColumnElement[bytes], ids: Sequence[bytes]) -> ColumnElement[bool]:
    # As one parameter: SQLAlchemy looks at each id of a plain list.
    return column.in_(bindparam(None, list(ids), expanding=True))


def _slices(ids: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    return (ids[start : start + _SLICE] for start in range(0, len(ids), _SLICE))


def _affected(connection: Connection, touched: Mapping[str, Iterable[bytes]]) -> set[bytes]:
    """The households whose entries may differ now."""
    households = set(touched.get("household", ()))
    for part in _slices(list(touched.get("person", ()))):
        now = select(_PERSON.c.household_id).where(
            _one_of(_PERSON.c.id, part), _PERSON.c.household_id.is_not(None)
        )
        before = select(ENTRY.c.household_id).where(_one_of(ENTRY.c.record_id, part))
        households.update(connection.execute(now).scalars())
        households.update(connection.execute(before).scalars())
    for part in _slices(list(touched.get("village", ()))):
        lived = select(_HOUSEHOLD.c.id).where(_one_of(_HOUSEHOLD.c.village_id, part))
        households.update(connection.execute(lived).scalars())
    return households


def _forget(connection: Connection, households: Sequence[bytes]) -> None:
    theirs = _one_of(ENTRY.c.household_id, households)
    rows = connection.execute(select(ENTRY.c.row).where(theirs)).scalars().all()
    if rows:
        connection.exec_driver_sql("DELETE FROM search_words WHERE rowid = ?", [(row,) for row in rows])
        connection.execute(delete(ENTRY).where(theirs))


def _index(connection: Connection, households: Sequence[bytes]) -> None:
    """Make the entries of these households and their people; there must be none yet."""
    homes = connection.execute(
        select(
            _HOUSEHOLD.c.id,
            _HOUSEHOLD.c.code,
            _HOUSEHOLD.c.head_id,
            _HOUSEHOLD.c.left_on,
            _VILLAGE.c.name.label("village"),
        )
        .outerjoin_from(_HOUSEHOLD, _VILLAGE, _VILLAGE.c.id == _HOUSEHOLD.c.village_id)
        .where(
            _one_of(_HOUSEHOLD.c.id, households),
            _HOUSEHOLD.c.deleted == 0,
            _HOUSEHOLD.c.erased.is_(None),
            merged.shows(_HOUSEHOLD.c.id),
        )
        .order_by(_HOUSEHOLD.c.id)
    ).all()
    people: dict[bytes, list[_Row]] = {}
    at_home = connection.execute(
        select(
            _PERSON.c.id,
            _PERSON.c.household_id,
            _PERSON.c.full_name,
            _PERSON.c.phone,
            _PERSON.c.more_phones,
            _PERSON.c.birth,
            _PERSON.c.left_on,
        )
        .where(
            _one_of(_PERSON.c.household_id, households),
            _PERSON.c.deleted == 0,
            _PERSON.c.erased.is_(None),
            merged.shows(_PERSON.c.id),
        )
        .order_by(_PERSON.c.id)
    ).all()
    for person in at_home:
        people.setdefault(person.household_id, []).append(person)
    next_row = (connection.execute(select(func.max(ENTRY.c.row))).scalar() or 0) + 1
    entries: list[tuple[object, ...]] = []
    words: list[tuple[int, str]] = []
    for home in homes:
        for entry, its_words in _entries(home, people.get(home.id, [])):
            entries.append((next_row, *entry))
            words.append((next_row, its_words))
            next_row += 1
    if entries:
        insert_rows(connection, ENTRY, entries)
        connection.exec_driver_sql(_INSERT_WORDS, words)


def heads() -> ColumnElement[bool]:
    """Whether an entry is a household's: each that is neither removed nor merged away has one."""
    # Not a parameter: the index of these is for this very condition.
    return ENTRY.c.kind == literal_column(str(HOUSEHOLD_KIND))


_Entry = tuple[tuple[object, ...], str]


def _entries(home: _Row, people: Sequence[_Row]) -> Iterator[_Entry]:
    head = next((person for person in people if person.id == home.head_id), None)
    code, village = home.code or "", home.village or ""
    place = [*plain_words(village), *code_words(code)]
    beside = " · ".join(filter(None, (code, village)))
    yield _entry(HOUSEHOLD_KIND, home, head, beside, _marked_as(Kind.PLACE, place))
    led_by = head.full_name if head is not None else ""
    beside = " · ".join(filter(None, (led_by, beside)))
    at_home = _marked_as(Kind.HOME, place)
    for person in people:
        if person is not head:
            yield _entry(PERSON_KIND, home, person, beside, at_home)


def _marked_as(kind: Kind, words: Iterable[str]) -> str:
    return " ".join([kind + word for word in words])


def _entry(
    kind: int,
    home: _Row,
    person: _Row | None,
    detail: str,
    place: str,
) -> _Entry:
    name = (person.full_name or "") if person is not None else ""
    left_on = home.left_on
    phones: list[str] = []
    if person is not None:
        phones = phone_words(person.phone, *(person.more_phones or "").split(";"))
        left_on = left_on or (person.left_on if kind == PERSON_KIND else None)
    # In the order of ENTRY's columns, behind the row's number.
    entry = (
        kind,
        home.id if kind == HOUSEHOLD_KIND or person is None else person.id,
        home.id,
        name or home.code or "",
        detail,
        name_sort_key(name),
        left_on,
        person.id if person is not None else None,
        person.birth if person is not None else None,
    )
    words = (
        _marked_as(Kind.GIVEN, plain_words(" ".join(name.split()[-1:]))),
        _marked_as(Kind.NAME, plain_words(name)),
        _marked_as(Kind.MARKED, marked_words(name)),
        place,
        _marked_as(Kind.PHONE, phones),
    )
    return entry, " ".join(words)
