"""Visits and supports as the screens show and enter them, and the day at a glance."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from tongcds.domain.views.figures import Tile
from tongcds.domain.views.privacy import Reminder
from tongcds.domain.views.register import TodoRow
from tongcds.domain.words import Result, Standing


@dataclass(frozen=True, slots=True)
class RecentRow:
    """A support that was logged lately."""

    support_id: bytes
    household_id: bytes
    title: str
    result: Result
    minutes: int | None
    service_group: str
    on: date
    logged_at: datetime
    standing: Standing


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A household that is worth a visit; `why` says the reasons that its weight adds up from.

    `furthest` says, where one of them is about it, which target its village is furthest from.
    """

    household_id: bytes
    code: str
    head_name: str
    village: str
    weight: int
    why: tuple[str, ...]
    last_visit: date | None
    furthest: str = ""


@dataclass(frozen=True, slots=True)
class TodayView:
    """Everything Hôm nay shows. `counting` names the figures that are still being counted.

    `todo_overdue`, `todo_today` and `todo_week` count what is due by then, late ones too; `todo_total` what
    is due later as well.
    """

    on: date
    unit_name: str
    commune_name: str
    households: int
    people: int
    tiles: tuple[Tile, ...]
    todo: tuple[TodoRow, ...]
    todo_today: int
    todo_week: int
    recent: tuple[RecentRow, ...]
    week_supports: int
    week_households: int
    reminders: tuple[Reminder, ...] = ()
    counting: tuple[str, ...] = ()
    todo_overdue: int = 0
    todo_total: int = 0


@dataclass(frozen=True, slots=True)
class ServiceChoice:
    """A service as the log screen offers it. `unit` is person, household, business, village and so on."""

    code: str
    name: str
    group: str
    group_name: str
    unit: str
    quick: int
    used: int = 0


@dataclass(frozen=True, slots=True)
class SupportEntry:
    """One service given to one or more people of the household with one result."""

    service: str
    person_ids: tuple[bytes, ...]
    result: Result


@dataclass(frozen=True, slots=True)
class VisitEntry:
    """What Ghi nhận hỗ trợ hands over to be saved; also what a draft holds.

    `by_id` is the member who was there, where that is somebody else than who writes it down. `metres` is how
    far it was to come there.
    """

    household_id: bytes
    on: date
    supports: tuple[SupportEntry, ...]
    minutes: int | None = None
    note: str = ""
    follow_up_on: date | None = None
    by_id: bytes | None = None
    metres: int | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A form that was not saved yet, kept as it was typed."""

    form: str
    saved_at: datetime
    content: dict[str, object] = field(default_factory=dict)
