"""Days as a hurried hand types them, read into business dates; writing dates is `tongcds.i18n`'s affair."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from tongcds.domain.text import fold

_NAMED: Final = {
    "hom nay": 0, "nay": 0, "today": 0,
    "hom qua": -1, "qua": -1, "yesterday": -1,
    "hom kia": -2,
    "ngay mai": 1, "mai": 1, "tomorrow": 1,
    "ngay kia": 2,
}  # fmt: skip
_WEEKDAYS: Final = {
    "hai": 0, "2": 0, "ba": 1, "3": 1, "tu": 2, "4": 2, "nam": 3, "5": 3, "sau": 4, "6": 4, "bay": 5, "7": 5,
}  # fmt: skip
_DAYS_A_WEEK: Final = 7
_CENTURY: Final = 2000

_SHIFT = re.compile(r"([+-]) ?(\d{1,3})(?: ?(?:ngay|days?))?|(\d{1,3}) ?(?:ngay|days?)")
_WEEKDAY = re.compile(r"(?:thu |t)(\w+)")
_PARTS = re.compile(r"(\d{1,2})(?:[/.\- ](\d{1,2})(?:[/.\- ](\d{4}|\d{2}))?)?")
_RUN = re.compile(r"(\d{2})(\d{2})(\d{4}|\d{2})?")


def read_past_day(words: str, today: date) -> date | None:
    """The day that is meant for something that was done: 23, 23/11, 23-11-26, 2311, hôm qua, thứ hai, -1.

    What is left out is filled in so that the day is the latest one not after today: on 5/11 a bare "23" is
    23/10. A year that is written is taken as it is. None for what is no day.
    """
    return _read(words, today, forward=False)


def read_coming_day(words: str, today: date) -> date | None:
    """The day that is meant for an appointment: +7, 7 ngày, mai, thứ hai, 30, 30/11.

    What is left out is filled in so that the day is the next one after today. None for what is no day.
    """
    return _read(words, today, forward=True)


def _read(words: str, today: date, *, forward: bool) -> date | None:
    text = fold(words)
    if text in _NAMED:
        return today + timedelta(days=_NAMED[text])
    if found := _SHIFT.fullmatch(text):
        sign = found[1] or ("+" if forward else "-")
        days = int(found[2] or found[3])
        return today + timedelta(days=days if sign == "+" else -days)
    if (weekday := _weekday(text)) is not None:
        step = 1 if forward else -1
        start = today + timedelta(days=1) if forward else today
        return next(day for day in _walk(start, step) if day.weekday() == weekday)
    if not (found := _PARTS.fullmatch(text) or _RUN.fullmatch(text)):
        return None
    return _fill(int(found[1]), int(found[2] or 0), found[3] or "", today, forward=forward)


def _weekday(text: str) -> int | None:
    if text in {"cn", "chu nhat"}:
        return _DAYS_A_WEEK - 1
    found = _WEEKDAY.fullmatch(text)
    return _WEEKDAYS.get(found[1]) if found else None


def _walk(start: date, step: int) -> Iterator[date]:
    for days in range(_DAYS_A_WEEK):
        yield start + timedelta(days=days * step)


def _fill(day: int, month: int, year: str, today: date, *, forward: bool) -> date | None:
    if year:
        whole = int(year) + (_CENTURY if len(year) == 2 else 0)  # noqa: PLR2004 - two digits of a year
        return _date(whole, month, day)
    found = [
        made
        for years in range(-8, 9)  # a leap day may be eight years away
        for at in ([month] if month else range(1, 13))
        if (made := _date(today.year + years, at, day)) is not None
    ]
    if forward:
        return min((made for made in found if made > today), default=None)
    return max((made for made in found if made <= today), default=None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
