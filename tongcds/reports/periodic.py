"""Draws a periodic report: its table out of figures, the sentences that begin its sections, and typed words.

What goes to a unit that reads figures only is drawn as that unit may see it (`reports.withheld`). Which
reports there are is data (`domain.report_types`); what became of them stands in records (`storage.reports`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection

from tongcds.domain.catalogue import load_indicators
from tongcds.domain.formulas import formula_on
from tongcds.domain.periods import Period
from tongcds.domain.report_types import READ_PERSONS, ReportType, load_sections
from tongcds.domain.views.board import WHY_WORDS, BoardFigure, Why
from tongcds.domain.views.report import Heading, Report, ReportRow, ReportSection, UnitFigures
from tongcds.errors import UserError
from tongcds.i18n import _, format_date, format_number, format_percent, language
from tongcds.reports import places
from tongcds.reports.aims import aims_of
from tongcds.reports.figures import NOTHING_KNOWN, Ask
from tongcds.reports.known import Known, Knowns, asked_known, is_done_in_a_period
from tongcds.reports.shown import shown_figure
from tongcds.reports.withheld import withheld

_CODE: Final = re.compile(r"\{([A-Z0-9]+)\}")


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reports, and whether this computer counts from records or reads what was published."""

    unit_id: bytes
    heading: Heading
    holds_records: bool


def draw(
    connection: Connection,
    who: Reporter,
    kind: ReportType,
    period: Period,
    on: date,
    *,
    typed: Mapping[str, str],
) -> Report:
    """The report of a unit over a period as it stands on a day.

    Raises:
        UserError: report_unit_ended, report_unit_unknown, and report_period_ahead before it begins.
    """
    place = the_place(connection, who, kind, period, on)
    codes = kind.indicators
    done = [code for code in codes if _is_done(code, period.last)]
    parts = places.places_of(connection, [unit for unit, _name in place.below], place.kind, period.last)
    asked: Mapping[bytes, Sequence[bytes]] = {place.unit_id: place.places, **parts}
    # Asked for together: the records are gone through once.
    asks = [Ask(period, codes), Ask(kind.before(period), codes), Ask(kind.year_to(period), done)]
    now, earlier, year = asked_known(connection, asked, asks, on, holds_records=who.holds_records)
    so_far = {(unit, code): one for (unit, code), one in year.items() if unit == place.unit_id}
    if kind.addressee not in READ_PERSONS:
        members = [unit for unit, _name in place.below]
        now, earlier, so_far = (
            as_read_above(one, place.unit_id, members, period.last) for one in (now, earlier, so_far)
        )
    aims = aims_of(connection, [place.unit_id], min(period.last, on))
    rows = []
    for code in codes:
        key = place.unit_id, code
        aim = aims.of(place.unit_id, code)
        figure = shown_figure(code, now[key], aim)
        rows.append(
            ReportRow(
                indicator=code,
                name=load_indicators()[code].short(language()),
                unit=load_indicators()[code].unit,
                done=code in done,
                before=shown_figure(code, earlier[key], None),
                now=figure,
                year=shown_figure(code, so_far[key], None) if key in so_far else figure,
            )
        )
    below = tuple(
        UnitFigures(unit, name, tuple(shown_figure(code, now[unit, code], None) for code in codes))
        for unit, name in place.below
    )
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
        rows=tuple(rows),
        sections=_sections({row.indicator: row for row in rows}, typed),
        below=below,
        below_kind=place.kind,
        holds_records=who.holds_records,
        notes=_notes(rows, period, on),
    )


def the_place(
    connection: Connection, who: Reporter, kind: ReportType, period: Period, on: date
) -> places.Place:
    """The unit that reports, as it stood at the end of the period, or stands today while that runs.

    Raises:
        UserError: report_unit_ended, report_unit_unknown, and report_period_ahead before it begins.
    """
    if period.first > on:
        raise UserError("report_period_ahead", period=kind.name_of(period), day=period.first)
    place = places.place(connection, who.unit_id, min(period.last, on))
    if place is None:
        if not places.is_known(connection, who.unit_id):
            raise UserError("report_unit_unknown", unit=who.heading.unit)
        raise UserError("report_unit_ended", unit=who.heading.unit, day=min(period.last, on))
    return place


def _is_done(code: str, on: date) -> bool:
    formula = formula_on(code, on)
    return formula is not None and is_done_in_a_period(formula)


def as_read_above(knowns: Knowns, whole: bytes, members: Sequence[bytes], on: date) -> Knowns:
    """The same figures with those hidden that would tell of single people."""
    gone = withheld({figure: one.count for figure, one in knowns.items()}, whole, members, on)
    return {
        figure: Known(NOTHING_KNOWN, Why.HIDDEN, one.definition) if figure in gone else one
        for figure, one in knowns.items()
    }


def _sections(rows: Mapping[str, ReportRow], typed: Mapping[str, str]) -> tuple[ReportSection, ...]:
    made = []
    for section in load_sections():
        lead = section.lead(language())
        named = tuple(code for code in _CODE.findall(lead) if code in rows)
        # A sentence about figures that this kind of report does not have says nothing.
        words = (
            _CODE.sub(lambda at: _number(rows[at[1]].now), lead) if named and _all_there(lead, rows) else ""
        )
        made.append(
            ReportSection(
                section.code,
                section.title(language()),
                words,
                typed.get(section.code, ""),
                named if words else (),
            )
        )
    return tuple(made)


def _all_there(lead: str, rows: Mapping[str, ReportRow]) -> bool:
    return all(code in rows for code in _CODE.findall(lead))


def _number(figure: BoardFigure) -> str:
    """A figure inside a sentence: "148", "287/450 (63,8%)"."""
    if figure.numerator is None:
        return _(WHY_WORDS[figure.why]).lower()
    if figure.denominator is None:
        return format_number(figure.numerator)
    parts = f"{format_number(figure.numerator)}/{format_number(figure.denominator)}"
    share = figure.value
    return parts if share is None else f"{parts} ({format_percent(share, decimals=1)})"


def _notes(rows: Sequence[ReportRow], period: Period, on: date) -> tuple[str, ...]:
    notes = []
    if rows and all(row.now.numerator is None for row in rows):
        notes.append(_("Nothing is known of this period yet: none of its figures has a number."))
    elif lacking := [row.name for row in rows if row.now.numerator is None]:
        words = _("No number yet for: {names}.")
        notes.append(words.format(names=", ".join(lacking)))
    return (*notes, *running(period, on))


def running(period: Period, on: date) -> tuple[str, ...]:
    """What has to be said of figures of a period that is not over."""
    if on >= period.last:
        return ()
    words = _("The period runs until {day}; figures are those of {today}.")
    return (words.format(day=format_date(period.last), today=format_date(on)),)
