"""The day on which a register was true, and the decision behind it, as the rows above its header say.

It is a proposal only: a person sees it before anything is written, and may say another day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from tongcds.domain.text import clean, fold

_DAY: Final = r"(\d{1,2}) ?(?:[/.-]|thang) ?(\d{1,2}) ?(?:[/.-]|nam) ?(\d{4})"
_DECIDED: Final = re.compile(rf"\bq(?:uyet dinh|d) so:? ?\S+(?: \S+){{0,3}}? ngay {_DAY}")
_AS_OF: Final = re.compile(rf"\b(?:den|thoi diem)(?: het)?(?: ngay)? {_DAY}")
_ANY: Final = re.compile(rf"\bngay {_DAY}")
_NUMBER: Final = re.compile(r"quyết\s+định\s+số\s*:?\s*(\d+\s*/\s*[^\s,;()]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dated:
    """What the title says of its day; `decision_no` "" where it names no decision."""

    on: date | None = None
    decision_no: str = ""


UNDATED: Final = Dated()


def read_title(texts: Iterable[str], today: date) -> Dated:
    """Return the day of the decision, else the day as of which, else the only other day that is named.

    Days after today are no days of a register. Several other days leave it open.
    """
    title = clean(" ".join(texts))
    folded = fold(title)
    number = _NUMBER.search(title)
    decision = number[1].replace(" ", "") if number is not None else ""
    for pattern in (_DECIDED, _AS_OF, _ANY):
        days = {day for found in pattern.finditer(folded) if (day := _day(found)) and day <= today}
        if len(days) == 1:
            return Dated(days.pop(), decision)
    return Dated(None, decision)


def _day(found: re.Match[str]) -> date | None:
    try:
        return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None
