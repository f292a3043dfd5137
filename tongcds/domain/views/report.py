"""A periodic report as it is drawn up, handed up and printed: figures with what is behind them, and words.

Drawn by `reports.periodic`; what became of it once it was handed up stands in `views.reporting`. It is frozen
with its numbers: a report that is read a year later shows what was said then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from tongcds.domain.report_types import load_causes
from tongcds.domain.targets import Verdict
from tongcds.domain.views.board import BoardFigure
from tongcds.domain.views.targets import TargetRow
from tongcds.i18n import language


@dataclass(frozen=True, slots=True)
class Heading:
    """Who reports to whom. `level` is a `domain.report_types.Level`.

    `unit`, `commune` and `province` as people call them ("Bản Nà Ngà", "Xã Chiềng Mung"); what stands over a
    paper of that level is `papers.letterhead`'s. `addressee` is the unit of the period's own time.
    """

    level: str
    unit: str
    commune: str
    province: str
    addressee: str
    signer: str = ""


@dataclass(frozen=True, slots=True)
class ReportRow:
    """An indicator in the report's table.

    `now` holds at the end of the period, or for what is done within it (`done`); `before` likewise of the
    period before, `year` of the reporting year so far. `unit` is "%" or what is counted. `now.target` is the
    target that held, in the figure's unit.
    """

    indicator: str
    name: str
    unit: str
    done: bool
    before: BoardFigure
    now: BoardFigure
    year: BoardFigure

    @property
    def gained(self) -> int | None:
        """What the period itself brought; None where one of the two ends is not known."""
        if self.done:
            return self.now.numerator
        if self.now.numerator is None or self.before.numerator is None:
            return None
        return self.now.numerator - self.before.numerator


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """A unit below with the same indicators as the rows, in their order, at the end of the period."""

    unit_id: bytes
    name: str
    figures: tuple[BoardFigure, ...]


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A section: `code` as "II.3". `lead` was written from figures, `text` is what somebody typed.

    Lines of `text` are separated by a line feed. `indicators` are those whose figures stand in the lead.
    """

    code: str
    title: str
    lead: str
    text: str
    indicators: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TargetLine:
    """A target in a comparison of plan and result.

    `missing` is what the figure lacks in the target's measure (16.2 of a percentage), `lacking` how many of
    the whole that is (73 people); None where nothing is missing or it cannot be said. `cause` is a code of
    `domain.report_types`, `cause_name` what it was called when the report was drawn; `reason` was typed.
    """

    row: TargetRow
    missing: Decimal | None = None
    lacking: int | None = None
    cause: str = ""
    cause_name: str = ""
    reason: str = ""

    @property
    def key(self) -> str:
        """What names the target where words are typed about it."""
        return (self.row.target_id or b"").hex()

    @property
    def falls_short(self) -> bool:
        """Whether the reason has to be told: not reached, or not to be reached at this pace."""
        return self.row.verdict in {Verdict.BEHIND, Verdict.MISSED}

    @property
    def is_explained(self) -> bool:
        """Whether somebody said why."""
        return bool(self.cause or self.reason)


def cause_key(key: str) -> str:
    """Under what the cause of a target is typed, beside the sections of its report."""
    return f"cause:{key}"


def reason_key(key: str) -> str:
    """Under what the reason of a target is typed."""
    return f"reason:{key}"


@dataclass(frozen=True, slots=True)
class Report:
    """A report of one unit over one period, both days included.

    `period` is its name ("Tháng 11/2026"), `drawn_on` the day on which its figures were counted: before
    `last` they are not whole yet. `holds_records`: figures were counted from records, not read from what was
    published. `notes` are sentences about figures that could not be had. A comparison of plan and result has
    `targets` instead of `rows`.
    """

    type_code: str
    title: str
    heading: Heading
    unit_id: bytes
    period: str
    first: date
    last: date
    drawn_on: date
    due_on: date
    rows: tuple[ReportRow, ...]
    sections: tuple[ReportSection, ...]
    below: tuple[UnitFigures, ...] = ()
    below_kind: str = ""
    holds_records: bool = True
    notes: tuple[str, ...] = ()
    targets: tuple[TargetLine, ...] = ()

    @property
    def typed(self) -> dict[str, str]:
        """What was typed, by section, and by `cause_key` and `reason_key` of a target."""
        found = {one.code: one.text for one in self.sections}
        found |= {cause_key(one.key): one.cause for one in self.targets}
        found |= {reason_key(one.key): one.reason for one in self.targets}
        return {place: words for place, words in found.items() if words}


def with_text(report: Report, typed: Mapping[str, str]) -> Report:
    """The same figures with other words."""
    sections = tuple(replace(one, text=typed.get(one.code, "")) for one in report.sections)
    targets = tuple(explained(one, typed) for one in report.targets)
    return replace(report, sections=sections, targets=targets)


def explained(line: TargetLine, typed: Mapping[str, str]) -> TargetLine:
    """A target with the cause and the reason that were typed."""
    code = typed.get(cause_key(line.key), "")
    cause = load_causes().get(code)
    name = "" if cause is None else cause.name(language())
    return replace(line, cause=code, cause_name=name or code, reason=typed.get(reason_key(line.key), ""))
