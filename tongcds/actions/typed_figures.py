"""Figures that nobody here can count: typed in with their source, corrected by newer ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from sqlalchemy import Connection

from tongcds.actions.core import Changes, Core
from tongcds.actions.journal import Journal
from tongcds.actions.targets import line_of, plain, require_office, the_indicator, writable
from tongcds.domain.formulas import counted_indicators
from tongcds.domain.targets import is_percent, is_rank, measure_of
from tongcds.domain.views import EditUndo, FigureTerms, TypedFigure
from tongcds.errors import UserError
from tongcds.i18n import format_number, language
from tongcds.protocol.messages import Credentials
from tongcds.records import Value
from tongcds.storage.targets import typed_figures

_HUNDRED: Final = 100


def all_of(core: Core) -> tuple[TypedFigure, ...]:
    """Every typed-in figure that this computer knows of, each with what it corrected."""
    with core.vault.read() as connection:
        return typed_figures(connection)


def type_in(core: Core, terms: FigureTerms) -> tuple[bytes, EditUndo, Changes]:
    """Type a figure in.

    Raises:
        UserError: not_an_office, target_unit_unknown, indicator_unknown, typed_figure_counted, days_reversed,
            typed_period_ahead, document_in_future, typed_source_missing, typed_figure_exists, and what is
            wrong with the numbers.
    """
    return _write(core, terms, correcting=False)


def correct(core: Core, figure_id: bytes, terms: FigureTerms) -> tuple[bytes, EditUndo, Changes]:
    """Put a newer figure in the place of one; the one before stays as its history.

    Unit, indicator and period stay what they are.

    Raises:
        UserError: as `type_in`, and typed_figure_unknown.
    """
    old = _the_figure(core, figure_id).terms
    fixed = replace(terms, unit_id=old.unit_id, indicator=old.indicator, first=old.first, last=old.last)
    return _write(core, fixed, correcting=True)


def take_out(core: Core, figure_id: bytes) -> tuple[EditUndo, Changes]:
    """Take a figure away, and everything that it corrected: it was typed in by mistake.

    Raises:
        UserError: not_an_office, typed_figure_unknown, target_unit_unknown.
    """
    who = core.credentials()
    require_office(who)
    figure = _the_figure(core, figure_id)
    with core.vault.change(core.author()) as change:
        _require_unit(change.connection, who, figure.terms.unit_id, core.today)
        ids = [figure.figure_id, *(one.figure_id for one in figure.before)]
        journal = Journal(change.writer)
        change.writer.load("typed_figure", ids)
        for one in ids:
            journal.remove("typed_figure", one)
        undo = journal.undo()
    return undo, Changes.of("typed_figure")


def _write(core: Core, terms: FigureTerms, *, correcting: bool) -> tuple[bytes, EditUndo, Changes]:
    values = _checked(core, terms)
    who = core.credentials()
    with core.vault.change(core.author()) as change:
        _require_unit(change.connection, who, terms.unit_id, core.today)
        key = (terms.indicator, terms.first, terms.last)
        there = any(
            (one.terms.indicator, one.terms.first, one.terms.last) == key
            for one in typed_figures(change.connection, [terms.unit_id])
        )
        if there and not correcting:
            raise UserError("typed_figure_exists")
        journal = Journal(change.writer)
        made = journal.create("typed_figure", values)
        undo = journal.undo()
    return made, undo, Changes.of("typed_figure")


def _checked(core: Core, terms: FigureTerms) -> dict[str, Value]:
    require_office(core.credentials())
    indicator = the_indicator(terms.indicator)
    if indicator.code in counted_indicators():
        raise UserError("typed_figure_counted", name=indicator.name(language()))
    if terms.last < terms.first:
        raise UserError("days_reversed")
    if terms.first > core.today:
        raise UserError("typed_period_ahead")
    if terms.dated is not None and terms.dated > core.today:
        raise UserError("document_in_future")
    measure = measure_of(indicator)
    _check_numbers(measure, terms)
    source = line_of(terms.source)
    if not source:
        raise UserError("typed_source_missing")
    return {
        "unit_id": terms.unit_id,
        "indicator": terms.indicator,
        "first": terms.first.isoformat(),
        "last": terms.last.isoformat(),
        "numerator": plain(terms.numerator),
        "denominator": None if terms.denominator is None else plain(terms.denominator),
        "measure": measure,
        "source": source,
        "document_no": line_of(terms.document_no) or None,
        "dated": None if terms.dated is None else terms.dated.isoformat(),
        "note": line_of(terms.note) or None,
        "typed_on": core.today.isoformat(),
    }


def _check_numbers(measure: str, terms: FigureTerms) -> None:
    part, whole = terms.numerator, terms.denominator
    if whole is not None and whole <= 0:
        raise UserError("typed_whole_is_zero")
    if is_rank(measure):
        if part < 1 or part != part.to_integral_value():
            raise UserError("target_rank_invalid")
        if whole is None:
            raise UserError("typed_rank_without_field")
    if part < 0 and measure != "%/năm":
        raise UserError("target_negative")
    if whole is not None and part > whole and (is_percent(measure) or is_rank(measure)):
        raise UserError("typed_part_above_whole", part=format_number(part), whole=format_number(whole))
    if whole is None and is_percent(measure) and part > _HUNDRED:
        raise UserError("target_percent_invalid")


def _require_unit(connection: Connection, who: Credentials, unit_id: bytes, on: date) -> None:
    if unit_id not in {unit for unit, _name in writable(connection, who, on)}:
        raise UserError("target_unit_unknown")


def _the_figure(core: Core, figure_id: bytes) -> TypedFigure:
    found = next((one for one in all_of(core) if one.figure_id == figure_id), None)
    if found is None:
        raise UserError("typed_figure_unknown")
    return found
