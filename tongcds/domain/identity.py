"""Numbers and dates that say who somebody is: phone, personal number, partial birth date.

Reading accepts what people type and old registers hold, and names what it put right; masking and formatting
are for screens and paper. Spreadsheet cells are the business of `tongcds.imports`.

The form of the personal number follows Thông tư 07/2016/TT-BCA (place of birth registration, century and sex,
two digits of the birth year, six random digits; no check digit, so only the form can be checked). Old phone
prefixes follow the change of 2018.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

Birth = str
"""As precise as known: "1985", "1985-02" or "1985-02-01"."""

MALE: Final = "male"
FEMALE: Final = "female"

CITIZEN_ID: Final = "cccd"
"""The 12-digit personal number."""
OLD_ID: Final = "cmnd"
"""The 9-digit number of the identity card before it; not valid after 2024, kept as an old paper."""

_PLACES: Final = frozenset(
    re.findall(
        r"\d+",
        "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 "
        "035 036 037 038 040 042 044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 "
        "070 072 074 075 077 079 080 082 083 084 086 087 089 091 092 093 094 095 096",
    )
)
_PLACE_DIGITS: Final = 3
_CITIZEN_ID_DIGITS: Final = 12
_OLD_ID_DIGITS: Final = 9
_BULLET: Final = "•"


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A personal number as read. `number` None: nothing usable; `findings` are warning codes."""

    number: str | None
    kind: str | None
    findings: tuple[str, ...] = ()


def read_id_number(text: str) -> IdNumber:
    """Read a personal number typed or taken from a spreadsheet.

    Lost leading zeros are restored and named (`id_zero_restored`), nine digits are an old identity card
    (`id_old_cmnd`), scientific notation has lost its digits (`id_digits_lost`), all else is `id_invalid`.
    """
    bare = re.sub(r"[\s.\-'’`]", "", text)
    if re.fullmatch(r"\d+(?:[.,]\d+)?[eE]\+?\d+", text.strip()) or re.fullmatch(r"[\d,]+[eE]\+?\d+", bare):
        return IdNumber(None, None, ("id_digits_lost",))
    if not (bare.isascii() and bare.isdigit()):
        return IdNumber(None, None, ("id_invalid",))
    for kind, digits, spare, named in (
        (CITIZEN_ID, _CITIZEN_ID_DIGITS, 2, ()),
        (OLD_ID, _OLD_ID_DIGITS, 1, ("id_old_cmnd",)),
    ):
        lost = digits - len(bare)
        whole = "0" * lost + bare
        if lost == 0:
            return IdNumber(whole, kind, named)
        # Two lost zeros leave ten digits, which only a known place code makes believable.
        if lost == 1 or (1 < lost <= spare and whole[:_PLACE_DIGITS] in _PLACES):
            return IdNumber(whole, kind, ("id_zero_restored", *named))
    return IdNumber(None, None, ("id_invalid",))


def doubts_about_id(number: str, *, sex: str | None, birth: Birth | None) -> tuple[str, ...]:
    """Return what in a 12-digit number disagrees with the person: warning codes, never a refusal.

    Old 9-digit numbers say nothing about their owner. The place code of an unknown place makes the rest
    meaningless, so it is then the only doubt.
    """
    if len(number) != _CITIZEN_ID_DIGITS:
        return ()
    if number[:_PLACE_DIGITS] not in _PLACES:
        return ("id_unknown_place",)
    doubts = []
    if sex is not None and sex != (FEMALE if int(number[3]) % 2 else MALE):
        doubts.append("id_sex_mismatch")
    if birth is not None and birth[:4] != str(birth_year_of_id(number)):
        doubts.append("id_birth_mismatch")
    return tuple(doubts)


def birth_year_of_id(number: str) -> int | None:
    """Return the birth year a 12-digit number states; None for any other number."""
    if len(number) != _CITIZEN_ID_DIGITS:
        return None
    return 1900 + 100 * (int(number[3]) // 2) + int(number[4:6])


def mask_citizen_id(number: str) -> str:
    """Return the number with its middle hidden, as lists show it: 014•••••••21."""
    return _masked(number, head=3, tail=2)


def _masked(digits: str, *, head: int, tail: int) -> str:
    hidden = len(digits) - head - tail
    if hidden <= 0:
        return _BULLET * len(digits)
    return digits[:head] + _BULLET * hidden + digits[-tail:]


# Mobile prefixes of 11-digit numbers before 2018 and what they became.
_OLD_PREFIXES: Final = {
    "0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078",
    "0123": "083", "0124": "084", "0125": "085", "0127": "081", "0129": "082",
    "0162": "032", "0163": "033", "0164": "034", "0165": "035",
    "0166": "036", "0167": "037", "0168": "038", "0169": "039",
    "0186": "056", "0188": "058", "0199": "059",
}  # fmt: skip
_MOBILE: Final = re.compile(r"0[35789]\d{8}")
_LANDLINE: Final = re.compile(r"02\d{9}")
_OLD_MOBILE: Final = re.compile(r"01\d{9}")
_BEHIND_COUNTRY: Final = re.compile(r"(?:\+|00)84(\d{9,11})|84(\d{9,10})")
_BETWEEN_DIGITS: Final = re.compile("[\\s.\\-()\\[\\]'’_\u2010-\u2015]")
_WITHOUT_ZERO: Final = re.compile(r"[35789]\d{8}|2\d{9}|1\d{9}")


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number as read: ten digits (mobile) or eleven (landline), or None with `phone_invalid`."""

    number: str | None
    findings: tuple[str, ...] = ()


def read_phone(text: str) -> Phone:
    """Read one phone number: separators, brackets and the country code go, old prefixes become new ones.

    A lost first zero is restored and named (`phone_zero_restored`), a number of before 2018 too
    (`phone_old_prefix`).
    """
    bare = _BETWEEN_DIGITS.sub("", text)
    findings = []
    if (abroad := _BEHIND_COUNTRY.fullmatch(bare)) is not None:
        bare = "0" + (abroad[1] or abroad[2]).removeprefix("0")
    elif _WITHOUT_ZERO.fullmatch(bare):
        bare = f"0{bare}"
        findings.append("phone_zero_restored")
    if _OLD_MOBILE.fullmatch(bare) and bare[:4] in _OLD_PREFIXES:
        bare = _OLD_PREFIXES[bare[:4]] + bare[4:]
        findings.append("phone_old_prefix")
    if bare.isascii() and (_MOBILE.fullmatch(bare) or _LANDLINE.fullmatch(bare)):
        return Phone(bare, tuple(findings))
    return Phone(None, ("phone_invalid",))


_BETWEEN_PHONES: Final = re.compile(r"[/;,\n]|\b(?:và|hoặc)\b", re.IGNORECASE)


def split_phones(text: str) -> tuple[str, ...]:
    """Return the numbers that share one field ("0981… / 0912…", "… và …"), still to be read one by one."""
    return tuple(part for part in map(str.strip, _BETWEEN_PHONES.split(text)) if part)


def format_phone(number: str) -> str:
    """Return a stored number as people read it: 098 123 4567, landline 0212 3852 123."""
    if _MOBILE.fullmatch(number):
        return f"{number[:3]} {number[3:6]} {number[6:]}"
    if _LANDLINE.fullmatch(number):
        return f"{number[:4]} {number[4:8]} {number[8:]}"
    return number


def mask_phone(number: str) -> str:
    """Return a stored number for lists that strangers may see: 098 ••• ••21."""
    hidden = _masked(number, head=3, tail=2)
    if _MOBILE.fullmatch(number):
        return f"{hidden[:3]} {hidden[3:6]} {hidden[6:]}"
    return hidden


@dataclass(frozen=True, slots=True)
class BirthReading:
    """A birth date as read, as precise as the text was. `findings` are warning codes."""

    birth: Birth | None
    findings: tuple[str, ...] = ()


_FULL: Final = re.compile(r"(\d{1,2})[/.,\\\-\s]+(\d{1,2})[/.,\\\-\s]+(\d{2}|\d{4})")
_MONTH_YEAR: Final = re.compile(r"(\d{1,2})[/.,\\\-\s]+(\d{4})")
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?")
_YEAR: Final = re.compile(r"\d{4}|\d{2}")
_YEAR_INSIDE: Final = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_MIDNIGHT: Final = re.compile(r"[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.0+)?)?$")
_FIRST_YEAR: Final = 1900
_FIRST_YEAR_KEPT: Final = 1800


def read_birth(text: str, *, today: date, id_number: str | None = None) -> BirthReading:
    """Read a birth date written as year, month and year, or day, month and year; never month before day.

    A two-digit year takes the century of `id_number` if that agrees with it, otherwise the latest century
    that is not after `today`; either way it is named (`birth_two_digit_year`). An impossible date keeps its
    year (`birth_invalid`); a date after `today` is kept and named (`birth_future`).
    """
    trimmed = _MIDNIGHT.sub("", text.strip().strip("'’")).rstrip(" .,;")
    findings: list[str] = []
    day = month = None
    year: str | None = None
    if found := _FULL.fullmatch(trimmed):
        day, month, year = int(found[1]), int(found[2]), found[3]
    elif found := _MONTH_YEAR.fullmatch(trimmed):
        month, year = int(found[1]), found[2]
    elif found := _ISO.fullmatch(trimmed):
        year, month, day = found[1], int(found[2]), int(found[3]) if found[3] else None
    elif _YEAR.fullmatch(trimmed):
        year = trimmed
    if year is None or not year.isascii():
        inside = _YEAR_INSIDE.findall(trimmed)
        birth = inside[0] if len(inside) == 1 else None
        findings.append("birth_invalid")
    else:
        if len(year) == len("85"):
            year = str(_with_century(int(year), today, id_number))
            findings.append("birth_two_digit_year")
        birth = _iso(int(year), month, day)
        if birth is None or int(year) < _FIRST_YEAR:
            birth = (birth or year) if int(year) >= _FIRST_YEAR_KEPT else None
            findings.append("birth_invalid")
    if birth is not None and is_future(birth, today):
        findings.append("birth_future")
    return BirthReading(birth, tuple(findings))


def _with_century(two_digits: int, today: date, id_number: str | None) -> int:
    stated = birth_year_of_id(id_number) if id_number else None
    if stated is not None and stated % 100 == two_digits:
        return stated
    return (2000 if two_digits <= today.year % 100 else 1900) + two_digits


def _iso(year: int, month: int | None, day: int | None) -> Birth | None:
    try:
        whole = date(year, month or 1, day or 1)
    except ValueError:
        return None
    if month == 0 or day == 0:
        return None
    return whole.isoformat()[: 10 if day else 7 if month else 4]


def is_future(birth: Birth, today: date) -> bool:
    """Say whether a birth date, as far as it is known, lies after `today`."""
    return birth > today.isoformat()[: len(birth)]


def age_on(birth: Birth | None, day: date) -> int | None:
    """Return the age in full years on `day`; None when nothing is known or the day lies before the birth.

    What is not known of the birth counts as early as possible (1985 as 1 January 1985), so that whoever may
    have reached an age limit counts as having reached it.
    """
    if birth is None:
        return None
    year, month, of_month = (int(part) for part in (birth + "-01-01")[:10].split("-"))
    age = day.year - year - ((day.month, day.day) < (month, of_month))
    return age if age >= 0 else None
