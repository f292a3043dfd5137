"""How a record type is declared, and the table that follows from it. The types themselves are in `types.py`.

Every table has the same system columns: the record's `id` and `area`; `number`, the place in the area's
count (0 until the server gave one); the version of the write that made the row (`device`, `n`, `stamp`,
`author`); `editor`, the device that holds the row exactly as it is because it made the last change having
seen all before (0: nobody, the page must carry it to everyone); `versions`, MessagePack of
`{field: [device, n, stamp, author]}` for fields that later writes set, NULL when there is none; and
`deleted`, a field like any other. Types that can be erased have `erased` too: once it is set, the fields with
personal data are empty for ever (`replica.erasure`). No foreign keys: a page must apply in any order.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from sqlalchemy import BigInteger, Column, Dialect, Index, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy.types import TypeEngine

# What a field may hold once it is stored or travels. Truth values are 0 and 1, lists are text or packed ids.
Value = str | int | bytes | None

METADATA = MetaData()

DELETED = "deleted"
ERASED = "erased"


class Kind(StrEnum):
    """What a field holds; decides its column type and its coding on the wire."""

    TEXT = "text"
    WORD = "word"  # one of few texts: coded through a dictionary
    INT = "int"
    BOOL = "bool"
    DATE = "date"  # a whole day, ISO text
    PARTIAL_DATE = "partial_date"  # ISO text as precise as known: 1985, 1985-02, 1985-02-01
    ID = "id"
    IDS = "ids"  # record ids, 16 bytes each, one after the other
    BYTES = "bytes"


class PersonalData(StrEnum):
    """The class of a field under Luật 91/2025/QH15 and Nghị định 356/2025/NĐ-CP."""

    NONE = "none"
    BASIC = "basic"
    SENSITIVE = "sensitive"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record type."""

    name: str
    kind: Kind
    personal: PersonalData = PersonalData.NONE


@dataclass(frozen=True)
class RecordType:
    """A kind of record that syncs.

    `number` is its name on the wire and never changes meaning. `area_field` names the field that holds the
    record's area; "" means the record is itself a unit and its own id is its area. `about_people` types never
    leave for a reader without the right to personal data. `append_only` records are never changed, only
    removed, or moved to another area. `erasable` records are emptied of personal data when somebody asks.
    """

    name: str
    number: int
    fields: tuple[Field, ...]
    area_field: str
    about_people: bool
    append_only: bool
    server_only: bool
    erasable: bool
    table: Table

    @cached_property
    def field_names(self) -> tuple[str, ...]:
        """Names of all fields in the order of declaration, `deleted` last."""
        return tuple(f.name for f in self.fields)

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        """Kind of each field by name."""
        return {f.name: f.kind for f in self.fields}

    @cached_property
    def personal_names(self) -> frozenset[str]:
        """Names of the fields that an erasure empties."""
        return frozenset(f.name for f in self.fields if f.personal is not PersonalData.NONE)

    @cached_property
    def unset(self) -> dict[str, Value]:
        """What the fields hold before anybody sets them; to be copied."""
        return {**dict.fromkeys(self.field_names), DELETED: 0}

    def area_of(self, record_id: bytes, values: dict[str, Value]) -> bytes | None:
        """The area that a record with these values lives in; None when the values do not say."""
        if not self.area_field:
            return record_id
        area = values.get(self.area_field)
        return area if isinstance(area, bytes) else None


_TYPES: dict[str, RecordType] = {}
_BY_NUMBER: dict[int, RecordType] = {}


class Octets(LargeBinary):
    """Bytes as both drivers take and give them; what it derives from wraps and copies each once more."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> None:  # noqa: ARG002  as SQLAlchemy calls it
        """Nothing to do on the way in."""
        return

    def result_processor(self, dialect: Dialect, coltype: object) -> None:  # noqa: ARG002  as above
        """Nor on the way out."""
        return


WIDE = BigInteger().with_variant(Integer, "sqlite")

_COLUMN: dict[Kind, TypeEngine[Any]] = {
    Kind.TEXT: Text(),
    Kind.WORD: Text(),
    Kind.INT: WIDE,
    Kind.BOOL: Integer(),
    Kind.DATE: Text(),
    Kind.PARTIAL_DATE: Text(),
    Kind.ID: Octets(),
    Kind.IDS: Octets(),
    Kind.BYTES: Octets(),
}


def declare(
    name: str,
    number: int,
    *fields: Field,
    area: str,
    about_people: bool = False,
    append_only: bool = False,
    server_only: bool = False,
    erasable: bool = False,
    indexes: tuple[str | tuple[str, ...], ...] = (),
) -> RecordType:
    """Declare a record type and its table. `indexes` names fields that queries look up, alone or together."""
    system = (Field(ERASED, Kind.BYTES), Field(DELETED, Kind.BOOL))
    everything = (*fields, *(system if erasable else system[1:]))
    table = Table(
        name,
        METADATA,
        Column("id", Octets(), primary_key=True),
        Column("area", Octets(), nullable=False),
        Column("number", WIDE, nullable=False),
        Column("device", WIDE, nullable=False),
        Column("n", WIDE, nullable=False),
        Column("stamp", WIDE, nullable=False),
        Column("author", Octets(), nullable=False),
        Column("editor", WIDE, nullable=False),
        Column("versions", Octets()),
        *(Column(f.name, _COLUMN[f.kind], info={"personal": f.personal}) for f in everything),
        Index(f"ix_{name}_area_number", "area", "number"),
        *(_index(name, one) for one in indexes),
        sqlite_strict=True,
    )
    made = RecordType(name, number, everything, area, about_people, append_only, server_only, erasable, table)
    if name in _TYPES or number in _BY_NUMBER:
        message = f"record type {name} ({number}) is declared twice"
        raise ValueError(message)
    _TYPES[name] = _BY_NUMBER[number] = made
    return made


def _index(table: str, fields: str | tuple[str, ...]) -> Index:
    first, *others = (fields,) if isinstance(fields, str) else fields
    return Index(f"ix_{table}_{first}", first, *others)


def record_type(name: str) -> RecordType:
    """The type of this name.

    Raises:
        KeyError: there is no such type.
    """
    return _TYPES[name]


def type_numbered(number: int) -> RecordType | None:
    """The type with this number on the wire, or None for one that this version does not know."""
    return _BY_NUMBER.get(number)


def all_types() -> tuple[RecordType, ...]:
    """Every declared type, by number."""
    return tuple(_BY_NUMBER[number] for number in sorted(_BY_NUMBER))
