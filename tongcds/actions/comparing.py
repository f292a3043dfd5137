"""The figures of a report held against the server's and against what the units below reported themselves.

Which records make one differ is `actions.differences`'.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from tongcds.actions import differences
from tongcds.actions.core import Core
from tongcds.domain.catalogue import load_indicators
from tongcds.domain.periods import Period
from tongcds.domain.report_types import Level
from tongcds.domain.reporting import State
from tongcds.domain.views import Role
from tongcds.domain.views.board import BoardFigure, Why
from tongcds.domain.views.differences import FigureSeen, HeldAgainst, ReportHeldAgainst
from tongcds.domain.views.report import Report, ReportRow
from tongcds.i18n import language
from tongcds.reports import places
from tongcds.reports.known import known_figures
from tongcds.storage import reports as stored

_Seen = Mapping[tuple[bytes, str], FigureSeen]
_HOLD_RECORDS: Final = frozenset({Role.TEAM, Role.COMMUNE})


def held_against(core: Core, report: Report) -> ReportHeldAgainst:
    """Hold the figures of a report against the other side's.

    Of an own report: its figures beside the server's (without a network beside what it published), and those
    of units below that differ from what they reported. Of another unit's: what it reported beside what is
    known of it here.
    """
    who = core.credentials()
    codes = [row.indicator for row in report.rows]
    period = Period(report.first, report.last)
    if report.unit_id != who.unit_id:
        here = _here(core, [report.unit_id], _kind_of(report), codes, period)
        theirs = {(report.unit_id, row.indicator): _seen(row.now) for row in _open(report)}
        return ReportHeldAgainst(
            tuple(_held(here, theirs, {report.unit_id: report.heading.unit})), None, 0, 0
        )
    rows: list[HeldAgainst] = []
    asked: bool | None = None
    if Role(who.role) in _HOLD_RECORDS:
        beside = differences.figures_beside(core, codes, period)
        asked = beside.asked
        rows = [
            HeldAgainst(one.code, _name(one.code), None, "", one.ours, one.theirs) for one in beside.figures
        ]
    names = {unit.unit_id: unit.name for unit in report.below}
    here = _here(core, list(names), report.below_kind, codes, period)
    told, reported = _told(core, report, tuple(names))
    rows += [one for one in _held(here, told, names) if one.differs]
    return ReportHeldAgainst(tuple(rows), asked, len(names), reported)


def _held(here: _Seen, told: _Seen, names: Mapping[bytes, str]) -> Iterator[HeldAgainst]:
    for (unit, code), theirs in told.items():
        if (unit, code) in here:
            yield HeldAgainst(code, _name(code), unit, names[unit], here[unit, code], theirs)


def _kind_of(report: Report) -> str:
    return places.VILLAGE if Level(report.heading.level) is Level.TEAM else places.COMMUNE


def _here(core: Core, unit_ids: list[bytes], kind: str, codes: list[str], period: Period) -> _Seen:
    """What is known here of units of one kind: counted where the records are, else as it was published."""
    holds_records = Role(core.credentials().role) in _HOLD_RECORDS
    on = core.today
    with core.counting() as connection:
        asked = places.places_of(connection, unit_ids, kind, period.last)
        (found,) = known_figures(connection, asked, codes, [period], on, holds_records=holds_records)
    return {
        key: FigureSeen(one.count.numerator, one.count.denominator, one.count.fingerprint)
        for key, one in found.items()
        if one.why is not Why.HIDDEN
    }


def _told(core: Core, report: Report, below: tuple[bytes, ...]) -> tuple[_Seen, int]:
    """What the units below reported over the same days, and how many of them did."""
    found: dict[tuple[bytes, str], FigureSeen] = {}
    reported = set()
    with core.vault.read() as connection:
        for (unit, _kind, last), versions in stored.handed_up(connection, below, since=report.last).items():
            counting = versions.counting
            if (counting.first, last) != (report.first, report.last) or counting.state is State.WITHDRAWN:
                continue
            said = stored.content(connection, counting.report_id)
            if said is None:
                continue
            reported.add(unit)
            found |= {(unit, row.indicator): _seen(row.now) for row in _open(said)}
    return found, len(reported)


def _open(report: Report) -> Iterator[ReportRow]:
    """The rows whose figure is not hidden; of a hidden one nobody can say whether it differs."""
    return (row for row in report.rows if row.now.why is not Why.HIDDEN)


def _seen(figure: BoardFigure) -> FigureSeen:
    return FigureSeen(figure.numerator, figure.denominator, figure.fingerprint)


def _name(code: str) -> str:
    return load_indicators()[code].short(language())
