"""Codes by which a household is found again from a sheet of paper: the text of a QR code, and a short one.

The list of a round has a code of the long kind too, and so has a person, on the card that they bring to a
training.

Neither says anything of anybody. The long one is the record's id; the short one is drawn from its hash, so
that a sheet can be typed in where no scanner is, and two households seldom share it.

A scanner types like a keyboard, often while Telex or VNI is on. So the letters are those that neither changes
(no vowel, no D, no W) and none that is taken for a digit. What is typed may have O for 0, I or L for 1, small
letters, spaces and hyphens.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

_ALPHABET: Final = "0123456789BCFGHKMNPQRSTVXZ"
_BASE: Final = len(_ALPHABET)
_VALUES: Final = {letter: value for value, letter in enumerate(_ALPHABET)}
_MEANT: Final = str.maketrans("OIL", "011", " -\u2013.\u00a0")
_PREFIX: Final = "TCDS:H:"
_ROUND_PREFIX: Final = "TCDS:R:"
_PERSON_PREFIX: Final = "TCDS:P:"
_ANY_PREFIX: Final = "TCDS:"
_ID_BYTES: Final = 16
_LONG: Final = 28
_SHORT: Final = 7
_HALF: Final = 4
_PERSON: Final = re.compile(rf"{_PERSON_PREFIX}([{_ALPHABET}]{{{_LONG + 1}}})(?![{_ALPHABET}])")


@dataclass(frozen=True, slots=True)
class Household:
    """What a code names: a record by its id, or by its short code alone."""

    record_id: bytes | None
    short: str


def scanned(record_id: bytes) -> str:
    """The text of a household's QR code."""
    return _long(_PREFIX, record_id)


def scanned_round(record_id: bytes) -> str:
    """The text of the QR code on the list of a round."""
    return _long(_ROUND_PREFIX, record_id)


def scanned_person(record_id: bytes) -> str:
    """The text of a person's QR code."""
    return _long(_PERSON_PREFIX, record_id)


def short(record_id: bytes) -> str:
    """The code to type: K7MT-2XCB."""
    number = int.from_bytes(sha256(record_id).digest()[:8], "big") % _BASE**_SHORT
    code = _checked(_digits(number, _SHORT))
    return f"{code[:_HALF]}-{code[_HALF:]}"


def read(text: str) -> Household | None:
    """What a scanned or typed text names; None for anything else, and where the check character disagrees."""
    typed = text.strip().upper()
    long = typed.startswith(_PREFIX)
    code = typed.removeprefix(_PREFIX).translate(_MEANT)
    if len(code) != (_LONG if long else _SHORT) + 1 or not set(code) <= _VALUES.keys():
        return None
    if _check(code[:-1]) != code[-1]:
        return None
    if not long:
        return Household(None, f"{code[:_HALF]}-{code[_HALF:]}")
    record_id = _id_of(code[:-1])
    return None if record_id is None else Household(record_id, short(record_id))


def read_people(text: str) -> tuple[bytes, ...]:
    """The ids of the people whose codes stand in a text, each once, whatever stands around them.

    A scanner types one code; what is pasted from a telephone may hold many, a line each, with words besides.
    """
    found = (_id_of(code[:-1]) for code in _PERSON.findall(text.upper()) if _check(code[:-1]) == code[-1])
    return tuple(dict.fromkeys(one for one in found if one is not None))


def is_scan(text: str) -> bool:
    """Whether this came from one of our codes, whole or not: nobody types such a thing as a name."""
    return _ANY_PREFIX in text.upper()


def read_round(text: str) -> bytes | None:
    """The id of the round whose list was scanned; None for anything else."""
    typed = text.strip().upper()
    code = typed.removeprefix(_ROUND_PREFIX)
    if code == typed or len(code) != _LONG + 1 or not set(code) <= _VALUES.keys():
        return None
    return _id_of(code[:-1]) if _check(code[:-1]) == code[-1] else None


def _long(prefix: str, record_id: bytes) -> str:
    return prefix + _checked(_digits(int.from_bytes(record_id, "big"), _LONG))


def _id_of(code: str) -> bytes | None:
    number = 0
    for letter in code:
        number = number * _BASE + _VALUES[letter]
    return None if number >= 1 << (8 * _ID_BYTES) else number.to_bytes(_ID_BYTES, "big")


def _digits(number: int, length: int) -> str:
    letters = ""
    for _place in range(length):
        number, value = divmod(number, _BASE)
        letters = _ALPHABET[value] + letters
    return letters


def _checked(code: str) -> str:
    return code + _check(code)


def _check(code: str) -> str:
    """Luhn's check character in this base: notices every wrong letter and nearly every swapped pair."""
    total = 0
    for at, letter in enumerate(reversed(code)):
        value = _VALUES[letter] * (1 if at % 2 else 2)
        total += value // _BASE + value % _BASE
    return _ALPHABET[-total % _BASE]
