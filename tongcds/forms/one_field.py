"""One field of one record typed anew: what it may hold and what the words mean. Forms are `household`'s.

For whoever settles a conflict with a value that neither of two machines gave, or mends a change that came
back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from tongcds.domain.identity import FEMALE, MALE, read_birth, read_id_number, read_phone
from tongcds.domain.text import clean, title_case
from tongcds.domain.views import Result
from tongcds.errors import UserError
from tongcds.forms.days import read_coming_day, read_past_day
from tongcds.forms.household import POVERTIES
from tongcds.records import RecordType, Value
from tongcds.records.declare import Kind

_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "poverty": tuple(filter(None, POVERTIES)),
    "result": tuple(Result),
    "sex": (FEMALE, MALE),
}
_MOST_MINUTES: Final = 24 * 60
# Words that are written freely, though few of them are in use.
_FREE_WORDS: Final = frozenset({"relation", "ethnicity"})
_TYPED: Final = frozenset({Kind.TEXT, Kind.INT, Kind.DATE, Kind.PARTIAL_DATE})


def can_be_typed(record: RecordType, field: str) -> bool:
    """Whether a person can give this field a value of their own; what points to other records, no."""
    kind = record.kinds.get(field)
    return kind in _TYPED or (kind is Kind.WORD and (field in _CHOICES or field in _FREE_WORDS))


def choices(field: str) -> tuple[str, ...]:
    """The values to choose from; none where words are typed."""
    return _CHOICES.get(field, ())


def read_field(record: RecordType, field: str, words: str, today: date) -> Value:
    """The value that these words mean; empty words mean none.

    Raises:
        UserError: `field_not_typed`, `name_missing`, or one that says what is wrong with the words.
    """
    kind = record.kinds.get(field)
    if kind is None or not can_be_typed(record, field):
        raise UserError("field_not_typed")
    text = clean(words)
    if not text:
        if field == "full_name":
            raise UserError("name_missing")
        return None
    if field in _CHOICES:
        if text not in _CHOICES[field]:
            raise UserError("choice_unknown", choice=text)
        return text
    read = _READ.get(field) or _READ.get(kind)
    return text if read is None else read(text, today)


def _phone(text: str, _today: date) -> Value:
    return _kept(read_phone(text).number, "phone_unclear")


def _id_number(text: str, _today: date) -> Value:
    return _kept(read_id_number(text).number, "id_number_unclear")


def _birth(text: str, today: date) -> Value:
    return _kept(read_birth(text, today=today).birth, "birth_unclear")


def _day(text: str, today: date) -> Value:
    return _iso(read_past_day(text, today))


def _coming_day(text: str, today: date) -> Value:
    return _iso(read_coming_day(text, today))


def _iso(day: date | None) -> Value:
    return _kept(None if day is None else day.isoformat(), "date_invalid")


def _number(text: str, _today: date) -> Value:
    if not (text.isascii() and text.isdecimal() and int(text) <= _MOST_MINUTES):
        raise UserError("number_unclear", most=_MOST_MINUTES)
    return int(text)


def _name(text: str, _today: date) -> Value:
    return title_case(text) if text.islower() else text


def _kept(value: str | None, otherwise: str) -> str:
    if value is None:
        raise UserError(otherwise)
    return value


# By field, or else by its kind.
_READ: Final[Mapping[str, Callable[[str, date], Value]]] = {
    "birth": _birth,
    "due_on": _coming_day,
    "full_name": _name,
    "id_number": _id_number,
    "phone": _phone,
    Kind.DATE: _day,
    Kind.INT: _number,
}
