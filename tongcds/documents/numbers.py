"""Figures as cells of a paper: the number that is read, a spreadsheet's own, and what stands behind."""

from __future__ import annotations

from typing import Final

from tongcds.domain.catalogue import load_indicators
from tongcds.domain.periods import Period
from tongcds.domain.views.board import WHY_WORDS, BoardFigure, Why
from tongcds.i18n import _, format_number, format_percent
from tongcds.papers.paper import Behind, Cell, Number, Unit


def is_share(indicator: str) -> bool:
    """Whether an indicator's figure is a percentage."""
    return load_indicators()[indicator].unit == "%"


SIGNS: Final = {Why.HIDDEN: "*"}
NOTHING: Final = "…"
"""What stands in narrow cells without a number: hidden, or not known; a line under the table says so."""


def narrow_cell(figure: BoardFigure, unit_id: bytes, period: Period) -> Cell:
    """The same as `figure_cell` with a sign for the reason."""
    return figure_cell(figure, unit_id, period) if figure.value is not None else sign(figure.why)


def sign(why: Why) -> str:
    """What stands where there is no number."""
    return SIGNS.get(why, NOTHING)


def figure_cell(figure: BoardFigure, unit_id: bytes, period: Period) -> Cell:
    """A figure: a share with one decimal, a number; without one the reason in words."""
    if figure.value is None:
        return _(WHY_WORDS[figure.why])
    behind = Behind(figure.indicator, unit_id, period)
    if is_share(figure.indicator):
        return Number(format_percent(figure.value, decimals=1), figure.value, Unit.SHARE, behind)
    if float(figure.value).is_integer():
        return count_cell(int(figure.value), behind)
    return Number(format_number(round(figure.value, 1)), figure.value, Unit.DECIMAL, behind)


def count_cell(number: int, behind: Behind | None = None) -> Number:
    """A whole number."""
    return Number(format_number(number), number, Unit.COUNT, behind)


def share_cell(share: float) -> Number:
    """A proportion."""
    return Number(format_percent(share, decimals=1), share, Unit.SHARE)


def figure_words(figure: BoardFigure) -> str:
    """A figure inside a sentence, as `reports.periodic` writes it: "148", "287/450 (63,8%)"."""
    if figure.numerator is None:
        return _(WHY_WORDS[figure.why]).lower()
    parts = parts_words(figure)
    if not parts:
        return format_number(figure.numerator)
    return parts if figure.value is None else f"{parts} ({format_percent(figure.value, decimals=1)})"


def parts_words(figure: BoardFigure) -> str:
    """What a share was made of ("287/450"); "" where it is no proportion."""
    if figure.numerator is None or figure.denominator is None:
        return ""
    return f"{format_number(figure.numerator)}/{format_number(figure.denominator)}"
