"""What the screens show: frozen values that cross from the core to a window, a command line or a test.

Queries in `storage` and `reports` make them, `actions` hands them out; nothing here touches a file or a table.
Names and texts are plain text exactly as stored; dates are local business dates; moments are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Role(StrEnum):
    """What a person does here; decides the places of the window and the scope of the data."""

    TEAM = "team"
    COMMUNE = "commune"
    AREA = "area"
    PROVINCE = "province"
    TRAINER = "trainer"


class Result(StrEnum):
    """How a support ended for the people it was for."""

    ALONE = "alone"
    TOGETHER = "together"
    COME_BACK = "come_back"
    DECLINED = "declined"


class Standing(StrEnum):
    """Where a record stands on its way to the server."""

    DRAFT = "draft"
    WAITING = "waiting"
    PACKED = "packed"
    RECEIVED = "received"
    RETURNED = "returned"
    CONFLICT = "conflict"


class Tone(StrEnum):
    """The colour family of a pill; the words beside it carry the meaning."""

    QUIET = "quiet"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Whoami:
    """Who uses this vault and which unit it belongs to."""

    person: str
    role: Role
    unit_name: str
    commune_name: str
    province_name: str
    server_name: str
    device: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one unit on one day. `numerator is None` means "no data yet", which is not 0.

    `hidden` means that the unit above may not see it (fewer than 5 people); then both numbers are None.
    `target` is a share (0.9652) or None. `entity` is `household` or `person`.
    """

    indicator: str
    unit_id: bytes
    on: date
    entity: str
    numerator: int | None
    denominator: int | None
    target: float | None = None
    hidden: bool = False
    fingerprint: str = ""

    @property
    def share(self) -> float | None:
        """Numerator over denominator, or None where there is nothing to divide."""
        if self.numerator is None or not self.denominator:
            return None
        return self.numerator / self.denominator


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure with its name and how it moved since the end of last month (difference of shares)."""

    label: str
    figure: Figure
    change: float | None = None


@dataclass(frozen=True, slots=True)
class TodoRow:
    """A follow-up that is open. `days_left` is negative when it is overdue."""

    follow_up_id: bytes
    household_id: bytes
    title: str
    detail: str
    service_group: str
    due: date
    days_left: int


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
class TodayView:
    """Everything Hôm nay shows."""

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


@dataclass(frozen=True, slots=True)
class HouseholdFilter:
    """What narrows the list of households. `needs` is the code of one of the counted filters, or ""."""

    text: str = ""
    needs: str = ""
    village_id: bytes | None = None


@dataclass(frozen=True, slots=True)
class FilterCount:
    """One filter chip: no_smartphone, no_account_15, not_visited_this_year, aged_60, poor."""

    code: str
    count: int


@dataclass(frozen=True, slots=True)
class HouseholdRow:
    """One line of the list of households."""

    household_id: bytes
    code: str
    head_name: str
    village_name: str
    people: int
    poverty: str | None
    last_visit: date | None
    overdue: bool
    has_elder: bool
    standing: Standing
    matched_person: str = ""


@dataclass(frozen=True, slots=True)
class HouseholdList:
    """A page of households (at most 200 rows) with totals over everything that matches."""

    rows: tuple[HouseholdRow, ...]
    matching: int
    households: int
    people: int
    filters: tuple[FilterCount, ...]
    villages: tuple[tuple[bytes, str], ...]


@dataclass(frozen=True, slots=True)
class FactState:
    """What is known of one fact today. `value` None: nobody has looked yet."""

    fact: str
    label: str
    value: bool | None
    held_on: date | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person of a household. `phone` is masked; `age` is None when the birth is unknown."""

    person_id: bytes
    full_name: str
    birth_year: int | None
    age: int | None
    relation: str
    is_head: bool
    sex: str | None
    phone: str
    facts: tuple[FactState, ...]


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One visit in the time line of a household; `lines` are ready sentences, one a support."""

    visit_id: bytes
    on: date
    by: str
    lines: tuple[str, ...]
    note: str
    standing: Standing
    received_at: datetime | None


@dataclass(frozen=True, slots=True)
class HouseholdDetail:
    """A household opened: its people, what they have, and what was done with them."""

    household_id: bytes
    code: str
    head_name: str
    village_name: str
    commune_name: str
    address: str
    phone_masked: str
    has_phone: bool
    poverty: str | None
    standing: Standing
    facts: tuple[FactState, ...]
    people: tuple[PersonRow, ...]
    history: tuple[HistoryRow, ...]
    open_follow_ups: tuple[TodoRow, ...]


@dataclass(frozen=True, slots=True)
class ServiceChoice:
    """A service as the log screen offers it. `unit` is person, household, business, village …"""

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
    """What Ghi nhận hỗ trợ hands over to be saved; also what a draft holds."""

    household_id: bytes
    on: date
    supports: tuple[SupportEntry, ...]
    minutes: int | None = None
    note: str = ""
    follow_up_on: date | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A form that was not saved yet, kept as it was typed."""

    form: str
    saved_at: datetime
    content: dict[str, object] = field(default_factory=dict)


class SyncPhase(StrEnum):
    """What the exchange is doing now."""

    IDLE = "idle"
    SENDING = "sending"
    RECEIVING = "receiving"
    WAITING = "waiting"
    PAUSED = "paused"
    NEEDS_YOU = "needs_you"
    NEEDS_UPDATE = "needs_update"


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """The truth behind the badge. `waiting` counts own writes no receipt covers.

    `problem` is an error code of `tongcds.errors`, or "" when the last exchange ended well.
    """

    phase: SyncPhase
    waiting: int
    sent: int = 0
    to_send: int = 0
    bytes_sent: int = 0
    bytes_to_send: int = 0
    seconds_left: int | None = None
    received_at: datetime | None = None
    needs_you: int = 0
    online: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ConflictSide:
    """One of two values that two machines gave to the same field."""

    text: str
    author: str
    at: datetime
    this_device: bool
    in_use: bool


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """A place that two machines changed without knowing of each other. Nothing was lost."""

    conflict_id: bytes
    title: str
    field_label: str
    household_code: str
    sides: tuple[ConflictSide, ConflictSide]


@dataclass(frozen=True, slots=True)
class ReturnedRow:
    """A write the server kept aside, with the reason."""

    n: int
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class ExchangeRow:
    """One exchange in the history: way is `network` or `usb`; outcome `done`, `resumed`, `failed`."""

    at: datetime
    way: str
    sent: int
    received: int
    outcome: str
    attempts: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One import in the history, with what can still be taken back."""

    import_id: bytes
    at: datetime
    file_name: str
    households: int
    people: int
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class SyncView:
    """Everything Đồng bộ shows."""

    server_name: str
    server_url: str
    status: SyncStatus
    waiting_by_type: tuple[tuple[str, int], ...]
    conflicts: tuple[ConflictRow, ...]
    returned: tuple[ReturnedRow, ...]
    history: tuple[ExchangeRow, ...]
    imports: tuple[ImportRow, ...]


@dataclass(frozen=True, slots=True)
class OverviewRow:
    """One village (for a commune) or one commune (for an area). `last_sync` None: never."""

    unit_id: bytes
    name: str
    teams: int
    teams_in_time: int
    households: int | None
    figures: tuple[Figure, ...]
    last_sync: datetime | None


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One month end of a trend; `share` None where nothing is known."""

    on: date
    share: float | None


@dataclass(frozen=True, slots=True)
class OverviewView:
    """Everything Tổng hợp shows: tiles of the whole unit, one row a unit below, one trend."""

    on: date
    title: str
    row_kind: str
    units: int
    teams: int
    households: int | None
    data_until: datetime | None
    tiles: tuple[Tile, ...]
    rows: tuple[OverviewRow, ...]
    indicators: tuple[tuple[str, str], ...]
    trend_label: str
    trend: tuple[TrendPoint, ...]
    trend_target: float | None
    silent: tuple[OverviewRow, ...]
    silent_days: int = 14


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One hit of the search over everything; `kind` is `household` or `person`."""

    kind: str
    household_id: bytes
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class ImportPreviewRow:
    """One row of the preview. State: new, changed, same, doubtful, wrong, skipped."""

    sheet: str
    row: int
    in_file: str
    will_write: str
    state: str
    why: str


@dataclass(frozen=True, slots=True)
class ImportColumn:
    """One recognised column of the file: its letter, its heading as written, the field it was taken for."""

    sheet: str
    letter: str
    heading: str
    field: str


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What an import would do, before anything is written. `rows` holds at most 1,000, problems first."""

    file_name: str
    about: str
    households_new: int
    households_changed: int
    households_same: int
    rows_doubtful: int
    rows_wrong: int
    households_to_write: int
    people_to_write: int
    columns: tuple[ImportColumn, ...]
    rows: tuple[ImportPreviewRow, ...]
    villages_missing: tuple[str, ...] = ()
