"""Targets and their figures in few words, as papers and screens say them; colours are the screens'."""

from __future__ import annotations

from decimal import Decimal

from tongcds.domain.catalogue import Comparator
from tongcds.domain.targets import is_percent, is_rank
from tongcds.domain.views.report import TargetLine
from tongcds.domain.views.targets import FigureSource, TargetRow, TargetTerms
from tongcds.i18n import _, format_date, format_number

NOTHING = "—"
"""What stands where a figure is not known."""


def amount(value: Decimal, measure: str) -> str:
    """A number with its measure: "80%", "5,5 người", "12" of a rank."""
    number = format_number(round(value, 2))
    if measure.startswith("%"):
        return f"{number}%"
    return number if is_rank(measure) or not measure else f"{number} {measure}"


def wanted(row: TargetRow) -> str:
    """What is to be reached: "≥ 80%", "≤ 10", "about 20%"; a milestone has its day alone."""
    return wanted_of(row.terms)


def wanted_of(terms: TargetTerms) -> str:
    """The same of terms alone."""
    if terms.value is None or terms.comparator is Comparator.BY:
        return _("by {day}").format(day=format_date(terms.last))
    number = amount(terms.value, terms.measure)
    match terms.comparator:
        case Comparator.AT_MOST:
            return f"≤ {number}"
        case Comparator.ABOUT:
            return _("about {value}").format(value=number)
        case Comparator.AT_LEAST:
            return f"≥ {number}"
        case _:
            return number


def now(row: TargetRow) -> str:
    """The figure: "63,8%", with a word where it was typed in; "—" where it is not known."""
    if row.value is None:
        return NOTHING
    number = amount(row.value, row.terms.measure)
    return _("{value}, typed in").format(value=number) if row.source is FigureSource.TYPED else number


def expected(row: TargetRow) -> str:
    """The forecast; "" where there is none."""
    return "" if row.expected is None else amount(row.expected, row.terms.measure)


def missing(line: TargetLine) -> str:
    """What is missing to a target: "16,2 points (73)", "120 người"; "" where nothing is."""
    if line.missing is None:
        return ""
    if not is_percent(line.row.terms.measure):
        return amount(line.missing, line.row.terms.measure)
    points = _("{n} points").format(n=format_number(round(line.missing, 2)))
    return points if line.lacking is None else f"{points} ({format_number(line.lacking)})"


def why(line: TargetLine) -> str:
    """The cause and what was typed, in one line."""
    return ": ".join(filter(None, (line.cause_name, " ".join(line.reason.split()))))
