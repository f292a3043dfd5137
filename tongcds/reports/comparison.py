"""Draws the comparison of plan and result: the targets that hold for a unit, each with what is missing.

It is a report like the others (`reports.periodic`), handed up and decided on like them; only its rows are
targets. Why a result falls short is typed. Targets that stand in the catalogue alone were given to nobody and
are left out, and so are those of a unit above that its parts are not to reach each: a province's rank, a
commune's number of visits.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection

from tongcds.domain.catalogue import RollUp, load_indicators
from tongcds.domain.formulas import counted_indicators
from tongcds.domain.periods import Period
from tongcds.domain.report_types import READ_PERSONS, About, Level, ReportType, load_sections
from tongcds.domain.targets import Verdict, is_percent, missing_in, missing_to
from tongcds.domain.views.report import Report, ReportSection, TargetLine, explained
from tongcds.domain.views.targets import TargetRow
from tongcds.domain.words import Standing
from tongcds.i18n import _, format_number, language
from tongcds.replica.above import units_above
from tongcds.reports import places, units
from tongcds.reports.known import Knowns, known_figures
from tongcds.reports.periodic import Reporter, as_read_above, running, the_place
from tongcds.reports.progress import Looking, asked_of, progress
from tongcds.storage.targets import KeptTarget, targets, typed_figures

_WORD: Final = re.compile(r"\{([a-z_]+)\}")
_COUNTED: Final = MappingProxyType(
    {
        Verdict.MET: "met",
        Verdict.ON_THE_WAY: "on_the_way",
        Verdict.BEHIND: "behind",
        Verdict.MISSED: "missed",
    }
)

_STILL_OPEN: Final = frozenset({Verdict.ON_THE_WAY, Verdict.BEHIND, Verdict.TOO_EARLY})


def plan_of(connection: Connection, unit_id: bytes, period: Period) -> tuple[KeptTarget, ...]:
    """The targets that hold for a unit in a period: its own, else those of the nearest unit above.

    By indicator, as everywhere (`reports.aims`); one that was ended before the period is out of it.
    """
    chain = units_above(connection, [unit_id])[unit_id]
    found: dict[str, tuple[int, list[KeptTarget]]] = {}
    for one in targets(connection, chain):
        terms = one.terms
        if terms.last < period.first or terms.first > period.last:
            continue
        if one.ended_on is not None and one.ended_on < period.first:
            continue
        if terms.unit_id != unit_id and not _is_passed_down(terms.indicator):
            continue
        at = chain.index(terms.unit_id)
        nearest, kept = found.get(terms.indicator, (at, []))
        if at == nearest:
            found[terms.indicator] = at, [*kept, one]
        elif at < nearest:
            found[terms.indicator] = at, [one]
    together = [one for _at, kept in found.values() for one in kept]
    return tuple(sorted(together, key=lambda one: (one.terms.last, one.terms.indicator, one.target_id)))


def _is_passed_down(indicator: str) -> bool:
    """Whether what a unit above is to reach, each part of it is to reach: a share is, a number is not."""
    return indicator in counted_indicators() and load_indicators()[indicator].roll_up is not RollUp.SUM


def draw_comparison(
    connection: Connection,
    who: Reporter,
    kind: ReportType,
    period: Period,
    on: date,
    *,
    typed: Mapping[str, str],
) -> Report:
    """The comparison of a unit over a period as it stands on a day.

    Raises:
        UserError: report_unit_ended, report_unit_unknown, and report_period_ahead before it begins.
    """
    place = the_place(connection, who, kind, period, on)
    until = min(period.last, on)
    plan = plan_of(connection, who.unit_id, period)
    names = _names(connection, who)
    asked = [
        asked_of(one, who.unit_id, names[one.terms.unit_id], mine=False, standing=Standing.RECEIVED)
        for one in plan
    ]
    figures = [one for one in typed_figures(connection, [who.unit_id]) if one.terms.last <= until]
    rows = progress(
        connection,
        asked,
        {who.unit_id: place.places},
        figures,
        until,
        holds_records=who.holds_records,
        look=known_figures if kind.addressee in READ_PERSONS else _seen_from_above(place),
    )
    if until < on:
        rows = tuple(_at_its_end(row, until) for row in rows)
    lines = tuple(explained(_line(row), typed) for row in rows)
    return Report(
        type_code=kind.code,
        title=kind.name(language()),
        heading=who.heading,
        unit_id=place.unit_id,
        period=kind.name_of(period),
        first=period.first,
        last=period.last,
        drawn_on=on,
        due_on=kind.due_on(period),
        rows=(),
        sections=_sections(lines, typed),
        holds_records=who.holds_records,
        notes=_notes(lines, period, on),
        targets=lines,
    )


def _seen_from_above(place: places.Place) -> Looking:
    """Answers a unit's figures without those that would tell a unit above of single people."""
    members = [unit for unit, _name in place.below]

    def look(
        connection: Connection,
        asked: Mapping[bytes, Sequence[bytes]],
        codes: Sequence[str],
        periods: Sequence[Period],
        on: date,
        *,
        holds_records: bool,
    ) -> list[Knowns]:
        parts = places.places_of(connection, members, place.kind, on)
        everybody = {**parts, **asked}
        found = known_figures(connection, everybody, codes, periods, on, holds_records=holds_records)
        return [
            as_read_above(one, place.unit_id, members, period.last)
            for one, period in zip(found, periods, strict=True)
        ]

    return look


def _names(connection: Connection, who: Reporter) -> dict[bytes, str]:
    """What the unit and those above it are called."""
    chain = units_above(connection, [who.unit_id])[who.unit_id]
    names = units.unit_names(connection, chain)
    heading = who.heading
    if heading.level == Level.TEAM and len(chain) > 1:
        names[chain[1]] = heading.commune
    if len(chain) > 1 and not names[chain[-1]]:
        names[chain[-1]] = heading.province
    return {**names, who.unit_id: heading.unit}


def _at_its_end(row: TargetRow, until: date) -> TargetRow:
    """On its last day a target may still be reached; once that day is over it was not, whatever the pace."""
    if row.terms.last != until or row.verdict not in _STILL_OPEN:
        return row
    return replace(row, verdict=Verdict.MISSED, expected=None)


def _line(row: TargetRow) -> TargetLine:
    terms = row.terms
    # What a typed-in figure corrected is its own history, not the report's.
    lean = row if row.typed is None else replace(row, typed=replace(row.typed, before=()))
    missing = missing_in(terms.comparator, terms.value, row.value)
    lacking = None
    counted = row.numerator is not None and row.denominator is not None
    if missing is not None and is_percent(terms.measure) and counted:
        lacking = missing_to(terms.value or missing, row.numerator or 0, row.denominator or 0)
    return TargetLine(lean, missing, lacking)


def _sections(lines: Sequence[TargetLine], typed: Mapping[str, str]) -> tuple[ReportSection, ...]:
    counts = Counter(_COUNTED.get(one.row.verdict, "open") for one in lines)
    counts["all"] = len(lines)
    known = {*_COUNTED.values(), "open", "all"}
    return tuple(
        ReportSection(
            section.code,
            section.title(language()),
            _WORD.sub(
                lambda at: format_number(counts[at[1]]) if at[1] in known else at[0],
                section.lead(language()) if lines else "",
            ),
            typed.get(section.code, ""),
        )
        for section in load_sections(About.TARGETS)
    )


def _notes(lines: Sequence[TargetLine], period: Period, on: date) -> tuple[str, ...]:
    notes = []
    if not lines:
        notes.append(_("No target holds for this unit in this period."))
    if lacking := [one.row.name for one in lines if one.row.verdict in {Verdict.UNKNOWN, Verdict.HIDDEN}]:
        notes.append(_("No number yet for: {names}.").format(names=", ".join(lacking)))
    return (*notes, *running(period, on))
