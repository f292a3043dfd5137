"""The support log as the screen, the command line and the printed book (B01) show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tongcds.domain.words import Result, Standing, Withdrawal


class GroupBy(StrEnum):
    """What the supports of the log are counted by."""

    DAY = "day"
    SERVICE = "service"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What narrows the log; everything without a value is open.

    `since` and `until` are days of visits, both included. `by` is the member who helped. `withdrawn` lists
    what was withdrawn, and nothing else.
    """

    since: date | None = None
    until: date | None = None
    service: str = ""
    by: bytes | None = None
    village_id: bytes | None = None
    household_id: bytes | None = None
    result: Result | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class LogRow:
    """One support of the log, with what B01 asks of it.

    `whom` names the people, or the household's head; `people` are their ids.
    `together`: in a session for several households, how many they were. `corrected_by`: who wrote this in the
    place of a former version, where that is somebody else than `by`, who was there.
    """

    support_id: bytes
    visit_id: bytes
    household_id: bytes
    on: date
    village: str
    code: str
    whom: str
    service: str
    service_name: str
    service_group: str
    result: Result
    by: str
    again_on: date | None
    minutes: int | None
    note: str
    withdrawn: Withdrawal | None
    standing: Standing
    people: tuple[bytes, ...] = ()
    together: int = 0
    corrected_by: str = ""
    metres: int | None = None


@dataclass(frozen=True, slots=True)
class LogGroup:
    """How much of the log belongs to one day, service or person. `only` narrows the log to it."""

    label: str
    supports: int
    households: int
    only: LogFilter


@dataclass(frozen=True, slots=True)
class LogPage:
    """A part of the log, the latest first. `following` is what asks for the next part; None: that was all."""

    rows: tuple[LogRow, ...]
    following: LogPlace | None


@dataclass(frozen=True, slots=True)
class LogPlace:
    """Where a part of the log ended: day, stamp and id of its last support."""

    on: str
    stamp: int
    support_id: bytes


@dataclass(frozen=True, slots=True)
class LogSums:
    """The log in numbers, and what it can be narrowed to."""

    supports: int
    households: int
    groups: tuple[LogGroup, ...]
    members: tuple[tuple[bytes, str], ...]
    villages: tuple[tuple[bytes, str], ...]
    services: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What taking a withdrawal back needs: records of the visit by what was done to them."""

    visit_id: bytes
    observations: tuple[bytes, ...]
    cancelled: tuple[bytes, ...]
    reopened: tuple[tuple[bytes, str | None], ...]
