"""A periodic report as it is drawn up, handed up and printed: figures with what is behind them, and words.

Drawn by `reports.periodic`; what became of it once it was handed up stands in `views.reporting`. It is frozen
with its numbers: a report that is read a year later shows what was said then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from tongcds.domain.views.board import BoardFigure


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
class Report:
    """A report of one unit over one period, both days included.

    `period` is its name ("Tháng 11/2026"), `drawn_on` the day on which its figures were counted: before
    `last` they are not whole yet. `holds_records`: figures were counted from records, not read from what was
    published. `notes` are sentences about figures that could not be had.
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

    @property
    def typed(self) -> dict[str, str]:
        """What was typed, by section."""
        return {one.code: one.text for one in self.sections if one.text}


def with_text(report: Report, typed: Mapping[str, str]) -> Report:
    """The same figures with other words."""
    sections = tuple(replace(one, text=typed.get(one.code, "")) for one in report.sections)
    return replace(report, sections=sections)
