"""Thematic and urgent reports: a unit asks those below for one, over days and until a day of its own choice.

What was asked is a kind of report like those of the table (`domain.report_types`), with one period. Pure
values; records are read by `storage.report_requests`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from tongcds.domain.periods import Period, PeriodKind
from tongcds.domain.report_types import Given, Level, ReportType
from tongcds.i18n import N_, _

LONGEST_TITLE: Final = 200
LONGEST_TEXT: Final = 1_000
"""Letters of a title, and of what a report is to say."""

_PREFIX: Final = "R-"


class Sort(StrEnum):
    """Why a report is asked for beside the periodic ones."""

    THEMATIC = "thematic"
    URGENT = "urgent"


SORT_WORDS: Final = MappingProxyType({Sort.THEMATIC: N_("Thematic report"), Sort.URGENT: N_("Urgent report")})
"""Sorts in words."""

ASKED_BY: Final = MappingProxyType({Level.TEAM: Level.COMMUNE, Level.COMMUNE: Level.PROVINCE})
"""Who asks units of a level."""


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for. `asked` are the units that owe it, all of the level where it is empty."""

    request_id: bytes
    unit_id: bytes
    unit: str
    sort: Sort
    title: str
    text: str
    level: Level
    asked: tuple[bytes, ...]
    indicators: tuple[str, ...]
    period: Period
    due_on: date
    on: date | None

    def asks(self, unit_id: bytes) -> bool:
        """Whether a unit of the level owes it."""
        return not self.asked or unit_id in self.asked

    def kind(self) -> ReportType:
        """The kind of report that answers it."""
        name = f"{_(SORT_WORDS[self.sort])}: {self.title}"
        return ReportType(
            code=code_of(self.request_id),
            name_vi=name,
            name_en=name,
            level=self.level,
            addressee=ASKED_BY[self.level],
            period=PeriodKind.CUSTOM,
            due_days=1,
            indicators=self.indicators,
            basis="request",
            given=Given(self.period, self.due_on),
        )


def code_of(request_id: bytes) -> str:
    """What a report that answers a request is called in its record."""
    return f"{_PREFIX}{request_id.hex()}"


def is_asked_for(code: str) -> bool:
    """Whether a kind of report is one that was asked for once."""
    return code.startswith(_PREFIX)


def request_of(code: str) -> bytes | None:
    """The request that a kind of report answers; None for one of the table."""
    if not is_asked_for(code):
        return None
    try:
        return bytes.fromhex(code.removeprefix(_PREFIX))
    except ValueError:
        return None
