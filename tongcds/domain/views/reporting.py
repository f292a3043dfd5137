"""The cycle of reports as its screens show it: what is due, what came in, and what was said of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tongcds.domain.reporting import State, Step, is_late
from tongcds.domain.views.report import Report
from tongcds.domain.words import Standing

LONGEST_SECTION = 4_000
LONGEST_REASON = 1_000
"""Letters of what is typed into a section, and of a reason."""


@dataclass(frozen=True, slots=True)
class DueRow:
    """A report that the own unit owes, or has handed up.

    `report_id` is the version that counts, None while there is none; `versions` how many there are. `twice`:
    two people handed one up without knowing of each other. `reason` is the addressee's last word. `drafted`:
    words were typed into it on this computer. `asks`: what a unit above wants to read in it.
    """

    kind: str
    name: str
    period: str
    first: date
    last: date
    due_on: date
    addressee: str
    state: State
    report_id: bytes | None = None
    handed_on: date | None = None
    versions: int = 0
    twice: bool = False
    reason: str = ""
    drafted: bool = False
    standing: Standing = Standing.RECEIVED
    asks: str = ""


@dataclass(frozen=True, slots=True)
class IncomingRow:
    """A unit below that owes a report over a period.

    `decides`: the report is addressed to whoever looks. `below_in` of the `below` units under this one have
    handed theirs up (0 of 0 where nothing is under it).
    """

    unit_id: bytes
    unit: str
    state: State
    due_on: date
    report_id: bytes | None = None
    handed_on: date | None = None
    versions: int = 0
    twice: bool = False
    reason: str = ""
    decides: bool = False
    below: int = 0
    below_in: int = 0
    standing: Standing = Standing.RECEIVED


def came_late(row: DueRow | IncomingRow) -> bool:
    """Whether a report came, or comes, after its day."""
    return is_late(row.state, row.due_on, row.handed_on)


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many of the units below have reported, and in time."""

    units: int
    handed: int
    in_time: int
    accepted: int


@dataclass(frozen=True, slots=True)
class IncomingView:
    """Reports of the units below of one kind over one period; `periods` are those to choose from."""

    kind: str
    name: str
    period: str
    first: date
    last: date
    due_on: date
    rows: tuple[IncomingRow, ...]
    sums: Completeness
    kinds: tuple[tuple[str, str], ...]
    periods: tuple[tuple[date, str], ...]


@dataclass(frozen=True, slots=True)
class CycleView:
    """Báo cáo: the own reports, the most urgent first, and what came in from below (None: no unit is).

    `may_ask`: whoever looks asks units below for thematic and urgent reports. `proposals` to change targets
    wait for a decision here.
    """

    on: date
    unit: str
    rows: tuple[DueRow, ...]
    incoming: IncomingView | None
    may_ask: bool = False
    proposals: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a section may take over from elsewhere; `count` is of how many things `lines` speak."""

    section: str
    lines: tuple[str, ...] = ()
    count: int = 0

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.lines)

    def lacking(self, typed: str) -> tuple[str, ...]:
        """The lines that are not in what was typed."""
        there = {" ".join(line.split()) for line in typed.splitlines()}
        return tuple(line for line in self.lines if line not in there)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a report, the latest first; `counts` is the one that holds."""

    report_id: bytes
    handed_on: date | None
    by: str
    state: State
    counts: bool


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report that was handed up. `report` None: its figures are not for this computer, or cannot be read.

    `may_decide`, `may_withdraw`, `may_correct`: what whoever looks may do now.
    """

    report_id: bytes
    unit: str
    name: str
    period: str
    due_on: date | None
    handed_on: date | None
    by: str
    addressee: str
    state: State
    report: Report | None
    steps: tuple[Step, ...]
    versions: tuple[Version, ...]
    may_decide: bool
    may_withdraw: bool
    may_correct: bool
    standing: Standing


@dataclass(frozen=True, slots=True)
class Reminders:
    """What Hôm nay says of reports: own ones that are due or came back, and what waits for a word here.

    `to_decide` reports and `proposals` to change a target.
    """

    due: tuple[DueRow, ...]
    to_decide: int
    proposals: int
