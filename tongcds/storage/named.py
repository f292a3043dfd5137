"""What single records are called, so that a person finds them again: by their kind, their people and days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from tongcds.domain.facts import load_facts
from tongcds.domain.training import skill_words
from tongcds.i18n import _, format_date, language
from tongcds.records import record_type, type_numbered
from tongcds.records.declare import RecordType
from tongcds.storage.wording import service_name, type_name

_HOUSEHOLD = record_type("household").table.c
_PERSON = record_type("person").table.c

# Any: a row answers each column under its name.
_Row = Any


@dataclass(frozen=True, slots=True)
class Named:
    """A record in words; `household_id` is where it can be opened, b"" for one that is of no household."""

    words: str
    household_id: bytes = b""


def named(connection: Connection, records: Iterable[tuple[int, bytes]]) -> Mapping[bytes, Named]:
    """Those of the records (the number of the type, the id) that this vault has, removed ones too."""
    found = {}
    for kind, record_id in records:
        record = type_numbered(kind)
        row = None if record is None else _row(connection, record, record_id)
        if record is not None and row is not None:
            found[record_id] = _named(connection, record.name, row)
    return found


def _row(connection: Connection, record: RecordType, record_id: bytes) -> _Row:
    return connection.execute(select(record.table).where(record.table.c.id == record_id)).first()


def _named(connection: Connection, kind: str, row: _Row) -> Named:
    match kind:
        case "household":
            return _joined(kind, *_of_household(connection, row.id))
        case "person":
            return _joined(kind, row.full_name or "", row.household_id)
        case "observation":
            fact = load_facts().get(row.fact or "")
            whose, home = _of_subject(connection, row.subject or "", row.subject_id)
            words = [whose, "" if fact is None else fact.short(language()), _day(row.held_on)]
            return _joined(kind, ", ".join(filter(None, words)), home)
        case "visit":
            whose, home = _of_household(connection, row.household_id)
            return _joined(kind, ", ".join(filter(None, (whose, _day(row.on)))), home)
        case "support":
            visit = _row(connection, record_type("visit"), row.visit_id or b"")
            whose, home = ("", b"") if visit is None else _of_household(connection, visit.household_id)
            day = "" if visit is None else _day(visit.on)
            return _joined(kind, ", ".join(filter(None, (whose, service_name(row.service or ""), day))), home)
        case _:
            return _joined(kind, *_of_another(connection, kind, row))


def _of_another(connection: Connection, kind: str, row: _Row) -> tuple[str, bytes]:
    if kind == "training":
        return ", ".join(filter(None, (row.title, _day(row.on)))), b""
    if kind not in {"attendance", "skill_check"}:
        return getattr(row, "full_name", None) or getattr(row, "name", None) or "", b""
    whose, home = _of_subject(connection, "person", row.subject_id)
    skill = skill_words(row.skill or "") if kind == "skill_check" else ""
    return ", ".join(filter(None, (whose or getattr(row, "name", None), skill, _day(row.on)))), home


def _joined(kind: str, words: str, household: bytes | None) -> Named:
    text = _("{kind}: {words}").format(kind=type_name(kind), words=words) if words else type_name(kind)
    return Named(text, household or b"")


def _of_household(connection: Connection, household_id: bytes | None) -> tuple[str, bytes]:
    home = _row(connection, record_type("household"), household_id or b"")
    if home is None:
        return "", b""
    query = select(_PERSON.full_name).where(_PERSON.id == (home.head_id or b""))
    head = connection.execute(query).scalar()
    return ", ".join(filter(None, (home.code, head))), home.id


def _of_subject(connection: Connection, subject: str, subject_id: bytes | None) -> tuple[str, bytes]:
    if subject == "household":
        return _of_household(connection, subject_id)
    person = _row(connection, record_type("person"), subject_id or b"")
    return ("", b"") if person is None else (person.full_name or "", person.household_id or b"")


def _day(text: str | None) -> str:
    return format_date(date.fromisoformat(text)) if text else ""
