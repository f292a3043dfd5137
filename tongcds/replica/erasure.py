"""Erasure on a person's request: it wins over every other write, and nothing brings back what it emptied.

An erasure is a write of the field `erased`. A record that has it keeps what counts need (where, since when,
until when) and loses every field with personal data, now and for ever. A *husk* is what is left of a write
whose words were erased: it keeps its number, its stamp and its hash, so that chains and receipts hold and a
restored server can be told of it again, and says nothing. Who may ask and what belongs to a person is the
laptop's (`storage.erasure`).
"""

from __future__ import annotations

from typing import Final

import msgspec

from tongcds.domain.stamps import Dot
from tongcds.protocol.messages import Version, Write
from tongcds.records import RecordType, Value, type_numbered
from tongcds.records.declare import DELETED, ERASED

MARK: Final = b"\x01"
"""What `erased` holds in a record that was erased, and in the write that does it."""

CODE: Final = "erased"
"""The outcome of a write that said something of an erased record."""

SUBJECTS: Final = ("household", "person")
"""Whom somebody may ask to be erased; everything else is erased because it is about one of these."""

_NAMES_SUBJECT: Final = ("household_id", "subject_id")
_HASH: Final = 32
_BIRTH: Final = "birth"
_FIRST_REGISTERS: Final = 2026
_CHILD_YEARS: Final = 20
_DECADE: Final = 10
_YEAR: Final = 4


def is_husk(write: Write) -> bool:
    """Whether a write's words were erased."""
    return hash_in(write) is not None


def hash_in(write: Write) -> bytes | None:
    """The hash of what a husk once said; None for every other write."""
    said = write.values.get(ERASED)
    return said if isinstance(said, bytes) and len(said) == _HASH else None


def is_erasure(write: Write) -> bool:
    """Whether a write erases its record."""
    return write.values.get(ERASED) is not None and not is_husk(write)


def subject_fields(record: RecordType) -> tuple[str, ...]:
    """The fields in which such a record may name the household or person that it is about."""
    return () if not record.about_people or record.name == "audit" else _NAMES_SUBJECT


def subjects_of(record: RecordType, write: Write) -> frozenset[bytes]:
    """The household or person that a new record says it is about."""
    named = [write.values.get(name) for name in subject_fields(record)]
    return frozenset(value for value in named if isinstance(value, bytes))


def says_something(record: RecordType, write: Write) -> bool:
    """Whether a write holds personal data."""
    if is_husk(write):
        return False
    return any(write.values.get(name) is not None for name in record.personal_names)


def husk(record: RecordType, write: Write, content: bytes) -> Write:
    """The write without its personal data; `content` is the hash of what it said.

    A record type that cannot be erased is left with its place alone.
    """
    if record.erasable:
        kept = {n: v for n, v in write.values.items() if n not in record.personal_names and n != ERASED}
    else:
        kept = {n: v for n, v in write.values.items() if n in {record.area_field, DELETED}}
    bases: dict[str, Dot] = {n: base for n, base in write.bases.items() if n not in write.values or n in kept}
    return msgspec.structs.replace(write, values={**kept, ERASED: content}, bases=bases)


def plain(write: Write) -> Write:
    """What a husk, or a write about an erased record, may still change."""
    record = type_numbered(write.type)
    if record is None:
        return write
    gone = record.personal_names | {ERASED, DELETED}
    values = {name: value for name, value in write.values.items() if name not in gone}
    return msgspec.structs.replace(write, values=values)


def empty(record: RecordType, values: dict[str, Value], later: dict[str, Version]) -> None:
    """Take all personal data out of a record, in place."""
    birth = values.get(_BIRTH)
    for name in record.personal_names:
        values[name] = None
        later.pop(name, None)
    values[ERASED] = MARK
    if isinstance(birth, str):
        values[_BIRTH] = coarse(birth)


def coarse(birth: str) -> str:
    """A birth as figures of past days need it, and no more precise: the decade.

    Whoever may have been a child since the registers began keeps the year, since age limits are asked of it.
    """
    year = int(birth[:_YEAR])
    return f"{year if year >= _FIRST_REGISTERS - _CHILD_YEARS else year - year % _DECADE:04d}"
